//! Renders partials for the tags `render` and `include`.

use std::rc::Rc;

use crate::diagnostic::{Code, Diagnostic};
use crate::text::Span;

use super::super::compare::LIST_BYTES_PER_STEP;
use super::super::datum::{Datum, List, Map};
use super::super::loops::LoopState;
use super::super::partials::local_name;
use super::super::render_settings::EngineRules;
use super::super::syntax::{Expression, PartialCall, Subject, SyntaxNode};
use super::{Flow, Machine, RenderResult, Whitespace};

impl<'a> Machine<'a> {
    pub(super) fn partial(&mut self, span: Span, call: &'a PartialCall) -> RenderResult<Flow> {
        if self.scope.is_isolated() && !call.is_isolated {
            let message = "`include` is not allowed in a partial called with `render`";
            let problem = Diagnostic::error(Code::LiquidValue, span, message);
            return Err(self.fail(problem.with_help("use `render` here, or call the partial with `include`")));
        }
        let name = self.value(&call.name)?;
        self.spend(name.estimated_len() / LIST_BYTES_PER_STEP, span)?;
        let name = name.to_text(self.settings.zone);
        let Some((file, name)) = self.template.file_of(name.as_str()) else {
            let message = format!("there is no partial `{}`", name.as_str());
            return Err(self.fail(Diagnostic::error(Code::UnknownPartial, call.name.span(), message)));
        };
        if self.limits.depth <= self.depth {
            let message = "partials are nested too deeply";
            return Err(self.fail(Diagnostic::error(Code::LiquidLimit, span, message)));
        }
        // The arguments are evaluated before the machine switches to the partial, because they belong to the caller's
        // scope and file.
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for (key, value) in &call.arguments {
            arguments.push((key.as_str(), self.value(value)?));
        }
        let subject = match &call.subject {
            Some(subject) => Some((subject, self.value(&subject.value)?)),
            None => None,
        };
        let outer = (self.file, self.call);
        // Diagnostics and the source map need a span in the template itself, not in a partial. Only the outermost call
        // has such a span, so nested calls keep the span of the outermost call.
        self.call = self.call.or(Some(span));
        self.file = file;
        self.depth += 1;
        let flow = match call.is_isolated {
            true => self.render(name, &arguments, subject),
            false => self.include(name, arguments, subject),
        };
        self.depth -= 1;
        (self.file, self.call) = outer;
        flow
    }

    /// Runs the partial in a new isolated scope that holds the arguments and the subject, which is the value after
    /// `with` or `for`. If a list, range, or object follows `for`, the partial runs once for each of its items, each
    /// time in a new scope.
    fn render(
        &mut self,
        name: &'a str,
        arguments: &[(&'a str, Datum<'a>)],
        subject: Option<(&'a Subject, Datum<'a>)>,
    ) -> RenderResult<Flow> {
        let Some((subject, value)) = subject else { return self.render_once(arguments.iter().cloned()) };
        let alias = subject.alias.as_deref().unwrap_or(local_name(name));
        // As in Shopify, a nil subject does not replace an argument with the same name.
        let named = |value: Datum<'a>| Some((alias, value)).filter(|(_, value)| !matches!(value, Datum::Nil));
        let items = match (value, subject.is_each) {
            (Datum::List(list), true) => list,
            (Datum::Range(from, to), true) => self.range_to_list(from, to, &subject.value)?,
            (Datum::Map(map), true) => {
                self.spend(map.len(), subject.value.span())?;
                map.pairs()
            }
            (value, _) => return self.render_once(arguments.iter().cloned().chain(named(value))),
        };
        let length = items.len();
        let state = Rc::new(LoopState::new(name, length));
        for (iteration, item) in items.iter().enumerate() {
            state.index.set(iteration);
            let forloop = [("forloop", Datum::Map(Map::Loop(Rc::clone(&state))))];
            self.render_once(forloop.into_iter().chain(arguments.iter().cloned()).chain(named(item)))?;
        }
        Ok(Flow::Next)
    }

    fn render_once(&mut self, names: impl Iterator<Item = (&'a str, Datum<'a>)>) -> RenderResult<Flow> {
        let isolated = self.scope.isolated();
        let outer = std::mem::replace(&mut self.scope, isolated);
        // The partial starts without positions of `cycle` tags and of `offset: continue`. The caller's positions are
        // restored afterwards.
        let cycles = std::mem::take(&mut self.cycles);
        let loop_ends = std::mem::take(&mut self.loop_ends);
        for (name, value) in names {
            self.scope.assign(name, value);
        }
        let result = self.file_body();
        self.scope = outer;
        self.cycles = cycles;
        self.loop_ends = loop_ends;
        // A `break` in the partial does not end a loop of the caller.
        result.map(|_| Flow::Next)
    }

    /// Runs the partial in the scope of its caller.
    fn include(
        &mut self,
        name: &'a str,
        arguments: Vec<(&'a str, Datum<'a>)>,
        subject: Option<(&'a Subject, Datum<'a>)>,
    ) -> RenderResult<Flow> {
        let mark = self.scope.mark();
        // Without `with` or `for`, the subject is the variable with the partial's name. By CleverTap's rules, there is
        // no subject if that variable is nil, so that an argument with the same name stays visible.
        let counts_nil = self.settings.rules == EngineRules::Shopify;
        let subject = match subject {
            Some((subject, value)) => Some((subject.alias.as_deref().unwrap_or(local_name(name)), value)),
            None => Some((local_name(name), self.scope.find(name, &self.settings)))
                .filter(|(_, value)| counts_nil || !matches!(value, Datum::Nil)),
        };
        for (key, value) in arguments {
            self.scope.push(key, value);
        }
        let flow = match subject {
            None => self.file_body(),
            Some((alias, Datum::List(items))) => self.include_each(alias, &items),
            Some((alias, value)) => {
                self.scope.push(alias, value);
                self.file_body()
            }
        };
        self.scope.leave(mark);
        flow
    }

    fn include_each(&mut self, alias: &'a str, items: &List<'a>) -> RenderResult<Flow> {
        let mark = self.scope.mark();
        for item in items.iter() {
            self.scope.push(alias, item);
            let flow = self.file_body()?;
            self.scope.leave(mark);
            if flow == Flow::Break {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn file_body(&mut self) -> RenderResult<Flow> {
        let file = &self.template.files[self.file];
        if let Some(problem) = &file.error {
            return Err(self.fail(problem.clone()));
        }
        let body = &file.body;
        // Each run of a partial costs one step, so that even calls of an empty partial use up the budget.
        self.spend(1, body.nodes.first().map_or(Span::default(), SyntaxNode::span))?;
        self.block(body, Whitespace::Kept)
    }

    // The length is charged before the list is built, because a range can have more numbers than fit in memory.
    fn range_to_list(&mut self, from: i64, to: i64, place: &Expression) -> RenderResult<List<'a>> {
        let size = usize::try_from(i128::from(to) - i128::from(from) + 1).unwrap_or(0);
        self.budget.spend(size).map_err(|exhausted| self.exhausted(exhausted, place.span()))?;
        Ok(List::Shared((from..=to).map(Datum::Integer).collect()))
    }
}
