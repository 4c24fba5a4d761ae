//! LiqP's filter `date`. It formats dates, epoch seconds, `now`, and texts in two notations of dates, and returns any
//! other input unchanged.
//!
//! In a format, `%` and one letter are a directive. Ruby's flags and its other directives are printed as they are.

use std::fmt::Write;

use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp, Zoned};

use super::super::datum::Datum;
use super::super::filters::{Call, MONTHS, WEEKDAYS};
use super::arguments::{FilterResult, text_of};
use super::values;

pub(super) fn date<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let Some(format) = call.arguments.first().cloned() else { return Ok(call.input.clone()) };
    let format = text_of(call, &format)?;
    let Some(at) = read(call) else { return Ok(call.input.clone()) };
    if values::trimmed(format.as_str()).is_empty() {
        return Ok(call.input.clone());
    }
    call.budget.allow_text(format.as_str().len().saturating_mul(24))?;
    Ok(write_date(&at, format.as_str()).into())
}

fn read(call: &Call<'_, '_>) -> Option<Zoned> {
    let zone = call.settings.zone;
    let text = match &call.input {
        Datum::Local(moment) => return Some(Zoned::clone(moment)),
        Datum::Date(instant) => return Some(instant.to_zoned(zone.clone())),
        Datum::Nil => return None,
        Datum::Text(text) if text.as_str() == "now" => {
            return Some(call.settings.now.to_zoned(call.settings.now_zone.clone()));
        }
        other => values::joined(other, zone),
    };
    if let Some(seconds) = values::to_number(&call.input, zone) {
        return Some(Timestamp::from_second(seconds.as_i64()).ok()?.to_zoned(zone.clone()));
    }
    let local = read_iso(text.as_str()).or_else(|| read_words(text.as_str()))?;
    local.to_zoned(zone.clone()).ok()
}

/// Reads the digits at the start, after spaces.
fn number<'t>(text: &mut &'t str) -> Option<i64> {
    let rest = text.trim_start_matches([' ', '\t']);
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, rest): (&'t str, &'t str) = rest.split_at(end);
    *text = rest;
    digits.parse().ok()
}

fn skip(text: &mut &str, expected: char) -> Option<()> {
    *text = text.strip_prefix(expected)?;
    Some(())
}

/// Returns the date and time with these parts. As in Java, a part that is too large carries over: month 13 is January
/// of the next year.
fn rolled(year: i64, month: i64, day: i64, time: [i64; 3]) -> Option<DateTime> {
    let year = i16::try_from(year).ok()?;
    let [hour, minute, second] = time;
    let seconds = hour.checked_mul(3600)?.checked_add(minute.checked_mul(60)?)?.checked_add(second)?;
    let start = Date::new(year, 1, 1).ok()?.to_datetime(jiff::civil::Time::midnight());
    let start = start.checked_add(Span::new().try_months(month - 1).ok()?).ok()?;
    let start = start.checked_add(Span::new().try_days(day - 1).ok()?).ok()?;
    start.checked_add(Span::new().try_seconds(seconds).ok()?).ok()
}

fn clock(text: &mut &str) -> Option<[i64; 3]> {
    let hour = number(text)?;
    skip(text, ':')?;
    let minute = number(text)?;
    skip(text, ':')?;
    Some([hour, minute, number(text)?])
}

/// Reads `2026-03-04 15:06:00`. What follows, such as a zone, does not count.
fn read_iso(text: &str) -> Option<DateTime> {
    let text = &mut &*text;
    let year = number(text)?;
    skip(text, '-')?;
    let month = number(text)?;
    skip(text, '-')?;
    let day = number(text)?;
    skip(text, ' ')?;
    rolled(year, month, day, clock(text)?)
}

/// Reads `Wed Mar 04 03:06:00 2026`.
fn read_words(text: &str) -> Option<DateTime> {
    let text = &mut &*text;
    name(text, &WEEKDAYS)?;
    skip(text, ' ')?;
    let month = name(text, &MONTHS)? + 1;
    skip(text, ' ')?;
    let day = number(text)?;
    skip(text, ' ')?;
    let time = clock(text)?;
    skip(text, ' ')?;
    let year = number(text)?;
    rolled(year, month, day, time)
}

