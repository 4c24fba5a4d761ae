//! Things in a text that can be taken hold of from within: a word, a quoted text, what brackets hold, a piece of Liquid.
//!
//! Liquid holes have quotes and brackets of their own: from outside they are passed over, inside they are all there is.

use super::Editor;
use super::words::Words;
use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// A word, or the blanks between two.
    Word(Words),
    /// Lines up to the next empty one.
    Paragraph,
    /// A text between two of this character, on one line.
    Quoted(char),
    /// What the nearest pair of these brackets holds.
    Bracketed(char, char),
    Liquid,
    Element,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Inner,
    /// It and its delimiters; of a word the blanks behind it.
    Around,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its bytes; for lines from the first one's start to the last one's end.
    pub span: Span,
    pub is_lines: bool,
}

impl Found {
    fn bytes(span: Span) -> Self {
        Self { span, is_lines: false }
    }
}

impl Editor {
    pub fn object_around(&self, at: usize, object: Object, extent: Extent) -> Option<Found> {
        let at = self.buffer.snap(at);
        match object {
            Object::Word(words) => Some(Found::bytes(self.word_object(at, words, extent))),
            Object::Paragraph => Some(self.paragraph_object(at, extent)),
            Object::Quoted(quote) => self.quoted_object(at, quote, extent).map(Found::bytes),
            Object::Bracketed(open, close) => self.bracketed_object(at, open, close, extent),
            Object::Liquid => {
                let text = self.text();
                let hole = hole_around(&text, at)?;
                Some(Found::bytes(if extent == Extent::Around { hole } else { inside_hole(&text, hole) }))
            }
            Object::Element => element_around(&self.text(), at, extent).map(Found::bytes),
        }
    }

    fn word_object(&self, at: usize, words: Words, extent: Extent) -> Span {
        let buffer = &self.buffer;
        if self.line_span(self.line_of(at)).end <= at {
            return Span::at(at);
        }
        let run = Span::new(words.run_start(buffer, at), words.run_end(buffer, at));
        if extent == Extent::Inner {
            return run;
        }
        let is_blank = |at: usize| buffer.char_after(at).is_some_and(|c| c == ' ' || c == '\t');
        if is_blank(at) {
            return Span::new(run.start, words.run_end(buffer, run.end));
        }
        let before = buffer.grapheme_before(run.start);
        if is_blank(run.end) {
            Span::new(run.start, words.run_end(buffer, run.end))
        } else if before < run.start && is_blank(before) {
            Span::new(words.run_start(buffer, before), run.end)
        } else {
            run
        }
    }

    fn paragraph_object(&self, at: usize, extent: Extent) -> Found {
        let is_blank = |line: usize| self.line(line).trim().is_empty();
        let n_lines = self.n_lines();
        let same = |from: usize| {
            let kind = is_blank(from);
            (from..n_lines).take_while(|line| is_blank(*line) == kind).last().unwrap_or(from)
        };
        let here = self.line_of(at);
        let kind = is_blank(here);
        let first = (0..=here).rev().take_while(|line| is_blank(*line) == kind).last().unwrap_or(here);
        let mut last = same(here);
        if extent == Extent::Around && last + 1 < n_lines {
            last = same(last + 1);
        }
        Found { span: Span::new(self.line_span(first).start, self.line_span(last).end), is_lines: true }
    }

    /// The pair of quotes around a place, else the first one behind it on the line.
    fn quoted_object(&self, at: usize, quote: char, extent: Extent) -> Option<Span> {
        let text = self.text();
        let line = self.line_span(self.line_of(at));
        let hole = hole_around(&text, at).map(|hole| inside_hole(&text, hole));
        let room = match hole {
            Some(hole) => Span::new(hole.start.max(line.start), hole.end.min(line.end).max(line.start)),
            None => line,
        };
        let quotes = quotes_in(&text, room, quote, hole.is_some());
        let mut pairs = quotes.chunks_exact(2).map(|pair| Span::new(pair[0], pair[1] + quote.len_utf8()));
        let pair = pairs.find(|pair| at < pair.end)?;
        Some(match extent {
            Extent::Around => pair,
            Extent::Inner => Span::new(pair.start + quote.len_utf8(), pair.end - quote.len_utf8()),
        })
    }

