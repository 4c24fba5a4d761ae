//! The history of test-sends: `.telecast/history.jsonl`, one JSON object per line, readable only by the user.

use std::io::{self, Read, Seek, SeekFrom, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Folder;
use crate::disk::{self, Access, SaveError, TreeError};
use crate::text::shorten;

const PATH: &str = ".telecast/history.jsonl";

/// The largest size of the file in bytes: some thousands of test-sends. A larger file is cut to half of this.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// The longest line in bytes. Small enough that some lines always remain when the file is cut.
const MAX_LINE: usize = 2 * 1024 * 1024;

/// How many characters of an answer's description are kept: many times more than Telegram sends.
const MAX_DESCRIPTION: usize = 2_000;

/// A test-send and its answer. Contains no secrets: the URL and the headers have `${NAME}` in their place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestSendRecord {
    #[serde(with = "super::instant")]
    pub sent: Timestamp,
    /// The campaign's stem.
    pub campaign: String,
    /// The webhook's stem.
    pub webhook: String,
    /// The profile for which the message was rendered, if any.
    pub profile: Option<String>,
    /// The test chat; `None` if the message was sent as is.
    pub chat: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// The URL with `${NAME}` in place of each secret.
    pub url: String,
    /// The headers as sent, with `${NAME}` in place of each secret.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub ok: bool,
    /// Whether the message may have arrived even though no answer confirms it.
    #[serde(default)]
    pub may_have_arrived: bool,
    /// The HTTP status; `None` without an answer.
    pub status: Option<u16>,
    pub message_id: Option<i64>,
    /// Telegram's description, or the error.
    pub description: Option<String>,
    pub ms: u64,
}

impl Folder {
    /// Adds a test-send to the history. A file that is then over the limit is cut to its newest lines.
    pub fn add_to_history(&self, entry: &TestSendRecord) -> Result<(), SaveError> {
        self.ensure_private_folder()?;
        let path = self.tree.unchecked_path(PATH);
        let write_error = |error| SaveError::write(&path, error);
        let mut line =
            serde_json::to_vec(&entry.clone().shortened()).map_err(|error| write_error(error.into()))?;
        line.push(b'\n');
        if MAX_LINE < line.len() {
            return Err(write_error(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "this test is too large for the history",
            )));
        }
        let _lock = self.wait_for_lock("history")?;
        let mut file = self.tree.open_log(PATH)?;
        disk::tighten(&path).map_err(write_error)?;
        // A line that a crash cut short must not be joined with this one.
        if ends_in_mid_line(&mut file).map_err(write_error)? {
            line.insert(0, b'\n');
        }
        file.write_all(&line).map_err(write_error)?;
        if MAX_BYTES < file.metadata().map_err(write_error)?.len() {
            let lines = self.history_lines(MAX_BYTES / 2).map_err(|error| self.tree.unsaved(PATH, error))?;
            self.tree.replace(PATH, lines.as_bytes(), Access::Private)?;
        }
        Ok(())
    }

    /// Returns the last test-sends, at most `limit`, newest first; unreadable lines are skipped.
    pub fn history(&self, limit: usize) -> Vec<TestSendRecord> {
        if !self.owns_private_folder() {
            return Vec::new();
        }
        // A history that is missing or cannot be read counts as empty.
        let text = self.history_lines(MAX_BYTES).unwrap_or_default();
        let entries = text.lines().rev().filter_map(|line| serde_json::from_str::<TestSendRecord>(line).ok());
        entries.map(TestSendRecord::shortened).take(limit).collect()
    }

    /// Returns the complete lines within the last `max` bytes of the history.
    fn history_lines(&self, max: u64) -> Result<String, TreeError> {
        let mut file = std::fs::File::open(self.tree.readable_path(PATH)?)?;
        let from = file.metadata()?.len().saturating_sub(max);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(max).read_to_end(&mut bytes)?;
        // The first byte may be in the middle of a character, but the first line is dropped anyway.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(if from == 0 {
            text
        } else {
            text.split_once('\n').map_or(String::new(), |(_, rest)| rest.to_owned())
        })
    }
}

impl TestSendRecord {
    /// Shortens the answer for reading. The request stays complete, since it can be sent again.
    fn shortened(mut self) -> Self {
        self.description = self.description.map(|text| shorten(&text, MAX_DESCRIPTION).into_owned());
        self
    }
}

fn ends_in_mid_line(file: &mut std::fs::File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}
