//! `telecast webhooks`: the files of webhooks, and who answers behind them.

use serde_json::{Value, json};

use crate::campaign::{SANDBOX, Webhook, is_bot_api_url};
use crate::cli::args::{Format, NewWebhook, WebhooksCommand};
use crate::cli::error::{CliError, Ending, Result};
use crate::cli::output::Output;
use crate::cli::place::{Place, current_folder};
use crate::compose::Filled;
use crate::secrets::Redactor;
use crate::service::{
    BotStatus, NotPermitted, Session, TroubleKind, WebhookError, WebhookInUse, check_bot, find_webhook,
};
use crate::workspace::{Definition, Workspace};

use super::runtime;

pub fn run(place: &Place, command: WebhooksCommand, output: &mut Output) -> Result {
    let workspace = place.workspace()?;
    match command {
        WebhooksCommand::List(format) => list(&workspace, format, output),
        WebhooksCommand::New(args) => new(place, &workspace, args, output),
        WebhooksCommand::Check { stem, format } => check(place, &workspace, &stem, format, output),
        WebhooksCommand::Rm { stems } => remove(place, &workspace, &stems, output),
    }
}

pub fn find<'a>(workspace: &'a Workspace, words: &str) -> Result<&'a Definition<Webhook>> {
    Ok(find_webhook(workspace, &current_folder()?, words)?)
}

fn list(workspace: &Workspace, format: Format, output: &mut Output) -> Result {
    if format.json {
        let webhooks: Vec<Value> = workspace.webhooks.iter().map(describe).collect();
        output.json(&Value::Array(webhooks))?;
        return Ok(Ending::Done);
    }
    let row = |webhook: &Definition<Webhook>| {
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
    Ok(Ending::Done)
}

/// The address as it is typed, but for a token or password that should not stand in the file.
fn shown_url(url: &str) -> String {
    Redactor::default().redact(&Filled::of_typed(url).shown()).into_owned()
}

fn describe(webhook: &Definition<Webhook>) -> Value {
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

/// Makes the webhook; a real token in its address is moved to the secret store first.
fn new(place: &Place, workspace: &Workspace, args: NewWebhook, output: &mut Output) -> Result {
    let content_type =
        is_bot_api_url(&args.url).then(|| ("Content-Type".to_owned(), "application/json".to_owned()));
    let headers = content_type.into_iter().collect();
    let webhook = Webhook { name: args.name, url: args.url, headers, ..Webhook::default() };
    let session = place.session(workspace);
    let webhook = session.adopt_token(webhook)?;
    // Asked for before anything is made: it is refused where the settings are wrong.
    let secrets = session.secrets().list(&webhook.secret_names())?;
    let violations = webhook.route().err().unwrap_or_default();
    let stem = session.create_webhook(webhook)?;
    for violation in violations {
        output.note(format!("nothing will be sent through it: {}", violation.problem.message))?;
    }
    let made = Workspace::open(&workspace.root)?;
    let made = find(&made, &stem)?;
    match args.format.json {
        true => output.json(&describe(made))?,
        false => output.line(&made.source.path)?,
    }
    for secret in secrets {
        if secret.origins.is_empty() && secret.name != SANDBOX {
            let name = secret.name;
            output.note(format!("it needs ${{{name}}}: telecast secrets set {name}"))?;
        }
    }
    Ok(Ending::Done)
}

fn check(place: &Place, workspace: &Workspace, words: &str, format: Format, output: &mut Output) -> Result {
    let in_use = WebhookInUse::of_file(find(workspace, words)?);
    let session = place.session(workspace);
    session.secrets().usable()?;
    allowed(&session, &in_use)?;
    let status = runtime::current_thread()?.block_on(async {
        let status = check_bot(&session, &in_use).await;
        session.close().await;
        status
    });
    let (state, bot, host, trouble) = match &status {
        BotStatus::Sandbox { bot } => ("sandbox", Some(bot), None, None),
        BotStatus::Live { bot, host } => ("live", Some(bot), Some(host), None),
        BotStatus::OtherHost { host } => ("other host", None, Some(host), None),
        BotStatus::Trouble { words, .. } => ("trouble", None, None, Some(words)),
        BotStatus::Invalid(words) => ("invalid", None, None, Some(words)),
        BotStatus::NotTrusted(question) => ("untrusted", None, Some(&question.host), None),
    };
    if format.json {
        output.json(&json!({ "state": state, "bot": bot, "host": host, "trouble": trouble }))?;
    } else {
        output.line(match &status {
            BotStatus::Sandbox { bot } => format!("SANDBOX {bot}"),
            BotStatus::Live { bot, host } => format!("LIVE {bot} at {host}"),
            BotStatus::OtherHost { host } => format!("{host} is no Bot API: nothing was called"),
            BotStatus::Trouble { words, .. } | BotStatus::Invalid(words) => words.clone(),
            BotStatus::NotTrusted(question) => format!("not trusted: it would send {}", question.what()),
        })?;
    }
    Ok(match &status {
        BotStatus::Trouble { kind: TroubleKind::NoAnswer, .. } | BotStatus::NotTrusted(_) => Ending::NoAnswer,
        BotStatus::Trouble { kind: TroubleKind::Refused | TroubleKind::Incomplete, .. }
        | BotStatus::Invalid(_) => Ending::Problems,
        BotStatus::Sandbox { .. } | BotStatus::Live { .. } | BotStatus::OtherHost { .. } => Ending::Done,
    })
}

pub fn allowed(session: &Session, in_use: &WebhookInUse) -> Result<()> {
    match session.standing(in_use)?.refusal() {
        None => Ok(()),
        Some(error @ NotPermitted::Invalid(_)) => {
            Err(CliError::from(error).hint("telecast check says where, and what to do"))
        }
        Some(error) => Err(error.into()),
    }
}

fn remove(place: &Place, workspace: &Workspace, stems: &[String], output: &mut Output) -> Result {
    let webhooks: Vec<_> = stems.iter().map(|words| find(workspace, words)).collect::<Result<_>>()?;
    let session = place.session(workspace);
    for webhook in webhooks {
        let trashed = session.delete_webhook(&webhook.stem)?;
        output.note(format!("moved {} to .telecast/trash", trashed.files.join(" and ")))?;
    }
    Ok(Ending::Done)
}

impl From<WebhookError> for CliError {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::Token(error) => error.into(),
            WebhookError::Save(error) => error.into(),
            WebhookError::Trust(error) => error.into(),
        }
    }
}
