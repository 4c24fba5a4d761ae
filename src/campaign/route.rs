//! Where a webhook sends, and with which secrets: what a person decides about when they trust it.
//!
//! ```text
//! Webhook ──route──▶ Route { origin, secrets }            what a person is asked about
//!                └─▶ Violation …                          what may not stand in a webhook, each at its place
//! finished address ──Route::admits──▶ whether it leads where the person was told
//! ```
//!
//! A webhook can come from a stranger. What it sends where must be readable off the file: scheme, host and port are
//! literal, a Bot API's token is exactly one `${NAME}`, and nothing that is put in later can lead elsewhere.

use std::fmt;

use percent_encoding::percent_decode_str;
use url::{Host as UrlHost, Url};

use super::address::{self, BotApi};
use super::placeholder::{self, Placeholder, SANDBOX};
use super::{Auth, Webhook};
use crate::diagnostic::{Code, Diagnostic, Fix, did_you_mean};
use crate::dialect::Dialect;
use crate::telegram;
use crate::template::{self, Partials};
use crate::text::Span;

/// The host that is a Bot API whatever its path.
const TELEGRAM: &str = "api.telegram.org";

/// The headers that the connection sets: a second value of theirs can lead a request elsewhere.
const FORBIDDEN_HEADERS: [&str; 4] = ["host", "content-length", "transfer-encoding", "connection"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub origin: Origin,
    /// The names of the secrets that go there, each once, in order; [`SANDBOX`] is none.
    pub secrets: Vec<String>,
    /// What follows the token where the address is a Bot API's: `/METHOD` or `/test/METHOD`.
    pub bot_call: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The workspace's own sandbox: `${SANDBOX}`.
    Sandbox,
    Host(Host),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    pub is_https: bool,
    /// The name in ASCII (`xn--…`), or the address; IPv6 in brackets.
    pub name: String,
    /// The port, the scheme's own where none is written.
    pub port: u16,
    /// Whether the address is on this machine by its form: 127.0.0.0/8, `::1`, `localhost`.
    pub is_loopback: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    pub part: Part,
    /// What is wrong; its spans lie in that value.
    pub problem: Diagnostic,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Url,
    HeaderName(String),
    /// The value of the header of this name.
    Header(String),
    /// The value of the parameter of this name.
    Param(String),
    Auth(&'static str),
}

impl Part {
    /// Returns the path of keys to it in the webhook's file.
    pub fn path(&self) -> Vec<&str> {
        match self {
            Part::Url => vec!["url"],
            Part::HeaderName(name) | Part::Header(name) => vec!["headers", name],
            Part::Param(name) => vec!["params", name],
            Part::Auth(key) => vec!["auth", key],
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Sandbox => out.write_str("${SANDBOX}"),
            Origin::Host(host) => host.fmt(out),
        }
    }
}

impl fmt::Display for Host {
    /// `api.telegram.org`, `127.0.0.1:8081`: the port where it is not the scheme's own.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)?;
        let default = if self.is_https { 443 } else { 80 };
        if self.port == default { Ok(()) } else { write!(out, ":{}", self.port) }
    }
}

impl Host {
    /// Reads `host` or `host:port` as somebody writes it for a server of this scheme; `None` where it is neither.
    pub fn parse(authority: &str, is_https: bool) -> Option<Host> {
        // What the parser would take for something else than host and port, or silently leave out.
        if authority.is_empty()
            || authority.contains(|c: char| "/\\?#@%".contains(c) || c.is_control() || c == ' ')
        {
            return None;
        }
        let scheme = if is_https { "https" } else { "http" };
        Host::of(&Url::parse(&format!("{scheme}://{authority}/")).ok()?)
    }

    fn of(url: &Url) -> Option<Host> {
        let is_loopback = match url.host()? {
            UrlHost::Domain(name) => name == "localhost",
            UrlHost::Ipv4(address) => address.is_loopback(),
            UrlHost::Ipv6(address) => address.is_loopback(),
        };
        Some(Host {
            is_https: url.scheme() == "https",
            name: url.host_str()?.to_owned(),
            port: url.port_or_known_default()?,
            is_loopback,
        })
    }
}

