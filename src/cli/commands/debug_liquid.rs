//! `telecast debug liquid`: templates as JSON lines in, what Shopify's Liquid makes of each out.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::error::{CliError, Ending, Kind, Result};
use crate::cli::output::Output;
use crate::clock;
use crate::template::{self, Limits, Outcome, Partials};
use crate::text::LineIndex;

/// One template with what it may use; all other members are the caller's.
#[derive(Deserialize)]
struct Line {
    template: String,
    #[serde(default)]
    data: Option<Value>,
    /// The partials, by name.
    #[serde(default)]
    templates: Option<BTreeMap<String, String>>,
}

/// Answers every line of stdin.
pub fn run(output: &mut Output) -> Result {
    for (idx, line) in io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let line = serde_json::from_str::<Line>(&line).map_err(|error| {
            CliError::new(Kind::Failed, format!("line {}: {error}", idx + 1))
                .hint("each line is an object with a \"template\", and perhaps \"data\" and \"templates\"")
        })?;
        output.text(&format!("{}\n", answer(line)))?;
    }
    Ok(Ending::Done)
}

fn answer(line: Line) -> Value {
    let partials = Partials(line.templates.unwrap_or_default());
    let (template, _) = template::parse_shopify(&line.template, &partials);
    let data = line.data.unwrap_or_default().into();
    match template.render_data(&data, clock::now(), &TimeZone::UTC, Limits::default()) {
        Outcome::Rendered(rendered) => json!({ "result": rendered.text }),
        Outcome::Failed(problem) => {
            let place = LineIndex::new(&line.template).position(&line.template, problem.span.start);
            json!({ "error": problem.message, "line": place.line, "column": place.column })
        }
        // Shopify has no such tag: it is unknown there, and fails above.
        Outcome::Aborted { .. } => json!({ "error": "aborted", "line": 1, "column": 1 }),
    }
}
