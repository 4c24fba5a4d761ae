//! What can be wrong between the body and the message, said at the place in the body that caused it.

use std::collections::{HashMap, HashSet};

use super::locate::{Located, Locator};
use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit};
use crate::dialect::Dialect;
use crate::json::{self, Document, Expected, Quoting, SyntaxError, SyntaxErrorKind, Text};
use crate::telegram::{self, ApiError, Cause, Finding, Limit, ParseMode, Place};
use crate::template::{self, Binding, Partials, Position};
use crate::text::{Span, visible};

/// How much of a value is quoted in a message, in characters.
const QUOTED_CHARS: usize = 40;

#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// As typed.
    pub text: &'a str,
    pub dialect: Dialect,
}

pub fn not_json(body: Body<'_>, locator: &Locator, error: &SyntaxError) -> Diagnostic {
    let sent = locator.text();
    if let Some(problem) =
        nothing_printed(body, locator, error).or_else(|| quote_in_value(body, locator, error))
    {
        return problem;
    }
    let span = match &error.kind {
        // The opener is the place to look; the end of the text says nothing.
        SyntaxErrorKind::UnexpectedEnd { opener: Some(opener), .. } => *opener,
        _ => error.span,
    };
    let located = locator.locate(span);
    let value = error.span.of(sent);
    let mut problem =
        Diagnostic::error(Code::NotJson, located.span, format!("not JSON: {}", error.message()));
    if let Some(hole) = located.hole {
        let source = hole.of(body.text);
        problem.message.push_str(&format!(": it is what {} renders", one_line(source)));
        problem = match error.kind {
            SyntaxErrorKind::ControlCharacter(_) => escape_json(problem, body, hole),
            _ if value.is_empty() => {
                problem.with_help("give the variable a default, or put the value in quotes")
            }
            _ => problem.with_help("put the value in quotes, or give the variable a default that is JSON"),
        };
    } else {
        if let Some(place) = locator.place_in_partial(span) {
            problem.message.push_str(&format!(" (in {place})"));
        }
        problem.help = help(sent, error);
        problem.fixes.extend(json_fix(locator, error));
    }
    problem
}

fn help(sent: &str, error: &SyntaxError) -> Option<String> {
    if is_comma_missing(sent, error) {
        return Some("put a comma between two members".to_owned());
    }
    if foreign_quotes(sent, error).is_some() {
        return Some("JSON's quotes are straight and double: `\"`".to_owned());
    }
    let help = match &error.kind {
        SyntaxErrorKind::Word(word) if word.eq_ignore_ascii_case("null") => {
            "JSON writes it `null`, in small letters"
        }
        SyntaxErrorKind::Word(_) => "put text in double quotes",
        SyntaxErrorKind::ControlCharacter('\n') => "write a line break inside a string as `\\n`",
        SyntaxErrorKind::ControlCharacter('\t') => "write a tab inside a string as `\\t`",
        SyntaxErrorKind::BadEscape => "a backslash is written `\\\\` inside a JSON string",
        SyntaxErrorKind::TrailingComma => "take the comma out",
        SyntaxErrorKind::Expected(Expected::Value) => {
            "write a value here: a text in quotes, a number, true, false or null"
        }
        SyntaxErrorKind::Expected(_) => "a quote inside a string is written `\\\"`",
        SyntaxErrorKind::UnexpectedEnd { opener: Some(opener), .. } => {
            let closer = closer_of(opener.of(sent))?;
            return Some(format!("close it with `{closer}`"));
        }
        _ => return None,
    };
    Some(help.to_owned())
}

fn is_comma_missing(sent: &str, error: &SyntaxError) -> bool {
    let begins = matches!(error.span.of(sent), "\"" | "{" | "[");
    let is_on_new_line = sent.get(..error.span.start).is_some_and(|before| {
        let gap = &before[before.trim_end().len()..];
        gap.contains('\n')
    });
    // A quote within a text is followed by anything else.
    let is_key = || {
        let key = sent.get(error.span.start..).and_then(|behind| behind.strip_prefix('"'));
        let behind = key.and_then(|key| key.split_once('"')).map(|(_, behind)| behind.trim_start());
        behind.is_some_and(|behind| behind.starts_with(':'))
    };
    begins
        && (is_on_new_line || is_key())
        && matches!(error.kind, SyntaxErrorKind::Expected(Expected::CommaOrBrace | Expected::CommaOrBracket))
}

