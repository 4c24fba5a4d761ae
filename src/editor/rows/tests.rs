//! Tests of wrapped lines, shown as one string per row, and of properties that hold for any text at any width.

use proptest::prelude::*;

use super::*;
use crate::editor::{Command, Motion};

fn rows(text: &str, width: usize) -> Vec<String> {
    let mut editor = Editor::new(text);
    editor.set_wrap(Some(width));
    let row = |row: VisualRow| format!("{}{}", " ".repeat(row.column), editor.slice(row.span));
    editor.rows_from(0, 0).map(row).collect()
}

#[track_caller]
fn check(text: &str, width: usize, expected: &[&str]) {
    assert_eq!(rows(text, width), expected);
}

#[test]
fn rows_end_after_spaces_if_possible() {
    check("one two three", 8, &["one two ", "three"]);
    check("one two three", 9, &["one two ", "three"]);
    check("oneandtwo", 5, &["onea", "ndtw", "o"]);
    check("a\n\nb", 5, &["a", "", "b"]);
    check("", 1, &[""]);
}

#[test]
fn last_cell_is_reserved_for_a_space_and_the_cursor() {
    check("abcd efg", 5, &["abcd ", "efg"]);
    check("abcd", 5, &["abcd"]);
    check("abcd ", 5, &["abcd ", ""]);
    check("a\t\tb", 6, &["a\t\t", "b"]);
}

#[test]
fn rows_break_at_punctuation_and_wide_characters() {
    check(r#"{"a":1,"b":2}"#, 10, &[r#"{"a":1,"#, r#""b":2}"#]);
    check("<b>x</b><i>y</i>", 10, &["<b>x</b>", "<i>y</i>"]);
    check("漢字漢字。", 6, &["漢字", "漢", "字。"]);
    check("漢", 1, &["漢", ""]);
}

#[test]
fn continuation_rows_keep_the_indentation() {
    check("  one two three", 9, &["  one ", "  two ", "  three"]);
    check("        one two", 8, &["        ", "    one ", "    two"]);
}

#[test]
fn vertical_motions_go_by_rows_and_keep_the_column() {
    let mut editor = Editor::new("one two three\nfour");
    editor.set_wrap(Some(9));
    editor.apply(Command::Move(Motion::To(5)));
    let mut go = |motion| {
        editor.apply(Command::Move(motion));
        editor.cursor()
    };
    assert_eq!((go(Motion::Down), go(Motion::Down), go(Motion::Down)), (13, 18, 18));
    assert_eq!((go(Motion::Up), go(Motion::Up), go(Motion::Up)), (13, 5, 0));
    assert_eq!((go(Motion::PageDown(9)), go(Motion::LinesUp(1)), go(Motion::LinesDown(1))), (18, 5, 18));
}

#[test]
fn edit_at_the_end_rewraps_only_the_end_of_a_long_line() {
    let mut editor = Editor::new(&"word ".repeat(100_000));
    editor.set_wrap(Some(21));
    let end = editor.len();
    assert_eq!(editor.row_at(end).span, Span::new(end - 20, end));
    editor.apply(Command::Move(Motion::DocumentEnd));
    editor.apply(Command::Type("x".into()));
    // An edit at the end can change only the last rows; the starts of the others stay cached.
    assert_eq!(editor.rows.lines[0].starts.len(), 25_000 - UNSETTLED_ROWS);
    assert_eq!(editor.row_at(end).span, Span::new(end, end + 1));
}

const TEXT: &str = "[a-c ,<{}漢👩\u{200d}\u{301}🇩é\t\n\r]{0,80}";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_cover_each_line_and_split_no_grapheme(text in TEXT, width in 1..61usize) {
        let mut editor = Editor::new(&text);
        editor.set_wrap(Some(width));
        let rows: Vec<VisualRow> = editor.rows_from(0, 0).collect();
        let mut expected = 0;
        for row in &rows {
            let line = editor.line_span(row.line);
            if row.is_first {
                expected = line.start;
            }
            prop_assert_eq!(row.span.start, expected);
            prop_assert_eq!(row.is_last, row.span.end == line.end && has_cursor_cell(&editor, row, width));
            expected = row.span.end;
            let mut whole = editor.clone();
            whole.apply(Command::Click(row.span.start));
            prop_assert_eq!(whole.cursor(), row.span.start, "a grapheme is split");
        }
        prop_assert_eq!(rows.iter().filter(|row| row.is_last).count(), editor.n_lines());
    }

    #[test]
    fn offsets_rows_and_columns_round_trip(text in TEXT, width in 1..61usize) {
        let mut editor = Editor::new(&text);
        editor.set_wrap(Some(width));
        let rows: Vec<VisualRow> = editor.rows_from(0, 0).collect();
        for (index, row) in rows.iter().enumerate() {
            prop_assert_eq!(editor.row_at(row.span.start), *row);
            prop_assert_eq!(editor.row_before(row), index.checked_sub(1).map(|before| rows[before]));
            prop_assert_eq!(editor.row_after(row), rows.get(index + 1).copied());
            let part = editor.slice(row.span).into_owned();
            for glyph in cells::glyphs_at(&part, row.column) {
                let at = row.span.start + glyph.at;
                prop_assert_eq!(editor.column_in(row, at), glyph.column);
                prop_assert_eq!(editor.byte_in(row, glyph.column), at);
                prop_assert!(glyph.column < width || width < 3, "wider than the row");
            }
        }
    }

    #[test]
    fn edited_long_lines_wrap_like_new_ones(
        width in 1..40usize,
        edits in proptest::collection::vec((0..9000usize, 0..40usize, TEXT), 1..6),
    ) {
        let mut editor = Editor::new(&"some 漢字, {{ word }} and verylongword ".repeat(200));
        editor.set_wrap(Some(width));
        for (at, length, text) in edits {
            editor.row_at(editor.len());
            editor.apply(Command::Select(Span::new(at, at + length)));
            editor.apply(Command::Paste(text));
            let mut fresh = Editor::new(&editor.text());
            fresh.set_wrap(Some(width));
            for at in [0, at, at + length, at + 400, editor.len()] {
                prop_assert_eq!(editor.row_at(at), fresh.row_at(at));
            }
            editor.apply(Command::Undo);
            editor.row_at(editor.len());
            editor.apply(Command::Redo);
            prop_assert_eq!(editor.row_at(editor.len()), fresh.row_at(editor.len()));
        }
    }
}

/// Whether the cursor has a cell after the row.
fn has_cursor_cell(editor: &Editor, row: &VisualRow, width: usize) -> bool {
    row.span.is_empty() || editor.column_in(row, row.span.end) < width
}
