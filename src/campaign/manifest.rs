//! The workspace's settings, `telecast.toml`: name, time zone, dialect, and the defaults for new campaigns.

use super::definition::{ContentFormat, read_dialect};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::toml::{self, Editor, Table};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    pub name: String,
    /// The key under which earlier versions stored the workspace's secrets. The id is still read, because these secrets
    /// may have to be moved. New workspaces have no id.
    pub id: Option<String>,
    /// The IANA time zone in which dates are shown and counted; `None` means the system's.
    pub time_zone: Option<String>,
    /// The Liquid dialect of campaigns that do not set their own.
    pub dialect: Dialect,
    pub defaults: Defaults,
}

/// The settings that new campaigns start with: the table `[defaults]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Defaults {
    /// The name of a webhook's file without `.toml`.
    pub webhook: Option<String>,
    pub content_format: Option<ContentFormat>,
}

impl Manifest {
    /// Parses `telecast.toml`. Returns `None` only if the text is not TOML. Wrong values are reported and replaced by
    /// their defaults.
    pub fn parse(text: &str) -> (Option<Manifest>, Vec<Diagnostic>) {
        toml::read(text, read)
    }

    pub fn to_toml(&self) -> String {
        toml::new_document(self, write)
    }

    /// Returns `text` with only the changed values replaced. Comments and order stay. The error says why `text` is not
    /// TOML.
    pub fn update(&self, text: &str) -> Result<String, Diagnostic> {
        toml::update_document(text, self, read, write)
    }

    /// Returns the time zone in which dates are shown and counted. Returns `None` if no time zone is set, or if its
    /// name is unknown. `None` means the system's time zone.
    pub fn zone(&self) -> Option<jiff::tz::TimeZone> {
        // [`Manifest::parse`] reports unknown names.
        self.time_zone.as_deref().and_then(|name| jiff::tz::TimeZone::get(name).ok())
    }
}

fn read(table: &mut Table<'_>) -> Manifest {
    let dialect = table.parsed("dialect", Code::UnknownDialect, read_dialect);
    Manifest {
        name: table.string("name").map(|name| name.value).unwrap_or_default(),
        id: table.parsed("id", Code::BadId, parse_id).map(|id| id.value),
        time_zone: table.parsed("time_zone", Code::UnknownTimeZone, parse_zone).map(|zone| zone.value),
        dialect: dialect.map(|dialect| dialect.value).unwrap_or_default(),
        defaults: table.table("defaults", read_defaults).unwrap_or_default(),
    }
}

fn read_defaults(table: &mut Table<'_>) -> Defaults {
    let format = table.parsed("content_format", Code::UnknownFormat, ContentFormat::from_word);
    Defaults {
        webhook: table.string("webhook").map(|webhook| webhook.value),
        content_format: format.map(|format| format.value),
    }
}

fn parse_id(text: &str) -> Result<String, String> {
    // An id cannot be `shared`. Ids were keys of the secret store, and the key `shared` is reserved there for the
    // secrets that all workspaces share.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match text {
        "" | "shared" => Err(format!("`{text}` cannot be a workspace id")),
        _ if text.chars().all(is_plain) => Ok(text.to_owned()),
        _ => Err("an id may contain only ASCII letters, digits, `-` and `_`".to_owned()),
    }
}

fn parse_zone(text: &str) -> Result<String, String> {
    match jiff::tz::TimeZone::get(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("unknown time zone; use an IANA name such as `Europe/Berlin` or `UTC`".to_owned()),
    }
}

fn write(editor: &mut Editor, manifest: &Manifest, old: Option<&Manifest>) {
    if old.is_none_or(|old| old.name != manifest.name) {
        editor.set_string(&["name"], &manifest.name);
    }
    set_or_remove(editor, &["id"], manifest.id.as_deref(), old.and_then(|old| old.id.as_deref()));
    let old_zone = old.and_then(|old| old.time_zone.as_deref());
    set_or_remove(editor, &["time_zone"], manifest.time_zone.as_deref(), old_zone);
    if old.is_none_or(|old| old.dialect != manifest.dialect) {
        editor.set_string(&["dialect"], manifest.dialect.as_str());
    }
    let new = &manifest.defaults;
    let old = old.map(|old| old.defaults.clone()).unwrap_or_default();
    set_or_remove(editor, &["defaults", "webhook"], new.webhook.as_deref(), old.webhook.as_deref());
    let word = ContentFormat::as_str;
    let (format, old_format) = (new.content_format.map(word), old.content_format.map(word));
    set_or_remove(editor, &["defaults", "content_format"], format, old_format);
}

fn set_or_remove(editor: &mut Editor, path: &[&str], new: Option<&str>, old: Option<&str>) {
    match new {
        Some(new) if Some(new) != old => editor.set_string(path, new),
        None if old.is_some() => editor.remove(path),
        Some(_) | None => {}
    }
}
