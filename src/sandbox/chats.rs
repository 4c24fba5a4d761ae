//! The chats that one bot knows, their JSON form, and whether the bot may write to them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::limits::MAX_NAME_BYTES;
use crate::telegram::request::ChatKind;
use crate::telegram::{ApiError, ChatId, ErrorParameters};

/// User ids are below this number.
const MAX_USER_ID: i64 = 1 << 52;

/// A chat (Bot API, `Chat`) and the bot's membership in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SandboxChat {
    pub(super) id: i64,
    pub(super) kind: ChatKind,
    pub(super) title: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) username: Option<String>,
    pub(super) is_forum: bool,
    /// The forum's topics that updates mentioned, by the id of their thread. The sandbox has no method that creates a
    /// topic. The topic "General" is not in the set, because Telegram takes no thread id for it.
    pub(super) topics: BTreeSet<i64>,
    pub(super) membership: Membership,
}

/// The maximum number of topics that are kept for a chat. Without this limit, the limit on the number of chats would
/// not limit their memory.
const MAX_TOPICS: usize = 1000;

/// The thread id of a forum's topic "General". Telegram refuses it as `message_thread_id`.
const GENERAL_TOPIC: i64 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Membership {
    Writable,
    /// The user blocked the bot, or the bot was removed from the chat.
    Kicked,
    Left,
    /// The group became a supergroup with this id.
    Migrated(i64),
}

/// What a bot wants to do in a chat, besides sending a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChatAccess {
    Read,
    ReadMembers,
    Edit,
    Write,
}

fn parse_kind(text: &str) -> Option<ChatKind> {
    let all = [ChatKind::Private, ChatKind::Group, ChatKind::Supergroup, ChatKind::Channel];
    all.into_iter().find(|kind| kind.as_str() == text)
}

/// Returns the kind of a chat of which only the id is known. Supergroups and channels have ids of the same form; such a
/// chat is a supergroup.
fn kind_of_id(id: i64) -> ChatKind {
    ChatKind::possible(&ChatId::Id(id)).first().copied().unwrap_or(ChatKind::Private)
}

impl SandboxChat {
    pub(super) fn of_id(id: i64) -> SandboxChat {
        let kind = kind_of_id(id);
        let (title, first_name) = match kind {
            ChatKind::Private => (None, Some(format!("User {id}"))),
            _ => (Some(format!("Chat {id}")), None),
        };
        SandboxChat {
            id,
            kind,
            title,
            first_name,
            last_name: None,
            username: None,
            is_forum: false,
            topics: BTreeSet::new(),
            membership: Membership::Writable,
        }
    }

    /// Sets the fields that the Chat object `value` has. The other fields keep their values.
    fn with_members_of(mut self, value: &Value) -> Result<SandboxChat, String> {
        if let Some(kind) = value.get("type") {
            let known = kind.as_str().and_then(parse_kind);
            self.kind = known.ok_or_else(|| {
                format!("{kind} is not a chat type; use private, group, supergroup or channel")
            })?;
        }
        // On Telegram, the sign of an id shows whether a chat is private, and clients rely on that.
        if (self.kind == ChatKind::Private) != (0 < self.id) {
            return Err(format!("the id of a {} chat cannot be {}", self.kind.as_str(), self.id));
        }
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let names = ["title", "first_name", "last_name", "username"];
        if let Some(key) =
            names.into_iter().find(|key| text(key).is_some_and(|name| MAX_NAME_BYTES < name.len()))
        {
            return Err(format!("the `{key}` of a chat is longer than {MAX_NAME_BYTES} bytes"));
        }
        self.title = text("title").or(self.title);
        self.first_name = text("first_name").or(self.first_name);
        self.last_name = text("last_name").or(self.last_name);
        self.username = text("username").or(self.username);
        // `is_forum` is never switched off, because its absence is ambiguous. Telegram omits `is_forum` if it is false.
        // An update that a test made up may omit `is_forum` although it is true. An explicit `false` is ignored too.
        self.is_forum |= value.get("is_forum") == Some(&Value::Bool(true));
        Ok(self)
    }

