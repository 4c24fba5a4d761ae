//! How kinds of entities may overlap: which are cut, which exclude others, which hold anything.

use super::{Entity, EntityKind};

/// What the server does with entities that overlap others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Bold and its like: cut at the edges of others, merged where they touch, gone under code.
    Style(Style),
    /// Quotes: may hold the other classes whole, never each other.
    Quote,
    /// Code and times: hold nothing, and stand in nothing but quotes.
    Code,
    /// Links and all else: never overlap one another.
    Link,
}

/// The five styles, in the order the server writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Bold,
    Italic,
    Underline,
    Strikethrough,
    Spoiler,
}

impl Style {
    pub const ALL: [Style; 5] =
        [Style::Bold, Style::Italic, Style::Underline, Style::Strikethrough, Style::Spoiler];

    pub fn kind(self) -> EntityKind {
        match self {
            Style::Bold => EntityKind::Bold,
            Style::Italic => EntityKind::Italic,
            Style::Underline => EntityKind::Underline,
            Style::Strikethrough => EntityKind::Strikethrough,
            Style::Spoiler => EntityKind::Spoiler,
        }
    }
}

impl Class {
    pub fn of(kind: &EntityKind) -> Self {
        match kind {
            EntityKind::Bold => Class::Style(Style::Bold),
            EntityKind::Italic => Class::Style(Style::Italic),
            EntityKind::Underline => Class::Style(Style::Underline),
            EntityKind::Strikethrough => Class::Style(Style::Strikethrough),
            EntityKind::Spoiler => Class::Style(Style::Spoiler),
            EntityKind::Blockquote | EntityKind::ExpandableBlockquote => Class::Quote,
            EntityKind::Code | EntityKind::Pre { .. } | EntityKind::DateTime { .. } => Class::Code,
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
            | EntityKind::CustomEmoji { .. } => Class::Link,
        }
    }
}

impl Entity {
    /// Returns where it ends, in UTF-16 units.
    pub fn end(&self) -> u32 {
        self.offset.saturating_add(self.length)
    }
}
