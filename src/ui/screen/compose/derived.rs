//! Caches values that are derived from the screen's state: the list of problems, the sample event, the laid-out
//! message, and the rows of the request. Each event updates the values whose inputs have changed, so that drawing does
//! not have to compute them.
//!
//! The inputs of a value are its key in the cache. Large inputs (bodies, compositions, and the workspace) are compared
//! by identity or version instead of content, so an event that changes nothing takes almost no time here.

use std::sync::Arc;

use crate::campaign::Webhook;
use crate::compose::Composed;
use crate::diagnostic::{Diagnostic, Severity};
use crate::service::{self, SampleEvent};
use crate::ui::editor::highlight::StyledRow;
use crate::ui::editor::view::Mark;
use crate::ui::screen::compose::{
    Compose, Pane, ProblemEntry, SampleReport, filter,
    pane::campaigns,
    pane::preview::{self, PreviewTab},
    pane::problems,
    sample_event::sample_name,
};
use crate::ui::shared::{
    PtrEq, SharedState,
    bubble::{Bubble, BubbleOptions},
};
use crate::ui::widget::{FuzzyQuery, ThemeOrigin};
use crate::workspace::{Fingerprint, Workspace};

/// A cached value, with the inputs that it was computed from as its key.
#[derive(Debug)]
pub struct Memo<K, V> {
    key: Option<K>,
    pub value: V,
}

#[derive(Debug, Default)]
pub struct Derived {
    /// The problems of the webhook and of files, and the problems that the sample check has found. The sample check
    /// composes the body for a sample of recipients. The open body's own problems for the preview profile are not in
    /// this list.
    others: Memo<OthersKey, Vec<ProblemEntry>>,
    list: Memo<ListKey, List>,
    /// How often `list` was built.
    n_lists: u64,
    /// The indices of the campaigns that pane 1 shows, in ascending order.
    shown_campaigns: Memo<(PtrEq<Workspace>, String), Vec<usize>>,
    /// The indices of the problems that pane 5 shows, in ascending order.
    shown_problems: Memo<(u64, String), Vec<usize>>,
    /// Whether the last composition is of the text that is in the editor now.
    current: Memo<(u64, PtrEq<Composed>), bool>,
    sample: Memo<(PtrEq<Workspace>, Option<String>), SelectedSample>,
    bubble: Memo<BubbleKey, Option<Bubble>>,
    last_good_bubble: Memo<BubbleKey, Option<Bubble>>,
    request: Memo<(PtrEq<Composed>, u16, ThemeOrigin), Vec<StyledRow>>,
}

type BubbleKey = (PtrEq<Composed>, u16, BubbleOptions);

#[derive(Debug, PartialEq)]
struct OthersKey {
    composed: Option<PtrEq<Composed>>,
    report: Option<SampleReport>,
    webhook: (Option<Fingerprint>, Option<Webhook>),
    workspace: PtrEq<Workspace>,
    open: Option<String>,
    /// Whether the problems of the body's file are in the list. They are listed if no body is open, if the body has no
    /// file yet, or if the body's file cannot be read.
    lists_body_file: bool,
}

#[derive(Debug, PartialEq)]
struct ListKey {
    composed: Option<PtrEq<Composed>>,
    moved: Option<PtrEq<Vec<Diagnostic>>>,
    /// The version of the text and the cursor during a typing session. They decide which problems are hidden.
    typing: Option<(u64, usize)>,
}

#[derive(Debug, Default)]
struct List {
    problems: Vec<ProblemEntry>,
    /// The number of the body's own problems for the preview profile. They are the first in `problems`.
    n_own: usize,
    marks: Vec<Mark>,
    worst: Option<Severity>,
    has_deferred: bool,
}

#[derive(Debug, Default)]
pub struct SelectedSample {
    /// The name to show. `None` if there is no sample.
    pub name: Option<String>,
    pub is_readable: bool,
    pub event: SampleEvent,
}

impl<K, V: Default> Default for Memo<K, V> {
    fn default() -> Self {
        Self { key: None, value: V::default() }
    }
}

impl<K: PartialEq, V> Memo<K, V> {
    /// Recomputes the value if its inputs have changed, and returns whether they have changed.
    pub fn refresh(&mut self, key: K, make: impl FnOnce(&K) -> V) -> bool {
        let is_stale = self.key.as_ref() != Some(&key);
        if is_stale {
            self.value = make(&key);
            self.key = Some(key);
        }
        is_stale
    }
}

impl Derived {
    /// Returns all visible problems. The problems of the open body come first, in the order of the text.
    pub fn problems(&self) -> &[ProblemEntry] {
        &self.list.value.problems
    }

