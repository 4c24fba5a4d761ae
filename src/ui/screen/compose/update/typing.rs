//! Typing in the body: the editor's commands, the picker that follows, the message made anew.

use crate::complete;
use crate::editor::{Command, Motion};
use crate::text::Span;
use crate::ui::screen::compose::{
    Compose, Focus, Pane,
    update::{actions, vim},
};
use crate::ui::shared::{Effect, LoopEffect, Shared, Task, Timer};
use crate::ui::widget::{Key, KeyCode, typing::command};

/// Up to this size a picker opens with its key: it reads the whole body, and a large one takes longer than a frame.
const PICKS_AT_ONCE_UP_TO: usize = 64 * 1024;

pub fn press(screen: &mut Compose, shared: &mut Shared, key: Key) -> Vec<Effect> {
    if let Some(effects) = vim::press(screen, shared, key) {
        return effects;
    }
    if key.code == KeyCode::Esc {
        return leave(screen, shared);
    }
    let page = usize::from(
        crate::ui::screen::compose::update::body_area(screen)
            .map_or(10, |area| area.height.saturating_sub(1).max(1)),
    );
    let command = match (key.code, key.shift) {
        (KeyCode::PageUp, false) => Some(Command::Move(Motion::PageUp(page))),
        (KeyCode::PageDown, false) => Some(Command::Move(Motion::PageDown(page))),
        (KeyCode::PageUp, true) => Some(Command::Extend(Motion::PageUp(page))),
        (KeyCode::PageDown, true) => Some(Command::Extend(Motion::PageDown(page))),
        _ if key == (Key { ctrl: true, ..Key::char(' ') }) => {
            vim::insert_here(screen);
            return open_picker(screen, shared);
        }
        _ if key == (Key { ctrl: true, ..Key::char('v') }) => {
            shared.say("paste with the terminal's own key: often Ctrl-Shift-V");
            None
        }
        (KeyCode::Tab, false) if key == Key::plain(KeyCode::Tab) => Some(tab(screen)),
        _ => command(key),
    };
    let Some(command) = command else { return Vec::new() };
    let may_begin = matches!(&command, Command::Type(text) if ["<", "{", "@"].contains(&text.as_str()));
    let is_typing = matches!(command, Command::Type(_))
        || (screen.completion.is_some() && command == Command::Delete(Motion::Left));
    let was_picking = screen.completion.is_some();
    let selects = matches!(command, Command::Extend(_) | Command::SelectAll);
    let mut effects = apply(screen, shared, command);
    if selects {
        vim::adopt(screen);
    }
    if is_typing && shared.read_only.is_none() {
        effects.extend(follow_picker(screen, shared));
    } else {
        screen.completion = None;
    }
    if screen.is_choosing() {
        // A trigger half typed is no problem to tell of: the message is made once the picker is done with. What opens a
        // picker that waits for an arrow may just as well be text.
        effects.retain(|effect| !matches!(effect, Effect::Task(Task::Compose(..))));
    } else if may_begin {
        let before = effects.len();
        effects.retain(|effect| !matches!(effect, Effect::Task(Task::Compose(..))));
        if effects.len() < before
            && let Some(generation) = screen.message.latest()
        {
            effects.push(Effect::Loop(LoopEffect::After(Timer::Compose(generation))));
        }
    } else if was_picking && !effects.iter().any(|effect| matches!(effect, Effect::Task(Task::Compose(..)))) {
        effects.extend(screen.compose(shared));
    }
    effects
}

/// Tab: to the end of what was completed around the cursor, else an indentation.
fn tab(screen: &Compose) -> Command {
    let stop = screen.buffer().and_then(|buffer| buffer.tab_stops.next(buffer.editor.len()));
    stop.map_or(Command::Tab, |at| Command::Move(Motion::To(at)))
}

pub fn leave(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    screen.focus = Focus::reach(Pane::Body);
    shared.just_say("Tab walks the panes, Enter types again")
}

pub fn paste(screen: &mut Compose, shared: &mut Shared, text: &str) -> Vec<Effect> {
    apply(screen, shared, Command::Paste(text.to_owned()))
}

pub fn apply(screen: &mut Compose, shared: &mut Shared, command: Command) -> Vec<Effect> {
    if !is_motion(&command) && !can_edit(screen, shared) {
        return actions::refuse_to_edit(shared);
    }
    let command = screen.through_block(command);
    let Some(buffer) = screen.buffer_mut() else { return Vec::new() };
    let is_typing = is_motion(&command)
        || matches!(command, Command::Type(_) | Command::Delete(_) | Command::Complete { .. });
    let completed = match &command {
        Command::Complete { edit, select } => {
            let behind = edit.replacement.get(select.end.saturating_sub(edit.span.start)..);
            // Where the end is on another line, Tab indents.
            let stretch = Span::new(edit.span.start, edit.span.start + edit.replacement.len());
            Some(stretch).filter(|_| behind.is_some_and(|behind| !behind.contains('\n')))
        }
        _ => None,
    };
    let applied = buffer.editor.apply(command);
    if !is_typing {
        buffer.tab_stops.clear();
    }
    let len = buffer.editor.len();
    if let Some(stretch) = completed {
        buffer.tab_stops.push(stretch, len);
    }
    buffer.tab_stops.follow(buffer.editor.cursor(), len);
    let mut effects = Vec::new();
    if let Some(text) = applied.copied {
        effects.push(shared.copy(text));
    }
    if applied.changed {
        effects.extend(screen.start_typing());
        effects.extend(screen.compose(shared));
        effects.extend(screen.journal_soon(shared));
    }
    effects
}

