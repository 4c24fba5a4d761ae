//! The ways in which files write days and instants: ISO's and CleverTap's, each optionally with ` HH:mm:ss`.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateFormat {
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
    /// All formats; where several fit, the first is taken.
    pub const ALL: [DateFormat; 6] = [
        DateFormat::Iso,
        DateFormat::DayMonthYear,
        DateFormat::MonthDayYear,
        DateFormat::YearMonthDay,
        DateFormat::YearDayMonth,
        DateFormat::Named,
    ];

    /// Returns the pattern as CleverTap writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            DateFormat::Iso => "yyyy-MM-dd",
            DateFormat::DayMonthYear => "dd/MM/yyyy",
            DateFormat::MonthDayYear => "MM/dd/yyyy",
            DateFormat::YearMonthDay => "yyyy/MM/dd",
            DateFormat::YearDayMonth => "yyyy/dd/MM",
            DateFormat::Named => "dd MMM yyyy",
        }
    }

    /// Returns the format with day and month the other way round, where there is one.
    pub fn swapped(self) -> Option<DateFormat> {
        match self {
            DateFormat::DayMonthYear => Some(DateFormat::MonthDayYear),
            DateFormat::MonthDayYear => Some(DateFormat::DayMonthYear),
            DateFormat::YearMonthDay => Some(DateFormat::YearDayMonth),
            DateFormat::YearDayMonth => Some(DateFormat::YearMonthDay),
            DateFormat::Iso | DateFormat::Named => None,
        }
    }

    /// Whether a cell is written so; CleverTap's `$D_<epoch seconds>` fits every format.
    pub fn fits(self, cell: &str) -> bool {
        epoch_literal(cell).is_some() || self.civil(cell).is_some()
    }

    /// Reads a cell; also seconds since 1970, which alone would be taken for a number.
    pub fn parse(self, cell: &str, zone: &TimeZone) -> Option<Timestamp> {
        if let Some(instant) = epoch_literal(cell) {
            return Some(instant);
        }
        match self.civil(cell) {
            Some((date, time)) => zone.to_timestamp(date.to_datetime(time)).ok(),
            None if cell.bytes().all(|byte| byte.is_ascii_digit()) => epoch(cell),
            None => None,
        }
    }

    fn civil(self, cell: &str) -> Option<(Date, Time)> {
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
