//! Finds operands of `and` and `or` that are literals, as in `plan == "a" or "b"`. Every text and number is true, so
//! the whole condition is always true. The author meant `plan == "a" or plan == "b"`.
//!
//! A condition that is nothing but a literal is left alone: nobody writes `{% if "a" %}` by mistake. The values of a
//! `when` are no conditions: `{% when "a" or "b" %}` is right.

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::text::Span;

use super::super::Template;
use super::super::syntax::{Condition, Expression, Literal, TagNode};
use super::super::walk;

pub(super) fn check(template: &Template) -> Vec<Diagnostic> {
    let source = template.source();
    let mut problems = Vec::new();
    walk::tags(template.body(), &mut |_, tag| {
        let TagNode::If { branches } = tag else { return };
        for condition in branches.iter().filter_map(|branch| branch.condition.as_ref()) {
            problems.extend(literal_operands(source, condition));
        }
    });
    problems
}

fn literal_operands(source: &str, condition: &Condition) -> Vec<Diagnostic> {
    // The tree leans to the right, so this loop visits the operands in source order, and a long condition needs no
    // recursion.
    let mut problems = Vec::new();
    let mut compared: Option<Span> = None;
    let mut is_either = false;
    let mut rest = Some(condition);
    while let Some(current) = rest.take() {
        let operand = match current {
            Condition::Both(parts) | Condition::Either(parts) => {
                is_either |= matches!(current, Condition::Either(_));
                rest = Some(&parts.1);
                &parts.0
            }
            last => last,
        };
        match operand {
            Condition::Compare { left: left @ Expression::Path(_), right, .. } => {
                compared = Some(Span::new(left.span().start, right.span().start));
            }
            Condition::Value(Expression::Literal(span, literal)) if is_text_or_number(literal) => {
                let is_alone = matches!(condition, Condition::Value(_));
                if !is_alone {
                    problems.push(problem(source, *span, compared, is_either));
                }
            }
            Condition::Compare { .. } | Condition::Value(_) | Condition::Both(_) | Condition::Either(_) => {}
        }
    }
    problems
}

fn is_text_or_number(literal: &Literal) -> bool {
    match literal {
        Literal::Text(_) | Literal::Integer(_) | Literal::Large(_) | Literal::Decimal(_) => true,
        Literal::Nil | Literal::Boolean(_) | Literal::Empty | Literal::Blank => false,
    }
}

fn problem(source: &str, literal: Span, compared: Option<Span>, is_either: bool) -> Diagnostic {
    let value = literal.of(source);
    let message = match is_either {
        true => format!("`{value}` alone is always true, and so is this condition"),
        false => format!("`{value}` alone is always true, so it changes nothing here"),
    };
    let problem = Diagnostic::warning(Code::AlwaysTrue, literal, message);
    match compared {
        Some(compared) => {
            let meant = format!("{}{value}", compared.of(source));
            let fix = Fix::replace(format!("write `{meant}`"), literal, &meant).unsafe_to_apply();
            problem.with_help(format!("did you mean `{meant}`?")).with_fix(fix)
        }
        None => problem.with_help(format!("compare it, as in `Profile.name == {value}`")),
    }
}
