//! Turns the problems of the rendered JSON and of the request into diagnostics at their causes in the body.

use std::collections::{HashMap, HashSet};

use super::control_characters;
use super::locate::{BodyLocation, Locator};
use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit};
use crate::dialect::Dialect;
use crate::json::{self, Document, Expected, JsonString, QuoteState, SyntaxError, SyntaxErrorKind};
use crate::telegram::{
    self, ApiError, ApiErrorKind, ArgumentLocation, CheckFailure, Finding, Limit, ParseMode,
};
use crate::template::{self, Binding, EscapePosition, Partials};
use crate::text::{Span, visible};

/// The maximum number of characters of a value that a message quotes.
const MAX_QUOTED_CHARS: usize = 40;

#[derive(Debug, Clone, Copy)]
pub(crate) struct BodySource<'a> {
    /// The body as typed.
    pub text: &'a str,
    pub dialect: Dialect,
}

/// Returns the problems of a rendered body that is not JSON. If the error is a raw control character, such as a line
/// break or a tab, returns the problems that [`control_characters::find`] finds. For every other error, returns one
/// problem.
pub(crate) fn not_json(body: BodySource<'_>, locator: &Locator, error: &SyntaxError) -> Vec<Diagnostic> {
    match error.kind {
        SyntaxErrorKind::ControlCharacter(_) => control_characters::find(body, locator, error)
            .into_iter()
            .map(|found| {
                let mut problem = not_json_at(body, locator, &found.error);
                problem.fixes.extend(found.fix);
                if found.adds_quote {
                    problem.help = Some("close the string with `\"` before the line break".to_owned());
                }
                problem
            })
            .collect(),
        _ => vec![not_json_at(body, locator, error)],
    }
}

fn not_json_at(body: BodySource<'_>, locator: &Locator, error: &SyntaxError) -> Diagnostic {
    let sent = locator.text();
    // Two causes are looked for first: a `{{ }}` that printed nothing, and a quote in a printed value. Each of these
    // causes makes the JSON parser fail later in the text, so the parser's error would blame text that is correct.
    if let Some(problem) =
        nothing_printed(body, locator, error).or_else(|| quote_in_value(body, locator, error))
    {
        return problem;
    }
    let span = match &error.kind {
        // Report the bracket or quote that is never closed: the end of the text does not help to find it.
        SyntaxErrorKind::UnexpectedEnd { opener: Some(opener), .. } => *opener,
        _ => error.span,
    };
    let located = locator.locate(span);
    let value = error.span.of(sent);
    let mut problem =
        Diagnostic::error(Code::NotJson, located.span, format!("not JSON: {}", error.message()));
    if let Some(interpolation) = located.interpolation {
        let source = interpolation.of(body.text);
        problem.message.push_str(&format!(", rendered by {}", one_line(source)));
        problem = match error.kind {
            SyntaxErrorKind::ControlCharacter(_) => escape_json(problem, body, interpolation),
            _ if value.is_empty() => {
                problem.with_help("give the variable a default, or put the value in quotes")
            }
            _ => problem.with_help("put the value in quotes, or give the variable a default that is JSON"),
        };
    } else {
        if let Some(place) = locator.place_in_partial(span) {
            problem.message.push_str(&format!(" (in {place})"));
        }
        // The help and the fixes below are for typed text only: a printed value changes with each recipient.
        problem.help = help(sent, error);
        problem.fixes.extend(json_fix(locator, error));
    }
    problem
}

fn help(sent: &str, error: &SyntaxError) -> Option<String> {
    if starts_comment(sent, error) {
        return Some("JSON has no comments: remove it".to_owned());
    }
    if is_comma_missing(sent, error) {
        return Some("add a comma between the two members".to_owned());
    }
    if foreign_quotes(sent, error).is_some() {
        return Some("JSON needs straight double quotes: `\"`".to_owned());
    }
    let help = match &error.kind {
        SyntaxErrorKind::Word(word) => match json_literal(word) {
            Some(literal) if word.eq_ignore_ascii_case(literal) => {
                return Some(format!("write `{literal}` in lower case"));
            }
            Some(literal) => return Some(format!("write `{literal}`")),
            None => "put text in double quotes",
        },
        SyntaxErrorKind::ControlCharacter('\n') => "write a line break inside a string as `\\n`",
        SyntaxErrorKind::ControlCharacter('\t') => "write a tab inside a string as `\\t`",
        SyntaxErrorKind::BadEscape => "a backslash is written `\\\\` inside a JSON string",
        SyntaxErrorKind::TrailingComma => "remove the comma",
        SyntaxErrorKind::TrailingText => "remove it, or check the brackets before it",
        SyntaxErrorKind::Expected(expected) => return Some(help_for_expected(sent, error.span, *expected)),
        SyntaxErrorKind::UnexpectedEnd { opener: Some(opener), .. } => {
            let closer = closer_of(opener.of(sent))?;
            return Some(format!("close it with `{closer}`"));
        }
        _ => return None,
    };
    Some(help.to_owned())
}

