//! Lays out and draws the completion picker over the body. It lists the items that can complete the text at the cursor,
//! and shows the documentation of the chosen item.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;

use crate::complete::{CompletionItem, Session};
use crate::text::{Span, grouped, width};
use crate::ui::screen::compose::{Compose, popup};
use crate::ui::shared::SharedState;
use crate::ui::widget::{draw, draw::inside};

const MAX_ROWS: u16 = 9;

const MAX_DOC_LINES: usize = 2;

// The documentation is shown only if there is also room for this many items, or for all items if the list has fewer.
const MIN_ROWS_WITH_DOC: u16 = 4;

// The smallest and the largest width of the picker in cells, inside its border. A narrow terminal can make the picker
// narrower.
const WIDTHS: std::ops::RangeInclusive<u16> = 30..=62;

// The width of the picker depends on its first rows only. The list can have thousands of properties and is laid out in
// every frame, so measuring all rows would be slow.
const MEASURED_ROWS: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PickerLayout {
    /// The area of the picker, including its border.
    pub area: Rect,
    pub rows: Rect,
    /// The area of the documentation, including the horizontal line above it. This area is empty if neither the chosen
    /// item nor any measured item has documentation, or if there is no room.
    doc: Rect,
}

pub(crate) fn picker_layout(screen: &Compose, shared: &SharedState) -> Option<PickerLayout> {
    let session = screen.completion.as_ref().filter(|_| screen.is_uncovered(shared))?;
    let token = Span::new(session.anchor(), screen.buffer()?.editor.cursor());
    let wanted = session.rows().take(MEASURED_ROWS).map(|(item, _)| row_width(item)).max().unwrap_or(0);
    let widest = (*WIDTHS.end()).min(shared.size.0.saturating_sub(2));
    let row_width = u16::try_from(wanted).unwrap_or(u16::MAX).clamp((*WIDTHS.start()).min(widest), widest);
    let rows = u16::try_from(session.n_rows()).unwrap_or(MAX_ROWS).min(MAX_ROWS);
    let doc = u16::try_from(doc_lines(session, row_width).len()).unwrap_or(0);
    // The horizontal line above the documentation takes one more row.
    let doc = if doc == 0 { 0 } else { doc + 1 };
    let area = popup::area_near(screen, shared, token, row_width + 2, rows + doc + 2)?;
    let room = inside(area);
    let doc = if doc + rows.min(MIN_ROWS_WITH_DOC) <= room.height { doc } else { 0 };
    let rows = Rect { height: room.height - doc, ..room };
    Some(PickerLayout { area, rows, doc: Rect { y: rows.bottom(), height: doc, ..room } })
}

fn row_width(item: &CompletionItem) -> usize {
    let gap = if item.detail.is_empty() { 2 } else { 4 };
    width(&item.label) + width(&item.detail) + gap
}

/// Returns the documentation of the chosen row in at most `MAX_DOC_LINES` wrapped lines. Shorter documentation is
/// padded with empty lines to the height of the longest documentation among the measured rows.
// The empty lines keep the picker the same size while the user moves through the rows.
fn doc_lines(session: &Session, row_width: u16) -> Vec<String> {
    let room = usize::from(row_width).saturating_sub(2);
    let doc = session.chosen_item().map_or("", |item| item.doc.as_str());
    let mut lines = draw::wrap(doc, room);
    if MAX_DOC_LINES < lines.len() {
        let rest = lines.split_off(MAX_DOC_LINES - 1).join(" ");
        lines.push(draw::fit(&rest, room));
    }
    let n_lines = session.rows().take(MEASURED_ROWS).map(|(item, _)| width(&item.doc).div_ceil(room.max(1)));
    lines.resize(n_lines.max().unwrap_or(0).clamp(lines.len().min(1), MAX_DOC_LINES), String::new());
    lines
}

fn top(session: &Session, height: u16) -> usize {
    let height = usize::from(height);
    session.chosen.saturating_sub(height / 2).min(session.n_rows().saturating_sub(height))
}

pub(crate) fn row_at(screen: &Compose, rows: Rect, y: u16) -> Option<usize> {
    let session = screen.completion.as_ref()?;
    let at = top(session, rows.height) + usize::from(y.checked_sub(rows.y)?);
    (at < session.n_rows()).then_some(at)
}

