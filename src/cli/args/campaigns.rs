//! `telecast campaigns …`

use clap::{Subcommand, ValueEnum};

use super::format::Format;
use super::source::Source;

/// List, make, rename and remove campaigns.
#[derive(Debug, Subcommand)]
pub enum CampaignsCommand {
    /// List the campaigns
    List(Format),
    /// Make a campaign
    New(NewCampaign),
    /// Give a campaign another name, and its files too
    Rename(RenameCampaign),
    /// Move a campaign's files to the workspace's trash
    Rm(RemoveCampaign),
}

const NEW_EXAMPLES: &str = "\
Examples:
  telecast campaigns new spring-sale --starter html
  telecast campaigns new from-clevertap --body - <body.txt";

/// `telecast campaigns new`
#[derive(Debug, clap::Args)]
#[command(after_help = NEW_EXAMPLES)]
pub struct NewCampaign {
    /// What to call it; its files are named after it
    #[arg(value_name = "NAME")]
    pub name: String,

    /// What to begin with
    #[arg(long, value_enum, default_value_t = Starter::Html)]
    pub starter: Starter,

    /// Take the body from this file, or from stdin for `-`
    #[arg(long, value_name = "FILE", conflicts_with = "starter")]
    pub body: Option<Source>,

    /// The webhook it is sent through; else the workspace's default, or its only one
    #[arg(long, value_name = "WEBHOOK")]
    pub webhook: Option<String>,

    #[command(flatten)]
    pub format: Format,
}

/// What a new campaign's body begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Starter {
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
pub struct RenameCampaign {
    /// The campaign
    #[arg(value_name = "CAMPAIGN")]
    pub from: String,

    /// The new name; its files are named after it
    #[arg(value_name = "NAME")]
    pub to: String,
}

/// `telecast campaigns rm`
#[derive(Debug, clap::Args)]
pub struct RemoveCampaign {
    /// The campaigns
    #[arg(value_name = "CAMPAIGN", required = true)]
    pub campaigns: Vec<String>,
}
