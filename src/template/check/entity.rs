//! Finds out whether an output is inside an entity of the legacy Markdown mode, where no escape works: in
//! `_{{ name | tg_markdown }}_`, the `_` of a name ends the entity, with or without a backslash before it.
//!
//! Only text that the author typed before the output counts. A branch starts with what is open around its block. A text
//! in a capture starts in the place where the capture is printed.

use crate::text::{Span, floor_char_boundary};

/// How far back the start of the text is looked for. Without a limit, a long text with many outputs would take
/// quadratic time.
const MAX_DISTANCE: usize = 4096;

/// Where in a text of the legacy Markdown an output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    /// In an entity that ends at this text. The address of a link counts as an entity that ends at `)`.
    Entity(&'static str),
    Unclear,
}

/// What the text with an output is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// A JSON string.
    String,
    /// A `capture` that is printed in a JSON string as it is.
    Capture,
    /// A `capture` that is escaped for JSON as a whole.
    EscapedCapture,
}

/// Returns the place of the output at `at`. Where its own text has no open entity, `outer` is its place.
pub(super) fn place_in(source: &str, at: usize, around: Around, outer: Place) -> Place {
    match place_at(source, at, around) {
        Place::Text => outer,
        place => place,
    }
}

fn place_at(source: &str, at: usize, around: Around) -> Place {
    let Some(before) = text_before(source, at, around) else { return Place::Text };
    let mut rest = before.of(source);
    let mut open: Option<&'static str> = None;
    // What was open at the start of each block around the position.
    let mut blocks = Vec::new();
    while let Some(c) = rest.chars().next() {
        if let Some(liquid) = liquid_at(rest) {
            match tag_word(liquid) {
                "if" | "unless" | "case" | "for" | "tablerow" => blocks.push(open),
                "else" | "elsif" | "when" if blocks.last().is_some_and(|start| *start != open) => {
                    return Place::Unclear;
                }
                "endif" | "endunless" | "endcase" | "endfor" | "endtablerow"
                    if blocks.pop().is_some_and(|start| start != open) =>
                {
                    return Place::Unclear;
                }
                "capture" | "endcapture" if open.is_some() => return Place::Unclear,
                _ => {}
            }
            rest = &rest[liquid.len()..];
            continue;
        }
        if let Some(closer) = open {
            let is_address = closer == "]" && rest.starts_with("](");
            let is_end = rest.starts_with(closer);
            rest = &rest[if is_end { closer.len() + usize::from(is_address) } else { c.len_utf8() }..];
            open = match (is_address, is_end) {
                (true, _) => Some(")"),
                (false, true) => None,
                (false, false) => open,
            };
            continue;
        }
        let escaped =
            rest.strip_prefix(backslash(around)).and_then(|after| after.strip_prefix(['_', '*', '`', '[']));
        if let Some(after) = escaped {
            rest = after;
            continue;
        }
        let (closer, length) = match c {
            '`' if rest.starts_with("```") => (Some("```"), 3),
            '`' => (Some("`"), 1),
            '_' => (Some("_"), 1),
            '*' => (Some("*"), 1),
            '[' => (Some("]"), 1),
            c => (None, c.len_utf8()),
        };
        open = closer;
        rest = &rest[length..];
    }
    open.map_or(Place::Text, Place::Entity)
}

/// Returns the characters that MarkdownV2 reserves at `at` if `at` is in code or in the address of a link. Returns
/// `None` for any other text.
pub(super) fn reserved_at(source: &str, at: usize, around: Around) -> Option<&'static str> {
    let mut rest = text_before(source, at, around)?.of(source);
    let mut closer: Option<&'static str> = None;
    while let Some(c) = rest.chars().next() {
        let escaped = rest.strip_prefix(backslash(around)).filter(|after| !after.is_empty());
        let length = match (liquid_at(rest), escaped, closer) {
            (Some(liquid), _, _) => liquid.len(),
            (None, Some(after), _) => {
                rest.len() - after.len() + after.chars().next().map_or(0, char::len_utf8)
            }
            (None, None, Some(end)) if rest.starts_with(end) => {
                closer = None;
                end.len()
            }
            (None, None, None) => {
                let opener = [("```", "```"), ("`", "`"), ("](", ")")];
                let opened = opener.iter().find(|(opener, _)| rest.starts_with(opener));
                closer = opened.map(|(_, closer)| *closer);
                opened.map_or(c.len_utf8(), |(opener, _)| opener.len())
            }
            (None, None, Some(_)) => c.len_utf8(),
        };
        rest = &rest[length..];
    }
    Some(if closer? == ")" { ")\\" } else { "`\\" })
}

