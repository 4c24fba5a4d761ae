//! Exports a campaign as the fields of CleverTap's forms, in the order of the forms. Also reports what does not work or
//! works differently in CleverTap.
//!
//! ```text
//! webhook ──────────────▶ the form of Settings › Channels › Webhooks
//! campaign ─────────────▶ the form of Campaigns › + Campaign › Webhook
//! body ──portable──▶ partials inlined and safe fixes applied, where that is possible ──▶ Custom Body
//! ```
//!
//! Secrets stay `${NAME}`, as in the files. Literal secrets in the authentication, in the headers for credentials, and
//! in the URL become placeholders such as `<YOUR_PASSWORD>`. In CleverTap, the user replaces each `${NAME}` and each
//! placeholder with the real value by hand.

mod form;
mod paste;
mod portable;

use crate::campaign::{
    Audience, Auth, Campaign, ContentFormat, SANDBOX, Webhook, bot_api_method, find_password,
    find_placeholders, find_token,
};
use crate::compose::is_credential;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::template::{self, Partials, TokenClass};
use crate::text::Span;

pub(crate) use paste::{PastedBody, clean_pasted};
pub(crate) use portable::portable;

/// The address of the real Bot API, which replaces `${SANDBOX}`.
const BOT_API: &str = "https://api.telegram.org";

