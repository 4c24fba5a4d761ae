//! The syntax tree of a template, which rendering, checks, and completion share.
//!
//! Nodes, expressions, and filters have spans in the source. Names and literals are owned, so that rendering can borrow
//! them for the lifetime of the template.

use crate::text::Span;

use super::filters::Filter;

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Block {
    pub nodes: Vec<SyntaxNode>,
    /// Whether the block can print only whitespace. As in Shopify, a blank body of a tag such as `if` or `for` prints
    /// nothing, not even the whitespace.
    pub is_blank: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum SyntaxNode {
    Text(Span),
    /// `{{ … }}`, `{% echo … %}`, or CleverTap's `@Profile - …`.
    Output(OutputNode),
    /// A tag with the span of its opening tag.
    Tag(Span, Box<TagNode>),
}

impl SyntaxNode {
    /// Returns the span of the node; for a tag with a body, the span of the opening tag.
    pub(super) fn span(&self) -> Span {
        match self {
            SyntaxNode::Text(span) | SyntaxNode::Tag(span, _) => *span,
            SyntaxNode::Output(output) => output.span,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct OutputNode {
    /// Including the delimiters.
    pub span: Span,
    pub value: FilteredExpression,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct FilteredExpression {
    pub span: Span,
    pub value: Expression,
    pub filters: Vec<FilterCall>,
}

/// `| name: argument, key: argument`
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FilterCall {
    /// From the name to the last argument.
    pub span: Span,
    pub name: Span,
    pub filter: &'static Filter,
    pub arguments: Vec<Expression>,
    pub keywords: Vec<(String, Expression)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Literal(Span, Literal),
    Path(Path),
    Range(Span, Box<(Expression, Expression)>),
}

impl Expression {
    pub(super) fn span(&self) -> Span {
        match self {
            Expression::Literal(span, _) | Expression::Range(span, _) => *span,
            Expression::Path(path) => path.span,
        }
    }

    pub(super) fn as_literal(&self) -> Option<&Literal> {
        match self {
            Expression::Literal(_, literal) => Some(literal),
            Expression::Path(_) | Expression::Range(..) => None,
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self.as_literal() {
            Some(Literal::Text(text)) => Some(text),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Nil,
    Boolean(bool),
    Integer(i64),
    /// An integer that needs more than 64 bits, but at most 128.
    Large(i128),
    Decimal(f64),
    Text(String),
    /// `empty`: equals an empty string, list, or object.
    Empty,
    /// `blank`: equals nil, false, whitespace, and everything that `empty` equals.
    Blank,
}

/// `Profile.first_name`, `Event["Requested Product"][0]`, `[name]`
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Path {
    pub span: Span,
    pub root: PathStep,
    pub steps: Vec<PathStep>,
}

impl Path {
    pub(super) fn name(&self) -> Option<&str> {
        match &self.root.kind {
            PathStepKind::Name { name, .. } => Some(name),
            PathStepKind::Index(_) => None,
        }
    }

    pub(super) fn ends_in_size(&self) -> bool {
        let is_size = |step: &PathStep| matches!(&step.kind, PathStepKind::Name { name, is_dotted: true } if name == "size");
        self.steps.last().is_some_and(is_size)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct PathStep {
    /// The name, or the brackets and their content.
    pub span: Span,
    pub kind: PathStepKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum PathStepKind {
    /// `name` or `["name"]`. The names `size`, `first`, and `last` are special only after a dot.
    Name { name: String, is_dotted: bool },
    /// `[expression]`
    Index(Box<Expression>),
}

/// `a`, `a == b`, `a and b`. As in Liquid, `and` and `or` have the same precedence and associate to the right.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Value(Expression),
    Compare { left: Expression, comparison: Comparison, right: Expression, span: Span },
    Both(Box<(Condition, Condition)>),
    Either(Box<(Condition, Condition)>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TagNode {
    Assign {
        name: String,
        value: FilteredExpression,
    },
    Capture {
        name: String,
        body: Block,
    },
    If {
        branches: Vec<Branch>,
    },
    Case {
        subject: Expression,
        branches: Vec<CaseBranch>,
    },
    For(Loop),
    TableRow(Loop),
    Break,
    Continue,
    Cycle {
        group: CycleGroup,
        items: Vec<Expression>,
    },
    Increment(String),
    Decrement(String),
    IfChanged(Block),
    Partial(PartialCall),
    Abort,
    Raw(Span),
    /// A tag that prints nothing: `comment`, `doc`, `#`, or an `echo` without a value.
    Comment,
    /// A tag with a syntax error. It stays in the tree, because the checks must know that it may set a name.
    Broken,
}

/// Determines which `cycle` tags share one position in their lists of values.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum CycleGroup {
    Named(Expression),
    /// All unnamed tags with the same literals. The string is the debug form of the literals.
    Values(String),
    /// This tag alone, because its values contain variables.
    Own,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Branch {
    /// `None` for `else`.
    pub condition: Option<Condition>,
    /// Whether the branch is taken if the condition is false, as in the first branch of `unless`.
    pub is_negated: bool,
    pub body: Block,
}

/// A branch of `case`. As in Shopify, every matching `when` runs. An `else` runs only if no `when` before it matched.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CaseBranch {
    /// Empty for `else`.
    pub values: Vec<Expression>,
    pub body: Block,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Loop {
    pub variable: String,
    pub collection: Expression,
    /// The variable and the collection, joined by a hyphen, such as `item-Event.Items`. This is the value of
    /// `forloop.name`. `offset: continue` continues after the previous loop with this name.
    pub name: String,
    pub limit: Option<Expression>,
    pub offset: Option<Offset>,
    pub columns: Option<Expression>,
    pub is_reversed: bool,
    pub body: Block,
    pub otherwise: Option<Block>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Offset {
    At(Expression),
    /// Continues after the last item of the previous loop with the same name.
    Continue,
}

/// A `render` or `include` tag.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PartialCall {
    pub name: Expression,
    /// The value after `with` or `for`, and the name of the variable that holds this value in the partial.
    pub subject: Option<Subject>,
    pub arguments: Vec<(String, Expression)>,
    /// Whether the tag is `render`, whose partial does not see the caller's variables.
    pub is_isolated: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Subject {
    pub value: Expression,
    pub alias: Option<String>,
    /// Whether the value follows `for`. The partial is then rendered once for each item of the value.
    pub is_each: bool,
}
