//! Random bodies, queries, content types and values, sent to a real sandbox: no message reaches another chat.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::Value;
use telecast::campaign::{Campaign, ContentFormat, HttpMethod, Webhook};
use telecast::clock;
use telecast::paths::Paths;
use telecast::profile::{self, Profile};
use telecast::secrets::{Secret, SecretScope, Secrets};
use telecast::service::{
    MessageJob, Session, Sharing, TestJob, TestOutcome, TestResult, demo, sample, send_test,
};
use telecast::settings::Settings;
use telecast::workspace::Workspace;
use tokio::runtime::Runtime;

use super::*;
use crate::support::rounds;

/// The sample workspace and a session with its own sandbox.
struct World {
    runtime: Runtime,
    session: Session,
    workspace: Workspace,
    url: String,
    /// Chat and id of each message seen so far. The sandbox keeps only the newest messages.
    seen: HashSet<(i64, i64)>,
    _home: tempfile::TempDir,
}

/// A test to send.
#[derive(Debug, Clone, Default)]
struct Attempt {
    method: HttpMethod,
    format: ContentFormat,
    query: String,
    params: Vec<(String, String)>,
    types: Vec<String>,
    headers: Vec<(String, String)>,
    body: String,
    /// The value of `Profile.v`.
    value: String,
}

const CHAT: i64 = 77;

impl World {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(&home.path().join("home"));
        let root = home.path().join("demo");
        demo::make(&paths, Path::new(&root)).unwrap();
        let workspace = Workspace::open(&root).unwrap();
        let settings = Settings::default();
        let secrets = Secrets::new(&paths, &settings.secrets, Some(&workspace.root));
        secrets.set("AMP", &Secret::new("&chat_id=999"), SecretScope::Workspace).unwrap();
        let session = Session::new(paths, &workspace, secrets, &settings, Sharing::OneCommand);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = runtime.block_on(session.sandbox_url()).unwrap();
        Self { runtime, session, workspace, url, seen: HashSet::new(), _home: home }
    }

    /// Sends a test. Returns its reported result, and the chats that got a message.
    fn send(&mut self, attempt: &Attempt) -> (TestResult, Vec<i64>) {
        let types = attempt.types.iter().map(|value| ("Content-Type".to_owned(), value.clone()));
        let webhook = Webhook {
            method: attempt.method,
            url: format!("${{SANDBOX}}/bot${{BOT_TOKEN}}/sendMessage{}", attempt.query),
            params: attempt.params.clone(),
            headers: attempt.headers.iter().cloned().chain(types).collect(),
            ..Webhook::default()
        };
        let mut workspace = self.workspace.clone();
        let campaign =
            workspace.campaigns.iter_mut().find(|campaign| campaign.stem == sample::FIRST).unwrap();
        let campaign = Arc::make_mut(campaign);
        let settings = campaign.value.take().unwrap();
        campaign.value = Some(Campaign { content_format: attempt.format, ..settings });
        let mut profile = Profile { identity: "bob".into(), ..Profile::default() };
        profile.properties.insert("v".into(), profile::Value::Text(attempt.value.clone()));
        let job = MessageJob {
            body: Some(attempt.body.as_str().into()),
            webhook: Some(webhook),
            profile: Some(Arc::new(profile)),
            test_chat: Some(CHAT.to_string()),
            ..MessageJob::from_files(&Arc::new(workspace), sample::FIRST)
        };
        let test = TestJob { job, in_sandbox: false };
        let sending = send_test(&self.session, &test, clock::now(), std::future::pending());
        let answer = self.runtime.block_on(sending);
        let mut chats = Vec::new();
        for message in self.messages() {
            let chat = message["chat"]["id"].as_i64().unwrap();
            if self.seen.insert((chat, message["message_id"].as_i64().unwrap())) {
                chats.push(chat);
            }
        }
        (answer, chats)
    }

    fn messages(&self) -> Vec<Value> {
        let address = self.url.strip_prefix("http://").unwrap().to_owned();
        // The sandbox runs on this thread's runtime, so the blocking read must be on another thread.
        let answer = self.runtime.block_on(async {
            let read = tokio::task::spawn_blocking(move || {
                let mut stream = TcpStream::connect(&address).unwrap();
                write!(
                    stream,
                    "GET /sandbox/messages HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
                )
                .unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                answer
            });
            read.await.unwrap()
        });
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        // Before the first message, the sandbox knows no bot, and its answer is not a list.
        serde_json::from_str(body).unwrap_or_default()
    }

    /// Fails unless the test is not sent, with this reason.
    #[track_caller]
    fn check_withheld(&mut self, attempt: Attempt, reason: &str) {
        let (answer, chats) = self.send(&attempt);
        assert_eq!(chats, [0_i64; 0], "{attempt:?}");
        assert_eq!(answer.outcome, TestOutcome::NotSent, "{attempt:?}: {}", answer.description);
        assert!(answer.description.contains(reason), "{}", answer.description);
    }

    #[track_caller]
    fn check_arrives(&mut self, attempt: Attempt) {
        let (answer, chats) = self.send(&attempt);
        assert_eq!(chats, [CHAT], "{attempt:?}: {}", answer.description);
        assert_eq!(answer.outcome, TestOutcome::Sent);
    }
}

