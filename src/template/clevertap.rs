//! Compares what telecast renders with what CleverTap's engine would print.

mod always;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic};
use crate::text::{Span, visible};

use super::liqp;
use super::render_settings::EngineRules;
use super::rendering::{RenderContext, RenderOutcome, Rendered};
use super::trace::{Choice, Trace};
use super::{Limits, Template};

pub(crate) use always::always_differing;

/// The maximum number of characters of an output that a message quotes.
const MAX_QUOTED_CHARS: usize = 40;
/// The maximum number of differences that are reported.
const MAX_DIFFERENCES: usize = 20;

/// What CleverTap's engine makes of a template for one profile.
#[derive(Debug, Default)]
pub(crate) struct InClevertap {
    /// `None` if the engine fails, or skips the profile.
    pub rendered: Option<Rendered>,
    /// Where the engine fails, or does not print the same as telecast.
    pub problems: Vec<Diagnostic>,
}

impl Template {
    /// Renders the template by both engines' rules. The template must contain nothing that CleverTap refuses to parse.
    pub(crate) fn render_in_both(&self, context: &RenderContext<'_>) -> (RenderOutcome, InClevertap) {
        let (mut own_trace, mut trace) = (Trace::default(), Trace::default());
        let own = self.render_with_trace(context, Some(&mut own_trace));
        // By CleverTap's rules, a template can take more steps than by telecast's, so the limit is doubled.
        let limits = Limits { steps: context.limits.steps.saturating_mul(2), ..context.limits };
        let context = RenderContext { limits, ..*context };
        let elsewhere = self.render_by(EngineRules::Liqp, &context, Some(&mut trace));
        let other_ways = own_trace.arms.symmetric_difference(&trace.arms).map(|arm| arm.choice).collect();
        let problems = compare(self.source(), &own, &elsewhere, &other_ways);
        let rendered = match elsewhere {
            RenderOutcome::Rendered(rendered) => Some(rendered),
            RenderOutcome::Aborted { .. } | RenderOutcome::Failed(_) => None,
        };
        (own, InClevertap { rendered, problems })
    }
}

/// Returns what CleverTap's engine refuses in `source`. If it refuses nothing, returns where it fails or prints
/// something other than `own`. `elsewhere` renders by the rules of that engine.
pub(crate) fn differences(
    source: &str,
    own: &RenderOutcome,
    elsewhere: impl FnOnce() -> RenderOutcome,
) -> Vec<Diagnostic> {
    let refused = liqp::grammar::check(source);
    if !refused.is_empty() {
        return refused;
    }
    compare(source, own, &elsewhere(), &BTreeSet::new())
}

/// Returns where CleverTap's engine fails or prints something other than `own`. `other_ways` are the tags at which it
/// takes another branch, or empty if this is not known.
fn compare(
    source: &str,
    own: &RenderOutcome,
    elsewhere: &RenderOutcome,
    other_ways: &BTreeSet<Choice>,
) -> Vec<Diagnostic> {
    let differs =
        |span: Span, message: &str| vec![Diagnostic::warning(Code::DiffersInClevertap, span, message)];
    match (own, elsewhere) {
        // Only telecast has these limits.
        (_, RenderOutcome::Failed(problem)) if problem.code == Code::LiquidLimit => Vec::new(),
        (_, RenderOutcome::Failed(problem)) => {
            let message = match problem.message.starts_with("CleverTap") {
                true => problem.message.clone(),
                false => format!("CleverTap fails here: {}", problem.message),
            };
            let mut refused = Diagnostic::error(Code::NotInClevertap, problem.span, message);
            refused.help = problem.help.clone();
            vec![refused]
        }
        (RenderOutcome::Failed(problem), _) => differs(problem.span, "CleverTap does not fail here"),
        (RenderOutcome::Aborted { at }, RenderOutcome::Rendered(_)) => {
            differs(*at, "CleverTap does not skip this profile here")
        }
        (RenderOutcome::Rendered(_), RenderOutcome::Aborted { at }) => {
            differs(*at, "CleverTap skips this profile here")
        }
        (RenderOutcome::Aborted { .. }, RenderOutcome::Aborted { .. }) => Vec::new(),
        (RenderOutcome::Rendered(own), RenderOutcome::Rendered(elsewhere)) => {
            if own.text == elsewhere.text {
                Vec::new()
            } else {
                differing_parts(source, own, elsewhere, other_ways)
            }
        }
    }
}

