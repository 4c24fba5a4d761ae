//! Parses the MarkdownV2 mode (TDLib, `parse_markdown_v2`). Its entities nest, and a backslash also works inside them.
//! Quotes consist of lines that begin with `>`. A reserved character without a backslash is an error.

use super::markdown::pre_header;
use super::markup::{MarkupElement, MarkupInput, ParseListener, ParseNote, TextBuilder, TextFormat};
use super::{EntityKind, FormattedText, ParseError, ParseErrorKind, link};
use crate::text::Span;

pub(super) fn parse(input: &str, listener: &mut impl ParseListener) -> Result<FormattedText, ParseError> {
    let mut parser = MarkdownV2Parser {
        input: MarkupInput::new(input),
        out: TextBuilder::with_capacity(input.len()),
        open: Vec::new(),
        is_in_quote: false,
        may_start_quote: true,
        listener,
    };
    parser.text()?;
    parser.end()?;
    Ok(parser.out.finish())
}

/// Whether the character must be escaped outside code and code blocks (Bot API, "MarkdownV2 style").
pub(super) fn is_reserved(byte: u8) -> bool {
    matches!(
        byte,
        b'_' | b'*'
            | b'['
            | b']'
            | b'('
            | b')'
            | b'~'
            | b'`'
            | b'>'
            | b'#'
            | b'+'
            | b'-'
            | b'='
            | b'|'
            | b'{'
            | b'}'
            | b'.'
            | b'!'
    )
}

pub(super) fn is_escapable(byte: u8) -> bool {
    // In TDLib, a backslash escapes any ASCII character except NUL and DEL, even a character that is not reserved.
    (1..=126).contains(&byte)
}

struct OpenEntity {
    markup: Delimiter,
    /// The offset of the opening delimiter in the input.
    start: usize,
    /// The end of the opening delimiter in the input.
    content_start: usize,
    /// The start of the entity's text in the output, in UTF-16 code units.
    offset: u32,
    /// The start of the entity's text in the output, in bytes.
    text_start: usize,
}

