//! Walks the syntax tree and prints: one machine a rendering.

mod each;
mod partial;
mod scope;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::text::Span;

use super::captured::Captured;
use super::compare;
use super::compiled::Compiled;
use super::datum::{Datum, Text};
use super::filters::{Call, Fault};
use super::limits::{Budget, Exhausted, Limits};
use super::rendering::{Outcome, Rendered};
use super::source_map::{Printed, Segment, SourceMap};
use super::surroundings::Surroundings;
use super::syntax::{
    Block, Branch, CaseBranch, Condition, CycleGroup, Expression, Literal, Node, Output, Path, Piped, Step,
    StepKind, Tag,
};

pub(super) use scope::Globals;
use scope::Scope;

/// How many bodies may be open at once: tags nest to 50 in a file, and files call each other.
const MAX_NESTING: usize = 64;

/// What a filter costs, whatever it does: some three times what a node does.
const FILTER_STEPS: usize = 3;

pub(super) fn run<'a>(
    template: &'a Compiled,
    globals: Globals<'a>,
    surroundings: Surroundings<'a>,
    limits: Limits,
) -> Outcome {
    let mut machine = Machine {
        template,
        file: 0,
        call: None,
        depth: 0,
        nesting: 0,
        surroundings,
        limits,
        budget: Budget::new(limits),
        scope: Scope::new(globals),
        out: Buffer::default(),
        resumes: HashMap::new(),
        cycles: HashMap::new(),
        last_change: None,
    };
    match machine.block(&template.files[0].body, Whitespace::Kept) {
        Ok(_) => Outcome::Rendered(Rendered {
            text: machine.out.text,
            map: SourceMap::new(machine.out.segments, Arc::clone(&template.partials)),
        }),
        Err(Halt::Abort(at)) => Outcome::Aborted { at },
        Err(Halt::Fail(problem)) => Outcome::Failed(*problem),
    }
}

enum Halt {
    /// `{% abort %}`, at this place of the template.
    Abort(Span),
    Fail(Box<Diagnostic>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whitespace {
    Kept,
    /// The block is blank: its white space is left out.
    Dropped,
}

impl Whitespace {
    fn of(block: &Block) -> Self {
        if block.is_blank { Whitespace::Dropped } else { Whitespace::Kept }
    }
}

type Run<T> = Result<T, Halt>;

#[derive(Debug, Default)]
struct Buffer {
    text: String,
    segments: Vec<Segment>,
}

struct Machine<'a> {
    template: &'a Compiled,
    /// The file that is rendered; spans lie in it.
    file: usize,
    /// The tag of the template that led into a partial.
    call: Option<Span>,
    depth: usize,
    /// How many bodies are open, in all files.
    nesting: usize,
    surroundings: Surroundings<'a>,
    limits: Limits,
    budget: Budget,
    scope: Scope<'a>,
    out: Buffer,
    /// Where loops ended, by name: for `offset: continue`.
    resumes: HashMap<&'a str, usize>,
    cycles: HashMap<String, usize>,
    last_change: Option<String>,
}

impl<'a> Machine<'a> {
    fn source(&self) -> &'a str {
        &self.template.files[self.file].source
    }

    fn block(&mut self, block: &'a Block, whitespace: Whitespace) -> Run<Flow> {
        // Bodies in partials in bodies: each is bounded by itself, but the stack holds them all.
        if MAX_NESTING <= self.nesting {
            let span = block.nodes.first().map_or(Span::default(), Node::span);
            return Err(self.exhausted(Exhausted("partials and tags nest too deep"), span));
        }
        self.nesting += 1;
        let flow = self.nodes(block, whitespace);
        self.nesting -= 1;
        flow
    }

