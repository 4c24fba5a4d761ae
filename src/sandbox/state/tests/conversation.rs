//! The methods that a bot needs in the conversation after a campaign: it edits, copies, deletes, pins, and answers.

use super::chat_rules::{CHANNEL, GROUP, USER, answer, checked, verdict, with_chats};
use super::*;

/// Sends a message to the user and returns its id.
fn sent(state: &mut SandboxState, method: &str, mut body: Value) -> Value {
    body["chat_id"] = USER.into();
    let answered = answer(state, method, &body);
    assert_eq!(answered["ok"], true, "{answered}");
    answered["result"]["message_id"].clone()
}

fn keyboard() -> Value {
    json!({ "inline_keyboard": [[{ "text": "Buy", "callback_data": "buy" }]] })
}

/// One message of each kind, as the arguments of the method that sends it.
fn messages() -> Vec<(&'static str, Value)> {
    let file = "https://cdn.example/5";
    let media =
        json!([{ "type": "photo", "media": file }, { "type": "video", "media": "https://cdn.example/6" }]);
    vec![
        ("sendMessage", json!({ "text": "Hello" })),
        ("sendPhoto", json!({ "photo": file, "caption": "P" })),
        ("sendVideo", json!({ "video": file })),
        ("sendAnimation", json!({ "animation": file })),
        ("sendDocument", json!({ "document": file })),
        ("sendAudio", json!({ "audio": file, "title": "T", "performer": "B" })),
        ("sendVoice", json!({ "voice": file })),
        ("sendVideoNote", json!({ "video_note": file })),
        ("sendSticker", json!({ "sticker": file })),
        ("sendDice", json!({ "emoji": "🎯" })),
        ("sendVenue", json!({ "latitude": 1, "longitude": 2, "title": "T", "address": "A" })),
        ("sendContact", json!({ "phone_number": "+1", "first_name": "Anna" })),
        ("sendLocation", json!({ "latitude": 1, "longitude": 2 })),
        ("sendPaidMedia", json!({ "star_count": 5, "media": media })),
        ("sendPoll", json!({ "question": "Q", "options": ["a", "b"] })),
    ]
}

#[test]
fn every_message_can_be_sent_copied_and_forwarded() {
    let mut state = with_chats();
    for (method, body) in messages() {
        let id = sent(&mut state, method, body);
        let again = json!({ "chat_id": GROUP, "from_chat_id": USER, "message_id": id });
        let copied = verdict(&mut state, "copyMessage", &again);
        let expected = match method {
            "sendPaidMedia" => "Bad Request: the message can't be copied",
            _ => "ok",
        };
        assert_eq!(copied, expected, "{method}");
        let forwarded = answer(&mut state, "forwardMessage", &again)["result"].clone();
        assert_eq!(forwarded["forward_origin"]["sender_user"]["id"], 42, "{method}");
    }
}

#[test]
fn a_copy_has_the_content_and_the_calls_own_caption_and_keyboard() {
    let mut state = with_chats();
    let caption =
        json!({ "photo": "https://cdn.example/5.png", "caption": "*old*", "reply_markup": keyboard() });
    let photo = sent(&mut state, "sendPhoto", caption);
    let copy = json!({ "chat_id": GROUP, "from_chat_id": USER, "message_id": photo, "caption": "*new*",
        "parse_mode": "MarkdownV2" });
    let answered = answer(&mut state, "copyMessage", &copy)["result"].clone();
    let all: Value = serde_json::from_str(&state.messages(None, now()).unwrap()).unwrap();
    assert_eq!(answered, json!({ "message_id": all[1]["message_id"] }));
    assert_eq!((&all[1]["photo"], &all[1]["caption"]), (&all[0]["photo"], &json!("new")));
    assert_eq!(all[1]["caption_entities"], json!([{ "type": "bold", "offset": 0, "length": 3 }]));
    assert!(all[1].get("reply_markup").is_none() && all[1].get("forward_origin").is_none());
}

#[test]
fn an_album_stays_an_album_when_it_is_copied() {
    let mut state = with_chats();
    let media = json!([{ "type": "photo", "media": "AgAC" }, { "type": "photo", "media": "BAAC" }]);
    let album = answer(&mut state, "sendMediaGroup", &json!({ "chat_id": USER, "media": media }));
    let ids = json!([album["result"][0]["message_id"], album["result"][1]["message_id"], 999]);
    let copy = json!({ "chat_id": GROUP, "from_chat_id": USER, "message_ids": ids });
    assert_eq!(answer(&mut state, "copyMessages", &copy)["result"].as_array().map(Vec::len), Some(2));
    let all: Value = serde_json::from_str(&state.messages(None, now()).unwrap()).unwrap();
    assert_eq!(all[2]["media_group_id"], all[3]["media_group_id"]);
    assert_ne!(all[0]["media_group_id"], all[2]["media_group_id"]);
}

