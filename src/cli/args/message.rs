//! `telecast render`, `telecast check` and `telecast test`: the commands around one campaign's message.

use clap::ValueEnum;

use super::format::Format;
use super::source::Source;

const RENDER_EXAMPLES: &str = "\
Examples:
  telecast render spring-sale --profile anna
  telecast render spring-sale --profile-json - --as message <anna.json
  telecast render order-note --event-json samples/charged.json
  telecast render spring-sale --as curl          a command with \"${BOT_TOKEN}\" in it, ready to paste";

/// `telecast render`
#[derive(Debug, clap::Args)]
#[command(after_help = RENDER_EXAMPLES)]
pub struct RenderCampaign {
    /// The campaign: the name of its files, or a path
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,

    #[command(flatten)]
    pub whose: Whose,

    /// What to print
    #[arg(long = "as", value_enum, default_value_t = RenderAs::Body, value_name = "FORM")]
    pub form: RenderAs,

    #[command(flatten)]
    pub deny: Deny,

    #[command(flatten)]
    pub format: Format,
}

/// What `render` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RenderAs {
    /// The rendered body, byte for byte
    Body,
    /// The HTTP request, tokens masked
    Request,
    /// A curl command that sends it, tokens by name
    Curl,
    /// The message as a recipient reads it
    Message,
}

/// For whom, and with which event, a campaign is rendered.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Whose {
    /// Render for this profile of the store; the first test profile where none is given
    #[arg(long, value_name = "ID")]
    pub profile: Option<String>,

    /// Render for the profile in this file, or on stdin for `-`: an object of properties, or CleverTap's
    /// {"identity": …, "profileData": {…}}
    #[arg(long, value_name = "FILE|-", conflicts_with = "profile")]
    pub profile_json: Option<Source>,

    /// Render with the event in this file, or on stdin for `-`: {"Event": {…}, "ExternalTrigger": {…}}, or an object
    /// that is the Event
    #[arg(long, value_name = "FILE|-")]
    pub event_json: Option<Source>,
}

/// Which problems, beside errors, make a command end with 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::Args)]
pub struct Deny {
    /// End with 1 on warnings too
    #[arg(long = "deny", value_enum, value_name = "WHAT")]
    what: Option<Denied>,
}

/// The one thing that can be denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Denied {
    /// Warnings
    Warnings,
}

impl Deny {
    pub fn warnings(self) -> bool {
        self.what.is_some()
    }
}

const CHECK_EXAMPLES: &str = "\
Problems are printed as file:line:column: severity[code]: message. The recipient is the first test profile; where
there is none, nobody in particular.

Examples:
  telecast check                      every campaign and webhook
  telecast check spring-sale --fix    apply the fixes that are safe
  telecast check --deny warnings      for CI";

/// `telecast check`
#[derive(Debug, clap::Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub struct Check {
    /// The campaigns; all of them, and the webhooks, where none is given
    #[arg(value_name = "CAMPAIGN")]
    pub campaigns: Vec<String>,

    /// Apply the fixes that are safe, then check again
    #[arg(long)]
    pub fix: bool,

    #[command(flatten)]
    pub deny: Deny,

    #[command(flatten)]
    pub format: Format,
}

const TEST_EXAMPLES: &str = "\
The message reaches CHAT or nobody: the body's own chat_id is replaced, and a request that names
another destination is not sent. Test chats with names are in .telecast/test-chats.toml.

Examples:
  telecast test spring-sale --to me
  telecast test spring-sale --to 123456789 --profile anna
  telecast test order-note --as-is                  a webhook that is no bot: sent exactly as rendered";

/// `telecast test`
#[derive(Debug, clap::Args)]
#[command(after_help = TEST_EXAMPLES)]
pub struct TestCampaign {
    /// The campaign: the name of its files, or a path
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,

    /// The test chat: a chat id, an @name, or a name in test-chats.toml
    #[arg(long, value_name = "CHAT", required_unless_present = "as_is", allow_negative_numbers = true)]
    pub to: Option<String>,

    /// Send what was rendered, to wherever it says
    #[arg(long, conflicts_with = "to")]
    pub as_is: bool,

    #[command(flatten)]
    pub whose: Whose,

    #[command(flatten)]
    pub format: Format,
}
