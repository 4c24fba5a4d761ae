//! LiqP's filters, by their names. A filter that fails ends the rendering.

use std::cmp::Ordering;

use super::super::compare;
use super::super::datum::{Datum, LiquidText, List, Map};
use super::super::filters::{Call, FilterError};
use super::super::syntax::FilterCall;
use super::arguments::{FilterResult, check_count, needed, number_of, text_of};
use super::values::{self, JavaNumber};
use super::{date, text};
use crate::text::utf16_len;

pub(in super::super) type FilterFn = for<'a> fn(&mut Call<'_, 'a>) -> FilterResult<'a>;

/// Returns LiqP's filter with this name.
pub(in super::super) fn find(name: &str) -> Option<FilterFn> {
    Some(match name {
        "abs" => abs,
        "append" => text::append,
        "at_least" => at_least,
        "at_most" => at_most,
        "capitalize" => text::capitalize,
        "ceil" => ceil,
        "compact" => compact,
        "concat" => concat,
        "date" => date::date,
        "default" => default,
        "divided_by" => divided_by,
        "downcase" => text::downcase,
        "escape" | "h" => text::escape,
        "escape_once" => text::escape_once,
        "first" => first,
        "floor" => floor,
        "join" => join,
        "last" => last,
        "lstrip" => text::lstrip,
        "map" => map,
        "minus" => minus,
        "modulo" => modulo,
        "newline_to_br" => text::newline_to_br,
        "plus" => plus,
        "prepend" => text::prepend,
        "remove" => text::remove,
        "remove_first" => text::remove_first,
        "replace" => text::replace,
        "replace_first" => text::replace_first,
        "reverse" => reverse,
        "round" => round,
        "rstrip" => text::rstrip,
        "size" => size,
        "slice" => text::slice,
        "sort" => sort,
        "sort_natural" => sort_natural,
        "split" => text::split,
        "strip" => text::strip,
        "strip_html" => text::strip_html,
        "strip_newlines" => text::strip_newlines,
        "times" => times,
        "truncate" => text::truncate,
        "truncatewords" => text::truncatewords,
        "uniq" => uniq,
        "upcase" => text::upcase,
        "url_decode" => text::url_decode,
        "url_encode" => text::url_encode,
        _ => return None,
    })
}

fn whole_result(value: i64) -> FilterResult<'static> {
    Ok(values::long(value))
}

/// Calculates with whole numbers if both print as one, and else in floating point, with its rounding errors.
fn calculate<'a>(
    call: &Call<'_, 'a>,
    whole: fn(i64, i64) -> Option<i64>,
    float: fn(f64, f64) -> f64,
) -> FilterResult<'a> {
    check_count(call, 1, 1)?;
    let zone = call.settings.zone;
    let zero = values::long(0);
    let left = if matches!(call.input, Datum::Nil) { &zero } else { &call.input };
    let right = &call.arguments[0];
    let is_whole = values::is_whole(left, zone) && values::is_whole(right, zone);
    let (left, right) = (number_of(call, left)?, number_of(call, right)?);
    match is_whole {
        true => whole(left.as_i64(), right.as_i64())
            .map(values::long)
            .ok_or_else(|| FilterError::argument(0, "division by zero")),
        false => Ok(Datum::Decimal(float(left.as_f64(), right.as_f64()))),
    }
}

fn plus<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    calculate(call, |left, right| Some(left.wrapping_add(right)), |left, right| left + right)
}

fn minus<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    calculate(call, |left, right| Some(left.wrapping_sub(right)), |left, right| left - right)
}

fn times<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    calculate(call, |left, right| Some(left.wrapping_mul(right)), |left, right| left * right)
}

fn divided_by<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let whole = |left: i64, right: i64| (right != 0).then(|| left.wrapping_div(right));
    calculate(call, whole, |left, right| left / right)
}

fn modulo<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let whole = |left: i64, right: i64| (right != 0).then(|| left.wrapping_rem(right));
    calculate(call, whole, |left, right| left % right)
}

fn abs<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let zone = call.settings.zone;
    match values::is_whole(&call.input, zone) {
        true => whole_result(number_of(call, &call.input)?.as_i64().wrapping_abs()),
        false => Ok(match values::to_number(&call.input, zone) {
            Some(number) => Datum::Decimal(number.as_f64().abs()),
            None => call.input.clone(),
        }),
    }
}

fn ceil<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    rounded(call, f64::ceil)
}

fn floor<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    rounded(call, f64::floor)
}

fn rounded<'a>(call: &Call<'_, 'a>, round: fn(f64) -> f64) -> FilterResult<'a> {
    match values::to_number(&call.input, call.settings.zone) {
        Some(number) => whole_result(round(number.as_f64()) as i64),
        None => Ok(call.input.clone()),
    }
}

fn at_least<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    bounded(call, Ordering::Less)
}

