//! Filters that reckon. What is not a number counts as 0.

use std::cmp::Ordering;

use super::super::datum::Datum;
use super::super::number::{self, Number};
use super::call::{Call, Fault, Filtered};

pub(super) fn abs<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(call.number().abs().into())
}

pub(super) fn ceil<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(call.number().ceil().into())
}

pub(super) fn floor<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(call.number().floor().into())
}

pub(super) fn at_least<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(chosen(call, Ordering::Less).into())
}

pub(super) fn at_most<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(chosen(call, Ordering::Greater).into())
}

/// The input, or the argument where the input is ordered so against it.
fn chosen(call: &Call<'_, '_>, replaced: Ordering) -> Number {
    let (value, bound) = (call.number(), call.number_argument(0));
    if value.compare(bound) == replaced { bound } else { value }
}

pub(super) fn plus<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(call.number().plus(call.number_argument(0)).into())
}

pub(super) fn minus<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(call.number().minus(call.number_argument(0)).into())
}

pub(super) fn times<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(call.number().times(call.number_argument(0)).into())
}

pub(super) fn divided_by<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    by_zero(call.number().divided_by(call.number_argument(0)))
}

pub(super) fn modulo<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    by_zero(call.number().modulo(call.number_argument(0)))
}

fn by_zero<'a>(result: Option<Number>) -> Filtered<'a> {
    result.map(Datum::from).ok_or_else(|| Fault::argument(0, "a division by zero"))
}

pub(super) fn round<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let decimals = match number::to_number(&call.argument(0)).floor() {
        Number::Integer(decimals) => number::in_reach(decimals).clamp(-40, 40),
        Number::Decimal(_) => 0,
    };
    Ok(call.number().round(decimals).into())
}
