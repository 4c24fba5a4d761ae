//! `telecast secrets …`

use clap::Subcommand;

use super::format::Format;

/// Store, list and remove bot tokens and other secrets.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Store a secret, read from a prompt or from stdin
    Set(ChangeSecret),
    /// List where each secret is stored, without its value
    List(Format),
    /// Remove a stored secret
    Rm(ChangeSecret),
}

const EXAMPLES: &str = "\
Examples:
  telecast secrets set BOT_TOKEN                     ask for it on a hidden prompt
  pass show telegram/bot | telecast secrets set BOT_TOKEN
  telecast secrets set BOT_TOKEN --shared            use it in every workspace without its own value";

/// `telecast secrets set` and `telecast secrets rm`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ChangeSecret {
    /// The secret's name, as in ${NAME}
    #[arg(value_name = "NAME")]
    pub name: String,

    /// Use the value shared by all workspaces instead of this workspace's
    #[arg(long)]
    pub shared: bool,
}
