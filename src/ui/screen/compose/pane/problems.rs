//! Draws pane 5, Problems: a summary of the sample check, and below it the list of all problems with their positions.
//! The sample check composes the open body for a sample of the recipients.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::diagnostic::Severity;
use crate::ui::screen::compose::{Compose, Pane, ProblemEntry, pane::frame, update::contexts};
use crate::ui::shared::{Action, SharedState};
use crate::ui::widget::draw;

/// If there is at most one problem per this many rows of the terminal, each problem may take two lines. Otherwise, each
/// problem takes one line. The chosen problem in the focused pane is an exception: it is shown in full.
const ROWS_PER_TWO_LINE_PROBLEM: usize = 8;

/// The summary may take two lines only if the pane can have at least this many lines inside its border.
const TWO_LINE_SUMMARY_HEIGHT: usize = 6;

pub(crate) fn draw(
    screen: &Compose,
    shared: &SharedState,
    area: Rect,
    buf: &mut Buffer,
) -> Option<(u16, u16)> {
    let (problems, shown) = (screen.problems(), screen.derived.shown_problems());
    let title = screen.list_title(Pane::Problems, shown.len(), problems.len());
    let inside = frame(screen, shared, Pane::Problems, &title, area, buf);
    let (inside, line) = screen.split_filter_line(Pane::Problems, inside);
    draw_list(screen, shared, inside, buf);
    screen.draw_filter_line(Pane::Problems, line?, &shared.theme, buf)
}

fn draw_list(screen: &Compose, shared: &SharedState, inside: Rect, buf: &mut Buffer) {
    let (problems, shown) = (screen.problems(), screen.derived.shown_problems());
    let (summary_lines, room) = split(screen, shared, problems, inside);
    let has_failures = summary(screen).is_some_and(|(_, has_failures)| has_failures);
    let style = if has_failures { shared.theme.warning } else { shared.theme.dim };
    for (text, y) in summary_lines.iter().zip(inside.y..) {
        draw::put_line(buf, inside, y, text, style);
    }
    if problems.is_empty() {
        let text = if screen.composed().is_some() && !screen.derived.has_deferred() {
            "✔ No problems for this profile"
        } else {
            ""
        };
        draw::put_line(buf, room, room.y, text, shared.theme.success);
        return;
    }
    if shown.is_empty() {
        draw::put_line(buf, room, room.y, "No matching problem", shared.theme.dim);
    }
    let has_focus = screen.focus.pane == Pane::Problems;
    let mut y = room.y;
    for at in shown.iter().copied().skip(first_shown(screen, shared, problems, room)) {
        let Some(problem) = problems.get(at) else { continue };
        let is_chosen = has_focus && at == screen.chosen_problem;
        let style = if is_chosen { shared.theme.chosen } else { shared.theme.text };
        let severity = problem.diagnostic().severity;
        for (n, line) in lines_of(screen, shared, problems, at, room.width).iter().enumerate() {
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
                draw::put(buf, row, row.x, y, glyph, if is_chosen { style } else { tone });
            }
            let rest = Rect { x: row.x + 2, width: row.width.saturating_sub(2), ..row };
            draw::put_line(buf, rest, y, line, style);
            y += 1;
        }
    }
}

/// Returns the summary of the sample check in parts, and whether any message fails. `None` if there is no result yet,
/// or if the sample is empty.
fn summary(screen: &Compose) -> Option<(Vec<String>, bool)> {
    screen.sample_report.value()?.summary()
}

/// Returns the lines of the summary, and the area of the list below them. If not everything fits, the list has
/// priority, but the summary keeps one line if the pane has more than one line.
fn split(
    screen: &Compose,
    shared: &SharedState,
    problems: &[ProblemEntry],
    inside: Rect,
) -> (Vec<String>, Rect) {
    let list = list_height(screen, shared, problems, inside.width);
    let mut above = summary_lines(screen, inside.width);
    let free = usize::from(inside.height).saturating_sub(list).max(1);
    above.truncate(if inside.height <= 1 { 0 } else { free });
    let height = u16::try_from(above.len()).unwrap_or(inside.height).min(inside.height);
    (above, Rect { y: inside.y + height, height: inside.height - height, ..inside })
}

