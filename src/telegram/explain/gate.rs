//! Decides which fixes of a text's problems are safe. A rule that finds a problem can only claim that its fix is safe.
//! This module applies the claimed fixes to a copy of the text, parses it again, and keeps the claims that the result
//! confirms.
//!
//! If Telegram refuses a text, there is no message with which the fixed text could be compared. So the expected message
//! is read from the author's own markup: each character that the fix makes literal is replaced by a stand-in that no
//! parser treats specially, and all other delimiters stay delimiters.

use std::collections::HashMap;

use crate::diagnostic::{self, Code, Diagnostic, Rewritten, TextEdit, merged};
use crate::telegram::ParseMode;
use crate::telegram::markdown_v2;
use crate::telegram::markup::{CollectAll, TextFormat};
use crate::telegram::parse::parse_with;
use crate::text::Span;

/// The first stand-in, and the number of stand-ins. They are private-use characters at the end of Unicode's last plane.
/// A text that contains one of them gets no stand-ins.
const FIRST_STAND_IN: u32 = 0x10_f000;
const N_STAND_INS: usize = 0xf00;

/// The maximum number of fixes that are tried alone if they cannot all be applied together. This bounds the work on a
/// text with hundreds of warnings.
const MAX_ALONE: usize = 16;

/// Marks each fix as unsafe that is not proven to be safe. `find` returns the problems of a text, without this check.
pub(super) fn keep_proven(
    mode: ParseMode,
    input: &str,
    problems: &mut [Diagnostic],
    find: impl Fn(&str) -> Vec<Diagnostic>,
) {
    if shows_liquid(input) {
        problems.iter_mut().flat_map(|problem| &mut problem.fixes).for_each(|fix| fix.safe = false);
        return;
    }
    let claims: Vec<usize> = (0..problems.len()).filter(|at| claim(&problems[*at]).is_some()).collect();
    let holds = |claims: &[usize]| {
        let edits = merged(claims.iter().filter_map(|at| claim(&problems[*at])));
        edits.is_some_and(|edits| holds(mode, input, problems, &edits, &find))
    };
    let errors: Vec<usize> = claims.iter().copied().filter(|at| problems[*at].is_error()).collect();
    let proven = if claims.is_empty() || holds(&claims) {
        claims
    } else if !errors.is_empty() {
        // Errors are not tried one by one: a text that still has another error is refused, and this proves nothing
        // about the fix.
        if holds(&errors) { errors } else { Vec::new() }
    } else {
        claims.into_iter().take(MAX_ALONE).filter(|at| holds(&[*at])).collect()
    };
    diagnostic::keep_proven(problems, &proven);
}

/// Whether the text shows a delimiter of Liquid, for example because the body has `{ Profile.name }}`. The author then
/// mistyped an output or tag. An escape of the characters in it would show the mistyped Liquid as text, and the
/// recipients would read it.
fn shows_liquid(input: &str) -> bool {
    ["{{", "}}", "{%", "%}"].iter().any(|delimiter| input.contains(delimiter))
}

fn claim(problem: &Diagnostic) -> Option<&[TextEdit]> {
    problem.safe_fix().map(|fix| fix.edits.as_slice())
}

/// Returns whether Telegram accepts the edited text, the edits cause no new problem, and the message is the one that
/// the author's markup describes.
fn holds(
    mode: ParseMode,
    input: &str,
    before: &[Diagnostic],
    edits: &[TextEdit],
    find: impl Fn(&str) -> Vec<Diagnostic>,
) -> bool {
    let Some(fixed) = Rewritten::new(input, edits) else { return false };
    let after = find(&fixed.text);
    let (n_before, n_after) = (counted(before), counted(&after));
    !after.iter().any(Diagnostic::is_error)
        && n_after.iter().all(|(code, n)| *n <= n_before.get(code).copied().unwrap_or(0))
        && n_after.values().sum::<usize>() < n_before.values().sum()
        && keeps_message(mode, input, edits)
}

fn counted(problems: &[Diagnostic]) -> HashMap<Code, usize> {
    let mut counted = HashMap::new();
    for problem in problems {
        *counted.entry(problem.code).or_default() += 1;
    }
    counted
}

