//! The history of test-sends: `.telecast/history.jsonl`, one JSON line each, for the user only.

use std::io::{self, Read, Seek, SeekFrom, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Folder;
use crate::disk::{self, Access, SaveError, TreeError};
use crate::text::shorten;

const PATH: &str = ".telecast/history.jsonl";

/// The most that is read back, and twice the most that is kept: some thousands of test-sends.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// The longest line: of those that stay when the file is written anew there are always some.
const MAX_LINE: usize = 2 * 1024 * 1024;

/// How many characters of an answer are kept: many times what Telegram says.
const MAX_DESCRIPTION: usize = 2_000;

/// One test-send and its answer. Holds no secret: the URL is the one with `${NAME}`s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestSend {
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
    pub body: String,
    pub ok: bool,
    /// Whether it may have arrived though no answer says so.
    #[serde(default)]
    pub may_have_arrived: bool,
    /// The HTTP status; `None` without an answer.
    pub status: Option<u16>,
    pub message_id: Option<i64>,
    /// Telegram's description, or what went wrong.
    pub description: Option<String>,
    pub ms: u64,
}

impl Folder {
    /// Adds a test-send to the history, one process after the other: at the limit the file is written anew.
    pub fn add_to_history(&self, entry: &TestSend) -> Result<(), SaveError> {
        self.private()?;
        let path = self.tree.shown(PATH);
        let write_error = |error| SaveError::write(&path, error);
        let mut line =
            serde_json::to_vec(&entry.clone().shortened()).map_err(|error| write_error(error.into()))?;
        line.push(b'\n');
        if MAX_LINE < line.len() {
            return Err(write_error(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "this test is too large to be kept",
            )));
        }
        let _turn = self.turn("history")?;
        let mut file = self.tree.open_log(PATH)?;
        disk::tighten(&path).map_err(write_error)?;
        // A line that a crash cut short must not swallow this one.
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

    /// Returns the last test-sends, at most `limit`, the newest first; lines that cannot be read are left out.
    pub fn history(&self, limit: usize) -> Vec<TestSend> {
        if !self.is_private_ours() {
            return Vec::new();
        }
        // No history is an empty one.
        let text = self.history_lines(MAX_BYTES).unwrap_or_default();
        let entries = text.lines().rev().filter_map(|line| serde_json::from_str::<TestSend>(line).ok());
        entries.map(TestSend::shortened).take(limit).collect()
    }

    /// Returns the whole lines among the last `max` bytes of the history.
    fn history_lines(&self, max: u64) -> Result<String, TreeError> {
        let mut file = std::fs::File::open(self.tree.find(PATH)?)?;
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
    }
}

impl TestSend {
    /// Cuts the answer to what a person reads; the request stays whole, since it is sent again.
    fn shortened(mut self) -> Self {
        self.description = self.description.map(|words| shorten(&words, MAX_DESCRIPTION).into_owned());
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
