//! Effects: what the console wants done outside its own state (for example, saving a file), as data. The runtime
//! carries out the effects and reports the results as messages.

use std::time::Duration;

use crate::campaign::{Campaign, Webhook};
use crate::capture::CapturedChat;
use crate::secrets::MovableSecret;
use crate::service::{MessageJob, NewBot, ProfileEdit, RepeatedTest, TestJob, WebhookInUse};
use crate::settings::ThemeName;
use crate::state::LastView;
use crate::telegram::ParseMode;
use crate::text::LineColumn;
use crate::ui::shared::action::Action;
use crate::ui::shared::copy_job::CopyJob;
use crate::ui::shared::query::Generation;
use crate::ui::widget::PickerRow;
use crate::workspace::{CampaignFiles, Fingerprint};

/// One effect. Each variant is carried out by exactly one part of the runtime.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Done by the event loop, which owns the terminal and the timers.
    Loop(LoopEffect),
    /// Done by the executor, even while the console exits. Journal entries are done one after the other, in the order
    /// of the effects.
    Journal(JournalEntry),
    /// Done by the executor in the background; the result is a message.
    Task(Task),
}

#[derive(Debug, Clone, PartialEq)]
pub enum LoopEffect {
    /// Copy text to the clipboard with a terminal sequence.
    Copy(String),
    /// Edit a body in `$EDITOR`, which has the terminal until it exits.
    OpenEditor(ExternalEdit),
    After(Timer),
    /// Restore the terminal and stop the process until the shell continues it.
    Suspend,
    Quit,
}

/// A change of a body's file or of its draft, of what the next console shows first, or of the theme. All entries are
/// carried out in the order in which they were created, so that an older text never replaces a newer one.
#[derive(Debug, Clone, PartialEq)]
pub enum JournalEntry {
    WriteDraft {
        stem: String,
        text: String,
        base: Fingerprint,
    },
    /// Delete the draft of a body, by the campaign's stem.
    DiscardDraft(String),
    /// Write the theme to the user's settings.
    SaveTheme(ThemeName),
    /// Remember what the console shows, for the next start.
    RememberView(LastView),
    SaveBody {
        stem: String,
        text: String,
        /// The version of the text. The result contains the same version, so that the buffer knows which edits are
        /// saved.
        version: u64,
        /// The file's fingerprint when it was last read; a file with any other content is not overwritten. `None`
        /// overwrites any content.
        expected: Option<Fingerprint>,
    },
}

