//! Turns the syntax error of a rendered body that is not JSON into diagnostics at its cause in the body.

mod mistake;

use super::control_characters;
use super::locate::Locator;
use super::problems::{BodySource, append_filter, one_line};
use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit, merged};
use crate::dialect::Dialect;
use crate::json::{Expected, QuoteState, SyntaxError, SyntaxErrorKind};
use crate::template::{self, EscapePosition};
use crate::text::{Span, visible};

use mistake::Repair;

/// Returns the problems of a rendered body that is not JSON. If the error is a raw control character, such as a line
/// break or a tab, returns the problems that [`control_characters::find`] finds. For every other error, returns one
/// problem.
pub(super) fn diagnose(body: BodySource<'_>, locator: &Locator, error: &SyntaxError) -> Vec<Diagnostic> {
    match error.kind {
        SyntaxErrorKind::ControlCharacter(c) if !mistake::is_unclosed_key(locator.text(), error) => {
            control_characters::find(body, locator, error)
                .into_iter()
                .map(|found| {
                    let mut problem = not_json_at(body, locator, &found.error);
                    if found.is_in_key {
                        let name = control_characters::name_of(c);
                        problem.help = Some(format!("remove the {name} from the key"));
                    }
                    problem.fixes.extend(found.fix);
                    if found.adds_quote {
                        let name = control_characters::name_of(c);
                        problem.help = Some(format!("close the string with `\"` before the {name}"));
                    }
                    problem
                })
                .collect()
        }
        _ => vec![not_json_at(body, locator, error)],
    }
}

fn not_json_at(body: BodySource<'_>, locator: &Locator, error: &SyntaxError) -> Diagnostic {
    let sent = locator.text();
    // Two causes are looked for first: a `{{ }}` that printed nothing, and a quote in a printed value. Each of these
    // causes makes the JSON parser fail later in the text, so the parser's error would blame text that is correct.
    if let Some(problem) = nothing_printed(body, locator, error)
        .or_else(|| quote_in_value(body, locator, error))
        .or_else(|| value_before_json(body, locator, error))
    {
        return problem;
    }
    if let Some(quote) = typed_quote(locator, error) {
        return quote_around_value(locator, quote, error);
    }
    let mistake = mistake::recognize(sent, error);
    let span = mistake.span.unwrap_or_else(|| place_of(error));
    let located = locator.locate(span);
    let value = error.span.of(sent);
    let message = mistake.message.unwrap_or_else(|| error.message());
    let mut problem = Diagnostic::error(Code::NotJson, located.span, format!("not JSON: {message}"));
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
        problem.fixes.extend(quotes_around(locator, error, interpolation));
    } else {
        if let Some(place) = locator.place_in_partial(span) {
            problem.message.push_str(&format!(" (in {place})"));
        }
        // The help and the fixes are for typed text only: a printed value changes with each recipient.
        problem.help = mistake.help;
        // If the body has a tag, the number of brackets may differ between recipients. An added bracket could be one
        // too many for another recipient.
        let is_bracket =
            |repair: &Repair| repair.edits.iter().all(|edit| matches!(edit.replacement.as_str(), "]" | "}"));
        let repair = mistake.repair.filter(|repair| !is_bracket(repair) || !body.text.contains("{%"));
        problem.fixes.extend(repair.and_then(|repair| typed_fix(locator, repair)));
    }
    problem
}

/// Returns the typed `"` that ended a string before a value, as the first quote in `say "{{ name }}"` does. The
/// parser's error is then at the value.
pub(super) fn typed_quote(locator: &Locator, error: &SyntaxError) -> Option<Span> {
    let ended_string = SyntaxErrorKind::Expected(Expected::CommaOrBrace) == error.kind
        || SyntaxErrorKind::Expected(Expected::CommaOrBracket) == error.kind;
    let text = locator.text();
    let at = error.span.start;
    if !ended_string || !text.get(..at)?.ends_with('"') {
        return None;
    }
    let printed = locator.printed_at(at)?;
    let quote = Span::new(at - 1, at);
    // The value may also be JSON of its own, as in `"text": "a"{{ Event.more }}}`. The text after the value decides
    // which of the two it is.
    let after = text.get(printed.end..)?.trim_start();
    let next = text.len() - after.len();
    let is_text = match after.strip_prefix(',') {
        Some(rest) => rest.trim_start().starts_with(char::is_alphabetic),
        None => !after.is_empty() && !after.starts_with([']', '}']),
    };
    let is_typed = |at: usize| locator.starts_typed(Span::new(at, at + 1));
    (printed.start == at && is_text && is_typed(quote.start) && is_typed(next)).then_some(quote)
}

