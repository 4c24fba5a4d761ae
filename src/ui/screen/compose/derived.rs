//! What follows from the screen's state: rebuilt once a message where what it follows from has changed, so that drawing
//! parses nothing, lays nothing out and collects nothing.
//!
//! Each part is [`Kept`] with what it was made of. Those keys are compared by identity or by a version, never by
//! content, so that a message that changes nothing costs nothing here.

use std::sync::Arc;

use crate::campaign::Webhook;
use crate::compose::Composed;
use crate::diagnostic::{Diagnostic, Severity};
use crate::service::{self, SampleEvent};
use crate::ui::editor::highlight::StyledRow;
use crate::ui::editor::view::Mark;
use crate::ui::screen::compose::{
    Compose, Problem, Worst,
    pane::preview::{self, Tab},
    sample_event::sample_name,
};
use crate::ui::shared::{
    Latest, Shared,
    bubble::{Bubble, Options},
};
use crate::workspace::{Fingerprint, Workspace};

/// A value and what it was made of.
#[derive(Debug)]
pub struct Kept<K, V> {
    of: Option<K>,
    pub value: V,
}

#[derive(Debug, Default)]
pub struct Derived {
    others: Kept<OthersKey, Vec<Problem>>,
    list: Kept<ListKey, List>,
    current: Kept<(u64, Latest<Composed>), bool>,
    sample: Kept<(Latest<Workspace>, Option<String>), Sample>,
    bubble: Kept<BubbleKey, Option<Bubble>>,
    bubble_before_error: Kept<BubbleKey, Option<Bubble>>,
    request: Kept<(Latest<Composed>, u16), Vec<StyledRow>>,
}

type BubbleKey = (Latest<Composed>, u16, Options);

#[derive(Debug, PartialEq)]
struct OthersKey {
    composed: Option<Latest<Composed>>,
    worst: Option<Worst>,
    webhook: (Option<Fingerprint>, Option<Webhook>),
    workspace: Latest<Workspace>,
    open: Option<String>,
    is_body_a_file: bool,
}

#[derive(Debug, PartialEq)]
struct ListKey {
    composed: Option<Latest<Composed>>,
    moved: Option<Latest<Vec<Diagnostic>>>,
    /// The version and the cursor while one types: problems at the cursor wait then.
    typing: Option<(u64, usize)>,
}

#[derive(Debug, Default)]
struct List {
    problems: Vec<Problem>,
    /// How many of them are the body's own.
    n_own: usize,
    marks: Vec<Mark>,
    worst: Option<Severity>,
    has_untold: bool,
}

#[derive(Debug, Default)]
pub struct Sample {
    /// What to call it; none where there is no sample.
    pub name: Option<String>,
    pub is_readable: bool,
    pub event: SampleEvent,
}

impl<K, V: Default> Default for Kept<K, V> {
    fn default() -> Self {
        Self { of: None, value: V::default() }
    }
}

impl<K: PartialEq, V> Kept<K, V> {
    /// Makes the value anew where it was made of something else; returns whether it was.
    pub fn renew(&mut self, of: K, make: impl FnOnce(&K) -> V) -> bool {
        let is_stale = self.of.as_ref() != Some(&of);
        if is_stale {
            self.value = make(&of);
            self.of = Some(of);
        }
        is_stale
    }
}

impl Derived {
    /// Returns everything wrong, the open body's problems first, in its order.
    pub fn problems(&self) -> &[Problem] {
        &self.list.value.problems
    }

    pub fn own_problems(&self) -> impl DoubleEndedIterator<Item = &Diagnostic> {
        let List { problems, n_own, .. } = &self.list.value;
        problems[..*n_own].iter().map(Problem::diagnostic)
    }

    pub fn worst_severity(&self) -> Option<Severity> {
        self.list.value.worst
    }

    pub fn has_untold(&self) -> bool {
        self.list.value.has_untold
    }

    pub fn marks(&self) -> &[Mark] {
        &self.list.value.marks
    }

    pub fn sample(&self) -> &Sample {
        &self.sample.value
    }

    pub fn bubble(&self) -> Option<&Bubble> {
        self.bubble.value.as_ref()
    }

    pub fn bubble_before_error(&self) -> Option<&Bubble> {
        self.bubble_before_error.value.as_ref()
    }

    /// Returns the rows of the request while it is shown.
    pub fn request(&self) -> &[StyledRow] {
        &self.request.value
    }

    /// Whether a composition is of the text of this version, where that has been found out.
    pub fn is_current(&self, version: u64, composed: &Latest<Composed>) -> Option<bool> {
        let (known, of) = self.current.of.as_ref()?;
        (*known == version && of == composed).then_some(self.current.value)
    }
}