    fn nodes(&mut self, block: &'a Block, whitespace: Whitespace) -> Run<Flow> {
        for node in &block.nodes {
            match node {
                Node::Text(span) if whitespace == Whitespace::Kept => self.print_text(*span)?,
                Node::Text(_) => {}
                Node::Output(output) => self.output(output)?,
                Node::Tag(span, tag) => {
                    self.spend(1, *span)?;
                    let flow = self.tag(*span, tag)?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
            }
        }
        Ok(Flow::Next)
    }

    fn tag(&mut self, span: Span, tag: &'a Tag) -> Run<Flow> {
        match tag {
            Tag::Assign { name, value } => {
                let value = self.piped(value)?;
                self.scope.assign(name, value);
            }
            Tag::Capture { name, body } => {
                let (flow, captured) = self.capture(body, Whitespace::Kept)?;
                let captured = Captured { text: captured.text, segments: captured.segments };
                self.scope.assign(name, Datum::Text(Text::Captured(Rc::new(captured))));
                return Ok(flow);
            }
            Tag::If { branches } => return self.conditional(branches),
            Tag::Case { subject, branches } => return self.case(subject, branches),
            Tag::For(each) => return self.each(span, each),
            Tag::TableRow(each) => self.table(span, each)?,
            Tag::Break => return Ok(Flow::Break),
            Tag::Continue => return Ok(Flow::Continue),
            Tag::Cycle { group, items } => self.cycle(span, group, items)?,
            Tag::Increment(name) => {
                let counter = self.counter(span, name)?;
                let value = *counter;
                *counter = value.saturating_add(1);
                self.print_value(span, &Datum::Integer(value))?;
            }
            Tag::Decrement(name) => {
                let counter = self.counter(span, name)?;
                *counter = counter.saturating_sub(1);
                let value = *counter;
                self.print_value(span, &Datum::Integer(value))?;
            }
            Tag::IfChanged(body) => return self.if_changed(span, body),
            Tag::Partial(call) => return self.partial(span, call),
            Tag::Abort => return Err(Halt::Abort(self.call.unwrap_or(span))),
            Tag::Raw(text) => self.print_text(*text)?,
            Tag::Comment | Tag::Broken => {}
        }
        Ok(Flow::Next)
    }

    fn counter(&mut self, span: Span, name: &'a str) -> Run<&mut i64> {
        if self.scope.can_count(name) {
            return Ok(self.scope.counter(name));
        }
        let message = format!("`{name}` is not a whole number: it cannot be counted on");
        Err(self.fail(Diagnostic::error(Code::LiquidValue, span, message)))
    }

    fn conditional(&mut self, branches: &'a [Branch]) -> Run<Flow> {
        for branch in branches {
            let holds = match &branch.condition {
                Some(condition) => self.condition(condition)? != branch.is_negated,
                None => true,
            };
            if holds {
                return self.block(&branch.body, Whitespace::of(&branch.body));
            }
        }
        Ok(Flow::Next)
    }

    fn case(&mut self, subject: &'a Expression, branches: &'a [CaseBranch]) -> Run<Flow> {
        let subject = self.value(subject)?;
        let mut has_matched = false;
        for branch in branches {
            if branch.values.is_empty() {
                if !has_matched {
                    let flow = self.block(&branch.body, Whitespace::of(&branch.body))?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                continue;
            }
            for value in &branch.values {
                let value = self.value(value)?;
                self.spend(compare::cost(&subject, &value), branch.values[0].span())?;
                if compare::are_equal(&subject, &value) {
                    has_matched = true;
                    let flow = self.block(&branch.body, Whitespace::of(&branch.body))?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
            }
        }
        Ok(Flow::Next)
    }

    fn cycle(&mut self, span: Span, group: &'a CycleGroup, items: &'a [Expression]) -> Run<()> {
        let key = match group {
            CycleGroup::Named(name) => {
                let name = self.value(name)?;
                self.spend(1 + name.weight() / 8, span)?;
                let mut key = String::from(":");
                name.inspect_to(&mut key, self.surroundings.zone);
                key
            }
            CycleGroup::Values(key) => {
                self.spend(key.len() / 64, span)?;
                key.clone()
            }
            CycleGroup::Own => format!("{}@{}", self.file, span.start),
        };
        let turn = self.cycles.entry(key).or_insert(0);
        let item = items.get(*turn);
        *turn = if *turn + 1 < items.len() { *turn + 1 } else { 0 };
        match item {
            Some(item) => {
                let value = self.value(item)?;
                self.print_value(span, &value)
            }
            None => Ok(()),
        }
    }

    fn if_changed(&mut self, span: Span, body: &'a Block) -> Run<Flow> {
        let (flow, printed) = self.capture(body, Whitespace::Kept)?;
        if self.last_change.as_deref() != Some(printed.text.as_str()) {
            self.print_captured(span, &printed.text, &printed.segments)?;
            self.last_change = Some(printed.text);
        }
        Ok(flow)
    }

    fn capture(&mut self, body: &'a Block, whitespace: Whitespace) -> Run<(Flow, Buffer)> {
        let outer = std::mem::take(&mut self.out);
        let flow = self.block(body, whitespace);
        let inner = std::mem::replace(&mut self.out, outer);
        Ok((flow?, inner))
    }

    fn output(&mut self, output: &'a Output) -> Run<()> {
        self.spend(1, output.span)?;
        let value = self.piped(&output.value)?;
        self.print_value(output.span, &value)
    }

    fn print_text(&mut self, span: Span) -> Run<()> {
        self.allow_output(span.len(), span)?;
        let text = span.of(self.source());
        self.push(span, Printed::Text, |out| out.push_str(text));
        Ok(())
    }

    fn print_value(&mut self, span: Span, value: &Datum<'a>) -> Run<()> {
        match value {
            Datum::Text(Text::Captured(captured)) => {
                let captured = Rc::clone(captured);
                return self.print_captured(span, &captured.text, &captured.segments);
            }
            Datum::Text(text) => self.allow_output(text.as_str().len(), span)?,
            Datum::List(_) | Datum::Map(_) => self.allow_output(value.weight(), span)?,
            _ => self.allow_output(40, span)?,
        }
        let zone = self.surroundings.zone;
        self.push(span, Printed::Hole, |out| value.write_to(out, zone));
        Ok(())
    }

    fn print_markup(&mut self, span: Span, markup: &str) -> Run<()> {
        self.allow_output(markup.len(), span)?;
        self.push(span, Printed::Hole, |out| out.push_str(markup));
        Ok(())
    }

    fn push(&mut self, source: Span, printed: Printed, print: impl FnOnce(&mut String)) {
        let start = self.out.text.len();
        print(&mut self.out.text);
        let output = Span::new(start, self.out.text.len());
        self.out.segments.push(self.segment(output, source, printed));
    }

    fn segment(&self, output: Span, source: Span, printed: Printed) -> Segment {
        let file = u32::try_from(self.file).unwrap_or(u32::MAX);
        Segment { output, source, printed, is_escaped: false, file, call: self.call }
    }

    /// Prints captured text with the places it came from; what has none was made by `span`.
    fn print_captured(&mut self, span: Span, text: &str, segments: &[Segment]) -> Run<()> {
        self.allow_output(text.len(), span)?;
        self.spend(segments.len(), span)?;
        let start = self.out.text.len();
        self.out.text.push_str(text);
        let mut at = start;
        for segment in segments {
            let output = segment.output.shifted(start);
            self.cover(Span::new(at, output.start), span);
            self.out.segments.push(Segment { output, ..*segment });
            at = output.end;
        }
        self.cover(Span::new(at, self.out.text.len()), span);
        Ok(())
    }

    /// Says of a stretch of output that `span` made it.
    fn cover(&mut self, output: Span, span: Span) {
        if !output.is_empty() {
            self.out.segments.push(self.segment(output, span, Printed::Hole));
        }
    }

    fn allow_output(&mut self, bytes: usize, span: Span) -> Run<()> {
        if self.limits.bytes < self.out.text.len() + bytes {
            return Err(self.exhausted(Exhausted("this body becomes too long"), span));
        }
        self.spend(bytes / 64, span)
    }

    fn spend(&mut self, steps: usize, span: Span) -> Run<()> {
        self.budget.spend(steps).map_err(|exhausted| self.exhausted(exhausted, span))
    }

    fn exhausted(&self, exhausted: Exhausted, span: Span) -> Halt {
        self.fail(Diagnostic::error(Code::LiquidLimit, span, exhausted.0))
    }

    /// Ends the rendering; a problem in a partial is shown at the tag that called it.
    fn fail(&self, mut problem: Diagnostic) -> Halt {
        if let (Some(call), Some(name)) = (self.call, self.template.files[self.file].name.as_deref()) {
            let index = crate::text::LineIndex::new(self.source());
            let place = index.position(self.source(), problem.span.start);
            problem.message =
                format!("in the partial `{name}` ({}:{}): {}", place.line, place.column, problem.message);
            problem.span = call;
            problem.fixes.clear();
        }
        Halt::Fail(Box::new(problem))
    }

    fn condition(&mut self, condition: &'a Condition) -> Run<bool> {
        match condition {
            Condition::Value(value) => Ok(self.value(value)?.is_truthy()),
            Condition::Both(parts) => Ok(self.condition(&parts.0)? && self.condition(&parts.1)?),
            Condition::Either(parts) => Ok(self.condition(&parts.0)? || self.condition(&parts.1)?),
            Condition::Compare { left, comparison, right, span } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                self.spend(1 + compare::cost(&left, &right), *span)?;
                compare::holds(&left, *comparison, &right, self.surroundings.zone)
                    .map_err(|incomparable| self.fail(incomparable.to_diagnostic(*span)))
            }
        }
    }

    fn piped(&mut self, piped: &'a Piped) -> Run<Datum<'a>> {
        let mut value = self.value(&piped.value)?;
        for filter in &piped.filters {
            self.spend(FILTER_STEPS + reading(&value), filter.span)?;
            let mut arguments = Vec::with_capacity(filter.arguments.len());
            for argument in &filter.arguments {
                let argument = self.value(argument)?;
                self.spend(reading(&argument), filter.span)?;
                arguments.push(argument);
            }
            let mut keywords = Vec::with_capacity(filter.keywords.len());
            for (key, argument) in &filter.keywords {
                keywords.push((key.as_str(), self.value(argument)?));
            }
            let mut call = Call {
                input: value,
                arguments: &arguments,
                keywords: &keywords,
                surroundings: self.surroundings,
                budget: &mut self.budget,
            };
            value = (filter.filter.run)(&mut call).map_err(|fault| match fault {
                Fault::Exhausted(exhausted) => self.exhausted(exhausted, filter.span),
                Fault::Refused { message, argument } => {
                    let place = argument.and_then(|index| filter.arguments.get(index));
                    let span = place.map_or(filter.span, Expression::span);
                    let message = format!("`{}`: {message}", filter.filter.name);
                    self.fail(Diagnostic::error(Code::FilterArgument, span, message))
                }
            })?;
        }
        Ok(value)
    }

    fn value(&mut self, expression: &'a Expression) -> Run<Datum<'a>> {
        match expression {
            Expression::Literal(_, literal) => Ok(match literal {
                Literal::Nil => Datum::Nil,
                Literal::Boolean(value) => Datum::Boolean(*value),
                Literal::Integer(value) => Datum::Integer(*value),
                Literal::Large(value) => Datum::Large(Rc::new(*value)),
                Literal::Decimal(value) => Datum::Decimal(*value),
                Literal::Text(text) => Datum::Text(Text::Borrowed(text)),
                Literal::Empty => Datum::Empty,
                Literal::Blank => Datum::Blank,
            }),
            Expression::Path(path) => self.path(path),
            Expression::Range(span, bounds) => {
                self.spend(1, *span)?;
                let (from, to) = (self.value(&bounds.0)?, self.value(&bounds.1)?);
                self.spend(reading(&from) + reading(&to), *span)?;
                Ok(Datum::Range(range_bound(&from), range_bound(&to)))
            }
        }
    }

    fn path(&mut self, path: &'a Path) -> Run<Datum<'a>> {
        let mut value = match &path.root.kind {
            StepKind::Name { name, .. } => self.scope.find(name, &self.surroundings),
            StepKind::Index(name) => {
                let value = self.value(name)?;
                self.spend(1 + value.weight() / compare::WRITTEN, path.span)?;
                let name = value.to_text(self.surroundings.zone);
                self.scope.find(name.as_str(), &self.surroundings)
            }
        };
        for step in &path.steps {
            value = self.step(&value, step)?;
        }
        Ok(value)
    }

    fn step(&mut self, value: &Datum<'a>, step: &'a Step) -> Run<Datum<'a>> {
        match &step.kind {
            StepKind::Name { name, is_dotted: true } => {
                Ok(compare::dotted(value, name, self.surroundings.rules))
            }
            StepKind::Name { name, is_dotted: false } => Ok(compare::member(value, name)),
            StepKind::Index(index) => {
                let index = self.value(index)?;
                self.spend(1 + reading(&index), step.span)?;
                Ok(compare::indexed(value, &index))
            }
        }
    }
}

/// Returns the steps that reading a text costs; all else costs nothing by itself.
fn reading(value: &Datum<'_>) -> usize {
    match value {
        Datum::Text(text) => text.as_str().len() / 64,
        _ => 0,
    }
}

/// A range's end as a whole number; a text counts by its digits.
fn range_bound(value: &Datum<'_>) -> i64 {
    match super::number::to_number(value).floor() {
        super::number::Number::Integer(value) => super::number::in_reach(value),
        super::number::Number::Decimal(value) => value as i64,
    }
}
