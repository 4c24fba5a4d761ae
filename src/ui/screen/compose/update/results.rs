//! What the world answered. Answers to questions that were asked anew meanwhile are dropped.

use std::sync::Arc;

use crate::capture::CapturedChat;
use crate::compose::Composed;
use crate::service::{BotStatus, Outcome, People, TestAnswer, TroubleKind};
use crate::ui::screen::compose::{
    Compose, Confirm, Decision, Dialog, Focus, Pane, TestState, Worst,
    update::{actions, dialogs, typing},
    verdicts::worst_of,
};
use crate::ui::shared::{
    Action, Context, Done, Effect, Entry, Generation, Latest, LoopEffect, Msg, Request, SaveFailure, Shared,
    Taken, Task, Timer, Work,
};
use crate::workspace::{Condition, Draft, Fingerprint, Source, Workspace};

pub fn take(screen: &mut Compose, shared: &mut Shared, message: Msg) -> Vec<Effect> {
    match message {
        Msg::Input(_) => Vec::new(),
        Msg::Composed(generation, composed) => composed_anew(screen, shared, generation, composed),
        Msg::Surveyed(generation, surveyed) => {
            screen.worst.answer(generation, Ok(Worst::new(surveyed)));
            Vec::new()
        }
        Msg::CampaignsChecked(generation, found) => {
            screen.verdicts.take(generation, &found);
            Vec::new()
        }
        Msg::PeopleLoaded(result) => people_loaded(screen, shared, result),
        Msg::ProfilesFound(generation, result) => {
            actions::show_profiles(screen, shared, generation, result);
            Vec::new()
        }
        Msg::WorkspaceRead(result) => match result {
            Ok(workspace) => follow(screen, shared, workspace),
            Err(words) => shared.just_complain(words),
        },
        Msg::FilesChanged => Vec::new(),
        Msg::DraftsFound(drafts) => drafts_found(screen, shared, drafts),
        Msg::DraftFailed(words) => shared.just_complain(words),
        Msg::BodySaved { stem, version, result } => body_saved(screen, shared, &stem, version, result),
        Msg::Changed { result, workspace } => changed(screen, shared, result, workspace),
        Msg::PrivateAdopted(result) => match result {
            Ok(()) => {
                screen.is_private_foreign = false;
                shared.say("adopted .telecast: its test chats, drafts, history and people count from now on");
                vec![
                    Effect::Task(Task::LoadPeople(shared.profile_identity())),
                    Effect::Task(Task::FindDrafts),
                ]
            }
            Err(words) => shared.just_complain(words),
        },
        Msg::OldSecretsFound(found) => {
            screen.old_secrets = found;
            offer_secrets(screen);
            Vec::new()
        }
        Msg::SecretsMoved(result) => match result {
            Ok(words) => {
                shared.say(words);
                screen.check_bot(shared).into_iter().collect()
            }
            Err(words) => shared.just_complain(words),
        },
        Msg::BotChecked(generation, status) => {
            screen.bot.answer(generation, Ok(status));
            Vec::new()
        }
        Msg::TestsLoaded { chats, history } => {
            let mut effects = Vec::new();
            if let Some(test) = screen.test_mut() {
                if test.chat.is_none() {
                    test.chat = chats.preferred().map(str::to_owned);
                }
                test.chats = chats;
                test.history = history;
                test.is_loaded = true;
                if std::mem::take(&mut test.sends_when_loaded) {
                    return dialogs::press(
                        screen,
                        shared,
                        crate::ui::widget::key::Key::plain(crate::ui::widget::key::KeyCode::Enter),
                    );
                }
                effects.extend(actions::prepare_test(screen, shared));
            }
            effects
        }
        Msg::TestPrepared(generation, composed) => {
            if let Some(test) = screen.test_mut() {
                test.request.answer(generation, Ok(composed));
            }
            Vec::new()
        }
        Msg::ModesCompared(generation, compared) => match screen.dialog.take() {
            Some(Dialog::Compare(mut compare)) => {
                compare.take(generation, &compared);
                let effects = screen.colour_comparison(&mut compare);
                screen.dialog = Some(Dialog::Compare(compare));
                effects
            }
            other => {
                screen.dialog = other;
                Vec::new()
            }
        },
        Msg::TestAnswered(generation, result) => test_answered(screen, shared, generation, result),
        Msg::ChatCaptured(generation, result) => chat_captured(screen, generation, result),
        Msg::EditedExternally { stem, result } => edited_externally(screen, shared, &stem, result),
        Msg::Copied(Ok(())) => Vec::new(),
        Msg::Copied(Err(words)) => shared.just_complain(format!("not copied: {words}")),
        Msg::CodeGrammarsLoaded(grammars) => {
            screen.code.take(Arc::clone(&grammars));
            Vec::new()
        }
        Msg::GrammarLoaded(grammar) => {
            screen.take_grammar(Arc::clone(&grammar));
            Vec::new()
        }
        Msg::Due(Timer::Draft(stem)) => screen.journal_now(shared, &stem).into_iter().collect(),
        Msg::Due(Timer::Compose(generation)) if screen.is_latest(generation) && !screen.is_choosing() => {
            screen.compose(shared).into_iter().collect()
        }
        Msg::Due(Timer::Survey(generation)) if screen.is_latest(generation) => {
            screen.survey(shared).into_iter().collect()
        }
        Msg::Due(Timer::Compose(_) | Timer::Survey(_) | Timer::Highlight) => Vec::new(),
        Msg::Due(Timer::Pick(version)) => {
            typing::pick(screen, shared, version);
            Vec::new()
        }
        Msg::Due(Timer::Rest(version)) => {
            screen.rest(version);
            Vec::new()
        }
        Msg::Fault { work, fault } => {
            faulted(screen, shared, work, work.in_words(&fault));
            Vec::new()
        }
    }
}

