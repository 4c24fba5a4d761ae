//! The state of the Compose screen: plain data that only its `update` changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::complete;
use crate::compose::Composed;
use crate::diagnostic::Diagnostic;
use crate::profile::Profile;
use crate::secrets::Movable;
use crate::service::{BotStatus, Job, WebhookInUse};
use crate::telegram::ParseMode;
use crate::ui::editor::highlight::{Grammar, Grammars};
use crate::ui::editor::view::EditorView;
use crate::ui::editor::vim::Vim;
use crate::ui::screen::compose::{
    Buffer, Compare, Confirm, Decision, Derived, Dialog, Focus, ForSome, Found, HoverBox, Layout, Linked,
    Pane, Search, TestDialog, Typing, Verdicts, Worst, before_error::BeforeError, code_colours::CodeColours,
    pane::preview::Preview, pane::webhook::WebhookPane,
};
use crate::ui::shared::{
    Effect, Entry, Generation, Generations, Latest, LoopEffect, Request, Shared, Task, Timer,
};
use crate::workspace::{CampaignFiles, Draft, FileProblem, Fingerprint};

/// Bodies above this size are not tried on a sample: no message is as long.
const SURVEYS_UP_TO: usize = 256 * 1024;

#[derive(Debug)]
pub struct Compose {
    /// Whether the private folder was not made here, so that its test chats, drafts and history are ignored.
    pub is_private_foreign: bool,
    /// Bodies that were opened, by the campaign's stem; each keeps its own undo.
    pub buffers: BTreeMap<String, Buffer>,
    /// The stem of the campaign in the editor.
    pub open: Option<String>,
    pub focus: Focus,
    pub webhook: WebhookPane,
    pub plan: Layout,
    pub dialog: Option<Dialog>,
    pub completion: Option<complete::Session>,
    pub hover: Option<HoverBox>,
    pub vim: Option<Vim>,
    pub search: Option<Search>,
    /// The sample events that were chosen in this session: the file's path by the campaign's stem.
    pub samples: BTreeMap<String, String>,
    pub preview: Preview,
    pub message: Request<Latest<Composed>>,
    pub(super) before_error: Option<BeforeError>,
    pub linked: Linked,
    pub verdicts: Verdicts,
    pub worst: Request<Worst>,
    pub typing: Option<Typing>,
    /// Which of the problems is chosen, from 0.
    pub problem: usize,
    pub bot: Request<BotStatus>,
    /// What the mouse holds while its button is down.
    pub drag: Option<Pane>,
    pub derived: Derived,
    /// The problems of `composed` where an edit behind it has moved them.
    pub(super) moved: Option<Latest<Vec<Diagnostic>>>,
    /// The campaign and the profile that are composed.
    composing: (Option<String>, Option<String>),
    pub generations: Generations,
    pub test_behind: Option<Box<TestDialog>>,
    pub profiles: Request<Vec<Arc<Profile>>>,
    /// Secrets that are kept for an earlier place or version of the workspace, and are to be offered.
    pub old_secrets: Vec<Movable>,
    /// Drafts that a crash left and nobody has decided about yet.
    pub drafts: Vec<Draft>,
    grammars: Grammars,
    pub code: CodeColours,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    InBody(Found),
    /// In the body or its webhook, for some recipients of a sample.
    ForSome(Arc<ForSome>),
    InFile(Arc<FileProblem>),
}

impl Problem {
    pub fn for_some(problem: ForSome) -> Self {
        Problem::ForSome(Arc::new(problem))
    }

    pub fn in_file(problem: FileProblem) -> Self {
        Problem::InFile(Arc::new(problem))
    }

    pub fn diagnostic(&self) -> &Diagnostic {
        match self {
            Problem::InBody(diagnostic) => diagnostic,
            Problem::ForSome(problem) => &problem.diagnostic,
            Problem::InFile(problem) => &problem.diagnostic,
        }
    }

    pub fn in_body(&self) -> Option<&Diagnostic> {
        match self {
            Problem::InBody(diagnostic) => Some(diagnostic),
            Problem::ForSome(problem) => Some(&problem.diagnostic).filter(|_| problem.is_in_body),
            Problem::InFile(_) => None,
        }
    }
}

