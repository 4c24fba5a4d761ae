//! Fills a store with profiles for the benchmarks.

use std::path::Path;

use indexmap::IndexMap;
use telecast::profile::{Reachability, Value};
use telecast::store::{ProfileChange, SqliteStore, Store};

/// One profile in this many has blocked the bot.
const BLOCKED: usize = 100;

/// Adds `n` profiles with eight properties and `n_extra` more. One profile in a thousand has `<` in its name.
pub fn fill(database: &Path, n: usize, n_extra: usize) {
    let store = SqliteStore::open(database).unwrap();
    let step = (200_000 / (8 + n_extra)).max(1);
    for first in (0..n).step_by(step) {
        let changes: Vec<ProfileChange> = (first..n.min(first + step)).map(|n| person(n, n_extra)).collect();
        store.write(&changes).unwrap();
    }
    for n in (0..n).step_by(BLOCKED) {
        store.set_reachability(&identity(n), Reachability::Blocked).unwrap();
    }
}

fn person(n: usize, n_extra: usize) -> ProfileChange {
    let text = |text: String| Value::Text(text);
    let name = if n.is_multiple_of(1000) { format!("Ann<{n}") } else { format!("Anna {n}") };
    let mut properties: IndexMap<String, Value> = IndexMap::from([
        ("name".to_owned(), text(format!("{name} Petrova"))),
        ("first_name".to_owned(), text(name)),
        ("email".to_owned(), text(format!("anna_{n}@shop.example"))),
        ("plan".to_owned(), text(["free", "pro", "team"][n % 3].to_owned())),
        ("ltv".to_owned(), Value::Decimal(n as f64 / 100.0)),
        ("orders".to_owned(), Value::Integer((n % 40) as i64)),
        ("newsletter".to_owned(), Value::Boolean(n.is_multiple_of(2))),
        ("telegram_chat_id".to_owned(), Value::Integer(1_000_000 + n as i64)),
    ]);
    properties
        .extend((0..n_extra).map(|at| (format!("extra_{at}"), text(format!("value {} of {n}", at * n)))));
    ProfileChange { identity: identity(n), properties }
}

fn identity(n: usize) -> String {
    format!("c{n:07}")
}
