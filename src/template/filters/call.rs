//! What a filter is, and one use of it: its input, its arguments, and why it may give no value.

use crate::dialect::Dialect;

use super::super::datum::{Datum, Text};
use super::super::limits::{Budget, Exhausted};
use super::super::number::{self, Number};
use super::super::surroundings::Surroundings;

#[derive(Debug)]
pub struct FilterDoc {
    pub name: &'static str,
    /// The arguments as one writes them, empty where there are none: `length, ellipsis`.
    pub signature: &'static str,
    /// One line on what it does; no full stop.
    pub summary: &'static str,
    /// A use of it, which can stand in any body.
    pub example: &'static str,
    pub prints: &'static str,
    pub dialects: &'static [Dialect],
    pub(in super::super) arguments: (usize, usize),
    pub(in super::super) keywords: &'static [&'static str],
    pub(in super::super) run: for<'a> fn(&mut Call<'_, 'a>) -> Filtered<'a>,
}

impl FilterDoc {
    pub fn needs_arguments(&self) -> bool {
        0 < self.arguments.0
    }

    /// Whether Shopify's takes any keyword: all that have some do.
    pub(in super::super) fn ignores_unknown_keywords(&self) -> bool {
        !self.keywords.is_empty()
    }

    /// Returns the arguments of its example, with the colon in front; empty where it has none.
    pub fn example_arguments(&self) -> &'static str {
        let Some((_, call)) = self.example.rsplit_once(&format!("| {}", self.name)) else { return "" };
        let end = call.find(" |").or_else(|| call.find(" }}")).unwrap_or(call.len());
        call[..end].trim_end()
    }
}

/// The name of a filter makes it what it is.
impl PartialEq for FilterDoc {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

pub(in super::super) struct Call<'c, 'a> {
    pub input: Datum<'a>,
    pub arguments: &'c [Datum<'a>],
    pub keywords: &'c [(&'a str, Datum<'a>)],
    pub surroundings: Surroundings<'a>,
    pub budget: &'c mut Budget,
}

pub(in super::super) type Filtered<'a> = Result<Datum<'a>, Fault>;

#[derive(Debug)]
pub(in super::super) enum Fault {
    Exhausted(Exhausted),
    /// What is wrong, and the argument that is, from 0.
    Refused {
        message: String,
        argument: Option<usize>,
    },
}

impl From<Exhausted> for Fault {
    fn from(exhausted: Exhausted) -> Self {
        Fault::Exhausted(exhausted)
    }
}

impl Fault {
    pub fn input(message: impl Into<String>) -> Self {
        Fault::Refused { message: message.into(), argument: None }
    }

    pub fn argument(index: usize, message: impl Into<String>) -> Self {
        Fault::Refused { message: message.into(), argument: Some(index) }
    }
}

impl<'a> Call<'_, 'a> {
    /// The input as text; reading it is paid for.
    pub fn text(&mut self) -> Result<Text<'a>, Fault> {
        self.text_of(&self.input.clone())
    }

    /// The input as `{{ }}` prints it; paid for.
    pub fn printed(&mut self) -> Result<Text<'a>, Fault> {
        self.budget.allow_text(self.input.weight())?;
        Ok(self.input.printed(self.surroundings.zone))
    }

    fn text_of(&mut self, value: &Datum<'a>) -> Result<Text<'a>, Fault> {
        self.budget.allow_text(value.weight())?;
        let text = value.to_text(self.surroundings.zone);
        if matches!(value, Datum::List(_) | Datum::Map(_)) {
            // Escapes may make it longer than it weighs.
            self.budget.allow_text(text.as_str().len())?;
        }
        Ok(text)
    }

    pub fn number(&self) -> Number {
        number::to_number(&self.input)
    }

    pub fn argument(&self, index: usize) -> Datum<'a> {
        self.arguments.get(index).cloned().unwrap_or(Datum::Nil)
    }

    pub fn text_argument(&mut self, index: usize) -> Result<Text<'a>, Fault> {
        self.text_of(&self.argument(index))
    }

    pub fn number_argument(&self, index: usize) -> Number {
        number::to_number(&self.argument(index))
    }

    /// The argument as a whole number, or `otherwise` where it is not given; anything else is refused.
    pub fn integer_argument(&self, index: usize, otherwise: i64) -> Result<i64, Fault> {
        match self.arguments.get(index) {
            None => Ok(otherwise),
            Some(value) => {
                number::to_integer(value).ok_or_else(|| Fault::argument(index, "expected a whole number"))
            }
        }
    }

    pub fn keyword(&self, key: &str) -> Datum<'a> {
        self.keywords.iter().find(|(name, _)| *name == key).map_or(Datum::Nil, |(_, value)| value.clone())
    }
}
