//! Explains the errors of both Markdown modes with help and fixes.

use super::fixes::{choice, edit, word_end};
use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit};
use crate::telegram::{ParseError, ParseErrorKind, ParseMode};
use crate::text::Span;

pub(super) fn explain(error: &ParseError, input: &str) -> Diagnostic {
    let span = error.span;
    match &error.kind {
        ParseErrorKind::ReservedCharacter { character } => {
            let message = format!("`{character}` is reserved in MarkdownV2");
            Diagnostic::error(Code::ReservedCharacter, span, message)
                .with_help(format!("write `\\{character}`"))
                .with_fix(Fix::replace(format!("escape the `{character}`"), Span::at(span.start), "\\"))
        }
        ParseErrorKind::UnclosedEntity { label, .. } => unclosed(label, span, input),
        ParseErrorKind::UnclosedLegacyEntity => unclosed(legacy_entity(span.of(input)), span, input),
        ParseErrorKind::UnclosedUrl => {
            // An address has no spaces, so the fix closes it at the first space.
            let address = Span::new(span.end, input.len());
            Diagnostic::error(Code::UnclosedAddress, span, "this address has no closing `)`")
                .with_help("close it with `)`")
                .with_fix(choice("close it with `)`", vec![edit(Span::at(word_end(input, address)), ")")]))
        }
        ParseErrorKind::MissingSpecialUrl => {
            Diagnostic::error(Code::MissingAddress, span, "`![…]` needs an address after it")
                .with_help("only custom emoji and times are written like this: `![👍](tg://emoji?id=…)`")
                .with_fix(escape_opener("escape the `!`", Span::new(span.start, span.start + 1), input))
        }
        ParseErrorKind::InvalidSpecialUrl => {
            let diagnostic = Diagnostic::error(
                Code::NotAnEmoji,
                span,
                "this address is neither a custom emoji nor a time",
            )
            .with_help("`![…]` takes tg://emoji?id=… and tg://time?unix=… only; it cannot show images");
            match opener_before(input, span.start) {
                // Without the `!` the markup is a link, which may have any valid address.
                Some(bang) => diagnostic.with_fix(choice("make it a link", vec![edit(bang, "")])),
                None => diagnostic,
            }
        }
        _ => Diagnostic::error(Code::Markup, span, error.message()),
    }
}

fn legacy_entity(opener: &str) -> &'static str {
    match opener {
        "*" => "bold",
        "_" => "italic",
        "`" => "code",
        "```" => "a code block",
        _ => "a link",
    }
}

fn unclosed(what: &str, span: Span, input: &str) -> Diagnostic {
    let opener = span.of(input);
    let closer = match opener {
        "[" | "![" => "]",
        opener => opener,
    };
    let message = format!("`{opener}` starts {what} that never ends");
    let diagnostic = Diagnostic::error(Code::UnclosedEntity, span, message)
        .with_help(format!("end it with `{closer}`, or write `\\{opener}` for the character itself"))
        .with_fix(escape_opener(&format!("escape the `{opener}`"), span, input));
    // For `[`, `![`, and `>`, no fix adds a closing delimiter. After the `]` of a link or an emoji, the address would
    // still be missing, and a quote has no closing delimiter.
    if closer == "]" || opener == ">" {
        return diagnostic;
    }
    // Formatting seldom spans lines, so the fix puts the closing delimiter at the end of the line.
    let end = line_end(input, span.end);
    diagnostic.with_fix(choice(format!("end it with `{closer}` here"), vec![edit(Span::at(end), closer)]))
}

fn escape_opener(title: &str, span: Span, input: &str) -> Fix {
    // Every character of the opening delimiter needs its own backslash: `__` becomes `\_\_`.
    let places = span.of(input).char_indices().map(|(at, _)| Span::at(span.start + at));
    Fix { title: title.to_owned(), edits: places.map(|place| edit(place, "\\")).collect(), safe: true }
}

fn line_end(input: &str, at: usize) -> usize {
    input[at..].find('\n').map_or(input.len(), |len| at + len)
}

fn opener_before(input: &str, address: usize) -> Option<Span> {
    let bang = input.get(..address)?.rfind("![")?;
    Some(Span::new(bang, bang + 1))
}

pub(super) fn bare_brackets(mode: ParseMode, span: Span, makes_link: bool) -> Diagnostic {
    let mut edits: Vec<TextEdit> = vec![edit(Span::at(span.start), "\\")];
    // Legacy Markdown does not reserve `]`, so only the `[` needs a backslash.
    let title = match mode {
        ParseMode::MarkdownV2 => {
            edits.push(edit(Span::at(span.end.saturating_sub(1).max(span.start)), "\\"));
            "escape the brackets"
        }
        ParseMode::Html | ParseMode::Markdown => "escape the `[`",
    };
    let message = if makes_link {
        "`[…]` without an address makes its text a link"
    } else {
        "the brackets are removed: `[…]` without an address makes no link"
    };
    Diagnostic::warning(Code::BareBrackets, span, message)
        .with_help("add the address, as in `[text](https://example.com)`, or escape the `[`")
        .with_fix(choice(title, edits))
}
