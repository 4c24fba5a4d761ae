//! Creates, changes, deletes, and restores single profiles.

use std::sync::Arc;

use indexmap::IndexMap;

use super::profiles::{ProfileChoice, ProfileContext, ProfileStoreError, load_profile_context};
use super::session::Session;
use crate::profile::{Profile, Reachability, Value};
use crate::store::{self, Store};
use crate::workspace::SaveError;

/// A change to one profile.
#[derive(Debug, Clone, PartialEq)]
pub enum ProfileEdit {
    Create {
        identity: String,
        properties: IndexMap<String, Value>,
    },
    /// Sets these properties. [`Value::Null`] removes a property, and the other properties stay as they are.
    Update {
        identity: String,
        properties: IndexMap<String, Value>,
    },
    Delete {
        identity: String,
    },
    /// Stores a deleted profile again.
    Restore(Arc<Profile>),
}

/// The profiles after a [`ProfileEdit`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProfileEdited {
    /// The context's profile is the changed one. After a deletion, it is the one that [`Session::edit_profile`]
    /// chooses.
    pub context: ProfileContext,
    pub deleted: Option<Arc<Profile>>,
}

#[derive(Debug, thiserror::Error)]
pub enum ProfileEditError {
    #[error("there is already a profile `{0}`: choose another identity")]
    Exists(String),
    #[error("there is no profile `{0}` any more")]
    Gone(String),
    #[error(transparent)]
    Folder(#[from] SaveError),
    #[error(transparent)]
    Open(#[from] ProfileStoreError),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Session {
    /// Changes one profile. Fails if the private folder is foreign, which means that it may come from someone else.
    /// After a deletion, chooses the profile with the identity `preferred`, or another one as [`ProfileChoice::Any`]
    /// describes. Blocks.
    pub fn edit_profile(
        &self,
        edit: ProfileEdit,
        preferred: Option<&str>,
    ) -> Result<ProfileEdited, ProfileEditError> {
        self.folder().ensure_private_folder()?;
        let store = self.store()?;
        let changed = match &edit {
            ProfileEdit::Create { identity, .. } | ProfileEdit::Update { identity, .. } => {
                Some(identity.clone())
            }
            ProfileEdit::Restore(profile) => Some(profile.identity.clone()),
            ProfileEdit::Delete { .. } => preferred.map(str::to_owned),
        };
        let deleted = apply(&*store, edit)?;
        let context = load_profile_context(&*store, ProfileChoice::Any(changed.as_deref()))?;
        Ok(ProfileEdited { context, deleted })
    }
}

/// Applies a change, and returns the deleted profile, if any.
fn apply(store: &dyn Store, edit: ProfileEdit) -> Result<Option<Arc<Profile>>, ProfileEditError> {
    match edit {
        ProfileEdit::Create { identity, properties } => create(store, &identity, properties)?,
        ProfileEdit::Update { identity, properties } => {
            // If the profile has been deleted in the meantime, setting its properties would create a profile with only
            // these properties.
            if store.get(&identity)?.is_none() {
                return Err(ProfileEditError::Gone(identity));
            }
            store.set(&identity, properties)?;
        }
        ProfileEdit::Restore(profile) => {
            create(store, &profile.identity, profile.properties.clone())?;
            if profile.reachability != Reachability::Unknown {
                store.set_reachability(&profile.identity, profile.reachability)?;
            }
        }
        ProfileEdit::Delete { identity } => {
            let profile = store.get(&identity)?.ok_or(ProfileEditError::Gone(identity))?;
            store.delete(&profile.identity)?;
            return Ok(Some(Arc::new(profile)));
        }
    }
    Ok(None)
}

fn create(
    store: &dyn Store,
    identity: &str,
    properties: IndexMap<String, Value>,
) -> Result<(), ProfileEditError> {
    // Without this check, the properties would be added to the profile that has this identity.
    if store.get(identity)?.is_some() {
        return Err(ProfileEditError::Exists(identity.to_owned()));
    }
    store.set(identity, properties)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::SqliteStore;

    fn plan(value: &str) -> IndexMap<String, Value> {
        IndexMap::from([("plan".to_owned(), Value::Text(value.to_owned()))])
    }

    #[test]
    fn a_profile_is_never_created_over_another_or_changed_after_its_deletion() {
        let store = SqliteStore::open_in_memory().unwrap();
        let edit = |edit| apply(&store, edit).map_err(|error| error.to_string());
        let identity = || "anna".to_owned();
        let create = || ProfileEdit::Create { identity: identity(), properties: plan("pro") };
        assert_eq!(edit(create()), Ok(None));
        let taken = Err("there is already a profile `anna`: choose another identity".to_owned());
        assert_eq!(edit(create()), taken);
        let deleted = edit(ProfileEdit::Delete { identity: identity() }).unwrap().unwrap();
        let gone = Err("there is no profile `anna` any more".to_owned());
        assert_eq!(edit(ProfileEdit::Update { identity: identity(), properties: plan("free") }), gone);
        assert_eq!(edit(ProfileEdit::Delete { identity: identity() }), gone);
        assert_eq!(store.count().unwrap(), 0);
        assert_eq!(edit(ProfileEdit::Restore(Arc::clone(&deleted))), Ok(None));
        assert_eq!(edit(ProfileEdit::Restore(Arc::clone(&deleted))), taken);
        assert_eq!(store.get("anna").unwrap().as_ref(), Some(&*deleted));
    }

    #[test]
    fn a_restored_profile_is_as_reachable_as_before() {
        let store = SqliteStore::open_in_memory().unwrap();
        store.set("ben", plan("pro")).unwrap();
        store.set_reachability("ben", Reachability::Blocked).unwrap();
        let deleted = apply(&store, ProfileEdit::Delete { identity: "ben".to_owned() }).unwrap().unwrap();
        apply(&store, ProfileEdit::Restore(deleted)).unwrap();
        assert_eq!(store.get("ben").unwrap().unwrap().reachability, Reachability::Blocked);
    }
}
