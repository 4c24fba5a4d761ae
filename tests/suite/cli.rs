//! Commands: output, exit codes, problem lines.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use crate::support::{Home, Terminal, rounds};

#[test]
fn without_a_terminal_the_console_suggests_other_commands() {
    let answer = Home::new().run::<&str>([]);
    assert_eq!((answer.code, answer.out.as_str()), (Some(3), ""));
    assert!(answer.err.contains("needs a terminal"), "{answer:?}");
    assert!(answer.err.contains("sandbox"), "{answer:?}");
}

#[test]
fn a_dumb_terminal_is_refused() {
    let home = Home::new();
    let mut terminal = Terminal::start_as(home.command::<&str>([]), "dumb", 100, 24);
    terminal.wait_for("TERM is `dumb`");
    assert_eq!(terminal.wait_exit().code(), Some(3));
}

#[test]
fn invalid_arguments_exit_with_2() {
    let home = Home::new();
    for args in [&["frobnicate"][..], &["sandbox", "--fail", "2"], &["sandbox", "--listen", "nowhere"]] {
        let answer = home.run(args);
        assert_eq!((answer.code, answer.out.as_str()), (Some(2), ""), "{args:?}: {answer:?}");
        assert!(!answer.err.is_empty());
    }
}

#[test]
fn help_and_version_go_to_stdout() {
    let home = Home::new();
    for args in [&["--help"][..], &["-h"], &["--version"], &["sandbox", "--help"]] {
        let answer = home.run(args);
        assert!(answer.err.is_empty(), "{args:?}");
        assert!(!answer.ok().is_empty(), "{args:?}");
    }
}

