//! Traces a printed value back to its sources, through `assign`, `capture`, and the arguments of partials. For example,
//! the source of `{{ x }}` after `{% assign x = Profile.name | upcase %}` is `Profile.name`.

use std::collections::HashMap;

use super::super::syntax::{Block, Expression, FilterCall, Literal, Path, PathStepKind, SyntaxNode, TagNode};
use super::super::walk;

// The three limits below bound the work on templates that assign one name many times or nest captures. In such a
// template, the number of ways back to a source grows exponentially. Real bodies stay far below the limits.

/// Tracing stops once this many sources have been found.
const MAX_SOURCES: usize = 32;

/// A value with this many names between it and the output is left out.
const MAX_NAMES: usize = 16;

/// Tracing stops after this many values and definitions have been visited for one output.
const MAX_STEPS: usize = 500;

#[derive(Debug, Clone)]
pub(super) struct ValueSource<'t> {
    pub value: &'t Expression,
    /// The filters that were applied, in order. Each entry has the filters of one expression, such as the value of an
    /// `assign`, and the index of the file that contains the expression.
    pub pipes: Vec<(usize, &'t [FilterCall])>,
    /// Whether the output itself names the value, without a variable in between.
    pub is_direct: bool,
    /// Whether the value passed through a `capture`, which may have added text around it.
    pub is_captured: bool,
    /// Whether the value is a variable that is defined in terms of itself, as in `assign x = x | append: 'y'`. The
    /// first value of the variable is a separate source.
    pub is_recursive: bool,
}

impl<'t> ValueSource<'t> {
    pub(super) fn filters(&self) -> impl DoubleEndedIterator<Item = &'t FilterCall> + '_ {
        self.pipes.iter().flat_map(|(_, filters)| filters.iter())
    }

