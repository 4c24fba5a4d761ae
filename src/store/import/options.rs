//! The options of an import.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indexmap::IndexMap;
use jiff::tz::TimeZone;

use crate::dialect::Dialect;
use crate::profile::ValueKind;

use super::error::ImportError;

/// The headers that make a column the identity column. If a file has both headers, `identity` is the identity column,
/// and `objectId` is an ordinary property.
pub(super) const IDENTITY: [&str; 2] = ["identity", "objectId"];

#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// CSV or JSON lines; `None` to detect the format from the content.
    pub format: Option<ImportFormat>,
    /// The types of columns, by header or property name. For these columns, the type is not detected from the cells.
    pub types: IndexMap<String, ValueKind>,
    /// Maps a header to the name of its property, if the two differ. A header that maps to `identity` or `objectId`
    /// names the identity column.
    pub property_names: IndexMap<String, String>,
    /// The time zone for dates that are written without a time zone.
    pub zone: TimeZone,
    /// The dialect whose limits on names and values apply.
    pub dialect: Dialect,
    /// Another thread sets this flag to end the import early. Batches written until then are kept.
    pub stop: Arc<AtomicBool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportFormat {
    /// A header and rows. The delimiter is detected from the header.
    Csv,
    /// One JSON object per line.
    JsonLines,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            format: None,
            types: IndexMap::new(),
            property_names: IndexMap::new(),
            zone: TimeZone::UTC,
            dialect: Dialect::Telecast,
            stop: Arc::default(),
        }
    }
}

impl ImportOptions {
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(super) fn property<'a>(&'a self, header: &'a str) -> &'a str {
        self.property_names.get(header).map_or(header, String::as_str)
    }

    pub(super) fn is_identity(&self, header: &str) -> bool {
        IDENTITY.contains(&self.property(header))
    }

    pub(super) fn check_columns(&self, headers: &[String]) -> Result<(), ImportError> {
        let is_there =
            |name: &String| headers.iter().any(|header| header == name || self.property(header) == name);
        let unknown = |name: &&String| !is_there(name) && !self.is_identity(name);
        match self.types.keys().chain(self.property_names.keys()).find(unknown) {
            Some(name) => Err(ImportError::UnknownColumn { name: name.clone() }),
            None => Ok(()),
        }
    }
}
