//! What the world answered. Answers to questions that were asked anew meanwhile are dropped.

use std::sync::Arc;

use crate::service::{BotStatus, Outcome, TroubleKind};
use crate::ui::screen::compose::dialog::test::TestState;
use crate::ui::screen::compose::dialog::{Confirm, Decision, Dialog};
use crate::ui::screen::compose::focus::{Focus, Pane};
use crate::ui::screen::compose::state::App;
use crate::ui::screen::compose::update::{actions, dialogs, saving, typing};
use crate::ui::screen::compose::verdicts::worst_of;
use crate::ui::screen::compose::worst::Worst;
use crate::ui::shared::action::{Action, Context};
use crate::ui::shared::effect::{Effect, Timer};
use crate::ui::shared::fault::Work;
use crate::ui::shared::msg::{Done, Msg, SaveFailure};
use crate::workspace::{Condition, Draft, Fingerprint, Source, Workspace};

/// Takes a result.
pub fn take(app: &mut App, message: Msg) -> Vec<Effect> {
    match message {
        Msg::Input(_) => Vec::new(),
        Msg::Composed { number, composed } => {
            // A result that is not the newest is still newer than what is on screen, and the newest is on its way.
            if (app.first_composition..=app.composition).contains(&number) {
                if let Some(worst) = &mut app.worst {
                    worst.follow(&composed.body);
                }
                if let Some(stem) = app.open.clone().filter(|_| number == app.composition) {
                    app.verdicts.note(&stem, worst_of(&composed));
                }
                app.composed = Some(composed);
                let body = app.buffer().map(|buffer| buffer.text()).filter(|_| number != app.composition);
                match body {
                    Some(body) => app.move_problems(&body),
                    None => app.moved = None,
                }
                app.problem = app.problem.min(app.problems().len().saturating_sub(1));
            }
            let is_latest = number == app.composition;
            if !is_latest {
                return Vec::new();
            }
            app.keep_message();
            vec![Effect::After(Timer::Survey(number))]
        }
        Msg::Surveyed { number, surveyed } => {
            if number == app.composition {
                app.worst = Some(Worst::new(surveyed));
                app.problem = app.problem.min(app.problems().len().saturating_sub(1));
            }
            Vec::new()
        }
        Msg::CampaignsChecked { number, found } => {
            app.verdicts.take(number, &found);
            Vec::new()
        }
        Msg::PeopleLoaded(result) => people_loaded(app, result),
        Msg::ProfilesFound { number, result } => {
            if number == app.question {
                actions::show_profiles(app, result);
            }
            Vec::new()
        }
        Msg::WorkspaceRead(result) => match result {
            Ok(workspace) => follow(app, workspace),
            Err(words) => {
                app.complain(words);
                Vec::new()
            }
        },
        Msg::FilesChanged => vec![Effect::Reload],
        Msg::DraftsFound(drafts) => drafts_found(app, drafts),
        Msg::DraftFailed(words) => {
            app.complain(words);
            Vec::new()
        }
        Msg::BodySaved { stem, version, result } => body_saved(app, &stem, version, result),
        Msg::Changed { result, workspace } => changed(app, result, workspace),
        Msg::PrivateAdopted(result) => match result {
            Ok(()) => {
                app.is_private_foreign = false;
                app.say("adopted .telecast: its test chats, drafts, history and people count from now on");
                vec![Effect::LoadPeople { profile: app.profile_identity() }, Effect::FindDrafts]
            }
            Err(words) => {
                app.complain(words);
                Vec::new()
            }
        },
        Msg::OldSecretsFound(found) => {
            app.old_secrets = found;
            offer_secrets(app);
            Vec::new()
        }
        Msg::SecretsMoved(result) => match result {
            Ok(words) => {
                app.say(words);
                app.check_bot().into_iter().collect()
            }
            Err(words) => {
                app.complain(words);
                Vec::new()
            }
        },
        Msg::BotChecked { number, status } => {
            if number == app.bot_question {
                if let Some(test) = app.test_mut() {
                    test.bot = status.clone();
                }
                app.bot = status;
            }
            Vec::new()
        }
        Msg::TestsLoaded { chats, history } => {
            let mut effects = Vec::new();
            if let Some(test) = app.test_mut() {
                if test.chat.is_none() {
                    test.chat = chats.preferred().map(str::to_owned);
                }
                test.chats = chats;
                test.history = history;
                test.is_loaded = true;
                if std::mem::take(&mut test.sends_when_loaded) {
                    return dialogs::press(
                        app,
                        crate::ui::widget::key::Key::plain(crate::ui::widget::key::KeyCode::Enter),
                    );
                }
                effects.extend(actions::prepare_test(app));
            }
            effects
        }
        Msg::TestPrepared { number, composed } => {
            if number == app.question
                && let Some(Dialog::Test(test)) = &mut app.dialog
            {
                test.request = Some(composed);
            }
            Vec::new()
        }
        Msg::Compared { number, column, composed } => {
            if number == app.question
                && let Some(Dialog::Compare(compare)) = &mut app.dialog
                && let Some(column) = compare.columns.get_mut(column)
            {
                column.composed = Some(composed);
            }
            Vec::new()
        }
        Msg::TestSent { number, answer } => {
            if number == app.question
                && let Some(Dialog::Test(test)) = &mut app.dialog
            {
                test.state = TestState::Answered(answer);
                return vec![Effect::LoadTests];
            }
            let to = answer.chat.as_deref().map_or_else(String::new, |chat| format!(" to {chat}"));
            let what = &answer.description;
            match answer.outcome {
                Outcome::Sent => app.say(format!("the test{to} was sent")),
                Outcome::Refused => app.complain(format!("the test{to} was refused: {what}")),
                Outcome::Withheld | Outcome::Unreachable => {
                    app.complain(format!("the test{to} was not sent: {what}"));
                }
                Outcome::Unknown => {
                    app.complain(format!("the test{to} may have arrived, look into the chat: {what}"));
                }
            }
            Vec::new()
        }
        Msg::TestNotSent { number, words } => {
            if number == app.question
                && let Some(Dialog::Test(test)) = &mut app.dialog
            {
                test.state = TestState::Trouble(words);
            } else {
                app.complain(format!("the test was not sent: {words}"));
            }
            Vec::new()
        }
        Msg::ChatCaptured { number, result } => chat_captured(app, number, result),
        Msg::EditedExternally { stem, result } => edited_externally(app, &stem, result),
        Msg::Copied(Ok(())) => Vec::new(),
        Msg::Copied(Err(words)) => {
            app.complain(format!("not copied: {words}"));
            Vec::new()
        }
        Msg::CodeGrammarsLoaded(grammars) => {
            app.code.take(Arc::clone(&grammars));
            Vec::new()
        }
        Msg::GrammarLoaded(grammar) => {
            app.take_grammar(Arc::clone(&grammar));
            Vec::new()
        }
        Msg::Due(Timer::Draft(stem)) => app.journal_now(&stem).into_iter().collect(),
        Msg::Due(Timer::Compose(number)) if number == app.composition && !app.is_choosing() => {
            vec![app.compose()]
        }
        Msg::Due(Timer::Survey(number)) if number == app.composition => app.survey().into_iter().collect(),
        Msg::Due(Timer::Compose(_) | Timer::Survey(_) | Timer::Highlight) => Vec::new(),
        Msg::Due(Timer::Pick(version)) => {
            typing::pick(app, version);
            Vec::new()
        }
        Msg::Due(Timer::Rest(version)) => {
            app.rest(version);
            Vec::new()
        }
        Msg::Fault { work, fault } => {
            let (what, outcome) = (work.words(), work.outcome());
            let words = format!("telecast had a fault in {what}; {outcome}; please report it: {fault}");
            faulted(app, work, &words);
            app.complain(words);
            Vec::new()
        }
    }
}

