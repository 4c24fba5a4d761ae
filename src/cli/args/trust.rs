//! The arguments of `telecast trust`.

use super::format::Format;

const EXAMPLES: &str = "\
Examples:
  telecast trust                            ask about each untrusted webhook
  telecast trust bot --yes                  trust the webhook `bot` as it is now
  telecast trust --revoke                   revoke the trust in all webhooks
  telecast trust --move-secrets BOT_TOKEN   use the value of an earlier folder
  Trust for one run, in CI:
  TELECAST_TRUST=BOT_TOKEN@api.telegram.org telecast test spring-sale --to me

A workspace can come from a stranger: nothing is sent through a webhook, and no secret is read for it, until \
you trust it. After a change of its method, url, params, headers or auth you are asked again.";

/// `telecast trust`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Trust {
    /// The webhooks, by the names of their files without .toml; by default all webhooks
    #[arg(value_name = "WEBHOOK")]
    pub webhooks: Vec<String>,

    /// Trust the webhooks as they are now, without asking
    #[arg(long, conflicts_with = "revoke")]
    pub yes: bool,

    /// Revoke the trust in the webhooks
    #[arg(long)]
    pub revoke: bool,

    /// Use a .telecast folder that was not made here: its test chats, drafts, history and profiles
    #[arg(long)]
    pub adopt: bool,

    /// Move these secrets, which are stored for an earlier folder or id, to this workspace
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub move_secrets: Vec<String>,

    #[command(flatten)]
    pub format: Format,
}