#[test]
fn edits_change_what_they_name_and_nothing_else() {
    let mut state = with_chats();
    let text = sent(&mut state, "sendMessage", json!({ "text": "old", "reply_markup": keyboard() }));
    let photo = sent(&mut state, "sendPhoto", json!({ "photo": "https://cdn.example/5.png" }));
    let mut edit = |method: &str, message: &Value, body: Value| {
        let mut body = body;
        body["chat_id"] = USER.into();
        body["message_id"] = message.clone();
        answer(&mut state, method, &body)["result"].clone()
    };
    let edited = edit("editMessageText", &text, json!({ "text": "<b>new</b>", "parse_mode": "HTML" }));
    assert_eq!((&edited["text"], &edited["entities"][0]["type"]), (&json!("new"), &json!("bold")));
    assert_eq!((edited.get("reply_markup"), edited["edit_date"].as_i64()), (None, Some(1_800_000_000)));
    let edited = edit("editMessageReplyMarkup", &text, json!({ "reply_markup": keyboard() }));
    assert_eq!((&edited["text"], &edited["reply_markup"]), (&json!("new"), &keyboard()));
    let edited = edit("editMessageCaption", &photo, json!({ "caption": "C" }));
    assert_eq!((&edited["caption"], edited["photo"].is_array()), (&json!("C"), true));
    let media = json!({ "type": "animation", "media": "https://cdn.example/6.gif", "caption": "D" });
    let edited = edit("editMessageMedia", &photo, json!({ "media": media }));
    assert_eq!((edited.get("photo"), &edited["caption"]), (None, &json!("D")));
    assert_eq!(edited["animation"]["file_name"], "6.gif");
    let all: Value = serde_json::from_str(&state.messages(None, now()).unwrap()).unwrap();
    assert_eq!((&all[0]["text"], &all[1]["caption"]), (&json!("new"), &json!("D")));
}

#[test]
fn refused_calls_have_the_words_of_telegram() {
    let mut state = with_chats();
    let text = sent(&mut state, "sendMessage", json!({ "text": "same" }));
    let dice = sent(&mut state, "sendDice", json!({}));
    let sticker = sent(&mut state, "sendSticker", json!({ "sticker": "https://cdn.example/5.webp" }));
    let poll = sent(&mut state, "sendPoll", json!({ "question": "Q", "options": ["a", "b"] }));
    let asking = json!({ "text": "x", "reply_markup": { "force_reply": true } });
    let asking = sent(&mut state, "sendMessage", asking);
    let secret = sent(&mut state, "sendMessage", json!({ "text": "x", "protect_content": true }));
    let mut refused = |method: &str, message: &Value, fields: Value, expected: &str| {
        let mut body = json!({ "chat_id": USER, "from_chat_id": USER, "message_id": message });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        assert_eq!(verdict(&mut state, method, &body), format!("Bad Request: {expected}"), "{method} {body}");
    };
    let (none, unknown) = (json!({}), json!(999));
    refused(
        "editMessageText",
        &text,
        json!({ "text": "same" }),
        "message is not modified: specified new message content and reply markup are exactly the same as a current \
         content and reply markup of the message",
    );
    refused("editMessageText", &unknown, json!({ "text": "x" }), "message to edit not found");
    refused("editMessageText", &sticker, json!({ "text": "x" }), "message can't be edited");
    refused("editMessageText", &asking, json!({ "text": "y" }), "message can't be edited");
    refused("editMessageText", &poll, json!({ "text": "x" }), "there is no text in the message to edit");
    refused(
        "editMessageCaption",
        &text,
        json!({ "caption": "x" }),
        "there is no caption in the message to edit",
    );
    let media = json!({ "media": { "type": "photo", "media": "AgAC" } });
    refused("editMessageMedia", &poll, media, "message media can't be edited");
    let reply = json!({ "text": "x", "reply_markup": { "force_reply": true } });
    refused("editMessageText", &text, reply, "inline keyboard expected");
    refused("copyMessage", &unknown, none.clone(), "message to copy not found");
    refused("copyMessage", &secret, none.clone(), "the message can't be copied");
    refused("forwardMessage", &unknown, none.clone(), "message to forward not found");
    refused("forwardMessages", &text, json!({ "message_ids": [999] }), "messages can't be forwarded");
    refused("forwardMessages", &text, none.clone(), "message identifiers are not specified");
    refused("deleteMessage", &unknown, none.clone(), "message to delete not found");
    refused("deleteMessage", &dice, none.clone(), "message can't be deleted for everyone");
    refused("pinChatMessage", &unknown, none.clone(), "message to pin not found");
    refused("unpinChatMessage", &json!(""), none.clone(), "message to unpin not found");
    refused("stopPoll", &text, none.clone(), "message is not a poll");
    refused("stopPoll", &unknown, none.clone(), "message with poll to stop not found");
    refused("setMessageReaction", &unknown, none.clone(), "message to react not found");
    refused(
        "setMessageReaction",
        &text,
        json!({ "reaction": [{ "type": "emoji", "emoji": "x" }] }),
        "REACTION_INVALID",
    );
    refused(
        "answerCallbackQuery",
        &text,
        json!({ "callback_query_id": "1" }),
        "query is too old and response timeout expired or query ID is invalid",
    );
    refused("getChatMember", &text, json!({ "user_id": 999 }), "member not found");
    refused("getChatAdministrators", &text, none.clone(), "there are no administrators in the private chat");
    refused(
        "getFile",
        &text,
        json!({ "file_id": "AgAC" }),
        "wrong file_id or the file is temporarily unavailable",
    );
    refused("getFile", &text, json!({ "file_id": "x" }), "invalid file_id");
    let command = json!({ "commands": [{ "command": "Start", "description": "x" }] });
    refused("setMyCommands", &text, command, "BOT_COMMAND_INVALID");
    refused("sendDice", &text, json!({ "emoji": "🐳" }), "EMOTICON_INVALID");
}

