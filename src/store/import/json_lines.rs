//! Reads JSON lines, with one object per line. The object either has the identity and all properties as its fields, or
//! has CleverTap's form `{"identity": …, "profileData": {…}}`.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;

use indexmap::IndexSet;
use serde_json::{Map, Value as Json};

use crate::profile::Value;

use super::error::ImportError;
use super::options::{IDENTITY, ImportOptions};
use super::source::{self, ImportCell, ImportRecord, ImportRow, MAX_ROW, RowSource};

pub(super) struct JsonLines {
    reader: BufReader<File>,
    path: PathBuf,
    options: ImportOptions,
    line: u64,
    n_bytes: u64,
    buffer: Vec<u8>,
    names: IndexSet<String>,
    headers: Vec<String>,
}

impl JsonLines {
    pub(super) fn open(file: File, path: PathBuf, options: ImportOptions) -> Self {
        Self {
            reader: BufReader::new(file),
            path,
            options,
            line: 0,
            n_bytes: 0,
            buffer: Vec::new(),
            names: IndexSet::new(),
            headers: Vec::new(),
        }
    }

    /// Reads the next line into the buffer. Returns `false` after the last line.
    fn read_line(&mut self) -> Result<bool, ImportError> {
        self.buffer.clear();
        // Without `take`, `read_until` would read a file that has no line breaks into memory as a whole.
        let mut limited = self.reader.by_ref().take(MAX_ROW + 1);
        let n = limited
            .read_until(b'\n', &mut self.buffer)
            .map_err(|source| ImportError::Read { path: self.path.clone(), source })?;
        self.line += 1;
        self.n_bytes += n as u64;
        if MAX_ROW < n as u64 {
            return Err(ImportError::LongRow { path: self.path.clone(), line: self.line });
        }
        Ok(n != 0)
    }

    fn row(&mut self, text: &str) -> Result<ImportRow, String> {
        let Ok(Json::Object(mut members)) = serde_json::from_str(text) else {
            return Err("it is not a JSON object".into());
        };
        let kind = members.get("type").and_then(Json::as_str);
        // CleverTap's uploads can mix profiles and events in one file. `type` says whether an object is a profile or an
        // event.
        if kind == Some("event") && !members.contains_key("profileData") {
            return Err("it is an event, not a profile".into());
        }
        let identity = self.take_identity(&mut members)?;
        let properties = match members.get_mut("profileData").map(Json::take) {
            Some(Json::Object(properties)) => properties,
            Some(_) => return Err("its profileData is not an object".into()),
            None => members,
        };
        let mut cells = Vec::with_capacity(properties.len());
        for (name, value) in properties {
            if name.is_empty() {
                return Err("a property has no name".into());
            }
            cells.push((self.column_index(name), ImportCell::Typed(Value::from(value))));
        }
        Ok(ImportRow { identity, cells })
    }

    fn take_identity(&self, members: &mut Map<String, Json>) -> Result<String, String> {
        let mapped =
            self.options.property_names.iter().find(|(_, property)| IDENTITY.contains(&property.as_str()));
        let names = mapped.map(|(header, _)| header.as_str()).into_iter().chain(IDENTITY);
        let found = names.into_iter().find_map(|name| members.shift_remove(name));
        match found {
            Some(Json::String(text)) => source::identity(&text),
            // Identities are text. A number becomes the text of the number, so 42 and "42" are the same profile.
            Some(Json::Number(number)) => Ok(number.to_string()),
            Some(_) => Err("its identity is neither a string nor a number".into()),
            None => Err("it has no identity".into()),
        }
    }

    fn column_index(&mut self, name: String) -> usize {
        let (at, is_new) = self.names.insert_full(name.clone());
        if is_new {
            self.headers.push(name);
        }
        at
    }
}

impl RowSource for JsonLines {
    fn next(&mut self) -> Result<Option<ImportRecord>, ImportError> {
        while self.read_line()? {
            // The buffer is taken out of `self`, because `row` borrows all of `self`. The buffer is put back below, so
            // that its memory is reused.
            let buffer = std::mem::take(&mut self.buffer);
            let Ok(text) = std::str::from_utf8(&buffer) else {
                return Err(ImportError::NotUtf8 { path: self.path.clone(), line: self.line });
            };
            // Files joined with `cat` can have a byte order mark on any line.
            let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
            let row = if text.is_empty() { None } else { Some(self.row(text)) };
            self.buffer = buffer;
            if let Some(row) = row {
                return Ok(Some(ImportRecord { line: self.line, row }));
            }
        }
        Ok(None)
    }

    fn headers(&self) -> &[String] {
        &self.headers
    }

    fn n_bytes(&self) -> u64 {
        self.n_bytes
    }
}
