//! A webhook's file, key by key, with all that can be known to be wrong before anything is rendered.

use std::time::Duration;

use super::{Auth, Method, Webhook};
use crate::campaign::{address, duration, placeholder};
use crate::diagnostic::{Diagnostic, Fix, did_you_mean};
use crate::text::{Span, visible};
use crate::toml::{Spanned, Table};

/// The most a webhook can ask for: more would make a hung server look like a hung telecast.
const MAX_TIMEOUT: Duration = Duration::from_secs(600);
const MAX_RETRIES: i64 = 20;
const MAX_RATE: f64 = 100_000.0;

pub(super) fn webhook(table: &mut Table<'_>) -> Webhook {
    table.unknown_is_grave(|key| match key {
        "body" => Some("the body stands in the campaign's own file"),
        "username" | "password" | "token" => Some("put it under `[auth]`"),
        _ => None,
    });
    let name = table.string("name").map(|name| name.value).unwrap_or_default();
    let method =
        table.parsed("method", "unknown-method", parse_method).map_or(Method::Post, |found| found.value);
    let url = table.string("url");
    match &url {
        Some(url) => check_url(table, url),
        None => missing_url(table),
    }
    let headers = table.pairs("headers").unwrap_or_default();
    headers.iter().for_each(|(name, value)| check_header(table, name, value));
    let params = table.pairs("params").unwrap_or_default();
    Webhook {
        name,
        method,
        url: url.map(|url| url.value).unwrap_or_default(),
        headers: plain(headers),
        params: plain(params),
        auth: table.table("auth", read_auth).flatten(),
        timeout: table.parsed("timeout", "bad-duration", parse_timeout).map(|found| found.value),
        retries: read_retries(table),
        rate: read_rate(table),
    }
}

fn plain(pairs: Vec<(Spanned<String>, Spanned<String>)>) -> Vec<(String, String)> {
    pairs.into_iter().map(|(key, value)| (key.value, value.value)).collect()
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
    table.problem(Diagnostic::error("out-of-range", span, format!("retries are 0 to {MAX_RETRIES}")));
    None
}

fn read_rate(table: &mut Table<'_>) -> Option<f64> {
    let Spanned { value, span } = table.number("rate")?;
    if 0.0 < value && value <= MAX_RATE {
        return Some(value);
    }
    let message = "a rate is messages a second: more than 0 and at most 100000";
    table.problem(Diagnostic::error("out-of-range", span, message));
    None
}

fn missing_url(table: &mut Table<'_>) {
    let example = "url = \"https://api.telegram.org/bot${BOT_TOKEN}/sendMessage\"";
    let problem = Diagnostic::error("missing-key", table.span(), "a webhook needs an `url`");
    table.problem(problem.with_help(format!("add `{example}`")));
}

/// Checks what can be known of an address before its Liquid is rendered and its secrets are put in.
fn check_url(table: &mut Table<'_>, url: &Spanned<String>) {
    let text = url.value.as_str();
    // Places within the value are exact only where it was written without escapes, which URLs are.
    let is_exact = url.span.len() == text.len() + 2;
    let place = |span: Span| if is_exact { span.shifted(url.span.start + 1) } else { url.span };
    if let Some(token) = address::find_token(text) {
        let problem = Diagnostic::error("token-in-file", place(token), "a bot token stands in this file");
        table.problem(problem.with_help(
            "save the webhook in the console, or run `telecast secrets set BOT_TOKEN` and write `${BOT_TOKEN}` here",
        ));
    }
    if let Some(sample) = sample_token(text) {
        let fix = Fix::replace("write `${BOT_TOKEN}`", place(sample), "${BOT_TOKEN}");
        let problem =
            Diagnostic::error("sample-token", place(sample), format!("`{}` is a sample", sample.of(text)))
                .with_help("write `${BOT_TOKEN}` here and run `telecast secrets set BOT_TOKEN`");
        table.problem(if is_exact { problem.with_fix(fix) } else { problem });
    }
    if let Some(message) = not_an_address(text) {
        let help = "an address looks like `https://api.telegram.org/bot${BOT_TOKEN}/sendMessage`";
        table.problem(Diagnostic::error("not-an-url", url.span, message).with_help(help));
    }
}

/// Returns the place of a `<YOUR_BOT_TOKEN>` as manuals write it.
fn sample_token(url: &str) -> Option<Span> {
    let token = address::bot_api(url)?.token;
    let text = token.of(url);
    (text.starts_with('<') && text.ends_with('>')).then_some(token)
}

fn not_an_address(url: &str) -> Option<&'static str> {
    if url.trim().is_empty() {
        return Some("the address is empty");
    }
    if url.starts_with("${") || url.starts_with("{{") || url.starts_with("{%") {
        return None;
    }
    let scheme_end = url.find("://").unwrap_or(0);
    let scheme = &url[..scheme_end];
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Some("the address does not start with `https://` or `http://`");
    }
    let host = url[scheme_end + 3..].split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        return Some("the address has no host");
    }
    let has_gap = host.chars().any(char::is_whitespace) && !host.contains('{');
    has_gap.then_some("the address has a blank in its host")
}

fn check_header(table: &mut Table<'_>, name: &Spanned<String>, value: &Spanned<String>) {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.value.is_empty() || !name.value.chars().all(is_token) {
        let message = format!("`{}` cannot be a header's name", visible(&name.value));
        table.problem(Diagnostic::error("bad-header", name.span, message));
    }
    if value.value.chars().any(char::is_control) {
        let message = "a header's value cannot hold line breaks or control characters";
        table.problem(Diagnostic::error("bad-header", value.span, message));
    }
}

fn read_auth(table: &mut Table<'_>) -> Option<Auth> {
    const KINDS: [&str; 2] = ["basic", "bearer"];
    let Some(kind) = table.string("kind") else {
        let problem = Diagnostic::error("missing-key", table.span(), "`[auth]` needs a `kind`");
        table.problem(problem.with_help("add `kind = \"basic\"` or `kind = \"bearer\"`"));
        // Asked for, so that they are not reported as unknown beside the missing kind.
        let _ = (table.string("username"), table.string("password"), table.string("token"));
        return None;
    };
    match kind.value.as_str() {
        "basic" => Some(Auth::Basic {
            username: read_credential(table, "username", Secrecy::Open),
            password: read_credential(table, "password", Secrecy::Secret),
        }),
        "bearer" => Some(Auth::Bearer { token: read_credential(table, "token", Secrecy::Secret) }),
        other => {
            let mut problem = Diagnostic::error(
                "unknown-auth",
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

fn read_credential(table: &mut Table<'_>, key: &'static str, secrecy: Secrecy) -> String {
    let Some(found) = table.string(key) else {
        let problem = Diagnostic::error("missing-key", table.span(), format!("`[auth]` needs a `{key}`"));
        table.problem(problem.with_help(format!("add `{key} = \"${{NAME}}\"`")));
        return String::new();
    };
    if secrecy == Secrecy::Secret && placeholder::placeholders(&found.value).is_empty() {
        let problem =
            Diagnostic::warning("secret-in-file", found.span, format!("a {key} stands in this file"));
        table.problem(problem.with_help("write `${NAME}` here and run `telecast secrets set NAME`"));
    }
    found.value
}
