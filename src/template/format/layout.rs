//! Where lines break: an object's members one a line, what fits on a line in a row, branches indented.

use crate::text;

use super::tree::{Form, Node};
use super::words::{Kind, Token};

pub(super) const INDENT: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Nothing,
    Space,
    /// A line break, and so many levels of indentation.
    Line(usize),
}

const WIDTH: usize = 100;

pub(super) fn lay_out(source: &str, tokens: &[Token], root: &[Node]) -> Vec<Before> {
    let mut printer = Printer { source, tokens, before: vec![Before::Nothing; tokens.len()], column: 0 };
    printer.sequence(root, 0, Before::Nothing);
    printer.before
}

/// Returns how wide nodes are in a row, with the air inside braces.
pub(super) fn width_in_a_row(items: &[Node], is_object: bool) -> Option<usize> {
    let mut sum = if is_object && !items.is_empty() { 2 } else { 0 };
    let mut last = None;
    for item in items {
        let gap = last.map_or(Before::Nothing, |_| gap_in_a_row(item));
        sum += item.width? + usize::from(gap == Before::Space);
        last = Some(item);
    }
    Some(sum)
}

fn gap_in_a_row(item: &Node) -> Before {
    match item.is(Kind::Comma) || item.is(Kind::Colon) || item.goes_on() {
        true => Before::Nothing,
        false => Before::Space,
    }
}

fn gap(last: &Node, item: &Node, level: usize) -> Before {
    if item.is(Kind::Comma) || item.is(Kind::Colon) || (item.goes_on() && !last.is_tag()) {
        Before::Nothing
    } else if last.is(Kind::Colon) {
        Before::Space
    } else if last.is(Kind::Comma) || last.is_tag() || item.is_tag() {
        Before::Line(level)
    } else {
        Before::Space
    }
}

struct Printer<'s> {
    source: &'s str,
    tokens: &'s [Token],
    before: Vec<Before>,
    column: usize,
}

impl Printer<'_> {
    fn sequence(&mut self, items: &[Node], level: usize, first: Before) {
        let mut last: Option<&Node> = None;
        for item in items {
            let before = last.map_or(first, |last| gap(last, item, level));
            let is_value = last.is_some_and(|last| last.is(Kind::Colon));
            let is_root = level == 0;
            self.node(item, before, level, is_value, is_root);
            last = Some(item);
        }
    }

    fn node(&mut self, node: &Node, before: Before, level: usize, is_value: bool, is_root: bool) {
        match &node.form {
            Form::Token(token, _) => self.put(*token, before),
            Form::Container { open, items, close, .. } => {
                self.put(*open, before);
                if items.is_empty() {
                    self.put(*close, Before::Nothing);
                } else if !is_root && self.fits(node, 1) {
                    self.inside_a_row(node);
                } else {
                    self.sequence(items, level + 1, Before::Line(level + 1));
                    self.put(*close, Before::Line(level));
                }
            }
            Form::Block { branches, close } => {
                let holds_members =
                    branches.iter().flat_map(|(_, items)| items).any(|item| item.is(Kind::Colon));
                let first = branches.first().map_or(*close, |(tag, _)| *tag);
                self.put(first, before);
                let own = text::width(self.tokens[first].span.of(self.source));
                if (is_value || node.goes_on() || !holds_members) && self.fits(node, own) {
                    self.inside_a_row(node);
                    return;
                }
                for (tag, items) in branches {
                    if *tag != first {
                        self.put(*tag, Before::Line(level));
                    }
                    self.sequence(items, level + 1, Before::Line(level + 1));
                }
                self.put(*close, Before::Line(level));
            }
        }
    }

    /// Whether a node of whose width `begun` is put already fits on the line.
    fn fits(&self, node: &Node, begun: usize) -> bool {
        node.width.is_some_and(|width| (self.column + width).saturating_sub(begun) <= WIDTH)
    }

    fn inside_a_row(&mut self, node: &Node) {
        match &node.form {
            Form::Token(..) => {}
            Form::Container { is_object, items, close, .. } => {
                let air = if *is_object && !items.is_empty() { Before::Space } else { Before::Nothing };
                self.row(items, air);
                self.put(*close, air);
            }
            Form::Block { branches, close } => {
                for (nth, (tag, items)) in branches.iter().enumerate() {
                    if 0 < nth {
                        self.put(*tag, Before::Nothing);
                    }
                    self.row(items, Before::Nothing);
                }
                self.put(*close, Before::Nothing);
            }
        }
    }

    fn row(&mut self, items: &[Node], first: Before) {
        let mut last: Option<&Node> = None;
        for item in items {
            let before = last.map_or(first, |_| gap_in_a_row(item));
            match &item.form {
                Form::Token(token, _) => self.put(*token, before),
                Form::Container { open, .. } => self.put(*open, before),
                Form::Block { branches, close } => {
                    self.put(branches.first().map_or(*close, |(tag, _)| *tag), before);
                }
            }
            self.inside_a_row(item);
            last = Some(item);
        }
    }

    /// Puts a token, with the white space that is wanted as far as it changes no meaning.
    fn put(&mut self, token: usize, wanted: Before) {
        let Token { span, kind, is_spaced } = self.tokens[token];
        let last = token.checked_sub(1).map(|last| self.tokens[last].kind);
        let is_free = kind.is_cut() || last.is_none_or(Kind::is_cut);
        let before = match (is_free, is_spaced, wanted) {
            (true, _, wanted) => wanted,
            (false, false, _) => Before::Nothing,
            (false, true, Before::Nothing) => Before::Space,
            (false, true, wanted) => wanted,
        };
        self.before[token] = before;
        let text = span.of(self.source);
        let start = match before {
            Before::Nothing => self.column,
            Before::Space => self.column + 1,
            Before::Line(level) => level * INDENT,
        };
        self.column = match text.rsplit_once('\n') {
            Some((_, end)) => text::width(end),
            None => start + text::width(text),
        };
    }
}