    /// Returns the Chat object as it appears in messages.
    pub(super) fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("id".into(), self.id.into());
        let texts = match self.kind {
            ChatKind::Private => [
                ("first_name", &self.first_name),
                ("last_name", &self.last_name),
                ("username", &self.username),
            ]
            .to_vec(),
            ChatKind::Group => vec![("title", &self.title)],
            ChatKind::Supergroup | ChatKind::Channel => {
                vec![("title", &self.title), ("username", &self.username)]
            }
        };
        for (key, text) in texts {
            if let Some(text) = text {
                object.insert(key.into(), text.clone().into());
            }
        }
        if self.is_forum {
            object.insert("is_forum".into(), true.into());
        }
        object.insert("type".into(), self.kind.as_str().into());
        // Among the Chat objects in messages, only those of basic groups have these two fields.
        if self.kind == ChatKind::Group {
            object.insert("all_members_are_administrators".into(), false.into());
            object.insert("accepted_gift_types".into(), accepted_gifts(false));
        }
        Value::Object(object)
    }

    /// Returns the ChatFullInfo object that getChat returns.
    pub(super) fn to_full_json(&self) -> Value {
        let mut full = self.to_json();
        if let (Some(username), Some(object)) = (&self.username, full.as_object_mut()) {
            object.insert("active_usernames".into(), json!([username]));
        }
        full["accepted_gift_types"] = accepted_gifts(self.kind == ChatKind::Private);
        full["max_reaction_count"] = 11.into();
        full["accent_color_id"] = self.id.unsigned_abs().wrapping_rem(7).into();
        full
    }

    // A bot can name a group or a channel by its username. It can name a user only by id.
    fn is_called(&self, name: &str) -> bool {
        let (Some(name), Some(username)) = (name.strip_prefix('@'), &self.username) else { return false };
        self.kind != ChatKind::Private && username.eq_ignore_ascii_case(name)
    }

    /// Checks the thread that a message is sent to. As on Telegram, the thread is looked up only in a forum or a
    /// private chat. Other groups ignore it. The private chats of the sandbox have no topics.
    pub(super) fn check_thread(&self, thread: Option<i64>) -> Result<(), ApiError> {
        let Some(thread) = thread else { return Ok(()) };
        let is_found = match self.kind {
            ChatKind::Private => false,
            ChatKind::Supergroup if self.is_forum => self.topics.contains(&thread),
            ChatKind::Group | ChatKind::Supergroup | ChatKind::Channel => true,
        };
        if is_found { Ok(()) } else { Err(ApiError::bad_request("Message thread not found")) }
    }

    pub(super) fn add_topic(&mut self, thread: i64) {
        if thread != GENERAL_TOPIC && self.topics.len() < MAX_TOPICS {
            self.topics.insert(thread);
        }
    }

    /// Checks a call that sends no message. Some of these calls succeed in a chat in which the bot cannot write.
    pub(super) fn check_access(&self, access: ChatAccess) -> Result<(), ApiError> {
        let is_refused = match (self.kind, self.membership) {
            (ChatKind::Private, _) | (_, Membership::Writable) => false,
            (ChatKind::Group, Membership::Migrated(_)) => {
                matches!(access, ChatAccess::ReadMembers | ChatAccess::Write)
            }
            (ChatKind::Group, _) => access != ChatAccess::Read,
            (_, Membership::Kicked) => true,
            // Everybody can read a public group or channel.
            (_, _) => self.username.is_none() || matches!(access, ChatAccess::Edit | ChatAccess::Write),
        };
        if is_refused { self.check_writable() } else { Ok(()) }
    }

    pub(super) fn check_writable(&self) -> Result<(), ApiError> {
        let kind = self.kind.as_str();
        match (self.membership, self.kind) {
            (Membership::Writable, _) => Ok(()),
            (Membership::Kicked, ChatKind::Private) => {
                Err(ApiError::forbidden("bot was blocked by the user"))
            }
            (Membership::Kicked, _) => {
                Err(ApiError::forbidden(&format!("bot was kicked from the {kind} chat")))
            }
            (Membership::Left, ChatKind::Private) => {
                Err(ApiError::forbidden("bot can't initiate conversation with a user"))
            }
            (Membership::Left, _) => {
                Err(ApiError::forbidden(&format!("bot is not a member of the {kind} chat")))
            }
            (Membership::Migrated(id), _) => Err(ApiError {
                parameters: Some(ErrorParameters::MigrateToChatId(id)),
                ..ApiError::bad_request("group chat was upgraded to a supergroup chat")
            }),
        }
    }
}

