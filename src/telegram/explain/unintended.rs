//! Finds markup that Telegram accepts but that its author did not mean, such as the underscores of `snake_case_name`.
//!
//! A correct text must get no warning. So each rule also looks at the text around its pattern, and reports nothing in
//! doubt.

use super::fixes::{choice, escaped};
use super::stray::is_in_word;
use super::{foreign, stray};
use crate::diagnostic::{Code, Diagnostic, TextEdit};
use crate::telegram::ParseMode;
use crate::telegram::html_reference;
use crate::telegram::markup::{CollectAll, MarkupElement, TextFormat};
use crate::text::Span;

/// The maximum number of bytes of a word that are searched for the start of an address or a path. This keeps the work
/// linear in a text that is one long word.
const MAX_WORD_BYTES: usize = 500;

/// Returns the problems of a text that Telegram accepts.
pub(super) fn find(mode: ParseMode, input: &str, collected: &CollectAll) -> Vec<Diagnostic> {
    let mut problems: Vec<Diagnostic> = literal_escapes(Some(mode), input).into_iter().collect();
    match mode {
        ParseMode::Html => {
            problems.extend(double_escapes(input));
            problems.extend(foreign::markdown_in_html(input));
            let tags = collected.elements.iter();
            problems.extend(tags.filter_map(|element| stray::accepted_tag(element, input)));
        }
        ParseMode::Markdown => {
            problems.extend(styles_in_words(input, collected));
            problems.extend(collected.elements.iter().filter_map(|element| escape_in_entity(element, input)));
            problems.extend(collected.elements.iter().filter_map(|element| cut_address(element, input)));
            problems.extend(foreign::html_in_markdown(mode, input));
            problems.extend(shown_backslashes(input));
        }
        ParseMode::MarkdownV2 => {
            if problems.is_empty() {
                problems.extend(removed_backslashes(input));
            }
            problems.extend(foreign::html_in_markdown(mode, input));
            problems.extend(styles_in_words(input, collected));
            problems.extend(code_in_blocks(input, collected));
        }
    }
    problems
}

/// Reports a `\n` or `\t` that the message shows as two characters, because the JSON has `\\n`.
pub(super) fn literal_escapes(mode: Option<ParseMode>, input: &str) -> Option<Diagnostic> {
    // Code may show such an escape on purpose.
    let has_code = match mode {
        Some(ParseMode::Html) => input.contains("<code") || input.contains("<pre"),
        Some(ParseMode::Markdown | ParseMode::MarkdownV2) => input.contains('`'),
        None => false,
    };
    if has_code {
        return None;
    }
    let mut places = Vec::new();
    let mut i = 0;
    while let Some(at) = input[i..].find('\\').map(|len| i + len) {
        let rest = &input[at + 1..];
        i = at + 1 + rest.chars().next().map_or(0, char::len_utf8);
        if rest.starts_with("r\\n") && is_literal_escape(input, at) {
            places.push(Span::new(at, at + 4));
            i = at + 4;
        } else if is_literal_escape(input, at) {
            places.push(Span::new(at, at + 2));
        }
    }
    let first = *places.first()?;
    let (written, meant) = match first.of(input) {
        "\\t" => ("\\t", "tab"),
        _ => ("\\n", "line break"),
    };
    let edits = places
        .iter()
        .map(|place| TextEdit::new(*place, if place.of(input) == "\\t" { "\t" } else { "\n" }))
        .collect();
    Some(
        Diagnostic::warning(
            Code::LiteralEscape,
            first,
            format!("this is no {meant}: the text has a backslash and a letter"),
        )
        .with_help(format!("in JSON, a {meant} is `{written}` with one backslash"))
        .with_fix(choice(format!("write a {meant}"), edits)),
    )
}

