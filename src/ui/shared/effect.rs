//! What the state asks the world for, as data. The executor does it and answers with a message.

use crate::campaign::{Campaign, Webhook};
use crate::secrets::Movable;
use crate::service::{Job, TestSend, WebhookInUse};
use crate::telegram::ParseMode;
use crate::text::Position;
use crate::ui::shared::action::Action;
use crate::workspace::{self, CampaignFiles, Fingerprint};

/// One thing to be done outside the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Nothing after all.
    Nothing,
    /// Make the message; answered by `Msg::Composed` with the number.
    Compose {
        /// By which a stale answer is known.
        number: u64,
        /// What it is made of.
        job: Box<Job>,
    },
    /// Make the messages of a sample of the recipients; answered by `Msg::Surveyed`, unless a newer message is asked
    /// for meanwhile.
    Survey {
        /// By which a stale answer is known: the number of the composition it stands for.
        number: u64,
        /// What the messages are made of.
        job: Box<Job>,
    },
    /// Make the message of every campaign; answered by `Msg::CampaignsChecked`.
    CheckCampaigns {
        /// By which a stale answer is known.
        number: u64,
        /// What each message is made of.
        jobs: Vec<Job>,
    },
    /// Read the store: the vocabulary, and the profile with this identity, else the first test profile.
    LoadPeople {
        /// Whom to choose.
        profile: Option<String>,
    },
    /// Look for profiles; answered by `Msg::ProfilesFound`.
    FindProfiles {
        /// By which a stale answer is known.
        number: u64,
        /// What to look for.
        search: String,
    },
    /// Read the workspace's files again.
    Reload,
    /// Tell of changes made outside from now on.
    Watch,
    /// Look for drafts that a crash left.
    FindDrafts,
    /// Journal an unsaved body.
    WriteDraft {
        /// The campaign.
        stem: String,
        /// Its body.
        text: String,
        /// What the body was based on.
        base: Fingerprint,
    },
    /// Forget the draft of a body.
    DiscardDraft(String),
    /// Save a body.
    SaveBody {
        /// The campaign.
        stem: String,
        /// The body.
        text: String,
        /// The edit it stands for, by which the buffer knows what was saved.
        version: u64,
        /// The file as we know it; any other content is not overwritten. `None` overwrites whatever is there.
        expected: Option<Fingerprint>,
    },
    /// Change something in the workspace's folder; answered by `Msg::Changed`.
    Change(Change),
    /// Ask who answers at a webhook's address.
    CheckBot {
        /// By which a stale answer is known.
        number: u64,
        /// The webhook as typed.
        webhook: Box<WebhookInUse>,
    },
    /// Use the private folder that telecast did not make here.
    AdoptPrivate,
    /// Look for values of these secrets that are kept for an earlier place or version of the workspace.
    FindOldSecrets(Vec<String>),
    /// Move such values to this workspace, or not; they are not offered again.
    DecideSecrets {
        /// Which.
        found: Vec<Movable>,
        /// Whether they are moved.
        moves: bool,
    },
    /// Trust a webhook as it is now, then ask who answers at its address.
    Trust {
        /// By which a stale answer is known.
        number: u64,
        /// The webhook as typed.
        webhook: Box<WebhookInUse>,
    },
    /// Read what the dialog of Preview and Test needs: test chats and history.
    LoadTests,
    /// Make the request of a test.
    PrepareTest {
        /// By which a stale answer is known.
        number: u64,
        /// What is to be sent, and where.
        job: Box<Job>,
    },
    /// Make the message of a column of the comparison.
    Compare {
        /// By which a stale answer is known.
        number: u64,
        /// Which column, from 0.
        column: usize,
        /// The converted body's job.
        job: Box<Job>,
    },
    /// Remember a test chat, by the name it is to have, else as it is.
    RememberChat {
        /// A new name for it.
        name: Option<String>,
        /// A name, id or `@name`.
        chat: String,
    },
    /// Send a test.
    SendTest {
        /// By which a stale answer is known.
        number: u64,
        /// What is sent, and where.
        test: Box<TestSend>,
    },
    /// Send an earlier test again, as its campaign stands now.
    Resend {
        /// By which a stale answer is known.
        number: u64,
        /// The earlier test.
        sent: Box<workspace::TestSend>,
    },
    /// Load the grammar for the markup of a parse mode.
    LoadGrammar(Option<ParseMode>),
    /// Load the grammars of the code in messages.
    LoadCodeGrammars,
    /// Wait for a message to the bot and keep its chat.
    Capture {
        /// By which a stale answer is known.
        number: u64,
        /// The webhook whose bot is asked.
        webhook: Box<WebhookInUse>,
    },
    /// Stop waiting for a message.
    StopCapture,
    /// Put text on the clipboard by the terminal.
    CopyByTerminal(String),
    /// Put text on the clipboard by a command.
    CopyByCommand {
        /// The command and its arguments.
        command: Vec<String>,
        /// The text.
        text: String,
    },
    /// Edit a body in `$EDITOR`.
    OpenEditor(ExternalEdit),
    /// Say when this is due.
    After(Timer),
    /// Do what is the app's to do, and no screen's.
    Ask(Ask),
    /// Give the terminal back and stop until the shell goes on.
    Suspend,
    /// Leave.
    Quit,
}

