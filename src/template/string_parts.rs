//! Finds the text in the JSON strings of a body, without the Liquid in it.

use crate::json::Quote;
use crate::text::Span;

use super::Template;
use super::json_state::JsonState;
use super::syntax::{Block, SyntaxNode, TagNode};
use super::walk;

/// Returns the spans of the text in the strings that `is_wanted` chooses, in order. For example, `"Hi {{ name }}!"` has
/// the spans of `Hi ` and `!`. Keys, Liquid, whitespace that Liquid trims, and the quotes around a string are not
/// included. Each piece of Liquid splits a string, so the span before or after it can be empty.
///
/// `is_wanted` gets the keys that lead to a string, with `[]` for each array. The strings of all branches of the
/// template are returned.
pub(crate) fn string_parts(template: &Template, is_wanted: &mut dyn FnMut(&[&str]) -> bool) -> Vec<Span> {
    let source = template.source();
    let mut finder = PartFinder { source, is_wanted, parts: Vec::new() };
    finder.follow(template.body(), Position { state: JsonState::new(), is_wanted: false });
    let mut parts = finder.parts;
    add_empty_parts(source, &template.liquid_spans(), &mut parts);
    parts
}

#[derive(Clone)]
struct Position {
    state: JsonState,
    /// Whether the position is in a wanted string.
    is_wanted: bool,
}

struct PartFinder<'t, 'w> {
    source: &'t str,
    is_wanted: &'w mut dyn FnMut(&[&str]) -> bool,
    parts: Vec<Span>,
}

impl PartFinder<'_, '_> {
    /// Follows a block from `position`, and returns the position after it.
    fn follow(&mut self, block: &Block, mut position: Position) -> Position {
        for node in &block.nodes {
            match node {
                SyntaxNode::Text(span) => self.read(*span, &mut position),
                SyntaxNode::Output(_) => position.state.read_interpolation(),
                SyntaxNode::Tag(_, tag) => position = self.follow_tag(tag, position),
            }
        }
        position
    }

    fn follow_tag(&mut self, tag: &TagNode, mut position: Position) -> Position {
        match tag {
            TagNode::Raw(text) => self.read(*text, &mut position),
            TagNode::Cycle { .. } | TagNode::Increment(_) | TagNode::Decrement(_) | TagNode::Partial(_) => {
                position.state.read_interpolation();
            }
            // Captured text is printed elsewhere, so it is not part of the JSON at the `capture`.
            TagNode::Capture { .. } => {}
            _ => {
                // The text after the tag is read from the position after the first branch. All branches should leave
                // the JSON in the same state; if they do not, the checks report a problem.
                let mut after = None;
                for block in walk::blocks_of(tag) {
                    let end = self.follow(block, position.clone());
                    after.get_or_insert(end);
                }
                return after.unwrap_or(position);
            }
        }
        position
    }

    fn read(&mut self, text: Span, position: &mut Position) {
        let mut at = text.start;
        let mut start = position.is_wanted.then_some(at);
        while at < text.end {
            let rest = &self.source[at..text.end];
            let line_end = rest.find('\n').map_or(text.end, |len| at + len + 1);
            while at < line_end {
                let read = position.state.read_to_quote(&self.source[at..line_end]);
                at += read.length;
                match read.quote {
                    Some(Quote::Opens) => {
                        let path = position.state.known_path().filter(|_| position.state.is_in_value());
                        position.is_wanted = path.is_some_and(|path| (self.is_wanted)(&path));
                        start = position.is_wanted.then_some(at);
                    }
                    Some(Quote::Closes) => {
                        position.is_wanted = false;
                        // The quote is not part of the string's text.
                        self.parts.extend(start.take().map(|start| Span::new(start, at - 1)));
                    }
                    None => {}
                }
            }
            // While a member is being typed, its string has no end yet, or its value is missing. Without this, the text
            // below would be taken for something else and would be laid out anew at each of these keys. Message text
            // may have such lines of its own.
            if !position.is_wanted && begins_member(&self.source[at..text.end]) {
                position.state.begin_member();
            }
        }
        self.parts.extend(start.map(|start| Span::new(start, text.end)));
    }
}

/// Whether a line begins with a key of the Bot API and a colon.
fn begins_member(line: &str) -> bool {
    let name = line.trim_start_matches([' ', '\t']).strip_prefix('"');
    let after = name.map(|name| name.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '_'));
    after.and_then(|after| after.strip_prefix('"')).is_some_and(|rest| rest.trim_start().starts_with(':'))
}