pub(crate) fn draw(screen: &Compose, shared: &SharedState, buf: &mut Buffer) {
    let (Some(layout), Some(session)) = (picker_layout(screen, shared), &screen.completion) else { return };
    let border = shared.theme.popup.patch(shared.theme.border_focused);
    draw::fill(buf, layout.area, shared.theme.popup);
    draw::border(buf, layout.area, border);
    let top = top(session, layout.rows.height);
    let shown = session.rows().enumerate().skip(top).zip(layout.rows.y..layout.rows.bottom());
    for ((at, (item, letters)), y) in shown {
        let is_chosen = session.armed && at == session.chosen;
        draw_row(shared, item, letters, is_chosen, Rect { y, height: 1, ..layout.rows }, buf);
    }
    draw_doc(shared, session, layout, border, buf);
    let bottom = Rect { x: layout.area.x + 1, y: layout.area.bottom() - 1, height: 1, ..layout.rows };
    let hint = if session.armed { " Enter accept · Esc close " } else { " ↑↓ to choose " };
    draw::put_line(buf, bottom, bottom.y, hint, shared.theme.popup.patch(shared.theme.key_hint));
    let count = format!(" {}/{} ", grouped(session.chosen + 1), grouped(session.n_rows()));
    if usize::from(layout.rows.height) < session.n_rows()
        && width(hint) + width(&count) < usize::from(bottom.width)
    {
        draw::put_right(buf, bottom, bottom.y, &count, shared.theme.popup.patch(shared.theme.key_hint));
    }
}

fn draw_row(
    shared: &SharedState,
    item: &CompletionItem,
    letters: &[u32],
    is_chosen: bool,
    line: Rect,
    buf: &mut Buffer,
) {
    let style = if is_chosen { shared.theme.popup_chosen } else { shared.theme.popup };
    let matched = style.patch(shared.theme.accent).add_modifier(Modifier::BOLD);
    draw::fill(buf, line, style);
    // The label has priority over the detail, which gets the rest of the line.
    let label = u16::try_from(width(&item.label)).unwrap_or(line.width).min(line.width.saturating_sub(2));
    let room = Rect { x: line.x + 1, width: label.min(line.width.saturating_sub(1)), ..line };
    put_matched(buf, room, &item.label, letters, style, if is_chosen { style } else { matched });
    let rest = line.width.saturating_sub(label + 4);
    if 4 <= rest {
        let detail = Rect { x: line.right() - rest - 1, width: rest, ..line };
        let style = if is_chosen { style } else { style.patch(shared.theme.dim) };
        draw::put_right(buf, detail, line.y, &item.detail, style);
    }
}

fn put_matched(buf: &mut Buffer, room: Rect, label: &str, letters: &[u32], plain: Style, matched: Style) {
    // In a truncated label, the matched letters are not highlighted, because some of them may be cut off.
    if usize::from(room.width) < width(label) {
        draw::put_line(buf, room, room.y, label, plain);
        return;
    }
    let mut x = room.x;
    let mut at = 0;
    for grapheme in label.graphemes(true) {
        let style = if letters.binary_search(&at).is_ok() { matched } else { plain };
        x = draw::put(buf, room, x, room.y, grapheme, style);
        // `letters` has the indices of chars, but the label is drawn by graphemes, which can have several chars.
        at += u32::try_from(grapheme.chars().count()).unwrap_or(1);
    }
}

fn draw_doc(shared: &SharedState, session: &Session, layout: PickerLayout, border: Style, buf: &mut Buffer) {
    if layout.doc.is_empty() {
        return;
    }
    let rule = "─".repeat(usize::from(layout.area.width.saturating_sub(2)));
    draw::put(buf, layout.area, layout.area.x, layout.doc.y, &format!("├{rule}┤"), border);
    let lines = doc_lines(session, layout.doc.width);
    for (line, y) in lines.iter().zip(layout.doc.y + 1..layout.doc.bottom()) {
        let room = Rect { x: layout.doc.x + 1, width: layout.doc.width.saturating_sub(2), ..layout.doc };
        draw::put_line(buf, room, y, line, shared.theme.popup);
    }
}
