//! `telecast import`: a campaign of another tool's.

use serde_json::json;

use crate::campaign::Campaign;
use crate::campaign::method_of;
use crate::cli::args::{ImportBody, Source};
use crate::cli::error::{Ending, Result};
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::compose::clevertap::{Pasted, paste};
use crate::dialect::Dialect;
use crate::service::{choose_webhook, webhook_for};
use crate::telegram::Method;
use crate::workspace::Workspace;

use super::{campaigns, read};

pub fn run(place: &Place, args: &ImportBody, output: &mut Output) -> Result {
    let workspace = place.workspace()?;
    let text = read::text(&args.body)?;
    let pasted = if args.as_is { Pasted::as_is(&text) } else { paste(&text) };
    let campaign = Campaign {
        name: args.name.clone().unwrap_or_else(|| name_of(&args.body)),
        webhook: webhook(&workspace, args.webhook.as_deref(), pasted.method)?,
        content_format: pasted.content_format,
        dialect: Some(Dialect::CleverTap).filter(|dialect| *dialect != workspace.settings().dialect),
        ..Campaign::default()
    };
    let stem = place.session(&workspace).create_campaign(&campaign, &pasted.body)?;
    let made = Workspace::open(&workspace.root)?;
    let made = campaigns::find(&made, &stem)?;
    let method = pasted.method.map(Method::as_str);
    if args.format.json {
        let mut answer = campaigns::describe(&workspace, made);
        answer["method"] = json!(method);
        answer["mended"] = json!(pasted.mended);
        output.json(&answer)?;
        return Ok(Ending::Done);
    }
    for words in &pasted.mended {
        output.note(format!("{}: {words}", made.body.path))?;
    }
    let called =
        workspace.webhook(&campaign.webhook).and_then(|webhook| method_of(&webhook.value.as_ref()?.url));
    if let (Some(method), Some(called)) = (method, called)
        && method != called
    {
        output.note(format!(
            "its fields are those of {method}, but the webhook `{}` calls {called}",
            campaign.webhook
        ))?;
    }
    output.note(format!("its problems: telecast check {stem}"))?;
    output.line(&made.body.path)?;
    Ok(Ending::Done)
}

fn name_of(source: &Source) -> String {
    let file = match source {
        Source::Stdin => None,
        Source::File(path) => path.file_name().and_then(|name| name.to_str()),
    };
    let stem = file.and_then(|file| file.split('.').next()).unwrap_or_default();
    if stem.is_empty() { "From CleverTap".to_owned() } else { stem.to_owned() }
}

/// Returns the webhook to send through: the one named, else one that calls the method, else as for any new campaign.
fn webhook(workspace: &Workspace, named: Option<&str>, method: Option<Method>) -> Result<String> {
    match (named, webhook_for(workspace, method)) {
        (None, Some(fitting)) => Ok(fitting),
        (named, _) => Ok(choose_webhook(workspace, named)?),
    }
}
