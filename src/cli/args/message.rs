//! The arguments of `telecast render`, `telecast check`, and `telecast test`.

use clap::{ArgGroup, ValueEnum};

use super::format::Format;
use super::source::InputSource;

const RENDER_EXAMPLES: &str = "\
Examples:
  telecast render spring-sale --profile anna
  telecast render spring-sale --profile-json - --as message <anna.json
  telecast render order-note --event-json samples/charged.json
  telecast render spring-sale --as curl   print a curl command that sends the request";

/// `telecast render`
#[derive(Debug, clap::Args)]
#[command(after_help = RENDER_EXAMPLES)]
pub(crate) struct RenderCampaign {
    /// The campaign: the name of its files, or a path
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,

    #[command(flatten)]
    pub recipient: RecipientArgs,

    /// The form to print
    #[arg(long = "as", value_enum, default_value_t = RenderAs::Body, value_name = "FORM")]
    pub form: RenderAs,

    #[command(flatten)]
    pub deny: Deny,

    #[command(flatten)]
    pub format: Format,
}

/// What `render` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RenderAs {
    /// The rendered body, byte for byte
    Body,
    /// The HTTP request, with tokens masked
    Request,
    /// A curl command that sends the request, with ${NAME} in place of each secret
    Curl,
    /// The message as the recipient reads it
    Message,
}

/// The recipient and the event that a campaign is rendered for.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(group(ArgGroup::new("recipient").args(["profile", "profile_json"])))]
pub(crate) struct RecipientArgs {
    /// Render for this profile of the store; by default the first test profile
    // `requires` never rejects anything: `--profile` and `--profile-json` belong to the group that they require, so
    // each option meets its own requirement. `requires` is here only so that clap shows both options in the usage line
    // of an error.
    #[arg(long, value_name = "ID", requires = "recipient")]
    pub profile: Option<String>,

    /// Render for the profile in this file, or on stdin for `-`: a JSON object of properties, or CleverTap's
    /// {"identity": …, "profileData": {…}}
    #[arg(long, value_name = "FILE|-", requires = "recipient")]
    pub profile_json: Option<InputSource>,

    /// Render with the event in this file, or on stdin for `-`: {"Event": {…}, "ExternalTrigger": {…}}, or the Event
    /// object alone
    #[arg(long, value_name = "FILE|-")]
    pub event_json: Option<InputSource>,
}

/// The problems, besides errors, that make a command exit with 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::Args)]
pub(crate) struct Deny {
    /// Exit with 1 on warnings too
    #[arg(long = "deny", value_enum, value_name = "WHAT")]
    what: Option<Denied>,
}

/// The value of `--deny`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Denied {
    /// A warning counts like an error
    Warnings,
}

impl Deny {
    pub(crate) fn warnings(self) -> bool {
        self.what.is_some()
    }
}

const CHECK_EXAMPLES: &str = "\
Problems are printed as file:line:column: severity[code]: message. The campaigns are checked for the first \
test profile, if there is one.

Examples:
  telecast check                      every campaign and webhook
  telecast check spring-sale --fix    apply the fixes that are safe
  telecast check --deny warnings      for CI";

/// `telecast check`
#[derive(Debug, clap::Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct Check {
    /// The campaigns; by default all campaigns and webhooks
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
The message goes to CHAT only: the body's own chat_id is replaced, and a request that names another \
destination is not sent. Named test chats are in .telecast/test-chats.toml.

Examples:
  telecast test spring-sale --to me
  telecast test spring-sale --to 123456789 --profile anna
  telecast test spring-sale --to me --sandbox
  telecast test order-note --as-is   for a webhook that is not a bot";

/// `telecast test`
#[derive(Debug, clap::Args)]
#[command(after_help = TEST_EXAMPLES)]
#[command(group(ArgGroup::new("destination").args(["to", "as_is"]).required(true)))]
pub(crate) struct TestCampaign {
    /// The campaign: the name of its files, or a path
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,

    /// The test chat: a chat id, an @name, or a name in test-chats.toml
    #[arg(long, value_name = "CHAT", allow_negative_numbers = true)]
    pub to: Option<String>,

    /// Instead of using --to, send exactly what was rendered, to the chat that the body names
    #[arg(long)]
    pub as_is: bool,

    /// Send to the workspace's own sandbox instead of the webhook's server; nothing leaves this machine
    #[arg(long, conflicts_with = "as_is")]
    pub sandbox: bool,

    #[command(flatten)]
    pub recipient: RecipientArgs,

    #[command(flatten)]
    pub format: Format,
}
