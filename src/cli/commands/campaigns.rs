//! `telecast campaigns`: the files of campaigns.

use serde_json::{Value, json};

use crate::campaign::Campaign;
use crate::cli::args::{CampaignsCommand, Format, NewCampaign, RemoveCampaign, RenameCampaign, Starter};
use crate::cli::error::{CliError, Ending, Kind, Result};
use crate::cli::output::Output;
use crate::cli::place::{Place, current_folder};
use crate::service::{ChooseError, Renamed, choose_webhook, find_campaign, starter};
use crate::telegram::ParseMode;
use crate::workspace::{CampaignFiles, Workspace};

use super::read;

pub fn run(place: &Place, command: CampaignsCommand, output: &mut Output) -> Result {
    let workspace = place.workspace()?;
    match command {
        CampaignsCommand::List(format) => list(&workspace, format, output),
        CampaignsCommand::New(args) => new(place, &workspace, &args, output),
        CampaignsCommand::Rename(args) => rename(place, &workspace, &args, output),
        CampaignsCommand::Rm(args) => remove(place, &workspace, &args, output),
    }
}

/// Returns the campaign that `words` name: by its stem, or by a path to one of its files.
pub fn find<'a>(workspace: &'a Workspace, words: &str) -> Result<&'a CampaignFiles> {
    Ok(find_campaign(workspace, &current_folder()?, words)?)
}

fn list(workspace: &Workspace, format: Format, output: &mut Output) -> Result {
    if format.json {
        let campaigns: Vec<Value> =
            workspace.campaigns.iter().map(|campaign| describe(workspace, campaign)).collect();
        output.json(&Value::Array(campaigns))?;
        return Ok(Ending::Done);
    }
    let row = |campaign: &CampaignFiles| {
        let settings = campaign.value.clone().unwrap_or_default();
        let name = campaign.display_name().to_owned();
        vec![campaign.stem.clone(), name, settings.webhook, settings.labels.join(", ")]
    };
    let rows: Vec<Vec<String>> = workspace.campaigns.iter().map(|campaign| row(campaign)).collect();
    output.table(&["campaign", "name", "webhook", "labels"], &rows)?;
    Ok(Ending::Done)
}

pub fn describe(workspace: &Workspace, campaign: &CampaignFiles) -> Value {
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

fn new(place: &Place, workspace: &Workspace, args: &NewCampaign, output: &mut Output) -> Result {
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
    let stem = place.session(workspace).create_campaign(&campaign, &body)?;
    let made = Workspace::open(&workspace.root)?;
    let made = find(&made, &stem)?;
    match args.format.json {
        true => output.json(&describe(workspace, made))?,
        false => output.line(&made.body.path)?,
    }
    Ok(Ending::Done)
}

fn rename(place: &Place, workspace: &Workspace, args: &RenameCampaign, output: &mut Output) -> Result {
    let campaign = find(workspace, &args.from)?;
    let Renamed { stem, is_changed } = place.session(workspace).rename_campaign(&campaign.stem, &args.to)?;
    if !is_changed {
        output.note(format!("nothing changed: it is called {stem} already"))?;
    }
    output.line(&stem)?;
    Ok(Ending::Done)
}

fn remove(place: &Place, workspace: &Workspace, args: &RemoveCampaign, output: &mut Output) -> Result {
    // All are looked up before the first goes: a slip in the second name must not leave half the work.
    let campaigns: Vec<&CampaignFiles> =
        args.campaigns.iter().map(|words| find(workspace, words)).collect::<Result<_>>()?;
    let session = place.session(workspace);
    for campaign in campaigns {
        let trashed = session.delete_campaign(&campaign.stem)?;
        output.note(format!("moved {} to .telecast/trash", trashed.files.join(" and ")))?;
    }
    Ok(Ending::Done)
}

impl From<ChooseError> for CliError {
    fn from(error: ChooseError) -> Self {
        match error {
            ChooseError::Find(error) => error.into(),
            ChooseError::NoWebhook => {
                CliError::new(Kind::Failed, error).hint("make one: telecast webhooks new bot")
            }
            ChooseError::Several(ref stems) => {
                let hint = format!("choose one with --webhook: {}", stems.join(", "));
                CliError::new(Kind::Usage, error).hint(hint)
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
