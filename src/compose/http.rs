//! The request around the body: address, parameters and headers with Liquid filled in and secrets still by name.
//!
//! A `${NAME}` counts only where the webhook's author typed it: the value of a variable that happens to spell one is
//! text, so no profile can ask for a secret.

use std::time::Duration;

use super::chat::{self, CHAT_ID};
use super::inputs::{Chat, Inputs};
use crate::campaign::{self, Auth, ContentFormat, Method, MissingSecrets, Webhook};
use crate::diagnostic::{Code, Diagnostic};
use crate::template::{self, Outcome, Partials, Template};
use crate::text::Span;

/// What is shown in place of a secret that stands in a file itself.
const MASK: &str = "••••••";

/// How long a request may take where the webhook does not say: CleverTap's five seconds.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// A request before its secrets are filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpDraft {
    pub method: Method,
    pub url: Filled,
    /// The headers in order, without the one that [`HttpDraft::auth`] makes.
    pub headers: Vec<(String, Filled)>,
    pub auth: Option<AuthDraft>,
    pub body: String,
    pub timeout: Duration,
}

impl HttpDraft {
    /// Returns the headers with secrets by name; a credential that the webhook's file holds itself is masked.
    pub fn shown_headers(&self) -> impl Iterator<Item = (&str, String)> {
        self.headers.iter().map(|(name, value)| {
            let is_bare = is_credential(name) && value.is_literal();
            (name.as_str(), if is_bare { MASK.to_owned() } else { value.shown() })
        })
    }
}

pub fn is_credential(header: &str) -> bool {
    const NAMES: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key"];
    NAMES.iter().any(|name| header.eq_ignore_ascii_case(name))
}

/// [`Auth`] with its placeholders found.
#[derive(Debug, Clone, PartialEq)]
pub enum AuthDraft {
    Basic { username: Filled, password: Filled },
    Bearer { token: Filled },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    Url,
    Header(String),
    Param(String),
}

impl Field {
    /// Returns the path of keys to it in the webhook's file.
    pub fn path(&self) -> Vec<&str> {
        match self {
            Field::Url => vec!["url"],
            Field::Header(name) => vec!["headers", name],
            Field::Param(name) => vec!["params", name],
        }
    }
}

/// A text in which some stretches are secrets by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filled {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    /// The secret's name, and whether its value is percent-encoded for a query.
    Secret(String, Encoding),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    AsIs,
    Query,
}

impl Filled {
    pub fn of_typed(text: &str) -> Self {
        Self::split(text, |_| true)
    }

    fn split(text: &str, is_typed: impl Fn(Span) -> bool) -> Self {
        let mut pieces = Vec::new();
        let mut from = 0;
        for placeholder in campaign::placeholders(text).into_iter().filter(|found| is_typed(found.span)) {
            pieces.push(Piece::Text(text[from..placeholder.span.start].to_owned()));
            from = placeholder.span.end;
            pieces.push(Piece::Secret(placeholder.name, Encoding::AsIs));
        }
        pieces.push(Piece::Text(text[from..].to_owned()));
        pieces.retain(|piece| *piece != Piece::Text(String::new()));
        Self { pieces }
    }

