//! `telecast debug liquid`: renders templates from JSON lines as Shopify's Liquid does.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::args::RenderLiquid;
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::clock;
use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::template::{self, Limits, Partials, RenderOutcome};
use crate::text::LineIndex;

/// An input line: a template and its data. Other fields of the JSON object are ignored.
#[derive(Deserialize)]
struct Line {
    template: String,
    #[serde(default)]
    data: Option<Value>,
    /// The partials, by name.
    #[serde(default)]
    templates: Option<BTreeMap<String, String>>,
}

/// Prints a result for every line of stdin that is not blank.
pub(crate) fn run(args: RenderLiquid, output: &mut CliOutput) -> Result {
    for (idx, line) in io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let line = serde_json::from_str::<Line>(&line).map_err(|error| {
            CliError::new(ErrorKind::Failed, format!("line {}: {error}", idx + 1))
                .hint("each line is an object with a \"template\", and perhaps \"data\" and \"templates\"")
        })?;
        output.text(&format!("{}\n", answer(line, args.dialect)))?;
    }
    Ok(ExitStatus::Done)
}

fn answer(line: Line, dialect: Option<Dialect>) -> Value {
    let partials = Partials(line.templates.unwrap_or_default());
    // If a template has errors, rendering it fails with the first of them, so the list of errors is not needed here.
    let (template, _) = template::parse_shopify(&line.template, &partials);
    let data = line.data.unwrap_or_default().into();
    let now = clock::now();
    let outcome = template.render_data(&data, now, &TimeZone::UTC, Limits::default());
    let problems = match dialect {
        None => None,
        Some(Dialect::Telecast) => Some(Vec::new()),
        Some(Dialect::CleverTap) => {
            let elsewhere =
                || template.render_data_in_clevertap(&data, now, &TimeZone::UTC, Limits::default());
            Some(template::clevertap_differences(&line.template, &outcome, elsewhere))
        }
    };
    let mut answer = result(&line.template, outcome);
    if let Some(problems) = problems {
        let shown =
            |problem: &Diagnostic| json!({ "code": problem.code.as_str(), "message": problem.message });
        answer["problems"] = problems.iter().map(shown).collect();
    }
    answer
}

fn result(source: &str, outcome: RenderOutcome) -> Value {
    match outcome {
        RenderOutcome::Rendered(rendered) => json!({ "result": rendered.text }),
        RenderOutcome::Failed(problem) => {
            let position = LineIndex::new(source).position(source, problem.span.start);
            json!({ "error": problem.message, "line": position.line, "column": position.column })
        }
        // This arm is never reached: `{% abort %}` is a tag of CleverTap, and in Shopify's Liquid an unknown tag is an
        // error.
        RenderOutcome::Aborted { .. } => json!({ "error": "aborted", "line": 1, "column": 1 }),
    }
}
