//! Invents the data from outside the template (`Profile`, `Event`, `ExternalTrigger`, and `now`), so that renderings
//! take its branches and repeat its loops.
//!
//! The walk collects each property that the template reads, and for each property the values that decide its branches:
//! after `{% if Profile.plan == "gold" %}`, these are `gold`, nil, and something else. [`ValueIndices`] choose one
//! value for each property. Forcing the branches directly would be simpler, but then a rendering could take `{% if x
//! %}` in one place and skip it in another, which no real data does.

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};

use crate::profile::{Profile, Value};
use crate::text::Span;

use super::syntax::{
    Block, Condition, Expression, FilterCall, FilteredExpression, Literal, Loop, Offset, PartialCall, Path,
    PathStepKind, SyntaxNode, TagNode,
};
use super::trace::{Choice, MANY_ITEMS};
use super::{Template, partials};

// Partials can call each other many times, so the walk needs a limit. At the limit, the rest of the template is not
// read, and the values found so far are used.
const MAX_NODES: usize = 20_000;
const MAX_DEPTH: usize = 8;
// Every level of lists multiplies the number of items, and a path in a template can have any length.
const MAX_PROPERTIES: usize = 1000;
const MAX_LEVELS: usize = 12;
const MAX_LISTS: usize = 3;
/// The maximum number of values of one property, and the longest list that a constant in the template can ask for.
const MAX_VALUES: usize = 12;
const MAX_ITEMS: usize = 12;

const ROOTS: [&str; 3] = ["Profile", "Event", "ExternalTrigger"];

/// The values of `now`, in hours after the present: the times of one day, the days of one week, and the months of one
/// year.
const HOURS: [i64; 22] = [
    0, 4, 8, 12, 16, 20, 24, 48, 72, 96, 120, 144, 744, 1488, 2232, 2976, 3720, 4464, 5208, 5952, 6696, 7440,
];

/// For each property, the index of its value; see [`StandIns::n_values`].
pub(super) type ValueIndices = Vec<usize>;

#[derive(Debug, Clone, PartialEq)]
enum StandIn {
    /// Two items for a list, all members for an object, and otherwise a number. A number is valid in a string and as a
    /// JSON value, and it has no character that a parse mode reads as markup.
    Full,
    Literal(Value),
    /// A list of this many equal items.
    Items(usize),
    /// A text that `split` cuts into this many items at this separator.
    Pieces(String, usize),
    /// A list of two different items. In one of them, the last or the first, `by` is added to the indices of the
    /// values.
    Mixed {
        last: bool,
        by: usize,
    },
    /// This many hours after the present.
    Hours(i64),
}

#[derive(Debug, Default)]
struct Property {
    members: IndexMap<String, usize>,
    /// The property for the items, if this is a list.
    item: Option<usize>,
    /// The values besides [`StandIn::Full`].
    values: Vec<StandIn>,
    /// The number of objects and lists around this property. `n_lists` counts only the lists.
    level: usize,
    n_lists: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChoiceKind {
    /// `if` and `unless`, whose first branch starts at the tag itself.
    If,
    Case,
    Loop,
}

/// A tag that takes one of several arms.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChoicePoint {
    pub kind: ChoiceKind,
    pub n_arms: usize,
    /// Whether an `if` or `case` has an `else`. Without one, its last arm means that no branch is taken.
    pub has_else: bool,
    /// The properties that decide which arm is taken.
    pub properties: Vec<usize>,
}

pub(super) struct StandIns {
    properties: Vec<Property>,
    pub choices: BTreeMap<Choice, ChoicePoint>,
}

/// The invented data of one rendering.
pub(super) struct OutsideData {
    pub profile: Profile,
    pub event: Value,
    pub external_trigger: Value,
    pub now: Timestamp,
}

