//! Cleans up a body that was copied from a web page, and guesses its content format and its Bot API method.

use crate::campaign::ContentFormat;
use crate::compose::mask::{find_liquid, mask};
use crate::json;
use crate::telegram::{Method, fields};
use crate::template::{self, OddCharacter};
use crate::text::{Span, with_line_feeds};

#[derive(Debug, Clone, PartialEq)]
pub struct PastedBody {
    pub body: String,
    pub repairs: Vec<String>,
    pub content_format: ContentFormat,
    /// The Bot API method that the body's keys fit; `None` if the keys fit no method, or if the body is not a JSON
    /// object.
    pub method: Option<Method>,
}

impl PastedBody {
    pub fn as_is(text: &str) -> Self {
        let keys = top_keys(text);
        let content_format = match keys.is_some() || looks_like_json(text) {
            true => ContentFormat::Json,
            false => ContentFormat::Text,
        };
        let method = keys.as_deref().and_then(method_of);
        Self { body: text.to_owned(), repairs: Vec::new(), content_format, method }
    }

    /// Returns whether the body has CleverTap's `@` variables, which only the CleverTap dialect supports.
    pub fn has_at_variables(&self) -> bool {
        find_liquid(&self.body).iter().any(|piece| piece.of(&self.body).starts_with('@'))
    }
}

/// Repairs what copying from a web page broke. Characters that do no harm stay, such as curly quotes in the message's
/// text.
pub(crate) fn clean_pasted(text: &str) -> PastedBody {
    let mut fixer = PasteFixer { text: text.to_owned(), repairs: Vec::new() };
    // The order matters. The JSON step has to skip the Liquid in the body, and damaged Liquid may be recognized only
    // after the earlier steps have repaired it.
    fixer.line_ends();
    fixer.code_fence();
    fixer.html_source();
    fixer.braced_variables();
    fixer.liquid();
    if looks_like_json(&fixer.text) {
        fixer.json();
    }
    PastedBody { repairs: fixer.repairs, ..PastedBody::as_is(&fixer.text) }
}

/// Returns whether the first character that is neither whitespace nor part of Liquid is `{` or `[`.
fn looks_like_json(text: &str) -> bool {
    let mut at = 0;
    for piece in find_liquid(text) {
        if !text.get(at..piece.start).unwrap_or_default().trim().is_empty() {
            break;
        }
        at = piece.end;
    }
    text.get(at..).unwrap_or_default().trim_start().starts_with(['{', '['])
}

fn top_keys(text: &str) -> Option<Vec<String>> {
    let liquid_spans = find_liquid(text);
    // A body with syntax errors has no keys to look at. The caller then guesses the content format with
    // `looks_like_json`.
    let document = json::parse(&mask(text, &liquid_spans)).ok()?;
    Some(document.root.as_object()?.iter().map(|member| member.key.decoded.clone()).collect())
}

/// Returns a method that sends a message and fits the keys. A method fits if it has required fields besides `chat_id`
/// and if all these fields are among the keys. If several methods fit, returns the one with the most required fields,
/// and in a tie the first of them in [`Method::ALL`].
fn method_of(keys: &[String]) -> Option<Method> {
    let has = |name: &str| keys.iter().any(|key| key == name);
    // For each required field of the method, whether the field is among the keys. The chat id does not count: nearly
    // every method needs a chat id, and a pasted body may lack it.
    let required = |method: Method| {
        let needed =
            fields::of_method(method).iter().filter(|field| field.required && field.name != "chat_id");
        needed.map(|field| has(&field.name)).collect::<Vec<bool>>()
    };
    let fits = |method: &Method| {
        method.sends() && !required(*method).is_empty() && required(*method).iter().all(|has| *has)
    };
    let fitting: Vec<Method> = Method::ALL.into_iter().filter(fits).collect();
    let most = fitting.iter().map(|method| required(*method).len()).max()?;
    fitting.into_iter().find(|method| required(*method).len() == most)
}

struct PasteFixer {
    text: String,
    repairs: Vec<String>,
}

impl PasteFixer {
    fn apply(&mut self, text: String, description: &str) {
        if self.text != text {
            self.text = text;
            self.repairs.push(description.to_owned());
        }
    }

