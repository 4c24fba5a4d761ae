//! The variables a template uses.

use crate::text::Span;

use super::syntax::{Block, Path, Step, StepKind};
use super::walk;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableUse {
    pub span: Span,
    /// Its names: `["Profile", "first_name"]`; it ends before the first index that is not a name.
    pub path: Vec<String>,
    pub has_default: bool,
}

/// Returns the uses of variables in `block`, ascending.
pub(super) fn uses(block: &Block) -> Vec<VariableUse> {
    let mut found = Vec::new();
    walk::paths(block, &mut |path, has_default| {
        let names = names_of(path);
        if !names.is_empty() {
            found.push(VariableUse { span: path.span, path: names, has_default });
        }
    });
    found.sort_by_key(|variable| variable.span);
    found
}

pub(super) fn is_used(block: &Block, root: &str) -> bool {
    let mut is_used = false;
    walk::paths(block, &mut |path, _| {
        is_used |= matches!(&path.root.kind, StepKind::Name { name, .. } if name == root);
    });
    is_used
}

pub(super) fn names_of(path: &Path) -> Vec<String> {
    let name = |step: &Step| match &step.kind {
        StepKind::Name { name, .. } => Some(name.clone()),
        StepKind::Index(_) => None,
    };
    std::iter::once(&path.root).chain(&path.steps).map_while(name).collect()
}
