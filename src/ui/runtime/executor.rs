//! Does what the state asks for, and answers with messages: the only place of the console that spawns.
//!
//! Whatever touches files or the database runs on a blocking thread; composing has one worker that skips to the latest
//! job, so that fast typing never queues up work. Each task is caught where it panics: the console reads of it and goes on.

mod changes;
mod clipboard;
mod files;
mod workers;

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::capture;
use crate::clock::Clock;
use crate::paths::Paths;
use crate::service::{
    self, BotStatus, Checked, Job, MoveError, Session, TestSend, TroubleKind, WebhookInUse, Whom,
};
use crate::ui::editor::highlight::{CodeGrammars, Grammar};
use crate::ui::runtime::executor::workers::{Asked, Slot};
use crate::ui::shared::{Entry, Fault, Generation, Latest, Msg, Provoked, Task, Work, fault};
use crate::workspace::{self, Means, Watch};

/// How long the console waits on its way out for the history to be written.
const LEAVING: Duration = Duration::from_secs(2);

const FOUND_PROFILES: usize = 100;

const HISTORY: usize = 50;

pub struct Wiring {
    pub session: Arc<Session>,
    pub paths: Paths,
    pub clock: Clock,
    /// How changes made outside are found; none where nobody is to look for them.
    pub watch: Option<Means>,
    /// The works that fail, for tests of what follows.
    pub provoked: Arc<Provoked>,
}

/// The executor; cheap parts of the world are done at once, the rest by tasks that report by message.
pub struct Executor {
    wiring: Wiring,
    reporter: Reporter,
    jobs: Arc<Slot>,
    surveys: Arc<Slot>,
    watch: Option<Watch>,
    capture: Option<JoinHandle<()>>,
    checks: Arc<Checks>,
    /// The tests on their way, and what tells them that the console leaves.
    tests: Vec<JoinHandle<()>>,
    leaving: watch::Sender<bool>,
    /// The last of the saves and drafts: each waits for the one before, so that none overtakes a later one.
    journal: Option<JoinHandle<()>>,
}

/// What is known of all campaigns, and the latest question: an earlier one stops.
#[derive(Default)]
struct Checks {
    known: Mutex<Checked>,
    latest: Mutex<Option<Generation>>,
}

impl Executor {
    /// Makes the executor; its messages go to `sender`. Must be called within a runtime.
    pub fn new(wiring: Wiring, sender: mpsc::Sender<Msg>) -> Self {
        let reporter = Reporter { sender, underway: Underway::default() };
        let (jobs, surveys) = (Arc::<Slot>::default(), Arc::<Slot>::default());
        let (clock, provoked) = (wiring.clock, Arc::clone(&wiring.provoked));
        tokio::spawn(workers::compose_latest(Arc::clone(&jobs), clock, reporter.clone(), provoked));
        let (session, provoked) = (Arc::clone(&wiring.session), Arc::clone(&wiring.provoked));
        let surveying =
            workers::survey_latest(Arc::clone(&surveys), session, clock, reporter.clone(), provoked);
        tokio::spawn(surveying);
        Self {
            wiring,
            reporter,
            jobs,
            surveys,
            watch: None,
            capture: None,
            checks: Arc::default(),
            tests: Vec::new(),
            leaving: watch::Sender::new(false),
            journal: None,
        }
    }

    /// Returns what tells when nothing is on its way: every answer is among the results then. A chat that is waited
    /// for is not on its way, nor is what others do to the files.
    pub fn underway(&self) -> Underway {
        self.reporter.underway.clone()
    }

    /// Returns the folder of the copies that `$EDITOR` changes.
    pub fn scratch(&self) -> PathBuf {
        self.wiring.paths.editing()
    }

