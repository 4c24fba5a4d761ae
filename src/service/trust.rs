//! Trust in a webhook as it is: what has to be had before a secret is resolved for it or anything is sent to it.
//!
//! ```text
//! Webhook ──route──▶ Route ──permit──▶ Permit ──resolve──▶ values ──admits──▶ the request goes out
//!                                └─▶ NotPermitted: untrusted, or invalid
//! ```
//!
//! A webhook is trusted as it was when the user said so; its sandbox, and others that this user started, need no trust.

use std::net::{IpAddr, SocketAddr};

use serde_json::Value;

use super::session::{ResolveError, Session};
use crate::campaign::{Host, Misdirected, Origin, Part, Route, Violation, Webhook};
use crate::diagnostic::{Code, Diagnostic};
use crate::sandbox::announce;
use crate::secrets::MASK;
use crate::state::StateError;
use crate::text::visible;
use crate::workspace::Definition;

/// The variable that says what one run of a command may send: `NAME@HOST[:PORT]` or `@HOST[:PORT]`, with commas.
pub const TRUST_VARIABLE: &str = "TELECAST_TRUST";

/// That a webhook may be sent to: only [`Session::permit`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    pub(super) route: Route,
    /// The address of the sandbox, where the webhook goes there.
    pub(super) sandbox: Option<String>,
    pub(super) is_sandbox: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum NotPermitted {
    #[error("nothing is sent through this webhook: {}", .0.first().map_or("", |first| first.problem.message.as_str()))]
    Invalid(Vec<Violation>),
    /// The user has not said that it may be sent to, as it is now.
    #[error("the webhook `{}` is not trusted, so nothing was sent: it would send {}", .0.webhook, .0.what())]
    Untrusted(Question),
    #[error(transparent)]
    State(#[from] StateError),
    #[error("{TRUST_VARIABLE}: `{0}` is not NAME@HOST, NAME@HOST:PORT or @HOST")]
    Variable(String),
    #[error(transparent)]
    Sandbox(#[from] ResolveError),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The stem of the webhook's file.
    pub webhook: String,
    /// Its method and address as they are written; a token that is typed there is masked.
    pub request: String,
    /// The server, in ASCII, with its port where that is not the scheme's own.
    pub host: String,
    pub secrets: Vec<String>,
    /// What is other than when it was trusted last, a line each; empty where it never was.
    pub changes: Vec<String>,
}

impl Question {
    /// Says what would go where: "BOT_TOKEN to api.telegram.org".
    pub fn what(&self) -> String {
        match self.secrets.as_slice() {
            [] => format!("messages to {}", self.host),
            secrets => format!("{} to {}", secrets.join(", "), self.host),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    Trusted,
    Untrusted(Question),
    /// It goes to a sandbox that this user started, or to the workspace's own.
    Sandbox,
    Invalid(Vec<Violation>),
}

impl Standing {
    /// Returns the word for it, as `telecast trust` prints it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Standing::Trusted => "trusted",
            Standing::Untrusted(_) => "untrusted",
            Standing::Sandbox => "sandbox",
            Standing::Invalid(_) => "invalid",
        }
    }

    pub fn refusal(self) -> Option<NotPermitted> {
        match self {
            Standing::Trusted | Standing::Sandbox => None,
            Standing::Untrusted(question) => Some(NotPermitted::Untrusted(question)),
            Standing::Invalid(violations) => Some(NotPermitted::Invalid(violations)),
        }
    }
}

/// What one run of a command may send where, from [`TRUST_VARIABLE`].
#[derive(Debug, Clone, Default)]
pub struct Grants(Vec<String>);

impl Grants {
    pub fn from_environment() -> Self {
        Self::of(&std::env::var(TRUST_VARIABLE).unwrap_or_default())
    }

    pub fn of(list: &str) -> Self {
        Self(list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect())
    }

    /// Whether every secret of `route` is listed for its host, or the host alone where it has none.
    fn cover(&self, route: &Route) -> Result<bool, NotPermitted> {
        let Origin::Host(host) = &route.origin else { return Ok(false) };
        let mut names: Vec<&str> = Vec::new();
        for entry in &self.0 {
            let parts = entry.rsplit_once('@').and_then(|(name, authority)| {
                let is_known = name.is_empty() || crate::campaign::is_name(name);
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
    pub fn admits(&self, address: &str) -> Result<(), Misdirected> {
        self.route.admits(address, self.sandbox.as_deref())
    }

    pub fn host(&self) -> String {
        self.route.origin.to_string()
    }

    /// Whether it goes to a sandbox that this user started: nothing reaches a person.
    pub fn is_sandbox(&self) -> bool {
        self.is_sandbox
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct WebhookInUse {
    pub stem: String,
    /// Its settings: as saved, or as typed in the console and not saved yet.
    pub webhook: Webhook,
    /// What is wrong with its file beside what may not stand in a webhook: what could not be read has its default, which
    /// is not what was meant. None where the settings are typed.
    pub broken: Option<Diagnostic>,
    /// What the file said when these settings were typed over it; none where they are the file's. What a user types over
    /// a trusted webhook is trusted as they typed it.
    pub typed_over: Option<Webhook>,
}

impl Session {
    /// Returns where a webhook stands. Sends nothing, starts nothing, resolves no secret.
    pub fn standing(&self, in_use: &WebhookInUse) -> Result<Standing, NotPermitted> {
        let route = match in_use.webhook.route() {
            Ok(route) => route,
            Err(violations) => return Ok(Standing::Invalid(violations)),
        };
        if let Some(problem) = &in_use.broken {
            return Ok(Standing::Invalid(vec![Violation { part: Part::Url, problem: problem.clone() }]));
        }
        if self.is_own_sandbox(&route) {
            return Ok(Standing::Sandbox);
        }
        let record = self.state().read()?;
        let is_trusted =
            |webhook: &Webhook| record.trusted.values().any(|trusted| *trusted == webhook.trusted_content());
        let is_typed = in_use.typed_over.as_ref().is_some_and(|base| {
            is_trusted(base) || base.route().is_ok_and(|route| self.is_own_sandbox(&route))
        });
        if is_typed || is_trusted(&in_use.webhook) || self.grants().cover(&route)? {
            return Ok(Standing::Trusted);
        }
        let before = record.trusted.get(&in_use.stem);
        let changes = before.map(|before| changes(before, &in_use.webhook.trusted_content()));
        let (method, url) = (in_use.webhook.method.as_str(), shown_text(&in_use.webhook.url));
        Ok(Standing::Untrusted(Question {
            webhook: in_use.stem.clone(),
            request: format!("{method} {url}"),
            host: route.origin.to_string(),
            secrets: route.secrets,
            changes: changes.unwrap_or_default(),
        }))
    }

    /// Permits sending through a webhook, or says why not; starts the workspace's sandbox where it goes there.
    pub async fn permit(&self, in_use: &WebhookInUse) -> Result<Permit, NotPermitted> {
        let standing = self.standing(in_use)?;
        let is_sandbox = standing == Standing::Sandbox;
        if let Some(refusal) = standing.refusal() {
            return Err(refusal);
        }
        let route = in_use.webhook.route().map_err(NotPermitted::Invalid)?;
        let sandbox = match &route.origin {
            Origin::Sandbox => Some(self.sandbox_url().await?),
            Origin::Host(_) => None,
        };
        Ok(Permit { route, sandbox, is_sandbox })
    }

    /// Trusts a webhook as it is now, under its file's stem. An invalid one is still not sent to.
    pub fn trust(&self, stem: &str, webhook: &Webhook) -> Result<(), StateError> {
        let content = webhook.trusted_content();
        self.state().change(|record| {
            record.trusted.insert(stem.to_owned(), content);
        })
    }

    /// Forgets the trust in a webhook, under whatever name it was given.
    pub fn revoke(&self, stem: &str, webhook: &Webhook) -> Result<(), StateError> {
        let content = webhook.trusted_content();
        self.state().change(|record| {
            record.trusted.retain(|known, trusted| known != stem && *trusted != content);
        })
    }

    fn is_own_sandbox(&self, route: &Route) -> bool {
        match &route.origin {
            Origin::Sandbox => true,
            Origin::Host(host) => {
                let name = host.name.trim_start_matches('[').trim_end_matches(']');
                // By address alone: what a name leads to is somebody else's to say.
                let address = name.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, host.port));
                let is_announced = |addr| announce::is_announced(self.paths(), addr);
                route.bot_call.is_some() && !host.is_https && address.is_ok_and(is_announced)
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct TrustRow {
    /// The file's stem.
    pub webhook: String,
    /// The server; empty where it cannot be read off the webhook.
    pub host: String,
    pub secrets: Vec<String>,
    pub standing: Standing,
}

/// Returns where a webhook's file stands. One that cannot be read is invalid.
pub fn trust_row(session: &Session, webhook: &Definition<Webhook>) -> Result<TrustRow, NotPermitted> {
    let in_use = WebhookInUse::of_file(webhook);
    let host = in_use.webhook.origin().map(|origin| origin.to_string()).unwrap_or_default();
    let secrets = in_use.webhook.secret_names();
    Ok(TrustRow { webhook: webhook.stem.clone(), host, secrets, standing: session.standing(&in_use)? })
}

impl WebhookInUse {
    pub fn of_file(definition: &Definition<Webhook>) -> Self {
        let webhook = definition.value.clone().unwrap_or_default();
        let broken = broken(definition);
        Self { stem: definition.stem.clone(), webhook, broken, typed_over: None }
    }
}

/// Returns the first error of a webhook's file that makes of its request another one than was meant.
pub(super) fn broken(definition: &Definition<Webhook>) -> Option<Diagnostic> {
    // Their defaults change how long it is waited and how often it is tried, not what is sent where.
    const HARMLESS: [Code; 2] = [Code::BadDuration, Code::OutOfRange];
    let mut errors = definition.source.problems.iter().filter(|problem| problem.is_error());
    errors.find(|problem| !HARMLESS.contains(&problem.code)).cloned()
}

/// Says what is other in `new`, a line for each value; passwords and tokens that stand there themselves are masked.
fn changes(old: &Value, new: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for key in ["method", "url", "updates", "capture"] {
        lines.extend(change(key, old[key].as_str(), new[key].as_str()));
    }
    for key in ["params", "headers"] {
        let (old, new) = (pairs(&old[key]), pairs(&new[key]));
        let value = |pairs: &[(&str, &'_ str)], name: &str| {
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
        lines.push("auth: changed".to_owned());
    }
    lines
}

fn change(what: &str, old: Option<&str>, new: Option<&str>) -> Option<String> {
    let what = visible(what);
    match (old, new) {
        (old, new) if old == new => None,
        (None, Some(new)) => Some(format!("{what}: {}, which is new", shown_text(new))),
        (Some(old), None) => Some(format!("{what}: gone, it was {}", shown_text(old))),
        (Some(old), Some(new)) => Some(format!("{what}: {} instead of {}", shown_text(new), shown_text(old))),
        (None, None) => None,
    }
}

/// Takes names and values as [`Webhook::trusted_content`] writes them.
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
    fn a_run_may_send_what_is_listed_and_every_secret_has_to_be() {
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
    fn what_changed_is_said_and_no_token_with_it() {
        let webhook = |url: &str| Webhook { url: url.to_owned(), ..Webhook::default() }.trusted_content();
        let lines = changes(&webhook("https://h/a"), &webhook("https://evil/bot123456:AAAA/x"));
        assert_eq!(lines, ["url: https://evil/bot••••••/x instead of https://h/a"]);
        let header = |pairs: &[(&str, &str)]| {
            let headers = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Webhook { headers: headers.collect(), ..Webhook::default() }.trusted_content()
        };
        let lines =
            changes(&header(&[("A", "1"), ("B", "2")]), &header(&[("B", "3"), ("C", "4"), ("C", "5")]));
        assert_eq!(lines, ["B: 3 instead of 2", "C: 4, 5, which is new", "A: gone, it was 1"]);
    }
}
