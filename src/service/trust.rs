//! Manages the trust in webhooks. Without trust, no secret is read for a webhook, and nothing is sent through the
//! webhook.
//!
//! ```text
//! Webhook ──route──▶ Route ──permit──▶ Permit ──resolve──▶ values ──check_url──▶ the request goes out
//!                                └─▶ NotPermitted: untrusted, or invalid
//! ```
//!
//! The user trusts a webhook with its current contents. If the webhook's destination or request changes, the user is
//! asked again. The workspace's sandbox and other sandboxes that this user started need no trust.

use std::net::{IpAddr, SocketAddr};

use serde_json::Value;

use super::sample;
use super::session::{ResolveError, Session};
use crate::campaign::{Destination, Host, Route, RouteMismatch, Violation, Webhook, WebhookPart};
use crate::diagnostic::{Code, Diagnostic};
use crate::sandbox::announce;
use crate::secrets::MASK;
use crate::state::StateError;
use crate::text::visible;
use crate::workspace::DefinitionFile;

/// The environment variable that grants trust for one run. Its value is a comma-separated list. An entry
/// `NAME@HOST[:PORT]` lets the secret NAME be sent to HOST. An entry `@HOST[:PORT]` lets requests without secrets be
/// sent to HOST.
pub(crate) const TRUST_VARIABLE: &str = "TELECAST_TRUST";

/// The permission to send through a webhook. Only [`Session::permit`] and [`Session::permit_sandbox`] create a permit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    pub(super) route: Route,
    /// The URL of the workspace's sandbox, if the webhook uses `${SANDBOX}`.
    pub(super) sandbox: Option<String>,
    pub(super) is_sandbox: bool,
    /// In a test that goes to the workspace's own sandbox, this text is used as the value of every secret. If this is
    /// `None`, the values come from the secret store.
    pub(super) stand_in: Option<&'static str>,
}

