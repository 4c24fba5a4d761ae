//! Explains the errors of the HTML mode with help and fixes.

use super::fixes::choice;
use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit, did_you_mean};
use crate::telegram::html_tag::{self, TAGS};
use crate::telegram::markup::MarkupInput;
use crate::telegram::{ParseError, ParseErrorKind};
use crate::text::Span;

/// Tags that Telegram does not support, each with the most similar supported tag.
const REPLACEMENTS: [(&str, &str); 12] = [
    ("h1", "b"),
    ("h2", "b"),
    ("h3", "b"),
    ("h4", "b"),
    ("h5", "b"),
    ("h6", "b"),
    ("kbd", "code"),
    ("q", "i"),
    ("samp", "code"),
    ("spoiler", "tg-spoiler"),
    ("tt", "code"),
    ("var", "i"),
];

/// Other tags that browsers support. Whoever writes one of them means a tag, not text.
const HTML_TAGS: [&str; 62] = [
    "abbr", "address", "article", "aside", "audio", "big", "body", "br", "button", "canvas", "caption",
    "center", "cite", "col", "dd", "details", "dfn", "div", "dl", "dt", "embed", "figure", "font", "footer",
    "form", "head", "header", "hr", "html", "iframe", "img", "input", "label", "li", "link", "main", "mark",
    "meta", "nav", "object", "ol", "option", "p", "picture", "script", "section", "select", "small",
    "source", "style", "sub", "summary", "sup", "svg", "table", "tbody", "td", "th", "title", "tr", "ul",
    "video",
];

pub(super) fn explain(error: &ParseError, input: &str) -> Diagnostic {
    let span = error.span;
    match &error.kind {
        ParseErrorKind::UnsupportedTag { tag } => unsupported_tag(tag, span, input),
        ParseErrorKind::UnclosedStartTag { .. } => unclosed_start_tag(span, input),
        ParseErrorKind::EmptyAttributeName { tag } => empty_attribute_name(tag, span, input),
        ParseErrorKind::UnexpectedEndOfToken => unquoted_value(span, input),
        ParseErrorKind::SpanWithoutClass => {
            Diagnostic::error(Code::SpanWithoutClass, span, "a `span` can only be a spoiler")
                .with_help(
                    "write <span class=\"tg-spoiler\"> or <tg-spoiler>; colors and sizes are not supported",
                )
                .with_fix(remove_tag("remove the `span`", "span", span, input))
        }
        ParseErrorKind::UnexpectedEndTag => {
            Diagnostic::error(Code::UnexpectedEndTag, span, format!("`{}` has no start tag", span.of(input)))
                .with_help("no tag is open here")
                // The start tag may be missing instead, so only the author knows what was meant.
                .with_fix(choice("remove it", vec![TextEdit::new(span, "")]))
        }
        ParseErrorKind::UnclosedEndTag => unclosed_end_tag(span, input),
        ParseErrorKind::UnmatchedEndTag { expected, found } => crossed(expected, found, span, input),
        ParseErrorKind::UnclosedElement { tag } => unclosed_element(tag, span, input),
        ParseErrorKind::InvalidCustomEmojiId => {
            Diagnostic::error(Code::CustomEmojiId, span, "this custom emoji has no valid `emoji-id`")
                .with_help("it is a number, as in <tg-emoji emoji-id=\"5368324170671202286\">👍</tg-emoji>")
        }
        ParseErrorKind::InvalidDateFormat => {
            Diagnostic::error(Code::DateFormat, span, "Telegram does not support this time's `format`")
                .with_help("use r alone, or combine w (weekday), d or D (date), and t or T (time), as in wDT")
        }
        ParseErrorKind::UnmatchedSurrogate => half_character(span, input),
        _ => Diagnostic::error(Code::Markup, span, error.message()),
    }
}

/// Characters and references that look like quotes, but that HTML does not read as the quotes of an attribute.
const FALSE_QUOTES: [&str; 26] = [
    "“", "”", "„", "‟", "‘", "’", "‚", "‛", "«", "»", "‹", "›", "`", "´", "″", "′", "＂", "&quot;", "&#34;",
    "&#39;", "&apos;", "&ldquo;", "&rdquo;", "&laquo;", "&raquo;", "\\\"",
];

