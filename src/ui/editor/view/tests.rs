//! Tests drawn editors: the text of the cells, and the styles of the first row as letters.

use proptest::prelude::*;
use ratatui::style::Modifier;

use super::*;
use crate::editor::{Command, Motion};
use crate::settings::ThemeName;
use crate::ui::widget::TerminalColors;

fn rows(buf: &Buffer) -> Vec<String> {
    let area = buf.area;
    let row = |y| (area.left()..area.right()).map(|x| buf[(x, y)].symbol()).collect::<String>();
    (area.top()..area.bottom()).map(row).map(|row: String| row.trim_end().to_owned()).collect()
}

/// `R` for a reversed cell, `U` for an underlined one, `B` for a bold one.
fn styles(buf: &Buffer, y: u16) -> String {
    let letter = |modifier: Modifier| match modifier {
        _ if modifier.contains(Modifier::REVERSED) => 'R',
        _ if modifier.contains(Modifier::UNDERLINED) => 'U',
        _ if modifier.contains(Modifier::BOLD) => 'B',
        _ => '.',
    };
    (buf.area.left()..buf.area.right()).map(|x| letter(buf[(x, y)].modifier)).collect()
}

struct DrawnEditor {
    rows: Vec<String>,
    first_styles: String,
    cursor: Option<(u16, u16)>,
}

