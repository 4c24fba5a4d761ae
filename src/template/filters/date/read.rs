//! Parses dates in the notations that people and programs use.
//!
//! Examples are `2016-03-14`, `2016-03-14T10:11:12Z`, `March 14, 2016 10:00 pm`, `14 Mar 2016`, `14/03/2016`,
//! `Fri Jul 16 01:00:00 2004`, and `Mon, 02 Jan 2006 15:04:05 +0100`. Each word is recognized by its form, so the order
//! of the words hardly matters.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

// The maximum length of a text that is parsed, in bytes. No date is longer. The filter `date` can be applied to any
// text, and parsing a longer text would only waste time.
const MAX_LENGTH: usize = 64;

/// Parses `text`, or returns `None` if it is not a date.
///
/// A missing year or month is taken from the current date in `zone`. A month without a day is the first day of that
/// month. A missing time is midnight, and a missing zone is `zone`. A time without a date is a time today.
pub(super) fn read(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    if MAX_LENGTH < text.len() {
        return None;
    }
    let mut parts = Parts::default();
    for word in words(text) {
        parts.take(word)?;
    }
    let today = now.to_zoned(zone.clone()).date();
    let date = parts.date(today)?;
    let time = parts.time.unwrap_or(Time::midnight());
    let time = match parts.is_afternoon {
        Some(true) if time.hour() < 12 => time.with().hour(time.hour() + 12).build().ok()?,
        // 12 am is midnight.
        Some(false) if time.hour() == 12 => time.with().hour(0).build().ok()?,
        _ => time,
    };
    let zone = parts.offset.map_or_else(|| zone.clone(), TimeZone::fixed);
    DateTime::from_parts(date, time).to_zoned(zone).ok()
}

#[derive(Default)]
struct Parts {
    whole: Option<Date>,
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    has_weekday: bool,
    time: Option<Time>,
    is_afternoon: Option<bool>,
    offset: Option<Offset>,
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',', '\t', '\n']).filter(|word| !word.is_empty())
}

/// Splits a timestamp in lower case, such as `2016-03-14t10:11:12z`, at the `t` between its date and time. Returns
/// `None` if `word` is not a timestamp.
fn timestamp(word: &str) -> Option<(&str, &str)> {
    let (date, time) = word.split_once('t')?;
    let is_timestamp =
        date.ends_with(|c: char| c.is_ascii_digit()) && time.starts_with(|c: char| c.is_ascii_digit());
    is_timestamp.then_some((date, time))
}

