//! Records which way a rendering took through the branches and loops of a template.

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
    /// For a tag with branches, the index of the branch; the index after the last branch means that no branch is taken.
    /// For a loop, the number of its items; 2 means two or more. A loop with 3 to [`MAX_COUNTED`] items takes two arms:
    /// 2, and its exact number of items.
    pub index: usize,
}

/// The index of the arm of a loop with two or more items, and the number of items of an ordinary stand-in list.
pub(super) const MANY_ITEMS: usize = 2;
/// The longest loop that has an arm for its exact number of items.
const MAX_COUNTED: usize = 12;

/// Returns the indices of the arms that a loop with `n_items` items takes.
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
