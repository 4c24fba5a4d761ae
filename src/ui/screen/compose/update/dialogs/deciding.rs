//! Carries out the decisions that the user makes in confirmation dialogs.

use crate::compose::clevertap::PastedBody;
use crate::ui::screen::compose::{
    Compose, Decision, Dialog, InitialBody, TestState,
    update::dialogs::{close, new_campaign, profiles},
    update::{actions, results, saving},
};
use crate::ui::shared::{Effect, JournalEntry, SharedState, Task, WorkspaceChange};

pub(crate) fn decide(screen: &mut Compose, shared: &mut SharedState, decision: Decision) -> Vec<Effect> {
    match decision {
        // If the question was asked over the test dialog or the webhook's form, that dialog is shown again.
        Decision::Stay if screen.suspended_test.is_some() || screen.returns_to_webhook => {
            close(screen, shared)
        }
        Decision::Stay => {
            // The answer may have been "Later" to the question about a draft. This session then offers no more drafts.
            // The drafts stay on disk, and the next start offers them again.
            screen.drafts.clear();
            Vec::new()
        }
        Decision::Trust(webhook) => {
            // The question is closed first, so that a test dialog below it is open again and can show the result.
            let mut effects = close(screen, shared);
            let trust = screen.trust(shared, webhook);
            if trust.is_none() {
                shared.show_error("the webhook changed meanwhile, so it was not trusted");
            }
            if let Some(Dialog::Test(test)) = &mut screen.dialog {
                test.state = match trust {
                    Some(_) => TestState::Trusted,
                    None => {
                        TestState::Refused("the webhook changed meanwhile, so it was not trusted".to_owned())
                    }
                };
            }
            effects.extend(trust);
            effects
        }
        Decision::AdoptPrivate => vec![Effect::Task(Task::AdoptPrivate)],
        Decision::OldSecrets { found, moves } => vec![Effect::Task(Task::DecideSecrets { found, moves })],
        Decision::DeleteCampaign(stem) => {
            if screen.is_deleted_on_disk(shared, &stem) {
                // The buffer is removed because its unsaved edits would make the next reload keep the campaign.
                screen.buffers.remove(&stem);
                screen.open.take_if(|open| *open == stem);
                shared.show_notice(format!("deleted the unsaved edits of {stem}"));
                return vec![Effect::Journal(JournalEntry::DiscardDraft(stem)), Effect::Task(Task::Reload)];
            }
            vec![Effect::Task(Task::Change(WorkspaceChange::DeleteCampaign(stem)))]
        }
        Decision::DeleteWebhook(stem) => {
            // The unsaved edits are deleted too. If they stayed, they would count as edits of a file that was lost.
            if let Some(form) = screen.webhook_form(&stem) {
                form.revert(&shared.workspace);
            }
            vec![Effect::Task(Task::Change(WorkspaceChange::DeleteWebhook(stem)))]
        }
        Decision::DeleteProfile(identity) => profiles::delete(screen, shared, identity),
        Decision::Overwrite(stem) => saving::save_body(screen, shared, &stem, true).into_iter().collect(),
        Decision::UseDiskVersion(stem) => {
            let on_disk = shared
                .workspace
                .campaign(&stem)
                .map(|campaign| (campaign.body.text.clone(), campaign.body.fingerprint));
            if let (Some((text, fingerprint)), Some(buffer)) = (on_disk, screen.buffers.get_mut(&stem)) {
                buffer.replace_all(&text);
                buffer.take_as_saved(&text, fingerprint);
                buffer.forget_draft();
            }
            let discard = Effect::Journal(JournalEntry::DiscardDraft(stem));
            [Effect::Task(Task::Reload), discard].into_iter().chain(screen.compose(shared)).collect()
        }
        Decision::RestoreDraft(stem) => restore_draft(screen, shared, &stem),
        Decision::DiscardDraft(stem) => {
            screen.drafts.retain(|draft| draft.stem != stem);
            results::offer_draft(screen, shared);
            vec![Effect::Journal(JournalEntry::DiscardDraft(stem))]
        }
    }
}

fn restore_draft(screen: &mut Compose, shared: &mut SharedState, stem: &str) -> Vec<Effect> {
    let Some(at) = screen.drafts.iter().position(|draft| draft.stem == stem) else { return Vec::new() };
    let draft = screen.drafts.remove(at);
    if shared.workspace.campaign(stem).is_none() {
        // The campaign no longer exists. The draft becomes a new campaign, so that its text is not lost.
        let change = new_campaign(
            screen,
            shared,
            InitialBody::Pasted(Box::new(PastedBody::as_is(&draft.text))),
            format!("{stem} recovered"),
        );
        return vec![
            Effect::Task(Task::Change(change)),
            Effect::Journal(JournalEntry::DiscardDraft(stem.to_owned())),
        ];
    }
    let mut effects = actions::open(screen, shared, stem);
    if let Some(buffer) = screen.buffers.get_mut(stem) {
        buffer.replace_all(&draft.text);
        buffer.mark_drafted();
        effects.extend(screen.compose(shared));
    }
    results::offer_draft(screen, shared);
    effects
}