/// A text in quotes that are not JSON's, at the error: its place, and what is in it.
fn foreign_quotes<'s>(sent: &'s str, error: &SyntaxError) -> Option<(Span, &'s str)> {
    let behind = sent.get(error.span.start..)?;
    let opener = behind.chars().next()?;
    let closers: &[char] = match opener {
        '\'' => &['\''],
        '“' | '”' | '„' => &['”', '“'],
        '‘' | '’' => &['’'],
        _ => return None,
    };
    let inside = behind.get(opener.len_utf8()..)?.lines().next()?;
    // An apostrophe within the text has a letter behind it.
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
        Some(Fix::replace(title, locator.typed(span)?, text).unsafe_to_apply())
    };
    match &error.kind {
        _ if foreign_quotes(sent, error).is_some() => {
            let (span, inside) = foreign_quotes(sent, error)?;
            replace("write it in JSON's quotes", span, json::quote(inside))
        }
        SyntaxErrorKind::Expected(_) if is_comma_missing(sent, error) => {
            let end = sent.get(..error.span.start)?.trim_end().len();
            // Right behind the value, not in front of the line break.
            let last = sent[..end].chars().next_back()?;
            let span = Span::new(end - last.len_utf8(), end);
            Some(Fix::replace("put a comma", Span::at(locator.typed(span)?.end), ","))
        }
        SyntaxErrorKind::UnexpectedEnd { opener: Some(opener), .. } => {
            let closer = closer_of(opener.of(sent))?;
            let end = sent.trim_end().len();
            replace(&format!("add the `{closer}`"), Span::at(end), closer.to_string())
        }
        SyntaxErrorKind::Word(word) if word.eq_ignore_ascii_case("null") => {
            Some(Fix::replace("write `null`", locator.typed(error.span)?, "null"))
        }
        SyntaxErrorKind::Word(word) => replace("put it in quotes", error.span, json::quote(word)),
        SyntaxErrorKind::ControlCharacter('\n') => replace("write `\\n`", error.span, "\\n".to_owned()),
        SyntaxErrorKind::ControlCharacter('\t') => replace("write `\\t`", error.span, "\\t".to_owned()),
        SyntaxErrorKind::TrailingComma => replace("take the comma out", error.span, String::new()),
        _ => None,
    }
}

/// A `{{ }}` that printed nothing where JSON needs a value: the place is its own, not what comes behind.
fn nothing_printed(body: Body<'_>, locator: &Locator, error: &SyntaxError) -> Option<Diagnostic> {
    if error.kind != SyntaxErrorKind::Expected(Expected::Value) {
        return None;
    }
    let before = locator.text().get(..error.span.start)?;
    let hole = locator.silent_hole(Span::new(before.trim_end().len(), before.len()))?;
    let message = format!("{} prints nothing here, where JSON needs a value", one_line(hole.of(body.text)));
    Some(
        Diagnostic::error(Code::NotJson, hole, message)
            .with_help("give the variable a default, or put the value in quotes"),
    )
}

/// A value that holds a quote ends its string early; JSON then fails behind it. Blames the value, not what follows.
fn quote_in_value(body: Body<'_>, locator: &Locator, error: &SyntaxError) -> Option<Diagnostic> {
    if !matches!(error.kind, SyntaxErrorKind::Expected(_) | SyntaxErrorKind::UnexpectedEnd { .. }) {
        return None;
    }
    let sent = locator.text();
    let quote = sent.get(..error.span.start)?.rfind('"')?;
    let located = locator.locate(Span::new(quote, quote + 1));
    let hole = located.hole?;
    let printed = locator.outputs(hole).into_iter().find(|printed| printed.touches(quote))?;
    if !Quoting::after(sent.get(..printed.start)?).is_inside() {
        return None;
    }
    let message = format!(
        "the value of {} has a `\"`, which ends the JSON string it is in",
        one_line(hole.of(body.text))
    );
    Some(escape_json(Diagnostic::error(Code::NotJson, hole, message), body, hole))
}

