//! Brackets and quotes that close themselves, and typing over the closers that were put in.
//!
//! The rule: whoever types a text to its end, closers included, gets what was typed. Only closers that were put in by
//! themselves are typed over, as long as the cursor stays between opener and closer.

use crate::json::Quoting;
use crate::text::Span;

use super::history::Grouping;
use super::{Edit, Editor, Selection};

/// An opener and the closer that was put in with it, as places of their (one-byte) characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    open: usize,
    close: usize,
}

impl Pair {
    pub fn surrounds(self, selection: Selection) -> bool {
        self.open < selection.head && selection.head <= self.close
    }

    /// Follows an edit; a pair that lost one of its two is empty afterwards and surrounds nothing.
    pub fn carry(&mut self, edit: &Edit) {
        let taken = edit.span();
        let lost = |place: usize| taken.start <= place && place < taken.end;
        if lost(self.open) || lost(self.close) {
            self.close = self.open;
        } else {
            *self = Pair { open: edit.carry(self.open), close: edit.carry(self.close) };
        }
    }
}

impl Editor {
    /// Types one character as a person at a keyboard means it; false where it is to be inserted like any other.
    pub(super) fn type_paired(&mut self, c: char) -> bool {
        if self.single_line {
            return false;
        }
        if !self.selection.is_empty() {
            return self.surround_with(c);
        }
        if self.type_over(c) {
            return true;
        }
        let at = self.cursor();
        if c == ' ' && self.is_in_empty_liquid() {
            self.edit(Grouping::Typing, vec![(Span::at(at), "  ".into())]);
            self.settle(Selection::at(at + 1));
            return true;
        }
        let Some(closer) = self.closer_for(c) else { return false };
        self.edit(Grouping::Typing, vec![(Span::at(at), format!("{c}{closer}"))]);
        self.settle(Selection::at(at + 1));
        self.pairs.push(Pair { open: at, close: at + 1 });
        true
    }

    /// Deletes an opener together with the closer right behind it, where that was put in by itself.
    pub(super) fn delete_empty_pair(&mut self) -> bool {
        let at = self.cursor();
        let is_empty = |pair: &Pair| pair.open + 1 == at && pair.close == at;
        if !self.selection.is_empty() || !self.pairs.last().is_some_and(is_empty) {
            return false;
        }
        self.edit(Grouping::Deleting, vec![(Span::new(at - 1, at + 1), String::new())]);
        true
    }

    pub(super) fn surround(&mut self, open: &str, close: &str) {
        let span = self.selection.span();
        let (open, close) = (self.fit(open), self.fit(close));
        let inner = span.shifted(open.len());
        self.edit(Grouping::Alone, vec![(Span::at(span.start), open), (Span::at(span.end), close)]);
        self.settle(Selection { anchor: inner.start, head: inner.end });
    }

    /// An opener typed over a selection on one line goes around it; over more it replaces, as anything else does.
    fn surround_with(&mut self, c: char) -> bool {
        let close = match c {
            '(' => ")",
            '[' => "]",
            '{' => "}",
            '"' => "\"",
            _ => return false,
        };
        if self.selected().contains('\n') {
            return false;
        }
        self.surround(&c.to_string(), close);
        true
    }

    /// Goes behind the innermost closer where nothing but white space is left before it.
    fn type_over(&mut self, c: char) -> bool {
        let at = self.cursor();
        let Some(pair) = self.pairs.last().copied() else { return false };
        if self.buffer.char_after(pair.close) != Some(c) {
            return false;
        }
        let between = self.slice(Span::new(at, pair.close)).into_owned();
        if !between.trim().is_empty() {
            return false;
        }
        let taken = self.surplus(at, pair.close, &between);
        let behind = pair.close + 1 - taken.len();
        self.pairs.pop();
        self.edit(Grouping::Typing, vec![(taken, String::new())]);
        self.settle(Selection::at(behind));
        true
    }

    /// The white space before a closer that whoever types the closer did not mean: an empty line, a second blank.
    fn surplus(&self, at: usize, close: usize, between: &str) -> Span {
        let line_start = self.line_span(self.line_of(at)).start;
        let before = self.slice(Span::new(line_start, at));
        if between.contains('\n') {
            let is_blank = before.trim().is_empty();
            let closing_line = self.line_span(self.line_of(close)).start;
            if is_blank { Span::new(line_start, closing_line) } else { Span::at(at) }
        } else if before.ends_with(' ') {
            Span::new(at, close)
        } else {
            Span::at(at)
        }
    }

    fn is_in_empty_liquid(&self) -> bool {
        let at = self.cursor();
        [("{{", "}}"), ("{%", "%}")]
            .iter()
            .any(|(open, close)| self.buffer.has_before(at, open) && self.buffer.has_at(at, close))
    }

    fn closer_for(&self, c: char) -> Option<char> {
        let at = self.cursor();
        let before = self.buffer.char_before(at);
        let has_room = self.buffer.char_after(at).is_none_or(|next| {
            next.is_whitespace() || matches!(next, '}' | ']' | ')' | '"' | ',' | ':' | '<')
        });
        if !has_room || before == Some('\\') {
            return None;
        }
        let is_new_word = before.is_none_or(|before| !before.is_alphanumeric() && before != '"');
        match c {
            '{' => Some('}'),
            '%' if before == Some('{') && self.buffer.has_at(at, "}") => Some('%'),
            '[' if !self.is_in_string() => Some(']'),
            '(' if !self.is_in_string() => Some(')'),
            '"' if is_new_word && !self.is_in_string() => Some('"'),
            _ => None,
        }
    }

    /// Whether the quotes before the cursor on its line, or in the Liquid it is in, leave one open.
    fn is_in_string(&self) -> bool {
        let at = self.cursor();
        let before = self.slice(Span::new(self.line_span(self.line_of(at)).start, at));
        let opened = before.rfind("{{").max(before.rfind("{%"));
        let liquid =
            opened.filter(|opened| !before[*opened..].contains(['}', '%']) || before.ends_with("{%"));
        Quoting::after(&before[liquid.unwrap_or(0)..]).is_inside()
    }
}
