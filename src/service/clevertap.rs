//! Exports a campaign to CleverTap, and locates the export's problems in the workspace's files. Also finds the webhook
//! for a body that was copied from CleverTap.

use std::borrow::Cow;

use super::{MessageJob, SourceProblem, partials};
use crate::campaign::{Campaign, Webhook, bot_api_method};
use crate::compose::clevertap::{self, Export, ExportPart};
use crate::diagnostic::{Diagnostic, FileProblem};
use crate::secrets::Redactor;
use crate::telegram::Method;
use crate::text::Span;
use crate::toml;
use crate::workspace::{DefinitionFile, Workspace};

pub(crate) fn export_clevertap(job: &MessageJob) -> Export {
    let default = Campaign::default();
    let campaign = job.campaign();
    let export = clevertap::export(&clevertap::ExportSource {
        stem: &job.stem,
        campaign: campaign.and_then(|campaign| campaign.value.as_ref()).unwrap_or(&default),
        webhook: job.webhook(),
        body: job.body(),
        partials: &partials(&job.workspace),
        dialect: campaign.map_or_else(Default::default, |campaign| job.workspace.dialect(campaign)),
    });
    without_tokens(export)
}

/// Masks literal tokens in the webhook and the URL parameters, because an export is passed on to other people.
fn without_tokens(mut export: Export) -> Export {
    // This redactor knows no secrets, but it masks everything that has the form of a token.
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

pub(crate) fn export_problems<'a>(job: &'a MessageJob, export: &Export) -> Vec<SourceProblem<'a>> {
    let locate = |(part, problem): &(ExportPart, Diagnostic)| {
        let (path, text) = file_of(job, part);
        let span = match part {
            ExportPart::Body | ExportPart::Partial(_) => problem.span,
            ExportPart::Webhook(keys) | ExportPart::Campaign(keys) => {
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                // A key that is missing from the file has its default value. The span is then the start of the file.
                toml::value_span(text, &keys).unwrap_or(Span::at(0))
            }
        };
        SourceProblem { path, text, diagnostic: Diagnostic { span, ..problem.clone() } }
    };
    export.problems.iter().map(locate).collect()
}

/// Returns the export as one text for the clipboard: the values for CleverTap's forms, then notes on what was rewritten
/// and on what does not work in CleverTap.
pub(crate) fn export_text(job: &MessageJob) -> String {
    let export = export_clevertap(job);
    let mut text = export.to_text();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let rewritten = export.rewritten.iter().cloned();
    let problems = export_problems(job, &export)
        .into_iter()
        .flat_map(|problem| FileProblem::from_diagnostics(problem.path, problem.text, &[problem.diagnostic]));
    let notes: Vec<String> = rewritten.chain(problems.map(|problem| problem.to_string())).collect();
    if !notes.is_empty() {
        text.push_str("\nNOTES:\n");
        text.extend(notes.iter().map(|note| format!("  {}\n", note.replace('\n', "\n  "))));
    }
    text
}

/// Returns the stem of the first webhook that calls `method`; `None` if no webhook calls it, or if `method` is `None`.
pub(crate) fn webhook_for(workspace: &Workspace, method: Option<Method>) -> Option<String> {
    let calls = |webhook: &Webhook| bot_api_method(&webhook.url).and_then(Method::from_name);
    let fits = |webhook: &&DefinitionFile<Webhook>| webhook.value.as_ref().and_then(calls) == method;
    let webhook = method.and_then(|_| workspace.webhooks.iter().find(fits))?;
    Some(webhook.stem.clone())
}

/// Returns the path and the text of the file that `part` comes from. If there is no such file, the path is empty. The
/// text is empty too, except that of an edited body.
fn file_of<'a>(job: &'a MessageJob, part: &ExportPart) -> (&'a str, &'a str) {
    let campaign = job.campaign();
    let source = match part {
        ExportPart::Body => {
            return (campaign.map_or("", |campaign| campaign.body.path.as_str()), job.body());
        }
        ExportPart::Partial(name) => {
            let path = format!("partials/{name}.liquid");
            job.workspace.partials.iter().find(|source| source.path == path)
        }
        ExportPart::Webhook(_) => campaign
            .and_then(|campaign| job.workspace.webhook(&campaign.value.as_ref()?.webhook))
            .map(|webhook| &webhook.source),
        ExportPart::Campaign(_) => campaign.map(|campaign| &campaign.source),
    };
    source.map_or(("", ""), |source| (&source.path, &source.text))
}
