//! Every kind of problem as a marketer sees it: a body, a profile, and the exact place, words and ways out.
//!
//! A file of tests/data/problems is one case:
//!
//! ```text
//! # What it shows.
//! profile: {"name": "Anna"}                       else somebody of whom nothing is known
//! dialect: clevertap                              else telecast
//! == body
//! {"chat_id": 1, "text": "{{ Profile.name | capitalise }}"}
//! == problems
//! 1:43 error[unknown-filter]: unknown filter `capitalise`
//!   {"chat_id": 1, "text": "{{ Profile.name | capitalise }}"}
//!                                             ^^^^^^^^^^
//!   help: did you mean `capitalize`?
//!   fix: replace with `capitalize`                 a fix that needs a choice says `choice:`
//!   + {"chat_id": 1, "text": "{{ Profile.name | capitalize }}"}
//! ```
//!
//! `UPDATE_CASES=1` writes what is found below `== problems`, to be read before it is committed.

mod case;
mod laws;
mod report;

use telecast::diagnostic::{About, CODES};

#[test]
fn every_case_shows_its_problems() {
    let is_update = std::env::var_os("UPDATE_CASES").is_some();
    let mut wrong = Vec::new();
    for case in case::all() {
        let found = report::of(&case);
        if found == case.expected {
            continue;
        }
        if is_update {
            case.update(&found);
        } else {
            let line =
                found.lines().zip(case.expected.lines()).position(|(found, expected)| found != expected);
            let line = line.unwrap_or(found.lines().count().min(case.expected.lines().count()));
            wrong.push(format!(
                "{}, line {line} of its problems:\n  is       {}\n  expected {}",
                case.name,
                found.lines().nth(line).unwrap_or("(nothing)"),
                case.expected.lines().nth(line).unwrap_or("(nothing)"),
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_an_example_from_its_case() {
    let cases = case::all();
    for About { id, example, .. } in CODES {
        let mut shown = cases.iter().filter(|case| case.codes().iter().any(|code| code == id)).peekable();
        // What a body alone does not show needs files beside each other, a disk, a keymap, an import or a conversion; or
        // is told by the preview (`found`), or of an error of Telegram's that has no words of its own (`markup`).
        let is_right = match (example.is_empty(), shown.peek()) {
            (true, case) => case.is_none(),
            (false, _) => shown.any(|case| on_one_line(&case.body).contains(example)),
        };
        assert!(is_right, "`{example}` is in no body of tests/data/problems that shows {id}");
    }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
