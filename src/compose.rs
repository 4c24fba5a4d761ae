//! Builds the message for one recipient. A JSON body is rendered and then parsed. For the Bot API, the request is also
//! checked as Telegram's server would check it. A plain text body is only rendered.
//!
//! ```text
//! body ──template::parse──▶ Template ──render──▶ text + source map ──chat::set (test sends only)──▶ text to send
//! text to send ──json::parse──▶ Document ──telegram::check──▶ ApiRequest, which contains the message
//! ```
//!
//! For the preview and `check`, [`branches`] also renders the body with stand-in data, so that the problems cover the
//! branches and loops that this recipient's message does not go through.
//!
//! The preview, the commands `render` and `check`, and test sends all build their messages here, so the preview shows
//! what a test sends. Each problem of the body becomes a diagnostic whose span is in the unrendered body.

mod branches;
pub(crate) mod chat;
pub(crate) mod clevertap;
mod control_characters;
mod convert;
mod gate;
mod http;
mod in_clevertap;
mod inputs;
mod link;
mod locate;
mod mask;
mod not_json;
mod outlook;
mod prepared;
mod problems;
mod survey;

use jiff::Timestamp;

use crate::campaign::{self, ContentFormat};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::json::{self, Document};
use crate::telegram::{self, ApiError, ApiRequest, CheckFailure, Method, ParseMode};
use crate::template::{self, LiquidToken};
use crate::text::Span;

pub(crate) use chat::TestChatError;
pub use convert::ConversionSource;
pub use convert::compare;
pub(crate) use convert::{Conversion, ModeComparison, convert, escape_filter, parse_mode_of};
pub use gate::compose;
pub(crate) use http::{AuthDraft, HttpDraft, RequestField, SecretTemplate, is_credential};
pub use in_clevertap::ClevertapText;
pub use inputs::ChatTarget;
pub use inputs::Inputs;
pub(crate) use link::{Highlight, Links, MessagePart};
pub(crate) use mask::with_trimmed;
pub(crate) use prepared::Prepared;
#[cfg(test)]
pub(crate) use survey::FailedRecipient;
pub(crate) use survey::{FailureGroup, Survey};

use chat::PatchedText;
use http::RequestTemplate;
use locate::Locator;
use problems::BodySource;

#[derive(Debug, Clone, PartialEq)]
pub struct Composed {
    pub body: String,
    pub now: Timestamp,
    /// The Liquid tokens of the body for syntax highlighting, in source order.
    pub tokens: Vec<LiquidToken>,
    /// For each Liquid block, the spans of its tags; see [`template::Template::blocks`].
    pub blocks: Vec<Vec<Span>>,
    /// Whether the body, or a partial that it may call, uses `Event` or `ExternalTrigger`.
    pub uses_event: bool,
    /// The rendered body as it would be sent. In a test send, it already contains the test chat. `None` if the template
    /// has errors, if rendering failed, or if `{% abort %}` ended the rendering.
    pub rendered: Option<String>,
    /// [`Composed::rendered`] as JSON; `None` if nothing was rendered, if the body is plain text, or if the rendered
    /// body is not valid JSON.
    pub document: Option<Document>,
    /// The HTTP request before secrets are filled in; `None` without a webhook, or if there is no rendered body.
    pub http: Option<HttpDraft>,
    /// The Bot API method that the webhook calls. Without a webhook, it is `sendMessage`. `None` if the webhook's URL
    /// is not a Bot API URL.
    pub method: Option<String>,
    /// The checked Bot API request, which contains the message. `None` if it could not be built or the Bot API would
    /// refuse it. If the profile has no chat id, the request has the chat id 1 instead, so that there is a preview.
    pub request: Option<ApiRequest>,
    /// What the message says that the request copies or forwards, on one line. `None` if nobody has looked it up, or if
    /// only Telegram knows it. Composing a message looks nothing up, so this is filled in afterwards.
    pub repeated: Option<String>,
    pub skip: Option<Skip>,
    /// What CleverTap would send, if it differs. Only for a body in CleverTap's dialect.
    pub clevertap: Option<ClevertapText>,
    /// Why the requested test chat could not be set. `None` if it was set, if no test chat was requested, or if there
    /// is no rendered body.
    pub test_chat_error: Option<TestChatError>,
    /// The problems of the body, sorted by the offset in the body at which they start.
    pub diagnostics: Vec<Diagnostic>,
    /// The problems in [`Composed::diagnostics`] that this message does not have. They are in branches and loops that
    /// only the messages of other recipients go through.
    pub problems_of_others: Vec<Diagnostic>,
    pub webhook_problems: Vec<(RequestField, Diagnostic)>,
    locator: Option<Locator>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// The `{% abort %}` at this span of the body was reached. CleverTap counts such recipients as LiquidLogicAborted.
    Aborted(Span),
    NoChatId,
}

