//! The HTTP request around a body. In its URL, parameters, and headers, Liquid is rendered, but secrets are still
//! `${NAME}`.
//!
//! A `${NAME}` is a secret only if the webhook's author typed it. In the value of a variable it is plain text, so a
//! profile that contains `${NAME}` does not get the secret's value into the request.

use std::time::Duration;

use super::chat::{self, CHAT_ID};
use super::inputs::{ChatTarget, Inputs};
use crate::campaign::{self, Auth, ContentFormat, HttpMethod, MissingSecrets, Webhook};
use crate::diagnostic::{Code, Diagnostic};
use crate::template::{self, Partials, RenderOutcome, Template};
use crate::text::Span;

/// Shown in place of the credentials of Basic authentication, and in place of secrets that are written literally in the
/// webhook's file.
const MASK: &str = "••••••";

/// The timeout of a request if the webhook sets none. CleverTap documents both three and five seconds for its webhooks.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// A request before its secrets are filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpDraft {
    pub method: HttpMethod,
    pub url: SecretTemplate,
    /// The headers in order, without the `Authorization` header that [`HttpDraft::auth`] adds.
    pub headers: Vec<(String, SecretTemplate)>,
    pub auth: Option<AuthDraft>,
    pub body: String,
    pub timeout: Duration,
}

impl HttpDraft {
    /// Returns the headers that are sent, with secrets as `${NAME}`. Literal credentials are masked.
    pub fn masked_headers(&self) -> impl Iterator<Item = (&str, String)> {
        // A value with a `${NAME}` shows only the secret's name. A value without a `${NAME}` may be the secret itself,
        // so it is masked.
        let masked =
            |value: &SecretTemplate| if value.is_literal() { MASK.to_owned() } else { value.masked() };
        let headers = self.headers.iter().map(move |(name, value)| {
            (name.as_str(), if is_credential(name) { masked(value) } else { value.masked() })
        });
        let credentials = self.auth.as_ref().map(|auth| match auth {
            // The header has one Base64 text for the name and the password.
            AuthDraft::Basic { .. } => format!("Basic {MASK}"),
            AuthDraft::Bearer { token } => format!("Bearer {}", masked(token)),
        });
        headers.chain(credentials.map(|value| ("Authorization", value)))
    }
}

/// Returns whether a header with this name usually carries a credential.
pub(crate) fn is_credential(header: &str) -> bool {
    const NAMES: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key"];
    NAMES.iter().any(|name| header.eq_ignore_ascii_case(name))
}

/// [`Auth`] with its placeholders parsed.
#[derive(Debug, Clone, PartialEq)]
pub enum AuthDraft {
    Basic { username: SecretTemplate, password: SecretTemplate },
    Bearer { token: SecretTemplate },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestField {
    Url,
    Header(String),
    Param(String),
}

impl RequestField {
    /// Returns the TOML keys that lead to this field in the webhook's file.
    pub fn path(&self) -> Vec<&str> {
        match self {
            RequestField::Url => vec!["url"],
            RequestField::Header(name) => vec!["headers", name],
            RequestField::Param(name) => vec!["params", name],
        }
    }
}

/// A text with the names of secrets in place of their values, which are filled in later.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SecretTemplate {
    pieces: Vec<TemplatePiece>,
}

#[derive(Debug, Clone, PartialEq)]
enum TemplatePiece {
    Text(String),
    /// A secret's name, and the encoding with which the secret's value is filled in.
    Secret(String, Encoding),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    AsIs,
    Query,
}

impl SecretTemplate {
    pub fn parse(text: &str) -> Self {
        Self::split(text, |_| true)
    }

    fn split(text: &str, is_typed: impl Fn(Span) -> bool) -> Self {
        let mut pieces = Vec::new();
        let mut from = 0;
        for placeholder in campaign::find_placeholders(text).into_iter().filter(|found| is_typed(found.span))
        {
            pieces.push(TemplatePiece::Text(text[from..placeholder.span.start].to_owned()));
            from = placeholder.span.end;
            pieces.push(TemplatePiece::Secret(placeholder.name, Encoding::AsIs));
        }
        pieces.push(TemplatePiece::Text(text[from..].to_owned()));
        pieces.retain(|piece| *piece != TemplatePiece::Text(String::new()));
        Self { pieces }
    }

