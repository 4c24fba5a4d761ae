//! MarkdownV2: nesting, escapes everywhere, quotes by lines, and reserved characters.

use super::markdown::pre_header;
use super::markup::{Input, Listener, Note, Output};
use super::{EntityKind, FormattedText, ParseError, ParseErrorKind, link};
use crate::text::Span;

pub(super) fn parse(input: &str, listener: &mut impl Listener) -> Result<FormattedText, ParseError> {
    let mut parser = Parser {
        input: Input::new(input),
        out: Output::with_capacity(input.len()),
        open: Vec::new(),
        is_in_quote: false,
        may_start_quote: true,
        listener,
    };
    parser.text()?;
    parser.end()?;
    Ok(parser.out.finish())
}

/// Whether the character has to be escaped outside code.
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
    (1..=126).contains(&byte)
}

struct Open {
    markup: Markup,
    /// Where its opening delimiter starts in the input.
    start: usize,
    /// Where its text starts in the output, in UTF-16 units and in bytes.
    offset: u32,
    text_start: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Markup {
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

impl Markup {
    /// Telegram's name for it in errors, and its author's.
    fn names(&self) -> (&'static str, &'static str) {
        match self {
            Markup::Bold => ("Bold", "bold"),
            Markup::Italic => ("Italic", "italic"),
            Markup::Underline => ("Underline", "underline"),
            Markup::Strikethrough => ("Strikethrough", "strikethrough"),
            Markup::Spoiler => ("Spoiler", "a spoiler"),
            Markup::Code => ("Code", "code"),
            Markup::Pre { language: None } => ("Pre", "a code block"),
            Markup::Pre { language: Some(_) } => ("PreCode", "a code block"),
            Markup::Link => ("TextUrl", "a link"),
            Markup::Special => ("CustomEmoji", "a custom emoji"),
            Markup::Quote => ("BlockQuote", "a quote"),
        }
    }

    fn opener_len(&self) -> usize {
        match self {
            Markup::Underline | Markup::Spoiler | Markup::Special => 2,
            Markup::Pre { .. } => 3,
            _ => 1,
        }
    }

    fn is_code(&self) -> bool {
        matches!(self, Markup::Code | Markup::Pre { .. })
    }
}

struct Parser<'a, L> {
    input: Input<'a>,
    out: Output,
    open: Vec<Open>,
    is_in_quote: bool,
    /// Whether only delimiters and carriage returns were seen since the last line break.
    may_start_quote: bool,
    listener: &'a mut L,
}

impl<L: Listener> Parser<'_, L> {
    fn text(&mut self) -> Result<(), ParseError> {
        let input = self.input;
        let mut i = 0;
        while i < input.len() {
            let is_in_code = self.open.last().is_some_and(|open| open.markup.is_code());
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
        self.may_start_quote &= text.bytes().all(|byte| byte == b'\r');
        self.out.push_str(text);
        self.listener.came_from(self.out.text.len(), Span::new(start, end));
    }

    fn backslash(&mut self, at: usize) -> usize {
        let escaped = self.input.at(at + 1);
        if !is_escapable(escaped) {
            self.plain(at, at + 1);
            return at + 1;
        }
        self.out.push(char::from(escaped));
        self.listener.came_from(self.out.text.len(), Span::new(at, at + 2));
        if escaped != b'\r' {
            self.may_start_quote = escaped == b'\n';
        }
        at + 2
    }

    /// Whether the delimiter at `at` ends the innermost open entity; only that one is asked.
    fn closes(&self, byte: u8, at: usize) -> bool {
        let Some(innermost) = self.open.last() else { return false };
        if self.is_in_quote && byte == b'\n' && self.input.at(at + 1) != b'>' {
            return true;
        }
        match innermost.markup {
            Markup::Bold => byte == b'*',
            Markup::Italic => byte == b'_' && self.input.at(at + 1) != b'_',
            Markup::Underline => self.input.has(at, b"__"),
            Markup::Strikethrough => byte == b'~',
            Markup::Spoiler => self.input.has(at, b"||"),
            Markup::Code => byte == b'`',
            Markup::Pre { .. } => self.input.has(at, b"```"),
            Markup::Link | Markup::Special => byte == b']',
            Markup::Quote => false,
        }
    }

    fn opener(&mut self, byte: u8, at: usize) -> Result<usize, ParseError> {
        let input = self.input;
        let markup = match byte {
            b'_' if input.at(at + 1) == b'_' => Markup::Underline,
            b'_' => Markup::Italic,
            b'*' => Markup::Bold,
            b'~' => Markup::Strikethrough,
            b'|' if input.at(at + 1) == b'|' => Markup::Spoiler,
            b'[' => Markup::Link,
            b'!' if input.at(at + 1) == b'[' => Markup::Special,
            b'`' if input.has(at, b"```") => {
                let (content, language) = pre_header(input, at + 3);
                self.push_open(Markup::Pre { language }, at);
                return Ok(content);
            }
            b'`' => Markup::Code,
            b'\n' => {
                self.line_break(at);
                return Ok(at + 1);
            }
            b'>' if self.may_start_quote && self.is_in_quote => return Ok(at + 1),
            b'>' if self.may_start_quote => {
                self.is_in_quote = true;
                Markup::Quote
            }
            _ => return self.reserved(byte, at),
        };
        let behind = at + markup.opener_len();
        self.push_open(markup, at);
        Ok(behind)
    }

    fn line_break(&mut self, at: usize) {
        self.out.push('\n');
        self.listener.came_from(self.out.text.len(), Span::new(at, at + 1));
        self.may_start_quote = true;
    }

    fn push_open(&mut self, markup: Markup, start: usize) {
        let (offset, text_start) = (self.out.units, self.out.text.len());
        self.open.push(Open { markup, start, offset, text_start });
    }

    fn reserved(&mut self, byte: u8, at: usize) -> Result<usize, ParseError> {
        let kind = ParseErrorKind::ReservedCharacter { character: char::from(byte) };
        self.listener.problem(ParseError::nowhere(kind, Span::new(at, at + 1)))?;
        self.plain(at, at + 1);
        Ok(at + 1)
    }

    fn close(&mut self, byte: u8, at: usize) -> Result<usize, ParseError> {
        if byte == b'\n' {
            return self.close_quote(at);
        }
        let Some(open) = self.open.pop() else { return Ok(at + 1) };
        let behind = at + open.markup.opener_len();
        let kind = match open.markup {
            Markup::Bold => EntityKind::Bold,
            Markup::Italic => EntityKind::Italic,
            Markup::Underline => EntityKind::Underline,
            Markup::Strikethrough => EntityKind::Strikethrough,
            Markup::Spoiler => EntityKind::Spoiler,
            Markup::Code => EntityKind::Code,
            Markup::Pre { language } => EntityKind::Pre { language },
            Markup::Link => return self.close_link(&open, at),
            Markup::Special => return self.close_special(&open, at),
            Markup::Quote => EntityKind::Blockquote,
        };
        self.emit(kind, open.offset, Span::new(open.start, behind));
        Ok(behind)
    }

    fn emit(&mut self, kind: EntityKind, offset: u32, span: Span) {
        if self.out.units == offset {
            self.listener.note(|| Note::EmptyEntity { span });
        } else {
            self.out.close(kind, offset);
        }
    }

    fn close_link(&mut self, open: &Open, at: usize) -> Result<usize, ParseError> {
        if self.input.at(at + 1) != b'(' {
            let kind = link::entity_kind(&self.out.text[open.text_start..]);
            let (span, makes_link) = (Span::new(open.start, at + 1), kind.is_ok());
            self.listener.note(|| Note::BareBrackets { span, makes_link });
            if let Ok(kind) = kind {
                self.emit(kind, open.offset, span);
            }
            return Ok(at + 1);
        }
        let (address, behind) = self.address(at + 2)?;
        match link::entity_kind(&address) {
            Ok(kind) => self.emit(kind, open.offset, Span::new(open.start, behind)),
            Err(reason) => {
                let span = Span::new(at + 2, behind - 1);
                self.listener.note(|| Note::DroppedLink { address, reason, span });
            }
        }
        Ok(behind)
    }

    fn close_special(&mut self, open: &Open, at: usize) -> Result<usize, ParseError> {
        if self.input.at(at + 1) != b'(' {
            let span = Span::new(open.start, at + 1);
            self.listener.problem(ParseError::nowhere(ParseErrorKind::MissingSpecialUrl, span))?;
            return Ok(at + 1);
        }
        let (address, behind) = self.address(at + 2)?;
        match link::special(&address) {
            Some(kind) => self.emit(kind, open.offset, Span::new(open.start, behind)),
            None => {
                let span = Span::new(at + 2, behind - 1);
                self.listener.problem(ParseError::nowhere(ParseErrorKind::InvalidSpecialUrl, span))?;
            }
        }
        Ok(behind)
    }

    /// Reads an address up to the first unescaped `)`; returns it and the place behind the `)`.
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
                    // Recover by ending the address where its author may have meant to: at the first whitespace.
                    let end = input.find(start, |byte| byte.is_ascii_whitespace());
                    return Ok((input.slice(start, end).to_owned(), end));
                }
            }
        }
    }

    /// Ends the quote at the line break at `at`, which belongs to it.
    fn close_quote(&mut self, at: usize) -> Result<usize, ParseError> {
        let expands = self.open.last().is_some_and(|open| self.is_expand_mark(open, at));
        if expands {
            self.open.pop();
        }
        while let Some(open) = self.open.pop_if(|open| open.markup != Markup::Quote) {
            self.unclosed(&open)?;
        }
        self.line_break(at);
        self.is_in_quote = false;
        if let Some(quote) = self.open.pop() {
            self.out.close(quote_kind(expands), quote.offset);
        }
        Ok(at + 1)
    }

    /// Whether `open` is the `||` directly before the quote's last line break, which may be `\r\n`.
    fn is_expand_mark(&self, open: &Open, at: usize) -> bool {
        let gap = at - open.start;
        open.markup == Markup::Spoiler
            && (gap == 2 || (gap == 3 && self.out.text.as_bytes().last() == Some(&b'\r')))
    }

    fn unclosed(&mut self, open: &Open) -> Result<(), ParseError> {
        let (entity, in_words) = open.markup.names();
        let kind = ParseErrorKind::UnclosedEntity { entity, in_words };
        let span = Span::new(open.start, open.start + open.markup.opener_len());
        self.listener.problem(ParseError::at(kind, open.start, span))
    }

    /// Ends a quote that runs to the end of the input; nothing else may be open there.
    fn end(&mut self) -> Result<(), ParseError> {
        if self.is_in_quote {
            let end = self.input.len();
            let mark = self.open.pop_if(|open| open.markup == Markup::Spoiler && open.start + 2 == end);
            if let Some(quote) = self.open.pop_if(|open| open.markup == Markup::Quote) {
                self.emit(quote_kind(mark.is_some()), quote.offset, Span::new(quote.start, end));
            }
        }
        while let Some(open) = self.open.pop() {
            self.unclosed(&open)?;
        }
        Ok(())
    }
}

fn quote_kind(expands: bool) -> EntityKind {
    if expands { EntityKind::ExpandableBlockquote } else { EntityKind::Blockquote }
}
