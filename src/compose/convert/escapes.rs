//! Replaces the filters that escape values for the old mode with those for the new mode. Before the text is converted,
//! [`in_own_filters`] replaces CleverTap's escapes with telecast's own filters. After the conversion, [`Escapes::swap`]
//! writes the filters of the new mode in the body's dialect.

use std::collections::HashSet;

use crate::compose::mask::{find_liquid, tag_name};
use crate::dialect::Dialect;
use crate::telegram::ParseMode;
use crate::template::{self, EscapePosition, Partials, TokenClass};

const JSON: &str = "json_escape";

const ESCAPES: [(ParseMode, &str); 3] = [
    (ParseMode::Html, "tg_html"),
    (ParseMode::Markdown, "tg_markdown"),
    (ParseMode::MarkdownV2, "tg_markdown_v2"),
];

pub(crate) fn escape_filter(mode: ParseMode) -> &'static str {
    ESCAPES.iter().find(|(known, _)| *known == mode).map_or("tg_html", |(_, filter)| filter)
}

/// Replaces each chain of CleverTap filters that escapes a value with telecast's own filter that does the same.
pub(super) fn in_own_filters(liquid: &str) -> String {
    let mut own = liquid.replace(&filter_chain(None, EscapePosition::InString), JSON);
    for (mode, filter) in ESCAPES {
        let chain = filter_chain(Some(mode), EscapePosition::PlainText);
        // A chain of one filter (`escape`) is not replaced, because that filter counts as an escape only if the old
        // mode is HTML. `is_escape` checks the old mode.
        if chain.contains('|') {
            own = own.replace(&chain, filter);
        }
    }
    own
}

fn filter_chain(mode: Option<ParseMode>, position: EscapePosition) -> String {
    template::escape_filters(mode, position, Dialect::CleverTap).join(" | ")
}

pub(super) struct Escapes {
    from: Option<ParseMode>,
    mode: String,
    json: String,
    /// Whether values without an escape get one. A value that is plain text in the old mode may be markup in the new
    /// mode: `1284.5` needs no escape in HTML, but the dot breaks MarkdownV2.
    adds_missing: bool,
    /// Whether a value that gets an escape for the mode also needs one for JSON.
    needs_json: bool,
}

impl Escapes {
    pub(super) fn new(from: Option<ParseMode>, to: ParseMode, dialect: Dialect, is_in_string: bool) -> Self {
        let (mode, json) = match dialect {
            Dialect::Telecast => (escape_filter(to).to_owned(), JSON.to_owned()),
            Dialect::CleverTap => (
                filter_chain(Some(to), EscapePosition::PlainText),
                filter_chain(None, EscapePosition::InString),
            ),
        };
        // If the mode changes, missing escapes are added. The only exception is a conversion from HTML or MarkdownV2 to
        // the legacy Markdown. In HTML and MarkdownV2, the author has usually escaped every value that may contain
        // special characters. The values without an escape are then usually numbers and the like, which the legacy
        // Markdown accepts as they are. An added escape could even do harm: in the text of a link, the legacy Markdown
        // would show the backslash. A conversion from a text without a mode always adds escapes, because none of the
        // values has one yet.
        let adds_missing = from != Some(to) && (to != ParseMode::Markdown || from.is_none());
        // The Markdown modes escape with backslashes, and a JSON string needs each backslash escaped again. The output
        // of the HTML escape is valid in a JSON string.
        Self { from, mode, json, adds_missing, needs_json: is_in_string && to != ParseMode::Html }
    }

    pub(super) fn swap(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        let pieces = find_liquid(text);
        // The output of such a variable escapes the whole text for JSON, so its parts must not be escaped before.
        let escaped_names: HashSet<&str> =
            pieces.iter().filter_map(|piece| name_escaped_for_json(piece.of(text))).collect();
        // Whether each capture around the piece is escaped when it is printed.
        let mut captures = Vec::new();
        for piece in pieces {
            let liquid = piece.of(text);
            let is_escaped = |liquid| set_name(liquid).is_some_and(|name| escaped_names.contains(name));
            let is_assigned = match tag_name(liquid) {
                Some("assign") => is_escaped(liquid),
                Some("capture") => {
                    captures.push(is_escaped(liquid));
                    false
                }
                Some("endcapture") => {
                    captures.pop();
                    false
                }
                _ => false,
            };
            let needs_json = self.needs_json && !is_assigned && !captures.contains(&true);
            out.push_str(&text[at..piece.start]);
            out.push_str(&self.swapped(liquid, needs_json));
            at = piece.end;
        }
        out + &text[at..]
    }

