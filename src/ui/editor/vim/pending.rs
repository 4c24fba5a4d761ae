//! A command that is not whole yet: its register, counts and operator, and what the next key is for.

use crate::editor::Extent;
use crate::ui::editor::vim::operator::Operator;
use crate::ui::widget::{Key, KeyCode};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wanted {
    #[default]
    Command,
    Register,
    AfterG,
    AfterZ,
    Find {
        is_forward: bool,
        /// Up to it, not onto it.
        is_till: bool,
    },
    Replacement,
    Object(Extent),
}

#[derive(Debug, Clone, Default)]
pub struct Pending {
    pub wanted: Wanted,
    pub register: Option<char>,
    pub operator: Option<Operator>,
    /// The count before the operator.
    before: Option<usize>,
    /// The count behind it, or the only one.
    count: Option<usize>,
    /// All keys, for the eye.
    typed: Vec<Key>,
    /// The keys without counts, for the repeat.
    pub keys: Vec<Key>,
    /// Whether the next key is to be kept as a part of the command.
    goes_on: bool,
}

/// Counts beyond this do no more than this.
const MAX_COUNT: usize = 100_000;

impl Pending {
    pub fn with(count: Option<usize>, register: Option<char>) -> Self {
        Self { count, register, ..Self::default() }
    }

    pub fn is_empty(&self) -> bool {
        self.typed.is_empty()
    }

    pub fn is_whole(&self) -> bool {
        !self.goes_on
    }

    pub fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.typed.iter().copied()
    }

    /// Returns the count, both multiplied; `None` where there is none.
    pub fn count(&self) -> Option<usize> {
        match (self.before, self.count) {
            (None, None) => None,
            (before, count) => Some((before.unwrap_or(1) * count.unwrap_or(1)).min(MAX_COUNT)),
        }
    }

    /// Notes a key before it is looked at.
    pub fn push(&mut self, key: Key) {
        self.typed.push(key);
        self.keys.push(key);
        self.goes_on = false;
    }

    pub fn want(&mut self, wanted: Wanted) {
        self.wanted = wanted;
        self.goes_on = true;
    }

    pub fn operate(&mut self, operator: Operator) {
        self.operator = Some(operator);
        self.before = self.before.or(self.count.take());
        self.want(Wanted::Command);
    }

    /// Takes the key where it is a part of every command: a digit, a register, the first key of two.
    pub fn take(&mut self, key: Key) -> bool {
        let KeyCode::Char(c) = key.code else { return false };
        if key.ctrl || key.alt {
            return false;
        }
        match self.wanted {
            Wanted::Command => self.begin(c),
            Wanted::Register => {
                self.register = Some(c);
                // A repeat uses the register that it is told of by itself.
                self.keys.truncate(self.keys.len().saturating_sub(2));
                self.want(Wanted::Command);
                true
            }
            Wanted::AfterG
            | Wanted::AfterZ
            | Wanted::Find { .. }
            | Wanted::Replacement
            | Wanted::Object(_) => false,
        }
    }

    fn begin(&mut self, c: char) -> bool {
        if let Some(digit) = c.to_digit(10).filter(|digit| *digit != 0 || self.count.is_some()) {
            let count = self.count.unwrap_or(0) * 10 + digit as usize;
            self.count = Some(count.min(MAX_COUNT));
            self.keys.pop();
            self.want(Wanted::Command);
            return true;
        }
        let find = |is_forward, is_till| Wanted::Find { is_forward, is_till };
        let wanted = match c {
            '"' => Wanted::Register,
            'g' => Wanted::AfterG,
            'Z' => Wanted::AfterZ,
            'f' => find(true, false),
            't' => find(true, true),
            'F' => find(false, false),
            'T' => find(false, true),
            _ => return false,
        };
        self.want(wanted);
        true
    }
}