/// Reports a `"` from [`typed_quote`]. The value is right, so the problem is at the quote.
fn quote_around_value(locator: &Locator, quote: Span, error: &SyntaxError) -> Diagnostic {
    let mut message = "not JSON: this `\"` ends the string".to_owned();
    if let Some(place) = locator.place_in_partial(quote) {
        message.push_str(&format!(" (in {place})"));
    }
    let problem = Diagnostic::error(Code::NotJson, locator.locate(quote).span, message)
        .with_help("a quote inside a string is written `\\\"`");
    let after = locator.printed_at(error.span.start).map(|printed| Span::new(printed.end, printed.end + 1));
    let closer = after.filter(|after| locator.text().get(after.range()) == Some("\""));
    let quotes: Vec<TextEdit> = [Some(quote), closer]
        .into_iter()
        .flatten()
        .filter_map(|quote| locator.typed(quote))
        .map(|typed| TextEdit { span: Span::at(typed.start), replacement: "\\".to_owned() })
        .collect();
    match quotes.len() {
        2 => problem.with_fix(Fix {
            title: "escape the quotes inside the string".to_owned(),
            edits: quotes,
            safe: false,
        }),
        _ => problem,
    }
}

/// Returns the span of the rendered text at which an error is reported.
pub(super) fn place_of(error: &SyntaxError) -> Span {
    match &error.kind {
        // Report the bracket or quote that is never closed: the end of the text does not help to find it.
        SyntaxErrorKind::UnexpectedEnd { opener: Some(opener), .. } => *opener,
        _ => error.span,
    }
}

/// Moves a repair of the rendered text to the body. Returns `None` if it would change text that Liquid printed,
/// or text next to it.
fn typed_fix(locator: &Locator, repair: Repair) -> Option<Fix> {
    let edits = repair.edits.iter().map(|edit| {
        Some(TextEdit { span: locator.typed(edit.span)?, replacement: edit.replacement.clone() })
    });
    let edits: Vec<TextEdit> = edits.collect::<Option<_>>()?;
    // A loop prints the same typed text more than once.
    let edits = merged([edits.as_slice()])?;
    // Next to a `{{ }}` or a tag, another recipient may get other text, for which the repair would be wrong.
    let is_typed = |edit: &TextEdit| locator.typed(with_neighbors(locator.text(), edit.span)).is_some();
    repair.edits.iter().all(is_typed).then_some(Fix { title: repair.title, edits, safe: repair.is_certain })
}

/// Extends a span to the nearest characters before and after it that are not whitespace.
fn with_neighbors(text: &str, span: Span) -> Span {
    let before = text.get(..span.start).unwrap_or_default().trim_end();
    let after = text.get(span.end..).unwrap_or_default().trim_start();
    let end = text.len() - after.len();
    Span::new(
        before.len() - before.chars().next_back().map_or(0, char::len_utf8),
        end + after.chars().next().map_or(0, char::len_utf8),
    )
}

/// Returns the fix that puts a `{{ }}` in double quotes, if its output is a whole value.
fn quotes_around(locator: &Locator, error: &SyntaxError, interpolation: Span) -> Option<Fix> {
    if !matches!(error.kind, SyntaxErrorKind::Word(_) | SyntaxErrorKind::BadNumber) {
        return None;
    }
    let printed =
        locator.outputs(interpolation).into_iter().find(|printed| printed.touches(error.span.start))?;
    let text = locator.text();
    let ends_value = text.get(printed.end..)?.trim_start().starts_with([',', '}', ']']);
    let is_value = printed.start == error.span.start
        && ends_value
        && text.get(..printed.start)?.trim_end().ends_with([':', ',', '[']);
    let quote = |at: usize| TextEdit { span: Span::at(at), replacement: "\"".to_owned() };
    is_value.then(|| Fix {
        title: "put it in quotes".to_owned(),
        edits: vec![quote(interpolation.start), quote(interpolation.end)],
        safe: false,
    })
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

/// Reports a value that is printed before the JSON, as by `{% increment c %}` at the top of a body. The parser takes
/// the value for the whole JSON, and its error would blame the JSON after it.
fn value_before_json(body: BodySource<'_>, locator: &Locator, error: &SyntaxError) -> Option<Diagnostic> {
    if error.kind != SyntaxErrorKind::TrailingText || !error.span.of(locator.text()).starts_with(['{', '[']) {
        return None;
    }
    let before = locator.text().get(..error.span.start)?;
    let value = before.trim();
    let start = before.len() - before.trim_start().len();
    let interpolation = locator.locate(Span::new(start, start + value.len())).interpolation?;
    let source = one_line(interpolation.of(body.text));
    let message = format!("{source} prints `{}` before the JSON", visible(value));
    let help = match source.starts_with("{%") {
        true => "set a counter with `assign` and `plus`, or put the tag inside `{% capture %}`",
        false => "remove it, or put it inside the JSON",
    };
    Some(Diagnostic::error(Code::NotJson, interpolation, message).with_help(help))
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
