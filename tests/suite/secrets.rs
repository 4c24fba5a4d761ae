//! Secrets on the command line: where they are stored, and that no output shows one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Stdio};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::support::Home;

/// A home with the sample workspace `shop`.
fn sample() -> Home {
    let home = Home::new();
    home.run(["init", "shop", "--sample"]).ok();
    home
}

#[test]
fn a_broken_secrets_command_fails_every_command_that_needs_a_secret() {
    let home = sample();
    let kept = home.read("config/telecast/secrets.toml");
    let config = home.write("config/telecast/config.toml", "mouse = true\n[secrets]\ncommand = [\"pass\"]\n");
    let position = format!("{}:3:1: ", config.display());
    for args in [
        &["secrets", "set", "OTHER"][..],
        &["secrets", "set", "OTHER", "--shared"],
        &["secrets", "rm", "BOT_TOKEN"],
        &["secrets", "list"],
        &["webhooks", "check", "bot"],
        &["webhooks", "new", "second", "--url", "https://api.telegram.org/bot${T}/sendMessage"],
        &["test", "spring-sale", "--to", "1001"],
    ] {
        let answer = home.run_with_input(["--workspace", "shop"].iter().chain(args), "in the clear\n");
        assert_eq!((answer.code, answer.out.as_str()), (Some(3), ""), "{args:?}: {answer:?}");
        assert!(answer.err.contains(&position), "{args:?}: {answer:?}");
    }
    assert_eq!(home.read("config/telecast/secrets.toml"), kept);
    assert!(!home.path().join("shop/webhooks/second.toml").exists());
    let demo = home.command(["init", "second", "--sample"]).output().unwrap();
    assert_eq!(demo.status.code(), Some(3));
    assert!(!home.path().join("second/telecast.toml").exists());
    // Commands that need no secret still work.
    home.run(["--workspace", "shop", "campaigns", "list"]).ok();
    home.run(["--workspace", "shop", "render", "spring-sale"]).ok();
}

#[test]
fn webhook_check_exits_with_3_without_an_answer_and_1_if_refused() {
    let home = sample();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let webhook = format!("name = \"gone\"\nurl = \"http://{gone}/bot${{BOT_TOKEN}}/sendMessage\"\n");
    home.write("shop/webhooks/bot.toml", webhook);
    home.run(["--workspace", "shop", "trust", "bot", "--yes"]).ok();
    let check = ["--workspace", "shop", "webhooks", "check", "bot", "--json"];
    let failed = home.run(check);
    assert_eq!((failed.code, failed.json()["state"].as_str()), (Some(3), Some("trouble")), "{failed:?}");
    let refused = "name = \"x\"\nurl = \"${SANDBOX}/bot${WRONG}/sendMessage\"\n";
    home.write("shop/webhooks/bot.toml", refused);
    let missing = home.run(check);
    assert_eq!((missing.code, missing.json()["state"].as_str()), (Some(1), Some("trouble")), "{missing:?}");
    let answer = home.command(check).env("WRONG", "no-token").output().unwrap();
    assert_eq!(answer.status.code(), Some(1), "{answer:?}");
}

#[test]
fn secrets_set_concurrently_are_all_kept() {
    let home = sample();
    let names: Vec<String> = (0..20).map(|n| format!("T{n}")).collect();
    let set = |name: &String| {
        let mut command = home.command(["--workspace", "shop", "secrets", "set", name]);
        command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    };
    // All of them run before the first gets its value.
    let mut children: Vec<Child> = names.iter().map(set).collect();
    for (child, name) in children.iter_mut().zip(&names) {
        write!(child.stdin.take().unwrap(), "value of {name}").unwrap();
    }
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let kept = home.read("config/telecast/secrets.toml");
    for name in &names {
        assert!(kept.contains(&format!("{name} = \"value of {name}\"")), "{name} is lost: {kept}");
    }
}

