//! The webhook's pane and its form: what each key changes in the file, what is kept, and what is hidden.

use telecast::ui::screen::compose::focus::{Focus, Pane};
use telecast::ui::widget::input::MouseKind;

use super::Console;

const FILE: &str = "webhooks/bot.toml";

/// The demo with the form of its webhook open.
fn form() -> Console {
    let mut console = Console::demo();
    console.press("esc 2 enter");
    console.shows("Bot API method");
    console
}

/// Walks the list of campaigns to one with this webhook.
fn open_campaign_with(console: &mut Console, webhook: &str) {
    console.press("end");
    while console.app().screens.compose.webhook.stem.as_deref() != Some(webhook) {
        console.press("up");
    }
}

/// Moves the focus from the first field to the empty row of the headers.
const TO_NEW_HEADER: &str = "down down down down down";

/// The sample workspace with this text as the file of its webhook, which the user has trusted.
fn with_webhook(text: &'static str) -> Console {
    let mut console = Console::prepared("spring-sale", move |root| {
        std::fs::write(root.join(FILE), text).unwrap();
    });
    console.resize(120, 40);
    console
}

#[test]
fn a_header_is_typed_as_it_is_written() {
    let mut console = form();
    console.press(TO_NEW_HEADER);
    console.type_text("X-Api: 5");
    console.press("ctrl-s");
    let saved = console.file(FILE);
    assert!(saved.contains("X-Api = \"5\"\n"), "{saved}");
    assert!(saved.contains("Content-Type = \"application/json\"\n"), "{saved}");
    // The form goes on after the save, in the same cell.
    console.type_text("0");
    console.press("ctrl-s");
    assert!(console.file(FILE).contains("X-Api = \"50\"\n"), "{}", console.file(FILE));
}

#[test]
fn a_header_is_deleted_by_emptying_its_name() {
    let mut console = form();
    console.press(TO_NEW_HEADER);
    console.type_text("X-Api: 5");
    console.press("ctrl-s up shift-tab ctrl-a delete");
    console.shows("without a name, this row is not saved");
    console.press("ctrl-s");
    let saved = console.file(FILE);
    assert!(!saved.contains("Content-Type") && saved.contains("X-Api = \"5\"\n"), "{saved}");
    console.shows("Telegram needs Content-Type: application/json");
}

#[test]
fn pasted_headers_of_curl_fill_their_cells() {
    let mut console = form();
    console.press(TO_NEW_HEADER);
    console.paste("-H 'X-One: 1' \\\n-H 'X-Two: a:b'\n");
    console.press("ctrl-s");
    let saved = console.file(FILE);
    assert!(saved.contains("X-One = \"1\"\nX-Two = \"a:b\"\n"), "{saved}");
}

#[test]
fn an_invalid_or_repeated_header_is_reported_beside_its_row() {
    let mut console = form();
    console.press(TO_NEW_HEADER);
    console.type_text("X Api: 5");
    console.shows("`X Api` is not a valid header name · use letters, digits and hyphens");
    console.press("shift-tab ctrl-a");
    console.type_text("Content-Type");
    console.shows("`Content-Type` is already above; change or empty this name");
    let before = console.file(FILE);
    console.press("ctrl-s");
    console.shows("webhook not saved: Headers: `Content-Type` is already above");
    assert_eq!(console.file(FILE), before);
}

#[test]
fn the_whole_url_can_be_read_and_edited_at_every_size() {
    let url = "http://127.0.0.1:9/a/very/long/path/of/some/server/behind/a/proxy/in/the/office/bot${BOT_TOKEN}/sendMessage";
    let mut console = form();
    console.press("down ctrl-a");
    console.paste(url);
    for (columns, rows) in [(120, 40), (80, 24), (60, 16)] {
        console.resize(columns, rows);
        let screen: String = console.screen();
        let room = screen.lines().skip_while(|line| !line.contains("http://"));
        let text: String =
            room.map(|line| line.trim_matches(|c| "│ ".contains(c)).replace("URL ", "")).collect();
        let text = text.replace(' ', "");
        assert!(text.contains(url), "{columns}×{rows}:\n{}", console.screen());
    }
    console.resize(120, 40);
    console.press("home right right right right");
    console.type_text("s");
    assert_eq!(console.app().screens.compose.webhook.form.value("url"), url.replace("http:", "https:"));
    // A click moves the cursor to the character under the mouse.
    console.click_text("/sendMessage");
    console.type_text("/test");
    assert!(console.app().screens.compose.webhook.form.value("url").ends_with("}/test/sendMessage"));
}