fn help_for_expected(sent: &str, at: Span, expected: Expected) -> String {
    let found = at.of(sent);
    let before = sent.get(..at.start).unwrap_or_default().trim_end();
    let help = match expected {
        Expected::Value | Expected::Key | Expected::FirstKey if found == "," && !before.ends_with(':') => {
            "remove the extra comma"
        }
        Expected::Value => "write a value here: a quoted text, a number, true, false or null",
        Expected::Key | Expected::FirstKey | Expected::KeyOrBrace => {
            let rest = sent.get(at.start..).unwrap_or_default();
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
            match &rest[..end] {
                "" => "write a key in double quotes here: `\"key\": value`",
                key => return format!("put the key in double quotes: `\"{key}\"`"),
            }
        }
        Expected::Colon => "write `:` between the key and its value",
        // After a string, the likely cause is a quote inside the text, which ended the string too early.
        Expected::CommaOrBrace | Expected::CommaOrBracket
            if before.ends_with('"') && !matches!(found, ":" | "]" | "}") =>
        {
            "a quote inside a string is written `\\\"`"
        }
        Expected::CommaOrBrace => "separate members with `,`, and close the object with `}`",
        Expected::CommaOrBracket => "separate items with `,`, and close the list with `]`",
        Expected::Quote => "close the string with `\"`",
    };
    help.to_owned()
}

fn starts_comment(sent: &str, error: &SyntaxError) -> bool {
    let is_between_tokens = matches!(
        error.kind,
        SyntaxErrorKind::Expected(_) | SyntaxErrorKind::Word(_) | SyntaxErrorKind::TrailingText
    );
    let rest = sent.get(error.span.start..).unwrap_or_default();
    is_between_tokens && (rest.starts_with("//") || rest.starts_with("/*"))
}

/// Returns the JSON literal that the author probably meant by `word`: `True` gives `true`, and `undefined` gives
/// `null`. Returns `None` for words that resemble no literal.
fn json_literal(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "null" | "none" | "nil" | "undefined" => Some("null"),
        "true" => Some("true"),
        "false" => Some("false"),
        _ => None,
    }
}

fn is_comma_missing(sent: &str, error: &SyntaxError) -> bool {
    // Only the start of a string, an object, or an array suggests a missing comma.
    let begins = matches!(error.span.of(sent), "\"" | "{" | "[");
    let is_on_new_line = sent.get(..error.span.start).is_some_and(|before| {
        let gap = &before[before.trim_end().len()..];
        gap.contains('\n')
    });
    // A quote in the middle of a string ends the string too early, and the rest of that string can look like a new
    // member. So on the same line as the previous member, a string counts as a new member only if a colon follows it.
    let is_key = || {
        let key = sent.get(error.span.start..).and_then(|rest| rest.strip_prefix('"'));
        let rest = key.and_then(|key| key.split_once('"')).map(|(_, rest)| rest.trim_start());
        rest.is_some_and(|rest| rest.starts_with(':'))
    };
    begins
        && (is_on_new_line || is_key())
        && matches!(error.kind, SyntaxErrorKind::Expected(Expected::CommaOrBrace | Expected::CommaOrBracket))
}

/// Finds a text in single or curly quotes that starts at the error. Returns its span, quotes included, and the text
/// inside the quotes.
fn foreign_quotes<'s>(sent: &'s str, error: &SyntaxError) -> Option<(Span, &'s str)> {
    let rest = sent.get(error.span.start..)?;
    let opener = rest.chars().next()?;
    let closers: &[char] = match opener {
        '\'' => &['\''],
        '“' | '”' | '„' => &['”', '“'],
        '‘' | '’' => &['’'],
        _ => return None,
    };
    let inside = rest.get(opener.len_utf8()..)?.lines().next()?;
    // Not every character in `closers` closes the text, because an apostrophe inside a word is the same character as a
    // closing quote. The quote that closes the text is followed by JSON punctuation or by the end of the line.
    let (at, closer) = inside.char_indices().find(|(at, c)| {
        let next = inside[at + c.len_utf8()..].trim_start().chars().next();
        closers.contains(c) && next.is_none_or(|next| ",:}]".contains(next))
    })?;
    let end = error.span.start + opener.len_utf8() + at + closer.len_utf8();
    Some((Span::new(error.span.start, end), &inside[..at]))
}

