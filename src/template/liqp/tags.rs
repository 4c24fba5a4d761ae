//! The tags that LiqP runs differently: loops, `case`, `cycle`, counters, and `ifchanged`.
//!
//! LiqP has one scope of variables for the whole body, and another for each `for`. What counters and `cycle` store in a
//! loop is lost after it. A `break` or `continue` also removes what the blocks between it and its loop have printed.

use std::collections::HashSet;
use std::rc::Rc;

use crate::diagnostic::{Code, Diagnostic};
use crate::text::Span;

use super::super::datum::{Datum, LiquidText, List, Map};
use super::super::loops::{LoopState, StatedLength};
use super::super::machine::{Flow, Halt, Machine, RenderResult, Whitespace};
use super::super::render_settings::EngineRules;
use super::super::syntax::{Block, CaseBranch, CycleGroup, Expression, Loop, Offset, PathStep, PathStepKind};
use super::super::trace::arms_of_loop;
use super::values::{self, Place};

/// The variable in which LiqP stores where the latest loop over a list ended: the index after its last item.
const CONTINUE: &str = "continue";

/// What tags store, apart from the variables of `assign`, `capture`, and `for`.
#[derive(Debug)]
pub(in super::super) struct State<'a> {
    /// The number of open `for` loops.
    depth: usize,
    place: Place,
    cells: Vec<Cell<'a>>,
    /// What `ifchanged` has printed in each loop, with the depth of the loop.
    seen: Vec<(usize, HashSet<String>)>,
}

impl Default for State<'_> {
    fn default() -> Self {
        Self { depth: 0, place: Place::Block, cells: Vec::new(), seen: Vec::new() }
    }
}

#[derive(Debug)]
struct Cell<'a> {
    depth: usize,
    key: Key<'a>,
    value: Datum<'a>,
}