    pub fn start(&mut self, task: Task) {
        let now = self.wiring.clock.now();
        match task {
            Task::Compose(generation, job) => {
                // Whatever sample is being tried is of an older body, and in the way of the preview.
                self.surveys.put(None);
                self.jobs.put(Some(Asked { generation, job, ticket: self.reporter.underway.begin() }));
            }
            Task::Survey(generation, job) => {
                self.surveys.put(Some(Asked { generation, job, ticket: self.reporter.underway.begin() }));
            }
            Task::CheckCampaigns(generation, jobs) => self.check_campaigns(generation, jobs),
            Task::LoadPeople(profile) => self.block(Work::People, move |session| {
                let found = session
                    .store()
                    .and_then(|store| Ok(service::load_people(&*store, Whom::Anybody(profile.as_deref()))?));
                Some(Msg::PeopleLoaded(found.map_err(|error| error.to_string())))
            }),
            Task::FindProfiles(generation, search) => self.block(Work::People, move |session| {
                let found =
                    session.store().and_then(|store| Ok(store.list(&search, None, FOUND_PROFILES)?));
                let result = found.map(|page| page.profiles.into_iter().map(Arc::new).collect());
                Some(Msg::ProfilesFound(generation, result.map_err(|error| error.to_string())))
            }),
            Task::Reload => {
                self.block(Work::Reload, move |session| {
                    Some(Msg::WorkspaceRead(files::follow(session, now)))
                });
            }
            Task::Watch => self.watch(),
            Task::FindDrafts => {
                self.block(Work::Draft, |session| Some(Msg::DraftsFound(session.folder().drafts())));
            }
            Task::Change(change) => self.block(Work::Change, move |session| {
                let result = changes::apply(session, change);
                Some(Msg::Changed {
                    result: result.map_err(|error| session.redact(&error.to_string())),
                    workspace: files::read(session, now),
                })
            }),
            Task::CheckBot(generation, webhook) => self.check_bot(generation, *webhook, false),
            Task::Trust(generation, webhook) => self.check_bot(generation, *webhook, true),
            Task::AdoptPrivate => self.block(Work::Reload, |session| {
                let adopted = session.folder().adopt().map_err(|error| error.to_string());
                session.forget_store();
                Some(Msg::PrivateAdopted(adopted))
            }),
            Task::FindOldSecrets(names) => self.block(Work::CheckBot, move |session| {
                // Where the store cannot be read, that is said when a secret is needed.
                Some(Msg::OldSecretsFound(session.secrets_to_offer(&names).ok()?))
            }),
            Task::DecideSecrets { found, moves } => self.block(Work::CheckBot, move |session| {
                let names = found.iter().map(|found| found.name.as_str()).collect::<Vec<_>>().join(", ");
                let decided = if moves {
                    session.move_secrets(&found).map(|()| format!("moved {names} to this workspace"))
                } else {
                    let later = format!("telecast trust --move-secrets {names} moves them later");
                    session.note_offered(&found).map(|()| later).map_err(MoveError::from)
                };
                Some(Msg::SecretsMoved(decided.map_err(|error| session.redact(&error.to_string()))))
            }),
            Task::LoadTests => self.block(Work::Tests, |session| {
                let (chats, _) = session.folder().test_chats();
                Some(Msg::TestsLoaded { chats, history: session.folder().history(HISTORY) })
            }),
            Task::PrepareTest(generation, job) => self.block(Work::Tests, move |_| {
                Some(Msg::TestPrepared(generation, Latest::new(job.compose(now))))
            }),
            Task::CompareModes(generation, job) => self.block(Work::Compare, move |_| {
                Some(Msg::ModesCompared(generation, Latest::new(job.compare(now))))
            }),
            Task::RememberChat { name, chat } => self.block(Work::Tests, move |session| {
                files::unkept(match name {
                    Some(name) => session.folder().add_test_chat(&name, &chat),
                    None => session.folder().remember_test_chat(&chat),
                })
            }),
            Task::SendTest(generation, test) => {
                let sending = self.sending(generation);
                let test = self.spawn(Work::SendTest, async move { sending.send(*test).await });
                self.keep_test(test);
            }
            Task::Resend(generation, sent) => self.resend(generation, *sent),
            Task::LoadGrammar(markup) => self.block(Work::Colours, move |_| {
                Some(Msg::GrammarLoaded(Latest::new(Arc::new(Grammar::load(markup)))))
            }),
            Task::LoadCodeGrammars => self.block(Work::Colours, |_| {
                Some(Msg::CodeGrammarsLoaded(Latest::new(Arc::new(CodeGrammars::load()))))
            }),
            Task::Capture(generation, webhook) => self.capture(generation, *webhook),
            Task::StopCapture => {
                if let Some(task) = self.capture.take() {
                    task.abort();
                }
            }
            Task::CopyByCommand { command, text } => {
                let reporter = self.reporter.clone();
                self.spawn(Work::Copy, async move {
                    let result = clipboard::copy_by_command(&command, &text).await;
                    reporter.report(Msg::Copied(result)).await;
                });
            }
        }
    }

    /// Starts what blocks on a thread of its own; reports its message, where it has one.
    fn block(&self, work: Work, task: impl FnOnce(&Session) -> Option<Msg> + Send + 'static) {
        let session = Arc::clone(&self.wiring.session);
        self.report_blocking(work, Box::new(move || task(&session)));
    }

