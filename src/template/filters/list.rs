//! Filters on lists. A single value is a list of one, an object too; lists in lists are laid out flat.

use std::cmp::Ordering;

use super::super::compare::{self, are_equal};
use super::super::datum::Datum;
use super::super::number::{self, Number};
use super::call::{Call, Fault, Filtered};

/// How deep lists in lists are laid out.
const MAX_DEPTH: usize = 100;

/// Returns the input's items; going through them is paid for.
fn items<'a>(call: &mut Call<'_, 'a>) -> Result<Vec<Datum<'a>>, Fault> {
    let mut items = Vec::new();
    match call.input.clone() {
        Datum::Nil => {}
        Datum::List(_) => flatten(call, &call.input.clone(), &mut items, 0)?,
        Datum::Range(from, to) => {
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
) -> Result<(), Fault> {
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

/// What `item[property]` gives in the filters that look into items.
enum Looked<'a> {
    Found(Datum<'a>),
    /// The item has no properties at all: nil, true, a decimal.
    NothingToLookInto,
    /// The item could have properties, but not this one: a number, a list by name.
    Mismatch,
}

fn look<'a>(item: &Datum<'a>, property: &Datum<'a>) -> Looked<'a> {
    match (item, property) {
        (Datum::Map(map), Datum::Text(key)) => Looked::Found(map.value(key.as_str()).unwrap_or(Datum::Nil)),
        (Datum::Map(_), _) => Looked::Found(Datum::Nil),
        // A text "has" its parts, as Ruby sees it.
        (Datum::Text(text), Datum::Text(part)) => {
            let has = text.as_str().contains(part.as_str());
            Looked::Found(if has { property.clone() } else { Datum::Nil })
        }
        (Datum::Text(text), Datum::Integer(index)) => {
            let letter = usize::try_from(*index).ok().and_then(|index| text.as_str().chars().nth(index));
            Looked::Found(letter.map_or(Datum::Nil, |letter| letter.to_string().into()))
        }
        (Datum::List(_), Datum::Integer(_)) => Looked::Found(compare::indexed(item, property)),
        (Datum::Integer(_) | Datum::Large(_) | Datum::List(_) | Datum::Text(_), _) => Looked::Mismatch,
        _ => Looked::NothingToLookInto,
    }
}

fn mismatch(property: &Datum<'_>, call: &Call<'_, '_>) -> Fault {
    let name = property.to_text(call.surroundings.zone);
    Fault::argument(0, format!("cannot take the property `{}` of every item", name.as_str()))
}

enum Sifted<'a> {
    Items(Vec<(Datum<'a>, bool)>),
    /// An item has no properties at all, so the answer is nil.
    Nothing,
}

/// Sifts the input by `property`, or by `property == value`; stops at the first that fits where `first_only`.
fn sift<'a>(call: &mut Call<'_, 'a>, first_only: bool) -> Result<Sifted<'a>, Fault> {
    let (property, wanted) = (call.argument(0), call.argument(1));
    let mut sifted = Vec::new();
    for item in items(call)? {
        let value = match look(&item, &property) {
            Looked::Found(value) => value,
            Looked::NothingToLookInto => return Ok(Sifted::Nothing),
            Looked::Mismatch => return Err(mismatch(&property, call)),
        };
        call.budget.spend(1 + compare::cost(&value, &wanted))?;
        let fits = match &wanted {
            Datum::Nil => value.is_truthy(),
            wanted => are_equal(&value, wanted),
        };
        sifted.push((item, fits));
        if fits && first_only {
            break;
        }
    }
    Ok(Sifted::Items(sifted))
}

pub(super) fn where_<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    keep(call, true)
}

pub(super) fn reject<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    keep(call, false)
}

fn keep<'a>(call: &mut Call<'_, 'a>, wanted: bool) -> Filtered<'a> {
    Ok(match sift(call, false)? {
        Sifted::Nothing => Datum::Nil,
        Sifted::Items(items) => {
            items.into_iter().filter(|(_, fits)| *fits == wanted).map(|(item, _)| item).collect()
        }
    })
}

pub(super) fn find<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(match sift(call, true)? {
        Sifted::Nothing => Datum::Nil,
        Sifted::Items(items) => {
            items.into_iter().find(|(_, fits)| *fits).map_or(Datum::Nil, |(item, _)| item)
        }
    })
}

pub(super) fn find_index<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(match sift(call, true)? {
        Sifted::Nothing => Datum::Nil,
        Sifted::Items(items) => {
            items.iter().position(|(_, fits)| *fits).map_or(Datum::Nil, |index| Datum::Integer(index as i64))
        }
    })
}

pub(super) fn has<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(match sift(call, true)? {
        Sifted::Nothing => Datum::Nil,
        Sifted::Items(items) => Datum::Boolean(items.iter().any(|(_, fits)| *fits)),
    })
}

pub(super) fn map<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let property = call.argument(0);
    let mut mapped = Vec::new();
    for item in items(call)? {
        mapped.push(match look(&item, &property) {
            Looked::Found(value) => value,
            Looked::NothingToLookInto => Datum::Nil,
            Looked::Mismatch => return Err(mismatch(&property, call)),
        });
    }
    Ok(mapped.into_iter().collect())
}

