//! The lexer of the formatter. It splits a body into JSON punctuation, strings, other values, and Liquid.

use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::json::{Quote, QuoteState};
use crate::text::{Span, visible};

use super::super::chips;
use super::super::scan::{self, ScannedTag, SourceChunk};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LayoutToken {
    pub span: Span,
    pub kind: LayoutTokenKind,
    /// Whether there is whitespace before the token in the source.
    pub is_spaced: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LayoutTokenKind {
    /// `{` or `[`
    Open,
    /// `}` or `]`
    Close,
    Colon,
    Comma,
    /// A string, including its quotes and the Liquid in it.
    Text,
    /// A number, a literal, or Liquid that may print a value. Several such values in a row are one token, which
    /// includes the whitespace between them.
    Value,
    /// `if`, `unless`, `case`, `for`
    BlockStart,
    /// `else`, `elsif`, `when`
    BlockDivider,
    /// `endif`, `endunless`, `endcase`, `endfor`
    BlockEnd,
    /// Liquid that prints nothing, such as `assign` or a comment.
    Silent,
}

impl LayoutTokenKind {
    /// Whether the token delimits values in JSON, so that whitespace next to it has no meaning.
    pub(super) fn is_delimiter(self) -> bool {
        matches!(
            self,
            LayoutTokenKind::Open
                | LayoutTokenKind::Close
                | LayoutTokenKind::Colon
                | LayoutTokenKind::Comma
                | LayoutTokenKind::Text
        )
    }
}

pub(super) fn tokens(source: &str, dialect: Dialect) -> Result<Vec<LayoutToken>, Diagnostic> {
    let regions = regions(source, dialect)?;
    let mut lexer = Lexer { source, regions: &regions, next: 0, at: 0, is_spaced: false, tokens: Vec::new() };
    while lexer.at < source.len() {
        lexer.step()?;
    }
    Ok(lexer.tokens)
}

/// A region of Liquid: a tag, an output, a chip (see [`chips`]), or a whole block whose content is kept as typed.
#[derive(Debug, Clone, Copy)]
struct LiquidRegion {
    span: Span,
    kind: LayoutTokenKind,
    /// The content of a `raw` block; `None` for any other region.
    raw: Option<Span>,
}

/// Returns the Liquid regions of `source`, in source order. Fails if Liquid is not closed.
fn regions(source: &str, dialect: Dialect) -> Result<Vec<LiquidRegion>, Diagnostic> {
    let mut regions: Vec<LiquidRegion> = Vec::new();
    // The name of the open block whose content is kept as typed, and the number of open blocks with that name.
    let mut verbatim: Option<(&str, usize)> = None;
    for chunk in scan::scan(source) {
        let region = match chunk {
            SourceChunk::Text(text) => {
                if dialect == Dialect::CleverTap && verbatim.is_none() {
                    let chips = chips::find(source, text).into_iter();
                    regions.extend(chips.map(|chip| LiquidRegion {
                        span: chip.span,
                        kind: LayoutTokenKind::Value,
                        raw: None,
                    }));
                }
                continue;
            }
            SourceChunk::Output(markup) if markup.is_closed => {
                LiquidRegion { span: markup.span, kind: LayoutTokenKind::Value, raw: None }
            }
            SourceChunk::Tag(tag)
                if tag.markup.is_closed && tag.body.is_none_or(|body| body.end.is_some()) =>
            {
                region_of(source, &tag)
            }
            SourceChunk::Output(markup) | SourceChunk::Tag(ScannedTag { markup, .. }) => {
                return Err(
                    cannot_format(markup.span, "this Liquid is not closed").with_help("close it first")
                );
            }
        };
        let name = match chunk {
            SourceChunk::Tag(tag) => tag.name.of(source),
            SourceChunk::Text(_) | SourceChunk::Output(_) => "",
        };
        // While such a block is open, each region up to its end tag extends the block's region.
        if let (Some((block, depth)), Some(open)) = (&mut verbatim, regions.last_mut()) {
            open.span.end = region.span.end;
            if name == *block {
                *depth += 1;
            } else if name.strip_prefix("end") == Some(*block) {
                *depth -= 1;
            }
            if *depth == 0 {
                verbatim = None;
            }
            continue;
        }
        regions.push(region);
        // The whitespace in these three blocks matters. Text from a `capture` may be printed in a string, `tablerow`
        // prints HTML, and `ifchanged` compares text.
        if matches!(name, "capture" | "tablerow" | "ifchanged") {
            verbatim = Some((name, 1));
        }
    }
    match (verbatim, regions.last()) {
        (Some(_), Some(open)) => {
            Err(cannot_format(open.span, "this tag is never closed").with_help("close it first"))
        }
        _ => Ok(regions),
    }
}

fn region_of(source: &str, tag: &ScannedTag) -> LiquidRegion {
    let end = tag.body.and_then(|body| body.end).map_or(tag.markup.span.end, |end| end.span.end);
    let name = tag.name.of(source);
    let kind = match name {
        "if" | "unless" | "case" | "for" => LayoutTokenKind::BlockStart,
        "else" | "elsif" | "when" => LayoutTokenKind::BlockDivider,
        "endif" | "endunless" | "endcase" | "endfor" => LayoutTokenKind::BlockEnd,
        "assign" | "capture" | "comment" | "doc" | "#" | "break" | "continue" | "abort" => {
            LayoutTokenKind::Silent
        }
        // Any other tag may print a value, so the whitespace around the tag may matter.
        _ => LayoutTokenKind::Value,
    };
    let raw = tag.body.filter(|_| name == "raw").map(|body| body.text);
    LiquidRegion { span: Span::new(tag.markup.span.start, end), kind, raw }
}

struct Lexer<'s> {
    source: &'s str,
    regions: &'s [LiquidRegion],
    next: usize,
    at: usize,
    is_spaced: bool,
    tokens: Vec<LayoutToken>,
}

