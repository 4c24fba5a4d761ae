//! Legacy Markdown: no nesting, no escapes inside entities, one kind of error.

use super::markup::{Input, Listener, Note, Output, is_space};
use super::{EntityKind, FormattedText, ParseError, ParseErrorKind, link};
use crate::text::Span;

pub(super) fn parse(input: &str, listener: &mut impl Listener) -> Result<FormattedText, ParseError> {
    let mut parser = Parser { input: Input::new(input), out: Output::with_capacity(input.len()), listener };
    parser.text()?;
    Ok(FormattedText { text: parser.out.text, entities: parser.out.entities })
}

fn is_opener(byte: u8) -> bool {
    matches!(byte, b'_' | b'*' | b'`' | b'[')
}

struct Parser<'a, L> {
    input: Input<'a>,
    out: Output,
    listener: &'a mut L,
}

impl<L: Listener> Parser<'_, L> {
    fn text(&mut self) -> Result<(), ParseError> {
        let input = self.input;
        let mut i = 0;
        while i < input.len() {
            let stop = input.find(i, |byte| byte == b'\\' || is_opener(byte));
            self.copy(i, stop);
            i = match input.at(stop) {
                _ if stop == input.len() => stop,
                b'\\' if is_opener(input.at(stop + 1)) => {
                    self.out.push(char::from(input.at(stop + 1)));
                    self.listener.came_from(self.out.text.len(), Span::new(stop, stop + 2));
                    stop + 2
                }
                b'\\' => {
                    self.copy(stop, stop + 1);
                    stop + 1
                }
                _ => self.entity(stop)?,
            };
        }
        Ok(())
    }

    fn copy(&mut self, start: usize, end: usize) {
        self.out.push_str(self.input.slice(start, end));
        self.listener.came_from(self.out.text.len(), Span::new(start, end));
    }

    fn entity(&mut self, start: usize) -> Result<usize, ParseError> {
        let input = self.input;
        let (content, closer, kind) = match input.at(start) {
            b'`' if input.has(start, b"```") => {
                let (content, language) = pre_header(input, start + 3);
                (content, "```", Some(EntityKind::Pre { language }))
            }
            b'`' => (start + 1, "`", Some(EntityKind::Code)),
            b'*' => (start + 1, "*", Some(EntityKind::Bold)),
            b'_' => (start + 1, "_", Some(EntityKind::Italic)),
            _ => (start + 1, "]", None),
        };
        let Some(end) = input.text.get(content..).and_then(|rest| rest.find(closer)).map(|at| content + at)
        else {
            let opener = Span::new(start, start + closer.len());
            let error = ParseError::at(ParseErrorKind::UnclosedLegacyEntity, start, opener);
            self.listener.problem(error)?;
            // Recover by taking the opener as text, as its author probably meant it.
            self.copy(opener.start, opener.end);
            return Ok(opener.end);
        };
        // The address of `[text]` alone is read from here, see `address_from_text`.
        let written_over = self.out.text.len() + (end - content);
        let offset = self.out.units;
        self.copy(content, end);
        let is_empty = self.out.units == offset;
        let behind = end + closer.len();
        if is_empty {
            self.listener.note(|| Note::EmptyEntity { span: Span::new(start, behind) });
        }
        match kind {
            Some(kind) => {
                if !is_empty {
                    self.out.close(kind, offset);
                }
                Ok(behind)
            }
            // An address behind an empty `[]` is not even looked for.
            None if is_empty => Ok(behind),
            None => Ok(self.link(start, end, offset, written_over)),
        }
    }

    fn link(&mut self, start: usize, end: usize, offset: u32, written_over: usize) -> usize {
        let input = self.input;
        if input.at(end + 1) != b'(' {
            let address = self.address_from_text(start + 1, end, written_over);
            let kind = link::entity_kind(&address);
            let (span, makes_link) = (Span::new(start, end + 1), kind.is_ok());
            self.listener.note(|| Note::BareBrackets { span, makes_link });
            if let Ok(kind) = kind {
                self.out.close(kind, offset);
            }
            return end + 1;
        }
        let close = input.find(end + 2, |byte| byte == b')');
        let span = Span::new(end + 2, close);
        if close == input.len() {
            self.listener.note(|| Note::AddressToEnd { span });
        }
        let address = span.of(input.text);
        match link::entity_kind(address) {
            Ok(kind) => self.out.close(kind, offset),
            Err(reason) => {
                self.listener.note(|| Note::DroppedLink { address: address.to_owned(), reason, span })
            }
        }
        (close + 1).min(input.len())
    }

    /// Returns the address of a `[text]` without `(`: what stands at its place in a buffer that Telegram has already
    /// partly written its output into, so that `[example.com]` links to `http://xample.comm/`.
    ///
    /// Where that cuts a character in two, Telegram's own library dies on it; here such bytes become U+FFFD.
    fn address_from_text(&self, start: usize, end: usize, written_over: usize) -> String {
        let written = &self.out.text.as_bytes()[..written_over.min(end)];
        let mut bytes = written.get(start..).unwrap_or(&[]).to_vec();
        bytes.extend_from_slice(&self.input.text.as_bytes()[start.max(written.len())..end]);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Reads the language and the one line break that may stand behind an opening fence; returns where the content starts.
pub(super) fn pre_header(input: Input<'_>, start: usize) -> (usize, Option<String>) {
    let word_end = input.find(start, |byte| is_space(byte) || byte == b'`');
    let has_language = start < word_end && word_end < input.len() && input.at(word_end) != b'`';
    let language = has_language.then(|| input.slice(start, word_end).to_owned());
    let at = if has_language { word_end } else { start };
    let content = match (input.at(at), input.at(at + 1)) {
        (b'\n', b'\r') | (b'\r', b'\n') => at + 2,
        (b'\n' | b'\r', _) => at + 1,
        _ => at,
    };
    (content, language)
}
