//! Finds candidates for a sample without parsing all profiles. The raw bytes of a row are enough to rule out most rows.
//!
//! ```text
//! rows ──summarize (length, byte counts)──▶ some ids ──read──▶ SampleChooser ──▶ fewer ids ──▶ Sample
//! ```

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _};

use crate::profile::PackedProfile;
use crate::profile::sample::SampleChooser;

use super::read;

// The number of rows to summarize at a time. The number is small, because other calls cannot use the connection while
// rows are summarized.
const ROWS_AT_A_TIME: u32 = 2_000;

// The number of profiles to parse at a time. The number is small, because other calls cannot use the connection while
// profiles are parsed.
pub(super) const PROFILES_AT_A_TIME: usize = 200;

// The maximum number of rows to summarize. In a larger table, only some ranges of rows, spread over the table, are
// summarized. So even for a very large audience, the time is limited.
const MAX_SUMMARIES: u64 = 200_000;

const CANDIDATES_PER_PROFILE: usize = 3;

// The bytes that reveal markup, JSON escapes, emoji, and Hebrew or Arabic script. Each group of bytes is counted
// together, in one column of `RowSummary::counts`.
//
// The bytes are counted in the stored JSONB, which contains each text unchanged. JSONB's own header bytes add a little
// to some counts. At worst, these extra counts make an ordinary profile a candidate.
const COUNTED_BYTES: [&[u8]; 8] = [
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
pub(super) struct RowSummary {
    pub id: i64,
    length: usize,
    counts: [u16; COUNTED_BYTES.len()],
}

/// Returns the ids of the first profiles, in the order of their identities.
pub(super) fn first(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM profiles ORDER BY identity LIMIT ?1")?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    statement.query_map([limit], |row| row.get(0))?.collect()
}

/// Returns the ids at which the ranges to summarize start.
pub(super) fn range_starts(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare_cached("SELECT min(id), max(id) FROM profiles")?;
    let (first, last): (Option<i64>, Option<i64>) =
        statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
    // The ranges are computed from the first and the last id, because counting the rows would scan the table.
    let n_ids = last.abs_diff(first).saturating_add(1);
    let range = u64::from(ROWS_AT_A_TIME);
    let n_ranges = n_ids.div_ceil(range).min(MAX_SUMMARIES / range);
    let step = n_ids.div_ceil(n_ranges);
    Ok((0..n_ranges).filter_map(|n| first.checked_add_unsigned(n * step)).collect())
}

/// Summarizes the rows of one range, starting at the id `start`.
pub(super) fn summarize_rows(connection: &Connection, start: i64) -> rusqlite::Result<Vec<RowSummary>> {
    let sql = "SELECT id, properties FROM profiles WHERE ?1 <= id ORDER BY id LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([start, ROWS_AT_A_TIME.into()], |row| {
        let bytes = row.get_ref(1)?.as_bytes()?;
        Ok(RowSummary { id: row.get(0)?, length: bytes.len(), counts: counts(bytes) })
    })?;
    rows.collect()
}

fn counts(bytes: &[u8]) -> [u16; COUNTED_BYTES.len()] {
    const COLUMNS: [u8; 256] = columns();
    let mut counts = [0_u16; COUNTED_BYTES.len()];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(COLUMNS[usize::from(*byte)])) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// Returns the column for each byte. A byte that is not counted gets `u8::MAX`, which is not the number of a column.
const fn columns() -> [u8; 256] {
    let mut columns = [u8::MAX; 256];
    let mut column = 0;
    while column < COUNTED_BYTES.len() {
        let mut at = 0;
        while at < COUNTED_BYTES[column].len() {
            columns[COUNTED_BYTES[column][at] as usize] = column as u8;
            at += 1;
        }
        column += 1;
    }
    columns
}

