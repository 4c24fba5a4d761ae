//! Opening a database: the file's mode, how SQLite is to behave, and migrations up to the version we know.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tempfile::TempDir;

use crate::disk::{self, Breach, Tree, TreeError};
use crate::store::{Error, Result};

use super::error::{place, sorted};

/// Each brings the database from the version of its index to the next one.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../assets/migrations/0001_profiles.sql"),
    include_str!("../../../assets/migrations/0002_blocked.sql"),
];

/// How long a write waits for another process's.
const BUSY: Duration = Duration::from_secs(5);

/// The longest value: several times the longest row that an import takes.
const MAX_VALUE: i32 = 64 * 1024 * 1024;

/// The largest database that is copied to be read: a stranger's could fill the disk.
const MAX_COPY: u64 = 1024 * 1024 * 1024;

/// What SQLite keeps beside a database.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Ends a rollback journal that names another journal. telecast's never do, and SQLite would delete what is named.
const SUPER_JOURNAL: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// Tables that SQLite's own tools may have added.
const STATISTICS: [&str; 2] =
    ["CREATE TABLE sqlite_stat1(tbl,idx,stat)", "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"];

/// What a path keeps in a URI.
const IN_URI: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// An open database, and the copy that it is where it cannot be read in its place.
pub(super) struct Opened {
    pub connection: Connection,
    pub copy: Option<TempDir>,
    /// Whether it is only read because the disk has no room for what writing takes.
    pub is_full: bool,
}

/// Opens or makes the database file; one that cannot be written is only read.
pub(super) fn file(path: &Path) -> Result<Opened> {
    let path = &real(path, Making::Folder)?;
    match writable(path) {
        Ok(connection) => Ok(Opened { connection, copy: None, is_full: false }),
        Err(refused @ Error::Full { .. }) => match reading(path) {
            Ok(opened) => Ok(Opened { is_full: true, ..opened }),
            Err(_) => Err(refused),
        },
        Err(refused) if path.is_file() && is_permission(&refused) => reading(path).map_err(|_| refused),
        Err(refused) => Err(refused),
    }
}

/// Opens a database that is there, to read it and to leave nothing beside it.
pub(super) fn read_only(path: &Path) -> Result<Opened> {
    reading(&real(path, Making::Nothing)?)
}

fn unopened(path: &Path, error: io::Error) -> Error {
    Error::Open { place: place(path), source: error.into() }
}

fn is_permission(error: &Error) -> bool {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    match error {
        Error::NoPermission { .. } => true,
        Error::Open { source, .. } => source
            .downcast_ref::<io::Error>()
            .is_some_and(|error| matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem)),
        _ => false,
    }
}

fn writable(path: &Path) -> Result<Connection> {
    create(path).map_err(|error| unopened(path, error))?;
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let sqlite = |source| sorted(path, source);
    let mut connection = Connection::open_with_flags(path, flags).map_err(sqlite)?;
    configure(&connection).map_err(sqlite)?;
    migrate(&mut connection, path)?;
    use_wal(&connection).map_err(sqlite)?;
    Ok(connection)
}

/// Opens without writing, not even the files that SQLite keeps beside a database that others write to.
fn reading(path: &Path) -> Result<Opened> {
    let open = |error| unopened(path, error);
    let has_changes = fs::metadata(companion(path, "-wal")).is_ok_and(|wal| 0 < wal.len());
    if has_changes && companion(path, "-shm").exists() {
        // Somebody may be writing: read along with them.
        if let Ok(connection) = connect(path, "mode=ro&readonly_shm=1") {
            return Ok(Opened { connection, copy: None, is_full: false });
        }
    }
    if !has_changes {
        return Ok(Opened { connection: connect(path, "immutable=1")?, copy: None, is_full: false });
    }
    // Nobody has brought the last changes into the database itself; that takes a place that can be written to.
    let length = |path: PathBuf| fs::metadata(path).map_or(0, |file| file.len());
    if MAX_COPY < length(path.to_owned()).saturating_add(length(companion(path, "-wal"))) {
        return Err(open(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it has changes that are not in place yet, and is too large to be copied",
        )));
    }
    let folder = tempfile::tempdir().map_err(open)?;
    let copy = folder.path().join("audience.db");
    fs::copy(path, &copy).map_err(open)?;
    fs::copy(companion(path, "-wal"), companion(&copy, "-wal")).map_err(open)?;
    Ok(Opened { connection: connect(&copy, "mode=rw")?, copy: Some(folder), is_full: false })
}

