//! The arguments of `telecast`: one clap type per command.
//!
//! The doc comments are the `--help` texts. A command takes [`Format`] if its result can be text or JSON.

mod campaigns;
mod clevertap;
mod convert;
mod debug;
mod format;
mod message;
mod people;
mod sandbox;
mod secrets;
mod segments;
mod source;
mod trust;
mod webhooks;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use campaigns::{CampaignsCommand, NewCampaign, RemoveCampaign, RenameCampaign, Starter};
pub(crate) use clevertap::{ExportCampaign, ExportCommand, ImportBody, ImportCommand};
pub(crate) use convert::{ConvertCampaign, ModeArg};
pub(crate) use debug::{DebugCommand, MarkupArg, ParseEntities, RenderLiquid, Stage};
pub(crate) use format::Format;
pub(crate) use message::{Check, Deny, RecipientArgs, RenderAs, RenderCampaign, TestCampaign};
pub(crate) use people::{ImportProfiles, ListProfiles, ProfilesCommand, Property, SetProfile};
pub(crate) use sandbox::ServeSandbox;
pub(crate) use secrets::{ChangeSecret, SecretsCommand};
pub(crate) use segments::{AudienceArgs, SegmentsCommand};
pub(crate) use source::InputSource;
pub(crate) use trust::Trust;
pub(crate) use webhooks::{NewWebhook, WebhooksCommand};

const EXAMPLES: &str = "\
Examples:
  telecast demo                                open the sample workspace
  telecast init shop                           make a new workspace
  telecast                                     open the console
  telecast check --deny warnings               check every campaign, for CI
  telecast render spring-sale --profile anna   print what Anna would get
  telecast test spring-sale --to me            send it to a test chat

Exit codes: 0 done, 1 problems found or something failed, 2 wrong usage, 130 interrupted, \
3 the environment (no workspace, no permission, a held lock, no network)";

/// Write, preview and test-send Telegram campaigns
///
/// Without a command, telecast opens the console. It uses the first of these workspaces: --workspace,
/// TELECAST_WORKSPACE, the nearest parent folder with a telecast.toml, the workspace in the user's data directory.
#[derive(Debug, Parser)]
#[command(name = "telecast", version, after_help = EXAMPLES, max_term_width = 110, disable_help_subcommand = true)]
pub(crate) struct Args {
    /// Use the workspace in this folder
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub workspace: Option<PathBuf>,

    /// The command; `None` opens the console.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Everything the console does, for scripts and CI.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open the sample workspace against its own sandbox
    ///
    /// The files are copied to a folder of your own. Without --fresh, the last such folder is opened again.
    Demo(Demo),
    /// Create a new workspace
    Init(Init),
    /// Print what a recipient would get
    Render(RenderCampaign),
    /// Print the problems of campaigns and webhooks
    Check(Check),
    /// Send a campaign to a test chat
    Test(TestCampaign),
    /// Rewrite a campaign's markup for another parse mode
    Convert(ConvertCampaign),
    /// Import a campaign from another tool
    #[command(subcommand)]
    Import(ImportCommand),
    /// Export a campaign for another tool
    #[command(subcommand)]
    Export(ExportCommand),
    /// List, create, rename and remove campaigns
    #[command(subcommand)]
    Campaigns(CampaignsCommand),
    /// List, create, check and remove webhooks
    #[command(subcommand)]
    Webhooks(WebhooksCommand),
    /// Show and decide what each webhook may send, and where
    Trust(Trust),
    /// Store, list and remove bot tokens and other secrets
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Import, show and change the profiles of recipients
    #[command(subcommand)]
    Profiles(ProfilesCommand),
    /// List, count, explain and sample the profiles that an expression selects
    #[command(subcommand)]
    Segments(SegmentsCommand),
    /// Print every folder and file that telecast uses
    Paths(Format),
    /// Serve a Bot API on loopback that answers like Telegram
    Sandbox(ServeSandbox),
    /// Run the parsers and the template engine on JSON lines
    #[command(subcommand)]
    Debug(DebugCommand),
    /// Show a page of the reference, or the help of a command
    Help(Help),
    /// Print the completion script of a shell
    Completions(Completions),
    /// Write a manual page for each command
    Man(Man),
}

/// `telecast demo`
#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// Use this folder; the workspace is created if it is missing
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,

    /// Start with new files instead of the last folder
    #[arg(long)]
    pub fresh: bool,
}

const INIT_EXAMPLES: &str = "\
Examples:
  telecast init shop            create an empty workspace in ./shop
  telecast init shop --sample   create the sample workspace of `telecast demo`";

/// `telecast init`
#[derive(Debug, clap::Args)]
#[command(after_help = INIT_EXAMPLES)]
pub(crate) struct Init {
    /// The folder; it is created if it is missing
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,

    /// Add the sample campaigns, webhooks and profiles
    #[arg(long)]
    pub sample: bool,

    #[command(flatten)]
    pub format: Format,
}

const HELP_EXAMPLES: &str = "\
Examples:
  telecast help                   list commands and topics
  telecast help liquid            show the page on Liquid
  telecast help profiles import   show the help of a command";

/// `telecast help`
#[derive(Debug, clap::Args)]
#[command(after_help = HELP_EXAMPLES)]
pub(crate) struct Help {
    /// A topic, or the words of a command
    #[arg(value_name = "TOPIC|COMMAND")]
    pub words: Vec<String>,
}

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  telecast completions bash > ~/.local/share/bash-completion/completions/telecast
  telecast completions fish > ~/.config/fish/completions/telecast.fish
  telecast completions zsh > \"${fpath[1]}/_telecast\"";

/// `telecast completions`
#[derive(Debug, clap::Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

const MAN_EXAMPLES: &str = "\
Examples:
  telecast man ~/.local/share/man/man1    then: man telecast-render";

/// `telecast man`
#[derive(Debug, clap::Args)]
#[command(after_help = MAN_EXAMPLES)]
pub(crate) struct Man {
    /// The folder; it is created if it is missing
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
}

#[cfg(test)]
mod tests;
