//! HTML as Telegram reads it: a few tags, four named references, no leniency.

use super::html_tag::{self, Attribute, Tag};
use super::markup::{Input, Listener, Note, Output, is_space};
use super::{EntityKind, FormattedText, ParseError, ParseErrorKind, html_reference, link};
use crate::text::Span;

pub(super) fn parse(input: &str, listener: &mut impl Listener) -> Result<FormattedText, ParseError> {
    let mut parser = Parser {
        input: Input::new(input),
        out: Output::with_capacity(input.len()),
        open: Vec::new(),
        code_language: None,
        forgiven: Vec::new(),
        surrogate: None,
        listener,
    };
    parser.text()?;
    parser.end()?;
    Ok(parser.out.finish())
}

struct Open {
    tag: Tag,
    argument: String,
    date: i32,
    span: Span,
    /// Where its text starts in the output, in UTF-16 units and in bytes.
    offset: u32,
    text_start: usize,
}

struct Parser<'a, L> {
    input: Input<'a>,
    out: Output,
    open: Vec<Open>,
    /// The language of the entity added last, where that is code; a `pre` around exactly that code takes it over.
    code_language: Option<String>,
    /// Names whose next end tag belongs to a problem that was told already; none before the first problem.
    forgiven: Vec<String>,
    /// The first half of a character that was spelled as a reference.
    surrogate: Option<Span>,
    listener: &'a mut L,
}

