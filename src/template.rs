//! Parses, renders, and checks Liquid templates, which usually produce JSON. The syntax tree has spans in the source,
//! and a rendering has a source map that leads back to these spans.
//!
//! ```text
//! source ──scan──▶ chunks ──parser──▶ syntax tree ──machine(context, limits)──▶ text + SourceMap
//!                                        │
//!                                        ├──▶ diagnostics, tokens, variables, checks, contexts for completion
//!                                        └──▶ stand_ins ──covering──▶ renderings that take every branch
//! ```

mod captured;
mod check;
mod chips;
mod clevertap;
mod compare;
mod compiled;
mod covering;
mod datum;
#[cfg(test)]
mod differences;
mod digits;
mod escapes;
mod filters;
mod flavour;
mod format;
mod inline;
mod inspect;
mod json_context;
mod json_state;
mod limits;
mod liqp;
mod literals;
mod loops;
mod machine;
mod number;
mod parser;
mod partials;
mod portability;
mod render_settings;
mod rendering;
mod repair;
mod scan;
mod scope;
mod source_map;
mod stand_ins;
mod string_parts;
mod syntax;
mod tags;
mod token;
mod trace;
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

pub(crate) use check::{Content, check};
pub(crate) use chips::expects_default;
pub(crate) use clevertap::{InClevertap, always_differing, differences as clevertap_differences};
pub(crate) use covering::{Verdict, cover};
pub(crate) use escapes::{EscapePosition, escape_filters};
pub(crate) use filters::{FILTERS, FilterDoc};
pub(crate) use format::format;
pub(crate) use inline::inline_partials;
pub(crate) use json_context::{JsonContext, JsonContextKind, is_in_one_string, json_context_at};
pub use limits::Limits;
pub(crate) use literals::literal_outputs;
pub use partials::Partials;
pub use rendering::RenderContext;
pub use rendering::RenderOutcome;
pub(crate) use rendering::Rendered;
pub(crate) use repair::{OddCharacter, confirm_names, with_plain_characters};
pub(crate) use scope::{Binding, ScopedName, names_at, open_tags_at};
pub(crate) use source_map::SourceMap;
pub(crate) use string_parts::string_parts;
pub(crate) use tags::{TAGS, TagDoc};
pub(crate) use token::{LiquidToken, TokenClass};
pub(crate) use trace::{Arm, Choice};
pub(crate) use variables::VariableUse;

use compiled::{Compiled, TemplateFile};
use flavour::Flavour;
use render_settings::{EngineRules, RenderSettings};
use trace::Trace;

/// A parsed template with the partials that it may call. Cloning is cheap, because clones share the parsed data.
#[derive(Debug, Clone)]
pub struct Template {
    compiled: Arc<Compiled>,
}

// CleverTap prints `now` in Indian time for every recipient. A fixed offset is enough, because India has no daylight
// saving time.
/// The UTC offset of India Standard Time, in seconds.
const INDIA_OFFSET: i32 = 19_800;

/// Parses `source` and the partials that it may call. Returns the template and all problems, in source order.
///
/// Even if there are syntax errors, the template has tokens, spans, and everything that could be parsed. A syntax error
/// in `source` makes every rendering fail. If a partial has a syntax error, only the renderings that reach the partial
/// fail. A tag or filter that telecast has, but the dialect does not, is reported and still rendered.
pub fn parse(source: &str, partials: &Partials, dialect: Dialect) -> (Template, Vec<Diagnostic>) {
    let (compiled, problems) = partials::compile(source, partials, Flavour::Dialect(dialect));
    (Template { compiled: Arc::new(compiled) }, problems)
}

