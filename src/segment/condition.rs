//! The tree of a condition.

use super::literal::{Literal, Number};
use crate::profile::ValueKind;

#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// True if all are true.
    All(Vec<Condition>),
    /// True if one of them is true.
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Field(Field, Test),
    /// Compares the number of events.
    Did(EventQuery, Comparison, u64),
    /// Compares an aggregate of a property of the selected events. `Count` counts every value that is set; the others
    /// leave out values that are not numbers. Without any values, the sum and the count are 0, and the others are not
    /// set, so that no comparison with them holds.
    Total {
        of: EventQuery,
        aggregate: Aggregate,
        property: MemberPath,
        comparison: Comparison,
        number: Number,
    },
    /// Another segment, by its name, with its condition.
    Segment(String, Box<Condition>),
}

/// What a test looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    Identity,
    /// Whether the profile has a chat id, and is not known to have blocked the bot or to be gone.
    Reachable,
    TestProfile,
    /// `telegram_chat_id`. Some profiles have it as a number and others as text, so it is compared with both.
    ChatId,
    /// A property, and the type that it has in all profiles, or `None` if no profile has it.
    Property(String, Option<ValueKind>),
    /// A member of a property that is an object, or a property of an event. It can have any type.
    Member(MemberPath),
}

/// The keys from the outermost object to the member. There is at least one key.
pub type MemberPath = Vec<String>;

#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    IsSet,
    /// The parser allows an order, such as `<`, only for numbers and dates. The evaluation orders texts by their UTF-8
    /// bytes, and `false` before `true`.
    Compare(Comparison, Literal),
    OneOf(Vec<Literal>),
    /// The text starts or ends with this text.
    Text(Pattern, String),
    /// A member of the list equals the literal. If both are texts, the literal is a part of the text.
    Contains(Literal),
    /// The date is in the period.
    Within(Within),
}

/// There is no "not equal". It is written as the negation of `Equal`, so that it is true where the value is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    StartsWith,
    EndsWith,
}

/// A period that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    pub n: u32,
    pub unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Hours,
    /// Calendar days in the workspace's time zone. The period begins at midnight, `n` days ago.
    Days,
    Weeks,
}

/// Selects events of a profile.
#[derive(Debug, Clone, PartialEq)]
pub struct EventQuery {
    pub name: String,
    pub within: Option<Within>,
    /// A condition on the event's properties, which are [`Field::Member`].
    pub condition: Option<Box<Condition>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    Sum,
    Count,
    Min,
    Max,
    Average,
}

impl Comparison {
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Equal => ordering.is_eq(),
            Comparison::Less => ordering.is_lt(),
            Comparison::AtMost => ordering.is_le(),
            Comparison::More => ordering.is_gt(),
            Comparison::AtLeast => ordering.is_ge(),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Comparison::Equal => "==",
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
            Comparison::More => ">",
            Comparison::AtLeast => ">=",
        }
    }
}

impl Aggregate {
    pub const ALL: [Aggregate; 5] =
        [Aggregate::Sum, Aggregate::Count, Aggregate::Min, Aggregate::Max, Aggregate::Average];

    pub fn as_str(self) -> &'static str {
        match self {
            Aggregate::Sum => "sum",
            Aggregate::Count => "count",
            Aggregate::Min => "min",
            Aggregate::Max => "max",
            Aggregate::Average => "avg",
        }
    }
}

impl Condition {
    pub fn negated(self) -> Self {
        Condition::Not(Box::new(self))
    }
}