    fn line_ends(&mut self) {
        // Removing a byte order mark or carriage returns is not listed among the repairs, because nobody can see these
        // characters.
        self.text = with_line_feeds(self.text.trim_start_matches('\u{feff}')).into_owned();
    }

    fn code_fence(&mut self) {
        let trimmed = self.text.trim();
        let inside = trimmed.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
        let Some((language, body)) = inside.and_then(|inside| inside.split_once('\n')) else { return };
        // On the line that opens a code fence, the backticks are followed by nothing or by the name of a language. If
        // any other text follows, it may be a part of the body, so the fence is not removed.
        if language.trim().chars().all(char::is_alphanumeric) {
            self.apply(body.to_owned(), "removed the code fence around the body");
        }
    }

    /// Decodes a body that was copied as the source of a web page, in which every quote is a reference and the lines
    /// are elements. A body that is already JSON is not changed, because its references belong to the message.
    fn html_source(&mut self) {
        let has_html = ["&quot;", "&#34;", "&#x22;", "&nbsp;", "<br", "<p", "<div"];
        if !has_html.iter().any(|html| self.text.contains(html)) || is_json(&self.text) {
            return;
        }
        let decoded = decoded_html(&self.text);
        if is_json(&decoded) && looks_like_json(&decoded) {
            self.apply(decoded, "decoded the HTML around and in the JSON, such as `&quot;` and `<br>`");
        }
    }

    /// Removes the braces around `{{ @Profile - name | default: "…" }}`, the form that CleverTap's documentation shows.
    fn braced_variables(&mut self) {
        let mut text = self.text.clone();
        for piece in find_liquid(&self.text).into_iter().rev() {
            let inside = piece.of(&self.text).strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
            if let Some(inside) = inside.map(str::trim).filter(|inside| inside.starts_with('@')) {
                text.replace_range(piece.range(), inside);
            }
        }
        self.apply(text, "removed the braces around `@` variables, which work only outside Liquid");
    }

    /// Replaces what editors put into Liquid and `@` variables: curly quotes, special spaces, long dashes, HTML
    /// references, and HTML tags. Liquid is code, and code needs plain characters. Text in straight quotes stays.
    fn liquid(&mut self) {
        let (text, mut found) = with_plain_variables(&self.text);
        let mut pieces = Vec::new();
        for piece in find_liquid(&text) {
            let (plain, odd) = template::with_plain_characters(piece.of(&text));
            found.extend(odd);
            pieces.push((piece, plain));
        }
        let mut plain = String::with_capacity(text.len());
        let mut at = 0;
        for (piece, replacement) in pieces {
            plain.push_str(text.get(at..piece.start).unwrap_or_default());
            plain.push_str(&replacement);
            at = piece.end;
        }
        plain.push_str(text.get(at..).unwrap_or_default());
        self.text = plain;
        for (kinds, description) in LIQUID_REPAIRS {
            if found.iter().any(|odd| kinds.contains(odd)) {
                self.repairs.push((*description).to_owned());
            }
        }
    }

    /// Replaces curly quotes and special spaces in the JSON syntax. Inside JSON strings, such characters are text and
    /// stay.
    fn json(&mut self) {
        let liquid_spans = find_liquid(&self.text);
        let text = Straightener { text: &self.text, out: String::new(), at: 0 }.run(&liquid_spans);
        self.apply(
            text,
            "replaced curly quotes, special spaces, and long dashes in the JSON syntax with plain ones",
        );
    }
}

fn is_json(text: &str) -> bool {
    json::parse(&mask(text, &find_liquid(text))).is_ok()
}

/// The references that web pages write for the characters of JSON and of Liquid.
const SOURCE_REFERENCES: [(&str, &str); 14] = [
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#x22;", "\""),
    ("&nbsp;", " "),
    ("&#160;", " "),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&lt;", "<"),
    ("&#60;", "<"),
    ("&gt;", ">"),
    ("&#62;", ">"),
    ("&amp;", "&"),
    ("&#38;", "&"),
];

/// The elements that editors put around text. Those that end a line become a line break.
const SOURCE_TAGS: [&str; 7] = ["br", "p", "div", "pre", "code", "span", "wbr"];

