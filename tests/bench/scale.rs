//! Measures the console and the commands as workspace and audience grow.
//!
//! ```text
//! cargo bench --bench scale
//! cargo bench --bench scale -- --campaigns 5,1000,10000 --profiles 0,100000,1000000 --properties 15,1000
//! ```
//!
//! The number of campaigns grows without profiles, the number of profiles with five campaigns, and the number of
//! properties with two thousand profiles.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first error")]

#[path = "../suite/support/home.rs"]
#[expect(dead_code, reason = "shared with the suite, which uses more of it")]
mod home;
#[expect(dead_code, reason = "shared with the console benchmark; only the process figures are used here")]
mod measure;
mod people;
#[path = "../suite/support/terminal.rs"]
#[expect(dead_code, reason = "shared with the suite, which uses more of it")]
mod terminal;

use std::fs::OpenOptions;
use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use home::Home;
use measure::{cpu_seconds, memory_mib};
use telecast::compose::{ConversionSource, compare};
use telecast::dialect::Dialect;
use telecast::template::Partials;
use terminal::Terminal;

/// How long keys are typed after the first frame.
const TYPING: Duration = Duration::from_secs(10);

/// A process that uses no CPU time for this long is done.
const QUIET: Duration = Duration::from_millis(400);
/// The longest wait for a quiet process.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// How many files another program changes at once.
const APPENDED: usize = 1_000;

/// The usual number of properties of a profile.
const ORDINARY: usize = 15;

/// The number of profiles in the runs with a growing number of properties.
const WIDE_PROFILES: usize = 2_000;

/// The size in bytes of the body that is converted to other parse modes, and of its text.
const LARGE_BODY: usize = 1 << 20;
const LARGE_TEXT: usize = 200_000;

fn main() -> ExitCode {
    let mut campaigns = vec![5, 1_000, 10_000];
    let mut profiles = vec![100_000];
    let mut properties = vec![1_000];
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match (arg.as_str(), args.next()) {
            // Cargo passes this to every benchmark, after the user's arguments.
            ("--bench", _) => break,
            ("--campaigns", Some(sizes)) => campaigns = parse(&sizes),
            ("--profiles", Some(sizes)) => profiles = parse(&sizes),
            ("--properties", Some(sizes)) => properties = parse(&sizes),
            _ => {
                eprintln!("usage: [--campaigns N,…] [--profiles N,…] [--properties N,…]");
                return ExitCode::from(2);
            }
        }
    }
    campaigns.into_iter().for_each(|n| report(n, 0, ORDINARY));
    profiles.into_iter().for_each(|n| report(5, n, ORDINARY));
    properties.into_iter().for_each(|n| report(5, WIDE_PROFILES, n));
    report_conversion();
    ExitCode::SUCCESS
}

fn parse(sizes: &str) -> Vec<usize> {
    sizes.split(',').filter_map(|size| size.parse().ok()).collect()
}

fn report(n_campaigns: usize, n_profiles: usize, n_properties: usize) {
    let home = workspace(n_campaigns, n_profiles, n_properties);
    println!("{n_campaigns} campaigns, {n_profiles} profiles of {n_properties} properties:");
    let render = time_of(&home, &["render", "--workspace", "shop", "a"]);
    let test = time_of(&home, &["test", "--workspace", "shop", "a", "--to", "1"]);
    println!("  render one {}, test one {}", ms(render), ms(test));

    let start = Instant::now();
    let mut terminal = Terminal::start(home.command(["--workspace", "shop"]), 120, 40);
    terminal.wait_for("chat_id");
    let first_frame = start.elapsed();
    // Moves into the message text, where a letter does not break the JSON.
    terminal.send(format!("{}{}", "\x1b[B".repeat(2), "\x1b[C".repeat(14)));
    let worst = worst_key(&mut terminal, TYPING);
    wait_until_quiet(&mut terminal);
    let id = terminal.id();
    println!(
        "  first frame {}, worst key in ten seconds {}, {:.1} s of CPU and {:.1} MiB until then",
        ms(first_frame),
        ms(worst),
        cpu_seconds(id),
        memory_mib(id)
    );

    terminal.send("ж");
    wait_until_quiet(&mut terminal);
    let before = cpu_seconds(id);
    let start = Instant::now();
    terminal.send("\x13");
    terminal.wait_for("saved campaigns/a.json.liquid");
    let saved = start.elapsed();
    let worst = worst_key(&mut terminal, Duration::from_secs(2));
    wait_until_quiet(&mut terminal);
    println!(
        "  save {}, {:.2} s of CPU with what follows, worst key meanwhile {}",
        ms(saved),
        cpu_seconds(id) - before,
        ms(worst)
    );

    let n = APPENDED.min(n_campaigns);
    let before = cpu_seconds(id);
    for n in 0..n {
        let path = home.path().join(format!("shop/campaigns/{}.json.liquid", stem(n)));
        OpenOptions::new().append(true).open(path).unwrap().write_all(b"\n").unwrap();
    }
    terminal.read_for(Duration::from_millis(200));
    wait_until_quiet(&mut terminal);
    println!(
        "  {n} files appended to by another program: {:.2} s of CPU; {:.1} MiB at the end",
        cpu_seconds(id) - before,
        memory_mib(id)
    );
}

