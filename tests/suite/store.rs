//! The store: the contract of every backend, tested on SQLite; properties of the SQLite file; imports.
#![expect(clippy::unwrap_used, reason = "shared test code may panic like a test")]

use std::cell::Cell;
use std::fs;
use std::path::PathBuf;
use std::thread;

use indexmap::IndexMap;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use tempfile::TempDir;

use telecast::dialect::Dialect;
use telecast::profile::{Value, ValueKind};
use telecast::store::{
    Error, ImportError, ImportFormat, ImportOptions, ImportReport, ProfileChange, SqliteStore, Store, import,
};

use crate::support::rounds;

mod contract;

use contract::contract;

/// A folder with a store in it, and files to import.
struct Home {
    folder: TempDir,
    store: SqliteStore,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("audience.db")).unwrap();
        Self { folder, store }
    }

    fn file(&self, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join("people");
        fs::write(&path, content).unwrap();
        path
    }

    fn try_import(
        &self,
        content: impl AsRef<[u8]>,
        options: &ImportOptions,
    ) -> Result<ImportReport, ImportError> {
        import(&self.store, &self.file(content), options, &mut |_| {})
    }

    fn import(&self, content: impl AsRef<[u8]>) -> ImportReport {
        self.try_import(content, &ImportOptions::default()).unwrap()
    }

    /// Returns the error of a refused import, without the folder's path.
    fn refusal(&self, content: impl AsRef<[u8]>, options: &ImportOptions) -> String {
        let error = self.try_import(content, options).unwrap_err().to_string();
        error.replace(&format!("{}/", self.folder.path().display()), "")
    }

    /// Returns all profiles, one per line: the identity, then the properties as JSON.
    fn people(&self) -> String {
        let page = self.store.list("", None, 1_000).unwrap();
        let lines = page.profiles.into_iter().map(|profile| {
            let properties = Value::Object(profile.properties).to_json();
            format!("{} {properties}\n", profile.identity)
        });
        lines.collect()
    }
}

/// Formats the rejected rows as `line column: reason`.
fn rejected(report: &ImportReport) -> Vec<String> {
    let lines = report.rejected.iter().map(|row| {
        let column = row.column.as_ref().map(|column| format!(" {column}")).unwrap_or_default();
        format!("{}{column}: {}", row.line, row.reason)
    });
    lines.collect()
}

#[track_caller]
fn check(content: impl AsRef<[u8]>, people: &str, wrong: &[&str]) {
    let home = Home::new();
    let report = home.import(content);
    assert_eq!(home.people(), people);
    assert_eq!(rejected(&report), wrong);
    assert_eq!(report.n_rejected, wrong.len() as u64);
}

#[test]
fn sqlite_in_memory_fulfils_the_contract() {
    contract(|| Box::new(SqliteStore::open_in_memory().unwrap()));
}

#[test]
fn sqlite_in_a_file_fulfils_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let n_made = Cell::new(0);
    contract(|| {
        n_made.set(n_made.get() + 1);
        Box::new(SqliteStore::open(&folder.path().join(format!("{}.db", n_made.get()))).unwrap())
    });
}

#[test]
fn a_csv_becomes_typed_profiles() {
    check(
        "identity,name,telegram_chat_id,ltv,vip,signed_up,phone,nothing\n\
         anna,Anna,-1001234567890,10,true,2026-01-31,007,\n\
         ben,\"O'Brien, \"\"Ben\"\"\nJr.\",,2.5,false,,+49,\n",
        "anna {\"name\":\"Anna\",\"telegram_chat_id\":-1001234567890,\"ltv\":10,\"vip\":true,\
         \"signed_up\":\"$D_1769817600\",\"phone\":\"007\"}\n\
         ben {\"name\":\"O'Brien, \\\"Ben\\\"\\nJr.\",\"ltv\":2.5,\"vip\":false,\"phone\":\"+49\"}\n",
        &[],
    );
}

