//! Visitors that walk the syntax tree and call a function for each tag, for each value with filters, or for each path.

use crate::text::Span;

use super::syntax::{
    Block, Condition, CycleGroup, Expression, FilteredExpression, Loop, Offset, PartialCall, Path,
    PathStepKind, SyntaxNode, TagNode,
};

/// Calls `visit` with every tag of `block` and of the blocks inside it, in source order.
pub(super) fn tags<'t>(block: &'t Block, visit: &mut dyn FnMut(Span, &'t TagNode)) {
    for node in &block.nodes {
        if let SyntaxNode::Tag(span, tag) = node {
            visit(*span, tag);
            for inner in blocks_of(tag) {
                tags(inner, visit);
            }
        }
    }
}

/// Calls `visit` with the value and filters of every output and `assign`, in source order.
pub(super) fn pipes<'t>(block: &'t Block, visit: &mut dyn FnMut(&'t FilteredExpression)) {
    for node in &block.nodes {
        match node {
            SyntaxNode::Text(_) => {}
            SyntaxNode::Output(output) => visit(&output.value),
            SyntaxNode::Tag(_, tag) => {
                if let TagNode::Assign { value, .. } = &**tag {
                    visit(value);
                }
                for inner in blocks_of(tag) {
                    pipes(inner, visit);
                }
            }
        }
    }
}

/// Calls `visit` with every path, and with whether a `default` filter is applied to the path.
pub(super) fn paths<'t>(block: &'t Block, visit: &mut dyn FnMut(&'t Path, bool)) {
    for node in &block.nodes {
        match node {
            SyntaxNode::Text(_) => {}
            SyntaxNode::Output(output) => in_piped(&output.value, visit),
            SyntaxNode::Tag(_, tag) => {
                in_tag(tag, visit);
                for inner in blocks_of(tag) {
                    paths(inner, visit);
                }
            }
        }
    }
}

pub(super) fn blocks_of(tag: &TagNode) -> Vec<&Block> {
    match tag {
        TagNode::Capture { body, .. } | TagNode::IfChanged(body) => vec![body],
        TagNode::If { branches } => branches.iter().map(|branch| &branch.body).collect(),
        TagNode::Case { branches, .. } => branches.iter().map(|branch| &branch.body).collect(),
        TagNode::For(each) | TagNode::TableRow(each) => {
            std::iter::once(&each.body).chain(each.otherwise.as_ref()).collect()
        }
        // There is no `_` arm, so that the compiler reports a new tag that is missing here. The body of a new tag must
        // not be left out of the walks.
        TagNode::Assign { .. }
        | TagNode::Break
        | TagNode::Continue
        | TagNode::Cycle { .. }
        | TagNode::Increment(_)
        | TagNode::Decrement(_)
        | TagNode::Partial(_)
        | TagNode::Abort
        | TagNode::Raw(_)
        | TagNode::Comment
        | TagNode::Broken => Vec::new(),
    }
}

fn in_tag<'t>(tag: &'t TagNode, visit: &mut dyn FnMut(&'t Path, bool)) {
    match tag {
        TagNode::Assign { value, .. } => in_piped(value, visit),
        TagNode::If { branches } => {
            for condition in branches.iter().filter_map(|branch| branch.condition.as_ref()) {
                in_condition(condition, visit);
            }
        }
        TagNode::Case { subject, branches } => {
            in_expression(subject, false, visit);
            for value in branches.iter().flat_map(|branch| &branch.values) {
                in_expression(value, false, visit);
            }
        }
        TagNode::For(each) | TagNode::TableRow(each) => in_loop(each, visit),
        TagNode::Cycle { group, items, .. } => {
            let name = match group {
                CycleGroup::Named(name) => Some(name),
                CycleGroup::Values(_) | CycleGroup::Own => None,
            };
            for value in name.into_iter().chain(items) {
                in_expression(value, false, visit);
            }
        }
        TagNode::Partial(call) => in_call(call, visit),
        TagNode::Capture { .. }
        | TagNode::Break
        | TagNode::Continue
        | TagNode::Increment(_)
        | TagNode::Decrement(_)
        | TagNode::IfChanged(_)
        | TagNode::Abort
        | TagNode::Raw(_)
        | TagNode::Comment
        | TagNode::Broken => {}
    }
}

fn in_loop<'t>(each: &'t Loop, visit: &mut dyn FnMut(&'t Path, bool)) {
    in_expression(&each.collection, false, visit);
    let offset = match &each.offset {
        Some(Offset::At(offset)) => Some(offset),
        Some(Offset::Continue) | None => None,
    };
    for value in each.limit.iter().chain(offset).chain(&each.columns) {
        in_expression(value, false, visit);
    }
}

fn in_call<'t>(call: &'t PartialCall, visit: &mut dyn FnMut(&'t Path, bool)) {
    in_expression(&call.name, false, visit);
    if let Some(subject) = &call.subject {
        in_expression(&subject.value, false, visit);
    }
    for (_, value) in &call.arguments {
        in_expression(value, false, visit);
    }
}

pub(super) fn in_condition<'t>(condition: &'t Condition, visit: &mut dyn FnMut(&'t Path, bool)) {
    match condition {
        Condition::Value(value) => in_expression(value, false, visit),
        Condition::Compare { left, right, .. } => {
            in_expression(left, false, visit);
            in_expression(right, false, visit);
        }
        Condition::Both(parts) | Condition::Either(parts) => {
            in_condition(&parts.0, visit);
            in_condition(&parts.1, visit);
        }
    }
}

// `default` may be at any position among the filters: `{{ x | upcase | default: "a" }}` also has a default for `x`.
fn in_piped<'t>(piped: &'t FilteredExpression, visit: &mut dyn FnMut(&'t Path, bool)) {
    let has_default = piped.filters.iter().any(|call| call.filter.name == "default");
    in_expression(&piped.value, has_default, visit);
    for call in &piped.filters {
        for value in call.arguments.iter().chain(call.keywords.iter().map(|(_, value)| value)) {
            in_expression(value, false, visit);
        }
    }
}

fn in_expression<'t>(expression: &'t Expression, has_default: bool, visit: &mut dyn FnMut(&'t Path, bool)) {
    match expression {
        Expression::Literal(..) => {}
        Expression::Range(_, bounds) => {
            in_expression(&bounds.0, false, visit);
            in_expression(&bounds.1, false, visit);
        }
        Expression::Path(path) => {
            visit(path, has_default);
            for step in std::iter::once(&path.root).chain(&path.steps) {
                if let PathStepKind::Index(index) = &step.kind {
                    in_expression(index, false, visit);
                }
            }
        }
    }
}