fn unquoted_value(span: Span, input: &str) -> Diagnostic {
    let value = span.of(input);
    let message = "this value needs quotes";
    let (opener, after) = false_quote(|quote| value.strip_prefix(quote));
    let (closer, bare) = false_quote(|quote| after.unwrap_or(value).strip_suffix(quote));
    let bare = bare.or(after).unwrap_or(value);
    let has_inner = bare.contains(['"', '\'']) || FALSE_QUOTES.iter().any(|quote| bare.contains(quote));
    if opener.is_none() && closer.is_none() && !has_inner {
        return Diagnostic::error(Code::UnquotedValue, span, message)
            .with_help("without quotes a value may only contain letters, digits, dots and hyphens")
            .with_fix(Fix::replace("add quotes", span, format!("\"{value}\"")));
    }
    let diagnostic = Diagnostic::error(Code::UnquotedValue, span, message);
    let shown = opener.or(closer).unwrap_or("\"");
    let diagnostic = match FALSE_QUOTES.contains(&shown) {
        true => diagnostic.with_help(format!("`{shown}` is not a quote in HTML: write `\"`")),
        false => diagnostic.with_help("put the whole value in one pair of `\"`"),
    };
    // If there is a quote inside, or at one end only, only the author knows where the value ends.
    if has_inner || bare.is_empty() {
        return diagnostic;
    }
    let fix = Fix::replace("write straight quotes", span, format!("\"{bare}\""));
    diagnostic.with_fix(match opener.is_some() && closer.is_some() {
        true => fix,
        false => fix.unsafe_to_apply(),
    })
}

/// Returns the quote that `strip` removes from an end of a value, and the rest of the value. A real quote counts too,
/// because people mix both.
fn false_quote<'v>(strip: impl Fn(&str) -> Option<&'v str>) -> (Option<&'static str>, Option<&'v str>) {
    let quotes = FALSE_QUOTES.into_iter().chain(["\"", "'"]);
    let found = quotes.into_iter().find_map(|quote| Some((quote, strip(quote)?)));
    (found.map(|(quote, _)| quote), found.map(|(_, rest)| rest))
}

/// Returns the tags of a text that only HTML can mean: Telegram's own, such as `<b>`, and those of browsers, such as
/// `<br>`. A word in angle brackets, such as `<name>`, is not such a tag.
pub(super) fn tags(input: &str) -> impl Iterator<Item = Span> {
    input.match_indices('<').filter_map(|(at, _)| {
        let rest = &input[at + 1..];
        let name = rest.strip_prefix('/').unwrap_or(rest);
        let len = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))?;
        let word = name[..len].to_ascii_lowercase();
        let word = word.as_str();
        let is_known = html_tag::HtmlTag::from_name(word).is_some()
            || HTML_TAGS.contains(&word)
            || REPLACEMENTS.iter().any(|(foreign, _)| *foreign == word);
        // The rest of a tag ends at its `>`, before which no other tag starts.
        let end = rest.bytes().take(MAX_TAG_BYTES).position(|byte| matches!(byte, b'<' | b'>'))?;
        let is_closed = rest.as_bytes().get(end) == Some(&b'>');
        let has_end = name[len..].starts_with([' ', '\n', '/', '>']);
        (is_known && is_closed && has_end).then(|| Span::new(at, at + 1 + end + 1))
    })
}

/// A length that no real tag exceeds. The limit keeps the search for the ends of tags linear in a text with many `<`.
const MAX_TAG_BYTES: usize = 4000;

/// Whether a text contains the start tag of a supported element and a later end tag of the same name. The end tag may
/// be incomplete, such as `</b`.
pub(super) fn looks_like_html(input: &str) -> bool {
    let mut opened = Vec::new();
    for (at, _) in input.match_indices('<') {
        let rest = &input[at + 1..];
        let (is_end, name) = rest.strip_prefix('/').map_or((false, rest), |name| (true, name));
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(name.len());
        let Some(tag) = html_tag::HtmlTag::from_name(&name[..end]) else { continue };
        if is_end && opened.contains(&tag.name()) {
            return true;
        }
        // Each name is stored only once, which keeps the list short in a large text.
        if !is_end && name[end..].starts_with([' ', '>']) && !opened.contains(&tag.name()) {
            opened.push(tag.name());
        }
    }
    false
}

