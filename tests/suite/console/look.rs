//! How the body looks: wrapped lines, marked blanks, blocks, problems in place.

use telecast::diagnostic::Code;
use telecast::ui::widget::input::Input;

use super::harness::Console;

/// A console on an empty body.
fn empty() -> Console {
    let mut console = Console::demo();
    console.press("ctrl-a delete");
    console
}

/// The rows of the body, from behind the line numbers; blank ones are left out.
fn body_rows(console: &Console) -> Vec<String> {
    let area = console
        .app()
        .screens
        .compose
        .body_view(&console.app().shared)
        .map(|view| view.text_area(console.body_area()))
        .unwrap();
    let cells = console.cells();
    let row = |y| (area.left()..area.right()).map(|x| cells[(x, y)].symbol()).collect::<String>();
    let rows = (area.top()..area.bottom()).map(|y| row(y).trim_end().to_owned());
    rows.filter(|row| !row.is_empty()).collect()
}

#[test]
fn long_lines_are_wrapped_until_one_does_not_want_it() {
    let mut console = empty();
    let words = "word ".repeat(40);
    console.paste(&format!("  {words}end\nlast"));
    let rows = body_rows(&console);
    assert!(4 < rows.len() && rows.iter().rev().skip(1).all(|row| row.starts_with("  word")), "{rows:?}");
    assert!(rows[rows.len() - 2].ends_with("end"), "{rows:?}");
    console.press("up end home alt-z");
    console.shows("line wrapping off");
    assert_eq!(body_rows(&console).len(), 2);
    console.press("down esc w");
    console.shows("line wrapping on");
    assert_eq!(body_rows(&console), rows);
}

#[test]
fn the_cursor_goes_by_rows_and_a_click_finds_its_byte() {
    let mut console = empty();
    console.paste(&format!("{}\nlast", "0123456 ".repeat(30)));
    let width = body_rows(&console)[0].len() + 1;
    console.press("ctrl-home down right");
    assert_eq!(console.app().screens.compose.buffer().unwrap().editor.cursor(), width + 1);
    let area = console.body_area();
    let (x, y) = console
        .app()
        .screens
        .compose
        .body_view(&console.app().shared)
        .unwrap()
        .screen_of(area, width + 2)
        .map(|at| (at.x, at.y))
        .unwrap();
    console.click(x, y);
    assert_eq!(console.app().screens.compose.buffer().unwrap().editor.cursor(), width + 2);
}

#[test]
fn blanks_at_the_end_are_marked_and_all_of_them_on_demand() {
    let mut console = empty();
    console.paste("a b \n\u{a0}c");
    assert_eq!(body_rows(&console), ["a b·", "␣c"]);
    console.press("esc alt-w");
    assert_eq!(body_rows(&console), ["a·b·", "␣c"]);
    console.press("alt-w");
    assert_eq!(body_rows(&console), ["a b", "\u{a0}c"]);
}

#[test]
fn the_tags_of_a_block_are_lit_and_lead_to_each_other() {
    let mut console = empty();
    console.paste("{% if Profile.a %}1{% elsif Profile.b %}[2]{% else %}3{% endif %}");
    console.go_before("{% elsif");
    console.press("right");
    let lit = console.style_at("{% elsif");
    assert_eq!((lit, lit), (console.style_at("{% if"), console.style_at("{% endif %}")));
    assert_ne!(lit, console.style_at("[2]"));
    let mut seen = Vec::new();
    for _ in 0..4 {
        console.press("ctrl-]");
        seen.push(console.app().screens.compose.buffer().unwrap().editor.cursor());
    }
    let places = ["{% else %}", "{% endif %}", "{% if", "{% elsif"];
    assert_eq!(seen, places.map(|tag| console.body().find(tag).unwrap()));
    console.go_before("[2]");
    console.press("right left ctrl-]");
    assert_eq!(
        console.app().screens.compose.buffer().unwrap().editor.cursor(),
        console.body().find(']').unwrap()
    );
}

#[test]
fn the_problem_of_the_cursors_line_is_said_behind_it() {
    let mut console = empty();
    console.resize(200, 40);
    console.paste("{\"chat_id\": 1,\n \"text\": \"{{ Profile.frist_name }}\"\n}");
    assert!(!body_rows(&console).iter().any(|row| row.contains("frist_name }}\"   ")));
    console.press("up");
    let row = &body_rows(&console)[1];
    assert!(row.contains("\"   ! ") || row.contains("\"   ✘ "), "{row}");
}

