//! A body that was copied from a page: what came along and would break it, mended; and what it is a body of.

use crate::campaign::ContentFormat;
use crate::compose::mask::{holes, mask};
use crate::json;
use crate::telegram::{Method, fields};
use crate::text::Span;

#[derive(Debug, Clone, PartialEq)]
pub struct Pasted {
    pub body: String,
    pub mended: Vec<String>,
    pub content_format: ContentFormat,
    /// The Bot API method whose fields it has, where one stands out.
    pub method: Option<Method>,
}

impl Pasted {
    pub fn as_is(text: &str) -> Self {
        let keys = top_keys(text);
        let content_format = match keys.is_some() || looks_like_json(text) {
            true => ContentFormat::Json,
            false => ContentFormat::Text,
        };
        let method = keys.as_deref().and_then(method_of);
        Self { body: text.to_owned(), mended: Vec::new(), content_format, method }
    }

    /// Whether it has CleverTap's `@` variables, which only its dialect knows.
    pub fn has_chips(&self) -> bool {
        holes(&self.body).iter().any(|hole| hole.of(&self.body).starts_with('@'))
    }
}

/// Mends what only copying from a page can have brought, and only where it would break the body.
pub fn paste(text: &str) -> Pasted {
    let mut mender = Mender { text: text.to_owned(), mended: Vec::new() };
    mender.line_ends();
    mender.code_fence();
    mender.braced_chips();
    mender.liquid();
    if looks_like_json(&mender.text) {
        mender.json();
    }
    Pasted { mended: mender.mended, ..Pasted::as_is(&mender.text) }
}

/// Whether the first thing besides Liquid is an object's or array's bracket, or a body that JSON can begin with.
fn looks_like_json(text: &str) -> bool {
    let mut at = 0;
    for hole in holes(text) {
        if !text.get(at..hole.start).unwrap_or_default().trim().is_empty() {
            break;
        }
        at = hole.end;
    }
    text.get(at..).unwrap_or_default().trim_start().starts_with(['{', '['])
}

fn top_keys(text: &str) -> Option<Vec<String>> {
    let holes = holes(text);
    let document = json::parse(&mask(text, &holes)).ok()?;
    Some(document.root.as_object()?.iter().map(|member| member.key.decoded.clone()).collect())
}

/// Returns the method that needs most of these fields and no other.
fn method_of(keys: &[String]) -> Option<Method> {
    let has = |name: &str| keys.iter().any(|key| key == name);
    let needed = |method: Method| {
        let needed =
            fields::of_method(method).iter().filter(|field| field.required && field.name != "chat_id");
        needed.map(|field| has(&field.name)).collect::<Vec<bool>>()
    };
    let fits = |method: &Method| {
        method.sends() && !needed(*method).is_empty() && needed(*method).iter().all(|has| *has)
    };
    let fitting: Vec<Method> = Method::ALL.into_iter().filter(fits).collect();
    let most = fitting.iter().map(|method| needed(*method).len()).max()?;
    fitting.into_iter().find(|method| needed(*method).len() == most)
}

struct Mender {
    text: String,
    mended: Vec<String>,
}

impl Mender {
    fn take(&mut self, text: String, words: &str) {
        if self.text != text {
            self.text = text;
            self.mended.push(words.to_owned());
        }
    }

    fn line_ends(&mut self) {
        self.text = self.text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    }

    fn code_fence(&mut self) {
        let trimmed = self.text.trim();
        let inside = trimmed.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
        let Some((language, body)) = inside.and_then(|inside| inside.split_once('\n')) else { return };
        if language.trim().chars().all(char::is_alphanumeric) {
            self.take(body.to_owned(), "the code fence around it was taken away");
        }
    }

    /// `{{ @Profile - name | default: "…" }}`: the page shows a variable of CleverTap's other kind in braces.
    fn braced_chips(&mut self) {
        let mut text = self.text.clone();
        for hole in holes(&self.text).into_iter().rev() {
            let inside = hole.of(&self.text).strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
            if let Some(inside) = inside.map(str::trim).filter(|inside| inside.starts_with('@')) {
                text.replace_range(hole.range(), inside);
            }
        }
        self.take(text, "`@` variables were taken out of their braces: they work only outside Liquid");
    }

    /// Straightens what stands in Liquid, where only programs read it; and in `@` variables.
    fn liquid(&mut self) {
        let mut text = with_plain_chips(&self.text);
        for hole in holes(&text.clone()).into_iter().rev() {
            let plain = plain(hole.of(&text));
            text.replace_range(hole.range(), &plain);
        }
        self.take(text, "curly quotes and odd spaces in Liquid were made plain ones");
    }

    /// Straightens quotes and spaces around the members of the JSON; inside its strings they are text.
    fn json(&mut self) {
        let holes = holes(&self.text);
        let text = Straightener { text: &self.text, out: String::new(), at: 0 }.run(&holes);
        self.take(text, "curly quotes and odd spaces around the JSON were made plain ones");
    }
}

/// Whether a page draws this instead of `"`.
fn is_curly(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟' | '«' | '»')
}

fn is_odd_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}' | '\u{2009}' | '\u{3000}')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}')
}

fn plain(liquid: &str) -> String {
    let plain = |c: char| match c {
        c if is_curly(c) => '"',
        '‘' | '’' | '‚' => '\'',
        c if is_odd_space(c) => ' ',
        c => c,
    };
    liquid.chars().filter(|c| !is_invisible(*c)).map(plain).collect()
}

