//! What a rendering is given, and how it ends.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::diagnostic::Diagnostic;
use crate::profile::{Profile, Value};
use crate::text::Span;

use super::limits::Limits;
use super::source_map::SourceMap;

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
