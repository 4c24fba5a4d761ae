//! An untrusted workspace, opened by the real binary: links out of it are neither read nor written, and its private
//! folder has no effect until it is adopted.

#![cfg(all(test, unix))]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use telecast::clock;
use telecast::paths::Paths;
use telecast::profile::Value;
use telecast::store::{ProfileChange, SqliteStore, Store};
use telecast::workspace::{Folder, PrivateFolderStatus};

use crate::support::{CommandOutput, Home, Terminal, rounds};

const SECRET: &str = "hunter2-of-the-victim";

/// The sample workspace in `shop`, and beside it a folder `victim` that no command may read or change.
fn sample_with_victim() -> Home {
    let home = Home::new();
    home.run(["init", "shop", "--sample"]).ok();
    home.write("victim/secret", SECRET);
    home.write("victim/folder/a.toml", "name = \"theirs\"\n");
    home
}

/// Runs a command in the workspace.
fn shop<'a>(home: &Home, args: impl IntoIterator<Item = &'a str>) -> CommandOutput {
    home.run(["--workspace", "shop"].into_iter().chain(args))
}

/// Returns every file below a folder with its content, and every link with its target.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            found.insert(path.clone(), Vec::new());
            found.append(&mut snapshot(&path));
        } else if kind.is_symlink() {
            found.insert(path.clone(), fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes());
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

/// The commands that a user may run.
const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["check", "--fix"],
    &["render", "spring-sale"],
    &["render", "spring-sale", "--as", "curl"],
    &["test", "spring-sale", "--to", "1001"],
    &["test", "spring-sale", "--to", "me"],
    &["convert", "spring-sale", "--to", "markdown-v2"],
    &["export", "clevertap", "spring-sale"],
    &["campaigns", "list"],
    &["campaigns", "new", "Fresh"],
    &["campaigns", "rename", "welcome", "Hello"],
    &["campaigns", "rm", "order-note"],
    &["webhooks", "list"],
    &["webhooks", "new", "other"],
    &["webhooks", "rm", "crm"],
    &["profiles", "list"],
    &["profiles", "show", "anna"],
    &["profiles", "set", "anna", "city=Rome"],
    &["profiles", "delete", "anna"],
    &["profiles", "import", "shop/profiles.csv"],
];

#[test]
fn no_command_follows_a_link_out_of_the_workspace() {
    let file = "../victim/secret";
    let inner = "../../victim/secret";
    // Every command with every link takes a minute. By default, each link is tried with a quarter of the commands.
    let step = rounds(4, 1);
    for (number, (name, target)) in [
        (".telecast", "../victim/folder"),
        (".telecast/history.jsonl", inner),
        (".telecast/audience.db", inner),
        (".telecast/audience.db-wal", inner),
        (".telecast/audience.db-shm", inner),
        (".telecast/audience.db-journal", inner),
        (".telecast/test-chats.toml", inner),
        (".telecast/id", inner),
        (".telecast/.gitignore", inner),
        (".telecast/drafts", "../../victim/folder"),
        (".telecast/trash", "../../victim/folder"),
        (".telecast/sandbox.json", inner),
        (".telecast/editing.lock", inner),
        ("campaigns", "../victim/folder"),
        ("webhooks", "../victim/folder"),
        ("partials", "../victim/folder"),
        ("samples", "../victim"),
        ("campaigns/spring-sale.json.liquid", inner),
        ("campaigns/spring-sale.toml", inner),
        ("campaigns/fresh.toml", inner),
        ("webhooks/bot.toml", inner),
        ("webhooks/other.toml", inner),
        ("partials/footer.liquid", inner),
        ("samples/charged.json", inner),
        ("telecast.toml", file),
    ]
    .into_iter()
    .enumerate()
    {
        let home = sample_with_victim();
        let path = home.path().join("shop").join(name);
        match path.is_dir() {
            true => fs::remove_dir_all(&path).unwrap(),
            false => drop(fs::remove_file(&path)),
        }
        symlink(target, &path).unwrap();
        let before = snapshot(&home.path().join("victim"));
        for command in COMMANDS.iter().skip(number % step).step_by(step) {
            let answer = shop(&home, command.iter().copied());
            assert!(answer.code.is_some(), "{name}, {command:?}: {answer:?}");
            assert!(!format!("{answer:?}").contains(SECRET), "{name}, {command:?}: {answer:?}");
            assert_eq!(snapshot(&home.path().join("victim")), before, "{name}, {command:?}");
        }
    }
}

