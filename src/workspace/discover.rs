//! Finds and creates workspaces.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Folder, MANIFEST, PrivateFolderStatus};
use crate::campaign::Manifest;
use crate::disk::{Access, SaveError, explain, explain_no_folder};
use crate::paths::{Paths, WORKSPACE_VARIABLE};

#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// No workspace was named, none was found in the current folder or its parents, and the default workspace does not
    /// exist.
    #[error("no workspace found; try `telecast init DIR`, --workspace DIR or `telecast demo`")]
    None,
    /// The named folder is not a workspace.
    #[error("{root} ({named_by}) is not a workspace (no telecast.toml); `telecast init` creates one")]
    NotAWorkspace {
        root: PathBuf,
        /// `--workspace` or `TELECAST_WORKSPACE`.
        named_by: &'static str,
    },
    #[error("cannot open the workspace {root} ({named_by}): {}", explain(source))]
    Folder {
        root: PathBuf,
        /// `--workspace` or `TELECAST_WORKSPACE`.
        named_by: &'static str,
        #[source]
        source: io::Error,
    },
}

/// Finds the root of the workspace, which is the first of these that is given or found:
/// - the folder that `option` (`--workspace`) names
/// - the folder that `variable` (`TELECAST_WORKSPACE`) names
/// - the nearest of `current` and its parents that has a `telecast.toml`
/// - the default workspace
///
/// Fails if the named folder is not a workspace or cannot be opened. No other folder is tried then. If no folder is
/// named, fails if neither `current`, nor one of its parents, nor the default workspace has a `telecast.toml`.
pub fn discover(
    option: Option<&Path>,
    variable: Option<&Path>,
    current: &Path,
    paths: &Paths,
) -> Result<PathBuf, DiscoverError> {
    if let Some(root) = option {
        return named(current, root, "--workspace");
    }
    // An empty variable counts as unset, as usual in shells.
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
            Err(DiscoverError::NotAWorkspace { root, named_by })
        }
        Err(source) => Err(DiscoverError::Folder { root, named_by, source }),
    }
}

#[derive(Debug, thiserror::Error)]
pub enum InitError {
    #[error("{root} is already a workspace")]
    Exists { root: PathBuf },
    #[error("cannot create the folder {root}: {reason}")]
    Folder { root: PathBuf, reason: String },
    #[error(transparent)]
    Write(#[from] SaveError),
}

/// Creates an empty workspace in `root`, which may contain other files, and returns the manifest.
///
/// Creates the private folder too, if there is none.
pub fn init(root: &Path, name: &str, paths: &Paths) -> Result<Manifest, InitError> {
    // The time zone is stored, so that the workspace has the same time zone on every machine.
    let time_zone = jiff::tz::TimeZone::system().iana_name().map(str::to_owned);
    let manifest = Manifest { name: name.to_owned(), time_zone, ..Manifest::default() };
    let folder = make_root(root, paths)?;
    write_manifest(&folder, &manifest.to_toml())?;
    // A foreign private folder is left as it is. The user is asked to adopt it when it is needed.
    if folder.private_folder_status()? != PrivateFolderStatus::Foreign {
        folder.ensure_private_folder()?;
    }
    for name in ["webhooks", "campaigns", "partials", "samples"] {
        folder.tree.make_folder(name, Access::Usual)?;
    }
    Ok(manifest)
}

/// Creates a workspace in `root` from `files`, which are pairs of a path (relative to the root, with `/`) and the
/// file's content.
///
/// The manifest is written last, so that an incomplete copy is not a workspace.
pub fn create_from(root: &Path, files: &[(&str, &[u8])], paths: &Paths) -> Result<Manifest, InitError> {
    let folder = make_root(root, paths)?;
    // An existing manifest is detected before any file is written. Without this check, this function would fail only
    // when it writes the manifest, after all other files were written.
    if folder.tree.is_taken(MANIFEST) {
        return Err(InitError::Exists { root: root.to_path_buf() });
    }
    folder.ensure_private_folder()?;
    for (path, bytes) in files.iter().filter(|(path, _)| *path != MANIFEST) {
        folder.tree.write_new(path, bytes)?;
    }
    let template = files.iter().find(|(path, _)| *path == MANIFEST).map_or(&b""[..], |(_, bytes)| bytes);
    let template = String::from_utf8_lossy(template);
    write_manifest(&folder, &template)?;
    Ok(Manifest::parse(&template).0.unwrap_or_default())
}

fn make_root(root: &Path, paths: &Paths) -> Result<Folder, InitError> {
    fs::create_dir_all(root)
        .map_err(|error| InitError::Folder { root: root.to_path_buf(), reason: explain_no_folder(&error) })?;
    Ok(Folder::new(root, paths))
}

fn write_manifest(folder: &Folder, text: &str) -> Result<(), InitError> {
    match folder.tree.write_new(MANIFEST, text.as_bytes()) {
        Ok(_) => Ok(()),
        Err(SaveError::Exists { .. }) => Err(InitError::Exists { root: folder.root().to_path_buf() }),
        Err(error) => Err(error.into()),
    }
}
