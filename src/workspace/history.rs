//! Records the history of test-sends in `.telecast/history.jsonl`, with one JSON object per line. The file is readable
//! by the user only.

use std::io::{self, Read, Seek, SeekFrom, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Folder;
use crate::disk::{self, Access, SaveError, TreeError};
use crate::text::shorten;

const PATH: &str = ".telecast/history.jsonl";

/// The size limit of the history file in bytes: enough for some thousands of test-sends. If a new line makes the file
/// larger, only the newest lines are kept, up to half of this size.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// The longest line in bytes. It is half of the size to which the file is cut, so at least one whole line remains.
const MAX_LINE: usize = 2 * 1024 * 1024;

/// The number of characters of the server's description that are kept: many times more than Telegram sends.
const MAX_DESCRIPTION: usize = 2_000;

/// A test-send and its answer. It does not contain the secrets of the request: `url` and `headers` have `${NAME}` in
/// their place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestSendRecord {
    #[serde(with = "super::instant")]
    pub sent: Timestamp,
    /// The campaign's stem.
    pub campaign: String,
    /// The webhook's stem.
    pub webhook: String,
    /// Whether the message went to the workspace's own sandbox in place of the webhook's server.
    #[serde(default)]
    pub in_sandbox: bool,
    /// The identity of the profile for which the message was rendered, if any.
    pub profile: Option<String>,
    /// The test chat; `None` if the message was sent unchanged, to the chat in its body.
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
    /// The HTTP status; `None` if there was no answer.
    pub status: Option<u16>,
    pub message_id: Option<i64>,
    /// What happened. For a refusal by a Bot API, this is the server's own description.
    pub description: Option<String>,
    /// The time from sending the request to the answer or the error, in milliseconds.
    pub ms: u64,
}

impl Folder {
    /// Adds a test-send to the history. If the file is then larger than `MAX_BYTES`, removes its oldest lines. Fails if
    /// the record is longer than `MAX_LINE`.
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
        // If a crash cut the last line short, a line break is written first. Without it, the new line would continue
        // the incomplete line, and neither of them could be read.
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

    /// Returns the last `limit` test-sends, newest first. Skips lines that are not valid records. The result is empty
    /// if the private folder is foreign or cannot be checked.
    pub fn history(&self, limit: usize) -> Vec<TestSendRecord> {
        if !self.owns_private_folder() {
            return Vec::new();
        }
        // A history that is missing or cannot be read counts as empty.
        let text = self.history_lines(MAX_BYTES).unwrap_or_default();
        let entries = text.lines().rev().filter_map(|line| serde_json::from_str::<TestSendRecord>(line).ok());
        entries.map(TestSendRecord::shortened).take(limit).collect()
    }

    /// Returns the last lines of the history, up to `max` bytes. If the file is longer than that, the first line in
    /// these bytes is dropped, because its beginning may be missing. A last line that a crash cut short is returned as
    /// it is.
    fn history_lines(&self, max: u64) -> Result<String, TreeError> {
        let mut file = std::fs::File::open(self.tree.readable_path(PATH)?)?;
        let from = file.metadata()?.len().saturating_sub(max);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(max).read_to_end(&mut bytes)?;
        // If the file is longer than `max`, the bytes may start in the middle of a character. That does no harm,
        // because the whole first line is then dropped.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(if from == 0 {
            text
        } else {
            text.split_once('\n').map_or(String::new(), |(_, rest)| rest.to_owned())
        })
    }
}

impl TestSendRecord {
    /// Cuts the description to [`MAX_DESCRIPTION`] characters. The request stays complete.
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