    /// Returns the text with secrets as `${NAME}`. If the text is a URL, a literal token or password in it is masked.
    pub fn masked(&self) -> String {
        let mut shown = self.map(|piece| match piece {
            TemplatePiece::Text(text) => text.clone(),
            TemplatePiece::Secret(name, _) => format!("${{{name}}}"),
        });
        if let Some(token) = campaign::find_token(&shown) {
            shown.replace_range(token.range(), MASK);
        }
        if let Some(password) = campaign::find_password(&shown) {
            shown.replace_range(password.range(), MASK);
        }
        shown
    }

    /// Returns whether the text has no `${NAME}` and may therefore be a literal secret.
    pub fn is_literal(&self) -> bool {
        self.secret_names().next().is_none()
    }

    /// Returns the text for use inside double quotes in a POSIX shell. Each `${NAME}` becomes a shell variable.
    pub fn in_shell_quotes(&self) -> String {
        self.map(|piece| match piece {
            // A literal token or password must not be printed, so a shell variable takes its place.
            TemplatePiece::Text(text) => {
                let token = campaign::find_token(text).map(|span| (span, "${BOT_TOKEN}"));
                let password = campaign::find_password(text).map(|span| (span, "${PASSWORD}"));
                let mut out = String::new();
                let mut from = 0;
                // In a URL, the password is before the host and the token after it, so the spans are in order.
                for (span, name) in password.into_iter().chain(token) {
                    out.push_str(&escape_for_double_quotes(&text[from..span.start]));
                    out.push_str(name);
                    from = span.end;
                }
                out + &escape_for_double_quotes(&text[from..])
            }
            TemplatePiece::Secret(name, _) => format!("${{{name}}}"),
        })
    }