/// Returns whether the edited text has the visible text and the entities that the author's markup describes.
pub(super) fn keeps_message(mode: ParseMode, input: &str, edits: &[TextEdit]) -> bool {
    let Some(fixed) = Rewritten::new(input, edits) else { return false };
    let is_touched = |open: Span| {
        edits
            .iter()
            .any(|edit| edit.span.start < open.end && open.start < edit.span.end.max(edit.span.start + 1))
    };
    let literals: Option<Vec<_>> = edits.iter().map(|edit| literal(mode, input, edit)).collect();
    if let Some(expected) = literals.and_then(|literals| expected(mode, input, &literals)) {
        return Reading::of(mode, &fixed, Extent::Delimiters, |_| true) == Some(expected);
    }
    // The edits change tags. The elements whose start tag is edited are left out, because the problem is about them. Of
    // the others, only the text is compared, because their end tags may have been swapped.
    let read = |text: &Rewritten| Reading::of(mode, text, Extent::Text, |open| !is_touched(open));
    let expected = Rewritten::new(input, &[]).and_then(|input| read(&input));
    expected.is_some() && expected == read(&fixed)
}

/// Returns the message that the author wrote if each span of `literals` is meant as the text beside it. Returns `None`
/// if one of them is inside a tag, where nothing is text.
fn expected(mode: ParseMode, input: &str, literals: &[(Span, String)]) -> Option<Reading> {
    let is_stand_in = |c: char| FIRST_STAND_IN <= u32::from(c);
    if N_STAND_INS < literals.len() || input.chars().any(is_stand_in) {
        return None;
    }
    let stand_ins = literals.iter().zip(FIRST_STAND_IN..);
    let edits: Option<Vec<TextEdit>> = stand_ins
        .map(|((span, _), stand_in)| {
            Some(TextEdit { span: *span, replacement: char::from_u32(stand_in)?.to_string() })
        })
        .collect();
    let mut expected = Reading::of(mode, &Rewritten::new(input, &edits?)?, Extent::Delimiters, |_| true)?;
    let n_shown = expected.text.chars().filter(|c| is_stand_in(*c)).count();
    if mode == ParseMode::Html && n_shown < literals.len() {
        return None;
    }
    let mut text = String::with_capacity(expected.text.len());
    for c in expected.text.chars() {
        match u32::from(c).checked_sub(FIRST_STAND_IN) {
            Some(at) => text.push_str(&literals.get(at as usize)?.1),
            None => text.push(c),
        }
    }
    expected.text = text;
    Some(expected)
}

/// A parsed text, in a form that does not depend on how its literal characters are escaped.
#[derive(Debug, PartialEq)]
struct Reading {
    text: String,
    /// The formats, each with its opening delimiter in the original text and its extent.
    elements: Vec<(Option<TextFormat>, Span, Span)>,
}

/// How the extent of an element is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Its closing delimiter in the original text.
    Delimiters,
    /// Its range of the output.
    Text,
}

impl Reading {
    /// Reads a text, even if it has errors, as far as the parser recovers from them. Leaves out the elements for which
    /// `is_of_interest` returns false. It gets the opening delimiter in the original text.
    fn of(
        mode: ParseMode,
        text: &Rewritten,
        extent: Extent,
        is_of_interest: impl Fn(Span) -> bool,
    ) -> Option<Self> {
        let mut collected = CollectAll::default();
        let parsed = parse_with(mode, &text.text, &mut collected).ok()?;
        let elements = collected.elements.iter();
        let elements = elements
            .map(|element| {
                let end = match extent {
                    Extent::Delimiters => text.original(element.close),
                    Extent::Text => element.text,
                };
                (element.format, text.original(element.open), end)
            })
            .filter(|(_, open, _)| is_of_interest(*open));
        Some(Self { elements: elements.collect(), text: parsed.text })
    }
}

/// Returns the span of the original text that an edit makes literal, and the text that it then shows. Returns `None` if
/// the edit writes markup.
fn literal(mode: ParseMode, input: &str, edit: &TextEdit) -> Option<(Span, String)> {
    let TextEdit { span, replacement } = edit;
    if mode != ParseMode::Html && replacement == "\\" && span.is_empty() {
        let c = input.get(span.start..)?.chars().next()?;
        return Some((Span::new(span.start, span.start + c.len_utf8()), c.to_string()));
    }
    let shown = match (mode, replacement.as_str()) {
        (ParseMode::Html, "&lt;") => "<",
        (ParseMode::Html, "&gt;") => ">",
        (ParseMode::Html, "&amp;") => "&",
        (ParseMode::Html, text) if !text.contains(['<', '>', '&', '"']) => text,
        (ParseMode::Markdown | ParseMode::MarkdownV2, text)
            if !text.bytes().any(|byte| byte == b'\\' || markdown_v2::is_reserved(byte)) =>
        {
            text
        }
        _ => return None,
    };
    (!span.is_empty()).then(|| (*span, shown.to_owned()))
}