impl StandIns {
    pub(super) fn of(template: &Template) -> Self {
        let mut properties: Vec<Property> = Vec::new();
        properties.resize_with(ROOTS.len() + 1, Property::default);
        let mut walk =
            Walk { template, file: 0, properties, choices: BTreeMap::new(), loops: Vec::new(), n_nodes: 0 };
        let mut names = Names::new();
        walk.block(template.body(), &mut names, 0);
        let mut found = Self { properties: walk.properties, choices: walk.choices };
        found.add_mixed_lists();
        found
    }

    /// Adds lists whose items differ. Some faults show only with them, for example if `continue` skips one item and not
    /// the other.
    fn add_mixed_lists(&mut self) {
        for list in 0..self.properties.len() {
            let Some(item) = self.properties[list].item else { continue };
            let n_values = self.n_values_below(item);
            let mixed = (1..n_values.min(MAX_VALUES))
                .flat_map(|by| [true, false].map(|last| StandIn::Mixed { last, by }));
            self.properties[list].values.extend(mixed);
        }
    }

    fn n_values_below(&self, property: usize) -> usize {
        let Property { members, .. } = &self.properties[property];
        let below = members.values().map(|member| self.n_values_below(*member)).max().unwrap_or(1);
        below.max(self.n_values(property))
    }

    pub(super) fn len(&self) -> usize {
        self.properties.len()
    }

    pub(super) fn n_values(&self, property: usize) -> usize {
        self.properties[property].values.len() + 1
    }

    /// Returns the properties and values that make the items of a list differ.
    pub(super) fn mixed_lists(&self) -> Vec<(usize, usize)> {
        let mixed = |property: usize| {
            let values = self.properties[property].values.iter().enumerate();
            let mixed = values.filter(|(_, value)| matches!(value, StandIn::Mixed { .. }));
            mixed.map(move |(index, _)| (property, index + 1)).collect::<Vec<_>>()
        };
        (0..self.properties.len()).flat_map(mixed).collect()
    }

    /// Returns the properties and values that give a list more than two items.
    pub(super) fn long_lists(&self) -> Vec<(usize, usize)> {
        let long = |property: usize| {
            let values = self.properties[property].values.iter().enumerate();
            let long = values.filter(|(_, value)| {
                matches!(value, StandIn::Items(n_items) | StandIn::Pieces(_, n_items) if MANY_ITEMS < *n_items)
            });
            long.map(move |(index, _)| (property, index + 1)).collect::<Vec<_>>()
        };
        (0..self.properties.len()).flat_map(long).collect()
    }

    pub(super) fn data(&self, indices: &ValueIndices, now: Timestamp) -> OutsideData {
        let members = |root: usize| match self.value(root, indices, 0) {
            Value::Object(members) => members,
            _ => IndexMap::new(),
        };
        let hours = match self.chosen(NOW, indices, 0) {
            StandIn::Hours(hours) => hours,
            _ => 0,
        };
        OutsideData {
            profile: Profile { identity: "1".to_owned(), properties: members(0), ..Profile::default() },
            event: Value::Object(members(1)),
            external_trigger: Value::Object(members(2)),
            now: now.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(now),
        }
    }

    fn chosen(&self, property: usize, indices: &ValueIndices, by: usize) -> StandIn {
        let chosen = indices.get(property).copied().unwrap_or(0);
        let index = (chosen + by) % self.n_values(property);
        index.checked_sub(1).map_or(StandIn::Full, |index| self.properties[property].values[index].clone())
    }

