//! Performs the actions of the Compose screen. Larger groups of actions have their own modules.

use std::sync::Arc;

use crate::editor::Command;
use crate::profile::{Profile, Value};
use crate::service::{self, BotStatus};
use crate::settings::Whitespace;
use crate::telegram::TextFormat;
use crate::ui::screen::compose::dialog::test::SANDBOX_CHAT;
use crate::ui::screen::compose::{
    CompareDialog, Compose, ComposeConfirm, ComposeList, Decision, Dialog, Focus, ListKind, Memo, Pane,
    Prompt, PromptPurpose, SearchBar, SettingsDialog, TestDialog, TestState, hover,
    update::{
        definitions, dialogs, dialogs::setting_up, formatting, lists, quick_fix, recipient, rewrite, saving,
        typing, vim,
    },
};
use crate::ui::shared::{
    Action, AnswerStatus, AppCommand, Effect, ExternalEdit, Generation, LoopEffect, Query, SharedState, Task,
    WorkspaceChange,
};
use crate::ui::widget::{Matching, Picker, PickerRow};
use crate::workspace::{TestChats, Workspace};

pub(crate) const NO_CAMPAIGN: &str = "no campaign is open; press n to create one";

pub(crate) fn act(screen: &mut Compose, shared: &mut SharedState, action: Action) -> Vec<Effect> {
    match action {
        Action::Help | Action::Palette | Action::ChooseTheme | Action::Quit | Action::Suspend => {
            shared.send_command(AppCommand::Act(action));
            Vec::new()
        }
        Action::Save => saving::save(screen, shared),
        Action::CampaignForm => campaign_form(screen, shared),
        Action::PreviewAndTest => preview_and_test(screen, shared),
        Action::CompareModes => compare_modes(screen, shared),
        Action::SwitchProfile => switch_profile(screen),
        Action::NextWorst => recipient::next_failing_recipient(screen, shared),
        Action::SampleEvent => recipient::choose_sample(screen, shared),
        Action::NextProblem => quick_fix::walk_problems(screen, shared, 1),
        Action::PreviousProblem => quick_fix::walk_problems(screen, shared, -1),
        Action::Fix => quick_fix::fix(screen, shared),
        Action::FixAll => quick_fix::fix_all(screen, shared),
        Action::FocusCampaigns => focus(screen, Pane::Campaigns),
        Action::FocusWebhook => focus(screen, Pane::Webhook),
        Action::FocusBody => focus(screen, Pane::Body),
        Action::FocusPreview => focus(screen, Pane::Preview),
        Action::FocusProblems => focus(screen, Pane::Problems),
        Action::NextPane => select_pane(screen, screen.focus.pane.next()),
        Action::PreviousPane => select_pane(screen, screen.focus.pane.previous()),
        Action::NextTab => step_tab(screen, 1),
        Action::PreviousTab => step_tab(screen, -1),
        Action::New => definitions::new(screen, shared),
        Action::Duplicate => definitions::duplicate(screen, shared),
        Action::Rename => definitions::rename(screen, shared),
        Action::Delete => definitions::delete(screen, shared),
        Action::UndoDelete => {
            if_editable(screen, shared, |_, _| vec![Effect::Task(Task::Change(WorkspaceChange::UndoDelete))])
        }
        Action::Trash => definitions::list_trash(screen, shared),
        Action::OpenEditor => open_editor(screen, shared),
        Action::CheckWebhook => screen.check_bot_or_ask_for_trust(shared),
        Action::EditWebhook => dialogs::webhook::open(screen, shared),
        Action::NewProfile => dialogs::profiles::open_new(screen, shared),
        Action::EditProfile => dialogs::profiles::open_current(screen, shared),
        Action::DeleteProfile => dialogs::profiles::ask_to_delete_current(screen, shared),
        Action::AdoptPrivate => ask_to_adopt(screen, shared),
        Action::SetUp => {
            if_editable(screen, shared, |screen, shared| setting_up::open(screen, shared, false))
        }
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
        Action::Filter => lists::open_filter(screen),
        Action::Zoom => {
            screen.is_zoomed ^= true;
            Vec::new()
        }
        Action::ExportClevertap => rewrite::export_clevertap(screen, shared),
        Action::FormatJson => if_editable(screen, shared, rewrite::format_json),
        Action::Hover => hover_at_cursor(screen, shared),
        Action::GoToLine => open_prompt(screen, PromptPurpose::GoToLine, ""),
        Action::WrapLines => {
            shared.settings.wrap ^= true;
            shared.only_notice(if shared.settings.wrap { "line wrapping on" } else { "line wrapping off" })
        }
        Action::MarkWhitespace => mark_whitespace(shared),
        Action::ToggleVim => vim::toggle(screen, shared),
        Action::Format => formatting::open_row(screen, shared),
        Action::FormatBold => formatting::toggle(screen, shared, TextFormat::Bold),
        Action::FormatItalic => formatting::toggle(screen, shared, TextFormat::Italic),
        Action::FormatUnderline => formatting::toggle(screen, shared, TextFormat::Underline),
        Action::FormatStrikethrough => formatting::toggle(screen, shared, TextFormat::Strikethrough),
        Action::FormatSpoiler => formatting::toggle(screen, shared, TextFormat::Spoiler),
        Action::FormatCode => formatting::toggle(screen, shared, TextFormat::Code),
        Action::FormatQuote => formatting::toggle(screen, shared, TextFormat::Quote),
        Action::FormatLink => formatting::toggle(screen, shared, TextFormat::Link),
        Action::PasteAsIs => typing::paste_as_is(screen, shared),
        Action::Undo => undo(screen, shared, Command::Undo, "nothing to undo in the body"),
        Action::Redo => undo(screen, shared, Command::Redo, "nothing to redo in the body"),
        Action::Complete => {
            vim::insert_here(screen);
            typing::open_picker(screen, shared)
        }
        Action::Paste => typing::paste_register(screen, shared),
        Action::Edit(edit) => typing::edit(screen, shared, edit),
    }
}