/// A sample workspace with the campaign `a`, `n_campaigns` more, and `n_profiles` more profiles.
fn workspace(n_campaigns: usize, n_profiles: usize, n_properties: usize) -> Home {
    let home = Home::new();
    home.run(["init", "shop", "--sample"]).ok();
    let line = r#"<b>Hi {{ Profile.first_name | default: "there" | tg_html | json_escape }}</b>, a line\n"#;
    let body = format!(
        "{{\n  \"chat_id\": 1,\n  \"text\": \"{}\",\n  \"parse_mode\": \"HTML\"\n}}\n",
        line.repeat(5)
    );
    for stem in std::iter::once("a".to_owned()).chain((0..n_campaigns).map(stem)) {
        let definition = format!("name = \"Campaign {stem}\"\nwebhook = \"bot\"\n");
        home.write(&format!("shop/campaigns/{stem}.toml"), definition);
        home.write(&format!("shop/campaigns/{stem}.json.liquid"), &body);
    }
    people::fill(&home.path().join("shop/.telecast/audience.db"), n_profiles, n_properties.saturating_sub(8));
    home
}

fn stem(n: usize) -> String {
    format!("c{n:05}")
}

/// Returns the time of the fastest of three runs of a command.
fn time_of(home: &Home, args: &[&str]) -> Duration {
    let run = || {
        let start = Instant::now();
        let answer = home.run(args);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        start.elapsed()
    };
    (0..3).map(|_| run()).min().unwrap()
}

/// Types a letter and deletes it, repeatedly. Returns the longest time until the screen shows the change.
fn worst_key(terminal: &mut Terminal, time: Duration) -> Duration {
    // Counts only in the body's pane: the preview shows the letter until the message is rendered again.
    let count =
        |screen: &vt100::Screen| screen.rows(26, 48).map(|row| row.matches('ю').count()).sum::<usize>();
    let start = Instant::now();
    let mut worst = Duration::ZERO;
    while start.elapsed() < time {
        for (key, n) in [("ю", 1), ("\x7f", 0)] {
            let pressed = Instant::now();
            terminal.send(key);
            terminal.wait_until("the letter", |screen| count(screen) == n);
            worst = worst.max(pressed.elapsed());
            terminal.read_for(Duration::from_millis(20));
        }
    }
    worst
}

/// Waits until the process uses no more CPU time.
fn wait_until_quiet(terminal: &mut Terminal) {
    let end = Instant::now() + MAX_WAIT;
    loop {
        let before = cpu_seconds(terminal.id());
        terminal.read_for(QUIET);
        if cpu_seconds(terminal.id()) - before < 0.015 || end < Instant::now() {
            return;
        }
    }
}

/// Measures the conversions to all parse modes that F6 shows, for a large body.
fn report_conversion() {
    let line = r#"<b>Hi {{ Profile.first_name | tg_html | json_escape }}</b>, a line\n"#;
    let text = line.repeat(LARGE_TEXT / line.len());
    let note = "x".repeat(LARGE_BODY - LARGE_TEXT);
    let body = format!("{{\"text\": \"{text}\", \"parse_mode\": \"HTML\", \"note\": \"{note}\"}}");
    let partials = Partials::default();
    let source = ConversionSource { body: &body, partials: &partials, dialect: Dialect::Telecast };
    let start = Instant::now();
    let compared = compare(&source);
    let time = ms(start.elapsed());
    assert!(compared.conversions.iter().all(|(_, conversion)| conversion.is_ok()));
    println!("a body of {LARGE_BODY} bytes in all parse modes: {time}");
}

fn ms(time: Duration) -> String {
    format!("{:.0} ms", time.as_secs_f64() * 1e3)
}