/// Why nothing is sent to a finished address. The address, which holds secrets, is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misdirected {
    #[error("the finished address is not valid: {0}")]
    Invalid(#[from] url::ParseError),
    /// A value changed the host, or added a user.
    #[error("the finished address leads to another host than the webhook's")]
    OtherHost,
    #[error("a value makes a `.` or `..` of a part of the address's path")]
    DotSegment,
    #[error("the secret in the address is no bot token: a number, a colon, then letters and digits")]
    NoToken,
    #[error("a value makes a Bot API's address of the webhook's")]
    BotApi,
}

impl Route {
    /// Says why a finished address, secrets and values filled in, does not lead where this route says; `sandbox` is the
    /// address that `${SANDBOX}` stands for.
    ///
    /// The last look before something is sent: a value that brings a `/../`, an `@` or a second path is found here.
    pub fn admits(&self, address: &str, sandbox: Option<&str>) -> Result<(), Misdirected> {
        let url = Url::parse(address)?;
        let expected = match &self.origin {
            Origin::Host(host) => Some(host.clone()),
            Origin::Sandbox => sandbox.and_then(|base| Host::of(&Url::parse(base).ok()?)),
        };
        let found = Host::of(&url);
        if found.is_none() || found != expected || !url.username().is_empty() || url.password().is_some() {
            return Err(Misdirected::OtherHost);
        }
        if has_dot_segment(address) {
            return Err(Misdirected::DotSegment);
        }
        let path = &address[..address::path_end(address)];
        match &self.bot_call {
            Some(call) => {
                let segment = path.strip_suffix(call.as_str()).and_then(|rest| rest.rsplit('/').next());
                let token = segment.and_then(|segment| segment.strip_prefix("bot"));
                if !token.is_some_and(is_sane_token) {
                    return Err(Misdirected::NoToken);
                }
            }
            None if address::bot_api(address).is_some() || looks_like_bot_api(address) => {
                return Err(Misdirected::BotApi);
            }
            None => {}
        }
        Ok(())
    }
}

impl Webhook {
    /// Returns where this sends and with what, or everything in it that may not stand in a webhook.
    ///
    /// ```
    /// use telecast::campaign::Webhook;
    ///
    /// let url = "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage".to_owned();
    /// let route = Webhook { url, ..Webhook::default() }.route().unwrap();
    /// assert_eq!(route.origin.to_string(), "api.telegram.org");
    /// assert_eq!(route.secrets, ["BOT_TOKEN"]);
    /// ```
    pub fn route(&self) -> Result<Route, Vec<Violation>> {
        let mut violations = Vec::new();
        let origin = origin(&self.url, &mut violations);
        check_path(&self.url, origin.as_ref(), &mut violations);
        self.check_headers(&mut violations);
        self.check_liquid(&mut violations);
        let is_bot_api = address::bot_api(&self.url).is_some() || looks_like_bot_api(&self.url);
        self.check_secrets(origin.as_ref(), is_bot_api, &mut violations);
        match origin {
            Some(origin) if violations.is_empty() => {
                let parts = address::bot_api(&self.url);
                let bot_call =
                    parts.map(|parts| Span::new(parts.token.end, parts.method.end).of(&self.url).to_owned());
                Ok(Route { origin, secrets: self.secret_names(), bot_call })
            }
            Some(_) | None => Err(violations),
        }
    }

    /// Returns the server alone, also where something else in the webhook keeps it from being sent to; `None` where the
    /// server cannot be read off the url.
    pub fn origin(&self) -> Option<Origin> {
        origin(&self.url, &mut Vec::new())
    }

    fn check_headers(&self, violations: &mut Vec<Violation>) {
        for (name, _) in &self.headers {
            if FORBIDDEN_HEADERS.contains(&name.trim().to_ascii_lowercase().as_str()) {
                let span = Span::new(0, name.len());
                let problem = Diagnostic::error(
                    Code::ForbiddenHeader,
                    span,
                    format!("the connection sets `{}` by itself", name.trim()),
                );
                let problem = problem.with_help("take it out: the url says where the request goes");
                violations.push(Violation { part: Part::HeaderName(name.clone()), problem });
            }
        }
    }

