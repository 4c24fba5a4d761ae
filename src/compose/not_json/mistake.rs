//! Recognizes the mistakes that people make in JSON. The parser reports where a text stops being JSON. This module
//! finds what the author probably did, and how to repair it. It knows nothing of Liquid: all spans are in the JSON
//! text.

mod fault;

mod characters;
mod quotes;
mod separators;
mod values;

use crate::diagnostic::apply_edits;
use crate::json::{self, SyntaxError};

use fault::Fault;
pub(super) use fault::{Mistake, Repair};

/// Recognizes the mistake that caused `error`, which is the error of parsing `text`.
pub(super) fn recognize(text: &str, error: &SyntaxError) -> Mistake {
    let fault = Fault { text, error };
    let mut mistake = first_recognized(&fault);
    mistake.repair = mistake.repair.and_then(|repair| checked(repair, &fault));
    mistake
}

/// Returns whether the error is a control character in a key whose closing quote is missing. The quote is then the
/// mistake, and not the control character.
pub(super) fn is_unclosed_key(text: &str, error: &SyntaxError) -> bool {
    quotes::unclosed_key(&Fault { text, error }).is_some()
}

/// The maximum number of mistakes in one text for which a repair counts as certain. Each of them takes a few passes
/// over the text.
const MAX_MISTAKES: usize = 16;

/// Recognizes one kind of mistake.
type Recognizer = fn(&Fault<'_>) -> Option<Mistake>;

/// The recognizers in the order in which they are tried. Recognizers that look for a particular character come first.
/// For each kind of error, the last recognizer is the most general one.
const RECOGNIZERS: &[Recognizer] = &[
    characters::invisible,
    characters::code_fence,
    characters::comment,
    quotes::unclosed_key,
    characters::in_string,
    quotes::escaped,
    quotes::foreign,
    values::minus,
    values::literal,
    values::number,
    values::escape,
    separators::extra_comma,
    separators::wrong_separator,
    separators::joined_strings,
    separators::missing_comma,
    separators::wrong_bracket,
    quotes::missing_closer,
    quotes::missing_opener,
    quotes::unquoted_key,
    quotes::inner_quote,
    values::unquoted_text,
    separators::missing_colon,
    separators::trailing_text,
    separators::unclosed,
    separators::expected,
];

fn first_recognized(fault: &Fault<'_>) -> Mistake {
    RECOGNIZERS.iter().find_map(|recognizer| recognizer(fault)).unwrap_or_default()
}

/// Returns the repair if it removes at least this error. The repair stays certain only if all later mistakes have
/// certain repairs too. A later error without one may be a sign that this mistake was misread.
fn checked(repair: Repair, fault: &Fault<'_>) -> Option<Repair> {
    let repaired = apply_edits(&repair.edits, fault.text)?;
    let first = repair.edits.first()?;
    let Err(next) = json::parse(&repaired) else { return Some(repair) };
    let n_added: usize = repair.edits.iter().map(|edit| edit.replacement.len()).sum();
    let is_later = fault.error.span.start.max(first.span.start + n_added) < next.span.start
        || fault.error.span.end < next.span.start;
    is_later.then(|| Repair { is_certain: repair.is_certain && is_repairable(repaired), ..repair })
}

/// Returns whether certain repairs alone turn the text into JSON.
fn is_repairable(mut text: String) -> bool {
    for _ in 0..MAX_MISTAKES {
        let Err(error) = json::parse(&text) else { return true };
        let fault = Fault { text: &text, error: &error };
        let repair = first_recognized(&fault).repair.filter(|repair| repair.is_certain);
        match repair.and_then(|repair| apply_edits(&repair.edits, &text)) {
            Some(repaired) => text = repaired,
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests;