fn closer_of(opener: &str) -> Option<char> {
    match opener.chars().next()? {
        '{' => Some('}'),
        '[' => Some(']'),
        '"' => Some('"'),
        _ => None,
    }
}

fn json_fix(locator: &Locator, error: &SyntaxError) -> Option<Fix> {
    let sent = locator.text();
    let replace = |title: &str, span: Span, text: String| {
        // The fixes made by this closure are not safe: the quote or bracket that the author meant may belong elsewhere.
        Some(Fix::replace(title, locator.typed(span)?, text).unsafe_to_apply())
    };
    match &error.kind {
        _ if foreign_quotes(sent, error).is_some() => {
            let (span, inside) = foreign_quotes(sent, error)?;
            replace("use straight double quotes", span, json::quote(inside))
        }
        SyntaxErrorKind::Expected(_) if is_comma_missing(sent, error) => {
            let end = sent.get(..error.span.start)?.trim_end().len();
            // The comma belongs directly after the previous value, not at the start of the next line.
            let last = sent[..end].chars().next_back()?;
            let span = Span::new(end - last.len_utf8(), end);
            Some(Fix::replace("add a comma", Span::at(locator.typed(span)?.end), ","))
        }
        SyntaxErrorKind::UnexpectedEnd { opener: Some(opener), .. } => {
            let closer = closer_of(opener.of(sent))?;
            let end = sent.trim_end().len();
            replace(&format!("add the `{closer}`"), Span::at(end), closer.to_string())
        }
        // A comment gets no fix: the next case would put the comment in quotes, and the comment would become a value.
        SyntaxErrorKind::Word(_) if starts_comment(sent, error) => None,
        SyntaxErrorKind::Word(word) => match json_literal(word) {
            Some(literal) if word.eq_ignore_ascii_case(literal) => {
                Some(Fix::replace(format!("write `{literal}`"), locator.typed(error.span)?, literal))
            }
            Some(literal) => replace(&format!("write `{literal}`"), error.span, literal.to_owned()),
            None => replace("put it in quotes", error.span, json::quote(word)),
        },
        SyntaxErrorKind::TrailingComma => replace("remove the comma", error.span, String::new()),
        _ => None,
    }
}

/// Reports a `{{ }}` that printed nothing where JSON needs a value. The diagnostic is at the `{{ }}`, because the
/// parser's error is at the next token, which is correct text.
fn nothing_printed(body: BodySource<'_>, locator: &Locator, error: &SyntaxError) -> Option<Diagnostic> {
    if error.kind != SyntaxErrorKind::Expected(Expected::Value) {
        return None;
    }
    let before = locator.text().get(..error.span.start)?;
    let interpolation = locator.empty_interpolation(Span::new(before.trim_end().len(), before.len()))?;
    let message =
        format!("{} prints nothing here, but JSON needs a value", one_line(interpolation.of(body.text)));
    Some(
        Diagnostic::error(Code::NotJson, interpolation, message)
            .with_help("give the variable a default, or put the value in quotes"),
    )
}

/// Reports a `"` in a printed value that ends the JSON string too early. The diagnostic is at the `{{ }}` that printed
/// the value, because the parser's error is later in the text, where the text is correct.
fn quote_in_value(body: BodySource<'_>, locator: &Locator, error: &SyntaxError) -> Option<Diagnostic> {
    if !matches!(error.kind, SyntaxErrorKind::Expected(_) | SyntaxErrorKind::UnexpectedEnd { .. }) {
        return None;
    }
    let sent = locator.text();
    let quote = sent.get(..error.span.start)?.rfind('"')?;
    let located = locator.locate(Span::new(quote, quote + 1));
    let interpolation = located.interpolation?;
    let printed = locator.outputs(interpolation).into_iter().find(|printed| printed.touches(quote))?;
    // Outside a string, a value that brings its own quotes (`| json`) is correct.
    if !QuoteState::after(sent.get(..printed.start)?).is_inside() {
        return None;
    }
    let message = format!(
        "the value of {} contains a `\"`, which ends the JSON string",
        one_line(interpolation.of(body.text))
    );
    Some(escape_json(Diagnostic::error(Code::NotJson, interpolation, message), body, interpolation))
}

