//! The rules of LiqP 0.7.9, a Liquid engine for Java that is said to be CleverTap's, where they differ from Shopify's.
//!
//! ```text
//! tokens ──▶ grammar       what it refuses to parse
//! values                   truth, equality, members, printing
//! filters, date, text      what its filters return, and where they fail (arguments: how they read their values)
//! tags                     loops, counters, and `cycle`, as the machine runs them
//! ```
//!
//! The machine runs the same syntax tree by these rules if its settings say so. What CleverTap has beside LiqP, such as
//! `abort`, follows telecast's own rules.

mod arguments;
pub(super) mod date;
pub(super) mod filters;
pub(super) mod grammar;
pub(super) mod tags;
mod text;
mod tokens;
pub(super) mod values;

#[cfg(test)]
mod tests;
