//! Writes text into cells. Untrusted text must reach the screen only through this module or through the editor's view,
//! so that it cannot inject escape sequences.
//!
//! Control characters become visible symbols, and a wide character is never cut in half. Widths are in cells.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;

use crate::text::{grapheme_width, picture, width};

/// Writes `text` from `(x, y)` to the right, and cuts it at the edge of `area`. Returns the column after the text.
pub(crate) fn put(buf: &mut Buffer, area: Rect, x: u16, y: u16, text: &str, style: Style) -> u16 {
    if y < area.top() || area.bottom() <= y {
        return x;
    }
    let mut column = x;
    for grapheme in text.graphemes(true) {
        let cells = u16::try_from(grapheme_width(grapheme)).unwrap_or(u16::MAX);
        // A zero-width grapheme is left out, because it has no cell of its own: the next grapheme would be written into
        // the same cell.
        if cells == 0 {
            continue;
        }
        if area.right() < column.saturating_add(cells) {
            break;
        }
        if area.left() <= column {
            let cell = &mut buf[(column, y)];
            match grapheme.chars().next().and_then(picture) {
                // `picture` returns a visible symbol for a control character. `set_symbol` would pass the control
                // character itself to the terminal.
                Some(shown) => cell.set_char(shown),
                None => cell.set_symbol(grapheme),
            };
            // The attributes of what was drawn before do not apply to the text: a title over a faint border is not
            // faint.
            cell.modifier = Modifier::empty();
            cell.set_style(style);
            // The cells that a wide character covers must be empty, or old text would be drawn over its right half.
            for covered in 1..cells {
                let cell = &mut buf[(column + covered, y)];
                cell.set_symbol(" ").modifier = Modifier::empty();
                cell.set_style(style);
            }
        }
        column += cells;
    }
    column
}

/// Writes `text` at the left edge of line `y` of `area`, shortened with `…` if necessary. Returns the column after the
/// text.
pub(crate) fn put_line(buf: &mut Buffer, area: Rect, y: u16, text: &str, style: Style) -> u16 {
    put(buf, area, area.x, y, &fit(text, usize::from(area.width)), style)
}

/// Writes `text` at the right edge of line `y` of `area`, shortened with `…` if necessary. Returns the first column of
/// the text.
pub(crate) fn put_right(buf: &mut Buffer, area: Rect, y: u16, text: &str, style: Style) -> u16 {
    let shown = fit(text, usize::from(area.width));
    let cells = u16::try_from(width(&shown)).unwrap_or(area.width);
    let x = area.right().saturating_sub(cells);
    put(buf, area, x, y, &shown, style);
    x
}

/// Returns `text` or, if it is wider than `cells`, its start with `…` at the end.
pub(crate) fn fit(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = grapheme_width(grapheme);
        if cells < used + wide + 1 {
            break;
        }
        shown.push_str(grapheme);
        used += wide;
    }
    if 0 < cells {
        shown.push('…');
    }
    shown
}

/// Wraps prose into lines of at most `cells`, at spaces if possible, but not at the spaces of code in backticks. Line
/// breaks are kept.
pub(crate) fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut used = 0;
        for word in pieces(paragraph, cells) {
            let wide = width(word);
            if used + wide <= cells {
                line.push_str(word);
                used += wide;
            } else if wide <= cells {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                // Spaces at the break are dropped, so that they do not indent the next line.
                let word = word.trim_start();
                line.push_str(word);
                used = width(word);
            } else {
                for grapheme in word.graphemes(true) {
                    let wide = grapheme_width(grapheme);
                    if cells < used + wide {
                        lines.push(std::mem::take(&mut line));
                        used = 0;
                    }
                    line.push_str(grapheme);
                    used += wide;
                }
            }
        }
        lines.push(line);
    }
    lines
}

/// Wraps an error, after the mark that shows an error without its color. Returns no lines if there is no error.
pub(crate) fn wrap_error(error: Option<&str>, cells: usize) -> Vec<String> {
    error.map_or_else(Vec::new, |error| wrap(&format!("✘ {error}"), cells))
}

/// Splits a paragraph into what should stay on one line: words with their punctuation, code in backticks, and the
/// spaces between them. What is wider than `cells` is split further.
fn pieces(paragraph: &str, cells: usize) -> impl Iterator<Item = &str> {
    let unless_it_fits = move |piece, split: fn(&str) -> Vec<&str>| match width(piece) <= cells {
        true => vec![piece],
        false => split(piece),
    };
    with_whole_code(paragraph)
        .flat_map(move |piece| unless_it_fits(piece, |piece| words(piece).collect()))
        .flat_map(move |word| unless_it_fits(word, |word| word.split_word_bounds().collect()))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (word, after) = rest.split_at(word_len(rest)?);
        rest = after;
        Some(word)
    })
}

/// Returns the length of the first word or of the spaces before it. `None` if `text` is empty.
fn word_len(text: &str) -> Option<usize> {
    let is_space = text.chars().next()? == ' ';
    Some(text.find(|c| (c == ' ') != is_space).unwrap_or(text.len()))
}

