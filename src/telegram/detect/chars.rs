//! Helpers that read the characters around a byte offset.

/// Returns the character before `at`, which must be a character boundary.
pub(crate) fn char_before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

/// Returns the character at `at`, which must be a character boundary.
pub(crate) fn char_at(text: &str, at: usize) -> Option<char> {
    text[at..].chars().next()
}

/// Returns the end of the run of characters after `at` that satisfy `fits`.
pub(crate) fn end_of(text: &str, at: usize, fits: impl Fn(char) -> bool) -> usize {
    text[at..].find(|c| !fits(c)).map_or(text.len(), |len| at + len)
}

/// Returns the start of the run of characters before `at` that satisfy `fits`. The run does not begin before `floor`.
pub(crate) fn start_of(text: &str, floor: usize, at: usize, fits: impl Fn(char) -> bool) -> usize {
    at - text[floor..at].chars().rev().take_while(|c| fits(*c)).map(char::len_utf8).sum::<usize>()
}

/// Whether a username may contain the character.
pub(crate) fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
