//! Determines the version of the data, which shows whether a cached result is still current.

use rusqlite::Connection;

/// A value that changes whenever this connection or another one writes.
// Both fields are needed. `ours` is SQLite's `total_changes`, which counts only the writes of this connection. `others`
// is `PRAGMA data_version`, which changes only when another connection writes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DataVersion {
    ours: u64,
    others: i64,
}

impl DataVersion {
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let others = connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
        Ok(Self { ours: connection.total_changes(), others })
    }
}
