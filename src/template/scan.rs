//! Splits a source into text, outputs (`{{ }}`), and tags (`{% %}`), each with its span. The content of outputs and
//! tags is not parsed.
//!
//! As in Shopify's tokenizer, an output ends at the first `}}` and a tag at the first `%}`, even inside quotes. An
//! output or tag is unclosed if a `{{` or `{%` outside quotes comes before its closing delimiter. An output is also
//! unclosed if a single `}` outside quotes comes before its closing delimiter. An unclosed output or tag ends before
//! this `{{`, `{%`, or `}`, or at the end of its first line if that comes first. So one mistake does not affect the
//! rest of the body. Only `#` and `liquid` tags may contain `{{`, because outputs can be commented out in these tags.
//!
//! The time is linear, although a scan for the closing delimiter starts at each opening delimiter, so that scans can
//! overlap. At each byte, a scan is in one of three states: outside quotes, in single quotes, or in double quotes. A
//! scan continues past an opening delimiter only if it is inside quotes there. (Scans for `#` and `liquid` tags are an
//! exception.) The new scan that starts there is outside quotes, so the two scans are in different states. They stay in
//! different states, because each quote character maps the three states to three different states. So only a few scans
//! can cover the same byte.

use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum SourceChunk {
    /// Plain text without the whitespace that the dashes of neighboring tags and outputs trim. It is never empty.
    Text(Span),
    /// `{{ … }}`
    Output(LiquidMarkup),
    /// `{% … %}`, or a line of `{% liquid %}`.
    Tag(ScannedTag),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LiquidMarkup {
    /// Including the delimiters.
    pub span: Span,
    /// Between the delimiters and their dashes.
    pub inner: Span,
    pub is_closed: bool,
    trims_before: bool,
    trims_after: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ScannedTag {
    pub markup: LiquidMarkup,
    /// The tag's name; empty if there is none.
    pub name: Span,
    pub arguments: Span,
    /// The body of a tag whose content is not Liquid: `raw`, `comment`, or `doc`. The dashes of the opening and end
    /// tags trim it.
    pub body: Option<VerbatimBody>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct VerbatimBody {
    pub text: Span,
    /// The end tag; `None` if the body is not closed.
    pub end: Option<LiquidMarkup>,
}

impl ScannedTag {
    /// A tag that is nothing but its name.
    pub(super) fn named(markup: LiquidMarkup, name: Span) -> Self {
        Self { markup, name, arguments: Span::at(name.end), body: None }
    }
}

impl LiquidMarkup {
    fn line(span: Span) -> Self {
        Self { span, inner: span, is_closed: true, trims_before: false, trims_after: false }
    }
}

/// Splits `source` into chunks, in order. Every byte is in a chunk, except for whitespace that dashes trim.
pub(super) fn scan(source: &str) -> Vec<SourceChunk> {
    let mut scanner = Scanner { source, at: 0, chunks: Vec::new() };
    scanner.run();
    scanner.chunks
}

/// Splits the inside of `{% liquid %}` into one tag per non-empty line.
pub(super) fn scan_lines(source: &str, inner: Span) -> Vec<SourceChunk> {
    let mut chunks = Vec::new();
    let mut start = inner.start;
    for line in inner.of(source).split_inclusive('\n') {
        let span = trimmed(source, Span::new(start, start + line.len()));
        start += line.len();
        if !span.is_empty() {
            let (name, arguments) = split_name(source, span);
            chunks.push(SourceChunk::Tag(ScannedTag {
                markup: LiquidMarkup::line(span),
                name,
                arguments,
                body: None,
            }));
        }
    }
    chunks
}

/// Whether Liquid treats `c` as whitespace: ASCII only, so that a no-break space is text.
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
    chunks: Vec<SourceChunk>,
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
            // A text is trimmed by the dash before it and the dash after it, so it can be pushed only when both
            // neighbors are known.
            let markup = self.markup_at(opener);
            self.push_text(text, trims_start, markup.trims_before);
            self.at = markup.span.end;
            trims_start = if self.source[opener..].starts_with("{{") {
                self.chunks.push(SourceChunk::Output(markup));
                markup.trims_after
            } else {
                self.push_tag(markup)
            };
        }
    }

    fn push_text(&mut self, span: Span, trims_start: bool, trims_end: bool) {
        let span = trim_text(self.source, span, trims_start, trims_end);
        if !span.is_empty() {
            self.chunks.push(SourceChunk::Text(span));
        }
    }

    /// Pushes a tag, including its verbatim body; returns whether the text after it is trimmed.
    fn push_tag(&mut self, markup: LiquidMarkup) -> bool {
        let (name, arguments) = split_name(self.source, markup.inner);
        let body = match name.of(self.source) {
            // The end of an unclosed `{% raw` is a guess. A body that starts there could swallow the rest of the
            // source.
            _ if !markup.is_closed => None,
            "raw" => Some(self.raw_body("endraw")),
            "doc" => Some(self.raw_body("enddoc")),
            "comment" => Some(self.comment_body()),
            _ => None,
        };
        let Some((text, end)) = body else {
            self.chunks.push(SourceChunk::Tag(ScannedTag { markup, name, arguments, body: None }));
            return markup.trims_after;
        };
        let trims_before = end.is_some_and(|end| end.trims_before);
        let text = trim_text(self.source, text, markup.trims_after, trims_before);
        self.chunks.push(SourceChunk::Tag(ScannedTag {
            markup,
            name,
            arguments,
            body: Some(VerbatimBody { text, end }),
        }));
        // Without an end tag, the body is the rest of the source, and the parser reports the tag as unclosed.
        self.at = end.map_or(self.source.len(), |end| end.span.end);
        end.is_some_and(|end| end.trims_after)
    }

    fn raw_body(&self, end_name: &str) -> (Span, Option<LiquidMarkup>) {
        let start = self.at;
        let mut from = start;
        while let Some(found) = self.source[from..].find("{%") {
            let opener = from + found;
            if let Some(end) = self.end_tag_at(opener, end_name) {
                return (Span::new(start, opener), Some(end));
            }
            // The search does not skip to the next `%}`: in `raw`, a `{%` is often plain text, and the next `%}` may
            // then belong to the end tag.
            from = opener + 2;
        }
        (Span::new(start, self.source.len()), None)
    }

    fn end_tag_at(&self, opener: usize, end_name: &str) -> Option<LiquidMarkup> {
        let rest = &self.source[opener + 2..];
        let dashed = rest.strip_prefix('-').unwrap_or(rest);
        let named = dashed.trim_start_matches(is_space).strip_prefix(end_name)?;
        // A longer name, such as `endrawx`, is a different tag.
        if named.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return None;
        }
        Some(self.markup_at(opener)).filter(|markup| markup.is_closed)
    }

    /// Finds the end tag of a comment. Comments nest, and a `raw` inside hides any tags that it contains.
    fn comment_body(&self) -> (Span, Option<LiquidMarkup>) {
        let start = self.at;
        let mut depth = 1;
        let mut from = start;
        // If no `endraw` follows one `raw`, no `endraw` follows a later `raw` either. Another search for each `raw`
        // would take quadratic time for a comment with many `raw` tags.
        let mut may_find_endraw = true;
        while let Some(found) = self.source[from..].find("{%") {
            let opener = from + found;
            let markup = self.markup_to_first_close(opener, "%}");
            let Some(markup) = markup else { break };
            from = markup.span.end;
            match split_name(self.source, markup.inner).0.of(self.source) {
                "comment" => depth += 1,
                "endcomment" => depth -= 1,
                "raw" if may_find_endraw => {
                    let inside = Scanner { source: self.source, at: from, chunks: Vec::new() };
                    match inside.raw_body("endraw").1 {
                        Some(end) => from = end.span.end,
                        None => may_find_endraw = false,
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

    fn markup_at(&self, opener: usize) -> LiquidMarkup {
        let is_output = self.source[opener..].starts_with("{{");
        let close = if is_output { "}}" } else { "%}" };
        match self.stop_of(opener, is_output) {
            Stop::Closed(at) => self.markup_between(opener, at, close),
            Stop::Open(at) => {
                // Unclosed markup ends at the end of its first line at the latest. The diagnostic marks the whole
                // markup. If the markup were half of the body, the diagnostic would not show where to look.
                let line = self.source[opener..at].find('\n').map_or(at, |found| opener + found);
                let end = trimmed(self.source, Span::new(opener, line)).end.max(opener + 2);
                LiquidMarkup {
                    span: Span::new(opener, end),
                    inner: Span::new(opener + 2, end),
                    is_closed: false,
                    trims_before: false,
                    trims_after: false,
                }
            }
        }
    }

    fn markup_to_first_close(&self, opener: usize, close: &str) -> Option<LiquidMarkup> {
        let found = self.source[opener + 2..].find(close)?;
        Some(self.markup_between(opener, opener + 2 + found, close))
    }

    fn markup_between(&self, opener: usize, close_at: usize, close: &str) -> LiquidMarkup {
        let inside = &self.source[opener + 2..close_at];
        let trims_before = inside.starts_with('-');
        let trims_after = inside.len() > usize::from(trims_before) && inside.ends_with('-');
        LiquidMarkup {
            span: Span::new(opener, close_at + close.len()),
            inner: Span::new(opener + 2 + usize::from(trims_before), close_at - usize::from(trims_after)),
            is_closed: true,
            trims_before,
            // `{{-}}` trims both sides with its one dash.
            trims_after: trims_after || inside == "-",
        }
    }

    fn stop_of(&self, opener: usize, is_output: bool) -> Stop {
        // Bytes are enough: all delimiters are ASCII, and no byte of a multi-byte character equals an ASCII byte.
        let bytes = self.source.as_bytes();
        let may_contain_outputs = !is_output && may_contain_comments(&self.source[opener + 2..]);
        let mut first_output = None;
        let mut quote = None;
        let mut at = opener + 2;
        while at < bytes.len() {
            let pair = (bytes[at], bytes.get(at + 1).copied().unwrap_or(0));
            match pair {
                // The end is tested before the quotes, because Shopify closes markup even inside a string.
                (b'}', b'}') if is_output => return Stop::Closed(at),
                (b'%', b'}') if !is_output => return Stop::Closed(at),
                (b'}', _) if is_output && quote.is_none() => return Stop::Open(at),
                (b'{', b'{') if quote.is_none() && may_contain_outputs => {
                    // If the tag turns out to be unclosed, it ends at the first output in it.
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

/// Whether a tag with this content can contain Liquid that is commented out, as `#` and `liquid` tags can.
fn may_contain_comments(inside: &str) -> bool {
    let inside = inside.strip_prefix('-').unwrap_or(inside).trim_start_matches(is_space);
    inside.starts_with('#') || inside.starts_with("liquid")
}

enum Stop {
    /// The offset at which the closing delimiter starts.
    Closed(usize),
    /// There is no closing delimiter. The markup ends at this offset instead.
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

/// Splits a tag's inside into its name (a word or `#`) and the arguments, both without surrounding whitespace.
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
