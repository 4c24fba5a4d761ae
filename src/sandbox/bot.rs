//! One bot: who it is, whom it knows, what waits for it and what it has sent.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::chats::ChatBook;
use super::faults::Pace;
use super::limits::ENTRY;
use super::queue::Queue;

#[derive(Debug)]
pub(super) struct Bot {
    pub(super) identity: Identity,
    pub(super) chats: ChatBook,
    pub(super) updates: Queue,
    pub(super) messages: Messages,
    /// The address set by setWebhook; empty for none. Nothing is ever sent there.
    pub(super) webhook: String,
    pub(super) pace: Option<Pace>,
    pub(super) poll: Option<PollId>,
    /// The polls that another call has put an end to, until they are told: no more than connections are open.
    pub(super) conflicts: BTreeMap<PollId, Conflict>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PollId(pub(super) u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conflict {
    GetUpdates,
    SetWebhook,
}

impl Bot {
    pub(super) fn end_poll(&mut self, conflict: Conflict) {
        if let Some(poll) = self.poll.take() {
            self.conflicts.insert(poll, conflict);
        }
    }
}

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
    sent: Log,
    shown: Log,
}

#[derive(Debug, Default)]
struct Log {
    /// By how many messages had come before.
    messages: BTreeMap<u64, Kept>,
    at: BTreeMap<Place, u64>,
    next: u64,
    size: usize,
}

/// A chat's id and a message's id in it.
type Place = (i64, i64);

#[derive(Debug)]
struct Kept {
    place: Place,
    message: Box<str>,
}

impl Log {
    /// Adds a message; an older one at the same place goes.
    fn add(&mut self, place: Place, message: &Value) {
        if let Some(older) = self.at.insert(place, self.next) {
            self.forget(older);
        }
        let message: Box<str> = message.to_string().into();
        self.size += message.len() + ENTRY;
        self.messages.insert(self.next, Kept { place, message });
        self.next += 1;
    }

    fn find(&self, place: Place) -> Option<&str> {
        let at = self.at.get(&place)?;
        self.messages.get(at).map(|kept| kept.message.as_ref())
    }

    fn drop_oldest(&mut self) {
        if let Some((oldest, kept)) = self.messages.first_key_value() {
            let (oldest, place) = (*oldest, kept.place);
            self.at.remove(&place);
            self.forget(oldest);
        }
    }

    fn forget(&mut self, number: u64) {
        if let Some(kept) = self.messages.remove(&number) {
            self.size -= kept.message.len() + ENTRY;
        }
    }
}

impl Messages {
    pub(super) fn next_id(&mut self) -> i64 {
        self.last_id = self.last_id.saturating_add(1);
        self.last_id
    }

    pub(super) fn next_album_id(&mut self) -> u64 {
        self.last_album_id += 1;
        self.last_album_id
    }

    pub(super) fn add_sent(&mut self, chat: i64, id: i64, message: &Value) {
        self.sent.add((chat, id), message);
    }

    pub(super) fn add_shown(&mut self, chat: i64, id: i64, message: &Value) {
        self.last_id = self.last_id.max(id);
        self.shown.add((chat, id), message);
    }

    /// Returns a message as JSON text.
    pub(super) fn find(&self, chat: i64, id: i64) -> Option<&str> {
        self.sent.find((chat, id)).or_else(|| self.shown.find((chat, id)))
    }

    /// Returns all that was sent and is still kept, in order, as a JSON array.
    pub(super) fn to_json(&self) -> String {
        let sent: Vec<&str> = self.sent.messages.values().map(|kept| kept.message.as_ref()).collect();
        format!("[{}]", sent.join(","))
    }

    /// Returns about how much memory the messages take, in bytes.
    pub(super) fn size(&self) -> usize {
        self.sent.size + self.shown.size
    }

    /// Forgets the oldest message of those that take more: sent or shown.
    pub(super) fn drop_oldest(&mut self) {
        match self.sent.size < self.shown.size {
            true => self.shown.drop_oldest(),
            false => self.sent.drop_oldest(),
        }
    }
}
