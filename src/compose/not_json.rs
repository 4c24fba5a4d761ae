//! Turns the syntax error of a rendered body that is not JSON into diagnostics at its cause in the body.

use super::control_characters;
use super::locate::Locator;
use super::problems::{BodySource, append_filter, one_line};
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::dialect::Dialect;
use crate::json::{self, Expected, QuoteState, SyntaxError, SyntaxErrorKind};
use crate::template::{self, EscapePosition};
use crate::text::Span;

/// Returns the problems of a rendered body that is not JSON. If the error is a raw control character, such as a line
/// break or a tab, returns the problems that [`control_characters::find`] finds. For every other error, returns one
/// problem.
pub(super) fn diagnose(body: BodySource<'_>, locator: &Locator, error: &SyntaxError) -> Vec<Diagnostic> {
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