    /// Returns the value of a property. `by` is added to the indices of the values of the property and of its members.
    fn value(&self, property: usize, indices: &ValueIndices, by: usize) -> Value {
        let known = &self.properties[property];
        let item = |by: usize| known.item.map_or(Value::Integer(1), |item| self.value(item, indices, by));
        match self.chosen(property, indices, by) {
            StandIn::Full if known.item.is_some() => Value::List(vec![item(by); MANY_ITEMS]),
            StandIn::Full if known.members.is_empty() => Value::Integer(1),
            StandIn::Full => {
                let member =
                    |(name, member): (&String, &usize)| (name.clone(), self.value(*member, indices, by));
                // A member that is nil is left out, because a profile does not have properties without a value.
                let members = known.members.iter().map(member);
                Value::Object(members.filter(|(_, value)| *value != Value::Null).collect())
            }
            StandIn::Literal(value) => value,
            StandIn::Items(n_items) => Value::List(vec![item(by); n_items]),
            StandIn::Pieces(separator, n_items) => Value::Text(vec!["1"; n_items].join(&separator)),
            StandIn::Mixed { last, by: more } => match last {
                true => Value::List(vec![item(by), item(by + more)]),
                false => Value::List(vec![item(by + more), item(by)]),
            },
            StandIn::Hours(_) => Value::Null,
        }
    }
}

/// The index of the property for `now`. It is after the roots.
const NOW: usize = ROOTS.len();

/// What a name in the template, or an expression, is computed from.
#[derive(Debug, Clone)]
struct Derived {
    property: usize,
    part: Part,
    /// Further properties that decide the value, such as a member that `where` compares.
    others: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Whole,
    Size,
    /// The items of a text that `split` cuts at this separator.
    Pieces(String),
    /// A member of each item of a list.
    Mapped(usize),
}

type Names = HashMap<String, Vec<Derived>>;

struct Walk<'t> {
    template: &'t Template,
    file: usize,
    properties: Vec<Property>,
    choices: BTreeMap<Choice, ChoicePoint>,
    /// The loops around the current node, the innermost loop last.
    loops: Vec<Repeated>,
    n_nodes: usize,
}

#[derive(Debug, Clone)]
struct Repeated {
    sources: Vec<Derived>,
    /// Whether the sources are the bounds of a range. Otherwise, they are lists.
    is_range: bool,
}

impl<'t> Walk<'t> {
    fn block(&mut self, block: &'t Block, names: &mut Names, depth: usize) {
        for node in &block.nodes {
            self.n_nodes += 1;
            if MAX_NODES < self.n_nodes {
                return;
            }
            match node {
                SyntaxNode::Text(_) => {}
                SyntaxNode::Output(output) => {
                    self.piped(&output.value, names);
                }
                SyntaxNode::Tag(span, tag) => self.tag(*span, tag, names, depth),
            }
        }
    }

    fn tag(&mut self, span: Span, tag: &'t TagNode, names: &mut Names, depth: usize) {
        match tag {
            TagNode::Assign { name, value } => {
                let mut derived = self.piped(value, names);
                // A name that is assigned in two branches may be computed from either value.
                derived.extend(names.get(name).into_iter().flatten().cloned());
                derived.truncate(MAX_VALUES);
                names.insert(name.clone(), derived);
            }
            TagNode::Capture { body, .. } | TagNode::IfChanged(body) => self.block(body, names, depth),
            TagNode::If { branches } => {
                let mut deciding = Vec::new();
                for condition in branches.iter().filter_map(|branch| branch.condition.as_ref()) {
                    self.condition(condition, names, &mut deciding);
                }
                let has_else = branches.iter().any(|branch| branch.condition.is_none());
                self.decide(span, ChoiceKind::If, branches.len(), has_else, deciding);
                branches.iter().for_each(|branch| self.block(&branch.body, names, depth));
            }
            TagNode::Case { subject, branches } => {
                let mut deciding = Vec::new();
                for value in branches.iter().flat_map(|branch| &branch.values) {
                    self.compare(subject, value, names, &mut deciding);
                }
                let has_else = branches.iter().any(|branch| branch.values.is_empty());
                self.decide(span, ChoiceKind::Case, branches.len(), has_else, deciding);
                branches.iter().for_each(|branch| self.block(&branch.body, names, depth));
            }
            TagNode::For(each) | TagNode::TableRow(each) => self.each(span, each, names, depth),
            TagNode::Partial(call) => self.partial(call, names, depth),
            TagNode::Cycle { items, .. } => {
                for item in items {
                    self.derived(item, names);
                }
                // The last item is printed only by a loop that is as long as the list of items.
                self.repeat(0, items.len());
            }
            TagNode::Break
            | TagNode::Continue
            | TagNode::Increment(_)
            | TagNode::Decrement(_)
            | TagNode::Abort
            | TagNode::Raw(_)
            | TagNode::Comment
            | TagNode::Broken => {}
        }
    }

