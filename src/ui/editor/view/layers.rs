//! What lies over each byte of one row.

use ratatui::style::Style;

use crate::diagnostic::Severity;
use crate::editor::Row;
use crate::template::Token;
use crate::text::Span;
use crate::ui::editor::highlight;
use crate::ui::editor::highlight::Piece;
use crate::ui::widget::Theme;

use crate::ui::editor::view::{EditorView, touches};

/// The layers of one row; places are bytes of the text.
pub struct RowLayers<'a> {
    theme: &'a Theme,
    base: Style,
    /// Where the line begins, of which the grammar's pieces are.
    line_start: usize,
    grammar: &'a [Piece],
    liquid: &'a [Token],
    /// What is patched over the colours, from below.
    over: Vec<(Span, Style)>,
    selection: Span,
}

impl<'a> RowLayers<'a> {
    pub fn new(view: &EditorView<'a>, row: &Row, brackets: &[Span]) -> Self {
        let (editor, theme) = (view.editor, view.theme);
        let is_current = editor.line_of(editor.cursor()) == row.line;
        Self {
            theme,
            base: if is_current && view.is_focused { theme.cursor_line } else { Style::new() },
            line_start: editor.line_span(row.line).start,
            grammar: view.highlighter.map(|highlighter| highlighter.pieces(row.line)).unwrap_or_default(),
            liquid: view.liquid,
            over: over(view, row.span, brackets),
            selection: editor.selection().span(),
        }
    }

    pub fn style_at(&self, at: usize) -> Style {
        let class = self.liquid_class(at).or_else(|| self.grammar_class(at));
        let coloured = self.base.patch(class.map(|class| class.style(self.theme)).unwrap_or_default());
        self.finished(coloured, at)
    }

    pub fn style_of_end(&self, end: usize) -> Style {
        self.finished(self.base, end)
    }

    fn finished(&self, style: Style, at: usize) -> Style {
        let over = self.over.iter().filter(|(place, _)| place.range().contains(&at));
        let style = over.fold(style, |style, (_, over)| style.patch(*over));
        if self.selection.range().contains(&at) { style.patch(self.theme.selection) } else { style }
    }

    fn grammar_class(&self, at: usize) -> Option<highlight::Class> {
        let at = at - self.line_start;
        let behind = self.grammar.partition_point(|(range, _)| range.start <= at);
        let (range, class) = self.grammar[..behind].last()?;
        range.contains(&at).then_some(*class)
    }

    /// The template's tokens are ascending, so that a look-up does not depend on the line's length.
    fn liquid_class(&self, at: usize) -> Option<highlight::Class> {
        let behind = self.liquid.partition_point(|token| token.span.start <= at);
        let token = self.liquid[..behind].last()?;
        token.span.range().contains(&at).then(|| highlight::class_of_token(token.class)).flatten()
    }
}

fn over(view: &EditorView<'_>, row: Span, brackets: &[Span]) -> Vec<(Span, Style)> {
    let theme = view.theme;
    let mut over = Vec::new();
    let mut add = |place: Span, style: Style| {
        if touches(row, place) {
            over.push((place, style));
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
