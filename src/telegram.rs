//! Models the Bot API without the network. Parses the three kinds of markup, and escapes text for them. Processes texts
//! as the server does, and checks requests against the server's rules and limits.
//!
//! ```text
//! markup ──parse──▶ FormattedText ──process_text──▶ SentText: cleaned, repaired, trimmed, with detected entities
//! ```
//!
//! Sending is in `botapi`. The rules follow the open-source Bot API server and TDLib, the Telegram client library that
//! the server is built on. Most rules for texts are in TDLib's `MessageEntity.cpp` and `LinkManager.cpp`. The tests
//! compare the results with recorded answers of TDLib.

pub(crate) mod answer;
mod api_error;
mod arguments;
mod convert;
mod destination;
pub(crate) mod fields;
mod lenient;
mod method;
mod ranges;
pub(crate) mod request;
mod unparse;

pub(crate) use answer::{ApiErrorKind, ApiResponse, advice_for};
pub(crate) use api_error::{ApiError, ArgumentLocation, CheckFailure, ErrorParameters};
pub(crate) use arguments::Arguments;
pub use convert::{ConversionError, ConvertedMarkup, convert};
pub use destination::{ArgumentSource, DestinationError, OutgoingRequest, check_destination};
pub(crate) use lenient::lenient_string;
pub use lenient::{LenientMember, LenientObject, read_leniently};
pub use method::{BOT_API_VERSION, Method};
pub(crate) use request::{
    ApiRequest, ChatId, Counted, Finding, Fullness, MessageContent, check, check_with_chats,
};
pub use unparse::unparse;

// The modules that handle text: parse, process as the server does, and escape.
mod changes;
mod class;
mod clean;
mod detect;
pub mod entity_json;
mod escape;
mod explain;
mod fix;
mod format;
mod html;
mod html_reference;
mod html_tag;

mod integer;
pub mod link;
mod markdown;
mod markdown_v2;
mod markup;
mod order;
mod parse;
mod parse_error;
mod repair;
mod sent;
mod trace;

pub use detect::detect;
pub use escape::{EscapeContext, escape};
pub use explain::diagnose;
pub(crate) use explain::{fits_mode, looks_like_html};
pub use fix::FixOptions;
pub use fix::{DetectionScope, EmptyTextPolicy, TextError, fix};
pub use format::{FormatEdit, FormatRefusal, toggle_format};
pub use markup::TextFormat;
pub use parse::parse;
pub(crate) use parse_error::{ParseError, ParseErrorKind};
pub use sent::Limit;
pub(crate) use sent::SentText;
pub use sent::{TextChange, process_text};
pub(crate) use trace::overflow;
pub use trace::{TracedText, trace};

/// The markup language of a text, such as a message or a caption (Bot API, "Formatting options").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ParseMode {
    Html,
    /// `Markdown`, the legacy mode.
    Markdown,
    MarkdownV2,
}

impl ParseMode {
    pub const ALL: [ParseMode; 3] = [ParseMode::Html, ParseMode::Markdown, ParseMode::MarkdownV2];

    pub fn as_str(self) -> &'static str {
        match self {
            ParseMode::Html => "HTML",
            ParseMode::Markdown => "Markdown",
            ParseMode::MarkdownV2 => "MarkdownV2",
        }
    }

    /// Reads a `parse_mode` case-insensitively, as the server does. Returns `Ok(None)` for "" and "none", which mean
    /// plain text.
    pub fn from_argument(text: &str) -> Result<Option<ParseMode>, UnsupportedParseMode> {
        match text.to_ascii_lowercase().as_str() {
            "" | "none" => Ok(None),
            "html" => Ok(Some(ParseMode::Html)),
            "markdown" => Ok(Some(ParseMode::Markdown)),
            "markdownv2" => Ok(Some(ParseMode::MarkdownV2)),
            _ => Err(UnsupportedParseMode),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnsupportedParseMode;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormattedText {
    /// The text without markup.
    pub text: String,
    /// In the results of `parse` and `fix`, the entities are sorted by offset, then by length (longest first), then by
    /// TDLib's priority of the entity kinds. Entities that come from a caller may be in any order.
    pub entities: Vec<Entity>,
}

/// A range of a text that has a meaning, such as a hashtag, or a format, such as bold (Bot API, `MessageEntity`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    pub kind: EntityKind,
    /// The start, in UTF-16 code units of the text.
    pub offset: u32,
    /// The length, in UTF-16 code units.
    pub length: u32,
}

/// The type of an entity with its data (Bot API, `MessageEntity.type`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityKind {
    Mention,
    Hashtag,
    Cashtag,
    BotCommand,
    Url,
    Email,
    PhoneNumber,
    BankCardNumber,
    Bold,
    Italic,
    Underline,
    Strikethrough,
    Spoiler,
    Blockquote,
    ExpandableBlockquote,
    Code,
    /// `language` is never an empty string.
    Pre {
        language: Option<String>,
    },
    TextLink {
        url: String,
    },
    TextMention {
        user_id: i64,
    },
    CustomEmoji {
        custom_emoji_id: i64,
    },
    /// `format` is in TDLib's normal form. It is empty, or `r` (relative), or some of these letters in this order: `w`
    /// for a weekday, `d` or `D` for a date, `t` or `T` for a time.
    DateTime {
        unix_time: i32,
        format: String,
    },
}

