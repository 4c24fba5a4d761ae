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

/// Compares the rows of a text, in which the parts between `«` and `»` are message text.
#[track_caller]
fn check_prose(marked: &str, width: usize, expected: &[&str]) {
    let (text, parts) = prose_of(marked);
    let mut editor = Editor::new(&text);
    editor.set_prose(parts);
    editor.set_wrap(Some(width));
    let row = |row: VisualRow| {
        let end = if row.ends_paragraph { "↵" } else { "" };
        format!("{}{}{end}", " ".repeat(row.column), editor.slice(row.span))
    };
    assert_eq!(editor.rows_from(0, 0).map(row).collect::<Vec<_>>(), expected);
}

fn prose_of(marked: &str) -> (String, Vec<Span>) {
    let (mut text, mut parts, mut start) = (String::new(), Vec::new(), 0);
    for c in marked.chars() {
        match c {
            '«' => start = text.len(),
            '»' => parts.push(Span::new(start, text.len())),
            c => text.push(c),
        }
    }
    (text, parts)
}

#[test]
fn rows_end_after_line_breaks_of_message_text() {
    check_prose(
        r#"  "text": "«one\n\ntwo three\n»","#,
        14,
        &[r#"  "text": "#, r#"  "one\n↵"#, r"  \n↵", r"  two three\n↵", r#"  ","#],
    );
    check_prose(r#"«a\\nb\\\nc»"#, 40, &[r"a\\nb\\\n↵", "c"]);
    check_prose(r#"a\nb {{ x\n }}«c\nd»"#, 40, &[r"a\nb {{ x\n }}c\n↵", "d"]);
    check_prose(r"«a\»{{ x }}«n»", 40, &[r"a\{{ x }}n"]);
    check_prose("«a\\n\u{301}b»", 40, &["a\\n\u{301}b"]);
}

#[test]
fn no_row_splits_an_escape() {
    check_prose(r#"«abc\"de»"#, 5, &["abc", r#"\"de"#]);
    check_prose(r#"«abc\n»"#, 5, &["abc", "\\n↵", ""]);
    check_prose(r#"«\\\\\\»"#, 4, &[r"\\", r"\\", r"\\"]);
    check_prose(r#"«\n\n»"#, 1, &[r"\n↵", r"\n↵", ""]);
}

#[test]
fn vertical_motions_and_clicks_go_to_paragraphs() {
    let (text, parts) = prose_of(r#"«one\ntwo three\nfour»"#);
    let mut editor = Editor::new(&text);
    editor.set_prose(parts);
    editor.set_wrap(Some(40));
    editor.apply(Command::Move(Motion::To(14)));
    let mut go = |motion| {
        editor.apply(Command::Move(motion));
        editor.cursor()
    };
    // From the end of "two three", up goes to the end of "one", and not into its line break.
    assert_eq!((go(Motion::Up), go(Motion::Down), go(Motion::Down)), (3, 14, 20));
    let rows: Vec<VisualRow> = editor.rows_from(0, 0).collect();
    let offsets: Vec<usize> =
        [0, 3, 4, 5, 30].iter().map(|column| editor.byte_in(&rows[0], *column)).collect();
    assert_eq!(offsets, [0, 3, 3, 3, 3]);
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
    fn rows_of_message_text_split_no_escape(
        text in r#"[ab \\\\n"é漢]{0,60}"#,
        width in 1..40usize,
        edges in proptest::collection::vec(0..60usize, 4),
    ) {
        let mut editor = Editor::new(&text);
        editor.set_wrap(Some(width));
        let mut edges: Vec<usize> = edges.iter().map(|at| text.floor_char_boundary(*at)).collect();
        edges.sort_unstable();
        edges.dedup();
        let parts: Vec<Span> = edges.chunks_exact(2).map(|edge| Span::new(edge[0], edge[1])).collect();
        editor.set_prose(parts.clone());
        let rows: Vec<VisualRow> = editor.rows_from(0, 0).collect();
        for (index, row) in rows.iter().enumerate() {
            prop_assert_eq!(editor.row_at(row.span.start), *row);
            prop_assert_eq!(editor.row_before(row), index.checked_sub(1).map(|before| rows[before]));
            prop_assert!(!row.ends_paragraph || editor.slice(row.span).ends_with("\\n"));
            let at = row.span.start;
            if let Some(part) = parts.iter().find(|part| part.start < at && at < part.end) {
                prop_assert!(!crate::json::is_escaped(&text[part.start..], at - part.start), "an escape is split");
            }
        }
        let n_breaks: usize = parts.iter().map(|part| n_breaks(part.of(&text))).sum();
        prop_assert_eq!(rows.iter().filter(|row| row.ends_paragraph).count(), n_breaks);
    }

    #[test]
    fn edited_message_text_wraps_like_a_new_text(
        width in 1..40usize,
        edits in proptest::collection::vec((0..5000usize, 0..40usize, r#"[ab \\\\n"é漢]{0,20}"#), 1..6),
    ) {
        let mut editor =
            Editor::new(&r"some 漢字, with\na line break \\n and verylongword\n\n".repeat(90));
        editor.set_wrap(Some(width));
        editor.set_prose(vec![Span::new(0, editor.len())]);
        for (at, length, text) in edits {
            editor.row_at(editor.len());
            editor.apply(Command::Select(Span::new(at, at + length)));
            editor.apply(Command::Paste(text));
            editor.set_prose(vec![Span::new(0, editor.len())]);
            let mut fresh = Editor::new(&editor.text());
            fresh.set_wrap(Some(width));
            fresh.set_prose(vec![Span::new(0, fresh.len())]);
            for at in [0, at, at + length, at + 400, editor.len()] {
                prop_assert_eq!(editor.row_at(at), fresh.row_at(at));
            }
        }
        // The message text can also change without an edit nearby.
        let half = editor.boundary(editor.len() / 2);
        let mut fresh = Editor::new(&editor.text());
        fresh.set_wrap(Some(width));
        for editor in [&mut editor, &mut fresh] {
            editor.set_prose(vec![Span::new(half, editor.len())]);
        }
        prop_assert_eq!(editor.row_at(editor.len()), fresh.row_at(fresh.len()));
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

fn n_breaks(part: &str) -> usize {
    let mut chars = part.chars();
    std::iter::from_fn(|| Some(chars.next()? == '\\' && chars.next() == Some('n')))
        .filter(|is_break| *is_break)
        .count()
}