#[test]
fn outside_links_and_special_files_are_reported_by_name() {
    let home = sample_with_victim();
    let root = home.path().join("shop");
    home.write("shop/partials/inside.liquid", "Bye");
    for (target, name) in [
        ("/proc/self/environ", "partials/environ.liquid"),
        ("../../config/telecast/secrets.toml", "partials/secrets.liquid"),
        ("secrets.liquid", "partials/twice.liquid"),
        ("/dev/zero", "partials/zero.liquid"),
        ("loop.liquid", "partials/loop.liquid"),
        ("inside.liquid", "partials/fine.liquid"),
        ("../../victim/secret", ".telecast/history.jsonl"),
    ] {
        symlink(target, root.join(name)).unwrap();
    }
    fs::create_dir(root.join("partials/folder.liquid")).unwrap();
    let pipe = root.join("campaigns/pipe.json.liquid");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    let problems = shop(&home, ["check", "--json"]).json();
    let found: BTreeMap<&str, &str> = problems
        .as_array()
        .unwrap()
        .iter()
        .filter(|problem| ["outside-workspace", "not-a-file"].contains(&problem["code"].as_str().unwrap()))
        .map(|problem| (problem["file"].as_str().unwrap(), problem["code"].as_str().unwrap()))
        .collect();
    let expected = BTreeMap::from([
        ("partials/environ.liquid", "outside-workspace"),
        ("partials/secrets.liquid", "outside-workspace"),
        ("partials/twice.liquid", "outside-workspace"),
        ("partials/zero.liquid", "outside-workspace"),
        ("partials/loop.liquid", "not-a-file"),
        ("partials/folder.liquid", "not-a-file"),
        ("campaigns/pipe.json.liquid", "not-a-file"),
        (".telecast/history.jsonl", "outside-workspace"),
    ]);
    assert_eq!(found, expected);
    let body =
        "{\"chat_id\": 1, \"text\": \"{% render 'environ' %}{% render 'secrets' %}{% render 'fine' %}\"}";
    home.write("shop/campaigns/spring-sale.json.liquid", body);
    let answer = shop(&home, ["render", "spring-sale"]);
    assert!(!answer.out.contains("HOME=") && !answer.out.contains("SAMPLE-sandbox-only"), "{answer:?}");
}

#[test]
fn a_test_that_needs_an_unusable_file_is_not_sent() {
    let home = sample_with_victim();
    let root = home.path().join("shop");
    symlink("../../victim/secret", root.join("partials/out.liquid")).unwrap();
    home.write("shop/campaigns/with.json.liquid", "{\"chat_id\": 1, \"text\": \"Hi {% render 'out' %}\"}");
    home.write("shop/campaigns/with.toml", "webhook = \"bot\"\n");
    symlink("../../victim/secret", root.join("campaigns/body.txt.liquid")).unwrap();
    home.write("shop/campaigns/body.toml", "webhook = \"crm\"\ncontent_format = \"text\"\n");
    shop(&home, ["trust", "--yes"]).ok();
    for (args, expected) in [
        (&["test", "with", "--to", "1001"] as &[&str], "unknown-partial"),
        (&["test", "body", "--as-is"], "outside-workspace"),
    ] {
        let answer = shop(&home, args.iter().copied());
        assert_eq!(answer.code, Some(1), "{args:?}: {answer:?}");
        assert!(answer.err.contains(expected) && answer.out.starts_with("not sent"), "{args:?}: {answer:?}");
    }
    assert!(!root.join(".telecast/history.jsonl").exists());
}