fn at_most<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    bounded(call, Ordering::Greater)
}

fn bounded<'a>(call: &Call<'_, 'a>, ordering: Ordering) -> FilterResult<'a> {
    let zone = call.settings.zone;
    let Some(bound) = call.arguments.first() else { return Ok(call.input.clone()) };
    let (Some(value), Some(limit)) = (values::to_number(&call.input, zone), values::to_number(bound, zone))
    else {
        return Ok(call.input.clone());
    };
    let is_beyond = value.as_f64().partial_cmp(&limit.as_f64()) == Some(ordering);
    let (number, written) = if is_beyond { (limit, bound) } else { (value, &call.input) };
    Ok(match (values::number_of(written), number) {
        (Some(_), _) => written.clone(),
        (None, JavaNumber::Long(value)) => values::long(value),
        (None, JavaNumber::Double(value)) => Datum::Decimal(value),
    })
}

/// Rounds to a text. Other than in Shopify's Liquid, the text has all the decimals that were asked for.
fn round<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let zone = call.settings.zone;
    if !values::is_plain_decimal(&call.input, zone) {
        return Ok(Datum::Integer(0));
    }
    let value = number_of(call, &call.input)?.as_f64();
    let decimals = match call.arguments.first() {
        Some(decimals) if values::is_plain_decimal(decimals, zone) => number_of(call, decimals)?.as_i64(),
        _ => 0,
    };
    let decimals = usize::try_from(decimals).unwrap_or(0);
    call.budget.allow_text(decimals)?;
    // An `f64` has at most 1074 decimals.
    let decimals = decimals.min(1100);
    Ok(round_half_up(value, decimals).into())
}

fn round_half_up(value: f64, decimals: usize) -> String {
    let rounded = format!("{value:.decimals$}");
    // Rust rounds a tie to the even digit. A tie is exact: the next digit is a 5, and all others are 0.
    let exact = format!("{:.1100}", value.abs());
    let (_, fraction) = exact.split_once('.').unwrap_or((&exact, ""));
    let rest = fraction.get(decimals..).unwrap_or("");
    let is_tie = rest.strip_prefix('5').is_some_and(|rest| rest.bytes().all(|byte| byte == b'0'));
    match is_tie {
        false => rounded,
        true => {
            let up = (value.abs() * 2.0).to_bits() + 1;
            let above = f64::from_bits(up) / 2.0;
            let above = if value < 0.0 { -above } else { above };
            format!("{above:.decimals$}")
        }
    }
}

fn default<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let is_falsy = matches!(call.input, Datum::Nil | Datum::Boolean(false)) || values::is_empty(&call.input);
    Ok(match call.arguments.first() {
        Some(other) if is_falsy => other.clone(),
        _ => call.input.clone(),
    })
}

fn size<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(match &call.input {
        Datum::List(list) => values::integer(list.len()),
        Datum::Text(text) => values::integer(utf16_len(text.as_str())),
        // LiqP returns the bytes of a number.
        other if values::number_of(other).is_some() => values::integer(8),
        _ => values::integer(0),
    })
}

fn first<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(values::items(call.input.clone()).at(0).unwrap_or(Datum::Nil))
}

fn last<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let list = values::items(call.input.clone());
    Ok(list.len().checked_sub(1).and_then(|last| list.at(last)).unwrap_or(Datum::Nil))
}

fn join<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    if matches!(call.input, Datum::Nil) {
        return Ok(Datum::Text(LiquidText::Borrowed("")));
    }
    let glue = match call.arguments.first().cloned() {
        Some(glue) => text_of(call, &glue)?,
        None => LiquidText::Borrowed(" "),
    };
    let list = values::items(call.input.clone());
    call.budget.allow_text(call.input.estimated_len() + list.len() * glue.as_str().len())?;
    let texts: Vec<String> =
        list.iter().map(|item| values::joined(&item, call.settings.zone).as_str().to_owned()).collect();
    Ok(texts.join(glue.as_str()).into())
}

fn map<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    if matches!(call.input, Datum::Nil) {
        return Ok(Datum::Text(LiquidText::Borrowed("")));
    }
    let key = needed(call, 0)?;
    let key = text_of(call, &key)?;
    let list = values::items(call.input.clone());
    call.budget.spend(list.len())?;
    let mut found = Vec::new();
    for item in list.iter() {
        let Datum::Map(object) = item else {
            return Err(FilterError::input("every item has to be an object"));
        };
        found.extend(object.value(key.as_str()).filter(|value| !matches!(value, Datum::Nil)));
    }
    Ok(found.into_iter().collect())
}

fn compact<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let Datum::List(list) = &call.input else { return Ok(call.input.clone()) };
    call.budget.spend(list.len())?;
    Ok(list.iter().filter(|item| !matches!(item, Datum::Nil)).collect())
}

