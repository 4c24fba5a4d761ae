//! Filters of the `liquid` crate that do what Shopify's do: each is called as it is.

use liquid_core::Value;
use liquid_core::model::KStringCow;
use liquid_core::parser::{FilterArguments, ParseFilter};
use liquid_core::runtime::RuntimeBuilder;
use liquid_lib::stdlib;

use super::super::datum::Datum;
use super::call::{Call, Fault, Filtered};

pub(super) fn downcase<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    run(&stdlib::Downcase, call, 3)
}

pub(super) fn upcase<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    run(&stdlib::Upcase, call, 3)
}

pub(super) fn escape<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    run(&stdlib::Escape, call, 6)
}

/// Calls a filter without arguments on the input as text; it makes at most `growth` bytes of each.
fn run<'a>(filter: &dyn ParseFilter, call: &mut Call<'_, 'a>, growth: usize) -> Filtered<'a> {
    let text = call.text()?;
    call.budget.allow_text(text.as_str().len().saturating_mul(growth))?;
    let arguments =
        FilterArguments { positional: Box::new(std::iter::empty()), keyword: Box::new(std::iter::empty()) };
    let runtime = RuntimeBuilder::new().build();
    let result = filter
        .parse(arguments)
        .and_then(|filter| filter.evaluate(&KStringCow::from_ref(text.as_str()), &runtime));
    match result {
        Ok(Value::Scalar(text)) => Ok(Datum::from(text.into_string().into_string())),
        Ok(Value::Nil | Value::State(_) | Value::Array(_) | Value::Object(_)) => Ok(Datum::Nil),
        Err(error) => Err(Fault::input(error.to_string())),
    }
}