    /// Returns the decoded parameters of the URL's query, with secrets as `${NAME}`.
    pub fn query(&self) -> Vec<(String, String)> {
        let shown = self.masked();
        let query = shown.split_once('?').map_or("", |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    pub fn secret_names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            TemplatePiece::Text(_) => None,
            TemplatePiece::Secret(name, _) => Some(name.as_str()),
        })
    }

    /// Fills in the secrets' values. The error names every secret for which `value` returned `None`.
    pub fn resolve(&self, value: &mut dyn FnMut(&str) -> Option<String>) -> Result<String, MissingSecrets> {
        let mut missing = Vec::new();
        let resolved = self.map(|piece| match piece {
            TemplatePiece::Text(text) => text.clone(),
            TemplatePiece::Secret(name, encoding) => match (value(name), encoding) {
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

    pub fn followed_by(mut self, other: &SecretTemplate) -> Self {
        self.pieces.extend(other.pieces.iter().cloned());
        self
    }

    /// Replaces every `${name}` with a value that is not secret.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        for piece in &mut self.pieces {
            if matches!(piece, TemplatePiece::Secret(found, _) if found == name) {
                *piece = TemplatePiece::Text(value.to_owned());
            }
        }
        self
    }

    fn map(&self, piece: impl FnMut(&TemplatePiece) -> String) -> String {
        self.pieces.iter().map(piece).collect()
    }

    fn for_query(&self) -> Self {
        // Each piece is encoded separately: a secret's value is not known yet and is encoded when it is filled in.
        let encoded = self.pieces.iter().map(|piece| match piece {
            TemplatePiece::Text(text) => TemplatePiece::Text(encode_query(text)),
            TemplatePiece::Secret(name, _) => TemplatePiece::Secret(name.clone(), Encoding::Query),
        });
        Self { pieces: encoded.collect() }
    }

    /// Adds `name=value` to the URL's query.
    fn add_parameter(&mut self, name: &str, value: &SecretTemplate) {
        let mut units = self.units();
        let find = |wanted: char| units.iter().position(|unit| *unit == UrlUnit::Char(wanted));
        // The parameter goes before the fragment, because HTTP clients do not send the fragment.
        let end = find('#').unwrap_or(units.len());
        let separator = if find('?').is_some_and(|at| at < end) { '&' } else { '?' };
        let fragment = units.split_off(end);
        units.extend(format!("{separator}{}=", encode_query(name)).chars().map(UrlUnit::Char));
        units.extend(value.for_query().units());
        units.extend(fragment);
        self.pieces = join_units(units);
    }

    /// Replaces the value of every query parameter whose decoded key is `name`. Returns whether there was such a
    /// parameter.
    fn replace_parameter(&mut self, name: &str, value: &str) -> bool {
        // The URL is split into characters, because a secret of unknown value can be anywhere in a key or a value.
        let units = self.units();
        let find = |wanted: char| units.iter().position(|unit| *unit == UrlUnit::Char(wanted));
        let end = find('#').unwrap_or(units.len());
        let Some(start) = find('?').map(|at| at + 1).filter(|start| *start <= end) else { return false };
        let mut out = units[..start].to_vec();
        let mut replaced = false;
        for (index, parameter) in units[start..end].split(|unit| *unit == UrlUnit::Char('&')).enumerate() {
            if index != 0 {
                out.push(UrlUnit::Char('&'));
            }
            let key = parameter.split(|unit| *unit == UrlUnit::Char('=')).next().unwrap_or_default();
            // The key is decoded before it is compared, as on the server: `chat%5Fid` is a chat id too. All occurrences
            // are replaced, so that it does not matter which of them the server uses.
            if decode_key(key).is_some_and(|key| key == name) {
                out.extend_from_slice(key);
                out.extend(format!("={}", encode_query(value)).chars().map(UrlUnit::Char));
                replaced = true;
            } else {
                out.extend_from_slice(parameter);
            }
        }
        if replaced {
            out.extend_from_slice(&units[end..]);
            self.pieces = join_units(out);
        }
        replaced
    }

    /// Splits the text into characters. A secret counts as one unit that equals no character.
    fn units(&self) -> Vec<UrlUnit> {
        let mut units = Vec::new();
        for piece in &self.pieces {
            match piece {
                TemplatePiece::Text(text) => units.extend(text.chars().map(UrlUnit::Char)),
                TemplatePiece::Secret(name, encoding) => units.push(UrlUnit::Secret(name.clone(), *encoding)),
            }
        }
        units
    }
}

#[derive(Debug, Clone, PartialEq)]
enum UrlUnit {
    Char(char),
    Secret(String, Encoding),
}

fn join_units(units: Vec<UrlUnit>) -> Vec<TemplatePiece> {
    let mut pieces = Vec::new();
    for unit in units {
        match (unit, pieces.last_mut()) {
            (UrlUnit::Char(c), Some(TemplatePiece::Text(text))) => text.push(c),
            (UrlUnit::Char(c), _) => pieces.push(TemplatePiece::Text(c.to_string())),
            (UrlUnit::Secret(name, encoding), _) => pieces.push(TemplatePiece::Secret(name, encoding)),
        }
    }
    pieces
}

/// Decodes a parameter's key as the server does. Returns `None` if a secret is part of the key.
fn decode_key(key: &[UrlUnit]) -> Option<String> {
    let typed: Option<String> = key
        .iter()
        .filter_map(|unit| match unit {
            // URL parsers remove tabs and line breaks, as the URL standard requires.
            UrlUnit::Char('\t' | '\n' | '\r') => None,
            UrlUnit::Char(c) => Some(Some(*c)),
            UrlUnit::Secret(..) => Some(None),
        })
        .collect();
    form_urlencoded::parse(typed?.as_bytes()).next().map(|(name, _)| name.into_owned())
}

/// Returns the Bot API method that the webhook calls, or `sendMessage` without a webhook. Returns `None` if the
/// webhook's URL is not a Bot API URL.
pub(crate) fn bot_method(inputs: &Inputs<'_>) -> Option<String> {
    match inputs.webhook {
        None => Some("sendMessage".to_owned()),
        Some(webhook) => campaign::bot_api_method(&webhook.url).map(str::to_owned),
    }
}

pub(crate) struct RenderedRequest {
    pub http: HttpDraft,
    pub problems: Vec<(RequestField, Diagnostic)>,
    /// Whether a `chat_id` in the query was replaced by the test chat.
    pub replaced_chat: bool,
}

/// The webhook's templates, parsed once for all recipients. They give the HTTP request around each rendered body.
pub(crate) struct RequestTemplate<'a> {
    webhook: &'a Webhook,
    url: FieldTemplate<'a>,
    params: Vec<(&'a str, FieldTemplate<'a>)>,
    headers: Vec<(&'a str, FieldTemplate<'a>)>,
    /// The problems that do not depend on the recipient.
    static_problems: Vec<(RequestField, Diagnostic)>,
}

