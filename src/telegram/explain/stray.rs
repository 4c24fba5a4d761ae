//! Finds the characters that were meant as text but that Telegram reads as markup, so that an entity never ends.
//!
//! Telegram names the innermost entity that is open at the end of the text. That is seldom the culprit: in
//! `*file_name*`, the answer is about the last `*`. So each character that could be the culprit is escaped in a copy of
//! the text, and the first copy in which all entities end is what the author probably meant.

use super::fixes::{choice, quoted};
use super::gate::keeps_message;
use crate::diagnostic::{Code, Diagnostic, Fix, Rewritten, TextEdit, merged};
use crate::telegram::html_tag::HtmlTag;
use crate::telegram::markup::{CollectAll, MarkupElement};
use crate::telegram::parse::parse_with;
use crate::telegram::{ParseError, ParseErrorKind, ParseMode};
use crate::text::Span;

/// The maximum number of copies of a text that are tried. This bounds the work on texts in which many characters may be
/// the culprit.
const MAX_TRIES: usize = 16;

/// The maximum number of characters that are escaped together in one copy.
const MAX_TOGETHER: usize = 100;

/// A character or delimiter that breaks an entity.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stray {
    pub span: Span,
    kind: StrayKind,
    /// The edits that make it text.
    pub edits: Vec<TextEdit>,
    /// Whether it can only be text, such as an underscore inside a word. Otherwise, the author may have forgotten the
    /// closing delimiter.
    pub is_text: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StrayKind {
    /// A delimiter that is never closed.
    Delimiter,
    /// A `>` at the start of an entity, which starts a quote there.
    QuoteMark,
    /// Backticks inside a code block.
    Backticks,
    /// `<b and c>` or `a<b`.
    Tag,
}

/// Returns the characters that break the text's entities, in order. The result is empty if all entities end or if no
/// culprit is found.
pub(super) fn find(mode: ParseMode, input: &str, errors: &[ParseError]) -> Vec<Stray> {
    let n_broken = errors.iter().filter(|error| is_broken_structure(&error.kind)).count();
    if n_broken == 0 {
        return Vec::new();
    }
    let candidates = match mode {
        ParseMode::Html => html_candidates(input),
        ParseMode::Markdown => legacy_candidates(input, errors),
        ParseMode::MarkdownV2 => v2_candidates(input, errors),
    };
    let mut candidates = candidates.into_iter().filter(|strays| !strays.is_empty()).take(MAX_TRIES);
    candidates.find_map(|strays| explanation(mode, input, errors, strays)).unwrap_or_default()
}

/// Whether the error means that an entity or element does not end where it should.
fn is_broken_structure(kind: &ParseErrorKind) -> bool {
    matches!(
        kind,
        ParseErrorKind::UnclosedEntity { .. }
            | ParseErrorKind::UnclosedLegacyEntity
            | ParseErrorKind::UnclosedElement { .. }
            | ParseErrorKind::UnmatchedEndTag { .. }
            | ParseErrorKind::UnexpectedEndTag
    )
}

/// Returns the strays if escaping them makes all entities end without causing another error.
fn explanation(
    mode: ParseMode,
    input: &str,
    errors: &[ParseError],
    mut strays: Vec<Stray>,
) -> Option<Vec<Stray>> {
    let edits = merged(strays.iter().map(|stray| stray.edits.as_slice()))?;
    let escaped_text = Rewritten::new(input, &edits)?;
    let mut collected = CollectAll::default();
    parse_with(mode, &escaped_text.text, &mut collected).ok()?;
    let is_explained = !collected.problems.iter().any(|error| is_broken_structure(&error.kind))
        && collected.problems.len() < errors.len()
        && keeps_message(mode, input, &edits);
    // If italic text still begins or ends inside a word, the delimiters were probably paired wrongly, and the strays
    // may be wrong too.
    let is_odd =
        |span: Span| span.of(&escaped_text.text).starts_with('_') && is_in_word(&escaped_text.text, span);
    let is_doubtful = mode != ParseMode::Html
        && collected.elements.iter().any(|element| is_odd(element.open) || is_odd(element.close));
    if is_doubtful {
        strays.iter_mut().for_each(|stray| stray.is_text = false);
    }
    is_explained.then_some(strays)
}

