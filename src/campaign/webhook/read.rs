//! A webhook's file, key by key, with all that can be known to be wrong before anything is rendered.

use std::time::Duration;

use super::{Auth, Method, Webhook};
use crate::campaign::{Part, duration, placeholder};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::text::{Span, visible};
use crate::toml::{self, Spanned, Table};

/// The most a webhook can ask for: more would make a hung server look like a hung telecast.
const MAX_TIMEOUT: Duration = Duration::from_secs(600);
const MAX_RETRIES: i64 = 20;
const MAX_RATE: f64 = 100_000.0;

impl Webhook {
    /// Reads a webhook's file. `None` only where the text is not TOML; what is wrong or missing has its default.
    pub fn parse(text: &str) -> (Option<Webhook>, Vec<Diagnostic>) {
        toml::read(text, webhook)
    }
}

pub(super) fn webhook(table: &mut Table<'_>) -> Webhook {
    table.unknown_is_grave(|key| match key {
        "body" => Some("the body stands in the campaign's own file"),
        "username" | "password" | "token" => Some("put it under `[auth]`"),
        _ => None,
    });
    let name = table.string("name").map(|name| name.value).unwrap_or_default();
    let method =
        table.parsed("method", Code::UnknownMethod, parse_method).map_or(Method::Post, |found| found.value);
    let url = table.string("url");
    if url.is_none() {
        missing_url(table);
    }
    let headers = table.pairs("headers").unwrap_or_default();
    headers.iter().for_each(|(name, value)| check_header(table, name, value));
    let params = table.pairs("params").unwrap_or_default();
    let auth = table.table("auth", read_auth).flatten();
    let unread = ["updates", "capture"].into_iter().filter_map(|key| Some((key, table.raw(key)?))).collect();
    let webhook = Webhook {
        name,
        method,
        url: url.as_ref().map(|url| url.value.clone()).unwrap_or_default(),
        headers: plain(&headers),
        params: plain(&params),
        auth: auth.as_ref().map(|(auth, _)| auth.clone()),
        timeout: table.parsed("timeout", Code::BadDuration, parse_timeout).map(|found| found.value),
        retries: read_retries(table),
        rate: read_rate(table),
        unread,
    };
    if let Some(url) = &url {
        for violation in webhook.route().err().unwrap_or_default() {
            let at = |pairs: &[(Spanned<String>, Spanned<String>)], wanted: &str, is_key: bool| {
                let (key, value) = pairs.iter().find(|(name, _)| name.value == wanted)?;
                Some(if is_key { key.clone() } else { value.clone() })
            };
            let value = match &violation.part {
                Part::Url => Some(url.clone()),
                Part::HeaderName(name) => at(&headers, name, true),
                Part::Header(name) => at(&headers, name, false),
                Part::Param(name) => at(&params, name, false),
                Part::Auth(key) => auth.as_ref().and_then(|(_, values)| {
                    values.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
                }),
            };
            if let Some(value) = value {
                table.problem(placed(violation.problem, &value));
            }
        }
    }
    webhook
}

/// Lays a problem within a value over the file. Places are exact only where the value was written without escapes.
fn placed(problem: Diagnostic, value: &Spanned<String>) -> Diagnostic {
    if problem.span == Span::new(0, value.value.len()) {
        return Diagnostic { span: value.span, ..problem };
    }
    let quotes = match value.span.len() - value.value.len().min(value.span.len()) {
        // A key may be bare.
        0 => Some(0),
        2 => Some(1),
        _ => None,
    };
    match quotes {
        Some(quotes) => problem.shifted(value.span.start + quotes),
        None => Diagnostic { span: value.span, fixes: Vec::new(), ..problem },
    }
}

