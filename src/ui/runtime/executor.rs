//! Carries out the tasks that the state requests, and reports the results as messages.
//!
//! Work on the database and most work on files run on a blocking thread. The preview's message is composed by one
//! worker, which always takes the latest job, so that fast typing never queues up work. A panic in a task is caught:
//! the console shows a message and continues.

mod changes;
mod clipboard;
mod files;
mod workers;

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::capture;
use crate::clock::Clock;
use crate::paths::Paths;
use crate::service::{
    self, BotFailureKind, BotStatus, CheckCache, ConnectError, MessageJob, MoveError, NewBot, ProfileChoice,
    RepeatedTest, Session, TestJob, WebhookInUse,
};
use crate::ui::editor::highlight::{CodeGrammars, Grammar};
use crate::ui::runtime::executor::workers::{MessageSlot, QueuedJob, Slot};
use crate::ui::shared::{
    CaughtPanic, ConnectFailure, CopyJob, Generation, InjectedFaults, JournalEntry, Msg, PtrEq, Task, Work,
    WorkspaceChange, fault,
};
use crate::workspace::{self, Watch, WatchMethod};

/// How long the console waits at exit for the last text to be copied, and for each test message to be written to the
/// history.
const EXIT_TIMEOUT: Duration = Duration::from_secs(2);

const HISTORY_LIMIT: usize = 50;

pub struct ExecutorDeps {
    pub session: Arc<Session>,
    pub paths: Paths,
    pub clock: Clock,
    /// How changes on disk are detected; `None` turns the watch off.
    pub watch: Option<WatchMethod>,
    /// The panics that an automated test has requested.
    pub injected: Arc<InjectedFaults>,
}

/// Runs tasks. Each task that has a result reports it as a message.
pub struct Executor {
    deps: ExecutorDeps,
    reporter: Reporter,
    jobs: Arc<MessageSlot>,
    surveys: Arc<MessageSlot>,
    searches: Arc<Slot<String>>,
    watch: Option<Watch>,
    capture: Option<JoinHandle<()>>,
    checks: Arc<Checks>,
    /// The tasks that send test messages.
    tests: Vec<JoinHandle<()>>,
    /// Becomes true when the console exits, so that the tasks in `tests` stop waiting for Telegram's answers.
    exiting: watch::Sender<bool>,
    /// The task of the last journal entry (a save or a draft). Each entry waits for the previous entry, so that an
    /// older draft never replaces a newer save.
    journal: Option<JoinHandle<()>>,
    /// The task of the last copied text. It waits for the task before it, so that the clipboard has the last text.
    copying: Option<JoinHandle<()>>,
}

/// The results of checking all campaigns, and the generation of the latest check. A check stops when its generation is
/// no longer the latest.
#[derive(Default)]
struct Checks {
    known: Mutex<CheckCache>,
    latest: Mutex<Option<Generation>>,
}

impl Executor {
    /// Creates the executor. Its messages go to `sender`. Must be called within a tokio runtime.
    pub fn new(deps: ExecutorDeps, sender: mpsc::Sender<Msg>) -> Self {
        let reporter = Reporter { sender, pending: PendingWork::default() };
        let (jobs, surveys) = (Arc::<MessageSlot>::default(), Arc::<MessageSlot>::default());
        let (clock, injected) = (deps.clock, Arc::clone(&deps.injected));
        let session = Arc::clone(&deps.session);
        let composing =
            workers::compose_latest(Arc::clone(&jobs), session, clock, reporter.clone(), injected);
        tokio::spawn(composing);
        let (session, injected) = (Arc::clone(&deps.session), Arc::clone(&deps.injected));
        let surveying =
            workers::survey_latest(Arc::clone(&surveys), session, clock, reporter.clone(), injected);
        tokio::spawn(surveying);
        let searches = Arc::<Slot<String>>::default();
        let (session, injected) = (Arc::clone(&deps.session), Arc::clone(&deps.injected));
        tokio::spawn(workers::search_latest(Arc::clone(&searches), session, reporter.clone(), injected));
        Self {
            deps,
            reporter,
            jobs,
            surveys,
            searches,
            watch: None,
            capture: None,
            checks: Arc::default(),
            tests: Vec::new(),
            exiting: watch::Sender::new(false),
            journal: None,
            copying: None,
        }
    }

