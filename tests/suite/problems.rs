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

use std::collections::BTreeSet;

use case::Case;

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

/// Codes that a body alone does not show. They need files beside each other, a disk, a keymap, an import or a conversion; or are
/// told by the preview (`found`), or would be told of an error of Telegram's that has no words of its own (`markup`).
const ELSEWHERE: &[&str] = &[
    "found",
    "markup",
    "abort-in-webhook",
    "no-content-type",
    "other-chat",
    "no-such-webhook",
    "no-body",
    "no-definition",
    "not-an-event",
    "not-utf8",
    "outside-workspace",
    "not-a-file",
    "too-large",
    "unreadable",
    "row-left-out",
    "cannot-convert",
    "cannot-format",
    "differs-in-clevertap",
    "fill-in-by-hand",
    "bad-key",
    "key-taken",
];

#[test]
fn every_code_has_a_case_and_a_place_in_the_readme() {
    let shown: BTreeSet<String> = case::all().iter().flat_map(Case::codes).collect();
    let documented = documented_codes();
    let elsewhere: BTreeSet<String> = ELSEWHERE.iter().map(|code| (*code).to_owned()).collect();
    let missing: Vec<&String> =
        documented.difference(&shown).filter(|code| !elsewhere.contains(*code)).collect();
    assert!(missing.is_empty(), "no case in tests/data/problems shows {missing:?}");
    let unexplained: Vec<&String> = shown.difference(&documented).collect();
    assert!(unexplained.is_empty(), "README.md's table of problems says nothing of {unexplained:?}");
    let both: Vec<&String> = shown.intersection(&elsewhere).collect();
    assert!(both.is_empty(), "{both:?} have cases after all");
}

/// Returns the codes in the README's table of problems.
fn documented_codes() -> BTreeSet<String> {
    let readme = include_str!("../../README.md");
    let rows = readme.lines().skip_while(|line| *line != "| codes | about |").skip(2);
    let codes = rows.take_while(|line| line.starts_with('|')).filter_map(|line| line.split('|').nth(1));
    codes.flat_map(|codes| codes.split(',')).map(|code| code.trim().trim_matches('`').to_owned()).collect()
}
