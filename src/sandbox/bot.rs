//! One bot of the sandbox: its identity, its chats, its waiting updates, its messages, and its files.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::chats::ChatBook;
use super::faults::RateLimiter;
use super::files::FileStore;
use super::limits::{ENTRY_OVERHEAD, MAX_PINS, MAX_PRESSES};
use super::queue::UpdateQueue;
use crate::telegram::request::{BotCommand, CommandScope};

#[derive(Debug)]
pub(super) struct SandboxBot {
    pub(super) identity: BotIdentity,
    pub(super) chats: ChatBook,
    pub(super) updates: UpdateQueue,
    pub(super) messages: Messages,
    pub(super) files: FileStore,
    pub(super) pins: Pins,
    pub(super) pressed: PressedButtons,
    /// The commands of the menu, by scope and language.
    pub(super) commands: BTreeMap<(CommandScope, String), Vec<BotCommand>>,
    pub(super) webhook: Option<Webhook>,
    pub(super) rate_limiter: Option<RateLimiter>,
    pub(super) poll: Option<PollId>,
    /// The getUpdates calls that were waiting until another call ended them, each with the reason. An entry is removed
    /// when the ended call has read the reason, or when the client of the call is gone. So there are at most as many
    /// entries as open connections.
    pub(super) conflicts: BTreeMap<PollId, Conflict>,
}

/// What setWebhook was given. The sandbox never sends anything to the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Webhook {
    pub(super) url: String,
    pub(super) has_certificate: bool,
    pub(super) max_connections: i64,
    /// Empty if it was not given.
    pub(super) ip_address: String,
    pub(super) secret_token: String,
}

/// The pinned messages of all chats, in the order in which they were pinned.
#[derive(Debug, Default)]
pub(super) struct Pins(VecDeque<MessageKey>);

impl Pins {
    pub(super) fn add(&mut self, chat: i64, message: i64) {
        self.remove(chat, message);
        self.0.push_back((chat, message));
        if MAX_PINS < self.0.len() {
            self.0.pop_front();
        }
    }

    pub(super) fn remove(&mut self, chat: i64, message: i64) {
        self.0.retain(|pinned| *pinned != (chat, message));
    }

    pub(super) fn clear(&mut self, chat: i64) {
        self.0.retain(|(of_chat, _)| *of_chat != chat);
    }

    pub(super) fn latest(&self, chat: i64) -> Option<i64> {
        self.0.iter().rev().find(|(of_chat, _)| *of_chat == chat).map(|(_, message)| *message)
    }
}

/// The ids of the latest presses of buttons that updates told the bot about.
#[derive(Debug, Default)]
pub(super) struct PressedButtons(VecDeque<String>);

