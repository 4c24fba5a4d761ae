//! Tests the client against small servers that misbehave.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use super::*;

#[derive(Clone, Copy)]
enum Behavior {
    Answer(&'static str),
    Greet(&'static str),
    Hang,
    Reset,
}

fn serve(behavior: Behavior) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        let mut open_streams = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            match behavior {
                Behavior::Answer(answer) => {
                    let request = read_request(&mut stream);
                    // The write fails if the client has hung up already. The tests look only at the client.
                    let _ = stream.write_all(answer.as_bytes());
                    let _ = sender.send(request);
                }
                Behavior::Greet(greeting) => {
                    let _ = stream.write_all(greeting.as_bytes());
                    open_streams.push(stream);
                }
                Behavior::Hang => {
                    let _ = sender.send(read_request(&mut stream));
                    open_streams.push(stream);
                }
                // Closing with unread bytes resets the connection.
                Behavior::Reset => drop(stream.read(&mut [0; 1])),
            }
        }
    });
    (address, requests)
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let n = stream.read(&mut buffer).unwrap_or(0);
        request.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if n == 0 {
                return text.into_owned();
            }
            continue;
        };
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()
        });
        if n == 0 || length.unwrap_or(0) <= body.len() {
            return text.into_owned();
        }
    }
}

fn answer(status: &str, kind: &str, body: &str) -> &'static str {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .leak()
}

fn client() -> Client {
    Client::new(&ClientOptions::default()).unwrap()
}

async fn send(behavior: Behavior, timeout: Duration) -> Result<HttpResponse, SendError> {
    let (address, _requests) = serve(behavior);
    client().send(HttpRequest::get(format!("{address}/bot1:SECRET/getMe"), timeout)).await
}

/// Returns the message, with `HOST` in place of the address, and whether it is certain that nothing was delivered.
fn describe_error(error: &SendError) -> (String, bool) {
    let message = error.to_string();
    assert!(!message.contains("SECRET") && !format!("{error:?}").contains("SECRET"), "{error:?}");
    let message = message.split("127.0.0.1:").enumerate().map(|(at, part)| match at {
        0 => part.to_owned(),
        _ => format!("HOST{}", part.trim_start_matches(|c: char| c.is_ascii_digit())),
    });
    (message.collect(), error.certainly_not_delivered())
}

async fn check_error(behavior: Behavior, timeout: Duration, message: &str) {
    let error = send(behavior, timeout).await.unwrap_err();
    assert_eq!(describe_error(&error), (message.to_owned(), false));
}

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_hanging_server_times_out() {
    let wait = Duration::from_millis(50);
    check_error(Behavior::Hang, wait, "HOST did not answer within 50 ms").await;
}

#[tokio::test]
async fn a_connection_closed_early_is_reported() {
    check_error(Behavior::Reset, LONG, "HOST closed the connection without an answer").await;
    check_error(Behavior::Answer(""), LONG, "HOST closed the connection without an answer").await;
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"ok\":tr";
    check_error(Behavior::Answer(half), LONG, "HOST closed the connection in the middle of its answer").await;
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"ok\"\r\n";
    check_error(Behavior::Answer(chunked), LONG, "HOST closed the connection in the middle of its answer")
        .await;
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_reported() {
    let error = send(Behavior::Answer("SSH-2.0-OpenSSH_9.6\r\n"), LONG).await.unwrap_err();
    assert!(matches!(error, SendError::NotHttp { .. }), "{error}");
    assert!(!error.certainly_not_delivered());
}

#[tokio::test]
async fn a_request_that_was_never_sent_is_certainly_not_delivered() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = HttpRequest::get(format!("http://{free}/bot1:SECRET/getMe"), LONG);
    let error = client().send(refused).await.unwrap_err();
    let message = "HOST refused the connection: nothing listens there, or a proxy is down";
    assert_eq!(describe_error(&error), (message.to_owned(), true));

    let (address, _requests) = serve(Behavior::Greet("HTTP/1.1 400 Bad Request\r\n\r\n"));
    let tls = HttpRequest::get(address.replace("http", "https") + "/bot1:SECRET/getMe", LONG);
    let error = client().send(tls).await.unwrap_err();
    let message = "no secure connection to HOST: the server does not speak TLS, perhaps plain HTTP";
    assert_eq!(describe_error(&error), (message.to_owned(), true));

    for url in ["", "api.telegram.org/bot1:SECRET/x", "ftp://h/bot1:SECRET/x", "http://:0/bot1:SECRET"] {
        let error = client().send(HttpRequest::get(url, LONG)).await.unwrap_err();
        assert!(matches!(error, SendError::Url { .. }), "{error:?}");
        assert!(describe_error(&error).1);
    }
}

