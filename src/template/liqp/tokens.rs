//! Splits a source into the tokens of LiqP's grammar.
//!
//! LiqP reads a body as one stream of tokens, also inside comments. So a quote without its partner in a comment is an
//! error there, and `{{ name-}}` is the name `name-` without a dash at its end.

use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Text outside outputs and tags.
    Text,
    OutStart,
    OutEnd,
    TagStart,
    TagEnd,
    Str,
    Decimal,
    Integer,
    /// A name or a reserved word.
    Word(Word),
    /// A comparison other than `contains`.
    Comparison,
    DotDot,
    Dot,
    Assign,
    Minus,
    Pipe,
    Colon,
    Comma,
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    QuestionMark,
    Slash,
    /// `raw %}`
    RawStart,
    /// `{% endraw`
    RawEnd,
    /// A character that LiqP does not know.
    Unknown,
    /// A quote without its partner, up to the end of the source.
    OpenString,
}

/// LiqP's reserved words are tokens of their own, and some of them can still be names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Name,
    /// A word that starts with `end` and is not the end of one of LiqP's own tags.
    EndName,
    /// A reserved word that can also be the name of a variable.
    Reserved,
    /// `true`, `false`, `nil`, `null`, `empty`
    Value,
    /// `blank`, which unlike the other values cannot come after a dot.
    Blank,
}

const RESERVED: [&str; 25] = [
    "and",
    "assign",
    "capture",
    "case",
    "comment",
    "contains",
    "cycle",
    "else",
    "elsif",
    "endcapture",
    "endcase",
    "endcomment",
    "endfor",
    "endif",
    "endtablerow",
    "endunless",
    "for",
    "if",
    "in",
    "include",
    "or",
    "tablerow",
    "unless",
    "when",
    "with",
];

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Markup,
    Raw,
}

/// LiqP parses a second time if its first attempt fails. The second attempt continues to read where the first stopped,
/// so the first character that starts no token, but could have started one, is skipped: `{% if !a %}` is `if a`.
struct Lexer<'s> {
    source: &'s str,
    at: usize,
    modes: Vec<Mode>,
    tokens: Vec<Token>,
    is_second_attempt: bool,
}