    pub(super) fn path(&self) -> Option<&'t Path> {
        match self.value {
            Expression::Path(path) => Some(path),
            Expression::Literal(..) | Expression::Range(..) => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum Definition<'t> {
    /// `assign`, with the index of its file.
    Assigned(usize, &'t Expression, &'t [FilterCall]),
    /// `capture`, with the index of its file.
    Captured(usize, &'t Block),
    /// An item of this list, in a `for` or `tablerow` tag.
    Item(&'t Expression),
    /// An argument of a partial, already traced back in the caller.
    Argument(Vec<ValueSource<'t>>),
    /// `increment` or `decrement`, which always print a number.
    Counter,
}

#[derive(Default)]
struct Trail<'t> {
    found: Vec<ValueSource<'t>>,
    names: Vec<&'t str>,
    steps: usize,
}

impl Trail<'_> {
    fn is_at_limit(&self) -> bool {
        MAX_STEPS < self.steps || MAX_SOURCES <= self.found.len()
    }
}

impl<'t> Trail<'t> {
    /// Replaces the sources found since `n_found` with `value`, an item or a member of them, if any of these sources is
    /// outside data. The name of the item or member says more to the reader than the name of the whole. If the whole is
    /// the author's own text, such as `"a,b" | split: ","`, its sources are kept.
    fn name_instead(
        &mut self,
        n_found: usize,
        value: &'t Expression,
        pipes: &[(usize, &'t [FilterCall])],
        is_captured: bool,
    ) {
        let is_outside = |source: &ValueSource<'t>| source.path().is_some() && !source.is_recursive;
        if self.found.get(n_found..).is_some_and(|found| found.iter().any(is_outside)) {
            self.found.truncate(n_found);
            // Only the item or member itself has been named on the way here.
            let is_direct = self.names.len() == 1;
            let pipes = pipes.to_vec();
            self.found.push(ValueSource { value, pipes, is_direct, is_captured, is_recursive: false });
        }
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct NameDefinitions<'t> {
    definitions: HashMap<&'t str, Vec<Definition<'t>>>,
    /// The variables of the current loops over ranges. They hold numbers.
    pub numeric_variables: Vec<&'t str>,
    /// The names of the captures that the check is following at the moment, outermost first.
    pub captures_in_progress: Vec<&'t str>,
}

impl<'t> NameDefinitions<'t> {
    /// Adds all names that tags in `body` set. A loop variable can be any item of its list.
    ///
    /// The order of the tags is ignored: in a loop, a later tag runs before an earlier tag of the next iteration.
    pub(super) fn define_all(&mut self, file: usize, body: &'t Block) {
        walk::tags(body, &mut |_, tag| match tag {
            TagNode::Assign { name, value } => {
                self.define(name, Definition::Assigned(file, &value.value, &value.filters));
            }
            TagNode::Capture { name, body } => self.define(name, Definition::Captured(file, body)),
            TagNode::Increment(name) | TagNode::Decrement(name) => self.define(name, Definition::Counter),
            TagNode::For(each) | TagNode::TableRow(each) => {
                self.define(&each.variable, Definition::Item(&each.collection));
            }
            _ => {}
        });
    }

    pub(super) fn define(&mut self, name: &'t str, definition: Definition<'t>) {
        self.definitions.entry(name).or_default().push(definition);
    }

    /// Returns the path whose value, or else an empty text, the variable `name` holds at the offset `at` of `file`.
    /// Returns `None` if the variable may hold something else.
    pub(super) fn alias_of(&self, name: &str, file: usize, at: usize) -> Option<&'t Path> {
        let [Definition::Assigned(own_file, Expression::Path(path), filters)] =
            self.definitions.get(name)?.as_slice()
        else {
            return None;
        };
        let is_empty_default = |call: &FilterCall| {
            call.filter.name == "default" && call.arguments.first().and_then(Expression::as_text) == Some("")
        };
        (*own_file == file && path.span.end <= at && filters.iter().all(is_empty_default)).then_some(path)
    }

    /// Returns a path without the variables that it starts with, as far as they are known: `Event.Items.price` for
    /// `item.price` in `{% for item in Event.Items %}`. A list stands for its items.
    pub(super) fn origin_of(&self, path: &Path) -> Option<Vec<String>> {
        let mut path = members_of(path)?;
        for _ in 0..MAX_NAMES {
            let value = match self.definitions.get(path.first()?.as_str()).map(Vec::as_slice) {
                None => return Some(path),
                Some([Definition::Item(value) | Definition::Assigned(_, value, [])]) => value,
                Some(_) => return None,
            };
            let Expression::Path(origin) = value else { return None };
            path.splice(0..1, members_of(origin)?);
        }
        None
    }

    /// Whether the variable `name` is never nil, because each value that it gets ends in `| default: …`.
    pub(super) fn has_default(&self, name: &str) -> bool {
        let is_default = |definition: &Definition<'_>| {
            matches!(definition, Definition::Assigned(_, _, filters)
                if filters.last().is_some_and(|call| call.filter.name == "default"))
        };
        self.definitions.get(name).is_some_and(|definitions| definitions.iter().all(is_default))
    }

    /// Returns a name that no tag sets.
    pub(super) fn free_name(&self) -> &'static str {
        const NAMES: [&str; 5] = ["v", "value", "checked", "checked_value", "value_to_check"];
        NAMES.into_iter().find(|name| !self.definitions.contains_key(name)).unwrap_or(NAMES[0])
    }

    /// Returns the name and the bodies of the captures if `value` is a variable that is set by captures only. Returns
    /// `None` for any other value.
    ///
    /// A variable that is assigned from such a variable, with filters that only trim the text, counts as well.
    pub(super) fn captured(&self, value: &Expression) -> Option<(&'t str, Vec<(usize, &'t Block)>)> {
        let mut name = self.whole_name(value)?;
        for _ in 0..MAX_NAMES {
            let definitions = self.definitions.get(name)?;
            let mut bodies = Vec::new();
            let mut assigned = None;
            for definition in definitions {
                match definition {
                    Definition::Captured(file, body) => bodies.push((*file, *body)),
                    Definition::Assigned(_, value, filters) if filters.iter().all(keeps_text) => {
                        let origin = self.whole_name(value)?;
                        if origin != name {
                            assigned = Some(origin);
                        }
                    }
                    Definition::Assigned(..)
                    | Definition::Item(..)
                    | Definition::Argument(_)
                    | Definition::Counter => return None,
                }
            }
            match (assigned, bodies.is_empty()) {
                (None, false) => return Some((name, bodies)),
                (Some(origin), true) => name = origin,
                (None, true) | (Some(_), false) => return None,
            }
        }
        None
    }

    fn whole_name(&self, value: &Expression) -> Option<&'t str> {
        let Expression::Path(path) = value else { return None };
        let (name, _) = self.definitions.get_key_value(path.name()?).filter(|_| path.steps.is_empty())?;
        Some(name)
    }

