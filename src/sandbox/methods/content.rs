//! Converts the content of a message to the fields of a Message object.
//!
//! `media` converts the files.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::media;
use crate::sandbox::call::MethodCall;
use crate::sandbox::chats::ChatBook;
use crate::sandbox::files::FileStore;
use crate::telegram::request::{
    Contact, LinkPreview, Location, MarkedText, Media, MediaKind, PaidMedia, Poll, PollKind, Venue,
};
use crate::telegram::{self, ApiError, Entity, EntityKind, FormattedText, MessageContent, entity_json};

pub(super) type MessageFields = Map<String, Value>;

/// The fields of a Message object that are its content. Other fields say who sent it, where, and when.
const CONTENT_FIELDS: [&str; 26] = [
    "text",
    "entities",
    "link_preview_options",
    "animation",
    "audio",
    "document",
    "paid_media",
    "photo",
    "sticker",
    "story",
    "video",
    "video_note",
    "voice",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "checklist",
    "contact",
    "dice",
    "game",
    "invoice",
    "poll",
    "venue",
    "location",
    "giveaway",
];

/// The fields of a caption.
pub(super) const CAPTION_FIELDS: [&str; 3] = ["caption", "caption_entities", "show_caption_above_media"];

/// The fields of the contents that can have a caption.
pub(super) const CAPTIONED: [&str; 7] =
    ["photo", "video", "animation", "audio", "document", "voice", "paid_media"];

pub(super) fn is_content(field: &str) -> bool {
    CONTENT_FIELDS.contains(&field)
}

/// What the fields of a message depend on, besides its content.
pub(super) struct ContentContext<'a> {
    pub(super) call: &'a MethodCall,
    pub(super) chats: &'a ChatBook,
    pub(super) files: &'a mut FileStore,
    /// The id that the message gets. Made-up values depend on it, such as the id of a poll.
    pub(super) message_id: i64,
    pub(super) now: Timestamp,
}

pub(super) fn of(
    content: &MessageContent,
    context: &mut ContentContext<'_>,
) -> Result<MessageFields, ApiError> {
    let chats = context.chats;
    Ok(match content {
        MessageContent::Text { text, link_preview } => {
            let mut members = marked(text, "text", "entities", chats);
            members.extend(preview(link_preview));
            members
        }
        MessageContent::Media(media) => of_media(media, context)?,
        MessageContent::PaidMedia(paid) => of_paid(paid, context)?,
        MessageContent::Poll(poll) => member("poll", Value::Object(of_poll(poll, context))),
        MessageContent::Location(location) => member("location", of_location(location)),
        MessageContent::Venue(venue) => {
            // As on Telegram, the place of a venue is repeated as a location.
            let mut members = member("venue", of_venue(venue));
            members.insert("location".into(), of_location(&venue.location));
            members
        }
        MessageContent::Contact(contact) => member("contact", of_contact(contact)),
        MessageContent::Dice(emoji) => member("dice", of_dice(emoji, context.message_id)),
        MessageContent::Caption(caption) => {
            let mut members = marked(&caption.text, "caption", "caption_entities", chats);
            if caption.show_caption_above_media && !members.is_empty() {
                members.insert("show_caption_above_media".into(), true.into());
            }
            members
        }
        // The items of an album are messages of their own, and a repeated message has the content of another one.
        MessageContent::Album(_) | MessageContent::Repeat(_) | MessageContent::Nothing => Map::new(),
    })
}

