//! `telecast render`: what a recipient would get, and what is wrong with it.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::args::{RenderAs, RenderCampaign};
use crate::cli::error::Result;
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::cli::problems::Problem;
use crate::compose::{Composed, HttpDraft};
use crate::paths::Paths;
use crate::sandbox;
use crate::secrets::Redactor;
use crate::service::{Job, curl, message_problems};
use crate::telegram::entity_json::formatted_to_json;
use crate::telegram::request::ReplyMarkup;
use crate::workspace::Workspace;

use super::{campaigns, subject};

/// Renders; what could be made is printed also where something is wrong with it.
pub fn run(place: &Place, args: &RenderCampaign, output: &mut Output) -> Result {
    let workspace = Arc::new(place.workspace_for(&args.campaign)?);
    let session = place.session(&workspace);
    let campaign = campaigns::find(&workspace, &args.campaign)?;
    let job = subject::job(&workspace, &session, &campaign.stem, &args.whose, output)?;
    let composed = job.compose(crate::clock::now());
    let problems = Problem::place(&message_problems(&workspace, campaign, &composed));
    if args.format.json {
        output.json(&describe(&job, &composed, &problems))?;
    } else {
        print(args.form, &composed, &place.paths, &workspace, output)?;
        for problem in &problems {
            output.note(problem.line())?;
        }
    }
    Ok(Problem::ending(&problems, args.deny))
}

fn print(
    form: RenderAs,
    composed: &Composed,
    paths: &Paths,
    workspace: &Workspace,
    output: &mut Output,
) -> Result<()> {
    match (form, &composed.rendered, &composed.http) {
        (RenderAs::Body, Some(body), _) => output.text(body)?,
        (RenderAs::Request, _, Some(http)) => output.text(&request(http))?,
        (RenderAs::Curl, _, Some(http)) => {
            let address =
                sandbox::announce::find(paths, &workspace.root).map(|address| format!("http://{address}"));
            output.text(&format!("{}\n", curl(http, address.as_deref())))?;
        }
        (RenderAs::Message, _, _) => {
            if let Some(message) = message(composed) {
                output.text(&message)?;
            }
        }
        // The problems say why there is none.
        (RenderAs::Body | RenderAs::Request | RenderAs::Curl, _, _) => {}
    }
    Ok(())
}

/// Writes the request as HTTP does, secrets by name.
fn request(http: &HttpDraft) -> String {
    let mut text = format!("{} {}\n", http.method.as_str(), http.url.shown());
    for (name, value) in http.shown_headers() {
        text.push_str(&format!("{name}: {value}\n"));
    }
    // A token that stands in a file itself, wherever it does.
    format!("{}\n{}", Redactor::default().redact(&text), http.body)
}

/// Returns the text that a recipient reads, with the buttons of an inline keyboard below; what goes to another host
/// than a Bot API is read as it is.
fn message(composed: &Composed) -> Option<String> {
    if composed.method.is_none() {
        return composed.rendered.clone();
    }
    let request = composed.request.as_ref()?;
    let mut text = request.text()?.sent.text.clone();
    text.push('\n');
    if let Some(ReplyMarkup::InlineKeyboard(rows)) = request.reply_markup() {
        for row in rows {
            let buttons: Vec<String> = row.iter().map(|button| format!("[ {} ]", button.text)).collect();
            text.push_str(&format!("\n{}", buttons.join(" ")));
        }
        text.push('\n');
    }
    Some(text)
}

fn describe(job: &Job, composed: &Composed, problems: &[Problem]) -> Value {
    let identity = job.profile.as_ref().map(|profile| profile.identity.as_str());
    let sent = composed.request.as_ref().and_then(|request| request.text());
    json!({
        "profile": identity.filter(|identity| !identity.is_empty()),
        "body": composed.rendered,
        "request": composed.http.as_ref().map(|http| {
            let redactor = Redactor::default();
            let headers: serde_json::Map<String, Value> = http
                .shown_headers()
                .map(|(name, value)| (name.to_owned(), redactor.redact(&value).into()))
                .collect();
            let url = http.url.shown();
            json!({
                "method": http.method.as_str(),
                "url": redactor.redact(&url),
                "headers": headers,
                "body": http.body,
            })
        }),
        "message": sent.map(|text| formatted_to_json(&text.sent)),
        "problems": problems.iter().map(Problem::json).collect::<Vec<_>>(),
    })
}
