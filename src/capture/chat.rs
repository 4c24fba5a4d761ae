//! The chat that an update came from.

use serde_json::Value;

use crate::text;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturedChat {
    pub id: i64,
    /// The group's title or the user's name. If both are missing, the @username. If the @username is missing too, the
    /// id.
    pub title: String,
    /// Without the `@`.
    pub username: Option<String>,
    pub kind: ChatKind,
    pub update_id: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatKind {
    Private,
    Group,
    Supergroup,
    Channel,
}

/// The fields of an update that contain a message (Bot API, `Update`).
const MESSAGES: [&str; 4] = ["message", "edited_message", "channel_post", "edited_channel_post"];

impl CapturedChat {
    /// Returns a chat of which only the id is known.
    pub fn of_id(id: i64) -> Self {
        Self { id, title: id.to_string(), username: None, kind: kind_by_id(id), update_id: None }
    }

    /// Returns the chat of the message in an update. Returns `None` if the update contains no message, or if the
    /// message has no chat with an integer id.
    ///
    /// Reads leniently, for servers other than Telegram's: an id may also be a string that contains an integer, and
    /// everything except the id may be missing.
    pub fn of_update(update: &Value) -> Option<Self> {
        let message = MESSAGES.iter().find_map(|name| update.get(name))?;
        let chat = message.get("chat")?;
        let old_id = integer(chat.get("id")?)?;
        // When a group becomes a supergroup, its last message contains the new id. The new id is used, because the old
        // id no longer works.
        let moved = message.get("migrate_to_chat_id").and_then(integer);
        let id = moved.unwrap_or(old_id);
        let word = |name: &str| {
            chat.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
        };
        Some(Self {
            id,
            title: title(&word).unwrap_or_else(|| id.to_string()),
            username: word("username").map(|name| text::visible(name).into_owned()),
            kind: match moved {
                Some(_) => ChatKind::Supergroup,
                None => word("type").map_or_else(|| kind_by_id(id), kind),
            },
            update_id: update.get("update_id").and_then(integer),
        })
    }
}

fn title<'a>(word: &impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    let name = [word("first_name"), word("last_name")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let title = word("title").map(str::to_owned).or(Some(name).filter(|name| !name.is_empty()));
    let title = title.or_else(|| word("username").map(|name| format!("@{name}")))?;
    // The sender chose this text: control and bidirectional characters must not reach the terminal.
    Some(text::visible(&title).into_owned())
}

fn kind(word: &str) -> ChatKind {
    match word {
        "group" => ChatKind::Group,
        "supergroup" => ChatKind::Supergroup,
        "channel" => ChatKind::Channel,
        _ => ChatKind::Private,
    }
}

// Guesses the kind of a chat that has no `type`. Users have positive ids. Groups, supergroups, and channels all have
// negative ids, so `Group` may be wrong.
fn kind_by_id(id: i64) -> ChatKind {
    if id < 0 { ChatKind::Group } else { ChatKind::Private }
}

fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(update: &str, expected: Option<(i64, &str, Option<&str>, ChatKind)>) {
        let chat = CapturedChat::of_update(&serde_json::from_str(update).unwrap());
        let found =
            chat.as_ref().map(|chat| (chat.id, chat.title.as_str(), chat.username.as_deref(), chat.kind));
        assert_eq!(found, expected, "{update}");
    }

    #[test]
    fn messages_of_every_kind_of_chat_are_read() {
        check(
            r#"{"update_id":1,"message":{"message_id":1,"date":1,"text":"/start","from":{"id":42},
                "chat":{"id":42,"type":"private","first_name":"Anna","last_name":"Petrova","username":"anna"}}}"#,
            Some((42, "Anna Petrova", Some("anna"), ChatKind::Private)),
        );
        check(
            r#"{"update_id":1,"message":{"chat":{"id":-1001234567890,"type":"supergroup","title":"Shop"}}}"#,
            Some((-1001234567890, "Shop", None, ChatKind::Supergroup)),
        );
        check(
            r#"{"channel_post":{"chat":{"id":-1001,"type":"channel","title":"News","username":"news"}}}"#,
            Some((-1001, "News", Some("news"), ChatKind::Channel)),
        );
        check(
            r#"{"message":{"chat":{"id":-5,"type":"group","title":"Old"},"migrate_to_chat_id":-1005}}"#,
            Some((-1005, "Old", None, ChatKind::Supergroup)),
        );
    }

    #[test]
    fn updates_with_missing_or_odd_fields_are_read() {
        check(
            r#"{"updateId":1,"message":{"date":1700000000000,"chat":{"id":"7","first_name":" "}}}"#,
            Some((7, "7", None, ChatKind::Private)),
        );
        check(
            r#"{"message":{"chat":{"id":-7,"title":"\u001b[31m\u202e"}}}"#,
            Some((-7, "␛[31m\u{2424}", None, ChatKind::Group)),
        );
    }

    #[test]
    fn updates_without_a_message_are_ignored() {
        for update in [
            "{}",
            "[]",
            "null",
            r#"{"update_id":1,"my_chat_member":{"chat":{"id":1}}}"#,
            r#"{"message":{"chat":{}}}"#,
            r#"{"message":{"chat":{"id":1.5}}}"#,
            r#"{"message":"x"}"#,
        ] {
            check(update, None);
        }
    }
}
