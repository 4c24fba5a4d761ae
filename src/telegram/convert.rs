//! The markup of a template's text rewritten for another parse mode, with its Liquid left as it stands.
//!
//! ```text
//! text ─Liquid → one private character each─▶ parse ─▶ nothing crosses a branch? ─▶ unparse ─▶ Liquid put back
//! ```
//!
//! What Liquid itself turns into markup cannot be known here and is refused at its place. Knows nothing of JSON and
//! swaps no filters: that is for whoever cut the text out of the body.

mod address;
mod liquid;
mod refusal;

use self::address::Address;
use self::liquid::Holes;
use super::{EscapeContext, FormattedText, ParseError, ParseMode, escape, parse, unparse};
use crate::text::Span;

pub use self::refusal::Refusal;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// The text, Liquid included.
    pub text: String,
    pub lost: Vec<String>,
}

/// Converts `text`, whose Liquid lies at `holes`, from one mode to another; `None` is text without markup.
///
/// ```
/// use telecast::telegram::{ParseMode, convert};
/// use telecast::text::Span;
///
/// let text = "<b>Hi {{ name }}!</b>";
/// let converted = convert(text, &[Span::new(6, 16)], Some(ParseMode::Html), ParseMode::MarkdownV2);
/// assert_eq!(converted.unwrap().text, "*Hi {{ name }}\\!*");
/// ```
pub fn convert(
    text: &str,
    holes: &[Span],
    from: Option<ParseMode>,
    to: ParseMode,
) -> Result<Converted, Refusal> {
    let holes = Holes::new(text, holes)?;
    let closed = holes.closed();
    let (mut parsed, addresses) = match from {
        Some(mode) => {
            holes.check_literals(mode)?;
            parse_closed(&holes, closed, mode)?
        }
        None => (FormattedText { text: closed.to_owned(), entities: Vec::new() }, Vec::new()),
    };
    holes.check_branches(&parsed)?;
    // Markup around tags alone shows nothing, and MarkdownV2 would read what is left of it as something else.
    let units: Vec<u16> = parsed.text.encode_utf16().collect();
    parsed.entities.retain(|entity| {
        let start = entity.offset as usize;
        let covered = units.get(start..start + entity.length as usize).unwrap_or_default();
        !holes.prints_nothing(&String::from_utf16_lossy(covered))
    });
    let unparsed = unparse(&parsed, to);
    let mut markup = unparsed.markup;
    for address in &addresses {
        holes.check_whole(&address.text)?;
        let target = escape(to, EscapeContext::LinkAddress, &address.text);
        markup = markup.replace(&address.stand_in(), &target);
    }
    holes.check_all_there(&markup)?;
    let lost = unparsed.lost.iter().map(|words| holes.open(words)).collect();
    Ok(Converted { text: holes.open(&markup), lost })
}

/// Parses a text with closed holes; addresses with a hole in them are set aside, since parsing would rewrite them.
fn parse_closed(
    holes: &Holes<'_>,
    closed: &str,
    mode: ParseMode,
) -> Result<(FormattedText, Vec<Address>), Refusal> {
    let mut addresses = address::find(closed, mode);
    loop {
        let set_aside = address::replace(closed, &addresses);
        let parsed = parse(mode, &set_aside).map_err(|error| refusal(holes, &addresses, error))?;
        // What only looked like an address, as inside code, is text again.
        let n_found = addresses.len();
        addresses.retain(|address| !parsed.text.contains(&address.stand_in()));
        if addresses.len() == n_found {
            return Ok((parsed, addresses));
        }
    }
}

/// Says why the markup does not parse, at its place in the template; Telegram's offset would be of another text.
fn refusal(holes: &Holes<'_>, addresses: &[Address], error: ParseError) -> Refusal {
    let span = holes.source(address::original(error.span, addresses));
    let words = ParseError { offset: None, ..error }.message();
    let words = words.split_once(": ").map_or(words.as_str(), |(_, words)| words);
    let message = match holes.has_branches() {
        true => format!("with all branches of the Liquid in a row the markup does not parse: {words}"),
        false => format!("the markup does not parse: {words}"),
    };
    Refusal { span, message: holes.open(&message) }
}

#[cfg(test)]
mod tests;