    /// Returns it with secrets by name, as `${NAME}`, and a token that stands there itself masked.
    pub fn shown(&self) -> String {
        let mut shown = self.map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Secret(name, _) => format!("${{{name}}}"),
        });
        if let Some(token) = campaign::find_token(&shown) {
            shown.replace_range(token.range(), MASK);
        }
        if let Some(password) = campaign::find_password(&shown) {
            shown.replace_range(password.range(), MASK);
        }
        shown
    }

    /// Whether no secret stands in it by name, so that what it holds may be one itself.
    pub fn is_literal(&self) -> bool {
        self.secret_names().next().is_none()
    }

    /// Returns it for the inside of double quotes in a POSIX shell, where `${NAME}` is then the shell's variable.
    pub fn in_shell_quotes(&self) -> String {
        self.map(|piece| match piece {
            // A token that stands there itself is on its way into the store; the command names it as the store will.
            Piece::Text(text) => {
                let token = campaign::find_token(text).map(|span| (span, "${BOT_TOKEN}"));
                let password = campaign::find_password(text).map(|span| (span, "${PASSWORD}"));
                let mut out = String::new();
                let mut from = 0;
                // A password stands before the host, a token after it.
                for (span, name) in password.into_iter().chain(token) {
                    out.push_str(&escape_for_double_quotes(&text[from..span.start]));
                    out.push_str(name);
                    from = span.end;
                }
                out + &escape_for_double_quotes(&text[from..])
            }
            Piece::Secret(name, _) => format!("${{{name}}}"),
        })
    }

    /// Returns the parameters of its query, decoded, with secrets by name.
    pub fn query(&self) -> Vec<(String, String)> {
        let shown = self.shown();
        let query = shown.split_once('?').map_or("", |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    pub fn secret_names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Secret(name, _) => Some(name.as_str()),
        })
    }

    /// Returns it with the secrets' values, or the names of those that `value` does not know.
    pub fn resolve(&self, value: &mut dyn FnMut(&str) -> Option<String>) -> Result<String, MissingSecrets> {
        let mut missing = Vec::new();
        let resolved = self.map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Secret(name, encoding) => match (value(name), encoding) {
                (Some(value), Encoding::AsIs) => value,
                (Some(value), Encoding::Query) => encode_query(&value),
                (None, _) => {
                    missing.push(name.clone());
                    String::new()
                }
            },
        });
        if missing.is_empty() { Ok(resolved) } else { Err(MissingSecrets(missing)) }
    }

    pub fn followed_by(mut self, other: &Filled) -> Self {
        self.pieces.extend(other.pieces.iter().cloned());
        self
    }

    /// Puts values that are no secret in for some names, for good.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        for piece in &mut self.pieces {
            if matches!(piece, Piece::Secret(found, _) if found == name) {
                *piece = Piece::Text(value.to_owned());
            }
        }
        self
    }

    fn map(&self, piece: impl FnMut(&Piece) -> String) -> String {
        self.pieces.iter().map(piece).collect()
    }

    fn for_query(&self) -> Self {
        let encoded = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => Piece::Text(encode_query(text)),
            Piece::Secret(name, _) => Piece::Secret(name.clone(), Encoding::Query),
        });
        Self { pieces: encoded.collect() }
    }

    /// Adds `name=value` to the query of an address; in front of its fragment, where it has one.
    fn add_parameter(&mut self, name: &str, value: &Filled) {
        let shown = self.shown();
        let separator = if shown.contains('?') { '&' } else { '?' };
        self.pieces.push(Piece::Text(format!("{separator}{}=", encode_query(name))));
        self.pieces.extend(value.for_query().pieces);
    }

    /// Replaces the value of every parameter in the query that decodes to `name`; returns whether there was one.
    fn replace_parameter(&mut self, name: &str, value: &str) -> bool {
        let units = self.units();
        let of = |wanted: char| units.iter().position(|unit| *unit == Unit::Char(wanted));
        let end = of('#').unwrap_or(units.len());
        let Some(start) = of('?').map(|mark| mark + 1).filter(|start| *start <= end) else { return false };
        let mut kept = units[..start].to_vec();
        let mut replaced = false;
        for (index, parameter) in units[start..end].split(|unit| *unit == Unit::Char('&')).enumerate() {
            if index != 0 {
                kept.push(Unit::Char('&'));
            }
            let key = parameter.split(|unit| *unit == Unit::Char('=')).next().unwrap_or_default();
            if decoded(key).is_some_and(|key| key == name) {
                kept.extend_from_slice(key);
                kept.extend(format!("={}", encode_query(value)).chars().map(Unit::Char));
                replaced = true;
            } else {
                kept.extend_from_slice(parameter);
            }
        }
        if replaced {
            kept.extend_from_slice(&units[end..]);
            self.pieces = pieces(kept);
        }
        replaced
    }

    /// Returns it character by character, a secret being one that is like no other.
    fn units(&self) -> Vec<Unit> {
        let mut units = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => units.extend(text.chars().map(Unit::Char)),
                Piece::Secret(name, encoding) => units.push(Unit::Secret(name.clone(), *encoding)),
            }
        }
        units
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Unit {
    Char(char),
    Secret(String, Encoding),
}

fn pieces(units: Vec<Unit>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for unit in units {
        match (unit, pieces.last_mut()) {
            (Unit::Char(c), Some(Piece::Text(text))) => text.push(c),
            (Unit::Char(c), _) => pieces.push(Piece::Text(c.to_string())),
            (Unit::Secret(name, encoding), _) => pieces.push(Piece::Secret(name, encoding)),
        }
    }
    pieces
}