impl OpenEntity {
    fn element(&self, close: Span, text_end: usize) -> MarkupElement {
        MarkupElement {
            format: self.markup.format(),
            open: Span::new(self.start, self.content_start),
            close,
            text: Span::new(self.text_start, text_end),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Delimiter {
    Bold,
    Italic,
    Underline,
    Strikethrough,
    Spoiler,
    Code,
    Pre { language: Option<String> },
    Link,
    Special,
    Quote,
}

impl Delimiter {
    /// Returns two names: the name in Telegram's errors and the name in telecast's own messages.
    fn names(&self) -> (&'static str, &'static str) {
        match self {
            Delimiter::Bold => ("Bold", "bold"),
            Delimiter::Italic => ("Italic", "italic"),
            Delimiter::Underline => ("Underline", "underline"),
            Delimiter::Strikethrough => ("Strikethrough", "strikethrough"),
            Delimiter::Spoiler => ("Spoiler", "a spoiler"),
            Delimiter::Code => ("Code", "code"),
            Delimiter::Pre { language: None } => ("Pre", "a code block"),
            Delimiter::Pre { language: Some(_) } => ("PreCode", "a code block"),
            Delimiter::Link => ("TextUrl", "a link"),
            Delimiter::Special => ("CustomEmoji", "a custom emoji"),
            Delimiter::Quote => ("BlockQuote", "a quote"),
        }
    }

    fn opener_len(&self) -> usize {
        match self {
            Delimiter::Underline | Delimiter::Spoiler | Delimiter::Special => 2,
            Delimiter::Pre { .. } => 3,
            _ => 1,
        }
    }

    fn format(&self) -> Option<TextFormat> {
        match self {
            Delimiter::Bold => Some(TextFormat::Bold),
            Delimiter::Italic => Some(TextFormat::Italic),
            Delimiter::Underline => Some(TextFormat::Underline),
            Delimiter::Strikethrough => Some(TextFormat::Strikethrough),
            Delimiter::Spoiler => Some(TextFormat::Spoiler),
            Delimiter::Code => Some(TextFormat::Code),
            Delimiter::Link => Some(TextFormat::Link),
            Delimiter::Quote => Some(TextFormat::Quote),
            Delimiter::Pre { .. } | Delimiter::Special => None,
        }
    }

    fn is_code(&self) -> bool {
        matches!(self, Delimiter::Code | Delimiter::Pre { .. })
    }
}

struct MarkdownV2Parser<'a, L> {
    input: MarkupInput<'a>,
    out: TextBuilder,
    open: Vec<OpenEntity>,
    is_in_quote: bool,
    /// Whether only delimiters and carriage returns have been seen since the last line break or the start of the text.
    may_start_quote: bool,
    listener: &'a mut L,
}

impl<L: ParseListener> MarkdownV2Parser<'_, L> {
    fn text(&mut self) -> Result<(), ParseError> {
        let input = self.input;
        let mut i = 0;
        while i < input.len() {
            let is_in_code = self.open.last().is_some_and(|open| open.markup.is_code());
            // In code, the search stops neither at a line break nor at a `>`. So a line break in code does not end a
            // quote, and a `>` in code is text.
            let stop = if is_in_code {
                input.find(i, |byte| matches!(byte, b'\\' | b'`'))
            } else {
                input.find(i, |byte| byte == b'\\' || byte == b'\n' || is_reserved(byte))
            };
            self.plain(i, stop);
            i = match input.at(stop) {
                _ if stop == input.len() => stop,
                b'\\' => self.backslash(stop),
                byte if self.closes(byte, stop) => self.close(byte, stop)?,
                byte => self.opener(byte, stop)?,
            };
        }
        Ok(())
    }

    fn plain(&mut self, start: usize, end: usize) {
        let text = self.input.slice(start, end);
        // TDLib allows carriage returns before the `>` of a quote.
        self.may_start_quote &= text.bytes().all(|byte| byte == b'\r');
        self.out.push_str(text);
        self.listener.record_origin(self.out.text.len(), Span::new(start, end));
    }

    fn backslash(&mut self, at: usize) -> usize {
        let escaped = self.input.at(at + 1);
        if !is_escapable(escaped) {
            self.plain(at, at + 1);
            return at + 1;
        }
        self.out.push(char::from(escaped));
        self.listener.record_origin(self.out.text.len(), Span::new(at, at + 2));
        // After an escaped line break, a `>` may start a quote. An escaped carriage return changes nothing, like a
        // plain carriage return.
        if escaped != b'\r' {
            self.may_start_quote = escaped == b'\n';
        }
        at + 2
    }

    /// Whether the text at `at` ends an open entity. A line break can end the open quote, even if the quote is not the
    /// innermost entity. Any other delimiter can end only the innermost entity.
    fn closes(&self, byte: u8, at: usize) -> bool {
        // Apart from the end of a quote, TDLib looks only for the end of the innermost entity. The delimiter of an
        // outer entity does not end the outer entity: it opens a new entity instead.
        let Some(innermost) = self.open.last() else { return false };
        if self.is_in_quote && byte == b'\n' && self.input.at(at + 1) != b'>' {
            return true;
        }
        match innermost.markup {
            Delimiter::Bold => byte == b'*',
            // A `_` before another `_` never ends italic: `__` always begins or ends underline.
            Delimiter::Italic => byte == b'_' && self.input.at(at + 1) != b'_',
            Delimiter::Underline => self.input.starts_with_at(at, b"__"),
            Delimiter::Strikethrough => byte == b'~',
            Delimiter::Spoiler => self.input.starts_with_at(at, b"||"),
            Delimiter::Code => byte == b'`',
            Delimiter::Pre { .. } => self.input.starts_with_at(at, b"```"),
            Delimiter::Link | Delimiter::Special => byte == b']',
            // A quote ends at a line break, which has been tested above.
            Delimiter::Quote => false,
        }
    }

    fn opener(&mut self, byte: u8, at: usize) -> Result<usize, ParseError> {
        let input = self.input;
        let markup = match byte {
            b'_' if input.at(at + 1) == b'_' => Delimiter::Underline,
            b'_' => Delimiter::Italic,
            b'*' => Delimiter::Bold,
            b'~' => Delimiter::Strikethrough,
            b'|' if input.at(at + 1) == b'|' => Delimiter::Spoiler,
            b'[' => Delimiter::Link,
            b'!' if input.at(at + 1) == b'[' => Delimiter::Special,
            // The arm for a fence (three backticks) comes before the arm for a single backtick, which would also match
            // a fence.
            b'`' if input.starts_with_at(at, b"```") => {
                let (content, language) = pre_header(input, at + 3);
                self.push_open(Delimiter::Pre { language }, Span::new(at, content));
                return Ok(content);
            }
            b'`' => Delimiter::Code,
            b'\n' => {
                self.line_break(at);
                return Ok(at + 1);
            }
            // Inside an open quote, a `>` where a quote could start is only the mark of the line.
            b'>' if self.may_start_quote && self.is_in_quote => return Ok(at + 1),
            // Here no quote is open, so this `>` starts a quote. A line that begins with `**>` also starts a new quote,
            // even directly after another quote. The line break before the `**` has ended the other quote, because the
            // line break is not directly followed by `>`. The empty bold `**` does not clear `may_start_quote`.
            b'>' if self.may_start_quote => {
                self.is_in_quote = true;
                Delimiter::Quote
            }
            _ => return self.reserved(byte, at),
        };
        let content = at + markup.opener_len();
        self.push_open(markup, Span::new(at, content));
        Ok(content)
    }

    fn line_break(&mut self, at: usize) {
        self.out.push('\n');
        self.listener.record_origin(self.out.text.len(), Span::new(at, at + 1));
        self.may_start_quote = true;
    }

    fn push_open(&mut self, markup: Delimiter, opener: Span) {
        let (offset, text_start) = (self.out.units, self.out.text.len());
        let Span { start, end: content_start } = opener;
        self.open.push(OpenEntity { markup, start, content_start, offset, text_start });
    }

    fn reserved(&mut self, byte: u8, at: usize) -> Result<usize, ParseError> {
        // TDLib's message has no offset, but the span is exact.
        let kind = ParseErrorKind::ReservedCharacter { character: char::from(byte) };
        self.listener.problem(ParseError::without_offset(kind, Span::new(at, at + 1)))?;
        self.plain(at, at + 1);
        Ok(at + 1)
    }

    fn close(&mut self, byte: u8, at: usize) -> Result<usize, ParseError> {
        if byte == b'\n' {
            // `closes` accepts a line break only as the end of a quote.
            return self.close_quote(at);
        }
        let Some(open) = self.open.pop() else { return Ok(at + 1) };
        let end = match open.markup {
            Delimiter::Link => self.close_link(&open, at)?,
            Delimiter::Special => self.close_special(&open, at)?,
            _ => at + open.markup.opener_len(),
        };
        self.listener.record_element(open.element(Span::new(at, end), self.out.text.len()));
        let kind = match open.markup {
            Delimiter::Bold => EntityKind::Bold,
            Delimiter::Italic => EntityKind::Italic,
            Delimiter::Underline => EntityKind::Underline,
            Delimiter::Strikethrough => EntityKind::Strikethrough,
            Delimiter::Spoiler => EntityKind::Spoiler,
            Delimiter::Code => EntityKind::Code,
            Delimiter::Pre { language } => EntityKind::Pre { language },
            // For these two, the entity was added above.
            Delimiter::Link | Delimiter::Special => return Ok(end),
            Delimiter::Quote => EntityKind::Blockquote,
        };
        self.emit(kind, open.offset, Span::new(open.start, end));
        Ok(end)
    }

    fn emit(&mut self, kind: EntityKind, offset: u32, span: Span) {
        if self.out.units == offset {
            self.listener.note(|| ParseNote::EmptyEntity { span });
        } else {
            self.out.close(kind, offset);
        }
    }

    fn close_link(&mut self, open: &OpenEntity, at: usize) -> Result<usize, ParseError> {
        if self.input.at(at + 1) != b'(' {
            // Without an address, TDLib uses the text between the brackets as the address.
            let kind = link::entity_kind(&self.out.text[open.text_start..]);
            let (span, makes_link) = (Span::new(open.start, at + 1), kind.is_ok());
            self.listener.note(|| ParseNote::BareBrackets { span, makes_link });
            if let Ok(kind) = kind {
                self.emit(kind, open.offset, span);
            }
            return Ok(at + 1);
        }
        let (address, end) = self.address(at + 2)?;
        match link::entity_kind(&address) {
            Ok(kind) => self.emit(kind, open.offset, Span::new(open.start, end)),
            Err(reason) => {
                let span = Span::new(at + 2, end - 1);
                self.listener.note(|| ParseNote::DroppedLink { address, reason, span });
            }
        }
        Ok(end)
    }

    fn close_special(&mut self, open: &OpenEntity, at: usize) -> Result<usize, ParseError> {
        if self.input.at(at + 1) != b'(' {
            let span = Span::new(open.start, at + 1);
            // `![text]` without an address is an error, unlike `[text]`.
            self.listener.problem(ParseError::without_offset(ParseErrorKind::MissingSpecialUrl, span))?;
            return Ok(at + 1);
        }
        let (address, end) = self.address(at + 2)?;
        match link::emoji_or_time(&address) {
            Some(kind) => self.emit(kind, open.offset, Span::new(open.start, end)),
            None => {
                let span = Span::new(at + 2, end - 1);
                self.listener.problem(ParseError::without_offset(ParseErrorKind::InvalidSpecialUrl, span))?;
            }
        }
        Ok(end)
    }

    /// Reads an address up to the first unescaped `)`. Returns the address without its escapes, and the offset after
    /// the `)`.
    fn address(&mut self, start: usize) -> Result<(String, usize), ParseError> {
        let input = self.input;
        let mut address = String::new();
        let mut i = start;
        loop {
            let stop = input.find(i, |byte| matches!(byte, b'\\' | b')'));
            address.push_str(input.slice(i, stop));
            match input.at(stop) {
                b')' => return Ok((address, stop + 1)),
                b'\\' if is_escapable(input.at(stop + 1)) => {
                    address.push(char::from(input.at(stop + 1)));
                    i = stop + 2;
                }
                b'\\' => {
                    address.push('\\');
                    i = stop + 1;
                }
                _ => {
                    let span = Span::new(start - 1, start);
                    self.listener.problem(ParseError::at(ParseErrorKind::UnclosedUrl, start, span))?;
                    // Recover by ending the address at the first whitespace, where the author may have meant the end.
                    let end = input.find(start, |byte| byte.is_ascii_whitespace());
                    return Ok((input.slice(start, end).to_owned(), end));
                }
            }
        }
    }

    /// Ends the quote at the line break at `at`. The line break belongs to the quote.
    fn close_quote(&mut self, at: usize) -> Result<usize, ParseError> {
        // The `||` that makes a quote expandable has been read as the start of a spoiler. This spoiler is removed
        // again.
        let expands = self.open.last().is_some_and(|open| self.is_expand_mark(open, at));
        if expands {
            self.open.pop();
        }
        // Entities that began before the quote are below it on the stack. They stay open, because they may end after
        // the quote.
        while let Some(open) = self.open.pop_if(|open| open.markup != Delimiter::Quote) {
            self.unclosed(&open)?;
        }
        if let Some(quote) = self.open.last() {
            self.listener.record_element(quote.element(Span::at(at), self.out.text.len()));
        }
        self.line_break(at);
        self.is_in_quote = false;
        if let Some(quote) = self.open.pop() {
            // The quote is never empty, because the line break just written is part of it.
            self.out.close(quote_kind(expands), quote.offset);
        }
        Ok(at + 1)
    }

    /// Whether `open` is the `||` directly before the quote's last line break: the mark of an expandable quote.
    fn is_expand_mark(&self, open: &OpenEntity, at: usize) -> bool {
        // `gap` is the distance from the start of the `||` to the line break. For an expandable quote it is 2, or 3 if
        // the line ends with `\r\n`.
        let gap = at - open.start;
        open.markup == Delimiter::Spoiler
            && (gap == 2 || (gap == 3 && self.out.text.as_bytes().last() == Some(&b'\r')))
    }

    fn unclosed(&mut self, open: &OpenEntity) -> Result<(), ParseError> {
        let (entity, label) = open.markup.names();
        let kind = ParseErrorKind::UnclosedEntity { entity, label };
        let span = Span::new(open.start, open.start + open.markup.opener_len());
        self.listener.problem(ParseError::at(kind, open.start, span))
    }

    /// Ends a quote that reaches the end of the input, and reports all other entities that are open.
    fn end(&mut self) -> Result<(), ParseError> {
        if self.is_in_quote {
            let end = self.input.len();
            let mark = self.open.pop_if(|open| open.markup == Delimiter::Spoiler && open.start + 2 == end);
            if let Some(quote) = self.open.pop_if(|open| open.markup == Delimiter::Quote) {
                self.listener.record_element(quote.element(Span::at(end), self.out.text.len()));
                self.emit(quote_kind(mark.is_some()), quote.offset, Span::new(quote.start, end));
            }
        }
        // The innermost entity comes first, because Telegram's message names it.
        while let Some(open) = self.open.pop() {
            // A quote that reaches the end of the input is not an error. If it is still on the stack, an entity inside
            // the quote is unclosed, and that entity is reported instead.
            if open.markup != Delimiter::Quote {
                self.unclosed(&open)?;
            }
        }
        Ok(())
    }
}

fn quote_kind(expands: bool) -> EntityKind {
    if expands { EntityKind::ExpandableBlockquote } else { EntityKind::Blockquote }
}
