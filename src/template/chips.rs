//! CleverTap's other variables: `@Profile - First Name | default: "friend"`, outside tags.
//!
//! CleverTap's editor inserts them at `@` and shows them as chips. Only with a default are they told from plain text.

use crate::text::Span;

use super::filters;
use super::syntax::{Expression, FilterCall, Literal, Output, Path, Piped, Step, StepKind};

/// Returns the chips in the text of `source` under `text`, ascending.
pub(super) fn find(source: &str, text: Span) -> Vec<Output> {
    let mut found = Vec::new();
    let mut at = text.start;
    while let Some(sign) = source.get(at..text.end).and_then(|rest| rest.find('@')) {
        let start = at + sign;
        match chip_at(source, start, text.end) {
            Some(chip) => {
                at = chip.span.end;
                found.push(chip);
            }
            None => at = start + 1,
        }
    }
    found
}

fn chip_at(source: &str, start: usize, end: usize) -> Option<Output> {
    let rest = source.get(start + 1..end)?;
    let line = rest.split('\n').next()?;
    let root_length = line.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let (root, behind) = line.split_at(root_length);
    let property = behind.strip_prefix(" - ")?;
    let name_length = property.find(['|', '@', '"', '{', '}'])?;
    let (name, behind) = property.split_at(name_length);
    let name = name.trim_end();
    let after_pipe = behind.strip_prefix('|')?.trim_start();
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
    // The event that triggered the campaign is the only one whose properties are at hand.
    let root_name = if root == "Profile" { "Profile" } else { "Event" };
    let step = |span: Span, name: &str| Step {
        span,
        kind: StepKind::Name { name: name.to_owned(), is_dotted: false },
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
    let value = Piped { span, value: Expression::Path(path), filters: vec![default] };
    Some(Output { span, value })
}

/// Returns where `part`, an end of `line`, starts in it.
fn offset_of(line: &str, part: &str) -> Option<usize> {
    line.len().checked_sub(part.len())
}
