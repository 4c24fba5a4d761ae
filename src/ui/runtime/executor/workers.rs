//! The workers behind the preview: each skips to the latest job, so that fast typing never queues up work.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::service::{self, Job, Session};
use crate::ui::runtime::executor::{Reporter, Ticket, in_thread, joined};
use crate::ui::shared::{Generation, Latest, Msg, Provoked, Work};

const SURVEYED_PROFILES: usize = 500;

/// How long trying it may take, which only a hostile body comes to: what was seen until then is shown.
const SURVEY_TIME: Duration = Duration::from_secs(20);

pub struct Asked {
    pub generation: Generation,
    pub job: Box<Job>,
    pub(super) ticket: Ticket,
}

/// Room for one job that waits: a later one takes its place.
#[derive(Default)]
pub struct Slot {
    waiting: Mutex<Waiting>,
    filled: Notify,
}

#[derive(Default)]
struct Waiting {
    asked: Option<Asked>,
    /// How often something was put there, by which a job knows that it is the latest.
    n_put: usize,
}

impl Slot {
    /// Puts a job there, or none: whatever waits or runs is of no use any more.
    pub fn put(&self, asked: Option<Asked>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.n_put += 1;
        waiting.asked = asked;
        self.filled.notify_one();
    }

    async fn take(&self) -> (Asked, usize) {
        loop {
            let taken = {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                waiting.asked.take().map(|asked| (asked, waiting.n_put))
            };
            match taken {
                Some(taken) => return taken,
                None => self.filled.notified().await,
            }
        }
    }

    fn is_latest(&self, n_put: usize) -> bool {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).n_put == n_put
    }
}

/// Composes the latest job there is, on a blocking thread, one at a time.
pub(super) async fn compose_latest(
    jobs: Arc<Slot>,
    clock: Clock,
    reporter: Reporter,
    provoked: Arc<Provoked>,
) {
    loop {
        let (Asked { generation, job, ticket }, _) = jobs.take().await;
        let provoked = Arc::clone(&provoked);
        let composed = in_thread(move || {
            provoked.strike(Work::Compose.id());
            job.compose(clock.now())
        });
        let message = match joined(composed).await {
            Ok(composed) => Msg::Composed(generation, Latest::new(composed)),
            Err(fault) => Msg::Fault { work: Work::Compose, fault },
        };
        reporter.report(message).await;
        drop(ticket);
    }
}

/// Tries the latest job on a sample of the recipients, on a blocking thread; stops as soon as there is a later one.
pub(super) async fn survey_latest(
    jobs: Arc<Slot>,
    session: Arc<Session>,
    clock: Clock,
    reporter: Reporter,
    provoked: Arc<Provoked>,
) {
    loop {
        let (Asked { generation, job, ticket }, n_put) = jobs.take().await;
        let (session, jobs, provoked) = (Arc::clone(&session), Arc::clone(&jobs), Arc::clone(&provoked));
        let surveyed = in_thread(move || {
            provoked.strike(Work::Survey.id());
            let started = Instant::now();
            let goes_on = || jobs.is_latest(n_put) && started.elapsed() < SURVEY_TIME;
            // Reading the people has told why, where the store cannot be read.
            let store = session.store().ok()?;
            let surveyed = service::survey(&job, &*store, SURVEYED_PROFILES, clock.now(), &goes_on).ok()?;
            jobs.is_latest(n_put).then_some(surveyed)
        });
        match joined(surveyed).await {
            Ok(Some(surveyed)) => {
                reporter.report(Msg::Surveyed(generation, Latest::new(surveyed))).await;
            }
            Ok(None) => {}
            Err(fault) => reporter.report(Msg::Fault { work: Work::Survey, fault }).await,
        }
        drop(ticket);
    }
}
