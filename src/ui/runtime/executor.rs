//! Does what the state asks for, and answers with messages: the only place of the console that spawns.
//!
//! Whatever touches files or the database runs on a blocking thread; composing has one worker that skips to the latest
//! job, so that fast typing never queues up work. Each task is caught where it panics: the console reads of it and goes on.

mod changes;
mod files;
mod programs;
mod workers;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::capture;
use crate::clock;
use crate::paths::Paths;
use crate::service::{
    self, BotStatus, Checked, Job, MoveError, Session, TestSend, TroubleKind, WebhookInUse,
};
use crate::ui::editor::highlight::{CodeGrammars, Grammar};
use crate::ui::shared::effect::{Effect, ExternalEdit, Timer};
use crate::ui::shared::fault;
use crate::ui::shared::fault::{Fault, Provoked, Work};
use crate::ui::shared::latest::Latest;
use crate::ui::shared::msg::Msg;
use crate::workspace::{self, Folder, Means, Watch};

/// A draft is written this long behind the edit, within the second that is promised.
const DRAFT_DELAY: Duration = Duration::from_millis(600);

/// How long a character that may begin a trigger waits for the next one.
const TRIGGER_DELAY: Duration = Duration::from_millis(400);

/// The sample of recipients waits for a pause in the typing.
const SURVEY_DELAY: Duration = Duration::from_millis(250);

/// A problem at the cursor is told this long behind the last key.
const REST_DELAY: Duration = Duration::from_millis(400);

/// The highlighter goes on this soon.
const HIGHLIGHT_DELAY: Duration = Duration::from_millis(1);

/// How long the console waits on its way out for the history to be written.
const LEAVING: Duration = Duration::from_secs(2);

/// How many profiles the picker shows.
const FOUND_PROFILES: usize = 100;

/// How many earlier tests the dialog offers.
const HISTORY: usize = 50;

/// The executor; cheap parts of the world are done at once, the rest by tasks that report by message.
pub struct Executor {
    session: Arc<Session>,
    paths: Paths,
    folder: Folder,
    sender: mpsc::Sender<Msg>,
    provoked: Arc<Provoked>,
    jobs: watch::Sender<Option<(u64, Box<Job>)>>,
    surveys: watch::Sender<Option<(u64, Box<Job>)>>,
    watch: Option<Watch>,
    capture: Option<JoinHandle<()>>,
    checks: Arc<Checks>,
    /// The tests on their way, and what tells them that the console leaves.
    tests: Vec<JoinHandle<()>>,
    leaving: watch::Sender<bool>,
    /// The last of the saves and drafts: each waits for the one before, so that none overtakes a later one.
    journal: Option<JoinHandle<()>>,
}

/// What is known of all campaigns, and the number of the latest check: an earlier one stops.
#[derive(Default)]
struct Checks {
    known: Mutex<Checked>,
    latest: AtomicU64,
}

impl Executor {
    /// Makes the executor of a session; its messages go to `sender`. Must be called within a runtime.
    pub fn new(session: Arc<Session>, paths: Paths, sender: mpsc::Sender<Msg>) -> Self {
        Self::provoked(session, paths, sender, Arc::default())
    }

    /// Makes the executor of a session in which the works of `provoked` fail.
    pub fn provoked(
        session: Arc<Session>,
        paths: Paths,
        sender: mpsc::Sender<Msg>,
        provoked: Arc<Provoked>,
    ) -> Self {
        let (jobs, receiver) = watch::channel(None);
        tokio::spawn(workers::compose_latest(receiver, sender.clone(), Arc::clone(&provoked)));
        let (surveys, receiver) = watch::channel(None);
        let surveying =
            workers::survey_latest(receiver, Arc::clone(&session), sender.clone(), Arc::clone(&provoked));
        tokio::spawn(surveying);
        let folder = session.folder().clone();
        let (watch, capture, journal) = (None, None, None);
        let (tests, leaving) = (Vec::new(), watch::Sender::new(false));
        Self {
            session,
            paths,
            folder,
            sender,
            provoked,
            jobs,
            surveys,
            watch,
            capture,
            checks: Arc::default(),
            tests,
            leaving,
            journal,
        }
    }

