//! The settings of a rendering that every filter can read: the time, the time zones, and the engine's rules.

use jiff::Timestamp;
use jiff::tz::TimeZone;

#[derive(Debug, Clone, Copy)]
pub(super) struct RenderSettings<'a> {
    pub now: Timestamp,
    pub zone: &'a TimeZone,
    /// The zone in which `now` is printed: Indian time in CleverTap's dialect, otherwise the same as `zone`.
    pub now_zone: &'a TimeZone,
    pub rules: EngineRules,
}

/// The engine whose rules apply where CleverTap's and Shopify's engines render differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EngineRules {
    CleverTap,
    Shopify,
}
