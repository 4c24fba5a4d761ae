//! Filters on lists. As in Shopify, nil counts as an empty list, and any other value that is not a list or range counts
//! as a list of one item. Nested lists in the input are flattened.

use std::cmp::Ordering;

use super::super::compare::{self, are_equal};
use super::super::datum::Datum;
use super::super::number::{self, Number};
use super::call::{Call, FilterError, FilterResult};

// This bounds the recursion of `flatten`. A list that is nested more deeply is not flattened: it becomes an item of the
// result.
const MAX_DEPTH: usize = 100;

/// Returns the items of the input and charges their number to the budget.
fn items<'a>(call: &mut Call<'_, 'a>) -> Result<Vec<Datum<'a>>, FilterError> {
    let mut items = Vec::new();
    match call.input.clone() {
        Datum::Nil => {}
        Datum::List(_) => flatten(call, &call.input.clone(), &mut items, 0)?,
        Datum::Range(from, to) => {
            // The length is charged before the list is built, because `(1..999999999)` must fail without allocating.
            let size = usize::try_from(i128::from(to) - i128::from(from) + 1).unwrap_or(0);
            call.budget.spend(size)?;
            items.extend((from..=to).map(Datum::Integer));
        }
        other => items.push(other),
    }
    Ok(items)
}

fn flatten<'a>(
    call: &mut Call<'_, 'a>,
    value: &Datum<'a>,
    items: &mut Vec<Datum<'a>>,
    depth: usize,
) -> Result<(), FilterError> {
    match value {
        Datum::List(list) if depth < MAX_DEPTH => {
            call.budget.spend(list.len())?;
            for item in list.iter() {
                flatten(call, &item, items, depth + 1)?;
            }
        }
        other => items.push(other.clone()),
    }
    Ok(())
}

/// The result of `item[property]`, by the rules of Ruby's `[]` that Shopify's filters rely on.
enum PropertyLookup<'a> {
    Found(Datum<'a>),
    /// The item has no `[]` method in Ruby. Examples are nil, a boolean, and a decimal.
    NoProperties,
    /// The item has a `[]` method in Ruby, but not for this property. Examples are an integer with any property, and a
    /// list if the property is a name.
    Mismatch,
}

fn look_up<'a>(item: &Datum<'a>, property: &Datum<'a>) -> PropertyLookup<'a> {
    match (item, property) {
        (Datum::Map(map), Datum::Text(key)) => {
            PropertyLookup::Found(map.value(key.as_str()).unwrap_or(Datum::Nil))
        }
        (Datum::Map(_), _) => PropertyLookup::Found(Datum::Nil),
        // Ruby's `"abc"["b"]` returns the substring if it is there.
        (Datum::Text(text), Datum::Text(part)) => {
            let is_part = text.as_str().contains(part.as_str());
            PropertyLookup::Found(if is_part { property.clone() } else { Datum::Nil })
        }
        (Datum::Text(text), Datum::Integer(index)) => {
            let letter = usize::try_from(*index).ok().and_then(|index| text.as_str().chars().nth(index));
            PropertyLookup::Found(letter.map_or(Datum::Nil, |letter| letter.to_string().into()))
        }
        (Datum::List(_), Datum::Integer(_)) => PropertyLookup::Found(compare::indexed(item, property)),
        (Datum::Integer(_) | Datum::Large(_) | Datum::List(_) | Datum::Text(_), _) => {
            PropertyLookup::Mismatch
        }
        _ => PropertyLookup::NoProperties,
    }
}

fn mismatch(property: &Datum<'_>, call: &Call<'_, '_>) -> FilterError {
    let name = property.to_text(call.settings.zone);
    FilterError::argument(0, format!("cannot read the property `{}` of every item", name.as_str()))
}

enum MatchedItems<'a> {
    /// The tested items, and whether each of them matches.
    Items(Vec<(Datum<'a>, bool)>),
    /// An item has no properties, so the filter returns nil.
    Nothing,
}

/// Tests each item for the property that the first argument names. An item matches if its property equals the second
/// argument. If the second argument is missing or nil, an item matches if its property is truthy. With `first_only`,
/// stops after the first item that matches.
fn match_items<'a>(call: &mut Call<'_, 'a>, first_only: bool) -> Result<MatchedItems<'a>, FilterError> {
    let (property, wanted) = (call.argument(0), call.argument(1));
    let mut tested = Vec::new();
    for item in items(call)? {
        let value = match look_up(&item, &property) {
            PropertyLookup::Found(value) => value,
            PropertyLookup::NoProperties => return Ok(MatchedItems::Nothing),
            PropertyLookup::Mismatch => return Err(mismatch(&property, call)),
        };
        // Comparing two long texts or lists costs more than one step.
        call.budget.spend(1 + compare::cost(&value, &wanted))?;
        let fits = match &wanted {
            Datum::Nil => value.is_truthy(),
            wanted => are_equal(&value, wanted),
        };
        tested.push((item, fits));
        if fits && first_only {
            break;
        }
    }
    Ok(MatchedItems::Items(tested))
}

pub(super) fn where_<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    keep(call, true)
}

