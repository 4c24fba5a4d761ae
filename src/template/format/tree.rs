//! Builds a tree of JSON containers and Liquid blocks from the tokens of a body.

use crate::diagnostic::Diagnostic;
use crate::json;
use crate::text::{self, Span};

use super::layout;
use super::lexer::{LayoutToken, LayoutTokenKind, cannot_format};

// This limit bounds the recursion. It is the sum of the nesting that JSON may have and the nesting of tags that the
// Liquid parser accepts (50).
const MAX_DEPTH: usize = json::MAX_DEPTH + 50;

#[derive(Debug)]
pub(super) struct LayoutNode {
    pub shape: LayoutShape,
    /// The width of the node on one line, in cells. It is `None` if the node needs its own line or several lines.
    pub width: Option<usize>,
}

/// The shape of a node. All `usize` values are indices of tokens.
#[derive(Debug)]
pub(super) enum LayoutShape {
    Token(usize, LayoutTokenKind),
    Container {
        open: usize,
        is_object: bool,
        items: Vec<LayoutNode>,
        close: usize,
    },
    /// An `if`, `unless`, `case`, or `for`: the tag and the content of each branch, and the end tag.
    Block {
        branches: Vec<(usize, Vec<LayoutNode>)>,
        close: usize,
    },
}

impl LayoutNode {
    pub(super) fn is(&self, kind: LayoutTokenKind) -> bool {
        matches!(self.shape, LayoutShape::Token(_, own) if own == kind)
    }

    /// Whether the node is a Liquid block, or Liquid that prints nothing. Such a node gets its own line.
    pub(super) fn is_tag(&self) -> bool {
        matches!(self.shape, LayoutShape::Block { .. }) || self.is(LayoutTokenKind::Silent)
    }

    /// Whether the node is a block whose first branch starts with a comma, so that it continues the member before the
    /// block.
    pub(super) fn continues_member(&self) -> bool {
        match &self.shape {
            LayoutShape::Block { branches, .. } => branches
                .first()
                .and_then(|(_, items)| items.first())
                .is_some_and(|first| first.is(LayoutTokenKind::Comma)),
            LayoutShape::Token(..) | LayoutShape::Container { .. } => false,
        }
    }
}

/// Builds the tree. Fails if the nesting is too deep, or if a bracket or block has no match in the same branch: no
/// indentation would suit brackets that open and close in different branches.
pub(super) fn build(source: &str, tokens: &[LayoutToken]) -> Result<Vec<LayoutNode>, Diagnostic> {
    let mut builder = Builder { source, tokens, next: 0, depth: 0 };
    let items = builder.items()?;
    match tokens.get(builder.next) {
        None => Ok(items),
        Some(stray) => Err(builder.unmatched(stray.span)),
    }
}

struct Builder<'s> {
    source: &'s str,
    tokens: &'s [LayoutToken],
    next: usize,
    depth: usize,
}

impl Builder<'_> {
    fn items(&mut self) -> Result<Vec<LayoutNode>, Diagnostic> {
        let mut items = Vec::new();
        while let Some(token) = self.tokens.get(self.next) {
            if self.depth == MAX_DEPTH {
                return Err(cannot_format(token.span, "this is nested too deeply"));
            }
            let node = match token.kind {
                LayoutTokenKind::Close | LayoutTokenKind::BlockDivider | LayoutTokenKind::BlockEnd => break,
                LayoutTokenKind::Open => self.inside(Self::container)?,
                LayoutTokenKind::BlockStart => self.inside(Self::block)?,
                kind => self.leaf(kind),
            };
            items.push(node);
        }
        Ok(items)
    }

    fn inside(
        &mut self,
        take: impl FnOnce(&mut Self) -> Result<LayoutNode, Diagnostic>,
    ) -> Result<LayoutNode, Diagnostic> {
        self.depth += 1;
        let node = take(self);
        self.depth -= 1;
        node
    }

    fn leaf(&mut self, kind: LayoutTokenKind) -> LayoutNode {
        let width = match kind {
            // An `assign` or comment between members is easier to find on its own line.
            LayoutTokenKind::Silent => None,
            _ => self.width(self.next),
        };
        self.next += 1;
        LayoutNode { shape: LayoutShape::Token(self.next - 1, kind), width }
    }

    fn container(&mut self) -> Result<LayoutNode, Diagnostic> {
        let open = self.next;
        let is_object = self.text(open) == "{";
        self.next += 1;
        let items = self.items()?;
        let close = self.next;
        let closer = if is_object { "}" } else { "]" };
        match self.tokens.get(close) {
            Some(token) if token.span.of(self.source) == closer => self.next += 1,
            _ => return Err(self.unmatched(self.tokens[open].span)),
        }
        let inside = layout::row_width(&items, is_object);
        // A container with a Liquid block, or with Liquid that prints nothing, always takes several lines.
        let has_tags = items.iter().any(LayoutNode::is_tag);
        let width = inside.filter(|_| !has_tags).map(|inside| inside + 2);
        Ok(LayoutNode { shape: LayoutShape::Container { open, is_object, items, close }, width })
    }

    fn block(&mut self) -> Result<LayoutNode, Diagnostic> {
        let first = self.next;
        let mut branches = Vec::new();
        let mut width = Some(0);
        loop {
            let tag = self.next;
            let kind = self.tokens.get(tag).map(|token| token.kind);
            match kind {
                Some(LayoutTokenKind::BlockEnd) => {
                    self.next += 1;
                    let width = width.zip(self.width(tag)).map(|(sum, own)| sum + own);
                    return Ok(LayoutNode { shape: LayoutShape::Block { branches, close: tag }, width });
                }
                Some(LayoutTokenKind::BlockDivider | LayoutTokenKind::BlockStart)
                    if tag == first || kind == Some(LayoutTokenKind::BlockDivider) =>
                {
                    self.next += 1;
                    let items = self.items()?;
                    let parts = [width, self.width(tag), layout::row_width(&items, false)];
                    width = parts.into_iter().sum();
                    branches.push((tag, items));
                }
                _ => return Err(self.unmatched(self.tokens[first].span)),
            }
        }
    }

    fn width(&self, token: usize) -> Option<usize> {
        let text = self.text(token);
        (!text.contains('\n')).then(|| text::width(text))
    }

    fn text(&self, token: usize) -> &str {
        self.tokens[token].span.of(self.source)
    }

    fn unmatched(&self, span: Span) -> Diagnostic {
        let message = format!("`{}` has no match in the same branch", span.of(self.source));
        cannot_format(span, message).with_help("open and close brackets within the same branch")
    }
}
