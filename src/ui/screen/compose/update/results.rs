//! Handles the results of tasks and timers. A result is dropped if it belongs to an outdated request.

use std::sync::Arc;

use crate::capture::CapturedChat;
use crate::compose::Composed;
use crate::service::{BotFailureKind, BotStatus, ProfileContext, TestOutcome, TestResult};
use crate::ui::screen::compose::{
    Compose, ComposeConfirm, Decision, Dialog, Focus, Pane, SampleReport, TestState,
    campaign_statuses::worst_of,
    update::{actions, definitions, dialogs, dialogs::setting_up, keys, palette, saving, typing},
};
use crate::ui::shared::{
    Action, AnswerStatus, ChangeOutcome, Effect, Generation, JournalEntry, LoopEffect, Msg, PtrEq, Query,
    SaveFailure, SharedState, Task, Timer, Work,
};
use crate::workspace::{CampaignDraft, FileCondition, Fingerprint, LoadedFile, Workspace};

pub(crate) fn handle(screen: &mut Compose, shared: &mut SharedState, message: Msg) -> Vec<Effect> {
    match message {
        Msg::Input(_) => Vec::new(),
        Msg::Composed(generation, composed) => message_composed(screen, shared, generation, composed),
        Msg::Surveyed(generation, surveyed) => {
            screen.sample_report.answer(generation, Ok(SampleReport::new(surveyed)));
            Vec::new()
        }
        Msg::CampaignsChecked(generation, found) => {
            screen.campaign_statuses.finish_check(generation, &found);
            Vec::new()
        }
        Msg::PeopleLoaded(result) => people_loaded(screen, shared, result),
        Msg::ProfilesFound(generation, result) => {
            palette::show_profiles(screen, shared, generation, result.clone());
            actions::show_profiles(screen, shared, generation, result);
            Vec::new()
        }
        Msg::ProfileEdited(generation, result) => {
            dialogs::profiles::edited(screen, shared, generation, result.map(|edited| *edited))
        }
        Msg::WorkspaceRead(result) => match result {
            Ok(workspace) => use_workspace(screen, shared, workspace),
            Err(text) => shared.only_error(text),
        },
        // The app handles these messages for all screens.
        Msg::FilesChanged | Msg::BackgroundReported(_) | Msg::Copied(..) | Msg::ThemeSaved(..) => Vec::new(),
        Msg::DraftsFound(drafts) => drafts_found(screen, shared, drafts),
        Msg::DraftFailed(text) => shared.only_error(text),
        Msg::BodySaved { stem, version, result } => body_saved(screen, shared, &stem, version, result),
        Msg::Changed { submission, result, workspace } => {
            changed(screen, shared, submission, result.map(|done| *done), workspace)
        }
        Msg::PrivateAdopted(result) => match result {
            Ok(()) => {
                screen.is_private_foreign = false;
                shared.show_notice(
                    "adopted .telecast: its test chats, drafts, history and profiles are now used",
                );
                // While the folder was not adopted, its drafts were ignored, and its profiles could only be read. Both
                // are read again.
                vec![
                    Effect::Task(Task::LoadPeople(shared.profile_identity())),
                    Effect::Task(Task::FindDrafts),
                ]
            }
            Err(text) => shared.only_error(text),
        },
        Msg::OldSecretsFound(found) => {
            screen.old_secrets = found;
            offer_secrets(screen);
            Vec::new()
        }
        Msg::SecretsMoved(result) => match result {
            // The bot is checked again, because its token may be among the moved secrets.
            Ok(text) => {
                shared.show_notice(text);
                screen.check_bot(shared).into_iter().collect()
            }
            Err(text) => shared.only_error(text),
        },
        Msg::BotChecked(generation, status) => {
            let failure = match &status {
                BotStatus::Failed { message, .. } | BotStatus::Invalid(message) => Some(message.clone()),
                _ => None,
            };
            let is_latest = screen.bot.answer(generation, Ok(status)) == AnswerStatus::Latest;
            // The pane of the webhook has only one short line for the failure. If the pane has the focus and the
            // webhook's form does not show the failure, the footer shows the failure in full.
            if let Some(message) = failure
                && is_latest
                && screen.focus.pane == Pane::Webhook
                && !matches!(screen.dialog, Some(Dialog::Webhook))
                && shared.notice.is_none()
            {
                shared.show_error(message);
            }
            Vec::new()
        }
        Msg::BotConnected(generation, result) => {
            setting_up::bot_connected(screen, shared, generation, result)
        }
        Msg::TestsLoaded { chats, history } => {
            let (has_chat, has_test) = (chats.preferred().is_some(), !history.is_empty());
            setting_up::tests_loaded(screen, shared, has_chat, has_test);
            let mut effects = Vec::new();
            if let Some(test) = screen.test_mut() {
                if test.chat.is_none() {
                    test.chat = chats.preferred().map(str::to_owned);
                }
                test.chats = chats;
                let before = std::mem::replace(&mut test.history, history);
                test.is_loaded = true;
                let sends = std::mem::take(&mut test.sends_when_loaded);
                dialogs::refresh_history(screen, shared, &before);
                // If Enter was pressed before the chats were loaded, the key is handled now. If the user has opened a
                // list in the meantime, the key is dropped.
                if sends && matches!(screen.dialog, Some(Dialog::Test(_))) {
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
        Msg::TrashListed(generation, found) => {
            definitions::show_trash(screen, shared, generation, found);
            Vec::new()
        }
        Msg::TestPrepared(generation, composed) => {
            if let Some(test) = screen.test_mut() {
                test.request.answer(generation, Ok(composed));
            }
            Vec::new()
        }
        Msg::ComposedAgain(generation, composed) => {
            if let Some(Dialog::PastTest(test)) = &mut screen.dialog {
                test.now.answer(generation, composed);
            }
            Vec::new()
        }
        Msg::ModesCompared(generation, compared) => match screen.dialog.take() {
            Some(Dialog::Compare(mut compare)) => {
                compare.set_previews(generation, &compared);
                let effects = screen.color_comparison(&mut compare);
                screen.dialog = Some(Dialog::Compare(compare));
                effects
            }
            other => {
                screen.dialog = other;
                Vec::new()
            }
        },
        Msg::TestAnswered(generation, result) => test_answered(screen, shared, generation, result),
        Msg::ChatCaptured(generation, result) => match &screen.dialog {
            Some(Dialog::Setup(_)) => setting_up::chat_captured(screen, shared, generation, result),
            _ => chat_captured(screen, generation, result),
        },
        Msg::EditedExternally { stem, result } => edited_externally(screen, shared, &stem, result),
        Msg::CodeGrammarsLoaded(grammars) => {
            screen.code.set_grammars(Arc::clone(&grammars));
            Vec::new()
        }
        Msg::GrammarLoaded(grammar) => {
            screen.add_grammar(Arc::clone(&grammar));
            Vec::new()
        }
        Msg::Due(Timer::Draft(stem)) => screen.journal_now(shared, &stem).into_iter().collect(),
        Msg::Due(Timer::Compose(generation))
            if screen.is_latest(generation) && !screen.is_completing_liquid() =>
        {
            screen.compose(shared).into_iter().collect()
        }
        Msg::Due(Timer::Survey(generation)) if screen.is_latest(generation) => {
            screen.survey(shared).into_iter().collect()
        }
        Msg::Due(Timer::Compose(_) | Timer::Survey(_) | Timer::Highlight) => Vec::new(),
        Msg::Due(Timer::RememberView) => screen.view_entry(shared).map(Effect::Journal).into_iter().collect(),
        Msg::Due(Timer::OpenPicker(version)) => {
            typing::open_picker_if_unchanged(screen, shared, version);
            Vec::new()
        }
        Msg::Due(Timer::TypingPaused(version)) => {
            screen.end_typing(version);
            Vec::new()
        }
        Msg::Fault { work, fault } => {
            task_panicked(screen, shared, work, work.footer_message(&fault));
            Vec::new()
        }
    }
}

fn message_composed(
    screen: &mut Compose,
    shared: &SharedState,
    generation: Generation,
    composed: PtrEq<Composed>,
) -> Vec<Effect> {
    let worst = worst_of(&composed);
    let body = composed.body.clone();
    let answered = screen.message.answer(generation, Ok(composed));
    if answered == AnswerStatus::Stale {
        return Vec::new();
    }
    if let Some(report) = screen.sample_report.value_mut() {
        report.follow(&body);
    }
    // An interim result is for a text before the latest edit. The result is shown, with its problems moved to their
    // positions in the current text.
    if answered == AnswerStatus::Interim {
        let body = screen.buffer().map(|buffer| buffer.text()).unwrap_or_default();
        screen.move_problems(&body);
        return Vec::new();
    }
    screen.moved_problems = None;
    if let Some(stem) = screen.open.clone() {
        screen.campaign_statuses.set(&stem, worst);
    }
    screen.keep_message(shared);
    // The sample of recipients is checked only after a pause, because the check renders the body for hundreds of
    // recipients.
    vec![Effect::Loop(LoopEffect::After(Timer::Survey(generation)))]
}

/// Shows the result of a test in the test dialog, or in the footer if the dialog no longer waits for it.
fn test_answered(
    screen: &mut Compose,
    shared: &mut SharedState,
    generation: Generation,
    result: Result<Box<TestResult>, String>,
) -> Vec<Effect> {
    if let Some(Dialog::Test(test)) = &mut screen.dialog
        && let TestState::Send(request) = &mut test.state
        && request.answer(generation, result.clone()) == AnswerStatus::Latest
    {
        return if result.is_ok() { vec![Effect::Task(Task::LoadTests)] } else { Vec::new() };
    }
    if let Some(Dialog::PastTest(test)) = &mut screen.dialog
        && test.again.answer(generation, result.clone()) == AnswerStatus::Latest
    {
        return if result.is_ok() { vec![Effect::Task(Task::LoadTests)] } else { Vec::new() };
    }
    let answer = match result {
        Ok(answer) => answer,
        Err(text) => {
            return shared.only_error(format!("the test was not sent: {text}"));
        }
    };
    let to = answer.chat.as_deref().map_or_else(String::new, |chat| format!(" to {chat}"));
    let what = &answer.description;
    match answer.outcome {
        TestOutcome::Sent => shared.show_notice(format!("the test{to} was sent")),
        TestOutcome::Refused => shared.show_error(format!("the test{to} was refused: {what}")),
        TestOutcome::NotSent | TestOutcome::Unreachable => {
            shared.show_error(format!("the test{to} was not sent: {what}"));
        }
        TestOutcome::Unknown => {
            shared.show_error(format!("the test{to} may have arrived, check the chat: {what}"));
        }
    }
    Vec::new()
}

/// Handles the panic of a task: whatever waits for the result of this task stops waiting.
fn task_panicked(screen: &mut Compose, shared: &mut SharedState, work: Work, text: String) {
    match work {
        Work::CheckBot => {
            if let Some(Dialog::Setup(setup)) = &mut screen.dialog {
                setup.connecting.end_pending(Err(text.clone()));
            }
            screen.bot.end_pending(Ok(BotStatus::failed(BotFailureKind::NoAnswer, text)));
        }
        Work::Save | Work::Change => {
            // After a failed save, "Save and quit" must not quit, because there are still unsaved edits.
            shared.is_quitting = false;
            screen.stop_saving_webhooks();
            if work == Work::Change {
                screen.end_submission(shared, Some(&text));
            }
        }
        // The draft that the task was writing may not be on disk, and the message does not say which draft that is. So
        // all drafts count as not written. Each is written again after the next edit of its body, or when a signal ends
        // the console.
        Work::Draft => screen.forget_drafts(),
        Work::Tests => {
            if let Some(Dialog::PastTest(test)) = &mut screen.dialog {
                test.now.end_pending(Err(text.clone()));
            }
            if let Some(test) = screen.test_mut() {
                test.is_loaded = true;
                test.sends_when_loaded = false;
                test.state = TestState::Refused(text);
            }
        }
        Work::SendTest | Work::Capture => {
            if let Some(Dialog::PastTest(test)) = &mut screen.dialog {
                test.again.end_pending(Err(text.clone()));
            }
            if let Some(test) = screen.test_mut() {
                test.state.end_pending(text);
            }
        }
        Work::People => {
            if shared.people.vocabulary.is_none() {
                shared.people.load_error = Some(text);
            }
        }
        Work::EditProfile => {
            if let Some(Dialog::Profile(profile)) = &mut screen.dialog {
                profile.end_saving(text);
            }
        }
        Work::Compare => drop(screen.dialog.take_if(|dialog| matches!(dialog, Dialog::Compare(_)))),
        Work::Compose
        | Work::Survey
        | Work::CheckCampaigns
        | Work::Reload
        | Work::Colors
        | Work::Copy
        | Work::Editor
        | Work::Background => {}
    }
}

fn people_loaded(
    screen: &mut Compose,
    shared: &mut SharedState,
    result: Result<ProfileContext, String>,
) -> Vec<Effect> {
    match result {
        Ok(found) => {
            shared.people.vocabulary = Some(found.vocabulary);
            shared.people.load_error = None;
            shared.people.profile = found.profile;
            screen.compose(shared).into_iter().chain([screen.check_campaigns(shared)]).collect()
        }
        Err(text) => {
            shared.people.load_error = Some(text.clone());
            shared.show_error(text);
            vec![screen.check_campaigns(shared)]
        }
    }
}

/// Switches to a workspace that was read again from disk. A buffer without unsaved edits takes the new text of its
/// file. The other buffers keep their edits.
fn use_workspace(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut workspace: Arc<Workspace>,
) -> Vec<Effect> {
    let mut deleted = keep_unsaved(screen, shared, &mut workspace);
    let shown = screen.webhook.stem.iter().filter(|_| screen.webhook.is_modified());
    let lost = shown
        .chain(screen.edited_webhooks.keys())
        .filter(|stem| shared.workspace.webhook(stem).is_some() && workspace.webhook(stem).is_none());
    deleted.extend(lost.map(|stem| format!("webhook {stem}")));
    // Nothing is left to do if the reload has found no change. This is frequent, because every save causes a reload.
    if *shared.workspace == *workspace {
        return Vec::new();
    }
    shared.workspace = workspace;
    let mut conflicts = Vec::new();
    for campaign in &shared.workspace.campaigns {
        if let Some(buffer) = screen.buffers.get_mut(&campaign.stem).filter(|buffer| !buffer.is_deleted) {
            // Only a new conflict is reported. An older conflict is already shown in the title of the body's pane.
            let had_conflict = buffer.changed_outside;
            buffer.sync_with_file(campaign);
            if buffer.changed_outside && !had_conflict {
                conflicts.push(campaign.stem.clone());
            }
        }
    }
    let workspace = Arc::clone(&shared.workspace);
    screen.buffers.retain(|stem, buffer| workspace.campaign(stem).is_some() || buffer.is_modified());
    if screen.open_campaign(shared).is_none() {
        if let Some(stem) = &screen.open {
            let text = format!("{stem} was deleted on disk");
            shared.show_error(text);
        }
        let first = shared.workspace.campaigns.first().map(|campaign| campaign.stem.clone());
        screen.open = None;
        match first {
            Some(stem) => screen.open_buffer(shared, &stem),
            None => screen.message = Query::Idle,
        }
    }
    let mut effects = screen.discard_clean_drafts();
    let before = screen.webhook.expected;
    screen.show_webhook(shared);
    if let Some(stem) = conflicts.first() {
        shared.show_error(format!("{stem} was changed on disk too; saving asks what to keep"));
    }
    if let Some(stem) = deleted.first() {
        let way = keys::way(screen, shared, Action::Save);
        shared.show_error(format!("{stem} was deleted on disk; your edits are kept: {way} restores it"));
    }
    effects.extend(screen.compose(shared));
    effects.push(screen.check_campaigns(shared));
    if screen.webhook.expected != before {
        effects.extend(screen.check_bot(shared));
    }
    effects
}

/// Keeps a campaign with unsaved edits in the workspace even if one or both of its files were deleted. Returns the
/// stems of the campaigns whose deletion was not yet known at the last call.
fn keep_unsaved(
    screen: &mut Compose,
    shared: &mut SharedState,
    workspace: &mut Arc<Workspace>,
) -> Vec<String> {
    let mut newly_deleted = Vec::new();
    for (stem, buffer) in screen.buffers.iter_mut().filter(|(_, buffer)| buffer.is_modified()) {
        let Some(known) = shared.workspace.campaign(stem) else { continue };
        let found = workspace.campaign(stem);
        let has_definition = found.is_some_and(|found| found.source.fingerprint != Fingerprint::Absent);
        let has_body = found.is_some_and(|found| found.body.fingerprint != Fingerprint::Absent);
        // A body that was never saved cannot have been deleted.
        let had_body = buffer.is_deleted || !buffer.is_new();
        let was_deleted = buffer.is_deleted;
        buffer.is_deleted = (!has_definition && known.value.is_some()) || (!has_body && had_body);
        if !buffer.is_deleted {
            continue;
        }
        if !was_deleted {
            newly_deleted.push(stem.clone());
        }
        let mut campaign = found.unwrap_or(known).clone();
        if !has_definition {
            (campaign.source, campaign.value) = (absent_file(&known.source), known.value.clone());
        }
        if !has_body {
            campaign.body = absent_file(&known.body);
        }
        Arc::make_mut(workspace).put_campaign(Arc::new(campaign));
    }
    newly_deleted
}

fn absent_file(source: &LoadedFile) -> LoadedFile {
    LoadedFile { fingerprint: Fingerprint::Absent, condition: FileCondition::Missing, ..source.clone() }
}

fn drafts_found(screen: &mut Compose, shared: &mut SharedState, drafts: Vec<CampaignDraft>) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut lost: Vec<CampaignDraft> = Vec::new();
    for draft in drafts {
        let on_disk = shared.workspace.campaign(&draft.stem).map(|campaign| campaign.body.text.as_str());
        // If the draft equals the file, the crash happened after the save but before the draft was discarded, so the
        // draft is no longer needed.
        if on_disk == Some(draft.text.as_str()) {
            effects.push(Effect::Journal(JournalEntry::DiscardDraft(draft.stem)));
        } else {
            lost.push(draft);
        }
    }
    // A read-only console leaves the drafts alone, because another console that edits this workspace may be writing
    // them now.
    if shared.read_only.is_some() {
        return Vec::new();
    }
    screen.drafts = lost;
    offer_draft(screen, shared);
    effects
}

/// Asks about the secrets that are stored for an earlier path of the workspace or by an earlier version of telecast.
/// Each secret is asked about only once in a session. Does nothing while a dialog is open.
fn offer_secrets(screen: &mut Compose) {
    if screen.old_secrets.is_empty() || screen.dialog.is_some() {
        return;
    }
    let found = std::mem::take(&mut screen.old_secrets);
    let lines: Vec<String> =
        found.iter().map(|found| format!("{} (kept for {})", found.name, found.from)).collect();
    let text = format!(
        "Secrets are now stored by a folder's real path. An earlier version, or a folder that no longer \
         exists, has: {}. Move them if they belong to this workspace. If it is a copy from somebody else, \
         leave them.",
        lines.join(", ")
    );
    let answers = vec![
        ("Move them here", Decision::OldSecrets { found: found.clone(), moves: true }),
        ("Leave them", Decision::OldSecrets { found, moves: false }),
    ];
    let mut confirm = ComposeConfirm::new("Secrets of an earlier path", text, answers);
    // "Leave them" is preselected, so that an Enter typed by reflex moves nothing. If the workspace came from a
    // stranger, moving the secrets would give the stranger's webhooks the user's tokens.
    confirm.chosen = 1;
    screen.dialog = Some(Dialog::Confirm(confirm));
}

pub(crate) fn offer_draft(screen: &mut Compose, shared: &mut SharedState) {
    let Some(draft) = screen.drafts.first().filter(|_| screen.dialog.is_none()) else {
        return offer_secrets(screen);
    };
    let stem = draft.stem.clone();
    let zone = shared.workspace.time_zone();
    let written = draft.written.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let text = format!(
        "Unsaved edits of {stem} from {written} were found. Bring them back into the editor? \
         Later asks again at the next start, unless you edit {stem} before."
    );
    let answers = vec![
        ("Bring back", Decision::RestoreDraft(stem.clone())),
        ("Throw away", Decision::DiscardDraft(stem)),
        ("Later", Decision::Stay),
    ];
    screen.dialog = Some(Dialog::Confirm(ComposeConfirm::new("Unsaved edits", text, answers)));
}

fn body_saved(
    screen: &mut Compose,
    shared: &mut SharedState,
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
            match screen.webhook.validation_error() {
                Some(text) => shared.show_error(format!("saved {path}; webhook not saved: {text}")),
                None => shared.show_notice(format!("saved {path}")),
            }
            vec![Effect::Task(Task::Reload)]
        }
        Err(SaveFailure::ChangedOnDisk) => {
            shared.is_quitting = false;
            let text = format!("{stem} was changed on disk after it was opened here.");
            let answers = vec![
                ("Overwrite with mine", Decision::Overwrite(stem.to_owned())),
                ("Take the file's text (undo restores mine)", Decision::UseDiskVersion(stem.to_owned())),
                ("Decide later", Decision::Stay),
            ];
            let mut confirm = ComposeConfirm::new("Changed on disk", text, answers);
            confirm.chosen = 2;
            screen.dialog = Some(Dialog::Confirm(confirm));
            Vec::new()
        }
        Err(SaveFailure::Refused(text)) => {
            shared.is_quitting = false;
            shared.only_error(format!("not saved: {text}"))
        }
    }
}

