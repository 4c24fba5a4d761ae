//! What a place in a body is: in a JSON string, at a bare value, in text with a parse mode.

use crate::telegram::ParseMode;
use crate::text::Span;

use super::Template;
use super::check::objects_of;
use super::escapes::Position;
use super::json_state::{Expects, JsonState, Within};
use super::syntax::{Block, Node, Tag};
use super::walk;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub within: PlaceKind,
    /// The keys that lead to it, `[]` for each array; the last one is that of the value at the place.
    pub path: Vec<String>,
    /// The keys that the innermost object has, in front of it and behind.
    pub keys: Vec<String>,
    /// What of a key or a string stands in front of it.
    pub word: Option<String>,
    /// The parse mode of the text it is in, or is to be; `None` for all that is no such text.
    pub in_text_of: Option<ParseMode>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaceKind {
    Key,
    String,
    Value,
    /// The quote of a key that may follow.
    BeforeKey,
    /// Behind a member of an object: a comma, or the object's end.
    AfterMember,
    /// A colon, an array's comma, the end; or nothing at all yet.
    Structure,
}

impl Place {
    /// Returns how a value printed here has to be escaped; `None` where no value belongs.
    pub fn position(&self) -> Option<Position> {
        match self.within {
            PlaceKind::Key | PlaceKind::String => Some(Position::InString),
            PlaceKind::Value => Some(Position::BareValue),
            PlaceKind::BeforeKey | PlaceKind::AfterMember | PlaceKind::Structure => None,
        }
    }
}

/// Returns what the byte `offset` of a JSON body is in; inside Liquid, what the Liquid is in.
pub fn place_at(template: &Template, offset: usize) -> Place {
    let mut state = JsonState::new();
    advance(template.source(), template.body(), offset, &mut state);
    let within = match (state.within(), state.expects()) {
        (Within::Key, _) => PlaceKind::Key,
        (Within::String, _) => PlaceKind::String,
        (Within::Value, _) => PlaceKind::Value,
        (Within::Structure, Some(Expects::Key | Expects::Anything)) => PlaceKind::BeforeKey,
        (Within::Structure, Some(Expects::Comma)) if state.member().is_some() => PlaceKind::AfterMember,
        (Within::Structure, Some(Expects::Colon | Expects::Value | Expects::Comma) | None) => {
            PlaceKind::Structure
        }
    };
    let objects = objects_of(template);
    let in_text_of = match state.member() {
        Some((object, Some("text" | "caption" | "message_text")))
            if matches!(within, PlaceKind::String | PlaceKind::Value) =>
        {
            objects.mode(object)
        }
        _ => None,
    };
    let mut keys = state.keys();
    if let Some((object, _)) = state.member() {
        let behind = objects.keys(object).iter().filter(|key| !keys.iter().any(|known| **known == ***key));
        let behind: Vec<String> = behind.map(|key| key.to_string()).collect();
        keys.extend(behind);
    }
    let word = state.word().map(str::to_owned);
    Place { within, path: state.path(), keys, word, in_text_of }
}

fn advance(source: &str, block: &Block, offset: usize, state: &mut JsonState) {
    let mut nodes = block.nodes.iter().peekable();
    while let Some(node) = nodes.next() {
        let is_last = nodes.peek().is_none_or(|next| offset <= next.span().start);
        if offset <= node.span().start {
            return;
        }
        match node {
            Node::Text(span) => {
                let before = Span::new(span.start, span.end.min(offset));
                state.read(before.of(source), &mut |_, _| {});
            }
            Node::Output(output) if offset < output.span.end => return,
            Node::Output(_) => state.read_hole(),
            Node::Tag(_, tag) => advance_tag(source, tag, offset, is_last, state),
        }
    }
}

/// Reads a tag's body: the one that `offset` is in, or the first where it is behind all of them.
fn advance_tag(source: &str, tag: &Tag, offset: usize, may_hold: bool, state: &mut JsonState) {
    match tag {
        Tag::Raw(text) => {
            let before = Span::new(text.start.min(offset), text.end.min(offset));
            state.read(before.of(source), &mut |_, _| {});
        }
        Tag::Cycle { .. } | Tag::Increment(_) | Tag::Decrement(_) | Tag::Partial(_) => state.read_hole(),
        // What is captured is printed somewhere else.
        Tag::Capture { .. } => {}
        _ => {
            let blocks = walk::blocks_of(tag);
            let holds =
                |block: &&&Block| block.nodes.first().is_some_and(|first| first.span().start < offset);
            let holder = blocks.iter().rev().find(holds).filter(|_| may_hold);
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
        let place = place_at(&template, offset);
        let mode = place.in_text_of.map(|mode| format!(" {}", mode.as_str())).unwrap_or_default();
        assert_eq!(format!("{:?} {}{mode}", place.within, place.path.join(".")), expected, "{marked}");
    }

    #[test]
    fn places_are_told_apart_in_unfinished_bodies() {
        check(r#"{"te|xt": 1}"#, "Key ");
        check(r#"{"text": "Hi |"}"#, "String text");
        check(r#"{"text": "Hi |", "parse_mode": "HTML"}"#, "String text HTML");
        check(r#"{"text": "{{ Profile.x|"#, "String text");
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
    fn a_place_knows_all_the_keys_of_its_object_and_of_no_other() {
        let source =
            r#"{"a": 1,  "b": {"c": 2, {% if Profile.x %}"d": 3{% else %}"e": 4{% endif %}}, "f": 5}"#;
        let (template, _) = parse(source, &Partials::default(), Dialect::Telecast);
        let keys = |before: &str| place_at(&template, source.find(before).unwrap()).keys;
        assert_eq!(keys(" \"b\""), ["a", "b", "f"]);
        assert_eq!(keys("\"c\""), ["c", "d", "e"]);
    }
}
