//! Messages: everything that can happen to the console, as data that can be logged, compared, and replayed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::capture::CapturedChat;
use crate::compose::Composed;
use crate::diagnostic::Severity;
use crate::profile::Profile;
use crate::secrets::MovableSecret;
use crate::service::{
    BotStatus, ConnectedBot, ModePreviews, ProfileContext, ProfileEdited, SurveyResult, TestResult,
};
use crate::settings::ThemeName;
use crate::ui::editor::highlight::{CodeGrammars, Grammar};
use crate::ui::shared::action::Action;
use crate::ui::shared::copy_job::CopyJob;
use crate::ui::shared::effect::Timer;
use crate::ui::shared::fault::{CaughtPanic, Work};
use crate::ui::shared::ptr_eq::PtrEq;
use crate::ui::shared::query::Generation;
use crate::ui::widget::{Input, Rgb};
use crate::workspace::{CampaignDraft, Fingerprint, TestChats, TestSendRecord, Trashed, Workspace};

#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    Input(Input),
    Composed(Generation, PtrEq<Composed>),
    Surveyed(Generation, PtrEq<SurveyResult>),
    CampaignsChecked(Generation, BTreeMap<String, Severity>),
    PeopleLoaded(Result<ProfileContext, String>),
    ProfilesFound(Generation, Result<Vec<Arc<Profile>>, String>),
    ProfileEdited(Generation, Result<Box<ProfileEdited>, String>),
    WorkspaceRead(Result<Arc<Workspace>, String>),
    FilesChanged,
    DraftsFound(Vec<CampaignDraft>),
    DraftFailed(String),
    BodySaved {
        stem: String,
        version: u64,
        result: Result<Fingerprint, SaveFailure>,
    },
    Changed {
        /// The generation of the [`Task::Submit`](super::Task::Submit) that asked for the change, if one did.
        submission: Option<Generation>,
        result: Result<Box<ChangeOutcome>, String>,
        workspace: Result<Arc<Workspace>, String>,
    },
    TrashListed(Generation, Vec<Trashed>),
    TestPrepared(Generation, PtrEq<Composed>),
    ComposedAgain(Generation, Result<PtrEq<Composed>, String>),
    PrivateAdopted(Result<(), String>),
    OldSecretsFound(Vec<MovableSecret>),
    SecretsMoved(Result<String, String>),
    BotChecked(Generation, BotStatus),
    BotConnected(Generation, Result<ConnectedBot, ConnectFailure>),
    TestsLoaded {
        chats: TestChats,
        history: Vec<TestSendRecord>,
    },
    /// The result of a test, or the reason why its message could not be composed.
    TestAnswered(Generation, Result<Box<TestResult>, String>),
    ChatCaptured(Generation, Result<CapturedChat, String>),
    EditedExternally {
        stem: String,
        result: Result<String, String>,
    },
    ModesCompared(Generation, PtrEq<ModePreviews>),
    ThemeSaved(ThemeName, Result<(), String>),
    /// How commands have copied a text, such as `with xclip`, or why all of them failed.
    Copied(CopyJob, Result<String, String>),
    GrammarLoaded(PtrEq<Arc<Grammar>>),
    CodeGrammarsLoaded(PtrEq<Arc<CodeGrammars>>),
    /// The terminal reports the color of its background.
    BackgroundReported(Rgb),
    Due(Timer),
    /// A task or a thread in the background panicked. The screens stop waiting for the result of this work.
    Fault {
        work: Work,
        fault: CaughtPanic,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveFailure {
    ChangedOnDisk,
    Refused(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectFailure {
    pub message: String,
    /// Whether the server did not answer, so that the user may go on without the check.
    pub is_unreachable: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeOutcome {
    pub message: String,
    /// An action that the user may want next, and what it does, as the end of a sentence that begins with its key.
    pub next: Option<(Action, &'static str)>,
    /// The stem of the campaign to open.
    pub open: Option<String>,
    /// Whether the focus moves to the body.
    pub focuses_body: bool,
    /// The old and the new stem of a rename.
    pub renamed: Option<(String, String)>,
    /// The stem of the webhook that was saved.
    pub saved_webhook: Option<String>,
    /// The stem of the webhook that was created.
    pub new_webhook: Option<String>,
    /// The stem of a campaign that was deleted.
    pub deleted: Option<String>,
    /// The unsaved edits of a campaign that was restored.
    pub draft: Option<CampaignDraft>,
}
