//! `render` and `include`.

use std::cell::Cell;
use std::rc::Rc;

use crate::diagnostic::{Code, Diagnostic};
use crate::text::Span;

use super::super::compare::WRITTEN;
use super::super::datum::{Datum, List, Map};
use super::super::loops::LoopState;
use super::super::surroundings::Rules;
use super::super::syntax::{Expression, Node, PartialCall, Subject};
use super::{Flow, Machine, Run, Whitespace};

impl<'a> Machine<'a> {
    pub(super) fn partial(&mut self, span: Span, call: &'a PartialCall) -> Run<Flow> {
        if self.scope.is_isolated() && !call.is_isolated {
            let message = "`include` is not allowed in a partial that is rendered";
            let problem = Diagnostic::error(Code::LiquidValue, span, message);
            return Err(self.fail(problem.with_help("use `render` here too, or `include` there")));
        }
        let name = self.value(&call.name)?;
        self.spend(name.weight() / WRITTEN, span)?;
        let name = name.to_text(self.surroundings.zone);
        let Some((file, name)) = self.template.file_of(name.as_str()) else {
            let message = format!("there is no partial `{}`", name.as_str());
            return Err(self.fail(Diagnostic::error(Code::UnknownPartial, call.name.span(), message)));
        };
        if self.limits.depth <= self.depth {
            let message = "partials call each other too deep";
            return Err(self.fail(Diagnostic::error(Code::LiquidLimit, span, message)));
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for (key, value) in &call.arguments {
            arguments.push((key.as_str(), self.value(value)?));
        }
        let subject = match &call.subject {
            Some(subject) => Some((subject, self.value(&subject.value)?)),
            None => None,
        };
        let outer = (self.file, self.call);
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

    /// The partial sees what it is given, the data, and nothing else; what it assigns ends with it.
    fn render(
        &mut self,
        name: &'a str,
        arguments: &[(&'a str, Datum<'a>)],
        subject: Option<(&'a Subject, Datum<'a>)>,
    ) -> Run<Flow> {
        let Some((subject, value)) = subject else { return self.render_once(arguments.iter().cloned()) };
        let alias = subject.alias.as_deref().unwrap_or(local_name(name));
        // A subject that is nil leaves the argument of its name alone.
        let named = |value: Datum<'a>| Some((alias, value)).filter(|(_, value)| !matches!(value, Datum::Nil));
        let items = match (value, subject.is_each) {
            (Datum::List(list), true) => list,
            (Datum::Range(from, to), true) => self.listed(from, to, &subject.value)?,
            (Datum::Map(map), true) => {
                self.spend(map.len(), subject.value.span())?;
                map.pairs()
            }
            (value, _) => return self.render_once(arguments.iter().cloned().chain(named(value))),
        };
        let length = items.len();
        let state = Rc::new(LoopState { name, index: Cell::new(0), length, columns: None, parent: None });
        for (turn, item) in items.iter().enumerate() {
            state.index.set(turn);
            let forloop = [("forloop", Datum::Map(Map::Loop(Rc::clone(&state))))];
            self.render_once(forloop.into_iter().chain(arguments.iter().cloned()).chain(named(item)))?;
        }
        Ok(Flow::Next)
    }

    fn render_once(&mut self, names: impl Iterator<Item = (&'a str, Datum<'a>)>) -> Run<Flow> {
        let isolated = self.scope.isolated();
        let outer = std::mem::replace(&mut self.scope, isolated);
        let cycles = std::mem::take(&mut self.cycles);
        let resumes = std::mem::take(&mut self.resumes);
        for (name, value) in names {
            self.scope.assign(name, value);
        }
        let result = self.file_body();
        self.scope = outer;
        self.cycles = cycles;
        self.resumes = resumes;
        // A `break` in the partial ends the partial only.
        result.map(|_| Flow::Next)
    }

    /// The partial stands in the scope of its caller.
    fn include(
        &mut self,
        name: &'a str,
        arguments: Vec<(&'a str, Datum<'a>)>,
        subject: Option<(&'a Subject, Datum<'a>)>,
    ) -> Run<Flow> {
        let mark = self.scope.mark();
        // Without a subject it is about what has its name; in a body only where there is such.
        let is_always = self.surroundings.rules == Rules::Shopify;
        let subject = match subject {
            Some((subject, value)) => Some((subject.alias.as_deref().unwrap_or(local_name(name)), value)),
            None => Some((local_name(name), self.scope.find(name, &self.surroundings)))
                .filter(|(_, value)| is_always || !matches!(value, Datum::Nil)),
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

    fn include_each(&mut self, alias: &'a str, items: &List<'a>) -> Run<Flow> {
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

    fn file_body(&mut self) -> Run<Flow> {
        let file = &self.template.files[self.file];
        if let Some(problem) = &file.error {
            return Err(self.fail(problem.clone()));
        }
        let body = &file.body;
        self.spend(1, body.nodes.first().map_or(Span::default(), Node::span))?;
        self.block(body, Whitespace::Kept)
    }

    fn listed(&mut self, from: i64, to: i64, place: &Expression) -> Run<List<'a>> {
        let size = usize::try_from(i128::from(to) - i128::from(from) + 1).unwrap_or(0);
        self.budget.spend(size).map_err(|exhausted| self.exhausted(exhausted, place.span()))?;
        Ok(List::Shared((from..=to).map(Datum::Integer).collect()))
    }
}

/// The name a partial's subject gets: the last part of `folder/name`.
fn local_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
