//! Lists the variables that a template uses.

use crate::text::Span;

use super::syntax::{Block, Path, PathStep, PathStepKind};
use super::walk;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableUse {
    pub span: Span,
    /// The names of the path before the first computed index, such as `["Profile", "first_name"]`.
    pub path: Vec<String>,
    /// Whether a `default` filter is applied to the variable.
    pub has_default: bool,
}

/// Returns the uses of variables in `block`, in order of their spans. Variables with a computed name, as in
/// `{{ [name] }}`, are left out.
pub(super) fn uses(block: &Block) -> Vec<VariableUse> {
    let mut found = Vec::new();
    walk::paths(block, &mut |path, has_default| {
        let names = names_of(path);
        if !names.is_empty() {
            found.push(VariableUse { span: path.span, path: names, has_default });
        }
    });
    // The walk visits a tag's parts in the order of the syntax tree, which is not always the order in the source.
    found.sort_by_key(|variable| variable.span);
    found
}

pub(super) fn is_used(block: &Block, root: &str) -> bool {
    let mut is_used = false;
    walk::paths(block, &mut |path, _| {
        is_used |= matches!(&path.root.kind, PathStepKind::Name { name, .. } if name == root);
    });
    is_used
}

pub(super) fn names_of(path: &Path) -> Vec<String> {
    let name = |step: &PathStep| match &step.kind {
        PathStepKind::Name { name, .. } => Some(name.clone()),
        PathStepKind::Index(_) => None,
    };
    std::iter::once(&path.root).chain(&path.steps).map_while(name).collect()
}