/// Whether a text has the tags with which HTML breaks lines. They have no end tag, or often lack it.
pub(super) fn has_breaks(input: &str) -> bool {
    let breaks = ["<br>", "<br/>", "<br />", "<p>", "</p>"];
    input.match_indices('<').any(|(at, _)| {
        let tag: String = input[at..].chars().take(6).collect::<String>().to_ascii_lowercase();
        breaks.iter().any(|known| tag.starts_with(known))
    })
}

/// Reports an element without an end tag. Nobody but the author knows where it ends, so the fixes are choices.
fn unclosed_element(tag: &str, span: Span, input: &str) -> Diagnostic {
    let end_tag = format!("</{tag}>");
    let close = |title: String, at: usize| choice(title, vec![TextEdit::new(Span::at(at), end_tag.as_str())]);
    let diagnostic = Diagnostic::error(Code::UnclosedTag, span, format!("`<{tag}>` is never closed"))
        .with_help(format!("close it with </{tag}>"));
    // Formatting seldom spans paragraphs. An end tag after the start tag could only be that of an outer element.
    let line = input[span.end..].find('\n').map(|len| span.end + len);
    let diagnostic = match line.filter(|line| !input[span.end..*line].contains('<')) {
        Some(line) if !input[line..].trim().is_empty() => {
            diagnostic.with_fix(close(format!("add </{tag}> at the end of the line"), line))
        }
        _ => diagnostic,
    };
    diagnostic
        .with_fix(close(format!("add </{tag}> at the end"), input.len()))
        .with_fix(choice("remove the tag", vec![TextEdit::new(span, "")]))
}

fn unsupported_tag(tag: &str, span: Span, input: &str) -> Diagnostic {
    // To Telegram, the `<` in `1 < 2` starts an unsupported tag. But the author meant the character `<`, so the problem
    // is described differently.
    let Some(end) = html_tag::tag_like_end(MarkupInput::new(input), span.start) else {
        return bare_angle(span.start, input);
    };
    let whole_tag = Span::new(span.start, end);
    if tag.starts_with('!') {
        return Diagnostic::error(Code::UnsupportedTag, whole_tag, "Telegram does not support comments")
            .with_fix(Fix::replace("remove it", comment(whole_tag, input), ""));
    }
    let name = tag.trim_end_matches('/');
    if name != tag && TAGS.iter().any(|(known, _)| *known == name) {
        // In `<b/>`, for example, only the slash is not supported.
        let slash = Span::new(whole_tag.start + 1 + name.len(), whole_tag.start + 1 + tag.len());
        return Diagnostic::error(Code::UnsupportedTag, whole_tag, "Telegram has no self-closing tags")
            .with_help(format!("write <{name}>…</{name}>"))
            .with_fix(Fix::replace("remove the `/`", slash, ""));
    }
    let message = format!("Telegram does not support `<{name}>`");
    let diagnostic = Diagnostic::error(Code::UnsupportedTag, whole_tag, message);
    if name == "br" {
        // If a line break follows the `<br>`, the fix only removes the tag: two line breaks would leave an empty line.
        let text = if input[end..].starts_with('\n') { "" } else { "\n" };
        return diagnostic.with_help("use a line break in the text").with_fix(Fix::replace(
            "write a line break",
            whole_tag,
            text,
        ));
    }
    // A word that no browser knows as a tag is text, such as the placeholder in `Hello <name>`.
    if is_word(name, whole_tag, input) {
        return diagnostic
            .with_help("write &lt; and &gt; for the characters themselves")
            .with_fix(escape_both(whole_tag))
            .with_fix(remove_tag(&format!("remove the `{name}`"), name, whole_tag, input));
    }
    let instead = REPLACEMENTS.iter().find(|(foreign, _)| *foreign == name).map(|(_, known)| *known);
    // A name of one or two letters is similar to half of the tags, so no similar tag is suggested for such a name.
    let similar = || did_you_mean(name, TAGS.iter().map(|(known, _)| *known)).filter(|_| 2 < name.len());
    let diagnostic = match instead.or_else(similar) {
        Some(known) => diagnostic
            .with_help(format!("did you mean <{known}>?"))
            .with_fix(rename(name, known, whole_tag, input)),
        None => diagnostic.with_help("it supports b i u s a code pre blockquote tg-spoiler tg-emoji tg-time"),
    };
    diagnostic
        .with_fix(remove_tag(&format!("remove the `{name}`"), name, whole_tag, input))
        .with_fix(escape_tag(name, whole_tag, input))
}

