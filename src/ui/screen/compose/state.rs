//! The state of the Compose screen, and the operations on it that several modules of `update` use.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::complete;
use crate::compose::Composed;
use crate::diagnostic::Diagnostic;
use crate::profile::Profile;
use crate::secrets::MovableSecret;
use crate::service::{BotStatus, MessageJob, WebhookInUse};
use crate::telegram::ParseMode;
use crate::ui::editor::highlight::{Grammar, Grammars};
use crate::ui::editor::view::EditorView;
use crate::ui::editor::vim::Vim;
use crate::ui::screen::compose::update::setting_up;
use crate::ui::screen::compose::{
    BodyBuffer, BodyProblem, CampaignStatuses, CompareDialog, ComposeConfirm, Decision, Derived, Dialog,
    Focus, HoverBox, Pane, PaneLayout, PreviewSync, SampleProblem, SampleReport, SearchBar, Submission,
    TestDialog, TypingSession, WebhookForm,
    code_colors::CodeColors,
    filter::{self, ListFilter},
    last_good::LastGood,
    pane::campaigns,
    pane::preview::Preview,
    remembered::RememberedView,
};
use crate::ui::shared::{
    Effect, Generation, Generations, JournalEntry, LoopEffect, PtrEq, Query, SharedState, Task, Timer,
};
use crate::ui::widget::TextField;
use crate::workspace::{CampaignDraft, CampaignFiles, FileProblem, Fingerprint, Trashed};

// The size of the largest body for which there is a sample check. The check renders the body for many recipients, which
// would take too long with a larger body. No real message needs such a body.
const MAX_SURVEYED_BYTES: usize = 256 * 1024;

#[derive(Debug)]
pub struct Compose {
    /// Whether the workspace's private folder `.telecast` was created on another machine or in another folder, or was
    /// changed by another program. The test chats, drafts, and history in such a folder are ignored until the user
    /// adopts the folder.
    pub is_private_foreign: bool,
    /// Whether the set-up guide opens at the start, because the workspace was just created.
    pub starts_with_guide: bool,
    /// The bodies that were opened, by campaign stem. Each body keeps its own undo history.
    pub buffers: BTreeMap<String, BodyBuffer>,
    /// The stem of the open campaign, whose body is in the editor.
    pub open: Option<String>,
    pub focus: Focus,
    /// The webhook of the open campaign.
    pub webhook: WebhookForm,
    /// The webhooks of other campaigns that have unsaved edits, by their stems.
    pub edited_webhooks: BTreeMap<String, WebhookForm>,
    pub layout: PaneLayout,
    pub dialog: Option<Dialog>,
    pub completion: Option<complete::Session>,
    pub hover: Option<HoverBox>,
    pub vim: Option<Vim>,
    pub search: Option<SearchBar>,
    /// The filters of the lists. A pane without an entry shows its whole list.
    pub filters: BTreeMap<Pane, ListFilter>,
    /// Whether the focused pane covers all others.
    pub is_zoomed: bool,
    /// Whether the footer shows the row of formats. The next key chooses a format, or closes the row.
    pub has_format_row: bool,
    /// The sample events that the user has chosen since the console was started. The key is a campaign's stem, and the
    /// value is the path of the sample's file.
    pub samples: BTreeMap<String, String>,
    pub preview: Preview,
    pub message: Query<PtrEq<Composed>>,
    pub(super) last_good: Option<LastGood>,
    pub preview_sync: PreviewSync,
    pub campaign_statuses: CampaignStatuses,
    pub sample_report: Query<SampleReport>,
    pub typing: Option<TypingSession>,
    /// The index in `Compose::problems` of the chosen problem.
    pub chosen_problem: usize,
    pub bot: Query<BotStatus>,
    /// The pane in which the left mouse button was pressed, while the button is down. Only a press in the body sets
    /// this field, because only the body's text can be selected by dragging.
    pub drag: Option<Pane>,
    pub derived: Derived,
    /// The problems that the last composition found, moved to their positions after the edits since then. `None` if the
    /// text has not been edited since that composition.
    pub(super) moved_problems: Option<PtrEq<Vec<Diagnostic>>>,
    // The stem of the campaign and the identity of the profile in the last request for a composition.
    composing: (Option<String>, Option<String>),
    pub generations: Generations,
    /// The change that the open dialog has asked for, until it is done.
    pub submission: Option<Submission>,
    /// The test dialog, while a list or a question that was opened from it covers it.
    pub suspended_test: Option<Box<TestDialog>>,
    /// Whether the webhook's form is shown again after the question that covers it.
    pub returns_to_webhook: bool,
    pub profiles: Query<Vec<Arc<Profile>>>,
    /// The profiles that were deleted in this session and can be brought back, the latest last.
    pub deleted_profiles: Vec<Arc<Profile>>,
    /// The profiles that match the query of the palette.
    pub palette_profiles: Query<Vec<Arc<Profile>>>,
    /// What the list of deleted campaigns and webhooks shows.
    pub trash: Query<Vec<Trashed>>,
    /// Secrets that are stored for an earlier path of the workspace or by an earlier version of telecast. The user has
    /// not decided about them yet.
    pub old_secrets: Vec<MovableSecret>,
    /// Drafts that were left by a crash. The user has not decided about them yet.
    pub drafts: Vec<CampaignDraft>,
    pub remembered: RememberedView,
    grammars: Grammars,
    pub code: CodeColors,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ProblemEntry {
    Body(BodyProblem),
    /// A problem in the body or the webhook that at least one recipient of the sample has.
    Sample(Arc<SampleProblem>),
    File(Arc<FileProblem>),
}

impl ProblemEntry {
    pub fn in_sample(problem: SampleProblem) -> Self {
        ProblemEntry::Sample(Arc::new(problem))
    }

