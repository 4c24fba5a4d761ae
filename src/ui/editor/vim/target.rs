//! The target of a motion, and how an operator uses it. vim documents the kinds under `:help exclusive`.

use crate::editor::Motion;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MotionKind {
    /// Up to the later of the two offsets, without the grapheme there.
    Exclusive,
    /// Up to the later of the two offsets, with the grapheme there.
    Inclusive,
    /// All lines from one offset to the other.
    Linewise,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MotionTarget {
    pub at: usize,
    pub kind: MotionKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MotionResult {
    NotAMotion,
    /// A motion that has no target from this offset: the command is dropped.
    Nowhere,
    To(MotionTarget),
    /// A motion by wrapped rows, which the editor computes.
    ByRows(Motion),
}

/// The column that a series of vertical motions keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    Column(usize),
    /// The end of each line, after `$`.
    End,
}

/// The last `f`, `F`, `t` or `T`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastFind {
    pub(super) c: char,
    pub(super) is_forward: bool,
    pub(super) is_till: bool,
}

impl MotionResult {
    pub(super) fn to(at: usize, kind: MotionKind) -> Self {
        MotionResult::To(MotionTarget { at, kind })
    }

    pub(super) fn found(at: Option<usize>, kind: MotionKind) -> Self {
        at.map_or(MotionResult::Nowhere, |at| MotionResult::to(at, kind))
    }
}
