//! Candidates for mistyped, doubled, and missing `{{`, `}}`, `{%`, and `%}`.

use crate::text::{Span, floor_char_boundary};

use super::super::scan::{is_space, trimmed};
use super::super::token;
use super::mender::Mistake;
use super::window::{MAX_WINDOW, floor_line};
use super::{Attempt, BraceRole, Repairer};

/// The tags that have no arguments, so that what follows the name is text.
const BARE_TAGS: [&str; 17] = [
    "else",
    "raw",
    "comment",
    "break",
    "continue",
    "abort",
    "ifchanged",
    "endif",
    "endunless",
    "endfor",
    "endcase",
    "endcapture",
    "endtablerow",
    "endcomment",
    "endraw",
    "endifchanged",
    "enddoc",
];

/// The tags whose first word is a name that `{{ … }}` cannot mean with more words after it.
const TAGS_WITH_ARGUMENTS: [&str; 9] =
    ["if", "elsif", "unless", "for", "case", "when", "assign", "capture", "cycle"];

// The number of lexemes after which the missing delimiter may have been meant.
const MAX_LEXEMES: usize = 40;

/// Returns what is wrong if the markup has an output inside a string with other text.
pub(super) fn in_string(repairer: &Repairer<'_>, markup: Span) -> Option<Mistake> {
    Delimited::new(repairer, markup).in_string()
}

/// Returns what the markup may have been meant to be, most likely first.
pub(super) fn attempts(repairer: &Repairer<'_>, markup: Span, is_closed: bool) -> Vec<Attempt> {
    let source = repairer.source;
    let delimited = Delimited::new(repairer, markup);
    let mut attempts = Vec::new();
    attempts.extend(delimited.tag_as_output());
    if !is_closed {
        attempts.extend(delimited.around_property());
    }
    if is_closed && markup.len() <= MAX_WINDOW {
        attempts.extend(delimited.tripled());
        let text = markup.of(source).to_owned();
        attempts.push(Attempt { window: markup, text, mistake: None, is_safe: true, is_mendable: true });
    }
    attempts.extend(delimited.mistyped(Quotes::Hide));
    attempts.extend(delimited.nested());
    attempts.extend(delimited.mistyped(Quotes::Ignored));
    if !is_closed {
        attempts.extend(delimited.missing());
    }
    attempts
}

#[derive(Clone, Copy, PartialEq)]
enum Quotes {
    /// A delimiter in quotes is text.
    Hide,
    /// The quotes are wrong themselves.
    Ignored,
}

struct Delimited<'r, 's> {
    repairer: &'r Repairer<'s>,
    start: usize,
    /// The end of the text that may be part of the markup.
    end: usize,
    markup: Span,
    opener: &'static str,
    closer: &'static str,
}

impl<'r, 's> Delimited<'r, 's> {
    fn new(repairer: &'r Repairer<'s>, markup: Span) -> Self {
        let source = repairer.source;
        let is_output = markup.of(source).starts_with("{{");
        let (opener, closer) = if is_output { ("{{", "}}") } else { ("{%", "%}") };
        let end = floor_char_boundary(source, (markup.start + MAX_WINDOW).min(source.len()));
        Self { repairer, start: markup.start, end, markup, opener, closer }
    }

    /// Takes `{{ endif %}` and `{{ if x }}` for a tag.
    fn tag_as_output(&self) -> Option<Attempt> {
        let source = self.repairer.source;
        let text = &source[self.start..self.end];
        if !self.is_output() {
            return None;
        }
        let close = text[2..].find(['}', '\n', '{'])? + 2;
        let inside = text[2..close].trim_end_matches('%').trim_matches(['-', ' ']);
        let (name, arguments) = inside.split_once(' ').unwrap_or((inside, ""));
        let is_tag = match arguments {
            "" => BARE_TAGS.contains(&name),
            _ => TAGS_WITH_ARGUMENTS.contains(&name),
        };
        let rest = &text[close..];
        let length = close + if rest.starts_with("}}") { 2 } else { usize::from(rest.starts_with('}')) };
        if !is_tag || length == close {
            return None;
        }
        let window = Span::new(self.start, self.start + length);
        let left = if text.starts_with("{{-") { "{%-" } else { "{%" };
        let right = if text[..close].trim_end_matches('%').ends_with('-') { "-%}" } else { "%}" };
        Some(Attempt {
            window,
            text: format!("{left} {inside} {right}"),
            mistake: Some(Mistake::new(
                window,
                format!("`{name}` is a tag, and `{{{{` starts an output"),
                format!("write it in `{{% %}}`: `{left} {inside} {right}`"),
                format!("write `{left} {inside} {right}`"),
            )),
            // `{{ for you }}` may be a placeholder.
            is_safe: arguments.is_empty() && text[..length].ends_with("%}"),
            is_mendable: false,
        })
    }