fn connect(path: &Path, how: &str) -> Result<Connection> {
    let sqlite = |source| sorted(path, source);
    let encoded = percent_encode(path.as_os_str().as_encoded_bytes(), IN_URI);
    let uri = format!("file:{encoded}?{how}");
    let access =
        if how == "mode=rw" { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
    let flags = access
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(uri, flags).map_err(sqlite)?;
    configure(&connection).map_err(sqlite)?;
    let known = MIGRATIONS.len() as u32;
    let version = version(&connection).map_err(sqlite)?;
    if known < version {
        return Err(Error::TooNew { place: place(path), version, known });
    }
    check_schema(&connection, version, path)?;
    Ok(connection)
}

#[derive(Clone, Copy, PartialEq)]
enum Making {
    Folder,
    Nothing,
}

/// Returns the path with no link in its folders, and checks that none is at the file or beside it.
fn real(path: &Path, making: Making) -> Result<PathBuf> {
    let open = |error| unopened(path, error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if making == Making::Folder {
        fs::create_dir_all(folder).map_err(open)?;
    }
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| open(io::Error::from(io::ErrorKind::InvalidFilename)))?;
    let tree = Tree::new(folder);
    for ending in [""].iter().chain(&COMPANIONS) {
        let name = format!("{name}{ending}");
        tree.place(&name).map_err(|error| match error {
            TreeError::Breach(breach @ Breach::NotAFile(_)) => {
                unopened(&tree.shown(&name), io::Error::other(breach))
            }
            TreeError::Breach(breach) => Error::LeftAlone { place: place(&tree.shown(&name)), breach },
            TreeError::Io(error) => unopened(&tree.shown(&name), error),
        })?;
    }
    let path = tree.shown(name);
    check_journal(&companion(&path, "-journal"))?;
    Ok(path)
}

fn companion(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn check_journal(path: &Path) -> Result<()> {
    let open = |error| unopened(path, error);
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        file => file.map_err(open)?,
    };
    let mut end = [0; 8];
    let is_long = 8 <= file.metadata().map_err(open)?.len();
    if is_long {
        file.seek(SeekFrom::End(-8)).and_then(|_| file.read_exact(&mut end)).map_err(open)?;
    }
    if end == SUPER_JOURNAL {
        return Err(Error::StrangeJournal(place(path)));
    }
    Ok(())
}

/// Refuses a database that holds anything but what the migrations up to its version made: a view or a trigger in place of
/// a table would run whatever it says.
fn check_schema(connection: &Connection, version: u32, path: &Path) -> Result<()> {
    let sqlite = |source| sorted(path, source);
    let pristine = Connection::open_in_memory().map_err(sqlite)?;
    // A file of no version that is only read is none of ours, whatever it holds.
    let n_applied = (version as usize).max(1);
    let mut applied = MIGRATIONS.iter().take(n_applied);
    applied.try_for_each(|sql| pristine.execute_batch(sql)).map_err(sqlite)?;
    let expected = schema(&pristine).map_err(sqlite)?;
    let is_statistics = |sql: &String| STATISTICS.contains(&sql.as_str());
    let found: Vec<String> =
        schema(connection).map_err(sqlite)?.into_iter().filter(|sql| !is_statistics(sql)).collect();
    if found == expected { Ok(()) } else { Err(Error::NotOurs(place(path))) }
}

/// Returns what a database was made by, sorted; what SQLite adds to it by itself has no text.
fn schema(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT coalesce(sql, '') FROM sqlite_schema WHERE NOT (type = 'index' AND sql IS NULL) ORDER BY sql",
    )?;
    statement.query_map([], |row| row.get(0))?.collect()
}

pub(super) fn memory(name: &Path) -> Result<Connection> {
    let sqlite = |source| sorted(name, source);
    let mut connection = Connection::open_in_memory().map_err(sqlite)?;
    configure(&connection).map_err(sqlite)?;
    migrate(&mut connection, name)?;
    Ok(connection)
}

/// Makes the file ourselves: SQLite would give it a mode that others can read; its WAL takes over ours.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    match disk::tighten(path) {
        // It may be another user's who lets us write.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        result => result.map(drop),
    }
}

/// The file may come from a stranger: nothing in its schema is to run, and no value takes all memory.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    for (setting, is_on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, false),
        // Else a statement is prepared anew for each value that it is run with: half of reading a sample.
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
    ] {
        connection.set_db_config(setting, is_on)?;
    }
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "cell_size_check", true)?;
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
    let sqlite = |source| sorted(path, source);
    let known = MIGRATIONS.len() as u32;
    if version(connection).map_err(sqlite)? == known {
        return check_schema(connection, known, path);
    }
    // Looked at again under the lock: two processes may meet on a new file.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sqlite)?;
    let version = version(&transaction).map_err(sqlite)?;
    if known < version {
        return Err(Error::TooNew { place: place(path), version, known });
    }
    if version == 0 && has_tables(&transaction).map_err(sqlite)? {
        return Err(Error::NotOurs(place(path)));
    }
    if 0 < version {
        check_schema(&transaction, version, path)?;
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
