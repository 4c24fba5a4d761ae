//! Every problem of a marked-up text in plain words, with what to do and fixes: Telegram names only the first.

mod fixes;
mod html;
mod markdown;

use super::markup::{Everything, Note};
use super::parse::parse_with;
use super::{FixOptions, FormattedText, ParseError, ParseErrorKind, ParseMode, changes, fix, html_reference};
use crate::diagnostic::{Code, Diagnostic, Fix, Severity};
use crate::text::Span;

use fixes::{choice, edit, word_end};

/// Returns what is wrong with a text, or silently changed: Telegram's own error first, then all else it would meet.
///
/// Whether the text is too long, or empty, depends on where it goes and is not looked at here.
///
/// ```
/// use telecast::telegram::{ParseMode, diagnose};
///
/// let problems = diagnose(Some(ParseMode::Html), "a<br>b &nbsp; <b>c");
/// let codes: Vec<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
/// assert_eq!(codes, ["unsupported-tag", "unclosed-tag", "unknown-reference"]);
/// assert_eq!(problems[0].fixes[0].apply("a<br>b").as_deref(), Some("a\nb"));
/// ```
pub fn diagnose(mode: Option<ParseMode>, input: &str) -> Vec<Diagnostic> {
    match mode {
        Some(mode) => diagnose_markup(mode, input),
        None => diagnose_plain(input),
    }
}

fn diagnose_markup(mode: ParseMode, input: &str) -> Vec<Diagnostic> {
    let mut heard = Everything::default();
    let parsed = parse_with(mode, input, &mut heard);
    if let Err(error) = &parsed
        && heard.problems.is_empty()
    {
        heard.problems.push(error.clone());
    }
    let mut problems: Vec<Diagnostic> =
        heard.problems.iter().map(|error| of_error(mode, error, input)).collect();
    if let (Some(first), Some(error)) = (problems.first_mut(), heard.problems.first()) {
        let answer = format!("Telegram answers \"{}\"", error.message());
        first.help =
            Some(first.help.take().map_or_else(|| answer.clone(), |help| format!("{help}; {answer}")));
    }
    problems.extend(heard.notes.iter().filter_map(|note| of_note(mode, note, input)));
    if let Ok(parsed) = parsed {
        problems.extend(of_changes(parsed, |span| heard.origins.input(span)));
    }
    problems
}

fn diagnose_plain(input: &str) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if html::looks_like_html(input) {
        let span = Span::new(0, input.len());
        problems.push(
            Diagnostic::warning(
                Code::MarkupWithoutMode,
                span,
                "this looks like HTML, but no parse_mode is set",
            )
            .with_help("without a parse_mode the tags are shown as they are typed"),
        );
    }
    problems.extend(of_changes(FormattedText { text: input.to_owned(), entities: Vec::new() }, |span| span));
    problems
}

fn of_error(mode: ParseMode, error: &ParseError, input: &str) -> Diagnostic {
    match (&error.kind, mode) {
        (ParseErrorKind::TooLong, _) => {
            Diagnostic::error(Code::TextTooLong, error.span, "the text has more than 65,536 characters")
                .with_help("a message holds 4,096")
        }
        (_, ParseMode::Html) => html::explain(error, input),
        (_, ParseMode::Markdown | ParseMode::MarkdownV2) => markdown::explain(error, input),
    }
}

fn of_changes(parsed: FormattedText, origin: impl Fn(Span) -> Span) -> Vec<Diagnostic> {
    let Ok(fixed) = fix(parsed.clone(), FixOptions { find: super::Find::Nothing, ..FixOptions::CAPTION })
    else {
        return Vec::new();
    };
    let changes = changes::between(&parsed, &fixed, 0).into_iter();
    changes
        .map(|change| {
            let severity = match change.code {
                Code::DroppedStyle | Code::DroppedEntity | Code::CutStyle => Severity::Warning,
                _ => Severity::Info,
            };
            Diagnostic { severity, ..Diagnostic::info(change.code, origin(change.span), change.message) }
        })
        .collect()
}

