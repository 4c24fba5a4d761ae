//! Reads a file of any kind with its caption. Also reads albums and paid media, which contain only some of the kinds.

use super::error::RequestError;
use super::text::{self, MarkedText, TextFields, TextRules};
use super::value::{self, ArgumentValue};
use super::{file_id, target};
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
    pub details: MediaDetails,
}

/// What a call says about a file. A number is 0 and a text is empty if the call does not give it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MediaDetails {
    /// In seconds.
    pub duration: i64,
    /// In pixels.
    pub width: i64,
    /// In pixels.
    pub height: i64,
    pub title: String,
    pub performer: String,
    /// The emoji of a sticker.
    pub emoji: String,
    /// The name of the part in the multipart body that has the thumbnail.
    pub thumbnail: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    Photo,
    Video,
    Animation,
    Audio,
    Document,
    Voice,
    VideoNote,
    Sticker,
}

impl MediaKind {
    pub(crate) fn has_caption(self) -> bool {
        !matches!(self, MediaKind::VideoNote | MediaKind::Sticker)
    }

    fn has_thumbnail(self) -> bool {
        !matches!(self, MediaKind::Photo | MediaKind::Voice | MediaKind::Sticker)
    }

    /// Returns the Bot API's name of this kind. The same name is used for the argument with the file, for the `type` of
    /// an album's item, and for the field of a `Message`.
    pub fn as_str(self) -> &'static str {
        match self {
            MediaKind::Photo => "photo",
            MediaKind::Video => "video",
            MediaKind::Animation => "animation",
            MediaKind::Audio => "audio",
            MediaKind::Document => "document",
            MediaKind::Voice => "voice",
            MediaKind::VideoNote => "video_note",
            MediaKind::Sticker => "sticker",
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
    /// `None` for a kind without a caption.
    caption: Option<text::TextDraft<'a>>,
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
            &format!("There is no {} in the request", name.replace('_', " ")),
        ));
    };
    let caption = match kind.has_caption() {
        true => Some(text::read_arguments(arguments, TextFields::CAPTION)?),
        false => None,
    };
    let media = Media {
        kind,
        file,
        caption: MarkedText::default(),
        show_caption_above_media: arguments.boolean("show_caption_above_media"),
        has_spoiler: arguments.boolean("has_spoiler"),
        details: details(arguments, kind),
    };
    let is_empty = is_empty(arguments, &media.file);
    let cover = match kind {
        MediaKind::Video => remote_cover(arguments.text("cover"), arguments.location("cover")),
        _ => None,
    };
    Ok(MediaDraft { media, caption, location: arguments.location(name), is_empty, cover })
}

fn details(arguments: &Arguments, kind: MediaKind) -> MediaDetails {
    // The server cuts larger numbers to these limits, and negative ones to 0.
    let number = |name: &str, max: i64| arguments.integer(name).clamp(0, max);
    let text = |name: &str| arguments.text(name).to_owned();
    let (width, height) = match kind {
        // A video note is as wide as it is high.
        MediaKind::VideoNote => ("length", "length"),
        _ => ("width", "height"),
    };
    let thumbnail = ["thumbnail", "thumb"].into_iter().find_map(|name| {
        match file(arguments, arguments.text(name), Some(name)) {
            Some(MediaFile::Upload(field)) => Some(field),
            // As in the server, a thumbnail that is not uploaded is ignored.
            Some(MediaFile::Remote(_)) | None => None,
        }
    });
    MediaDetails {
        duration: number("duration", MAX_DURATION),
        width: number(width, MAX_LENGTH),
        height: number(height, MAX_LENGTH),
        title: text("title"),
        performer: text("performer"),
        emoji: text("emoji"),
        thumbnail: thumbnail.filter(|_| kind.has_thumbnail()),
    }
}

/// The longest duration that the server keeps, in seconds.
const MAX_DURATION: i64 = 86_400;

