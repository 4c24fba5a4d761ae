//! Parses the HTML mode (TDLib, `parse_html`). The mode has only a few tags and four named references, and malformed
//! tags are errors.

use super::html_tag::{self, Attribute, HtmlTag};
use super::markup::{MarkupElement, MarkupInput, ParseListener, ParseNote, TextBuilder, is_space};
use super::{EntityKind, FormattedText, ParseError, ParseErrorKind, html_reference, link};
use crate::text::Span;

pub(super) fn parse(input: &str, listener: &mut impl ParseListener) -> Result<FormattedText, ParseError> {
    let mut parser = HtmlParser {
        input: MarkupInput::new(input),
        out: TextBuilder::with_capacity(input.len()),
        open: Vec::new(),
        code_language: None,
        expected_end_tags: Vec::new(),
        surrogate: None,
        listener,
    };
    parser.text()?;
    parser.end()?;
    Ok(parser.out.finish())
}

struct OpenElement {
    tag: HtmlTag,
    /// The attribute value that the element's entity needs, such as an address or a language; empty if there is none.
    argument: String,
    /// The `unix` time of a `tg-time`, in seconds.
    date: i32,
    span: Span,
    /// The start of the element's text in the output, in UTF-16 code units.
    offset: u32,
    /// The start of the element's text in the output, in bytes.
    text_start: usize,
}

struct HtmlParser<'a, L> {
    input: MarkupInput<'a>,
    out: TextBuilder,
    open: Vec<OpenElement>,
    /// The language of the last entity, if that entity is a `code` with a language. A `pre` around exactly the same
    /// text takes the language over.
    code_language: Option<String>,
    /// The names of end tags that will probably follow although no element is open for them. For example, a `</font>`
    /// will probably follow an unsupported `<font>`, and an `</i>` will probably follow the crossed tags `<b><i></b>`.
    /// Such an end tag is skipped without a report, because the problem has been reported at an earlier tag.
    expected_end_tags: Vec<String>,
    /// The first reference to half a surrogate pair.
    surrogate: Option<Span>,
    listener: &'a mut L,
}

