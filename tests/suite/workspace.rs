//! Files on disk: discovery, loading, saves, drafts, history, locks, watching.

#![cfg(test)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::support::{report_left_out, rounds};
use jiff::Timestamp;
use telecast::campaign::{Auth, Campaign, ContentFormat, Manifest, Webhook};
use telecast::diagnostic::Code;
use telecast::paths::Paths;
use telecast::workspace::{
    self, CampaignDraft, FileCondition, Folder, LockError, SaveError, TestSendRecord, Trashed, TrashedKind,
    WatchMethod, Workspace, discover,
};

/// A workspace with the webhook `bot` and the campaign `spring-sale`.
fn sample() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    workspace::init(dir.path(), "Shop", &paths_of(dir.path())).unwrap();
    let folder = folder_of(dir.path());
    let url = "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage";
    folder.create_webhook(&Webhook { name: "Bot".into(), url: url.into(), ..Webhook::default() }).unwrap();
    folder.create_campaign(&spring_sale(), "{}\n").unwrap();
    dir
}

/// The user's directories, inside the workspace folder so that they are deleted with it.
fn paths_of(root: &Path) -> Paths {
    Paths::under(&root.join("home"))
}

fn folder_of(root: &Path) -> Folder {
    Folder::new(root, &paths_of(root))
}

fn spring_sale() -> Campaign {
    Campaign { name: "Spring sale".into(), webhook: "bot".into(), ..Campaign::default() }
}

fn open(dir: &tempfile::TempDir) -> Workspace {
    Workspace::open(dir.path()).unwrap()
}

