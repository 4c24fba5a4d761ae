//! Finds the ranges of a text that may be web or e-mail addresses. Each range extends from a dot in both directions, as
//! far as an address may extend. `address` then decides what the range is.

use std::ops::Range;

use super::chars::{char_at, char_before, end_of, is_name_char, start_of};
use super::unicode::{self, Category, category, is_word};

/// Punctuation that does not belong to an address if the address would end with it.
const TRAILING: &[u8] = b".:;,('?!`";

/// Returns the ranges that may be addresses, in the order of the text.
pub(super) fn candidates(text: &str) -> Vec<Range<usize>> {
    let mut finder = UrlFinder { text, floor: 0, path: PathEnd::default() };
    let mut found = Vec::new();
    while let Some(dot) = text[finder.floor..].find('.').map(|len| finder.floor + len) {
        match text.as_bytes().get(dot + 1) {
            None => break,
            // A dot before a space ends a sentence, so there is no address around this dot.
            Some(b' ') => finder.floor = dot + 2,
            Some(_) => found.extend(finder.address_around(dot)),
        }
    }
    found
}

pub(super) fn trimmed_end(text: &str, floor: usize, end: usize) -> usize {
    let trailing = text.as_bytes()[floor..end].iter().rev().take_while(|byte| TRAILING.contains(byte));
    end - trailing.count()
}

struct UrlFinder<'a> {
    text: &'a str,
    /// The text before this offset has already been searched, so no address may start before this offset.
    floor: usize,
    path: PathEnd,
}

/// The range of the last path that was read, and the end of that path without trailing punctuation.
#[derive(Default)]
struct PathEnd {
    read: Range<usize>,
    trimmed: usize,
}

impl UrlFinder<'_> {
    fn address_around(&mut self, dot: usize) -> Option<Range<usize>> {
        let text = self.text;
        let (start, domain_end, has_at) = self.domain(dot);
        let mut end = self.with_path(self.with_port(domain_end));
        end = start_of(text, dot + 1, end.max(dot + 1), |c| c == '.');
        let start = self.with_user(start, has_at).and_then(|start| self.with_scheme(start));
        let Some(start) = start else {
            self.floor = text[..end].rfind('.').map_or(dot + 1, |last| (last + 1).max(dot + 1));
            return None;
        };
        self.floor = end_of(text, end, |c| c == '.').max(dot + 1);
        (dot + 1 < end).then_some(start..end)
    }

    /// Returns the start and the end of the domain around the dot, and whether there is an `@` between the dot and the
    /// end.
    fn domain(&self, dot: usize) -> (usize, usize, bool) {
        let text = self.text;
        let start = start_of(text, self.floor, dot, is_domain);
        let end = end_of(text, dot, |c| c == '@' || is_domain(c));
        let has_at = text.as_bytes()[dot..end].contains(&b'@');
        // If there is an `@` after the dot, as in `a+b.c@d.ef`, the text before the dot is part of a user's name. A
        // user's name may contain more kinds of characters than a domain.
        let start = if has_at { start_of(text, self.floor, start, is_user) } else { start };
        (start, end, has_at)
    }

    fn with_port(&self, at: usize) -> usize {
        let text = self.text;
        if char_at(text, at) != Some(':') {
            return at;
        }
        let end = end_of(text, at + 1, |c| c.is_ascii_digit());
        // Parsing as `u16` checks that the port is not greater than 65535.
        let digits = text[at + 1..end].trim_start_matches('0');
        if digits.parse::<u16>().is_ok() { end } else { at }
    }

    fn with_path(&mut self, at: usize) -> usize {
        let text = self.text;
        if !matches!(char_at(text, at), Some('/' | '?' | '#')) {
            return at;
        }
        // The last path is kept in `self.path`. Reading a path with many dots once for each dot would take quadratic
        // time.
        if !(self.path.read.start <= at && at < self.path.read.end) {
            let end = end_of(text, at + 1, unicode::is_path);
            self.path = PathEnd { read: at..end, trimmed: trimmed_end(text, at + 1, end) };
        }
        let end = self.path.trimmed.max(at + 1);
        if at + 1 < end || char_at(text, at) == Some('/') { end } else { at }
    }

    /// Returns the start of the address. If `user:password@` is directly before `start`, the address begins with the
    /// user. Returns `None` if there is an `@` directly before `start` but no user before that `@`. Also returns `None`
    /// if there is an `@` directly before `start` and a second one after the dot (`has_at`).
    fn with_user(&self, start: usize, has_at: bool) -> Option<usize> {
        if start == self.floor || char_before(self.text, start) != Some('@') {
            return Some(start);
        }
        let user = start_of(self.text, self.floor, start - 1, is_user);
        (!has_at && user < start - 1).then_some(user)
    }

    /// Returns the start of the address. If a scheme such as `https://` is directly before `start`, the address begins
    /// with the scheme. Returns `None` if the scheme is not supported. If there is no scheme, returns `None` if the
    /// character directly before `start` is a `/`, a `#`, an `@`, or part of a word.
    fn with_scheme(&self, start: usize) -> Option<usize> {
        let text = self.text;
        let before = &text[self.floor..start];
        // Like TDLib, this looks for a scheme only if there are at least six bytes between `floor` and `start`.
        if before.len() < "://".len() * 2 || !before.ends_with("://") {
            let is_ruled_out = |c: char| is_word(c) || matches!(c, '/' | '#' | '@');
            return (!before.chars().next_back().is_some_and(is_ruled_out)).then_some(start);
        }
        let colon = start - "://".len();
        let scheme = text[start_of(text, self.floor, colon, is_scheme)..colon].to_ascii_lowercase();
        let len = match scheme.as_str() {
            // These schemes are refused even though they end with a supported scheme. Any other text before `://` is
            // accepted if it ends with a supported scheme. The link then begins at that scheme: in `xhttp://`, at the
            // `http`.
            "shttp" | "tftp" | "sftp" => return None,
            scheme => {
                ["http", "https", "ftp", "tonsite"].into_iter().find(|known| scheme.ends_with(known))?
            }
        };
        Some(colon - len.len())
    }
}

fn is_domain(c: char) -> bool {
    if c < '\u{c0}' { is_name_char(c) || matches!(c, '.' | '-' | '~') } else { unicode::is_url(c) }
}

fn is_user(c: char) -> bool {
    let is_ruled_out = matches!(
        c,
        '\n' | '/' | '[' | ']' | '{' | '}' | '(' | ')' | '\'' | '`' | '<' | '>' | '"' | '@' | '«' | '»'
    );
    !is_ruled_out && unicode::is_url(c)
}

fn is_scheme(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphanumeric() || matches!(c, '+' | '-'),
        // Outside ASCII, every character except separators is accepted. So a word of any script directly before a
        // scheme is read as a part of the scheme.
        _ => category(c) != Category::Separator,
    }
}
