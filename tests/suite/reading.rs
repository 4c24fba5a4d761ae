//! Reloading a workspace: the result equals opening it again, whichever files were changed or reported as changed.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::support::rounds;
use jiff::{SignedDuration, Timestamp};
use telecast::diagnostic::Code;
use telecast::workspace::{MAX_FILE, Workspace, WorkspaceReloader};

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn shop(n: usize) -> (tempfile::TempDir, Workspace) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "telecast.toml", "name = \"Shop\"");
    write(root, "webhooks/bot.toml", "url = \"${SANDBOX}/bot${BOT_TOKEN}/sendMessage\"");
    for n in 0..n {
        write(root, &format!("campaigns/c{n}.toml"), "webhook = \"bot\"");
        write(root, &format!("campaigns/c{n}.json.liquid"), &format!("{{\"n\": {n}}}"));
    }
    let workspace = Workspace::open(root).unwrap();
    (folder, workspace)
}

fn paths(paths: &[&str]) -> BTreeSet<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

/// An hour from now. A reload trusts a file's metadata only if the file was not changed shortly before it was read.
fn later() -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(1)
}

/// Returns how many campaigns of `after` are shared with `before`.
fn n_shared(before: &Workspace, after: &Workspace) -> usize {
    let is_shared = |campaign: &&Arc<_>| before.campaigns.iter().any(|known| Arc::ptr_eq(known, campaign));
    after.campaigns.iter().filter(is_shared).count()
}

#[test]
fn only_changed_campaigns_are_read_and_all_others_are_shared() {
    let (folder, before) = shop(20);
    let root = folder.path();
    write(root, "campaigns/c3.json.liquid", "{}");
    write(root, "campaigns/new.txt.liquid", "hello");
    fs::remove_file(root.join("campaigns/c7.toml")).unwrap();
    fs::remove_file(root.join("campaigns/c7.json.liquid")).unwrap();
    let changed = paths(&["campaigns/c3.json.liquid", "campaigns/c7.toml", "campaigns/new.txt.liquid"]);
    let after = before.reload_changed(&changed, Timestamp::now()).unwrap();
    assert_eq!(after, Workspace::open(root).unwrap());
    assert_eq!((after.campaigns.len(), n_shared(&before, &after)), (20, 18));
    assert_ne!(before, after);
}

#[test]
fn a_recently_changed_file_is_always_read_again() {
    let (folder, before) = shop(3);
    write(folder.path(), "campaigns/c1.json.liquid", "{\"n\": 2}");
    let after = before.reload(Timestamp::now()).unwrap();
    assert_eq!(after.campaigns[1].body.text, "{\"n\": 2}");
    assert_eq!(after, Workspace::open(folder.path()).unwrap());
}

#[test]
fn old_unchanged_files_are_shared() {
    let (folder, before) = shop(5);
    let settled = before.reload(later()).unwrap();
    assert_eq!(n_shared(&before, &settled), 0, "they were changed too recently");
    let after = settled.reload(later()).unwrap();
    assert_eq!((n_shared(&settled, &after), &after), (5, &before));
    write(folder.path(), "campaigns/c1.json.liquid", "{\"n\": 100}");
    let after = settled.reload(later()).unwrap();
    assert_eq!((n_shared(&settled, &after), after), (4, Workspace::open(folder.path()).unwrap()));
}

#[test]
fn a_missing_webhook_is_reported_by_the_campaigns_that_use_it() {
    let (folder, before) = shop(3);
    fs::rename(folder.path().join("webhooks/bot.toml"), folder.path().join("webhooks/bat.toml")).unwrap();
    let gone =
        before.reload_changed(&paths(&["webhooks/bot.toml", "webhooks/bat.toml"]), Timestamp::now()).unwrap();
    assert_eq!(gone, Workspace::open(folder.path()).unwrap());
    let problem = &gone.campaigns[2].source.problems[0];
    assert_eq!((problem.code, problem.help.as_deref()), (Code::NoSuchWebhook, Some("did you mean `bat`?")));
    fs::rename(folder.path().join("webhooks/bat.toml"), folder.path().join("webhooks/bot.toml")).unwrap();
    assert_eq!(gone.reload(Timestamp::now()).unwrap(), before);
}

