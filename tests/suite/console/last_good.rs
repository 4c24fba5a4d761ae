//! While the typed text is broken, the last good message stays visible, but never looks like what would be sent.

use ratatui::style::Style;
use telecast::settings::ThemeName;
use telecast::ui::shared::msg::Msg;

use super::harness::Console;

const OUTDATED: &str = "Outdated: the message before the error";

const BODY: &str = r#"{
  "chat_id": {{ Profile.telegram_chat_id }},
  "parse_mode": "HTML",
  "text": "Good <b>morning</b> <a href=\"https://example.com/a\">everybody</a>"
}"#;

/// Returns whether every cell of a text is dimmed.
fn is_dim(console: &Console, text: &str) -> bool {
    let (x, y) = console.position_of(text);
    let cells = console.cells();
    let dim = |style: Style| {
        let wanted = console.app().shared.theme.dim;
        wanted.fg.is_none_or(|color| style.fg == Some(color))
            && style.add_modifier.contains(wanted.add_modifier)
    };
    let wide = u16::try_from(telecast::text::width(text)).unwrap();
    (x..x + wide).all(|x| dim(cells[(x, y)].style()))
}

#[test]
fn last_good_message_stays_dimmed_and_labelled_until_the_error_is_gone() {
    let mut console = Console::with_body(BODY);
    console.shows("│ Good morning everybody");
    assert!(!is_dim(&console, "Good morning everybody"));
    console.hides(OUTDATED);
    for (place, broken) in [("Good", "{{"), ("Good", "{% if"), ("\"parse_mode\"", "\""), ("Good", "<b>")] {
        console.go_before(place);
        console.paste(broken);
        console.shows("✘ ");
        console.shows(OUTDATED);
        console.hides("/4,096");
        assert!(is_dim(&console, "│ Good morning everybody"), "{broken}:\n{}", console.screen());
        console.press("ctrl-z");
        console.hides(OUTDATED);
        assert!(!is_dim(&console, "Good morning everybody"));
    }
}

#[test]
fn last_good_message_keeps_its_place_while_the_body_is_broken() {
    for (width, height) in [(160, 40), (80, 24)] {
        let mut console = Console::with_body(BODY);
        console.resize(width, height);
        console.go_before(" <a");
        let row = |console: &Console| console.position_of("│ Good").1;
        let before = row(&console);
        let mut n_broken = 0;
        for typed in ["{", "{", " Profile", ".city", " | ", "default: 'x", "' }"] {
            console.paste(typed);
            n_broken += usize::from(console.screen().contains("! Outdated: "));
            assert_eq!(row(&console), before, "{typed}:\n{}", console.screen());
        }
        assert!(4 < n_broken, "{n_broken}");
    }
}

#[test]
fn outdated_message_is_dimmed_without_colors_too() {
    let mut console = Console::with_body(BODY);
    console.app_mut().shared.settings.theme = ThemeName::Terminal;
    console.go_before("Good");
    console.paste("{{");
    console.shows(OUTDATED);
    assert!(is_dim(&console, "│ Good morning everybody"));
}

#[test]
fn outdated_message_is_the_last_one_without_errors() {
    let mut console = Console::with_body(BODY);
    console.go_before("morning");
    console.paste("early ");
    console.paste("{{");
    console.shows("│ Good early morning everybody");
    console.paste(" x");
    console.shows("│ Good early morning everybody");
    console.shows(OUTDATED);
}

#[test]
fn outdated_message_is_hidden_for_another_campaign_or_profile() {
    let mut console = Console::with_body(BODY);
    console.go_before("Good");
    console.paste("{{");
    console.shows(OUTDATED);
    console.press("f7");
    console.type_text("Иван");
    console.press("enter");
    console.hides(OUTDATED);
    console.hides("│ Good morning");
    let mut console = Console::with_body(BODY);
    console.press("alt-1 down down enter");
    console.hides("│ Good morning");
    console.hides(OUTDATED);
}

#[test]
fn skipped_recipient_has_no_outdated_message() {
    let mut console = Console::with_body(BODY);
    console.go_before("Good");
    console.paste("{% abort %}");
    console.shows("would be skipped");
    console.hides(OUTDATED);
    console.hides("│ Good morning");
}

#[test]
fn late_result_is_ignored_for_another_campaign_or_profile() {
    for switch in ["esc 1 home enter", "f7 down enter"] {
        let mut console = Console::demo();
        let message = console.app().screens.compose.message.clone();
        let (generation, composed) = (message.latest().unwrap(), message.value().unwrap().clone());
        console.press(switch);
        let now = console.app().screens.compose.message.clone();
        console.deliver(Msg::Composed(generation, composed));
        assert_eq!(console.app().screens.compose.message, now, "{switch}");
    }
}

#[test]
fn opening_brace_is_composed_although_it_offers_keys() {
    let mut console = Console::prepared("spring-sale", |root| {
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), "").unwrap();
    });
    console.shows("the text is empty");
    console.type_text("{");
    console.hides("the text is empty");
}
