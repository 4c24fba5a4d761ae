//! Makes a body portable to CleverTap: inlines partials and applies exact rewrites. An exact rewrite is the safe fix of
//! a tag or filter that CleverTap does not have. After the rewrite, the Liquid prints the same text, except for unusual
//! values such as lists or control characters. A tag or filter without an exact rewrite is not changed and is left to
//! the author.

use crate::compose::mask::tag_name;
use crate::diagnostic::{Code, Diagnostic, Fix, apply_edits, combine_fixes};
use crate::dialect::Dialect;
use crate::template::{self, Partials};

use super::ExportPart;

/// The maximum number of passes over the body. More than one pass can be needed, because one rewrite can make another
/// rewrite possible.
const MAX_PASSES: usize = 10;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Portable {
    pub body: String,
    /// Descriptions of what was inlined or rewritten.
    pub rewritten: Vec<String>,
    /// The partial calls that could not be inlined, and the errors in the CleverTap dialect that have no exact rewrite.
    /// The spans are in the body or partial as it was before the inlining and the rewrites.
    pub problems: Vec<(ExportPart, Diagnostic)>,
}

/// Inlines the partials that can be inlined, and then applies exact rewrites until none are left, in at most
/// [`MAX_PASSES`] passes.
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
    for _ in 0..MAX_PASSES {
        let fixes = safe_fixes(&text);
        let edits = combine_fixes(fixes.iter().map(|(_, fix)| fix)).edits;
        let Some(next) = apply_edits(&edits, &text).filter(|_| !edits.is_empty()) else { break };
        for (description, fix) in fixes {
            // A fix that overlaps or touches another fix may have been left out of the edits. A fix that was left out
            // is not counted in this pass; the next pass finds it again.
            if !fix.edits.iter().all(|edit| edits.contains(edit)) {
                continue;
            }
            match counts.iter_mut().find(|(known, _)| *known == description) {
                Some((_, n)) => *n += 1,
                None => counts.push((description, 1)),
            }
        }
        text = next;
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
        // Calls of partials that could not be inlined are already among the problems that the inlining reports.
        let is_call = match problem.code {
            Code::UnknownPartial => true,
            Code::NotInClevertap => tag_name(problem.span.of(text)) == Some("render"),
            _ => false,
        };
        let is_rewritten = problem.code == Code::NotInClevertap && problem.fixes.iter().any(|fix| fix.safe);
        problem.is_error() && !is_call && !is_rewritten
    };
    problems.into_iter().filter(is_remaining).collect()
}

/// Returns the exact rewrites: the safe fix of each `not-in-clevertap` problem that has one, with a description.
fn safe_fixes(text: &str) -> Vec<(String, Fix)> {
    let (_, problems) = template::parse(text, &Partials::default(), Dialect::CleverTap);
    let problems = problems.into_iter().filter(|problem| problem.code == Code::NotInClevertap);
    problems
        .filter_map(|problem| {
            let fix = problem.fixes.into_iter().find(|fix| fix.safe)?;
            Some((format!("{}: rewritten", problem.message), fix))
        })
        .collect()
}
