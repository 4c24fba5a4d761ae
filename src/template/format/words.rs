//! The tokens of a body: JSON's punctuation, strings, and what stands between, Liquid among it.

use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::json::{Quote, Quoting};
use crate::text::{Span, visible};

use super::super::chips;
use super::super::scan::{self, Piece, TagPiece};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub span: Span,
    pub kind: Kind,
    pub is_spaced: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `{` or `[`
    Open,
    /// `}` or `]`
    Close,
    Colon,
    Comma,
    /// A string with its quotes and the Liquid in it.
    Text,
    /// Numbers, words and what prints, up to the next other token.
    Value,
    /// The tag that opens branches or a loop.
    Opens,
    /// `else`, `elsif`, `when`
    Divides,
    Closes,
    /// Liquid that prints nothing.
    Silent,
}

impl Kind {
    /// Whether JSON itself ends there, so that white space beside it means nothing.
    pub fn is_cut(self) -> bool {
        matches!(self, Kind::Open | Kind::Close | Kind::Colon | Kind::Comma | Kind::Text)
    }
}

pub(super) fn tokens(source: &str, dialect: Dialect) -> Result<Vec<Token>, Diagnostic> {
    let holes = holes(source, dialect)?;
    let mut lexer = Lexer { source, holes: &holes, next: 0, at: 0, is_spaced: false, tokens: Vec::new() };
    while lexer.at < source.len() {
        lexer.step()?;
    }
    Ok(lexer.tokens)
}

/// A stretch of Liquid; what a `capture` or `comment` holds belongs to it.
#[derive(Debug, Clone, Copy)]
struct Hole {
    span: Span,
    kind: Kind,
    raw: Option<Span>,
}

/// Returns the Liquid of `source`, ascending; what is not closed is refused.
fn holes(source: &str, dialect: Dialect) -> Result<Vec<Hole>, Diagnostic> {
    let mut holes: Vec<Hole> = Vec::new();
    // The block whose inside is kept, and how often its like is open.
    let mut kept: Option<(&str, usize)> = None;
    for piece in scan::scan(source) {
        let hole = match piece {
            Piece::Text(text) => {
                if dialect == Dialect::CleverTap && kept.is_none() {
                    let chips = chips::find(source, text).into_iter();
                    holes.extend(chips.map(|chip| Hole { span: chip.span, kind: Kind::Value, raw: None }));
                }
                continue;
            }
            Piece::Output(markup) if markup.is_closed => {
                Hole { span: markup.span, kind: Kind::Value, raw: None }
            }
            Piece::Tag(tag) if tag.markup.is_closed && tag.body.is_none_or(|body| body.end.is_some()) => {
                hole_of(source, &tag)
            }
            Piece::Output(markup) | Piece::Tag(TagPiece { markup, .. }) => {
                return Err(refusal(markup.span, "this Liquid is not closed").with_help("close it first"));
            }
        };
        let name = match piece {
            Piece::Tag(tag) => tag.name.of(source),
            Piece::Text(_) | Piece::Output(_) => "",
        };
        if let (Some((block, depth)), Some(open)) = (&mut kept, holes.last_mut()) {
            open.span.end = hole.span.end;
            if name == *block {
                *depth += 1;
            } else if name.strip_prefix("end") == Some(*block) {
                *depth -= 1;
            }
            if *depth == 0 {
                kept = None;
            }
            continue;
        }
        holes.push(hole);
        if matches!(name, "capture" | "tablerow" | "ifchanged") {
            kept = Some((name, 1));
        }
    }
    match (kept, holes.last()) {
        (Some(_), Some(open)) => {
            Err(refusal(open.span, "this tag is never closed").with_help("close it first"))
        }
        _ => Ok(holes),
    }
}

fn hole_of(source: &str, tag: &TagPiece) -> Hole {
    let end = tag.body.and_then(|body| body.end).map_or(tag.markup.span.end, |end| end.span.end);
    let name = tag.name.of(source);
    let kind = match name {
        "if" | "unless" | "case" | "for" => Kind::Opens,
        "else" | "elsif" | "when" => Kind::Divides,
        "endif" | "endunless" | "endcase" | "endfor" => Kind::Closes,
        "assign" | "capture" | "comment" | "doc" | "#" | "break" | "continue" | "abort" => Kind::Silent,
        // Whatever it is, it may print.
        _ => Kind::Value,
    };
    let raw = tag.body.filter(|_| name == "raw").map(|body| body.text);
    Hole { span: Span::new(tag.markup.span.start, end), kind, raw }
}