fn json(body: &str) -> Attempt {
    Attempt { body: body.into(), types: vec!["application/json".into()], ..Attempt::default() }
}

#[test]
fn known_attacks_do_not_reach_another_chat() {
    let mut world = World::new();
    let plain = json(r#"{"chat_id": 5, "text": "a"}"#);
    world.check_arrives(plain.clone());
    world.check_arrives(json(r#"{"chat\u005fid": 999, "chat_id": 5, "text": "a"}"#));
    world.check_arrives(Attempt { query: "?chat%5Fid=999".into(), ..plain.clone() });
    world.check_arrives(Attempt {
        value: r#"Bob", "chat\u005fid": 999, "z": ""#.into(),
        ..json(r#"{"chat_id": 5, "text": "Hi {{ Profile.v }}"}"#)
    });
    world.check_arrives(Attempt {
        query: "?text={{ Profile.v }}".into(),
        value: "hi&chat%5Fid=999".into(),
        ..plain.clone()
    });
    world.check_withheld(
        Attempt {
            types: vec!["application/x-www-form-urlencoded; application/json".into()],
            ..json(r#"{"chat_id": 5, "text": "&chat_id=999&text=b&"}"#)
        },
        "the body has the chat_id 999",
    );
    world.check_withheld(
        json(r#"{"chat_id": 5, "inline_message_id": "AA", "text": "a"}"#),
        "`inline_message_id`",
    );
    // A webhook is validated before, but the check of the finished request does not rely on that.
    let (answer, chats) = world.send(&Attempt { query: "?${AMP}".into(), ..plain });
    assert_eq!((answer.outcome, chats.len()), (TestOutcome::NotSent, 0), "{}", answer.description);
    assert!(!answer.description.contains("999"), "shows a part of a secret: {}", answer.description);
}

/// The pieces of hostile texts.
fn fragment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "chat_id",
        "chat\\u005fid",
        "\\chat_id",
        "chat%5Fid",
        "chat%5fid",
        "Chat_id",
        "text",
        "inline_message_id",
        "user_id",
        "999",
        "77",
        "\"77\"",
        "null",
        "NULL",
        "a",
        "é",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\"",
        "\\\"",
        "\\",
        ":",
        ", ",
        "\n",
        "\t",
        "&",
        "=",
        "&chat_id=999",
        "?",
        "#",
        "+",
        "%",
        "%26",
        "%22",
        "{{ Profile.v }}",
        "\"chat_id\": 999",
        "\"chat\\u005fid\": \"999\"",
        "\"chat_id\": {{ Profile.v }}",
        "\"text\": \"a\"",
        ", \"z\": \"",
        "\"text\": \"{{ Profile.v }}\"",
        "'",
        "\u{0}",
        "\u{feff}",
        "--B\r\n",
        "\r\n",
    ])
}

fn text(max: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(fragment(), 0..max).prop_map(|parts| parts.concat())
}

fn body() -> impl Strategy<Value = String> {
    let member = prop_oneof![
        3 => prop::sample::select(vec![
            "\"chat_id\": 999", "\"chat\\u005fid\": 999", "\"chat_id\": \"77\"", "\"chat_id\": NULL", "\"text\": \"a\"",
            "\"text\": \"{{ Profile.v }}\"", "\"chat_id\": {{ Profile.v }}", "\"user_id\": 999", "\"\\u0063hat_id\":999",
            "\"text\": \"&chat_id=999&text=a&\"", "\"chat_id\": {\"a\": 1}", "\"reply_parameters\": {\"chat_id\": 5}",
        ]).prop_map(str::to_owned),
        1 => text(4),
    ];
    prop_oneof![
        3 => prop::collection::vec(member, 0..5).prop_map(|members| format!("{{\"text\": \"a\", {}}}", members.join(", "))),
        1 => Just("chat_id=999&text=a&{{ Profile.v }}".to_owned()),
        1 => text(8).prop_map(|text| format!("{{\"text\": \"a\", {text}")),
        1 => text(8),
    ]
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let kind = prop::sample::select(vec![
        "application/json",
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; application/json",
        "application/json, application/x-www-form-urlencoded",
        "multipart/form-data; boundary=B",
        "multipart/form-data; boundary=B; application/json",
        "text/plain",
        "{{ Profile.v }}",
    ]);
    let query = prop_oneof![
        2 => Just(String::new()),
        2 => text(5).prop_map(|text| format!("?{text}")),
        1 => Just("?text=a&${AMP}".to_owned()),
        1 => Just("?text=a&chat_id=77".to_owned()),
    ];
    let header = prop::sample::select(vec![
        None,
        None,
        None,
        Some(("Content-Encoding", "gzip")),
        Some(("Content-Length", "2")),
        Some(("X-A", "{{ Profile.v }}")),
    ]);
    let parameter =
        prop::option::of((prop::sample::select(vec!["chat_id", "text", "chat%5Fid", "x"]), text(3)));
    let is_get = prop::bool::weighted(0.15);
    let is_text = prop::bool::weighted(0.2);
    (is_get, is_text, query, parameter, prop::collection::vec(kind, 0..3), header, body(), text(6)).prop_map(
        |(is_get, is_text, query, parameter, types, header, body, value)| Attempt {
            method: if is_get { HttpMethod::Get } else { HttpMethod::Post },
            format: if is_text { ContentFormat::Text } else { ContentFormat::Json },
            query,
            params: parameter.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            types: types.into_iter().map(str::to_owned).collect(),
            headers: header.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body,
            value,
        },
    )
}

#[test]
fn no_message_ever_reaches_another_chat() {
    let world = std::cell::RefCell::new(World::new());
    let n_sent = std::cell::Cell::new(0);
    let config = Config { cases: u32::try_from(rounds(400, 3_000)).unwrap(), ..Config::default() };
    let result = TestRunner::new(config).run(&attempt(), |attempt| {
        let (answer, chats) = world.borrow_mut().send(&attempt);
        prop_assert!(chats.iter().all(|chat| *chat == CHAT), "reached {chats:?}: {}", answer.description);
        // The reported outcome matches what happened.
        match answer.outcome {
            TestOutcome::Sent => prop_assert_eq!(chats.len(), 1),
            TestOutcome::Refused | TestOutcome::NotSent | TestOutcome::Unreachable => {
                prop_assert_eq!(chats.len(), 0)
            }
            TestOutcome::Unknown => return Err(TestCaseError::fail(answer.description)),
        }
        n_sent.set(n_sent.get() + chats.len());
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(rounds(10, 60) < n_sent.get(), "only {} messages could be sent", n_sent.get());
}

#[test]
fn ordinary_bodies_arrive() {
    let mut world = World::new();
    let chat = prop::sample::select(vec![
        "{{ Profile.telegram_chat_id | default: \"NULL\" }}",
        "1001",
        "\"1001\"",
        "\"@shop\"",
        "null",
        "-1001234567890",
        "",
    ]);
    // Message texts of many kinds, some of which look like a chat id.
    let words = prop::collection::vec(
        prop::sample::select(vec![
            "Hi",
            " ",
            "\"chat_id\": 999",
            "&chat_id=999&",
            "chat\\u005fid",
            "{}",
            "é",
            "😀",
            "\n",
            "https://x.example/?chat_id=9",
        ]),
        0..6,
    );
    let extra = prop::sample::select(vec![
        "",
        ", \"disable_notification\": true",
        ", \"reply_markup\": {\"inline_keyboard\": [[{\"text\": \"chat_id\", \"callback_data\": \"user_id\"}]]}",
        ", \"link_preview_options\": {\"is_disabled\": true}",
        ", \"business_connection_id\": \"\"",
    ]);
    let query = prop::sample::select(vec!["", "?disable_notification=true", "?chat_id={{ Profile.v }}"]);
    let config = Config { cases: u32::try_from(rounds(100, 500)).unwrap(), ..Config::default() };
    let cases = (chat, words, extra, query, prop::bool::ANY);
    let world = std::cell::RefCell::new(&mut world);
    let result = TestRunner::new(config).run(&cases, |(chat, words, extra, query, is_first)| {
        let text = serde_json::to_string(&format!("x{}", words.concat())).unwrap();
        let body = match is_first {
            true => format!("{{\"chat_id\": {chat}, \"text\": {text}{extra}}}"),
            false => format!("{{\n \"text\": {text}{extra},\n \"chat_id\": {chat}\n}}"),
        };
        world.borrow_mut().check_arrives(Attempt { query: query.into(), value: "5".into(), ..json(&body) });
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}
