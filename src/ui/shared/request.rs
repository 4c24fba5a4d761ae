//! A question to the world that is answered later by a message. The answer to an earlier question is dropped here, and
//! nowhere else.
//!
//! ```text
//! Idle ── ask ──▶ Pending ── answer of its generation ──▶ Ready or Failed ── ask ──▶ Pending …
//! ```

/// Says which question an answer is to. None is given twice in a session, so that the answer to a dialog that was closed
/// is not taken by the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(u64);

#[derive(Debug, Default)]
pub struct Generations(u64);

impl Generations {
    pub fn fresh(&mut self) -> Generation {
        self.0 += 1;
        Generation(self.0)
    }
}

/// A question, and its answer once there is one.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Request<T> {
    #[default]
    Idle,
    /// The answer is on its way; the one before it stays in sight.
    Pending {
        /// The first of the questions that are about the same thing: an answer to one of them is newer than `before`.
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
        words: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Latest,
    /// To an earlier question about the same thing: in sight until the latest comes.
    Meanwhile,
    /// To a question that nobody asks any more.
    Stale,
}

impl<T> Request<T> {
    /// Starts with a question.
    pub fn asked(generation: Generation) -> Self {
        Self::Pending { since: generation, generation, before: None }
    }

    /// Starts a question; the answer to the one before it stays in sight until it is answered.
    pub fn ask(&mut self, generation: Generation) -> Generation {
        *self = Self::Pending { since: generation, generation, before: self.take() };
        generation
    }

    /// Asks again about the same thing as it is now: answers that are on their way are still worth showing.
    pub fn ask_again(&mut self, generation: Generation) -> Generation {
        let since = if let Self::Pending { since, .. } = self { *since } else { generation };
        *self = Self::Pending { since, generation, before: self.take() };
        generation
    }

    pub fn answer(&mut self, to: Generation, result: Result<T, String>) -> Taken {
        let Self::Pending { since, generation, before } = self else { return Taken::Stale };
        if to == *generation {
            *self = match result {
                Ok(answer) => Self::Ready { generation: to, answer },
                Err(words) => Self::Failed { generation: to, words },
            };
            return Taken::Latest;
        }
        match result {
            Ok(answer) if (*since..*generation).contains(&to) => {
                *before = Some(answer);
                Taken::Meanwhile
            }
            _ => Taken::Stale,
        }
    }

    /// Takes the result of a question whose task ended without an answer, where one is waited for.
    pub fn end_pending(&mut self, result: Result<T, String>) {
        if let Self::Pending { generation, .. } = self {
            let generation = *generation;
            self.answer(generation, result);
        }
    }

    /// Waits no more; the answer before stays.
    pub fn stop_waiting(&mut self) {
        if let Self::Pending { generation, before, .. } = self {
            let (generation, before) = (*generation, before.take());
            *self = before.map_or(Self::Idle, |answer| Self::Ready { generation, answer });
        }
    }

    /// Returns the answer in sight.
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

    /// Takes the answer in sight; what is on its way is dropped.
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

    /// Returns the latest question, answered or not.
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
    fn only_the_latest_answer_ends_the_waiting() {
        let mut generations = Generations::default();
        let mut request = Request::default();
        let first = request.ask(generations.fresh());
        let second = request.ask(generations.fresh());
        assert_eq!(request.answer(first, Ok("first")), Taken::Stale);
        assert_eq!(request.answer(second, Ok("second")), Taken::Latest);
        assert_eq!(request.answer(second, Ok("twice")), Taken::Stale);
        assert_eq!(request.value(), Some(&"second"));
    }

    #[test]
    fn an_answer_to_an_earlier_asking_of_the_same_is_in_sight_until_the_latest() {
        let mut generations = Generations::default();
        let mut request = Request::default();
        let other = request.ask(generations.fresh());
        let first = request.ask(generations.fresh());
        let second = request.ask_again(generations.fresh());
        let third = request.ask_again(generations.fresh());
        assert_eq!(request.answer(other, Ok("other")), Taken::Stale);
        assert_eq!(request.answer(second, Ok("second")), Taken::Meanwhile);
        assert_eq!(request.answer(first, Err("no".to_owned())), Taken::Stale);
        assert_eq!((request.value(), request.is_pending()), (Some(&"second"), true));
        assert_eq!(request.answer(third, Err("no".to_owned())), Taken::Latest);
        assert_eq!((request.value(), request.latest()), (None, Some(third)));
    }

    #[test]
    fn one_that_waits_no_more_keeps_what_it_had() {
        let mut generations = Generations::default();
        let mut request = Request::default();
        let first = request.ask(generations.fresh());
        request.answer(first, Ok("first"));
        let second = request.ask(generations.fresh());
        request.stop_waiting();
        assert_eq!(request.answer(second, Ok("second")), Taken::Stale);
        assert_eq!(request.value(), Some(&"first"));
        request.end_pending(Ok("nobody waits"));
        assert_eq!(request.value(), Some(&"first"));
    }
}
