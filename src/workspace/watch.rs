//! Watches the files of a workspace for changes, and reports the changed paths in groups.
//!
//! Folders are watched instead of files. Many editors save by renaming a new file over the old one, and a watch on the
//! old file would not see later changes. If the system refuses to watch a folder when the watch starts (the number of
//! watches is limited), the folders are polled every two seconds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::{MANIFEST, Tree};

/// Changes are collected until no event arrives for this long, and are then reported together. Replacing a file causes
/// several events, which are reported as one change in this way.
const DEBOUNCE: Duration = Duration::from_millis(50);

/// Changes are reported after at most this many [`DEBOUNCE`] periods, even if further changes keep coming.
const MAX_ROUNDS: usize = 20;

/// How often the folders are polled if the system cannot watch them.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

const FOLDERS: [&str; 5] = ["webhooks", "campaigns", "partials", "samples", "segments"];

/// Ends the watch when it is dropped. If changes are being reported at that moment, the report is completed.
pub struct Watch {
    /// Dropping the watcher closes the channel, which ends the thread.
    _watcher: SharedWatcher,
}

/// The watcher. The thread that reports changes has a weak reference to it, to watch folders that are created later.
// With a strong reference, the thread would keep the watcher's channel open forever and never end.
type SharedWatcher = Arc<Mutex<Box<dyn Watcher + Send>>>;

impl std::fmt::Debug for Watch {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Watch").finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchMethod {
    /// By the system's events, or by polling if the system's events are not available.
    Best,
    Polling(Duration),
}

/// Calls `changed` on a separate thread with the paths of files and folders that were changed, created, or removed. The
/// paths are relative to the root, with `/` between folders.
///
/// telecast's own saves are reported too, but the caller sees from the files' fingerprints that nothing is new. Returns
/// `None` if the folders cannot be watched with this method, or if the thread cannot be started.
pub fn watch(
    root: &Path,
    method: WatchMethod,
    changed: impl FnMut(Vec<String>) + Send + 'static,
) -> Option<Watch> {
    let (sender, events) = mpsc::channel();
    let handler = move |event: notify::Result<Event>| {
        // Sending fails only if the watch has ended.
        let _ = sender.send(event);
    };
    let watcher = match method {
        WatchMethod::Best => {
            by_system(root, handler.clone()).or_else(|| by_polling(root, POLL_INTERVAL, handler))
        }
        WatchMethod::Polling(interval) => by_polling(root, interval, handler),
    }?;
    let watcher = Arc::new(Mutex::new(watcher));
    let reporter = Reporter { root: root.to_path_buf(), watcher: Arc::downgrade(&watcher), changed };
    let thread = std::thread::Builder::new().name("watch".into()).spawn(move || reporter.run(&events));
    thread.ok().map(|_| Watch { _watcher: watcher })
}

fn by_system(root: &Path, handler: impl notify::EventHandler) -> Option<Box<dyn Watcher + Send>> {
    let mut watcher = RecommendedWatcher::new(handler, Config::default()).ok()?;
    add_folders(&mut watcher, root).then(|| Box::new(watcher) as Box<dyn Watcher + Send>)
}

fn by_polling(
    root: &Path,
    interval: Duration,
    handler: impl notify::EventHandler,
) -> Option<Box<dyn Watcher + Send>> {
    // `compare_contents` makes the watcher read the files. So links are not followed, because a link could lead to a
    // file without an end, such as `/dev/zero`.
    let config = Config::default()
        .with_poll_interval(interval)
        .with_compare_contents(true)
        .with_follow_symlinks(false);
    let mut watcher = PollWatcher::new(handler, config).ok()?;
    add_folders(&mut watcher, root).then(|| Box::new(watcher) as Box<dyn Watcher + Send>)
}

/// Watches the root and the existing [`FOLDERS`]. Returns false if a folder cannot be watched. The private folder
/// `.telecast` is left out, because the database in it changes all the time.
fn add_folders(watcher: &mut dyn Watcher, root: &Path) -> bool {
    let tree = Tree::new(root);
    let existing = FOLDERS.iter().filter(|folder| tree.has_folder(folder)).map(|folder| root.join(folder));
    let mut folders = std::iter::once(root.to_path_buf()).chain(existing);
    folders.all(|folder| watcher.watch(&folder, RecursiveMode::NonRecursive).is_ok())
}

struct Reporter<F> {
    root: PathBuf,
    watcher: Weak<Mutex<Box<dyn Watcher + Send>>>,
    changed: F,
}

impl<F: FnMut(Vec<String>)> Reporter<F> {
    fn run(mut self, events: &Receiver<notify::Result<Event>>) {
        while let Ok(first) = events.recv() {
            let mut paths = BTreeSet::new();
            collect_paths(&self.root, first, &mut paths);
            for _ in 0..MAX_ROUNDS {
                match events.recv_timeout(DEBOUNCE) {
                    Ok(event) => collect_paths(&self.root, event, &mut paths),
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
                }
                while let Ok(event) = events.try_recv() {
                    collect_paths(&self.root, event, &mut paths);
                }
            }
            self.follow_folders(&paths);
            if !paths.is_empty() {
                (self.changed)(paths.into_iter().collect());
            }
        }
    }

    /// Watches the [`FOLDERS`] that were created, or removed and created again (as by a git checkout).
    fn follow_folders(&self, paths: &BTreeSet<String>) {
        let Some(watcher) = self.watcher.upgrade() else { return };
        let Ok(mut watcher) = watcher.lock() else { return };
        for folder in FOLDERS.iter().filter(|folder| paths.contains(**folder)) {
            if Tree::new(&self.root).has_folder(folder) {
                let path = self.root.join(folder);
                // If the folder cannot be watched, its later changes are seen at the latest when the workspace is
                // opened again.
                let _ = watcher.watch(&path, RecursiveMode::NonRecursive);
            }
        }
    }
}

fn collect_paths(root: &Path, event: notify::Result<Event>, paths: &mut BTreeSet<String>) {
    // After an error, events may be lost, so all files must be checked again. Reporting a change of the manifest has
    // that effect.
    let Ok(event) = event else {
        paths.insert(MANIFEST.to_owned());
        return;
    };
    if event.need_rescan() {
        paths.insert(MANIFEST.to_owned());
    }
    // Access events are not reported. Reading the workspace causes such events, so each reload would cause another
    // reload, without end.
    if !matches!(event.kind, EventKind::Access(_)) {
        paths.extend(event.paths.iter().filter_map(|path| relevant_path(root, path)));
    }
}

/// Returns the path relative to the root if a change to the file or folder must be reported. This applies to the
/// manifest, the folders in [`FOLDERS`], and the files in these folders that are not hidden and end in `.toml`,
/// `.liquid`, or `.json`. Returns `None` for all other paths, such as the swap files of editors.
fn relevant_path(root: &Path, path: &Path) -> Option<String> {
    let inner = path.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = inner.components().map(|part| part.as_os_str().to_str()).collect();
    let parts = parts?;
    let is_definition = match parts.as_slice() {
        [file] => *file == MANIFEST || FOLDERS.contains(file),
        [folder, file] => {
            FOLDERS.contains(folder)
                && !file.starts_with('.')
                && [".toml", ".liquid", ".json"].iter().any(|ending| file.ends_with(ending))
        }
        _ => false,
    };
    is_definition.then(|| parts.join("/"))
}
