//! The filters `date` and `date_tz`.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::super::datum::{Datum, LiquidText};
use super::super::render_settings::EngineRules;
use super::call::{Call, FilterError, FilterResult};

mod read;
mod strftime;

pub(in crate::template) use strftime::{MONTHS, WEEKDAYS};

/// Formats a date in the workspace's time zone, and `now` in the zone that the dialect prescribes.
///
/// By Shopify's rules, a date text with a zone keeps that zone.
pub(super) fn date<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let zone = call.settings.zone;
    format_input(call, zone, |call, moment| {
        let is_now = match &call.input {
            Datum::Text(text) => is_now(text.as_str()),
            other => matches!(other, Datum::Local(_)),
        };
        match call.settings.rules {
            // In CleverTap's dialect, `now_zone` is India's time zone for every account.
            _ if is_now => moment.with_time_zone(call.settings.now_zone.clone()),
            EngineRules::Telecast | EngineRules::Liqp => moment.with_time_zone(zone.clone()),
            EngineRules::Shopify => moment,
        }
    })
}

pub(super) fn date_tz<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let name = call.text_argument(1)?;
    match TimeZone::get(name.as_str()) {
        Ok(zone) => format_input(call, &zone, |_, moment| moment.with_time_zone(zone.clone())),
        Err(_) => Err(FilterError::argument(1, format!("unknown time zone `{}`", name.as_str()))),
    }
}

/// Formats the input. Like Shopify's filter, returns the input unchanged if the input is not a date or if the format is
/// empty.
///
/// `zone` applies to an input without a zone of its own. `to_output_zone` converts the moment to the zone of the
/// output.
fn format_input<'a>(
    call: &mut Call<'_, 'a>,
    zone: &TimeZone,
    to_output_zone: impl FnOnce(&Call<'_, 'a>, Zoned) -> Zoned,
) -> FilterResult<'a> {
    let format = call.text_argument(0)?;
    if format.as_str().is_empty() {
        return Ok(call.input.clone());
    }
    let Some(moment) = parse_input(call, zone) else { return Ok(call.input.clone()) };
    let local = to_output_zone(call, moment);
    if format.as_str() == "%" && call.settings.rules == EngineRules::Shopify {
        return Err(FilterError::argument(0, "`%` needs a letter after it"));
    }
    // Each byte of the format is charged as 24 bytes of output. This is more than enough: for example, `%c` has 2 bytes
    // and prints 24, and `%50d` has 4 bytes and prints 50.
    call.budget.allow_text(format.as_str().len().saturating_mul(24))?;
    Ok(strftime::format(&local, format.as_str()).into())
}

/// Parses the input: a date, epoch seconds, `now`, or a text in a common notation. A text without a zone counts as a
/// time in `zone`. Returns `None` for any other input.
fn parse_input(call: &Call<'_, '_>, zone: &TimeZone) -> Option<Zoned> {
    let at = |instant: Timestamp| instant.to_zoned(zone.clone());
    match &call.input {
        Datum::Date(instant) => Some(at(*instant)),
        Datum::Local(moment) => Some(Zoned::clone(moment)),
        Datum::Integer(seconds) => Timestamp::from_second(*seconds).ok().map(at),
        // By Shopify's rules, a decimal is not a date, so the filter returns the decimal unchanged.
        Datum::Decimal(seconds) if call.settings.rules == EngineRules::Telecast => {
            Timestamp::from_second(*seconds as i64).ok().map(at)
        }
        Datum::Text(text) => parse_text(text, call.settings.now, zone),
        _ => None,
    }
}

fn is_now(text: &str) -> bool {
    let text = text.trim();
    text.eq_ignore_ascii_case("now") || text.eq_ignore_ascii_case("today")
}

fn parse_text(text: &LiquidText<'_>, now: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    let text = text.as_str().trim();
    if is_now(text) {
        return Some(now.to_zoned(zone.clone()));
    }
    // In data that is uploaded to CleverTap, the prefix `$D_` marks a date in epoch seconds.
    let seconds = text.strip_prefix("$D_").unwrap_or(text);
    if !seconds.is_empty() && seconds.bytes().all(|byte| byte.is_ascii_digit()) {
        return Timestamp::from_second(seconds.parse().ok()?).ok().map(|at| at.to_zoned(zone.clone()));
    }
    read::read(text, now, zone)
}
