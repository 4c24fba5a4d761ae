//! A workspace is a folder of campaigns, webhooks, partials, and samples. This module finds, loads, changes, and
//! watches workspaces, and stores their drafts, test chats, history, and locks.
//!
//! ```text
//! discover ──▶ root ──Workspace::open──▶ definitions and bodies, with their problems
//!                    ──Folder─────────▶ save, create, rename, delete …: atomic for each file
//! ```
//!
//! Functions that access files block. Callers that must not block run them on another thread.

mod discover;

mod load;

mod reloader;

mod slug;

mod folder;

mod private;

mod draft;

mod trash;

mod instant;

mod history;

mod chats;

mod lock;

mod watch;

pub(crate) use crate::diagnostic::FileProblem;
pub use crate::disk::FileCondition;
pub use crate::disk::Fingerprint;
pub use crate::disk::LockError;
pub use crate::disk::MAX_FILE;
pub use crate::disk::SaveError;
pub(crate) use crate::disk::{FileLock, LoadedFile, Tree};
pub(crate) use chats::{TestChats, is_chat};
pub(crate) use discover::DiscoverError;
pub use discover::create_from;
pub use discover::init;
pub use discover::{InitError, discover};
pub use draft::CampaignDraft;
pub use folder::Folder;
pub use history::TestSendRecord;
pub use load::Workspace;
pub(crate) use load::{CampaignFiles, DefinitionFile, OpenError};
pub(crate) use private::FOREIGN_NOTICE;
pub use private::PrivateFolderStatus;
pub use reloader::WorkspaceReloader;
pub use trash::{Restored, Trashed, TrashedKind};
pub use watch::Watch;
pub use watch::WatchMethod;
pub use watch::watch;

/// The file that makes a folder a workspace.
pub(crate) const MANIFEST: &str = "telecast.toml";

/// The private folder. It contains the files that do not belong in git, such as the database, the test chats, the
/// drafts, and the history.
pub const PRIVATE: &str = ".telecast";
