//! Colours of the body, of code blocks and of JSON, as classes; the only place that names `syntect`.
//!
//! ```text
//! Grammar (loaded once, on another thread) ─┐
//! Editor ──changed lines──▶ Highlighter ────┴─▶ (bytes in the line, Class) of each line
//! ```
//!
//! Lines are read again from the edited one until a line begins in the state it began in before. What is visible
//! comes first, and the work of one call is bounded: the rest is done by the next calls.

mod classes;
mod code;
mod grammar;
mod json;
mod lines;
mod markup;
mod shelf;

#[cfg(test)]
mod tests;

use std::ops::Range;

use ratatui::style::Style;

use crate::ui::widget::Theme;

pub use classes::class_of_token;
pub use code::CodeGrammars;
pub use grammar::Grammar;
pub use json::json_pieces;
pub use lines::Highlighter;
pub use shelf::Grammars;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    Plain,
    Key,
    /// A JSON string, and strings in code.
    String,
    Escape,
    Number,
    /// `true`, `false`, `null`, and constants in code.
    Constant,
    /// Brackets, commas, colons.
    Punctuation,
    /// A tag or entity of the parse mode.
    Markup,
    LiquidDelimiter,
    LiquidTag,
    LiquidVariable,
    LiquidFilter,
    LiquidString,
    /// A number, `true`, `nil`, … in Liquid.
    LiquidNumber,
    LiquidOperator,
    Comment,
    Keyword,
    Function,
    Type,
    Invalid,
}

impl Class {
    pub fn style(self, theme: &Theme) -> Style {
        match self {
            Class::Plain => theme.text,
            Class::Key => theme.json_key,
            Class::String => theme.json_string,
            Class::Number => theme.json_number,
            Class::Constant => theme.json_literal,
            Class::Escape => theme.liquid_number,
            Class::Punctuation => theme.json_punctuation,
            Class::Markup => theme.markup,
            Class::LiquidDelimiter => theme.liquid_delimiter,
            Class::LiquidTag => theme.liquid_tag,
            Class::LiquidVariable => theme.liquid_variable,
            Class::LiquidFilter => theme.liquid_filter,
            Class::LiquidString => theme.liquid_string,
            Class::LiquidNumber => theme.liquid_number,
            Class::LiquidOperator => theme.liquid_operator,
            Class::Comment => theme.comment,
            Class::Keyword => theme.keyword,
            Class::Function => theme.function,
            Class::Type => theme.type_name,
            Class::Invalid => theme.error_underline,
        }
    }
}

/// A coloured piece of a line: its bytes in the line, and what it is. What no piece covers is plain.
pub type Piece = (Range<usize>, Class);

/// A row: pieces from the left, each in its style.
pub type StyledRow = Vec<(String, Style)>;

/// Returns a row of a text in its colours.
pub fn row(text: &str, row: Range<usize>, colours: &[Piece], theme: &Theme) -> StyledRow {
    let first = colours.partition_point(|(range, _)| range.end <= row.start);
    let mut parts = StyledRow::new();
    let mut at = row.start;
    let mut add = |range: Range<usize>, style: Style| {
        if let Some(part) = text.get(range).filter(|part| !part.is_empty()) {
            parts.push((part.to_owned(), style));
        }
    };
    for (range, class) in colours[first..].iter().take_while(|(range, _)| range.start < row.end) {
        let (start, end) = (range.start.max(row.start), range.end.min(row.end));
        add(at..start, theme.text);
        add(start..end, class.style(theme));
        at = end;
    }
    add(at..row.end, theme.text);
    parts
}
