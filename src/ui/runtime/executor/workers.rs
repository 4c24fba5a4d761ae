//! The workers whose jobs come with every key: one composes the preview's message, one composes the messages of a
//! sample of recipients, and one searches for profiles. Each worker always takes the latest job, so that fast typing
//! never queues up work.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::service::{self, MessageJob, ProfileStoreError, Session};
use crate::ui::runtime::executor::{Reporter, Ticket, join_caught, spawn_blocking_caught};
use crate::ui::shared::{Generation, InjectedFaults, Msg, PtrEq, Work};

const SAMPLE_SIZE: usize = 500;

/// The time limit for composing the messages of one sample, in case the body takes extremely long to render. After the
/// limit, the results so far are shown.
const SAMPLE_TIMEOUT: Duration = Duration::from_secs(20);

// A list of profiles shows only one screen of rows. To find other profiles, the user types more letters.
const MAX_FOUND_PROFILES: usize = 100;

pub(crate) struct QueuedJob<T> {
    pub generation: Generation,
    pub job: T,
    pub(super) ticket: Ticket,
}

pub(crate) type MessageSlot = Slot<Box<MessageJob>>;

/// Holds at most one waiting job, which a later job replaces. So a worker never has to skip outdated jobs, as it would
/// with a channel.
pub(crate) struct Slot<T> {
    waiting: Mutex<SlotState<T>>,
    filled: Notify,
}

struct SlotState<T> {
    job: Option<QueuedJob<T>>,
    /// How often `put` was called. A running job uses the number to find out whether it is the latest.
    put_count: usize,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { waiting: Mutex::new(SlotState { job: None, put_count: 0 }), filled: Notify::new() }
    }
}

impl<T> Slot<T> {
    /// Replaces the waiting job, or removes it if `job` is `None`. A running job can then find out that it is outdated.
    pub(super) fn put(&self, job: Option<QueuedJob<T>>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.put_count += 1;
        waiting.job = job;
        // `Notify` keeps one permit, so the worker does not miss a job that was put into the slot before the worker
        // began to wait.
        self.filled.notify_one();
    }

    async fn take(&self) -> (QueuedJob<T>, usize) {
        loop {
            let taken = {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                waiting.job.take().map(|job| (job, waiting.put_count))
            };
            match taken {
                Some(taken) => return taken,
                None => self.filled.notified().await,
            }
        }
    }

    fn is_latest(&self, put_count: usize) -> bool {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).put_count == put_count
    }
}

/// Composes the latest job's message on a blocking thread, one job at a time.
pub(super) async fn compose_latest(
    jobs: Arc<MessageSlot>,
    session: Arc<Session>,
    clock: Clock,
    reporter: Reporter,
    injected: Arc<InjectedFaults>,
) {
    loop {
        // A running composition is not stopped: its result is newer than the message that is shown, so it is still
        // worth drawing.
        let (QueuedJob { generation, job, ticket }, _) = jobs.take().await;
        let (session, injected) = (Arc::clone(&session), Arc::clone(&injected));
        let composed = spawn_blocking_caught(move || {
            injected.trigger(Work::Compose.id());
            let mut composed = job.compose(clock.now());
            service::look_up_repeated(&session, &mut composed);
            composed
        });
        let message = match join_caught(composed).await {
            Ok(composed) => Msg::Composed(generation, PtrEq::new(composed)),
            Err(fault) => Msg::Fault { work: Work::Compose, fault },
        };
        reporter.report(message).await;
        drop(ticket);
    }
}

/// Composes the latest job's message for a sample of recipients, on a blocking thread. Stops after the current
/// recipient if the job is replaced or removed, or if the time limit is reached.
pub(super) async fn survey_latest(
    jobs: Arc<MessageSlot>,
    session: Arc<Session>,
    clock: Clock,
    reporter: Reporter,
    injected: Arc<InjectedFaults>,
) {
    loop {
        let (QueuedJob { generation, job, ticket }, put_count) = jobs.take().await;
        let (session, jobs, injected) = (Arc::clone(&session), Arc::clone(&jobs), Arc::clone(&injected));
        let surveyed = spawn_blocking_caught(move || {
            injected.trigger(Work::Survey.id());
            let started = Instant::now();
            let may_continue = || jobs.is_latest(put_count) && started.elapsed() < SAMPLE_TIMEOUT;
            // If the profile store cannot be read, the task that loads the profiles has reported that already.
            let store = session.store().ok()?;
            let surveyed = service::survey(&job, &*store, SAMPLE_SIZE, clock.now(), &may_continue).ok()?;
            // If the job was replaced or removed, the sample is outdated and may be incomplete, so it is not reported.
            jobs.is_latest(put_count).then_some(surveyed)
        });
        match join_caught(surveyed).await {
            Ok(Some(surveyed)) => {
                reporter.report(Msg::Surveyed(generation, PtrEq::new(surveyed))).await;
            }
            Ok(None) => {}
            Err(fault) => reporter.report(Msg::Fault { work: Work::Survey, fault }).await,
        }
        drop(ticket);
    }
}

/// Searches for the profiles that match the latest query, on a blocking thread, one query at a time.
pub(super) async fn search_latest(
    queries: Arc<Slot<String>>,
    session: Arc<Session>,
    reporter: Reporter,
    injected: Arc<InjectedFaults>,
) {
    loop {
        let (QueuedJob { generation, job: query, ticket }, _) = queries.take().await;
        let (session, injected) = (Arc::clone(&session), Arc::clone(&injected));
        let found = spawn_blocking_caught(move || {
            injected.trigger(Work::People.id());
            let found = service::find_profiles(&*session.store()?, &query, MAX_FOUND_PROFILES)?;
            Ok::<_, ProfileStoreError>(found.into_iter().map(Arc::new).collect())
        });
        let message = match join_caught(found).await {
            Ok(found) => Msg::ProfilesFound(generation, found.map_err(|error| error.to_string())),
            Err(fault) => Msg::Fault { work: Work::People, fault },
        };
        reporter.report(message).await;
        drop(ticket);
    }
}
