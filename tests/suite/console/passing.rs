//! What one types is broken for a moment: the message before it stays in sight, and never looks like what would be sent.

use ratatui::style::Style;
use telecast::ui::shared::msg::Msg;

use super::harness::Console;

const WORDS: &str = "Outdated: the message before the error";

const BODY: &str = r#"{
  "chat_id": {{ Profile.telegram_chat_id }},
  "parse_mode": "HTML",
  "text": "Good <b>morning</b> <a href=\"https://example.com/a\">everybody</a>"
}"#;

fn with(body: &str) -> Console {
    let mut console = Console::demo();
    console.resize(160, 40);
    console.press("ctrl-a delete");
    console.paste(body);
    console
}

/// Whether every cell of a text is dim.
fn is_dim(console: &Console, text: &str) -> bool {
    let (x, y) = console.place_of(text);
    let cells = console.cells();
    let dim = |style: Style| {
        let wanted = console.app().shared.theme.dim;
        wanted.fg.is_none_or(|colour| style.fg == Some(colour))
            && style.add_modifier.contains(wanted.add_modifier)
    };
    let wide = u16::try_from(telecast::text::width(text)).unwrap();
    (x..x + wide).all(|x| dim(cells[(x, y)].style()))
}

#[test]
fn the_message_stays_dim_and_with_a_word_until_the_error_is_gone() {
    let mut console = with(BODY);
    console.shows("│ Good morning everybody");
    assert!(!is_dim(&console, "Good morning everybody"));
    console.hides(WORDS);
    for broken in ["{{", "{% if", "\"", "<b>"] {
        console.go_before("Good");
        console.paste(broken);
        console.shows("✘ ");
        console.shows(WORDS);
        console.hides("/4096");
        assert!(is_dim(&console, "│ Good morning everybody"), "{broken}:\n{}", console.screen());
        console.press("ctrl-z");
        console.hides(WORDS);
        assert!(!is_dim(&console, "Good morning everybody"));
    }
}

#[test]
fn without_colours_it_is_dim_too() {
    let mut console = with(BODY);
    console.app_mut().shared.theme = telecast::ui::widget::theme::Theme::mono();
    console.go_before("Good");
    console.paste("{{");
    console.shows(WORDS);
    assert!(is_dim(&console, "│ Good morning everybody"));
}

#[test]
fn it_is_the_last_one_that_came_out() {
    let mut console = with(BODY);
    console.go_before("morning");
    console.paste("early ");
    console.paste("{{");
    console.shows("│ Good early morning everybody");
    console.paste(" x");
    console.shows("│ Good early morning everybody");
    console.shows(WORDS);
}

#[test]
fn it_is_never_another_campaigns_or_another_persons() {
    let mut console = with(BODY);
    console.go_before("Good");
    console.paste("{{");
    console.shows(WORDS);
    console.press("f7");
    console.type_text("Иван");
    console.press("enter");
    console.hides(WORDS);
    console.hides("│ Good morning");
    let mut console = with(BODY);
    console.press("alt-1 down down enter");
    console.hides("│ Good morning");
    console.hides(WORDS);
}

#[test]
fn a_recipient_who_is_skipped_has_none() {
    let mut console = with(BODY);
    console.go_before("Good");
    console.paste("{% abort %}");
    console.shows("would be skipped");
    console.hides(WORDS);
    console.hides("│ Good morning");
}

#[test]
fn an_answer_that_comes_late_is_not_shown_for_another_campaign_or_profile() {
    for switch in ["esc 1 home enter", "f7 down enter"] {
        let mut console = Console::demo();
        let message = console.app().screens.compose.message.clone();
        let (generation, composed) = (message.latest().unwrap(), message.value().unwrap().clone());
        console.press(switch);
        let now = console.app().screens.compose.message.clone();
        console.answer(Msg::Composed(generation, composed));
        assert_eq!(console.app().screens.compose.message, now, "{switch}");
    }
}

#[test]
fn a_brace_that_offers_keys_is_composed_all_the_same() {
    let mut console = Console::prepared("spring-sale", |root| {
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), "").unwrap();
    });
    console.shows("the text is empty");
    console.type_text("{");
    console.hides("the text is empty");
}
