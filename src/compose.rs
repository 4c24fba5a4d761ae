//! campaign × profile × now → rendered JSON → checked request → parsed message: the one path that everything uses.
//!
//! ```text
//! body ─template::parse─▶ Template ─render─▶ text + source map ─chat::set (tests only)─▶ text
//!      ─json::parse─▶ document ─telegram::check─▶ Request { … the message as it is sent }
//! ```
//!
//! Preview, `render`, `check`, test-send and, later, publishing call [`compose`]: what one saw is what is sent. Every
//! problem on the way comes out as a diagnostic whose span lies in the body as typed.

pub mod chat;
pub mod clevertap;
mod convert;
mod http;
mod inputs;
mod link;
mod locate;
mod mask;
mod prepared;
mod problems;
mod survey;

use jiff::Timestamp;

use crate::campaign::{self, ContentFormat};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::json::{self, Document};
use crate::telegram::{self, ApiError, Cause, Method, ParseMode, Request};
use crate::template::{self, Token};
use crate::text::Span;

pub use chat::Unset;
pub use convert::{Comparison, Conversion, Convertible, compare, convert, escape_filter, parse_mode_of};
pub use http::{AuthDraft, DEFAULT_TIMEOUT, Field, Filled, HttpDraft, is_credential};
pub use inputs::{Chat, Inputs};
pub use link::{Links, Lit, Part};
pub use prepared::Prepared;
pub use survey::{Failing, Failure, Survey};

use chat::Patched;
use http::Around;
use locate::Locator;
use problems::Body;

#[derive(Debug, Clone, PartialEq)]
pub struct Composed {
    pub body: String,
    pub now: Timestamp,
    /// The body's Liquid for colouring, ascending.
    pub tokens: Vec<Token>,
    /// The tags of each of its blocks; see [`template::Template::blocks`].
    pub blocks: Vec<Vec<Span>>,
    /// Whether the body, or a partial it calls, asks for `Event` or `ExternalTrigger`.
    pub uses_event: bool,
    /// The rendered body as it would be sent; none where rendering failed or was aborted.
    pub rendered: Option<String>,
    pub document: Option<Document>,
    /// The request as it would go out, with `${NAME}` where secrets go; none without a webhook or a rendered body.
    pub http: Option<HttpDraft>,
    /// The Bot API method the webhook calls; none for other hosts.
    pub method: Option<String>,
    /// The checked request with the message as it is sent; none where the Bot API would refuse it, or for other hosts.
    pub request: Option<Request>,
    pub skip: Option<Skip>,
    /// Why the test chat could not be put in, where one was asked for.
    pub chat_unset: Option<Unset>,
    /// Everything wrong with the body, in its order; spans lie in the body.
    pub diagnostics: Vec<Diagnostic>,
    pub webhook_problems: Vec<(Field, Diagnostic)>,
    locator: Option<Locator>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// `{% abort %}`, CleverTap's LiquidLogicAborted; where in the body.
    Aborted(Span),
    NoChatId,
}

impl Composed {
    pub fn is_sendable(&self) -> bool {
        let of_webhook = self.webhook_problems.iter().map(|(_, problem)| problem);
        self.http.is_some()
            && self.skip.is_none()
            && !self.diagnostics.iter().chain(of_webhook).any(Diagnostic::is_error)
    }

    /// Returns how bad the worst is that is wrong with the message; its webhook's problems are not its own.
    pub fn worst(&self) -> Option<Severity> {
        self.diagnostics.iter().map(|problem| problem.severity).max()
    }

    /// Returns the `parse_mode` that the body sets, where it is JSON and the mode is one that Telegram knows.
    pub fn parse_mode(&self) -> Option<Option<ParseMode>> {
        let mode = self.document.as_ref()?.root.get("parse_mode").and_then(json::Node::as_text);
        mode.map_or(Ok(None), |mode| ParseMode::from_argument(&mode.decoded)).ok()
    }

    /// Returns the tags of the block that has one at the byte `at` of the body; none elsewhere.
    pub fn block_at(&self, at: usize) -> &[Span] {
        let tags = || self.blocks.iter().flat_map(|block| block.iter().map(move |tag| (block, tag)));
        let on = tags().find(|(_, tag)| tag.range().contains(&at));
        on.or_else(|| tags().find(|(_, tag)| tag.end == at)).map_or(&[], |(block, _)| block)
    }

