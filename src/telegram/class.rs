//! Sorts the entity kinds into four classes by how the server treats their overlaps with other entities. The module
//! `repair` applies the rules of the classes.

use super::{Entity, EntityKind};

/// How the server treats overlaps of an entity (TDLib: splittable, blockquote, pre, and continuous entities).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OverlapClass {
    /// Bold, italic, underline, strikethrough, and spoiler. The server splits a style where another style begins and at
    /// the edges of entities of the other classes. The server also merges touching styles of the same kind, and removes
    /// styles inside code.
    Style(TextStyle),
    /// Quotes: may contain whole entities of the other classes, but no other quotes.
    Quote,
    /// Code, code blocks, and times: contain no other entities, and only quotes may contain them.
    Code,
    /// Links, mentions, and all other kinds: overlap neither each other nor code.
    Link,
}

/// The five styles, in the order of their priority in TDLib.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextStyle {
    Bold,
    Italic,
    Underline,
    Strikethrough,
    Spoiler,
}

impl TextStyle {
    pub(super) const ALL: [TextStyle; 5] = [
        TextStyle::Bold,
        TextStyle::Italic,
        TextStyle::Underline,
        TextStyle::Strikethrough,
        TextStyle::Spoiler,
    ];

    pub(super) fn kind(self) -> EntityKind {
        match self {
            TextStyle::Bold => EntityKind::Bold,
            TextStyle::Italic => EntityKind::Italic,
            TextStyle::Underline => EntityKind::Underline,
            TextStyle::Strikethrough => EntityKind::Strikethrough,
            TextStyle::Spoiler => EntityKind::Spoiler,
        }
    }
}

impl OverlapClass {
    pub(super) fn of(kind: &EntityKind) -> Self {
        match kind {
            EntityKind::Bold => OverlapClass::Style(TextStyle::Bold),
            EntityKind::Italic => OverlapClass::Style(TextStyle::Italic),
            EntityKind::Underline => OverlapClass::Style(TextStyle::Underline),
            EntityKind::Strikethrough => OverlapClass::Style(TextStyle::Strikethrough),
            EntityKind::Spoiler => OverlapClass::Style(TextStyle::Spoiler),
            EntityKind::Blockquote | EntityKind::ExpandableBlockquote => OverlapClass::Quote,
            EntityKind::Code | EntityKind::Pre { .. } | EntityKind::DateTime { .. } => OverlapClass::Code,
            EntityKind::Mention
            | EntityKind::Hashtag
            | EntityKind::Cashtag
            | EntityKind::BotCommand
            | EntityKind::Url
            | EntityKind::Email
            | EntityKind::PhoneNumber
            | EntityKind::BankCardNumber
            | EntityKind::TextLink { .. }
            | EntityKind::TextMention { .. }
            | EntityKind::CustomEmoji { .. } => OverlapClass::Link,
        }
    }
}

impl Entity {
    /// Returns the end in UTF-16 code units.
    pub fn end(&self) -> u32 {
        // A plain sum could overflow, because the numbers may come from a caller's `entities`, which `fix` checks only
        // later.
        self.offset.saturating_add(self.length)
    }
}
