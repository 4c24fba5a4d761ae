//! An untrusted workspace: nothing is sent and no secret is read until the user trusts the webhook. A webhook whose
//! destination or secrets cannot be determined is never used.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};

use telecast::campaign::Webhook;

use crate::support::{Home, Terminal};

/// A stranger's server on loopback, which answers like a Bot API and records every request.
struct Server {
    address: String,
    requests: Receiver<String>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let Some(request) = answer_request(stream) else { continue };
                if sender.send(request).is_err() {
                    break;
                }
            }
        });
        Self { address, requests }
    }

    /// Returns the requests since the last call.
    fn requests(&self) -> Vec<String> {
        self.requests.try_iter().collect()
    }
}

fn answer_request(mut stream: TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let answer = r#"{"ok":true,"telecast_sandbox":true,"result":{"id":42,"is_bot":true,"first_name":"B","username":"evil_bot","message_id":7}}"#;
    let head_of_answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    write!(stream, "{head_of_answer}Content-Length: {}\r\n\r\n{answer}", answer.len()).ok()?;
    Some(head + &String::from_utf8_lossy(&body))
}

/// A home with a clone `shop` of a stranger's workspace. `webhook` is the file of its webhook `bot`.
fn clone(webhook: &str) -> Home {
    let home = Home::new();
    home.write("shop/telecast.toml", "name = \"Shop\"\n");
    home.write("shop/webhooks/bot.toml", webhook);
    home.write("shop/campaigns/hi.toml", "name = \"Hi\"\nwebhook = \"bot\"\n");
    home.write("shop/campaigns/hi.json.liquid", "{\"chat_id\": 5, \"text\": \"hi\"}\n");
    home
}

fn bot_at(url: &str) -> String {
    format!("url = \"{url}\"\n[headers]\nContent-Type = \"application/json\"\n")
}

fn test_args<'a>() -> [&'a str; 6] {
    ["--workspace", "shop", "test", "hi", "--to", "77"]
}