fn concat<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    check_count(call, 1, 1)?;
    let Datum::List(added) = &call.arguments[0] else {
        return Err(FilterError::argument(0, "this has to be a list"));
    };
    let own = match &call.input {
        Datum::List(list) => list.clone(),
        _ => List::Borrowed(&[]),
    };
    call.budget.spend(own.len() + added.len())?;
    Ok(own.iter().chain(added.iter()).collect())
}

fn reverse<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let Datum::List(list) = &call.input else { return Ok(call.input.clone()) };
    call.budget.spend(list.len())?;
    Ok(list.iter().rev().collect())
}

fn uniq<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let Datum::List(list) = &call.input else { return Ok(call.input.clone()) };
    call.budget.spend(list.len().saturating_mul(list.len()) / 8)?;
    let mut kept: Vec<Datum<'a>> = Vec::new();
    for item in list.iter() {
        if !kept.iter().any(|known| values::are_identical(known, &item)) {
            kept.push(item);
        }
    }
    Ok(kept.into_iter().collect())
}

fn sort_natural<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let Datum::List(list) = &call.input else { return Ok(call.input.clone()) };
    call.budget.spend(list.len() + call.input.estimated_len() / compare::LIST_BYTES_PER_STEP)?;
    let zone = call.settings.zone;
    let folded = |text: &str| -> String { text.to_uppercase().to_lowercase() };
    let mut items: Vec<Datum<'a>> = list.iter().collect();
    items.sort_by_cached_key(|item| utf16(&folded(values::printed(item, zone).as_str())));
    Ok(items.into_iter().collect())
}

/// Java compares texts by their UTF-16 code units.
fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// Sorts items of the same type, or objects by a property that all of them have. Anything else fails.
fn sort<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let list = match &call.input {
        Datum::Nil => return Ok(Datum::Text(LiquidText::Borrowed(""))),
        Datum::List(list) => list.clone(),
        _ => return Err(FilterError::input("only a list can be sorted")),
    };
    call.budget.spend(list.len() + call.input.estimated_len() / compare::LIST_BYTES_PER_STEP)?;
    let property = match call.arguments.first().cloned() {
        Some(property) => Some(text_of(call, &property)?),
        None => None,
    };
    let mut keyed: Vec<(Datum<'a>, Datum<'a>)> = Vec::with_capacity(list.len());
    for item in list.iter() {
        let key = match (&item, &property) {
            (Datum::Map(object), Some(property)) => object.value(property.as_str()).unwrap_or(Datum::Nil),
            (Datum::Map(_), None) => return Err(FilterError::input("objects need a property to sort by")),
            (Datum::List(_), _) => return Err(FilterError::input("lists have no order")),
            (_, Some(_)) => return Err(FilterError::input("every item has to be an object")),
            (other, None) => (*other).clone(),
        };
        keyed.push((key, item));
    }
    let mut fault = None;
    keyed.sort_by(|(left, _), (right, _)| {
        order(left, right).unwrap_or_else(|| {
            fault = Some(FilterError::input("all items have to be of the same type"));
            Ordering::Equal
        })
    });
    match fault {
        Some(fault) => Err(fault),
        None => Ok(keyed.into_iter().map(|(_, item)| item).collect()),
    }
}

fn order(left: &Datum<'_>, right: &Datum<'_>) -> Option<Ordering> {
    match (left, right) {
        (Datum::Text(left), Datum::Text(right)) => Some(utf16(left.as_str()).cmp(&utf16(right.as_str()))),
        (Datum::Boolean(left), Datum::Boolean(right)) => Some(left.cmp(right)),
        (Datum::Integer(left), Datum::Integer(right)) => {
            let is_same = i32::try_from(*left).is_ok() == i32::try_from(*right).is_ok();
            is_same.then(|| left.cmp(right))
        }
        (Datum::Large(left), Datum::Large(right)) => Some(left.cmp(right)),
        (Datum::Integer(data), Datum::Large(long)) if i32::try_from(*data).is_err() => {
            Some(i128::from(*data).cmp(long))
        }
        (Datum::Large(long), Datum::Integer(data)) if i32::try_from(*data).is_err() => {
            Some((**long).cmp(&i128::from(*data)))
        }
        (Datum::Decimal(left), Datum::Decimal(right)) => Some(left.total_cmp(right)),
        _ => Some(left.as_instant()?.cmp(&right.as_instant()?)),
    }
}

/// To LiqP, `key: value` is one more argument: an object with this one member.
pub(in super::super) fn add_keywords<'a>(call: &FilterCall, arguments: &mut Vec<Datum<'a>>) {
    for (index, (_, value)) in call.keywords.iter().enumerate() {
        let n_before = call.arguments.iter().filter(|other| other.span() < value.span()).count();
        // Which member it is does not matter: no filter asks for it.
        arguments.insert(n_before + index, Datum::Map(Map::Campaign("")));
    }
}
