//! Candidates for a sample, found without reading all profiles: the rows as bytes say enough to leave most of them out.
//!
//! ```text
//! rows ──glance (length, telling bytes)──▶ some ids ──read──▶ profile::sample::Chooser ──▶ fewer ids ──▶ Sample
//! ```

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _};

use crate::profile::Packed;
use crate::profile::sample::Chooser;

use super::read;

/// How many rows are looked at at a time: others wait for the connection that long.
const ROWS_AT_A_TIME: u32 = 2_000;

pub(super) const PROFILES_AT_A_TIME: usize = 200;

/// How many rows are looked at at most; of more, stretches from all over.
const MAX_GLANCES: u64 = 200_000;

const CANDIDATES_PER_PROFILE: usize = 3;

/// The bytes that markup, JSON and other scripts begin with; each is a column of [`Glance::counts`].
///
/// A text stands in a row as it is. The bytes between texts add a few to some counts, which only makes for an odd
/// candidate.
const TELLING: [&[u8]; 8] = [
    b"_",
    b"*`",
    b"[]()",
    b"<>",
    b"&",
    b"\\\"\n\r\t",
    &[0xf0, 0xf1, 0xf2, 0xf3, 0xf4],
    &[0xd6, 0xd7, 0xd8, 0xd9],
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glance {
    pub id: i64,
    length: usize,
    counts: [u16; TELLING.len()],
}

/// The ids of the first profiles by identity.
pub(super) fn first(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM profiles ORDER BY identity LIMIT ?1")?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    statement.query_map([limit], |row| row.get(0))?.collect()
}

/// The ids from which the stretches begin that are looked at.
pub(super) fn starts(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare_cached("SELECT min(id), max(id) FROM profiles")?;
    let (first, last): (Option<i64>, Option<i64>) =
        statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
    let n_ids = last.abs_diff(first).saturating_add(1);
    let stretch = u64::from(ROWS_AT_A_TIME);
    let n_stretches = n_ids.div_ceil(stretch).min(MAX_GLANCES / stretch);
    let step = n_ids.div_ceil(n_stretches);
    Ok((0..n_stretches).filter_map(|n| first.checked_add_unsigned(n * step)).collect())
}

/// Looks at the rows of one stretch: the next ones from an id on.
pub(super) fn glance(connection: &Connection, start: i64) -> rusqlite::Result<Vec<Glance>> {
    let sql = "SELECT id, properties FROM profiles WHERE ?1 <= id ORDER BY id LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([start, ROWS_AT_A_TIME.into()], |row| {
        let bytes = row.get_ref(1)?.as_bytes()?;
        Ok(Glance { id: row.get(0)?, length: bytes.len(), counts: counts(bytes) })
    })?;
    rows.collect()
}

fn counts(bytes: &[u8]) -> [u16; TELLING.len()] {
    const COLUMNS: [u8; 256] = columns();
    let mut counts = [0_u16; TELLING.len()];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(COLUMNS[usize::from(*byte)])) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// For each byte the column it counts in; past the end for none.
const fn columns() -> [u8; 256] {
    let mut columns = [u8::MAX; 256];
    let mut column = 0;
    while column < TELLING.len() {
        let mut at = 0;
        while at < TELLING[column].len() {
            columns[TELLING[column][at] as usize] = column as u8;
            at += 1;
        }
        column += 1;
    }
    columns
}

/// Returns the ids of up to `CANDIDATES_PER_PROFILE × limit` rows: the most of each kind, then a spread.
pub(super) fn candidates(glances: &[Glance], limit: usize) -> Vec<i64> {
    let wanted = limit.saturating_mul(CANDIDATES_PER_PROFILE).min(glances.len());
    // Half of them are extremes: so many of each of the columns, the longest and the shortest.
    let n_each = wanted / 2 / (TELLING.len() + 2);
    let mut ids: Vec<i64> = Vec::with_capacity(wanted);
    ids.extend(most(glances, n_each, |glance| glance.length));
    ids.extend(most(glances, n_each, |glance| usize::MAX - glance.length));
    for column in 0..TELLING.len() {
        ids.extend(most(glances, n_each, |glance| glance.counts[column].into()));
    }
    ids.sort_unstable();
    ids.dedup();
    let rest: Vec<i64> =
        glances.iter().map(|glance| glance.id).filter(|id| ids.binary_search(id).is_err()).collect();
    // A damaged or a hostile file may give one id twice, and then fewer are left than it seems.
    let n_spread = (wanted - ids.len()).min(rest.len());
    ids.extend((0..n_spread).map(|n| rest[n * rest.len() / n_spread]));
    ids.sort_unstable();
    ids
}

fn most(glances: &[Glance], n: usize, degree: impl Fn(&Glance) -> usize) -> Vec<i64> {
    let mut order: Vec<(std::cmp::Reverse<usize>, i64)> =
        glances.iter().map(|glance| (std::cmp::Reverse(degree(glance)), glance.id)).collect();
    if n < order.len() {
        order.select_nth_unstable(n);
        order.truncate(n);
    }
    order.into_iter().map(|(_, id)| id).collect()
}

/// Shows the chooser the profiles with these ids; returns the ids of those it saw: one that is gone meanwhile is left out.
pub(super) fn show(
    connection: &Connection,
    ids: &[i64],
    chooser: &mut Chooser,
) -> rusqlite::Result<Vec<i64>> {
    let mut seen = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(profile) = read::by_id(connection, *id).optional()? {
            chooser.see(&profile);
            seen.push(*id);
        }
    }
    Ok(seen)
}

/// Packs the profiles with these ids; one that is gone meanwhile is left out.
pub(super) fn pack(connection: &Connection, ids: &[i64]) -> rusqlite::Result<Vec<Arc<Packed>>> {
    let found = ids.iter().map(|id| read::packed(connection, *id).optional());
    Ok(found.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().flatten().map(Arc::new).collect())
}

/// Gives back the memory of all the pages that were looked at once.
pub(super) fn let_go(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA shrink_memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64, text: &str) -> Glance {
        Glance { id, length: text.len(), counts: counts(text.as_bytes()) }
    }

    #[test]
    fn one_odd_row_among_many_is_a_candidate() {
        for odd in ["Ann_a", "A*na", "[Ann", "Ann<", "R&Ba", "A\"na", "👍", "مرحبا", "a long name", ""]
        {
            let mut rows: Vec<Glance> = (0..10_000).map(|id| row(id, "Annas")).collect();
            rows[7_531] = row(7_531, odd);
            let ids = candidates(&rows, 100);
            assert!(ids.contains(&7_531), "{odd}");
            assert_eq!(ids.len(), 300, "{odd}");
        }
    }

    #[test]
    fn few_rows_are_all_candidates() {
        let rows: Vec<Glance> = (0..50).map(|id| row(id, "x")).collect();
        assert_eq!(candidates(&rows, 100), (0..50).collect::<Vec<_>>());
        assert!(candidates(&[], 100).is_empty());
    }
}