    /// Partials are other files, which nobody looked at when the webhook was trusted.
    fn check_liquid(&self, violations: &mut Vec<Violation>) {
        for (part, text) in self.parts().filter(|(_, text)| text.contains("{%")) {
            let (template, _) = template::parse(text, &Partials::default(), Dialect::Telecast);
            violations.extend(template.partial_calls().into_iter().map(|span| {
                let problem =
                    Diagnostic::error(Code::PartialInWebhook, span, "a webhook cannot call partials");
                let problem = problem.with_help("write here what the partial prints");
                Violation { part: part.clone(), problem }
            }));
        }
    }

    fn check_secrets(&self, origin: Option<&Origin>, is_bot_api: bool, violations: &mut Vec<Violation>) {
        let token = address::bot_api(&self.url).map(|parts| parts.token);
        let is_start = |found: &Placeholder, part: &Part| *part == Part::Url && found.span.start == 0;
        // One that is only a part of the token is said to be so where the path is checked.
        let is_token = |found: &Placeholder, part: &Part| {
            *part == Part::Url
                && token.is_some_and(|token| token.start <= found.span.start && found.span.end <= token.end)
        };
        let mut has_secret = false;
        for (part, text) in self.parts() {
            for found in placeholder::placeholders(text) {
                let problem = if found.name == SANDBOX {
                    (!is_start(&found, &part)).then(|| {
                        Diagnostic::error(
                            Code::MisplacedSecret,
                            found.span,
                            "`${SANDBOX}` stands only at the start of the url",
                        )
                    })
                } else {
                    has_secret = true;
                    // Of a path that is none, it is said already.
                    let is_told = part == Part::Url && token.is_none();
                    (is_bot_api && !is_told && !is_token(&found, &part)).then(|| {
                        Diagnostic::error(
                            Code::MisplacedSecret,
                            found.span,
                            format!("at a Bot API a secret stands only in the path, as the token, and not `${{{}}}` here", found.name),
                        )
                        .with_help("the Bot API needs no other secret; take it out")
                    })
                };
                violations.extend(problem.map(|problem| Violation { part: part.clone(), problem }));
            }
        }
        if let Some(Origin::Host(host)) = origin
            && !host.is_https
            && !host.is_loopback
            && has_secret
        {
            let span = Span::new(0, "http".len());
            let problem = Diagnostic::error(
                Code::SecretOverHttp,
                span,
                "a secret would go over plain http, readable on the way",
            );
            let problem = problem.with_help("write https://; plain http with secrets is for loopback only");
            violations.push(Violation { part: Part::Url, problem });
        }
    }

    fn parts(&self) -> impl Iterator<Item = (Part, &str)> {
        let auth: Vec<(Part, &str)> = match &self.auth {
            None => Vec::new(),
            Some(Auth::Basic { username, password }) => {
                vec![(Part::Auth("username"), username), (Part::Auth("password"), password)]
            }
            Some(Auth::Bearer { token }) => vec![(Part::Auth("token"), token)],
        };
        let params = self.params.iter().map(|(name, value)| (Part::Param(name.clone()), value.as_str()));
        let headers = self.headers.iter().map(|(name, value)| (Part::Header(name.clone()), value.as_str()));
        std::iter::once((Part::Url, self.url.as_str())).chain(params).chain(headers).chain(auth)
    }
}

fn violate(violations: &mut Vec<Violation>, problem: Diagnostic) {
    violations.push(Violation { part: Part::Url, problem });
}

