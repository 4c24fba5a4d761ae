//! Operators of other languages in conditions: `=>`, `&&`, `not`, parentheses.

use crate::diagnostic::TextEdit;
use crate::text::Span;

use super::super::token::{Lexeme, LexemeKind};
use super::mender::{Mender, Mistake};
use super::values::is_clevertap;

/// Operators as people write them, with Liquid's. An operator with several readings is a choice.
const OPERATORS: [(&str, &str, Meaning); 38] = [
    ("=>", ">=", Meaning::Certain),
    ("=<", "<=", Meaning::Certain),
    ("===", "==", Meaning::Certain),
    ("!==", "!=", Meaning::Certain),
    ("= =", "==", Meaning::Certain),
    ("! =", "!=", Meaning::Certain),
    ("> =", ">=", Meaning::Certain),
    ("< =", "<=", Meaning::Certain),
    ("=!", "!=", Meaning::Certain),
    ("&&", "and", Meaning::Certain),
    ("||", "or", Meaning::Certain),
    ("≥", ">=", Meaning::Certain),
    ("≤", "<=", Meaning::Certain),
    ("≠", "!=", Meaning::Certain),
    ("AND", "and", Meaning::Certain),
    ("And", "and", Meaning::Certain),
    ("OR", "or", Meaning::Certain),
    ("Or", "or", Meaning::Certain),
    ("CONTAINS", "contains", Meaning::Certain),
    ("=", "==", Meaning::Likely),
    ("is not", "!=", Meaning::Likely),
    ("equals", "==", Meaning::Likely),
    ("is", "==", Meaning::Likely),
    ("eq", "==", Meaning::Likely),
    ("ne", "!=", Meaning::Likely),
    ("gt", ">", Meaning::Likely),
    ("lt", "<", Meaning::Likely),
    ("gte", ">=", Meaning::Likely),
    ("lte", "<=", Meaning::Likely),
    (">==", ">=", Meaning::Certain),
    ("<==", "<=", Meaning::Certain),
    ("&", "and", Meaning::Likely),
    ("greater than", ">", Meaning::Likely),
    ("less than", "<", Meaning::Likely),
    ("is greater than", ">", Meaning::Likely),
    ("is less than", "<", Meaning::Likely),
    ("contain", "contains", Meaning::Likely),
    ("includes", "contains", Meaning::Likely),
];

#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    Certain,
    Likely,
}

/// Operators that other languages have.
pub(super) fn operators(mender: &mut Mender) {
    if !mender.is_condition() && mender.tag_name() != "when" {
        return;
    }
    let lexemes = mender.lexemes();
    let mut edits: Vec<TextEdit> = Vec::new();
    let mut mistake = None;
    let mut is_certain = true;
    let mut index = 1;
    let mut compared = Compared { start: 1, prefix: None };
    while index < lexemes.len() {
        if matches!(mender.of(&lexemes[index]), "and" | "or") {
            compared.read(mender, &lexemes, index, 1);
        }
        let Some((length, wrong, right, meaning)) = operator_at(mender, &lexemes, index) else {
            index += 1;
            continue;
        };
        let span = lexemes[index].span.join(lexemes[index + length - 1].span);
        is_certain &= meaning == Meaning::Certain;
        mistake.get_or_insert_with(|| {
            let message = match wrong {
                "=" => "`=` is not a comparison".to_owned(),
                _ => format!("`{wrong}` is not an operator in Liquid"),
            };
            Mistake::new(span, message, format!("use `{right}`"), format!("use `{right}`"))
        });
        let space = |c: Option<char>| match right.starts_with(|c: char| c.is_ascii_alphabetic()) {
            true if c.is_some_and(|c| !c.is_whitespace()) => " ",
            _ => "",
        };
        let before = space(mender.text[..span.start].chars().last());
        let after = space(mender.text[span.end..].chars().next());
        let mut replacement = format!("{before}{right}{after}");
        if matches!(right, "and" | "or") {
            compared.read(mender, &lexemes, index, length);
            // `plan == "a" || "b"`: a text alone is always true.
            if is_bare(mender, &lexemes, index + length) {
                is_certain = false;
                if let (Some(prefix), "or") = (&compared.prefix, right) {
                    let space = if after.is_empty() { " " } else { "" };
                    replacement = format!("{replacement}{space}{}", prefix.trim_end());
                }
            }
        }
        edits.push(TextEdit::new(span, replacement));
        index += length;
    }
    if let Some(mistake) = mistake {
        if !is_certain {
            mender.guess();
        }
        mender.correct(&edits, mistake);
    }
}

