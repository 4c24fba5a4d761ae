//! Rewrites the markup of a template's text for another parse mode. The Liquid in the text is not changed. While the
//! markup is parsed, one placeholder character stands for each piece of Liquid. The text with these placeholders is the
//! *masked* text.
//!
//! ```text
//! text ──mask Liquid──▶ masked text ──parse, check branches──▶ FormattedText ──unparse, restore Liquid──▶ text
//! ```
//!
//! Liquid that contains markup is refused. What Liquid will print is unknown before rendering, so markup in the output
//! cannot be converted. `compose::convert` handles the JSON around the text and replaces the escape filters in the
//! Liquid.

pub(super) mod address;
pub(super) mod liquid;
mod refusal;

use self::address::LiquidAddress;
use self::liquid::LiquidPlaceholders;
use super::{EscapeContext, FormattedText, ParseError, ParseMode, escape, parse, unparse};
use crate::text::Span;

pub use self::refusal::ConversionError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertedMarkup {
    /// The converted text, with its Liquid.
    pub text: String,
    /// The formatting that the new mode cannot express.
    pub lost: Vec<String>,
}

/// Converts the markup of `text` from one mode to another. `liquid` has the spans of the Liquid in the text. `from` is
/// `None` for plain text.
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
            // Plain text does not need this check, because whatever Liquid prints into plain text stays plain text.
            placeholders.check_literals(mode)?;
            parse_masked(&placeholders, masked, mode)?
        }
        None => (FormattedText { text: masked.to_owned(), entities: Vec::new() }, Vec::new()),
    };
    placeholders.check_branches(&parsed)?;
    // Formatting that covers only Liquid tags that print nothing, such as `if`, is dropped. In the rendered text, this
    // formatting would cover nothing. In MarkdownV2 it would even do harm: `_`, a tag, and `_` are rendered as `__`,
    // which starts an underline.
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
    // If a step above has lost or repeated Liquid, this check notices it.
    placeholders.check_all_there(&markup)?;
    let lost = unparsed.lost.iter().map(|lost| placeholders.restore(lost)).collect();
    Ok(ConvertedMarkup { text: placeholders.restore(&markup), lost })
}

/// Parses the masked text. Before that, each address with Liquid in it is replaced with a stand-in, a simple address
/// without Liquid. Returns the parsed text and these addresses.
fn parse_masked(
    placeholders: &LiquidPlaceholders<'_>,
    masked: &str,
    mode: ParseMode,
) -> Result<(FormattedText, Vec<LiquidAddress>), ConversionError> {
    let mut addresses = address::find(masked, mode);
    loop {
        // The parser must not see the addresses themselves, because it would normalize them. It would also drop a link
        // whose address is nothing but Liquid.
        let with_stand_ins = address::replace(masked, &addresses);
        let parsed =
            parse(mode, &with_stand_ins).map_err(|error| refusal(placeholders, &addresses, error))?;
        // The stand-in of a real address becomes the address of a link, so it is not in the parsed text. A stand-in in
        // the parsed text replaced something that only looks like an address, for example inside code. Its entry is
        // removed from `addresses`, and the masked text is parsed again without this stand-in.
        let n_found = addresses.len();
        addresses.retain(|address| !parsed.text.contains(&address.stand_in()));
        if addresses.len() == n_found {
            return Ok((parsed, addresses));
        }
    }
}

/// Describes a parse error, with its span in the template's text.
fn refusal(
    placeholders: &LiquidPlaceholders<'_>,
    addresses: &[LiquidAddress],
    error: ParseError,
) -> ConversionError {
    let span = placeholders.source_span(address::original(error.span, addresses));
    // The byte offset is removed because it refers to the text that was parsed, not to the template's text. The prefix
    // "Can't parse entities" is removed, too.
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
