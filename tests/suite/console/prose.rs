//! Message text typed as prose: Enter, quotes, and pastes give valid JSON, and paragraphs look like paragraphs.

use telecast::editor::{Command, Motion};

use super::Console;

const BODY: &str = "{\n  \"chat_id\": 1,\n  \"text\": \"Hi!\",\n  \"parse_mode\": \"HTML\"\n}";

/// Returns the line of the body that has the message's text.
fn text_line(console: &Console) -> String {
    console.body().lines().find(|line| line.contains("\"text\"")).unwrap_or_default().trim().to_owned()
}

#[test]
fn enter_in_message_text_types_a_line_break() {
    let mut console = Console::with_body(BODY);
    console.go_before("!");
    console.press("enter enter");
    console.type_text("Bye");
    assert_eq!(text_line(&console), r#""text": "Hi\n\nBye!","#);
    console.shows("No problems");
    console.press("ctrl-z ctrl-z");
    assert_eq!(text_line(&console), r#""text": "Hi\n!","#);
}

#[test]
fn enter_outside_message_text_breaks_the_line_and_indents() {
    let mut console = Console::with_body(BODY);
    console.go_before("  \"parse_mode\"");
    console.press("enter");
    assert_eq!(console.body(), BODY.replace("  \"parse_mode\"", "\n  \"parse_mode\""));
}

#[test]
fn quotes_in_message_text_are_escaped_until_the_closing_quote() {
    let mut console = Console::with_body(BODY);
    console.go_before("!");
    console.type_text(" \"there\"");
    assert_eq!(text_line(&console), r#""text": "Hi \"there\"!","#);
    console.press("delete");
    console.type_text("\",");
    assert_eq!(text_line(&console), r#""text": "Hi \"there\"",,"#);
}

#[test]
fn a_pasted_paragraph_with_quotes_needs_no_repairs() {
    let mut console = Console::with_body(BODY);
    console.go_before("!");
    console.paste("\n\nAnna’s \"best\" day:\n\tC:\\new {{ Profile.city | default: \"Rome\" }}\r\n");
    assert_eq!(
        text_line(&console),
        r#""text": "Hi\n\nAnna’s \"best\" day:\n\tC:\\new {{ Profile.city | default: "Rome" }}\n!","#
    );
    console.shows("pasted with escapes for JSON");
    console.press("ctrl-z");
    assert_eq!(console.body(), BODY);
}

#[test]
fn a_paste_that_is_escaped_already_goes_in_as_it_is() {
    let mut console = Console::with_body(BODY);
    console.go_before("!");
    console.paste(r#"\n\"Bye\""#);
    console.shows("pasted as it is");
    assert_eq!(text_line(&console), r#""text": "Hi\n\"Bye\"!","#);
}

#[test]
fn a_paste_outside_message_text_is_verbatim() {
    let mut console = Console::with_body(BODY);
    console.go_before("  \"parse_mode\"");
    console.paste("  \"disable_notification\": true,\n");
    assert!(console.body().contains(",\n  \"disable_notification\": true,\n  \"parse_mode\""));
    console.hides("pasted");
}

#[test]
fn paste_as_is_removes_the_escapes_of_the_last_paste() {
    let mut console = Console::with_body(BODY);
    console.go_before("!");
    console.paste("\", \"x\": \"y");
    assert_eq!(text_line(&console), r#""text": "Hi\", \"x\": \"y!","#);
    paste_as_is(&mut console);
    assert_eq!(text_line(&console), r#""text": "Hi", "x": "y!","#);
    console.press("ctrl-z");
    assert_eq!(text_line(&console), r#""text": "Hi\", \"x\": \"y!","#);
    paste_as_is(&mut console);
    console.shows("paste first");
    assert_eq!(text_line(&console), r#""text": "Hi\", \"x\": \"y!","#);
}

fn paste_as_is(console: &mut Console) {
    console.press("ctrl-p");
    console.type_text("paste as is");
    console.press("enter");
}

#[test]
fn read_only_console_types_and_pastes_nothing() {
    let console = Console::with_body(BODY);
    let mut second = console.second(Some("another console edits it"));
    let body = second.body();
    second.go_before("20% off");
    second.press("enter");
    second.shows("View only");
    second.type_text("\"");
    second.paste("a \"b\"");
    second.shows("View only");
    assert_eq!(second.body(), body);
}

#[test]
fn plain_text_needs_no_escapes() {
    let mut console = Console::prepared("welcome", |root| {
        let campaign = root.join("campaigns/welcome.toml");
        let settings = std::fs::read_to_string(&campaign).unwrap();
        std::fs::write(&campaign, settings.replace("\"json\"", "\"text\"")).unwrap();
        std::fs::write(root.join("campaigns/welcome.txt.liquid"), "{\"text\": \"a\"}").unwrap();
        std::fs::remove_file(root.join("campaigns/welcome.json.liquid")).unwrap();
    });
    assert_eq!(console.body(), "{\"text\": \"a\"}");
    console.go_before("a");
    console.press("enter");
    console.paste("\"b\n");
    assert_eq!(console.body(), "{\"text\": \"\n\"b\na\"}");
}

#[test]
fn a_variable_of_clevertap_keeps_its_quotes() {
    let mut console = Console::prepared("spring-sale", |root| {
        let campaign = root.join("campaigns/spring-sale.toml");
        let settings = std::fs::read_to_string(&campaign).unwrap();
        std::fs::write(&campaign, format!("dialect = \"clevertap\"\n{settings}")).unwrap();
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), BODY).unwrap();
    });
    console.go_before("!");
    console.type_text(" @Profile - city | default: \"Rome\", \"you\"");
    assert_eq!(text_line(&console), r#""text": "Hi @Profile - city | default: "Rome", \"you\"!","#);
}

#[test]
fn the_preview_shows_clevertaps_version_of_the_line_that_differs() {
    let console = Console::prepared("spring-sale", |root| {
        let campaign = root.join("campaigns/spring-sale.toml");
        let settings = std::fs::read_to_string(&campaign).unwrap();
        std::fs::write(&campaign, format!("dialect = \"clevertap\"\n{settings}")).unwrap();
        let body = BODY.replace("Hi!", "Hi!\\n{{ 1.1 | plus: 2.2 }} points");
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), body).unwrap();
    });
    console.shows("3.3 points");
    console.shows("In CleverTap: 3.3000000000000003 points");
}

#[test]
fn rows_end_with_the_line_breaks_of_message_text() {
    let mut console = Console::with_body(&BODY.replace("Hi!", r"One\nTwo \\n two\n\nFour"));
    let (x, y) = console.position_of("\"text\": \"One");
    let rows = super::harness::rows(&console.cells());
    let at = |row: u16| rows[usize::from(y + row)].chars().skip(usize::from(x)).take(13).collect::<String>();
    assert_eq!(
        [at(0), at(1), at(2), at(3)],
        ["\"text\": \"One\\n".get(..13).unwrap(), r"Two \\n two\n", r"\n", "Four\","]
            .map(|row| format!("{row:<13}"))
    );
    let cells = console.cells().into_owned();
    let dim = console.app().shared.theme.dim.fg;
    let color = |dx: u16, dy: u16| cells[(x + dx, y + dy)].style().fg;
    // The `\n` at the end of "Two \\n two\n" is dim, and the escaped backslash in it is not.
    assert_eq!((color(11, 1), color(12, 1)), (dim, dim));
    assert_ne!(color(4, 1), dim);
    // Down from the start of a paragraph goes to the next one, and a click after its end goes before its line break.
    console.go_before("Two");
    console.press("down down");
    console.type_text("x");
    assert!(console.body().contains(r"\n\nxFour"), "{}", console.body());
    console.click(x + 30, y + 1);
    console.type_text("!");
    assert!(console.body().contains(r"two!\n\n"), "{}", console.body());
    console.press("alt-z");
    console.hides("\n  \\n");
}

#[test]
fn fix_all_mends_every_line_break_in_texts_without_their_indentation() {
    let broken =
        "{\n  \"chat_id\": 1,\n  \"text\": \"Hi\n  you\n\n    and me\",\n  \"parse_mode\": \"HTML\"\n}";
    let mut console = Console::with_body("");
    console.paste(broken);
    console.press("esc");
    console.shows("line break");
    console.press("!");
    assert_eq!(text_line(&console), r#""text": "Hi\nyou\n\n  and me","#);
    console.shows("3 places fixed");
    console.shows("No problems");
    console.press("ctrl-z");
    assert_eq!(console.body(), broken);
    console.press(".");
    assert_eq!(text_line(&console), r#""text": "Hi\nyou\n\n  and me","#);
}

#[test]
fn vim_opens_and_joins_lines_of_the_file_and_types_prose() {
    let mut console = Console::with_body(BODY);
    toggle_vim(&mut console);
    console.go_before("Hi!");
    console.press("o esc");
    assert_eq!(console.body(), BODY.replace("Hi!\",", "Hi!\",\n"));
    console.press("u O esc");
    assert_eq!(console.body(), BODY.replace("1,\n", "1,\n\n"));
    console.press("u k J u");
    assert_eq!(console.body(), BODY);
    console.go_before("!");
    console.press("i enter \" x esc");
    assert_eq!(text_line(&console), r#""text": "Hi\n\"x!","#);
    console.press("u");
    assert_eq!(console.body(), BODY);
    console.press(".");
    assert_eq!(text_line(&console), r#""text": "Hi\n\"x!","#);
}

fn toggle_vim(console: &mut Console) {
    console.press("ctrl-p");
    console.type_text("toggle vim");
    console.press("enter");
}

#[test]
fn a_large_message_text_is_typed_and_wrapped_like_a_small_one() {
    let paragraph = r#"All the \"news\" of this week.\n\n"#.repeat(10_000);
    let mut console = Console::with_body(&format!("{{\"text\": \"{paragraph}\"}}"));
    let end = console.body().len() - 2;
    console.app_mut().screens.compose.buffer_mut().unwrap().editor.apply(Command::Move(Motion::To(end)));
    console.press("enter");
    console.type_text("The end");
    console.press("up up");
    console.type_text("x");
    assert!(console.body().ends_with(r#"of this week.\nx\n\nThe end"}"#), "{}", &console.body()[end - 60..]);
}
