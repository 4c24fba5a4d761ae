//! Typing in message text. The editor is told which parts of the text are message text. In these parts, a line break is
//! the escape `\n`, and a quote is the escape `\"`.

use crate::json::{self, QuoteState};
use crate::text::Span;

use super::buffer::TextBuffer;
use super::{Command, Edit, Editor, Motion};

/// The parts of a text that are message text: contents of JSON strings, without Liquid.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prose {
    /// The parts in order, without overlaps. Directly after [`Editor::set_prose`], at least one other character
    /// separates two parts. Later edits can move parts together.
    parts: Vec<Span>,
    /// True if an edit may have changed which text is message text. That edit shifted the parts, but they have not been
    /// computed again.
    is_stale: bool,
}

impl Prose {
    /// Returns the part that contains the offset. Both ends of a part belong to it.
    pub(super) fn part_at(&self, at: usize) -> Option<Span> {
        self.index_at(at).map(|index| self.parts[index])
    }

    fn index_at(&self, at: usize) -> Option<usize> {
        let index = self.parts.partition_point(|part| part.end < at);
        self.parts.get(index).is_some_and(|part| part.start <= at).then_some(index)
    }

    /// Returns the first offset at which two lists of parts differ, or `None` if they are equal.
    fn first_difference(&self, parts: &[Span]) -> Option<usize> {
        let same = self.parts.iter().zip(parts).take_while(|(old, new)| old == new).count();
        let edges = |part: Option<&Span>| part.map(|part| [part.start, part.end]);
        match (edges(self.parts.get(same)), edges(parts.get(same))) {
            (Some([start, end]), Some([other_start, other_end])) if start == other_start => {
                Some(end.min(other_end))
            }
            (Some([start, _]), Some([other_start, _])) => Some(start.min(other_start)),
            (Some([start, _]), None) | (None, Some([start, _])) => Some(start),
            (None, None) => None,
        }
    }

    /// Moves the parts with an edit that was just made in `buffer`.
    pub(super) fn apply_edit(&mut self, edit: &Edit, buffer: &TextBuffer) {
        if let Some(index) = self.index_at(edit.at).filter(|index| self.stays_text(*index, edit, buffer)) {
            let by = |at: usize| at + edit.inserted.len() - edit.removed.len();
            self.parts[index].end = by(self.parts[index].end);
            for part in &mut self.parts[index + 1..] {
                *part = Span::new(by(part.start), by(part.end));
            }
            return;
        }
        self.is_stale = true;
        for part in &mut self.parts {
            *part = Span::new(edit.map_offset(part.start), edit.map_offset(part.end));
        }
    }

    /// Returns whether an edit in a part certainly changes only the text of this part: it neither begins nor ends a
    /// string or Liquid.
    // Finding the message text reads the whole body. Without this shortcut, each letter typed in a body of 1 MB would
    // take milliseconds longer.
    fn stays_text(&self, index: usize, edit: &Edit, buffer: &TextBuffer) -> bool {
        let part = self.parts[index];
        let (removed_end, inserted_end) = (edit.at + edit.removed.len(), edit.at + edit.inserted.len());
        if part.end < removed_end {
            return false;
        }
        let now = Span::new(part.start, part.end - edit.removed.len() + edit.inserted.len());
        let before = buffer.slice(Span::new(now.start.max(edit.at.saturating_sub(MAX_CONTEXT)), edit.at));
        let after = buffer.char_after(inserted_end).filter(|_| inserted_end < now.end);
        // Liquid next to the edit may trim whitespace; a quote at the edge of the part cannot.
        let touches_liquid = before.trim_ascii().is_empty() && !buffer.has_before(now.start, "\"")
            || after.is_none() && !buffer.has_at(now.end, "\"");
        // CleverTap's variables begin with `@`, and any letter can complete one.
        let may_complete_liquid = before.ends_with(DELIMITERS)
            || after.is_some_and(|c| DELIMITERS.contains(&c))
            || before.contains('@');
        // Quotes and line breaks are not harmless either: they decide where unclosed Liquid stops.
        let is_harmless = |text: &str| !text.contains(DELIMITERS) && !text.contains(['"', '\'', '\n']);
        !touches_liquid
            && !may_complete_liquid
            && is_harmless(&edit.removed)
            && is_harmless(&edit.inserted)
            && is_whole(&edit.removed)
            && is_whole(&edit.inserted)
            && !json::is_escaped(&before, before.len())
            // A context of nothing but backslashes does not show whether the edit is escaped: there may be more
            // backslashes before the context.
            && !(before.len() == MAX_CONTEXT && before.bytes().all(|byte| byte == b'\\'))
    }
}