impl Stray {
    pub(super) fn diagnostic(&self, mode: ParseMode, input: &str) -> Diagnostic {
        let written = self.span.of(input);
        match self.kind {
            StrayKind::Delimiter => {
                let label = super::markdown::entity_label(mode, written);
                // An entity ends before the delimiters of the entity around it.
                let next = input[self.span.end..].find(['*', '_', '~', '|', '[', ']', '`']);
                let next = next.map(|len| self.span.end + len);
                let problem = super::markdown::unclosed(label, self.span, input, next);
                if !self.is_text {
                    return problem;
                }
                let (first, rest) = (self.escape(format!("escape the {}", quoted(written))), problem.fixes);
                let rest = rest.into_iter().filter(|fix| fix.edits != first.edits);
                Diagnostic { fixes: std::iter::once(first.clone()).chain(rest).collect(), ..problem }
            }
            StrayKind::QuoteMark => {
                let opener = self.opener_before(input);
                let message = "this `>` starts a quote inside an entity, and the quote ends first";
                let problem = Diagnostic::error(Code::UnclosedEntity, self.span, message)
                    .with_help("write `\\>` for the character itself, or start the quote before the entity")
                    .with_fix(self.escape("escape the `>`".to_owned()));
                let quote = vec![TextEdit::new(Span::at(opener), ">"), TextEdit::new(self.span, "")];
                problem.with_fix(choice("start the quote before the entity", quote))
            }
            StrayKind::Backticks => {
                let message = format!("{} inside a code block starts code that never ends", quoted(written));
                Diagnostic::error(Code::UnclosedEntity, self.span, message)
                    .with_help("in a code block, a backtick needs a backslash")
                    .with_fix(self.escape("escape the backtick".to_owned()))
            }
            StrayKind::Tag => Diagnostic::error(Code::BareAngle, self.span, "`<` always starts a tag")
                .with_help("write &lt; for the character itself")
                .with_fix(self.escape("write &lt; for the `<`".to_owned())),
        }
    }

    fn escape(&self, title: String) -> Fix {
        Fix { title, edits: self.edits.clone(), safe: self.is_text }
    }

    /// Returns where the delimiters directly before the `>` begin.
    fn opener_before(&self, input: &str) -> usize {
        let line = input[..self.span.start].rfind('\n').map_or(0, |at| at + 1);
        line.max(input[..self.span.start].trim_end_matches(['*', '_', '~', '|']).len())
    }
}

/// Creates a stray whose characters all need a backslash.
fn escaped(kind: StrayKind, span: Span, input: &str, is_text: bool) -> Stray {
    let places = span.of(input).char_indices().map(|(at, _)| Span::at(span.start + at));
    Stray { span, kind, edits: places.map(|place| TextEdit::new(place, "\\")).collect(), is_text }
}

fn v2_candidates(input: &str, errors: &[ParseError]) -> Vec<Vec<Stray>> {
    let unclosed = unclosed_delimiters(errors);
    let delimiter = |span: Span| escaped(StrayKind::Delimiter, span, input, is_text_delimiter(input, span));
    let mut candidates = vec![backticks_in_blocks(input, &unclosed), quote_marks(input)];
    let textual: Vec<Stray> = delimiters(input)
        .into_iter()
        .filter(|span| is_text_delimiter(input, *span))
        .take(MAX_TOGETHER)
        .map(delimiter)
        .collect();
    candidates.push(textual);
    // The innermost entity comes first in `unclosed`, and its delimiter is the likeliest culprit.
    let mut alone: Vec<Stray> = unclosed.iter().take(MAX_TRIES).map(|span| delimiter(*span)).collect();
    alone.sort_by_key(|stray| !stray.is_text);
    candidates.extend(alone.into_iter().map(|stray| vec![stray]));
    candidates
}