    /// Replaces the escapes in Liquid outside the message's text: in an `assign`, or in a `capture`. No escapes are
    /// added, because it is not known where the value is printed.
    pub(super) fn swap_only(&self, liquid: &str) -> String {
        let swap = Self {
            adds_missing: false,
            needs_json: false,
            from: self.from,
            mode: self.mode.clone(),
            json: self.json.clone(),
        };
        swap.swapped(&in_own_filters(liquid), false)
    }

    fn swapped(&self, liquid: &str, needs_json: bool) -> String {
        let (template, _) = template::parse(liquid, &Partials::default(), Dialect::Telecast);
        let filters = || template.tokens().iter().filter(|token| token.class == TokenClass::Filter);
        let adds_json = needs_json && !filters().any(|token| matches!(token.span.of(liquid), "json" | JSON));
        if self.adds_missing && self.is_plain_value(liquid, &template) {
            return self.escaped(liquid, &template, adds_json);
        }
        let mut out = String::with_capacity(liquid.len());
        let mut at = 0;
        for token in filters() {
            let new = match token.span.of(liquid) {
                JSON => self.json.clone(),
                filter if self.is_escape(filter) && adds_json => format!("{} | {}", self.mode, self.json),
                filter if self.is_escape(filter) => self.mode.clone(),
                _ => continue,
            };
            out.push_str(&liquid[at..token.span.start]);
            out.push_str(&new);
            at = token.span.end;
        }
        out + &liquid[at..]
    }

    /// Returns whether `liquid` prints a value of the profile or of an event, the current time, or a literal, without
    /// an escape. Other variables need no escape. [`super::external_text::check`] has already refused those that bring
    /// markup from outside the text, and a `capture` inside the text is converted together with the text. A literal
    /// with markup is refused too, so any other literal is plain text: `"now" | date: "%d.%m."` has dots, which
    /// MarkdownV2 reserves.
    fn is_plain_value(&self, liquid: &str, template: &template::Template) -> bool {
        let tokens = template.tokens();
        let is_plain =
            tokens.iter().find(|token| token.class != TokenClass::Delimiter).is_some_and(|first| {
                let first = first.span.of(liquid);
                matches!(first, "Profile" | "Event" | "ExternalTrigger" | "now")
                    || first.starts_with(['"', '\''])
            });
        let is_escaped = tokens
            .iter()
            .any(|token| token.class == TokenClass::Filter && self.is_escape(token.span.of(liquid)));
        liquid.starts_with("{{") && is_plain && !is_escaped
    }

    /// Inserts the escape for the mode before the filter that escapes for JSON: `a | json` becomes
    /// `a | tg_html | json`. Without such a filter, inserts the escape at the end and, if `adds_json` is set, an escape
    /// for JSON after it.
    fn escaped(&self, liquid: &str, template: &template::Template, adds_json: bool) -> String {
        let is_json = |token: &&template::LiquidToken| {
            token.class == TokenClass::Filter && matches!(token.span.of(liquid), "json" | JSON)
        };
        if let Some(json) = template.tokens().iter().find(is_json).map(|token| token.span) {
            let name = json.of(liquid);
            let new = if name == JSON { self.json.as_str() } else { name };
            return format!("{}{} | {new}{}", &liquid[..json.start], self.mode, &liquid[json.end..]);
        }
        let inside = liquid.trim_end_matches(['}', '-']).trim_end().len();
        let json = if adds_json { format!(" | {}", self.json) } else { String::new() };
        format!("{} | {}{json}{}", &liquid[..inside], self.mode, &liquid[inside..])
    }

    fn is_escape(&self, filter: &str) -> bool {
        ESCAPES.iter().any(|(_, own)| *own == filter)
            || (self.from == Some(ParseMode::Html) && filter == "escape")
    }
}

/// Returns the name that an output prints with an escape for JSON: `{{ n | json_escape }}` gives `n`.
fn name_escaped_for_json(liquid: &str) -> Option<&str> {
    let inner = liquid.strip_prefix("{{")?.strip_suffix("}}")?.trim_matches('-');
    let mut parts = inner.split('|').map(str::trim);
    let name = parts.next()?;
    parts.any(|filter| matches!(filter, JSON | "json")).then_some(name)
}

/// Returns the name that an `assign` or `capture` tag sets.
fn set_name(liquid: &str) -> Option<&str> {
    let inner = liquid.trim().trim_matches(['{', '}', '%', '-']);
    inner.split(|c: char| c.is_whitespace() || c == '=').filter(|word| !word.is_empty()).nth(1)
}
