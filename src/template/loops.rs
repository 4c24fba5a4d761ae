//! The objects `forloop` and `tablerowloop`, with which the body of a loop reads the state of the loop.

use std::cell::Cell;
use std::rc::Rc;

use super::datum::{Datum, LiquidText, Map};

#[derive(Debug)]
pub(super) struct LoopState<'a> {
    pub name: &'a str,
    // The scope holds a shared reference to this state. Because the index is a `Cell`, each iteration can change the
    // index in place, and the loop needs only one state.
    /// The index of the current iteration, from 0.
    pub index: Cell<usize>,
    pub length: usize,
    /// The number of columns of a `tablerow`; `None` for any other loop.
    pub columns: Option<usize>,
    pub parent: Option<Rc<LoopState<'a>>>,
    /// What LiqP says of the length; `None` by Shopify's rules.
    pub stated: Option<StatedLength>,
}

/// LiqP counts the items of a loop without its offset, and those of a range without its last number.
#[derive(Debug, Clone, Copy)]
pub(super) struct StatedLength {
    pub length: i64,
    /// The length from which `rindex` counts.
    pub from_end: i64,
    /// A loop over a range has no name.
    pub has_name: bool,
}

impl<'a> LoopState<'a> {
    pub(super) fn new(name: &'a str, length: usize) -> Self {
        Self { name, index: Cell::new(0), length, columns: None, parent: None, stated: None }
    }

    pub(super) fn value(&self, key: &str) -> Option<Datum<'a>> {
        let index = self.index.get();
        if let Some(stated) = self.stated {
            let left = stated.from_end - i64::try_from(index).unwrap_or(i64::MAX);
            match key {
                "length" => return Some(Datum::Integer(stated.length)),
                "rindex" => return Some(Datum::Integer(left)),
                "rindex0" => return Some(Datum::Integer(left - 1)),
                // LiqP has no such members.
                "row" | "parentloop" => return None,
                "name" if !stated.has_name => return None,
                _ => {}
            }
        }
        let number = |value: usize| Datum::Integer(i64::try_from(value).unwrap_or(i64::MAX));
        let common = match key {
            "index" => number(index + 1),
            "index0" => number(index),
            "rindex" => number(self.length.saturating_sub(index)),
            "rindex0" => number(self.length.saturating_sub(index + 1)),
            "first" => Datum::Boolean(index == 0),
            "last" => Datum::Boolean(index + 1 == self.length),
            "length" => number(self.length),
            _ => return self.own_value(key, index),
        };
        Some(common)
    }

    fn own_value(&self, key: &str, index: usize) -> Option<Datum<'a>> {
        let number = |value: usize| Datum::Integer(i64::try_from(value).unwrap_or(i64::MAX));
        // In Shopify's Ruby, the two objects have different classes: `tablerowloop` has no `name` or `parentloop`, and
        // `forloop` has no rows or columns.
        match (self.columns, key) {
            (None, "name") => Some(Datum::Text(LiquidText::Borrowed(self.name))),
            (None, "parentloop") => self.parent.clone().map(|parent| Datum::Map(Map::Loop(parent))),
            (Some(columns), "col") => Some(number(index % columns + 1)),
            (Some(columns), "col0") => Some(number(index % columns)),
            (Some(columns), "col_first") => Some(Datum::Boolean(index.is_multiple_of(columns))),
            (Some(columns), "col_last") => Some(Datum::Boolean(index % columns + 1 == columns)),
            (Some(columns), "row") => Some(number(index / columns + 1)),
            _ => None,
        }
    }
}
