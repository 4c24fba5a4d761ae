//! Summarizes the messages that one body gives for many recipients. The survey shows which messages fail and why, and
//! which messages are closest to a limit.

use std::sync::Arc;

use super::{Composed, RequestField, Skip};
use crate::diagnostic::Diagnostic;
use crate::profile::{PackedProfile, Profile};
use crate::telegram::Fullness;

const N_FULLEST: usize = 5;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Survey {
    /// The number of recipients that were added, skipped ones included.
    pub n_seen: usize,
    /// The number of recipients that are skipped because their profile has no chat id.
    pub n_without_chat: usize,
    /// The number of recipients that are skipped because of `{% abort %}`.
    pub n_aborted: usize,
    /// The groups of errors, in the order in which their first errors were found. [`Survey::finish`] sorts the groups
    /// by the number of recipients, the largest number first.
    pub failure_groups: Vec<FailureGroup>,
    /// The recipients whose message fails, in the order in which they were added.
    pub failed_recipients: Vec<FailedRecipient>,
    /// The recipients without errors whose messages are closest to a limit, the closest first; at most five.
    pub fullest: Vec<(Arc<Profile>, Fullness)>,
}

/// Errors with the same code and the same span in the same text, for one or more recipients. The text is the body or a
/// webhook field.
#[derive(Debug, Clone, PartialEq)]
pub struct FailureGroup {
    /// The error of the group's first recipient, who is `example`. The error's message may quote values of `example`.
    pub problem: Diagnostic,
    /// The part of the webhook with the problem; `None` for the body.
    pub field: Option<RequestField>,
    pub n_recipients: usize,
    pub example: Arc<Profile>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FailedRecipient {
    // The profile is packed to save memory, because a body can fail for all recipients of a large sample. Unpacked, a
    // sample of profiles with a thousand properties each took 240 MiB.
    pub recipient: Arc<PackedProfile>,
    pub problem: Diagnostic,
}

impl Survey {
    /// Adds the message of one recipient. `profile` is the unpacked `recipient`. A skipped recipient does not count as
    /// failed.
    pub fn add(&mut self, recipient: &Arc<PackedProfile>, profile: &Arc<Profile>, composed: &Composed) {
        self.n_seen += 1;
        match composed.skip {
            Some(Skip::NoChatId) => self.n_without_chat += 1,
            Some(Skip::Aborted(_)) => self.n_aborted += 1,
            None => self.add_message(recipient, profile, composed),
        }
    }

    fn add_message(&mut self, recipient: &Arc<PackedProfile>, profile: &Arc<Profile>, composed: &Composed) {
        let in_body = composed.diagnostics.iter().map(|problem| (problem, None));
        let in_webhook = composed.webhook_problems.iter().map(|(field, problem)| (problem, Some(field)));
        let errors: Vec<_> = in_body.chain(in_webhook).filter(|(problem, _)| problem.is_error()).collect();
        // Only the recipient's first error goes into `failed_recipients`. All of the recipient's errors go into
        // `failure_groups`.
        let Some((first, _)) = errors.first() else {
            self.add_fullness(profile, composed);
            return;
        };
        self.failed_recipients
            .push(FailedRecipient { recipient: Arc::clone(recipient), problem: (*first).clone() });
        let mut counted: Vec<usize> = Vec::new();
        for (problem, field) in errors {
            let at = self.group_index(profile, problem, field);
            // Several errors in one group count once per recipient.
            if !counted.contains(&at) {
                counted.push(at);
                self.failure_groups[at].n_recipients += 1;
            }
        }
    }

    fn group_index(
        &mut self,
        profile: &Arc<Profile>,
        problem: &Diagnostic,
        field: Option<&RequestField>,
    ) -> usize {
        let is_same = |known: &FailureGroup| {
            known.field.as_ref() == field
                && known.problem.code == problem.code
                && known.problem.span == problem.span
        };
        self.failure_groups.iter().position(is_same).unwrap_or_else(|| {
            self.failure_groups.push(FailureGroup {
                problem: problem.clone(),
                field: field.cloned(),
                n_recipients: 0,
                example: Arc::clone(profile),
            });
            self.failure_groups.len() - 1
        })
    }

