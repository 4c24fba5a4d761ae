//! Tests of the sandbox's state, without sockets.

mod chat_rules;
mod conversation;

use proptest::prelude::*;

use super::*;
use crate::sandbox::call::CallBody;
use crate::sandbox::chats::InitialChats;

fn options() -> ValidatedOptions {
    ValidatedOptions {
        tokens: Vec::new(),
        chats: InitialChats::Only(vec![5]),
        blocked: vec![6],
        rate: None,
        fail: 0.0,
        seed: 0,
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn sandbox(options: ValidatedOptions) -> SandboxState {
    SandboxState::new(options, now())
}

fn query(text: &str) -> MethodCall {
    MethodCall::read(text, CallBody::Other(0)).unwrap()
}

#[track_caller]
fn reply_of(outcome: CallOutcome) -> HttpReply {
    match outcome {
        CallOutcome::Reply(reply) => reply,
        other => panic!("{other:?}"),
    }
}

#[test]
fn updates_before_the_first_call_go_to_the_first_bot() {
    let mut state = sandbox(options());
    let id = state.queue_update(None, json!({ "message": { "chat": { "id": 9 } } }), now()).unwrap();
    assert_eq!(state.about()["bots"], json!([]));
    let updates = reply_of(state.call("42:TEST", "getUpdates", &query(""), now()));
    assert!(updates.body.contains(&format!(r#""update_id":{id}"#)), "{}", updates.body);
    assert_eq!(state.about()["bots"], json!([{ "id": 42, "username": "demo_bot" }]));
    let other = reply_of(state.call("43:TEST", "getMe", &query(""), now()));
    assert!(other.body.contains("demo_43_bot"), "{}", other.body);
}

#[test]
fn bots_do_not_share_chats_updates_or_messages() {
    let mut state = sandbox(options());
    let started = json!({ "message": { "chat": { "id": 9 }, "text": "/start" } });
    state.queue_update(Some("42:TEST"), started, now()).unwrap();
    let hello = query("chat_id=9&text=x");
    assert_eq!(reply_of(state.call("42:TEST", "sendMessage", &hello, now())).status, 200);
    assert_eq!(reply_of(state.call("43:TEST", "sendMessage", &hello, now())).status, 400);
    assert_eq!(state.messages(Some("43:TEST"), now()).unwrap(), "[]");
    assert!(reply_of(state.call("43:TEST", "getUpdates", &query(""), now())).body.contains("[]"));
}

#[test]
fn user_message_does_not_replace_a_sent_message() {
    let mut state = sandbox(options());
    reply_of(state.call("42:TEST", "sendMessage", &query("chat_id=5&text=sent"), now()));
    let written = json!({ "message": { "message_id": 1, "chat": { "id": 5 }, "text": "written" } });
    state.queue_update(None, written, now()).unwrap();
    reply_of(state.call("42:TEST", "sendMessage", &query("chat_id=5&text=again"), now()));
    let sent: Value = serde_json::from_str(&state.messages(None, now()).unwrap()).unwrap();
    assert_eq!(
        (&sent[0]["text"], &sent[1]["text"], sent.as_array().unwrap().len()),
        (&json!("sent"), &json!("again"), 2)
    );
}

#[test]
fn oldest_messages_are_dropped_at_the_size_limit() {
    let mut state = sandbox(options());
    state.limits.messages = 20_000;
    reply_of(state.call("43:TEST", "sendMessage", &query("chat_id=5&text=quiet"), now()));
    for n in 0..500 {
        let message = query(&format!("chat_id=5&text=sent{n};"));
        let sent = reply_of(state.call("42:TEST", "sendMessage", &message, now()));
        assert_eq!(sent.status, 200);
        let update = json!({ "message": { "message_id": 10_000 + n, "chat": { "id": 5 }, "text": "y" } });
        state.queue_update(Some("42:TEST"), update, now()).unwrap();
        let size: usize = state.bots.iter().map(|bot| bot.messages.size()).sum();
        assert!(size <= 20_000, "{size}");
        assert!(state.messages(Some("42:TEST"), now()).unwrap().len() <= 20_000);
    }
    let messages = state.messages(Some("42:TEST"), now()).unwrap();
    assert!(messages.contains("sent499;") && messages.contains("sent490;") && !messages.contains("sent0;"));
    assert!(
        state.messages(Some("43:TEST"), now()).unwrap().contains("quiet"),
        "one bot must not push out the messages of another"
    );
}

#[test]
fn repeated_message_id_replaces_the_message() {
    let mut state = sandbox(options());
    for text in ["one", "another one", "x"] {
        let update = json!({ "message": { "message_id": 7, "chat": { "id": 5 }, "text": text } });
        state.queue_update(None, update, now()).unwrap();
    }
    let once = state.bots[0].messages.size();
    let update = json!({ "message": { "message_id": 7, "chat": { "id": 5 }, "text": "y" } });
    state.queue_update(None, update, now()).unwrap();
    assert_eq!(state.bots[0].messages.size(), once);
}

#[test]
fn updates_over_the_size_limit_are_refused_until_some_are_read() {
    let mut state = sandbox(options());
    state.limits.updates = 20_000;
    let update = json!({ "message": { "chat": { "id": 5 }, "text": "x".repeat(800) } });
    let queue = |state: &mut SandboxState| state.queue_update(None, update.clone(), now());
    let n = (0..200).take_while(|_| queue(&mut state).is_ok()).count();
    assert!((15..25).contains(&n), "{n}");
    let refused = queue(&mut state).unwrap_err();
    assert!(refused.description.contains("too many updates wait"), "{}", refused.description);
    reply_of(state.call("42:TEST", "getUpdates", &query("offset=-1"), now()));
    assert!(queue(&mut state).is_ok());
    reply_of(state.call("42:TEST", "deleteWebhook", &query("drop_pending_updates=true"), now()));
    assert_eq!(state.bots[0].updates.size(), 0);
}

#[test]
fn bots_beyond_the_limit_are_refused_and_others_keep_working() {
    let mut state = sandbox(options());
    let n = state.limits.bots;
    let get_me = |state: &mut SandboxState, id: usize| {
        reply_of(state.call(&format!("{id}:TEST"), "getMe", &query(""), now()))
    };
    let statuses: Vec<u16> = (1..=n + 50).map(|id| get_me(&mut state, id).status).collect();
    assert!(statuses[..n].iter().all(|status| *status == 200));
    assert!(statuses[n..].iter().all(|status| *status == 400));
    assert!(get_me(&mut state, n + 1).body.contains("64 bots already"));
    assert!(state.messages(Some("9999:TEST"), now()).is_err());
    assert_eq!((get_me(&mut state, 1).status, state.bots.len()), (200, n));
    let tokens = (1..=100).map(|id| BotToken::parse(&format!("{id}:T")).unwrap()).collect();
    assert_eq!(
        sandbox(ValidatedOptions { tokens, ..options() }).bots.len(),
        100,
        "the user's own tokens are not limited"
    );
}

#[test]
fn chats_beyond_the_limit_are_refused_and_others_keep_working() {
    let mut state = sandbox(options());
    state.limits.chats = 3;
    let from = |chat: i64| json!({ "message": { "chat": { "id": chat }, "text": "x" } });
    for chat in [7, 8, 9, 5, 7] {
        state.queue_update(None, from(chat), now()).unwrap();
    }
    let refused = state.queue_update(None, from(10), now()).unwrap_err();
    assert!(refused.description.contains("as many chats"), "{}", refused.description);
    state.queue_update(None, from(7), now()).unwrap();
    let long = json!({ "message": { "chat": { "id": 7, "first_name": "x".repeat(300) }, "text": "x" } });
    let refused = state.queue_update(None, long, now()).unwrap_err();
    assert!(refused.description.contains("longer than 256 bytes"), "{}", refused.description);
}

#[test]
fn chats_derived_from_an_id_are_not_stored() {
    let mut state = sandbox(ValidatedOptions { chats: InitialChats::Any, ..options() });
    for chat in 10..30 {
        let sent = query(&format!("chat_id={chat}&text=x"));
        assert_eq!(reply_of(state.call("42:TEST", "sendMessage", &sent, now())).status, 200);
    }
    assert_eq!(state.bots[0].chats.n_learned(), 0);
}

#[test]
fn long_poll_waits_and_reports_why_it_ended() {
    let mut state = sandbox(options());
    let CallOutcome::Wait(first) = state.call("42:TEST", "getUpdates", &query("timeout=99"), now()) else {
        panic!("expected the call to wait")
    };
    assert_eq!(first.seconds, 50);
    assert_eq!(state.resume(&first), None);
    let CallOutcome::Wait(second) = state.call("42:TEST", "getUpdates", &query("timeout=1"), now()) else {
        panic!("expected the call to wait")
    };
    assert_eq!(state.resume(&first).map(|reply| reply.status), Some(409));
    assert_eq!(state.expire(&second), HttpReply::result("[]"));
    assert_eq!(state.about()["polling"], 0);
}

#[test]
fn hang_up_after_sending_keeps_the_message() {
    let mut state = sandbox(ValidatedOptions { fail: 1.0, ..options() });
    let mut hang_ups = 0;
    for _ in 0..50 {
        if state.call("42:TEST", "sendMessage", &query("chat_id=5&text=x"), now()) == CallOutcome::HangUp {
            hang_ups += 1;
        }
    }
    // A connection may also be closed before the message is stored, so there are more hang-ups than messages.
    let messages = state.messages(None, now()).unwrap();
    let sent = messages.matches("message_id").count();
    assert!(0 < sent && sent < hang_ups, "{sent} of {hang_ups}");
}

#[test]
fn rate_limit_applies_to_messages_per_bot() {
    let mut state = sandbox(ValidatedOptions { rate: Some(1.0), ..options() });
    let hello = query("chat_id=5&text=x");
    let statuses = ["42:A", "42:A", "43:A"]
        .map(|token| reply_of(state.call(token, "sendMessage", &hello, now())).status);
    assert_eq!(statuses, [200, 429, 200]);
    assert_eq!(reply_of(state.call("42:A", "getChat", &query("chat_id=5"), now())).status, 200);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z/@{\\[\"]{0,6}".prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "update_id",
        "message",
        "my_chat_member",
        "callback_query",
        "chat",
        "id",
        "type",
        "from",
        "text",
        "message_id",
        "new_chat_member",
        "status",
        "migrate_to_chat_id",
        "left_chat_member",
        "user_chat_id",
    ]);
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4).prop_map(|members| {
                members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn no_update_panics_and_accepted_updates_are_delivered(update in any_json()) {
        let mut state = sandbox(options());
        let accepted = state.queue_update(None, update, now());
        let updates = reply_of(state.call("42:TEST", "getUpdates", &query(""), now()));
        let updates: Value = serde_json::from_str(&updates.body).unwrap();
        let ids: Vec<i64> =
            updates["result"].as_array().unwrap().iter().filter_map(|update| update["update_id"].as_i64()).collect();
        prop_assert_eq!(ids, accepted.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn no_call_panics_and_every_answer_is_json(
        method in prop::sample::select(vec![
            "sendMessage", "sendPhoto", "sendMediaGroup", "sendPoll", "sendLocation", "getChat", "sendChatAction",
            "setWebhook", "deleteWebhook", "getWebhookInfo", "getMe", "nonsense",
        ]),
        arguments in prop::collection::vec((
            prop::sample::select(vec![
                "chat_id", "text", "parse_mode", "reply_markup", "reply_parameters", "media", "photo", "caption",
                "question", "options", "latitude", "longitude", "url", "entities", "link_preview_options", "action",
            ]),
            prop_oneof![
                Just("5".to_owned()), Just("HTML".to_owned()), "\\PC{0,12}", any_json().prop_map(|json| json.to_string()),
            ],
        ), 0..6),
    ) {
        let mut state = sandbox(options());
        let pairs = arguments.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let call = MethodCall::read("", CallBody::Multipart { pairs, files: Vec::new() }).unwrap();
        let reply = reply_of(state.call("42:TEST", method, &call, now()));
        let answer: Value = serde_json::from_str(&reply.body).unwrap();
        prop_assert_eq!(answer["ok"] == json!(true), reply.status == 200);
    }
}