#[derive(Debug, Clone, Copy)]
pub(crate) struct ExportSource<'a> {
    pub stem: &'a str,
    pub campaign: &'a Campaign,
    pub webhook: Option<&'a Webhook>,
    pub body: &'a str,
    pub partials: &'a Partials,
    pub dialect: Dialect,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Export {
    /// The webhook's form; `None` for a campaign without a webhook.
    pub webhook: Option<WebhookForm>,
    pub campaign: CampaignForm,
    pub rewritten: Vec<String>,
    /// The diagnostics about what does not work in CleverTap, works differently there, or must be filled in by hand.
    /// Each diagnostic comes with the part of the campaign that it is about.
    pub problems: Vec<(ExportPart, Diagnostic)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WebhookForm {
    pub name: String,
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// The user name and password of basic authentication; `None` for "No authentication".
    pub basic: Option<(String, String)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CampaignForm {
    pub name: String,
    pub labels: Vec<String>,
    pub qualification: &'static str,
    pub who: String,
    pub webhook: String,
    pub content_format: &'static str,
    pub url_parameters: Vec<(String, String)>,
    pub custom_body: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExportPart {
    /// The body; spans are in the body as typed.
    Body,
    /// The partial with this name; spans are in the partial.
    Partial(String),
    /// The webhook's file, at the value to which these TOML keys lead.
    Webhook(Vec<String>),
    /// The campaign's file, at the value to which these TOML keys lead.
    Campaign(Vec<String>),
}

pub(crate) fn export(source: &ExportSource<'_>) -> Export {
    let portable = portable(source.body, source.partials, source.dialect);
    let mut problems = portable.problems;
    problems.extend(date_problems(source));
    let form = source.webhook.map(|webhook| webhook_form(webhook, &mut problems));
    let Campaign { name, labels, content_format, .. } = source.campaign;
    let qualification = qualification(source, &mut problems);
    let campaign = CampaignForm {
        name: if name.trim().is_empty() { source.stem.to_owned() } else { name.clone() },
        labels: labels.clone(),
        qualification,
        who: describe_recipients(source.campaign, &mut problems),
        webhook: form.as_ref().map(|form| form.name.clone()).unwrap_or_default(),
        content_format: match content_format {
            ContentFormat::Json => "JSON",
            ContentFormat::Text => "Plain text",
        },
        // CleverTap has the URL parameters in the campaign's form, not in the webhook's form.
        url_parameters: source.webhook.map(|webhook| webhook.params.clone()).unwrap_or_default(),
        custom_body: portable.body,
    };
    if source.webhook.is_none() {
        let message = "this campaign has no webhook to set up";
        problems
            .push((campaign_key("webhook"), Diagnostic::error(Code::NotInClevertap, Span::at(0), message)));
    }
    Export { webhook: form, campaign, rewritten: portable.rewritten, problems }
}

fn webhook_form(webhook: &Webhook, problems: &mut Vec<(ExportPart, Diagnostic)>) -> WebhookForm {
    let mut headers = webhook.headers.clone();
    for (name, value) in &mut headers {
        if is_credential(name) {
            *value = or_placeholder(value, "<YOUR_AUTHORIZATION>").to_owned();
        }
    }
    let basic = match &webhook.auth {
        Some(Auth::Basic { username, password }) => {
            Some((username.clone(), or_placeholder(password, "<YOUR_PASSWORD>").to_owned()))
        }
        Some(Auth::Bearer { token }) => {
            let token = or_placeholder(token, "<YOUR_TOKEN>");
            // CleverTap's webhooks offer only Basic and OAuth authentication, so a bearer token becomes a header.
            headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
            None
        }
        None => None,
    };
    problems.extend(webhook_problems(webhook));
    WebhookForm {
        name: webhook.name.clone(),
        method: webhook.method.as_str(),
        url: export_url(&webhook.url),
        headers,
        basic,
    }
}

/// Returns the credential if it contains a `${NAME}`. A credential without a `${NAME}` is a literal, and `placeholder`
/// is returned in its place.
fn or_placeholder<'a>(credential: &'a str, placeholder: &'a str) -> &'a str {
    // An export may be passed on to other people, so a literal credential must not be in it.
    if find_placeholders(credential).is_empty() { placeholder } else { credential }
}

/// Returns the webhook's URL with `${SANDBOX}` replaced by Telegram's address, and with placeholders in place of a
/// literal token or password.
fn export_url(url: &str) -> String {
    let mut url = url.to_owned();
    if let Some(token) = find_token(&url) {
        url.replace_range(token.range(), "<YOUR_BOT_TOKEN>");
    }
    if let Some(password) = find_password(&url) {
        url.replace_range(password.range(), "<YOUR_PASSWORD>");
    }
    url.replace(&format!("${{{SANDBOX}}}"), BOT_API)
}

fn webhook_problems(webhook: &Webhook) -> Vec<(ExportPart, Diagnostic)> {
    let mut found = Vec::new();
    let mut report = |keys: &[&str], problem: Diagnostic| found.push((webhook_keys(keys), problem));
    let url = webhook.url.as_str();
    let local_prefixes = ["://localhost", "://127.", "://[::1]", "://10.", "://192.168."];
    if find_placeholders(url).iter().any(|found| found.name == SANDBOX) {
        report(
            &["url"],
            differs("CleverTap cannot reach the local sandbox: the export has Telegram's own address"),
        );
    } else if local_prefixes.iter().any(|local| url.contains(local)) {
        let problem =
            Diagnostic::error(Code::NotInClevertap, Span::at(0), "CleverTap cannot reach this address");
        report(&["url"], problem.with_help(format!("for a real bot, the URL starts with {BOT_API}")));
    }
    if url.contains("{{") || url.contains("{%") {
        let problem = differs("Liquid in the URL belongs in the campaign form, not in the webhook form");
        report(&["url"], problem);
    }
    if find_token(url).is_some() {
        let message = "in CleverTap, replace `<YOUR_BOT_TOKEN>` with the bot token by hand";
        report(&["url"], Diagnostic::warning(Code::FillInByHand, Span::at(0), message));
    }
    if find_password(url).is_some() {
        let message = "in CleverTap, replace `<YOUR_PASSWORD>` with the password by hand";
        report(&["url"], Diagnostic::warning(Code::FillInByHand, Span::at(0), message));
    }
    match &webhook.auth {
        Some(Auth::Basic { password, .. }) if find_placeholders(password).is_empty() => {
            let message = "in CleverTap, replace `<YOUR_PASSWORD>` with the password by hand";
            report(&["auth", "password"], Diagnostic::warning(Code::FillInByHand, Span::at(0), message));
        }
        Some(Auth::Bearer { token }) if find_placeholders(token).is_empty() => {
            let message = "in CleverTap, replace `<YOUR_TOKEN>` with the token by hand";
            report(&["auth", "token"], Diagnostic::warning(Code::FillInByHand, Span::at(0), message));
        }
        Some(Auth::Basic { .. } | Auth::Bearer { .. }) | None => {}
    }
    for (keys, text) in secret_fields(webhook) {
        for secret in find_placeholders(text).into_iter().filter(|found| found.name != SANDBOX) {
            let name = secret.name;
            report(
                &keys,
                Diagnostic::warning(
                    Code::FillInByHand,
                    Span::at(0),
                    format!("in CleverTap, replace `${{{name}}}` with the value of {name} by hand"),
                ),
            );
        }
    }
    for (name, value) in &webhook.headers {
        if is_credential(name) && find_placeholders(value).is_empty() {
            let message = "in CleverTap, replace `<YOUR_AUTHORIZATION>` with the value by hand";
            report(&["headers", name], Diagnostic::warning(Code::FillInByHand, Span::at(0), message));
        }
        if value.contains("{{") || value.contains("{%") {
            report(
                &["headers", name],
                differs("CleverTap sends headers as typed and does not render Liquid in them"),
            );
        }
    }
    if matches!(webhook.auth, Some(Auth::Bearer { .. })) {
        report(
            &["auth", "token"],
            differs("CleverTap has no bearer token setting: the export has a header instead"),
        );
    }
    if webhook.timeout.is_some() {
        report(&["timeout"], differs("CleverTap ignores `timeout`: it waits 3 to 5 seconds"));
    }
    if webhook.retries.is_some() {
        report(
            &["retries"],
            differs("CleverTap tries up to three times, even if an earlier attempt was delivered"),
        );
    }
    if webhook.rate.is_some() {
        let problem = differs("CleverTap has no limit per second");
        report(
            &["rate"],
            problem.with_help("set a throttle in Settings › Setup › Campaign limits: messages per 5 minutes"),
        );
    }
    // This is a warning, not an error, because CleverTap's pages contradict each other. One says that a webhook is
    // saved only if the server answers a test body with 200, and Telegram refuses that body. But CleverTap's own guide
    // to Telegram works only if webhooks for Telegram can be saved.
    if bot_api_method(url).is_some() {
        let problem = differs("on Create, CleverTap may post a test body and expect a 200 response");
        report(
            &["url"],
            problem.with_help("Telegram answers that body with 400; try to save the webhook anyway"),
        );
    }
    found
}

/// Returns every text of a webhook that may contain a secret, with the TOML keys that lead to it.
fn secret_fields(webhook: &Webhook) -> Vec<(Vec<&str>, &str)> {
    let mut fields = vec![(vec!["url"], webhook.url.as_str())];
    fields.extend(webhook.params.iter().map(|(name, value)| (vec!["params", name.as_str()], value.as_str())));
    fields
        .extend(webhook.headers.iter().map(|(name, value)| (vec!["headers", name.as_str()], value.as_str())));
    match &webhook.auth {
        Some(Auth::Basic { username, password }) => {
            fields.push((vec!["auth", "username"], username));
            fields.push((vec!["auth", "password"], password));
        }
        Some(Auth::Bearer { token }) => fields.push((vec!["auth", "token"], token)),
        None => {}
    }
    fields
}

fn qualification(source: &ExportSource<'_>, problems: &mut Vec<(ExportPart, Diagnostic)>) -> &'static str {
    let (template, _) = template::parse(source.body, source.partials, source.dialect);
    let used = template.variables();
    let first = |root: &str| used.iter().find(|used| used.path.first().is_some_and(|name| name == root));
    let mut report = |span: Span, message: &str| problems.push((ExportPart::Body, differs_at(span, message)));
    // Only the first use of `ExternalTrigger` or `Event` gets a diagnostic, because one diagnostic is enough to explain
    // the choice of the form's qualification.
    if let Some(used) = first("ExternalTrigger") {
        report(used.span, "`ExternalTrigger` has values only in a campaign triggered by the API");
        return "External Trigger";
    }
    if let Some(used) = first("Event") {
        report(
            used.span,
            "`Event` has values only in a live campaign, and not after a delay of more than 24 hours",
        );
        return "Live behavior";
    }
    // The body does not use `ExternalTrigger` or `Event`, so it works with both of these qualifications.
    "Past behavior/Custom list, or Live behavior"
}

fn describe_recipients(campaign: &Campaign, problems: &mut Vec<(ExportPart, Diagnostic)>) -> String {
    let Some(recipients) = &campaign.recipients else { return "(not set yet)".to_owned() };
    let mut report = |key: &str, message: &str| {
        let part = ExportPart::Campaign(vec!["who".to_owned(), key.to_owned()]);
        problems.push((part, differs(message)));
    };
    let audience = match &recipients.audience {
        Audience::Everyone => "All Users".to_owned(),
        Audience::Segment(name) => {
            report("segment", "build this segment in CleverTap: segments are not exported");
            format!("segment {name}")
        }
        Audience::Where(expression) => {
            report("where", "build this condition in CleverTap's segment editor");
            expression.clone()
        }
        Audience::List(file) => {
            report("list", "upload this file in CleverTap as a custom list with the columns Type,Identity");
            format!("custom list {file}")
        }
    };
    match &recipients.exclude {
        None => audience,
        Some(exclude) => {
            report("exclude", "exclude these in CleverTap's segment editor");
            format!("{audience}, but not: {exclude}")
        }
    }
}

fn date_problems(source: &ExportSource<'_>) -> Vec<(ExportPart, Diagnostic)> {
    // In the CleverTap dialect, telecast renders `now` in India's time too, so the export changes nothing.
    if source.dialect == Dialect::CleverTap {
        return Vec::new();
    }
    let (template, _) = template::parse(source.body, source.partials, source.dialect);
    let is_now = |token: &&template::LiquidToken| {
        matches!(token.class, TokenClass::String | TokenClass::Variable)
            // `now` can be written as a string (`"now" | date: …`) or as a variable.
            && token.span.of(source.body).trim_matches(['"', '\'']) == "now"
    };
    let message = "`now` is India's time in CleverTap, not the workspace's time";
    let tokens = template.tokens().iter().filter(is_now);
    tokens.map(|token| (ExportPart::Body, differs_at(token.span, message))).collect()
}

fn differs(message: &str) -> Diagnostic {
    // The `service` module sets the span later, when it looks up the keys of the [`ExportPart`] in the file.
    differs_at(Span::at(0), message)
}

fn differs_at(span: Span, message: &str) -> Diagnostic {
    Diagnostic::warning(Code::DiffersInClevertap, span, message)
}

fn webhook_keys(keys: &[&str]) -> ExportPart {
    ExportPart::Webhook(keys.iter().map(|key| (*key).to_owned()).collect())
}

fn campaign_key(key: &str) -> ExportPart {
    ExportPart::Campaign(vec![key.to_owned()])
}

#[cfg(test)]
mod tests;
