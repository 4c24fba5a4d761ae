//! The arguments of `telecast secrets` and its subcommands.

use clap::Subcommand;

use super::format::Format;

/// Store, list and remove bot tokens and other secrets.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Store a secret, read from a prompt or from stdin
    #[command(after_help = SET_EXAMPLES)]
    Set(ChangeSecret),
    /// List where each secret is stored, without its value
    List(Format),
    /// Remove a stored secret
    #[command(after_help = REMOVE_EXAMPLES)]
    #[command(mut_arg("shared", |arg| arg.help("Remove the value that all workspaces share")))]
    Rm(ChangeSecret),
}

const SET_EXAMPLES: &str = "\
Examples:
  telecast secrets set BOT_TOKEN            ask for it on a hidden prompt
  pass show telegram/bot | telecast secrets set BOT_TOKEN
  telecast secrets set BOT_TOKEN --shared   for workspaces without their own value";

const REMOVE_EXAMPLES: &str = "\
Examples:
  telecast secrets rm BOT_TOKEN
  telecast secrets rm BOT_TOKEN --shared";

/// `telecast secrets set` and `telecast secrets rm`
#[derive(Debug, clap::Args)]
pub(crate) struct ChangeSecret {
    /// The secret's name, as in ${NAME}
    #[arg(value_name = "NAME")]
    pub name: String,

    /// Store the value that all workspaces share, instead of this workspace's
    #[arg(long)]
    pub shared: bool,
}
