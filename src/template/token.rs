//! The lexer for the inside of `{{ … }}` and `{% … %}`, and the token classes that the editor highlights.
//!
//! The delimiters themselves are found by [`super::scan`].

use crate::text::Span;

use super::scan::is_space;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenClass {
    /// `{{`, `-}}`, `{%`, …
    Delimiter,
    Tag,
    /// The first name of a path: `Profile`, a loop's variable.
    Variable,
    /// A name after a dot.
    Property,
    Filter,
    /// The name of a keyword argument: `limit`, `allow_false`.
    Argument,
    String,
    Number,
    /// `true`, `nil`, `empty`, …
    Constant,
    /// `==`, `and`, `contains`, `in`, `|`, …
    Operator,
    /// `.`, `,`, `:`, brackets.
    Punctuation,
    Comment,
    /// The inside of `{% raw %}`: text, even if it looks like Liquid.
    Raw,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiquidToken {
    pub span: Span,
    pub class: TokenClass,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lexeme {
    pub span: Span,
    pub kind: LexemeKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LexemeKind {
    /// A name; it may contain hyphens and end in one `?`.
    Word,
    /// An integer or decimal number, including its sign.
    Number,
    /// Quoted text, including the quotes.
    String,
    /// Quoted text without a closing quote.
    OpenString,
    /// `==`, `!=`, `<>`, `<=`, `>=`, `<`, `>`
    Comparison,
    /// `=` alone, as in `assign`.
    Equals,
    Dot,
    DotDot,
    Comma,
    Colon,
    Pipe,
    OpenBracket,
    CloseBracket,
    OpenParenthesis,
    CloseParenthesis,
    Unknown,
}

/// Splits the text of `span` into lexemes. It never fails: unexpected characters become [`LexemeKind::Unknown`].
pub(super) fn lex(source: &str, span: Span) -> Vec<Lexeme> {
    let mut lexemes = Vec::new();
    let mut at = span.start;
    while let Some(c) = source.get(at..span.end).and_then(|rest| rest.chars().next()) {
        if is_space(c) {
            at += c.len_utf8();
            continue;
        }
        let rest = source.get(at..span.end).unwrap_or("");
        let (kind, length) = lexeme_at(rest, c);
        lexemes.push(Lexeme { span: Span::new(at, at + length), kind });
        at += length;
    }
    lexemes
}

fn lexeme_at(rest: &str, first: char) -> (LexemeKind, usize) {
    let second = rest[first.len_utf8()..].chars().next();
    match (first, second) {
        ('a'..='z' | 'A'..='Z' | '_', _) => (LexemeKind::Word, word_len(rest)),
        // Liquid has no subtraction operator, so a `-` before a digit is always a sign.
        ('0'..='9', _) | ('-', Some('0'..='9')) => (LexemeKind::Number, number_len(rest)),
        // Liquid strings have no escapes: the next quote of the same kind always ends the string.
        ('"' | '\'', _) => match rest[1..].find(first) {
            Some(length) => (LexemeKind::String, length + 2),
            None => (LexemeKind::OpenString, rest.trim_end_matches(is_space).len()),
        },
        ('=', Some('=')) | ('!', Some('=')) | ('<', Some('=' | '>')) | ('>', Some('=')) => {
            (LexemeKind::Comparison, 2)
        }
        ('<' | '>', _) => (LexemeKind::Comparison, 1),
        ('=', _) => (LexemeKind::Equals, 1),
        ('.', Some('.')) => (LexemeKind::DotDot, 2),
        ('.', _) => (LexemeKind::Dot, 1),
        (',', _) => (LexemeKind::Comma, 1),
        (':', _) => (LexemeKind::Colon, 1),
        ('|', _) => (LexemeKind::Pipe, 1),
        ('[', _) => (LexemeKind::OpenBracket, 1),
        (']', _) => (LexemeKind::CloseBracket, 1),
        ('(', _) => (LexemeKind::OpenParenthesis, 1),
        (')', _) => (LexemeKind::CloseParenthesis, 1),
        _ => (LexemeKind::Unknown, first.len_utf8()),
    }
}

fn word_len(rest: &str) -> usize {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
    end + usize::from(rest[end..].starts_with('?'))
}

fn number_len(rest: &str) -> usize {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let sign = usize::from(rest.starts_with('-'));
    let whole = sign + digits(&rest[sign..]);
    match rest[whole..].strip_prefix('.').map(digits) {
        // A dot without a digit after it belongs to a range such as `1..5`.
        Some(decimals) if 0 < decimals => whole + 1 + decimals,
        _ => whole,
    }
}

/// The keywords of tags and conditions. The first word of an output, or of a tag's arguments, is never a keyword.
const WORD_OPERATORS: [&str; 10] =
    ["and", "or", "contains", "in", "reversed", "with", "for", "as", "continue", "not"];

const CONSTANTS: [&str; 6] = ["true", "false", "nil", "null", "empty", "blank"];

pub(super) fn classify<'l>(source: &'l str, lexemes: &'l [Lexeme]) -> impl Iterator<Item = LiquidToken> + 'l {
    lexemes.iter().enumerate().map(move |(index, lexeme)| {
        let before = index.checked_sub(1).and_then(|before| lexemes.get(before)).map(|before| before.kind);
        let after = lexemes.get(index + 1).map(|after| after.kind);
        LiquidToken { span: lexeme.span, class: class_of(lexeme.span.of(source), lexeme.kind, before, after) }
    })
}

fn class_of(
    text: &str,
    kind: LexemeKind,
    before: Option<LexemeKind>,
    after: Option<LexemeKind>,
) -> TokenClass {
    match kind {
        LexemeKind::Word => match before {
            Some(LexemeKind::Dot) => TokenClass::Property,
            Some(LexemeKind::Pipe) => TokenClass::Filter,
            // Arguments are tested before constants, because the `empty` of `empty:` is the name of an argument.
            _ if after == Some(LexemeKind::Colon) => TokenClass::Argument,
            _ if CONSTANTS.contains(&text) => TokenClass::Constant,
            // The first word has nothing before it that an operator could apply to, so `{{ with }}` is a variable.
            Some(_) if WORD_OPERATORS.contains(&text) => TokenClass::Operator,
            _ => TokenClass::Variable,
        },
        LexemeKind::Number => TokenClass::Number,
        LexemeKind::String | LexemeKind::OpenString => TokenClass::String,
        LexemeKind::Comparison | LexemeKind::Equals | LexemeKind::Pipe | LexemeKind::DotDot => {
            TokenClass::Operator
        }
        LexemeKind::Dot
        | LexemeKind::Comma
        | LexemeKind::Colon
        | LexemeKind::OpenBracket
        | LexemeKind::CloseBracket
        | LexemeKind::OpenParenthesis
        | LexemeKind::CloseParenthesis => TokenClass::Punctuation,
        LexemeKind::Unknown => TokenClass::Unknown,
    }
}
