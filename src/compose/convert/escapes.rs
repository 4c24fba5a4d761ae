//! Replaces the filters that escape values for the old mode with those for the new mode. Before the text is converted,
//! [`in_own_filters`] replaces CleverTap's escapes with telecast's own filters. After the conversion, [`Escapes::swap`]
//! writes the filters of the new mode in the body's dialect.
//!
//! Values without an escape get one, and so do literals that a `cycle` or a filter after the escape prints: what is
//! plain text in the old mode may be markup in the new mode.

use std::collections::{HashMap, HashSet};

use crate::compose::mask::{find_liquid, tag_name};
use crate::dialect::Dialect;
use crate::json;
use crate::telegram::{self, EscapeContext, ParseMode};
use crate::template::{self, EscapePosition, Partials, TokenClass};

const JSON: &str = "json_escape";

const ESCAPES: [(ParseMode, &str); 3] = [
    (ParseMode::Html, "tg_html"),
    (ParseMode::Markdown, "tg_markdown"),
    (ParseMode::MarkdownV2, "tg_markdown_v2"),
];

/// The variables with data from outside.
const ROOTS: [&str; 4] = ["Profile", "Event", "ExternalTrigger", "now"];

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
    to: ParseMode,
    /// The variables that hold values without an escape.
    plain_names: HashSet<String>,
    mode: String,
    json: String,
    /// Whether values without an escape get one. A value that is plain text in the old mode may be markup in the new
    /// mode: `1284.5` needs no escape in HTML, but the dot breaks MarkdownV2.
    adds_missing: bool,
    /// Whether a value that gets an escape for the mode also needs one for JSON.
    needs_json: bool,
}

impl Escapes {
    pub(super) fn new(
        from: Option<ParseMode>,
        to: ParseMode,
        dialect: Dialect,
        is_in_string: bool,
        liquid: &[&str],
    ) -> Self {
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
        let needs_json = is_in_string && to != ParseMode::Html;
        let mut escapes =
            Self { from, to, plain_names: HashSet::new(), mode, json, adds_missing, needs_json };
        escapes.plain_names = escapes.names_of_plain_values(liquid);
        escapes
    }

    pub(super) fn swap(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        let pieces = find_liquid(text);
        // The output of such a variable escapes the whole text, so its parts must not be escaped before.
        let outputs = || pieces.iter().map(|piece| piece.of(text));
        let for_json: HashSet<&str> = outputs()
            .filter_map(|liquid| name_with(liquid, &|filter| matches!(filter, JSON | "json")))
            .collect();
        let for_mode: HashSet<&str> =
            outputs().filter_map(|liquid| name_with(liquid, &|filter| self.is_escape(filter))).collect();
        // For each capture around the piece, whether it is escaped for JSON and for the mode when it is printed.
        let mut captures = Vec::new();
        for piece in &pieces {
            let liquid = piece.of(text);
            let is_in = |names: &HashSet<&str>| set_name(liquid).is_some_and(|name| names.contains(name));
            match tag_name(liquid) {
                Some("capture") => captures.push((is_in(&for_json), is_in(&for_mode))),
                Some("endcapture") => drop(captures.pop()),
                _ => {}
            }
            let is_assigned = tag_name(liquid) == Some("assign") && is_in(&for_json);
            let needs_json = self.needs_json && !is_assigned && !captures.iter().any(|(json, _)| *json);
            let adds_missing = self.adds_missing && !captures.iter().any(|(_, mode)| *mode);
            out.push_str(&text[at..piece.start]);
            out.push_str(&self.swapped(liquid, needs_json, adds_missing));
            at = piece.end;
        }
        out + &text[at..]
    }

    /// Replaces the escapes in Liquid outside the message's text: in an `assign`, or in a `capture`. No escapes are
    /// added, because it is not known where the value is printed.
    pub(super) fn swap_only(&self, liquid: &str) -> String {
        self.swapped(&in_own_filters(liquid), false, false)
    }

    /// Replaces and adds the escapes in Liquid in a `capture` that only the message's text prints. If `is_escaped`, the
    /// print escapes it for JSON.
    pub(super) fn swap_in_capture(&self, liquid: &str, is_escaped: bool) -> String {
        self.swapped(&in_own_filters(liquid), self.needs_json && !is_escaped, self.adds_missing)
    }