#[cfg(unix)]
#[test]
fn tokens_that_others_could_read_are_made_private_with_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;

    let home = sample();
    let file = home.path().join("config/telecast/secrets.toml");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let list = ["--workspace", "shop", "secrets", "list"];
    let first = home.run(list);
    assert!(first.err.contains("others could read") && first.err.contains("Revoke"), "{first:?}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!home.run(list).err.contains("others could read"));
}

#[test]
fn a_too_long_value_is_refused_and_not_truncated() {
    let home = sample();
    let kept = home.read("config/telecast/secrets.toml");
    let set = ["--workspace", "shop", "secrets", "set", "LONG"];
    for value in ["x".repeat((64 << 10) + 1), format!("x{}x", " ".repeat(100 << 10)), "é".repeat(1 << 20)] {
        let answer = home.run_with_input(set, &value);
        assert_eq!(answer.code, Some(1), "{answer:?}");
        assert!(answer.err.contains("longer than the limit of 64 KB"), "{answer:?}");
    }
    assert_eq!(home.read("config/telecast/secrets.toml"), kept);
    home.run_with_input(set, &format!("{}\n", "x".repeat(64 << 10))).ok();
}

/// A server whose answers may repeat the request.
struct Echo {
    addr: SocketAddr,
}

impl Echo {
    /// Answers every request with `answer` of the request's head, until the test process ends.
    fn start(answer: impl Fn(&str) -> String + Send + 'static) -> Echo {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            listener.incoming().map_while(Result::ok).for_each(|stream| serve(stream, &answer))
        });
        Echo { addr }
    }
}

/// Answers one request. Errors are ignored: the client may have hung up.
fn serve(mut stream: TcpStream, answer: &impl Fn(&str) -> String) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line).is_ok_and(|n| 2 < n) {
        head.push_str(&std::mem::take(&mut line));
    }
    let length = head
        .to_lowercase()
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let _ = reader.take(length.unwrap_or(0)).read_to_end(&mut Vec::new());
    let _ = stream.write_all(answer(&head).as_bytes());
}