impl PressedButtons {
    pub(super) fn add(&mut self, id: String) {
        self.0.push_back(id);
        if MAX_PRESSES < self.0.len() {
            self.0.pop_front();
        }
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.0.iter().any(|known| known == id)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PollId(pub(super) u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conflict {
    GetUpdates,
    SetWebhook,
}

impl SandboxBot {
    // The waiting call runs in another task, so the reason is stored here. The call reads it when it wakes up.
    pub(super) fn end_poll(&mut self, conflict: Conflict) {
        if let Some(poll) = self.poll.take() {
            self.conflicts.insert(poll, conflict);
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BotIdentity {
    pub(super) id: i64,
    pub(super) username: String,
}

impl BotIdentity {
    /// Creates the identity of a bot. The username of the first bot is `demo_bot`; any other username contains the
    /// bot's id.
    pub(super) fn new(id: i64, is_first: bool) -> BotIdentity {
        let username = if is_first { "demo_bot".to_owned() } else { format!("demo_{id}_bot") };
        BotIdentity { id, username }
    }

    /// Returns the User object as it appears in messages.
    pub(super) fn to_json(&self) -> Value {
        json!({ "id": self.id, "is_bot": true, "first_name": "Demo bot", "username": self.username })
    }

    /// Returns the User object of getMe, with the fields that only getMe returns.
    pub(super) fn to_full_json(&self) -> Value {
        let mut full = self.to_json();
        full["can_join_groups"] = true.into();
        // Clients with strict types may refuse an answer without these fields.
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

/// The messages of all chats of one bot, sent and received, as JSON text.
///
/// All chats share one sequence of message ids, as the private chats of a Telegram account do.
#[derive(Debug, Default)]
pub(super) struct Messages {
    last_id: i64,
    last_album_id: u64,
    // There are two logs, because a test can queue a made-up update whose message has the id of a sent message. In a
    // single log, the made-up message would replace the sent one.
    sent: MessageLog,
    received: MessageLog,
}

#[derive(Debug, Default)]
struct MessageLog {
    /// The messages by sequence number, so that the first entry is the oldest message.
    messages: BTreeMap<u64, StoredMessage>,
    numbers: BTreeMap<MessageKey, u64>,
    next_number: u64,
    size: usize,
}

/// A chat's id and a message's id in it.
type MessageKey = (i64, i64);

#[derive(Debug)]
struct StoredMessage {
    key: MessageKey,
    message: Box<str>,
    keyboard: SentKeyboard,
}

/// The keyboard that a message was sent with. A message with a reply keyboard cannot be edited, although its Message
/// object does not show the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SentKeyboard {
    InlineOrNone,
    Reply,
}

impl MessageLog {
    /// Adds a message and removes an older one with the same key.
    fn add(&mut self, key: MessageKey, message: &Value, keyboard: SentKeyboard) {
        if let Some(older) = self.numbers.insert(key, self.next_number) {
            self.forget(older);
        }
        let message: Box<str> = message.to_string().into();
        self.size += message.len() + ENTRY_OVERHEAD;
        self.messages.insert(self.next_number, StoredMessage { key, message, keyboard });
        self.next_number += 1;
    }

    fn find(&self, key: MessageKey) -> Option<&StoredMessage> {
        self.messages.get(self.numbers.get(&key)?)
    }

    /// Replaces a message. It keeps its place in the order of the messages.
    fn replace(&mut self, key: MessageKey, message: &Value) {
        let stored = self.numbers.get(&key).and_then(|number| self.messages.get_mut(number));
        if let Some(stored) = stored {
            let message: Box<str> = message.to_string().into();
            self.size += message.len();
            self.size -= stored.message.len();
            stored.message = message;
        }
    }

    fn remove(&mut self, key: MessageKey) {
        if let Some(number) = self.numbers.remove(&key) {
            self.forget(number);
        }
    }

    fn drop_oldest(&mut self) {
        if let Some((oldest, stored)) = self.messages.first_key_value() {
            let (oldest, key) = (*oldest, stored.key);
            self.numbers.remove(&key);
            self.forget(oldest);
        }
    }

    fn forget(&mut self, number: u64) {
        if let Some(stored) = self.messages.remove(&number) {
            self.size -= stored.message.len() + ENTRY_OVERHEAD;
        }
    }
}

impl Messages {
    pub(super) fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) fn next_album_id(&mut self) -> u64 {
        self.last_album_id += 1;
        self.last_album_id
    }

    /// Returns the id of the next message.
    pub(super) fn upcoming_id(&self) -> i64 {
        self.last_id + 1
    }

    pub(super) fn add_sent(&mut self, chat: i64, id: i64, message: &Value, keyboard: SentKeyboard) {
        self.sent.add((chat, id), message, keyboard);
    }

    pub(super) fn replace_sent(&mut self, chat: i64, id: i64, message: &Value) {
        self.sent.replace((chat, id), message);
    }

    /// Removes a message. If a sent and a received message have this id, removes both.
    pub(super) fn remove(&mut self, chat: i64, id: i64) {
        self.sent.remove((chat, id));
        self.received.remove((chat, id));
    }

    pub(super) fn is_sent(&self, chat: i64, id: i64) -> bool {
        self.sent.find((chat, id)).is_some()
    }

    pub(super) fn has_reply_keyboard(&self, chat: i64, id: i64) -> bool {
        self.sent.find((chat, id)).is_some_and(|stored| stored.keyboard == SentKeyboard::Reply)
    }

    pub(super) fn add_received(&mut self, chat: i64, id: i64, message: &Value) {
        self.last_id = self.last_id.max(id);
        self.received.add((chat, id), message, SentKeyboard::InlineOrNone);
    }

    /// Returns a stored message as JSON text. If a sent and a received message have this id, returns the sent one.
    pub(super) fn find(&self, chat: i64, id: i64) -> Option<&str> {
        let stored = self.sent.find((chat, id)).or_else(|| self.received.find((chat, id)));
        stored.map(|stored| stored.message.as_ref())
    }

    /// Returns the sent messages that are still stored, oldest first, as a JSON array.
    pub(super) fn to_json(&self) -> String {
        let sent: Vec<&str> = self.sent.messages.values().map(|stored| stored.message.as_ref()).collect();
        format!("[{}]", sent.join(","))
    }

    /// Returns roughly how much memory the messages use, in bytes.
    pub(super) fn size(&self) -> usize {
        self.sent.size + self.received.size
    }

    /// Removes the oldest sent message or the oldest received message, depending on which log uses more memory.
    pub(super) fn drop_oldest(&mut self) {
        match self.sent.size < self.received.size {
            true => self.received.drop_oldest(),
            false => self.sent.drop_oldest(),
        }
    }
}
