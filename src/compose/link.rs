//! Preview and body, linked: what a place of the body became in the message and in the JSON, and the way back.
//!
//! ```text
//! body ⇄ rendered (source map) ⇄ decoded JSON string ⇄ markup ⇄ text as it is sent
//! ```

mod markup;

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use super::chat::{self, Patched};
use super::{Composed, message_text};
use crate::json::{self, Document, Node, Text, Value};
use crate::telegram::request::{Content, MAX_BUTTONS_IN_ROW, ReplyMarkup};
use crate::telegram::{Limit, Request, trace};
use crate::text::{Span, floor_char_boundary};

use markup::Marked;

/// The longest word that lights up whole, in characters.
const LONGEST_WORD: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Bytes of the text as it is sent: of the message, the first caption or a poll's question.
    Text(Span),
    /// A button of the inline keyboard, counted from 0 over all rows.
    Button(usize),
    /// A photo or another medium, counted from 0.
    Medium(usize),
    /// An answer of a poll, counted from 0.
    Choice(usize),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lit {
    /// The bytes of the rendered body, in order.
    pub rendered: Vec<Span>,
    pub parts: Vec<Part>,
}

impl Lit {
    /// Whether bytes of the message's text are lit, at least in part.
    pub fn has_text(&self, bytes: Span) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Text(lit) if meet(*lit, bytes)))
    }
}

#[derive(Debug, Default)]
pub struct Links {
    /// The rendering as it was read, where a stand-in had to be put into it for that.
    stand_in: Option<Patched>,
    text: Option<(Text, Marked)>,
    others: Vec<(Part, Span)>,
}

impl Links {
    pub fn new(composed: &Composed) -> Self {
        let (Some(request), Some((stand_in, document))) = (&composed.request, read(composed)) else {
            return Self::default();
        };
        let mut others = buttons(request, &document.root);
        others.extend(content(request, &document.root));
        Self { stand_in, text: text(request, &document), others }
    }

    /// Returns what a selection of the body became; of an empty one, what the word or character at the cursor became.
    pub fn lit(&self, composed: &Composed, selection: Span) -> Lit {
        if !selection.is_empty() {
            return self.lit_span(composed, selection);
        }
        let cursor = floor_char_boundary(&composed.body, selection.start);
        let lit = self.lit_span(composed, word_at(&composed.body, cursor));
        // Behind a text's last character the cursor is still in the text.
        match composed.body[..cursor].graphemes(true).next_back() {
            Some(before) if lit.parts.is_empty() => {
                let behind = self.lit_span(composed, Span::new(cursor - before.len(), cursor));
                if behind.parts.is_empty() { lit } else { behind }
            }
            _ => lit,
        }
    }

    pub fn place_of(&self, composed: &Composed, part: Part) -> Option<Span> {
        let read = match part {
            Part::Text(sent) => {
                let (text, marked) = self.text.as_ref()?;
                text.raw_span(marked.markup(sent)?)
            }
            Part::Button(_) | Part::Medium(_) | Part::Choice(_) => {
                self.others.iter().find(|(other, _)| *other == part)?.1
            }
        };
        composed.origin(self.stand_in.as_ref().map_or(read, |patched| patched.original(read)))
    }

    fn lit_span(&self, composed: &Composed, body: Span) -> Lit {
        let rendered = composed.printed(body);
        let mut parts = Vec::new();
        for span in &rendered {
            let read = self.stand_in.as_ref().map_or(*span, |patched| patched.patched(*span));
            if let Some((text, marked)) = &self.text {
                parts.extend(text.decoded_span(read).and_then(|markup| marked.sent(markup)).map(Part::Text));
            }
            let others = self.others.iter().filter(|(_, place)| meet(*place, read));
            parts.extend(others.map(|(part, _)| *part));
        }
        parts.dedup();
        Lit { rendered, parts }
    }
}

fn meet(one: Span, other: Span) -> bool {
    one.start < other.end && other.start < one.end
}

/// The document that the request was read from. Where only the chat was missing, that was one with a stand-in.
fn read(composed: &Composed) -> Option<(Option<Patched>, Cow<'_, Document>)> {
    if let Some(document) = &composed.document {
        return Some((None, Cow::Borrowed(document)));
    }
    let patched = chat::set(composed.rendered.as_deref()?, "1")?;
    let document = json::parse(&patched.text).ok()?;
    Some((Some(patched), Cow::Owned(document)))
}