#[tokio::test]
async fn redirects_are_returned_and_not_followed() {
    let (other, other_requests) = serve(Behavior::Answer(answer("200 OK", "text/plain", "")));
    let redirect =
        format!("HTTP/1.1 302 Found\r\nlocation: {other}/bot1:SECRET/getMe\r\ncontent-length: 0\r\n\r\n");
    let redirect = Behavior::Answer(redirect.leak());
    let answer = send(redirect, LONG).await.unwrap();
    assert_eq!((answer.status, answer.reason.as_str()), (302, "Found"));
    assert_eq!(answer.header("location"), Some(other.as_str()));
    assert!(!format!("{answer:?}").contains("SECRET"), "{answer:?}");
    let (address, _requests) = serve(redirect);
    let error =
        Bot::of_url(&format!("{address}/bot1:SECRET/getMe")).unwrap().get_me(&client()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "getMe: the server answered 302 with a redirect to {other}: is this the address of a Bot API?"
        )
    );
    assert!(other_requests.try_recv().is_err());
}

#[tokio::test]
async fn the_proxy_is_used_for_all_hosts_but_loopback() {
    let (proxy, at_proxy) = serve(Behavior::Answer(answer("200 OK", "text/plain", "proxied")));
    let client =
        Client::new(&ClientOptions { proxy: Proxy::Address(proxy), ..ClientOptions::default() }).unwrap();
    let (address, at_server) = serve(Behavior::Answer(answer("200 OK", "text/plain", "direct")));
    let port = address.rsplit(':').next().unwrap();
    for host in ["127.0.0.1", "localhost"] {
        let answer = client.send(HttpRequest::get(format!("http://{host}:{port}/"), LONG)).await.unwrap();
        assert_eq!(answer.body, b"direct");
        at_server.recv().unwrap();
    }
    assert!(at_proxy.try_recv().is_err());
    let answer = client.send(HttpRequest::get("http://bot.invalid/x", LONG)).await.unwrap();
    assert_eq!(answer.body, b"proxied");
    assert!(at_proxy.recv().unwrap().starts_with("GET http://bot.invalid/x "));
}

#[tokio::test]
async fn a_proxy_that_refuses_the_connection_is_reported() {
    let (proxy, _requests) = serve(Behavior::Answer(answer("403 Forbidden", "text/plain", "no")));
    let options = ClientOptions { proxy: Proxy::Address(proxy), ..ClientOptions::default() };
    let client = Client::new(&options).unwrap();
    let error = client.send(HttpRequest::get("https://bot.invalid/bot1:SECRET/x", LONG)).await.unwrap_err();
    let message = "cannot connect to bot.invalid: the proxy refused the connection";
    assert_eq!(describe_error(&error), (message.to_owned(), true));
}

