//! The description of a filter, and one call of a filter: its input, its arguments, and its error.

use crate::dialect::Dialect;

use super::super::datum::{Datum, LiquidText};
use super::super::limits::{Budget, Exhausted};
use super::super::number::{self, Number};
use super::super::render_settings::RenderSettings;

#[derive(Debug)]
pub struct FilterDoc {
    pub name: &'static str,
    /// The names of the arguments, for example `length, ellipsis`; empty if there are none.
    pub signature: &'static str,
    /// What the filter does, in one line without a full stop.
    pub summary: &'static str,
    /// An example that works in any body.
    pub example: &'static str,
    /// The output of the example.
    pub prints: &'static str,
    pub dialects: &'static [Dialect],
    /// The minimum and the maximum number of positional arguments.
    pub(in super::super) arguments: (usize, usize),
    pub(in super::super) keywords: &'static [&'static str],
    pub(in super::super) run: for<'a> fn(&mut Call<'_, 'a>) -> FilterResult<'a>,
}

impl FilterDoc {
    pub fn needs_arguments(&self) -> bool {
        0 < self.arguments.0
    }

    /// Whether Shopify's version of the filter ignores unknown keyword arguments. Every filter that has keyword
    /// arguments ignores unknown ones.
    pub(in super::super) fn ignores_unknown_keywords(&self) -> bool {
        !self.keywords.is_empty()
    }

    /// Returns the filter's arguments as written in `example`, including the colon before them, such as `: 5`. Returns
    /// an empty string if the filter has no arguments there.
    pub fn example_arguments(&self) -> &'static str {
        let Some((_, call)) = self.example.rsplit_once(&format!("| {}", self.name)) else { return "" };
        let end = call.find(" |").or_else(|| call.find(" }}")).unwrap_or(call.len());
        call[..end].trim_end()
    }
}

// Filters are compared by their names, which are unique. A derived `PartialEq` would also compare the function pointers
// in `run`, and Rust cannot compare function pointers reliably.
impl PartialEq for FilterDoc {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

pub(in super::super) struct Call<'c, 'a> {
    pub input: Datum<'a>,
    pub arguments: &'c [Datum<'a>],
    pub keywords: &'c [(&'a str, Datum<'a>)],
    pub settings: RenderSettings<'a>,
    pub budget: &'c mut Budget,
}

pub(in super::super) type FilterResult<'a> = Result<Datum<'a>, FilterError>;

/// Why a filter returns no value. The caller turns the error into a diagnostic with the filter's name and span.
#[derive(Debug)]
pub(in super::super) enum FilterError {
    Exhausted(Exhausted),
    /// The input or an argument is invalid; `argument` is the index of the argument, or `None` for the input.
    Invalid {
        message: String,
        argument: Option<usize>,
    },
}

impl From<Exhausted> for FilterError {
    fn from(exhausted: Exhausted) -> Self {
        FilterError::Exhausted(exhausted)
    }
}

impl FilterError {
    pub(crate) fn input(message: impl Into<String>) -> Self {
        FilterError::Invalid { message: message.into(), argument: None }
    }

    pub(crate) fn argument(index: usize, message: impl Into<String>) -> Self {
        FilterError::Invalid { message: message.into(), argument: Some(index) }
    }
}

impl<'a> Call<'_, 'a> {
    /// Returns the input as Ruby's `to_s` converts it to text, and charges the size of the text to the budget.
    pub(crate) fn text(&mut self) -> Result<LiquidText<'a>, FilterError> {
        self.text_of(&self.input.clone())
    }

    /// Returns the input as `{{ }}` prints it, and charges the size of the output to the budget.
    pub(crate) fn printed(&mut self) -> Result<LiquidText<'a>, FilterError> {
        self.budget.allow_text(self.input.estimated_len())?;
        Ok(self.input.printed(self.settings.zone))
    }

    fn text_of(&mut self, value: &Datum<'a>) -> Result<LiquidText<'a>, FilterError> {
        self.budget.allow_text(value.estimated_len())?;
        let text = value.to_text(self.settings.zone);
        if matches!(value, Datum::List(_) | Datum::Map(_)) {
            // In the text of a list or object, strings are escaped. The text can therefore be longer than the estimate
            // that was charged above, so its exact length is charged as well.
            self.budget.allow_text(text.as_str().len())?;
        }
        Ok(text)
    }

    pub(crate) fn number(&self) -> Number {
        number::to_number(&self.input)
    }

    pub(crate) fn argument(&self, index: usize) -> Datum<'a> {
        self.arguments.get(index).cloned().unwrap_or(Datum::Nil)
    }

    pub(crate) fn text_argument(&mut self, index: usize) -> Result<LiquidText<'a>, FilterError> {
        self.text_of(&self.argument(index))
    }

    pub(crate) fn number_argument(&self, index: usize) -> Number {
        number::to_number(&self.argument(index))
    }

    /// Returns the argument as an integer, or `otherwise` if the argument is missing. An argument must be an integer or
    /// a text that consists of an integer. Any other argument is an error.
    pub(crate) fn integer_argument(&self, index: usize, otherwise: i64) -> Result<i64, FilterError> {
        match self.arguments.get(index) {
            None => Ok(otherwise),
            Some(value) => number::to_integer(value)
                .ok_or_else(|| FilterError::argument(index, "expected a whole number")),
        }
    }

    pub(crate) fn keyword(&self, key: &str) -> Datum<'a> {
        self.keywords.iter().find(|(name, _)| *name == key).map_or(Datum::Nil, |(_, value)| value.clone())
    }
}
