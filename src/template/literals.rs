//! Finds the outputs and tags that print only literals of the body, such as `{{ t }}` after `{% assign t = "<b>" %}`.
//!
//! What they print is the author's own text, as if it were typed, and not a value that differs between recipients.

use std::collections::{HashMap, HashSet};

use super::Template;
use super::syntax::{Block, Expression, FilteredExpression, SyntaxNode, TagNode};
use super::walk;
use crate::text::Span;

/// Returns the spans of the outputs and tags in the body itself that print only literals.
pub(crate) fn literal_outputs(template: &Template) -> HashSet<Span> {
    let mut names: HashMap<&str, bool> = HashMap::new();
    // A partial may set the names of its caller, so with partials, the value of a name is not known.
    let has_partials = 1 < template.files().len();
    walk::tags(template.body(), &mut |_, tag| match tag {
        TagNode::Assign { name, value } => {
            let is_literal = !has_partials && value.value.as_text().is_some() && keeps_literal(value);
            *names.entry(name).or_insert(true) &= is_literal;
        }
        TagNode::Capture { name, .. } | TagNode::Increment(name) | TagNode::Decrement(name) => {
            names.insert(name, false);
        }
        TagNode::For(each) | TagNode::TableRow(each) => {
            names.insert(&each.variable, false);
        }
        TagNode::If { .. }
        | TagNode::Case { .. }
        | TagNode::Break
        | TagNode::Continue
        | TagNode::Cycle { .. }
        | TagNode::IfChanged(_)
        | TagNode::Partial(_)
        | TagNode::Abort
        | TagNode::Raw(_)
        | TagNode::Comment
        | TagNode::Broken => {}
    });
    let mut found = HashSet::new();
    add_outputs(template.body(), &names, &mut found);
    found
}

fn add_outputs(block: &Block, names: &HashMap<&str, bool>, found: &mut HashSet<Span>) {
    for node in &block.nodes {
        match node {
            SyntaxNode::Text(_) => {}
            SyntaxNode::Output(output) => {
                if is_literal(&output.value.value, names) && keeps_literal(&output.value) {
                    found.insert(output.span);
                }
            }
            SyntaxNode::Tag(span, tag) => {
                if let TagNode::Cycle { items, .. } = &**tag
                    && items.iter().all(|item| item.as_text().is_some())
                {
                    found.insert(*span);
                }
                for inner in walk::blocks_of(tag) {
                    add_outputs(inner, names, found);
                }
            }
        }
    }
}

fn is_literal(value: &Expression, names: &HashMap<&str, bool>) -> bool {
    match value {
        Expression::Path(path) => {
            path.steps.is_empty() && path.name().and_then(|name| names.get(name)) == Some(&true)
        }
        value @ (Expression::Literal(..) | Expression::Range(..)) => value.as_text().is_some(),
    }
}

/// Returns whether the filters of a literal have only literals as arguments. `date` is an exception, because it turns
/// the literal `now` into the present time.
fn keeps_literal(value: &FilteredExpression) -> bool {
    value.filters.iter().all(|filter| {
        let is_literal = |argument: &Expression| argument.as_literal().is_some();
        filter.filter.name != "date"
            && filter.arguments.iter().all(is_literal)
            && filter.keywords.iter().all(|(_, argument)| is_literal(argument))
    })
}
