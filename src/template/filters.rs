//! The Liquid filters. Parsing, rendering, completion, hover, and "did you mean" share one table of the filters.

mod call;
mod date;
mod escape;
mod foreign;
mod general;
mod html;
mod list;
mod math;
mod table;
mod text;

use crate::diagnostic::{Code, Diagnostic, Fix, did_you_mean};
use crate::dialect::Dialect;
use crate::text::Span;

use super::flavour::Flavour;

pub(crate) use call::FilterDoc;
pub(super) use call::{Call, FilterDoc as Filter, FilterError};
pub(super) use date::{MONTHS, WEEKDAYS};
pub(crate) use table::FILTERS;

pub(super) fn find(name: &str) -> Option<&'static FilterDoc> {
    // The binary search needs a table that is sorted by name. A test checks the order.
    FILTERS.binary_search_by(|filter| filter.name.cmp(name)).ok().and_then(|index| FILTERS.get(index))
}

pub(super) fn unknown(name: &str, span: Span, flavour: Flavour) -> Diagnostic {
    let problem = Diagnostic::error(Code::UnknownFilter, span, format!("unknown filter `{name}`"));
    let dialect = match flavour {
        Flavour::Dialect(dialect) => dialect,
        Flavour::Shopify => Dialect::default(),
    };
    if let Some(foreign) = foreign::find(name) {
        let problem = problem.with_help(foreign.help());
        return match foreign.fix(dialect) {
            Some((written, is_exact)) => {
                let fix = Fix::replace(format!("replace with `{written}`"), span, written);
                problem.with_fix(if is_exact { fix } else { fix.unsafe_to_apply() })
            }
            None => problem,
        };
    }
    let names = FILTERS.iter().filter(|filter| filter.dialects.contains(&dialect)).map(|filter| filter.name);
    match did_you_mean(name, names) {
        Some(near) => {
            let mut problem = problem.with_near(span, near, near);
            problem.fixes.iter_mut().for_each(|fix| fix.safe = is_plain_slip(name, near));
            problem
        }
        None => problem,
    }
}

// A shorter word is one letter away from too many others: `list` and `last`, `sub` and `sum`.
const MIN_SLIP_LEN: usize = 5;

/// Whether `written` can only be `name` with one mistyped letter. A word further away, such as `unescape`, may be a
/// filter of another engine that does something else.
fn is_plain_slip(written: &str, name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    MIN_SLIP_LEN <= written.len()
        && written.chars().all(|c| is_letter(c) || name.contains(c))
        && written.chars().next() == name.chars().next()
        && is_one_slip(written, name)
}

/// Whether one insertion, deletion, replacement, or swap of two neighboring letters turns `a` into `b`.
fn is_one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let prefix = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    matches!((a, b), ([] | [_], [] | [_])) || matches!((a, b), ([a, b], [c, d]) if a == d && b == c)
}

/// Checks the arguments of a filter while parsing, so that a mistake is reported before any message is rendered.
///
/// `name` is the span of the filter's name, `span` is the span of the whole call, and `given` is the number of
/// positional arguments.
pub(super) fn check_arguments(
    filter: &FilterDoc,
    name: Span,
    span: Span,
    given: usize,
    keywords: &[(String, super::syntax::Expression)],
) -> Result<(), Box<Diagnostic>> {
    let (least, most) = filter.arguments;
    let usage = match filter.signature {
        "" => format!("write `| {}`", filter.name),
        // The signature of `date` is only the word "format", which does not show what a format looks like.
        "format" => format!("write `| {}: \"%d.%m.%Y\"`", filter.name),
        signature => format!("write `| {}: {signature}`", filter.name),
    };
    // If an argument is missing, the diagnostic points to the filter's name, because a missing argument has no span. If
    // there are too many arguments, the diagnostic points to the whole call.
    if given < least {
        let message = format!("`{}` needs {}", filter.name, arguments_in_words(least));
        return Err(Box::new(Diagnostic::error(Code::FilterArgument, name, message).with_help(usage)));
    }
    if most < given {
        let message = match most {
            0 => format!("`{}` takes no arguments", filter.name),
            _ => format!("`{}` takes at most {}", filter.name, arguments_in_words(most)),
        };
        return Err(Box::new(Diagnostic::error(Code::FilterArgument, span, message).with_help(usage)));
    }
    match keywords.iter().find(|(key, _)| !filter.keywords.contains(&key.as_str())) {
        Some((key, _)) => {
            let message = format!("`{}` has no `{key}`", filter.name);
            Err(Box::new(Diagnostic::error(Code::FilterArgument, span, message).with_help(usage)))
        }
        None => Ok(()),
    }
}

fn arguments_in_words(count: usize) -> String {
    if count == 1 { "an argument".to_owned() } else { format!("{count} arguments") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_slip_of_one_letter_is_safe_to_correct() {
        let is_safe = |name: &str| {
            let problem = unknown(name, Span::new(0, name.len()), Flavour::Dialect(Dialect::Telecast));
            problem.fixes.first().map(|fix| fix.safe)
        };
        for slip in
            ["capitalise", "escpae", "replcae", "upcasee", "appnd", "truncat", "defualt", "json_escap"]
        {
            assert_eq!(is_safe(slip), Some(true), "{slip}");
        }
        let others = [
            "unescape",
            "ucfirst",
            "lcfirst",
            "list",
            "sub",
            "round2",
            "tg_escape",
            "splice",
            "lsort",
            "pdate",
            "tojsn",
            "tg_htm5",
            "unescape_once",
        ];
        for other in others {
            assert_ne!(is_safe(other), Some(true), "{other}");
        }
        for (foreign, right) in [("replace_all", "replace"), ("truncatechars", "truncate"), ("add", "plus")] {
            let problem = unknown(foreign, Span::new(0, foreign.len()), Flavour::Dialect(Dialect::Telecast));
            assert_eq!(problem.fixes[0].apply(foreign).as_deref(), Some(right));
        }
    }
}
