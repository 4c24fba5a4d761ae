//! What each action of the table does.

use std::sync::Arc;

use crate::editor::Command;
use crate::profile::{Profile, Value};
use crate::service::{self, BotStatus};
use crate::settings::Whitespace;
use crate::ui::screen::compose::{
    Compare, Compose, Confirm, Decision, Dialog, Focus, Kept, ListKind, Listing, Pane, Prompt, Purpose,
    Search, Settings, TestDialog, TestState, hover,
    update::{definitions, mending, rewrite, saving, typing, vim, whose},
};
use crate::ui::shared::{
    Action, Ask, Change, Effect, ExternalEdit, Generation, LoopEffect, Request, Shared, Taken, Task,
};
use crate::ui::widget::{Matching, Picker, Row};
use crate::workspace::TestChats;

pub fn act(screen: &mut Compose, shared: &mut Shared, action: Action) -> Vec<Effect> {
    match action {
        Action::Help | Action::Palette | Action::Quit | Action::Suspend => {
            shared.ask(Ask::Act(action));
            Vec::new()
        }
        Action::Save => saving::save(screen, shared),
        Action::CampaignForm => campaign_form(screen, shared),
        Action::PreviewAndTest => preview_and_test(screen, shared),
        Action::CompareModes => compare_modes(screen, shared),
        Action::SwitchProfile => switch_profile(screen),
        Action::NextWorst => whose::next_worst(screen, shared),
        Action::SampleEvent => whose::choose_sample(screen, shared),
        Action::NextProblem => mending::walk_problems(screen, shared, 1),
        Action::PreviousProblem => mending::walk_problems(screen, shared, -1),
        Action::Fix => mending::fix(screen, shared),
        Action::FixAll => mending::fix_all(screen, shared),
        Action::FocusCampaigns => focus(screen, Pane::Campaigns),
        Action::FocusWebhook => focus(screen, Pane::Webhook),
        Action::FocusBody => focus(screen, Pane::Body),
        Action::FocusPreview => focus(screen, Pane::Preview),
        Action::FocusProblems => focus(screen, Pane::Problems),
        Action::NextPane => reach(screen, screen.focus.pane.next()),
        Action::PreviousPane => reach(screen, screen.focus.pane.previous()),
        Action::NextTab => step_tab(screen, 1),
        Action::PreviousTab => step_tab(screen, -1),
        Action::New => definitions::new(screen, shared),
        Action::Duplicate => definitions::duplicate(screen, shared),
        Action::Rename => definitions::rename(screen, shared),
        Action::Delete => definitions::delete(screen, shared),
        Action::UndoDelete => {
            editing(screen, shared, |_, _| vec![Effect::Task(Task::Change(Change::UndoDelete))])
        }
        Action::OpenEditor => open_editor(screen, shared),
        Action::CheckWebhook => screen.check_or_ask(shared),
        Action::AdoptPrivate => ask_to_adopt(screen, shared),
        Action::Reload => {
            vec![Effect::Task(Task::Reload), Effect::Task(Task::LoadPeople(shared.profile_identity()))]
        }
        Action::CopyCurl => copy_curl(screen, shared),
        Action::CopyBody => copy_body(screen, shared),
        Action::RevealSpoilers => {
            screen.preview.options.reveal_spoilers ^= true;
            Vec::new()
        }
        Action::ExpandQuotes => {
            screen.preview.options.expand_quotes ^= true;
            Vec::new()
        }
        Action::Find => find(screen),
        Action::ExportClevertap => rewrite::export_clevertap(screen, shared),
        Action::FormatJson => editing(screen, shared, rewrite::format_json),
        Action::Hover => hover_at_cursor(screen, shared),
        Action::GoToLine => prompt(screen, Purpose::GoToLine, ""),
        Action::WrapLines => {
            shared.settings.wrap ^= true;
            shared.just_say(if shared.settings.wrap {
                "long lines are wrapped"
            } else {
                "long lines go on to the right"
            })
        }
        Action::MarkWhitespace => mark_whitespace(shared),
        Action::ToggleVim => vim::toggle(screen, shared),
        Action::Undo => undo(screen, shared, Command::Undo, "nothing to undo in the body"),
        Action::Redo => undo(screen, shared, Command::Redo, "nothing to redo in the body"),
    }
}

