//! Which problems wait: one that arises at the cursor while one types is told once the typing rests, or the cursor
//! leaves it. What was told before stays.

use std::ops::Deref;

use super::app::App;
use super::effect::{Effect, Timer};
use super::latest::Latest;
use crate::compose::Composed;
use crate::diagnostic::Diagnostic;

/// Typing that has not rested yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typing {
    /// The text's version behind the last key.
    version: u64,
    /// What was told before it began: code and words.
    told: Vec<(&'static str, String)>,
}

/// A problem of the body: cheap to clone, since a broken body has thousands, which every frame lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    composed: Latest<Composed>,
    at: usize,
}

impl Deref for Found {
    type Target = Diagnostic;

    fn deref(&self) -> &Diagnostic {
        &self.composed.diagnostics[self.at]
    }
}

impl App {
    /// Notes an edit of the body; returns what tells when one has rested from it.
    pub fn start_typing(&mut self) -> Option<Effect> {
        let version = self.buffer()?.editor.version();
        let told = match self.typing.take() {
            Some(typing) => typing.told,
            None => self.told().map(|problem| (problem.code, problem.message.clone())).collect(),
        };
        self.typing = Some(Typing { version, told });
        Some(Effect::After(Timer::Rest(version)))
    }

    /// Tells what waited, where nothing was typed since `version`.
    pub fn rest(&mut self, version: u64) {
        self.typing.take_if(|typing| typing.version == version);
    }

    /// Returns the problems of the body that are told, to keep.
    pub fn found(&self) -> impl Iterator<Item = Found> {
        self.composed.iter().flat_map(|composed| {
            let told = (0..composed.diagnostics.len()).filter(|at| !self.waits(&composed.diagnostics[*at]));
            told.map(|at| Found { composed: composed.clone(), at })
        })
    }

    /// Returns the problems of the body that are told, in its order.
    pub fn told(&self) -> impl DoubleEndedIterator<Item = &Diagnostic> {
        let found = self.composed.iter().flat_map(|composed| &composed.diagnostics);
        found.filter(|problem| !self.waits(problem))
    }

    /// Whether there are problems that are not told yet.
    pub fn has_untold(&self) -> bool {
        self.composed.iter().flat_map(|composed| &composed.diagnostics).any(|problem| self.waits(problem))
    }

    fn waits(&self, problem: &Diagnostic) -> bool {
        let (Some(typing), Some(buffer)) = (&self.typing, self.buffer()) else { return false };
        let is_told = |told: &(&str, String)| told.0 == problem.code && told.1 == problem.message;
        problem.span.touches(buffer.editor.cursor()) && !typing.told.iter().any(is_told)
    }
}
