//! Converts the content of a message to the fields of a Message object.
//!
//! Files are not kept, so some values are made up: for example, the width of a photo, which only the photo itself could
//! show. The call can give the duration, the width, and the height of a video or an animation.

use serde_json::{Map, Value, json};

use crate::sandbox::call::{self, MethodCall};
use crate::sandbox::chats::ChatBook;
use crate::telegram::request::{
    LinkPreview, Location, MarkedText, Media, MediaFile, MediaKind, Poll, PollKind,
};
use crate::telegram::{self, Entity, EntityKind, FormattedText, MessageContent, entity_json};

type MessageFields = Map<String, Value>;

pub(super) fn of(content: &MessageContent, call: &MethodCall, chats: &ChatBook) -> MessageFields {
    match content {
        MessageContent::Text { text, link_preview } => {
            let mut members = marked(text, "text", "entities", chats);
            members.extend(preview(link_preview));
            members
        }
        MessageContent::Media(media) => of_media(media, call, chats),
        MessageContent::Poll(poll) => member("poll", Value::Object(of_poll(poll, chats))),
        MessageContent::Location(location) => member("location", of_location(location)),
        MessageContent::Album(_) | MessageContent::Nothing => Map::new(),
    }
}

fn member(key: &str, value: Value) -> MessageFields {
    Map::from_iter([(key.to_owned(), value)])
}

/// Returns a text and its entities as fields with the given names, or no fields for an empty text.
pub(super) fn marked(
    text: &MarkedText,
    text_key: &str,
    entities_key: &str,
    chats: &ChatBook,
) -> MessageFields {
    let mut members = Map::new();
    if text.sent.text.is_empty() {
        return members;
    }
    members.insert(text_key.to_owned(), text.sent.text.as_str().into());
    let entities = shown_entities(&text.sent, chats);
    if !entities.is_empty() {
        let entities = entities.iter().map(|entity| of_entity(entity, chats)).collect();
        members.insert(entities_key.to_owned(), Value::Array(entities));
    }
    members
}

/// Returns the entities as Telegram shows them. A bot can mention a user by id only if it knows the user. Telegram
/// drops every other such mention. If its text is an @username, the text itself becomes a mention of that username.
fn shown_entities(text: &FormattedText, chats: &ChatBook) -> Vec<Entity> {
    let is_unknown = |entity: &Entity| matches!(entity.kind, EntityKind::TextMention { user_id } if !chats.knows_user(user_id));
    if !text.entities.iter().any(is_unknown) {
        return text.entities.clone();
    }
    let detected = telegram::detect(&text.text);
    let found_in = |dropped: &Entity| {
        let first = detected.partition_point(|found| found.offset < dropped.offset);
        let end = dropped.end();
        detected[first..].iter().take_while(move |found| found.end() <= end).cloned().collect()
    };
    let shown = text.entities.iter();
    shown
        .flat_map(|entity| if is_unknown(entity) { found_in(entity) } else { vec![entity.clone()] })
        .collect()
}

/// Returns the Bot API's MessageEntity object. For a mentioned user, it has a whole User object, where telecast's own
/// JSON form has only the user's id.
pub(in crate::sandbox) fn of_entity(entity: &Entity, chats: &ChatBook) -> Value {
    let mut object = entity_json::to_json(entity);
    if let (EntityKind::TextMention { user_id }, Some(members)) = (&entity.kind, object.as_object_mut()) {
        members.shift_remove("user_id");
        members.insert("user".into(), chats.user(*user_id));
    }
    object
}

// As on Telegram, the answer repeats only the options that are set.
fn preview(preview: &LinkPreview) -> Option<(String, Value)> {
    let mut options = Map::new();
    let mut add = |key: &str, is_on: bool, value: Value| {
        if is_on {
            options.insert(key.to_owned(), value);
        }
    };
    add("is_disabled", preview.is_disabled, true.into());
    add("url", !preview.url.is_empty(), preview.url.as_str().into());
    add("prefer_small_media", preview.prefer_small_media, true.into());
    add("prefer_large_media", preview.prefer_large_media, true.into());
    add("show_above_text", preview.show_above_text, true.into());
    (!options.is_empty()).then(|| ("link_preview_options".to_owned(), Value::Object(options)))
}

pub(super) fn of_media(media: &Media, call: &MethodCall, chats: &ChatBook) -> MessageFields {
    let upload = upload(media, call);
    let mut members = Map::new();
    match media.kind {
        MediaKind::Photo => {
            let mut size = ids(media, upload);
            size.insert("width".into(), 800.into());
            size.insert("height".into(), 600.into());
            members.insert("photo".into(), json!([size]));
        }
        MediaKind::Video => {
            let mut video = video_size(call);
            video.extend(document(media, upload, "video/mp4"));
            members.insert("video".into(), Value::Object(video));
        }
        // Telegram repeats an animation as `document`, for clients that do not know animations.
        MediaKind::Animation => {
            let document = document(media, upload, "video/mp4");
            let mut animation = video_size(call);
            animation.extend(document.clone());
            members.insert("animation".into(), Value::Object(animation));
            members.insert("document".into(), Value::Object(document));
        }
        MediaKind::Audio => {
            let mut audio = member("duration", 1.into());
            audio.extend(document(media, upload, "audio/mpeg"));
            members.insert("audio".into(), Value::Object(audio));
        }
        MediaKind::Document => {
            let document = document(media, upload, "application/octet-stream");
            members.insert("document".into(), Value::Object(document));
        }
    }
    members.extend(marked(&media.caption, "caption", "caption_entities", chats));
    if media.show_caption_above_media && !media.caption.sent.text.is_empty() {
        members.insert("show_caption_above_media".into(), true.into());
    }
    if media.has_spoiler {
        members.insert("has_media_spoiler".into(), true.into());
    }
    members
}