    /// Returns a handle that reports when no task is running and every result has been sent. A chat capture and the
    /// file watch do not count: a capture may wait for minutes, and the watch never ends.
    pub fn pending_work(&self) -> PendingWork {
        self.reporter.pending.clone()
    }

    /// Returns the folder for the copies of bodies that are edited in `$EDITOR`.
    pub fn scratch(&self) -> PathBuf {
        self.deps.paths.editing()
    }

    pub fn start(&mut self, task: Task) {
        let now = self.deps.clock.now();
        match task {
            Task::Compose(generation, job) => {
                // A waiting or running sample check (which composes the body for a sample of recipients) is dropped. It
                // is for an older body and would delay the preview.
                self.surveys.put(None);
                self.jobs.put(Some(QueuedJob { generation, job, ticket: self.reporter.pending.begin() }));
            }
            Task::Survey(generation, job) => {
                self.surveys.put(Some(QueuedJob { generation, job, ticket: self.reporter.pending.begin() }));
            }
            Task::CheckCampaigns(generation, jobs) => self.check_campaigns(generation, jobs),
            Task::LoadPeople(profile) => self.block(Work::People, move |session| {
                let found = session.store().and_then(|store| {
                    Ok(service::load_profile_context(&*store, ProfileChoice::Any(profile.as_deref()))?)
                });
                Some(Msg::PeopleLoaded(found.map_err(|error| error.to_string())))
            }),
            Task::FindProfiles(generation, job) => {
                let ticket = self.reporter.pending.begin();
                self.searches.put(Some(QueuedJob { generation, job, ticket }));
            }
            Task::EditProfile { generation, edit, preferred } => {
                self.block(Work::EditProfile, move |session| {
                    let edited = session.edit_profile(*edit, preferred.as_deref());
                    let result = edited.map(Box::new).map_err(|error| error.to_string());
                    Some(Msg::ProfileEdited(generation, result))
                });
            }
            Task::Reload => {
                self.block(Work::Reload, move |session| {
                    Some(Msg::WorkspaceRead(files::read_changed(session, now)))
                });
            }
            Task::Watch => self.watch(),
            Task::FindDrafts => {
                self.block(Work::Draft, |session| Some(Msg::DraftsFound(session.folder().drafts())));
            }
            Task::Change(change) => self.change(None, change, now),
            Task::Submit(generation, change) => self.change(Some(generation), change, now),
            Task::ListTrash(generation) => self.block(Work::Reload, move |session| {
                Some(Msg::TrashListed(generation, session.folder().trash()))
            }),
            Task::CheckBot(generation, webhook) => self.check_bot(generation, *webhook, false),
            Task::Trust(generation, webhook) => self.check_bot(generation, *webhook, true),
            Task::AdoptPrivate => self.block(Work::Reload, |session| {
                let adopted = session.folder().adopt().map_err(|error| error.to_string());
                // Until the `.telecast` folder was adopted, the profile store was opened read-only. Now the store may
                // be written, so it has to be opened again.
                session.forget_store();
                Some(Msg::PrivateAdopted(adopted))
            }),
            Task::FindOldSecrets(names) => self.block(Work::CheckBot, move |session| {
                // If the secret store cannot be read, the user is not asked about old secrets. The error is reported as
                // soon as a secret is needed.
                Some(Msg::OldSecretsFound(session.secrets_to_offer(&names).ok()?))
            }),
            Task::DecideSecrets { found, moves } => self.block(Work::CheckBot, move |session| {
                let names = found.iter().map(|found| found.name.as_str()).collect::<Vec<_>>();
                let decided = if moves {
                    let names = names.join(", ");
                    session.move_secrets(&found).map(|()| format!("moved {names} to this workspace"))
                } else {
                    let names = names.join(" ");
                    let later = format!("move them later with: telecast trust --move-secrets {names}");
                    session.note_offered(&found).map(|()| later).map_err(MoveError::from)
                };
                Some(Msg::SecretsMoved(decided.map_err(|error| session.redact(&error.to_string()))))
            }),
            Task::LoadTests => self.block(Work::Tests, |session| {
                let (chats, _) = session.folder().test_chats();
                Some(Msg::TestsLoaded { chats, history: session.folder().history(HISTORY_LIMIT) })
            }),
            Task::PrepareTest(generation, job) => self.block(Work::Tests, move |_| {
                Some(Msg::TestPrepared(generation, PtrEq::new(job.compose(now))))
            }),
            Task::CompareModes(generation, job) => self.block(Work::Compare, move |_| {
                Some(Msg::ModesCompared(generation, PtrEq::new(job.compare(now))))
            }),
            Task::RememberChat { name, chat } => self.block(Work::Tests, move |session| {
                files::save_failure(match name {
                    Some(name) => session.folder().add_test_chat(&name, &chat),
                    None => session.folder().remember_test_chat(&chat),
                })
            }),
            Task::SendTest(generation, test) => {
                let sender = self.sender(generation);
                let test = self.spawn(Work::SendTest, async move { sender.send(*test).await });
                self.keep_test(test);
            }
            Task::Resend(generation, test) => self.resend(generation, *test),
            Task::ComposeAgain(generation, test) => self.block(Work::Tests, move |session| {
                let job = service::repeat_job(session, *test);
                let composed = job.map(|test| PtrEq::new(test.job.compose(now)));
                Some(Msg::ComposedAgain(generation, composed.map_err(|error| error.to_string())))
            }),
            Task::LoadGrammar(markup) => self.block(Work::Colors, move |_| {
                Some(Msg::GrammarLoaded(PtrEq::new(Arc::new(Grammar::load(markup)))))
            }),
            Task::LoadCodeGrammars => self.block(Work::Colors, |_| {
                Some(Msg::CodeGrammarsLoaded(PtrEq::new(Arc::new(CodeGrammars::load()))))
            }),
            Task::Capture(generation, webhook) => self.capture(generation, *webhook),
            Task::StopCapture => {
                if let Some(task) = self.capture.take() {
                    task.abort();
                }
            }
            Task::ConnectBot(generation, bot) => self.connect_bot(generation, bot),
            Task::AddTestProfile(chat) => self.block(Work::People, move |session| {
                let found = session.store().and_then(|store| {
                    let identity = service::add_test_profile(&*store, &chat)?;
                    Ok(service::load_profile_context(&*store, ProfileChoice::Any(Some(&identity)))?)
                });
                Some(Msg::PeopleLoaded(found.map_err(|error| error.to_string())))
            }),
            Task::SimulateMessage(generation, webhook) => {
                let (session, reporter) = (Arc::clone(&self.deps.session), self.reporter.clone());
                self.spawn(Work::Capture, async move {
                    if let Err(error) = service::simulate_message(&session, &webhook).await {
                        let text = session.redact_and_shorten(&error.to_string());
                        reporter.report(Msg::ChatCaptured(generation, Err(text))).await;
                    }
                });
            }
            Task::Copy(job) => self.copy(job),
        }
    }