/// Undoes or redoes an edit of the body from wherever one is; `nothing` is said where there is none.
fn undo(screen: &mut Compose, shared: &mut Shared, command: Command, nothing: &str) -> Vec<Effect> {
    let version = |screen: &Compose| screen.buffer().map(|buffer| buffer.editor.version());
    let before = version(screen);
    screen.completion = None;
    let effects = typing::apply(screen, shared, command);
    vim::adopt(screen);
    if version(screen) == before && shared.notice.is_none() {
        shared.say(nothing);
    }
    effects
}

pub fn refuse_to_edit(shared: &mut Shared) -> Vec<Effect> {
    let words = match &shared.read_only {
        Some(holder) => format!("view only: {holder}"),
        None => "this file cannot be read, so it is not edited here".to_owned(),
    };
    shared.just_complain(words)
}

/// Does what changes files, unless somebody else has the workspace open.
pub fn editing(
    screen: &mut Compose,
    shared: &mut Shared,
    change: impl FnOnce(&mut Compose, &mut Shared) -> Vec<Effect>,
) -> Vec<Effect> {
    if shared.read_only.is_some() { refuse_to_edit(shared) } else { change(screen, shared) }
}

pub fn open(screen: &mut Compose, shared: &mut Shared, stem: &str) -> Vec<Effect> {
    screen.open_buffer(shared, stem);
    let mut effects: Vec<Effect> = screen.compose(shared).into_iter().collect();
    effects.extend(screen.check_bot(shared));
    effects
}

pub fn focus(screen: &mut Compose, pane: Pane) -> Vec<Effect> {
    screen.completion = None;
    screen.focus = Focus::enter(pane);
    Vec::new()
}

fn reach(screen: &mut Compose, pane: Pane) -> Vec<Effect> {
    screen.focus = Focus::reach(pane);
    Vec::new()
}

fn step_tab(screen: &mut Compose, by: isize) -> Vec<Effect> {
    screen.preview.tab = screen.preview.tab.step(by);
    screen.preview.scroll = 0;
    Vec::new()
}

pub fn list(screen: &mut Compose, kind: ListKind, rows: Vec<Row>) -> Vec<Effect> {
    let matching = if kind == ListKind::Profiles { Matching::Elsewhere } else { Matching::Here };
    screen.dialog = Some(Dialog::Listing(Listing { kind, picker: Picker::new(rows, matching) }));
    Vec::new()
}

pub fn prompt(screen: &mut Compose, purpose: Purpose, proposed: &str) -> Vec<Effect> {
    screen.dialog = Some(Dialog::Prompt(Prompt::new(purpose, proposed)));
    Vec::new()
}

fn hover_at_cursor(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    let cursor = screen.buffer().map(|buffer| buffer.editor.cursor());
    if !cursor.is_some_and(|cursor| hover::open(screen, shared, cursor)) {
        shared.say("nothing to say of this place: it is plain text");
    }
    Vec::new()
}

/// The keys of a text field that are no actions, for the help.
pub const TYPING: &[(&str, &str)] = &[
    ("<<  {{  @  {", "Pick a variable"),
    ("|  {%  \"  <", "Offer filters, tags, keys and values, markup"),
    ("^Space", "Offer what fits at the cursor"),
    ("Tab", "Accept what is offered, else indent"),
    ("^Z  ^Y", "Undo, redo"),
    ("^X  ^C", "Cut, copy"),
    ("Shift-arrows  ^A", "Select, select all"),
    ("^Left  ^Right", "By words"),
    ("^D", "Duplicate the line"),
    ("Alt-Up  Alt-Down", "Move the line"),
    ("^/", "Comment or uncomment"),
    ("^]", "Go to the matching bracket, or to the next tag of a block"),
    ("Esc", "Leave the text; Tab walks the panes"),
];

