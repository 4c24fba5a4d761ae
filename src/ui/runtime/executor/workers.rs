//! The workers behind the preview: each skips to the latest job, so that fast typing never queues up work.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use crate::clock;
use crate::service::{self, Job, Session};
use crate::ui::runtime::executor::{in_thread, joined, report};
use crate::ui::shared::fault::{Provoked, Work};
use crate::ui::shared::latest::Latest;
use crate::ui::shared::msg::Msg;

/// How many recipients the sample has at most.
const SURVEYED_PROFILES: usize = 500;

/// How long trying it may take, which only a hostile body comes to: what was seen until then is shown.
const SURVEY_TIME: Duration = Duration::from_secs(20);

/// Composes the latest job there is, on a blocking thread, one at a time.
pub(super) async fn compose_latest(
    mut jobs: watch::Receiver<Option<(u64, Box<Job>)>>,
    sender: mpsc::Sender<Msg>,
    provoked: Arc<Provoked>,
) {
    while jobs.changed().await.is_ok() {
        let Some((number, job)) = jobs.borrow_and_update().clone() else { continue };
        let provoked = Arc::clone(&provoked);
        let composed = in_thread(move || {
            provoked.strike(Work::Compose.id());
            job.compose(clock::now())
        });
        let message = match joined(composed).await {
            Ok(composed) => Msg::Composed { number, composed: Latest::new(composed) },
            Err(fault) => Msg::Fault { work: Work::Compose, fault },
        };
        report(&sender, message).await;
    }
}

/// Tries the latest job on a sample of the recipients, on a blocking thread; stops as soon as there is a later one.
pub(super) async fn survey_latest(
    mut jobs: watch::Receiver<Option<(u64, Box<Job>)>>,
    session: Arc<Session>,
    sender: mpsc::Sender<Msg>,
    provoked: Arc<Provoked>,
) {
    while jobs.changed().await.is_ok() {
        let Some((number, job)) = jobs.borrow_and_update().clone() else { continue };
        let (session, later, provoked) = (Arc::clone(&session), jobs.clone(), Arc::clone(&provoked));
        let surveyed = in_thread(move || {
            provoked.strike(Work::Survey.id());
            let is_latest = || !later.has_changed().unwrap_or(true);
            let started = Instant::now();
            let goes_on = || is_latest() && started.elapsed() < SURVEY_TIME;
            // Reading the people has told why, where the store cannot be read.
            let store = session.store().ok()?;
            let surveyed = service::survey(&job, &*store, SURVEYED_PROFILES, clock::now(), &goes_on).ok()?;
            is_latest().then_some(surveyed)
        });
        match joined(surveyed).await {
            Ok(Some(surveyed)) => {
                report(&sender, Msg::Surveyed { number, surveyed: Latest::new(surveyed) }).await;
            }
            Ok(None) => {}
            Err(fault) => report(&sender, Msg::Fault { work: Work::Survey, fault }).await,
        }
    }
}