/// Returns the text of the source of a web page. If the text has plain quotes, its strings were typed and not copied as
/// source, so only the text outside them is decoded.
fn decoded_html(text: &str) -> String {
    let liquid_spans = find_liquid(text);
    let mut liquid_spans = liquid_spans.iter().peekable();
    let mut quoting = json::QuoteState::default();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        // Liquid is copied unchanged here. [`PasteFixer::liquid`] repairs it later.
        if let Some(piece) = liquid_spans.next_if(|piece| piece.start <= at) {
            if at < piece.end {
                out.push_str(&text[at..piece.end]);
                at = piece.end;
            }
            continue;
        }
        let found = match quoting.is_inside() {
            true => None,
            false => source_tag(rest).or_else(|| {
                let (name, c) = SOURCE_REFERENCES.iter().find(|(name, _)| rest.starts_with(name))?;
                Some((name.len(), *c))
            }),
        };
        if let Some((length, replacement)) = found {
            out.push_str(replacement);
            at += length;
            continue;
        }
        let length = rest.chars().next().map_or(1, char::len_utf8);
        for byte in rest[..length].bytes() {
            quoting.read(byte);
        }
        out.push_str(&rest[..length]);
        at += length;
    }
    out
}

/// Returns the length of the tag at the start of `rest`, and the text for it.
fn source_tag(rest: &str) -> Option<(usize, &'static str)> {
    let inside = rest.strip_prefix('<')?;
    let (is_end, name) = inside.strip_prefix('/').map_or((false, inside), |name| (true, name));
    let len = name.find(|c: char| !c.is_ascii_alphanumeric())?;
    let word = name[..len].to_ascii_lowercase();
    let close = inside.bytes().take(500).position(|byte| matches!(byte, b'<' | b'>'))?;
    let is_tag = SOURCE_TAGS.contains(&word.as_str()) && inside.as_bytes().get(close) == Some(&b'>');
    let breaks_line = word == "br" || is_end && matches!(word.as_str(), "p" | "div");
    is_tag.then_some((close + 2, if breaks_line { "\n" } else { "" }))
}

/// Returns whether this is a quote that web pages show in place of `"`.
fn is_curly(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟' | '«' | '»')
}

fn is_odd_space(c: char) -> bool {
    c.is_whitespace() && !c.is_ascii()
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}')
}

/// What a paste repairs in Liquid, in the order in which it is reported.
const LIQUID_REPAIRS: &[(&[OddCharacter], &str)] = &[
    (
        &[OddCharacter::CurlyQuote, OddCharacter::Space, OddCharacter::Dash],
        "replaced curly quotes, special spaces, and long dashes in Liquid with plain ones",
    ),
    (
        &[OddCharacter::Reference],
        "replaced HTML references in Liquid, such as `&quot;`, with the characters themselves",
    ),
    (&[OddCharacter::HtmlTag], "removed HTML tags from Liquid"),
    (&[OddCharacter::EscapedQuote], "removed backslashes before quotes in Liquid"),
];

