//! The variables that a template can see: local variables of loops and partials, assigned variables, counters, and
//! global variables.

use std::collections::HashMap;
use std::rc::Rc;

use indexmap::IndexMap;

use crate::profile::Value;

use super::super::datum::{Datum, Map};
use super::super::render_settings::RenderSettings;
use super::super::rendering::RenderContext;

#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Globals<'a> {
    /// `Profile`, `Event`, `ExternalTrigger`, `Campaign`, and `now`.
    Campaign(&'a RenderContext<'a>),
    /// The members of a data object, by Shopify's rules.
    Data(&'a IndexMap<String, Value>),
    /// No global variables, as in a partial that is called with `render` by Shopify's rules.
    Nothing,
}

impl<'a> Globals<'a> {
    fn find(self, name: &str, settings: &RenderSettings<'_>) -> Datum<'a> {
        match self {
            Globals::Nothing => Datum::Nil,
            Globals::Data(data) => data.get(name).map_or(Datum::Nil, Datum::from),
            Globals::Campaign(context) => match name {
                "Profile" => context.profile.map_or(Datum::Nil, |profile| Datum::Map(Map::Profile(profile))),
                "Event" => context.event.map_or(Datum::Nil, Datum::from),
                "ExternalTrigger" => context.external_trigger.map_or(Datum::Nil, Datum::from),
                "Campaign" => Datum::Map(Map::Campaign(context.campaign_id)),
                // CleverTap has a variable `now`. Shopify has only the text `"now"`, which its `date` filter reads.
                "now" => Datum::Local(Rc::new(settings.now.to_zoned(settings.now_zone.clone()))),
                _ => Datum::Nil,
            },
        }
    }
}

#[derive(Debug)]
pub(in super::super) struct VariableScope<'a> {
    globals: Globals<'a>,
    is_isolated: bool,
    assigned: HashMap<&'a str, Datum<'a>>,
    counters: HashMap<&'a str, i64>,
    /// The variables of loops and the arguments of partials, the innermost last.
    locals: Vec<(&'a str, Datum<'a>)>,
}

impl<'a> VariableScope<'a> {
    pub(super) fn new(globals: Globals<'a>) -> Self {
        Self {
            globals,
            is_isolated: false,
            assigned: HashMap::new(),
            counters: HashMap::new(),
            locals: Vec::new(),
        }
    }

    /// Returns the scope of a partial called with `render`. It has none of this scope's own variables.
    ///
    /// If this scope has [`Globals::Campaign`], the global variables (`Profile`, `Event`, …) stay visible. If this
    /// scope has [`Globals::Data`], the partial has no global variables, because by Shopify's rules it sees only its
    /// arguments.
    pub(super) fn isolated(&self) -> Self {
        let globals = match self.globals {
            Globals::Campaign(_) => self.globals,
            Globals::Data(_) | Globals::Nothing => Globals::Nothing,
        };
        Self { is_isolated: true, ..Self::new(globals) }
    }

    pub(super) fn is_isolated(&self) -> bool {
        self.is_isolated
    }

    // This order is Shopify's: loop variables and arguments first, then assigned variables, then counters, and global
    // variables last.
    /// Returns the value of `name`; an unknown name is nil.
    pub(super) fn find(&self, name: &str, settings: &RenderSettings<'_>) -> Datum<'a> {
        if let Some((_, value)) = self.locals.iter().rev().find(|(local, _)| *local == name) {
            return value.clone();
        }
        if let Some(value) = self.assigned.get(name) {
            return value.clone();
        }
        match self.counters.get(name) {
            Some(value) => Datum::Integer(*value),
            None => self.globals.find(name, settings),
        }
    }

    /// Returns the value of the innermost local variable that has one. By LiqP's rules, nil does not hide an outer
    /// variable.
    pub(in super::super) fn set_local(&self, name: &str) -> Option<Datum<'a>> {
        let is_set = |(local, value): &&(&str, Datum<'a>)| *local == name && !matches!(value, Datum::Nil);
        self.locals.iter().rev().find(is_set).map(|(_, value)| value.clone())
    }

    /// Returns the value of a variable that is not local.
    pub(in super::super) fn find_global(&self, name: &str, settings: &RenderSettings<'_>) -> Datum<'a> {
        self.assigned.get(name).cloned().unwrap_or_else(|| self.globals.find(name, settings))
    }

    /// Whether there is a variable with this name, even without a value. Counters are left out.
    pub(in super::super) fn has(&self, name: &str) -> bool {
        self.local(name).is_some()
            || self.assigned.contains_key(name)
            || match self.globals {
                Globals::Nothing => false,
                Globals::Data(data) => data.contains_key(name),
                Globals::Campaign(_) => {
                    matches!(name, "Profile" | "Event" | "ExternalTrigger" | "Campaign" | "now")
                }
            }
    }

    pub(in super::super) fn assign(&mut self, name: &'a str, value: Datum<'a>) {
        self.assigned.insert(name, value);
    }

    /// Whether `name` can be a counter. The only names that cannot are those that are not counters yet and have a value
    /// other than an integer, nil, or false in [`Globals::Data`].
    pub(super) fn can_count(&self, name: &str) -> bool {
        let value = match self.globals {
            Globals::Data(data) if !self.counters.contains_key(name) => data.get(name),
            Globals::Data(_) | Globals::Campaign(_) | Globals::Nothing => None,
        };
        matches!(value, None | Some(Value::Integer(_) | Value::Null | Value::Boolean(false)))
    }

    /// Returns the counter `name`. A new counter starts at the integer that the data has under this name, or at 0 if
    /// there is no such integer.
    pub(super) fn counter(&mut self, name: &'a str) -> &mut i64 {
        let globals = self.globals;
        self.counters.entry(name).or_insert_with(|| match globals {
            Globals::Data(data) => match data.get(name) {
                Some(Value::Integer(value)) => *value,
                _ => 0,
            },
            Globals::Campaign(_) | Globals::Nothing => 0,
        })
    }

    /// Adds a local variable, which `leave` removes.
    pub(in super::super) fn push(&mut self, name: &'a str, value: Datum<'a>) {
        self.locals.push((name, value));
    }

    /// Returns the number of local variables, to be passed to `leave`.
    pub(in super::super) fn mark(&self) -> usize {
        self.locals.len()
    }

    /// Removes the local variables that were added since [`Self::mark`] returned `mark`, that is, all except the first
    /// `mark`.
    pub(in super::super) fn leave(&mut self, mark: usize) {
        self.locals.truncate(mark);
    }

    pub(super) fn local(&self, name: &str) -> Option<&Datum<'a>> {
        self.locals.iter().rev().find(|(local, _)| *local == name).map(|(_, value)| value)
    }
}
