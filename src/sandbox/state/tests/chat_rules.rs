//! The rules that depend on the chat: the sandbox's answers, and their agreement with `check`.

use super::*;
use crate::json;
use crate::telegram::{self, Arguments};

pub(super) const USER: i64 = 5;
pub(super) const GROUP: i64 = -7;
const SUPERGROUP: i64 = -1_000_000_000_001;
pub(super) const CHANNEL: i64 = -1_000_000_000_002;
const FORUM: i64 = -1_000_000_000_003;

pub(super) fn with_chats() -> SandboxState {
    let mut state = sandbox(options());
    for (id, kind) in [(GROUP, "group"), (SUPERGROUP, "supergroup")] {
        let message = json!({ "message": { "chat": { "id": id, "type": kind, "title": "G" }, "text": "x" } });
        state.queue_update(Some("42:TEST"), message, now()).unwrap();
    }
    let channel = json!({ "id": CHANNEL, "type": "channel", "title": "News", "username": "shop_news" });
    let post = json!({ "channel_post": { "message_id": 100, "chat": channel, "text": "x" } });
    state.queue_update(Some("42:TEST"), post, now()).unwrap();
    let forum = json!({ "id": FORUM, "type": "supergroup", "title": "F", "is_forum": true });
    let topic = json!({ "chat": forum, "message_id": 300, "message_thread_id": 9, "text": "x" });
    state.queue_update(Some("42:TEST"), json!({ "message": topic }), now()).unwrap();
    state
}

/// Returns the whole answer of a call.
pub(super) fn answer(state: &mut SandboxState, method: &str, body: &Value) -> Value {
    let call = MethodCall::read("", CallBody::Json(body.to_string().into_bytes())).unwrap();
    serde_json::from_str(&reply_of(state.call("42:TEST", method, &call, now())).body).unwrap()
}

/// Returns "ok", or the description of the error.
pub(super) fn verdict(state: &mut SandboxState, method: &str, body: &Value) -> String {
    answer(state, method, body)["description"].as_str().unwrap_or("ok").to_owned()
}

pub(super) fn checked(method: &str, body: &Value) -> String {
    let body = body.to_string();
    let document = json::parse(&body).unwrap();
    let checked = telegram::check(method, &Arguments::from_json(&document, &body).unwrap());
    checked.result.map_or_else(|error| error.description, |_| "ok".to_owned())
}

#[test]
fn chats_refuse_what_their_kind_does_not_allow() {
    let mut state = with_chats();
    let mut send = |chat: i64, markup: Value, expected: &str| {
        let body = json!({ "chat_id": chat, "text": "x", "reply_markup": markup });
        assert_eq!(verdict(&mut state, "sendMessage", &body), expected, "{body}");
    };
    let contact = json!({ "keyboard": [[{ "text": "K", "request_contact": true }]] });
    send(USER, contact.clone(), "ok");
    send(GROUP, contact.clone(), "Bad Request: phone number can be requested in private chats only");
    send(SUPERGROUP, contact.clone(), "Bad Request: phone number can be requested in private chats only");
    send(CHANNEL, contact, "Bad Request: inline keyboard expected");
    send(CHANNEL, json!({ "force_reply": true }), "Bad Request: inline keyboard expected");
    send(CHANNEL, json!({ "remove_keyboard": true }), "Bad Request: inline keyboard expected");
    send(SUPERGROUP, json!({ "remove_keyboard": true }), "ok");
    let web_app = json!({ "inline_keyboard": [[{ "text": "K", "web_app": { "url": "https://a.b" } }]] });
    send(CHANNEL, web_app.clone(), "Bad Request: BUTTON_TYPE_INVALID");
    send(USER, web_app, "ok");
}

#[test]
fn a_thread_must_be_a_topic_of_a_forum() {
    let mut state = with_chats();
    let mut send = |chat: i64, thread: i64| {
        let body = json!({ "chat_id": chat, "text": "x", "message_thread_id": thread });
        verdict(&mut state, "sendMessage", &body)
    };
    let refused = "Bad Request: message thread not found";
    assert_eq!([send(FORUM, 9), send(FORUM, 10), send(FORUM, 1)], ["ok", refused, refused]);
    assert_eq!([send(USER, 9), send(GROUP, 9), send(SUPERGROUP, 9)], [refused, "ok", "ok"]);
}

#[test]
fn a_quote_must_be_a_part_of_the_message() {
    let mut state = with_chats();
    let sent = answer(&mut state, "sendMessage", &json!({ "chat_id": USER, "text": "😀 Hello Anna" }));
    let mut reply = |quote: &str| {
        let parameters = json!({ "message_id": sent["result"]["message_id"], "quote": quote });
        let body = json!({ "chat_id": USER, "text": "x", "reply_parameters": parameters });
        answer(&mut state, "sendMessage", &body)
    };
    assert_eq!(reply("Anna")["result"]["quote"]["position"], 9);
    assert_eq!(reply("anna")["description"], "Bad Request: QUOTE_TEXT_INVALID");
}