/// Makes the characters of `@Profile – name | default: “…”` plain. With odd characters, such text is not recognized as
/// an `@` variable.
fn with_plain_variables(text: &str) -> (String, Vec<OddCharacter>) {
    let mut out = String::with_capacity(text.len());
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(sign) = rest.find('@') {
        out.push_str(&rest[..sign]);
        rest = &rest[sign..];
        match OddVariable::read(rest) {
            Some(variable) => {
                out.push_str(&variable.plain);
                rest = &rest[variable.length..];
                found.extend(variable.odd);
            }
            None => {
                out.push('@');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    (out, found)
}

/// An `@` variable with odd characters, at the start of a text.
struct OddVariable {
    plain: String,
    length: usize,
    odd: Vec<OddCharacter>,
}

impl OddVariable {
    /// Reads an `@` variable at the start of `text`. Returns `None` if there is none, or if its characters are plain.
    fn read(text: &str) -> Option<Self> {
        let mut odd = Vec::new();
        let line = text.strip_prefix('@')?.split('\n').next()?;
        let (root, rest) = line.split_at(line.find(|c: char| !c.is_alphanumeric() && c != '_')?);
        let rest = after_spaces(rest, &mut odd)?;
        let (dash, rest) = split_first(rest, &["-", "–", "—", "−", "&ndash;", "&mdash;"])?;
        match dash {
            "-" => {}
            dash if dash.starts_with('&') => odd.push(OddCharacter::Reference),
            _ => odd.push(OddCharacter::Dash),
        }
        let rest = after_spaces(rest, &mut odd)?;
        let end = rest.find(['|', '@', '"', '{', '}'])?;
        let (name, rest) = rest.split_at(end);
        let name = plain_spaces(name, &mut odd);
        let rest = skip_spaces(rest.strip_prefix('|')?, &mut odd).strip_prefix("default")?;
        let rest = skip_spaces(skip_spaces(rest, &mut odd).strip_prefix(':')?, &mut odd);
        let (value, rest) = match split_first(rest, &["\"", "\\\"", "&quot;", "&ldquo;", "&rdquo;"]) {
            Some(("\"", rest)) => rest.split_once('"')?,
            Some(("\\\"", rest)) => {
                odd.push(OddCharacter::EscapedQuote);
                rest.split_once("\\\"")?
            }
            Some((_, rest)) => {
                odd.push(OddCharacter::Reference);
                let ends = ["&quot;", "&ldquo;", "&rdquo;"];
                let (at, end) = ends.iter().filter_map(|end| Some((rest.find(end)?, end))).min()?;
                (&rest[..at], &rest[at + end.len()..])
            }
            None => {
                odd.push(OddCharacter::CurlyQuote);
                let rest = rest.strip_prefix(is_curly)?;
                let at = rest.find(is_curly)?;
                (&rest[..at], rest[at..].strip_prefix(is_curly)?)
            }
        };
        if root.is_empty() || name.is_empty() || odd.is_empty() || value.contains('"') {
            return None;
        }
        let plain = format!("@{root} - {name} | default: \"{value}\"");
        Some(Self { plain, length: 1 + line.len() - rest.len(), odd })
    }
}

/// Skips at least one space.
fn after_spaces<'t>(text: &'t str, odd: &mut Vec<OddCharacter>) -> Option<&'t str> {
    let rest = skip_spaces(text, odd);
    (rest.len() < text.len()).then_some(rest)
}

fn skip_spaces<'t>(text: &'t str, odd: &mut Vec<OddCharacter>) -> &'t str {
    let mut rest = text;
    loop {
        if let Some(after) = rest.strip_prefix([' ', '\t']) {
            rest = after;
        } else if let Some(after) = rest.strip_prefix(|c| is_odd_space(c) || is_invisible(c)) {
            odd.push(OddCharacter::Space);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("&nbsp;") {
            odd.push(OddCharacter::Reference);
            rest = after;
        } else {
            return rest;
        }
    }
}

fn plain_spaces(name: &str, odd: &mut Vec<OddCharacter>) -> String {
    let plain = name.replace("&nbsp;", " ").replace(is_odd_space, " ").replace(is_invisible, "");
    if plain != name {
        odd.push(OddCharacter::Space);
    }
    plain.trim().to_owned()
}

fn split_first<'t>(text: &'t str, prefixes: &[&'static str]) -> Option<(&'static str, &'t str)> {
    prefixes.iter().find_map(|prefix| Some((*prefix, text.strip_prefix(prefix)?)))
}

struct Straightener<'t> {
    text: &'t str,
    out: String,
    at: usize,
}