fn escape_json(problem: Diagnostic, body: BodySource<'_>, interpolation: Span) -> Diagnostic {
    match body.dialect {
        Dialect::Telecast => match append_filter(body.text, interpolation, "json_escape") {
            Some(fix) => problem
                .with_help("add `| json_escape`, which escapes a value for a JSON string")
                .with_fix(fix),
            None => problem.with_help("add `| json_escape` to the variable"),
        },
        Dialect::CleverTap => {
            let filters = template::escape_filters(None, EscapePosition::InString, body.dialect).join(" | ");
            let fix = append_filter(body.text, interpolation, &filters);
            let fix = fix.map(|fix| Fix { title: "escape the value for JSON".into(), ..fix });
            let problem = problem.with_help("escape JSON's special characters with CleverTap's own filters");
            Diagnostic { fixes: fix.into_iter().collect(), ..problem }
        }
    }
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
        if is_captured(body, interpolation) {
            moved.help = Some(format!(
                "fix it inside the capture that {} prints",
                one_line(interpolation.of(body.text))
            ));
        } else if body.dialect == Dialect::Telecast {
            moved.fixes.extend(insert_escape(body.text, interpolation, filter));
            moved.help = Some(format!("escape the value with `| {filter}`"));
        }
    }
    moved
}

/// Offers to set a parse mode in which Telegram accepts the text.
pub(crate) fn with_parse_mode(locator: &Locator, text: &JsonString, problem: Diagnostic) -> Diagnostic {
    let is_html = text.decoded.contains("</");
    // In legacy Markdown, hardly any character needs a backslash, so it comes last: MarkdownV2 would be the better mode.
    let modes: &[ParseMode] =
        if is_html { &[ParseMode::Html] } else { &[ParseMode::MarkdownV2, ParseMode::Markdown] };
    let mode = modes.iter().find(|mode| telegram::parse(**mode, &text.decoded).is_ok());
    // The span of the string includes its quotes.
    let end = locator.typed(Span::new(text.span.end.saturating_sub(1), text.span.end));
    let (Some(mode), Some(end)) = (mode, end) else { return problem };
    let name = mode.as_str();
    problem.with_fix(
        Fix::replace(
            format!("set parse_mode to {name}"),
            Span::at(end.end),
            format!(", \"parse_mode\": \"{name}\""),
        )
        .unsafe_to_apply(),
    )
}

/// Returns whether the `{{ }}` prints a variable that the body captured. The markup in a capture is intended, and an
/// escape would make Telegram show the markup as text.
fn is_captured(body: BodySource<'_>, interpolation: Span) -> bool {
    let inner = interpolation.of(body.text).trim_start_matches(['{', '-']).trim_start();
    let end = inner.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inner.len());
    let (template, _) = template::parse(body.text, &Partials::default(), body.dialect);
    let names = template::names_at(&template, interpolation.start);
    names.iter().any(|known| known.name == inner[..end] && known.binding == Binding::Captured)
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
    let edits = fix.edits.iter().map(|edit| {
        let sent = text.raw_span(edit.span);
        let span = locator.typed(sent)?;
        // This text was typed inside a capture, and a filter later escapes the captured text for JSON. That filter
        // escapes the replacement too, so the replacement must not be escaped here as well.
        if locator.is_escaped(sent) {
            return Some(TextEdit { span, replacement: edit.replacement.clone() });
        }
        let mut replacement = String::new();
        json::escape_into(&mut replacement, &edit.replacement);
        Some(TextEdit { span, replacement })
    });
    Some(Fix { title: fix.title.clone(), edits: edits.collect::<Option<_>>()?, safe: fix.safe })
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

fn one_line(source: &str) -> String {
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
    let message = format!("Telegram would refuse this: {}", error.description);
    let mut problem = Diagnostic::error(Code::Refused, located.span, message);
    problem.help = help_of_refusal(document, error);
    blame_value(body, locator, sent, &located, &mut problem);
    problem
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
        Some(CheckFailure::ButtonUrl) => "a button's URL starts with https://, http:// or tg://",
        Some(CheckFailure::Markup) | None => {
            let advice = telegram::advice_for(error);
            return match callback_data_bytes(document, error) {
                Some(n_bytes) => Some(format!("{}; this has {n_bytes}", advice.action)),
                // An unknown error gets no help. The advice for it is to read the description, but the diagnostic's
                // message already quotes the description.
                None => Some(advice.action).filter(|_| advice.fault != ApiErrorKind::Unknown),
            };
        }
    };
    Some(help.to_owned())
}

/// Returns the length, in bytes, of the `callback_data` that Telegram would refuse as too long. Returns `None` for
/// every other error. Also returns `None` if the keyboard is JSON inside a string, or if the value cannot be found.
fn callback_data_bytes(document: &Document, error: &ApiError) -> Option<usize> {
    // If the keyboard is JSON inside a string, the path leads to that whole string and not to the `callback_data`.
    let location = error.location.as_ref().filter(|location| location.decoded.is_none())?;
    if !error.description.ends_with("BUTTON_DATA_INVALID") {
        return None;
    }
    Some(document.root.at_path(&location.path)?.as_text()?.decoded.len())
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
