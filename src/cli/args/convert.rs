//! The arguments of `telecast convert`.

use clap::ValueEnum;

use super::format::Format;

const CONVERT_EXAMPLES: &str = "\
Markup is rewritten, escape filters are replaced, and all other Liquid stays. What the other mode cannot express \
is reported on stderr. If a partial or a variable adds markup to the text, the command fails and saves nothing.

Examples:
  telecast convert spring-sale --to MarkdownV2
  telecast convert spring-sale --to html --print   print it, save nothing";

/// `telecast convert`
#[derive(Debug, clap::Args)]
#[command(after_help = CONVERT_EXAMPLES)]
pub(crate) struct ConvertCampaign {
    /// The campaign: the name of its files, or a path
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,

    /// The parse mode to rewrite the markup for
    #[arg(long, value_enum, ignore_case = true, value_name = "MODE")]
    pub to: ModeArg,

    /// Print the converted body and save nothing
    #[arg(long)]
    pub print: bool,

    #[command(flatten)]
    pub format: Format,
}

/// A parse mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeArg {
    /// HTML
    #[value(name = "HTML")]
    Html,
    /// Markdown, the legacy mode
    #[value(name = "Markdown")]
    Markdown,
    /// MarkdownV2
    #[value(name = "MarkdownV2")]
    MarkdownV2,
}
