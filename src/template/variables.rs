//! Walks over a syntax tree: its tags, and the variables it uses.

use crate::text::Span;

use super::syntax::{
    Block, Condition, Expression, Literal, Loop, Node, Offset, PartialCall, Path, Piped, Step, StepKind, Tag,
};

/// A place where a template uses a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableUse {
    /// The whole path.
    pub span: Span,
    /// Its names: `["Profile", "first_name"]`; it ends before the first index that is not a name.
    pub path: Vec<String>,
    /// Whether a `default` filter follows.
    pub has_default: bool,
}

/// Returns the uses of variables in `block`, ascending.
pub(super) fn uses(block: &Block) -> Vec<VariableUse> {
    let mut found = Vec::new();
    collect_block(block, &mut found);
    found.sort_by_key(|variable| variable.span);
    found
}

/// Calls `visit` with every tag of `block` and of the blocks in it, in order.
pub(super) fn walk_tags<'t>(block: &'t Block, visit: &mut dyn FnMut(Span, &'t Tag)) {
    for node in &block.nodes {
        if let Node::Tag(span, tag) = node {
            visit(*span, tag);
            for inner in blocks_of(tag) {
                walk_tags(inner, visit);
            }
        }
    }
}

/// Returns the bodies of `tag`, in order.
pub(super) fn blocks_of(tag: &Tag) -> Vec<&Block> {
    match tag {
        Tag::Capture { body, .. } | Tag::IfChanged(body) => vec![body],
        Tag::If { branches } => branches.iter().map(|branch| &branch.body).collect(),
        Tag::Case { branches, .. } => branches.iter().map(|branch| &branch.body).collect(),
        Tag::For(each) | Tag::TableRow(each) => {
            std::iter::once(&each.body).chain(each.otherwise.as_ref()).collect()
        }
        Tag::Assign { .. }
        | Tag::Break
        | Tag::Continue
        | Tag::Cycle { .. }
        | Tag::Increment(_)
        | Tag::Decrement(_)
        | Tag::Partial(_)
        | Tag::Abort
        | Tag::Raw(_)
        | Tag::Comment
        | Tag::Broken => Vec::new(),
    }
}

fn collect_block(block: &Block, found: &mut Vec<VariableUse>) {
    for node in &block.nodes {
        match node {
            Node::Text(_) => {}
            Node::Output(output) => collect_piped(&output.value, found),
            Node::Tag(_, tag) => {
                collect_tag(tag, found);
                for inner in blocks_of(tag) {
                    collect_block(inner, found);
                }
            }
        }
    }
}

fn collect_tag(tag: &Tag, found: &mut Vec<VariableUse>) {
    match tag {
        Tag::Assign { value, .. } => collect_piped(value, found),
        Tag::If { branches } => {
            branches.iter().filter_map(|branch| branch.condition.as_ref()).for_each(|condition| {
                collect_condition(condition, found);
            });
        }
        Tag::Case { subject, branches } => {
            collect(subject, false, found);
            branches.iter().flat_map(|branch| &branch.values).for_each(|value| collect(value, false, found));
        }
        Tag::For(each) | Tag::TableRow(each) => collect_loop(each, found),
        Tag::Cycle { group, items, .. } => {
            group.iter().chain(items).for_each(|value| collect(value, false, found));
        }
        Tag::Partial(call) => collect_call(call, found),
        Tag::Capture { .. }
        | Tag::Break
        | Tag::Continue
        | Tag::Increment(_)
        | Tag::Decrement(_)
        | Tag::IfChanged(_)
        | Tag::Abort
        | Tag::Raw(_)
        | Tag::Comment
        | Tag::Broken => {}
    }
}

fn collect_loop(each: &Loop, found: &mut Vec<VariableUse>) {
    collect(&each.collection, false, found);
    let offset = match &each.offset {
        Some(Offset::At(offset)) => Some(offset),
        Some(Offset::Continue) | None => None,
    };
    each.limit.iter().chain(offset).chain(&each.columns).for_each(|value| collect(value, false, found));
}

fn collect_call(call: &PartialCall, found: &mut Vec<VariableUse>) {
    collect(&call.name, false, found);
    call.subject.iter().for_each(|subject| collect(&subject.value, false, found));
    call.arguments.iter().for_each(|(_, value)| collect(value, false, found));
}

fn collect_condition(condition: &Condition, found: &mut Vec<VariableUse>) {
    match condition {
        Condition::Value(value) => collect(value, false, found),
        Condition::Compare { left, right, .. } => {
            collect(left, false, found);
            collect(right, false, found);
        }
        Condition::Both(parts) | Condition::Either(parts) => {
            collect_condition(&parts.0, found);
            collect_condition(&parts.1, found);
        }
    }
}

fn collect_piped(piped: &Piped, found: &mut Vec<VariableUse>) {
    let has_default = piped.filters.iter().any(|call| call.filter.name == "default");
    collect(&piped.value, has_default, found);
    for call in &piped.filters {
        call.arguments.iter().for_each(|value| collect(value, false, found));
        call.keywords.iter().for_each(|(_, value)| collect(value, false, found));
    }
}

fn collect(expression: &Expression, has_default: bool, found: &mut Vec<VariableUse>) {
    match expression {
        Expression::Literal(..) => {}
        Expression::Range(_, bounds) => {
            collect(&bounds.0, false, found);
            collect(&bounds.1, false, found);
        }
        Expression::Path(path) => {
            let names = names_of(path);
            if !names.is_empty() {
                found.push(VariableUse { span: path.span, path: names, has_default });
            }
            for step in std::iter::once(&path.root).chain(&path.steps) {
                if let StepKind::Index(index) = &step.kind {
                    collect(index, false, found);
                }
            }
        }
    }
}

/// Returns the names a path begins with.
pub(super) fn names_of(path: &Path) -> Vec<String> {
    let name = |step: &Step| match &step.kind {
        StepKind::Name { name, .. } => Some(name.clone()),
        StepKind::Index(index) => match &**index {
            Expression::Literal(_, Literal::Text(name)) => Some(name.clone()),
            _ => None,
        },
    };
    std::iter::once(&path.root).chain(&path.steps).map_while(name).collect()
}
