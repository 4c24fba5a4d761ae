//! What a rendering goes by, wherever in it one is: the time, the zones, whose rules.

use jiff::Timestamp;
use jiff::tz::TimeZone;

#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub now: Timestamp,
    pub zone: &'a TimeZone,
    /// The zone in which `now` is told: in CleverTap's dialect India's, whatever that of other dates.
    pub now_zone: &'a TimeZone,
    pub rules: Rules,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    CleverTap,
    Shopify,
}
