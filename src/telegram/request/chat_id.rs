//! Reads the argument `chat_id`, which is a number or an @username.

use crate::telegram::arguments;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChatId {
    /// The id of a user is positive. The id of a supergroup or channel is -1000000000000 or less. The id of a basic
    /// group is negative, but above -1000000000000.
    Id(i64),
    /// The username of a public channel, supergroup, or bot, with its `@`.
    Username(String),
}

impl ChatId {
    /// Reads a non-empty argument as the server does. A text with a leading `@` is a username. Any other text is read
    /// leniently as a number (see `lenient_i64`).
    pub fn from_argument(text: &str) -> Self {
        if text.starts_with('@') {
            ChatId::Username(text.to_owned())
        } else {
            // Reading a number never fails: "123abc" is 123, and "abc" is 0, which the server reports as "chat not
            // found". According to users' reports, `+1001` reaches the chat 1001, although the server accepts no plus
            // sign in other integers.
            ChatId::Id(arguments::lenient_i64(text.strip_prefix('+').unwrap_or(text)))
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
