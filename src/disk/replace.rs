//! Files of the user's own, which may be links.

use std::fs;
use std::path::Path;

use super::error::SaveError;
use super::write::{Access, put};

/// Puts `bytes` in place of one of the user's own files, whatever it holds, or makes it and its folders.
///
/// A symbolic link stays one: what it leads to is replaced. A file of a workspace is written by [`super::Tree`].
pub fn replace(path: &Path, bytes: &[u8], access: Access) -> Result<(), SaveError> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    put(&target, bytes, access).map_err(|source| SaveError::write(path, source))
}