/// Adds an empty part between two pieces of Liquid that touch in a wanted string.
// There is no text between them from which `PartFinder` could make a part.
fn add_empty_parts(source: &str, liquid_spans: &[Span], parts: &mut Vec<Span>) {
    let touching =
        liquid_spans.windows(2).filter(|pair| pair[0].end == pair[1].start).map(|pair| pair[1].start);
    let is_in_string = |at: &usize| {
        let before = parts.partition_point(|part| part.end <= *at).checked_sub(1);
        // If a quote follows the part, the string ends there. Otherwise, the string continues with the Liquid.
        before.is_some_and(|before| !source[parts[before].end..].starts_with('"'))
    };
    let added: Vec<Span> = touching.filter(is_in_string).map(Span::at).collect();
    if !added.is_empty() {
        parts.extend(added);
        parts.sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::template::{Partials, parse};

    /// Puts the parts of all strings called `text` or `items` in brackets.
    #[track_caller]
    fn check(source: &str, expected: &str) {
        check_in(Dialect::Telecast, source, expected);
    }

    #[track_caller]
    fn check_in(dialect: Dialect, source: &str, expected: &str) {
        let (template, _) = parse(source, &Partials::default(), dialect);
        let parts = string_parts(&template, &mut |path| path.contains(&"text") || path.contains(&"items"));
        let mut marked = String::new();
        let mut at = 0;
        for part in parts {
            marked.push_str(&format!("{}[{}]", &source[at..part.start], part.of(source)));
            at = part.end;
        }
        marked.push_str(&source[at..]);
        assert_eq!(marked, expected);
    }

    #[test]
    fn only_values_of_wanted_keys_are_found() {
        check(
            r#"{"text": "a \" b", "url": "x", "text": "", "n": {"text": "y"}}"#,
            r#"{"text": "[a \" b]", "url": "x", "text": "[]", "n": {"text": "[y]"}}"#,
        );
        check(r#"{"items": ["a", "b"], "text": 1}"#, r#"{"items": ["[a]", "[b]"], "text": 1}"#);
    }

    #[test]
    fn liquid_splits_a_string() {
        check(
            r#"{"text": "{{ a | default: "x" }}b{{ c }}{% if d %}{% endif %}"}"#,
            r#"{"text": "[]{{ a | default: "x" }}[b]{{ c }}[]{% if d %}[]{% endif %}[]"}"#,
        );
        check(
            r#"{"text": "a{% comment %}"{% endcomment %}b{% raw %}{{ c }}{% endraw %}", "n": "{{ 1 }}{{ 2 }}"}"#,
            r#"{"text": "[a]{% comment %}"{% endcomment %}[b]{% raw %}[{{ c }}]{% endraw %}[]", "n": "{{ 1 }}{{ 2 }}"}"#,
        );
        check_in(
            Dialect::CleverTap,
            r#"{"text": "Hi @Profile - Name | default: "friend"!"}"#,
            r#"{"text": "[Hi ]@Profile - Name | default: "friend"[!]"}"#,
        );
    }

    #[test]
    fn whitespace_that_liquid_trims_is_not_text() {
        check(
            "{\"text\": \"a\n  {%- if b -%}\n  c\n  {%- endif -%}\n\"}",
            "{\"text\": \"[a]\n  {%- if b -%}\n  [c]\n  {%- endif -%}\n[]\"}",
        );
    }

    #[test]
    fn strings_in_every_branch_are_found() {
        check(
            r#"{% if a %}{"text": "b{% else %}{"text": "c{% endif %} d"}"#,
            r#"{% if a %}{"text": "[b]{% else %}{"text": "[c]{% endif %}[ d]"}"#,
        );
        check(
            r#"{"items": [{% for a in b %}"c"{% unless forloop.last %},{% endunless %}{% endfor %}]}"#,
            r#"{"items": [{% for a in b %}"[c]"{% unless forloop.last %},{% endunless %}{% endfor %}]}"#,
        );
    }

    #[test]
    fn a_member_that_is_being_typed_does_not_change_the_text_below() {
        for typed in ["\"", "\"n", "\"n\"", "\"n\":", "\"n\": \"H", "\"n\": \"H\"", "\"n\": \"H\","] {
            check(
                &format!("{{\n{typed}\n\"text\": \"a\nb\",\n\"m\": 1}}"),
                &format!("{{\n{typed}\n\"text\": \"[a\nb]\",\n\"m\": 1}}"),
            );
        }
    }

    #[test]
    fn text_after_a_missing_quote_is_no_value() {
        check("{\"text\": \"a\n\"n\": \"b\"}", "{\"text\": \"[a\n]\"n\": \"b\"}");
        check("{\"text\": \"a", "{\"text\": \"[a]");
    }
}