    pub fn in_file(problem: FileProblem) -> Self {
        ProblemEntry::File(Arc::new(problem))
    }

    pub fn diagnostic(&self) -> &Diagnostic {
        match self {
            ProblemEntry::Body(diagnostic) => diagnostic,
            ProblemEntry::Sample(problem) => &problem.diagnostic,
            ProblemEntry::File(problem) => &problem.diagnostic,
        }
    }

    /// Returns the diagnostic if its span is in the open body. `None` for a problem of the webhook or a file.
    pub fn in_body(&self) -> Option<&Diagnostic> {
        match self {
            ProblemEntry::Body(diagnostic) => Some(diagnostic),
            ProblemEntry::Sample(problem) => Some(&problem.diagnostic).filter(|_| problem.is_in_body),
            ProblemEntry::File(_) => None,
        }
    }
}

impl Compose {
    /// Creates the screen with the first campaign open and the cursor in its body. If there is no campaign, the list of
    /// campaigns has the focus.
    pub fn new(shared: &SharedState) -> Self {
        let mut screen = Self {
            vim: shared.settings.vim.then(Vim::default),
            is_private_foreign: false,
            starts_with_guide: false,
            old_secrets: Vec::new(),
            buffers: BTreeMap::new(),
            open: None,
            focus: Focus::enter(Pane::Body),
            webhook: WebhookForm::default(),
            edited_webhooks: BTreeMap::new(),
            layout: PaneLayout::default(),
            dialog: None,
            completion: None,
            hover: None,
            search: None,
            filters: BTreeMap::new(),
            is_zoomed: false,
            has_format_row: false,
            samples: BTreeMap::new(),
            preview: Preview::default(),
            message: Query::Idle,
            last_good: None,
            preview_sync: PreviewSync::default(),
            campaign_statuses: CampaignStatuses::default(),
            sample_report: Query::Idle,
            typing: None,
            chosen_problem: 0,
            bot: Query::Idle,
            drag: None,
            derived: Derived::default(),
            moved_problems: None,
            composing: (None, None),
            generations: Generations::default(),
            submission: None,
            suspended_test: None,
            returns_to_webhook: false,
            profiles: Query::Idle,
            deleted_profiles: Vec::new(),
            palette_profiles: Query::Idle,
            trash: Query::Idle,
            drafts: Vec::new(),
            remembered: RememberedView::default(),
            grammars: Grammars::default(),
            code: CodeColors::default(),
        };
        match shared.workspace.campaigns.first() {
            Some(first) => screen.open_buffer(shared, &first.stem),
            // The list of campaigns has the focus, so that `n` creates a campaign instead of being typed.
            None => screen.focus = Focus::select(Pane::Campaigns),
        }
        screen
    }