/// Undoes or redoes an edit of the body, even if another pane has the focus. If there is nothing to undo or redo, shows
/// `nothing` as a notice.
fn undo(screen: &mut Compose, shared: &mut SharedState, command: Command, nothing: &str) -> Vec<Effect> {
    let version = |screen: &Compose| screen.buffer().map(|buffer| buffer.editor.version());
    let before = version(screen);
    screen.completion = None;
    let effects = typing::apply(screen, shared, command);
    vim::adopt(screen);
    // If a notice is already shown, it explains why nothing was undone, for example because the console is read-only.
    // That notice is kept.
    if version(screen) == before && shared.notice.is_none() {
        shared.show_notice(nothing);
    }
    effects
}

pub(crate) fn refuse_to_edit(shared: &mut SharedState) -> Vec<Effect> {
    let message = match &shared.read_only {
        Some(reason) => format!("View only: {reason}"),
        None => "this file cannot be read, so it cannot be edited here".to_owned(),
    };
    shared.only_error(message)
}

/// Runs `change`. If the console is read-only, shows an error instead.
pub(crate) fn if_editable(
    screen: &mut Compose,
    shared: &mut SharedState,
    change: impl FnOnce(&mut Compose, &mut SharedState) -> Vec<Effect>,
) -> Vec<Effect> {
    if shared.read_only.is_some() { refuse_to_edit(shared) } else { change(screen, shared) }
}

pub(crate) fn open(screen: &mut Compose, shared: &mut SharedState, stem: &str) -> Vec<Effect> {
    screen.open_buffer(shared, stem);
    let mut effects: Vec<Effect> = screen.compose(shared).into_iter().collect();
    effects.extend(screen.check_bot(shared));
    effects
}

