//! 5: everything wrong, each with its place.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::frame;
use crate::diagnostic::Severity;
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
    let has_focus = app.focus.pane == Pane::Problems;
    let mut y = room.y;
    for (at, problem) in problems.iter().enumerate().skip(first_shown(app, &problems, room)) {
        let is_chosen = has_focus && at == app.problem;
        let style = if is_chosen { app.theme.chosen } else { app.theme.text };
        let severity = problem.diagnostic().severity;
        for (n, line) in lines_of(app, at, problem, room.width).iter().enumerate() {
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
    let chosen = problems.get(app.problem).filter(|_| app.focus.pane == Pane::Problems);
    let more = chosen.map_or(0, |chosen| lines_of(app, app.problem, chosen, width).len().saturating_sub(1));
    above + problems.len().max(1) + more
}

/// The lines of a problem: the chosen one whole with its help while one is in the pane, the others on one line.
fn lines_of(app: &App, at: usize, problem: &Problem, width: u16) -> Vec<String> {
    let width = usize::from(width.saturating_sub(2)).max(1);
    let diagnostic = problem.diagnostic();
    let place = match problem {
        Problem::InBody(_) | Problem::ForSome(ForSome { is_in_body: true, .. }) => {
            let editor = app.buffer().map(|buffer| &buffer.editor);
            let place = editor.map(|editor| editor.position(diagnostic.span.start));
            place.map_or_else(String::new, |place| format!("{}:{}", place.line, place.column))
        }
        Problem::ForSome(ForSome { is_in_body: false, .. }) => "webhook".to_owned(),
        Problem::InFile(problem) => format!("{}:{}", problem.path, problem.position.line),
    };
    let fix = if diagnostic.fixes.is_empty() { "" } else { " · . fix" };
    let whole = format!("{place} {}{fix}", diagnostic.message);
    if app.focus.pane != Pane::Problems || at != app.problem {
        return vec![draw::fit(&whole, width)];
    }
    let mut lines = draw::wrap(&whole, width);
    if let Some(help) = &diagnostic.help {
        lines.extend(draw::wrap(help, width));
    }
    lines
}

/// The first problem that is shown so that the chosen one is in sight; only that one has more than one line.
fn first_shown(app: &App, problems: &[Problem], room: Rect) -> usize {
    let chosen = app.problem.min(problems.len().saturating_sub(1));
    let lines = problems.get(chosen).map_or(0, |problem| lines_of(app, chosen, problem, room.width).len());
    // One that is higher than the pane is shown from its first line.
    chosen - usize::from(room.height).saturating_sub(lines).min(chosen)
}

/// Returns the problem at a line of the pane, from 0.
pub fn at_line(app: &App, area: Rect, y: u16) -> Option<usize> {
    let room = list_room(app, crate::ui::layout::inside(area));
    let problems = app.problems();
    let mut line = usize::from(y.checked_sub(room.y).filter(|line| *line < room.height)?);
    for (at, problem) in problems.iter().enumerate().skip(first_shown(app, &problems, room)) {
        let n_lines = lines_of(app, at, problem, room.width).len();
        if line < n_lines {
            return Some(at);
        }
        line -= n_lines;
    }
    None
}
