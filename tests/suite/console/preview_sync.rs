//! The preview highlights the token at the body's cursor, and a click in the preview moves the cursor to its source.

use ratatui::style::Style;
use telecast::ui::screen::compose::focus::Pane;

use telecast::ui::widget::hyperlinks::Link;

use super::harness::Console;

/// Returns the text of the highlighted cells, row by row.
fn highlighted(console: &Console) -> Vec<String> {
    let cells = console.cells();
    let linked = console.app().shared.theme.linked;
    let is_linked = |cell: Style| cell.fg == linked.fg && cell.add_modifier.contains(linked.add_modifier);
    let row = |y| {
        let columns = (0..cells.area.width).filter(|x| is_linked(cells[(*x, y)].style()));
        columns.map(|x| cells[(x, y)].symbol()).collect::<String>()
    };
    (0..cells.area.height).map(row).filter(|row| !row.is_empty()).collect()
}

/// Returns up to 8 characters of the body from the cursor on.
fn at_cursor(console: &Console) -> String {
    let cursor = console.app().screens.compose.buffer().unwrap().editor.cursor();
    console.body()[cursor..].chars().take(8).collect()
}

const BODY: &str = r#"{
  "chat_id": {{ Profile.telegram_chat_id }},
  "parse_mode": "HTML",
  "text": "Good <b>morning</b>, {{ Profile.first_name | json_escape }}\nsee <a href=\"https://example.com/a\">our shop</a>",
  "reply_markup": {"inline_keyboard": [[{"text": "Yes", "url": "https://example.com/y"}, {"text": "No", "callback_data": "n"}]]}
}"#;

#[test]
fn token_at_the_cursor_is_highlighted_in_the_message() {
    let mut console = Console::with_body(BODY);
    console.go_before("ning</b>");
    console.press("left");
    assert_eq!(highlighted(&console), ["morning"]);
    console.go_before("first_name");
    console.press("right");
    assert_eq!(highlighted(&console), ["Anna"]);
    console.go_before("example.com/a");
    console.press("right");
    assert_eq!(highlighted(&console), ["our shop", "↗ https://example.com/a"]);
    console.go_before("\"callback");
    console.press("right");
    assert!(highlighted(&console)[0].contains(" No "), "{:?}", highlighted(&console));
}

#[test]
fn token_at_the_cursor_is_highlighted_in_the_json_and_scrolled_to() {
    let mut console = Console::with_body(&BODY.replace("Good", &"Good\\n".repeat(600)));
    console.go_before("example.com/y");
    console.press("right");
    console.press("esc 4 ]");
    assert_eq!(highlighted(&console), ["example"]);
    console.shows("\"text\": \"Yes\"");
}

#[test]
fn clicking_the_message_moves_the_cursor_and_highlights_the_source() {
    let mut console = Console::with_body(BODY);
    console.press("ctrl-home");
    console.click_text("our shop");
    assert_eq!(console.app().screens.compose.focus.pane, Pane::Body);
    assert_eq!(at_cursor(&console), "our shop");
    console.press("ctrl-home");
    let (x, y) = console.position_of(", Anna");
    console.click(x + 3, y);
    assert!(at_cursor(&console).starts_with("{{ Profi"), "{}", at_cursor(&console));
    let rows = highlighted(&console);
    // The first brace is under the cursor, and has the style of a bracket with a partner.
    assert!(rows.iter().any(|row| row.starts_with("{ Profile.first_name")), "{rows:?}");
    console.click_text(" Yes ");
    assert!(at_cursor(&console).starts_with("{\"text\":"), "{}", at_cursor(&console));
    console.press("left");
    let rows = highlighted(&console);
    assert!(!rows.iter().any(|row| row.contains("{\"text\"")), "{rows:?}");
}

#[test]
fn a_click_in_the_json_moves_the_cursor() {
    let mut console = Console::with_body(BODY);
    console.press("ctrl-home esc 4 ]");
    console.click_text("callback_data\": \"n\"}]]");
    assert_eq!(at_cursor(&console), "callback");
}

#[test]
fn first_click_opens_a_spoiler_and_the_second_moves_the_cursor() {
    let mut console = Console::with_body(
        r#"{"chat_id": 1, "parse_mode": "HTML", "text": "a <tg-spoiler>secret</tg-spoiler>"}"#,
    );
    console.press("ctrl-home");
    console.click_text("░░░░░░");
    console.shows("│ a secret");
    console.click_text("secret  ");
    assert_eq!(at_cursor(&console), "secret</");
}

#[test]
fn highlight_stays_correct_while_the_message_is_outdated() {
    let mut console = Console::with_body(BODY);
    console.go_before("ning</b>");
    console.press("left");
    console.type_unsettled("xyz");
    assert_eq!(highlighted(&console), ["morning"]);
    console.settle();
    assert_eq!(highlighted(&console), ["moxyzrning"]);
}

#[test]
fn code_in_the_message_is_colored_by_its_language() {
    let code = "<pre><code class='language-python'>def f(): # why\\n  return 'a'</code></pre>";
    let console = Console::with_body(&format!(
        r#"{{"parse_mode": "HTML", "text": "{code}", "chat_id": {{{{ Profile.telegram_chat_id }}}}}}"#
    ));
    let theme = &console.app().shared.theme;
    let (x, y) = console.position_of("│ def f(): # why");
    let color = |column: u16| console.cells()[(x + 2 + column, y)].style().fg;
    assert_eq!((color(0), color(9)), (theme.keyword.fg, theme.comment.fg));
}

/// Returns the terminal hyperlinks: the text of their cells and their addresses.
fn hyperlinks(console: &Console) -> Vec<(String, String)> {
    let cells = console.cells();
    let links = telecast::ui::app::links(console.app());
    let text = |link: &Link| link.columns.clone().map(|x| cells[(x, link.y)].symbol()).collect::<String>();
    links.iter().map(|link| (text(link).trim().to_owned(), link.address.as_str().to_owned())).collect()
}

#[test]
fn message_links_are_terminal_hyperlinks_unless_covered() {
    let mut console = Console::with_body(BODY);
    let address = "https://example.com/a".to_owned();
    let found = hyperlinks(&console);
    assert_eq!(found[..2], [("our shop".to_owned(), address.clone()), (address.clone(), address)]);
    assert!(found.iter().any(|(text, address)| text.contains("Yes") && address == "https://example.com/y"));
    for key in ["f6", "f1", "ctrl-p"] {
        console.press(key);
        assert_eq!(hyperlinks(&console), []);
        console.press("esc");
        assert_eq!(hyperlinks(&console), found);
    }
    console.go_before("Good");
    console.paste("{{");
    assert_eq!(hyperlinks(&console), [], "an outdated message has no links");
}

#[test]
fn hyperlink_addresses_are_printable_ascii() {
    let text = "<a href='https://a.b/\u{1b}]52;c;x\u{7}é'>a</a> <a href='tg://user?id=1'>b</a>";
    let console =
        Console::with_body(&format!(r#"{{"chat_id": 1, "parse_mode": "HTML", "text": "{text} c@d.com"}}"#));
    let found = hyperlinks(&console);
    assert!(!found.is_empty());
    for (_, address) in found {
        assert!(address.bytes().all(|byte| (0x21..=0x7e).contains(&byte)), "{address:?}");
    }
}
