//! Reads expressions, filters and conditions from the words of one output or tag.

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::dialect::Dialect;
use crate::text::Span;

use super::super::filters;
use super::super::flavour::Flavour;
use super::super::syntax::{
    Comparison, Condition, Expression, FilterCall, Literal, Path, Piped, Step, StepKind,
};
use super::super::token::{Lexeme, LexemeKind};

/// A problem on the way; boxed, since it is rare and large.
pub(super) type Parse<T> = Result<T, Box<Diagnostic>>;

const MAX_BRACKETS: usize = 32;

pub(super) struct Words<'s> {
    source: &'s str,
    lexemes: &'s [Lexeme],
    at: usize,
    /// Behind the last word, where an end that comes too early is shown.
    end: usize,
    depth: usize,
    flavour: Flavour,
}

impl<'s> Words<'s> {
    pub fn new(source: &'s str, lexemes: &'s [Lexeme], end: usize) -> Self {
        Self { source, lexemes, at: 0, end, depth: 0, flavour: Flavour::Dialect(Dialect::default()) }
    }

    /// Whose rules say which arguments a filter takes.
    pub fn in_flavour(self, flavour: Flavour) -> Self {
        Self { flavour, ..self }
    }

    pub fn peek(&self) -> Option<Lexeme> {
        self.lexemes.get(self.at).copied()
    }

    pub fn kind(&self) -> Option<LexemeKind> {
        self.peek().map(|lexeme| lexeme.kind)
    }

    pub fn is_done(&self) -> bool {
        self.at == self.lexemes.len()
    }

    pub fn take(&mut self, kind: LexemeKind) -> Option<Span> {
        let lexeme = self.peek().filter(|lexeme| lexeme.kind == kind)?;
        self.at += 1;
        Some(lexeme.span)
    }

    pub fn take_word(&mut self, word: &str) -> Option<Span> {
        let lexeme = self.peek().filter(|lexeme| lexeme.span.of(self.source) == word)?;
        self.at += 1;
        Some(lexeme.span)
    }

    /// Takes `name:` where that comes next.
    pub fn take_keyword(&mut self) -> Option<Span> {
        let [name, colon] = self.lexemes.get(self.at..self.at + 2)? else { return None };
        if name.kind != LexemeKind::Word || colon.kind != LexemeKind::Colon {
            return None;
        }
        self.at += 2;
        Some(name.span)
    }

    pub fn name(&mut self, expected: &str) -> Parse<Span> {
        self.take(LexemeKind::Word).ok_or_else(|| self.unexpected(expected))
    }

