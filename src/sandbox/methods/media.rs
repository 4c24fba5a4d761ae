//! What a message holds beside its text, made up so far as only a look at the file could tell: sizes, durations.

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, File};
use crate::telegram::Method;

/// Returns the members that a message of this method has beside text or caption.
pub(super) fn members(method: Method, call: &Call) -> Map<String, Value> {
    let mut members = Map::new();
    let mut add = |key: &str, value: Value| members.insert(key.to_owned(), value);
    match method {
        Method::SendPhoto => {
            add("photo", photo(call));
        }
        Method::SendVideo => {
            add("video", moving(call, "video", "video/mp4"));
        }
        Method::SendAnimation => {
            add("animation", moving(call, "animation", "video/mp4"));
            add("document", document(call, "animation", "video/mp4"));
        }
        Method::SendDocument => {
            add("document", document(call, "document", "application/octet-stream"));
        }
        Method::SendPoll => {
            add("poll", poll(call));
        }
        Method::SendLocation => {
            let number = |name| call.text(name).parse::<f64>().unwrap_or_default();
            add("location", json!({ "latitude": number("latitude"), "longitude": number("longitude") }));
        }
        Method::SendMessage
        | Method::SendMediaGroup
        | Method::SendChatAction
        | Method::GetChat
        | Method::GetMe
        | Method::GetUpdates
        | Method::GetWebhookInfo
        | Method::DeleteWebhook => {}
    }
    let has_media = matches!(method, Method::SendPhoto | Method::SendVideo | Method::SendAnimation);
    if has_media && call.arguments.boolean("has_spoiler") {
        add("has_media_spoiler", true.into());
    }
    if has_media && call.arguments.boolean("show_caption_above_media") {
        add("show_caption_above_media", true.into());
    }
    members
}

fn upload<'a>(call: &'a Call, field: &str) -> Option<&'a File> {
    let name = call.text(field).strip_prefix("attach://").unwrap_or(field);
    call.files.iter().find(|file| file.field == name)
}

/// The ids of a file: the one that was given, else one made of the file's name.
fn file(call: &Call, field: &str) -> Map<String, Value> {
    let mut object = Map::new();
    let given = call.text(field);
    let upload = upload(call, field);
    let seed = upload.map_or(given, |file| &file.name);
    let sum = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let is_id = upload.is_none() && !given.contains("://");
    let id = if is_id { given.to_owned() } else { format!("SANDBOX{sum:016x}") };
    object.insert("file_id".into(), id.into());
    object.insert("file_unique_id".into(), format!("SB{sum:016x}").into());
    object.insert("file_size".into(), upload.map_or(1024, |file| file.size).into());
    object
}

fn photo(call: &Call) -> Value {
    let mut size = file(call, "photo");
    size.insert("width".into(), 800.into());
    size.insert("height".into(), 600.into());
    json!([size])
}

fn document(call: &Call, field: &str, mime_type: &str) -> Value {
    let mut object = Map::new();
    let upload = upload(call, field);
    let name = match upload {
        Some(file) => file.name.as_str(),
        None => call.text(field).rsplit('/').next().unwrap_or_default(),
    };
    object.insert("file_name".into(), name.into());
    let mime_type = upload.and_then(|file| file.mime_type.as_deref()).unwrap_or(mime_type);
    object.insert("mime_type".into(), mime_type.into());
    object.extend(file(call, field));
    Value::Object(object)
}

fn moving(call: &Call, field: &str, mime_type: &str) -> Value {
    let mut object = Map::new();
    for (name, default) in [("duration", 1), ("width", 640), ("height", 360)] {
        object.insert(name.into(), call.integer(name, default, 0..=i64::from(i32::MAX)).into());
    }
    if let Value::Object(document) = document(call, field, mime_type) {
        object.extend(document);
    }
    Value::Object(object)
}

fn poll(call: &Call) -> Value {
    let options: Value = serde_json::from_str(call.text("options")).unwrap_or(Value::Null);
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let option = |(index, option): (usize, &Value)| {
        let text = option.get("text").unwrap_or(option);
        json!({ "persistent_id": index.to_string(), "text": text, "voter_count": 0 })
    };
    let is_quiz = call.text("type").eq_ignore_ascii_case("quiz");
    let is_anonymous = call.text("is_anonymous").is_empty() || call.arguments.boolean("is_anonymous");
    json!({
        "id": "1",
        "question": call.text("question"),
        "options": options.iter().enumerate().map(option).collect::<Vec<_>>(),
        "total_voter_count": 0,
        "is_closed": call.arguments.boolean("is_closed"),
        "is_anonymous": is_anonymous,
        "allows_multiple_answers": call.arguments.boolean("allows_multiple_answers"),
        "allows_revoting": true,
        "members_only": false,
        "type": if is_quiz { "quiz" } else { "regular" },
    })
}
