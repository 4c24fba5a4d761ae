//! The people of a workspace, opened as its private folder's standing allows.

use crate::store::{Error, SqliteStore};
use crate::workspace::{Folder, Standing};

/// Opens the people: to read and write where the private folder is ours, only to read where it is foreign.
///
/// What is not there yet is made; a foreign folder without people has none, and none are made in it.
pub fn open_people(folder: &Folder) -> Result<SqliteStore, Error> {
    if folder.standing()? != Standing::Foreign {
        return SqliteStore::open(&folder.new_database()?);
    }
    match find_people(folder)? {
        Some(people) => Ok(people),
        None => SqliteStore::open_in_memory(),
    }
}

/// Opens the people where there are any: asking makes no database.
pub fn find_people(folder: &Folder) -> Result<Option<SqliteStore>, Error> {
    let Some(path) = folder.database()? else { return Ok(None) };
    Ok(Some(match folder.standing()? {
        Standing::Ours => SqliteStore::open(&path)?,
        Standing::Absent | Standing::Foreign => SqliteStore::open_read_only(&path)?,
    }))
}
