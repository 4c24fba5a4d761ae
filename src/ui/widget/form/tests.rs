use ratatui::buffer::Buffer;

use super::*;
use crate::settings::ThemeName;
use crate::ui::widget::theme::{TerminalColors, Theme};

fn theme() -> Theme {
    Theme::new(ThemeName::Ansi, &TerminalColors::default())
}

/// Presses keys, written as in a keymap and separated by spaces.
fn press(form: &mut Form, keys: &str) {
    for key in keys.split(' ') {
        form.press(key.parse().expect("parse the key"));
    }
}

fn type_text(form: &mut Form, text: &str) {
    for c in text.chars() {
        form.press(Key::char(c));
    }
}

/// Draws the form with the focus, as rows of text.
fn drawn(form: &mut Form, width: u16, height: u16) -> Vec<String> {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    form.follow(area);
    form.draw(&mut buf, area, &theme(), true);
    let row = |y| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(row).collect()
}

fn headers(rows: Vec<PairRow>) -> Form {
    Form::new(vec![
        FormField::table("headers", "Headers", PairTable::new(rows, Some(':'))),
        FormField::button("save", "Save"),
    ])
}

fn pairs(form: &Form) -> Vec<String> {
    let table = form.table("headers").expect("the form has a table");
    table.pairs().map(|(name, value)| format!("{name}={value}")).collect()
}

#[test]
fn a_pair_is_typed_into_the_last_row_cell_by_cell() {
    let mut form = headers(vec![PairRow::new("Accept", "*/*")]);
    assert_eq!(pairs(&form), ["Accept=*/*", "="]);
    press(&mut form, "down");
    type_text(&mut form, "X-Api");
    press(&mut form, "tab");
    type_text(&mut form, "5:6");
    assert_eq!(pairs(&form), ["Accept=*/*", "X-Api=5:6", "="]);
    // Tab goes on to the new last row, and then leaves the table.
    press(&mut form, "tab");
    type_text(&mut form, "B");
    press(&mut form, "shift-tab end 7");
    assert_eq!(pairs(&form), ["Accept=*/*", "X-Api=5:67", "B=", "="]);
    press(&mut form, "tab tab tab tab tab");
    assert_eq!(form.focused().map(|field| field.id.as_str()), Some("save"));
}

#[test]
fn a_typed_separator_goes_on_with_the_value() {
    let mut form = headers(Vec::new());
    type_text(&mut form, "X-Api: 5");
    assert_eq!(pairs(&form), ["X-Api= 5", "="]);
    // In an empty name, the separator is text.
    press(&mut form, "tab");
    type_text(&mut form, ":");
    assert_eq!(pairs(&form), ["X-Api= 5", ":=", "="]);
}

#[test]
fn a_pasted_pair_fills_both_cells_and_several_pairs_fill_several_rows() {
    for pasted in ["X-Api: 5", "-H 'X-Api: 5' \\", "--header \"X-Api: 5\"\n", "\nX-Api:5\r\n"] {
        let mut form = headers(Vec::new());
        form.paste(pasted);
        assert_eq!(pairs(&form), ["X-Api=5", "="], "{pasted:?}");
    }
    let mut form = headers(vec![PairRow::new("Accept", "*/*")]);
    press(&mut form, "down");
    form.paste("A: 1\nB: 2:3\n");
    assert_eq!(pairs(&form), ["Accept=*/*", "A=1", "B=2:3", "="]);
    press(&mut form, "4");
    assert_eq!(pairs(&form)[2], "B=2:34");
    // A text that is not a pair, or a name that is not empty, is pasted as text.
    let mut form = headers(Vec::new());
    form.paste("not a header");
    form.paste("A: 1");
    assert_eq!(pairs(&form), ["not a headerA: 1=", "="]);
}

#[test]
fn rows_are_added_and_removed_only_at_the_end() {
    let mut form = headers(vec![PairRow::new("A", "1"), PairRow::new("B", "2")]);
    press(&mut form, "backspace tab backspace");
    assert_eq!(pairs(&form), ["=", "B=2", "="]);
    press(&mut form, "down backspace shift-tab backspace");
    assert_eq!(pairs(&form), ["="]);
    press(&mut form, "x ctrl-z ctrl-y");
    assert_eq!(pairs(&form), ["x=", "="]);
}

#[test]
fn a_fixed_value_can_be_read_but_not_edited() {
    let mut form = headers(vec![PairRow::fixed("tags", "[1,2]")]);
    press(&mut form, "tab home right delete backspace x ctrl-u ctrl-v ctrl-x");
    assert_eq!(form.paste("x"), FormOutcome::Ignored);
    assert_eq!(pairs(&form), ["tags=[1,2]", "="]);
}

#[test]
fn arrows_keep_the_column_and_leave_the_table_at_its_ends() {
    let mut form = headers(vec![PairRow::new("A", "1"), PairRow::new("B", "2")]);
    press(&mut form, "tab down 3");
    assert_eq!(pairs(&form), ["A=1", "B=23", "="]);
    press(&mut form, "down down");
    assert_eq!(form.focused().map(|field| field.id.as_str()), Some("save"));
    press(&mut form, "up y");
    assert_eq!(pairs(&form), ["A=1", "B=23", "y=", "="]);
}

