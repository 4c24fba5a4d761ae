//! Finds delimiters with a space inside, `{ {` and `{ %`, and single braces around a property. Liquid reads them as
//! text.

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::text::{Span, floor_char_boundary};

use super::super::flavour::Flavour;
use super::super::scan::is_space;
use super::window::{MAX_REPAIRS, MAX_WINDOW, is_whole_markup};

/// The variables that are always there. Braces around another word may be meant as text.
const ROOTS: [&str; 4] = ["Profile", "Event", "ExternalTrigger", "Campaign"];

/// Returns a warning for each output or tag in the text `span` whose delimiters are written apart.
///
/// ```text
/// Hi { { Profile.name }}    `{ {` is text
/// ```
pub(in super::super) fn find(source: &str, span: Span, flavour: Flavour) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if flavour == Flavour::Shopify {
        return found;
    }
    let mut n_tried = 0;
    let mut at = span.start;
    while let Some(brace) = source.get(at..span.end).and_then(|rest| rest.find('{')) {
        let start = at + brace;
        at = start + 1;
        let end = floor_char_boundary(source, (start + MAX_WINDOW).min(span.end));
        let Some(apart) = source.get(start..end).and_then(Apart::read) else { continue };
        n_tried += 1;
        if MAX_REPAIRS < n_tried {
            break;
        }
        if !is_whole_markup(&apart.right, flavour) {
            continue;
        }
        at = start + apart.length;
        let window = Span::new(start, at);
        let opener = &apart.right[..2];
        let fix = Fix::replace(format!("write `{}`", apart.right), window, apart.right.clone());
        let message = format!("`{}` is text, because Liquid starts with `{opener}`", window.of(source));
        let problem = Diagnostic::warning(Code::LiquidSyntax, window, message);
        let problem = problem.with_help(format!("write `{}`", apart.right));
        // Single braces are the syntax of other tools, and may be meant as text.
        found.push(problem.with_fix(if apart.is_single { fix.unsafe_to_apply() } else { fix }));
    }
    found
}

struct Apart {
    /// The output or tag that was meant.
    right: String,
    length: usize,
    is_single: bool,
}

impl Apart {
    /// Reads an output or tag whose delimiters are apart, at the start of `text`.
    fn read(text: &str) -> Option<Self> {
        let inside = text.strip_prefix('{')?;
        let after = inside.trim_start_matches(' ');
        let is_apart = after.len() < inside.len();
        let (opener, closer, inside, is_single) = match after.chars().next()? {
            '{' if is_apart => ("{{", "}}", &after[1..], false),
            '%' if is_apart => ("{%", "%}", &after[1..], false),
            _ => ("{{", "}}", inside, true),
        };
        let close = inside.find(['{', '}', '\n'])?;
        let rest = inside[close..].strip_prefix('}')?;
        let content = &inside[..close];
        let (content, rest) = match (closer, is_single) {
            (_, true) => (content, rest),
            ("%}", _) => (content.trim_end_matches(' ').strip_suffix('%')?, rest),
            // `} }` and `}}`.
            _ => (content, rest.trim_start_matches(' ').strip_prefix('}')?),
        };
        let content = content.trim_matches(is_space);
        let root = content.split(['.', '[', ' ']).next().unwrap_or_default();
        let is_path = content[root.len()..].starts_with(['.', '[']);
        if opener == "{{" && !(ROOTS.contains(&root) && is_path) {
            return None;
        }
        Some(Self {
            right: format!("{opener} {content} {closer}"),
            length: text.len() - rest.len(),
            is_single,
        })
    }
}
