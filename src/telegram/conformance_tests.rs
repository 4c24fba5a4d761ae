//! The reference's answers, case by case: those of this repository, and the shared ones where they can be had.

use std::path::Path;

use serde_json::{Value, json};

use super::{ParseMode, entity_json, parse};

/// Reads a case file beside the repository, or says that it is left out.
fn shared(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/telegram").join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).unwrap(),
        Err(_) => {
            eprintln!("left out: {} is not there", path.display());
            Vec::new()
        }
    }
}

/// Checks `answer` against each case's own and shows the first few that differ.
#[track_caller]
fn check_all(name: &str, cases: &[Value], answer: impl Fn(&Value) -> Value) {
    let mut wrong = Vec::new();
    for case in cases {
        let expected = expectation(case);
        let actual = answer(case);
        if actual != expected {
            wrong.push(format!("{case}\n   expected {expected}\n   actual   {actual}"));
        }
    }
    let total = cases.len();
    let shown = wrong.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{name}: {} of {total} differ\n{shown}", wrong.len());
}

fn expectation(case: &Value) -> Value {
    match case.get("error") {
        Some(error) => json!({ "error": error }),
        None => json!({ "text": case["text"], "entities": case["entities"] }),
    }
}

fn parsed(mode: ParseMode, case: &Value) -> Value {
    match parse(mode, case["input"].as_str().unwrap()) {
        Ok(formatted) => entity_json::formatted_to_json(&formatted),
        Err(error) => json!({ "error": error.message() }),
    }
}

#[test]
fn shared_html_cases_parse_as_telegram_does() {
    check_all("html", &shared("html.json"), |case| parsed(ParseMode::Html, case));
}

#[test]
fn shared_markdown_cases_parse_as_telegram_does() {
    check_all("markdown", &shared("markdown.json"), |case| parsed(ParseMode::Markdown, case));
}

#[test]
fn shared_markdown_v2_cases_parse_as_telegram_does() {
    check_all("markdown_v2", &shared("markdown_v2.json"), |case| parsed(ParseMode::MarkdownV2, case));
}
