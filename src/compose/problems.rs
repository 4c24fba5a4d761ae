//! Turns the problems of the request into diagnostics at their causes in the body. The module `not_json` does the same
//! for a body that is not JSON.

use std::collections::{HashMap, HashSet};

use super::locate::{BodyLocation, Locator};
use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit, did_you_mean};
use crate::dialect::Dialect;
use crate::json::{self, Document, JsonString};
use crate::telegram::{
    self, ApiError, ApiErrorKind, ArgumentLocation, CheckFailure, Finding, Limit, ParseMode,
};
use crate::template::{self, Binding, Partials};
use crate::text::{Span, visible};

/// The maximum number of characters of a value that a message quotes.
const MAX_QUOTED_CHARS: usize = 40;

#[derive(Debug, Clone, Copy)]
pub(crate) struct BodySource<'a> {
    /// The body as typed.
    pub text: &'a str,
    pub dialect: Dialect,
}

pub(crate) fn trailing_comma(locator: &Locator, comma: Span) -> Diagnostic {
    let span = locator.locate(comma).span;
    Diagnostic::warning(
        Code::TrailingComma,
        span,
        "trailing comma: the Bot API accepts it, but JSON does not",
    )
    .with_fix(Fix::replace("remove the comma", span, ""))
}

pub(crate) fn append_filter(body: &str, interpolation: Span, filter: &str) -> Option<Fix> {
    // Only a `{{ }}` gets the filter. A tag that prints, such as `{% increment %}`, takes no filters.
    let inner = interpolation.of(body).strip_suffix("}}")?;
    let inner = inner.strip_suffix('-').unwrap_or(inner);
    let at = interpolation.start + inner.trim_end().len();
    Some(Fix::replace(format!("add `| {filter}`"), Span::at(at), format!(" | {filter}")))
}

/// Moves a problem of the decoded message text to the body, with the fixes that can be applied in the body.
pub(crate) fn from_text_problem(
    body: BodySource<'_>,
    locator: &Locator,
    text: &JsonString,
    problem: Diagnostic,
    escape: Option<&str>,
) -> Diagnostic {
    let located = locator.locate_decoded(text, problem.span);
    let fixes = problem.fixes.iter().filter_map(|fix| fix_in_body(locator, text, fix)).collect();
    let mut moved = Diagnostic { span: located.span, fixes, ..problem };
    blame_value(body, locator, text.raw_span(problem.span), &located, &mut moved);
    // An escape is offered only for errors. An escape does not help against a mere change of the text, such as the
    // trimming of spaces.
    if let (Some(interpolation), Some(filter), true) = (located.interpolation, escape, moved.is_error()) {
        let binding = binding_of(body, interpolation);
        if binding == Some(Binding::Captured) {
            moved.help = Some(format!(
                "fix it inside the capture that {} prints",
                one_line(interpolation.of(body.text))
            ));
        } else if body.dialect == Dialect::Telecast {
            let escape = insert_escape(body.text, interpolation, filter);
            // The value of an assigned variable may be the author's own markup, which an escape would show as text.
            moved.fixes.extend(match binding {
                Some(Binding::Assigned(_)) => escape.map(Fix::unsafe_to_apply),
                _ => escape,
            });
            moved.help = Some(format!("escape the value with `| {filter}`"));
        }
    }
    moved
}

/// Offers to set a parse mode in which Telegram accepts the text.
pub(crate) fn with_parse_mode(
    locator: &Locator,
    document: &Document,
    text: &JsonString,
    problem: Diagnostic,
) -> Diagnostic {
    // In legacy Markdown, hardly any character needs a backslash, so it comes last: MarkdownV2 would be the better
    // mode.
    let modes: &[ParseMode] = match telegram::looks_like_html(&text.decoded) {
        true => &[ParseMode::Html],
        false => &[ParseMode::MarkdownV2, ParseMode::Markdown],
    };
    let fitting = modes.iter().find(|mode| telegram::parse(**mode, &text.decoded).is_ok());
    let Some(mode) = fitting.map(|mode| mode.as_str()) else { return problem };
    let edit = match document.root.get("parse_mode") {
        Some(set) => locator.typed(set.span).map(|span| (span, format!("\"{mode}\""))),
        // The span of the string includes its quotes.
        None => locator
            .typed(Span::new(text.span.end.saturating_sub(1), text.span.end))
            .map(|end| (Span::at(end.end), format!(", \"parse_mode\": \"{mode}\""))),
    };
    let Some((span, replacement)) = edit else { return problem };
    let fix = Fix::replace(format!("set parse_mode to {mode}"), span, replacement);
    problem.with_fix(fix.unsafe_to_apply())
}