#[test]
fn problems_and_long_texts_are_wrapped_below_their_fields() {
    let mut form = headers(vec![PairRow::new("Authorization", "Bearer ${TOKEN}")]);
    let problem = FieldProblem::warning("this is wrong for a long reason");
    form.table_mut("headers").unwrap().set_problems(vec![Some(problem)]);
    assert_eq!(
        drawn(&mut form, 40, 6),
        [
            "Headers  Authorizat  Bearer ${TOKEN}",
            "         ion",
            "         ! this is wrong for a long",
            "         reason",
            "         name…       value…",
            "[ Save ]"
        ]
    );
}

#[test]
fn a_form_scrolls_to_the_focus_and_by_pages() {
    let field = |n: usize| FormField::text(&n.to_string(), &n.to_string(), &format!("value {n}"));
    let mut form = Form::new((0..9).map(field).collect());
    form.set_problem("4", Some(FieldProblem::error("wrong")));
    assert_eq!(drawn(&mut form, 20, 3), ["0  value 0", "1  value 1", "2  value 2"]);
    press(&mut form, "down down down down");
    assert_eq!(drawn(&mut form, 20, 3), ["3  value 3", "4  value 4", "   ✘ wrong"]);
    press(&mut form, "pageup");
    assert_eq!(drawn(&mut form, 20, 3), ["1  value 1", "2  value 2", "3  value 3"]);
    press(&mut form, "pagedown pagedown pagedown pagedown pagedown");
    assert_eq!(drawn(&mut form, 20, 3), ["6  value 6", "7  value 7", "8  value 8"]);
    // A typed key scrolls back to the focus.
    press(&mut form, "x");
    assert_eq!(drawn(&mut form, 20, 3)[0], "4  value 4x");
    // A click works on what is on screen.
    let mouse = Mouse { kind: MouseKind::Down { clicks: 1 }, x: 5, y: 2, shift: false };
    form.point(mouse, Rect::new(0, 0, 20, 3));
    assert_eq!(form.focused().map(|field| field.id.as_str()), Some("5"));
}

#[test]
fn a_note_is_shown_with_the_field_before_it() {
    let mut form = Form::new(vec![
        FormField::text("name", "Name", ""),
        FormField::button("check", "Check"),
        FormField::note("answer", "Answer", "one two three four five six"),
    ]);
    press(&mut form, "tab");
    assert_eq!(
        drawn(&mut form, 18, 4),
        ["[ Check ]", "Answer  one two", "        three four", "        five six"]
    );
}

#[test]
fn a_hidden_field_keeps_its_value_and_is_skipped() {
    let mut form = Form::new(vec![
        FormField::text("a", "A", "1"),
        FormField::text("b", "B", "2"),
        FormField::text("c", "C", "3"),
    ]);
    press(&mut form, "tab");
    form.hide("b", true);
    assert_eq!(form.focused().map(|field| field.id.as_str()), Some("c"));
    assert_eq!((form.value("b").as_str(), form.height(20)), ("2", 2));
    press(&mut form, "up");
    assert_eq!(form.focused().map(|field| field.id.as_str()), Some("a"));
}

#[test]
fn a_letter_walks_the_options_that_start_with_it() {
    let options = ["sendMessage", "sendPhoto", "copyMessage"].map(str::to_owned).to_vec();
    let mut form = Form::new(vec![FormField::choice("m", "M", options, "sendPhoto")]);
    for (key, expected) in
        [("s", "sendMessage"), ("s", "sendPhoto"), ("c", "copyMessage"), ("x", "copyMessage")]
    {
        press(&mut form, key);
        assert_eq!(form.value("m"), expected);
    }
}

#[test]
fn a_form_of_any_size_is_drawn() {
    let mut form =
        headers(vec![PairRow::fixed("\u{1b}[2J", &"漢".repeat(400)), PairRow::new("", "\u{202e}")]);
    for width in 0..30 {
        for height in 0..6 {
            drawn(&mut form, width, height);
            press(&mut form, "down tab");
            let mouse =
                Mouse { kind: MouseKind::Down { clicks: 1 }, x: width / 2, y: height / 2, shift: false };
            form.point(mouse, Rect::new(0, 0, width, height));
        }
    }
}

#[test]
fn a_form_marks_that_it_goes_on_above_or_below() {
    let fields = (0..4).map(|n| FormField::text(&n.to_string(), "Field", "")).collect();
    let mut form = Form::new(fields);
    let area = Rect::new(0, 0, 10, 2);
    let mut marks = |keys: &str| {
        press(&mut form, keys);
        form.follow(area);
        let mut buf = Buffer::empty(Rect { width: 11, ..area });
        form.draw(&mut buf, area, &theme(), true);
        (0..2).map(|y| buf[(10, y)].symbol().to_owned()).collect::<String>()
    };
    assert_eq!(marks("home"), " ▼");
    assert_eq!(marks("down down"), "▲▼");
    assert_eq!(marks("down"), "▲ ");
}
