//! The body's appearance: wrapped lines, marked spaces, highlighted blocks, problems shown in place.

use telecast::diagnostic::Code;
use telecast::ui::widget::input::Input;

use super::harness::Console;

/// The demo with an empty body.
fn empty() -> Console {
    let mut console = Console::demo();
    console.press("ctrl-a delete");
    console
}

/// Returns the body's rows on screen, without the line numbers and without empty rows.
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
fn long_lines_wrap_until_wrapping_is_turned_off() {
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
fn cursor_moves_by_wrapped_rows_and_clicks_map_to_bytes() {
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
fn trailing_spaces_are_marked_and_alt_w_marks_all_or_none() {
    let mut console = empty();
    console.paste("a b \n\u{a0}c");
    assert_eq!(body_rows(&console), ["a b·", "␣c"]);
    console.press("esc alt-w");
    assert_eq!(body_rows(&console), ["a·b·", "␣c"]);
    console.press("alt-w");
    assert_eq!(body_rows(&console), ["a b", "\u{a0}c"]);
}

#[test]
fn tags_of_a_block_are_highlighted_and_lead_to_each_other() {
    let mut console = empty();
    console.paste("{% if Profile.a %}1{% elsif Profile.b %}[2]{% else %}3{% endif %}");
    console.go_before("{% elsif");
    console.press("right");
    let highlight = console.style_at("{% elsif");
    assert_eq!((highlight, highlight), (console.style_at("{% if"), console.style_at("{% endif %}")));
    assert_ne!(highlight, console.style_at("[2]"));
    let mut visited = Vec::new();
    for _ in 0..4 {
        console.press("ctrl-]");
        visited.push(console.app().screens.compose.buffer().unwrap().editor.cursor());
    }
    let tags = ["{% else %}", "{% endif %}", "{% if", "{% elsif"];
    assert_eq!(visited, tags.map(|tag| console.body().find(tag).unwrap()));
    console.go_before("[2]");
    console.press("right left ctrl-]");
    assert_eq!(
        console.app().screens.compose.buffer().unwrap().editor.cursor(),
        console.body().find(']').unwrap()
    );
}

#[test]
fn problem_on_the_cursor_line_is_shown_after_the_line() {
    let mut console = empty();
    console.resize(200, 40);
    console.paste("{\"chat_id\": 1,\n \"text\": \"{{ Profile.frist_name }}\"\n}");
    assert!(!body_rows(&console).iter().any(|row| row.contains("frist_name }}\"   ")));
    console.press("up");
    let row = &body_rows(&console)[1];
    assert!(row.contains("\"   ! ") || row.contains("\"   ✘ "), "{row}");
}

#[test]
fn problem_is_not_shown_after_the_line_if_only_a_few_letters_fit() {
    let mut console = empty();
    console.resize(200, 40);
    console.paste("{\"chat_id\": 1,\n \"text\": \"{{ Profile.frist_name }}\"\n}");
    console.press("up");
    let mut shown = Vec::new();
    for columns in (60..200).rev() {
        console.resize(columns, 40);
        let rows = body_rows(&console);
        let messages =
            rows.iter().filter_map(|row| row.split_once("   ! ").or_else(|| row.split_once("   ✘ ")));
        shown.extend(messages.map(|(_, message)| message.chars().count()));
    }
    assert!(!shown.is_empty() && shown.iter().all(|length| 18 <= *length), "{shown:?}");
}

#[test]
fn problem_at_the_cursor_waits_for_a_pause_or_a_line_change() {
    let mut console = empty();
    console.paste("{\"chat_id\": 1, \"text\": \"a {{ Profile.first_name }}\"}");
    let is_shown = |console: &Console| {
        console
            .app()
            .screens
            .compose
            .visible_diagnostics()
            .any(|problem| problem.message.contains("first_namex"))
    };
    let break_name = |console: &mut Console| {
        console.go_before(" }}");
        console.input(Input::Key("x".parse().unwrap()));
        console.input(Input::Key("esc".parse().unwrap()));
        console.run_until_idle();
    };
    break_name(&mut console);
    assert!(!is_shown(&console), "while typing");
    console.settle();
    assert!(is_shown(&console), "after a pause");
    console.press("enter backspace");
    assert!(!is_shown(&console), "after the fix");
    break_name(&mut console);
    assert!(!is_shown(&console), "while typing");
    console.input(Input::Key("enter".parse().unwrap()));
    console.input(Input::Key("home".parse().unwrap()));
    assert!(is_shown(&console), "after leaving the line");
}

#[test]
fn five_megabyte_body_is_edited_without_preview_or_completion() {
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
fn file_over_eight_megabytes_is_view_only() {
    let console = Console::prepared("spring-sale", |root| {
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), vec![b'x'; 10 << 20]).unwrap();
    });
    console.shows("view only");
    console.shows("this file is larger than 8 MB");
}

#[test]
fn picker_in_a_large_body_opens_after_the_key_is_drawn() {
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
fn mode_comparison_is_highlighted_and_wraps_at_spaces() {
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
fn problem_positions_hold_while_liquid_before_them_is_half_typed() {
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