    fn report_blocking(&self, work: Work, task: Blocking) {
        let (reporter, ticket) = (self.reporter.clone(), self.reporter.underway.begin());
        let task = caught_in_thread(work, Arc::clone(&self.wiring.provoked), task);
        tokio::spawn(async move {
            if let Some(message) = join(task).await {
                reporter.report(message).await;
            }
            drop(ticket);
        });
    }

    /// Starts a task that reports by itself; where it panics, that is reported.
    fn spawn(&self, work: Work, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        self.spawn_boxed(work, Some(self.reporter.underway.begin()), Box::pin(task))
    }

    /// Starts such a task; without a ticket it may never end.
    fn spawn_boxed(&self, work: Work, ticket: Option<Ticket>, task: Reporting) -> JoinHandle<()> {
        let (reporter, provoked) = (self.reporter.clone(), Arc::clone(&self.wiring.provoked));
        tokio::spawn(async move {
            let task = async {
                provoked.strike(work.id());
                task.await;
            };
            if let Err(fault) = fault::catch_task(task).await {
                reporter.report(Msg::Fault { work, fault }).await;
            }
            drop(ticket);
        })
    }

    /// Writes or forgets a body or its draft, after all that was to be written or forgotten before.
    pub fn journal(&mut self, entry: Entry) {
        let (before, ticket) = (self.journal.take(), self.reporter.underway.begin());
        let (session, reporter) = (Arc::clone(&self.wiring.session), self.reporter.clone());
        let (work, provoked) = (files::work_of(&entry), Arc::clone(&self.wiring.provoked));
        let now = self.wiring.clock.now();
        // Without a watch nobody reports what else has changed: all is looked at then.
        let noted = self.watch.is_some().then(|| Arc::clone(session.reading()));
        self.journal = Some(tokio::spawn(async move {
            if let Some(before) = before {
                // Its panics are caught in it; what comes after it is written all the same.
                let _ = before.await;
            }
            let task = caught_in_thread(
                work,
                provoked,
                Box::new(move || {
                    let message = files::journal(&session, entry, now);
                    if let (Some(reading), Some(Msg::BodySaved { stem, result: Ok(_), .. })) =
                        (noted, &message)
                    {
                        reading.note([format!("campaigns/{stem}.toml")]);
                    }
                    message
                }),
            );
            if let Some(message) = join(task).await {
                // Not waited for: on the way out nobody listens.
                tokio::spawn(async move {
                    reporter.report(message).await;
                    drop(ticket);
                });
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

    /// Writes one entry on the way out and waits for it; returns its answer, where it has one.
    pub async fn journal_last(&mut self, entry: Entry) -> Option<Msg> {
        self.finish().await;
        let (session, work) = (Arc::clone(&self.wiring.session), files::work_of(&entry));
        let now = self.wiring.clock.now();
        let task = Box::new(move || files::journal(&session, entry, now));
        join(caught_in_thread(work, Arc::clone(&self.wiring.provoked), task)).await
    }

    fn check_campaigns(&self, generation: Generation, jobs: Vec<Job>) {
        let (checks, now) = (Arc::clone(&self.checks), self.wiring.clock.now());
        *checks.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(generation);
        self.block(Work::CheckCampaigns, move |_| {
            let latest = || *checks.latest.lock().unwrap_or_else(PoisonError::into_inner);
            let mut known = checks.known.lock().unwrap_or_else(PoisonError::into_inner);
            let found = known.check(&jobs, now, &|| latest() == Some(generation));
            Some(Msg::CampaignsChecked(generation, found))
        });
    }

    /// Asks who answers at the address of a webhook, which is trusted first where the user has said so.
    fn check_bot(&self, generation: Generation, webhook: WebhookInUse, is_trusted_now: bool) {
        let (session, reporter) = (Arc::clone(&self.wiring.session), self.reporter.clone());
        self.spawn(Work::CheckBot, async move {
            let trusted =
                if is_trusted_now { session.trust(&webhook.stem, &webhook.webhook) } else { Ok(()) };
            let status = match trusted {
                Ok(()) => service::check_bot(&session, &webhook).await,
                Err(error) => BotStatus::Trouble { kind: TroubleKind::Incomplete, words: error.to_string() },
            };
            reporter.report(Msg::BotChecked(generation, status)).await;
        });
    }

    fn watch(&mut self) {
        let (sender, session) = (self.reporter.sender.clone(), &self.wiring.session);
        let reading = Arc::clone(session.reading());
        let changed = move |paths: Vec<String>| {
            reading.note(paths);
            // A full queue has a message in it already that will lead to reading again.
            let _ = sender.try_send(Msg::FilesChanged);
        };
        let watch = |means| workspace::watch(session.folder().root(), means, changed);
        self.watch = self.wiring.watch.and_then(watch);
    }

    /// Sends an earlier test's campaign again, for the same profile to the same chat, as its files stand now.
    fn resend(&mut self, generation: Generation, sent: workspace::TestSend) {
        let sending = self.sending(generation);
        let resending = self.spawn(Work::SendTest, async move {
            let session = Arc::clone(&sending.session);
            match joined(in_thread(move || service::job_again(&session, sent))).await {
                Ok(Ok(job)) => sending.send(TestSend { job }).await,
                Ok(Err(error)) => {
                    let result = Err(error.to_string());
                    sending.reporter.report(Msg::TestAnswered(generation, result)).await;
                }
                Err(fault) => sending.reporter.report(Msg::Fault { work: Work::SendTest, fault }).await,
            }
        });
        self.keep_test(resending);
    }

    fn sending(&self, generation: Generation) -> Sending {
        Sending {
            session: Arc::clone(&self.wiring.session),
            clock: self.wiring.clock,
            reporter: self.reporter.clone(),
            leaving: self.leaving.subscribe(),
            generation,
        }
    }

    fn keep_test(&mut self, test: JoinHandle<()>) {
        self.tests.retain(|test| !test.is_finished());
        self.tests.push(test);
    }

    fn capture(&mut self, generation: Generation, webhook: WebhookInUse) {
        let (session, reporter) = (Arc::clone(&self.wiring.session), self.reporter.clone());
        let paths = self.wiring.paths.clone();
        self.capture = Some(self.spawn_boxed(
            Work::Capture,
            None,
            Box::pin(async move {
                let options = capture::CaptureOptions::default();
                let result =
                    service::capture_mine(&session, session.folder(), &paths, &webhook, &options).await;
                let result = result.map_err(|error| session.in_short(&error.to_string()));
                reporter.report(Msg::ChatCaptured(generation, result)).await;
            }),
        ));
    }
}

struct Sending {
    session: Arc<Session>,
    clock: Clock,
    reporter: Reporter,
    leaving: watch::Receiver<bool>,
    generation: Generation,
}

impl Sending {
    async fn send(mut self, test: TestSend) {
        let sent = self.clock.now();
        let left = async {
            // An error means that the executor is gone, which is leaving, too.
            let _ = self.leaving.wait_for(|leaving| *leaving).await;
        };
        let answer = service::send_test(&self.session, &test, sent, left).await;
        let entry = answer.was_tried().then(|| service::history_entry(&test, &answer, sent));
        let folder = self.session.folder().clone();
        let kept =
            joined(in_thread(move || entry.map_or(Ok(()), |entry| folder.add_to_history(&entry)))).await;
        self.reporter.report(Msg::TestAnswered(self.generation, Ok(Box::new(answer)))).await;
        match kept {
            Ok(kept) => {
                if let Some(message) = files::unkept(kept) {
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
    underway: Underway,
}

impl Reporter {
    async fn report(&self, message: Msg) {
        // Nobody listens any more when the console is on its way out.
        let _ = self.sender.send(message).await;
    }
}

#[derive(Debug, Clone, Default)]
pub struct Underway(watch::Sender<usize>);

/// One thing that is on its way, until it is dropped.
#[derive(Debug)]
struct Ticket(watch::Sender<usize>);

impl Underway {
    fn begin(&self) -> Ticket {
        self.0.send_modify(|n| *n += 1);
        Ticket(self.0.clone())
    }

    /// Waits until nothing is on its way.
    pub async fn ended(&self) {
        // The sender is here: it is not closed.
        let _ = self.0.subscribe().wait_for(|n| *n == 0).await;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.send_modify(|n| *n -= 1);
    }
}

/// A task's message; its panic is one too.
async fn join(task: JoinHandle<Option<Msg>>) -> Option<Msg> {
    // Only the end of the runtime cancels it: nobody listens then.
    task.await.ok().flatten()
}

// Boxed: the runtime's machinery would be compiled for each of them, which made the binary 92 KB larger.
type Blocking = Box<dyn FnOnce() -> Option<Msg> + Send>;
type Reporting = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Starts what blocks on a thread of its own; a panic is its message.
fn caught_in_thread(work: Work, provoked: Arc<Provoked>, task: Blocking) -> JoinHandle<Option<Msg>> {
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

async fn joined<T>(task: JoinHandle<Result<T, Fault>>) -> Result<T, Fault> {
    match task.await {
        Ok(result) => result,
        // Only the end of the runtime cancels it: nobody goes on then.
        Err(_) => std::future::pending().await,
    }
}