/// A parameter's name as the server reads it; `None` where a secret is part of it.
fn decoded(key: &[Unit]) -> Option<String> {
    let typed: Option<String> = key
        .iter()
        .filter_map(|unit| match unit {
            // These never reach the wire: the URL standard takes them out.
            Unit::Char('\t' | '\n' | '\r') => None,
            Unit::Char(c) => Some(Some(*c)),
            Unit::Secret(..) => Some(None),
        })
        .collect();
    form_urlencoded::parse(typed?.as_bytes()).next().map(|(name, _)| name.into_owned())
}

/// Returns the Bot API method that the campaign's webhook calls; `sendMessage` without a webhook.
pub fn bot_method(inputs: &Inputs<'_>) -> Option<String> {
    match inputs.webhook {
        None => Some("sendMessage".to_owned()),
        Some(webhook) => campaign::method_of(&webhook.url).map(str::to_owned),
    }
}

pub struct Draft {
    pub http: HttpDraft,
    pub problems: Vec<(Field, Diagnostic)>,
    /// Whether the query named a chat that the test chat took the place of.
    pub chat_was_set: bool,
}

/// What stands around the bodies of a campaign: its webhook's texts, parsed once for all recipients.
pub struct Around<'a> {
    webhook: &'a Webhook,
    url: Text<'a>,
    params: Vec<(&'a str, Text<'a>)>,
    headers: Vec<(&'a str, Text<'a>)>,
    /// What is wrong with it whoever gets the message.
    found: Vec<(Field, Diagnostic)>,
}

impl<'a> Around<'a> {
    /// Parses the webhook's texts; `None` without a webhook.
    pub fn new(inputs: &Inputs<'a>) -> Option<Self> {
        let webhook = inputs.webhook?;
        let param = |(name, value): &'a (String, String)| {
            (name.as_str(), Text::parse(inputs, Field::Param(name.clone()), value))
        };
        let header = |(name, value): &'a (String, String)| {
            (name.as_str(), Text::parse(inputs, Field::Header(name.clone()), value))
        };
        Some(Self {
            webhook,
            url: Text::parse(inputs, Field::Url, &webhook.url),
            params: webhook.params.iter().map(param).collect(),
            headers: webhook.headers.iter().map(header).collect(),
            found: content_type_problem(inputs, webhook).into_iter().collect(),
        })
    }

    pub fn draft(&self, inputs: &Inputs<'_>, body: &str) -> Draft {
        let webhook = self.webhook;
        let mut problems = Vec::new();
        let mut url = self.url.fill(inputs, &mut problems);
        for (name, value) in &self.params {
            let value = value.fill(inputs, &mut problems);
            url.add_parameter(name, &value);
        }
        let chat_was_set = match inputs.chat {
            Chat::Test(chat) if campaign::is_bot_api_url(&webhook.url) => {
                url.replace_parameter(CHAT_ID, &chat::plain(chat))
            }
            Chat::Test(_) | Chat::OfTheBody => false,
        };
        let fill_header =
            |(name, value): &(&str, Text<'_>)| ((*name).to_owned(), value.fill(inputs, &mut problems));
        let headers: Vec<(String, Filled)> = self.headers.iter().map(fill_header).collect();
        problems.extend(self.found.iter().cloned());
        let has_body = webhook.method != Method::Get;
        let http = HttpDraft {
            method: webhook.method,
            url,
            headers,
            auth: webhook.auth.as_ref().map(auth_draft),
            body: if has_body { body.to_owned() } else { String::new() },
            timeout: webhook.timeout.unwrap_or(DEFAULT_TIMEOUT),
        };
        Draft { http, problems, chat_was_set }
    }
}

fn auth_draft(auth: &Auth) -> AuthDraft {
    match auth {
        Auth::Basic { username, password } => {
            AuthDraft::Basic { username: Filled::of_typed(username), password: Filled::of_typed(password) }
        }
        Auth::Bearer { token } => AuthDraft::Bearer { token: Filled::of_typed(token) },
    }
}

struct Text<'a> {
    field: Field,
    source: &'a str,
    /// Where it has Liquid that can be read.
    template: Option<Template>,
    found: Vec<Diagnostic>,
}

