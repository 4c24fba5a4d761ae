//! Renders the loops `for` and `tablerow`.

use std::rc::Rc;

use crate::diagnostic::{Code, Diagnostic};
use crate::text::Span;

use super::super::datum::{Datum, List, Map};
use super::super::loops::LoopState;
use super::super::number;
use super::super::syntax::{Expression, Loop, Offset};
use super::super::trace::arms_of_loop;
use super::{Flow, Machine, RenderResult, Whitespace};

// A range is not turned into a list: `(1..30000000)` would take about a gigabyte.
/// The items of a loop.
enum Items<'a> {
    /// Consecutive integers. The field is the first of them.
    Range(i64),
    List(List<'a>),
}

impl<'a> Items<'a> {
    fn at(&self, index: usize) -> Datum<'a> {
        match self {
            Items::Range(from) => Datum::Integer(from.saturating_add_unsigned(index as u64)),
            Items::List(list) => list.at(index).unwrap_or(Datum::Nil),
        }
    }
}

struct Slice<'a> {
    items: Items<'a>,
    start: usize,
    length: usize,
    is_reversed: bool,
}

impl<'a> Slice<'a> {
    fn at(&self, iteration: usize) -> Datum<'a> {
        let iteration = if self.is_reversed { self.length - 1 - iteration } else { iteration };
        self.items.at(self.start + iteration)
    }
}

impl<'a> Machine<'a> {
    pub(super) fn each(&mut self, span: Span, each: &'a Loop) -> RenderResult<Flow> {
        if self.is_liqp() {
            return self.liqp_for(span, each);
        }
        let collection = self.value(&each.collection)?;
        let (from, limit) = self.bounds(each)?;
        let slice = self.slice(span, each, collection, from, limit)?;
        // The end is stored even if the slice is empty, because a later `offset: continue` starts there.
        self.loop_ends.insert(&each.name, slice.start.saturating_add(slice.length));
        arms_of_loop(slice.length).for_each(|arm| self.take(span, arm));
        if slice.length == 0 {
            return match &each.otherwise {
                Some(body) => self.block(body, Whitespace::of(body)),
                None => Ok(Flow::Next),
            };
        }
        let mark = self.scope.mark();
        let state = self.enter_loop("forloop", each, slice.length, None);
        for iteration in 0..slice.length {
            self.spend(1, span)?;
            state.index.set(iteration);
            self.scope.push(&each.variable, slice.at(iteration));
            let flow = self.block(&each.body, Whitespace::of(&each.body))?;
            // `mark + 1` keeps the local variable `forloop`, which was pushed first, and removes the item.
            self.scope.leave(mark + 1);
            if flow == Flow::Break {
                break;
            }
        }
        self.scope.leave(mark);
        Ok(Flow::Next)
    }

    pub(super) fn table(&mut self, span: Span, each: &'a Loop) -> RenderResult<()> {
        if self.is_liqp() {
            return self.liqp_table(span, each);
        }
        let collection = self.value(&each.collection)?;
        // As in Shopify, nil and false print nothing; an empty list prints one empty row.
        if !collection.is_truthy() {
            self.take(span, 0);
            return Ok(());
        }
        let from = match &each.offset {
            Some(Offset::At(offset)) => self.count(offset)?.unwrap_or(0),
            Some(Offset::Continue) | None => 0,
        };
        let limit = match &each.limit {
            Some(limit) => Some(self.count(limit)?.unwrap_or(0)),
            None => None,
        };
        let slice = self.slice(span, each, collection, from, limit)?;
        arms_of_loop(slice.length).for_each(|arm| self.take(span, arm));
        let columns = match &each.columns {
            // If `cols` is nil or not positive, all items are in one row.
            Some(columns) => self.count(columns)?.filter(|columns| 0 < *columns).unwrap_or(i64::MAX),
            None => i64::try_from(slice.length.max(1)).unwrap_or(i64::MAX),
        };
        let columns = usize::try_from(columns).unwrap_or(usize::MAX);
        let mark = self.scope.mark();
        let state = self.enter_loop("tablerowloop", each, slice.length, Some(columns));
        self.print_markup(span, "<tr class=\"row1\">\n")?;
        for iteration in 0..slice.length {
            self.spend(1, span)?;
            state.index.set(iteration);
            self.scope.push(&each.variable, slice.at(iteration));
            self.print_markup(span, &format!("<td class=\"col{}\">", iteration % columns + 1))?;
            let flow = self.block(&each.body, Whitespace::Kept)?;
            self.scope.leave(mark + 1);
            self.print_markup(span, "</td>")?;
            if flow == Flow::Break {
                break;
            }
            if (iteration + 1) % columns == 0 && iteration + 1 < slice.length {
                self.print_markup(span, &format!("</tr>\n<tr class=\"row{}\">", iteration / columns + 2))?;
            }
        }
        self.scope.leave(mark);
        self.print_markup(span, "</tr>\n")
    }

