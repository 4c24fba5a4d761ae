//! What can stand at the cursor of a body: variables, filters, tags, JSON keys and values, as a picker's state.
//!
//! ```text
//! a character is typed ──follow──▶ Option<Session> ──accept──▶ Completion: an edit and what to select in it
//! ```
//!
//! The text is looked at as it is, whole or broken; nothing here fails. Knows nothing of the editor and the screen.

mod fields;
mod insert;
mod item;
mod liquid;
mod place;

#[cfg(test)]
mod tests;

use crate::diagnostic::TextEdit;
use crate::profile::Vocabulary;
use crate::template::Dialect;
use crate::text::Span;

use liquid::Liquid;
use place::Place;

pub use fields::{FIELDS, Field, Shape};
pub use item::{Item, Kind};

/// What is known while a body is written.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The names a template may use.
    pub vocabulary: &'a Vocabulary,
    /// Whose Liquid may be inserted.
    pub dialect: Dialect,
    /// Whether the body is JSON (of sendMessage) or plain text.
    pub is_json: bool,
}

/// What opened the picker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// `<<`
    AngleAngle,
    /// `{{`
    BraceBrace,
    /// `@`, unarmed.
    At,
    /// A lone `{`, unarmed.
    Brace,
    /// A name begun inside Liquid.
    Name,
    /// `|` inside Liquid: filters.
    Pipe,
    /// `{%`: tags.
    TagOpen,
    /// The quote of a JSON key.
    Key,
    /// The quote of a JSON value that has choices.
    Value,
}

impl Trigger {
    /// Whether Enter and Tab accept from the start; else they go through until an arrow key arms the picker.
    fn is_armed(self) -> bool {
        !matches!(self, Trigger::At | Trigger::Brace)
    }

    /// Whether blanks may stand between the trigger and what is looked for.
    fn allows_blanks(self) -> bool {
        matches!(self, Trigger::BraceBrace | Trigger::Pipe | Trigger::TagOpen)
    }
}

/// An open picker.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// What opened it.
    pub trigger: Trigger,
    /// Whether Enter and Tab accept.
    pub armed: bool,
    /// What was typed behind the trigger.
    pub query: String,
    /// What matches, the best first; never empty.
    pub items: Vec<Item>,
    /// The chosen row; always one of the items.
    pub chosen: usize,
    /// Where the trigger begins.
    start: usize,
    /// Where what is looked for begins, behind the trigger.
    query_start: usize,
}

/// What accepting does to the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The replacement, in the text as it is.
    pub edit: TextEdit,
    /// What to select in the new text: a default to type over, or the cursor's place.
    pub select: Span,
}

/// Returns what stands open after a character was typed, or one was deleted while a picker was open.
///
/// Call it for typing only: after a paste, an undo or a motion the picker closes.
pub fn follow(session: Option<Session>, text: &str, cursor: usize, context: &Context<'_>) -> Option<Session> {
    session.and_then(|session| session.update(text, cursor, context)).or_else(|| open(text, cursor, context))
}

/// Returns the picker that the character before the cursor opens.
pub fn open(text: &str, cursor: usize, context: &Context<'_>) -> Option<Session> {
    let before = text.get(..cursor)?;
    let (trigger, start, query_start) = trigger_at(before, text, context)?;
    let session = Session {
        trigger,
        armed: trigger.is_armed(),
        query: String::new(),
        items: Vec::new(),
        chosen: 0,
        start,
        query_start,
    };
    session.update(text, cursor, context)
}

/// Returns the picker for the cursor's place without anything typed: what a key that asks for it opens.
pub fn open_here(text: &str, cursor: usize, context: &Context<'_>) -> Option<Session> {
    let before = text.get(..cursor)?;
    let start = cursor - liquid::name_before(before).len();
    let trigger = match Liquid::around(before) {
        Some(liquid) if liquid.is_in_quotes() => return None,
        Some(liquid) => liquid.trigger_for_name(start),
        None => (Trigger::AngleAngle, start, start),
    };
    let (trigger, start, query_start) = trigger;
    Session { trigger, armed: true, query: String::new(), items: Vec::new(), chosen: 0, start, query_start }
        .update(text, cursor, context)
}

