//! Finds conditions that are true for every value, or for none:
//!
//! - `plan == "a" or "b"`: every text and number is true. The author meant `plan == "a" or plan == "b"`.
//! - `plan != "a" or plan != "b"`, and `plan == "a" and plan == "b"`.
//! - `vip == "true"`, where the profiles have a boolean: values of different types are never equal.
//! - `{% assign v = Profile.name | default: "" %}{% if v %}`: an empty text is true.
//!
//! A condition that is nothing but a literal is left alone: nobody writes `{% if "a" %}` by mistake. The values of a
//! `when` are no conditions: `{% when "a" or "b" %}` is right.

use std::collections::HashSet;

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::profile::{ValueKind, Vocabulary};
use crate::text::Span;

use super::super::Template;
use super::super::syntax::{
    Block, CaseBranch, Comparison, Condition, Expression, FilterCall, FilteredExpression, Literal, Path,
    SyntaxNode, TagNode,
};
use super::super::variables::names_of;
use super::super::walk;

/// The number of comparisons in one condition that are compared with each other.
const MAX_FACTS: usize = 12;

/// These filters print a text even for a missing value.
const TEXT_FILTERS: [&str; 14] = [
    "append",
    "capitalize",
    "downcase",
    "json_escape",
    "lstrip",
    "prepend",
    "remove",
    "replace",
    "rstrip",
    "strip",
    "tg_html",
    "tg_markdown",
    "tg_markdown_v2",
    "upcase",
];

pub(super) fn check(template: &Template, vocabulary: &Vocabulary) -> Vec<Diagnostic> {
    let mut checker = Checker { source: template.source(), vocabulary, problems: Vec::new() };
    let texts = names_of_texts(template.body());
    checker.check_block(template.body(), &texts, &mut Vec::new());
    checker.problems
}

/// Returns the names that only ever hold texts.
fn names_of_texts(body: &Block) -> HashSet<&str> {
    let mut texts = HashSet::new();
    let mut others = HashSet::new();
    let mut may_set_any = false;
    walk::tags(body, &mut |_, tag| match tag {
        TagNode::Capture { name, .. } => texts.extend([name.as_str()]),
        TagNode::Assign { name, value } if is_text(value) => texts.extend([name.as_str()]),
        TagNode::Assign { name, .. } | TagNode::Increment(name) | TagNode::Decrement(name) => {
            others.extend([name.as_str()]);
        }
        TagNode::For(each) | TagNode::TableRow(each) => others.extend([each.variable.as_str()]),
        // A partial may set any name.
        TagNode::Partial(call) => may_set_any |= !call.is_isolated,
        TagNode::Broken => may_set_any = true,
        _ => {}
    });
    match may_set_any {
        true => HashSet::new(),
        false => texts.difference(&others).copied().collect(),
    }
}

/// Whether the value of a variable is a text, and not typed by the author, who may change it to `nil` or `false`.
fn is_text(value: &FilteredExpression) -> bool {
    let is_typed = matches!(value.value, Expression::Literal(..));
    let has_text = |call: &FilterCall| {
        let is_default =
            call.filter.name == "default" && call.arguments.first().and_then(Expression::as_text).is_some();
        is_default && call.keywords.is_empty() || TEXT_FILTERS.contains(&call.filter.name)
    };
    !is_typed && value.filters.last().is_some_and(has_text)
}

struct Checker<'t> {
    source: &'t str,
    vocabulary: &'t Vocabulary,
    problems: Vec<Diagnostic>,
}

/// `path == literal`
struct Fact<'t> {
    path: &'t Path,
    comparison: Comparison,
    value: &'t Literal,
    value_span: Span,
    span: Span,
}

