//! Does what the state asks for, and answers with messages: the only place of the console that spawns.
//!
//! Whatever touches files or the database runs on a blocking thread; composing has one worker that skips to the latest
//! job, so that fast typing never queues up work.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::effect::{Change, Effect, ExternalEdit, Timer};
use super::highlight::{CodeGrammars, Grammar};
use super::latest::Latest;
use super::msg::{Done, Msg, PeopleFound, SaveFailure};
use super::verdicts::worst_of;
use crate::campaign::{Campaign, Webhook};
use crate::capture;
use crate::clock;
use crate::paths::Paths;
use crate::profile::Profile;
use crate::service::{self, Job, Session, TestSend};
use crate::store::Store;
use crate::workspace::{self, Draft, Folder, Means, SaveError, Trashed, Watch, Workspace};

/// A draft is written this long behind the edit, within the second that is promised.
const DRAFT_DELAY: Duration = Duration::from_millis(600);

/// How long a character that may begin a trigger waits for the next one.
const TRIGGER_DELAY: Duration = Duration::from_millis(400);

/// The sample of recipients waits for a pause in the typing.
const SURVEY_DELAY: Duration = Duration::from_millis(250);

/// How many recipients the sample has at most.
const SURVEYED_PROFILES: usize = 500;

/// How long trying it may take, which only a hostile body comes to: what was seen until then is shown.
const SURVEY_TIME: Duration = Duration::from_secs(20);
/// A problem at the cursor is told this long behind the last key.
const REST_DELAY: Duration = Duration::from_millis(400);

/// The highlighter goes on this soon.
const HIGHLIGHT_DELAY: Duration = Duration::from_millis(1);

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
    jobs: watch::Sender<Option<(u64, Box<Job>)>>,
    surveys: watch::Sender<Option<(u64, Box<Job>)>>,
    watch: Option<Watch>,
    capture: Option<JoinHandle<()>>,
    trashed: Arc<std::sync::Mutex<Option<Trashed>>>,
    /// The last of the saves and drafts: each waits for the one before, so that none overtakes a later one.
    journal: Option<JoinHandle<()>>,
}

impl Executor {
    /// Makes the executor of a session; its messages go to `sender`. Must be called within a runtime.
    pub fn new(session: Arc<Session>, paths: Paths, sender: mpsc::Sender<Msg>) -> Self {
        let (jobs, receiver) = watch::channel(None);
        tokio::spawn(compose_latest(receiver, sender.clone()));
        let (surveys, receiver) = watch::channel(None);
        tokio::spawn(survey_latest(receiver, Arc::clone(&session), sender.clone()));
        let folder = Folder::new(session.root());
        let (watch, capture, trashed, journal) = (None, None, Arc::default(), None);
        Self { session, paths, folder, sender, jobs, surveys, watch, capture, trashed, journal }
    }

