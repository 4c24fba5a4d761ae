//! Characters that rich-text editors and JSON put into Liquid: HTML references, tags, curly quotes, special spaces,
//! long dashes, and backslashes before quotes. Text in quotes stays as it is.

use crate::dialect::Dialect;
use crate::text::Span;

use super::super::flavour::Flavour;
use super::mender::{Mender, Mistake};
use super::window::is_whole_markup;

/// A character or tag that does not belong into Liquid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OddCharacter {
    EscapedQuote,
    Reference,
    CurlyQuote,
    Space,
    Dash,
    HtmlTag,
}

const REFERENCES: [(&str, char); 33] = [
    ("&quot;", '"'),
    ("&#34;", '"'),
    ("&#x22;", '"'),
    ("&ldquo;", '"'),
    ("&rdquo;", '"'),
    ("&apos;", '\''),
    ("&#39;", '\''),
    ("&#x27;", '\''),
    ("&#039;", '\''),
    ("&lsquo;", '\''),
    ("&rsquo;", '\''),
    ("&gt;", '>'),
    ("&lt;", '<'),
    ("&amp;", '&'),
    ("&nbsp;", ' '),
    ("&#160;", ' '),
    ("&ndash;", '-'),
    ("&mdash;", '-'),
    ("&minus;", '-'),
    ("&#8211;", '-'),
    ("&#8212;", '-'),
    ("&#8220;", '"'),
    ("&#8221;", '"'),
    ("&#x201c;", '"'),
    ("&#x201d;", '"'),
    ("&#x201C;", '"'),
    ("&#x201D;", '"'),
    ("&#8216;", '\''),
    ("&#8217;", '\''),
    ("&#60;", '<'),
    ("&#62;", '>'),
    ("&#38;", '&'),
    ("&#32;", ' '),
];

/// The HTML tags that rich-text editors insert.
const HTML_TAGS: [&str; 16] =
    ["br", "span", "p", "div", "b", "i", "u", "s", "strong", "em", "font", "a", "code", "wbr", "mark", "o:p"];

/// Returns the inside of an output or tag with plain characters, and the odd ones with their places.
///
/// ```text
/// default: &quot;you&quot;  →  default: "you"
/// ```
pub(super) fn clean(inside: &str) -> (String, Vec<(Span, OddCharacter)>) {
    let mut cleaner = Cleaner { inside, at: 0, out: String::with_capacity(inside.len()), odd: Vec::new() };
    while cleaner.at < inside.len() {
        cleaner.step();
    }
    (cleaner.out, cleaner.odd)
}

/// Returns an output or tag with plain characters, and the kinds of odd ones that it had. An output or tag without a
/// problem stays as it is.
pub(crate) fn with_plain_characters(markup: &str) -> (String, Vec<OddCharacter>) {
    let unchanged = || (markup.to_owned(), Vec::new());
    let is_closed = markup.starts_with("{{") && markup.ends_with("}}")
        || markup.starts_with("{%") && markup.ends_with("%}");
    let inside = markup.len().checked_sub(2).and_then(|end| markup.get(2..end)).filter(|_| is_closed);
    let Some(inside) = inside else { return unchanged() };
    let (text, odd) = clean(inside);
    // In a comparison, a `<` may look like the start of an HTML tag.
    if odd.is_empty() || is_whole_markup(markup, Flavour::Dialect(Dialect::CleverTap)) {
        return unchanged();
    }
    let whole = format!("{}{text}{}", &markup[..2], &markup[markup.len() - 2..]);
    (whole, odd.into_iter().map(|(_, odd)| odd).collect())
}

struct Cleaner<'t> {
    inside: &'t str,
    at: usize,
    out: String,
    odd: Vec<(Span, OddCharacter)>,
}

