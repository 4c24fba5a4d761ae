//! Test chats: `.telecast/test-chats.toml`, names for chat ids, and the one chosen last.
//!
//! ```toml
//! last = "Anna"
//! [chats]
//! Anna = "123456789"
//! team = "@ourteam"
//! ```

use super::private::TEST_CHATS;
use super::{Folder, Standing};
use crate::disk::{Condition, SaveError};
use crate::toml::{self, Editor};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TestChats {
    /// Name and chat (an id or `@name`), in the file's order.
    pub chats: Vec<(String, String)>,
    /// What was chosen last: a name, an id or an `@name`.
    pub last: Option<String>,
}

impl TestChats {
    /// Returns the chat that `text` means: a name's chat, else an id or `@name` itself.
    pub fn resolve(&self, text: &str) -> Option<String> {
        let text = text.trim();
        let named = self.chats.iter().find(|(name, _)| name == text).map(|(_, chat)| chat.clone());
        named.or_else(|| is_chat(text).then(|| text.to_owned()))
    }

    /// Returns the chat that was chosen last, else the first there is.
    pub fn preferred(&self) -> Option<&str> {
        self.last.as_deref().or_else(|| self.chats.first().map(|(name, _)| name.as_str()))
    }
}

/// Whether `text` is a chat as the Bot API takes it: a number that is not 0, or `@` and a name.
pub fn is_chat(text: &str) -> bool {
    match text.strip_prefix('@') {
        Some(name) => {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        }
        None => text.parse::<i64>().is_ok_and(|id| id != 0),
    }
}

impl Folder {
    /// Returns the test chats and what is wrong with their file; a missing file is an empty one, and so is one in a
    /// folder that is not ours.
    pub fn test_chats(&self) -> (TestChats, Vec<crate::diagnostic::FileProblem>) {
        if !self.is_private_ours() {
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

    /// Gives a chat a name, or a name another chat, and remembers it as the last one.
    pub fn add_test_chat(&self, name: &str, chat: &str) -> Result<(), SaveError> {
        self.change_chats(|editor| {
            editor.set_string(&["last"], name);
            editor.set_string(&["chats", name], chat);
        })
    }

    pub fn remember_test_chat(&self, chosen: &str) -> Result<(), SaveError> {
        if self.test_chats().0.last.as_deref() == Some(chosen) {
            return Ok(());
        }
        self.change_chats(|editor| editor.set_string(&["last"], chosen))
    }

    fn change_chats(&self, change: impl FnOnce(&mut Editor)) -> Result<(), SaveError> {
        self.private()?;
        let _turn = self.turn("test-chats")?;
        // Asked again within the turn: what is hashed next is what telecast wrote.
        if self.standing()? != Standing::Ours {
            return Err(SaveError::Foreign { path: self.tree.shown(super::PRIVATE) });
        }
        let path = self.tree.shown(TEST_CHATS);
        let source = self.read(TEST_CHATS);
        if source.condition == Condition::Unusable {
            return Err(SaveError::Unusable { path });
        }
        let mut editor = toml::edit(&source.text)
            .map_err(|problem| SaveError::NotToml { path, problem: Box::new(problem) })?;
        change(&mut editor);
        self.replace_test_chats(source.text.as_bytes(), editor.to_string().as_bytes())
    }
}