/// Renews what the layout needs: problems, and the sample.
pub(super) fn follow(screen: &mut Compose, shared: &Shared) {
    let mut derived = std::mem::take(&mut screen.derived);
    if let (Some(buffer), Some(composed)) = (screen.buffer(), screen.composed()) {
        let of = (buffer.editor.version(), composed.clone());
        derived.current.renew(of, |_| buffer.editor.is(&composed.body));
    }
    let workspace = Latest::from(Arc::clone(&shared.workspace));
    let sample = (workspace.clone(), screen.chosen_sample().map(str::to_owned));
    derived.sample.renew(sample, |_| sample_of(screen, shared));
    let webhook = screen.webhook.current_file(&shared.workspace);
    let others = OthersKey {
        composed: screen.composed().cloned(),
        worst: screen.worst.value().cloned(),
        webhook: (webhook.map(|file| file.fingerprint), screen.webhook.edited()),
        workspace,
        open: screen.open.clone(),
        is_body_a_file: screen.buffer().is_none_or(|buffer| buffer.is_new() || !buffer.is_readable),
    };
    let are_others_new = derived.others.renew(others, |_| other_problems(screen, shared));
    if are_others_new {
        derived.list.of = None;
    }
    let cursor = screen.buffer().map_or(0, |buffer| buffer.editor.cursor());
    let list = ListKey {
        composed: screen.composed().cloned(),
        moved: screen.moved.clone(),
        typing: screen.typing.as_ref().map(|typing| (typing.version(), cursor)),
    };
    let others = &derived.others.value;
    if derived.list.renew(list, |_| list_of(screen, others)) {
        screen.problem = screen.problem.min(derived.list.value.problems.len().saturating_sub(1));
    }
    screen.derived = derived;
}

/// Renews what the layout has decided the width of: the message, the request.
pub(super) fn follow_layout(screen: &mut Compose, shared: &Shared) {
    let width = preview::width(screen);
    let key = |composed: Latest<Composed>| (composed, width, screen.preview.options.clone());
    let before = screen.before_error(shared).cloned().map(key);
    let bubble = screen.composed().cloned().map(key);
    let is_request = screen.preview.tab == Tab::Request;
    let request = screen.composed().cloned().filter(|_| is_request).map(|composed| (composed, width));
    let lay_out = |(composed, width, options): &BubbleKey| Bubble::new(composed, *width, options);
    renew_or_drop(&mut screen.derived.bubble, bubble, lay_out);
    renew_or_drop(&mut screen.derived.bubble_before_error, before, lay_out);
    renew_or_drop(&mut screen.derived.request, request, |(composed, width)| {
        preview::request_lines(&shared.theme, composed, usize::from(*width))
    });
}

fn renew_or_drop<K: PartialEq, V: Default>(kept: &mut Kept<K, V>, of: Option<K>, make: impl FnOnce(&K) -> V) {
    let Some(of) = of else { return *kept = Kept::default() };
    kept.renew(of, make);
}

fn sample_of(screen: &Compose, shared: &Shared) -> Sample {
    let Some(source) = screen.sample(shared) else { return Sample::default() };
    Sample {
        name: Some(sample_name(source).to_owned()),
        is_readable: SampleEvent::read(source).is_some(),
        event: SampleEvent::of(&shared.workspace, screen.chosen_sample()),
    }
}

fn other_problems(screen: &Compose, shared: &Shared) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(composed) = screen.composed() {
        if let Some(file) = screen.webhook.current_file(&shared.workspace) {
            let of_templates = service::webhook_problems(file, &composed.webhook_problems);
            // Those of a saved one are among its file's own.
            let typed = screen.webhook.edited();
            let of_values = typed.map(|typed| service::violations(file, &typed)).unwrap_or_default();
            problems.extend(of_templates.into_iter().chain(of_values).map(Problem::in_file));
        }
        let worst = screen.worst.value().into_iter().flat_map(|worst| worst.problems(&composed.diagnostics));
        problems.extend(worst.map(Problem::for_some));
    }
    let body = screen.open_campaign(shared).map(|campaign| campaign.body.path.as_str());
    let is_body_a_file = screen.buffer().is_none_or(|buffer| buffer.is_new() || !buffer.is_readable);
    let in_files = shared.workspace.problems().into_iter();
    let in_files = in_files.filter(|problem| Some(problem.path.as_str()) != body || is_body_a_file);
    problems.extend(in_files.map(Problem::in_file));
    problems
}

fn list_of(screen: &Compose, others: &[Problem]) -> List {
    let mut problems: Vec<Problem> = screen.found().map(Problem::InBody).collect();
    let n_own = problems.len();
    problems.extend_from_slice(others);
    let own =
        problems[..n_own].iter().map(|problem| (problem.diagnostic().span, problem.diagnostic().severity));
    // What only others have is no error of the message on screen.
    let for_some = problems[n_own..].iter().filter_map(Problem::in_body);
    let marks = own.clone().chain(for_some.map(|problem| (problem.span, Severity::Warning))).collect();
    let worst = own.map(|(_, severity)| severity).max();
    List { marks, worst, n_own, has_untold: screen.has_untold(), problems }
}
