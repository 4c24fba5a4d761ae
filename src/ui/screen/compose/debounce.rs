//! Hides new problems for a moment: while the user types, a new problem at the cursor is hidden until the user pauses
//! or the cursor leaves the problem. Problems that were visible before the typing stay visible.

use std::ops::Deref;

use crate::compose::Composed;
use crate::diagnostic::{Code, Diagnostic};
use crate::ui::editor::change::TextDiff;
use crate::ui::screen::compose::Compose;
use crate::ui::shared::{Effect, LoopEffect, PtrEq, Timer};

/// A series of edits without a pause between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypingSession {
    /// The version of the text after the last edit.
    version: u64,
    // The problems that were visible before the first edit. Code and message identify a problem, because its position
    // moves with each edit.
    visible_before: Vec<(Code, String)>,
}

impl TypingSession {
    pub fn version(&self) -> u64 {
        self.version
    }
}

/// A problem of the open body, stored as a shared list of problems and an index.
// Cloning this type must be cheap, because a broken body can have thousands of problems, and the list on screen is
// built again after each key.
#[derive(Debug, Clone, PartialEq)]
pub struct BodyProblem {
    origin: ProblemOrigin,
    index: usize,
}

#[derive(Debug, Clone, PartialEq)]
enum ProblemOrigin {
    /// The problems of the last composition, at their positions in the composed text.
    Composed(PtrEq<Composed>),
    /// The problems of the last composition, moved to their positions after later edits.
    Moved(PtrEq<Vec<Diagnostic>>),
}

impl ProblemOrigin {
    fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            ProblemOrigin::Composed(composed) => &composed.diagnostics,
            ProblemOrigin::Moved(moved) => moved,
        }
    }
}

impl Deref for BodyProblem {
    type Target = Diagnostic;

    fn deref(&self) -> &Diagnostic {
        &self.origin.diagnostics()[self.index]
    }
}

impl Compose {
    /// Records an edit of the open body, and returns the timer that ends the typing session. `None` if no body is open.
    pub fn start_typing(&mut self) -> Option<Effect> {
        let version = self.buffer()?.editor.version();
        let visible_before = match self.typing.take() {
            Some(typing) => typing.visible_before,
            None => {
                self.visible_diagnostics().map(|problem| (problem.code, problem.message.clone())).collect()
            }
        };
        self.typing = Some(TypingSession { version, visible_before });
        Some(Effect::Loop(LoopEffect::After(Timer::TypingPaused(version))))
    }

    /// Ends the typing session, so that the hidden problems are shown. Does nothing if the text was edited since
    /// `version`.
    pub fn end_typing(&mut self, version: u64) {
        self.typing.take_if(|typing| typing.version == version);
    }

    /// Moves the problems of the last composition to their positions in the edited `body`. They are shown there until
    /// the composition of `body` arrives.
    pub fn move_problems(&mut self, body: &str) {
        self.moved_problems = self.composed().filter(|composed| &*composed.body != body).map(|composed| {
            let change = TextDiff::between(&composed.body, body);
            PtrEq::new(
                composed.diagnostics.iter().map(|problem| change.moved_or_stretched(problem)).collect(),
            )
        });
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        match (&self.moved_problems, self.composed()) {
            (Some(moved), Some(_)) => moved,
            (None, Some(composed)) => &composed.diagnostics,
            (_, None) => &[],
        }
    }

    pub fn visible_body_problems(&self) -> impl Iterator<Item = BodyProblem> {
        let origin = match (&self.moved_problems, self.composed()) {
            (Some(moved), _) => Some(ProblemOrigin::Moved(moved.clone())),
            (None, composed) => composed.cloned().map(ProblemOrigin::Composed),
        };
        origin.into_iter().flat_map(|origin| {
            let diagnostics = origin.diagnostics();
            let visible: Vec<usize> =
                (0..diagnostics.len()).filter(|index| !self.is_deferred(&diagnostics[*index])).collect();
            visible.into_iter().map(move |index| BodyProblem { origin: origin.clone(), index })
        })
    }

    /// Returns the visible problems of the body, in the order of the text.
    pub fn visible_diagnostics(&self) -> impl DoubleEndedIterator<Item = &Diagnostic> {
        self.diagnostics().iter().filter(|problem| !self.is_deferred(problem))
    }

    pub fn has_deferred(&self) -> bool {
        self.diagnostics().iter().any(|problem| self.is_deferred(problem))
    }

    fn is_deferred(&self, problem: &Diagnostic) -> bool {
        let (Some(typing), Some(buffer)) = (&self.typing, self.buffer()) else { return false };
        let is_same = |known: &(Code, String)| known.0 == problem.code && known.1 == problem.message;
        problem.span.touches(buffer.editor.cursor()) && !typing.visible_before.iter().any(is_same)
    }
}