/// Whether an unsupported tag is only a word between `<` and `>`.
fn is_word(name: &str, tag: Span, input: &str) -> bool {
    let is_known = HTML_TAGS.contains(&name) || REPLACEMENTS.iter().any(|(foreign, _)| *foreign == name);
    let is_near = || 2 < name.len() && did_you_mean(name, TAGS.iter().map(|(known, _)| *known)).is_some();
    let has_attributes = tag.of(input).contains(['=', '/']);
    !is_known && !is_near() && !has_attributes && matching_end(name, tag.end, input).is_none()
}

fn escape_both(tag: Span) -> Fix {
    let angles = vec![
        TextEdit::new(Span::new(tag.start, tag.start + 1), "&lt;"),
        TextEdit::new(Span::new(tag.end - 1, tag.end), "&gt;"),
    ];
    Fix { title: "write &lt; for the `<`".to_owned(), edits: angles, safe: true }
}

fn unclosed_end_tag(span: Span, input: &str) -> Diagnostic {
    let problem = Diagnostic::error(Code::UnclosedEndTag, span, "this end tag has no `>` after its name");
    match space_before_name(span.end, input).filter(|_| span.of(input) == "</") {
        Some(space) => problem
            .with_help("write the name directly after `</`")
            .with_fix(choice("remove the space", vec![TextEdit::new(space, "")])),
        None => problem.with_help("add `>`").with_fix(Fix::replace("add the `>`", Span::at(span.end), ">")),
    }
}

/// Returns the space at `at` if the name of a supported tag and a `>` follow it.
fn space_before_name(at: usize, input: &str) -> Option<Span> {
    let rest = &input[at..];
    let name = rest.trim_start();
    let space = Span::new(at, at + rest.len() - name.len());
    (!space.is_empty() && starts_with_name(name)).then_some(space)
}

fn starts_with_name(text: &str) -> bool {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(text.len());
    html_tag::HtmlTag::from_name(&text[..end]).is_some() && text[end..].starts_with([' ', '>'])
}

fn bare_angle(at: usize, input: &str) -> Diagnostic {
    let problem = Diagnostic::error(Code::BareAngle, Span::new(at, at + 1), "`<` always starts a tag")
        .with_help("write &lt; for the character itself");
    let escape = escape_angle(at);
    // In `<<b>`, the `<` was typed twice. In `< b>`, the space is superfluous.
    let doubled = input[at + 1..].strip_prefix('<').map(|tag| tag.strip_prefix('/').unwrap_or(tag));
    let surplus = match doubled.is_some_and(starts_with_name) {
        true => Some(("remove the `<`", Span::new(at, at + 1))),
        false => space_before_name(at + 1, input).map(|space| ("remove the space", space)),
    };
    match surplus {
        Some((title, surplus)) => problem
            .with_fix(choice(title, vec![TextEdit::new(surplus, "")]))
            .with_fix(escape.unsafe_to_apply()),
        None => problem.with_fix(escape),
    }
}

fn escape_angle(at: usize) -> Fix {
    Fix::replace("write &lt; for the `<`", Span::new(at, at + 1), "&lt;")
}

fn comment(tag: Span, input: &str) -> Span {
    let rest = &input[tag.start..];
    let end = rest.find("-->").filter(|_| rest.starts_with("<!--")).map(|at| tag.start + at + 3);
    Span::new(tag.start, end.unwrap_or(tag.end))
}

