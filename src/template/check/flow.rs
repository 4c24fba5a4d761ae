//! Follows a body through text, branches, loops, and partials, keeps track of the position in the JSON, and checks each
//! `{{ }}` at its position.
//!
//! Captured text is checked at the `{{ }}` that prints it, because its position in the JSON is known only there.
//!
//! A body is read twice. The first pass collects the parse mode and the keys of each object. The parse mode must be
//! known in advance, because `parse_mode` may come after the text that it applies to. The second pass reports problems.

use std::collections::HashMap;
use std::rc::Rc;

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::json::{self, JsonTokenKind};
use crate::profile::Vocabulary;
use crate::telegram::{Method, ParseMode};
use crate::text::{Span, floor_char_boundary};

use super::super::json_state::{JsonEvent, JsonSlot, JsonState};
use super::super::syntax::{
    Block, CaseBranch, Condition, Expression, Loop, OutputNode, PartialCall, Path, SyntaxNode, TagNode,
};
use super::super::variables::names_of;
use super::super::{Template, TemplateFile, partials};
use super::entity::{self, Around, Place};
use super::fields;
use super::guard::{Emptiness, PresenceGuard};
use super::interpolation::{CycleItem, Interpolation};
use super::names::GLOBALS;
use super::remnant;
use super::source::{self, Definition, NameDefinitions, ValueSource};
use super::written::{Evaluator, Written};

/// The body's JSON objects, by their number (see [`JsonState::member`]).
#[derive(Debug, Default)]
pub(in super::super) struct BodyObjects {
    /// Maps an object and one of its keys, such as `parse_mode` or `question_parse_mode`, to the parse mode that the
    /// key sets. A mode is `None` if the value is not the name of a parse mode or if branches set different modes.
    modes: HashMap<(usize, Rc<str>), Option<ParseMode>>,
    /// The keys of each object, from all branches.
    keys: HashMap<usize, Vec<Rc<str>>>,
}

impl BodyObjects {
    /// Returns the parse mode of the text that is the value of `key` in an object. Returns `None` if the value is not a
    /// message text, or if its parse mode is unset or unknown.
    pub(crate) fn mode(&self, object: usize, key: &str) -> Option<ParseMode> {
        // In the Bot API, a field such as `question` has a parse mode of its own, `question_parse_mode`. The
        // `parse_mode` of an object applies to its `text`, `caption`, or `message_text`.
        let own = self.modes.get(&(object, format!("{key}_parse_mode").into()));
        let is_text = matches!(key, "text" | "caption" | "message_text");
        let shared = || self.modes.get(&(object, "parse_mode".into())).filter(|_| is_text);
        own.or_else(shared).copied().flatten()
    }

    pub(crate) fn keys(&self, object: usize) -> &[Rc<str>] {
        self.keys.get(&object).map_or(&[], Vec::as_slice)
    }
}

// A capture or partial can print another capture or partial more than once. Without limits, the work would therefore
// grow exponentially with the depth of this nesting. At either limit, the output of a capture or partial is treated
// like an unknown value.
const MAX_INNER_NODES: usize = 20_000;
const MAX_INNER_DEPTH: usize = 20;

pub(super) fn check(template: &Template, vocabulary: &Vocabulary, method: Option<Method>) -> Vec<Diagnostic> {
    let objects = objects_of(template);
    let checked = CheckPass { vocabulary, method, objects: &objects };
    Follower::new(template, Some(checked)).run().problems
}

pub(in super::super) fn objects_of(template: &Template) -> BodyObjects {
    Follower::new(template, None).run().objects
}

/// The input of the second pass, which reports problems.
#[derive(Clone, Copy)]
struct CheckPass<'t> {
    vocabulary: &'t Vocabulary,
    method: Option<Method>,
    objects: &'t BodyObjects,
}

struct CaptureBodies<'t> {
    name: &'t str,
    bodies: Vec<(usize, &'t Block)>,
}

