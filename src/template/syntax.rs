//! The syntax tree: what rendering, problems, completion, colours and the source map all read.
//!
//! Every part has its place. Names and literals are owned, so that rendering can borrow them for as long as the
//! template lives.

use crate::text::Span;

use super::filters::Filter;

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Block {
    pub nodes: Vec<Node>,
    /// Whether it can print nothing but white space; such blocks inside tags print nothing at all.
    pub is_blank: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(Span),
    /// `{{ … }}`, `{% echo … %}`, or CleverTap's `@Profile - …`.
    Output(Output),
    /// A tag; the span is the opening tag's.
    Tag(Span, Box<Tag>),
}

impl Node {
    /// Returns its place; of a tag with a body, that of the opening tag.
    pub fn span(&self) -> Span {
        match self {
            Node::Text(span) | Node::Tag(span, _) => *span,
            Node::Output(output) => output.span,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Output {
    /// With the delimiters.
    pub span: Span,
    pub value: Piped,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piped {
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
    pub fn span(&self) -> Span {
        match self {
            Expression::Literal(span, _) | Expression::Range(span, _) => *span,
            Expression::Path(path) => path.span,
        }
    }

    pub fn as_literal(&self) -> Option<&Literal> {
        match self {
            Expression::Literal(_, literal) => Some(literal),
            Expression::Path(_) | Expression::Range(..) => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
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
    /// Beyond 64 bits.
    Large(i128),
    Decimal(f64),
    Text(String),
    /// `empty`: equal to what has no members.
    Empty,
    /// `blank`: equal to what is empty, nil, false or white space.
    Blank,
}

/// `Profile.first_name`, `Event["Requested Product"][0]`, `[name]`
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Path {
    pub span: Span,
    pub root: Step,
    pub steps: Vec<Step>,
}

impl Path {
    pub fn name(&self) -> Option<&str> {
        match &self.root.kind {
            StepKind::Name { name, .. } => Some(name),
            StepKind::Index(_) => None,
        }
    }

    pub fn is_size(&self) -> bool {
        let is_size =
            |step: &Step| matches!(&step.kind, StepKind::Name { name, is_dotted: true } if name == "size");
        self.steps.last().is_some_and(is_size)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    /// The name, or the brackets with what is in them.
    pub span: Span,
    pub kind: StepKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum StepKind {
    /// `name` or `["name"]`; `size`, `first` and `last` mean more only behind a dot.
    Name { name: String, is_dotted: bool },
    /// `[expression]`
    Index(Box<Expression>),
}

/// `a`, `a == b`, `a and b`; `and` and `or` bind to the right, equally strong.
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
pub(super) enum Tag {
    Assign {
        name: String,
        value: Piped,
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
    /// `comment`, `doc`, `#`.
    Comment,
    /// A tag with an error; it prints nothing.
    Broken,
}

/// Which `cycle` tags go on where the others are.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum CycleGroup {
    Named(Expression),
    /// Those of the same constants, as this writes them.
    Values(String),
    /// The tag alone: it has variables.
    Own,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Branch {
    /// `None` for `else`.
    pub condition: Option<Condition>,
    /// Whether the condition must be false: the first branch of `unless`.
    pub is_negated: bool,
    pub body: Block,
}

/// A branch of `case`; after a branch that ran, an `else` is left out but a further matching `when` is not.
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
    /// `variable-collection`, as `forloop.name` and `offset: continue` know it.
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
    /// Where the last loop of the same name ended.
    Continue,
}

/// `render` and `include`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PartialCall {
    pub name: Expression,
    /// `with value` or `for list`, and the name it gets in the partial.
    pub subject: Option<Subject>,
    pub arguments: Vec<(String, Expression)>,
    /// Whether it is `render`: the partial sees only what it is given.
    pub is_isolated: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Subject {
    pub value: Expression,
    pub alias: Option<String>,
    /// `for`: the partial is rendered for each item.
    pub is_each: bool,
}