fn http(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

/// Returns the encodings in which an answer may repeat a text.
fn encodings(text: &str) -> Vec<String> {
    let each = |encode: fn(u8) -> String| text.bytes().map(encode).collect::<String>();
    vec![
        text.to_owned(),
        each(|byte| format!("%{byte:02X}")),
        each(|byte| format!("%25{byte:02x}")),
        each(|byte| format!("\\u00{byte:02x}")),
        each(|byte| format!("&#{byte};")),
        STANDARD.encode(format!("x{text}")),
        URL_SAFE_NO_PAD.encode(format!("user:{text}")),
    ]
}

const TOKEN: &str = "4242424242:AAH-secret_part";

#[test]
fn an_answer_that_repeats_the_request_shows_no_secret() {
    let home = sample();
    let echo = Echo::start(|head| {
        let all = encodings(TOKEN).join(" ") + " " + &encodings("pw/q8").join(" ") + " " + head;
        let description = serde_json::Value::from(format!("Bad Request: {all} at byte offset 0"));
        http("400 Bad", &format!("{{\"ok\": false, \"error_code\": 400, \"description\": {description}}}"))
    });
    let page = Echo::start(|head| http("502 Bad", &format!("<html>{}{head}", "x".repeat(180))));
    let crm = Echo::start(|head| {
        let authorization =
            head.lines().find(|line| line.to_lowercase().starts_with("authorization")).unwrap();
        let query = head.lines().next().unwrap();
        http(&format!("400 No {authorization} {query} {}", encodings("K3y/x").join(" ")), "")
    });
    let bot = |echo: &Echo| {
        format!(
            "name = \"b\"\nurl = \"http://{}/bot${{TOKEN}}/sendMessage\"\n[headers]\nContent-Type = \"application/json\"\n",
            echo.addr
        )
    };
    home.write("shop/webhooks/echo.toml", bot(&echo));
    home.write("shop/webhooks/page.toml", bot(&page));
    home.write(
        "shop/webhooks/crm.toml",
        format!(
            "name = \"c\"\nurl = \"http://{}/in\"\n[params]\nk = \"${{KEY}}\"\n[auth]\nkind = \"basic\"\nusername = \"us\"\npassword = \"${{PIN}}\"\n",
            crm.addr
        ),
    );
    for webhook in ["echo", "page", "crm"] {
        home.write(
            &format!("shop/campaigns/{webhook}.toml"),
            format!("name = \"x\"\nwebhook = \"{webhook}\"\n"),
        );
        home.write(&format!("shop/campaigns/{webhook}.json.liquid"), r#"{"chat_id": 1, "text": "hello"}"#);
    }
    let trust = format!("TOKEN@{},TOKEN@{},KEY@{},PIN@{}", echo.addr, page.addr, crm.addr, crm.addr);
    let run = |args: &[&str]| {
        let mut command = home.command(["--workspace", "shop"].iter().chain(args));
        command.envs([
            ("TOKEN", TOKEN),
            ("KEY", "K3y/x"),
            ("PIN", "p9"),
            ("PASS", "pw/q8"),
            ("TELECAST_TRUST", &trust),
        ]);
        let output = command.stdin(Stdio::null()).output().unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    };
    let mut printed = String::new();
    for args in [
        &["test", "echo", "--to", "5"][..],
        &["test", "echo", "--to", "5", "--json"],
        &["test", "page", "--to", "5"],
        &["test", "crm", "--as-is"],
        &["webhooks", "check", "echo"],
        &["webhooks", "check", "page", "--json"],
    ] {
        let answer = run(args);
        assert!(
            answer.contains("<TOKEN>") || answer.contains("400 Bad Request") || answer.contains("web page"),
            "{args:?}: {answer}"
        );
        printed += &answer;
    }
    printed += &home.read("shop/.telecast/history.jsonl");
    let pair = STANDARD.encode("us:p9");
    let mut secrets = encodings(TOKEN);
    secrets.extend(encodings("K3y/x"));
    secrets.extend([pair, "K3y%2Fx".into(), "secret_part".into()]);
    for secret in secrets {
        assert!(!printed.contains(&secret), "{secret} is shown: {printed}");
        assert!(!printed.contains(&secret.replace('\\', "\\\\")), "{secret} is shown: {printed}");
    }
}

#[test]
fn a_secret_written_in_a_webhook_file_is_not_printed() {
    let home = sample();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let file = |auth: &str| {
        format!(
            "name = \"b\"\nurl = \"https://anna:hunter2-url@{gone}/bot{TOKEN}/sendMessage?t={TOKEN}{}\"\n\
             [headers]\nContent-Type = \"application/json\"\nAuthorization = \"Basic aHVudGVyMi1oZWFk\"\n[auth]\n{auth}",
            "A".repeat(30)
        )
    };
    let basic = file("kind = \"basic\"\nusername = \"anna\"\npassword = \"hunter2-auth\"\n");
    let bearer = file("kind = \"bearer\"\ntoken = \"hunter2-auth\"\n");
    home.write("shop/campaigns/a.toml", "name = \"a\"\nwebhook = \"bot\"\n");
    home.write("shop/campaigns/a.json.liquid", r#"{"chat_id": 1, "text": "hello"}"#);
    for webhook in [basic, bearer] {
        home.write("shop/webhooks/bot.toml", webhook);
        for args in [
            &["webhooks", "list"][..],
            &["webhooks", "list", "--json"],
            &["render", "a"],
            &["render", "a", "--json"],
            &["render", "a", "--as", "request"],
            &["render", "a", "--as", "curl"],
            &["export", "clevertap", "a"],
            &["export", "clevertap", "a", "--json"],
            &["check"],
            &["check", "--json"],
            &["test", "a", "--to", "77", "--json"],
            &["webhooks", "check", "bot"],
        ] {
            let answer = home.run(["--workspace", "shop"].iter().chain(args));
            let printed = answer.out.clone() + &answer.err;
            for secret in ["hunter2", "secret_part", "aHVudGVyMi1oZWFk"] {
                assert!(!printed.contains(secret), "{args:?} shows {secret}: {answer:?}");
            }
        }
    }
}
