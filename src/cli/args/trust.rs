//! `telecast trust …`

use super::format::Format;

const EXAMPLES: &str = "\
Examples:
  telecast trust                            what each webhook would send where, and asks about those not trusted yet
  telecast trust bot --yes                  trust one as it is now, without a question
  telecast trust --revoke                   forget the trust in all of them
  telecast trust --move-secrets BOT_TOKEN   take over a value kept for an earlier place or version of this workspace
  TELECAST_TRUST=BOT_TOKEN@api.telegram.org telecast test spring-sale --to me    for one run, in CI

A workspace can come from a stranger: nothing is sent through a webhook, and no secret is read for it, until it is
trusted as it is. Any change of its method, url, params, headers or auth asks again.";

/// `telecast trust`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Trust {
    /// The webhooks, by the names of their files; all where none is named
    #[arg(value_name = "WEBHOOK")]
    pub webhooks: Vec<String>,

    /// Trust them as they are now, without a question
    #[arg(long, conflicts_with = "revoke")]
    pub yes: bool,

    /// Forget the trust in them
    #[arg(long)]
    pub revoke: bool,

    /// Use the workspace's .telecast folder, which telecast did not make here: its test chats, drafts, history and people
    #[arg(long)]
    pub adopt: bool,

    /// Move these secrets to this workspace from the id or the folder that they are kept for
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub move_secrets: Vec<String>,

    #[command(flatten)]
    pub format: Format,
}
