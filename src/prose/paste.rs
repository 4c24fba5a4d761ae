//! Escapes pasted text for a JSON string. Liquid in the pasted text is not changed.

use crate::compose::with_trimmed;
use crate::dialect::Dialect;
use crate::json;
use crate::template::{self, Partials};
use crate::text::Span;

/// Pasted text in the form in which it goes into a JSON string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PreparedPaste {
    /// The text contains nothing that must be escaped in JSON.
    Plain(String),
    Escaped(String),
    /// The text already has escapes and is valid in a JSON string without changes.
    AlreadyEscaped(String),
}

impl PreparedPaste {
    pub(crate) fn text(&self) -> &str {
        match self {
            PreparedPaste::Plain(text)
            | PreparedPaste::Escaped(text)
            | PreparedPaste::AlreadyEscaped(text) => text,
        }
    }
}

pub(crate) fn prepare_paste(pasted: &str, dialect: Dialect) -> PreparedPaste {
    let text = pasted.replace("\r\n", "\n").replace('\r', "\n");
    let around = outside_liquid(&text, dialect);
    if !around.iter().any(|part| part.of(&text).contains(json::needs_escape)) {
        return PreparedPaste::Plain(text);
    }
    let is_content = |part: &Span| json::parse(&format!("\"{}\"", part.of(&text))).is_ok();
    if around.iter().all(is_content) {
        return PreparedPaste::AlreadyEscaped(text);
    }
    PreparedPaste::Escaped(escaped(&text, dialect))
}

/// Escapes a text for a JSON string, except for the Liquid in it.
pub(super) fn escaped(text: &str, dialect: Dialect) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    let mut from = 0;
    for part in outside_liquid(text, dialect) {
        escaped.push_str(&text[from..part.start]);
        json::escape_into(&mut escaped, part.of(text));
        from = part.end;
    }
    escaped + &text[from..]
}

/// Returns the spans of the text before, between, and after the pieces of Liquid.
fn outside_liquid(text: &str, dialect: Dialect) -> Vec<Span> {
    let (template, _) = template::parse(text, &Partials::default(), dialect);
    // A `{{` without an end is more likely text than Liquid.
    let is_closed = |piece: &Span| !piece.of(text).starts_with('{') || piece.of(text).ends_with('}');
    let closed: Vec<Span> = template.liquid_spans().into_iter().filter(is_closed).collect();
    // Whitespace that Liquid trims is not part of the message. Escaped whitespace would be text and would no longer be
    // trimmed.
    let liquid = with_trimmed(text, &closed);
    let mut from = 0;
    let mut parts = Vec::with_capacity(liquid.len() + 1);
    for piece in liquid {
        parts.push(Span::new(from, piece.start.max(from)));
        from = piece.end.max(from);
    }
    parts.push(Span::new(from, text.len()));
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(pasted: &str, expected: &str) {
        let shown = match prepare_paste(pasted, Dialect::Telecast) {
            PreparedPaste::Plain(text) => format!("plain {text}"),
            PreparedPaste::Escaped(text) => format!("escaped {text}"),
            PreparedPaste::AlreadyEscaped(text) => format!("as is {text}"),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn quotes_line_breaks_and_backslashes_are_escaped() {
        check("Hi Anna 🎉", "plain Hi Anna 🎉");
        check("He said \"hi\".\r\n\rC:\\new\tx\u{1b}", r#"escaped He said \"hi\".\n\nC:\\new\tx\u001b"#);
    }

    #[test]
    fn valid_string_content_stays_as_it_is() {
        check(r#"a \"b\"\nc \u00e9"#, r#"as is a \"b\"\nc \u00e9"#);
        check(r#"a \"b" c"#, r#"escaped a \\\"b\" c"#);
        check("a\\nb\nc", r"escaped a\\nb\nc");
        check(r"50 \% off", r"escaped 50 \\% off");
        check(r"ends with \", r"escaped ends with \\");
        check(r"C:\{{ a }}", r"escaped C:\\{{ a }}");
    }

    #[test]
    fn liquid_stays_as_it_is() {
        check(
            "\"{{ a | default: \"b\\c\" }}\"\n{% if d == \"e\" %}\nf{% endif %}",
            r#"escaped \"{{ a | default: "b\c" }}\"\n{% if d == "e" %}\nf{% endif %}"#,
        );
        check(r#"{{ a | default: "b" }}"#, r#"plain {{ a | default: "b" }}"#);
        check("{{ a | default: \"b", r#"escaped {{ a | default: \"b"#);
        check(
            "a\n  {%- if b -%}\n  c\n  {%- endif %}\n",
            "escaped a\n  {%- if b -%}\n  c\n  {%- endif %}\\n",
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_escaped_paste_decodes_to_the_pasted_text(pasted in "[ -~é🎉\n\t\u{1}\\\\\"]{0,40}") {
            prop_assume!(!pasted.contains("{{") && !pasted.contains("{%"));
            let prepared = prepare_paste(&pasted, Dialect::Telecast);
            let decoded = json::parse(&format!("\"{}\"", prepared.text())).unwrap();
            let decoded = &decoded.root.as_text().unwrap().decoded;
            if !matches!(prepared, PreparedPaste::AlreadyEscaped(_)) {
                prop_assert_eq!(decoded, &pasted);
            }
        }
    }
}