/// What both engines print for one part of the source, once for each time that it is printed.
#[derive(Default)]
struct Part<'r> {
    own: Vec<&'r str>,
    elsewhere: Vec<&'r str>,
}

fn differing_parts(
    source: &str,
    own: &Rendered,
    elsewhere: &Rendered,
    other_ways: &BTreeSet<Choice>,
) -> Vec<Diagnostic> {
    let mut parts: BTreeMap<Span, Part<'_>> = BTreeMap::new();
    for (span, output) in own.map.parts() {
        parts.entry(span).or_default().own.push(output.of(&own.text));
    }
    for (span, output) in elsewhere.map.parts() {
        parts.entry(span).or_default().elsewhere.push(output.of(&elsewhere.text));
    }
    let mut found: Vec<Diagnostic> = other_ways
        .iter()
        .filter(|choice| choice.file == 0)
        .map(|choice| other_way(source, Span::new(choice.start, choice.end)))
        .collect();
    // Neighboring parts that only one engine prints belong to one branch or loop. One warning is enough for them.
    let mut is_in_run = false;
    let mut whitespace = Vec::new();
    for (span, part) in &parts {
        if part.own == part.elsewhere {
            is_in_run = is_in_run && part.own.iter().all(|text| text.is_empty());
            continue;
        }
        if part.own.is_empty() && part.elsewhere.iter().all(|text| text.trim().is_empty()) {
            // Whitespace matters little, so it is reported only if nothing else differs.
            whitespace.push(*span);
            continue;
        }
        let is_once = part.own.is_empty() || part.elsewhere.is_empty();
        if is_once && (is_in_run || !other_ways.is_empty()) {
            continue;
        }
        is_in_run = is_once;
        found.push(difference(*span, part));
    }
    if found.is_empty() {
        found.extend(whitespace.into_iter().map(|span| {
            let message = "CleverTap keeps this whitespace, and telecast leaves it out";
            Diagnostic::warning(Code::DiffersInClevertap, span, message)
        }));
    }
    if found.is_empty() {
        // Both engines print the same parts, but in another order.
        let at = own.text.bytes().zip(elsewhere.text.bytes()).take_while(|(a, b)| a == b).count();
        let span = own.map.origin(Span::at(at)).in_template();
        let message = "CleverTap prints something else from here on";
        found.push(Diagnostic::warning(Code::DiffersInClevertap, span, message));
    }
    found.truncate(MAX_DIFFERENCES);
    found
}

fn other_way(source: &str, tag: Span) -> Diagnostic {
    let name = tag.of(source).trim_start_matches(['{', '%', '-', ' ']);
    let name = name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let text = tag.of(source);
    let (message, help) = match name {
        "for" | "tablerow" => {
            let message = format!("CleverTap runs this `{name}` for another number of items");
            (message, "in CleverTap, a value that is no list is one item")
        }
        _ => {
            // What is in quotes is no operator.
            let text: String = text.split(['"', '\'']).step_by(2).collect();
            let help = match text {
                _ if text.contains(['<', '>']) => "in CleverTap, only numbers are less or greater",
                _ if text.contains("contains") => {
                    "CleverTap looks only into texts and lists, and does not find a typed number in a list"
                }
                _ => "compare values of the same type, or set a `default` first",
            };
            (format!("CleverTap takes another branch of this `{name}`"), help)
        }
    };
    Diagnostic::warning(Code::DiffersInClevertap, tag, message).with_help(help)
}

fn difference(span: Span, part: &Part<'_>) -> Diagnostic {
    let quoted = |text: &str| {
        let text: String = visible(text).chars().take(MAX_QUOTED_CHARS).collect();
        if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") }
    };
    let warning = |message: String| Diagnostic::warning(Code::DiffersInClevertap, span, message);
    match (part.own.as_slice(), part.elsewhere.as_slice()) {
        ([], _) => warning("CleverTap prints this, and telecast does not".to_owned()),
        (_, []) => warning("CleverTap does not print this".to_owned()),
        (own, elsewhere) => {
            let first = own.iter().zip(elsewhere).find(|(own, elsewhere)| own != elsewhere);
            match first {
                Some((own, elsewhere)) => {
                    warning(format!("CleverTap prints {} here, not {}", quoted(elsewhere), quoted(own)))
                }
                None => {
                    let (elsewhere, own) = (elsewhere.len(), own.len());
                    warning(format!("CleverTap prints this {elsewhere} times, not {own} times"))
                }
            }
        }
    }
}