pub(super) fn reject<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    keep(call, false)
}

fn keep<'a>(call: &mut Call<'_, 'a>, wanted: bool) -> FilterResult<'a> {
    Ok(match match_items(call, false)? {
        MatchedItems::Nothing => Datum::Nil,
        MatchedItems::Items(items) => {
            items.into_iter().filter(|(_, fits)| *fits == wanted).map(|(item, _)| item).collect()
        }
    })
}

pub(super) fn find<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(match match_items(call, true)? {
        MatchedItems::Nothing => Datum::Nil,
        MatchedItems::Items(items) => {
            items.into_iter().find(|(_, fits)| *fits).map_or(Datum::Nil, |(item, _)| item)
        }
    })
}

pub(super) fn find_index<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(match match_items(call, true)? {
        MatchedItems::Nothing => Datum::Nil,
        MatchedItems::Items(items) => {
            items.iter().position(|(_, fits)| *fits).map_or(Datum::Nil, |index| Datum::Integer(index as i64))
        }
    })
}

pub(super) fn has<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(match match_items(call, true)? {
        MatchedItems::Nothing => Datum::Nil,
        MatchedItems::Items(items) => Datum::Boolean(items.iter().any(|(_, fits)| *fits)),
    })
}

pub(super) fn map<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let property = call.argument(0);
    let mut mapped = Vec::new();
    for item in items(call)? {
        mapped.push(match look_up(&item, &property) {
            PropertyLookup::Found(value) => value,
            PropertyLookup::NoProperties => Datum::Nil,
            PropertyLookup::Mismatch => return Err(mismatch(&property, call)),
        });
    }
    Ok(mapped.into_iter().collect())
}

pub(super) fn sum<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let property = call.arguments.first().cloned();
    let mut total = Number::Integer(0);
    for item in items(call)? {
        let value = match &property {
            None | Some(Datum::Nil) => item,
            Some(property) => match look_up(&item, property) {
                PropertyLookup::Found(value) => value,
                PropertyLookup::NoProperties => continue,
                PropertyLookup::Mismatch => return Err(mismatch(property, call)),
            },
        };
        total = total.plus(number::to_number(&value));
    }
    Ok(total.into())
}

pub(super) fn compact<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let property = call.arguments.first().cloned();
    let mut kept = Vec::new();
    for item in items(call)? {
        let value = match &property {
            None | Some(Datum::Nil) => item.clone(),
            Some(property) => match look_up(&item, property) {
                PropertyLookup::Found(value) => value,
                PropertyLookup::NoProperties => Datum::Nil,
                PropertyLookup::Mismatch => return Err(mismatch(property, call)),
            },
        };
        if !matches!(value, Datum::Nil) {
            kept.push(item);
        }
    }
    Ok(kept.into_iter().collect())
}

pub(super) fn uniq<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let property = call.arguments.first().cloned();
    let mut kept: Vec<(Datum<'a>, Datum<'a>)> = Vec::new();
    let items = items(call)?;
    // Ruby does not ask a single item for its property.
    if items.len() == 1 {
        return Ok(items.into_iter().collect());
    }
    for item in items {
        let value = match &property {
            None | Some(Datum::Nil) => item.clone(),
            Some(property) => match look_up(&item, property) {
                PropertyLookup::Found(value) => value,
                PropertyLookup::NoProperties => Datum::Nil,
                PropertyLookup::Mismatch => return Err(mismatch(property, call)),
            },
        };
        let cost: usize = kept.iter().map(|(_, other)| compare::cost(&value, other)).sum();
        // Each item is compared with all kept items, so the number of comparisons is quadratic. Each comparison costs
        // an eighth of a step. `cost` is the extra cost of comparing long values.
        call.budget.spend(1 + kept.len() / 8 + cost)?;
        // Ruby's `uniq` uses `eql?`: unlike with `==`, 1 and 1.0 are different.
        let is_same = |other: &Datum<'a>| {
            std::mem::discriminant(&value) == std::mem::discriminant(other) && are_equal(&value, other)
        };
        if !kept.iter().any(|(_, other)| is_same(other)) {
            kept.push((item, value));
        }
    }
    Ok(kept.into_iter().map(|(item, _)| item).collect())
}

pub(super) fn reverse<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    Ok(items(call)?.into_iter().rev().collect())
}