/// Returns how the body set the variable that the `{{ }}` prints, or `None` if the body did not set it. The markup in a
/// capture is intended, and an escape would make Telegram show the markup as text.
fn binding_of(body: BodySource<'_>, interpolation: Span) -> Option<Binding> {
    let inner = interpolation.of(body.text).trim_start_matches(['{', '-']).trim_start();
    let end = inner.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inner.len());
    let (template, _) = template::parse(body.text, &Partials::default(), body.dialect);
    let names = template::names_at(&template, interpolation.start);
    let known = names.iter().filter(|known| known.name == inner[..end]);
    // A variable that is captured in one place may be assigned in another.
    known.map(|known| known.binding).max_by_key(|binding| *binding == Binding::Captured)
}

/// Appends to a problem's message where the text at fault came from. For text from a partial, appends the place in the
/// partial. For a value that a `{{ }}` of the body printed, appends the `{{ }}` and the value. For text that was typed
/// in the body, appends nothing.
pub(crate) fn blame_value(
    body: BodySource<'_>,
    locator: &Locator,
    sent: Span,
    located: &BodyLocation,
    problem: &mut Diagnostic,
) {
    if let Some(place) = locator.place_in_partial(sent) {
        problem.message.push_str(&format!(" (in {place})"));
    }
    let Some(interpolation) = located.interpolation else { return };
    let value = shortened(excerpt_around(locator, sent, interpolation));
    problem
        .message
        .push_str(&format!(", in the value of {}: {value}", one_line(interpolation.of(body.text))));
}

fn excerpt_around(locator: &Locator, sent: Span, interpolation: Span) -> &str {
    let text = locator.text();
    let is_inside =
        |at: usize, len: usize| locator.locate(Span::new(at, at + len)).interpolation == Some(interpolation);
    let mut start = crate::text::floor_char_boundary(text, sent.start);
    for c in text[..start].chars().rev().take(MAX_QUOTED_CHARS) {
        if !is_inside(start - c.len_utf8(), c.len_utf8()) {
            break;
        }
        start -= c.len_utf8();
    }
    let mut end = start;
    for c in text[start..].chars().take(2 * MAX_QUOTED_CHARS) {
        if !is_inside(end, c.len_utf8()) {
            break;
        }
        end += c.len_utf8();
    }
    &text[start..end]
}

fn fix_in_body(locator: &Locator, text: &JsonString, fix: &Fix) -> Option<Fix> {
    let mut is_safe = fix.safe;
    let edits = fix.edits.iter().map(|edit| {
        let sent = text.raw_span(edit.span);
        let mut span = locator.typed(sent)?;
        // Between two characters of the message, the body may have a Liquid tag. What ends a tag of the markup belongs
        // to the text before the Liquid tag, and a backslash to the text after it.
        if sent.is_empty() && edit.replacement.ends_with('>') {
            match locator.typed_end(sent.start) {
                Some(end) => span = Span::at(end),
                None => is_safe = false,
            }
        }
        // This text was typed inside a capture, and a filter later escapes the captured text for JSON. That filter
        // escapes the replacement too, so the replacement must not be escaped here as well.
        if locator.is_escaped(sent) {
            return Some(TextEdit { span, replacement: edit.replacement.clone() });
        }
        let mut replacement = String::new();
        json::escape_into(&mut replacement, &edit.replacement);
        Some(TextEdit { span, replacement })
    });
    let edits = edits.collect::<Option<_>>()?;
    Some(Fix { title: fix.title.clone(), edits, safe: is_safe })
}