/// The message's text, where it is the one that the body says and not the address's.
fn text(request: &Request, document: &Document) -> Option<(Text, Marked)> {
    let (text, limit) = match request.content() {
        Content::Text { .. } => (message_text(document)?, Limit::Message),
        Content::Media(_) => (document.root.get("caption")?.as_text()?, Limit::Caption),
        Content::Album(_) => (first(document.root.get("media")?)?.get("caption")?.as_text()?, Limit::Caption),
        Content::Poll(_) => (document.root.get("question")?.as_text()?, Limit::Caption),
        Content::Location(_) | Content::Nothing => return None,
    };
    let shown = request.text()?;
    let traced = trace(shown.parse_mode, &text.decoded, limit)?;
    let is_same = traced.sent.text.text == shown.sent.text;
    is_same.then(|| (text.clone(), Marked::new(shown.parse_mode, &text.decoded, &traced)))
}

fn first(list: &Node) -> Option<&Node> {
    items(list).first()
}

fn items(list: &Node) -> &[Node] {
    match &list.value {
        Value::Array(items) => items,
        _ => &[],
    }
}

/// The buttons that the server keeps, in its order.
fn buttons(request: &Request, root: &Node) -> Vec<(Part, Span)> {
    let Some(ReplyMarkup::InlineKeyboard(kept)) = request.reply_markup() else { return Vec::new() };
    let Some(markup) = root.get("reply_markup") else { return Vec::new() };
    // The server takes the keyboard as JSON within a string too.
    let nested = markup.as_text().and_then(|text| Some((text, json::parse(&text.decoded).ok()?)));
    let keyboard = nested.as_ref().map_or(markup, |(_, document)| &document.root);
    let is_kept = |button: &&Node| {
        let text = button.get("text").and_then(Node::as_text);
        text.is_some_and(|text| !text.decoded.is_empty())
    };
    let rows = keyboard.get("inline_keyboard").map_or(&[][..], items);
    let found = rows.iter().flat_map(|row| items(row).iter().filter(is_kept).take(MAX_BUTTONS_IN_ROW));
    let place = |button: &Node| match &nested {
        Some((text, _)) => text.raw_span(button.span),
        None => button.span,
    };
    let places: Vec<Span> = found.map(place).collect();
    if places.len() != kept.iter().map(Vec::len).sum::<usize>() {
        return Vec::new();
    }
    places.into_iter().enumerate().map(|(nth, place)| (Part::Button(nth), place)).collect()
}

fn content(request: &Request, root: &Node) -> Vec<(Part, Span)> {
    let numbered = |list: Option<&Node>, part: fn(usize) -> Part, of: fn(&Node) -> Span| {
        let items = list.map_or(&[][..], items).iter().enumerate();
        items.map(|(nth, item)| (part(nth), of(item))).collect()
    };
    match request.content() {
        Content::Media(media) => {
            let file = root.get(media.kind.as_str());
            file.map(|file| (Part::Medium(0), file.span)).into_iter().collect()
        }
        Content::Album(_) => numbered(root.get("media"), Part::Medium, |item| {
            item.get("media").map_or(item.span, |file| file.span)
        }),
        Content::Poll(_) => numbered(root.get("options"), Part::Choice, |item| item.span),
        Content::Text { .. } | Content::Location(_) | Content::Nothing => Vec::new(),
    }
}

/// The word around the cursor, else the character behind it.
fn word_at(body: &str, cursor: usize) -> Span {
    let length = |chars: &mut dyn Iterator<Item = char>| -> usize {
        let word = chars.take_while(|c| c.is_alphanumeric() || *c == '_');
        word.take(LONGEST_WORD).map(char::len_utf8).sum()
    };
    let (before, behind) = body.split_at(cursor);
    let (start, end) = (cursor - length(&mut before.chars().rev()), cursor + length(&mut behind.chars()));
    if start < end {
        let word = Span::new(start, end);
        // `\n` and `\u00e9` are characters of their own, and so is what was escaped.
        let is_escape = json::is_escaped(body, start);
        let length = if word.of(body).starts_with('u') { 5 } else { 1 };
        return match (start + length).min(end) {
            behind if is_escape && cursor < behind => Span::new(start - 1, behind),
            behind if is_escape && behind < end => Span::new(floor_char_boundary(body, behind), end),
            _ => word,
        };
    }
    Span::new(cursor, cursor + behind.graphemes(true).next().map_or(0, str::len))
}

#[cfg(test)]
mod tests;
