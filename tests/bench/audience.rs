//! Measures how long it takes to check a body on a sample of the audience, for the sample workspace and a large store.
//!
//! Run it with `cargo bench --bench audience`; `-- 1000000` sets the size of the large store.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first error")]

mod people;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use telecast::paths::Paths;
use telecast::service::{MessageJob, demo, sample, survey};
use telecast::store::{SqliteStore, Store};
use telecast::workspace::{PRIVATE, Workspace};

/// The sample size that the console uses.
const LIMIT: usize = 500;

/// The default number of profiles in the large store.
const MANY: usize = 100_000;

/// How often each step is measured; the fastest run counts.
const RUNS: usize = 5;

fn main() {
    let n = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(MANY);
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join("demo");
    demo::make(&Paths::under(&home.path().join("home")), &root).unwrap();
    let workspace = Arc::new(Workspace::open(&root).unwrap());
    let job = MessageJob::from_files(&workspace, sample::FIRST);
    report("the sample workspace", &root.join(PRIVATE).join("audience.db"), &job);
    let large = home.path().join("large.db");
    people::fill(&large, n, 7);
    report(&format!("{n} profiles"), &large, &job);
}

fn report(name: &str, database: &Path, job: &MessageJob) {
    let mut sampling = Duration::MAX;
    let mut checking = Duration::MAX;
    let mut seen = (0, 0, 0);
    for _ in 0..RUNS {
        // Opened again for each run, because a store caches its sample until the data changes.
        let store = SqliteStore::open(database).unwrap();
        let started = Instant::now();
        store.sample(LIMIT).unwrap();
        sampling = sampling.min(started.elapsed());
        let started = Instant::now();
        let surveyed = survey(job, &store, LIMIT, jiff::Timestamp::UNIX_EPOCH, &|| true).unwrap();
        checking = checking.min(started.elapsed());
        seen = (surveyed.survey.n_seen, surveyed.survey.failed_recipients.len(), surveyed.survey.n_skipped());
    }
    let (n_seen, n_failing, n_skipped) = seen;
    println!(
        "{name}: sample taken in {:.1} ms, body checked for {n_seen} in {:.1} ms ({n_failing} fail, {n_skipped} skipped)",
        sampling.as_secs_f64() * 1e3,
        checking.as_secs_f64() * 1e3,
    );
}
