//! Explains the errors of both Markdown modes with help and fixes.

use super::fixes::{choice, escaped, quoted, word_end};
use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit};
use crate::telegram::{ParseError, ParseErrorKind, ParseMode};
use crate::text::Span;

pub(super) fn explain(error: &ParseError, input: &str) -> Diagnostic {
    let span = error.span;
    match &error.kind {
        ParseErrorKind::ReservedCharacter { character } => reserved(*character, span, input),
        ParseErrorKind::UnclosedEntity { label, .. } => unclosed(label, span, input, None),
        ParseErrorKind::UnclosedLegacyEntity => unclosed(legacy_entity(span.of(input)), span, input, None),
        ParseErrorKind::UnclosedUrl => {
            // An address has no spaces, so the fix closes it at the first space.
            let address = Span::new(span.end, input.len());
            Diagnostic::error(Code::UnclosedAddress, span, "this address has no closing `)`")
                .with_help("close it with `)`")
                .with_fix(choice(
                    "close it with `)`",
                    vec![TextEdit::new(Span::at(word_end(input, address)), ")")],
                ))
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
                Some(bang) => diagnostic.with_fix(choice("make it a link", vec![TextEdit::new(bang, "")])),
                None => diagnostic,
            }
        }
        _ => Diagnostic::error(Code::Markup, span, error.message()),
    }
}

fn reserved(character: char, span: Span, input: &str) -> Diagnostic {
    let problem =
        Diagnostic::error(Code::ReservedCharacter, span, format!("`{character}` is reserved in MarkdownV2"))
            .with_help(format!("write `\\{character}`"));
    let escape = Fix::replace(format!("escape the `{character}`"), Span::at(span.start), "\\");
    // The `[` of a link is missing. Only the author knows where the link begins.
    if character == ']' && input[span.end..].starts_with('(') {
        let word = input[..span.start].rfind(char::is_whitespace).map_or(0, |space| space + 1);
        return problem
            .with_fix(choice("start the link with `[` here", vec![TextEdit::new(Span::at(word), "[")]))
            .with_fix(escape.unsafe_to_apply());
    }
    // A single brace is often half of a mistyped `{{` or `}}`, or a placeholder of another tool.
    if matches!(character, '{' | '}') {
        let help = format!("write `\\{character}` for the character itself; a variable is in {{{{ }}}}");
        return problem.with_help(help).with_fix(escape.unsafe_to_apply());
    }
    if let Some(link) = mistyped_link(character, span.start, input) {
        return problem
            .with_help("a link is `[text](address)`")
            .with_fix(choice("make it a link", link))
            .with_fix(escape.unsafe_to_apply());
    }
    let Some(end) = address_end_before(character, span.start, input) else { return problem.with_fix(escape) };
    // The first `)` ends the address of a link. If the address has an open `(`, the author meant the last `)`.
    let in_address = Fix::replace("escape the `)` in the address", Span::at(end.at), "\\");
    let problem = problem.with_help("the first `)` ends the address: write `\\)` inside an address");
    match end.address_is_open {
        true => problem.with_fix(in_address).with_fix(escape.unsafe_to_apply()),
        false => problem.with_fix(escape.unsafe_to_apply()).with_fix(in_address.unsafe_to_apply()),
    }
}

/// Returns the edits that make a link of `[text] (address)` or `(text)[address]`, at the `(` of either.
fn mistyped_link(character: char, at: usize, input: &str) -> Option<Vec<TextEdit>> {
    if character != '(' {
        return None;
    }
    let is_address =
        |text: &str| ["http://", "https://", "tg://"].iter().any(|scheme| text.starts_with(scheme));
    let line = &input[at + 1..line_end(input, at)];
    let before = input[..at].trim_end_matches(' ');
    if before.len() < at && before.ends_with(']') && !before.ends_with("\\]") && is_address(line) {
        return Some(vec![TextEdit::new(Span::new(before.len(), at), "")]);
    }
    let middle = line.find(")[").filter(|middle| is_address(&line[middle + 2..]))?;
    let end = middle + line[middle..].find(']').filter(|len| !line[middle..middle + len].contains(' '))?;
    let swapped = [(0, "["), (1 + middle, "]"), (2 + middle, "("), (1 + end, ")")];
    Some(swapped.map(|(place, text)| TextEdit::new(Span::new(at + place, at + place + 1), text)).to_vec())
}

/// The `)` that ends the address of a link.
struct AddressEnd {
    at: usize,
    /// Whether the address has more `(` than `)`.
    address_is_open: bool,
}