/// Returns the summary in at most two lines. A part is never split between lines. A part that is wider than a line is
/// cut. Parts that do not fit into two lines are left out.
fn summary_lines(screen: &Compose, width: u16) -> Vec<String> {
    // The last column stays free, so that a long line does not run into the border.
    let width = usize::from(width.saturating_sub(1));
    let parts = summary(screen).map_or_else(Vec::new, |(parts, _)| parts);
    let mut lines: Vec<String> = Vec::new();
    for part in &parts {
        match lines.last_mut() {
            Some(line) if crate::text::width(line) + crate::text::width(part) <= width => line.push_str(part),
            // At the start of a line, the part needs no separator.
            _ => lines.push(draw::fit(part.trim_start_matches([',', '·', ' ']), width)),
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

/// Returns the number of lines that the pane needs inside its border at this width. The caller gives the pane at most
/// `max_lines`, but the returned number can be larger.
pub(crate) fn line_count(screen: &Compose, shared: &SharedState, width: u16, max_lines: usize) -> usize {
    let summary = summary_lines(screen, width).len();
    // In a short pane, the summary takes only one line, because the preview above needs the second line more.
    let above = if max_lines < TWO_LINE_SUMMARY_HEIGHT { summary.min(1) } else { summary };
    // Problems that the filter hides count too, so that the pane does not shrink with each letter. The line in which
    // the filter is typed comes on top.
    let filter_line = usize::from(screen.typed_filter() == Some(Pane::Problems));
    above + list_height(screen, shared, screen.problems(), width) + filter_line
}

fn list_height(screen: &Compose, shared: &SharedState, problems: &[ProblemEntry], width: u16) -> usize {
    let height = |at: usize| lines_of(screen, shared, problems, at, width).len();
    if !has_two_line_problems(shared, problems) {
        return problems.len() - 1 + height(screen.chosen_problem.min(problems.len() - 1));
    }
    (0..problems.len()).map(height).sum::<usize>().max(1)
}

// This depends on the terminal's height and not on the pane's, which itself depends on the number of lines.
fn has_two_line_problems(shared: &SharedState, problems: &[ProblemEntry]) -> bool {
    problems.len() <= usize::from(shared.size.1) / ROWS_PER_TWO_LINE_PROBLEM
}

/// Returns the lines of the problem at index `at`. In the focused pane, the chosen problem has all its lines and its
/// help. Any other problem has at most two lines if there are few problems, and one line otherwise.
fn lines_of(
    screen: &Compose,
    shared: &SharedState,
    problems: &[ProblemEntry],
    at: usize,
    width: u16,
) -> Vec<String> {
    let Some(problem) = problems.get(at) else { return Vec::new() };
    let width = usize::from(width.saturating_sub(2)).max(1);
    let diagnostic = problem.diagnostic();
    // The key that works where the focus is: in a text field, `.` would be typed.
    let key = shared.keymap.shown_key(contexts(screen), Action::Fix).filter(|_| !diagnostic.fixes.is_empty());
    let fix = key.map_or_else(String::new, |key| format!(" [{key} fix]"));
    let full = format!("{}{fix}", text_of(screen, problem));
    let is_chosen = screen.focus.pane == Pane::Problems && at == screen.chosen_problem;
    if !is_chosen && !has_two_line_problems(shared, problems) {
        return vec![draw::fit(&full, width)];
    }
    let mut lines = draw::wrap(&full, width);
    if !is_chosen {
        return shorten(lines, width);
    }
    if let Some(help) = &diagnostic.help {
        lines.extend(draw::wrap(help, width));
    }
    lines
}

/// Returns a problem's position and message. A filter is applied to this text.
pub(crate) fn text_of(screen: &Compose, problem: &ProblemEntry) -> String {
    let diagnostic = problem.diagnostic();
    let position = match problem {
        ProblemEntry::Body(_) | ProblemEntry::Sample(_) if problem.in_body().is_some() => {
            let editor = screen.buffer().map(|buffer| &buffer.editor);
            let position = editor.map(|editor| editor.position(diagnostic.span.start));
            position.map_or_else(String::new, |position| format!("{}:{}", position.line, position.column))
        }
        ProblemEntry::Body(_) | ProblemEntry::Sample(_) => "webhook".to_owned(),
        ProblemEntry::File(problem) => format!("{}:{}", problem.path, problem.position.line),
    };
    format!("{position} {}", diagnostic.message)
}

/// Shortens the lines of a problem to two. The second line ends with an ellipsis if text was cut off.
fn shorten(mut lines: Vec<String>, width: usize) -> Vec<String> {
    if 2 < lines.len() {
        let rest = lines.drain(1..).collect::<Vec<_>>().join(" ");
        lines.push(draw::fit(&rest, width));
    }
    lines
}

/// Returns the index, in the filtered list, of the first problem on screen.
fn first_shown(screen: &Compose, shared: &SharedState, problems: &[ProblemEntry], room: Rect) -> usize {
    let shown = screen.derived.shown_problems();
    let height =
        |at: usize| shown.get(at).map_or(0, |at| lines_of(screen, shared, problems, *at, room.width).len());
    let chosen = shown.partition_point(|at| *at < screen.chosen_problem).min(shown.len().saturating_sub(1));
    // If the chosen problem has more lines than the pane, it is shown from its first line.
    let mut free = usize::from(room.height).saturating_sub(height(chosen));
    let mut first = chosen;
    while let Some(before) = first.checked_sub(1) {
        let lines = height(before);
        if free < lines {
            break;
        }
        free -= lines;
        first = before;
    }
    first
}

/// Returns the index of the problem at row `y` of the screen. `None` if no problem is there.
pub(crate) fn at_line(screen: &Compose, shared: &SharedState, area: Rect, y: u16) -> Option<usize> {
    let problems = screen.problems();
    let room = list_area(screen, shared, area);
    let mut line = usize::from(y.checked_sub(room.y).filter(|line| *line < room.height)?);
    let first = first_shown(screen, shared, problems, room);
    for at in screen.derived.shown_problems().iter().copied().skip(first) {
        let n_lines = lines_of(screen, shared, problems, at, room.width).len();
        if line < n_lines {
            return Some(at);
        }
        line -= n_lines;
    }
    None
}

/// Returns the number of problems that are completely on screen.
pub(crate) fn page(screen: &Compose, shared: &SharedState, area: Rect) -> usize {
    let (problems, room) = (screen.problems(), list_area(screen, shared, area));
    let shown = screen.derived.shown_problems().iter().skip(first_shown(screen, shared, problems, room));
    let mut free = usize::from(room.height);
    let fits = |at: &&usize| {
        let lines = lines_of(screen, shared, problems, **at, room.width).len();
        let fits = lines <= free;
        free = free.saturating_sub(lines);
        fits
    };
    shown.take_while(fits).count()
}

fn list_area(screen: &Compose, shared: &SharedState, area: Rect) -> Rect {
    let (room, _) = screen.split_filter_line(Pane::Problems, draw::inside(area));
    split(screen, shared, screen.problems(), room).1
}