impl Straightener<'_> {
    fn run(mut self, liquid_spans: &[Span]) -> String {
        let mut liquid_spans = liquid_spans.iter().peekable();
        // The quote that opened the current string; `None` outside strings.
        let mut open: Option<char> = None;
        while let Some(c) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            // Liquid is copied unchanged. `PasteFixer::liquid` has already repaired the Liquid, and quotes in Liquid do
            // not begin or end JSON strings.
            if let Some(piece) = liquid_spans.next_if(|piece| piece.start == self.at) {
                self.out.push_str(piece.of(self.text));
                self.at = piece.end;
                continue;
            }
            self.at += c.len_utf8();
            let replacement = match (open, c) {
                (None, '"') => {
                    open = Some('"');
                    '"'
                }
                (None, c) if is_curly(c) => {
                    open = Some(c);
                    '"'
                }
                (None, c) if is_odd_space(c) => ' ',
                (None, '–' | '—' | '−' | '‒' | '‑') if self.is_digit_next() => '-',
                (None, c) if is_invisible(c) => continue,
                // An escaped character never ends the string.
                (Some(_), '\\') => {
                    self.out.push('\\');
                    let Some(next) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else {
                        break;
                    };
                    if liquid_spans.peek().is_some_and(|piece| piece.start == self.at) {
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
                    // A straight quote inside a string in curly quotes is text, so it is escaped.
                    false if c == '"' => {
                        self.out.push('\\');
                        '"'
                    }
                    false => c,
                },
                (_, c) => c,
            };
            self.out.push(replacement);
        }
        self.out
    }

    fn is_digit_next(&self) -> bool {
        self.text.get(self.at..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    }

    fn ends_here(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        // A quote ends a string in curly quotes only before JSON punctuation or at the end of the body. In `“it’s
        // “on””`, the inner quotes are text.
        let next = rest.chars().find(|c| !c.is_whitespace() && !is_odd_space(*c));
        next.is_none_or(|c| matches!(c, ':' | ',' | '}' | ']'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str, n_repairs: usize) {
        let pasted = clean_pasted(text);
        assert_eq!(
            (pasted.body.as_str(), pasted.repairs.len()),
            (expected, n_repairs),
            "{:?}",
            pasted.repairs
        );
    }

    #[test]
    fn a_valid_body_is_unchanged() {
        for text in [
            "{\n \"chat_id\": {{ Profile.telegram_chat_id | default: \"NULL\" }},\n \"text\": \"“Hi” it’s\u{a0}you\"\n}\n",
            "plain “text” for {{ Profile.name }}",
            "",
        ] {
            check(text, text, 0);
        }
    }

    #[test]
    fn curly_quotes_are_straightened_only_if_they_are_syntax() {
        check(
            "{“text”: “Hi {{ Profile.name | default: “you” }}, it’s “on””, \"b\": “1”}",
            "{\"text\": \"Hi {{ Profile.name | default: \"you\" }}, it’s “on”\", \"b\": \"1\"}",
            2,
        );
        check("{“a”: “say \"x\" now”}", "{\"a\": \"say \\\"x\\\" now\"}", 1);
        check("{\u{a0}\"a\":\u{a0}{{\u{a0}Profile.b }}\u{200b}}", "{ \"a\": {{ Profile.b }}}", 2);
    }

    #[test]
    fn at_profile_variables_lose_braces_and_curly_quotes() {
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
    fn the_source_of_a_web_page_is_decoded_only_if_it_is_json_then() {
        check(
            "{&quot;chat_id&quot;: 1, &quot;text&quot;: &quot;a &lt;b&gt;&quot;}",
            r#"{"chat_id": 1, "text": "a <b>"}"#,
            1,
        );
        check("{&#34;a&#34;:&nbsp;1}", r#"{"a": 1}"#, 1);
        check(
            "<p>{\"a\": 1,<br>&nbsp;\"b\": \"x<br>&nbsp;&amp;\"}</p>",
            "{\"a\": 1,\n \"b\": \"x<br>&nbsp;&amp;\"}\n",
            1,
        );
        check(
            "{&quot;a&quot;: &quot;{{ Profile.n | default: &quot;you&quot; }}&quot;}",
            "{\"a\": \"{{ Profile.n | default: \"you\" }}\"}",
            2,
        );
        for right in [r#"{"a": "&quot;x&quot;<br>&nbsp;"}"#, "&quot;x&quot;<br>", "{&quot;a&quot; x}"] {
            check(right, right, 0);
        }
    }

    #[test]
    fn dashes_before_numbers_become_minus_signs() {
        check(
            "{\"a\": –1001, \"b\": [−5, —7], \"c\": \"–5\"}",
            "{\"a\": -1001, \"b\": [-5, -7], \"c\": \"–5\"}",
            1,
        );
    }

    #[test]
    fn apostrophes_do_not_end_single_curly_quotes() {
        check("{{ Profile.a | default: ‘It’s’ }}", "{{ Profile.a | default: \"It’s\" }}", 1);
        check("{{ Profile.a | default: ‘you’ }}", "{{ Profile.a | default: 'you' }}", 1);
        check("{{ Profile.a | default: &#8220;you&#8221; }}", "{{ Profile.a | default: \"you\" }}", 1);
        check("{{ Profile.a\u{2028}| upcase }}", "{{ Profile.a | upcase }}", 1);
    }

    #[test]
    fn every_kind_of_line_break_becomes_a_line_feed() {
        check("{\r  \"a\": 1,\r\n  \"b\": 2\n}\r", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", 0);
    }

    #[test]
    fn a_code_fence_around_the_body_is_removed() {
        check("```json\n{\"a\": 1}\n```\n", "{\"a\": 1}\n", 1);
    }

    #[test]
    fn what_an_editor_put_into_liquid_is_repaired_and_reported() {
        check("{% if Profile.n &gt; 1 &amp;&amp; x %}", "{% if Profile.n > 1 && x %}", 1);
        check("{{ Profile.a | default: &quot;you&quot; }}", "{{ Profile.a | default: \"you\" }}", 1);
        check("{{ Profile.a | default: &#39;you&#39; }}", "{{ Profile.a | default: 'you' }}", 1);
        check("{{&nbsp;Profile.a\u{a0}}}", "{{ Profile.a }}", 2);
        check("{%– if Profile.a<br/> == 1 –%}", "{%- if Profile.a == 1 -%}", 2);
        check("{{ <span style=\"color: red\">Profile.a</span> | upcase }}", "{{ Profile.a | upcase }}", 1);
        check("{{ Profile.a | default: \\\"you\\\" }}", "{{ Profile.a | default: \"you\" }}", 1);
        check("@Profile – First\u{a0}Name | default: “you”!", "@Profile - First Name | default: \"you\"!", 1);
        check("@Profile - a | default: &quot;you&quot;", "@Profile - a | default: \"you\"", 1);
        check("{% if x\rand y %}", "{% if x\nand y %}", 0);
        // In quotes, the characters are text.
        for right in
            ["{{ a | replace: \"&quot;\", '–' | default: \"it’s “on”\u{a0}\" }}", "&quot;{{ a }}<br>–“x”"]
        {
            check(right, right, 0);
        }
    }

    const OUTSIDE: &[&str] = &[
        "&quot;",
        "“x”",
        "<br>",
        " – ",
        "\u{a0}",
        "it’s",
        "a &gt; b",
        "<span a='b'>",
        "@ann",
        "\n",
        "%",
        "| x: “y”",
    ];

    const LIQUID: &[(&str, &str)] = &[
        ("{{ Profile.a | default: “x” }}", "{{ Profile.a | default: \"x\" }}"),
        ("{% if Profile.a &gt; 1 %}", "{% if Profile.a > 1 %}"),
        ("{% endif %}", "{% endif %}"),
        ("{{ a | append: \"&quot;\" }}", "{{ a | append: \"&quot;\" }}"),
        ("{{– Profile.a<br> }}", "{{- Profile.a }}"),
        ("@Profile — a | default: “x”", "@Profile - a | default: \"x\""),
    ];

    proptest::proptest! {
        #[test]
        fn everything_outside_liquid_stays_byte_for_byte(
            parts in proptest::collection::vec(
                (proptest::sample::select(OUTSIDE), proptest::option::of(proptest::sample::select(LIQUID))),
                0..12,
            ),
        ) {
            let mut text = String::from("Hi ");
            let mut expected = text.clone();
            for (outside, liquid) in parts {
                let (odd, plain) = liquid.unwrap_or_default();
                text.push_str(outside);
                expected.push_str(outside);
                // A space keeps an `@` of the text apart from the variable.
                text.push_str(&format!(" {odd} "));
                expected.push_str(&format!(" {plain} "));
            }
            proptest::prop_assert_eq!(clean_pasted(&text).body, expected);
        }
    }

    #[test]
    fn the_method_is_inferred_from_the_fields() {
        let of = |text: &str| {
            let pasted = clean_pasted(text);
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