/// The largest width or height that the server keeps, in pixels.
const MAX_LENGTH: i64 = 10_000;

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
        let caption = match self.caption {
            Some(caption) => caption.finish(TextRules::Caption)?,
            None => MarkedText::default(),
        };
        Ok(Media { caption, ..self.media })
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
    // The error has no location because there is no argument to point at.
    let missing = || Err(RequestError::at(ArgumentLocation::default(), "Parameter \"media\" is required"));
    let items = value::read(arguments, "media", "media", missing, |value| {
        let items = value.array("InputMedia")?;
        let drafts = items.iter().map(|item| {
            let draft = item_draft(arguments, item, true);
            Ok(draft.map_err(|error| error.with_prefix("Can't parse InputMedia: "))?.finish())
        });
        drafts.collect()
    })?;
    Ok(AlbumDraft { items, location: ArgumentLocation::argument("media") })
}

fn item_draft<'a>(
    arguments: &Arguments,
    item: &ArgumentValue<'a>,
    is_in_album: bool,
) -> Result<MediaDraft<'a>, RequestError> {
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
        "animation" if is_in_album => {
            return Err(item.error("type \"animation\" can't be used in sendMediaGroup"));
        }
        "animation" => MediaKind::Animation,
        other => return Err(item.error(format!("type \"{other}\" is unsupported"))),
    };
    let details = item_details(arguments, item, kind)?;
    let media =
        Media { kind, file, caption: MarkedText::default(), show_caption_above_media, has_spoiler, details };
    let is_empty = is_empty(arguments, &media.file);
    let location = item.member("media").as_ref().unwrap_or(item).location();
    let cover = match kind {
        MediaKind::Video => {
            let place = item.member("cover").as_ref().unwrap_or(item).location();
            remote_cover(&item.string_or_empty("cover")?, place)
        }
        _ => None,
    };
    Ok(MediaDraft { media, caption: Some(caption), location, is_empty, cover })
}

// Only some of these fields are kept, but a field of the wrong type makes the server refuse the whole call.
fn item_details(
    arguments: &Arguments,
    item: &ArgumentValue<'_>,
    kind: MediaKind,
) -> Result<MediaDetails, RequestError> {
    let (numbers, flags, texts): (&[&str], &[&str], &[&str]) = match kind {
        MediaKind::Video => {
            (&["width", "height", "duration", "start_timestamp"], &["supports_streaming"], &["cover"])
        }
        MediaKind::Animation => (&["width", "height", "duration"], &[], &[]),
        MediaKind::Audio => (&["duration"], &[], &["title", "performer"]),
        MediaKind::Document => (&[], &["disable_content_type_detection"], &[]),
        MediaKind::Photo | MediaKind::Voice | MediaKind::VideoNote | MediaKind::Sticker => (&[], &[], &[]),
    };
    flags.iter().try_for_each(|name| item.bool_or_false(name).map(drop))?;
    let number = |name: &str, max: i64| -> Result<i64, RequestError> {
        match numbers.contains(&name) {
            true => Ok(i64::from(item.optional_integer::<i32>(name)?.unwrap_or(0)).clamp(0, max)),
            false => Ok(0),
        }
    };
    let text = |name: &str| match texts.contains(&name) {
        true => item.string_or_empty(name),
        false => Ok(String::new()),
    };
    number("start_timestamp", MAX_DURATION)?;
    text("cover")?;
    let thumbnail = ["thumbnail", "thumb"].into_iter().find_map(|name| {
        let address = item.string_or_empty(name).ok()?;
        match file(arguments, &address, None) {
            Some(MediaFile::Upload(field)) => Some(field),
            Some(MediaFile::Remote(_)) | None => None,
        }
    });
    Ok(MediaDetails {
        duration: number("duration", MAX_DURATION)?,
        width: number("width", MAX_LENGTH)?,
        height: number("height", MAX_LENGTH)?,
        title: text("title")?,
        performer: text("performer")?,
        emoji: String::new(),
        thumbnail: thumbnail.filter(|_| kind.has_thumbnail()),
    })
}

