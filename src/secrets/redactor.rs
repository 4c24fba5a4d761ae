//! Redaction: known values and anything that looks like a bot token are taken out of a text before it is shown.
//!
//! ```text
//! text ──decode──▶ decoded once ──decode──▶ …          each layer knows where its bytes come from in the text
//!   └──search────────┴──search───────────────┴──▶ places in the text ──▶ text with names in their place
//! ```
//!
//! A server that echoes a request repeats its secrets in the encoding of its answer, or of one inside the other. So the
//! text is decoded in layers, and each is searched for a value's needles: the value itself, and the base64 of it at any
//! place of a longer base64, as of `user:password`.

mod layer;
mod needle;

use std::borrow::Cow;
use std::sync::Arc;

use regex::bytes::Regex;

use super::Secret;
use layer::Layer;
use needle::Needle;

/// What is shown instead of a secret that has no name.
pub const MASK: &str = "••••••";

/// A bot's number, a colon and the secret part.
const TOKEN: &str = "(?-u)[0-9]{5,}:[A-Za-z0-9_-]{30,}";

/// What follows the colon of a token, or of a `user:password`, is looked for by itself from this length on.
const SECRET_PART: usize = 16;

#[derive(Clone)]
pub struct Redactor {
    known: Arc<[Known]>,
    token: Regex,
}

#[derive(Clone)]
struct Known {
    name: String,
    secret: Secret,
    needles: Arc<[Needle]>,
}

struct Found<'a> {
    start: usize,
    end: usize,
    /// What it is known as; `None` for what only looks like a token.
    known: Option<&'a Known>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_list().entries(self.known.iter().map(|known| &known.name)).finish()
    }
}

impl Default for Redactor {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Redactor {
    /// Knows `values` by name; a name may have several, and a value without one is masked.
    pub fn new(values: Vec<(String, Secret)>) -> Self {
        let known = values.into_iter().map(|(name, secret)| Known::new(name, secret));
        let token = Regex::new(TOKEN).expect("the token's pattern is a valid one");
        Self { known: known.filter(|known| !known.secret.expose().is_empty()).collect(), token }
    }

    #[must_use]
    pub fn with(&self, name: &str, secret: &Secret) -> Self {
        let is_known = |known: &Known| known.name == name && known.secret == *secret;
        if secret.expose().is_empty() || self.known.iter().any(is_known) {
            return self.clone();
        }
        let mut known = self.known.to_vec();
        known.push(Known::new(name.to_owned(), secret.clone()));
        Self { known: known.into(), token: self.token.clone() }
    }

    /// Returns `text` with each known value as `<NAME>` and each other token as `••••••`, whatever encodes them.
    ///
    /// A value of less than four characters goes only where it stands alone as a word: masking every "a" would hide the
    /// text and not the value.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.without(text, Vec::new())
    }

    /// As [`Redactor::redact`], for a text that was cut off somewhere: what begins like a value at its end goes too.
    pub fn redact_cut<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut found = Vec::new();
        for layer in Layer::all_of(text) {
            for known in self.known.iter() {
                let ends = known.needles.iter().filter_map(|needle| needle.cut_off(layer.bytes()));
                found.extend(ends.min().map(|start| known.found(text, &layer, start, layer.bytes().len())));
            }
        }
        self.without(text, found)
    }

    fn without<'a, 'k>(&'k self, text: &'a str, mut found: Vec<Found<'k>>) -> Cow<'a, str> {
        for layer in Layer::all_of(text) {
            self.find_in(text, &layer, |_| true, &mut found);
            if let Some(squeezed) = layer.squeezed() {
                self.find_in(text, &squeezed, Needle::is_long, &mut found);
            }
        }
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        found.sort_by_key(|found| found.start);
        Cow::Owned(replaced(text, &found))
    }
}

impl Redactor {
    fn find_in<'k>(
        &'k self,
        text: &str,
        layer: &Layer,
        counts: impl Fn(&Needle) -> bool,
        found: &mut Vec<Found<'k>>,
    ) {
        for known in self.known.iter() {
            let needles = known.needles.iter().filter(|needle| counts(needle));
            let places = needles.flat_map(|needle| needle.places(layer.bytes()));
            found.extend(places.map(|place| known.found(text, layer, place.start, place.end)));
        }
        let tokens = self.token.find_iter(layer.bytes());
        found.extend(tokens.map(|token| {
            let (start, end) = layer.origin(text, token.start(), token.end());
            Found { start, end, known: None }
        }));
    }
}

/// Returns `text` with what overlaps in `found`, which is in order, replaced by one name.
fn replaced(text: &str, found: &[Found<'_>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut kept_to = 0;
    let mut rest = found;
    while let Some(first) = rest.first() {
        let mut end = first.end;
        let mut best = first;
        let mut n = 0;
        while let Some(next) = rest.get(n).filter(|next| n == 0 || next.start < end) {
            end = end.max(next.end);
            let weight = |found: &Found<'_>| (found.known.is_some(), found.end - found.start);
            if weight(best) < weight(next) {
                best = next;
            }
            n += 1;
        }
        out.push_str(&text[kept_to..first.start]);
        out.push_str(&best.known.map_or_else(|| MASK.to_owned(), Known::shown));
        kept_to = end;
        rest = &rest[n..];
    }
    out.push_str(&text[kept_to..]);
    out
}

impl Known {
    fn new(name: String, secret: Secret) -> Self {
        let mut needles = Needle::all_of(secret.expose());
        // A bot's number is public: what follows the colon is the secret, wherever a server puts it.
        let part = secret.expose().split_once(':').map(|(_, part)| part);
        needles.extend(part.filter(|part| SECRET_PART <= part.len()).into_iter().flat_map(Needle::all_of));
        Self { name, secret, needles: needles.into() }
    }

    fn found(&self, text: &str, layer: &Layer, start: usize, end: usize) -> Found<'_> {
        let (start, end) = layer.origin(text, start, end);
        Found { start, end, known: Some(self) }
    }

    /// What stands in its place: its name, unless that would give it away.
    fn shown(&self) -> String {
        let shown = format!("<{}>", self.name);
        let tells = shown.contains(self.secret.expose()) || self.secret.expose().contains(&shown);
        if self.name.is_empty() || tells { MASK.to_owned() } else { shown }
    }
}

#[cfg(test)]
mod tests;
