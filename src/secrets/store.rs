//! Reads and changes `secrets.toml`, which has the tables `[shared]` and `[workspace."/real/path"]`, with a string for
//! each secret. The file has mode 0600 and is replaced atomically.

use std::io;
use std::path::{Path, PathBuf};

use super::{Secret, SecretError, SecretOrigin};
use crate::diagnostic::{Code, Diagnostic};
use crate::disk::{self, Access, FileCondition, FileLock, Fingerprint, LoadedFile, SaveError};
use crate::toml::{self, Editor};

/// Returns the shared values and those of `workspace`, without empty values. A missing file has no values.
pub(super) fn load(
    file: &Path,
    workspace: Option<&str>,
) -> Result<Vec<(String, SecretOrigin, Secret)>, SecretError> {
    let source = read(file)?;
    let (groups, problems) = toml::read(&source.text, |table| {
        let shared = table.pairs("shared").unwrap_or_default();
        let shared =
            shared.into_iter().map(|(name, value)| (name.value, SecretOrigin::Shared, Secret(value.value)));
        let own = table.groups("workspace").unwrap_or_default().into_iter();
        let own = own.filter(|(id, _)| Some(id.as_str()) == workspace).flat_map(|(_, pairs)| pairs);
        let own = own.map(|(name, value)| (name, SecretOrigin::Workspace, Secret(value)));
        shared.chain(own).filter(|(_, _, secret)| !secret.expose().is_empty()).collect()
    });
    groups.ok_or_else(|| malformed(file, problems.into_iter().next()))
}

/// Returns the key of each workspace that has values, and the names of these values.
pub(super) fn names_by_workspace(file: &Path) -> Result<Vec<(String, Vec<String>)>, SecretError> {
    let source = read(file)?;
    let (groups, problems) = toml::read(&source.text, |table| {
        // The values of `[shared]` are not needed. The table is read because an unread table would be reported as
        // unknown.
        let _ = table.pairs("shared");
        let groups = table.groups("workspace").unwrap_or_default().into_iter();
        groups.map(|(key, pairs)| (key, pairs.into_iter().map(|(name, _)| name).collect())).collect()
    });
    groups.ok_or_else(|| malformed(file, problems.into_iter().next()))
}

/// Locks the file against other telecast processes that change it. Hold the lock from reading to writing. Blocks.
pub(super) fn lock(file: &Path, locks: &Path) -> Result<FileLock, SecretError> {
    // The lock is a separate file. Each writer replaces the secrets file with a new file. A lock on the secrets file
    // itself would stay on the old file, so the next process could lock the new file at the same time.
    let name = format!("secrets-{}.lock", disk::sha256(real_path(file).as_os_str().as_encoded_bytes()));
    Ok(disk::wait_for_lock(&locks.join(name))?)
}

// Two paths to one file must lead to the same lock. The file may not exist yet, so its nearest existing ancestor is
// resolved. This gives the same path before and after the file is created.
fn real_path(file: &Path) -> PathBuf {
    let real = file.ancestors().find_map(|parent| {
        let rest = file.strip_prefix(parent).ok()?;
        let parent = std::fs::canonicalize(parent).ok()?;
        Some(if rest.as_os_str().is_empty() { parent } else { parent.join(rest) })
    });
    real.unwrap_or_else(|| file.to_path_buf())
}

/// Applies `change` to the file, and keeps the rest of the file, such as its comments. `_lock` proves that the caller
/// holds the lock.
pub(super) fn change(
    file: &Path,
    _lock: &FileLock,
    change: impl FnOnce(&mut Editor),
) -> Result<(), SecretError> {
    let source = read(file)?;
    let mut editor = toml::edit(&source.text).map_err(|problem| malformed(file, Some(problem)))?;
    change(&mut editor);
    let text = editor.to_string();
    if disk::MAX_FILE < text.len() as u64 {
        // The file could be written, but a file of this size cannot be read again, so no secret could be used.
        return Err(SecretError::Full { path: file.to_path_buf() });
    }
    // The lock does not stop a text editor, so the file is checked for changes before it is replaced.
    if Fingerprint::of_file(file) != source.fingerprint {
        return Err(SaveError::ChangedOnDisk { path: file.to_path_buf() }.into());
    }
    Ok(disk::replace(file, text.as_bytes(), Access::Private)?)
}

fn read(file: &Path) -> Result<LoadedFile, SecretError> {
    // The file is made private before it is read. If others could read the file until now, this function does not warn
    // the user. `Secrets::tighten` also makes the file private, and returns a warning.
    match disk::tighten(file) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(SecretError::Read { path: file.to_path_buf(), source }),
    }
    let mut source = disk::read_user_file(Path::new(""), &file.to_string_lossy());
    match source.condition {
        FileCondition::Read | FileCondition::Missing => Ok(source),
        FileCondition::Unusable => Err(malformed(file, source.problems.pop())),
    }
}

fn malformed(file: &Path, problem: Option<Diagnostic>) -> SecretError {
    let problem = problem
        .unwrap_or_else(|| Diagnostic::error(Code::NotToml, crate::text::Span::at(0), "this is not TOML"));
    SecretError::Malformed { path: file.to_path_buf(), problem: Box::new(problem) }
}
