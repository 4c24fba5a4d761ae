//! Finds out whether an output is inside an entity of the legacy Markdown mode, where no escape works: in
//! `_{{ name | tg_markdown }}_`, the `_` of a name ends the entity, with or without a backslash before it.
//!
//! Only text that the author typed before the output counts. Where a tag makes it unclear whether an entity is open,
//! the answer is no.

use crate::text::{Span, floor_char_boundary};

/// How far back the start of the text is looked for. Without a limit, a long text with many outputs would take
/// quadratic time.
const MAX_DISTANCE: usize = 4096;

/// Returns what ends the entity that is open at `at`, or `None` if none is open. `at` is in a JSON string, or in a
/// `capture` that is escaped for JSON as a whole.
pub(super) fn closer_at(source: &str, at: usize, is_in_capture: bool) -> Option<&'static str> {
    let mut rest = text_before(source, at, is_in_capture)?.of(source);
    let mut open: Option<&'static str> = None;
    while let Some(c) = rest.chars().next() {
        if let Some(liquid) = liquid_at(rest) {
            // Each branch of the tag may open or close the entity.
            if open.is_some() && liquid.starts_with("{%") {
                return None;
            }
            rest = &rest[liquid.len()..];
            continue;
        }
        if let Some(closer) = open {
            let is_end = rest.starts_with(closer);
            rest = &rest[if is_end { closer.len() } else { c.len_utf8() }..];
            open = open.filter(|_| !is_end);
            continue;
        }
        // A backslash is doubled in JSON, but not in a capture.
        let backslash = if is_in_capture { "\\" } else { "\\\\" };
        let escaped = rest.strip_prefix(backslash).and_then(|after| after.strip_prefix(['_', '*', '`', '[']));
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
    open
}

/// Returns the part of the string or capture that is before `at`.
fn text_before(source: &str, at: usize, is_in_capture: bool) -> Option<Span> {
    let mut end = at;
    while at - end <= MAX_DISTANCE {
        let before = source.get(..end)?;
        let c = before.chars().next_back()?;
        let opener = match (before.ends_with("}}"), before.ends_with("%}")) {
            (true, _) => "{{",
            (_, true) => "{%",
            (false, false) if !is_in_capture && c == '"' && !before.ends_with("\\\"") => {
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
        if is_in_capture && opener == "{%" && word.starts_with("capture") {
            return Some(Span::new(end, at));
        }
        end = start;
    }
    None
}

/// Returns the `{{ }}` or tag at the start of `text`.
fn liquid_at(text: &str) -> Option<&str> {
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
    fn check(marked: &str, expected: Option<&str>) {
        let at = marked.find('|').unwrap();
        let is_in_capture = marked.contains("capture");
        assert_eq!(closer_at(&marked.replacen('|', "", 1), at, is_in_capture), expected, "{marked}");
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
        check(r#"{"text": "{% if a %}*b{% else %}*c{% endif %} |*"}"#, None);
        check(r#"{"text": "{% if a %}*b*{% endif %} *|*"}"#, Some("*"));
    }
}
