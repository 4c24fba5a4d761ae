//! Writes the user's own files, such as the settings, which may be symbolic links.

use std::fs;
use std::path::Path;

use super::error::SaveError;
use super::write::{Access, write_atomically};

/// Replaces the content of one of the user's own files, or creates the file and its folders.
///
/// A symbolic link to an existing file is kept, and its target is replaced. Use [`super::Tree`] for the files of a
/// workspace.
pub(crate) fn replace(path: &Path, bytes: &[u8], access: Access) -> Result<(), SaveError> {
    // A rename over a link would replace the link with a file. The link's target, for example in a dotfiles repository,
    // would then keep the old settings.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    write_atomically(&target, bytes, access).map_err(|source| SaveError::write(path, source))
}
