//! Generated chains of filters over hostile values: where the check is silent, no value breaks the JSON or the markup.
//! And chains that escape in the right order are never reported.

use proptest::prelude::*;

use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::json;
use crate::profile::{Profile, Vocabulary};
use crate::telegram::{self, ParseMode};
use crate::template::tests::{profile, render_with};
use crate::template::{Content, Limits, Partials, RenderOutcome, parse};

/// Filters that change a text without escaping it.
const SHAPES: [&str; 18] = [
    "append: 'x'",
    "append: Profile.b",
    "capitalize",
    "date: '%Y'",
    "default: 'x'",
    "default: Profile.b",
    "downcase",
    "plus: 1",
    "prepend: Profile.b",
    "replace: 'a', Profile.b",
    "replace_last: 'a', Profile.b",
    "size",
    "slice: 1, 4",
    "split: 'a' | join: 'b'",
    "strip",
    "truncate: 6",
    "upcase",
    "url_encode",
];

/// Filters that do the same to a text and to its escapes, or that the check reports after an escape.
const PLAIN_SHAPES: [&str; 9] = [
    "append: 'x'",
    "append: Profile.b",
    "capitalize",
    "default: 'x'",
    "downcase",
    "prepend: Profile.b",
    "slice: 1, 4",
    "truncate: 6",
    "upcase",
];

const ESCAPES: [&str; 5] = ["escape", "json_escape", "tg_html", "tg_markdown", "tg_markdown_v2"];

const HOSTILE: [&str; 12] =
    ["", "a\"b", "a\\b", "<b", "x<i>y", "a_b*c", "`", "[", "1.5-2!", "\\_", "\"<_.a\\\"<_.a", "aa\nbb\ncc"];

fn modes() -> impl Strategy<Value = Option<ParseMode>> {
    prop_oneof![
        Just(None),
        Just(Some(ParseMode::Html)),
        Just(Some(ParseMode::Markdown)),
        Just(Some(ParseMode::MarkdownV2)),
    ]
}

