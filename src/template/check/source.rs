//! Where a printed value comes from: back through `assign`, `capture` and a partial's arguments.

use std::collections::HashMap;

use super::super::syntax::{Block, Expression, FilterCall, Node, Path, Tag};
use super::super::walk;

/// How many values a name is followed back to; who sets one in more places knows what they do.
const MAX_SOURCES: usize = 32;

/// How many names stand between a value and where it is printed.
const MAX_NAMES: usize = 16;

/// How many values are looked at on the way: captures in captures multiply.
const MAX_STEPS: usize = 500;

#[derive(Debug, Clone)]
pub(super) struct Source<'t> {
    pub value: &'t Expression,
    /// The filters it went through, the last ones last: of each pipe, with the file it stands in.
    pub pipes: Vec<(usize, &'t [FilterCall])>,
    /// Whether it is printed right where it is named.
    pub is_direct: bool,
    /// Whether it was captured on the way, and with it text around it.
    pub is_captured: bool,
    /// Whether the value is one of the others again, with something behind it.
    pub is_told: bool,
}

impl<'t> Source<'t> {
    pub fn filters(&self) -> impl DoubleEndedIterator<Item = &'t FilterCall> + '_ {
        self.pipes.iter().flat_map(|(_, filters)| filters.iter())
    }

    pub fn path(&self) -> Option<&'t Path> {
        match self.value {
            Expression::Path(path) => Some(path),
            Expression::Literal(..) | Expression::Range(..) => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum Definition<'t> {
    /// `assign`, in a file.
    Assigned(usize, &'t Expression, &'t [FilterCall]),
    /// `capture`, in a file.
    Captured(usize, &'t Block),
    /// A partial's argument, followed back to where it was given.
    Given(Vec<Source<'t>>),
    Counted,
}

#[derive(Default)]
struct Trail<'t> {
    found: Vec<Source<'t>>,
    names: Vec<&'t str>,
    steps: usize,
}

impl Trail<'_> {
    fn is_at_end(&self) -> bool {
        MAX_STEPS < self.steps || MAX_SOURCES <= self.found.len()
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Scope<'t> {
    definitions: HashMap<&'t str, Vec<Definition<'t>>>,
    /// The variables of loops over ranges: numbers.
    pub counted: Vec<&'t str>,
    pub followed: Vec<&'t str>,
}

impl<'t> Scope<'t> {
    pub fn define_all(&mut self, file: usize, body: &'t Block) {
        walk::tags(body, &mut |_, tag| match tag {
            Tag::Assign { name, value } => {
                self.define(name, Definition::Assigned(file, &value.value, &value.filters));
            }
            Tag::Capture { name, body } => self.define(name, Definition::Captured(file, body)),
            Tag::Increment(name) | Tag::Decrement(name) => self.define(name, Definition::Counted),
            _ => {}
        });
    }

    pub fn define(&mut self, name: &'t str, definition: Definition<'t>) {
        self.definitions.entry(name).or_default().push(definition);
    }

    /// Returns a name that is set by captures alone, with their bodies.
    pub fn captured(&self, value: &Expression) -> Option<(&'t str, Vec<(usize, &'t Block)>)> {
        let Expression::Path(path) = value else { return None };
        let (name, definitions) =
            self.definitions.get_key_value(path.name()?).filter(|_| path.steps.is_empty())?;
        let bodies = definitions.iter().map(|definition| match definition {
            Definition::Captured(file, body) => Some((*file, *body)),
            Definition::Assigned(..) | Definition::Given(_) | Definition::Counted => None,
        });
        Some((name, bodies.collect::<Option<_>>()?))
    }

    /// Returns all that `value`, piped through `filters` in the file `file`, may print; numbers are left out.
    pub fn sources(&self, file: usize, value: &'t Expression, filters: &'t [FilterCall]) -> Vec<Source<'t>> {
        let mut trail = Trail::default();
        self.follow(value, vec![(file, filters)], false, &mut trail);
        trail.found
    }

    fn follow(
        &self,
        value: &'t Expression,
        pipes: Vec<(usize, &'t [FilterCall])>,
        is_captured: bool,
        trail: &mut Trail<'t>,
    ) {
        trail.steps += 1;
        if trail.is_at_end() || MAX_NAMES <= trail.names.len() {
            return;
        }
        let name = match value {
            Expression::Path(path) => path.name(),
            Expression::Literal(..) | Expression::Range(..) => None,
        };
        if name.is_some_and(|name| self.counted.contains(&name)) {
            return;
        }
        let definitions = name.and_then(|name| self.definitions.get(name));
        let is_whole = matches!(value, Expression::Path(path) if path.steps.is_empty());
        let (Some(name), Some(definitions)) = (name, definitions.filter(|_| is_whole)) else {
            let is_direct = trail.names.is_empty();
            trail.found.push(Source { value, pipes, is_direct, is_captured, is_told: false });
            return;
        };
        if trail.names.contains(&name) {
            trail.found.push(Source { value, pipes, is_direct: false, is_captured, is_told: true });
            return;
        }
        trail.names.push(name);
        for definition in definitions {
            // A name may be set as often as it is printed; one that is captured leads to a value or to none.
            trail.steps += 1;
            if trail.is_at_end() {
                break;
            }
            match definition {
                Definition::Assigned(file, value, filters) => {
                    self.follow(value, behind(&[(*file, *filters)], &pipes), is_captured, trail);
                }
                Definition::Captured(file, body) => {
                    outputs(body, &mut |value, filters| {
                        self.follow(value, behind(&[(*file, filters)], &pipes), true, trail);
                    });
                }
                Definition::Given(sources) => trail.found.extend(sources.iter().map(|source| Source {
                    pipes: behind(&source.pipes, &pipes),
                    is_direct: false,
                    is_captured: is_captured || source.is_captured,
                    ..source.clone()
                })),
                Definition::Counted => {}
            }
        }
        trail.names.pop();
    }
}

fn behind<'t>(
    first: &[(usize, &'t [FilterCall])],
    then: &[(usize, &'t [FilterCall])],
) -> Vec<(usize, &'t [FilterCall])> {
    [first, then].concat()
}

fn outputs<'t>(block: &'t Block, visit: &mut dyn FnMut(&'t Expression, &'t [FilterCall])) {
    for node in &block.nodes {
        match node {
            Node::Text(_) => {}
            Node::Output(output) => visit(&output.value.value, &output.value.filters),
            // What is captured inside is printed by its name.
            Node::Tag(_, tag) if matches!(**tag, Tag::Capture { .. }) => {}
            Node::Tag(_, tag) => walk::blocks_of(tag).into_iter().for_each(|inner| outputs(inner, visit)),
        }
    }
}
