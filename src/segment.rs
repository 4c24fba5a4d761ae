//! Audience expressions: conditions on the properties and events of a profile, such as
//! `country == "DE" and ltv > 100 and last_seen within 30 days`.
//!
//! ```text
//! text ──read──▶ Condition + diagnostics ──┬─ matches (one profile)
//!                                          ├─ explain (words)
//!                                          └─ the store's query (all profiles)
//! ```
//!
//! The rules that all three follow:
//!
//! - A comparison with a value that is not set is false. `a != b` means `not (a == b)`, so it is true where `a` is not
//!   set.
//! - A value of another type than the one it is compared with counts as not set. [`read`] reports such a comparison, but
//!   the members of objects and the properties of events have no declared type.
//! - Text is compared exactly: case, spaces and accents matter.
//! - An integer and a decimal number are compared by their exact values.
//! - Dates have whole seconds. `within` includes both ends and never reaches beyond now.

mod condition;
mod definition;
mod explain;
mod literal;
mod matches;
mod parser;
mod schema;
#[cfg(test)]
mod tests;
mod token;

pub use condition::{
    Aggregate, Comparison, Condition, EventQuery, Field, MemberPath, Pattern, Test, Unit, Within,
};
pub use definition::SegmentDefinition;
pub(crate) use definition::problem_in_file;
pub use explain::explain;
pub use literal::{Literal, Number};
pub use matches::{Moment, Subject, bounds, matches};
pub use parser::{Reading, read};
pub use schema::{EventSummary, Schema};
pub(crate) use token::text_source;