/// Returns the end of the address to which a `)` at `at` may belong: no space is between the two, and no `(` outside
/// the address is open.
fn address_end_before(character: char, at: usize, input: &str) -> Option<AddressEnd> {
    if character != ')' {
        return None;
    }
    // An address has no spaces. The limit of 2,000 bytes keeps the search linear, and addresses are shorter.
    let from = crate::text::floor_char_boundary(input, at.saturating_sub(2000));
    let word = from + input[from..at].rfind(char::is_whitespace).map_or(0, |space| space + 1);
    let opener = word + input[word..at].rfind("](")? + 1;
    let end = opener + unescaped(&input[opener..at], ')').next()?;
    let n_open = unescaped(&input[opener + 1..end], '(').count();
    let before = &input[from..opener];
    let is_open_before = unescaped(before, ')').count() < unescaped(before, '(').count();
    (0 < n_open || !is_open_before).then_some(AddressEnd { at: end, address_is_open: 0 < n_open })
}

/// Returns the offsets at which the text has the character without a backslash.
fn unescaped(text: &str, wanted: char) -> impl Iterator<Item = usize> {
    let mut is_escaped = false;
    text.char_indices().filter_map(move |(at, c)| {
        let is_wanted = c == wanted && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_wanted.then_some(at)
    })
}

/// Returns the name of the entity that a delimiter starts, for messages.
pub(super) fn entity_label(mode: ParseMode, opener: &str) -> &'static str {
    match (mode, opener) {
        (ParseMode::MarkdownV2, "__") => "underline",
        (ParseMode::MarkdownV2, "~") => "strikethrough",
        (ParseMode::MarkdownV2, "||") => "a spoiler",
        (ParseMode::MarkdownV2, "![") => "a custom emoji",
        _ => legacy_entity(opener),
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

/// Reports an entity that never ends. `next` is the offset of the next delimiter that is not a part of it, if any.
pub(super) fn unclosed(what: &str, span: Span, input: &str, next: Option<usize>) -> Diagnostic {
    let opener = span.of(input);
    let closer = match opener {
        "[" | "![" => "]",
        opener => opener,
    };
    let message = format!("{} starts {what} that never ends", quoted(opener));
    let diagnostic = Diagnostic::error(Code::UnclosedEntity, span, message)
        .with_help(format!(
            "end it with {}, or write {} for the character itself",
            quoted(closer),
            quoted(&escaped(opener))
        ))
        .with_fix(escape_opener(&format!("escape the {}", quoted(opener)), span, input).unsafe_to_apply());
    if closer == "]" {
        // A link's address follows its text, so the `]` belongs before the address.
        let line = &input[span.end..line_end(input, span.end)];
        let address = line.find("(http").or_else(|| line.find("(tg://"));
        return match address.filter(|at| !line[..*at].contains(']')) {
            Some(at) => diagnostic
                .with_fix(choice("end it with `]` here", vec![TextEdit::new(Span::at(span.end + at), "]")])),
            None => diagnostic,
        };
    }
    // A quote has no closing delimiter.
    if opener == ">" {
        return diagnostic;
    }
    // Formatting seldom spans lines, so the fix puts the closing delimiter at the end of the line.
    let end = line_end(input, span.end);
    let end = next.map_or(end, |next| next.clamp(span.end, end));
    diagnostic.with_fix(choice(
        format!("end it with {} here", quoted(closer)),
        vec![TextEdit::new(Span::at(end), closer)],
    ))
}

fn escape_opener(title: &str, span: Span, input: &str) -> Fix {
    // Every character of the opening delimiter needs its own backslash: `__` becomes `\_\_`.
    let places = span.of(input).char_indices().map(|(at, _)| Span::at(span.start + at));
    Fix {
        title: title.to_owned(),
        edits: places.map(|place| TextEdit::new(place, "\\")).collect(),
        safe: true,
    }
}

fn line_end(input: &str, at: usize) -> usize {
    input[at..].find('\n').map_or(input.len(), |len| at + len)
}

fn opener_before(input: &str, address: usize) -> Option<Span> {
    let bang = input.get(..address)?.rfind("![")?;
    Some(Span::new(bang, bang + 1))
}

pub(super) fn bare_brackets(mode: ParseMode, span: Span, makes_link: bool) -> Diagnostic {
    let mut edits: Vec<TextEdit> = vec![TextEdit::new(Span::at(span.start), "\\")];
    // Legacy Markdown does not reserve `]`, so only the `[` needs a backslash.
    let title = match mode {
        ParseMode::MarkdownV2 => {
            edits.push(TextEdit::new(Span::at(span.end.saturating_sub(1).max(span.start)), "\\"));
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