    pub fn start(&mut self, shared: &mut SharedState) -> Vec<Effect> {
        let mut effects = vec![Effect::Task(Task::FindDrafts)];
        if self.starts_with_guide {
            effects.extend(setting_up::open(self, shared, true));
        }
        // A read-only console must not move secrets, so it does not look for old secrets. If another console is editing
        // the workspace, that console asks about the old secrets.
        if shared.read_only.is_none() {
            let webhooks = shared.workspace.webhooks.iter().filter_map(|webhook| webhook.value.as_ref());
            effects.push(Effect::Task(Task::FindOldSecrets(
                webhooks.flat_map(|webhook| webhook.secret_names()).collect(),
            )));
        }
        effects.extend(self.check_bot(shared));
        effects.extend(self.compose(shared));
        effects
    }

    pub fn open_buffer(&mut self, shared: &SharedState, stem: &str) {
        let Some(campaign) = shared.workspace.campaign(stem) else { return };
        self.buffers.entry(stem.to_owned()).or_insert_with(|| BodyBuffer::read(campaign));
        if self.open.as_deref() != Some(stem) {
            self.open = Some(stem.to_owned());
            // The old message is dropped at once, because the preview must not show the message of one campaign beside
            // the body of another.
            self.message = Query::Idle;
            self.sample_report = Query::Idle;
            self.typing = None;
            self.completion = None;
            self.hover = None;
            self.search = None;
            self.has_format_row = false;
            // An incomplete vim command such as `d` must not continue in another body.
            if let Some(vim) = &mut self.vim {
                vim.reset();
            }
            self.chosen_problem = 0;
            self.preview.scroll = 0;
            // A filter must not hide the campaign that was just opened, for example from the palette.
            let filter = self.filter_text(Pane::Campaigns);
            if filter::passing(&filter, 1, |query, _| campaigns::passes(query, campaign)).is_empty() {
                self.filters.remove(&Pane::Campaigns);
            }
        }
        self.show_webhook(shared);
    }

    /// Shows the webhook of the open campaign, and follows changes of the webhooks' files. Unsaved edits of every
    /// webhook are kept.
    pub fn show_webhook(&mut self, shared: &SharedState) {
        let workspace = &shared.workspace;
        let stem = match self.open_campaign(shared) {
            Some(campaign) => campaign.value.as_ref().map(|value| value.webhook.clone()),
            // Without a campaign, the webhook that a new campaign would use is shown.
            None => workspace.default_webhook(),
        };
        let stem = stem.filter(|stem| !stem.is_empty());
        if self.webhook.stem != stem {
            // The open form belongs to the webhook that was shown before. What is typed must not go to another webhook.
            self.dialog.take_if(|dialog| matches!(dialog, Dialog::Webhook));
            self.returns_to_webhook = false;
            let known = stem.as_ref().and_then(|stem| self.edited_webhooks.remove(stem));
            let file = stem.as_deref().and_then(|stem| workspace.webhook(stem));
            let new = known.unwrap_or_else(|| WebhookForm::new(stem, file));
            let left = std::mem::replace(&mut self.webhook, new);
            if let Some(stem) = left.stem.clone().filter(|_| left.is_modified()) {
                self.edited_webhooks.insert(stem, left);
            }
        }
        if let Some(stem) = self.webhook.stem.clone() {
            self.webhook.follow_file(workspace.webhook(&stem));
        }
        self.edited_webhooks.retain(|stem, webhook| {
            webhook.follow_file(workspace.webhook(stem));
            webhook.is_modified()
        });
    }

    /// Call this after a save has failed. The edits are kept, and can be saved again.
    pub fn stop_saving_webhooks(&mut self) {
        self.webhook.stop_saving();
        self.edited_webhooks.values_mut().for_each(WebhookForm::stop_saving);
    }

    /// Returns the form of the webhook with this stem if the webhook is shown, or if it has unsaved edits.
    pub fn webhook_form(&mut self, stem: &str) -> Option<&mut WebhookForm> {
        if self.webhook.stem.as_deref() == Some(stem) {
            return Some(&mut self.webhook);
        }
        self.edited_webhooks.get_mut(stem)
    }