/// Whether the backslash at `at` begins a `\n` or `\t` that was meant as a line break or a tab. Returns false for paths
/// such as `C:\new` and `\\server\tools`.
fn is_literal_escape(input: &str, at: usize) -> bool {
    let rest = &input[at + 1..];
    let Some(after) = rest.strip_prefix("r\\n").or_else(|| rest.strip_prefix(['n', 't'])) else {
        return false;
    };
    let before = &input[..at];
    // In lower case, the text after the escape may continue a path or a command, so it is no sign of a line break. But
    // a path has no punctuation or space before the backslash, and the end of a sentence has.
    let ends_sentence = before.ends_with(['.', '!', '?', ',', ';', ' ', '\n']);
    let starts_line = !after.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit() || c == '_');
    let word = word_before(input, at);
    let is_in_path = word.contains(":\\") || word.ends_with([':', '\\']) || word.contains("\\\\");
    let follows_escape = before.ends_with("\\n") || before.ends_with("\\t");
    // Two escapes in a row, `\r\n`, are hardly ever part of a path.
    let is_windows = rest.starts_with("r\\n");
    !is_in_path && (ends_sentence || starts_line || follows_escape || is_windows)
}

/// Reports backslashes that MarkdownV2 removes although nothing needs an escape, such as the one of `C:\new`. Code loses
/// them too.
fn removed_backslashes(input: &str) -> Option<Diagnostic> {
    let is_removed = |c: char| c.is_ascii_alphanumeric() || c == ' ';
    let places: Vec<usize> = escapes(input).filter(|at| input[at + 1..].starts_with(is_removed)).collect();
    let first = *places.first()?;
    Some(
        Diagnostic::warning(
            Code::LiteralEscape,
            Span::new(first, first + 2),
            "Telegram removes this backslash: in MarkdownV2 it escapes the next character",
        )
        .with_help("escape the backslash to show it: in JSON, that is `\\\\\\\\`")
        .with_fix(choice(
            "escape the backslash",
            places.iter().map(|at| TextEdit::new(Span::at(*at), "\\")).collect(),
        )),
    )
}

/// Reports the escapes of MarkdownV2 that legacy Markdown does not have, such as `\.`.
fn shown_backslashes(input: &str) -> Option<Diagnostic> {
    // Code may show an escape on purpose.
    if input.contains('`') {
        return None;
    }
    let is_path = |at: usize| {
        let word = word_before(input, at);
        word.contains(":\\") || word.contains("\\\\") || word.ends_with(['¯', '.', ':'])
    };
    let is_shown = |at: &usize| input[at + 1..].starts_with(|c: char| "]()~>#+-=|{}.!".contains(c));
    let places: Vec<usize> = escapes(input).filter(is_shown).filter(|at| !is_path(*at)).collect();
    let first = *places.first()?;
    let escape = Span::new(first, first + 2);
    Some(
        Diagnostic::warning(
            Code::LiteralEscape,
            escape,
            format!("legacy Markdown has no escape `{}`: the message shows the backslash", escape.of(input)),
        )
        .with_help("it escapes only `_`, `*`, `[` and the backtick; remove the backslash, or use MarkdownV2")
        .with_fix(choice(
            "remove the backslash",
            places.iter().map(|at| TextEdit::new(Span::new(*at, at + 1), "")).collect(),
        )),
    )
}

/// Returns the places of the backslashes that begin an escape: the second one of `\\` does not.
fn escapes(input: &str) -> impl Iterator<Item = usize> {
    let mut is_escaped = false;
    input.bytes().enumerate().filter_map(move |(at, byte)| {
        let starts = byte == b'\\' && !is_escaped;
        is_escaped = starts;
        starts.then_some(at)
    })
}

/// Reports a link whose address has brackets of its own, of which legacy Markdown takes the first `)` for its end.
fn cut_address(element: &MarkupElement, input: &str) -> Option<Diagnostic> {
    let address = element.close.of(input).strip_prefix("](")?.strip_suffix(')')?;
    let end = element.close.end;
    let is_cut = element.format == Some(TextFormat::Link)
        && address.matches('(').count() == 1
        && input[end..].starts_with(')');
    is_cut.then(|| {
        Diagnostic::warning(
            Code::CutAddress,
            Span::new(element.close.start + 2, end + 1),
            "the link's address ends at the first `)`, and the message shows the second one",
        )
        .with_help("write `%29` for a `)` in an address")
        .with_fix(choice("write `%29`", vec![TextEdit::new(Span::new(end - 1, end), "%29")]))
    })
}