    /// Returns the indices of the problems that pass the filter of pane 5, in ascending order.
    pub fn shown_problems(&self) -> &[usize] {
        &self.shown_problems.value
    }

    /// Returns the indices of the campaigns that pass the filter of pane 1, in ascending order.
    pub fn shown_campaigns(&self) -> &[usize] {
        &self.shown_campaigns.value
    }

    pub fn body_problems(&self) -> impl DoubleEndedIterator<Item = &Diagnostic> {
        let List { problems, n_own, .. } = &self.list.value;
        problems[..*n_own].iter().map(ProblemEntry::diagnostic)
    }

    pub fn worst_severity(&self) -> Option<Severity> {
        self.list.value.worst
    }

    pub fn has_deferred(&self) -> bool {
        self.list.value.has_deferred
    }

    pub fn marks(&self) -> &[Mark] {
        &self.list.value.marks
    }

    pub fn sample(&self) -> &SelectedSample {
        &self.sample.value
    }

    pub fn bubble(&self) -> Option<&Bubble> {
        self.bubble.value.as_ref()
    }

    pub fn last_good_bubble(&self) -> Option<&Bubble> {
        self.last_good_bubble.value.as_ref()
    }

    /// Returns the rows of the Request tab. The result is empty if another tab is shown or there is no composition.
    pub fn request(&self) -> &[StyledRow] {
        &self.request.value
    }

    /// Returns whether `composed` is the composition of the text at `version`. `None` if the cache has no answer for
    /// this version and this composition.
    pub fn is_current(&self, version: u64, composed: &PtrEq<Composed>) -> Option<bool> {
        let (compared_version, compared) = self.current.key.as_ref()?;
        (*compared_version == version && compared == composed).then_some(self.current.value)
    }
}

/// Updates the values that do not depend on the layout: the problems and the sample event. Call it before the layout,
/// which depends on the number of problems.
pub(super) fn follow(screen: &mut Compose, shared: &SharedState) {
    // `derived` is taken out of the screen, so that its values can be changed while the screen is borrowed.
    let mut derived = std::mem::take(&mut screen.derived);
    if let (Some(buffer), Some(composed)) = (screen.buffer(), screen.composed()) {
        let key = (buffer.editor.version(), composed.clone());
        derived.current.refresh(key, |_| buffer.editor.has_text(&composed.body));
    }
    let workspace = PtrEq::from(Arc::clone(&shared.workspace));
    let sample = (workspace.clone(), screen.chosen_sample().map(str::to_owned));
    derived.sample.refresh(sample, |_| sample_of(screen, shared));
    let webhook = screen.webhook.current_file(&shared.workspace);
    let others = OthersKey {
        composed: screen.composed().cloned(),
        report: screen.sample_report.value().cloned(),
        webhook: (webhook.map(|file| file.fingerprint), screen.webhook.edited()),
        workspace,
        open: screen.open.clone(),
        lists_body_file: screen.buffer().is_none_or(|buffer| buffer.is_new() || !buffer.is_readable),
    };
    let are_others_new = derived.others.refresh(others, |_| other_problems(screen, shared));
    // The list contains the other problems, but its key does not, so `refresh` would not notice that the other problems
    // have changed. The key is therefore removed: without a key, `refresh` always builds the list again.
    if are_others_new {
        derived.list.key = None;
    }
    let cursor = screen.buffer().map_or(0, |buffer| buffer.editor.cursor());
    let list = ListKey {
        composed: screen.composed().cloned(),
        moved: screen.moved_problems.clone(),
        typing: screen.typing.as_ref().map(|typing| (typing.version(), cursor)),
    };
    let others = &derived.others.value;
    if derived.list.refresh(list, |_| list_of(screen, others)) {
        derived.n_lists += 1;
        screen.chosen_problem =
            screen.chosen_problem.min(derived.list.value.problems.len().saturating_sub(1));
    }
    screen.derived = derived;
    follow_filters(screen, shared);
}

/// Applies the filters of the lists.
pub(super) fn follow_filters(screen: &mut Compose, shared: &SharedState) {
    let mut derived = std::mem::take(&mut screen.derived);
    let campaigns = &shared.workspace.campaigns;
    let key = (PtrEq::from(Arc::clone(&shared.workspace)), screen.filter_text(Pane::Campaigns));
    derived.shown_campaigns.refresh(key, |(_, filter)| {
        filter::passing(filter, campaigns.len(), |query, at| campaigns::passes(query, &campaigns[at]))
    });
    let problems = &derived.list.value.problems;
    let key = (derived.n_lists, screen.filter_text(Pane::Problems));
    derived.shown_problems.refresh(key, |(_, filter)| {
        let passes = |query: &mut FuzzyQuery, at: usize| {
            query.score(&problems::text_of(screen, &problems[at])).is_some()
        };
        filter::passing(filter, problems.len(), passes)
    });
    let shown = &derived.shown_problems.value;
    // In the focused pane, the chosen problem is one that the filter shows: keys such as Enter must not act on a
    // problem that is not on screen.
    if screen.focus.pane == Pane::Problems && shown.binary_search(&screen.chosen_problem).is_err() {
        let next = shown.iter().find(|at| screen.chosen_problem < **at).or(shown.last());
        screen.chosen_problem = next.copied().unwrap_or(screen.chosen_problem);
    }
    screen.derived = derived;
}

