//! Follows the JSON of a body through text, branches and loops, and looks at each `{{ }}` where it stands.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::profile::Vocabulary;
use crate::telegram::ParseMode;
use crate::text::Span;

use super::super::Template;
use super::super::dialect::Dialect;
use super::super::json_state::{Event, JsonState};
use super::super::syntax::{
    Block, Comparison, Condition, Expression, Literal, Loop, Node, Output, Path, Piped, Tag,
};
use super::super::walk;
use super::hole::{Hole, Source};

/// The parse mode of each object that has one; `None` for one that is not known beforehand.
pub(in super::super) type Modes = HashMap<usize, Option<ParseMode>>;

pub(super) fn check(template: &Template, vocabulary: &Vocabulary) -> Vec<Diagnostic> {
    let modes = modes_of(template);
    let mut follower = Follower {
        source: template.source(),
        dialect: template.dialect(),
        vocabulary,
        assigned: assigned(template.body()),
        present: Vec::new(),
        counted: Vec::new(),
        modes: &modes,
        found: Modes::new(),
        problems: Vec::new(),
    };
    follower.follow(template.body(), JsonState::new());
    follower.problems
}

/// Returns the parse modes of the objects in a body.
pub(in super::super) fn modes_of(template: &Template) -> Modes {
    let vocabulary = Vocabulary::default();
    let mut follower = Follower {
        source: template.source(),
        dialect: template.dialect(),
        vocabulary: &vocabulary,
        assigned: HashMap::new(),
        present: Vec::new(),
        counted: Vec::new(),
        modes: &Modes::new(),
        found: Modes::new(),
        problems: Vec::new(),
    };
    follower.follow(template.body(), JsonState::new());
    follower.found
}

/// Returns the values of names that are assigned once, `None` for all others that are set.
fn assigned(body: &Block) -> HashMap<&str, Option<&Piped>> {
    let mut names: HashMap<&str, Option<&Piped>> = HashMap::new();
    walk::tags(body, &mut |_, tag| match tag {
        Tag::Assign { name, value } => {
            let is_first = !names.contains_key(name.as_str());
            names.insert(name, is_first.then_some(value));
        }
        Tag::Capture { name, .. } | Tag::Increment(name) | Tag::Decrement(name) => {
            names.insert(name, None);
        }
        _ => {}
    });
    names
}

struct Follower<'t> {
    source: &'t str,
    dialect: Dialect,
    vocabulary: &'t Vocabulary,
    assigned: HashMap<&'t str, Option<&'t Piped>>,
    /// The paths that are known to have a value here, as written.
    present: Vec<String>,
    /// The variables of loops over ranges: numbers.
    counted: Vec<&'t str>,
    modes: &'t Modes,
    /// The parse modes met on the way.
    found: Modes,
    problems: Vec<Diagnostic>,
}

impl<'t> Follower<'t> {
    /// Follows `block` from `state`; returns the state behind it, `None` where nothing goes on behind it.
    fn follow(&mut self, block: &'t Block, state: JsonState) -> Option<JsonState> {
        let mark = self.present.len();
        let mut state = Some(state);
        for node in &block.nodes {
            let before = state.take()?;
            state = self.node(node, before);
        }
        self.present.truncate(mark);
        state
    }

    fn node(&mut self, node: &'t Node, mut state: JsonState) -> Option<JsonState> {
        match node {
            Node::Text(span) => self.text(*span, &mut state),
            Node::Output(output) => {
                self.hole(output, &state);
                state.read_hole();
            }
            Node::Tag(span, tag) => return self.tag(*span, tag, state),
        }
        Some(state)
    }

    fn tag(&mut self, span: Span, tag: &'t Tag, mut state: JsonState) -> Option<JsonState> {
        match tag {
            Tag::Raw(text) => self.text(*text, &mut state),
            Tag::If { branches } => {
                let conditions = branches.iter().map(|branch| branch.condition.as_ref());
                let guards: Vec<Guard> = conditions
                    .zip(branches)
                    .map(|(condition, branch)| match condition {
                        Some(condition) => Guard::of(self.source, condition, branch.is_negated),
                        None => Guard::default(),
                    })
                    .collect();
                let has_else = branches.last().is_some_and(|branch| branch.condition.is_none());
                let bodies = branches.iter().map(|branch| &branch.body).zip(guards).collect();
                return self.branches(span, bodies, has_else, state);
            }
            Tag::Case { branches, .. } => {
                let has_else = branches.iter().any(|branch| branch.values.is_empty());
                let bodies = branches.iter().map(|branch| (&branch.body, Guard::default())).collect();
                return self.branches(span, bodies, has_else, state);
            }
            Tag::For(each) | Tag::TableRow(each) => return Some(self.each(span, each, state)),
            Tag::IfChanged(body) => {
                let bodies = vec![(body, Guard::default())];
                return self.branches(span, bodies, false, state);
            }
            Tag::Cycle { .. } | Tag::Increment(_) | Tag::Decrement(_) | Tag::Partial(_) => state.read_hole(),
            Tag::Break | Tag::Continue | Tag::Abort => return None,
            // What is captured is printed somewhere else.
            Tag::Assign { .. } | Tag::Capture { .. } | Tag::Comment | Tag::Broken => {}
        }
        Some(state)
    }