fn write(dir: &tempfile::TempDir, path: &str, bytes: &[u8]) {
    let path = dir.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn read(dir: &tempfile::TempDir, path: &str) -> String {
    fs::read_to_string(dir.path().join(path)).unwrap()
}

#[track_caller]
fn check_problems(dir: &tempfile::TempDir, expected: &[&str]) {
    let lines: Vec<String> = open(dir).problems().iter().map(ToString::to_string).collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_new_workspace_opens_without_problems() {
    let dir = sample();
    let workspace = open(&dir);
    assert_eq!(workspace.problems(), []);
    assert_eq!(workspace.display_name(), "Shop");
    assert_eq!(workspace.campaigns[0].stem, "spring-sale");
    assert_eq!(workspace.campaigns[0].body.text, "{}\n");
    assert_eq!(read(&dir, ".telecast/.gitignore"), "*\n");
    assert_eq!(workspace.settings().id, None, "a clone could copy it");
    assert!(workspace::init(dir.path(), "again", &paths_of(dir.path())).is_err());
}

#[test]
fn a_workspace_is_found_by_option_variable_parents_and_default() {
    let dir = tempfile::tempdir().unwrap();
    let root = |name: &str| dir.path().join(name);
    let paths = Paths::under(&root("home"));
    let nested = dir.path().join("near/a/b");
    fs::create_dir_all(&nested).unwrap();
    let find = |option: Option<&str>, variable: Option<&str>, current: &Path| {
        let (option, variable) = (option.map(Path::new), variable.map(Path::new));
        discover(option, variable, current, &paths).map_err(|error| error.to_string())
    };
    assert!(find(None, None, &nested).unwrap_err().contains("telecast init DIR"));
    workspace::init(&paths.default_workspace(), "default", &paths).unwrap();
    assert_eq!(find(None, None, &nested), Ok(paths.default_workspace()));
    workspace::init(&root("near"), "near", &paths).unwrap();
    assert_eq!(find(None, None, &nested), Ok(root("near")));
    workspace::init(&root("variable"), "variable", &paths).unwrap();
    assert_eq!(find(None, root("variable").to_str(), &nested), Ok(root("variable")));
    assert_eq!(find(Some("near/telecast.toml"), root("variable").to_str(), dir.path()), Ok(root("near")));
    assert!(find(Some("."), None, &nested).unwrap_err().contains("(--workspace) is not a workspace"));
    assert!(
        find(None, Some("gone"), &nested).unwrap_err().contains("(TELECAST_WORKSPACE): it does not exist")
    );
}

#[test]
fn broken_files_are_reported_with_position_and_hide_no_others() {
    let dir = sample();
    write(&dir, "webhooks/broken.toml", b"name = \"x\"\nurl = \n");
    write(&dir, "webhooks/latin.toml", b"name = \"x\"\n# gr\xfcn\n");
    write(&dir, "campaigns/a.toml", b"name = \"A\"\nwebhook = \"bto\"\nlabel = []\n");
    write(&dir, "campaigns/a.json.liquid", b"{}\n\xff");
    write(&dir, "campaigns/b.toml", b"webhook = \"bot\"\ncontent_format = \"text\"\n[when]\n");
    write(&dir, "campaigns/b.json.liquid", b"{}");
    write(&dir, "campaigns/c.txt.liquid", b"hello");
    write(&dir, "samples/charged.json", b"{\"Event\": }");
    fs::create_dir(dir.path().join("campaigns/d.toml")).unwrap();
    check_problems(
        &dir,
        &[
            "webhooks/broken.toml:2:7: error[not-toml]: this is not TOML: string values must be quoted, expected literal string",
            "webhooks/latin.toml:1:1: error[not-utf8]: this file is not UTF-8: byte 16 (line 2)\n  help: save it as UTF-8 in your editor; telecast does not change it",
            "campaigns/a.toml:3:1: warning[unknown-key]: unknown key `label`\n  help: did you mean `labels`?",
            "campaigns/a.toml:2:12: error[no-such-webhook]: webhooks/bto.toml does not exist\n  help: did you mean `bot`?",
            "campaigns/a.json.liquid:1:1: error[not-utf8]: this file is not UTF-8: byte 4 (line 2)\n  help: save it as UTF-8 in your editor; telecast does not change it",
            "campaigns/b.toml:3:2: error[unknown-key]: unknown key `when`\n  help: this version has no scheduled or triggered sending; remove this key",
            "campaigns/b.txt.liquid:1:1: error[no-body]: this campaign has no body yet\n  help: to use campaigns/b.json.liquid, set `content_format = \"json\"`",
            "campaigns/c.toml:1:1: error[no-definition]: this body has no campaign file\n  help: create campaigns/c.toml with `webhook = \"…\"`",
            "campaigns/d.toml:1:1: error[not-a-file]: it is a folder, not a regular file\n  help: telecast ignores it; remove it, or replace it with a file",
            "campaigns/d.json.liquid:1:1: error[no-body]: this campaign has no body yet\n  help: save it as campaigns/d.json.liquid",
            "samples/charged.json:1:11: error[not-json]: expected a value",
        ],
    );
    let stems: Vec<String> = open(&dir).campaigns.iter().map(|campaign| campaign.stem.clone()).collect();
    assert_eq!(stems, ["a", "b", "c", "d", "spring-sale"]);
}

#[test]
fn a_body_of_ten_megabytes_is_reported_and_left_unchanged() {
    let dir = sample();
    let path = "campaigns/spring-sale.json.liquid";
    write(&dir, path, &vec![b'x'; 10 * 1024 * 1024]);
    let workspace = open(&dir);
    let body = &workspace.campaigns[0].body;
    assert_eq!((body.condition, body.problems[0].code), (FileCondition::Unusable, Code::TooLarge));
    assert!(workspace.folder(&paths_of(dir.path())).save(body, "{}").is_err());
    assert_eq!(fs::metadata(dir.path().join(path)).unwrap().len(), 10 * 1024 * 1024);
}

#[test]
fn a_file_that_is_not_utf8_or_is_read_only_is_never_overwritten() {
    let dir = sample();
    let path = "campaigns/spring-sale.json.liquid";
    write(&dir, path, b"\xff");
    let workspace = open(&dir);
    let refused = workspace.folder(&paths_of(dir.path())).save(&workspace.campaigns[0].body, "{}");
    assert!(matches!(refused, Err(SaveError::Unusable { .. })), "{refused:?}");
    assert_eq!(fs::read(dir.path().join(path)).unwrap(), b"\xff");
    write(&dir, path, b"{}");
    let mut permissions = fs::metadata(dir.path().join(path)).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(dir.path().join(path), permissions).unwrap();
    let body = workspace.folder(&paths_of(dir.path())).read(path);
    assert!(
        workspace
            .folder(&paths_of(dir.path()))
            .save(&body, "[]")
            .unwrap_err()
            .to_string()
            .ends_with("permission denied")
    );
    assert_eq!(read(&dir, path), "{}");
}

#[test]
fn control_characters_in_names_are_made_visible() {
    let dir = sample();
    write(&dir, "campaigns/a\x1b[2J.toml", b"webhook = \"bot\"\n\"\\u001b[31m\" = 1\n");
    check_problems(
        &dir,
        &[
            "campaigns/a␛[2J.toml:2:1: warning[unknown-key]: unknown key `␛[31m`",
            "campaigns/a␛[2J.json.liquid:1:1: error[no-body]: this campaign has no body yet\n  help: save it as campaigns/a␛[2J.json.liquid",
        ],
    );
}

#[test]
fn a_workspace_with_a_broken_manifest_still_opens() {
    let dir = sample();
    write(&dir, "telecast.toml", b"name = ");
    let workspace = open(&dir);
    assert_eq!(workspace.campaigns.len(), 1);
    assert_eq!(workspace.problems().len(), 1);
    assert!(workspace.id().starts_with("at-"));
}

#[test]
fn a_file_changed_on_disk_is_not_overwritten() {
    let dir = sample();
    let workspace = open(&dir);
    let body = &workspace.campaigns[0].body;
    write(&dir, &body.path, b"theirs");
    let refused = workspace.folder(&paths_of(dir.path())).save(body, "mine");
    assert!(matches!(refused, Err(SaveError::ChangedOnDisk { .. })), "{refused:?}");
    assert_eq!(read(&dir, &body.path), "theirs");
    fs::remove_file(dir.path().join(&body.path)).unwrap();
    assert!(matches!(
        workspace.folder(&paths_of(dir.path())).save(body, "mine"),
        Err(SaveError::ChangedOnDisk { .. })
    ));
    let gone = workspace.folder(&paths_of(dir.path())).read(&body.path);
    workspace.folder(&paths_of(dir.path())).save(&gone, "mine").unwrap();
    assert_eq!(read(&dir, &body.path), "mine");
}

#[test]
fn a_save_keeps_the_mode_and_leaves_no_other_file() {
    use std::os::unix::fs::PermissionsExt;
    let dir = sample();
    let path = dir.path().join("campaigns/spring-sale.json.liquid");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let workspace = open(&dir);
    folder_of(dir.path()).save(&workspace.campaigns[0].body, "[]").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "[]");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    let names: Vec<_> = fs::read_dir(dir.path().join("campaigns")).unwrap().flatten().collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn a_link_within_the_workspace_is_read_but_not_written() {
    let dir = sample();
    let path = dir.path().join("campaigns/spring-sale.json.liquid");
    let elsewhere = dir.path().join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    std::os::unix::fs::symlink("../elsewhere", &path).unwrap();
    let workspace = open(&dir);
    assert_eq!(workspace.problems(), []);
    let body = &workspace.campaigns[0].body;
    assert_eq!(body.text, "{}\n");
    let refused = folder_of(dir.path()).save(body, "[]").unwrap_err().to_string();
    assert!(
        refused.ends_with("it is a symbolic link, and telecast does not write through links"),
        "{refused}"
    );
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "{}\n");
}

#[test]
fn a_saved_definition_keeps_its_comments() {
    let dir = sample();
    let text = "# Ours.\nname = \"Bot\" # short\nurl = \"https://h/bot${T}/getMe\"\n\n# Later: a proxy\n[headers]\nA = \"1\" # one\n";
    write(&dir, "webhooks/bot.toml", text.as_bytes());
    let workspace = open(&dir);
    let definition = workspace.webhook("bot").unwrap();
    let mut webhook = definition.value.clone().unwrap();
    webhook.name = "Robot".into();
    webhook.headers[0].1 = "2".into();
    webhook.auth = Some(Auth::Bearer { token: "${T}".into() });
    workspace.folder(&paths_of(dir.path())).save_webhook(&definition.source, &webhook).unwrap();
    let expected = text.replace("\"Bot\"", "\"Robot\"").replace("\"1\"", "\"2\"");
    assert_eq!(read(&dir, "webhooks/bot.toml"), expected + "\n[auth]\nkind = \"bearer\"\ntoken = \"${T}\"\n");
}

#[test]
fn campaigns_are_created_copied_renamed_deleted_and_restored() {
    let dir = sample();
    let folder = folder_of(dir.path());
    assert_eq!(folder.create_campaign(&spring_sale(), "{}").unwrap(), "spring-sale-2");
    let draft = draft("spring-sale", "unsaved");
    folder.write_draft(&draft).unwrap();
    assert_eq!(folder.rename_campaign("spring-sale", "Summer – Größe").unwrap(), "summer-größe");
    assert_eq!(folder.draft("spring-sale"), None);
    assert_eq!(folder.draft("summer-größe").unwrap().text, "unsaved");
    assert_eq!(open(&dir).campaign("summer-größe").unwrap().display_name(), "Summer – Größe");
    assert_eq!(folder.duplicate_campaign("summer-größe", "Copy").unwrap(), "copy");
    assert_eq!(read(&dir, "campaigns/copy.json.liquid"), "{}\n");
    folder.write_draft(&self::draft("copy", "unsaved copy")).unwrap();
    let trashed = folder.delete_campaign("copy", day(1)).unwrap();
    assert!(open(&dir).campaign("copy").is_none());
    assert_eq!(folder.draft("copy"), None);
    assert_eq!(folder.restore(&trashed.id).unwrap().stem, "copy");
    assert_eq!(folder.draft("copy").unwrap().text, "unsaved copy");
    assert_eq!(read(&dir, "campaigns/copy.json.liquid"), "{}\n");
    assert!(matches!(folder.delete_campaign("gone", day(1)), Err(SaveError::Missing { .. })));
    assert!(matches!(folder.rename_campaign("gone", "x"), Err(SaveError::Missing { .. })));
}

/// A time on this day of a month.
fn day(day: u32) -> Timestamp {
    format!("2026-03-{day:02}T10:00:00Z").parse().unwrap()
}

/// Describes the trash, one line for each deletion.
fn trash_of(dir: &tempfile::TempDir) -> Vec<String> {
    let line = |trashed: Trashed| {
        let deleted = trashed.deleted.map_or("?".to_owned(), |time| time.strftime("%d").to_string());
        format!("{} {} {deleted}: {}", trashed.kind.as_str(), trashed.stem, trashed.files.join(", "))
    };
    folder_of(dir.path()).trash().into_iter().map(line).collect()
}

#[test]
fn the_trash_lists_deletions_of_earlier_sessions_the_latest_first() {
    let dir = sample();
    let folder = folder_of(dir.path());
    assert_eq!(trash_of(&dir), [""; 0]);
    folder.write_draft(&draft("spring-sale", "unsaved")).unwrap();
    folder.delete_campaign("spring-sale", day(2)).unwrap();
    folder.delete_webhook("bot", day(3)).unwrap();
    let campaign = "campaign spring-sale 02: campaigns/spring-sale.json.liquid, campaigns/spring-sale.toml, \
                    .telecast/drafts/spring-sale.json";
    assert_eq!(trash_of(&dir), ["webhook bot 03: webhooks/bot.toml", campaign]);
    let restored = folder_of(dir.path()).restore("bot").unwrap();
    assert_eq!((restored.stem.as_str(), restored.trashed.kind), ("bot", TrashedKind::Webhook));
    assert_eq!(trash_of(&dir), [campaign]);
    // Earlier versions did not record the time.
    fs::remove_file(dir.path().join(".telecast/trash/spring-sale/deleted.json")).unwrap();
    assert_eq!(trash_of(&dir), [campaign.replace("02", "?")]);
    assert_eq!(folder.restore("spring-sale").unwrap().stem, "spring-sale");
    assert_eq!(folder.draft("spring-sale").unwrap().text, "unsaved");
    assert!(!dir.path().join(".telecast/trash/spring-sale").exists());
}

#[test]
fn a_deleted_campaign_gets_a_free_name_if_its_own_is_in_use_again() {
    let dir = sample();
    let folder = folder_of(dir.path());
    folder.write_draft(&draft("spring-sale", "unsaved")).unwrap();
    let id = folder.delete_campaign("spring-sale", day(1)).unwrap().id;
    assert_eq!(folder.create_campaign(&spring_sale(), "new").unwrap(), "spring-sale");
    folder.write_draft(&draft("spring-sale", "new draft")).unwrap();
    assert_eq!(folder.restore(&id).unwrap().stem, "spring-sale-2");
    assert_eq!(read(&dir, "campaigns/spring-sale.json.liquid"), "new");
    assert_ne!(read(&dir, "campaigns/spring-sale-2.json.liquid"), "new");
    assert_eq!(folder.draft("spring-sale").unwrap().text, "new draft");
    assert_eq!(folder.draft("spring-sale-2").unwrap().text, "unsaved");
    assert_eq!(open(&dir).problems(), []);
}

#[test]
fn the_trash_keeps_the_latest_hundred_deletions() {
    let dir = sample();
    let folder = folder_of(dir.path());
    let at = |n: i64| day(1) + jiff::SignedDuration::from_secs(n);
    folder.delete_webhook("bot", day(1)).unwrap();
    write(&dir, ".telecast/trash/mine/notes.txt", b"not from telecast");
    for n in 1..=101 {
        write(&dir, "webhooks/one.toml", b"");
        folder.delete_webhook("one", at(n)).unwrap();
    }
    let trash = folder.trash();
    assert_eq!(trash.len(), 100);
    assert_eq!((trash[0].deleted, trash[99].deleted), (Some(at(101)), Some(at(2))));
    assert!(!dir.path().join(".telecast/trash/bot").exists());
    assert!(dir.path().join(".telecast/trash/mine/notes.txt").exists());
}

#[cfg(unix)]
#[test]
fn only_plain_files_of_one_campaign_or_webhook_count_as_trash() {
    use std::os::unix::fs::symlink;
    let dir = sample();
    let folder = folder_of(dir.path());
    folder.delete_webhook("bot", day(1)).unwrap();
    folder.restore("bot").unwrap();
    let trash = dir.path().join(".telecast/trash");
    for path in [
        "two/campaigns/a.toml",
        "two/campaigns/b.toml",
        "both/campaigns/a.toml",
        "both/webhooks/a.toml",
        "hidden/campaigns/.a.toml",
        "other/campaigns/a.txt",
        "other/partials/a.liquid",
        "draft/.telecast/drafts/a.json",
        "draft/deleted.json",
        "deep/campaigns/a.toml/b.toml",
    ] {
        write(&dir, &format!(".telecast/trash/{path}"), b"{}");
    }
    fs::create_dir_all(trash.join("link/campaigns")).unwrap();
    symlink("/etc/passwd", trash.join("link/campaigns/a.toml")).unwrap();
    fs::create_dir_all(trash.join("out")).unwrap();
    symlink("/etc", trash.join("out/campaigns")).unwrap();
    symlink(dir.path().join("webhooks"), trash.join("inside")).unwrap();
    assert_eq!(trash_of(&dir), [""; 0]);
    for id in ["two", "both", "link", "out", "..", "../..", ".", "", "two/campaigns", "\0", "/etc"] {
        assert!(folder.restore(id).is_err(), "{id:?}");
    }
    assert!(dir.path().join("webhooks/bot.toml").exists());
    // A draft of another campaign, or one that is not valid, is not restored.
    write(&dir, ".telecast/trash/x/campaigns/x.toml", b"name = \"X\"");
    write(&dir, ".telecast/trash/x/.telecast/drafts/y.json", b"{}");
    write(&dir, ".telecast/trash/x/.telecast/drafts/x.json", b"{");
    write(&dir, ".telecast/trash/x/deleted.json", b"{\"deleted\": \"yesterday\"}");
    assert_eq!(trash_of(&dir), ["campaign x ?: campaigns/x.toml, .telecast/drafts/x.json"]);
    assert_eq!(folder.restore("x").unwrap().stem, "x");
    assert_eq!(folder.drafts(), []);
}

#[test]
fn the_trash_of_a_foreign_private_folder_is_not_used() {
    let dir = sample();
    folder_of(dir.path()).delete_webhook("bot", day(1)).unwrap();
    fs::write(dir.path().join(".telecast/id"), "another").unwrap();
    let folder = folder_of(dir.path());
    assert_eq!(folder.trash(), []);
    assert!(matches!(folder.restore("bot"), Err(SaveError::Foreign { .. })));
    folder.adopt().unwrap();
    assert_eq!(trash_of(&dir), ["webhook bot 01: webhooks/bot.toml"]);
}

#[test]
fn campaigns_follow_a_renamed_webhook() {
    let dir = sample();
    let folder = folder_of(dir.path());
    assert_eq!(folder.rename_webhook("bot", "News bot").unwrap(), "news-bot");
    assert_eq!(open(&dir).problems(), []);
    assert_eq!(open(&dir).campaigns[0].value.as_ref().unwrap().webhook, "news-bot");
    folder.delete_webhook("news-bot", day(1)).unwrap();
    assert_eq!(open(&dir).problems()[0].diagnostic.code, Code::NoSuchWebhook);
}

#[test]
fn changing_the_content_format_renames_the_body_file() {
    let dir = sample();
    let workspace = open(&dir);
    let campaign = Campaign { content_format: ContentFormat::Text, ..spring_sale() };
    workspace.folder(&paths_of(dir.path())).save_campaign(&workspace.campaigns[0].source, &campaign).unwrap();
    assert_eq!(open(&dir).problems(), []);
    assert_eq!(read(&dir, "campaigns/spring-sale.txt.liquid"), "{}\n");
}

#[test]
fn files_are_copied_into_a_workspace_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let files: &[(&str, &[u8])] = &[
        ("telecast.toml", b"# demo\nname = \"Demo\"\n"),
        ("webhooks/bot.toml", b"url = \"${SANDBOX}/bot${T}/sendMessage\"\n"),
    ];
    workspace::create_from(&dir.path().join("a"), files, &paths_of(dir.path())).unwrap();
    assert!(workspace::create_from(&dir.path().join("a"), files, &paths_of(dir.path())).is_err());
    let workspace = Workspace::open(&dir.path().join("a")).unwrap();
    assert_eq!(workspace.problems(), []);
    assert_eq!(workspace.manifest.source.text, "# demo\nname = \"Demo\"\n");
    assert_eq!(workspace.manifest.value, Some(Manifest { name: "Demo".into(), ..Manifest::default() }));
}

