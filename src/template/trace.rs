//! The way that a rendering took through the branches and loops of a template.

use std::collections::BTreeSet;

use crate::text::Span;

/// An `if`, `unless`, `case`, or loop, by the index of its file and the span of its opening tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Choice {
    pub file: usize,
    pub start: usize,
    pub end: usize,
}

impl Choice {
    pub(crate) fn new(file: usize, tag: Span) -> Self {
        Self { file, start: tag.start, end: tag.end }
    }
}

/// One of the ways that a rendering can take at a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Arm {
    pub choice: Choice,
    /// For a tag with branches, the index of the branch; the index after the last branch stands for no branch at all.
    /// For a loop, the number of its items, where 2 stands for two or more.
    pub index: usize,
}

/// For a loop, the arms are: no items, one item, and more items.
pub(super) const MANY_ITEMS: usize = 2;

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Trace {
    pub arms: BTreeSet<Arm>,
    /// The steps of the budget that the rendering spent.
    pub n_steps: u64,
}