#[test]
fn links_to_one_large_file_do_not_use_all_memory() {
    let home = sample_with_victim();
    let root = home.path().join("shop");
    home.write("shop/large", "x".repeat(8 * 1024 * 1024));
    for n in 0..200 {
        symlink("../large", root.join(format!("partials/p{n:03}.liquid"))).unwrap();
    }
    let workspace = telecast::workspace::Workspace::open(&root).unwrap();
    let total: usize = workspace.partials.iter().map(|source| source.text.len()).sum();
    assert!(total <= 64 * 1024 * 1024, "{total}");
    let problems = shop(&home, ["check", "--json"]).json();
    let n_large =
        problems.as_array().unwrap().iter().filter(|problem| problem["code"] == "too-large").count();
    assert!(190 < n_large, "{n_large}");
    assert_eq!(workspace.campaigns[0].body.condition, telecast::workspace::FileCondition::Read);
}

#[test]
fn a_manifest_that_is_a_pipe_does_not_block() {
    let home = sample_with_victim();
    let manifest = home.path().join("shop/telecast.toml");
    fs::remove_file(&manifest).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &manifest, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR)
        .unwrap();
    let answer = shop(&home, ["check"]);
    assert_eq!(answer.code, Some(1), "{answer:?}");
    assert!(answer.out.contains("telecast.toml:1:1: error[not-a-file]: it is a named pipe"), "{answer:?}");
}

#[test]
fn init_writes_nothing_through_links() {
    for args in [["init", "new", "--sample"].as_slice(), &["init", "new"]] {
        for name in [".telecast", "campaigns", "webhooks", "telecast.toml"] {
            let home = sample_with_victim();
            fs::create_dir(home.path().join("new")).unwrap();
            let target = if name == "telecast.toml" { "../victim/secret" } else { "../victim/folder" };
            symlink(target, home.path().join("new").join(name)).unwrap();
            let before = snapshot(&home.path().join("victim"));
            home.run(args);
            assert_eq!(snapshot(&home.path().join("victim")), before, "{name}");
        }
    }
}

#[test]
fn a_draft_cannot_name_another_file() {
    let home = sample_with_victim();
    let paths = Paths::under(&home.path().join("state-of-the-test"));
    let root = home.path().join("shop");
    let folder = Folder::new(&root, &paths);
    folder.adopt().unwrap();
    let json = r#"{"stem":"../../../victim/secret","text":"x","cursor":0,"base":"Absent","written":"1970-01-01T00:00:00Z"}"#;
    home.write("shop/.telecast/drafts/spring-sale.json", json);
    home.write("victim/secret.json", "theirs");
    assert_eq!((folder.drafts(), folder.draft("spring-sale")), (Vec::new(), None));
    for stem in ["../../../victim/secret", "../../telecast.toml", "/etc/passwd", "a/b", "a/../../../x"] {
        assert!(folder.discard_draft(stem).is_err(), "{stem}");
        assert_eq!(folder.draft(stem), None);
        assert!(
            folder.delete_campaign(stem, clock::now()).is_err() && folder.rename_campaign(stem, "x").is_err(),
            "{stem}"
        );
    }
    assert_eq!(home.read("victim/secret.json"), "theirs");
}

/// Copies the workspace to `clone`, as an archive of it would be unpacked.
fn clone(home: &Home) {
    let copied = std::process::Command::new("cp")
        .args(["-R", "shop", "clone"])
        .current_dir(home.path())
        .status()
        .unwrap();
    assert!(copied.success());
}

