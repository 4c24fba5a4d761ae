//! Reads and changes the test chats in `.telecast/test-chats.toml`: named chats, and the user's last choice.
//!
//! ```toml
//! last = "Anna"
//! [chats]
//! Anna = "123456789"
//! team = "@ourteam"
//! ```

use super::private::TEST_CHATS;
use super::{Folder, PrivateFolderStatus};
use crate::disk::{FileCondition, SaveError};
use crate::toml::{self, Editor};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TestChats {
    /// Pairs of a name and a chat (an id or `@username`), in file order.
    pub chats: Vec<(String, String)>,
    /// The last choice: a name from `chats`, an id, or an `@username`.
    pub last: Option<String>,
}

impl TestChats {
    /// Returns the chat that `text` refers to: the chat with that name, or `text` itself if it is an id or `@username`.
    /// Returns `None` if `text` is none of these.
    pub fn resolve(&self, text: &str) -> Option<String> {
        let text = text.trim();
        let named = self.chats.iter().find(|(name, _)| name == text).map(|(_, chat)| chat.clone());
        named.or_else(|| is_chat(text).then(|| text.to_owned()))
    }

    /// Returns the last choice. If there is none, returns the name of the first chat, or `None` if there are no chats.
    pub fn preferred(&self) -> Option<&str> {
        self.last.as_deref().or_else(|| self.chats.first().map(|(name, _)| name.as_str()))
    }
}

/// Returns whether `text` is a chat in the Bot API's form: a number that is not 0, or `@` and a username.
pub(crate) fn is_chat(text: &str) -> bool {
    match text.strip_prefix('@') {
        Some(name) => {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        }
        None => text.parse::<i64>().is_ok_and(|id| id != 0),
    }
}

impl Folder {
    /// Returns the test chats and the problems of their file. There are no chats if the file is missing or unusable, or
    /// if the private folder is foreign or cannot be checked.
    pub fn test_chats(&self) -> (TestChats, Vec<crate::diagnostic::FileProblem>) {
        if !self.owns_private_folder() {
            return (TestChats::default(), Vec::new());
        }
        let mut source = self.read(TEST_CHATS);
        let (chats, problems) = toml::read(&source.text, |table| TestChats {
            last: table.string("last").map(|last| last.value),
            chats: table
                .pairs("chats")
                .unwrap_or_default()
                .into_iter()
                .map(|(name, chat)| (name.value, chat.value))
                .collect(),
        });
        source.problems.extend(problems);
        (chats.unwrap_or_default(), source.file_problems())
    }

    /// Adds `chat` under `name`, replacing a chat with that name, and makes `name` the last choice.
    pub fn add_test_chat(&self, name: &str, chat: &str) -> Result<(), SaveError> {
        self.change_chats(|editor| {
            editor.set_string(&["last"], name);
            editor.set_string(&["chats", name], chat);
        })
    }

    pub fn remember_test_chat(&self, chosen: &str) -> Result<(), SaveError> {
        // If the choice is unchanged, nothing is written. Without this check, each test to the same chat would rewrite
        // the file, and would also record the file's hash again (see `replace_test_chats`).
        if self.test_chats().0.last.as_deref() == Some(chosen) {
            return Ok(());
        }
        self.change_chats(|editor| editor.set_string(&["last"], chosen))
    }

    fn change_chats(&self, change: impl FnOnce(&mut Editor)) -> Result<(), SaveError> {
        self.ensure_private_folder()?;
        let _lock = self.wait_for_lock("test-chats")?;
        // The status is checked again under the lock. `replace_test_chats` also records the hash of the file's current
        // content, and so accepts this content as written by telecast. If another program has just written the file,
        // its content must not be accepted.
        if self.private_folder_status()? != PrivateFolderStatus::Ours {
            return Err(SaveError::Foreign { path: self.tree.unchecked_path(super::PRIVATE) });
        }
        let path = self.tree.unchecked_path(TEST_CHATS);
        let source = self.read(TEST_CHATS);
        if source.condition == FileCondition::Unusable {
            return Err(SaveError::Unusable { path });
        }
        let mut editor = toml::edit(&source.text)
            .map_err(|problem| SaveError::NotToml { path, problem: Box::new(problem) })?;
        change(&mut editor);
        self.replace_test_chats(source.text.as_bytes(), editor.to_string().as_bytes())
    }
}