impl<'t> Checker<'t> {
    /// Checks the conditions in `block`. `texts` are the names that only ever hold texts, and `set` those of them that
    /// are set for certain.
    fn check_block(&mut self, block: &'t Block, texts: &HashSet<&'t str>, set: &mut Vec<&'t str>) {
        let n_set = set.len();
        for node in &block.nodes {
            let SyntaxNode::Tag(_, tag) = node else { continue };
            match &**tag {
                TagNode::Assign { name, .. } | TagNode::Capture { name, .. }
                    if texts.contains(name.as_str()) =>
                {
                    set.push(name);
                }
                TagNode::If { branches } => {
                    for condition in branches.iter().filter_map(|branch| branch.condition.as_ref()) {
                        self.check_condition(condition, set);
                    }
                }
                TagNode::Case { subject, branches } => self.check_case(subject, branches),
                _ => {}
            }
            for inner in walk::blocks_of(tag) {
                self.check_block(inner, texts, set);
            }
        }
        set.truncate(n_set);
    }

    fn check_condition(&mut self, condition: &'t Condition, set: &[&'t str]) {
        self.problems.extend(literal_operands(self.source, condition));
        let operands = operands(condition);
        for (operand, _) in &operands {
            match operand {
                Condition::Value(Expression::Path(path)) => {
                    if path.steps.is_empty() && path.name().is_some_and(|name| set.contains(&name)) {
                        self.problems.push(always_text(self.source, path));
                    }
                }
                Condition::Compare { .. } => {
                    let problem = Fact::of(operand).and_then(|fact| self.other_type(&fact));
                    self.problems.extend(problem);
                }
                Condition::Value(_) | Condition::Both(_) | Condition::Either(_) => {}
            }
        }
        // Each run of operands with the same word between them.
        let mut start = 0;
        for (index, (_, word)) in operands.iter().enumerate() {
            let next = operands.get(index + 1).and_then(|(_, next)| *next);
            let Some(word) = word.filter(|word| next != Some(*word)) else { continue };
            // Conditions are read from the right: in `a or b and c`, `b` is an operand of `and` only.
            let end = if next.is_some() { index } else { index + 1 };
            let run = operands[start..end].iter().filter_map(|(operand, _)| Fact::of(operand));
            let is_whole = start == 0 && next.is_none();
            self.problems.extend(contradiction(self.source, &run.collect::<Vec<_>>(), word, is_whole));
            start = end;
        }
    }

    fn check_case(&mut self, subject: &'t Expression, branches: &'t [CaseBranch]) {
        let Expression::Path(path) = subject else { return };
        for value in branches.iter().flat_map(|branch| &branch.values) {
            let Expression::Literal(span, literal) = value else { continue };
            let fact =
                Fact { path, comparison: Comparison::Equal, value: literal, value_span: *span, span: *span };
            let problem = self.other_type(&fact);
            self.problems.extend(problem);
        }
    }

    /// Reports a property that is a number or a boolean, compared with a text.
    fn other_type(&self, fact: &Fact<'_>) -> Option<Diagnostic> {
        let Literal::Text(text) = fact.value else { return None };
        let names = names_of(fact.path);
        let [root, name] = names.as_slice() else { return None };
        if root != "Profile" || fact.path.steps.len() != 1 {
            return None;
        }
        let kind = self.vocabulary.property(name)?.kind;
        let right = match kind {
            ValueKind::Number => text.trim().parse::<f64>().is_ok().then(|| text.trim().to_owned()),
            ValueKind::Boolean => matches!(text.as_str(), "true" | "false").then(|| text.clone()),
            ValueKind::Text | ValueKind::Date | ValueKind::List | ValueKind::Object => return None,
        };
        // A missing value is not equal to an empty text.
        let right = if text.trim().is_empty() { Some("nil".to_owned()) } else { right };
        let (code, effect) = match fact.comparison {
            Comparison::Equal => (Code::NeverTrue, "never true"),
            Comparison::NotEqual => (Code::AlwaysTrue, "always true"),
            Comparison::Less
            | Comparison::LessOrEqual
            | Comparison::Greater
            | Comparison::GreaterOrEqual
            | Comparison::Contains => return None,
        };
        let value = fact.value_span.of(self.source);
        let kind = kind.as_str();
        let message =
            format!("`{name}` is a {kind} and {value} is a text, which are never equal: this is {effect}");
        let problem = Diagnostic::warning(code, fact.span, message);
        Some(match right {
            Some(right) => {
                let fix = Fix::replace(format!("write `{right}`"), fact.value_span, &right).unsafe_to_apply();
                match right.as_str() {
                    "nil" => problem.with_help("a missing value is `nil`"),
                    _ => problem.with_help(format!("write `{right}` without quotes")),
                }
                .with_fix(fix)
            }
            None => problem.with_help(format!("compare it with a {kind}")),
        })
    }
}