/// Returns a fix that escapes a value for the parse mode.
fn insert_escape(body: &str, interpolation: Span, filter: &str) -> Option<Fix> {
    let source = interpolation.of(body);
    // `json_escape` and `json` must be the last filters, so the new escape goes before them.
    let Some(before) = source.find("| json") else { return append_filter(body, interpolation, filter) };
    Some(Fix::replace(
        format!("add `| {filter}`"),
        Span::at(interpolation.start + before),
        format!("| {filter} "),
    ))
}

pub(super) fn one_line(source: &str) -> String {
    visible(&source.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

fn shortened(value: &str) -> String {
    let mut shown: String = value.chars().take(MAX_QUOTED_CHARS).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    format!("“{}”", visible(&shown))
}

/// Returns the `{{ }}` that printed the `chat_id` at `value`, and the name of the profile property in that `{{ }}`.
///
/// Only a value that is empty, 0, or a word for null shows that the property is missing. For any other value, the
/// result is `None`. The result is also `None` if no `{{ }}` with a profile property printed the value.
pub(crate) fn missing_chat(body: BodySource<'_>, locator: &Locator, value: Span) -> Option<(Span, String)> {
    let raw = value.of(locator.text()).trim().trim_matches('"');
    let is_missing =
        ["", "null", "nil", "none", "undefined", "0"].iter().any(|word| raw.eq_ignore_ascii_case(word));
    if !is_missing {
        return None;
    }
    let interpolation = if value.is_empty() {
        locator.empty_interpolation(value)?
    } else {
        locator.locate(value).interpolation?
    };
    Some((interpolation, property_in(interpolation.of(body.text))?))
}

fn property_in(interpolation: &str) -> Option<String> {
    let rest = &interpolation[interpolation.find("Profile")? + "Profile".len()..];
    let rest = rest.trim_start_matches([' ', '-', '.']);
    if let Some(quoted) = rest.strip_prefix('[') {
        let quote = quoted.chars().next().filter(|c| "\"'".contains(*c))?;
        return quoted[1..].split(quote).next().map(str::to_owned);
    }
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The members of a document's objects, indexed by object and key.
pub(crate) struct MemberIndex<'d> {
    document: &'d Document,
    /// Each member, by the offset at which its object starts and by its key. If an object has a key twice, only the
    /// first of the two members is here.
    by_key: HashMap<(usize, &'d str), &'d json::Member>,
}

impl<'d> MemberIndex<'d> {
    pub(super) fn of(document: &'d Document) -> Self {
        // The index is built once. Without it, each problem would search all members of an object, which took quadratic
        // time in a body with as many problems as members.
        let mut by_key = HashMap::new();
        // The nodes that are not indexed yet. Their order does not matter, because each object has its own keys in the
        // index.
        let mut open = vec![&document.root];
        while let Some(node) = open.pop() {
            match &node.value {
                json::JsonValue::Object(members) => {
                    for member in members {
                        by_key.entry((node.span.start, member.key.decoded.as_str())).or_insert(member);
                        open.push(&member.value);
                    }
                }
                json::JsonValue::Array(items) => open.extend(items),
                json::JsonValue::Null
                | json::JsonValue::Boolean(_)
                | json::JsonValue::Number(_)
                | json::JsonValue::String(_) => {}
            }
        }
        Self { document, by_key }
    }

    fn at_path(&self, path: &[json::JsonStep]) -> Option<&'d json::JsonNode> {
        path.iter().try_fold(&self.document.root, |node, step| match (step, &node.value) {
            (json::JsonStep::Key(key), _) => Some(&self.member(node, key)?.value),
            (json::JsonStep::Index(index), json::JsonValue::Array(items)) => items.get(*index),
            (json::JsonStep::Index(_), _) => None,
        })
    }

    fn member(&self, object: &json::JsonNode, key: &str) -> Option<&'d json::Member> {
        self.by_key.get(&(object.span.start, key)).copied()
    }
}

/// Turns a warning of the request's checks into a diagnostic in the body.
pub(crate) fn from_finding(
    body: BodySource<'_>,
    locator: &Locator,
    members: &MemberIndex<'_>,
    finding: &Finding,
) -> Diagnostic {
    let key = match finding.code {
        // These codes are about the key, so the key is marked and not its value.
        Code::UnknownField | Code::OldField => key_at(members, &finding.place),
        _ => None,
    };
    let (sent, located) = match key {
        Some(key) => (key.span, locator.locate(key.span)),
        None => {
            locate_node(locator, members.document, Some(&finding.place), members.at_path(&finding.place.path))
        }
    };
    let mut problem = Diagnostic::error(finding.code, located.span, finding.message.clone());
    problem.severity = finding.severity;
    problem.help = finding.help.clone();
    blame_value(body, locator, sent, &located, &mut problem);
    problem
}

/// Reports the error that the Bot API would answer with, at the value that it would refuse.
pub(crate) fn from_api_error(
    body: BodySource<'_>,
    locator: &Locator,
    document: &Document,
    error: &ApiError,
) -> Diagnostic {
    let (sent, located) = locate_argument(locator, document, error.location.as_ref());
    let mut message = format!("Telegram would refuse this: {}", error.description);
    if let Some(place) = error.location.as_ref().and_then(place_name) {
        message.push_str(&format!(", at {place}"));
    }
    let mut problem = Diagnostic::error(Code::Refused, located.span, message);
    problem.help = help_of_refusal(document, error);
    if error.cause == Some(CheckFailure::ParseMode) && located.interpolation.is_none() {
        let texts = texts_of_mode(document, error.location.as_ref());
        suggest_mode(body, located.span, texts.as_deref(), &mut problem);
    }
    blame_value(body, locator, sent, &located, &mut problem);
    problem
}

/// Returns the name of a place inside an argument, such as `button 2 of row 1` or `entities[0].url`. Returns `None` for
/// a whole argument, because the span of the problem shows it.
fn place_name(location: &ArgumentLocation) -> Option<String> {
    use json::JsonStep::{Index, Key};
    if let [Key(_), Key(keyboard), Index(row), Index(button), ..] = &location.path[..]
        && keyboard.ends_with("keyboard")
    {
        return Some(format!("button {} of row {}", button + 1, row + 1));
    }
    let [Key(argument), inner @ ..] = &location.path[..] else { return None };
    if inner.is_empty() {
        return None;
    }
    let steps = inner.iter().map(|step| match step {
        Key(key) => format!(".{key}"),
        Index(index) => format!("[{index}]"),
    });
    Some(format!("`{}`", visible(&format!("{argument}{}", steps.collect::<String>()))))
}

/// Returns the texts that a parse mode applies to. Returns `None` if the texts cannot be found, for example because
/// they are in JSON inside a string.
fn texts_of_mode<'d>(document: &'d Document, location: Option<&ArgumentLocation>) -> Option<Vec<&'d str>> {
    let (json::JsonStep::Key(key), parents) = location?.path.split_last()? else { return None };
    let parent = document.root.at_path(parents)?;
    let names = match key.strip_suffix("_parse_mode") {
        Some(name) => vec![name],
        None if key == "parse_mode" => vec!["text", "caption"],
        None => return None,
    };
    let texts = names.into_iter().filter_map(|name| parent.get(name)?.as_text());
    Some(texts.map(|text| text.decoded.as_str()).collect())
}