/// Parses `source` by Shopify's rules: `abort` is an unknown tag, and `default` accepts any keyword argument.
pub(crate) fn parse_shopify(source: &str, partials: &Partials) -> (Template, Vec<Diagnostic>) {
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

    fn files(&self) -> &[TemplateFile] {
        &self.compiled.files
    }

    fn body(&self) -> &syntax::Block {
        &self.compiled.files[0].body
    }

    pub fn render(&self, context: &RenderContext<'_>) -> RenderOutcome {
        self.render_with_trace(context, None)
    }

    fn render_with_trace(&self, context: &RenderContext<'_>, trace: Option<&mut Trace>) -> RenderOutcome {
        self.render_by(EngineRules::Telecast, context, trace)
    }

    fn render_by(
        &self,
        rules: EngineRules,
        context: &RenderContext<'_>,
        trace: Option<&mut Trace>,
    ) -> RenderOutcome {
        if let Some(error) = &self.compiled.error {
            return RenderOutcome::Failed(error.clone());
        }
        // The offset is a constant in range, so the fallback to UTC is never taken.
        let india = Offset::from_seconds(INDIA_OFFSET).map_or(TimeZone::UTC, TimeZone::fixed);
        let now_zone = match self.dialect() {
            Dialect::Telecast => context.zone,
            Dialect::CleverTap => &india,
        };
        let RenderContext { now, zone, .. } = *context;
        let settings = RenderSettings { now, zone, now_zone, rules };
        machine::run(&self.compiled, machine::Globals::Campaign(context), settings, context.limits, trace)
    }

    /// Renders the template by Shopify's rules. The members of `data` are the global variables.
    pub fn render_data(
        &self,
        data: &Value,
        now: Timestamp,
        zone: &TimeZone,
        limits: Limits,
    ) -> RenderOutcome {
        self.render_data_by(EngineRules::Shopify, data, now, zone, limits)
    }

    /// Renders the template as CleverTap would; see [`Template::render_data`]. [`clevertap_differences`]
    /// also says whether CleverTap accepts the template.
    pub(crate) fn render_data_in_clevertap(
        &self,
        data: &Value,
        now: Timestamp,
        zone: &TimeZone,
        limits: Limits,
    ) -> RenderOutcome {
        self.render_data_by(EngineRules::Liqp, data, now, zone, limits)
    }

    fn render_data_by(
        &self,
        rules: EngineRules,
        data: &Value,
        now: Timestamp,
        zone: &TimeZone,
        limits: Limits,
    ) -> RenderOutcome {
        if let Some(error) = &self.compiled.error {
            return RenderOutcome::Failed(error.clone());
        }
        // Data that is not an object has no members, so every global variable is nil.
        let empty = IndexMap::new();
        let data = match data {
            Value::Object(members) => members,
            _ => &empty,
        };
        let settings = RenderSettings { now, zone, now_zone: zone, rules };
        machine::run(&self.compiled, machine::Globals::Data(data), settings, limits, None)
    }

    /// Returns the tokens of the Liquid in the template itself, in source order. Text outside Liquid has no tokens.
    pub fn tokens(&self) -> &[LiquidToken] {
        &self.compiled.tokens
    }

    /// Returns the uses of variables in the template itself, in source order. Uses in partials are left out, and so are
    /// variables with a computed name, as in `{{ [name] }}`.
    pub fn variables(&self) -> Vec<VariableUse> {
        variables::uses(self.body())
    }

    /// Returns whether the template, or a partial that it may call, uses the variable `root`.
    pub fn uses(&self, root: &str) -> bool {
        self.compiled.files.iter().any(|file| variables::is_used(&file.body, root))
    }

    /// Returns the spans of the `{{ … }}` and `{% … %}` in the template itself, in source order. In CleverTap's
    /// dialect, variables such as `@Profile - Name | default: "friend"` are included. Liquid inside `raw` and comments
    /// is left out.
    pub fn liquid_spans(&self) -> Vec<Span> {
        self.compiled.liquid_spans.clone()
    }

    /// Returns the spans of the `{% render %}` and `{% include %}` tags in the template itself, in source order.
    pub fn partial_calls(&self) -> Vec<Span> {
        let mut calls = Vec::new();
        walk::tags(self.body(), &mut |span, tag| {
            if matches!(tag, syntax::TagNode::Partial(_)) {
                calls.push(span);
            }
        });
        calls
    }

    /// Returns, for each block, the spans of its tags: for example, of `{% if %}`, `{% else %}` and `{% endif %}`.
    ///
    /// The blocks and the tags of each block are in source order. The list of an unclosed block has no end tag. A block
    /// that has only its opening tag is left out.
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