pub(super) fn lex(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { source, at: 0, modes: Vec::new(), tokens: Vec::new(), is_second_attempt: false };
    while lexer.at < source.len() {
        match lexer.modes.last() {
            None => lexer.text(),
            Some(Mode::Raw) => lexer.raw(),
            Some(Mode::Markup) => lexer.markup(),
        }
    }
    lexer.tokens
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

impl Lexer<'_> {
    fn rest(&self) -> &[u8] {
        &self.source.as_bytes()[self.at..]
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let span = Span::new(self.at, self.at + length);
        self.tokens.push(Token { kind, span });
        self.at += length;
    }

    fn text(&mut self) {
        let rest = self.rest();
        let Some(length) = rest.windows(2).position(|pair| matches!(pair, b"{{" | b"{%")) else {
            let length = rest.len();
            return self.push(TokenKind::Text, length);
        };
        let is_output = rest[length + 1] == b'{';
        let is_trimmed = rest.get(length + 2) == Some(&b'-');
        let before = &rest[..length];
        let kept = match is_trimmed {
            true => before.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1),
            false => length,
        };
        let length = length - kept + 2 + usize::from(is_trimmed);
        if 0 < kept {
            self.push(TokenKind::Text, kept);
        }
        self.push(if is_output { TokenKind::OutStart } else { TokenKind::TagStart }, length);
        self.modes.push(Mode::Markup);
    }

    fn raw(&mut self) {
        let rest = self.rest();
        let end = rest.windows(2).enumerate().filter(|(_, pair)| *pair == b"{%").find_map(|(at, _)| {
            let spaces = rest[at + 2..].iter().take_while(|byte| is_space(**byte)).count();
            rest[at + 2 + spaces..].starts_with(b"endraw").then_some((at, 2 + spaces + "endraw".len()))
        });
        match end {
            Some((at, length)) => {
                if 0 < at {
                    self.push(TokenKind::Text, at);
                }
                self.push(TokenKind::RawEnd, length);
                self.modes.pop();
            }
            None => {
                let length = rest.len();
                self.push(TokenKind::Text, length);
            }
        }
    }

    fn markup(&mut self) {
        let rest = self.rest();
        let spaces = |from: usize| rest[from..].iter().take_while(|byte| is_space(**byte)).count();
        let digits = |from: usize| rest[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (kind, length) = match rest {
            [byte, ..] if is_space(*byte) => {
                self.at += spaces(0);
                return;
            }
            [b'{', b'{', ..] | [b'{', b'%', ..] => {
                let kind = if rest[1] == b'{' { TokenKind::OutStart } else { TokenKind::TagStart };
                self.push(kind, 2);
                self.modes.push(Mode::Markup);
                return;
            }
            [b'}', b'}', ..] => return self.end(TokenKind::OutEnd, 2),
            [b'%', b'}', ..] => return self.end(TokenKind::TagEnd, 2),
            [b'-', b'}', b'}', ..] => return self.end(TokenKind::OutEnd, 3 + spaces(3)),
            [b'-', b'%', b'}', ..] => return self.end(TokenKind::TagEnd, 3 + spaces(3)),
            [quote @ (b'"' | b'\''), after @ ..] => match after.iter().position(|byte| byte == quote) {
                Some(at) => (TokenKind::Str, at + 2),
                None => (TokenKind::OpenString, rest.len()),
            },
            [b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..] => {
                let whole = usize::from(rest[0] == b'-');
                let whole = whole + digits(whole);
                match rest.get(whole) {
                    Some(b'.') if 0 < digits(whole + 1) => {
                        (TokenKind::Decimal, whole + 1 + digits(whole + 1))
                    }
                    Some(b'.') if rest.get(whole + 1) != Some(&b'.') => (TokenKind::Decimal, whole + 1),
                    _ => (TokenKind::Integer, whole),
                }
            }
            [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => {
                let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
                let length = rest.iter().take_while(is_name).count();
                let after = length + spaces(length);
                if &rest[..length] == b"raw" && rest[after..].starts_with(b"%}") {
                    self.push(TokenKind::RawStart, after + 2);
                    // The tag after the raw text is `endraw`, whose `%}` is read in the mode of this tag.
                    self.modes.push(Mode::Raw);
                    return;
                }
                (TokenKind::Word(word(&self.source[self.at..self.at + length])), length)
            }
            [b'.', b'.', ..] => (TokenKind::DotDot, 2),
            [b'.', ..] => (TokenKind::Dot, 1),
            [b'!' | b'=' | b'>' | b'<', b'=', ..] | [b'<', b'>', ..] => (TokenKind::Comparison, 2),
            [b'<' | b'>', ..] => (TokenKind::Comparison, 1),
            [b'=', ..] => (TokenKind::Assign, 1),
            [b'-', ..] => (TokenKind::Minus, 1),
            [b'|', ..] => (TokenKind::Pipe, 1),
            [b':', ..] => (TokenKind::Colon, 1),
            [b',', ..] => (TokenKind::Comma, 1),
            [b'(', ..] => (TokenKind::OpenParenthesis, 1),
            [b')', ..] => (TokenKind::CloseParenthesis, 1),
            [b'[', ..] => (TokenKind::OpenBracket, 1),
            [b']', ..] => (TokenKind::CloseBracket, 1),
            [b'?', ..] => (TokenKind::QuestionMark, 1),
            [b'/' | b'\\', ..] => (TokenKind::Slash, 1),
            [b'!' | b'{' | b'}' | b'%', ..] if !self.is_second_attempt => {
                self.is_second_attempt = true;
                self.at += 1;
                return;
            }
            _ => {
                let length = self.source[self.at..].chars().next().map_or(1, char::len_utf8);
                (TokenKind::Unknown, length)
            }
        };
        self.push(kind, length);
    }

    fn end(&mut self, kind: TokenKind, length: usize) {
        self.push(kind, length);
        self.modes.pop();
    }
}

fn word(text: &str) -> Word {
    match text {
        "true" | "false" | "nil" | "null" | "empty" => Word::Value,
        "blank" => Word::Blank,
        _ if RESERVED.contains(&text) => Word::Reserved,
        _ => match text.as_bytes() {
            [b'e', b'n', b'd', b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => Word::EndName,
            _ => Word::Name,
        },
    }
}