#[test]
fn the_sandbox_prints_its_address_first() {
    let home = Home::new();
    let mut child = home
        .command(["sandbox", "--listen", "127.0.0.1:0", "--token", "42:TEST"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line:?}"));
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /bot42:TEST/getMe HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(r#""ok":true"#), "{answer}");
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_port_in_use_exits_with_3() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let answer = Home::new().run(["sandbox", "--listen", &taken.local_addr().unwrap().to_string()]);
    assert_eq!(answer.code, Some(3), "{answer:?}");
    assert!(answer.err.contains("in use"), "{answer:?}");
}

/// A home with an empty workspace `shop` that has one webhook.
fn shop() -> Home {
    let home = Home::new();
    home.run(["init", "shop"]).ok();
    home.run(["--workspace", "shop", "webhooks", "new", "bot"]).ok();
    home
}

#[test]
fn a_command_without_a_workspace_suggests_init() {
    let answer = Home::new().run(["campaigns", "list"]);
    assert_eq!(answer.code, Some(3), "{answer:?}");
    assert!(answer.err.contains("telecast init"), "{answer:?}");
}

#[test]
fn init_never_overwrites_a_workspace() {
    let home = shop();
    let before = home.read("shop/telecast.toml");
    assert_eq!(home.run(["init", "shop"]).code, Some(1));
    assert_eq!(home.read("shop/telecast.toml"), before);
}

#[test]
fn campaigns_are_created_renamed_and_removed() {
    let home = shop();
    let run = |args: &[&str]| home.run(["--workspace", "shop", "campaigns"].iter().chain(args));
    assert_eq!(run(&["new", "Spring sale"]).ok(), "campaigns/spring-sale.json.liquid\n");
    assert!(home.read("shop/campaigns/spring-sale.json.liquid").contains("\"HTML\""));
    assert_eq!(run(&["rename", "spring-sale", "Summer"]).ok(), "summer\n");
    let listed = run(&["list", "--json"]).json();
    assert_eq!(listed[0]["campaign"], "summer");
    assert_eq!(listed[0]["webhook"], "bot");
    run(&["rm", "campaigns/summer.toml"]).ok();
    assert_eq!(run(&["list", "--json"]).json(), serde_json::json!([]));
}

#[test]
fn an_aborted_body_prints_a_note_instead_of_nothing() {
    let home = shop();
    home.write("shop/campaigns/a.toml", "name = \"a\"\nwebhook = \"bot\"\n");
    home.write("shop/campaigns/a.json.liquid", "{% abort %}");
    let answer = home.run(["--workspace", "shop", "render", "a"]);
    assert_eq!(answer.out, "");
    assert!(answer.err.contains("the body aborts for this profile"), "{answer:?}");
}

#[test]
fn a_body_from_stdin_is_stored_byte_for_byte() {
    let home = shop();
    let body = "{\r\n  \"text\": \"ä\" }\t";
    let args = ["--workspace", "shop", "campaigns", "new", "a", "--body", "-"];
    home.run_with_input(args, body).ok();
    assert_eq!(home.read("shop/campaigns/a.json.liquid"), body);
}

#[test]
fn a_mistyped_name_gets_a_suggestion() {
    let home = shop();
    home.run(["--workspace", "shop", "campaigns", "new", "spring-sale"]).ok();
    let answer = home.run(["--workspace", "shop", "campaigns", "rm", "spring-slae"]);
    assert_eq!(answer.code, Some(1));
    assert!(answer.err.contains("did you mean `spring-sale`?"), "{answer:?}");
}

#[test]
fn an_unknown_help_topic_gets_a_suggestion() {
    for (words, expected) in [
        (&["profiles", "imprt"][..], "did you mean `telecast help profiles import`?"),
        (&["liqid"], "did you mean `telecast help liquid`?"),
    ] {
        let answer = Home::new().run(["help"].iter().chain(words));
        assert_eq!(answer.code, Some(2), "{answer:?}");
        assert!(answer.err.contains(expected), "{answer:?}");
        assert!(answer.err.contains("commands: telecast help"), "{answer:?}");
    }
}

#[test]
fn a_folder_that_cannot_be_created_is_named() {
    for command in ["init", "man"] {
        let answer = Home::new().run([command, "/proc/x"]);
        assert_eq!(answer.code, Some(3), "{answer:?}");
        assert!(answer.err.starts_with("telecast: cannot create the folder /proc/x: "), "{answer:?}");
    }
}

#[test]
fn removing_a_webhook_lists_the_campaigns_that_use_it() {
    let home = shop();
    home.run(["--workspace", "shop", "campaigns", "new", "welcome"]).ok();
    let answer = home.run(["--workspace", "shop", "webhooks", "rm", "bot"]);
    assert!(answer.err.contains("moved webhooks/bot.toml to .telecast/trash/bot;"), "{answer:?}");
    assert!(answer.err.contains("used by: welcome"), "{answer:?}");
    answer.ok();
}

#[test]
fn the_workspace_is_found_from_a_folder_below_it() {
    let home = shop();
    let output =
        home.command(["webhooks", "list"]).current_dir(home.path().join("shop/campaigns")).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("bot\t"));
}

#[test]
fn paths_works_without_a_workspace() {
    let paths = Home::new().run(["paths", "--json"]).json();
    for name in ["settings", "keymap", "secrets", "demos", "locks"] {
        assert!(paths[name].is_string(), "{paths}");
    }
}

#[test]
fn control_characters_from_a_file_do_not_reach_the_terminal() {
    let home = shop();
    home.write(
        "shop/webhooks/evil.toml",
        "name = \"\\u001b]0;owned\\u0007\\u202e\"\nurl = \"https://a.example\"\n",
    );
    let mut terminal = Terminal::start(home.command(["--workspace", "shop", "webhooks", "list"]), 120, 24);
    terminal.wait_for("␛]0;owned␇");
    terminal.wait_exit();
    assert!(!terminal.bytes().contains(&b'\x1b'), "{:?}", String::from_utf8_lossy(terminal.bytes()));
}

#[test]
fn a_closed_pipe_does_not_cause_a_panic() {
    let home = shop();
    let mut child = home
        .command(["--workspace", "shop", "webhooks", "list"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_ne!(output.status.code(), Some(101));
}

#[test]
fn profiles_are_imported_listed_set_and_deleted() {
    let home = shop();
    home.write("people.csv", "identity,name,ltv,plan\nanna,Anna,12.5,pro\nben,Ben,x,\n");
    let run = |args: &[&str]| home.run(["--workspace", "shop", "profiles"].iter().chain(args));
    let report = run(&["import", "people.csv", "--type", "ltv=number", "--json"]);
    assert_eq!(report.code, Some(1), "one row is left out: {report:?}");
    assert!(report.err.starts_with("people.csv:3:1: error[row-left-out]: ltv: "), "{report:?}");
    assert_eq!((report.json()["created"].as_u64(), report.json()["rejected"].as_u64()), (Some(1), Some(1)));

    run(&["set", "anna", "ltv=99", "plan=", "telegram_chat_id=1099500000001"]).ok();
    let anna = run(&["show", "anna", "--json"]).json();
    let expected =
        serde_json::json!({ "name": "Anna", "ltv": 99, "telegram_chat_id": 1_099_500_000_001_i64 });
    assert_eq!(anna["properties"], expected);
    assert_eq!(run(&["set", "anna", "ltv=much"]).code, Some(1));

    assert_eq!(run(&["list", "ANN"]).ok(), "anna\tAnna\t1099500000001\tunknown\t\n");
    assert!(run(&["list", "zzz"]).err.contains("no profile matches `zzz`"));
    assert_eq!(run(&["delete", "anna", "nobody"]).code, Some(1));
    assert_eq!(run(&["list", "--json"]).json(), serde_json::json!([]));
}

#[test]
fn a_workspace_that_is_named_must_exist_for_every_command() {
    let home = shop();
    for command in [&["secrets", "list"][..], &["sandbox", "--listen", "127.0.0.1:0"], &["check"]] {
        let run = home.run(["--workspace", "nowhere"].iter().chain(command));
        assert_eq!(run.code, Some(3), "{command:?}: {run:?}");
        assert!(run.err.contains("nowhere"), "{command:?}: {run:?}");
    }
}

#[test]
fn segments_are_listed_counted_explained_and_sampled() {
    let home = shop();
    home.write("people.csv", "identity,country,ltv\nanna,DE,120\nben,DE,5\ncleo,FR,200\n");
    home.run(["--workspace", "shop", "profiles", "import", "people.csv"]).ok();
    home.write("shop/segments/vip.toml", "name = \"VIP\"\nwhere = 'ltv > 100'\n");
    home.write("shop/segments/broken.toml", "where = \"\"\"\ncountry = 'DE'\"\"\"\n");
    let run = |args: &[&str]| home.run(["--workspace", "shop", "segments"].iter().chain(args));

    assert_eq!(run(&["list"]).ok(), "broken\terror\t\tcountry = 'DE'\nvip\t2\tVIP\tltv > 100\n");
    assert_eq!(run(&["count", "vip"]).ok(), "2\n");
    let german = "segment(\"vip\") and country == \"DE\"";
    assert_eq!(run(&["count", "--expr", german, "--json"]).json(), serde_json::json!({ "count": 1 }));
    assert_eq!(
        run(&["explain", "--expr", german]).ok(),
        "is in the segment \"vip\", and country is \"DE\"\n"
    );
    assert_eq!(run(&["sample", "vip", "--limit", "1"]).ok(), "anna\tanna\t\t\t\n");

    let refused = run(&["count", "broken"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.starts_with("segments/broken.toml:2:9: error[audience-syntax]: "), "{refused:?}");
    let warned = run(&["count", "--expr", "contry == \"DE\""]);
    assert_eq!((warned.code, warned.out.as_str()), (Some(0), "0\n"));
    assert!(warned.err.contains("--expr:1:1: warning[unknown-property]: "), "{warned:?}");
    assert!(run(&["count", "vipp"]).err.contains("did you mean `vip`?"));
    assert_eq!(run(&["count"]).code, Some(2));

    let checked = home.run(["--workspace", "shop", "check"]);
    assert!(checked.out.contains("segments/broken.toml:2:9: error[audience-syntax]"), "{checked:?}");
}

#[test]
fn the_sample_profiles_are_imported_completely() {
    let home = shop();
    let csv = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo/profiles.csv");
    let report = home.run(["--workspace", "shop", "profiles", "import", csv, "--json"]).json();
    assert_eq!((report["created"].as_u64(), report["rejected"].as_u64()), (Some(306), Some(0)));
    let kind = |name: &str| {
        let columns = report["columns"].as_array().unwrap();
        columns.iter().find(|column| column["header"] == name).unwrap()["type"].clone()
    };
    assert_eq!(
        ["ltv", "signed_up", "newsletter", "telegram_chat_id", "name"].map(kind),
        ["number", "date", "boolean", "number", "text"]
    );
}

#[test]
fn a_secret_from_stdin_is_stored_and_never_printed() {
    let home = shop();
    let run = |args: &[&str]| home.run(["--workspace", "shop", "secrets"].iter().chain(args));
    assert_eq!(run(&["list"]).ok(), "BOT_TOKEN\tmissing\n", "the webhook needs it");
    let set = home.run_with_input(["--workspace", "shop", "secrets", "set", "BOT_TOKEN"], "42:SECRET\n");
    assert_eq!((set.code, set.out.as_str()), (Some(0), ""), "{set:?}");
    let listed = run(&["list", "--json"]);
    assert_eq!(listed.json(), serde_json::json!([{ "name": "BOT_TOKEN", "places": ["this workspace"] }]));
    assert!(!format!("{set:?}{listed:?}").contains("42:SECRET"));
    run(&["rm", "BOT_TOKEN"]).ok();
    assert_eq!(run(&["rm", "BOT_TOKEN"]).code, Some(1));
}

#[test]
fn a_secret_as_an_argument_is_refused() {
    assert_eq!(shop().run(["--workspace", "shop", "secrets", "set", "BOT_TOKEN", "42:SECRET"]).code, Some(2));
}

#[test]
fn a_secret_prompt_does_not_echo_the_input() {
    let home = shop();
    let command = home.command(["--workspace", "shop", "secrets", "set", "BOT_TOKEN"]);
    let mut terminal = Terminal::start(command, 80, 24);
    terminal.wait_for("BOT_TOKEN (hidden):");
    terminal.send("42:SECRET\r");
    terminal.wait_for("stored BOT_TOKEN");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert!(!String::from_utf8_lossy(terminal.bytes()).contains("SECRET"));
    assert!(home.read("config/telecast/secrets.toml").contains("42:SECRET"));
}

#[test]
fn ctrl_c_at_a_prompt_stores_nothing() {
    let home = shop();
    let command = home.command(["--workspace", "shop", "secrets", "set", "BOT_TOKEN"]);
    let mut terminal = Terminal::start(command, 80, 24);
    terminal.wait_for("BOT_TOKEN (hidden):");
    terminal.send("42:SEC\x03");
    assert_eq!(terminal.wait_exit().code(), Some(130));
    assert_eq!(home.run(["--workspace", "shop", "secrets", "list"]).ok(), "BOT_TOKEN\tmissing\n");
}

#[test]
fn the_demo_prints_its_folder_and_reuses_it() {
    let home = Home::new();
    let first = home.run(["demo"]);
    assert_eq!(first.code, Some(3), "the console has no terminal: {first:?}");
    let folder = home.path().join("data/telecast/demos/demo");
    assert!(first.out.contains(folder.to_str().unwrap()), "{first:?}");
    assert!(first.out.contains("telecast --workspace"), "{first:?}");
    std::fs::write(folder.join("partials/footer.liquid"), "mine").unwrap();
    let second = home.run(["demo"]);
    assert!(second.out.contains("from last time") && second.out.contains("--fresh"), "{second:?}");
    assert_eq!(home.read("data/telecast/demos/demo/partials/footer.liquid"), "mine");
    assert!(home.run(["demo", "--fresh"]).out.contains("demo-2"));
}

#[test]
fn a_sample_workspace_has_profiles() {
    let home = Home::new();
    home.run(["init", "shop", "--sample"]).ok();
    let people = home.run(["--workspace", "shop", "profiles", "list", "petrova", "--json"]).json();
    assert_eq!(people[0]["properties"]["name"], "Anna Petrova");
}

/// A home with the sample workspace in `shop`.
fn sample() -> Home {
    let home = Home::new();
    home.run(["init", "shop", "--sample"]).ok();
    home
}

#[test]
fn the_clevertap_sample_renders_the_chat_id_as_a_number() {
    let answer = sample().run(["--workspace", "shop", "render", "clevertap-sample", "--json"]);
    assert!(answer.err.contains("test profile anna"), "{answer:?}");
    let json = answer.json();
    assert_eq!(json["profile"], "anna");
    assert_eq!(json["message"]["text"], "Bold and inline link and code");
    assert_eq!(json["message"]["entities"][0]["type"], "bold");
    assert_eq!(json["request"]["method"], "POST");
    assert!(json["request"]["url"].as_str().unwrap().contains("${BOT_TOKEN}"), "{json}");
    let body: serde_json::Value = serde_json::from_str(json["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["chat_id"], 1_099_500_000_001_i64);
    let problems = json["problems"].as_array().unwrap();
    assert!(problems.iter().all(|problem| problem["severity"] != "error"), "{problems:?}");
}

#[test]
fn a_profile_without_a_chat_id_is_an_error_but_is_rendered() {
    let answer = sample().run(["--workspace", "shop", "render", "clevertap-sample", "--profile", "nora"]);
    assert_eq!(answer.code, Some(1));
    assert!(answer.out.contains("\"chat_id\": NULL"), "{answer:?}");
    let line = "campaigns/clevertap-sample.json.liquid:2:13: error[no-chat-id]: this profile has no telegram_chat_id";
    assert!(answer.err.contains(line), "{answer:?}");
}

#[test]
fn a_profile_and_an_event_may_come_from_stdin_and_a_file() {
    let home = shop();
    home.write("shop/campaigns/a.toml", "name = \"a\"\nwebhook = \"bot\"\n");
    home.write(
        "shop/campaigns/a.json.liquid",
        r#"{"chat_id": {{ Profile.telegram_chat_id }}, "text": "{{ Profile.name }} {{ Event.Amount }}"}"#,
    );
    let event = home.write("event.json", r#"{"Amount": 86.4}"#);
    let args = [
        "--workspace",
        "shop",
        "render",
        "a",
        "--profile-json",
        "-",
        "--event-json",
        event.to_str().unwrap(),
    ];
    let profile = r#"{"identity": "x", "profileData": {"name": "Ann", "telegram_chat_id": 7}}"#;
    assert_eq!(home.run_with_input(args, profile).ok(), r#"{"chat_id": 7, "text": "Ann 86.4"}"#);
}

#[test]
fn check_prints_problems_to_stdout_and_exits_with_1_on_errors() {
    let home = shop();
    home.write("shop/campaigns/a.toml", "name = \"a\"\nwebhook = \"bto\"\n");
    home.write(
        "shop/campaigns/a.json.liquid",
        "{\"chat_id\": 1,\n \"text\": \"<b>hi\", \"parse_mode\": \"HTML\"}",
    );
    let answer = home.run(["--workspace", "shop", "check"]);
    assert_eq!(answer.code, Some(1));
    assert!(answer.out.contains("campaigns/a.toml:2:12: error[no-such-webhook]"), "{answer:?}");
    assert!(answer.out.contains("campaigns/a.json.liquid:2:11: error["), "{answer:?}");
    let problems = home.run(["--workspace", "shop", "check", "a", "--json"]).json();
    let first = &problems[0];
    for key in ["file", "line", "column", "severity", "code", "message", "help", "fixes"] {
        assert!(first.get(key).is_some(), "{key} in {first}");
    }
}

#[test]
fn warnings_fail_a_check_only_with_deny() {
    let home = shop();
    home.run(["--workspace", "shop", "campaigns", "new", "a", "--starter", "clevertap"]).ok();
    let check = ["--workspace", "shop", "check", "a"];
    assert_eq!(home.run(check).code, Some(0));
    assert_eq!(home.run(check.iter().chain(&["--deny", "warnings"])).code, Some(1));
}

#[test]
fn check_uses_the_first_test_profile() {
    let home = sample();
    for campaign in ["clevertap-sample", "fresh"] {
        if campaign == "fresh" {
            home.run([
                "--workspace",
                "shop",
                "campaigns",
                "new",
                campaign,
                "--starter",
                "html",
                "--webhook",
                "bot",
            ])
            .ok();
        }
        let answer = home.run(["--workspace", "shop", "check", campaign, "--deny", "warnings"]);
        assert_eq!(answer.code, Some(0), "{answer:?}");
        assert!(answer.err.contains("using the test profile anna"), "{answer:?}");
    }
}

#[test]
fn check_reports_an_unknown_method_in_the_webhook_file() {
    let home = sample();
    let webhook = home.read("shop/webhooks/bot.toml").replace("/sendMessage", "/sendMessagexx");
    home.write("shop/webhooks/bot.toml", &webhook);
    let answer = home.run(["--workspace", "shop", "check"]);
    let reported: Vec<&str> = answer.out.lines().filter(|line| line.contains("sendMessagexx")).collect();
    assert!(matches!(reported[..], [line] if line.starts_with("webhooks/bot.toml:")), "{answer:?}");
    assert!(answer.out.contains("did you mean sendMessage?"), "{answer:?}");
    assert!(!answer.out.contains("method not found"), "{answer:?}");
}

#[test]
fn a_campaign_name_in_use_is_refused() {
    let home = shop();
    let run = |args: &[&str]| home.run(["--workspace", "shop", "campaigns"].iter().chain(args));
    for name in ["Welcome", "Spring"] {
        run(&["new", name]).ok();
    }
    let answer = run(&["rename", "spring", "welcome"]);
    assert_eq!(answer.code, Some(1));
    assert!(answer.err.contains("there is already a campaign named welcome"), "{answer:?}");
    run(&["new", "???"]).ok();
    let answer = run(&["rename", "spring", "???"]);
    assert!(answer.err.contains("`???` has no letters or digits for a file name"), "{answer:?}");
    let answer = run(&["rename", "spring", "Spring"]);
    assert_eq!(answer.out, "spring\n");
    assert!(answer.err.contains("nothing changed"), "{answer:?}");
}

#[test]
fn an_invalid_number_is_explained() {
    let answer = Home::new().run(["sandbox", "--rate", "x"]);
    assert_eq!(answer.code, Some(2));
    assert!(answer.err.contains("expected a number such as 30"), "{answer:?}");
}

#[test]
fn check_fix_applies_safe_fixes() {
    let home = shop();
    home.write("shop/campaigns/a.toml", "name = \"a\"\nwebhook = \"bot\"\n");
    home.write("shop/campaigns/a.json.liquid", "{\"chat_id\": 1, \"text\": \"hi\",}");
    assert_eq!(home.run(["--workspace", "shop", "check", "--fix", "--deny", "warnings"]).code, Some(0));
    assert_eq!(home.read("shop/campaigns/a.json.liquid"), "{\"chat_id\": 1, \"text\": \"hi\"}");
}

#[test]
fn convert_saves_the_body_and_lists_what_is_lost() {
    let home = sample();
    let path = "shop/campaigns/spring-sale.json.liquid";
    let before = home.read(path);
    let convert = ["--workspace", "shop", "convert", "spring-sale", "--to"];
    let printed = home.run(convert.iter().chain(&["markdownv2", "--print"]));
    assert!(printed.out.contains(r#""parse_mode": "MarkdownV2""#), "{printed:?}");
    assert_eq!(home.read(path), before, "--print saves nothing");
    assert_eq!(home.run(convert.iter().chain(&["MarkdownV2"])).ok(), "campaigns/spring-sale.json.liquid\n");
    assert_eq!(home.read(path), printed.out);
    let again = home.run(convert.iter().chain(&["MarkdownV2"]));
    assert!(again.err.contains("nothing to change"), "{again:?}");
    again.ok();
    let json = home.run(convert.iter().chain(&["Markdown", "--json"])).json();
    assert_eq!((json["from"].as_str(), json["saved"].as_bool()), (Some("MarkdownV2"), Some(true)));
    assert!(!json["lost"].as_array().unwrap().is_empty(), "{json}");
}

#[test]
fn a_body_that_cannot_be_converted_is_reported_and_unchanged() {
    let home = shop();
    home.write("shop/campaigns/a.toml", "name = \"a\"\nwebhook = \"bot\"\n");
    let body =
        "{\"chat_id\": 1,\n \"text\": \"{% if Profile.x %}<b>{% endif %}x</b>\", \"parse_mode\": \"HTML\"}";
    home.write("shop/campaigns/a.json.liquid", body);
    let answer = home.run(["--workspace", "shop", "convert", "a", "--to", "MarkdownV2"]);
    assert_eq!((answer.code, answer.out.as_str()), (Some(1), ""));
    assert!(answer.err.contains("campaigns/a.json.liquid:2:32: error[cannot-convert]"), "{answer:?}");
    assert_eq!(home.read("shop/campaigns/a.json.liquid"), body);
    assert_eq!(home.run(["--workspace", "shop", "convert", "a", "--to", "Word"]).code, Some(2));
}

#[test]
fn an_export_fits_clevertaps_forms_and_has_no_secrets() {
    let home = sample();
    let export = ["--workspace", "shop", "export", "clevertap", "spring-sale"];
    let answer = home.run(export);
    assert!(answer.out.contains("https://api.telegram.org/bot${BOT_TOKEN}/sendMessage"), "{answer:?}");
    assert!(answer.out.contains(r#"default: "there" | escape | replace:"#), "{answer:?}");
    assert!(!format!("{answer:?}").contains("SAMPLE-sandbox"), "{answer:?}");
    assert!(answer.err.contains("webhooks/bot.toml:5:8: warning[fill-in-by-hand]"), "{answer:?}");
    let form = answer.ok();
    let body = home.run(export.iter().chain(&["--body"])).ok();
    assert!(form.ends_with(&body) && body.starts_with('{'), "{body}");
    let json = home.run(export.iter().chain(&["--json"])).json();
    assert_eq!(json["form"]["custom_body"], body.as_str());
    assert_eq!(json["webhook"]["headers"][0]["key"], "Content-Type");
    assert_eq!(json["problems"][0]["file"], "webhooks/bot.toml");
}

#[test]
fn an_exported_body_renders_the_same_message() {
    let home = sample();
    let body = home.run(["--workspace", "shop", "export", "clevertap", "spring-sale", "--body"]).ok();
    let import = ["--workspace", "shop", "import", "clevertap", "-", "--name", "back"];
    assert_eq!(home.run_with_input(import, &body).ok(), "campaigns/back.json.liquid\n");
    for profile in ["anna", "ivan", "nora"] {
        let text = |campaign| {
            home.run(["--workspace", "shop", "render", campaign, "--profile", profile, "--json"]).json()["message"].clone()
        };
        assert_eq!(text("back"), text("spring-sale"), "{profile}");
    }
}

#[test]
fn a_body_from_clevertap_is_imported_as_a_campaign() {
    let home = shop();
    home.write(
        "shop/webhooks/photo.toml",
        "name = \"p\"\nurl = \"https://api.telegram.org/bot${BOT_TOKEN}/sendPhoto\"\n",
    );
    home.write("offer.txt", "{“photo”: “https://x.example/a.jpg”,\u{a0}\"caption\": \"Hi {{ @Profile - First Name | default: “you” }}\"}");
    let answer = home.run(["--workspace", "shop", "import", "clevertap", "offer.txt"]);
    assert_eq!(answer.out, "campaigns/offer.json.liquid\n", "{answer:?}");
    assert!(answer.err.contains("curly quotes"), "{answer:?}");
    assert_eq!(
        home.read("shop/campaigns/offer.json.liquid"),
        "{\"photo\": \"https://x.example/a.jpg\", \"caption\": \"Hi @Profile - First Name | default: \"you\"\"}"
    );
    let definition = home.read("shop/campaigns/offer.toml");
    assert!(
        definition.contains("webhook = \"photo\"") && definition.contains("dialect = \"clevertap\""),
        "{definition}"
    );
    let rendered = home.run_with_input(
        ["--workspace", "shop", "render", "offer", "--profile-json", "-"],
        r#"{"First Name": "Ann"}"#,
    );
    assert!(rendered.out.contains("Hi Ann"), "{rendered:?}");
    let args = ["--workspace", "shop", "import", "clevertap", "-", "--webhook", "bot", "--json"];
    let json = home.run_with_input(args, "Bought by {{ Profile.name }}").json();
    assert_eq!(
        (json["content_format"].as_str(), json["campaign"].as_str()),
        (Some("text"), Some("from-clevertap"))
    );
    assert_eq!(json["mended"], serde_json::json!([]));
}

#[test]
fn a_test_reaches_the_test_chat_in_the_workspaces_sandbox() {
    let home = sample();
    let test = ["--workspace", "shop", "test", "clevertap-sample", "--to", "1001", "--json"];
    let answer = home.run(test.iter().chain(&["--profile", "nora"]));
    let json = answer.json();
    assert_eq!((answer.code, json["ok"].as_bool(), json["chat"].as_i64()), (Some(0), Some(true), Some(1001)));
    assert_eq!(json["problems"][0]["severity"], "warning", "a missing chat id does not matter here");
    assert!(home.read("shop/.telecast/history.jsonl").contains("\"chat\":\"1001\""));
    for key in ["status", "error_code", "description", "message_id", "ms"] {
        assert!(json.get(key).is_some(), "{key} in {json}");
    }
}

#[test]
fn a_test_to_the_sandbox_needs_neither_trust_nor_secrets() {
    let home = sample();
    let webhook = "name = \"live\"\nurl = \"https://api.telegram.org/bot${OTHER_TOKEN}/sendMessage\"\n\
                   [headers]\nContent-Type = \"application/json\"\n";
    home.write("shop/webhooks/bot.toml", webhook);
    let test = ["--workspace", "shop", "test", "clevertap-sample", "--json", "--to", "1001"];
    let refused = home.run(test);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    let answer = home.run(test.iter().chain(&["--sandbox"]));
    assert_eq!((answer.code, answer.json()["ok"].as_bool()), (Some(0), Some(true)), "{answer:?}");
    let history = home.read("shop/.telecast/history.jsonl");
    assert!(history.contains("\"in_sandbox\":true") && history.contains("${SANDBOX}/bot"), "{history}");
    let both = home.run(["--workspace", "shop", "test", "clevertap-sample", "--as-is", "--sandbox"]);
    assert_eq!(both.code, Some(2), "{both:?}");
    let other = home.run(["--workspace", "shop", "test", "order-note", "--to", "1001", "--sandbox"]);
    assert_eq!(other.code, Some(1), "{other:?}");
    assert!(other.err.contains("Bot API"), "{other:?}");
}

#[test]
fn a_test_uses_the_given_event() {
    let home = sample();
    home.write("shop/campaigns/a.toml", "name = \"a\"\nwebhook = \"bot\"\n");
    home.write("shop/campaigns/a.json.liquid", r#"{"chat_id": 1, "text": "{{ Event.Note }}"}"#);
    let event = home.write("event.json", r#"{"Event": {"Note": "arrived"}}"#);
    let test = ["--workspace", "shop", "test", "a", "--to", "1001", "--json"];
    let given = home.run(test.iter().copied().chain(["--event-json", event.to_str().unwrap()]));
    assert_eq!((given.code, given.json()["ok"].as_bool()), (Some(0), Some(true)), "{given:?}");
    let without = home.run(test);
    assert_eq!((without.code, without.json()["ok"].as_bool()), (Some(1), Some(false)), "{without:?}");
    assert!(without.json()["description"].as_str().unwrap().contains("text is empty"), "{without:?}");
    assert!(without.err.contains("using the sample event charged"), "{without:?}");
    assert!(!given.err.contains("sample event"), "{given:?}");
}

#[test]
fn a_test_without_an_answer_exits_with_3() {
    let home = sample();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let webhook = format!("name = \"gone\"\nurl = \"http://{gone}/bot${{BOT_TOKEN}}/sendMessage\"\n");
    home.write("shop/webhooks/bot.toml", webhook);
    let answer = home.run(["--workspace", "shop", "test", "clevertap-sample", "--to", "1001"]);
    assert_eq!(answer.code, Some(3), "{answer:?}");
    assert!(!format!("{answer:?}").contains("SAMPLE-sandbox"), "the token is shown: {answer:?}");
}

#[test]
fn a_webhook_check_names_the_bot() {
    let home = sample();
    let status = home.run(["--workspace", "shop", "webhooks", "check", "bot", "--json"]).json();
    assert_eq!((status["state"].as_str(), status["bot"].as_str()), (Some("sandbox"), Some("@demo_bot")));
}

#[test]
fn a_token_in_a_new_webhooks_url_moves_to_the_secrets() {
    let home = shop();
    let token = "4242424242:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let url = format!("https://api.telegram.org/bot{token}/sendMessage");
    let answer = home.run(["--workspace", "shop", "webhooks", "new", "second", "--url", &url]);
    assert!(!format!("{answer:?}").contains(token), "{answer:?}");
    assert!(answer.err.contains("the token is stored as the secret BOT_TOKEN;"), "{answer:?}");
    answer.ok();
    assert!(home.read("shop/webhooks/second.toml").contains("/bot${BOT_TOKEN}/sendMessage"));
    assert!(home.read("config/telecast/secrets.toml").contains(token));
}

#[test]
fn concurrent_commands_lose_nothing() {
    let home = shop();
    let n = rounds(4, 40);
    let set = |n: usize| {
        let args =
            ["--workspace", "shop", "profiles", "set", &format!("p{n}"), "plan=pro"].map(str::to_owned);
        home.command(args).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let children: Vec<_> = (0..n).map(set).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let listed = home.run(["--workspace", "shop", "profiles", "list", "--json"]).json();
    assert_eq!(listed.as_array().unwrap().len(), n);
}

#[test]
fn the_demo_opens_its_first_campaign() {
    let home = Home::new();
    let mut terminal = Terminal::start(home.command(["demo"]), 120, 40);
    terminal.wait_for("spring-sale.json.liquid");
    terminal.wait_for("SANDBOX @demo_bot");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    let written = String::from_utf8_lossy(terminal.bytes()).into_owned();
    assert!(written.contains("open it again with: telecast --workspace"), "{written}");
}

/// Control sequences that a hostile file could contain.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{202e}";

#[test]
fn piped_output_has_no_control_characters_from_files() {
    let home = shop();
    home.write("shop/webhooks/bot.toml", "name = \"b\"\nurl = \"https://h/x\"\n\"k\\u001b[2J\\u009b\" = 1\n");
    home.write("shop/campaigns/a.toml", "name = \"a\"\nwebhook = \"bot\"\ncontent_format = \"text\"\n");
    home.write(
        "shop/campaigns/a.txt.liquid",
        format!("{HOSTILE}{{{{ Profile.x | no{HOSTILE} }}}} {{{{ '{HOSTILE}' | foo }}}}"),
    );
    home.write(&format!("shop/campaigns/b{HOSTILE}.toml"), "name = 5\nwebhook = \"none\"\n");
    home.write("shop/telecast.toml", format!("name = \"Shop\"\ntime_zone = \"{HOSTILE}\"\n"));
    let profile = home.write("p.json", format!("{{\"x\": {}}}", serde_json::json!(HOSTILE)));
    let profile = profile.to_str().unwrap();
    for args in [
        &["check"][..],
        &["check", "--fix"],
        &["campaigns", "list"],
        &["webhooks", "list"],
        &["webhooks", "check", HOSTILE],
        &["render", HOSTILE],
        &["test", "a", "--to", HOSTILE],
        &["test", "a", "--to", "5", "--profile-json", profile],
    ] {
        let answer = home.run(["--workspace", "shop"].iter().chain(args));
        let printed = answer.out.clone() + &answer.err;
        let raw = printed.chars().find(|c| *c != '\n' && *c != '\t' && telecast::text::picture(*c).is_some());
        assert_eq!(raw, None, "{args:?}: {answer:?}");
    }
    home.write("shop/campaigns/c.toml", "name = \"c\"\nwebhook = \"bot\"\ncontent_format = \"text\"\n");
    home.write("shop/campaigns/c.txt.liquid", "{{ Profile.x }}");
    let render = home.run(["--workspace", "shop", "render", "c", "--profile-json", profile]);
    assert!(!render.err.contains('\u{1b}'), "{render:?}");
    assert_eq!(render.out, HOSTILE, "a rendered body is exact");
}
