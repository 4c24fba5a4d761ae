//! Breaking lines at a width: between words, within a word where it alone is wider, between ideographs.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::text;
use crate::ui::shared::message::style::Stretch;
use crate::ui::shared::message::{Line, Options, Role, Run, RunStyle};

#[derive(Debug, Clone)]
struct Cell {
    text: String,
    width: usize,
    stretch: usize,
    source: Range<usize>,
    /// A line may end behind it.
    breaks: bool,
    is_space: bool,
}

/// Lays out one paragraph, `range` of the text without line breaks; an empty one is one empty line.
pub(super) fn paragraph(
    source: &str,
    range: Range<usize>,
    stretches: &[Stretch],
    options: Options,
) -> Vec<Line> {
    let cells = cells(source, range, stretches, options);
    let mut lines = Vec::new();
    let mut start = 0;
    while start < cells.len() {
        let end = line_end(&cells[start..], options.width) + start;
        let is_last = end == cells.len();
        // White space that a line breaks at is neither shown nor carried over.
        let shown =
            cells[start..end].iter().rposition(|cell| is_last || !cell.is_space).map_or(0, |at| at + 1);
        lines.push(line(&cells[start..start + shown], stretches));
        start = end + cells[end..].iter().take_while(|cell| cell.is_space).count();
    }
    if lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

/// Lays out one line of code: never broken, cut where it is too wide.
pub(super) fn cut(source: &str, range: Range<usize>, stretches: &[Stretch], options: Options) -> Line {
    let cells = cells(source, range, stretches, options);
    let total: usize = cells.iter().map(|cell| cell.width).sum();
    if total <= options.width {
        return line(&cells, stretches);
    }
    let ellipsis = if options.is_ascii { "~" } else { "…" };
    let end = fitting(&cells, options.width.saturating_sub(1));
    let mut line = line(&cells[..end], stretches);
    line.runs.push(Run::of(ellipsis, Role::PreFrame));
    line
}

pub(super) fn line_width(line: &Line) -> usize {
    line.runs.iter().map(|run| text::width(&run.text)).sum()
}

fn cells(source: &str, range: Range<usize>, stretches: &[Stretch], options: Options) -> Vec<Cell> {
    let mut stretch = stretches.partition_point(|stretch| stretch.range.end <= range.start);
    let mut cells = Vec::new();
    for (at, grapheme) in source[range.clone()].grapheme_indices(true) {
        let at = range.start + at;
        while stretches.get(stretch).is_some_and(|stretch| stretch.range.end <= at) {
            stretch += 1;
        }
        let is_hidden = stretches.get(stretch).is_some_and(|stretch| stretch.is_hidden);
        let width = text::grapheme_width(grapheme);
        let shown = match is_hidden {
            true => if options.is_ascii { "#" } else { "░" }.repeat(width),
            false => text::visible(grapheme).into_owned(),
        };
        let is_space = grapheme.chars().all(|c| c == ' ');
        let breaks = is_space || matches!(grapheme, "-" | "/" | "–" | "—") || is_ideograph(grapheme);
        // A line may also end before an ideograph.
        if is_ideograph(grapheme)
            && let Some(before) = cells.last_mut()
        {
            let before: &mut Cell = before;
            before.breaks = true;
        }
        let source = at..at + grapheme.len();
        cells.push(Cell { text: shown, width, stretch, source, breaks, is_space });
    }
    cells
}

fn is_ideograph(grapheme: &str) -> bool {
    let is_wide = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    grapheme.chars().next().is_some_and(is_wide)
}

/// Returns how many cells fit into `width`, at least one.
fn fitting(cells: &[Cell], width: usize) -> usize {
    let mut used = 0;
    let fits = cells.iter().take_while(|cell| {
        used += cell.width;
        used <= width
    });
    fits.count()
}

/// Returns where the first line of `cells` ends: at the last place to break that fits, else where the width ends.
fn line_end(cells: &[Cell], width: usize) -> usize {
    let fits = fitting(cells, width);
    if fits == cells.len() || cells[fits].is_space {
        return fits.max(1);
    }
    match cells[..fits].iter().rposition(|cell| cell.breaks) {
        Some(at) => at + 1,
        None => fits.max(1),
    }
}

fn line(cells: &[Cell], stretches: &[Stretch]) -> Line {
    let mut runs: Vec<Run> = Vec::new();
    let mut last = None;
    for cell in cells {
        match runs.last_mut() {
            Some(run) if last == Some(cell.stretch) => {
                run.text.push_str(&cell.text);
                run.source = run.source.take().map(|source| source.start..cell.source.end);
            }
            _ => {
                let stretch = stretches.get(cell.stretch);
                runs.push(Run {
                    text: cell.text.clone(),
                    style: stretch.map_or(RunStyle::default(), |stretch| stretch.style),
                    source: Some(cell.source.clone()),
                    part: None,
                    link: stretch.and_then(|stretch| stretch.link.clone()),
                });
            }
        }
        last = Some(cell.stretch);
    }
    Line { runs }
}

/// Lays out an address in full behind `mark`, broken wherever the width ends.
pub(super) fn address(mark: &str, address: &str, width: usize) -> Vec<Line> {
    let indent = text::width(mark).min(width.saturating_sub(1));
    let visible = text::visible(address);
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for grapheme in visible.graphemes(true) {
        let cells = text::grapheme_width(grapheme);
        if width < indent + used + cells && 0 < used {
            pieces.push(String::new());
            used = 0;
        }
        used += cells;
        if let Some(piece) = pieces.last_mut() {
            piece.push_str(grapheme);
        }
    }
    let lines = pieces.into_iter().enumerate().map(|(nth, piece)| {
        let lead = if nth == 0 && indent == text::width(mark) { mark.to_owned() } else { " ".repeat(indent) };
        let mut run = Run::of(piece, Role::Address);
        run.link = Some(address.to_owned());
        Line { runs: vec![Run::of(lead, Role::Address), run] }
    });
    lines.collect()
}

/// Returns `label` in exactly `width` cells: in the middle, cut with an ellipsis where it is wider.
pub(super) fn centred(label: &str, width: usize, is_ascii: bool) -> String {
    let cut = shortened(label, width, is_ascii);
    let free = width.saturating_sub(text::width(&cut));
    format!("{}{cut}{}", " ".repeat(free / 2), " ".repeat(free - free / 2))
}

pub(super) fn shortened(label: &str, width: usize, is_ascii: bool) -> String {
    let visible = text::visible(label);
    if text::width(&visible) <= width {
        return visible.into_owned();
    }
    let ellipsis = if is_ascii { "~" } else { "…" };
    let mut cut = String::new();
    let mut used = 1;
    for grapheme in visible.graphemes(true) {
        used += text::grapheme_width(grapheme);
        if width < used {
            break;
        }
        cut.push_str(grapheme);
    }
    if 0 < width {
        cut.push_str(ellipsis);
    }
    cut
}
