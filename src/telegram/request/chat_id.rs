//! The chat a call is for: a number or a name.

use crate::telegram::arguments;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChatId {
    /// A number: users above 0, groups below, supergroups and channels from -1000000000000 down.
    Id(i64),
    /// `@name` of a public channel, supergroup or bot, with its `@`.
    Username(String),
}

impl ChatId {
    /// Reads an argument that is not empty, as the server does: what is no `@name` is a number, leniently.
    pub fn from_argument(text: &str) -> Self {
        if text.starts_with('@') {
            ChatId::Username(text.to_owned())
        } else {
            ChatId::Id(arguments::lenient_i64(text))
        }
    }
}

impl std::fmt::Display for ChatId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ChatId::Id(id) => id.fmt(f),
            ChatId::Username(name) => name.fmt(f),
        }
    }
}
