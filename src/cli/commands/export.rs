//! `telecast export clevertap`: prints a campaign as the fields of CleverTap's forms.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::args::{Deny, ExportCampaign};
use crate::cli::environment::Environment;
use crate::cli::error::Result;
use crate::cli::output::CliOutput;
use crate::cli::problems::LocatedProblem;
use crate::compose::clevertap::{Export, WebhookForm};
use crate::service::{MessageJob, export_clevertap, export_problems};

use super::campaigns;

/// Prints a campaign as the fields of CleverTap's forms. Prints to stderr what was rewritten and what does not work in
/// CleverTap.
pub(crate) fn run(environment: &Environment, args: &ExportCampaign, output: &mut CliOutput) -> Result {
    let workspace = Arc::new(environment.workspace()?);
    let campaign = campaigns::find(&workspace, &args.campaign)?;
    // The job has no recipient, because CleverTap fills in each recipient's profile when it sends.
    let job = MessageJob::from_files(&workspace, &campaign.stem);
    let export = export_clevertap(&job);
    let problems = LocatedProblem::locate(&export_problems(&job, &export));
    if args.format.json {
        output.json(&to_json(&job, &export, &problems))?;
    } else {
        match args.body {
            // Only the body is printed, so that it can be piped into the clipboard and pasted.
            true => output.text(&export.campaign.custom_body)?,
            false => output.text(&export.to_text())?,
        }
        for note in &export.rewritten {
            output.note(format!("{}: {note}", campaign.body.path))?;
        }
        for problem in &problems {
            output.note(problem.line())?;
        }
    }
    Ok(LocatedProblem::exit_status(&problems, Deny::default()))
}

fn to_json(job: &MessageJob, export: &Export, problems: &[LocatedProblem]) -> Value {
    let form = &export.campaign;
    json!({
        "campaign": job.stem,
        "webhook": export.webhook.as_ref().map(webhook_to_json),
        "form": {
            "name": form.name,
            "labels": form.labels,
            "qualification": form.qualification,
            "webhook": form.webhook,
            "who": form.who,
            "url_parameters": pairs(&form.url_parameters),
            "content_format": form.content_format,
            "custom_body": form.custom_body,
        },
        "rewritten": export.rewritten,
        "problems": problems.iter().map(LocatedProblem::json).collect::<Vec<_>>(),
    })
}

fn webhook_to_json(form: &WebhookForm) -> Value {
    json!({
        "name": form.name,
        "method": form.method,
        "url": form.url,
        "headers": pairs(&form.headers),
        "basic": form.basic.as_ref().map(|(username, password)| json!({ "username": username, "password": password })),
    })
}

fn pairs(pairs: &[(String, String)]) -> Vec<Value> {
    pairs.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
}