/// Whatever waits for an answer that a fault has swallowed waits no more.
fn faulted(app: &mut App, work: Work, words: &str) {
    match work {
        Work::CheckBot => {
            let status = BotStatus::Trouble { kind: TroubleKind::NoAnswer, words: words.to_owned() };
            if app.bot == BotStatus::Asking {
                app.bot = status.clone();
            }
            if let Some(test) = app.test_mut().filter(|test| test.bot == BotStatus::Asking) {
                test.bot = status;
            }
        }
        Work::Save | Work::Change => {
            app.is_quitting = false;
            app.webhook.stop_saving();
        }
        // The next edit, or the way out, writes it again.
        Work::Draft => app.forget_drafts(),
        Work::Tests => {
            if let Some(test) = app.test_mut() {
                test.is_loaded = true;
                test.sends_when_loaded = false;
                test.state = TestState::Trouble(words.to_owned());
            }
        }
        Work::SendTest | Work::Capture => {
            if let Some(test) = app.test_mut().filter(|test| test.state.is_waiting()) {
                test.state = TestState::Trouble(words.to_owned());
            }
        }
        Work::People => {
            if app.people.vocabulary.is_none() {
                app.people.trouble = Some(words.to_owned());
            }
        }
        Work::Compose
        | Work::Survey
        | Work::CheckCampaigns
        | Work::Reload
        | Work::Compare
        | Work::Colours
        | Work::Copy
        | Work::Editor
        | Work::Timer
        | Work::Background => {}
    }
}

