//! The rows that the palette lists in addition to the actions: campaigns, webhooks, and profiles. There can be millions
//! of profiles, so they are searched in the store while the user types.

use std::sync::Arc;

use crate::profile::Profile;
use crate::ui::screen::compose::{
    Compose, Focus, Pane,
    update::{actions, dialogs, keys, recipient},
};
use crate::ui::shared::{Action, AnswerStatus, AppCommand, Effect, Generation, Query, SharedState, Task};
use crate::ui::widget::PickerRow;
use crate::workspace::CampaignFiles;

// The first words of the rows' ids.
const CAMPAIGN: &str = "campaign";
const WEBHOOK: &str = "webhook";
const PROFILE: &str = "profile";

pub(crate) fn rows(shared: &SharedState) -> Vec<PickerRow> {
    let campaigns = shared.workspace.campaigns.iter().map(|campaign| PickerRow {
        id: format!("{CAMPAIGN} {}", campaign.stem),
        title: format!("Campaign: {}", campaign.display_name()),
        detail: campaign.stem.clone(),
        ..PickerRow::default()
    });
    let webhooks = shared.workspace.webhooks.iter().map(|webhook| {
        let name = webhook.value.as_ref().map_or("", |value| value.name.as_str());
        let name = if name.is_empty() { webhook.stem.as_str() } else { name };
        PickerRow {
            id: format!("{WEBHOOK} {}", webhook.stem),
            title: format!("Webhook: {name}"),
            detail: webhook.stem.clone(),
            ..PickerRow::default()
        }
    });
    campaigns.chain(webhooks).collect()
}

/// Starts a search for profiles. An empty query finds none.
pub(crate) fn search(screen: &mut Compose, query: &str) -> Vec<Effect> {
    if query.trim().is_empty() {
        screen.palette_profiles = Query::Idle;
        return Vec::new();
    }
    let generation = screen.palette_profiles.ask(screen.generations.fresh());
    vec![Effect::Task(Task::FindProfiles(generation, query.to_owned()))]
}

/// Shows the profiles that a search has found. Does nothing if the query has changed since the search began.
pub(crate) fn show_profiles(
    screen: &mut Compose,
    shared: &mut SharedState,
    generation: Generation,
    result: Result<Vec<Arc<Profile>>, String>,
) {
    if screen.palette_profiles.answer(generation, result) != AnswerStatus::Latest {
        return;
    }
    // If the profiles cannot be read, none are shown. The console reported the error when it read the profiles at its
    // start.
    let profiles = screen.palette_profiles.value().map(Vec::as_slice).unwrap_or_default();
    let row = |profile: &Arc<Profile>| {
        let row = actions::profile_row(profile);
        PickerRow {
            id: format!("{PROFILE} {}", profile.identity),
            title: format!("Profile: {}", row.title),
            ..row
        }
    };
    shared.send_command(AppCommand::ShowFound(profiles.iter().map(row).collect()));
}

pub(crate) fn choose(screen: &mut Compose, shared: &mut SharedState, id: &str) -> Vec<Effect> {
    match id.split_once(' ') {
        Some((CAMPAIGN, stem)) => {
            let effects = actions::open(screen, shared, stem);
            screen.focus = Focus::enter(Pane::Body);
            effects
        }
        Some((WEBHOOK, stem)) => open_webhook(screen, shared, stem),
        Some((PROFILE, identity)) => {
            let found = screen.palette_profiles.take().unwrap_or_default();
            let profile = found.into_iter().find(|profile| profile.identity == identity);
            profile.map_or_else(Vec::new, |profile| recipient::preview_for(screen, shared, profile))
        }
        Some(_) | None => Vec::new(),
    }
}

/// Goes to the form of a webhook. The form shows the webhook of the open campaign, so this may open another campaign:
/// the first one that uses the webhook.
fn open_webhook(screen: &mut Compose, shared: &mut SharedState, stem: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    if screen.webhook.stem.as_deref() != Some(stem) {
        let is_user = |campaign: &&Arc<CampaignFiles>| {
            campaign.value.as_ref().is_some_and(|settings| settings.webhook == stem)
        };
        let user = shared.workspace.campaigns.iter().find(is_user);
        let Some(campaign) = user.map(|campaign| campaign.stem.clone()) else {
            let message = format!(
                "no campaign uses webhooks/{stem}.toml; {} chooses it for the open campaign",
                keys::way(screen, shared, Action::CampaignForm)
            );
            return shared.only_notice(message);
        };
        effects = actions::open(screen, shared, &campaign);
    }
    screen.focus = Focus::enter(Pane::Webhook);
    effects.extend(dialogs::webhook::open(screen, shared));
    effects
}
