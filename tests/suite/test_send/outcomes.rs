//! The reported outcome of a test: sent, refused, not sent or unknown.

use std::io::Read;
use std::process::Stdio;
use std::sync::mpsc::channel;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::*;

const BODY: &str = r#"{"chat_id": {{ Profile.telegram_chat_id }}, "text": "a"}"#;

fn webhook_of(server: &Server) -> Home {
    let url = format!("http://{}/bot${{BOT_TOKEN}}/sendMessage", server.address);
    workspace(&url, JSON, "", BODY)
}

/// Checks what a test reports, and writes to the history, after this answer of the server.
#[track_caller]
fn check(status: &str, body: &str, code: i32, expected: &str, (ok, may_have_arrived): (bool, bool)) {
    let server = Server::answering(status, body);
    let home = webhook_of(&server);
    let output = test_command(&home, server.address, &["--to", "77"]).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.starts_with(expected), "{status}: {printed}");
    assert_eq!(output.status.code(), Some(code), "{status}: {printed}");
    let warns = String::from_utf8(output.stderr).unwrap().contains("check the chat before you send it again");
    assert_eq!(warns, may_have_arrived, "{status}");
    let request = server.request();
    assert!(request.ends_with(r#"{"chat_id": 77, "text": "a"}"#), "{request}");
    let kept: Value = serde_json::from_str(home.read("shop/.telecast/history.jsonl").trim()).unwrap();
    assert_eq!((&kept["ok"], &kept["may_have_arrived"]), (&Value::Bool(ok), &Value::Bool(may_have_arrived)));
}

const OK: &str = r#"{"ok":true,"result":{"message_id":5}}"#;

#[test]
fn the_reported_outcome_matches_the_answer() {
    let unknown = "unknown whether it was sent to 77: ";
    check("200 OK", OK, 0, "sent to 77, message 5", (true, false));
    check("500 Internal Server Error", OK, 1, unknown, (false, true));
    check("404 Not Found", OK, 1, unknown, (false, true));
    check("302 Found", OK, 1, unknown, (false, true));
    check("200 OK", r#"{"ok":true}"#, 1, unknown, (false, true));
    check("200 OK", "<html>", 1, unknown, (false, true));
    check("502 Bad Gateway", "<html>", 1, unknown, (false, true));
    let refusal = r#"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#;
    check("400 Bad Request", refusal, 1, "not sent to 77: 400 Bad Request: chat not found", (false, false));
    check("500 Internal Server Error", refusal, 1, unknown, (false, true));
    let restart = r#"{"ok":false,"error_code":500,"description":"Internal Server Error: restart"}"#;
    check("500 Internal Server Error", restart, 1, unknown, (false, true));
    check("302 Found", "", 1, unknown, (false, true));
    check("408 Request Timeout", "", 1, unknown, (false, true));
    check("400 Bad Request", "", 1, "not sent to 77: 400 HTTP 400", (false, false));
}

#[test]
fn an_incomplete_answer_means_the_test_may_have_arrived() {
    let unknown = "unknown whether it was sent to 77: ";
    for answer in ["", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"ok\":true", "not HTTP\r\n\r\n"] {
        let server = Server::start(Behavior::Answers(answer.to_owned()));
        let home = webhook_of(&server);
        let output = test_command(&home, server.address, &["--to", "77", "--json"]).output().unwrap();
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(3), "{answer:?}");
        assert_eq!((&json["ok"], &json["status"]), (&Value::Bool(false), &Value::Null), "{answer:?}");
        assert!(home.read("shop/.telecast/history.jsonl").contains(r#""may_have_arrived":true"#));
    }
    let (arrived, _arrivals) = channel();
    let server = Server::start(Behavior::IsSilent(arrived));
    let home = webhook_of(&server);
    let url = format!("http://{}/bot${{BOT_TOKEN}}/sendMessage", server.address);
    home.write("shop/webhooks/fake.toml", format!("name = 'f'\nurl = '{url}'\ntimeout = '1s'\n{JSON}"));
    let output = test_command(&home, server.address, &["--to", "77"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stdout).unwrap().starts_with(unknown));
}

#[test]
fn an_interrupted_test_says_that_it_may_have_arrived() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        check_interrupted(signal);
    }
}

#[track_caller]
fn check_interrupted(signal: Signal) {
    let (arrived, arrivals) = channel();
    let server = Server::start(Behavior::IsSilent(arrived));
    let home = webhook_of(&server);
    let mut command = test_command(&home, server.address, &["--to", "77"]);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    arrivals.recv().unwrap();
    kill_process(Pid::from_child(&child), signal).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let (mut out, mut err) = (String::new(), String::new());
    child.stdout.unwrap().read_to_string(&mut out).unwrap();
    child.stderr.unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(out, "unknown whether it was sent to 77: interrupted while it was being sent\n", "{err}");
    assert!(err.contains("it may have arrived: check the chat before you send it again"), "{err}");
    let kept: Value = serde_json::from_str(home.read("shop/.telecast/history.jsonl").trim()).unwrap();
    assert_eq!((&kept["ok"], &kept["may_have_arrived"]), (&Value::Bool(false), &Value::Bool(true)));
    assert_eq!(kept["chat"], "77");
}

#[test]
fn a_refused_connection_means_the_test_was_not_sent() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let home = workspace(&format!("http://{gone}/bot${{BOT_TOKEN}}/sendMessage"), JSON, "", BODY);
    let output = test_command(&home, gone, &["--to", "77"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.starts_with("not sent to 77: ") && out.contains("refused the connection"), "{out}");
}

/// Fails unless the test is not attempted: nothing is sent, the exit code is 1, and the history stays empty.
#[track_caller]
fn check_withheld(path: &str, webhook: &str, campaign: &str, body: &str, reason: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    let home = workspace(&format!("http://{address}/{path}"), webhook, campaign, body);
    home.run(["--workspace", "shop", "trust", "--yes"]);
    let output = test_command(&home, address, &["--to", "77"]).output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(1), "{out}{err}");
    assert!(out.starts_with("not sent to 77: ") && out.contains(reason), "{out}{err}");
    assert!(listener.accept().is_err(), "a client connected");
    assert!(!home.path().join("shop/.telecast/history.jsonl").exists());
    err
}

