//! The filters that escape values: telecast's own while converting, the dialect's in the body.

use crate::compose::mask::holes;
use crate::dialect::Dialect;
use crate::telegram::ParseMode;
use crate::template::{self, Partials, Position, TokenClass};

const JSON: &str = "json_escape";

const ESCAPES: [(ParseMode, &str); 3] = [
    (ParseMode::Html, "tg_html"),
    (ParseMode::Markdown, "tg_markdown"),
    (ParseMode::MarkdownV2, "tg_markdown_v2"),
];

pub fn escape_filter(mode: ParseMode) -> &'static str {
    ESCAPES.iter().find(|(known, _)| *known == mode).map_or("tg_html", |(_, filter)| filter)
}

/// Returns a piece of Liquid with telecast's own filters in place of what CleverTap's write out at length.
pub(super) fn in_own_filters(liquid: &str) -> String {
    let mut own = liquid.replace(&written_out(None, Position::InString), JSON);
    for (mode, filter) in ESCAPES {
        let at_length = written_out(Some(mode), Position::PlainText);
        if at_length.contains('|') {
            own = own.replace(&at_length, filter);
        }
    }
    own
}

fn written_out(mode: Option<ParseMode>, position: Position) -> String {
    template::escape_filters(mode, position, Dialect::CleverTap).join(" | ")
}

pub(super) struct Escapes {
    from: Option<ParseMode>,
    mode: String,
    json: String,
    /// Whether values that have no escape of the mode get one: what was plain in the old mode may be markup in the new.
    adds: bool,
    /// Whether a value that gets the mode's escapes needs those for JSON too.
    needs_json: bool,
}

impl Escapes {
    pub fn new(from: Option<ParseMode>, to: ParseMode, dialect: Dialect, is_in_string: bool) -> Self {
        let (mode, json) = match dialect {
            Dialect::Telecast => (escape_filter(to).to_owned(), JSON.to_owned()),
            Dialect::CleverTap => {
                (written_out(Some(to), Position::PlainText), written_out(None, Position::InString))
            }
        };
        // A backslash by itself is no JSON; what HTML puts in is.
        // What is plain in another mode mostly is so in the old Markdown, and in its links an escape would be read.
        let adds = from != Some(to) && (to != ParseMode::Markdown || from.is_none());
        Self { from, mode, json, adds, needs_json: is_in_string && to != ParseMode::Html }
    }

    pub fn swap(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for hole in holes(text) {
            out.push_str(&text[at..hole.start]);
            out.push_str(&self.swapped(hole.of(text)));
            at = hole.end;
        }
        out + &text[at..]
    }

    fn swapped(&self, liquid: &str) -> String {
        let (template, _) = template::parse(liquid, &Partials::default(), Dialect::Telecast);
        let filters = || template.tokens().iter().filter(|token| token.class == TokenClass::Filter);
        let adds_json =
            self.needs_json && !filters().any(|token| matches!(token.span.of(liquid), "json" | JSON));
        if self.adds && self.is_plain_value(liquid, &template) {
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

    /// Whether `liquid` prints a recipient's value that no filter escapes. What makes markup of its own was refused.
    fn is_plain_value(&self, liquid: &str, template: &template::Template) -> bool {
        let tokens = template.tokens();
        let is_recipients = tokens
            .iter()
            .find(|token| token.class != TokenClass::Delimiter)
            .is_some_and(|first| matches!(first.span.of(liquid), "Profile" | "Event" | "ExternalTrigger"));
        let is_escaped = tokens
            .iter()
            .any(|token| token.class == TokenClass::Filter && self.is_escape(token.span.of(liquid)));
        liquid.starts_with("{{") && is_recipients && !is_escaped
    }

    /// Puts the escapes in front of the value's escape for JSON, else at its end.
    fn escaped(&self, liquid: &str, template: &template::Template, adds_json: bool) -> String {
        let is_json = |token: &&template::Token| {
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
