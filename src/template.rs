//! Liquid over JSON text: a spanned parser, rendering with a source map, filters, static checks. The only place that
//! names `liquid`.
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
mod datum;
mod dialect;
mod differences;
mod escapes;
mod filters;
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
mod scan;
mod scope;
mod source_map;
mod syntax;
mod tags;
mod token;
mod variables;
mod view;
mod walk;

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::diagnostic::Diagnostic;
use crate::profile::{Profile, Value};
use crate::text::Span;

pub use check::{Content, check};
pub use dialect::{Dialect, UnknownDialect};
pub use differences::{DIFFERENCES, Difference};
pub use escapes::{Position, escape_filters};
pub use filters::{FILTERS, FilterDoc};
pub use format::format;
pub use inline::{Inlined, inline_partials};
pub use limits::Limits;
pub use partials::Partials;
pub use place::{Place, PlaceKind, place_at};
pub use scope::{Binding, ScopedName, names_at, open_tags_at};
pub use source_map::{Origin, SourceMap};
pub use tags::{TAGS, TagDoc};
pub use token::{Token, TokenClass};
pub use variables::VariableUse;
pub use view::ProfileView;

/// A parsed template with the partials it calls. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Template {
    compiled: Arc<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    /// The template, then the partials it may call.
    files: Vec<File>,
    /// The partials, in the order of the files.
    partials: Arc<[source_map::PartialSource]>,
    tokens: Vec<Token>,
    holes: Vec<Span>,
    blocks: Vec<Vec<Span>>,
    dialect: Dialect,
    /// The template's own first error: with one it cannot be rendered.
    error: Option<Diagnostic>,
}

#[derive(Debug)]
struct File {
    /// `None` for the template itself.
    name: Option<String>,
    source: String,
    body: syntax::Block,
    /// What is wrong in a partial: it cannot be rendered.
    error: Option<Diagnostic>,
}

impl Compiled {
    /// Returns the file of a partial, and its name for as long as the template lives.
    fn file_of(&self, name: &str) -> Option<(usize, &str)> {
        let index = self.partials.iter().position(|known| known.name == name)?;
        Some((index + 1, self.partials[index].name.as_str()))
    }
}

/// India's time in seconds east of UTC, which is CleverTap's `now` for everybody; India has no daylight saving.
const INDIA: i32 = 19_800;

/// All that a rendering depends on besides the template.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// `Profile`; nil without one.
    pub profile: Option<&'a Profile>,
    /// `Event`
    pub event: Option<&'a Value>,
    /// `ExternalTrigger`
    pub external_trigger: Option<&'a Value>,
    /// `Campaign.campaignId`
    pub campaign_id: &'a str,
    /// What `now` means.
    pub now: Timestamp,
    /// The zone in which dates are printed: the workspace's.
    pub zone: &'a TimeZone,
    /// How much work it may be.
    pub limits: Limits,
}

/// How a rendering ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// With a text.
    Rendered(Rendered),
    /// `{% abort %}` at this place: the recipient is skipped.
    Aborted {
        /// The tag, or the one that called the partial it is in.
        at: Span,
    },
    /// With an error at its place in the template.
    Failed(Diagnostic),
}

/// A rendering.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// Where its bytes came from.
    pub map: SourceMap,
}

/// Parses `source`, and of `partials` those it calls.
///
/// The template can be used in any case: its colours, places and what could be parsed are there. Rendering it fails
/// with the first error where there is one.
pub fn parse(source: &str, partials: &Partials, dialect: Dialect) -> (Template, Vec<Diagnostic>) {
    let (compiled, problems) = partials::compile(source, partials, Flavour::Dialect(dialect));
    (Template { compiled: Arc::new(compiled) }, problems)
}

/// What the parser accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flavour {
    Dialect(Dialect),
    /// For `debug liquid`: none of CleverTap's and telecast's tags.
    Shopify,
}

/// Parses `source` by Shopify's rules alone: no dialect, no tags of CleverTap's.
pub fn parse_shopify(source: &str, partials: &Partials) -> (Template, Vec<Diagnostic>) {
    let (compiled, problems) = partials::compile(source, partials, Flavour::Shopify);
    (Template { compiled: Arc::new(compiled) }, problems)
}

impl Template {
    /// Returns the source it was parsed from.
    pub fn source(&self) -> &str {
        &self.compiled.files[0].source
    }

    /// Returns the dialect it was parsed in.
    pub fn dialect(&self) -> Dialect {
        self.compiled.dialect
    }

    fn files(&self) -> &[File] {
        &self.compiled.files
    }

    fn body(&self) -> &syntax::Block {
        &self.compiled.files[0].body
    }

    /// Renders for one profile.
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
        let surroundings = machine::Surroundings { now, zone, now_zone, rules: machine::Rules::CleverTap };
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
        let surroundings =
            machine::Surroundings { now, zone, now_zone: zone, rules: machine::Rules::Shopify };
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