#[test]
fn a_message_is_deleted_within_two_days_and_in_a_channel_at_any_time() {
    let mut state = with_chats();
    let day = |days: i64| Timestamp::from_second(1_800_000_000 + days * 86_400).unwrap();
    for (chat, expected) in [(USER, "Bad Request: message can't be deleted for everyone"), (CHANNEL, "ok")] {
        let message = answer(&mut state, "sendMessage", &json!({ "chat_id": chat, "text": "x" }));
        let id = message["result"]["message_id"].as_i64().unwrap();
        let call = query(&format!("chat_id={chat}&message_id={id}"));
        let reply = reply_of(state.call("42:TEST", "deleteMessage", &call, day(3)));
        let said: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(said["description"].as_str().unwrap_or("ok"), expected);
    }
}

#[test]
fn deleted_and_pinned_messages_are_remembered() {
    let mut state = with_chats();
    let ids = [0, 1, 2].map(|n| sent(&mut state, "sendMessage", json!({ "text": n.to_string() })));
    let chat = json!({ "chat_id": USER });
    let on = |id: &Value| json!({ "chat_id": USER, "message_id": id });
    assert_eq!(verdict(&mut state, "pinChatMessage", &on(&ids[0])), "ok");
    assert_eq!(verdict(&mut state, "pinChatMessage", &on(&ids[1])), "ok");
    assert_eq!(answer(&mut state, "getChat", &chat)["result"]["pinned_message"]["text"], "1");
    assert_eq!(verdict(&mut state, "unpinChatMessage", &chat), "ok");
    assert_eq!(answer(&mut state, "getChat", &chat)["result"]["pinned_message"]["text"], "0");
    let both = json!({ "chat_id": USER, "message_ids": [ids[0], ids[2], 999] });
    assert_eq!(verdict(&mut state, "deleteMessages", &both), "ok");
    assert!(answer(&mut state, "getChat", &chat)["result"].get("pinned_message").is_none());
    let left: Value = serde_json::from_str(&state.messages(None, now()).unwrap()).unwrap();
    assert_eq!((left.as_array().map(Vec::len), &left[0]["text"]), (Some(1), &json!("1")));
}

#[test]
fn a_pressed_button_is_answered() {
    let mut state = with_chats();
    let id = sent(&mut state, "sendMessage", json!({ "text": "x", "reply_markup": keyboard() }));
    let message = json!({ "chat": { "id": USER }, "message_id": id });
    let press = json!({ "callback_query": { "id": "77", "data": "buy", "message": message } });
    state.queue_update(None, press, now()).unwrap();
    assert_eq!(verdict(&mut state, "answerCallbackQuery", &json!({ "callback_query_id": "77" })), "ok");
}