fn people_loaded(app: &mut App, result: Result<crate::ui::shared::msg::PeopleFound, String>) -> Vec<Effect> {
    match result {
        Ok(found) => {
            app.people.vocabulary = Some(found.vocabulary);
            app.people.trouble = None;
            app.people.profile = found.profile;
            vec![app.compose(), app.check_campaigns()]
        }
        Err(words) => {
            app.people.trouble = Some(words.clone());
            app.complain(words);
            vec![app.check_campaigns()]
        }
    }
}

/// Takes the workspace as it was read anew: buffers without edits follow their files, others are told apart.
fn follow(app: &mut App, mut workspace: Arc<Workspace>) -> Vec<Effect> {
    let mut deleted = keep_unsaved(app, &mut workspace);
    let webhook = app.webhook.stem.as_deref().filter(|_| app.webhook.is_modified());
    let lost =
        webhook.filter(|stem| app.workspace.webhook(stem).is_some() && workspace.webhook(stem).is_none());
    deleted.extend(lost.map(|stem| format!("webhook {stem}")));
    if *app.workspace == *workspace {
        return Vec::new();
    }
    app.workspace = workspace;
    let mut conflicts = Vec::new();
    for campaign in &app.workspace.campaigns {
        if let Some(buffer) = app.buffers.get_mut(&campaign.stem).filter(|buffer| !buffer.is_deleted) {
            let was = buffer.changed_outside;
            buffer.follow(campaign);
            if buffer.changed_outside && !was {
                conflicts.push(campaign.stem.clone());
            }
        }
    }
    let workspace = Arc::clone(&app.workspace);
    app.buffers.retain(|stem, buffer| workspace.campaign(stem).is_some() || buffer.is_modified());
    if app.open_campaign().is_none() {
        if let Some(stem) = &app.open {
            let words = format!("{stem} was deleted on disk");
            app.complain(words);
        }
        let first = app.workspace.campaigns.first().map(|campaign| campaign.stem.clone());
        app.open = None;
        match first {
            Some(stem) => app.open_buffer(&stem),
            None => app.composed = None,
        }
    }
    let mut effects = app.journal_followed();
    let before = app.webhook.expected;
    app.webhook.show(&workspace, workspace.campaign(app.open.as_deref().unwrap_or("")));
    if let Some(stem) = conflicts.first() {
        app.complain(format!("{stem} was changed on disk too; saving will ask"));
    }
    if let Some(stem) = deleted.first() {
        let key = app.keymap.shown_key(&[Context::Anywhere], Action::Save);
        let saving = key.map_or_else(|| "saving".to_owned(), |key| key.to_string());
        app.complain(format!(
            "{stem} was deleted on disk; your edits are still here: {saving} makes it again"
        ));
    }
    effects.extend([app.compose(), app.check_campaigns()]);
    if app.webhook.expected != before {
        effects.extend(app.check_bot());
    }
    effects
}

/// Keeps a campaign with unsaved edits in the workspace as it was, where its files were deleted; returns those of which
/// this is news.
fn keep_unsaved(app: &mut App, workspace: &mut Arc<Workspace>) -> Vec<String> {
    let mut news = Vec::new();
    for (stem, buffer) in app.buffers.iter_mut().filter(|(_, buffer)| buffer.is_modified()) {
        let Some(known) = app.workspace.campaign(stem) else { continue };
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
        let mut kept = found.cloned().unwrap_or_else(|| known.clone());
        if !has_definition {
            (kept.source, kept.value) = (absent(&known.source), known.value.clone());
        }
        if !has_body {
            kept.body = absent(&known.body);
        }
        let campaigns = &mut Arc::make_mut(workspace).campaigns;
        match campaigns.binary_search_by(|campaign| campaign.stem.cmp(stem)) {
            Ok(at) => campaigns[at] = kept,
            Err(at) => campaigns.insert(at, kept),
        }
    }
    news
}

/// A file as it was, which is not there any more.
fn absent(source: &Source) -> Source {
    Source { fingerprint: Fingerprint::Absent, condition: Condition::Missing, ..source.clone() }
}

fn drafts_found(app: &mut App, drafts: Vec<Draft>) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut lost: Vec<Draft> = Vec::new();
    for draft in drafts {
        let on_disk = app.workspace.campaign(&draft.stem).map(|campaign| campaign.body.text.as_str());
        if on_disk == Some(draft.text.as_str()) {
            effects.push(Effect::DiscardDraft(draft.stem));
        } else {
            lost.push(draft);
        }
    }
    if app.read_only.is_some() {
        return Vec::new();
    }
    app.drafts = lost;
    offer_draft(app);
    effects
}

