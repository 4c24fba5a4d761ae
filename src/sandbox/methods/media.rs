//! Converts a file to the object that represents it in a Message object.
//!
//! The content of a file is not decoded, so some values are made up, such as the width of a photo. The duration, the
//! width, and the height of a video or an animation are made up only if the call does not give them.

use serde_json::{Value, json};

use super::content::{ContentContext, MessageFields, member};
use crate::sandbox::call::UploadedFile;
use crate::sandbox::files::FileKind;
use crate::telegram::ApiError;
use crate::telegram::request::{Media, MediaFile, MediaKind};

/// The sizes in which Telegram keeps a photo, from the smallest: the letter of the size, its width, and its height.
const PHOTO_SIZES: [(char, i64, i64); 3] = [('s', 90, 67), ('m', 320, 240), ('x', 800, 600)];

/// Returns the kind of a file and its object, or the array of sizes of a photo. If the call gives the `file_id` of an
/// earlier file, the result is that file's kind and object. Only a photo can be sent as a photo; the other kinds can
/// replace each other.
pub(super) fn value(media: &Media, context: &mut ContentContext<'_>) -> Result<(MediaKind, Value), ApiError> {
    if let MediaFile::Remote(id) = &media.file
        && let Some(known) = context.files.find(id)
    {
        return match known.kind {
            FileKind::Media(kind) if (kind == MediaKind::Photo) == (media.kind == MediaKind::Photo) => {
                Ok((kind, known.value.clone()))
            }
            other => {
                let (real, wanted) = (type_name(other), type_name(FileKind::Media(media.kind)));
                Err(ApiError::bad_request(&format!("Can't use file of type {real} as {wanted}")))
            }
        };
    }
    let source = FileSource::of(media, context);
    let value = match media.kind {
        MediaKind::Photo => photo(&source),
        _ => Value::Object(object(media, &source, context)),
    };
    let content = source.upload.and_then(|upload| upload.content.clone());
    context.files.add(FileKind::Media(media.kind), source.name, &value, content);
    Ok((media.kind, value))
}

/// Returns TDLib's name of the kind.
fn type_name(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Media(MediaKind::Photo) => "Photo",
        FileKind::Media(MediaKind::Video) => "Video",
        FileKind::Media(MediaKind::Animation) => "Animation",
        FileKind::Media(MediaKind::Audio) => "Audio",
        FileKind::Media(MediaKind::Document) => "Document",
        FileKind::Media(MediaKind::Voice) => "VoiceNote",
        FileKind::Media(MediaKind::VideoNote) => "VideoNote",
        FileKind::Media(MediaKind::Sticker) => "Sticker",
        FileKind::Thumbnail => "Thumbnail",
    }
}

/// Where a file comes from.
struct FileSource<'a> {
    upload: Option<&'a UploadedFile>,
    /// The file's name, or the last part of its address.
    name: &'a str,
    /// The `file_id` that the call gives, if the sandbox does not know it.
    given_id: Option<&'a str>,
    /// A number that is the same for the same file in every run.
    hash: u64,
}

impl<'a> FileSource<'a> {
    fn of(media: &'a Media, context: &ContentContext<'a>) -> FileSource<'a> {
        match &media.file {
            MediaFile::Upload(field) => {
                let upload = context.call.files.iter().find(|file| file.field == *field);
                let name = upload.map_or(field.as_str(), |file| &file.name);
                FileSource { upload, name, given_id: None, hash: hash_of(name, upload) }
            }
            MediaFile::Remote(address) => FileSource {
                upload: None,
                name: address.rsplit('/').next().unwrap_or_default(),
                // A text without `://` is a `file_id`. As on Telegram, the answer repeats it.
                given_id: (!address.contains("://")).then_some(address.as_str()),
                hash: hash_of(address, None),
            },
        }
    }

    /// Returns the ids and the size of the file. `letter` tells the sizes of a photo apart.
    fn ids(&self, letter: char) -> MessageFields {
        let hash = self.hash;
        // A made-up `file_id` has 24 characters, which makes it valid base64url. The sandbox accepts it in a later
        // call.
        let id = match self.given_id {
            Some(id) => id.to_owned(),
            None => format!("SANDBOX{letter}{hash:016x}"),
        };
        let mut ids = member("file_id", id.into());
        ids.insert("file_unique_id".into(), format!("SB{letter}{hash:016x}").into());
        ids.insert("file_size".into(), self.upload.map_or(1024, |file| file.size).into());
        ids
    }
}