fn upload<'a>(media: &Media, call: &'a MethodCall) -> Option<&'a call::UploadedFile> {
    match &media.file {
        MediaFile::Upload(field) => call.files.iter().find(|file| file.field == *field),
        MediaFile::Remote(_) => None,
    }
}

/// Returns the ids and the size of a file. The ids are derived from the file's name or URL. If the call gives a
/// `file_id`, that `file_id` is kept.
fn ids(media: &Media, upload: Option<&call::UploadedFile>) -> MessageFields {
    let name = match &media.file {
        MediaFile::Remote(name) | MediaFile::Upload(name) => upload.map_or(name, |file| &file.name),
    };
    // The hash is FNV-1a. It gives the same id for the same name in every run and with every version of Rust. The
    // hasher of std may give another hash in another version of Rust.
    let hash = |sum: u64, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let sum = name.bytes().fold(0xcbf2_9ce4_8422_2325, hash);
    // A made-up `file_id` has 24 characters, which are valid base64url, so the sandbox accepts it in a later call.
    let id = match &media.file {
        // A text without `://` is a `file_id`. As on Telegram, the answer repeats it.
        MediaFile::Remote(id) if !id.contains("://") => id.clone(),
        MediaFile::Remote(_) | MediaFile::Upload(_) => format!("SANDBOX-{sum:016x}"),
    };
    let mut ids = member("file_id", id.into());
    ids.insert("file_unique_id".into(), format!("SB{sum:016x}").into());
    ids.insert("file_size".into(), upload.map_or(1024, |file| file.size).into());
    ids
}

fn document(media: &Media, upload: Option<&call::UploadedFile>, mime_type: &str) -> MessageFields {
    let name = match (&media.file, upload) {
        (_, Some(file)) => file.name.as_str(),
        (MediaFile::Remote(address) | MediaFile::Upload(address), None) => {
            address.rsplit('/').next().unwrap_or_default()
        }
    };
    let mut document = member("file_name", name.into());
    let mime_type = upload.and_then(|file| file.mime_type.as_deref()).unwrap_or(mime_type);
    document.insert("mime_type".into(), mime_type.into());
    document.extend(ids(media, upload));
    document
}

fn video_size(call: &MethodCall) -> MessageFields {
    let sizes = [("duration", 1), ("width", 640), ("height", 360)];
    let max = i64::from(i32::MAX);
    sizes
        .map(|(name, usual)| (name.to_owned(), call.integer(name, usual, 0..=max).into()))
        .into_iter()
        .collect()
}

fn of_poll(poll: &Poll, chats: &ChatBook) -> MessageFields {
    // All polls have the same id, because the sandbox does not store polls and never looks up a poll by its id.
    let mut object = member("id", "1".into());
    object.extend(marked(&poll.question, "question", "question_entities", chats));
    let options = poll.options.iter().enumerate().map(|(index, option)| {
        let mut object = member("persistent_id", index.to_string().into());
        object.extend(marked(option, "text", "text_entities", chats));
        object.insert("voter_count".into(), 0.into());
        Value::Object(object)
    });
    object.insert("options".into(), options.collect());
    object.insert("total_voter_count".into(), 0.into());
    object.insert("is_closed".into(), poll.is_closed.into());
    object.insert("is_anonymous".into(), poll.is_anonymous.into());
    object.insert("allows_multiple_answers".into(), poll.allows_multiple_answers.into());
    object.insert("allows_revoting".into(), matches!(poll.kind, PollKind::Regular).into());
    object.insert("members_only".into(), false.into());
    match &poll.kind {
        PollKind::Regular => {
            object.insert("type".into(), "regular".into());
        }
        PollKind::Quiz { correct_option_ids, explanation } => {
            object.insert("type".into(), "quiz".into());
            // `correct_option_id` is the older field. It can hold only one option, so it is left out if several options
            // are correct.
            if let [only] = correct_option_ids[..] {
                object.insert("correct_option_id".into(), only.into());
            }
            object.insert("correct_option_ids".into(), correct_option_ids.as_slice().into());
            object.extend(marked(explanation, "explanation", "explanation_entities", chats));
        }
    }
    object.extend(marked(&poll.description, "description", "description_entities", chats));
    object
}

fn of_location(location: &Location) -> Value {
    let mut object = json!({ "latitude": location.latitude, "longitude": location.longitude });
    if let Some(period) = location.live_period {
        object["live_period"] = period.into();
    }
    object
}
