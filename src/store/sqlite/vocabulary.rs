//! The properties that templates can use, with frequent values: from the counts kept on writing and from some profiles.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::profile::{PropertySummary, Value, Vocabulary};

use super::data_version::DataVersion;
use super::{Inner, read, write};

// The number of profiles that are read: enough to find frequent values, and few enough to read on a keystroke.
const N_SAMPLED: u32 = 1_000;

// The most different values to remember per property, and for all properties together. With a thousand properties
// they would otherwise take more memory than everything else.
const N_DIFFERENT: usize = 200;
const N_DIFFERENT_IN_ALL: usize = 20_000;

const N_SAMPLES: usize = 5;

// A value is shown next to a property's name, where a longer one would not fit. In characters.
const SAMPLE_CHARS: usize = 40;

pub(super) struct CachedVocabulary {
    state: DataVersion,
    vocabulary: Vocabulary,
}

pub(super) fn current(inner: &mut Inner) -> rusqlite::Result<Vocabulary> {
    let state = DataVersion::of(&inner.connection)?;
    if let Some(cached) = inner.vocabulary.as_ref().filter(|cached| cached.state == state) {
        return Ok(cached.vocabulary.clone());
    }
    let vocabulary = load(&inner.connection)?;
    inner.vocabulary = Some(CachedVocabulary { state, vocabulary: vocabulary.clone() });
    Ok(vocabulary)
}

fn load(connection: &Connection) -> rusqlite::Result<Vocabulary> {
    let n_properties: usize = connection
        .query_row("SELECT count(*) FROM properties", [], |row| Ok(read::to_count(row.get(0)?)))?
        .try_into()
        .unwrap_or(usize::MAX);
    // Never fewer than twice the values that are shown, or the most frequent one could be missed.
    let n_different = N_DIFFERENT.min(N_DIFFERENT_IN_ALL / n_properties.max(1)).max(2 * N_SAMPLES);
    let mut samples = samples(connection, n_different)?;
    let mut statement =
        connection.prepare_cached("SELECT name, kind, n_set FROM properties ORDER BY name")?;
    let properties = statement.query_map([], |row| {
        let name: String = row.get(0)?;
        let samples = samples.remove(&name).unwrap_or_default();
        Ok(PropertySummary {
            kind: write::to_kind(row.get_ref(1)?.as_str()?),
            n_set: read::to_count(row.get(2)?),
            samples: samples.most_frequent(),
            name,
        })
    })?;
    Ok(Vocabulary {
        properties: properties.collect::<Result<_, _>>()?,
        n_profiles: read::count(connection)?,
        ..Vocabulary::default()
    })
}

#[derive(Default)]
struct Tally(HashMap<String, usize>);

impl Tally {
    fn add(&mut self, value: &Value, n_different: usize) {
        let Some(text) = sample(value) else { return };
        let has_room = self.0.len() < n_different;
        match self.0.get_mut(&text) {
            Some(n) => *n += 1,
            None if has_room => drop(self.0.insert(text, 1)),
            // A value that first appears late is not counted. It is unlikely to be among the most frequent.
            None => {}
        }
    }

    fn most_frequent(self) -> Vec<String> {
        let mut values: Vec<_> = self.0.into_iter().collect();
        // The second key makes the result independent of the map's random order.
        values.sort_by(|(a, n_a), (b, n_b)| n_b.cmp(n_a).then_with(|| a.cmp(b)));
        values.into_iter().take(N_SAMPLES).map(|(text, _)| text).collect()
    }
}

fn samples(connection: &Connection, n_different: usize) -> rusqlite::Result<HashMap<String, Tally>> {
    let mut tallies: HashMap<String, Tally> = HashMap::new();
    let mut statement =
        connection.prepare_cached("SELECT json(properties) FROM profiles ORDER BY id LIMIT ?1")?;
    let mut rows = statement.query([N_SAMPLED])?;
    while let Some(row) = rows.next()? {
        for (name, value) in read::properties(row.get_ref(0)?.as_str()?)? {
            tallies.entry(name).or_default().add(&value, n_different);
        }
    }
    Ok(tallies)
}

/// Returns the value as a user would write it, cut to [`SAMPLE_CHARS`].
fn sample(value: &Value) -> Option<String> {
    let text = match value {
        Value::Text(text) => text.clone(),
        Value::Date(instant) => instant.to_string(),
        Value::Null => return None,
        Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_) | Value::List(_) | Value::Object(_) => {
            value.to_json().to_string()
        }
    };
    match text.char_indices().nth(SAMPLE_CHARS) {
        Some((at, _)) => Some(format!("{}…", &text[..at])),
        None => Some(text),
    }
}
