//! Finds the profile and the event that a message is rendered with, from the options that `render` and `test` share.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::cli::args::{InputSource, RecipientArgs};
use crate::cli::error::{CliError, ErrorKind, Result};
use crate::cli::output::CliOutput;
use crate::profile::{Profile, Value};
use crate::service::{FindError, MessageJob, ProfileChoice, SampleEvent, Session, load_profile_context};
use crate::workspace::Workspace;

use super::read;

pub(crate) fn job(
    workspace: &Arc<Workspace>,
    session: &Session,
    stem: &str,
    args: &RecipientArgs,
    output: &mut CliOutput,
) -> Result<MessageJob> {
    let choice = match (&args.profile_json, &args.profile) {
        (Some(_), _) => ProfileChoice::Nobody,
        (None, Some(identity)) => ProfileChoice::Only(identity),
        (None, None) => ProfileChoice::TestProfile,
    };
    // `store_if_any` opens the database of profiles only if it exists: a workspace in CI usually has no database, and
    // reading must not create one. Without a database, there is no test profile, but the template is still checked.
    let store = session.store_if_any()?;
    let context = store.map(|store| load_profile_context(&*store, choice)).transpose()?.unwrap_or_default();
    let profile = match (&args.profile_json, &args.profile) {
        (Some(source), _) => Some(Arc::new(parse_profile(json(source)?, &name(source))?)),
        (None, Some(identity)) => {
            Some(context.profile.ok_or_else(|| FindError::NoProfile(identity.clone()))?)
        }
        (None, None) => {
            // Both arms print which profile is used, if any. The result depends on the profile, and the user did not
            // choose it with an option.
            match &context.profile {
                Some(profile) => output
                    .note(format!("using the test profile {} (no --profile given)", profile.identity))?,
                None => {
                    output.note("using no profile: there is no test profile, and no --profile was given")?
                }
            }
            context.profile
        }
    };
    let job = MessageJob {
        profile,
        vocabulary: Some(context.vocabulary),
        event: args.event_json.as_ref().map(event).transpose()?,
        ..MessageJob::from_files(workspace, stem)
    };
    if let Some(sample) = sample_in_use(&job) {
        output.note(format!("using the sample event {sample} (no --event-json given)"))?;
    }
    Ok(job)
}

/// Returns the name of the sample event, if the message is rendered with one because no event was given.
fn sample_in_use(job: &MessageJob) -> Option<&str> {
    // If the body uses no event, a note about a sample event would only confuse. The body is searched for the words
    // `Event` and `ExternalTrigger`, so the note is printed even if such a word is ordinary text. If the event is used
    // only in a partial, the message is still rendered with it, but no note is printed.
    let uses_event = ["Event", "ExternalTrigger"].iter().any(|name| job.body().contains(name));
    (job.event.is_none() && uses_event).then(|| SampleEvent::default_name(&job.workspace)).flatten()
}

/// Parses a flat object of properties, or CleverTap's `{"identity": …, "profileData": {…}}`.
fn parse_profile(json: Json, name: &str) -> Result<Profile> {
    let Json::Object(mut members) = json else {
        return Err(CliError::new(ErrorKind::Failed, format!("{name} is not a JSON object of properties")));
    };
    // The identity stays in `members`. In the flat form, it is also a property, and a body may use `Profile.identity`.
    let identity = match members.get("identity") {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let properties = match members.remove("profileData") {
        Some(Json::Object(data)) => data,
        Some(_) => {
            return Err(CliError::new(
                ErrorKind::Failed,
                format!("`profileData` in {name} is not a JSON object"),
            ));
        }
        None => members,
    };
    // In a profile, null means "not set", so properties with null are left out. If properties with null were kept, they
    // would count as known although they have no value.
    let set = properties.into_iter().filter(|(_, value)| !value.is_null());
    let properties: IndexMap<String, Value> = set.map(|(key, value)| (key, Value::from(value))).collect();
    Ok(Profile { identity, properties, ..Profile::default() })
}

fn event(source: &InputSource) -> Result<SampleEvent> {
    match json(source)? {
        json @ Json::Object(_) => Ok(SampleEvent::from_json(json)),
        _ => Err(CliError::new(ErrorKind::Failed, format!("{} is not a JSON object", name(source)))),
    }
}

fn json(source: &InputSource) -> Result<Json> {
    serde_json::from_str(&read::text(source)?)
        .map_err(|error| CliError::new(ErrorKind::Failed, format!("{} is not JSON: {error}", name(source))))
}

fn name(source: &InputSource) -> String {
    match source {
        InputSource::Stdin => "stdin".to_owned(),
        InputSource::File(path) => path.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, identity: &str, properties: &str) {
        let profile = parse_profile(serde_json::from_str(json).unwrap(), "it").unwrap();
        assert_eq!(profile.identity, identity);
        let shown: serde_json::Map<_, _> =
            profile.properties.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
        assert_eq!(Json::Object(shown).to_string(), properties);
    }

    #[test]
    fn both_forms_of_a_profile_are_parsed_and_null_is_not_set() {
        check(r#"{"plan":"pro","age":null}"#, "", r#"{"plan":"pro"}"#);
        check(r#"{"identity":42,"profileData":{"plan":"pro"}}"#, "42", r#"{"plan":"pro"}"#);
    }

    #[test]
    fn a_profile_must_be_an_object() {
        for json in ["[]", "1", r#"{"profileData":[]}"#] {
            assert!(parse_profile(serde_json::from_str(json).unwrap(), "it").is_err(), "{json}");
        }
    }
}
