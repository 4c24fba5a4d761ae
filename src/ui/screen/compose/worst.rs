//! The worst recipients of the open body: what the last sample of them showed, kept in step with the text.

use std::sync::Arc;

use crate::compose::Failure;
use crate::diagnostic::Diagnostic;
use crate::profile::Profile;
use crate::service::Surveyed;
use crate::telegram::{Counted, Fullness};
use crate::ui::editor::change::Change;
use crate::ui::shared::Latest;

/// What a sample of the recipients showed, and what was changed in the body since.
#[derive(Debug, Clone, PartialEq)]
pub struct Worst {
    surveyed: Latest<Surveyed>,
    change: Change,
}

/// A problem that others have than the recipient of the preview.
#[derive(Debug, Clone, PartialEq)]
pub struct ForSome {
    /// The problem as the example has it, with who that is; its places lie in the body as it is now.
    pub diagnostic: Diagnostic,
    /// Whether it lies in the body; else in the webhook's settings.
    pub is_in_body: bool,
    pub example: Arc<Profile>,
}

impl Worst {
    pub fn new(surveyed: Latest<Surveyed>) -> Self {
        Self { surveyed, change: Change::default() }
    }

    pub fn follow(&mut self, body: &str) {
        self.change = Change::between(&self.surveyed.body, body);
    }

    /// Returns the sample in one line, and whether messages fail; `None` where there is nobody to send to.
    pub fn summary(&self) -> Option<(String, bool)> {
        let survey = &self.surveyed.survey;
        let n_seen = survey.n_seen;
        if n_seen == 0 {
            return None;
        }
        let whom = match self.surveyed.n_profiles {
            n if u64::try_from(n_seen).is_ok_and(|n_seen| n <= n_seen) => format!("all {}", grouped(n_seen)),
            n => format!("{} of {}", grouped(n_seen), grouped(usize::try_from(n).unwrap_or(usize::MAX))),
        };
        let n_failing = survey.failing.len();
        let mut words = match n_failing {
            0 => format!("{whom}: none fails"),
            n if n == n_seen => format!("{whom} fail"),
            n => format!("{whom}: {} fail", grouped(n)),
        };
        if 0 < survey.n_skipped() {
            words.push_str(&format!(" · {} skipped", grouped(survey.n_skipped())));
        }
        if let Some((profile, fullness)) = survey.fullest.first() {
            words.push_str(&format!(" · {} {}", in_words(*fullness), profile.display_name()));
        }
        Some((words, 0 < n_failing))
    }

    /// Returns what others fail of, leaving out what is `told` of the recipient of the preview.
    pub fn problems(&self, told: &[Diagnostic]) -> Vec<ForSome> {
        let is_told = |diagnostic: &Diagnostic| {
            let is_same = |known: &Diagnostic| {
                known.is_error() && known.code == diagnostic.code && known.span == diagnostic.span
            };
            told.iter().any(is_same)
        };
        let entry = |failure: &Failure| {
            let is_in_body = failure.field.is_none();
            let mut diagnostic =
                if is_in_body { self.change.moved(&failure.problem)? } else { failure.problem.clone() };
            if is_in_body && is_told(&diagnostic) {
                return None;
            }
            let n_seen = self.surveyed.survey.n_seen;
            let name = failure.example.display_name();
            let (n, message) = (failure.n_recipients, &diagnostic.message);
            diagnostic.message = format!("{} of {}, {name}: {message}", grouped(n), grouped(n_seen));
            Some(ForSome { diagnostic, is_in_body, example: Arc::clone(&failure.example) })
        };
        self.surveyed.survey.failures.iter().filter_map(entry).collect()
    }

    /// Returns the next recipient whose message fails behind `current`, around the end, and why; where none fails, one
    /// of the longest. `None` where nobody gets a message.
    pub fn next(&self, current: Option<&str>) -> Option<(Arc<Profile>, String)> {
        let survey = &self.surveyed.survey;
        let n = survey.failing.len();
        let failing = survey.failing.iter().map(|failing| &failing.recipient.identity);
        let at = place_behind(current, failing);
        if let Some(failing) = survey.failing.get(at) {
            let profile = failing.recipient.unpack();
            let name = profile.display_name();
            let words = format!("{name}, {} of {n} that fail: {}", at + 1, failing.problem.message);
            return Some((Arc::new(profile), words));
        }
        let at = place_behind(current, survey.fullest.iter().map(|(profile, _)| &profile.identity));
        let (profile, fullness) = survey.fullest.get(at)?;
        let name = profile.display_name();
        let words = format!("none of {} fails; {name}: {}", grouped(survey.n_seen), in_words(*fullness));
        Some((Arc::clone(profile), words))
    }
}

