//! Handles typing in the body: runs editor commands, updates the completion picker, and requests new compositions.

use crate::complete;
use crate::diagnostic::TextEdit;
use crate::dialect::Dialect;
use crate::editor::{Command, Motion, TextRegion};
use crate::prose::{PreparedPaste, prepare_paste};
use crate::template;
use crate::text::Span;
use crate::ui::editor::register::{Register, is_string_content};
use crate::ui::screen::compose::{
    Compose, EscapedPaste, Focus, Pane, completion,
    update::{actions, keys, vim},
};
use crate::ui::shared::{Action, BodyEdit, Effect, LoopEffect, SharedState, Task, Timer};
use crate::ui::widget::{Key, KeyCode, typing::command};

/// A CleverTap variable, such as `@Profile - Name | default: "you"`, is assumed to be shorter than this, not counting
/// its default.
const MAX_CHIP_BYTES: usize = 1024;

pub(crate) fn press(screen: &mut Compose, shared: &mut SharedState, key: Key) -> Vec<Effect> {
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
        (KeyCode::Tab, false) if key == Key::plain(KeyCode::Tab) => Some(tab_command(screen)),
        // A line break would end up in the address, so Enter leaves the address as Tab does.
        (KeyCode::Enter, false) if is_in_new_address(screen) => Some(tab_command(screen)),
        _ => command(key),
    };
    let Some(command) = command else { return Vec::new() };
    let command = in_prose(screen, shared, command);
    run(screen, shared, command)
}

/// Applies the command of an action. Afterward, the body has the keyboard, because the user most likely continues
/// there.
pub(crate) fn edit(screen: &mut Compose, shared: &mut SharedState, edit: BodyEdit) -> Vec<Effect> {
    if screen.buffer().is_none() {
        return shared.only_notice(actions::NO_CAMPAIGN);
    }
    screen.focus = Focus::enter(Pane::Body);
    if edit == BodyEdit::Copy {
        let copied = register_to_cut(screen);
        return copied.and_then(|copied| shared.copy_and_say("copied", copied)).into_iter().collect();
    }
    run(screen, shared, edit.command())
}

