//! How LiqP's filters read their input and their arguments.

use super::super::datum::{Datum, LiquidText};
use super::super::filters::{Call, FilterError};
use super::values::{self, JavaNumber};

pub(super) type FilterResult<'a> = Result<Datum<'a>, FilterError>;

/// Returns the argument, or an error if there is none.
pub(super) fn needed<'a>(call: &Call<'_, 'a>, index: usize) -> FilterResult<'a> {
    call.arguments.get(index).cloned().ok_or_else(|| FilterError::input("an argument is missing"))
}

pub(super) fn check_count(call: &Call<'_, '_>, least: usize, most: usize) -> Result<(), FilterError> {
    match (least..=most).contains(&call.arguments.len()) {
        true => Ok(()),
        false => Err(FilterError::input("wrong number of arguments")),
    }
}

/// Returns the text that a text filter reads.
pub(super) fn text_of<'a>(call: &mut Call<'_, 'a>, value: &Datum<'a>) -> Result<LiquidText<'a>, FilterError> {
    call.budget.allow_text(value.estimated_len())?;
    Ok(values::joined(value, call.settings.zone))
}

pub(super) fn number_of(call: &Call<'_, '_>, value: &Datum<'_>) -> Result<JavaNumber, FilterError> {
    values::to_number(value, call.settings.zone).ok_or_else(|| {
        let text = values::printed(value, call.settings.zone);
        let text: String = text.as_str().chars().take(40).collect();
        FilterError::input(format!("`{text}` is not a number"))
    })
}