/// Reports references that were escaped twice, such as `&amp;lt;`.
fn double_escapes(input: &str) -> Vec<Diagnostic> {
    // A text that explains HTML shows references on purpose, and it shows them as code.
    if input.contains("<code") || input.contains("<pre") {
        return Vec::new();
    }
    input
        .match_indices("&amp;")
        .filter_map(|(at, amp)| {
            let name_start = at + amp.len();
            let rest = &input[name_start..];
            let name = &rest[..rest.find(';').filter(|len| *len <= 8)?];
            let is_reference = ["lt", "gt", "amp", "quot"].contains(&name)
                || name.strip_prefix('#').is_some_and(|number| {
                    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
                })
                || html_reference::meaning(&format!("&{name};")).is_some();
            let span = Span::new(at, name_start + name.len() + 1);
            is_reference.then(|| {
                let meant = format!("&{name};");
                Diagnostic::warning(
                    Code::DoubleEscape,
                    span,
                    format!("this is escaped twice: the message shows `{meant}`"),
                )
                .with_help("escape a text only once")
                .with_fix(choice(format!("write `{meant}`"), vec![TextEdit::new(span, meant.as_str())]))
            })
        })
        .collect()
}

/// Reports styles whose delimiters are both inside words, such as those of `snake_case_name`.
fn styles_in_words(input: &str, collected: &CollectAll) -> Vec<Diagnostic> {
    collected.elements.iter().filter_map(|element| style_in_words(element, input)).collect()
}

fn style_in_words(element: &MarkupElement, input: &str) -> Option<Diagnostic> {
    let MarkupElement { open, close, .. } = *element;
    let delimiter = open.of(input);
    let is_text = match element.format? {
        TextFormat::Italic | TextFormat::Underline => {
            let is_text = |span: Span| is_in_word(input, span) || is_in_address(input, span);
            (is_text(open) && is_text(close)) || is_dunder(element, input)
        }
        // Bold in the middle of a word can be intended, but stars between digits are multiplication signs.
        TextFormat::Bold => {
            let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let is_between_digits = |span: Span| {
                is_digit(input[..span.start].chars().next_back())
                    && is_digit(input[span.end..].chars().next())
            };
            (is_between_digits(open) && is_between_digits(close))
                || (starts_item(input, open) && starts_item(input, close))
                || (is_in_address(input, open) && is_in_address(input, close))
        }
        _ => false,
    };
    if !is_text || delimiter != close.of(input) {
        return None;
    }
    let escape = |span: Span| span.range().map(|at| TextEdit::new(Span::at(at), "\\"));
    let span = open.join(close);
    let style = if delimiter == "*" {
        "bold"
    } else if delimiter == "__" {
        "underlined"
    } else {
        "italic"
    };
    Some(
        Diagnostic::warning(
            Code::UnintendedStyle,
            span,
            format!("Telegram removes each `{delimiter}` and makes the text between them {style}"),
        )
        .with_help(format!("write `{}` for the character itself", escaped(delimiter)))
        .with_fix(choice(format!("escape each `{delimiter}`"), escape(open).chain(escape(close)).collect())),
    )
}

/// Whether a star starts an item of a list, as in `* item`.
fn starts_item(input: &str, star: Span) -> bool {
    let before = input[..star.start].trim_end_matches([' ', '\t']);
    (before.is_empty() || before.ends_with('\n')) && input[star.end..].starts_with([' ', '\t'])
}

