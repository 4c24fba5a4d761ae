//! Redaction: replaces known secrets, and anything that looks like a bot token, in a text before it is shown.
//!
//! ```text
//! text ──decode──▶ decoded once ──decode──▶ …          each layer knows where its bytes come from in the text
//!   └──search────────┴──search───────────────┴──▶ ranges of the text ──▶ text with names in their place
//! ```
//!
//! A server that echoes a request repeats its secrets in the encoding of the response, or in several nested encodings.
//! So the text is decoded in layers, and each layer is searched for a value's needles: the value itself, and its base64
//! at any offset of a longer base64 string, as in `user:password`.

mod layer;
mod needle;

use std::borrow::Cow;
use std::sync::Arc;

use regex::bytes::Regex;

use super::Secret;
use layer::Layer;
use needle::Needle;

/// The replacement for a secret without a name.
pub(crate) const MASK: &str = "••••••";

/// A bot token: the bot's id, a colon and the secret part.
const TOKEN: &str = "(?-u)[0-9]{5,}:[A-Za-z0-9_-]{30,}";

// The part after the colon of a token or `user:password` is also searched for by itself, from this length on. A
// shorter part could be a common word.
const SECRET_PART: usize = 16;

#[derive(Clone)]
pub struct Redactor {
    known: Arc<[KnownSecret]>,
    token: Regex,
}

#[derive(Clone)]
struct KnownSecret {
    name: String,
    secret: Secret,
    needles: Arc<[Needle]>,
}

struct Occurrence<'a> {
    start: usize,
    end: usize,
    /// The known secret; `None` for text that only looks like a token.
    known: Option<&'a KnownSecret>,
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
    /// Creates a redactor for `values` by name. A name may have several values; a value with an empty name is masked.
    pub fn new(values: Vec<(String, Secret)>) -> Self {
        let known = values.into_iter().map(|(name, secret)| KnownSecret::new(name, secret));
        let token = Regex::new(TOKEN).expect("the token's pattern is a valid one");
        // An empty value would be found everywhere.
        Self { known: known.filter(|known| !known.secret.expose().is_empty()).collect(), token }
    }

    #[must_use]
    pub fn with(&self, name: &str, secret: &Secret) -> Self {
        // Adding a secret twice changes nothing: a session adds the same one with every request.
        let is_known = |known: &KnownSecret| known.name == name && known.secret == *secret;
        if secret.expose().is_empty() || self.known.iter().any(is_known) {
            return self.clone();
        }
        let mut known = self.known.to_vec();
        known.push(KnownSecret::new(name.to_owned(), secret.clone()));
        Self { known: known.into(), token: self.token.clone() }
    }

    /// Returns `text` with each known value as `<NAME>` and each other token as `••••••`, in any encoding.
    ///
    /// A value of fewer than four characters is replaced only if it is a whole word: masking every "a" would hide the
    /// text instead of the value.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.redact_with(text, Vec::new())
    }

    /// Like [`Redactor::redact`], but for a truncated text: also replaces the beginning of a value at the text's end.
    pub fn redact_cut<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut found = Vec::new();
        for layer in Layer::all_of(text) {
            for known in self.known.iter() {
                let ends = known.needles.iter().filter_map(|needle| needle.truncated_start(layer.bytes()));
                found.extend(ends.min().map(|start| known.found(text, &layer, start, layer.bytes().len())));
            }
        }
        self.redact_with(text, found)
    }

    fn redact_with<'a, 'k>(&'k self, text: &'a str, mut found: Vec<Occurrence<'k>>) -> Cow<'a, str> {
        // No early return after a hit: the same text can hold one secret in plain and another one encoded.
        for layer in Layer::all_of(text) {
            self.find_in(text, &layer, |_| true, &mut found);
            if let Some(visible) = layer.without_invisible() {
                self.find_in(text, &visible, Needle::is_long, &mut found);
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
        is_searched: impl Fn(&Needle) -> bool,
        found: &mut Vec<Occurrence<'k>>,
    ) {
        for known in self.known.iter() {
            let needles = known.needles.iter().filter(|needle| is_searched(needle));
            let places = needles.flat_map(|needle| needle.places(layer.bytes()));
            found.extend(places.map(|place| known.found(text, layer, place.start, place.end)));
        }
        let tokens = self.token.find_iter(layer.bytes());
        found.extend(tokens.map(|token| {
            let (start, end) = layer.origin(text, token.start(), token.end());
            Occurrence { start, end, known: None }
        }));
    }
}

// `found` is sorted by start. Overlapping occurrences get one replacement; otherwise the end of the longer secret would
// stay readable after the name of the shorter one.
fn replaced(text: &str, found: &[Occurrence<'_>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut copied_to = 0;
    let mut rest = found;
    while let Some(first) = rest.first() {
        let mut end = first.end;
        let mut best = first;
        let mut n = 0;
        while let Some(next) = rest.get(n).filter(|next| n == 0 || next.start < end) {
            end = end.max(next.end);
            // A known secret wins over text that only looks like a token, so that the reader sees the secret's name.
            let weight = |found: &Occurrence<'_>| (found.known.is_some(), found.end - found.start);
            if weight(best) < weight(next) {
                best = next;
            }
            n += 1;
        }
        out.push_str(&text[copied_to..first.start]);
        out.push_str(&best.known.map_or_else(|| MASK.to_owned(), KnownSecret::replacement));
        copied_to = end;
        rest = &rest[n..];
    }
    out.push_str(&text[copied_to..]);
    out
}

impl KnownSecret {
    fn new(name: String, secret: Secret) -> Self {
        let mut needles = Needle::all_of(secret.expose());
        // A bot's id is public; the part after the colon is the secret, and a server may print it alone.
        let part = secret.expose().split_once(':').map(|(_, part)| part);
        needles.extend(part.filter(|part| SECRET_PART <= part.len()).into_iter().flat_map(Needle::all_of));
        Self { name, secret, needles: needles.into() }
    }

    fn found(&self, text: &str, layer: &Layer, start: usize, end: usize) -> Occurrence<'_> {
        let (start, end) = layer.origin(text, start, end);
        Occurrence { start, end, known: Some(self) }
    }

    fn replacement(&self) -> String {
        let replacement = format!("<{}>", self.name);
        // A secret whose value is its own name, such as TOKEN=TOKEN, would be printed by its replacement.
        let reveals =
            replacement.contains(self.secret.expose()) || self.secret.expose().contains(&replacement);
        if self.name.is_empty() || reveals { MASK.to_owned() } else { replacement }
    }
}

#[cfg(test)]
mod tests;