#[test]
fn a_foreign_private_folder_is_only_read_until_it_is_adopted() {
    let home = sample_with_victim();
    clone(&home);
    let private = home.path().join("clone/.telecast");
    let run = |args: &[&str]| home.run(["--workspace", "clone"].iter().chain(args));
    let before = snapshot(&private);
    assert!(run(&["profiles", "show", "anna"]).ok().contains("Anna"));
    assert_eq!(run(&["profiles", "list", "--json"]).json().as_array().unwrap().len(), 100);
    for args in [
        &["profiles", "set", "anna", "city=Rome"] as &[&str],
        &["profiles", "delete", "anna"],
        &["profiles", "import", "shop/profiles.csv"],
        &["campaigns", "rm", "welcome"],
    ] {
        let answer = run(args);
        assert_eq!(answer.code, Some(3), "{args:?}: {answer:?}");
        assert!(answer.err.contains("telecast trust --adopt"), "{args:?}: {answer:?}");
    }
    let chat = telecast::service::sample::TEST_CHAT;
    let refused = run(&["test", "spring-sale", "--to", chat.0]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let notices = refused.err.matches("telecast trust --adopt").count();
    assert_eq!(notices, 1, "{refused:?}");
    assert_eq!(snapshot(&private), before);

    let paths = Paths::under(&home.path().join("home"));
    let folder = Folder::new(&home.path().join("clone"), &paths);
    assert_eq!(folder.private_folder_status().unwrap(), PrivateFolderStatus::Foreign);
    assert_eq!(folder.test_chats().0.chats, []);
    folder.adopt().unwrap();
    assert_eq!(folder.private_folder_status().unwrap(), PrivateFolderStatus::Ours);
    assert_eq!(folder.test_chats().0.resolve(chat.0).as_deref(), Some(chat.1));
}

#[test]
fn a_private_folder_is_recognised_by_its_id_and_test_chats() {
    let home = sample_with_victim();
    let paths = Paths::under(&home.path().join("home"));
    let root = home.path().join("shop");
    fs::remove_dir_all(root.join(".telecast")).unwrap();
    let folder = Folder::new(&root, &paths);
    assert_eq!(folder.private_folder_status().unwrap(), PrivateFolderStatus::Absent);
    folder.add_test_chat("Anna", "1").unwrap();
    folder.add_test_chat("Ben", "2").unwrap();
    assert_eq!(folder.private_folder_status().unwrap(), PrivateFolderStatus::Ours);
    assert_eq!(fs::metadata(root.join(".telecast")).unwrap().permissions().mode() & 0o777, 0o700);

    let chats = home.read("shop/.telecast/test-chats.toml");
    home.write("shop/.telecast/test-chats.toml", chats.replace('2', "666"));
    assert_eq!(folder.private_folder_status().unwrap(), PrivateFolderStatus::Foreign);
    assert!(folder.add_test_chat("Cleo", "3").is_err(), "another change does not make a foreign folder ours");
    home.write("shop/.telecast/test-chats.toml", &chats);
    assert_eq!(folder.private_folder_status().unwrap(), PrivateFolderStatus::Ours);

    home.write("shop/.telecast/id", "0123456789abcdef");
    assert_eq!(folder.private_folder_status().unwrap(), PrivateFolderStatus::Foreign);
    folder.adopt().unwrap();
    assert_eq!(folder.private_folder_status().unwrap(), PrivateFolderStatus::Ours);

    // A copy of the workspace is foreign, and so is the same workspace for another user.
    clone(&home);
    assert_eq!(
        Folder::new(&home.path().join("clone"), &paths).private_folder_status().unwrap(),
        PrivateFolderStatus::Foreign
    );
    let others = Paths::under(&home.path().join("another-home"));
    assert_eq!(Folder::new(&root, &others).private_folder_status().unwrap(), PrivateFolderStatus::Foreign);
}

#[test]
fn a_linked_private_folder_is_never_adopted() {
    let home = sample_with_victim();
    let paths = Paths::under(&home.path().join("home"));
    let root = home.path().join("shop");
    for target in ["../victim/folder", "campaigns", "nowhere"] {
        fs::remove_dir_all(root.join(".telecast"))
            .or_else(|_| fs::remove_file(root.join(".telecast")))
            .unwrap();
        symlink(target, root.join(".telecast")).unwrap();
        let folder = Folder::new(&root, &paths);
        assert_eq!(folder.private_folder_status().unwrap(), PrivateFolderStatus::Foreign, "{target}");
        assert!(folder.adopt().is_err() && folder.ensure_private_folder().is_err(), "{target}");
        assert_eq!(folder.private_folder_status().unwrap(), PrivateFolderStatus::Foreign, "{target}");
    }
}

#[test]
fn concurrent_writers_create_one_private_folder() {
    let home = sample_with_victim();
    let root = home.path().join("shop");
    fs::remove_dir_all(root.join(".telecast")).unwrap();
    let paths = Paths::under(&home.path().join("home"));
    std::thread::scope(|scope| {
        for n in 0..16 {
            let folder = Folder::new(&root, &paths);
            scope.spawn(move || folder.add_test_chat(&format!("chat {n}"), &(n + 1).to_string()).unwrap());
        }
    });
    let folder = Folder::new(&root, &paths);
    assert_eq!(folder.test_chats().0.chats.len(), 16);
    let names: Vec<_> = fs::read_dir(&root).unwrap().flatten().map(|entry| entry.file_name()).collect();
    let private = names.iter().filter(|name| name.to_string_lossy().starts_with(".telecast"));
    assert_eq!(private.count(), 1, "{names:?}");
}

/// Gives the webhook an address where nothing listens.
fn set_unreachable_webhook(home: &Home, workspace: &str) {
    let url = "http://127.0.0.1:9/bot${BOT_TOKEN}/sendMessage";
    home.write(&format!("{workspace}/webhooks/bot.toml"), format!("name = \"Bot\"\nurl = \"{url}\"\n"));
}

#[test]
fn a_console_writes_nothing_outside_a_hostile_workspace() {
    for (name, target) in
        [(".telecast", "../victim/folder"), (".telecast/editing.lock", "../../victim/secret")]
    {
        let home = sample_with_victim();
        let path = home.path().join("shop").join(name);
        if path.is_dir() {
            fs::remove_dir_all(&path).unwrap();
        }
        symlink(target, &path).unwrap();
        set_unreachable_webhook(&home, "shop");
        let before = snapshot(&home.path().join("victim"));
        let mut terminal = Terminal::start(home.command(["--workspace", "shop"]), 120, 32);
        terminal.wait_for("cart-reminder");
        terminal.send("Zebra");
        terminal.wait_for("Zebra{");
        terminal.send("\x13");
        terminal.wait_for("saved campaigns/spring-sale.json.liquid");
        terminal.send("\x11");
        assert_eq!(terminal.wait_exit().code(), Some(0), "{name}");
        assert_eq!(snapshot(&home.path().join("victim")), before, "{name}");
    }
}

#[test]
fn the_console_reports_a_foreign_private_folder() {
    let home = sample_with_victim();
    clone(&home);
    set_unreachable_webhook(&home, "clone");
    let before = snapshot(&home.path().join("clone/.telecast"));
    let mut terminal = Terminal::start(home.command(["--workspace", "clone"]), 160, 32);
    terminal.wait_for("was not made here");
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    terminal.send("\x11");
    terminal.wait_for("Not saved");
    drop(terminal);
    assert_eq!(snapshot(&home.path().join("clone/.telecast")), before);
}

#[test]
fn a_path_names_only_files_of_the_workspace() {
    let home = sample_with_victim();
    home.write("srv/webhooks/bot.toml", "name = \"theirs\"\n");
    home.write("srv/campaigns/spring-sale.toml", "name = \"theirs\"\n");
    for args in [
        &["webhooks", "rm", "../../srv/webhooks/bot"] as &[&str],
        &["webhooks", "rm", "srv/webhooks/bot.toml"],
        &["webhooks", "rm", "nowhere/bot.toml"],
        &["webhooks", "rm", "bot.toml"],
        &["webhooks", "check", "/no/such/dir/bot.toml"],
        &["render", "/no/such/dir/spring-sale.toml"],
        &["render", "srv/campaigns/spring-sale.toml"],
        &["check", "no/spring-sale"],
        &["check", "./spring-sale.json.liquid"],
        &["test", "x/spring-sale.toml", "--to", "1"],
        &["convert", "spring-sale.toml", "--to", "html"],
        &["export", "clevertap", "..\\spring-sale"],
        &["campaigns", "rm", "../shop/webhooks/bot.toml"],
        &["campaigns", "rename", "srv/campaigns/spring-sale.toml", "x"],
    ] {
        let answer = shop(&home, args.iter().copied());
        assert_eq!(answer.code, Some(1), "{args:?}: {answer:?}");
        let is_explained = answer.err.contains("of the workspace") || answer.err.contains("there is no");
        assert!(is_explained, "{args:?}: {answer:?}");
    }
    assert!(home.path().join("shop/webhooks/bot.toml").exists());
    let absolute = home.path().join("shop/campaigns/spring-sale.toml");
    for path in [
        "shop/campaigns/spring-sale.toml",
        "./shop/../shop/campaigns/spring-sale.json.liquid",
        "campaigns/spring-sale.json.liquid",
        absolute.to_str().unwrap(),
    ] {
        let answer = shop(&home, ["render", path, "--json"]);
        assert_eq!(answer.code, Some(0), "{path}: {answer:?}");
    }
    let inside = home
        .command(["render", "spring-sale.toml"])
        .current_dir(home.path().join("shop/campaigns"))
        .output()
        .unwrap();
    assert!(inside.status.success(), "{inside:?}");
    shop(&home, ["webhooks", "rm", "webhooks/bot.toml"]).ok();
    assert!(!home.path().join("shop/webhooks/bot.toml").exists());
}

#[test]
fn the_console_removes_files_left_by_a_killed_process() {
    let home = sample_with_victim();
    let left = [
        "shop/.telecast-aB3xY9",
        "shop/campaigns/.telecast-aB3xY9",
        "shop/.telecast/drafts/.telecast-Zz0000",
        "state/telecast/editing/copy-Ab12Cd/spring-sale.json.liquid",
    ];
    left.iter().for_each(|path| drop(home.write(path, "left")));
    home.write("state/telecast/editing/copy-Ab12Cd.lock", "");
    let kept = home.write("shop/campaigns/.telecast-notes", "mine");
    let mut terminal = Terminal::start(home.command(["--workspace", "shop"]), 120, 32);
    terminal.wait_for("cart-reminder");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    for path in left {
        assert!(!home.path().join(path).exists(), "{path}");
    }
    assert_eq!(fs::read_dir(home.path().join("state/telecast/editing")).unwrap().count(), 0);
    assert!(kept.exists());
}

#[test]
fn the_copy_for_an_external_editor_is_private_and_temporary() {
    let home = sample_with_victim();
    let script = home.write(
        "editor.sh",
        "#!/bin/sh\nfor last; do :; done\necho \"$last\" > \"$HOME/seen\"\nstat -c %a \"$last\" \"$(dirname \"$last\")\" >> \"$HOME/seen\"\nprintf '{\"chat_id\": 1, \"text\": \"Edited\"}' > \"$last\"\n",
    );
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = home.command(["--workspace", "shop"]);
    command.env("EDITOR", &script);
    let mut terminal = Terminal::start(command, 120, 32);
    terminal.wait_for("cart-reminder");
    terminal.send("\x0f");
    terminal.wait_for("Edited");
    let seen = home.read("seen");
    let mut lines = seen.lines();
    let copy = Path::new(lines.next().unwrap());
    assert!(copy.starts_with(home.path().join("state/telecast/editing")), "{seen}");
    assert_eq!(lines.collect::<Vec<_>>(), ["600", "700"]);
    assert!(!copy.exists() && !copy.parent().unwrap().exists());
}

#[test]
fn a_hostile_database_schema_is_refused() {
    let open = |sql: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audience.db");
        let store = SqliteStore::open(&path).unwrap();
        store.set("anna", indexmap::IndexMap::new()).unwrap();
        drop(store);
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch(sql).unwrap();
        drop(connection);
        let opened = [SqliteStore::open(&path), SqliteStore::open_read_only(&path)];
        opened.map(|opened| opened.map(|store| store.count()).map_err(|error| error.to_string()))
    };
    for sql in [
        "CREATE TRIGGER t AFTER INSERT ON profiles BEGIN DELETE FROM profiles; END",
        "CREATE VIEW v AS SELECT * FROM profiles",
        "DROP TABLE totals; CREATE VIEW totals AS WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n FROM c) SELECT 'profiles' AS name, n FROM c",
        "DROP TABLE reachability; CREATE VIRTUAL TABLE reachability USING fts5 (profile_id, state)",
        "CREATE INDEX i ON profiles (length(identity))",
        "ALTER TABLE profiles ADD COLUMN x TEXT AS (hex(zeroblob(1)))",
        "CREATE TABLE other (a)",
    ] {
        for opened in open(sql) {
            assert!(opened.is_err_and(|error| error.ends_with("is not a telecast database")), "{sql}");
        }
    }
    for opened in open("ANALYZE; VACUUM") {
        assert_eq!(opened.unwrap().unwrap(), 1);
    }
    for opened in open("UPDATE profiles SET properties = zeroblob(100000000)") {
        opened.unwrap().unwrap();
    }
}

