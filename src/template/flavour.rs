//! Whose tags the parser accepts.

use crate::dialect::Dialect;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    Dialect(Dialect),
    /// For `debug liquid`: none of CleverTap's and telecast's tags.
    Shopify,
}
