//! `telecast render`: prints what a recipient would get, and its problems.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::args::{RenderAs, RenderCampaign};
use crate::cli::environment::Environment;
use crate::cli::error::Result;
use crate::cli::output::CliOutput;
use crate::cli::problems::LocatedProblem;
use crate::compose::{Composed, HttpDraft, Skip};
use crate::paths::Paths;
use crate::sandbox;
use crate::secrets::Redactor;
use crate::service::{MessageJob, curl, message_problems};
use crate::telegram::entity_json::formatted_to_json;
use crate::telegram::request::ReplyMarkup;
use crate::workspace::Workspace;

use super::{campaigns, recipient};

/// Renders a campaign. What could be rendered is printed even if there are problems.
pub(crate) fn run(environment: &Environment, args: &RenderCampaign, output: &mut CliOutput) -> Result {
    let workspace = Arc::new(environment.workspace_for(&args.campaign)?);
    let session = environment.session(&workspace);
    let campaign = campaigns::find(&workspace, &args.campaign)?;
    let job = recipient::job(&workspace, &session, &campaign.stem, &args.recipient, output)?;
    let composed = job.compose(crate::clock::now());
    let problems = LocatedProblem::locate(&message_problems(&workspace, campaign, &composed));
    if args.format.json {
        output.json(&to_json(&job, &composed, &problems))?;
    } else {
        print(args.form, &composed, &environment.paths, &workspace, output)?;
        // An abort is not a problem, so nothing else would explain the empty output.
        if matches!(composed.skip, Some(Skip::Aborted(_))) {
            output.note("nothing to print: the body aborts for this profile")?;
        }
        for problem in &problems {
            output.note(problem.line())?;
        }
    }
    Ok(LocatedProblem::exit_status(&problems, args.deny))
}

fn print(
    form: RenderAs,
    composed: &Composed,
    paths: &Paths,
    workspace: &Workspace,
    output: &mut CliOutput,
) -> Result<()> {
    match (form, &composed.rendered, &composed.http) {
        (RenderAs::Body, Some(body), _) => output.text(body)?,
        (RenderAs::Request, _, Some(http)) => output.text(&format_request(http))?,
        (RenderAs::Curl, _, Some(http)) => {
            // A shell does not know `${SANDBOX}`, so the address of the sandbox is filled in if a sandbox is running.
            let address =
                sandbox::announce::find(paths, &workspace.root).map(|address| format!("http://{address}"));
            output.text(&format!("{}\n", curl(http, address.as_deref())))?;
        }
        (RenderAs::Message, _, _) => {
            if let Some(message) = message(composed) {
                output.text(&message)?;
            }
        }
        // There is nothing to print. The notes on stderr explain why.
        (RenderAs::Body | RenderAs::Request | RenderAs::Curl, _, _) => {}
    }
    Ok(())
}

/// Formats the request like an HTTP message, with `${NAME}` in place of each secret.
fn format_request(http: &HttpDraft) -> String {
    let mut text = format!("{} {}\n", http.method.as_str(), http.url.masked());
    for (name, value) in http.masked_headers() {
        text.push_str(&format!("{name}: {value}\n"));
    }
    // A token that was typed into the webhook's file has no `${NAME}`. Such a token is recognized by its form and
    // masked.
    format!("{}\n{}", Redactor::default().redact(&text), http.body)
}

/// Returns the text that a recipient reads, with the buttons of an inline keyboard below it. For a host that is not a
/// Bot API, returns the rendered body. Returns `None` if there is no valid request, if the message has no text, or if
/// the body could not be rendered.
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

fn to_json(job: &MessageJob, composed: &Composed, problems: &[LocatedProblem]) -> Value {
    let identity = job.profile.as_ref().map(|profile| profile.identity.as_str());
    let sent = composed.request.as_ref().and_then(|request| request.text());
    json!({
        "profile": identity.filter(|identity| !identity.is_empty()),
        "body": composed.rendered,
        "request": composed.http.as_ref().map(|http| {
            // The body is not masked: no secret is ever filled into a body, and the user needs it byte for byte.
            let redactor = Redactor::default();
            let headers: serde_json::Map<String, Value> = http
                .masked_headers()
                .map(|(name, value)| (name.to_owned(), redactor.redact(&value).into()))
                .collect();
            let url = http.url.masked();
            json!({
                "method": http.method.as_str(),
                "url": redactor.redact(&url),
                "headers": headers,
                "body": http.body,
            })
        }),
        "message": sent.map(|text| formatted_to_json(&text.sent)),
        "problems": problems.iter().map(LocatedProblem::json).collect::<Vec<_>>(),
    })
}
