//! Completion in a body: the state of a picker that offers variables, filters, tags, JSON keys and values, and markup.
//! The submodule [`hover`] describes what is at the cursor.
//!
//! ```text
//! a character is typed ──update_session──▶ Option<Session> ──accept──▶ Completion: an edit and what to select in it
//! ```
//!
//! The text may be unfinished or broken, so no function here returns an error. The items are collected once, when the
//! picker opens, and further typing only filters them. This module knows neither the editor nor the screen.

mod body_at_cursor;
mod fields;
pub mod hover;
mod insert;
mod item;
mod liquid;
mod markup;
mod matching;
mod offer;
mod values;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::diagnostic::TextEdit;
use crate::dialect::Dialect;
use crate::profile::Vocabulary;
use crate::telegram::Method;
use crate::template::{self, JsonContextKind};
use crate::text::Span;

use body_at_cursor::BodyAtCursor;
use liquid::OpenLiquid;
use matching::Match;

pub(crate) use item::CompletionItem;

#[derive(Debug, Clone)]
pub struct CompletionContext<'a> {
    pub vocabulary: &'a Vocabulary,
    pub dialect: Dialect,
    pub is_json: bool,
    pub method: Method,
    pub partials: Vec<&'a str>,
    /// The chosen profile and the sample event, for showing current values; `None` if they are not available.
    pub values: Option<template::RenderContext<'a>>,
}

/// What opened a picker: typed text, or the key that opens the picker. While a picker is unarmed, Enter and Tab go to
/// the editor. An arrow key arms the picker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// `<<`, which is replaced by a variable and the filters that escape its value.
    AngleAngle,
    /// `{{`
    BraceBrace,
    /// `@`; unarmed.
    At,
    /// A single `{`; unarmed.
    Brace,
    /// The first letter of a name inside Liquid, or a dot after such a name.
    Name,
    /// `|` inside Liquid: filters.
    Pipe,
    /// `{%`: tags.
    TagOpen,
    /// The opening quote of a JSON key.
    Key,
    /// The opening quote of a JSON value with a fixed set of choices.
    Value,
    /// The opening quote of a text that is compared with a property, as in `Profile.plan == "`.
    Sample,
    /// The opening quote of a partial's name.
    Partial,
    /// The first character of markup; unarmed.
    Markup(char),
    /// The key that opens the picker, pressed outside Liquid.
    Here,
}

impl Trigger {
    /// Returns whether Enter and Tab accept an item at once. If not, Enter and Tab go to the editor until an arrow key
    /// arms the picker.
    fn is_armed(self) -> bool {
        // `@`, `{`, and markup are ordinary text as well: Enter after `@anna` should still start a new line.
        !matches!(self, Trigger::At | Trigger::Brace | Trigger::Markup(_))
    }

    fn completes_liquid(self) -> bool {
        matches!(
            self,
            Trigger::AngleAngle
                | Trigger::BraceBrace
                | Trigger::Name
                | Trigger::Pipe
                | Trigger::TagOpen
                | Trigger::Sample
                | Trigger::Partial
        )
    }

    fn ignores_leading_spaces(self) -> bool {
        matches!(self, Trigger::BraceBrace | Trigger::Pipe | Trigger::TagOpen)
    }

