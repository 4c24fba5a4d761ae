//! Opening a database: the file's mode, how SQLite is to behave, and migrations up to the version we know.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::store::{Error, Result};

/// Each brings the database from the version of its index to the next one.
const MIGRATIONS: &[&str] = &[include_str!("../../../assets/migrations/0001_profiles.sql")];

/// How long a write waits for another process's.
const BUSY: Duration = Duration::from_secs(5);

/// Opens or makes the database file.
pub(super) fn file(path: &Path) -> Result<Connection> {
    create(path).map_err(|source| Error::Open { path: path.to_owned(), source })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sqlite = |source| Error::of_sqlite(path.to_owned(), source);
    let mut connection = Connection::open_with_flags(path, flags).map_err(sqlite)?;
    configure(&connection).map_err(sqlite)?;
    migrate(&mut connection, path)?;
    use_wal(&connection).map_err(sqlite)?;
    Ok(connection)
}

/// Makes a database that is nowhere on disk.
pub(super) fn memory(name: &Path) -> Result<Connection> {
    let sqlite = |source| Error::of_sqlite(name.to_owned(), source);
    let mut connection = Connection::open_in_memory().map_err(sqlite)?;
    configure(&connection).map_err(sqlite)?;
    migrate(&mut connection, name)?;
    Ok(connection)
}

/// Makes the file ourselves: SQLite would give it a mode that others can read; its WAL takes over ours.
fn create(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    // With WAL a power cut can lose the last transactions with NORMAL, never damage the file.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -16_000)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(())
}

/// Switches to WAL where the file is not in it already: the switch needs the file for itself.
fn use_wal(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode.eq_ignore_ascii_case("wal") {
        return Ok(());
    }
    match connection.pragma_update(None, "journal_mode", "WAL") {
        // Another process is at work on the new file; the mode is kept in the file, so its switch serves us too, and
        // without it all is correct, only slower.
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(()),
        result => result,
    }
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<()> {
    let sqlite = |source| Error::of_sqlite(path.to_owned(), source);
    let known = MIGRATIONS.len() as u32;
    if version(connection).map_err(sqlite)? == known {
        return Ok(());
    }
    // Looked at again under the lock: two processes may meet on a new file.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sqlite)?;
    let version = version(&transaction).map_err(sqlite)?;
    if known < version {
        return Err(Error::TooNew { path: path.to_owned(), version, known });
    }
    if version == 0 && has_tables(&transaction).map_err(sqlite)? {
        return Err(Error::NotOurs { path: path.to_owned() });
    }
    for sql in &MIGRATIONS[version as usize..] {
        transaction.execute_batch(sql).map_err(sqlite)?;
    }
    transaction.pragma_update(None, "user_version", known).map_err(sqlite)?;
    transaction.commit().map_err(sqlite)
}

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn has_tables(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))
}