/// The characters that Liquid's delimiters consist of.
const DELIMITERS: [char; 3] = ['{', '}', '%'];

/// The number of bytes before an edit that are examined. A CleverTap variable, not counting its default, is assumed to
/// be shorter than this.
const MAX_CONTEXT: usize = 1024;

/// Returns whether a text consists of whole characters and escapes of a JSON string.
fn is_whole(text: &str) -> bool {
    let mut quoting = QuoteState::Inside;
    text.bytes().all(|byte| quoting.read(byte).is_none()) && quoting == QuoteState::Inside
}

/// Returns the text after the last escape `\n`, or the whole text if there is none.
fn last_paragraph(text: &str) -> &str {
    let is_break = |at: &usize| !json::is_escaped(text, *at);
    let last = text.rmatch_indices("\\n").map(|(at, _)| at).find(is_break);
    last.map_or(text, |at| &text[at + 2..])
}

impl Editor {
    /// Sets the parts of the text that are message text, in order.
    pub(crate) fn set_prose(&mut self, parts: Vec<Span>) {
        if let Some(at) = self.prose.first_difference(&parts) {
            self.rows.drop_from(at, self.wrap.unwrap_or(0));
        }
        *self.prose = Prose { parts, is_stale: false };
    }

    /// Returns whether the message text must be found again, because an edit may have changed it.
    pub(crate) fn is_prose_stale(&self) -> bool {
        self.prose.is_stale
    }

    /// Moves the cursor to the end of the first message text that is closed. If there is none, the cursor stays where
    /// it is.
    pub(crate) fn go_to_end_of_prose(&mut self) {
        // A part that ends at Liquid is not the last part of its text.
        let last = self.prose.parts.iter().find(|part| self.buffer.has_at(part.end, "\""));
        if let Some(end) = last.map(|part| part.end) {
            self.move_to(end);
        }
    }

    /// Returns whether the cursor, or the whole selection, is in one message text.
    pub(crate) fn is_in_prose(&self) -> bool {
        let span = self.selection.span();
        let (Some(first), Some(last)) = (self.prose.index_at(span.start), self.prose.index_at(span.end))
        else {
            return false;
        };
        // A part ends at a quote or at Liquid. After Liquid, the same text continues.
        self.prose.parts[first..last].iter().all(|part| !self.buffer.has_at(part.end, "\""))
    }

    /// Returns the command to use for a key, given its usual command. In message text, Enter and `"` have other
    /// commands.
    pub(crate) fn command_in_prose(&self, command: Command) -> Command {
        if !self.is_in_prose() {
            return command;
        }
        match command {
            Command::Newline => Command::Paste("\\n".to_owned()),
            Command::Type(text) if text == "\"" => self.quote_in_prose(),
            command => command,
        }
    }

    fn quote_in_prose(&self) -> Command {
        let at = self.cursor();
        if !self.selection.is_empty() {
            return Command::Surround("\\\"".to_owned(), "\\\"".to_owned());
        }
        // After a backslash that begins an escape, the quote completes this escape. In an unclosed string, the quote
        // closes the string.
        if self.is_escaped_in_prose(at) || !self.is_closed_on_line(at) {
            return Command::Paste("\"".to_owned());
        }
        match self.prose.part_at(at) {
            Some(part) if part.end == at && self.buffer.has_at(at, "\"") && !self.is_quotation(at) => {
                Command::Move(Motion::Right)
            }
            _ => Command::Paste("\\\"".to_owned()),
        }
    }