/// Adds a fix that writes the parse mode that the JSON string at `span` probably means. The fix is safe only if the
/// mode fits the markup of all texts. In a mode that does not fit, the recipients would see the markup.
fn suggest_mode(body: BodySource<'_>, span: Span, texts: Option<&[&str]>, problem: &mut Diagnostic) {
    let written = span.of(body.text).strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let Some((nearest, is_certain)) = written.and_then(nearest_mode) else { return };
    let write = |mode: ParseMode| {
        let mode = mode.as_str();
        Fix::replace(format!("write \"{mode}\""), span, format!("\"{mode}\""))
    };
    problem.help = Some(format!("did you mean \"{}\"?", nearest.as_str()));
    let fits = |mode| texts.is_some_and(|texts| texts.iter().all(|text| telegram::fits_mode(mode, text)));
    if is_certain && fits(nearest) {
        problem.fixes.push(write(nearest));
        return;
    }
    let others = [ParseMode::Html, ParseMode::MarkdownV2, ParseMode::Markdown];
    let others = others.into_iter().filter(|mode| *mode != nearest && !fits(nearest) && fits(*mode));
    let modes = std::iter::once(nearest).chain(others);
    problem.fixes.extend(modes.map(|mode| write(mode).unsafe_to_apply()));
}

/// Returns the parse mode closest to `word`, and whether nothing else can be meant.
fn nearest_mode(word: &str) -> Option<(ParseMode, bool)> {
    let plain: String = word.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    Some(match plain.as_str() {
        "html5" | "html4" | "htm" | "xhtml" => (ParseMode::Html, true),
        "markdownv2" | "markdown2" | "mdv2" | "md2" => (ParseMode::MarkdownV2, true),
        "markdownv1" | "markdown1" => (ParseMode::Markdown, true),
        // `md` can mean either version, and there is no version 3.
        "markdownv3" | "markdown3" => (ParseMode::MarkdownV2, false),
        "md" | "mdown" => (ParseMode::Markdown, false),
        _ => {
            let known = [ParseMode::Html, ParseMode::MarkdownV2, ParseMode::Markdown];
            let similar = did_you_mean(word, known.map(ParseMode::as_str))?;
            (known.into_iter().find(|mode| mode.as_str() == similar)?, true)
        }
    })
}

