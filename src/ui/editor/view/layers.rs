//! Computes the style of each byte of one row from all layers of the view.

use ratatui::style::Style;

use crate::diagnostic::Severity;
use crate::editor::VisualRow;
use crate::template::LiquidToken;
use crate::text::Span;
use crate::ui::editor::highlight;
use crate::ui::editor::highlight::SyntaxPiece;
use crate::ui::widget::Theme;

use crate::ui::editor::view::{EditorView, touches};

/// The layers of one row. All spans are in bytes of the whole text, except the ranges in `grammar`.
pub(crate) struct RowLayers<'a> {
    theme: &'a Theme,
    /// The start of the line. The ranges in `grammar` are counted from this offset.
    line_start: usize,
    grammar: &'a [SyntaxPiece],
    liquid: &'a [LiquidToken],
    /// The styles that are patched over the syntax colors, each with its span, from the bottom layer to the top layer.
    overlays: Vec<(Span, Style)>,
    selection: Span,
    /// The style of the selection. A selected match of the search is the one to which the search has moved.
    selected: Style,
}

impl<'a> RowLayers<'a> {
    pub(super) fn new(view: &EditorView<'a>, row: &VisualRow, brackets: &[Span]) -> Self {
        let (editor, theme) = (view.editor, view.theme);
        let selection = editor.selection().span();
        let is_match = view.matches.binary_search(&selection).is_ok();
        Self {
            theme,
            line_start: editor.line_span(row.line).start,
            grammar: view.highlighter.map(|highlighter| highlighter.pieces(row.line)).unwrap_or_default(),
            liquid: view.liquid,
            overlays: overlays(view, row.span, brackets),
            selection,
            selected: if is_match { theme.search_current } else { theme.selection },
        }
    }

    pub(super) fn style_at(&self, at: usize) -> Style {
        // The tokens of the template's parser take precedence, because the grammar only guesses from regular
        // expressions.
        let class = self.liquid_class(at).or_else(|| self.grammar_class(at));
        self.with_overlays(class.map(|class| class.style(self.theme)).unwrap_or_default(), at)
    }

    /// Returns the style of a symbol that stands for the character at `at`.
    pub(super) fn symbol_style_at(&self, at: usize) -> Style {
        self.with_overlays(self.theme.dim, at)
    }

    pub(super) fn style_of_end(&self, end: usize) -> Style {
        self.with_overlays(Style::new(), end)
    }

    fn with_overlays(&self, style: Style, at: usize) -> Style {
        let overlays = self.overlays.iter().filter(|(span, _)| span.range().contains(&at));
        let style = overlays.fold(style, |style, (_, overlay)| style.patch(*overlay));
        if self.selection.range().contains(&at) { style.patch(self.selected) } else { style }
    }

    fn grammar_class(&self, at: usize) -> Option<highlight::SyntaxClass> {
        let at = at - self.line_start;
        let after = self.grammar.partition_point(|(range, _)| range.start <= at);
        let (range, class) = self.grammar[..after].last()?;
        range.contains(&at).then_some(*class)
    }

    fn liquid_class(&self, at: usize) -> Option<highlight::SyntaxClass> {
        // The token is found by a binary search, because this function runs for every visible character.
        let after = self.liquid.partition_point(|token| token.span.start <= at);
        let token = self.liquid[..after].last()?;
        token.span.range().contains(&at).then(|| highlight::class_of_token(token.class)).flatten()
    }
}

fn overlays(view: &EditorView<'_>, row: Span, brackets: &[Span]) -> Vec<(Span, Style)> {
    let theme = view.theme;
    let mut overlays = Vec::new();
    let mut add = |span: Span, style: Style| {
        if touches(row, span) {
            overlays.push((span, style));
        }
    };
    if let Some(linked) = view.linked {
        add(linked, theme.linked);
    }
    let first = view.matches.partition_point(|found| found.end <= row.start);
    for found in view.matches[first..].iter().take_while(|found| found.start < row.end) {
        add(*found, theme.search);
    }
    for bracket in brackets {
        add(*bracket, theme.bracket);
    }
    // The severities are in ascending order. Where problems overlap, the last style wins, so the most severe problem is
    // shown.
    let underlines = [
        (Severity::Info, theme.info_underline),
        (Severity::Warning, theme.warning_underline),
        (Severity::Error, theme.error_underline),
    ];
    for (severity, underline) in underlines {
        for (span, _) in view.problems.iter().filter(|(_, other)| *other == severity) {
            // An empty span is made one byte long, because its underline would otherwise be invisible. The underline
            // then appears under the next character or, at the end of a line, under the cell after the line.
            add(Span::new(span.start, span.end.max(span.start + 1)), underline);
        }
    }
    overlays
}
