//! The interpreter: it walks the syntax tree and produces the output with its source map. Each rendering has its own
//! `Machine`.

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
use super::datum::{Datum, LiquidText};
use super::filters::{Call, FilterError};
use super::limits::{Budget, Exhausted, Limits};
use super::liqp;
use super::render_settings::{EngineRules, RenderSettings};
use super::rendering::{RenderOutcome, Rendered};
use super::source_map::{Printed, Segment, SourceMap};
use super::syntax::{
    Block, Branch, CaseBranch, Condition, CycleGroup, Expression, FilteredExpression, Literal, OutputNode,
    Path, PathStep, PathStepKind, SyntaxNode, TagNode,
};
use super::trace::{Arm, Choice, Trace};

pub(super) use scope::Globals;
use scope::VariableScope;

// The parser limits each file to 50 levels of tags, but nested partials add their own levels. Each level is a recursive
// call, so without a second limit, the stack could overflow.
/// The maximum number of bodies (of tags, of partials, and of the template) that may be open at once.
const MAX_NESTING: usize = 64;

/// The steps of the budget that every filter call costs. A call is about three times as much work as a tag or output,
/// which costs one step.
const FILTER_STEPS: usize = 3;

pub(super) fn run<'a>(
    template: &'a Compiled,
    globals: Globals<'a>,
    settings: RenderSettings<'a>,
    limits: Limits,
    trace: Option<&'a mut Trace>,
) -> RenderOutcome {
    let mut machine = Machine {
        template,
        file: 0,
        call: None,
        depth: 0,
        nesting: 0,
        settings,
        limits,
        budget: Budget::new(limits),
        scope: VariableScope::new(globals),
        out: RenderBuffer::default(),
        liqp: liqp::tags::State::default(),
        loop_ends: HashMap::new(),
        cycles: HashMap::new(),
        last_change: None,
        trace,
    };
    let flow = machine.block(&template.files[0].body, Whitespace::Kept);
    if let Some(trace) = machine.trace {
        trace.n_steps = machine.budget.n_spent(limits);
    }
    match flow {
        Ok(_) => RenderOutcome::Rendered(Rendered {
            text: machine.out.text,
            map: SourceMap::new(machine.out.segments, Arc::clone(&template.partials)),
        }),
        Err(Halt::Abort(at)) => RenderOutcome::Aborted { at },
        Err(Halt::Fail(problem)) => RenderOutcome::Failed(*problem),
    }
}

pub(super) enum Halt {
    /// `{% abort %}`, with the span of the tag. For an `abort` in a partial, this is the span of the tag in the
    /// template itself that led to the partial.
    Abort(Span),
    // The diagnostic is boxed, because it is large: unboxed, it would make every `Result` of the machine large.
    Fail(Box<Diagnostic>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whitespace {
    Kept,
    /// The block can print only whitespace, and this whitespace is not printed.
    Dropped,
}

impl Whitespace {
    fn of(block: &Block) -> Self {
        if block.is_blank { Whitespace::Dropped } else { Whitespace::Kept }
    }
}

pub(super) type RenderResult<T> = Result<T, Halt>;

#[derive(Debug, Default)]
pub(super) struct RenderBuffer {
    pub text: String,
    pub segments: Vec<Segment>,
}

impl RenderBuffer {
    pub(super) fn mark(&self) -> (usize, usize) {
        (self.text.len(), self.segments.len())
    }

    /// Removes what was printed since [`Self::mark`] returned `mark`.
    pub(super) fn rewind(&mut self, mark: (usize, usize)) {
        self.text.truncate(mark.0);
        self.segments.truncate(mark.1);
    }
}

pub(super) struct Machine<'a> {
    template: &'a Compiled,
    /// The index of the file that is being rendered. The spans of the current nodes refer to it.
    file: usize,
    /// The tag in the template itself that led to the current partial. It is `None` outside partials.
    call: Option<Span>,
    /// The number of partials that are open.
    depth: usize,
    /// The number of bodies (of tags, of partials, and of the template) that are open.
    nesting: usize,
    pub settings: RenderSettings<'a>,
    limits: Limits,
    pub budget: Budget,
    pub scope: VariableScope<'a>,
    pub out: RenderBuffer,
    /// What the tags store by LiqP's rules.
    pub liqp: liqp::tags::State<'a>,
    /// For each loop name, the index after the last item of the loop. A later loop with the same name and
    /// `offset: continue` starts at this index.
    loop_ends: HashMap<&'a str, usize>,
    /// The index of the next item of each group of `cycle` tags. The keys identify the groups (see [`CycleGroup`]).
    cycles: HashMap<String, usize>,
    /// The last output of any `ifchanged`. As in Shopify, all `ifchanged` tags share it.
    last_change: Option<String>,
    /// Records the branches that are taken and the lengths of the loops.
    trace: Option<&'a mut Trace>,
}

impl<'a> Machine<'a> {
    fn source(&self) -> &'a str {
        &self.template.files[self.file].source
    }