    /// Returns the part of the body that a span of [`Composed::rendered`] came from.
    pub fn origin(&self, rendered: Span) -> Option<Span> {
        Some(self.locator.as_ref()?.locate(rendered).span)
    }

    /// Returns the bytes of [`Composed::rendered`] that a place in the body was printed to, in order.
    pub fn printed(&self, body: Span) -> Vec<Span> {
        self.locator.as_ref().map_or_else(Vec::new, |locator| locator.outputs(body))
    }

    /// Returns the place in the body that a refusal of this very request comes from, where that can be told.
    ///
    /// Our own checks know the place in every case that they know; Telegram's byte offset serves for the rest.
    pub fn place_of_refusal(&self, error: &ApiError) -> Option<Diagnostic> {
        let own = self.diagnostics.iter().find(|problem| problem.is_error()).map(|problem| problem.span);
        let span = own.or_else(|| {
            let at = error.byte_offset()?;
            self.origin(self.rendered_span_of_text(Span::new(at, at + 1))?)
        })?;
        Some(Diagnostic::error(Code::Refused, span, error.description.clone()))
    }

    /// Returns the place in the decoded `text` (or caption) member as a span of [`Composed::rendered`].
    pub fn rendered_span_of_text(&self, decoded: Span) -> Option<Span> {
        let text = message_text(self.document.as_ref()?)?;
        Some(text.raw_span(decoded))
    }
}

