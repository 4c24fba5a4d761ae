//! A campaign in the fields of CleverTap's forms, in the order in which one fills them, and what would not work there.
//!
//! ```text
//! webhook ──────────────▶ the form of Settings › Channels › Webhooks
//! campaign ─────────────▶ the form of Campaigns › + Campaign › Webhook
//! body ──portable──▶ partials put in, telecast's own filters rewritten where that is exact ──▶ its Custom Body
//! ```
//!
//! Secrets stand by name, as in the files: their values are filled in there by hand.

mod form;
mod paste;
mod portable;

use crate::campaign::{
    Audience, Auth, Campaign, ContentFormat, SANDBOX, Webhook, find_password, find_token, method_of,
    placeholders,
};
use crate::compose::is_credential;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::template::{self, Partials, TokenClass};
use crate::text::Span;

pub use paste::{Pasted, paste};
pub use portable::{Portable, portable};

/// What stands for the workspace's own sandbox: the address of the real Bot API.
const BOT_API: &str = "https://api.telegram.org";

#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub stem: &'a str,
    pub campaign: &'a Campaign,
    pub webhook: Option<&'a Webhook>,
    pub body: &'a str,
    pub partials: &'a Partials,
    pub dialect: Dialect,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// The webhook's form; none for a campaign without a webhook.
    pub webhook: Option<WebhookForm>,
    pub campaign: CampaignForm,
    pub rewritten: Vec<String>,
    /// What would not work there or works otherwise, with the file it is about.
    pub problems: Vec<(Part, Diagnostic)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct WebhookForm {
    pub name: String,
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// The user and the password of basic authentication; none for "No authentication".
    pub basic: Option<(String, String)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CampaignForm {
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
pub enum Part {
    /// The body; spans count in it as typed.
    Body,
    /// The partial of this name; spans count in it.
    Partial(String),
    /// The webhook's file, at the value of these keys.
    Webhook(Vec<String>),
    /// The campaign's file, at the value of these keys.
    Campaign(Vec<String>),
}

pub fn export(source: &Source<'_>) -> Export {
    let portable = portable(source.body, source.partials, source.dialect);
    let mut problems = portable.problems;
    problems.extend(of_dates(source));
    let form = source.webhook.map(|webhook| webhook_form(webhook, &mut problems));
    let Campaign { name, labels, content_format, .. } = source.campaign;
    let qualification = qualification(source, &mut problems);
    let campaign = CampaignForm {
        name: if name.trim().is_empty() { source.stem.to_owned() } else { name.clone() },
        labels: labels.clone(),
        qualification,
        who: who(source.campaign, &mut problems),
        webhook: form.as_ref().map(|form| form.name.clone()).unwrap_or_default(),
        content_format: match content_format {
            ContentFormat::Json => "JSON",
            ContentFormat::Text => "Plain text",
        },
        url_parameters: source.webhook.map(|webhook| webhook.params.clone()).unwrap_or_default(),
        custom_body: portable.body,
    };
    if source.webhook.is_none() {
        let words = "this campaign has no webhook, so there is none to set up";
        problems.push((campaign_key("webhook"), Diagnostic::error(Code::NotInClevertap, Span::at(0), words)));
    }
    Export { webhook: form, campaign, rewritten: portable.rewritten, problems }
}

fn webhook_form(webhook: &Webhook, problems: &mut Vec<(Part, Diagnostic)>) -> WebhookForm {
    let mut headers = webhook.headers.clone();
    for (name, value) in &mut headers {
        if is_credential(name) {
            *value = by_hand(value, "<YOUR_AUTHORIZATION>").to_owned();
        }
    }
    let basic = match &webhook.auth {
        Some(Auth::Basic { username, password }) => {
            Some((username.clone(), by_hand(password, "<YOUR_PASSWORD>").to_owned()))
        }
        Some(Auth::Bearer { token }) => {
            let token = by_hand(token, "<YOUR_TOKEN>");
            headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
            None
        }
        None => None,
    };
    problems.extend(of_webhook(webhook));
    WebhookForm {
        name: webhook.name.clone(),
        method: webhook.method.as_str(),
        url: address(&webhook.url),
        headers,
        basic,
    }
}

/// A credential by its name; one that the webhook's file holds itself does not go on into other hands.
fn by_hand<'a>(credential: &'a str, placeholder: &'a str) -> &'a str {
    if placeholders(credential).is_empty() { placeholder } else { credential }
}

/// The address with Telegram's own in place of the sandbox, and without a real token that should not stand there.
fn address(url: &str) -> String {
    let mut url = url.to_owned();
    if let Some(token) = find_token(&url) {
        url.replace_range(token.range(), "<YOUR_BOT_TOKEN>");
    }
    if let Some(password) = find_password(&url) {
        url.replace_range(password.range(), "<YOUR_PASSWORD>");
    }
    url.replace(&format!("${{{SANDBOX}}}"), BOT_API)
}

fn of_webhook(webhook: &Webhook) -> Vec<(Part, Diagnostic)> {
    let mut found = Vec::new();
    let mut tell = |keys: &[&str], problem: Diagnostic| found.push((webhook_keys(keys), problem));
    let url = webhook.url.as_str();
    let is_local = ["://localhost", "://127.", "://[::1]", "://10.", "://192.168."];
    if placeholders(url).iter().any(|found| found.name == SANDBOX) {
        tell(
            &["url"],
            differs("CleverTap cannot reach this machine's sandbox: the address is Telegram's own instead"),
        );
    } else if is_local.iter().any(|local| url.contains(local)) {
        let problem =
            Diagnostic::error(Code::NotInClevertap, Span::at(0), "CleverTap cannot reach this address");
        tell(&["url"], problem.with_help(format!("for a real bot it begins with {BOT_API}")));
    }
    if url.contains("{{") || url.contains("{%") {
        let problem = differs("Liquid in the address goes into the campaign's form, not into the webhook's");
        tell(&["url"], problem);
    }
    if find_token(url).is_some() {
        let words = "put the bot's token in place of `<YOUR_BOT_TOKEN>` there, by hand";
        tell(&["url"], Diagnostic::warning(Code::FillInByHand, Span::at(0), words));
    }
    if find_password(url).is_some() {
        let words = "put the password in place of `<YOUR_PASSWORD>` there, by hand";
        tell(&["url"], Diagnostic::warning(Code::FillInByHand, Span::at(0), words));
    }
    match &webhook.auth {
        Some(Auth::Basic { password, .. }) if placeholders(password).is_empty() => {
            let words = "put the password in place of `<YOUR_PASSWORD>` there, by hand";
            tell(&["auth", "password"], Diagnostic::warning(Code::FillInByHand, Span::at(0), words));
        }
        Some(Auth::Bearer { token }) if placeholders(token).is_empty() => {
            let words = "put the token in place of `<YOUR_TOKEN>` there, by hand";
            tell(&["auth", "token"], Diagnostic::warning(Code::FillInByHand, Span::at(0), words));
        }
        Some(Auth::Basic { .. } | Auth::Bearer { .. }) | None => {}
    }
    for (keys, text) in secret_places(webhook) {
        for secret in placeholders(text).into_iter().filter(|found| found.name != SANDBOX) {
            let name = secret.name;
            tell(
                &keys,
                Diagnostic::warning(
                    Code::FillInByHand,
                    Span::at(0),
                    format!("put the value of {name} in place of `${{{name}}}` there, by hand"),
                ),
            );
        }
    }
    for (name, value) in &webhook.headers {
        if is_credential(name) && placeholders(value).is_empty() {
            let words = "put the value in place of `<YOUR_AUTHORIZATION>` there, by hand";
            tell(&["headers", name], Diagnostic::warning(Code::FillInByHand, Span::at(0), words));
        }
        if value.contains("{{") || value.contains("{%") {
            tell(&["headers", name], differs("CleverTap sends headers as they are typed, without Liquid"));
        }
    }
    if matches!(webhook.auth, Some(Auth::Bearer { .. })) {
        tell(&["auth", "token"], differs("CleverTap has no bearer token: it is a header instead"));
    }
    if webhook.timeout.is_some() {
        tell(&["timeout"], differs("CleverTap waits 3 to 5 seconds, whatever is set here"));
    }
    if webhook.retries.is_some() {
        tell(
            &["retries"],
            differs("CleverTap tries up to three times, also where the first one came through"),
        );
    }
    if webhook.rate.is_some() {
        let problem = differs("CleverTap knows no messages a second");
        tell(
            &["rate"],
            problem.with_help("set a throttle in Settings › Setup › Campaign limits: messages in 5 minutes"),
        );
    }
    if method_of(url).is_some() {
        let problem = differs("on Create CleverTap may post a body of its own and want a 200 for it");
        tell(&["url"], problem.with_help("Telegram refuses that body with 400; try to save it all the same"));
    }
    found
}

/// Every text of a webhook that may hold a secret, with the keys to it.
fn secret_places(webhook: &Webhook) -> Vec<(Vec<&str>, &str)> {
    let mut places = vec![(vec!["url"], webhook.url.as_str())];
    places.extend(webhook.params.iter().map(|(name, value)| (vec!["params", name.as_str()], value.as_str())));
    places
        .extend(webhook.headers.iter().map(|(name, value)| (vec!["headers", name.as_str()], value.as_str())));
    match &webhook.auth {
        Some(Auth::Basic { username, password }) => {
            places.push((vec!["auth", "username"], username));
            places.push((vec!["auth", "password"], password));
        }
        Some(Auth::Bearer { token }) => places.push((vec!["auth", "token"], token)),
        None => {}
    }
    places
}

fn qualification(source: &Source<'_>, problems: &mut Vec<(Part, Diagnostic)>) -> &'static str {
    let (template, _) = template::parse(source.body, source.partials, source.dialect);
    let used = template.variables();
    let first = |root: &str| used.iter().find(|used| used.path.first().is_some_and(|name| name == root));
    let mut tell = |span: Span, words: &str| problems.push((Part::Body, differs_at(span, words)));
    if let Some(used) = first("ExternalTrigger") {
        tell(used.span, "`ExternalTrigger` has values only in a campaign that the API triggers");
        return "External Trigger";
    }
    if let Some(used) = first("Event") {
        tell(
            used.span,
            "`Event` has values only in a live campaign, and not after a delay of more than 24 hours",
        );
        return "Live behavior";
    }
    "Past behavior/Custom list, or Live behavior"
}

fn who(campaign: &Campaign, problems: &mut Vec<(Part, Diagnostic)>) -> String {
    let Some(who) = &campaign.who else { return "(not set yet)".to_owned() };
    let mut tell = |key: &str, words: &str| {
        let part = Part::Campaign(vec!["who".to_owned(), key.to_owned()]);
        problems.push((part, differs(words)));
    };
    let whom = match &who.audience {
        Audience::Everyone => "All Users".to_owned(),
        Audience::Segment(name) => {
            tell("segment", "build this segment in CleverTap: its own is another one");
            format!("segment {name}")
        }
        Audience::Where(expression) => {
            tell("where", "build this condition in CleverTap's segment editor");
            expression.clone()
        }
        Audience::List(file) => {
            tell("list", "upload this file in CleverTap as a custom list of the columns Type,Identity");
            format!("custom list {file}")
        }
    };
    match &who.exclude {
        None => whom,
        Some(exclude) => {
            tell("exclude", "exclude these in CleverTap's segment editor");
            format!("{whom}, but not: {exclude}")
        }
    }
}

fn of_dates(source: &Source<'_>) -> Vec<(Part, Diagnostic)> {
    if source.dialect == Dialect::CleverTap {
        return Vec::new();
    }
    let (template, _) = template::parse(source.body, source.partials, source.dialect);
    let is_now = |token: &&template::Token| {
        matches!(token.class, TokenClass::String | TokenClass::Variable)
            && token.span.of(source.body).trim_matches(['"', '\'']) == "now"
    };
    let words = "`now` is India's time in CleverTap, not the workspace's";
    let tokens = template.tokens().iter().filter(is_now);
    tokens.map(|token| (Part::Body, differs_at(token.span, words))).collect()
}

fn differs(words: &str) -> Diagnostic {
    differs_at(Span::at(0), words)
}

fn differs_at(span: Span, words: &str) -> Diagnostic {
    Diagnostic::warning(Code::DiffersInClevertap, span, words)
}

fn webhook_keys(keys: &[&str]) -> Part {
    Part::Webhook(keys.iter().map(|key| (*key).to_owned()).collect())
}

fn campaign_key(key: &str) -> Part {
    Part::Campaign(vec![key.to_owned()])
}

#[cfg(test)]
mod tests;
