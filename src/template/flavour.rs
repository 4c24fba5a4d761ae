//! The rules that the parser follows: those of a dialect, or Shopify's.

use crate::dialect::Dialect;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    Dialect(Dialect),
    /// Shopify's rules, for the command `debug liquid`.
    Shopify,
}
