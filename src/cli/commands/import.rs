//! `telecast import clevertap`: creates a campaign from a body that was copied from CleverTap.

use serde_json::json;

use crate::campaign::Campaign;
use crate::campaign::bot_api_method;
use crate::cli::args::{ImportBody, InputSource};
use crate::cli::environment::Environment;
use crate::cli::error::{ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::compose::clevertap::{PastedBody, clean_pasted};
use crate::dialect::Dialect;
use crate::service::{choose_webhook, webhook_for};
use crate::telegram::Method;
use crate::workspace::Workspace;

use super::{campaigns, read};

pub(crate) fn run(environment: &Environment, args: &ImportBody, output: &mut CliOutput) -> Result {
    let workspace = environment.workspace()?;
    let text = read::text(&args.body)?;
    let pasted = if args.as_is { PastedBody::as_is(&text) } else { clean_pasted(&text) };
    let campaign = Campaign {
        name: args.name.clone().unwrap_or_else(|| name_of(&args.body)),
        webhook: webhook(&workspace, args.webhook.as_deref(), pasted.method)?,
        content_format: pasted.content_format,
        // The dialect is written only if it differs from the workspace's dialect, because a campaign without a dialect
        // uses that of the workspace.
        dialect: Some(Dialect::CleverTap).filter(|dialect| *dialect != workspace.settings().dialect),
        ..Campaign::default()
    };
    let stem = environment.session(&workspace).create_campaign(&campaign, &pasted.body)?;
    let created = Workspace::open(&workspace.root)?;
    let created = campaigns::find(&created, &stem)?;
    let method = pasted.method.map(Method::as_str);
    if args.format.json {
        let mut result = campaigns::to_json(&workspace, created);
        result["method"] = json!(method);
        result["mended"] = json!(pasted.repairs);
        output.json(&result)?;
        return Ok(ExitStatus::Done);
    }
    for note in &pasted.repairs {
        output.note(format!("{}: {note}", created.body.path))?;
    }
    // If the body is for a different method than the webhook calls, a note is printed. This is not an error, because
    // the body may be meant for a webhook that does not exist yet.
    let called =
        workspace.webhook(&campaign.webhook).and_then(|webhook| bot_api_method(&webhook.value.as_ref()?.url));
    if let (Some(method), Some(called)) = (method, called)
        && method != called
    {
        output.note(format!(
            "the body has the fields of {method}, but the webhook `{}` calls {called}",
            campaign.webhook
        ))?;
    }
    output.note(format!("list its problems: telecast check {stem}"))?;
    output.line(&created.body.path)?;
    Ok(ExitStatus::Done)
}

fn name_of(source: &InputSource) -> String {
    let file = match source {
        InputSource::Stdin => None,
        InputSource::File(path) => path.file_name().and_then(|name| name.to_str()),
    };
    // The stem ends at the first dot, not the last: `spring-sale.json.liquid` is the campaign `spring-sale`.
    let stem = file.and_then(|file| file.split('.').next()).unwrap_or_default();
    if stem.is_empty() { "From CleverTap".to_owned() } else { stem.to_owned() }
}

/// Returns the webhook of the new campaign: the webhook with the stem `named`, if given, else a webhook that calls
/// `method`, else the default for new campaigns.
fn webhook(workspace: &Workspace, named: Option<&str>, method: Option<Method>) -> Result<String> {
    match (named, webhook_for(workspace, method)) {
        (None, Some(fitting)) => Ok(fitting),
        (named, _) => Ok(choose_webhook(workspace, named)?),
    }
}
