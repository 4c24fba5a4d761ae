//! Every kind of problem as a user sees it: a body, a profile, and the exact position, message, help and fixes.
//!
//! A file of tests/data/problems is one case:
//!
//! ```text
//! # What the case shows.
//! profile: {"name": "Anna"}                       default: a profile without properties
//! dialect: clevertap                              default: telecast
//! == body
//! {"chat_id": 1, "text": "{{ Profile.name | capitalise }}"}
//! == problems
//! 1:43 error[unknown-filter]: unknown filter `capitalise`
//!   {"chat_id": 1, "text": "{{ Profile.name | capitalise }}"}
//!                                             ^^^^^^^^^^
//!   help: did you mean `capitalize`?
//!   fix: replace with `capitalize`                 `choice:` for a fix that is not safe
//!   + {"chat_id": 1, "text": "{{ Profile.name | capitalize }}"}
//! ```
//!
//! With `UPDATE_CASES=1`, the test writes the problems it finds below `== problems`. Review them before you commit.

mod case;
mod laws;
mod report;

use telecast::diagnostic::{About, CODES};

#[test]
fn every_case_shows_its_problems() {
    let is_update = std::env::var_os("UPDATE_CASES").is_some();
    let mut wrong = Vec::new();
    for case in case::all() {
        let found = report::render(&case);
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
                "{}, line {line} of the problems:\n  is       {}\n  expected {}",
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
        // A code without an example cannot come from a body alone: it needs several files, a disk, a keymap, an import
        // or a conversion. `found` comes from the preview, and `markup` stands for other errors of Telegram's parser.
        let is_right = match (example.is_empty(), shown.peek()) {
            (true, case) => case.is_none(),
            (false, _) => shown.any(|case| on_one_line(&case.body).contains(example)),
        };
        assert!(is_right, "`{example}` is not in any body of tests/data/problems that shows {id}");
    }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
