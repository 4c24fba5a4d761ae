//! The state of the Compose screen, and the operations on it that several `update` functions share.

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
use crate::ui::screen::compose::{
    BodyBuffer, BodyProblem, CampaignStatuses, CompareDialog, ComposeConfirm, Decision, Derived, Dialog,
    Focus, HoverBox, Pane, PaneLayout, PreviewSync, SampleProblem, SampleReport, SearchBar, TestDialog,
    TypingSession, code_colours::CodeColours, last_good::LastGood, pane::preview::Preview,
    pane::webhook::WebhookPane,
};
use crate::ui::shared::{
    Effect, Generation, Generations, JournalEntry, LoopEffect, PtrEq, Query, SharedState, Task, Timer,
};
use crate::workspace::{CampaignDraft, CampaignFiles, FileProblem, Fingerprint};

// Larger bodies are not checked for a sample of the audience, because no message is that long, and a check renders the
// body for many recipients.
const MAX_SURVEYED_BYTES: usize = 256 * 1024;

#[derive(Debug)]
pub struct Compose {
    /// Whether `.telecast` was not created here. Its test chats, drafts and history are then ignored.
    pub is_private_foreign: bool,
    /// The opened bodies by campaign stem. Each keeps its own undo history.
    pub buffers: BTreeMap<String, BodyBuffer>,
    /// The stem of the campaign in the editor.
    pub open: Option<String>,
    pub focus: Focus,
    pub webhook: WebhookPane,
    pub layout: PaneLayout,
    pub dialog: Option<Dialog>,
    pub completion: Option<complete::Session>,
    pub hover: Option<HoverBox>,
    pub vim: Option<Vim>,
    pub search: Option<SearchBar>,
    /// The sample events chosen in this session: the file path by campaign stem.
    pub samples: BTreeMap<String, String>,
    pub preview: Preview,
    pub message: Query<PtrEq<Composed>>,
    pub(super) last_good: Option<LastGood>,
    pub preview_sync: PreviewSync,
    pub campaign_statuses: CampaignStatuses,
    pub sample_report: Query<SampleReport>,
    pub typing: Option<TypingSession>,
    /// The index of the chosen problem.
    pub chosen_problem: usize,
    pub bot: Query<BotStatus>,
    /// The pane in which the mouse button was pressed, while it is down.
    pub drag: Option<Pane>,
    pub derived: Derived,
    /// The problems of the last composition at their positions after later edits. `None` if nothing was edited since.
    pub(super) moved_problems: Option<PtrEq<Vec<Diagnostic>>>,
    // The campaign and the profile of the last composition request.
    composing: (Option<String>, Option<String>),
    pub generations: Generations,
    pub suspended_test: Option<Box<TestDialog>>,
    pub profiles: Query<Vec<Arc<Profile>>>,
    /// Secrets that are stored for an earlier path or version of the workspace. The user has yet to decide about them.
    pub old_secrets: Vec<MovableSecret>,
    /// Drafts that were left by a crash. The user has yet to decide about them.
    pub drafts: Vec<CampaignDraft>,
    grammars: Grammars,
    pub code: CodeColours,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ProblemEntry {
    Body(BodyProblem),
    /// A problem in the body or the webhook that some recipients of the sample have.
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

    pub fn in_body(&self) -> Option<&Diagnostic> {
        match self {
            ProblemEntry::Body(diagnostic) => Some(diagnostic),
            ProblemEntry::Sample(problem) => Some(&problem.diagnostic).filter(|_| problem.is_in_body),
            ProblemEntry::File(_) => None,
        }
    }
}

impl Compose {
    /// Creates the screen with the first campaign open and the cursor in its body.
    pub fn new(shared: &SharedState) -> Self {
        let mut screen = Self {
            vim: shared.settings.vim.then(Vim::default),
            is_private_foreign: false,
            old_secrets: Vec::new(),
            buffers: BTreeMap::new(),
            open: None,
            focus: Focus::enter(Pane::Body),
            webhook: WebhookPane::default(),
            layout: PaneLayout::default(),
            dialog: None,
            completion: None,
            hover: None,
            search: None,
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
            suspended_test: None,
            profiles: Query::Idle,
            drafts: Vec::new(),
            grammars: Grammars::default(),
            code: CodeColours::default(),
        };
        match shared.workspace.campaigns.first() {
            Some(first) => screen.open_buffer(shared, &first.stem),
            // The focus is outside the text, so that `n` creates a campaign instead of being typed.
            None => screen.focus = Focus::select(Pane::Campaigns),
        }
        screen
    }

