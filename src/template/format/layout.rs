//! Decides the whitespace before each token. A short object or array goes on one line. The exceptions are the whole
//! body, and an object or array that contains a Liquid block or Liquid that prints nothing. In these, and in longer
//! ones, each member or item gets a line of its own. The content of branches that take several lines is indented.

use crate::text;

use super::lexer::{LayoutToken, LayoutTokenKind};
use super::tree::{LayoutNode, LayoutShape};

pub(super) const INDENT: usize = 2;

/// The whitespace before a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    Nothing,
    Space,
    /// A line break and this many levels of indentation.
    Line(usize),
}

/// The maximum width of a line, in cells.
const MAX_WIDTH: usize = 100;

pub(super) fn lay_out(source: &str, tokens: &[LayoutToken], root: &[LayoutNode]) -> Vec<Gap> {
    let mut printer = Printer { source, tokens, before: vec![Gap::Nothing; tokens.len()], column: 0 };
    printer.sequence(root, 0, Gap::Nothing);
    printer.before
}

/// Returns the width of the nodes on one line, including the spaces inside braces. Returns `None` if a node
/// cannot be written on one line.
pub(super) fn row_width(items: &[LayoutNode], is_object: bool) -> Option<usize> {
    let mut sum = if is_object && !items.is_empty() { 2 } else { 0 };
    let mut last = None;
    for item in items {
        let gap = last.map_or(Gap::Nothing, |_| gap_on_one_line(item));
        sum += item.width? + usize::from(gap == Gap::Space);
        last = Some(item);
    }
    Some(sum)
}

fn gap_on_one_line(item: &LayoutNode) -> Gap {
    match item.is(LayoutTokenKind::Comma) || item.is(LayoutTokenKind::Colon) || item.continues_member() {
        true => Gap::Nothing,
        false => Gap::Space,
    }
}

fn gap(last: &LayoutNode, item: &LayoutNode, level: usize) -> Gap {
    // A block whose content starts with a comma, such as `{% if x %}, "b": 2{% endif %}`, starts on the line of the
    // member before it, unless another tag comes in between.
    if item.is(LayoutTokenKind::Comma)
        || item.is(LayoutTokenKind::Colon)
        || (item.continues_member() && !last.is_tag())
    {
        Gap::Nothing
    } else if last.is(LayoutTokenKind::Colon) {
        Gap::Space
    } else if last.is(LayoutTokenKind::Comma) || last.is_tag() || item.is_tag() {
        Gap::Line(level)
    } else {
        Gap::Space
    }
}

struct Printer<'s> {
    source: &'s str,
    tokens: &'s [LayoutToken],
    before: Vec<Gap>,
    column: usize,
}

impl Printer<'_> {
    fn sequence(&mut self, items: &[LayoutNode], level: usize, first: Gap) {
        let mut last: Option<&LayoutNode> = None;
        for item in items {
            let before = last.map_or(first, |last| gap(last, item, level));
            let is_value = last.is_some_and(|last| last.is(LayoutTokenKind::Colon));
            // The outermost object always takes several lines, even if it is short, because it is the whole body.
            let is_root = level == 0;
            self.node(item, before, level, is_value, is_root);
            last = Some(item);
        }
    }

    fn node(&mut self, node: &LayoutNode, before: Gap, level: usize, is_value: bool, is_root: bool) {
        match &node.shape {
            LayoutShape::Token(token, _) => self.put(*token, before),
            LayoutShape::Container { open, items, close, .. } => {
                self.put(*open, before);
                if items.is_empty() {
                    self.put(*close, Gap::Nothing);
                } else if !is_root && self.fits(node, 1) {
                    self.put_rest_on_line(node);
                } else {
                    self.sequence(items, level + 1, Gap::Line(level + 1));
                    self.put(*close, Gap::Line(level));
                }
            }
            LayoutShape::Block { branches, close } => {
                let holds_members =
                    branches.iter().flat_map(|(_, items)| items).any(|item| item.is(LayoutTokenKind::Colon));
                let first = branches.first().map_or(*close, |(tag, _)| *tag);
                self.put(first, before);
                // Members in the branches of a Liquid block get one line each, even if all of them would fit on one
                // line. The exceptions are a block that is a member's value, and a block that starts with a comma and
                // so continues the member before it.
                let own = text::width(self.tokens[first].span.of(self.source));
                if (is_value || node.continues_member() || !holds_members) && self.fits(node, own) {
                    self.put_rest_on_line(node);
                    return;
                }
                for (tag, items) in branches {
                    if *tag != first {
                        self.put(*tag, Gap::Line(level));
                    }
                    self.sequence(items, level + 1, Gap::Line(level + 1));
                }
                self.put(*close, Gap::Line(level));
            }
        }
    }

    /// Whether the node fits on the current line. `n_printed` cells of the node's width have been printed already.
    fn fits(&self, node: &LayoutNode, n_printed: usize) -> bool {
        node.width.is_some_and(|width| (self.column + width).saturating_sub(n_printed) <= MAX_WIDTH)
    }

    fn put_rest_on_line(&mut self, node: &LayoutNode) {
        match &node.shape {
            LayoutShape::Token(..) => {}
            LayoutShape::Container { is_object, items, close, .. } => {
                let padding = if *is_object && !items.is_empty() { Gap::Space } else { Gap::Nothing };
                self.row(items, padding);
                self.put(*close, padding);
            }
            LayoutShape::Block { branches, close } => {
                for (nth, (tag, items)) in branches.iter().enumerate() {
                    if 0 < nth {
                        self.put(*tag, Gap::Nothing);
                    }
                    self.row(items, Gap::Nothing);
                }
                self.put(*close, Gap::Nothing);
            }
        }
    }

    fn row(&mut self, items: &[LayoutNode], first: Gap) {
        let mut last: Option<&LayoutNode> = None;
        for item in items {
            let before = last.map_or(first, |_| gap_on_one_line(item));
            match &item.shape {
                LayoutShape::Token(token, _) => self.put(*token, before),
                LayoutShape::Container { open, .. } => self.put(*open, before),
                LayoutShape::Block { branches, close } => {
                    self.put(branches.first().map_or(*close, |(tag, _)| *tag), before);
                }
            }
            self.put_rest_on_line(item);
            last = Some(item);
        }
    }

    /// Prints a token with the `wanted` gap before it, unless that gap could change what the body renders to.
    fn put(&mut self, token: usize, wanted: Gap) {
        let LayoutToken { span, kind, is_spaced } = self.tokens[token];
        let last = token.checked_sub(1).map(|last| self.tokens[last].kind);
        // Between two parts of a value, whitespace is neither added nor removed completely: `1{% if x %}2{% endif %}`
        // may be the number 12, and a space would turn this number into two.
        let is_free = kind.is_delimiter() || last.is_none_or(LayoutTokenKind::is_delimiter);
        let before = match (is_free, is_spaced, wanted) {
            (true, _, wanted) => wanted,
            (false, false, _) => Gap::Nothing,
            (false, true, Gap::Nothing) => Gap::Space,
            (false, true, wanted) => wanted,
        };
        self.before[token] = before;
        let text = span.of(self.source);
        let start = match before {
            Gap::Nothing => self.column,
            Gap::Space => self.column + 1,
            Gap::Line(level) => level * INDENT,
        };
        self.column = match text.rsplit_once('\n') {
            // After a token of several lines, such as a `raw` block, the column is the width of the token's last line.
            Some((_, end)) => text::width(end),
            None => start + text::width(text),
        };
    }
}
