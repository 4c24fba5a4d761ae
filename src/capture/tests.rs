//! Tests capturing a chat against a server with scripted answers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use crate::botapi::{ClientOptions, SendError};

use super::*;

/// Starts a server that gives one answer per connection, each written as `status body`. The receiver gets the
/// method and the body of each request.
fn serve(answers: &[&str]) -> (Bot, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let request = read_request(&stream);
            let (status, body) = answer.split_once(' ').unwrap();
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
            // The write fails if the client has hung up already. The tests look only at the client.
            let _ = stream.write_all((head + body).as_bytes());
            let _ = sender.send(request);
        }
    });
    (Bot::of_url(&format!("{address}/bot1:SECRET/getMe")).unwrap(), requests)
}

fn read_request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut path = String::new();
    reader.read_line(&mut path).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let method = path.split(' ').nth(1).unwrap().rsplit('/').next().unwrap();
    format!("{method} {}", String::from_utf8(body).unwrap())
}

fn options() -> CaptureOptions {
    CaptureOptions { timeout: Duration::from_secs(20), after: None, pause: Duration::ZERO }
}

async fn capture(
    answers: &[&str],
    options: &CaptureOptions,
) -> (Result<CapturedChat, CaptureError>, Vec<String>) {
    let (bot, requests) = serve(answers);
    let client = Client::new(&ClientOptions::default()).unwrap();
    let result = wait_for_chat(&client, &bot, options).await;
    (result, requests.try_iter().collect())
}

const MESSAGE: &str =
    r#"200 {"ok":true,"result":[{"update_id":9,"message":{"chat":{"id":42,"first_name":"Anna"}}}]}"#;

#[tokio::test]
async fn polling_lasts_until_a_message_and_confirms_no_update() {
    let nothing = r#"200 {"ok":true,"result":[]}"#;
    let other = r#"200 {"ok":true,"result":[{"update_id":8,"poll":{}}]}"#;
    let (result, requests) = capture(&[nothing, other, MESSAGE], &options()).await;
    assert_eq!(result.unwrap().title, "Anna");
    assert!(!requests.is_empty());
    for request in requests {
        assert_eq!(request, r#"getUpdates {"timeout":20}"#);
    }
}

#[tokio::test]
async fn temporary_errors_are_retried() {
    let busy = r#"429 {"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":0}}"#;
    let restart = r#"500 {"ok":false,"error_code":500,"description":"Internal Server Error: restart"}"#;
    let (result, _) = capture(&[busy, restart, MESSAGE], &options()).await;
    assert_eq!(result.unwrap().id, 42);
}

#[tokio::test]
async fn permanent_errors_are_reported() {
    let conflict = r#"409 {"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}"#;
    let (result, _) = capture(&[conflict], &options()).await;
    assert_eq!(result, Err(CaptureError::OtherPoller));

    let webhook = r#"409 {"ok":false,"error_code":409,"description":"Conflict: can't use getUpdates method while webhook is active"}"#;
    let info = r#"200 {"ok":true,"result":{"url":"https://crm.example/hook/SECRET"}}"#;
    let (result, _) = capture(&[webhook, info], &options()).await;
    assert_eq!(
        result.unwrap_err().to_string(),
        "the bot's updates go to a webhook at crm.example: telecast does not delete it; enter the chat id by hand"
    );

    let wrong_token = r#"401 {"ok":false,"error_code":401,"description":"Unauthorized"}"#;
    let (result, _) = capture(&[wrong_token], &options()).await;
    assert_eq!(result.unwrap_err().to_string(), "getUpdates: 401 Unauthorized");

    let full = format!(r#"200 {{"ok":true,"result":[{}]}}"#, [r#"{"poll":{}}"#; MAX_UPDATES].join(","));
    let (result, _) = capture(&[&full], &options()).await;
    assert_eq!(result, Err(CaptureError::Backlog));

    let (result, _) = capture(&[r#"500 {"message":"no such method"}"#; MAX_FAILED + 1], &options()).await;
    assert_eq!(result.unwrap_err().to_string(), "getUpdates: 500 no such method");

    let client = Client::new(&ClientOptions::default()).unwrap();
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let result = wait_for_chat(
        &client,
        &Bot::of_url(&format!("http://{unused}/bot1:SECRET/getMe")).unwrap(),
        &options(),
    )
    .await;
    assert!(matches!(result, Err(CaptureError::Call(CallError::Send(SendError::Refused { .. })))));
}

#[tokio::test]
async fn waiting_ends_after_the_timeout() {
    let short =
        CaptureOptions { timeout: Duration::from_millis(20), pause: Duration::from_secs(60), ..options() };
    let (result, _) = capture(&[r#"200 {"ok":true,"result":[]}"#], &short).await;
    assert_eq!(result, Err(CaptureError::NoMessage { waited: short.timeout }));
}

#[test]
fn a_webhooks_host_is_shown_without_its_secrets() {
    assert_eq!(host("https://user:SECRET@h.example:8443/SECRET?x").as_deref(), Some("h.example:8443"));
    assert_eq!(host(""), None);
}

#[test]
fn the_newest_message_after_the_given_update_is_chosen() {
    let updates: Vec<Value> = serde_json::from_str(
        r#"[{"update_id":5,"message":{"chat":{"id":1}}},{"update_id":6,"message":{"chat":{"id":2}}},
            {"update_id":7,"poll":{}}]"#,
    )
    .unwrap();
    let id = |after| newest(&updates, after).map(|chat| chat.id);
    assert_eq!((id(None), id(Some(5)), id(Some(6))), (Some(2), Some(2), None));
}