/// Applies commands one after the other; the message is made of what they leave.
pub fn apply_all(screen: &mut Compose, shared: &mut Shared, commands: Vec<Command>) -> Vec<Effect> {
    let mut effects: Vec<Effect> =
        commands.into_iter().flat_map(|command| apply(screen, shared, command)).collect();
    let newest = screen.message.latest();
    effects.retain(
        |effect| !matches!(effect, Effect::Task(Task::Compose(generation, _)) if Some(*generation) != newest),
    );
    effects
}

pub fn can_edit(screen: &Compose, shared: &Shared) -> bool {
    shared.read_only.is_none() && screen.buffer().is_none_or(|buffer| buffer.is_readable)
}

/// Whether a command leaves the text as it is.
pub fn is_motion(command: &Command) -> bool {
    matches!(
        command,
        Command::Move(_)
            | Command::Extend(_)
            | Command::SelectAll
            | Command::Select(_)
            | Command::Click(_)
            | Command::ExtendClick(_)
            | Command::DoubleClick(_)
            | Command::TripleClick(_)
            | Command::Drag(_)
            | Command::Copy
            | Command::JoinSteps(_)
    )
}

/// Opens, narrows or closes the picker behind a typed character; in a large body it opens once the key is painted.
fn follow_picker(screen: &mut Compose, shared: &mut Shared) -> Option<Effect> {
    let editor = &screen.buffer().filter(|_| screen.has_hints())?.editor;
    if screen.completion.is_none() && PICKS_AT_ONCE_UP_TO < editor.len() {
        return Some(Effect::Loop(LoopEffect::After(Timer::Pick(editor.version()))));
    }
    let (text, cursor) = (editor.text(), editor.cursor());
    let session = screen.completion.take();
    screen.completion = complete::follow(session, &text, cursor, &screen.knowledge(shared).context());
    None
}

/// Opens the picker that the text ends in at the cursor, where nothing was typed since `version`.
pub fn pick(screen: &mut Compose, shared: &mut Shared, version: u64) {
    let Some(buffer) = screen.buffer().filter(|buffer| buffer.editor.version() == version) else {
        return;
    };
    if screen.completion.is_none()
        && screen.focus.in_body()
        && screen.is_in_front(shared)
        && screen.search.is_none()
    {
        let (text, cursor) = (buffer.editor.text(), buffer.editor.cursor());
        screen.completion = complete::open(&text, cursor, &screen.knowledge(shared).context());
    }
}

fn open_picker(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    if let Some(words) = screen.hints_off() {
        return shared.just_say(words);
    }
    if let Some(buffer) = screen.buffer() {
        let (text, cursor) = (buffer.editor.text(), buffer.editor.cursor());
        screen.completion = complete::open_here(&text, cursor, &screen.knowledge(shared).context());
        if screen.completion.is_none() {
            shared.say("nothing to offer here: type << for a variable");
        }
    }
    Vec::new()
}

/// Takes a key while the picker is open; `None` lets it through to the editor.
pub fn press_in_picker(screen: &mut Compose, shared: &mut Shared, key: Key) -> Option<Vec<Effect>> {
    let session = screen.completion.as_mut()?;
    match key.code {
        KeyCode::Esc => {
            screen.completion = None;
            return Some(screen.compose(shared).into_iter().collect());
        }
        KeyCode::Up => session.choose_previous(),
        KeyCode::Down => session.choose_next(),
        KeyCode::Enter | KeyCode::Tab if session.armed && !key.shift => return Some(accept(screen, shared)),
        KeyCode::Backspace => return None,
        _ if key.typed().is_some() => return None,
        _ => {
            // Any other key is meant for the text; the picker must not linger over it.
            screen.completion = None;
            return None;
        }
    }
    Some(Vec::new())
}

pub fn accept(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    let Some(session) = screen.completion.take() else { return Vec::new() };
    let Some(buffer) = screen.buffer() else { return Vec::new() };
    let (text, cursor) = (buffer.editor.text(), buffer.editor.cursor());
    let completion = session.accept(&text, cursor, &screen.knowledge(shared).context());
    let Some(completion) = completion else { return Vec::new() };
    let start = completion.edit.span.start;
    let effects =
        apply(screen, shared, Command::Complete { edit: completion.edit, select: completion.select });
    if let (Some(next), Some(buffer)) = (completion.next, screen.buffer_mut()) {
        buffer.tab_stops.push(Span::new(start, next), buffer.editor.len());
    }
    if completion.then_opens
        && let Some(buffer) = screen.buffer()
    {
        let (text, cursor) = (buffer.editor.text(), buffer.editor.cursor());
        screen.completion = complete::open_here(&text, cursor, &screen.knowledge(shared).context());
    }
    effects
}
