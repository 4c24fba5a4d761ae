//! 5: everything wrong, each with its place.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::diagnostic::Severity;
use crate::ui::screen::compose::{Compose, Pane, Problem, pane::frame};
use crate::ui::shared::Shared;
use crate::ui::widget::draw;

/// Up to how many problems have two lines each.
const FEW: usize = 3;

/// From how many lines of the pane on the summary may have two.
const SUMMARY_WHOLE: usize = 6;

pub fn draw(screen: &Compose, shared: &Shared, area: Rect, buf: &mut Buffer) {
    let problems = screen.problems();
    let title =
        if problems.is_empty() { "Problems".to_owned() } else { format!("Problems {}", problems.len()) };
    let inside = frame(screen, shared, Pane::Problems, &title, area, buf);
    let (above, room) = split(screen, problems, inside);
    let is_bad = summary(screen).is_some_and(|(_, is_bad)| is_bad);
    let style = if is_bad { shared.theme.warning } else { shared.theme.dim };
    for (words, y) in above.iter().zip(inside.y..) {
        draw::put_line(buf, inside, y, words, style);
    }
    if problems.is_empty() {
        let words = if screen.composed().is_some() && !screen.derived.has_untold() {
            "✔ nothing wrong for this profile"
        } else {
            ""
        };
        draw::put_line(buf, room, room.y, words, shared.theme.success);
        return;
    }
    let has_focus = screen.focus.pane == Pane::Problems;
    let mut y = room.y;
    for (at, problem) in problems.iter().enumerate().skip(first_shown(screen, problems, room)) {
        let is_chosen = has_focus && at == screen.problem;
        let style = if is_chosen { shared.theme.chosen } else { shared.theme.text };
        let severity = problem.diagnostic().severity;
        for (n, line) in lines_of(screen, problems, at, room.width).iter().enumerate() {
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
                    Severity::Error => shared.theme.error,
                    Severity::Warning => shared.theme.warning,
                    Severity::Info => shared.theme.info,
                };
                draw::put(buf, row, row.x, y, glyph, style.patch(tone));
            }
            let rest = Rect { x: row.x + 2, width: row.width.saturating_sub(2), ..row };
            draw::put_line(buf, rest, y, line, style);
            y += 1;
        }
    }
}

/// What a sample of the recipients showed, and whether messages fail.
fn summary(screen: &Compose) -> Option<(String, bool)> {
    screen.worst.value()?.summary()
}

/// The lines of the summary, and the room of the list below them. Where all does not fit, the list goes first, but for
/// one line.
fn split(screen: &Compose, problems: &[Problem], inside: Rect) -> (Vec<String>, Rect) {
    let list = list_height(screen, problems, inside.width);
    let mut above = summary_lines(screen, inside.width);
    let free = usize::from(inside.height).saturating_sub(list).max(1);
    above.truncate(if inside.height <= 1 { 0 } else { free });
    let height = u16::try_from(above.len()).unwrap_or(inside.height).min(inside.height);
    (above, Rect { y: inside.y + height, height: inside.height - height, ..inside })
}

/// The summary in at most two lines, no part of it broken; what does not fit is left out.
fn summary_lines(screen: &Compose, width: u16) -> Vec<String> {
    let width = usize::from(width);
    let words = summary(screen).map_or_else(String::new, |(words, _)| words);
    let mut lines: Vec<String> = Vec::new();
    for part in words.split(" · ").filter(|part| !part.is_empty()) {
        match lines.last_mut() {
            Some(line) if crate::text::width(line) + 3 + crate::text::width(part) <= width => {
                line.push_str(" · ");
                line.push_str(part);
            }
            _ => lines.push(draw::fit(part, width)),
        }
    }
    lines.truncate(2);
    lines
}

fn glyph(severity: Severity) -> (&'static str, Severity) {
    match severity {
        Severity::Error => ("✘", severity),
        Severity::Warning => ("!", severity),
        Severity::Info => ("i", severity),
    }
}

