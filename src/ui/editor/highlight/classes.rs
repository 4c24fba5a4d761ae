//! From syntect's scopes and the template's tokens to classes.

use syntect::parsing::{ParseState, ScopeStack, SyntaxSet};

use crate::template::TokenClass;

use crate::ui::editor::highlight::{Class, Piece};

/// Scopes and their classes; the first one that the innermost scope begins with counts, then the next outer scope's.
const SCOPES: &[(&str, Class)] = &[
    ("string.key", Class::Key),
    ("constant.numeric", Class::Number),
    ("constant.character.escape", Class::Escape),
    ("constant", Class::Constant),
    ("punctuation.json", Class::Punctuation),
    ("markup", Class::Markup),
    ("entity.name.tag", Class::Markup),
    ("liquid.delimiter", Class::LiquidDelimiter),
    ("liquid.tag", Class::LiquidTag),
    ("liquid.variable", Class::LiquidVariable),
    ("liquid.filter", Class::LiquidFilter),
    ("liquid.operator", Class::LiquidOperator),
    ("liquid.string", Class::LiquidString),
    ("liquid.number", Class::LiquidNumber),
    ("meta.liquid", Class::Plain),
    ("invalid", Class::Invalid),
    ("comment", Class::Comment),
    ("string", Class::String),
    ("keyword", Class::Keyword),
    ("storage", Class::Keyword),
    ("entity.name.type", Class::Type),
    ("entity.name.class", Class::Type),
    ("support.type", Class::Type),
    ("support.class", Class::Type),
    ("entity.name", Class::Function),
    ("support.function", Class::Function),
    ("variable.function", Class::Function),
];

/// Where a line begins: syntect's own state, and the scopes that are open.
#[derive(Debug, Clone, PartialEq)]
pub struct LineState {
    pub parse: ParseState,
    pub scopes: ScopeStack,
}

/// Reads one line (with its line break), goes on in the state, and returns its pieces; a line it cannot read has none.
pub fn read_line(state: &mut LineState, line: &str, set: &SyntaxSet) -> Vec<Piece> {
    let Ok(operations) = state.parse.parse_line(line, set) else { return Vec::new() };
    let mut pieces: Vec<Piece> = Vec::new();
    let mut from = 0;
    for (at, operation) in operations {
        add(&mut pieces, from..at, &state.scopes);
        from = from.max(at);
        // A stack that does not fit the operation stays as it is: colours are wrong then, nothing else.
        let _ = state.scopes.apply(&operation);
    }
    add(&mut pieces, from..line.trim_end_matches(['\n', '\r']).len(), &state.scopes);
    pieces
}

fn add(pieces: &mut Vec<Piece>, range: std::ops::Range<usize>, scopes: &ScopeStack) {
    if range.is_empty() {
        return;
    }
    let class = class_of(scopes);
    match pieces.last_mut() {
        Some((last, same)) if *same == class && last.end == range.start => last.end = range.end,
        _ if class == Class::Plain => {}
        _ => pieces.push((range, class)),
    }
}

fn class_of(scopes: &ScopeStack) -> Class {
    scopes
        .as_slice()
        .iter()
        .rev()
        .map(|scope| scope.build_string())
        .find_map(|scope| {
            SCOPES.iter().find(|(prefix, _)| scope.starts_with(prefix)).map(|(_, class)| *class)
        })
        .unwrap_or(Class::Plain)
}

/// Returns the class of a token of the template's own lexer, which lies over the grammar's; `None` for plain text.
pub fn class_of_token(token: TokenClass) -> Option<Class> {
    match token {
        TokenClass::Delimiter => Some(Class::LiquidDelimiter),
        TokenClass::Tag => Some(Class::LiquidTag),
        TokenClass::Variable | TokenClass::Property => Some(Class::LiquidVariable),
        TokenClass::Filter => Some(Class::LiquidFilter),
        TokenClass::Argument | TokenClass::Operator | TokenClass::Punctuation => Some(Class::LiquidOperator),
        TokenClass::String => Some(Class::LiquidString),
        TokenClass::Number | TokenClass::Constant => Some(Class::LiquidNumber),
        TokenClass::Comment => Some(Class::Comment),
        TokenClass::Unknown => Some(Class::Invalid),
        TokenClass::Raw => None,
    }
}
