//! Laws that every fix of every case keeps.

use std::collections::HashMap;

use telecast::diagnostic::{Code, Diagnostic};

use super::case::{self, Case};

/// A fix of a case, with the case's problems before and after it.
struct Fixed<'c> {
    case: &'c Case,
    problem: &'c Diagnostic,
    before: &'c [Diagnostic],
    body: String,
    after: Vec<Diagnostic>,
}

/// Fails if `law` finds a fault in a fix of a case.
#[track_caller]
fn check(law: impl Fn(&Fixed<'_>) -> Option<String>) {
    let mut broken = Vec::new();
    for case in case::all() {
        let before = case.problems_of(&case.body);
        for problem in &before {
            for fix in &problem.fixes {
                let body = fix.apply(&case.body).unwrap();
                let after = case.problems_of(&body);
                let fixed = Fixed { case: &case, problem, before: &before, body, after };
                broken.extend(law(&fixed).map(|fault| {
                    format!("{}: {}: “{}” {fault}:\n{}", fixed.case.name, problem.code, fix.title, fixed.body)
                }));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// Returns how often each code occurs in `problems`.
fn count<'p>(problems: impl IntoIterator<Item = &'p Diagnostic>) -> HashMap<Code, usize> {
    let mut counted = HashMap::new();
    for problem in problems {
        *counted.entry(problem.code).or_default() += 1;
    }
    counted
}

#[test]
fn a_fix_removes_its_problem() {
    check(|fixed| {
        let code = fixed.problem.code;
        let left = count(&fixed.after).get(&code).copied().unwrap_or(0);
        (count(fixed.before)[&code] <= left).then(|| "does not remove the problem".to_owned())
    });
}

#[test]
fn a_fix_adds_no_new_error() {
    check(|fixed| {
        let errors = |problems: &[Diagnostic]| count(problems.iter().filter(|problem| problem.is_error()));
        let before = errors(fixed.before);
        let after = errors(&fixed.after);
        let new = after.iter().find(|(code, n)| before.get(*code).copied().unwrap_or(0) < **n)?;
        Some(format!("adds {}", new.0))
    });
}

#[test]
fn a_fix_in_clevertaps_dialect_stays_valid_in_it() {
    check(|fixed| {
        let foreign =
            |problems: &[Diagnostic]| count(problems).get(&Code::NotInClevertap).copied().unwrap_or(0);
        let is_worse = fixed.case.is_in_clevertap() && foreign(fixed.before) < foreign(&fixed.after);
        is_worse.then(|| "is not valid in CleverTap's dialect".to_owned())
    });
}
