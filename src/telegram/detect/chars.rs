//! The characters around a place in a text.

/// Returns the character before `at`, which has to be a boundary.
pub fn char_before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

/// Returns the character at `at`, which has to be a boundary.
pub fn char_at(text: &str, at: usize) -> Option<char> {
    text[at..].chars().next()
}

pub fn end_of(text: &str, at: usize, fits: impl Fn(char) -> bool) -> usize {
    text[at..].find(|c| !fits(c)).map_or(text.len(), |len| at + len)
}

pub fn start_of(text: &str, floor: usize, at: usize, fits: impl Fn(char) -> bool) -> usize {
    at - text[floor..at].chars().rev().take_while(|c| fits(*c)).map(char::len_utf8).sum::<usize>()
}

pub fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