/// A background task. If it has a generation, its result has the same generation.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// Compose the preview's message. Only the latest of several waiting jobs is done.
    Compose(Generation, Box<MessageJob>),
    /// Compose the messages of a sample of recipients. A newer `Compose` or `Survey` stops this task.
    Survey(Generation, Box<MessageJob>),
    CheckCampaigns(Generation, Vec<MessageJob>),
    /// Read the vocabulary and the profile with this identity. If there is no such profile, read the first test
    /// profile. If there are no test profiles, read the first profile.
    LoadPeople(Option<String>),
    /// Search for profiles with this text. Only the latest of several waiting searches is done.
    FindProfiles(Generation, String),
    /// Change a profile, then read the vocabulary and the preview's profile again. The preview's profile is the changed
    /// one. After a deletion, it is the profile with the identity `preferred`, as in `LoadPeople`.
    EditProfile {
        generation: Generation,
        edit: Box<ProfileEdit>,
        preferred: Option<String>,
    },
    Reload,
    Watch,
    FindDrafts,
    Change(WorkspaceChange),
    /// Like `Change`, for a dialog that stays open until the change is done.
    Submit(Generation, WorkspaceChange),
    ListTrash(Generation),
    CheckBot(Generation, Box<WebhookInUse>),
    AdoptPrivate,
    /// Look for values of these secrets that are stored under an earlier path of the workspace, or that an earlier
    /// version of telecast has stored.
    FindOldSecrets(Vec<String>),
    /// Move the found values to this workspace if `moves` is true. Either way, they are not offered again.
    DecideSecrets {
        found: Vec<MovableSecret>,
        moves: bool,
    },
    /// Trust a webhook as it is now, then ask its bot for its name.
    Trust(Generation, Box<WebhookInUse>),
    /// Read the test chats and the history for the Preview and Test dialog.
    LoadTests,
    PrepareTest(Generation, Box<MessageJob>),
    CompareModes(Generation, Box<MessageJob>),
    /// Save a test chat under `name`. Without a name, only remember it as the last chat used.
    RememberChat {
        name: Option<String>,
        chat: String,
    },
    SendTest(Generation, Box<TestJob>),
    ConnectBot(Generation, Box<NewBot>),
    /// Add a test profile with this chat, and preview the message for it.
    AddTestProfile(Box<CapturedChat>),
    /// Send an earlier test again, with the campaign as it is now.
    Resend(Generation, Box<RepeatedTest>),
    /// Compose the request that `Resend` would send.
    ComposeAgain(Generation, Box<RepeatedTest>),
    LoadGrammar(Option<ParseMode>),
    LoadCodeGrammars,
    /// Wait for a message to the webhook's bot and save its chat.
    Capture(Generation, Box<WebhookInUse>),
    StopCapture,
    /// Let a made-up user write to the webhook's bot, which must be in a sandbox. If that fails, the capture of this
    /// generation ends with the error.
    SimulateMessage(Generation, Box<WebhookInUse>),
    /// Copy a text with commands, after all earlier texts.
    Copy(CopyJob),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppCommand {
    Act(Action),
    /// Show these rows in the palette, below its own rows. If the palette is closed, they are dropped.
    ShowFound(Vec<PickerRow>),
    SaveAndQuit,
    /// Quit; unsaved text and its drafts are discarded.
    QuitUnsaved,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ExternalEdit {
    pub stem: String,
    pub text: String,
    /// The end of the file's name after the stem, such as `.json.liquid`.
    pub ending: String,
    pub position: LineColumn,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timer {
    Draft(String),
    /// Compose the message after a short delay. Without the delay, an error would flash while the user types a trigger
    /// such as `<<` or `{{`, because an unfinished trigger is an error. Holds the generation of the latest composition.
    Compose(Generation),
    /// Compose the messages of a sample of recipients. Holds the generation of the composition that the sample belongs
    /// to.
    Survey(Generation),
    /// Open the completion picker in a large body, after the key that opens it has been drawn. Holds the text's
    /// version.
    OpenPicker(u64),
    /// Show problems that were held back while the user typed. Holds the text's version after the last key.
    TypingPaused(u64),
    Highlight,
    /// Remember the open campaign and the profile, for the next start.
    RememberView,
}

impl Timer {
    pub fn delay(&self) -> Duration {
        Duration::from_millis(match self {
            // A draft must be on disk within a second of the edit. The rest of the second is for writing it.
            Timer::Draft(_) => 600,
            Timer::Compose(_) | Timer::TypingPaused(_) => 400,
            Timer::Survey(_) => 250,
            // The user may be stepping through a list, so the file is not written at once.
            Timer::RememberView => 1_000,
            // Even with a delay of 0, the key is drawn first, because the event loop handles timers after input.
            Timer::OpenPicker(_) => 0,
            // A long text is highlighted in steps, and the loop handles keys between two steps.
            Timer::Highlight => 1,
        })
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum WorkspaceChange {
    NewCampaign {
        campaign: Box<Campaign>,
        body: String,
        /// A webhook to create first, which the campaign will use.
        webhook: Option<Box<Webhook>>,
    },
    /// Change the workspace's name in telecast.toml. The folder keeps its name.
    NameWorkspace(String),
    SaveCampaign {
        stem: String,
        campaign: Box<Campaign>,
        expected: Fingerprint,
    },
    DuplicateCampaign {
        stem: String,
        name: String,
    },
    /// Change the name of a campaign, and its file names, which are derived from the name.
    RenameCampaign {
        stem: String,
        name: String,
    },
    /// Create a campaign's deleted files again. The body gets the text that is in the editor.
    RemakeCampaign {
        /// The campaign's files as last read from disk. A deleted file has the fingerprint `Absent`.
        campaign: Box<CampaignFiles>,
        body: String,
    },
    /// Move a campaign to the trash of the workspace.
    DeleteCampaign(String),
    NewWebhook {
        webhook: Box<Webhook>,
        /// The stem of a campaign that has no webhook yet and will use the new one.
        assign_to: Option<String>,
    },
    /// Save a webhook's settings. A literal bot token in its URL is moved to the secret store.
    SaveWebhook {
        stem: String,
        webhook: Box<Webhook>,
        expected: Fingerprint,
    },
    DuplicateWebhook {
        stem: String,
        name: String,
    },
    /// Change the name of a webhook, and its file name, which is derived from the name. Campaigns that use the webhook
    /// are updated.
    RenameWebhook {
        stem: String,
        name: String,
    },
    /// Move a webhook to the trash of the workspace.
    DeleteWebhook(String),
    /// Restore what was deleted last, in this session or before.
    UndoDelete,
    /// Restore the entry of the trash with this id.
    Restore(String),
}
