//! `date` and `date_tz`.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::super::datum::{Datum, Text};
use super::super::surroundings::Rules;
use super::call::{Call, Fault, Filtered};

mod read;
mod strftime;

/// What is written with a zone of its own keeps it by Shopify's rules; in bodies all but `now` is in the workspace's.
pub(super) fn date<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let zone = call.surroundings.zone;
    printed(call, zone, |call, moment| {
        let is_now = match &call.input {
            Datum::Text(text) => is_now(text.as_str()),
            other => matches!(other, Datum::Local(_)),
        };
        match call.surroundings.rules {
            _ if is_now => moment.with_time_zone(call.surroundings.now_zone.clone()),
            Rules::CleverTap => moment.with_time_zone(zone.clone()),
            Rules::Shopify => moment,
        }
    })
}

pub(super) fn date_tz<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let name = call.text_argument(1)?;
    match TimeZone::get(name.as_str()) {
        Ok(zone) => printed(call, &zone, |_, moment| moment.with_time_zone(zone.clone())),
        Err(_) => Err(Fault::argument(1, format!("there is no time zone `{}`", name.as_str()))),
    }
}

/// What is not a date stays as it is, as does any date for an empty format.
///
/// A date without a zone is read in `zone`; `placed` brings the moment to the zone it is printed in.
fn printed<'a>(
    call: &mut Call<'_, 'a>,
    zone: &TimeZone,
    placed: impl FnOnce(&Call<'_, 'a>, Zoned) -> Zoned,
) -> Filtered<'a> {
    let format = call.text_argument(0)?;
    if format.as_str().is_empty() {
        return Ok(call.input.clone());
    }
    let Some(moment) = moment_of(call, zone) else { return Ok(call.input.clone()) };
    let local = placed(call, moment);
    // One directive of three bytes prints fewer than 64, and a width is bounded.
    call.budget.allow_text(format.as_str().len().saturating_mul(24))?;
    Ok(strftime::format(&local, format.as_str()).into())
}

/// Reads dates, epoch seconds, `now`, and the ways dates are commonly written; without a zone they are in `zone`.
fn moment_of(call: &Call<'_, '_>, zone: &TimeZone) -> Option<Zoned> {
    let at = |instant: Timestamp| instant.to_zoned(zone.clone());
    match &call.input {
        Datum::Date(instant) => Some(at(*instant)),
        Datum::Local(moment) => Some(Zoned::clone(moment)),
        Datum::Integer(seconds) => Timestamp::from_second(*seconds).ok().map(at),
        // Shopify leaves decimals alone.
        Datum::Decimal(seconds) if call.surroundings.rules == Rules::CleverTap => {
            Timestamp::from_second(*seconds as i64).ok().map(at)
        }
        Datum::Text(text) => of_text(text, call.surroundings.now, zone),
        _ => None,
    }
}

fn is_now(text: &str) -> bool {
    let text = text.trim();
    text.eq_ignore_ascii_case("now") || text.eq_ignore_ascii_case("today")
}

fn of_text(text: &Text<'_>, now: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    let text = text.as_str().trim();
    if is_now(text) {
        return Some(now.to_zoned(zone.clone()));
    }
    let seconds = text.strip_prefix("$D_").unwrap_or(text);
    if !seconds.is_empty() && seconds.bytes().all(|byte| byte.is_ascii_digit()) {
        return Timestamp::from_second(seconds.parse().ok()?).ok().map(|at| at.to_zoned(zone.clone()));
    }
    read::read(text, now, zone)
}