    fn copy(&mut self, job: CopyJob) {
        let (before, reporter) = (self.copying.take(), self.reporter.clone());
        self.copying = Some(self.spawn(Work::Copy, async move {
            if let Some(before) = before {
                // The error is ignored: panics are caught inside the task, and this text is copied even if copying the
                // previous text failed.
                let _ = before.await;
            }
            let result = clipboard::copy(&job, clipboard::TIME_LIMIT).await;
            reporter.report(Msg::Copied(job, result)).await;
        }));
    }

    fn change(&self, submission: Option<Generation>, change: WorkspaceChange, now: Timestamp) {
        self.block(Work::Change, move |session| {
            let result = changes::apply(session, change, now);
            Some(Msg::Changed {
                submission,
                result: result.map(Box::new).map_err(|error| session.redact(&error.to_string())),
                workspace: files::read(session, now),
            })
        });
    }

    /// Runs a blocking task on tokio's blocking pool, and reports the message that it returns, if any.
    fn block(&self, work: Work, task: impl FnOnce(&Session) -> Option<Msg> + Send + 'static) {
        let session = Arc::clone(&self.deps.session);
        self.report_blocking(work, Box::new(move || task(&session)));
    }

    fn report_blocking(&self, work: Work, task: Blocking) {
        let (reporter, ticket) = (self.reporter.clone(), self.reporter.pending.begin());
        let task = caught_in_thread(work, Arc::clone(&self.deps.injected), task);
        tokio::spawn(async move {
            if let Some(message) = join(task).await {
                reporter.report(message).await;
            }
            drop(ticket);
        });
    }

