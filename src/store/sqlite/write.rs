//! Writes changes to the database, one transaction per batch. Checks the changes against the properties' types, and
//! keeps the counts up to date.

use std::borrow::Cow;
use std::collections::HashMap;

use indexmap::IndexMap;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use crate::profile::{Profile, Reachability, Value, ValueKind, properties_to_json};
use crate::store::{ChangeError, ProfileChange, WriteOutcome, Written};

use super::read;

/// The types and counts of the properties, and the change in the number of profiles. The properties are loaded at the
/// start of a transaction, and the changes are saved at its end.
// During the transaction, the counts are kept in memory, because a batch of an import changes the same few counts
// thousands of times.
struct PropertyTotals {
    properties: HashMap<String, PropertyCount>,
    /// The number of created profiles minus the number of deleted profiles.
    new_profiles: i64,
}

struct PropertyCount {
    kind: ValueKind,
    n_set: i64,
    is_changed: bool,
}

pub(super) fn batch(
    connection: &mut Connection,
    changes: &[ProfileChange],
) -> rusqlite::Result<Vec<WriteOutcome>> {
    // IMMEDIATE takes the write lock at once. A deferred transaction would start as a reader. If another process then
    // wrote, SQLite would refuse the deferred transaction's first write without waiting.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut totals = PropertyTotals::load(&transaction)?;
    let outcomes =
        changes.iter().map(|change| apply(&transaction, &mut totals, change)).collect::<Result<_, _>>()?;
    totals.save(&transaction)?;
    transaction.commit()?;
    Ok(outcomes)
}

pub(super) fn delete(connection: &mut Connection, identity: &str) -> rusqlite::Result<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let Some((id, properties)) = stored(&transaction, identity)? else {
        return Ok(false);
    };
    let mut totals = PropertyTotals::load(&transaction)?;
    properties.keys().for_each(|name| totals.count_removed(name));
    totals.new_profiles = -1;
    transaction.execute("DELETE FROM profiles WHERE id = ?1", [id])?;
    totals.save(&transaction)?;
    transaction.commit()?;
    Ok(true)
}

pub(super) fn reachability(
    connection: &Connection,
    identity: &str,
    state: Reachability,
) -> rusqlite::Result<bool> {
    let mut find = connection.prepare_cached("SELECT id FROM profiles WHERE identity = ?1")?;
    let Some(id) = find.query_row([identity], |row| row.get::<_, i64>(0)).optional()? else {
        return Ok(false);
    };
    match read::reachability_word(state) {
        Some(word) => connection
            .prepare_cached("INSERT OR REPLACE INTO reachability (profile_id, state) VALUES (?1, ?2)")?
            .execute(params![id, word])?,
        None => connection.prepare_cached("DELETE FROM reachability WHERE profile_id = ?1")?.execute([id])?,
    };
    Ok(true)
}

fn apply(
    transaction: &Transaction<'_>,
    totals: &mut PropertyTotals,
    change: &ProfileChange,
) -> rusqlite::Result<WriteOutcome> {
    if let Err(refusal) = totals.check(change) {
        return Ok(Err(refusal));
    }
    let before = stored(transaction, &change.identity)?;
    let (id, mut properties) = before.unzip();
    // The properties are merged here and not with SQLite's json_patch, which would also merge nested objects and drop
    // the nulls in them.
    let properties = properties.get_or_insert_default();
    for (name, value) in &change.properties {
        let value = as_stored(value);
        match value.kind() {
            Some(kind) => {
                if properties.insert(name.clone(), value.into_owned()).is_none() {
                    totals.count_set(name, kind);
                }
            }
            None => {
                if properties.shift_remove(name).is_some() {
                    totals.count_removed(name);
                }
            }
        }
    }
    let profile = Profile {
        identity: change.identity.clone(),
        properties: std::mem::take(properties),
        ..Profile::default()
    };
    save(transaction, id, &profile)?;
    if id.is_some() {
        return Ok(Ok(Written::Updated));
    }
    totals.new_profiles += 1;
    Ok(Ok(Written::Created))
}

// Returns the value as it will be read back. A text in CleverTap's date form (`$D_<seconds>`) comes back as a date.
// JSON has no NaN or infinity, so these come back as null. The type of the value as it comes back is checked, and not
// the type of the original value. If the original type were checked, a date could get into a text property.
fn as_stored(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::Text(text) if text.starts_with("$D_") => Cow::Owned(Value::from(value.to_json())),
        Value::Decimal(number) if !number.is_finite() => Cow::Owned(Value::Null),
        _ => Cow::Borrowed(value),
    }
}

