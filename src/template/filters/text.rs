//! Text filters. A filter whose output can be much longer than its input charges the budget for the output before
//! building it, so that no template can exhaust memory.

use super::super::datum::{Datum, LiquidText};
use super::super::number::is_strippable;
use super::super::scan::is_space;
use super::call::{Call, FilterError, FilterResult};

pub(super) fn append<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let (text, more) = (call.text()?, call.text_argument(0)?);
    joined(call, text.as_str(), more.as_str())
}

pub(super) fn prepend<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let (text, more) = (call.text()?, call.text_argument(0)?);
    joined(call, more.as_str(), text.as_str())
}

fn joined<'a>(call: &mut Call<'_, 'a>, first: &str, second: &str) -> FilterResult<'a> {
    call.budget.allow_text(first.len() + second.len())?;
    Ok(format!("{first}{second}").into())
}

pub(super) fn capitalize<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let text = call.text()?;
    let mut chars = text.as_str().chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    Ok(first.chain(chars.flat_map(char::to_lowercase)).collect::<String>().into())
}

pub(super) fn downcase<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let text = call.text()?;
    // In Unicode, the lowercase or uppercase form of a character has at most three characters.
    call.budget.allow_text(text.as_str().len().saturating_mul(3))?;
    // As in Ruby, each character is converted by itself. `str::to_lowercase` would write a sigma at the end of a word
    // as ς, not as σ.
    Ok(text.as_str().chars().flat_map(char::to_lowercase).collect::<String>().into())
}

pub(super) fn upcase<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let text = call.text()?;
    call.budget.allow_text(text.as_str().len().saturating_mul(3))?;
    Ok(text.as_str().to_uppercase().into())
}

/// Strips the whitespace that Ruby strips. A no-break space is kept.
pub(super) fn squish<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    if matches!(call.input, Datum::Nil) {
        return Ok(Datum::Nil);
    }
    let text = call.text()?;
    let words: Vec<&str> = text.as_str().split(is_strippable).filter(|word| !word.is_empty()).collect();
    Ok(words.join(" ").into())
}

pub(super) fn strip<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    stripped(call, |text| text.trim_matches(is_strippable))
}

pub(super) fn lstrip<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    stripped(call, |text| text.trim_start_matches(is_strippable))
}

pub(super) fn rstrip<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    stripped(call, |text| text.trim_end_matches(is_strippable))
}

fn stripped<'a>(call: &mut Call<'_, 'a>, strip: fn(&str) -> &str) -> FilterResult<'a> {
    let text = call.text()?;
    call.budget.allow_text(text.as_str().len())?;
    Ok(strip(text.as_str()).to_owned().into())
}

pub(super) fn newline_to_br<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    replace_newlines(call, "<br />\n")
}

pub(super) fn strip_newlines<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    replace_newlines(call, "")
}

fn replace_newlines<'a>(call: &mut Call<'_, 'a>, with: &str) -> FilterResult<'a> {
    let text = call.text()?;
    let lines = text.as_str().matches('\n').count();
    call.budget.allow_text(text.as_str().len() + lines * with.len())?;
    let mut out = String::with_capacity(text.as_str().len() + lines * with.len());
    for line in text.as_str().split_inclusive('\n') {
        match line.strip_suffix('\n') {
            // A CRLF counts as one line break.
            Some(line) => {
                out.push_str(line.strip_suffix('\r').unwrap_or(line));
                out.push_str(with);
            }
            None => out.push_str(line),
        }
    }
    Ok(out.into())
}

pub(super) fn remove<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let (text, part) = (call.text()?, call.text_argument(0)?);
    replace_all(call, text.as_str(), part.as_str(), "")
}

pub(super) fn replace<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let (text, part, with) = (call.text()?, call.text_argument(0)?, call.text_argument(1)?);
    replace_all(call, text.as_str(), part.as_str(), with.as_str())
}

fn replace_all<'a>(call: &mut Call<'_, 'a>, text: &str, part: &str, with: &str) -> FilterResult<'a> {
    // The matches are counted first, so that the exact size of the result can be charged before the result is built.
    // The result can be far longer than the text: an empty `part` matches before and after every character.
    let n_matches = text.matches(part).count();
    let size = (text.len() - n_matches * part.len()).saturating_add(n_matches.saturating_mul(with.len()));
    call.budget.allow_text(size)?;
    Ok(text.replace(part, with).into())
}

pub(super) fn remove_first<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    replace_one(call, |text, part| text.find(part))
}

pub(super) fn remove_last<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    replace_one(call, |text, part| text.rfind(part))
}

pub(super) fn replace_first<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    replace_one(call, |text, part| text.find(part))
}

pub(super) fn replace_last<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    replace_one(call, |text, part| text.rfind(part))
}

