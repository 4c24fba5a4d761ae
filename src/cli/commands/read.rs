//! Text that a command is given by a file or on stdin.

use std::fs;
use std::io::{self, Read};

use crate::cli::args::Source;
use crate::cli::error::{CliError, Kind, Result};
use crate::disk::{MAX_FILE, explain};

/// Reads all of it; what is not UTF-8, or larger than a file of a workspace may be, is refused.
pub fn text(source: &Source) -> Result<String> {
    let (name, bytes) = match source {
        Source::Stdin => {
            let mut bytes = Vec::new();
            ("stdin".to_owned(), io::stdin().take(MAX_FILE + 1).read_to_end(&mut bytes).map(|_| bytes))
        }
        Source::File(path) => {
            let mut bytes = Vec::new();
            let read = fs::File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes));
            (path.display().to_string(), read.map(|_| bytes))
        }
    };
    let bytes = bytes.map_err(|error| {
        CliError::new(Kind::Environment, format!("cannot read {name}: {}", explain(&error)))
    })?;
    if MAX_FILE < bytes.len() as u64 {
        let words = format!("{name} is larger than {} MB", MAX_FILE / 1024 / 1024);
        return Err(CliError::new(Kind::Failed, words));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        CliError::new(Kind::Failed, format!("{name} is not UTF-8: the byte at {at} is no text"))
    })
}
