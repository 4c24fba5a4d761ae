//! Describes file system errors in plain words.

use std::io;

pub(crate) fn explain(error: &io::Error) -> String {
    use io::ErrorKind;
    let text = match error.kind() {
        ErrorKind::StorageFull => "no space left on the disk",
        ErrorKind::QuotaExceeded => "your disk quota is used up",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        ErrorKind::NotFound => "it does not exist",
        ErrorKind::NotADirectory => "part of its path is not a folder",
        ErrorKind::IsADirectory => "it is a folder",
        _ => return error.to_string(),
    };
    text.to_owned()
}

/// Explains why a folder could not be created together with its parents.
pub(crate) fn explain_no_folder(error: &io::Error) -> String {
    match error.kind() {
        // Some file systems, such as `/proc`, report `NotFound` for every new folder. Here, `NotFound` cannot mean that
        // a parent is missing, because the parents are created too.
        io::ErrorKind::NotFound => "this file system does not allow it".to_owned(),
        io::ErrorKind::AlreadyExists => "a file has this name".to_owned(),
        _ => explain(error),
    }
}
