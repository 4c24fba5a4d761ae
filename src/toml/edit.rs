//! Edits TOML text. A changed value is replaced in place, and the comments around it are kept.

use toml_edit::{DocumentMut, Item, TableLike, Value};

use super::{Table, read};
use crate::diagnostic::{Code, Diagnostic};

#[derive(Debug, Clone)]
pub(crate) struct Editor {
    document: DocumentMut,
    ending: LineEnding,
    // The parser drops the byte order mark, so `Display` has to write it again.
    /// Whether the text starts with a byte order mark, which some Windows editors write.
    has_byte_order_mark: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum LineEnding {
    Lf,
    CrLf,
}

pub(crate) fn edit(text: &str) -> Result<Editor, Diagnostic> {
    match text.parse::<DocumentMut>() {
        Ok(document) => {
            // `toml_edit` ends new lines with `\n`. If the text contains `\r\n` anywhere, all line breaks are therefore
            // converted to `\r\n` when the text is written.
            let ending = if text.contains("\r\n") { LineEnding::CrLf } else { LineEnding::Lf };
            Ok(Editor { document, ending, has_byte_order_mark: text.starts_with('\u{feff}') })
        }
        // `read` fails with the same error and converts it to a diagnostic, so `edit` and `read` report the same
        // message.
        Err(_) => {
            let (_, mut problems) = read(text, |_| ());
            Err(problems.pop().unwrap_or_else(|| {
                Diagnostic::error(Code::NotToml, crate::text::Span::at(0), "this is not TOML")
            }))
        }
    }
}

/// Returns the text of a new file that holds `value`. `write` sets the keys in an empty document. The last argument of
/// `write`, the old value, is `None`, because there is no old file.
pub(crate) fn new_document<T>(value: &T, write: impl FnOnce(&mut Editor, &T, Option<&T>)) -> String {
    let mut editor =
        Editor { document: DocumentMut::new(), ending: LineEnding::Lf, has_byte_order_mark: false };
    write(&mut editor, value, None);
    editor.to_string()
}

/// Returns `text` with the values that differ from `value` replaced, or a diagnostic if `text` is not TOML.
///
/// `write` also gets the old value, which `build` reads from `text`, so `write` can skip the keys that have not
/// changed.
pub(crate) fn update_document<T: Default>(
    text: &str,
    value: &T,
    build: impl FnOnce(&mut Table<'_>) -> T,
    write: impl FnOnce(&mut Editor, &T, Option<&T>),
) -> Result<String, Diagnostic> {
    let mut editor = edit(text)?;
    let old = read(text, build).0.unwrap_or_default();
    write(&mut editor, value, Some(&old));
    Ok(editor.to_string())
}

impl Editor {
    /// Sets the string at `path` and creates missing tables. The comments around an old value are kept. If `path` leads
    /// through a value that is not a table, nothing changes.
    pub(crate) fn set_string(&mut self, path: &[&str], value: &str) {
        self.set(path, Value::from(value));
    }

    pub(crate) fn set_boolean(&mut self, path: &[&str], value: bool) {
        self.set(path, Value::from(value));
    }

    pub(crate) fn set_integer(&mut self, path: &[&str], value: i64) {
        self.set(path, Value::from(value));
    }

    /// Sets a number. A number without a fraction is written as an integer if its absolute value is below 1e15.
    pub(crate) fn set_number(&mut self, path: &[&str], value: f64) {
        // 1e15 is less than 2^53, so an f64 represents every integer up to 1e15 exactly.
        let is_whole = value.fract() == 0.0 && value.abs() < 1e15;
        self.set(path, if is_whole { Value::from(value as i64) } else { Value::from(value) });
    }

    pub(crate) fn set_strings(&mut self, path: &[&str], values: &[String]) {
        self.set(path, Value::from(values.iter().collect::<toml_edit::Array>()));
    }

    /// Makes the table at `path` hold exactly `pairs`, in that order. If `pairs` is empty, removes the table. If a key
    /// occurs several times, its last value is used.
    pub(crate) fn set_pairs(&mut self, path: &[&str], pairs: &[(String, String)]) {
        if pairs.is_empty() {
            self.remove(path);
            return;
        }
        let Some(table) = self.table_mut(path) else { return };
        let stale: Vec<String> = table
            .iter()
            .map(|(key, _)| key.to_owned())
            .filter(|key| pairs.iter().all(|(name, _)| name != key))
            .collect();
        for key in stale {
            table.remove(&key);
        }
        for (key, value) in pairs {
            // A value that does not change is not written again. So it keeps its notation, such as single quotes.
            if table.get(key).and_then(Item::as_str) != Some(value) {
                put(table, key, Value::from(value.as_str()));
            }
        }
        self.sort_pairs(path, pairs);
    }

    /// Removes the value or table at `path` with its comments. The table that contained the removed entry stays, even
    /// if no entry is left in it.
    pub(crate) fn remove(&mut self, path: &[&str]) {
        let Some((key, parents)) = path.split_last() else { return };
        let mut table: &mut dyn TableLike = self.document.as_table_mut();
        for parent in parents {
            match table.get_mut(parent).and_then(Item::as_table_like_mut) {
                Some(inner) => table = inner,
                None => return,
            }
        }
        table.remove(key);
    }

    fn set(&mut self, path: &[&str], value: Value) {
        let Some((key, parents)) = path.split_last() else { return };
        if let Some(table) = self.table_mut(parents) {
            put(table, key, value);
        }
    }

    /// Returns the table at `path`, and creates missing tables. Returns `None` if a value at `path`, or on the way to
    /// it, is not a table.
    fn table_mut(&mut self, path: &[&str]) -> Option<&mut dyn TableLike> {
        let mut table: &mut dyn TableLike = self.document.as_table_mut();
        for key in path {
            if !table.contains_key(key) {
                // The new table is implicit: as long as it contains only other tables, it gets no `[header]`.
                let mut new = toml_edit::Table::new();
                new.set_implicit(true);
                table.insert(key, Item::Table(new));
            }
            table = table.get_mut(key)?.as_table_like_mut()?;
        }
        Some(table)
    }

    fn sort_pairs(&mut self, path: &[&str], pairs: &[(String, String)]) {
        let index_of = |key: &str| pairs.iter().position(|(name, _)| name == key);
        let Some(table) = self.table_mut(path) else { return };
        let is_sorted = table.iter().map(|(key, _)| index_of(key)).is_sorted();
        if is_sorted {
            return;
        }
        let (last, parents) = match path.split_last() {
            Some(split) => split,
            None => return,
        };
        match self.table_mut(parents).and_then(|parent| parent.get_mut(last)) {
            Some(Item::Table(table)) => {
                table.sort_values_by(|left, _, right, _| index_of(left.get()).cmp(&index_of(right.get())));
            }
            Some(Item::Value(Value::InlineTable(table))) => {
                table.sort_values_by(|left, _, right, _| index_of(left.get()).cmp(&index_of(right.get())));
            }
            _ => {}
        }
    }
}

impl std::fmt::Display for Editor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.document.to_string();
        if self.has_byte_order_mark {
            out.write_str("\u{feff}")?;
        }
        match self.ending {
            LineEnding::Lf => out.write_str(&text),
            // The text may already contain `\r\n`, which would become `\r\r\n` without the first replacement.
            LineEnding::CrLf => out.write_str(&text.replace("\r\n", "\n").replace('\n', "\r\n")),
        }
    }
}

/// Sets `key` to `value`. If `key` has a value already, the whitespace and comments around it are kept.
fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key) {
        Some(Item::Value(old)) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        Some(item) => *item = Item::Value(value),
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}
