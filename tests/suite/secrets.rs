//! Secrets at the command line: where they are kept, and that no output shows one.

use std::io::Write;
use std::process::{Child, Stdio};

use crate::support::Home;

/// A home with the sample workspace `shop`.
fn sample() -> Home {
    let home = Home::new();
    home.run(["init", "shop", "--sample"]).ok();
    home
}

#[test]
fn a_wrong_secrets_command_ends_what_needs_a_secret_and_names_its_place() {
    let home = sample();
    let kept = home.read("config/telecast/secrets.toml");
    let config = home.write("config/telecast/config.toml", "mouse = true\n[secrets]\ncommand = [\"pass\"]\n");
    let place = format!("{}:3:1: ", config.display());
    for words in [
        &["secrets", "set", "OTHER"][..],
        &["secrets", "set", "OTHER", "--shared"],
        &["secrets", "rm", "BOT_TOKEN"],
        &["secrets", "list"],
        &["webhooks", "check", "bot"],
        &["webhooks", "new", "second", "--url", "https://api.telegram.org/bot${T}/sendMessage"],
        &["test", "spring-sale", "--to", "1001"],
    ] {
        let answer = home.run_with_input(["--workspace", "shop"].iter().chain(words), "in the clear\n");
        assert_eq!((answer.code, answer.out.as_str()), (Some(3), ""), "{words:?}: {answer:?}");
        assert!(answer.err.contains(&place), "{words:?}: {answer:?}");
    }
    assert_eq!(home.read("config/telecast/secrets.toml"), kept);
    assert!(!home.path().join("shop/webhooks/second.toml").exists());
    let demo = home.command(["init", "second", "--sample"]).output().unwrap();
    assert_eq!(demo.status.code(), Some(3));
    assert!(!home.path().join("second/telecast.toml").exists());
    // What needs none goes on.
    home.run(["--workspace", "shop", "campaigns", "list"]).ok();
    home.run(["--workspace", "shop", "render", "spring-sale"]).ok();
}

#[test]
fn a_webhook_check_that_nobody_answers_is_the_environments_fault_and_a_refusal_is_not() {
    let home = sample();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let webhook = format!("name = \"gone\"\nurl = \"http://{gone}/bot${{BOT_TOKEN}}/sendMessage\"\n");
    home.write("shop/webhooks/bot.toml", webhook);
    home.run(["--workspace", "shop", "trust", "bot", "--yes"]).ok();
    let check = ["--workspace", "shop", "webhooks", "check", "bot", "--json"];
    let nobody = home.run(check);
    assert_eq!((nobody.code, nobody.json()["state"].as_str()), (Some(3), Some("trouble")), "{nobody:?}");
    let refused = "name = \"x\"\nurl = \"${SANDBOX}/bot${WRONG}/sendMessage\"\n";
    home.write("shop/webhooks/bot.toml", refused);
    let missing = home.run(check);
    assert_eq!((missing.code, missing.json()["state"].as_str()), (Some(1), Some("trouble")), "{missing:?}");
    let answer = home.command(check).env("WRONG", "no-token").output().unwrap();
    assert_eq!(answer.status.code(), Some(1), "{answer:?}");
}

#[test]
fn secrets_set_side_by_side_are_all_kept() {
    let home = sample();
    let names: Vec<String> = (0..20).map(|n| format!("T{n}")).collect();
    let set = |name: &String| {
        let mut command = home.command(["--workspace", "shop", "secrets", "set", name]);
        command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    };
    // All of them run before the first has its value.
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

#[test]
fn a_value_that_is_too_long_is_refused_whole() {
    let home = sample();
    let kept = home.read("config/telecast/secrets.toml");
    let set = ["--workspace", "shop", "secrets", "set", "LONG"];
    for value in ["x".repeat((64 << 10) + 1), format!("x{}x", " ".repeat(100 << 10)), "é".repeat(1 << 20)] {
        let answer = home.run_with_input(set, &value);
        assert_eq!(answer.code, Some(1), "{answer:?}");
        assert!(answer.err.contains("longer than 64 KB"), "{answer:?}");
    }
    assert_eq!(home.read("config/telecast/secrets.toml"), kept);
    home.run_with_input(set, &format!("{}\n", "x".repeat(64 << 10))).ok();
}
