//! Cuts a source into text, outputs and tags, with places. Knows nothing of what is inside them.
//!
//! As in Shopify's tokenizer an output ends at the first `}}` and a tag at the first `%}`, inside quotes too. An opener
//! that meets another opener (outside quotes), or a lone `}` in an output, is not closed: the piece then ends there, so
//! that one slip costs one piece; only `#` and `liquid` may hold outputs, which are commented out there. Quotes are followed in openers only, which makes at most three scans overlap.

use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Piece {
    /// Plain text, already trimmed by its neighbours' dashes; may be empty.
    Text(Span),
    /// `{{ … }}`
    Output(Markup),
    /// `{% … %}`, or a line in `{% liquid %}`.
    Tag(TagPiece),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Markup {
    /// With the delimiters.
    pub span: Span,
    /// Between the delimiters and their dashes.
    pub inner: Span,
    pub is_closed: bool,
    trims_before: bool,
    trims_after: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TagPiece {
    pub markup: Markup,
    /// The name, empty where there is none.
    pub name: Span,
    pub arguments: Span,
    /// The body of a tag whose inside is not Liquid (`raw`, `comment`, `doc`), trimmed by its own dashes.
    pub body: Option<Body>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Body {
    pub text: Span,
    pub end: Option<Markup>,
}

impl Markup {
    fn line(span: Span) -> Self {
        Self { span, inner: span, is_closed: true, trims_before: false, trims_after: false }
    }
}

/// Cuts `source`; the pieces tile it but for what dashes trim.
pub(super) fn scan(source: &str) -> Vec<Piece> {
    let mut scanner = Scanner { source, at: 0, pieces: Vec::new() };
    scanner.run();
    scanner.pieces
}

pub(super) fn scan_lines(source: &str, inner: Span) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut start = inner.start;
    for line in inner.of(source).split_inclusive('\n') {
        let span = trimmed(source, Span::new(start, start + line.len()));
        start += line.len();
        if !span.is_empty() {
            let (name, arguments) = split_name(source, span);
            pieces.push(Piece::Tag(TagPiece { markup: Markup::line(span), name, arguments, body: None }));
        }
    }
    pieces
}

/// Whether Liquid trims and skips `c`.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

pub(super) fn trimmed(source: &str, span: Span) -> Span {
    let text = span.of(source);
    let start = span.start + (text.len() - text.trim_start_matches(is_space).len());
    Span::new(start, start + text.trim_matches(is_space).len())
}

struct Scanner<'s> {
    source: &'s str,
    at: usize,
    pieces: Vec<Piece>,
}

impl Scanner<'_> {
    fn run(&mut self) {
        let mut trims_start = false;
        while self.at < self.source.len() {
            let opener = find_opener(self.source, self.at);
            let text = Span::new(self.at, opener.unwrap_or(self.source.len()));
            let Some(opener) = opener else {
                self.push_text(text, trims_start, false);
                return;
            };
            let markup = self.markup_at(opener);
            self.push_text(text, trims_start, markup.trims_before);
            self.at = markup.span.end;
            trims_start = if self.source[opener..].starts_with("{{") {
                self.pieces.push(Piece::Output(markup));
                markup.trims_after
            } else {
                self.push_tag(markup)
            };
        }
    }

    fn push_text(&mut self, span: Span, trims_start: bool, trims_end: bool) {
        let span = trim_text(self.source, span, trims_start, trims_end);
        if !span.is_empty() {
            self.pieces.push(Piece::Text(span));
        }
    }

    /// Pushes a tag, with its body where that is not Liquid; returns whether the text behind it is trimmed.
    fn push_tag(&mut self, markup: Markup) -> bool {
        let (name, arguments) = split_name(self.source, markup.inner);
        let body = match name.of(self.source) {
            _ if !markup.is_closed => None,
            "raw" => Some(self.raw_body("endraw")),
            "doc" => Some(self.raw_body("enddoc")),
            "comment" => Some(self.comment_body()),
            _ => None,
        };
        let Some((text, end)) = body else {
            self.pieces.push(Piece::Tag(TagPiece { markup, name, arguments, body: None }));
            return markup.trims_after;
        };
        let trims_before = end.is_some_and(|end| end.trims_before);
        let text = trim_text(self.source, text, markup.trims_after, trims_before);
        self.pieces.push(Piece::Tag(TagPiece { markup, name, arguments, body: Some(Body { text, end }) }));
        self.at = end.map_or(self.source.len(), |end| end.span.end);
        end.is_some_and(|end| end.trims_after)
    }

    fn raw_body(&self, end_name: &str) -> (Span, Option<Markup>) {
        let start = self.at;
        let mut from = start;
        while let Some(found) = self.source[from..].find("{%") {
            let opener = from + found;
            if let Some(end) = self.end_tag_at(opener, end_name) {
                return (Span::new(start, opener), Some(end));
            }
            from = opener + 2;
        }
        (Span::new(start, self.source.len()), None)
    }

    fn end_tag_at(&self, opener: usize, end_name: &str) -> Option<Markup> {
        let rest = &self.source[opener + 2..];
        let dashed = rest.strip_prefix('-').unwrap_or(rest);
        let named = dashed.trim_start_matches(is_space).strip_prefix(end_name)?;
        if named.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return None;
        }
        Some(self.markup_at(opener)).filter(|markup| markup.is_closed)
    }

    /// Finds the end tag of a comment: comments nest, and a `raw` in it hides its inside.
    fn comment_body(&self) -> (Span, Option<Markup>) {
        let start = self.at;
        let mut depth = 1;
        let mut from = start;
        // Looked for once only: without an end, each further `raw` would read to the end of the text again.
        let mut raw_ends = true;
        while let Some(found) = self.source[from..].find("{%") {
            let opener = from + found;
            let markup = self.markup_to_first_close(opener, "%}");
            let Some(markup) = markup else { break };
            from = markup.span.end;
            match split_name(self.source, markup.inner).0.of(self.source) {
                "comment" => depth += 1,
                "endcomment" => depth -= 1,
                "raw" if raw_ends => {
                    let inside = Scanner { source: self.source, at: from, pieces: Vec::new() };
                    match inside.raw_body("endraw").1 {
                        Some(end) => from = end.span.end,
                        None => raw_ends = false,
                    }
                }
                _ => {}
            }
            if depth == 0 {
                return (Span::new(start, opener), Some(markup));
            }
        }
        (Span::new(start, self.source.len()), None)
    }

    fn markup_at(&self, opener: usize) -> Markup {
        let is_output = self.source[opener..].starts_with("{{");
        let close = if is_output { "}}" } else { "%}" };
        match self.stop_of(opener, is_output) {
            Stop::Closed(at) => self.markup_between(opener, at, close),
            Stop::Open(at) => {
                let line = self.source[opener..at].find('\n').map_or(at, |found| opener + found);
                let end = trimmed(self.source, Span::new(opener, line)).end.max(opener + 2);
                Markup {
                    span: Span::new(opener, end),
                    inner: Span::new(opener + 2, end),
                    is_closed: false,
                    trims_before: false,
                    trims_after: false,
                }
            }
        }
    }

    fn markup_to_first_close(&self, opener: usize, close: &str) -> Option<Markup> {
        let found = self.source[opener + 2..].find(close)?;
        Some(self.markup_between(opener, opener + 2 + found, close))
    }

    fn markup_between(&self, opener: usize, close_at: usize, close: &str) -> Markup {
        let inside = &self.source[opener + 2..close_at];
        let trims_before = inside.starts_with('-');
        let trims_after = inside.len() > usize::from(trims_before) && inside.ends_with('-');
        Markup {
            span: Span::new(opener, close_at + close.len()),
            inner: Span::new(opener + 2 + usize::from(trims_before), close_at - usize::from(trims_after)),
            is_closed: true,
            trims_before,
            // `{{-}}` trims both sides with its one dash.
            trims_after: trims_after || inside == "-",
        }
    }

    fn stop_of(&self, opener: usize, is_output: bool) -> Stop {
        let bytes = self.source.as_bytes();
        let lets_outputs_in = !is_output && holds_comments(&self.source[opener + 2..]);
        let mut first_output = None;
        let mut quote = None;
        let mut at = opener + 2;
        while at < bytes.len() {
            let pair = (bytes[at], bytes.get(at + 1).copied().unwrap_or(0));
            match pair {
                (b'}', b'}') if is_output => return Stop::Closed(at),
                (b'%', b'}') if !is_output => return Stop::Closed(at),
                (b'}', _) if is_output && quote.is_none() => return Stop::Open(at),
                (b'{', b'{') if quote.is_none() && lets_outputs_in => {
                    first_output = first_output.or(Some(at))
                }
                (b'{', b'{' | b'%') if quote.is_none() => return Stop::Open(first_output.unwrap_or(at)),
                (byte @ (b'"' | b'\''), _) => match quote {
                    None => quote = Some(byte),
                    Some(open) if open == byte => quote = None,
                    Some(_) => {}
                },
                _ => {}
            }
            at += 1;
        }
        Stop::Open(first_output.unwrap_or(bytes.len()))
    }
}

