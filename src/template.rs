//! Liquid over JSON text: a spanned parser, rendering with a source map, filters, static checks.
//!
//! ```text
//! source ──scan──▶ pieces ──parser──▶ syntax tree ──machine(context, limits)──▶ text + SourceMap
//!                                        │
//!                                        └──▶ problems, colours, variables, checks, places for completion
//! ```

mod captured;
mod check;
mod chips;
mod compare;
mod compiled;
mod datum;
mod differences;
mod digits;
mod escapes;
mod filters;
mod flavour;
mod format;
mod inline;
mod inspect;
mod json_state;
mod limits;
mod loops;
mod machine;
mod number;
mod parser;
mod partials;
mod place;
mod portability;
mod rendering;
mod scan;
mod scope;
mod source_map;
mod surroundings;
mod syntax;
mod tags;
mod token;
mod variables;
mod walk;

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::profile::Value;
use crate::text::Span;

pub use check::{Content, check};
pub use differences::{DIFFERENCES, Difference};
pub use escapes::{Position, escape_filters};
pub use filters::{FILTERS, FilterDoc};
pub use format::format;
pub use inline::{Inlined, inline_partials};
pub use limits::Limits;
pub use partials::Partials;
pub use place::{Place, PlaceKind, place_at};
pub use rendering::{Context, Outcome, Rendered};
pub use scope::{Binding, ScopedName, names_at, open_tags_at};
pub use source_map::{Origin, SourceMap};
pub use tags::{TAGS, TagDoc};
pub use token::{Token, TokenClass};
pub use variables::VariableUse;

use compiled::{Compiled, File};
use flavour::Flavour;
use surroundings::{Rules, Surroundings};

/// A parsed template with the partials it calls. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Template {
    compiled: Arc<Compiled>,
}

/// India's time in seconds east of UTC, which is CleverTap's `now` for everybody; India has no daylight saving.
const INDIA: i32 = 19_800;

/// Parses `source`, and of `partials` those it calls.
///
/// The template can be used in any case: its colours, places and what could be parsed are there. Rendering it fails
/// with the first error where there is one.
pub fn parse(source: &str, partials: &Partials, dialect: Dialect) -> (Template, Vec<Diagnostic>) {
    let (compiled, problems) = partials::compile(source, partials, Flavour::Dialect(dialect));
    (Template { compiled: Arc::new(compiled) }, problems)
}

/// Parses `source` by Shopify's rules alone: no dialect, no tags of CleverTap's.
pub fn parse_shopify(source: &str, partials: &Partials) -> (Template, Vec<Diagnostic>) {
    let (compiled, problems) = partials::compile(source, partials, Flavour::Shopify);
    (Template { compiled: Arc::new(compiled) }, problems)
}

impl Template {
    pub fn source(&self) -> &str {
        &self.compiled.files[0].source
    }

    pub fn dialect(&self) -> Dialect {
        self.compiled.dialect
    }

    fn files(&self) -> &[File] {
        &self.compiled.files
    }

    fn body(&self) -> &syntax::Block {
        &self.compiled.files[0].body
    }

    pub fn render(&self, context: &Context<'_>) -> Outcome {
        if let Some(error) = &self.compiled.error {
            return Outcome::Failed(error.clone());
        }
        let india = Offset::from_seconds(INDIA).map_or(TimeZone::UTC, TimeZone::fixed);
        let now_zone = match self.dialect() {
            Dialect::Telecast => context.zone,
            Dialect::CleverTap => &india,
        };
        let Context { now, zone, .. } = *context;
        let surroundings = Surroundings { now, zone, now_zone, rules: Rules::CleverTap };
        machine::run(&self.compiled, machine::Globals::Campaign(context), surroundings, context.limits)
    }

    /// Renders by Shopify's rules with the members of `data` as the names it may use.
    pub fn render_data(&self, data: &Value, now: Timestamp, zone: &TimeZone, limits: Limits) -> Outcome {
        if let Some(error) = &self.compiled.error {
            return Outcome::Failed(error.clone());
        }
        let none = IndexMap::new();
        let data = match data {
            Value::Object(members) => members,
            _ => &none,
        };
        let surroundings = Surroundings { now, zone, now_zone: zone, rules: Rules::Shopify };
        machine::run(&self.compiled, machine::Globals::Data(data), surroundings, limits)
    }

    /// Returns the coloured pieces of its Liquid, ascending; all else is text.
    pub fn tokens(&self) -> &[Token] {
        &self.compiled.tokens
    }

    /// Returns every use of a variable, ascending.
    pub fn variables(&self) -> Vec<VariableUse> {
        variables::uses(self.body())
    }

    /// Whether it, or a partial it may call, uses the variable `root`.
    pub fn uses(&self, root: &str) -> bool {
        self.compiled.files.iter().any(|file| variables::is_used(&file.body, root))
    }

    /// Returns every `{{ … }}` and `{% … %}`, ascending; what looks so inside `raw` and comments is not one.
    pub fn holes(&self) -> Vec<Span> {
        self.compiled.holes.clone()
    }

    /// Returns the places of its `{% render %}` and `{% include %}`, ascending.
    pub fn partial_calls(&self) -> Vec<Span> {
        let mut calls = Vec::new();
        walk::tags(self.body(), &mut |span, tag| {
            if matches!(tag, syntax::Tag::Partial(_)) {
                calls.push(span);
            }
        });
        calls
    }

    /// Returns for each block the places of its tags, as of `{% if %}`, `{% elsif %}`, `{% else %}` and `{% endif %}`;
    /// ascending, blocks by their first tag. A block that is never closed has those it has.
    pub fn blocks(&self) -> &[Vec<Span>] {
        &self.compiled.blocks
    }
}

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod law_tests;
#[cfg(test)]
mod shopify_tests;
#[cfg(test)]
mod stock_tests;
#[cfg(test)]
mod tests;
