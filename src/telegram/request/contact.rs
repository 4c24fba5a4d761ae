//! Reads the arguments of sendVenue and sendContact.

use super::Location;
use super::error::RequestError;
use super::{location, target};
use crate::telegram::arguments::Arguments;

#[derive(Debug, Clone, PartialEq)]
pub struct Venue {
    pub location: Location,
    pub title: String,
    pub address: String,
    /// Where the place is listed; `None` for nowhere.
    pub listing: Option<VenueListing>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VenueListing {
    pub provider: VenueProvider,
    pub id: String,
    pub kind: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VenueProvider {
    Foursquare,
    GooglePlaces,
}

impl VenueProvider {
    /// Returns the names of the two arguments, which are also the names of the two fields of a Venue object.
    pub(crate) fn field_names(self) -> (&'static str, &'static str) {
        match self {
            VenueProvider::Foursquare => ("foursquare_id", "foursquare_type"),
            VenueProvider::GooglePlaces => ("google_place_id", "google_place_type"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub phone_number: String,
    pub first_name: String,
    /// Empty if there is none.
    pub last_name: String,
    /// Empty if there is none.
    pub vcard: String,
}

pub(super) fn read_venue(arguments: &Arguments) -> Result<Venue, RequestError> {
    let location = location::read(arguments)?;
    // As in the server, Foursquare wins if both are given.
    let listings = [VenueProvider::Foursquare, VenueProvider::GooglePlaces].map(|provider| {
        let (id, kind) = provider.field_names();
        VenueListing { provider, id: arguments.text(id).to_owned(), kind: arguments.text(kind).to_owned() }
    });
    let listing = listings.into_iter().find(|listing| !listing.id.is_empty() || !listing.kind.is_empty());
    Ok(Venue {
        location: Location { live: None, ..location },
        title: arguments.text("title").to_owned(),
        address: arguments.text("address").to_owned(),
        listing,
    })
}

pub(super) fn finish_venue(venue: Venue) -> Result<Venue, RequestError> {
    location::check_place(venue.location, "Wrong venue location specified").map(|_| venue)
}

pub(super) fn read_contact(arguments: &Arguments) -> Result<Contact, RequestError> {
    let required = |name: &str| match arguments.text(name) {
        "" => Err(target::required(name, arguments)),
        text => Ok(text.to_owned()),
    };
    Ok(Contact {
        phone_number: required("phone_number")?,
        first_name: required("first_name")?,
        last_name: arguments.text("last_name").to_owned(),
        vcard: arguments.text("vcard").to_owned(),
    })
}
