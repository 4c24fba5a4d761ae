//! Finds delimiters in the text of a message that belong to no output or tag, such as the last brace of `{{ name }}}`,
//! Jinja's `{# comments #}`, and `@Profile - name`. To Liquid, they are text, so the message shows them.
//!
//! Braces in pairs are assumed to be meant as text, and so is everything in code. Braces outside strings belong to the
//! JSON.

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::dialect::Dialect;
use crate::text::Span;

use super::super::flavour::Flavour;
use super::super::repair::is_whole_markup;
use super::entity::{Around, liquid_at, text_before};
use super::names::GLOBALS;

/// The maximum length of a path whose opening braces are missing, in bytes.
const MAX_PATH: usize = 80;

/// Returns a warning for each remnant in the text at `span`. `starts_in_string` is set if the text starts inside a
/// string.
pub(super) fn find(source: &str, span: Span, starts_in_string: bool, around: Around) -> Vec<Diagnostic> {
    let text = span.of(source);
    let mut found: Vec<Diagnostic> = chips(source, span).collect();
    // Most texts have none of these characters.
    if !text.contains(['}', '#']) {
        return found;
    }
    let mut at = span.start;
    let mut is_in_string = starts_in_string;
    while at < span.end {
        let rest = &source[at..span.end];
        let end = match around {
            // The whole capture becomes one string, so a quote in it is text.
            Around::EscapedCapture => span.end,
            Around::String | Around::Capture => at + quote_in(rest).unwrap_or(rest.len()),
        };
        if is_in_string {
            let before = if at == span.start { text_before(source, at, around) } else { Some(Span::at(at)) };
            if let Some(before) = before {
                find_in(
                    source,
                    without_liquid(before.of(source)),
                    Span::new(at, end),
                    span.start,
                    &mut found,
                );
            }
        }
        is_in_string = !is_in_string;
        at = end + 1;
    }
    found
}

/// Returns the offset of the quote that ends or starts a string.
fn quote_in(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let is_quote = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_quote
    })
}

fn without_liquid(mut text: &str) -> String {
    let mut out = String::new();
    while let Some(c) = text.chars().next() {
        match liquid_at(text) {
            Some(liquid) => text = &text[liquid.len()..],
            None => {
                out.push(c);
                text = &text[c.len_utf8()..];
            }
        }
    }
    out
}

/// Searches `part`, which is inside one string. `before` is the text of that string before `part`, without Liquid.
fn find_in(source: &str, before: String, part: Span, text_start: usize, found: &mut Vec<Diagnostic>) {
    let text = part.of(source);
    let mut n_open = 0_usize;
    for c in before.chars() {
        match c {
            '{' => n_open += 1,
            '}' => n_open = n_open.saturating_sub(1),
            _ => {}
        }
    }
    let mut at = 0;
    while let Some(here) = text.get(at..).and_then(|rest| rest.find(['{', '}'])) {
        at += here;
        let rest = &text[at..];
        if rest.starts_with('{') {
            let comment = rest.strip_prefix("{#").and_then(|inside| inside.find("#}"));
            match comment.filter(|_| !is_in_code(&before, &text[..at])) {
                Some(length) => {
                    let span = Span::new(part.start + at, part.start + at + 2 + length + 2);
                    found.push(jinja_comment(source, span));
                    at += span.len();
                }
                None => {
                    n_open += 1;
                    at += 1;
                }
            }
            continue;
        }
        if 0 < n_open {
            n_open -= 1;
            at += 1;
            continue;
        }
        let length = rest.len() - rest.trim_start_matches('}').len();
        let start = at - usize::from(text[..at].ends_with('%'));
        let is_tag_end = start < at;
        let follows_liquid = part.start == text_start && text[..start].trim_matches(' ').is_empty();
        // One brace is a remnant only directly after Liquid, as in `{{ name }}}`.
        let is_joined = start == 0 && follows_liquid;
        let is_remnant = is_tag_end || 1 < length || is_joined;
        if is_remnant && !is_in_code(&before, &text[..at]) {
            let span = Span::new(part.start + start, part.start + at + length);
            found.push(stray(source, span, follows_liquid.then_some(part.start), part.start));
        }
        at += length;
    }
}

fn stray(source: &str, span: Span, liquid_end: Option<usize>, line_start: usize) -> Diagnostic {
    let written = span.of(source);
    let message = format!("`{written}` is text here: it closes no Liquid");
    let problem = Diagnostic::warning(Code::LiquidSyntax, span, message);
    let removal = Span::new(liquid_end.unwrap_or(span.start), span.end);
    if let Some(path) = path_before(&source[line_start..span.start]).filter(|_| written == "}}") {
        let right = format!("{{{{ {} }}}}", path.trim());
        let whole = Span::new(span.start - path.len(), span.end);
        let fix = Fix::replace(format!("write `{right}`"), whole, &right).unsafe_to_apply();
        return problem.with_help(format!("did you mean `{right}`?")).with_fix(fix);
    }
    let fix = Fix::replace(format!("remove `{written}`"), removal, "").unsafe_to_apply();
    problem.with_help("remove it, or print it with `{% raw %}` if it is meant").with_fix(fix)
}

/// Returns the end of a text if it would be a valid output with `{{` before it, such as `Profile.name | upcase `.
fn path_before(text: &str) -> Option<&str> {
    // `now` has no members, and a sentence can end with `now.`.
    let roots = GLOBALS.iter().filter(|root| **root != "now");
    let start = roots.filter_map(|root| text.rfind(&format!("{root}."))).max()?;
    let path = &text[start..];
    let markup = format!("{{{{ {} }}}}", path.trim());
    (path.len() <= MAX_PATH && is_whole_markup(&markup, Flavour::Dialect(Dialect::Telecast))).then_some(path)
}

/// Finds what CleverTap's editor shows as a variable and what is text without a default: `@Profile - city`.
fn chips(source: &str, span: Span) -> impl Iterator<Item = Diagnostic> {
    let text = span.of(source);
    text.match_indices('@').filter_map(move |(at, _)| {
        let rest = &text[at + 1..];
        let root = ["Profile", "Event", "ExternalTrigger"].into_iter().find(|root| rest.starts_with(root))?;
        let name = rest[root.len()..].strip_prefix(" - ")?;
        // The name may have several words, but the text goes on after it.
        let length = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
        let name = &name[..length];
        let start = span.start + at;
        let end = start + 1 + root.len() + " - ".len() + length;
        (!name.is_empty()).then(|| {
            Diagnostic::warning(
                Code::LiquidSyntax,
                Span::new(start, end),
                "the message shows this as text: it is a variable only in CleverTap's dialect, and only with a default",
            )
            .with_help(format!("write it in Liquid, such as `{{{{ {root}.{name} }}}}`"))
        })
    })
}

fn jinja_comment(source: &str, span: Span) -> Diagnostic {
    let comment = span.of(source);
    let inside = comment[2..comment.len() - 2].trim();
    let right = format!("{{% comment %}}{inside}{{% endcomment %}}");
    let fix = Fix::replace("write a Liquid comment", span, &right).unsafe_to_apply();
    Diagnostic::warning(
        Code::LiquidSyntax,
        span,
        "`{#` starts no comment in Liquid, so the message shows this",
    )
    .with_help("write `{% comment %}…{% endcomment %}`")
    .with_fix(fix)
}

/// Returns whether the end of a text is in code, where braces may be an example.
fn is_in_code(before: &str, text: &str) -> bool {
    let count = |part: &str| before.matches(part).count() + text.matches(part).count();
    count("</code") < count("<code") || count("</pre") < count("<pre") || count("`") % 2 == 1
}
