//! `telecast secrets`: bot tokens and the like, by name; never what they are.

use serde_json::json;

use crate::cli::args::{ChangeSecret, Format, SecretsCommand};
use crate::cli::error::{CliError, Ending, Kind, Result};
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::cli::prompt;
use crate::paths::Paths;
use crate::secrets::{Listed, Origin, Scope, Secret, SecretError, Secrets};
use crate::settings::Settings;
use crate::workspace::Workspace;

pub fn run(place: Result<Place>, command: SecretsCommand, output: &mut Output) -> Result {
    match command {
        SecretsCommand::List(format) => list(place, format, output),
        SecretsCommand::Set(args) => set(&open(place, &args)?, &args, output),
        SecretsCommand::Rm(args) => remove(&open(place, &args)?, &args, output),
    }
}

/// Opens the secrets for a change; a shared value needs no workspace.
fn open(place: Result<Place>, args: &ChangeSecret) -> Result<Secrets> {
    match place {
        Err(_) if args.shared => Ok(secrets_of(&Place::paths()?, None)),
        place => {
            let place = place?;
            Ok(secrets_of(&place.paths, Some(&place.workspace()?)))
        }
    }
}

fn set(secrets: &Secrets, args: &ChangeSecret, output: &mut Output) -> Result {
    secrets.usable()?;
    let Some(value) = prompt::secret(output, &format!("{} (it is not shown): ", args.name))? else {
        return Ok(Ending::Interrupted);
    };
    secrets.set(&args.name, &Secret::new(value), scope(args))?;
    output.note(format!("stored {} for {}", args.name, whose(args)))?;
    Ok(Ending::Done)
}

fn remove(secrets: &Secrets, args: &ChangeSecret, output: &mut Output) -> Result {
    if secrets.remove(&args.name, scope(args))? {
        return Ok(Ending::Done);
    }
    output.note(format!("{} has no stored value for {}", args.name, whose(args)))?;
    Ok(Ending::Problems)
}

fn scope(args: &ChangeSecret) -> Scope {
    if args.shared { Scope::Shared } else { Scope::Workspace }
}

fn whose(args: &ChangeSecret) -> &'static str {
    if args.shared { "all workspaces" } else { "this workspace" }
}

/// Lists what is stored, and the names that webhooks ask for whether they have a value or not.
fn list(place: Result<Place>, format: Format, output: &mut Output) -> Result {
    let (secrets, wanted) = match place {
        Ok(place) => {
            let workspace = place.workspace()?;
            (secrets_of(&place.paths, Some(&workspace)), wanted(&workspace))
        }
        // The shared ones are there without a workspace too.
        Err(_) => (secrets_of(&Place::paths()?, None), Vec::new()),
    };
    let listed = secrets.list(&wanted)?;
    if format.json {
        let row = |secret: &Listed| {
            let places: Vec<&str> = secret.origins.iter().map(|origin| origin.as_str()).collect();
            json!({ "name": secret.name, "places": places })
        };
        output.json(&listed.iter().map(row).collect())?;
        return Ok(Ending::Done);
    }
    let rows: Vec<Vec<String>> =
        listed.iter().map(|secret| vec![secret.name.clone(), places(&secret.origins)]).collect();
    output.table(&["secret", "where (the first counts)"], &rows)?;
    Ok(Ending::Done)
}

fn wanted(workspace: &Workspace) -> Vec<String> {
    let webhooks = workspace.webhooks.iter().filter_map(|webhook| webhook.value.as_ref());
    webhooks.flat_map(|webhook| webhook.secret_names()).collect()
}

fn places(origins: &[Origin]) -> String {
    match origins {
        [] => "missing".to_owned(),
        some => some.iter().map(|origin| origin.as_str()).collect::<Vec<_>>().join(", "),
    }
}

impl From<SecretError> for CliError {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::BadName { .. } => CliError::new(Kind::Usage, error),
            SecretError::Save(error) => error.into(),
            SecretError::Empty { .. }
            | SecretError::TooLong { .. }
            | SecretError::Full { .. }
            | SecretError::Refused { .. } => CliError::new(Kind::Failed, error),
            SecretError::NoWorkspace { .. }
            | SecretError::Read { .. }
            | SecretError::Malformed { .. }
            | SecretError::ReadOnly { .. }
            | SecretError::Setting { .. }
            | SecretError::Lock(_)
            | SecretError::Start { .. }
            | SecretError::TooSlow { .. } => CliError::new(Kind::Environment, error),
        }
    }
}

fn secrets_of(paths: &Paths, workspace: Option<&Workspace>) -> Secrets {
    let (settings, _) = Settings::load(paths);
    Secrets::new(paths, &settings.secrets, workspace.map(|workspace| workspace.root.as_path()))
}
