//! A text that was copied or cut, as the console's own register and vim's registers keep it.

use unicode_segmentation::UnicodeSegmentation;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Register {
    /// The text, with `\n` for every line break.
    pub text: String,
    /// Whether the text was taken as whole lines. Such a text ends with a line break.
    pub is_linewise: bool,
    /// Whether the text was inside one JSON string of a body, so that it is already escaped as JSON strings need it.
    pub is_string_content: bool,
}

impl Register {
    /// Creates a register for whole lines. Adds the last line break if it is missing.
    pub(crate) fn of_lines(mut text: String) -> Self {
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Self { text, is_linewise: true, ..Self::default() }
    }

    /// Says how much text it is, in what users see as characters: `12 characters`, or `2 lines`.
    pub(crate) fn amount(&self) -> String {
        let (n, unit) = match self.is_linewise {
            true => (self.text.lines().count(), "line"),
            false => (self.text.graphemes(true).count(), "character"),
        };
        if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
    }
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
        assert_eq!(Register::of_lines("a\n\nb".to_owned()).amount(), "3 lines");
        assert_eq!(Register::of_lines(String::new()).amount(), "1 line");
    }
}