    /// Does one thing, or starts doing it.
    pub fn run(&mut self, effect: Effect) {
        match effect {
            Effect::Nothing
            | Effect::Quit
            | Effect::Suspend
            | Effect::Ask(_)
            | Effect::CopyByTerminal(_)
            | Effect::OpenEditor(_) => {}
            Effect::Compose { number, job } => {
                // Whatever sample is being tried is of an older body, and in the way of the preview.
                self.surveys.send_replace(None);
                self.jobs.send_replace(Some((number, job)));
            }
            Effect::Survey { number, job } => {
                self.surveys.send_replace(Some((number, job)));
            }
            Effect::Watch => self.watch(),
            Effect::Capture { number, webhook } => self.capture(number, *webhook),
            Effect::StopCapture => {
                if let Some(task) = self.capture.take() {
                    task.abort();
                }
            }
            Effect::After(timer) => self.after(timer),
            Effect::CheckBot { number, webhook } => {
                let (session, sender) = (Arc::clone(&self.session), self.sender.clone());
                self.spawn(Work::CheckBot, async move {
                    let status = service::check_bot(&session, &webhook).await;
                    report(&sender, Msg::BotChecked { number, status }).await;
                });
            }
            Effect::Trust { number, webhook } => {
                let (session, sender) = (Arc::clone(&self.session), self.sender.clone());
                self.spawn(Work::CheckBot, async move {
                    let trusted = session.trust(&webhook.stem, &webhook.webhook);
                    let status = match trusted {
                        Ok(()) => service::check_bot(&session, &webhook).await,
                        Err(error) => {
                            BotStatus::Trouble { kind: TroubleKind::Incomplete, words: error.to_string() }
                        }
                    };
                    report(&sender, Msg::BotChecked { number, status }).await;
                });
            }
            Effect::SendTest { number, test } => self.send_test(number, *test),
            Effect::Resend { number, sent } => self.resend(number, *sent),
            Effect::CopyByCommand { command, text } => {
                let sender = self.sender.clone();
                self.spawn(Work::Copy, async move {
                    let result = programs::copy_by_command(&command, &text).await;
                    report(&sender, Msg::Copied(result)).await;
                });
            }
            journalled @ (Effect::WriteDraft { .. } | Effect::DiscardDraft(_) | Effect::SaveBody { .. }) => {
                self.journal(journalled);
            }
            blocking => {
                let task = self.blocking(blocking);
                let sender = self.sender.clone();
                tokio::spawn(async move {
                    if let Some(message) = join(task).await {
                        report(&sender, message).await;
                    }
                });
            }
        }
    }

    /// Starts a task that reports by itself; where it panics, that is reported.
    fn spawn(&self, work: Work, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        let (sender, provoked) = (self.sender.clone(), Arc::clone(&self.provoked));
        tokio::spawn(async move {
            let task = async {
                provoked.strike(work.id());
                task.await;
            };
            if let Err(fault) = fault::catch_task(task).await {
                report(&sender, Msg::Fault { work, fault }).await;
            }
        })
    }

    /// Writes or forgets a body or its draft, behind all that was to be written or forgotten before.
    fn journal(&mut self, effect: Effect) {
        let (before, session, sender) = (self.journal.take(), Arc::clone(&self.session), self.sender.clone());
        let (work, provoked) = (work_of(&effect), Arc::clone(&self.provoked));
        // Without a watch nobody tells what else has changed: all is looked at then.
        let noted = self.watch.is_some().then(|| Arc::clone(self.session.reading()));
        self.journal = Some(tokio::spawn(async move {
            if let Some(before) = before {
                // Its panics are caught in it; what is behind it is written all the same.
                let _ = before.await;
            }
            let task = caught_in_thread(work, provoked, move || {
                let message = files::journal(&session, effect);
                if let (Some(reading), Some(Msg::BodySaved { stem, result: Ok(_), .. })) = (noted, &message) {
                    reading.note([format!("campaigns/{stem}.toml")]);
                }
                message
            });
            if let Some(message) = join(task).await {
                // Not waited for: on the way out nobody listens.
                tokio::spawn(async move { report(&sender, message).await });
            }
        }));
    }

    /// Waits until every body and draft is on the disk, or gone, as was asked for.
    pub async fn finish(&mut self) {
        if let Some(last) = self.journal.take() {
            // Its panics are caught in it.
            let _ = last.await;
        }
    }