    fn each(&mut self, span: Span, each: &'t Loop, names: &mut Names, depth: usize) {
        let mut deciding = Vec::new();
        let mut items = Vec::new();
        match &each.collection {
            Expression::Range(_, bounds) => {
                for bound in [&bounds.0, &bounds.1] {
                    for derived in self.derived(bound, names) {
                        [0, 1, 2].into_iter().for_each(|bound| self.add_number(&derived, bound));
                        deciding.push(derived);
                    }
                }
            }
            collection @ (Expression::Path(_) | Expression::Literal(..)) => {
                for derived in self.derived(collection, names) {
                    items.extend(self.items_of(&derived));
                    deciding.push(derived);
                }
            }
        }
        let is_range = matches!(each.collection, Expression::Range(..));
        let sources = deciding.clone();
        self.decide(span, ChoiceKind::Loop, MANY_ITEMS, false, deciding);
        let outer = names.insert(each.variable.clone(), items);
        self.loops.push(Repeated { sources, is_range });
        self.repeat_around_bounds(each);
        self.block(&each.body, names, depth);
        self.loops.pop();
        match outer {
            Some(outer) => names.insert(each.variable.clone(), outer),
            None => names.remove(&each.variable),
        };
        if let Some(otherwise) = &each.otherwise {
            self.block(otherwise, names, depth);
        }
    }

    /// Adds a value that makes a loop run `n_items` times. The loop is `n_levels` levels outside the innermost loop.
    fn repeat(&mut self, n_levels: usize, n_items: usize) {
        let index = self.loops.len().checked_sub(n_levels + 1);
        let Some(repeated) = index.and_then(|index| self.loops.get(index)).cloned() else { return };
        if MAX_ITEMS < n_items {
            return;
        }
        for source in &repeated.sources {
            match &source.part {
                Part::Whole if repeated.is_range => {
                    self.add_literal(source, Value::Integer(i64::try_from(n_items).unwrap_or(i64::MAX)));
                }
                Part::Pieces(separator) => {
                    self.add(source.property, StandIn::Pieces(separator.clone(), n_items));
                }
                Part::Whole | Part::Mapped(_) => self.add(source.property, StandIn::Items(n_items)),
                Part::Size => {}
            }
        }
    }

    /// Adds values for the innermost loop with the number of items that its `offset` skips and its `limit` takes, and
    /// with a few more.
    fn repeat_around_bounds(&mut self, each: &Loop) {
        let constant = |bound: Option<&Expression>| match bound.and_then(Expression::as_literal) {
            Some(Literal::Integer(bound)) => usize::try_from(*bound).ok(),
            _ => None,
        };
        let offset = match &each.offset {
            Some(Offset::At(offset)) => constant(Some(offset)),
            Some(Offset::Continue) | None => None,
        };
        let skipped = offset.unwrap_or(0);
        if offset.is_some() {
            (0..=MANY_ITEMS).for_each(|more| self.repeat(0, skipped.saturating_add(more)));
        }
        if let Some(limit) = constant(each.limit.as_ref()) {
            (0..2).for_each(|more| self.repeat(0, skipped.saturating_add(limit).saturating_add(more)));
        }
    }