fn of_note(mode: ParseMode, note: &Note, input: &str) -> Option<Diagnostic> {
    match note {
        Note::DroppedLink { address, reason, span } => {
            let message = format!("the link was dropped: {}", reason.reason());
            let diagnostic = Diagnostic::warning(Code::DroppedLink, *span, message)
                .with_help("Telegram keeps the text and leaves the link out");
            Some(match span.of(input).find("//").filter(|_| address.starts_with("//")) {
                Some(at) => diagnostic.with_fix(Fix::replace(
                    "put https: before it",
                    Span::at(span.start + at),
                    "https:",
                )),
                None => diagnostic,
            })
        }
        Note::UnknownReference { span } => Some(unknown_reference(*span, input)),
        Note::EmptyEntity { span } => empty_entity(mode, *span, input),
        Note::IgnoredAttribute { tag, span } => Some(html::ignored_attribute(tag, *span, input)),
        Note::DroppedTime { span } => Some(
            Diagnostic::warning(Code::DroppedTime, *span, "the time was dropped: it is not after 1970")
                .with_help("`unix` holds seconds since 1970, at most 2147483647"),
        ),
        Note::BareBrackets { span, makes_link } => Some(markdown::bare_brackets(mode, *span, *makes_link)),
        Note::AddressToEnd { span } => Some(
            Diagnostic::warning(Code::AddressToEnd, *span, "the link's address runs to the end of the text")
                .with_help("close it with `)`")
                .with_fix(
                    Fix::replace("close it with `)`", Span::at(word_end(input, *span)), ")")
                        .unsafe_to_apply(),
                ),
        ),
    }
}

fn unknown_reference(span: Span, input: &str) -> Diagnostic {
    let reference = span.of(input);
    let message = format!("Telegram does not know `{reference}` and shows it as it is typed");
    let diagnostic = Diagnostic::warning(Code::UnknownReference, span, message)
        .with_help("it knows &lt; &gt; &amp; &quot; and numbers such as &#8212;");
    match html_reference::meaning(reference) {
        Some(" ") => diagnostic.with_fix(Fix::replace("write a space", span, " ")),
        Some(text) => diagnostic.with_fix(Fix::replace(format!("write `{text}`"), span, text)),
        None => diagnostic,
    }
}

/// Pairs of delimiters with nothing between are often bold of another Markdown.
fn empty_entity(mode: ParseMode, span: Span, input: &str) -> Option<Diagnostic> {
    let delimiters = span.of(input);
    let what = match (mode, delimiters) {
        (ParseMode::Html, _) => {
            let message = format!("`{delimiters}` has no text in it and does nothing");
            return Some(Diagnostic::info(Code::EmptyElement, span, message));
        }
        // In MarkdownV2 it keeps two quotes apart.
        (ParseMode::MarkdownV2, "**") if input[span.end..].starts_with('>') => return None,
        (_, "**") => "bold",
        (ParseMode::Markdown, "__") => "italic",
        _ => return None,
    };
    let single = &delimiters[..1];
    // One alone would be left open: its partner is meant too.
    let mut pair = vec![span];
    let behind = &input[span.end..];
    let opens = behind.starts_with(|c: char| !c.is_whitespace())
        && !input[..span.start].ends_with(|c: char| !c.is_whitespace());
    match opens {
        true => pair.extend(behind.find(delimiters).map(|at| span.shifted(span.len() + at))),
        false => pair.extend(input[..span.start].rfind(delimiters).map(|at| Span::new(at, at + span.len()))),
    }
    pair.sort();
    let edits = pair.into_iter().map(|place| edit(place, single)).collect();
    Some(
        Diagnostic::warning(Code::DoubledDelimiter, span, format!("`{delimiters}` formats nothing"))
            .with_help(format!("{what} is `{single}…{single}` here"))
            .with_fix(choice(format!("write `{single}`"), edits)),
    )
}

#[cfg(test)]
mod tests;