fn key_at<'d>(members: &MemberIndex<'d>, location: &ArgumentLocation) -> Option<&'d JsonString> {
    let (last, parents) = location.path.split_last()?;
    let json::JsonStep::Key(name) = last else { return None };
    Some(&members.member(members.at_path(parents)?, name)?.key)
}

/// Reports how many characters must be removed from a message, at the first character over the limit.
pub(crate) fn from_too_long(
    body: BodySource<'_>,
    locator: &Locator,
    document: &Document,
    error: &ApiError,
    limit: Limit,
) -> Diagnostic {
    let key = match limit {
        Limit::Caption => "caption",
        Limit::Message => "text",
    };
    let mode = document.root.get("parse_mode").and_then(json::JsonNode::as_text);
    let mode = mode.and_then(|mode| ParseMode::from_argument(&mode.decoded).ok().flatten());
    let text = document.root.get(key).and_then(json::JsonNode::as_text);
    let excess = text.and_then(|text| Some((text, telegram::overflow(mode, &text.decoded, limit)?)));
    let Some((text, excess)) = excess else { return from_api_error(body, locator, document, error) };
    let located = locator.locate_decoded(text, excess.markup);
    let message = format!("Telegram would refuse this: {}", error.description);
    // `used` and `limit` count the code points of the text without its markup, as Telegram does.
    let excess_chars = excess.used - excess.limit;
    Diagnostic::error(Code::Refused, located.span, message).with_help(format!(
        "{} of {} characters: remove {excess_chars}; the excess starts here",
        excess.used, excess.limit
    ))
}

fn help_of_refusal(document: &Document, error: &ApiError) -> Option<String> {
    let help = match error.cause {
        Some(CheckFailure::NoText) if is_in_argument(error, "question") => {
            "a poll's question has 1 to 300 characters: add a text"
        }
        Some(CheckFailure::NoText) if is_in_argument(error, "options") => {
            "an option of a poll has 1 to 100 characters: add a text, or remove the option"
        }
        Some(CheckFailure::TooLong(Limit::Message) | CheckFailure::InputTooLong) => {
            "a message can have 4,096 characters at most: shorten it"
        }
        Some(CheckFailure::TooLong(Limit::Caption)) => {
            "a caption can have 1,024 characters at most: shorten it, or send the text with sendMessage"
        }
        Some(CheckFailure::NoText) => {
            "a message needs at least one visible character: add text, or give the variable a default"
        }
        Some(CheckFailure::ParseMode) => "write \"HTML\", \"MarkdownV2\" or \"Markdown\"",
        Some(CheckFailure::ButtonUrl) if has_web_scheme(document, error) => {
            "the host is at fault: it has a dot and no spaces, as in https://example.com/path"
        }
        Some(CheckFailure::ButtonUrl) => "a button's URL starts with https://, http:// or tg://",
        Some(CheckFailure::Markup) | None => {
            let advice = telegram::advice_for(error);
            // The advice for an error in markup is about a message that was sent, and `check` sends nothing.
            if error.description.contains("an't parse entities") {
                return Some("correct the markup here, or escape it for the parse mode".to_owned());
            }
            if let Some(help) = similar_entity(document, error) {
                return Some(help);
            }
            return match measured(document, error) {
                Some(size) => Some(format!("{}; this has {size}", advice.action)),
                // An unknown error gets no help. The advice for it is to read the description, but the diagnostic's
                // message already quotes the description.
                None => Some(advice.action).filter(|_| advice.fault != ApiErrorKind::Unknown),
            };
        }
    };
    Some(help.to_owned())
}

