//! The arguments of `telecast segments` and its subcommands.

use clap::Subcommand;

use super::format::Format;

const EXAMPLES: &str = "\
Examples:
  telecast segments count vip
  telecast segments count --expr 'country == \"DE\" and last_seen within 30 days'
  telecast segments explain --expr 'did \"Charged\" at least 2 times within 30 days where amount > 10'

The language of expressions: telecast help audience";

/// List, count, explain and sample the profiles that an expression selects.
#[derive(Debug, Subcommand)]
pub(crate) enum SegmentsCommand {
    /// List the segments of the workspace with their counts
    List(Format),
    /// Count the profiles that are selected
    #[command(after_help = EXAMPLES)]
    Count(AudienceArgs),
    /// Say in words who is selected
    #[command(after_help = EXAMPLES)]
    Explain(AudienceArgs),
    /// List some of the profiles that are selected, by identity
    #[command(after_help = EXAMPLES)]
    Sample {
        #[command(flatten)]
        audience: AudienceArgs,

        /// List at most this many
        #[arg(long, value_name = "N", default_value_t = 10)]
        limit: usize,
    },
}

/// A segment or an expression.
#[derive(Debug, clap::Args)]
pub(crate) struct AudienceArgs {
    /// The segment: the name of its file
    #[arg(value_name = "SEGMENT", required_unless_present = "expression")]
    pub segment: Option<String>,

    /// An audience expression instead of a segment
    #[arg(long = "expr", value_name = "EXPR", conflicts_with = "segment")]
    pub expression: Option<String>,

    #[command(flatten)]
    pub format: Format,
}