fn unclosed_start_tag(span: Span, input: &str) -> Diagnostic {
    // A `<` that is not before a letter, as in `1 < 2`, was meant as a character, not as a tag.
    let is_name = input[span.start + 1..].starts_with(|c: char| c.is_ascii_alphabetic());
    let is_in_word = input[..span.start].ends_with(char::is_alphanumeric);
    if !is_name || is_in_word {
        return bare_angle(span.start, input);
    }
    let written = span.of(input).trim_end();
    let rest = written.get(1..).unwrap_or("");
    let name = 1 + rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len());
    let stop = written.find(['\n', '<']).filter(|at| 0 < *at);
    let stop = stop.or_else(|| written.get(1..)?.find(['\n', '<']).map(|at| at + 1));
    let stop = stop.unwrap_or(written.len());
    // Words without a `=` are probably not attributes but the text after the tag.
    let has_attributes = written.get(..stop).is_some_and(|tag| tag.contains('='));
    let end = span.start + if has_attributes { stop } else { name };
    // The input ends inside the start tag, so the element has no end tag yet. The fix adds one at the end of the input.
    let end_tag = format!("</{}>", written.get(1..name).unwrap_or(""));
    Diagnostic::error(Code::UnclosedStartTag, Span::new(span.start, end), "this tag has no `>`")
        .with_help("add the `>`, or write &lt; for a `<` that is text")
        .with_fix(choice(
            "close the tag",
            vec![TextEdit::new(Span::at(end), ">"), TextEdit::new(Span::at(input.len()), end_tag)],
        ))
        .with_fix(escape_angle(span.start).unsafe_to_apply())
}

fn empty_attribute_name(tag: &str, span: Span, input: &str) -> Diagnostic {
    let culprit = Span::new(span.end.saturating_sub(1).max(span.start), span.end);
    let diagnostic = Diagnostic::error(
        Code::AttributeName,
        span,
        format!("`{}` is not an attribute of `<{tag}>`", culprit.of(input)),
    )
    .with_help("attributes are written name=\"value\"; there are no self-closing tags");
    match culprit.of(input) {
        "/" => diagnostic.with_fix(Fix::replace("remove it", culprit, "")),
        "=" => {
            // Everything up to the end of the tag is removed, because a value without a name has no meaning.
            let end = input[culprit.end..].find('>').map_or(culprit.end, |at| culprit.end + at);
            diagnostic.with_fix(choice("remove it", vec![TextEdit::new(Span::new(culprit.start, end), "")]))
        }
        _ => diagnostic,
    }
}

fn crossed(expected: &str, found: &str, span: Span, input: &str) -> Diagnostic {
    let message = format!("expected `</{expected}>`, found `</{found}>`");
    let diagnostic = Diagnostic::error(Code::CrossedTags, span, message)
        .with_help(format!("<{expected}> was opened last, so close it first"));
    let here = TextEdit::new(span, format!("</{expected}>"));
    match next_end_tag(input, span.end) {
        // Both end tags exist, but in the wrong order. Swapping them is safe if no text is between them.
        Some((next, name)) if name == expected => diagnostic.with_fix(Fix {
            title: "swap the end tags".into(),
            edits: vec![here, TextEdit::new(next, format!("</{found}>"))],
            safe: true,
        }),
        // The end tag closes an outer element, so the inner element has no end tag.
        _ if is_opened_before(found, span.start, input) => diagnostic.with_fix(choice(
            format!("close <{expected}> before it"),
            vec![TextEdit::new(Span::at(span.start), format!("</{expected}>"))],
        )),
        _ => {
            diagnostic.with_fix(Fix { title: format!("write </{expected}>"), edits: vec![here], safe: true })
        }
    }
}

fn is_opened_before(name: &str, at: usize, input: &str) -> bool {
    // A rough search is enough, since its result only decides which fix is offered.
    let before = input[..at].to_ascii_lowercase();
    before.contains(&format!("<{name}>")) || before.contains(&format!("<{name} "))
}

fn next_end_tag(input: &str, at: usize) -> Option<(Span, String)> {
    let start = at + input.get(at..)?.find("</")?;
    let end = start + input[start..].find('>')? + 1;
    Some((Span::new(start, end), input[start + 2..end - 1].trim().to_ascii_lowercase()))
}