    fn closes_at(self, c: char) -> bool {
        match self {
            // Sample values and names of partials may contain spaces, so only a quote or a line break ends them.
            Trigger::Sample | Trigger::Partial => matches!(c, '"' | '\'' | '\n'),
            _ => c.is_whitespace() || matches!(c, '"' | '\''),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Session {
    pub trigger: Trigger,
    /// Whether Enter and Tab accept the chosen item.
    pub armed: bool,
    /// The text typed after the trigger, which filters the items.
    pub query: String,
    /// The index of the chosen row; always valid.
    pub chosen: usize,
    offers: Arc<[CompletionItem]>,
    /// The items that match the query, the best first; never empty.
    matches: Vec<Match>,
    body: BodyAtCursor,
    /// The offset of the trigger in the text.
    start: usize,
    /// The offset of the query in the text.
    query_start: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The replacement. Its span is in the current text.
    pub edit: TextEdit,
    /// The selection in the new text: a default value to type over, or an empty span at the cursor.
    pub select: Span,
    /// The offset in the new text that Tab goes to next. `None` if the inserted text has no second field to fill in.
    pub next: Option<usize>,
    /// Whether to open the picker again at once with [`open_here`], because the value to type next has choices.
    pub reopens_picker: bool,
}

/// Returns the picker after a character was typed, or after a character was deleted while a picker was open. The result
/// can be the same picker, a new one, or none.
///
/// Call this function only for typing. After a paste, an undo, or a cursor motion, close the picker instead.
pub fn update_session(
    session: Option<Session>,
    text: &str,
    cursor: usize,
    context: &CompletionContext<'_>,
) -> Option<Session> {
    // While a picker is open, only a character that closes it may open a new one.
    session.and_then(|session| session.update(text, cursor)).or_else(|| open(text, cursor, context))
}

/// Returns the picker that the character before the cursor opens, if any.
pub fn open(text: &str, cursor: usize, context: &CompletionContext<'_>) -> Option<Session> {
    let before = text.get(..cursor)?;
    let (trigger, start, query_start) = trigger_at(before)?;
    Session::begin(trigger, start, query_start, text, cursor, context)
}

/// Returns the picker that opens at the cursor when the user presses the key for it. Returns `None` if nothing can be
/// offered there.
pub(crate) fn open_here(text: &str, cursor: usize, context: &CompletionContext<'_>) -> Option<Session> {
    let before = text.get(..cursor)?;
    // The word before the cursor becomes the query. A complete JSON value, such as the `1` in `"chat_id": 1`, does not
    // become the query, because it is not the start of a name.
    let word = liquid::name_before(before);
    let start = cursor - if is_json_value(word) { 0 } else { word.len() };
    let (trigger, start, query_start) = match OpenLiquid::at_end_of(before) {
        Some(liquid) => match liquid.open_quote() {
            Some(quote) => {
                // `quote` is an offset in `liquid.inner`, which starts after the two bytes of the `{{` or `{%`.
                let quote = liquid.start + 2 + quote;
                (quote_trigger(&liquid, &before[..quote])?, quote, quote + 1)
            }
            None => liquid.trigger_for_name(start),
        },
        None => match before[..start].ends_with('"') {
            true if opens_key(text, start - 1, context) => (Trigger::Key, start - 1, start),
            true if opens_choices(text, start - 1, context) => (Trigger::Value, start - 1, start),
            _ => (Trigger::Here, start, start),
        },
    };
    let session = Session::begin(trigger, start, query_start, text, cursor, context)?;
    // The user asked for the picker with a key, so Enter accepts an item even if the trigger is unarmed.
    Some(Session { armed: true, ..session })
}

/// Returns whether the word is a complete JSON number, `true`, `false`, or `null`.
fn is_json_value(word: &str) -> bool {
    matches!(word, "true" | "false" | "null")
        || word.ends_with(|c: char| c.is_ascii_digit()) && word.parse::<f64>().is_ok()
}

/// Returns the trigger at the end of the text, with the offsets at which the trigger and the query start.
fn trigger_at(before: &str) -> Option<(Trigger, usize, usize)> {
    let cursor = before.len();
    let last = before.chars().next_back()?;
    let ending = |trigger, length: usize| Some((trigger, cursor - length, cursor));
    // The longer triggers are checked first: `{{` also ends with `{`.
    if before.ends_with("<<") {
        return ending(Trigger::AngleAngle, 2);
    }
    if before.ends_with("{{") {
        return ending(Trigger::BraceBrace, 2);
    }
    if before.ends_with("{%") {
        return ending(Trigger::TagOpen, 2);
    }
    if let Some(liquid) = OpenLiquid::at_end_of(before) {
        return match last {
            '"' | '\'' if liquid.open_quote() == Some(liquid.inner.len() - 1) => {
                ending(quote_trigger(&liquid, &before[..cursor - 1])?, 1)
            }
            _ => liquid.trigger_of(last),
        };
    }
    let previous = before[..cursor - last.len_utf8()].chars().next_back();
    match last {
        // In `me@shop`, the `@` is part of an e-mail address.
        '@' if previous.is_none_or(|c| !c.is_alphanumeric() && c != '@') => ending(Trigger::At, 1),
        '{' if previous != Some('\\') => ending(Trigger::Brace, 1),
        '"' if previous != Some('\\') => ending(Trigger::Key, 1),
        '<' | '*' | '_' | '~' | '|' | '`' | '[' | '>' | '!' => ending(Trigger::Markup(last), 1),
        _ => None,
    }
}

/// Returns the trigger of a quoted text that starts after `before` in a tag: a partial's name or a compared value.
/// Returns `None` for other quoted texts.
fn quote_trigger(liquid: &OpenLiquid<'_>, before: &str) -> Option<Trigger> {
    let head = before.get(liquid.start + 2..)?;
    match liquid.tag() {
        Some("render" | "include") => Some(Trigger::Partial),
        _ => liquid.compared_path(head, &before[..liquid.start]).map(|_| Trigger::Sample),
    }
}

fn opens_key(text: &str, quote: usize, context: &CompletionContext<'_>) -> bool {
    // `body` is a closure, so that the text is parsed only for a JSON body.
    let body = || BodyAtCursor::new(text, Span::new(quote, quote + 1), context.dialect, true);
    context.is_json
        && matches!(body().json_kind(), Some(JsonContextKind::BeforeKey | JsonContextKind::AfterMember))
}

fn opens_choices(text: &str, quote: usize, context: &CompletionContext<'_>) -> bool {
    let body = || BodyAtCursor::new(text, Span::new(quote, quote + 1), context.dialect, true);
    context.is_json && offer::has_choices(&body(), context)
}

impl Session {
    /// Returns whether accepting an item completes Liquid that is only half typed so far.
    pub fn is_of_liquid(&self) -> bool {
        self.trigger.completes_liquid()
    }

    fn begin(
        trigger: Trigger,
        start: usize,
        query_start: usize,
        text: &str,
        cursor: usize,
        context: &CompletionContext<'_>,
    ) -> Option<Session> {
        let body = BodyAtCursor::new(text, Span::new(start, cursor), context.dialect, context.is_json);
        let trigger = trigger_in_context(trigger, &body, text, start, context)?;
        let session = Session {
            trigger,
            armed: trigger.is_armed(),
            query: String::new(),
            chosen: 0,
            offers: offer::find_items(trigger, text, start, &body, context).into(),
            matches: Vec::new(),
            body,
            start,
            query_start,
        };
        session.update(text, cursor)
    }

    /// Returns the session after the text before the cursor changed, or `None` if that closes the picker.
    #[must_use]
    pub fn update(mut self, text: &str, cursor: usize) -> Option<Session> {
        // If the cursor is now before the query, `get` returns `None` and the picker closes: the trigger itself was
        // deleted.
        let typed = text.get(self.query_start..cursor)?;
        // Spaces and a `-` directly after `{{` belong to the Liquid's opening, as in `{{- `, and not to the query.
        let query =
            if self.trigger.ignores_leading_spaces() { typed.trim_start_matches([' ', '-']) } else { typed };
        if query.contains(|c| self.trigger.closes_at(c)) || MAX_QUERY_BYTES < query.len() {
            return None;
        }
        self.matches = matching::matching(query, &self.offers);
        self.query = query.to_owned();
        self.chosen = 0;
        (!self.matches.is_empty()).then_some(self)
    }

    /// Chooses the next row, or the first row if the last one is chosen. If the picker is unarmed, arms the picker
    /// instead, and the first row stays chosen.
    pub fn choose_next(&mut self) {
        if self.armed {
            self.chosen = (self.chosen + 1) % self.matches.len().max(1);
        }
        self.armed = true;
    }

    /// Chooses the previous row, or the last row if the first one is chosen. Arms the picker.
    pub fn choose_previous(&mut self) {
        self.chosen = self.chosen.checked_sub(1).unwrap_or(self.matches.len().saturating_sub(1));
        self.armed = true;
    }

    pub fn n_rows(&self) -> usize {
        self.matches.len()
    }

    /// Returns the rows, the best first: each item with the char indexes in its label that match the query.
    pub fn rows(&self) -> impl Iterator<Item = (&CompletionItem, &[u32])> {
        self.matches.iter().filter_map(|found| Some((self.offers.get(found.item)?, found.letters.as_slice())))
    }

    pub fn chosen_item(&self) -> Option<&CompletionItem> {
        self.offers.get(self.matches.get(self.chosen)?.item)
    }

    /// Returns the offset that the picker's left edge aligns with: the first byte of the trigger.
    pub fn anchor(&self) -> usize {
        self.start
    }

    pub fn accept(&self, text: &str, cursor: usize, context: &CompletionContext<'_>) -> Option<Completion> {
        let item = self.chosen_item()?;
        // If the text has changed since the last update, the offsets may be invalid in the text. Then nothing is
        // inserted.
        text.get(self.start..self.query_start).and(text.get(self.query_start..cursor))?;
        Some(insert::completion(self, item, text, cursor, context))
    }
}

/// Returns the trigger that fits the context at the cursor, or `None` if no picker opens there.
fn trigger_in_context(
    trigger: Trigger,
    body: &BodyAtCursor,
    text: &str,
    start: usize,
    context: &CompletionContext<'_>,
) -> Option<Trigger> {
    match (trigger, body.json_kind()) {
        (Trigger::Key, Some(JsonContextKind::BeforeKey | JsonContextKind::AfterMember)) => Some(Trigger::Key),
        (Trigger::Key | Trigger::Value, Some(JsonContextKind::Value)) => {
            offer::has_choices(body, context).then_some(Trigger::Value)
        }
        (Trigger::Key | Trigger::Value, _) => None,
        (Trigger::Markup(c), _) => {
            let mode = offer::markup_mode(body)?;
            markup::may_begin(mode, c, text[..start].chars().next_back()).then_some(trigger)
        }
        _ => Some(trigger),
    }
}

/// The maximum length of a query, in bytes. If a query gets longer, the picker closes. The longest property names in
/// CleverTap have 120 characters.
const MAX_QUERY_BYTES: usize = 120;
