//! The chats that one bot knows, what they look like, and whether it may write to them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::limits::MAX_NAME;
use crate::telegram::{ApiError, ChatId, ErrorParameters};

/// User ids end here.
const MAX_USER_ID: i64 = 1 << 52;

/// Ids from here down are supergroups and channels.
const FIRST_CHANNEL: i64 = -1_000_000_000_000;

/// A chat (Bot API, `Chat`) and how the bot stands in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chat {
    pub(super) id: i64,
    pub(super) kind: ChatKind,
    pub(super) title: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) username: Option<String>,
    pub(super) is_forum: bool,
    pub(super) standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChatKind {
    Private,
    Group,
    Supergroup,
    Channel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Open,
    /// The user blocked it, or the chat threw it out.
    Kicked,
    Left,
    /// The group is a supergroup now, under this id.
    Migrated(i64),
}

impl ChatKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            ChatKind::Private => "private",
            ChatKind::Group => "group",
            ChatKind::Supergroup => "supergroup",
            ChatKind::Channel => "channel",
        }
    }

    fn parse(text: &str) -> Option<ChatKind> {
        let all = [ChatKind::Private, ChatKind::Group, ChatKind::Supergroup, ChatKind::Channel];
        all.into_iter().find(|kind| kind.as_str() == text)
    }

    fn of_id(id: i64) -> ChatKind {
        match id {
            0.. => ChatKind::Private,
            id if id <= FIRST_CHANNEL => ChatKind::Supergroup,
            _ => ChatKind::Group,
        }
    }
}

impl Chat {
    pub(super) fn of_id(id: i64) -> Chat {
        let kind = ChatKind::of_id(id);
        let (title, first_name) = match kind {
            ChatKind::Private => (None, Some(format!("User {id}"))),
            _ => (Some(format!("Chat {id}")), None),
        };
        Chat {
            id,
            kind,
            title,
            first_name,
            last_name: None,
            username: None,
            is_forum: false,
            standing: Standing::Open,
        }
    }

    /// Takes over what a Chat object says; what it leaves out stays as it is.
    fn told(mut self, value: &Value) -> Result<Chat, String> {
        if let Some(kind) = value.get("type") {
            let known = kind.as_str().and_then(ChatKind::parse);
            self.kind = known.ok_or_else(|| {
                format!("{kind} is no type of a chat: private, group, supergroup or channel")
            })?;
        }
        if (self.kind == ChatKind::Private) != (0 < self.id) {
            return Err(format!("the id of a {} chat cannot be {}", self.kind.as_str(), self.id));
        }
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let names = ["title", "first_name", "last_name", "username"];
        if let Some(key) = names.into_iter().find(|key| text(key).is_some_and(|name| MAX_NAME < name.len())) {
            return Err(format!("the `{key}` of a chat is longer than {MAX_NAME} bytes"));
        }
        self.title = text("title").or(self.title);
        self.first_name = text("first_name").or(self.first_name);
        self.last_name = text("last_name").or(self.last_name);
        self.username = text("username").or(self.username);
        self.is_forum |= value.get("is_forum") == Some(&Value::Bool(true));
        Ok(self)
    }

