//! Tests the use cases on a workspace in a temporary folder.

use std::fs;
use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::paths::Paths;
use crate::secrets::Secrets;
use crate::settings::Settings;
use crate::workspace::{Fingerprint, SaveError, Workspace};

struct Home {
    folder: tempfile::TempDir,
    session: Session,
}

impl Home {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("shop");
        for (path, text) in files.iter().chain(&[("telecast.toml", "")]) {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        }
        let paths = Paths::under(&folder.path().join("home"));
        let workspace = Workspace::open(&root).unwrap();
        let settings = Settings::load(&paths).0;
        let secrets = Secrets::new(&paths, &settings.secrets, Some(&workspace.root));
        Self { session: Session::new(paths, &workspace, secrets, &settings, Sharing::OneCommand), folder }
    }

    fn workspace(&self) -> Workspace {
        Workspace::open(&self.folder.path().join("shop")).unwrap()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join("shop").join(path)).unwrap()
    }
}

const SALE: [(&str, &str); 2] =
    [("campaigns/sale.toml", "name = \"Sale\"\n"), ("campaigns/sale.json.liquid", "{}")];

#[test]
fn another_name_with_the_same_stem_is_a_change() {
    let home = Home::new(&SALE);
    let session = &home.session;
    let unchanged = Renamed { stem: "sale".into(), is_changed: false };
    assert_eq!(session.rename_campaign("sale", "Sale").unwrap(), unchanged);
    let changed = Renamed { is_changed: true, ..unchanged };
    assert_eq!(session.rename_campaign("sale", "SALE").unwrap(), changed);
}

#[test]
fn a_new_campaign_uses_the_named_or_the_only_webhook() {
    let check = |files: &[(&str, &str)], named: Option<&str>, expected: &str| {
        let chosen = choose_webhook(&Home::new(files).workspace(), named);
        assert_eq!(chosen.unwrap_or_else(|error| error.to_string()), expected);
    };
    let two = [("webhooks/a.toml", ""), ("webhooks/b.toml", "")];
    check(&two, Some("b"), "b");
    check(&two, Some("c"), "there is no webhook `c`");
    check(&two, None, "this workspace has several webhooks");
    check(&two[..1], None, "a");
    check(&[], None, "this workspace has no webhook to send through");
}

#[test]
fn saving_a_body_detects_changes_on_disk_unless_forced() {
    let home = Home::new(&SALE);
    let read = Fingerprint::of(b"{}");
    let saved = home.session.save_body("sale", "{1}", Some(read)).unwrap();
    assert_eq!((home.read("campaigns/sale.json.liquid").as_str(), saved), ("{1}", Fingerprint::of(b"{1}")));
    let refused = home.session.save_body("sale", "{2}", Some(read)).unwrap_err();
    assert!(matches!(refused, SaveBodyError::Save(SaveError::ChangedOnDisk { .. })), "{refused}");
    home.session.save_body("sale", "{3}", None).unwrap();
    assert_eq!(home.read("campaigns/sale.json.liquid"), "{3}");
    assert!(matches!(home.session.save_body("gone", "", None), Err(SaveBodyError::Gone(_))));
}

#[test]
fn a_webhook_used_by_two_campaigns_is_reported_once() {
    let uses = "name = \"x\"\nwebhook = \"bot\"\n";
    let body = "{\"chat_id\": 1, \"text\": \"hi\"}";
    let webhook = "url = \"https://api.telegram.org/bot${T}/sendMessage\"\nretries = 99\n";
    let home = Home::new(&[
        ("campaigns/a.toml", uses),
        ("campaigns/a.json.liquid", body),
        ("campaigns/b.toml", uses),
        ("campaigns/b.json.liquid", body),
        ("webhooks/bot.toml", webhook),
    ]);
    let workspace = Arc::new(home.workspace());
    let stems = ["a".to_owned(), "b".to_owned()];
    for scope in [CheckScope::Workspace, CheckScope::Campaigns(&stems)] {
        let found = check(&workspace, scope, &ProfileContext::default(), Timestamp::UNIX_EPOCH);
        let of_webhook = found.iter().filter(|found| found.path == "webhooks/bot.toml");
        let codes: Vec<_> = of_webhook.map(|found| found.diagnostic.code.as_str()).collect();
        assert_eq!(codes, ["out-of-range", "no-content-type"]);
    }
}

#[test]
fn a_webhook_created_here_is_trusted() {
    let home = Home::new(&SALE);
    let url = "https://api.telegram.org/bot1234567890:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/sendMessage";
    let webhook = crate::campaign::Webhook { name: "Bot".into(), url: url.into(), ..Default::default() };
    let stem = home.session.create_webhook(webhook).unwrap();
    home.session.set_campaign_webhook("sale", &stem).unwrap();
    let workspace = home.workspace();
    assert!(!home.read("webhooks/bot.toml").contains("AAAA"));
    let row = trust_row(&home.session, workspace.webhook("bot").unwrap()).unwrap();
    assert_eq!((row.status, row.secrets), (TrustStatus::Trusted, vec!["BOT_TOKEN".to_owned()]));
    assert_eq!(workspace.campaign("sale").unwrap().value.as_ref().unwrap().webhook, "bot");
}

#[tokio::test]
async fn a_permit_for_the_sandbox_is_no_permit_for_another_host() {
    let home = Home::new(&SALE);
    let url = "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage";
    let webhook = crate::campaign::Webhook { url: url.into(), ..Default::default() };
    let in_use = WebhookInUse { stem: "bot".into(), webhook, file_error: None, before_edit: None };
    let refused = home.session.permit_sandbox(&in_use).await;
    assert!(matches!(refused, Err(NotPermitted::Untrusted(_))), "{refused:?}");
}