#[test]
fn delimiters_bom_and_line_ends_are_detected() {
    let people = "1 {\"a\":\"x\",\"b\":2}\n";
    check("identity,a,b\n1,x,2\n", people, &[]);
    check("\u{feff}identity;a;b\r\n1;x;2\r\n", people, &[]);
    check("\"identity\"\t\"a\"\tb\n1\tx\t2", people, &[]);
    check("a;identity;\"b,c,d,e\"\nx;1;2", "1 {\"a\":\"x\",\"b,c,d,e\":2}\n", &[]);
    check(" identity , a \n1, x\n", "1 {\"a\":\" x\"}\n", &[]);
    check("identity\n1\n", "1 {}\n", &[]);
    check("a,objectId\n2,1\n", "1 {\"a\":2}\n", &[]);
    check("objectId,identity\n2,1\n", "1 {\"objectId\":2}\n", &[]);
}

#[test]
fn invalid_csv_rows_are_reported_with_their_line() {
    let home = Home::new();
    home.import("identity,age\nanna,31\n");
    let report =
        home.import("identity,age,city\r\n\r\nben,\"32\",\"a\r\nb\"\r\ncarl,old,x\r\n,5,x\r\n\r\ndora,5\r\n");
    assert_eq!(
        rejected(&report),
        ["5 age: `old` is not a number", "6: it has no identity", "8: it has 2 cells, but the header has 3"]
    );
    assert_eq!((report.n_created, report.n_updated, report.n_rejected), (1, 0, 3));
    assert_eq!(home.people(), "anna {\"age\":31}\nben {\"age\":32,\"city\":\"a\\r\\nb\"}\n");
}

#[test]
fn an_empty_cell_does_not_change_a_profile() {
    let home = Home::new();
    home.import("identity,plan,city\nanna,pro,Berlin\n");
    let report = home.import("identity,city,plan\nanna,Bonn,\nben,,\n");
    assert_eq!((report.n_created, report.n_updated), (1, 1));
    assert_eq!(home.people(), "anna {\"plan\":\"pro\",\"city\":\"Bonn\"}\nben {}\n");
    let kinds: Vec<_> = report.columns.iter().map(|column| (column.kind, column.is_new)).collect();
    assert_eq!(kinds, [(Some(ValueKind::Text), false), (Some(ValueKind::Text), false)]);
}

#[test]
fn json_lines_keep_their_types_in_both_forms() {
    check(
        "\u{feff}{\"identity\":\"anna\",\"age\":31,\"tags\":[\"a\",\"b\"],\"address\":{\"zip\":\"007\"},\"none\":null}\r\n\
         \r\n\
         {\"identity\":25555,\"type\":\"profile\",\"ts\":1,\"profileData\":{\"age\":2.0,\"signed\":\"$D_5\"}}\n\
         {\"objectId\":\"x\"}",
        "25555 {\"age\":2.0,\"signed\":\"$D_5\"}\n\
         anna {\"age\":31,\"tags\":[\"a\",\"b\"],\"address\":{\"zip\":\"007\"}}\n\
         x {}\n",
        &[],
    );
}

#[test]
fn invalid_json_lines_are_reported_with_their_line() {
    let home = Home::new();
    home.import("{\"identity\":\"anna\",\"age\":31}");
    let report = home.import(
        "{\"identity\":\"b\",\"age\":\"32\"}\n{\"identity\":\"c\",\"age\":\"old\"}\n\n{\"a\":1}\n{\"identity\":\n[]\n\
         {\"identity\":\"d\",\"type\":\"event\",\"evtName\":\"x\"}\n{\"identity\":\" \"}\n{\"identity\":true}\n",
    );
    assert_eq!(
        rejected(&report),
        [
            "2 age: `old` is not a number",
            "4: it has no identity",
            "5: it is not a JSON object",
            "6: it is not a JSON object",
            "7: it is an event, not a profile",
            "8: it has no identity",
            "9: its identity is neither a string nor a number",
        ]
    );
    assert_eq!(home.people(), "anna {\"age\":31}\nb {\"age\":32}\n");
}

