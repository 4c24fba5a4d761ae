//! What each action of the table does.

use std::sync::Arc;

use crate::compose::Convertible;
use crate::editor::Command;
use crate::profile::{Profile, Value};
use crate::service::{self, BotStatus};
use crate::settings::Whitespace;
use crate::ui::editor::vim::KEYS;
use crate::ui::screen::compose::dialog::listing::{ListKind, Listing};
use crate::ui::screen::compose::dialog::test::{TestDialog, TestState};
use crate::ui::screen::compose::dialog::{Compare, Confirm, Decision, Dialog, Prompt, Purpose, Settings};
use crate::ui::screen::compose::focus::{Focus, Pane};
use crate::ui::screen::compose::hover;
use crate::ui::screen::compose::search::Search;
use crate::ui::screen::compose::state::App;
use crate::ui::screen::compose::update::{definitions, mending, rewrite, saving, typing, vim, whose};
use crate::ui::shared::action::{ACTIONS, Action, Context};
use crate::ui::shared::effect::{Change, Effect, ExternalEdit};
use crate::ui::widget::picker::{Matching, Picker, Row};
use crate::workspace::TestChats;

/// Does an action.
pub fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Help => list(app, ListKind::Help, help_rows(app)),
        Action::Palette => list(app, ListKind::Palette, palette_rows(app)),
        Action::Save => saving::save(app),
        Action::Quit => saving::quit(app),
        Action::CampaignForm => campaign_form(app),
        Action::PreviewAndTest => preview_and_test(app),
        Action::CompareModes => compare_modes(app),
        Action::SwitchProfile => switch_profile(app),
        Action::NextWorst => whose::next_worst(app),
        Action::SampleEvent => whose::choose_sample(app),
        Action::NextProblem => mending::walk_problems(app, 1),
        Action::PreviousProblem => mending::walk_problems(app, -1),
        Action::Fix => mending::fix(app),
        Action::FixAll => mending::fix_all(app),
        Action::FocusCampaigns => focus(app, Pane::Campaigns),
        Action::FocusWebhook => focus(app, Pane::Webhook),
        Action::FocusBody => focus(app, Pane::Body),
        Action::FocusPreview => focus(app, Pane::Preview),
        Action::FocusProblems => focus(app, Pane::Problems),
        Action::NextPane => reach(app, app.focus.pane.next()),
        Action::PreviousPane => reach(app, app.focus.pane.previous()),
        Action::NextTab => step_tab(app, 1),
        Action::PreviousTab => step_tab(app, -1),
        Action::New => definitions::new(app),
        Action::Duplicate => definitions::duplicate(app),
        Action::Rename => definitions::rename(app),
        Action::Delete => definitions::delete(app),
        Action::UndoDelete => editing(app, |_| vec![Effect::Change(Change::UndoDelete)]),
        Action::OpenEditor => open_editor(app),
        Action::CheckWebhook => app.check_or_ask(),
        Action::AdoptPrivate => ask_to_adopt(app),
        Action::Reload => vec![Effect::Reload, Effect::LoadPeople { profile: app.profile_identity() }],
        Action::CopyCurl => copy_curl(app),
        Action::CopyBody => copy_body(app),
        Action::RevealSpoilers => {
            app.preview.options.reveal_spoilers ^= true;
            Vec::new()
        }
        Action::ExpandQuotes => {
            app.preview.options.expand_quotes ^= true;
            Vec::new()
        }
        Action::Find => find(app),
        Action::ExportClevertap => rewrite::export_clevertap(app),
        Action::FormatJson => editing(app, rewrite::format_json),
        Action::Hover => hover_at_cursor(app),
        Action::GoToLine => prompt(app, Purpose::GoToLine, ""),
        Action::WrapLines => {
            app.settings.wrap ^= true;
            app.say(if app.settings.wrap {
                "long lines are wrapped"
            } else {
                "long lines go on to the right"
            });
            Vec::new()
        }
        Action::MarkWhitespace => mark_whitespace(app),
        Action::ToggleVim => vim::toggle(app),
        Action::Undo => undo(app, Command::Undo, "nothing to undo in the body"),
        Action::Redo => undo(app, Command::Redo, "nothing to redo in the body"),
        Action::Suspend => vec![Effect::Suspend],
    }
}