pub(crate) fn focus(screen: &mut Compose, pane: Pane) -> Vec<Effect> {
    screen.completion = None;
    screen.focus = Focus::enter(pane);
    Vec::new()
}

fn select_pane(screen: &mut Compose, pane: Pane) -> Vec<Effect> {
    screen.focus = Focus::select(pane);
    Vec::new()
}

fn step_tab(screen: &mut Compose, by: isize) -> Vec<Effect> {
    screen.preview.tab = screen.preview.tab.step(by);
    screen.preview.scroll = 0;
    Vec::new()
}

pub(crate) fn open_list(screen: &mut Compose, kind: ListKind, rows: Vec<PickerRow>) -> Vec<Effect> {
    // Profiles are searched in the database, because there can be millions of them. All other lists filter the rows
    // that they already have.
    let matching = if kind == ListKind::Profiles { Matching::External } else { Matching::Fuzzy };
    screen.dialog = Some(Dialog::Listing(ComposeList { kind, picker: Picker::new(rows, matching) }));
    Vec::new()
}

pub(crate) fn open_prompt(screen: &mut Compose, purpose: PromptPurpose, proposed: &str) -> Vec<Effect> {
    screen.dialog = Some(Dialog::Prompt(Prompt::new(purpose, proposed)));
    Vec::new()
}

fn hover_at_cursor(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let cursor = screen.buffer().map(|buffer| buffer.editor.cursor());
    if !cursor.is_some_and(|cursor| hover::open(screen, shared, cursor)) {
        shared.show_notice("no info here: this is plain text");
    }
    Vec::new()
}

/// The keys for typing in the body, which the help lists. The table of actions does not contain these keys, because
/// they do not start actions.
pub(crate) const TYPING_KEYS: &[(&str, &str)] = &[
    ("<<  {{  @  {", "Pick a variable"),
    ("|  {%  \"  <", "Complete filters, tags, keys and values, markup"),
    ("Tab", "Accept the completion, or indent"),
    ("Enter  \"", "In message text: its line break, an escaped quote"),
    ("Shift-arrows", "Select"),
    ("^Left  ^Right", "Move by word"),
];

/// The key that leaves the body, unless vim mode is on.
pub(crate) const LEAVING_KEYS: &[(&str, &str)] = &[("Esc", "Leave the text; Tab then moves between panes")];

fn campaign_form(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    match screen.open_campaign(shared) {
        Some(campaign) if campaign.value.is_some() => {
            screen.dialog = Some(Dialog::Settings(Box::new(SettingsDialog::of(&shared.workspace, campaign))));
        }
        Some(campaign) => {
            let message = format!("{} cannot be read: fix it in an editor first", campaign.source.path);
            shared.show_error(message);
        }
        None => shared.show_notice(NO_CAMPAIGN),
    }
    Vec::new()
}

fn preview_and_test(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    if screen.open.is_none() {
        return shared.only_notice(NO_CAMPAIGN);
    }
    screen.completion = None;
    screen.dialog = Some(Dialog::Test(Box::new(TestDialog {
        profile: describe_profile(shared.people.profile.as_deref()),
        chats: TestChats::default(),
        chat: None,
        as_is: false,
        no_webhook: no_webhook(&shared.workspace),
        in_sandbox: false,
        request: Query::Idle,
        rows: Memo::default(),
        history: Vec::new(),
        state: TestState::Send(Query::Idle),
        is_loaded: false,
        sends_when_loaded: false,
        scroll: 0,
    })));
    let mut effects = vec![Effect::Task(Task::LoadTests)];
    // The test needs the bot's status. After a failed check, the bot is checked again, because the network may be back.
    if matches!(screen.bot.value(), None | Some(BotStatus::Failed { .. })) {
        effects.extend(screen.check_bot(shared));
    }
    effects
}

/// Returns a text that tells the user what to do if the open campaign has no webhook.
pub(crate) fn no_webhook(workspace: &Workspace) -> &'static str {
    match workspace.webhooks.is_empty() {
        true => "there is no webhook yet: press Esc, 2, then n to create one",
        false => "this campaign has no webhook: press Esc, then F4 to choose one",
    }
}