/// Returns the end tag of the element `name` whose start tag ends at the byte offset `at`, or `None` if the element has
/// no end tag. Tags with other names are ignored.
fn matching_end(name: &str, at: usize, input: &str) -> Option<Span> {
    let mut depth = 0_usize;
    let mut i = at;
    while let Some(start) = input[i..].find('<').map(|len| i + len) {
        let end = start + input[start..].find('>')? + 1;
        let inner = input[start + 1..end - 1].to_ascii_lowercase();
        let (is_end, inner) = inner.strip_prefix('/').map_or((false, inner.as_str()), |rest| (true, rest));
        // `depth` counts the open elements of the same name inside the element whose end tag is searched for.
        if inner.split([' ', '\n', '/']).next() == Some(name) {
            match (is_end, depth) {
                (true, 0) => return Some(Span::new(start, end)),
                (true, _) => depth -= 1,
                (false, _) => depth += 1,
            }
        }
        i = end;
    }
    None
}

fn with_end_tag(name: &str, tag: Span, input: &str, start: TextEdit, end_text: &str) -> Vec<TextEdit> {
    let end = matching_end(name, tag.end, input).map(|end| TextEdit::new(end, end_text));
    std::iter::once(start).chain(end).collect()
}

fn remove_tag(title: &str, name: &str, tag: Span, input: &str) -> Fix {
    choice(title, with_end_tag(name, tag, input, TextEdit::new(tag, ""), ""))
}

fn escape_tag(name: &str, tag: Span, input: &str) -> Fix {
    let angle = |tag: Span| TextEdit::new(Span::new(tag.start, tag.start + 1), "&lt;");
    let end = matching_end(name, tag.end, input).map(angle);
    choice("write &lt; for the `<`", std::iter::once(angle(tag)).chain(end).collect())
}

fn rename(name: &str, known: &str, tag: Span, input: &str) -> Fix {
    let written = Span::new(tag.start + 1, tag.start + 1 + name.len());
    let edits = with_end_tag(name, tag, input, TextEdit::new(written, known), &format!("</{known}>"));
    choice(format!("write <{known}>"), edits)
}

fn half_character(span: Span, input: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::HalfCharacter, span, "this number is only half of a character")
        .with_help("write one number such as &#128512;, or the emoji itself");
    match whole_character(span, input) {
        Some((c, both)) => diagnostic.with_fix(Fix::replace(format!("write `{c}`"), both, c.to_string())),
        None => diagnostic,
    }
}

/// Returns the character of a surrogate pair and the span of both halves. The first half is the reference at `first`,
/// and the second half is the reference directly after it. Returns `None` if the two are not a pair.
fn whole_character(first: Span, input: &str) -> Option<(char, Span)> {
    let input = MarkupInput::new(input);
    let (high, _) = crate::telegram::html_reference::decode(input, first.start)?;
    let (low, end) =
        crate::telegram::html_reference::decode(input, first.end).filter(|_| input.at(first.end) == b'&')?;
    let units = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
    let c = char::decode_utf16(units).next()?.ok()?;
    Some((c, Span::new(first.start, end)))
}

pub(super) fn ignored_attribute(tag: &str, span: Span, input: &str) -> Diagnostic {
    let written = span.of(input);
    let name = written.split(['=', ' ', '\n']).next().unwrap_or("");
    let lower = name.to_ascii_lowercase();
    // A supported attribute in the wrong case is probably a mistake, so it gets a warning. Other ignored attributes,
    // such as `style`, are harmless, so they get only an info.
    let known = [
        ("a", "href"),
        ("code", "class"),
        ("blockquote", "expandable"),
        ("tg-emoji", "emoji-id"),
        ("tg-time", "unix"),
        ("tg-time", "format"),
    ];
    let is_wrong_case = lower != name && known.contains(&(tag, lower.as_str()));
    let message = format!("Telegram ignores `{name}` in `<{tag}>`");
    if !is_wrong_case {
        return Diagnostic::info(Code::IgnoredAttribute, span, message);
    }
    let place = Span::new(span.start, span.start + name.len());
    Diagnostic::warning(Code::IgnoredAttribute, span, message)
        .with_help(format!("attribute names are in lower case: `{lower}`"))
        .with_fix(Fix::replace(format!("write `{lower}`"), place, lower))
}