/// Undoes or redoes an edit of the body from wherever one is; `nothing` is said where there is none.
fn undo(app: &mut App, command: Command, nothing: &str) -> Vec<Effect> {
    let version = |app: &App| app.buffer().map(|buffer| buffer.editor.version());
    let before = version(app);
    app.completion = None;
    let effects = typing::apply(app, command);
    vim::adopt(app);
    if version(app) == before && app.notice.is_none() {
        app.say(nothing);
    }
    effects
}

/// Says why nothing can be changed.
pub fn refuse_to_edit(app: &mut App) -> Vec<Effect> {
    let words = match &app.read_only {
        Some(holder) => format!("view only: {holder}"),
        None => "this file cannot be read, so it is not edited here".to_owned(),
    };
    app.complain(words);
    Vec::new()
}

/// Does what changes files, unless somebody else has the workspace open.
pub fn editing(app: &mut App, change: impl FnOnce(&mut App) -> Vec<Effect>) -> Vec<Effect> {
    if app.read_only.is_some() { refuse_to_edit(app) } else { change(app) }
}

/// Opens a campaign in the editor.
pub fn open(app: &mut App, stem: &str) -> Vec<Effect> {
    app.open_buffer(stem);
    let mut effects = vec![app.compose()];
    effects.extend(app.check_bot());
    effects
}

pub fn focus(app: &mut App, pane: Pane) -> Vec<Effect> {
    app.completion = None;
    app.focus = Focus::enter(pane);
    Vec::new()
}

fn reach(app: &mut App, pane: Pane) -> Vec<Effect> {
    app.focus = Focus::reach(pane);
    Vec::new()
}

fn step_tab(app: &mut App, by: isize) -> Vec<Effect> {
    app.preview.tab = app.preview.tab.step(by);
    app.preview.scroll = 0;
    Vec::new()
}

/// Opens a list to choose from.
pub fn list(app: &mut App, kind: ListKind, rows: Vec<Row>) -> Vec<Effect> {
    let matching = if kind == ListKind::Profiles { Matching::Elsewhere } else { Matching::Here };
    app.dialog = Some(Dialog::Listing(Listing { kind, picker: Picker::new(rows, matching) }));
    Vec::new()
}

pub fn prompt(app: &mut App, purpose: Purpose, proposed: &str) -> Vec<Effect> {
    app.dialog = Some(Dialog::Prompt(Prompt::new(purpose, proposed)));
    Vec::new()
}

/// The row of an action: what it does, and every key that does it.
fn action_row(app: &App, action: Action) -> Row {
    let row = action.row();
    let keys: Vec<String> = app.keymap.keys(action).map(|(_, key)| key.to_string()).collect();
    Row { id: row.id.to_owned(), title: row.title.to_owned(), right: keys.join("  "), ..Row::default() }
}

fn palette_rows(app: &App) -> Vec<Row> {
    ACTIONS
        .iter()
        .filter(|row| row.action != Action::Palette)
        .map(|row| action_row(app, row.action))
        .collect()
}

/// The actions of the place where one stands first, then the rest, then the keys of the editor.
fn help_rows(app: &App) -> Vec<Row> {
    let heading = |title: &str| Row { title: title.to_owned(), is_heading: true, ..Row::default() };
    let here = crate::ui::screen::compose::update::keys::contexts(app);
    let (innermost, is_text) = (here.first().copied(), app.focus.entered);
    let is_here = |action: Action| {
        app.keymap.keys(action).any(|(context, _)| Some(context) == innermost && context != Context::Anywhere)
    };
    let mut rows = vec![heading(&format!("In {}", app.focus.pane.title()))];
    rows.extend(ACTIONS.iter().filter(|row| is_here(row.action)).map(|row| action_row(app, row.action)));
    if is_text && app.vim.is_some() && app.focus.in_body() {
        rows.extend(KEYS.iter().map(|(keys, title)| Row {
            title: (*title).to_owned(),
            right: (*keys).to_owned(),
            ..Row::default()
        }));
        rows.push(heading("While typing"));
    }
    if is_text {
        rows.extend(TYPING.iter().map(|(keys, title)| Row {
            title: (*title).to_owned(),
            right: (*keys).to_owned(),
            ..Row::default()
        }));
    }
    rows.push(heading("Everywhere (letters outside text fields)"));
    rows.extend(ACTIONS.iter().filter(|row| !is_here(row.action)).map(|row| action_row(app, row.action)));
    rows
}

