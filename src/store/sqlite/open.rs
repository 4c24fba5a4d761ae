//! Opens a database: sets the file's mode and SQLite's settings, and migrates the schema to the current version.
//!
//! The file may come from a stranger, as part of a workspace. So no SQL in the file may run, the file must not be a
//! symbolic link, and the amount that is read or copied is limited.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tempfile::TempDir;

use crate::disk::{self, PathRejection, Tree, TreeError};
use crate::store::{Error, Result};

use super::error::{classify, place};

/// The migration at index N brings a database from version N to N + 1.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../assets/migrations/0001_profiles.sql"),
    include_str!("../../../assets/migrations/0002_blocked.sql"),
    include_str!("../../../assets/migrations/0003_events.sql"),
];

/// The first version whose schema has events.
const EVENTS_VERSION: u32 = 3;

/// An earlier database that is only read gets these empty tables, which are in memory.
const NO_EVENTS: &str = "PRAGMA temp_store = MEMORY;
    CREATE TEMP TABLE events (id, profile_id, name, at, key, properties);
    CREATE TEMP TABLE event_properties (event, property);";

/// How long a write waits for a write by another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The maximum length of a value, in bytes: four times the longest row that an import accepts.
const MAX_VALUE: i32 = 64 * 1024 * 1024;

/// The maximum size of a database that is copied for reading, in bytes. Without a limit, a stranger's database could
/// fill the disk.
const MAX_COPY: u64 = 1024 * 1024 * 1024;

/// The files that SQLite keeps next to a database.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

// A rollback journal that ends with these bytes contains the name of a super-journal. When SQLite rolls back, it
// deletes the file with that name. A database with such a journal is refused, because a stranger's journal could delete
// any file. telecast's own journals do not name a super-journal.
const SUPER_JOURNAL: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// The tables that ANALYZE creates. A database may have these tables in addition to telecast's own, because the user
/// may have run ANALYZE with another tool.
const STATISTICS: [&str; 2] =
    ["CREATE TABLE sqlite_stat1(tbl,idx,stat)", "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"];

// The characters of a path that are escaped in a URI: all except letters, digits, `/`, `-`, `_`, and `.`. If `?` and
// `#` were not escaped, a part of the path could be read as URI parameters.
const ESCAPED_IN_URI: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// An open database. If the database cannot be read in its own folder, a copy is opened, and `copy` is the temporary
/// folder with that copy.
pub(super) struct OpenedDatabase {
    pub connection: Connection,
    pub copy: Option<TempDir>,
    /// Whether the database was opened read-only because the disk has no space for writing.
    pub is_full: bool,
}

/// Opens or creates the database file. A file that cannot be written is opened read-only.
pub(super) fn file(path: &Path) -> Result<OpenedDatabase> {
    let path = &resolve(path, MissingFolder::Create)?;
    match open_for_writing(path) {
        Ok(connection) => Ok(OpenedDatabase { connection, copy: None, is_full: false }),
        Err(refused @ Error::Full { .. }) => match open_for_reading(path) {
            Ok(opened) => Ok(OpenedDatabase { is_full: true, ..opened }),
            // The first error names the cause, the full disk. The second error is only a consequence.
            Err(_) => Err(refused),
        },
        Err(refused) if path.is_file() && is_permission(&refused) => {
            open_for_reading(path).map_err(|_| refused)
        }
        Err(refused) => Err(refused),
    }
}

/// Opens an existing database for reading, without leaving any file next to it.
pub(super) fn read_only(path: &Path) -> Result<OpenedDatabase> {
    open_for_reading(&resolve(path, MissingFolder::Fail)?)
}