#[test]
fn choosing_a_method_rewrites_only_the_last_segment_of_the_url() {
    let mut console = form();
    console.press("down end");
    console.type_text("?chat_id=5#sendMessage");
    console.press("down right");
    console.shows("‹ sendPhoto ›");
    let value = |console: &Console, id: &str| console.app().screens.compose.webhook.form.value(id);
    assert_eq!(value(&console, "url"), "${SANDBOX}/bot${BOT_TOKEN}/sendPhoto?chat_id=5#sendMessage");
    // The preview is composed with the new method.
    console.press("esc 4 ] ]");
    console.shows("/sendPhoto");
    // Typing a method into the URL chooses it. A wrong one is shown as it is, and the known ones are offered.
    console.press("2 enter up ctrl-a");
    console.paste("https://api.telegram.org/bot${BOT_TOKEN}/sendmessage");
    assert_eq!(value(&console, "bot_method"), "sendMessage");
    assert_eq!(value(&console, "url"), "https://api.telegram.org/bot${BOT_TOKEN}/sendmessage");
    console.type_text("x");
    console.shows("‹ sendmessagex ›");
    console.press("ctrl-a");
    console.paste("https://crm.example/notes");
    console.hides("Bot API method");
}

#[test]
fn passwords_are_never_shown_in_clear() {
    let mut console = with_webhook(
        "name = 'a'\nurl = 'https://crm.example/notes'\n[headers]\nX-Api-Key = 'topsecret1'\n[auth]\nkind = 'basic'\nusername = 'ann'\npassword = 'topsecret2'\n",
    );
    console.press("esc 2");
    console.shows("X-Api-Key: ••••••");
    console.shows("basic ••••••");
    console.hides("topsecret");
    console.press("enter");
    console.shows("Password");
    console.hides("topsecret");
    console.shows("this file contains a password · write `${NAME}` here");
    // From the first field up to the password, which is above timeout, retries, rate, and three buttons.
    console.press("up up up up up up up ctrl-a");
    console.hides("topsecret");
    console.type_text("${PW}");
    console.shows("${PW}");
    // Switching the kind and back keeps what was typed.
    console.press("up up right");
    console.hides("Password");
    console.press("left");
    console.shows("${PW}");
    console.press("ctrl-s");
    let saved = console.file(FILE);
    assert!(saved.contains("${PW}") && !saved.contains("topsecret2"), "{saved}");
}

#[test]
fn leaving_the_form_keeps_the_edits_and_says_how_to_save_or_drop_them() {
    let mut console = form();
    let before = console.file(FILE);
    console.type_text(" of ours");
    console.press("esc");
    console.shows("webhook bot is not saved: ^S saves it, Revert in its form drops the edits");
    console.shows("Webhook bot ●");
    console.shows("Telegram bot of ours");
    assert_eq!(console.file(FILE), before);
    // The edits survive a look at a campaign with another webhook.
    console.press("1");
    open_campaign_with(&mut console, "crm");
    console.hides("Webhook bot");
    console.press("ctrl-q");
    console.shows("Not saved: webhook bot");
    console.press("esc");
    open_campaign_with(&mut console, "bot");
    console.shows("Webhook bot ●");
    console.press("2 enter up enter");
    console.shows("dropped the edits of the webhook");
    console.press("esc");
    console.hides("Webhook bot ●");
    console.hides("of ours");
    assert_eq!(console.file(FILE), before);
}