fn trigger_at(before: &str, text: &str, context: &Context<'_>) -> Option<(Trigger, usize, usize)> {
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
        return liquid.trigger_of(last);
    }
    let previous = before[..cursor - last.len_utf8()].chars().next_back();
    match last {
        '@' if previous.is_none_or(|c| !c.is_alphanumeric() && c != '@') => behind(Trigger::At, 1),
        '{' if previous != Some('\\') => behind(Trigger::Brace, 1),
        '"' if context.is_json => match place::place_at(text, cursor) {
            Place::Key { .. } => behind(Trigger::Key, 1),
            Place::String { path } if !fields::choices(&path).is_empty() => behind(Trigger::Value, 1),
            _ => None,
        },
        _ => None,
    }
}

impl Session {
    /// Returns the session after the text changed at the cursor, or `None` where it closes.
    #[must_use]
    pub fn update(mut self, text: &str, cursor: usize, context: &Context<'_>) -> Option<Session> {
        let typed = text.get(self.query_start..cursor)?;
        let query = if self.trigger.allows_blanks() { typed.trim_start_matches([' ', '-']) } else { typed };
        let closes = |c: char| c.is_whitespace() || matches!(c, '"' | '\'');
        if query.contains(closes) || QUERY_LIMIT < query.len() {
            return None;
        }
        self.items = item::matching(query, self.candidates(text, context));
        self.query = query.to_owned();
        self.chosen = 0;
        (!self.items.is_empty()).then_some(self)
    }

    /// Goes to the next row, or arms the picker with the first one.
    pub fn choose_next(&mut self) {
        if self.armed {
            self.chosen = (self.chosen + 1) % self.items.len().max(1);
        }
        self.armed = true;
    }

    /// Goes to the row before; from the first one, and where that arms the picker, to the last.
    pub fn choose_previous(&mut self) {
        self.chosen = self.chosen.checked_sub(1).unwrap_or(self.items.len().saturating_sub(1));
        self.armed = true;
    }

    /// Returns the chosen item.
    pub fn chosen_item(&self) -> Option<&Item> {
        self.items.get(self.chosen)
    }

    /// Returns where the picker's left edge belongs: the first byte of the trigger.
    pub fn anchor(&self) -> usize {
        self.start
    }

    /// Returns what accepting the chosen item does.
    pub fn accept(&self, text: &str, cursor: usize, context: &Context<'_>) -> Option<Completion> {
        let item = self.chosen_item()?;
        text.get(self.start..self.query_start).and(text.get(self.query_start..cursor))?;
        Some(insert::completion(self, item, text, cursor, context))
    }

    fn candidates(&self, text: &str, context: &Context<'_>) -> Vec<Item> {
        match self.trigger {
            Trigger::Pipe => item::filters(context),
            Trigger::TagOpen => item::tags(context),
            Trigger::Key => item::keys(&place::place_at(text, self.query_start)),
            Trigger::Value => item::values(&place::place_at(text, self.query_start)),
            Trigger::Brace => self.object_keys(text, context).unwrap_or_else(|| item::variables(context)),
            Trigger::AngleAngle | Trigger::BraceBrace | Trigger::At | Trigger::Name => {
                item::variables(context)
            }
        }
    }

    /// The keys of the object that a `{` begins, where JSON expects an object there.
    fn object_keys(&self, text: &str, context: &Context<'_>) -> Option<Vec<Item>> {
        let keys = match place::place_at(text, self.start) {
            Place::Value { path }
                if context.is_json && text.get(..self.start).and_then(Liquid::around).is_none() =>
            {
                item::keys_of_object(&path)
            }
            _ => Vec::new(),
        };
        (!keys.is_empty()).then_some(keys)
    }
}

/// No name is longer.
const QUERY_LIMIT: usize = 120;
