//! `telecast profiles`: imports, lists, shows and changes the profiles of recipients.

mod import;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use crate::cli::args::{Format, ListProfiles, ProfilesCommand, Property, SetProfile};
use crate::cli::environment::Environment;
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::profile::typed::TypingRules;
use crate::profile::{Profile, Reachability, Value};
use crate::service::{find_profile, open_store_to_read, open_store_to_write};
use crate::store::{Store, Written};
use crate::workspace::Workspace;

pub(crate) fn run(environment: &Environment, command: ProfilesCommand, output: &mut CliOutput) -> Result {
    let workspace = environment.workspace()?;
    let folder = workspace.folder(&environment.paths);
    // Only subcommands that change profiles may create the database. These subcommands refuse a `.telecast` folder that
    // was made elsewhere, but reading from such a folder is allowed.
    let (to_read, to_change) = (|| open_store_to_read(&folder), || open_store_to_write(&folder));
    match command {
        ProfilesCommand::Import(args) => import::run(&workspace, &*to_change()?, &args, output),
        ProfilesCommand::List(args) => list(&*to_read()?, &args, output),
        ProfilesCommand::Show { identity, format } => show(&*to_read()?, &identity, format, output),
        ProfilesCommand::Set(args) => set(&workspace, &*to_change()?, args, output),
        ProfilesCommand::Delete { identities } => delete(&*to_change()?, &identities, output),
    }
}

fn list(store: &dyn Store, args: &ListProfiles, output: &mut CliOutput) -> Result {
    let page = store.list(args.text.as_deref().unwrap_or_default(), None, args.limit)?;
    print(&page.profiles, args.format, output)?;
    if let Some(text) = args.text.as_ref().filter(|_| page.profiles.is_empty()) {
        output.note(format!("no profile matches `{text}`"))?;
    }
    if page.next.is_some() {
        let total = store.count()?;
        output.note(format!("… {total} profiles in all: use --limit N to list more, or a text to search"))?;
    }
    Ok(ExitStatus::Done)
}

/// Prints profiles as a table or as JSON.
pub(super) fn print(profiles: &[Profile], format: Format, output: &mut CliOutput) -> Result<()> {
    if format.json {
        output.json(&profiles.iter().map(to_json).collect())?;
    } else {
        let rows: Vec<Vec<String>> = profiles.iter().map(row).collect();
        output.table(&["identity", "name", "chat id", "reachable", "test profile"], &rows)?;
    }
    Ok(())
}

fn row(profile: &Profile) -> Vec<String> {
    let chat = profile.chat_id().map(value_text).unwrap_or_default();
    let is_test = if profile.is_test_profile() { "yes" } else { "" };
    // Reachability means whether messages reach the profile's chat. Without a chat id, there is nothing to show.
    let reachability = match profile.chat_id() {
        Some(_) => profile.reachability.as_str(),
        None => "",
    };
    vec![
        profile.identity.clone(),
        profile.display_name().to_owned(),
        chat,
        reachability.to_owned(),
        is_test.to_owned(),
    ]
}

fn show(store: &dyn Store, identity: &str, format: Format, output: &mut CliOutput) -> Result {
    let profile = find_profile(Some(store), identity)?;
    if format.json {
        output.json(&to_json(&profile))?;
        return Ok(ExitStatus::Done);
    }
    let mut rows = vec![vec!["identity".to_owned(), String::new(), profile.identity.clone()]];
    rows.extend(profile.properties.iter().map(|(name, value)| {
        let kind = value.kind().map_or("", |kind| kind.as_str());
        vec![name.clone(), kind.to_owned(), value_text(value)]
    }));
    // `(chat)` is in parentheses to show that it is not a property: there may also be a property named `chat`.
    if profile.reachability != Reachability::Unknown {
        rows.push(vec!["(chat)".to_owned(), String::new(), profile.reachability.as_str().to_owned()]);
    }
    output.table(&["property", "type", "value"], &rows)?;
    Ok(ExitStatus::Done)
}

fn to_json(profile: &Profile) -> Json {
    let properties: serde_json::Map<String, Json> =
        profile.properties.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
    json!({
        "identity": profile.identity,
        "properties": properties,
        "reachability": profile.reachability.as_str(),
    })
}

/// Returns a value as in JSON, but texts and dates without quotes.
fn value_text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Date(instant) => instant.to_string(),
        other => other.to_json().to_string(),
    }
}

fn set(workspace: &Workspace, store: &dyn Store, args: SetProfile, output: &mut CliOutput) -> Result {
    let known = store.vocabulary()?;
    let zone = workspace.time_zone();
    let rules = TypingRules { known: &known, zone: &zone, dialect: workspace.settings().dialect };
    let mut properties = IndexMap::new();
    for Property { name, value } in args.properties {
        // An empty value, as in `plan=`, unsets the property.
        let read = rules
            .read(&name, &value)
            .map_err(|error| CliError::new(ErrorKind::Failed, format!("{name}: {error}")))?;
        properties.insert(name, read);
    }
    match store.set(&args.identity, properties)? {
        Written::Created => output.note(format!("created the profile `{}`", args.identity))?,
        Written::Updated => {}
    }
    Ok(ExitStatus::Done)
}

fn delete(store: &dyn Store, identities: &[String], output: &mut CliOutput) -> Result {
    // All identities are tried: a missing profile must not prevent the deletion of the other profiles.
    let mut status = ExitStatus::Done;
    for identity in identities {
        if !store.delete(identity)? {
            output.error(format!("there is no profile `{identity}`"))?;
            status = ExitStatus::Problems;
        }
    }
    Ok(status)
}