impl<'a> Text<'a> {
    fn parse(inputs: &Inputs<'_>, field: Field, source: &'a str) -> Self {
        if !source.contains("{{") && !source.contains("{%") {
            return Self { field, source, template: None, found: Vec::new() };
        }
        // Without partials: those are other files, and no part of what was trusted.
        let (template, mut found) = template::parse(source, &Partials::default(), inputs.dialect);
        let is_broken = found.iter().any(Diagnostic::is_error);
        // The webhook's file says so at the call itself.
        found.retain(|problem| problem.code != Code::UnknownPartial);
        Self { field, source, template: Some(template).filter(|_| !is_broken), found }
    }

    fn fill(&self, inputs: &Inputs<'_>, problems: &mut Vec<(Field, Diagnostic)>) -> Filled {
        problems.extend(self.found.iter().map(|problem| (self.field.clone(), problem.clone())));
        let Some(template) = &self.template else { return Filled::of_typed(self.source) };
        let problem = match template.render(&inputs.context()) {
            Outcome::Rendered(rendered) => {
                let text = one_line(&rendered.text);
                return Filled::split(&text, |span| rendered.map.origin(span).hole.is_none());
            }
            Outcome::Aborted { at } => {
                Diagnostic::error(Code::AbortInWebhook, at, "`{% abort %}` has no meaning outside the body")
            }
            Outcome::Failed(problem) => problem,
        };
        problems.push((self.field.clone(), problem));
        Filled::default()
    }
}

/// Line breaks cannot stand in an address or a header; a value that has one must not start another header.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn content_type_problem(inputs: &Inputs<'_>, webhook: &Webhook) -> Option<(Field, Diagnostic)> {
    let is_read_as_json = webhook.headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("content-type") && value.to_ascii_lowercase().contains("application/json")
    });
    let needs_it = inputs.campaign.content_format == ContentFormat::Json
        && webhook.method != Method::Get
        && campaign::is_bot_api_url(&webhook.url);
    if is_read_as_json || !needs_it {
        return None;
    }
    let problem = Diagnostic::error(
        Code::NoContentType,
        Span::at(0),
        "without the header `Content-Type: application/json` Telegram does not read the body",
    )
    .with_help("add it under [headers]");
    Some((Field::Url, problem))
}

fn encode_query(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn escape_for_double_quotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\"\\$`".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_counts_only_where_it_was_typed() {
        let text = "https://h/${A}?x=${B}";
        let filled = Filled::split(text, |span| span.of(text) == "${A}");
        assert_eq!(filled.secret_names().collect::<Vec<_>>(), ["A"]);
        assert_eq!(filled.resolve(&mut |_| Some("s3".into())).unwrap(), "https://h/s3?x=${B}");
        assert_eq!(filled.in_shell_quotes(), "https://h/${A}?x=\\${B}");
    }

    #[test]
    fn parameters_are_encoded_and_so_are_secrets_in_them() {
        let mut url = Filled::of_typed("https://h/p?a=1");
        url.add_parameter("key", &Filled::of_typed("x y&${S}"));
        assert_eq!(url.shown(), "https://h/p?a=1&key=x+y%26${S}");
        assert_eq!(url.resolve(&mut |_| Some("a&b".into())).unwrap(), "https://h/p?a=1&key=x+y%26a%26b");
    }

    #[test]
    fn a_chat_in_the_query_is_replaced_whatever_it_is() {
        let mut url = Filled::of_typed("https://h/bot${T}/sendMessage?chat_id=${C}x&b=2&chat_id=9#f");
        assert!(url.replace_parameter("chat_id", "@me"));
        assert_eq!(url.shown(), "https://h/bot${T}/sendMessage?chat_id=%40me&b=2&chat_id=%40me#f");
        let mut encoded = Filled::of_typed("https://h/?chat%5Fid=${C}&a=1&&%63hat_id&ch\tat_id=9=9");
        assert!(encoded.replace_parameter("chat_id", "7"));
        assert_eq!(encoded.shown(), "https://h/?chat%5Fid=7&a=1&&%63hat_id=7&ch\tat_id=7");
        for other in ["?xchat_id=1", "?a=chat_id=1", "#?chat_id=1", "?${C}=1", "?chat_id${C}=1", "chat_id=1"]
        {
            let mut url = Filled::of_typed(&format!("https://h/{other}"));
            assert!(!url.replace_parameter("chat_id", "1"), "{other}");
            assert_eq!(url.shown(), format!("https://h/{other}"));
        }
    }
}