    /// Gives up waiting for the answers of tests, which may have arrived, and waits until the history has them.
    pub async fn interrupt_tests(&mut self) {
        self.leaving.send_replace(true);
        for test in self.tests.drain(..) {
            // A panic in it was told by the hook; a disk that hangs must not keep the console open.
            let _ = tokio::time::timeout(LEAVING, test).await;
        }
    }

    /// Does one thing on the way out and waits for it; returns its answer, where it has one.
    pub async fn run_to_end(&mut self, effect: Effect) -> Option<Msg> {
        self.finish().await;
        let task = self.blocking(effect);
        join(task).await
    }

    /// Stops what the session started.
    pub async fn close(&self) {
        self.session.close().await;
    }

    /// Starts what blocks on a thread of its own; its message, where it has one, is the result.
    fn blocking(&self, effect: Effect) -> JoinHandle<Option<Msg>> {
        let work = work_of(&effect);
        let session = Arc::clone(&self.session);
        let folder = self.folder.clone();
        let checks = Arc::clone(&self.checks);
        if let Effect::CheckCampaigns { number, .. } = &effect {
            checks.latest.store(*number, Ordering::Relaxed);
        }
        caught_in_thread(work, Arc::clone(&self.provoked), move || match effect {
            Effect::CheckCampaigns { number, jobs } => {
                let goes_on = || checks.latest.load(Ordering::Relaxed) == number;
                let mut known = checks.known.lock().unwrap_or_else(PoisonError::into_inner);
                Some(Msg::CampaignsChecked { number, found: known.check(&jobs, clock::now(), &goes_on) })
            }
            Effect::LoadPeople { profile } => {
                let found = files::load_people(&session, profile.as_deref());
                Some(Msg::PeopleLoaded(found.map_err(|error| error.to_string())))
            }
            Effect::FindProfiles { number, search } => {
                let found =
                    session.store().and_then(|store| Ok(store.list(&search, None, FOUND_PROFILES)?));
                let result = found.map(|page| page.profiles.into_iter().map(Arc::new).collect());
                Some(Msg::ProfilesFound { number, result: result.map_err(|error| error.to_string()) })
            }
            Effect::AdoptPrivate => {
                let adopted = folder.adopt().map_err(|error| error.to_string());
                session.forget_store();
                Some(Msg::PrivateAdopted(adopted))
            }
            Effect::FindOldSecrets(names) => {
                // Where the store cannot be read, that is said when a secret is needed.
                Some(Msg::OldSecretsFound(session.secrets_to_offer(&names).ok()?))
            }
            Effect::DecideSecrets { found, moves } => {
                let names = found.iter().map(|found| found.name.as_str()).collect::<Vec<_>>().join(", ");
                let decided = if moves {
                    session.move_secrets(&found).map(|()| format!("moved {names} to this workspace"))
                } else {
                    let later = format!("telecast trust --move-secrets {names} moves them later");
                    session.note_offered(&found).map(|()| later).map_err(MoveError::from)
                };
                Some(Msg::SecretsMoved(decided.map_err(|error| session.redact(&error.to_string()))))
            }
            Effect::Reload => Some(Msg::WorkspaceRead(files::follow(&session))),
            Effect::FindDrafts => Some(Msg::DraftsFound(folder.drafts())),
            journalled @ (Effect::WriteDraft { .. } | Effect::DiscardDraft(_) | Effect::SaveBody { .. }) => {
                files::journal(&session, journalled)
            }
            Effect::Change(change) => {
                let result = changes::apply(&session, change);
                Some(Msg::Changed {
                    result: result.map_err(|error| session.redact(&error.to_string())),
                    workspace: files::read(&session),
                })
            }
            Effect::LoadTests => {
                let (chats, _) = folder.test_chats();
                Some(Msg::TestsLoaded { chats, history: folder.history(HISTORY) })
            }
            Effect::PrepareTest { number, job } => {
                Some(Msg::TestPrepared { number, composed: Latest::new(job.compose(clock::now())) })
            }
            Effect::Compare { number, column, job } => {
                Some(Msg::Compared { number, column, composed: Latest::new(job.compose(clock::now())) })
            }
            Effect::LoadCodeGrammars => {
                Some(Msg::CodeGrammarsLoaded(Latest::new(Arc::new(CodeGrammars::load()))))
            }
            Effect::LoadGrammar(markup) => {
                Some(Msg::GrammarLoaded(Latest::new(Arc::new(Grammar::load(markup)))))
            }
            Effect::RememberChat { name, chat } => {
                let result = match name {
                    Some(name) => folder.add_test_chat(&name, &chat),
                    None => folder.remember_test_chat(&chat),
                };
                files::unkept(result)
            }
            _ => None,
        })
    }

