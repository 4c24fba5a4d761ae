//! `telecast campaigns`: lists, creates, renames and removes campaigns.

use serde_json::{Value, json};

use crate::campaign::Campaign;
use crate::cli::args::{CampaignsCommand, Format, NewCampaign, RemoveCampaign, RenameCampaign, Starter};
use crate::cli::environment::{Environment, current_folder};
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::clock;
use crate::service::{ChooseWebhookError, Renamed, choose_webhook, find_campaign, starter};
use crate::telegram::ParseMode;
use crate::workspace::{CampaignFiles, Workspace};

use super::read;

pub(crate) fn run(environment: &Environment, command: CampaignsCommand, output: &mut CliOutput) -> Result {
    let workspace = environment.workspace()?;
    match command {
        CampaignsCommand::List(format) => list(&workspace, format, output),
        CampaignsCommand::New(args) => new(environment, &workspace, &args, output),
        CampaignsCommand::Rename(args) => rename(environment, &workspace, &args, output),
        CampaignsCommand::Rm(args) => remove(environment, &workspace, &args, output),
    }
}

/// Returns the campaign with this stem, or with a file at this path.
pub(crate) fn find<'a>(workspace: &'a Workspace, name_or_path: &str) -> Result<&'a CampaignFiles> {
    Ok(find_campaign(workspace, &current_folder()?, name_or_path)?)
}

fn list(workspace: &Workspace, format: Format, output: &mut CliOutput) -> Result {
    if format.json {
        let campaigns: Vec<Value> =
            workspace.campaigns.iter().map(|campaign| to_json(workspace, campaign)).collect();
        output.json(&Value::Array(campaigns))?;
        return Ok(ExitStatus::Done);
    }
    let row = |campaign: &CampaignFiles| {
        let settings = campaign.value.clone().unwrap_or_default();
        let name = campaign.display_name().to_owned();
        vec![campaign.stem.clone(), name, settings.webhook, settings.labels.join(", ")]
    };
    let rows: Vec<Vec<String>> = workspace.campaigns.iter().map(|campaign| row(campaign)).collect();
    output.table(&["campaign", "name", "webhook", "labels"], &rows)?;
    Ok(ExitStatus::Done)
}

pub(crate) fn to_json(workspace: &Workspace, campaign: &CampaignFiles) -> Value {
    let settings = campaign.value.clone().unwrap_or_default();
    json!({
        "campaign": campaign.stem,
        "name": campaign.display_name(),
        "webhook": settings.webhook,
        "content_format": settings.content_format.as_str(),
        "dialect": workspace.dialect(campaign).as_str(),
        "labels": settings.labels,
        "notes": settings.notes,
        "file": campaign.source.path,
        "body": campaign.body.path,
    })
}

fn new(
    environment: &Environment,
    workspace: &Workspace,
    args: &NewCampaign,
    output: &mut CliOutput,
) -> Result {
    let dialect = workspace.settings().dialect;
    let body = match &args.body {
        Some(source) => read::text(source)?,
        None => starter::Starter::from(args.starter).body(dialect),
    };
    let campaign = Campaign {
        name: args.name.clone(),
        webhook: choose_webhook(workspace, args.webhook.as_deref())?,
        ..Campaign::default()
    };
    let stem = environment.session(workspace).create_campaign(&campaign, &body)?;
    // The new files are read from disk, so that the command prints the paths and values as they were saved.
    let created = Workspace::open(&workspace.root)?;
    let created = find(&created, &stem)?;
    match args.format.json {
        true => output.json(&to_json(workspace, created))?,
        false => output.line(&created.body.path)?,
    }
    Ok(ExitStatus::Done)
}

fn rename(
    environment: &Environment,
    workspace: &Workspace,
    args: &RenameCampaign,
    output: &mut CliOutput,
) -> Result {
    let campaign = find(workspace, &args.from)?;
    let Renamed { stem, is_changed } =
        environment.session(workspace).rename_campaign(&campaign.stem, &args.to)?;
    if !is_changed {
        output.note(format!("nothing changed: the campaign's name is already {stem}"))?;
    }
    output.line(&stem)?;
    Ok(ExitStatus::Done)
}

fn remove(
    environment: &Environment,
    workspace: &Workspace,
    args: &RemoveCampaign,
    output: &mut CliOutput,
) -> Result {
    // All campaigns are looked up before the first is removed, so that no campaign is removed if one of the names has a
    // typo.
    let campaigns: Vec<&CampaignFiles> =
        args.campaigns.iter().map(|name_or_path| find(workspace, name_or_path)).collect::<Result<_>>()?;
    let session = environment.session(workspace);
    for campaign in campaigns {
        let trashed = session.folder().delete_campaign(&campaign.stem, clock::now())?;
        output.note(trashed.describe())?;
    }
    Ok(ExitStatus::Done)
}

impl From<ChooseWebhookError> for CliError {
    fn from(error: ChooseWebhookError) -> Self {
        match error {
            ChooseWebhookError::Find(error) => error.into(),
            ChooseWebhookError::NoWebhook => {
                CliError::new(ErrorKind::Failed, error).hint("create one: telecast webhooks new bot")
            }
            ChooseWebhookError::Several(ref stems) => {
                let hint = format!("choose one with --webhook: {}", stems.join(", "));
                CliError::new(ErrorKind::Usage, error).hint(hint)
            }
        }
    }
}

impl From<Starter> for starter::Starter {
    fn from(starter: Starter) -> Self {
        match starter {
            Starter::Blank => starter::Starter::Blank,
            Starter::Clevertap => starter::Starter::CleverTapSample,
            Starter::Html => starter::Starter::Greeting(ParseMode::Html),
            Starter::Markdown => starter::Starter::Greeting(ParseMode::Markdown),
            Starter::MarkdownV2 => starter::Starter::Greeting(ParseMode::MarkdownV2),
        }
    }
}
