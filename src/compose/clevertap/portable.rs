//! A body as CleverTap accepts it: partials put in, and what has an exact rewrite rewritten.

use crate::compose::mask::tag_name;
use crate::diagnostic::{Code, Diagnostic, TextEdit};
use crate::dialect::Dialect;
use crate::template::{self, Partials};

use super::Part;

/// How often rewrites are applied: one may bring the next to light.
const MAX_ROUNDS: usize = 10;

#[derive(Debug, Clone, PartialEq)]
pub struct Portable {
    pub body: String,
    pub rewritten: Vec<String>,
    /// What CleverTap would not accept still.
    pub problems: Vec<(Part, Diagnostic)>,
}

/// Rewrites what can be rewritten without changing what is rendered.
pub fn portable(body: &str, partials: &Partials, dialect: Dialect) -> Portable {
    let inlined = template::inline_partials(body, partials, dialect);
    let mut rewritten: Vec<String> =
        inlined.partials.iter().map(|name| format!("the text of the partial `{name}` is put in")).collect();
    let mut problems: Vec<(Part, Diagnostic)> =
        inlined.left.into_iter().map(|problem| (Part::Body, problem)).collect();
    problems.extend(left_in(body, partials).into_iter().map(|problem| (Part::Body, problem)));
    for name in &inlined.partials {
        let text = partials.0.get(name).map(String::as_str).unwrap_or_default();
        let left = left_in(text, partials).into_iter();
        problems.extend(left.map(|problem| (Part::Partial(name.clone()), problem)));
    }
    let mut text = inlined.text;
    let mut told: Vec<(String, usize)> = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let fixes = fixes_of(&text);
        if fixes.is_empty() {
            break;
        }
        for (words, edit) in fixes.into_iter().rev() {
            if text.get(edit.span.range()).is_some() {
                text.replace_range(edit.span.range(), &edit.replacement);
            }
            match told.iter_mut().find(|(known, _)| *known == words) {
                Some((_, n)) => *n += 1,
                None => told.push((words, 1)),
            }
        }
    }
    rewritten.extend(told.into_iter().map(|(words, n)| match n {
        1 => words,
        n => format!("{words} ({n} places)"),
    }));
    Portable { body: text, rewritten, problems }
}

fn left_in(text: &str, partials: &Partials) -> Vec<Diagnostic> {
    let (_, problems) = template::parse(text, partials, Dialect::CleverTap);
    let is_left = |problem: &Diagnostic| {
        // Partials are told of as calls that stay.
        let is_call = match problem.code {
            Code::UnknownPartial => true,
            Code::NotInClevertap => tag_name(problem.span.of(text)) == Some("render"),
            _ => false,
        };
        problem.is_error() && !is_call && !problem.fixes.iter().any(|fix| fix.safe)
    };
    problems.into_iter().filter(is_left).collect()
}

/// Returns the exact rewrites of what is foreign to CleverTap with words for each, ascending, none touching another.
fn fixes_of(text: &str) -> Vec<(String, TextEdit)> {
    let (_, problems) = template::parse(text, &Partials::default(), Dialect::CleverTap);
    let mut fixes: Vec<(String, TextEdit)> = Vec::new();
    for problem in problems.into_iter().filter(|problem| problem.code == Code::NotInClevertap) {
        let Some(fix) = problem.fixes.into_iter().find(|fix| fix.safe) else { continue };
        let [edit] = fix.edits.as_slice() else { continue };
        if fixes.last().is_none_or(|(_, last)| last.span.end <= edit.span.start) {
            fixes.push((format!("{}: rewritten", problem.message), edit.clone()));
        }
    }
    fixes
}