fn hover_at_cursor(app: &mut App) -> Vec<Effect> {
    let cursor = app.buffer().map(|buffer| buffer.editor.cursor());
    if !cursor.is_some_and(|cursor| hover::open(app, cursor)) {
        app.say("nothing to say of this place: it is plain text");
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

fn campaign_form(app: &mut App) -> Vec<Effect> {
    match app.open_campaign() {
        Some(campaign) if campaign.value.is_some() => {
            app.dialog = Some(Dialog::Settings(Box::new(Settings::of(&app.workspace, campaign))));
        }
        Some(campaign) => {
            let words = format!("{} cannot be read: mend it in an editor first", campaign.source.path);
            app.complain(words);
        }
        None => app.say("no campaign is open: n makes one"),
    }
    Vec::new()
}

fn preview_and_test(app: &mut App) -> Vec<Effect> {
    if app.open.is_none() {
        app.say("no campaign is open: n makes one");
        return Vec::new();
    }
    app.completion = None;
    app.dialog = Some(Dialog::Test(Box::new(TestDialog {
        profile: profile_in_words(app.people.profile.as_deref()),
        chats: TestChats::default(),
        chat: None,
        as_is: false,
        bot: app.bot.clone(),
        request: None,
        history: Vec::new(),
        state: TestState::Ready,
        is_loaded: false,
        sends_when_loaded: false,
        scroll: 0,
    })));
    let mut effects = vec![Effect::LoadTests];
    if matches!(app.bot, BotStatus::Unknown | BotStatus::Asking | BotStatus::Trouble { .. }) {
        effects.extend(app.check_bot());
    }
    effects
}

/// Makes the request of the test as its dialog stands.
pub fn prepare_test(app: &mut App) -> Option<Effect> {
    let job = test_job(app)?;
    app.question += 1;
    Some(Effect::PrepareTest { number: app.question, job: Box::new(job) })
}

/// Returns what the test is made of.
pub fn test_job(app: &mut App) -> Option<service::Job> {
    let job = app.job()?;
    let Some(Dialog::Test(test)) = &mut app.dialog else { return None };
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

fn compare_modes(app: &mut App) -> Vec<Effect> {
    let Some(job) = app.job() else {
        app.say("no campaign is open: n makes one");
        return Vec::new();
    };
    if let Some(words) = app.hints_off() {
        app.complain(format!("{words}: it is too large to convert"));
        return Vec::new();
    }
    app.completion = None;
    let dialect = job.campaign().map_or_else(Default::default, |campaign| app.workspace.dialect(campaign));
    let partials = service::partials(&app.workspace);
    let mut compare = Compare::of(&Convertible { body: job.body(), partials: &partials, dialect });
    app.question += 1;
    let number = app.question;
    let composed = compare.columns.iter().enumerate().filter_map(|(column, entry)| {
        let body: Arc<str> = entry.conversion.as_ref().ok()?.body.as_str().into();
        let job = Box::new(service::Job { body: Some(body), ..job.clone() });
        Some(Effect::Compare { number, column, job })
    });
    let mut effects: Vec<Effect> = composed.collect();
    effects.extend(app.colour_comparison(&mut compare));
    app.dialog = Some(Dialog::Compare(Box::new(compare)));
    effects
}

fn switch_profile(app: &mut App) -> Vec<Effect> {
    app.completion = None;
    list(app, ListKind::Profiles, Vec::new());
    search_profiles(app, "")
}

/// Looks for profiles.
pub fn search_profiles(app: &mut App, search: &str) -> Vec<Effect> {
    app.question += 1;
    vec![Effect::FindProfiles { number: app.question, search: search.to_owned() }]
}

/// Shows the profiles that were found: test profiles first.
pub fn show_profiles(app: &mut App, result: Result<Vec<Arc<Profile>>, String>) {
    let Some(Dialog::Listing(listing)) = &mut app.dialog else { return };
    if listing.kind != ListKind::Profiles {
        return;
    }
    match result {
        Ok(mut profiles) => {
            profiles.sort_by_key(|profile| !profile.is_test_profile());
            let now = app.people.profile.as_ref().map(|profile| profile.identity.clone());
            listing.picker.set_rows(profiles.iter().map(|profile| profile_row(profile)).collect());
            if let Some(now) = now {
                listing.picker.choose(&now);
            }
            app.found_profiles = profiles;
        }
        Err(words) => app.complain(words),
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

fn open_editor(app: &mut App) -> Vec<Effect> {
    editing(app, |app| {
        let Some((campaign, buffer)) = app.open_campaign().zip(app.buffer()) else { return Vec::new() };
        let ending =
            campaign.body.path.rsplit('/').next().and_then(|file| file.strip_prefix(campaign.stem.as_str()));
        vec![Effect::OpenEditor(ExternalEdit {
            stem: campaign.stem.clone(),
            text: buffer.editor.text(),
            ending: ending.unwrap_or(".json.liquid").to_owned(),
            position: buffer.editor.position(buffer.editor.cursor()),
        })]
    })
}

fn copy_curl(app: &mut App) -> Vec<Effect> {
    match app.composed.as_ref().and_then(|composed| composed.http.as_ref()) {
        Some(http) => {
            let text = service::curl(http, None);
            let effect = app.copy(text);
            app.say("copied as curl, secrets by name");
            vec![effect]
        }
        None => {
            app.say("no request to copy yet");
            Vec::new()
        }
    }
}

fn copy_body(app: &mut App) -> Vec<Effect> {
    match app.composed.as_ref().and_then(|composed| composed.rendered.clone()) {
        Some(text) => {
            let effect = app.copy(text);
            app.say("copied the rendered body");
            vec![effect]
        }
        None => {
            app.say("nothing rendered yet");
            Vec::new()
        }
    }
}

fn mark_whitespace(app: &mut App) -> Vec<Effect> {
    let (next, words) = match app.settings.whitespace {
        Whitespace::Trailing => (Whitespace::All, "all blanks are marked"),
        Whitespace::All => (Whitespace::None, "no blanks are marked"),
        Whitespace::None => (Whitespace::Trailing, "blanks at the end of lines and tabs are marked"),
    };
    app.settings.whitespace = next;
    app.say(words);
    Vec::new()
}

fn find(app: &mut App) -> Vec<Effect> {
    let Some(buffer) = app.buffer() else { return Vec::new() };
    let selected = buffer.editor.selected().into_owned();
    let seed = if selected.contains('\n') { String::new() } else { selected };
    app.search = Some(Search::new(&seed));
    app.completion = None;
    app.focus = Focus::enter(Pane::Body);
    Vec::new()
}

/// Asks whether a private folder that telecast did not make here is to be used.
fn ask_to_adopt(app: &mut App) -> Vec<Effect> {
    if !app.is_private_foreign {
        app.say("this workspace's .telecast is its own: there is nothing to adopt");
        return Vec::new();
    }
    let text = "This workspace's .telecast was not made here: it came with a copy, was moved, or something else changed its \
                test chats. Adopted, its test chats say where your tests go, its drafts are offered, and its people can be \
                changed.";
    let answers = vec![("Adopt it", Decision::AdoptPrivate), ("Leave it alone", Decision::Stay)];
    let mut confirm = Confirm::new("Adopt .telecast?", text.to_owned(), answers);
    confirm.chosen = 1;
    app.dialog = Some(Dialog::Confirm(confirm));
    Vec::new()
}