    /// Returns the Chat object as it stands in messages.
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
        if self.kind == ChatKind::Group {
            object.insert("all_members_are_administrators".into(), false.into());
            object.insert("accepted_gift_types".into(), accepted_gifts(false));
        }
        Value::Object(object)
    }

    /// Returns the ChatFullInfo object of getChat.
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

    /// Whether `@name` means this chat; users are not found by their names.
    fn is_called(&self, name: &str) -> bool {
        let (Some(name), Some(username)) = (name.strip_prefix('@'), &self.username) else { return false };
        self.kind != ChatKind::Private && username.eq_ignore_ascii_case(name)
    }

    pub(super) fn check_writable(&self) -> Result<(), ApiError> {
        let kind = self.kind.as_str();
        match (self.standing, self.kind) {
            (Standing::Open, _) => Ok(()),
            (Standing::Kicked, ChatKind::Private) => Err(ApiError::forbidden("bot was blocked by the user")),
            (Standing::Kicked, _) => {
                Err(ApiError::forbidden(&format!("bot was kicked from the {kind} chat")))
            }
            (Standing::Left, ChatKind::Private) => {
                Err(ApiError::forbidden("bot can't initiate conversation with a user"))
            }
            (Standing::Left, _) => {
                Err(ApiError::forbidden(&format!("bot is not a member of the {kind} chat")))
            }
            (Standing::Migrated(id), _) => Err(ApiError {
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

/// Which chats there are before any user has written.
#[derive(Debug, Clone, PartialEq)]
pub enum Chats {
    /// Every user: what a positive id names exists. Groups and channels appear by their updates.
    Any,
    /// These, and those that updates bring.
    Only(Vec<i64>),
}

#[derive(Debug)]
pub(super) struct ChatBook {
    known: BTreeMap<i64, Chat>,
    /// How many of them exist from the start.
    n_given: usize,
    any_user: bool,
}

impl ChatBook {
    /// Makes the chats that exist from the start; the blocked ones are among them.
    pub(super) fn new(chats: &Chats, blocked: &[i64]) -> ChatBook {
        let ids = match chats {
            Chats::Any => &[][..],
            Chats::Only(ids) => ids,
        };
        let mut known: BTreeMap<i64, Chat> = ids.iter().map(|id| (*id, Chat::of_id(*id))).collect();
        for id in blocked {
            known.entry(*id).or_insert_with(|| Chat::of_id(*id)).standing = Standing::Kicked;
        }
        ChatBook { n_given: known.len(), known, any_user: *chats == Chats::Any }
    }

    /// Finds the chat that a call names. A user who is only made up from an id is not kept: there may be any number.
    pub(super) fn find(&self, chat_id: &ChatId) -> Result<Chat, ApiError> {
        let known = match chat_id {
            ChatId::Id(id) => self.known.get(id),
            ChatId::Username(name) => self.known.values().find(|chat| chat.is_called(name)),
        };
        match (known, chat_id) {
            (Some(chat), _) => Ok(chat.clone()),
            (None, ChatId::Id(id)) if self.any_user && (1..MAX_USER_ID).contains(id) => Ok(Chat::of_id(*id)),
            (None, ChatId::Id(_) | ChatId::Username(_)) => Err(ApiError::bad_request("chat not found")),
        }
    }

    pub(super) fn knows(&self, id: i64) -> bool {
        self.known.contains_key(&id)
    }

    /// Returns how many chats are kept beside those that exist from the start.
    pub(super) fn n_met(&self) -> usize {
        self.known.len() - self.n_given
    }

    /// Returns the User object of someone who is mentioned, as far as the bot knows them.
    pub(super) fn user(&self, id: i64) -> Value {
        let name = self.known.get(&id).and_then(|chat| chat.first_name.clone());
        json!({ "id": id, "is_bot": false, "first_name": name.unwrap_or_else(|| format!("User {id}")) })
    }

    /// Reads a Chat object; what it leaves out is what is known of the chat, or made up from its id.
    pub(super) fn read(&self, value: &Value) -> Result<Chat, String> {
        let id = value.get("id").and_then(Value::as_i64).filter(|id| *id != 0);
        let id = id.ok_or("a chat needs an `id`, a whole number that is not 0")?;
        self.known.get(&id).cloned().unwrap_or_else(|| Chat::of_id(id)).told(value)
    }

    pub(super) fn meet(&mut self, chat: Chat) {
        self.known.insert(chat.id, chat);
    }

    pub(super) fn set_standing(&mut self, id: i64, standing: Standing) {
        if let Some(chat) = self.known.get_mut(&id) {
            chat.standing = standing;
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
        let book = ChatBook::new(&Chats::Only(vec![42]), &[7]);
        assert_eq!(book.find(&id("42")).map(|chat| chat.id), Ok(42));
        for unknown in ["43", "abc", "@nobody", "-42"] {
            assert_eq!(book.find(&id(unknown)).unwrap_err().description, "Bad Request: chat not found");
        }
        let blocked = book.find(&id("7")).unwrap().check_writable().unwrap_err();
        assert_eq!(blocked.description, "Forbidden: bot was blocked by the user");
    }

    #[test]
    fn any_user_exists_where_all_do_but_no_group() {
        let book = ChatBook::new(&Chats::Any, &[]);
        assert!(book.find(&id("5")).is_ok());
        assert!(book.find(&id("-5")).is_err());
        assert!(book.find(&id("0")).is_err());
        assert!(book.find(&id("9007199254740993")).is_err());
    }

    #[test]
    fn a_name_finds_channels_in_any_case() {
        let mut book = ChatBook::new(&Chats::Only(Vec::new()), &[]);
        let news =
            json!({"id": -1001234567890_i64, "type": "channel", "title": "News", "username": "Shop_News"});
        book.meet(book.read(&news).unwrap());
        assert_eq!(book.find(&id("@shop_news")).unwrap().to_json()["title"], "News");
    }

    #[test]
    fn what_is_known_of_a_chat_stays_known() {
        let mut book = ChatBook::new(&Chats::Only(Vec::new()), &[]);
        book.meet(book.read(&json!({"id": 5, "first_name": "Anna"})).unwrap());
        book.set_standing(5, Standing::Kicked);
        book.meet(book.read(&json!({"id": 5, "last_name": "Petrova"})).unwrap());
        let chat = book.find(&id("5")).unwrap();
        let expected = json!({"id": 5, "first_name": "Anna", "last_name": "Petrova", "type": "private"});
        assert_eq!((chat.to_json(), chat.standing), (expected, Standing::Kicked));
    }

    #[test]
    fn a_chat_that_cannot_be_is_refused() {
        let book = ChatBook::new(&Chats::Any, &[]);
        for (chat, word) in [
            (json!({}), "needs an `id`"),
            (json!({"id": "5"}), "needs an `id`"),
            (json!({"id": 5, "type": "secret"}), "no type of a chat"),
            (json!({"id": -5, "type": "private"}), "cannot be -5"),
            (json!({"id": 5, "type": "group"}), "cannot be 5"),
        ] {
            let error = book.read(&chat).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn a_group_that_moved_says_where() {
        let mut chat = Chat::of_id(-5);
        chat.standing = Standing::Migrated(-1005);
        assert_eq!(
            chat.check_writable().unwrap_err().parameters,
            Some(ErrorParameters::MigrateToChatId(-1005))
        );
    }
}
