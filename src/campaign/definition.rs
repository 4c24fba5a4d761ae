//! A campaign: which webhook, who, and what is noted about it. Its body stands in a file of its own.

use super::who::{self, Who};
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

    /// Returns what a body's file name has behind the campaign's stem.
    pub fn extension(self) -> &'static str {
        match self {
            ContentFormat::Json => ".json.liquid",
            ContentFormat::Text => ".txt.liquid",
        }
    }

    /// Reads the word used in files; the error says which there are.
    pub fn from_word(word: &str) -> Result<Self, String> {
        ContentFormat::ALL
            .into_iter()
            .find(|format| format.as_str() == word)
            .ok_or_else(|| format!("`{word}` is no content format; it is `json` or `text`"))
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Campaign {
    pub name: String,
    /// The stem of its webhook's file; empty where none is named.
    pub webhook: String,
    pub content_format: ContentFormat,
    /// The dialect of its body; `None` means the workspace's.
    pub dialect: Option<Dialect>,
    /// Labels, without the characters CleverTap refuses in them.
    pub labels: Vec<String>,
    pub notes: String,
    /// Who gets it; without, it can be previewed and tested only.
    pub who: Option<Who>,
}

/// CleverTap's limits on labels.
const NOT_IN_LABELS: [char; 6] = ['"', '\\', '%', '>', '<', '!'];
const MAX_LABELS: usize = 900;

impl Campaign {
    /// Reads a campaign's file. `None` only where the text is not TOML; what is wrong or missing has its default.
    pub fn parse(text: &str) -> (Option<Campaign>, Vec<Diagnostic>) {
        toml::read(text, read)
    }

    pub fn to_toml(&self) -> String {
        toml::written(self, write)
    }

    /// Returns `text` changed only where this differs from what it says, or the problem why it is not TOML.
    pub fn update(&self, text: &str) -> Result<String, Diagnostic> {
        toml::updated(text, self, read, write)
    }
}

pub(super) fn label_problem(label: &str) -> Option<String> {
    if label.trim().is_empty() {
        return Some("a label is empty".to_owned());
    }
    let bad = label.chars().find(|c| NOT_IN_LABELS.contains(c) || c.is_control())?;
    Some(format!("a label cannot hold `{}`", visible(&bad.to_string())))
}

fn read(table: &mut Table<'_>) -> Campaign {
    table.unknown_is_grave(|key| match key {
        "when" | "schedule" | "trigger" | "limit" | "control_group" | "variants" => {
            Some("this version sends only when told to; take it out")
        }
        "everyone" | "segment" | "where" | "list" | "exclude" => Some("put it under `[who]`"),
        _ => None,
    });
    let name = table.string("name").map(|name| name.value).unwrap_or_default();
    let webhook = table.string("webhook");
    if webhook.as_ref().is_none_or(|webhook| webhook.value.trim().is_empty()) {
        let place = webhook.as_ref().map_or(table.span(), |webhook| webhook.span);
        let problem = Diagnostic::error(Code::MissingKey, place, "this campaign names no `webhook`");
        table.problem(problem.with_help("add `webhook = \"bot\"`: the stem of a file in webhooks/"));
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
        who: table.table("who", who::read).flatten(),
    }
}

pub(super) fn read_dialect(word: &str) -> Result<Dialect, String> {
    word.parse().map_err(|error| format!("`{}` is no dialect; {error}", visible(word)))
}

fn read_labels(table: &mut Table<'_>) -> Vec<String> {
    let labels = table.strings("labels").unwrap_or_default();
    if let Some(Spanned { span, .. }) = labels.get(MAX_LABELS) {
        let message = format!("more than {MAX_LABELS} labels");
        table.problem(Diagnostic::error(Code::BadLabel, *span, message));
    }
    for label in &labels {
        if let Some(message) = label_problem(&label.value) {
            table.problem(Diagnostic::error(Code::BadLabel, label.span, message));
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
    if old.map_or(campaign.who.is_some(), |old| old.who != campaign.who) {
        who::write(editor, campaign.who.as_ref());
    }
}