impl Composed {
    pub fn is_sendable(&self) -> bool {
        let of_webhook = self.webhook_problems.iter().map(|(_, problem)| problem);
        self.http.is_some()
            && self.skip.is_none()
            && !self.own_problems().chain(of_webhook).any(Diagnostic::is_error)
    }

    /// Returns the problems that this message has.
    fn own_problems(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|problem| !self.problems_of_others.contains(problem))
    }

    /// Returns the highest severity of the body's problems, or `None` if the body has no problems. The webhook's
    /// problems do not count.
    pub fn worst_severity(&self) -> Option<Severity> {
        self.diagnostics.iter().map(|problem| problem.severity).max()
    }

    /// Returns the `parse_mode` of the rendered body, or `Some(None)` if the body sets none. The outer `None` means
    /// that there is no JSON document or that Telegram does not know the mode.
    pub fn parse_mode(&self) -> Option<Option<ParseMode>> {
        let mode = self.document.as_ref()?.root.get("parse_mode").and_then(json::JsonNode::as_text);
        mode.map_or(Ok(None), |mode| ParseMode::from_argument(&mode.decoded)).ok()
    }

    /// Returns the spans of all tags of the Liquid block that has a tag at byte `at` of the body. For example, with
    /// `at` in the `else` of `{% if a %}x{% else %}y{% endif %}`, returns the spans of these three tags. The result is
    /// empty if no block has a tag at `at`.
    pub fn block_at(&self, at: usize) -> &[Span] {
        let tags = || self.blocks.iter().flat_map(|block| block.iter().map(move |tag| (block, tag)));
        // Between two adjacent tags, `at` is the end of the first and the start of the second. The block of the second
        // tag is returned.
        let containing = tags().find(|(_, tag)| tag.range().contains(&at));
        containing.or_else(|| tags().find(|(_, tag)| tag.end == at)).map_or(&[], |(block, _)| block)
    }

    /// Returns the span of the body that a span of [`Composed::rendered`] came from, or `None` if nothing was rendered.
    pub fn body_span(&self, rendered: Span) -> Option<Span> {
        Some(self.locator.as_ref()?.locate(rendered).span)
    }

    /// Returns, in order, the spans of [`Composed::rendered`] that come from a span of the body. There are several such
    /// spans if a loop prints the span of the body more than once.
    pub fn rendered_spans(&self, body: Span) -> Vec<Span> {
        self.locator.as_ref().map_or_else(Vec::new, |locator| locator.outputs(body))
    }

    /// Turns `error`, Telegram's refusal of this request, into a diagnostic at its cause in the body. Returns `None` if
    /// the cause cannot be found.
    pub fn locate_refusal(&self, error: &ApiError) -> Option<Diagnostic> {
        // The first error of telecast's own checks is taken as the cause, because it usually has an exact span.
        // Telegram reports a position for some errors, and then only a byte offset.
        let own = self.own_problems().find(|problem| problem.is_error()).map(|problem| problem.span);
        let span = own.or_else(|| {
            let at = error.byte_offset()?;
            self.body_span(self.rendered_span_of_text(Span::new(at, at + 1))?)
        })?;
        Some(Diagnostic::error(Code::Refused, span, error.description.clone()))
    }

    /// Converts a span of the decoded message text (`text` or `caption`) into a span of [`Composed::rendered`]. Returns
    /// `None` if there is no JSON document, or if the document has no such string.
    pub fn rendered_span_of_text(&self, decoded: Span) -> Option<Span> {
        let text = message_text(self.document.as_ref()?)?;
        Some(text.raw_span(decoded))
    }
}

fn content(inputs: &Inputs<'_>) -> template::Content {
    let is_bot_api = inputs.webhook.is_none_or(|webhook| campaign::is_bot_api_url(&webhook.url));
    match inputs.campaign.content_format {
        ContentFormat::Json if is_bot_api => {
            let method = http::bot_method(inputs).and_then(|method| Method::from_name(&method));
            method.map_or(template::Content::Json, template::Content::Call)
        }
        ContentFormat::Json | ContentFormat::Text => template::Content::Text,
    }
}

/// Returns the string with the message's text: the value of `text`, or that of `caption` if there is no `text`. Returns
/// `None` if there is no such key, or if its value is not a string.
fn message_text(document: &Document) -> Option<&json::JsonString> {
    document.root.get("text").or_else(|| document.root.get("caption"))?.as_text()
}