    fn is_output(&self) -> bool {
        self.opener == "{{"
    }

    fn mistake(&self, title: String) -> Mistake {
        Mistake {
            span: self.markup,
            message: format!("`{}` is never closed", self.opener),
            help: format!("close it with `{}`", self.closer),
            title,
        }
    }

    /// Reads the first mistyped closing delimiter, such as `}` for `}}`, as the closing delimiter.
    fn mistyped(&self, quotes: Quotes) -> Option<Attempt> {
        let source = self.repairer.source;
        let bytes = source.as_bytes();
        let mut quote = None;
        let mut at = self.start + 2;
        while at < self.end {
            let rest = &bytes[at..self.end];
            match rest[0] {
                byte @ (b'"' | b'\'') if quotes == Quotes::Hide => match quote {
                    None => quote = Some(byte),
                    Some(open) if open == byte => quote = None,
                    Some(_) => {}
                },
                _ if quote.is_some() => {}
                b'\n' => return None,
                b'{' if matches!(rest.get(1), Some(b'{' | b'%')) => return None,
                // The right delimiter is no mistake.
                _ if rest.starts_with(self.closer.as_bytes()) => return None,
                b'}' | b'%' => {
                    if let Some(length) = self.mistyped_len(rest) {
                        return self.closed_at(at, length);
                    }
                }
                // `)` for `}`, which is the key beside it.
                b')' if rest.get(1) == Some(&b'}') && !self.opens_parenthesis(self.start + 2, at) => {
                    return self.closed_at(at, 2);
                }
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// Returns the length of the mistyped delimiter at the start of `rest`.
    fn mistyped_len(&self, rest: &[u8]) -> Option<usize> {
        let spaces = rest[1..].iter().take_while(|byte| **byte == b' ').count();
        let after = rest.get(1 + spaces);
        let is_joined = spaces == 0;
        match (rest[0], after) {
            (b'}', Some(b'%')) if is_joined && !self.is_output() => Some(2),
            (b'%', Some(b'%' | b')')) if is_joined && !self.is_output() => Some(2),
            (b'%', Some(b'}')) if self.is_output() || 0 < spaces => Some(2 + spaces),
            (b'}', Some(b'}')) if 0 < spaces || !self.is_output() => Some(2 + spaces),
            (b'}', _) => Some(1),
            (b'%', Some(b'>')) if !self.is_output() && spaces == 0 => Some(2),
            // `%` in an output is not a delimiter.
            (b'%', _) if !self.is_output() => Some(1),
            _ => None,
        }
    }

    fn closed_at(&self, at: usize, length: usize) -> Option<Attempt> {
        let source = self.repairer.source;
        let written = &source[at..at + length];
        let mut is_safe =
            !written.contains(')') || !self.opens_parenthesis(floor_line(source, self.start), self.start);
        // `%Y}our`: a letter has come between the two, and belongs somewhere else.
        let after = &source.as_bytes()[at + length..];
        if written == "%" && after.iter().take(3).any(|byte| *byte == b'}') {
            is_safe = false;
        }
        if self.is_output() && written == "}" {
            match self.repairer.brace_role(at, Span::at(at)) {
                BraceRole::Text => {}
                BraceRole::Json => return None,
                BraceRole::Unknown => is_safe = false,
            }
        }
        Some(Attempt {
            window: Span::new(self.start, at + length),
            text: format!("{}{}", &source[self.start..at], self.closer),
            mistake: Some(self.mistake(format!("write `{}`", self.closer))),
            is_safe,
            is_mendable: true,
        })
    }

    /// Whether the text between these offsets has a `(` without its `)`.
    fn opens_parenthesis(&self, start: usize, end: usize) -> bool {
        let text = &self.repairer.source[start..end];
        text.matches(')').count() < text.matches('(').count()
    }

    /// Returns what is wrong if the markup has an output inside a string with other text, as in
    /// `append: " {{ x }}"`. The string cannot simply lose its quotes.
    pub(super) fn in_string(&self) -> Option<Mistake> {
        let source = self.repairer.source;
        let text = source[self.start..self.end].lines().next()?;
        let mut quote = None;
        for (at, c) in text.char_indices().skip(2) {
            match quote {
                None if text[at..].starts_with(self.closer) || text[at..].starts_with("{{") => return None,
                None if matches!(c, '"' | '\'') => quote = Some((at, c)),
                Some((_, open)) if c == open => quote = None,
                Some((open, mark)) if text[at..].starts_with("{{") => {
                    let after = at + text[at..].find("}}")? + 2;
                    // The string has to end before the markup does. Otherwise, the quote may belong to the JSON.
                    let close = after + text[after..].find(mark)?;
                    let end = close + text[close..].find(self.closer)?;
                    let is_alone = text[open + 1..at].is_empty() && close == after;
                    if is_alone || text[close..end].contains(['{', '}']) || text[after..close].contains("{%")
                    {
                        return None;
                    }
                    let inner = text[at + 2..after - 2].trim();
                    return Some(Mistake::new(
                        Span::new(self.start + at, self.start + after),
                        "`{{` inside a string is text, and its `}}` ends this Liquid",
                        format!(
                            "add the value with a filter of its own, as in `| append: {inner}`, or use \
                             `{{% capture %}}`"
                        ),
                        "",
                    ));
                }
                None | Some(_) => {}
            }
        }
        None
    }

    /// Takes the third brace of `{{{ x }}}` and of Braze's `{{${x}}}` for a part of the output.
    fn tripled(&self) -> Option<Attempt> {
        let source = self.repairer.source;
        let inside = &source[self.start + 2..self.markup.end];
        let is_tripled = self.is_output() && (inside.starts_with('{') || inside.contains("${"));
        let window = Span::new(self.start, self.markup.end + 1);
        if !is_tripled || !source[self.markup.end..].starts_with('}') {
            return None;
        }
        // The last brace may belong to an object of the JSON.
        let text = window.of(source).to_owned();
        Some(Attempt { window, text, mistake: None, is_safe: false, is_mendable: true })
    }

    /// Takes the brace of Braze's `{{ custom_attribute.${x} | … }}` for a part of the output.
    fn around_property(&self) -> Option<Attempt> {
        let source = self.repairer.source;
        let text = &source[self.start..self.end];
        let brace = text.find("${").filter(|at| self.start + at < self.markup.end)?;
        let after = brace + text[brace..].find('}')? + 1;
        let close = after + text[after..].find("}}")? + 2;
        let window = Span::new(self.start, self.start + close);
        let text = text[..close].to_owned();
        (self.is_output() && !text[2..].contains("{{")).then_some(Attempt {
            window,
            text,
            mistake: None,
            is_safe: false,
            is_mendable: true,
        })
    }

    /// Removes outputs inside the markup: `{% if {{ x }} == 1 %}` becomes `{% if x == 1 %}`.
    fn nested(&self) -> Option<Attempt> {
        let source = self.repairer.source;
        let text = &source[self.start..self.end];
        let mut out = String::from(self.opener);
        let mut first: Option<Span> = None;
        let mut at = 2;
        // The open inner outputs, each with the quote around it.
        let mut open: Vec<Option<char>> = Vec::new();
        while at < text.len() {
            let rest = &text[at..];
            if rest.starts_with("{%") || rest.starts_with('\n') {
                return None;
            }
            if let Some(inner) = rest.strip_prefix("{{") {
                first = first.or(Some(Span::new(self.start + at, self.start + at + 2)));
                at += 2 + usize::from(inner.starts_with('-'));
                at += text[at..].len() - text[at..].trim_start_matches(' ').len();
                // A quoted output is read as text, so the quotes have to go as well.
                let quote = out.chars().last().filter(|c| matches!(c, '"' | '\''));
                // Inside a string with other text, the output is text, and the string cannot lose its quotes.
                if open.is_empty() && has_open_quote(&out[..out.len() - quote.map_or(0, char::len_utf8)]) {
                    return None;
                }
                out.truncate(out.len() - quote.map_or(0, char::len_utf8));
                open.push(quote);
                if out.ends_with(|c: char| c.is_ascii_alphanumeric()) || out.len() == 2 {
                    out.push(' ');
                }
                continue;
            }
            if let (true, Some(quote)) = (rest.starts_with("}}"), open.last().copied()) {
                open.pop();
                at += 2;
                out.truncate(out.trim_end_matches([' ', '-']).len());
                if let Some(quote) = quote {
                    if !text[at..].starts_with(quote) {
                        return None;
                    }
                    at += quote.len_utf8();
                }
                if text[at..].starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '=' | '%' | '}'))
                {
                    out.push(' ');
                }
                continue;
            }
            if rest.starts_with(self.closer) {
                out.push_str(self.closer);
                let first = first?;
                return Some(Attempt {
                    window: Span::new(self.start, self.start + at + 2),
                    text: out,
                    mistake: Some(Mistake {
                        span: first,
                        message: format!("`{{{{` inside `{} {}`", self.opener, self.closer),
                        help: "write the variable without braces: this is Liquid already".to_owned(),
                        title: "remove the inner braces".to_owned(),
                    }),
                    is_safe: true,
                    is_mendable: true,
                });
            }
            let c = rest.chars().next()?;
            out.push(c);
            at += c.len_utf8();
        }
        None
    }

    /// Adds the missing delimiter.
    fn missing(&self) -> Vec<Attempt> {
        let source = self.repairer.source;
        let markup = trimmed(source, Span::new(self.start, self.markup.end.min(self.end)));
        let inside = &source[self.start + 2..markup.end];
        let attempt = |end: usize, is_safe: bool, is_mendable: bool| {
            let text = &source[self.start..end];
            Attempt {
                window: Span::new(self.start, end),
                text: format!("{text} {}", self.closer),
                mistake: Some(self.mistake(format!("add `{}`", self.closer))),
                is_safe,
                is_mendable,
            }
        };
        let name = inside.trim_start_matches(['-', ' ']);
        let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
        let bare = BARE_TAGS.iter().find(|tag| name.starts_with(**tag)).filter(|_| !self.is_output());
        if let Some(bare) = bare {
            let at = inside.find(bare).unwrap_or_default() + bare.len();
            // Without a space after the name, the name may be another one.
            return vec![attempt(self.start + 2 + at, name == *bare, false)];
        }
        // The last of an odd number of quotes probably closes the JSON string around the markup.
        let whole = match inside.matches('"').count().is_multiple_of(2) {
            true => inside,
            false => &inside[..inside.rfind('"').unwrap_or(inside.len())],
        };
        let whole = self.start + 2 + whole.trim_end_matches(is_space).len();
        let is_sentence = |end: usize| source[self.start..end].contains(". ");
        let lexemes = token::lex(source, Span::new(self.start + 2, whole));
        let ends = lexemes.iter().rev().skip(1).take(MAX_LEXEMES).map(|lexeme| lexeme.span.end);
        // Text that cannot continue a value. Anything else may be a part of the value that is mistyped. In a tag, a
        // comma or `<` may continue the arguments.
        let is_text = |end: &usize| {
            let rest = source[*end..].trim_start_matches(' ');
            self.is_output()
                && rest.starts_with([',', '!', '?', ';', '<', ')', '\\', '\n'])
                && !rest.starts_with("!=")
        };
        let ends: Vec<usize> = ends.collect();
        let longest = ends.iter().find(|end| self.repairer.accepts(&attempt(**end, false, false).text));
        // A dot before a space probably ends a sentence, and Liquid would read it as the dot of a path.
        let mut attempts = vec![attempt(whole, !is_sentence(whole), false)];
        attempts
            .extend(longest.filter(|end| is_text(end)).map(|end| attempt(*end, !is_sentence(*end), false)));
        attempts.push(attempt(whole, false, true));
        attempts.extend(ends.iter().filter(|end| is_text(end)).map(|end| attempt(*end, false, true)));
        attempts.extend(longest.map(|end| attempt(*end, false, false)));
        attempts
    }
}

/// Whether the text ends inside quotes.
fn has_open_quote(text: &str) -> bool {
    let mut open = None;
    for c in text.chars().filter(|c| matches!(c, '"' | '\'')) {
        match open {
            None => open = Some(c),
            Some(quote) if quote == c => open = None,
            Some(_) => {}
        }
    }
    open.is_some()
}
