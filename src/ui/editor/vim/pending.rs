//! Collects the keys of an incomplete command: its register, its counts, and its operator. Also determines how the next
//! key is read.

use crate::editor::Extent;
use crate::ui::editor::vim::Direction;
use crate::ui::editor::vim::operator::Operator;
use crate::ui::widget::{Key, KeyCode};

/// How the next key is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Wanted {
    #[default]
    Command,
    Register,
    AfterG,
    AfterZ,
    Find {
        is_forward: bool,
        /// Whether to stop before the character (`t`, `T`) and not on it (`f`, `F`).
        is_till: bool,
    },
    Replacement,
    Object(Extent),
    /// The search line is open. No key is read until the search ends.
    Search(Direction),
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Pending {
    pub wanted: Wanted,
    pub register: Option<char>,
    pub operator: Option<Operator>,
    /// The count before the operator.
    before: Option<usize>,
    /// The count after the operator, or the count of a command without an operator.
    count: Option<usize>,
    /// All keys, for the status line.
    typed: Vec<Key>,
    /// The keys without counts and register, for `.`.
    pub keys: Vec<Key>,
    /// Whether the command needs another key.
    needs_key: bool,
}

/// The largest count. A larger count is reduced to this number.
const MAX_COUNT: usize = 100_000;

impl Pending {
    pub(super) fn with(count: Option<usize>, register: Option<char>) -> Self {
        Self { count, register, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.typed.is_empty()
    }

    pub(super) fn is_complete(&self) -> bool {
        !self.needs_key
    }

    pub(super) fn shown_keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.typed.iter().copied()
    }

    /// Returns the product of both counts (`2d3w` deletes six words); `None` if no count was typed.
    pub(super) fn count(&self) -> Option<usize> {
        match (self.before, self.count) {
            (None, None) => None,
            (before, count) => Some((before.unwrap_or(1) * count.unwrap_or(1)).min(MAX_COUNT)),
        }
    }

    /// Records a key before it is interpreted.
    pub(super) fn push(&mut self, key: Key) {
        self.typed.push(key);
        self.keys.push(key);
        self.needs_key = false;
    }

    pub(super) fn want(&mut self, wanted: Wanted) {
        self.wanted = wanted;
        self.needs_key = true;
    }

    pub(super) fn set_operator(&mut self, operator: Operator) {
        self.operator = Some(operator);
        self.before = self.before.or(self.count.take());
        self.want(Wanted::Command);
    }

    /// Handles a key that does nothing by itself, and returns false for any other key. Such keys are a digit of a
    /// count, `"` and the register's name after it, and the first key of a pair such as `gg` or `fx`.
    pub(super) fn take(&mut self, key: Key) -> bool {
        let KeyCode::Char(c) = key.code else { return false };
        if key.ctrl || key.alt {
            return false;
        }
        match self.wanted {
            Wanted::Command => self.begin(c),
            Wanted::Register => {
                self.register = Some(c);
                // `.` does not repeat the register, so `"` and the register's name are removed from the keys.
                self.keys.truncate(self.keys.len().saturating_sub(2));
                self.want(Wanted::Command);
                true
            }
            Wanted::AfterG
            | Wanted::AfterZ
            | Wanted::Find { .. }
            | Wanted::Replacement
            | Wanted::Object(_)
            | Wanted::Search(_) => false,
        }
    }

    fn begin(&mut self, c: char) -> bool {
        // After another digit, `0` is a digit. Anywhere else, it is the motion to the line's start.
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