/// Updates the values that depend on the width of the preview: the message and the request. Call it after the layout,
/// which decides that width.
pub(super) fn follow_layout(screen: &mut Compose, shared: &SharedState) {
    let width = preview::width(screen);
    let key = |composed: PtrEq<Composed>| (composed, width, screen.preview.options.clone());
    let last_good = screen.last_good(shared).cloned().map(key);
    let bubble = screen.composed().cloned().map(key);
    let is_request = screen.preview.tab == PreviewTab::Request;
    let request = screen.composed().cloned().filter(|_| is_request);
    let request = request.map(|composed| (composed, width, shared.theme.origin));
    let lay_out = |(composed, width, options): &BubbleKey| Bubble::new(composed, *width, options);
    renew_or_drop(&mut screen.derived.bubble, bubble, lay_out);
    renew_or_drop(&mut screen.derived.last_good_bubble, last_good, lay_out);
    renew_or_drop(&mut screen.derived.request, request, |(composed, width, _)| {
        preview::request_lines(&shared.theme, composed, usize::from(*width))
    });
}

fn renew_or_drop<K: PartialEq, V: Default>(
    memo: &mut Memo<K, V>,
    key: Option<K>,
    make: impl FnOnce(&K) -> V,
) {
    let Some(key) = key else { return *memo = Memo::default() };
    memo.refresh(key, make);
}

fn sample_of(screen: &Compose, shared: &SharedState) -> SelectedSample {
    let Some(source) = screen.sample(shared) else { return SelectedSample::default() };
    SelectedSample {
        name: Some(sample_name(source).to_owned()),
        is_readable: SampleEvent::read(source).is_some(),
        event: SampleEvent::of(&shared.workspace, screen.chosen_sample()),
    }
}

fn other_problems(screen: &Compose, shared: &SharedState) -> Vec<ProblemEntry> {
    let mut problems = Vec::new();
    if let Some(composed) = screen.composed() {
        if let Some(file) = screen.webhook.current_file(&shared.workspace) {
            let in_templates = service::webhook_problems(file, &composed.webhook_problems);
            // Only an edited webhook is checked here. The problems of a saved webhook are among those of the
            // workspace's files.
            let edited = screen.webhook.edited();
            let in_values = edited.map(|edited| service::violations(file, &edited)).unwrap_or_default();
            problems.extend(in_templates.into_iter().chain(in_values).map(ProblemEntry::in_file));
        }
        let report = screen.sample_report.value().into_iter();
        let in_sample = report.flat_map(|report| report.problems(&composed.diagnostics));
        problems.extend(in_sample.map(ProblemEntry::in_sample));
    }
    let body = screen.open_campaign(shared).map(|campaign| campaign.body.path.as_str());
    let lists_body_file = screen.buffer().is_none_or(|buffer| buffer.is_new() || !buffer.is_readable);
    let in_files = shared.workspace.problems().into_iter();
    // The problems of the open body come from its buffer, which may differ from the file. The problems of the body's
    // file are therefore left out. But if the file is missing or cannot be read, the file itself is the problem, so its
    // problems are listed.
    let in_files = in_files.filter(|problem| Some(problem.path.as_str()) != body || lists_body_file);
    problems.extend(in_files.map(ProblemEntry::in_file));
    problems
}

fn list_of(screen: &Compose, others: &[ProblemEntry]) -> List {
    let mut problems: Vec<ProblemEntry> = screen.visible_body_problems().map(ProblemEntry::Body).collect();
    let n_own = problems.len();
    problems.extend_from_slice(others);
    let own =
        problems[..n_own].iter().map(|problem| (problem.diagnostic().span, problem.diagnostic().severity));
    // A problem that only other recipients have is marked as a warning, even if it is an error for them: the message on
    // screen does not have this problem.
    let of_others = problems[n_own..].iter().filter_map(ProblemEntry::in_body);
    let marks = own.clone().chain(of_others.map(|problem| (problem.span, Severity::Warning))).collect();
    let worst = own.map(|(_, severity)| severity).max();
    List { marks, worst, n_own, has_deferred: screen.has_deferred(), problems }
}