/// Whether the element is a special name of Python, as in `__init__\.py` and `__init__\(\)`.
fn is_dunder(element: &MarkupElement, input: &str) -> bool {
    let MarkupElement { open, close, .. } = *element;
    let Some(name) = input.get(open.end..close.start) else { return false };
    let after = &input[close.end..];
    let is_call = after.starts_with("\\(\\)") || after.starts_with("\\(self");
    let is_file = after.strip_prefix("\\.").is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    open.of(input) == "__"
        && (is_call || is_file)
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether a delimiter is in an address such as `https://ex.example/_a_`.
fn is_in_address(input: &str, span: Span) -> bool {
    word_before(input, span.start).contains("://")
        && input[span.end..].starts_with(|c: char| !c.is_whitespace())
}

/// Returns the part of a word that is before `at`, cut to its last [`MAX_WORD_BYTES`] bytes.
fn word_before(input: &str, at: usize) -> &str {
    let from = crate::text::floor_char_boundary(input, at.saturating_sub(MAX_WORD_BYTES));
    let before = &input[from..at];
    before.rfind(char::is_whitespace).map_or(before, |space| &before[space..])
}

/// Reports a backslash inside an entity of legacy Markdown, where it is text.
fn escape_in_entity(element: &MarkupElement, input: &str) -> Option<Diagnostic> {
    let is_style = matches!(element.format?, TextFormat::Bold | TextFormat::Italic | TextFormat::Link);
    let content = Span::new(element.open.end, element.close.start);
    if !is_style || content.end < content.start {
        return None;
    }
    let text = content.of(input);
    let places: Vec<usize> = text
        .match_indices('\\')
        .map(|(at, _)| content.start + at)
        .filter(|at| *at + 1 < content.end && input[at + 1..].starts_with(['_', '*', '`', '[']))
        .collect();
    let first = *places.first()?;
    let edits = places.iter().map(|at| TextEdit::new(Span::new(*at, at + 1), "")).collect();
    Some(
        Diagnostic::warning(
            Code::EscapeInEntity,
            Span::new(first, first + 2),
            "legacy Markdown has no escapes inside an entity: the message shows the backslash",
        )
        .with_help("remove the backslash, end the entity before it, or use MarkdownV2")
        .with_fix(choice("remove the backslash", edits)),
    )
}

/// Reports code inside code blocks, such as the `date` of a shell script.
fn code_in_blocks(input: &str, collected: &CollectAll) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    // Inner elements are recorded before the element around them.
    let mut inner: Vec<&MarkupElement> = Vec::new();
    for element in &collected.elements {
        if element.open.of(input).starts_with("```") {
            let is_inside = |code: &&MarkupElement| element.open.end <= code.open.start;
            let codes = std::mem::take(&mut inner).into_iter().filter(is_inside);
            problems.extend(codes.map(code_in_block));
        } else if element.format == Some(TextFormat::Code) {
            inner.push(element);
        }
    }
    problems
}

fn code_in_block(code: &MarkupElement) -> Diagnostic {
    let edits = [code.open, code.close].map(|delimiter| TextEdit::new(Span::at(delimiter.start), "\\"));
    Diagnostic::warning(
        Code::UnintendedStyle,
        code.open.join(code.close),
        "Telegram removes these backticks: code inside a code block is read as an entity",
    )
    .with_help("in a code block, a backtick needs a backslash")
    .with_fix(choice("escape the backticks", edits.to_vec()))
}

/// Whether a text has something that a Markdown mode reads as markup or as an escape. In doubt, the answer is yes.
pub(super) fn has_markdown_signs(input: &str) -> bool {
    let is_pair = |delimiter: &str| 2 <= input.matches(delimiter).count();
    let has_escape = input
        .match_indices('\\')
        .any(|(at, _)| input[at + 1..].starts_with(|c: char| c.is_ascii_punctuation()));
    has_escape || ["*", "_", "~", "`", "||"].into_iter().any(is_pair) || input.contains("](")
}

/// Whether a text has markup or escapes that MarkdownV2 has and legacy Markdown does not. In doubt, the answer is yes.
pub(super) fn has_signs_of_version_2(input: &str) -> bool {
    let has_escape = input.match_indices('\\').any(|(at, _)| {
        input[at + 1..].starts_with(|c: char| c.is_ascii_punctuation() && !"_*`[".contains(c))
    });
    let is_pair = |delimiter: &str| 2 <= input.matches(delimiter).count();
    has_escape
        || ["~", "||", "__"].into_iter().any(is_pair)
        || input.lines().any(|line| line.starts_with('>'))
}
