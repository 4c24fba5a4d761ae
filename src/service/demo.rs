//! The sample workspace made real: its files, its people, and the token that only its own sandbox takes.

use std::path::{Path, PathBuf};

use crate::paths::Paths;
use crate::profile::Reachability;
use crate::secrets::{Scope, Secret, SecretError, Secrets};
use crate::settings::Settings;
use crate::store::{self, ImportError, ImportOptions};
use crate::workspace::{self, Folder, InitError, MANIFEST, Workspace};

use super::people::{PeopleError, open_people};
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
    People(#[from] PeopleError),
    #[error(transparent)]
    Secret(#[from] SecretError),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demo {
    pub root: PathBuf,
    pub is_continued: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The last one, else a new one.
    Last,
    Fresh,
}

/// Goes on in a demo or makes one: in `folder` where one is given, else among the user's demos.
pub fn prepare(paths: &Paths, folder: Option<&Path>, which: Which) -> Result<Demo, DemoError> {
    let is_demo = |folder: &Path| folder.join(MANIFEST).is_file();
    let demos = paths.demos();
    let last = match folder {
        Some(folder) => Some(folder.to_path_buf()).filter(|folder| is_demo(folder)),
        None => numbered(&demos).take_while(|folder| folder.exists()).filter(|folder| is_demo(folder)).last(),
    };
    if let (Some(root), Which::Last) = (last, which) {
        if folder.is_none() {
            // One that an earlier version made: nobody else makes any among the user's own demos.
            Folder::new(&root, paths).adopt()?;
        }
        return Ok(Demo { root, is_continued: true });
    }
    let free = || numbered(&demos).find(|folder| !folder.exists()).unwrap_or_else(|| demos.clone());
    let root = folder.map_or_else(free, Path::to_path_buf);
    make(paths, &root)?;
    Ok(Demo { root, is_continued: false })
}

/// Makes a sample workspace in `root`, which must not be a workspace yet.
pub fn make(paths: &Paths, root: &Path) -> Result<(), DemoError> {
    let source = Settings::load(paths).0.secrets;
    // Before anything is made: a demo without its token would be a broken one.
    Secrets::new(paths, &source, None).usable()?;
    let files: Vec<(&str, &[u8])> =
        sample::FILES.iter().map(|file| (file.path, file.contents.as_bytes())).collect();
    workspace::create_from(root, &files, paths)?;
    let workspace = Workspace::open(root)?;
    let folder = workspace.folder(paths);
    fill(&workspace, &folder)?;
    let (name, chat) = sample::TEST_CHAT;
    folder.add_test_chat(name, chat)?;
    let secrets = Secrets::new(paths, &source, Some(&workspace.root));
    match secrets.set(sample::TOKEN_NAME, &Secret::new(sample::TOKEN), Scope::Workspace) {
        // Where secrets come from a command, that is asked for the token.
        Ok(()) | Err(SecretError::ReadOnly { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn fill(workspace: &Workspace, folder: &Folder) -> Result<(), DemoError> {
    let people = open_people(folder)?;
    let options = ImportOptions { zone: workspace.time_zone(), ..ImportOptions::default() };
    store::import(&*people, &workspace.root.join(sample::PROFILES_FILE), &options, &mut |_| {})?;
    for identity in sample::BLOCKED {
        people.set_reachability(identity, Reachability::Blocked).map_err(PeopleError::from)?;
    }
    Ok(())
}

/// `demo`, `demo-2`, `demo-3`, … in `demos`; as many as anybody will ever make.
fn numbered(demos: &Path) -> impl Iterator<Item = PathBuf> {
    let demos = demos.to_path_buf();
    (1..1_000_000).map(move |number| match number {
        1 => demos.join("demo"),
        number => demos.join(format!("demo-{number}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_in_the_last_demo_until_a_fresh_one_is_wanted() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let first = prepare(&paths, None, Which::Last).unwrap();
        assert!(!first.is_continued);
        assert_eq!(prepare(&paths, None, Which::Last).unwrap(), Demo { is_continued: true, ..first.clone() });
        let second = prepare(&paths, None, Which::Fresh).unwrap();
        assert!(!second.is_continued && second.root != first.root);
        assert_eq!(prepare(&paths, None, Which::Last).unwrap().root, second.root);
    }

    #[test]
    fn a_demo_of_an_earlier_version_is_taken_over() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let demo = prepare(&paths, None, Which::Last).unwrap();
        std::fs::remove_file(demo.root.join(".telecast/id")).unwrap();
        let folder = Folder::new(&demo.root, &paths);
        assert_eq!(folder.standing().unwrap(), workspace::Standing::Foreign);
        prepare(&paths, Some(&demo.root), Which::Last).unwrap();
        assert_eq!(folder.standing().unwrap(), workspace::Standing::Foreign);
        prepare(&paths, None, Which::Last).unwrap();
        assert_eq!(folder.standing().unwrap(), workspace::Standing::Ours);
    }

    #[test]
    fn a_demo_never_writes_over_a_workspace() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let folder = home.path().join("mine");
        prepare(&paths, Some(&folder), Which::Last).unwrap();
        assert!(prepare(&paths, Some(&folder), Which::Last).unwrap().is_continued);
        let refused = prepare(&paths, Some(&folder), Which::Fresh);
        assert!(matches!(refused, Err(DemoError::Files(InitError::Exists { .. }))), "{refused:?}");
    }

    #[test]
    fn its_people_are_there_and_its_files_whole() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let demo = prepare(&paths, None, Which::Last).unwrap();
        let workspace = Workspace::open(&demo.root).unwrap();
        assert_eq!(workspace.problems(), []);
        let people = open_people(&workspace.folder(&paths)).unwrap();
        assert_eq!(people.test_profiles().unwrap()[0].display_name(), "Anna Petrova");
        let blocked = people.get(sample::BLOCKED[0]).unwrap().unwrap();
        assert_eq!(blocked.reachability, Reachability::Blocked);
    }
}