struct Follower<'t> {
    template: &'t Template,
    /// The index of the current file; 0 is the body.
    file: usize,
    /// The tag in the body that leads to the current partial. It is `None` while no partial is being followed.
    call: Option<Span>,
    scope: NameDefinitions<'t>,
    /// `None` in the first pass, which collects the objects and reports nothing.
    check_pass: Option<CheckPass<'t>>,
    /// The variable paths, as written in the template, that certainly have a value at the current node. An example is
    /// `Profile.name` inside `{% if Profile.name %}`.
    present: Vec<String>,
    objects: BodyObjects,
    problems: Vec<Diagnostic>,
    n_inner_nodes: usize,
    inner_depth: usize,
    /// Whether the current text is captured text that is escaped for JSON when it is printed. Such text is not JSON but
    /// the content of a JSON string.
    is_escaped: bool,
    /// The place where the captures and partials around the current text are printed.
    outer_place: Place,
}

impl<'t> Follower<'t> {
    fn new(template: &'t Template, checked: Option<CheckPass<'t>>) -> Self {
        let mut scope = NameDefinitions::default();
        scope.define_all(0, template.body());
        Follower {
            template,
            file: 0,
            call: None,
            scope,
            check_pass: checked,
            present: Vec::new(),
            objects: BodyObjects::default(),
            problems: Vec::new(),
            n_inner_nodes: 0,
            inner_depth: 0,
            is_escaped: false,
            outer_place: Place::Text,
        }
    }

    fn run(mut self) -> Self {
        self.follow(self.template.body(), JsonState::new());
        self
    }

