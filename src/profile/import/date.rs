//! The date formats of imported files: ISO's and CleverTap's, each optionally followed by ` HH:mm:ss`.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateFormat {
    /// `yyyy-MM-dd`
    Iso,
    /// `dd/MM/yyyy`
    DayMonthYear,
    /// `MM/dd/yyyy`
    MonthDayYear,
    /// `yyyy/MM/dd`
    YearMonthDay,
    /// `yyyy/dd/MM`
    YearDayMonth,
    /// `dd MMM yyyy`, the month in English
    Named,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl DateFormat {
    /// All formats. If several fit a column equally well, as for `01/02/2026`, the first of them is used, and the
    /// import mentions the alternative.
    pub(crate) const ALL: [DateFormat; 6] = [
        DateFormat::Iso,
        DateFormat::DayMonthYear,
        DateFormat::MonthDayYear,
        DateFormat::YearMonthDay,
        DateFormat::YearDayMonth,
        DateFormat::Named,
    ];

    /// Returns the pattern as CleverTap writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            DateFormat::Iso => "yyyy-MM-dd",
            DateFormat::DayMonthYear => "dd/MM/yyyy",
            DateFormat::MonthDayYear => "MM/dd/yyyy",
            DateFormat::YearMonthDay => "yyyy/MM/dd",
            DateFormat::YearDayMonth => "yyyy/dd/MM",
            DateFormat::Named => "dd MMM yyyy",
        }
    }

    pub(crate) fn example(self) -> &'static str {
        // The day is above 12, because such a number cannot be taken for a month. An ISO date needs no such day,
        // because the order of its parts is fixed.
        match self {
            DateFormat::Iso => "2024-03-02",
            DateFormat::DayMonthYear => "31/03/2024",
            DateFormat::MonthDayYear => "03/31/2024",
            DateFormat::YearMonthDay => "2024/03/31",
            DateFormat::YearDayMonth => "2024/31/03",
            DateFormat::Named => "31 Mar 2024",
        }
    }

    /// Returns the format with day and month swapped, or `None` if there is no such format.
    pub(crate) fn swapped(self) -> Option<DateFormat> {
        match self {
            DateFormat::DayMonthYear => Some(DateFormat::MonthDayYear),
            DateFormat::MonthDayYear => Some(DateFormat::DayMonthYear),
            DateFormat::YearMonthDay => Some(DateFormat::YearDayMonth),
            DateFormat::YearDayMonth => Some(DateFormat::YearMonthDay),
            DateFormat::Iso | DateFormat::Named => None,
        }
    }

    /// Returns whether a cell has this format. CleverTap's `$D_<epoch seconds>` counts as having every format.
    pub(crate) fn fits(self, cell: &str) -> bool {
        epoch_literal(cell).is_some() || self.civil(cell).is_some()
    }

    /// Parses a cell in this format or as `$D_<epoch seconds>`. A plain number counts as epoch seconds too.
    pub(crate) fn parse(self, cell: &str, zone: &TimeZone) -> Option<Timestamp> {
        if let Some(instant) = epoch_literal(cell) {
            return Some(instant);
        }
        match self.civil(cell) {
            Some((date, time)) => zone.to_timestamp(date.to_datetime(time)).ok(),
            // Unlike this function, `fits` does not accept plain numbers. If it did, a new column of plain numbers
            // could be taken for dates.
            None if cell.bytes().all(|byte| byte.is_ascii_digit()) => epoch(cell),
            None => None,
        }
    }

    fn civil(self, cell: &str) -> Option<(Date, Time)> {
        // Every date has the same length as its pattern, because days and months must be written with two digits.
        let (day, rest) = cell.split_at_checked(self.as_str().len())?;
        let time = match rest.strip_prefix(' ') {
            Some(time) => clock(time)?,
            None if rest.is_empty() => Time::midnight(),
            None => return None,
        };
        Some((self.day(day)?, time))
    }

    fn day(self, text: &str) -> Option<Date> {
        let separator = match self {
            DateFormat::Iso => '-',
            DateFormat::Named => ' ',
            _ => '/',
        };
        let mut parts = text.splitn(3, separator);
        let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
        let (year, month, day) = match self {
            DateFormat::Iso | DateFormat::YearMonthDay => (a, b, c),
            DateFormat::YearDayMonth => (a, c, b),
            DateFormat::DayMonthYear | DateFormat::Named => (c, b, a),
            DateFormat::MonthDayYear => (c, a, b),
        };
        let month = match self {
            DateFormat::Named => {
                let at = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?;
                i8::try_from(at).ok()? + 1
            }
            _ => digits(month, 2)?.try_into().ok()?,
        };
        Date::new(digits(year, 4)?, month, digits(day, 2)?.try_into().ok()?).ok()
    }
}

fn clock(text: &str) -> Option<Time> {
    let mut parts = text.splitn(3, ':').map(|part| digits(part, 2)?.try_into().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    Time::new(hour, minute, second, 0).ok()
}

// The length must match exactly: `2026-1-31` is not a date in any of the formats and is imported as text.
fn digits(text: &str, length: usize) -> Option<i16> {
    let is_number = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

fn epoch_literal(cell: &str) -> Option<Timestamp> {
    epoch(cell.strip_prefix("$D_")?)
}

fn epoch(seconds: &str) -> Option<Timestamp> {
    Timestamp::from_second(seconds.parse().ok()?).ok()
}
