//! What the Bot API means without the network: text in three parse modes, requests, limits, escaping.
//!
//! ```text
//! raw text ──parse(mode)──▶ FormattedText ──fix──▶ cleaned, repaired ──▶ trimmed, links found: what is sent
//! ```

pub mod answer;
mod api_error;
mod arguments;
mod convert;
mod destination;
pub mod fields;
mod lenient;
mod method;
mod ranges;
pub mod request;
mod unparse;

pub use answer::{Advice, Answer, Fault, what_to_do};
pub use api_error::{ApiError, Cause, ErrorParameters, Place};
pub use arguments::{Argument, Arguments, NotAnObject, Origin};
pub use convert::{Converted, Refusal, convert};
pub use destination::{Astray, Outgoing, Whereabouts, check_destination};
pub use lenient::{Lenient, LenientMember, lenient_string, read_leniently};
pub use method::Method;
pub use request::{ChatId, Checked, Content, Counted, Finding, Fullness, Request, check};
pub use unparse::{Unparsed, unparse};

// Text: parsing, what the server does to it, escaping.
mod changes;
mod class;
mod clean;
mod detect;
pub mod entity_json;
mod escape;
mod explain;
mod fix;
mod html;
mod html_reference;
mod html_tag;
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
pub use fix::{Empty, Find, FixOptions, TextError, fix};
pub use parse::parse;
pub use parse_error::{ParseError, ParseErrorKind};
pub use sent::{Change, Limit, Sent, sent};
pub use trace::{Overflow, Traced, overflow, trace};

/// How the `text` of a message is marked up (Bot API, "Formatting options").
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

    /// Reads a `parse_mode` as the server does: any case. `Ok(None)` for "" and "none", `Err` for what it does not know.
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
    /// Sorted by offset, then the longer first, then as the server orders kinds.
    pub entities: Vec<Entity>,
}

/// A part of a text that is something (Bot API, `MessageEntity`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    pub kind: EntityKind,
    /// Where it starts, in UTF-16 units of the text.
    pub offset: u32,
    /// How long it is, in UTF-16 units.
    pub length: u32,
}

/// What a part of a text can be (Bot API, `MessageEntity.type`, with its data).
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
    /// `language` is never empty where it is given.
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
    /// `format` is normalised: empty, `r`, or `[w][d|D][t|T]`.
    DateTime {
        unix_time: i32,
        format: String,
    },
}

impl EntityKind {
    /// The kinds that have no value.
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

    /// Returns the kind of the Bot API's `type`, where it has no value.
    fn plain(name: &str) -> Option<Self> {
        Self::PLAIN.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the server finds entities of this kind itself and ignores those it is given.
    pub fn is_found(&self) -> bool {
        Self::PLAIN[..8].contains(self)
    }

    /// Returns the Bot API's `type`.
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

    pub fn in_words(&self) -> &'static str {
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
mod laws;