fn composed_anew(
    screen: &mut Compose,
    shared: &Shared,
    generation: Generation,
    composed: Latest<Composed>,
) -> Vec<Effect> {
    let worst = worst_of(&composed);
    let body = composed.body.clone();
    let taken = screen.message.answer(generation, Ok(composed));
    if taken == Taken::Stale {
        return Vec::new();
    }
    if let Some(worst) = screen.worst.value_mut() {
        worst.follow(&body);
    }
    if taken == Taken::Meanwhile {
        let body = screen.buffer().map(|buffer| buffer.text()).unwrap_or_default();
        screen.move_problems(&body);
        return Vec::new();
    }
    screen.moved = None;
    if let Some(stem) = screen.open.clone() {
        screen.verdicts.note(&stem, worst);
    }
    screen.keep_message(shared);
    vec![Effect::Loop(LoopEffect::After(Timer::Survey(generation)))]
}

/// Shows the answer where it was asked for, else says it in the footer: the dialog may be closed by now.
fn test_answered(
    screen: &mut Compose,
    shared: &mut Shared,
    generation: Generation,
    result: Result<Box<TestAnswer>, String>,
) -> Vec<Effect> {
    if let Some(Dialog::Test(test)) = &mut screen.dialog
        && let TestState::Send(request) = &mut test.state
        && request.answer(generation, result.clone()) == Taken::Latest
    {
        return if result.is_ok() { vec![Effect::Task(Task::LoadTests)] } else { Vec::new() };
    }
    let answer = match result {
        Ok(answer) => answer,
        Err(words) => {
            return shared.just_complain(format!("the test was not sent: {words}"));
        }
    };
    let to = answer.chat.as_deref().map_or_else(String::new, |chat| format!(" to {chat}"));
    let what = &answer.description;
    match answer.outcome {
        Outcome::Sent => shared.say(format!("the test{to} was sent")),
        Outcome::Refused => shared.complain(format!("the test{to} was refused: {what}")),
        Outcome::Withheld | Outcome::Unreachable => {
            shared.complain(format!("the test{to} was not sent: {what}"));
        }
        Outcome::Unknown => {
            shared.complain(format!("the test{to} may have arrived, look into the chat: {what}"));
        }
    }
    Vec::new()
}

