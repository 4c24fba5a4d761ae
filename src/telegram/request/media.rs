//! Reads photos, videos, animations, and documents. Also reads albums, which may contain audio files but no animations.

use super::error::RequestError;
use super::file_id;
use super::text::{self, MarkedText, TextFields, TextRules};
use super::value::{self, ArgumentValue};
use crate::telegram::api_error::ArgumentLocation;
use crate::telegram::arguments::Arguments;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    pub kind: MediaKind,
    pub file: MediaFile,
    /// Empty if the media has no caption.
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
    /// Returns the Bot API's name of this kind. The same name is used for the argument with the file, for the `type` of
    /// an album's item, and for the field of a `Message`.
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
pub enum MediaFile {
    /// A URL that Telegram downloads, or the `file_id` of a file that it already has.
    Remote(String),
    /// The file is in the multipart body, in the part with this name.
    Upload(String),
}

#[derive(Debug, Clone)]
pub(super) struct MediaDraft<'a> {
    media: Media,
    caption: text::TextDraft<'a>,
    /// The place of the file's address.
    location: ArgumentLocation,
    /// Whether the file is an upload without a single byte.
    is_empty: bool,
    /// The address of a video's cover, and its place.
    cover: Option<(String, ArgumentLocation)>,
}

pub(super) fn read<'a>(arguments: &'a Arguments, kind: MediaKind) -> Result<MediaDraft<'a>, RequestError> {
    let name = kind.as_str();
    let Some(file) = file(arguments, arguments.text(name), Some(name)) else {
        return Err(RequestError::at(
            arguments.location(name),
            &format!("There is no {name} in the request"),
        ));
    };
    let caption = text::read_arguments(arguments, TextFields::CAPTION)?;
    let media = Media {
        kind,
        file,
        caption: MarkedText::default(),
        show_caption_above_media: arguments.boolean("show_caption_above_media"),
        has_spoiler: arguments.boolean("has_spoiler"),
    };
    let is_empty = is_empty(arguments, &media.file);
    let cover = match kind {
        MediaKind::Video => remote_cover(arguments.text("cover"), arguments.location("cover")),
        MediaKind::Photo | MediaKind::Animation | MediaKind::Audio | MediaKind::Document => None,
    };
    Ok(MediaDraft { media, caption, location: arguments.location(name), is_empty, cover })
}

// If the argument has no text, the file is the part of the multipart body with the name `field`, which is the
// argument's own name. An album's item has no `field`, so it can name an uploaded file only with `attach://NAME`.
fn file(arguments: &Arguments, text: &str, field: Option<&str>) -> Option<MediaFile> {
    let field = match text.strip_prefix("attach://") {
        Some(name) => Some(name),
        None if text.is_empty() => field,
        None => return Some(MediaFile::Remote(text.to_owned())),
    };
    // If no part with this name was uploaded, the result is `None`, and the caller reports that the file is missing.
    field.filter(|field| arguments.has_file(field)).map(|field| MediaFile::Upload(field.to_owned()))
}

fn remote_cover(address: &str, location: ArgumentLocation) -> Option<(String, ArgumentLocation)> {
    let is_remote = !address.is_empty() && !address.starts_with("attach://");
    is_remote.then(|| (address.to_owned(), location))
}

fn is_empty(arguments: &Arguments, file: &MediaFile) -> bool {
    matches!(file, MediaFile::Upload(field) if arguments.has_empty_file(field))
}

impl MediaDraft<'_> {
    pub(super) fn finish(self) -> Result<Media, RequestError> {
        // As in TDLib, the file is checked before the caption.
        if self.is_empty {
            return Err(RequestError::at(self.location, "File must be non-empty"));
        }
        if let MediaFile::Remote(address) = &self.media.file {
            file_id::check(address).map_err(|message| RequestError::at(self.location, &message))?;
        }
        if let Some((address, location)) = self.cover {
            file_id::check(&address).map_err(|message| RequestError::at(location, &message))?;
        }
        Ok(Media { caption: self.caption.finish(TextRules::Caption)?, ..self.media })
    }
}

// The captions borrow from the parsed JSON of `media`, which does not outlive `read_album`. So `finish` is called for
// each caption at once. An error in a caption is kept until `AlbumDraft::finish`, because the server reports it only
// once it has found the chat.
#[derive(Debug, Clone)]
pub(super) struct AlbumDraft {
    items: Vec<Result<Media, RequestError>>,
    location: ArgumentLocation,
}

