//! Where a motion leads, and what an operator takes of the way.

use crate::editor::Motion;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Up to the later of the two places.
    Exclusive,
    /// The grapheme there too.
    Inclusive,
    /// All lines from one to the other.
    Lines,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    pub at: usize,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Other,
    /// One that leads nowhere from here: the command is dropped.
    Nowhere,
    To(Reach),
    /// A way by the rows of wrapped lines, which the editor finds.
    By(Motion),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    Column(usize),
    /// The end of every line, as `$` asked.
    End,
}

/// The last `f`, `F`, `t` or `T`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastFind {
    pub(super) c: char,
    pub(super) is_forward: bool,
    pub(super) is_till: bool,
}

impl Way {
    pub(super) fn to(at: usize, kind: Kind) -> Self {
        Way::To(Reach { at, kind })
    }

    pub(super) fn found(at: Option<usize>, kind: Kind) -> Self {
        at.map_or(Way::Nowhere, |at| Way::to(at, kind))
    }
}