    /// If `value` may count the items of a loop, adds values for that loop with `constant` items and with a few more.
    /// `forloop.index` is such a counter. A variable that does not depend on outside data may be one too.
    fn repeat_around(&mut self, value: &'t Expression, names: &Names, constant: Option<&Literal>) {
        let Expression::Path(path) = value else { return };
        let Some(name) = path.name() else { return };
        let is_outside = ROOTS.contains(&name)
            || name == "now"
            || names.get(name).is_some_and(|derived| !derived.is_empty());
        if is_outside || self.loops.is_empty() {
            return;
        }
        let is_parent =
            |kind: &PathStepKind| matches!(kind, PathStepKind::Name { name, .. } if name == "parentloop");
        let n_levels = path.steps.iter().filter(|step| is_parent(&step.kind)).count();
        // Only with a third item, there is an item that is neither the first nor the last.
        self.repeat(n_levels, MANY_ITEMS + 1);
        if let Some(Literal::Integer(constant)) = constant
            && let Ok(constant) = usize::try_from(*constant)
        {
            (0..=MANY_ITEMS).for_each(|more| self.repeat(n_levels, constant.saturating_add(more)));
        }
    }

    /// Marks a property as a list, and returns what the list's items are computed from.
    fn items_of(&mut self, list: &Derived) -> Option<Derived> {
        let item = match &list.part {
            Part::Size => return None,
            Part::Pieces(separator) => {
                self.add(list.property, StandIn::Pieces(separator.clone(), MANY_ITEMS));
                return None;
            }
            Part::Whole => self.item(list.property),
            Part::Mapped(member) => *member,
        };
        self.add(list.property, StandIn::Items(1));
        Some(Derived { property: item, part: Part::Whole, others: list.others.clone() })
    }

    fn partial(&mut self, call: &'t PartialCall, names: &mut Names, depth: usize) {
        let known = call.name.as_text().and_then(|name| self.template.compiled.file_of(name));
        let Some((file, name)) = known.filter(|_| depth < MAX_DEPTH) else { return };
        let template = self.template;
        let Some(body) = template.files().get(file).map(|file| &file.body) else { return };
        let mut inner = if call.is_isolated { Names::new() } else { names.clone() };
        for (argument, value) in &call.arguments {
            inner.insert(argument.clone(), self.derived(value, names));
        }
        if let Some(subject) = &call.subject {
            let mut derived = self.derived(&subject.value, names);
            if subject.is_each {
                derived = derived.iter().filter_map(|list| self.items_of(list)).collect();
            }
            inner.insert(subject.alias.as_deref().unwrap_or(partials::local_name(name)).to_owned(), derived);
        }
        let outer = std::mem::replace(&mut self.file, file);
        self.block(body, &mut inner, depth + 1);
        self.file = outer;
        if !call.is_isolated {
            // An included partial sets names of its caller.
            *names = inner;
        }
    }

    fn decide(
        &mut self,
        span: Span,
        kind: ChoiceKind,
        n_branches: usize,
        has_else: bool,
        deciding: Vec<Derived>,
    ) {
        let n_arms = if has_else { n_branches } else { n_branches + 1 };
        let mut properties: Vec<usize> = Vec::new();
        for derived in deciding {
            if derived.property != NOW {
                self.add(derived.property, StandIn::Literal(Value::Null));
            }
            properties.push(derived.property);
            properties.extend(derived.others);
        }
        let choice = Choice::new(self.file, span);
        let point = self.choices.entry(choice).or_insert(ChoicePoint {
            kind,
            n_arms,
            has_else,
            properties: Vec::new(),
        });
        for property in properties {
            if !point.properties.contains(&property) {
                point.properties.push(property);
            }
        }
    }

    fn condition(&mut self, condition: &'t Condition, names: &Names, deciding: &mut Vec<Derived>) {
        match condition {
            Condition::Value(value) => {
                self.repeat_around(value, names, None);
                deciding.extend(self.derived(value, names));
            }
            Condition::Compare { left, right, .. } => self.compare(left, right, names, deciding),
            Condition::Both(parts) | Condition::Either(parts) => {
                self.condition(&parts.0, names, deciding);
                self.condition(&parts.1, names, deciding);
            }
        }
    }

