//! Which problems wait: one that arises at the cursor while one types is told once the typing rests, or the cursor
//! leaves it. What was told before stays.

use std::ops::Deref;

use crate::compose::Composed;
use crate::diagnostic::{Code, Diagnostic};
use crate::ui::editor::change::Change;
use crate::ui::screen::compose::Compose;
use crate::ui::shared::{Effect, Latest, LoopEffect, Timer};

/// Typing that has not rested yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typing {
    version: u64,
    /// What was told before it began: code and words.
    told: Vec<(Code, String)>,
}

impl Typing {
    pub fn version(&self) -> u64 {
        self.version
    }
}

/// A problem of the body: cheap to clone, since a broken body has thousands, which every frame lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    of: Of,
    at: usize,
}

#[derive(Debug, Clone, PartialEq)]
enum Of {
    Composed(Latest<Composed>),
    Moved(Latest<Vec<Diagnostic>>),
}

impl Of {
    fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Of::Composed(composed) => &composed.diagnostics,
            Of::Moved(moved) => moved,
        }
    }
}

impl Deref for Found {
    type Target = Diagnostic;

    fn deref(&self) -> &Diagnostic {
        &self.of.diagnostics()[self.at]
    }
}

impl Compose {
    /// Notes an edit of the body; returns what tells when one has rested from it.
    pub fn start_typing(&mut self) -> Option<Effect> {
        let version = self.buffer()?.editor.version();
        let told = match self.typing.take() {
            Some(typing) => typing.told,
            None => self.told().map(|problem| (problem.code, problem.message.clone())).collect(),
        };
        self.typing = Some(Typing { version, told });
        Some(Effect::Loop(LoopEffect::After(Timer::Rest(version))))
    }

    /// Tells what waited, where nothing was typed since `version`.
    pub fn rest(&mut self, version: u64) {
        self.typing.take_if(|typing| typing.version == version);
    }

    /// Moves the problems to where they are in `body` now, until it is composed: an edit shifts what is behind it.
    pub fn move_problems(&mut self, body: &str) {
        self.moved = self.composed().filter(|composed| &*composed.body != body).map(|composed| {
            let change = Change::between(&composed.body, body);
            Latest::new(
                composed.diagnostics.iter().map(|problem| change.moved_or_stretched(problem)).collect(),
            )
        });
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        match (&self.moved, self.composed()) {
            (Some(moved), Some(_)) => moved,
            (None, Some(composed)) => &composed.diagnostics,
            (_, None) => &[],
        }
    }

    pub fn found(&self) -> impl Iterator<Item = Found> {
        let of = match (&self.moved, self.composed()) {
            (Some(moved), _) => Some(Of::Moved(moved.clone())),
            (None, composed) => composed.cloned().map(Of::Composed),
        };
        of.into_iter().flat_map(|of| {
            let told: Vec<usize> =
                (0..of.diagnostics().len()).filter(|at| !self.waits(&of.diagnostics()[*at])).collect();
            told.into_iter().map(move |at| Found { of: of.clone(), at })
        })
    }

    /// Returns the problems of the body that are told, in its order.
    pub fn told(&self) -> impl DoubleEndedIterator<Item = &Diagnostic> {
        self.diagnostics().iter().filter(|problem| !self.waits(problem))
    }

    pub fn has_untold(&self) -> bool {
        self.diagnostics().iter().any(|problem| self.waits(problem))
    }

    fn waits(&self, problem: &Diagnostic) -> bool {
        let (Some(typing), Some(buffer)) = (&self.typing, self.buffer()) else { return false };
        let is_told = |told: &(Code, String)| told.0 == problem.code && told.1 == problem.message;
        problem.span.touches(buffer.editor.cursor()) && !typing.told.iter().any(is_told)
    }
}