fn open_error(path: &Path, error: io::Error) -> Error {
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

fn open_for_writing(path: &Path) -> Result<Connection> {
    create(path).map_err(|error| open_error(path, error))?;
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let sqlite = |source| classify(path, source);
    let mut connection = Connection::open_with_flags(path, flags).map_err(sqlite)?;
    configure(&connection).map_err(sqlite)?;
    migrate(&mut connection, path)?;
    // WAL mode is set after `migrate`, which checks the schema. Setting the mode writes to the file, and nothing may be
    // written to a file whose schema has not been checked.
    use_wal(&connection).map_err(sqlite)?;
    Ok(connection)
}

// A plain `mode=ro` is not enough: for a database in WAL mode, SQLite creates the -shm file even if the database is
// only read. Which way of opening works depends on whether there are changes in the -wal file, and on whether another
// process is using the database.
fn open_for_reading(path: &Path) -> Result<OpenedDatabase> {
    let open = |error| open_error(path, error);
    let has_changes = fs::metadata(companion(path, "-wal")).is_ok_and(|wal| 0 < wal.len());
    if has_changes && companion(path, "-shm").exists() {
        // Another process may be writing to the database. To see its changes, this connection shares the -shm file of
        // the other process.
        if let Ok(connection) = connect(path, "mode=ro&readonly_shm=1") {
            return Ok(OpenedDatabase { connection, copy: None, is_full: false });
        }
    }
    // `immutable` promises that nobody changes the file, so SQLite needs no lock and no other file.
    if !has_changes {
        return Ok(OpenedDatabase { connection: connect(path, "immutable=1")?, copy: None, is_full: false });
    }
    // The last changes are still in the -wal file, as after a crash. SQLite can read them only by writing to the
    // database's folder, which must stay unchanged. So a copy in a temporary folder is opened.
    let length = |path: PathBuf| fs::metadata(path).map_or(0, |file| file.len());
    if MAX_COPY < length(path.to_owned()).saturating_add(length(companion(path, "-wal"))) {
        return Err(open(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it has changes in its -wal file, and is too large to be copied",
        )));
    }
    let folder = tempfile::tempdir().map_err(open)?;
    let copy = folder.path().join("audience.db");
    fs::copy(path, &copy).map_err(open)?;
    fs::copy(companion(path, "-wal"), companion(&copy, "-wal")).map_err(open)?;
    Ok(OpenedDatabase { connection: connect(&copy, "mode=rw")?, copy: Some(folder), is_full: false })
}

/// Opens the database at `path` for reading, with these URI parameters.
fn connect(path: &Path, parameters: &str) -> Result<Connection> {
    let sqlite = |source| classify(path, source);
    let encoded = percent_encode(path.as_os_str().as_encoded_bytes(), ESCAPED_IN_URI);
    let uri = format!("file:{encoded}?{parameters}");
    // Only a copy is opened for writing (`mode=rw`), so that SQLite can apply the changes in the copy's -wal file.
    let access = if parameters == "mode=rw" {
        OpenFlags::SQLITE_OPEN_READ_WRITE
    } else {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    };
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
    if version < EVENTS_VERSION {
        connection.execute_batch(NO_EVENTS).map_err(sqlite)?;
    }
    Ok(connection)
}

#[derive(Clone, Copy, PartialEq)]
enum MissingFolder {
    Create,
    Fail,
}

// SQLITE_OPEN_NOFOLLOW fails if any part of the path is a link, even a harmless link above the workspace (such as /tmp
// on macOS). So the links in the path of the folder are resolved first. The database file and the files next to it
// (`COMPANIONS`) must still not be links.
fn resolve(path: &Path, missing: MissingFolder) -> Result<PathBuf> {
    let open = |error| open_error(path, error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if missing == MissingFolder::Create {
        fs::create_dir_all(folder).map_err(open)?;
    }
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| open(io::Error::from(io::ErrorKind::InvalidFilename)))?;
    let tree = Tree::new(folder);
    for ending in [""].iter().chain(&COMPANIONS) {
        let name = format!("{name}{ending}");
        tree.writable_path(&name).map_err(|error| match error {
            TreeError::Breach(breach @ PathRejection::NotAFile(_)) => {
                open_error(&tree.unchecked_path(&name), io::Error::other(breach))
            }
            TreeError::Breach(breach) => {
                Error::UnsafePath { place: place(&tree.unchecked_path(&name)), breach }
            }
            TreeError::Io(error) => open_error(&tree.unchecked_path(&name), error),
        })?;
    }
    let path = tree.unchecked_path(name);
    check_journal(&companion(&path, "-journal"))?;
    Ok(path)
}