fn stored(
    transaction: &Transaction<'_>,
    identity: &str,
) -> rusqlite::Result<Option<(i64, IndexMap<String, Value>)>> {
    let mut find =
        transaction.prepare_cached("SELECT id, json(properties) FROM profiles WHERE identity = ?1")?;
    find.query_row([identity], |row| Ok((row.get(0)?, read::properties(row.get_ref(1)?.as_str()?)?)))
        .optional()
}

fn save(transaction: &Transaction<'_>, id: Option<i64>, profile: &Profile) -> rusqlite::Result<()> {
    let json = properties_to_json(&profile.properties);
    let is_test = profile.is_test_profile();
    match id {
        Some(id) => transaction
            .prepare_cached("UPDATE profiles SET properties = jsonb(?2), is_test = ?3 WHERE id = ?1")?
            .execute(params![id, json, is_test])?,
        None => transaction
            .prepare_cached(
                "INSERT INTO profiles (identity, properties, is_test) VALUES (?1, jsonb(?2), ?3)",
            )?
            .execute(params![profile.identity, json, is_test])?,
    };
    Ok(())
}

impl PropertyTotals {
    fn load(transaction: &Transaction<'_>) -> rusqlite::Result<Self> {
        let mut statement = transaction.prepare_cached("SELECT name, kind, n_set FROM properties")?;
        let rows = statement.query_map([], |row| {
            let kind = to_kind(row.get_ref(1)?.as_str()?);
            Ok((row.get(0)?, PropertyCount { kind, n_set: row.get(2)?, is_changed: false }))
        })?;
        Ok(Self { properties: rows.collect::<Result<_, _>>()?, new_profiles: 0 })
    }

    fn check(&self, change: &ProfileChange) -> Result<(), ChangeError> {
        if change.identity.is_empty() {
            return Err(ChangeError::EmptyIdentity);
        }
        for (property, value) in &change.properties {
            if property.is_empty() {
                return Err(ChangeError::EmptyName);
            }
            // A property that no profile has any more has no type. This can happen within a batch, when a change
            // removes the property from the last profile that had it.
            let known = self.properties.get(property).filter(|known| 0 < known.n_set);
            let (Some(known), Some(given)) = (known.map(|known| known.kind), as_stored(value).kind()) else {
                continue;
            };
            if known != given {
                return Err(ChangeError::WrongKind { property: property.clone(), known, given });
            }
        }
        Ok(())
    }

    fn count_set(&mut self, name: &str, kind: ValueKind) {
        match self.properties.get_mut(name) {
            Some(known) => {
                *known = PropertyCount { kind, n_set: known.n_set.saturating_add(1), is_changed: true };
            }
            None => {
                self.properties.insert(name.to_owned(), PropertyCount { kind, n_set: 1, is_changed: true });
            }
        }
    }

    fn count_removed(&mut self, name: &str) {
        if let Some(known) = self.properties.get_mut(name) {
            known.n_set = known.n_set.saturating_sub(1);
            known.is_changed = true;
        }
    }

    /// Writes the counts that changed. A property that no profile has is deleted, together with its type.
    fn save(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut put = transaction
            .prepare_cached("INSERT OR REPLACE INTO properties (name, kind, n_set) VALUES (?1, ?2, ?3)")?;
        let mut forget = transaction.prepare_cached("DELETE FROM properties WHERE name = ?1")?;
        for (name, known) in self.properties.iter().filter(|(_, known)| known.is_changed) {
            match known.n_set {
                ..=0 => forget.execute([name])?,
                n_set => put.execute(params![name, known.kind.as_str(), n_set])?,
            };
        }
        transaction
            .prepare_cached("UPDATE totals SET n = n + ?1 WHERE name = 'profiles'")?
            .execute([self.new_profiles])?;
        Ok(())
    }
}

/// Returns the type that is stored as `word`.
// `Text` is not in the list, because it is the fallback for every other word. Unknown words do not occur: telecast
// writes only the words of its own types. A database of a later version might have other types, but is refused when it
// is opened.
pub(super) fn to_kind(word: &str) -> ValueKind {
    [ValueKind::Number, ValueKind::Boolean, ValueKind::Date, ValueKind::List, ValueKind::Object]
        .into_iter()
        .find(|kind| kind.as_str() == word)
        .unwrap_or(ValueKind::Text)
}