    fn add_fullness(&mut self, profile: &Arc<Profile>, composed: &Composed) {
        let Some(fullness) = composed.request.as_ref().and_then(|request| request.fullness()) else { return };
        // The list is cut after each recipient and not in `finish`, so that only a few profiles of a large sample stay
        // in memory.
        let at = self.fullest.partition_point(|(_, known)| known.cmp_ratio(&fullness).is_ge());
        if at < N_FULLEST {
            self.fullest.insert(at, (Arc::clone(profile), fullness));
            self.fullest.truncate(N_FULLEST);
        }
    }

    /// Sorts the groups by the number of recipients, the most frequent error first.
    #[must_use]
    pub fn finish(mut self) -> Self {
        self.failure_groups.sort_by_key(|failure| {
            (std::cmp::Reverse(failure.n_recipients), failure.problem.span.start, failure.problem.code)
        });
        self
    }

    pub fn n_skipped(&self) -> usize {
        self.n_without_chat + self.n_aborted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::Campaign;
    use crate::compose::Prepared;
    use crate::compose::tests::inputs;
    use crate::profile::Value;
    use crate::template::Partials;

    fn profile(identity: &str, name: &str, chat: i64) -> Arc<Profile> {
        let mut profile = Profile { identity: identity.into(), ..Profile::default() };
        profile.properties.insert("name".into(), Value::Text(name.into()));
        if chat != 0 {
            profile.properties.insert("chat".into(), Value::Integer(chat));
        }
        Arc::new(profile)
    }

    fn survey(text: &str, people: &[Arc<Profile>]) -> Survey {
        let body =
            format!(r#"{{"chat_id": {{{{ Profile.chat }}}}, "text": "{text}", "parse_mode": "Markdown"}}"#);
        let (campaign, partials) = (Campaign::default(), Partials::default());
        let prepared = Prepared::new(&inputs(&body, &campaign, None, None, &partials));
        let mut survey = Survey::default();
        for profile in people {
            let recipient = Arc::new(PackedProfile::of(profile));
            survey.add(&recipient, profile, &prepared.compose_for(Some(profile)));
        }
        survey.finish()
    }

    fn failures(survey: &Survey) -> Vec<(usize, &str, &str)> {
        survey
            .failure_groups
            .iter()
            .map(|group| (group.n_recipients, group.problem.code.as_str(), group.example.identity.as_str()))
            .collect()
    }

    #[test]
    fn failures_of_one_kind_at_one_position_are_grouped() {
        let people = [
            profile("anna", "Anna", 1),
            profile("ivan", "Иван_Петров", 2),
            profile("star", "a*b", 3),
            profile("ivo", "I_vo", 4),
        ];
        let survey = survey("Hi {{ Profile.name }}", &people);
        assert_eq!(failures(&survey), [(3, "unclosed-entity", "ivan")]);
        let failing: Vec<&str> =
            survey.failed_recipients.iter().map(|failing| failing.recipient.identity.as_str()).collect();
        assert_eq!(failing, ["ivan", "star", "ivo"]);
        assert!(
            survey.failed_recipients[1].problem.message.contains("a*b"),
            "{}",
            survey.failed_recipients[1].problem.message
        );
    }

    #[test]
    fn skipped_recipients_do_not_count_as_failures() {
        let people = [profile("nobody", "_", 0), profile("anna", "Anna", 1), profile("left", "stop", 2)];
        let survey =
            survey("{% if Profile.name == 'stop' %}{% abort %}{% endif %}{{ Profile.name }}", &people);
        assert_eq!(
            (survey.n_seen, survey.n_without_chat, survey.n_aborted, survey.n_skipped()),
            (3, 1, 1, 2)
        );
        assert!(survey.failed_recipients.is_empty() && survey.failure_groups.is_empty());
    }

    #[test]
    fn the_five_fullest_messages_are_kept_in_order() {
        let people: Vec<_> = (1..20).map(|n| profile(&n.to_string(), &"x".repeat(n * 10), 1)).collect();
        let survey = survey("{{ Profile.name }}", &people);
        let used: Vec<usize> = survey.fullest.iter().map(|(_, fullness)| fullness.used).collect();
        assert_eq!(used, [190, 180, 170, 160, 150]);
    }

    #[test]
    fn a_syntax_error_fails_for_every_recipient() {
        let survey = survey("{{ Profile.name", &[profile("anna", "Anna", 1), profile("ben", "Ben", 2)]);
        assert_eq!((survey.failed_recipients.len(), survey.failure_groups[0].n_recipients), (2, 2));
    }
}
