//! Parses expressions, filters, and conditions from the lexemes of one output or tag.

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::dialect::Dialect;
use crate::text::Span;

use super::super::filters;
use super::super::flavour::Flavour;
use super::super::syntax::{
    Comparison, Condition, Expression, FilterCall, FilteredExpression, Literal, Path, PathStep, PathStepKind,
};
use super::super::token::{Lexeme, LexemeKind};

// The diagnostic is boxed, because it is large and rare, and every parsing function returns this result.
pub(super) type ParseResult<T> = Result<T, Box<Diagnostic>>;

// The maximum nesting of `[…]` and `(…)`. This limit bounds the recursion of the parser.
const MAX_BRACKETS: usize = 32;

pub(super) struct LexemeCursor<'s> {
    source: &'s str,
    lexemes: &'s [Lexeme],
    at: usize,
    /// The offset after the last lexeme, where a missing value is reported.
    end: usize,
    depth: usize,
    flavour: Flavour,
}

impl<'s> LexemeCursor<'s> {
    pub(super) fn new(source: &'s str, lexemes: &'s [Lexeme], end: usize) -> Self {
        Self { source, lexemes, at: 0, end, depth: 0, flavour: Flavour::Dialect(Dialect::default()) }
    }

    /// Sets the [`Flavour`], whose rules apply to filter arguments.
    pub(super) fn in_flavour(self, flavour: Flavour) -> Self {
        Self { flavour, ..self }
    }

    pub(super) fn peek(&self) -> Option<Lexeme> {
        self.lexemes.get(self.at).copied()
    }

    pub(super) fn kind(&self) -> Option<LexemeKind> {
        self.peek().map(|lexeme| lexeme.kind)
    }

    pub(super) fn is_done(&self) -> bool {
        self.at == self.lexemes.len()
    }

    pub(super) fn take(&mut self, kind: LexemeKind) -> Option<Span> {
        let lexeme = self.peek().filter(|lexeme| lexeme.kind == kind)?;
        self.at += 1;
        Some(lexeme.span)
    }

    pub(super) fn take_word(&mut self, word: &str) -> Option<Span> {
        let lexeme = self.peek().filter(|lexeme| lexeme.span.of(self.source) == word)?;
        self.at += 1;
        Some(lexeme.span)
    }

    /// Takes `name:` if it comes next, and returns the span of the name.
    pub(super) fn take_keyword(&mut self) -> Option<Span> {
        // Both lexemes are checked, because only the colon distinguishes a keyword from a variable.
        let [name, colon] = self.lexemes.get(self.at..self.at + 2)? else { return None };
        if name.kind != LexemeKind::Word || colon.kind != LexemeKind::Colon {
            return None;
        }
        self.at += 2;
        Some(name.span)
    }

    pub(super) fn name(&mut self, expected: &str) -> ParseResult<Span> {
        self.take(LexemeKind::Word).ok_or_else(|| self.unexpected(expected))
    }

