//! Text that comes into the message from elsewhere: partials, and what was captured or assigned outside the text.

use crate::compose::mask::{closing, holes, tag_name, with_trimmed};
use crate::diagnostic::Diagnostic;
use crate::telegram::{self, ParseMode};
use crate::template::{self, Partials};
use crate::text::Span;

use super::place::Decoded;
use super::{Convertible, refusal};

/// Refuses what prints text that would have to be converted where it stands.
pub(super) fn check(
    source: &Convertible<'_>,
    holes: &[Span],
    decoded: &Decoded<'_>,
    from: Option<ParseMode>,
    to: ParseMode,
) -> Result<(), Diagnostic> {
    let outside = given_outside(source.body, holes, decoded);
    for hole in &decoded.holes {
        let liquid = hole.of(&decoded.text);
        if let Some(name) = called(liquid) {
            let text = source.partials.0.get(name).map(String::as_str).unwrap_or_default();
            if !reads_alike(text, from, to) {
                let words =
                    format!("the partial `{name}` has markup of its own, which is not converted here");
                return Err(refusal(decoded.place(*hole), &words)
                    .with_help("write its text in place of this tag, or escape it for the other mode"));
            }
        }
        let (template, _) = template::parse(liquid, &Partials::default(), source.dialect);
        let roots = template.variables().into_iter().filter_map(|used| used.path.into_iter().next());
        for root in roots {
            let text = outside.iter().find(|(name, _)| *name == root);
            if text.is_some_and(|(_, text)| !reads_alike(text, from, to)) {
                let words = format!("`{root}` brings markup from outside the text, which is not converted");
                return Err(refusal(decoded.place(*hole), &words).with_help("put it into the text itself"));
            }
        }
    }
    Ok(())
}

/// Returns the partial that a tag calls by a constant name.
fn called(liquid: &str) -> Option<&str> {
    if !matches!(tag_name(liquid), Some("render" | "include")) {
        return None;
    }
    let rest = &liquid[liquid.find(['"', '\''])? + 1..];
    rest.split(['"', '\'']).next()
}

/// Returns the names that Liquid outside the text gives, with the text that each stands for.
fn given_outside<'b>(body: &'b str, holes: &[Span], decoded: &Decoded<'_>) -> Vec<(&'b str, &'b str)> {
    let mut given = Vec::new();
    for (at, hole) in holes.iter().enumerate().filter(|(_, hole)| !decoded.holds(**hole)) {
        let liquid = hole.of(body);
        let words = liquid.trim().trim_matches(['{', '}', '%', '-']);
        let Some(name) = words.split_whitespace().nth(1) else { continue };
        match tag_name(liquid) {
            Some("capture") => {
                let end = closing(body, holes, at).map_or(body.len(), |end| holes[end].start);
                given.push((name, body.get(hole.end..end).unwrap_or_default()));
            }
            Some("assign") => given.push((name, liquid)),
            _ => {}
        }
    }
    given
}

/// Whether a text is the same in both modes, without any markup.
fn reads_alike(text: &str, from: Option<ParseMode>, to: ParseMode) -> bool {
    let holes = with_trimmed(text, &holes(text));
    let there = telegram::convert(text, &holes, from, to);
    // Whatever has markup comes back as markup of another kind, or is lost.
    there.is_ok_and(|there| there.text == text && there.lost.is_empty())
}