/// Returns the ids of up to `CANDIDATES_PER_PROFILE × limit` rows: rows with extreme lengths or counts, and some other
/// rows.
pub(super) fn candidates(rows: &[RowSummary], limit: usize) -> Vec<i64> {
    let wanted = limit.saturating_mul(CANDIDATES_PER_PROFILE).min(rows.len());
    // Half of the candidates are extremes, in equal numbers: the rows with the highest counts in each column, the
    // longest rows, and the shortest rows. The other half is spread evenly over the remaining rows, so that ordinary
    // profiles are in the sample too.
    let n_each = wanted / 2 / (COUNTED_BYTES.len() + 2);
    let mut ids: Vec<i64> = Vec::with_capacity(wanted);
    ids.extend(highest(rows, n_each, |row| row.length));
    ids.extend(highest(rows, n_each, |row| usize::MAX - row.length));
    for column in 0..COUNTED_BYTES.len() {
        ids.extend(highest(rows, n_each, |row| row.counts[column].into()));
    }
    ids.sort_unstable();
    ids.dedup();
    let rest: Vec<i64> = rows.iter().map(|row| row.id).filter(|id| ids.binary_search(id).is_err()).collect();
    // `rest` may have fewer rows than are needed to reach `wanted`, or even no rows. This happens if a damaged or
    // hostile database returns the same id twice.
    let n_spread = (wanted - ids.len()).min(rest.len());
    ids.extend((0..n_spread).map(|n| rest[n * rest.len() / n_spread]));
    ids.sort_unstable();
    ids
}

fn highest(rows: &[RowSummary], n: usize, degree: impl Fn(&RowSummary) -> usize) -> Vec<i64> {
    let mut order: Vec<(std::cmp::Reverse<usize>, i64)> =
        rows.iter().map(|row| (std::cmp::Reverse(degree(row)), row.id)).collect();
    if n < order.len() {
        // The selection takes linear time. Sorting 200,000 rows once for each of the ten criteria would be noticeably
        // slow.
        order.select_nth_unstable(n);
        order.truncate(n);
    }
    order.into_iter().map(|(_, id)| id).collect()
}

/// Shows the profiles with these ids to the chooser and returns the ids of the profiles that were shown. A profile that
/// has been deleted in the meantime is left out.
pub(super) fn show_to_chooser(
    connection: &Connection,
    ids: &[i64],
    chooser: &mut SampleChooser,
) -> rusqlite::Result<Vec<i64>> {
    let mut seen = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(profile) = read::by_id(connection, *id).optional()? {
            chooser.add(&profile);
            seen.push(*id);
        }
    }
    Ok(seen)
}

/// Returns the profiles with these ids in packed form. A profile that has been deleted in the meantime is left out.
pub(super) fn pack(connection: &Connection, ids: &[i64]) -> rusqlite::Result<Vec<Arc<PackedProfile>>> {
    let found = ids.iter().map(|id| read::packed(connection, *id).optional());
    Ok(found.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().flatten().map(Arc::new).collect())
}

/// Frees SQLite's page cache, which is full of pages that will not be read again soon.
pub(super) fn release_memory(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA shrink_memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64, text: &str) -> RowSummary {
        RowSummary { id, length: text.len(), counts: counts(text.as_bytes()) }
    }

    #[test]
    fn one_odd_row_among_many_is_a_candidate() {
        for odd in ["Ann_a", "A*na", "[Ann", "Ann<", "R&Ba", "A\"na", "👍", "مرحبا", "a long name", ""]
        {
            let mut rows: Vec<RowSummary> = (0..10_000).map(|id| row(id, "Annas")).collect();
            rows[7_531] = row(7_531, odd);
            let ids = candidates(&rows, 100);
            assert!(ids.contains(&7_531), "{odd}");
            assert_eq!(ids.len(), 300, "{odd}");
        }
    }

    #[test]
    fn few_rows_are_all_candidates() {
        let rows: Vec<RowSummary> = (0..50).map(|id| row(id, "x")).collect();
        assert_eq!(candidates(&rows, 100), (0..50).collect::<Vec<_>>());
        assert!(candidates(&[], 100).is_empty());
    }
}
