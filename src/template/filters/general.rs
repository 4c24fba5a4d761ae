//! Filters for any value.

use super::super::compare;
use super::super::datum::Datum;
use super::super::surroundings::Rules;
use super::call::{Call, Filtered};

/// Nil, false, `""`, `[]` and `{}` are replaced; 0 is not. Without an argument the value stays, as CleverTap has it.
pub(super) fn default<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let is_kept = match call.input {
        Datum::Boolean(false) => call.keyword("allow_false").is_truthy(),
        Datum::Nil | Datum::Empty | Datum::Blank => false,
        _ => !call.input.is_empty(),
    };
    Ok(match (is_kept, call.arguments.first(), call.surroundings.rules) {
        (false, Some(other), _) => other.clone(),
        (false, None, Rules::Shopify) => String::new().into(),
        (false, None, Rules::CleverTap) | (true, _, _) => call.input.clone(),
    })
}

pub(super) fn size<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let size = compare::size(&call.input, call.surroundings.rules).unwrap_or(0);
    Ok(Datum::Integer(i64::try_from(size).unwrap_or(i64::MAX)))
}

pub(super) fn first<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(compare::first(&call.input))
}

pub(super) fn last<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(compare::last(&call.input))
}
