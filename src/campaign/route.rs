//! The route of a webhook: its destination and its secrets. When users trust a webhook, they decide that these secrets
//! may be sent to this destination.
//!
//! ```text
//! Webhook ──route──▶ Route (destination, secrets)     what the user is asked to trust
//!                └─▶ Vec<Violation>                   everything in the webhook that is not allowed, with positions
//! final URL ──Route::check_url──▶ Ok, or RouteMismatch if the URL no longer goes to that destination
//! ```
//!
//! A webhook can come from a stranger, so its file must show what is sent where. Scheme, host, and port are literal, or
//! they are `${SANDBOX}`. A Bot API token is exactly one `${NAME}`. No value that is filled in later can change the
//! destination.

use std::fmt;

use percent_encoding::percent_decode_str;
use url::{Host as UrlHost, Url};

use super::address::{self, BotApiUrl};
use super::placeholder::{self, Placeholder, SANDBOX};
use super::{Auth, Webhook};
use crate::diagnostic::{Code, Diagnostic, Fix, did_you_mean};
use crate::dialect::Dialect;
use crate::telegram;
use crate::template::{self, Partials};
use crate::text::Span;

/// URLs with this host must be Bot API URLs.
const TELEGRAM: &str = "api.telegram.org";

/// Headers that the HTTP client sets itself. A second `Host` could send a request to another destination. With a wrong
/// length, a server could take a part of the body for a second request.
const FORBIDDEN_HEADERS: [&str; 4] = ["host", "content-length", "transfer-encoding", "connection"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub destination: Destination,
    /// The result of [`Webhook::secret_names`].
    pub secrets: Vec<String>,
    /// The path after the token of a Bot API URL: `/METHOD` or `/test/METHOD`. `None` for any other URL.
    pub method_path: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// The workspace's own sandbox: `${SANDBOX}`.
    Sandbox,
    Host(Host),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    pub is_https: bool,
    /// The host name in ASCII (`xn--…`) or the IP address, IPv6 in brackets.
    pub name: String,
    /// The port; the scheme's default if the URL has none.
    pub port: u16,
    /// Whether the host is this machine: an address in 127.0.0.0/8, `::1`, or `localhost`. This is decided without a
    /// DNS lookup.
    pub is_loopback: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    pub part: WebhookPart,
    /// The problem. Its spans are offsets in the text of `part`.
    pub problem: Diagnostic,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookPart {
    Url,
    HeaderName(String),
    /// The value of the header with this name.
    Header(String),
    /// The value of the parameter with this name.
    Param(String),
    Auth(&'static str),
}

impl WebhookPart {
    /// Returns the TOML keys that lead to this part in the webhook's file.
    pub fn path(&self) -> Vec<&str> {
        match self {
            WebhookPart::Url => vec!["url"],
            WebhookPart::HeaderName(name) | WebhookPart::Header(name) => vec!["headers", name],
            WebhookPart::Param(name) => vec!["params", name],
            WebhookPart::Auth(key) => vec!["auth", key],
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::Sandbox => out.write_str("${SANDBOX}"),
            Destination::Host(host) => host.fmt(out),
        }
    }
}

impl fmt::Display for Host {
    /// Formats as `api.telegram.org` or `127.0.0.1:8081`. The port is omitted if it is the scheme's default.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)?;
        let default = if self.is_https { 443 } else { 80 };
        if self.port == default { Ok(()) } else { write!(out, ":{}", self.port) }
    }
}

impl Host {
    /// Parses `host` or `host:port` for the given scheme. Returns `None` if `authority` is anything else.
    pub fn parse(authority: &str, is_https: bool) -> Option<Host> {
        // None of these characters can be part of a host, but the URL parser does not refuse all of them. For example,
        // a `/` or an `@` would end the host or the credentials, and tabs and line breaks would be dropped silently.
        if authority.is_empty()
            || authority.contains(|c: char| "/\\?#@%".contains(c) || c.is_control() || c == ' ')
        {
            return None;
        }
        let scheme = if is_https { "https" } else { "http" };
        // The HTTP client uses the same parser. So the client connects to exactly the host that the user trusts.
        Host::of(&Url::parse(&format!("{scheme}://{authority}/")).ok()?)
    }

    fn of(url: &Url) -> Option<Host> {
        let is_loopback = match url.host()? {
            // Only this exact name counts: `localhost.evil.example` is a public host.
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

/// The reason why nothing is sent to a final URL. The error messages do not repeat the URL, because it contains
/// secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteMismatch {
    #[error("the final URL is not valid: {0}")]
    Invalid(#[from] url::ParseError),
    /// A value changed the scheme, host, or port, or added credentials. Also used if the sandbox's address is not
    /// known.
    #[error("the final URL leads to a different host than the webhook's")]
    OtherHost,
    #[error("a value adds a `.` or `..` segment to the URL's path")]
    DotSegment,
    #[error(
        "the secret in the URL does not look like a bot token (a number, a colon, then letters and digits)"
    )]
    NoToken,
    #[error("a value turns the webhook's URL into a Bot API URL")]
    BotApi,
}

impl Route {
    /// Checks that a final URL, with secrets and values filled in, still goes to this route's destination. `sandbox`
    /// is the value of `${SANDBOX}`.
    ///
    /// This is the last check before something is sent. It catches values that would change the destination or the
    /// method, such as a value that contains `/../` or `@`.
    pub fn check_url(&self, address: &str, sandbox: Option<&str>) -> Result<(), RouteMismatch> {
        let url = Url::parse(address)?;
        let expected = match &self.destination {
            Destination::Host(host) => Some(host.clone()),
            Destination::Sandbox => sandbox.and_then(|base| Host::of(&Url::parse(base).ok()?)),
        };
        let found = Host::of(&url);
        // A valid webhook URL has no credentials, so a value must have added them, as in `https://host@evil.example`.
        if found.is_none() || found != expected || !url.username().is_empty() || url.password().is_some() {
            return Err(RouteMismatch::OtherHost);
        }
        // The text of the URL is checked, not the parsed path: the URL parser has already removed `..` from the parsed
        // path.
        if has_dot_segment(address) {
            return Err(RouteMismatch::DotSegment);
        }
        let path = &address[..address::path_end(address)];
        match &self.method_path {
            // The method must be at the end of the path. Without this check, a token that contains `/x?` could call
            // another method of the bot.
            Some(method_path) => {
                let rest = path.strip_suffix(method_path.as_str());
                let segment = rest.and_then(|rest| rest.rsplit('/').next());
                let token = segment.and_then(|segment| segment.strip_prefix("bot"));
                if !token.is_some_and(is_url_safe_token) {
                    return Err(RouteMismatch::NoToken);
                }
            }
            None if address::parse_bot_api_url(address).is_some() || looks_like_bot_api(address) => {
                return Err(RouteMismatch::BotApi);
            }
            None => {}
        }
        Ok(())
    }
}

impl Webhook {
    /// Returns the destination and the secrets, or everything in this webhook that is not allowed.
    ///
    /// ```
    /// use telecast::campaign::Webhook;
    ///
    /// let url = "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage".to_owned();
    /// let route = Webhook { url, ..Webhook::default() }.route().unwrap();
    /// assert_eq!(route.destination.to_string(), "api.telegram.org");
    /// assert_eq!(route.secrets, ["BOT_TOKEN"]);
    /// ```
    pub fn route(&self) -> Result<Route, Vec<Violation>> {
        let mut violations = Vec::new();
        let destination = parse_destination(&self.url, &mut violations);
        check_path(&self.url, destination.as_ref(), &mut violations);
        self.check_headers(&mut violations);
        self.check_liquid(&mut violations);
        let is_bot_api = address::parse_bot_api_url(&self.url).is_some() || looks_like_bot_api(&self.url);
        self.check_secrets(destination.as_ref(), is_bot_api, &mut violations);
        match destination {
            Some(destination) if violations.is_empty() => {
                let parts = address::parse_bot_api_url(&self.url);
                let method_path =
                    parts.map(|parts| Span::new(parts.token.end, parts.method.end).of(&self.url).to_owned());
                Ok(Route { destination, secrets: self.secret_names(), method_path })
            }
            Some(_) | None => Err(violations),
        }
    }

    /// Returns the destination, even if the webhook has violations. Returns `None` if the URL does not show the
    /// destination.
    pub fn destination(&self) -> Option<Destination> {
        parse_destination(&self.url, &mut Vec::new())
    }

    fn check_headers(&self, violations: &mut Vec<Violation>) {
        for (name, _) in &self.headers {
            if FORBIDDEN_HEADERS.contains(&name.trim().to_ascii_lowercase().as_str()) {
                let span = Span::new(0, name.len());
                let problem = Diagnostic::error(
                    Code::ForbiddenHeader,
                    span,
                    format!("the HTTP client sets `{}` itself", name.trim()),
                );
                let problem =
                    problem.with_help("remove it from the webhook: the URL decides where the request goes");
                violations.push(Violation { part: WebhookPart::HeaderName(name.clone()), problem });
            }
        }
    }

    fn check_liquid(&self, violations: &mut Vec<Violation>) {
        for (part, text) in self.parts().filter(|(_, text)| text.contains("{%")) {
            // A webhook must not call partials. Partials are other files. The user did not see the partials when
            // trusting the webhook, and partials can change later.
            let (template, _) = template::parse(text, &Partials::default(), Dialect::Telecast);
            violations.extend(template.partial_calls().into_iter().map(|span| {
                let problem =
                    Diagnostic::error(Code::PartialInWebhook, span, "a webhook cannot call partials");
                let problem = problem.with_help("write the partial's text here instead");
                Violation { part: part.clone(), problem }
            }));
        }
    }

    fn check_secrets(
        &self,
        destination: Option<&Destination>,
        is_bot_api: bool,
        violations: &mut Vec<Violation>,
    ) {
        let token = address::parse_bot_api_url(&self.url).map(|parts| parts.token);
        let is_start =
            |found: &Placeholder, part: &WebhookPart| *part == WebhookPart::Url && found.span.start == 0;
        // Every placeholder inside the token is accepted here, even if the token has other text too. In that case,
        // `check_path` has already reported the token.
        let is_token = |found: &Placeholder, part: &WebhookPart| {
            *part == WebhookPart::Url
                && token.is_some_and(|token| token.start <= found.span.start && found.span.end <= token.end)
        };
        let mut has_secret = false;
        for (part, text) in self.parts() {
            for found in placeholder::find_placeholders(text) {
                let problem = if found.name == SANDBOX {
                    (!is_start(&found, &part)).then(|| {
                        Diagnostic::error(
                            Code::MisplacedSecret,
                            found.span,
                            "`${SANDBOX}` is allowed only at the start of the URL",
                        )
                    })
                } else {
                    has_secret = true;
                    // If the URL should be a Bot API URL but has another form, `check_path` has already reported the
                    // URL. Then the secrets in it are not reported again.
                    let is_reported = part == WebhookPart::Url && token.is_none();
                    (is_bot_api && !is_reported && !is_token(&found, &part)).then(|| {
                        Diagnostic::error(
                            Code::MisplacedSecret,
                            found.span,
                            format!(
                                "a Bot API webhook allows a secret only as the token, not `${{{}}}` here",
                                found.name
                            ),
                        )
                        .with_help("the Bot API needs no other secret; remove it")
                    })
                };
                violations.extend(problem.map(|problem| Violation { part: part.clone(), problem }));
            }
        }
        if let Some(Destination::Host(host)) = destination
            && !host.is_https
            // Plain http is fine on loopback, for example to a local Bot API server, because the secret never leaves
            // this machine.
            && !host.is_loopback
            && has_secret
        {
            let span = Span::new(0, "http".len());
            let problem = Diagnostic::error(
                Code::SecretOverHttp,
                span,
                "a secret would be sent over plain http, where others can read it",
            );
            let problem =
                problem.with_help("use https://; with secrets, plain http is allowed only on loopback");
            violations.push(Violation { part: WebhookPart::Url, problem });
        }
    }

    fn parts(&self) -> impl Iterator<Item = (WebhookPart, &str)> {
        let auth: Vec<(WebhookPart, &str)> = match &self.auth {
            None => Vec::new(),
            Some(Auth::Basic { username, password }) => {
                vec![(WebhookPart::Auth("username"), username), (WebhookPart::Auth("password"), password)]
            }
            Some(Auth::Bearer { token }) => vec![(WebhookPart::Auth("token"), token)],
        };
        let params =
            self.params.iter().map(|(name, value)| (WebhookPart::Param(name.clone()), value.as_str()));
        let headers =
            self.headers.iter().map(|(name, value)| (WebhookPart::Header(name.clone()), value.as_str()));
        std::iter::once((WebhookPart::Url, self.url.as_str())).chain(params).chain(headers).chain(auth)
    }
}

fn violate(violations: &mut Vec<Violation>, problem: Diagnostic) {
    violations.push(Violation { part: WebhookPart::Url, problem });
}

/// Reads scheme, host, and port from the URL as typed; `${SANDBOX}` stands for all three. Adds a violation and returns
/// `None` if the URL is not valid, has credentials, has a computed port, or does not show scheme and host literally.
fn parse_destination(url: &str, violations: &mut Vec<Violation>) -> Option<Destination> {
    const LITERAL_HELP: &str = "write scheme, host and port literally, as in `https://api.telegram.org/…`, or start with `${SANDBOX}/`";
    let not_an_url = |message: &str| {
        Diagnostic::error(Code::NotAnUrl, Span::new(0, url.len()), message)
            .with_help("a URL looks like `https://api.telegram.org/bot${BOT_TOKEN}/sendMessage`")
    };
    if let Some(rest) = url.strip_prefix("${SANDBOX}") {
        if rest.starts_with('/') {
            return Some(Destination::Sandbox);
        }
        let span = Span::new(0, url.find('/').unwrap_or(url.len()));
        let problem = Diagnostic::error(
            Code::ComputedHost,
            span,
            "`${SANDBOX}` stands for scheme, host and port; a `/` must follow it",
        );
        violate(violations, problem.with_help(LITERAL_HELP));
        return None;
    }
    if url.trim().is_empty() {
        violate(violations, not_an_url("the URL is empty"));
        return None;
    }
    let computed = |span: Span| {
        Diagnostic::error(Code::ComputedHost, span, "the URL does not show which host the request goes to")
            .with_help(LITERAL_HELP)
    };
    // A URL that starts with a placeholder or with Liquid has no scheme either, but its real problem is that the host
    // is computed. So this check comes before the check of the scheme.
    if url.starts_with("${") || url.starts_with("{{") || url.starts_with("{%") {
        let end = url.find(['/', '?', '#']).unwrap_or(url.len());
        violate(violations, computed(Span::new(0, end)));
        return None;
    }
    let scheme_end = url.find("://").unwrap_or(0);
    let scheme = &url[..scheme_end];
    let is_https = scheme.eq_ignore_ascii_case("https");
    if !is_https && !scheme.eq_ignore_ascii_case("http") {
        violate(violations, not_an_url("the URL does not start with `https://` or `http://`"));
        return None;
    }
    let start = scheme_end + "://".len();
    // `authority_end` skips Liquid as a whole. If it did not, the host of `https://{{ 'a/b' }}/x` would end at the `/`
    // inside the Liquid. The host would then be reported as invalid instead of as computed.
    let end = authority_end(url, start);
    let span = Span::new(start, end);
    let authority = span.of(url);
    if authority.is_empty() || authority.starts_with(':') {
        violate(violations, not_an_url("the URL has no host"));
        return None;
    }
    if authority.contains("${") || authority.contains("{{") || authority.contains("{%") {
        violate(violations, computed(span));
        return None;
    }
    // Everything before an `@` is credentials: `https://api.telegram.org@evil.example/` goes to evil.example.
    if authority.contains('@') {
        let problem = Diagnostic::error(Code::ComputedHost, span, "the URL contains a user name or password");
        violate(violations, problem.with_help("put them under `[auth]`, as `${NAME}`"));
        return None;
    }
    let host = Host::parse(authority, is_https);
    if host.is_none() {
        violate(violations, not_an_url("the URL's host is not valid"));
    }
    host.map(Destination::Host)
}

/// Returns the offset at which host and port end. A `\` ends them too, because the URL standard treats a `\` in http
/// URLs as `/`.
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

/// Checks the path as far as possible before Liquid is rendered and secrets are filled in.
fn check_path(url: &str, destination: Option<&Destination>, violations: &mut Vec<Violation>) {
    // Control characters are not allowed: URL parsers remove tabs and line breaks, so the final URL would differ from
    // the URL that is checked here.
    if let Some(at) = url.find(|c: char| c.is_ascii_control()) {
        let problem =
            Diagnostic::error(Code::NotAnUrl, Span::new(at, at + 1), "the URL contains a control character");
        violate(
            violations,
            problem.with_help("remove it: HTTP clients may drop it, which leaves a different URL"),
        );
    }
    if let Some(at) = url.find('\\').filter(|at| address::path_end(url) > *at) {
        let problem = Diagnostic::error(Code::NotAnUrl, Span::new(at, at + 1), "the URL contains a `\\`");
        violate(violations, problem.with_help("write `/`"));
    }
    let path = address::segments(url);
    for segment in path.iter().filter(|segment| is_dots(segment.of(url))) {
        let problem = Diagnostic::error(Code::DotSegment, *segment, "`.` and `..` change the path");
        violate(violations, problem.with_help("write the resulting path"));
    }
    // The sandbox counts as Telegram, because it serves only the Bot API. A trailing dot is ignored, because in DNS
    // `api.telegram.org.` is the same host.
    let is_telegram = matches!(destination, Some(Destination::Sandbox))
        || matches!(destination, Some(Destination::Host(host)) if host.name.trim_end_matches('.') == TELEGRAM);
    match address::parse_bot_api_url(url) {
        Some(parts) => check_bot_path(url, parts, destination.is_some(), violations),
        None if is_telegram || looks_like_bot_api(url) => {
            let span = Span::new(0, address::path_end(url));
            violate(violations, bot_path_problem(span, "the path is not `/bot${NAME}/METHOD`"));
        }
        None => {}
    }
}

fn bot_path_problem(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::BotApiPath, span, message)
        .with_help("a Bot API URL ends in `/bot${BOT_TOKEN}/sendMessage`, or another method that sends")
}

/// Checks that the path is exactly `…/bot${NAME}/METHOD`, or the same with `/test` before the method, and that METHOD
/// sends a message.
fn check_bot_path(url: &str, parts: BotApiUrl, has_destination: bool, violations: &mut Vec<Violation>) {
    let token = parts.token.of(url);
    let is_placeholder = matches!(
        placeholder::find_placeholders(token).as_slice(),
        [only] if only.span.len() == token.len() && only.name != SANDBOX
    );
    // The token must be exactly one secret: with a prefix or a second placeholder, the user could not tell what is
    // sent.
    if address::is_token(token) {
        let problem = Diagnostic::error(Code::TokenInFile, parts.token, "this file contains a bot token");
        violate(violations, problem.with_help(
            "save the webhook in the console, which moves the token to the secret store, or run `telecast secrets set BOT_TOKEN` and write `${BOT_TOKEN}` here",
        ));
    } else if token.starts_with('<') && token.ends_with('>') {
        let problem =
            Diagnostic::error(Code::SampleToken, parts.token, format!("`{token}` is a sample token"))
                .with_help("write `${BOT_TOKEN}` here and run `telecast secrets set BOT_TOKEN`")
                .with_fix(Fix::replace("write `${BOT_TOKEN}`", parts.token, "${BOT_TOKEN}"));
        violate(violations, problem);
    } else if !is_placeholder {
        violate(
            violations,
            bot_path_problem(parts.token, "the token is not exactly one secret such as `${BOT_TOKEN}`"),
        );
    }
    if parts.method.end != address::path_end(url) {
        let span = Span::new(parts.method.end, address::path_end(url));
        violate(violations, bot_path_problem(span, "the URL continues after the method"));
    }
    let base = parts.base.of(url);
    if !has_destination {
        // The scheme or host before `/bot` is not valid, and this has already been reported.
    } else if base.contains("{{")
        || base.contains("{%")
        || base.trim_start_matches("${SANDBOX}").contains("${")
    {
        violate(violations, bot_path_problem(parts.base, "the path before `/bot` is not literal"));
    }
    let method = parts.method.of(url);
    // Methods such as deleteWebhook change the bot itself. A campaign must not call them.
    if telegram::Method::from_name(method).is_none_or(|method| !method.sends()) {
        let sending =
            telegram::Method::ALL.into_iter().filter(|method| method.sends()).map(telegram::Method::as_str);
        let problem = match telegram::Method::from_name(method) {
            Some(_) => Diagnostic::error(
                Code::UnknownMethod,
                parts.method,
                format!("`{method}` does not send a message"),
            ),
            None => Diagnostic::error(
                Code::UnknownMethod,
                parts.method,
                format!("unknown Bot API method `{method}`"),
            ),
        };
        violate(
            violations,
            match did_you_mean(method, sending) {
                Some(near) => problem.with_help(format!("did you mean {near}?")),
                None => problem.with_help("end the URL with a method that sends, such as sendMessage"),
            },
        );
    }
}

/// Returns whether a server that decodes the path or ignores its case could take the URL for a Bot API URL, although
/// [`address::parse_bot_api_url`] does not.
fn looks_like_bot_api(url: &str) -> bool {
    let is_bot = |segment: &Span| {
        let text = percent_decode_str(segment.of(url)).decode_utf8_lossy().to_ascii_lowercase();
        // A segment that is the same after decoding and lower-casing does not count here: `parse_bot_api_url` itself
        // recognizes a token in it.
        text != segment.of(url) && address::is_bot(&text)
    };
    let segments = address::segments(url);
    // The first segment, the scheme, is skipped. The last segment is skipped too: it cannot be the token, because a
    // method must follow the token.
    segments.iter().skip(1).rev().skip(1).any(is_bot)
}

/// Returns whether the path of a final URL has a `.` or `..` segment, possibly percent-encoded or after a `\`.
fn has_dot_segment(address: &str) -> bool {
    let path = &address[..address.find(['?', '#']).unwrap_or(address.len())];
    path.split(['/', '\\']).any(is_dots)
}

fn is_dots(segment: &str) -> bool {
    let decoded = percent_decode_str(segment).decode_utf8_lossy();
    // Control characters are left out of the comparison: if a server drops them, `.%0a.` becomes `..`.
    let trimmed: String = decoded.chars().filter(|c| !c.is_ascii_control()).collect();
    trimmed == "." || trimmed == ".."
}

/// Returns whether a secret's value has the form of a bot token and contains only characters that cannot end its path
/// segment.
fn is_url_safe_token(token: &str) -> bool {
    token.split_once(':').is_some_and(|(id, secret)| {
        !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_digit())
            && !secret.is_empty()
            // Today's tokens have only letters, digits, `_`, and `-`. `.` and `~` are accepted too, because they need
            // no encoding in a path either. The length is not checked, because Telegram does not promise a fixed
            // length.
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.~".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(url: &str) -> Webhook {
        Webhook { url: url.to_owned(), ..Webhook::default() }
    }

    fn summary(webhook: &Webhook) -> String {
        match webhook.route() {
            Ok(route) => {
                let kind = if route.method_path.is_some() { "bot" } else { "other" };
                format!("{} [{}] {kind}", route.destination, route.secrets.join(","))
            }
            Err(violations) => {
                let codes: Vec<&str> =
                    violations.iter().map(|violation| violation.problem.code.as_str()).collect();
                codes.join(" ")
            }
        }
    }

    #[test]
    fn a_route_has_the_destination_and_the_secrets() {
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
            assert_eq!(summary(&webhook(url)), expected, "{url}");
        }
    }

    #[test]
    fn urls_with_an_unclear_destination_or_exposed_secrets_are_rejected() {
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
            assert_eq!(summary(&webhook(url)), expected, "{url}");
        }
    }

    #[test]
    fn headers_parameters_and_credentials_are_checked_too() {
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
            assert_eq!(summary(&webhook), expected, "{webhook:?}");
        }
    }

    #[test]
    fn a_resolved_url_that_leaves_the_route_is_rejected() {
        let admits = |template: &str, resolved: &str| {
            webhook(template).route().unwrap().check_url(resolved, Some("http://127.0.0.1:99")).is_ok()
        };
        let bot = "https://h/bot${T}/sendMessage";
        assert!(admits(bot, "https://h/bot1:a/sendMessage?text=/../"));
        for resolved in [
            "https://h/bot1:a/../../x/sendMessage",
            "https://h/bot1:a/x?/sendMessage",
            "https://h/bot1:a%2f..%2fx/sendMessage",
            "https://h/bota/b+c/sendMessage",
            "https://h/botAKIA/sendMessage",
            "https://h:444/bot1:a/sendMessage",
            "http://h/bot1:a/sendMessage",
            "https://u@h/bot1:a/sendMessage",
        ] {
            assert!(!admits(bot, resolved), "{resolved}");
        }
        assert!(admits("${SANDBOX}/bot${T}/sendMessage", "http://127.0.0.1:99/bot1:a/sendMessage"));
        assert!(!admits("${SANDBOX}/bot${T}/sendMessage", "http://127.0.0.1:98/bot1:a/sendMessage"));
        let crm = "https://h/users/{{ Profile.id }}";
        assert!(admits(crm, "https://h/users/7?x=1"));
        for resolved in
            ["https://h/users/../x", "https://h/users/%2e%2e", "https://h/users/bot1:a/sendMessage"]
        {
            assert!(!admits(crm, resolved), "{resolved}");
        }
    }
}
