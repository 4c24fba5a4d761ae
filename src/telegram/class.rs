//! Classes of entities by how they may overlap: split at the edges of others, mutually exclusive, or containers.

use super::{Entity, EntityKind};

/// How the server treats overlaps (TDLib: splittable, blockquote, continuous).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OverlapClass {
    /// Bold and similar: split at the edges of other entities, merged with the same style, removed inside code.
    Style(TextStyle),
    /// Quotes: may contain whole entities of the other classes, but no quotes.
    Quote,
    /// Code and times: contain nothing, and may only be inside quotes.
    Code,
    /// Links and everything else: never overlap each other or code.
    Link,
}

/// The five styles, in the order in which TDLib writes them.
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
        // A caller's `entities` may have any numbers; `fix` checks them later.
        self.offset.saturating_add(self.length)
    }
}