impl Compose {
    /// Opens the first campaign, the cursor in its body.
    pub fn new(shared: &Shared) -> Self {
        let mut screen = Self {
            vim: shared.settings.vim.then(Vim::default),
            is_private_foreign: false,
            old_secrets: Vec::new(),
            buffers: BTreeMap::new(),
            open: None,
            focus: Focus::enter(Pane::Body),
            webhook: WebhookPane::default(),
            plan: Layout::default(),
            dialog: None,
            completion: None,
            hover: None,
            search: None,
            samples: BTreeMap::new(),
            preview: Preview::default(),
            message: Request::Idle,
            before_error: None,
            linked: Linked::default(),
            verdicts: Verdicts::default(),
            worst: Request::Idle,
            typing: None,
            problem: 0,
            bot: Request::Idle,
            drag: None,
            derived: Derived::default(),
            moved: None,
            composing: (None, None),
            generations: Generations::default(),
            test_behind: None,
            profiles: Request::Idle,
            drafts: Vec::new(),
            grammars: Grammars::default(),
            code: CodeColours::default(),
        };
        match shared.workspace.campaigns.first() {
            Some(first) => screen.open_buffer(shared, &first.stem),
            None => screen.focus = Focus::reach(Pane::Campaigns),
        }
        screen
    }