/// Asks once, by name, about secrets that are kept for an earlier place or version of the workspace.
fn offer_secrets(app: &mut App) {
    if app.old_secrets.is_empty() || app.dialog.is_some() {
        return;
    }
    let found = std::mem::take(&mut app.old_secrets);
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
    app.dialog = Some(Dialog::Confirm(confirm));
}

/// Asks about the next draft that a crash left.
pub fn offer_draft(app: &mut App) {
    let Some(draft) = app.drafts.first().filter(|_| app.dialog.is_none()) else { return offer_secrets(app) };
    let stem = draft.stem.clone();
    let zone = app.workspace.time_zone();
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
    app.dialog = Some(Dialog::Confirm(Confirm::new("Unsaved edits", text, answers)));
}

fn body_saved(
    app: &mut App,
    stem: &str,
    version: u64,
    result: Result<crate::workspace::Fingerprint, SaveFailure>,
) -> Vec<Effect> {
    match result {
        Ok(fingerprint) => {
            let path = app
                .workspace
                .campaign(stem)
                .map_or_else(|| stem.to_owned(), |campaign| campaign.body.path.clone());
            if let Some(buffer) = app.buffers.get_mut(stem) {
                buffer.mark_saved(version, fingerprint);
            }
            match app.webhook.refusal() {
                Some(words) => app.complain(format!("saved {path}; webhook not saved: {words}")),
                None => app.say(format!("saved {path}")),
            }
            let mut effects = vec![Effect::Reload];
            effects.extend(saving::quit_if_saved(app));
            effects
        }
        Err(SaveFailure::ChangedOnDisk) => {
            app.is_quitting = false;
            let text = format!("{stem} was changed on disk since it was read here.");
            let answers = vec![
                ("Overwrite with mine", Decision::Overwrite(stem.to_owned())),
                ("Take the file's (mine stay in undo)", Decision::TakeFile(stem.to_owned())),
                ("Leave both", Decision::Stay),
            ];
            let mut confirm = Confirm::new("Changed on disk", text, answers);
            confirm.chosen = 2;
            app.dialog = Some(Dialog::Confirm(confirm));
            Vec::new()
        }
        Err(SaveFailure::Refused(words)) => {
            app.is_quitting = false;
            app.complain(format!("not saved: {words}"));
            Vec::new()
        }
    }
}

fn changed(
    app: &mut App,
    result: Result<Done, String>,
    workspace: Result<Arc<Workspace>, String>,
) -> Vec<Effect> {
    let mut effects = Vec::new();
    if result.is_err() {
        app.webhook.stop_saving();
    }
    if let (Ok(Done { renamed: Some((old, new)), .. }), Some(buffer)) =
        (&result, result.as_ref().ok().and_then(|done| app.buffers.remove(&done.renamed.as_ref()?.0)))
    {
        app.buffers.insert(new.clone(), buffer);
        if let Some(sample) = app.samples.remove(old) {
            app.samples.insert(new.clone(), sample);
        }
        if app.open.as_ref() == Some(old) {
            app.open = Some(new.clone());
        }
    }
    match workspace {
        Ok(workspace) => effects.extend(follow(app, workspace)),
        Err(words) => app.complain(words),
    }
    match result {
        Ok(done) => {
            app.say(done.words);
            if let Some(stem) = done.open {
                effects.extend(actions::open(app, &stem));
                if done.enters {
                    app.focus = Focus::enter(Pane::Body);
                }
            }
            app.webhook.show(&app.workspace, app.workspace.campaign(app.open.as_deref().unwrap_or("")));
            effects.extend(app.check_bot());
            effects.extend(saving::quit_if_saved(app));
        }
        Err(words) => {
            app.is_quitting = false;
            app.complain(words);
        }
    }
    effects
}

fn chat_captured(
    app: &mut App,
    number: u64,
    result: Result<crate::capture::CapturedChat, String>,
) -> Vec<Effect> {
    if number != app.question {
        return Vec::new();
    }
    let Some(Dialog::Test(test)) = &mut app.dialog else { return Vec::new() };
    match result {
        Ok(chat) => {
            test.state = TestState::Captured(format!("caught {} · {}", chat.title, chat.id));
            test.chat = Some(chat.title);
            test.as_is = false;
            vec![Effect::LoadTests]
        }
        Err(words) => {
            test.state = TestState::Trouble(words);
            Vec::new()
        }
    }
}

fn edited_externally(app: &mut App, stem: &str, result: Result<String, String>) -> Vec<Effect> {
    match result {
        Ok(text) => {
            let Some(buffer) = app.buffers.get_mut(stem) else { return Vec::new() };
            if !buffer.editor.is(&text) {
                buffer.replace_all(&text);
            }
            let mut effects = vec![app.compose()];
            effects.extend(app.journal_soon());
            effects
        }
        Err(words) => {
            app.complain(words);
            Vec::new()
        }
    }
}