/// Whatever waits for an answer that a fault has swallowed waits no more.
fn faulted(screen: &mut Compose, shared: &mut Shared, work: Work, words: String) {
    match work {
        Work::CheckBot => {
            screen.bot.end_pending(Ok(BotStatus::Trouble { kind: TroubleKind::NoAnswer, words }));
        }
        Work::Save | Work::Change => {
            shared.is_quitting = false;
            screen.webhook.stop_saving();
        }
        // The next edit, or the way out, writes it again.
        Work::Draft => screen.forget_drafts(),
        Work::Tests => {
            if let Some(test) = screen.test_mut() {
                test.is_loaded = true;
                test.sends_when_loaded = false;
                test.state = TestState::Refused(words);
            }
        }
        Work::SendTest | Work::Capture => {
            if let Some(test) = screen.test_mut() {
                test.state.end_pending(words);
            }
        }
        Work::People => {
            if shared.people.vocabulary.is_none() {
                shared.people.trouble = Some(words);
            }
        }
        Work::Compare => drop(screen.dialog.take_if(|dialog| matches!(dialog, Dialog::Compare(_)))),
        Work::Compose
        | Work::Survey
        | Work::CheckCampaigns
        | Work::Reload
        | Work::Colours
        | Work::Copy
        | Work::Editor
        | Work::Background => {}
    }
}

fn people_loaded(screen: &mut Compose, shared: &mut Shared, result: Result<People, String>) -> Vec<Effect> {
    match result {
        Ok(found) => {
            shared.people.vocabulary = Some(found.vocabulary);
            shared.people.trouble = None;
            shared.people.profile = found.profile;
            screen.compose(shared).into_iter().chain([screen.check_campaigns(shared)]).collect()
        }
        Err(words) => {
            shared.people.trouble = Some(words.clone());
            shared.complain(words);
            vec![screen.check_campaigns(shared)]
        }
    }
}

/// Takes the workspace as it was read anew: buffers without edits follow their files, others are told apart.
fn follow(screen: &mut Compose, shared: &mut Shared, mut workspace: Arc<Workspace>) -> Vec<Effect> {
    let mut deleted = keep_unsaved(screen, shared, &mut workspace);
    let webhook = screen.webhook.stem.as_deref().filter(|_| screen.webhook.is_modified());
    let lost =
        webhook.filter(|stem| shared.workspace.webhook(stem).is_some() && workspace.webhook(stem).is_none());
    deleted.extend(lost.map(|stem| format!("webhook {stem}")));
    if *shared.workspace == *workspace {
        return Vec::new();
    }
    shared.workspace = workspace;
    let mut conflicts = Vec::new();
    for campaign in &shared.workspace.campaigns {
        if let Some(buffer) = screen.buffers.get_mut(&campaign.stem).filter(|buffer| !buffer.is_deleted) {
            let was = buffer.changed_outside;
            buffer.follow(campaign);
            if buffer.changed_outside && !was {
                conflicts.push(campaign.stem.clone());
            }
        }
    }
    let workspace = Arc::clone(&shared.workspace);
    screen.buffers.retain(|stem, buffer| workspace.campaign(stem).is_some() || buffer.is_modified());
    if screen.open_campaign(shared).is_none() {
        if let Some(stem) = &screen.open {
            let words = format!("{stem} was deleted on disk");
            shared.complain(words);
        }
        let first = shared.workspace.campaigns.first().map(|campaign| campaign.stem.clone());
        screen.open = None;
        match first {
            Some(stem) => screen.open_buffer(shared, &stem),
            None => screen.message = Request::Idle,
        }
    }
    let mut effects = screen.journal_followed();
    let before = screen.webhook.expected;
    screen.webhook.show(&workspace, workspace.campaign(screen.open.as_deref().unwrap_or("")));
    if let Some(stem) = conflicts.first() {
        shared.complain(format!("{stem} was changed on disk too; saving will ask"));
    }
    if let Some(stem) = deleted.first() {
        let key = shared.keymap.shown_key(&[Context::Anywhere], Action::Save);
        let saving = key.map_or_else(|| "saving".to_owned(), |key| key.to_string());
        shared.complain(format!(
            "{stem} was deleted on disk; your edits are still here: {saving} makes it again"
        ));
    }
    effects.extend(screen.compose(shared));
    effects.push(screen.check_campaigns(shared));
    if screen.webhook.expected != before {
        effects.extend(screen.check_bot(shared));
    }
    effects
}

