//! The reference's answers, case by case: those of this repository, and the shared ones where they can be had.

use std::path::Path;

use serde_json::{Value, json};

use super::{Empty, Entity, Find, FixOptions, FormattedText, ParseMode, detect, entity_json, fix, parse};

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

/// Reads one of this repository's own case files: own inputs, the reference's answers (TDLib 1.8.69).
macro_rules! own {
    ($name:literal) => {
        serde_json::from_str::<Vec<Value>>(include_str!(concat!("../../tests/data/telegram/", $name)))
            .unwrap()
    };
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
fn own_markup_parses_as_telegram_does() {
    check_all("html", &own!("html.json"), |case| parsed(ParseMode::Html, case));
    check_all("markdown", &own!("markdown.json"), |case| parsed(ParseMode::Markdown, case));
    check_all("markdown_v2", &own!("markdown_v2.json"), |case| parsed(ParseMode::MarkdownV2, case));
}

#[test]
fn own_links_are_checked_as_telegram_does() {
    check_all("links", &own!("links.json"), |case| parsed(ParseMode::Markdown, case));
}

#[test]
fn own_entities_are_cleaned_and_repaired_as_telegram_does() {
    check_all("fixed", &own!("fixed.json"), |case| fixed(given(case), FixOptions::CLEAN_AND_REPAIR));
}

#[test]
fn own_texts_are_searched_as_telegram_does() {
    check_all("found", &own!("found.json"), searched);
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

fn fixed(text: FormattedText, options: FixOptions) -> Value {
    match fix(text, options) {
        Ok(fixed) => entity_json::formatted_to_json(&fixed),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

fn given(case: &Value) -> FormattedText {
    let entities: Vec<Entity> =
        case["in_entities"].as_array().unwrap().iter().filter_map(entity_json::from_json).collect();
    FormattedText { text: case["input"].as_str().unwrap().to_owned(), entities }
}

#[test]
fn shared_entities_are_cleaned_and_repaired_as_telegram_does() {
    check_all("clean_and_fix", &shared("clean_and_fix.json"), |case| {
        fixed(given(case), FixOptions::CLEAN_AND_REPAIR)
    });
}

#[test]
fn shared_markup_is_cleaned_and_repaired_as_telegram_does() {
    check_all("parse_then_fix", &shared("parse_then_fix.json"), |case| {
        let mode = match case["mode"].as_str().unwrap() {
            "html" => ParseMode::Html,
            "markdown" => ParseMode::Markdown,
            _ => ParseMode::MarkdownV2,
        };
        let text = parse(mode, case["input"].as_str().unwrap()).unwrap();
        fixed(text, FixOptions::CLEAN_AND_REPAIR)
    });
}

#[test]
fn shared_texts_are_fixed_as_telegram_does() {
    check_all("fix_formatted_text", &shared("fix_formatted_text.json"), |case| {
        let flag = |name: &str| case[name] == true;
        let options = FixOptions {
            empty: if flag("allow_empty") { Empty::Cleared } else { Empty::Refused },
            find: match (flag("skip_new_entities"), flag("skip_bot_commands")) {
                (true, _) => Find::Nothing,
                (false, true) => Find::AllButCommands,
                (false, false) => Find::All,
            },
            trim: !flag("skip_trim"),
        };
        match fixed(given(case), options) {
            answer if case["error"] == true && answer.get("error").is_some() => json!({ "error": true }),
            answer => answer,
        }
    });
}

#[test]
fn shared_texts_are_searched_as_telegram_does() {
    let mut cases = shared("autodetect.json");
    for case in &mut cases {
        case["text"] = case["input"].clone();
        if let Some(entities) = case["entities"].as_array_mut() {
            entities.retain(|entity| entity["type"] != "media_timestamp");
        }
    }
    check_all("autodetect", &cases, searched);
}

fn searched(case: &Value) -> Value {
    let text = case["input"].as_str().unwrap();
    entity_json::formatted_to_json(&FormattedText { text: text.to_owned(), entities: detect(text) })
}