#[test]
fn a_poll_is_stopped_once() {
    let mut state = with_chats();
    let poll = json!({ "question": "Q", "options": ["a", "b"], "open_period": 60 });
    let id = sent(&mut state, "sendPoll", poll);
    let call = json!({ "chat_id": USER, "message_id": id });
    let stopped = answer(&mut state, "stopPoll", &call)["result"].clone();
    assert_eq!((&stopped["is_closed"], &stopped["close_date"]), (&json!(true), &json!(1_800_000_060)));
    assert_eq!(verdict(&mut state, "stopPoll", &call), "Bad Request: poll can't be stopped");
    let other = sent(&mut state, "sendPoll", json!({ "question": "Q", "options": ["a", "b"] }));
    let all: Value = serde_json::from_str(&state.messages(None, now()).unwrap()).unwrap();
    assert_ne!(all[0]["poll"]["id"], all[1]["poll"]["id"], "{other}");
}

#[test]
fn a_file_that_is_sent_again_is_the_same_file() {
    let mut state = with_chats();
    let content: Arc<[u8]> = Arc::from(*b"bytes");
    let file = |field: &str, name: &str| crate::sandbox::call::UploadedFile {
        field: field.to_owned(),
        name: name.to_owned(),
        mime_type: None,
        size: 5,
        content: Some(Arc::clone(&content)),
    };
    let files = vec![file("document", "price.pdf"), file("thumbnail", "t.jpg")];
    let body = CallBody::Multipart { pairs: vec![("chat_id".into(), "5".into())], files };
    let call = MethodCall::read("", body).unwrap();
    let first: Value =
        serde_json::from_str(&reply_of(state.call("42:TEST", "sendDocument", &call, now())).body).unwrap();
    let document = first["result"]["document"].clone();
    assert_eq!((&document["file_name"], &document["file_size"]), (&json!("price.pdf"), &json!(5)));
    assert_eq!(document["thumbnail"]["width"], 320);
    let again = json!({ "chat_id": USER, "document": document["file_id"] });
    assert_eq!(answer(&mut state, "sendDocument", &again)["result"]["document"], document);
    let photo = json!({ "chat_id": USER, "photo": document["file_id"] });
    assert_eq!(
        verdict(&mut state, "sendPhoto", &photo),
        "Bad Request: can't use file of type Document as Photo"
    );
    let found = answer(&mut state, "getFile", &json!({ "file_id": document["file_id"] }))["result"].clone();
    assert_eq!(state.file("42:TEST", found["file_path"].as_str().unwrap()).unwrap().as_ref(), b"bytes");
    assert_eq!(state.file("43:TEST", "documents/file_1.pdf").unwrap_err().error_code, 404);
}

#[test]
fn the_files_are_dropped_at_the_size_limit() {
    let mut state = with_chats();
    state.limits.files = 10_000;
    for n in 0..200 {
        let photo = json!({ "chat_id": USER, "photo": format!("https://cdn.example/{n}.png") });
        assert_eq!(verdict(&mut state, "sendPhoto", &photo), "ok");
        assert!(state.bots[0].files.size() <= 10_000);
    }
}

#[test]
fn a_live_location_keeps_what_it_was_sent_with() {
    let mut state = with_chats();
    let place = json!({ "chat_id": USER, "latitude": 1, "longitude": 2, "horizontal_accuracy": 50, "live_period": 60,
        "heading": 90, "proximity_alert_radius": 100 });
    assert_eq!(
        answer(&mut state, "sendLocation", &place)["result"]["location"],
        json!({ "latitude": 1.0, "longitude": 2.0, "live_period": 60, "heading": 90, "proximity_alert_radius": 100,
            "horizontal_accuracy": 50.0 })
    );
}

#[test]
fn commands_are_kept_by_scope_and_language() {
    let mut state = with_chats();
    let set =
        json!({ "commands": [{ "command": "/start", "description": " Begin " }], "language_code": "de" });
    assert_eq!(verdict(&mut state, "setMyCommands", &set), "ok");
    let expected = json!([{ "command": "start", "description": "Begin" }]);
    let mut get = |body: Value| answer(&mut state, "getMyCommands", &body)["result"].clone();
    assert_eq!(get(json!({ "language_code": "de" })), expected);
    assert_eq!(get(json!({})), json!([]));
    assert_eq!(
        get(json!({ "scope": { "type": "chat", "chat_id": USER }, "language_code": "de" })),
        json!([])
    );
    assert_eq!(verdict(&mut state, "deleteMyCommands", &json!({ "language_code": "de" })), "ok");
    assert_eq!(answer(&mut state, "getMyCommands", &json!({ "language_code": "de" }))["result"], json!([]));
}

