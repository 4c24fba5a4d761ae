//! Opens a file in the format that the options name, or in the format that its content shows.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::csv::CsvRows;
use super::error::ImportError;
use super::json_lines::JsonLines;
use super::options::{ImportFormat, ImportOptions};
use super::source::RowSource;

// The number of bytes from which the format and the delimiter are detected: enough for almost any CSV header.
const DETECTION_BYTES: u64 = 64 * 1024;

pub(super) fn open(path: &Path, options: &ImportOptions) -> Result<Box<dyn RowSource>, ImportError> {
    let read = |source| ImportError::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(read)?;
    let mut start = Vec::new();
    file.by_ref().take(DETECTION_BYTES).read_to_end(&mut start).map_err(read)?;
    file.seek(SeekFrom::Start(0)).map_err(read)?;
    // These are the byte order marks of UTF-16, as in Excel's format "Unicode Text". Without this check, such a file
    // would be refused with the misleading error that it has no identity column.
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Err(ImportError::NotUtf8 { path: path.to_owned(), line: 1 });
    }
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    let Some(first) = start.iter().find(|byte| !byte.is_ascii_whitespace()) else {
        return Err(ImportError::Empty { path: path.to_owned() });
    };
    let format = options.format.unwrap_or(match first {
        b'{' => ImportFormat::JsonLines,
        _ => ImportFormat::Csv,
    });
    let options = options.clone();
    let path = path.to_owned();
    Ok(match format {
        ImportFormat::Csv => Box::new(CsvRows::open(file, start, path, options)?),
        ImportFormat::JsonLines => Box::new(JsonLines::open(file, path, options)),
    })
}
