//! Measures how fast the console starts and reacts in a pseudo-terminal, and compares it with other programs.
//!
//! ```text
//! cargo bench --bench console                                     telecast alone
//! cargo bench --bench console -- --runs 20 --other 'Search=/usr/bin/atac -d /tmp/collection'
//! ```
//!
//! `--other 'TEXT=/PATH ARGUMENTS'` names a program by its absolute path, and a text in its first usable frame. Its
//! measured key is Tab. Runs alternate between the programs, so that load on the machine affects all of them.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first error")]

#[path = "../suite/support/home.rs"]
#[expect(dead_code, reason = "shared with the suite, which uses more of it")]
mod home;
mod measure;
#[path = "../suite/support/terminal.rs"]
#[expect(dead_code, reason = "shared with the suite, which uses more of it")]
mod terminal;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use home::Home;
use measure::{Figures, Program, measure};

const RUNS: usize = 10;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let mut runs = RUNS;
    let mut others = Vec::new();
    while let Some(arg) = args.next() {
        match (arg.as_str(), args.next()) {
            // Cargo passes this to every benchmark, after the user's arguments.
            ("--bench", _) => break,
            ("--runs", Some(n)) => runs = n.parse().unwrap_or(RUNS),
            ("--other", Some(other)) => others.extend(parse(&other)),
            _ => {
                eprintln!("usage: [--runs N] [--other 'TEXT=/PATH ARGUMENTS']…");
                return ExitCode::from(2);
            }
        }
    }
    let home = workspace();
    let mut programs = vec![telecast(&home)];
    programs.extend(others);
    let mut figures: Vec<Figures> = programs.iter().map(|_| Figures::default()).collect();
    for _ in 0..runs {
        for (program, figures) in programs.iter().zip(&mut figures) {
            figures.add(measure(program));
        }
    }
    let first = &figures[0];
    for (program, figures) in programs.iter().zip(&figures) {
        println!("{}", figures.line(&program.name, first));
    }
    ExitCode::SUCCESS
}

/// A sample workspace with one more campaign, whose body has 200 lines.
fn workspace() -> Home {
    let home = Home::new();
    let run = |args: &[&str]| assert!(home.command(args).output().unwrap().status.success(), "{args:?}");
    run(&["init", "shop", "--sample"]);
    let line = r#"<b>Hi {{ Profile.first_name | default: "there" | tg_html | json_escape }}</b>, a line\n"#;
    let text: Vec<String> = (0..196).map(|n| format!("    {{ \"n\": {n}, \"note\": \"{line}\" }}")).collect();
    let body =
        format!("{{\n  \"chat_id\": 1,\n  \"text\": \"x\",\n  \"lines\": [\n{}\n  ]\n}}\n", text.join(",\n"));
    home.write("shop/campaigns/a.toml", "name = \"A body of 200 lines\"\nwebhook = \"bot\"\n");
    home.write("shop/campaigns/a.json.liquid", body);
    home
}

fn telecast(home: &Home) -> Program<'_> {
    let workspace = home.path().join("shop");
    Program {
        name: "telecast".into(),
        needle: "chat_id".into(),
        types: true,
        command: Box::new(move || {
            // The last run was killed with unsaved edits. Without this, the console would offer to restore them.
            let _ = std::fs::remove_dir_all(workspace.join(".telecast/drafts"));
            home.command(["--workspace".as_ref(), workspace.as_os_str()])
        }),
    }
}

fn parse(other: &str) -> Option<Program<'static>> {
    let (needle, line) = other.split_once('=')?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let path = PathBuf::from(words.next()?);
    let arguments: Vec<String> = words.collect();
    let name = path.file_name()?.to_string_lossy().into_owned();
    let command = move || {
        let mut command = Command::new(&path);
        command.args(&arguments);
        command
    };
    Some(Program { name, needle: needle.to_owned(), types: false, command: Box::new(command) })
}
