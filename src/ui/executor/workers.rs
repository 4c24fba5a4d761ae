//! The workers behind the preview: each skips to the latest job, so that fast typing never queues up work.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use super::report;
use crate::clock;
use crate::service::{self, Job, Session};
use crate::ui::latest::Latest;
use crate::ui::msg::Msg;

/// How many recipients the sample has at most.
const SURVEYED_PROFILES: usize = 500;

/// How long trying it may take, which only a hostile body comes to: what was seen until then is shown.
const SURVEY_TIME: Duration = Duration::from_secs(20);

/// Composes the latest job there is, on a blocking thread, one at a time.
pub(super) async fn compose_latest(
    mut jobs: watch::Receiver<Option<(u64, Box<Job>)>>,
    sender: mpsc::Sender<Msg>,
) {
    while jobs.changed().await.is_ok() {
        let Some((number, job)) = jobs.borrow_and_update().clone() else { continue };
        let composed = tokio::task::spawn_blocking(move || job.compose(clock::now())).await;
        if let Ok(composed) = composed {
            report(&sender, Msg::Composed { number, composed: Latest::new(composed) }).await;
        }
    }
}

/// Tries the latest job on a sample of the recipients, on a blocking thread; stops as soon as there is a later one.
pub(super) async fn survey_latest(
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
