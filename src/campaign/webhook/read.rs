//! Reads a webhook's TOML file and reports the problems that can be found without rendering anything.

use super::values::{check_rate, check_retries, parse_timeout};
use super::{Auth, HttpMethod, Webhook};
use crate::campaign::WebhookPart;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::text::Span;
use crate::toml::{self, Spanned, Table};

impl Webhook {
    /// Parses a webhook's TOML file. Returns `None` only if the text is not TOML. Wrong values are reported and
    /// replaced by their defaults.
    pub fn parse(text: &str) -> (Option<Webhook>, Vec<Diagnostic>) {
        toml::read(text, webhook)
    }
}

pub(super) fn webhook(table: &mut Table<'_>) -> Webhook {
    // Unknown keys are errors, not warnings: a body or a credential in the wrong place would be ignored, and the
    // request would be sent without it.
    table.make_unknown_keys_errors(|key| match key {
        "body" => Some("the body is in the campaign's own file"),
        "username" | "password" | "token" => Some("put it under `[auth]`"),
        _ => None,
    });
    let name = table.string("name").map(|name| name.value).unwrap_or_default();
    let method = table
        .parsed("method", Code::UnknownMethod, parse_method)
        .map_or(HttpMethod::Post, |found| found.value);
    let url = table.string("url");
    if url.is_none() {
        missing_url(table);
    }
    let headers = table.pairs("headers").unwrap_or_default();
    let params = table.pairs("params").unwrap_or_default();
    let auth = table.table("auth", read_auth).flatten();
    let unsupported =
        ["updates", "capture"].into_iter().filter_map(|key| Some((key, table.raw(key)?))).collect();
    let webhook = Webhook {
        name,
        method,
        url: url.as_ref().map(|url| url.value.clone()).unwrap_or_default(),
        headers: without_spans(&headers),
        params: without_spans(&params),
        auth: auth.as_ref().map(|(auth, _)| auth.clone()),
        timeout: table.parsed("timeout", Code::BadDuration, parse_timeout).map(|found| found.value),
        retries: read_retries(table),
        rate: read_rate(table),
        unsupported,
    };
    // Without a URL, there is no route. The missing URL is already reported.
    let violations = url.as_ref().and_then(|_| webhook.route().err()).unwrap_or_default();
    let violations = violations.into_iter().map(|violation| (violation.part, violation.problem));
    for (part, problem) in webhook.value_problems().into_iter().chain(violations) {
        let find = |pairs: &[(Spanned<String>, Spanned<String>)], wanted: &str, is_key: bool| {
            let (key, value) = pairs.iter().find(|(name, _)| name.value == wanted)?;
            Some(if is_key { key.clone() } else { value.clone() })
        };
        let value = match &part {
            WebhookPart::Url => url.clone(),
            WebhookPart::HeaderName(name) => find(&headers, name, true),
            WebhookPart::Header(name) => find(&headers, name, false),
            WebhookPart::Param(name) => find(&params, name, false),
            WebhookPart::Auth(key) => auth.as_ref().and_then(|(_, values)| {
                values.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
            }),
        };
        if let Some(value) = value {
            table.report(locate_in_file(problem, &value));
        }
    }
    webhook
}

/// Converts the span of a problem from an offset in a decoded value to an offset in the file. The new span is exact if
/// the value is a bare key, or is written with one pair of quotes and no escapes. For any other notation, the new span
/// covers the whole value.
fn locate_in_file(problem: Diagnostic, value: &Spanned<String>) -> Diagnostic {
    // A problem of the whole value covers the whole value in the file, including its quotes and escapes.
    if problem.span == Span::new(0, value.value.len()) {
        return Diagnostic { span: value.span, ..problem };
    }
    // Without escapes, a value and its source differ in length by the quotes and nothing else. With any other
    // difference, an offset in the value does not match the source. Then the whole value is marked, and the fixes are
    // dropped, because they would edit the wrong bytes.
    let quotes = match value.span.len() - value.value.len().min(value.span.len()) {
        // A bare key has no quotes.
        0 => Some(0),
        2 => Some(1),
        _ => None,
    };
    match quotes {
        Some(quotes) => problem.shifted(value.span.start + quotes),
        None => Diagnostic { span: value.span, fixes: Vec::new(), ..problem },
    }
}

fn without_spans(pairs: &[(Spanned<String>, Spanned<String>)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect()
}

fn parse_method(text: &str) -> Result<HttpMethod, String> {
    HttpMethod::from_name(text)
        .ok_or_else(|| format!("`{text}` is not a method; use POST, GET, PUT or DELETE"))
}

fn read_retries(table: &mut Table<'_>) -> Option<u32> {
    let Spanned { value, span } = table.integer("retries")?;
    let report = |message| table.report(Diagnostic::error(Code::OutOfRange, span, message));
    check_retries(value).map_err(report).ok()
}

fn read_rate(table: &mut Table<'_>) -> Option<f64> {
    let Spanned { value, span } = table.number("rate")?;
    let report = |message| table.report(Diagnostic::error(Code::OutOfRange, span, message));
    check_rate(value).map_err(report).ok()
}

fn missing_url(table: &mut Table<'_>) {
    let example = "url = \"https://api.telegram.org/bot${BOT_TOKEN}/sendMessage\"";
    let problem = Diagnostic::error(Code::MissingKey, table.span(), "a webhook needs a `url`");
    table.report(problem.with_help(format!("add `{example}`")));
}

type Credentials = Vec<(&'static str, Spanned<String>)>;

fn read_auth(table: &mut Table<'_>) -> Option<(Auth, Credentials)> {
    const KINDS: [&str; 2] = ["basic", "bearer"];
    let Some(kind) = table.string("kind") else {
        let problem = Diagnostic::error(Code::MissingKey, table.span(), "`[auth]` needs a `kind`");
        table.report(problem.with_help("add `kind = \"basic\"` or `kind = \"bearer\"`"));
        // These values are not used. The keys are read to mark them as known. Unread keys would be reported as unknown,
        // in addition to the real problem.
        let _ = (table.string("username"), table.string("password"), table.string("token"));
        return None;
    };
    let mut values = Vec::new();
    match kind.value.as_str() {
        "basic" => {
            let username = read_credential(table, "username", &mut values);
            let password = read_credential(table, "password", &mut values);
            Some((Auth::Basic { username, password }, values))
        }
        "bearer" => {
            let token = read_credential(table, "token", &mut values);
            Some((Auth::Bearer { token }, values))
        }
        other => {
            let mut problem = Diagnostic::error(
                Code::UnknownAuth,
                kind.span,
                format!("`{other}` is not a kind of authentication; use `basic` or `bearer`"),
            );
            if let Some(near) = did_you_mean(other, KINDS) {
                problem = problem.with_help(format!("did you mean `{near}`?"));
            }
            table.report(problem);
            let _ = (table.string("username"), table.string("password"), table.string("token"));
            None
        }
    }
}

fn read_credential(table: &mut Table<'_>, key: &'static str, values: &mut Credentials) -> String {
    let Some(found) = table.string(key) else {
        let problem = Diagnostic::error(Code::MissingKey, table.span(), format!("`[auth]` needs a `{key}`"));
        table.report(problem.with_help(format!("add `{key} = \"${{NAME}}\"`")));
        return String::new();
    };
    values.push((key, found.clone()));
    found.value
}