#[test]
fn options_map_columns_and_set_their_types() {
    let home = Home::new();
    let options = ImportOptions {
        property_names: IndexMap::from([
            ("Customer".into(), "identity".into()),
            ("Chat".into(), "telegram_chat_id".into()),
        ]),
        types: IndexMap::from([("Chat".into(), ValueKind::Text), ("since".into(), ValueKind::Date)]),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        ..ImportOptions::default()
    };
    let report = home.try_import("Customer,Chat,since\nanna,42,1769814000\n", &options).unwrap();
    assert_eq!(home.people(), "anna {\"telegram_chat_id\":\"42\",\"since\":\"$D_1769814000\"}\n");
    assert_eq!(report.columns[0].property, "telegram_chat_id");
    let other = ImportOptions { types: IndexMap::from([("since".into(), ValueKind::Text)]), ..options };
    assert_eq!(
        home.refusal("Customer,Chat,since\n", &other),
        "`since` already has the type date, it cannot become text"
    );
}

#[test]
fn ambiguous_dates_get_a_note() {
    let report = Home::new().import("identity,day\na,01/02/2026\n");
    assert_eq!(report.columns[0].note.as_deref(), Some("read as dd/MM/yyyy; all values also fit MM/dd/yyyy"));
}

#[test]
fn an_unusable_file_is_refused_completely() {
    let home = Home::new();
    let plain = ImportOptions::default();
    for (content, expected) in [
        (&b""[..], "people is empty"),
        (b"\xef\xbb\xbf\n", "people is empty"),
        (b"name\nx\n", "people has no column `identity` (or `objectId`): name it with --identity COLUMN"),
        (b"identity,,a\n", "column 2 of people has no name in the header"),
        (b"identity,a,a\n", "two columns map to `a`"),
        (b"identity,identity\n", "two columns map to `identity`"),
        (
            b"identity,a\nx,y\nz,\xe9t\xe9\n",
            "people: line 3 is not UTF-8: save the file as UTF-8 and import it again",
        ),
        (b"\xff\xfei\0d\0", "people: line 1 is not UTF-8: save the file as UTF-8 and import it again"),
        (
            b"{\"identity\":\"\xe9\"}",
            "people: line 1 is not UTF-8: save the file as UTF-8 and import it again",
        ),
    ] {
        assert_eq!(home.refusal(content, &plain), expected);
    }
    assert_eq!(home.people(), "");
    let options = ImportOptions { types: IndexMap::from([("b".into(), ValueKind::Text)]), ..plain };
    assert_eq!(home.refusal("identity,a\n", &options), "the file has no column `b`");
    let options = ImportOptions { format: Some(ImportFormat::Csv), ..ImportOptions::default() };
    assert!(home.refusal("{\"identity\":1}", &options).contains("no column `identity`"));
    assert!(import(&home.store, &home.folder.path().join("none"), &options, &mut |_| {}).is_err());
}

#[test]
fn an_unclosed_quote_is_reported_and_a_stray_quote_is_text() {
    check("identity,a\nx,1\ny,\"open\nz,2\n", "x {\"a\":1}\n", &["3: a quote is never closed"]);
    check("identity,a\nx,5\" tube\ny,2\n", "x {\"a\":\"5\\\" tube\"}\ny {\"a\":\"2\"}\n", &[]);
    check("identity,a\nx,\"1\n2\"\n", "x {\"a\":\"1\\n2\"}\n", &[]);
}

#[test]
fn an_unclosed_quote_does_not_use_all_memory() {
    let home = Home::new();
    let mut content = String::from("identity,a\nx,y\nz,\"open\n");
    content.extend(std::iter::repeat_n("filler,line\n", 2 * 1024 * 1024));
    assert_eq!(
        home.refusal(content, &ImportOptions::default()),
        "people: the row on line 3 is longer than 16 MB: is a quote not closed?"
    );
}

