//! Opens a workspace's profile store and chooses the profile for a message. The store is a database in the workspace's
//! private folder (`.telecast`). If this folder may come from someone else, the store is opened read-only.

use std::io;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::capture::CapturedChat;
use crate::profile::{CHAT_ID, Profile, TEST_USER, Value, Vocabulary};
use crate::store::{self, SqliteStore, Store};
use crate::workspace::{Folder, PrivateFolderStatus, SaveError};

#[derive(Debug, thiserror::Error)]
pub enum ProfileStoreError {
    #[error(transparent)]
    Folder(#[from] SaveError),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Opens the profile store for reading and writing. If the private folder (`.telecast`) is foreign, which means that it
/// may come from someone else, opens the store read-only.
///
/// If the store is missing, creates it. A missing store is not created if the private folder is foreign, or if telecast
/// cannot write to the workspace. This function then returns an empty store in memory. Profiles that are added to the
/// store in memory are lost when the process ends.
pub(crate) fn open_store(folder: &Folder) -> Result<Arc<dyn Store>, ProfileStoreError> {
    // The database in a foreign folder is only read, never written, because the folder may have come from a stranger
    // together with the workspace.
    if folder.private_folder_status()? == PrivateFolderStatus::Foreign {
        return open_store_to_read(folder);
    }
    match folder.new_database() {
        Ok(path) => Ok(Arc::new(SqliteStore::open(&path)?)),
        Err(SaveError::Write { source, .. }) if is_read_only(&source) => empty_store(),
        Err(error) => Err(error.into()),
    }
}

/// Opens the profile store to change it. Fails if the private folder is foreign or cannot be created.
pub(crate) fn open_store_to_write(folder: &Folder) -> Result<Arc<dyn Store>, ProfileStoreError> {
    folder.ensure_private_folder()?;
    open_store(folder)
}

/// Opens the profile store to read it. If the store does not exist, returns an empty store in memory and creates no
/// file.
pub(crate) fn open_store_to_read(folder: &Folder) -> Result<Arc<dyn Store>, ProfileStoreError> {
    open_existing_store(folder)?.map_or_else(empty_store, Ok)
}

/// Opens the profile store; `None` if it does not exist. Does not create a database.
pub(crate) fn open_existing_store(folder: &Folder) -> Result<Option<Arc<dyn Store>>, ProfileStoreError> {
    let Some(path) = folder.database()? else { return Ok(None) };
    let store = match folder.private_folder_status()? {
        PrivateFolderStatus::Ours => SqliteStore::open(&path)?,
        PrivateFolderStatus::Absent | PrivateFolderStatus::Foreign => SqliteStore::open_read_only(&path)?,
    };
    Ok(Some(Arc::new(store)))
}

fn empty_store() -> Result<Arc<dyn Store>, ProfileStoreError> {
    Ok(Arc::new(SqliteStore::open_in_memory()?))
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProfileContext {
    pub vocabulary: Arc<Vocabulary>,
    pub profile: Option<Arc<Profile>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProfileChoice<'a> {
    Nobody,
    /// The profile with this identity, or none if there is no such profile.
    Only(&'a str),
    /// The first test profile, or none if there are no test profiles. An ordinary profile is not chosen, because the
    /// output of a command must not depend on which ordinary profile happens to be the first.
    TestProfile,
    /// The profile with this identity. If there is none, the first test profile. If there are no test profiles, the
    /// first profile.
    Any(Option<&'a str>),
}

/// Reads the vocabulary (the properties that the store's profiles have) and the chosen profile. Blocks.
pub(crate) fn load_profile_context(
    store: &dyn Store,
    choice: ProfileChoice<'_>,
) -> Result<ProfileContext, store::Error> {
    let mut profile = match choice {
        ProfileChoice::Only(identity) | ProfileChoice::Any(Some(identity)) => store.get(identity)?,
        ProfileChoice::Nobody | ProfileChoice::TestProfile | ProfileChoice::Any(None) => None,
    };
    if profile.is_none() && matches!(choice, ProfileChoice::TestProfile | ProfileChoice::Any(_)) {
        profile = store.test_profiles()?.into_iter().next();
    }
    if profile.is_none() && matches!(choice, ProfileChoice::Any(_)) {
        profile = store.list("", None, 1)?.profiles.into_iter().next();
    }
    Ok(ProfileContext { vocabulary: Arc::new(store.vocabulary()?), profile: profile.map(Arc::new) })
}

/// Adds a test profile with the title and the id of this chat, and returns the profile's identity. If the chat already
/// has such a profile, updates the profile. Blocks.
pub(crate) fn add_test_profile(store: &dyn Store, chat: &CapturedChat) -> Result<String, store::Error> {
    // The identity depends only on the chat's id, so that capturing a chat twice makes one profile.
    let identity = format!("telegram-{}", chat.id);
    let mut properties = IndexMap::from([
        (CHAT_ID.to_owned(), Value::Integer(chat.id)),
        (TEST_USER.to_owned(), Value::Text("Yes".to_owned())),
    ]);
    if chat.title != chat.id.to_string() {
        // Both properties are set: `Name` is CleverTap's own property, and the bodies of new campaigns greet with
        // `first_name`.
        let first_name = chat.title.split_whitespace().next().unwrap_or_default().to_owned();
        properties.insert("Name".to_owned(), Value::Text(chat.title.clone()));
        properties.insert("first_name".to_owned(), Value::Text(first_name));
    }
    store.set(&identity, properties)?;
    Ok(identity)
}

/// Returns up to `limit` profiles that match a search, as [`Store::list`] does. The test profiles come first. Blocks.
pub(crate) fn find_profiles(
    store: &dyn Store,
    search: &str,
    limit: usize,
) -> Result<Vec<Profile>, store::Error> {
    let mut found = store.list(search, None, limit)?.profiles;
    // Without a search, the first page of a large store may lack the test profiles.
    if search.trim().is_empty() {
        let tests = store.test_profiles()?;
        found.retain(|profile| !profile.is_test_profile());
        found.splice(..0, tests);
        found.truncate(limit);
    }
    found.sort_by_key(|profile| !profile.is_test_profile());
    Ok(found)
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::profile::Value;

    /// Checks which of the profiles is chosen; `*` marks a test profile.
    #[track_caller]
    fn check(people: &[&str], choice: ProfileChoice<'_>, expected: Option<&str>) {
        let store = SqliteStore::open_in_memory().unwrap();
        for person in people {
            let mark =
                person.strip_prefix('*').map(|_| ("ct_is_test_user".to_owned(), Value::Text("Yes".into())));
            store.set(person.trim_start_matches('*'), IndexMap::from_iter(mark)).unwrap();
        }
        let profile = load_profile_context(&store, choice).unwrap().profile;
        assert_eq!(profile.map(|profile| profile.identity.clone()).as_deref(), expected);
    }

    #[test]
    fn a_named_profile_precedes_test_profiles_and_the_first_profile() {
        let people = ["anna", "ben", "*carl", "*dora"];
        check(&people, ProfileChoice::Any(Some("ben")), Some("ben"));
        check(&people, ProfileChoice::Any(Some("nobody")), Some("carl"));
        check(&people, ProfileChoice::Any(None), Some("carl"));
        check(&people[..2], ProfileChoice::Any(None), Some("anna"));
        check(&[], ProfileChoice::Any(Some("ben")), None);
    }

    #[test]
    fn test_profiles_are_found_first_also_beyond_the_first_page() {
        let store = SqliteStore::open_in_memory().unwrap();
        for identity in ["a", "b", "c"] {
            store.set(identity, IndexMap::new()).unwrap();
        }
        let mark = IndexMap::from([("ct_is_test_user".to_owned(), Value::Text("Yes".into()))]);
        store.set("z", mark).unwrap();
        let found = |search| -> Vec<String> {
            find_profiles(&store, search, 2).unwrap().into_iter().map(|profile| profile.identity).collect()
        };
        assert_eq!(found(""), ["z", "a"]);
        assert_eq!(found("b"), ["b"]);
    }

    #[test]
    fn commands_never_fall_back_to_an_ordinary_profile() {
        check(&["anna", "*carl"], ProfileChoice::TestProfile, Some("carl"));
        check(&["anna"], ProfileChoice::TestProfile, None);
        check(&["anna", "*carl"], ProfileChoice::Only("ben"), None);
        check(&["anna", "*carl"], ProfileChoice::Nobody, None);
    }
}
