//! What can be typed behind `telecast`: the types that clap fills, one for each command.
//!
//! The doc comments are the help. Every command that answers something takes [`Format`].

mod campaigns;
mod clevertap;
mod convert;
mod debug;
mod format;
mod message;
mod people;
mod sandbox;
mod secrets;
mod source;
mod trust;
mod webhooks;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use campaigns::{CampaignsCommand, NewCampaign, RemoveCampaign, RenameCampaign, Starter};
pub use clevertap::{ExportCampaign, ExportCommand, ImportBody, ImportCommand};
pub use convert::{ConvertCampaign, ModeArg};
pub use debug::{DebugCommand, MarkupArg, ParseEntities, Stage};
pub use format::Format;
pub use message::{Check, Deny, RenderAs, RenderCampaign, TestCampaign, Whose};
pub use people::{ImportProfiles, ListProfiles, ProfilesCommand, Property, SetProfile};
pub use sandbox::ServeSandbox;
pub use secrets::{ChangeSecret, SecretsCommand};
pub use source::Source;
pub use trust::Trust;
pub use webhooks::{NewWebhook, WebhooksCommand};

const EXAMPLES: &str = "\
Examples:
  telecast demo                              the sample workspace, ready to type in
  telecast init shop                         a workspace of your own
  telecast                                   the console on the workspace around you
  telecast check --deny warnings             every problem of every campaign, for CI
  telecast render spring-sale --profile anna what Anna would get
  telecast test spring-sale --to me          send it to a test chat

Exit codes: 0 done, 1 problems found or something failed, 2 wrong usage, 3 the environment (no workspace,
no permission, a held lock, no network), 130 interrupted";

/// Write, preview and test-send Telegram campaigns
///
/// Without a command it opens the console on the workspace: --workspace, else TELECAST_WORKSPACE, else the nearest
/// parent folder with a telecast.toml, else the one in the user's data directory.
#[derive(Debug, Parser)]
#[command(name = "telecast", version, after_help = EXAMPLES, max_term_width = 110)]
pub struct Args {
    /// Work on the workspace in this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub workspace: Option<PathBuf>,

    /// What to do; the console where it is left out.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Everything the console does, for scripts and CI.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the sample workspace against its own sandbox
    ///
    /// The files are copied to a folder of your own. It goes on in the last one, unless --fresh is given.
    Demo(Demo),
    /// Make a new workspace
    Init(Init),
    /// Print what a recipient would get
    Render(RenderCampaign),
    /// Print the problems of campaigns and webhooks
    Check(Check),
    /// Send a campaign to a test chat
    Test(TestCampaign),
    /// Rewrite a campaign's markup for another parse mode
    Convert(ConvertCampaign),
    /// Take a campaign over from another tool
    #[command(subcommand)]
    Import(ImportCommand),
    /// Hand a campaign over to another tool
    #[command(subcommand)]
    Export(ExportCommand),
    /// List, make, rename and remove campaigns
    #[command(subcommand)]
    Campaigns(CampaignsCommand),
    /// List, make, check and remove webhooks
    #[command(subcommand)]
    Webhooks(WebhooksCommand),
    /// Say what each webhook may send where
    Trust(Trust),
    /// Store, list and remove bot tokens and other secrets
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Import, show and change the people that messages are made for
    #[command(subcommand)]
    Profiles(ProfilesCommand),
    /// Print every place where telecast keeps something
    Paths(Format),
    /// Serve a Bot API on loopback that answers as Telegram does
    Sandbox(ServeSandbox),
    /// Look at what happens inside
    #[command(subcommand)]
    Debug(DebugCommand),
}

/// `telecast demo`
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Put the workspace into this folder, or go on in it
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,

    /// Begin anew instead of going on in the last folder
    #[arg(long)]
    pub fresh: bool,
}

const INIT_EXAMPLES: &str = "\
Examples:
  telecast init shop              an empty workspace in ./shop
  telecast init shop --sample     the sample workspace of `telecast demo`, with its profiles";

/// `telecast init`
#[derive(Debug, clap::Args)]
#[command(after_help = INIT_EXAMPLES)]
pub struct Init {
    /// The folder; it is made where it is missing
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,

    /// Fill it with the sample campaigns, webhooks and profiles
    #[arg(long)]
    pub sample: bool,

    #[command(flatten)]
    pub format: Format,
}

#[cfg(test)]
mod tests;