fn accepted_gifts(all: bool) -> Value {
    json!({
        "unlimited_gifts": all, "limited_gifts": all, "unique_gifts": all, "premium_subscription": all,
        "gifts_from_channels": all,
    })
}

/// The chats that exist before the first update.
#[derive(Debug, Clone, PartialEq)]
pub enum InitialChats {
    /// Every valid user id belongs to a user whose private chat exists. Groups and channels exist only if updates add
    /// them.
    Any,
    /// These chats, and those that updates add.
    Only(Vec<i64>),
}

#[derive(Debug)]
pub(super) struct ChatBook {
    known: BTreeMap<i64, SandboxChat>,
    /// The number of chats in `known` that existed from the start.
    n_initial: usize,
    any_user: bool,
}

impl ChatBook {
    /// Creates the chats that exist from the start, including those that have blocked the bot.
    pub(super) fn new(chats: &InitialChats, blocked: &[i64]) -> ChatBook {
        let ids = match chats {
            InitialChats::Any => &[][..],
            InitialChats::Only(ids) => ids,
        };
        let mut known: BTreeMap<i64, SandboxChat> =
            ids.iter().map(|id| (*id, SandboxChat::of_id(*id))).collect();
        for id in blocked {
            known.entry(*id).or_insert_with(|| SandboxChat::of_id(*id)).membership = Membership::Kicked;
        }
        ChatBook { n_initial: known.len(), known, any_user: *chats == InitialChats::Any }
    }

    /// Finds the chat that a call is for.
    pub(super) fn find(&self, chat_id: &ChatId) -> Result<SandboxChat, ApiError> {
        let known = match chat_id {
            ChatId::Id(id) => self.known.get(id),
            ChatId::Username(name) => self.known.values().find(|chat| chat.is_called(name)),
        };
        match (known, chat_id) {
            (Some(chat), _) => Ok(chat.clone()),
            // The user is not stored: a script may send to millions of ids, and the user can be created again from the
            // id.
            (None, ChatId::Id(id)) if self.any_user && (1..MAX_USER_ID).contains(id) => {
                Ok(SandboxChat::of_id(*id))
            }
            (None, ChatId::Id(_) | ChatId::Username(_)) => Err(ApiError::bad_request("chat not found")),
        }
    }

    pub(super) fn knows(&self, id: i64) -> bool {
        self.known.contains_key(&id)
    }

    /// Returns whether the bot can mention a user by id.
    pub(super) fn knows_user(&self, id: i64) -> bool {
        self.find(&ChatId::Id(id)).is_ok()
    }

    /// Returns how many chats were added by updates. The chats that existed from the start do not count.
    pub(super) fn n_learned(&self) -> usize {
        self.known.len() - self.n_initial
    }

    /// Returns the User object of a mentioned user, with the name that the bot knows or a made-up one.
    pub(super) fn user(&self, id: i64) -> Value {
        let name = self.known.get(&id).and_then(|chat| chat.first_name.clone());
        json!({ "id": id, "is_bot": false, "first_name": name.unwrap_or_else(|| format!("User {id}")) })
    }

