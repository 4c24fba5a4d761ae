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
        Some(near) => problem.with_near(span, near, near),
        None => problem,
    }
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
