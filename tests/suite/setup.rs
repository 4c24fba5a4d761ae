//! The set-up guide: from an empty machine to the first test message.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::support::{Home, Terminal};

const TOKEN: &str = "4242424242:SETUP-test-token-of-no-real-bot-00";

/// `telecast sandbox` in a process of its own, as a Bot API server at a URL.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(home: &Home) -> Self {
        let mut child = home
            .command(["sandbox", "--listen", "127.0.0.1:0", "--token", TOKEN])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A console in a pseudo-terminal that counts its keys, except those of names and tokens.
struct Guided {
    terminal: Terminal,
    keys: usize,
}

impl Guided {
    /// Presses the keys after the screen shows `text`.
    #[track_caller]
    fn press(&mut self, text: &str, keys: &[&str]) {
        self.terminal.wait_for(text);
        for key in keys {
            self.terminal.send(key);
        }
        self.keys += keys.len();
    }

    /// Types a name or a token, which is not counted.
    fn enter(&mut self, text: &str) {
        self.terminal.send(text);
    }
}

const DOWN: &str = "\x1b[B";
const RIGHT: &str = "\x1b[C";
const ENTER: &str = "\r";

#[test]
fn the_guide_leads_from_an_empty_machine_to_the_first_test_message() {
    let home = Home::new();
    let server = Server::start(&home);
    let terminal = Terminal::start(home.command::<&str>([]), 80, 24);
    let mut guided = Guided { terminal, keys: 0 };
    guided.press("Set up your own bot", &[DOWN, ENTER]);
    guided.terminal.wait_for("› Name");
    guided.enter("My shop");
    guided.press("My shop", &[ENTER]);
    guided.terminal.wait_for("› Bot");
    guided.enter(TOKEN);
    guided.press("••••••", &[DOWN, RIGHT]);
    guided.press("‹ another Bot API server ›", &[DOWN]);
    let url: Vec<String> = server.url.chars().map(String::from).collect();
    guided.press("URL", &url.iter().map(String::as_str).collect::<Vec<_>>());
    guided.press(&server.url, &[ENTER]);
    guided.press("✔ connected to @", &[ENTER]);
    guided.press("a made-up user writes to it", &[ENTER]);
    guided.press("✔ Test User (1001) is your test chat", &[ENTER]);
    guided.press("› First test", &[ENTER]);
    guided.press("Bot      SANDBOX @", &[ENTER]);
    let screen = guided.terminal.wait_for("✔ 200 delivered");
    assert!(screen.contains("Test User · 1001"), "{screen}");
    assert!(guided.keys <= 40, "{} keys", guided.keys);
    let files = ["telecast-workspace/telecast.toml", "telecast-workspace/webhooks/telegram-bot.toml"];
    for file in files.map(|file| home.read(file)) {
        assert!(!file.contains(TOKEN), "{file}");
    }
    assert!(home.read("telecast-workspace/telecast.toml").contains("name = \"My shop\""));
    assert!(home.read("telecast-workspace/campaigns/first-campaign.toml").contains("\"telegram-bot\""));
    guided.terminal.send("\x1b");
    guided.terminal.wait_until("the dialog to close", |screen| !screen.contents().contains("delivered"));
    guided.terminal.send("\x11");
    assert_eq!(guided.terminal.wait_exit().code(), Some(0));
    // The next start in the same folder proposes the workspace that the guide has made.
    let mut terminal = Terminal::start(home.command::<&str>([]), 80, 24);
    terminal.wait_for("› Open an existing workspace in");
    terminal.send(ENTER);
    terminal.wait_for("telecast · My shop");
}
