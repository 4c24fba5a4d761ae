//! To and from CleverTap: a campaign's export, where in the workspace's files its problems are, a pasted body's webhook.

use std::borrow::Cow;

use super::{Found, Job, partials};
use crate::campaign::{Campaign, Webhook, method_of};
use crate::compose::clevertap::{self, Export, Part};
use crate::diagnostic::{Diagnostic, FileProblem};
use crate::secrets::Redactor;
use crate::telegram::Method;
use crate::text::Span;
use crate::toml;
use crate::workspace::{Definition, Workspace};

pub fn export_clevertap(job: &Job) -> Export {
    let default = Campaign::default();
    let campaign = job.campaign();
    let export = clevertap::export(&clevertap::Source {
        stem: &job.stem,
        campaign: campaign.and_then(|campaign| campaign.value.as_ref()).unwrap_or(&default),
        webhook: job.webhook(),
        body: job.body(),
        partials: &partials(&job.workspace),
        dialect: campaign.map_or_else(Default::default, |campaign| job.workspace.dialect(campaign)),
    });
    without_tokens(export)
}

/// Masks tokens that stand in the webhook's file where no token belongs: an export goes into other hands.
fn without_tokens(mut export: Export) -> Export {
    let redactor = Redactor::default();
    let mask = |text: &mut String| {
        if let Cow::Owned(masked) = redactor.redact(text) {
            *text = masked;
        }
    };
    if let Some(form) = &mut export.webhook {
        mask(&mut form.url);
        form.headers.iter_mut().for_each(|(_, value)| mask(value));
    }
    export.campaign.url_parameters.iter_mut().for_each(|(_, value)| mask(value));
    export
}

pub fn export_problems<'a>(job: &'a Job, export: &Export) -> Vec<Found<'a>> {
    let place = |(part, problem): &(Part, Diagnostic)| {
        let (path, text) = file_of(job, part);
        let span = match part {
            Part::Body | Part::Partial(_) => problem.span,
            Part::Webhook(keys) | Part::Campaign(keys) => {
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                toml::value_span(text, &keys).unwrap_or(Span::at(0))
            }
        };
        Found { path, text, diagnostic: Diagnostic { span, ..problem.clone() } }
    };
    export.problems.iter().map(place).collect()
}

/// Returns the export as one text for the clipboard: the forms, and below them what would not work there.
pub fn export_text(job: &Job) -> String {
    let export = export_clevertap(job);
    let mut text = export.to_text();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let rewritten = export.rewritten.iter().cloned();
    let problems = export_problems(job, &export)
        .into_iter()
        .flat_map(|problem| FileProblem::place(problem.path, problem.text, &[problem.diagnostic]));
    let notes: Vec<String> = rewritten.chain(problems.map(|problem| problem.to_string())).collect();
    if !notes.is_empty() {
        text.push_str("\nTO KNOW:\n");
        text.extend(notes.iter().map(|note| format!("  {}\n", note.replace('\n', "\n  "))));
    }
    text
}

pub fn webhook_for(workspace: &Workspace, method: Option<Method>) -> Option<String> {
    let calls = |webhook: &Webhook| method_of(&webhook.url).and_then(Method::from_name);
    let fits = |webhook: &&Definition<Webhook>| webhook.value.as_ref().and_then(calls) == method;
    let webhook = method.and_then(|_| workspace.webhooks.iter().find(fits))?;
    Some(webhook.stem.clone())
}

/// Returns the path and the text of a part's file; empty for what is not there.
fn file_of<'a>(job: &'a Job, part: &Part) -> (&'a str, &'a str) {
    let campaign = job.campaign();
    let source = match part {
        Part::Body => {
            return (campaign.map_or("", |campaign| campaign.body.path.as_str()), job.body());
        }
        Part::Partial(name) => {
            let path = format!("partials/{name}.liquid");
            job.workspace.partials.iter().find(|source| source.path == path)
        }
        Part::Webhook(_) => campaign
            .and_then(|campaign| job.workspace.webhook(&campaign.value.as_ref()?.webhook))
            .map(|webhook| &webhook.source),
        Part::Campaign(_) => campaign.map(|campaign| &campaign.source),
    };
    source.map_or(("", ""), |source| (&source.path, &source.text))
}