fn unclosed_delimiters(errors: &[ParseError]) -> Vec<Span> {
    let is_unclosed = |error: &&ParseError| is_broken_structure(&error.kind);
    let mut spans: Vec<Span> = errors.iter().filter(is_unclosed).map(|error| error.span).collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.start));
    spans
}

/// Returns the backticks between the fences of a code block that is never closed.
fn backticks_in_blocks(input: &str, unclosed: &[Span]) -> Vec<Stray> {
    let Some(fence) = unclosed.iter().rev().find(|span| span.of(input) == "```") else { return Vec::new() };
    let runs = runs_of(input, fence.end, '`');
    // The next fence ends the block. Without one, nobody knows where the code ends.
    let Some(end) = runs.iter().position(|run| 3 <= run.len()) else { return Vec::new() };
    runs[..end]
        .iter()
        .take(MAX_TOGETHER)
        .map(|run| escaped(StrayKind::Backticks, *run, input, true))
        .collect()
}

/// Returns the runs of a character from `start` on that no backslash escapes.
fn runs_of(input: &str, start: usize, wanted: char) -> Vec<Span> {
    let mut runs: Vec<Span> = Vec::new();
    let mut is_escaped = false;
    for (at, c) in input[start..].char_indices() {
        let span = Span::new(start + at, start + at + c.len_utf8());
        if c == wanted && !is_escaped {
            match runs.last_mut() {
                Some(last) if last.end == span.start => last.end = span.end,
                _ => runs.push(span),
            }
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    runs
}

/// Returns each `>` that comes directly after the opening delimiters of a line, as in `*>one*`.
fn quote_marks(input: &str) -> Vec<Stray> {
    let mut at = 0;
    let mut marks = Vec::new();
    for line in input.split_inclusive('\n') {
        let rest = line.trim_start_matches(['*', '_', '~', '|']);
        let delimiters = &line[..line.len() - rest.len()];
        // `**>` separates two quotes; see the Bot API, "MarkdownV2 style".
        if rest.starts_with('>') && !delimiters.is_empty() && delimiters != "**" {
            let start = at + delimiters.len();
            marks.push(escaped(StrayKind::QuoteMark, Span::new(start, start + 1), input, true));
        }
        at += line.len();
    }
    marks.truncate(MAX_TOGETHER);
    marks
}

/// Returns the delimiters of MarkdownV2 that are neither escaped nor in code or an address.
fn delimiters(input: &str) -> Vec<Span> {
    let bytes = input.as_bytes();
    let mut found = Vec::new();
    let mut i = 0;
    while i < bytes.len() {
        i = match bytes[i] {
            b'\\' => i + 2,
            b'`' => {
                let fence = if input[i..].starts_with("```") { "```" } else { "`" };
                let content = i + fence.len();
                // Code that never ends is not skipped, and neither is an address below: each search to the end of the
                // text would be repeated at the next character.
                match input[content..].find(fence) {
                    Some(len) => content + len + fence.len(),
                    None => bytes.len(),
                }
            }
            b']' if bytes.get(i + 1) == Some(&b'(') => {
                input[i..].find(')').map_or(bytes.len(), |len| i + len + 1)
            }
            byte @ (b'_' | b'*' | b'~') => {
                let len = bytes[i..].iter().take_while(|next| **next == byte).count();
                found.push(Span::new(i, i + len));
                i + len
            }
            _ => i + 1,
        };
    }
    found
}

/// Whether a delimiter is inside a word, such as `file_name`, or between spaces, such as `5 * 3`. Authors do not write
/// formatting like this.
fn is_text_delimiter(input: &str, span: Span) -> bool {
    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let is_between_spaces =
        is_space(input[..span.start].chars().next_back()) && is_space(input[span.end..].chars().next());
    // `[` starts links inside words, and backticks are too rare to guess.
    let is_style = matches!(span.of(input).as_bytes().first(), Some(b'_' | b'*' | b'~'));
    is_style && (is_between_spaces || is_in_word(input, span))
}

/// Whether a letter or digit is on both sides.
pub(super) fn is_in_word(input: &str, span: Span) -> bool {
    input[..span.start].ends_with(char::is_alphanumeric)
        && input[span.end..].starts_with(char::is_alphanumeric)
}

/// Returns the possible strays of legacy Markdown. In this mode, entities do not nest, so the text is read from left to
/// right. A delimiter is a stray if it is outside all entities and can only be text.
fn legacy_candidates(input: &str, errors: &[ParseError]) -> Vec<Vec<Stray>> {
    let bytes = input.as_bytes();
    let mut textual = Vec::new();
    let mut i = 0;
    while i < bytes.len() && textual.len() < MAX_TOGETHER {
        let span = Span::new(i, i + 1);
        i = match bytes[i] {
            b'\\' => i + 2,
            b'_' | b'*' if is_text_delimiter(input, span) => {
                textual.push(escaped(StrayKind::Delimiter, span, input, true));
                i + 1
            }
            byte @ (b'_' | b'*' | b'`' | b'[') => {
                let closer = if byte == b'[' { "]" } else { span.of(input) };
                input[span.end..].find(closer).map_or(bytes.len(), |len| span.end + len + 1)
            }
            _ => i + 1,
        };
    }
    let alone = unclosed_delimiters(errors)
        .into_iter()
        .take(MAX_TRIES)
        .map(|span| vec![escaped(StrayKind::Delimiter, span, input, is_text_delimiter(input, span))]);
    std::iter::once(textual).chain(alone).collect()
}

/// Returns the possible strays of HTML: each `<` that starts the name of a supported tag by chance, as in `if a<b and
/// c>d`.
fn html_candidates(input: &str) -> Vec<Vec<Stray>> {
    let tags: Vec<Stray> =
        input.match_indices('<').filter_map(|(at, _)| odd_tag(input, at)).take(MAX_TOGETHER).collect();
    let alone: Vec<Vec<Stray>> = tags.iter().map(|tag| vec![tag.clone()]).collect();
    std::iter::once(tags).chain(alone).collect()
}

/// Reports a start tag that Telegram accepts although it looks like text, as in `if a<b and <b>x</b>`.
pub(super) fn accepted_tag(element: &MarkupElement, input: &str) -> Option<Diagnostic> {
    let MarkupElement { open, close, .. } = *element;
    let tag = odd_tag(input, open.start)?;
    let written = open.of(input);
    let has_other_tag = written.get(1..)?.contains('<');
    // A single word may be an attribute of browsers, such as `hidden`.
    if !has_other_tag && written.split_whitespace().count() < 3 {
        return None;
    }
    let mut edits = tag.edits;
    if !has_other_tag && !close.is_empty() {
        edits.push(TextEdit::new(Span::new(close.start, close.start + 1), "&lt;"));
    }
    Some(
        Diagnostic::warning(Code::BareAngle, open, "Telegram reads the words after this `<` as attributes")
            .with_help("write &lt; for the character itself")
            .with_fix(choice("write &lt; for the `<`", edits)),
    )
}

/// Returns the tag at `at` if it looks like text: it has words after its name, and none of them is an attribute of this
/// tag.
fn odd_tag(input: &str, at: usize) -> Option<Stray> {
    let rest = &input[at + 1..];
    let len = rest.find(['<', '>'])?;
    let mut words = rest[..len].split_whitespace();
    let name = words.next().filter(|_| rest.starts_with(|c: char| c.is_ascii_alphabetic()))?;
    let tag = HtmlTag::from_name(name)?;
    let mut n_words = 0;
    let is_odd = words.all(|word| {
        n_words += 1;
        !(word.contains(['=', '"', '\'', '/']) || tag == HtmlTag::Blockquote && word == "expandable")
    });
    if !is_odd || n_words == 0 {
        return None;
    }
    let end = at + 1 + len;
    let closes = rest[len..].starts_with('>');
    let mut edits = vec![TextEdit::new(Span::new(at, at + 1), "&lt;")];
    edits.extend(closes.then(|| TextEdit::new(Span::new(end, end + 1), "&gt;")));
    let span = Span::new(at, if closes { end + 1 } else { at + 1 });
    Some(Stray { span, kind: StrayKind::Tag, edits, is_text: true })
}
