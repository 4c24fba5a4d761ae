//! Formatting message text: the row of formats, its actions, and a message that is right at every keystroke.

use telecast::telegram::{ParseMode, parse};
use telecast::ui::widget::input::Input;
use telecast::ui::widget::key::Key;

use super::Console;

const BODY: &str = "{\n  \"chat_id\": 1,\n  \"text\": \"Big sale today\",\n  \"parse_mode\": \"HTML\"\n}";

const ROW: &str = "b bold  i italic  u underline  s strike  p spoiler  c code  q quote  l link";

fn text_line(console: &Console) -> String {
    console.body().lines().find(|line| line.contains("\"text\"")).unwrap_or_default().trim().to_owned()
}

#[test]
fn row_of_formats_puts_a_format_on_the_word_and_takes_it_away() {
    let mut console = Console::with_body(BODY);
    console.go_before("sale");
    console.press("ctrl-t");
    console.shows(ROW);
    console.press("b");
    console.hides(ROW);
    assert_eq!(text_line(&console), r#""text": "Big <b>sale</b> today","#);
    console.press("ctrl-t i");
    assert_eq!(text_line(&console), r#""text": "Big <i><b>sale</b></i> today","#);
    console.press("ctrl-t b ctrl-t i");
    assert_eq!(console.body(), BODY);
    console.press("ctrl-z ctrl-z");
    assert_eq!(text_line(&console), r#""text": "Big <i><b>sale</b></i> today","#);
    console.press("ctrl-z ctrl-z");
    assert_eq!(console.body(), BODY);
}

#[test]
fn selection_stays_selected_for_the_next_format() {
    let mut console = Console::with_body(BODY);
    console.go_before("sale");
    for _ in 0.."sale today".len() {
        console.press("shift-right");
    }
    console.press("ctrl-t u ctrl-t s");
    assert_eq!(text_line(&console), r#""text": "Big <s><u>sale today</u></s>","#);
    assert_eq!(console.app().screens.compose.buffer().unwrap().editor.selected(), "sale today");
    console.press("ctrl-t u ctrl-t s");
    assert_eq!(console.body(), BODY);
}

#[test]
fn any_other_key_closes_the_row_and_does_nothing_else() {
    let mut console = Console::with_body(BODY);
    console.go_before("sale");
    for key in ["esc", "x", "enter", "\"", "alt-b", "alt-z", "ctrl-c", "f5", "down"] {
        let cursor = console.app().screens.compose.buffer().unwrap().editor.cursor();
        console.press(&format!("ctrl-t {key}"));
        console.hides(ROW);
        assert_eq!(console.body(), BODY, "{key}");
        assert_eq!(console.app().screens.compose.buffer().unwrap().editor.cursor(), cursor, "{key}");
        assert!(console.app().screens.compose.dialog.is_none(), "{key}");
    }
    console.press("ctrl-t");
    console.click_text("Big");
    console.hides(ROW);
    console.press("ctrl-t");
    console.paste("A ");
    console.hides(ROW);
    assert_eq!(text_line(&console), r#""text": "A Big sale today","#);
}

#[test]
fn link_takes_an_address_and_tab_or_enter_leaves_it() {
    for (mode, linked) in [
        ("HTML", r#""text": "Big sale <a href='shop.example/a?b=1'>today</a>!","#),
        ("Markdown", r#""text": "Big sale [today](shop.example/a?b=1)!","#),
    ] {
        for key in ["tab", "enter"] {
            let mut console = Console::with_body(&BODY.replace("HTML", mode));
            console.go_before("today");
            console.press("ctrl-t l");
            console.shows("type the address of the link");
            console.type_text("shop.example/a?b=1");
            console.press(key);
            console.type_text("!");
            assert_eq!(text_line(&console), linked, "{key}");
        }
    }
}

#[test]
fn markup_in_an_empty_place_formats_what_is_typed_next() {
    let mut console = Console::with_body(&BODY.replace("Big sale today", ""));
    console.go_before("\",\n  \"parse");
    console.press("ctrl-t b");
    assert_eq!(text_line(&console), r#""text": "<b></b>","#);
    console.type_text("Hi");
    assert_eq!(text_line(&console), r#""text": "<b>Hi</b>","#);
    let mut console = Console::with_body(&BODY.replace("HTML", "MarkdownV2").replace("today", ""));
    console.go_before("\",\n  \"parse");
    console.press("ctrl-t i");
    console.type_text("now");
    assert_eq!(text_line(&console), r#""text": "Big sale _now_","#);
    console.shows("No problems");
}

#[test]
fn refusals_say_why_and_change_nothing() {
    let refused = |body: &str, before: &str, keys: &str, why: &str| {
        let mut console = Console::with_body(body);
        console.go_before(before);
        console.press(keys);
        console.shows(why);
        console.hides(ROW);
        assert_eq!(console.body(), body);
    };
    refused(&BODY.replace("HTML", "Markdown"), "sale", "ctrl-t u", "Markdown has no underline");
    refused(
        &BODY.replace(",\n  \"parse_mode\": \"HTML\"", ""),
        "sale",
        "ctrl-t",
        "this text has no parse mode",
    );
    refused(BODY, "parse_mode", "ctrl-t", "formats are for message text");
    refused(&BODY.replace("sale", "<i>sale"), "sale", "ctrl-t b", "fix the markup of this text first");
    refused(
        &BODY.replace("sale", "<code>sale</code>"),
        "sale",
        "ctrl-t b",
        "code and times have no other formatting",
    );
}

#[test]
fn read_only_console_formats_nothing() {
    let console = Console::with_body(BODY);
    let mut second = console.second(Some("another console edits it"));
    let body = second.body();
    second.go_before("20% off");
    second.press("ctrl-t");
    second.shows("View only");
    second.hides("b bold");
    second.press("ctrl-p");
    second.type_text("format: bold");
    second.press("enter");
    second.shows("View only");
    assert_eq!(second.body(), body);
}

#[test]
fn each_format_is_an_action_of_the_palette() {
    let mut console = Console::with_body(BODY);
    console.go_before("sale");
    console.press("ctrl-p");
    console.type_text("format: spoiler");
    console.press("enter");
    assert_eq!(text_line(&console), r#""text": "Big <tg-spoiler>sale</tg-spoiler> today","#);
}

#[test]
fn small_terminal_shows_a_short_row() {
    let mut console = Console::with_body(BODY);
    console.resize(60, 16);
    console.go_before("sale");
    console.press("ctrl-t");
    console.shows("b i u s styles  p spoiler  c code  q quote  l link");
    console.press("q");
    assert_eq!(text_line(&console), r#""text": "<blockquote>Big sale today</blockquote>","#);
}

#[test]
fn vim_formats_its_selection() {
    let mut console = Console::with_body(BODY);
    console.press("ctrl-p");
    console.type_text("toggle vim");
    console.press("enter");
    console.go_before("sale");
    console.press("v e ctrl-t b");
    assert_eq!(text_line(&console), r#""text": "Big <b>sale</b> today","#);
    console.press("esc u");
    assert_eq!(console.body(), BODY);
}

/// What the message must say after each key, without its markup.
struct Typist {
    console: Console,
    said: String,
}

impl Typist {
    fn press(&mut self, key: &str, said: &str) {
        self.console.press(key);
        self.said.push_str(said);
        self.check(key);
    }

    fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.console.input(Input::Key(Key::char(c)));
            self.console.settle();
            self.said.push(c);
            self.check(&c.to_string());
        }
    }

    #[track_caller]
    fn check(&self, key: &str) {
        let composed = self.console.app().screens.compose.composed().unwrap();
        let rendered: serde_json::Value = serde_json::from_str(composed.rendered.as_deref().unwrap())
            .unwrap_or_else(|error| panic!("after {key}: {error}:\n{}", self.console.body()));
        let text = rendered["text"].as_str().unwrap();
        let message =
            parse(ParseMode::Html, text).unwrap_or_else(|error| panic!("after {key}: {error}: {text}"));
        assert_eq!(message.text, self.said, "after {key}:\n{}", self.console.body());
        let errors: Vec<_> = composed.diagnostics.iter().filter(|problem| problem.is_error()).collect();
        assert_eq!(errors, Vec::<&_>::new(), "after {key}");
    }
}

#[test]
fn three_paragraphs_are_right_at_every_keystroke() {
    let mut console = Console::demo();
    console.press("esc n enter");
    console.type_text("Letter");
    console.press("enter");
    console.press("alt-3");
    console.go_before("<b>Hi {{");
    console.press("shift-end");
    for _ in 0..2 {
        console.press("shift-left");
    }
    let mut typist = Typist { console, said: String::new() };
    typist.type_text("Dear reader 🎉,");
    typist.press("enter", "\n");
    typist.press("enter", "\n");
    typist.type_text("\"It's here\", she said. We're \"open\" 24/7 & don't close");
    typist.press("ctrl-t", "");
    typist.press("b", "");
    typist.type_text("!");
    typist.press("enter", "\n");
    typist.said.pop();
    typist.press("backspace", "");
    typist.press("enter", "\n");
    typist.press("enter", "\n");
    typist.type_text("Anna’s family 👩‍👩‍👧 calls it ‘the best’: \"can't wait\"");
    typist.press("left", "");
    typist.press("ctrl-t", "");
    typist.press("i", "");
    assert_eq!(
        text_line(&typist.console),
        concat!(
            r#""text": "Dear reader 🎉,\n\n\"It's here\", she said. We're \"open\" 24/7 & don't <b>close</b>!\n\n"#,
            r#"Anna’s family 👩‍👩‍👧 calls it ‘the best’: \"can't <i>wait</i>\"","#
        )
    );
    typist.console.shows("Anna’s family");
}
