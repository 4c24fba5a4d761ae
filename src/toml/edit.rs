//! Editing: a value is replaced where it stands, with the comments around it; the rest of the file is not touched.

use toml_edit::{DocumentMut, Item, TableLike, Value};

use super::{Table, read};
use crate::diagnostic::{Code, Diagnostic};

#[derive(Debug, Clone)]
pub struct Editor {
    document: DocumentMut,
    ending: Ending,
    /// What some editors of Windows put before a text; the parser takes it off.
    has_byte_order_mark: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    Lf,
    CrLf,
}

pub fn edit(text: &str) -> Result<Editor, Diagnostic> {
    match text.parse::<DocumentMut>() {
        Ok(document) => {
            let ending = if text.contains("\r\n") { Ending::CrLf } else { Ending::Lf };
            Ok(Editor { document, ending, has_byte_order_mark: text.starts_with('\u{feff}') })
        }
        Err(_) => {
            let (_, mut problems) = read(text, |_| ());
            Err(problems.pop().unwrap_or_else(|| {
                Diagnostic::error(Code::NotToml, crate::text::Span::at(0), "this is not TOML")
            }))
        }
    }
}

/// Returns a new file's text; `write` gets no old value.
pub fn written<T>(value: &T, write: impl FnOnce(&mut Editor, &T, Option<&T>)) -> String {
    let mut editor = Editor { document: DocumentMut::new(), ending: Ending::Lf, has_byte_order_mark: false };
    write(&mut editor, value, None);
    editor.to_string()
}

/// Returns `text` changed only where `value` differs from what `build` reads in it, or the problem why it is not TOML.
pub fn updated<T: Default>(
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
    /// Sets the text at `path`, making tables on the way; the comments around the old value stay.
    pub fn set_string(&mut self, path: &[&str], value: &str) {
        self.set(path, Value::from(value));
    }

    pub fn set_boolean(&mut self, path: &[&str], value: bool) {
        self.set(path, Value::from(value));
    }

    pub fn set_integer(&mut self, path: &[&str], value: i64) {
        self.set(path, Value::from(value));
    }

    /// Sets a number, whole where it is.
    pub fn set_number(&mut self, path: &[&str], value: f64) {
        let is_whole = value.fract() == 0.0 && value.abs() < 1e15;
        self.set(path, if is_whole { Value::from(value as i64) } else { Value::from(value) });
    }

    pub fn set_strings(&mut self, path: &[&str], values: &[String]) {
        self.set(path, Value::from(values.iter().collect::<toml_edit::Array>()));
    }

    /// Makes the table at `path` hold exactly `pairs` in that order; of a key given twice the last value is kept.
    pub fn set_pairs(&mut self, path: &[&str], pairs: &[(String, String)]) {
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
            if table.get(key).and_then(Item::as_str) != Some(value) {
                put(table, key, Value::from(value.as_str()));
            }
        }
        self.sort_pairs(path, pairs);
    }

    /// Takes the value or table at `path` out, with its comments; tables that it leaves empty stay.
    pub fn remove(&mut self, path: &[&str]) {
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

    /// Returns the table at `path`, made where it is missing; `None` where a value that is no table is in the way.
    fn table_mut(&mut self, path: &[&str]) -> Option<&mut dyn TableLike> {
        let mut table: &mut dyn TableLike = self.document.as_table_mut();
        for key in path {
            if !table.contains_key(key) {
                // Without a header of its own where it only holds other tables.
                let mut new = toml_edit::Table::new();
                new.set_implicit(true);
                table.insert(key, Item::Table(new));
            }
            table = table.get_mut(key)?.as_table_like_mut()?;
        }
        Some(table)
    }

    fn sort_pairs(&mut self, path: &[&str], pairs: &[(String, String)]) {
        let place = |key: &str| pairs.iter().position(|(name, _)| name == key);
        let Some(table) = self.table_mut(path) else { return };
        let is_sorted = table.iter().map(|(key, _)| place(key)).is_sorted();
        if is_sorted {
            return;
        }
        let (last, parents) = match path.split_last() {
            Some(split) => split,
            None => return,
        };
        match self.table_mut(parents).and_then(|parent| parent.get_mut(last)) {
            Some(Item::Table(table)) => {
                table.sort_values_by(|left, _, right, _| place(left.get()).cmp(&place(right.get())));
            }
            Some(Item::Value(Value::InlineTable(table))) => {
                table.sort_values_by(|left, _, right, _| place(left.get()).cmp(&place(right.get())));
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
            Ending::Lf => out.write_str(&text),
            Ending::CrLf => out.write_str(&text.replace("\r\n", "\n").replace('\n', "\r\n")),
        }
    }
}

/// Puts `value` under `key`; where there is a value already, the blanks and comments around it stay.
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
