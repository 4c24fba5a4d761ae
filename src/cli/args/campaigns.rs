//! The arguments of `telecast campaigns` and its subcommands.

use clap::{Subcommand, ValueEnum};

use super::format::Format;
use super::source::InputSource;

/// List, create, rename and remove campaigns.
#[derive(Debug, Subcommand)]
pub(crate) enum CampaignsCommand {
    /// List the campaigns
    List(Format),
    /// Create a campaign
    New(NewCampaign),
    /// Rename a campaign and its files
    Rename(RenameCampaign),
    /// Move a campaign's files to the workspace's trash
    Rm(RemoveCampaign),
}

const NEW_EXAMPLES: &str = "\
Examples:
  telecast campaigns new spring-sale --starter html --webhook bot
  telecast campaigns new from-clevertap --body - <body.txt";

/// `telecast campaigns new`
#[derive(Debug, clap::Args)]
#[command(after_help = NEW_EXAMPLES)]
pub(crate) struct NewCampaign {
    /// The name; the campaign's files are named after it
    #[arg(value_name = "NAME")]
    pub name: String,

    /// The content to start with
    #[arg(long, value_enum, default_value_t = Starter::Html)]
    pub starter: Starter,

    /// Read the body from this file, or from stdin for `-`
    #[arg(long, value_name = "FILE", conflicts_with = "starter")]
    pub body: Option<InputSource>,

    /// The webhook to send through; by default `[defaults] webhook` in telecast.toml, or the only webhook
    #[arg(long, value_name = "WEBHOOK")]
    pub webhook: Option<String>,

    #[command(flatten)]
    pub format: Format,
}

/// The body of a new campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Starter {
    /// A chat id and an empty text
    Blank,
    /// CleverTap's sample body
    Clevertap,
    /// A greeting in HTML
    Html,
    /// A greeting in legacy Markdown
    Markdown,
    /// A greeting in MarkdownV2
    #[value(name = "markdownv2")]
    MarkdownV2,
}

/// `telecast campaigns rename`
#[derive(Debug, clap::Args)]
pub(crate) struct RenameCampaign {
    /// The campaign
    #[arg(value_name = "CAMPAIGN")]
    pub from: String,

    /// The new name; the campaign's files are named after it
    #[arg(value_name = "NAME")]
    pub to: String,
}

/// `telecast campaigns rm`
#[derive(Debug, clap::Args)]
pub(crate) struct RemoveCampaign {
    /// The campaigns
    #[arg(value_name = "CAMPAIGN", required = true)]
    pub campaigns: Vec<String>,
}