fn draft(stem: &str, text: &str) -> CampaignDraft {
    let base = telecast::workspace::Fingerprint::of(b"base");
    CampaignDraft { stem: stem.into(), text: text.into(), cursor: 0, base, written: Timestamp::UNIX_EPOCH }
}

#[test]
fn drafts_are_kept_until_they_are_discarded() {
    use std::os::unix::fs::PermissionsExt;
    let dir = sample();
    let folder = folder_of(dir.path());
    let typed = draft("spring-sale", "half a w\u{0}ord 🎉\r\n");
    folder.write_draft(&typed).unwrap();
    assert_eq!(folder.drafts(), [typed]);
    let mode =
        fs::metadata(dir.path().join(".telecast/drafts/spring-sale.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    write(&dir, ".telecast/drafts/broken.json", b"{\"stem\":");
    assert_eq!(folder.drafts().len(), 1);
    folder.discard_draft("spring-sale").unwrap();
    folder.discard_draft("spring-sale").unwrap();
    assert_eq!(folder.drafts(), []);
}

fn test_send(body: &str) -> TestSendRecord {
    TestSendRecord {
        in_sandbox: false,
        sent: Timestamp::UNIX_EPOCH,
        campaign: "spring-sale".into(),
        webhook: "bot".into(),
        profile: None,
        chat: Some("1".into()),
        method: "POST".into(),
        url: "https://h/bot${T}/sendMessage".into(),
        headers: vec![],
        body: body.into(),
        ok: true,
        may_have_arrived: false,
        status: Some(200),
        message_id: Some(7),
        description: None,
        ms: 12,
    }
}

#[test]
fn the_history_is_newest_first_and_survives_a_truncated_line() {
    let dir = sample();
    let folder = folder_of(dir.path());
    assert_eq!(folder.history(10), []);
    folder.add_to_history(&test_send("one")).unwrap();
    let path = dir.path().join(".telecast/history.jsonl");
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{whole}{}", &whole[..whole.len() / 2])).unwrap();
    folder.add_to_history(&test_send("two")).unwrap();
    let bodies: Vec<String> = folder.history(10).into_iter().map(|entry| entry.body).collect();
    assert_eq!(bodies, ["two", "one"]);
    assert_eq!(folder.history(1).len(), 1);
}

#[test]
fn the_history_stays_bounded() {
    let dir = sample();
    let folder = folder_of(dir.path());
    let large = "x".repeat(1_000_000);
    for n in 0..12 {
        folder.add_to_history(&test_send(&format!("{n} {large}"))).unwrap();
    }
    assert!(fs::metadata(dir.path().join(".telecast/history.jsonl")).unwrap().len() < 9_000_000);
    assert!(folder.history(100)[0].body.starts_with("11 "));
}

/// The child of the test below.
fn add_tests_to_the_history(folder: &Folder) {
    println!("\nready");
    std::io::stdin().lines().next();
    for n in 0..10 {
        folder.add_to_history(&test_send(&format!("{} {n}", std::process::id()))).unwrap();
    }
}

#[test]
fn concurrent_writes_to_a_full_history_lose_nothing() {
    if let Some(folder) = child_folder() {
        return add_tests_to_the_history(&folder);
    }
    let dir = sample();
    let folder = folder_of(dir.path());
    folder.add_to_history(&test_send("first")).unwrap();
    let line = read(&dir, ".telecast/history.jsonl");
    // A few lines below the limit, so that the writers reach it.
    let n = 8 * 1024 * 1024 / line.len() - 5;
    write(&dir, ".telecast/history.jsonl", line.repeat(n).as_bytes());
    let test = "workspace::concurrent_writes_to_a_full_history_lose_nothing";
    let mut others: Vec<Child> = (0..10).map(|_| child(test, dir.path())).collect();
    others.iter_mut().for_each(|other| wait_for(other, "ready"));
    others.iter_mut().for_each(|other| drop(other.stdin.take()));
    others.iter_mut().for_each(|other| assert!(other.wait().unwrap().success()));
    let bodies: Vec<String> = folder.history(1_000_000).into_iter().map(|entry| entry.body).collect();
    for other in &others {
        for n in 0..10 {
            let body = format!("{} {n}", other.id());
            assert!(bodies.contains(&body), "{body} is lost");
        }
    }
    assert!(1_000 < bodies.len(), "only {} entries are kept", bodies.len());
}

#[test]
fn a_test_larger_than_the_history_is_refused() {
    let dir = sample();
    let folder = folder_of(dir.path());
    folder.add_to_history(&test_send("one")).unwrap();
    let refused = folder.add_to_history(&test_send(&"x".repeat(9_000_000))).unwrap_err().to_string();
    assert!(refused.ends_with("this test is too large for the history"), "{refused}");
    let described = TestSendRecord { description: Some("ü".repeat(5_000_000)), ..test_send("two") };
    folder.add_to_history(&described).unwrap();
    let history = folder.history(10);
    let bodies: Vec<&str> = history.iter().map(|entry| entry.body.as_str()).collect();
    assert_eq!(bodies, ["two", "one"]);
    assert_eq!(history[0].description.as_ref().unwrap().chars().count(), 2_001);
    // An entry as an earlier version wrote it, without the limit.
    let described = TestSendRecord { description: Some("x".repeat(5_000_000)), ..described };
    let line = serde_json::to_string(&described).unwrap();
    write(&dir, ".telecast/history.jsonl", format!("{}\n", line.replace("two", "old")).as_bytes());
    assert_eq!(folder.history(10)[0].description.as_ref().unwrap().chars().count(), 2_001);
}

#[test]
fn test_chats_are_named_and_the_last_one_is_remembered() {
    let dir = sample();
    let folder = folder_of(dir.path());
    write(&dir, ".telecast/test-chats.toml", b"# mine\n[chats]\nteam = \"@ourteam\" # all of us\n");
    folder.adopt().unwrap();
    folder.add_test_chat("Anna P.", "123").unwrap();
    let (chats, problems) = folder.test_chats();
    assert_eq!(problems, []);
    assert_eq!((chats.preferred(), chats.resolve("Anna P.").as_deref()), (Some("Anna P."), Some("123")));
    assert_eq!(chats.resolve("-100123").as_deref(), Some("-100123"));
    assert_eq!(chats.resolve("nobody"), None);
    folder.remember_test_chat("team").unwrap();
    assert_eq!(
        read(&dir, ".telecast/test-chats.toml"),
        "last = \"team\"\n# mine\n[chats]\nteam = \"@ourteam\" # all of us\n\"Anna P.\" = \"123\"\n"
    );
}

/// Starts this test binary again to run only `test` as a child process, which works on `dir` (see [`child_folder`]).
fn child(test: &str, dir: &Path) -> Child {
    child_command(test, dir).spawn().unwrap()
}

fn child_command(test: &str, dir: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env("TELECAST_TEST_DIR", dir);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// Waits until the child has printed a line with `word`.
fn wait_for(child: &mut Child, word: &str) {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains(word)), "the child did not print {word}");
}

/// Returns the folder that a child process works on; `None` if the test runs as a part of the suite. Each test starts
/// itself as its child. A separate test function for the child would do nothing in the suite, and count as passed.
fn child_folder() -> Option<Folder> {
    std::env::var_os("TELECAST_TEST_DIR").map(|dir| folder_of(Path::new(&dir)))
}

/// The child of the test below.
fn hold_the_lock(folder: &Folder) {
    let _guard = folder.lock_editing().unwrap();
    println!("\nlocked");
    std::io::stdin().lines().for_each(drop);
}

#[test]
fn the_edit_lock_names_its_holder_and_is_freed_if_it_is_killed() {
    if let Some(folder) = child_folder() {
        return hold_the_lock(&folder);
    }
    let dir = sample();
    let folder = folder_of(dir.path());
    let mut other =
        child("workspace::the_edit_lock_names_its_holder_and_is_freed_if_it_is_killed", dir.path());
    wait_for(&mut other, "locked");
    let Err(LockError::Held { holder, .. }) = folder.lock_editing() else { panic!("the lock was free") };
    assert_eq!((holder.pid, holder.workspace.as_deref()), (Some(other.id()), Some(dir.path())));
    other.kill().unwrap();
    other.wait().unwrap();
    let _guard = folder.lock_editing().unwrap();
}

#[test]
fn a_bot_is_polled_only_once_per_machine_across_workspaces() {
    let (one, two) = (sample(), sample());
    let paths = Paths::under(one.path());
    let guard = folder_of(one.path()).lock_polling(&paths, 42).unwrap();
    let refused = folder_of(two.path()).lock_polling(&paths, 42).unwrap_err().to_string();
    let expected = format!("process {}, workspace {}", std::process::id(), one.path().display());
    assert!(refused.ends_with(&expected), "{refused}");
    let _other_bot = folder_of(two.path()).lock_polling(&paths, 43).unwrap();
    drop(guard);
    folder_of(two.path()).lock_polling(&paths, 42).unwrap();
}

/// The child of the test below.
fn check_without_permissions(folder: &Folder) {
    let workspace = Workspace::open(folder.root()).unwrap();
    let codes: Vec<String> = workspace.problems().iter().map(ToString::to_string).collect();
    let unreadable = "campaigns/secret.toml:1:1: error[unreadable]: cannot read it: permission denied";
    assert!(codes.iter().any(|line| line == unreadable), "{codes:?}");
    assert!(workspace.campaign("spring-sale").is_some_and(|campaign| campaign.body.text == "{}\n"));
    let refused =
        folder.save(&workspace.campaign("spring-sale").unwrap().body, "[]").unwrap_err().to_string();
    assert!(refused.ends_with("spring-sale.json.liquid: permission denied"), "{refused}");
    assert!(folder.lock_editing().is_err());
    println!("\nrefused");
}

#[test]
fn a_workspace_without_permissions_opens_and_reports_errors() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    if let Some(folder) = child_folder() {
        return check_without_permissions(&folder);
    }
    let dir = sample();
    let permit = |path: &str, mode| {
        fs::set_permissions(dir.path().join(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    write(&dir, "campaigns/secret.toml", b"name = \"x\"");
    permit("campaigns/secret.toml", 0o000);
    ["", "campaigns", ".telecast"].iter().for_each(|path| permit(path, 0o555));
    let mut command =
        child_command("workspace::a_workspace_without_permissions_opens_and_reports_errors", dir.path());
    // File permissions do not apply to root, so the child runs as nobody.
    if rustix::process::geteuid().is_root() {
        command.uid(65534);
    }
    match command.spawn() {
        Ok(mut other) => {
            wait_for(&mut other, "refused");
            assert!(other.wait().unwrap().success());
        }
        Err(error) => report_left_out(&format!("the user nobody cannot run the test binary: {error}")),
    }
    ["", "campaigns", ".telecast"].iter().for_each(|path| permit(path, 0o755));
}

/// The child of the test below.
fn write_drafts_forever(folder: &Folder) {
    for n in 0_u64.. {
        let text = format!("{n} {}", n.to_string().repeat(2000));
        folder.write_draft(&draft("spring-sale", &text)).unwrap();
        if n == 3 {
            println!("\nwriting");
        }
    }
}

#[test]
fn a_draft_stays_complete_if_the_process_is_killed() {
    if let Some(folder) = child_folder() {
        return write_drafts_forever(&folder);
    }
    let dir = sample();
    for _ in 0..rounds(5, 200) {
        let mut other = child("workspace::a_draft_stays_complete_if_the_process_is_killed", dir.path());
        wait_for(&mut other, "writing");
        other.kill().unwrap();
        other.wait().unwrap();
        let text = folder_of(dir.path()).draft("spring-sale").unwrap().text;
        let (n, rest) = text.split_once(' ').unwrap();
        assert_eq!(rest, n.repeat(2000));
    }
}

/// Watches the folder, makes a change, and returns the first reported paths.
fn changed_paths(dir: &tempfile::TempDir, method: WatchMethod, change: impl FnOnce()) -> Vec<String> {
    let (sender, paths) = mpsc::channel();
    let root = dir.path().canonicalize().unwrap();
    let watch = workspace::watch(&root, method, move |paths| drop(sender.send(paths)));
    assert!(watch.is_some());
    change();
    let deadline = Instant::now() + Duration::from_secs(20);
    paths.recv_timeout(deadline - Instant::now()).unwrap()
}

#[test]
fn a_save_by_rename_is_noticed_and_swap_files_are_ignored() {
    let dir = sample();
    let paths = changed_paths(&dir, WatchMethod::Best, || {
        write(&dir, "campaigns/.spring-sale.swp", b"half");
        write(&dir, "campaigns/4913", b"");
        write(&dir, "campaigns/spring-sale.json.liquid~", b"new");
        let path = dir.path().join("campaigns/spring-sale.json.liquid");
        fs::rename(dir.path().join("campaigns/spring-sale.json.liquid~"), path).unwrap();
    });
    assert_eq!(paths, ["campaigns/spring-sale.json.liquid"]);
}

#[test]
fn folders_are_polled_if_the_system_cannot_watch_them() {
    let dir = sample();
    let method = WatchMethod::Polling(Duration::from_millis(30));
    let paths = changed_paths(&dir, method, || write(&dir, "webhooks/new.toml", b"name = \"x\""));
    assert!(paths.contains(&"webhooks/new.toml".to_owned()), "{paths:?}");
}

#[test]
fn a_recreated_folder_is_watched_again() {
    let dir = sample();
    let (sender, paths) = mpsc::channel();
    let root = dir.path().canonicalize().unwrap();
    let watch = workspace::watch(&root, WatchMethod::Best, move |paths| drop(sender.send(paths)));
    // A folder may be reported more than once: as removed itself, and as a change of its parent.
    let wait_for = |wanted: &str| {
        let changed = std::iter::from_fn(|| paths.recv_timeout(Duration::from_secs(20)).ok());
        assert!(changed.flatten().any(|path| path == wanted), "{wanted} was not reported");
    };
    fs::remove_dir_all(root.join("partials")).unwrap();
    wait_for("partials");
    fs::create_dir(root.join("partials")).unwrap();
    let is_watched = || {
        // The watch starts some time after the folder is created, so the file is written again and again.
        write(&dir, "partials/footer.liquid", b"bye");
        let changed = std::iter::from_fn(|| paths.recv_timeout(Duration::from_millis(500)).ok());
        changed.flatten().any(|path| path == "partials/footer.liquid")
    };
    assert!((0..40).any(|_| is_watched()));
    drop(watch);
    let end = std::iter::repeat_with(|| paths.recv_timeout(Duration::from_secs(20))).find_map(Result::err);
    assert_eq!(end, Some(mpsc::RecvTimeoutError::Disconnected));
}
