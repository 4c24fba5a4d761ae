//! Filters for any value.

use super::super::datum::Datum;
use super::{Call, Filtered};

pub(super) fn append<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let (text, more) = (call.text()?, call.text_argument(0)?);
    call.budget.allow_text(text.as_str().len() + more.as_str().len())?;
    Ok(format!("{}{}", text.as_str(), more.as_str()).into())
}

/// Nil, false, `""`, `[]` and `{}` are replaced; 0 is not. Without an argument the value stays, as CleverTap has it.
pub(super) fn default<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let is_kept = match call.input {
        Datum::Boolean(false) => call.keyword("allow_false").is_truthy(),
        Datum::Nil | Datum::Empty | Datum::Blank => false,
        _ => !call.input.is_empty(),
    };
    Ok(match call.arguments.first() {
        Some(other) if !is_kept => other.clone(),
        _ => call.input.clone(),
    })
}
