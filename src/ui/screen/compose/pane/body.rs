//! 3: the custom body in the editor, with the picker and the search line over it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::editor::view::{EditorView, Remark};
use crate::ui::screen::compose::focus::Pane;
use crate::ui::screen::compose::pane::frame;
use crate::ui::screen::compose::state::App;
use crate::ui::widget::draw;

/// Draws the pane; returns the cursor's cell while one types in it.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) -> Option<(u16, u16)> {
    let Some((campaign, buffer)) = app.open_campaign().zip(app.buffer()) else {
        let room = frame(app, Pane::Body, "Body", area, buf);
        draw_empty(app, room, buf);
        return None;
    };
    let file = campaign.body.path.rsplit('/').next().unwrap_or(&campaign.body.path);
    let mark = match (
        buffer.is_deleted,
        buffer.changed_outside,
        buffer.is_modified(),
        app.read_only.is_some() || !buffer.is_readable,
    ) {
        (true, _, _, _) => " ● deleted on disk",
        (false, true, _, _) => " ● changed on disk",
        (false, false, true, _) => " ●",
        (false, false, false, true) => " view only",
        (false, false, false, false) => "",
    };
    let hints = app.hints_off().map_or_else(String::new, |words| format!(" · {words}"));
    let room = frame(app, Pane::Body, &format!("{file}{mark}{hints}"), area, buf);
    draw_mode(app, area, buf);
    let text_area = text_area(app, room);
    let marks = app.marks();
    let has_keyboard = app.focus.in_body() && app.dialog.is_none();
    let liquid = app.composed_now().map_or(&[][..], |composed| composed.tokens.as_slice());
    let picture = EditorView {
        highlighter: Some(&buffer.highlighter),
        liquid,
        problems: &marks,
        block: app.block(),
        remark: remark(app),
        whitespace: app.settings.whitespace,
        linked: app.outlined(),
        matches: app.search.as_ref().map_or(&[][..], |search| search.matches.as_slice()),
        is_focused: has_keyboard,
        ..EditorView::new(&buffer.editor, buffer.viewport, &app.theme)
    };
    let cursor = picture.draw(text_area, buf);
    let cursor = match &app.vim {
        Some(vim) => picture.screen_of(text_area, vim.shown_cursor(&buffer.editor)),
        None => cursor,
    };
    let cursor = cursor.map(|cell| (cell.x, cell.y));
    if let Some(search) = &app.search {
        let line = Rect { y: room.bottom().saturating_sub(1), height: room.height.min(1), ..room };
        let selected = buffer.editor.selection().span();
        return search.draw(buf, line, &app.theme, selected).filter(|_| app.focus.pane == Pane::Body);
    }
    cursor.filter(|_| has_keyboard)
}

/// What is wrong on the cursor's line: at the cursor before all else, then the worst.
fn remark(app: &App) -> Option<Remark<'_>> {
    let editor = &app.buffer()?.editor;
    let cursor = editor.cursor();
    let line = editor.line_span(editor.line_of(cursor));
    let on_line = app.told().filter(|problem| {
        line.touches(problem.span.start) || line.touches(problem.span.end) && problem.span.start < line.start
    });
    let first = on_line.rev().max_by_key(|problem| (problem.span.touches(cursor), problem.severity))?;
    Some(Remark { severity: first.severity, words: &first.message })
}

/// Returns where the text is inside the pane: the search line takes the last one.
pub fn text_area(app: &App, room: Rect) -> Rect {
    Rect { height: room.height.saturating_sub(u16::from(app.search.is_some())), ..room }
}

/// Says in the border which of vim's modes keys are for.
fn draw_mode(app: &App, area: Rect, buf: &mut Buffer) {
    let Some(vim) = app.vim.as_ref().filter(|_| app.focus.in_body() && 2 < area.width) else { return };
    let line = Rect { x: area.x + 1, width: area.width - 2, height: area.height.min(1), ..area };
    draw::put_right(buf, line, line.y, &format!(" {} ", vim.shown()), app.theme.accent);
}

fn draw_empty(app: &App, room: Rect, buf: &mut Buffer) {
    let words =
        "Nothing is open.\n\nn makes a campaign: blank, CleverTap's sample, or a starter in each parse mode.";
    for (line, y) in draw::wrap(words, usize::from(room.width)).iter().zip(room.y..room.bottom()) {
        draw::put_line(buf, room, y, line, app.theme.dim);
    }
}
