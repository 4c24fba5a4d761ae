//! Splits an expression into tokens.

use super::literal::Number;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::text::{Span, visible};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// A keyword or the name of a property. A name may have dots: `address.city`.
    Word(String),
    /// A name in backticks.
    Name(String),
    Text(String),
    Number(Number),
    /// An operator, a bracket, or a comma.
    Sign(&'static str),
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

/// The signs of the language. A sign that begins another one comes after it.
const SIGNS: [&str; 9] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", ","];

/// What other languages write, and what it is here.
const FOREIGN_SIGNS: [(&str, &str); 7] =
    [("&&", "and"), ("||", "or"), ("<>", "!="), ("=>", ">="), ("=<", "<="), ("=", "=="), ("!", "not ")];

/// Returns the tokens, ending with [`TokenKind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Box<Diagnostic>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at = text.len() - text[at..].trim_start().len();
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else {
            tokens.push(Token { kind: TokenKind::End, span: Span::at(at) });
            return Ok(tokens);
        };
        let (kind, len) = match first {
            '"' => quoted(text, at, '"').map(|(value, len)| (TokenKind::Text(value), len))?,
            '`' => quoted(text, at, '`').map(|(value, len)| (TokenKind::Name(value), len))?,
            _ if first.is_ascii_digit()
                || (first == '-' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) =>
            {
                number(text, at)?
            }
            _ if starts_word(first) => {
                let word = word(rest);
                (TokenKind::Word(word.to_owned()), word.len())
            }
            _ => sign(text, at)?,
        };
        tokens.push(Token { kind, span: Span::new(at, at + len) });
        at += len;
    }
}

fn starts_word(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn word(rest: &str) -> &str {
    let is_in_word = |(at, c): (usize, char)| {
        let continues = |after: &str| after.starts_with(starts_word);
        c.is_alphanumeric() || c == '_' || (c == '.' && continues(&rest[at + 1..]))
    };
    let end = rest.char_indices().find(|place| !is_in_word(*place)).map_or(rest.len(), |(at, _)| at);
    &rest[..end]
}

/// Reads a text or a name with the escapes `\"`, `` \` `` and `\\`. Returns it with the length of its source.
fn quoted(text: &str, at: usize, quote: char) -> Result<(String, usize), Box<Diagnostic>> {
    let mut value = String::new();
    let mut chars = text[at + 1..].char_indices();
    while let Some((offset, c)) = chars.next() {
        match c {
            _ if c == quote => return Ok((value, offset + 2)),
            '\\' => match chars.next() {
                Some((_, escaped)) if escaped == quote || escaped == '\\' => value.push(escaped),
                _ => {
                    let backslash = Span::new(at + 1 + offset, at + 2 + offset);
                    return Err(error(backslash, "a backslash escapes only a quote or a backslash")
                        .with_help("write `\\\\` for a backslash")
                        .with_fix(Fix::replace("write `\\\\`", backslash, "\\\\"))
                        .into());
                }
            },
            _ => value.push(c),
        }
    }
    let (what, closer) = if quote == '"' { ("text", "`\"`") } else { ("name", "a backtick") };
    Err(error(Span::new(at, at + 1), format!("this {what} has no end"))
        .with_help(format!("end it with {closer}"))
        .into())
}

fn number(text: &str, at: usize) -> Result<(TokenKind, usize), Box<Diagnostic>> {
    let rest = &text[at..];
    let digits = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut end = usize::from(rest.starts_with('-'));
    end += digits(end);
    let is_integer = !(rest[end..].starts_with('.') && 0 < digits(end + 1));
    if !is_integer {
        end += 1 + digits(end + 1);
    }
    let span = Span::new(at, at + end);
    if rest[end..].starts_with(starts_word) {
        let whole = Span::new(at, at + end + word(&rest[end..]).len());
        return Err(error(whole, format!("`{}` is neither a number nor a name", visible(whole.of(text))))
            .with_help(
                "put a text in double quotes and a name in backticks; a unit comes after a space: `30 days`",
            )
            .into());
    }
    let source = &rest[..end];
    let number = match source.parse::<i64>() {
        Ok(integer) if is_integer => Number::Integer(integer),
        _ => match source.parse::<f64>() {
            Ok(decimal) if decimal.is_finite() => Number::Decimal(decimal),
            _ => return Err(error(span, "this number is too large").into()),
        },
    };
    Ok((TokenKind::Number(number), end))
}

fn sign(text: &str, at: usize) -> Result<(TokenKind, usize), Box<Diagnostic>> {
    let rest = &text[at..];
    let foreign = FOREIGN_SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
    // `=` begins `==`, and `!` begins `!=`.
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign))
        && foreign.is_none_or(|(foreign, _)| foreign.len() <= sign.len())
    {
        return Ok((TokenKind::Sign(sign), sign.len()));
    }
    let first = rest.chars().next().unwrap_or_default();
    let span = Span::new(at, at + first.len_utf8());
    if let Some((sign, meant)) = foreign {
        let span = Span::new(at, at + sign.len());
        return Err(error(span, format!("`{sign}` is `{}` here", meant.trim_end()))
            .with_fix(Fix::replace(format!("write `{}`", meant.trim_end()), span, *meant))
            .into());
    }
    if let Some(inner) =
        rest.strip_prefix('\'').and_then(|rest| rest.split_once('\'')).map(|(inner, _)| inner)
    {
        let whole = Span::new(at, at + inner.len() + 2);
        let quoted = text_source(inner);
        return Err(error(whole, "a text is in double quotes here")
            .with_help(format!("write {}", visible(&quoted)))
            .with_fix(Fix::replace("use double quotes", whole, quoted))
            .into());
    }
    let help = match first {
        '\'' | '‘' | '’' | '“' | '”' | '„' | '«' | '»' => {
            "put a text in straight double quotes: \"DE\""
        }
        '[' | ']' | '{' | '}' => "lists are written in round brackets: plan in (\"pro\", \"team\")",
        _ => "compare a property with a value: country == \"DE\"",
    };
    Err(error(span, format!("unexpected `{}`", visible(span.of(text)))).with_help(help).into())
}

/// Returns a text as it is written in an expression.
pub(crate) fn text_source(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns the name of a property as it is written in an expression.
pub(super) fn name_source(name: &str) -> String {
    let is_plain =
        matches!(tokens(name).as_deref(), Ok([Token { kind: TokenKind::Word(word), .. }, _]) if word == name);
    let reserved = ["not", "did", "segment", "and", "or", "identity", "reachable", "test_profile"];
    if is_plain && !reserved.contains(&name) && !name.contains('.') {
        return name.to_owned();
    }
    format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
}

pub(super) fn error(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::AudienceSyntax, span, message)
}
