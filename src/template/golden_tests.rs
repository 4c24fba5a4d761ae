//! Half of the cases of golden-liquid, a reference suite for Liquid.

use serde_json::Value as Json;

use super::{Limits, Partials, RenderOutcome, parse_shopify};

/// The names of the cases whose result differs from the suite's, each with the reason.
const DIFFERENT: &[(&str, &str)] = &[];

#[test]
fn reference_suite_passes_except_for_listed_cases() {
    let cases: Vec<Json> =
        serde_json::from_str(include_str!("../../tests/data/golden-liquid/golden.json")).unwrap();
    assert!(522 <= cases.len(), "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let result = render(case);
        let is_listed = DIFFERENT.iter().any(|(listed, _)| *listed == name);
        if is_expected(case, &result) == is_listed {
            wrong.push(format!("{name}: {}\n  {}\n  {result:?}", case["template"], expectation(case)));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(DIFFERENT.len() * 50 <= cases.len(), "more than 2 % of the cases are listed as different");
}

fn render(case: &Json) -> Result<String, String> {
    let sources = case["templates"].as_object().into_iter().flatten();
    let partials =
        Partials(sources.map(|(name, source)| (name.clone(), source.as_str().unwrap().to_owned())).collect());
    let (template, _) = parse_shopify(case["template"].as_str().unwrap(), &partials);
    let data = crate::profile::Value::from(case["data"].clone());
    let now = "2026-11-22T22:30:00Z".parse().unwrap();
    match template.render_data(&data, now, &jiff::tz::TimeZone::UTC, Limits::default()) {
        RenderOutcome::Rendered(rendered) => Ok(rendered.text),
        RenderOutcome::Aborted { .. } => Err("aborted".into()),
        RenderOutcome::Failed(problem) => Err(problem.message),
    }
}

fn is_expected(case: &Json, result: &Result<String, String>) -> bool {
    match result {
        Err(_) => case["invalid"] == true,
        Ok(text) => match case["results"].as_array() {
            Some(results) => results.iter().any(|result| result == text.as_str()),
            None => case["result"] == text.as_str(),
        },
    }
}

fn expectation(case: &Json) -> String {
    let data = &case["data"];
    match (&case["result"], &case["results"]) {
        (Json::Null, Json::Null) => format!("an error, with {data}"),
        (Json::Null, results) => format!("{results}, with {data}"),
        (result, _) => format!("{result}, with {data}"),
    }
}