/// The part of a condition before `and` or `or`, for a bare value after it.
struct Compared {
    /// The index of the first lexeme after the last `and` or `or`.
    start: usize,
    /// The last comparison without its right side: `plan == `.
    prefix: Option<String>,
}

impl Compared {
    /// Reads the part that ends before the lexeme `end`, which is an `and` or `or` of `length` lexemes.
    fn read(&mut self, mender: &Mender, lexemes: &[Lexeme], end: usize, length: usize) {
        let part = lexemes.get(self.start..end).unwrap_or_default();
        if let [first, .., operator, value] = part
            && (operator.kind == LexemeKind::Comparison || mender.of(operator) == "contains")
            && is_value(value)
        {
            self.prefix = Some(mender.text[first.span.start..value.span.start].to_owned());
        }
        self.start = end + length;
    }
}

fn is_value(lexeme: &Lexeme) -> bool {
    matches!(lexeme.kind, LexemeKind::String | LexemeKind::Number)
}

/// Whether the part of a condition that starts at the lexeme `start` is a text or number alone.
fn is_bare(mender: &Mender, lexemes: &[Lexeme], start: usize) -> bool {
    let is_end =
        |lexeme: &Lexeme| matches!(mender.of(lexeme), "and" | "or" | "AND" | "OR" | "Or" | "And" | "&" | "|");
    mender.is_condition()
        && lexemes.get(start).is_some_and(is_value)
        && lexemes.get(start + 1).is_none_or(is_end)
}

/// Returns the operator at the lexeme `index`: how many lexemes it has, how it is written, and what Liquid writes.
fn operator_at(
    mender: &Mender,
    lexemes: &[Lexeme],
    index: usize,
) -> Option<(usize, &'static str, &'static str, Meaning)> {
    let before = &lexemes[index - 1];
    // A word after a dot is a property.
    let is_operand = |kind: LexemeKind| {
        matches!(
            kind,
            LexemeKind::Word
                | LexemeKind::String
                | LexemeKind::Number
                | LexemeKind::CloseBracket
                | LexemeKind::CloseParenthesis
        )
    };
    if !is_operand(before.kind) {
        return None;
    }
    for length in [3, 2, 1] {
        let Some(parts) = lexemes.get(index..index + length) else { continue };
        let span = parts.first()?.span.join(parts.last()?.span);
        let written = span.of(&mender.text);
        let follows = lexemes.get(index + length);
        let found = OPERATORS.iter().find(|(wrong, ..)| *wrong == written);
        if let (Some((wrong, right, meaning)), Some(_)) = (found, follows) {
            return Some((length, wrong, right, *meaning));
        }
    }
    None
}

/// `not x` and `!x`, which Liquid does not have.
pub(super) fn negations(mender: &mut Mender) {
    if !mender.is_condition() {
        return;
    }
    let lexemes = mender.lexemes();
    let is_joiner = |lexeme: &Lexeme| matches!(mender.of(lexeme), "and" | "or");
    let mut edits = Vec::new();
    let mut first: Option<Span> = None;
    let mut is_comparison = false;
    let mut n_parts = 1;
    let mut index = 1;
    while index < lexemes.len() {
        n_parts += usize::from(is_joiner(&lexemes[index]));
        let starts_part = index == 1 || is_joiner(&lexemes[index - 1]);
        if !starts_part || !matches!(mender.of(&lexemes[index]), "not" | "!") {
            index += 1;
            continue;
        }
        let sign = lexemes[index].span;
        let end = (index + 1..lexemes.len()).find(|at| is_joiner(&lexemes[*at])).unwrap_or(lexemes.len());
        let mut part = &lexemes[index + 1..end];
        first = first.or(Some(sign));
        index = end;
        // `not (a == b)`
        if let [open, inner @ .., close] = part
            && open.kind == LexemeKind::OpenParenthesis
            && close.kind == LexemeKind::CloseParenthesis
        {
            part = inner;
        }
        let (Some(start), Some(last)) = (part.first(), part.last()) else { return };
        let operand = Span::new(start.span.start, last.span.end);
        let whole = Span::new(sign.start, lexemes[end - 1].span.end);
        let comparison = part.iter().find(|lexeme| lexeme.kind == LexemeKind::Comparison);
        let text = operand.of(&mender.text);
        let right = match comparison {
            Some(sign) => {
                is_comparison = true;
                let Some(inverse) = inverse(mender.of(sign)) else { return };
                let at = sign.span.start - operand.start;
                format!("{}{inverse}{}", &text[..at], &text[at + sign.span.len()..])
            }
            // `contains` has no opposite.
            None if part.iter().any(|lexeme| mender.of(lexeme) == "contains") => {
                is_comparison = true;
                text.to_owned()
            }
            None => format!("{text} == false"),
        };
        edits.push((TextEdit::new(whole, right), text.to_owned()));
    }
    let Some(span) = first else { return };
    let mistake = Mistake::new(
        span,
        format!("Liquid has no `{}`", span.of(&mender.text)),
        match is_comparison {
            true => "use the opposite operator, or `unless`",
            false => "use `unless`, or compare with `false`",
        },
        if is_comparison { "use the opposite operator" } else { "compare with `false`" },
    );
    let operand = edits.first().map(|(_, operand)| operand.clone());
    if n_parts == 1 && mender.tag_name() == "if" {
        mender.negated = operand.clone();
    }
    let is_contains = |text: &String| text.contains(" contains ");
    if operand.as_ref().is_some_and(is_contains) {
        // Only `unless` can express this, and it is not a correction of the operator.
        mender.explain(mistake);
        return;
    }
    mender.guess();
    let edits: Vec<TextEdit> = edits.into_iter().map(|(edit, _)| edit).collect();
    mender.correct(&edits, mistake);
}