/// Reads the new medium of a message that is edited. The inner error is the one that the server reports only once it
/// has found the message.
pub(super) fn read_edited(arguments: &Arguments) -> Result<Result<Media, RequestError>, RequestError> {
    let missing = || Err(target::required("media", arguments));
    value::read(arguments, "media", "input media", missing, |value| {
        let draft = item_draft(arguments, value, false);
        // The draft borrows from the parsed JSON, so it is finished at once, as the items of an album are.
        Ok(draft.map_err(|error| error.with_prefix("Can't parse InputMedia: "))?.finish())
    })
}

/// Photos and videos that are paid for (Bot API, `PaidMediaInfo`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidMedia {
    /// The price in Telegram Stars; at least 1.
    pub star_count: i64,
    /// At least one, without captions of their own.
    pub items: Vec<Media>,
    pub caption: MarkedText,
    pub show_caption_above_media: bool,
    /// What the bot gets when the media are paid for; empty for nothing.
    pub payload: String,
}

#[derive(Debug, Clone)]
pub(super) struct PaidDraft<'a> {
    paid: PaidMedia,
    items: Vec<Result<Media, RequestError>>,
    caption: text::TextDraft<'a>,
}

/// The highest price that the server lets a bot ask, in Telegram Stars.
const MAX_PRICE: i64 = 1_000_000;

pub(super) fn read_paid(arguments: &Arguments) -> Result<PaidDraft<'_>, RequestError> {
    let missing = || Err(target::required("media", arguments));
    let items = value::read(arguments, "media", "paid media", missing, |value| {
        let items = value.array("InputPaidMedia")?;
        let drafts = items.iter().map(|item| {
            let draft = paid_item(arguments, item);
            Ok(draft.map_err(|error| error.with_prefix("Can't parse InputPaidMedia: "))?.finish())
        });
        drafts.collect()
    })?;
    let caption = text::read_arguments(arguments, TextFields::CAPTION)?;
    let paid = PaidMedia {
        star_count: arguments.integer("star_count"),
        items: Vec::new(),
        caption: MarkedText::default(),
        show_caption_above_media: arguments.boolean("show_caption_above_media"),
        payload: arguments.text("payload").to_owned(),
    };
    Ok(PaidDraft { paid, items, caption })
}

fn paid_item<'a>(arguments: &Arguments, item: &ArgumentValue<'a>) -> Result<MediaDraft<'a>, RequestError> {
    if !item.is_object() {
        return Err(item.error("expected an Object"));
    }
    let address = item.string_or_empty("media")?;
    let Some(file) = file(arguments, &address, None) else { return Err(item.error("media not found")) };
    let kind = match item.required_string("type")?.as_str() {
        "photo" => MediaKind::Photo,
        "video" => MediaKind::Video,
        other => return Err(item.error(format!("type \"{other}\" is unsupported"))),
    };
    let details = item_details(arguments, item, kind)?;
    let media = Media {
        kind,
        file,
        caption: MarkedText::default(),
        show_caption_above_media: false,
        has_spoiler: false,
        details,
    };
    let is_empty = is_empty(arguments, &media.file);
    let location = item.member("media").as_ref().unwrap_or(item).location();
    Ok(MediaDraft { media, caption: None, location, is_empty, cover: None })
}

impl PaidDraft<'_> {
    pub(super) fn finish(self) -> Result<PaidMedia, RequestError> {
        let caption = self.caption.finish(TextRules::Caption)?;
        if !(1..=MAX_PRICE).contains(&self.paid.star_count) {
            let location = ArgumentLocation::argument("star_count");
            return Err(RequestError::at(location, "Invalid media price specified"));
        }
        let items = self.items.into_iter().collect::<Result<Vec<Media>, RequestError>>()?;
        if items.is_empty() || MAX_ALBUM < items.len() {
            let location = ArgumentLocation::argument("media");
            return Err(RequestError::at(location, "Invalid number of paid media specified"));
        }
        Ok(PaidMedia { items, caption, ..self.paid })
    }
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