    /// Spawns a task that reports its results itself. If the task panics, the panic is reported as a message.
    fn spawn(&self, work: Work, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        self.spawn_boxed(work, Some(self.reporter.pending.begin()), Box::pin(task))
    }

    /// Like [`Executor::spawn`], for a boxed task. A task without a ticket does not count as pending work.
    fn spawn_boxed(&self, work: Work, ticket: Option<Ticket>, task: Reporting) -> JoinHandle<()> {
        let (reporter, injected) = (self.reporter.clone(), Arc::clone(&self.deps.injected));
        tokio::spawn(async move {
            let task = async {
                injected.trigger(work.id());
                task.await;
            };
            if let Err(fault) = fault::catch_task(task).await {
                reporter.report(Msg::Fault { work, fault }).await;
            }
            drop(ticket);
        })
    }

    /// Carries out one journal entry after all earlier entries.
    pub fn journal(&mut self, entry: JournalEntry) {
        let (before, ticket) = (self.journal.take(), self.reporter.pending.begin());
        let (session, reporter) = (Arc::clone(&self.deps.session), self.reporter.clone());
        let (work, injected) = (files::work_of(&entry), Arc::clone(&self.deps.injected));
        let now = self.deps.clock.now();
        // If any files are marked as changed, the next reload reads only these files. With a file watch, only the saved
        // campaign is marked here, because the watch reports other changed files. Without a watch, no file is marked,
        // so that the reload looks at all files.
        let reading = self.watch.is_some().then(|| Arc::clone(session.reading()));
        self.journal = Some(tokio::spawn(async move {
            if let Some(before) = before {
                // The error is ignored: panics are caught inside the task, and this entry is written even if the
                // previous entry failed.
                let _ = before.await;
            }
            let task = caught_in_thread(
                work,
                injected,
                Box::new(move || {
                    let message = files::journal(&session, entry, now);
                    if let (Some(reading), Some(Msg::BodySaved { stem, result: Ok(_), .. })) =
                        (reading, &message)
                    {
                        reading.mark_changed([format!("campaigns/{stem}.toml")]);
                    }
                    message
                }),
            );
            if let Some(message) = join(task).await {
                // The message is sent from a separate task, so that the next entry does not wait for it. At exit,
                // nobody receives messages, so sending to a full queue would wait forever.
                tokio::spawn(async move {
                    reporter.report(message).await;
                    drop(ticket);
                });
            }
        }));
    }

    /// Waits until all journal entries have been carried out. Then waits for the command that copies the last text, but
    /// at most for `EXIT_TIMEOUT`.
    pub async fn finish(&mut self) {
        if let Some(last) = self.journal.take() {
            // The error is ignored: panics are caught inside the task, which reports its result as a message.
            let _ = last.await;
        }
        if let Some(last) = self.copying.take() {
            // The errors are ignored, as above. The timeout is for a command that hangs.
            let _ = tokio::time::timeout(EXIT_TIMEOUT, last).await;
        }
    }

    /// Stops waiting for the answers to test messages. Then waits until each test message is in the history, but at
    /// most `EXIT_TIMEOUT` per message.
    pub async fn interrupt_tests(&mut self) {
        self.exiting.send_replace(true);
        for test in self.tests.drain(..) {
            // The error is ignored: panics are caught inside the task. The timeout is for a disk that hangs: the
            // console must exit even then.
            let _ = tokio::time::timeout(EXIT_TIMEOUT, test).await;
        }
    }

    /// Carries out one journal entry at exit, after all earlier entries, and waits for it. Returns the entry's message,
    /// if it has one.
    pub async fn journal_last(&mut self, entry: JournalEntry) -> Option<Msg> {
        self.finish().await;
        let (session, work) = (Arc::clone(&self.deps.session), files::work_of(&entry));
        let now = self.deps.clock.now();
        let task = Box::new(move || files::journal(&session, entry, now));
        join(caught_in_thread(work, Arc::clone(&self.deps.injected), task)).await
    }

