//! Lists the properties that templates can use, with the number of profiles that have them and some frequent values.
//! The numbers are up to date, because every write updates them. The values come from only the first thousand profiles.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::profile::{PropertySummary, Value, Vocabulary};

use super::data_version::DataVersion;
use super::{Inner, read, write};

// The number of profiles to read: enough to find frequent values, and few enough to read them on a keystroke.
const MAX_PROFILES_READ: u32 = 1_000;

// The maximum number of distinct values to count: per property, and (approximately) for all properties together.
// Without the second limit, the values of a thousand properties would take more memory than the rest of telecast.
const MAX_DISTINCT: usize = 200;
const MAX_DISTINCT_IN_TOTAL: usize = 20_000;

// The number of frequent values to return per property.
const N_FREQUENT: usize = 5;

// The maximum number of characters of a returned value. Values are shown next to the property's name, where longer
// values would not fit.
const MAX_CHARS: usize = 40;

pub(super) struct CachedVocabulary {
    version: DataVersion,
    vocabulary: Vocabulary,
}

pub(super) fn current(inner: &mut Inner) -> rusqlite::Result<Vocabulary> {
    let version = DataVersion::of(&inner.connection)?;
    if let Some(cached) = inner.vocabulary.as_ref().filter(|cached| cached.version == version) {
        return Ok(cached.vocabulary.clone());
    }
    let vocabulary = load(&inner.connection)?;
    inner.vocabulary = Some(CachedVocabulary { version, vocabulary: vocabulary.clone() });
    Ok(vocabulary)
}

fn load(connection: &Connection) -> rusqlite::Result<Vocabulary> {
    let n_properties: usize = connection
        .query_row("SELECT count(*) FROM properties", [], |row| Ok(read::to_count(row.get(0)?)))?
        .try_into()
        .unwrap_or(usize::MAX);
    // At least twice as many values are counted as are returned. With fewer, the values that are found first would be
    // returned, whether or not they are frequent.
    let max_distinct = MAX_DISTINCT.min(MAX_DISTINCT_IN_TOTAL / n_properties.max(1)).max(2 * N_FREQUENT);
    let mut tallies = tally_values(connection, max_distinct)?;
    let mut statement =
        connection.prepare_cached("SELECT name, kind, n_set FROM properties ORDER BY name")?;
    let properties = statement.query_map([], |row| {
        let name: String = row.get(0)?;
        let tally = tallies.remove(&name).unwrap_or_default();
        Ok(PropertySummary {
            kind: write::to_kind(row.get_ref(1)?.as_str()?),
            n_set: read::to_count(row.get(2)?),
            samples: tally.most_frequent(),
            name,
        })
    })?;
    Ok(Vocabulary {
        properties: properties.collect::<Result<_, _>>()?,
        n_profiles: read::count(connection)?,
        ..Vocabulary::default()
    })
}

/// The values of one property, each with the number of times that it was found.
#[derive(Default)]
struct Tally(HashMap<String, usize>);

impl Tally {
    fn add(&mut self, value: &Value, max_distinct: usize) {
        let Some(text) = shortened_text(value) else { return };
        let has_room = self.0.len() < max_distinct;
        match self.0.get_mut(&text) {
            Some(n) => *n += 1,
            None if has_room => drop(self.0.insert(text, 1)),
            // If the map is full, a new value is not counted. A value that first appears after so many other values is
            // unlikely to be among the most frequent values.
            None => {}
        }
    }

    fn most_frequent(self) -> Vec<String> {
        let mut values: Vec<_> = self.0.into_iter().collect();
        // Values with equal counts are sorted by their text, because the order of the map is random.
        values.sort_by(|(a, n_a), (b, n_b)| n_b.cmp(n_a).then_with(|| a.cmp(b)));
        values.into_iter().take(N_FREQUENT).map(|(text, _)| text).collect()
    }
}

fn tally_values(connection: &Connection, max_distinct: usize) -> rusqlite::Result<HashMap<String, Tally>> {
    let mut tallies: HashMap<String, Tally> = HashMap::new();
    let mut statement =
        connection.prepare_cached("SELECT json(properties) FROM profiles ORDER BY id LIMIT ?1")?;
    let mut rows = statement.query([MAX_PROFILES_READ])?;
    while let Some(row) = rows.next()? {
        for (name, value) in read::properties(row.get_ref(0)?.as_str()?)? {
            tallies.entry(name).or_default().add(&value, max_distinct);
        }
    }
    Ok(tallies)
}

/// Returns the value as text: dates in RFC 3339 format, and lists and objects as JSON. Cuts the text to [`MAX_CHARS`]
/// and adds `…` if it is longer. Returns `None` for null.
fn shortened_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::Text(text) => text.clone(),
        Value::Date(instant) => instant.to_string(),
        Value::Null => return None,
        Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_) | Value::List(_) | Value::Object(_) => {
            value.to_json().to_string()
        }
    };
    match text.char_indices().nth(MAX_CHARS) {
        Some((at, _)) => Some(format!("{}…", &text[..at])),
        None => Some(text),
    }
}