fn campaign_form(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    match screen.open_campaign(shared) {
        Some(campaign) if campaign.value.is_some() => {
            screen.dialog = Some(Dialog::Settings(Box::new(Settings::of(&shared.workspace, campaign))));
        }
        Some(campaign) => {
            let words = format!("{} cannot be read: mend it in an editor first", campaign.source.path);
            shared.complain(words);
        }
        None => shared.say("no campaign is open: n makes one"),
    }
    Vec::new()
}

fn preview_and_test(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    if screen.open.is_none() {
        return shared.just_say("no campaign is open: n makes one");
    }
    screen.completion = None;
    screen.dialog = Some(Dialog::Test(Box::new(TestDialog {
        profile: profile_in_words(shared.people.profile.as_deref()),
        chats: TestChats::default(),
        chat: None,
        as_is: false,
        request: Request::Idle,
        rows: Kept::default(),
        history: Vec::new(),
        state: TestState::Send(Request::Idle),
        is_loaded: false,
        sends_when_loaded: false,
        scroll: 0,
    })));
    let mut effects = vec![Effect::Task(Task::LoadTests)];
    if matches!(screen.bot.value(), None | Some(BotStatus::Trouble { .. })) {
        effects.extend(screen.check_bot(shared));
    }
    effects
}

pub fn prepare_test(screen: &mut Compose, shared: &mut Shared) -> Option<Effect> {
    let job = Box::new(test_job(screen, shared)?);
    let generation = screen.generations.fresh();
    screen.test_mut()?.request.ask(generation);
    Some(Effect::Task(Task::PrepareTest(generation, job)))
}

pub fn test_job(screen: &mut Compose, shared: &mut Shared) -> Option<service::Job> {
    let job = screen.job(shared)?;
    let Some(Dialog::Test(test)) = &mut screen.dialog else { return None };
    test.profile = profile_in_words(job.profile.as_deref());
    Some(service::Job { test_chat: test.target(), ..job })
}

/// Names a profile, with its identity where its name is another word.
pub fn profile_in_words(profile: Option<&Profile>) -> String {
    match profile {
        None => "nobody in particular (no profiles yet)".to_owned(),
        Some(profile) if profile.display_name() == profile.identity => profile.identity.clone(),
        Some(profile) => format!("{} ({})", profile.display_name(), profile.identity),
    }
}

fn compare_modes(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    let Some(job) = screen.job(shared) else {
        return shared.just_say("no campaign is open: n makes one");
    };
    if let Some(words) = screen.hints_off() {
        return shared.just_complain(format!("{words}: it is too large to convert"));
    }
    screen.completion = None;
    let generation = screen.generations.fresh();
    screen.dialog = Some(Dialog::Compare(Box::new(Compare::asked(generation))));
    vec![Effect::Task(Task::CompareModes(generation, Box::new(job)))]
}

fn switch_profile(screen: &mut Compose) -> Vec<Effect> {
    screen.completion = None;
    list(screen, ListKind::Profiles, Vec::new());
    search_profiles(screen, "")
}

pub fn search_profiles(screen: &mut Compose, search: &str) -> Vec<Effect> {
    let generation = screen.profiles.ask(screen.generations.fresh());
    vec![Effect::Task(Task::FindProfiles(generation, search.to_owned()))]
}

/// Shows the profiles that were found: test profiles first.
pub fn show_profiles(
    screen: &mut Compose,
    shared: &mut Shared,
    generation: Generation,
    mut result: Result<Vec<Arc<Profile>>, String>,
) {
    if let Ok(profiles) = &mut result {
        profiles.sort_by_key(|profile| !profile.is_test_profile());
    }
    let is_latest = screen.profiles.answer(generation, result) == Taken::Latest;
    let Some(Dialog::Listing(listing)) = &mut screen.dialog else { return };
    if !is_latest || listing.kind != ListKind::Profiles {
        return;
    }
    match &screen.profiles {
        Request::Ready { answer: profiles, .. } => {
            let now = shared.people.profile.as_ref().map(|profile| profile.identity.clone());
            listing.picker.set_rows(profiles.iter().map(|profile| profile_row(profile)).collect());
            if let Some(now) = now {
                listing.picker.choose(&now);
            }
        }
        Request::Failed { words, .. } => shared.complain(words.clone()),
        Request::Idle | Request::Pending { .. } => {}
    }
}

