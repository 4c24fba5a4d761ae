//! Finding a workspace, and making one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Folder, MANIFEST, Standing};
use crate::campaign::Manifest;
use crate::disk::{Access, SaveError, explain};
use crate::paths::{Paths, WORKSPACE_VARIABLE};

#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// None was named, and none is near.
    #[error(
        "no workspace here; make one with `telecast init DIR`, name one with --workspace DIR, or try `telecast demo`"
    )]
    None,
    /// The one that was named is none.
    #[error("{root} ({named_by}) is no workspace: it has no telecast.toml; `telecast init` makes one there")]
    NotOne {
        root: PathBuf,
        /// `--workspace` or the variable.
        named_by: &'static str,
    },
    #[error("cannot open the workspace {root} ({named_by}): {}", explain(source))]
    Folder {
        root: PathBuf,
        /// `--workspace` or the variable.
        named_by: &'static str,
        #[source]
        source: io::Error,
    },
}

/// Finds the workspace: `option` (`--workspace`), else `variable`, else the nearest of `current` and its parents with a
/// `telecast.toml`, else the default one where it exists.
pub fn discover(
    option: Option<&Path>,
    variable: Option<&Path>,
    current: &Path,
    paths: &Paths,
) -> Result<PathBuf, DiscoverError> {
    if let Some(root) = option {
        return named(current, root, "--workspace");
    }
    if let Some(root) = variable.filter(|root| !root.as_os_str().is_empty()) {
        return named(current, root, WORKSPACE_VARIABLE);
    }
    let default = paths.default_workspace();
    let is_workspace = |root: &&Path| root.join(MANIFEST).is_file();
    let nearest = current.ancestors().find(is_workspace).or(Some(default.as_path()).filter(is_workspace));
    nearest.map(Path::to_path_buf).ok_or(DiscoverError::None)
}

fn named(current: &Path, root: &Path, named_by: &'static str) -> Result<PathBuf, DiscoverError> {
    let mut root = current.join(root);
    if root.file_name().is_some_and(|name| name == MANIFEST) && root.is_file() {
        root.pop();
    }
    match fs::metadata(root.join(MANIFEST)) {
        Ok(_) => Ok(root),
        Err(error) if error.kind() == io::ErrorKind::NotFound && root.is_dir() => {
            Err(DiscoverError::NotOne { root, named_by })
        }
        Err(source) => Err(DiscoverError::Folder { root, named_by, source }),
    }
}

#[derive(Debug, thiserror::Error)]
pub enum InitError {
    #[error("{root} is a workspace already")]
    Exists { root: PathBuf },
    #[error(transparent)]
    Write(#[from] SaveError),
}

/// Makes an empty workspace in `root`, which may hold other files, and returns its manifest.
///
/// Its private folder is ours, unless there is one already.
pub fn init(root: &Path, name: &str, paths: &Paths) -> Result<Manifest, InitError> {
    // Written down, so that the workspace counts its days alike on every machine.
    let time_zone = jiff::tz::TimeZone::system().iana_name().map(str::to_owned);
    let manifest = Manifest { name: name.to_owned(), time_zone, ..Manifest::default() };
    let folder = make_root(root, paths)?;
    write_manifest(&folder, &manifest.to_toml())?;
    // One that is there already came from elsewhere; the user is asked about it when it is needed.
    if folder.standing()? != Standing::Foreign {
        folder.private()?;
    }
    for name in ["webhooks", "campaigns", "partials", "samples"] {
        folder.tree.make_folder(name, Access::Usual)?;
    }
    Ok(manifest)
}

/// Makes a workspace in `root` of `files` (paths from the root with `/`).
///
/// The manifest is written last: what is half copied is no workspace.
pub fn create_from(root: &Path, files: &[(&str, &[u8])], paths: &Paths) -> Result<Manifest, InitError> {
    let folder = make_root(root, paths)?;
    if folder.tree.is_taken(MANIFEST) {
        return Err(InitError::Exists { root: root.to_path_buf() });
    }
    folder.private()?;
    for (path, bytes) in files.iter().filter(|(path, _)| *path != MANIFEST) {
        folder.tree.write_new(path, bytes)?;
    }
    let template = files.iter().find(|(path, _)| *path == MANIFEST).map_or(&b""[..], |(_, bytes)| bytes);
    let template = String::from_utf8_lossy(template);
    write_manifest(&folder, &template)?;
    Ok(Manifest::parse(&template).0.unwrap_or_default())
}

fn make_root(root: &Path, paths: &Paths) -> Result<Folder, SaveError> {
    fs::create_dir_all(root).map_err(|source| SaveError::write(root, source))?;
    Ok(Folder::new(root, paths))
}

fn write_manifest(folder: &Folder, text: &str) -> Result<(), InitError> {
    match folder.tree.write_new(MANIFEST, text.as_bytes()) {
        Ok(_) => Ok(()),
        Err(SaveError::Exists { .. }) => Err(InitError::Exists { root: folder.root().to_path_buf() }),
        Err(error) => Err(error.into()),
    }
}
