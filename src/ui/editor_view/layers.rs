//! What lies over each byte of one line.

use std::ops::Range;

use ratatui::style::Style;

use crate::diagnostic::Severity;
use crate::text::Span;
use crate::ui::highlight::{self, Piece};
use crate::ui::theme::Theme;

use super::{EditorView, touches};

/// The layers of one line; spans are bytes of the line.
pub struct LineLayers<'a> {
    theme: &'a Theme,
    base: Style,
    grammar: &'a [Piece],
    liquid: Vec<Piece>,
    /// What is patched over the colours, from below.
    over: Vec<(Range<usize>, Style)>,
    /// The part of the line that is selected, and whether the selection goes on behind its end.
    selected: Range<usize>,
    is_break_selected: bool,
}

impl<'a> LineLayers<'a> {
    pub fn new(view: &EditorView<'a>, line: usize, brackets: Option<(Span, Span)>) -> Self {
        let (editor, theme) = (view.editor, view.theme);
        let span = editor.line_span(line);
        let selection = editor.selection().span();
        let is_current = editor.line_of(editor.cursor()) == line;
        Self {
            theme,
            base: if is_current && view.is_focused { theme.cursor_line } else { Style::new() },
            grammar: view.highlighter.map(|highlighter| highlighter.pieces(line)).unwrap_or_default(),
            liquid: liquid_pieces(view, span),
            over: over(view, span, brackets),
            selected: within(span, selection),
            is_break_selected: selection.start <= span.end && span.end < selection.end,
        }
    }

    /// The style of the grapheme at a byte of the line.
    pub fn style_at(&self, at: usize) -> Style {
        let class = class_at(&self.liquid, at).or_else(|| class_at(self.grammar, at));
        let coloured = self.base.patch(class.map(|class| class.style(self.theme)).unwrap_or_default());
        self.finished(coloured, at, self.selected.contains(&at))
    }

    /// The style of the cell behind the line, which has a length of one for what lies over it.
    pub fn style_of_end(&self, length: usize) -> Style {
        self.finished(self.base, length, self.is_break_selected)
    }

    fn finished(&self, style: Style, at: usize, is_selected: bool) -> Style {
        let over = self.over.iter().filter(|(range, _)| range.contains(&at));
        let style = over.fold(style, |style, (_, over)| style.patch(*over));
        if is_selected { style.patch(self.theme.selection) } else { style }
    }
}

fn class_at(pieces: &[Piece], at: usize) -> Option<highlight::Class> {
    let behind = pieces.partition_point(|(range, _)| range.start <= at);
    let (range, class) = pieces[..behind].last()?;
    range.contains(&at).then_some(*class)
}

/// The template's tokens on a line; they are ascending, so that only those are looked at.
fn liquid_pieces(view: &EditorView<'_>, line: Span) -> Vec<Piece> {
    let first = view.liquid.partition_point(|token| token.span.end <= line.start);
    view.liquid[first..]
        .iter()
        .take_while(|token| token.span.start < line.end)
        .filter_map(|token| Some((within(line, token.span), highlight::class_of_token(token.class)?)))
        .collect()
}

fn over(view: &EditorView<'_>, line: Span, brackets: Option<(Span, Span)>) -> Vec<(Range<usize>, Style)> {
    let theme = view.theme;
    let mut over = Vec::new();
    let mut add = |place: Span, style: Style| {
        if touches(line, place) {
            over.push((within(line, place), style));
        }
    };
    if let Some(linked) = view.linked {
        add(linked, theme.bracket);
    }
    let first = view.matches.partition_point(|found| found.end <= line.start);
    for found in view.matches[first..].iter().take_while(|found| found.start < line.end) {
        add(*found, theme.search);
    }
    for bracket in brackets.iter().flat_map(|(one, other)| [one, other]) {
        add(*bracket, theme.bracket);
    }
    let underlines = [
        (Severity::Info, theme.info_underline),
        (Severity::Warning, theme.warning_underline),
        (Severity::Error, theme.error_underline),
    ];
    for (severity, underline) in underlines {
        for (place, _) in view.problems.iter().filter(|(_, other)| *other == severity) {
            // A place without length is shown on the character behind it, or on the cell behind the line.
            add(Span::new(place.start, place.end.max(place.start + 1)), underline);
        }
    }
    over
}

/// The part of `place` in a line, in bytes of the line; the line's break is its last byte.
fn within(line: Span, place: Span) -> Range<usize> {
    let clamp = |at: usize| at.clamp(line.start, line.end + 1) - line.start;
    clamp(place.start)..clamp(place.end)
}