fn changed(
    screen: &mut Compose,
    shared: &mut SharedState,
    submission: Option<Generation>,
    result: Result<ChangeOutcome, String>,
    workspace: Result<Arc<Workspace>, String>,
) -> Vec<Effect> {
    let mut effects = Vec::new();
    // If the dialog was closed meanwhile, nothing waits for this change anymore.
    let waiting = screen.submission.as_ref().map(|waiting| waiting.generation);
    let is_submitted = submission.is_some() && submission == waiting;
    if result.is_err() {
        screen.stop_saving_webhooks();
    }
    // After a rename, the buffer and the chosen sample event move to the new stem. The undo history, the unsaved edits,
    // and the choice of the sample event are kept in this way.
    if let (Ok(ChangeOutcome { renamed: Some((old, new)), .. }), Some(buffer)) =
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
    if let Ok(ChangeOutcome { deleted: Some(stem), .. }) = &result {
        // The unsaved edits would make the reload keep the campaign. So they are dropped now that the deletion has
        // succeeded. The trash has them as a draft.
        screen.buffers.remove(stem);
        effects.push(Effect::Journal(JournalEntry::DiscardDraft(stem.clone())));
    }
    match workspace {
        Ok(workspace) => effects.extend(use_workspace(screen, shared, workspace)),
        Err(text) => shared.show_error(text),
    }
    setting_up::changed(screen, shared, result.as_ref().map(drop).map_err(String::clone));
    match result {
        Ok(done) => {
            let next =
                done.next.map(|(action, what)| format!("; {} {what}", keys::way(screen, shared, action)));
            shared.show_notice(done.message + &next.unwrap_or_default());
            screen.drafts.extend(done.draft);
            if let Some(stem) = done.open {
                effects.extend(actions::open(screen, shared, &stem));
                if done.focuses_body {
                    screen.focus = Focus::enter(Pane::Body);
                    screen.go_to_end_of_prose(shared);
                }
            }
            screen.show_webhook(shared);
            effects.extend(done.saved_webhook.and_then(|stem| webhook_saved(screen, shared, &stem)));
            effects.extend(screen.check_bot(shared));
            if is_submitted {
                effects.extend(screen.end_submission(shared, None).unwrap_or_default());
            }
            // The form of the new webhook opens, because the user most likely continues with its settings.
            let is_shown = done.new_webhook.is_some() && done.new_webhook == screen.webhook.stem;
            if is_shown && screen.dialog.is_none() {
                screen.dialog = Some(Dialog::Webhook);
            }
            offer_draft(screen, shared);
        }
        Err(text) => {
            shared.is_quitting = false;
            if !is_submitted || screen.end_submission(shared, Some(&text)).is_none() {
                shared.show_error(text);
            }
        }
    }
    effects
}

