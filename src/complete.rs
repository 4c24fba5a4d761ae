//! What can stand at the cursor of a body: variables, filters, tags, JSON keys and values, markup, as a picker's state;
//! and what stands there already, for a hover.
//!
//! ```text
//! a character is typed ──follow──▶ Option<Session> ──accept──▶ Completion: an edit and what to select in it
//! ```
//!
//! The text is looked at as it is, whole or broken; nothing here fails. What is offered is found once, when the picker
//! opens; typing on only narrows it. Knows nothing of the editor and the screen.

mod around;
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
use crate::template::{self, PlaceKind};
use crate::text::Span;

use around::Around;
use liquid::Liquid;
use matching::Match;

pub use item::{Item, Kind, Variable};
pub use markup::Markup;

#[derive(Debug, Clone)]
pub struct Context<'a> {
    pub vocabulary: &'a Vocabulary,
    pub dialect: Dialect,
    pub is_json: bool,
    pub method: Method,
    pub partials: Vec<&'a str>,
    /// The chosen profile and the sample event, to show what values are; `None` while that cannot be told.
    pub values: Option<template::Context<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    AngleAngle,
    BraceBrace,
    /// `@`, unarmed.
    At,
    /// A lone `{`, unarmed.
    Brace,
    Name,
    /// `|` inside Liquid: filters.
    Pipe,
    /// `{%`: tags.
    TagOpen,
    /// The quote of a JSON key.
    Key,
    /// The quote of a JSON value that has choices.
    Value,
    /// The quote of a text that a property is compared with.
    Sample,
    /// The quote of a partial's name.
    Partial,
    /// The first character of markup, unarmed.
    Markup(char),
    /// A key that asks for it, outside Liquid.
    Here,
}

impl Trigger {
    /// Whether Enter and Tab accept from the start; else they go through until an arrow key arms the picker.
    fn is_armed(self) -> bool {
        !matches!(self, Trigger::At | Trigger::Brace | Trigger::Markup(_))
    }

