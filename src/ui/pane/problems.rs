//! 5: everything wrong, each with its place.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::frame;
use crate::diagnostic::Severity;
use crate::text::LineIndex;
use crate::ui::app::{App, Problem};
use crate::ui::draw;
use crate::ui::focus::Pane;
use crate::ui::worst::ForSome;

/// Draws the list.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let problems = app.problems();
    let title =
        if problems.is_empty() { "Problems".to_owned() } else { format!("Problems {}", problems.len()) };
    let inside = frame(app, Pane::Problems, &title, area, buf);
    let room = list_room(app, inside);
    if let (Some((words, is_bad)), true) = (summary(app), room.y != inside.y) {
        draw::put_line(buf, inside, inside.y, &words, if is_bad { app.theme.warning } else { app.theme.dim });
    }
    if problems.is_empty() {
        let words = if app.composed.is_some() && !app.has_untold() {
            "✔ nothing wrong for this profile"
        } else {
            ""
        };
        draw::put_line(buf, room, room.y, words, app.theme.success);
        return;
    }
    let text = app.buffer().map(|buffer| buffer.editor.text()).unwrap_or_default();
    let index = LineIndex::new(&text);
    let rows = rows(app, &problems, &text, &index, room);
    let has_focus = app.focus.pane == Pane::Problems;
    let mut y = room.y;
    for (at, lines) in rows.iter().skip(first_shown(app, &rows, room.height)) {
        let is_chosen = has_focus && *at == app.problem;
        let style = if is_chosen { app.theme.chosen } else { app.theme.text };
        let severity = problems[*at].diagnostic().severity;
        for (n, line) in lines.iter().enumerate() {
            if room.bottom() <= y {
                return;
            }
            let row = Rect { y, height: 1, ..room };
            if is_chosen {
                draw::fill(buf, row, style);
            }
            if n == 0 {
                let (glyph, tone) = glyph(severity);
                let tone = match tone {
                    Severity::Error => app.theme.error,
                    Severity::Warning => app.theme.warning,
                    Severity::Info => app.theme.info,
                };
                draw::put(buf, row, row.x, y, glyph, style.patch(tone));
            }
            let rest = Rect { x: row.x + 2, width: row.width.saturating_sub(2), ..row };
            draw::put_line(buf, rest, y, line, style);
            y += 1;
        }
    }
}

/// What a sample of the recipients showed, in one line above the list.
fn summary(app: &App) -> Option<(String, bool)> {
    app.worst.as_ref()?.summary()
}

/// The room of the list itself; the line above it goes first where there is room for one line only.
fn list_room(app: &App, inside: Rect) -> Rect {
    match summary(app) {
        Some(_) if 1 < inside.height => Rect { y: inside.y + 1, height: inside.height - 1, ..inside },
        _ => inside,
    }
}

fn glyph(severity: Severity) -> (&'static str, Severity) {
    match severity {
        Severity::Error => ("✘", severity),
        Severity::Warning => ("!", severity),
        Severity::Info => ("i", severity),
    }
}

/// Returns how many lines the problems would like to have inside a pane of this width.
pub fn line_count(app: &App, width: u16) -> usize {
    let problems = app.problems();
    let above = usize::from(summary(app).is_some());
    if app.focus.pane != Pane::Problems {
        return above + problems.len().max(1);
    }
    let text = app.buffer().map(|buffer| buffer.editor.text()).unwrap_or_default();
    let room = Rect { width, ..Rect::default() };
    let rows = rows(app, &problems, &text, &LineIndex::new(&text), room);
    above + rows.iter().map(|(_, lines)| lines.len()).sum::<usize>().max(1)
}

/// The lines of each problem: the chosen one whole with its help while one is in the pane, the others on one line.
fn rows(
    app: &App,
    problems: &[Problem],
    text: &str,
    index: &LineIndex,
    room: Rect,
) -> Vec<(usize, Vec<String>)> {
    let width = usize::from(room.width.saturating_sub(2)).max(1);
    let has_focus = app.focus.pane == Pane::Problems;
    let row = |(at, problem): (usize, &Problem)| {
        let diagnostic = problem.diagnostic();
        let place = match problem {
            Problem::InBody(_) | Problem::ForSome(ForSome { is_in_body: true, .. }) => {
                let place = index.position(text, diagnostic.span.start);
                format!("{}:{}", place.line, place.column)
            }
            Problem::ForSome(ForSome { is_in_body: false, .. }) => "webhook".to_owned(),
            Problem::InFile(problem) => format!("{}:{}", problem.path, problem.position.line),
        };
        let fix = if diagnostic.fixes.is_empty() { "" } else { " · . fix" };
        let whole = format!("{place} {}{fix}", diagnostic.message);
        if !(has_focus && at == app.problem) {
            return (at, vec![draw::fit(&whole, width)]);
        }
        let mut lines = draw::wrap(&whole, width);
        if let Some(help) = &diagnostic.help {
            lines.extend(draw::wrap(help, width));
        }
        (at, lines)
    };
    problems.iter().enumerate().map(row).collect()
}

fn first_shown(app: &App, rows: &[(usize, Vec<String>)], height: u16) -> usize {
    let mut used = 0;
    let chosen = app.problem.min(rows.len().saturating_sub(1));
    for (at, lines) in rows.iter().take(chosen + 1).rev() {
        used += lines.len();
        if usize::from(height) < used {
            // One that is higher than the pane is shown from its first line.
            return (at + 1).min(chosen);
        }
    }
    0
}

/// Returns the problem at a line of the pane, from 0.
pub fn at_line(app: &App, area: Rect, y: u16) -> Option<usize> {
    let room = list_room(app, crate::ui::layout::inside(area));
    let problems = app.problems();
    let text = app.buffer().map(|buffer| buffer.editor.text()).unwrap_or_default();
    let rows = rows(app, &problems, &text, &LineIndex::new(&text), room);
    let mut line = usize::from(y.checked_sub(room.y).filter(|line| *line < room.height)?);
    for (at, lines) in rows.iter().skip(first_shown(app, &rows, room.height)) {
        if line < lines.len() {
            return Some(*at);
        }
        line -= lines.len();
    }
    None
}