    fn check_campaigns(&self, generation: Generation, jobs: Vec<MessageJob>) {
        let (checks, now) = (Arc::clone(&self.checks), self.deps.clock.now());
        // The latest generation is set before the new check starts, so that a running check sees at once that it is
        // outdated.
        *checks.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(generation);
        self.block(Work::CheckCampaigns, move |_| {
            let latest = || *checks.latest.lock().unwrap_or_else(PoisonError::into_inner);
            // The lock is held for the whole check, so that a second check waits and reuses the results of the first.
            // Two checks at the same time would do the same work twice.
            let mut known = checks.known.lock().unwrap_or_else(PoisonError::into_inner);
            let found = known.check(&jobs, now, &|| latest() == Some(generation));
            Some(Msg::CampaignsChecked(generation, found))
        });
    }

    /// Asks a webhook's bot for its name. If `is_trusted_now` is set, first records that the user trusts the webhook.
    fn check_bot(&self, generation: Generation, webhook: WebhookInUse, is_trusted_now: bool) {
        let (session, reporter) = (Arc::clone(&self.deps.session), self.reporter.clone());
        self.spawn(Work::CheckBot, async move {
            let trusted =
                if is_trusted_now { session.trust(&webhook.stem, &webhook.webhook) } else { Ok(()) };
            let status = match trusted {
                Ok(()) => service::check_bot(&session, &webhook).await,
                Err(error) => BotStatus::failed(BotFailureKind::Incomplete, error.to_string()),
            };
            reporter.report(Msg::BotChecked(generation, status)).await;
        });
    }

    fn connect_bot(&self, generation: Generation, bot: Box<NewBot>) {
        let (session, reporter) = (Arc::clone(&self.deps.session), self.reporter.clone());
        let now = self.deps.clock.now();
        self.spawn(Work::CheckBot, async move {
            let result = service::connect_bot(&session, &bot).await.map_err(|error| ConnectFailure {
                is_unreachable: matches!(error, ConnectError::Unreachable(_)),
                message: session.redact_and_shorten(&error.to_string()),
            });
            // The new webhook is read before the result is reported, so that the next step of the guide can use it.
            let reading = Arc::clone(&session);
            if let Ok(workspace) =
                join_caught(spawn_blocking_caught(move || files::read(&reading, now))).await
            {
                reporter.report(Msg::WorkspaceRead(workspace)).await;
            }
            reporter.report(Msg::BotConnected(generation, result)).await;
        });
    }

    fn watch(&mut self) {
        let (sender, session) = (self.reporter.sender.clone(), &self.deps.session);
        let reading = Arc::clone(session.reading());
        let changed = move |paths: Vec<String>| {
            reading.mark_changed(paths);
            // The watch's thread must not block, so the message is dropped if the queue is full. Even then, the files
            // are marked as changed, and the next reload reads them.
            let _ = sender.try_send(Msg::FilesChanged);
        };
        let watch = |method| workspace::watch(session.folder().root(), method, changed);
        self.watch = self.deps.watch.and_then(watch);
    }

    /// Sends an earlier test message again, with the same profile and chat, but with the current files of the campaign.
    fn resend(&mut self, generation: Generation, test: RepeatedTest) {
        let sender = self.sender(generation);
        let test = self.spawn(Work::SendTest, async move {
            let session = Arc::clone(&sender.session);
            match join_caught(spawn_blocking_caught(move || service::repeat_job(&session, test))).await {
                Ok(Ok(test)) => sender.send(test).await,
                Ok(Err(error)) => {
                    let result = Err(error.to_string());
                    sender.reporter.report(Msg::TestAnswered(generation, result)).await;
                }
                Err(fault) => sender.reporter.report(Msg::Fault { work: Work::SendTest, fault }).await,
            }
        });
        self.keep_test(test);
    }

    fn sender(&self, generation: Generation) -> TestSender {
        TestSender {
            session: Arc::clone(&self.deps.session),
            clock: self.deps.clock,
            reporter: self.reporter.clone(),
            exiting: self.exiting.subscribe(),
            generation,
        }
    }

    fn keep_test(&mut self, test: JoinHandle<()>) {
        self.tests.retain(|test| !test.is_finished());
        self.tests.push(test);
    }

    fn capture(&mut self, generation: Generation, webhook: WebhookInUse) {
        let (session, reporter) = (Arc::clone(&self.deps.session), self.reporter.clone());
        let paths = self.deps.paths.clone();
        self.capture = Some(self.spawn_boxed(
            Work::Capture,
            None,
            Box::pin(async move {
                let options = capture::CaptureOptions::default();
                let result =
                    service::capture_own_chat(&session, session.folder(), &paths, &webhook, &options).await;
                let result = result.map_err(|error| session.redact_and_shorten(&error.to_string()));
                reporter.report(Msg::ChatCaptured(generation, result)).await;
            }),
        ));
    }
}

