//! Writes and reads entities as flat JSON objects, the format of the command `debug entities` and of the test cases.
//!
//! The format differs from the Bot API's in one point: a text mention has a `user_id` here, but a whole `user` object
//! in the Bot API.

use serde_json::{Map, Value, json};

use super::{Entity, EntityKind};

pub fn to_json(entity: &Entity) -> Value {
    let mut object = Map::new();
    object.insert("type".into(), entity.kind.name().into());
    object.insert("offset".into(), entity.offset.into());
    object.insert("length".into(), entity.length.into());
    match &entity.kind {
        EntityKind::Pre { language: Some(language) } => {
            object.insert("language".into(), language.as_str().into());
        }
        EntityKind::TextLink { url } => {
            object.insert("url".into(), url.as_str().into());
        }
        EntityKind::TextMention { user_id } => {
            object.insert("user_id".into(), (*user_id).into());
        }
        EntityKind::CustomEmoji { custom_emoji_id } => {
            // The id is a string, as in the Bot API, because JSON readers may round an integer of 64 bits.
            object.insert("custom_emoji_id".into(), custom_emoji_id.to_string().into());
        }
        EntityKind::DateTime { unix_time, format } => {
            object.insert("unix_time".into(), (*unix_time).into());
            object.insert("date_time_format".into(), format.as_str().into());
        }
        _ => {}
    }
    Value::Object(object)
}

/// Reads an entity. Returns `None` if the type is unknown, or if the format of a time is not valid. Also returns `None`
/// if a required value is missing, malformed, or out of range. There is one exception: a missing or malformed
/// `unix_time` is read as zero.
///
/// ```
/// use telecast::telegram::entity_json;
///
/// let bold = serde_json::json!({"type": "bold", "offset": 0, "length": 4});
/// assert_eq!(entity_json::to_json(&entity_json::from_json(&bold).unwrap()), bold);
/// ```
pub fn from_json(value: &Value) -> Option<Entity> {
    let number = |key: &str| u32::try_from(value.get(key)?.as_u64()?).ok();
    let text = |key: &str| value.get(key)?.as_str();
    let kind = match text("type")? {
        "pre" => {
            let language = text("language").filter(|language| !language.is_empty());
            EntityKind::Pre { language: language.map(str::to_owned) }
        }
        "text_link" => EntityKind::TextLink { url: text("url")?.to_owned() },
        "text_mention" => EntityKind::TextMention { user_id: value.get("user_id")?.as_i64()? },
        "custom_emoji" => EntityKind::CustomEmoji { custom_emoji_id: custom_emoji_id(value)? },
        "date_time" => {
            // A missing or malformed time becomes 0, which `fix` refuses with the server's message.
            let unix_time = value.get("unix_time").and_then(Value::as_i64).unwrap_or(0);
            let format = super::link::date_format(text("date_time_format").unwrap_or(""))?;
            EntityKind::DateTime { unix_time: i32::try_from(unix_time).ok()?, format }
        }
        name => EntityKind::plain(name)?,
    };
    Some(Entity { kind, offset: number("offset")?, length: number("length")? })
}

fn custom_emoji_id(value: &Value) -> Option<i64> {
    let id = value.get("custom_emoji_id")?;
    id.as_str().map_or_else(|| id.as_i64(), |text| text.parse().ok())
}

pub fn formatted_to_json(formatted: &super::FormattedText) -> Value {
    let entities: Vec<Value> = formatted.entities.iter().map(to_json).collect();
    json!({ "text": formatted.text, "entities": entities })
}
