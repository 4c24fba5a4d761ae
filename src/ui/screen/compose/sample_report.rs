//! The report of the last sample check, which composes the open body for a sample of the recipients. The report has the
//! recipients whose messages fail and their problems. The positions of the problems follow later edits of the body.

use std::sync::Arc;

use crate::compose::FailureGroup;
use crate::diagnostic::Diagnostic;
use crate::profile::Profile;
use crate::service::SurveyResult;
use crate::telegram::{Counted, Fullness};
use crate::text::grouped;
use crate::ui::editor::change::TextDiff;
use crate::ui::shared::PtrEq;

/// The result of a sample check, and the change of the body since then.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleReport {
    surveyed: PtrEq<SurveyResult>,
    change: TextDiff,
}

/// A problem that at least one recipient of the sample has.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleProblem {
    /// The problem as one affected recipient, the example, has it. The problem's message begins with the number of
    /// affected recipients and the example's name. If the problem is in the body, its spans refer to the current text.
    pub diagnostic: Diagnostic,
    /// Whether the problem is in the body. Otherwise, it is in the webhook's settings.
    pub is_in_body: bool,
    pub example: Arc<Profile>,
}

impl SampleReport {
    pub fn new(surveyed: PtrEq<SurveyResult>) -> Self {
        Self { surveyed, change: TextDiff::default() }
    }

    /// Updates the positions of the problems for the edited `body`.
    pub fn follow(&mut self, body: &str) {
        self.change = TextDiff::between(&self.surveyed.body, body);
    }

    /// Returns a summary of the check in parts, and whether any message fails. Every part except the first starts with
    /// a separator, so that the parts can be joined. `None` if the sample is empty.
    pub fn summary(&self) -> Option<(Vec<String>, bool)> {
        let survey = &self.surveyed.survey;
        let n_seen = survey.n_seen;
        if n_seen == 0 {
            return None;
        }
        let n_profiles = usize::try_from(self.surveyed.n_profiles).unwrap_or(usize::MAX);
        let is_everybody = n_profiles <= n_seen;
        let checked = match is_everybody {
            true => grouped(n_seen),
            false => format!("{} of {}", grouped(n_seen), grouped(n_profiles)),
        };
        let reasons = [(survey.n_without_chat, "without chat id"), (survey.n_aborted, "aborted")];
        // If no reason follows, there is room to say what the number counts.
        let checked = match n_seen {
            _ if reasons.iter().any(|(n, _)| 0 < *n) => checked,
            _ if !is_everybody => format!("{checked} checked"),
            1 => format!("{checked} recipient"),
            _ => format!("{checked} recipients"),
        };
        let n_failing = survey.failed_recipients.len();
        let mut parts = vec![match n_failing {
            0 => format!("{checked}: no errors"),
            n if n == n_seen => format!("{checked}: all fail"),
            1 => format!("{checked}: 1 fails"),
            n => format!("{checked}: {} fail", grouped(n)),
        }];
        // The reasons have to be short. At a screen width of 80, there are only 34 cells, and the summary of the demo
        // fills all of them.
        for (n, reason) in reasons {
            if 0 < n {
                parts.push(format!(", {} {reason}", grouped(n)));
            }
        }
        if let Some((profile, fullness)) = survey.fullest.first() {
            parts.push(format!(" · {}: \"{}\"", fullness_text(*fullness), profile.display_name()));
        }
        Some((parts, 0 < n_failing))
    }

    /// Returns the problems of the sample's recipients. `shown` has the problems of the preview profile. A problem in
    /// the body is left out if it matches an error in `shown`, or if the body was edited at the problem's position
    /// since the check.
    pub fn problems(&self, shown: &[Diagnostic]) -> Vec<SampleProblem> {
        let is_shown = |diagnostic: &Diagnostic| {
            let is_same = |known: &Diagnostic| {
                known.is_error() && known.code == diagnostic.code && known.span == diagnostic.span
            };
            shown.iter().any(is_same)
        };
        let entry = |failure: &FailureGroup| {
            let is_in_body = failure.field.is_none();
            let mut diagnostic =
                if is_in_body { self.change.moved(&failure.problem)? } else { failure.problem.clone() };
            if is_in_body && is_shown(&diagnostic) {
                return None;
            }
            let n_seen = self.surveyed.survey.n_seen;
            let name = failure.example.display_name();
            let (n, message) = (failure.n_recipients, &diagnostic.message);
            diagnostic.message = format!("{} of {}, {name}: {message}", grouped(n), grouped(n_seen));
            Some(SampleProblem { diagnostic, is_in_body, example: Arc::clone(&failure.example) })
        };
        self.surveyed.survey.failure_groups.iter().filter_map(entry).collect()
    }

    /// Returns the recipient to preview after the profile with the identity `current`, wrapping around, and a message
    /// about this recipient for the footer. The recipient is chosen among those whose messages fail. If no message
    /// fails, the recipient is chosen among those whose messages are closest to a limit of Telegram. `None` if no
    /// recipient gets a message.
    pub fn next(&self, current: Option<&str>) -> Option<(Arc<Profile>, String)> {
        let survey = &self.surveyed.survey;
        let n = survey.failed_recipients.len();
        let failing = survey.failed_recipients.iter().map(|failing| &failing.recipient.identity);
        let at = index_after(current, failing);
        if let Some(failing) = survey.failed_recipients.get(at) {
            // Failing recipients are stored in a packed form to save memory. If a body fails for the whole sample and
            // each profile has a thousand properties, the unpacked profiles would take 240 MiB.
            let profile = failing.recipient.unpack();
            let name = profile.display_name();
            let message =
                format!("{name}, {} of {} failing: {}", grouped(at + 1), grouped(n), failing.problem.message);
            return Some((Arc::new(profile), message));
        }
        let at = index_after(current, survey.fullest.iter().map(|(profile, _)| &profile.identity));
        let (profile, fullness) = survey.fullest.get(at)?;
        let Fullness { counted, used, limit } = *fullness;
        let which = if at == 0 { "the" } else { "the next" };
        let (what, unit) = match counted {
            Counted::Characters => ("longest", ""),
            Counted::Entities => ("one with the most markup", " entities"),
        };
        let message = format!(
            "no message fails; showing {which} {what}, {} of {}{unit}",
            grouped(used),
            grouped(limit)
        );
        Some((Arc::clone(profile), message))
    }
}