impl<'a> RequestTemplate<'a> {
    /// Parses the webhook's texts. Returns `None` without a webhook.
    pub(super) fn new(inputs: &Inputs<'a>) -> Option<Self> {
        let webhook = inputs.webhook?;
        let param = |(name, value): &'a (String, String)| {
            (name.as_str(), FieldTemplate::parse(inputs, RequestField::Param(name.clone()), value))
        };
        let header = |(name, value): &'a (String, String)| {
            (name.as_str(), FieldTemplate::parse(inputs, RequestField::Header(name.clone()), value))
        };
        Some(Self {
            webhook,
            url: FieldTemplate::parse(inputs, RequestField::Url, &webhook.url),
            params: webhook.params.iter().map(param).collect(),
            headers: webhook.headers.iter().map(header).collect(),
            static_problems: content_type_problem(inputs, webhook).into_iter().collect(),
        })
    }

    pub(super) fn draft(&self, inputs: &Inputs<'_>, body: &str) -> RenderedRequest {
        let webhook = self.webhook;
        let mut problems = Vec::new();
        let mut url = self.url.fill(inputs, &mut problems);
        for (name, value) in &self.params {
            let value = value.fill(inputs, &mut problems);
            url.add_parameter(name, &value);
        }
        let replaced_chat = match inputs.chat {
            ChatTarget::Test(chat) if campaign::is_bot_api_url(&webhook.url) => {
                url.replace_parameter(CHAT_ID, &chat::plain(chat))
            }
            ChatTarget::Test(_) | ChatTarget::FromBody => false,
        };
        let fill_header = |(name, value): &(&str, FieldTemplate<'_>)| {
            ((*name).to_owned(), value.fill(inputs, &mut problems))
        };
        let headers: Vec<(String, SecretTemplate)> = self.headers.iter().map(fill_header).collect();
        problems.extend(self.static_problems.iter().cloned());
        // A GET is sent without a body, because the body of a GET has no meaning according to RFC 9110.
        let has_body = webhook.method != HttpMethod::Get;
        let http = HttpDraft {
            method: webhook.method,
            url,
            headers,
            auth: webhook.auth.as_ref().map(auth_draft),
            body: if has_body { body.to_owned() } else { String::new() },
            timeout: webhook.timeout.unwrap_or(DEFAULT_TIMEOUT),
        };
        RenderedRequest { http, problems, replaced_chat }
    }
}

fn auth_draft(auth: &Auth) -> AuthDraft {
    match auth {
        Auth::Basic { username, password } => AuthDraft::Basic {
            username: SecretTemplate::parse(username),
            password: SecretTemplate::parse(password),
        },
        Auth::Bearer { token } => AuthDraft::Bearer { token: SecretTemplate::parse(token) },
    }
}

struct FieldTemplate<'a> {
    field: RequestField,
    source: &'a str,
    /// The parsed Liquid; `None` if the text has none, or if its Liquid has errors.
    template: Option<Template>,
    syntax_problems: Vec<Diagnostic>,
}

impl<'a> FieldTemplate<'a> {
    fn parse(inputs: &Inputs<'_>, field: RequestField, source: &'a str) -> Self {
        if !source.contains("{{") && !source.contains("{%") {
            return Self { field, source, template: None, syntax_problems: Vec::new() };
        }
        // No partials are passed to the parser, so a webhook cannot call any. The user trusts only the webhook's own
        // file, and a partial would bring text from another file into the request.
        let (template, mut problems) = template::parse(source, &Partials::default(), inputs.dialect);
        let is_broken = problems.iter().any(Diagnostic::is_error);
        // Calls of partials are not reported here, because the check of the webhook's file already reports them.
        problems.retain(|problem| problem.code != Code::UnknownPartial);
        // The text of a template with errors is used as typed, so that the preview still shows a request.
        let template = Some(template).filter(|_| !is_broken);
        Self { field, source, template, syntax_problems: problems }
    }

