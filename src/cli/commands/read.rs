//! Text that a command is given by a file or on stdin.

use std::fs;
use std::io::{self, Read};

use crate::cli::args::Source;
use crate::cli::error::{CliError, Kind, Result};
use crate::disk::explain;

/// Reads all of it; what is not UTF-8 is refused.
pub fn text(source: &Source) -> Result<String> {
    let (name, bytes) = match source {
        Source::Stdin => {
            let mut bytes = Vec::new();
            ("stdin".to_owned(), io::stdin().read_to_end(&mut bytes).map(|_| bytes))
        }
        Source::File(path) => (path.display().to_string(), fs::read(path)),
    };
    let bytes = bytes.map_err(|error| {
        CliError::new(Kind::Environment, format!("cannot read {name}: {}", explain(&error)))
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        CliError::new(Kind::Failed, format!("{name} is not UTF-8: the byte at {at} is no text"))
    })
}
