//! sendLocation.

use super::refused::Refused;
use crate::telegram::api_error::Place;
use crate::telegram::arguments::{Arguments, lenient_i64};

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Location {
    /// From -90 to 90.
    pub latitude: f64,
    /// From -180 to 180.
    pub longitude: f64,
    /// Seconds for which it can be moved; `None` for a point that stays.
    pub live_period: Option<i64>,
}

const FOREVER: i64 = 0x7fff_ffff;

pub(super) fn read(arguments: &Arguments) -> Result<Location, Refused> {
    let coordinate = |name: &str| {
        let text = arguments.text(name).trim();
        if text.is_empty() {
            return Err(Refused::at(arguments.place(name), &format!("Bad Request: {name} is empty")));
        }
        Ok(leading_number(text))
    };
    let live_period = Some(lenient_i64(arguments.text("live_period"))).filter(|period| *period != 0);
    Ok(Location { latitude: coordinate("latitude")?, longitude: coordinate("longitude")?, live_period })
}

pub(super) fn finish(location: Location) -> Result<Location, Refused> {
    let is_on_earth = location.latitude.abs() <= 90.0 && location.longitude.abs() <= 180.0;
    if !is_on_earth {
        let name = if location.latitude.abs() <= 90.0 { "longitude" } else { "latitude" };
        return Err(Refused::at(Place::argument(name), "Invalid location specified"));
    }
    match location.live_period {
        Some(period) if period != FOREVER && !(60..=86_400).contains(&period) => {
            Err(Refused::at(Place::argument("live_period"), "Wrong live location period specified"))
        }
        _ => Ok(location),
    }
}

/// Reads the number a text begins with, as C does; 0 where there is none.
fn leading_number(text: &str) -> f64 {
    let is_numeric = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    let candidate = &text[..text.find(|c| !is_numeric(c)).unwrap_or(text.len())];
    (0..=candidate.len().min(64)).rev().find_map(|end| candidate[..end].parse().ok()).unwrap_or(0.0)
}