/// Reads scheme, host and port; what keeps them from being read off the text is a violation.
fn origin(url: &str, violations: &mut Vec<Violation>) -> Option<Origin> {
    const LITERAL: &str =
        "write scheme, host and port out, as in `https://api.telegram.org/…`, or begin with `${SANDBOX}/`";
    let not_an_url = |message: &str| {
        Diagnostic::error(Code::NotAnUrl, Span::new(0, url.len()), message)
            .with_help("an address looks like `https://api.telegram.org/bot${BOT_TOKEN}/sendMessage`")
    };
    if let Some(rest) = url.strip_prefix("${SANDBOX}") {
        if rest.starts_with('/') {
            return Some(Origin::Sandbox);
        }
        let span = Span::new(0, url.find('/').unwrap_or(url.len()));
        let problem = Diagnostic::error(
            Code::ComputedHost,
            span,
            "`${SANDBOX}` is host and port whole; nothing can be added to it",
        );
        violate(violations, problem.with_help(LITERAL));
        return None;
    }
    if url.trim().is_empty() {
        violate(violations, not_an_url("the address is empty"));
        return None;
    }
    let computed = |span: Span| {
        Diagnostic::error(Code::ComputedHost, span, "where this goes cannot be read off the address")
            .with_help(LITERAL)
    };
    if url.starts_with("${") || url.starts_with("{{") || url.starts_with("{%") {
        let end = url.find(['/', '?', '#']).unwrap_or(url.len());
        violate(violations, computed(Span::new(0, end)));
        return None;
    }
    let scheme_end = url.find("://").unwrap_or(0);
    let scheme = &url[..scheme_end];
    let is_https = scheme.eq_ignore_ascii_case("https");
    if !is_https && !scheme.eq_ignore_ascii_case("http") {
        violate(violations, not_an_url("the address does not start with `https://` or `http://`"));
        return None;
    }
    let start = scheme_end + "://".len();
    // The characters that can be between braces do not end it: Liquid in a host is said to be just that.
    let end = authority_end(url, start);
    let span = Span::new(start, end);
    let authority = span.of(url);
    if authority.is_empty() || authority.starts_with(':') {
        violate(violations, not_an_url("the address has no host"));
        return None;
    }
    if authority.contains("${") || authority.contains("{{") || authority.contains("{%") {
        violate(violations, computed(span));
        return None;
    }
    if authority.contains('@') {
        let problem =
            Diagnostic::error(Code::ComputedHost, span, "a user's name or password stands in the address");
        violate(violations, problem.with_help("put them under `[auth]`, as `${NAME}`"));
        return None;
    }
    let host = Host::parse(authority, is_https);
    if host.is_none() {
        violate(violations, not_an_url("the address has no host that can be read"));
    }
    host.map(Origin::Host)
}

/// Where host and port end: at the path, the query or the fragment, as the sender's parser sees it.
fn authority_end(url: &str, start: usize) -> usize {
    let mut at = start;
    let bytes = url.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'/' | b'\\' | b'?' | b'#' => break,
            b'{' | b'$' => at = address::skip_piece(url, at),
            _ => at += 1,
        }
    }
    at
}

/// Checks what can be known of the path before its Liquid is rendered and its secrets are put in.
fn check_path(url: &str, origin: Option<&Origin>, violations: &mut Vec<Violation>) {
    if let Some(at) = url.find(|c: char| c.is_ascii_control()) {
        let problem = Diagnostic::error(
            Code::NotAnUrl,
            Span::new(at, at + 1),
            "a control character stands in the address",
        );
        violate(
            violations,
            problem.with_help("take it out: senders drop it, and what is left is another address"),
        );
    }
    if let Some(at) = url.find('\\').filter(|at| address::path_end(url) > *at) {
        let problem =
            Diagnostic::error(Code::NotAnUrl, Span::new(at, at + 1), "a `\\` stands in the address");
        violate(violations, problem.with_help("write `/`"));
    }
    let path = address::segments(url);
    for segment in path.iter().filter(|segment| is_dots(segment.of(url))) {
        let problem =
            Diagnostic::error(Code::DotSegment, *segment, "`.` and `..` in a path lead to another one");
        violate(violations, problem.with_help("write the path that is meant"));
    }
    let is_telegram = matches!(origin, Some(Origin::Sandbox))
        || matches!(origin, Some(Origin::Host(host)) if host.name.trim_end_matches('.') == TELEGRAM);
    match address::bot_api(url) {
        Some(parts) => check_bot_path(url, parts, origin.is_some(), violations),
        None if is_telegram || looks_like_bot_api(url) => {
            let span = Span::new(0, address::path_end(url));
            violate(violations, bot_path(span, "the path is not `/bot${NAME}/METHOD`"));
        }
        None => {}
    }
}