fn is_in_argument(error: &ApiError, name: &str) -> bool {
    let first = error.location.as_ref().and_then(|location| location.path.first());
    matches!(first, Some(json::JsonStep::Key(key)) if key == name)
}

fn has_web_scheme(document: &Document, error: &ApiError) -> bool {
    let node = error.location.as_ref().and_then(|location| document.root.at_path(&location.path));
    let address = node.and_then(json::JsonNode::as_text).map(|text| text.decoded.to_ascii_lowercase());
    address.is_some_and(|address| ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme)))
}

/// Returns the help for the type of an entity that does not exist.
fn similar_entity(document: &Document, error: &ApiError) -> Option<String> {
    let location = error.location.as_ref().filter(|location| location.decoded.is_none())?;
    let is_entity = error.description.ends_with("nsupported type specified")
        && error.description.contains("MessageEntity");
    let written =
        document.root.at_path(&location.path).filter(|_| is_entity)?.as_text()?.decoded.to_lowercase();
    let meant = match written.as_str() {
        "strike" | "s" | "del" | "strike_through" => "strikethrough",
        "b" | "strong" => "bold",
        "i" | "em" => "italic",
        "u" | "ins" => "underline",
        "link" | "a" | "text_url" => "text_link",
        "mono" | "monospace" | "inline_code" => "code",
        "quote" | "block_quote" => "blockquote",
        "emoji" => "custom_emoji",
        written => {
            let known = [
                "bold",
                "italic",
                "underline",
                "strikethrough",
                "spoiler",
                "code",
                "pre",
                "text_link",
                "text_mention",
                "custom_emoji",
                "blockquote",
                "expandable_blockquote",
                "date_time",
            ];
            did_you_mean(written, known)?
        }
    };
    Some(format!("did you mean \"{meant}\"?"))
}

/// Returns the size of the value that Telegram would refuse as too large, in the unit of its limit. Returns `None` for
/// every other error. Also returns `None` if the value is in JSON inside a string, or if it cannot be found.
fn measured(document: &Document, error: &ApiError) -> Option<usize> {
    // For JSON inside a string, the path leads to that whole string and not to the value.
    let location = error.location.as_ref().filter(|location| location.decoded.is_none())?;
    let node = || document.root.at_path(&location.path);
    let is = |message: &str| error.description.ends_with(message);
    let n_items = || match &node()?.value {
        json::JsonValue::Array(items) => Some(items.len()),
        _ => None,
    };
    if is("BUTTON_DATA_INVALID") {
        Some(node()?.as_text()?.decoded.len())
    } else if is("BUTTON_COPY_TEXT_INVALID") {
        Some(node()?.as_text()?.decoded.chars().count())
    } else if is("too many messages to send as an album")
        || error.description.contains("can't have more than")
    {
        n_items()
    } else {
        None
    }
}

fn locate_argument(
    locator: &Locator,
    document: &Document,
    location: Option<&ArgumentLocation>,
) -> (Span, BodyLocation) {
    let node = location.and_then(|location| document.root.at_path(&location.path));
    locate_node(locator, document, location, node)
}

fn locate_node(
    locator: &Locator,
    document: &Document,
    location: Option<&ArgumentLocation>,
    node: Option<&json::JsonNode>,
) -> (Span, BodyLocation) {
    let node = node.unwrap_or(&document.root);
    let sent = match (location.and_then(|location| location.decoded), node.as_text()) {
        (Some(decoded), Some(text)) => text.raw_span(decoded),
        // Mark only the opening brace of an object: a diagnostic that covers the whole body shows nothing.
        _ if node.as_object().is_some() => Span::new(node.span.start, node.span.start + 1),
        _ => node.span,
    };
    (sent, locator.locate(sent))
}

