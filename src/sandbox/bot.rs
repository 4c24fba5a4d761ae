//! One bot: who it is, whom it knows, what waits for it and what it has sent.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::chats::ChatBook;
use super::faults::Pace;
use super::queue::Queue;

/// A bot as the sandbox keeps it.
#[derive(Debug)]
pub(super) struct Bot {
    pub(super) identity: Identity,
    pub(super) chats: ChatBook,
    pub(super) updates: Queue,
    pub(super) messages: Messages,
    /// The address set by setWebhook; empty for none. Nothing is ever sent there.
    pub(super) webhook: String,
    /// Where messages a second are limited.
    pub(super) pace: Option<Pace>,
    /// The getUpdates call that waits, if one does.
    pub(super) poll: Option<PollId>,
    /// The polls that another call has put an end to, until they are told.
    pub(super) conflicts: BTreeMap<PollId, Conflict>,
}

/// Tells the getUpdates calls of all bots apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PollId(pub(super) u64);

/// What put an end to a getUpdates call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conflict {
    GetUpdates,
    SetWebhook,
}

impl Bot {
    /// Ends the getUpdates call that waits, with a conflict.
    pub(super) fn end_poll(&mut self, conflict: Conflict) {
        if let Some(poll) = self.poll.take() {
            self.conflicts.insert(poll, conflict);
        }
    }
}

/// Who a bot is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) id: i64,
    pub(super) username: String,
}

impl Identity {
    /// Makes the bot's name: the first bot is `demo_bot`, others carry their id.
    pub(super) fn new(id: i64, is_first: bool) -> Identity {
        let username = if is_first { "demo_bot".to_owned() } else { format!("demo_{id}_bot") };
        Identity { id, username }
    }

    /// Returns the User object as it stands in messages.
    pub(super) fn to_json(&self) -> Value {
        json!({ "id": self.id, "is_bot": true, "first_name": "Demo bot", "username": self.username })
    }

    /// Returns the User object of getMe, with what only that tells.
    pub(super) fn to_full_json(&self) -> Value {
        let mut full = self.to_json();
        full["can_join_groups"] = true.into();
        for missing in [
            "can_read_all_group_messages",
            "supports_inline_queries",
            "supports_guest_queries",
            "can_connect_to_business",
            "has_main_web_app",
            "has_topics_enabled",
            "allows_users_to_create_topics",
            "can_manage_bots",
        ] {
            full[missing] = false.into();
        }
        full
    }
}

/// The messages of all chats of one bot, its own and those it was shown, as JSON text.
///
/// One count of message ids serves all chats, as in the private chats of a Telegram account.
#[derive(Debug, Default)]
pub(super) struct Messages {
    last_id: i64,
    last_album_id: u64,
    sent: Vec<Box<str>>,
    /// Where in `sent` the message of a chat and an id is.
    sent_at: BTreeMap<(i64, i64), usize>,
    shown: BTreeMap<(i64, i64), Box<str>>,
}

impl Messages {
    /// Returns the id of the next message.
    pub(super) fn next_id(&mut self) -> i64 {
        self.last_id = self.last_id.saturating_add(1);
        self.last_id
    }

    /// Returns the id that ties the next album together.
    pub(super) fn next_album_id(&mut self) -> u64 {
        self.last_album_id += 1;
        self.last_album_id
    }

    /// Keeps a message that the bot sent.
    pub(super) fn add_sent(&mut self, chat: i64, id: i64, message: &Value) {
        self.sent_at.insert((chat, id), self.sent.len());
        self.sent.push(message.to_string().into());
    }

    /// Keeps a message that the bot was shown.
    pub(super) fn add_shown(&mut self, chat: i64, id: i64, message: &Value) {
        self.last_id = self.last_id.max(id);
        self.shown.insert((chat, id), message.to_string().into());
    }

    /// Returns a message as JSON text.
    pub(super) fn find(&self, chat: i64, id: i64) -> Option<&str> {
        let sent = self.sent_at.get(&(chat, id)).and_then(|at| self.sent.get(*at));
        sent.or_else(|| self.shown.get(&(chat, id))).map(Box::as_ref)
    }

    /// Returns all that was sent, in order, as a JSON array.
    pub(super) fn to_json(&self) -> String {
        format!("[{}]", self.sent.join(","))
    }
}
