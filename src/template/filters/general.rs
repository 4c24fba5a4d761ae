//! Filters that accept any value.

use super::super::compare;
use super::super::datum::Datum;
use super::super::render_settings::EngineRules;
use super::call::{Call, FilterResult};

/// Replaces nil, false, `""`, `[]`, and `{}` with the first argument. 0 is not replaced. With `allow_false: true`,
/// false is kept. By CleverTap's rules, a call without an argument returns its input unchanged.
pub(super) fn default<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let is_kept = match call.input {
        Datum::Boolean(false) => call.keyword("allow_false").is_truthy(),
        Datum::Nil | Datum::Empty | Datum::Blank => false,
        _ => !call.input.is_empty(),
    };
    Ok(match (is_kept, call.arguments.first(), call.settings.rules) {
        (false, Some(other), _) => other.clone(),
        // The module `differences` lists this difference between the engines.
        (false, None, EngineRules::Shopify) => String::new().into(),
        (false, None, EngineRules::Telecast | EngineRules::Liqp) | (true, _, _) => call.input.clone(),
    })
}

pub(super) fn size<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let size = compare::size(&call.input, call.settings.rules).unwrap_or(0);
    Ok(Datum::Integer(i64::try_from(size).unwrap_or(i64::MAX)))
}

pub(super) fn first<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(compare::first(&call.input))
}

pub(super) fn last<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(compare::last(&call.input))
}
