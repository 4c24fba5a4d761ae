//! Finds markup of another language, which is shown as text: Markdown in HTML and in a text without a parse mode, and
//! HTML in Markdown.

use super::fixes::choice;
use super::html;
use crate::diagnostic::{Code, Diagnostic, TextEdit};
use crate::telegram::ParseMode;
use crate::text::Span;

/// The maximum number of pieces of Markdown that one fix converts. This bounds the size of the fix.
const MAX_PIECES: usize = 100;

/// Reports Markdown in HTML, with a fix that writes tags instead.
pub(super) fn markdown_in_html(input: &str) -> Option<Diagnostic> {
    // A text that explains Markdown shows the Markdown as code.
    if input.contains("<code") || input.contains("<pre") {
        return None;
    }
    let pieces: Vec<(Span, Vec<TextEdit>)> = lines(input)
        .flat_map(|line| doubled_stars(line, input).or_else(|| link(line, input)))
        .take(MAX_PIECES)
        .collect();
    let (first, _) = pieces.first()?;
    let problem = Diagnostic::warning(
        Code::MarkupWithoutMode,
        *first,
        "this looks like Markdown, but parse_mode is HTML",
    )
    .with_help("in HTML, bold is <b>…</b> and a link is <a href=\"…\">…</a>");
    let edits = pieces.into_iter().flat_map(|(_, edits)| edits).collect();
    Some(problem.with_fix(choice("write HTML tags", edits)))
}

/// Reports HTML in a Markdown mode.
pub(super) fn html_in_markdown(mode: ParseMode, input: &str) -> Option<Diagnostic> {
    // A text about HTML shows it as code.
    if input.contains('`') || !html::looks_like_html(input) {
        return None;
    }
    let message = format!("this looks like HTML, but parse_mode is {}", mode.as_str());
    Some(
        Diagnostic::warning(Code::MarkupWithoutMode, Span::new(0, input.len()), message).with_help(
            "set parse_mode to HTML, or write the markup of this mode: the message shows the tags",
        ),
    )
}

fn lines(input: &str) -> impl Iterator<Item = Span> {
    let mut start = 0;
    input.split_inclusive('\n').map(move |line| {
        let span = Span::new(start, start + line.trim_end_matches('\n').len());
        start += line.len();
        span
    })
}

/// Returns the first `**bold**` of a line as HTML. If there is a tag between the stars, returns `None`: the edits could
/// cross the tag's element.
fn doubled_stars(line: Span, input: &str) -> Option<(Span, Vec<TextEdit>)> {
    let text = line.of(input);
    let open = text.find("**")?;
    let len = text[open + 2..].find("**")?;
    let (inner, close) = (&text[open + 2..open + 2 + len], open + 2 + len);
    let is_word = |c: char| c.is_alphanumeric();
    let is_bold = inner.starts_with(is_word)
        && !inner.ends_with(char::is_whitespace)
        && !inner.contains(['<', '*'])
        && !text[..open].ends_with(|c: char| is_word(c) || c == '*')
        && !text[close + 2..].starts_with(|c: char| is_word(c) || c == '*');
    let place = |at: usize| Span::new(line.start + at, line.start + at + 2);
    is_bold.then(|| {
        let edits = vec![TextEdit::new(place(open), "<b>"), TextEdit::new(place(close), "</b>")];
        (place(open).join(place(close)), edits)
    })
}

/// Returns the first `[text](https://…)` of a line as HTML.
fn link(line: Span, input: &str) -> Option<(Span, Vec<TextEdit>)> {
    let text = line.of(input);
    let middle = text.find("](http")?;
    let open = text[..middle].rfind('[').filter(|open| open + 1 < middle)?;
    let address = &text[middle + 2..];
    let address = &address[..address.find(')')?];
    if address.contains(['"', '<', '>', ' ']) || text[open..middle].contains('<') {
        return None;
    }
    let end = middle + 2 + address.len() + 1;
    let place = |from: usize, to: usize| Span::new(line.start + from, line.start + to);
    let start_tag = format!("<a href=\"{address}\">");
    let edits =
        vec![TextEdit::new(place(open, open + 1), start_tag), TextEdit::new(place(middle, end), "</a>")];
    Some((place(open, end), edits))
}

/// Whether a text without a parse mode has a link, bold text or a spoiler of Markdown.
pub(super) fn looks_like_markdown(input: &str) -> bool {
    input.lines().any(|line| has_link(line) || has_bold(line) || has_spoiler(line))
}

fn has_link(line: &str) -> bool {
    let text = line.find('[').map(|at| &line[at..]);
    let address = text.and_then(|text| Some(&text[text.find("](http")?..]));
    address.is_some_and(|address| address.contains(')'))
}

/// Whether a line has something like `*bold*`: stars around words, with no word touching them from outside. A list of
/// `* item` and the formula `5 * 3 * 2` have none.
fn has_bold(line: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut opener = None;
    for (at, _) in line.match_indices('*') {
        let (before, after) = (line[..at].chars().next_back(), line[at + 1..].chars().next());
        match opener {
            Some(start) if start + 1 < at && is_word(before) && !is_word(after) => return true,
            _ if is_word(after) && !is_word(before) => opener = Some(at),
            _ => opener = None,
        }
    }
    false
}

/// Whether a line has something like `||secret||`. The operator in `a || b || c` has spaces on both sides.
fn has_spoiler(line: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '|');
    let is_inner = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && c != '|');
    let mut is_open = false;
    for (at, _) in line.match_indices("||") {
        let (before, after) = (line[..at].chars().next_back(), line[at + 2..].chars().next());
        if is_open && is_inner(before) && is_edge(after) {
            return true;
        }
        is_open = is_edge(before) && is_inner(after);
    }
    false
}
