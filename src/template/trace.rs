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
    /// For a loop, the number of its items, where 2 stands for two or more. A loop with 3 items or more, but not very
    /// many, has also an arm for this number.
    pub index: usize,
}

/// For a loop, the arms are: no items, one item, and more items.
pub(super) const MANY_ITEMS: usize = 2;
/// The longest loop that has an arm for its number of items.
const MAX_COUNTED: usize = 12;

/// Returns the indices of the arms of a loop with so many items.
pub(super) fn arms_of_loop(n_items: usize) -> impl Iterator<Item = usize> {
    let counted = (MANY_ITEMS < n_items && n_items <= MAX_COUNTED).then_some(n_items);
    std::iter::once(n_items.min(MANY_ITEMS)).chain(counted)
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Trace {
    pub arms: BTreeSet<Arm>,
    /// The steps of the budget that the rendering spent.
    pub n_steps: u64,
}