    fn source(&self) -> &'t str {
        self.current().map_or("", |file| &file.source)
    }

    fn current(&self) -> Option<&'t TemplateFile> {
        self.template.files().get(self.file)
    }

    /// Adds a problem in the current file. While a partial is being followed, the problem is reported at the tag in the
    /// body that leads to the partial.
    fn report(&mut self, problem: Diagnostic) {
        if self.check_pass.is_none() {
            return;
        }
        let problem = match (self.call, self.current()) {
            (Some(call), Some(file)) => partials::move_to_call(file, &problem, call),
            _ => problem,
        };
        // A capture that is printed twice would report its problems twice, so duplicates are dropped. Each problem is
        // compared with the last 50 problems only: duplicates are usually close together, and comparing with all
        // problems took quadratic time on large bodies.
        let is_duplicate = |reported: &Diagnostic| {
            reported.span == problem.span
                && reported.code == problem.code
                && reported.message == problem.message
        };
        if !self.problems.iter().rev().take(50).any(is_duplicate) {
            self.problems.push(problem);
        }
    }

    /// Follows `block` from `state`. Returns the state after the block, or `None` if a `break`, `continue`, or `abort`
    /// ends it early.
    fn follow(&mut self, block: &'t Block, state: JsonState) -> Option<JsonState> {
        // An `if` in this block can guarantee that variables have a value in the nodes after the `if`. This guarantee
        // ends with the block.
        let mark = self.present.len();
        let mut state = Some(state);
        for node in &block.nodes {
            let Some(before) = state.take() else { break };
            if 0 < self.inner_depth {
                self.n_inner_nodes += 1;
            }
            state = self.follow_node(node, before);
        }
        self.present.truncate(mark);
        state
    }

    fn follow_node(&mut self, node: &'t SyntaxNode, mut state: JsonState) -> Option<JsonState> {
        match node {
            SyntaxNode::Text(span) => {
                self.check_remnants(*span, &state);
                self.follow_text(*span, &mut state);
            }
            SyntaxNode::Output(output) => return Some(self.follow_output(output, state)),
            SyntaxNode::Tag(span, tag) => return self.follow_tag(*span, tag, state),
        }
        Some(state)
    }

    fn follow_tag(&mut self, span: Span, tag: &'t TagNode, mut state: JsonState) -> Option<JsonState> {
        match tag {
            TagNode::Raw(text) => self.follow_text(*text, &mut state),
            TagNode::If { branches } => {
                let guards = branches.iter().map(|branch| match &branch.condition {
                    Some(condition) => self.guard_of(span, condition, branch.is_negated),
                    None => PresenceGuard::default(),
                });
                let has_else = branches.last().is_some_and(|branch| branch.condition.is_none());
                let bodies = branches.iter().map(|branch| &branch.body).zip(guards).collect();
                return self.follow_branches(span, bodies, has_else, state);
            }
            TagNode::Case { subject, branches } => {
                let has_else = branches.iter().any(|branch| branch.values.is_empty());
                let guard =
                    |branch: &CaseBranch| PresenceGuard::of_case(self.source(), subject, &branch.values);
                let bodies = branches.iter().map(|branch| (&branch.body, guard(branch))).collect();
                return self.follow_branches(span, bodies, has_else, state);
            }
            TagNode::For(each) | TagNode::TableRow(each) => return Some(self.follow_loop(span, each, state)),
            TagNode::IfChanged(body) => {
                let bodies = vec![(body, PresenceGuard::default())];
                return self.follow_branches(span, bodies, false, state);
            }
            TagNode::Partial(call) => return Some(self.follow_partial(span, call, state)),
            TagNode::Cycle { items, .. } => {
                self.check_cycle(span, items, &state);
                state.read_interpolation();
            }
            TagNode::Increment(_) | TagNode::Decrement(_) => state.read_interpolation(),
            TagNode::Break | TagNode::Continue | TagNode::Abort => return None,
            // Captured text is followed where it is printed.
            TagNode::Assign { .. } | TagNode::Capture { .. } | TagNode::Comment | TagNode::Broken => {}
        }
        Some(state)
    }

    fn check_remnants(&mut self, span: Span, state: &JsonState) {
        // The remnants of a syntax error are a part of that problem.
        if self.check_pass.is_some() && self.template.compiled.error.is_none() {
            let starts_in_string = self.is_escaped || state.slot() == JsonSlot::String;
            let around = self.around();
            for problem in remnant::find(self.source(), span, starts_in_string, around) {
                self.report(problem);
            }
        }
    }

    fn follow_text(&mut self, span: Span, state: &mut JsonState) {
        // If `is_escaped` is set, the text is escaped as a whole and becomes a part of one JSON string. The quotes in
        // the text do not end this string, and its braces open no objects, so the text does not change the state.
        if self.is_escaped {
            return;
        }
        let source = self.source();
        let mut events = Vec::new();
        let mut rest = span;
        // `state` has the path of a key only until it reads more text. So each key is compared with the fields of the
        // method as soon as the key ends.
        while !rest.is_empty() {
            let mut last = None;
            let read = state.read_to_event(rest.of(source), &mut |event| last = Some(event));
            let end = rest.start + read;
            if let Some(event) = last {
                let method = self.check_pass.and_then(|checked| checked.method);
                if let (JsonEvent::Key { name, is_repeated: false }, Some((object, _))) =
                    (&event, state.member())
                {
                    self.objects.keys.entry(object).or_default().push(Rc::clone(name));
                }
                events.push(match (&event, method) {
                    (JsonEvent::Key { name, .. }, Some(method)) => {
                        let unknown = fields::find_unknown(method, name, state);
                        (end, event, unknown)
                    }
                    _ => (end, event, None),
                });
            }
            rest = Span::new(end, span.end);
        }
        for (end, event, unknown) in events {
            match event {
                JsonEvent::Key { name, is_repeated } => {
                    // The start of the key is computed from the length of its name. `JsonState` truncates a very long
                    // name, so the computed offset can be inside a character. `floor_char_boundary` then moves it to
                    // the start of that character.
                    let start = floor_char_boundary(source, end.saturating_sub(name.len() + 2));
                    let key = Span::new(start, end);
                    if let Some(unknown) = unknown {
                        self.report(unknown.problem(key));
                    }
                    if is_repeated {
                        self.report(duplicate_key(source, span, key, &name));
                    }
                }
                JsonEvent::Text { object, key, value } if key.ends_with("parse_mode") => {
                    let mode = ParseMode::from_argument(&value).unwrap_or(None);
                    let known = self.objects.modes.entry((object, key)).or_insert(mode);
                    // If branches set different modes, it is unknown which escape is right, so no escape is required.
                    if *known != mode {
                        *known = None;
                    }
                }
                JsonEvent::Text { .. } => {}
            }
        }
    }

    fn follow_branches(
        &mut self,
        span: Span,
        bodies: Vec<(&'t Block, PresenceGuard)>,
        has_else: bool,
        state: JsonState,
    ) -> Option<JsonState> {
        let mut ends = Vec::new();
        // `present_if_reached`: paths that have a value in the current branch, because no earlier branch was taken.
        // `present_after`: paths that have a value after the tag, because every branch without a value ends early, as
        // in `{% if x == blank %}{% abort %}{% endif %}`.
        let mut present_if_reached: Vec<String> = Vec::new();
        let mut present_after: Vec<String> = Vec::new();
        for (body, guard) in bodies {
            let mark = self.present.len();
            self.present.extend(present_if_reached.iter().cloned());
            self.present.extend(guard.present_if_taken);
            let end = self.follow(body, state.clone());
            self.present.truncate(mark);
            // The paths in `present_if_skipped` certainly have a value after the tag only if this branch and all
            // earlier branches end early. If an earlier branch reaches its end, the nodes after the tag can be reached
            // through that branch, and then the condition of this branch is not tested.
            if end.is_none() && ends.is_empty() {
                present_after.extend(guard.present_if_skipped.iter().cloned());
            }
            present_if_reached.extend(guard.present_if_skipped);
            ends.extend(end);
        }
        self.present.extend(present_after);
        // Without an `else`, it is possible that no branch is taken. The state before the tag is then also the state
        // after it.
        if !has_else {
            ends.push(state);
        }
        let mut ends = ends.into_iter();
        let mut joined = ends.next()?;
        for end in ends {
            if !joined.has_same_shape(&end) {
                self.report_shape(different_branches(span));
                // The check continues with the state of the earlier branches, so that problems in the rest of the body
                // are found.
                return Some(joined);
            }
            joined.join(&end);
        }
        Some(joined)
    }

    fn follow_loop(&mut self, span: Span, each: &'t Loop, state: JsonState) -> JsonState {
        // The list may be empty, so the state before the loop is one of the possible states after it.
        let mut after = state.clone();
        let n_numeric = self.scope.numeric_variables.len();
        if matches!(each.collection, Expression::Range(..)) {
            self.scope.numeric_variables.push(&each.variable);
        }
        let end = self.follow(&each.body, state.clone());
        self.scope.numeric_variables.truncate(n_numeric);
        if let Some(end) = end {
            // Following the body once is enough. If one iteration leaves the same quotes and brackets open as before,
            // every later iteration does too.
            if end.has_same_shape(&state) {
                after.join(&end);
            } else {
                let message = "each iteration leaves quotes or brackets open, or closes too many";
                let problem = Diagnostic::error(Code::UnbalancedLoop, span, message);
                let help = "in each iteration, close the quotes and brackets that it opens";
                self.report_shape(problem.with_help(help));
            }
        }
        if let Some(end) = each.otherwise.as_ref().and_then(|body| self.follow(body, state))
            && end.has_same_shape(&after)
        {
            after.join(&end);
        }
        after
    }

    /// Reports unbalanced JSON, unless the template has a syntax error: an unclosed tag is then the likely cause.
    fn report_shape(&mut self, problem: Diagnostic) {
        if self.template.compiled.error.is_none() {
            self.report(problem);
        }
    }

    /// Follows an output. Captured text that is printed without filters is read as if it were written in place of the
    /// output. The text of any other output is unknown.
    fn follow_output(&mut self, output: &'t OutputNode, mut state: JsonState) -> JsonState {
        let inner_place = self.place_at(output.span, &state);
        let outer_place = std::mem::replace(&mut self.outer_place, inner_place);
        let is_escaped_capture = self.check_escaped_capture(output, &state);
        self.outer_place = outer_place;
        if is_escaped_capture {
            state.read_interpolation();
            return state;
        }
        // Filters that trim the text, such as the last comma of a list, leave its outputs where they are. Any other
        // filter can change the captured text, so its output is not known.
        let filters = &output.value.filters;
        let kept = Some(&output.value.value).filter(|_| filters.iter().all(source::keeps_text));
        let Some(captured) = kept.and_then(|value| self.captured(value)) else {
            self.check_interpolation(output, &state);
            state.read_interpolation();
            return state;
        };
        self.outer_place = inner_place;
        let mut after = self.follow_captured(captured, &state).unwrap_or(state);
        self.outer_place = outer_place;
        for filter in filters.iter().filter(|filter| filter.filter.name == "append") {
            if let Some(text) = filter.arguments.first().and_then(Expression::as_text) {
                after.read(text, &mut |_, _| {});
            }
        }
        after
    }

    fn around(&self) -> Around {
        match (self.is_escaped, self.scope.captures_in_progress.is_empty()) {
            (true, _) => Around::EscapedCapture,
            (false, false) => Around::Capture,
            (false, true) => Around::String,
        }
    }

    fn mode_at(&self, state: &JsonState) -> Option<ParseMode> {
        let objects = self.check_pass?.objects;
        state.member().and_then(|(object, key)| objects.mode(object, key?))
    }

    /// Returns the place of the output or tag `printed` in a text of the legacy Markdown.
    fn place_at(&self, printed: Span, state: &JsonState) -> Place {
        match self.mode_at(state) == Some(ParseMode::Markdown) && state.slot() == JsonSlot::String {
            true => entity::place_in(self.source(), printed.start, self.around(), self.outer_place),
            false => Place::Text,
        }
    }

    /// Returns whether `output` prints captured text with exactly one filter, which escapes the text for its position.
    /// Inside a string, the filter must be `json_escape`. Where a value is due, the filter must be `json`. If the
    /// result is true, the outputs inside the capture have been checked as parts of one JSON string.
    fn check_escaped_capture(&mut self, output: &'t OutputNode, state: &JsonState) -> bool {
        let [filter] = output.value.filters.as_slice() else { return false };
        let quote = match (filter.filter.name, state.slot()) {
            ("json_escape", JsonSlot::String) => "",
            ("json", JsonSlot::Value) => "\"",
            _ => return false,
        };
        let Some(captured) = self.captured(&output.value.value) else { return false };
        // `json` adds the quotes itself. Reading a quote here puts the state inside a string.
        let mut inside = state.clone();
        inside.read(quote, &mut |_, _| {});
        let was_escaped = std::mem::replace(&mut self.is_escaped, true);
        self.follow_captured(captured, &inside);
        self.is_escaped = was_escaped;
        true
    }

    /// Returns the captures that `value` may refer to. Returns `None` if `value` is not a variable that is set by
    /// captures only, or if a limit is reached.
    ///
    /// The list is empty if a capture with this name is being followed already, which means that the capture prints
    /// itself. Following it again would find nothing new and multiply the work.
    fn captured(&self, value: &'t Expression) -> Option<CaptureBodies<'t>> {
        // The limit is checked before the lookup, because the lookup collects all captures with the name. A body can
        // have many captures with one name and also print the name many times, which would take quadratic time.
        if !self.may_follow_deeper() {
            return None;
        }
        let (name, bodies) = self.scope.captured(value)?;
        let is_followed = self.scope.captures_in_progress.contains(&name);
        Some(CaptureBodies { name, bodies: if is_followed { Vec::new() } else { bodies } })
    }

    /// Follows captured text from `state`. Returns the state after the text. Returns `None` if `captured` has no
    /// bodies, or if every body ends early, for example at an `abort`.
    fn follow_captured(&mut self, captured: CaptureBodies<'t>, state: &JsonState) -> Option<JsonState> {
        self.scope.captures_in_progress.push(captured.name);
        self.inner_depth += 1;
        let mut after: Option<JsonState> = None;
        for (file, body) in captured.bodies {
            // Spans in the capture refer to the file that contains it, which may be a partial.
            let outer = std::mem::replace(&mut self.file, file);
            // Following an empty capture takes time too, although it has no nodes. So every capture counts as one node
            // in addition to its nodes.
            self.n_inner_nodes += 1;
            let end = self.follow(body, state.clone());
            self.file = outer;
            match (&mut after, end) {
                (Some(after), Some(end)) if after.has_same_shape(&end) => after.join(&end),
                (None, end) => after = end,
                (Some(_), _) => {}
            }
        }
        self.inner_depth -= 1;
        self.scope.captures_in_progress.pop();
        after
    }

    fn may_follow_deeper(&self) -> bool {
        self.inner_depth < MAX_INNER_DEPTH && self.n_inner_nodes < MAX_INNER_NODES
    }

    /// Follows a partial as if its text were written in place of the tag that calls it. At a limit, or if the partial
    /// is not known, the tag counts as an output of unknown text.
    fn follow_partial(&mut self, span: Span, call: &'t PartialCall, mut state: JsonState) -> JsonState {
        let known = call.name.as_text().and_then(|name| self.template.compiled.file_of(name));
        let Some((file, name)) = known.filter(|_| self.may_follow_deeper()) else {
            state.read_interpolation();
            return state;
        };
        let Some(body) = self.template.files().get(file).map(|file| &file.body) else { return state };
        // As in rendering, a partial called with `render` does not see the names that the caller sets. A partial called
        // with `include` sees them.
        let mut scope = if call.is_isolated { NameDefinitions::default() } else { self.scope.clone() };
        scope.define_all(file, body);
        let argument =
            |value: &'t Expression| Definition::Argument(self.scope.sources(self.file, value, &[]));
        for (name, value) in &call.arguments {
            scope.define(name, argument(value));
        }
        // A call with `with` or `for` passes a value to the partial in a variable. With `for`, this variable holds the
        // items of a list, one after the other. Items are not traced, so the variable is defined only for `with`.
        if let Some(subject) = call.subject.as_ref().filter(|subject| !subject.is_each) {
            let alias = subject.alias.as_deref().unwrap_or(partials::local_name(name));
            scope.define(alias, argument(&subject.value));
        }
        let place = self.place_at(span, &state);
        let outer_place = std::mem::replace(&mut self.outer_place, place);
        let outer = (self.file, self.call, std::mem::replace(&mut self.scope, scope));
        self.file = file;
        // Problems in nested partials are reported at the outermost tag, the one in the body.
        self.call.get_or_insert(span);
        self.inner_depth += 1;
        let end = self.follow(body, state.clone());
        self.inner_depth -= 1;
        (self.file, self.call, self.scope) = outer;
        self.outer_place = outer_place;
        end.unwrap_or(state)
    }

    fn check_interpolation(&mut self, output: &'t OutputNode, state: &JsonState) {
        let Some(checked) = self.check_pass else { return };
        let value = &output.value;
        let mode = self.mode_at(state);
        let is_text = |key: &str| matches!(key, "text" | "caption" | "message_text");
        let is_message = mode.is_some()
            || checked.method.is_some() && state.member().and_then(|(_, key)| key).is_some_and(is_text);
        let mut sources = self.scope.sources(self.file, &value.value, &value.filters);
        // A tag with a syntax error may have been meant to set the variable.
        if self.template.compiled.error.is_some() {
            sources.retain(|source| {
                source.path().and_then(Path::name).is_none_or(|root| GLOBALS.contains(&root))
            });
        }
        let problems = sources.iter().map(|source| {
            let interpolation = Interpolation {
                file: self.file,
                text: self.source(),
                output,
                source,
                scope: &self.scope,
                slot: state.slot(),
                mode,
                is_escaped: self.is_escaped,
                around: self.around(),
                outer_place: self.outer_place,
                is_message,
                is_present: self.is_present(source),
                dialect: self.template.dialect(),
                free_name: self.scope.free_name(),
                vocabulary: checked.vocabulary,
            };
            interpolation.problems()
        });
        // Problems are reported for only one of the output's sources. The other sources are likely to have the same
        // problems, and one fix is enough.
        let problems = problems.into_iter().find(|problems| !problems.is_empty());
        for problem in problems.unwrap_or_default() {
            self.report(problem);
        }
    }

    /// Checks the values of a `cycle`. The tag takes no filters, so the fix assigns an escaped value to a variable.
    fn check_cycle(&mut self, tag: Span, items: &'t [Expression], state: &JsonState) {
        let Some(checked) = self.check_pass.filter(|_| state.slot() == JsonSlot::String) else { return };
        let mode = self.mode_at(state);
        let evaluator = Evaluator::new(&self.scope, checked.vocabulary, mode);
        let problem = items.iter().find_map(|item| {
            let sources = self.scope.sources(self.file, item, &[]);
            let written = sources.iter().map(|source| evaluator.written(source));
            let needs = |written: Written<'_>| {
                let markup = mode.filter(|mode| written.breaks_markup(*mode));
                (markup, !self.is_escaped && written.breaks_json())
            };
            let (markup, needs_json) =
                written.map(needs).find(|(markup, needs_json)| markup.is_some() || *needs_json)?;
            Some(CycleItem { tag, item: item.span(), markup, needs_json })
        });
        if let Some(problem) = problem {
            let name = self.scope.free_name();
            self.report(problem.problem(self.source(), name, self.template.dialect()));
        }
    }

    /// Returns the guard of a branch of the `if` at `tag`. It also lists the paths whose values its variables hold, as
    /// after `{% assign v = Profile.name | default: "" %}`.
    fn guard_of(&self, tag: Span, condition: &Condition, is_negated: bool) -> PresenceGuard {
        let emptiness = |path: &Path| {
            if path.steps.is_empty() && path.name().is_some_and(|name| self.scope.has_default(name)) {
                return Emptiness::Text;
            }
            let property = names_of(path).get(1).filter(|_| path.name() == Some("Profile")).cloned();
            let property = property.and_then(|name| self.check_pass?.vocabulary.property(&name));
            match property.is_some_and(|property| property.samples.iter().any(String::is_empty)) {
                true => Emptiness::NilOrText,
                false => Emptiness::Nil,
            }
        };
        let mut guard = PresenceGuard::of(self.source(), condition, is_negated, &emptiness);
        for names in [&mut guard.present_if_taken, &mut guard.present_if_skipped] {
            let paths = names.iter().filter_map(|name| self.scope.alias_of(name, self.file, tag.start));
            let written: Vec<String> = paths.map(|path| path.span.of(self.source()).to_owned()).collect();
            names.extend(written);
        }
        guard
    }

    fn is_present(&self, source: &ValueSource<'t>) -> bool {
        let written = source.path().map(|path| path.span.of(self.source()));
        written.is_some_and(|written| self.present.iter().any(|known| known == written))
    }
}