#[test]
fn the_webhook_is_told_as_it_was_set() {
    let mut state = with_chats();
    let hook = json!({ "url": "https://shop.example/hook", "max_connections": 7, "ip_address": "1.2.3.4",
        "allowed_updates": ["message"], "secret_token": "s" });
    assert_eq!(verdict(&mut state, "setWebhook", &hook), "Webhook was set");
    assert_eq!(verdict(&mut state, "setWebhook", &hook), "Webhook is already set");
    let info = answer(&mut state, "getWebhookInfo", &json!({}))["result"].clone();
    assert_eq!((&info["url"], &info["max_connections"]), (&json!("https://shop.example/hook"), &json!(7)));
    assert_eq!((&info["ip_address"], &info["allowed_updates"]), (&json!("1.2.3.4"), &json!(["message"])));
    let bad = json!({ "url": "https://a.b", "secret_token": "a b" });
    assert_eq!(
        verdict(&mut state, "setWebhook", &bad),
        "Bad Request: secret token contains unallowed characters"
    );
}

fn call_of_a_conversation() -> impl Strategy<Value = (&'static str, Value)> {
    let method = prop::sample::select(vec![
        "copyMessage",
        "forwardMessage",
        "copyMessages",
        "editMessageText",
        "editMessageCaption",
        "editMessageReplyMarkup",
        "deleteMessage",
        "deleteMessages",
        "setMessageReaction",
        "sendVenue",
        "sendContact",
        "sendDice",
        "sendAudio",
        "sendPaidMedia",
        "setMyCommands",
        "getChatMember",
    ]);
    let field = |name: &'static str, values: Vec<Value>| {
        prop::option::weighted(0.8, prop::sample::select(values)).prop_map(move |value| (name, value))
    };
    let fields = (
        field("chat_id", vec![json!(USER), json!("5"), json!("")]),
        field("from_chat_id", vec![json!(USER), json!("")]),
        // The first message that the sandbox has: `check` takes every message to exist.
        field("message_id", vec![json!(301), json!("301"), json!(0), json!(-1), json!("x")]),
        field(
            "message_ids",
            vec![json!([301]), json!("[301]"), json!([]), json!("x"), json!([0]), json!([1.5])],
        ),
        field("text", vec![json!("<b>x</b>"), json!(" "), json!("<b>")]),
        field("caption", vec![json!("<b>x</b>"), json!("<b>"), json!("x".repeat(1025))]),
        field("parse_mode", vec![json!("HTML"), json!("HTM")]),
        field("reply_markup", vec![keyboard(), json!({ "force_reply": true }), json!("[")]),
        field(
            "reaction",
            vec![json!([{ "type": "emoji", "emoji": "👍" }]), json!([{ "type": "x" }]), json!("x")],
        ),
        field("latitude", vec![json!(1), json!(91)]),
        field(
            "media",
            vec![json!([{ "type": "photo", "media": "AgAC" }]), json!([]), json!([{ "type": "x" }])],
        ),
        field("commands", vec![json!([{ "command": "a", "description": "b" }]), json!([{ "command": "a" }])]),
    );
    let more = (
        field("longitude", vec![json!(2)]),
        field("phone_number", vec![json!("+1")]),
        field("first_name", vec![json!("Anna")]),
        field("emoji", vec![json!("🎲"), json!("x")]),
        field("audio", vec![json!("BAAC"), json!("hello")]),
        field("star_count", vec![json!(1), json!(0)]),
        field("user_id", vec![json!(USER), json!(0)]),
    );
    (method, fields, more).prop_map(|(method, f, m)| {
        let all =
            [f.0, f.1, f.2, f.3, f.4, f.5, f.6, f.7, f.8, f.9, f.10, f.11, m.0, m.1, m.2, m.3, m.4, m.5, m.6];
        let given = all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        (method, Value::Object(given.collect()))
    })
}

proptest! {
    #[test]
    fn check_and_the_sandbox_answer_a_conversation_alike((method, body) in call_of_a_conversation()) {
        let mut state = with_chats();
        // A captioned medium can be copied and edited; only its text cannot.
        let body_of_text = json!({ "chat_id": USER, "text": "before" });
        let body_of_photo = json!({ "chat_id": USER, "photo": "AgAC", "caption": "before", "reply_markup": keyboard() });
        let sent = match method {
            "editMessageText" => answer(&mut state, "sendMessage", &body_of_text),
            _ => answer(&mut state, "sendPhoto", &body_of_photo),
        };
        prop_assert_eq!(&sent["result"]["message_id"], 301);
        prop_assume!(!(method == "editMessageReplyMarkup" && body.get("reply_markup") == Some(&keyboard())));
        prop_assert_eq!(checked(method, &body), verdict(&mut state, method, &body));
    }
}