impl<'t> Cleaner<'t> {
    fn rest(&self) -> &'t str {
        self.inside.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self) {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return self.at = self.inside.len() };
        match c {
            '"' | '\'' => {
                // Without a partner, the quote is a mistake of another kind.
                let length = rest[1..].find(c).map_or(1, |length| length + 2);
                self.out.push_str(&rest[..length]);
                self.at += length;
            }
            '\\' if rest[1..].starts_with(['"', '\'']) => {
                let quote = &rest[..2];
                self.quoted(quote, &rest[1..2], OddCharacter::EscapedQuote, |rest| {
                    rest.find(quote).map(|at| (at, 2))
                });
            }
            '“' | '”' | '„' | '‟' | '«' | '»' => {
                self.quoted(&rest[..c.len_utf8()], "\"", OddCharacter::CurlyQuote, |rest| {
                    let close =
                        rest.char_indices().find(|(_, c)| matches!(c, '“' | '”' | '‟' | '«' | '»' | '"'))?;
                    Some((close.0, close.1.len_utf8()))
                });
            }
            '‘' | '’' | '‚' => {
                let after = &rest[c.len_utf8()..];
                let close = single_close(after);
                // Double quotes can have an apostrophe of either kind inside.
                let inside = close.map_or("", |(at, _)| &after[..at]);
                let quote =
                    if inside.contains(['’', '‘', '\'']) && !inside.contains('"') { "\"" } else { "'" };
                self.quoted(&rest[..c.len_utf8()], quote, OddCharacter::CurlyQuote, single_close);
            }
            // Also U+2028, the line separator.
            c if c.is_whitespace() && !c.is_ascii() => {
                self.replace(c.len_utf8(), " ", OddCharacter::Space);
            }
            '\u{200b}' | '\u{feff}' | '\u{2060}' => self.replace(c.len_utf8(), "", OddCharacter::Space),
            '–' | '—' | '−' => self.replace(c.len_utf8(), "-", OddCharacter::Dash),
            '&' => self.reference(),
            '<' => match html_tag_len(rest) {
                Some(length) => self.html_tag(length),
                None => self.keep(c),
            },
            _ => self.keep(c),
        }
    }

    fn keep(&mut self, c: char) {
        self.out.push(c);
        self.at += c.len_utf8();
    }

    fn replace(&mut self, length: usize, replacement: &str, odd: OddCharacter) {
        self.odd.push((Span::new(self.at, self.at + length), odd));
        self.out.push_str(replacement);
        self.at += length;
    }

    /// Replaces the odd quote `opener`, and the quote that `close` finds after it, by `quote`. What is between stays.
    fn quoted(
        &mut self,
        opener: &str,
        quote: &str,
        odd: OddCharacter,
        close: impl Fn(&str) -> Option<(usize, usize)>,
    ) {
        self.replace(opener.len(), quote, odd);
        if let Some((at, length)) = close(self.rest()) {
            self.out.push_str(&self.rest()[..at]);
            self.out.push_str(quote);
            self.at += at + length;
        }
    }

    fn reference(&mut self) {
        let rest = self.rest();
        let Some((name, c)) = REFERENCES.iter().find(|(name, _)| rest.starts_with(name)) else {
            return self.keep('&');
        };
        if matches!(c, '"' | '\'') {
            // An editor may write the two quotes of a pair differently, such as `&ldquo;` and `&rdquo;`.
            let close = |rest: &str| {
                let ends = REFERENCES.iter().filter(|(_, other)| other == c);
                ends.filter_map(|(name, _)| rest.find(name).map(|at| (at, name.len()))).min()
            };
            return self.quoted(name, &c.to_string(), OddCharacter::Reference, close);
        }
        self.replace(name.len(), &c.to_string(), OddCharacter::Reference);
    }

    fn html_tag(&mut self, length: usize) {
        // The tag may have separated two words, as `<br>` does.
        let is_separate = self.out.ends_with(' ') || self.rest()[length..].starts_with([' ', '|', ')', ']']);
        let is_break =
            self.rest().starts_with("<br") || self.rest().starts_with("<p") || self.rest().starts_with("<d");
        self.replace(length, if is_break && !is_separate { " " } else { "" }, OddCharacter::HtmlTag);
    }
}

/// Returns the place and length of the quote that ends a text in single curly quotes. Between letters, as in `It’s`,
/// the same character is an apostrophe.
fn single_close(rest: &str) -> Option<(usize, usize)> {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let quotes = || rest.char_indices().filter(|(_, c)| matches!(c, '‘' | '’' | '\''));
    let is_apostrophe = |at: usize, c: char| {
        is_letter(rest[..at].chars().next_back()) && is_letter(rest[at + c.len_utf8()..].chars().next())
    };
    let close = quotes().find(|(at, c)| !is_apostrophe(*at, *c)).or_else(|| quotes().next())?;
    Some((close.0, close.1.len_utf8()))
}

/// Returns the length of the HTML tag at the start of `rest`.
fn html_tag_len(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('<')?;
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != ':')?;
    let name = inside[..end].to_ascii_lowercase();
    if !HTML_TAGS.contains(&name.as_str()) || !inside[end..].starts_with(['>', ' ', '/']) {
        return None;
    }
    let close = rest.find('>')?;
    // A `<` before the `>` is a comparison.
    (!rest[1..close].contains('<')).then_some(close + 1)
}

pub(super) fn correct(mender: &mut Mender) {
    let (text, all) = clean(&mender.text);
    let Some((span, odd)) = all.first().copied() else { return };
    let found = span.of(&mender.text);
    let mistake = match odd {
        OddCharacter::EscapedQuote => Mistake::new(
            span,
            format!("`{found}` inside Liquid"),
            "write quotes in Liquid without a backslash, even inside a JSON string",
            "remove the backslashes",
        ),
        OddCharacter::Reference => Mistake::new(
            span,
            format!("`{found}` inside Liquid"),
            "write the character itself: HTML references are for the text of the message",
            "write the characters themselves",
        ),
        OddCharacter::CurlyQuote => Mistake::new(
            span,
            format!("`{found}` is not a quote in Liquid"),
            "use `\"` or `'`",
            "use straight quotes",
        ),
        OddCharacter::Space => Mistake::new(
            span,
            "a special space, such as a no-break space, inside Liquid",
            "use a plain space",
            "use plain spaces",
        ),
        OddCharacter::Dash => {
            Mistake::new(span, format!("`{found}` inside Liquid"), "use a plain `-`", "use plain dashes")
        }
        OddCharacter::HtmlTag => Mistake::new(
            span,
            format!("the HTML tag `{found}` inside Liquid"),
            "move it out of the braces, or remove it",
            "remove the HTML tags",
        ),
    };
    if all.iter().any(|(_, odd)| *odd == OddCharacter::HtmlTag) {
        // The tag may be formatting that belongs around the output.
        mender.guess();
    }
    mender.correct_to(text, mistake);
}