impl Composed {
    fn fill_in(
        &mut self,
        inputs: &Inputs<'_>,
        request_template: Option<&RequestTemplate<'_>>,
        rendered: template::Rendered,
    ) {
        let is_json = inputs.campaign.content_format == ContentFormat::Json;
        let original = rendered.text;
        let patched = match inputs.chat {
            // The chat is set before the rendered text is parsed. For example, `"chat_id": NULL` is not JSON, and the
            // test chat takes the place of the `NULL`.
            ChatTarget::Test(chat) if is_json && self.method.is_some() => chat::set(&original, chat),
            ChatTarget::Test(_) | ChatTarget::FromBody => None,
        };
        self.test_chat_error = self.body_chat_error(inputs, patched.is_some());
        // `unchanged` is the rendered text before the test chat was set in it. `check_chat_id` needs this text, because
        // it checks the chat id that the body itself printed.
        let unchanged = Locator::new(rendered.map.clone(), PatchedText::unchanged(&original));
        let locator = match patched {
            Some(patched) => Locator::new(rendered.map, patched),
            None => unchanged.clone(),
        };
        let text = locator.text().to_owned();
        if let Some(request_template) = request_template {
            let draft = request_template.draft(inputs, &text);
            self.http = Some(draft.http);
            self.webhook_problems = draft.problems;
            // If the URL's query has a `chat_id`, the draft has replaced it with the test chat. The server uses the
            // query's `chat_id`, so it does not matter why the test chat could not be set in the body.
            if draft.replaced_chat {
                self.test_chat_error = None;
            }
        }
        if is_json {
            if self.method.is_some() {
                self.check_chat_id(inputs, &unchanged);
            }
            self.read_json(inputs, &locator);
        } else if self.method.is_some() {
            self.diagnostics.push(
                Diagnostic::warning(
                    Code::PlainTextToBotApi,
                    Span::at(0),
                    "the Bot API does not read plain text, only the URL's parameters",
                )
                .with_help("set the content format to JSON in the campaign's settings"),
            );
        }
        self.rendered = Some(text);
        self.locator = Some(locator);
    }

    /// Returns why the test chat could not be set in the body, or `None` if it was set or no test chat was requested.
    /// The caller drops the reason if the test chat was set in the URL's query.
    fn body_chat_error(&self, inputs: &Inputs<'_>, is_in_body: bool) -> Option<TestChatError> {
        if inputs.chat == ChatTarget::FromBody {
            return None;
        }
        if self.method.is_none() {
            return Some(TestChatError::NotBotApi);
        }
        if inputs.webhook.is_some_and(|webhook| webhook.method == campaign::HttpMethod::Get) {
            return Some(TestChatError::Get);
        }
        match inputs.campaign.content_format {
            ContentFormat::Text => Some(TestChatError::PlainText),
            ContentFormat::Json => (!is_in_body).then_some(TestChatError::NotAnObject),
        }
    }

    /// Reports a `chat_id` that has no value because the profile lacks the property that the body prints there. Without
    /// this check, a value such as `NULL` would be reported only as a syntax error.
    fn check_chat_id(&mut self, inputs: &Inputs<'_>, locator: &Locator) {
        let body = BodySource { text: inputs.body, dialect: inputs.dialect };
        for value in chat::find(locator.text()).values {
            let Some((interpolation, property)) = problems::missing_chat(body, locator, value) else {
                continue;
            };
            let rendered = value.of(locator.text());
            let message = match (inputs.profile, inputs.chat) {
                (Some(_), ChatTarget::FromBody) => {
                    self.skip = Some(Skip::NoChatId);
                    format!("this profile has no {property}, so it would be skipped")
                }
                (Some(_), ChatTarget::Test(_)) => {
                    format!("this profile has no {property}; the test goes to the test chat")
                }
                (None, _) => format!(
                    "no profile is chosen, so chat_id is `{rendered}`, as for a profile without {property}"
                ),
            };
            let mut problem = Diagnostic::warning(Code::NoChatId, interpolation, message);
            if self.skip == Some(Skip::NoChatId) {
                // The problem is an error only if the recipient would be skipped. Without a profile, or in a test send,
                // it stays a warning.
                problem.severity = crate::diagnostic::Severity::Error;
                problem.help = Some(format!("set the profile's {property}, or choose another profile"));
            }
            self.diagnostics.push(problem);
        }
    }

    fn read_json(&mut self, inputs: &Inputs<'_>, locator: &Locator) {
        let body = BodySource { text: inputs.body, dialect: inputs.dialect };
        match json::parse(locator.text()) {
            Ok(document) => {
                self.check_request(inputs, locator, &document);
                self.document = Some(document);
            }
            Err(error) => {
                // `"chat_id": NULL` is not JSON. The text is parsed again with the number 1 in place of the missing
                // chat id. This way, the preview works, and the problems after the chat id are found too.
                let is_reported = self.diagnostics.iter().any(|problem| problem.code == Code::NoChatId);
                let stand_in = is_reported.then(|| chat::set(locator.text(), "1")).flatten();
                let Some(stand_in) = stand_in else {
                    return self.report_not_json(body, locator, &error);
                };
                let parsed = json::parse(&stand_in.text);
                let locator = locator.clone().patched_again(stand_in);
                match parsed {
                    Ok(document) => self.check_request(inputs, &locator, &document),
                    Err(error) => self.report_not_json(body, &locator, &error),
                }
            }
        }
    }