#[test]
fn over_the_size_limit_a_reload_skips_the_same_files_as_opening() {
    let (folder, _) = shop(9);
    let root = folder.path();
    // The files are sparse: they take no space on the disk.
    let grow = |stem: &str, size: u64| {
        let path = root.join(format!("campaigns/{stem}.json.liquid"));
        fs::File::options().write(true).open(path).unwrap().set_len(size).unwrap();
    };
    (1..9).for_each(|n| grow(&format!("c{n}"), MAX_FILE - 1024));
    let fits = Workspace::open(root).unwrap();
    assert!(fits.problems().is_empty());
    grow("c0", MAX_FILE);
    let too_much = fits.reload_changed(&paths(&["campaigns/c0.json.liquid"]), Timestamp::now()).unwrap();
    assert_eq!(too_much, Workspace::open(root).unwrap());
    assert_eq!(too_much.problems()[0].path, "campaigns/c8.json.liquid");
    grow("c0", 10);
    assert_eq!(
        too_much
            .reload_changed(&paths(&["campaigns/c0.json.liquid"]), Timestamp::now())
            .unwrap()
            .problems()
            .len(),
        0
    );
}

#[test]
fn a_campaign_opened_alone_equals_the_one_in_its_workspace() {
    let (folder, all) = shop(5);
    let one = Workspace::open_campaign(folder.path(), "c2").unwrap().unwrap();
    assert_eq!(one.campaigns, [Arc::clone(&all.campaigns[2])]);
    assert_eq!((&one.webhooks, &one.manifest), (&all.webhooks, &all.manifest));
    for name in ["c9", "", ".", "..", "../campaigns/c2", "campaigns/c2.toml", "c2.toml", "/", "c2/"] {
        assert_eq!(Workspace::open_campaign(folder.path(), name).unwrap(), None, "{name}");
    }
}

/// A source of random choices: the same seed gives the same choices.
struct Dice {
    state: u64,
    n_written: usize,
}

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % n
    }
}

/// Makes a random change, and returns the paths that a watcher would report.
fn change(root: &Path, dice: &mut Dice) -> Vec<String> {
    let n = dice.below(6);
    let files = [
        format!("campaigns/c{n}.toml"),
        format!("campaigns/c{n}.json.liquid"),
        format!("campaigns/c{n}.txt.liquid"),
        format!("webhooks/w{n}.toml"),
        format!("partials/p{n}.liquid"),
        format!("samples/s{n}.json"),
        "telecast.toml".to_owned(),
    ];
    let path = &files[dice.below(7) as usize];
    let texts = [
        "webhook = \"w1\"",
        "webhook = \"w2\"",
        "webhook = \"w1\"\ncontent_format = \"text\"",
        "[defaults]\nwebhook = \"w1\"",
        "{\"a\": 1}",
        "{\"a\": 2}",
        "{",
        "not = [",
        "",
    ];
    let to = root.join(path);
    match dice.below(8) {
        0 if path != "telecast.toml" => drop(fs::remove_file(&to)),
        1 => {
            let other = &files[dice.below(3) as usize];
            let is_campaigns = path.starts_with("campaigns/");
            if is_campaigns && fs::rename(&to, root.join(other)).is_ok() {
                return vec![path.clone(), other.clone()];
            }
        }
        2 if path.starts_with("campaigns/") && !to.exists() => {
            drop(std::os::unix::fs::symlink(root.join("telecast.toml"), &to));
        }
        3 if path.starts_with("campaigns/") && !to.exists() => fs::create_dir(&to).unwrap(),
        _ if to.is_dir() => fs::remove_dir(&to).unwrap(),
        _ => {
            // Removed first, so that nothing is written through a link. Each text has another length: a change within
            // one tick of the clock shows only in the length.
            drop(fs::remove_file(&to));
            dice.n_written += 1;
            write(root, path, &format!("{}{}", texts[dice.below(9) as usize], "\n".repeat(dice.n_written)));
        }
    }
    vec![path.clone()]
}

#[test]
fn reloading_equals_opening_again() {
    for seed in 0..rounds(3, 40) as u64 {
        let (folder, workspace) = shop(6);
        let root = folder.path();
        let mut dice = Dice { state: seed, n_written: 0 };
        let reloader = WorkspaceReloader::new(Arc::new(workspace));
        for step in 0..80 {
            let changed: Vec<String> = (0..dice.below(4)).flat_map(|_| change(root, &mut dice)).collect();
            // Sometimes the watcher misses the change.
            if dice.below(3) != 0 {
                reloader.mark_changed(changed);
            }
            let now = if dice.below(2) == 0 { Timestamp::now() } else { later() };
            let mut read = reloader.reload(now).unwrap();
            if *read != Workspace::open(root).unwrap() {
                // A missed change is found by the full scan that follows.
                read = reloader.reload(now).unwrap();
            }
            assert_eq!(*read, Workspace::open(root).unwrap(), "seed {seed}, step {step}");
            reloader.mark_changed(change(root, &mut dice).into_iter().filter(|_| step % 2 == 0));
            let read = reloader.rescan(now).unwrap();
            assert_eq!(*read, Workspace::open(root).unwrap(), "seed {seed}, step {step}, rescan");
        }
    }
}