/// Replaces one occurrence of the first argument in the input with the second argument, or removes it if there is no
/// second argument. `find` chooses the occurrence.
fn replace_one<'a>(call: &mut Call<'_, 'a>, find: fn(&str, &str) -> Option<usize>) -> FilterResult<'a> {
    let (text, part, with) = (call.text()?, call.text_argument(0)?, call.text_argument(1)?);
    let (source, part, with) = (text.as_str(), part.as_str(), with.as_str());
    let Some((before, after)) =
        find(source, part).and_then(|at| Some((source.get(..at)?, source.get(at + part.len()..)?)))
    else {
        return Ok(Datum::Text(text));
    };
    call.budget.allow_text(source.len() + with.len())?;
    Ok(format!("{before}{with}{after}").into())
}

/// Returns a part of a list or text. The start and length in a text are counted in characters.
///
/// The first argument is the start; a negative start counts from the end. The second argument is the length, which is 1
/// if missing.
pub(super) fn slice<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let offset = call.integer_argument(0, 0)?;
    let length = match call.argument(1) {
        Datum::Nil => 1,
        _ => call.integer_argument(1, 1)?,
    };
    if let Datum::List(list) = &call.input {
        let Some((start, end)) = bounds(list.len(), offset, length) else { return Ok(Datum::from_iter([])) };
        call.budget.spend(end - start)?;
        return Ok((start..end).filter_map(|index| list.at(index)).collect());
    }
    let text = call.text()?;
    let size = text.as_str().chars().count();
    let Some((start, end)) = bounds(size, offset, length) else { return Ok(String::new().into()) };
    Ok(text.as_str().chars().skip(start).take(end - start).collect::<String>().into())
}

fn bounds(size: usize, offset: i64, length: i64) -> Option<(usize, usize)> {
    let size = i64::try_from(size).ok()?;
    let start = if offset < 0 { offset.checked_add(size)? } else { offset };
    if length < 0 || start < 0 || size < start {
        return None;
    }
    let end = start.saturating_add(length).min(size);
    Some((usize::try_from(start).ok()?, usize::try_from(end).ok()?))
}

pub(super) fn split<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let (text, separator) = (call.text()?, call.text_argument(0)?);
    let text = text.as_str();
    let parts: Vec<&str> = match separator.as_str() {
        // As in Ruby, the separator `" "` splits at runs of whitespace, and an empty separator splits between all
        // characters.
        " " => text.split(is_space).filter(|part| !part.is_empty()).collect(),
        "" => text.split("").filter(|part| !part.is_empty()).collect(),
        separator => text.split(separator).collect(),
    };
    call.budget.spend(parts.len())?;
    // Ruby's `split` drops empty parts at the end.
    let n_kept = parts.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
    Ok(parts[..n_kept].iter().map(|part| Datum::from((*part).to_owned())).collect())
}

pub(super) fn truncate<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    if matches!(call.input, Datum::Nil) {
        return Ok(Datum::Nil);
    }
    let length = usize::try_from(call.integer_argument(0, 50)?).unwrap_or(0);
    let text = call.text()?;
    let ellipsis = ellipsis(call)?;
    if text.as_str().chars().count() <= length {
        return Ok(Datum::Text(text));
    }
    // `length` is the maximum number of characters including the ellipsis.
    let n_kept = length.saturating_sub(ellipsis.as_str().chars().count());
    let end = text.as_str().char_indices().nth(n_kept).map_or(text.as_str().len(), |(at, _)| at);
    joined(call, &text.as_str()[..end], ellipsis.as_str())
}

/// Cuts text after a number of words. Like Shopify's filter, keeps at least one word.
///
/// If the text is cut, each run of whitespace between the kept words becomes a single space.
pub(super) fn truncatewords<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    if matches!(call.input, Datum::Nil) {
        return Ok(Datum::Nil);
    }
    let n_kept = usize::try_from(call.integer_argument(0, 15)?).unwrap_or(0).max(1);
    let text = call.text()?;
    let ellipsis = ellipsis(call)?;
    let mut kept: Vec<&str> = Vec::new();
    let mut rest = text.as_str().trim_start_matches(is_space);
    while kept.len() < n_kept && !rest.is_empty() {
        let (word, after) = rest.split_at(rest.find(is_space).unwrap_or(rest.len()));
        kept.push(word);
        rest = after;
        if kept.len() < n_kept {
            rest = rest.trim_start_matches(is_space);
        }
    }
    // As in Ruby, even whitespace after the last word counts as more words.
    if rest.is_empty() {
        return Ok(Datum::Text(text));
    }
    joined(call, &kept.join(" "), ellipsis.as_str())
}

fn ellipsis<'a>(call: &mut Call<'_, 'a>) -> Result<LiquidText<'a>, FilterError> {
    if call.arguments.len() < 2 { Ok(LiquidText::Borrowed("...")) } else { call.text_argument(1) }
}
