//! Assigns each character the category that the server uses. The categories are from TDLib's own table, which differs
//! from current Unicode.

use std::sync::LazyLock;

/// Each line has a range of code points and its category. Lines that begin with `#` are comments.
const TABLE: &str = include_str!("../../../assets/word_characters.txt");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    Letter,
    Digit,
    Number,
    Separator,
    Other,
}

static RANGES: LazyLock<Vec<(u32, u32, Category)>> =
    LazyLock::new(|| TABLE.lines().filter_map(read_range).collect());

/// Parses a line such as `0041..005A letter`. Returns `None` for any other line, such as a comment.
fn read_range(line: &str) -> Option<(u32, u32, Category)> {
    let (range, name) = line.split_once(' ')?;
    let (first, last) = range.split_once("..")?;
    let category = match name {
        "letter" => Category::Letter,
        "digit" => Category::Digit,
        "number" => Category::Number,
        "separator" => Category::Separator,
        _ => return None,
    };
    Some((u32::from_str_radix(first, 16).ok()?, u32::from_str_radix(last, 16).ok()?, category))
}

pub(super) fn category(c: char) -> Category {
    match c {
        'a'..='z' | 'A'..='Z' => Category::Letter,
        '0'..='9' => Category::Digit,
        ' ' => Category::Separator,
        // The categories of ASCII are known, so no search in the table is needed.
        '\0'..='\x7f' => Category::Other,
        _ => in_table(u32::from(c)),
    }
}

fn in_table(code: u32) -> Category {
    let after = RANGES.partition_point(|(first, _, _)| *first <= code);
    match after.checked_sub(1).and_then(|idx| RANGES.get(idx)) {
        Some((_, last, category)) if code <= *last => *category,
        _ => Category::Other,
    }
}

/// Whether the character is part of a word. A mention or command cannot be directly next to such a character.
pub(super) fn is_word(c: char) -> bool {
    c == '_' || matches!(category(c), Category::Letter | Category::Digit | Category::Number)
}

pub(super) fn is_hashtag(c: char) -> bool {
    // The last range, the Sinhala block, is a special case in TDLib: the vowel signs in this block are not letters in
    // the table.
    matches!(c, '_' | '\u{200c}' | '\u{b7}' | '\u{d80}'..='\u{dff}')
        || matches!(category(c), Category::Letter | Category::Digit)
}

pub(super) fn is_path(c: char) -> bool {
    !matches!(c, '\n' | '<' | '>' | '"' | '«' | '»') && is_url(c)
}

/// Whether an address may contain the character. Of the ASCII characters, only the space is excluded here. The callers
/// exclude other ASCII characters.
pub(super) fn is_url(c: char) -> bool {
    match c {
        // Joiners and dashes are allowed even though the rest of the block from U+2000 to U+206F is excluded below.
        '\u{200c}' | '\u{200d}' | '\u{2010}'..='\u{2015}' => true,
        '\u{2000}'..='\u{206f}' => false,
        _ => category(c) != Category::Separator,
    }
}
