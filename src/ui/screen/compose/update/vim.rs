//! Drives vim's state machine: its commands into the open body, its requests into the console.

use crate::editor::{Command, Editor, Motion};
use crate::ui::editor::vim::{Line, Outcome, Request, Vim};
use crate::ui::screen::compose::dialog::{Decision, Dialog, Prompt, Purpose};
use crate::ui::screen::compose::search::Search;
use crate::ui::screen::compose::state::App;
use crate::ui::screen::compose::update::{actions, saving, typing};
use crate::ui::shared::action::Action;
use crate::ui::shared::effect::Effect;
use crate::ui::widget::key::Key;

/// Takes a key in the body; `None` leaves it to the keys of every text field.
pub fn press(app: &mut App, key: Key) -> Option<Vec<Effect>> {
    let page = usize::from(
        crate::ui::screen::compose::update::body_area(app)
            .map_or(10, |area| area.height.saturating_sub(1).max(1)),
    );
    let outcome = with(app, |vim, editor| vim.press(key, editor, page))??;
    Some(perform(app, outcome))
}

/// Brings the cursor to where the mode has it, after whatever happened.
pub fn follow(app: &mut App) {
    // While one searches, the match is selected.
    if app.search.is_some() {
        return;
    }
    if let Some(command) = with(app, Vim::follow).flatten()
        && let Some(buffer) = app.buffer_mut()
    {
        buffer.editor.apply(command);
    }
}

/// Makes what was just selected the selection of visual mode.
pub fn adopt(app: &mut App) {
    with(app, Vim::adopt);
}

/// Goes to insert mode where the cursor is.
pub fn insert_here(app: &mut App) {
    with(app, Vim::insert_here);
}

/// Switches vim's modes on or off for the session.
pub fn toggle(app: &mut App) -> Vec<Effect> {
    app.vim = if app.vim.is_some() { None } else { Some(Vim::default()) };
    app.say(match app.vim {
        Some(_) => "vim mode: i types, Esc goes back; `vim = true` in config.toml keeps it",
        None => "vim mode is off",
    });
    Vec::new()
}

/// Does what was typed behind `:`.
pub fn command_line(app: &mut App, line: Line) -> Vec<Effect> {
    match line {
        Line::Save => actions::act(app, Action::Save),
        Line::Quit => actions::act(app, Action::Quit),
        Line::QuitUnsaved => crate::ui::screen::compose::update::dialogs::decide(app, Decision::QuitUnsaved),
        Line::SaveAndQuit => save_and_quit(app),
        Line::Help => actions::act(app, Action::Help),
        Line::GoTo(number) => typing::apply(app, Command::Move(Motion::Line(number))),
    }
}

fn with<T>(app: &mut App, run: impl FnOnce(&mut Vim, &Editor) -> T) -> Option<T> {
    let mut vim = app.vim.take()?;
    let result = app.buffer().map(|buffer| run(&mut vim, &buffer.editor));
    app.vim = Some(vim);
    result
}

fn perform(app: &mut App, outcome: Outcome) -> Vec<Effect> {
    let is_change = !outcome.commands.iter().all(typing::is_motion);
    let is_inserting = app.vim.as_ref().is_some_and(Vim::is_inserting);
    if (is_change || is_inserting) && !typing::can_edit(app) {
        if let Some(vim) = &mut app.vim {
            vim.reset();
        }
        return actions::refuse_to_edit(app);
    }
    let mut effects = typing::apply_all(app, outcome.commands);
    if let Some(request) = outcome.request {
        effects.extend(answer(app, request));
    }
    effects
}

fn answer(app: &mut App, request: Request) -> Vec<Effect> {
    match request {
        Request::Leave => typing::leave(app),
        Request::Copy(text) => vec![app.copy(text)],
        Request::Search(direction) => {
            let cursor = with(app, |vim, editor| {
                vim.reset();
                vim.shown_cursor(editor)
            });
            app.search = cursor.map(|cursor| Search::of_vim(cursor, direction));
            Vec::new()
        }
        Request::CommandLine => {
            app.dialog = Some(Dialog::Prompt(Prompt::new(Purpose::CommandLine, "")));
            Vec::new()
        }
        Request::SaveAndQuit => save_and_quit(app),
        Request::Hover => actions::act(app, Action::Hover),
    }
}

fn save_and_quit(app: &mut App) -> Vec<Effect> {
    if app.read_only.is_some() { actions::act(app, Action::Quit) } else { saving::save_and_quit(app) }
}