impl<'t> Fact<'t> {
    fn of(condition: &'t Condition) -> Option<Self> {
        match condition {
            Condition::Compare {
                left: Expression::Path(path),
                comparison,
                right: Expression::Literal(value_span, value),
                ..
            } => {
                let span = path.span.join(*value_span);
                Some(Fact { path, comparison: *comparison, value, value_span: *value_span, span })
            }
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joiner {
    And,
    Or,
}

/// Returns the operands of `and` and `or`, each with the word before it; the first one has the word after it.
fn operands(condition: &Condition) -> Vec<(&Condition, Option<Joiner>)> {
    // The tree leans to the right, so this loop visits the operands in source order, and a long condition needs no
    // recursion.
    let mut operands = Vec::new();
    let mut word = None;
    let mut rest = condition;
    loop {
        let (joiner, parts) = match rest {
            Condition::Both(parts) => (Joiner::And, parts),
            Condition::Either(parts) => (Joiner::Or, parts),
            Condition::Value(_) | Condition::Compare { .. } => {
                operands.push((rest, word));
                return operands;
            }
        };
        operands.push((&parts.0, word.or(Some(joiner))));
        word = Some(joiner);
        rest = &parts.1;
    }
}

/// Reports two comparisons of one value that are always true together, or never.
fn contradiction(source: &str, run: &[Fact<'_>], word: Joiner, is_whole: bool) -> Option<Diagnostic> {
    let run = &run[..run.len().min(MAX_FACTS)];
    let pairs = run.iter().enumerate().flat_map(|(at, two)| run[..at].iter().map(move |one| (one, two)));
    let is_fault = |(one, two): &(&Fact<'_>, &Fact<'_>)| {
        one.path.span.of(source) == two.path.span.of(source) && decides(one, two, word)
    };
    let (one, two) = pairs.into_iter().find(is_fault)?;
    let (first, second) = (one.span.of(source), two.span.of(source));
    let (code, wrong, right) = match word {
        Joiner::Or => (Code::AlwaysTrue, "or", "and"),
        Joiner::And => (Code::NeverTrue, "and", "or"),
    };
    let message = match (word, is_whole) {
        (Joiner::Or, true) => format!("`{first}` or `{second}`: this condition is always true"),
        (Joiner::Or, false) => format!("`{first}` or `{second}`: this part of the condition is always true"),
        (Joiner::And, true) => format!("`{first}` and `{second}`: this condition is never true"),
        (Joiner::And, false) => format!("`{first}` and `{second}`: this part of the condition is never true"),
    };
    let problem = Diagnostic::warning(code, two.span, message);
    let between = Span::new(one.span.end, two.span.start);
    let at = between.of(source).find(wrong).map(|at| between.start + at);
    // In a longer condition, the other operands may decide what was meant.
    Some(match at.filter(|_| is_whole && run.len() == 2 && one.comparison == two.comparison) {
        Some(at) => {
            let fix = Fix::replace(format!("write `{right}`"), Span::new(at, at + wrong.len()), right);
            problem.with_help(format!("did you mean `{right}`?")).with_fix(fix.unsafe_to_apply())
        }
        None => problem.with_help("correct one of the two comparisons"),
    })
}

/// Whether `one or two` is always true, or `one and two` never.
fn decides(one: &Fact<'_>, two: &Fact<'_>, word: Joiner) -> bool {
    let (equal, unequal) = (Comparison::Equal, Comparison::NotEqual);
    match (word, one.comparison, two.comparison) {
        (Joiner::Or, a, b) if a == unequal && b == unequal => are_distinct(one.value, two.value),
        (Joiner::And, a, b) if a == equal && b == equal => are_distinct(one.value, two.value),
        (_, a, b) if (a == equal && b == unequal) || (a == unequal && b == equal) => one.value == two.value,
        (Joiner::And, ..) => match (bounds(one), bounds(two)) {
            (Some(a), Some(b)) => {
                let low = if a.0.0 < b.0.0 { b.0 } else { a.0 };
                let high = if a.1.0 < b.1.0 { a.1 } else { b.1 };
                let is_open = [a, b].iter().any(|part| {
                    (part.0.0.total_cmp(&low.0).is_eq() && !part.0.1)
                        || (part.1.0.total_cmp(&high.0).is_eq() && !part.1.1)
                });
                high.0 < low.0 || (low.0.total_cmp(&high.0).is_eq() && is_open)
            }
            _ => false,
        },
        (Joiner::Or, ..) => false,
    }
}

/// An end of an interval, and whether the end belongs to it.
type End = (f64, bool);

/// Returns the numbers for which a comparison with a number is true.
fn bounds(fact: &Fact<'_>) -> Option<(End, End)> {
    let number = number_of(fact.value)?;
    let (lowest, highest) = ((f64::NEG_INFINITY, true), (f64::INFINITY, true));
    Some(match fact.comparison {
        Comparison::Equal => ((number, true), (number, true)),
        Comparison::Less => (lowest, (number, false)),
        Comparison::LessOrEqual => (lowest, (number, true)),
        Comparison::Greater => ((number, false), highest),
        Comparison::GreaterOrEqual => ((number, true), highest),
        Comparison::NotEqual | Comparison::Contains => return None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "only whether two numbers differ is asked")]
fn number_of(literal: &Literal) -> Option<f64> {
    match literal {
        Literal::Integer(number) => Some(*number as f64),
        Literal::Large(number) => Some(*number as f64),
        Literal::Decimal(number) => Some(*number),
        Literal::Nil | Literal::Boolean(_) | Literal::Text(_) | Literal::Empty | Literal::Blank => None,
    }
}

/// Whether no value is equal to both literals.
fn are_distinct(one: &Literal, two: &Literal) -> bool {
    if let (Some(one), Some(two)) = (number_of(one), number_of(two)) {
        return one.total_cmp(&two).is_ne();
    }
    match (one, two) {
        // What is blank can be nil, false, an empty text, or an empty list.
        (Literal::Blank, other) | (other, Literal::Blank) => match other {
            Literal::Text(text) => !text.trim().is_empty(),
            Literal::Boolean(is_true) => *is_true,
            other => number_of(other).is_some(),
        },
        (Literal::Empty, other) | (other, Literal::Empty) => match other {
            Literal::Text(text) => !text.is_empty(),
            other => *other != Literal::Empty,
        },
        (one, two) => one != two,
    }
}

/// Reports a variable that is always a text.
fn always_text(source: &str, path: &Path) -> Diagnostic {
    let name = path.span.of(source);
    let message = format!("`{name}` is always a text, and every text is true, even \"\"");
    let right = format!("{name} != \"\"");
    let fix = Fix::replace(format!("write `{right}`"), path.span, &right).unsafe_to_apply();
    Diagnostic::warning(Code::AlwaysTrue, path.span, message)
        .with_help(format!("compare it: `{right}`"))
        .with_fix(fix)
}

fn literal_operands(source: &str, condition: &Condition) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut compared: Option<Span> = None;
    let mut is_either = false;
    let operands = operands(condition);
    for (operand, word) in &operands {
        is_either |= *word == Some(Joiner::Or);
        match operand {
            Condition::Compare { left: left @ Expression::Path(_), right, .. } => {
                compared = Some(Span::new(left.span().start, right.span().start));
            }
            Condition::Value(Expression::Literal(span, literal))
                if is_text_or_number(literal) && 1 < operands.len() =>
            {
                problems.push(problem(source, *span, compared, is_either));
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
