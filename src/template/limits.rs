//! How much work one rendering may do. Checked before the work is done.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The work: a node or an item is a step, a filter three, and each 64 bytes of text that it reads or makes one more.
    pub steps: u64,
    /// The bytes of the rendering, and of any one text on the way.
    pub bytes: usize,
    pub depth: usize,
}

impl Default for Limits {
    /// Far more than any message needs, and some ten milliseconds at most.
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
    pub fn new(limits: Limits) -> Self {
        Self { steps: limits.steps, bytes: limits.bytes }
    }

    pub fn spend(&mut self, steps: usize) -> Result<(), Exhausted> {
        match self.steps.checked_sub(steps as u64) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(TOO_MUCH_WORK),
        }
    }

    /// Whether `steps` could be spent; they are not.
    pub fn afford(&self, steps: usize) -> Result<(), Exhausted> {
        if self.steps < steps as u64 { Err(TOO_MUCH_WORK) } else { Ok(()) }
    }

    /// Pays for a text of `bytes` bytes that is about to be made or read.
    pub fn allow_text(&mut self, bytes: usize) -> Result<(), Exhausted> {
        if self.bytes < bytes {
            return Err(Exhausted("this makes a text that is too long"));
        }
        self.spend(bytes / 64)
    }
}
