//! The Liquid dialect of a body: the filters, tags, and variable syntax that the body may use.
//!
//! A template that both dialects accept renders the same in both, with two exceptions. The time zone of `now` differs.
//! `@Profile - …` is a variable in CleverTap's dialect and plain text in telecast's dialect.

/// The filters, tags, and variable syntax that a workspace or campaign accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// The filters and tags of CleverTap and of Shopify's Liquid, and telecast's own filters.
    #[default]
    Telecast,
    /// Only the filters, tags, and variable syntax that CleverTap accepts.
    CleverTap,
}

impl Dialect {
    /// All dialects. The default comes first.
    pub const ALL: [Dialect; 2] = [Dialect::Telecast, Dialect::CleverTap];

    pub fn as_str(self) -> &'static str {
        match self {
            Dialect::Telecast => "telecast",
            Dialect::CleverTap => "clevertap",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `telecast` or `clevertap`")]
pub struct UnknownDialect;

impl std::str::FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(word: &str) -> Result<Self, UnknownDialect> {
        Dialect::ALL.into_iter().find(|dialect| dialect.as_str() == word).ok_or(UnknownDialect)
    }
}
