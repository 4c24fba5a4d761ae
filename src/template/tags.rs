//! The tags: one table that completion, help and "did you mean" read.

use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::dialect::Dialect;
use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TagDoc {
    pub name: &'static str,
    pub signature: &'static str,
    /// One line on what it does; no full stop.
    pub summary: &'static str,
    pub is_block: bool,
    pub dialects: &'static [Dialect],
}

const BOTH: &[Dialect] = &[Dialect::Telecast, Dialect::CleverTap];
const OWN: &[Dialect] = &[Dialect::Telecast];

const fn tag(name: &'static str, signature: &'static str, summary: &'static str) -> TagDoc {
    TagDoc { name, signature, summary, is_block: false, dialects: BOTH }
}

const fn block(name: &'static str, signature: &'static str, summary: &'static str) -> TagDoc {
    TagDoc { is_block: true, ..tag(name, signature, summary) }
}

const fn own(doc: TagDoc) -> TagDoc {
    TagDoc { dialects: OWN, ..doc }
}

pub static TAGS: &[TagDoc] = &[
    own(tag("#", "words", "A comment in one tag")),
    tag("abort", "", "Skips this recipient; counted as LiquidLogicAborted"),
    tag("assign", "name = value", "Gives a value a name"),
    tag("break", "", "Ends the loop"),
    block("capture", "name", "Gives what its body prints a name"),
    block("case", "value", "Chooses a `when` by its value"),
    block("comment", "", "Prints nothing"),
    tag("continue", "", "Goes on with the loop's next item"),
    tag("cycle", "'a', 'b'", "Prints its values in turn"),
    tag("decrement", "name", "Counts down and prints"),
    own(block("doc", "", "A comment that documents a partial")),
    own(tag("echo", "value", "Prints a value, as `{{ }}` does")),
    tag("else", "", "What happens otherwise"),
    tag("elsif", "condition", "A further condition"),
    block("for", "item in list", "Repeats its body for each item"),
    block("if", "condition", "Prints its body where the condition holds"),
    block("ifchanged", "", "Prints its body where that differs from the last time"),
    tag("include", "'partial'", "Puts a partial here, with the names of this body"),
    tag("increment", "name", "Prints and counts up"),
    own(tag("liquid", "", "Several tags, one a line")),
    block("raw", "", "Prints its body as it is"),
    own(tag("render", "'partial', name: value", "Puts a partial here, with the values it is given")),
    block("tablerow", "item in list", "Prints an HTML table's rows; Telegram does not know tables"),
    block("unless", "condition", "Prints its body where the condition does not hold"),
    tag("when", "value, value", "A value of `case`"),
];

pub(super) fn unknown(name: &str, span: Span) -> Diagnostic {
    if name.is_empty() {
        return Diagnostic::error(Code::LiquidSyntax, span, "a tag without a name");
    }
    let problem = Diagnostic::error(Code::UnknownTag, span, format!("unknown tag `{name}`"));
    match did_you_mean(name, TAGS.iter().map(|tag| tag.name)) {
        Some(near) => problem.with_near(span, near, near),
        None => problem,
    }
}
