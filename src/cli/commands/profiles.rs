//! `telecast profiles`: the people that messages are made for.

mod import;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use crate::cli::args::{Format, ListProfiles, ProfilesCommand, Property, SetProfile};
use crate::cli::error::{CliError, Ending, Kind, Result};
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::dialect::Dialect;
use crate::profile::import::read_one;
use crate::profile::{Profile, Reachability, Value, limits};
use crate::service::{find_profile, people_to_change, people_to_read};
use crate::store::{Store, Written};
use crate::workspace::Workspace;

pub fn run(place: &Place, command: ProfilesCommand, output: &mut Output) -> Result {
    let workspace = place.workspace()?;
    let folder = workspace.folder(&place.paths);
    let (to_read, to_change) = (|| people_to_read(&folder), || people_to_change(&folder));
    match command {
        ProfilesCommand::Import(args) => import::run(&workspace, &*to_change()?, &args, output),
        ProfilesCommand::List(args) => list(&*to_read()?, &args, output),
        ProfilesCommand::Show { identity, format } => show(&*to_read()?, &identity, format, output),
        ProfilesCommand::Set(args) => set(&workspace, &*to_change()?, args, output),
        ProfilesCommand::Delete { identities } => delete(&*to_change()?, &identities, output),
    }
}

fn list(people: &dyn Store, args: &ListProfiles, output: &mut Output) -> Result {
    let page = people.list(args.text.as_deref().unwrap_or_default(), None, args.limit)?;
    if args.format.json {
        output.json(&page.profiles.iter().map(describe).collect())?;
    } else {
        let rows: Vec<Vec<String>> = page.profiles.iter().map(row).collect();
        output.table(&["identity", "name", "chat id", "chat", "test profile"], &rows)?;
    }
    if page.next.is_some() {
        let total = people.count()?;
        output.note(format!("… more of {total} profiles: --limit N shows them, a text searches"))?;
    }
    Ok(Ending::Done)
}

fn row(profile: &Profile) -> Vec<String> {
    let chat = profile.chat_id().map(words).unwrap_or_default();
    let is_test = if profile.is_test_profile() { "yes" } else { "" };
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

fn show(people: &dyn Store, identity: &str, format: Format, output: &mut Output) -> Result {
    let profile = find_profile(Some(people), identity)?;
    if format.json {
        output.json(&describe(&profile))?;
        return Ok(Ending::Done);
    }
    let mut rows = vec![vec!["identity".to_owned(), String::new(), profile.identity.clone()]];
    rows.extend(profile.properties.iter().map(|(name, value)| {
        let kind = value.kind().map_or("", |kind| kind.as_str());
        vec![name.clone(), kind.to_owned(), words(value)]
    }));
    if profile.reachability != Reachability::Unknown {
        rows.push(vec!["(chat)".to_owned(), String::new(), profile.reachability.as_str().to_owned()]);
    }
    output.table(&["property", "type", "value"], &rows)?;
    Ok(Ending::Done)
}

fn describe(profile: &Profile) -> Json {
    let properties: serde_json::Map<String, Json> =
        profile.properties.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
    json!({
        "identity": profile.identity,
        "properties": properties,
        "reachability": profile.reachability.as_str(),
    })
}

/// Returns a value as text: what JSON would write, without the quotes of a text.
fn words(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Date(instant) => instant.to_string(),
        other => other.to_json().to_string(),
    }
}

fn set(workspace: &Workspace, people: &dyn Store, args: SetProfile, output: &mut Output) -> Result {
    let known = people.vocabulary()?;
    let zone = workspace.time_zone();
    let mut properties = IndexMap::new();
    for Property { name, value } in args.properties {
        let kind = known.property(&name).map(|property| property.kind);
        let read = match value.as_str() {
            "" => Value::Null,
            text => read_one(text, kind, &zone)
                .map_err(|misfit| CliError::new(Kind::Failed, format!("{name}: {misfit}")))?,
        };
        if workspace.settings().dialect == Dialect::CleverTap {
            limits::check_name(&name)
                .and_then(|()| limits::check_value(&read))
                .map_err(|error| CliError::new(Kind::Failed, format!("{name}: {error}")))?;
        }
        properties.insert(name, read);
    }
    match people.set(&args.identity, properties)? {
        Written::Created => output.note(format!("made the profile `{}`", args.identity))?,
        Written::Updated => {}
    }
    Ok(Ending::Done)
}

fn delete(people: &dyn Store, identities: &[String], output: &mut Output) -> Result {
    let mut ending = Ending::Done;
    for identity in identities {
        if !people.delete(identity)? {
            output.note(format!("there is no profile `{identity}`"))?;
            ending = Ending::Problems;
        }
    }
    Ok(ending)
}