    fn swapped(&self, liquid: &str, needs_json: bool, adds_missing: bool) -> String {
        let (template, _) = template::parse(liquid, &Partials::default(), Dialect::Telecast);
        let tokens = template.tokens();
        let filters = || tokens.iter().filter(|token| token.class == TokenClass::Filter);
        let has_json = filters().any(|token| matches!(token.span.of(liquid), "json" | JSON));
        let adds_json = needs_json && !has_json;
        if adds_missing && self.is_plain_value(liquid, tokens) {
            return self.escaped(liquid, tokens, adds_json);
        }
        let is_cycle = adds_missing && tag_name(liquid) == Some("cycle");
        let mut is_escaped = false;
        let mut filter = "";
        let mut out = String::with_capacity(liquid.len());
        let mut at = 0;
        for (index, token) in tokens.iter().enumerate() {
            let written = token.span.of(liquid);
            let new = match token.class {
                TokenClass::Filter => {
                    filter = written;
                    match written {
                        JSON => self.json.clone(),
                        written if self.is_escape(written) => {
                            is_escaped = true;
                            let json = if adds_json { format!(" | {}", self.json) } else { String::new() };
                            format!("{}{json}", self.mode)
                        }
                        _ => continue,
                    }
                }
                // The name of a group is not printed.
                TokenClass::String
                    if is_cycle && tokens.get(index + 1).is_none_or(|next| next.span.of(liquid) != ":") =>
                {
                    self.literal(written, needs_json)
                }
                TokenClass::String if is_escaped && matches!(filter, "append" | "prepend" | "default") => {
                    self.literal(written, adds_json)
                }
                _ => continue,
            };
            out.push_str(&liquid[at..token.span.start]);
            out.push_str(&new);
            at = token.span.end;
        }
        out + &liquid[at..]
    }

    /// Returns a quoted text with the escapes of the new mode. A text with markup or escapes of its own has been
    /// refused before.
    fn literal(&self, quoted: &str, needs_json: bool) -> String {
        let Some(text) = quoted.get(1..quoted.len().saturating_sub(1)) else { return quoted.to_owned() };
        let mut escaped = telegram::escape(self.to, EscapeContext::Text, text);
        if needs_json {
            let plain = std::mem::take(&mut escaped);
            json::escape_into(&mut escaped, &plain);
        }
        // Liquid has no escape for the quotes around a text.
        match quoted.chars().next().filter(|quote| !escaped.contains(*quote)) {
            Some(quote) => format!("{quote}{escaped}{quote}"),
            None => quoted.to_owned(),
        }
    }

    /// Returns the variables that hold values without an escape. `liquid` is all Liquid of the body.
    fn names_of_plain_values(&self, liquid: &[&str]) -> HashSet<String> {
        // For each name, the variables that its values come from; `None` if a value is not plain.
        let mut origins: HashMap<&str, Option<Vec<String>>> = HashMap::new();
        for piece in liquid {
            let tag = tag_name(piece);
            let Some(name) = set_name(piece) else { continue };
            let sources = match tag {
                Some("assign") => self.plain_sources(piece, "="),
                Some("for") => self.plain_sources(piece, " in "),
                Some("capture" | "tablerow" | "increment" | "decrement") => None,
                _ => continue,
            };
            let known = origins.entry(name).or_insert_with(|| Some(Vec::new()));
            *known = known.take().zip(sources).map(|(known, sources)| [known, sources].concat());
        }
        let mut plain: HashSet<String> = origins.keys().map(|name| (*name).to_owned()).collect();
        loop {
            let is_plain = |source: &String| ROOTS.contains(&source.as_str()) || plain.contains(source);
            let kept: HashSet<String> = origins
                .iter()
                .filter(|(name, sources)| {
                    plain.contains(**name) && sources.as_ref().is_some_and(|all| all.iter().all(is_plain))
                })
                .map(|(name, _)| (*name).to_owned())
                .collect();
            if kept.len() == plain.len() {
                return plain;
            }
            plain = kept;
        }
    }

