//! Watching: changes made outside, told as the paths that changed, several at once.
//!
//! Folders are watched and not files, so that editors that swap files are seen. Where the system cannot watch (no
//! watches left, a network disk), the folders are looked at every two seconds instead.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::{MANIFEST, Tree};

/// How long the files must be quiet before their change is told: a swap is several events.
const QUIET: Duration = Duration::from_millis(50);

/// How long changes are gathered at most, while they go on and on.
const PATIENCE: usize = 20;

/// How often the folders are looked at where the system cannot watch them.
const INTERVAL: Duration = Duration::from_secs(2);

const FOLDERS: [&str; 5] = ["webhooks", "campaigns", "partials", "samples", "segments"];

/// A watch that lasts until this is dropped; a change that is being told then is still told.
pub struct Watch {
    /// Dropping it closes the channel, and with it the thread.
    _watcher: SharedWatcher,
}

/// The thread holds it weakly, to watch folders that are made later.
type SharedWatcher = Arc<Mutex<Box<dyn Watcher + Send>>>;

impl std::fmt::Debug for Watch {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Watch").finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// By the system, else by looking.
    Best,
    Polling(Duration),
}

/// Calls `changed` with the files (from the root, with `/`) that were changed, made or removed; on a thread of its own.
///
/// Own saves are told too: whoever saved knows the fingerprint and sees that there is nothing new. Returns `None` where
/// the folder can be watched by no means.
pub fn watch(root: &Path, means: Means, changed: impl FnMut(Vec<String>) + Send + 'static) -> Option<Watch> {
    let (sender, events) = mpsc::channel();
    let handler = move |event: notify::Result<Event>| {
        // The receiver is gone only when the watch is.
        let _ = sender.send(event);
    };
    let watcher = match means {
        Means::Best => by_system(root, handler.clone()).or_else(|| by_polling(root, INTERVAL, handler)),
        Means::Polling(interval) => by_polling(root, interval, handler),
    }?;
    let watcher = Arc::new(Mutex::new(watcher));
    let teller = Teller { root: root.to_path_buf(), watcher: Arc::downgrade(&watcher), changed };
    let thread = std::thread::Builder::new().name("watch".into()).spawn(move || teller.tell(&events));
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
    // Contents are compared by reading them: a link may lead to what has no end.
    let config = Config::default()
        .with_poll_interval(interval)
        .with_compare_contents(true)
        .with_follow_symlinks(false);
    let mut watcher = PollWatcher::new(handler, config).ok()?;
    add_folders(&mut watcher, root).then(|| Box::new(watcher) as Box<dyn Watcher + Send>)
}

/// Watches the root and the folders of definitions; `.telecast` is left out, where the database is busy.
fn add_folders(watcher: &mut dyn Watcher, root: &Path) -> bool {
    let tree = Tree::new(root);
    let existing = FOLDERS.iter().filter(|folder| tree.has_folder(folder)).map(|folder| root.join(folder));
    let mut folders = std::iter::once(root.to_path_buf()).chain(existing);
    folders.all(|folder| watcher.watch(&folder, RecursiveMode::NonRecursive).is_ok())
}

struct Teller<F> {
    root: PathBuf,
    watcher: Weak<Mutex<Box<dyn Watcher + Send>>>,
    changed: F,
}

impl<F: FnMut(Vec<String>)> Teller<F> {
    fn tell(mut self, events: &Receiver<notify::Result<Event>>) {
        while let Ok(first) = events.recv() {
            let mut paths = BTreeSet::new();
            gather(&self.root, first, &mut paths);
            for _ in 0..PATIENCE {
                match events.recv_timeout(QUIET) {
                    Ok(event) => gather(&self.root, event, &mut paths),
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
                }
                while let Ok(event) = events.try_recv() {
                    gather(&self.root, event, &mut paths);
                }
            }
            self.follow_folders(&paths);
            if !paths.is_empty() {
                (self.changed)(paths.into_iter().collect());
            }
        }
    }

    /// Watches folders that were made meanwhile, or made anew as a checkout does it.
    fn follow_folders(&self, paths: &BTreeSet<String>) {
        let Some(watcher) = self.watcher.upgrade() else { return };
        let Ok(mut watcher) = watcher.lock() else { return };
        for folder in FOLDERS.iter().filter(|folder| paths.contains(**folder)) {
            if Tree::new(&self.root).has_folder(folder) {
                let path = self.root.join(folder);
                // Where it cannot be watched, what changes in it is seen when the workspace is opened again.
                let _ = watcher.watch(&path, RecursiveMode::NonRecursive);
            }
        }
    }
}

fn gather(root: &Path, event: notify::Result<Event>, paths: &mut BTreeSet<String>) {
    // Where events were lost, all is looked at again: the manifest stands for everything.
    let Ok(event) = event else {
        paths.insert(MANIFEST.to_owned());
        return;
    };
    if event.need_rescan() {
        paths.insert(MANIFEST.to_owned());
    }
    if !matches!(event.kind, EventKind::Access(_)) {
        paths.extend(event.paths.iter().filter_map(|path| relevant(root, path)));
    }
}

/// Returns the path from the root where it is one that is loaded: no hidden file, no editor's swap file.
fn relevant(root: &Path, path: &Path) -> Option<String> {
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
