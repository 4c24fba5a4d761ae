//! Photos, videos, animations and documents, alone and as an album.

use super::refused::Refused;
use super::text::{self, MarkedText, Names, Rules};
use super::value::{self, Value};
use crate::telegram::api_error::Place;
use crate::telegram::arguments::Arguments;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    pub kind: MediaKind,
    pub file: File,
    /// The text below it; empty for none.
    pub caption: MarkedText,
    pub show_caption_above_media: bool,
    pub has_spoiler: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    Photo,
    Video,
    Animation,
    Audio,
    Document,
}

impl MediaKind {
    /// Returns the Bot API's name: of the argument, the type, and the member of a Message.
    pub fn as_str(self) -> &'static str {
        match self {
            MediaKind::Photo => "photo",
            MediaKind::Video => "video",
            MediaKind::Animation => "animation",
            MediaKind::Audio => "audio",
            MediaKind::Document => "document",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum File {
    /// An address that Telegram fetches, or the `file_id` of a file it has.
    Remote(String),
    /// A part of the request, by the part's name.
    Upload(String),
}

#[derive(Debug, Clone)]
pub(super) struct Draft<'a> {
    media: Media,
    caption: text::Draft<'a>,
}

pub(super) fn read<'a>(arguments: &'a Arguments, kind: MediaKind) -> Result<Draft<'a>, Refused> {
    let name = kind.as_str();
    let Some(file) = file(arguments, arguments.text(name), Some(name)) else {
        return Err(Refused::at(arguments.place(name), &format!("There is no {name} in the request")));
    };
    let caption = text::of_arguments(arguments, Names::CAPTION)?;
    let media = Media {
        kind,
        file,
        caption: MarkedText::default(),
        show_caption_above_media: arguments.boolean("show_caption_above_media"),
        has_spoiler: arguments.boolean("has_spoiler"),
    };
    Ok(Draft { media, caption })
}

/// Finds the file that `text` names: `attach://` a part, else a remote one; nothing is the part `field`.
fn file(arguments: &Arguments, text: &str, field: Option<&str>) -> Option<File> {
    let field = match text.strip_prefix("attach://") {
        Some(name) => Some(name),
        None if text.is_empty() => field,
        None => return Some(File::Remote(text.to_owned())),
    };
    field.filter(|field| arguments.has_file(field)).map(|field| File::Upload(field.to_owned()))
}

impl Draft<'_> {
    pub fn finish(self) -> Result<Media, Refused> {
        Ok(Media { caption: self.caption.finish(Rules::Caption)?, ..self.media })
    }
}

/// An album as read; its captions live as long as the JSON they are in, so they are finished at once.
#[derive(Debug, Clone)]
pub(super) struct AlbumDraft {
    items: Vec<Result<Media, Refused>>,
    place: Place,
}

pub(super) fn read_album(arguments: &Arguments) -> Result<AlbumDraft, Refused> {
    let place = Place::argument("media");
    let Some(argument) = arguments.get("media").filter(|argument| !argument.text.is_empty()) else {
        return Err(Refused::at(Place::default(), "Parameter \"media\" is required"));
    };
    let Some(node) = value::parse(argument) else {
        return Err(Refused::at(place, "Can't parse media JSON object"));
    };
    let value = Value::of_argument("media", argument, &node);
    let Some(items) = value.items() else {
        return Err(value.refuse("Expected an Array of InputMedia"));
    };
    let mut drafts = Vec::new();
    for item in &items {
        let draft =
            album_item(arguments, item).map_err(|refused| refused.after("Can't parse InputMedia: "))?;
        drafts.push(draft.finish());
    }
    Ok(AlbumDraft { items: drafts, place })
}

fn album_item<'a>(arguments: &Arguments, item: &Value<'a>) -> Result<Draft<'a>, Refused> {
    if !item.is_object() {
        return Err(item.refuse("expected an Object"));
    }
    let caption = text::of_members(item, Names::CAPTION)?;
    let show_caption_above_media = item.optional_bool("show_caption_above_media")?;
    let has_spoiler = item.optional_bool("has_spoiler")?;
    let type_name = item.required_string("type")?;
    let media = item.optional_string("media")?;
    let Some(file) = file(arguments, &media, None) else { return Err(item.refuse("media not found")) };
    let kind = match type_name.as_str() {
        "photo" => MediaKind::Photo,
        "video" => MediaKind::Video,
        "audio" => MediaKind::Audio,
        "document" => MediaKind::Document,
        "animation" => return Err(item.refuse("type \"animation\" can't be used in sendMediaGroup")),
        other => return Err(item.refuse(format!("type \"{other}\" is unsupported"))),
    };
    check_details(item, kind)?;
    let media = Media { kind, file, caption: MarkedText::default(), show_caption_above_media, has_spoiler };
    Ok(Draft { media, caption })
}

fn check_details(item: &Value<'_>, kind: MediaKind) -> Result<(), Refused> {
    let (numbers, flags, texts): (&[&str], &[&str], &[&str]) = match kind {
        MediaKind::Photo | MediaKind::Animation => (&[], &[], &[]),
        MediaKind::Video => {
            (&["width", "height", "duration", "start_timestamp"], &["supports_streaming"], &["cover"])
        }
        MediaKind::Audio => (&["duration"], &[], &["title", "performer"]),
        MediaKind::Document => (&[], &["disable_content_type_detection"], &[]),
    };
    numbers.iter().try_for_each(|name| item.optional_integer::<i32>(name).map(drop))?;
    flags.iter().try_for_each(|name| item.optional_bool(name).map(drop))?;
    texts.iter().try_for_each(|name| item.optional_string(name).map(drop))
}

pub const MAX_ALBUM: usize = 10;

impl AlbumDraft {
    pub fn finish(self) -> Result<Vec<Media>, Refused> {
        let place = self.place;
        if self.items.is_empty() {
            return Err(Refused::at(place, "There are no messages to send"));
        }
        let items = self.items.into_iter().collect::<Result<Vec<Media>, Refused>>()?;
        if MAX_ALBUM < items.len() {
            return Err(Refused::at(place, "Too many messages to send as an album"));
        }
        let first = &items[0];
        if items.iter().any(|item| item.show_caption_above_media != first.show_caption_above_media) {
            let words = "Parameter show_caption_above_media must be the same for all messages";
            return Err(Refused::at(place, words));
        }
        let alone = items.iter().find(|item| matches!(item.kind, MediaKind::Audio | MediaKind::Document));
        match alone {
            Some(alone) if items.iter().any(|item| item.kind != alone.kind) => {
                let name = if alone.kind == MediaKind::Audio { "Audio" } else { "Document" };
                Err(Refused::at(place, &format!("{name} can't be mixed with other media types")))
            }
            _ => Ok(items),
        }
    }
}