pub(super) fn sum<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let property = call.arguments.first().cloned();
    let mut total = Number::Integer(0);
    for item in items(call)? {
        let value = match &property {
            None | Some(Datum::Nil) => item,
            Some(property) => match look(&item, property) {
                Looked::Found(value) => value,
                Looked::NothingToLookInto => continue,
                Looked::Mismatch => return Err(mismatch(property, call)),
            },
        };
        total = total.plus(number::to_number(&value));
    }
    Ok(total.into())
}

pub(super) fn compact<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let property = call.arguments.first().cloned();
    let mut kept = Vec::new();
    for item in items(call)? {
        let value = match &property {
            None | Some(Datum::Nil) => item.clone(),
            Some(property) => match look(&item, property) {
                Looked::Found(value) => value,
                Looked::NothingToLookInto => Datum::Nil,
                Looked::Mismatch => return Err(mismatch(property, call)),
            },
        };
        if !matches!(value, Datum::Nil) {
            kept.push(item);
        }
    }
    Ok(kept.into_iter().collect())
}

pub(super) fn uniq<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let property = call.arguments.first().cloned();
    let mut kept: Vec<(Datum<'a>, Datum<'a>)> = Vec::new();
    for item in items(call)? {
        let value = match &property {
            None | Some(Datum::Nil) => item.clone(),
            Some(property) => match look(&item, property) {
                Looked::Found(value) => value,
                Looked::NothingToLookInto => Datum::Nil,
                Looked::Mismatch => return Err(mismatch(property, call)),
            },
        };
        let cost: usize = kept.iter().map(|(_, other)| compare::cost(&value, other)).sum();
        call.budget.spend(1 + kept.len() / 8 + cost)?;
        // Unlike `==`, a whole number is not the same as a decimal here.
        let is_same = |other: &Datum<'a>| {
            std::mem::discriminant(&value) == std::mem::discriminant(other) && are_equal(&value, other)
        };
        if !kept.iter().any(|(_, other)| is_same(other)) {
            kept.push((item, value));
        }
    }
    Ok(kept.into_iter().map(|(item, _)| item).collect())
}

pub(super) fn reverse<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    Ok(items(call)?.into_iter().rev().collect())
}

pub(super) fn concat<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
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
        other => return Err(Fault::argument(0, format!("expected a list, found {}", compare::kind(&other)))),
    }
    Ok(all.into_iter().collect())
}

pub(super) fn join<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let separator = match call.arguments.is_empty() {
        true => " ".to_owned(),
        false => call.text_argument(0)?.as_str().to_owned(),
    };
    let all = items(call)?;
    let size: usize = all.iter().map(|item| item.weight() + separator.len()).sum();
    call.budget.allow_text(size)?;
    let mut out = String::with_capacity(size);
    for (index, item) in all.iter().enumerate() {
        if 0 < index {
            out.push_str(&separator);
        }
        item.write_to(&mut out, call.surroundings.zone);
    }
    Ok(out.into())
}

pub(super) fn sort<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let mut keyed = keyed(call)?;
    // Checked beforehand: an order that contradicts itself halfway would not be one.
    let mut keys = keyed.iter().map(|(key, _)| key).filter(|key| !matches!(key, Datum::Nil));
    if let Some(first) = keys.next() {
        let mut others = keys.peekable();
        let is_single = others.peek().is_none();
        let kind = compare::kind(first);
        let has_order = matches!(compare::order(first, first), Ok(Some(_)));
        if !is_single && (!has_order || others.any(|other| compare::kind(other) != kind)) {
            return Err(Fault::input("these items cannot be compared with each other"));
        }
    }
    keyed.sort_by(|(left, _), (right, _)| nil_last(left, right, total_order));
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

/// Sorts without regard to case; numbers as texts too.
pub(super) fn sort_natural<'a>(call: &mut Call<'_, 'a>) -> Filtered<'a> {
    let zone = call.surroundings.zone;
    let lower = |value: &Datum<'a>| value.to_text(zone).as_str().to_ascii_lowercase();
    let mut keyed = keyed(call)?;
    keyed
        .sort_by(|(left, _), (right, _)| nil_last(left, right, |left, right| lower(left).cmp(&lower(right))));
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

/// Returns the items with what they are sorted by, themselves or a property; sorting them is paid for.
fn keyed<'a>(call: &mut Call<'_, 'a>) -> Result<Vec<(Datum<'a>, Datum<'a>)>, Fault> {
    let property = call.arguments.first().cloned();
    let mut keyed = Vec::new();
    for item in items(call)? {
        let key = match &property {
            None | Some(Datum::Nil) => item.clone(),
            Some(property) => match look(&item, property) {
                Looked::Found(value) => value,
                Looked::NothingToLookInto | Looked::Mismatch => return Err(mismatch(property, call)),
            },
        };
        keyed.push((key, item));
    }
    let weight: usize = keyed.iter().map(|(key, _)| 1 + key.weight() / 64).sum();
    let depth = keyed.len().checked_ilog2().unwrap_or(0) as usize + 1;
    call.budget.spend(weight.saturating_mul(depth))?;
    Ok(keyed)
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

/// An order without gaps: numbers by size, those that floats cannot tell apart by their digits.
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