impl<L: ParseListener> HtmlParser<'_, L> {
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
        self.listener.record_origin(self.out.text.len(), Span::new(start, end));
    }

    fn reference(&mut self, at: usize) -> usize {
        match html_reference::decode(self.input, at) {
            Some((code, end)) => {
                let decoded = char::from_u32(code);
                if decoded.is_none() {
                    self.surrogate.get_or_insert(Span::new(at, end));
                }
                // U+FFFD replaces half a surrogate pair. U+FFFD and the half are one UTF-16 code unit each, so later
                // offsets stay correct.
                self.out.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
                self.listener.record_origin(self.out.text.len(), Span::new(at, end));
                end
            }
            None => {
                if let Some(end) = html_reference::reference_like_end(self.input, at) {
                    self.listener.note(|| ParseNote::UnknownReference { span: Span::new(at, end) });
                }
                self.copy(at, at + 1);
                at + 1
            }
        }
    }

    fn start_tag(&mut self, at: usize) -> Result<usize, ParseError> {
        match self.read_start_tag(at) {
            Ok(end) => Ok(end),
            Err(error) => self.recover_from_tag(at, error),
        }
    }

    fn read_start_tag(&mut self, at: usize) -> Result<usize, ParseError> {
        let input = self.input;
        let name_end = input.find(at + 1, |byte| is_space(byte) || byte == b'>');
        // To `is_space`, a NUL byte is whitespace, so a NUL byte ends the name. As in TDLib, a NUL byte that ends the
        // name is treated as the end of the input.
        if input.at(name_end) == 0 {
            let kind = ParseErrorKind::UnclosedStartTag { tag: None };
            return Err(ParseError::at(kind, at, Span::new(at, name_end)));
        }
        let name = input.slice(at + 1, name_end);
        let Some(tag) = HtmlTag::from_name(name) else {
            let kind = ParseErrorKind::UnsupportedTag { tag: name.to_ascii_lowercase() };
            return Err(ParseError::at(kind, at, Span::new(at, name_end)));
        };
        let mut open = OpenElement {
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
        // The class is checked only after all attributes, because the last of several `class` attributes counts.
        if tag == HtmlTag::Span && open.argument != "spoiler" {
            return Err(ParseError::at(ParseErrorKind::SpanWithoutClass, at, open.span));
        }
        self.open.push(open);
        Ok(i + 1)
    }

    fn take_attribute(&mut self, open: &mut OpenElement, attribute: Attribute<'_>) {
        let value = attribute.value;
        // Attribute names are case-sensitive, unlike tag names: `HREF` is ignored.
        match (open.tag, attribute.name, value) {
            // Any value expands the quote, even `expandable="false"`.
            (HtmlTag::Blockquote, "expandable", _) => open.argument = "1".into(),
            (HtmlTag::A, "href", Some(value)) | (HtmlTag::Emoji, "emoji-id", Some(value)) => {
                open.argument = value
            }
            (HtmlTag::Time, "format", Some(value)) => open.argument = value,
            (HtmlTag::Time, "unix", Some(value)) => open.date = html_tag::lenient_i32(&value),
            (HtmlTag::Code, "class", Some(value)) if value.starts_with("language-") => {
                open.argument = value["language-".len()..].to_owned();
            }
            (HtmlTag::Span, "class", Some(value)) if value.starts_with("tg-") => {
                open.argument = value["tg-".len()..].to_owned();
            }
            (tag, _, _) => {
                let span = attribute.span;
                self.listener.note(|| ParseNote::IgnoredAttribute { tag: tag.name().into(), span });
            }
        }
    }

    /// Reports the error of the start tag at `at`. Then recovers, if the listener lets the parser continue. Text that
    /// looks like a tag is skipped. For any other text, only the `<` is read, and it is copied to the output.
    fn recover_from_tag(&mut self, at: usize, error: ParseError) -> Result<usize, ParseError> {
        let end = html_tag::tag_like_end(self.input, at);
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

    /// Opens the element of a broken start tag, such as `<a =>`. If Telegram does not support the tag, opens no element
    /// and adds the tag's name to `expected_end_tags`.
    fn open_anyway(&mut self, at: usize, end: usize) {
        let name_end = self.input.find(at + 1, |byte| is_space(byte) || byte == b'>');
        let name = self.input.slice(at + 1, name_end);
        match HtmlTag::from_name(name) {
            // If the element were not opened, its end tag would be reported as a second problem.
            Some(tag) => self.open.push(OpenElement {
                tag,
                argument: String::new(),
                date: 0,
                span: Span::new(at, end),
                offset: self.out.units,
                text_start: self.out.text.len(),
            }),
            None => self.expected_end_tags.push(name.to_ascii_lowercase()),
        }
    }

    fn end_tag(&mut self, at: usize) -> Result<usize, ParseError> {
        let input = self.input;
        let tag_span = |end: usize| Span::new(at, end.max(at + 2).min(input.len()));
        let name_end = input.find(at + 2, |byte| is_space(byte) || byte == b'>');
        let close = input.find(name_end, |byte| !is_space(byte) || byte == 0);
        let found = input.slice(at + 2, name_end);
        let innermost = self.open.last().map(|open| open.tag.name());
        let is_expected = innermost.is_some_and(|expected| expected.eq_ignore_ascii_case(found));
        // An end tag in `expected_end_tags` is skipped. Its name was added there after a reported problem, at which
        // Telegram would have stopped. So Telegram has no rule for this end tag.
        if !is_expected && self.take_expected_end_tag(found) && input.at(close) == b'>' {
            return Ok(close + 1);
        }
        let Some(expected) = innermost else {
            let span = tag_span(if input.at(close) == b'>' { close + 1 } else { name_end });
            self.listener.problem(ParseError::at(ParseErrorKind::UnexpectedEndTag, at, span))?;
            return Ok(span.end);
        };
        if input.at(close) != b'>' {
            let span = tag_span(name_end);
            self.listener.problem(ParseError::at(ParseErrorKind::UnclosedEndTag, at, span))?;
            self.close_innermost(span)?;
            return Ok(span.end);
        }
        // An end tag without a name, `</>`, closes the innermost element.
        if !found.is_empty() && !is_expected {
            let found = found.to_ascii_lowercase();
            let kind = ParseErrorKind::UnmatchedEndTag { expected: expected.into(), found: found.clone() };
            self.listener.problem(ParseError::at(kind, at, tag_span(close + 1)))?;
            self.close_down_to(&found, tag_span(close + 1))?;
        } else {
            self.close_innermost(tag_span(close + 1))?;
        }
        Ok(close + 1)
    }

    /// Removes one end tag called `name` from `expected_end_tags`. Returns whether there was such an end tag.
    fn take_expected_end_tag(&mut self, name: &str) -> bool {
        let idx = self.expected_end_tags.iter().rposition(|expected| expected.eq_ignore_ascii_case(name));
        idx.map(|idx| self.expected_end_tags.swap_remove(idx)).is_some()
    }

    /// Recovers from crossed tags: closes the innermost open element with this name and all elements inside that
    /// element. In `<b><i></b>`, the `</b>` closes `i` and `b`. Does nothing if no element with this name is open.
    fn close_down_to(&mut self, name: &str, end_tag: Span) -> Result<(), ParseError> {
        let Some(depth) = self.open.iter().rposition(|open| open.tag.name() == name) else { return Ok(()) };
        let crossed = self.open[depth + 1..].iter().map(|open| open.tag.name().to_owned());
        self.expected_end_tags.extend(crossed);
        while depth < self.open.len() {
            self.close_innermost(end_tag)?;
        }
        Ok(())
    }

    fn close_innermost(&mut self, end_tag: Span) -> Result<(), ParseError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        self.listener.record_element(MarkupElement {
            format: open.tag.format(),
            open: open.span,
            close: end_tag,
            text: Span::new(open.text_start, self.out.text.len()),
        });
        // TDLib does not check the attributes of an element without text. So such an element is dropped here, before
        // the `close_…` functions below check its attributes.
        if self.out.units == open.offset {
            self.listener.note(|| ParseNote::EmptyEntity { span: open.span });
            return Ok(());
        }
        let kind = match open.tag {
            HtmlTag::B | HtmlTag::Strong => EntityKind::Bold,
            HtmlTag::I | HtmlTag::Em => EntityKind::Italic,
            HtmlTag::U | HtmlTag::Ins => EntityKind::Underline,
            HtmlTag::S | HtmlTag::Strike | HtmlTag::Del => EntityKind::Strikethrough,
            HtmlTag::Spoiler | HtmlTag::Span => EntityKind::Spoiler,
            HtmlTag::Blockquote if open.argument.is_empty() => EntityKind::Blockquote,
            HtmlTag::Blockquote => EntityKind::ExpandableBlockquote,
            HtmlTag::Pre => return self.close_pre(&open),
            HtmlTag::Code => return self.close_code(open),
            HtmlTag::A => return self.close_link(open),
            HtmlTag::Emoji => return self.close_emoji(&open),
            HtmlTag::Time => return self.close_time(&open),
        };
        self.emit(kind, open.offset);
        Ok(())
    }

    fn emit(&mut self, kind: EntityKind, offset: u32) {
        self.code_language = None;
        self.out.close(kind, offset);
    }

    /// Returns the kind of the last entity if that entity covers exactly the text from `offset` to the end of the
    /// output.
    fn last_over_same_text(&mut self, offset: u32) -> Option<&mut EntityKind> {
        // TDLib merges `pre` and `code` only if their ranges are equal. For `<pre> <code>x</code></pre>` there are two
        // entities, because the `pre` also covers the space.
        let length = self.out.units - offset;
        let last = self.out.entities.last_mut()?;
        (last.offset == offset && last.length == length).then_some(&mut last.kind)
    }

    fn close_pre(&mut self, open: &OpenElement) -> Result<(), ParseError> {
        let language = self.code_language.take();
        match self.last_over_same_text(open.offset) {
            Some(last) if language.is_some() => *last = EntityKind::Pre { language },
            _ => self.emit(EntityKind::Pre { language: None }, open.offset),
        }
        Ok(())
    }

    fn close_code(&mut self, open: OpenElement) -> Result<(), ParseError> {
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

    fn close_link(&mut self, open: OpenElement) -> Result<(), ParseError> {
        // Without an `href`, the text of the link is its address.
        let address = match open.argument {
            empty if empty.is_empty() => &self.out.text[open.text_start..],
            ref address => address,
        };
        match link::entity_kind(address) {
            Ok(kind) => self.emit(kind, open.offset),
            Err(reason) => {
                let address = address.to_owned();
                // An invalid address is not an error: Telegram keeps the text and drops the link.
                self.listener.note(|| ParseNote::DroppedLink { address, reason, span: open.span });
            }
        }
        Ok(())
    }

    fn close_emoji(&mut self, open: &OpenElement) -> Result<(), ParseError> {
        match link::custom_emoji_id(&open.argument) {
            Some(custom_emoji_id) => self.emit(EntityKind::CustomEmoji { custom_emoji_id }, open.offset),
            None => self
                .listener
                .problem(ParseError::without_offset(ParseErrorKind::InvalidCustomEmojiId, open.span))?,
        }
        Ok(())
    }

    fn close_time(&mut self, open: &OpenElement) -> Result<(), ParseError> {
        match link::date_format(&open.argument) {
            Some(format) if 0 < open.date => {
                self.emit(EntityKind::DateTime { unix_time: open.date, format }, open.offset);
            }
            Some(_) => self.listener.note(|| ParseNote::DroppedTime { span: open.span }),
            None => {
                self.listener
                    .problem(ParseError::without_offset(ParseErrorKind::InvalidDateFormat, open.span))?;
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ParseError> {
        while let Some(open) = self.open.last() {
            let kind = ParseErrorKind::UnclosedElement { tag: open.tag.name().into() };
            self.listener.problem(ParseError::without_offset(kind, open.span))?;
            self.close_innermost(Span::at(self.input.len()))?;
        }
        // TDLib checks the decoded text for half surrogate pairs last, so any other error takes precedence.
        match self.surrogate {
            Some(span) => {
                self.listener.problem(ParseError::without_offset(ParseErrorKind::UnmatchedSurrogate, span))
            }
            None => Ok(()),
        }
    }
}