pub(super) fn member(key: &str, value: Value) -> MessageFields {
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

/// Returns the Bot API's MessageEntity object. It has a whole User object for a mentioned user; telecast's own JSON
/// form has only the user's id.
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

pub(super) fn of_media(media: &Media, context: &mut ContentContext<'_>) -> Result<MessageFields, ApiError> {
    let (kind, value) = media::value(media, context)?;
    let mut members = member(kind.as_str(), value);
    // Telegram repeats an animation as `document`, for clients that do not know animations.
    if let (MediaKind::Animation, Some(Value::Object(animation))) = (kind, members.get("animation")) {
        let mut document = animation.clone();
        document.retain(|key, _| !matches!(key.as_str(), "duration" | "width" | "height"));
        members.insert("document".into(), Value::Object(document));
    }
    members.extend(marked(&media.caption, "caption", "caption_entities", context.chats));
    if media.show_caption_above_media && !media.caption.sent.text.is_empty() {
        members.insert("show_caption_above_media".into(), true.into());
    }
    if media.has_spoiler {
        members.insert("has_media_spoiler".into(), true.into());
    }
    Ok(members)
}

fn of_paid(paid: &PaidMedia, context: &mut ContentContext<'_>) -> Result<MessageFields, ApiError> {
    let mut items = Vec::new();
    for media in &paid.items {
        let (kind, value) = media::value(media, context)?;
        let mut item = member("type", kind.as_str().into());
        item.insert(kind.as_str().into(), value);
        items.push(Value::Object(item));
    }
    let mut members = member("paid_media", json!({ "star_count": paid.star_count, "paid_media": items }));
    members.extend(marked(&paid.caption, "caption", "caption_entities", context.chats));
    if paid.show_caption_above_media && !paid.caption.sent.text.is_empty() {
        members.insert("show_caption_above_media".into(), true.into());
    }
    Ok(members)
}

/// The id of the first poll. Telegram's ids of polls are large numbers too.
const FIRST_POLL: i64 = 5_000_000_000_000_000_000;

fn poll_id(message_id: i64) -> String {
    (FIRST_POLL + message_id).to_string()
}

/// Makes a copied poll a new poll without votes.
pub(super) fn reset_poll(poll: &mut Value, message_id: i64) {
    poll["id"] = poll_id(message_id).into();
    poll["total_voter_count"] = 0.into();
    poll["is_closed"] = false.into();
    for option in poll["options"].as_array_mut().into_iter().flatten() {
        option["voter_count"] = 0.into();
    }
}

fn of_poll(poll: &Poll, context: &ContentContext<'_>) -> MessageFields {
    let chats = context.chats;
    let mut object = member("id", poll_id(context.message_id).into());
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
    object.insert("allows_revoting".into(), poll.allows_revoting.into());
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
    if 0 < poll.open_period {
        object.insert("open_period".into(), poll.open_period.into());
    }
    let closes_at = match poll.open_period {
        0 => poll.close_date,
        period => context.now.as_second() + period,
    };
    if 0 < closes_at {
        object.insert("close_date".into(), closes_at.into());
    }
    object.extend(marked(&poll.description, "description", "description_entities", chats));
    object
}

fn of_location(location: &Location) -> Value {
    let mut object = json!({ "latitude": location.latitude, "longitude": location.longitude });
    if let Some(live) = location.live {
        object["live_period"] = live.period.into();
        if 0 < live.heading {
            object["heading"] = live.heading.into();
        }
        if 0 < live.proximity_alert_radius {
            object["proximity_alert_radius"] = live.proximity_alert_radius.into();
        }
    }
    if 0.0 < location.horizontal_accuracy {
        object["horizontal_accuracy"] = location.horizontal_accuracy.into();
    }
    object
}

fn of_venue(venue: &Venue) -> Value {
    let mut object = json!({
        "location": of_location(&venue.location),
        "title": venue.title,
        "address": venue.address,
    });
    if let Some(listing) = &venue.listing {
        let (id, kind) = listing.provider.field_names();
        for (name, text) in [(id, &listing.id), (kind, &listing.kind)] {
            if !text.is_empty() {
                object[name] = text.as_str().into();
            }
        }
    }
    object
}

fn of_contact(contact: &Contact) -> Value {
    let mut object = json!({ "phone_number": contact.phone_number, "first_name": contact.first_name });
    for (name, text) in [("last_name", &contact.last_name), ("vcard", &contact.vcard)] {
        if !text.is_empty() {
            object[name] = text.as_str().into();
        }
    }
    object
}

/// Returns a Dice object. The value is not random, so that a script gets the same values in every run.
fn of_dice(emoji: &str, message_id: i64) -> Value {
    let n_values = match emoji {
        "🏀" | "⚽" => 5,
        "🎰" => 64,
        _ => 6,
    };
    json!({ "emoji": emoji, "value": 1 + message_id.rem_euclid(n_values) })
}