fn inverse(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "==" => "!=",
        "!=" | "<>" => "==",
        "<" => ">=",
        ">" => "<=",
        "<=" => ">",
        ">=" => "<",
        _ => return None,
    })
}

/// Parentheses, which Liquid has only in ranges.
pub(super) fn parentheses(mender: &mut Mender) {
    if !mender.is_condition() {
        return;
    }
    let lexemes = mender.lexemes();
    let Some(first) = lexemes.iter().find(|lexeme| lexeme.kind == LexemeKind::OpenParenthesis) else {
        return;
    };
    let mistake = Mistake::new(
        first.span,
        "a condition cannot have parentheses",
        "Liquid reads `and` and `or` from the right, as in `a and (b or (c and d))`; for another order, nest one `if` \
         in another",
        "remove the parentheses",
    );
    let arguments = &lexemes[1..];
    let parsed = Formula::parse(mender, arguments);
    // CleverTap's engine does not read `and` and `or` from the right, so that a formula with both may mean another
    // thing there.
    let (Some((formula, atoms)), Some(last)) = (parsed, lexemes.last()) else {
        return mender.explain(mistake);
    };
    let whole = Span::new(lexemes[1].span.start, last.span.end);
    let n_kinds = usize::from(formula.has(Joiner::And)) + usize::from(formula.has(Joiner::Or));
    let flat = formula.flat();
    let mut reversed = flat.clone();
    reversed.reverse_order();
    for (order, is_original) in [(flat, true), (reversed, false)] {
        let is_reordered = !is_original;
        if (is_clevertap(mender.flavour) && 1 < n_kinds) || !order.means(&formula, atoms.len()) {
            continue;
        }
        let text = order.write(&atoms);
        let mut mistake = mistake.clone();
        if is_reordered {
            mender.guess();
            "write it in another order".clone_into(&mut mistake.title);
        }
        return mender.correct(&[TextEdit::new(whole, text)], mistake);
    }
    mender.explain(mistake);
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Joiner {
    And,
    Or,
}

/// A condition with parentheses, over the indices of its comparisons.
#[derive(Debug, Clone, PartialEq)]
enum Formula {
    Atom(usize),
    Joined(Joiner, Vec<Formula>),
}

/// A condition without parentheses.
#[derive(Debug, Clone)]
struct Flat {
    atoms: Vec<usize>,
    joiners: Vec<Joiner>,
}

// A truth table has 2^n rows.
const MAX_ATOMS: usize = 6;

impl Formula {
    /// Parses a condition as other languages read it: `and` binds more tightly than `or`.
    fn parse(mender: &Mender, lexemes: &[Lexeme]) -> Option<(Formula, Vec<String>)> {
        let mut reader = FormulaReader { mender, lexemes, at: 0, atoms: Vec::new(), depth: 0 };
        let formula = reader.either()?;
        (reader.at == lexemes.len() && reader.atoms.len() <= MAX_ATOMS).then_some((formula, reader.atoms))
    }

    fn holds(&self, row: usize) -> bool {
        match self {
            Formula::Atom(index) => row >> index & 1 == 1,
            Formula::Joined(Joiner::And, parts) => parts.iter().all(|part| part.holds(row)),
            Formula::Joined(Joiner::Or, parts) => parts.iter().any(|part| part.holds(row)),
        }
    }

    fn has(&self, joiner: Joiner) -> bool {
        match self {
            Formula::Atom(_) => false,
            Formula::Joined(own, parts) => *own == joiner || parts.iter().any(|part| part.has(joiner)),
        }
    }

    fn flat(&self) -> Flat {
        match self {
            Formula::Atom(index) => Flat { atoms: vec![*index], joiners: Vec::new() },
            Formula::Joined(joiner, parts) => {
                let mut flat = Flat { atoms: Vec::new(), joiners: Vec::new() };
                for part in parts {
                    let inner = part.flat();
                    if !flat.atoms.is_empty() {
                        flat.joiners.push(*joiner);
                    }
                    flat.atoms.extend(inner.atoms);
                    flat.joiners.extend(inner.joiners);
                }
                flat
            }
        }
    }
}

impl Flat {
    fn reverse_order(&mut self) {
        self.atoms.reverse();
        self.joiners.reverse();
    }

    /// Whether Liquid, which reads conditions from the right, reads the same as `formula`.
    fn means(&self, formula: &Formula, n_atoms: usize) -> bool {
        (0..1_usize << n_atoms).all(|row| {
            let mut parts = self.atoms.iter().rev().map(|index| row >> index & 1 == 1);
            let last = parts.next().unwrap_or_default();
            let joined = parts.zip(self.joiners.iter().rev());
            let holds = joined.fold(last, |right, (left, joiner)| match joiner {
                Joiner::And => left && right,
                Joiner::Or => left || right,
            });
            holds == formula.holds(row)
        })
    }

    fn write(&self, atoms: &[String]) -> String {
        let mut out = String::new();
        for (at, index) in self.atoms.iter().enumerate() {
            match at.checked_sub(1).and_then(|before| self.joiners.get(before)) {
                Some(Joiner::And) => out.push_str(" and "),
                Some(Joiner::Or) => out.push_str(" or "),
                None => {}
            }
            out.push_str(&atoms[*index]);
        }
        out
    }
}

struct FormulaReader<'m> {
    mender: &'m Mender,
    lexemes: &'m [Lexeme],
    at: usize,
    atoms: Vec<String>,
    depth: usize,
}

