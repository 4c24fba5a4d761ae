//! Reads and checks the arguments of sendLocation: the coordinates and the live period.

use super::error::RequestError;
use crate::telegram::api_error::ArgumentLocation;
use crate::telegram::arguments::{Arguments, lenient_i64};

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Location {
    /// In degrees; from -90 to 90 once `finish` has checked it.
    pub latitude: f64,
    /// In degrees; from -180 to 180 once `finish` has checked it.
    pub longitude: f64,
    /// For how many seconds the location is updated; `None` for a location that is not live.
    pub live_period: Option<i64>,
}

// The Bot API's value for a live location without an end. It is exempt from the limit of one day in `finish`.
const FOREVER: i64 = 0x7fff_ffff;

pub(super) fn read(arguments: &Arguments) -> Result<Location, RequestError> {
    let coordinate = |name: &str| {
        let text = arguments.text(name).trim();
        if text.is_empty() {
            // For an empty coordinate, the server's own message already begins with `Bad Request: `.
            // `ApiError::bad_request` does not put a second such prefix before this message.
            return Err(RequestError::at(arguments.location(name), &format!("Bad Request: {name} is empty")));
        }
        Ok(leading_number(text))
    };
    let live_period = Some(lenient_i64(arguments.text("live_period"))).filter(|period| *period != 0);
    Ok(Location { latitude: coordinate("latitude")?, longitude: coordinate("longitude")?, live_period })
}

pub(super) fn finish(location: Location) -> Result<Location, RequestError> {
    let is_on_earth = location.latitude.abs() <= 90.0 && location.longitude.abs() <= 180.0;
    if !is_on_earth {
        let name = if location.latitude.abs() <= 90.0 { "longitude" } else { "latitude" };
        return Err(RequestError::at(ArgumentLocation::argument(name), "Invalid location specified"));
    }
    match location.live_period {
        Some(period) if period != FOREVER && !(60..=86_400).contains(&period) => Err(RequestError::at(
            ArgumentLocation::argument("live_period"),
            "Wrong live location period specified",
        )),
        _ => Ok(location),
    }
}

// `str::parse` refuses trailing text, but the server reads coordinates like C's `strtod`: "55.7N" is 55.7, and "N" is
// 0.
pub(super) fn leading_number(text: &str) -> f64 {
    let is_numeric = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    let candidate = &text[..text.find(|c| !is_numeric(c)).unwrap_or(text.len())];
    // Trying every prefix is quadratic in the length, so a hostile run of digits is cut at 64 bytes.
    (0..=candidate.len().min(64)).rev().find_map(|end| candidate[..end].parse().ok()).unwrap_or(0.0)
}