pub(super) fn concat<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let mut all = items(call)?;
    match call.argument(0) {
        Datum::List(more) => {
            call.budget.spend(more.len())?;
            all.extend(more.iter());
        }
        Datum::Range(from, to) => {
            let size = usize::try_from(i128::from(to) - i128::from(from) + 1).unwrap_or(0);
            call.budget.spend(size)?;
            all.extend((from..=to).map(Datum::Integer));
        }
        other => {
            return Err(FilterError::argument(
                0,
                format!("expected a list, found {}", compare::kind(&other)),
            ));
        }
    }
    Ok(all.into_iter().collect())
}

pub(super) fn join<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let separator = match call.arguments.is_empty() {
        true => " ".to_owned(),
        false => call.text_argument(0)?.as_str().to_owned(),
    };
    let all = items(call)?;
    let size: usize = all.iter().map(|item| item.estimated_len() + separator.len()).sum();
    call.budget.allow_text(size)?;
    let mut out = String::with_capacity(size);
    for (index, item) in all.iter().enumerate() {
        if 0 < index {
            out.push_str(&separator);
        }
        item.write_to(&mut out, call.settings.zone);
    }
    Ok(out.into())
}

pub(super) fn sort<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let Some(mut keyed) = keyed(call)? else { return Ok(Datum::Nil) };
    // The keys are checked before sorting, because `sort_by` needs a total order and may panic without one.
    let mut keys = keyed.iter().map(|(key, _)| key).filter(|key| !matches!(key, Datum::Nil));
    if let Some(first) = keys.next() {
        let mut others = keys.peekable();
        let is_single = others.peek().is_none();
        let kind = compare::kind(first);
        let has_order = matches!(compare::order(first, first), Ok(Some(_)));
        if !is_single && (!has_order || others.any(|other| compare::kind(other) != kind)) {
            return Err(FilterError::input("these items cannot be compared with each other"));
        }
    }
    keyed.sort_by(|(left, _), (right, _)| nil_last(left, right, total_order));
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

/// Sorts by the lowercase text of each item or of its property. Numbers are compared as text. Only ASCII letters
/// become lowercase.
pub(super) fn sort_natural<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let zone = call.settings.zone;
    let lower = |value: &Datum<'a>| value.to_text(zone).as_str().to_ascii_lowercase();
    let Some(mut keyed) = keyed(call)? else { return Ok(Datum::Nil) };
    keyed
        .sort_by(|(left, _), (right, _)| nil_last(left, right, |left, right| lower(left).cmp(&lower(right))));
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

/// An item with its sort key: the item itself or one of its properties.
type Keyed<'a> = (Datum<'a>, Datum<'a>);

/// Returns each item with its sort key, and charges the cost of sorting to the budget. Returns `None` if an item has no
/// properties: the filter then returns nil.
fn keyed<'a>(call: &mut Call<'_, 'a>) -> Result<Option<Vec<Keyed<'a>>>, FilterError> {
    let property = call.arguments.first().cloned();
    let mut keyed = Vec::new();
    let items = items(call)?;
    let is_single = items.len() == 1;
    for item in items {
        let key = match &property {
            None | Some(Datum::Nil) => item.clone(),
            Some(property) => match look_up(&item, property) {
                PropertyLookup::Found(value) => value,
                PropertyLookup::NoProperties => return Ok(None),
                // Ruby compares nothing if there is only one item.
                PropertyLookup::Mismatch if is_single => Datum::Nil,
                PropertyLookup::Mismatch => return Err(mismatch(property, call)),
            },
        };
        keyed.push((key, item));
    }
    // Sorting takes n · log n comparisons, and the cost of each of them grows with the length of the keys.
    let weight: usize = keyed.iter().map(|(key, _)| 1 + key.estimated_len() / 64).sum();
    let depth = keyed.len().checked_ilog2().unwrap_or(0) as usize + 1;
    call.budget.spend(weight.saturating_mul(depth))?;
    Ok(Some(keyed))
}

fn nil_last<'a>(
    left: &Datum<'a>,
    right: &Datum<'a>,
    order: impl Fn(&Datum<'a>, &Datum<'a>) -> Ordering,
) -> Ordering {
    match (left, right) {
        (Datum::Nil, Datum::Nil) => Ordering::Equal,
        (Datum::Nil, _) => Ordering::Greater,
        (_, Datum::Nil) => Ordering::Less,
        (left, right) => order(left, right),
    }
}

/// Returns the order of two sort keys. The order is total: numbers are compared as floats first. If the floats are
/// equal, the exact whole parts are compared.
fn total_order(left: &Datum<'_>, right: &Datum<'_>) -> Ordering {
    let key = |value: &Datum<'_>| match value {
        Datum::Integer(value) => Some((*value as f64, i128::from(*value))),
        Datum::Large(value) => Some((**value as f64, **value)),
        Datum::Decimal(value) => Some((*value, *value as i128)),
        _ => None,
    };
    match (key(left), key(right)) {
        (Some(left), Some(right)) => left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)),
        _ => compare::order(left, right).ok().flatten().unwrap_or(Ordering::Equal),
    }
}