/// Straightens the quotes around the default of `@Profile - name | default: “…”`, which make it one.
fn with_plain_chips(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("default:") {
        let (before, after) = rest.split_at(at + "default:".len());
        out.push_str(before);
        rest = after;
        let line = before.rsplit('\n').next().unwrap_or_default();
        let is_chip =
            line.rfind('@').is_some_and(|sign| line[sign..].contains(" - ") && !line[sign..].contains('"'));
        let value = rest.trim_start();
        let mut chars = value.chars();
        if is_chip && chars.next().is_some_and(is_curly) {
            let inside = chars.as_str();
            let end = inside.find(is_curly).filter(|end| !inside[..*end].contains('\n'));
            if let Some(end) = end {
                out.push_str(&format!(" \"{}\"", &inside[..end]));
                let behind = &inside[end..];
                rest = &behind[behind.chars().next().map_or(0, char::len_utf8)..];
            }
        }
    }
    out + rest
}

struct Straightener<'t> {
    text: &'t str,
    out: String,
    at: usize,
}

impl Straightener<'_> {
    fn run(mut self, holes: &[Span]) -> String {
        let mut holes = holes.iter().peekable();
        // The quote that opened the string one is in.
        let mut open: Option<char> = None;
        while let Some(c) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            if let Some(hole) = holes.next_if(|hole| hole.start == self.at) {
                self.out.push_str(hole.of(self.text));
                self.at = hole.end;
                continue;
            }
            self.at += c.len_utf8();
            let put = match (open, c) {
                (None, '"') => {
                    open = Some('"');
                    '"'
                }
                (None, c) if is_curly(c) => {
                    open = Some(c);
                    '"'
                }
                (None, c) if is_odd_space(c) => ' ',
                (None, c) if is_invisible(c) => continue,
                (Some(_), '\\') => {
                    self.out.push('\\');
                    let Some(next) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else {
                        break;
                    };
                    if holes.peek().is_some_and(|hole| hole.start == self.at) {
                        continue;
                    }
                    self.at += next.len_utf8();
                    next
                }
                (Some('"'), '"') => {
                    open = None;
                    '"'
                }
                (Some(quote), c) if quote != '"' && (is_curly(c) || c == '"') => match self.ends_here() {
                    true => {
                        open = None;
                        '"'
                    }
                    // A quote within the text, which the page had straight.
                    false if c == '"' => {
                        self.out.push('\\');
                        '"'
                    }
                    false => c,
                },
                (_, c) => c,
            };
            self.out.push(put);
        }
        self.out
    }

    fn ends_here(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let next = rest.chars().find(|c| !c.is_whitespace() && !is_odd_space(*c));
        next.is_none_or(|c| matches!(c, ':' | ',' | '}' | ']'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str, n_mended: usize) {
        let pasted = paste(text);
        assert_eq!((pasted.body.as_str(), pasted.mended.len()), (expected, n_mended), "{:?}", pasted.mended);
    }

    #[test]
    fn a_body_that_is_well_stays_byte_for_byte() {
        for text in [
            "{\n \"chat_id\": {{ Profile.telegram_chat_id | default: \"NULL\" }},\n \"text\": \"“Hi” it’s\u{a0}you\"\n}\n",
            "plain “text” for {{ Profile.name }}",
            "",
        ] {
            check(text, text, 0);
        }
    }

    #[test]
    fn curly_quotes_are_straightened_where_they_break_something() {
        check(
            "{“text”: “Hi {{ Profile.name | default: “you” }}, it’s “on””, \"b\": “1”}",
            "{\"text\": \"Hi {{ Profile.name | default: \"you\" }}, it’s “on”\", \"b\": \"1\"}",
            2,
        );
        check("{“a”: “say \"x\" now”}", "{\"a\": \"say \\\"x\\\" now\"}", 1);
        check("{\u{a0}\"a\":\u{a0}{{\u{a0}Profile.b }}\u{200b}}", "{ \"a\": {{ Profile.b }}}", 2);
    }

    #[test]
    fn variables_of_the_other_kind_work_outside_braces_with_straight_quotes() {
        check(
            "{\"text\": \"Hi {{ @Profile - First Name | default: \"you\" }}\"}",
            "{\"text\": \"Hi @Profile - First Name | default: \"you\"\"}",
            1,
        );
        check(
            "{\"text\": \"Hi @Profile - First Name | default: “you”\"}",
            "{\"text\": \"Hi @Profile - First Name | default: \"you\"\"}",
            1,
        );
    }

    #[test]
    fn a_fence_around_the_body_is_taken_away() {
        check("```json\n{\"a\": 1}\n```\n", "{\"a\": 1}\n", 1);
    }

    #[test]
    fn the_fields_say_which_method_it_is_for() {
        let of = |text: &str| {
            let pasted = paste(text);
            (pasted.content_format, pasted.method.map(Method::as_str))
        };
        assert_eq!(of(r#"{"chat_id": 1, "text": "a"}"#), (ContentFormat::Json, Some("sendMessage")));
        assert_eq!(of(r#"{"photo": "a", "caption": "b"}"#), (ContentFormat::Json, Some("sendPhoto")));
        assert_eq!(of(r#"{"question": "a", "options": []}"#), (ContentFormat::Json, Some("sendPoll")));
        assert_eq!(of(r#"{"email": "a"}"#), (ContentFormat::Json, None));
        assert_eq!(of("{% if x %}{ \"a\": {% endif %}"), (ContentFormat::Json, None));
        assert_eq!(of("{{ Profile.name }} bought it"), (ContentFormat::Text, None));
    }
}