    fn is_half_of_liquid(self) -> bool {
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

    fn allows_blanks(self) -> bool {
        matches!(self, Trigger::BraceBrace | Trigger::Pipe | Trigger::TagOpen)
    }

    fn closes_at(self, c: char) -> bool {
        match self {
            Trigger::Sample | Trigger::Partial => matches!(c, '"' | '\'' | '\n'),
            _ => c.is_whitespace() || matches!(c, '"' | '\''),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Session {
    pub trigger: Trigger,
    /// Whether Enter and Tab accept.
    pub armed: bool,
    pub query: String,
    /// The chosen row; always one of the rows.
    pub chosen: usize,
    offers: Arc<[Item]>,
    /// What of it matches, the best first; never empty.
    matches: Vec<Match>,
    around: Around,
    start: usize,
    query_start: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The replacement, in the text as it is.
    pub edit: TextEdit,
    /// What to select in the new text: a default to type over, or the cursor's place.
    pub select: Span,
    /// Where one goes on from there before one leaves what was put in, in the new text.
    pub next: Option<usize>,
    /// Whether what comes next has choices of its own, to be shown at once with [`open_here`].
    pub then_opens: bool,
}

/// Returns what stands open after a character was typed, or one was deleted while a picker was open.
///
/// Call it for typing only: after a paste, an undo or a motion the picker closes.
pub fn follow(session: Option<Session>, text: &str, cursor: usize, context: &Context<'_>) -> Option<Session> {
    session.and_then(|session| session.update(text, cursor)).or_else(|| open(text, cursor, context))
}

/// Returns the picker that the character before the cursor opens.
pub fn open(text: &str, cursor: usize, context: &Context<'_>) -> Option<Session> {
    let before = text.get(..cursor)?;
    let (trigger, start, query_start) = trigger_at(before)?;
    Session::begin(trigger, start, query_start, text, cursor, context)
}

/// Returns the picker for the cursor's place without anything typed: what a key that asks for it opens.
pub fn open_here(text: &str, cursor: usize, context: &Context<'_>) -> Option<Session> {
    let before = text.get(..cursor)?;
    let word = liquid::name_before(before);
    let start = cursor - if is_whole(word) { 0 } else { word.len() };
    let (trigger, start, query_start) = match Liquid::around(before) {
        Some(liquid) => match liquid.open_quote() {
            Some(quote) => {
                let quote = liquid.start + 2 + quote;
                (quoted(&liquid, &before[..quote])?, quote, quote + 1)
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
    Some(Session { armed: true, ..session })
}

/// Whether a word is a JSON value, to which nothing can be added.
fn is_whole(word: &str) -> bool {
    matches!(word, "true" | "false" | "null")
        || word.ends_with(|c: char| c.is_ascii_digit()) && word.parse::<f64>().is_ok()
}

/// The trigger that text ends in, with where it and what is looked for begin.
fn trigger_at(before: &str) -> Option<(Trigger, usize, usize)> {
    let cursor = before.len();
    let last = before.chars().next_back()?;
    let behind = |trigger, length: usize| Some((trigger, cursor - length, cursor));
    if before.ends_with("<<") {
        return behind(Trigger::AngleAngle, 2);
    }
    if before.ends_with("{{") {
        return behind(Trigger::BraceBrace, 2);
    }
    if before.ends_with("{%") {
        return behind(Trigger::TagOpen, 2);
    }
    if let Some(liquid) = Liquid::around(before) {
        return match last {
            '"' | '\'' if liquid.open_quote() == Some(liquid.inner.len() - 1) => {
                behind(quoted(&liquid, &before[..cursor - 1])?, 1)
            }
            _ => liquid.trigger_of(last),
        };
    }
    let previous = before[..cursor - last.len_utf8()].chars().next_back();
    match last {
        '@' if previous.is_none_or(|c| !c.is_alphanumeric() && c != '@') => behind(Trigger::At, 1),
        '{' if previous != Some('\\') => behind(Trigger::Brace, 1),
        '"' if previous != Some('\\') => behind(Trigger::Key, 1),
        '<' | '*' | '_' | '~' | '|' | '`' | '[' | '>' | '!' => behind(Trigger::Markup(last), 1),
        _ => None,
    }
}

/// What the quoted text is that begins behind `before` in a tag: a value compared with a property, a partial's name.
fn quoted(liquid: &Liquid<'_>, before: &str) -> Option<Trigger> {
    let head = before.get(liquid.start + 2..)?;
    match liquid.tag() {
        Some("render" | "include") => Some(Trigger::Partial),
        _ => liquid.compared(head, &before[..liquid.start]).map(|_| Trigger::Sample),
    }
}

fn opens_key(text: &str, quote: usize, context: &Context<'_>) -> bool {
    let around = || Around::new(text, Span::new(quote, quote + 1), context.dialect, true);
    context.is_json && matches!(around().within(), Some(PlaceKind::BeforeKey | PlaceKind::AfterMember))
}

fn opens_choices(text: &str, quote: usize, context: &Context<'_>) -> bool {
    let around = || Around::new(text, Span::new(quote, quote + 1), context.dialect, true);
    context.is_json && offer::has_choices(&around(), context)
}

impl Session {
    /// Whether it is to end Liquid that is half typed.
    pub fn is_of_liquid(&self) -> bool {
        self.trigger.is_half_of_liquid()
    }

    fn begin(
        trigger: Trigger,
        start: usize,
        query_start: usize,
        text: &str,
        cursor: usize,
        context: &Context<'_>,
    ) -> Option<Session> {
        let around = Around::new(text, Span::new(start, cursor), context.dialect, context.is_json);
        let trigger = settled(trigger, &around, text, start, context)?;
        let session = Session {
            trigger,
            armed: trigger.is_armed(),
            query: String::new(),
            chosen: 0,
            offers: offer::offers(trigger, text, start, &around, context).into(),
            matches: Vec::new(),
            around,
            start,
            query_start,
        };
        session.update(text, cursor)
    }

    /// Returns the session after the text changed at the cursor, or `None` where it closes.
    #[must_use]
    pub fn update(mut self, text: &str, cursor: usize) -> Option<Session> {
        let typed = text.get(self.query_start..cursor)?;
        let query = if self.trigger.allows_blanks() { typed.trim_start_matches([' ', '-']) } else { typed };
        if query.contains(|c| self.trigger.closes_at(c)) || QUERY_LIMIT < query.len() {
            return None;
        }
        self.matches = matching::matching(query, &self.offers);
        self.query = query.to_owned();
        self.chosen = 0;
        (!self.matches.is_empty()).then_some(self)
    }

    /// Goes to the next row, or arms the picker with the first one.
    pub fn choose_next(&mut self) {
        if self.armed {
            self.chosen = (self.chosen + 1) % self.matches.len().max(1);
        }
        self.armed = true;
    }

    /// Goes to the row before; from the first one, and where that arms the picker, to the last.
    pub fn choose_previous(&mut self) {
        self.chosen = self.chosen.checked_sub(1).unwrap_or(self.matches.len().saturating_sub(1));
        self.armed = true;
    }

    pub fn n_rows(&self) -> usize {
        self.matches.len()
    }

    /// Returns the rows, the best first: each item with the matched letters, as indexes of chars in its label.
    pub fn rows(&self) -> impl Iterator<Item = (&Item, &[u32])> {
        self.matches.iter().filter_map(|found| Some((self.offers.get(found.item)?, found.letters.as_slice())))
    }

    pub fn chosen_item(&self) -> Option<&Item> {
        self.offers.get(self.matches.get(self.chosen)?.item)
    }

    /// Returns where the picker's left edge belongs: the first byte of the trigger.
    pub fn anchor(&self) -> usize {
        self.start
    }

    pub fn accept(&self, text: &str, cursor: usize, context: &Context<'_>) -> Option<Completion> {
        let item = self.chosen_item()?;
        text.get(self.start..self.query_start).and(text.get(self.query_start..cursor))?;
        Some(insert::completion(self, item, text, cursor, context))
    }
}

/// What a trigger is at its place; `None` where the character means nothing there.
fn settled(
    trigger: Trigger,
    around: &Around,
    text: &str,
    start: usize,
    context: &Context<'_>,
) -> Option<Trigger> {
    match (trigger, around.within()) {
        (Trigger::Key, Some(PlaceKind::BeforeKey | PlaceKind::AfterMember)) => Some(Trigger::Key),
        (Trigger::Key | Trigger::Value, Some(PlaceKind::Value)) => {
            offer::has_choices(around, context).then_some(Trigger::Value)
        }
        (Trigger::Key | Trigger::Value, _) => None,
        (Trigger::Markup(c), _) => {
            let mode = offer::markup_mode(around)?;
            markup::may_begin(mode, c, text[..start].chars().next_back()).then_some(trigger)
        }
        _ => Some(trigger),
    }
}

/// No name is longer.
const QUERY_LIMIT: usize = 120;