    pub fn open_campaign<'a>(&self, shared: &'a SharedState) -> Option<&'a CampaignFiles> {
        shared.workspace.campaign(self.open.as_deref()?)
    }

    /// Returns the index of the open campaign in the workspace.
    pub fn open_index(&self, shared: &SharedState) -> Option<usize> {
        shared.workspace.campaign_index(self.open.as_deref()?).ok()
    }

    pub fn buffer(&self) -> Option<&BodyBuffer> {
        self.buffers.get(self.open.as_deref()?)
    }

    pub fn buffer_mut(&mut self) -> Option<&mut BodyBuffer> {
        self.buffers.get_mut(self.open.as_deref()?)
    }

    /// Returns the test dialog if it is open, even if a list or a question covers it. A result for the test dialog may
    /// arrive while it is covered.
    pub fn test_mut(&mut self) -> Option<&mut TestDialog> {
        match &mut self.dialog {
            Some(Dialog::Test(test)) => Some(test),
            _ => self.suspended_test.as_deref_mut(),
        }
    }

    /// Returns the single-line field that has the keyboard, in a dialog, in the search line, or in a filter line.
    pub fn text_field(&self) -> Option<&TextField> {
        match (&self.dialog, &self.search) {
            // What is typed while a dialog waits for its change is not meant for the dialog.
            (Some(_), _) if self.submission.is_some() => None,
            (Some(Dialog::Webhook), _) => self.webhook.form.text_field(),
            (Some(dialog), _) => dialog.text_field(),
            (None, Some(search)) => Some(search.text_field()),
            (None, None) => {
                self.typed_filter().and_then(|pane| self.filters.get(&pane)).map(|filter| &filter.field)
            }
        }
    }

    pub fn is_unsaved(&self, stem: &str) -> bool {
        self.buffers.get(stem).is_some_and(BodyBuffer::is_modified)
    }

    /// Returns whether both files of a campaign were deleted on disk, so that only its unsaved edits keep it in the
    /// list.
    pub fn is_deleted_on_disk(&self, shared: &SharedState, stem: &str) -> bool {
        let is_absent = |campaign: &CampaignFiles| {
            campaign.source.fingerprint == Fingerprint::Absent
                && campaign.body.fingerprint == Fingerprint::Absent
        };
        self.buffers.get(stem).is_some_and(|buffer| buffer.is_deleted)
            && shared.workspace.campaign(stem).is_some_and(is_absent)
    }

    /// Requests a new composition of the open body, and returns its task. `None` if no body is open, if the body cannot
    /// be read, or if the body is too large. In these cases, the old message is dropped.
    pub fn compose(&mut self, shared: &SharedState) -> Option<Effect> {
        // A sample check that is still running checks an older body, so the result of this check is no longer awaited.
        self.sample_report.stop_waiting();
        let can_compose = self.has_hints() && self.buffer().is_some_and(|buffer| buffer.is_readable);
        let Some(job) = self.job(shared).filter(|_| can_compose) else {
            self.message = Query::Idle;
            return None;
        };
        let composing = (self.open.clone(), shared.profile_identity());
        let generation = self.generations.fresh();
        if self.composing == composing {
            // The request is for the same campaign and profile as the last request, so answers to earlier requests are
            // still shown until the latest answer arrives. Otherwise, the preview would not change during fast typing.
            self.message.ask_again(generation);
        } else {
            self.composing = composing;
            self.message.ask(generation);
        }
        self.move_problems(job.body.as_deref().unwrap_or_default());
        Some(Effect::Task(Task::Compose(generation, Box::new(job))))
    }

    pub fn composed(&self) -> Option<&PtrEq<Composed>> {
        self.message.value()
    }

    /// Returns whether `generation` is that of the latest request for a composition.
    pub fn is_latest(&self, generation: Generation) -> bool {
        self.message.latest() == Some(generation)
    }

    /// Returns whether the completion picker is open inside a Liquid tag or output. In this case, the tag or output is
    /// still incomplete, so composing the body would only give errors.
    pub fn is_completing_liquid(&self) -> bool {
        self.completion.as_ref().is_some_and(complete::Session::is_of_liquid)
    }

    /// Returns the job for checking a sample of the recipients. `None` if no body is open, or if the body is too large.
    pub fn survey_job(&self, shared: &SharedState) -> Option<MessageJob> {
        self.buffer().filter(|buffer| buffer.editor.len() <= MAX_SURVEYED_BYTES)?;
        self.job(shared)
    }

    pub fn survey(&mut self, shared: &SharedState) -> Option<Effect> {
        let job = Box::new(self.survey_job(shared)?);
        let generation = self.sample_report.ask(self.generations.fresh());
        Some(Effect::Task(Task::Survey(generation, job)))
    }

    /// Requests a new composition after an edit of the webhook. If the URL has changed, clears the bot's status.
    pub fn compose_with_webhook(&mut self, shared: &SharedState) -> Option<Effect> {
        if !self.webhook.is_url_checked() {
            self.webhook.checked_url = None;
            self.bot = Query::Idle;
        }
        self.compose(shared)
    }

    /// Returns the task that checks the bot at an edited URL. `None` while the user is still in the webhook's form, if
    /// the bot at this URL was already checked, or if there is no webhook.
    pub fn check_edited_bot(&mut self, shared: &SharedState) -> Option<Effect> {
        // A check while the URL is being typed would send requests to incomplete host names.
        let is_left = !matches!(self.dialog, Some(Dialog::Webhook)) && !self.returns_to_webhook;
        if is_left && self.webhook.checked_url.is_none() { self.check_bot(shared) } else { None }
    }

    /// Returns the inputs of a composition. The inputs include the unsaved edits of the open body and of the webhook's
    /// form. `None` if no body is open.
    pub fn job(&self, shared: &SharedState) -> Option<MessageJob> {
        let stem = self.open.clone()?;
        let buffer = self.buffers.get(&stem)?;
        Some(MessageJob {
            workspace: Arc::clone(&shared.workspace),
            body: Some(buffer.text()),
            webhook: self.webhook.edited(),
            webhook_before_edit: self.webhook.before_edit(),
            profile: shared.people.profile.clone(),
            vocabulary: shared.people.vocabulary.clone(),
            event: None,
            sample: self.chosen_sample().map(str::to_owned),
            test_chat: None,
            stem,
        })
    }

    pub fn check_bot(&mut self, shared: &SharedState) -> Option<Effect> {
        let Some(in_use) = self.webhook.in_use(&shared.workspace) else {
            // The status of another webhook must not stay on screen.
            self.bot = Query::Idle;
            return None;
        };
        let generation = self.ask_bot(&in_use);
        Some(Effect::Task(Task::CheckBot(generation, Box::new(in_use))))
    }

    /// Returns the task that lets a made-up user write to the bot while the capture of this generation waits. `None` if
    /// no capture waits, or if the bot is not in a sandbox.
    pub fn simulate_message(&self, shared: &SharedState, capture: Option<Generation>) -> Option<Effect> {
        let webhook = self.webhook.in_use(&shared.workspace)?;
        self.bot.value().filter(|status| status.is_sandbox())?;
        Some(Effect::Task(Task::SimulateMessage(capture?, Box::new(webhook))))
    }

    /// Checks the bot. If the webhook is not trusted, asks for trust instead.
    pub fn check_bot_or_ask_for_trust(&mut self, shared: &SharedState) -> Vec<Effect> {
        if self.ask_for_trust(shared) { Vec::new() } else { self.check_bot(shared).into_iter().collect() }
    }

    /// Returns the task that trusts the webhook of the answered question and checks its bot. `None` if the webhook on
    /// screen has changed since the question was asked.
    pub fn trust(&mut self, shared: &SharedState, webhook: Box<WebhookInUse>) -> Option<Effect> {
        // The user agreed to the webhook in the question, but another program may have changed the webhook's file since
        // then.
        if self.webhook.in_use(&shared.workspace).as_ref() != Some(&*webhook) {
            return None;
        }
        let generation = self.ask_bot(&webhook);
        Some(Effect::Task(Task::Trust(generation, webhook)))
    }

    // The old status is not shown while the check is pending, because the webhook's URL may have changed, and another
    // bot may answer at the new URL.
    fn ask_bot(&mut self, webhook: &WebhookInUse) -> Generation {
        self.webhook.checked_url = Some(webhook.webhook.url.clone());
        self.bot = Query::Idle;
        self.bot.ask(self.generations.fresh())
    }

    /// Opens the trust question if the webhook on screen is not trusted, and returns whether the question was opened.
    /// If the test dialog or the webhook's form is open, it is shown again after the answer.
    pub fn ask_for_trust(&mut self, shared: &SharedState) -> bool {
        let Some(BotStatus::NotTrusted(question)) = self.bot.value() else { return false };
        let Some(webhook) = self.webhook.in_use(&shared.workspace) else { return false };
        let stem = &webhook.stem;
        let mut text = format!(
            "With webhooks/{stem}.toml telecast would send {}: {}.",
            question.describe_grant(),
            question.request
        );
        if question.changes.is_empty() {
            text.push_str(" It was never trusted here. Its author decides where your messages go.");
        } else {
            text.push_str(" It was trusted before and has changed since: ");
            text.push_str(&question.changes.join(" · "));
        }
        let answers =
            vec![("Trust it as it is", Decision::Trust(Box::new(webhook))), ("Not now", Decision::Stay)];
        let mut confirm = ComposeConfirm::new("Trust this webhook?", text, answers);
        // "Not now" is preselected, so that an Enter typed by reflex trusts nothing.
        confirm.chosen = 1;
        match self.dialog.take() {
            Some(Dialog::Test(test)) => self.suspended_test = Some(test),
            Some(Dialog::Webhook) => self.returns_to_webhook = true,
            _ => {}
        }
        self.dialog = Some(Dialog::Confirm(confirm));
        true
    }

    /// Returns the journal entry that brings the draft of the body `stem` up to date. The entry writes the draft. If
    /// the body has no unsaved edits, the entry discards the draft instead. `None` if the draft is already up to date,
    /// if the console is read-only, or if the body was not opened.
    pub fn journal(&mut self, shared: &SharedState, stem: &str) -> Option<JournalEntry> {
        // A read-only console must not change the drafts, because another console that edits the workspace may have
        // written them.
        if shared.read_only.is_some() {
            return None;
        }
        let buffer = self.buffers.get_mut(stem)?;
        if !buffer.is_modified() {
            return buffer.forget_draft().then(|| JournalEntry::DiscardDraft(stem.to_owned()));
        }
        let text = buffer.text_for_draft()?;
        Some(JournalEntry::WriteDraft { stem: stem.to_owned(), text, base: buffer.saved })
    }

    /// Marks all drafts as not written, so that they are written again. Call this when the drafts on disk may be
    /// outdated or missing.
    pub fn forget_drafts(&mut self) {
        for buffer in self.buffers.values_mut() {
            buffer.forget_draft();
        }
    }

    /// Returns the effects that discard the drafts that this console has written. Drafts that were left by a crash stay
    /// until the user decides about them.
    pub fn discard_drafts(&mut self) -> Vec<Effect> {
        let drafted =
            self.buffers.iter_mut().filter_map(|(stem, buffer)| buffer.forget_draft().then_some(stem));
        drafted.cloned().map(|stem| Effect::Journal(JournalEntry::DiscardDraft(stem))).collect()
    }

    /// Returns the effects that discard the drafts of bodies without unsaved edits.
    pub fn discard_clean_drafts(&mut self) -> Vec<Effect> {
        let discard = |(stem, buffer): (&String, &mut BodyBuffer)| {
            (!buffer.is_modified() && buffer.forget_draft())
                .then(|| Effect::Journal(JournalEntry::DiscardDraft(stem.clone())))
        };
        self.buffers.iter_mut().filter_map(discard).collect()
    }

    /// Call this after an edit of the open body. Returns the timer after which the body's draft is written, so that the
    /// draft is on disk within a second. If the body has no unsaved edits, for example after an undo, returns the
    /// effect that discards its draft instead. `None` if the timer is already running, if there is no draft to discard,
    /// if no body is open, or if the console is read-only.
    pub fn journal_soon(&mut self, shared: &SharedState) -> Option<Effect> {
        let stem = self.open.clone().filter(|_| shared.read_only.is_none())?;
        let buffer = self.buffers.get_mut(&stem)?;
        if !buffer.is_modified() {
            return self.journal(shared, &stem).map(Effect::Journal);
        }
        let was_scheduled = std::mem::replace(&mut buffer.draft_is_scheduled, true);
        (!was_scheduled).then_some(Effect::Loop(LoopEffect::After(Timer::Draft(stem))))
    }

    pub fn journal_now(&mut self, shared: &SharedState, stem: &str) -> Option<Effect> {
        self.buffers.get_mut(stem)?.draft_is_scheduled = false;
        self.journal(shared, stem).map(Effect::Journal)
    }

    pub fn problems(&self) -> &[ProblemEntry] {
        self.derived.problems()
    }

    /// Returns a view of the open body without highlights and marks, for converting between byte offsets and cells.
    /// `None` if no body is open.
    pub fn body_view<'a>(&'a self, shared: &'a SharedState) -> Option<EditorView<'a>> {
        let buffer = self.buffer()?;
        Some(EditorView::new(&buffer.editor, buffer.viewport, &shared.theme))
    }

    pub fn is_uncovered(&self, shared: &SharedState) -> bool {
        self.dialog.is_none() && !shared.is_covered
    }

    /// Returns whether the cursor is drawn as a block. It is a block if the body has the keyboard and vim is in a mode
    /// in which keys are commands.
    pub fn has_block_cursor(&self) -> bool {
        let is_free = self.dialog.is_none() && self.search.is_none();
        is_free && self.focus.in_body() && self.vim.as_ref().is_some_and(|vim| !vim.is_inserting())
    }

    pub fn problem_at_cursor(&self) -> Option<usize> {
        let problems = self.problems();
        let cursor = self.buffer()?.editor.cursor();
        let is_at_cursor =
            |problem: &ProblemEntry| problem.in_body().is_some_and(|found| found.span.touches(cursor));
        // If the chosen problem is one of several problems at the cursor, it is returned, because the user has just
        // gone to it.
        if problems.get(self.chosen_problem).is_some_and(is_at_cursor) {
            return Some(self.chosen_problem);
        }
        problems.iter().position(is_at_cursor)
    }

    pub fn add_grammar(&mut self, grammar: Arc<Grammar>) {
        if let Some(Dialog::Compare(compare)) = &mut self.dialog {
            compare.color(&grammar);
        }
        self.grammars.add(grammar);
    }

    /// Colors the comparison with the grammars that are loaded, and returns the tasks that load the missing grammars.
    pub fn color_comparison(&mut self, compare: &mut CompareDialog) -> Vec<Effect> {
        let mut effects = Vec::new();
        for mode in ParseMode::ALL.map(Some) {
            if let Some(grammar) = self.grammars.get(mode) {
                compare.color(grammar);
            } else if self.grammars.ask(mode) {
                effects.push(Effect::Task(Task::LoadGrammar(mode)));
            }
        }
        effects
    }

    /// Colors the visible part of the open body with the grammar of its parse mode. If the grammar is missing, returns
    /// the task that loads it. If rows are left to color, returns the timer that continues.
    pub fn follow_highlight(&mut self, shared: &SharedState) -> Option<Effect> {
        let height = usize::from(shared.size.1);
        let buffer = self.buffers.get_mut(self.open.as_deref()?)?;
        // While the body has an error, its parse mode may be unknown. The last known mode is kept, so that the colors
        // do not flicker.
        if let Some(markup) = self.message.value().map(|composed| &**composed).and_then(Composed::parse_mode)
        {
            buffer.markup = markup;
        }
        let loaded = buffer.highlighter.grammar().map(|grammar| grammar.markup);
        if loaded != Some(buffer.markup) {
            match self.grammars.get(buffer.markup).cloned() {
                Some(grammar) => buffer.highlighter.set_grammar(grammar),
                None if self.grammars.ask(buffer.markup) => {
                    return Some(Effect::Task(Task::LoadGrammar(buffer.markup)));
                }
                None => {}
            }
        }
        // The pane is not higher than the screen, so this call colors the rows down to the bottom of the pane. A timer
        // continues with the other rows, so that a large body does not delay the keys.
        let top = buffer.viewport.top;
        let is_unfinished = buffer.highlighter.follow(&buffer.editor, top..top + height);
        is_unfinished.then_some(Effect::Loop(LoopEffect::After(Timer::Highlight)))
    }
}