    fn text(&mut self, span: Span, state: &mut JsonState) {
        let (problems, found) = (&mut self.problems, &mut self.found);
        state.read(span.of(self.source), &mut |at, event| match event {
            Event::Key { name, is_repeated: true } => {
                let quote = span.start + at;
                let key = Span::new(quote.saturating_sub(name.len() + 1), quote + 1);
                let message = format!("the key \"{name}\" is there already");
                let problem = Diagnostic::warning("duplicate-key", key, message);
                problems.push(problem.with_help("Telegram takes the first; remove one of them"));
            }
            Event::Text { object, key, value } if &*key == "parse_mode" => {
                let mode = ParseMode::from_argument(&value).unwrap_or(None);
                let known = found.entry(object).or_insert(mode);
                if *known != mode {
                    *known = None;
                }
            }
            Event::Key { .. } | Event::Text { .. } => {}
        });
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
                self.problems.push(different_branches(span));
                return Some(joined);
            }
            joined.join(&end);
        }
        Some(joined)
    }

    fn each(&mut self, span: Span, each: &'t Loop, state: JsonState) -> JsonState {
        let mut behind = state.clone();
        let counted = self.counted.len();
        if matches!(each.collection, Expression::Range(..)) {
            self.counted.push(&each.variable);
        }
        let end = self.follow(&each.body, state.clone());
        self.counted.truncate(counted);
        if let Some(end) = end {
            if end.has_shape_of(&state) {
                behind.join(&end);
            } else {
                let message = "each round leaves the JSON more open or more closed than it was";
                let problem = Diagnostic::error("unbalanced-loop", span, message);
                self.problems.push(problem.with_help("open and close quotes and brackets in the same round"));
            }
        }
        if let Some(end) = each.otherwise.as_ref().and_then(|body| self.follow(body, state))
            && end.has_shape_of(&behind)
        {
            behind.join(&end);
        }
        behind
    }

    fn hole(&mut self, output: &'t Output, state: &JsonState) {
        let Some(source) = self.source_of(&output.value) else { return };
        let mode = state.member().and_then(|(object, key)| {
            let is_text = matches!(key, Some("text" | "caption" | "message_text"));
            self.modes.get(&object).copied().flatten().filter(|_| is_text)
        });
        let is_present = path_of(&source)
            .is_some_and(|path| self.present.iter().any(|known| known == path.span.of(self.source)));
        let hole = Hole {
            text: self.source,
            output,
            source,
            within: state.within(),
            mode,
            is_present,
            dialect: self.dialect,
            vocabulary: self.vocabulary,
        };
        self.problems.extend(hole.problems());
    }

    /// Follows a name back to the value it was assigned; `None` where that is not known.
    fn source_of(&self, piped: &'t Piped) -> Option<Source<'t>> {
        let mut chain = vec![piped];
        let mut seen = HashSet::new();
        while let Some(Expression::Path(path)) = chain.last().map(|piped| &piped.value) {
            let name = path.root.span.of(self.source);
            if self.counted.contains(&name) {
                return None;
            }
            match self.assigned.get(name) {
                None => break,
                Some(None) => return None,
                Some(Some(_)) if !path.steps.is_empty() || !seen.insert(name) => return None,
                Some(Some(value)) => chain.push(value),
            }
        }
        chain.reverse();
        Some(Source { chain })
    }
}

/// The path a value comes from.
fn path_of<'t>(source: &Source<'t>) -> Option<&'t Path> {
    match &source.chain.first()?.value {
        Expression::Path(path) => Some(path),
        Expression::Literal(..) | Expression::Range(..) => None,
    }
}

fn different_branches(span: Span) -> Diagnostic {
    Diagnostic::error("different-branches", span, "the branches leave the JSON open and closed differently")
        .with_help("open and close quotes and brackets in the same branch, in every branch alike")
}

/// The paths that have a value where a condition holds, and where it does not.
#[derive(Default)]
struct Guard {
    when_taken: Vec<String>,
    when_left: Vec<String>,
}

impl Guard {
    fn of(source: &str, condition: &Condition, is_negated: bool) -> Self {
        let (when_true, when_false) = sides(source, condition);
        match is_negated {
            true => Guard { when_taken: when_false, when_left: when_true },
            false => Guard { when_taken: when_true, when_left: when_false },
        }
    }
}

/// Returns what has a value where `condition` is true, and where it is false.
fn sides(source: &str, condition: &Condition) -> (Vec<String>, Vec<String>) {
    let written = |path: &Path| vec![path.span.of(source).to_owned()];
    match condition {
        Condition::Value(Expression::Path(path)) => (written(path), Vec::new()),
        Condition::Value(_) => (Vec::new(), Vec::new()),
        Condition::Both(parts) => {
            let (mut left, _) = sides(source, &parts.0);
            left.extend(sides(source, &parts.1).0);
            (left, Vec::new())
        }
        Condition::Either(parts) => {
            let (_, mut left) = sides(source, &parts.0);
            left.extend(sides(source, &parts.1).1);
            (Vec::new(), left)
        }
        Condition::Compare { left: Expression::Path(path), comparison, right, .. } => {
            let is_nothing = match right {
                Expression::Literal(_, Literal::Nil | Literal::Blank | Literal::Empty) => true,
                Expression::Literal(_, Literal::Text(text)) => text.is_empty(),
                _ => false,
            };
            match (comparison, is_nothing) {
                (Comparison::Equal, true) => (Vec::new(), written(path)),
                (Comparison::NotEqual, true) => (written(path), Vec::new()),
                (Comparison::NotEqual, false) => (Vec::new(), written(path)),
                // Two that are both missing are equal too.
                (Comparison::Equal, false) if !matches!(right, Expression::Literal(..)) => {
                    (Vec::new(), Vec::new())
                }
                (_, false) => (written(path), Vec::new()),
                (_, true) => (Vec::new(), Vec::new()),
            }
        }
        Condition::Compare { .. } => (Vec::new(), Vec::new()),
    }
}