/// Reads a whole name or its first three letters, and returns its index.
fn name(text: &mut &str, names: &[&str]) -> Option<i64> {
    let starts = |name: &str| {
        let start = text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        start.then_some(name.len())
    };
    let found = names.iter().enumerate().filter_map(|(index, name)| {
        let length = starts(name).or_else(|| starts(&name[..3]))?;
        Some((length, index))
    });
    let (length, index) = found.max()?;
    *text = &text[length..];
    i64::try_from(index).ok()
}

fn write_date(at: &Zoned, format: &str) -> String {
    let mut out = String::with_capacity(format.len() * 2);
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match (c, (c == '%').then(|| chars.next()).flatten()) {
            ('%', Some(directive)) => write_directive(&mut out, at, directive),
            _ => out.push(c),
        }
    }
    out
}

fn write_directive(out: &mut String, at: &Zoned, directive: char) {
    let weekday = usize::try_from(at.weekday().to_sunday_zero_offset()).unwrap_or(0);
    let weekday = WEEKDAYS[weekday % 7];
    let month = MONTHS[usize::try_from(at.month() - 1).unwrap_or(0) % 12];
    let (year, day, hour) = (at.year(), at.day(), at.hour());
    let hour12 = (hour + 11) % 12 + 1;
    let (minute, second) = (at.minute(), at.second());
    // Writing to a String cannot fail.
    let _ = match directive {
        '%' => write!(out, "%"),
        'a' => write!(out, "{}", &weekday[..3]),
        'A' => write!(out, "{weekday}"),
        'b' | 'h' => write!(out, "{}", &month[..3]),
        'B' => write!(out, "{month}"),
        'c' => {
            let (weekday, month) = (&weekday[..3], &month[..3]);
            write!(out, "{weekday} {month} {day:02} {hour:02}:{minute:02}:{second:02} {year:04}")
        }
        'd' => write!(out, "{day:02}"),
        'e' => write!(out, "{day}"),
        'H' => write!(out, "{hour:02}"),
        'I' => write!(out, "{hour12:02}"),
        'j' => write!(out, "{:03}", at.day_of_year()),
        'k' => write!(out, "{hour}"),
        'l' => write!(out, "{hour12}"),
        'm' => write!(out, "{:02}", at.month()),
        'M' => write!(out, "{minute:02}"),
        'p' => write!(out, "{}", if hour < 12 { "AM" } else { "PM" }),
        'S' => write!(out, "{second:02}"),
        'U' | 'W' => write!(out, "{:02}", week(at)),
        // 2 for the second Tuesday of a month. In Ruby, it is the number of the weekday.
        'w' => write!(out, "{}", (day - 1) / 7 + 1),
        'x' => write!(out, "{:02}/{day:02}/{:02}", at.month(), year.rem_euclid(100)),
        'X' => write!(out, "{hour:02}:{minute:02}:{second:02}"),
        'y' => write!(out, "{:02}", year.rem_euclid(100)),
        'Y' => write!(out, "{year:04}"),
        'Z' => write!(out, "{}", at.time_zone().to_offset_info(at.timestamp()).abbreviation()),
        other => write!(out, "%{other}"),
    };
}

/// The week of the year, as in America: weeks start on Sunday, and the first one has 1 January.
fn week(at: &Zoned) -> i16 {
    let weekday = i16::from(at.weekday().to_sunday_zero_offset());
    let start = (weekday - (at.day_of_year() - 1)).rem_euclid(7);
    let week = (at.day_of_year() - 1 + start) / 7 + 1;
    // The last days of December can belong to the first week of the next year.
    let days_left = if at.in_leap_year() { 366 } else { 365 } - at.day_of_year();
    if days_left < 6 - weekday { 1 } else { week }
}

/// Returns the directives in `format` that LiqP does not know and prints as they are. Each includes its flags and
/// width, as in `%-d`.
pub(in super::super) fn unknown_directives(format: &str) -> Vec<String> {
    const KNOWN: &str = "%aAbBcdehHIjklmMpSUWwxXyYZ";
    let mut unknown = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        rest = &rest[at..];
        let is_flag = |c: char| matches!(c, '-' | '_' | '^' | '#' | ':') || c.is_ascii_digit();
        let flags = rest[1..].chars().take_while(|c| is_flag(*c)).count();
        let Some(letter) = rest[1 + flags..].chars().next() else { break };
        let (directive, after) = rest.split_at(1 + flags + letter.len_utf8());
        if 0 < flags || !KNOWN.contains(letter) {
            unknown.push(directive.to_owned());
        }
        rest = after;
    }
    unknown
}