pub(super) fn read_album(arguments: &Arguments) -> Result<AlbumDraft, RequestError> {
    let location = ArgumentLocation::argument("media");
    let Some(argument) = arguments.get("media").filter(|argument| !argument.text.is_empty()) else {
        // The error has no location because there is no argument to point at.
        return Err(RequestError::at(ArgumentLocation::default(), "Parameter \"media\" is required"));
    };
    let Some(node) = value::parse(argument) else {
        return Err(RequestError::at(location, "Can't parse media JSON object"));
    };
    let value = ArgumentValue::of_argument("media", argument, &node);
    let Some(items) = value.items() else {
        return Err(value.error("Expected an Array of InputMedia"));
    };
    let mut drafts = Vec::new();
    for item in &items {
        let draft =
            album_item(arguments, item).map_err(|error| error.with_prefix("Can't parse InputMedia: "))?;
        drafts.push(draft.finish());
    }
    Ok(AlbumDraft { items: drafts, location })
}

fn album_item<'a>(arguments: &Arguments, item: &ArgumentValue<'a>) -> Result<MediaDraft<'a>, RequestError> {
    if !item.is_object() {
        return Err(item.error("expected an Object"));
    }
    // The order of these reads is the server's: of two broken fields, the first one read gives the error.
    let caption = text::read_members(item, TextFields::CAPTION)?;
    let show_caption_above_media = item.bool_or_false("show_caption_above_media")?;
    let has_spoiler = item.bool_or_false("has_spoiler")?;
    let type_name = item.required_string("type")?;
    let media = item.string_or_empty("media")?;
    let Some(file) = file(arguments, &media, None) else { return Err(item.error("media not found")) };
    let kind = match type_name.as_str() {
        "photo" => MediaKind::Photo,
        "video" => MediaKind::Video,
        "audio" => MediaKind::Audio,
        "document" => MediaKind::Document,
        "animation" => return Err(item.error("type \"animation\" can't be used in sendMediaGroup")),
        other => return Err(item.error(format!("type \"{other}\" is unsupported"))),
    };
    check_details(item, kind)?;
    let media = Media { kind, file, caption: MarkedText::default(), show_caption_above_media, has_spoiler };
    let is_empty = is_empty(arguments, &media.file);
    let location = item.member("media").as_ref().unwrap_or(item).location();
    let cover = match kind {
        MediaKind::Video => {
            let place = item.member("cover").as_ref().unwrap_or(item).location();
            remote_cover(&item.string_or_empty("cover")?, place)
        }
        MediaKind::Photo | MediaKind::Animation | MediaKind::Audio | MediaKind::Document => None,
    };
    Ok(MediaDraft { media, caption, location, is_empty, cover })
}

// None of these fields is kept, but a field of the wrong type makes the server refuse the whole album.
fn check_details(item: &ArgumentValue<'_>, kind: MediaKind) -> Result<(), RequestError> {
    let (numbers, flags, texts): (&[&str], &[&str], &[&str]) = match kind {
        MediaKind::Photo | MediaKind::Animation => (&[], &[], &[]),
        MediaKind::Video => {
            (&["width", "height", "duration", "start_timestamp"], &["supports_streaming"], &["cover"])
        }
        MediaKind::Audio => (&["duration"], &[], &["title", "performer"]),
        MediaKind::Document => (&[], &["disable_content_type_detection"], &[]),
    };
    numbers.iter().try_for_each(|name| item.optional_integer::<i32>(name).map(drop))?;
    flags.iter().try_for_each(|name| item.bool_or_false(name).map(drop))?;
    texts.iter().try_for_each(|name| item.string_or_empty(name).map(drop))
}

pub(crate) const MAX_ALBUM: usize = 10;

impl AlbumDraft {
    pub(super) fn finish(self) -> Result<Vec<Media>, RequestError> {
        let location = self.location;
        if self.items.is_empty() {
            return Err(RequestError::at(location, "There are no messages to send"));
        }
        // As in the server, the error of an item comes before the error about the number of items.
        let items = self.items.into_iter().collect::<Result<Vec<Media>, RequestError>>()?;
        if MAX_ALBUM < items.len() {
            return Err(RequestError::at(location, "Too many messages to send as an album"));
        }
        let first = &items[0];
        if items.iter().any(|item| item.show_caption_above_media != first.show_caption_above_media) {
            let message = "Parameter show_caption_above_media must be the same for all messages";
            return Err(RequestError::at(location, message));
        }
        // An album can mix photos and videos, but audio files or documents can only be in an album of their own kind.
        let unmixable = items.iter().find(|item| matches!(item.kind, MediaKind::Audio | MediaKind::Document));
        match unmixable {
            Some(unmixable) if items.iter().any(|item| item.kind != unmixable.kind) => {
                let name = if unmixable.kind == MediaKind::Audio { "Audio" } else { "Document" };
                Err(RequestError::at(location, &format!("{name} can't be mixed with other media types")))
            }
            _ => Ok(items),
        }
    }
}