/// Whether the tag that begins so can hold Liquid that is commented out: `#` and `liquid`.
fn holds_comments(inside: &str) -> bool {
    let inside = inside.strip_prefix('-').unwrap_or(inside).trim_start_matches(is_space);
    inside.starts_with('#') || inside.starts_with("liquid")
}

enum Stop {
    /// The closing delimiter starts here.
    Closed(usize),
    /// There is none; this is in its way.
    Open(usize),
}

fn find_opener(source: &str, from: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    let mut at = from;
    while let Some(found) = source[at..].find('{') {
        let here = at + found;
        if matches!(bytes.get(here + 1), Some(b'{' | b'%')) {
            return Some(here);
        }
        at = here + 1;
    }
    None
}

fn trim_text(source: &str, span: Span, trims_start: bool, trims_end: bool) -> Span {
    let mut span = span;
    if trims_start {
        let text = span.of(source);
        span.start += text.len() - text.trim_start_matches(is_space).len();
    }
    if trims_end {
        span.end = span.start + span.of(source).trim_end_matches(is_space).len();
    }
    span
}

/// Splits a tag's inside into its name (a word or `#`) and the rest, both without white space around them.
fn split_name(source: &str, inner: Span) -> (Span, Span) {
    let inner = trimmed(source, inner);
    let text = inner.of(source);
    let length = match text.starts_with('#') {
        true => 1,
        false => text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len()),
    };
    let name = Span::new(inner.start, inner.start + length);
    (name, trimmed(source, Span::new(name.end, inner.end)))
}
