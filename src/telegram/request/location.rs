//! Reads and checks the arguments of sendLocation: the coordinates, and what a live location shows.

use super::error::RequestError;
use crate::telegram::api_error::ArgumentLocation;
use crate::telegram::arguments::{Arguments, lenient_i64};

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Location {
    /// In degrees; from -90 to 90 once `finish` has checked it.
    pub latitude: f64,
    /// In degrees; from -180 to 180 once `finish` has checked it.
    pub longitude: f64,
    /// In metres; 0 for an unknown accuracy.
    pub horizontal_accuracy: f64,
    pub live: Option<LiveLocation>,
}

/// What only a location has that is updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveLocation {
    /// For how many seconds the location is updated.
    pub period: i64,
    /// The direction of the movement, in degrees from 1; 0 for none.
    pub heading: i64,
    /// The distance at which the members of a chat are alerted, in metres; 0 for none.
    pub proximity_alert_radius: i64,
}

/// The largest accuracy that Telegram stores, in metres.
const MAX_ACCURACY: f64 = 1500.0;

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
    let integer = |name: &str| lenient_i64(arguments.text(name));
    let live = Some(integer("live_period")).filter(|period| *period != 0).map(|period| LiveLocation {
        period,
        heading: integer("heading"),
        proximity_alert_radius: integer("proximity_alert_radius"),
    });
    Ok(Location {
        latitude: coordinate("latitude")?,
        longitude: coordinate("longitude")?,
        horizontal_accuracy: leading_number(arguments.text("horizontal_accuracy").trim())
            .clamp(0.0, MAX_ACCURACY),
        live,
    })
}

pub(super) fn finish(location: Location) -> Result<Location, RequestError> {
    let Some(live) = location.live else { return check_place(location, "Invalid location specified") };
    let location = check_place(location, "Invalid live location specified")?;
    let refused = |name, message| Err(RequestError::at(ArgumentLocation::argument(name), message));
    if live.period != FOREVER && !(60..=86_400).contains(&live.period) {
        return refused("live_period", "Wrong live location period specified");
    }
    if !(0..=360).contains(&live.heading) {
        return refused("heading", "Wrong live location heading specified");
    }
    if !(0..=100_000).contains(&live.proximity_alert_radius) {
        return refused("proximity_alert_radius", "Wrong live location proximity alert radius specified");
    }
    Ok(location)
}

/// Returns an error with this message if the location is not on Earth.
pub(super) fn check_place(location: Location, message: &str) -> Result<Location, RequestError> {
    if location.latitude.abs() <= 90.0 && location.longitude.abs() <= 180.0 {
        return Ok(location);
    }
    let name = if location.latitude.abs() <= 90.0 { "longitude" } else { "latitude" };
    Err(RequestError::at(ArgumentLocation::argument(name), message))
}

// `str::parse` refuses trailing text, but the server reads coordinates like C's `strtod`: "55.7N" is 55.7, and "N" is
// 0.
pub(super) fn leading_number(text: &str) -> f64 {
    let is_numeric = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    let candidate = &text[..text.find(|c| !is_numeric(c)).unwrap_or(text.len())];
    // Trying every prefix is quadratic in the length, so a hostile run of digits is cut at 64 bytes.
    (0..=candidate.len().min(64)).rev().find_map(|end| candidate[..end].parse().ok()).unwrap_or(0.0)
}
