//! What the answer to a question does: leave, delete, overwrite, bring back.

use crate::compose::clevertap::Pasted;
use crate::ui::screen::compose::{
    Compose, Decision, Dialog, Start, TestState,
    update::dialogs::{back, new_campaign},
    update::{actions, results, saving},
};
use crate::ui::shared::{Change, Effect, Entry, Shared, Task};

pub fn decide(screen: &mut Compose, shared: &mut Shared, decision: Decision) -> Vec<Effect> {
    match decision {
        // From a question about a test one goes back to it.
        Decision::Stay if screen.test_behind.is_some() => back(screen, shared),
        Decision::Stay => {
            // A draft that is to be decided later stays on the disk and is offered at the next start.
            screen.drafts.clear();
            Vec::new()
        }
        Decision::Trust(webhook) => {
            let mut effects = back(screen, shared);
            let trust = screen.trust(shared, webhook);
            if trust.is_none() {
                shared.complain("the webhook changed while you were asked: it is not trusted");
            }
            if let Some(Dialog::Test(test)) = &mut screen.dialog {
                test.state = match trust {
                    Some(_) => TestState::Trusted,
                    None => TestState::Refused("the webhook changed meanwhile: it is not trusted".to_owned()),
                };
            }
            effects.extend(trust);
            effects
        }
        Decision::AdoptPrivate => vec![Effect::Task(Task::AdoptPrivate)],
        Decision::OldSecrets { found, moves } => vec![Effect::Task(Task::DecideSecrets { found, moves })],
        Decision::DeleteCampaign(stem) => {
            let is_gone = screen.is_gone(shared, &stem);
            screen.buffers.remove(&stem);
            if is_gone {
                screen.open.take_if(|open| *open == stem);
                shared.say(format!("deleted the unsaved edits of {stem}"));
                return vec![Effect::Journal(Entry::DiscardDraft(stem)), Effect::Task(Task::Reload)];
            }
            vec![Effect::Task(Task::Change(Change::DeleteCampaign(stem)))]
        }
        Decision::DeleteWebhook(stem) => vec![Effect::Task(Task::Change(Change::DeleteWebhook(stem)))],
        Decision::Overwrite(stem) => saving::save_body(screen, shared, &stem, true).into_iter().collect(),
        Decision::TakeFile(stem) => {
            let on_disk = shared
                .workspace
                .campaign(&stem)
                .map(|campaign| (campaign.body.text.clone(), campaign.body.fingerprint));
            if let (Some((text, fingerprint)), Some(buffer)) = (on_disk, screen.buffers.get_mut(&stem)) {
                buffer.replace_all(&text);
                buffer.take_as_saved(&text, fingerprint);
                buffer.forget_draft();
            }
            let discard = Effect::Journal(Entry::DiscardDraft(stem));
            [Effect::Task(Task::Reload), discard].into_iter().chain(screen.compose(shared)).collect()
        }
        Decision::RestoreDraft(stem) => restore_draft(screen, shared, &stem),
        Decision::DiscardDraft(stem) => {
            screen.drafts.retain(|draft| draft.stem != stem);
            results::offer_draft(screen, shared);
            vec![Effect::Journal(Entry::DiscardDraft(stem))]
        }
    }
}

fn restore_draft(screen: &mut Compose, shared: &mut Shared, stem: &str) -> Vec<Effect> {
    let Some(at) = screen.drafts.iter().position(|draft| draft.stem == stem) else { return Vec::new() };
    let draft = screen.drafts.remove(at);
    if shared.workspace.campaign(stem).is_none() {
        // Its campaign is gone: the text becomes a new one, so that it is not lost.
        let change = new_campaign(
            screen,
            shared,
            Start::Pasted(Box::new(Pasted::as_is(&draft.text))),
            format!("{stem} recovered"),
        );
        return vec![
            Effect::Task(Task::Change(change)),
            Effect::Journal(Entry::DiscardDraft(stem.to_owned())),
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