    pub(super) fn enter_loop(
        &mut self,
        local: &'static str,
        each: &'a Loop,
        length: usize,
        columns: Option<usize>,
    ) -> Rc<LoopState<'a>> {
        let parent = match self.scope.local("forloop") {
            Some(Datum::Map(Map::Loop(parent))) => Some(Rc::clone(parent)),
            _ => None,
        };
        let state = Rc::new(LoopState { columns, parent, ..LoopState::new(&each.name, length) });
        self.scope.push(local, Datum::Map(Map::Loop(Rc::clone(&state))));
        state
    }

    fn bounds(&mut self, each: &'a Loop) -> RenderResult<(i64, Option<i64>)> {
        let from = match &each.offset {
            None => 0,
            Some(Offset::At(offset)) => self.whole(offset)?.unwrap_or(0),
            Some(Offset::Continue) => self
                .loop_ends
                .get(each.name.as_str())
                .map_or(0, |end| i64::try_from(*end).unwrap_or(i64::MAX)),
        };
        let limit = match &each.limit {
            Some(limit) => self.whole(limit)?,
            None => None,
        };
        Ok((from, limit))
    }

    fn slice(
        &mut self,
        span: Span,
        each: &'a Loop,
        collection: Datum<'a>,
        from: i64,
        limit: Option<i64>,
    ) -> RenderResult<Slice<'a>> {
        let is_text = matches!(collection, Datum::Text(_));
        // The bounds have 128 bits: `offset` and `limit` may be any 64-bit numbers, so their sum may overflow 64 bits.
        let (items, size) = self.items(span, collection)?;
        let size = size as i128;
        let to = limit.map_or(size, |limit| i128::from(limit) + i128::from(from));
        let start = i128::from(from).max(0);
        // A text is a single item, and `offset` and `limit` do not apply to it.
        let (start, end) = if is_text { (0, size) } else { (start, to.min(size)) };
        let length = usize::try_from(end - start).unwrap_or(0);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        // No steps are spent here, because each iteration spends its own step when it runs. The check makes a loop that
        // is too long fail before its first iteration.
        self.budget.afford(length).map_err(|exhausted| self.exhausted(exhausted, each.collection.span()))?;
        Ok(Slice { items, start, length, is_reversed: each.is_reversed })
    }

    fn items(&mut self, span: Span, collection: Datum<'a>) -> RenderResult<(Items<'a>, usize)> {
        Ok(match collection {
            Datum::Range(from, to) => {
                let size = i128::from(to) - i128::from(from) + 1;
                (Items::Range(from), usize::try_from(size).unwrap_or(0))
            }
            Datum::List(list) => {
                let size = list.len();
                (Items::List(list), size)
            }
            Datum::Map(map) => {
                self.spend(map.len(), span)?;
                let pairs = map.pairs();
                let size = pairs.len();
                (Items::List(pairs), size)
            }
            Datum::Text(text) if !text.as_str().is_empty() => {
                (Items::List(List::Shared(Rc::new([Datum::Text(text)]))), 1)
            }
            _ => (Items::List(List::Borrowed(&[])), 0),
        })
    }

    // `tablerow` is more lenient than `for`: Shopify converts the parameters of `tablerow` with Ruby's `to_i`.
    /// Returns the whole part of a number, or of the number that a text starts with. Returns `None` for nil. Any other
    /// value is an error.
    fn count(&mut self, expression: &'a Expression) -> RenderResult<Option<i64>> {
        match self.value(expression)? {
            value @ (Datum::Integer(_) | Datum::Large(_) | Datum::Decimal(_) | Datum::Text(_)) => {
                Ok(number::to_count(&value))
            }
            _ => self.whole(expression),
        }
    }

    /// Returns the number if the value is an integer or a text that consists of an integer. Returns `None` for nil. Any
    /// other value is an error.
    fn whole(&mut self, expression: &'a Expression) -> RenderResult<Option<i64>> {
        let value = self.value(expression)?;
        match number::to_integer(&value) {
            Some(value) => Ok(Some(value)),
            None if matches!(value, Datum::Nil) => Ok(None),
            None => Err(self.fail(Diagnostic::error(
                Code::LiquidValue,
                expression.span(),
                "expected a whole number",
            ))),
        }
    }
}
