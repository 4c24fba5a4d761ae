//! The people of a workspace, opened as its private folder's standing allows, and whom a message is previewed for.

use std::io;
use std::sync::Arc;

use crate::profile::{Profile, Vocabulary};
use crate::store::{self, SqliteStore, Store};
use crate::workspace::{Folder, SaveError, Standing};

#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    #[error(transparent)]
    Folder(#[from] SaveError),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Opens the people: to read and write where the private folder is ours, only to read where it is foreign.
///
/// What is not there yet is made. In a foreign folder, or where nothing may be written, nobody is known, and whoever is
/// added is forgotten with the process.
pub fn open_people(folder: &Folder) -> Result<Arc<dyn Store>, PeopleError> {
    if folder.standing()? == Standing::Foreign {
        return people_to_read(folder);
    }
    match folder.new_database() {
        Ok(path) => Ok(Arc::new(SqliteStore::open(&path)?)),
        Err(SaveError::Write { source, .. }) if is_read_only(&source) => nobody(),
        Err(error) => Err(error.into()),
    }
}

/// Opens the people to change them; refused where the private folder is foreign.
pub fn people_to_change(folder: &Folder) -> Result<Arc<dyn Store>, PeopleError> {
    folder.private()?;
    open_people(folder)
}

/// Opens the people to look at them; where there are none, none are made.
pub fn people_to_read(folder: &Folder) -> Result<Arc<dyn Store>, PeopleError> {
    find_people(folder)?.map_or_else(nobody, Ok)
}

/// Opens the people where there are any: asking makes no database.
pub fn find_people(folder: &Folder) -> Result<Option<Arc<dyn Store>>, PeopleError> {
    let Some(path) = folder.database()? else { return Ok(None) };
    let people = match folder.standing()? {
        Standing::Ours => SqliteStore::open(&path)?,
        Standing::Absent | Standing::Foreign => SqliteStore::open_read_only(&path)?,
    };
    Ok(Some(Arc::new(people)))
}

fn nobody() -> Result<Arc<dyn Store>, PeopleError> {
    Ok(Arc::new(SqliteStore::open_in_memory()?))
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct People {
    pub vocabulary: Arc<Vocabulary>,
    pub profile: Option<Arc<Profile>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom<'a> {
    Nobody,
    /// The profile of this identity, else nobody.
    Only(&'a str),
    /// The first test profile, else nobody: a command's answer must not hang on who happens to be first.
    TestProfile,
    /// The profile of this identity where there is one, else the first test profile, else the first of all.
    Anybody(Option<&'a str>),
}

/// Reads what is known of the people. Blocks.
pub fn load_people(store: &dyn Store, whom: Whom<'_>) -> Result<People, store::Error> {
    let mut profile = match whom {
        Whom::Only(identity) | Whom::Anybody(Some(identity)) => store.get(identity)?,
        Whom::Nobody | Whom::TestProfile | Whom::Anybody(None) => None,
    };
    if profile.is_none() && matches!(whom, Whom::TestProfile | Whom::Anybody(_)) {
        profile = store.test_profiles()?.into_iter().next();
    }
    if profile.is_none() && matches!(whom, Whom::Anybody(_)) {
        profile = store.list("", None, 1)?.profiles.into_iter().next();
    }
    Ok(People { vocabulary: Arc::new(store.vocabulary()?), profile: profile.map(Arc::new) })
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::profile::Value;

    /// Whom a message is previewed for among these; `*` marks a test profile.
    #[track_caller]
    fn check(people: &[&str], whom: Whom<'_>, expected: Option<&str>) {
        let store = SqliteStore::open_in_memory().unwrap();
        for person in people {
            let mark =
                person.strip_prefix('*').map(|_| ("ct_is_test_user".to_owned(), Value::Text("Yes".into())));
            store.set(person.trim_start_matches('*'), IndexMap::from_iter(mark)).unwrap();
        }
        let profile = load_people(&store, whom).unwrap().profile;
        assert_eq!(profile.map(|profile| profile.identity.clone()).as_deref(), expected);
    }

    #[test]
    fn the_one_asked_for_comes_before_a_test_profile_and_that_before_the_first() {
        let people = ["anna", "ben", "*carl", "*dora"];
        check(&people, Whom::Anybody(Some("ben")), Some("ben"));
        check(&people, Whom::Anybody(Some("nobody")), Some("carl"));
        check(&people, Whom::Anybody(None), Some("carl"));
        check(&people[..2], Whom::Anybody(None), Some("anna"));
        check(&[], Whom::Anybody(Some("ben")), None);
    }

    #[test]
    fn a_command_takes_whom_it_names_or_a_test_profile_or_nobody() {
        check(&["anna", "*carl"], Whom::TestProfile, Some("carl"));
        check(&["anna"], Whom::TestProfile, None);
        check(&["anna", "*carl"], Whom::Only("ben"), None);
        check(&["anna", "*carl"], Whom::Nobody, None);
    }
}
