//! Finds variables in CleverTap's second syntax, which is used outside Liquid:
//! `@Profile - First Name | default: "friend"`.
//!
//! CleverTap's editor inserts these variables when `@` is typed and shows them as chips. Only a chip with a default is
//! recognized here, because a chip without a default looks like ordinary text.

use crate::text::Span;

use super::filters;
use super::syntax::{
    Expression, FilterCall, FilteredExpression, Literal, OutputNode, Path, PathStep, PathStepKind,
};

/// Returns the chips in the span `text` of `source`, in order.
pub(super) fn find(source: &str, text: Span) -> Vec<OutputNode> {
    let mut found = Vec::new();
    let mut at = text.start;
    while let Some(sign) = source.get(at..text.end).and_then(|rest| rest.find('@')) {
        let start = at + sign;
        match chip_at(source, start, text.end) {
            Some(chip) => {
                at = chip.span.end;
                found.push(chip);
            }
            // A chip may follow closely, as in `@ann@Profile - …`, so the search continues right after the `@`, which
            // has one byte.
            None => at = start + 1,
        }
    }
    found
}

/// Returns whether a text ends where the quoted default of a chip must start, as in `@Profile - Name | default: `.
pub(crate) fn expects_default(before: &str) -> bool {
    let Some(sign) = before.rfind('@') else { return false };
    // Adding a default, whatever its value, completes the unfinished chip.
    let finished = format!("{}\"x\"", &before[sign..]);
    chip_at(&finished, 0, finished.len()).is_some_and(|chip| chip.span.end == finished.len())
}

fn chip_at(source: &str, start: usize, end: usize) -> Option<OutputNode> {
    let rest = source.get(start + 1..end)?;
    let line = rest.split('\n').next()?;
    let root_length = line.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let (root, after_root) = line.split_at(root_length);
    let property = after_root.strip_prefix(" - ")?;
    // The name may contain spaces and dashes. It ends at the `|` before the default. If `@`, `"`, `{`, or `}` comes
    // before the `|`, the text is not a chip.
    let name_length = property.find(['|', '@', '"', '{', '}'])?;
    let (name, after_name) = property.split_at(name_length);
    let name = name.trim_end();
    let after_pipe = after_name.strip_prefix('|')?.trim_start();
    let after_word = after_pipe.strip_prefix("default")?.trim_start();
    let quoted = after_word.strip_prefix(':')?.trim_start();
    let value = quoted.strip_prefix('"')?;
    let value_length = value.find('"')?;
    if root.is_empty() || name.is_empty() {
        return None;
    }
    let root_span = Span::new(start + 1, start + 1 + root.len());
    let name_span = Span::new(root_span.end + 3, root_span.end + 3 + name.len());
    let value_start = start + 1 + offset_of(line, quoted)?;
    let value_span = Span::new(value_start, value_start + value_length + 2);
    let word_start = start + 1 + offset_of(line, after_pipe)?;
    let span = Span::new(start, value_span.end);
    // A chip can start with an event's name: `@Charged - amount`. Only the event that triggered the campaign is
    // available, so every event's name is read as the variable `Event`.
    let root_name = if root == "Profile" { "Profile" } else { "Event" };
    let step = |span: Span, name: &str| PathStep {
        span,
        kind: PathStepKind::Name { name: name.to_owned(), is_dotted: false },
    };
    let path = Path {
        span: root_span.join(name_span),
        root: step(root_span, root_name),
        steps: vec![step(name_span, name)],
    };
    let default = FilterCall {
        span: Span::new(word_start, value_span.end),
        name: Span::new(word_start, word_start + "default".len()),
        filter: filters::find("default")?,
        arguments: vec![Expression::Literal(value_span, Literal::Text(value[..value_length].to_owned()))],
        keywords: Vec::new(),
    };
    let value = FilteredExpression { span, value: Expression::Path(path), filters: vec![default] };
    Some(OutputNode { span, value })
}

/// Returns the offset in `line` at which its suffix `suffix` starts, or `None` if `suffix` is longer than `line`.
fn offset_of(line: &str, suffix: &str) -> Option<usize> {
    line.len().checked_sub(suffix.len())
}