fn body(mode: Option<ParseMode>, chain: &[&str]) -> String {
    let filters: String = chain.iter().map(|filter| format!(" | {filter}")).collect();
    let mode = mode.map(|mode| format!(r#", "parse_mode": "{}""#, mode.as_str())).unwrap_or_default();
    format!(r#"{{"text": "x {{{{ Profile.a{filters} }}}} y"{mode}}}"#)
}

fn problems(body: &str) -> Vec<Diagnostic> {
    let (template, problems) = parse(body, &Partials::default(), Dialect::Telecast);
    assert_eq!(problems, [], "{body}");
    super::super::check(&template, &Vocabulary::default(), Content::Json)
}

/// Whether a chain escapes twice for JSON, or twice for markup. The check does not follow what a second escape does to
/// the backslashes of the first.
fn escapes_twice(chain: &[&str]) -> bool {
    let n_escapes = chain.iter().filter(|filter| ESCAPES.contains(filter)).count();
    let n_for_json = chain.iter().filter(|filter| **filter == "json_escape").count();
    1 < n_for_json || 1 < n_escapes - n_for_json
}

fn escape_of(mode: ParseMode) -> &'static str {
    match mode {
        ParseMode::Html => "tg_html",
        ParseMode::Markdown => "tg_markdown",
        ParseMode::MarkdownV2 => "tg_markdown_v2",
    }
}

fn rendered(body: &str, profile: &Profile) -> Option<String> {
    let (template, _) = parse(body, &Partials::default(), Dialect::Telecast);
    match render_with(&template, profile, Limits::default()) {
        RenderOutcome::Rendered(rendered) => Some(rendered.text),
        RenderOutcome::Aborted { .. } | RenderOutcome::Failed(_) => None,
    }
}

/// Returns the text that the message shows for a profile.
fn shown(body: &str, mode: Option<ParseMode>, profile: &Profile) -> Option<String> {
    let document = json::parse(&rendered(body, profile)?).ok()?;
    let text = document.root.get("text").and_then(json::JsonNode::as_text)?.decoded.to_string();
    match mode {
        Some(mode) => Some(telegram::parse(mode, &text).ok()?.text),
        None => Some(text),
    }
}

/// Returns what is wrong with the message for a profile, if anything is.
fn fault(body: &str, mode: Option<ParseMode>, profile: &Profile) -> Option<String> {
    let rendered = rendered(body, profile)?;
    let Ok(document) = json::parse(&rendered) else {
        return Some(format!("no JSON: {rendered}"));
    };
    let text = document.root.get("text").and_then(json::JsonNode::as_text)?;
    match mode.map(|mode| telegram::parse(mode, &text.decoded)) {
        Some(Err(error)) => Some(format!("{}: {}", error.message(), text.decoded)),
        Some(Ok(_)) | None => None,
    }
}

fn values() -> impl Iterator<Item = Profile> {
    HOSTILE.iter().flat_map(|a| {
        HOSTILE.iter().map(|b| profile(&format!(r#"{{"a": {}, "b": {}}}"#, json::quote(a), json::quote(b))))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn silence_means_that_no_value_breaks_the_message(
        mode in modes(),
        chain in prop::collection::vec(
            prop_oneof![prop::sample::select(&SHAPES[..]), prop::sample::select(&ESCAPES[..])],
            0..6,
        ),
    ) {
        let body = body(mode, &chain);
        if !escapes_twice(&chain) && problems(&body).is_empty() {
            for profile in values() {
                let fault = fault(&body, mode, &profile);
                prop_assert!(fault.is_none(), "{body}\n{fault:?}\n{:?}", profile.properties);
            }
        }
    }

    #[test]
    fn silence_means_that_no_escape_is_shown(
        mode in modes(),
        chain in prop::collection::vec((0..3, prop::sample::select(&PLAIN_SHAPES[..])), 1..6),
    ) {
        let filters: Vec<&str> = chain
            .iter()
            .map(|(kind, shape)| match (kind, mode) {
                (0, Some(mode)) => escape_of(mode),
                (0 | 1, _) => "json_escape",
                (_, _) => *shape,
            })
            .collect();
        let shapes: Vec<&str> =
            filters.iter().copied().filter(|filter| !ESCAPES.contains(filter)).chain(["json_escape"]).collect();
        let (escaped, plain) = (body(mode, &filters), body(None, &shapes));
        if problems(&escaped).is_empty() {
            for profile in values() {
                if let Some(text) = shown(&escaped, mode, &profile) {
                    let expected = shown(&plain, None, &profile).unwrap();
                    prop_assert_eq!(text, expected, "{}\n{:?}", escaped, profile.properties);
                }
            }
        }
    }

    #[test]
    fn a_value_that_is_escaped_last_is_never_reported(
        mode in modes(),
        chain in prop::collection::vec(prop::sample::select(&SHAPES[..]), 0..5),
    ) {
        let escapes = mode.map(escape_of).into_iter().chain(["json_escape"]);
        let body = body(mode, &chain.into_iter().chain(escapes).collect::<Vec<_>>());
        prop_assert_eq!(problems(&body), []);
    }

    #[test]
    fn the_fix_of_a_chain_ends_its_problem(
        mode in modes(),
        chain in prop::collection::vec(
            prop_oneof![prop::sample::select(&SHAPES[..]), prop::sample::select(&ESCAPES[..])],
            0..5,
        ),
    ) {
        let body = body(mode, &chain);
        for problem in problems(&body) {
            let is_escape = matches!(problem.code, Code::UnescapedJson | Code::UnescapedMarkup);
            for fix in problem.fixes.iter().filter(|_| is_escape) {
                let fixed = fix.apply(&body).unwrap();
                let left = problems(&fixed);
                prop_assert!(left.iter().all(|left| left.code != problem.code), "{body}\n{fixed}\n{left:?}");
            }
        }
    }
}