struct TestSender {
    session: Arc<Session>,
    clock: Clock,
    reporter: Reporter,
    exiting: watch::Receiver<bool>,
    generation: Generation,
}

impl TestSender {
    async fn send(mut self, test: TestJob) {
        let sent = self.clock.now();
        let exiting = async {
            // The error is ignored: it means that the executor was dropped, which only happens at exit.
            let _ = self.exiting.wait_for(|exiting| *exiting).await;
        };
        let answer = service::send_test(&self.session, &test, sent, exiting).await;
        let entry = answer.was_tried().then(|| service::history_entry(&test, &answer, sent));
        let folder = self.session.folder().clone();
        // The history is written before the result is reported, so that the entry is not lost if the user quits as soon
        // as the result is shown.
        let saved = join_caught(spawn_blocking_caught(move || {
            entry.map_or(Ok(()), |entry| folder.add_to_history(&entry))
        }))
        .await;
        self.reporter.report(Msg::TestAnswered(self.generation, Ok(Box::new(answer)))).await;
        match saved {
            Ok(result) => {
                if let Some(message) = files::save_failure(result) {
                    self.reporter.report(message).await;
                }
            }
            Err(fault) => self.reporter.report(Msg::Fault { work: Work::Background, fault }).await,
        }
    }
}

#[derive(Clone)]
struct Reporter {
    sender: mpsc::Sender<Msg>,
    pending: PendingWork,
}

impl Reporter {
    async fn report(&self, message: Msg) {
        // The error is ignored: the receiver is dropped when the console exits, and then the message is not needed.
        let _ = self.sender.send(message).await;
    }
}

#[derive(Debug, Clone, Default)]
pub struct PendingWork(watch::Sender<usize>);

/// Stands for one pending task. Dropping the ticket marks the task as done.
#[derive(Debug)]
struct Ticket(watch::Sender<usize>);

impl PendingWork {
    fn begin(&self) -> Ticket {
        self.0.send_modify(|n| *n += 1);
        Ticket(self.0.clone())
    }

    /// Waits until nothing is pending.
    pub async fn finished(&self) {
        // The error is ignored: `wait_for` fails only if the sender is dropped, but `self` holds the sender.
        let _ = self.0.subscribe().wait_for(|n| *n == 0).await;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.send_modify(|n| *n -= 1);
    }
}

/// Waits for a task. Returns its message, if it has one and was not canceled.
async fn join(task: JoinHandle<Option<Msg>>) -> Option<Msg> {
    // Only the runtime's shutdown cancels the task, and then the message is not needed.
    task.await.ok().flatten()
}

// The tasks are boxed, because tokio's spawn functions are compiled once per task type. Without the boxes, the binary
// would be about 200 KB larger.
type Blocking = Box<dyn FnOnce() -> Option<Msg> + Send>;
type Reporting = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs a blocking task on tokio's blocking pool. If it panics, its message is a [`Msg::Fault`].
fn caught_in_thread(work: Work, injected: Arc<InjectedFaults>, task: Blocking) -> JoinHandle<Option<Msg>> {
    tokio::task::spawn_blocking(move || {
        let caught = fault::catch(|| {
            injected.trigger(work.id());
            task()
        });
        caught.unwrap_or_else(|fault| Some(Msg::Fault { work, fault }))
    })
}

/// Like `tokio::task::spawn_blocking`, but catches a panic. The async task that needs the result gets it with
/// [`join_caught`].
fn spawn_blocking_caught<T: Send + 'static>(
    task: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<Result<T, CaughtPanic>> {
    tokio::task::spawn_blocking(move || fault::catch(task))
}

async fn join_caught<T>(task: JoinHandle<Result<T, CaughtPanic>>) -> Result<T, CaughtPanic> {
    match task.await {
        Ok(result) => result,
        // Only the runtime's shutdown cancels the task. The shutdown also cancels the caller, so it does no harm to
        // wait forever here.
        Err(_) => std::future::pending().await,
    }
}
