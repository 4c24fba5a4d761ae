//! Finds the variable paths, such as `Profile.name`, that are certain to have a value if a condition is true, and those
//! that are certain to have one if it is false. Both lists together are the guard of a branch: for `{% if a %}`, `a`
//! has a value if the branch is taken.
//!
//! Paths are compared as written, so `Profile.name` and `Profile["name"]` count as different paths.

use super::super::syntax::{Comparison, Condition, Expression, Literal, Path};

#[derive(Default)]
pub(super) struct PresenceGuard {
    pub present_if_taken: Vec<String>,
    pub present_if_skipped: Vec<String>,
}

/// What a value is if it is missing. An empty text is true in Liquid, and nil is not equal to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Emptiness {
    Nil,
    /// As a variable whose last filter is `default`.
    Text,
    NilOrText,
}

impl PresenceGuard {
    pub(super) fn of(
        source: &str,
        condition: &Condition,
        is_negated: bool,
        emptiness: &dyn Fn(&Path) -> Emptiness,
    ) -> Self {
        let (when_true, when_false) = sides(source, condition, emptiness);
        match is_negated {
            true => PresenceGuard { present_if_taken: when_false, present_if_skipped: when_true },
            false => PresenceGuard { present_if_taken: when_true, present_if_skipped: when_false },
        }
    }
}

impl PresenceGuard {
    /// Returns the guard for a branch of `case`. In the branch, the subject has a value if each `when` value is a
    /// number or a non-empty text.
    pub(super) fn of_case(source: &str, subject: &Expression, values: &[Expression]) -> Self {
        let is_non_empty = |value: &Expression| match value {
            Expression::Literal(_, Literal::Text(text)) => !text.is_empty(),
            Expression::Literal(_, Literal::Integer(_) | Literal::Large(_) | Literal::Decimal(_)) => true,
            _ => false,
        };
        match subject {
            Expression::Path(path) if !values.is_empty() && values.iter().all(is_non_empty) => {
                PresenceGuard {
                    present_if_taken: vec![path.span.of(source).to_owned()],
                    present_if_skipped: Vec::new(),
                }
            }
            _ => PresenceGuard::default(),
        }
    }
}

/// Returns the paths that have a value if `condition` is true, and the paths that have a value if it is false.
fn sides(
    source: &str,
    condition: &Condition,
    emptiness: &dyn Fn(&Path) -> Emptiness,
) -> (Vec<String>, Vec<String>) {
    let written = |path: &Path| vec![path.span.of(source).to_owned()];
    match condition {
        Condition::Value(Expression::Path(path)) => match emptiness(path) {
            Emptiness::Nil => (written(path), Vec::new()),
            Emptiness::Text | Emptiness::NilOrText => (Vec::new(), Vec::new()),
        },
        Condition::Value(_) => (Vec::new(), Vec::new()),
        Condition::Both(parts) => {
            // If `a and b` is false, `a` or `b` may be missing. It is not known which of them, so neither is listed.
            let (mut left, _) = sides(source, &parts.0, emptiness);
            left.extend(sides(source, &parts.1, emptiness).0);
            (left, Vec::new())
        }
        Condition::Either(parts) => {
            // This is the reverse of `and`: something is known about both operands only if `a or b` is false.
            let (_, mut left) = sides(source, &parts.0, emptiness);
            left.extend(sides(source, &parts.1, emptiness).1);
            (Vec::new(), left)
        }
        Condition::Compare { left: Expression::Path(path), comparison, right, .. } => {
            let is_empty_text = match right {
                Expression::Literal(_, Literal::Empty) => true,
                Expression::Literal(_, Literal::Text(text)) => text.is_empty(),
                _ => false,
            };
            // Nil does not equal `''` or `empty`, so the comparison shows nothing about a missing value.
            if is_empty_text && emptiness(path) != Emptiness::Text {
                return (Vec::new(), Vec::new());
            }
            let right_is_empty =
                is_empty_text || matches!(right, Expression::Literal(_, Literal::Nil | Literal::Blank));
            match (comparison, right_is_empty) {
                (Comparison::Equal, true) => (Vec::new(), written(path)),
                (Comparison::NotEqual, true) => (written(path), Vec::new()),
                // In `a == b`, `b` may be a variable as well. Both can be missing, and then they are equal. So the
                // comparison proves nothing.
                (Comparison::Equal | Comparison::NotEqual, false)
                    if !matches!(right, Expression::Literal(..)) =>
                {
                    (Vec::new(), Vec::new())
                }
                // `a != 'x'` is true for a missing `a`, so a true comparison proves nothing. If the comparison is
                // false, `a` equals `'x'` and has a value.
                (Comparison::NotEqual, false) => (Vec::new(), written(path)),
                // The remaining comparisons, such as `a == 'x'` and `a contains 'x'`, are false for a missing `a`.
                (_, false) => (written(path), Vec::new()),
                (_, true) => (Vec::new(), Vec::new()),
            }
        }
        Condition::Compare { .. } => (Vec::new(), Vec::new()),
    }
}