fn companion(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn check_journal(path: &Path) -> Result<()> {
    let open = |error| open_error(path, error);
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
        return Err(Error::ForeignJournal(place(path)));
    }
    Ok(())
}

// Refuses a database whose schema differs from the schema that the migrations up to its version create. A trigger, or a
// view in place of a table, would run SQL that a stranger wrote.
fn check_schema(connection: &Connection, version: u32, path: &Path) -> Result<()> {
    let sqlite = |source| classify(path, source);
    let pristine = Connection::open_in_memory().map_err(sqlite)?;
    // A file of version 0 is not a telecast database. It is compared with the schema of version 1, so that even an
    // empty file fails here.
    let n_applied = (version as usize).max(1);
    let mut applied = MIGRATIONS.iter().take(n_applied);
    applied.try_for_each(|sql| pristine.execute_batch(sql)).map_err(sqlite)?;
    let expected = schema(&pristine).map_err(sqlite)?;
    let is_statistics = |sql: &String| STATISTICS.contains(&sql.as_str());
    let found: Vec<String> =
        schema(connection).map_err(sqlite)?.into_iter().filter(|sql| !is_statistics(sql)).collect();
    if found == expected { Ok(()) } else { Err(Error::NotOurs(place(path))) }
}

/// Returns the sorted SQL of everything in the schema. Automatic indexes are left out, because they have no SQL.
fn schema(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT coalesce(sql, '') FROM sqlite_schema WHERE NOT (type = 'index' AND sql IS NULL) ORDER BY sql",
    )?;
    statement.query_map([], |row| row.get(0))?.collect()
}

pub(super) fn memory(name: &Path) -> Result<Connection> {
    let sqlite = |source| classify(name, source);
    let mut connection = Connection::open_in_memory().map_err(sqlite)?;
    configure(&connection).map_err(sqlite)?;
    migrate(&mut connection, name)?;
    Ok(connection)
}

// The file is created here and not by SQLite, because a file that SQLite creates can be read by other users. SQLite
// gives the -wal file the same mode as the database file.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    match disk::tighten(path) {
        // Only the owner of a file can change its mode. If the file belongs to another user who allows us to write to
        // it, the file keeps its mode.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        result => result.map(drop),
    }
}

// Sets the options that keep a stranger's schema from running anything, and a stranger's values from using up the
// memory. Also sets the usual options for speed and locking.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    for (setting, is_on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, false),
        // Without this option, SQLite prepares a statement again for each bound value. Reading a sample of the
        // profiles (`SqliteStore::take_sample`) would then take twice as long.
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
    ] {
        connection.set_db_config(setting, is_on)?;
    }
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE)?;
    // telecast has no statement that attaches a database, so such a statement would come from a stranger.
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // With this setting, SQLite detects a damaged page when the page is read, before the content is used.
    connection.pragma_update(None, "cell_size_check", true)?;
    // In WAL mode, NORMAL can lose the last transactions in a power cut, but it does not damage the file. FULL would
    // wait for the disk after every transaction.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A negative value is a size in KiB, here about 16 MB.
    connection.pragma_update(None, "cache_size", -16_000)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(())
}

// Switching to WAL mode needs exclusive access to the file, so the switch is skipped if the file is in WAL mode
// already.
fn use_wal(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode.eq_ignore_ascii_case("wal") {
        return Ok(());
    }
    match connection.pragma_update(None, "journal_mode", "WAL") {
        // Most likely the file is new, and another telecast process is opening it at the same time. That process
        // switches the mode instead of this one. The mode is stored in the file, so the switch applies to this
        // connection too. Even without WAL mode, everything works, only more slowly.
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(()),
        result => result,
    }
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<()> {
    let sqlite = |source| classify(path, source);
    let known = MIGRATIONS.len() as u32;
    if version(connection).map_err(sqlite)? == known {
        return check_schema(connection, known, path);
    }
    // The version is read again under the lock, because another process may have just migrated the same file.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sqlite)?;
    let version = version(&transaction).map_err(sqlite)?;
    if known < version {
        return Err(Error::TooNew { place: place(path), version, known });
    }
    // The database of another program can have version 0 too, but it must not get telecast's tables.
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
