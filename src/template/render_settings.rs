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

/// The engine whose rules apply where engines render differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EngineRules {
    /// Shopify's rules, with a few that suit the data of CleverTap: message bodies are rendered by them.
    Telecast,
    Shopify,
    /// The rules of LiqP, which is said to be CleverTap's engine; see [`super::liqp`].
    Liqp,
}
