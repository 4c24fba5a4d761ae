//! The names a template can see: loop variables, what it assigned, counters, and the data.

use std::collections::HashMap;
use std::rc::Rc;

use indexmap::IndexMap;

use crate::profile::Value;

use super::super::datum::{Datum, Map};
use super::super::rendering::Context;
use super::super::surroundings::Surroundings;

#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Globals<'a> {
    /// `Profile`, `Event`, `ExternalTrigger`, `Campaign`, and `now`.
    Campaign(&'a Context<'a>),
    Data(&'a IndexMap<String, Value>),
    /// What Shopify shows a rendered partial of the data.
    Nothing,
}

impl<'a> Globals<'a> {
    fn find(self, name: &str, surroundings: &Surroundings<'_>) -> Datum<'a> {
        match self {
            Globals::Nothing => Datum::Nil,
            Globals::Data(data) => data.get(name).map_or(Datum::Nil, Datum::from),
            Globals::Campaign(context) => match name {
                "Profile" => context.profile.map_or(Datum::Nil, |profile| Datum::Map(Map::Profile(profile))),
                "Event" => context.event.map_or(Datum::Nil, Datum::from),
                "ExternalTrigger" => context.external_trigger.map_or(Datum::Nil, Datum::from),
                "Campaign" => Datum::Map(Map::Campaign(context.campaign_id)),
                "now" => Datum::Local(Rc::new(surroundings.now.to_zoned(surroundings.now_zone.clone()))),
                _ => Datum::Nil,
            },
        }
    }
}

#[derive(Debug)]
pub(super) struct Scope<'a> {
    globals: Globals<'a>,
    is_isolated: bool,
    assigned: HashMap<&'a str, Datum<'a>>,
    counters: HashMap<&'a str, i64>,
    /// The names of loops and of partials' arguments, the innermost last.
    locals: Vec<(&'a str, Datum<'a>)>,
}

impl<'a> Scope<'a> {
    pub fn new(globals: Globals<'a>) -> Self {
        Self {
            globals,
            is_isolated: false,
            assigned: HashMap::new(),
            counters: HashMap::new(),
            locals: Vec::new(),
        }
    }

    /// Returns a scope that sees nothing of this one: of a campaign the profile and what else there is, of data nothing.
    pub fn isolated(&self) -> Self {
        let globals = match self.globals {
            Globals::Campaign(_) => self.globals,
            Globals::Data(_) | Globals::Nothing => Globals::Nothing,
        };
        Self { is_isolated: true, ..Self::new(globals) }
    }

    pub fn is_isolated(&self) -> bool {
        self.is_isolated
    }

    /// Returns what `name` means here; what means nothing is nil.
    pub fn find(&self, name: &str, surroundings: &Surroundings<'_>) -> Datum<'a> {
        if let Some((_, value)) = self.locals.iter().rev().find(|(local, _)| *local == name) {
            return value.clone();
        }
        if let Some(value) = self.assigned.get(name) {
            return value.clone();
        }
        match self.counters.get(name) {
            Some(value) => Datum::Integer(*value),
            None => self.globals.find(name, surroundings),
        }
    }

    pub fn assign(&mut self, name: &'a str, value: Datum<'a>) {
        self.assigned.insert(name, value);
    }

    /// Whether nothing in the data keeps `name` from being a counter.
    pub fn can_count(&self, name: &str) -> bool {
        let value = match self.globals {
            Globals::Data(data) if !self.counters.contains_key(name) => data.get(name),
            Globals::Data(_) | Globals::Campaign(_) | Globals::Nothing => None,
        };
        matches!(value, None | Some(Value::Integer(_) | Value::Null | Value::Boolean(false)))
    }

    /// Returns the counter `name`: it counts on from the data of its name.
    pub fn counter(&mut self, name: &'a str) -> &mut i64 {
        let globals = self.globals;
        self.counters.entry(name).or_insert_with(|| match globals {
            Globals::Data(data) => match data.get(name) {
                Some(Value::Integer(value)) => *value,
                _ => 0,
            },
            Globals::Campaign(_) | Globals::Nothing => 0,
        })
    }

    /// Adds a local name; [`Scope::leave`] takes it away.
    pub fn push(&mut self, name: &'a str, value: Datum<'a>) {
        self.locals.push((name, value));
    }

    /// Returns how many local names there are now, for [`Scope::leave`].
    pub fn mark(&self) -> usize {
        self.locals.len()
    }

    pub fn leave(&mut self, mark: usize) {
        self.locals.truncate(mark);
    }

    pub fn local(&self, name: &str) -> Option<&Datum<'a>> {
        self.locals.iter().rev().find(|(local, _)| *local == name).map(|(_, value)| value)
    }
}
