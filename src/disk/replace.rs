//! Writing the user's own files, which may be links.

use std::fs;
use std::path::Path;

use super::error::SaveError;
use super::write::{Access, write_atomically};

/// Replaces the content of one of the user's own files, or creates it and its folders.
///
/// A symbolic link is kept: its target is replaced. Files of a workspace are written through [`super::Tree`].
pub(crate) fn replace(path: &Path, bytes: &[u8], access: Access) -> Result<(), SaveError> {
    // Renaming over a link would replace the link with a file, and the user's dotfiles repository would no longer see
    // the settings.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    write_atomically(&target, bytes, access).map_err(|source| SaveError::write(path, source))
}
