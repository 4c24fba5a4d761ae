//! Adds what CleverTap's engine would make of the message, for bodies in its dialect.

use serde_json::Value;

use super::chat::PatchedText;
use super::inputs::Inputs;
use super::locate::Locator;
use super::problems::BodySource;
use super::{Composed, not_json};
use crate::campaign::ContentFormat;
use crate::diagnostic::{Code, Diagnostic};
use crate::json;
use crate::template::InClevertap;
use crate::text::Span;

/// CleverTap's version of a message, where it differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClevertapText {
    /// The rendered body.
    pub body: String,
    /// The first line of the message's text that differs, with its markup as it is written. If the text has no such
    /// line, this is the first line of the rendered body that differs.
    pub line: String,
}

impl Composed {
    /// `own` is the body as telecast renders it, before a test chat replaces the chat in it. `faults` are the errors,
    /// known from the template alone, that make only CleverTap's text invalid JSON.
    pub(super) fn add_clevertap(
        &mut self,
        inputs: &Inputs<'_>,
        own: Option<&str>,
        elsewhere: InClevertap,
        faults: &[Diagnostic],
    ) {
        let InClevertap { rendered, mut problems } = elsewhere;
        if let (Some(own), Some(rendered)) = (own, rendered) {
            let is_json = inputs.campaign.content_format == ContentFormat::Json;
            let value = |text: &str| serde_json::from_str::<Value>(text).ok();
            let values = (value(own), value(&rendered.text));
            if is_json {
                // In JSON, whitespace outside strings does not matter. Whitespace inside strings is reported once for
                // all profiles, by `always_differing`.
                problems
                    .retain(|problem| problem.is_error() || !problem.span.of(inputs.body).trim().is_empty());
            }
            let mut is_same = own == rendered.text;
            match &values {
                (Some(own), Some(other)) if is_json && own == other => {
                    is_same = true;
                    problems.clear();
                }
                (Some(_), None) if is_json => {
                    let locator = Locator::new(rendered.map, PatchedText::unchanged(&rendered.text));
                    let fault = fault(inputs, &locator).map(|fault| {
                        let known = faults.iter().find(|known| overlap(known.span, fault.span));
                        known.cloned().unwrap_or(fault)
                    });
                    problems.splice(0..0, fault);
                }
                _ => {}
            }
            if !is_same {
                let line = values
                    .0
                    .zip(values.1)
                    .and_then(|(own, other)| first_difference(text_of(&own)?, text_of(&other)?))
                    .or_else(|| first_difference(own, &rendered.text))
                    .unwrap_or_default();
                self.clevertap = Some(ClevertapText { body: rendered.text, line });
            }
        }
        for problem in problems {
            let is_known = |known: &Diagnostic| {
                matches!(known.code, Code::NotInClevertap | Code::DiffersInClevertap)
                    && overlap(known.span, problem.span)
                    && (known.is_error() || !problem.is_error())
            };
            if !self.diagnostics.iter().any(is_known) {
                self.diagnostics.push(problem);
            }
        }
    }
}

fn overlap(a: Span, b: Span) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// Returns the syntax error of a body that is JSON in telecast, but not in CleverTap.
fn fault(inputs: &Inputs<'_>, locator: &Locator) -> Option<Diagnostic> {
    let body = BodySource { text: inputs.body, dialect: inputs.dialect };
    let error = json::parse(locator.text()).err()?;
    let mut problem = not_json::diagnose(body, locator, &error).into_iter().next()?;
    problem.code = Code::NotInClevertap;
    let reason = problem.message.trim_start_matches("not JSON: ");
    problem.message = format!("what CleverTap sends is not JSON: {reason}");
    // The fixes would only be right if telecast sent this text.
    problem.fixes.clear();
    Some(problem)
}

/// How many of the characters before the first difference are shown.
const SHOWN_BEFORE: usize = 16;

/// Returns the first line of `elsewhere` that differs from that of `own`.
fn first_difference(own: &str, elsewhere: &str) -> Option<String> {
    if own == elsewhere {
        return None;
    }
    let mut own_lines = own.lines();
    let mut lines = elsewhere.lines();
    let differing = lines.find_map(|line| {
        let own = own_lines.next();
        (own != Some(line)).then(|| from_difference(line, own.unwrap_or_default()))
    });
    // If lines are only missing at the end, the last one shows it.
    differing.or_else(|| elsewhere.lines().last().map(str::to_owned))
}

/// Leaves out the start of a line if the difference would be far from it.
fn from_difference(line: &str, own: &str) -> String {
    let n_same = line.chars().zip(own.chars()).take_while(|(one, other)| one == other).count();
    match n_same.saturating_sub(SHOWN_BEFORE) {
        0 => line.to_owned(),
        n_left_out => format!("…{}", line.chars().skip(n_left_out).collect::<String>()),
    }
}

fn text_of(body: &Value) -> Option<&str> {
    body.get("text").or_else(|| body.get("caption"))?.as_str()
}