    fn report_not_json(&mut self, body: BodySource<'_>, locator: &Locator, error: &json::SyntaxError) {
        let mut problems = not_json::diagnose(body, locator, error);
        // What Telegram would do concerns the whole body, so only the first problem says it.
        if let Some(first) = problems.first_mut() {
            let help = self.with_outlook(first.help.take(), locator);
            first.help = Some(help).filter(|help| !help.is_empty());
        }
        self.diagnostics.extend(problems);
    }

    /// Appends what Telegram would do with the body to the help of a problem.
    fn with_outlook(&self, help: Option<String>, locator: &Locator) -> String {
        let outlook = self.method.as_ref().and_then(|method| {
            let query = self.http.as_ref().map_or_else(Vec::new, |http| http.url.query());
            outlook::outlook(method, query, locator.text())
        });
        let parts: Vec<String> = help.into_iter().chain(outlook).collect();
        parts.join("; ")
    }

    fn check_request(&mut self, inputs: &Inputs<'_>, locator: &Locator, document: &Document) {
        let Some(method) = self.method.clone() else { return };
        let body = BodySource { text: inputs.body, dialect: inputs.dialect };
        if let Some(comma) = document.trailing_comma {
            self.diagnostics.push(problems::trailing_comma(locator, comma));
        }
        // A parameter in the URL's query takes precedence over the same key in the body, as on the server.
        let query = self.http.as_ref().map_or_else(Vec::new, |http| http.url.query());
        let Some(arguments) = telegram::Arguments::from_json(document, locator.text()) else {
            let span = locator.locate(document.root.span).span;
            let help = "start the body with `{` and end it with `}`".to_owned();
            let help = self.with_outlook(Some(help), locator);
            self.diagnostics.push(
                Diagnostic::error(Code::NotAnObject, span, "the Bot API takes a JSON object").with_help(help),
            );
            return;
        };
        let arguments = arguments.prepend_query(query);
        let checked = telegram::check(&method, &arguments);
        // The members are indexed only if there are warnings. Most bodies have no warnings, and indexing costs a pass
        // over the document.
        if !checked.warnings.is_empty() {
            let members = problems::MemberIndex::of(document);
            let warnings = checked.warnings.iter();
            self.diagnostics
                .extend(warnings.map(|finding| problems::from_finding(body, locator, &members, finding)));
        }
        let is_explained = self.check_text(body, locator, document);
        match checked.result {
            Ok(request) => self.request = Some(request),
            // An unknown method is reported once at the webhook, not in every campaign's body.
            Err(_) if Method::from_name(&method).is_none() => {}
            Err(error) => match error.cause {
                Some(CheckFailure::TooLong(limit)) => {
                    self.diagnostics.push(problems::from_too_long(body, locator, document, &error, limit));
                }
                // The server stops at the first fault in the markup. `check_text` has already reported every fault,
                // with positions and fixes, so the server's error is left out.
                Some(CheckFailure::Markup | CheckFailure::InputTooLong) if is_explained => {}
                _ => self.diagnostics.push(problems::from_api_error(body, locator, document, &error)),
            },
        }
    }

    /// Reports the problems of the message's markup. Returns whether any of them is an error.
    fn check_text(&mut self, body: BodySource<'_>, locator: &Locator, document: &Document) -> bool {
        let Some((text, mode, found)) = diagnose_text(document) else { return false };
        let escape = mode.map(escape_filter);
        let has_error = found.iter().any(Diagnostic::is_error);
        let moved = found.into_iter().map(|problem| {
            let moved = problems::from_text_problem(body, locator, text, problem, escape);
            // Markdown in HTML already has an offer: the tags.
            if moved.code == Code::MarkupWithoutMode && mode != Some(ParseMode::Html) {
                problems::with_parse_mode(locator, document, text, moved)
            } else {
                moved
            }
        });
        self.diagnostics.extend(moved);
        has_error
    }
}

/// Returns the message's text, its parse mode, and the problems of its markup, whose spans are in the decoded text.
fn diagnose_text(document: &Document) -> Option<(&json::JsonString, Option<ParseMode>, Vec<Diagnostic>)> {
    let text = message_text(document)?;
    let mode = document.root.get("parse_mode").and_then(json::JsonNode::as_text);
    let mode = mode.map_or(Ok(None), |mode| ParseMode::from_argument(&mode.decoded)).ok()?;
    Some((text, mode, telegram::diagnose(mode, &text.decoded)))
}

#[cfg(test)]
mod tests;
