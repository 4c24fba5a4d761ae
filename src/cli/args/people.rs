//! `telecast profiles …`

use clap::Subcommand;

use super::Format;

/// Import, show and change the people that messages are made for.
#[derive(Debug, Subcommand)]
pub enum ProfilesCommand {
    /// List profiles by identity
    List(ListProfiles),
    /// Show a profile with all its properties
    Show {
        /// The identity
        #[arg(value_name = "ID")]
        identity: String,
        #[command(flatten)]
        format: Format,
    },
    /// Forget profiles and all that is known of them
    Delete {
        /// The identities
        #[arg(value_name = "ID", required = true)]
        identities: Vec<String>,
    },
}

/// `telecast profiles list`
#[derive(Debug, clap::Args)]
pub struct ListProfiles {
    /// Only those whose identity or name contains this
    #[arg(value_name = "TEXT")]
    pub text: Option<String>,

    /// List at most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,

    #[command(flatten)]
    pub format: Format,
}
