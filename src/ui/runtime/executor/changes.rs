//! Changes of the workspace's files that are more than a body, and the words for what was done.

use std::error::Error;

use crate::service::{Renamed, Session, WebhookSaved};
use crate::ui::shared::{Change, Done};

pub(super) fn apply(session: &Session, change: Change) -> Result<Done, Box<dyn Error>> {
    let done = |words: String| Done { words, open: None, enters: false, renamed: None };
    let unchanged = |name: String| done(format!("nothing changed: it is called {name} already"));
    Ok(match change {
        Change::NewCampaign { campaign, body } => {
            let stem = session.create_campaign(&campaign, &body)?;
            Done { open: Some(stem.clone()), enters: true, ..done(format!("made {stem}")) }
        }
        Change::SaveCampaign { stem, campaign, expected } => {
            session.save_campaign(&stem, &campaign, expected)?;
            done(format!("saved the settings of {stem}"))
        }
        Change::DuplicateCampaign { stem, name } => {
            let copy = session.duplicate_campaign(&stem, &name)?;
            Done { open: Some(copy.clone()), ..done(format!("made {copy}")) }
        }
        Change::RenameCampaign { stem, name } => match session.rename_campaign(&stem, &name)? {
            Renamed { is_changed: false, .. } => unchanged(name),
            Renamed { stem: new, .. } => {
                let renamed = Some((stem, new.clone()));
                Done { open: Some(new.clone()), renamed, ..done(format!("renamed to {new}")) }
            }
        },
        Change::RemakeCampaign { campaign, body } => {
            session.remake_campaign(&campaign, &body)?;
            done(format!("made {} again", campaign.body.path))
        }
        Change::DeleteCampaign(stem) => {
            session.delete_campaign(&stem)?;
            done(format!("deleted {stem}: u brings it back"))
        }
        Change::NewWebhook { webhook, taker } => {
            let stem = session.create_webhook(*webhook)?;
            match taker {
                Some(taker) => {
                    session.give_webhook(&taker, &stem)?;
                    done(format!("made webhooks/{stem}.toml for {taker}"))
                }
                None => done(format!("made webhooks/{stem}.toml: F4 gives it to a campaign")),
            }
        }
        Change::SaveWebhook { stem, webhook, expected } => {
            let moved = match session.save_webhook(&stem, *webhook, expected)? {
                WebhookSaved::AsTyped => "",
                WebhookSaved::TokenMoved => "; its token moved to the secret store",
            };
            done(format!("saved webhooks/{stem}.toml{moved}"))
        }
        Change::DuplicateWebhook { stem, name } => {
            let copy = session.duplicate_webhook(&stem, &name)?;
            done(format!("made webhooks/{copy}.toml"))
        }
        Change::RenameWebhook { stem, name } => match session.rename_webhook(&stem, &name)? {
            Renamed { is_changed: false, .. } => unchanged(name),
            Renamed { stem: new, .. } => done(format!("renamed to webhooks/{new}.toml")),
        },
        Change::DeleteWebhook(stem) => {
            session.delete_webhook(&stem)?;
            done(format!("deleted webhooks/{stem}.toml: u brings it back"))
        }
        Change::UndoDelete => {
            let trash = session.bring_back()?;
            match trash.campaign() {
                Some(stem) => Done { open: Some(stem.to_owned()), ..done(format!("brought back {stem}")) },
                None => done(format!("brought back {}", trash.files.join(", "))),
            }
        }
    })
}