    /// Returns the sources of everything that `value | filters` in the file `file` may print, up to the limits.
    /// Counters and the variables of range loops are left out, because they hold only numbers.
    pub(super) fn sources(
        &self,
        file: usize,
        value: &'t Expression,
        filters: &'t [FilterCall],
    ) -> Vec<ValueSource<'t>> {
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
        // At a limit, only the sources found so far are used, because a missed warning is better than a slow editor.
        if trail.is_at_limit() || MAX_NAMES <= trail.names.len() {
            return;
        }
        let name = match value {
            Expression::Path(path) => path.name(),
            Expression::Literal(..) | Expression::Range(..) => None,
        };
        if name.is_some_and(|name| self.numeric_variables.contains(&name)) {
            return;
        }
        let definitions = name.and_then(|name| self.definitions.get(name));
        let (Some(name), Some(definitions)) = (name, definitions) else {
            let is_direct = trail.names.is_empty();
            trail.found.push(ValueSource { value, pipes, is_direct, is_captured, is_recursive: false });
            return;
        };
        // The name is defined in terms of itself. Following it again would never end.
        if trail.names.contains(&name) {
            trail.found.push(ValueSource { value, pipes, is_direct: false, is_captured, is_recursive: true });
            return;
        }
        trail.names.push(name);
        let n_found = trail.found.len();
        for definition in definitions {
            // Each definition counts as a step, because a capture without outputs has no value that would count as one.
            trail.steps += 1;
            if trail.is_at_limit() {
                break;
            }
            match definition {
                Definition::Assigned(file, value, filters) => {
                    self.follow(value, chain_pipes(&[(*file, *filters)], &pipes), is_captured, trail);
                }
                Definition::Captured(file, body) => {
                    outputs(body, &mut |value, filters| {
                        self.follow(value, chain_pipes(&[(*file, filters)], &pipes), true, trail);
                    });
                }
                Definition::Item(list) => {
                    let n_found = trail.found.len();
                    self.follow(list, pipes.clone(), is_captured, trail);
                    trail.name_instead(n_found, value, &pipes, is_captured);
                }
                Definition::Argument(sources) => {
                    trail.found.extend(sources.iter().map(|source| ValueSource {
                        pipes: chain_pipes(&source.pipes, &pipes),
                        is_direct: false,
                        is_captured: is_captured || source.is_captured,
                        ..source.clone()
                    }))
                }
                Definition::Counter => {}
            }
        }
        // `x.name` is a member of what was assigned to `x`.
        if !matches!(value, Expression::Path(path) if path.steps.is_empty()) {
            trail.name_instead(n_found, value, &pipes, is_captured);
        }
        trail.names.pop();
    }
}

/// Returns the names in a path, without the numbers of items. Returns `None` if a name is computed.
fn members_of(path: &Path) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for step in std::iter::once(&path.root).chain(&path.steps) {
        match &step.kind {
            PathStepKind::Name { name, .. } => names.push(name.clone()),
            PathStepKind::Index(index) => match index.as_literal() {
                Some(Literal::Integer(_)) => {}
                _ => return None,
            },
        }
    }
    Some(names)
}

/// Whether a filter leaves a text mostly as it is, so that an output inside a captured text keeps its place in the
/// JSON.
pub(super) fn keeps_text(filter: &FilterCall) -> bool {
    let is_typed = || filter.arguments.iter().all(|argument| argument.as_literal().is_some());
    match filter.filter.name {
        "strip" | "lstrip" | "rstrip" | "strip_newlines" => true,
        "append" | "remove" | "remove_first" | "remove_last" | "replace" | "replace_first"
        | "replace_last" => is_typed(),
        // The length of the text is usually computed: `{{ items | slice: 0, length }}`.
        "slice" => filter.arguments.len() == 2,
        _ => false,
    }
}

// The filters of a definition are applied before the filters of the output that prints the defined name.
fn chain_pipes<'t>(
    first: &[(usize, &'t [FilterCall])],
    then: &[(usize, &'t [FilterCall])],
) -> Vec<(usize, &'t [FilterCall])> {
    [first, then].concat()
}

fn outputs<'t>(block: &'t Block, visit: &mut dyn FnMut(&'t Expression, &'t [FilterCall])) {
    for node in &block.nodes {
        match node {
            SyntaxNode::Text(_) => {}
            SyntaxNode::Output(output) => visit(&output.value.value, &output.value.filters),
            // The tag of an inner capture prints nothing. The captured text counts only where the name of the capture
            // is printed.
            SyntaxNode::Tag(_, tag) if matches!(**tag, TagNode::Capture { .. }) => {}
            SyntaxNode::Tag(_, tag) => {
                walk::blocks_of(tag).into_iter().for_each(|inner| outputs(inner, visit))
            }
        }
    }
}
