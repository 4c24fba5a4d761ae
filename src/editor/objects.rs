//! Finds vim's text objects at an offset: a word, a paragraph, a quoted string, brackets, a Liquid tag or output, or an
//! HTML element.
//!
//! Liquid tags and outputs have their own quotes. For an offset outside Liquid, these quotes are skipped; for an offset
//! inside a tag or output, only the quotes inside that tag or output count.

use super::Editor;
use super::words::WordKind;
use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextObject {
    /// A word, or a run of spaces.
    Word(WordKind),
    /// A run of lines with text, or a run of blank lines.
    Paragraph,
    /// The text between two of these quote characters on the same line.
    Quoted(char),
    /// The contents of the innermost pair of these brackets.
    Bracketed(char, char),
    Liquid,
    Element,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Inner,
    /// Includes the delimiters. A word and a paragraph have no delimiters. Instead, a word includes the spaces next to
    /// it, and a paragraph includes the blank lines after it.
    Around,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextRegion {
    /// The region's bytes. A region of whole lines does not include the last line's break.
    pub span: Span,
    pub is_linewise: bool,
}

impl TextRegion {
    fn bytes(span: Span) -> Self {
        Self { span, is_linewise: false }
    }
}

impl Editor {
    /// Returns the region of a text object at an offset. `count` (1 if none was typed) is the number of words or
    /// paragraphs. For brackets and elements, it is the level, where 1 is the innermost. With a count of 2 or more,
    /// `i"` includes the quotes, as in vim. For Liquid, the count is ignored.
    pub fn text_object_at(
        &self,
        at: usize,
        object: TextObject,
        extent: Extent,
        count: usize,
    ) -> Option<TextRegion> {
        let at = self.buffer.snap(at);
        match object {
            TextObject::Word(kind) => Some(TextRegion::bytes(self.word_object(at, kind, extent, count))),
            TextObject::Paragraph => Some(self.paragraph_object(at, extent, count)),
            TextObject::Quoted(quote) => {
                let extent = if 1 < count { Extent::Around } else { extent };
                self.quoted_object(at, quote, extent).map(TextRegion::bytes)
            }
            TextObject::Bracketed(open, close) => self.bracketed_object(at, (open, close), extent, count),
            TextObject::Liquid => {
                let text = self.text();
                let tag = liquid_around(&text, at)?;
                Some(TextRegion::bytes(if extent == Extent::Around {
                    tag
                } else {
                    inside_liquid(&text, tag)
                }))
            }
            TextObject::Element => element_around(&self.text(), at, extent, count).map(TextRegion::bytes),
        }
    }

    /// Returns the span of `count` words. It ends at the end of the line at the latest.
    fn word_object(&self, at: usize, kind: WordKind, extent: Extent, count: usize) -> Span {
        let buffer = &self.buffer;
        let line_end = self.line_span(self.line_of(at)).end;
        if line_end <= at {
            return Span::at(at);
        }
        let is_space = |at: usize| buffer.char_after(at).is_some_and(|c| c == ' ' || c == '\t');
        let run_end = |at: usize| if at < line_end { kind.run_end(buffer, at).min(line_end) } else { at };
        let start = kind.run_start(buffer, at);
        let mut end = start;
        let mut has_space = is_space(at);
        for _ in 0..count {
            if line_end <= end {
                break;
            }
            let first = run_end(end);
            // As in vim's `aw`: on spaces, the word after them is included. On a word, the spaces after it are
            // included. For vim's `iw`, a run of spaces counts as a word.
            end = match extent {
                Extent::Inner => first,
                Extent::Around if is_space(at) => run_end(first),
                Extent::Around => {
                    has_space = is_space(first);
                    if has_space { run_end(first) } else { first }
                }
            };
        }
        // If there are no spaces after the last word, the spaces before the first one are included.
        let before = buffer.grapheme_before(start);
        if extent == Extent::Around && !has_space && before < start && is_space(before) {
            return Span::new(kind.run_start(buffer, before), end);
        }
        Span::new(start, end)
    }

    fn paragraph_object(&self, at: usize, extent: Extent, count: usize) -> TextRegion {
        // A line that contains only whitespace looks empty, so it ends a paragraph too.
        let is_blank = |line: usize| self.line(line).trim().is_empty();
        let n_lines = self.n_lines();
        let last_of_run = |from: usize| {
            let kind = is_blank(from);
            (from..n_lines).take_while(|line| is_blank(*line) == kind).last().unwrap_or(from)
        };
        let here = self.line_of(at);
        let kind = is_blank(here);
        let first = (0..=here).rev().take_while(|line| is_blank(*line) == kind).last().unwrap_or(here);
        let mut last = last_of_run(here);
        // vim's `ap` counts a paragraph and the blank lines after it as one. `ip` counts the blank lines separately.
        let n_runs = if extent == Extent::Around { count.saturating_mul(2) } else { count };
        for _ in 1..n_runs {
            if n_lines <= last + 1 {
                break;
            }
            last = last_of_run(last + 1);
        }
        TextRegion {
            span: Span::new(self.line_span(first).start, self.line_span(last).end),
            is_linewise: true,
        }
    }

    /// Returns the span of the pair of quotes around an offset, or the span between these quotes, depending on
    /// `extent`. If no pair is around the offset, the next pair on the line counts, as in vim. Returns `None` if there
    /// is no next pair either.
    fn quoted_object(&self, at: usize, quote: char, extent: Extent) -> Option<Span> {
        let text = self.text();
        let line = self.line_span(self.line_of(at));
        let liquid = liquid_around(&text, at).map(|liquid| inside_liquid(&text, liquid));
        // A JSON string and a Liquid string inside it can use the same quote character, so quotes inside Liquid are
        // never paired with quotes outside.
        let range = match liquid {
            Some(liquid) => Span::new(liquid.start.max(line.start), liquid.end.min(line.end).max(line.start)),
            None => line,
        };
        let quotes = quotes_in(&text, range, quote, liquid.is_some());
        // Quotes are paired from the left. If their number is odd, the last one is ignored.
        let mut pairs = quotes.chunks_exact(2).map(|pair| Span::new(pair[0], pair[1] + quote.len_utf8()));
        let pair = pairs.find(|pair| at < pair.end)?;
        Some(match extent {
            Extent::Around => pair,
            Extent::Inner => Span::new(pair.start + quote.len_utf8(), pair.end - quote.len_utf8()),
        })
    }

    fn bracketed_object(
        &self,
        at: usize,
        (open, close): (char, char),
        extent: Extent,
        count: usize,
    ) -> Option<TextRegion> {
        let text = self.text();
        let pair = brackets_around(&text, at, open, close, count)?;
        if extent == Extent::Around {
            return Some(TextRegion::bytes(pair));
        }
        let inner = Span::new(pair.start + open.len_utf8(), pair.end - close.len_utf8());
        let (first, last) = (self.line_of(inner.start), self.line_of(inner.end));
        let opens_block = self.slice(Span::new(inner.start, self.line_span(first).end)).trim().is_empty();
        let closes_block = self.slice(Span::new(self.line_span(last).start, inner.end)).trim().is_empty();
        // As in vim's `di{`, the region can be the whole lines between the opener's line and the closer's line. This
        // requires that nothing but whitespace follows the opener on its line, and that nothing but whitespace precedes
        // the closer on its line.
        if first + 1 < last && opens_block && closes_block {
            let lines = Span::new(self.line_span(first + 1).start, self.line_span(last - 1).end);
            return Some(TextRegion { span: lines, is_linewise: true });
        }
        Some(TextRegion::bytes(inner))
    }
}

/// Returns the span of the Liquid tag or output that contains byte `at`, with its delimiters. Returns `None` if byte
/// `at` is outside Liquid, or if the tag or output is not closed.
fn liquid_around(text: &str, at: usize) -> Option<Span> {
    let bytes = text.as_bytes();
    let is_open = |start: usize| bytes[start] == b'{' && matches!(bytes.get(start + 1), Some(b'{' | b'%'));
    let is_close =
        |end: usize| matches!(bytes.get(end), Some(b'}' | b'%')) && bytes.get(end + 1) == Some(&b'}');
    let mut start = at.min(bytes.len().checked_sub(1)?);
    loop {
        if is_open(start) {
            break;
        }
        // The search goes backwards from byte `at`. If it finds a closer before an opener, byte `at` is outside Liquid.
        // A closer that contains byte `at` does not count, because both bytes of a closer belong to the tag or output.
        if start + 2 <= at && is_close(start) {
            return None;
        }
        start = start.checked_sub(1)?;
    }
    // In `}}}`, the first two braces close the output, and the third one belongs to the JSON.
    let closer = if bytes[start + 1] == b'{' { "}}" } else { "%}" };
    let end = start + 2 + text.get(start + 2..)?.find(closer)? + 2;
    (at < end).then_some(Span::new(start, end))
}

/// Returns the span between the delimiters, without the dashes of whitespace control and without outer whitespace.
fn inside_liquid(text: &str, liquid: Span) -> Span {
    let inner = &text[liquid.start + 2..liquid.end - 2];
    let inner = inner.strip_prefix('-').unwrap_or(inner);
    let start = liquid.end - 2 - inner.len();
    let inner = inner.strip_suffix('-').unwrap_or(inner);
    let trimmed = inner.trim();
    if trimmed.is_empty() {
        // `cil` in an empty `{{ }}` puts the cursor in the middle of the spaces.
        return Span::at(start + inner.len() / 2);
    }
    let start = start + (inner.len() - inner.trim_start().len());
    Span::new(start, start + trimmed.len())
}

/// Returns the offsets of a quote character in a part of a line. Skips escaped quotes. If the part itself is not in
/// Liquid, also skips quotes in Liquid.
fn quotes_in(text: &str, range: Span, quote: char, is_in_liquid: bool) -> Vec<usize> {
    let mut quotes = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let rest = &text[at..range.end];
        let closer = match rest.as_bytes() {
            [b'{', b'{', ..] => Some("}}"),
            [b'{', b'%', ..] => Some("%}"),
            _ => None,
        };
        let liquid = closer.filter(|_| !is_in_liquid).and_then(|closer| rest.find(closer));
        let Some(c) = rest.chars().next() else { break };
        at += match liquid {
            Some(end) => end + 2,
            // A backslash is skipped together with the whole character after it, which may have several bytes.
            None if c == '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            None => {
                if c == quote {
                    quotes.push(at);
                }
                c.len_utf8()
            }
        };
        if liquid.is_none() && closer.is_some() && !is_in_liquid {
            // Liquid that is not closed in the range covers the rest of the range.
            break;
        }
    }
    quotes
}

