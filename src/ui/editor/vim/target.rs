//! The result of a motion: its target and its kind. The kind determines which text an operator takes: for example, with
//! or without the character at the target. vim documents the kinds of motions under `:help exclusive`.

use crate::editor::Motion;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MotionKind {
    /// The text between the cursor and the target, without the grapheme at the later of these two offsets.
    Exclusive,
    /// The text between the cursor and the target, with the grapheme at the later of these two offsets.
    Inclusive,
    /// All lines from the cursor's line to the target's line.
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
    /// A motion that has no target from the current offset. The whole command is dropped.
    Nowhere,
    To(MotionTarget),
    /// A motion by wrapped rows, whose target the editor computes.
    ByRows(Motion),
}

/// The column that a series of vertical motions keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    Column(usize),
    /// The end of each line, after `$`.
    End,
}

/// The last `f`, `F`, `t`, or `T`, which `;` and `,` repeat.
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