    /// Returns whether a quote typed at the end of a message text probably belongs to a quotation in the text. If it
    /// does not, the quote ends the JSON string. A quote starts a quotation after whitespace, a line break, an opening
    /// bracket, `=`, `>`, or a dash. A quote ends a quotation if one has been started in the paragraph.
    // Text is mostly typed at its end, directly before the closing quote. If a quote always moved past the closing
    // quote, the first quotation would end up outside the string.
    fn is_quotation(&self, at: usize) -> bool {
        let Some(last) = self.prose.index_at(at) else { return false };
        let mut n_quotes = 0;
        for index in (0..=last).rev() {
            let part = self.prose.parts[index];
            if index < last && self.buffer.has_at(part.end, "\"") {
                break;
            }
            let text = self.buffer.slice(Span::new(part.start, part.end.min(at)));
            let paragraph = last_paragraph(&text);
            if index == last && text.ends_with(|c: char| c.is_whitespace() || "([{=>–—".contains(c)) {
                return true;
            }
            n_quotes += paragraph.matches("\\\"").count();
            if paragraph.len() < text.len() {
                return paragraph.is_empty() && index == last || n_quotes % 2 == 1;
            }
        }
        n_quotes % 2 == 1
    }

    fn is_escaped_in_prose(&self, at: usize) -> bool {
        let part = self.prose.part_at(at);
        let before = part.map(|part| self.buffer.slice(Span::new(part.start, at))).unwrap_or_default();
        json::is_escaped(&before, before.len())
    }

    /// Returns whether the message text at an offset is closed before the next raw line break (not the escape `\n`).
    /// Line breaks in Liquid, and those that Liquid trims, do not count.
    fn is_closed_on_line(&self, at: usize) -> bool {
        let Some(first) = self.prose.index_at(at) else { return false };
        for part in &self.prose.parts[first..] {
            if self.buffer.slice(Span::new(part.start.max(at), part.end)).contains('\n') {
                return false;
            }
            if self.buffer.has_at(part.end, "\"") {
                return true;
            }
        }
        false
    }

    /// If an offset splits an escape of message text, such as `\n`, returns the start of the escape. Any other offset
    /// is returned unchanged.
    pub(super) fn before_escape(&self, at: usize) -> usize {
        self.escape_around(at).map_or(at, |escape| escape.start)
    }

    /// Like [`Editor::before_escape`], but returns the end of the escape.
    pub(super) fn after_escape(&self, at: usize) -> usize {
        self.escape_around(at).map_or(at, |escape| escape.end)
    }

