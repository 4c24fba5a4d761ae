//! Changes of the workspace's files that are more than a body: made, renamed, deleted, brought back.

use std::sync::{Mutex, PoisonError};

use crate::campaign::{Campaign, Webhook};
use crate::service::{self, Session, Standing, WebhookInUse};
use crate::ui::shared::effect::Change;
use crate::ui::shared::msg::Done;
use crate::workspace::{Fingerprint, Folder, SaveError, Trashed};

/// Makes a change, and says what was done.
pub(super) fn apply(
    session: &Session,
    folder: &Folder,
    trashed: &Mutex<Option<Trashed>>,
    change: Change,
) -> Result<Done, String> {
    let words = |error: SaveError| error.to_string();
    let keep = |trash: Trashed| *trashed.lock().unwrap_or_else(PoisonError::into_inner) = Some(trash);
    let done = |words: String| Done { words, open: None, enters: false, renamed: None };
    let done = match change {
        Change::NewCampaign { campaign, body } => {
            let stem = folder.create_campaign(&campaign, &body).map_err(words)?;
            Done { open: Some(stem.clone()), enters: true, ..done(format!("made {stem}")) }
        }
        Change::SaveCampaign { stem, campaign, expected } => {
            save_campaign(folder, &stem, &campaign, expected)?;
            done(format!("saved the settings of {stem}"))
        }
        Change::DuplicateCampaign { stem, name } => {
            let copy = folder.duplicate_campaign(&stem, &name).map_err(words)?;
            Done { open: Some(copy.clone()), ..done(format!("made {copy}")) }
        }
        Change::RenameCampaign { stem, name } => {
            let file = format!("campaigns/{stem}.toml");
            let before = folder.read(&file).fingerprint;
            let new = folder.rename_campaign(&stem, &name).map_err(words)?;
            if new == stem && folder.read(&file).fingerprint == before {
                done(format!("nothing changed: it is called {name} already"))
            } else {
                let renamed = Some((stem, new.clone()));
                Done { open: Some(new.clone()), renamed, ..done(format!("renamed to {new}")) }
            }
        }
        Change::RemakeCampaign { campaign, body } => {
            let definition = &campaign.source;
            if definition.fingerprint == Fingerprint::Absent && !definition.text.is_empty() {
                folder.save(definition, &definition.text).map_err(words)?;
            }
            folder.save(&campaign.body, &body).map_err(words)?;
            folder.discard_draft(&campaign.stem).map_err(words)?;
            done(format!("made {} again", campaign.body.path))
        }
        Change::DeleteCampaign(stem) => {
            keep(folder.delete_campaign(&stem).map_err(words)?);
            done(format!("deleted {stem}: u brings it back"))
        }
        Change::NewWebhook { webhook, taker } => {
            let webhook = service::adopt_token(session.secrets(), *webhook)?;
            let stem = folder.create_webhook(&webhook).map_err(words)?;
            // Whoever types where it sends what has said that it may.
            session.trust(&stem, &webhook).map_err(|error| error.to_string())?;
            match taker {
                Some(taker) => {
                    give_webhook(folder, &taker, &stem)?;
                    done(format!("made webhooks/{stem}.toml for {taker}"))
                }
                None => done(format!("made webhooks/{stem}.toml: F4 gives it to a campaign")),
            }
        }
        Change::SaveWebhook { stem, webhook, expected } => {
            let before = webhook.url.clone();
            let webhook = service::adopt_token(session.secrets(), *webhook)?;
            let mut source = folder.read(&format!("webhooks/{stem}.toml"));
            // One that was deleted meanwhile is made again: nobody's words are written over.
            if source.fingerprint != Fingerprint::Absent {
                source.fingerprint = expected;
            }
            let typed_over = Webhook::parse(&source.text).0;
            folder.save_webhook(&source, &webhook).map_err(words)?;
            // One that was not trusted before is asked about, whatever was changed in it.
            let in_use =
                WebhookInUse { stem: stem.clone(), webhook: webhook.clone(), broken: None, typed_over };
            if session.standing(&in_use).map_err(|error| error.to_string())? == Standing::Trusted {
                session.trust(&stem, &webhook).map_err(|error| error.to_string())?;
            }
            let moved = if before == webhook.url { "" } else { "; its token moved to the secret store" };
            done(format!("saved webhooks/{stem}.toml{moved}"))
        }
        Change::DuplicateWebhook { stem, name } => {
            let copy = folder.duplicate_webhook(&stem, &name).map_err(words)?;
            done(format!("made webhooks/{copy}.toml"))
        }
        Change::RenameWebhook { stem, name } => {
            let file = format!("webhooks/{stem}.toml");
            let before = folder.read(&file).fingerprint;
            let new = folder.rename_webhook(&stem, &name).map_err(words)?;
            if new == stem && folder.read(&file).fingerprint == before {
                done(format!("nothing changed: it is called {name} already"))
            } else {
                done(format!("renamed to webhooks/{new}.toml"))
            }
        }
        Change::DeleteWebhook(stem) => {
            keep(folder.delete_webhook(&stem).map_err(words)?);
            done(format!("deleted webhooks/{stem}.toml: u brings it back"))
        }
        Change::UndoDelete => {
            let trash = trashed.lock().unwrap_or_else(PoisonError::into_inner).take();
            let trash = trash.ok_or("nothing was deleted in this session")?;
            folder.restore(&trash).map_err(words)?;
            match trash.campaign() {
                Some(stem) => Done { open: Some(stem.to_owned()), ..done(format!("brought back {stem}")) },
                None => done(format!("brought back {}", trash.files.join(", "))),
            }
        }
    };
    Ok(done)
}

fn save_campaign(
    folder: &Folder,
    stem: &str,
    campaign: &Campaign,
    expected: Fingerprint,
) -> Result<(), String> {
    let mut source = folder.read(&format!("campaigns/{stem}.toml"));
    source.fingerprint = expected;
    folder.save_campaign(&source, campaign).map(|_| ()).map_err(|error| error.to_string())
}

/// Lets a campaign go through a webhook.
fn give_webhook(folder: &Folder, campaign: &str, webhook: &str) -> Result<(), String> {
    let source = folder.read(&format!("campaigns/{campaign}.toml"));
    let settings = Campaign::parse(&source.text).0.unwrap_or_default();
    let settings = Campaign { webhook: webhook.to_owned(), ..settings };
    folder.save_campaign(&source, &settings).map(|_| ()).map_err(|error| error.to_string())
}
