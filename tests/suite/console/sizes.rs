//! The console at every terminal size, and text with control characters, which a terminal would obey.

use ratatui::buffer::Buffer;

use telecast::ui::screen::compose::focus::Pane;

use super::Console;
use super::harness::rows;

const SIZES: [(u16, u16); 8] = [(0, 0), (1, 1), (20, 5), (40, 12), (60, 16), (80, 24), (120, 40), (300, 100)];

#[track_caller]
fn assert_no_control_characters(cells: &Buffer) {
    for row in rows(cells) {
        assert!(!row.chars().any(char::is_control), "{row:?}");
    }
}

#[test]
fn every_pane_and_dialog_is_drawn_at_every_size() {
    let mut console = Console::demo();
    let keys = [
        "1", "2", "3", "esc", "4", "]", "]", "5", "f1", "esc", "ctrl-p", "esc", "f4", "esc", "f5", "c",
        "esc", "h", "esc", "p", "esc", "esc", "f6", "esc", "f7", "esc", "n", "esc", "g", "esc", "/", "esc",
        "esc", "1", "x", "esc", "d", "esc", "r", "esc", "2", "esc", "x", "esc", "2", "enter", "up", "up",
        "pageup", "esc", "f7", "ctrl-d", "esc", "f7", "ctrl-e", "up", "up", "esc", "f7", "z", "z", "z",
        "enter", "pagedown", "esc", "esc", "1", "/", "w", "enter", "esc", "z", "2", "4", "z", "5", "/", "x",
        "esc", "1", "U", "esc",
    ];
    for key in keys {
        console.press(key);
        for (columns, rows) in SIZES {
            console.resize(columns, rows);
            assert_no_control_characters(&console.cells());
        }
        console.resize(120, 32);
    }
}

#[test]
fn too_small_a_terminal_shows_a_notice() {
    let mut console = Console::demo();
    console.resize(20, 5);
    console.shows("too small");
    console.resize(80, 24);
    console.shows("20% off");
}

#[test]
fn titles_are_shortened_not_cut_and_stay_clickable() {
    let mut console = Console::demo();
    for columns in [120, 106, 100, 84, 82, 80, 78, 76] {
        console.resize(columns, 24);
        console.shows("Message · JSON · Request ");
    }
    console.resize(80, 24);
    console.shows("┌4 Message · JSON · Request ─");
    console.click_text("Request ─");
    console.shows("POST ");
    console.click_text("Message ·");
    console.shows("20% off");
    console.resize(40, 24);
    console.press("alt-5");
    console.shows(" 1  2  3  4  5 Problems");
    console.click_text("3  4  5 Problems");
    console.shows(" 1  2  3 Body  4  5");
    console.resize(26, 24);
    console.press("alt-4");
    console.shows("┌4 Message ─");
}

#[test]
fn footer_keeps_the_most_important_keys() {
    let mut console = Console::demo();
    console.resize(80, 24);
    console.shows(" F1 help  ^P palette  F5 preview & test  F8 next problem  ^S save  ^Q quit");
    console.resize(40, 24);
    console.shows(" F1 help  ^P palette  ^S save");
    console.hides("^Q quit");
    console.resize(160, 24);
    console.shows(
        " F1 help  ^P palette  F4 settings  F5 preview & test  F6 parse mode  F7 profile  F8 next problem  Alt-Enter \
         fix  ^S save  ^Q quit",
    );
    console.resize(80, 24);
    console.click_text("^S save");
    console.shows("nothing to save");
}

#[test]
fn problems_take_the_rows_that_a_large_terminal_has_and_no_more_than_they_need() {
    #[track_caller]
    fn check(console: &mut Console, size: (u16, u16), n_rows: u16) {
        console.resize(size.0, size.1);
        let area = console.app().screens.compose.layout.pane(Pane::Problems).unwrap();
        assert_eq!(area.height, n_rows, "{size:?}\n{}", console.screen());
    }
    let mut many = Console::with_body(&format!("{{\"text\": \"{}\"}}", "{{ Profile.nobody }} _ ".repeat(40)));
    check(&mut many, (80, 24), 7);
    check(&mut many, (120, 40), 14);
    check(&mut many, (200, 50), 24);
    check(&mut many, (200, 100), 74);
    let mut none = Console::with_body("{\"chat_id\": 1, \"text\": \"a\"}");
    check(&mut none, (80, 24), 3);
    check(&mut none, (200, 50), 3);
}

#[test]
fn a_caption_is_counted_against_the_limit_of_captions() {
    let console = Console::prepared("spring-sale", |root| {
        let webhook = std::fs::read_to_string(root.join("webhooks/bot.toml")).unwrap();
        std::fs::write(root.join("webhooks/bot.toml"), webhook.replace("sendMessage", "sendPhoto")).unwrap();
        let body = "{\"chat_id\": 1, \"photo\": \"https://h.example/p.jpg\", \"caption\": \"four\"}";
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), body).unwrap();
    });
    console.shows("4/1,024 ·");
}

#[test]
fn control_characters_never_reach_a_cell() {
    let evil = "\u{1b}[31m\u{7}\u{9b}2J\u{202e}";
    let mut console = Console::prepared("spring-sale", |root| {
        let body = format!("{{\"chat_id\": 1, \"text\": \"a{evil}b\"}}");
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), body).unwrap();
        let name = "name = \"x\\u001b[2Jy\"\nwebhook = \"bot\"\ncontent_format = \"json\"\n";
        std::fs::write(root.join("campaigns/ev\u{1b}[2Jil.toml"), name).unwrap();
        std::fs::write(root.join("campaigns/ev\u{1b}[2Jil.json.liquid"), "{}").unwrap();
    });
    for key in ["esc", "4", "]", "]", "5", "1", "f4", "esc", "f5", "enter", "esc", "f6", "esc", "f8"] {
        console.press(key);
        assert_no_control_characters(&console.cells());
    }
    console.press("esc 1 /");
    console.type_text("evil");
    assert_no_control_characters(&console.cells());
    console.press("enter ctrl-p");
    console.type_text("campaign: x");
    assert_no_control_characters(&console.cells());
    console.press("esc x d U");
    console.shows("campaign");
    assert_no_control_characters(&console.cells());
    console.press("enter");
    console.shows("restored ev");
    assert_no_control_characters(&console.cells());
}

#[test]
fn header_part_that_does_not_fit_takes_no_clicks() {
    let mut console = Console::demo();
    console.run_survey();
    console.press("shift-f7");
    console.shows("profile xxxx");
    console.resize(60, 16);
    console.hides("profile");
    for x in (4..40).step_by(4) {
        console.click(x, 0);
        console.hides("type to search");
    }
}
