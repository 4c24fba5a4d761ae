//! `secrets.toml`: `[shared]` and `[workspace.ID]`, texts under names; mode 0600, changed whole or not at all.

use std::io;
use std::path::Path;

use super::{Origin, Secret, SecretError};
use crate::diagnostic::Diagnostic;
use crate::disk::{self, Access, Condition, Fingerprint, SaveError, Source};
use crate::toml::{self, Editor};

/// How often a save is tried again where another telecast saved first.
const ATTEMPTS: usize = 5;

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

/// Changes the file by `change`, keeping all else; tried again where it was saved by another process meanwhile.
pub(super) fn change(file: &Path, change: impl Fn(&mut Editor)) -> Result<(), SecretError> {
    for _ in 0..ATTEMPTS {
        let source = read(file)?;
        let mut editor = toml::edit(&source.text).map_err(|problem| malformed(file, Some(problem)))?;
        change(&mut editor);
        if Fingerprint::of_file(file) == source.fingerprint {
            return Ok(disk::replace(file, editor.to_string().as_bytes(), Access::Private)?);
        }
    }
    Err(SaveError::ChangedOnDisk { path: file.to_path_buf() }.into())
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
        .unwrap_or_else(|| Diagnostic::error("not-toml", crate::text::Span::at(0), "this is not TOML"));
    SecretError::Malformed { path: file.to_path_buf(), problem: Box::new(problem) }
}
