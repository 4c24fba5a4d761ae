//! A question whose answer arrives later as a message. This module drops answers to outdated questions, so no other
//! code has to check whether an answer is outdated.
//!
//! ```text
//! Idle ── ask ──▶ Pending ── answer of its generation ──▶ Ready or Failed ── ask ──▶ Pending …
//! ```

/// Identifies the question that an answer belongs to. A generation is never used twice in a session, so that a
/// new dialog cannot take the answer meant for a closed dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(u64);

#[derive(Debug, Default)]
pub struct Generations(u64);

impl Generations {
    pub fn fresh(&mut self) -> Generation {
        // Generations are counted, and do not come from a clock or a random number. So a replay of the same messages
        // gives the same generations.
        self.0 += 1;
        Generation(self.0)
    }
}

/// A question, and its answer once it has arrived.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Query<T> {
    #[default]
    Idle,
    /// The answer has not arrived yet; the previous answer is still shown.
    Pending {
        /// The first question about the current subject. A successful answer to this question, or to a later one,
        /// replaces `before`.
        since: Generation,
        generation: Generation,
        before: Option<T>,
    },
    Ready {
        generation: Generation,
        answer: T,
    },
    Failed {
        generation: Generation,
        message: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerStatus {
    Latest,
    /// The answer belongs to an earlier question about the same subject, and is shown until the latest answer arrives.
    Interim,
    /// The answer belongs to an outdated question and is dropped.
    Stale,
}

impl<T> Query<T> {
    /// Creates a pending question without a previous answer.
    pub fn asked(generation: Generation) -> Self {
        Self::Pending { since: generation, generation, before: None }
    }

    /// Asks a new question. The previous answer is shown until the new answer arrives. Answers to earlier questions
    /// that arrive from now on are dropped.
    pub fn ask(&mut self, generation: Generation) -> Generation {
        *self = Self::Pending { since: generation, generation, before: self.take() };
        generation
    }

    /// Asks again about the same subject. Answers to earlier questions about the subject are shown until the latest
    /// answer arrives.
    pub fn ask_again(&mut self, generation: Generation) -> Generation {
        let since = if let Self::Pending { since, .. } = self { *since } else { generation };
        *self = Self::Pending { since, generation, before: self.take() };
        generation
    }

    pub fn answer(&mut self, to: Generation, result: Result<T, String>) -> AnswerStatus {
        let Self::Pending { since, generation, before } = self else { return AnswerStatus::Stale };
        if to == *generation {
            *self = match result {
                Ok(answer) => Self::Ready { generation: to, answer },
                Err(message) => Self::Failed { generation: to, message },
            };
            return AnswerStatus::Latest;
        }
        match result {
            Ok(answer) if (*since..*generation).contains(&to) => {
                *before = Some(answer);
                AnswerStatus::Interim
            }
            _ => AnswerStatus::Stale,
        }
    }

    /// Answers the pending question with `result`, because its task has ended without an answer. Does nothing if no
    /// question is pending.
    pub fn end_pending(&mut self, result: Result<T, String>) {
        if let Self::Pending { generation, .. } = self {
            let generation = *generation;
            self.answer(generation, result);
        }
    }

    /// Stops waiting. The previous answer stays, and an answer that arrives later is dropped.
    pub fn stop_waiting(&mut self) {
        if let Self::Pending { generation, before, .. } = self {
            let (generation, before) = (*generation, before.take());
            *self = before.map_or(Self::Idle, |answer| Self::Ready { generation, answer });
        }
    }

    /// Returns the answer to show. While a question is pending, this is the previous answer. Returns `None` if there is
    /// no answer, or if the latest question failed.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Pending { before, .. } => before.as_ref(),
            Self::Ready { answer, .. } => Some(answer),
            Self::Idle | Self::Failed { .. } => None,
        }
    }

    pub fn value_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Pending { before, .. } => before.as_mut(),
            Self::Ready { answer, .. } => Some(answer),
            Self::Idle | Self::Failed { .. } => None,
        }
    }

    /// Takes the answer of [`Query::value`] out of the query. An answer that arrives later is dropped.
    pub fn take(&mut self) -> Option<T> {
        match std::mem::take(self) {
            Self::Pending { before, .. } => before,
            Self::Ready { answer, .. } => Some(answer),
            Self::Idle | Self::Failed { .. } => None,
        }
    }

    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Pending { .. })
    }

    /// Returns the generation of the latest question, whether or not it was answered. Returns `None` if the query is
    /// idle.
    pub fn latest(&self) -> Option<Generation> {
        match self {
            Self::Idle => None,
            Self::Pending { generation, .. }
            | Self::Ready { generation, .. }
            | Self::Failed { generation, .. } => Some(*generation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_answer_ends_the_wait() {
        let mut generations = Generations::default();
        let mut query = Query::default();
        let first = query.ask(generations.fresh());
        let second = query.ask(generations.fresh());
        assert_eq!(query.answer(first, Ok("first")), AnswerStatus::Stale);
        assert_eq!(query.answer(second, Ok("second")), AnswerStatus::Latest);
        assert_eq!(query.answer(second, Ok("twice")), AnswerStatus::Stale);
        assert_eq!(query.value(), Some(&"second"));
    }

    #[test]
    fn an_earlier_answer_about_the_same_subject_is_shown_meanwhile() {
        let mut generations = Generations::default();
        let mut query = Query::default();
        let other = query.ask(generations.fresh());
        let first = query.ask(generations.fresh());
        let second = query.ask_again(generations.fresh());
        let third = query.ask_again(generations.fresh());
        assert_eq!(query.answer(other, Ok("other")), AnswerStatus::Stale);
        assert_eq!(query.answer(second, Ok("second")), AnswerStatus::Interim);
        assert_eq!(query.answer(first, Err("no".to_owned())), AnswerStatus::Stale);
        assert_eq!((query.value(), query.is_pending()), (Some(&"second"), true));
        assert_eq!(query.answer(third, Err("no".to_owned())), AnswerStatus::Latest);
        assert_eq!((query.value(), query.latest()), (None, Some(third)));
    }

    #[test]
    fn a_cancelled_query_keeps_its_previous_answer() {
        let mut generations = Generations::default();
        let mut query = Query::default();
        let first = query.ask(generations.fresh());
        query.answer(first, Ok("first"));
        let second = query.ask(generations.fresh());
        query.stop_waiting();
        assert_eq!(query.answer(second, Ok("second")), AnswerStatus::Stale);
        assert_eq!(query.value(), Some(&"first"));
        query.end_pending(Ok("nobody waits"));
        assert_eq!(query.value(), Some(&"first"));
    }
}
