//! Determines the JSON context of an offset in a body. The context says, for example, whether the offset is in a string
//! or at a bare value, and which parse mode applies there.

use crate::dialect::Dialect;
use crate::json;
use crate::telegram::ParseMode;
use crate::text::Span;

use super::Template;
use super::check::objects_of;
use super::escapes::EscapePosition;
use super::json_state::{Expects, JsonSlot, JsonState};
use super::partials::Partials;
use super::syntax::{Block, SyntaxNode, TagNode};
use super::walk;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonContext {
    pub kind: JsonContextKind,
    /// The keys that lead to the offset, with `[]` for each array. A key that differs between branches of the template
    /// is left out. The key of a member is in the list if the offset is between the end of the key and the comma after
    /// the member.
    pub path: Vec<String>,
    /// The keys of the innermost object, including the keys after the offset. The list is empty if the offset is
    /// directly inside an array.
    pub keys: Vec<String>,
    /// The part of the key or string before the offset, not decoded, with a NUL in place of Liquid. Only the start of a
    /// long part is kept. `None` outside strings.
    pub string_prefix: Option<String>,
    /// The parse mode of the message text at the offset. It is `None` outside message texts, and in a message text
    /// whose parse mode is unset or unknown.
    pub parse_mode: Option<ParseMode>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum JsonContextKind {
    Key,
    String,
    Value,
    /// A position at which a key may start.
    BeforeKey,
    /// After a member of an object: a comma or the closing brace may follow.
    AfterMember,
    /// Anywhere else, for example before a colon, after an item of an array, or outside the top-level value.
    Structure,
}

impl JsonContext {
    /// Returns how a value that is printed at the offset must be escaped, or `None` if no value belongs there.
    pub(crate) fn escape_position(&self) -> Option<EscapePosition> {
        match self.kind {
            JsonContextKind::Key | JsonContextKind::String => Some(EscapePosition::InString),
            JsonContextKind::Value => Some(EscapePosition::BareValue),
            JsonContextKind::BeforeKey | JsonContextKind::AfterMember | JsonContextKind::Structure => None,
        }
    }
}

/// Returns the JSON context of the byte `offset`. If `offset` is inside a `{{ … }}`, the result is the context in which
/// the `{{ … }}` starts.
pub(crate) fn json_context_at(template: &Template, offset: usize) -> JsonContext {
    let mut state = JsonState::new();
    advance(template.source(), template.body(), offset, &mut state);
    let kind = match (state.slot(), state.expects()) {
        (JsonSlot::Key, _) => JsonContextKind::Key,
        (JsonSlot::String, _) => JsonContextKind::String,
        (JsonSlot::Value, _) => JsonContextKind::Value,
        (JsonSlot::Structure, Some(Expects::Key | Expects::Anything)) => JsonContextKind::BeforeKey,
        (JsonSlot::Structure, Some(Expects::Comma)) if state.member().is_some() => {
            JsonContextKind::AfterMember
        }
        (JsonSlot::Structure, Some(Expects::Colon | Expects::Value | Expects::Comma) | None) => {
            JsonContextKind::Structure
        }
    };
    let objects = objects_of(template);
    let parse_mode = match state.member() {
        Some((object, Some(key))) if matches!(kind, JsonContextKind::String | JsonContextKind::Value) => {
            objects.mode(object, key)
        }
        _ => None,
    };
    // The state has only the keys before the offset. The keys after the offset are in `objects`, which covers the whole
    // body.
    let mut keys = state.keys();
    if let Some((object, _)) = state.member() {
        let later = objects.keys(object).iter().filter(|key| !keys.iter().any(|known| **known == ***key));
        let later: Vec<String> = later.map(|key| key.to_string()).collect();
        keys.extend(later);
    }
    let string_prefix = state.string_prefix().map(str::to_owned);
    JsonContext { kind, path: state.path(), keys, string_prefix, parse_mode }
}

/// Returns whether a span of a body is inside one JSON string and does not cut through Liquid. The text of such a span
/// is already escaped for JSON.
pub(crate) fn is_in_one_string(body: &str, span: Span) -> bool {
    let (template, _) = super::parse(body, &Partials::default(), Dialect::default());
    let is_in_string = |offset| {
        let kind = json_context_at(&template, offset).kind;
        matches!(kind, JsonContextKind::Key | JsonContextKind::String)
    };
    // The spans of Liquid are sorted and do not overlap.
    let liquid = template.liquid_spans();
    let start_of_liquid = |offset: usize| {
        let next = liquid.get(liquid.partition_point(|liquid| liquid.end <= offset))?;
        (next.start <= offset).then_some(next.start)
    };
    let is_whole = |offset: usize| start_of_liquid(offset).is_none_or(|start| start == offset);
    // A span that extends over two strings contains quotes that are not escaped.
    let is_text = |quote: usize| json::is_escaped(body, quote) || start_of_liquid(quote).is_some();
    [span.start, span.end].into_iter().all(|end| is_in_string(end) && is_whole(end))
        && span.of(body).match_indices('"').all(|(at, _)| is_text(span.start + at))
}

fn advance(source: &str, block: &Block, offset: usize, state: &mut JsonState) {
    let mut nodes = block.nodes.iter().peekable();
    while let Some(node) = nodes.next() {
        // The span of a tag node covers only the opening tag, so an offset between this span and the next node may be
        // in a body of the tag.
        let is_before_next = nodes.peek().is_none_or(|next| offset <= next.span().start);
        if offset <= node.span().start {
            return;
        }
        match node {
            SyntaxNode::Text(span) => {
                let before = Span::new(span.start, span.end.min(offset));
                state.read(before.of(source), &mut |_, _| {});
            }
            // An offset inside a `{{ … }}` has the context in which the `{{ … }}` starts.
            SyntaxNode::Output(output) if offset < output.span.end => return,
            SyntaxNode::Output(_) => state.read_interpolation(),
            SyntaxNode::Tag(_, tag) => advance_tag(source, tag, offset, is_before_next, state),
        }
    }
}

/// Reads a tag. If the tag has several bodies, such as the branches of an `if`, only one of them is read. If `offset`
/// may be inside the tag, the last body that starts before `offset` is read. If `offset` is not inside the tag, or if
/// no body starts before `offset`, the first body is read.
fn advance_tag(source: &str, tag: &TagNode, offset: usize, may_be_inside: bool, state: &mut JsonState) {
    match tag {
        TagNode::Raw(text) => {
            let before = Span::new(text.start.min(offset), text.end.min(offset));
            state.read(before.of(source), &mut |_, _| {});
        }
        TagNode::Cycle { .. } | TagNode::Increment(_) | TagNode::Decrement(_) | TagNode::Partial(_) => {
            state.read_interpolation()
        }
        // Captured text is printed elsewhere, so it is not part of the JSON at the `capture`.
        TagNode::Capture { .. } => {}
        _ => {
            // If the offset is after the tag, any branch will do: all branches should leave the JSON in the same state.
            // If they do not, the checks report a problem.
            let blocks = walk::blocks_of(tag);
            let holds =
                |block: &&&Block| block.nodes.first().is_some_and(|first| first.span().start < offset);
            let holder = blocks.iter().rev().find(holds).filter(|_| may_be_inside);
            if let Some(block) = holder.or(blocks.first()) {
                advance(source, block, offset, state);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::template::{Partials, parse};

    #[track_caller]
    fn check(marked: &str, expected: &str) {
        let offset = marked.find('|').unwrap();
        let source = marked.replacen('|', "", 1);
        let (template, _) = parse(&source, &Partials::default(), Dialect::Telecast);
        let context = json_context_at(&template, offset);
        let mode = context.parse_mode.map(|mode| format!(" {}", mode.as_str())).unwrap_or_default();
        assert_eq!(format!("{:?} {}{mode}", context.kind, context.path.join(".")), expected, "{marked}");
    }

    #[test]
    fn json_context_is_found_in_unfinished_bodies() {
        check(r#"{"te|xt": 1}"#, "Key ");
        check(r#"{"text": "Hi |"}"#, "String text");
        check(r#"{"text": "Hi |", "parse_mode": "HTML"}"#, "String text HTML");
        check(r#"{"text": "{{ Profile.x|"#, "String text");
        check(r#"{"question": "|", "question_parse_mode": "HTML"}"#, "String question HTML");
        check(r#"{"question": "|", "parse_mode": "HTML"}"#, "String question");
        check(r#"{"chat_id": |}"#, "Value chat_id");
        check(r#"{"chat_id": {{ Profile.x | default: "NULL" }}, "#, "Value chat_id");
        check(r#"{"a": [1, {"b": "|"}]}"#, "String a.[].b");
        check(r#"{"a": 1, |}"#, "BeforeKey ");
        check(r#"{"a": "b"| }"#, "AfterMember a");
        check(r#"{"a": ["b"| ]}"#, "Structure a.[]");
        check("|", "Structure ");
        check(r#"{"a": "{% if Profile.x %}b{% else %}c|{% endif %}"}"#, "String a");
        check(r#"{"a": "{% if Profile.x %}b{% else %}c{% endif %}", "b": |}"#, "Value b");
    }

    #[test]
    fn text_of_one_string_is_recognized() {
        let check = |marked: &str, expected: bool| {
            let start = marked.find('[').unwrap();
            let end = marked.find(']').unwrap() - 1;
            let body = marked.replacen(['[', ']'], "", 2);
            assert_eq!(is_in_one_string(&body, Span::new(start, end)), expected, "{marked}");
        };
        check(r#"{"text": "Hi [a\"b\n] c"}"#, true);
        check(r#"{"text": "[Hi {{ a | default: "b" }} c]"}"#, true);
        check(r#"{"[te]xt": 1}"#, true);
        check(r#"{"text": "Hi []"}"#, true);
        check(r#"{"a": "b[", "c]"}"#, false);
        check(r#"{"a": "b [{{ a | default: "b]" }}"}"#, false);
        check(r#"{["a": 1]}"#, false);
        check("plain [text]", false);
    }

    #[test]
    fn context_lists_only_the_keys_of_its_own_object() {
        let source =
            r#"{"a": 1,  "b": {"c": 2, {% if Profile.x %}"d": 3{% else %}"e": 4{% endif %}}, "f": 5}"#;
        let (template, _) = parse(source, &Partials::default(), Dialect::Telecast);
        let keys = |before: &str| json_context_at(&template, source.find(before).unwrap()).keys;
        assert_eq!(keys(" \"b\""), ["a", "b", "f"]);
        assert_eq!(keys("\"c\""), ["c", "d", "e"]);
    }
}