pub(crate) fn prepare_test(screen: &mut Compose, shared: &mut SharedState) -> Option<Effect> {
    let job = Box::new(test_job(screen, shared)?);
    let generation = screen.generations.fresh();
    screen.test_mut()?.request.ask(generation);
    Some(Effect::Task(Task::PrepareTest(generation, job)))
}

pub(crate) fn test_job(screen: &mut Compose, shared: &mut SharedState) -> Option<service::MessageJob> {
    let job = screen.job(shared)?;
    let Some(Dialog::Test(test)) = &mut screen.dialog else { return None };
    test.profile = describe_profile(job.profile.as_deref());
    let job = service::MessageJob { test_chat: test.target(), ..job };
    if !test.in_sandbox {
        return Some(job);
    }
    let chat = job.test_chat.clone().unwrap_or_else(|| SANDBOX_CHAT.to_owned());
    service::MessageJob { test_chat: Some(chat), ..job }.to_sandbox()
}

/// Returns a profile's name, followed by its identity if the two differ. Without a profile, returns a text that says
/// that there is none.
pub(crate) fn describe_profile(profile: Option<&Profile>) -> String {
    match profile {
        None => "none (no profiles yet)".to_owned(),
        Some(profile) if profile.display_name() == profile.identity => profile.identity.clone(),
        Some(profile) => format!("{} ({})", profile.display_name(), profile.identity),
    }
}

fn compare_modes(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let Some(job) = screen.job(shared) else {
        return shared.only_notice(NO_CAMPAIGN);
    };
    if let Some(message) = screen.hints_off_message() {
        return shared.only_error(format!("the body is too large to convert ({message})"));
    }
    screen.completion = None;
    let generation = screen.generations.fresh();
    screen.dialog = Some(Dialog::Compare(Box::new(CompareDialog::pending(generation))));
    // The dialog opens before the result arrives, because the conversion can be slow. In a measurement, a body of 1 MB
    // took 0.24 to 0.53 s.
    vec![Effect::Task(Task::CompareModes(generation, Box::new(job)))]
}

fn switch_profile(screen: &mut Compose) -> Vec<Effect> {
    screen.completion = None;
    open_list(screen, ListKind::Profiles, Vec::new());
    search_profiles(screen, "")
}

pub(crate) fn search_profiles(screen: &mut Compose, search: &str) -> Vec<Effect> {
    let generation = screen.profiles.ask(screen.generations.fresh());
    vec![Effect::Task(Task::FindProfiles(generation, search.to_owned()))]
}

/// Fills the list of profiles with the results of a search. Does nothing if the search is not the latest one or the
/// list is closed.
pub(crate) fn show_profiles(
    screen: &mut Compose,
    shared: &mut SharedState,
    generation: Generation,
    result: Result<Vec<Arc<Profile>>, String>,
) {
    let is_latest = screen.profiles.answer(generation, result) == AnswerStatus::Latest;
    let Some(Dialog::Listing(listing)) = &mut screen.dialog else { return };
    if !is_latest || listing.kind != ListKind::Profiles {
        return;
    }
    match &screen.profiles {
        Query::Ready { answer: profiles, .. } => {
            let mut rows = dialogs::profiles::list_head(&screen.deleted_profiles);
            rows.extend(profiles.iter().map(|profile| profile_row(profile)));
            if profiles.is_empty() {
                rows.push(dialogs::profiles::no_match_row());
            }
            listing.picker.set_rows(rows);
            // If a profile was found, it is chosen, and not one of the rows above the profiles. Enter after typing a
            // name then does not open the form of a new profile.
            if let Some(first) = profiles.first() {
                listing.picker.choose(&dialogs::profiles::row_id(&first.identity));
            }
            if let Some(now) = &shared.people.profile {
                listing.picker.choose(&dialogs::profiles::row_id(&now.identity));
            }
        }
        Query::Failed { message, .. } => shared.show_error(message.clone()),
        Query::Idle | Query::Pending { .. } => {}
    }
}