impl Lexer<'_> {
    fn step(&mut self) -> Result<(), Diagnostic> {
        if let Some(region) = self.take_region() {
            // If the content of a `raw` ends inside a string, the string continues after the `raw`. This lexer cannot
            // follow such a string.
            if region.raw.is_some_and(|raw| QuoteState::after(raw.of(self.source)).is_inside()) {
                return Err(cannot_format(region.span, "this `raw` contains half of a string"));
            }
            self.push(region.span, region.kind);
            return Ok(());
        }
        let start = self.at;
        let kind = match self.source.as_bytes()[start] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                self.is_spaced = true;
                self.at += 1;
                return Ok(());
            }
            b'{' | b'[' => LayoutTokenKind::Open,
            b'}' | b']' => LayoutTokenKind::Close,
            b':' => LayoutTokenKind::Colon,
            b',' => LayoutTokenKind::Comma,
            b'"' => return self.text(),
            _ => return self.word(),
        };
        self.at += 1;
        self.push(Span::new(start, self.at), kind);
        Ok(())
    }

    fn take_region(&mut self) -> Option<LiquidRegion> {
        let region = *self.regions.get(self.next).filter(|region| region.span.start == self.at)?;
        self.next += 1;
        self.at = region.span.end;
        Some(region)
    }

    fn push(&mut self, span: Span, kind: LayoutTokenKind) {
        let is_spaced = std::mem::take(&mut self.is_spaced);
        // Values in a row form one token, because they may render to parts of one number.
        match self.tokens.last_mut() {
            Some(last) if (last.kind, kind) == (LayoutTokenKind::Value, LayoutTokenKind::Value) => {
                last.span.end = span.end
            }
            _ => self.tokens.push(LayoutToken { span, kind, is_spaced }),
        }
    }

    fn text(&mut self) -> Result<(), Diagnostic> {
        let start = self.at;
        // A Liquid block that opens inside a string must also close inside that string. Otherwise, the string would end
        // in only some branches of the block.
        let mut open: Vec<Span> = Vec::new();
        self.at += 1;
        let mut quoting = QuoteState::Inside;
        while let Some(byte) = self.source.as_bytes().get(self.at) {
            if let Some(region) = self.take_region() {
                quoting.skip_interpolation();
                let mut closes = |byte| quoting.read(byte) == Some(Quote::Closes);
                match region.kind {
                    LayoutTokenKind::BlockStart => open.push(region.span),
                    LayoutTokenKind::BlockEnd if open.pop().is_none() => {
                        return Err(crosses_string(region.span));
                    }
                    LayoutTokenKind::BlockDivider if open.is_empty() => {
                        return Err(crosses_string(region.span));
                    }
                    _ if region.raw.is_some_and(|raw| raw.of(self.source).bytes().any(&mut closes)) => {
                        return Err(cannot_format(
                            region.span,
                            "a quote in this `raw` closes the string around it",
                        ));
                    }
                    _ => {}
                }
                continue;
            }
            self.at += 1;
            if quoting.read(*byte) == Some(Quote::Closes) {
                self.push(Span::new(start, self.at), LayoutTokenKind::Text);
                return open.first().map_or(Ok(()), |tag| Err(crosses_string(*tag)));
            }
        }
        let quote = Span::new(start, start + 1);
        Err(cannot_format(quote, "this string is never closed").with_help("close it first"))
    }

    fn word(&mut self) -> Result<(), Diagnostic> {
        let region = self.regions.get(self.next).map_or(self.source.len(), |region| region.span.start);
        let rest = &self.source[self.at..region];
        let is_end =
            |c: char| c.is_ascii_whitespace() || matches!(c, '"' | '{' | '}' | '[' | ']' | ':' | ',');
        let word = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        let span = Span::new(self.at, self.at + word.len());
        // The word may be only a part of a number, because Liquid next to the word may print the rest. `NULL` is not
        // JSON, but it is accepted: CleverTap's bodies use the bare word `NULL` for a missing chat id.
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        if !is_number && !["true", "false", "null", "NULL"].contains(&word) {
            let excerpt: String = visible(word).chars().take(24).collect();
            return Err(
                cannot_format(span, format!("`{excerpt}` is not valid JSON here")).with_help("fix it first")
            );
        }
        self.at = span.end;
        self.push(span, LayoutTokenKind::Value);
        Ok(())
    }
}

fn crosses_string(tag: Span) -> Diagnostic {
    cannot_format(tag, "this tag's block is partly inside a string and partly outside")
}

pub(super) fn cannot_format(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::CannotFormat, span, message)
}
