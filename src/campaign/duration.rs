//! Durations as written in TOML files: `10s`, `500ms`, `2m`, `1h`.

use std::time::Duration;

const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

/// Parses a whole number and a unit (`ms`, `s`, `m`, or `h`). The error gives examples of valid durations.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start();
    let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let millis =
        // The multiplication is checked, because `18446744073709551615h` would overflow.
        number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    match millis {
        Some(millis) => Ok(Duration::from_millis(millis)),
        None => Err(format!("`{text}` is not a duration; write it as `10s`, `500ms` or `2m`")),
    }
}

/// Formats a duration in the largest unit that gives a whole number: 120 seconds are `2m`, and 90 seconds are `90s`.
/// [`parse_duration`] can parse the result. Fractions of a millisecond are dropped.
pub(crate) fn format_duration(duration: Duration) -> String {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let (unit, factor) = UNITS
        .iter()
        .rev()
        // Zero is a multiple of every unit. Without this condition, zero would be `0h`.
        .find(|(_, factor)| 0 < millis && millis.is_multiple_of(*factor))
        .unwrap_or(&UNITS[0]);
    format!("{}{unit}", millis / factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_formatted_in_their_shortest_form() {
        for (typed, shortest) in
            [("10s", "10s"), ("500ms", "500ms"), ("120s", "2m"), ("1500ms", "1500ms"), ("0s", "0ms")]
        {
            assert_eq!(format_duration(parse_duration(typed).unwrap()), shortest, "{typed}");
        }
    }

    #[test]
    fn invalid_durations_are_rejected() {
        for typed in
            ["", "10", "s", "-1s", "1.5s", "10 sec", "99999999999999999999s", "18446744073709551615h", "１s"]
        {
            assert!(parse_duration(typed).is_err(), "{typed}");
        }
    }
}
