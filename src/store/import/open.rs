//! The form of a file: as the options say, else as its content looks.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::csv::CsvRows;
use super::error::ImportError;
use super::json_lines::JsonLines;
use super::options::{Format, ImportOptions};
use super::source::Source;

/// How much of a file is looked at to tell its form.
const LOOK: u64 = 64 * 1024;

pub(super) fn open(path: &Path, options: &ImportOptions) -> Result<Box<dyn Source>, ImportError> {
    let read = |source| ImportError::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(read)?;
    let mut start = Vec::new();
    file.by_ref().take(LOOK).read_to_end(&mut start).map_err(read)?;
    file.seek(SeekFrom::Start(0)).map_err(read)?;
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Err(ImportError::NotUtf8 { path: path.to_owned(), line: 1 });
    }
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    let Some(first) = start.iter().find(|byte| !byte.is_ascii_whitespace()) else {
        return Err(ImportError::Empty { path: path.to_owned() });
    };
    let format = options.format.unwrap_or(match first {
        b'{' => Format::JsonLines,
        _ => Format::Csv,
    });
    let options = options.clone();
    let path = path.to_owned();
    Ok(match format {
        Format::Csv => Box::new(CsvRows::open(file, start, path, options)?),
        Format::JsonLines => Box::new(JsonLines::open(file, path, options)),
    })
}