/// Keeps a campaign with unsaved edits in the workspace as it was, where its files were deleted; returns those of which
/// this is news.
fn keep_unsaved(screen: &mut Compose, shared: &mut Shared, workspace: &mut Arc<Workspace>) -> Vec<String> {
    let mut news = Vec::new();
    for (stem, buffer) in screen.buffers.iter_mut().filter(|(_, buffer)| buffer.is_modified()) {
        let Some(known) = shared.workspace.campaign(stem) else { continue };
        let found = workspace.campaign(stem);
        let has_definition = found.is_some_and(|found| found.source.fingerprint != Fingerprint::Absent);
        let has_body = found.is_some_and(|found| found.body.fingerprint != Fingerprint::Absent);
        // A body that was never saved is not deleted.
        let had_body = buffer.is_deleted || !buffer.is_new();
        let was_deleted = buffer.is_deleted;
        buffer.is_deleted = (!has_definition && known.value.is_some()) || (!has_body && had_body);
        if !buffer.is_deleted {
            continue;
        }
        if !was_deleted {
            news.push(stem.clone());
        }
        let mut kept = found.unwrap_or(known).clone();
        if !has_definition {
            (kept.source, kept.value) = (absent(&known.source), known.value.clone());
        }
        if !has_body {
            kept.body = absent(&known.body);
        }
        Arc::make_mut(workspace).put(Arc::new(kept));
    }
    news
}

fn absent(source: &Source) -> Source {
    Source { fingerprint: Fingerprint::Absent, condition: Condition::Missing, ..source.clone() }
}

fn drafts_found(screen: &mut Compose, shared: &mut Shared, drafts: Vec<Draft>) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut lost: Vec<Draft> = Vec::new();
    for draft in drafts {
        let on_disk = shared.workspace.campaign(&draft.stem).map(|campaign| campaign.body.text.as_str());
        if on_disk == Some(draft.text.as_str()) {
            effects.push(Effect::Journal(Entry::DiscardDraft(draft.stem)));
        } else {
            lost.push(draft);
        }
    }
    if shared.read_only.is_some() {
        return Vec::new();
    }
    screen.drafts = lost;
    offer_draft(screen, shared);
    effects
}

/// Asks once, by name, about secrets that are kept for an earlier place or version of the workspace.
fn offer_secrets(screen: &mut Compose) {
    if screen.old_secrets.is_empty() || screen.dialog.is_some() {
        return;
    }
    let found = std::mem::take(&mut screen.old_secrets);
    let lines: Vec<String> =
        found.iter().map(|found| format!("{} (kept for {})", found.name, found.from)).collect();
    let text = format!(
        "Secrets are kept for a folder's real path now. An earlier version, or a folder that is gone, has: {}. Move what is \
         this workspace's own; in a copy from somebody else, leave them.",
        lines.join(", ")
    );
    let answers = vec![
        ("Move them here", Decision::OldSecrets { found: found.clone(), moves: true }),
        ("Leave them", Decision::OldSecrets { found, moves: false }),
    ];
    let mut confirm = Confirm::new("Secrets of an earlier place", text, answers);
    confirm.chosen = 1;
    screen.dialog = Some(Dialog::Confirm(confirm));
}

pub fn offer_draft(screen: &mut Compose, shared: &mut Shared) {
    let Some(draft) = screen.drafts.first().filter(|_| screen.dialog.is_none()) else {
        return offer_secrets(screen);
    };
    let stem = draft.stem.clone();
    let zone = shared.workspace.time_zone();
    let written = draft.written.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let text = format!(
        "Unsaved edits of {stem} from {written} were found. Bring them back into the editor? \
         Later keeps them and asks at the next start, until you decide or edit it."
    );
    let answers = vec![
        ("Bring back", Decision::RestoreDraft(stem.clone())),
        ("Throw away", Decision::DiscardDraft(stem)),
        ("Later", Decision::Stay),
    ];
    screen.dialog = Some(Dialog::Confirm(Confirm::new("Unsaved edits", text, answers)));
}

