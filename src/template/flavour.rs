//! The set of tags that the parser accepts.

use crate::dialect::Dialect;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    Dialect(Dialect),
    /// Shopify's tags only, for `debug liquid`.
    Shopify,
}