fn show(
    text: &str,
    width: u16,
    height: u16,
    commands: &[Command],
    adjust: fn(EditorView<'_>) -> EditorView<'_>,
) -> DrawnEditor {
    let mut editor = Editor::new(text);
    for command in commands {
        editor.apply(command.clone());
    }
    let theme = Theme::new(ThemeName::Terminal, &TerminalColors::default());
    let area = Rect::new(0, 0, width, height);
    let mut viewport = Viewport::default();
    let inner = EditorView::new(&editor, viewport, &theme).text_area(area);
    viewport.scroll_to_cursor(&mut editor, inner.width, inner.height);
    let mut buf = Buffer::empty(area);
    let cursor = adjust(EditorView::new(&editor, viewport, &theme)).draw(area, &mut buf);
    DrawnEditor { rows: rows(&buf), first_styles: styles(&buf, 0), cursor: cursor.map(|at| (at.x, at.y)) }
}

#[track_caller]
fn check(text: &str, width: u16, height: u16, commands: &[Command], expected: &[&str], cursor: (u16, u16)) {
    let shown = show(text, width, height, commands, |view| view);
    assert_eq!(shown.rows, expected);
    assert_eq!(shown.cursor, Some(cursor));
}

#[test]
fn lines_are_numbered_and_the_cursor_has_its_cell() {
    check("a\nb漢c", 10, 3, &[Command::Move(Motion::To(6))], &[" 1 a", " 2 b漢 c", ""], (6, 1));
    check("a", 10, 1, &[], &[" 1 a"], (3, 0));
    check("\tx\ty", 16, 1, &[Command::Move(Motion::DocumentEnd)], &[" 1     x   y"], (12, 0));
}

#[test]
fn long_lines_scroll_with_the_cursor() {
    let text = "0123456789abcdefghij";
    check(text, 13, 1, &[], &[" 1 012345678…"], (3, 0));
    check(text, 13, 1, &[Command::Move(Motion::LineEnd)], &[" 1 …cdefghij"], (12, 0));
    check("漢字漢字漢字漢字", 10, 1, &[Command::Move(Motion::To(12))], &[" 1 …字 漢  …"], (6, 0));
}

#[test]
fn the_text_scrolls_before_the_cursor_reaches_the_edge() {
    let text = "1\n2\n3\n4\n5\n6\n7\n8\n9";
    check(text, 8, 4, &[Command::Move(Motion::Line(4))], &[" 2 2", " 3 3", " 4 4", " 5 5"], (3, 2));
    check(text, 5, 2, &[Command::Move(Motion::DocumentEnd)], &["8", "9"], (1, 1));
}

#[test]
fn no_control_character_reaches_a_cell() {
    let payload = "\x1b[2J\u{9b}31m\u{202e}\u{7f}\r\u{200b}x\u{feff}\u{301}";
    let shown = show(payload, 60, 1, &[], |view| view);
    assert!(!shown.rows[0].chars().any(|c| c.is_control() || picture(c).is_some()), "{:?}", shown.rows);
    assert!(shown.rows[0].starts_with(" 1 ␛[2J\u{fffd}31m"), "{:?}", shown.rows);
    assert_eq!(show("\u{301}a", 8, 1, &[], |view| view).rows, [" 1 ◌a"]);
}

#[test]
fn selection_problems_and_brackets_are_styled() {
    let select = [Command::Select(Span::new(1, 4))];
    assert_eq!(show("a漢\nb", 8, 2, &select, |view| view).first_styles, ".B..RR..");
    let all = [Command::SelectAll];
    assert_eq!(show("ab\nc", 8, 2, &all, |view| view).first_styles, "...RRR..");
    let shown = show("abc\nd", 8, 2, &[], with_problems);
    assert_eq!((shown.first_styles.as_str(), shown.rows[0].as_str()), ("BB..UUU.", "✘1 abc"));
    assert_eq!(show("(a)", 8, 1, &[], |view| view).first_styles, ".B.B.B..");
}

fn with_problems(view: EditorView<'_>) -> EditorView<'_> {
    EditorView { problems: PROBLEMS, is_focused: false, ..view }
}

const PROBLEMS: &[Mark] = &[
    (Span { start: 1, end: 2 }, Severity::Error),
    (Span { start: 2, end: 2 }, Severity::Info),
    (Span { start: 3, end: 3 }, Severity::Error),
];

const ROW_WIDTH: u16 = 12;

#[track_caller]
fn check_wrapped(text: &str, height: u16, at: usize, expected: &[&str], cursor: (u16, u16)) {
    let mut editor = Editor::new(text);
    editor.apply(Command::Move(Motion::To(at)));
    let theme = Theme::new(ThemeName::Terminal, &TerminalColors::default());
    let area = Rect::new(0, 0, ROW_WIDTH, height);
    let mut viewport = Viewport::default();
    let inner = EditorView::new(&editor, viewport, &theme).text_area(area);
    editor.set_wrap(Some(inner.width.into()));
    viewport.scroll_to_cursor(&mut editor, inner.width, inner.height);
    let mut buf = Buffer::empty(area);
    let whitespace = Whitespace::All;
    let view = EditorView { whitespace, ..EditorView::new(&editor, viewport, &theme) };
    let drawn_cursor = view.draw(area, &mut buf);
    assert_eq!(rows(&buf), expected);
    assert_eq!(drawn_cursor.map(|at| (at.x, at.y)), Some(cursor));
}

#[test]
fn long_lines_are_broken_into_rows() {
    check_wrapped("one two three\nx", 4, 8, &[" 1 one·two·", "   three", " 2 x", ""], (3, 1));
    check_wrapped("  one two three", 3, 15, &[" 1 ··one·", "     two·", "     three"], (10, 2));
    check_wrapped("abcdefgh ijk", 3, 8, &[" 1 abcdefgh·", "   ijk", ""], (11, 0));
}

#[test]
fn one_long_line_scrolls_by_rows() {
    let text = "one two three four five six seven eight nine ten";
    check_wrapped(text, 3, 14, &["   three·", "   four·", "   five·six·"], (3, 1));
    check_wrapped(text, 3, text.len(), &["   seven·", "   eight·", "   nine·ten"], (11, 2));
}

#[test]
fn trailing_and_nonbreaking_spaces_are_marked() {
    assert_eq!(show("a b\u{a0}c \t ", 20, 1, &[], with_trailing).rows, [" 1 a b␣c·→ ·"]);
    assert_eq!(show("a b\u{a0}c ", 20, 1, &[], |view| view).rows, [" 1 a b\u{a0}c"]);
}

#[test]
fn an_inline_message_is_shown_after_the_line_if_it_fits() {
    let shown = |width| show("ab\ncd", width, 2, &[], with_inline_message).rows;
    assert_eq!(shown(60), [" 1 ab   ✘ is no JSON value, but a word", " 2 cd"]);
    assert_eq!(shown(28), [" 1 ab   ✘ is no JSON value,…", " 2 cd"]);
    assert_eq!(shown(27), [" 1 ab", " 2 cd"]);
}

fn with_trailing(view: EditorView<'_>) -> EditorView<'_> {
    EditorView { whitespace: Whitespace::Trailing, ..view }
}

fn with_inline_message(view: EditorView<'_>) -> EditorView<'_> {
    EditorView {
        inline_message: Some(InlineMessage {
            severity: Severity::Error,
            text: "is no JSON value, but a word",
        }),
        ..view
    }
}

#[test]
fn any_size_can_be_drawn() {
    for (width, height) in [(0, 0), (1, 1), (2, 1), (3, 3), (4, 2), (300, 100)] {
        for command in [Command::Move(Motion::DocumentStart), Command::Move(Motion::DocumentEnd)] {
            show("漢字漢字\n\tb\n\n👩‍👩‍👧‍👦", width, height, &[command, Command::SelectAll], |view| view);
        }
    }
}

#[test]
fn a_cell_maps_to_its_byte() {
    let editor = Editor::new("a漢b\ncd");
    let theme = Theme::new(ThemeName::Terminal, &TerminalColors::default());
    let area = Rect::new(2, 1, 12, 4);
    let view = EditorView::new(&editor, Viewport::default(), &theme);
    let byte = |x, y| view.byte_at(area, Position { x, y });
    assert_eq!((byte(5, 1), byte(6, 1), byte(7, 1), byte(8, 1), byte(13, 1)), (0, 1, 1, 4, 5));
    assert_eq!((byte(0, 0), byte(3, 2), byte(6, 2), byte(9, 9)), (0, 6, 7, 8));
    for at in [0, 1, 4, 5, 6, 7, 8] {
        assert_eq!(view.byte_at(area, view.screen_of(area, at).unwrap()), at);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn any_text_can_be_drawn_at_any_scroll_position(
        text in "[a漢👩\u{200d}\u{301}🇩\t\n\r\u{1b}\u{9b}\u{202e}() ]{0,60}",
        (width, height) in (0..30u16, 0..6u16),
        (top, row, left) in (0..8usize, 0..20usize, 0..40usize),
        place in (0..70usize, 0..70usize),
        is_wrapped: bool,
    ) {
        let mut editor = Editor::new(&text);
        editor.apply(Command::Select(Span::new(place.0, place.1)));
        let theme = Theme::new(ThemeName::Ansi, &TerminalColors::default());
        let area = Rect::new(1, 1, width, height);
        let mut buf = Buffer::empty(Rect::new(0, 0, 32, 8));
        let mut viewport = Viewport { top, row_start: row, left };
        for _ in 0..2 {
            let marks = [(Span::new(place.0, place.1), Severity::Error)];
            let view = EditorView { problems: &marks, linked: Some(Span::at(place.1)), ..EditorView::new(&editor, viewport, &theme) };
            view.draw(area, &mut buf);
            view.byte_at(area, Position { x: 9, y: 2 });
            let inner = view.text_area(area);
            editor.set_wrap(is_wrapped.then_some(inner.width.into()));
            viewport.scroll_to_cursor(&mut editor, inner.width, inner.height);
            let view = EditorView::new(&editor, viewport, &theme);
            let seen = view.screen_of(area, editor.cursor());
            // In a window of one or two cells a wide character pushes the end of its line out of view.
            prop_assert!(seen.is_some() == (0 < inner.width && 0 < inner.height) || is_wrapped && inner.width < 3);
            for at in (0..=editor.len()).filter(|at| text.is_char_boundary(*at)) {
                let Some(cell) = view.screen_of(area, at) else { continue };
                let is_grapheme = { let mut there = editor.clone(); there.apply(Command::Click(at)); there.cursor() == at };
                prop_assert!(!is_grapheme || view.byte_at(area, cell) == at);
            }
        }
        let is_unsafe = |c: char| c.is_control() || picture(c).is_some();
        prop_assert!(!buf.content().iter().any(|cell| cell.symbol().chars().any(is_unsafe)));
    }
}