#[test]
fn an_unknown_user_is_not_mentioned_by_id() {
    let mut state = with_chats();
    let mut entities = |text: &str| {
        let body = json!({ "chat_id": USER, "text": text, "parse_mode": "Markdown" });
        answer(&mut state, "sendMessage", &body)["result"]["entities"].clone()
    };
    assert_eq!(
        entities("[@anna_p](tg://user?id=99)"),
        json!([{ "type": "mention", "offset": 0, "length": 7 }])
    );
    assert_eq!(
        entities("*Hi* [Anna](tg://user?id=99)"),
        json!([{ "type": "bold", "offset": 0, "length": 2 }])
    );
    assert_eq!(entities("[Anna](tg://user?id=5)")[0]["type"], "text_mention");
}

#[test]
fn a_made_up_file_id_can_be_sent_again() {
    let mut state = with_chats();
    let photo = json!({ "chat_id": USER, "photo": "https://cdn.example/5.png" });
    let sent = answer(&mut state, "sendPhoto", &photo);
    let again = json!({ "chat_id": USER, "photo": sent["result"]["photo"][0]["file_id"] });
    assert_eq!(verdict(&mut state, "sendPhoto", &again), "ok");
}

fn buttons() -> impl Strategy<Value = Value> {
    let button = prop::sample::select(vec![
        json!({ "text": "a" }),
        json!({ "text": "" }),
        json!({ "text": "", "icon_custom_emoji_id": "7" }),
        json!({ "text": "a", "request_contact": true }),
        json!({ "text": "a", "request_location": true }),
        json!({ "text": "a", "request_poll": { "type": "quiz" } }),
        json!({ "text": "a", "request_users": { "request_id": 1 } }),
        json!({ "text": "a", "request_chat": { "request_id": 1, "chat_is_channel": true } }),
        json!({ "text": "a", "web_app": { "url": "https://a.b" } }),
        json!({ "text": "a", "web_app": { "url": "http://a.b" } }),
        json!({ "text": "a", "url": "a.b" }),
        json!({ "text": "a", "url": "buy" }),
        json!({ "text": "a", "url": "", "callback_data": "x" }),
        json!({ "text": "a", "callback_data": "x".repeat(65) }),
        json!({ "text": "a", "copy_text": { "text": "" } }),
        json!({ "text": "a", "copy_text": { "text": "x" } }),
        json!({ "text": "a", "switch_inline_query": "" }),
        json!({ "text": "a".repeat(2000), "callback_data": "x" }),
    ]);
    let row = prop::collection::vec(button, 0..4);
    prop::collection::vec(row, 0..5).prop_map(|rows| json!(rows))
}

fn markup() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => buttons().prop_map(|rows| json!({ "keyboard": rows })),
        4 => buttons().prop_map(|rows| json!({ "inline_keyboard": rows })),
        1 => Just(json!({ "remove_keyboard": true })),
        1 => Just(json!({ "force_reply": true })),
    ]
}

fn call_of(chat: i64) -> impl Strategy<Value = (&'static str, Value)> {
    let text = prop::sample::select(vec!["x", " ", "<b>"]);
    let message = (markup(), text, any::<bool>()).prop_map(move |(markup, text, has_effect)| {
        let mut body = json!({ "chat_id": chat, "text": text, "reply_markup": markup });
        if has_effect {
            body["message_effect_id"] = "5".into();
        }
        ("sendMessage", body)
    });
    let poll = (markup(), any::<bool>()).prop_map(move |(markup, is_anonymous)| {
        let options = json!(["a", "b"]);
        let body = json!({ "chat_id": chat, "question": "Q", "options": options, "is_anonymous": is_anonymous,
            "reply_markup": markup });
        ("sendPoll", body)
    });
    let file = prop::sample::select(vec!["https://a.b/c.png", "hello", "AgAC", "ipfs://Qm/5.png"]);
    let photo = (markup(), file).prop_map(move |(markup, file)| {
        ("sendPhoto", json!({ "chat_id": chat, "photo": file, "reply_markup": markup }))
    });
    prop_oneof![message, poll, photo]
}

proptest! {
    #[test]
    fn check_and_the_sandbox_answer_alike(
        (method, body) in prop::sample::select(vec![USER, GROUP, SUPERGROUP]).prop_flat_map(call_of),
    ) {
        prop_assert_eq!(checked(method, &body), verdict(&mut with_chats(), method, &body));
    }

    // The id of a channel may be that of a supergroup, so `check` refuses only what both refuse.
    #[test]
    fn what_check_refuses_in_a_channel_the_sandbox_refuses((method, body) in call_of(CHANNEL)) {
        let refused = checked(method, &body) != "ok";
        prop_assert!(!refused || verdict(&mut with_chats(), method, &body) != "ok");
    }
}
