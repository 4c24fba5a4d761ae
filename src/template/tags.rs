//! The table of Liquid tags, which completion, hover, and "did you mean" use.

use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::dialect::Dialect;
use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TagDoc {
    pub name: &'static str,
    pub signature: &'static str,
    /// One line without a full stop.
    pub summary: &'static str,
    pub is_block: bool,
    pub dialects: &'static [Dialect],
}

const BOTH: &[Dialect] = &[Dialect::Telecast, Dialect::CleverTap];
// Marks the tags that CleverTap's engine does not have. The engine is said to be LiqP 0.7.9, a Liquid engine for Java.
const TELECAST_ONLY: &[Dialect] = &[Dialect::Telecast];

const fn tag(name: &'static str, signature: &'static str, summary: &'static str) -> TagDoc {
    TagDoc { name, signature, summary, is_block: false, dialects: BOTH }
}

const fn block(name: &'static str, signature: &'static str, summary: &'static str) -> TagDoc {
    TagDoc { is_block: true, ..tag(name, signature, summary) }
}

const fn telecast_only(doc: TagDoc) -> TagDoc {
    TagDoc { dialects: TELECAST_ONLY, ..doc }
}

pub(crate) static TAGS: &[TagDoc] = &[
    // The tags are sorted by name, because completion shows them in this order. A test checks the order.
    telecast_only(tag("#", "text", "A one-line comment")),
    tag("abort", "", "Skips this recipient; counted as LiquidLogicAborted"),
    tag("assign", "name = value", "Sets a variable"),
    tag("break", "", "Ends the loop"),
    block("capture", "name", "Sets a variable to the output of its body"),
    block("case", "value", "Prints the `when` branch that matches the value"),
    block("comment", "", "A comment; prints nothing"),
    tag("continue", "", "Continues with the next item of the loop"),
    tag("cycle", "'a', 'b'", "Prints its values in turn"),
    tag("decrement", "name", "Decrements a counter, then prints it"),
    telecast_only(block("doc", "", "A comment that documents a partial")),
    telecast_only(tag("echo", "value", "Prints a value, as `{{ }}` does")),
    tag("else", "", "Prints its branch if no other one applies"),
    tag("elsif", "condition", "Prints its branch if this condition holds"),
    block("for", "item in list", "Repeats its body for each item"),
    block("if", "condition", "Prints its body if the condition holds"),
    block("ifchanged", "", "Prints its body if it differs from the last time"),
    tag("include", "'partial'", "Inserts a partial that sees this body's variables"),
    tag("increment", "name", "Prints a counter, then increments it"),
    telecast_only(tag("liquid", "", "Several tags, one per line")),
    block("raw", "", "Prints its body without reading Liquid in it"),
    telecast_only(tag(
        "render",
        "'partial', name: value",
        "Inserts a partial that sees only the values passed to it",
    )),
    block("tablerow", "item in list", "Prints the rows of an HTML table, which Telegram rejects"),
    block("unless", "condition", "Prints its body if the condition does not hold"),
    tag("when", "value, value", "A branch of `case`, for these values"),
];

/// Returns the diagnostic for a tag with an unknown name or without a name.
pub(super) fn unknown(name: &str, span: Span) -> Diagnostic {
    if name.is_empty() {
        return Diagnostic::error(Code::LiquidSyntax, span, "this tag has no name");
    }
    let problem = Diagnostic::error(Code::UnknownTag, span, format!("unknown tag `{name}`"));
    match did_you_mean(name, TAGS.iter().map(|tag| tag.name)) {
        Some(near) => problem.with_near(span, near, near),
        None => problem,
    }
}

/// LiqP, CleverTap's engine, refuses `elsif` in `unless`.
pub(super) const NO_ELSIF: &str = "`unless` has no `elsif` in CleverTap";
pub(super) const NO_ELSIF_HELP: &str = "write `{% else %}`, and a whole `if` with `endif` inside it";