impl<L: Listener> Parser<'_, L> {
    fn text(&mut self) -> Result<(), ParseError> {
        let input = self.input;
        let mut i = 0;
        while i < input.len() {
            let stop = input.find(i, |byte| matches!(byte, b'&' | b'<'));
            self.copy(i, stop);
            i = match input.at(stop) {
                _ if stop == input.len() => stop,
                b'&' => self.reference(stop),
                _ if input.at(stop + 1) == b'/' => self.end_tag(stop)?,
                _ => self.start_tag(stop)?,
            };
        }
        Ok(())
    }

    fn copy(&mut self, start: usize, end: usize) {
        self.out.push_str(self.input.slice(start, end));
        self.listener.came_from(self.out.text.len(), Span::new(start, end));
    }

    fn reference(&mut self, at: usize) -> usize {
        match html_reference::decode(self.input, at) {
            Some((code, behind)) => {
                let decoded = char::from_u32(code);
                if decoded.is_none() {
                    self.surrogate.get_or_insert(Span::new(at, behind));
                }
                self.out.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
                self.listener.came_from(self.out.text.len(), Span::new(at, behind));
                behind
            }
            None => {
                if let Some(end) = html_reference::looks_like_one(self.input, at) {
                    self.listener.note(|| Note::UnknownReference { span: Span::new(at, end) });
                }
                self.copy(at, at + 1);
                at + 1
            }
        }
    }

    fn start_tag(&mut self, at: usize) -> Result<usize, ParseError> {
        match self.read_start_tag(at) {
            Ok(behind) => Ok(behind),
            Err(error) => self.recover_from_tag(at, error),
        }
    }

    fn read_start_tag(&mut self, at: usize) -> Result<usize, ParseError> {
        let input = self.input;
        let name_end = input.find(at + 1, |byte| is_space(byte) || byte == b'>');
        if input.at(name_end) == 0 {
            let kind = ParseErrorKind::UnclosedStartTag { tag: None };
            return Err(ParseError::at(kind, at, Span::new(at, name_end)));
        }
        let name = input.slice(at + 1, name_end);
        let Some(tag) = Tag::from_name(name) else {
            let kind = ParseErrorKind::UnsupportedTag { tag: name.to_ascii_lowercase() };
            return Err(ParseError::at(kind, at, Span::new(at, name_end)));
        };
        let mut open = Open {
            tag,
            argument: String::new(),
            date: 0,
            span: Span::at(at),
            offset: self.out.units,
            text_start: self.out.text.len(),
        };
        let mut i = name_end;
        while let Some(attribute) = html_tag::next_attribute(input, tag, at, &mut i)? {
            self.take_attribute(&mut open, attribute);
        }
        open.span = Span::new(at, i + 1);
        if tag == Tag::Span && open.argument != "spoiler" {
            return Err(ParseError::at(ParseErrorKind::SpanWithoutClass, at, open.span));
        }
        self.open.push(open);
        Ok(i + 1)
    }

    fn take_attribute(&mut self, open: &mut Open, attribute: Attribute<'_>) {
        let value = attribute.value;
        match (open.tag, attribute.name, value) {
            (Tag::Blockquote, "expandable", _) => open.argument = "1".into(),
            (Tag::A, "href", Some(value)) | (Tag::Emoji, "emoji-id", Some(value)) => open.argument = value,
            (Tag::Time, "format", Some(value)) => open.argument = value,
            (Tag::Time, "unix", Some(value)) => open.date = html_tag::lenient_i32(&value),
            (Tag::Code, "class", Some(value)) if value.starts_with("language-") => {
                open.argument = value["language-".len()..].to_owned();
            }
            (Tag::Span, "class", Some(value)) if value.starts_with("tg-") => {
                open.argument = value["tg-".len()..].to_owned();
            }
            (tag, _, _) => {
                let span = attribute.span;
                self.listener.note(|| Note::IgnoredAttribute { tag: tag.name().into(), span });
            }
        }
    }

    /// Where it may go on: leaves out what looks like a tag, takes a `<` that does not as text.
    fn recover_from_tag(&mut self, at: usize, error: ParseError) -> Result<usize, ParseError> {
        let end = html_tag::looks_like_one(self.input, at);
        self.listener.problem(error)?;
        match end {
            Some(end) => {
                self.open_anyway(at, end);
                Ok(end)
            }
            None => {
                self.copy(at, at + 1);
                Ok(at + 1)
            }
        }
    }

    /// Opens the element of a broken start tag, so that its end tag is no problem of its own.
    fn open_anyway(&mut self, at: usize, end: usize) {
        let name_end = self.input.find(at + 1, |byte| is_space(byte) || byte == b'>');
        let name = self.input.slice(at + 1, name_end);
        match Tag::from_name(name) {
            Some(tag) => self.open.push(Open {
                tag,
                argument: String::new(),
                date: 0,
                span: Span::new(at, end),
                offset: self.out.units,
                text_start: self.out.text.len(),
            }),
            None => self.forgiven.push(name.to_ascii_lowercase()),
        }
    }

    fn end_tag(&mut self, at: usize) -> Result<usize, ParseError> {
        let input = self.input;
        let whole = |end: usize| Span::new(at, end.max(at + 2).min(input.len()));
        let name_end = input.find(at + 2, |byte| is_space(byte) || byte == b'>');
        let close = input.find(name_end, |byte| !is_space(byte) || byte == 0);
        let found = input.slice(at + 2, name_end);
        let innermost = self.open.last().map(|open| open.tag.name());
        let is_expected = innermost.is_some_and(|expected| expected.eq_ignore_ascii_case(found));
        if !is_expected && self.forgive(found) && input.at(close) == b'>' {
            return Ok(close + 1);
        }
        let Some(expected) = innermost else {
            let span = whole(if input.at(close) == b'>' { close + 1 } else { name_end });
            self.listener.problem(ParseError::at(ParseErrorKind::UnexpectedEndTag, at, span))?;
            return Ok(span.end);
        };
        if input.at(close) != b'>' {
            let span = whole(name_end);
            self.listener.problem(ParseError::at(ParseErrorKind::UnclosedEndTag, at, span))?;
            self.close_innermost()?;
            return Ok(span.end);
        }
        if !found.is_empty() && !is_expected {
            let found = found.to_ascii_lowercase();
            let kind = ParseErrorKind::UnmatchedEndTag { expected: expected.into(), found: found.clone() };
            self.listener.problem(ParseError::at(kind, at, whole(close + 1)))?;
            self.close_down_to(&found)?;
        } else {
            self.close_innermost()?;
        }
        Ok(close + 1)
    }

    /// Whether an end tag of that name was to come; only once.
    fn forgive(&mut self, name: &str) -> bool {
        let idx = self.forgiven.iter().rposition(|forgiven| forgiven.eq_ignore_ascii_case(name));
        idx.map(|idx| self.forgiven.swap_remove(idx)).is_some()
    }

    /// Where it may go on behind crossed tags: closes what is open inside the nearest element of that name, if any.
    fn close_down_to(&mut self, name: &str) -> Result<(), ParseError> {
        let Some(depth) = self.open.iter().rposition(|open| open.tag.name() == name) else { return Ok(()) };
        let crossed = self.open[depth + 1..].iter().map(|open| open.tag.name().to_owned());
        self.forgiven.extend(crossed);
        while depth < self.open.len() {
            self.close_innermost()?;
        }
        Ok(())
    }

    fn close_innermost(&mut self) -> Result<(), ParseError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        if self.out.units == open.offset {
            self.listener.note(|| Note::EmptyEntity { span: open.span });
            return Ok(());
        }
        let kind = match open.tag {
            Tag::B | Tag::Strong => EntityKind::Bold,
            Tag::I | Tag::Em => EntityKind::Italic,
            Tag::U | Tag::Ins => EntityKind::Underline,
            Tag::S | Tag::Strike | Tag::Del => EntityKind::Strikethrough,
            Tag::Spoiler | Tag::Span => EntityKind::Spoiler,
            Tag::Blockquote if open.argument.is_empty() => EntityKind::Blockquote,
            Tag::Blockquote => EntityKind::ExpandableBlockquote,
            Tag::Pre => return self.close_pre(&open),
            Tag::Code => return self.close_code(open),
            Tag::A => return self.close_link(open),
            Tag::Emoji => return self.close_emoji(&open),
            Tag::Time => return self.close_time(&open),
        };
        self.emit(kind, open.offset);
        Ok(())
    }

    fn emit(&mut self, kind: EntityKind, offset: u32) {
        self.code_language = None;
        self.out.close(kind, offset);
    }

    /// Returns the entity added last where it covers exactly the text from `offset` to here.
    fn last_over_same_text(&mut self, offset: u32) -> Option<&mut EntityKind> {
        let length = self.out.units - offset;
        let last = self.out.entities.last_mut()?;
        (last.offset == offset && last.length == length).then_some(&mut last.kind)
    }

    fn close_pre(&mut self, open: &Open) -> Result<(), ParseError> {
        let language = self.code_language.take();
        match self.last_over_same_text(open.offset) {
            Some(last) if language.is_some() => *last = EntityKind::Pre { language },
            _ => self.emit(EntityKind::Pre { language: None }, open.offset),
        }
        Ok(())
    }

    fn close_code(&mut self, open: Open) -> Result<(), ParseError> {
        let language = Some(open.argument).filter(|language| !language.is_empty());
        match self.last_over_same_text(open.offset) {
            Some(last @ EntityKind::Pre { language: None }) if language.is_some() => {
                *last = EntityKind::Pre { language };
            }
            _ => {
                self.emit(EntityKind::Code, open.offset);
                self.code_language = language;
            }
        }
        Ok(())
    }

    fn close_link(&mut self, open: Open) -> Result<(), ParseError> {
        let address = match open.argument {
            empty if empty.is_empty() => &self.out.text[open.text_start..],
            ref address => address,
        };
        match link::entity_kind(address) {
            Ok(kind) => self.emit(kind, open.offset),
            Err(reason) => {
                let address = address.to_owned();
                self.listener.note(|| Note::DroppedLink { address, reason, span: open.span });
            }
        }
        Ok(())
    }

    fn close_emoji(&mut self, open: &Open) -> Result<(), ParseError> {
        match link::custom_emoji_id(&open.argument) {
            Some(custom_emoji_id) => self.emit(EntityKind::CustomEmoji { custom_emoji_id }, open.offset),
            None => {
                self.listener.problem(ParseError::nowhere(ParseErrorKind::InvalidCustomEmojiId, open.span))?
            }
        }
        Ok(())
    }

    fn close_time(&mut self, open: &Open) -> Result<(), ParseError> {
        match link::date_format(&open.argument) {
            Some(format) if 0 < open.date => {
                self.emit(EntityKind::DateTime { unix_time: open.date, format }, open.offset);
            }
            Some(_) => self.listener.note(|| Note::DroppedTime { span: open.span }),
            None => {
                self.listener.problem(ParseError::nowhere(ParseErrorKind::InvalidDateFormat, open.span))?;
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ParseError> {
        while let Some(open) = self.open.last() {
            let kind = ParseErrorKind::UnclosedElement { tag: open.tag.name().into() };
            self.listener.problem(ParseError::nowhere(kind, open.span))?;
            self.close_innermost()?;
        }
        match self.surrogate {
            Some(span) => {
                self.listener.problem(ParseError::nowhere(ParseErrorKind::UnmatchedSurrogate, span))
            }
            None => Ok(()),
        }
    }
}
