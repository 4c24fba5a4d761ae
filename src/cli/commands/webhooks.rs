//! `telecast webhooks`: lists, creates, checks and removes webhooks.

use serde_json::{Value, json};

use crate::campaign::{SANDBOX, Webhook, find_token, is_bot_api_url};
use crate::cli::args::{Format, NewWebhook, WebhooksCommand};
use crate::cli::environment::{Environment, current_folder};
use crate::cli::error::{CliError, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::clock;
use crate::compose::SecretTemplate;
use crate::secrets::Redactor;
use crate::service::{
    BotFailureKind, BotStatus, NotPermitted, SaveWebhookError, Session, WebhookInUse, check_bot, find_webhook,
};
use crate::workspace::{CampaignFiles, DefinitionFile, Workspace};

use super::runtime;

pub(crate) fn run(environment: &Environment, command: WebhooksCommand, output: &mut CliOutput) -> Result {
    let workspace = environment.workspace()?;
    match command {
        WebhooksCommand::List(format) => list(&workspace, format, output),
        WebhooksCommand::New(args) => new(environment, &workspace, args, output),
        WebhooksCommand::Check { stem, format } => check(environment, &workspace, &stem, format, output),
        WebhooksCommand::Rm { stems } => remove(environment, &workspace, &stems, output),
    }
}

pub(crate) fn find<'a>(workspace: &'a Workspace, query: &str) -> Result<&'a DefinitionFile<Webhook>> {
    Ok(find_webhook(workspace, &current_folder()?, query)?)
}

fn list(workspace: &Workspace, format: Format, output: &mut CliOutput) -> Result {
    if format.json {
        let webhooks: Vec<Value> = workspace.webhooks.iter().map(to_json).collect();
        output.json(&Value::Array(webhooks))?;
        return Ok(ExitStatus::Done);
    }
    let row = |webhook: &DefinitionFile<Webhook>| {
        let settings = webhook.value.clone().unwrap_or_default();
        vec![
            webhook.stem.clone(),
            settings.name,
            settings.method.as_str().to_owned(),
            shown_url(&settings.url),
        ]
    };
    let rows: Vec<Vec<String>> = workspace.webhooks.iter().map(row).collect();
    output.table(&["webhook", "name", "method", "url"], &rows)?;
    Ok(ExitStatus::Done)
}

/// Returns the URL as written in the file. A literal token or password in the URL is masked.
fn shown_url(url: &str) -> String {
    Redactor::default().redact(&SecretTemplate::parse(url).masked()).into_owned()
}

fn to_json(webhook: &DefinitionFile<Webhook>) -> Value {
    let settings = webhook.value.clone().unwrap_or_default();
    json!({
        "webhook": webhook.stem,
        "name": settings.name,
        "method": settings.method.as_str(),
        "url": shown_url(&settings.url),
        "secrets": settings.secret_names(),
        "file": webhook.source.path,
    })
}

/// Creates the webhook. A literal token in its URL is moved to the secret store first.
fn new(environment: &Environment, workspace: &Workspace, args: NewWebhook, output: &mut CliOutput) -> Result {
    // The Bot API needs the content type to read a JSON body, but another host may expect a different type.
    let content_type =
        is_bot_api_url(&args.url).then(|| ("Content-Type".to_owned(), "application/json".to_owned()));
    let headers = content_type.into_iter().collect();
    let webhook = Webhook { name: args.name, url: args.url, headers, ..Webhook::default() };
    let session = environment.session(workspace);
    let typed = webhook.url.clone();
    let webhook = session.adopt_token(webhook)?;
    let adopted = adopted_secret(&typed, &webhook.url);
    // The secrets are listed before the webhook is created: if the settings of the secret store are wrong, listing
    // fails and no webhook is created.
    let secrets = session.secrets().list(&webhook.secret_names())?;
    let violations = webhook.route().err().unwrap_or_default();
    let stem = session.create_webhook(webhook)?;
    for violation in violations {
        output.note(format!("nothing can be sent through this webhook: {}", violation.problem.message))?;
    }
    let created = Workspace::open(&workspace.root)?;
    let created = find(&created, &stem)?;
    match args.format.json {
        true => output.json(&to_json(created))?,
        false => output.line(&created.source.path)?,
    }
    if let Some(name) = adopted {
        output.note(format!("the token is stored as the secret {name}; the file has ${{{name}}}"))?;
    }
    for secret in secrets {
        if secret.origins.is_empty() && secret.name != SANDBOX {
            let name = secret.name;
            output.note(format!("it needs ${{{name}}}: telecast secrets set {name}"))?;
        }
    }
    Ok(ExitStatus::Done)
}