    /// Does one thing, or starts doing it.
    pub fn run(&mut self, effect: Effect) {
        match effect {
            Effect::Nothing
            | Effect::Quit
            | Effect::Suspend
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
                tokio::spawn(async move {
                    let status = service::check_bot(&session, &webhook).await;
                    report(&sender, Msg::BotChecked { number, status }).await;
                });
            }
            Effect::SendTest { number, test } => self.send_test(number, *test),
            Effect::Resend { number, sent } => self.resend(number, *sent),
            Effect::CopyByCommand { command, text } => {
                let sender = self.sender.clone();
                tokio::spawn(async move {
                    let result = copy_by_command(&command, &text).await;
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

    /// Writes or forgets a body or its draft, behind all that was to be written or forgotten before.
    fn journal(&mut self, effect: Effect) {
        let (before, folder, sender) = (self.journal.take(), self.folder.clone(), self.sender.clone());
        self.journal = Some(tokio::spawn(async move {
            if let Some(before) = before {
                // A panic in it was told by the hook; what is behind it is written all the same.
                let _ = before.await;
            }
            let task = tokio::task::spawn_blocking(move || journal(&folder, effect));
            if let Some(message) = join(task).await {
                // Not waited for: on the way out nobody listens.
                tokio::spawn(async move { report(&sender, message).await });
            }
        }));
    }

    /// Waits until every body and draft is on the disk, or gone, as was asked for.
    pub async fn finish(&mut self) {
        if let Some(last) = self.journal.take() {
            // A panic in it was told by the hook.
            let _ = last.await;
        }
    }

    /// Does one thing on the way out and waits for it.
    pub async fn run_to_end(&mut self, effect: Effect) {
        self.finish().await;
        let task = self.blocking(effect);
        join(task).await;
    }

    /// Stops what the session started.
    pub async fn close(&self) {
        self.session.close().await;
    }

    /// Starts what blocks on a thread of its own; its message, where it has one, is the result.
    fn blocking(&self, effect: Effect) -> JoinHandle<Option<Msg>> {
        let session = Arc::clone(&self.session);
        let folder = self.folder.clone();
        let trashed = Arc::clone(&self.trashed);
        tokio::task::spawn_blocking(move || match effect {
            Effect::CheckCampaigns { number, jobs } => {
                let now = clock::now();
                let worst = |job: Job| Some((job.stem.clone(), worst_of(&job.compose(now))?));
                Some(Msg::CampaignsChecked { number, found: jobs.into_iter().filter_map(worst).collect() })
            }
            Effect::LoadPeople { profile } => {
                Some(Msg::PeopleLoaded(load_people(&session, profile.as_deref())))
            }
            Effect::FindProfiles { number, search } => {
                let found = session.store().and_then(|store| store.list(&search, None, FOUND_PROFILES));
                let result = found.map(|page| page.profiles.into_iter().map(Arc::new).collect());
                Some(Msg::ProfilesFound { number, result: result.map_err(|error| error.to_string()) })
            }
            Effect::Reload => Some(Msg::WorkspaceRead(read(folder.root()))),
            Effect::FindDrafts => Some(Msg::DraftsFound(folder.drafts())),
            journalled @ (Effect::WriteDraft { .. } | Effect::DiscardDraft(_) | Effect::SaveBody { .. }) => {
                journal(&folder, journalled)
            }
            Effect::Change(change) => {
                let result = apply(&session, &folder, &trashed, change);
                Some(Msg::Changed {
                    result: result.map_err(|error| session.redact(&error)),
                    workspace: read(folder.root()),
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
                result.err().map(|error| Msg::DraftFailed(error.to_string()))
            }
            _ => None,
        })
    }

    /// Tells of changes that others make to the workspace's files.
    fn watch(&mut self) {
        let sender = self.sender.clone();
        let changed = move |_paths: Vec<String>| {
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
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            report(&sender, Msg::Due(timer)).await;
        });
    }

    fn send_test(&self, number: u64, test: TestSend) {
        let (session, folder, sender) = (Arc::clone(&self.session), self.folder.clone(), self.sender.clone());
        tokio::spawn(async move { send_test(&session, folder, &sender, number, test).await });
    }

    /// Sends an earlier test's campaign again, for the same profile to the same chat, as its files stand now.
    fn resend(&self, number: u64, sent: workspace::TestSend) {
        let (session, sender, folder) = (Arc::clone(&self.session), self.sender.clone(), self.folder.clone());
        tokio::spawn(async move {
            let (reading, root) = (Arc::clone(&session), folder.root().to_path_buf());
            let job = tokio::task::spawn_blocking(move || {
                let workspace = read(&root)?;
                let store = reading.store().map_err(|error| error.to_string())?;
                let profile = match &sent.profile {
                    Some(identity) => store.get(identity).map_err(|error| error.to_string())?.map(Arc::new),
                    None => None,
                };
                Ok(Job { profile, test_chat: sent.chat, ..Job::of_files(&workspace, &sent.campaign) })
            });
            match job.await {
                Ok(Ok(job)) => send_test(&session, folder, &sender, number, TestSend { job }).await,
                Ok(Err(words)) => report(&sender, Msg::TestNotSent { number, words }).await,
                // The panic hook has told what happened.
                Err(_) => {}
            }
        });
    }

    fn capture(&mut self, number: u64, webhook: Webhook) {
        let (session, sender, folder, paths) =
            (Arc::clone(&self.session), self.sender.clone(), self.folder.clone(), self.paths.clone());
        self.capture = Some(tokio::spawn(async move {
            let options = capture::CaptureOptions::default();
            let result = service::capture_mine(&session, &folder, &paths, &webhook, &options).await;
            report(&sender, Msg::ChatCaptured { number, result }).await;
        }));
    }

    /// Runs `$VISUAL` or `$EDITOR` on a body; the terminal is the child's meanwhile.
    pub async fn edit_externally(&self, job: ExternalEdit) -> Msg {
        let stem = job.stem.clone();
        let result = edit(job).await;
        Msg::EditedExternally { stem, result }
    }
}

/// Sends a test, keeps it in the history, and reports.
async fn send_test(
    session: &Session,
    folder: Folder,
    sender: &mpsc::Sender<Msg>,
    number: u64,
    test: TestSend,
) {
    let sent = clock::now();
    let answer = service::send_test(session, &test, sent).await;
    let entry = service::history_entry(&test, &answer, sent);
    let kept = tokio::task::spawn_blocking(move || folder.add_to_history(&entry)).await;
    report(sender, Msg::TestSent { number, answer: Box::new(answer) }).await;
    if let Ok(Err(error)) = kept {
        report(sender, Msg::DraftFailed(error.to_string())).await;
    }
}

async fn report(sender: &mpsc::Sender<Msg>, message: Msg) {
    // Nobody listens any more when the console is on its way out.
    let _ = sender.send(message).await;
}

/// A task's message; a panic in it was told by the hook, and the console goes on.
async fn join(task: JoinHandle<Option<Msg>>) -> Option<Msg> {
    task.await.ok().flatten()
}

/// Composes the latest job there is, on a blocking thread, one at a time.
async fn compose_latest(mut jobs: watch::Receiver<Option<(u64, Box<Job>)>>, sender: mpsc::Sender<Msg>) {
    while jobs.changed().await.is_ok() {
        let Some((number, job)) = jobs.borrow_and_update().clone() else { continue };
        let composed = tokio::task::spawn_blocking(move || job.compose(clock::now())).await;
        if let Ok(composed) = composed {
            report(&sender, Msg::Composed { number, composed: Latest::new(composed) }).await;
        }
    }
}

/// Tries the latest job on a sample of the recipients, on a blocking thread; stops as soon as there is a later one.
async fn survey_latest(
    mut jobs: watch::Receiver<Option<(u64, Box<Job>)>>,
    session: Arc<Session>,
    sender: mpsc::Sender<Msg>,
) {
    while jobs.changed().await.is_ok() {
        let Some((number, job)) = jobs.borrow_and_update().clone() else { continue };
        let (session, later) = (Arc::clone(&session), jobs.clone());
        let surveyed = tokio::task::spawn_blocking(move || {
            let is_latest = || !later.has_changed().unwrap_or(true);
            let started = Instant::now();
            let goes_on = || is_latest() && started.elapsed() < SURVEY_TIME;
            // Reading the people has told why, where the store cannot be read.
            let store = session.store().ok()?;
            let surveyed = service::survey(&job, &*store, SURVEYED_PROFILES, clock::now(), &goes_on).ok()?;
            is_latest().then_some(surveyed)
        });
        if let Ok(Some(surveyed)) = surveyed.await {
            report(&sender, Msg::Surveyed { number, surveyed: Latest::new(surveyed) }).await;
        }
    }
}

fn read(root: &std::path::Path) -> Result<Arc<Workspace>, String> {
    Workspace::open(root).map(Arc::new).map_err(|error| error.to_string())
}

fn load_people(session: &Session, wanted: Option<&str>) -> Result<PeopleFound, String> {
    let load = || {
        let store = session.store()?;
        let vocabulary = store.vocabulary()?;
        let mut profile: Option<Profile> = match wanted {
            Some(identity) => store.get(identity)?,
            None => None,
        };
        if profile.is_none() {
            profile = store.test_profiles()?.into_iter().next();
        }
        if profile.is_none() {
            profile = store.list("", None, 1)?.profiles.into_iter().next();
        }
        Ok(PeopleFound { vocabulary: Arc::new(vocabulary), profile: profile.map(Arc::new) })
    };
    load().map_err(|error: crate::store::Error| error.to_string())
}

/// Writes or forgets a body or its draft.
fn journal(folder: &Folder, effect: Effect) -> Option<Msg> {
    match effect {
        Effect::WriteDraft { stem, text, base } => {
            let draft = Draft { stem, text, cursor: 0, base, written: clock::now() };
            folder.write_draft(&draft).err().map(|error| Msg::DraftFailed(error.to_string()))
        }
        Effect::DiscardDraft(stem) => {
            folder.discard_draft(&stem).err().map(|error| Msg::DraftFailed(error.to_string()))
        }
        Effect::SaveBody { stem, text, version, expected } => {
            let result = save_body(folder, &stem, &text, expected);
            Some(Msg::BodySaved { stem, version, result })
        }
        _ => None,
    }
}

fn save_body(
    folder: &Folder,
    stem: &str,
    text: &str,
    expected: Option<workspace::Fingerprint>,
) -> Result<workspace::Fingerprint, SaveFailure> {
    let refused = |error: SaveError| match error {
        SaveError::ChangedOnDisk { .. } => SaveFailure::ChangedOnDisk,
        error => SaveFailure::Refused(error.to_string()),
    };
    let workspace =
        Workspace::open(folder.root()).map_err(|error| SaveFailure::Refused(error.to_string()))?;
    let Some(campaign) = workspace.campaign(stem) else {
        return Err(SaveFailure::Refused(format!("the campaign {stem} is gone")));
    };
    let mut source = campaign.body.clone();
    if let Some(expected) = expected {
        source.fingerprint = expected;
    }
    let saved = folder.save(&source, text).map_err(refused)?;
    folder.discard_draft(stem).map_err(refused)?;
    Ok(saved)
}

fn apply(
    session: &Session,
    folder: &Folder,
    trashed: &std::sync::Mutex<Option<Trashed>>,
    change: Change,
) -> Result<Done, String> {
    let words = |error: SaveError| error.to_string();
    let keep =
        |trash: Trashed| *trashed.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(trash);
    let done = |words: String| Done { words, open: None, enters: false, renamed: None };
    let done = match change {
        Change::NewCampaign { campaign, body } => {
            let stem = folder.create_campaign(&campaign, &body).map_err(words)?;
            Done { open: Some(stem.clone()), enters: true, ..done(format!("made {stem}")) }
        }
        Change::SaveCampaign { stem, campaign, expected } => {
            save_campaign(folder, &stem, &campaign, expected)?;
            done(format!("saved the settings of {stem}"))
        }
        Change::DuplicateCampaign { stem, name } => {
            let copy = folder.duplicate_campaign(&stem, &name).map_err(words)?;
            Done { open: Some(copy.clone()), ..done(format!("made {copy}")) }
        }
        Change::RenameCampaign { stem, name } => {
            let file = format!("campaigns/{stem}.toml");
            let before = folder.read(&file).fingerprint;
            let new = folder.rename_campaign(&stem, &name).map_err(words)?;
            if new == stem && folder.read(&file).fingerprint == before {
                done(format!("nothing changed: it is called {name} already"))
            } else {
                let renamed = Some((stem, new.clone()));
                Done { open: Some(new.clone()), renamed, ..done(format!("renamed to {new}")) }
            }
        }
        Change::DeleteCampaign(stem) => {
            keep(folder.delete_campaign(&stem).map_err(words)?);
            done(format!("deleted {stem}: u brings it back"))
        }
        Change::NewWebhook { webhook, taker } => {
            let webhook = service::adopt_token(session.secrets(), *webhook)?;
            let stem = folder.create_webhook(&webhook).map_err(words)?;
            match taker {
                Some(taker) => {
                    give_webhook(folder, &taker, &stem)?;
                    done(format!("made webhooks/{stem}.toml for {taker}"))
                }
                None => done(format!("made webhooks/{stem}.toml: F4 gives it to a campaign")),
            }
        }
        Change::SaveWebhook { stem, webhook, expected } => {
            let before = webhook.url.clone();
            let webhook = service::adopt_token(session.secrets(), *webhook)?;
            let mut source = folder.read(&format!("webhooks/{stem}.toml"));
            source.fingerprint = expected;
            folder.save_webhook(&source, &webhook).map_err(words)?;
            let moved = if before == webhook.url { "" } else { "; its token moved to the secret store" };
            done(format!("saved webhooks/{stem}.toml{moved}"))
        }
        Change::DuplicateWebhook { stem, name } => {
            let copy = folder.duplicate_webhook(&stem, &name).map_err(words)?;
            done(format!("made webhooks/{copy}.toml"))
        }
        Change::RenameWebhook { stem, name } => {
            let file = format!("webhooks/{stem}.toml");
            let before = folder.read(&file).fingerprint;
            let new = folder.rename_webhook(&stem, &name).map_err(words)?;
            if new == stem && folder.read(&file).fingerprint == before {
                done(format!("nothing changed: it is called {name} already"))
            } else {
                done(format!("renamed to webhooks/{new}.toml"))
            }
        }
        Change::DeleteWebhook(stem) => {
            keep(folder.delete_webhook(&stem).map_err(words)?);
            done(format!("deleted webhooks/{stem}.toml: u brings it back"))
        }
        Change::UndoDelete => {
            let trash = trashed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            let trash = trash.ok_or("nothing was deleted in this session")?;
            folder.restore(&trash).map_err(words)?;
            match trash.campaign() {
                Some(stem) => Done { open: Some(stem.to_owned()), ..done(format!("brought back {stem}")) },
                None => done(format!("brought back {}", trash.files.join(", "))),
            }
        }
    };
    Ok(done)
}

fn save_campaign(
    folder: &Folder,
    stem: &str,
    campaign: &Campaign,
    expected: workspace::Fingerprint,
) -> Result<(), String> {
    let mut source = folder.read(&format!("campaigns/{stem}.toml"));
    source.fingerprint = expected;
    folder.save_campaign(&source, campaign).map(|_| ()).map_err(|error| error.to_string())
}

/// Lets a campaign go through a webhook.
fn give_webhook(folder: &Folder, campaign: &str, webhook: &str) -> Result<(), String> {
    let source = folder.read(&format!("campaigns/{campaign}.toml"));
    let settings = Campaign::parse(&source.text).0.unwrap_or_default();
    let settings = Campaign { webhook: webhook.to_owned(), ..settings };
    folder.save_campaign(&source, &settings).map(|_| ()).map_err(|error| error.to_string())
}

async fn copy_by_command(command: &[String], text: &str) -> Result<(), String> {
    let (program, arguments) = command.split_first().ok_or("the clipboard command is empty")?;
    let failed = |error: std::io::Error| format!("{program}: {error}");
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes()).await.map_err(failed)?;
    }
    let status = child.wait().await.map_err(failed)?;
    if status.success() { Ok(()) } else { Err(format!("{program} ended with {status}")) }
}

async fn edit(job: ExternalEdit) -> Result<String, String> {
    let command = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|value| !value.trim().is_empty());
    let command = command.unwrap_or_else(|| "vi".to_owned());
    let mut words = command.split_whitespace().map(str::to_owned);
    let program = words.next().unwrap_or_default();
    let folder = tempfile::Builder::new().prefix("telecast-").tempdir().map_err(|error| error.to_string())?;
    let path: PathBuf = folder.path().join(format!("{}{}", job.stem, job.ending));
    std::fs::write(&path, &job.text).map_err(|error| error.to_string())?;
    let mut run = tokio::process::Command::new(&program);
    run.args(words).args(at_position(&program, job.position.line, job.position.column)).arg(&path);
    let status = run.status().await.map_err(|error| format!("cannot run {program} ($EDITOR): {error}"))?;
    if !status.success() {
        return Err(format!("{program} ended with {status}; the body stays as it was"));
    }
    std::fs::read_to_string(&path).map_err(|error| format!("cannot read what {program} wrote: {error}"))
}

/// The argument that puts the cursor of a known editor at a place.
fn at_position(program: &str, line: usize, column: usize) -> Vec<String> {
    let name = program.rsplit('/').next().unwrap_or(program);
    match name {
        "vi" | "vim" | "nvim" | "gvim" => vec![format!("+call cursor({line},{column})")],
        "nano" | "micro" => vec![format!("+{line},{column}")],
        "emacs" | "emacsclient" | "kak" => vec![format!("+{line}:{column}")],
        _ => Vec::new(),
    }
}