    fn compare(
        &mut self,
        left: &'t Expression,
        right: &'t Expression,
        names: &Names,
        deciding: &mut Vec<Derived>,
    ) {
        for (side, other) in [(left, right), (right, left)] {
            self.repeat_around(side, names, other.as_literal());
            for derived in self.derived(side, names) {
                match other.as_literal() {
                    // This is enough for `contains` too: a text contains itself, so no list is needed.
                    Some(literal) => self.add_compared(&derived, literal),
                    None => [0, 2].into_iter().for_each(|number| self.add_number(&derived, number)),
                }
                deciding.push(derived);
            }
        }
    }

    /// Adds the values that are needed for each result of a comparison with `literal`.
    fn add_compared(&mut self, derived: &Derived, literal: &Literal) {
        match literal {
            // Nil is blank too, and each property that decides a branch has the value nil. An empty text is not added:
            // it is blank but true in a condition, which few templates expect and few profiles have.
            Literal::Nil | Literal::Blank => {}
            Literal::Empty => self.add_literal(derived, Value::Text(String::new())),
            Literal::Boolean(value) => self.add_literal(derived, Value::Boolean(*value)),
            Literal::Integer(value) => {
                for number in [value.saturating_sub(1), *value, value.saturating_add(1)] {
                    self.add_number(derived, number);
                }
            }
            Literal::Large(_) => {}
            Literal::Decimal(value) => {
                for number in [value - 1.0, *value, value + 1.0] {
                    self.add_literal(derived, Value::Decimal(number));
                }
            }
            Literal::Text(text) => self.add_literal(derived, Value::Text(text.clone())),
        }
    }

    fn add_number(&mut self, derived: &Derived, number: i64) {
        match derived.part {
            Part::Size => {
                // The size may be the length of a text instead. A list with this many items has the same size, so it is
                // used for both.
                let Some(n_items) = usize::try_from(number).ok().filter(|n_items| *n_items <= MAX_ITEMS)
                else {
                    return;
                };
                self.item(derived.property);
                self.add(derived.property, StandIn::Items(n_items));
            }
            Part::Whole | Part::Pieces(_) | Part::Mapped(_) => {
                self.add_literal(derived, Value::Integer(number))
            }
        }
    }

    fn add_literal(&mut self, derived: &Derived, value: Value) {
        if derived.property != NOW && derived.part == Part::Whole {
            self.add(derived.property, StandIn::Literal(value));
        }
    }

    fn add(&mut self, property: usize, value: StandIn) {
        let values = &mut self.properties[property].values;
        // A root has no values other than `StandIn::Full`: `data` always returns a profile and events, which are
        // objects.
        if NOW < property && values.len() < MAX_VALUES && !values.contains(&value) {
            values.push(value);
        }
    }

    /// Returns what the value is computed from, after its filters.
    fn piped(&mut self, piped: &'t FilteredExpression, names: &Names) -> Vec<Derived> {
        let mut derived = self.derived(&piped.value, names);
        let reads_now = matches!(piped.value.as_text(), Some("now" | "today"));
        for filter in &piped.filters {
            if filter.filter.name == "date" && reads_now {
                derived.push(self.now());
            }
            if !self.loops.is_empty() && filter.filter.name == "modulo" {
                let constant = filter.arguments.first().and_then(Expression::as_literal);
                self.repeat_around(&piped.value, names, constant);
            }
            for argument in filter.arguments.iter().chain(filter.keywords.iter().map(|(_, value)| value)) {
                self.derived(argument, names);
            }
            derived = derived.into_iter().map(|derived| self.filtered(derived, filter)).collect();
        }
        derived
    }