    pub(super) fn block(&mut self, block: &'a Block, whitespace: Whitespace) -> RenderResult<Flow> {
        self.nested(block, |machine| match machine.is_liqp() {
            true => machine.liqp_block(block),
            false => machine.nodes(block, whitespace),
        })
    }

    /// Runs the nodes of a block one level deeper.
    pub(super) fn nested(
        &mut self,
        block: &'a Block,
        run: impl FnOnce(&mut Self) -> RenderResult<Flow>,
    ) -> RenderResult<Flow> {
        if MAX_NESTING <= self.nesting {
            let span = block.nodes.first().map_or(Span::default(), SyntaxNode::span);
            return Err(self.exhausted(Exhausted("partials and tags are nested too deeply"), span));
        }
        self.nesting += 1;
        let flow = run(self);
        self.nesting -= 1;
        flow
    }

    pub(super) fn nodes(&mut self, block: &'a Block, whitespace: Whitespace) -> RenderResult<Flow> {
        for node in &block.nodes {
            let flow = self.node(node, whitespace)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    pub(super) fn node(&mut self, node: &'a SyntaxNode, whitespace: Whitespace) -> RenderResult<Flow> {
        match node {
            SyntaxNode::Text(span) if whitespace == Whitespace::Kept => self.print_text(*span)?,
            SyntaxNode::Text(_) => {}
            SyntaxNode::Output(output) => self.output(output)?,
            SyntaxNode::Tag(span, tag) => {
                self.spend(1, *span)?;
                return self.tag(*span, tag);
            }
        }
        Ok(Flow::Next)
    }

    fn tag(&mut self, span: Span, tag: &'a TagNode) -> RenderResult<Flow> {
        match tag {
            TagNode::Assign { name, value } => {
                let value = self.piped(value)?;
                self.liqp.assigned(name);
                self.scope.assign(name, value);
            }
            TagNode::Capture { name, body } => {
                let (flow, captured) = self.capture(body, Whitespace::Kept)?;
                let captured = Captured { text: captured.text, segments: captured.segments };
                self.liqp.assigned(name);
                self.scope.assign(name, Datum::Text(LiquidText::Captured(Rc::new(captured))));
                return Ok(flow);
            }
            TagNode::If { branches } => return self.conditional(span, branches),
            TagNode::Case { subject, branches } => return self.case(span, subject, branches),
            TagNode::For(each) => return self.each(span, each),
            TagNode::TableRow(each) => self.table(span, each)?,
            TagNode::Break => return Ok(Flow::Break),
            TagNode::Continue => return Ok(Flow::Continue),
            TagNode::Cycle { group, items } => self.cycle(span, group, items)?,
            TagNode::Increment(name) if self.is_liqp() => self.liqp_increment(span, name)?,
            TagNode::Decrement(name) if self.is_liqp() => self.liqp_decrement(span, name)?,
            TagNode::Increment(name) => {
                let counter = self.counter(span, name)?;
                let value = *counter;
                *counter = value.saturating_add(1);
                self.print_value(span, &Datum::Integer(value))?;
            }
            // Unlike `increment`, `decrement` changes the counter before printing it, so a new counter first prints -1.
            TagNode::Decrement(name) => {
                let counter = self.counter(span, name)?;
                *counter = counter.saturating_sub(1);
                let value = *counter;
                self.print_value(span, &Datum::Integer(value))?;
            }
            TagNode::IfChanged(body) => return self.if_changed(span, body),
            TagNode::Partial(call) => return self.partial(span, call),
            TagNode::Abort => return Err(Halt::Abort(self.call.unwrap_or(span))),
            TagNode::Raw(text) => self.print_text(*text)?,
            TagNode::Comment | TagNode::Broken => {}
        }
        Ok(Flow::Next)
    }

    fn counter(&mut self, span: Span, name: &'a str) -> RenderResult<&mut i64> {
        if self.scope.can_count(name) {
            return Ok(self.scope.counter(name));
        }
        let message = format!("`{name}` is not a whole number, so it cannot be a counter");
        Err(self.fail(Diagnostic::error(Code::LiquidValue, span, message)))
    }

    /// Records the way that is taken at the tag `span`; see [`Arm::index`].
    pub(super) fn take(&mut self, span: Span, index: usize) {
        if let Some(trace) = &mut self.trace {
            trace.arms.insert(Arm { choice: Choice::new(self.file, span), index });
        }
    }

    fn conditional(&mut self, span: Span, branches: &'a [Branch]) -> RenderResult<Flow> {
        for (index, branch) in branches.iter().enumerate() {
            let holds = match &branch.condition {
                Some(condition) => self.condition(condition)? != branch.is_negated,
                None => true,
            };
            if holds {
                self.take(span, index);
                return self.block(&branch.body, Whitespace::of(&branch.body));
            }
        }
        self.take(span, branches.len());
        Ok(Flow::Next)
    }

    fn case(
        &mut self,
        span: Span,
        subject: &'a Expression,
        branches: &'a [CaseBranch],
    ) -> RenderResult<Flow> {
        if self.is_liqp() {
            return self.liqp_case(span, subject, branches);
        }
        let subject = self.value(subject)?;
        let mut has_matched = false;
        let mut has_printed = false;
        for (index, branch) in branches.iter().enumerate() {
            // This is an `else`. As in Shopify, it may come before a `when`, and it runs if no branch before it has
            // matched.
            if branch.values.is_empty() {
                if !has_matched {
                    has_printed = true;
                    self.take(span, index);
                    let flow = self.block(&branch.body, Whitespace::of(&branch.body))?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                continue;
            }
            // As in Shopify, every matching branch is printed, once for each of its values that match.
            for value in &branch.values {
                let value = self.value(value)?;
                self.spend(compare::cost(&subject, &value), branch.values[0].span())?;
                if compare::are_equal(&subject, &value) {
                    has_matched = true;
                    self.take(span, index);
                    let flow = self.block(&branch.body, Whitespace::of(&branch.body))?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
            }
        }
        if !has_matched && !has_printed {
            self.take(span, branches.len());
        }
        Ok(Flow::Next)
    }

    fn cycle(&mut self, span: Span, group: &'a CycleGroup, items: &'a [Expression]) -> RenderResult<()> {
        if self.is_liqp() {
            return self.liqp_cycle(span, group, items);
        }
        let key = match group {
            CycleGroup::Named(name) => {
                let name = self.value(name)?;
                self.spend(1 + name.estimated_len() / 8, span)?;
                // `inspect_to` gives `cycle 1:` and `cycle "1":` different keys. The colon at the start of the key
                // distinguishes named cycles from unnamed cycles.
                let mut key = String::from(":");
                name.inspect_to(&mut key, self.settings.zone);
                key
            }
            CycleGroup::Values(key) => {
                self.spend(key.len() / 64, span)?;
                key.clone()
            }
            // The items are not all literals, so the tag is a group of its own. Its key includes the file, because an
            // offset is unique only within its file.
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

    fn if_changed(&mut self, span: Span, body: &'a Block) -> RenderResult<Flow> {
        if self.is_liqp() {
            return self.liqp_if_changed(span, body);
        }
        let (flow, printed) = self.capture(body, Whitespace::Kept)?;
        if self.last_change.as_deref() != Some(printed.text.as_str()) {
            self.print_captured(span, &printed.text, &printed.segments)?;
            self.last_change = Some(printed.text);
        }
        Ok(flow)
    }

    pub(super) fn capture(
        &mut self,
        body: &'a Block,
        whitespace: Whitespace,
    ) -> RenderResult<(Flow, RenderBuffer)> {
        let outer = std::mem::take(&mut self.out);
        let flow = self.block(body, whitespace);
        let inner = std::mem::replace(&mut self.out, outer);
        Ok((flow?, inner))
    }

    fn output(&mut self, output: &'a OutputNode) -> RenderResult<()> {
        self.spend(1, output.span)?;
        let value = self.piped(&output.value)?;
        self.print_value(output.span, &value)
    }

    fn print_text(&mut self, span: Span) -> RenderResult<()> {
        self.allow_output(span.len(), span)?;
        let text = span.of(self.source());
        self.push(span, Printed::Text, |out| out.push_str(text));
        Ok(())
    }

    pub(super) fn print_value(&mut self, span: Span, value: &Datum<'a>) -> RenderResult<()> {
        match value {
            // A captured text keeps its own source locations. Only parts without a location are attributed to the
            // `{{ … }}`.
            Datum::Text(LiquidText::Captured(captured)) => {
                let captured = Rc::clone(captured);
                return self.print_captured(span, &captured.text, &captured.segments);
            }
            Datum::Text(text) => self.allow_output(text.as_str().len(), span)?,
            other if self.is_liqp() => return self.liqp_print(span, other),
            Datum::List(_) | Datum::Map(_) => self.allow_output(value.estimated_len(), span)?,
            // No number or date prints more than 40 bytes. A range may print 42 bytes, and the difference of 2 bytes
            // does not matter.
            _ => self.allow_output(40, span)?,
        }
        let zone = self.settings.zone;
        self.push(span, Printed::Interpolation, |out| value.write_to(out, zone));
        Ok(())
    }

    pub(super) fn print_markup(&mut self, span: Span, markup: &str) -> RenderResult<()> {
        self.allow_output(markup.len(), span)?;
        self.push(span, Printed::Interpolation, |out| out.push_str(markup));
        Ok(())
    }

    /// Prints a value at `source`.
    pub(super) fn print(&mut self, source: Span, print: impl FnOnce(&mut String)) {
        self.push(source, Printed::Interpolation, print);
    }

    fn push(&mut self, source: Span, printed: Printed, print: impl FnOnce(&mut String)) {
        let start = self.out.text.len();
        print(&mut self.out.text);
        let output = Span::new(start, self.out.text.len());
        self.out.segments.push(self.segment(output, source, printed));
    }

    fn segment(&self, output: Span, source: Span, printed: Printed) -> Segment {
        // A u32 keeps segments small, and no template has more files than a u32 can count.
        let file = u32::try_from(self.file).unwrap_or(u32::MAX);
        Segment { output, source, printed, is_escaped: false, file, call: self.call }
    }

    /// Prints captured text with its segments; parts without a segment are attributed to `span`.
    pub(super) fn print_captured(
        &mut self,
        span: Span,
        text: &str,
        segments: &[Segment],
    ) -> RenderResult<()> {
        self.allow_output(text.len(), span)?;
        // The segments are copied each time, so printing a captured text of many small segments is more work than its
        // length suggests. The segments are therefore charged too.
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

    /// Attributes a part of the output to `span`.
    fn cover(&mut self, output: Span, span: Span) {
        if !output.is_empty() {
            self.out.segments.push(self.segment(output, span, Printed::Interpolation));
        }
    }

    pub(super) fn allow_output(&mut self, bytes: usize, span: Span) -> RenderResult<()> {
        if self.limits.bytes < self.out.text.len() + bytes {
            return Err(self.exhausted(Exhausted("the rendered body is too long"), span));
        }
        self.spend(bytes / 64, span)
    }

    pub(super) fn spend(&mut self, steps: usize, span: Span) -> RenderResult<()> {
        self.budget.spend(steps).map_err(|exhausted| self.exhausted(exhausted, span))
    }

    pub(super) fn exhausted(&self, exhausted: Exhausted, span: Span) -> Halt {
        self.fail(Diagnostic::error(Code::LiquidLimit, span, exhausted.0))
    }

    /// Returns the error that ends the rendering. A problem in a partial is moved to the tag that called the partial.
    pub(super) fn fail(&self, mut problem: Diagnostic) -> Halt {
        if let (Some(call), Some(name)) = (self.call, self.template.files[self.file].name.as_deref()) {
            problem.message =
                super::partials::with_place(&problem.message, name, self.source(), problem.span.start);
            problem.span = call;
            // The fixes are dropped: their offsets refer to the partial's text, but they would be applied to the
            // template.
            problem.fixes.clear();
        }
        Halt::Fail(Box::new(problem))
    }

    fn condition(&mut self, condition: &'a Condition) -> RenderResult<bool> {
        match condition {
            Condition::Value(value) => Ok(self.value(value)?.is_truthy()),
            // If the left side decides the result, the right side is not evaluated and cannot fail.
            Condition::Both(parts) => Ok(self.condition(&parts.0)? && self.condition(&parts.1)?),
            Condition::Either(parts) => Ok(self.condition(&parts.0)? || self.condition(&parts.1)?),
            Condition::Compare { left, comparison, right, span } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                self.spend(1 + compare::cost(&left, &right), *span)?;
                if self.is_liqp() {
                    return Ok(liqp::values::compare(&left, *comparison, &right, self.settings.zone));
                }
                compare::evaluate(&left, *comparison, &right, self.settings.zone)
                    .map_err(|incomparable| self.fail(incomparable.to_diagnostic(*span)))
            }
        }
    }

    fn piped(&mut self, piped: &'a FilteredExpression) -> RenderResult<Datum<'a>> {
        let mut value = self.value(&piped.value)?;
        for filter in &piped.filters {
            // The steps for a call are spent before the filter runs. Their number grows with the length of the filter's
            // input. If a filter's output can be much longer than its input, the filter charges for the output as well.
            self.spend(FILTER_STEPS + read_cost(&value), filter.span)?;
            let mut arguments = Vec::with_capacity(filter.arguments.len());
            for argument in &filter.arguments {
                let argument = self.value(argument)?;
                self.spend(read_cost(&argument), filter.span)?;
                arguments.push(argument);
            }
            let mut keywords = Vec::with_capacity(filter.keywords.len());
            for (key, argument) in &filter.keywords {
                keywords.push((key.as_str(), self.value(argument)?));
            }
            let mut run = filter.filter.run;
            if self.is_liqp() {
                // A filter that LiqP does not have is CleverTap's own.
                run = liqp::filters::find(filter.filter.name).unwrap_or(run);
                liqp::filters::add_keywords(filter, &mut arguments);
            }
            let mut call = Call {
                input: value,
                arguments: &arguments,
                keywords: &keywords,
                settings: self.settings,
                budget: &mut self.budget,
            };
            value = run(&mut call).map_err(|fault| match fault {
                FilterError::Exhausted(exhausted) => self.exhausted(exhausted, filter.span),
                FilterError::Invalid { message, argument } => {
                    let argument = argument.and_then(|index| filter.arguments.get(index));
                    let span = argument.map_or(filter.span, Expression::span);
                    let message = format!("`{}`: {message}", filter.filter.name);
                    self.fail(Diagnostic::error(Code::FilterArgument, span, message))
                }
            })?;
        }
        Ok(value)
    }

    pub(super) fn value(&mut self, expression: &'a Expression) -> RenderResult<Datum<'a>> {
        match expression {
            Expression::Literal(_, literal) => Ok(match literal {
                Literal::Nil => Datum::Nil,
                Literal::Boolean(value) => Datum::Boolean(*value),
                Literal::Integer(value) if self.is_liqp() => liqp::values::long(*value),
                Literal::Integer(value) => Datum::Integer(*value),
                Literal::Large(value) => Datum::Large(Rc::new(*value)),
                Literal::Decimal(value) => Datum::Decimal(*value),
                Literal::Text(text) => Datum::Text(LiquidText::Borrowed(text)),
                Literal::Empty => Datum::Empty,
                Literal::Blank => Datum::Blank,
            }),
            Expression::Path(path) => self.path(path),
            Expression::Range(span, bounds) => {
                self.spend(1, *span)?;
                let (from, to) = (self.value(&bounds.0)?, self.value(&bounds.1)?);
                self.spend(read_cost(&from) + read_cost(&to), *span)?;
                self.check_bound(&bounds.0, &from)?;
                self.check_bound(&bounds.1, &to)?;
                Ok(Datum::Range(range_bound(&from), range_bound(&to)))
            }
        }
    }

    /// Shopify rounds only typed bounds of a range down.
    fn check_bound(&self, bound: &Expression, value: &Datum<'_>) -> RenderResult<()> {
        let is_decimal = matches!(value, Datum::Decimal(_)) && bound.as_literal().is_none();
        if !is_decimal || self.settings.rules != EngineRules::Shopify {
            return Ok(());
        }
        Err(self.fail(Diagnostic::error(Code::LiquidValue, bound.span(), "expected a whole number")))
    }

    fn path(&mut self, path: &'a Path) -> RenderResult<Datum<'a>> {
        let mut value = match &path.root.kind {
            PathStepKind::Name { name, .. } if self.is_liqp() => self.liqp_find(name),
            PathStepKind::Name { name, .. } => self.scope.find(name, &self.settings),
            PathStepKind::Index(name) => {
                let value = self.value(name)?;
                self.spend(1 + value.estimated_len() / compare::LIST_BYTES_PER_STEP, path.span)?;
                if self.is_liqp() {
                    let name = liqp::values::printed(&value, self.settings.zone);
                    return Ok(self.liqp_find(name.as_str()));
                }
                // In `{{ [key] }}`, the value of `key` is the name of the variable that is printed.
                let name = value.to_text(self.settings.zone);
                self.scope.find(name.as_str(), &self.settings)
            }
        };
        for step in &path.steps {
            value = self.step(&value, step)?;
        }
        Ok(value)
    }

    fn step(&mut self, value: &Datum<'a>, step: &'a PathStep) -> RenderResult<Datum<'a>> {
        if self.is_liqp() {
            return self.liqp_step(value, step);
        }
        match &step.kind {
            PathStepKind::Name { name, is_dotted: true } => {
                Ok(compare::dotted(value, name, self.settings.rules))
            }
            // `x["size"]` is always a member. The built-in `size`, `first`, and `last` need a dot.
            PathStepKind::Name { name, is_dotted: false } => Ok(compare::member(value, name)),
            PathStepKind::Index(index) => {
                let index = self.value(index)?;
                self.spend(1 + read_cost(&index), step.span)?;
                Ok(compare::indexed(value, &index))
            }
        }
    }
}

/// Returns the steps that reading a value costs: one for every 64 bytes of a text, and none for other values.
fn read_cost(value: &Datum<'_>) -> usize {
    match value {
        Datum::Text(text) => text.as_str().len() / 64,
        _ => 0,
    }
}

/// Returns a bound of a range as an integer, rounded down and saturated to 64 bits.
fn range_bound(value: &Datum<'_>) -> i64 {
    match super::number::to_number(value).floor() {
        super::number::Number::Integer(value) => super::number::saturate_to_i64(value),
        // The decimal does not fit in 128 bits. The cast to `i64` saturates.
        super::number::Number::Decimal(value) => value as i64,
    }
}