#[test]
fn what_goes_wrong_at_the_cursor_waits_until_one_rests_or_leaves() {
    let mut console = empty();
    console.paste("{\"chat_id\": 1, \"text\": \"a {{ Profile.first_name }}\"}");
    let told = |console: &Console| {
        console
            .app()
            .screens
            .compose
            .visible_diagnostics()
            .any(|problem| problem.message.contains("first_namex"))
    };
    let type_wrong = |console: &mut Console| {
        console.go_before(" }}");
        console.input(Input::Key("x".parse().unwrap()));
        console.input(Input::Key("esc".parse().unwrap()));
        console.answer_all();
    };
    type_wrong(&mut console);
    assert!(!told(&console), "while one types");
    console.settle();
    assert!(told(&console), "once one rests");
    console.press("enter backspace");
    assert!(!told(&console), "mended");
    type_wrong(&mut console);
    assert!(!told(&console), "while one types");
    console.input(Input::Key("enter".parse().unwrap()));
    console.input(Input::Key("home".parse().unwrap()));
    assert!(told(&console), "once one leaves");
}

#[test]
fn five_megabytes_are_edited_without_hints() {
    let text = format!("{{\"text\": \"{}\"}}\n", "many words ".repeat(10)).repeat(43_000);
    let mut console = Console::prepared("spring-sale", |root| {
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), &text).unwrap();
    });
    console.resize(160, 40);
    console.shows("5.0 MB: preview and completion off");
    console.shows("F5 and ^S still work");
    console.press("ctrl-end");
    console.type_text("{{ end");
    console.press("ctrl-s");
    console.shows("saved campaigns/spring-sale.json.liquid");
    assert_eq!(console.file("campaigns/spring-sale.json.liquid"), format!("{text}{{{{ end }}}}"));
    console.press("f6");
    console.shows("too large to convert");
    console.press("ctrl-a delete");
    console.hides("preview and completion off");
}

#[test]
fn more_than_that_is_left_alone_and_said_so() {
    let console = Console::prepared("spring-sale", |root| {
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), vec![b'x'; 10 << 20]).unwrap();
    });
    console.shows("view only");
    console.shows("this file is larger than 8 MB");
}

#[test]
fn in_a_large_body_the_picker_opens_behind_the_painted_key() {
    let mut console = empty();
    console.paste(&format!("{{\"text\": \"{}\"}}", "many words ".repeat(10_000)));
    console.go_before(" words");
    for key in ["{", "{"] {
        console.input(Input::Key(key.parse().unwrap()));
        assert!(console.app().screens.compose.completion.is_none());
    }
    console.settle();
    assert!(console.app().screens.compose.completion.is_some());
    console.press("f i r");
    console.shows("first_name");
}

#[test]
fn the_modes_are_compared_in_the_colours_of_their_markup_and_break_at_blanks() {
    let mut console = empty();
    console.resize(120, 40);
    console.paste(
        r#"{"chat_id": 1, "parse_mode": "HTML", "text": "Good <b>morning</b>, and to you too, {{ Profile.first_name | tg_html }}"}"#,
    );
    console.press("f6");
    let markup = console.app().shared.theme.markup.fg;
    assert_eq!(console.style_at("<b>morning").fg, markup);
    assert_eq!(console.style_at("*morning").fg, markup);
    assert_eq!(console.style_at("{{ Profile.first_name").fg, console.app().shared.theme.liquid_delimiter.fg);
    assert_ne!(console.style_at("Good <b>").fg, markup);
    for width in [60, 79, 80, 81, 100, 120] {
        console.resize(width, 30);
        console.shows("Profile.first_name");
        console.shows("<b>morning</b>,");
    }
}

#[test]
fn problems_keep_to_their_words_while_half_typed_liquid_in_front_is_no_message_yet() {
    let mut console = Console::prepared("spring-sale", |root| {
        let body = "{\n  \"chat_id\": 1,\n  \"text\": \"Hi!\",\n  \"parse_mod\": \"HTML\"\n}\n";
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), body).unwrap();
    });
    let underlined = |console: &Console| {
        let problem = console
            .app()
            .screens
            .compose
            .visible_diagnostics()
            .find(|problem| problem.code == Code::UnknownField)
            .unwrap();
        problem.span.of(&console.body()).to_owned()
    };
    assert_eq!(underlined(&console), "\"parse_mod\"");
    console.go_before("Hi!");
    console.type_text("<<fir");
    assert!(console.app().screens.compose.completion.is_some());
    assert_eq!(underlined(&console), "\"parse_mod\"");
}
