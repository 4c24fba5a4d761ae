//! How to read a file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indexmap::IndexMap;
use jiff::tz::TimeZone;

use crate::dialect::Dialect;
use crate::profile::Kind;

use super::error::ImportError;

/// The headers that name the identity, the first that is there.
pub(super) const IDENTITY: [&str; 2] = ["identity", "objectId"];

#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// CSV or JSON lines; `None` to tell by the file.
    pub format: Option<Format>,
    /// Types that columns get whatever their cells are, by header or property.
    pub types: IndexMap<String, Kind>,
    /// The property that a header stands for, where it is not its own; `identity` names the identity.
    pub names: IndexMap<String, String>,
    /// The zone of dates that have none.
    pub zone: TimeZone,
    /// Whose limits on names and values hold.
    pub dialect: Dialect,
    /// Set from another thread to end the import early; what is written until then is kept.
    pub stop: Arc<AtomicBool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A header and rows; the delimiter is told by the header.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            format: None,
            types: IndexMap::new(),
            names: IndexMap::new(),
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
        self.names.get(header).map_or(header, String::as_str)
    }

    pub(super) fn is_identity(&self, header: &str) -> bool {
        IDENTITY.contains(&self.property(header))
    }

    pub(super) fn check_columns(&self, headers: &[String]) -> Result<(), ImportError> {
        let is_there =
            |name: &String| headers.iter().any(|header| header == name || self.property(header) == name);
        let unknown = |name: &&String| !is_there(name) && !self.is_identity(name);
        match self.types.keys().chain(self.names.keys()).find(unknown) {
            Some(name) => Err(ImportError::UnknownColumn { name: name.clone() }),
            None => Ok(()),
        }
    }
}