/// Returns how many lines the problems would like to have inside a pane of this width, which may have `most`.
pub fn line_count(screen: &Compose, _shared: &Shared, width: u16, most: usize) -> usize {
    let summary = summary_lines(screen, width).len();
    // On a small screen the message needs the second line more.
    let above = if most < SUMMARY_WHOLE { summary.min(1) } else { summary };
    above + list_height(screen, screen.problems(), width)
}

fn list_height(screen: &Compose, problems: &[Problem], width: u16) -> usize {
    let height = |at: usize| lines_of(screen, problems, at, width).len();
    if FEW < problems.len() {
        return problems.len() - 1 + height(screen.problem.min(problems.len() - 1));
    }
    (0..problems.len()).map(height).sum::<usize>().max(1)
}

/// The lines of a problem: the chosen one whole with its help while one is in the pane; the others on two where they
/// are few, else on one.
fn lines_of(screen: &Compose, problems: &[Problem], at: usize, width: u16) -> Vec<String> {
    let Some(problem) = problems.get(at) else { return Vec::new() };
    let width = usize::from(width.saturating_sub(2)).max(1);
    let diagnostic = problem.diagnostic();
    let place = match problem {
        Problem::InBody(_) | Problem::ForSome(_) if problem.in_body().is_some() => {
            let editor = screen.buffer().map(|buffer| &buffer.editor);
            let place = editor.map(|editor| editor.position(diagnostic.span.start));
            place.map_or_else(String::new, |place| format!("{}:{}", place.line, place.column))
        }
        Problem::InBody(_) | Problem::ForSome(_) => "webhook".to_owned(),
        Problem::InFile(problem) => format!("{}:{}", problem.path, problem.position.line),
    };
    let fix = if diagnostic.fixes.is_empty() { "" } else { " · . fix" };
    let whole = format!("{place} {}{fix}", diagnostic.message);
    let is_chosen = screen.focus.pane == Pane::Problems && at == screen.problem;
    if !is_chosen && FEW < problems.len() {
        return vec![draw::fit(&whole, width)];
    }
    let mut lines = draw::wrap(&whole, width);
    if !is_chosen {
        return shortened(lines, width);
    }
    if let Some(help) = &diagnostic.help {
        lines.extend(draw::wrap(help, width));
    }
    lines
}

/// The first two of a problem's lines; the second says where more is left out.
fn shortened(mut lines: Vec<String>, width: usize) -> Vec<String> {
    if 2 < lines.len() {
        let rest = lines.drain(1..).collect::<Vec<_>>().join(" ");
        lines.push(draw::fit(&rest, width));
    }
    lines
}

fn first_shown(screen: &Compose, problems: &[Problem], room: Rect) -> usize {
    let chosen = screen.problem.min(problems.len().saturating_sub(1));
    // One that is higher than the pane is shown from its first line.
    let mut free =
        usize::from(room.height).saturating_sub(lines_of(screen, problems, chosen, room.width).len());
    let mut first = chosen;
    while let Some(before) = first.checked_sub(1) {
        let lines = lines_of(screen, problems, before, room.width).len();
        if free < lines {
            break;
        }
        free -= lines;
        first = before;
    }
    first
}

/// Returns the problem at a line of the pane, from 0.
pub fn at_line(screen: &Compose, _shared: &Shared, area: Rect, y: u16) -> Option<usize> {
    let problems = screen.problems();
    let (_, room) = split(screen, problems, draw::inside(area));
    let mut line = usize::from(y.checked_sub(room.y).filter(|line| *line < room.height)?);
    for at in first_shown(screen, problems, room)..problems.len() {
        let n_lines = lines_of(screen, problems, at, room.width).len();
        if line < n_lines {
            return Some(at);
        }
        line -= n_lines;
    }
    None
}
