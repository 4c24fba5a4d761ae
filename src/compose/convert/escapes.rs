//! The filters that escape values: telecast's own while converting, the dialect's in the body.

use crate::compose::mask::holes;
use crate::telegram::ParseMode;
use crate::template::{self, Dialect, Partials, Position, TokenClass};

use super::{ESCAPES, escape_filter};

const JSON: &str = "json_escape";

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

/// The escapes that values get in the new mode.
pub(super) struct Escapes {
    from: Option<ParseMode>,
    /// For the mode.
    mode: String,
    /// For a JSON string.
    json: String,
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
        Self { from, mode, json, needs_json: is_in_string && to != ParseMode::Html }
    }

    /// Gives the holes of a text these escapes in place of those they have.
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

    fn is_escape(&self, filter: &str) -> bool {
        ESCAPES.iter().any(|(_, own)| *own == filter)
            || (self.from == Some(ParseMode::Html) && filter == "escape")
    }
}