#[test]
fn clevertap_limits_apply_only_in_its_dialect() {
    let content = format!("identity,a\nn/a,x\nanna,{}\n", "x".repeat(513));
    let home = Home::new();
    let options = ImportOptions { dialect: Dialect::CleverTap, ..ImportOptions::default() };
    let report = home.try_import(&content, &options).unwrap();
    assert_eq!(
        rejected(&report),
        [
            "2: CleverTap treats the identity `n/a` as missing",
            "3 a: the text has 513 characters; CleverTap allows 512"
        ]
    );
    assert_eq!(
        home.refusal("identity,a.b\n", &options),
        "the column `a.b`: CleverTap does not allow `.` in a property's name"
    );
    assert_eq!(home.import(&content).n_created, 2);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(rounds(24, 600) as u32) })]

    /// Any cells that a CSV writer wrote are read back, with every delimiter.
    #[test]
    fn csv_texts_are_read_back_unchanged(
        rows in proptest::collection::vec(("[^\\x00]{0,12}", "[\",;\t\r\n a]{0,6}"), 1..8),
        delimiter in prop_oneof![Just(b','), Just(b';'), Just(b'\t')],
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["identity", "a", "b"]).unwrap();
        for (at, (a, b)) in rows.iter().enumerate() {
            writer.write_record([&at.to_string(), a, b]).unwrap();
        }
        let home = Home::new();
        let types = IndexMap::from([("a".into(), ValueKind::Text), ("b".into(), ValueKind::Text)]);
        let options = ImportOptions { types, ..ImportOptions::default() };
        let report = home.try_import(writer.into_inner().unwrap(), &options).unwrap();
        prop_assert_eq!(rejected(&report), [""; 0]);
        for (at, (a, b)) in rows.iter().enumerate() {
            let profile = home.store.get(&at.to_string()).unwrap().unwrap();
            for (name, cell) in [("a", a), ("b", b)] {
                let expected = (!cell.is_empty()).then(|| Value::Text(cell.clone()));
                prop_assert_eq!(profile.properties.get(name).cloned(), expected);
            }
        }
    }

    /// No input makes an import panic, and every row is counted.
    #[test]
    fn any_bytes_are_imported_or_refused(
        head in prop_oneof![Just("identity,a\n"), Just("identity;a\r\n"), Just("{\"identity\":1}\n"), Just("")],
        tail in prop_oneof![
            "[a,;\"\r\n0-9]{0,40}".prop_map(String::into_bytes),
            "(\\{\"identity\":\"?[0-9]\"?,\"a\":[0-9\"\\[\\]{}]{1,3}\\}?\n){0,5}".prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..40),
        ],
    ) {
        let home = Home::new();
        if let Ok(report) = home.try_import([head.as_bytes(), &tail].concat(), &ImportOptions::default()) {
            prop_assert_eq!(report.n_created, home.store.count().unwrap());
            prop_assert_eq!(report.n_rejected, report.rejected.len() as u64);
        }
    }
}

#[test]
fn importing_twice_changes_nothing() {
    let home = Home::new();
    let mut content = String::from("identity,name,n\n");
    (0..2_500).for_each(|n| content.push_str(&format!("id{n},Name {n},{n}\n")));
    assert_eq!(home.import(&content).n_created, 2_500);
    let before = (home.people(), home.store.vocabulary().unwrap());
    let report = home.import(&content);
    assert_eq!((report.n_created, report.n_updated), (0, 2_500));
    assert_eq!((home.people(), home.store.vocabulary().unwrap()), before);
    assert_eq!(before.1.property("n").unwrap().n_set, 2_500);
}

#[test]
fn the_store_file_is_private_and_opens_again() {
    let home = Home::new();
    home.import("identity,a\nanna,1\n");
    let path = home.folder.path().join("audience.db");
    #[cfg(unix)]
    for name in ["audience.db", "audience.db-wal"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(home.folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    drop(home.store);
    let again = SqliteStore::open(&path).unwrap();
    assert_eq!(again.count().unwrap(), 1);
    assert_eq!(again.vocabulary().unwrap().property("a").unwrap().kind, ValueKind::Number);
}

#[test]
fn several_stores_on_one_file_see_each_others_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/audience.db");
    let n_threads = 4;
    let n_each = 50;
    thread::scope(|scope| {
        for t in 0..n_threads {
            let path = &path;
            scope.spawn(move || {
                let store = SqliteStore::open(path).unwrap();
                for n in 0..n_each {
                    store
                        .set(&format!("{t}-{n}"), IndexMap::from([("a".into(), Value::Integer(n))]))
                        .unwrap();
                }
            });
        }
    });
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.count().unwrap(), 200);
    assert_eq!(store.vocabulary().unwrap().property("a").unwrap().n_set, 200);
    let other = SqliteStore::open(&path).unwrap();
    other.set("late", IndexMap::from([("b".into(), Value::Boolean(true))])).unwrap();
    assert_eq!(store.vocabulary().unwrap().property("b").unwrap().kind, ValueKind::Boolean);
}

