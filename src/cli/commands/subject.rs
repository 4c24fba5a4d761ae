//! For whom, and with which event, a campaign is made: the options that `render` and `test` share.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::cli::args::{Source, Whose};
use crate::cli::error::{CliError, Kind, Result};
use crate::cli::output::Output;
use crate::profile::{Profile, Value};
use crate::service::{FindError, Job, SampleEvent, Session, Whom, load_people};
use crate::workspace::Workspace;

use super::read;

pub fn job(
    workspace: &Arc<Workspace>,
    session: &Session,
    stem: &str,
    whose: &Whose,
    output: &mut Output,
) -> Result<Job> {
    let whom = match (&whose.profile_json, &whose.profile) {
        (Some(_), _) => Whom::Nobody,
        (None, Some(identity)) => Whom::Only(identity),
        (None, None) => Whom::TestProfile,
    };
    // Asking must not make a database: a workspace in CI has none. There, the template is checked all the same.
    let store = session.store_if_any()?;
    let people = store.map(|store| load_people(&*store, whom)).transpose()?.unwrap_or_default();
    let profile = match (&whose.profile_json, &whose.profile) {
        (Some(source), _) => Some(Arc::new(of_json(json(source)?, &name(source))?)),
        (None, Some(identity)) => Some(people.profile.ok_or_else(|| FindError::NoProfile(identity.clone()))?),
        (None, None) => {
            match &people.profile {
                Some(profile) => output.note(format!("for the test profile {}", profile.identity))?,
                None => output.note("for no profile: there is no test profile, and --profile names none")?,
            }
            people.profile
        }
    };
    Ok(Job {
        profile,
        vocabulary: Some(people.vocabulary),
        event: whose.event_json.as_ref().map(event).transpose()?,
        ..Job::of_files(workspace, stem)
    })
}

/// Takes a flat object of properties, or CleverTap's `{"identity": …, "profileData": {…}}`.
fn of_json(json: Json, name: &str) -> Result<Profile> {
    let Json::Object(mut members) = json else {
        return Err(CliError::new(Kind::Failed, format!("{name} is not a JSON object of properties")));
    };
    let identity = match members.get("identity") {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let properties = match members.remove("profileData") {
        Some(Json::Object(data)) => data,
        Some(_) => {
            return Err(CliError::new(Kind::Failed, format!("`profileData` in {name} is not a JSON object")));
        }
        None => members,
    };
    let set = properties.into_iter().filter(|(_, value)| !value.is_null());
    let properties: IndexMap<String, Value> = set.map(|(key, value)| (key, Value::from(value))).collect();
    Ok(Profile { identity, properties, ..Profile::default() })
}

fn event(source: &Source) -> Result<SampleEvent> {
    match json(source)? {
        json @ Json::Object(_) => Ok(SampleEvent::from_json(json)),
        _ => Err(CliError::new(Kind::Failed, format!("{} is not a JSON object", name(source)))),
    }
}

fn json(source: &Source) -> Result<Json> {
    serde_json::from_str(&read::text(source)?)
        .map_err(|error| CliError::new(Kind::Failed, format!("{} is not JSON: {error}", name(source))))
}

fn name(source: &Source) -> String {
    match source {
        Source::Stdin => "stdin".to_owned(),
        Source::File(path) => path.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, identity: &str, properties: &str) {
        let profile = of_json(serde_json::from_str(json).unwrap(), "it").unwrap();
        assert_eq!(profile.identity, identity);
        let shown: serde_json::Map<_, _> =
            profile.properties.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
        assert_eq!(Json::Object(shown).to_string(), properties);
    }

    #[test]
    fn both_forms_of_a_profile_are_read_and_null_is_not_set() {
        check(r#"{"plan":"pro","age":null}"#, "", r#"{"plan":"pro"}"#);
        check(r#"{"identity":42,"profileData":{"plan":"pro"}}"#, "42", r#"{"plan":"pro"}"#);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for json in ["[]", "1", r#"{"profileData":[]}"#] {
            assert!(of_json(serde_json::from_str(json).unwrap(), "it").is_err(), "{json}");
        }
    }
}
