//! Adds events and reads them.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use crate::profile::{Event, properties_to_json};
use crate::segment::EventSummary;
use crate::store::{AddedEvent, EventRecord};

use super::read;

pub(super) fn add(connection: &mut Connection, records: &[EventRecord]) -> rusqlite::Result<Vec<AddedEvent>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut added = Vec::with_capacity(records.len());
    // A batch has thousands of events with the same few names.
    let mut names = HashSet::new();
    {
        let mut find = transaction.prepare_cached("SELECT id FROM profiles WHERE identity = ?1")?;
        let mut insert = transaction.prepare_cached(
            "INSERT INTO events (profile_id, name, at, key, properties) VALUES (?1, ?2, ?3, ?4, jsonb(?5)) \
             ON CONFLICT (key) DO NOTHING",
        )?;
        let mut name = transaction
            .prepare_cached("INSERT OR IGNORE INTO event_properties (event, property) VALUES (?1, ?2)")?;
        for record in records {
            let EventRecord { identity, key, event } = record;
            let id: Option<i64> = find.query_row([identity], |row| row.get(0)).optional()?;
            let Some(id) = id else {
                added.push(AddedEvent::NoSuchProfile);
                continue;
            };
            let json = properties_to_json(&event.properties);
            let n = insert.execute(params![id, event.name, event.at.as_second(), key, json])?;
            added.push(if n == 0 { AddedEvent::Known } else { AddedEvent::Added });
            for property in std::iter::once("").chain(event.properties.keys().map(String::as_str)) {
                if names.insert((event.name.as_str(), property)) {
                    name.execute([&event.name, property])?;
                }
            }
        }
    }
    transaction.commit()?;
    Ok(added)
}

pub(super) fn of_profile(connection: &Connection, identity: &str) -> rusqlite::Result<Vec<Event>> {
    let mut statement = connection.prepare_cached(
        "SELECT name, at, json(properties) FROM events \
         WHERE profile_id = (SELECT id FROM profiles WHERE identity = ?1) ORDER BY at DESC, id DESC",
    )?;
    let events = statement.query_map([identity], |row| {
        let second: i64 = row.get(1)?;
        // telecast writes no other seconds. In a stranger's database, such an event is at the start of 1970.
        let at = jiff::Timestamp::from_second(second).unwrap_or_default();
        Ok(Event { name: row.get(0)?, at, properties: read::properties(row.get_ref(2)?.as_str()?)? })
    })?;
    events.collect()
}

pub(super) fn summaries(connection: &Connection) -> rusqlite::Result<Vec<EventSummary>> {
    let mut statement =
        connection.prepare_cached("SELECT event, property FROM event_properties ORDER BY event, property")?;
    let mut rows = statement.query([])?;
    let mut summaries: Vec<EventSummary> = Vec::new();
    while let Some(row) = rows.next()? {
        let (event, property) = (row.get_ref(0)?.as_str()?, row.get(1)?);
        match summaries.last_mut().filter(|last| last.name == event) {
            Some(last) => last.properties.push(property),
            // The row with an empty property is the first with this name.
            None => summaries.push(EventSummary { name: event.to_owned(), properties: Vec::new() }),
        }
    }
    Ok(summaries)
}