#[test]
fn edits_of_two_webhooks_are_saved_together() {
    let mut console = form();
    console.type_text(" 1");
    console.press("esc 1");
    open_campaign_with(&mut console, "crm");
    console.press("2 enter");
    console.type_text(" 2");
    console.press("esc ctrl-q");
    console.shows("webhook crm");
    console.shows("webhook bot");
    console.press("s");
    assert!(console.has_quit);
    assert!(console.file(FILE).contains("name = \"Telegram bot 1\""));
    assert!(console.file("webhooks/crm.toml").contains("name = \"CRM notes 2\""));
}

#[test]
fn typing_on_while_a_save_is_pending_loses_nothing() {
    let mut console = form();
    console.type_unsettled("1");
    for key in ["ctrl-s", "2", "ctrl-s", "3"] {
        console.input(telecast::ui::widget::input::Input::Key(key.parse().unwrap()));
    }
    console.settle();
    assert_eq!(console.app().screens.compose.webhook.form.value("name"), "Telegram bot123");
    assert!(console.file(FILE).contains("name = \"Telegram bot123\""), "{}", console.file(FILE));
    console.shows("saved webhooks/bot.toml");
}

#[test]
fn a_change_by_another_program_is_not_overwritten() {
    let mut console = form();
    console.type_text("Mine");
    let theirs = console.file(FILE).replace("Telegram bot", "Theirs");
    console.write(FILE, &theirs);
    console.files_changed();
    console.shows("Telegram botMine");
    console.press("ctrl-s");
    console.shows("changed");
    assert_eq!(console.file(FILE), theirs);
    console.press("esc 2 enter");
    console.shows("Telegram botMine");
}

#[test]
fn a_webhook_with_edits_is_renamed_only_after_they_are_saved_or_dropped() {
    let mut console = form();
    console.type_text("X");
    console.press("esc r");
    console.shows("webhook bot has unsaved edits: save or revert them first");
    console.press("ctrl-s r ctrl-a");
    console.type_text("robot");
    console.press("enter");
    console.shows("Webhook robot");
    console.press("enter");
    console.type_text("X");
    console.press("esc x left enter");
    assert!(!console.has_file("webhooks/robot.toml"));
    console.shows("│webhooks/robot.toml not");
    console.press("u");
    console.shows("Webhook robot ─");
}

#[test]
fn a_form_closes_when_its_webhook_is_gone() {
    let mut console = form();
    std::fs::remove_file(console.root().join(FILE)).unwrap();
    console.files_changed();
    console.hides("Bot API method");
    console.shows("│webhooks/bot.toml not");
    console.hides("SANDBOX");
    console.write(FILE, "name = 'again'\nurl = 'https://crm.example/'\n");
    console.files_changed();
    console.press("enter");
    console.shows("https://crm.example/");
    console.write("campaigns/spring-sale.toml", "name = 'Spring sale'\nwebhook = 'crm'\n");
    console.files_changed();
    console.hides("HTTP method");
    console.shows("Webhook crm");
}

#[test]
fn limits_are_read_checked_and_saved() {
    let mut console = form();
    console.press("up up up up up");
    console.type_text("21");
    console.shows("retries is 21; use 0 to 20");
    console.press("backspace down");
    console.type_text("fast");
    console.shows("`fast` is not a number of messages per second");
    console.press("ctrl-a 3 0 ctrl-s");
    let saved = console.file(FILE);
    assert!(saved.contains("retries = 2\n") && saved.contains("rate = 30\n"), "{saved}");
    console.press("ctrl-a delete ctrl-s");
    assert!(!console.file(FILE).contains("rate"), "{}", console.file(FILE));
}

#[test]
fn params_are_a_table_too() {
    let mut console = form();
    console.press(TO_NEW_HEADER);
    console.press("down");
    console.type_text("disable_notification");
    console.press("tab");
    console.type_text("true");
    console.press("esc");
    console.shows("?disable_notification");
    console.press("4 ] ]");
    console.shows("disable_notification=true");
    console.press("ctrl-s");
    let saved = console.file(FILE);
    assert!(saved.contains("[params]\ndisable_notification = \"true\"\n"), "{saved}");
}

