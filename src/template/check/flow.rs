//! Follows the JSON of a body through text, branches, loops and partials, and looks at each `{{ }}` where it stands.
//!
//! What is captured is followed where it is printed: there it has its place in the JSON.

use std::collections::HashMap;
use std::rc::Rc;

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::json::{self, TokenKind};
use crate::profile::Vocabulary;
use crate::telegram::{Method, ParseMode};
use crate::text::{Span, floor_char_boundary};

use super::super::json_state::{Event, JsonState, Within};
use super::super::syntax::{Block, CaseBranch, Expression, Loop, Node, Output, PartialCall, Tag};
use super::super::{File, Template, partials};
use super::fields;
use super::guard::Guard;
use super::hole::Hole;
use super::source::{Definition, Scope, Source};

/// What is known of a body's objects, by their numbers (see [`JsonState::member`]).
#[derive(Debug, Default)]
pub(in super::super) struct Objects {
    /// The parse mode of each object that has one; `None` for one that is not known beforehand.
    modes: HashMap<usize, Option<ParseMode>>,
    /// The keys of each object, in any branch.
    keys: HashMap<usize, Vec<Rc<str>>>,
}

impl Objects {
    pub fn mode(&self, object: usize) -> Option<ParseMode> {
        self.modes.get(&object).copied().flatten()
    }

    pub fn keys(&self, object: usize) -> &[Rc<str>] {
        self.keys.get(&object).map_or(&[], Vec::as_slice)
    }
}

/// How many nodes of captures and partials are followed, and how deep: each may print others more than once.
const MAX_INNER_NODES: usize = 20_000;
const MAX_INNER_DEPTH: usize = 20;

pub(super) fn check(template: &Template, vocabulary: &Vocabulary, method: Option<Method>) -> Vec<Diagnostic> {
    let objects = objects_of(template);
    let checked = Checked { vocabulary, method, objects: &objects };
    Follower::new(template, Some(checked)).run().problems
}

pub(in super::super) fn objects_of(template: &Template) -> Objects {
    Follower::new(template, None).run().found
}

/// What the second way through a body knows, which looks for problems.
#[derive(Clone, Copy)]
struct Checked<'t> {
    vocabulary: &'t Vocabulary,
    method: Option<Method>,
    objects: &'t Objects,
}

struct Captured<'t> {
    name: &'t str,
    bodies: Vec<(usize, &'t Block)>,
}

struct Follower<'t> {
    template: &'t Template,
    file: usize,
    call: Option<Span>,
    scope: Scope<'t>,
    /// `None` on the first way through, which learns the objects and tells of nothing.
    checked: Option<Checked<'t>>,
    /// The paths that are known to have a value here, as written.
    present: Vec<String>,
    found: Objects,
    problems: Vec<Diagnostic>,
    n_inner_nodes: usize,
    inner_depth: usize,
    /// Whether what is followed is captured text that is escaped for JSON where it is printed: it is no JSON itself.
    is_escaped: bool,
}

impl<'t> Follower<'t> {
    fn new(template: &'t Template, checked: Option<Checked<'t>>) -> Self {
        let mut scope = Scope::default();
        scope.define_all(0, template.body());
        Follower {
            template,
            file: 0,
            call: None,
            scope,
            checked,
            present: Vec::new(),
            found: Objects::default(),
            problems: Vec::new(),
            n_inner_nodes: 0,
            inner_depth: 0,
            is_escaped: false,
        }
    }

    fn run(mut self) -> Self {
        self.follow(self.template.body(), JsonState::new());
        self
    }