fn duplicate_key(source: &str, text: Span, key: Span, name: &str) -> Diagnostic {
    let message = format!("the key \"{name}\" appears twice");
    let problem = Diagnostic::warning(Code::DuplicateKey, key, message)
        .with_help("Telegram uses the first; remove one of them");
    match member_around(source, text, key) {
        Some(member) => problem.with_fix(Fix::replace("remove this key", member, "").unsafe_to_apply()),
        None => problem,
    }
}

/// Returns the span of the member with the key `key`, including one comma beside the member. Removing this span leaves
/// valid JSON. Returns `None` if the member does not end in the span `text`, or if no comma is beside the member.
fn member_around(source: &str, text: Span, key: Span) -> Option<Span> {
    let after_key = Span::new(key.end, text.end).of(source);
    let mut depth = 0_usize;
    let end = json::tokens(after_key).find(|token| {
        match token.kind {
            JsonTokenKind::Punctuation(',' | '}') if depth == 0 => return true,
            JsonTokenKind::Punctuation('{' | '[') => depth += 1,
            JsonTokenKind::Punctuation('}' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        false
    });
    let end = key.end + end?.span.start;
    let before = Span::new(text.start, key.start).of(source).trim_end();
    match before.strip_suffix(',') {
        // The whitespace before a closing brace is kept, so that the brace stays on its own line.
        Some(before) => {
            let value = Span::new(key.end, end).of(source).trim_end();
            Some(Span::new(text.start + before.len(), key.end + value.len()))
        }
        None if source[end..].starts_with(',') => Some(Span::new(key.start, end + 1)),
        None => None,
    }
}

fn different_branches(span: Span) -> Diagnostic {
    Diagnostic::error(Code::DifferentBranches, span, "the branches leave different quotes or brackets open")
        .with_help("in every branch, close the quotes and brackets that it opens")
}
