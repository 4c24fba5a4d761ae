//! What the state asks the world for, as data. The executor does it and answers with a message.

use std::time::Duration;

use crate::campaign::{Campaign, Webhook};
use crate::secrets::Movable;
use crate::service::{Job, TestSend, WebhookInUse};
use crate::telegram::ParseMode;
use crate::text::Position;
use crate::ui::shared::action::Action;
use crate::ui::shared::request::Generation;
use crate::workspace::{self, CampaignFiles, Fingerprint};

/// One thing to be done outside the state. Each kind has one owner.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Done by the loop: the terminal and the time are its own.
    Loop(LoopEffect),
    /// Written by the executor's journal, in the order in which it was asked for, also on the way out.
    Journal(Entry),
    /// Done by the executor while the console goes on; answered by a message.
    Task(Task),
}

#[derive(Debug, Clone, PartialEq)]
pub enum LoopEffect {
    /// Put text on the clipboard by the terminal.
    Copy(String),
    /// Edit a body in `$EDITOR`; the terminal is the editor's meanwhile.
    OpenEditor(ExternalEdit),
    After(Timer),
    /// Give the terminal back and stop until the shell goes on.
    Suspend,
    Quit,
}

/// What is written or forgotten in order, so that no draft overtakes a later save.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    WriteDraft {
        stem: String,
        text: String,
        base: Fingerprint,
    },
    /// Forget the draft of a body, by the campaign's stem.
    DiscardDraft(String),
    SaveBody {
        stem: String,
        text: String,
        /// The edit it stands for, by which the buffer knows what was saved.
        version: u64,
        /// The file as we know it; any other content is not overwritten. `None` overwrites whatever is there.
        expected: Option<Fingerprint>,
    },
}

/// What goes on beside the console. A generation comes back with the answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// Make the message; of several that wait only the latest is made.
    Compose(Generation, Box<Job>),
    /// Make the messages of a sample of the recipients, unless a newer message is asked for meanwhile.
    Survey(Generation, Box<Job>),
    CheckCampaigns(Generation, Vec<Job>),
    /// Read the vocabulary, and the profile with this identity, else the first test profile.
    LoadPeople(Option<String>),
    FindProfiles(Generation, String),
    Reload,
    Watch,
    FindDrafts,
    Change(Change),
    CheckBot(Generation, Box<WebhookInUse>),
    AdoptPrivate,
    /// Look for values of these secrets that are kept for an earlier place or version of the workspace.
    FindOldSecrets(Vec<String>),
    /// Move such values to this workspace, or not; they are not offered again.
    DecideSecrets {
        found: Vec<Movable>,
        moves: bool,
    },
    /// Trust a webhook as it is now, then ask who answers at its address.
    Trust(Generation, Box<WebhookInUse>),
    /// Read what the dialog of Preview and Test needs: test chats and history.
    LoadTests,
    PrepareTest(Generation, Box<Job>),
    CompareModes(Generation, Box<Job>),
    /// Remember a test chat, by the name it is to have, else as it is.
    RememberChat {
        name: Option<String>,
        chat: String,
    },
    SendTest(Generation, Box<TestSend>),
    /// Send an earlier test again, as its campaign is now.
    Resend(Generation, Box<workspace::TestSend>),
    LoadGrammar(Option<ParseMode>),
    LoadCodeGrammars,
    /// Wait for a message to the webhook's bot and keep its chat.
    Capture(Generation, Box<WebhookInUse>),
    StopCapture,
    CopyByCommand {
        command: Vec<String>,
        text: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    Act(Action),
    SaveAndQuit,
    /// Leave; what is not saved is forgotten.
    QuitUnsaved,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ExternalEdit {
    pub stem: String,
    pub text: String,
    pub ending: String,
    pub position: Position,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timer {
    Draft(String),
    /// Making the message of a body that ends in what may become a trigger; the number of the last composition.
    Compose(Generation),
    /// Trying the body on a sample of the recipients; the number of the composition it stands for.
    Survey(Generation),
    /// Opening the picker in a large body, behind the key that may open it; the text's version.
    Pick(u64),
    /// Telling what waited while one typed; the version behind the last key.
    Rest(u64),
    Highlight,
}

impl Timer {
    pub fn delay(&self) -> Duration {
        Duration::from_millis(match self {
            // Within the second that is promised.
            Timer::Draft(_) => 600,
            Timer::Compose(_) | Timer::Rest(_) => 400,
            Timer::Survey(_) => 250,
            // As soon as the key is painted.
            Timer::Pick(_) => 0,
            Timer::Highlight => 1,
        })
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    NewCampaign {
        campaign: Box<Campaign>,
        body: String,
    },
    SaveCampaign {
        stem: String,
        campaign: Box<Campaign>,
        expected: Fingerprint,
    },
    DuplicateCampaign {
        stem: String,
        name: String,
    },
    /// A new name, and file names made of it.
    RenameCampaign {
        stem: String,
        name: String,
    },
    /// A campaign whose files somebody else has deleted, as it was, with its body as it is now.
    RemakeCampaign {
        /// The files as they were; those that are gone are absent.
        campaign: Box<CampaignFiles>,
        body: String,
    },
    /// Into the trash of the workspace.
    DeleteCampaign(String),
    NewWebhook {
        webhook: Box<Webhook>,
        /// The campaign that has none yet and takes it.
        taker: Option<String>,
    },
    /// A webhook's settings; a real token in its address moves to the secret store.
    SaveWebhook {
        stem: String,
        webhook: Box<Webhook>,
        expected: Fingerprint,
    },
    DuplicateWebhook {
        stem: String,
        name: String,
    },
    /// A new name, and a file name made of it, which campaigns follow.
    RenameWebhook {
        stem: String,
        name: String,
    },
    /// Into the trash of the workspace.
    DeleteWebhook(String),
    /// What was put into the trash last comes back.
    UndoDelete,
}
