//! The sandbox over real sockets: what a Bot API client sees.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::{Value, json};
use telecast::sandbox::{self, AccessScope, InitialChats, RunningSandbox, SandboxOptions, SandboxStartError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const BOT: &str = "/bot42:TEST";

/// An HTTP answer.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    #[track_caller]
    fn result(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()["result"].clone()
    }

    /// Fails unless this is an error with this status, the same `error_code`, and this description.
    #[track_caller]
    fn assert_refused(&self, status: u16, description: &str) {
        let body = self.json();
        assert_eq!(body["description"], description);
        assert_eq!((self.status, &body["error_code"], &body["ok"]), (status, &json!(status), &json!(false)));
    }
}

/// Sends raw bytes on a new connection and reads until it is closed.
async fn raw(addr: SocketAddr, request: &[u8]) -> Answer {
    let talk = async {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        // Ignored: the server may answer and hang up before it has read everything.
        let _ = stream.write_all(request).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        String::from_utf8(bytes).unwrap()
    };
    let text = timeout(Duration::from_secs(30), talk).await.expect("the sandbox answers in time");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

async fn send(addr: SocketAddr, method: &str, path: &str, content_type: &str, body: &[u8]) -> Answer {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\nContent-Type: {content_type}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    raw(addr, &[head.as_bytes(), body].concat()).await
}

async fn get(addr: SocketAddr, path: &str) -> Answer {
    send(addr, "GET", path, "text/plain", b"").await
}

/// Calls a method of the bot with JSON.
async fn call(addr: SocketAddr, method: &str, arguments: Value) -> Answer {
    send(addr, "POST", &format!("{BOT}/{method}"), "application/json", arguments.to_string().as_bytes()).await
}

async fn start(options: SandboxOptions) -> RunningSandbox {
    sandbox::start(options).await.unwrap()
}

/// Starts a sandbox in which chats 5 and 6 exist, and 6 has blocked the bot.
async fn with_chats() -> RunningSandbox {
    start(SandboxOptions {
        chats: InitialChats::Only(vec![5]),
        blocked: vec![6],
        ..SandboxOptions::default()
    })
    .await
}

async fn update(addr: SocketAddr, update: Value) -> Answer {
    send(addr, "POST", "/sandbox/updates", "application/x-www-form-urlencoded", update.to_string().as_bytes())
        .await
}

fn ids(updates: &Value) -> Vec<i64> {
    updates.as_array().unwrap().iter().map(|update| update["update_id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn get_me_accepts_any_well_formed_token_and_path() {
    let sandbox = start(SandboxOptions::default()).await;
    for path in
        ["/bot42:TEST/getMe", "/bot42:TEST/test/GETME", "/bot42%3ATEST/getme", "/bot42:TEST/?method=getMe"]
    {
        let me = get(sandbox.addr, path).await.result();
        assert_eq!((&me["id"], &me["is_bot"]), (&json!(42), &json!(true)), "{path}");
        assert_eq!(me["username"], "demo_bot");
    }
    for path in ["/bot42/getMe", "/bot/getMe", "/bot42:TEST", "/", "/bot:x/getMe"] {
        get(sandbox.addr, path).await.assert_refused(404, "Not Found");
    }
    get(sandbox.addr, "/bot42:TEST/getYou").await.assert_refused(404, "Not Found: method not found");
}

#[tokio::test]
async fn with_a_token_list_other_tokens_are_unauthorized() {
    let sandbox = start(SandboxOptions { tokens: vec!["7:seven".into()], ..SandboxOptions::default() }).await;
    get(sandbox.addr, "/bot42:TEST/getMe").await.assert_refused(401, "Unauthorized");
    assert_eq!(get(sandbox.addr, "/bot7:seven/getMe").await.result()["id"], 7);
    let about = get(sandbox.addr, "/sandbox").await.json();
    assert_eq!(about["telecast_sandbox"], true);
    assert_eq!(about["bots"], json!([{ "id": 7, "username": "demo_bot" }]));
    assert!(!about.to_string().contains("seven"));
}

#[tokio::test]
async fn a_message_has_the_same_fields_as_in_telegram() {
    let sandbox = with_chats().await;
    let sent = call(sandbox.addr, "sendMessage", json!({ "chat_id": 5, "text": "hi" })).await.result();
    let expected = json!({
        "message_id": 1,
        "from": { "id": 42, "is_bot": true, "first_name": "Demo bot", "username": "demo_bot" },
        "chat": { "id": 5, "first_name": "User 5", "type": "private" },
        "date": sent["date"],
        "text": "hi",
    });
    assert_eq!(sent, expected);
    assert!(sent["date"].as_i64().is_some_and(|date| date < 100_000_000_000), "seconds, not milliseconds");
    assert_eq!(get(sandbox.addr, "/sandbox/messages").await.json(), json!([sent]));
    assert_eq!(sandbox.messages(None).unwrap(), [sent]);
    assert_eq!(get(sandbox.addr, "/sandbox/messages?token=43:OTHER").await.json(), json!([]));
}

#[tokio::test]
async fn arguments_may_come_as_query_json_form_or_multipart() {
    let sandbox = with_chats().await;
    let path = "/bot42:TEST/sendmessage";
    let text = |answer: Answer| answer.result()["text"].as_str().unwrap().to_owned();
    assert_eq!(text(get(sandbox.addr, &format!("{path}?chat_id=5&text=a%20b")).await), "a b");
    let form =
        send(sandbox.addr, "POST", path, "application/x-www-form-urlencoded", b"chat_id=5&text=c+d").await;
    assert_eq!(text(form), "c d");
    let json = send(
        sandbox.addr,
        "POST",
        path,
        "application/json; charset=utf-8",
        br#"{"chat_id":"5","text":1.50}"#,
    );
    assert_eq!(text(json.await), "1.50");
    let parts = "--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n5\r\n\
                 --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nbytes\r\n\
                 --x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\ne f\r\n--x--\r\n";
    let multipart =
        send(sandbox.addr, "POST", path, "multipart/form-data; boundary=x", parts.as_bytes()).await;
    assert_eq!(text(multipart), "e f");
    let path = format!("{path}?text=query");
    let both = send(sandbox.addr, "POST", &path, "application/json", br#"{"chat_id":5,"text":"body"}"#);
    assert_eq!(text(both.await), "query");
}

#[tokio::test]
async fn a_connection_stays_usable_after_an_upload() {
    let sandbox = with_chats().await;
    let parts = "--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n5\r\n\
                 --x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"a.txt\"\r\n\r\nbytes\r\n\
                 --x--\r\nwhat clients leave behind\r\n";
    let upload = format!(
        "POST {BOT}/sendDocument HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n\
         Content-Length: {}\r\n\r\n{parts}",
        parts.len()
    );
    let last = format!("GET {BOT}/getMe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let answers = raw(sandbox.addr, format!("{upload}{upload}{last}").as_bytes()).await;
    assert_eq!(answers.body.matches("HTTP/1.1 200 OK").count(), 2, "{answers:?}");
    assert_eq!(sandbox.messages(None).unwrap()[1]["document"]["file_name"], "a.txt");
}

#[tokio::test]
async fn a_broken_body_gets_a_status_without_a_body() {
    let sandbox = with_chats().await;
    let path = "/bot42:TEST/sendMessage";
    let big = format!(r#"{{"chat_id":5,"text":"{}"}}"#, "a".repeat(2 << 20));
    for (content_type, body, status) in [
        ("multipart/form-data", "x", 400),
        ("multipart/form-data; boundary=x", "no parts", 400),
        ("application/json", &big, 413),
        ("application/x-www-form-urlencoded", &big, 413),
    ] {
        let answer = send(sandbox.addr, "POST", path, content_type, body.as_bytes()).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, ""), "{content_type}");
        assert!(answer.head.contains("connection: close"), "{}", answer.head);
    }
    let zipped = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx"
    );
    assert_eq!(raw(sandbox.addr, zipped.as_bytes()).await.status, 415);
    let garbage = raw(sandbox.addr, b"\x16\x03\x01 this is not HTTP\r\n\r\n").await;
    assert_eq!(garbage.status, 400);
    let endless = format!("GET /sandbox HTTP/1.1\r\nX: {}", "a".repeat(2 << 20));
    assert_ne!(raw(sandbox.addr, endless.as_bytes()).await.status, 200);
    assert_eq!(get(sandbox.addr, "/bot42:TEST/getMe").await.status, 200, "the sandbox still answers");
}

#[tokio::test]
async fn a_json_body_is_read_up_to_its_first_fault() {
    let sandbox = with_chats().await;
    let post = async |method: &str, body: &[u8]| {
        send(sandbox.addr, "POST", &format!("{BOT}/{method}"), "application/json", body).await
    };
    for (body, text) in [
        (r#"{"chat_id":5,"text":"Say "hi" now"}"#, "Say"),
        (r#"{"chat_id":5,"text":"a"} x"#, "a"),
        (r#"{"chat_id":5,"text":"a"}{"text":"b"}"#, "a"),
        (r#"{"chat_id":5,"text":"<b>" "parse_mode":"HTML"}"#, "<b>"),
        (r#"{"chat_id":5,"text":"x","protect_content":True}"#, "x"),
        (r#"{"chat_id":5,"text":"x",}"#, "x"),
        (r#"{"chat_id":5,"text":"x",'a':1}"#, "x"),
        ("{\"chat_id\":5,\"text\":\"a\nb\tc\"}", "a\nb c"),
        (r#"{"chat_id":5,"text":"\a\'\x41"}"#, "a'x41"),
        (r#"{"chat_id":+5,"text":"x"}"#, "x"),
        (r#"{"chat_id":005,"text":"x"}"#, "x"),
        (r#"{"chat_id":5,"text":"x","text":"y"}"#, "x"),
        (r#"{"ch\at_id":5,"text":"\ud83d\ude00"}"#, "😀"),
    ] {
        let answer = post("sendMessage", body.as_bytes()).await;
        assert_eq!(answer.result()["text"], text, "{body}");
    }
    for (body, description) in [
        ("null", "message text is empty"),
        ("[1]", "message text is empty"),
        ("1", "message text is empty"),
        ("\u{feff}{\"chat_id\":5,\"text\":\"x\"}", "message text is empty"),
        (r#"{"chat_id":5,"text":"cut off"#, "message text is empty"),
        (r#"{"chat_id":NULL,"text":"x"}"#, "message text is empty"),
        (r#"{"chat_id":5,"text":"\ud83d"}"#, "text must be encoded in UTF-8"),
        (r#"{"text":"x""#, "chat_id is empty"),
    ] {
        post("sendMessage", body.as_bytes())
            .await
            .assert_refused(400, &format!("Bad Request: {description}"));
    }
    let latin = post("sendMessage", b"{\"chat_id\":5,\"text\":\"caf\xe9\"}").await;
    latin.assert_refused(400, "Bad Request: text must be encoded in UTF-8");
    for body in ["null", "", "[]", "{", "nonsense"] {
        assert_eq!(post("getMe", body.as_bytes()).await.result()["id"], 42, "{body}");
    }
}

#[tokio::test]
async fn gzip_and_deflate_are_unpacked() {
    let sandbox = with_chats().await;
    let post = async |encoding: &str, body: &[u8]| {
        let head = format!(
            "POST {BOT}/sendMessage HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Encoding: {encoding}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        raw(sandbox.addr, &[head.as_bytes(), body].concat()).await
    };
    let body = br#"{"chat_id":5,"text":"packed"}"#;
    let gzip = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(body).unwrap();
    let zlib = zlib.finish().unwrap();
    for (encoding, body) in [("gzip", &gzip(body)), ("deflate", &zlib), ("GZIP", &zlib)] {
        assert_eq!(post(encoding, body).await.result()["text"], "packed");
    }
    assert_eq!(post("gzip", b"not packed").await.status, 400);
    let bomb = gzip(&vec![b' '; 8 << 20]);
    assert_eq!(post("gzip", &bomb).await.status, 413);
}

#[tokio::test]
async fn nested_json_is_read_leniently_too() {
    let sandbox = with_chats().await;
    let post = async |body: String| {
        send(sandbox.addr, "POST", &format!("{BOT}/sendMessage"), "application/json", body.as_bytes()).await
    };
    let markup = "{\"inline_keyboard\":[[{\"text\":\"a\tb\\!\",\"callback_data\":\"\\c\"}]]}";
    for markup in [markup.to_owned(), json!(markup).to_string()] {
        let body = format!(r#"{{"chat_id":5,"text":"x","reply_markup":{markup}}}"#);
        let button = &post(body).await.result()["reply_markup"]["inline_keyboard"][0][0];
        assert_eq!((&button["text"], &button["callback_data"]), (&json!("a\tb!"), &json!("c")));
    }
    let entities = r#"[{"type":"b\old","offset":0,"length":1}]"#;
    let answer = post(format!(r#"{{"chat_id":5,"text":"x","entities":{entities}}}"#)).await;
    assert_eq!(answer.result()["entities"][0]["type"], "bold");
    // Unlike in the body itself, a trailing comma is a fault in an argument.
    let trailing = json!(r#"{"inline_keyboard":[],}"#);
    post(format!(r#"{{"chat_id":5,"text":"x","reply_markup":{trailing}}}"#))
        .await
        .assert_refused(400, "Bad Request: can't parse reply keyboard markup JSON object");
}

#[tokio::test]
async fn only_existing_chats_that_did_not_block_the_bot_get_messages() {
    let sandbox = with_chats().await;
    for (chat, status, description) in [
        (json!(7), 400, "Bad Request: chat not found"),
        (json!("abc"), 400, "Bad Request: chat not found"),
        (json!("@nobody"), 400, "Bad Request: chat not found"),
        (json!(""), 400, "Bad Request: chat_id is empty"),
        (json!(6), 403, "Forbidden: bot was blocked by the user"),
    ] {
        let answer = call(sandbox.addr, "sendMessage", json!({ "chat_id": chat, "text": "hi" })).await;
        answer.assert_refused(status, description);
    }
    assert_eq!(call(sandbox.addr, "getChat", json!({ "chat_id": 6 })).await.result()["type"], "private");
    let action = call(sandbox.addr, "sendChatAction", json!({ "chat_id": 6, "action": "typing" })).await;
    action.assert_refused(403, "Forbidden: bot was blocked by the user");
    let action = call(sandbox.addr, "sendChatAction", json!({ "chat_id": 5, "action": "Typing" })).await;
    assert_eq!(action.result(), true);
}

#[tokio::test]
async fn a_user_can_start_block_and_start_the_bot_again() {
    let sandbox = start(SandboxOptions::default()).await;
    let hello = json!({ "chat_id": 9, "text": "hello" });
    call(sandbox.addr, "sendMessage", hello.clone()).await.assert_refused(400, "Bad Request: chat not found");
    let started = json!({ "message": { "chat": { "id": 9, "first_name": "Anna" }, "text": "/start abc" } });
    assert_eq!(update(sandbox.addr, started.clone()).await.json(), json!({ "ok": true, "update_id": 1 }));
    assert_eq!(call(sandbox.addr, "sendMessage", hello.clone()).await.result()["chat"]["first_name"], "Anna");
    let blocked =
        json!({ "my_chat_member": { "chat": { "id": 9 }, "new_chat_member": { "status": "kicked" } } });
    assert_eq!(update(sandbox.addr, blocked).await.json()["update_id"], 2);
    let refused = call(sandbox.addr, "sendMessage", hello.clone()).await;
    refused.assert_refused(403, "Forbidden: bot was blocked by the user");
    update(sandbox.addr, started).await;
    assert_eq!(call(sandbox.addr, "sendMessage", hello).await.status, 200);
    let updates = get(sandbox.addr, "/bot42:TEST/getUpdates").await.result();
    assert_eq!(ids(&updates), [1, 2, 3]);
    let command = json!([{ "type": "bot_command", "offset": 0, "length": 6 }]);
    assert_eq!(updates[0]["message"]["entities"], command);
    let from = &updates[0]["message"]["from"];
    assert_eq!((&from["id"], &from["is_bot"]), (&json!(9), &json!(false)));
    assert_eq!(updates[1]["my_chat_member"]["old_chat_member"]["status"], "member");
}

#[tokio::test]
async fn groups_can_add_and_remove_the_bot_and_migrate() {
    let sandbox = start(SandboxOptions::default()).await;
    let hello =
        async |chat: i64| call(sandbox.addr, "sendMessage", json!({ "chat_id": chat, "text": "x" })).await;
    let member = async |chat: i64, status: &str| {
        let change = json!({ "my_chat_member": {
            "chat": { "id": chat }, "from": { "id": 1 }, "new_chat_member": { "status": status },
        } });
        assert_eq!(update(sandbox.addr, change).await.status, 200);
    };
    member(-5, "member").await;
    assert_eq!(hello(-5).await.result()["chat"]["type"], "group");
    member(-5, "kicked").await;
    hello(-5).await.assert_refused(403, "Forbidden: bot was kicked from the group chat");
    member(-1000000000005, "left").await;
    hello(-1000000000005).await.assert_refused(403, "Forbidden: bot is not a member of the supergroup chat");
    let moved = json!({ "message": { "chat": { "id": -6, "title": "G" }, "migrate_to_chat_id": -1000000000006_i64 } });
    update(sandbox.addr, moved).await;
    let refused = hello(-6).await;
    refused.assert_refused(400, "Bad Request: group chat was upgraded to a supergroup chat");
    assert_eq!(refused.json()["parameters"], json!({ "migrate_to_chat_id": -1000000000006_i64 }));
    assert_eq!(hello(-1000000000006).await.result()["chat"]["title"], "G");
}

#[tokio::test]
async fn a_channel_is_found_by_username_and_is_the_sender() {
    let sandbox = start(SandboxOptions::default()).await;
    let chat =
        json!({ "id": -1000000000007_i64, "type": "channel", "title": "News", "username": "shop_news" });
    update(sandbox.addr, json!({ "channel_post": { "chat": chat, "text": "x" } })).await;
    let sent =
        call(sandbox.addr, "sendMessage", json!({ "chat_id": "@Shop_News", "text": "x" })).await.result();
    assert_eq!((&sent["sender_chat"]["title"], &sent["from"]), (&json!("News"), &Value::Null));
}

#[tokio::test]
async fn text_is_parsed_as_telegram_parses_it() {
    let sandbox = with_chats().await;
    let send = async |text: &str, mode: &str| {
        let arguments = json!({ "chat_id": 5, "text": text, "parse_mode": mode });
        call(sandbox.addr, "sendMessage", arguments).await
    };
    let sent = send("<b>Grüße</b> <a href='tg://user?id=5'>dir</a>", "html").await.result();
    assert_eq!(sent["text"], "Grüße dir");
    let user = json!({ "id": 5, "is_bot": false, "first_name": "User 5" });
    assert_eq!(
        sent["entities"],
        json!([
            { "type": "bold", "offset": 0, "length": 5 },
            { "type": "text_mention", "offset": 6, "length": 3, "user": user },
        ])
    );
    let found = send("  see example.com, @shop_news  ", "").await.result();
    assert_eq!(found["text"], "see example.com, @shop_news");
    assert_eq!(
        found["entities"],
        json!([
            { "type": "url", "offset": 4, "length": 11 },
            { "type": "mention", "offset": 17, "length": 10 },
        ])
    );
    let long = "x".repeat(4097);
    for (text, mode, description) in [
        (long.as_str(), "", "message is too long"),
        (" \n ", "", "text must be non-empty"),
        ("ü<x>", "HTML", r#"can't parse entities: Unsupported start tag "x" at byte offset 2"#),
        ("<b>", "HTML", r#"can't parse entities: Can't find end tag corresponding to start tag "b""#),
        (
            "Иван_Петров",
            "Markdown",
            "can't parse entities: Can't find end of the entity starting at byte offset 8",
        ),
        ("*a", "MarkdownV2", "can't parse entities: Can't find end of Bold entity at byte offset 0"),
        ("x", "XML", "unsupported parse_mode"),
        ("", "", "message text is empty"),
    ] {
        send(text, mode).await.assert_refused(400, &format!("Bad Request: {description}"));
    }
}

#[tokio::test]
async fn text_errors_are_reported_before_chat_errors() {
    let sandbox = with_chats().await;
    let broken = json!({ "chat_id": 7, "text": "<b>", "parse_mode": "HTML" });
    let refused = call(sandbox.addr, "sendMessage", broken).await.json();
    assert!(refused["description"].as_str().unwrap().contains("can't parse entities"));
}

#[tokio::test]
async fn a_message_has_its_keyboard_link_preview_and_reply() {
    let sandbox = with_chats().await;
    let first = call(sandbox.addr, "sendMessage", json!({ "chat_id": 5, "text": "first" })).await.result();
    let sent = call(
        sandbox.addr,
        "sendMessage",
        json!({
            "chat_id": 5,
            "text": "second",
            "protect_content": true,
            "link_preview_options": { "is_disabled": true },
            "reply_parameters": { "message_id": first["message_id"] },
            "reply_markup": { "inline_keyboard": [[
                { "text": "Shop", "url": "https://example.com", "style": "success" },
                { "text": "Later", "callback_data": "later" },
            ], []] },
        }),
    );
    let sent = sent.await.result();
    assert_eq!(sent["reply_to_message"], first);
    assert_eq!(sent["link_preview_options"], json!({ "is_disabled": true }));
    assert_eq!(sent["has_protected_content"], true);
    assert_eq!(
        sent["reply_markup"],
        json!({ "inline_keyboard": [[
        { "text": "Shop", "style": "success", "url": "https://example.com/" },
        { "text": "Later", "callback_data": "later" },
    ]] })
    );
    let gone = json!({ "chat_id": 5, "text": "x", "reply_parameters": { "message_id": 99 } });
    call(sandbox.addr, "sendMessage", gone)
        .await
        .assert_refused(400, "Bad Request: message to be replied not found");
    let data = "x".repeat(65);
    let long = json!({ "inline_keyboard": [[{ "text": "a", "callback_data": data }]] });
    let long = json!({ "chat_id": 5, "text": "x", "reply_markup": long });
    call(sandbox.addr, "sendMessage", long).await.assert_refused(400, "Bad Request: BUTTON_DATA_INVALID");
}

#[tokio::test]
async fn media_messages_have_their_files_and_captions() {
    let sandbox = with_chats().await;
    let caption = json!({ "chat_id": 5, "photo": "FILE", "caption": "<i>c</i>", "parse_mode": "HTML" });
    let photo = call(sandbox.addr, "sendPhoto", caption).await.result();
    assert_eq!((&photo["photo"][0]["file_id"], &photo["caption"]), (&json!("FILE"), &json!("c")));
    assert_eq!(photo["caption_entities"], json!([{ "type": "italic", "offset": 0, "length": 1 }]));
    let none = call(sandbox.addr, "sendPhoto", json!({ "chat_id": 5 })).await;
    none.assert_refused(400, "Bad Request: there is no photo in the request");
    let media = json!([{ "type": "photo", "media": "AgAC" }, { "type": "photo", "media": "BAAC" }]);
    let album = call(sandbox.addr, "sendMediaGroup", json!({ "chat_id": 5, "media": media })).await.result();
    assert_eq!(album.as_array().map(Vec::len), Some(2));
    assert_eq!(album[0]["media_group_id"], album[1]["media_group_id"]);
    let poll = json!({ "chat_id": 5, "question": "Q?", "options": ["a", "b"] });
    let poll = call(sandbox.addr, "sendPoll", poll).await.result();
    assert_eq!(poll["poll"]["options"][1]["text"], "b");
    let place = json!({ "chat_id": 5, "latitude": 1.5, "longitude": "2.5" });
    let place = call(sandbox.addr, "sendLocation", place).await.result();
    assert_eq!(place["location"], json!({ "latitude": 1.5, "longitude": 2.5 }));
    assert_eq!(sandbox.messages(None).unwrap().len(), 5);
}

#[tokio::test]
async fn an_uploaded_file_can_be_downloaded() {
    let sandbox = with_chats().await;
    let parts = "--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n5\r\n\
                 --x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"a.txt\"\r\n\r\nbytes\r\n--x--\r\n";
    let path = format!("{BOT}/sendDocument");
    let sent =
        send(sandbox.addr, "POST", &path, "multipart/form-data; boundary=x", parts.as_bytes()).await.result();
    let id = &sent["document"]["file_id"];
    let file = call(sandbox.addr, "getFile", json!({ "file_id": id })).await.result();
    assert_eq!(file["file_size"], 5);
    let path = file["file_path"].as_str().unwrap();
    assert_eq!(get(sandbox.addr, &format!("/file/bot42:TEST/{path}")).await.body, "bytes");
    for other in [format!("/file/bot43:TEST/{path}"), "/file/bot42:TEST/documents/../a".to_owned()] {
        get(sandbox.addr, &other).await.assert_refused(404, "Not Found");
    }
}

#[tokio::test]
async fn a_body_of_null_is_a_call_without_arguments() {
    let sandbox = with_chats().await;
    let me = send(sandbox.addr, "POST", &format!("{BOT}/getMe"), "application/json", b"null").await;
    assert_eq!(me.result()["id"], 42);
}

#[tokio::test]
async fn a_malformed_update_is_refused_with_an_explanation() {
    let sandbox = start(SandboxOptions::default()).await;
    for (body, expected) in [
        ("{", "1:2: the text ends before this is closed"),
        ("[]", "an update must be a JSON object"),
        ("{}", "an update needs one of"),
        (r#"{"mesage": {}}"#, "did you mean `message`?"),
        (r#"{"message": 1}"#, "`message` must be a JSON object"),
        (r#"{"message": {}}"#, "`chat` is missing"),
        (r#"{"message": {"chat": {}}}"#, "a chat needs an `id`"),
        (r#"{"update_id": "x", "message": {"chat": {"id": 1}}}"#, "`update_id` must be a whole number"),
        (r#"{"update_id": 0, "message": {"chat": {"id": 1}}}"#, "`update_id` must be from 1"),
        (r#"{"my_chat_member": {"chat": {"id": 1}}}"#, "needs a `new_chat_member`"),
        (r#"{"message": {"chat": {"id": 1}}, "poll": {}}"#, "cannot be combined"),
    ] {
        let answer =
            send(sandbox.addr, "POST", "/sandbox/updates", "application/json", body.as_bytes()).await;
        assert_eq!(answer.status, 400, "{body}");
        let description = answer.json()["description"].as_str().unwrap().to_owned();
        assert!(description.contains(expected), "{body}: {description}");
    }
    assert_eq!(get(sandbox.addr, "/sandbox/updates").await.status, 405);
    assert_eq!(get(sandbox.addr, "/bot42:TEST/getUpdates").await.result(), json!([]));
}

#[tokio::test]
async fn updates_are_confirmed_by_their_offset() {
    let sandbox = start(SandboxOptions::default()).await;
    for _ in 0..5 {
        update(sandbox.addr, json!({ "message": { "chat": { "id": 1 }, "text": "x" } })).await;
    }
    let poll = async |arguments| ids(&call(sandbox.addr, "getUpdates", arguments).await.result());
    assert_eq!(poll(json!({ "limit": 2 })).await, [1, 2]);
    assert_eq!(poll(json!({})).await, [1, 2, 3, 4, 5]);
    assert_eq!(poll(json!({ "offset": 3 })).await, [3, 4, 5]);
    assert_eq!(poll(json!({ "offset": -2, "limit": 1000 })).await, [4, 5]);
    assert_eq!(poll(json!({ "offset": 0 })).await, [4, 5]);
    let info = call(sandbox.addr, "getWebhookInfo", json!({})).await.result();
    assert_eq!(info, json!({ "url": "", "has_custom_certificate": false, "pending_update_count": 2 }));
    assert_eq!(poll(json!({ "offset": 6 })).await, [0_i64; 0]);
    let again = update(sandbox.addr, json!({ "update_id": 5, "message": { "chat": { "id": 1 } } })).await;
    assert_eq!(again.status, 400);
}

#[tokio::test]
async fn a_long_poll_ends_when_an_update_arrives() {
    let sandbox = start(SandboxOptions::default()).await;
    let poll = tokio::spawn(get_owned(sandbox.addr, "/bot42:TEST/getUpdates?timeout=50"));
    while !is_polled(&sandbox).await {}
    let id = sandbox.inject_update(Some("42:TEST"), json!({ "message": { "chat": { "id": 1 } } })).unwrap();
    assert_eq!(ids(&poll.await.unwrap().result()), [id]);
}

#[tokio::test]
async fn a_long_poll_returns_nothing_after_its_timeout() {
    let sandbox = start(SandboxOptions::default()).await;
    assert_eq!(get(sandbox.addr, "/bot42:TEST/getUpdates?timeout=1").await.result(), json!([]));
}

#[tokio::test]
async fn a_second_poller_terminates_the_first() {
    let sandbox = start(SandboxOptions::default()).await;
    let first = tokio::spawn(get_owned(sandbox.addr, "/bot42:TEST/getUpdates?timeout=50"));
    while !is_polled(&sandbox).await {}
    assert_eq!(get(sandbox.addr, "/bot42:TEST/getUpdates").await.status, 200);
    first.await.unwrap().assert_refused(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    );
}

#[tokio::test]
async fn a_webhook_prevents_polling_until_it_is_deleted() {
    let sandbox = start(SandboxOptions::default()).await;
    let http = call(sandbox.addr, "setWebhook", json!({ "url": "http://example.com" })).await;
    assert_eq!(http.status, 400);
    let poll = tokio::spawn(get_owned(sandbox.addr, "/bot42:TEST/getUpdates?timeout=50"));
    while !is_polled(&sandbox).await {}
    let set = call(sandbox.addr, "setWebhook", json!({ "url": "https://example.com/hook" })).await;
    assert_eq!(set.json(), json!({ "ok": true, "result": true, "description": "Webhook was set" }));
    poll.await.unwrap().assert_refused(409, "Conflict: terminated by setWebhook request");
    call(sandbox.addr, "getUpdates", json!({})).await.assert_refused(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
    let deleted = call(sandbox.addr, "deleteWebhook", json!({ "drop_pending_updates": true })).await;
    assert_eq!(deleted.json()["description"], "Webhook was deleted");
    assert_eq!(call(sandbox.addr, "getUpdates", json!({})).await.result(), json!([]));
}

#[tokio::test]
async fn a_disconnected_poller_does_not_block_the_next_one() {
    let sandbox = start(SandboxOptions::default()).await;
    let mut stream = TcpStream::connect(sandbox.addr).await.unwrap();
    stream
        .write_all(b"GET /bot42:TEST/getUpdates?timeout=50 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    while !is_polled(&sandbox).await {}
    drop(stream);
    while is_polled(&sandbox).await {}
    let poll = get(sandbox.addr, "/bot42:TEST/getUpdates").await;
    assert_eq!(poll.result(), json!([]));
}

#[tokio::test]
async fn update_types_that_were_not_requested_are_not_returned() {
    let sandbox = start(SandboxOptions::default()).await;
    let asked = json!({ "allowed_updates": ["my_chat_member"] });
    call(sandbox.addr, "getUpdates", asked.clone()).await;
    update(sandbox.addr, json!({ "message": { "chat": { "id": 1 }, "text": "x" } })).await;
    update(
        sandbox.addr,
        json!({ "my_chat_member": { "chat": { "id": 1 }, "new_chat_member": { "status": "member" } } }),
    )
    .await;
    assert_eq!(ids(&call(sandbox.addr, "getUpdates", json!({})).await.result()), [2]);
    let info = call(sandbox.addr, "getWebhookInfo", json!({})).await.result();
    assert_eq!(info["allowed_updates"], asked["allowed_updates"]);
}

#[tokio::test]
async fn the_rate_limit_answers_429_with_retry_after() {
    let clock = std::sync::Arc::new(|| jiff::Timestamp::UNIX_EPOCH);
    let options =
        SandboxOptions { chats: InitialChats::Any, rate: Some(2.0), clock, ..SandboxOptions::default() };
    let sandbox = start(options).await;
    let hello = json!({ "chat_id": 5, "text": "hello" });
    for _ in 0..2 {
        assert_eq!(call(sandbox.addr, "sendMessage", hello.clone()).await.status, 200);
    }
    let flood = call(sandbox.addr, "sendMessage", hello).await;
    flood.assert_refused(429, "Too Many Requests: retry after 1");
    assert_eq!(flood.json()["parameters"], json!({ "retry_after": 1 }));
    assert!(flood.head.to_ascii_lowercase().contains("\r\nretry-after: 1"), "{}", flood.head);
    assert_eq!(call(sandbox.addr, "getMe", json!({})).await.status, 200, "the limit counts only messages");
}

#[tokio::test]
async fn sends_fail_in_every_way_at_the_requested_rate() {
    let sandbox =
        start(SandboxOptions { chats: InitialChats::Any, fail: 1.0, seed: 1, ..SandboxOptions::default() })
            .await;
    let mut statuses = std::collections::BTreeSet::new();
    for _ in 0..30 {
        statuses.insert(call(sandbox.addr, "sendMessage", json!({ "chat_id": 5, "text": "x" })).await.status);
    }
    assert_eq!(statuses.into_iter().collect::<Vec<_>>(), [0, 429, 500, 502], "0 means no answer at all");
    assert!(!sandbox.messages(None).unwrap().is_empty(), "some messages are sent although the answer fails");
}

#[tokio::test]
async fn a_sandbox_reports_why_it_cannot_start() {
    let error = async |options| sandbox::start(options).await.err().map(|error| error.to_string());
    let outside = SandboxOptions { listen: "0.0.0.0:8081".parse().unwrap(), ..SandboxOptions::default() };
    let expected = "0.0.0.0:8081 is not a loopback address: listen on 127.0.0.1:8081 instead";
    assert_eq!(error(outside).await.as_deref(), Some(expected));
    let running = start(SandboxOptions::default()).await;
    let taken = SandboxOptions { listen: running.addr, ..SandboxOptions::default() };
    assert!(
        matches!(sandbox::start(taken).await, Err(SandboxStartError::PortInUse { addr }) if addr == running.addr)
    );
    let malformed =
        error(SandboxOptions { tokens: vec!["secret".into()], ..SandboxOptions::default() }).await.unwrap();
    assert!(
        malformed.starts_with("token 1 is not a bot token") && !malformed.contains("secret"),
        "{malformed}"
    );
    assert!(error(SandboxOptions { rate: Some(0.0), ..SandboxOptions::default() }).await.is_some());
    assert!(error(SandboxOptions { fail: 1.5, ..SandboxOptions::default() }).await.is_some());
    let network = SandboxOptions {
        listen: "0.0.0.0:0".parse().unwrap(),
        access: AccessScope::Network,
        ..SandboxOptions::default()
    };
    start(network).await.stop().await;
}

#[tokio::test]
async fn a_web_page_cannot_read_or_write() {
    let sandbox = with_chats().await;
    let addr = sandbox.addr;
    call(addr, "sendMessage", json!({ "chat_id": 5, "text": "hello" })).await.result();
    let update = r#"{"message": {"chat": {"id": 5}, "text": "x"}}"#;
    for foreign in [
        format!("Host: {addr}\r\nOrigin: https://evil.example"),
        format!("Host: {addr}\r\nOrigin: null"),
        format!("Host: {addr}\r\nSec-Fetch-Site: cross-site"),
        format!("Host: evil.example:{}", addr.port()),
        format!("Host: evil.example:{}\r\nOrigin: http://evil.example:{}", addr.port(), addr.port()),
        "X: y".to_owned(),
    ] {
        for (method, path) in [
            ("GET", "/sandbox"),
            ("GET", "/sandbox/messages"),
            ("POST", "/sandbox/updates"),
            ("OPTIONS", "/sandbox/updates"),
            ("POST", "/bot42:TEST/sendMessage?chat_id=5&text=evil"),
            ("OPTIONS", "/bot42:TEST/sendMessage"),
            ("GET", "/elsewhere"),
        ] {
            let request = format!(
                "{method} {path} HTTP/1.1\r\n{foreign}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{update}",
                update.len()
            );
            let answer = raw(addr, request.as_bytes()).await;
            assert_eq!(answer.status, 403, "{request}: {answer:?}");
            assert!(
                answer.json()["description"].as_str().unwrap().starts_with("Forbidden: the sandbox"),
                "{answer:?}"
            );
            assert!(!answer.head.to_lowercase().contains("access-control"), "{answer:?}");
        }
    }
    assert_eq!(sandbox.messages(None).unwrap().len(), 1);
    assert_eq!(call(addr, "getUpdates", json!({})).await.result(), json!([]));
    let own = format!(
        "GET /sandbox HTTP/1.1\r\nHost: localhost\r\nOrigin: http://{addr}\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(raw(addr, own.as_bytes()).await.status, 200);
    assert_eq!(raw(addr, b"GET /sandbox HTTP/1.0\r\n\r\n").await.status, 200);
}

#[tokio::test]
async fn stopping_ends_the_polls_and_frees_the_port() {
    let sandbox = start(SandboxOptions::default()).await;
    let addr = sandbox.addr;
    let poll = tokio::spawn(get_owned(addr, "/bot42:TEST/getUpdates?timeout=50"));
    while !is_polled(&sandbox).await {}
    sandbox.stop().await;
    assert_eq!(poll.await.unwrap().result(), json!([]));
    start(SandboxOptions { listen: addr, ..SandboxOptions::default() }).await;
}

async fn get_owned(addr: SocketAddr, path: &'static str) -> Answer {
    get(addr, path).await
}

/// Whether a getUpdates call is waiting.
async fn is_polled(sandbox: &RunningSandbox) -> bool {
    tokio::task::yield_now().await;
    get(sandbox.addr, "/sandbox").await.json()["polling"] != json!(0)
}
