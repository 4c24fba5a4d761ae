//! The files that a bot has sent, so that a later call can send them again by `file_id`, and getFile finds them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::limits::ENTRY_OVERHEAD;
use crate::telegram::request::MediaKind;

#[derive(Debug, Default)]
pub(super) struct FileStore {
    /// The numbers of the files by `file_id`. A photo has one id for each of its sizes.
    by_id: HashMap<String, u64>,
    /// The files by number, so that the first entry is the oldest file.
    files: BTreeMap<u64, StoredFile>,
    next_number: u64,
    size: usize,
}

#[derive(Debug)]
pub(super) struct StoredFile {
    pub(super) kind: FileKind,
    /// What a Message object has in the field of the file's kind: an object, or an array of the sizes of a photo.
    pub(super) value: Value,
    /// The path for the download, as in `photos/file_3.jpg`.
    pub(super) path: String,
    content: Option<Arc<[u8]>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Media(MediaKind),
    Thumbnail,
}

impl FileKind {
    fn folder(self) -> &'static str {
        match self {
            FileKind::Media(MediaKind::Photo) => "photos",
            FileKind::Media(MediaKind::Video) => "videos",
            FileKind::Media(MediaKind::Animation) => "animations",
            FileKind::Media(MediaKind::Audio) => "music",
            FileKind::Media(MediaKind::Document) => "documents",
            FileKind::Media(MediaKind::Voice) => "voice",
            FileKind::Media(MediaKind::VideoNote) => "video_notes",
            FileKind::Media(MediaKind::Sticker) => "stickers",
            FileKind::Thumbnail => "thumbnails",
        }
    }

    /// Returns the file name extension of a file whose name has none.
    fn extension(self) -> &'static str {
        match self {
            FileKind::Media(MediaKind::Photo) | FileKind::Thumbnail => ".jpg",
            FileKind::Media(MediaKind::Video | MediaKind::Animation | MediaKind::VideoNote) => ".mp4",
            FileKind::Media(MediaKind::Audio) => ".mp3",
            FileKind::Media(MediaKind::Document) => "",
            FileKind::Media(MediaKind::Voice) => ".oga",
            FileKind::Media(MediaKind::Sticker) => ".webp",
        }
    }
}

impl FileStore {
    /// Adds a file. Does nothing if a file with the same ids is stored already.
    pub(super) fn add(&mut self, kind: FileKind, name: &str, value: &Value, content: Option<Arc<[u8]>>) {
        let ids = ids(value);
        if ids.iter().any(|id| self.by_id.contains_key(*id)) {
            return;
        }
        let number = self.next_number;
        self.next_number += 1;
        let extension = match name.rsplit_once('.') {
            Some((_, extension)) if is_extension(extension) => format!(".{extension}"),
            _ => kind.extension().to_owned(),
        };
        let path = format!("{}/file_{number}{extension}", kind.folder());
        self.by_id.extend(ids.iter().map(|id| ((*id).to_owned(), number)));
        let file = StoredFile { kind, value: value.clone(), path, content };
        self.size += file.size();
        self.files.insert(number, file);
    }

    pub(super) fn find(&self, file_id: &str) -> Option<&StoredFile> {
        self.files.get(self.by_id.get(file_id)?)
    }

    /// Returns the content of the file with this path. Returns `None` if there is no such file, or if it was sent by
    /// address, or if it was too large to be kept.
    pub(super) fn content(&self, path: &str) -> Option<Arc<[u8]>> {
        self.files.values().find(|file| file.path == path)?.content.clone()
    }

    /// Returns roughly how much memory the files use, in bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn drop_oldest(&mut self) {
        if let Some((_, file)) = self.files.pop_first() {
            self.size -= file.size();
            for id in ids(&file.value) {
                self.by_id.remove(id);
            }
        }
    }
}

impl StoredFile {
    /// Returns the object that has this `file_id`: the file itself, or a size of a photo.
    pub(super) fn object(&self, file_id: &str) -> Option<&Value> {
        objects(&self.value).find(|object| object["file_id"] == file_id)
    }

    fn size(&self) -> usize {
        let n_objects = objects(&self.value).count();
        self.content.as_ref().map_or(0, |content| content.len()) + (n_objects + 1) * ENTRY_OVERHEAD
    }
}

fn objects(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(sizes) => sizes.as_slice(),
        single => std::slice::from_ref(single),
    }
    .iter()
}

fn ids(value: &Value) -> Vec<&str> {
    objects(value).filter_map(|object| object["file_id"].as_str()).collect()
}

// The name comes from the client, and the path must not lead out of its folder.
fn is_extension(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_size_of_a_photo_is_found_until_the_photo_is_dropped() {
        let mut files = FileStore::default();
        let photo = json!([{ "file_id": "s" }, { "file_id": "x" }]);
        files.add(FileKind::Media(MediaKind::Photo), "a/../b.png", &photo, Some(Arc::from(*b"bytes")));
        files.add(FileKind::Media(MediaKind::Document), "a.tar/gz", &json!({ "file_id": "d" }), None);
        assert_eq!(files.find("x").unwrap().object("x"), Some(&json!({ "file_id": "x" })));
        assert_eq!(files.find("d").unwrap().path, "documents/file_1");
        assert_eq!(files.content("photos/file_0.png").as_deref(), Some(b"bytes".as_slice()));
        files.drop_oldest();
        assert!(files.find("s").is_none() && files.find("x").is_none() && files.find("d").is_some());
        files.drop_oldest();
        assert_eq!(files.size(), 0);
    }
}