#[test]
fn nothing_is_sent_to_a_host_before_it_is_trusted() {
    let server = Server::start();
    let home = clone(&bot_at(&format!("http://{}/bot${{BOT_TOKEN}}/sendMessage", server.address)));
    let run = |args: &[&str]| {
        let mut command = home.command(["--workspace", "shop"].iter().chain(args));
        let output = command.env("BOT_TOKEN", "42:SECRET").output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for args in [&["test", "hi", "--to", "77"][..], &["test", "hi", "--as-is"], &["webhooks", "check", "bot"]]
    {
        let (code, err) = run(args);
        assert_eq!(code, Some(3), "{args:?}: {err}");
        let expected = format!(
            "the webhook `bot` is not trusted, so nothing was sent: it would send BOT_TOKEN to {}",
            server.address
        );
        assert!(err.contains(&expected) && err.contains("telecast trust"), "{err}");
    }
    assert_eq!(server.requests(), [""; 0]);
    // Neither the server's claim to be a sandbox nor a file in the workspace makes it trusted.
    home.write("shop/.telecast/sandbox.json", format!("{{\"addr\":\"{}\",\"pid\":1}}", server.address));
    assert_eq!(run(&["test", "hi", "--to", "77"]).0, Some(3));
    assert_eq!(server.requests(), [""; 0]);
    assert_eq!(run(&["trust", "--yes"]).0, Some(0));
    assert_eq!(run(&["test", "hi", "--to", "77"]).0, Some(0));
    let requests = server.requests();
    assert!(
        matches!(requests.as_slice(), [one] if one.starts_with("POST /bot42:SECRET/sendMessage")),
        "{requests:?}"
    );
}

#[test]
fn the_console_asks_before_it_uses_an_untrusted_webhook() {
    let server = Server::start();
    let home = clone(&bot_at(&format!("http://{}/bot${{BOT_TOKEN}}/sendMessage", server.address)));
    let mut command = home.command(["--workspace", "shop"]);
    command.env("BOT_TOKEN", "42:SECRET");
    let mut terminal = Terminal::start(command, 120, 40);
    terminal.wait_for("NOT TRUSTED");
    terminal.wait_for("hi.json.liquid");
    terminal.send("\x1b[15~");
    terminal.wait_for("Enter to review");
    assert_eq!(server.requests(), [""; 0]);
    terminal.send("c");
    terminal.wait_for("Another chat");
    terminal.send("\x1b");
    terminal.wait_for("Enter to review");
    // The first Enter opens the question. The second Enter chooses the preselected answer, "no".
    terminal.send("\r");
    terminal.wait_for("Trust this webhook?");
    terminal.wait_for("telecast would send BOT_TOKEN to");
    terminal.send("\r");
    terminal.wait_until("the test dialog", |screen| {
        let text = screen.contents();
        text.contains("Enter to review") && !text.contains("Trust this webhook?")
    });
    assert_eq!(server.requests(), [""; 0]);
    // A letter only selects an answer, so that a user who is still typing does not confirm by accident.
    terminal.send("g");
    terminal.wait_for("Trust this webhook?");
    terminal.send("t");
    terminal.read_for(std::time::Duration::from_millis(50));
    assert_eq!(server.requests(), [""; 0]);
    terminal.send("\r");
    // The server calls itself a sandbox, but it is not one of ours.
    terminal.wait_for("LIVE @evil_bot");
    assert!(server.requests().iter().all(|request| request.starts_with("POST /bot42:SECRET/getMe")));
}

#[test]
fn a_webhook_that_changes_during_the_question_is_not_trusted() {
    let (shown, swapped) = (Server::start(), Server::start());
    let url = |server: &Server| format!("http://{}/bot${{BOT_TOKEN}}/sendMessage", server.address);
    let home = clone(&bot_at(&url(&shown)));
    let mut command = home.command(["--workspace", "shop"]);
    command.env("BOT_TOKEN", "42:SECRET");
    let mut terminal = Terminal::start(command, 120, 40);
    terminal.wait_for("hi.json.liquid");
    terminal.wait_for("NOT TRUSTED");
    terminal.send("\x1b[15~");
    terminal.wait_for("Enter to review");
    terminal.send("\r");
    terminal.wait_for("Trust this webhook?");
    home.write("shop/webhooks/bot.toml", format!("name = \"Swapped\"\n{}", bot_at(&url(&swapped))));
    terminal.wait_until("the new file", |screen| {
        let text = screen.contents();
        text.contains("Swapped") && text.contains("NOT TRUSTED: BOT_TOKEN")
    });
    terminal.send("t");
    terminal.read_for(std::time::Duration::from_millis(50));
    terminal.send("\r");
    terminal.wait_for("the webhook changed meanwhile, so it was not trusted");
    assert_eq!(home.run(["--workspace", "shop", "trust"]).code, Some(3));
    // The question is asked again, for the file as it is now.
    terminal.send("\r");
    terminal.wait_until("the question about the new file", |screen| {
        let text = screen.contents();
        text.contains("Trust this webhook?") && text.contains(&format!("{}: POST", swapped.address))
    });
    assert_eq!((shown.requests(), swapped.requests()), (Vec::new(), Vec::new()));
}

#[test]
fn the_trust_variable_applies_to_one_run_only() {
    let server = Server::start();
    let home = clone(&bot_at(&format!("http://{}/bot${{BOT_TOKEN}}/sendMessage", server.address)));
    let run = |trust: &str| {
        let mut command = home.command(test_args());
        let output = command.env("BOT_TOKEN", "42:SECRET").env("TELECAST_TRUST", trust).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(run(&format!("BOT_TOKEN@{}", server.address)).0, Some(0));
    assert_eq!(server.requests().len(), 1);
    for other in ["", "BOT_TOKEN@127.0.0.1", "BOT_TOKEN@api.telegram.org", &format!("@{}", server.address)] {
        assert_eq!(run(other).0, Some(3), "{other}");
    }
    let (code, err) = run("BOT_TOKEN");
    assert!(code == Some(3) && err.contains("TELECAST_TRUST: `BOT_TOKEN` is not NAME@HOST"), "{err}");
    assert_eq!(server.requests(), [""; 0]);
}

#[test]
fn trust_lists_grants_and_revokes() {
    let home = clone(&bot_at("https://api.telegram.org/bot${BOT_TOKEN}/sendMessage"));
    home.write("shop/webhooks/box.toml", bot_at("${SANDBOX}/bot${T}/sendMessage"));
    home.write(
        "shop/webhooks/crm.toml",
        "url = \"https://crm.example:8443/x?k=${B}\"\nauth = {kind = \"bearer\", token = \"${A}\"}\n",
    );
    let run = |args: &[&str]| home.run(["--workspace", "shop", "trust"].iter().chain(args));
    let listed = run(&[]);
    assert_eq!(listed.code, Some(3), "{listed:?}");
    assert_eq!(
        listed.out,
        "bot\tapi.telegram.org\tBOT_TOKEN\tuntrusted\nbox\t${SANDBOX}\tT\tsandbox\n\
         crm\tcrm.example:8443\tB,A\tuntrusted\n"
    );
    assert_eq!(run(&["box"]).code, Some(0));
    assert_eq!(run(&["bot", "--yes"]).ok(), "bot\tapi.telegram.org\tBOT_TOKEN\ttrusted\n");
    let states = |answer: crate::support::CommandOutput| {
        let rows = answer.json();
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| row["state"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(states(run(&["--json"])), ["trusted", "sandbox", "untrusted"]);
    // Any change to what is sent, or where, revokes the trust. The name and the timeout do not matter.
    let bot = home.read("shop/webhooks/bot.toml");
    home.write("shop/webhooks/bot.toml", format!("name = \"B\"\ntimeout = \"3s\"\n{bot}"));
    assert_eq!(states(run(&["--json"]))[0], "trusted");
    for changed in [
        bot.replace("sendMessage", "sendPhoto"),
        bot.replace("BOT_TOKEN", "OTHER_TOKEN"),
        format!("method = \"GET\"\n{bot}"),
        format!("updates = \"telecast\"\n{bot}"),
        format!("{bot}X-A = \"1\"\n"),
        format!("{bot}[params]\na = \"1\"\n"),
        format!("{bot}[capture]\non_start = \"hi\"\n"),
        bot.replace("application/json", "application/json;a=b"),
    ] {
        home.write("shop/webhooks/bot.toml", &changed);
        assert_eq!(states(run(&["--json"]))[0], "untrusted", "{changed}");
    }
    home.write("shop/webhooks/bot.toml", &bot);
    assert_eq!(states(run(&["--json"]))[0], "trusted");
    assert_eq!(run(&["--revoke"]).code, Some(0));
    assert_eq!(states(run(&["--json"]))[0], "untrusted");
    home.write("shop/webhooks/bot.toml", bot_at("https://${HOST}/x"));
    let answer = run(&["--yes"]);
    assert_eq!(answer.code, Some(1), "{answer:?}");
    assert!(answer.out.starts_with("bot\t-\tHOST\tinvalid\n"), "{answer:?}");
}

#[test]
fn on_a_terminal_trust_asks_and_shows_what_changed() {
    let home = clone(&bot_at("https://api.telegram.org/bot${BOT_TOKEN}/sendMessage"));
    home.run(["--workspace", "shop", "trust", "--yes"]).ok();
    home.write("shop/webhooks/bot.toml", bot_at("https://evil.example/bot${BOT_TOKEN}/sendMessage"));
    let start = || Terminal::start(home.command(["--workspace", "shop", "trust"]), 120, 24);
    let mut terminal = start();
    terminal.wait_for(
        "url: https://evil.example/bot${BOT_TOKEN}/sendMessage instead of https://api.telegram.org/",
    );
    terminal.wait_for("it would send BOT_TOKEN to evil.example. Trust it? [y/N]");
    terminal.send("\r");
    assert_eq!(terminal.wait_exit().code(), Some(3));
    let mut terminal = start();
    terminal.wait_for("[y/N]");
    terminal.send("y\r");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert_eq!(home.run(["--workspace", "shop", "trust"]).code, Some(0));
}

#[test]
fn trust_does_not_extend_to_a_copied_folder() {
    let home = clone(&bot_at("https://api.telegram.org/bot${BOT_TOKEN}/sendMessage"));
    home.run(["--workspace", "shop", "trust", "--yes"]).ok();
    let copied =
        std::process::Command::new("cp").args(["-r", "shop", "copy"]).current_dir(home.path()).status();
    assert!(copied.unwrap().success());
    assert_eq!(home.run(["--workspace", "copy", "trust"]).code, Some(3));
    std::os::unix::fs::symlink(home.path().join("shop"), home.path().join("link")).unwrap();
    assert_eq!(
        home.run(["--workspace", "link", "trust"]).code,
        Some(0),
        "the trust belongs to the real path"
    );
}

#[test]
fn a_webhook_created_by_a_command_is_trusted() {
    let home = Home::new();
    home.run(["init", "shop"]).ok();
    home.run(["--workspace", "shop", "webhooks", "new", "bot"]).ok();
    assert_eq!(
        home.run(["--workspace", "shop", "trust"]).ok(),
        "bot\tapi.telegram.org\tBOT_TOKEN\ttrusted\n"
    );
}

/// Webhook files that must be refused. Most would send a secret to the wrong host.
const INVALID: &[&str] = &[
    "url = \"http://HOST/bot1:${AWS_SECRET_ACCESS_KEY}/sendMessage\"",
    "url = \"http://HOST/bot${BOT_TOKEN}/sendMessage?k=${AWS_SECRET_ACCESS_KEY}\"",
    "url = \"${SANDBOX}@HOST/bot${BOT_TOKEN}/sendMessage\"",
    "url = \"http://{{ Profile.h | default: 'HOST' }}/bot${BOT_TOKEN}/sendMessage\"",
    "url = \"http://HOST/bot${BOT_TOKEN}/../../admin\"",
    "url = \"http://HOST/bot${BOT_TOKEN}/deleteWebhook\"",
    "url = \"http://HOST/bot${BOT_TOKEN}/sendMessage\"\n[headers]\nHost = \"internal\"",
    "url = \"http://HOST/x\"\n[params]\na = \"{% include 'x' %}\"",
    // A key with a wrong value would be ignored or misread.
    "url = \"http://HOST/bot${BOT_TOKEN}/sendMessage\"\nmethod = \"PSOT\"",
    "url = \"http://HOST/x?k=${BOT_TOKEN}\"\n[auth]\ntoken = \"${BOT_TOKEN}\"",
    "url = \"http://HOST/x\"\nheaders = \"X: 1\"",
];

#[test]
fn an_invalid_webhook_fails_check_and_is_never_sent_even_if_trusted() {
    let server = Server::start();
    for webhook in INVALID {
        let home = clone(&webhook.replace("HOST", &server.address));
        assert_eq!(home.run(["--workspace", "shop", "trust", "--yes"]).code, Some(1), "{webhook}");
        // As an earlier version, or another program, might have stored the trust.
        trust_by_hand(&home, &webhook.replace("HOST", &server.address));
        let check = home.run(["--workspace", "shop", "check"]);
        assert!(check.code == Some(1) && check.out.contains("webhooks/bot.toml:"), "{webhook}: {check:?}");
        for args in [&test_args()[..], &["--workspace", "shop", "webhooks", "check", "bot"]] {
            let mut command = home.command(args);
            command.env("BOT_TOKEN", "42:S").env("AWS_SECRET_ACCESS_KEY", "aws");
            let output =
                command.env("TELECAST_TRUST", format!("BOT_TOKEN@{}", server.address)).output().unwrap();
            assert_eq!(
                output.status.code(),
                Some(1),
                "{webhook}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
    assert_eq!(server.requests(), [""; 0]);
}

fn trust_by_hand(home: &Home, webhook: &str) {
    let content = Webhook::parse(webhook).0.unwrap().trusted_content();
    let root = std::fs::canonicalize(home.path().join("shop")).unwrap();
    let paths = telecast::paths::Paths {
        config: home.path().join("config/telecast"),
        data: home.path().join("data/telecast"),
        state: home.path().join("state/telecast"),
        cache: home.path().join("cache/telecast"),
    };
    let state = telecast::state::WorkspaceState::new(&paths, &root);
    state.change(|record| record.trusted.insert("bot".into(), content)).unwrap();
}

#[test]
fn a_value_that_changes_the_url_path_is_refused() {
    let server = Server::start();
    let home = clone(&format!("url = \"http://{}/users/{{{{ Profile.id }}}}/x\"\n", server.address));
    home.run(["--workspace", "shop", "trust", "--yes"]).ok();
    let run = |profile: &str| {
        let args = ["--workspace", "shop", "test", "hi", "--as-is", "--profile-json", "-"];
        home.run_with_input(args, profile)
    };
    for id in ["..", "%2e%2e/admin", "bot1:a/sendMessage?", "a/../../b"] {
        let answer = run(&serde_json::json!({ "id": id }).to_string());
        assert_eq!(answer.code, Some(1), "{id}: {answer:?}");
    }
    assert_eq!(server.requests(), [""; 0]);
    assert_eq!(run("{\"id\": 7}").code, Some(0));
    // A malformed token would become a part of the path.
    home.write("shop/webhooks/bot.toml", bot_at(&format!("http://{}/bot${{T}}/sendMessage", server.address)));
    home.run(["--workspace", "shop", "trust", "--yes"]).ok();
    server.requests();
    for token in ["1:a/../../admin", "wJalrXUtnFEMI/K7MDENG", "1:a?x=", "1:a#", ""] {
        let output = home.command(test_args()).env("T", token).output().unwrap();
        assert_ne!(output.status.code(), Some(0), "{token}");
    }
    assert_eq!(server.requests(), [""; 0]);
}

#[test]
fn a_clone_with_a_known_id_gets_secrets_only_by_an_explicit_move() {
    let home = clone(&bot_at("https://api.telegram.org/bot${BOT_TOKEN}/sendMessage"));
    home.write("shop/telecast.toml", "name = \"Shop\"\nid = \"known\"\n");
    home.write("config/telecast/secrets.toml", "[workspace.known]\nBOT_TOKEN = \"42:OLD\"\nOTHER = \"x\"\n");
    let run = |args: &[&str]| home.run(["--workspace", "shop"].iter().chain(args));
    assert_eq!(run(&["secrets", "list"]).ok(), "BOT_TOKEN\tmissing\n");
    run(&["trust", "--yes"]).ok();
    let refused = run(&["test", "hi", "--to", "77"]);
    assert_ne!(refused.code, Some(0));
    let printed = format!("{}{}", refused.out, refused.err);
    assert!(printed.contains("telecast trust --move-secrets BOT_TOKEN"), "{printed}");
    assert!(!printed.contains("42:OLD"), "{printed}");
    assert_eq!(run(&["trust", "--move-secrets", "NONE"]).code, Some(1));
    run(&["trust", "--move-secrets", "BOT_TOKEN"]).ok();
    assert_eq!(run(&["secrets", "list"]).ok(), "BOT_TOKEN\tthis workspace\n");
    let kept = home.read("config/telecast/secrets.toml");
    let root = std::fs::canonicalize(home.path().join("shop")).unwrap();
    assert!(kept.contains(&format!("[workspace.\"{}\"]\nBOT_TOKEN = \"42:OLD\"", root.display())), "{kept}");
    assert!(kept.contains("OTHER = \"x\"") && kept.matches("42:OLD").count() == 1, "{kept}");
}

#[test]
fn the_console_offers_old_secrets_once_and_by_name() {
    let home = clone(&bot_at("https://api.telegram.org/bot${BOT_TOKEN}/sendMessage"));
    home.write("shop/telecast.toml", "name = \"Shop\"\nid = \"known\"\n");
    let crm = format!("{}X-Key = \"${{CRM_TOKEN}}\"\n", bot_at("https://crm.example/notes"));
    home.write("shop/webhooks/crm.toml", crm);
    home.write(
        "config/telecast/secrets.toml",
        "[workspace.known]\nBOT_TOKEN = \"42:OLD\"\nCRM_TOKEN = \"x\"\n",
    );
    let start = || Terminal::start(home.command(["--workspace", "shop"]), 120, 40);
    let mut terminal = start();
    terminal.wait_for("Secrets of an earlier path");
    terminal.wait_for("has: BOT_TOKEN");
    terminal.wait_for("(kept for known), CRM_TOKEN (kept for known)");
    // Enter selects the safe answer.
    terminal.send("\r");
    terminal.wait_for("move them later with: telecast trust --move-secrets BOT_TOKEN CRM_TOKEN");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert!(home.read("config/telecast/secrets.toml").starts_with("[workspace.known]\nBOT_TOKEN"));
    let mut terminal = start();
    terminal.wait_for("NOT TRUSTED");
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    assert!(!terminal.screen().contents().contains("Secrets of an earlier path"));
}

#[test]
fn the_palette_adopts_a_foreign_private_folder() {
    let home = Home::new();
    home.run(["init", "first"]).ok();
    home.write("first/.telecast/test-chats.toml", "[chats]\nme = \"77\"\n");
    std::fs::rename(home.path().join("first"), home.path().join("shop")).unwrap();
    let mut terminal = Terminal::start(home.command(["--workspace", "shop"]), 160, 40);
    terminal.wait_for("was not made here");
    terminal.send(":");
    terminal.wait_for("type to search");
    terminal.send("adopt");
    terminal.wait_for("Adopt a .telecast");
    terminal.send("\r");
    terminal.wait_for("Adopt .telecast?");
    terminal.send("a");
    // A line break that is read together with other keys would count as a paste.
    terminal.read_for(std::time::Duration::from_millis(50));
    terminal.send("\r");
    terminal.wait_for("adopted .telecast");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    let again = home.run(["--workspace", "shop", "trust", "--adopt"]);
    assert!(again.code == Some(0) && again.err.contains("already belongs to this workspace"), "{again:?}");
}

#[test]
fn test_chats_of_a_foreign_folder_are_ignored_until_it_is_adopted() {
    let home = clone(&bot_at("${SANDBOX}/bot${T}/sendMessage"));
    home.write("shop/.telecast/test-chats.toml", "last = \"me\"\n[chats]\nme = \"999\"\n");
    let run = || {
        home.command(["--workspace", "shop", "test", "hi", "--to", "me"])
            .env("T", "42:TEST")
            .output()
            .unwrap()
    };
    assert_eq!(run().status.code(), Some(2));
    home.run(["--workspace", "shop", "trust", "--adopt"]).ok();
    assert!(String::from_utf8_lossy(&run().stdout).starts_with("sent to 999"));
}

#[test]
fn secrets_of_another_folder_can_be_moved_only_if_it_is_gone() {
    let home = clone(&bot_at("https://api.telegram.org/bot${BOT_TOKEN}/sendMessage"));
    home.run_with_input(["--workspace", "shop", "secrets", "set", "BOT_TOKEN"], "42:OLD").ok();
    let copied =
        std::process::Command::new("cp").args(["-r", "shop", "copy"]).current_dir(home.path()).status();
    assert!(copied.unwrap().success());
    let move_secret = || home.run(["--workspace", "copy", "trust", "--move-secrets", "BOT_TOKEN"]);
    assert_eq!(move_secret().code, Some(1), "the first folder still exists");
    std::fs::rename(home.path().join("shop"), home.path().join("gone")).unwrap();
    move_secret().ok();
    assert_eq!(home.run(["--workspace", "copy", "secrets", "list"]).ok(), "BOT_TOKEN\tthis workspace\n");
}

#[test]
fn a_running_sandbox_of_this_user_needs_no_trust() {
    let home = clone("");
    let mut sandbox = start_sandbox(&home, &["sandbox", "--chat", "77"]);
    let address = first_line(&mut sandbox);
    home.write("shop/webhooks/bot.toml", bot_at(&format!("{address}/bot${{T}}/sendMessage")));
    let run = || home.command(test_args()).env("T", "42:TEST").output().unwrap();
    assert_eq!(home.run(["--workspace", "shop", "trust"]).ok().split('\t').next_back(), Some("sandbox\n"));
    assert_eq!(run().status.code(), Some(0));
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
    // A killed sandbox does not delete its record. Another process may listen on its port now, so it is not trusted.
    assert_eq!(run().status.code(), Some(3));
}

#[test]
fn fifty_concurrent_tests_each_get_their_own_sandbox() {
    let home = clone(&bot_at("${SANDBOX}/bot${T}/sendMessage"));
    let start = || {
        let mut command = home.command(test_args());
        command.env("T", "42:TEST").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let running: Vec<Child> = (0..50).map(|_| start()).collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn start_sandbox(home: &Home, args: &[&str]) -> Child {
    home.command(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line.trim_end().strip_prefix("listening on ").unwrap().to_owned()
}
