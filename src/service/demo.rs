//! Finds the last demo or creates a new one. A demo has the files, the profiles, and the test chat of the sample
//! workspace, and a token that only a sandbox accepts.

use std::path::{Path, PathBuf};

use crate::paths::Paths;
use crate::profile::Reachability;
use crate::secrets::{Secret, SecretError, SecretScope, Secrets};
use crate::settings::Settings;
use crate::state::{LastView, WorkspaceState};
use crate::store::{self, ImportError, ImportOptions};
use crate::workspace::{self, Folder, InitError, MANIFEST, Workspace};

use super::profiles::{ProfileStoreError, open_store};
use super::sample;

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Files(#[from] InitError),
    #[error(transparent)]
    Open(#[from] workspace::OpenError),
    #[error(transparent)]
    TestChat(#[from] workspace::SaveError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Profiles(#[from] ProfileStoreError),
    #[error(transparent)]
    Secret(#[from] SecretError),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Demo {
    pub root: PathBuf,
    pub already_existed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DemoChoice {
    /// The last demo, or a new one if there is none.
    Last,
    Fresh,
}

/// Finds or creates a demo in `folder`, or among the user's demos if `folder` is `None`.
pub(crate) fn prepare(paths: &Paths, folder: Option<&Path>, choice: DemoChoice) -> Result<Demo, DemoError> {
    let is_demo = |folder: &Path| folder.join(MANIFEST).is_file();
    let demos = paths.demos();
    let last = match folder {
        Some(folder) => Some(folder.to_path_buf()).filter(|folder| is_demo(folder)),
        None => numbered(&demos).take_while(|folder| folder.exists()).filter(|folder| is_demo(folder)).last(),
    };
    if let (Some(root), DemoChoice::Last) = (last, choice) {
        let demo = Folder::new(&root, paths);
        if folder.is_none() {
            // A demo of an earlier version of telecast has no id, so its private folder `.telecast` counts as one that
            // came from someone else. Adopting the private folder makes it count as the user's own. This is safe,
            // because only telecast creates workspaces among the user's demos.
            demo.adopt()?;
        }
        // A demo of an earlier version may also have no remembered view.
        if WorkspaceState::new(paths, demo.root()).last_view().campaign.is_none() {
            begin_with_first(paths, demo.root());
        }
        return Ok(Demo { root, already_existed: true });
    }
    let free = || numbered(&demos).find(|folder| !folder.exists()).unwrap_or_else(|| demos.clone());
    let root = folder.map_or_else(free, Path::to_path_buf);
    make(paths, &root)?;
    Ok(Demo { root, already_existed: false })
}

/// Creates the sample workspace in `root`, which must not be a workspace yet.
pub fn make(paths: &Paths, root: &Path) -> Result<(), DemoError> {
    let source = Settings::load(paths).0.secrets;
    // The secrets are checked before anything is created, because the demo does not work without its token.
    Secrets::new(paths, &source, None).usable()?;
    let files: Vec<(&str, &[u8])> =
        sample::FILES.iter().map(|file| (file.path, file.contents.as_bytes())).collect();
    workspace::create_from(root, &files, paths)?;
    let workspace = Workspace::open(root)?;
    let folder = workspace.folder(paths);
    import_profiles(&workspace, &folder)?;
    begin_with_first(paths, &workspace.root);
    let (name, chat) = sample::TEST_CHAT;
    folder.add_test_chat(name, chat)?;
    let secrets = Secrets::new(paths, &source, Some(&workspace.root));
    match secrets.set(sample::TOKEN_NAME, &Secret::new(sample::TOKEN), SecretScope::Workspace) {
        // If secrets come from a command, the token cannot be stored. The command must supply it.
        Ok(()) | Err(SecretError::ReadOnly { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn begin_with_first(paths: &Paths, root: &Path) {
    // The campaign at the top of the list has a deliberate error. A newcomer should not start with it, so the console
    // begins with another campaign. If that cannot be recorded, the console begins with the one at the top.
    let view = LastView { campaign: Some(sample::FIRST.to_owned()), ..LastView::default() };
    let _ = WorkspaceState::new(paths, root).remember_view(&view);
}

fn import_profiles(workspace: &Workspace, folder: &Folder) -> Result<(), DemoError> {
    let store = open_store(folder)?;
    let options = ImportOptions { zone: workspace.time_zone(), ..ImportOptions::default() };
    store::import(&*store, &workspace.root.join(sample::PROFILES_FILE), &options, &mut |_| {})?;
    for identity in sample::BLOCKED {
        store.set_reachability(identity, Reachability::Blocked).map_err(ProfileStoreError::from)?;
    }
    Ok(())
}

/// Returns the paths `demo`, `demo-2`, `demo-3`, … in `demos`.
fn numbered(demos: &Path) -> impl Iterator<Item = PathBuf> {
    let demos = demos.to_path_buf();
    // The range is limited, so that every search ends. Nobody creates a million demos.
    (1..1_000_000).map(move |number| match number {
        1 => demos.join("demo"),
        number => demos.join(format!("demo-{number}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_demo_is_reused_unless_a_fresh_one_is_requested() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let first = prepare(&paths, None, DemoChoice::Last).unwrap();
        assert!(!first.already_existed);
        assert_eq!(
            prepare(&paths, None, DemoChoice::Last).unwrap(),
            Demo { already_existed: true, ..first.clone() }
        );
        let second = prepare(&paths, None, DemoChoice::Fresh).unwrap();
        assert!(!second.already_existed && second.root != first.root);
        assert_eq!(prepare(&paths, None, DemoChoice::Last).unwrap().root, second.root);
    }

    #[test]
    fn a_demo_is_opened_where_it_was_left_and_a_new_one_at_its_first_campaign() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let prepare = |choice| {
            let root = prepare(&paths, None, choice).unwrap().root;
            let state = WorkspaceState::new(&paths, Folder::new(&root, &paths).root());
            (root, state)
        };
        let first = LastView { campaign: Some(sample::FIRST.into()), ..LastView::default() };
        let (root, state) = prepare(DemoChoice::Last);
        assert_eq!(state.last_view(), first);
        let left =
            LastView { campaign: Some("welcome".into()), profile: Some("ben".into()), ..first.clone() };
        state.remember_view(&left).unwrap();
        assert_eq!(prepare(DemoChoice::Last).1.last_view(), left);
        assert_eq!(prepare(DemoChoice::Fresh).1.last_view(), first);
        // A new demo can get the path of a deleted one.
        std::fs::remove_dir_all(&root).unwrap();
        let (again, state) = prepare(DemoChoice::Fresh);
        assert_eq!((again, state.last_view()), (root, first));
    }

    #[test]
    fn a_demo_of_an_earlier_version_is_adopted() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let demo = prepare(&paths, None, DemoChoice::Last).unwrap();
        std::fs::remove_file(demo.root.join(".telecast/id")).unwrap();
        let folder = Folder::new(&demo.root, &paths);
        assert_eq!(folder.private_folder_status().unwrap(), workspace::PrivateFolderStatus::Foreign);
        prepare(&paths, Some(&demo.root), DemoChoice::Last).unwrap();
        assert_eq!(folder.private_folder_status().unwrap(), workspace::PrivateFolderStatus::Foreign);
        prepare(&paths, None, DemoChoice::Last).unwrap();
        assert_eq!(folder.private_folder_status().unwrap(), workspace::PrivateFolderStatus::Ours);
    }

    #[test]
    fn a_fresh_demo_never_overwrites_a_workspace() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let folder = home.path().join("mine");
        prepare(&paths, Some(&folder), DemoChoice::Last).unwrap();
        assert!(prepare(&paths, Some(&folder), DemoChoice::Last).unwrap().already_existed);
        let refused = prepare(&paths, Some(&folder), DemoChoice::Fresh);
        assert!(matches!(refused, Err(DemoError::Files(InitError::Exists { .. }))), "{refused:?}");
    }

    #[test]
    fn the_demo_has_its_profiles_and_no_problems() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let demo = prepare(&paths, None, DemoChoice::Last).unwrap();
        let workspace = Workspace::open(&demo.root).unwrap();
        assert_eq!(workspace.problems(), []);
        let store = open_store(&workspace.folder(&paths)).unwrap();
        assert_eq!(store.test_profiles().unwrap()[0].display_name(), "Anna Petrova");
        let blocked = store.get(sample::BLOCKED[0]).unwrap().unwrap();
        assert_eq!(blocked.reachability, Reachability::Blocked);
    }
}