fn body_saved(
    screen: &mut Compose,
    shared: &mut Shared,
    stem: &str,
    version: u64,
    result: Result<crate::workspace::Fingerprint, SaveFailure>,
) -> Vec<Effect> {
    match result {
        Ok(fingerprint) => {
            let path = shared
                .workspace
                .campaign(stem)
                .map_or_else(|| stem.to_owned(), |campaign| campaign.body.path.clone());
            if let Some(buffer) = screen.buffers.get_mut(stem) {
                buffer.mark_saved(version, fingerprint);
            }
            match screen.webhook.refusal() {
                Some(words) => shared.complain(format!("saved {path}; webhook not saved: {words}")),
                None => shared.say(format!("saved {path}")),
            }
            let effects = vec![Effect::Task(Task::Reload)];
            effects
        }
        Err(SaveFailure::ChangedOnDisk) => {
            shared.is_quitting = false;
            let text = format!("{stem} was changed on disk since it was read here.");
            let answers = vec![
                ("Overwrite with mine", Decision::Overwrite(stem.to_owned())),
                ("Take the file's (mine stay in undo)", Decision::TakeFile(stem.to_owned())),
                ("Leave both", Decision::Stay),
            ];
            let mut confirm = Confirm::new("Changed on disk", text, answers);
            confirm.chosen = 2;
            screen.dialog = Some(Dialog::Confirm(confirm));
            Vec::new()
        }
        Err(SaveFailure::Refused(words)) => {
            shared.is_quitting = false;
            shared.just_complain(format!("not saved: {words}"))
        }
    }
}

fn changed(
    screen: &mut Compose,
    shared: &mut Shared,
    result: Result<Done, String>,
    workspace: Result<Arc<Workspace>, String>,
) -> Vec<Effect> {
    let mut effects = Vec::new();
    if result.is_err() {
        screen.webhook.stop_saving();
    }
    if let (Ok(Done { renamed: Some((old, new)), .. }), Some(buffer)) =
        (&result, result.as_ref().ok().and_then(|done| screen.buffers.remove(&done.renamed.as_ref()?.0)))
    {
        screen.buffers.insert(new.clone(), buffer);
        if let Some(sample) = screen.samples.remove(old) {
            screen.samples.insert(new.clone(), sample);
        }
        if screen.open.as_ref() == Some(old) {
            screen.open = Some(new.clone());
        }
    }
    match workspace {
        Ok(workspace) => effects.extend(follow(screen, shared, workspace)),
        Err(words) => shared.complain(words),
    }
    match result {
        Ok(done) => {
            shared.say(done.words);
            if let Some(stem) = done.open {
                effects.extend(actions::open(screen, shared, &stem));
                if done.enters {
                    screen.focus = Focus::enter(Pane::Body);
                }
            }
            screen
                .webhook
                .show(&shared.workspace, shared.workspace.campaign(screen.open.as_deref().unwrap_or("")));
            effects.extend(screen.check_bot(shared));
        }
        Err(words) => {
            shared.is_quitting = false;
            shared.complain(words);
        }
    }
    effects
}

fn chat_captured(
    screen: &mut Compose,
    generation: Generation,
    result: Result<CapturedChat, String>,
) -> Vec<Effect> {
    let Some(Dialog::Test(test)) = &mut screen.dialog else { return Vec::new() };
    let TestState::Capture(request) = &mut test.state else { return Vec::new() };
    let title = result.as_ref().ok().map(|chat| chat.title.clone());
    if request.answer(generation, result) != Taken::Latest || title.is_none() {
        return Vec::new();
    }
    test.chat = title;
    test.as_is = false;
    vec![Effect::Task(Task::LoadTests)]
}

fn edited_externally(
    screen: &mut Compose,
    shared: &mut Shared,
    stem: &str,
    result: Result<String, String>,
) -> Vec<Effect> {
    match result {
        Ok(text) => {
            let Some(buffer) = screen.buffers.get_mut(stem) else { return Vec::new() };
            if !buffer.editor.is(&text) {
                buffer.replace_all(&text);
            }
            let mut effects: Vec<Effect> = screen.compose(shared).into_iter().collect();
            effects.extend(screen.journal_soon(shared));
            effects
        }
        Err(words) => shared.just_complain(words),
    }
}
