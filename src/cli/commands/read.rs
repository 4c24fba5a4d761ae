//! Reads the text of a file or stdin for a command.

use std::fs;
use std::io::{self, Read};

use crate::cli::args::InputSource;
use crate::cli::error::{CliError, ErrorKind, Result};
use crate::disk::{MAX_FILE, explain};

/// Reads the whole text. Text that is not UTF-8, or larger than [`MAX_FILE`], is an error.
pub(crate) fn text(source: &InputSource) -> Result<String> {
    let (name, bytes) = match source {
        InputSource::Stdin => {
            let mut bytes = Vec::new();
            // Without a limit, `</dev/zero` would fill the memory. One byte more than `MAX_FILE` is read. If this byte
            // exists, the text is too long.
            ("stdin".to_owned(), io::stdin().take(MAX_FILE + 1).read_to_end(&mut bytes).map(|_| bytes))
        }
        InputSource::File(path) => {
            let mut bytes = Vec::new();
            let read = fs::File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes));
            (path.display().to_string(), read.map(|_| bytes))
        }
    };
    let bytes = bytes.map_err(|error| {
        CliError::new(ErrorKind::Environment, format!("cannot read {name}: {}", explain(&error)))
    })?;
    if MAX_FILE < bytes.len() as u64 {
        let message = format!("{name} is larger than {} MB", MAX_FILE / 1024 / 1024);
        return Err(CliError::new(ErrorKind::Failed, message));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        CliError::new(ErrorKind::Failed, format!("{name} is not UTF-8: the byte at offset {at} is not valid"))
    })
}
