//! `telecast secrets …`

use clap::Subcommand;

use super::format::Format;

/// Store, list and remove bot tokens and other secrets.
#[derive(Debug, Subcommand)]
pub enum SecretsCommand {
    /// Store a secret, read from a prompt or from stdin
    Set(ChangeSecret),
    /// List where each secret lives; never what it is
    List(Format),
    /// Forget a stored secret
    Rm(ChangeSecret),
}

const EXAMPLES: &str = "\
Examples:
  telecast secrets set BOT_TOKEN                     asks for it, shows nothing
  pass show telegram/bot | telecast secrets set BOT_TOKEN
  telecast secrets set BOT_TOKEN --shared            for every workspace that has none of its own";

/// `telecast secrets set` and `telecast secrets rm`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct ChangeSecret {
    /// The name, as in ${NAME}
    #[arg(value_name = "NAME")]
    pub name: String,

    /// Mean the value shared by all workspaces, not this one's
    #[arg(long)]
    pub shared: bool,
}
