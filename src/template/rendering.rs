//! What a rendering is given, and how it ends.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::diagnostic::Diagnostic;
use crate::profile::{Profile, Value};
use crate::text::Span;

use super::limits::Limits;
use super::source_map::SourceMap;

#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// `Profile`; nil without one.
    pub profile: Option<&'a Profile>,
    pub event: Option<&'a Value>,
    pub external_trigger: Option<&'a Value>,
    /// `Campaign.campaignId`
    pub campaign_id: &'a str,
    pub now: Timestamp,
    /// The zone in which dates are printed: the workspace's.
    pub zone: &'a TimeZone,
    pub limits: Limits,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Rendered(Rendered),
    /// `{% abort %}` at this place: the recipient is skipped.
    Aborted {
        /// The tag, or the one that called the partial it is in.
        at: Span,
    },
    Failed(Diagnostic),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    pub text: String,
    pub map: SourceMap,
}
