//! Arithmetic filters. As in Shopify, a value that cannot be read as a number counts as 0.

use std::cmp::Ordering;

use super::super::datum::Datum;
use super::super::number::{self, Number};
use super::call::{Call, FilterError, FilterResult};

pub(super) fn abs<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(call.number().abs().into())
}

pub(super) fn ceil<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(call.number().ceil().into())
}

pub(super) fn floor<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(call.number().floor().into())
}

pub(super) fn at_least<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(replace_if(call, Ordering::Less).into())
}

pub(super) fn at_most<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(replace_if(call, Ordering::Greater).into())
}

/// Returns the bound if the input has the order `ordering` relative to the bound. Otherwise, returns the input.
fn replace_if(call: &Call<'_, '_>, ordering: Ordering) -> Number {
    let (value, bound) = (call.number(), call.number_argument(0));
    if value.compare(bound) == ordering { bound } else { value }
}

pub(super) fn plus<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(call.number().plus(call.number_argument(0)).into())
}

pub(super) fn minus<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(call.number().minus(call.number_argument(0)).into())
}

pub(super) fn times<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(call.number().times(call.number_argument(0)).into())
}

pub(super) fn divided_by<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    or_division_by_zero(call.number().divided_by(call.number_argument(0)))
}

pub(super) fn modulo<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    or_division_by_zero(call.number().modulo(call.number_argument(0)))
}

fn or_division_by_zero<'a>(result: Option<Number>) -> FilterResult<'a> {
    result.map(Datum::from).ok_or_else(|| FilterError::argument(0, "division by zero"))
}

pub(super) fn round<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let decimals = match number::to_number(&call.argument(0)).floor() {
        // 10^40 exceeds every 128-bit number, so more than 40 digits give the same result as 40.
        Number::Integer(decimals) => number::saturate_to_i64(decimals).clamp(-40, 40),
        Number::Decimal(_) => 0,
    };
    Ok(call.number().round(decimals).into())
}