pub(crate) fn profile_row(profile: &Profile) -> PickerRow {
    let chat = match profile.chat_id() {
        Some(Value::Integer(id)) => id.to_string(),
        Some(Value::Text(text)) => text.clone(),
        Some(_) => "chat id of a wrong type".into(),
        None => "no chat id".into(),
    };
    let is_test = if profile.is_test_profile() { "test · " } else { "" };
    let blocked = match profile.reachability {
        crate::profile::Reachability::Blocked => " · blocked",
        crate::profile::Reachability::Gone => " · gone",
        crate::profile::Reachability::Unknown | crate::profile::Reachability::Reachable => "",
    };
    PickerRow {
        id: dialogs::profiles::row_id(&profile.identity),
        title: profile.display_name().to_owned(),
        detail: profile.identity.clone(),
        right: format!("{is_test}{chat}{blocked}"),
        is_heading: false,
    }
}

fn open_editor(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    if_editable(screen, shared, |screen, shared| {
        let Some((campaign, buffer)) = screen.open_campaign(shared).zip(screen.buffer()) else {
            return Vec::new();
        };
        // The external editor opens a copy of the body. The name of the copy gets the full extension (`.json.liquid`),
        // because editors choose their syntax highlighting by the extension.
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

fn copy_curl(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    match screen.composed().and_then(|composed| composed.http.as_ref()) {
        Some(http) => {
            let text = service::curl(http, None);
            shared.copy(text, "copied as curl, with secrets as ${NAME}").into_iter().collect()
        }
        None => shared.only_notice("no request to copy yet"),
    }
}

fn copy_body(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    match screen.composed().and_then(|composed| composed.rendered.clone()) {
        Some(text) => shared.copy(text, "copied the rendered body").into_iter().collect(),
        None => shared.only_notice("no rendered body yet"),
    }
}

fn mark_whitespace(shared: &mut SharedState) -> Vec<Effect> {
    let (next, message) = match shared.settings.whitespace {
        Whitespace::Trailing => (Whitespace::All, "all whitespace is marked"),
        Whitespace::All => (Whitespace::None, "no whitespace is marked"),
        Whitespace::None => (Whitespace::Trailing, "trailing whitespace and tabs are marked"),
    };
    shared.settings.whitespace = next;
    shared.only_notice(message)
}

fn find(screen: &mut Compose) -> Vec<Effect> {
    let Some(buffer) = screen.buffer() else { return Vec::new() };
    let selected = buffer.editor.selected().into_owned();
    // The search field has only one line, so a selection of several lines is not put into it.
    let seed = if selected.contains('\n') { String::new() } else { selected };
    screen.search = Some(SearchBar::new(&seed));
    screen.completion = None;
    screen.focus = Focus::enter(Pane::Body);
    Vec::new()
}

fn ask_to_adopt(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    if !screen.is_private_foreign {
        return shared.only_notice("the .telecast folder was made here: there is nothing to adopt");
    }
    let text = "This workspace's .telecast folder was not made here: it comes from another machine or \
                folder, or another program changed its test chats. Its test chats, drafts and history are \
                not used. If you adopt it, your tests can go to its test chats, its drafts are offered to \
                you, and its profiles can be changed.";
    let answers = vec![("Adopt it", Decision::AdoptPrivate), ("Leave it alone", Decision::Stay)];
    // "Leave it alone" is preselected, so that an Enter typed by reflex adopts nothing. If the folder came from a
    // stranger, adopting it would let tests go to the stranger's chats.
    let mut confirm = ComposeConfirm::new("Adopt .telecast?", text.to_owned(), answers);
    confirm.chosen = 1;
    screen.dialog = Some(Dialog::Confirm(confirm));
    Vec::new()
}
