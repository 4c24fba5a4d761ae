//! Renders problems in the form of the case files.

use telecast::diagnostic::{Diagnostic, Fix};
use telecast::text::{LineIndex, visible};

use super::case::Case;

/// Renders the problems of the case's body.
pub fn render(case: &Case) -> String {
    let problems = case.problems_of(&case.body);
    if problems.is_empty() {
        return "none\n".to_owned();
    }
    problems.iter().map(|problem| render_problem(&case.body, problem)).collect()
}

fn render_problem(text: &str, problem: &Diagnostic) -> String {
    let index = LineIndex::new(text);
    let place = index.position(text, problem.span.start);
    let line = text.lines().nth(place.line - 1).unwrap_or("");
    let n_after = line.chars().count() + 1 - place.column.min(line.chars().count() + 1);
    let marked = problem.span.of(text).lines().next().unwrap_or("").chars().count().min(n_after).max(1);
    let severity = problem.severity.as_str();
    let mut out =
        format!("{}:{} {severity}[{}]: {}\n", place.line, place.column, problem.code, problem.message);
    out.push_str(&format!("  {}\n", visible(line)));
    out.push_str(&format!("  {}{}\n", " ".repeat(place.column - 1), "^".repeat(marked)));
    if let Some(help) = &problem.help {
        out.push_str(&format!("  help: {help}\n"));
    }
    for fix in &problem.fixes {
        out.push_str(&render_fix(text, fix));
    }
    out
}

/// Renders a fix as the lines it changes.
fn render_fix(text: &str, fix: &Fix) -> String {
    let fixed = fix.apply(text).unwrap();
    let (old, new): (Vec<&str>, Vec<&str>) = (text.split('\n').collect(), fixed.split('\n').collect());
    let same_before = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let left = old.len().min(new.len()) - same_before;
    let same_after =
        old.iter().rev().zip(new.iter().rev()).take(left).take_while(|(old, new)| old == new).count();
    let word = if fix.safe { "fix" } else { "choice" };
    let mut out = format!("  {word}: {}\n", fix.title);
    let changed = &new[same_before..new.len() - same_after];
    if changed.is_empty() {
        out.push_str("  - the line\n");
    }
    for line in changed {
        out.push_str(&format!("  + {}\n", visible(line)));
    }
    out
}
