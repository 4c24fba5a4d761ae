//! The people of a workspace, opened as its private folder's standing allows.

use std::io;

use crate::store::{Error, SqliteStore};
use crate::workspace::{Folder, SaveError, Standing};

/// Opens the people: to read and write where the private folder is ours, only to read where it is foreign.
///
/// What is not there yet is made. In a foreign folder, or where nothing may be written, nobody is known, and whoever is
/// added is forgotten with the process.
pub fn open_people(folder: &Folder) -> Result<SqliteStore, Error> {
    if folder.standing()? == Standing::Foreign {
        return find_people(folder)?.map_or_else(SqliteStore::open_in_memory, Ok);
    }
    match folder.new_database() {
        Ok(path) => SqliteStore::open(&path),
        Err(SaveError::Write { source, .. }) if is_read_only(&source) => SqliteStore::open_in_memory(),
        Err(error) => Err(error.into()),
    }
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// Opens the people where there are any: asking makes no database.
pub fn find_people(folder: &Folder) -> Result<Option<SqliteStore>, Error> {
    let Some(path) = folder.database()? else { return Ok(None) };
    Ok(Some(match folder.standing()? {
        Standing::Ours => SqliteStore::open(&path)?,
        Standing::Absent | Standing::Foreign => SqliteStore::open_read_only(&path)?,
    }))
}
