//! telecast's own filters, which escape values for JSON and for Telegram's parse modes.

use std::rc::Rc;

use crate::json;
use crate::telegram::{self, EscapeContext, ParseMode};

use super::super::datum::{Datum, LiquidText, Map};
use super::call::{Call, FilterError, FilterResult};

// `crate::json` reads JSON with the same limit, so it could not read a value that is nested more deeply.
const MAX_DEPTH: usize = json::MAX_DEPTH;

/// Prints any value as JSON: nil as `null`, text in quotes.
pub(super) fn json<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    // An estimate is charged before the JSON text is built. Below, a closer bound or the exact length is charged as
    // well.
    call.budget.allow_text(call.input.estimated_len().saturating_mul(2))?;
    if let Datum::Text(LiquidText::Captured(captured)) = &call.input {
        // Escaping turns a byte into six bytes at most, as in `\u001f`. Captured text keeps its source map, so that a
        // problem in the rendered message can be shown at the right place inside the `capture`.
        call.budget.allow_text(captured.text.len().saturating_mul(6))?;
        return Ok(Datum::Text(LiquidText::Captured(Rc::new(captured.as_json_string(call.budget)?))));
    }
    let mut out = String::new();
    write_json(&mut out, &call.input.clone(), call, 0)?;
    call.budget.allow_text(out.len())?;
    Ok(out.into())
}

fn write_json<'a>(
    out: &mut String,
    value: &Datum<'a>,
    call: &mut Call<'_, 'a>,
    depth: usize,
) -> Result<(), FilterError> {
    call.budget.spend(1)?;
    if MAX_DEPTH < depth {
        return Err(FilterError::input("this value is nested too deeply"));
    }
    match value {
        // `forloop` has no JSON form.
        Datum::Nil | Datum::Map(Map::Loop(_)) => out.push_str("null"),
        // JSON has no infinity and no NaN.
        Datum::Decimal(value) if !value.is_finite() => out.push_str("null"),
        Datum::Boolean(_) | Datum::Integer(_) | Datum::Large(_) | Datum::Decimal(_) => {
            value.write_to(out, call.settings.zone)
        }
        Datum::Text(_) | Datum::Date(_) | Datum::Local(_) | Datum::Empty | Datum::Blank => {
            out.push('"');
            json::escape_into(out, value.printed(call.settings.zone).as_str());
            out.push('"');
        }
        Datum::Range(from, to) => {
            let size = usize::try_from(i128::from(*to) - i128::from(*from) + 1).unwrap_or(0);
            call.budget.spend(size)?;
            write_list(out, (*from..=*to).map(Datum::Integer), call, depth)?;
        }
        Datum::List(list) => write_list(out, list.iter(), call, depth)?,
        Datum::Map(map) => {
            out.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                if 0 < index {
                    out.push(',');
                }
                out.push('"');
                json::escape_into(out, key);
                out.push_str("\":");
                write_json(out, &value, call, depth + 1)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_list<'a>(
    out: &mut String,
    items: impl Iterator<Item = Datum<'a>>,
    call: &mut Call<'_, 'a>,
    depth: usize,
) -> Result<(), FilterError> {
    out.push('[');
    for (index, item) in items.enumerate() {
        if 0 < index {
            out.push(',');
        }
        write_json(out, &item, call, depth + 1)?;
    }
    out.push(']');
    Ok(())
}

/// Escapes the value for the inside of a JSON string.
///
/// Like the `tg_` filters, this escapes the text that `{{ }}` would print. For a list, most other filters use a
/// different text (see [`Datum::to_text`]).
pub(super) fn json_escape<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let text = call.printed()?;
    call.budget.allow_text(text.as_str().len().saturating_mul(6))?;
    if let LiquidText::Captured(captured) = &text {
        return Ok(Datum::Text(LiquidText::Captured(Rc::new(captured.escaped_for_json(call.budget)?))));
    }
    let mut out = String::with_capacity(text.as_str().len() + 8);
    json::escape_into(&mut out, text.as_str());
    Ok(out.into())
}

pub(super) fn tg_html<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    escaped(call, ParseMode::Html)
}

pub(super) fn tg_markdown<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    escaped(call, ParseMode::Markdown)
}

pub(super) fn tg_markdown_v2<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    escaped(call, ParseMode::MarkdownV2)
}

fn escaped<'a>(call: &mut Call<'_, 'a>, mode: ParseMode) -> FilterResult<'a> {
    let text = call.printed()?;
    call.budget.allow_text(text.as_str().len().saturating_mul(6))?;
    Ok(telegram::escape(mode, EscapeContext::Text, text.as_str()).into())
}
