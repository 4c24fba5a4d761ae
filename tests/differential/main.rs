//! Compares telecast with the reference library on generated inputs: every answer must be the same.
//!
//! `TELECAST_TDJSON` is the path of the library (development only). Without it, the test reports that it is left out.
//! `TELECAST_CASES` is the number of inputs per comparison, and `TELECAST_SEED` the seed of the random numbers.

#![expect(unsafe_code, reason = "the reference library is C++ behind a C function")]

mod generate;
mod reference;

use generate::Random;
use reference::Reference;
use serde_json::{Value, json};
use telecast::telegram::{Entity, FixOptions, FormattedText, ParseMode, detect, entity_json, fix, parse};

/// The environment variable with the path of the library; development only.
const VARIABLE: &str = "TELECAST_TDJSON";

fn main() {
    let Some(path) = std::env::var_os(VARIABLE) else {
        println!("left out: {VARIABLE} names no libtdjson.so to compare with");
        return;
    };
    let reference = &Reference::load(&path);
    std::thread::scope(|scope| {
        for mode in ParseMode::ALL {
            scope.spawn(move || compare_parser(reference, mode));
        }
        scope.spawn(|| compare_detection(reference));
        scope.spawn(|| compare_cleaning_and_repair(reference));
    });
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Compares the answers to generated inputs and shows the first few differences. Inputs for which `theirs` returns
/// `None` are skipped.
fn compare<T: std::fmt::Debug>(
    reference: &Reference,
    what: &str,
    generate: impl Fn(&mut Random) -> T,
    ours: impl Fn(&T) -> Value,
    theirs: impl Fn(&Reference, &T) -> Option<Value>,
) {
    let mut random = Random::new(number("TELECAST_SEED", 1));
    let cases = number("TELECAST_CASES", 2000);
    let mut n_compared = 0;
    let mut wrong = Vec::new();
    for _ in 0..cases {
        let input = generate(&mut random);
        let Some(theirs) = theirs(reference, &input) else { continue };
        n_compared += 1;
        let ours = ours(&input);
        if ours != theirs && wrong.len() < 20 {
            wrong.push(format!("{input:?}\n   reference {theirs}\n   telecast  {ours}"));
        }
    }
    println!("{what}: {n_compared} of {cases} inputs compared");
    assert!(0 < n_compared, "{what}: nothing was compared");
    assert!(wrong.is_empty(), "{what}: answers differ\n{}", wrong.join("\n"));
}

fn parsed(mode: ParseMode, text: &str) -> Value {
    match parse(mode, text) {
        Ok(formatted) => entity_json::formatted_to_json(&formatted),
        Err(error) => json!({ "error": error.message() }),
    }
}

fn compare_parser(reference: &Reference, mode: ParseMode) {
    let generate = |random: &mut Random| loop {
        let text = generate::markup(random, mode);
        if !crashes_the_reference(mode, &text) {
            return text;
        }
    };
    compare(
        reference,
        mode.as_str(),
        generate,
        |text| parsed(mode, text),
        |reference, text| Some(reference.parse(mode, text)),
    );
}

/// Whether TDLib may crash on the text: in legacy Markdown, `[é.b]` gives it a URL that is not UTF-8.
fn crashes_the_reference(mode: ParseMode, text: &str) -> bool {
    let has_bare_link = text.match_indices(']').any(|(at, _)| !text[at + 1..].starts_with('('));
    mode == ParseMode::Markdown && !text.is_ascii() && has_bare_link
}

fn compare_detection(reference: &Reference) {
    compare(
        reference,
        "detection",
        generate::plain,
        |text| {
            let formatted = FormattedText { text: text.clone(), entities: detect(text) };
            entity_json::formatted_to_json(&formatted)
        },
        |reference, text| {
            let mut answer = reference.find(text);
            let entities = answer["entities"].as_array_mut()?;
            // The Bot API has no type for TON addresses, and they never overlap other entities.
            entities.retain(|entity| entity["type"] != "TonAddress");
            // TDLib detects media timestamps only for users, not for bots. They hide links, so such inputs are skipped.
            let is_for_people = entities.iter().any(|entity| entity["type"] == "MediaTimestamp");
            (!is_for_people).then_some(answer)
        },
    );
}

fn compare_cleaning_and_repair(reference: &Reference) {
    compare(
        reference,
        "cleaning and repair",
        generate::formatted,
        |input| {
            let entities = input["entities"].as_array().into_iter().flatten();
            let entities: Vec<Entity> = entities.filter_map(entity_json::from_json).collect();
            let text = input["text"].as_str().unwrap_or("").to_owned();
            match fix(FormattedText { text, entities }, FixOptions::CLEAN_AND_REPAIR) {
                Ok(fixed) => entity_json::formatted_to_json(&fixed),
                Err(error) => json!({ "error": error.to_string() }),
            }
        },
        |reference, input| Some(reference.clean_and_repair(input)),
    );
}
