//! `telecast import clevertap` and `telecast export clevertap`

use clap::Subcommand;

use super::format::Format;
use super::source::Source;

/// What can be taken over.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Make a campaign of a body from CleverTap
    Clevertap(ImportBody),
}

/// What can be handed over.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// Print a campaign in the fields of CleverTap's forms, and what would not work there
    Clevertap(ExportCampaign),
}

const IMPORT_EXAMPLES: &str = "\
Curly quotes, no-break spaces and the like, which come along when one copies from a page, are mended where they would
break the body; each is told on stderr. The campaign's dialect is `clevertap`.

Examples:
  telecast import clevertap body.txt
  wl-paste | telecast import clevertap - --name \"Spring sale\"";

/// `telecast import clevertap`
#[derive(Debug, clap::Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub struct ImportBody {
    /// The body: a file, or stdin for `-`
    #[arg(value_name = "FILE|-")]
    pub body: Source,

    /// What to call the campaign; its files are named after it. Else as the file is called
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// The webhook it is sent through; else one that calls the method whose fields the body has
    #[arg(long, value_name = "WEBHOOK")]
    pub webhook: Option<String>,

    /// Mend nothing
    #[arg(long)]
    pub as_is: bool,

    #[command(flatten)]
    pub format: Format,
}

const EXPORT_EXAMPLES: &str = "\
Secrets stand by name: their values are filled in there by hand. Partials are put in, and telecast's own filters are
rewritten where that changes nothing.

Examples:
  telecast export clevertap spring-sale
  telecast export clevertap spring-sale --body | wl-copy";

/// `telecast export clevertap`
#[derive(Debug, clap::Args)]
#[command(after_help = EXPORT_EXAMPLES)]
pub struct ExportCampaign {
    /// The campaign: the name of its files, or a path
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,

    /// Print only the custom body
    #[arg(long, conflicts_with = "json")]
    pub body: bool,

    #[command(flatten)]
    pub format: Format,
}
