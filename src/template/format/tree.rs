//! The tokens of a body as containers and branches.

use crate::diagnostic::Diagnostic;
use crate::json;
use crate::text::{self, Span};

use super::layout;
use super::words::{Kind, Token, refusal};

const MAX_DEPTH: usize = json::MAX_DEPTH + 50;

#[derive(Debug)]
pub(super) struct Node {
    pub form: Form,
    /// How wide it is on one line; `None` where it does not belong on one.
    pub width: Option<usize>,
}

/// What a node is; tokens by their number.
#[derive(Debug)]
pub(super) enum Form {
    Token(usize, Kind),
    Container {
        open: usize,
        is_object: bool,
        items: Vec<Node>,
        close: usize,
    },
    /// Branches or a loop: each tag with what follows it, and the closing tag.
    Block {
        branches: Vec<(usize, Vec<Node>)>,
        close: usize,
    },
}

impl Node {
    pub fn is(&self, kind: Kind) -> bool {
        matches!(self.form, Form::Token(_, own) if own == kind)
    }

    /// Whether it is Liquid that stands for itself: branches, or what prints nothing.
    pub fn is_tag(&self) -> bool {
        matches!(self.form, Form::Block { .. }) || self.is(Kind::Silent)
    }

    /// Whether these are branches that go on behind a value: the first begins with a comma.
    pub fn goes_on(&self) -> bool {
        match &self.form {
            Form::Block { branches, .. } => branches
                .first()
                .and_then(|(_, items)| items.first())
                .is_some_and(|first| first.is(Kind::Comma)),
            Form::Token(..) | Form::Container { .. } => false,
        }
    }
}

/// Builds the tree; what opens and closes in different branches is refused.
pub(super) fn build(source: &str, tokens: &[Token]) -> Result<Vec<Node>, Diagnostic> {
    let mut builder = Builder { source, tokens, next: 0, depth: 0 };
    let items = builder.items()?;
    match tokens.get(builder.next) {
        None => Ok(items),
        Some(stray) => Err(builder.unmatched(stray.span)),
    }
}

struct Builder<'s> {
    source: &'s str,
    tokens: &'s [Token],
    next: usize,
    depth: usize,
}

impl Builder<'_> {
    fn items(&mut self) -> Result<Vec<Node>, Diagnostic> {
        let mut items = Vec::new();
        while let Some(token) = self.tokens.get(self.next) {
            if self.depth == MAX_DEPTH {
                return Err(refusal(token.span, "this is nested too deep"));
            }
            let node = match token.kind {
                Kind::Close | Kind::Divides | Kind::Closes => break,
                Kind::Open => self.inside(Self::container)?,
                Kind::Opens => self.inside(Self::block)?,
                kind => self.leaf(kind),
            };
            items.push(node);
        }
        Ok(items)
    }

    fn inside(
        &mut self,
        take: impl FnOnce(&mut Self) -> Result<Node, Diagnostic>,
    ) -> Result<Node, Diagnostic> {
        self.depth += 1;
        let node = take(self);
        self.depth -= 1;
        node
    }

    fn leaf(&mut self, kind: Kind) -> Node {
        let width = match kind {
            Kind::Silent => None,
            _ => self.width(self.next),
        };
        self.next += 1;
        Node { form: Form::Token(self.next - 1, kind), width }
    }

    fn container(&mut self) -> Result<Node, Diagnostic> {
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
        let inside = layout::width_in_a_row(&items, is_object);
        let has_tags = items.iter().any(Node::is_tag);
        let width = inside.filter(|_| !has_tags).map(|inside| inside + 2);
        Ok(Node { form: Form::Container { open, is_object, items, close }, width })
    }

    fn block(&mut self) -> Result<Node, Diagnostic> {
        let first = self.next;
        let mut branches = Vec::new();
        let mut width = Some(0);
        loop {
            let tag = self.next;
            let kind = self.tokens.get(tag).map(|token| token.kind);
            match kind {
                Some(Kind::Closes) => {
                    self.next += 1;
                    let width = width.zip(self.width(tag)).map(|(sum, own)| sum + own);
                    return Ok(Node { form: Form::Block { branches, close: tag }, width });
                }
                Some(Kind::Divides | Kind::Opens) if tag == first || kind == Some(Kind::Divides) => {
                    self.next += 1;
                    let items = self.items()?;
                    let parts = [width, self.width(tag), layout::width_in_a_row(&items, false)];
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
        let words = format!("`{}` has no partner in the same branch", span.of(self.source));
        refusal(span, words).with_help("open and close on the same side of each tag")
    }
}
