//! The Liquid dialect of a body: which filters and tags are accepted. A filter or tag renders the same in all dialects.

/// The set of filters, tags and forms a workspace or campaign accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// CleverTap's Liquid plus telecast's own filters.
    #[default]
    Telecast,
    /// Only what CleverTap accepts.
    CleverTap,
}

impl Dialect {
    /// All dialects, the default first.
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