#[test]
fn a_request_whose_chat_cannot_be_set_is_refused_with_advice() {
    let bot = "bot${BOT_TOKEN}/sendMessage";
    let text = "content_format = \"text\"\n";
    let err = check_withheld(bot, JSON, text, "hello", "content format is text");
    assert!(err.contains("--as-is"), "{err}");
    check_withheld(bot, JSON, "", "[1]", "not a JSON object");
    check_withheld(bot, "method = \"GET\"\n", "", BODY, "GET");
    check_withheld("hook", JSON, "", BODY, "not a Bot API URL");
}

#[test]
fn another_destination_is_reported_with_its_position() {
    let bot = "bot${BOT_TOKEN}/sendMessage";
    let inline = r#"{"chat_id": 1, "inline_message_id": "AAA", "text": "x"}"#;
    let err = check_withheld(bot, JSON, "", inline, "the body has `inline_message_id`");
    assert!(
        err.contains("shop/campaigns/a.json.liquid:1:16: error[other-chat]")
            || err.contains("campaigns/a.json.liquid:1:16: error[other-chat]"),
        "{err}"
    );
    let form = "[headers]\nContent-Type = \"application/x-www-form-urlencoded; application/json\"\n";
    let body = r#"{"chat_id": 1, "text": "&chat_id=999&"}"#;
    check_withheld(bot, form, "", body, "the body has the chat_id 999, which is not the chat 77");
    let form = "[headers]\nContent-Type = \"application/x-www-form-urlencoded\"\n";
    let err = check_withheld(bot, form, "", r#"{"chat_id": 1, "text": "x"}"#, "find no chat_id");
    assert!(err.contains("Content-Type: application/json"), "{err}");
    let broken = r#"{"chat_id": 1, "text": "Say "hi now", "chat_id": 999}"#;
    check_withheld(bot, JSON, "", broken, "the body is not valid JSON, and it has the chat_id 999");
}

#[test]
fn a_sent_test_is_reported_even_if_stdout_cannot_be_written() {
    let server = Server::answering("200 OK", OK);
    let home = webhook_of(&server);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = test_command(&home, server.address, &["--to", "77"]).stdout(full).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(3) && err.contains("the test was sent nevertheless"), "{err}");
}