impl FormulaReader<'_> {
    fn word(&self) -> &str {
        self.lexemes.get(self.at).map_or("", |lexeme| self.mender.of(lexeme))
    }

    fn either(&mut self) -> Option<Formula> {
        self.joined(Joiner::Or, "or", Self::both)
    }

    fn both(&mut self) -> Option<Formula> {
        self.joined(Joiner::And, "and", Self::part)
    }

    fn joined(
        &mut self,
        joiner: Joiner,
        word: &str,
        next: fn(&mut Self) -> Option<Formula>,
    ) -> Option<Formula> {
        let mut parts = vec![next(self)?];
        while self.word() == word {
            self.at += 1;
            parts.push(next(self)?);
        }
        match parts.len() {
            1 => parts.pop(),
            _ => Some(Formula::Joined(joiner, parts)),
        }
    }

    fn part(&mut self) -> Option<Formula> {
        if self.word() == "(" && !self.is_range() {
            self.depth += 1;
            self.at += 1;
            // Deeper conditions have too many parts anyway.
            let inner = if self.depth < 2 * MAX_ATOMS { self.either()? } else { return None };
            self.depth -= 1;
            if self.word() != ")" {
                return None;
            }
            self.at += 1;
            return Some(inner);
        }
        let start = self.at;
        while !matches!(self.word(), "" | "and" | "or" | "(" | ")") {
            self.at += 1;
        }
        let (first, last) = (self.lexemes.get(start)?, self.lexemes.get(self.at.checked_sub(1)?)?);
        if self.at == start {
            return None;
        }
        self.atoms.push(first.span.join(last.span).of(&self.mender.text).to_owned());
        Some(Formula::Atom(self.atoms.len() - 1))
    }

    /// Whether the parenthesis opens a range, such as `(1..5)`.
    fn is_range(&self) -> bool {
        let inside = self.lexemes.get(self.at + 1..).unwrap_or_default();
        let end = inside.iter().position(|lexeme| lexeme.kind == LexemeKind::CloseParenthesis);
        inside[..end.unwrap_or(inside.len())].iter().any(|lexeme| lexeme.kind == LexemeKind::DotDot)
    }
}