impl EntityKind {
    /// The kinds without data. The first eight are the kinds that the server detects in the text itself.
    const PLAIN: [EntityKind; 16] = [
        EntityKind::Mention,
        EntityKind::Hashtag,
        EntityKind::Cashtag,
        EntityKind::BotCommand,
        EntityKind::Url,
        EntityKind::Email,
        EntityKind::PhoneNumber,
        EntityKind::BankCardNumber,
        EntityKind::Bold,
        EntityKind::Italic,
        EntityKind::Underline,
        EntityKind::Strikethrough,
        EntityKind::Spoiler,
        EntityKind::Blockquote,
        EntityKind::ExpandableBlockquote,
        EntityKind::Code,
    ];

    /// Returns the kind with this `type` in the Bot API, or `None` if the type is unknown or its kind has data.
    fn plain(name: &str) -> Option<Self> {
        Self::PLAIN.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the server detects entities of this kind in the text itself. The server ignores such entities in a
    /// request.
    pub fn is_auto_detected(&self) -> bool {
        Self::PLAIN[..8].contains(self)
    }

    /// Returns the kind's `type` in the Bot API.
    pub fn name(&self) -> &'static str {
        match self {
            EntityKind::Mention => "mention",
            EntityKind::Hashtag => "hashtag",
            EntityKind::Cashtag => "cashtag",
            EntityKind::BotCommand => "bot_command",
            EntityKind::Url => "url",
            EntityKind::Email => "email",
            EntityKind::PhoneNumber => "phone_number",
            EntityKind::BankCardNumber => "bank_card_number",
            EntityKind::Bold => "bold",
            EntityKind::Italic => "italic",
            EntityKind::Underline => "underline",
            EntityKind::Strikethrough => "strikethrough",
            EntityKind::Spoiler => "spoiler",
            EntityKind::Blockquote => "blockquote",
            EntityKind::ExpandableBlockquote => "expandable_blockquote",
            EntityKind::Code => "code",
            EntityKind::Pre { .. } => "pre",
            EntityKind::TextLink { .. } => "text_link",
            EntityKind::TextMention { .. } => "text_mention",
            EntityKind::CustomEmoji { .. } => "custom_emoji",
            EntityKind::DateTime { .. } => "date_time",
        }
    }

    /// Returns the lower-case name that telecast shows to the user, such as "bot command".
    pub fn label(&self) -> &'static str {
        match self {
            EntityKind::Mention => "mention",
            EntityKind::Hashtag => "hashtag",
            EntityKind::Cashtag => "cashtag",
            EntityKind::BotCommand => "bot command",
            EntityKind::Url | EntityKind::TextLink { .. } => "link",
            EntityKind::Email => "e-mail address",
            EntityKind::PhoneNumber => "phone number",
            EntityKind::BankCardNumber => "card number",
            EntityKind::Bold => "bold",
            EntityKind::Italic => "italic",
            EntityKind::Underline => "underline",
            EntityKind::Strikethrough => "strikethrough",
            EntityKind::Spoiler => "spoiler",
            EntityKind::Blockquote => "quote",
            EntityKind::ExpandableBlockquote => "expandable quote",
            EntityKind::Code => "code",
            EntityKind::Pre { .. } => "code block",
            EntityKind::TextMention { .. } => "mention of a user",
            EntityKind::CustomEmoji { .. } => "custom emoji",
            EntityKind::DateTime { .. } => "time",
        }
    }
}

#[cfg(test)]
mod conformance_tests;
#[cfg(test)]
mod property_tests;