    fn filtered(&mut self, mut derived: Derived, filter: &'t FilterCall) -> Derived {
        if derived.property == NOW {
            return derived;
        }
        let argument = filter.arguments.first().and_then(Expression::as_text);
        match (filter.filter.name, argument) {
            ("size", _) => derived.part = Part::Size,
            ("split", Some(separator)) => derived.part = Part::Pieces(separator.to_owned()),
            ("first" | "last", _) if derived.part == Part::Whole => {
                derived.property = self.item(derived.property);
            }
            ("map", Some(member)) if derived.part == Part::Whole => {
                let item = self.item(derived.property);
                derived.part = Part::Mapped(self.member(item, member));
            }
            ("where" | "reject", Some(member)) if derived.part == Part::Whole => {
                let item = self.item(derived.property);
                let member = self.member(item, member);
                let compared = Derived { property: member, part: Part::Whole, others: Vec::new() };
                self.add(member, StandIn::Literal(Value::Null));
                if let Some(literal) = filter.arguments.get(1).and_then(Expression::as_literal) {
                    self.add_compared(&compared, literal);
                }
                derived.others.push(member);
            }
            _ => {}
        }
        derived
    }

    fn derived(&mut self, expression: &'t Expression, names: &Names) -> Vec<Derived> {
        match expression {
            Expression::Literal(..) => Vec::new(),
            Expression::Range(_, bounds) => {
                let mut derived = self.derived(&bounds.0, names);
                derived.extend(self.derived(&bounds.1, names));
                derived
            }
            Expression::Path(path) => self.path(path, names),
        }
    }

    fn path(&mut self, path: &'t Path, names: &Names) -> Vec<Derived> {
        let Some(name) = path.name() else { return Vec::new() };
        let starts = match (names.get(name), ROOTS.iter().position(|root| *root == name)) {
            (Some(known), _) => known.clone(),
            (None, Some(root)) => vec![Derived { property: root, part: Part::Whole, others: Vec::new() }],
            (None, None) if name == "now" => vec![self.now()],
            (None, None) => return Vec::new(),
        };
        starts.into_iter().filter_map(|start| self.descend(start, path)).collect()
    }

    fn descend(&mut self, mut derived: Derived, path: &'t Path) -> Option<Derived> {
        for step in &path.steps {
            if derived.property == NOW || derived.part != Part::Whole {
                return None;
            }
            match &step.kind {
                PathStepKind::Name { name, is_dotted: true } if name == "size" => derived.part = Part::Size,
                PathStepKind::Name { name, is_dotted: true } if name == "first" || name == "last" => {
                    derived.property = self.item(derived.property);
                }
                PathStepKind::Name { name, .. } => derived.property = self.member(derived.property, name),
                PathStepKind::Index(index) => match index.as_literal() {
                    Some(Literal::Integer(_)) => derived.property = self.item(derived.property),
                    _ => return None,
                },
            }
        }
        Some(derived)
    }

    fn now(&mut self) -> Derived {
        if self.properties[NOW].values.is_empty() {
            self.properties[NOW].values = HOURS.map(StandIn::Hours).to_vec();
        }
        Derived { property: NOW, part: Part::Whole, others: Vec::new() }
    }

    // At a limit, returns the object or the list itself in place of a new member or item.
    fn member(&mut self, object: usize, name: &str) -> usize {
        if let Some(member) = self.properties[object].members.get(name) {
            return *member;
        }
        let Some(member) = self.add_property(object, 0) else { return object };
        self.properties[object].members.insert(name.to_owned(), member);
        member
    }

    fn item(&mut self, list: usize) -> usize {
        if let Some(item) = self.properties[list].item {
            return item;
        }
        // The roots are never lists.
        if list <= NOW {
            return list;
        }
        let Some(item) = self.add_property(list, 1) else { return list };
        self.properties[list].item = Some(item);
        item
    }

    fn add_property(&mut self, outer: usize, n_lists: usize) -> Option<usize> {
        let level = self.properties[outer].level + 1;
        let n_lists = self.properties[outer].n_lists + n_lists;
        if MAX_PROPERTIES <= self.properties.len() || MAX_LEVELS < level || MAX_LISTS < n_lists {
            return None;
        }
        self.properties.push(Property { level, n_lists, ..Property::default() });
        Some(self.properties.len() - 1)
    }
}