fn escape_json(problem: Diagnostic, body: Body<'_>, hole: Span) -> Diagnostic {
    match body.dialect {
        Dialect::Telecast => match append_filter(body.text, hole, "json_escape") {
            Some(fix) => problem
                .with_help("add `| json_escape`, which escapes a value for a JSON string")
                .with_fix(fix),
            None => problem.with_help("add `| json_escape` to the variable"),
        },
        Dialect::CleverTap => {
            let filters = template::escape_filters(None, Position::InString, body.dialect).join(" | ");
            let fix = append_filter(body.text, hole, &filters);
            let fix = fix.map(|fix| Fix { title: "escape the value for JSON".into(), ..fix });
            let problem = problem.with_help("replace what JSON reserves, with CleverTap's own filters");
            Diagnostic { fixes: fix.into_iter().collect(), ..problem }
        }
    }
}

pub fn append_filter(body: &str, hole: Span, filter: &str) -> Option<Fix> {
    let inner = hole.of(body).strip_suffix("}}")?;
    let inner = inner.strip_suffix('-').unwrap_or(inner);
    let at = hole.start + inner.trim_end().len();
    Some(Fix::replace(format!("add `| {filter}`"), Span::at(at), format!(" | {filter}")))
}

/// Moves a problem of a decoded JSON string to the body, with the fixes that can be applied there.
pub fn of_text(
    body: Body<'_>,
    locator: &Locator,
    text: &Text,
    problem: Diagnostic,
    escape: Option<&str>,
) -> Diagnostic {
    let located = locator.locate_decoded(text, problem.span);
    let fixes = problem.fixes.iter().filter_map(|fix| fix_in_body(locator, text, fix)).collect();
    let mut moved = Diagnostic { span: located.span, fixes, ..problem };
    blame_value(body, locator, text.raw_span(problem.span), &located, &mut moved);
    // What Telegram only changes on the way is no fault of the value's characters.
    if let (Some(hole), Some(filter), true) = (located.hole, escape, moved.is_error()) {
        if is_captured(body, hole) {
            moved.help =
                Some(format!("mend it inside the capture that {} prints", one_line(hole.of(body.text))));
        } else if body.dialect == Dialect::Telecast {
            moved.fixes.extend(insert_escape(body.text, hole, filter));
            moved.help = Some(format!("escape the value with `| {filter}`"));
        }
    }
    moved
}

/// Whether a hole prints what the template itself captured: its markup is meant, and escaping it would show it.
fn is_captured(body: Body<'_>, hole: Span) -> bool {
    let inner = hole.of(body.text).trim_start_matches(['{', '-']).trim_start();
    let end = inner.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inner.len());
    let (template, _) = template::parse(body.text, &Partials::default(), body.dialect);
    let names = template::names_at(&template, hole.start);
    names.iter().any(|known| known.name == inner[..end] && known.binding == Binding::Captured)
}

/// Adds which variable's value it is, and the value, to a problem that lies in one.
pub fn blame_value(
    body: Body<'_>,
    locator: &Locator,
    sent: Span,
    located: &Located,
    problem: &mut Diagnostic,
) {
    if let Some(place) = locator.place_in_partial(sent) {
        problem.message.push_str(&format!(" (in {place})"));
    }
    let Some(hole) = located.hole else { return };
    let value = shortened(around(locator, sent, hole));
    problem.message.push_str(&format!(", in the value of {}: {value}", one_line(hole.of(body.text))));
}

fn around(locator: &Locator, sent: Span, hole: Span) -> &str {
    let text = locator.text();
    let is_inside = |at: usize, len: usize| locator.locate(Span::new(at, at + len)).hole == Some(hole);
    let mut start = crate::text::floor_char_boundary(text, sent.start);
    for c in text[..start].chars().rev().take(QUOTED_CHARS) {
        if !is_inside(start - c.len_utf8(), c.len_utf8()) {
            break;
        }
        start -= c.len_utf8();
    }
    let mut end = start;
    for c in text[start..].chars().take(2 * QUOTED_CHARS) {
        if !is_inside(end, c.len_utf8()) {
            break;
        }
        end += c.len_utf8();
    }
    &text[start..end]
}

fn fix_in_body(locator: &Locator, text: &Text, fix: &Fix) -> Option<Fix> {
    let edits = fix.edits.iter().map(|edit| {
        let sent = text.raw_span(edit.span);
        let span = locator.typed(sent)?;
        if locator.is_escaped(sent) {
            return Some(TextEdit { span, replacement: edit.replacement.clone() });
        }
        let mut replacement = String::new();
        json::escape_into(&mut replacement, &edit.replacement);
        Some(TextEdit { span, replacement })
    });
    Some(Fix { title: fix.title.clone(), edits: edits.collect::<Option<_>>()?, safe: fix.safe })
}

