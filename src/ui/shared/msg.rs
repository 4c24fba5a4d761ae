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
use crate::ui::widget::Input;
use crate::workspace::{Draft, Fingerprint, TestChats, TestSend, Workspace};

#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    Input(Input),
    Composed(Generation, Latest<Composed>),
    Surveyed(Generation, Latest<Surveyed>),
    CampaignsChecked(Generation, BTreeMap<String, Severity>),
    PeopleLoaded(Result<People, String>),
    ProfilesFound(Generation, Result<Vec<Arc<Profile>>, String>),
    WorkspaceRead(Result<Arc<Workspace>, String>),
    FilesChanged,
    DraftsFound(Vec<Draft>),
    DraftFailed(String),
    BodySaved {
        stem: String,
        version: u64,
        result: Result<Fingerprint, SaveFailure>,
    },
    Changed {
        result: Result<Done, String>,
        workspace: Result<Arc<Workspace>, String>,
    },
    TestPrepared(Generation, Latest<Composed>),
    PrivateAdopted(Result<(), String>),
    OldSecretsFound(Vec<Movable>),
    SecretsMoved(Result<String, String>),
    BotChecked(Generation, BotStatus),
    TestsLoaded {
        chats: TestChats,
        history: Vec<TestSend>,
    },
    /// A test was sent, or could not even be made, in words.
    TestAnswered(Generation, Result<Box<TestAnswer>, String>),
    ChatCaptured(Generation, Result<CapturedChat, String>),
    EditedExternally {
        stem: String,
        result: Result<String, String>,
    },
    ModesCompared(Generation, Latest<Compared>),
    Copied(Result<(), String>),
    GrammarLoaded(Latest<Arc<Grammar>>),
    CodeGrammarsLoaded(Latest<Arc<CodeGrammars>>),
    Due(Timer),
    /// A task panicked; whatever waits for its answer waits no more.
    Fault {
        work: Work,
        fault: Fault,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveFailure {
    ChangedOnDisk,
    Refused(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub words: String,
    pub open: Option<String>,
    /// Whether one goes on by typing in its body.
    pub enters: bool,
    /// A stem that is now another one.
    pub renamed: Option<(String, String)>,
}