struct Lexer<'s> {
    source: &'s str,
    holes: &'s [Hole],
    next: usize,
    at: usize,
    is_spaced: bool,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn step(&mut self) -> Result<(), Diagnostic> {
        if let Some(hole) = self.take_hole() {
            if hole.raw.is_some_and(|raw| Quoting::after(raw.of(self.source)).is_inside()) {
                return Err(refusal(hole.span, "half of a text in quotes stands in this `raw`"));
            }
            self.push(hole.span, hole.kind);
            return Ok(());
        }
        let start = self.at;
        let kind = match self.source.as_bytes()[start] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                self.is_spaced = true;
                self.at += 1;
                return Ok(());
            }
            b'{' | b'[' => Kind::Open,
            b'}' | b']' => Kind::Close,
            b':' => Kind::Colon,
            b',' => Kind::Comma,
            b'"' => return self.text(),
            _ => return self.word(),
        };
        self.at += 1;
        self.push(Span::new(start, self.at), kind);
        Ok(())
    }

    fn take_hole(&mut self) -> Option<Hole> {
        let hole = *self.holes.get(self.next).filter(|hole| hole.span.start == self.at)?;
        self.next += 1;
        self.at = hole.span.end;
        Some(hole)
    }

    fn push(&mut self, span: Span, kind: Kind) {
        let is_spaced = std::mem::take(&mut self.is_spaced);
        match self.tokens.last_mut() {
            Some(last) if (last.kind, kind) == (Kind::Value, Kind::Value) => last.span.end = span.end,
            _ => self.tokens.push(Token { span, kind, is_spaced }),
        }
    }

    fn text(&mut self) -> Result<(), Diagnostic> {
        let start = self.at;
        let mut open: Vec<Span> = Vec::new();
        self.at += 1;
        let mut quoting = Quoting::Inside;
        while let Some(byte) = self.source.as_bytes().get(self.at) {
            if let Some(hole) = self.take_hole() {
                quoting.pass_hole();
                let mut closes = |byte| quoting.read(byte) == Some(Quote::Closes);
                match hole.kind {
                    Kind::Opens => open.push(hole.span),
                    Kind::Closes if open.pop().is_none() => return Err(half_inside(hole.span)),
                    Kind::Divides if open.is_empty() => return Err(half_inside(hole.span)),
                    _ if hole.raw.is_some_and(|raw| raw.of(self.source).bytes().any(&mut closes)) => {
                        return Err(refusal(hole.span, "a quote in this `raw` closes the text it is in"));
                    }
                    _ => {}
                }
                continue;
            }
            self.at += 1;
            if quoting.read(*byte) == Some(Quote::Closes) {
                self.push(Span::new(start, self.at), Kind::Text);
                return open.first().map_or(Ok(()), |tag| Err(half_inside(*tag)));
            }
        }
        let quote = Span::new(start, start + 1);
        Err(refusal(quote, "this text in quotes is never closed").with_help("close it first"))
    }

    fn word(&mut self) -> Result<(), Diagnostic> {
        let hole = self.holes.get(self.next).map_or(self.source.len(), |hole| hole.span.start);
        let rest = &self.source[self.at..hole];
        let is_end =
            |c: char| c.is_ascii_whitespace() || matches!(c, '"' | '{' | '}' | '[' | ']' | ':' | ',');
        let word = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        let span = Span::new(self.at, self.at + word.len());
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        if !is_number && !["true", "false", "null", "NULL"].contains(&word) {
            let shown: String = visible(word).chars().take(24).collect();
            return Err(refusal(span, format!("`{shown}` is not JSON here")).with_help("mend it first"));
        }
        self.at = span.end;
        self.push(span, Kind::Value);
        Ok(())
    }
}

fn half_inside(tag: Span) -> Diagnostic {
    refusal(tag, "this tag's block is half in a text in quotes and half outside")
}

pub(super) fn refusal(span: Span, words: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::CannotFormat, span, words)
}