/// What a screen asks of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Do an action.
    Act(Action),
    /// Save everything, then leave.
    SaveAndQuit,
    /// Leave; what is not saved is forgotten.
    QuitUnsaved,
}

/// A body for `$EDITOR`.
#[derive(Debug, Clone, PartialEq)]
pub struct ExternalEdit {
    /// The campaign.
    pub stem: String,
    /// The body.
    pub text: String,
    /// How the temporary file's name ends.
    pub ending: String,
    /// The cursor.
    pub position: Position,
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timer {
    /// The draft of this campaign's body.
    Draft(String),
    /// Making the message of a body that ends in what may become a trigger; the number of the last composition.
    Compose(u64),
    /// Trying the body on a sample of the recipients; the number of the composition it stands for.
    Survey(u64),
    /// Opening the picker in a large body, behind the key that may open it; the text's version.
    Pick(u64),
    /// Telling what waited while one typed; the version behind the last key.
    Rest(u64),
    /// Telling the highlighter to go on.
    Highlight,
}

/// A change of the workspace's folder.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A new campaign with a body.
    NewCampaign {
        /// What it is called.
        campaign: Box<Campaign>,
        /// Its body.
        body: String,
    },
    /// A campaign's settings.
    SaveCampaign {
        /// Which.
        stem: String,
        /// The new settings.
        campaign: Box<Campaign>,
        /// The file as we know it.
        expected: Fingerprint,
    },
    /// A copy of a campaign under a new name.
    DuplicateCampaign {
        /// Of which.
        stem: String,
        /// The copy's name.
        name: String,
    },
    /// A new name, and file names made of it.
    RenameCampaign {
        /// Which.
        stem: String,
        /// The new name.
        name: String,
    },
    /// A campaign whose files somebody else has deleted, as it was, with its body as it is now.
    RemakeCampaign {
        /// The files as they were; those that are gone are absent.
        campaign: Box<CampaignFiles>,
        /// The body.
        body: String,
    },
    /// Into the trash of the workspace.
    DeleteCampaign(String),
    /// A new webhook.
    NewWebhook {
        /// Its settings.
        webhook: Box<Webhook>,
        /// The campaign that has none yet and takes it.
        taker: Option<String>,
    },
    /// A webhook's settings; a real token in its address moves to the secret store.
    SaveWebhook {
        /// Which.
        stem: String,
        /// The new settings.
        webhook: Box<Webhook>,
        /// The file as we know it.
        expected: Fingerprint,
    },
    /// A copy of a webhook under a new name.
    DuplicateWebhook {
        /// Of which.
        stem: String,
        /// The copy's name.
        name: String,
    },
    /// A new name, and a file name made of it, which campaigns follow.
    RenameWebhook {
        /// Which.
        stem: String,
        /// The new name.
        name: String,
    },
    /// Into the trash of the workspace.
    DeleteWebhook(String),
    /// What was put into the trash last comes back.
    UndoDelete,
}
