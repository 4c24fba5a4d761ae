//! The input and the outcome of a rendering.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::diagnostic::Diagnostic;
use crate::profile::{Profile, Value};
use crate::text::Span;

use super::limits::Limits;
use super::source_map::SourceMap;

#[derive(Debug, Clone, Copy)]
pub struct RenderContext<'a> {
    /// The value of the variable `Profile`. If it is `None`, the variable is nil.
    pub profile: Option<&'a Profile>,
    pub event: Option<&'a Value>,
    pub external_trigger: Option<&'a Value>,
    /// The value of `Campaign.campaignId`.
    pub campaign_id: &'a str,
    pub now: Timestamp,
    /// The workspace's time zone. Dates are printed in it, except for `now` in CleverTap's dialect.
    pub zone: &'a TimeZone,
    pub limits: Limits,
}

#[derive(Debug, Clone, PartialEq)]
pub enum RenderOutcome {
    Rendered(Rendered),
    /// The template reached `{% abort %}`: the recipient is skipped.
    Aborted {
        /// The span of the tag. If the tag is in a partial, this is the span of the tag in the template itself that led
        /// to the partial.
        at: Span,
    },
    Failed(Diagnostic),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    pub text: String,
    pub map: SourceMap,
}