// The hash is FNV-1a. It gives the same id for the same file in every run and with every version of Rust. The hasher of
// std may give another hash in another version of Rust.
fn hash_of(name: &str, upload: Option<&UploadedFile>) -> u64 {
    let content = upload.and_then(|file| file.content.as_deref()).unwrap_or_default();
    let bytes = name.bytes().chain(content.iter().copied());
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

fn photo(source: &FileSource<'_>) -> Value {
    // Telegram's sizes of one photo have ids of their own. A given `file_id` is the id of the largest size.
    let sizes = PHOTO_SIZES.iter().filter(|(letter, ..)| source.given_id.is_none() || *letter == 'x');
    let sizes = sizes.map(|(letter, width, height)| {
        let mut size = source.ids(*letter);
        size.insert("width".into(), (*width).into());
        size.insert("height".into(), (*height).into());
        // The smaller sizes of an upload are smaller files.
        if let (Some(upload), true) = (source.upload, *letter != 'x') {
            size.insert("file_size".into(), upload.size.min(1024).into());
        }
        Value::Object(size)
    });
    sizes.collect()
}

fn object(media: &Media, source: &FileSource<'_>, context: &mut ContentContext<'_>) -> MessageFields {
    let mut object = own_members(media);
    if !matches!(media.kind, MediaKind::VideoNote | MediaKind::Sticker) {
        if media.kind != MediaKind::Voice {
            object.insert("file_name".into(), source.name.into());
        }
        let given = source.upload.and_then(|upload| upload.mime_type.as_deref());
        object.insert("mime_type".into(), given.unwrap_or(mime_type(media.kind)).into());
    }
    if let Some(thumbnail) = thumbnail(media, context) {
        object.insert("thumbnail".into(), thumbnail);
    }
    object.extend(source.ids('-'));
    object
}

fn own_members(media: &Media) -> MessageFields {
    let details = &media.details;
    let or = |number: i64, usual: i64| if number == 0 { usual } else { number };
    let duration = or(details.duration, 1);
    let members = match media.kind {
        MediaKind::Video | MediaKind::Animation => {
            let (width, height) = (or(details.width, 640), or(details.height, 360));
            json!({ "duration": duration, "width": width, "height": height })
        }
        MediaKind::VideoNote => json!({ "duration": duration, "length": or(details.width, 240) }),
        MediaKind::Audio | MediaKind::Voice => json!({ "duration": duration }),
        MediaKind::Sticker => json!({
            "width": 512, "height": 512, "is_animated": false, "is_video": false, "type": "regular",
        }),
        MediaKind::Photo | MediaKind::Document => json!({}),
    };
    let Value::Object(mut members) = members else { return MessageFields::new() };
    let texts = match media.kind {
        MediaKind::Audio => [("title", &details.title), ("performer", &details.performer)].to_vec(),
        MediaKind::Sticker => vec![("emoji", &details.emoji)],
        _ => Vec::new(),
    };
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        members.insert(name.into(), text.as_str().into());
    }
    members
}

fn mime_type(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Video | MediaKind::Animation | MediaKind::VideoNote => "video/mp4",
        MediaKind::Audio => "audio/mpeg",
        MediaKind::Voice => "audio/ogg",
        MediaKind::Photo | MediaKind::Sticker | MediaKind::Document => "application/octet-stream",
    }
}

fn thumbnail(media: &Media, context: &mut ContentContext<'_>) -> Option<Value> {
    let field = media.details.thumbnail.as_ref()?;
    let upload = context.call.files.iter().find(|file| file.field == *field)?;
    let source = FileSource {
        upload: Some(upload),
        name: &upload.name,
        given_id: None,
        hash: hash_of(&upload.name, Some(upload)),
    };
    let mut object = source.ids('t');
    object.insert("width".into(), 320.into());
    object.insert("height".into(), 240.into());
    let object = Value::Object(object);
    context.files.add(FileKind::Thumbnail, &upload.name, &object, upload.content.clone());
    Some(object)
}
