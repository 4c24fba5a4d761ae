//! The limits of one rendering, and the budget that enforces them. Work is charged to the budget before it is done,
//! unless its cost is known only afterwards.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    // The limit counts steps and not time, because the result must not depend on the speed of the computer.
    /// The maximum work, in steps. Roughly, a tag, an output, a loop item, and 64 bytes of text that are read or
    /// written cost one step each, and a filter costs three.
    pub steps: u64,
    /// The maximum size of the output, and of any intermediate text, in bytes.
    pub bytes: usize,
    /// How deeply partials may be nested.
    pub depth: usize,
}

impl Default for Limits {
    /// Returns limits that allow far more work than a usual message needs, but stop a rendering after about ten
    /// milliseconds.
    fn default() -> Self {
        Self { steps: 200_000, bytes: 1 << 20, depth: 30 }
    }
}

#[derive(Debug)]
pub(super) struct Budget {
    steps: u64,
    bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exhausted(pub &'static str);

const TOO_MUCH_WORK: Exhausted = Exhausted("this body does too much work: a loop or a filter runs too long");

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        Self { steps: limits.steps, bytes: limits.bytes }
    }

    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Exhausted> {
        match self.steps.checked_sub(steps as u64) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(TOO_MUCH_WORK),
        }
    }

    /// Returns the steps that were spent since the budget was created from `limits`.
    pub(super) fn n_spent(&self, limits: Limits) -> u64 {
        limits.steps.saturating_sub(self.steps)
    }

    /// Checks that `steps` could be spent, without spending them.
    pub(super) fn afford(&self, steps: usize) -> Result<(), Exhausted> {
        if self.steps < steps as u64 { Err(TOO_MUCH_WORK) } else { Ok(()) }
    }

    /// Charges for a text of `bytes` bytes that will be built or read. Fails if the text is longer than
    /// [`Limits::bytes`] or if too few steps are left.
    pub(super) fn allow_text(&mut self, bytes: usize) -> Result<(), Exhausted> {
        if self.bytes < bytes {
            return Err(Exhausted("this produces a text that is too long"));
        }
        self.spend(bytes / 64)
    }
}
