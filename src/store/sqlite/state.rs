//! Whether the data is still what it was when something was read from it.

use rusqlite::Connection;

/// Changes when this connection or any other writes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct State {
    ours: u64,
    others: i64,
}

impl State {
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let others = connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
        Ok(Self { ours: connection.total_changes(), others })
    }
}
