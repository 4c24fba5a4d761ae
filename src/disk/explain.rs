//! File system errors in plain words.

use std::io;

pub(crate) fn explain(error: &io::Error) -> String {
    use io::ErrorKind;
    let text = match error.kind() {
        ErrorKind::StorageFull => "no space left on the disk",
        ErrorKind::QuotaExceeded => "your disk quota is used up",
        ErrorKind::PermissionDenied => "no permission",
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        ErrorKind::NotFound => "it does not exist",
        ErrorKind::NotADirectory => "part of its path is not a folder",
        ErrorKind::IsADirectory => "it is a folder",
        _ => return error.to_string(),
    };
    text.to_owned()
}
