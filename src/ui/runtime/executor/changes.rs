//! Applies a change to the workspace's files, and returns a message about it. The module `files` saves bodies.

use std::error::Error;

use jiff::Timestamp;

use crate::service::{Renamed, Session, WebhookSaved};
use crate::ui::shared::{Action, ChangeOutcome, WorkspaceChange};
use crate::workspace::{Restored, SaveError, TrashedKind};

pub(super) fn apply(
    session: &Session,
    change: WorkspaceChange,
    now: Timestamp,
) -> Result<ChangeOutcome, Box<dyn Error>> {
    let done = |message: String| ChangeOutcome { message, ..ChangeOutcome::default() };
    let deleted = |what: &str| ChangeOutcome {
        next: Some((Action::UndoDelete, "restores it")),
        ..done(format!("deleted {what}"))
    };
    let unchanged = |name: String| done(format!("nothing changed: the name is already {name}"));
    Ok(match change {
        WorkspaceChange::NameWorkspace(name) => {
            session.name_workspace(&name)?;
            done(format!("the workspace is called {name}"))
        }
        WorkspaceChange::NewCampaign { mut campaign, body, webhook } => {
            if let Some(webhook) = webhook {
                campaign.webhook = session.create_webhook(*webhook)?;
            }
            let stem = session.create_campaign(&campaign, &body)?;
            ChangeOutcome { open: Some(stem.clone()), focuses_body: true, ..done(format!("created {stem}")) }
        }
        WorkspaceChange::SaveCampaign { stem, campaign, expected } => {
            session.save_campaign(&stem, &campaign, expected)?;
            done(format!("saved the settings of {stem}"))
        }
        WorkspaceChange::DuplicateCampaign { stem, name } => {
            let copy = session.duplicate_campaign(&stem, &name)?;
            ChangeOutcome { open: Some(copy.clone()), ..done(format!("created {copy}")) }
        }
        WorkspaceChange::RenameCampaign { stem, name } => match session.rename_campaign(&stem, &name)? {
            Renamed { is_changed: false, .. } => unchanged(name),
            Renamed { stem: new, .. } => {
                let renamed = Some((stem, new.clone()));
                ChangeOutcome { open: Some(new.clone()), renamed, ..done(format!("renamed to {new}")) }
            }
        },
        WorkspaceChange::RemakeCampaign { campaign, body } => {
            session.recreate_campaign(&campaign, &body)?;
            done(format!("created {} again", campaign.body.path))
        }
        WorkspaceChange::DeleteCampaign(stem) => {
            session.folder().delete_campaign(&stem, now)?;
            ChangeOutcome { deleted: Some(stem.clone()), ..deleted(&stem) }
        }
        WorkspaceChange::NewWebhook { webhook, assign_to } => {
            let stem = session.create_webhook(*webhook)?;
            let created = match assign_to {
                // The user created the webhook for a campaign that has no webhook. The new webhook is assigned to that
                // campaign at once, so that the user does not have to open the campaign's settings.
                Some(campaign) => done(match session.set_campaign_webhook(&campaign, &stem) {
                    Ok(()) => format!("created webhooks/{stem}.toml for {campaign}"),
                    // The webhook exists, so the change as a whole has not failed: trying it again would create a
                    // second webhook.
                    Err(error) => {
                        format!("created webhooks/{stem}.toml, but {campaign} does not use it yet: {error}")
                    }
                }),
                None => ChangeOutcome {
                    next: Some((Action::CampaignForm, "assigns it to a campaign")),
                    ..done(format!("created webhooks/{stem}.toml"))
                },
            };
            ChangeOutcome { new_webhook: Some(stem), ..created }
        }
        WorkspaceChange::SaveWebhook { stem, webhook, expected } => {
            let moved = match session.save_webhook(&stem, *webhook, expected)? {
                WebhookSaved::AsTyped => "",
                WebhookSaved::TokenMoved => "; its token was moved to the secret store",
            };
            let saved = done(format!("saved webhooks/{stem}.toml{moved}"));
            ChangeOutcome { saved_webhook: Some(stem), ..saved }
        }
        WorkspaceChange::DuplicateWebhook { stem, name } => {
            let copy = session.duplicate_webhook(&stem, &name)?;
            done(format!("created webhooks/{copy}.toml"))
        }
        WorkspaceChange::RenameWebhook { stem, name } => match session.rename_webhook(&stem, &name)? {
            Renamed { is_changed: false, .. } => unchanged(name),
            Renamed { stem: new, .. } => done(format!("renamed to webhooks/{new}.toml")),
        },
        WorkspaceChange::DeleteWebhook(stem) => {
            session.folder().delete_webhook(&stem, now)?;
            deleted(&format!("webhooks/{stem}.toml"))
        }
        WorkspaceChange::UndoDelete => {
            let last = session.folder().trash().into_iter().next();
            restore(session, &last.ok_or("nothing was deleted: the trash is empty")?.id)?
        }
        WorkspaceChange::Restore(id) => restore(session, &id)?,
    })
}

fn restore(session: &Session, id: &str) -> Result<ChangeOutcome, SaveError> {
    let Restored { trashed, stem } = session.folder().restore(id)?;
    let name = |stem: &str| match trashed.kind {
        TrashedKind::Campaign => stem.to_owned(),
        TrashedKind::Webhook => format!("webhooks/{stem}.toml"),
    };
    let (old, new) = (name(&trashed.stem), name(&stem));
    let message = if old == new {
        format!("restored {new}")
    } else {
        format!("restored {old} as {new}, because there is another {old} now")
    };
    Ok(match trashed.kind {
        TrashedKind::Campaign => {
            let draft = session.folder().draft(&stem);
            ChangeOutcome { message, draft, open: Some(stem), ..ChangeOutcome::default() }
        }
        TrashedKind::Webhook => ChangeOutcome { message, ..ChangeOutcome::default() },
    })
}
