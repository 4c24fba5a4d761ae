//! The arguments of `telecast import clevertap` and `telecast export clevertap`.

use clap::Subcommand;

use super::format::Format;
use super::source::InputSource;

/// The tools to import from.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// Create a campaign from a body copied from CleverTap
    Clevertap(ImportBody),
}

/// The tools to export for.
#[derive(Debug, Subcommand)]
pub(crate) enum ExportCommand {
    /// Print a campaign as the fields of CleverTap's forms, and what would not work there
    Clevertap(ExportCampaign),
}

const IMPORT_EXAMPLES: &str = "\
Curly quotes, no-break spaces and similar characters that come with text copied from a web page are replaced \
if they would break the body; each fix is reported on stderr. The campaign's dialect is `clevertap`.

Examples:
  telecast import clevertap body.txt
  wl-paste | telecast import clevertap - --name \"Spring sale\"";

/// `telecast import clevertap`
#[derive(Debug, clap::Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub(crate) struct ImportBody {
    /// The body: a file, or stdin for `-`
    #[arg(value_name = "FILE|-")]
    pub body: InputSource,

    /// The campaign's name, after which its files are named; by default the name of FILE up to the first dot
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// The webhook to send through; by default one whose method fits the body's fields, or else the default webhook
    #[arg(long, value_name = "WEBHOOK")]
    pub webhook: Option<String>,

    /// Import the body unchanged
    #[arg(long)]
    pub as_is: bool,

    #[command(flatten)]
    pub format: Format,
}

const EXPORT_EXAMPLES: &str = "\
Secrets are printed as ${NAME}: fill in their values in CleverTap by hand. Partials are inlined, and \
telecast's own filters are rewritten if the result stays the same.

Examples:
  telecast export clevertap spring-sale
  telecast export clevertap spring-sale --body | wl-copy";

/// `telecast export clevertap`
#[derive(Debug, clap::Args)]
#[command(after_help = EXPORT_EXAMPLES)]
pub(crate) struct ExportCampaign {
    /// The campaign: the name of its files, or a path
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,

    /// Print only the custom body
    #[arg(long, conflicts_with = "json")]
    pub body: bool,

    #[command(flatten)]
    pub format: Format,
}