/// A backslash is doubled in JSON.
fn backslash(around: Around) -> &'static str {
    match around {
        Around::String | Around::Capture => "\\\\",
        Around::EscapedCapture => "\\",
    }
}

/// Returns the first word of a tag, or an empty text for an output.
fn tag_word(liquid: &str) -> &str {
    let inner = liquid.strip_prefix("{%").unwrap_or_default().trim_start_matches('-').trim_start();
    inner.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
}

/// Returns the part of the string or capture that is before `at`.
pub(super) fn text_before(source: &str, at: usize, around: Around) -> Option<Span> {
    let mut end = at;
    while at - end <= MAX_DISTANCE {
        let before = source.get(..end)?;
        let c = before.chars().next_back()?;
        let opener = match (before.ends_with("}}"), before.ends_with("%}")) {
            (true, _) => "{{",
            (_, true) => "{%",
            (false, false) if around != Around::EscapedCapture && c == '"' && !before.ends_with("\\\"") => {
                return Some(Span::new(end, at));
            }
            (false, false) => {
                end -= c.len_utf8();
                continue;
            }
        };
        // Only this much is searched, for the same reason as above.
        let window = floor_char_boundary(before, before.len().saturating_sub(MAX_DISTANCE));
        let start = window + before.get(window..)?.rfind(opener)?;
        let word = before[start + 2..].trim_start_matches('-').trim_start();
        if around != Around::String && opener == "{%" && word.starts_with("capture") {
            return Some(Span::new(end, at));
        }
        end = start;
    }
    None
}

/// Returns the `{{ }}` or tag at the start of `text`.
pub(super) fn liquid_at(text: &str) -> Option<&str> {
    let closer = match text.as_bytes().get(..2)? {
        b"{{" => "}}",
        b"{%" => "%}",
        _ => return None,
    };
    text.find(closer).map(|end| &text[..end + 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(marked: &str, expected: Option<&'static str>) {
        let expected = expected.map_or(Place::Text, Place::Entity);
        assert_eq!(place(marked), expected, "{marked}");
    }

    fn place(marked: &str) -> Place {
        let at = marked.find('|').unwrap();
        place_at(&marked.replacen('|', "", 1), at, around(marked))
    }

    fn around(marked: &str) -> Around {
        if marked.contains("capture") { Around::EscapedCapture } else { Around::String }
    }

    #[test]
    fn open_entities_are_found() {
        check(r#"{"text": "_|_"}"#, Some("_"));
        check(r#"{"text": "a *b {{ x }} | c*"}"#, Some("*"));
        check(r#"{"text": "[a|](b)"}"#, Some("]"));
        check(r#"{"text": "```a`|```"}"#, Some("```"));
        check(r#"{"text": "_a_ | *b*"}"#, None);
        check(r#"{"a_b": "c", "text": "|"}"#, None);
        check(r#"{"text": "a \\_ |"}"#, None);
        check(r#"{"text": "say \"_|_\""}"#, Some("_"));
        check("_{% capture a %}*b|*{% endcapture %}", Some("*"));
        check(r"_{% capture a %}b\_|{% endcapture %}", None);
    }

    #[test]
    fn tags_inside_an_entity_make_it_unclear() {
        assert_eq!(place(r#"{"text": "{% if a %}*b{% else %}*c{% endif %} |*"}"#), Place::Unclear);
        check(r#"{"text": "{% if a %}*b*{% endif %} *|*"}"#, Some("*"));
    }

    #[test]
    fn a_branch_starts_in_the_entity_around_its_block() {
        check(r#"{"text": "*{% if a %}x{% else %}|{% endif %}*"}"#, Some("*"));
        check(r#"{"text": "{% if a %}*x*{% else %}|{% endif %}"}"#, None);
    }

    #[test]
    fn an_address_ends_at_its_parenthesis() {
        check(r#"{"text": "[a](https://x/a_b|)"}"#, Some(")"));
        check(r#"{"text": "[a](https://x/) |"}"#, None);
    }

    #[test]
    fn markdown_v2_reserves_less_in_code_and_addresses() {
        let reserved = |marked: &str| {
            let at = marked.find('|').unwrap();
            reserved_at(&marked.replacen('|', "", 1), at, around(marked))
        };
        assert_eq!(reserved(r#"{"text": "`a\\`|`"}"#), Some("`\\"));
        assert_eq!(reserved(r#"{"text": "```a` |```"}"#), Some("`\\"));
        assert_eq!(reserved(r#"{"text": "[a](x/|)"}"#), Some(")\\"));
        assert_eq!(reserved(r#"{"text": "[a](x) `b` \\` |"}"#), None);
        assert_eq!(reserved(r"{% capture a %}`b\`|`{% endcapture %}"), Some("`\\"));
    }
}
