//! Reading a workspace again: what comes out is what opening it anew gives, whatever was changed and told of.
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

fn named(paths: &[&str]) -> BTreeSet<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

/// An hour from now: nothing is young then.
fn later() -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(1)
}

/// How many campaigns of `after` are the very ones of `before`.
fn n_shared(before: &Workspace, after: &Workspace) -> usize {
    let is_shared = |campaign: &&Arc<_>| before.campaigns.iter().any(|known| Arc::ptr_eq(known, campaign));
    after.campaigns.iter().filter(is_shared).count()
}

#[test]
fn of_the_files_that_are_told_the_campaigns_are_read_and_all_others_shared() {
    let (folder, before) = shop(20);
    let root = folder.path();
    write(root, "campaigns/c3.json.liquid", "{}");
    write(root, "campaigns/new.txt.liquid", "hello");
    fs::remove_file(root.join("campaigns/c7.toml")).unwrap();
    fs::remove_file(root.join("campaigns/c7.json.liquid")).unwrap();
    let changed = named(&["campaigns/c3.json.liquid", "campaigns/c7.toml", "campaigns/new.txt.liquid"]);
    let after = before.reload_changed(&changed, Timestamp::now()).unwrap();
    assert_eq!(after, Workspace::open(root).unwrap());
    assert_eq!((after.campaigns.len(), n_shared(&before, &after)), (20, 18));
    assert_ne!(before, after);
}

#[test]
fn a_young_file_is_read_again_though_it_looks_the_same() {
    let (folder, before) = shop(3);
    write(folder.path(), "campaigns/c1.json.liquid", "{\"n\": 2}");
    let after = before.reload(Timestamp::now()).unwrap();
    assert_eq!(after.campaigns[1].body.text, "{\"n\": 2}");
    assert_eq!(after, Workspace::open(folder.path()).unwrap());
}

#[test]
fn what_looks_the_same_for_long_is_shared() {
    let (folder, before) = shop(5);
    let settled = before.reload(later()).unwrap();
    assert_eq!(n_shared(&before, &settled), 0, "they were young");
    let after = settled.reload(later()).unwrap();
    assert_eq!((n_shared(&settled, &after), &after), (5, &before));
    write(folder.path(), "campaigns/c1.json.liquid", "{\"n\": 100}");
    let after = settled.reload(later()).unwrap();
    assert_eq!((n_shared(&settled, &after), after), (4, Workspace::open(folder.path()).unwrap()));
}

#[test]
fn a_webhook_that_goes_or_comes_is_told_by_the_campaigns_that_name_it() {
    let (folder, before) = shop(3);
    fs::rename(folder.path().join("webhooks/bot.toml"), folder.path().join("webhooks/bat.toml")).unwrap();
    let gone =
        before.reload_changed(&named(&["webhooks/bot.toml", "webhooks/bat.toml"]), Timestamp::now()).unwrap();
    assert_eq!(gone, Workspace::open(folder.path()).unwrap());
    let problem = &gone.campaigns[2].source.problems[0];
    assert_eq!((problem.code, problem.help.as_deref()), (Code::NoSuchWebhook, Some("did you mean `bat`?")));
    fs::rename(folder.path().join("webhooks/bat.toml"), folder.path().join("webhooks/bot.toml")).unwrap();
    assert_eq!(gone.reload(Timestamp::now()).unwrap(), before);
}

#[test]
fn where_the_files_become_too_much_the_same_ones_are_left_out_as_at_the_start() {
    let (folder, _) = shop(9);
    let root = folder.path();
    // Sparse: they take no room on the disk.
    let grow = |stem: &str, size: u64| {
        let path = root.join(format!("campaigns/{stem}.json.liquid"));
        fs::File::options().write(true).open(path).unwrap().set_len(size).unwrap();
    };
    (1..9).for_each(|n| grow(&format!("c{n}"), MAX_FILE - 1024));
    let fits = Workspace::open(root).unwrap();
    assert!(fits.problems().is_empty());
    grow("c0", MAX_FILE);
    let too_much = fits.reload_changed(&named(&["campaigns/c0.json.liquid"]), Timestamp::now()).unwrap();
    assert_eq!(too_much, Workspace::open(root).unwrap());
    assert_eq!(too_much.problems()[0].path, "campaigns/c8.json.liquid");
    grow("c0", 10);
    assert_eq!(
        too_much
            .reload_changed(&named(&["campaigns/c0.json.liquid"]), Timestamp::now())
            .unwrap()
            .problems()
            .len(),
        0
    );
}

#[test]
fn one_campaign_is_read_as_among_all() {
    let (folder, all) = shop(5);
    let one = Workspace::open_campaign(folder.path(), "c2").unwrap().unwrap();
    assert_eq!(one.campaigns, [Arc::clone(&all.campaigns[2])]);
    assert_eq!((&one.webhooks, &one.manifest), (&all.webhooks, &all.manifest));
    for words in ["c9", "", ".", "..", "../campaigns/c2", "campaigns/c2.toml", "c2.toml", "/", "c2/"] {
        assert_eq!(Workspace::open_campaign(folder.path(), words).unwrap(), None, "{words}");
    }
}

/// A source of choices that gives the same ones for the same seed.
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

/// Changes something, and returns the files that a watch would name.
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
            // Not through a link. No two have one length: a change within the clock's tick shows in nothing else.
            drop(fs::remove_file(&to));
            dice.n_written += 1;
            write(root, path, &format!("{}{}", texts[dice.below(9) as usize], "\n".repeat(dice.n_written)));
        }
    }
    vec![path.clone()]
}

#[test]
fn reading_on_is_opening_anew() {
    for seed in 0..rounds(3, 40) as u64 {
        let (folder, workspace) = shop(6);
        let root = folder.path();
        let mut dice = Dice { state: seed, n_written: 0 };
        let reading = WorkspaceReloader::new(Arc::new(workspace));
        for step in 0..80 {
            let told: Vec<String> = (0..dice.below(4)).flat_map(|_| change(root, &mut dice)).collect();
            // Sometimes nobody tells of it.
            if dice.below(3) != 0 {
                reading.mark_changed(told);
            }
            let now = if dice.below(2) == 0 { Timestamp::now() } else { later() };
            let mut read = reading.reload(now).unwrap();
            if *read != Workspace::open(root).unwrap() {
                // What was not told comes with the look at all that follows.
                read = reading.reload(now).unwrap();
            }
            assert_eq!(*read, Workspace::open(root).unwrap(), "seed {seed}, step {step}");
            reading.mark_changed(change(root, &mut dice).into_iter().filter(|_| step % 2 == 0));
            let read = reading.rescan(now).unwrap();
            assert_eq!(*read, Workspace::open(root).unwrap(), "seed {seed}, step {step}, all");
        }
    }
}