/// The place behind the one whom `current` names, around the end; the first where none does.
fn place_behind<'p>(
    current: Option<&str>,
    mut identities: impl ExactSizeIterator<Item = &'p String>,
) -> usize {
    let n = identities.len();
    let at = identities.position(|identity| Some(identity.as_str()) == current);
    at.map_or(0, |at| (at + 1) % n)
}

fn in_words(fullness: Fullness) -> String {
    let Fullness { counted, used, limit } = fullness;
    match counted {
        Counted::Characters => format!("longest {}/{limit}", grouped(used)),
        Counted::Entities => format!("most markup {}/{limit} entities", grouped(used)),
    }
}

/// A number with a comma between each three digits.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if 0 < at && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{Failing, Survey};
    use crate::diagnostic::Code;
    use crate::profile::Packed;
    use crate::text::Span;

    fn person(identity: &str) -> Arc<Profile> {
        Arc::new(Profile { identity: identity.into(), ..Profile::default() })
    }

    fn problem(message: &str) -> Diagnostic {
        Diagnostic::error(Code::UnclosedEntity, Span::new(3, 5), message)
    }

    fn worst(failing: &[&str], fullest: &[(&str, usize)], n_profiles: u64) -> Worst {
        let survey = Survey {
            n_seen: 306,
            n_without_chat: 12,
            failing: failing
                .iter()
                .map(|who| Failing {
                    recipient: Arc::new(Packed::of(&person(who))),
                    problem: problem("`_` unescaped"),
                })
                .collect(),
            failures: failing
                .first()
                .map(|who| Failure {
                    problem: problem("`_` unescaped"),
                    field: None,
                    n_recipients: failing.len(),
                    example: person(who),
                })
                .into_iter()
                .collect(),
            fullest: fullest
                .iter()
                .map(|(who, used)| {
                    (person(who), Fullness { counted: Counted::Characters, used: *used, limit: 4096 })
                })
                .collect(),
            ..Survey::default()
        };
        Worst::new(Latest::new(Surveyed { body: Arc::from("Hi __!"), survey, n_profiles }))
    }

    #[test]
    fn the_summary_says_how_many_fail_and_who_is_longest() {
        let worst = worst(&["ivan", "ivo", "is"], &[("müller", 4012)], 306);
        let words = "all 306: 3 fail · 12 skipped · longest 4,012/4096 müller";
        assert_eq!(worst.summary(), Some((words.to_owned(), true)));
        let worst = crate::ui::screen::compose::worst::tests::worst(&[], &[("müller", 80)], 100_000);
        let words = "306 of 100,000: none fails · 12 skipped · longest 80/4096 müller";
        assert_eq!(worst.summary(), Some((words.to_owned(), false)));
    }

    #[test]
    fn what_is_told_of_the_preview_is_not_told_again() {
        let mut worst = worst(&["ivan", "ivo"], &[], 306);
        let found = worst.problems(&[]);
        assert_eq!(found[0].diagnostic.message, "2 of 306, ivan: `_` unescaped");
        assert!(worst.problems(&[problem("in other words")]).is_empty());
        worst.follow("Oh, Hi __!");
        let found = worst.problems(&[problem("elsewhere")]);
        assert_eq!(found[0].diagnostic.span, Span::new(7, 9));
    }

    #[test]
    fn the_next_goes_round_those_who_fail_else_the_longest() {
        #[track_caller]
        fn check(worst: &Worst, walk: &[&str]) {
            let mut current: Option<String> = Some("anna".into());
            for who in walk {
                let (profile, words) = worst.next(current.as_deref()).unwrap();
                assert_eq!(profile.identity, *who, "{words}");
                assert!(words.contains(who), "{words}");
                current = Some(profile.identity.clone());
            }
        }
        check(&worst(&["ivan", "ivo"], &[("müller", 80)], 306), &["ivan", "ivo", "ivan"]);
        check(&worst(&[], &[("müller", 80), ("li", 70)], 306), &["müller", "li", "müller"]);
        assert_eq!(worst(&[], &[], 306).next(None), None);
    }
}
