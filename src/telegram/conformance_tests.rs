//! Compares telecast's results with recorded results of TDLib, for our own inputs and for the inputs of TDLib's tests.

use serde_json::{Value, json};

use super::{
    DetectionScope, EmptyTextPolicy, Entity, FixOptions, FormattedText, ParseMode, detect, entity_json, fix,
    parse,
};

/// Reads a file of tests/data. Fails if it has fewer cases than before, because a missing case would go unnoticed.
macro_rules! cases {
    ($path:literal, $at_least:literal) => {
        read(include_str!(concat!("../../tests/data/", $path)), $at_least)
    };
}

#[track_caller]
fn read(text: &str, at_least: usize) -> Vec<Value> {
    let cases: Vec<Value> = serde_json::from_str(text).unwrap();
    assert!(at_least <= cases.len(), "{} cases instead of {at_least}", cases.len());
    cases
}

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
    check_all("html", &cases!("telegram/html.json", 170), |case| parsed(ParseMode::Html, case));
    check_all("markdown", &cases!("telegram/markdown.json", 294), |case| parsed(ParseMode::Markdown, case));
    check_all("markdown_v2", &cases!("telegram/markdown_v2.json", 170), |case| {
        parsed(ParseMode::MarkdownV2, case)
    });
}

#[test]
fn own_links_are_checked_as_telegram_does() {
    check_all("links", &cases!("telegram/links.json", 53), |case| parsed(ParseMode::Markdown, case));
}

#[test]
fn own_entities_are_cleaned_and_repaired_as_telegram_does() {
    check_all("fixed", &cases!("telegram/fixed.json", 3250), |case| {
        fixed(formatted_input(case), FixOptions::CLEAN_AND_REPAIR)
    });
}

#[test]
fn entities_in_own_texts_are_detected_as_telegram_does() {
    check_all("found", &cases!("telegram/found.json", 300), detected);
}

#[test]
fn tdlibs_html_parses_as_telegram_does() {
    check_all("html", &cases!("tdlib/html.json", 89), |case| parsed(ParseMode::Html, case));
}

#[test]
fn tdlibs_markdown_v2_parses_as_telegram_does() {
    check_all("markdown_v2", &cases!("tdlib/markdown_v2.json", 253), |case| {
        parsed(ParseMode::MarkdownV2, case)
    });
}

fn fixed(text: FormattedText, options: FixOptions) -> Value {
    match fix(text, options) {
        Ok(fixed) => entity_json::formatted_to_json(&fixed),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

fn formatted_input(case: &Value) -> FormattedText {
    let entities: Vec<Entity> =
        case["in_entities"].as_array().unwrap().iter().filter_map(entity_json::from_json).collect();
    FormattedText { text: case["input"].as_str().unwrap().to_owned(), entities }
}

#[test]
fn own_markup_is_cleaned_and_repaired_as_telegram_does() {
    check_all("parsed_and_fixed", &cases!("telegram/parsed_and_fixed.json", 3183), |case| {
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
fn tdlibs_texts_are_fixed_as_telegram_does() {
    check_all("fix_formatted_text", &cases!("tdlib/fix_formatted_text.json", 47), |case| {
        let flag = |name: &str| case[name] == true;
        let options = FixOptions {
            empty: if flag("allow_empty") { EmptyTextPolicy::Cleared } else { EmptyTextPolicy::Refused },
            detect: match (flag("skip_new_entities"), flag("skip_bot_commands")) {
                (true, _) => DetectionScope::Nothing,
                (false, true) => DetectionScope::AllButCommands,
                (false, false) => DetectionScope::All,
            },
            trim: !flag("skip_trim"),
        };
        match fixed(formatted_input(case), options) {
            answer if case["error"] == true && answer.get("error").is_some() => json!({ "error": true }),
            answer => answer,
        }
    });
}

#[test]
fn entities_in_tdlibs_texts_are_detected_as_telegram_does() {
    check_all("found", &cases!("tdlib/found.json", 317), detected);
}

fn detected(case: &Value) -> Value {
    let text = case["input"].as_str().unwrap();
    entity_json::formatted_to_json(&FormattedText { text: text.to_owned(), entities: detect(text) })
}