    pub fn start(&mut self, shared: &SharedState) -> Vec<Effect> {
        let mut effects = vec![Effect::Task(Task::FindDrafts)];
        // A read-only console must not move secrets. The console that has the lock asks about them.
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
            // The message is dropped at once, because the preview must not show the message of one campaign beside the
            // body of another.
            self.message = Query::Idle;
            self.sample_report = Query::Idle;
            self.typing = None;
            self.completion = None;
            self.hover = None;
            self.search = None;
            // A pending command such as `d` must not continue in another body.
            if let Some(vim) = &mut self.vim {
                vim.reset();
            }
            self.chosen_problem = 0;
            self.preview.scroll = 0;
        }
        let campaign = self.open.as_deref().and_then(|stem| shared.workspace.campaign(stem));
        self.webhook.show(&shared.workspace, campaign);
    }

    pub fn open_campaign<'a>(&self, shared: &'a SharedState) -> Option<&'a CampaignFiles> {
        shared.workspace.campaign(self.open.as_deref()?)
    }

    pub fn buffer(&self) -> Option<&BodyBuffer> {
        self.buffers.get(self.open.as_deref()?)
    }

    pub fn buffer_mut(&mut self) -> Option<&mut BodyBuffer> {
        self.buffers.get_mut(self.open.as_deref()?)
    }

    /// Returns the open test dialog, even if a list or a question covers it. Results may arrive at any time.
    pub fn test_mut(&mut self) -> Option<&mut TestDialog> {
        match &mut self.dialog {
            Some(Dialog::Test(test)) => Some(test),
            _ => self.suspended_test.as_deref_mut(),
        }
    }

    pub fn is_unsaved(&self, stem: &str) -> bool {
        self.buffers.get(stem).is_some_and(BodyBuffer::is_modified)
    }

    /// Returns whether a campaign was kept because of its unsaved edits and has no files left on disk.
    pub fn is_deleted_on_disk(&self, shared: &SharedState, stem: &str) -> bool {
        let is_absent = |campaign: &CampaignFiles| {
            campaign.source.fingerprint == Fingerprint::Absent
                && campaign.body.fingerprint == Fingerprint::Absent
        };
        self.buffers.get(stem).is_some_and(|buffer| buffer.is_deleted)
            && shared.workspace.campaign(stem).is_some_and(is_absent)
    }

    pub fn compose(&mut self, shared: &SharedState) -> Option<Effect> {
        // A sample check that is still running is for an older body.
        self.sample_report.stop_waiting();
        let can_compose = self.has_hints() && self.buffer().is_some_and(|buffer| buffer.is_readable);
        let Some(job) = self.job(shared).filter(|_| can_compose) else {
            self.message = Query::Idle;
            return None;
        };
        let composing = (self.open.clone(), shared.profile_identity());
        let generation = self.generations.fresh();
        if self.composing == composing {
            // For the same campaign and profile, the last message stays on screen until the new message arrives, so
            // that the preview does not flicker after each key.
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

    /// Returns whether `generation` is the latest composition request.
    pub fn is_latest(&self, generation: Generation) -> bool {
        self.message.latest() == Some(generation)
    }

    /// Returns whether the completion picker is open for Liquid that is still incomplete. Composing it would only give
    /// errors.
    pub fn is_completing_liquid(&self) -> bool {
        self.completion.as_ref().is_some_and(complete::Session::is_of_liquid)
    }

    /// Returns the job for checking a sample of the recipients. `None` if there is no body, or if it is too large.
    pub fn survey_job(&self, shared: &SharedState) -> Option<MessageJob> {
        self.buffer().filter(|buffer| buffer.editor.len() <= MAX_SURVEYED_BYTES)?;
        self.job(shared)
    }

    pub fn survey(&mut self, shared: &SharedState) -> Option<Effect> {
        let job = Box::new(self.survey_job(shared)?);
        let generation = self.sample_report.ask(self.generations.fresh());
        Some(Effect::Task(Task::Survey(generation, job)))
    }

    /// Composes again after the webhook was edited. If the URL changed, resets the bot's status.
    pub fn compose_with_webhook(&mut self, shared: &SharedState) -> Option<Effect> {
        if !self.webhook.is_url_checked() {
            self.webhook.checked_url = None;
            self.bot = Query::Idle;
        }
        self.compose(shared)
    }

    /// Checks the bot at an edited URL once the user has left the form.
    pub fn check_edited_bot(&mut self, shared: &SharedState) -> Option<Effect> {
        // The bot is not checked while the URL is being typed, because that would send requests to incomplete host
        // names.
        let is_left = self.focus.pane != Pane::Webhook || !self.focus.entered;
        if is_left && self.webhook.checked_url.is_none() { self.check_bot(shared) } else { None }
    }

    /// Returns the inputs of a composition: the buffer and the webhook form as they are now, saved or not.
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
        let in_use = self.webhook.in_use(&shared.workspace)?;
        let generation = self.ask_bot(&in_use);
        Some(Effect::Task(Task::CheckBot(generation, Box::new(in_use))))
    }

    /// Checks the bot, after asking for trust if the webhook is not trusted.
    pub fn check_bot_or_ask_for_trust(&mut self, shared: &SharedState) -> Vec<Effect> {
        if self.ask_for_trust(shared) { Vec::new() } else { self.check_bot(shared).into_iter().collect() }
    }

    /// Trusts the webhook from the question and checks its bot. Returns `None` if the webhook on screen has changed
    /// since the question was asked.
    pub fn trust(&mut self, shared: &SharedState, webhook: Box<WebhookInUse>) -> Option<Effect> {
        // The user has read the webhook in the question, but another program may have changed the file since.
        if self.webhook.in_use(&shared.workspace).as_ref() != Some(&*webhook) {
            return None;
        }
        let generation = self.ask_bot(&webhook);
        Some(Effect::Task(Task::Trust(generation, webhook)))
    }

    // The old status is cleared while the check is pending, because another bot may answer at the new URL.
    fn ask_bot(&mut self, webhook: &WebhookInUse) -> Generation {
        self.webhook.checked_url = Some(webhook.webhook.url.clone());
        self.bot = Query::Idle;
        self.bot.ask(self.generations.fresh())
    }

    /// Opens the trust question if the webhook on screen is not trusted, and returns whether it was opened. An open
    /// test dialog is shown again after the answer.
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
        if let Some(Dialog::Test(test)) = self.dialog.take() {
            self.suspended_test = Some(test);
        }
        self.dialog = Some(Dialog::Confirm(confirm));
        true
    }

    /// Returns the journal entry that brings the draft up to date: one that writes the draft, or one that discards it
    /// if nothing is unsaved. `None` if the draft is already up to date.
    pub fn journal(&mut self, shared: &SharedState, stem: &str) -> Option<JournalEntry> {
        // A read-only console must not touch the drafts of the console that edits the workspace.
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

    /// Marks all drafts as unknown, so that each is written again. Use it when the drafts on disk may be outdated or
    /// missing.
    pub fn forget_drafts(&mut self) {
        for buffer in self.buffers.values_mut() {
            buffer.forget_draft();
        }
    }

    /// Returns the effects that discard the drafts of this console. Drafts left by a crash stay until the user decides.
    pub fn discard_drafts(&mut self) -> Vec<Effect> {
        let drafted =
            self.buffers.iter_mut().filter_map(|(stem, buffer)| buffer.forget_draft().then_some(stem));
        drafted.cloned().map(|stem| Effect::Journal(JournalEntry::DiscardDraft(stem))).collect()
    }

    /// Returns the effects that discard the drafts of bodies that now equal their files.
    pub fn discard_clean_drafts(&mut self) -> Vec<Effect> {
        let discard = |(stem, buffer): (&String, &mut BodyBuffer)| {
            (!buffer.is_modified() && buffer.forget_draft())
                .then(|| Effect::Journal(JournalEntry::DiscardDraft(stem.clone())))
        };
        self.buffers.iter_mut().filter_map(discard).collect()
    }

    /// Starts the draft's timer if it is not running, so that the draft is written within a second of the edit. If the
    /// edit was undone and nothing is unsaved, the draft is discarded at once.
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

    /// Returns a view of the open body without marks, for mapping between bytes and cells.
    pub fn body_view<'a>(&'a self, shared: &'a SharedState) -> Option<EditorView<'a>> {
        let buffer = self.buffer()?;
        Some(EditorView::new(&buffer.editor, buffer.viewport, &shared.theme))
    }

    pub fn is_uncovered(&self, shared: &SharedState) -> bool {
        self.dialog.is_none() && !shared.is_covered
    }

    /// Returns whether the cursor is drawn as a block, as in the vim modes in which keys are commands.
    pub fn has_block_cursor(&self) -> bool {
        let is_free = self.dialog.is_none() && self.search.is_none();
        is_free && self.focus.in_body() && self.vim.as_ref().is_some_and(|vim| !vim.is_inserting())
    }

    pub fn problem_at_cursor(&self) -> Option<usize> {
        let problems = self.problems();
        let cursor = self.buffer()?.editor.cursor();
        let is_at_cursor =
            |problem: &ProblemEntry| problem.in_body().is_some_and(|found| found.span.touches(cursor));
        // If several problems are at the cursor, this returns the one that the user went to.
        if problems.get(self.chosen_problem).is_some_and(is_at_cursor) {
            return Some(self.chosen_problem);
        }
        problems.iter().position(is_at_cursor)
    }

    pub fn add_grammar(&mut self, grammar: Arc<Grammar>) {
        if let Some(Dialog::Compare(compare)) = &mut self.dialog {
            compare.colour(&grammar);
        }
        self.grammars.add(grammar);
    }

    /// Colours the comparison with the grammars that are loaded, and returns the tasks that load the other grammars.
    pub fn colour_comparison(&mut self, compare: &mut CompareDialog) -> Vec<Effect> {
        let mut effects = Vec::new();
        for mode in ParseMode::ALL.map(Some) {
            if let Some(grammar) = self.grammars.get(mode) {
                compare.colour(grammar);
            } else if self.grammars.ask(mode) {
                effects.push(Effect::Task(Task::LoadGrammar(mode)));
            }
        }
        effects
    }

    /// Colours the visible part of the open body for its parse mode. Returns the effect that loads a missing grammar or
    /// continues the colouring, if any.
    pub fn follow_highlight(&mut self, shared: &SharedState) -> Option<Effect> {
        let height = usize::from(shared.size.1);
        let buffer = self.buffers.get_mut(self.open.as_deref()?)?;
        // While the body has an error, its parse mode is unknown. The last known mode is kept, so that the colours do
        // not flicker.
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
        // The screen's height is an upper bound for the pane's height. The visible rows are coloured first, and a timer
        // continues with the rest, so that a large body does not delay the keys.
        let top = buffer.viewport.top;
        let is_unfinished = buffer.highlighter.follow(&buffer.editor, top..top + height);
        is_unfinished.then_some(Effect::Loop(LoopEffect::After(Timer::Highlight)))
    }
}
