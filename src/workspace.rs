//! The folder of campaigns, webhooks and bodies: discovery, loading, atomic saves, drafts, locks, watching.
//!
//! ```text
//! discover ──▶ root ──Workspace::open──▶ definitions and bodies as read, with every problem at its place
//!                    ──Folder─────────▶ save, create, rename, delete …: each file changes whole or not at all
//! ```
//!
//! All functions are synchronous; callers that must not block put them on a thread of their own.

mod discover;

mod load;

mod reading;

mod slug;

mod folder;

mod private;

mod draft;

mod instant;

mod history;

mod chats;

mod lock;

mod watch;

pub use crate::diagnostic::FileProblem;
pub use crate::disk::{
    Breach, Condition, Fingerprint, Guard, Holder, LockError, MAX_FILE, SaveError, Source, Tree, TreeError,
};
pub use chats::{TestChats, is_chat};
pub use discover::{DiscoverError, InitError, create_from, discover, init};
pub use draft::Draft;
pub use folder::{Folder, Trashed};
pub use history::TestSend;
pub use load::{CampaignFiles, Definition, OpenError, Workspace};
pub use private::{FOREIGN_NOTICE, Standing};
pub use reading::Reading;
pub use slug::slug;
pub use watch::{Means, Watch, watch};

/// The file that makes a folder a workspace.
pub const MANIFEST: &str = "telecast.toml";

/// The folder of what is not for git: database, test chats, drafts, history.
pub const PRIVATE: &str = ".telecast";
