//! A text that was copied or cut, as the console's own register and vim's registers keep it.

use unicode_segmentation::UnicodeSegmentation;

use crate::editor::{Editor, TextRegion};
use crate::template;
use crate::text::{Span, grouped};

// Finding out where a text is in the JSON reads the whole body. In a larger body, this would delay the key.
/// The largest body, in bytes, in which the context of copied and pasted text is determined.
const MAX_CONTEXT_BYTES: usize = 64 * 1024;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Register {
    /// The text, with `\n` for every line break.
    pub text: String,
    /// Whether the text was taken as whole lines. Such a text ends with a line break.
    pub is_linewise: bool,
    /// Whether the text comes from inside one JSON string of a body, and is therefore already escaped for JSON.
    pub is_string_content: bool,
}

impl Register {
    pub(crate) fn of_region(editor: &Editor, region: TextRegion) -> Self {
        // A register has `\n` for every line break, because the text may later be put into a body with other line
        // breaks.
        let mut text = editor.slice(region.span).replace("\r\n", "\n");
        if region.is_linewise {
            text.push('\n');
        }
        Self { text, is_linewise: region.is_linewise, ..Self::default() }
    }

    /// Records whether the register's text, which is this span of a body, is the content of a JSON string.
    pub(crate) fn with_context(self, body: &Editor, span: Span) -> Self {
        Self { is_string_content: is_string_content(body, span), ..self }
    }

    /// Returns the amount of text, to show to the user: `12 characters` (graphemes), or `2 lines`.
    pub(crate) fn amount(&self) -> String {
        let (n, unit) = match self.is_linewise {
            true => (self.text.lines().count(), "line"),
            false => (self.text.graphemes(true).count(), "character"),
        };
        if n == 1 { format!("1 {unit}") } else { format!("{} {unit}s", grouped(n)) }
    }
}

/// Returns whether a span of a body is inside one JSON string, with Liquid or without. False for a large body.
pub(crate) fn is_string_content(body: &Editor, span: Span) -> bool {
    body.len() <= MAX_CONTEXT_BYTES && template::is_in_one_string(&body.text(), span)
}

impl From<String> for Register {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_as_users_see_them() {
        for (text, amount) in [("a", "1 character"), ("e\u{301}👩‍👩‍👧‍👦\nx", "4 characters"), ("", "0 characters")]
        {
            assert_eq!(Register::from(text.to_owned()).amount(), amount, "{text:?}");
        }
        let lines =
            |text: &str| Register { text: text.to_owned(), is_linewise: true, is_string_content: false };
        assert_eq!((lines("a\n\nb\n").amount(), lines("\n").amount()), ("3 lines".into(), "1 line".into()));
    }
}
