//! Maps SQLite's errors to the errors of a store, which do not depend on the backend.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::store::Error;

/// Maps an SQLite error about the database at `path`.
pub(super) fn classify(path: &Path, source: rusqlite::Error) -> Error {
    let place = place(path);
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Error::NotOurs(place),
        Some(ErrorCode::DatabaseCorrupt) => Error::Damaged { place, source: source.into() },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy(place),
        Some(ErrorCode::DiskFull) => Error::Full(place),
        Some(ErrorCode::SystemIoFailure) if is_full(&source) => Error::Full(place),
        // `CannotOpen` can also mean a missing permission: SQLite reports this code if the -wal file may not be
        // created.
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            Error::NoPermission(place)
        }
        _ => Error::Failed { place, source: source.into() },
    }
}

pub(super) fn place(path: &Path) -> String {
    path.display().to_string()
}

/// Returns whether an I/O error means that a file could not be enlarged because there is no space for it.
fn is_full(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE};
    let code = error.sqlite_error().map(|error| error.extended_code);
    // SQLite has a separate error code for a full disk, which `classify` checks. If a disk quota or the limit on a
    // file's size is exceeded, SQLite reports one of these I/O errors instead.
    matches!(code, Some(SQLITE_IOERR_SHMSIZE | SQLITE_IOERR_WRITE))
}
