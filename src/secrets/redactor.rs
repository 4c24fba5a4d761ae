//! Redaction: known values and anything that looks like a bot token are taken out of a text before it is shown.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use regex::Regex;

use super::Secret;

/// What is shown instead of a secret that has no name.
pub const MASK: &str = "••••••";

/// A bot's number, a colon (or its escape) and the secret part.
const TOKEN: &str = "[0-9]{5,}(?::|%3[Aa])[A-Za-z0-9_-]{30,}";

/// Values shorter than this are not looked for: masking every "a" would hide the text and not the value.
const SHORTEST: usize = 4;

/// Values longer than this are looked for as they are only: their pattern would take long to build.
const LONGEST_PATTERN: usize = 1024;

/// Takes secrets out of texts; cheap to clone.
#[derive(Clone)]
pub struct Redactor {
    /// The longest value first: one that begins with another is masked whole.
    known: Arc<[Known]>,
    token: Regex,
}

#[derive(Clone)]
struct Known {
    name: String,
    secret: Secret,
    /// Its forms in URLs and JSON; `None` where it is looked for as it is.
    pattern: Option<Regex>,
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
    /// Knows `values` by name; a name may have several.
    pub fn new(values: Vec<(String, Secret)>) -> Self {
        Self::of(values.into_iter().map(|(name, secret)| Known::new(name, secret)).collect())
    }

    /// Returns one that knows this value too.
    #[must_use]
    pub fn with(&self, name: &str, secret: &Secret) -> Self {
        if self.known.iter().any(|known| known.name == name && known.secret == *secret) {
            return self.clone();
        }
        let mut known = self.known.to_vec();
        known.push(Known::new(name.to_owned(), secret.clone()));
        Self::of(known)
    }

    fn of(mut known: Vec<Known>) -> Self {
        known.retain(|known| SHORTEST <= known.secret.expose().chars().count());
        known.sort_by_key(|known| std::cmp::Reverse(known.secret.expose().len()));
        let token = Regex::new(TOKEN).expect("the token's pattern is a valid one");
        Self { known: known.into(), token }
    }

    /// Returns `text` with each known value as `<NAME>` and each other token as `••••••`, escaped for a URL or not.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        for known in self.known.iter() {
            if let Some(redacted) = known.redact(&text) {
                text = Cow::Owned(redacted);
            }
        }
        if self.token.is_match(&text) {
            text = Cow::Owned(self.token.replace_all(&text, MASK).into_owned());
        }
        text
    }
}

impl Known {
    fn new(name: String, secret: Secret) -> Self {
        let pattern = (secret.expose().len() <= LONGEST_PATTERN).then(|| {
            let mut pattern = String::new();
            secret.expose().chars().for_each(|c| push_char(&mut pattern, c));
            Regex::new(&pattern).ok()
        });
        Self { name, secret, pattern: pattern.flatten() }
    }

    /// Returns `text` without the value, or `None` where it does not hold it.
    fn redact(&self, text: &str) -> Option<String> {
        let shown = format!("<{}>", self.name);
        match &self.pattern {
            Some(pattern) if pattern.is_match(text) => {
                Some(pattern.replace_all(text, regex::NoExpand(&shown)).into_owned())
            }
            None if text.contains(self.secret.expose()) => Some(text.replace(self.secret.expose(), &shown)),
            Some(_) | None => None,
        }
    }
}

/// Appends a pattern for `c` as it is, escaped in a URL, or escaped in JSON.
fn push_char(pattern: &mut String, c: char) {
    if c.is_ascii_alphanumeric() {
        pattern.push(c);
        return;
    }
    pattern.push_str("(?:");
    pattern.push_str(&regex::escape(&c.to_string()));
    match c {
        ' ' => pattern.push_str("|\\+"),
        '"' | '\\' | '/' => pattern.push_str(&format!("|\\\\{}", regex::escape(&c.to_string()))),
        _ => {}
    }
    pattern.push('|');
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        // Writing to a String cannot fail.
        let _ = write!(pattern, "%{}", hex_pattern(byte));
    }
    pattern.push(')');
}

/// Returns a pattern for the two hexadecimal digits of a byte in either case.
fn hex_pattern(byte: u8) -> String {
    let digit = |digit: u8| match char::from_digit(u32::from(digit), 16) {
        Some(c) if c.is_ascii_alphabetic() => format!("[{c}{}]", c.to_ascii_uppercase()),
        Some(c) => c.to_string(),
        None => String::new(),
    };
    format!("{}{}", digit(byte >> 4), digit(byte & 15))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

    #[test]
    fn known_values_go_by_name_and_other_tokens_are_masked() {
        let redactor = Redactor::new(vec![
            ("BOT_TOKEN".into(), Secret::new(REAL)),
            ("PASSWORD".into(), Secret::new("p w/é\"$1")),
            ("SHORT".into(), Secret::new("a")),
        ]);
        for (text, expected) in [
            (format!("https://h/bot{REAL}/getMe"), "https://h/bot<BOT_TOKEN>/getMe"),
            (format!("bot{}/x", REAL.replace(':', "%3a")), "bot<BOT_TOKEN>/x"),
            (format!("{}!", REAL.replace('1', "2")), "••••••!"),
            (
                "p w/é\"$1 p%20w%2F%C3%a9%22%241 p+w\\/é\\\"$1 a".to_owned(),
                "<PASSWORD> <PASSWORD> <PASSWORD> a",
            ),
            ("12345:short and nothing else".to_owned(), "12345:short and nothing else"),
        ] {
            assert_eq!(redactor.redact(&text), expected);
        }
    }

    #[test]
    fn a_value_that_begins_with_another_is_masked_whole() {
        let values = [("A", "secret"), ("B", "secret-longer")];
        let redactor = Redactor::new(values.map(|(name, value)| (name.into(), Secret::new(value))).to_vec());
        assert_eq!(redactor.redact("secret-longer secret"), "<B> <A>");
    }

    #[test]
    fn nothing_that_is_debugged_shows_a_value() {
        let redactor = Redactor::new(vec![("A".into(), Secret::new("hidden"))]);
        assert!(!format!("{redactor:?} {:?}", Secret::new("hidden")).contains("hidden"));
    }

    #[test]
    fn even_a_huge_value_is_masked() {
        let huge = "é".repeat(200_000);
        let redactor = Redactor::new(vec![("A".into(), Secret::new(huge.clone()))]);
        assert_eq!(redactor.redact(&format!("x{huge}y")), "x<A>y");
    }
}
