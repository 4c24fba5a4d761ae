//! Compares what telecast renders with what CleverTap's engine would print.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::text::{Span, visible};

use super::liqp;
use super::rendering::{RenderOutcome, Rendered};

/// The maximum number of characters of an output that a message quotes.
const MAX_QUOTED_CHARS: usize = 40;
/// The maximum number of differences that are reported.
const MAX_DIFFERENCES: usize = 20;

/// Returns what CleverTap's engine refuses in `source`, or else where it prints something other than `own`, or fails.
/// `elsewhere` renders by the rules of that engine.
pub(crate) fn differences(
    source: &str,
    own: &RenderOutcome,
    elsewhere: impl FnOnce() -> RenderOutcome,
) -> Vec<Diagnostic> {
    let refused = liqp::grammar::check(source);
    if !refused.is_empty() {
        return refused;
    }
    compare(source, own, &elsewhere())
}

/// Returns where CleverTap's engine prints something other than `own`, or fails.
pub(crate) fn compare(source: &str, own: &RenderOutcome, elsewhere: &RenderOutcome) -> Vec<Diagnostic> {
    let differs =
        |span: Span, message: &str| vec![Diagnostic::warning(Code::DiffersInClevertap, span, message)];
    match (own, elsewhere) {
        // The limits are telecast's.
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
                differing_parts(source, own, elsewhere)
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

fn differing_parts(source: &str, own: &Rendered, elsewhere: &Rendered) -> Vec<Diagnostic> {
    let mut parts: BTreeMap<Span, Part<'_>> = BTreeMap::new();
    for (span, output) in own.map.parts() {
        parts.entry(span).or_default().own.push(output.of(&own.text));
    }
    for (span, output) in elsewhere.map.parts() {
        parts.entry(span).or_default().elsewhere.push(output.of(&elsewhere.text));
    }
    let mut found = Vec::new();
    // Neighbors that only one engine prints are one branch or one loop.
    let mut is_in_run = false;
    for (span, part) in &parts {
        if part.own == part.elsewhere {
            is_in_run = is_in_run && part.own.iter().all(|text| text.is_empty());
            continue;
        }
        let is_once = part.own.is_empty() || part.elsewhere.is_empty();
        if is_once && is_in_run {
            continue;
        }
        is_in_run = is_once;
        found.push(difference(source, *span, part));
    }
    if found.is_empty() {
        // The parts are the same and in another order.
        let at = own.text.bytes().zip(elsewhere.text.bytes()).take_while(|(a, b)| a == b).count();
        let span = own.map.origin(Span::at(at)).in_template();
        found.push(Diagnostic::warning(
            Code::DiffersInClevertap,
            span,
            "CleverTap prints something else from here on",
        ));
    }
    found.truncate(MAX_DIFFERENCES);
    found
}

fn difference(source: &str, span: Span, part: &Part<'_>) -> Diagnostic {
    let quoted = |text: &str| {
        let text: String = visible(text).chars().take(MAX_QUOTED_CHARS).collect();
        if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") }
    };
    let warning = |message: String| Diagnostic::warning(Code::DiffersInClevertap, span, message);
    match (part.own.as_slice(), part.elsewhere.as_slice()) {
        ([], printed) if printed.iter().all(|text| text.trim().is_empty()) => {
            let fix = Fix::replace("remove the whitespace", span, "");
            warning("CleverTap keeps this whitespace, which telecast leaves out".to_owned()).with_fix(fix)
        }
        ([], _) => warning("CleverTap prints this, and telecast does not".to_owned()),
        (_, []) => warning("CleverTap does not print this".to_owned()),
        (own, elsewhere) => {
            let first = own.iter().zip(elsewhere).find(|(own, elsewhere)| own != elsewhere);
            let _ = source;
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