impl Parts {
    fn take(&mut self, word: &str) -> Option<()> {
        let lower = word.to_ascii_lowercase();
        if let Some((date, time)) = timestamp(&lower) {
            self.whole = Some(whole_date(date).or_else(|| basic_date(date))?);
            return self.take_time(time);
        }
        // A word is tested for a time before it is tested for a zone, because a time can end in a zone, as in
        // `10:11+01:00`.
        if word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.take_time(&lower);
        }
        if let Some(month) = month_of(&lower) {
            self.month = Some(month);
            return Some(());
        }
        if is_weekday(&lower) {
            self.has_weekday = true;
            return Some(());
        }
        match lower.as_str() {
            "am" | "a.m." => self.is_afternoon = Some(false),
            "pm" | "p.m." => self.is_afternoon = Some(true),
            "z" | "utc" | "gmt" | "ut" => self.offset = Some(Offset::UTC),
            // A sign starts a zone only after a time. Anywhere else, a word such as `-3` is not a zone.
            _ if self.time.is_some() && lower.starts_with(['+', '-']) => self.offset = Some(offset(&lower)?),
            _ => match ZONES.iter().find(|(name, _)| *name == lower) {
                Some((_, hours)) => self.offset = Some(Offset::constant(*hours)),
                None => return self.take_number(&lower),
            },
        }
        Some(())
    }

    fn take_number(&mut self, word: &str) -> Option<()> {
        if let Some(date) = whole_date(word) {
            self.whole = Some(date);
            return Some(());
        }
        if let Some(hour) = word.strip_suffix("am").or(word.strip_suffix("pm")) {
            self.is_afternoon = Some(word.ends_with("pm"));
            self.time = Time::new(hour.parse().ok()?, 0, 0, 0).ok();
            return self.time.map(|_| ());
        }
        let digits =
            ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
        let number: i16 = digits.parse().ok()?;
        match number {
            // A number of up to two digits is a day. A number of four digits is a year. No other number is accepted.
            1..=31 if self.day.is_none() && digits.len() <= 2 => self.day = i8::try_from(number).ok(),
            _ if digits.len() == 4 && self.year.is_none() => self.year = Some(number),
            _ => return None,
        }
        Some(())
    }

    /// Takes a time: `10:11`, `10:11:12.345`, `1011`, or `101112`. It may end in `am`, `pm`, `Z`, or an offset
    /// (`+01:00`).
    fn take_time(&mut self, word: &str) -> Option<()> {
        let end = word.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(word.len());
        let (clock, rest) = word.split_at(end);
        match rest {
            "" => {}
            "am" => self.is_afternoon = Some(false),
            "pm" => self.is_afternoon = Some(true),
            "z" => self.offset = Some(Offset::UTC),
            rest => self.offset = Some(offset(rest)?),
        }
        let mut parts = clock.split(':');
        let (hour, minute, seconds) = match (parts.next()?, parts.next()) {
            (hour, Some(minute)) => (hour, minute, parts.next()),
            (digits, None) => {
                (digits.get(..2)?, digits.get(2..4)?, digits.get(4..).filter(|seconds| !seconds.is_empty()))
            }
        };
        let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
        let (second, nanosecond) = match seconds {
            Some(seconds) => {
                let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
                (second.parse().ok()?, nanoseconds(fraction)?)
            }
            None => (0, 0),
        };
        if parts.next().is_some() {
            return None;
        }
        self.time = Some(Time::new(hour, minute, second, nanosecond).ok()?);
        Some(())
    }

    fn date(&self, today: Date) -> Option<Date> {
        if let Some(date) = self.whole {
            return Some(date);
        }
        if self.year.is_none() && self.month.is_none() && self.day.is_none() {
            // A time without a date is a time today. If the text has only a weekday and a time, the date is unknown,
            // because the week is unknown.
            return self.time.filter(|_| !self.has_weekday).map(|_| today);
        }
        let day = match (self.day, self.month) {
            (Some(day), _) => day,
            (None, Some(_)) => 1,
            (None, None) => return None,
        };
        Date::new(self.year.unwrap_or(today.year()), self.month.unwrap_or(today.month()), day).ok()
    }
}

fn nanoseconds(fraction: &str) -> Option<i32> {
    let digits = fraction.get(..fraction.len().min(9))?;
    if digits.is_empty() {
        return Some(0);
    }
    let scale = 10_i32.checked_pow(u32::try_from(9 - digits.len()).ok()?)?;
    digits.parse::<i32>().ok()?.checked_mul(scale)
}

/// Parses a date such as `20160314`. Such digits are a date only before a `T` and a time, as in `20160314T1011`. On
/// their own, they are epoch seconds.
fn basic_date(word: &str) -> Option<Date> {
    if word.len() != 8 {
        return None;
    }
    let (year, month, day) = (word.get(..4)?, word.get(4..6)?, word.get(6..)?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Parses a date such as `2016-03-14`, `2016/03/14`, `14/03/2016`, `14.03.2016`, or `14-03-2016`.
fn whole_date(word: &str) -> Option<Date> {
    let separator = word.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
    let mut parts = word.split(separator);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let month = |text: &str| month_of(text).or_else(|| text.parse().ok());
    // The four-digit part is the year. If the year comes last, the day comes first: `03/04/2016` is 3 April.
    match (first.len(), third.len()) {
        (4, 1..=2) => Date::new(first.parse().ok()?, month(second)?, third.parse().ok()?).ok(),
        (1..=2, 4) => Date::new(third.parse().ok()?, month(second)?, first.parse().ok()?).ok(),
        _ => None,
    }
}

/// Parses a UTC offset such as `+01:00`, `-0800`, or `+1`, which is one hour.
fn offset(text: &str) -> Option<Offset> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.get(1..)?;
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if !(0..=23).contains(&hours) || !(0..=59).contains(&minutes) {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// The American zone abbreviations of RFC 2822, with their hours east of UTC.
const ZONES: [(&str, i8); 8] =
    [("est", -5), ("edt", -4), ("cst", -6), ("cdt", -5), ("mst", -7), ("mdt", -6), ("pst", -8), ("pdt", -7)];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Parses the name of a month, or its first letters: at least three (`sep`, `sept`).
fn month_of(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.');
    let index = MONTHS.iter().position(|month| 3 <= word.len() && month.starts_with(word))?;
    i8::try_from(index + 1).ok()
}

fn is_weekday(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    3 <= word.len() && WEEKDAYS.iter().any(|day| day.starts_with(word))
}