#[test]
fn a_store_of_a_later_version_is_refused() {
    let home = Home::new();
    let path = home.folder.path().join("audience.db");
    drop(home.store);
    let mut bytes = fs::read(&path).unwrap();
    // The offset of user_version in SQLite's file header.
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&path, bytes).unwrap();
    let error = SqliteStore::open(&path).err().unwrap().to_string();
    assert!(error.ends_with("has version 99, but this telecast supports up to 3: update it"), "{error}");
}

/// A database as the first version created it, with one profile that has blocked the bot. `more` is run on it last.
fn first_version(more: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audience.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(include_str!("../../assets/migrations/0001_profiles.sql")).unwrap();
    connection
        .execute_batch(
            "INSERT INTO profiles VALUES (1, 'anna', jsonb('{\"telegram_chat_id\":5}'), 0);
             INSERT INTO reachability VALUES (1, 'blocked');
             UPDATE totals SET n = 1;
             PRAGMA user_version = 1;",
        )
        .unwrap();
    connection.execute_batch(more).unwrap();
    (folder, path)
}

#[test]
fn an_old_store_can_be_read_and_is_migrated_when_opened_for_writing() {
    let (_folder, path) = first_version("");
    let file_version = |path: &PathBuf| -> u32 {
        let connection = rusqlite::Connection::open(path).unwrap();
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    };
    let read_only = SqliteStore::open_read_only(&path).unwrap();
    assert_eq!(read_only.blocked_chats().unwrap(), [5]);
    assert_eq!((read_only.events("anna").unwrap(), read_only.event_summaries().unwrap()), (vec![], vec![]));
    drop(read_only);
    assert_eq!(file_version(&path), 1);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!((store.blocked_chats().unwrap(), store.count().unwrap()), (vec![5], 1));
    drop(store);
    assert_eq!(file_version(&path), 3);
    assert_eq!(SqliteStore::open_read_only(&path).unwrap().count().unwrap(), 1);
}

#[test]
fn a_hostile_old_store_is_not_migrated() {
    let (_folder, path) =
        first_version("CREATE TRIGGER t AFTER INSERT ON profiles BEGIN DELETE FROM profiles; END");
    assert!(matches!(SqliteStore::open(&path), Err(Error::NotOurs { .. })));
    assert!(matches!(SqliteStore::open_read_only(&path), Err(Error::NotOurs { .. })));
}

#[test]
fn foreign_and_damaged_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    fs::write(&text, "not a database, but long enough to have a header of one hundred bytes".repeat(3))
        .unwrap();
    assert!(matches!(SqliteStore::open(&text), Err(Error::NotOurs { .. })));

    let damaged = folder.path().join("damaged.db");
    let store = SqliteStore::open(&damaged).unwrap();
    let changes: Vec<_> = (0..2_000)
        .map(|n| ProfileChange { identity: format!("id{n}"), ..ProfileChange::default() })
        .collect();
    store.write(&changes).unwrap();
    drop(store);
    let mut bytes = fs::read(&damaged).unwrap();
    bytes[4096..].fill(0xaa);
    fs::write(&damaged, &bytes).unwrap();
    let refused = SqliteStore::open(&damaged).and_then(|store| store.list("", None, 10));
    assert!(matches!(refused, Err(Error::Damaged { .. })), "{refused:?}");

    let folder_itself = SqliteStore::open(folder.path());
    assert!(matches!(folder_itself, Err(Error::Open { .. })));
}
