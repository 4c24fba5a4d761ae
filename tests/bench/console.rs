//! How fast the console is there and answers, in a pseudo-terminal, beside other programs, in one run.
//!
//! ```text
//! cargo bench --bench console                                     telecast alone
//! cargo bench --bench console -- --runs 20 --other 'Search=/usr/bin/atac -d /tmp/collection'
//! ```
//!
//! `--other 'TEXT=/PATH ARGUMENTS'` names a program by its absolute path, and the text that its first usable frame
//! shows; its key is Tab. Runs alternate between the programs, so that a busy moment hits all of them.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops")]

#[path = "../suite/support/home.rs"]
#[expect(dead_code, reason = "the suite's own, of which a bench needs less")]
mod home;
mod measure;
#[path = "../suite/support/terminal.rs"]
#[expect(dead_code, reason = "the suite's own, of which a bench needs less")]
mod terminal;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use home::Home;
use measure::{Figures, Program, measure};

const RUNS: usize = 10;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let mut runs = RUNS;
    let mut others = Vec::new();
    while let Some(word) = words.next() {
        match (word.as_str(), words.next()) {
            // What cargo itself says to every bench.
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

/// A workspace whose one campaign has a body of 200 lines.
fn workspace() -> Home {
    let home = Home::new();
    let run = |words: &[&str]| assert!(home.command(words).output().unwrap().status.success(), "{words:?}");
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
            // The last run was killed in the middle of its edits: they would be offered back.
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