#[derive(Debug, thiserror::Error)]
pub enum NotPermitted {
    #[error("nothing is sent through this webhook: {}", .0.first().map_or("", |first| first.problem.message.as_str()))]
    Invalid(Vec<Violation>),
    /// The user does not trust the webhook with its current contents.
    #[error("the webhook `{}` is not trusted, so nothing was sent: it would send {}", .0.webhook, .0.describe_grant())]
    Untrusted(TrustQuestion),
    #[error(transparent)]
    State(#[from] StateError),
    #[error("{TRUST_VARIABLE}: `{0}` is not NAME@HOST, NAME@HOST:PORT or @HOST")]
    Variable(String),
    #[error(transparent)]
    Sandbox(#[from] ResolveError),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustQuestion {
    /// The stem of the webhook's file.
    pub webhook: String,
    /// The method and the URL as written in the file, with a literal token masked.
    pub request: String,
    /// The server's name in ASCII, with the port if it is not the default port of the scheme.
    pub host: String,
    pub secrets: Vec<String>,
    /// The changes since a webhook with this stem was last trusted, one line each. Empty if no webhook with this stem
    /// is recorded as trusted.
    pub changes: Vec<String>,
}

impl TrustQuestion {
    /// Describes what would be sent where, such as "BOT_TOKEN to api.telegram.org".
    pub fn describe_grant(&self) -> String {
        match self.secrets.as_slice() {
            [] => format!("messages to {}", self.host),
            secrets => format!("{} to {}", secrets.join(", "), self.host),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum TrustStatus {
    Trusted,
    Untrusted(TrustQuestion),
    /// The webhook sends to the workspace's own sandbox or to another sandbox that this user started.
    Sandbox,
    Invalid(Vec<Violation>),
}

impl TrustStatus {
    /// The name that `telecast trust` prints.
    pub fn as_str(&self) -> &'static str {
        match self {
            TrustStatus::Trusted => "trusted",
            TrustStatus::Untrusted(_) => "untrusted",
            TrustStatus::Sandbox => "sandbox",
            TrustStatus::Invalid(_) => "invalid",
        }
    }

    /// Returns the error if the webhook must not be used, and `None` if it may be used.
    pub fn refusal(self) -> Option<NotPermitted> {
        match self {
            TrustStatus::Trusted | TrustStatus::Sandbox => None,
            TrustStatus::Untrusted(question) => Some(NotPermitted::Untrusted(question)),
            TrustStatus::Invalid(violations) => Some(NotPermitted::Invalid(violations)),
        }
    }
}

/// The secrets and hosts that one run may use, from [`TRUST_VARIABLE`].
#[derive(Debug, Clone, Default)]
pub struct Grants(Vec<String>);

impl Grants {
    pub fn from_environment() -> Self {
        Self::of(&std::env::var(TRUST_VARIABLE).unwrap_or_default())
    }

    pub fn of(list: &str) -> Self {
        Self(list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect())
    }

    /// Returns whether every secret of `route` is granted for the host of `route`. A route without secrets needs a
    /// grant `@HOST`. Fails if an entry cannot be parsed.
    fn cover(&self, route: &Route) -> Result<bool, NotPermitted> {
        let Destination::Host(host) = &route.destination else { return Ok(false) };
        let mut names: Vec<&str> = Vec::new();
        for entry in &self.0 {
            let parts = entry.rsplit_once('@').and_then(|(name, authority)| {
                // An entry that cannot be parsed is an error. If such an entry were ignored, a typo would look like a
                // missing grant.
                let is_known = name.is_empty() || crate::campaign::is_secret_name(name);
                Some((name, Host::parse(authority, host.is_https)?)).filter(|_| is_known)
            });
            let Some((name, granted)) = parts else { return Err(NotPermitted::Variable(entry.clone())) };
            if (&granted.name, granted.port) == (&host.name, host.port) {
                names.push(name);
            }
        }
        Ok(match route.secrets.as_slice() {
            [] => names.contains(&""),
            secrets => secrets.iter().all(|secret| names.contains(&secret.as_str())),
        })
    }
}

impl Permit {
    pub fn check_url(&self, address: &str) -> Result<(), RouteMismatch> {
        self.route.check_url(address, self.sandbox.as_deref())
    }

    pub fn host(&self) -> String {
        self.route.destination.to_string()
    }

    /// Returns whether the webhook sends to a sandbox that this user started, so that nothing reaches a person.
    pub fn is_sandbox(&self) -> bool {
        self.is_sandbox
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct WebhookInUse {
    pub stem: String,
    /// The settings, from the file or as edited in the console.
    pub webhook: Webhook,
    /// An error in the file that changes the request, because a value that could not be read has its default instead.
    /// `None` if there is no such error, or if the settings are being edited.
    pub file_error: Option<Diagnostic>,
    /// The settings in the file when editing started; `None` if the settings are not being edited. If these settings
    /// are trusted, the edited settings are trusted too, because the user typed the edits.
    pub before_edit: Option<Webhook>,
}

impl Session {
    /// Returns whether a webhook is trusted. Sends nothing, starts nothing, and reads no secret.
    pub fn trust_status(&self, in_use: &WebhookInUse) -> Result<TrustStatus, NotPermitted> {
        let route = match in_use.webhook.route() {
            Ok(route) => route,
            Err(violations) => return Ok(TrustStatus::Invalid(violations)),
        };
        // If the file has an error, the request would differ from what the file's author intended. For example, a
        // misspelled method becomes POST, and with a broken `[auth]`, no credentials are sent.
        if let Some(problem) = &in_use.file_error {
            return Ok(TrustStatus::Invalid(vec![Violation {
                part: WebhookPart::Url,
                problem: problem.clone(),
            }]));
        }
        if self.is_own_sandbox(&route) {
            return Ok(TrustStatus::Sandbox);
        }
        let record = self.state().read()?;
        // Trust is looked up by contents and not by stem, because a renamed or copied webhook sends the same requests.
        let is_trusted =
            |webhook: &Webhook| record.trusted.values().any(|trusted| *trusted == webhook.trusted_content());
        let is_edit_of_trusted = in_use.before_edit.as_ref().is_some_and(|base| {
            is_trusted(base) || base.route().is_ok_and(|route| self.is_own_sandbox(&route))
        });
        if is_edit_of_trusted || is_trusted(&in_use.webhook) || self.grants().cover(&route)? {
            return Ok(TrustStatus::Trusted);
        }
        // The changes are looked up by stem: if a webhook with this stem was trusted with other contents, the question
        // lists the differences.
        let before = record.trusted.get(&in_use.stem);
        let changes = before.map(|before| changes(before, &in_use.webhook.trusted_content()));
        let (method, url) = (in_use.webhook.method.as_str(), shown_text(&in_use.webhook.url));
        Ok(TrustStatus::Untrusted(TrustQuestion {
            webhook: in_use.stem.clone(),
            request: format!("{method} {url}"),
            host: route.destination.to_string(),
            secrets: route.secrets,
            changes: changes.unwrap_or_default(),
        }))
    }

    /// Returns the permit to send through a webhook, or the reason why it is refused. Starts the workspace's sandbox if
    /// the webhook uses `${SANDBOX}`.
    pub async fn permit(&self, in_use: &WebhookInUse) -> Result<Permit, NotPermitted> {
        let status = self.trust_status(in_use)?;
        let is_sandbox = status == TrustStatus::Sandbox;
        if let Some(refusal) = status.refusal() {
            return Err(refusal);
        }
        let route = in_use.webhook.route().map_err(NotPermitted::Invalid)?;
        let sandbox = match &route.destination {
            Destination::Sandbox => Some(self.sandbox_url().await?),
            Destination::Host(_) => None,
        };
        Ok(Permit { route, sandbox, is_sandbox, stand_in: None })
    }

    /// Returns the permit to send through a webhook to the workspace's own sandbox, which is started if it is not
    /// running. Needs no trust: nothing leaves this machine, and no secret is read. A webhook that does not send to
    /// `${SANDBOX}` needs trust as always.
    pub async fn permit_sandbox(&self, in_use: &WebhookInUse) -> Result<Permit, NotPermitted> {
        let route = in_use.webhook.route().map_err(NotPermitted::Invalid)?;
        if !matches!(route.destination, Destination::Sandbox) {
            return self.permit(in_use).await;
        }
        let sandbox = Some(self.sandbox_url().await?);
        Ok(Permit { route, sandbox, is_sandbox: true, stand_in: Some(sample::TOKEN) })
    }

    /// Records that the user trusts a webhook with its current contents. The record has the stem of the webhook's file
    /// as its key. An invalid webhook cannot be used even if it is trusted.
    pub fn trust(&self, stem: &str, webhook: &Webhook) -> Result<(), StateError> {
        let content = webhook.trusted_content();
        self.state().change(|record| {
            record.trusted.insert(stem.to_owned(), content);
        })
    }

    /// Revokes the trust in the webhook with this stem, and in every other webhook with the same contents.
    pub fn revoke(&self, stem: &str, webhook: &Webhook) -> Result<(), StateError> {
        let content = webhook.trusted_content();
        self.state().change(|record| {
            record.trusted.retain(|known, trusted| known != stem && *trusted != content);
        })
    }

    fn is_own_sandbox(&self, route: &Route) -> bool {
        match &route.destination {
            Destination::Sandbox => true,
            Destination::Host(host) => {
                let name = host.name.trim_start_matches('[').trim_end_matches(']');
                // Only IP addresses are accepted. A host name is not accepted, because its owner could make it lead to
                // another server.
                let address = name.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, host.port));
                let is_announced = |addr| announce::is_announced(self.paths(), addr);
                // The sandbox must be one that this user started. An announcement proves this: it is a file in the
                // user's state directory, and the sandbox's process holds a lock on the file. Neither a server nor a
                // workspace can create such an announcement.
                route.method_path.is_some() && !host.is_https && address.is_ok_and(is_announced)
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TrustRow {
    /// The file's stem.
    pub webhook: String,
    /// The server; empty if the URL has no valid destination.
    pub host: String,
    pub secrets: Vec<String>,
    pub status: TrustStatus,
}

/// Returns the trust row of a webhook's file. If the file cannot be read, the row's status is [`TrustStatus::Invalid`].
pub(crate) fn trust_row(
    session: &Session,
    webhook: &DefinitionFile<Webhook>,
) -> Result<TrustRow, NotPermitted> {
    let in_use = WebhookInUse::of_file(webhook);
    let host = in_use.webhook.destination().map(|destination| destination.to_string()).unwrap_or_default();
    let secrets = in_use.webhook.secret_names();
    Ok(TrustRow { webhook: webhook.stem.clone(), host, secrets, status: session.trust_status(&in_use)? })
}

impl WebhookInUse {
    pub fn of_file(definition: &DefinitionFile<Webhook>) -> Self {
        let webhook = definition.value.clone().unwrap_or_default();
        let file_error = first_blocking_error(definition);
        Self { stem: definition.stem.clone(), webhook, file_error, before_edit: None }
    }
}

/// Returns the first error in a webhook's file that changes the request; `None` if there is no such error.
pub(super) fn first_blocking_error(definition: &DefinitionFile<Webhook>) -> Option<Diagnostic> {
    // These errors are about a timeout, retries, or a rate. Such values do not change the request or its destination.
    const HARMLESS: [Code; 2] = [Code::BadDuration, Code::OutOfRange];
    let mut errors = definition.source.problems.iter().filter(|problem| problem.is_error());
    errors.find(|problem| !HARMLESS.contains(&problem.code)).cloned()
}

/// Describes the changes from `old` to `new`, one line per value. Literal bot tokens are masked, and the values of
/// `auth` are left out.
fn changes(old: &Value, new: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for key in ["method", "url", "updates", "capture"] {
        lines.extend(change(key, old[key].as_str(), new[key].as_str()));
    }
    for key in ["params", "headers"] {
        let (old, new) = (pairs(&old[key]), pairs(&new[key]));
        let value = |pairs: &[(&str, &'_ str)], name: &str| {
            // A name can occur several times. All values of a name are compared together.
            let values: Vec<&str> =
                pairs.iter().filter(|(own, _)| *own == name).map(|(_, value)| *value).collect();
            (!values.is_empty()).then(|| values.join(", "))
        };
        let mut seen: Vec<&str> = Vec::new();
        for (name, _) in new.iter().chain(&old) {
            if !seen.contains(name) {
                seen.push(name);
                lines.extend(change(name, value(&old, name).as_deref(), value(&new, name).as_deref()));
            }
        }
    }
    if old["auth"] != new["auth"] {
        // The values are left out, because they could contain a literal password.
        lines.push("auth: changed".to_owned());
    }
    lines
}

fn change(what: &str, old: Option<&str>, new: Option<&str>) -> Option<String> {
    let what = visible(what);
    match (old, new) {
        (old, new) if old == new => None,
        (None, Some(new)) => Some(format!("{what}: added {}", shown_text(new))),
        (Some(old), None) => Some(format!("{what}: removed, was {}", shown_text(old))),
        (Some(old), Some(new)) => Some(format!("{what}: {} instead of {}", shown_text(new), shown_text(old))),
        (None, None) => None,
    }
}

/// Reads pairs of a name and a value in the form in which [`Webhook::trusted_content`] writes them.
fn pairs(value: &Value) -> Vec<(&str, &str)> {
    let pairs = value.as_array().into_iter().flatten();
    pairs.filter_map(|pair| Some((pair.get(0)?.as_str()?, pair.get(1)?.as_str()?))).collect()
}

fn shown_text(text: &str) -> String {
    let mut text = visible(text).into_owned();
    if let Some(token) = crate::campaign::find_token(&text) {
        text.replace_range(token.range(), MASK);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(url: &str) -> Route {
        Webhook { url: url.to_owned(), ..Webhook::default() }.route().unwrap()
    }

    #[test]
    fn a_grant_must_list_every_secret_with_its_host() {
        let bot = route("https://api.telegram.org/bot${BOT_TOKEN}/sendMessage");
        let crm = route("https://crm.example:8080/x?a=${A}&b=${B}");
        let open = route("https://crm.example/x");
        for (list, route, expected) in [
            ("BOT_TOKEN@api.telegram.org", &bot, true),
            (" X@y , BOT_TOKEN@API.telegram.org:443", &bot, true),
            ("BOT_TOKEN@api.telegram.org:80", &bot, false),
            ("BOT_TOKEN@telegram.org", &bot, false),
            ("@api.telegram.org", &bot, false),
            ("OTHER@api.telegram.org", &bot, false),
            ("A@crm.example:8080,B@crm.example:8080", &crm, true),
            ("A@crm.example:8080,B@crm.example", &crm, false),
            ("@crm.example", &open, true),
            ("A@crm.example", &open, false),
            ("", &open, false),
        ] {
            assert_eq!(Grants::of(list).cover(route).unwrap(), expected, "{list}");
        }
        for list in ["BOT_TOKEN", "a b@h", "A@", "A@h/x", "A@h@", "*@h"] {
            assert!(matches!(Grants::of(list).cover(&bot), Err(NotPermitted::Variable(_))), "{list}");
        }
    }

    #[test]
    fn changes_are_listed_without_showing_tokens() {
        let webhook = |url: &str| Webhook { url: url.to_owned(), ..Webhook::default() }.trusted_content();
        let lines = changes(&webhook("https://h/a"), &webhook("https://evil/bot123456:AAAA/x"));
        assert_eq!(lines, ["url: https://evil/bot••••••/x instead of https://h/a"]);
        let header = |pairs: &[(&str, &str)]| {
            let headers = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Webhook { headers: headers.collect(), ..Webhook::default() }.trusted_content()
        };
        let lines =
            changes(&header(&[("A", "1"), ("B", "2")]), &header(&[("B", "3"), ("C", "4"), ("C", "5")]));
        assert_eq!(lines, ["B: 3 instead of 2", "C: added 4, 5", "A: removed, was 1"]);
    }
}
