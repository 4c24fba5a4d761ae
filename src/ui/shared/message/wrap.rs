//! Breaks lines at a width: between words, between ideographs, and inside a word that is too wide for a line. Styles do
//! not separate words: a bold word and the full stop after it stay together.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::text;
use crate::ui::shared::message::style::StyledRange;
use crate::ui::shared::message::{LayoutOptions, MessageLine, RunRole, RunStyle, StyledRun};

/// One grapheme as it is shown. It takes `width` cells of the screen.
#[derive(Debug, Clone)]
struct Cell {
    text: String,
    width: usize,
    /// The index of the styled range that the cell belongs to.
    styled_index: usize,
    source: Range<usize>,
    /// Whether a line may end after this cell. For a space, also whether a line may end before it.
    breaks: Breaks,
    is_space: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Breaks {
    Never,
    /// Only if the line has no other break: the place is in inline code that fits into a line of its own.
    InsideCode,
    Always,
}

/// Lays out one paragraph: a range of the text without a line break. An empty paragraph becomes one empty line.
pub(super) fn paragraph(
    source: &str,
    range: Range<usize>,
    styled: &[StyledRange],
    options: LayoutOptions,
) -> Vec<MessageLine> {
    let cells = cells(source, range, styled, options);
    let mut lines = Vec::new();
    let mut start = 0;
    while start < cells.len() {
        let end = line_end(&cells[start..], options.width) + start;
        let is_last = end == cells.len();
        // Spaces at a break are neither shown nor carried to the next line. Spaces at the end of the paragraph are
        // kept.
        let shown =
            cells[start..end].iter().rposition(|cell| is_last || !cell.is_space).map_or(0, |at| at + 1);
        lines.push(line(&cells[start..start + shown], styled));
        start = end + cells[end..].iter().take_while(|cell| cell.is_space).count();
    }
    if lines.is_empty() {
        lines.push(MessageLine::default());
    }
    lines
}

/// Lays out one line of code. The line is never wrapped: if it is too wide, it is cut and ends with an ellipsis.
pub(super) fn cut(
    source: &str,
    range: Range<usize>,
    styled: &[StyledRange],
    options: LayoutOptions,
) -> MessageLine {
    let cells = cells(source, range, styled, options);
    let total: usize = cells.iter().map(|cell| cell.width).sum();
    if total <= options.width {
        return line(&cells, styled);
    }
    let ellipsis = if options.is_ascii { "~" } else { "…" };
    // One cell is reserved for the ellipsis.
    let end = fitting(&cells, options.width.saturating_sub(1));
    let mut line = line(&cells[..end], styled);
    line.runs.push(StyledRun::of(ellipsis, RunRole::PreFrame));
    line
}

pub(super) fn line_width(line: &MessageLine) -> usize {
    line.runs.iter().map(|run| text::width(&run.text)).sum()
}

fn cells(source: &str, range: Range<usize>, styled: &[StyledRange], options: LayoutOptions) -> Vec<Cell> {
    // Graphemes and styled ranges are both sorted, so one pass is enough. Searching the styled ranges again for each
    // grapheme would be slow in long messages.
    let mut styled_index = styled.partition_point(|styled| styled.range.end <= range.start);
    let mut cells = Vec::new();
    for (at, grapheme) in source[range.clone()].grapheme_indices(true) {
        let at = range.start + at;
        while styled.get(styled_index).is_some_and(|styled| styled.range.end <= at) {
            styled_index += 1;
        }
        let is_hidden = styled.get(styled_index).is_some_and(|styled| styled.is_hidden);
        let width = text::grapheme_width(grapheme);
        let shown = match is_hidden {
            // The placeholder is as wide as the text that it hides, so that revealing a spoiler does not move the rest
            // of the line.
            true => if options.is_ascii { "#" } else { "░" }.repeat(width),
            false => text::visible(grapheme).into_owned(),
        };
        // Only U+0020 is a space here, because a line must not be broken at a no-break space.
        let is_space = grapheme.chars().all(|c| c == ' ');
        let is_break = is_space || matches!(grapheme, "-" | "/" | "–" | "—") || is_ideograph(grapheme);
        let breaks = if is_break && !is_opening(grapheme) { Breaks::Always } else { Breaks::Never };
        let before: Option<&mut Cell> = cells.last_mut();
        if let Some(before) = before.filter(|before| !before.is_space) {
            // A line may also end before an ideograph. Chinese and Japanese texts have no spaces at which to break.
            if is_ideograph(grapheme) && !is_opening(&before.text) {
                before.breaks = Breaks::Always;
            }
            if is_closing(grapheme) {
                before.breaks = Breaks::Never;
            }
        }
        let source = at..at + grapheme.len();
        cells.push(Cell { text: shown, width, styled_index, source, breaks, is_space });
    }
    keep_code_together(&mut cells, styled, options.width);
    cells
}

/// Makes each run of inline code that fits into a line break only if there is no other place.
fn keep_code_together(cells: &mut [Cell], styled: &[StyledRange], width: usize) {
    let is_code =
        |cell: &Cell| styled.get(cell.styled_index).is_some_and(|range| range.style.role == RunRole::Code);
    for run in cells.chunk_by_mut(|a, b| is_code(a) == is_code(b)) {
        if run.first().is_some_and(is_code)
            && run.iter().map(|cell| cell.width).sum::<usize>() <= width
            && let Some((_, inside)) = run.split_last_mut()
        {
            inside.iter_mut().for_each(|cell| cell.breaks = cell.breaks.min(Breaks::InsideCode));
        }
    }
}

/// Whether a line must not start with `grapheme`.
fn is_closing(grapheme: &str) -> bool {
    let marks = ".,;:!?…)]}%»”’›\u{3001}\u{3002}〉》」』】〕！％），．：；？］｝";
    grapheme.chars().next().is_some_and(|c| marks.contains(c))
}

/// Whether a line must not end with `grapheme`.
fn is_opening(grapheme: &str) -> bool {
    grapheme.chars().next().is_some_and(|c| "([{«“‘‹〈《「『【〔（［｛".contains(c))
}

fn is_ideograph(grapheme: &str) -> bool {
    let is_wide = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    grapheme.chars().next().is_some_and(is_wide)
}

/// Returns how many of `cells` fit into `width`.
fn fitting(cells: &[Cell], width: usize) -> usize {
    let mut used = 0;
    let fits = cells.iter().take_while(|cell| {
        used += cell.width;
        used <= width
    });
    fits.count()
}

/// Returns the number of cells in the first line: up to the last possible break that fits, or about as many as fit if
/// there is no such break.
fn line_end(cells: &[Cell], width: usize) -> usize {
    let fits = fitting(cells, width);
    // The result is at least 1, even if the first cell is wider than the line. Otherwise, the loop in `paragraph` would
    // never end.
    if fits == cells.len() {
        return fits.max(1);
    }
    // A line may end before a space, even if the space itself does not fit: it is not shown.
    let breaks_at = |at: usize| if cells[at].is_space { cells[at].breaks } else { cells[at - 1].breaks };
    let last_break = |wanted: Breaks| (1..=fits).rev().find(|at| wanted <= breaks_at(*at));
    last_break(Breaks::Always)
        .or_else(|| last_break(Breaks::InsideCode))
        // The word is split, but not before the full stop at its end.
        .or_else(|| (1..=fits).rev().find(|at| !is_closing(&cells[*at].text)))
        .unwrap_or(fits.max(1))
}

fn line(cells: &[Cell], styled: &[StyledRange]) -> MessageLine {
    let mut runs: Vec<StyledRun> = Vec::new();
    let mut last = None;
    for cell in cells {
        match runs.last_mut() {
            // Neighboring cells of one style become one run, so that the time to draw depends on the number of styles
            // and not of graphemes.
            Some(run) if last == Some(cell.styled_index) => {
                run.text.push_str(&cell.text);
                run.source = run.source.take().map(|source| source.start..cell.source.end);
            }
            _ => {
                let range = styled.get(cell.styled_index);
                runs.push(StyledRun {
                    text: cell.text.clone(),
                    style: range.map_or(RunStyle::default(), |range| range.style),
                    source: Some(cell.source.clone()),
                    part: None,
                    link: range.and_then(|range| range.link.clone()),
                });
            }
        }
        last = Some(cell.styled_index);
    }
    MessageLine { runs }
}

/// Lays out a whole address. The first line begins with `mark` (such as an arrow), and the other lines are indented by
/// the width of `mark`. Lines may break between any two characters, because an address has no words.
pub(super) fn address(mark: &str, address: &str, width: usize) -> Vec<MessageLine> {
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
        // If the mark and one cell of the address do not fit into the width, the mark is left out.
        let lead = if nth == 0 && indent == text::width(mark) { mark.to_owned() } else { " ".repeat(indent) };
        let mut run = StyledRun::of(piece, RunRole::Address);
        // Every line is a link to the whole address, so that a click on any part of the address opens it.
        run.link = Some(address.to_owned());
        MessageLine { runs: vec![StyledRun::of(lead, RunRole::Address), run] }
    });
    lines.collect()
}

/// Returns `label` in exactly `width` cells: centered, and cut with an ellipsis if it is too wide.
pub(super) fn centered(label: &str, width: usize, is_ascii: bool) -> String {
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
    // The count starts at 1, for the ellipsis.
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
