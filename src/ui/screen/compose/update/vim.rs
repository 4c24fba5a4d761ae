//! Runs the vim state machine on the keys of the body. Applies the resulting commands to the open body, and carries out
//! the resulting requests (for example, to search or to quit).

use crate::editor::{Command, Editor, Motion};
use crate::text::grouped;
use crate::ui::editor::vim::{ExCommand, Vim, VimOutcome, VimRequest};
use crate::ui::screen::compose::{
    BodyBuffer, Compose, Decision, Dialog, Prompt, PromptPurpose, SearchBar,
    update::{actions, dialogs, keys, typing},
};
use crate::ui::shared::{Action, AppCommand, Effect, SharedState};
use crate::ui::widget::{Key, TextField};

/// Handles a key in the body. Returns `None` if vim mode is off, if no body is open, or if the key should have the
/// effect that it has without vim.
pub(crate) fn press(screen: &mut Compose, shared: &mut SharedState, key: Key) -> Option<Vec<Effect>> {
    let page = usize::from(
        crate::ui::screen::compose::update::body_area(screen)
            .map_or(10, |area| area.height.saturating_sub(1).max(1)),
    );
    let outcome = with_vim(screen, |vim, editor| {
        vim.set_clipboard(&shared.register);
        vim.press(key, editor, page)
    })??;
    Some(perform(screen, shared, outcome))
}

pub(crate) fn follow(screen: &mut Compose) {
    // During a search, the match is selected in the editor, so vim is not synchronized with the editor. If it were, vim
    // would enter visual mode, as it does for every selection.
    if screen.search.is_some() {
        return;
    }
    let cancelled = with_vim(screen, Vim::cancel_search).unwrap_or_default();
    if let Some(buffer) = screen.buffer_mut() {
        for command in cancelled.commands {
            buffer.editor.apply(command);
        }
    }
    if let Some(command) = with_vim(screen, Vim::sync).flatten()
        && let Some(buffer) = screen.buffer_mut()
    {
        buffer.editor.apply(command);
    }
}

pub(crate) fn adopt(screen: &mut Compose) {
    with_vim(screen, Vim::adopt_selection);
}

pub(crate) fn insert_here(screen: &mut Compose) {
    with_vim(screen, Vim::insert_here);
}

pub(crate) fn toggle(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    screen.vim = if screen.vim.is_some() { None } else { Some(Vim::default()) };
    shared.only_notice(match screen.vim {
        Some(_) => "vim mode on: i inserts, Esc returns; `vim = true` in config.toml keeps it",
        None => "vim mode off",
    })
}

/// Ends the search that was started in vim's search line with the cursor at `from`.
pub(crate) fn finish_search(screen: &mut Compose, shared: &mut SharedState, from: usize) -> Vec<Effect> {
    let outcome = with_vim(screen, |vim, editor| vim.finish_search(editor, from));
    outcome.map_or_else(Vec::new, |outcome| perform(screen, shared, outcome))
}

/// Carries out a command of the command line. An error says why the command cannot be carried out, so that the user can
/// correct the command.
pub(crate) fn command_line(
    screen: &mut Compose,
    shared: &mut SharedState,
    line: ExCommand,
) -> Result<Vec<Effect>, String> {
    Ok(match line {
        ExCommand::Save => actions::act(screen, shared, Action::Save),
        ExCommand::Quit => actions::act(screen, shared, Action::Quit),
        ExCommand::QuitUnsaved => {
            shared.send_command(AppCommand::QuitUnsaved);
            Vec::new()
        }
        ExCommand::SaveAndQuit => save_and_quit(shared),
        ExCommand::Help => actions::act(screen, shared, Action::Help),
        ExCommand::ClearHighlights => Vec::new(),
        ExCommand::Reread => {
            let is_unsaved = screen.buffer().is_some_and(BodyBuffer::is_modified);
            if is_unsaved {
                return Err("there are unsaved edits; e! replaces them with the file's text".to_owned());
            }
            actions::act(screen, shared, Action::Reload)
        }
        ExCommand::DiscardEdits => discard_edits(screen, shared),
        ExCommand::GoTo(line) => match with_vim(screen, |vim, editor| vim.offset_of(editor, line)) {
            Some(offset) => typing::apply(screen, shared, Command::Move(Motion::To(offset?))),
            None => Vec::new(),
        },
        ExCommand::Substitute(lines, what) => {
            if !typing::can_edit(screen, shared) {
                return Ok(actions::refuse_to_edit(shared));
            }
            let done = with_vim(screen, |vim, editor| vim.substitute(editor, lines, what));
            let Some((outcome, done)) = done.transpose()? else { return Ok(Vec::new()) };
            let effects = perform(screen, shared, outcome);
            let count =
                |n: usize, what: &str| format!("{} {what}{}", grouped(n), if n == 1 { "" } else { "s" });
            shared.show_notice(format!(
                "{} on {}; {} undoes it",
                count(done.n_matches, "substitution"),
                count(done.n_lines, "line"),
                keys::way(screen, shared, Action::Undo)
            ));
            effects
        }
    })
}

