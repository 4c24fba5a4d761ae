//! `secrets.toml`: `[shared]` and `[workspace."/real/path"]`, texts under names; mode 0600, changed whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use super::{Origin, Secret, SecretError};
use crate::diagnostic::{Code, Diagnostic};
use crate::disk::{self, Access, Condition, Fingerprint, Guard, SaveError, Source};
use crate::toml::{self, Editor};

/// Returns what is kept for `workspace` and shared. A missing file holds nothing.
pub(super) fn load(
    file: &Path,
    workspace: Option<&str>,
) -> Result<Vec<(String, Origin, Secret)>, SecretError> {
    let source = read(file)?;
    let (groups, problems) = toml::read(&source.text, |table| {
        let shared = table.pairs("shared").unwrap_or_default();
        let shared =
            shared.into_iter().map(|(name, value)| (name.value, Origin::Shared, Secret(value.value)));
        let own = table.groups("workspace").unwrap_or_default().into_iter();
        let own = own.filter(|(id, _)| Some(id.as_str()) == workspace).flat_map(|(_, pairs)| pairs);
        let own = own.map(|(name, value)| (name, Origin::Workspace, Secret(value)));
        shared.chain(own).filter(|(_, _, secret)| !secret.expose().is_empty()).collect()
    });
    groups.ok_or_else(|| malformed(file, problems.into_iter().next()))
}

/// Returns for which workspaces what is kept: the key of each, and the names.
pub(super) fn groups(file: &Path) -> Result<Vec<(String, Vec<String>)>, SecretError> {
    let source = read(file)?;
    let (groups, problems) = toml::read(&source.text, |table| {
        // Asked for, so that it is not reported as unknown.
        let _ = table.pairs("shared");
        let groups = table.groups("workspace").unwrap_or_default().into_iter();
        groups.map(|(key, pairs)| (key, pairs.into_iter().map(|(name, _)| name).collect())).collect()
    });
    groups.ok_or_else(|| malformed(file, problems.into_iter().next()))
}

/// Waits for its turn among all telecasts that change the file: one holds it from its reading to its writing. Blocks.
///
/// The lock is a file of its own in `locks`: the secrets' file is replaced by each writer, so a lock on it would be one
/// on a file that is gone.
pub(super) fn take_turn(file: &Path, locks: &Path) -> Result<Guard, SecretError> {
    let name = format!("secrets-{}.lock", disk::sha256(real_path(file).as_os_str().as_encoded_bytes()));
    Ok(disk::wait_for_lock(&locks.join(name))?)
}

/// Returns the real path, so that two ways to one file are one lock; the same before and after the file is made.
fn real_path(file: &Path) -> PathBuf {
    let real = file.ancestors().find_map(|parent| {
        let rest = file.strip_prefix(parent).ok()?;
        let parent = std::fs::canonicalize(parent).ok()?;
        Some(if rest.as_os_str().is_empty() { parent } else { parent.join(rest) })
    });
    real.unwrap_or_else(|| file.to_path_buf())
}

/// Changes the file by `change`, keeping all else. Whoever calls it has its turn.
pub(super) fn change(
    file: &Path,
    _turn: &Guard,
    change: impl FnOnce(&mut Editor),
) -> Result<(), SecretError> {
    let source = read(file)?;
    let mut editor = toml::edit(&source.text).map_err(|problem| malformed(file, Some(problem)))?;
    change(&mut editor);
    let text = editor.to_string();
    if disk::MAX_FILE < text.len() as u64 {
        // It could be written, and never be read again.
        return Err(SecretError::Full { path: file.to_path_buf() });
    }
    // An editor takes no turns.
    if Fingerprint::of_file(file) != source.fingerprint {
        return Err(SaveError::ChangedOnDisk { path: file.to_path_buf() }.into());
    }
    Ok(disk::replace(file, text.as_bytes(), Access::Private)?)
}

fn read(file: &Path) -> Result<Source, SecretError> {
    // Whoever reads it makes it private first; `Secrets::tighten` tells the user about it.
    match disk::tighten(file) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(SecretError::Read { path: file.to_path_buf(), source }),
    }
    let mut source = disk::read_source(Path::new(""), &file.to_string_lossy());
    match source.condition {
        Condition::Read | Condition::Missing => Ok(source),
        Condition::Unusable => Err(malformed(file, source.problems.pop())),
    }
}

fn malformed(file: &Path, problem: Option<Diagnostic>) -> SecretError {
    let problem = problem
        .unwrap_or_else(|| Diagnostic::error(Code::NotToml, crate::text::Span::at(0), "this is not TOML"));
    SecretError::Malformed { path: file.to_path_buf(), problem: Box::new(problem) }
}