#[tokio::test]
async fn method_url_headers_and_body_are_sent_unchanged() {
    let (address, requests) = serve(Behavior::Answer(answer("200 OK", "text/plain", "")));
    let request = HttpRequest {
        method: "POST".into(),
        headers: vec![("X-One".into(), "1".into()), ("Content-Type".into(), "application/json".into())],
        body: b"{ \"a\": 1 }".to_vec(),
        ..HttpRequest::get(format!("{address}/bot1:a/sendMessage?x=%20y"), LONG)
    };
    client().send(request).await.unwrap();
    let sent = requests.recv().unwrap();
    assert!(sent.starts_with("POST /bot1:a/sendMessage?x=%20y HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains("x-one: 1\r\n") && sent.ends_with("\r\n\r\n{ \"a\": 1 }"), "{sent}");
}

async fn get_me(status: &str, kind: &str, body: &str) -> String {
    let (address, _requests) = serve(Behavior::Answer(answer(status, kind, body)));
    match Bot::of_url(&format!("{address}/bot1:SECRET/getMe")).unwrap().get_me(&client()).await {
        Ok(bot) => format!("{} @{}", bot.id, bot.username.unwrap_or_default()),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn an_unusual_get_me_answer_is_accepted() {
    let me = r#"{"ok":true,"result":{"username":"Test Name","first_name":"Test Name","id":666}}"#;
    assert_eq!(get_me("200 OK", "application/json", me).await, "666 @Test Name");
}

#[tokio::test]
async fn errors_and_foreign_answers_to_get_me_are_reported() {
    for (status, kind, body, expected) in [
        (
            "401 Unauthorized",
            "application/json",
            r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#,
            "getMe: 401 Unauthorized",
        ),
        (
            "500 Internal Server Error",
            "application/json",
            r#"{"message":"no route /bot1:SECRET/getMe"}"#,
            "getMe: 500 no route /bot<token>/getMe",
        ),
        (
            "502 Bad Gateway",
            "text/html",
            "<html>Bad Gateway</html>",
            "getMe: the server answered 502 with a web page (HTML): is this the address of a Bot API?",
        ),
        (
            "200 OK",
            "application/json",
            r#"{"ok":tr"#,
            "getMe: the server answered 200 with incomplete or damaged JSON: is this the address of a Bot API?",
        ),
        (
            "200 OK",
            "text/plain",
            "",
            "getMe: the server answered 200 with an empty body: is this the address of a Bot API?",
        ),
        (
            "200 OK",
            "application/json",
            r#"{"status":"up"}"#,
            "getMe: the server answered 200 with other JSON: is this the address of a Bot API?",
        ),
        ("200 OK", "application/json", r#"{"ok":true,"result":{}}"#, "getMe: the server's answer has no id"),
    ] {
        assert_eq!(get_me(status, kind, body).await, expected);
    }
}

#[test]
fn a_ca_file_without_certificates_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let options = ClientOptions { ca_file: Some(path.clone()), ..ClientOptions::default() };
    assert!(Client::new(&options).unwrap_err().to_string().contains("it does not exist"));
    std::fs::write(&path, "nothing").unwrap();
    assert!(Client::new(&options).unwrap_err().to_string().contains("no certificate in PEM format"));
}

#[tokio::test]
async fn an_update_is_queued_at_the_server_of_any_bot_path() {
    for path in ["bot1:SECRET/getMe", "bot1:SECRET/test/getMe", "behind/bot1:SECRET/getMe"] {
        let (address, requests) =
            serve(Behavior::Answer(answer("200 OK", "application/json", r#"{"ok":true}"#)));
        let bot = Bot::of_url(&format!("{address}/{path}")).unwrap();
        bot.queue_update(&client(), &serde_json::json!({})).await.unwrap();
        let folder = path.split_once("bot").unwrap().0;
        let expected = format!("POST /{folder}sandbox/updates?token=1:SECRET ");
        assert!(requests.recv().unwrap().starts_with(&expected), "{path}");
    }
}

#[test]
fn a_bot_is_parsed_from_a_webhook_url() {
    let bot = Bot::of_url("https://h/x/bot12:SECRET/test/sendMessage?a=b").unwrap();
    assert_eq!(bot.id(), Some(12));
    assert!(!format!("{bot:?}").contains("SECRET"));
    assert_eq!(Bot::of_url("https://h/hook"), None);
}
