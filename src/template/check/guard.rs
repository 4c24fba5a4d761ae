//! What a condition makes sure of: the paths that have a value where it holds, and where it does not.

use super::super::syntax::{Comparison, Condition, Expression, Literal, Path};

#[derive(Default)]
pub(super) struct Guard {
    pub when_taken: Vec<String>,
    pub when_left: Vec<String>,
}

impl Guard {
    pub fn of(source: &str, condition: &Condition, is_negated: bool) -> Self {
        let (when_true, when_false) = sides(source, condition);
        match is_negated {
            true => Guard { when_taken: when_false, when_left: when_true },
            false => Guard { when_taken: when_true, when_left: when_false },
        }
    }
}

impl Guard {
    /// A branch of `case` that is taken for texts and numbers has a subject.
    pub fn of_case(source: &str, subject: &Expression, values: &[Expression]) -> Self {
        let is_something = |value: &Expression| match value {
            Expression::Literal(_, Literal::Text(text)) => !text.is_empty(),
            Expression::Literal(_, Literal::Integer(_) | Literal::Large(_) | Literal::Decimal(_)) => true,
            _ => false,
        };
        match subject {
            Expression::Path(path) if !values.is_empty() && values.iter().all(is_something) => {
                Guard { when_taken: vec![path.span.of(source).to_owned()], when_left: Vec::new() }
            }
            _ => Guard::default(),
        }
    }
}

/// Returns what has a value where `condition` is true, and where it is false.
fn sides(source: &str, condition: &Condition) -> (Vec<String>, Vec<String>) {
    let written = |path: &Path| vec![path.span.of(source).to_owned()];
    match condition {
        Condition::Value(Expression::Path(path)) => (written(path), Vec::new()),
        Condition::Value(_) => (Vec::new(), Vec::new()),
        Condition::Both(parts) => {
            let (mut left, _) = sides(source, &parts.0);
            left.extend(sides(source, &parts.1).0);
            (left, Vec::new())
        }
        Condition::Either(parts) => {
            let (_, mut left) = sides(source, &parts.0);
            left.extend(sides(source, &parts.1).1);
            (Vec::new(), left)
        }
        Condition::Compare { left: Expression::Path(path), comparison, right, .. } => {
            let is_nothing = match right {
                Expression::Literal(_, Literal::Nil | Literal::Blank | Literal::Empty) => true,
                Expression::Literal(_, Literal::Text(text)) => text.is_empty(),
                _ => false,
            };
            match (comparison, is_nothing) {
                (Comparison::Equal, true) => (Vec::new(), written(path)),
                (Comparison::NotEqual, true) => (written(path), Vec::new()),
                (Comparison::NotEqual, false) => (Vec::new(), written(path)),
                // Two that are both missing are equal too.
                (Comparison::Equal, false) if !matches!(right, Expression::Literal(..)) => {
                    (Vec::new(), Vec::new())
                }
                (_, false) => (written(path), Vec::new()),
                (_, true) => (Vec::new(), Vec::new()),
            }
        }
        Condition::Compare { .. } => (Vec::new(), Vec::new()),
    }
}