#[test]
fn huge_values_and_foreign_journals_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audience.db");
    drop(SqliteStore::open(&path).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("INSERT INTO profiles VALUES (1, 'anna', zeroblob(100000000), 0)").unwrap();
    drop(connection);
    assert!(SqliteStore::open(&path).unwrap().get("anna").is_err());
    let mut journal = vec![0; 512];
    journal.extend([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
    fs::write(folder.path().join("audience.db-journal"), journal).unwrap();
    let refused = SqliteStore::open(&path).err().unwrap().to_string();
    assert!(refused.ends_with("is not a journal of this database: move it away"), "{refused}");
}

#[test]
fn a_database_with_a_huge_log_is_not_copied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audience.db");
    drop(SqliteStore::open(&path).unwrap());
    // The file is sparse: it takes no space here, but a copy would fill the disk.
    fs::write(folder.path().join("audience.db-wal"), "x").unwrap();
    fs::OpenOptions::new()
        .write(true)
        .open(folder.path().join("audience.db-wal"))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    let refused = SqliteStore::open_read_only(&path).err().unwrap().to_string();
    assert!(refused.contains("too large to be copied"), "{refused}");
}

#[test]
fn hostile_numbers_in_a_database_do_not_overflow() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audience.db");
    let store = SqliteStore::open(&path).unwrap();
    let change = |n: usize| ProfileChange {
        identity: format!("person{n}"),
        properties: indexmap::IndexMap::from([("a".into(), Value::Integer(1))]),
    };
    store.write(&(0..5_000).map(change).collect::<Vec<_>>()).unwrap();
    drop(store);
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "UPDATE profiles SET id = 9223372036854775807 - id WHERE id < 3000;
             UPDATE profiles SET id = 9223372036854775807 WHERE identity = 'person4999';
             UPDATE profiles SET id = -9223372036854775808 WHERE identity = 'person4998';
             UPDATE totals SET n = 9223372036854775807; UPDATE properties SET n_set = 9223372036854775807",
        )
        .unwrap();
    drop(connection);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.sample(50).unwrap().profiles.len(), 50);
    assert_eq!(store.vocabulary().unwrap().properties.len(), 1);
    // The counts are nonsense. A write may fail or succeed, but must not panic.
    let _ = store.write(&[ProfileChange { identity: "new".into(), ..change(0) }]);
    let _ = store.delete("person1");
    assert_eq!(store.list("", None, 10).unwrap().profiles.len(), 10);
}
