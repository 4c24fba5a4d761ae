//! A campaign's settings, such as its webhook, its recipients, and its labels. The body is in a file of its own. Both
//! files have the same stem, which is the part of the name before the first dot.

use super::recipients::{self, Recipients};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::text::visible;
use crate::toml::{self, Editor, Spanned, Table};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ContentFormat {
    /// JSON, in `STEM.json.liquid`.
    #[default]
    Json,
    /// Plain text, in `STEM.txt.liquid`.
    Text,
}

impl ContentFormat {
    /// Both formats, the default first.
    pub const ALL: [ContentFormat; 2] = [ContentFormat::Json, ContentFormat::Text];

    pub fn as_str(self) -> &'static str {
        match self {
            ContentFormat::Json => "json",
            ContentFormat::Text => "text",
        }
    }

    /// Returns the extension of the body's file. The file's name is the campaign's stem followed by this extension.
    pub fn extension(self) -> &'static str {
        match self {
            ContentFormat::Json => ".json.liquid",
            ContentFormat::Text => ".txt.liquid",
        }
    }

    /// Parses the name used in TOML files. The error lists the valid names.
    pub fn from_word(word: &str) -> Result<Self, String> {
        ContentFormat::ALL
            .into_iter()
            .find(|format| format.as_str() == word)
            .ok_or_else(|| format!("`{word}` is not a content format; use `json` or `text`"))
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Campaign {
    pub name: String,
    /// The name of the webhook's file without `.toml`; empty if the campaign has no webhook.
    pub webhook: String,
    pub content_format: ContentFormat,
    /// The Liquid dialect of the body; `None` means the workspace's.
    pub dialect: Option<Dialect>,
    /// Labels as typed. [`Campaign::parse`] reports labels that exceed CleverTap's limits, but keeps these labels.
    pub labels: Vec<String>,
    pub notes: String,
    /// The recipients; `None` if `[who]` is missing or wrong. This version uses them only in the
    /// export for CleverTap.
    pub recipients: Option<Recipients>,
}

/// The characters that CleverTap does not allow in labels.
const NOT_IN_LABELS: [char; 6] = ['"', '\\', '%', '>', '<', '!'];

/// The maximum number of labels that CleverTap allows.
const MAX_LABELS: usize = 900;

impl Campaign {
    /// Parses a campaign's TOML file. Returns `None` only if the text is not TOML. Wrong values are reported and
    /// replaced by their defaults.
    pub fn parse(text: &str) -> (Option<Campaign>, Vec<Diagnostic>) {
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
}

pub(super) fn label_problem(label: &str) -> Option<String> {
    if label.trim().is_empty() {
        return Some("a label is empty".to_owned());
    }
    let bad = label.chars().find(|c| NOT_IN_LABELS.contains(c) || c.is_control())?;
    Some(format!("a label cannot contain `{}`", visible(&bad.to_string())))
}

fn read(table: &mut Table<'_>) -> Campaign {
    // Unknown keys are errors here, not warnings. If a schedule were ignored, the campaign would be sent at the wrong
    // time. If a misplaced `segment` were ignored, it would be sent to the wrong people.
    table.make_unknown_keys_errors(|key| match key {
        "when" | "schedule" | "trigger" | "limit" | "control_group" | "variants" => {
            Some("this version has no scheduled or triggered sending; remove this key")
        }
        "everyone" | "segment" | "where" | "list" | "exclude" => Some("put it under `[who]`"),
        _ => None,
    });
    let name = table.string("name").map(|name| name.value).unwrap_or_default();
    let webhook = table.string("webhook");
    if webhook.as_ref().is_none_or(|webhook| webhook.value.trim().is_empty()) {
        let span = webhook.as_ref().map_or(table.span(), |webhook| webhook.span);
        let problem = Diagnostic::error(Code::MissingKey, span, "this campaign has no `webhook`");
        table.report(
            problem.with_help("add `webhook = \"bot\"`, the name of a file in webhooks/ without `.toml`"),
        );
    }
    let format = table.parsed("content_format", Code::UnknownFormat, ContentFormat::from_word);
    let dialect = table.parsed("dialect", Code::UnknownDialect, read_dialect);
    Campaign {
        name,
        webhook: webhook.map(|webhook| webhook.value).unwrap_or_default(),
        content_format: format.map(|format| format.value).unwrap_or_default(),
        dialect: dialect.map(|dialect| dialect.value),
        labels: read_labels(table),
        notes: table.string("notes").map(|notes| notes.value).unwrap_or_default(),
        recipients: table.table("who", recipients::read).flatten(),
    }
}

pub(super) fn read_dialect(word: &str) -> Result<Dialect, String> {
    word.parse().map_err(|error| format!("`{}` is not a dialect; {error}", visible(word)))
}

fn read_labels(table: &mut Table<'_>) -> Vec<String> {
    let labels = table.strings("labels").unwrap_or_default();
    // Only the first label over the limit gets a diagnostic.
    if let Some(Spanned { span, .. }) = labels.get(MAX_LABELS) {
        let message = format!("more than {MAX_LABELS} labels");
        table.report(Diagnostic::error(Code::BadLabel, *span, message));
    }
    for label in &labels {
        if let Some(message) = label_problem(&label.value) {
            table.report(Diagnostic::error(Code::BadLabel, label.span, message));
        }
    }
    labels.into_iter().map(|label| label.value).collect()
}

fn write(editor: &mut Editor, campaign: &Campaign, old: Option<&Campaign>) {
    if old.is_none_or(|old| old.name != campaign.name) {
        editor.set_string(&["name"], &campaign.name);
    }
    if old.is_none_or(|old| old.webhook != campaign.webhook) {
        editor.set_string(&["webhook"], &campaign.webhook);
    }
    if old.is_none_or(|old| old.content_format != campaign.content_format) {
        editor.set_string(&["content_format"], campaign.content_format.as_str());
    }
    // In a new file, an optional key is written only if it is set. In an existing file, an optional key is written or
    // removed only if its value changed.
    if old.map_or(campaign.dialect.is_some(), |old| old.dialect != campaign.dialect) {
        match campaign.dialect {
            Some(dialect) => editor.set_string(&["dialect"], dialect.as_str()),
            None => editor.remove(&["dialect"]),
        }
    }
    if old.map_or(!campaign.labels.is_empty(), |old| old.labels != campaign.labels) {
        match campaign.labels.as_slice() {
            [] => editor.remove(&["labels"]),
            labels => editor.set_strings(&["labels"], labels),
        }
    }
    if old.map_or(!campaign.notes.is_empty(), |old| old.notes != campaign.notes) {
        match campaign.notes.as_str() {
            "" => editor.remove(&["notes"]),
            notes => editor.set_string(&["notes"], notes),
        }
    }
    if old.map_or(campaign.recipients.is_some(), |old| old.recipients != campaign.recipients) {
        recipients::write(editor, campaign.recipients.as_ref());
    }
}