/// A fix that escapes a value for the parse mode: in front of `json_escape` or `json` where one is there, since they
/// must be last.
fn insert_escape(body: &str, hole: Span, filter: &str) -> Option<Fix> {
    let source = hole.of(body);
    let Some(before) = source.find("| json") else { return append_filter(body, hole, filter) };
    Some(Fix::replace(format!("add `| {filter}`"), Span::at(hole.start + before), format!("| {filter} ")))
}

fn one_line(source: &str) -> String {
    visible(&source.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

fn shortened(value: &str) -> String {
    let mut shown: String = value.chars().take(QUOTED_CHARS).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    format!("“{}”", visible(&shown))
}

/// Where a `chat_id` of the rendered text has no value that could be a chat, and the hole it comes from names a
/// property: the hole and the property's name.
pub fn missing_chat(body: Body<'_>, locator: &Locator, value: Span) -> Option<(Span, String)> {
    let raw = value.of(locator.text()).trim().trim_matches('"');
    let is_missing =
        ["", "null", "nil", "none", "undefined", "0"].iter().any(|word| raw.eq_ignore_ascii_case(word));
    if !is_missing {
        return None;
    }
    let hole = if value.is_empty() { locator.silent_hole(value)? } else { locator.locate(value).hole? };
    Some((hole, property_in(hole.of(body.text))?))
}

fn property_in(hole: &str) -> Option<String> {
    let rest = &hole[hole.find("Profile")? + "Profile".len()..];
    let rest = rest.trim_start_matches([' ', '-', '.']);
    if let Some(quoted) = rest.strip_prefix('[') {
        let quote = quoted.chars().next().filter(|c| "\"'".contains(*c))?;
        return quoted[1..].split(quote).next().map(str::to_owned);
    }
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The members of a document, found in one step: a body may have as many problems as members.
pub struct Members<'d> {
    document: &'d Document,
    /// By where their object starts and by their key, the first of duplicates.
    by_key: HashMap<(usize, &'d str), &'d json::Member>,
}

impl<'d> Members<'d> {
    pub fn of(document: &'d Document) -> Self {
        let mut by_key = HashMap::new();
        let mut open = vec![&document.root];
        while let Some(node) = open.pop() {
            match &node.value {
                json::Value::Object(members) => {
                    for member in members {
                        by_key.entry((node.span.start, member.key.decoded.as_str())).or_insert(member);
                        open.push(&member.value);
                    }
                }
                json::Value::Array(items) => open.extend(items),
                json::Value::Null
                | json::Value::Boolean(_)
                | json::Value::Number(_)
                | json::Value::String(_) => {}
            }
        }
        Self { document, by_key }
    }

    fn at_path(&self, path: &[json::Step]) -> Option<&'d json::Node> {
        path.iter().try_fold(&self.document.root, |node, step| match (step, &node.value) {
            (json::Step::Key(key), _) => Some(&self.member(node, key)?.value),
            (json::Step::Index(index), json::Value::Array(items)) => items.get(*index),
            (json::Step::Index(_), _) => None,
        })
    }

    fn member(&self, object: &json::Node, key: &str) -> Option<&'d json::Member> {
        self.by_key.get(&(object.span.start, key)).copied()
    }
}

/// Moves what the request's checks say of a JSON value to the body.
pub fn of_finding(body: Body<'_>, locator: &Locator, members: &Members<'_>, finding: &Finding) -> Diagnostic {
    let key = match finding.code {
        // It is the name that is wrong, not the value.
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

/// Says what the Bot API would answer, at the value it would refuse.
pub fn of_api_error(body: Body<'_>, locator: &Locator, document: &Document, error: &ApiError) -> Diagnostic {
    let (sent, located) = locate_place(locator, document, error.at.as_ref());
    let message = format!("Telegram would refuse this: {}", error.description);
    let mut problem =
        Diagnostic::error(Code::Refused, located.span, message).with_help(help_of_refusal(error));
    blame_value(body, locator, sent, &located, &mut problem);
    problem
}

fn key_at<'d>(members: &Members<'d>, place: &Place) -> Option<&'d Text> {
    let (last, parents) = place.path.split_last()?;
    let json::Step::Key(name) = last else { return None };
    Some(&members.member(members.at_path(parents)?, name)?.key)
}

/// Says by how much a message is too long, at the first character that does not fit.
pub fn of_too_long(
    body: Body<'_>,
    locator: &Locator,
    document: &Document,
    error: &ApiError,
    limit: Limit,
) -> Diagnostic {
    let key = match limit {
        Limit::Caption => "caption",
        Limit::Message => "text",
    };
    let mode = document.root.get("parse_mode").and_then(json::Node::as_text);
    let mode = mode.and_then(|mode| ParseMode::from_argument(&mode.decoded).ok().flatten());
    let text = document.root.get(key).and_then(json::Node::as_text);
    let excess = text.and_then(|text| Some((text, telegram::overflow(mode, &text.decoded, limit)?)));
    let Some((text, excess)) = excess else { return of_api_error(body, locator, document, error) };
    let located = locator.locate_decoded(text, excess.markup);
    let message = format!("Telegram would refuse this: {}", error.description);
    let excess_chars = excess.used - excess.limit;
    Diagnostic::error(Code::Refused, located.span, message).with_help(format!(
        "{} of {} characters: take {excess_chars} out; what does not fit begins here",
        excess.used, excess.limit
    ))
}

fn help_of_refusal(error: &ApiError) -> String {
    let help = match error.cause {
        Some(Cause::TooLong(Limit::Message) | Cause::InputTooLong) => {
            "a message holds 4,096 characters: shorten it"
        }
        Some(Cause::TooLong(Limit::Caption)) => {
            "a caption holds 1,024 characters: shorten it, or send the text by sendMessage"
        }
        Some(Cause::NoText) => {
            "a message shows at least one character: write some, or give the variable a default"
        }
        Some(Cause::ParseMode) => "write \"HTML\", \"MarkdownV2\" or \"Markdown\"",
        Some(Cause::ButtonUrl) => "a button's address begins with https://, http:// or tg://",
        Some(Cause::Markup) | None => return telegram::what_to_do(error).action,
    };
    help.to_owned()
}

fn locate_place(locator: &Locator, document: &Document, place: Option<&Place>) -> (Span, Located) {
    locate_node(locator, document, place, place.and_then(|place| document.root.at_path(&place.path)))
}

fn locate_node(
    locator: &Locator,
    document: &Document,
    place: Option<&Place>,
    node: Option<&json::Node>,
) -> (Span, Located) {
    let node = node.unwrap_or(&document.root);
    let sent = match (place.and_then(|place| place.decoded), node.as_text()) {
        (Some(decoded), Some(text)) => text.raw_span(decoded),
        // The whole object is no place to look at: its brace is.
        _ if node.as_object().is_some() => Span::new(node.span.start, node.span.start + 1),
        _ => node.span,
    };
    (sent, locator.locate(sent))
}

/// Warnings of what a value may do, which an error at the same value proves.
const PROVEN: [Code; 5] =
    [Code::UnescapedJson, Code::UnescapedMarkup, Code::EmptyValue, Code::DefaultNotJson, Code::UnquotedText];

/// Puts problems into the order of the body and takes out what another one says better.
pub fn tidy(problems: &mut Vec<Diagnostic>, body: &str) {
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
        // The key that is there twice is told where it is there again.
        Code::RepeatedField => !has_duplicate_key,
        // What a recipient's own rendering proves wrong need not be warned of as well.
        _ => problem.is_error() || !is_within_one(problem.span, &skipped),
    });
}

/// Takes out the warnings that an error of this recipient proves; the error gets their ways out, which know the
/// template's filters and their order.
fn join_proven(problems: &mut Vec<Diagnostic>, body: &str) {
    // An error of one value lies on its hole; one of a longer piece of the body may only hold the warning by chance.
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
    // Both are in the order of the body: only errors that have begun and not ended can hold a warning.
    let mut coming = errors.into_iter().peekable();
    let mut open: Vec<(usize, Span)> = Vec::new();
    for (at, warning) in problems.iter().enumerate().filter(|(_, problem)| PROVEN.contains(&problem.code)) {
        while let Some(error) = coming.next_if(|(_, span)| span.start <= warning.span.start) {
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

/// Whether `inner` lies in one of `spans`, which are in order and do not overlap.
fn is_within_one(inner: Span, spans: &[Span]) -> bool {
    let n_before = spans.partition_point(|span| span.start <= inner.start);
    n_before.checked_sub(1).is_some_and(|last| is_within(inner, spans[last]))
}

fn is_within(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