    /// Tells of changes that others make to the workspace's files.
    fn watch(&mut self) {
        let (sender, reading) = (self.sender.clone(), Arc::clone(self.session.reading()));
        let changed = move |paths: Vec<String>| {
            reading.note(paths);
            // A full queue has a message in it already that will lead to reading again.
            let _ = sender.try_send(Msg::FilesChanged);
        };
        self.watch = workspace::watch(self.folder.root(), Means::Best, changed);
    }

    fn after(&self, timer: Timer) {
        let sender = self.sender.clone();
        let delay = match &timer {
            Timer::Draft(_) => DRAFT_DELAY,
            Timer::Compose(_) => TRIGGER_DELAY,
            Timer::Survey(_) => SURVEY_DELAY,
            // As soon as the key is painted.
            Timer::Pick(_) => Duration::ZERO,
            Timer::Rest(_) => REST_DELAY,
            Timer::Highlight => HIGHLIGHT_DELAY,
        };
        self.spawn(Work::Timer, async move {
            tokio::time::sleep(delay).await;
            report(&sender, Msg::Due(timer)).await;
        });
    }

    fn send_test(&mut self, number: u64, test: TestSend) {
        let sending = self.sending(number);
        let test = self.spawn(Work::SendTest, async move { sending.send(test).await });
        self.keep_test(test);
    }

    /// Sends an earlier test's campaign again, for the same profile to the same chat, as its files stand now.
    fn resend(&mut self, number: u64, sent: workspace::TestSend) {
        let sending = self.sending(number);
        let resending = self.spawn(Work::SendTest, async move {
            let session = Arc::clone(&sending.session);
            match joined(in_thread(move || service::job_again(&session, sent))).await {
                Ok(Ok(job)) => sending.send(TestSend { job }).await,
                Ok(Err(error)) => {
                    report(&sending.sender, Msg::TestNotSent { number, words: error.to_string() }).await;
                }
                Err(fault) => report(&sending.sender, Msg::Fault { work: Work::SendTest, fault }).await,
            }
        });
        self.keep_test(resending);
    }

    fn sending(&self, number: u64) -> Sending {
        Sending {
            session: Arc::clone(&self.session),
            folder: self.folder.clone(),
            sender: self.sender.clone(),
            leaving: self.leaving.subscribe(),
            number,
        }
    }

    fn keep_test(&mut self, test: JoinHandle<()>) {
        self.tests.retain(|test| !test.is_finished());
        self.tests.push(test);
    }

    fn capture(&mut self, number: u64, webhook: WebhookInUse) {
        let (session, sender, folder, paths) =
            (Arc::clone(&self.session), self.sender.clone(), self.folder.clone(), self.paths.clone());
        self.capture = Some(self.spawn(Work::Capture, async move {
            let options = capture::CaptureOptions::default();
            let result = service::capture_mine(&session, &folder, &paths, &webhook, &options).await;
            let result = result.map_err(|error| session.in_short(&error.to_string()));
            report(&sender, Msg::ChatCaptured { number, result }).await;
        }));
    }

    /// Runs `$VISUAL` or `$EDITOR` on a body; the terminal is the child's meanwhile.
    pub async fn edit_externally(&self, job: ExternalEdit) -> Msg {
        let stem = job.stem.clone();
        let edited = fault::catch_task(async {
            self.provoked.strike(Work::Editor.id());
            programs::edit(job, &self.paths.editing()).await
        });
        match edited.await {
            Ok(result) => Msg::EditedExternally { stem, result },
            Err(fault) => Msg::Fault { work: Work::Editor, fault },
        }
    }
}

/// What a test on its way needs.
struct Sending {
    session: Arc<Session>,
    folder: Folder,
    sender: mpsc::Sender<Msg>,
    leaving: watch::Receiver<bool>,
    number: u64,
}