/// The codes of the warnings that the value of a `{{ }}` may break the message for some recipient. An error at the same
/// `{{ }}` proves such a warning: the current recipient's value does break the message.
const PROVEN: [Code; 5] =
    [Code::UnescapedJson, Code::UnescapedMarkup, Code::EmptyValue, Code::DefaultNotJson, Code::UnquotedText];

/// Sorts problems by position, and removes those that another problem repeats or already explains.
pub(crate) fn sort_and_dedup(problems: &mut Vec<Diagnostic>, body: &str) {
    problems.sort_by(|a, b| (a.span.start, b.severity, a.code).cmp(&(b.span.start, a.severity, b.code)));
    problems.dedup_by(|later, earlier| {
        later.code == earlier.code && later.span == earlier.span && later.message == earlier.message
    });
    join_proven(problems, body);
    let skipped: Vec<Span> = problems
        .iter()
        .filter(|problem| problem.code == Code::NoChatId)
        .map(|problem| problem.span)
        .collect();
    let has_duplicate_key = problems.iter().any(|problem| problem.code == Code::DuplicateKey);
    problems.retain(|problem| match problem.code {
        Code::NoChatId => true,
        // A duplicate key already has a diagnostic at its second occurrence.
        Code::RepeatedField => !has_duplicate_key,
        // A missing chat id already explains every warning at the same value.
        _ => problem.is_error() || !is_within_one(problem.span, &skipped),
    });
}

/// Removes the warnings that an error proves; see [`PROVEN`]. If a removed warning has fixes, the error takes over the
/// warning's help and fixes.
fn join_proven(problems: &mut Vec<Diagnostic>, body: &str) {
    // Only an error whose span is a single `{{ }}` is about the value of that `{{ }}`. An error over a longer part of
    // the body may contain the warning's `{{ }}` by chance.
    let is_of_one_value = |span: Span| !span.of(body).trim_end_matches("}}").contains("}}");
    let is_proof = |problem: &Diagnostic| {
        problem.is_error() && problem.code != Code::NoChatId && is_of_one_value(problem.span)
    };
    let errors: Vec<(usize, Span)> = problems
        .iter()
        .enumerate()
        .filter(|(_, problem)| is_proof(problem))
        .map(|(index, problem)| (index, problem.span))
        .collect();
    let mut proven = Vec::new();
    // The errors and the warnings are both sorted by position, so one pass over them is enough. `open` has the errors
    // that have started but not ended where the current warning starts. Only these errors can contain the warning.
    // Comparing all pairs was quadratic in bodies with thousands of problems.
    let mut upcoming = errors.into_iter().peekable();
    let mut open: Vec<(usize, Span)> = Vec::new();
    for (at, warning) in problems.iter().enumerate().filter(|(_, problem)| PROVEN.contains(&problem.code)) {
        while let Some(error) = upcoming.next_if(|(_, span)| span.start <= warning.span.start) {
            open.push(error);
        }
        open.retain(|(_, span)| warning.span.start <= span.end);
        if let Some((error, _)) = open.iter().find(|(_, span)| is_within(warning.span, *span)) {
            proven.push((*error, at));
        }
    }
    for (error, warning) in &proven {
        let (help, fixes) = (problems[*warning].help.clone(), problems[*warning].fixes.clone());
        if !fixes.is_empty() {
            problems[*error].help = help;
            problems[*error].fixes = fixes;
        }
    }
    let proven: HashSet<usize> = proven.into_iter().map(|(_, warning)| warning).collect();
    let mut index = 0;
    problems.retain(|_| {
        index += 1;
        !proven.contains(&(index - 1))
    });
}

/// Returns whether `inner` is within one of `spans`, which are sorted and do not overlap.
fn is_within_one(inner: Span, spans: &[Span]) -> bool {
    let n_before = spans.partition_point(|span| span.start <= inner.start);
    n_before.checked_sub(1).is_some_and(|last| is_within(inner, spans[last]))
}

fn is_within(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
