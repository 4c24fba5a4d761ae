//! Reads profiles from the database.

use indexmap::IndexMap;
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::profile::{self, CHAT_ID, PackedProfile, Profile, Reachability, Value};
use crate::store::ProfilePage;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT identity, json(properties), state FROM profiles LEFT JOIN reachability ON profile_id = id ",
            $rest
        )
    };
}

pub(super) fn by_identity(connection: &Connection, identity: &str) -> rusqlite::Result<Option<Profile>> {
    let mut statement = connection.prepare_cached(select!("WHERE identity = ?1"))?;
    statement.query_row([identity], to_profile).optional()
}

pub(super) fn by_id(connection: &Connection, id: i64) -> rusqlite::Result<Profile> {
    connection.prepare_cached(select!("WHERE id = ?1"))?.query_row([id], to_profile)
}

pub(super) fn packed(connection: &Connection, id: i64) -> rusqlite::Result<PackedProfile> {
    connection.prepare_cached(select!("WHERE id = ?1"))?.query_row([id], |row| {
        let state: Option<String> = row.get(2)?;
        let reachability = to_reachability(state.as_deref());
        PackedProfile::new(row.get(0)?, row.get_ref(1)?.as_str()?, reachability).map_err(not_json)
    })
}

pub(super) fn test_profiles(connection: &Connection) -> rusqlite::Result<Vec<Profile>> {
    let mut statement = connection.prepare_cached(select!("WHERE is_test = 1 ORDER BY identity"))?;
    statement.query_map([], to_profile)?.collect()
}

pub(super) fn blocked_chats(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT properties -> ?1 FROM reachability JOIN profiles ON id = profile_id WHERE state = 'blocked'",
    )?;
    let mut rows = statement.query([format!("$.{CHAT_ID}")])?;
    let mut chats = Vec::new();
    while let Some(row) = rows.next()? {
        let json = row.get_ref(0)?.as_str_or_null()?;
        let chat = json.and_then(|json| serde_json::from_str::<serde_json::Value>(json).ok());
        // A chat id may be stored as text, because CSV files and CleverTap's data can contain it as text.
        chats.extend(match chat.map(Value::from) {
            Some(Value::Integer(id)) => Some(id),
            Some(Value::Text(text)) => text.parse().ok(),
            _ => None,
        });
    }
    Ok(chats)
}

pub(super) fn count(connection: &Connection) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached("SELECT n FROM totals WHERE name = 'profiles'")?;
    statement.query_row([], |row| Ok(to_count(row.get(0)?)))
}

pub(super) fn to_count(n: i64) -> u64 {
    n.try_into().unwrap_or_default()
}

pub(super) fn page(
    connection: &Connection,
    search: &str,
    after: Option<&str>,
    limit: usize,
) -> rusqlite::Result<ProfilePage> {
    let needle = search.trim().to_lowercase();
    // Without `after`, the query starts after "". No identity is empty, so all identities come after "".
    let mut statement = connection.prepare_cached(select!("WHERE ?1 < identity ORDER BY identity"))?;
    let mut rows = statement.query([after.unwrap_or_default()])?;
    let mut page = ProfilePage::default();
    while let Some(row) = rows.next()? {
        if !may_match(row, &needle)? {
            continue;
        }
        let profile = to_profile(row)?;
        if !matches(&profile, &needle) {
            continue;
        }
        // One profile more than `limit` is read, to know whether there is a next page.
        if page.profiles.len() == limit {
            page.next = page.profiles.last().map(|last| last.identity.clone());
            break;
        }
        page.profiles.push(profile);
    }
    Ok(page)
}

// Rules out most rows before their JSON is parsed. JSON contains a text unchanged, except for characters that are
// escaped. So if `needle`, the text to search for, contains such a character, no row can be ruled out here.
fn may_match(row: &Row<'_>, needle: &str) -> rusqlite::Result<bool> {
    let is_escaped = |c: char| c.is_control() || matches!(c, '"' | '\\');
    Ok(needle.is_empty()
        || needle.contains(is_escaped)
        || row.get_ref(1)?.as_str()?.to_lowercase().contains(needle)
        || row.get_ref(0)?.as_str()?.to_lowercase().contains(needle))
}

fn matches(profile: &Profile, needle: &str) -> bool {
    needle.is_empty()
        || profile.identity.to_lowercase().contains(needle)
        || profile.properties.values().any(|value| has_text(value, needle))
}

fn has_text(value: &Value, needle: &str) -> bool {
    match value {
        Value::Text(text) => text.to_lowercase().contains(needle),
        Value::List(items) => items.iter().any(|item| has_text(item, needle)),
        Value::Object(members) => members.values().any(|member| has_text(member, needle)),
        Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_) | Value::Date(_) | Value::Null => false,
    }
}

pub(super) fn to_profile(row: &Row<'_>) -> rusqlite::Result<Profile> {
    let properties = properties(row.get_ref(1)?.as_str()?)?;
    let state: Option<String> = row.get(2)?;
    Ok(Profile { identity: row.get(0)?, properties, reachability: to_reachability(state.as_deref()) })
}

pub(super) fn properties(json: &str) -> rusqlite::Result<IndexMap<String, Value>> {
    profile::properties(json).map_err(not_json)
}

fn not_json(source: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Text, source.into())
}

/// Returns the word that stands for `state` in the database. Returns `None` for `Unknown`, which is stored as a missing
/// row.
pub(super) fn reachability_word(state: Reachability) -> Option<&'static str> {
    match state {
        Reachability::Unknown => None,
        Reachability::Reachable => Some("reachable"),
        Reachability::Blocked => Some("blocked"),
        Reachability::Gone => Some("gone"),
    }
}

fn to_reachability(word: Option<&str>) -> Reachability {
    [Reachability::Reachable, Reachability::Blocked, Reachability::Gone]
        .into_iter()
        .find(|state| reachability_word(*state) == word)
        .unwrap_or_default()
}
