//! The body around what is being completed, as if that were not there yet: unfinished Liquid would hide what follows.

use crate::dialect::Dialect;
use crate::json;
use crate::telegram::ParseMode;
use crate::template::{self, Partials, Place, PlaceKind, ScopedName, Template};
use crate::text::Span;

use super::liquid::Liquid;

#[derive(Debug, Clone)]
pub struct Around {
    template: Template,
    at: usize,
    /// What stands there in JSON; `None` in plain text.
    pub place: Option<Place>,
}

impl Around {
    pub fn new(text: &str, token: Span, dialect: Dialect, is_json: bool) -> Self {
        let taken = unfinished(text, token);
        let source = format!("{}{}", &text[..taken.start], &text[taken.end..]);
        let (template, _) = template::parse(&source, &Partials::default(), dialect);
        let place = is_json.then(|| template::place_at(&template, taken.start));
        Self { template, at: taken.start, place }
    }

    pub fn within(&self) -> Option<PlaceKind> {
        self.place.as_ref().map(|place| place.within)
    }

    pub fn path(&self) -> &[String] {
        self.place.as_ref().map_or(&[], |place| &place.path)
    }

    pub fn mode(&self) -> Option<ParseMode> {
        self.place.as_ref().and_then(|place| place.in_text_of)
    }

    pub fn is_at_start(&self) -> bool {
        self.template.source()[..self.at].trim().is_empty()
    }

    pub fn names_a_mode(&self) -> bool {
        self.template.source().contains("\"parse_mode\"")
    }

    pub fn names(&self) -> Vec<ScopedName> {
        template::names_at(&self.template, self.at)
    }

    pub fn open_tags(&self) -> Vec<&'static str> {
        template::open_tags_at(&self.template, self.at)
    }

    /// Returns the template's source, which the bindings of [`Around::names`] point into.
    pub fn source(&self) -> &str {
        self.template.source()
    }

    /// Returns what the JSON string holds in front of the place, Liquid left out.
    pub fn string_before(&self) -> String {
        let mut pieces: Vec<&str> = Vec::new();
        let mut end = self.at;
        let source = self.template.source();
        let holes = self.template.holes();
        for hole in holes.iter().rev().filter(|hole| hole.end <= self.at) {
            let text = &source[hole.end.min(end)..end];
            if let Some(quote) = opening_quote(text) {
                pieces.push(&text[quote + 1..]);
                end = 0;
                break;
            }
            pieces.push(text);
            end = hole.start;
        }
        let text = &source[..end];
        pieces.push(opening_quote(text).map_or("", |quote| &text[quote + 1..]));
        pieces.into_iter().rev().collect()
    }
}

fn opening_quote(text: &str) -> Option<usize> {
    text.rmatch_indices('"').map(|(at, _)| at).find(|at| !json::is_escaped(text, *at))
}

/// The token, or all the Liquid that it is in, with the closing braces and quotes that stand ready behind it.
fn unfinished(text: &str, token: Span) -> Span {
    let rest = &text[token.end..];
    let line = rest.lines().next().unwrap_or("");
    let (start, closer) = match Liquid::around(&text[..token.start]) {
        Some(liquid) => (liquid.start, Some(if liquid.is_tag { "%}" } else { "}}" })),
        None => match token.of(text) {
            begun if begun.starts_with("{{") => (token.start, Some("}}")),
            begun if begun.starts_with("{%") => (token.start, Some("%}")),
            _ => (token.start, None),
        },
    };
    let closes = |closer: &str| line.find(closer).filter(|at| !line[..*at].contains(['{', '}']));
    let end = match closer {
        Some(closer) => closes(closer).map_or(token.end, |at| token.end + at + closer.len()),
        None if token.of(text).starts_with('"') => token.end + rest_of_string(rest),
        None => token.end,
    };
    Span::new(start, end)
}

/// The length of what is left of a string that holds a plain word, with its quote; 0 where it is not closed so.
pub fn rest_of_string(rest: &str) -> usize {
    let word = rest.len() - rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    if rest[word..].starts_with('"') { word + 1 } else { 0 }
}
