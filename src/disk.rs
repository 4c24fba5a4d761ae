//! Files on disk: read with what is wrong with them, saved so that each is always whole, the old or the new.
//!
//! A workspace's files are reached by [`Tree`] alone. Knows nothing of what files hold.

mod breach;
mod digest;
mod error;
mod explain;
mod lock;
mod read;
mod replace;
mod stamp;
mod sweep;
mod tree;
mod write;

pub use breach::{Breach, TreeError};
pub use digest::sha256;
pub use error::SaveError;
pub use explain::explain;
pub use lock::{Guard, Holder, LockError, holder, try_lock, wait_for_lock, wait_for_lock_as};
pub use read::{Condition, Fingerprint, MAX_FILE, Source, read_source};
pub use replace::replace;
pub use stamp::Stamp;
pub use sweep::{Scratch, sweep, sweep_folders, sweep_scratch};
pub use tree::{Shelf, Tree};
pub use write::{Access, open_private_log, tighten};

/// What the names of files begin with that are written beside another one, to be renamed over it.
pub(crate) const STAGING: &str = ".telecast-";
