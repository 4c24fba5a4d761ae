//! The set-up guide, and the first steps in an empty workspace: no dead ends, and nothing is left of a failed step.

use super::Console;
use crate::test_send::Server;

const TOKEN: &str = "4242424242:SETUP-test-token-of-no-real-bot-00";

/// An empty workspace with the guide at the step of the bot.
fn at_bot_step() -> Console {
    let mut console = Console::empty();
    console.press("S");
    console.shows("› Bot");
    console
}

/// Enters a token and another server's URL, and connects.
fn connect(console: &mut Console, url: &str) {
    console.paste(TOKEN);
    console.press("down right down");
    console.paste(url);
    console.press("enter");
}

#[test]
fn a_refused_token_leaves_nothing_behind() {
    let mut console = at_bot_step();
    // This server answers 404 to everything but sendMessage.
    let server = Server::answering("200 OK", "");
    connect(&mut console, &format!("http://{}", server.address));
    console.shows("✘ getMe");
    console.shows("› Bot");
    assert!(!console.has_file("webhooks/telegram-bot.toml"));
    assert!(!console.home().join("config/secrets.toml").exists());
    assert!(!console.screen().contains(TOKEN), "{}", console.screen());
}

#[test]
fn a_server_that_does_not_answer_can_be_connected_without_a_check() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut console = at_bot_step();
    connect(&mut console, &format!("http://{gone}/"));
    console.shows("Enter again goes on without the check.");
    assert!(!console.has_file("webhooks/telegram-bot.toml"));
    console.press("enter");
    console.shows("› Test chat");
    console.shows("the webhook was created without asking the bot");
    let webhook = console.file("webhooks/telegram-bot.toml");
    assert!(webhook.contains(&format!("http://{gone}/bot${{BOT_TOKEN}}/sendMessage")), "{webhook}");
}

#[test]
fn a_token_is_not_sent_to_a_server_over_plain_http() {
    let mut console = at_bot_step();
    connect(&mut console, "http://bots.example");
    console.shows("a secret would be sent over plain http");
    console.press("up backspace");
    assert!(!console.has_file("webhooks/telegram-bot.toml"));
}

#[test]
fn something_other_than_a_token_is_refused_before_anything_is_asked() {
    let mut console = at_bot_step();
    console.type_text("Use this token to access the HTTP API");
    console.press("enter");
    console.shows("✘ this is not a bot token");
    console.shows("› Bot");
}

#[test]
fn each_step_can_be_skipped_and_taken_up_again() {
    let mut console = at_bot_step();
    console.press("shift-tab");
    console.shows("[ Back ]");
    console.press("enter");
    console.shows("› Name");
    console.press("esc");
    console.shows("the set-up guide goes on from the palette");
    console.press("S");
    console.shows("› Bot");
    // Token, server, and Connect come before Skip.
    console.press("down down down enter");
    console.shows("› Test chat");
    console.press("enter");
    console.shows("connect a bot first");
    console.press("down down down enter");
    console.shows("› Campaign");
    console.press("enter");
    console.shows("› First test");
    console.press("down enter");
    assert_eq!(console.app().screens.compose.open.as_deref(), Some("first-campaign"));
    assert!(console.app().screens.compose.focus.in_body());
}

#[test]
fn the_first_campaign_comes_with_a_webhook() {
    let mut console = Console::empty();
    console.press("n enter");
    console.type_text("Hello");
    console.press("enter");
    assert!(console.file("campaigns/hello.toml").contains("webhook = \"telegram-bot\""));
    assert!(console.file("webhooks/telegram-bot.toml").contains("https://api.telegram.org/bot${BOT_TOKEN}/"));
    console.press("f5");
    console.shows("The set-up guide asks for the token: press Esc, then S outside the text.");
    console.hides("unchanged");
    console.press("s");
    console.shows("✔ 200 delivered");
    console.press("esc esc S");
    console.shows("The webhook telegram-bot has no token yet.");
    // Text that is pasted onto a button goes into the field of the token.
    console.press("down");
    console.paste(TOKEN);
    console.shows("••••••");
    console.hides(TOKEN);
}

#[test]
fn an_empty_workspace_names_keys_that_work() {
    let mut console = Console::empty();
    console.shows("n to create one, S for");
    console.press("2");
    console.press("n");
    console.shows("Name of the new webhook");
    console.press("esc 1 n");
    console.shows("New campaign");
}

#[test]
fn preview_and_test_without_a_webhook_says_how_to_create_one() {
    let mut console = Console::prepared("a", |root| {
        for file in ["bot", "crm"] {
            std::fs::remove_file(root.join(format!("webhooks/{file}.toml"))).unwrap();
        }
        std::fs::write(root.join("campaigns/a.toml"), "name = 'a'\n").unwrap();
        std::fs::write(root.join("campaigns/a.json.liquid"), "{\"chat_id\": 1, \"text\": \"a\"}").unwrap();
    });
    console.press("f5");
    console.shows("there is no webhook yet: press Esc, 2, then n to create one");
    console.press("g");
    console.shows("✘ there is no webhook yet: press Esc, 2, then n to create one");
    console.press("esc esc 2 n");
    console.shows("Name of the new webhook");
}

#[test]
fn a_typed_chat_id_is_the_first_row_of_the_list_of_chats() {
    let mut console = Console::demo();
    console.press("f5 c");
    console.shows("Another chat: type its id or @name");
    console.type_text("1099");
    console.shows("› Use 1099");
    console.press("enter");
    console.shows("To       1099");
    console.press("c");
    console.type_text("@team");
    console.press("enter");
    console.shows("To       @team");
}

#[test]
fn a_sandbox_user_writes_to_the_bot_at_a_key() {
    let mut console = Console::demo();
    console.press("f5 g");
    console.shows("press Enter, and a made-up user writes to it");
    console.press("enter");
    console.run_until_shown("✔ captured Test User · 1001");
}

#[test]
fn one_key_sends_the_test_to_the_sandbox_and_back_to_the_webhook() {
    let mut console = Console::prepared("a", |root| {
        let webhook = "name = 'f'\nurl = 'https://api.telegram.org/bot${NO_SUCH_TOKEN}/sendMessage'\n\
                       [headers]\nContent-Type = 'application/json'\n";
        std::fs::write(root.join("webhooks/live.toml"), webhook).unwrap();
        std::fs::write(root.join("campaigns/a.toml"), "name = 'a'\nwebhook = 'live'\n").unwrap();
        std::fs::write(root.join("campaigns/a.json.liquid"), "{\"chat_id\": 1, \"text\": \"a\"}").unwrap();
    });
    console.press("f5");
    console.shows("NOT TRUSTED");
    console.press("s");
    console.shows("SANDBOX of this workspace: nothing leaves this machine");
    console.shows("POST ${SANDBOX}/bot");
    console.shows("✔ 200 delivered");
    console.press("s");
    console.shows("POST https://api.telegram.org/bot");
    console.hides("delivered");
    console.press("h enter");
    console.shows("Earlier test of a");
    console.shows("POST ${SANDBOX}/bot");
    // The webhook is still not trusted, so a test that is sent again can only have gone to the sandbox.
    console.press("r");
    console.shows("✔ 200 delivered · message 2");
}

#[test]
fn a_read_only_console_does_not_open_the_guide() {
    let mut console = Console::demo();
    console.app_mut().shared.read_only = Some("another console has it".to_owned());
    console.press("esc S");
    console.shows("View only");
    console.hides("Set-up guide");
}