#[test]
fn the_form_shows_what_the_bot_answered_in_full() {
    let mut console = with_webhook(
        "name = 'a'\nurl = 'https://api.telegram.org/bot${NOT_SET_ANYWHERE}/sendMessage'\n[headers]\nContent-Type = 'application/json'\n",
    );
    console.press("esc 2");
    console.shows("NOT TRUSTED");
    console.press("enter up up up enter");
    console.shows("Trust this webhook?");
    console.press("left enter");
    // The form is shown again after the question.
    console.shows("Bot API method");
    console.shows("there is no secret ${NOT_SET_ANYWHERE}: set it with ");
    console.shows("`telecast secrets set NOT_SET_ANYWHERE`, or as an environment variable");
    console.press("esc");
    console.shows("NOT_SET_ANYWHERE missing");
}

#[test]
fn the_summary_names_the_parts_of_the_webhook() {
    let mut console = Console::demo();
    console.resize(120, 40);
    console.press("esc 2");
    for text in [
        "✔ @demo_bot",
        "Telegram bot",
        "POST sendMessage",
        "${SANDBOX}",
        "BOT_TOKEN ✓",
        "Content-Type:",
        "timeout 10s",
    ] {
        console.shows(text);
    }
    assert_eq!(console.app().screens.compose.focus, Focus::select(Pane::Webhook));
}

#[test]
fn the_form_opens_by_the_palette_and_by_the_mouse() {
    let mut console = Console::demo();
    console.press("ctrl-p");
    console.type_text("edit the webhook");
    console.press("enter");
    console.shows("Bot API method");
    console.press("esc");
    console.click_text("Telegram bot");
    console.hides("Bot API method");
    console.click_text("Telegram bot");
    console.shows("Bot API method");
    console.press("esc 3");
    let (x, y) = console.position_of("Telegram bot");
    console.mouse(MouseKind::Down { clicks: 2 }, x, y);
    console.shows("Bot API method");
    // A click beside the form closes it, as Esc does.
    console.click(0, 20);
    console.hides("Bot API method");
}

#[test]
fn a_read_only_console_shows_the_form_and_refuses_edits() {
    let mut console = Console::demo();
    console.app_mut().shared.read_only = Some("another console has this workspace open".to_owned());
    console.press("esc 2 enter down down");
    console.shows("‹ sendMessage ›");
    for keys in ["right", "up x", "down down down tab x", "ctrl-s"] {
        console.press(keys);
        console.shows("View only: another console");
        console.hides("●");
    }
    console.paste("x");
    console.shows("View only: another console");
    console.press("esc");
    console.hides("Bot API method");
}

#[test]
fn control_characters_and_wide_texts_of_a_file_are_drawn_safely_and_kept() {
    let text = "name = \"a\\u001b[2J\\u202eb\\nc\"\nmethod = \"POST\"\nurl = \"https://crm.example/\\t漢字\"\n[headers]\n\"X-A\\u0007\" = \"1\\n2\"\n";
    let mut console = with_webhook(text);
    console.press("esc 2 enter");
    for (columns, rows) in [(120, 40), (60, 16), (24, 6)] {
        console.resize(columns, rows);
        for row in super::harness::rows(&console.cells()) {
            assert!(!row.chars().any(char::is_control), "{row:?}");
        }
    }
    console.resize(120, 40);
    console.hides("Webhook bot ●");
    // Editing one value keeps the others as they are.
    console.press("up up up up up up");
    console.type_text("5s");
    console.press("ctrl-s");
    let saved = console.file(FILE);
    assert!(saved.starts_with(&text[..text.find("[headers]").unwrap()]), "{saved}");
    assert!(saved.contains("\"X-A\\u0007\" = \"1\\n2\"") && saved.contains("timeout"), "{saved}");
}
