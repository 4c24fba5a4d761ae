//! Automatic closing of brackets and quotes, and typing over closers that were inserted automatically.
//!
//! The rule: if the user types every character of a text, closers included, the result is that text, except that lines
//! are indented. A closer can be typed over only if it was inserted automatically and the cursor has not left the pair
//! since then.

use crate::json::QuoteState;
use crate::text::Span;

use super::history::Grouping;
use super::{Edit, Editor, Selection};

/// An opener and the closer inserted with it, as offsets of their characters (one byte each).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    open: usize,
    close: usize,
}

impl Pair {
    pub(super) fn surrounds(self, selection: Selection) -> bool {
        self.open < selection.head && selection.head <= self.close
    }

    /// Adjusts the pair's offsets to an edit. If the edit removed the opener or the closer, the pair becomes empty and
    /// surrounds nothing.
    pub(super) fn apply_edit(&mut self, edit: &Edit) {
        let removed = edit.span();
        let is_removed = |offset: usize| removed.start <= offset && offset < removed.end;
        if is_removed(self.open) || is_removed(self.close) {
            self.close = self.open;
        } else {
            *self = Pair { open: edit.map_offset(self.open), close: edit.map_offset(self.close) };
        }
    }
}

impl Editor {
    /// Types one character, with automatic closing. Returns false, and changes nothing, if the character has to be
    /// inserted like any other text.
    pub(super) fn type_paired(&mut self, c: char) -> bool {
        // Nothing is closed automatically in a single-line field of a form. Such a field holds a name or an address, in
        // which brackets are rare.
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
        // A space in `{{}}` or `{%%}` becomes two, with the cursor between them, because Liquid is usually written with
        // spaces inside the braces: `{{ x }}`.
        if c == ' ' && self.is_in_empty_liquid() {
            self.edit(Grouping::Typing, vec![(Span::at(at), "  ".into())]);
            self.select_within_step(Selection::at(at + 1));
            return true;
        }
        let Some(closer) = self.closer_for(c) else { return false };
        self.edit(Grouping::Typing, vec![(Span::at(at), format!("{c}{closer}"))]);
        self.select_within_step(Selection::at(at + 1));
        self.pairs.push(Pair { open: at, close: at + 1 });
        true
    }

    /// If the cursor is between an opener and the closer that was inserted with it, deletes both characters. Returns
    /// whether they were deleted.
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
        self.select_within_step(Selection { anchor: inner.start, head: inner.end });
    }

    /// Surrounds the selection with a typed opener and its closer. Returns false if `c` is not an opener or if the
    /// selection spans several lines. In these cases, the caller has to replace the selection with the character.
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

    /// Moves the cursor past the innermost pair's closer if `c` is that closer and only whitespace is between the
    /// cursor and the closer. Returns whether the cursor was moved.
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
        // A newline typed between brackets moves the closer to a line of its own, and a space in `{{}}` becomes two. If
        // the user then types the closer, this whitespace would be left over before the closer. So the whitespace is
        // removed.
        let removed = self.extra_whitespace(at, pair.close, &between);
        let after = pair.close + 1 - removed.len();
        self.pairs.pop();
        self.edit(Grouping::Typing, vec![(removed, String::new())]);
        self.select_within_step(Selection::at(after));
        true
    }

    /// Returns the span of the whitespace to remove when the closer at `close` is typed over. It does not matter
    /// whether the whitespace was inserted automatically or typed.
    ///
    /// If the closer is on a later line than the cursor, the span extends from the start of the cursor's line to the
    /// start of that later line. If text other than whitespace is before the cursor on its line, the span is empty.
    ///
    /// If the closer is on the cursor's line, the span extends from the cursor to the closer. If the character before
    /// the cursor is not a space, the span is empty.
    fn extra_whitespace(&self, at: usize, close: usize, between: &str) -> Span {
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
            // A closer is inserted only at the end of the text and before whitespace or one of these characters. Before
            // any other character, the opener is probably meant to enclose existing text.
            next.is_whitespace() || matches!(next, '}' | ']' | ')' | '"' | ',' | ':' | '<')
        });
        // After a backslash, the character is part of an escape and opens nothing.
        if !has_room || before == Some('\\') {
            return None;
        }
        // Directly after a letter, a digit, or another quote, a quote is more likely to end a string than to begin one.
        let is_new_word = before.is_none_or(|before| !before.is_alphanumeric() && before != '"');
        match c {
            '{' => Some('}'),
            // Typing `{` has already inserted `}`, so `%` completes the pair to `{%%}`.
            '%' if before == Some('{') && self.buffer.has_at(at, "}") => Some('%'),
            // In a string, `[` and `(` are prose or markup, in which brackets need not be balanced. `{` is closed in
            // strings too, because it may begin Liquid.
            '[' if !self.is_in_string() => Some(']'),
            '(' if !self.is_in_string() => Some(')'),
            '"' if is_new_word && !self.is_in_string() => Some('"'),
            _ => None,
        }
    }

    /// Returns whether the cursor is in a string, judging by the quotes before it on its line. In an output
    /// (`{{ … }}`), only the quotes after the `{{` count. An output is taken to be open if neither `}` nor `%` follows
    /// its `{{`. In a tag, all quotes on the line count, except directly after its `{%`, where none does.
    fn is_in_string(&self) -> bool {
        let at = self.cursor();
        let before = self.slice(Span::new(self.line_span(self.line_of(at)).start, at));
        // Liquid inside a JSON string has strings of its own, whose quotes must not be counted together with the quotes
        // of the JSON string.
        let opened = before.rfind("{{").max(before.rfind("{%"));
        let liquid =
            opened.filter(|opened| !before[*opened..].contains(['}', '%']) || before.ends_with("{%"));
        QuoteState::after(&before[liquid.unwrap_or(0)..]).is_inside()
    }
}