#[derive(Debug, Clone, PartialEq)]
enum Key<'a> {
    /// A variable that a counter or `tablerow` has set.
    Variable(&'a str),
    Increment(&'a str),
    Decrement(&'a str),
    /// Whether a variable with the name of a counter existed before.
    Exists(&'a str),
    Cycle(String),
}

impl<'a> State<'a> {
    fn value(&self, key: &Key<'_>) -> Option<&Datum<'a>> {
        self.cells.iter().rev().find(|cell| cell.key == *key).map(|cell| &cell.value)
    }

    fn put(&mut self, key: Key<'a>, value: Datum<'a>) {
        let depth = self.depth;
        match self.cells.iter_mut().find(|cell| cell.depth == depth && cell.key == key) {
            Some(cell) => cell.value = value,
            None => self.cells.push(Cell { depth, key, value }),
        }
    }

    fn remove(&mut self, key: &Key<'_>) -> Option<Datum<'a>> {
        let index = self.cells.iter().rposition(|cell| cell.key == *key)?;
        Some(self.cells.remove(index).value)
    }

    /// Returns the value of a variable that a counter or `tablerow` has set, either inside a loop or outside all loops.
    fn variable(&self, name: &str, is_in_loop: bool) -> Option<Datum<'a>> {
        let is_named = |cell: &&Cell<'a>| cell.key == Key::Variable(name) && (0 < cell.depth) == is_in_loop;
        let found = self.cells.iter().rev().find(is_named).map(|cell| cell.value.clone());
        found.filter(|value| !matches!(value, Datum::Nil))
    }

    /// Removes the body's variable of this name, because `assign` or `capture` has set it anew. Even inside a loop,
    /// they set the variables of the body.
    pub(in super::super) fn assigned(&mut self, name: &str) {
        self.cells.retain(|cell| 0 < cell.depth || cell.key != Key::Variable(name));
    }

    fn leave(&mut self, depth: usize) {
        self.depth = depth;
        self.cells.retain(|cell| cell.depth <= depth);
        self.seen.retain(|(of, _)| *of <= depth);
    }
}

/// Which items of its list a loop visits, as given by its arguments.
struct Window {
    offset: i32,
    limit: i32,
}

impl<'a> Machine<'a> {
    pub(in super::super) fn is_liqp(&self) -> bool {
        self.settings.rules == EngineRules::Liqp
    }

    /// Runs a block. A `break` or `continue` removes what the block has printed.
    pub(in super::super) fn liqp_block(&mut self, block: &'a Block) -> RenderResult<Flow> {
        let place = std::mem::replace(&mut self.liqp.place, Place::Block);
        let start = self.out.mark();
        let flow = self.nodes(block, Whitespace::Kept);
        self.liqp.place = place;
        if matches!(flow, Ok(Flow::Break | Flow::Continue)) {
            self.out.rewind(start);
        }
        flow
    }

    pub(in super::super) fn liqp_print(&mut self, span: Span, value: &Datum<'a>) -> RenderResult<()> {
        self.allow_output(value.estimated_len(), span)?;
        let (place, zone) = (self.liqp.place, self.settings.zone);
        self.print(span, |out| values::write_output(out, value, place, zone));
        Ok(())
    }

    /// Returns the value of a variable. A variable that is nil does not hide an outer variable of the same name.
    pub(in super::super) fn liqp_find(&self, name: &str) -> Datum<'a> {
        // A name can end with a question mark, which LiqP ignores.
        let name = name.trim_end_matches('?');
        let of_loop = self.liqp.variable(name, true).or_else(|| self.scope.set_local(name));
        let found = of_loop.or_else(|| self.liqp.variable(name, false));
        found.unwrap_or_else(|| self.scope.find_global(name, &self.settings))
    }

    pub(in super::super) fn liqp_step(
        &mut self,
        value: &Datum<'a>,
        step: &'a PathStep,
    ) -> RenderResult<Datum<'a>> {
        let index = match &step.kind {
            PathStepKind::Name { name, is_dotted: true } => {
                return Ok(values::member(value, name.trim_end_matches('?')));
            }
            PathStepKind::Name { name, is_dotted: false } => Datum::Text(LiquidText::Borrowed(name)),
            PathStepKind::Index(index) => self.value(index)?,
        };
        self.spend(1 + index.estimated_len() / 64, step.span)?;
        values::indexed(value, &index, self.settings.zone).ok_or_else(|| {
            let problem =
                Diagnostic::error(Code::LiquidValue, step.span, "CleverTap fails: the list has no item here");
            self.fail(problem.with_help("test the `size` of the list first, or use `first` and `last`"))
        })
    }

    fn has_variable(&self, name: &str) -> bool {
        self.liqp.value(&Key::Variable(name)).is_some() || self.scope.has(name)
    }

    /// Unlike Shopify's Liquid, LiqP prints only the first branch that matches.
    pub(in super::super) fn liqp_case(
        &mut self,
        span: Span,
        subject: &'a Expression,
        branches: &'a [CaseBranch],
    ) -> RenderResult<Flow> {
        let subject = self.value(subject)?;
        for (index, branch) in branches.iter().enumerate() {
            let mut is_match = branch.values.is_empty();
            for value in &branch.values {
                let value = self.value(value)?;
                self.spend(1, span)?;
                is_match |= values::are_equal(&subject, &value);
            }
            if is_match {
                self.take(span, index);
                return self.block(&branch.body, Whitespace::Kept);
            }
        }
        self.take(span, branches.len());
        Ok(Flow::Next)
    }

    pub(in super::super) fn liqp_for(&mut self, span: Span, each: &'a Loop) -> RenderResult<Flow> {
        let window = self.window(each)?;
        if let Expression::Range(_, bounds) = &each.collection {
            return self.range_loop(span, each, &bounds.0, &bounds.1, &window);
        }
        let list = values::items(self.value(&each.collection)?);
        let n_items = i64::try_from(list.len()).unwrap_or(i64::MAX);
        if n_items == 0 {
            self.take(span, 0);
            return match &each.otherwise {
                Some(body) => self.block(body, Whitespace::Kept),
                None => Ok(Flow::Next),
            };
        }
        let (offset, limit) = (i64::from(window.offset), i64::from(window.limit));
        let n_iterations = limit.min(n_items - offset).max(0);
        if 0 < n_iterations && offset < 0 {
            let message = "CleverTap fails: an offset cannot be less than 0";
            return Err(self.fail(Diagnostic::error(Code::LiquidValue, span, message)));
        }
        let item = |index: i64| {
            usize::try_from(offset + index).ok().and_then(|at| list.at(at)).unwrap_or(Datum::Nil)
        };
        let n_run = self.iterate(span, each, (n_iterations, limit.min(n_items)), Place::ListLoop, &item)?;
        let last = if n_run == 0 { offset } else { offset + n_run - 1 };
        self.scope.assign(CONTINUE, Datum::Integer(last + 1));
        Ok(Flow::Next)
    }

    /// If the body of a loop over a range fails, LiqP ends the loop and goes on after it.
    fn range_loop(
        &mut self,
        span: Span,
        each: &'a Loop,
        from: &'a Expression,
        to: &'a Expression,
        window: &Window,
    ) -> RenderResult<Flow> {
        let zone = self.settings.zone;
        let (from, to) = (self.value(from)?, self.value(to)?);
        let (Some(from), Some(to)) = (values::to_number(&from, zone), values::to_number(&to, zone)) else {
            self.take(span, 0);
            return Ok(Flow::Next);
        };
        let (from, to) = (i64::from(from.as_i32()), i64::from(to.as_i32()));
        let start = from + i64::from(window.offset);
        let n_iterations = i64::from(window.limit).min(to - start + 1).max(0);
        self.iterate(span, each, (n_iterations, to - from), Place::Block, &|index| {
            Datum::Integer(start + index)
        })?;
        Ok(Flow::Next)
    }

    /// Runs the body for each item and returns the number of runs. `stated` is the value of `forloop.length`, which in
    /// LiqP is not always the number of items.
    fn iterate(
        &mut self,
        span: Span,
        each: &'a Loop,
        (n_iterations, stated): (i64, i64),
        place: Place,
        item: &dyn Fn(i64) -> Datum<'a>,
    ) -> RenderResult<i64> {
        let length = usize::try_from(n_iterations).unwrap_or(0);
        self.budget.afford(length).map_err(|exhausted| self.exhausted(exhausted, each.collection.span()))?;
        arms_of_loop(length).for_each(|arm| self.take(span, arm));
        let stated = StatedLength { length: stated, from_end: stated, has_name: place == Place::ListLoop };
        let (mark, depth) = (self.scope.mark(), self.liqp.depth);
        let outer_place = std::mem::replace(&mut self.liqp.place, place);
        self.liqp.depth += 1;
        let state = Rc::new(LoopState { stated: Some(stated), ..LoopState::new(&each.name, length) });
        self.scope.push("forloop", Datum::Map(Map::Loop(Rc::clone(&state))));
        let mut n_run = 0;
        let mut result = Ok(());
        while n_run < n_iterations {
            result = self.spend(1, span);
            state.index.set(usize::try_from(n_run).unwrap_or(0));
            self.scope.leave(mark + 1);
            self.scope.push(&each.variable, item(n_run));
            n_run += 1;
            let flow = match result {
                Ok(()) => self.liqp_loop_body(&each.body, place),
                Err(_) => break,
            };
            match flow {
                Ok(Flow::Break) => break,
                Ok(Flow::Next | Flow::Continue) => {}
                Err(halt) => {
                    result = Err(halt);
                    break;
                }
            }
        }
        self.scope.leave(mark);
        self.liqp.leave(depth);
        self.liqp.place = outer_place;
        match result {
            Err(halt) if place == Place::Block && is_error(&halt) => Ok(n_run),
            Err(halt) => Err(halt),
            Ok(()) => Ok(n_run),
        }
    }

    fn liqp_loop_body(&mut self, body: &'a Block, place: Place) -> RenderResult<Flow> {
        self.nested(body, |machine| {
            for node in &body.nodes {
                let start = machine.out.mark();
                machine.liqp.place = place;
                match machine.node(node, Whitespace::Kept) {
                    Ok(Flow::Next) => {}
                    Err(halt) => {
                        machine.out.rewind(start);
                        return Err(halt);
                    }
                    ended => return ended,
                }
            }
            Ok(Flow::Next)
        })
    }

    /// An argument that is not a number is ignored.
    fn window(&mut self, each: &'a Loop) -> RenderResult<Window> {
        let offset = match &each.offset {
            Some(Offset::At(offset)) => self.loop_argument(offset)?,
            // LiqP does not know `continue` as a keyword: it reads the variable, which `liqp_for` sets.
            Some(Offset::Continue) => values::to_number(&self.liqp_find(CONTINUE), self.settings.zone)
                .map(values::JavaNumber::as_i32),
            None => None,
        };
        let limit = match &each.limit {
            Some(limit) => self.loop_argument(limit)?,
            None => None,
        };
        Ok(Window { offset: offset.unwrap_or(0), limit: limit.unwrap_or(i32::MAX) })
    }

    fn loop_argument(&mut self, argument: &'a Expression) -> RenderResult<Option<i32>> {
        let value = self.value(argument)?;
        Ok(values::to_number(&value, self.settings.zone).map(values::JavaNumber::as_i32))
    }

    pub(in super::super) fn liqp_table(&mut self, span: Span, each: &'a Loop) -> RenderResult<()> {
        let list: List<'a> = values::items(self.value(&each.collection)?);
        let window = self.window(each)?;
        let columns = match &each.columns {
            Some(columns) => self.loop_argument(columns)?,
            None => None,
        };
        let columns = columns.map_or(list.len(), |columns| usize::try_from(columns).unwrap_or(0));
        let columns = if columns == 0 { usize::MAX } else { columns };
        let limit = usize::try_from(window.limit);
        let total = limit.map_or(0, |limit| limit.min(list.len()));
        self.budget.afford(total).map_err(|exhausted| self.exhausted(exhausted, span))?;
        arms_of_loop(total).for_each(|arm| self.take(span, arm));
        if total == 0 {
            // A limit below 0 prints nothing.
            return if limit.is_ok() {
                self.print_markup(span, "<tr class=\"row1\">\n</tr>\n")
            } else {
                Ok(())
            };
        }
        let stated = StatedLength { length: list.len() as i64, from_end: total as i64, has_name: false };
        let mark = self.scope.mark();
        let state = Rc::new(LoopState {
            stated: Some(stated),
            columns: Some(columns),
            ..LoopState::new(&each.name, total)
        });
        self.scope.push("tablerowloop", Datum::Map(Map::Loop(Rc::clone(&state))));
        for index in 0..total {
            self.spend(1, span)?;
            state.index.set(index);
            self.liqp.put(Key::Variable(&each.variable), list.at(index).unwrap_or(Datum::Nil));
            if index % columns == 0 {
                let line = if index == 0 { "\n" } else { "" };
                self.print_markup(span, &format!("<tr class=\"row{}\">{line}", index / columns + 1))?;
            }
            self.print_markup(span, &format!("<td class=\"col{}\">", index % columns + 1))?;
            self.block(&each.body, Whitespace::Kept)?;
            self.print_markup(span, "</td>")?;
            if (index + 1) % columns == 0 || index + 1 == total {
                self.print_markup(span, "</tr>\n")?;
            }
        }
        self.scope.leave(mark);
        Ok(())
    }

    /// All `cycle` tags with the same number of values share one position, unless they have a name.
    pub(in super::super) fn liqp_cycle(
        &mut self,
        span: Span,
        group: &'a CycleGroup,
        items: &'a [Expression],
    ) -> RenderResult<()> {
        let name = match group {
            CycleGroup::Named(name) => {
                let name = self.value(name)?;
                self.spend(1 + name.estimated_len() / 8, span)?;
                format!("named {}", values::joined(&name, self.settings.zone).as_str())
            }
            CycleGroup::Values(_) | CycleGroup::Own => format!("of {}", items.len()),
        };
        let key = Key::Cycle(name);
        let n_items = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let (turn, size) = match self.liqp.remove(&key) {
            Some(Datum::Range(turn, size)) => (turn, size),
            _ => (0, n_items),
        };
        let next = if turn + 1 == size { 0 } else { turn + 1 };
        self.liqp.put(key, Datum::Range(next, size));
        match usize::try_from(turn).ok().and_then(|turn| items.get(turn)) {
            Some(item) => {
                let value = self.value(item)?;
                self.print_value(span, &value)
            }
            None => Ok(()),
        }
    }

    pub(in super::super) fn liqp_increment(&mut self, span: Span, name: &'a str) -> RenderResult<()> {
        let value = self.counter_of(&Key::Increment(name), 0);
        self.mark_counter(name, value == 0);
        self.show_counter(name, value + 1);
        self.liqp.put(Key::Increment(name), values::long(value + 1));
        self.print_value(span, &values::long(value))
    }

    /// Unlike in Shopify's Liquid, `increment` and `decrement` count separately.
    pub(in super::super) fn liqp_decrement(&mut self, span: Span, name: &'a str) -> RenderResult<()> {
        let value = self.counter_of(&Key::Decrement(name), -1);
        self.mark_counter(name, value == -1);
        self.show_counter(name, value);
        self.liqp.put(Key::Decrement(name), values::long(value - 1));
        self.print_value(span, &values::long(value))
    }

    fn counter_of(&self, key: &Key<'_>, start: i64) -> i64 {
        let value = self.liqp.value(key).and_then(values::number_of);
        value.map_or(start, values::JavaNumber::as_i64)
    }

    fn mark_counter(&mut self, name: &'a str, is_first: bool) {
        if is_first {
            let exists = self.has_variable(name);
            self.liqp.put(Key::Exists(name), Datum::Boolean(exists));
        }
    }

    /// A counter is also a variable, unless a variable with its name existed before.
    fn show_counter(&mut self, name: &'a str, value: i64) {
        if !matches!(self.liqp.value(&Key::Exists(name)), Some(Datum::Boolean(true))) {
            self.liqp.put(Key::Variable(name), values::long(value));
        }
    }

    /// Prints the body unless an earlier iteration of the loop has printed the same. Outside loops, LiqP fails.
    pub(in super::super) fn liqp_if_changed(&mut self, span: Span, body: &'a Block) -> RenderResult<Flow> {
        let fail = |machine: &Self, message: &str| {
            Err(machine.fail(Diagnostic::error(
                Code::LiquidValue,
                span,
                format!("CleverTap fails: {message}"),
            )))
        };
        let Datum::Map(Map::Loop(state)) = self.liqp_find("forloop") else {
            return fail(self, "`ifchanged` works only inside `for`");
        };
        let depth = self.liqp.depth;
        if state.index.get() == 0 {
            self.liqp.seen.retain(|(of, _)| *of != depth);
            self.liqp.seen.push((depth, HashSet::new()));
        }
        if self.liqp.seen.is_empty() {
            return fail(self, "a loop can have only one `ifchanged`");
        }
        let (flow, printed) = self.capture(body, Whitespace::Kept)?;
        let is_new = self.liqp.seen.last_mut().is_some_and(|(_, seen)| seen.insert(printed.text.clone()));
        if is_new && flow == Flow::Next {
            self.print_captured(span, &printed.text, &printed.segments)?;
        }
        if state.index.get() + 1 == state.length {
            self.liqp.seen.pop();
        }
        Ok(flow)
    }
}

/// Returns whether the rendering fails by the rules of the engine, and not because of a limit of telecast.
fn is_error(halt: &Halt) -> bool {
    match halt {
        Halt::Fail(problem) => problem.code != Code::LiquidLimit,
        Halt::Abort(_) => false,
    }
}