    pub fn start(&mut self, shared: &Shared) -> Vec<Effect> {
        let mut effects = vec![Effect::Task(Task::FindDrafts)];
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

    pub fn open_buffer(&mut self, shared: &Shared, stem: &str) {
        let Some(campaign) = shared.workspace.campaign(stem) else { return };
        self.buffers.entry(stem.to_owned()).or_insert_with(|| Buffer::read(campaign));
        if self.open.as_deref() != Some(stem) {
            self.open = Some(stem.to_owned());
            self.message = Request::Idle;
            self.worst = Request::Idle;
            self.typing = None;
            self.completion = None;
            self.hover = None;
            self.search = None;
            if let Some(vim) = &mut self.vim {
                vim.reset();
            }
            self.problem = 0;
            self.preview.scroll = 0;
        }
        let campaign = self.open.as_deref().and_then(|stem| shared.workspace.campaign(stem));
        self.webhook.show(&shared.workspace, campaign);
    }

    pub fn open_campaign<'a>(&self, shared: &'a Shared) -> Option<&'a CampaignFiles> {
        shared.workspace.campaign(self.open.as_deref()?)
    }

    pub fn buffer(&self) -> Option<&Buffer> {
        self.buffers.get(self.open.as_deref()?)
    }

    pub fn buffer_mut(&mut self) -> Option<&mut Buffer> {
        self.buffers.get_mut(self.open.as_deref()?)
    }

    /// Returns the test that is being prepared, also where a list lies over it: answers come when they come.
    pub fn test_mut(&mut self) -> Option<&mut TestDialog> {
        match &mut self.dialog {
            Some(Dialog::Test(test)) => Some(test),
            _ => self.test_behind.as_deref_mut(),
        }
    }

    pub fn is_unsaved(&self, stem: &str) -> bool {
        self.buffers.get(stem).is_some_and(Buffer::is_modified)
    }

    /// Whether nothing is left on disk of a campaign that is kept for its unsaved edits.
    pub fn is_gone(&self, shared: &Shared, stem: &str) -> bool {
        let is_absent = |campaign: &CampaignFiles| {
            campaign.source.fingerprint == Fingerprint::Absent
                && campaign.body.fingerprint == Fingerprint::Absent
        };
        self.buffers.get(stem).is_some_and(|buffer| buffer.is_deleted)
            && shared.workspace.campaign(stem).is_some_and(is_absent)
    }

    pub fn compose(&mut self, shared: &Shared) -> Option<Effect> {
        // Whatever sample is being tried is of an older body.
        self.worst.stop_waiting();
        let follows = self.has_hints() && self.buffer().is_some_and(|buffer| buffer.is_readable);
        let Some(job) = self.job(shared).filter(|_| follows) else {
            self.message = Request::Idle;
            return None;
        };
        let composing = (self.open.clone(), shared.profile_identity());
        let generation = self.generations.fresh();
        if self.composing == composing {
            self.message.ask_again(generation);
        } else {
            self.composing = composing;
            self.message.ask(generation);
        }
        self.move_problems(job.body.as_deref().unwrap_or_default());
        Some(Effect::Task(Task::Compose(generation, Box::new(job))))
    }

    pub fn composed(&self) -> Option<&Latest<Composed>> {
        self.message.value()
    }

    /// Whether nothing was composed, or asked for, after this.
    pub fn is_latest(&self, generation: Generation) -> bool {
        self.message.latest() == Some(generation)
    }

    /// Whether one is choosing what ends half-typed Liquid: what stands there until then is no message.
    pub fn is_choosing(&self) -> bool {
        self.completion.as_ref().is_some_and(complete::Session::is_of_liquid)
    }

    /// Returns what a sample of the recipients would be tried on; none where there is no body, or one far too long.
    pub fn survey_job(&self, shared: &Shared) -> Option<Job> {
        self.buffer().filter(|buffer| buffer.editor.len() <= SURVEYS_UP_TO)?;
        self.job(shared)
    }

    pub fn survey(&mut self, shared: &Shared) -> Option<Effect> {
        let job = Box::new(self.survey_job(shared)?);
        let generation = self.worst.ask(self.generations.fresh());
        Some(Effect::Task(Task::Survey(generation, job)))
    }

    /// Asks for the message after the webhook was edited: who answered at another address is no answer any more.
    pub fn compose_with_webhook(&mut self, shared: &Shared) -> Option<Effect> {
        if !self.webhook.is_asked() {
            self.webhook.asked = None;
            self.bot = Request::Idle;
        }
        self.compose(shared)
    }

    /// Asks who answers at an edited address, once one has left it: half of an address is asked nothing.
    pub fn check_edited_bot(&mut self, shared: &Shared) -> Option<Effect> {
        let is_left = self.focus.pane != Pane::Webhook || !self.focus.entered;
        if is_left && self.webhook.asked.is_none() { self.check_bot(shared) } else { None }
    }

    /// Returns what a message is made of now: the buffer as it stands, the webhook as it is typed.
    pub fn job(&self, shared: &Shared) -> Option<Job> {
        let stem = self.open.clone()?;
        let buffer = self.buffers.get(&stem)?;
        Some(Job {
            workspace: Arc::clone(&shared.workspace),
            body: Some(buffer.text()),
            webhook: self.webhook.edited(),
            webhook_typed_over: self.webhook.typed_over(),
            profile: shared.people.profile.clone(),
            vocabulary: shared.people.vocabulary.clone(),
            event: None,
            sample: self.chosen_sample().map(str::to_owned),
            test_chat: None,
            stem,
        })
    }

    pub fn check_bot(&mut self, shared: &Shared) -> Option<Effect> {
        let in_use = self.webhook.in_use(&shared.workspace)?;
        let generation = self.ask_bot(&in_use);
        Some(Effect::Task(Task::CheckBot(generation, Box::new(in_use))))
    }

    /// Asks who answers, and the user first where the webhook is not trusted.
    pub fn check_or_ask(&mut self, shared: &Shared) -> Vec<Effect> {
        if self.ask_for_trust(shared) { Vec::new() } else { self.check_bot(shared).into_iter().collect() }
    }

    /// Trusts the webhook that was asked about, and asks who answers; `None` where another one is on screen by now,
    /// which nobody has read.
    pub fn trust(&mut self, shared: &Shared, webhook: Box<WebhookInUse>) -> Option<Effect> {
        if self.webhook.in_use(&shared.workspace).as_ref() != Some(&*webhook) {
            return None;
        }
        let generation = self.ask_bot(&webhook);
        Some(Effect::Task(Task::Trust(generation, webhook)))
    }

    /// Who answered before is not in sight meanwhile: it may be somebody else.
    fn ask_bot(&mut self, webhook: &WebhookInUse) -> Generation {
        self.webhook.asked = Some(webhook.webhook.url.clone());
        self.bot = Request::Idle;
        self.bot.ask(self.generations.fresh())
    }

    /// Asks whether the webhook on screen may be sent to, where that is what keeps something from being sent; a test
    /// that is open waits behind the question.
    pub fn ask_for_trust(&mut self, shared: &Shared) -> bool {
        let Some(BotStatus::NotTrusted(question)) = self.bot.value() else { return false };
        let Some(webhook) = self.webhook.in_use(&shared.workspace) else { return false };
        let stem = &webhook.stem;
        let mut text = format!(
            "Through webhooks/{stem}.toml telecast would send {}: {}.",
            question.what(),
            question.request
        );
        if question.changes.is_empty() {
            text.push_str(
                " It was never trusted here: whoever gave you its file decides where your messages go.",
            );
        } else {
            text.push_str(" It was trusted once, and changed since: ");
            text.push_str(&question.changes.join(" · "));
        }
        let answers =
            vec![("Trust it as it is", Decision::Trust(Box::new(webhook))), ("Not now", Decision::Stay)];
        let mut confirm = Confirm::new("Trust this webhook?", text, answers);
        confirm.chosen = 1;
        if let Some(Dialog::Test(test)) = self.dialog.take() {
            self.test_behind = Some(test);
        }
        self.dialog = Some(Dialog::Confirm(confirm));
        true
    }

    /// Returns what makes the draft that of the body as it stands: it is written anew, or goes where nothing is unsaved.
    pub fn journal(&mut self, shared: &Shared, stem: &str) -> Option<Entry> {
        if shared.read_only.is_some() {
            return None;
        }
        let buffer = self.buffers.get_mut(stem)?;
        if !buffer.is_modified() {
            return buffer.forget_draft().then(|| Entry::DiscardDraft(stem.to_owned()));
        }
        let text = buffer.text_for_draft()?;
        Some(Entry::WriteDraft { stem: stem.to_owned(), text, base: buffer.saved })
    }

    /// Notes that the drafts on the disk may be of older texts, or none.
    pub fn forget_drafts(&mut self) {
        for buffer in self.buffers.values_mut() {
            buffer.forget_draft();
        }
    }

    /// Returns what throws the drafts of this console away; one that a crash left and nobody decided about stays.
    pub fn discard_drafts(&mut self) -> Vec<Effect> {
        let drafted =
            self.buffers.iter_mut().filter_map(|(stem, buffer)| buffer.forget_draft().then_some(stem));
        drafted.cloned().map(|stem| Effect::Journal(Entry::DiscardDraft(stem))).collect()
    }

    /// Returns what throws away the drafts of bodies that are now as their files are.
    pub fn journal_followed(&mut self) -> Vec<Effect> {
        let followed = |(stem, buffer): (&String, &mut Buffer)| {
            (!buffer.is_modified() && buffer.forget_draft())
                .then(|| Effect::Journal(Entry::DiscardDraft(stem.clone())))
        };
        self.buffers.iter_mut().filter_map(followed).collect()
    }

    /// Starts the clock of the draft, unless it runs: it is written within a second of the edit. Where the edit took
    /// the last unsaved one back, the draft goes at once.
    pub fn journal_soon(&mut self, shared: &Shared) -> Option<Effect> {
        let stem = self.open.clone().filter(|_| shared.read_only.is_none())?;
        let buffer = self.buffers.get_mut(&stem)?;
        if !buffer.is_modified() {
            return self.journal(shared, &stem).map(Effect::Journal);
        }
        let is_coming = std::mem::replace(&mut buffer.draft_is_coming, true);
        (!is_coming).then_some(Effect::Loop(LoopEffect::After(Timer::Draft(stem))))
    }

    pub fn journal_now(&mut self, shared: &Shared, stem: &str) -> Option<Effect> {
        self.buffers.get_mut(stem)?.draft_is_coming = false;
        self.journal(shared, stem).map(Effect::Journal)
    }

    pub fn problems(&self) -> &[Problem] {
        self.derived.problems()
    }

    /// Returns the picture of the open body, without its marks: for measuring.
    pub fn body_view<'a>(&'a self, shared: &'a Shared) -> Option<EditorView<'a>> {
        let buffer = self.buffer()?;
        Some(EditorView::new(&buffer.editor, buffer.viewport, &shared.theme))
    }

    pub fn is_in_front(&self, shared: &Shared) -> bool {
        self.dialog.is_none() && !shared.is_covered
    }

    /// Whether the cursor covers what it is on, as where keys do not type.
    pub fn has_block_cursor(&self) -> bool {
        let is_free = self.dialog.is_none() && self.search.is_none();
        is_free && self.focus.in_body() && self.vim.as_ref().is_some_and(|vim| !vim.is_inserting())
    }

    pub fn cursor_problem(&self) -> Option<usize> {
        let problems = self.problems();
        let cursor = self.buffer()?.editor.cursor();
        let holds = |problem: &Problem| problem.in_body().is_some_and(|found| found.span.touches(cursor));
        // The one that was walked to comes first where several lie at one place.
        if problems.get(self.problem).is_some_and(holds) {
            return Some(self.problem);
        }
        problems.iter().position(holds)
    }

    pub fn take_grammar(&mut self, grammar: Arc<Grammar>) {
        if let Some(Dialog::Compare(compare)) = &mut self.dialog {
            compare.colour(&grammar);
        }
        self.grammars.add(grammar);
    }

    /// Colours a comparison, as far as its grammars are loaded; returns what loads the others.
    pub fn colour_comparison(&mut self, compare: &mut Compare) -> Vec<Effect> {
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

    /// Colours what is in sight of the open body, by the markup of its parse mode; returns what is left to be done.
    pub fn follow_highlight(&mut self, shared: &Shared) -> Option<Effect> {
        let height = usize::from(shared.size.1);
        let buffer = self.buffers.get_mut(self.open.as_deref()?)?;
        if let Some(markup) = self.message.value().map(|composed| &**composed).and_then(Composed::parse_mode)
        {
            buffer.markup = markup;
        }
        let has = buffer.highlighter.grammar().map(|grammar| grammar.markup);
        if has != Some(buffer.markup) {
            match self.grammars.get(buffer.markup).cloned() {
                Some(grammar) => buffer.highlighter.set_grammar(grammar),
                None if self.grammars.ask(buffer.markup) => {
                    return Some(Effect::Task(Task::LoadGrammar(buffer.markup)));
                }
                None => {}
            }
        }
        let top = buffer.viewport.top;
        let is_unfinished = buffer.highlighter.follow(&buffer.editor, top..top + height);
        is_unfinished.then_some(Effect::Loop(LoopEffect::After(Timer::Highlight)))
    }
}
