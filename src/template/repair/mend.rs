//! Corrects the mistakes inside the delimiters of one output or tag, one kind after the other, until the result has no
//! problem.

use super::super::flavour::Flavour;
use super::mender::{Mender, Mistake};
use super::{characters, conditions, foreign, values};

/// The result of mending an output or tag.
pub(super) struct Mended {
    pub found: Option<Found>,
    /// What is wrong, if no correction was found.
    pub explanation: Option<Mistake>,
    /// Several outputs and tags that mean the same, for a mistake that is only explained.
    pub whole: Option<String>,
}

pub(super) struct Found {
    pub text: String,
    pub mistake: Mistake,
    pub is_safe: bool,
    /// The operand, if the whole condition is `not operand`.
    pub negated: Option<String>,
}

type Correction = fn(&mut Mender);

// The order matters: characters come before the words that they are part of, and a tag's name decides what its
// arguments are.
const CORRECTIONS: &[Correction] = &[
    characters::correct,
    foreign::inner_quotes,
    values::braces,
    values::tag_names,
    foreign::arrows,
    foreign::ranges,
    foreign::assignments,
    conditions::operators,
    foreign::fallbacks,
    foreign::arithmetic,
    foreign::ternaries,
    values::calls,
    values::pipes,
    values::names,
    values::quotes,
    values::ends,
    conditions::negations,
    conditions::parentheses,
];

/// Mends the output or tag `markup`. `accepts` decides whether a result has no problem.
pub(super) fn mend(markup: &str, flavour: Flavour, accepts: &dyn Fn(&str) -> bool) -> Mended {
    let nothing = Mended { found: None, explanation: None, whole: None };
    let Some((left, inside, right)) = split(markup) else { return nothing };
    let mut mender = Mender {
        text: inside.to_owned(),
        is_output: left.starts_with("{{"),
        flavour,
        is_safe: true,
        negated: None,
        first: None,
        n_kinds: 0,
        explanation: None,
        whole: None,
    };
    for correct in CORRECTIONS {
        let n_before = mender.n_kinds;
        correct(&mut mender);
        if n_before == mender.n_kinds {
            continue;
        }
        let text = format!("{left}{}{right}", mender.text);
        if accepts(&text) {
            let Some(first) = mender.first else { return nothing };
            let title = if mender.n_kinds == 1 { first.title.clone() } else { "correct this tag".to_owned() };
            let mistake = Mistake { title, ..first.shifted(left.len()) };
            let (is_safe, negated) = (mender.is_safe, mender.negated);
            return Mended {
                found: Some(Found { text, mistake, is_safe, negated }),
                explanation: None,
                whole: None,
            };
        }
    }
    let explanation = mender.explanation.filter(|_| mender.n_kinds == 0);
    let explanation = explanation.map(|mistake| mistake.shifted(left.len()));
    Mended { found: None, explanation, whole: mender.whole }
}

/// Splits an output or tag into the opening delimiter, the inside, and the closing delimiter, with their dashes.
fn split(markup: &str) -> Option<(&str, &str, &str)> {
    let inside = markup.get(2..markup.len().checked_sub(2)?)?;
    let left = 2 + usize::from(inside.starts_with('-'));
    let inside = markup.get(left..markup.len() - 2)?;
    let right = 2 + usize::from(inside.ends_with('-'));
    let end = markup.len().checked_sub(right)?;
    Some((&markup[..left], markup.get(left..end)?, &markup[end..]))
}