impl Sending {
    /// Sends a test, keeps it in the history, and reports.
    async fn send(mut self, test: TestSend) {
        let sent = clock::now();
        let left = async {
            // An error means that the executor is gone, which is leaving, too.
            let _ = self.leaving.wait_for(|leaving| *leaving).await;
        };
        let answer = service::send_test(&self.session, &test, sent, left).await;
        let entry = answer.was_tried().then(|| service::history_entry(&test, &answer, sent));
        let folder = self.folder;
        let kept =
            joined(in_thread(move || entry.map_or(Ok(()), |entry| folder.add_to_history(&entry)))).await;
        report(&self.sender, Msg::TestSent { number: self.number, answer: Box::new(answer) }).await;
        match kept {
            Ok(kept) => {
                if let Some(message) = files::unkept(kept) {
                    report(&self.sender, message).await;
                }
            }
            Err(fault) => report(&self.sender, Msg::Fault { work: Work::Background, fault }).await,
        }
    }
}

async fn report(sender: &mpsc::Sender<Msg>, message: Msg) {
    // Nobody listens any more when the console is on its way out.
    let _ = sender.send(message).await;
}

/// A task's message; its panic is one too.
async fn join(task: JoinHandle<Option<Msg>>) -> Option<Msg> {
    // Only the end of the runtime cancels it: nobody listens then.
    task.await.ok().flatten()
}

/// Starts what blocks on a thread of its own; a panic is its message.
fn caught_in_thread(
    work: Work,
    provoked: Arc<Provoked>,
    task: impl FnOnce() -> Option<Msg> + Send + 'static,
) -> JoinHandle<Option<Msg>> {
    tokio::task::spawn_blocking(move || {
        let caught = fault::catch(|| {
            provoked.strike(work.id());
            task()
        });
        caught.unwrap_or_else(|fault| Some(Msg::Fault { work, fault }))
    })
}

/// Starts what blocks on a thread of its own, for a task that goes on from what it returns.
fn in_thread<T: Send + 'static>(task: impl FnOnce() -> T + Send + 'static) -> JoinHandle<Result<T, Fault>> {
    tokio::task::spawn_blocking(move || fault::catch(task))
}

/// Waits for what [`in_thread`] started.
async fn joined<T>(task: JoinHandle<Result<T, Fault>>) -> Result<T, Fault> {
    match task.await {
        Ok(result) => result,
        // Only the end of the runtime cancels it: nobody goes on then.
        Err(_) => std::future::pending().await,
    }
}

/// What an effect is part of, for the words of its fault.
fn work_of(effect: &Effect) -> Work {
    match effect {
        Effect::Compose { .. } => Work::Compose,
        Effect::Survey { .. } => Work::Survey,
        Effect::CheckCampaigns { .. } => Work::CheckCampaigns,
        Effect::LoadPeople { .. } | Effect::FindProfiles { .. } => Work::People,
        Effect::Reload | Effect::AdoptPrivate => Work::Reload,
        Effect::FindOldSecrets(_) | Effect::DecideSecrets { .. } => Work::CheckBot,
        Effect::FindDrafts | Effect::WriteDraft { .. } | Effect::DiscardDraft(_) => Work::Draft,
        Effect::SaveBody { .. } => Work::Save,
        Effect::Change(_) => Work::Change,
        Effect::CheckBot { .. } | Effect::Trust { .. } => Work::CheckBot,
        Effect::LoadTests | Effect::PrepareTest { .. } | Effect::RememberChat { .. } => Work::Tests,
        Effect::Compare { .. } => Work::Compare,
        Effect::SendTest { .. } | Effect::Resend { .. } => Work::SendTest,
        Effect::LoadGrammar(_) | Effect::LoadCodeGrammars => Work::Colours,
        Effect::Capture { .. } | Effect::StopCapture => Work::Capture,
        Effect::CopyByTerminal(_) | Effect::CopyByCommand { .. } => Work::Copy,
        Effect::OpenEditor(_) => Work::Editor,
        Effect::After(_) => Work::Timer,
        Effect::Nothing | Effect::Ask(_) | Effect::Watch | Effect::Suspend | Effect::Quit => Work::Background,
    }
}