    fn source(&self) -> &'t str {
        self.current().map_or("", |file| &file.source)
    }

    fn current(&self) -> Option<&'t File> {
        self.template.files().get(self.file)
    }

    /// Adds a problem of the file that is being followed; one in a partial is told at the tag that calls it.
    fn tell(&mut self, problem: Diagnostic) {
        if self.checked.is_none() {
            return;
        }
        let problem = match (self.call, self.current()) {
            (Some(call), Some(file)) => partials::at_call(file, &problem, call),
            _ => problem,
        };
        // What is printed twice is wrong once.
        let is_told = |told: &Diagnostic| {
            told.span == problem.span && told.code == problem.code && told.message == problem.message
        };
        if !self.problems.iter().rev().take(50).any(is_told) {
            self.problems.push(problem);
        }
    }

    /// Follows `block` from `state`; returns the state behind it, `None` where nothing goes on behind it.
    fn follow(&mut self, block: &'t Block, state: JsonState) -> Option<JsonState> {
        let mark = self.present.len();
        let mut state = Some(state);
        for node in &block.nodes {
            let before = state.take()?;
            if 0 < self.inner_depth {
                self.n_inner_nodes += 1;
            }
            state = self.node(node, before);
        }
        self.present.truncate(mark);
        state
    }

    fn node(&mut self, node: &'t Node, mut state: JsonState) -> Option<JsonState> {
        match node {
            Node::Text(span) => self.text(*span, &mut state),
            Node::Output(output) => return Some(self.output(output, state)),
            Node::Tag(span, tag) => return self.tag(*span, tag, state),
        }
        Some(state)
    }

    fn tag(&mut self, span: Span, tag: &'t Tag, mut state: JsonState) -> Option<JsonState> {
        match tag {
            Tag::Raw(text) => self.text(*text, &mut state),
            Tag::If { branches } => {
                let guards = branches.iter().map(|branch| match &branch.condition {
                    Some(condition) => Guard::of(self.source(), condition, branch.is_negated),
                    None => Guard::default(),
                });
                let has_else = branches.last().is_some_and(|branch| branch.condition.is_none());
                let bodies = branches.iter().map(|branch| &branch.body).zip(guards).collect();
                return self.branches(span, bodies, has_else, state);
            }
            Tag::Case { subject, branches } => {
                let has_else = branches.iter().any(|branch| branch.values.is_empty());
                let guard = |branch: &CaseBranch| Guard::of_case(self.source(), subject, &branch.values);
                let bodies = branches.iter().map(|branch| (&branch.body, guard(branch))).collect();
                return self.branches(span, bodies, has_else, state);
            }
            Tag::For(each) | Tag::TableRow(each) => return Some(self.each(span, each, state)),
            Tag::IfChanged(body) => {
                let bodies = vec![(body, Guard::default())];
                return self.branches(span, bodies, false, state);
            }
            Tag::Partial(call) => return Some(self.partial(span, call, state)),
            Tag::Cycle { .. } | Tag::Increment(_) | Tag::Decrement(_) => state.read_hole(),
            Tag::Break | Tag::Continue | Tag::Abort => return None,
            // What is captured is printed somewhere else.
            Tag::Assign { .. } | Tag::Capture { .. } | Tag::Comment | Tag::Broken => {}
        }
        Some(state)
    }

    fn text(&mut self, span: Span, state: &mut JsonState) {
        if self.is_escaped {
            return;
        }
        let source = self.source();
        let mut events = Vec::new();
        let mut rest = span;
        // An event's place in the JSON is known only until the next character is read.
        while !rest.is_empty() {
            let mut last = None;
            let read = state.read_to_event(rest.of(source), &mut |event| last = Some(event));
            let end = rest.start + read;
            if let Some(event) = last {
                let method = self.checked.and_then(|checked| checked.method);
                if let (Event::Key { name, is_repeated: false }, Some((object, _))) = (&event, state.member())
                {
                    self.found.keys.entry(object).or_default().push(Rc::clone(name));
                }
                events.push(match (&event, method) {
                    (Event::Key { name, .. }, Some(method)) => {
                        let unknown = fields::unknown(method, name, state);
                        (end, event, unknown)
                    }
                    _ => (end, event, None),
                });
            }
            rest = Span::new(end, span.end);
        }
        for (end, event, unknown) in events {
            match event {
                Event::Key { name, is_repeated } => {
                    // A very long name is not remembered whole.
                    let start = floor_char_boundary(source, end.saturating_sub(name.len() + 2));
                    let key = Span::new(start, end);
                    if let Some(unknown) = unknown {
                        self.tell(unknown.problem(key));
                    }
                    if is_repeated {
                        self.tell(duplicate_key(source, span, key, &name));
                    }
                }
                Event::Text { object, key, value } if &*key == "parse_mode" => {
                    let mode = ParseMode::from_argument(&value).unwrap_or(None);
                    let known = self.found.modes.entry(object).or_insert(mode);
                    if *known != mode {
                        *known = None;
                    }
                }
                Event::Text { .. } => {}
            }
        }
    }

    fn branches(
        &mut self,
        span: Span,
        bodies: Vec<(&'t Block, Guard)>,
        has_else: bool,
        state: JsonState,
    ) -> Option<JsonState> {
        let mut ends = Vec::new();
        // What is known to have a value in a branch since none before it was taken, and behind the tag since those
        // that were taken lead nowhere.
        let mut left: Vec<String> = Vec::new();
        let mut behind: Vec<String> = Vec::new();
        for (body, guard) in bodies {
            let mark = self.present.len();
            self.present.extend(left.iter().cloned());
            self.present.extend(guard.when_taken);
            let end = self.follow(body, state.clone());
            self.present.truncate(mark);
            if end.is_none() && ends.is_empty() {
                behind.extend(guard.when_left.iter().cloned());
            }
            left.extend(guard.when_left);
            ends.extend(end);
        }
        self.present.extend(behind);
        if !has_else {
            ends.push(state);
        }
        let mut ends = ends.into_iter();
        let mut joined = ends.next()?;
        for end in ends {
            if !joined.has_shape_of(&end) {
                self.tell_shape(different_branches(span));
                return Some(joined);
            }
            joined.join(&end);
        }
        Some(joined)
    }

    fn each(&mut self, span: Span, each: &'t Loop, state: JsonState) -> JsonState {
        let mut behind = state.clone();
        let counted = self.scope.counted.len();
        if matches!(each.collection, Expression::Range(..)) {
            self.scope.counted.push(&each.variable);
        }
        let end = self.follow(&each.body, state.clone());
        self.scope.counted.truncate(counted);
        if let Some(end) = end {
            if end.has_shape_of(&state) {
                behind.join(&end);
            } else {
                let message = "each round leaves the JSON more open or more closed than it was";
                let problem = Diagnostic::error(Code::UnbalancedLoop, span, message);
                self.tell_shape(problem.with_help("open and close quotes and brackets in the same round"));
            }
        }
        if let Some(end) = each.otherwise.as_ref().and_then(|body| self.follow(body, state))
            && end.has_shape_of(&behind)
        {
            behind.join(&end);
        }
        behind
    }

    /// Tells of JSON that opens and closes unevenly; where a tag is not closed, that is why.
    fn tell_shape(&mut self, problem: Diagnostic) {
        if self.template.compiled.error.is_none() {
            self.tell(problem);
        }
    }

    /// Follows what `{{ }}` prints: captured text as if it stood there, anything else as a value.
    fn output(&mut self, output: &'t Output, mut state: JsonState) -> JsonState {
        if self.escaped_capture(output, &state) {
            state.read_hole();
            return state;
        }
        let plain = Some(&output.value.value).filter(|_| output.value.filters.is_empty());
        let Some(captured) = plain.and_then(|value| self.captured(value)) else {
            self.hole(output, &state);
            state.read_hole();
            return state;
        };
        self.follow_captured(captured, &state).unwrap_or(state)
    }

    /// Follows the holes of captured text that is printed through `json` or `json_escape` alone, as parts of the string
    /// it becomes; returns whether it is that.
    fn escaped_capture(&mut self, output: &'t Output, state: &JsonState) -> bool {
        let [filter] = output.value.filters.as_slice() else { return false };
        let quote = match (filter.filter.name, state.within()) {
            ("json_escape", Within::String) => "",
            ("json", Within::Value) => "\"",
            _ => return false,
        };
        let Some(captured) = self.captured(&output.value.value) else { return false };
        let mut inside = state.clone();
        inside.read(quote, &mut |_, _| {});
        let was_escaped = std::mem::replace(&mut self.is_escaped, true);
        self.follow_captured(captured, &inside);
        self.is_escaped = was_escaped;
        true
    }

    /// Returns the captures that `value` may name, where nothing else is called so.
    ///
    /// There are none for a name that is being followed already: in its first round a capture that prints itself prints
    /// nothing there, and all further rounds are alike. To follow each of them would multiply the work by itself.
    fn captured(&self, value: &'t Expression) -> Option<Captured<'t>> {
        // Asked first: a name may have been captured as often as it is printed.
        if !self.may_go_in() {
            return None;
        }
        let (name, bodies) = self.scope.captured(value)?;
        let is_followed = self.scope.followed.contains(&name);
        Some(Captured { name, bodies: if is_followed { Vec::new() } else { bodies } })
    }

    /// Follows captured text from `state`; returns the state behind it, `None` where nothing goes on behind it.
    fn follow_captured(&mut self, captured: Captured<'t>, state: &JsonState) -> Option<JsonState> {
        self.scope.followed.push(captured.name);
        self.inner_depth += 1;
        let mut behind: Option<JsonState> = None;
        for (file, body) in captured.bodies {
            // Where a capture stands in a file of its own, so do its problems.
            let outer = std::mem::replace(&mut self.file, file);
            // An empty one has no nodes to count, and costs as well.
            self.n_inner_nodes += 1;
            let end = self.follow(body, state.clone());
            self.file = outer;
            match (&mut behind, end) {
                (Some(behind), Some(end)) if behind.has_shape_of(&end) => behind.join(&end),
                (None, end) => behind = end,
                (Some(_), _) => {}
            }
        }
        self.inner_depth -= 1;
        self.scope.followed.pop();
        behind
    }

    fn may_go_in(&self) -> bool {
        self.inner_depth < MAX_INNER_DEPTH && self.n_inner_nodes < MAX_INNER_NODES
    }

    /// Follows a partial as if its text stood at the tag that calls it.
    fn partial(&mut self, span: Span, call: &'t PartialCall, mut state: JsonState) -> JsonState {
        let known = call.name.as_text().and_then(|name| self.template.compiled.file_of(name));
        let Some((file, name)) = known.filter(|_| self.may_go_in()) else {
            state.read_hole();
            return state;
        };
        let Some(body) = self.template.files().get(file).map(|file| &file.body) else { return state };
        let mut scope = if call.is_isolated { Scope::default() } else { self.scope.clone() };
        scope.define_all(file, body);
        let given = |value: &'t Expression| Definition::Given(self.scope.sources(self.file, value, &[]));
        for (name, value) in &call.arguments {
            scope.define(name, given(value));
        }
        if let Some(subject) = call.subject.as_ref().filter(|subject| !subject.is_each) {
            scope.define(subject.alias.as_deref().unwrap_or(name), given(&subject.value));
        }
        let outer = (self.file, self.call, std::mem::replace(&mut self.scope, scope));
        self.file = file;
        self.call.get_or_insert(span);
        self.inner_depth += 1;
        let end = self.follow(body, state.clone());
        self.inner_depth -= 1;
        (self.file, self.call, self.scope) = outer;
        end.unwrap_or(state)
    }

    fn hole(&mut self, output: &'t Output, state: &JsonState) {
        let Some(checked) = self.checked else { return };
        let value = &output.value;
        let mode = state.member().and_then(|(object, key)| {
            let is_text = matches!(key, Some("text" | "caption" | "message_text"));
            checked.objects.mode(object).filter(|_| is_text)
        });
        let sources = self.scope.sources(self.file, &value.value, &value.filters);
        let problems = sources.iter().map(|source| {
            let hole = Hole {
                file: self.file,
                text: self.source(),
                output,
                source,
                within: state.within(),
                mode,
                is_escaped: self.is_escaped,
                is_present: self.is_present(source),
                dialect: self.template.dialect(),
                vocabulary: checked.vocabulary,
            };
            hole.problems()
        });
        // One place, one problem: what is wrong with the first value is likely so with the others.
        let problems = problems.into_iter().find(|problems| !problems.is_empty());
        for problem in problems.unwrap_or_default() {
            self.tell(problem);
        }
    }

    fn is_present(&self, source: &Source<'t>) -> bool {
        let written = source.path().map(|path| path.span.of(self.source()));
        written.is_some_and(|written| self.present.iter().any(|known| known == written))
    }
}

fn duplicate_key(source: &str, text: Span, key: Span, name: &str) -> Diagnostic {
    let message = format!("the key \"{name}\" is there already");
    let problem = Diagnostic::warning(Code::DuplicateKey, key, message)
        .with_help("Telegram takes the first; remove one of them");
    match member_around(source, text, key) {
        Some(member) => problem.with_fix(Fix::replace("remove this one", member, "").unsafe_to_apply()),
        None => problem,
    }
}

/// Returns a member with the comma that goes with it, where all of it is text.
fn member_around(source: &str, text: Span, key: Span) -> Option<Span> {
    let behind = Span::new(key.end, text.end).of(source);
    let mut depth = 0_usize;
    let end = json::tokens(behind).find(|token| {
        match token.kind {
            TokenKind::Punctuation(',' | '}') if depth == 0 => return true,
            TokenKind::Punctuation('{' | '[') => depth += 1,
            TokenKind::Punctuation('}' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        false
    });
    let end = key.end + end?.span.start;
    let before = Span::new(text.start, key.start).of(source).trim_end();
    match before.strip_suffix(',') {
        // The white space in front of a closing brace stays.
        Some(before) => {
            let value = Span::new(key.end, end).of(source).trim_end();
            Some(Span::new(text.start + before.len(), key.end + value.len()))
        }
        None if source[end..].starts_with(',') => Some(Span::new(key.start, end + 1)),
        None => None,
    }
}

fn different_branches(span: Span) -> Diagnostic {
    Diagnostic::error(
        Code::DifferentBranches,
        span,
        "the branches leave the JSON open and closed differently",
    )
    .with_help("open and close quotes and brackets in the same branch, in every branch alike")
}