fn bot_path(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::BotApiPath, span, message)
        .with_help("a Bot API's address ends in `/bot${BOT_TOKEN}/sendMessage`, or another method that sends")
}

/// At a Bot API the path is `…/bot${NAME}/METHOD` to its end, METHOD one that sends.
fn check_bot_path(url: &str, parts: BotApi, has_origin: bool, violations: &mut Vec<Violation>) {
    let token = parts.token.of(url);
    let is_placeholder = matches!(placeholder::placeholders(token).as_slice(), [only] if only.span.len() == token.len() && only.name != SANDBOX);
    if address::is_token(token) {
        let problem = Diagnostic::error(Code::TokenInFile, parts.token, "a bot token stands in this file");
        violate(violations, problem.with_help(
            "save the webhook in the console, or run `telecast secrets set BOT_TOKEN` and write `${BOT_TOKEN}` here",
        ));
    } else if token.starts_with('<') && token.ends_with('>') {
        let problem = Diagnostic::error(Code::SampleToken, parts.token, format!("`{token}` is a sample"))
            .with_help("write `${BOT_TOKEN}` here and run `telecast secrets set BOT_TOKEN`")
            .with_fix(Fix::replace("write `${BOT_TOKEN}`", parts.token, "${BOT_TOKEN}"));
        violate(violations, problem);
    } else if !is_placeholder {
        violate(
            violations,
            bot_path(parts.token, "the token is not exactly one secret by name, `${BOT_TOKEN}`"),
        );
    }
    if parts.method.end != address::path_end(url) {
        let span = Span::new(parts.method.end, address::path_end(url));
        violate(violations, bot_path(span, "something follows the method"));
    }
    let base = parts.base.of(url);
    if !has_origin {
        // What is wrong with it is said already.
    } else if base.contains("{{")
        || base.contains("{%")
        || base.trim_start_matches("${SANDBOX}").contains("${")
    {
        violate(violations, bot_path(parts.base, "the path before `/bot` is not written out"));
    }
    let method = parts.method.of(url);
    if telegram::Method::from_name(method).is_none_or(|method| !method.sends()) {
        let sending =
            telegram::Method::ALL.into_iter().filter(|method| method.sends()).map(telegram::Method::as_str);
        let problem = match telegram::Method::from_name(method) {
            Some(_) => {
                Diagnostic::error(Code::UnknownMethod, parts.method, format!("`{method}` sends no message"))
            }
            None => Diagnostic::error(
                Code::UnknownMethod,
                parts.method,
                format!("telecast knows no Bot API method `{method}`"),
            ),
        };
        violate(
            violations,
            match did_you_mean(method, sending) {
                Some(near) => problem.with_help(format!("did you mean {near}?")),
                None => problem.with_help("end the address in a method that sends, such as sendMessage"),
            },
        );
    }
}

/// Whether a server that decodes and normalises more than we do could read a Bot API's path off this address.
fn looks_like_bot_api(url: &str) -> bool {
    let is_bot = |segment: &Span| {
        let text = percent_decode_str(segment.of(url)).decode_utf8_lossy().to_ascii_lowercase();
        text != segment.of(url) && address::is_bot(&text)
    };
    let segments = address::segments(url);
    segments.iter().skip(1).rev().skip(1).any(is_bot)
}

/// Whether the path of a finished address has a `.` or `..`, also where it is percent-encoded or behind a `\`.
fn has_dot_segment(address: &str) -> bool {
    let path = &address[..address.find(['?', '#']).unwrap_or(address.len())];
    path.split(['/', '\\']).any(is_dots)
}