    /// Returns the escape of two characters that `at` splits, if `at` is in message text.
    fn escape_around(&self, at: usize) -> Option<Span> {
        let part = self.prose.part_at(at).filter(|part| part.start < at && at < part.end)?;
        let letter = self.buffer.char_after(at).filter(|c| "\"\\/bfnrt".contains(*c))?;
        let before = self.buffer.slice(Span::new(part.start, at));
        json::is_escaped(&before, before.len()).then(|| Span::new(at - 1, at + letter.len_utf8()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dialect::Dialect;
    use crate::editor::Selection;
    use crate::prose::message_text;
    use crate::telegram::Method;

    /// Opens a body in which `|` marks the cursor and `^` the anchor of a selection.
    fn open(marked: &str) -> Editor {
        let text = marked.replace(['|', '^'], "");
        let offset_of = |mark: char| {
            let at = marked.find(mark)?;
            Some(marked[..at].replace(['|', '^'], "").len())
        };
        let mut editor = Editor::new(&text);
        let head = offset_of('|').unwrap();
        editor.selection = Selection { anchor: offset_of('^').unwrap_or(head), head };
        find_prose(&mut editor);
        editor
    }

    fn find_prose(editor: &mut Editor) {
        editor.set_prose(message_text(&editor.text(), Method::SendMessage, Dialect::Telecast));
    }

    fn marked(editor: &Editor) -> String {
        let Selection { anchor, head } = editor.selection();
        let mut text = editor.text();
        let mut marks = if anchor == head { vec![(head, '|')] } else { vec![(anchor, '^'), (head, '|')] };
        marks.sort_unstable();
        marks.into_iter().rev().for_each(|(at, mark)| text.insert(at, mark));
        text
    }

    /// Types a text in a body, with `⏎` for Enter, `⌫` for Backspace, and `↶` for undo.
    #[track_caller]
    fn check(before: &str, keys: &str, after: &str) {
        let mut editor = open(before);
        for key in keys.chars() {
            let command = match key {
                '⏎' => Command::Newline,
                '⌫' => Command::Delete(Motion::Left),
                '↶' => Command::Undo,
                key => Command::Type(key.to_string()),
            };
            let command = editor.command_in_prose(command);
            editor.apply(command);
            find_prose(&mut editor);
        }
        assert_eq!(marked(&editor), after);
    }

    #[test]
    fn enter_types_a_line_break_of_the_message() {
        check(r#"  {"text": "a|b"}"#, "⏎", r#"  {"text": "a\n|b"}"#);
        check(r#"{"text": "{{ x }}|"}"#, "⏎⏎", r#"{"text": "{{ x }}\n\n|"}"#);
        check(r#"{"text": "|{{ x }}"}"#, "⏎", r#"{"text": "\n|{{ x }}"}"#);
        check(r#"{"text": "a^ b| c"}"#, "⏎", r#"{"text": "a\n| c"}"#);
        check(r#"{"text": "a^ {{ x }} b| c"}"#, "⏎", r#"{"text": "a\n| c"}"#);
    }

    #[test]
    fn enter_elsewhere_breaks_the_line() {
        check("  {|\"text\": \"a\"}", "⏎", "  {\n    |\"text\": \"a\"}");
        check("{\"te|xt\": \"a\"}", "⏎", "{\"te\n|xt\": \"a\"}");
        check("{\"url\": \"a|\"}", "⏎", "{\"url\": \"a\n|\"}");
        check("{\"text\": \"{{ x| }}\"}", "⏎", "{\"text\": \"{{ x\n| }}\"}");
        check("{\"text\": \"a^b\", \"c|\": 1}", "⏎", "{\"text\": \"a\n|\": 1}");
    }

    #[test]
    fn quotes_are_escaped() {
        check(r#"{"text": "a | b"}"#, "\"c\"", r#"{"text": "a \"c\"| b"}"#);
        check(r#"{"text": "|a"}"#, "\"", r#"{"text": "\"|a"}"#);
        check(r#"{"text": "a ^b| c"}"#, "\"", r#"{"text": "a \"^b|\" c"}"#);
        check(r#"{"text": "a |{{ x }}"}"#, "\"", r#"{"text": "a \"|{{ x }}"}"#);
    }

    #[test]
    fn quote_at_the_closing_quote_moves_past_it() {
        check(r#"{"text": "a|"}"#, "\"", r#"{"text": "a"|}"#);
        check(r#"{"text": "|"}"#, "\"", r#"{"text": ""|}"#);
        check(r#"{"text": "{{ x }}|"}"#, "\"", r#"{"text": "{{ x }}"|}"#);
        check(r#"{"text":| }"#, " \"a\"", r#"{"text": "a"| }"#);
    }

    #[test]
    fn quotations_at_the_end_of_the_text_are_escaped() {
        check(r#"{"text": "|"}"#, "a \"b\"\"", r#"{"text": "a \"b\""|}"#);
        check(r#"{"text": "a|"}"#, "⏎\"b\" c\"", r#"{"text": "a\n\"b\" c"|}"#);
        check(r#"{"text": "\"a\n|"}"#, "b\"", r#"{"text": "\"a\nb"|}"#);
        check(r#"{"text": "a (|"}"#, "\"{{ x }}\"", r#"{"text": "a (\"{{ x }}\"|"}"#);
        check(r#"{"text": "<a href=|"}"#, "\"b\"", r#"{"text": "<a href=\"b\"|"}"#);
    }

    #[test]
    fn quote_after_an_odd_number_of_backslashes_completes_the_escape() {
        check(r#"{"text": "a | b"}"#, "\\\"", r#"{"text": "a \"| b"}"#);
        check(r#"{"text": "a|"}"#, "\\\"", r#"{"text": "a\"|"}"#);
        check(r#"{"text": "a \\| b"}"#, "\"", r#"{"text": "a \\\"| b"}"#);
    }

    #[test]
    fn quote_in_a_text_without_an_end_ends_it() {
        check("{\"text\": \"a|", "\"", "{\"text\": \"a\"|");
        check("{\"text\": \"a|\n  \"b\": 1}", "\"", "{\"text\": \"a\"|\n  \"b\": 1}");
        check(
            "{\"text\": \"a| {%- if x -%}\n b {%- endif %}\"}",
            "\"",
            "{\"text\": \"a\\\"| {%- if x -%}\n b {%- endif %}\"}",
        );
    }

    #[test]
    fn each_of_these_keys_is_one_undo_step() {
        check(r#"{"text": "|a"}"#, "b⏎\"↶", r#"{"text": "b\n|a"}"#);
        check(r#"{"text": "|a"}"#, "b⏎\"↶↶", r#"{"text": "b|a"}"#);
        check(r#"{"text": "|a"}"#, "b⏎c↶", r#"{"text": "b\n|a"}"#);
    }

    #[test]
    fn cursor_and_backspace_take_an_escape_as_one_character() {
        check(r#"{"text": "a|"}"#, "⏎⌫", r#"{"text": "a|"}"#);
        check(r#"{"text": "a \"| b"}"#, "⌫", r#"{"text": "a | b"}"#);
        check(r#"{"text": "a\\n| b"}"#, "⌫", r#"{"text": "a\\| b"}"#);
        let go = |before: &str, motion| {
            let mut editor = open(before);
            editor.apply(Command::Move(motion));
            marked(&editor)
        };
        assert_eq!(go(r#"{"text": "a|\nb"}"#, Motion::Right), r#"{"text": "a\n|b"}"#);
        assert_eq!(go(r#"{"text": "a\n|b"}"#, Motion::Left), r#"{"text": "a|\nb"}"#);
        assert_eq!(go(r#"{"text": "a\nb|"}"#, Motion::WordLeft), r#"{"text": "a\n|b"}"#);
        assert_eq!(go(r#"{"text": "a\n|b"}"#, Motion::WordLeft), r#"{"text": "a|\nb"}"#);
        assert_eq!(go(r#"{"text": "a|\nb"}"#, Motion::WordRight), r#"{"text": "a\n|b"}"#);
        assert_eq!(go(r#"{"url": "a|\nb"}"#, Motion::Right), r#"{"url": "a\|nb"}"#);
    }

    #[test]
    fn double_click_selects_a_word_without_the_escape_before_it() {
        let select = |before: &str| {
            let mut editor = open(before);
            editor.apply(Command::DoubleClick(editor.cursor()));
            marked(&editor)
        };
        assert_eq!(select(r#"{"text": "a\nbo|ok c"}"#), r#"{"text": "a\n^book| c"}"#);
        assert_eq!(select(r#"{"text": "a|\nbook"}"#), r#"{"text": "a^\n|book"}"#);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn moved_parts_are_the_parts_of_the_new_text(
            body in prop::sample::select(vec![
                r#"{"text": "a {{ x }} b\n\"c\"", "url": "d", "parse_mode": "HTML"}"#,
                r#"{"text": "a@b {%- if x -%} c {%- endif -%}{{ y }}\\", "n": {"text": ""}}"#,
                "{\"text\": \"a\n b\", \"caption\": \"{% comment %}\"{% endcomment %}\"}",
            ]),
            edits in prop::collection::vec((0..70usize, 0..4usize, r#"[a \\n"{}%@\n-]{0,3}"#), 1..8),
        ) {
            let mut editor = Editor::new(body);
            find_prose(&mut editor);
            for (at, length, text) in edits {
                editor.apply(Command::Select(Span::new(at, at + length)));
                editor.apply(Command::Paste(text));
                if editor.is_prose_stale() {
                    find_prose(&mut editor);
                } else {
                    let parts = message_text(&editor.text(), Method::SendMessage, Dialect::Telecast);
                    prop_assert_eq!(&editor.prose.parts, &parts, "{}", editor.text());
                }
            }
        }
    }
}
