//! Preview and Test in the console: the reported result is what happened to the test message.

use std::sync::mpsc::channel;

use telecast::ui::widget::input::Input;

use super::Console;
use crate::support::{Home, Terminal};
use crate::test_send::{Behavior, Server, answer};

/// The demo with a campaign `a` that has this body. Its webhook sends to `server` and is trusted.
fn open_with_server(server: &Server, body: &str) -> Console {
    let url = format!("http://{}/bot${{BOT_TOKEN}}/sendMessage", server.address);
    let webhook = format!("name = 'f'\nurl = '{url}'\n[headers]\nContent-Type = 'application/json'\n");
    let mut console = Console::prepared("a", |root| {
        std::fs::write(root.join("webhooks/fake.toml"), webhook).unwrap();
        std::fs::write(root.join("campaigns/a.toml"), "name = 'a'\nwebhook = 'fake'\n").unwrap();
        std::fs::write(root.join("campaigns/a.json.liquid"), body).unwrap();
    });
    console.press("f5 enter");
    console.click_text("Trust it as it is");
    console.press("esc");
    console
}

const BODY: &str = r#"{"chat_id": 5, "text": "a"}"#;

/// Presses a key without waiting for any result.
fn press_unsettled(console: &mut Console, key: &str) {
    console.input(Input::Key(key.parse().unwrap()));
}

#[test]
fn test_is_not_sent_if_the_test_chat_cannot_be_guaranteed() {
    let mut console = Console::prepared("spring-sale", |root| {
        let body = r#"{"chat_id": 5, "text": "a", "business_connection_id": "B"}"#;
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), body).unwrap();
    });
    console.press("f5 enter");
    console.shows("✘ not sent: the message might reach another chat");
    console.press("j");
    console.shows("the body has `business_connection_id`");
    assert!(!console.has_file(".telecast/history.jsonl"));
}