    fn bracketed_object(&self, at: usize, open: char, close: char, extent: Extent) -> Option<Found> {
        let text = self.text();
        let pair = brackets_around(&text, at, open, close)?;
        if extent == Extent::Around {
            return Some(Found::bytes(pair));
        }
        let inner = Span::new(pair.start + open.len_utf8(), pair.end - close.len_utf8());
        let (first, last) = (self.line_of(inner.start), self.line_of(inner.end));
        let opens_block = self.slice(Span::new(inner.start, self.line_span(first).end)).trim().is_empty();
        let closes_block = self.slice(Span::new(self.line_span(last).start, inner.end)).trim().is_empty();
        if first + 1 < last && opens_block && closes_block {
            let lines = Span::new(self.line_span(first + 1).start, self.line_span(last - 1).end);
            return Some(Found { span: lines, is_lines: true });
        }
        Some(Found::bytes(inner))
    }
}

/// The piece of Liquid that a byte is in, delimiters included.
fn hole_around(text: &str, at: usize) -> Option<Span> {
    let bytes = text.as_bytes();
    let is_open = |start: usize| bytes[start] == b'{' && matches!(bytes.get(start + 1), Some(b'{' | b'%'));
    let is_close =
        |end: usize| matches!(bytes.get(end), Some(b'}' | b'%')) && bytes.get(end + 1) == Some(&b'}');
    let mut start = at.min(bytes.len().checked_sub(1)?);
    loop {
        if is_open(start) {
            break;
        }
        if start + 2 <= at && is_close(start) {
            return None;
        }
        start = start.checked_sub(1)?;
    }
    // Of three braces the first two are the delimiter.
    let closer = if bytes[start + 1] == b'{' { "}}" } else { "%}" };
    let end = start + 2 + text.get(start + 2..)?.find(closer)? + 2;
    (at < end).then_some(Span::new(start, end))
}

/// What stands between the delimiters, without the blanks and the dashes at them.
fn inside_hole(text: &str, hole: Span) -> Span {
    let inner = &text[hole.start + 2..hole.end - 2];
    let inner = inner.strip_prefix('-').unwrap_or(inner);
    let start = hole.end - 2 - inner.len();
    let inner = inner.strip_suffix('-').unwrap_or(inner);
    let trimmed = inner.trim();
    if trimmed.is_empty() {
        return Span::at(start + inner.len() / 2);
    }
    let start = start + (inner.len() - inner.trim_start().len());
    Span::new(start, start + trimmed.len())
}

/// The places of a quote in a stretch of a line; escaped ones do not count, nor those in Liquid, seen from outside.
fn quotes_in(text: &str, room: Span, quote: char, is_in_hole: bool) -> Vec<usize> {
    let mut quotes = Vec::new();
    let mut at = room.start;
    while at < room.end {
        let rest = &text[at..room.end];
        let closer = match rest.as_bytes() {
            [b'{', b'{', ..] => Some("}}"),
            [b'{', b'%', ..] => Some("%}"),
            _ => None,
        };
        let hole = closer.filter(|_| !is_in_hole).and_then(|closer| rest.find(closer));
        let Some(c) = rest.chars().next() else { break };
        at += match hole {
            Some(end) => end + 2,
            None if c == '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            None => {
                if c == quote {
                    quotes.push(at);
                }
                c.len_utf8()
            }
        };
        if hole.is_none() && closer.is_some() && !is_in_hole {
            // A hole that is not closed on this line goes on to its end.
            break;
        }
    }
    quotes
}

/// The nearest pair of brackets that holds a byte or has it as one of its two.
fn brackets_around(text: &str, at: usize, open: char, close: char) -> Option<Span> {
    let mut depth = 0usize;
    let here = text.get(at..)?.chars().next();
    let start = if here == Some(open) {
        at
    } else {
        text[..at].char_indices().rev().find_map(|(place, c)| match c {
            _ if c == close => {
                depth += 1;
                None
            }
            _ if c == open && depth == 0 => Some(place),
            _ if c == open => {
                depth -= 1;
                None
            }
            _ => None,
        })?
    };
    let mut depth = 0usize;
    let end = text[start..].char_indices().find_map(|(place, c)| {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
        }
        (depth == 0).then_some(start + place + c.len_utf8())
    })?;
    Some(Span::new(start, end))
}

/// The innermost element whose tags or content hold a byte. A tag that is never closed is passed over.
fn element_around(text: &str, at: usize, extent: Extent) -> Option<Span> {
    let mut open: Vec<(&str, Span)> = Vec::new();
    let mut rest = 0;
    while let Some(start) = text[rest..].find('<').map(|start| rest + start) {
        let is_end = text[start + 1..].starts_with('/');
        let named = &text[start + 1 + usize::from(is_end)..];
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
        // Only the innermost one can be closed, as Telegram reads it: looking further down would take the square.
        let Some((_, tag)) = open.pop_if(|(opened, _)| *opened == name) else { continue };
        if tag.start <= at && at < end {
            return Some(match extent {
                Extent::Around => Span::new(tag.start, end),
                Extent::Inner => Span::new(tag.end, start),
            });
        }
    }
    None
}
