//! The history of test-sends: `.telecast/history.jsonl`, one JSON line each, for the user only.

use std::io::{Read, Seek, SeekFrom, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Folder, PRIVATE};
use crate::disk::{self, Access, SaveError};

/// The most that is read back, and twice the most that is kept: some thousands of test-sends.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// One test-send and its answer. Holds no secret: the URL is the one with `${NAME}`s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestSend {
    /// When it was sent.
    #[serde(with = "super::instant")]
    pub sent: Timestamp,
    /// The campaign's stem.
    pub campaign: String,
    /// The webhook's stem.
    pub webhook: String,
    /// The profile it was rendered for; `None` without one.
    pub profile: Option<String>,
    /// The chat it went to; `None` where it was sent as it is.
    pub chat: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// The address with `${NAME}`s in place of secrets.
    pub url: String,
    /// The headers as sent, with `${NAME}`s in place of secrets.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body as sent.
    pub body: String,
    /// Whether it was taken.
    pub ok: bool,
    /// Whether it may have arrived though no answer says so.
    #[serde(default)]
    pub may_have_arrived: bool,
    /// The HTTP status; `None` without an answer.
    pub status: Option<u16>,
    /// The message's id.
    pub message_id: Option<i64>,
    /// Telegram's description, or what went wrong.
    pub description: Option<String>,
    /// How long it took.
    pub ms: u64,
}

impl Folder {
    /// Adds a test-send to the history.
    pub fn add_to_history(&self, entry: &TestSend) -> Result<(), SaveError> {
        let path = self.private()?.join("history.jsonl");
        let write_error = |error| SaveError::write(&path, error);
        let mut line = serde_json::to_vec(entry).map_err(|error| write_error(error.into()))?;
        line.push(b'\n');
        let mut file = disk::open_private_log(&path).map_err(write_error)?;
        // A line that a crash cut short must not swallow this one.
        if ends_in_mid_line(&mut file).map_err(write_error)? {
            line.insert(0, b'\n');
        }
        file.write_all(&line).map_err(write_error)?;
        if MAX_BYTES < file.metadata().map_err(write_error)?.len() {
            let lines = self.history_lines(MAX_BYTES / 2);
            disk::replace(&path, lines.as_bytes(), Access::Private)?;
        }
        Ok(())
    }

    /// Returns the last test-sends, at most `limit`, the newest first; lines that cannot be read are left out.
    pub fn history(&self, limit: usize) -> Vec<TestSend> {
        let text = self.history_lines(MAX_BYTES);
        text.lines().rev().filter_map(|line| serde_json::from_str(line).ok()).take(limit).collect()
    }

    /// Returns the whole lines among the last `max` bytes of the history.
    fn history_lines(&self, max: u64) -> String {
        let read = || -> std::io::Result<String> {
            let mut file = std::fs::File::open(self.root().join(PRIVATE).join("history.jsonl"))?;
            let from = file.metadata()?.len().saturating_sub(max);
            file.seek(SeekFrom::Start(from))?;
            let mut bytes = Vec::new();
            file.take(max).read_to_end(&mut bytes)?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Ok(if from == 0 {
                text
            } else {
                text.split_once('\n').map_or(String::new(), |(_, rest)| rest.to_owned())
            })
        };
        // No history is an empty one.
        read().unwrap_or_default()
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