#[test]
fn unclear_answer_is_reported_as_unknown() {
    let server = Server::answering("500 Internal Server Error", r#"{"ok":true,"result":{"message_id":5}}"#);
    let mut console = open_with_server(&server, BODY);
    console.press("f5 enter");
    console.shows("? unknown whether it was sent: HTTP 500");
    console.shows("it may have arrived: check the chat before you send it again");
    console.press("h");
    console.shows("? a");
    assert!(server.request().contains(r#"{"chat_id": 1099500000001, "text": "a"}"#));
}

#[test]
fn answer_is_reported_after_the_dialog_was_closed() {
    let refusal = r#"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#;
    for (status, body, message) in [
        ("200 OK", r#"{"ok":true,"result":{"message_id":5}}"#, "the test to 1099500000001 was sent"),
        ("400 Bad Request", refusal, "the test to 1099500000001 was refused: Bad Request: chat not found"),
        ("502 Bad Gateway", "", "the test to 1099500000001 may have arrived, check the chat: HTTP 502"),
    ] {
        let ((arrived, arrivals), (release, released)) = (channel(), channel());
        let server = Server::start(Behavior::Waits(arrived, released, answer(status, body)));
        let mut console = open_with_server(&server, BODY);
        console.press("f5");
        press_unsettled(&mut console, "enter");
        console.shows("sending…");
        press_unsettled(&mut console, "esc");
        console.shows("the test is being sent");
        console.run_while_waiting(move || arrivals.recv().unwrap());
        release.send(()).unwrap();
        console.settle();
        console.shows(message);
    }
}

#[test]
fn resent_test_goes_through_the_same_check() {
    let server = Server::answering("200 OK", r#"{"ok":true,"result":{"message_id":5}}"#);
    let mut console = open_with_server(&server, BODY);
    console.press("f5 enter");
    console.shows("✔ 200");
    console.write("campaigns/a.json.liquid", r#"{"chat_id": 5, "text": "a", "user_id": 999}"#);
    console.press("h enter r");
    console.shows("the message might reach another chat");
    console.shows("not sent again");
    // An entry that went to another chat is sent to that chat again.
    let other = r#"{"sent":"2026-01-01T00:00:00Z","campaign":"a","webhook":"fake","profile":null,"chat":"4242","method":"POST","url":"","body":"","ok":true,"status":200,"message_id":1,"description":"delivered","ms":1}"#;
    console.write(".telecast/history.jsonl", other);
    console.write("campaigns/a.json.liquid", BODY);
    console.press("esc esc esc f5 h");
    console.shows("a to 4242");
    console.press("enter");
    console.shows("To       4242");
    console.press("r");
    console.shows("{\"chat_id\": 4242, ");
    let entry = r#"{"sent":"2026-01-01T00:00:00Z","campaign":"a","webhook":"fake","profile":null,"chat":null,"method":"POST","url":"","body":"","ok":true,"status":200,"message_id":1,"description":"delivered","ms":1}"#;
    console.write(".telecast/history.jsonl", entry);
    console.press("esc esc esc f5 h enter r");
    console.shows("that test went to the chat in its body");
}

/// The demo after a test with an error in its body, and after the error was corrected.
fn refused_then_corrected() -> Console {
    let mut console = Console::demo();
    console.resize(140, 60);
    console.go_before("<b>Hi");
    console.type_text("<u>");
    console.press("f5 enter");
    console.shows("✘ Bad Request: can't parse entities");
    console.press("esc backspace backspace backspace");
    assert!(!console.body().contains("<u><b>Hi"));
    console
}

#[test]
fn an_earlier_test_shows_its_own_request_beside_its_own_answer() {
    let mut console = refused_then_corrected();
    console.press("f5 h");
    console.hides("\"text\": \"<b>Hi Anna");
    console.shows("✘ spring-sale to 1099500000001");
    console.press("enter");
    console.shows("Earlier test of spring-sale");
    console.shows("POST ${SANDBOX}/bot••••••/sendMessage");
    console.shows("Content-Type: application/json");
    console.shows("\"text\": \"<u><b>Hi Anna");
    console.shows("✘ 400 Bad Request: can't parse entities");
    console.hides("\"text\": \"<b>Hi Anna");
}

#[test]
fn an_earlier_test_is_compared_with_the_campaign_as_it_is_now() {
    let mut console = refused_then_corrected();
    for key in ["tab", "d"] {
        console.press("f5 h enter");
        console.press(key);
        console.shows("- as it was sent   + as it is now");
        console.shows("-   \"text\": \"<u><b>Hi Anna");
        console.shows("+   \"text\": \"<b>Hi Anna");
        console.shows("    \"parse_mode\": \"HTML\"");
        // Only the changed line of the message is marked.
        console.shows("  Your <i>pro</i> bonus");
        console.hides("✘ 400");
        console.press(key);
        console.shows("✘ 400");
        console.press("esc esc esc");
    }
    console.press("ctrl-z f5 h enter tab");
    console.shows("The campaign gives the same request now.");
}

#[test]
fn a_test_that_is_sent_again_shows_the_new_request_with_the_new_answer() {
    let mut console = refused_then_corrected();
    console.press("f5 h enter");
    console.shows("r send again as it is now");
    press_unsettled(&mut console, "r");
    console.hides("Hi Anna,</b>");
    console.hides("✘ 400");
    console.settle();
    console.shows("\"text\": \"<b>Hi Anna");
    console.shows("✔ 200 delivered · message ");
    console.hides("✘ 400");
    // The list has both, and the older one is still the chosen one.
    console.press("esc");
    console.shows("✔ spring-sale");
    console.shows("› ✘ spring-sale");
    console.press("up enter");
    console.shows("✔ 200 delivered · message ");
    console.press("esc esc");
    console.shows("Preview and Test");
}

#[test]
fn an_answer_is_shown_with_the_request_that_it_answers() {
    let mut console = Console::demo();
    console.resize(140, 60);
    console.press("f5 enter");
    console.shows("✔ 200 delivered");
    console.shows("Hi Anna,</b>");
    // With another profile, the answer is no longer about what is shown.
    console.press("p");
    console.type_text("Ben");
    console.press("enter");
    console.hides("✔ 200 delivered");
    console.hides("Hi Anna,</b>");
}

#[test]
fn esc_during_a_repeated_test_leaves_and_the_footer_says_how_it_ended() {
    let mut console = refused_then_corrected();
    console.press("f5 h enter");
    press_unsettled(&mut console, "r");
    press_unsettled(&mut console, "r");
    press_unsettled(&mut console, "esc");
    console.shows("Earlier tests");
    console.settle();
    console.shows("the test to 1099500000001 was sent");
    let log = console.file(".telecast/history.jsonl");
    assert_eq!(log.lines().count(), 2, "the second key did nothing: {log}");
}

#[test]
fn an_earlier_test_of_another_campaign_is_compared_with_that_campaign() {
    let mut console = refused_then_corrected();
    console.press("esc 1 end enter f5 h enter tab");
    console.shows("Earlier test of spring-sale");
    console.shows("-   \"text\": \"<u><b>Hi Anna");
    console.shows("+   \"text\": \"<b>Hi Anna");
}

#[test]
fn quitting_during_a_test_records_it_in_the_history() {
    let (arrived, arrivals) = channel();
    let server = Server::start(Behavior::IsSilent(arrived));
    let home = Home::new();
    home.run(["init", "shop"]).ok();
    let url = format!("http://{}/bot${{BOT_TOKEN}}/sendMessage", server.address);
    home.run(["--workspace", "shop", "webhooks", "new", "fake", "--url", &url]).ok();
    home.write("shop/campaigns/a.toml", "name = 'a'\nwebhook = 'fake'\n");
    home.write("shop/campaigns/a.json.liquid", BODY);
    let mut command = home.command(["--workspace", "shop"]);
    command.env("BOT_TOKEN", "42:TEST");
    let mut terminal = Terminal::start(command, 120, 32);
    terminal.wait_for("chat_id");
    terminal.send("\x1b[15~");
    terminal.wait_for("Enter send · c chat");
    terminal.send("c");
    terminal.wait_for("Another chat");
    terminal.send("77");
    terminal.wait_for("Use 77");
    terminal.send("\r");
    terminal.wait_for("To       77");
    terminal.send("\r");
    arrivals.recv().unwrap();
    terminal.send("\x1b");
    terminal.wait_for("the test is being sent");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    let log = home.read("shop/.telecast/history.jsonl");
    assert!(log.contains(r#""may_have_arrived":true"#) && log.contains(r#""chat":"77""#), "{log}");
}

#[test]
fn webhook_that_is_not_a_bot_can_only_be_sent_unchanged() {
    let mut console = Console::prepared("order-note", |_| {});
    console.press("f5");
    console.shows("Host     NOT TRUSTED: messages to crm.example (not a bot); Enter to review");
    console.shows("To       crm.example: this request has no chat");
    console.shows("Press a, then Enter, to send it unchanged.");
    console.shows("Enter send · a send unchanged · ");
    console.press("a");
    console.shows("To       crm.example, unchanged: this request has no chat");
    console.shows("Enter send unchanged · a undo · ");
}