/// Applies the command of a key or an action, and updates the completion picker.
fn run(screen: &mut Compose, shared: &mut SharedState, command: Command) -> Vec<Effect> {
    let may_trigger = matches!(&command, Command::Type(text) if ["<", "{", "@"].contains(&text.as_str()));
    let is_typing = matches!(command, Command::Type(_))
        // Backspace counts as typing while the picker is open, because the list of the picker has to be filtered again.
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
    if screen.is_completing_liquid() {
        // Half-typed Liquid such as `{{` is an error, but this error should not be reported while the picker that
        // completes the Liquid is open. The body is composed when the picker closes.
        effects.retain(|effect| !matches!(effect, Effect::Task(Task::Compose(..))));
    } else if may_trigger {
        // The key may be plain text, or the start of `<<`, `{{`, or a variable such as `@Profile - name`. The body is
        // composed after a short delay, so that the error of the unfinished text does not flash.
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

/// Returns the command for Tab. If the cursor is in text that a completion has inserted, Tab moves to the end of this
/// text. Otherwise, Tab indents.
fn tab_command(screen: &Compose) -> Command {
    let stop = screen.buffer().and_then(|buffer| buffer.tab_stops.next(buffer.editor.len()));
    stop.map_or(Command::Tab, |at| Command::Move(Motion::To(at)))
}

/// Returns whether the cursor is at the end of the address of a link that was just made.
fn is_in_new_address(screen: &Compose) -> bool {
    let Some(buffer) = screen.buffer() else { return false };
    if buffer.tab_stops.next(buffer.editor.len()).is_none() {
        return false;
    }
    let text = buffer.editor.text();
    let (before, after) = text.split_at(buffer.editor.cursor());
    // The ends of an address in HTML and in Markdown.
    let is_at_end = ["\\\">", "'>", "\">", ")"].iter().any(|end| after.starts_with(end));
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    is_at_end && ["href=", "]("].iter().any(|start| word.contains(start))
}

pub(crate) fn leave(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    screen.focus = Focus::select(Pane::Body);
    let way = keys::way(screen, shared, Action::NextPane);
    shared.only_notice(format!("{way} moves between panes, Enter returns to the text"))
}

/// Pastes what was copied or cut in the console. Whole lines go above the cursor's line, or replace the selection if
/// there is one. Text that was copied in a JSON string is pasted into a JSON string unchanged, because it is already
/// escaped. All other text is pasted like text from another program.
pub(crate) fn paste_register(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    screen.completion = None;
    let Some(register) = shared.register_to_paste() else { return Vec::new() };
    let Some(buffer) = screen.buffer() else { return Vec::new() };
    let (editor, text) = (&buffer.editor, register.text.clone());
    let selected = editor.selection().span();
    let effects = if register.is_linewise && selected.is_empty() {
        let start = editor.line_span(editor.line_of(selected.start)).start;
        let text = text.replace('\n', editor.line_break());
        let to = selected.start + text.len();
        let edit = TextEdit { span: Span::at(start), replacement: text };
        apply(screen, shared, Command::Complete { edit, select: Span::at(to) })
    } else if register.is_string_content && is_string_content(editor, selected) {
        apply(screen, shared, Command::Paste(text))
    } else {
        paste(screen, shared, &text)
    };
    if shared.notice.is_none() {
        shared.show_notice(format!("pasted {} copied here", register.amount()));
    }
    effects
}

/// Returns what a cut takes: the selected text, or the cursor's whole line if nothing is selected.
fn register_to_cut(screen: &Compose) -> Option<Register> {
    let editor = &screen.buffer()?.editor;
    let line = || TextRegion { span: editor.line_span(editor.line_of(editor.cursor())), is_linewise: true };
    Some(register_of_selection(screen).unwrap_or_else(|| Register::of_region(editor, line())))
}

/// Returns the selected text of the open body for the register; `None` if nothing is selected.
pub(crate) fn register_of_selection(screen: &Compose) -> Option<Register> {
    let editor = &screen.buffer()?.editor;
    let span = Some(editor.selection().span()).filter(|span| !span.is_empty())?;
    let region = TextRegion { span, is_linewise: false };
    Some(Register::of_region(editor, region).with_context(editor, span))
}

/// Returns the command that replaces `command` at the cursor. In message text, Enter and `"` have commands of their
/// own. Everywhere else, and for any other key, returns `command` itself.
fn in_prose(screen: &mut Compose, shared: &SharedState, command: Command) -> Command {
    let may_differ = command == Command::Newline || matches!(&command, Command::Type(text) if text == "\"");
    if !may_differ {
        return command;
    }
    screen.follow_prose(shared);
    let Some(buffer) = screen.buffer() else { return command };
    // The default of a CleverTap variable has quotes that are not escaped: `@Profile - name | default: "you"`.
    let cursor = buffer.editor.cursor();
    let before = buffer.editor.slice(Span::new(cursor.saturating_sub(MAX_CHIP_BYTES), cursor));
    if screen.body_language(shared).dialect == Dialect::CleverTap && template::expects_default(&before) {
        return command;
    }
    buffer.editor.command_in_prose(command)
}

/// Pastes a text. In message text, the pasted text is escaped for JSON.
pub(crate) fn paste(screen: &mut Compose, shared: &mut SharedState, text: &str) -> Vec<Effect> {
    screen.follow_prose(shared);
    let dialect = screen.body_language(shared).dialect;
    let selected = screen.buffer().filter(|buffer| buffer.editor.is_in_prose()).map(|buffer| {
        let editor = &buffer.editor;
        // The text after the selection does not change, so its length gives the end of the paste.
        (editor.selection().span().start, editor.len() - editor.selection().span().end)
    });
    let Some((start, n_after)) = selected.filter(|_| can_edit(screen, shared)) else {
        return apply(screen, shared, Command::Paste(text.to_owned()));
    };
    let prepared = prepare_paste(text, dialect);
    let effects = apply(screen, shared, Command::Paste(prepared.text().to_owned()));
    match prepared {
        PreparedPaste::Plain(_) => {}
        PreparedPaste::AlreadyEscaped(_) => {
            shared.show_notice("pasted as it is: its escapes are valid in a JSON string");
        }
        PreparedPaste::Escaped(_) => {
            shared.show_notice("pasted with escapes for JSON; the palette has \"Paste as is\"");
            if let Some(buffer) = screen.buffer_mut() {
                let span = Span::new(start, buffer.editor.len() - n_after);
                let version = buffer.editor.version();
                buffer.escaped_paste = Some(EscapedPaste { version, span, text: text.to_owned() });
            }
        }
    }
    effects
}

/// Replaces the text of the last paste, which was escaped for JSON, with the text as it was pasted.
pub(crate) fn paste_as_is(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let last = screen.buffer_mut().and_then(|buffer| {
        let version = buffer.editor.version();
        buffer.escaped_paste.take_if(|last| last.version == version)
    });
    let Some(EscapedPaste { span, text, .. }) = last else {
        return shared.only_notice("paste first: this action then removes the escapes that the paste got");
    };
    apply_all(screen, shared, vec![Command::Select(span), Command::Paste(text)])
}

pub(crate) fn apply(screen: &mut Compose, shared: &mut SharedState, command: Command) -> Vec<Effect> {
    if !keeps_text(&command) && !can_edit(screen, shared) {
        return actions::refuse_to_edit(shared);
    }
    let command = screen.redirect_to_block_tag(command);
    let keeps_tab_stops = keeps_text(&command)
        || matches!(command, Command::Type(_) | Command::Delete(_) | Command::Complete { .. });
    let completed = match &command {
        Command::Complete { edit, select } => {
            let rest = edit.replacement.get(select.end.saturating_sub(edit.span.start)..);
            // A tab stop lets Tab move the cursor to the end of the completed text. There is no tab stop if this text
            // continues on a later line after the cursor. In a text of several lines, the user expects Tab to indent.
            let span = Span::new(edit.span.start, edit.span.start + edit.replacement.len());
            Some(span).filter(|_| rest.is_some_and(|rest| !rest.contains('\n')))
        }
        _ => None,
    };
    let cut = if command == Command::Cut { register_to_cut(screen) } else { None };
    let Some(buffer) = screen.buffer_mut() else { return Vec::new() };
    let applied = buffer.editor.apply(command);
    // A tab stop is stored as distances from the start and the end of the body. Typing, deleting, and completing keep
    // the tab stops. Any other change may make the distances wrong, so after such a change the tab stops are removed.
    if !keeps_tab_stops {
        buffer.tab_stops.clear();
    }
    let len = buffer.editor.len();
    if let Some(span) = completed {
        buffer.tab_stops.push(span, len);
    }
    buffer.tab_stops.follow(buffer.editor.cursor(), len);
    let mut effects = Vec::new();
    if let Some(cut) = cut.filter(|_| applied.changed) {
        effects.extend(shared.copy_and_say("cut", cut));
    }
    if applied.changed {
        effects.extend(screen.start_typing());
        effects.extend(screen.compose(shared));
        effects.extend(screen.journal_soon(shared));
    }
    effects
}

/// Applies commands one after the other, but requests a composition only for the final text.
pub(crate) fn apply_all(
    screen: &mut Compose,
    shared: &mut SharedState,
    commands: Vec<Command>,
) -> Vec<Effect> {
    let mut effects: Vec<Effect> =
        commands.into_iter().flat_map(|command| apply(screen, shared, command)).collect();
    // Each command may have requested a composition. Only the latest request is for the final text.
    let newest = screen.message.latest();
    effects.retain(
        |effect| !matches!(effect, Effect::Task(Task::Compose(generation, _)) if Some(*generation) != newest),
    );
    effects
}

pub(crate) fn can_edit(screen: &Compose, shared: &SharedState) -> bool {
    shared.read_only.is_none() && screen.buffer().is_none_or(|buffer| buffer.is_readable)
}

/// Returns whether a command leaves the text unchanged.
pub(crate) fn keeps_text(command: &Command) -> bool {
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

/// Opens, updates, or closes the picker after a character was typed or deleted. In a large body, returns the timer that
/// opens the picker after the key was drawn.
fn follow_picker(screen: &mut Compose, shared: &mut SharedState) -> Option<Effect> {
    let editor = &screen.buffer().filter(|_| screen.has_hints())?.editor;
    if screen.completion.is_none() && !screen.has_instant_hints() {
        return Some(Effect::Loop(LoopEffect::After(Timer::OpenPicker(editor.version()))));
    }
    let (text, cursor) = (editor.text(), editor.cursor());
    let session = screen.completion.take();
    screen.completion =
        complete::update_session(session, &text, cursor, &screen.completion_inputs(shared).context());
    None
}

/// Opens the picker if the text before the cursor triggers it. Does nothing if the text has changed since `version`, or
/// if the body no longer has the keyboard.
pub(crate) fn open_picker_if_unchanged(screen: &mut Compose, shared: &mut SharedState, version: u64) {
    let Some(buffer) = screen.buffer().filter(|buffer| buffer.editor.version() == version) else {
        return;
    };
    if screen.completion.is_none()
        && screen.focus.in_body()
        && screen.is_uncovered(shared)
        && screen.search.is_none()
    {
        let (text, cursor) = (buffer.editor.text(), buffer.editor.cursor());
        screen.completion = complete::open(&text, cursor, &screen.completion_inputs(shared).context());
    }
}

/// Opens the picker for whatever fits at the cursor.
pub(crate) fn open_picker(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    if screen.buffer().is_none() {
        return shared.only_notice(actions::NO_CAMPAIGN);
    }
    screen.focus = Focus::enter(Pane::Body);
    vim::insert_here(screen);
    if let Some(message) = screen.hints_off_message() {
        return shared.only_notice(message);
    }
    if let Some(buffer) = screen.buffer() {
        let (text, cursor) = (buffer.editor.text(), buffer.editor.cursor());
        screen.completion = complete::open_here(&text, cursor, &screen.completion_inputs(shared).context());
        if screen.completion.is_none() {
            shared.show_notice("no completions here; type << for a variable");
        }
    }
    Vec::new()
}

/// Handles a key while the picker is open. Returns `None` if no picker is open, or if the key is meant for the editor.
pub(crate) fn press_in_picker(
    screen: &mut Compose,
    shared: &mut SharedState,
    key: Key,
) -> Option<Vec<Effect>> {
    let rows = completion::picker_layout(screen, shared).map_or(0, |layout| layout.rows.height);
    let session = screen.completion.as_mut()?;
    match key.code {
        KeyCode::Esc => {
            screen.completion = None;
            return Some(screen.compose(shared).into_iter().collect());
        }
        KeyCode::Up => session.choose_previous(),
        KeyCode::Down => session.choose_next(),
        KeyCode::PageUp | KeyCode::PageDown if session.armed && !key.shift => {
            let by = key.code.rows(rows.into()).unwrap_or(0);
            session.chosen = session.chosen.saturating_add_signed(by).min(session.n_rows().saturating_sub(1));
        }
        // Some triggers are also ordinary text: a single `{`, `@`, and the first character of markup. A picker that was
        // opened by such a trigger is not armed until an arrow key is pressed. Until then, Enter and Tab are meant for
        // the text.
        KeyCode::Enter | KeyCode::Tab if session.armed && !key.shift => return Some(accept(screen, shared)),
        KeyCode::Backspace => return None,
        _ if key.typed().is_some() => return None,
        _ => {
            // Any other key is meant for the text, so the picker closes.
            screen.completion = None;
            return None;
        }
    }
    Some(Vec::new())
}

pub(crate) fn accept(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let Some(session) = screen.completion.take() else { return Vec::new() };
    let Some(buffer) = screen.buffer() else { return Vec::new() };
    let (text, cursor) = (buffer.editor.text(), buffer.editor.cursor());
    let completion = session.accept(&text, cursor, &screen.completion_inputs(shared).context());
    let Some(completion) = completion else { return Vec::new() };
    let start = completion.edit.span.start;
    let effects =
        apply(screen, shared, Command::Complete { edit: completion.edit, select: completion.select });
    if let (Some(next), Some(buffer)) = (completion.next, screen.buffer_mut()) {
        buffer.tab_stops.push(Span::new(start, next), buffer.editor.len());
    }
    if completion.reopens_picker
        && let Some(buffer) = screen.buffer()
    {
        let (text, cursor) = (buffer.editor.text(), buffer.editor.cursor());
        screen.completion = complete::open_here(&text, cursor, &screen.completion_inputs(shared).context());
    }
    effects
}