/// Makes one message. For more recipients of the same body see [`Prepared`].
pub fn compose(inputs: &Inputs<'_>) -> Composed {
    Prepared::new(inputs).compose_for(inputs.profile)
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

/// The string that holds a message's text: `text`, or the `caption` of media.
fn message_text(document: &Document) -> Option<&json::Text> {
    document.root.get("text").or_else(|| document.root.get("caption"))?.as_text()
}

impl Composed {
    fn fill_in(&mut self, inputs: &Inputs<'_>, around: Option<&Around<'_>>, rendered: template::Rendered) {
        let is_json = inputs.campaign.content_format == ContentFormat::Json;
        let original = rendered.text;
        let patched = match inputs.chat {
            Chat::Test(chat) if is_json && self.method.is_some() => chat::set(&original, chat),
            Chat::Test(_) | Chat::OfTheBody => None,
        };
        self.chat_unset = self.unset(inputs, patched.is_some());
        let unchanged = Locator::new(rendered.map.clone(), Patched::unchanged(&original));
        let locator = match patched {
            Some(patched) => Locator::new(rendered.map, patched),
            None => unchanged.clone(),
        };
        let text = locator.text().to_owned();
        if let Some(around) = around {
            let draft = around.draft(inputs, &text);
            self.http = Some(draft.http);
            self.webhook_problems = draft.problems;
            if draft.chat_was_set {
                self.chat_unset = None;
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
                    "the Bot API reads no plain text: only the address's parameters count",
                )
                .with_help("set the content format to JSON (F4)"),
            );
        }
        self.rendered = Some(text);
        self.locator = Some(locator);
    }

    /// Says why the body carries no test chat to the server; the query may carry one all the same.
    fn unset(&self, inputs: &Inputs<'_>, is_in_body: bool) -> Option<Unset> {
        if inputs.chat == Chat::OfTheBody {
            return None;
        }
        if self.method.is_none() {
            return Some(Unset::NotBotApi);
        }
        if inputs.webhook.is_some_and(|webhook| webhook.method == campaign::Method::Get) {
            return Some(Unset::Get);
        }
        match inputs.campaign.content_format {
            ContentFormat::Text => Some(Unset::PlainText),
            ContentFormat::Json => (!is_in_body).then_some(Unset::NotAnObject),
        }
    }

    /// Says in plain words that a profile has no chat, before JSON makes a riddle of it.
    fn check_chat_id(&mut self, inputs: &Inputs<'_>, locator: &Locator) {
        let body = Body { text: inputs.body, dialect: inputs.dialect };
        for value in chat::find(locator.text()).values {
            let Some((hole, property)) = problems::missing_chat(body, locator, value) else { continue };
            let rendered = value.of(locator.text());
            let message = match (inputs.profile, inputs.chat) {
                (Some(_), Chat::OfTheBody) => {
                    self.skip = Some(Skip::NoChatId);
                    format!("this profile has no {property}: it would be skipped")
                }
                (Some(_), Chat::Test(_)) => {
                    format!("this profile has no {property}; the test goes to the test chat")
                }
                (None, _) => format!(
                    "no profile is chosen, so chat_id is `{rendered}`, as for a profile without {property}"
                ),
            };
            let mut problem = Diagnostic::warning(Code::NoChatId, hole, message);
            if self.skip == Some(Skip::NoChatId) {
                problem.severity = crate::diagnostic::Severity::Error;
                problem.help = Some(format!("set {property} of the profile, or choose another profile"));
            }
            self.diagnostics.push(problem);
        }
    }

    fn read_json(&mut self, inputs: &Inputs<'_>, locator: &Locator) {
        let body = Body { text: inputs.body, dialect: inputs.dialect };
        match json::parse(locator.text()) {
            Ok(document) => {
                self.check_request(inputs, locator, &document);
                self.document = Some(document);
            }
            Err(error) => {
                // A body that fails only for its missing chat is read on with a stand-in, for the preview and for
                // the problems behind it.
                let is_told = self.diagnostics.iter().any(|problem| problem.code == Code::NoChatId);
                let stand_in = is_told.then(|| chat::set(locator.text(), "1")).flatten();
                let Some(stand_in) = stand_in else {
                    return self.diagnostics.push(problems::not_json(body, locator, &error));
                };
                let parsed = json::parse(&stand_in.text);
                let locator = locator.clone().patched_again(stand_in);
                match parsed {
                    Ok(document) => self.check_request(inputs, &locator, &document),
                    Err(error) => self.diagnostics.push(problems::not_json(body, &locator, &error)),
                }
            }
        }
    }

    fn check_request(&mut self, inputs: &Inputs<'_>, locator: &Locator, document: &Document) {
        let Some(method) = self.method.clone() else { return };
        let body = Body { text: inputs.body, dialect: inputs.dialect };
        if let Some(comma) = document.trailing_comma {
            let span = locator.locate(comma).span;
            self.diagnostics.push(
                Diagnostic::warning(
                    Code::TrailingComma,
                    span,
                    "a comma behind the last member: the Bot API forgives it, JSON does not",
                )
                .with_fix(crate::diagnostic::Fix::replace("take the comma out", span, "")),
            );
        }
        let query = self.http.as_ref().map_or_else(Vec::new, |http| http.url.query());
        let arguments = match telegram::Arguments::from_json(document, locator.text()) {
            Ok(arguments) => arguments.query_first(query),
            Err(problem) => {
                let span = locator.locate(problem.span).span;
                self.diagnostics.push(
                    Diagnostic::error(Code::NotAnObject, span, "the Bot API takes a JSON object")
                        .with_help("begin the body with `{` and end it with `}`"),
                );
                return;
            }
        };
        let checked = telegram::check(&method, &arguments);
        if !checked.warnings.is_empty() {
            let members = problems::Members::of(document);
            let warnings = checked.warnings.iter();
            self.diagnostics
                .extend(warnings.map(|finding| problems::of_finding(body, locator, &members, finding)));
        }
        let is_explained = self.check_text(body, locator, document);
        match checked.result {
            Ok(request) => self.request = Some(request),
            // That is the webhook's problem, and told there.
            Err(_) if Method::from_name(&method).is_none() => {}
            Err(error) => match error.cause {
                Some(Cause::TooLong(limit)) => {
                    self.diagnostics.push(problems::of_too_long(body, locator, document, &error, limit));
                }
                Some(Cause::Markup | Cause::InputTooLong) if is_explained => {}
                _ => self.diagnostics.push(problems::of_api_error(body, locator, document, &error)),
            },
        }
    }

    /// Adds every problem of the message's markup, not only the first; returns whether one of them is an error.
    fn check_text(&mut self, body: Body<'_>, locator: &Locator, document: &Document) -> bool {
        let Some(text) = message_text(document) else { return false };
        let mode = document.root.get("parse_mode").and_then(json::Node::as_text);
        let Ok(mode) = mode.map_or(Ok(None), |mode| ParseMode::from_argument(&mode.decoded)) else {
            return false;
        };
        let escape = mode.map(escape_filter);
        let found = telegram::diagnose(mode, &text.decoded);
        let has_error = found.iter().any(Diagnostic::is_error);
        self.diagnostics
            .extend(found.into_iter().map(|problem| problems::of_text(body, locator, text, problem, escape)));
        has_error
    }
}

#[cfg(test)]
mod tests;
