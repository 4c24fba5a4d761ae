//! `telecast secrets`: stores, lists and removes bot tokens and other secrets. It never prints their values.

use serde_json::json;

use crate::cli::args::{ChangeSecret, Format, SecretsCommand};
use crate::cli::environment::Environment;
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::cli::prompt;
use crate::paths::Paths;
use crate::secrets::{ListedSecret, Secret, SecretError, SecretOrigin, SecretScope, Secrets};
use crate::settings::Settings;
use crate::workspace::Workspace;

pub(crate) fn run(
    environment: Result<Environment>,
    command: SecretsCommand,
    output: &mut CliOutput,
) -> Result {
    match command {
        SecretsCommand::List(format) => list(environment, format, output),
        SecretsCommand::Set(args) => set(&open(environment, &args)?, &args, output),
        SecretsCommand::Rm(args) => remove(&open(environment, &args)?, &args, output),
    }
}

/// Opens the secret store for a change. A change with `--shared` needs no workspace.
fn open(environment: Result<Environment>, args: &ChangeSecret) -> Result<Secrets> {
    match environment {
        Err(_) if args.shared => Ok(secrets_of(&Environment::paths()?, None)),
        environment => {
            let environment = environment?;
            Ok(secrets_of(&environment.paths, Some(&environment.workspace()?)))
        }
    }
}

fn set(secrets: &Secrets, args: &ChangeSecret, output: &mut CliOutput) -> Result {
    // This is checked before the prompt, so that nobody types a token that cannot be stored.
    secrets.usable()?;
    let Some(value) = prompt::secret(output, &format!("{} (hidden): ", args.name))? else {
        return Ok(ExitStatus::Interrupted);
    };
    secrets.set(&args.name, &Secret::new(value), scope(args))?;
    output.note(format!("stored {} for {}", args.name, scope_label(args)))?;
    Ok(ExitStatus::Done)
}

fn remove(secrets: &Secrets, args: &ChangeSecret, output: &mut CliOutput) -> Result {
    if secrets.remove(&args.name, scope(args))? {
        output.note(format!("removed {} for {}", args.name, scope_label(args)))?;
        return Ok(ExitStatus::Done);
    }
    output.error(format!("{} has no stored value for {}", args.name, scope_label(args)))?;
    Ok(ExitStatus::Problems)
}

fn scope(args: &ChangeSecret) -> SecretScope {
    if args.shared { SecretScope::Shared } else { SecretScope::Workspace }
}

fn scope_label(args: &ChangeSecret) -> &'static str {
    if args.shared { "all workspaces" } else { "this workspace" }
}

/// Lists the stored secrets and the secrets that webhooks use. A secret that a webhook uses is listed even if no value
/// is stored for it.
fn list(environment: Result<Environment>, format: Format, output: &mut CliOutput) -> Result {
    let (secrets, used_names) = match environment {
        Ok(environment) => {
            let workspace = environment.workspace()?;
            (secrets_of(&environment.paths, Some(&workspace)), used_names(&workspace))
        }
        // Without a workspace, only the shared secrets can be listed.
        Err(_) => (secrets_of(&Environment::paths()?, None), Vec::new()),
    };
    let listed = secrets.list(&used_names)?;
    if format.json {
        let row = |secret: &ListedSecret| {
            let places: Vec<&str> = secret.origins.iter().map(|origin| origin.as_str()).collect();
            json!({ "name": secret.name, "places": places })
        };
        output.json(&listed.iter().map(row).collect())?;
        return Ok(ExitStatus::Done);
    }
    let rows: Vec<Vec<String>> =
        listed.iter().map(|secret| vec![secret.name.clone(), places(&secret.origins)]).collect();
    output.table(&["secret", "where (the first is used)"], &rows)?;
    Ok(ExitStatus::Done)
}

fn used_names(workspace: &Workspace) -> Vec<String> {
    let webhooks = workspace.webhooks.iter().filter_map(|webhook| webhook.value.as_ref());
    webhooks.flat_map(|webhook| webhook.secret_names()).collect()
}

fn places(origins: &[SecretOrigin]) -> String {
    match origins {
        [] => "missing".to_owned(),
        some => some.iter().map(|origin| origin.as_str()).collect::<Vec<_>>().join(", "),
    }
}

impl From<SecretError> for CliError {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::BadName { .. } => CliError::new(ErrorKind::Usage, error),
            SecretError::Save(error) => error.into(),
            SecretError::Empty { .. }
            | SecretError::TooLong { .. }
            | SecretError::Full { .. }
            | SecretError::Refused { .. } => CliError::new(ErrorKind::Failed, error),
            SecretError::NoWorkspace { .. }
            | SecretError::Read { .. }
            | SecretError::Malformed { .. }
            | SecretError::ReadOnly { .. }
            | SecretError::Setting { .. }
            | SecretError::Lock(_)
            | SecretError::Start { .. }
            | SecretError::TooSlow { .. } => CliError::new(ErrorKind::Environment, error),
        }
    }
}

fn secrets_of(paths: &Paths, workspace: Option<&Workspace>) -> Secrets {
    let (settings, _) = Settings::load(paths);
    Secrets::new(paths, &settings.secrets, workspace.map(|workspace| workspace.root.as_path()))
}
