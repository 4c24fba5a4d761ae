//! Formats dates with Ruby's `strftime` directives, flags, and widths.

use std::fmt::Write;

use jiff::Zoned;

// A width, such as the 10 in `%10d`, pads the output of its directive. Without a limit, `%999999999d` would fill the
// memory.
const MAX_WIDTH: usize = 50;

pub(in crate::template) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(in crate::template) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The part between `%` and the directive's letter.
#[derive(Default, Clone, Copy)]
struct Flags {
    /// `-`: no padding, `_`: spaces, `0`: zeros.
    padding: Option<Padding>,
    /// `^`
    is_upper: bool,
    /// `#`
    is_swapped: bool,
    /// The number of colons, as in `%:z`.
    colons: usize,
    width: Option<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Padding {
    None,
    Space,
    Zero,
}

/// Formats `at`. Unknown directives are printed unchanged, as in Ruby.
pub(super) fn format(at: &Zoned, format: &str) -> String {
    let mut out = String::with_capacity(format.len() * 2);
    let mut rest = format;
    while let Some(start) = rest.find('%') {
        out.push_str(&rest[..start]);
        let (flags, directive, length) = directive(&rest[start + 1..]);
        let whole = &rest[start..start + 1 + length];
        match directive.and_then(|directive| format_directive(at, directive, flags)) {
            Some(text) => out.push_str(&text),
            None => out.push_str(whole),
        }
        rest = &rest[start + 1 + length..];
    }
    out.push_str(rest);
    out
}

/// Parses the flags, the width, and the directive's letter, and returns them with their total length in bytes.
fn directive(text: &str) -> (Flags, Option<char>, usize) {
    let mut flags = Flags::default();
    for (at, c) in text.char_indices() {
        match c {
            '-' => flags.padding = Some(Padding::None),
            '_' => flags.padding = Some(Padding::Space),
            // A zero after another digit belongs to the width: `%10d`.
            '0' if flags.width.is_none() => flags.padding = Some(Padding::Zero),
            '^' => flags.is_upper = true,
            '#' => flags.is_swapped = true,
            ':' => flags.colons += 1,
            '0'..='9' => {
                let digit = c as usize - '0' as usize;
                flags.width = Some((flags.width.unwrap_or(0) * 10 + digit).min(MAX_WIDTH));
            }
            _ => return (flags, Some(c), at + c.len_utf8()),
        }
    }
    (flags, None, text.len())
}

fn format_directive(at: &Zoned, directive: char, flags: Flags) -> Option<String> {
    let zero = |value: i64, width: usize| number(value, width, Padding::Zero, flags);
    let space = |value: i64, width: usize| number(value, width, Padding::Space, flags);
    let weekday = usize::try_from(at.weekday().to_sunday_zero_offset()).ok()?;
    let month = usize::try_from(at.month() - 1).ok()?;
    let hour12 = i64::from((at.hour() + 11) % 12 + 1);
    let nested = |nested: &str| pad_text(&format(at, nested), flags);
    Some(match directive {
        'Y' => zero(at.year().into(), if at.year() < 0 { 5 } else { 4 }),
        'C' => zero(i64::from(at.year()).div_euclid(100), 2),
        'y' => zero(i64::from(at.year()).rem_euclid(100), 2),
        'm' => zero(at.month().into(), 2),
        'B' => pad_text(MONTHS.get(month)?, flags),
        'b' | 'h' => pad_text(MONTHS.get(month)?.get(..3)?, flags),
        'd' => zero(at.day().into(), 2),
        'e' => space(at.day().into(), 2),
        'j' => zero(at.day_of_year().into(), 3),
        'H' => zero(at.hour().into(), 2),
        'k' => space(at.hour().into(), 2),
        'I' => zero(hour12, 2),
        'l' => space(hour12, 2),
        'M' => zero(at.minute().into(), 2),
        'S' => zero(at.second().into(), 2),
        // For fractions, the width is the number of digits, not padding.
        'L' => fraction(at, flags.width.unwrap_or(3)),
        'N' => fraction(at, flags.width.unwrap_or(9)),
        // `#` changes the case: AM and PM become lower case, and every other name becomes upper case.
        'p' if flags.is_swapped => (if at.hour() < 12 { "am" } else { "pm" }).to_owned(),
        'p' => pad_text(if at.hour() < 12 { "AM" } else { "PM" }, flags),
        'P' => pad_text(if at.hour() < 12 { "am" } else { "pm" }, flags),
        'A' => pad_text(WEEKDAYS.get(weekday)?, flags),
        'a' => pad_text(WEEKDAYS.get(weekday)?.get(..3)?, flags),
        'u' => zero(at.weekday().to_monday_one_offset().into(), 1),
        'w' => zero(weekday as i64, 1),
        'G' => zero(at.date().iso_week_date().year().into(), 4),
        'g' => zero(i64::from(at.date().iso_week_date().year()).rem_euclid(100), 2),
        'V' => zero(at.date().iso_week_date().week().into(), 2),
        // The week of the year: weeks start on Sunday for `%U` and on Monday for `%W`. The days before the first Sunday
        // or Monday of the year are in week 0.
        'U' => zero(i64::from((at.day_of_year() + 6 - weekday as i16) / 7), 2),
        'W' => {
            let monday = i16::from(at.weekday().to_monday_zero_offset());
            zero(i64::from((at.day_of_year() + 6 - monday) / 7), 2)
        }
        's' => zero(at.timestamp().as_second(), 1),
        'z' => offset(at, flags.colons),
        'Z' => pad_text(&zone_name(at), flags),
        'F' => nested("%Y-%m-%d"),
        'D' | 'x' => nested("%m/%d/%y"),
        'T' | 'X' => nested("%H:%M:%S"),
        'R' => nested("%H:%M"),
        'r' => nested("%I:%M:%S %p"),
        'c' => nested("%a %b %e %H:%M:%S %Y"),
        'v' => nested("%e-%^b-%Y"),
        '+' => nested("%a %b %e %H:%M:%S %Z %Y"),
        'n' => "\n".to_owned(),
        't' => "\t".to_owned(),
        '%' => "%".to_owned(),
        _ => return None,
    })
}

fn number(value: i64, width: usize, padding: Padding, flags: Flags) -> String {
    let width = flags.width.unwrap_or(width);
    match flags.padding.unwrap_or(padding) {
        Padding::None => value.to_string(),
        Padding::Space => format!("{value:>width$}"),
        Padding::Zero => format!("{value:0>width$}"),
    }
}

fn pad_text(text: &str, flags: Flags) -> String {
    let text = if flags.is_upper || flags.is_swapped { text.to_uppercase() } else { text.to_owned() };
    let width = flags.width.unwrap_or(0);
    match flags.padding {
        Some(Padding::Zero) => format!("{text:0>width$}"),
        _ => format!("{text:>width$}"),
    }
}

fn fraction(at: &Zoned, digits: usize) -> String {
    let nanoseconds = format!("{:09}", at.subsec_nanosecond());
    format!("{nanoseconds:0<digits$}").chars().take(digits).collect()
}

fn offset(at: &Zoned, colons: usize) -> String {
    let seconds = at.offset().seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes, rest) = (seconds.abs() / 3600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = match colons {
        0 => write!(out, "{sign}{hours:02}{minutes:02}"),
        1 => write!(out, "{sign}{hours:02}:{minutes:02}"),
        _ => write!(out, "{sign}{hours:02}:{minutes:02}:{rest:02}"),
    };
    out
}

/// Returns the abbreviation of the zone, such as `CET`.
fn zone_name(at: &Zoned) -> String {
    at.time_zone().to_offset_info(at.timestamp()).abbreviation().to_owned()
}
