//! Highlights the syntax of bodies, of code blocks in messages, and of JSON. This module assigns a class to each piece
//! of a text, and the theme maps classes to colors. No other module uses `syntect`.
//!
//! ```text
//! Grammar (loaded once, on another thread) ─┐
//! Editor ──changed lines──▶ Highlighter ────┴─▶ (bytes in the line, SyntaxClass) of each line
//! ```
//!
//! After an edit, the `Highlighter` reads lines again, from the edited line on, until a line begins in the same parser
//! state as before the edit. One call reads only a limited number of lines, and later calls continue. If the visible
//! lines have no colors yet, the first call guesses their colors, and later calls correct the guess.

mod classes;
mod code;
mod grammar;
mod grammars;
mod json;
mod lines;
mod markup;

#[cfg(test)]
mod tests;

use std::ops::Range;

use ratatui::style::Style;

use crate::ui::widget::Theme;

pub(crate) use classes::class_of_token;
pub(crate) use code::CodeGrammars;
pub(crate) use grammar::Grammar;
pub(crate) use grammars::Grammars;
pub use json::json_pieces;
pub(crate) use lines::Highlighter;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyntaxClass {
    Plain,
    Key,
    /// A string in JSON or in code.
    String,
    Escape,
    Number,
    /// `true`, `false`, or `null` in JSON, or a constant in code.
    Constant,
    /// Brackets, commas, colons.
    Punctuation,
    /// Markup of the parse mode, such as a tag, an entity, or the `*` of MarkdownV2.
    Markup,
    LiquidDelimiter,
    LiquidTag,
    LiquidVariable,
    LiquidFilter,
    LiquidString,
    /// A number or a constant such as `true` or `nil` in Liquid.
    LiquidNumber,
    LiquidOperator,
    Comment,
    Keyword,
    Function,
    Type,
    Invalid,
}

impl SyntaxClass {
    pub fn style(self, theme: &Theme) -> Style {
        match self {
            SyntaxClass::Plain => theme.text,
            SyntaxClass::Key => theme.json_key,
            SyntaxClass::String => theme.json_string,
            SyntaxClass::Number => theme.json_number,
            SyntaxClass::Constant => theme.json_literal,
            SyntaxClass::Escape => theme.liquid_number,
            SyntaxClass::Punctuation => theme.json_punctuation,
            SyntaxClass::Markup => theme.markup,
            SyntaxClass::LiquidDelimiter => theme.liquid_delimiter,
            SyntaxClass::LiquidTag => theme.liquid_tag,
            SyntaxClass::LiquidVariable => theme.liquid_variable,
            SyntaxClass::LiquidFilter => theme.liquid_filter,
            SyntaxClass::LiquidString => theme.liquid_string,
            SyntaxClass::LiquidNumber => theme.liquid_number,
            SyntaxClass::LiquidOperator => theme.liquid_operator,
            SyntaxClass::Comment => theme.comment,
            SyntaxClass::Keyword => theme.keyword,
            SyntaxClass::Function => theme.function,
            SyntaxClass::Type => theme.type_name,
            SyntaxClass::Invalid => theme.error_underline,
        }
    }
}

/// The byte range and the class of a piece of a text or of one line. Everything outside the pieces is plain.
pub(crate) type SyntaxPiece = (Range<usize>, SyntaxClass);

/// A row of text as pieces from left to right, each with its style.
pub(crate) type StyledRow = Vec<(String, Style)>;

/// Returns the bytes `row` of `text` as styled pieces. `colors` are the colored pieces of `text`, in ascending order.
pub(crate) fn row(text: &str, row: Range<usize>, colors: &[SyntaxPiece], theme: &Theme) -> StyledRow {
    // With a binary search, the last row of a long line takes no longer than the first.
    let first = colors.partition_point(|(range, _)| range.end <= row.start);
    let mut parts = StyledRow::new();
    let mut at = row.start;
    // `get` is used instead of an index, because an index would panic for a range that does not fit the text. Such a
    // range is left out.
    let mut add = |range: Range<usize>, style: Style| {
        if let Some(part) = text.get(range).filter(|part| !part.is_empty()) {
            parts.push((part.to_owned(), style));
        }
    };
    for (range, class) in colors[first..].iter().take_while(|(range, _)| range.start < row.end) {
        let (start, end) = (range.start.max(row.start), range.end.min(row.end));
        add(at..start, theme.text);
        add(start..end, class.style(theme));
        at = end;
    }
    add(at..row.end, theme.text);
    parts
}