    /// Returns the variables in the part of a tag after `sign`, or `None` if it has an escape or is a range of numbers.
    fn plain_sources(&self, liquid: &str, sign: &str) -> Option<Vec<String>> {
        let start = liquid.find(sign)? + sign.len();
        let (template, _) = template::parse(liquid, &Partials::default(), Dialect::Telecast);
        let tokens = || template.tokens().iter().filter(|token| start <= token.span.start);
        let is_escape = |token: &template::LiquidToken| {
            let written = token.span.of(liquid);
            token.class == TokenClass::Filter && (self.is_escape(written) || matches!(written, "json" | JSON))
        };
        if tokens().any(is_escape) || tokens().next().is_some_and(|token| token.span.of(liquid) == "(") {
            return None;
        }
        let roots = tokens().filter(|token| token.class == TokenClass::Variable);
        Some(roots.map(|token| token.span.of(liquid).to_owned()).collect())
    }

    /// Returns whether `liquid` prints a value of the profile or of an event, the current time, a literal, or a variable
    /// that holds one of them, without an escape. Other variables need no escape. [`super::external_text::check`] has already refused those that bring
    /// markup from outside the text, and a `capture` inside the text is converted together with the text. A literal
    /// with markup is refused too, so any other literal is plain text: `"now" | date: "%d.%m."` has dots, which
    /// MarkdownV2 reserves.
    fn is_plain_value(&self, liquid: &str, tokens: &[template::LiquidToken]) -> bool {
        let is_value =
            |token: &&template::LiquidToken| !matches!(token.class, TokenClass::Delimiter | TokenClass::Tag);
        let is_plain = tokens.iter().find(is_value).is_some_and(|first| {
            let first = first.span.of(liquid);
            ROOTS.contains(&first) || self.plain_names.contains(first) || first.starts_with(['"', '\''])
        });
        let is_escaped = tokens
            .iter()
            .any(|token| token.class == TokenClass::Filter && self.is_escape(token.span.of(liquid)));
        (liquid.starts_with("{{") || tag_name(liquid) == Some("echo")) && is_plain && !is_escaped
    }

    /// Inserts the escape for the mode before the filter that escapes for JSON: `a | json` becomes
    /// `a | tg_html | json`. Without such a filter, inserts the escape at the end and, if `adds_json` is set, an escape
    /// for JSON after it.
    fn escaped(&self, liquid: &str, tokens: &[template::LiquidToken], adds_json: bool) -> String {
        let is_json = |token: &&template::LiquidToken| {
            token.class == TokenClass::Filter && matches!(token.span.of(liquid), "json" | JSON)
        };
        if let Some(json) = tokens.iter().find(is_json).map(|token| token.span) {
            let name = json.of(liquid);
            let new = if name == JSON { self.json.as_str() } else { name };
            return format!("{}{} | {new}{}", &liquid[..json.start], self.mode, &liquid[json.end..]);
        }
        let inside = liquid.trim_end_matches(['}', '%', '-']).trim_end().len();
        let json = if adds_json { format!(" | {}", self.json) } else { String::new() };
        format!("{} | {}{json}{}", &liquid[..inside], self.mode, &liquid[inside..])
    }

    fn is_escape(&self, filter: &str) -> bool {
        ESCAPES.iter().any(|(_, own)| *own == filter)
            || (self.from == Some(ParseMode::Html) && filter == "escape")
    }
}

/// Returns the name that an output prints with one of some filters: `{{ n | json_escape }}` gives `n`.
fn name_with<'l>(liquid: &'l str, is_wanted: &dyn Fn(&str) -> bool) -> Option<&'l str> {
    let inner = liquid.strip_prefix("{{")?.strip_suffix("}}")?.trim_matches('-');
    let mut parts = inner.split('|').map(str::trim);
    let name = parts.next()?;
    parts.any(|filter| is_wanted(filter.split(':').next().unwrap_or_default().trim())).then_some(name)
}

/// Returns the name that an `assign` or `capture` tag sets.
fn set_name(liquid: &str) -> Option<&str> {
    let inner = liquid.trim().trim_matches(['{', '}', '%', '-']);
    inner.split(|c: char| c.is_whitespace() || c == '=').filter(|word| !word.is_empty()).nth(1)
}
