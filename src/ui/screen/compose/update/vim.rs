//! Drives vim's state machine: its commands into the open body, its requests into the console.

use crate::editor::{Command, Editor, Motion};
use crate::ui::editor::vim::{Line, Outcome, Request, Vim};
use crate::ui::screen::compose::{
    Compose, Dialog, Prompt, Purpose, Search,
    update::{actions, typing},
};
use crate::ui::shared::{Action, Ask, Effect, Shared};
use crate::ui::widget::Key;

/// Takes a key in the body; `None` leaves it to the keys of every text field.
pub fn press(screen: &mut Compose, shared: &mut Shared, key: Key) -> Option<Vec<Effect>> {
    let page = usize::from(
        crate::ui::screen::compose::update::body_area(screen)
            .map_or(10, |area| area.height.saturating_sub(1).max(1)),
    );
    let outcome = with(screen, |vim, editor| vim.press(key, editor, page))??;
    Some(perform(screen, shared, outcome))
}

pub fn follow(screen: &mut Compose) {
    // While one searches, the match is selected.
    if screen.search.is_some() {
        return;
    }
    if let Some(command) = with(screen, Vim::follow).flatten()
        && let Some(buffer) = screen.buffer_mut()
    {
        buffer.editor.apply(command);
    }
}

pub fn adopt(screen: &mut Compose) {
    with(screen, Vim::adopt);
}

pub fn insert_here(screen: &mut Compose) {
    with(screen, Vim::insert_here);
}

pub fn toggle(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    screen.vim = if screen.vim.is_some() { None } else { Some(Vim::default()) };
    shared.just_say(match screen.vim {
        Some(_) => "vim mode: i types, Esc goes back; `vim = true` in config.toml keeps it",
        None => "vim mode is off",
    })
}

pub fn command_line(screen: &mut Compose, shared: &mut Shared, line: Line) -> Vec<Effect> {
    match line {
        Line::Save => actions::act(screen, shared, Action::Save),
        Line::Quit => actions::act(screen, shared, Action::Quit),
        Line::QuitUnsaved => {
            shared.ask(Ask::QuitUnsaved);
            Vec::new()
        }
        Line::SaveAndQuit => save_and_quit(shared),
        Line::Help => actions::act(screen, shared, Action::Help),
        Line::GoTo(number) => typing::apply(screen, shared, Command::Move(Motion::Line(number))),
    }
}

fn with<T>(screen: &mut Compose, run: impl FnOnce(&mut Vim, &Editor) -> T) -> Option<T> {
    let mut vim = screen.vim.take()?;
    let result = screen.buffer().map(|buffer| run(&mut vim, &buffer.editor));
    screen.vim = Some(vim);
    result
}

fn perform(screen: &mut Compose, shared: &mut Shared, outcome: Outcome) -> Vec<Effect> {
    let is_change = !outcome.commands.iter().all(typing::is_motion);
    let is_inserting = screen.vim.as_ref().is_some_and(Vim::is_inserting);
    if (is_change || is_inserting) && !typing::can_edit(screen, shared) {
        if let Some(vim) = &mut screen.vim {
            vim.reset();
        }
        return actions::refuse_to_edit(shared);
    }
    let mut effects = typing::apply_all(screen, shared, outcome.commands);
    if let Some(request) = outcome.request {
        effects.extend(answer(screen, shared, request));
    }
    effects
}

fn answer(screen: &mut Compose, shared: &mut Shared, request: Request) -> Vec<Effect> {
    match request {
        Request::Leave => typing::leave(screen, shared),
        Request::Copy(text) => vec![shared.copy(text)],
        Request::Search(direction) => {
            let cursor = with(screen, |vim, editor| {
                vim.reset();
                vim.shown_cursor(editor)
            });
            screen.search = cursor.map(|cursor| Search::of_vim(cursor, direction));
            Vec::new()
        }
        Request::CommandLine => {
            screen.dialog = Some(Dialog::Prompt(Prompt::new(Purpose::CommandLine, "")));
            Vec::new()
        }
        Request::SaveAndQuit => save_and_quit(shared),
        Request::Hover => actions::act(screen, shared, Action::Hover),
    }
}

fn save_and_quit(shared: &mut Shared) -> Vec<Effect> {
    let is_read_only = shared.read_only.is_some();
    shared.ask(if is_read_only { Ask::Act(Action::Quit) } else { Ask::SaveAndQuit });
    Vec::new()
}