/// Returns the name of the secret that replaced the literal token in the typed URL. Returns `None` if there was no
/// literal token, or if it was not replaced.
fn adopted_secret(typed: &str, url: &str) -> Option<String> {
    let placeholder = url.get(find_token(typed)?.start..)?.strip_prefix("${")?;
    placeholder.split_once('}').map(|(name, _)| name.to_owned())
}

fn check(
    environment: &Environment,
    workspace: &Workspace,
    query: &str,
    format: Format,
    output: &mut CliOutput,
) -> Result {
    let in_use = WebhookInUse::of_file(find(workspace, query)?);
    let session = environment.session(workspace);
    session.secrets().usable()?;
    ensure_trusted(&session, &in_use)?;
    let status = runtime::current_thread()?.block_on(async {
        let status = check_bot(&session, &in_use).await;
        session.close().await;
        status
    });
    // The names of the states must not change, because `--json` prints them and scripts may compare them.
    let (state, bot, host, trouble) = match &status {
        BotStatus::Sandbox { bot } => ("sandbox", Some(bot), None, None),
        BotStatus::Live { bot, host } => ("live", Some(bot), Some(host), None),
        BotStatus::OtherHost { host } => ("other host", None, Some(host), None),
        BotStatus::Failed { message, .. } => ("trouble", None, None, Some(message)),
        BotStatus::Invalid(message) => ("invalid", None, None, Some(message)),
        BotStatus::NotTrusted(question) => ("untrusted", None, Some(&question.host), None),
    };
    if format.json {
        output.json(&json!({ "state": state, "bot": bot, "host": host, "trouble": trouble }))?;
    } else {
        output.line(match &status {
            BotStatus::Sandbox { bot } => format!("SANDBOX {bot}"),
            BotStatus::Live { bot, host } => format!("LIVE {bot} at {host}"),
            BotStatus::OtherHost { host } => format!("{host} is not a Bot API; nothing was called"),
            BotStatus::Failed { message, .. } | BotStatus::Invalid(message) => {
                format!("check failed: {message}")
            }
            BotStatus::NotTrusted(question) => {
                format!("not trusted; it would send {}", question.describe_grant())
            }
        })?;
    }
    Ok(match &status {
        BotStatus::Failed { kind: BotFailureKind::NoAnswer, .. } | BotStatus::NotTrusted(_) => {
            ExitStatus::Unreachable
        }
        BotStatus::Failed { kind: BotFailureKind::Refused | BotFailureKind::Incomplete, .. }
        | BotStatus::Invalid(_) => ExitStatus::Problems,
        BotStatus::Sandbox { .. } | BotStatus::Live { .. } | BotStatus::OtherHost { .. } => ExitStatus::Done,
    })
}

pub(crate) fn ensure_trusted(session: &Session, in_use: &WebhookInUse) -> Result<()> {
    match session.trust_status(in_use)?.refusal() {
        None => Ok(()),
        Some(error @ NotPermitted::Invalid(_)) => {
            Err(CliError::from(error).hint("run telecast check for the position and the fix"))
        }
        Some(error) => Err(error.into()),
    }
}

fn remove(
    environment: &Environment,
    workspace: &Workspace,
    stems: &[String],
    output: &mut CliOutput,
) -> Result {
    // All webhooks are looked up before the first is removed, so that no webhook is removed if one of the names has a
    // typo.
    let webhooks: Vec<_> = stems.iter().map(|query| find(workspace, query)).collect::<Result<_>>()?;
    let session = environment.session(workspace);
    for webhook in webhooks {
        let trashed = session.folder().delete_webhook(&webhook.stem, clock::now())?;
        output.note(trashed.describe())?;
        if let Some(campaigns) = used_by(workspace, &webhook.stem) {
            output.note(format!("used by: {campaigns}"))?;
        }
    }
    Ok(ExitStatus::Done)
}

/// Returns the campaigns that use a webhook, as a list for a note. Returns `None` if no campaign uses it.
fn used_by(workspace: &Workspace, stem: &str) -> Option<String> {
    const MAX: usize = 10;
    let is_user =
        |campaign: &&CampaignFiles| campaign.value.as_ref().is_some_and(|settings| settings.webhook == stem);
    let users = workspace.campaigns.iter().map(|campaign| &**campaign).filter(is_user);
    let stems: Vec<&str> = users.map(|campaign| campaign.stem.as_str()).collect();
    let listed = stems.iter().take(MAX).copied().collect::<Vec<_>>().join(", ");
    match stems.len() {
        0 => None,
        1..=MAX => Some(listed),
        n => Some(format!("{listed} and {} more", n - MAX)),
    }
}

impl From<SaveWebhookError> for CliError {
    fn from(error: SaveWebhookError) -> Self {
        match error {
            SaveWebhookError::Token(error) => error.into(),
            SaveWebhookError::Save(error) => error.into(),
            SaveWebhookError::Trust(error) => error.into(),
        }
    }
}
