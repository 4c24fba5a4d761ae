//! Makes a body portable to CleverTap: inlines partials and applies all exact rewrites.

use crate::compose::mask::tag_name;
use crate::diagnostic::{Code, Diagnostic, TextEdit};
use crate::dialect::Dialect;
use crate::template::{self, Partials};

use super::ExportPart;

/// The maximum number of passes. A rewrite can make another one possible.
const MAX_ROUNDS: usize = 10;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Portable {
    pub body: String,
    pub rewritten: Vec<String>,
    /// What CleverTap still does not accept.
    pub problems: Vec<(ExportPart, Diagnostic)>,
}

/// Rewrites everything that can be rewritten without changing the rendered text.
pub(crate) fn portable(body: &str, partials: &Partials, dialect: Dialect) -> Portable {
    let inlined = template::inline_partials(body, partials, dialect);
    let mut rewritten: Vec<String> =
        inlined.partials.iter().map(|name| format!("the partial `{name}` is inlined")).collect();
    let mut problems: Vec<(ExportPart, Diagnostic)> =
        inlined.skipped.into_iter().map(|problem| (ExportPart::Body, problem)).collect();
    problems
        .extend(remaining_problems(body, partials).into_iter().map(|problem| (ExportPart::Body, problem)));
    for name in &inlined.partials {
        let text = partials.0.get(name).map(String::as_str).unwrap_or_default();
        let remaining = remaining_problems(text, partials).into_iter();
        problems.extend(remaining.map(|problem| (ExportPart::Partial(name.clone()), problem)));
    }
    let mut text = inlined.text;
    let mut counts: Vec<(String, usize)> = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let fixes = fixes_of(&text);
        if fixes.is_empty() {
            break;
        }
        // From the end, so that the spans of the earlier edits stay valid.
        for (description, edit) in fixes.into_iter().rev() {
            if text.get(edit.span.range()).is_some() {
                text.replace_range(edit.span.range(), &edit.replacement);
            }
            match counts.iter_mut().find(|(known, _)| *known == description) {
                Some((_, n)) => *n += 1,
                None => counts.push((description, 1)),
            }
        }
    }
    rewritten.extend(counts.into_iter().map(|(description, n)| match n {
        1 => description,
        n => format!("{description} ({n} places)"),
    }));
    Portable { body: text, rewritten, problems }
}

fn remaining_problems(text: &str, partials: &Partials) -> Vec<Diagnostic> {
    let (_, problems) = template::parse(text, partials, Dialect::CleverTap);
    let is_remaining = |problem: &Diagnostic| {
        // Calls of partials that could not be inlined are already reported by the inlining.
        let is_call = match problem.code {
            Code::UnknownPartial => true,
            Code::NotInClevertap => tag_name(problem.span.of(text)) == Some("render"),
            _ => false,
        };
        problem.is_error() && !is_call && !problem.fixes.iter().any(|fix| fix.safe)
    };
    problems.into_iter().filter(is_remaining).collect()
}

/// Returns the exact rewrites with a description of each, ascending and without overlaps.
fn fixes_of(text: &str) -> Vec<(String, TextEdit)> {
    let (_, problems) = template::parse(text, &Partials::default(), Dialect::CleverTap);
    let mut fixes: Vec<(String, TextEdit)> = Vec::new();
    for problem in problems.into_iter().filter(|problem| problem.code == Code::NotInClevertap) {
        let Some(fix) = problem.fixes.into_iter().find(|fix| fix.safe) else { continue };
        // Fixes with several edits are skipped: they could interleave with others, which the loop above does not
        // handle.
        let [edit] = fix.edits.as_slice() else { continue };
        if fixes.last().is_none_or(|(_, last)| last.span.end <= edit.span.start) {
            fixes.push((format!("{}: rewritten", problem.message), edit.clone()));
        }
    }
    fixes
}