fn profile_row(profile: &Profile) -> Row {
    let chat = match profile.chat_id() {
        Some(Value::Integer(id)) => id.to_string(),
        Some(Value::Text(text)) => text.clone(),
        Some(_) => "chat id of another type".into(),
        None => "no chat id".into(),
    };
    let is_test = if profile.is_test_profile() { "test · " } else { "" };
    let blocked = match profile.reachability {
        crate::profile::Reachability::Blocked => " · blocked",
        crate::profile::Reachability::Gone => " · gone",
        crate::profile::Reachability::Unknown | crate::profile::Reachability::Reachable => "",
    };
    Row {
        id: profile.identity.clone(),
        title: profile.display_name().to_owned(),
        detail: profile.identity.clone(),
        right: format!("{is_test}{chat}{blocked}"),
        is_heading: false,
    }
}

fn open_editor(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    editing(screen, shared, |screen, shared| {
        let Some((campaign, buffer)) = screen.open_campaign(shared).zip(screen.buffer()) else {
            return Vec::new();
        };
        let ending =
            campaign.body.path.rsplit('/').next().and_then(|file| file.strip_prefix(campaign.stem.as_str()));
        vec![Effect::Loop(LoopEffect::OpenEditor(ExternalEdit {
            stem: campaign.stem.clone(),
            text: buffer.editor.text(),
            ending: ending.unwrap_or(".json.liquid").to_owned(),
            position: buffer.editor.position(buffer.editor.cursor()),
        }))]
    })
}

fn copy_curl(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    match screen.composed().and_then(|composed| composed.http.as_ref()) {
        Some(http) => {
            let text = service::curl(http, None);
            let effect = shared.copy(text);
            shared.say("copied as curl, secrets by name");
            vec![effect]
        }
        None => shared.just_say("no request to copy yet"),
    }
}

fn copy_body(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    match screen.composed().and_then(|composed| composed.rendered.clone()) {
        Some(text) => {
            let effect = shared.copy(text);
            shared.say("copied the rendered body");
            vec![effect]
        }
        None => shared.just_say("nothing rendered yet"),
    }
}

fn mark_whitespace(shared: &mut Shared) -> Vec<Effect> {
    let (next, words) = match shared.settings.whitespace {
        Whitespace::Trailing => (Whitespace::All, "all blanks are marked"),
        Whitespace::All => (Whitespace::None, "no blanks are marked"),
        Whitespace::None => (Whitespace::Trailing, "blanks at the end of lines and tabs are marked"),
    };
    shared.settings.whitespace = next;
    shared.just_say(words)
}

fn find(screen: &mut Compose) -> Vec<Effect> {
    let Some(buffer) = screen.buffer() else { return Vec::new() };
    let selected = buffer.editor.selected().into_owned();
    let seed = if selected.contains('\n') { String::new() } else { selected };
    screen.search = Some(Search::new(&seed));
    screen.completion = None;
    screen.focus = Focus::enter(Pane::Body);
    Vec::new()
}

fn ask_to_adopt(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    if !screen.is_private_foreign {
        return shared.just_say("this workspace's .telecast is its own: there is nothing to adopt");
    }
    let text = "This workspace's .telecast was not made here: it came with a copy, was moved, or something else changed its \
                test chats. Adopted, its test chats say where your tests go, its drafts are offered, and its people can be \
                changed.";
    let answers = vec![("Adopt it", Decision::AdoptPrivate), ("Leave it alone", Decision::Stay)];
    let mut confirm = Confirm::new("Adopt .telecast?", text.to_owned(), answers);
    confirm.chosen = 1;
    screen.dialog = Some(Dialog::Confirm(confirm));
    Vec::new()
}