/// Like [`words`], but a word that contains the start of code in backticks extends to the end of the code.
fn with_whole_code(text: &str) -> impl Iterator<Item = &str> {
    let is_in_code = |part: &str| part.matches('`').count() % 2 == 1;
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut end = word_len(rest)?;
        let mut is_open = is_in_code(&rest[..end]);
        while is_open && let Some(more) = rest[end..].find('`') {
            let close = end + more;
            end = rest[close..].find(' ').map_or(rest.len(), |more| close + more);
            is_open = !is_in_code(&rest[close..end]);
        }
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

/// Clears every cell of `area` and sets its style.
pub(crate) fn fill(buf: &mut Buffer, area: Rect, style: Style) {
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            let cell = &mut buf[(x, y)];
            cell.reset();
            cell.set_style(style);
        }
    }
}

pub(crate) fn border(buf: &mut Buffer, area: Rect, style: Style) {
    if area.width < 2 || area.height < 2 {
        return;
    }
    let (left, right, top, bottom) = (area.left(), area.right() - 1, area.top(), area.bottom() - 1);
    for x in left + 1..right {
        buf[(x, top)].set_symbol("─").set_style(style);
        buf[(x, bottom)].set_symbol("─").set_style(style);
    }
    for y in top + 1..bottom {
        buf[(left, y)].set_symbol("│").set_style(style);
        buf[(right, y)].set_symbol("│").set_style(style);
    }
    for (x, y, corner) in [(left, top, "┌"), (right, top, "┐"), (left, bottom, "└"), (right, bottom, "┘")]
    {
        buf[(x, y)].set_symbol(corner).set_style(style);
    }
}

/// Draws marks that there is more to scroll to above or below. They are in the column to the right of `area`, which is
/// the padding of a dialog.
pub(crate) fn scroll_marks(buf: &mut Buffer, area: Rect, is_above: bool, is_below: bool, style: Style) {
    let last = area.bottom().saturating_sub(1);
    for (is_more, y, mark) in [(is_above, area.y, "▲"), (is_below, last, "▼")] {
        if is_more && !area.is_empty() {
            put(buf, buf.area, area.right(), y, mark, style);
        }
    }
}

pub fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x.saturating_add(1),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// The smallest number of columns on each side of something centered. In fewer columns, what is behind it could show
/// nothing but single characters and the `…` of texts that were cut off.
const MIN_MARGIN: u16 = 3;

/// Returns a rectangle in the middle of `area`. If little more than `width` is available, takes the whole width.
pub(crate) fn centered(area: Rect, width: u16, height: u16) -> Rect {
    let width = if area.width < width.saturating_add(2 * MIN_MARGIN) { area.width } else { width };
    let height = height.min(area.height);
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_character_reaches_a_cell() {
        let area = Rect::new(0, 0, 20, 1);
        let mut buf = Buffer::empty(area);
        put_line(&mut buf, area, 0, "a\x1b[31m\u{9b}\u{202e}b\tc", Style::default());
        let shown: String = buf.content().iter().map(|cell| cell.symbol()).collect();
        assert!(!shown.chars().any(|c| c.is_control() || c == '\u{202e}'), "{shown:?}");
        assert!(shown.starts_with("a␛[31m"), "{shown:?}");
    }

    #[test]
    fn long_text_ends_in_an_ellipsis_and_wide_characters_stay_whole() {
        assert_eq!(fit("漢字漢字", 5), "漢字…");
        assert_eq!(fit("漢字漢字", 4), "漢…");
        assert_eq!(fit("abc", 3), "abc");
        assert_eq!(fit("abc", 0), "");
        let area = Rect::new(0, 0, 3, 1);
        let mut buf = Buffer::empty(area);
        assert_eq!(put(&mut buf, area, 0, 0, "漢字", Style::default()), 2);
    }

    #[test]
    fn centered_area_leaves_no_narrow_strips_beside_it() {
        let stage = |width: u16| Rect::new(0, 1, width, 20);
        for (width, expected) in [
            (100, Rect::new(12, 6, 76, 10)),
            (82, Rect::new(3, 6, 76, 10)),
            (81, Rect::new(0, 6, 81, 10)),
            (60, Rect::new(0, 6, 60, 10)),
        ] {
            assert_eq!(centered(stage(width), 76, 10), expected);
        }
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrap("the quick brown", 9), ["the quick", "brown"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a\n\nb", 4), ["a", "", "b"]);
        assert_eq!(wrap("the quick brown, ok", 15), ["the quick", "brown, ok"]);
        assert_eq!(wrap("a.b.c/dd", 4), ["a.b.", "c/dd"]);
    }

    #[test]
    fn code_in_backticks_breaks_only_if_it_is_wider_than_a_line() {
        assert_eq!(wrap("unknown filter `a: 1` here", 19), ["unknown filter", "`a: 1` here"]);
        assert_eq!(wrap("add (`a b`, `c d`), ok", 12), ["add (`a b`,", "`c d`), ok"]);
        assert_eq!(wrap("`let a = 1;`", 8), ["`let a =", "1;`"]);
        assert_eq!(wrap("a ` key and more", 9), ["a ` key", "and more"]);
    }
}
