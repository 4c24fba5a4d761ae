//! The arguments of `telecast webhooks` and its subcommands.

use clap::Subcommand;

use super::format::Format;

/// List, create, check and remove webhooks.
#[derive(Debug, Subcommand)]
pub(crate) enum WebhooksCommand {
    /// List the webhooks
    List(Format),
    /// Create a webhook
    New(NewWebhook),
    /// Ask a webhook's bot for its name
    Check {
        /// The webhook, by the name of its file without .toml
        #[arg(value_name = "WEBHOOK")]
        stem: String,
        #[command(flatten)]
        format: Format,
    },
    /// Move a webhook's file to the workspace's trash
    Rm {
        /// The webhooks, by the names of their files without .toml
        #[arg(value_name = "WEBHOOK", required = true)]
        stems: Vec<String>,
    },
}

const NEW_EXAMPLES: &str = "\
Examples:
  telecast webhooks new bot
  telecast webhooks new local --url 'http://127.0.0.1:8081/bot${BOT_TOKEN}/sendMessage'";

/// `telecast webhooks new`
#[derive(Debug, clap::Args)]
#[command(after_help = NEW_EXAMPLES)]
pub(crate) struct NewWebhook {
    /// The name; the webhook's file is named after it
    #[arg(value_name = "NAME")]
    pub name: String,

    /// The address to send to, with secrets as ${NAME}
    #[arg(long, default_value = "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage")]
    pub url: String,

    #[command(flatten)]
    pub format: Format,
}
