//! Files on disk: discovery, saves, drafts, locks.

use std::fs;
use std::path::Path;

use telecast::campaign::{Campaign, Webhook};
use telecast::workspace::{self, Folder, SaveError, Workspace};

fn sample() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    workspace::init(dir.path(), "Shop").unwrap();
    let folder = Folder::new(dir.path());
    let url = "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage";
    let webhook = Webhook { name: "Bot".into(), url: url.into(), ..Webhook::default() };
    folder.create_webhook(&webhook).unwrap();
    let campaign = Campaign { name: "Spring sale".into(), webhook: "bot".into(), ..Campaign::default() };
    folder.create_campaign(&campaign, "{}\n").unwrap();
    dir
}

fn open(dir: &tempfile::TempDir) -> Workspace {
    Workspace::open(dir.path()).unwrap()
}

fn write(root: &Path, path: &str, bytes: &[u8]) {
    fs::write(root.join(path), bytes).unwrap();
}

#[test]
fn a_new_workspace_opens_without_problems() {
    let dir = sample();
    let workspace = open(&dir);
    assert_eq!(workspace.problems(), []);
    assert_eq!(workspace.display_name(), "Shop");
    assert_eq!(workspace.campaigns[0].stem, "spring-sale");
    assert_eq!(workspace.campaigns[0].body.text, "{}\n");
    assert_eq!(fs::read_to_string(dir.path().join(".telecast/.gitignore")).unwrap(), "*\n");
}

#[test]
fn a_file_that_was_changed_meanwhile_is_not_written_over() {
    let dir = sample();
    let workspace = open(&dir);
    let body = &workspace.campaigns[0].body;
    write(dir.path(), &body.path, b"theirs");
    let refused = workspace.folder().save(body, "mine");
    assert!(matches!(refused, Err(SaveError::ChangedOnDisk { .. })), "{refused:?}");
    assert_eq!(workspace.folder().read(&body.path).text, "theirs");
}