    /// Reads a Chat object. Missing fields are taken from the chat that is already known under this id. If no such chat
    /// is known, the missing fields are made up from the id.
    pub(super) fn read(&self, value: &Value) -> Result<SandboxChat, String> {
        let id = value.get("id").and_then(Value::as_i64).filter(|id| *id != 0);
        let id = id.ok_or("a chat needs an `id`, a whole number that is not 0")?;
        self.known.get(&id).cloned().unwrap_or_else(|| SandboxChat::of_id(id)).with_members_of(value)
    }

    pub(super) fn add(&mut self, chat: SandboxChat) {
        self.known.insert(chat.id, chat);
    }

    pub(super) fn set_membership(&mut self, id: i64, membership: Membership) {
        if let Some(chat) = self.known.get_mut(&id) {
            chat.membership = membership;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ChatId {
        ChatId::from_argument(text)
    }

    #[test]
    fn only_known_chats_are_found() {
        let book = ChatBook::new(&InitialChats::Only(vec![42]), &[7]);
        assert_eq!(book.find(&id("42")).map(|chat| chat.id), Ok(42));
        for unknown in ["43", "abc", "@nobody", "-42"] {
            assert_eq!(book.find(&id(unknown)).unwrap_err().description, "Bad Request: chat not found");
        }
        let blocked = book.find(&id("7")).unwrap().check_writable().unwrap_err();
        assert_eq!(blocked.description, "Forbidden: bot was blocked by the user");
    }

    #[test]
    fn with_any_chats_every_user_exists_but_no_group() {
        let book = ChatBook::new(&InitialChats::Any, &[]);
        assert!(book.find(&id("5")).is_ok());
        assert!(book.find(&id("-5")).is_err());
        assert!(book.find(&id("0")).is_err());
        assert!(book.find(&id("9007199254740993")).is_err());
    }

    #[test]
    fn usernames_are_found_in_any_case() {
        let mut book = ChatBook::new(&InitialChats::Only(Vec::new()), &[]);
        let news =
            json!({"id": -1001234567890_i64, "type": "channel", "title": "News", "username": "Shop_News"});
        book.add(book.read(&news).unwrap());
        assert_eq!(book.find(&id("@shop_news")).unwrap().to_json()["title"], "News");
    }

    #[test]
    fn chat_updates_are_merged() {
        let mut book = ChatBook::new(&InitialChats::Only(Vec::new()), &[]);
        book.add(book.read(&json!({"id": 5, "first_name": "Anna"})).unwrap());
        book.set_membership(5, Membership::Kicked);
        book.add(book.read(&json!({"id": 5, "last_name": "Petrova"})).unwrap());
        let chat = book.find(&id("5")).unwrap();
        let expected = json!({"id": 5, "first_name": "Anna", "last_name": "Petrova", "type": "private"});
        assert_eq!((chat.to_json(), chat.membership), (expected, Membership::Kicked));
    }

    #[test]
    fn invalid_chat_is_refused() {
        let book = ChatBook::new(&InitialChats::Any, &[]);
        for (chat, part) in [
            (json!({}), "needs an `id`"),
            (json!({"id": "5"}), "needs an `id`"),
            (json!({"id": 5, "type": "secret"}), "not a chat type"),
            (json!({"id": -5, "type": "private"}), "cannot be -5"),
            (json!({"id": 5, "type": "group"}), "cannot be 5"),
        ] {
            let error = book.read(&chat).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn migrated_group_reports_its_new_id() {
        let mut chat = SandboxChat::of_id(-5);
        chat.membership = Membership::Migrated(-1005);
        assert_eq!(
            chat.check_writable().unwrap_err().parameters,
            Some(ErrorParameters::MigrateToChatId(-1005))
        );
    }
}
