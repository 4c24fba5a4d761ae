//! Rewrites the markup of a template's text for another parse mode. The Liquid in the text stays as it is.
//!
//! ```text
//! text ──mask Liquid──▶ masked text ──parse, check branches──▶ FormattedText ──unparse, restore Liquid──▶ text
//! ```
//!
//! Markup that Liquid itself produces is unknown here, so Liquid that contains markup is refused. JSON and filters are
//! handled in `compose::convert`.

mod address;
mod liquid;
mod refusal;

use self::address::LiquidAddress;
use self::liquid::LiquidPlaceholders;
use super::{EscapeContext, FormattedText, ParseError, ParseMode, escape, parse, unparse};
use crate::text::Span;

pub use self::refusal::ConversionError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertedMarkup {
    /// The text with its Liquid.
    pub text: String,
    pub lost: Vec<String>,
}

/// Converts the markup of `text`. `liquid` contains the spans of the text's Liquid. `from` is `None` for plain text.
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
    liquid: &[Span],
    from: Option<ParseMode>,
    to: ParseMode,
) -> Result<ConvertedMarkup, ConversionError> {
    let placeholders = LiquidPlaceholders::new(text, liquid)?;
    let masked = placeholders.text_with_placeholders();
    let (mut parsed, addresses) = match from {
        Some(mode) => {
            // Plain text needs no such check, because Liquid cannot produce markup in it.
            placeholders.check_literals(mode)?;
            parse_masked(&placeholders, masked, mode)?
        }
        None => (FormattedText { text: masked.to_owned(), entities: Vec::new() }, Vec::new()),
    };
    placeholders.check_branches(&parsed)?;
    // Markup around nothing but Liquid tags is dropped: it shows nothing, and in MarkdownV2 its two delimiters could be
    // read as one different delimiter.
    let units: Vec<u16> = parsed.text.encode_utf16().collect();
    parsed.entities.retain(|entity| {
        let start = entity.offset as usize;
        let covered = units.get(start..start + entity.length as usize).unwrap_or_default();
        !placeholders.prints_nothing(&String::from_utf16_lossy(covered))
    });
    let unparsed = unparse(&parsed, to);
    let mut markup = unparsed.markup;
    for address in &addresses {
        placeholders.check_whole(&address.text)?;
        let target = escape(to, EscapeContext::LinkAddress, &address.text);
        markup = markup.replace(&address.stand_in(), &target);
    }
    // This is checked on the result, so that no kind of markup can lose Liquid unnoticed.
    placeholders.check_all_there(&markup)?;
    let lost = unparsed.lost.iter().map(|lost| placeholders.restore(lost)).collect();
    Ok(ConvertedMarkup { text: placeholders.restore(&markup), lost })
}

/// Parses the masked text. Addresses with Liquid in them are replaced first and returned.
fn parse_masked(
    placeholders: &LiquidPlaceholders<'_>,
    masked: &str,
    mode: ParseMode,
) -> Result<(FormattedText, Vec<LiquidAddress>), ConversionError> {
    let mut addresses = address::find(masked, mode);
    loop {
        // Parsing would normalize the addresses, and an address may consist of nothing but Liquid.
        let with_stand_ins = address::replace(masked, &addresses);
        let parsed =
            parse(mode, &with_stand_ins).map_err(|error| refusal(placeholders, &addresses, error))?;
        // If a stand-in is in the parsed text, there was no address, for example because it is inside code. The
        // original text is then restored there and parsed again.
        let n_found = addresses.len();
        addresses.retain(|address| !parsed.text.contains(&address.stand_in()));
        if addresses.len() == n_found {
            return Ok((parsed, addresses));
        }
    }
}

/// Describes a parse error with its span in the template.
fn refusal(
    placeholders: &LiquidPlaceholders<'_>,
    addresses: &[LiquidAddress],
    error: ParseError,
) -> ConversionError {
    let span = placeholders.source_span(address::original(error.span, addresses));
    // The offset is removed because it refers to the masked text. The prefix "Can't parse entities" is removed, too.
    let reason = ParseError { offset: None, ..error }.message();
    let reason = reason.split_once(": ").map_or(reason.as_str(), |(_, reason)| reason);
    let message = match placeholders.has_branches() {
        true => format!("with all Liquid branches in a row, the markup does not parse: {reason}"),
        false => format!("the markup does not parse: {reason}"),
    };
    ConversionError { span, message: placeholders.restore(&message) }
}

#[cfg(test)]
mod tests;