    fn fill(&self, inputs: &Inputs<'_>, problems: &mut Vec<(RequestField, Diagnostic)>) -> SecretTemplate {
        problems.extend(self.syntax_problems.iter().map(|problem| (self.field.clone(), problem.clone())));
        let Some(template) = &self.template else { return SecretTemplate::parse(self.source) };
        let problem = match template.render(&inputs.context()) {
            RenderOutcome::Rendered(rendered) => {
                let text = one_line(&rendered.text);
                // A `${NAME}` that Liquid printed is part of a value, not a secret.
                return SecretTemplate::split(&text, |span| {
                    rendered.map.origin(span).interpolation.is_none()
                });
            }
            RenderOutcome::Aborted { at } => {
                Diagnostic::error(Code::AbortInWebhook, at, "`{% abort %}` has no meaning outside the body")
            }
            RenderOutcome::Failed(problem) => problem,
        };
        problems.push((self.field.clone(), problem));
        SecretTemplate::default()
    }
}

fn one_line(text: &str) -> String {
    // A line break in the value of a variable must not start another header.
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn content_type_problem(inputs: &Inputs<'_>, webhook: &Webhook) -> Option<(RequestField, Diagnostic)> {
    let is_read_as_json = webhook.headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("content-type") && value.to_ascii_lowercase().contains("application/json")
    });
    let needs_it = inputs.campaign.content_format == ContentFormat::Json
        && webhook.method != HttpMethod::Get
        && campaign::is_bot_api_url(&webhook.url);
    if is_read_as_json || !needs_it {
        return None;
    }
    let problem = Diagnostic::error(
        Code::NoContentType,
        Span::at(0),
        "Telegram does not read the body without the header `Content-Type: application/json`",
    )
    .with_help("add it under [headers]");
    Some((RequestField::Url, problem))
}

fn encode_query(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn escape_for_double_quotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Inside double quotes, POSIX shells interpret the double quote, the backslash, `$`, and the backtick.
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
    fn only_typed_placeholders_are_secrets() {
        let text = "https://h/${A}?x=${B}";
        let filled = SecretTemplate::split(text, |span| span.of(text) == "${A}");
        assert_eq!(filled.secret_names().collect::<Vec<_>>(), ["A"]);
        assert_eq!(filled.resolve(&mut |_| Some("s3".into())).unwrap(), "https://h/s3?x=${B}");
        assert_eq!(filled.in_shell_quotes(), "https://h/${A}?x=\\${B}");
    }

    #[test]
    fn parameters_and_the_secrets_in_them_are_encoded() {
        let mut url = SecretTemplate::parse("https://h/p?a=1");
        url.add_parameter("key", &SecretTemplate::parse("x y&${S}"));
        assert_eq!(url.masked(), "https://h/p?a=1&key=x+y%26${S}");
        assert_eq!(url.resolve(&mut |_| Some("a&b".into())).unwrap(), "https://h/p?a=1&key=x+y%26a%26b");
    }

    #[test]
    fn every_chat_id_in_the_query_is_replaced() {
        let mut url = SecretTemplate::parse("https://h/bot${T}/sendMessage?chat_id=${C}x&b=2&chat_id=9#f");
        assert!(url.replace_parameter("chat_id", "@me"));
        assert_eq!(url.masked(), "https://h/bot${T}/sendMessage?chat_id=%40me&b=2&chat_id=%40me#f");
        let mut encoded = SecretTemplate::parse("https://h/?chat%5Fid=${C}&a=1&&%63hat_id&ch\tat_id=9=9");
        assert!(encoded.replace_parameter("chat_id", "7"));
        assert_eq!(encoded.masked(), "https://h/?chat%5Fid=7&a=1&&%63hat_id=7&ch\tat_id=7");
        for other in ["?xchat_id=1", "?a=chat_id=1", "#?chat_id=1", "?${C}=1", "?chat_id${C}=1", "chat_id=1"]
        {
            let mut url = SecretTemplate::parse(&format!("https://h/{other}"));
            assert!(!url.replace_parameter("chat_id", "1"), "{other}");
            assert_eq!(url.masked(), format!("https://h/{other}"));
        }
    }
}
