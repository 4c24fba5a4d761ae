//! Maps syntect's scopes and the template's tokens to syntax classes. The class of a piece of text determines its
//! color.

use syntect::parsing::{ParseState, ScopeStack, SyntaxSet};

use crate::template::TokenClass;

use crate::ui::editor::highlight::{SyntaxClass, SyntaxPiece};

/// Scope prefixes and their classes. The first prefix that matches the innermost scope counts; if none matches, the
/// next outer scope is tried.
const SCOPES: &[(&str, SyntaxClass)] = &[
    ("string.key", SyntaxClass::Key),
    ("constant.numeric", SyntaxClass::Number),
    ("constant.character.escape", SyntaxClass::Escape),
    // `constant` comes after `constant.numeric` and `constant.character.escape`, because it matches their scopes too,
    // and the first match counts.
    ("constant", SyntaxClass::Constant),
    ("punctuation.json", SyntaxClass::Punctuation),
    ("markup", SyntaxClass::Markup),
    ("entity.name.tag", SyntaxClass::Markup),
    ("liquid.delimiter", SyntaxClass::LiquidDelimiter),
    ("liquid.tag", SyntaxClass::LiquidTag),
    ("liquid.variable", SyntaxClass::LiquidVariable),
    ("liquid.filter", SyntaxClass::LiquidFilter),
    ("liquid.operator", SyntaxClass::LiquidOperator),
    ("liquid.string", SyntaxClass::LiquidString),
    ("liquid.number", SyntaxClass::LiquidNumber),
    ("meta.liquid", SyntaxClass::Plain),
    ("invalid", SyntaxClass::Invalid),
    ("comment", SyntaxClass::Comment),
    ("string", SyntaxClass::String),
    ("keyword", SyntaxClass::Keyword),
    ("storage", SyntaxClass::Keyword),
    ("entity.name.type", SyntaxClass::Type),
    ("entity.name.class", SyntaxClass::Type),
    ("support.type", SyntaxClass::Type),
    ("support.class", SyntaxClass::Type),
    ("entity.name", SyntaxClass::Function),
    ("support.function", SyntaxClass::Function),
    ("variable.function", SyntaxClass::Function),
];

/// The state at the start of a line: syntect's parser state and the scopes that are open there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LineState {
    pub parse: ParseState,
    pub scopes: ScopeStack,
}

/// Reads one line (with its line break), and advances `state` to the line's end. Returns the line's pieces (byte ranges
/// with their classes), or an empty list if syntect cannot read the line.
pub(crate) fn read_line(state: &mut LineState, line: &str, set: &SyntaxSet) -> Vec<SyntaxPiece> {
    // The error is not reported. It means that the grammar has a mistake, and the only consequence is that the line
    // gets no colors.
    let Ok(operations) = state.parse.parse_line(line, set) else { return Vec::new() };
    let mut pieces: Vec<SyntaxPiece> = Vec::new();
    let mut from = 0;
    for (at, operation) in operations {
        add(&mut pieces, from..at, &state.scopes);
        // With `max`, the pieces are ascending even if syntect returns operations out of order.
        from = from.max(at);
        // The error is ignored. It means that the operation does not fit the open scopes, and the only consequence is a
        // wrong color.
        let _ = state.scopes.apply(&operation);
    }
    add(&mut pieces, from..line.trim_end_matches(['\n', '\r']).len(), &state.scopes);
    pieces
}

fn add(pieces: &mut Vec<SyntaxPiece>, range: std::ops::Range<usize>, scopes: &ScopeStack) {
    if range.is_empty() {
        return;
    }
    let class = class_of(scopes);
    match pieces.last_mut() {
        // Neighboring pieces of one class are merged. Drawing and wrapping look at every piece, so they are faster with
        // fewer pieces.
        Some((last, same)) if *same == class && last.end == range.start => last.end = range.end,
        _ if class == SyntaxClass::Plain => {}
        _ => pieces.push((range, class)),
    }
}

fn class_of(scopes: &ScopeStack) -> SyntaxClass {
    scopes
        .as_slice()
        .iter()
        .rev()
        .map(|scope| scope.build_string())
        .find_map(|scope| {
            SCOPES.iter().find(|(prefix, _)| scope.starts_with(prefix)).map(|(_, class)| *class)
        })
        .unwrap_or(SyntaxClass::Plain)
}

/// Returns the class of a token that the template's parser has found. This class takes precedence over the grammar's
/// class. Returns `None` for raw text, which keeps the grammar's class.
pub(crate) fn class_of_token(token: TokenClass) -> Option<SyntaxClass> {
    match token {
        TokenClass::Delimiter => Some(SyntaxClass::LiquidDelimiter),
        TokenClass::Tag => Some(SyntaxClass::LiquidTag),
        TokenClass::Variable | TokenClass::Property => Some(SyntaxClass::LiquidVariable),
        TokenClass::Filter => Some(SyntaxClass::LiquidFilter),
        TokenClass::Argument | TokenClass::Operator | TokenClass::Punctuation => {
            Some(SyntaxClass::LiquidOperator)
        }
        TokenClass::String => Some(SyntaxClass::LiquidString),
        TokenClass::Number | TokenClass::Constant => Some(SyntaxClass::LiquidNumber),
        TokenClass::Comment => Some(SyntaxClass::Comment),
        TokenClass::Unknown => Some(SyntaxClass::Invalid),
        TokenClass::Raw => None,
    }
}
