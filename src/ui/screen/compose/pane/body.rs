//! Draws pane 3: the body of the open campaign in the editor. If the search line is open, draws it below the body.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::editor::view::{EditorView, InlineMessage};
use crate::ui::screen::compose::{Compose, Pane, pane::frame};
use crate::ui::shared::SharedState;
use crate::ui::widget::draw;

pub(crate) fn draw(
    screen: &Compose,
    shared: &SharedState,
    area: Rect,
    buf: &mut Buffer,
) -> Option<(u16, u16)> {
    let Some((campaign, buffer)) = screen.open_campaign(shared).zip(screen.buffer()) else {
        let room = frame(screen, shared, Pane::Body, "Body", area, buf);
        draw_empty(shared, room, buf);
        return None;
    };
    let file = campaign.body.path.rsplit('/').next().unwrap_or(&campaign.body.path);
    let mark = match (
        buffer.is_deleted,
        buffer.changed_outside,
        buffer.is_modified(),
        shared.read_only.is_some() || !buffer.is_readable,
    ) {
        (true, _, _, _) => " ● deleted on disk",
        (false, true, _, _) => " ● changed on disk",
        (false, false, true, _) => " ●",
        (false, false, false, true) => " view only",
        (false, false, false, false) => "",
    };
    let hints = screen.hints_off_message().map_or_else(String::new, |text| format!(" · {text}"));
    let room = frame(screen, shared, Pane::Body, &format!("{file}{mark}{hints}"), area, buf);
    draw_mode(screen, shared, area, buf);
    let text_area = text_area(screen, room);
    let has_keyboard = screen.focus.in_body() && screen.is_uncovered(shared);
    let liquid = screen.composed_if_current().map_or(&[][..], |composed| composed.tokens.as_slice());
    let view = EditorView {
        highlighter: Some(&buffer.highlighter),
        liquid,
        problems: screen.derived.marks(),
        block: screen.block_tags(),
        inline_message: inline_message(screen),
        whitespace: shared.settings.whitespace,
        linked: screen.outlined(),
        matches: screen.search.as_ref().map_or(&[][..], |search| search.matches.as_slice()),
        is_focused: has_keyboard,
        ..EditorView::new(&buffer.editor, buffer.viewport, &shared.theme)
    };
    let cursor = view.draw(text_area, buf);
    // The editor's cursor is between two characters. In normal mode, vim shows its cursor on a character, which can be
    // at another offset.
    let cursor = match &screen.vim {
        Some(vim) => view.screen_of(text_area, vim.shown_cursor(&buffer.editor)),
        None => cursor,
    };
    let cursor = cursor.map(|cell| (cell.x, cell.y));
    if let Some(search) = &screen.search {
        let line = Rect { y: room.bottom().saturating_sub(1), height: room.height.min(1), ..room };
        let selected = buffer.editor.selection().span();
        return search.draw(buf, line, &shared.theme, selected).filter(|_| screen.focus.pane == Pane::Body);
    }
    cursor.filter(|_| has_keyboard)
}

/// Returns the problem to show after the text of the cursor's line: the most severe problem at the cursor, or otherwise
/// the most severe problem of the line. `None` if the line has no problem, or if no body is open.
fn inline_message<'a>(screen: &'a Compose) -> Option<InlineMessage<'a>> {
    let editor = &screen.buffer()?.editor;
    let cursor = editor.cursor();
    let line = editor.line_span(editor.line_of(cursor));
    let on_line = screen.derived.body_problems().filter(|problem| {
        line.touches(problem.span.start) || line.touches(problem.span.end) && problem.span.start < line.start
    });
    // `max_by_key` returns the last of several equal maxima. The order is reversed, so that the first problem in the
    // text is returned.
    let first = on_line.rev().max_by_key(|problem| (problem.span.touches(cursor), problem.severity))?;
    Some(InlineMessage { severity: first.severity, text: &first.message })
}

/// Returns the area of the text inside the pane. An open search line takes the last row of the pane, and the area of
/// the text then ends above that row.
pub(crate) fn text_area(screen: &Compose, room: Rect) -> Rect {
    Rect { height: room.height.saturating_sub(u16::from(screen.search.is_some())), ..room }
}

fn draw_mode(screen: &Compose, shared: &SharedState, area: Rect, buf: &mut Buffer) {
    let Some(vim) = screen.vim.as_ref().filter(|_| screen.focus.in_body() && 2 < area.width) else { return };
    let line = Rect { x: area.x + 1, width: area.width - 2, height: area.height.min(1), ..area };
    draw::put_right(buf, line, line.y, &format!(" {} ", vim.status_text()), shared.theme.accent);
}

fn draw_empty(shared: &SharedState, room: Rect, buf: &mut Buffer) {
    let text = "No campaign is open.\n\nPress n to create one: blank, from CleverTap's sample, or from a \
                 starter for each parse mode.";
    for (line, y) in draw::wrap(text, usize::from(room.width)).iter().zip(room.y..room.bottom()) {
        draw::put_line(buf, room, y, line, shared.theme.dim);
    }
}
