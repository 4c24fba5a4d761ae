//! Replaces known secrets, and everything that looks like a bot token, in a text before it is shown.
//!
//! ```text
//! text ──decode──▶ decoded once ──decode──▶ …          each layer knows where its bytes come from in the text
//!   └──search────────┴──search───────────────┴──▶ ranges of the text ──▶ text with names in their place
//! ```
//!
//! A server that echoes a request repeats the request's secrets in the encoding of the response, or in several nested
//! encodings. So the text is decoded repeatedly. The text and each decoded text are layers.
//!
//! A needle is a byte string that reveals a value: the value itself, its lower-case form, or base64 digits. The base64
//! digits are those of the value inside a longer encoded string, such as an encoded `user:password`. Each layer is
//! searched for the needles of each value.

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

/// A bot token: the bot's id, a colon, and the secret part.
const TOKEN: &str = "(?-u)[0-9]{5,}:[A-Za-z0-9_-]{30,}";

// In a value with a colon, such as a token or `user:password`, the part after the first colon is searched for too if it
// has at least this many bytes. A shorter part could be a common word.
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
    /// Creates a redactor for pairs of a name and a value. A name may have several values. A value with an empty name
    /// is replaced by `••••••`.
    pub fn new(values: Vec<(String, Secret)>) -> Self {
        let known = values.into_iter().map(|(name, secret)| KnownSecret::new(name, secret));
        let token = Regex::new(TOKEN).expect("the token's pattern is a valid one");
        // Empty values are left out, because they would be found everywhere.
        Self { known: known.filter(|known| !known.secret.expose().is_empty()).collect(), token }
    }

    #[must_use]
    pub fn with(&self, name: &str, secret: &Secret) -> Self {
        // A session adds the same secrets with every request, so a secret that is already known is not added again.
        let is_known = |known: &KnownSecret| known.name == name && known.secret == *secret;
        if secret.expose().is_empty() || self.known.iter().any(is_known) {
            return self.clone();
        }
        let mut known = self.known.to_vec();
        known.push(KnownSecret::new(name.to_owned(), secret.clone()));
        Self { known: known.into(), token: self.token.clone() }
    }

    /// Returns `text` with `<NAME>` in place of each known value and `••••••` in place of everything else that looks
    /// like a bot token. Values and tokens in an encoding that this module decodes are replaced too.
    ///
    /// A value of fewer than four characters is replaced only where it is a whole word. Masking the value "a"
    /// everywhere would make the text unreadable.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.redact_with(text, Vec::new())
    }

    /// Like [`Redactor::redact`], but for a text that was cut off: if the text ends with the beginning of a value, that
    /// beginning is replaced too. Beginnings of fewer than four bytes stay.
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
        // All layers are searched even after a match, because a text can contain one secret unencoded and another one
        // encoded.
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

// `found` must be sorted by start. Overlapping occurrences get one replacement. If only the shorter secret were
// replaced, the end of the longer secret would stay readable.
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
        // The part of a bot token before the colon is the bot's public id. The part after the colon is the secret, and
        // a server may print that part alone.
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
        // If a secret's value is its own name, such as TOKEN=TOKEN, the replacement `<TOKEN>` would show the value.
        let reveals =
            replacement.contains(self.secret.expose()) || self.secret.expose().contains(&replacement);
        if self.name.is_empty() || reveals { MASK.to_owned() } else { replacement }
    }
}

#[cfg(test)]
mod tests;