/// Replaces the body with the text of its file, as one undo step.
fn discard_edits(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let Some(stem) = screen.open.clone() else { return Vec::new() };
    if !typing::can_edit(screen, shared) {
        return actions::refuse_to_edit(shared);
    }
    let effects = dialogs::decide(screen, shared, Decision::UseDiskVersion(stem));
    let way = keys::way(screen, shared, Action::Undo);
    shared.show_notice(format!("took the file's text; {way} undoes it"));
    effects
}

fn with_vim<T>(screen: &mut Compose, run: impl FnOnce(&mut Vim, &Editor) -> T) -> Option<T> {
    // `vim` is taken out of the screen, because `run` needs it together with the editor of the screen.
    let mut vim = screen.vim.take()?;
    let result = screen.buffer().map(|buffer| run(&mut vim, &buffer.editor));
    screen.vim = Some(vim);
    result
}

fn perform(screen: &mut Compose, shared: &mut SharedState, outcome: VimOutcome) -> Vec<Effect> {
    let is_change = !outcome.commands.iter().all(typing::keeps_text);
    let is_inserting = screen.vim.as_ref().is_some_and(Vim::is_inserting);
    // If the body cannot be edited, vim must neither change the text nor enter insert mode.
    if (is_change || is_inserting) && !typing::can_edit(screen, shared) {
        if let Some(vim) = &mut screen.vim {
            vim.reset();
        }
        return actions::refuse_to_edit(shared);
    }
    let mut effects = typing::apply_all(screen, shared, outcome.commands);
    if let Some(request) = outcome.request {
        effects.extend(perform_request(screen, shared, request));
    }
    effects
}

fn perform_request(screen: &mut Compose, shared: &mut SharedState, request: VimRequest) -> Vec<Effect> {
    match request {
        VimRequest::ExplainLeaving => {
            let way = keys::way(screen, shared, Action::NextPane);
            shared.only_notice(format!("{way} leaves the text, :q quits"))
        }
        VimRequest::Copy(done, register) => shared.copy_and_say(done, register).into_iter().collect(),
        VimRequest::Search(direction) => {
            let cursor = with_vim(screen, |vim, editor| vim.shown_cursor(editor));
            screen.search = cursor.map(|cursor| SearchBar::for_vim(cursor, direction));
            Vec::new()
        }
        VimRequest::CommandLine(text) => {
            // For a selection, its range of lines is already typed, and the command comes after it.
            let field = TextField::new(text);
            let prompt = Prompt { field, ..Prompt::new(PromptPurpose::CommandLine, "") };
            screen.dialog = Some(Dialog::Prompt(prompt));
            Vec::new()
        }
        VimRequest::SaveAndQuit => save_and_quit(shared),
        VimRequest::Hover => actions::act(screen, shared, Action::Hover),
    }
}

fn save_and_quit(shared: &mut SharedState) -> Vec<Effect> {
    // A read-only console cannot save, so it only quits.
    let is_read_only = shared.read_only.is_some();
    shared.send_command(if is_read_only { AppCommand::Act(Action::Quit) } else { AppCommand::SaveAndQuit });
    Vec::new()
}