/// Returns the span of a pair of these brackets that contains byte `at`, with the brackets themselves. The innermost
/// such pair is level 1. Returns `None` if there is no such pair.
fn brackets_around(text: &str, at: usize, open: char, close: char, level: usize) -> Option<Span> {
    let here = text.get(at..)?.chars().next();
    // The number of openers that are still to be found.
    let mut depth = level;
    let from = if here == Some(open) { at + open.len_utf8() } else { at };
    let start = text[..from].char_indices().rev().find_map(|(offset, c)| {
        if c == close {
            depth += 1;
        } else if c == open {
            depth -= 1;
        }
        (depth == 0).then_some(offset)
    })?;
    let mut depth = 0usize;
    let end = text[start..].char_indices().find_map(|(offset, c)| {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
        }
        (depth == 0).then_some(start + offset + c.len_utf8())
    })?;
    Some(Span::new(start, end))
}

/// Returns the span of an HTML element whose tags or contents contain byte `at`. The innermost such element is level 1.
/// Returns `None` if there is no such element. An element that contains a tag without an end tag (`<br>`) is not found.
fn element_around(text: &str, at: usize, extent: Extent, level: usize) -> Option<Span> {
    let mut n_around = 0;
    let mut open: Vec<(&str, Span)> = Vec::new();
    let mut rest = 0;
    while let Some(start) = text[rest..].find('<').map(|start| rest + start) {
        let is_end = text[start + 1..].starts_with('/');
        let named = &text[start + 1 + usize::from(is_end)..];
        // Telegram's own tags contain a dash: `tg-spoiler`, `tg-emoji`.
        let name = named.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default();
        if name.is_empty() {
            rest = start + 1;
            continue;
        }
        let Some(end) = text[start..].find('>').map(|end| start + end + 1) else { break };
        rest = end;
        if !is_end {
            open.push((name, Span::new(start, end)));
            continue;
        }
        // As in Telegram's parser, an end tag can only close the innermost open tag. Searching all open tags would also
        // take quadratic time.
        let Some((_, tag)) = open.pop_if(|(opened, _)| *opened == name) else { continue };
        n_around += usize::from(tag.start <= at && at < end);
        if n_around == level {
            return Some(match extent {
                Extent::Around => Span::new(tag.start, end),
                Extent::Inner => Span::new(tag.end, start),
            });
        }
    }
    None
}
