//! Parses the legacy Markdown mode (TDLib, `parse_markdown`). In this mode, entities do not nest, and a backslash
//! inside an entity escapes nothing. The only error is an entity without an end.

use super::markup::{
    MarkupElement, MarkupInput, ParseListener, ParseNote, TextBuilder, TextFormat, is_space,
};
use super::{EntityKind, FormattedText, ParseError, ParseErrorKind, link};
use crate::text::Span;

pub(super) fn parse(input: &str, listener: &mut impl ParseListener) -> Result<FormattedText, ParseError> {
    let mut parser = MarkdownParser {
        input: MarkupInput::new(input),
        out: TextBuilder::with_capacity(input.len()),
        listener,
    };
    parser.text()?;
    // Entities do not nest in this mode, so the parser has added them in the order of offsets. This is TDLib's order,
    // so no sorting is needed.
    Ok(FormattedText { text: parser.out.text, entities: parser.out.entities })
}

fn is_opener(byte: u8) -> bool {
    matches!(byte, b'_' | b'*' | b'`' | b'[')
}

struct MarkdownParser<'a, L> {
    input: MarkupInput<'a>,
    out: TextBuilder,
    listener: &'a mut L,
}

impl<L: ParseListener> MarkdownParser<'_, L> {
    fn text(&mut self) -> Result<(), ParseError> {
        let input = self.input;
        let mut i = 0;
        while i < input.len() {
            let stop = input.find(i, |byte| byte == b'\\' || is_opener(byte));
            self.copy(i, stop);
            i = match input.at(stop) {
                _ if stop == input.len() => stop,
                // A backslash escapes only the four characters of `is_opener`; before any other character it is text.
                b'\\' if is_opener(input.at(stop + 1)) => {
                    self.out.push(char::from(input.at(stop + 1)));
                    self.listener.record_origin(self.out.text.len(), Span::new(stop, stop + 2));
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
        self.listener.record_origin(self.out.text.len(), Span::new(start, end));
    }

    fn entity(&mut self, start: usize) -> Result<usize, ParseError> {
        let input = self.input;
        let (content, closer, kind, format) = match input.at(start) {
            // The arm for a fence (three backticks) comes first: the arm for a single backtick would also match it.
            b'`' if input.starts_with_at(start, b"```") => {
                let (content, language) = pre_header(input, start + 3);
                (content, "```", Some(EntityKind::Pre { language }), None)
            }
            b'`' => (start + 1, "`", Some(EntityKind::Code), Some(TextFormat::Code)),
            b'*' => (start + 1, "*", Some(EntityKind::Bold), Some(TextFormat::Bold)),
            b'_' => (start + 1, "_", Some(EntityKind::Italic), Some(TextFormat::Italic)),
            _ => (start + 1, "]", None, Some(TextFormat::Link)),
        };
        let Some(end) = input.text.get(content..).and_then(|rest| rest.find(closer)).map(|at| content + at)
        else {
            let opener = Span::new(start, start + closer.len());
            let error = ParseError::at(ParseErrorKind::UnclosedLegacyEntity, start, opener);
            self.listener.problem(error)?;
            // Recover by treating the opener as text, because the author probably meant it as text.
            self.copy(opener.start, opener.end);
            return Ok(opener.end);
        };
        // This is the length of the output after the `copy` below. The address of a `[text]` without a `(` after it
        // depends on this length, see `address_from_text`.
        let overwritten_end = self.out.text.len() + (end - content);
        let (offset, text_start) = (self.out.units, self.out.text.len());
        self.copy(content, end);
        let is_empty = self.out.units == offset;
        let after = end + closer.len();
        if is_empty {
            self.listener.note(|| ParseNote::EmptyEntity { span: Span::new(start, after) });
        }
        let after = match kind {
            Some(kind) => {
                if !is_empty {
                    self.out.close(kind, offset);
                }
                after
            }
            // After an empty `[]`, TDLib does not look for an address, so the `(a.b)` of `[](a.b)` stays in the text.
            None if is_empty => after,
            None => self.link(start, end, offset, overwritten_end),
        };
        self.listener.record_element(MarkupElement {
            format,
            open: Span::new(start, content),
            close: Span::new(end, after),
            text: Span::new(text_start, self.out.text.len()),
        });
        Ok(after)
    }

    fn link(&mut self, start: usize, end: usize, offset: u32, overwritten_end: usize) -> usize {
        let input = self.input;
        if input.at(end + 1) != b'(' {
            let address = self.address_from_text(start + 1, end, overwritten_end);
            let kind = link::entity_kind(&address);
            let (span, makes_link) = (Span::new(start, end + 1), kind.is_ok());
            self.listener.note(|| ParseNote::BareBrackets { span, makes_link });
            if let Ok(kind) = kind {
                self.out.close(kind, offset);
            }
            return end + 1;
        }
        // There is no escape for `)` in an address, so the first `)` ends the address.
        let close = input.find(end + 2, |byte| byte == b')');
        let span = Span::new(end + 2, close);
        // Without a `)`, TDLib uses all text up to the end of the input as the address and reports no error. So a
        // missing `)` is only a note, from which `explain` makes a warning.
        if close == input.len() {
            self.listener.note(|| ParseNote::AddressToEnd { span });
        }
        let address = span.of(input.text);
        match link::entity_kind(address) {
            Ok(kind) => self.out.close(kind, offset),
            Err(reason) => {
                self.listener.note(|| ParseNote::DroppedLink { address: address.to_owned(), reason, span })
            }
        }
        (close + 1).min(input.len())
    }

    /// Returns the address of a `[text]` without a `(` after it, reproducing a bug of TDLib.
    fn address_from_text(&self, start: usize, end: usize, overwritten_end: usize) -> String {
        // TDLib writes its output over its input buffer. For `[example.com]`, it writes `example.com` over the first 11
        // bytes, which begin with the `[`. The buffer then contains `example.comm]`. Only then does TDLib read the
        // address from the bytes between the original brackets. These bytes are now `xample.comm`, so the link is
        // `http://xample.comm/`. If the overwriting splits a character, TDLib crashes; here the bytes of such a
        // character become U+FFFD.
        let written = &self.out.text.as_bytes()[..overwritten_end.min(end)];
        let mut bytes = written.get(start..).unwrap_or(&[]).to_vec();
        bytes.extend_from_slice(&self.input.text.as_bytes()[start.max(written.len())..end]);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Reads what follows an opening fence: a language and one line break, both optional. Returns the offset of the content
/// and the language.
pub(super) fn pre_header(input: MarkupInput<'_>, start: usize) -> (usize, Option<String>) {
    let word_end = input.find(start, |byte| is_space(byte) || byte == b'`');
    // If a backtick or the end of the input follows the word directly, the word is code and not a language:
    // "```rust```" is the code "rust".
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