    pub(super) fn text_of(&self, span: Span) -> &'s str {
        span.of(self.source)
    }

    /// Returns the span of the next lexeme, or an empty span at the end if there is none.
    pub(super) fn here(&self) -> Span {
        self.peek().map_or(Span::at(self.end), |lexeme| lexeme.span)
    }

    /// Returns the end offset of the last lexeme that was taken, or the offset `end` if none was taken.
    fn last_end(&self) -> usize {
        self.at.checked_sub(1).and_then(|last| self.lexemes.get(last)).map_or(self.end, |last| last.span.end)
    }

    pub(super) fn unexpected(&self, expected: &str) -> Box<Diagnostic> {
        let span = self.here();
        let problem = match self.peek() {
            None => Diagnostic::error(Code::LiquidSyntax, span, format!("expected {expected}")),
            // The missing quote is the cause, because everything after the opening quote became part of the string.
            Some(lexeme) if lexeme.kind == LexemeKind::OpenString => open_string(self.source, lexeme.span),
            Some(_) => Diagnostic::error(
                Code::LiquidSyntax,
                span,
                format!("expected {expected}, found `{}`", self.text_of(span)),
            ),
        };
        Box::new(problem)
    }

    pub(super) fn expect_done(&self) -> ParseResult<()> {
        match self.peek() {
            None => Ok(()),
            // This is probably an attempt at arithmetic: `+` is an unknown lexeme, and `-1` in `a -1` is a number.
            Some(Lexeme { kind: LexemeKind::Unknown | LexemeKind::Number, span }) => {
                let help = "Liquid has no arithmetic operators: use filters, such as `| plus: 1`";
                let problem = Diagnostic::error(
                    Code::LiquidSyntax,
                    span,
                    format!("`{}` does not belong here", self.text_of(span)),
                );
                Err(Box::new(problem.with_help(help)))
            }
            Some(_) => Err(self.unexpected("the end")),
        }
    }

    /// Expects the end of the output or tag after a value with filters. If the name of a filter comes next, the help
    /// suggests a `|`.
    pub(super) fn expect_value_end(&self) -> ParseResult<()> {
        self.expect_done().map_err(|problem| {
            let name = self.text_of(self.here());
            match filters::find(name) {
                Some(_) => Box::new(problem.with_help(format!("write `|` before `{name}`"))),
                None => problem,
            }
        })
    }

    /// Parses `value | filter: argument | …`.
    pub(super) fn filtered_expression(&mut self) -> ParseResult<FilteredExpression> {
        let value = self.expression()?;
        let start = value.span().start;
        let mut filters = Vec::new();
        while self.take(LexemeKind::Pipe).is_some() {
            filters.push(self.filter()?);
        }
        Ok(FilteredExpression { span: Span::new(start, self.last_end()), value, filters })
    }

    fn filter(&mut self) -> ParseResult<FilterCall> {
        let name = self.name("a filter name")?;
        let mut arguments = Vec::new();
        let mut keywords = Vec::new();
        if self.take(LexemeKind::Colon).is_some() {
            loop {
                match self.take_keyword() {
                    Some(key) => keywords.push((self.text_of(key).to_owned(), self.expression()?)),
                    None => arguments.push(self.expression()?),
                }
                let has_comma = self.take(LexemeKind::Comma).is_some();
                // As in Shopify, a comma may follow the last argument.
                if !has_comma || self.is_done() || self.kind() == Some(LexemeKind::Pipe) {
                    break;
                }
            }
        }
        // The filter is looked up after its arguments are parsed, so that a syntax error in them is reported first.
        let Some(filter) = filters::find(self.text_of(name)) else {
            return Err(Box::new(filters::unknown(self.text_of(name), name, self.flavour)));
        };
        // In Shopify, a filter with keyword arguments ignores unknown keyword arguments. In a body, an unknown keyword
        // argument is an error, because otherwise a misspelled `allow_false` would silently have no effect.
        if self.flavour == Flavour::Shopify && filter.ignores_unknown_keywords() {
            keywords.retain(|(key, _)| filter.keywords.contains(&key.as_str()));
        }
        let span = Span::new(name.start, self.last_end());
        filters::check_arguments(filter, name, span, arguments.len(), &keywords)?;
        Ok(FilterCall { span, name, filter, arguments, keywords })
    }

    /// Parses a literal, a path, or a range.
    pub(super) fn expression(&mut self) -> ParseResult<Expression> {
        self.depth += 1;
        let result = match self.depth <= MAX_BRACKETS {
            true => self.expression_inside(),
            false => Err(Box::new(Diagnostic::error(
                Code::LiquidDepth,
                self.here(),
                "brackets are nested too deeply",
            ))),
        };
        self.depth -= 1;
        result
    }

    fn expression_inside(&mut self) -> ParseResult<Expression> {
        let Some(lexeme) = self.peek() else { return Err(self.unexpected("a value")) };
        let text = self.text_of(lexeme.span);
        match lexeme.kind {
            LexemeKind::String => {
                self.at += 1;
                // The literal is the text between the quotes, because Liquid has no escapes to decode.
                let inner = text.get(1..text.len() - 1).unwrap_or("").to_owned();
                Ok(Expression::Literal(lexeme.span, Literal::Text(inner)))
            }
            LexemeKind::Number => {
                self.at += 1;
                Ok(Expression::Literal(lexeme.span, number(text)))
            }
            LexemeKind::OpenParenthesis => self.range(lexeme.span.start),
            LexemeKind::Word => {
                self.at += 1;
                // `empty.x` is a path: Shopify treats a constant as a name if a dot or bracket follows it.
                match constant(text) {
                    Some(literal) if !self.continues_path() => Ok(Expression::Literal(lexeme.span, literal)),
                    _ => {
                        let name = PathStepKind::Name { name: text.to_owned(), is_dotted: true };
                        self.path(PathStep { span: lexeme.span, kind: name })
                    }
                }
            }
            LexemeKind::OpenBracket => {
                let root = self.index()?;
                self.path(root)
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    fn continues_path(&self) -> bool {
        matches!(self.kind(), Some(LexemeKind::Dot | LexemeKind::OpenBracket))
    }

    fn path(&mut self, root: PathStep) -> ParseResult<Expression> {
        let mut steps = Vec::new();
        loop {
            if self.take(LexemeKind::Dot).is_some() {
                if self.kind() == Some(LexemeKind::OpenBracket) {
                    return Err(self.dot_before_bracket());
                }
                let span = self.name("a property name")?;
                let name = self.text_of(span).to_owned();
                steps.push(PathStep { span, kind: PathStepKind::Name { name, is_dotted: true } });
            } else if self.kind() == Some(LexemeKind::OpenBracket) {
                steps.push(self.index()?);
            } else {
                break;
            }
        }
        let span = Span::new(root.span.start, self.last_end());
        Ok(Expression::Path(Path { span, root, steps }))
    }

    fn dot_before_bracket(&self) -> Box<Diagnostic> {
        let dot = Span::new(self.last_end().saturating_sub(1), self.last_end());
        let problem = Diagnostic::error(Code::LiquidSyntax, dot, "unexpected `.` before `[`");
        Box::new(problem.with_help("remove the dot").with_fix(Fix::replace("remove the dot", dot, "")))
    }

    fn index(&mut self) -> ParseResult<PathStep> {
        let open = self.here();
        self.at += 1;
        let inner = self.expression()?;
        let Some(close) = self.take(LexemeKind::CloseBracket) else { return Err(self.unexpected("`]`")) };
        let span = open.join(close);
        // `a["b"]` is stored like `a.b`, so that checks and completion see one kind of property name.
        let kind = match inner {
            Expression::Literal(_, Literal::Text(name)) => PathStepKind::Name { name, is_dotted: false },
            other => PathStepKind::Index(Box::new(other)),
        };
        Ok(PathStep { span, kind })
    }

    fn range(&mut self, start: usize) -> ParseResult<Expression> {
        self.at += 1;
        let from = self.expression()?;
        if self.take(LexemeKind::DotDot).is_none() {
            return Err(self.unexpected("`..`, as in `(1..5)`"));
        }
        let to = self.expression()?;
        let Some(close) = self.take(LexemeKind::CloseParenthesis) else {
            return Err(self.unexpected("`)`"));
        };
        Ok(Expression::Range(Span::new(start, close.end), Box::new((from, to))))
    }

    /// Parses a condition such as `a == b and c or d`.
    pub(super) fn condition(&mut self) -> ParseResult<Condition> {
        let mut parts = vec![(self.comparison()?, "")];
        loop {
            let operator = match () {
                () if self.take_word("and").is_some() => "and",
                () if self.take_word("or").is_some() => "or",
                () => break,
            };
            parts.push((self.comparison()?, operator));
            if MAX_CONDITIONS < parts.len() {
                return Err(Box::new(Diagnostic::error(
                    Code::LiquidDepth,
                    self.here(),
                    "too many conditions",
                )));
            }
        }
        // `and` and `or` have the same precedence and associate to the right. The loop builds the tree of conditions
        // from the last part to the first, without recursion. A recursive parser would need stack space for each
        // operator, and a condition can have many operators.
        let mut joined: Option<(Condition, &str)> = None;
        for (part, operator) in parts.into_iter().rev() {
            let condition = match joined {
                None => part,
                Some((right, "and")) => Condition::Both(Box::new((part, right))),
                Some((right, _)) => Condition::Either(Box::new((part, right))),
            };
            joined = Some((condition, operator));
        }
        joined.map(|(condition, _)| condition).ok_or_else(|| self.unexpected("a condition"))
    }

    fn comparison(&mut self) -> ParseResult<Condition> {
        let left = self.expression()?;
        let operator = match self.peek() {
            Some(lexeme) if lexeme.kind == LexemeKind::Comparison => lexeme,
            Some(lexeme) if self.text_of(lexeme.span) == "contains" => lexeme,
            // A single `=` is a frequent mistake, so it gets its own message and a fix.
            Some(lexeme) if lexeme.kind == LexemeKind::Equals => return Err(single_equals(lexeme.span)),
            _ => return Ok(Condition::Value(left)),
        };
        self.at += 1;
        let right = self.expression()?;
        let span = left.span().join(right.span());
        Ok(Condition::Compare { left, comparison: comparison(self.text_of(operator.span)), right, span })
    }
}

// The tree of a condition has one level for each operator, and evaluation recurses into the tree, so this limit bounds
// the stack.
const MAX_CONDITIONS: usize = 100;

fn comparison(text: &str) -> Comparison {
    match text {
        "==" => Comparison::Equal,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        "contains" => Comparison::Contains,
        // `!=` and its older spelling `<>`.
        _ => Comparison::NotEqual,
    }
}

fn constant(text: &str) -> Option<Literal> {
    Some(match text {
        "true" => Literal::Boolean(true),
        "false" => Literal::Boolean(false),
        "nil" | "null" => Literal::Nil,
        "empty" => Literal::Empty,
        "blank" => Literal::Blank,
        _ => return None,
    })
}

fn number(text: &str) -> Literal {
    match (text.parse(), text.parse()) {
        (Ok(value), _) => Literal::Integer(value),
        (_, Ok(value)) => Literal::Large(value),
        // The text is a decimal, or it is an integer that does not fit in 128 bits. Rust parses both as a float at any
        // length.
        _ => Literal::Decimal(text.parse().unwrap_or(f64::NAN)),
    }
}

fn open_string(source: &str, span: Span) -> Diagnostic {
    let quote = span.of(source).get(..1).unwrap_or("\"");
    Diagnostic::error(Code::UnclosedString, span, "this string has no closing quote")
        .with_help("add the closing quote")
        .with_fix(Fix::replace(format!("add `{quote}`"), Span::at(span.end), quote))
}

fn single_equals(span: Span) -> Box<Diagnostic> {
    let problem = Diagnostic::error(Code::LiquidSyntax, span, "`=` is not a comparison");
    // The fix is not safe, because `=` may stand for another operator that lost a sign, such as `!=`.
    Box::new(problem.with_help("use `==`").with_fix(Fix::replace("use `==`", span, "==").unsafe_to_apply()))
}