    pub fn text_of(&self, span: Span) -> &'s str {
        span.of(self.source)
    }

    /// The place of the next word, or the end.
    pub fn here(&self) -> Span {
        self.peek().map_or(Span::at(self.end), |lexeme| lexeme.span)
    }

    /// The place of the last word taken, or the start of the first.
    fn last_end(&self) -> usize {
        self.at.checked_sub(1).and_then(|last| self.lexemes.get(last)).map_or(self.end, |last| last.span.end)
    }

    pub fn unexpected(&self, expected: &str) -> Box<Diagnostic> {
        let span = self.here();
        let problem = match self.peek() {
            None => Diagnostic::error(Code::LiquidSyntax, span, format!("expected {expected}")),
            Some(lexeme) if lexeme.kind == LexemeKind::OpenString => open_string(self.source, lexeme.span),
            Some(_) => Diagnostic::error(
                Code::LiquidSyntax,
                span,
                format!("expected {expected}, found `{}`", self.text_of(span)),
            ),
        };
        Box::new(problem)
    }

    pub fn expect_done(&self) -> Parse<()> {
        match self.peek() {
            None => Ok(()),
            Some(Lexeme { kind: LexemeKind::Unknown | LexemeKind::Number, span }) => {
                let help = "Liquid has no operators for arithmetic: use filters, as in `| plus: 1`";
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

    /// `value | filter: argument | …`
    pub fn piped(&mut self) -> Parse<Piped> {
        let value = self.expression()?;
        let start = value.span().start;
        let mut filters = Vec::new();
        while self.take(LexemeKind::Pipe).is_some() {
            filters.push(self.filter()?);
        }
        Ok(Piped { span: Span::new(start, self.last_end()), value, filters })
    }

    fn filter(&mut self) -> Parse<FilterCall> {
        let name = self.name("a filter's name")?;
        let mut arguments = Vec::new();
        let mut keywords = Vec::new();
        if self.take(LexemeKind::Colon).is_some() {
            loop {
                match self.take_keyword() {
                    Some(key) => keywords.push((self.text_of(key).to_owned(), self.expression()?)),
                    None => arguments.push(self.expression()?),
                }
                if self.take(LexemeKind::Comma).is_none() {
                    break;
                }
            }
        }
        let Some(filter) = filters::find(self.text_of(name)) else {
            return Err(Box::new(filters::unknown(self.text_of(name), name)));
        };
        if self.flavour == Flavour::Shopify && filter.ignores_unknown_keywords() {
            keywords.retain(|(key, _)| filter.keywords.contains(&key.as_str()));
        }
        let span = Span::new(name.start, self.last_end());
        filters::check_arguments(filter, name, span, arguments.len(), &keywords)?;
        Ok(FilterCall { span, name, filter, arguments, keywords })
    }

    /// A literal, a path or a range.
    pub fn expression(&mut self) -> Parse<Expression> {
        self.depth += 1;
        let result = match self.depth <= MAX_BRACKETS {
            true => self.expression_inside(),
            false => {
                Err(Box::new(Diagnostic::error(Code::LiquidDepth, self.here(), "brackets nest too deep")))
            }
        };
        self.depth -= 1;
        result
    }

    fn expression_inside(&mut self) -> Parse<Expression> {
        let Some(lexeme) = self.peek() else { return Err(self.unexpected("a value")) };
        let text = self.text_of(lexeme.span);
        match lexeme.kind {
            LexemeKind::String => {
                self.at += 1;
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
                match constant(text) {
                    Some(literal) if !self.continues_path() => Ok(Expression::Literal(lexeme.span, literal)),
                    _ => {
                        let name = StepKind::Name { name: text.to_owned(), is_dotted: true };
                        self.path(Step { span: lexeme.span, kind: name })
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

    fn path(&mut self, root: Step) -> Parse<Expression> {
        let mut steps = Vec::new();
        loop {
            if self.take(LexemeKind::Dot).is_some() {
                if self.kind() == Some(LexemeKind::OpenBracket) {
                    return Err(self.dot_before_bracket());
                }
                let span = self.name("a property's name")?;
                let name = self.text_of(span).to_owned();
                steps.push(Step { span, kind: StepKind::Name { name, is_dotted: true } });
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
        let problem = Diagnostic::error(Code::LiquidSyntax, dot, "a dot in front of `[`");
        Box::new(problem.with_help("leave the dot out").with_fix(Fix::replace("leave the dot out", dot, "")))
    }

    fn index(&mut self) -> Parse<Step> {
        let open = self.here();
        self.at += 1;
        let inner = self.expression()?;
        let Some(close) = self.take(LexemeKind::CloseBracket) else { return Err(self.unexpected("`]`")) };
        let span = open.join(close);
        let kind = match inner {
            Expression::Literal(_, Literal::Text(name)) => StepKind::Name { name, is_dotted: false },
            other => StepKind::Index(Box::new(other)),
        };
        Ok(Step { span, kind })
    }

    fn range(&mut self, start: usize) -> Parse<Expression> {
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

    /// `a == b and c or d`
    ///
    /// Both operators bind to the right: read forwards, folded from the end, so that long conditions need no stack.
    pub fn condition(&mut self) -> Parse<Condition> {
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

    fn comparison(&mut self) -> Parse<Condition> {
        let left = self.expression()?;
        let operator = match self.peek() {
            Some(lexeme) if lexeme.kind == LexemeKind::Comparison => lexeme,
            Some(lexeme) if self.text_of(lexeme.span) == "contains" => lexeme,
            Some(lexeme) if lexeme.kind == LexemeKind::Equals => return Err(single_equals(lexeme.span)),
            _ => return Ok(Condition::Value(left)),
        };
        self.at += 1;
        let right = self.expression()?;
        let span = left.span().join(right.span());
        Ok(Condition::Compare { left, comparison: comparison(self.text_of(operator.span)), right, span })
    }
}

const MAX_CONDITIONS: usize = 100;

fn comparison(text: &str) -> Comparison {
    match text {
        "==" => Comparison::Equal,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        "contains" => Comparison::Contains,
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
        _ => Literal::Decimal(text.parse().unwrap_or(f64::NAN)),
    }
}

fn open_string(source: &str, span: Span) -> Diagnostic {
    let quote = span.of(source).get(..1).unwrap_or("\"");
    Diagnostic::error(Code::UnclosedString, span, "this text has no end quote").with_fix(Fix::replace(
        format!("add `{quote}`"),
        Span::at(span.end),
        quote,
    ))
}

fn single_equals(span: Span) -> Box<Diagnostic> {
    let problem = Diagnostic::error(Code::LiquidSyntax, span, "`=` does not compare");
    Box::new(problem.with_help("write `==`").with_fix(Fix::replace("write `==`", span, "==")))
}