fn plain(pairs: &[(Spanned<String>, Spanned<String>)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect()
}

fn parse_method(text: &str) -> Result<Method, String> {
    Method::from_name(text).ok_or_else(|| format!("`{text}` is no method; it is POST, GET, PUT or DELETE"))
}

fn parse_timeout(text: &str) -> Result<Duration, String> {
    let timeout = duration::parse_duration(text)?;
    if timeout.is_zero() || MAX_TIMEOUT < timeout {
        return Err("a timeout is more than nothing and at most `10m`".to_owned());
    }
    Ok(timeout)
}

fn read_retries(table: &mut Table<'_>) -> Option<u32> {
    let Spanned { value, span } = table.integer("retries")?;
    if (0..=MAX_RETRIES).contains(&value) {
        return u32::try_from(value).ok();
    }
    table.problem(Diagnostic::error(Code::OutOfRange, span, format!("retries are 0 to {MAX_RETRIES}")));
    None
}

fn read_rate(table: &mut Table<'_>) -> Option<f64> {
    let Spanned { value, span } = table.number("rate")?;
    if 0.0 < value && value <= MAX_RATE {
        return Some(value);
    }
    let message = "a rate is messages a second: more than 0 and at most 100000";
    table.problem(Diagnostic::error(Code::OutOfRange, span, message));
    None
}

fn missing_url(table: &mut Table<'_>) {
    let example = "url = \"https://api.telegram.org/bot${BOT_TOKEN}/sendMessage\"";
    let problem = Diagnostic::error(Code::MissingKey, table.span(), "a webhook needs an `url`");
    table.problem(problem.with_help(format!("add `{example}`")));
}

fn check_header(table: &mut Table<'_>, name: &Spanned<String>, value: &Spanned<String>) {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.value.is_empty() || !name.value.chars().all(is_token) {
        let message = format!("`{}` cannot be a header's name", visible(&name.value));
        table.problem(Diagnostic::error(Code::BadHeader, name.span, message));
    }
    if value.value.chars().any(char::is_control) {
        let message = "a header's value cannot hold line breaks or control characters";
        table.problem(Diagnostic::error(Code::BadHeader, value.span, message));
    }
}

type Credentials = Vec<(&'static str, Spanned<String>)>;

fn read_auth(table: &mut Table<'_>) -> Option<(Auth, Credentials)> {
    const KINDS: [&str; 2] = ["basic", "bearer"];
    let Some(kind) = table.string("kind") else {
        let problem = Diagnostic::error(Code::MissingKey, table.span(), "`[auth]` needs a `kind`");
        table.problem(problem.with_help("add `kind = \"basic\"` or `kind = \"bearer\"`"));
        // Asked for, so that they are not reported as unknown beside the missing kind.
        let _ = (table.string("username"), table.string("password"), table.string("token"));
        return None;
    };
    let mut values = Vec::new();
    match kind.value.as_str() {
        "basic" => {
            let username = read_credential(table, "username", Secrecy::Open, &mut values);
            let password = read_credential(table, "password", Secrecy::Secret, &mut values);
            Some((Auth::Basic { username, password }, values))
        }
        "bearer" => {
            let token = read_credential(table, "token", Secrecy::Secret, &mut values);
            Some((Auth::Bearer { token }, values))
        }
        other => {
            let mut problem = Diagnostic::error(
                Code::UnknownAuth,
                kind.span,
                format!("`{other}` is no kind of authentication; it is `basic` or `bearer`"),
            );
            if let Some(near) = did_you_mean(other, KINDS) {
                problem = problem.with_help(format!("did you mean `{near}`?"));
            }
            table.problem(problem);
            let _ = (table.string("username"), table.string("password"), table.string("token"));
            None
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Secrecy {
    Open,
    Secret,
}

fn read_credential(
    table: &mut Table<'_>,
    key: &'static str,
    secrecy: Secrecy,
    values: &mut Credentials,
) -> String {
    let Some(found) = table.string(key) else {
        let problem = Diagnostic::error(Code::MissingKey, table.span(), format!("`[auth]` needs a `{key}`"));
        table.problem(problem.with_help(format!("add `{key} = \"${{NAME}}\"`")));
        return String::new();
    };
    if secrecy == Secrecy::Secret && placeholder::placeholders(&found.value).is_empty() {
        let problem =
            Diagnostic::warning(Code::SecretInFile, found.span, format!("a {key} stands in this file"));
        table.problem(problem.with_help("write `${NAME}` here and run `telecast secrets set NAME`"));
    }
    values.push((key, found.clone()));
    found.value
}
