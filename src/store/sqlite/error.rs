//! SQLite's errors, sorted into those of any store.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::store::Error;

/// Sorts what SQLite said about the database at `path`.
pub(super) fn sorted(path: &Path, source: rusqlite::Error) -> Error {
    let place = place(path);
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Error::NotOurs(place),
        Some(ErrorCode::DatabaseCorrupt) => Error::Damaged { place, source: source.into() },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy(place),
        Some(ErrorCode::DiskFull) => Error::Full(place),
        Some(ErrorCode::SystemIoFailure) if is_full(&source) => Error::Full(place),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            Error::NoPermission(place)
        }
        _ => Error::Failed { place, source: source.into() },
    }
}

pub(super) fn place(path: &Path) -> String {
    path.display().to_string()
}

/// Whether an I/O error can only be a disk without room: enlarging a file failed.
fn is_full(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE};
    let code = error.sqlite_error().map(|error| error.extended_code);
    // Of a write SQLite tells a full disk itself; what is left is a quota, or the limit on a file's size.
    matches!(code, Some(SQLITE_IOERR_SHMSIZE | SQLITE_IOERR_WRITE))
}
