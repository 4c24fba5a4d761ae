//! Reads files from disk, and reports the files that cannot be used. Saves files atomically.
//!
//! The files of a workspace are read and written through [`Tree`], which checks their paths. Other modules interpret
//! the contents of the files.

mod digest;
mod error;
mod explain;
mod lock;
mod read;
mod rejection;
mod replace;
mod stamp;
mod sweep;
mod tree;
mod write;

pub(crate) use digest::sha256;
pub use error::SaveError;
pub(crate) use explain::{explain, explain_no_folder};
pub use lock::LockError;
pub(crate) use lock::{FileLock, lock_holder, try_lock, wait_for_lock, wait_for_lock_and_sign};
pub use read::{FileCondition, Fingerprint, MAX_FILE};
pub(crate) use read::{LoadedFile, read_user_file};
pub(crate) use rejection::{PathRejection, TreeError};
pub(crate) use replace::replace;
pub(crate) use sweep::{TempCopy, sweep, sweep_folders, sweep_temp_copies};
pub(crate) use tree::{ResolvedFolder, Tree};
pub(crate) use write::{Access, tighten};

/// The prefix of the names of temporary files and folders. A temporary file or folder is created beside its destination
/// and then renamed to the destination.
pub(crate) const STAGING: &str = ".telecast-";