fn is_dots(segment: &str) -> bool {
    let decoded = percent_decode_str(segment).decode_utf8_lossy();
    let trimmed: String = decoded.chars().filter(|c| !c.is_ascii_control()).collect();
    trimmed == "." || trimmed == ".."
}

/// Whether a value can stand as the token in a path without becoming more than one part of it. Tokens are a number, a
/// colon and today 35 of `[A-Za-z0-9_-]`; the length is not promised.
fn is_sane_token(token: &str) -> bool {
    token.split_once(':').is_some_and(|(id, secret)| {
        !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_digit())
            && !secret.is_empty()
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.~".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(url: &str) -> Webhook {
        Webhook { url: url.to_owned(), ..Webhook::default() }
    }

    fn shown(webhook: &Webhook) -> String {
        match webhook.route() {
            Ok(route) => {
                let kind = if route.bot_call.is_some() { "bot" } else { "other" };
                format!("{} [{}] {kind}", route.origin, route.secrets.join(","))
            }
            Err(violations) => {
                let codes: Vec<&str> =
                    violations.iter().map(|violation| violation.problem.code.as_str()).collect();
                codes.join(" ")
            }
        }
    }

    #[test]
    fn it_can_be_read_where_a_webhook_sends_what() {
        for (url, expected) in [
            ("https://api.telegram.org/bot${T}/sendMessage", "api.telegram.org [T] bot"),
            ("HTTPS://API.Telegram.ORG:443/bot${T}/test/sendPhoto?chat_id=1", "api.telegram.org [T] bot"),
            ("${SANDBOX}/bot${T}/sendMessage", "${SANDBOX} [T] bot"),
            ("http://localhost:8081/x/bot${T}/sendMessage", "localhost:8081 [T] bot"),
            ("http://[::1]:80/hook?k=${K}", "[::1] [K] other"),
            ("http://2130706433/hook?k=${K}", "127.0.0.1 [K] other"),
            ("https://bücher.example/{{ Profile.id }}?a=${A}&b=${A}", "xn--bcher-kva.example [A] other"),
            ("http://crm.example:8080/notes", "crm.example:8080 [] other"),
        ] {
            assert_eq!(shown(&webhook(url)), expected, "{url}");
        }
    }

    #[test]
    fn nothing_that_is_put_in_later_may_decide_where_it_goes() {
        for (url, expected) in [
            ("", "not-an-url"),
            ("ftp://h/x", "not-an-url"),
            ("https:///x", "not-an-url"),
            ("https://a b/x", "not-an-url"),
            ("https://h%2eevil/x", "not-an-url"),
            ("https://h/\t../x", "not-an-url dot-segment"),
            ("https://h\\@evil.example/x", "not-an-url"),
            ("https://${S}.evil.example/x", "computed-host"),
            ("https://{{ 'a/b' }}/x", "computed-host"),
            ("${S}/x", "computed-host"),
            ("{{ Profile.url }}", "computed-host"),
            ("${SANDBOX}@evil.example/bot${T}/sendMessage", "computed-host"),
            ("${SANDBOX}.evil/bot${T}/sendMessage", "computed-host"),
            ("https://user:${P}@h/x", "computed-host"),
            ("https://h:${PORT}/x", "computed-host"),
            ("${SANDBOX}/sandbox/updates", "bot-api-path"),
            ("https://h/bot${T}/../admin", "dot-segment bot-api-path"),
            ("https://h/a/%2E%2e/b", "dot-segment"),
            ("https://h/a/.%0a./b", "dot-segment"),
            ("https://h/bot1:${T}/sendMessage", "bot-api-path"),
            ("https://h/bot${T}${U}/sendMessage", "bot-api-path"),
            ("https://h/bot{{ Profile.t }}/sendMessage", "bot-api-path"),
            ("https://h/{{ Profile.p }}/bot${T}/sendMessage", "bot-api-path"),
            ("https://h/${P}/bot${T}/sendMessage", "bot-api-path misplaced-secret"),
            ("https://h/%62ot${T}/sendMessage", "bot-api-path"),
            ("https://h/BOT${T}/sendMessage", "bot-api-path"),
            ("https://h/bot${T}/sendMessage/", "bot-api-path"),
            ("https://api.telegram.org./bot", "bot-api-path"),
            ("https://h/bot${T}/deleteWebhook", "unknown-method"),
            ("https://h/bot123:abc/sendMessage", "token-in-file"),
            ("https://h/bot<TOKEN>/sendMessage", "sample-token"),
            ("https://h/bot${T}/sendMessage?x=${AMP}", "misplaced-secret"),
            ("http://h/bot${T}/sendMessage", "secret-over-http"),
            ("http://0.0.0.0/hook?k=${K}", "secret-over-http"),
            ("http://localhost.evil.example/hook?k=${K}", "secret-over-http"),
            ("https://h/x?y=${SANDBOX}", "misplaced-secret"),
        ] {
            assert_eq!(shown(&webhook(url)), expected, "{url}");
        }
    }

    #[test]
    fn headers_parameters_and_credentials_are_looked_at_too() {
        let pairs = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let bot = webhook("https://api.telegram.org/bot${T}/sendMessage");
        let crm = webhook("http://crm.example/x");
        for (webhook, expected) in [
            (Webhook { headers: pairs("HOST", "evil"), ..crm.clone() }, "forbidden-header"),
            (Webhook { headers: pairs("Transfer-Encoding", "chunked"), ..crm.clone() }, "forbidden-header"),
            (Webhook { headers: pairs("X", "{% include 'x' %}"), ..crm.clone() }, "partial-in-webhook"),
            (Webhook { params: pairs("x", "{% liquid render 'x' %}"), ..crm.clone() }, "partial-in-webhook"),
            (Webhook { headers: pairs("X", "${K}"), ..crm.clone() }, "secret-over-http"),
            (Webhook { auth: Some(Auth::Bearer { token: "${K}".into() }), ..crm }, "secret-over-http"),
            (Webhook { headers: pairs("X", "${K}"), ..bot.clone() }, "misplaced-secret"),
            (Webhook { params: pairs("x", "${K}"), ..bot.clone() }, "misplaced-secret"),
            (Webhook { auth: Some(Auth::Bearer { token: "${K}".into() }), ..bot }, "misplaced-secret"),
        ] {
            assert_eq!(shown(&webhook), expected, "{webhook:?}");
        }
    }

    #[test]
    fn a_finished_address_leads_where_the_route_says_or_is_refused() {
        let admits = |typed: &str, finished: &str| {
            webhook(typed).route().unwrap().admits(finished, Some("http://127.0.0.1:99")).is_ok()
        };
        let bot = "https://h/bot${T}/sendMessage";
        assert!(admits(bot, "https://h/bot1:a/sendMessage?text=/../"));
        for finished in [
            "https://h/bot1:a/../../x/sendMessage",
            "https://h/bot1:a/x?/sendMessage",
            "https://h/bot1:a%2f..%2fx/sendMessage",
            "https://h/bota/b+c/sendMessage",
            "https://h/botAKIA/sendMessage",
            "https://h:444/bot1:a/sendMessage",
            "http://h/bot1:a/sendMessage",
            "https://u@h/bot1:a/sendMessage",
        ] {
            assert!(!admits(bot, finished), "{finished}");
        }
        assert!(admits("${SANDBOX}/bot${T}/sendMessage", "http://127.0.0.1:99/bot1:a/sendMessage"));
        assert!(!admits("${SANDBOX}/bot${T}/sendMessage", "http://127.0.0.1:98/bot1:a/sendMessage"));
        let crm = "https://h/users/{{ Profile.id }}";
        assert!(admits(crm, "https://h/users/7?x=1"));
        for finished in
            ["https://h/users/../x", "https://h/users/%2e%2e", "https://h/users/bot1:a/sendMessage"]
        {
            assert!(!admits(crm, finished), "{finished}");
        }
    }
}
