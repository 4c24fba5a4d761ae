//! Defines the errors of the markup parsers, with Telegram's message and offset and with a span in the input.

use crate::text::Span;

const PREFIX: &str = "Can't parse entities: ";

/// The error with which Telegram refuses a marked-up text.
///
/// ```
/// use telecast::telegram::{ParseMode, parse};
///
/// let error = parse(ParseMode::MarkdownV2, "*bold").unwrap_err();
/// assert_eq!(error.message(), "Can't parse entities: Can't find end of Bold entity at byte offset 0");
/// assert_eq!((error.offset, error.span.range()), (Some(0), 0..1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct ParseError {
    pub kind: ParseErrorKind,
    /// The byte offset in the input that Telegram's message gives, if it gives one.
    pub offset: Option<usize>,
    /// The part of the input that causes the error, such as a tag, a delimiter, or a character.
    pub span: Span,
}

/// The errors that Telegram distinguishes. Tag names are in lower case, as in Telegram's messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParseErrorKind {
    TooLong,
    /// HTML: the input ends inside a start tag. `tag` is set if Telegram's message names the tag.
    UnclosedStartTag {
        tag: Option<String>,
    },
    UnsupportedTag {
        tag: String,
    },
    /// HTML: an attribute's name was expected, but the input ends or has a character that cannot begin a name.
    EmptyAttributeName {
        tag: String,
    },
    /// HTML: an unquoted value with a character that needs quotes.
    UnexpectedEndOfToken,
    /// HTML: a `span` without the class of a spoiler.
    SpanWithoutClass,
    UnexpectedEndTag,
    UnclosedEndTag,
    UnmatchedEndTag {
        expected: String,
        found: String,
    },
    UnclosedElement {
        tag: String,
    },
    /// HTML: `tg-emoji` without a number as its `emoji-id`.
    InvalidCustomEmojiId,
    InvalidDateFormat,
    /// HTML: a reference such as `&#xD83D;`, which is only half a surrogate pair.
    UnmatchedSurrogate,
    UnclosedLegacyEntity,
    UnclosedEntity {
        /// Telegram's name of the entity: `Bold`, `TextUrl`, `BlockQuote`, …
        entity: &'static str,
        /// The name in telecast's own messages: `bold`, `a link`, `a quote`, …
        label: &'static str,
    },
    ReservedCharacter {
        character: char,
    },
    UnclosedUrl,
    /// MarkdownV2: `![…]` without an address.
    MissingSpecialUrl,
    /// MarkdownV2: `![…](…)` with an address that is neither a custom emoji nor a time.
    InvalidSpecialUrl,
}

impl ParseError {
    pub(super) fn at(kind: ParseErrorKind, offset: usize, span: Span) -> Self {
        Self { kind, offset: Some(offset), span }
    }

    /// Creates an error whose message has no offset.
    pub(super) fn without_offset(kind: ParseErrorKind, span: Span) -> Self {
        Self { kind, offset: None, span }
    }

    /// Returns TDLib's message. Over HTTP it becomes `Bad Request: can't parse entities: …`.
    pub fn message(&self) -> String {
        let mut message = String::from(PREFIX);
        message.push_str(&self.kind.message_without_offset());
        if let Some(offset) = self.offset {
            let place = format!(" at byte offset {offset}");
            // Most messages just end with `at byte offset N`. There are two exceptions. The message of the first arm
            // continues after the offset. The message of the second arm has the word "starting" before `at`.
            match &self.kind {
                ParseErrorKind::UnmatchedEndTag { expected, found } => {
                    message.push_str(&format!("{place}, expected \"</{expected}>\", found \"</{found}>\""));
                }
                ParseErrorKind::UnclosedLegacyEntity => message.push_str(&format!(" starting{place}")),
                _ => message.push_str(&place),
            }
        }
        message
    }
}

impl ParseErrorKind {
    /// Returns TDLib's message without the prefix and the offset.
    fn message_without_offset(&self) -> String {
        match self {
            Self::TooLong => "Text is too long".into(),
            Self::UnclosedStartTag { tag: None } => "Unclosed start tag".into(),
            Self::UnclosedStartTag { tag: Some(tag) } => format!("Unclosed start tag \"{tag}\""),
            Self::UnsupportedTag { tag } => format!("Unsupported start tag \"{tag}\""),
            Self::EmptyAttributeName { tag } => format!("Empty attribute name in the tag \"{tag}\""),
            Self::UnexpectedEndOfToken => "Unexpected end of name token".into(),
            Self::SpanWithoutClass => "Tag \"span\" must have class \"tg-spoiler\"".into(),
            Self::UnexpectedEndTag => "Unexpected end tag".into(),
            Self::UnclosedEndTag => "Unclosed end tag".into(),
            Self::UnmatchedEndTag { .. } => "Unmatched end tag".into(),
            Self::UnclosedElement { tag } => {
                format!("Can't find end tag corresponding to start tag \"{tag}\"")
            }
            Self::InvalidCustomEmojiId => "Invalid custom emoji identifier specified".into(),
            Self::InvalidDateFormat => "Invalid date format used".into(),
            Self::UnmatchedSurrogate => {
                "Text contains invalid Unicode characters after decoding HTML entities, \
                                         check for unmatched surrogate code units"
                    .into()
            }
            Self::UnclosedLegacyEntity => "Can't find end of the entity".into(),
            Self::UnclosedEntity { entity, .. } => format!("Can't find end of {entity} entity"),
            Self::ReservedCharacter { character } => {
                format!("Character '{character}' is reserved and must be escaped with the preceding '\\'")
            }
            Self::UnclosedUrl => "Can't find end of a URL".into(),
            Self::MissingSpecialUrl => "The entity must contain a tg://emoji or tg://time URL".into(),
            Self::InvalidSpecialUrl => "Invalid tg://emoji or tg://time URL specified".into(),
        }
    }
}
