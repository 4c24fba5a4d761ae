//! `telecast export`: a campaign for another tool.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::args::{Deny, ExportCampaign};
use crate::cli::error::Result;
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::cli::problems::Problem;
use crate::compose::clevertap::{Export, WebhookForm};
use crate::service::{Job, export_clevertap, export_problems};

use super::campaigns;

/// Prints a campaign as CleverTap's forms want it; what would not work there goes to stderr.
pub fn run(place: &Place, args: &ExportCampaign, output: &mut Output) -> Result {
    let workspace = Arc::new(place.workspace()?);
    let campaign = campaigns::find(&workspace, &args.campaign)?;
    let job = Job::of_files(&workspace, &campaign.stem);
    let export = export_clevertap(&job);
    let problems = Problem::place(&export_problems(&job, &export));
    if args.format.json {
        output.json(&describe(&job, &export, &problems))?;
    } else {
        match args.body {
            true => output.text(&export.campaign.custom_body)?,
            false => output.text(&export.to_text())?,
        }
        for words in &export.rewritten {
            output.note(format!("{}: {words}", campaign.body.path))?;
        }
        for problem in &problems {
            output.note(problem.line())?;
        }
    }
    Ok(Problem::ending(&problems, Deny::default()))
}

fn describe(job: &Job, export: &Export, problems: &[Problem]) -> Value {
    let form = &export.campaign;
    json!({
        "campaign": job.stem,
        "webhook": export.webhook.as_ref().map(describe_webhook),
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
        "problems": problems.iter().map(Problem::json).collect::<Vec<_>>(),
    })
}

fn describe_webhook(form: &WebhookForm) -> Value {
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
