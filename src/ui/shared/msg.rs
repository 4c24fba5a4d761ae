//! Everything that can happen to the console, as data that can be logged, compared and replayed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::capture::CapturedChat;
use crate::compose::Composed;
use crate::diagnostic::Severity;
use crate::profile::Profile;
use crate::secrets::Movable;
use crate::service::{BotStatus, Compared, People, Surveyed, TestAnswer};
use crate::ui::editor::highlight::{CodeGrammars, Grammar};
use crate::ui::shared::effect::Timer;
use crate::ui::shared::fault::{Fault, Work};
use crate::ui::shared::latest::Latest;
use crate::ui::shared::request::Generation;
use crate::ui::widget::input::Input;
use crate::workspace::{Draft, Fingerprint, TestChats, TestSend, Workspace};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// The person did something.
    Input(Input),
    /// A message was made.
    Composed {
        generation: Generation,
        /// What came out.
        composed: Latest<Composed>,
    },
    /// The messages of a sample of the recipients were made.
    Surveyed {
        generation: Generation,
        /// What came out.
        surveyed: Latest<Surveyed>,
    },
    /// The message of every campaign was made.
    CampaignsChecked {
        generation: Generation,
        /// The worst that is wrong with each.
        found: BTreeMap<String, Severity>,
    },
    /// The store was read.
    PeopleLoaded(Result<People, String>),
    /// Profiles were found.
    ProfilesFound {
        generation: Generation,
        /// What was found.
        result: Result<Vec<Arc<Profile>>, String>,
    },
    /// The workspace was read, or why it cannot be.
    WorkspaceRead(Result<Arc<Workspace>, String>),
    /// Files were changed by somebody else.
    FilesChanged,
    /// Drafts that a crash left.
    DraftsFound(Vec<Draft>),
    /// A draft could not be written.
    DraftFailed(String),
    /// A body was saved, or not.
    BodySaved {
        /// The campaign.
        stem: String,
        /// Which edit was saved.
        version: u64,
        /// The file's new content, or why it was not saved.
        result: Result<Fingerprint, SaveFailure>,
    },
    /// The folder was changed, or not.
    Changed {
        /// What was done, in words, and what to open then.
        result: Result<Done, String>,
        /// The workspace afterwards.
        workspace: Result<Arc<Workspace>, String>,
    },
    /// The request of a test was made.
    TestPrepared {
        generation: Generation,
        /// What would be sent.
        composed: Latest<Composed>,
    },
    /// The private folder is this workspace's own now, or why it is not.
    PrivateAdopted(Result<(), String>),
    /// Secrets that are kept for an earlier place or version of the workspace.
    OldSecretsFound(Vec<Movable>),
    /// Such secrets were moved, or not.
    SecretsMoved(Result<String, String>),
    /// Who answers at the webhook's address.
    BotChecked {
        generation: Generation,
        /// The answer.
        status: BotStatus,
    },
    /// What Preview and Test starts from.
    TestsLoaded {
        /// The test chats.
        chats: TestChats,
        /// Earlier tests, newest first.
        history: Vec<TestSend>,
    },
    /// A test was sent, or could not even be made, in words.
    TestAnswered { generation: Generation, result: Result<Box<TestAnswer>, String> },
    /// A chat was captured, or not.
    ChatCaptured {
        generation: Generation,
        /// The chat, or why there is none.
        result: Result<CapturedChat, String>,
    },
    /// `$EDITOR` is done.
    EditedExternally {
        /// The campaign.
        stem: String,
        /// The new body, or why there is none.
        result: Result<String, String>,
    },
    /// The body was converted to each parse mode.
    ModesCompared { generation: Generation, compared: Latest<Compared> },
    /// Text was put on the clipboard, or not.
    Copied(Result<(), String>),
    /// The grammar of the body is there.
    GrammarLoaded(Latest<Arc<Grammar>>),
    /// The grammars of the code in messages are there.
    CodeGrammarsLoaded(Latest<Arc<CodeGrammars>>),
    /// A time has come.
    Due(Timer),
    /// A task panicked; whatever waits for its answer waits no more.
    Fault {
        /// What was being done.
        work: Work,
        /// Where and why.
        fault: Fault,
    },
}

/// Why a body was not saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveFailure {
    /// Somebody else changed the file meanwhile.
    ChangedOnDisk,
    /// The file could not be written, in words.
    Refused(String),
}

/// What a change of the folder did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// In words, for the footer.
    pub words: String,
    /// The campaign to open now.
    pub open: Option<String>,
    /// Whether one goes on by typing in its body.
    pub enters: bool,
    /// A stem that is now another one.
    pub renamed: Option<(String, String)>,
}