/// Ends the save of a webhook. If the user has asked to save again meanwhile, returns the effect of the next save.
fn webhook_saved(screen: &mut Compose, shared: &SharedState, stem: &str) -> Option<Effect> {
    let form = screen.webhook_form(stem)?;
    if form.finish_saving(shared.workspace.webhook(stem)) { saving::save_webhook(form) } else { None }
}

fn chat_captured(
    screen: &mut Compose,
    generation: Generation,
    result: Result<CapturedChat, String>,
) -> Vec<Effect> {
    let Some(Dialog::Test(test)) = &mut screen.dialog else { return Vec::new() };
    let TestState::Capture(request) = &mut test.state else { return Vec::new() };
    let title = result.as_ref().ok().map(|chat| chat.title.clone());
    if request.answer(generation, result) != AnswerStatus::Latest || title.is_none() {
        return Vec::new();
    }
    test.chat = title;
    test.as_is = false;
    vec![Effect::Task(Task::LoadTests)]
}

fn edited_externally(
    screen: &mut Compose,
    shared: &mut SharedState,
    stem: &str,
    result: Result<String, String>,
) -> Vec<Effect> {
    match result {
        Ok(text) => {
            let Some(buffer) = screen.buffers.get_mut(stem) else { return Vec::new() };
            // If the text did not change in the external editor, no undo step is added.
            if !buffer.editor.has_text(&text) {
                buffer.replace_all(&text);
            }
            let mut effects: Vec<Effect> = screen.compose(shared).into_iter().collect();
            effects.extend(screen.journal_soon(shared));
            effects
        }
        Err(text) => shared.only_error(text),
    }
}