/// Returns the index after that of `current`, wrapping around, or 0 if `current` is not in the list.
fn index_after<'p>(
    current: Option<&str>,
    mut identities: impl ExactSizeIterator<Item = &'p String>,
) -> usize {
    let n = identities.len();
    let at = identities.position(|identity| Some(identity.as_str()) == current);
    at.map_or(0, |at| (at + 1) % n)
}

fn fullness_text(fullness: Fullness) -> String {
    let Fullness { counted, used, limit } = fullness;
    match counted {
        Counted::Characters => format!("longest {}/{}", grouped(used), grouped(limit)),
        Counted::Entities => format!("most markup {}/{limit} entities", grouped(used)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{FailedRecipient, Survey};
    use crate::diagnostic::Code;
    use crate::profile::PackedProfile;
    use crate::text::Span;

    fn person(identity: &str) -> Arc<Profile> {
        Arc::new(Profile { identity: identity.into(), ..Profile::default() })
    }

    fn problem(message: &str) -> Diagnostic {
        Diagnostic::error(Code::UnclosedEntity, Span::new(3, 5), message)
    }

    fn report_of(failing: &[&str], fullest: &[(&str, usize)], n_profiles: u64) -> SampleReport {
        let survey = Survey {
            n_seen: 306,
            n_without_chat: 12,
            failed_recipients: failing
                .iter()
                .map(|who| FailedRecipient {
                    recipient: Arc::new(PackedProfile::of(&person(who))),
                    problem: problem("`_` unescaped"),
                })
                .collect(),
            failure_groups: failing
                .first()
                .map(|who| FailureGroup {
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
        SampleReport::new(PtrEq::new(SurveyResult { body: Arc::from("Hi __!"), survey, n_profiles }))
    }

    #[test]
    fn the_summary_has_the_failures_and_the_longest_message() {
        let report = report_of(&["ivan", "ivo", "is"], &[("müller", 4012)], 306);
        let joined = |report: &SampleReport| report.summary().map(|(parts, fails)| (parts.concat(), fails));
        let message = "306: 3 fail, 12 without chat id · longest 4,012/4,096: \"müller\"";
        assert_eq!(joined(&report), Some((message.to_owned(), true)));
        let message = "306: 1 fails, 12 without chat id";
        assert_eq!(joined(&report_of(&["ivan"], &[], 306)), Some((message.to_owned(), true)));
        let report = report_of(&[], &[("müller", 80)], 100_000);
        let message = "306 of 100,000: no errors, 12 without chat id · longest 80/4,096: \"müller\"";
        assert_eq!(joined(&report), Some((message.to_owned(), false)));
    }

    #[test]
    fn the_summary_says_what_it_counts_if_there_is_room() {
        let first = |report: &SampleReport| report.summary().unwrap().0[0].clone();
        let mut report = report_of(&[], &[], 306);
        report.surveyed = PtrEq::new(SurveyResult {
            survey: Survey { n_without_chat: 0, ..report.surveyed.survey.clone() },
            ..(*report.surveyed).clone()
        });
        assert_eq!(first(&report), "306 recipients: no errors");
        report.surveyed = PtrEq::new(SurveyResult { n_profiles: 100_000, ..(*report.surveyed).clone() });
        assert_eq!(first(&report), "306 of 100,000 checked: no errors");
    }

    #[test]
    fn problems_of_the_preview_are_not_repeated() {
        let mut report = report_of(&["ivan", "ivo"], &[], 306);
        let found = report.problems(&[]);
        assert_eq!(found[0].diagnostic.message, "2 of 306, ivan: `_` unescaped");
        assert!(report.problems(&[problem("in other words")]).is_empty());
        report.follow("Oh, Hi __!");
        let found = report.problems(&[problem("elsewhere")]);
        assert_eq!(found[0].diagnostic.span, Span::new(7, 9));
    }

    #[test]
    fn next_cycles_through_failing_recipients_or_the_longest() {
        #[track_caller]
        fn check(report: &SampleReport, walk: &[(&str, &str)]) {
            let mut current: Option<String> = Some("anna".into());
            for (who, reason) in walk {
                let (profile, message) = report.next(current.as_deref()).unwrap();
                assert_eq!(profile.identity, *who, "{message}");
                assert!(message.starts_with(reason), "{message}");
                current = Some(profile.identity.clone());
            }
        }
        check(
            &report_of(&["ivan", "ivo"], &[("müller", 80)], 306),
            &[("ivan", "ivan, 1 of 2 failing: "), ("ivo", "ivo, 2 of 2 failing: "), ("ivan", "ivan, 1 of 2")],
        );
        let (first, second) = (
            "no message fails; showing the longest, 80 of 4,096",
            "no message fails; showing the next longest, 70 of 4,096",
        );
        check(
            &report_of(&[], &[("müller", 80), ("li", 70)], 306),
            &[("müller", first), ("li", second), ("müller", first)],
        );
        assert_eq!(report_of(&[], &[], 306).next(None), None);
    }
}
