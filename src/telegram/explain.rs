//! Finds the problems of a text and explains them with help and fixes. Telegram itself reports only the first error.

mod fixes;
mod foreign;
mod gate;
mod html;
mod markdown;
mod stray;
mod unintended;

use std::collections::HashSet;

use super::markup::{CollectAll, ParseNote};
use super::parse::parse_with;
use super::{
    ApiError, FixOptions, FormattedText, ParseError, ParseErrorKind, ParseMode, changes, fix, html_reference,
};
use crate::diagnostic::{Code, Diagnostic, Fix, Rewritten, Severity, TextEdit, merged};
use crate::text::Span;

use fixes::{choice, word_end};
use stray::Stray;

/// Returns the errors of a text, followed by what the server would change or ignore without an error. The first error
/// is the one that Telegram reports.
///
/// This function does not check whether the text is empty or too long for the method that sends it.
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
    let mut problems = find_problems(mode, input);
    if mode != ParseMode::Html {
        doubt_markup_of_html(mode, input, &mut problems);
    }
    gate::keep_proven(mode, input, &mut problems, |text| find_problems(mode, text));
    problems
}

/// Marks all fixes as unsafe if a text in a Markdown mode has HTML tags. The fixes would show the tags as text, but the
/// author meant them as tags.
fn doubt_markup_of_html(mode: ParseMode, input: &str, problems: &mut [Diagnostic]) {
    let tags: Vec<Span> = html::tags(input).collect();
    let is_in_tag = |problem: &Diagnostic| {
        let n_before = tags.partition_point(|tag| tag.start <= problem.span.start);
        let tag = n_before.checked_sub(1).map(|last| tags[last]);
        problem.is_error() && tag.is_some_and(|tag| problem.span.start < tag.end)
    };
    // A tag in code is text. MarkdownV2 reserves the `>` of every tag that is not in code.
    let is_meant = match mode {
        ParseMode::Html => false,
        ParseMode::Markdown => !tags.is_empty() && !input.contains('`'),
        ParseMode::MarkdownV2 => problems.iter().any(is_in_tag),
    };
    if !is_meant {
        return;
    }
    for fix in problems.iter_mut().flat_map(|problem| &mut problem.fixes) {
        fix.safe = false;
    }
    for problem in problems.iter_mut().filter(|problem| is_in_tag(problem)) {
        let help = "this looks like HTML: set parse_mode to HTML, or write the markup of this mode";
        problem.help = Some(help.to_owned());
    }
}

/// Returns the problems. Whether the fixes that are marked as safe really are safe is not checked here; see `gate`.
fn find_problems(mode: ParseMode, input: &str) -> Vec<Diagnostic> {
    let mut collected = CollectAll::default();
    let parsed = parse_with(mode, input, &mut collected);
    if let Err(error) = &parsed
        && collected.problems.is_empty()
    {
        // A text that is too long is refused before any parser runs, so no problem has been collected.
        collected.problems.push(error.clone());
    }
    let answer = collected.problems.first().map(|error| format!("Telegram answers: `{}`", answer_to(error)));
    let strays = stray::find(mode, input, &collected.problems);
    let mut problems = match with_escaped_strays(input, &strays) {
        // The text is parsed again with the strays escaped. Errors that are only a consequence of the strays are then
        // gone.
        Some(escaped) => {
            let mut problems: Vec<Diagnostic> =
                strays.iter().map(|stray| stray.diagnostic(mode, input)).collect();
            let mut rest = CollectAll::default();
            let parsed = parse_with(mode, &escaped.text, &mut rest);
            let others = described(mode, &escaped.text, parsed.ok(), &rest).into_iter();
            problems.extend(others.map(|problem| escaped.to_original(problem)));
            problems
        }
        None => described(mode, input, parsed.ok(), &collected),
    };
    // Only the first error gets Telegram's answer as help. Telegram reports the next error only when the first error is
    // fixed.
    if let (Some(first), Some(answer)) = (problems.first_mut(), answer) {
        first.help = Some(match first.help.take() {
            Some(question) if question.ends_with('?') => format!("{question} {answer}"),
            Some(help) => format!("{help}; {answer}"),
            None => answer,
        });
    }
    problems
}

/// Returns the text with the strays escaped, or `None` if there are no strays.
fn with_escaped_strays(input: &str, strays: &[Stray]) -> Option<Rewritten> {
    if strays.is_empty() {
        return None;
    }
    Rewritten::new(input, &merged(strays.iter().map(|stray| stray.edits.as_slice()))?)
}

/// Describes what the parser has collected: the errors, and what Telegram changes or ignores without an error.
fn described(
    mode: ParseMode,
    input: &str,
    parsed: Option<FormattedText>,
    collected: &CollectAll,
) -> Vec<Diagnostic> {
    let mut problems: Vec<Diagnostic> =
        collected.problems.iter().map(|error| error_diagnostic(mode, error, input)).collect();
    // The notes come after the errors, because Telegram changes nothing in a text that it refuses.
    problems.extend(collected.notes.iter().filter_map(|note| note_diagnostic(mode, note, input)));
    if let Some(parsed) = parsed {
        problems.extend(change_diagnostics(parsed, |span| collected.origins.input(span)));
    }
    if collected.problems.is_empty() {
        let found = unintended::find(mode, input, collected);
        // For code inside a code block, the server drops an entity that begins directly after the backtick. The problem
        // in `found` explains this better.
        let explained: HashSet<usize> = found.iter().map(|problem| problem.span.start + 1).collect();
        let is_explained = |problem: &Diagnostic| {
            problem.code == Code::DroppedEntity && explained.contains(&problem.span.start)
        };
        problems.retain(|problem| !is_explained(problem));
        let mut tags: Vec<Span> = found
            .iter()
            .filter(|problem| problem.code == Code::BareAngle)
            .map(|problem| problem.span)
            .collect();
        tags.sort();
        // If a `<` is probably text, the words after it are not attributes.
        let is_word = |problem: &Diagnostic| {
            let n_before = tags.partition_point(|tag| tag.start <= problem.span.start);
            let tag = n_before.checked_sub(1).map(|last| tags[last]);
            problem.code == Code::IgnoredAttribute && tag.is_some_and(|tag| problem.span.end <= tag.end)
        };
        problems.retain(|problem| !is_word(problem));
        problems.extend(found);
    }
    problems
}

/// Returns the `description` of the answer with which Telegram refuses a text with this error.
fn answer_to(error: &ParseError) -> String {
    let message = match error.kind {
        // The server checks the length before it parses any markup, so the message does not say "Can't parse entities".
        ParseErrorKind::TooLong => "Text is too long".to_owned(),
        _ => error.message(),
    };
    ApiError::bad_request(&message).description
}

/// Returns whether a text can be meant for a parse mode: it has no problem in this mode, and no markup of another mode
/// that this mode would show as text.
pub(crate) fn fits_mode(mode: ParseMode, input: &str) -> bool {
    let has_tags = || html::tags(input).next().is_some();
    let has_foreign_markup = match mode {
        ParseMode::Html => !has_tags() && unintended::has_markdown_signs(input),
        // A text can be HTML without any tag: references such as `&lt;` are a sign of it.
        ParseMode::Markdown => {
            has_tags() || has_references(input) || unintended::has_signs_of_version_2(input)
        }
        ParseMode::MarkdownV2 => has_tags() || has_references(input),
    };
    let is_fault = |problem: &Diagnostic| problem.severity != Severity::Info;
    !has_foreign_markup && !diagnose(Some(mode), input).iter().any(is_fault)
}

/// Whether a text seems to be HTML, whatever its parse mode is.
pub(crate) fn looks_like_html(input: &str) -> bool {
    has_html_tags(input) || has_named_references(input)
}

fn has_html_tags(input: &str) -> bool {
    html::looks_like_html(input) || html::has_breaks(input)
}

/// Whether a text has a named reference, which nobody writes as text. Numeric references such as `&#8212;` do not
/// count.
fn has_named_references(input: &str) -> bool {
    ["&lt;", "&gt;", "&amp;", "&quot;", "&nbsp;"].iter().any(|reference| input.contains(reference))
}

fn has_references(input: &str) -> bool {
    has_named_references(input) || input.contains("&#")
}

fn diagnose_plain(input: &str) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let looks_like = match input {
        text if has_html_tags(text) => Some(("HTML", "tags")),
        text if has_named_references(text) => Some(("HTML", "references")),
        text if foreign::looks_like_markdown(text) => Some(("Markdown", "delimiters")),
        _ => None,
    };
    if let Some((language, marks)) = looks_like {
        let span = Span::new(0, input.len());
        let message = format!("this looks like {language}, but no parse_mode is set");
        problems.push(
            Diagnostic::warning(Code::MarkupWithoutMode, span, message)
                .with_help(format!("without a parse_mode the {marks} are shown as text")),
        );
    }
    problems.extend(unintended::literal_escapes(None, input));
    problems
        .extend(change_diagnostics(FormattedText { text: input.to_owned(), entities: Vec::new() }, |span| {
            span
        }));
    problems
}

fn error_diagnostic(mode: ParseMode, error: &ParseError, input: &str) -> Diagnostic {
    match (&error.kind, mode) {
        (ParseErrorKind::TooLong, _) => {
            Diagnostic::error(Code::TextTooLong, error.span, "the text has more than 65,536 characters")
                .with_help("a message can have at most 4,096")
        }
        (_, ParseMode::Html) => html::explain(error, input),
        (_, ParseMode::Markdown | ParseMode::MarkdownV2) => markdown::explain(error, input),
    }
}

fn change_diagnostics(parsed: FormattedText, origin: impl Fn(Span) -> Span) -> Vec<Diagnostic> {
    // An empty text is not reported here, so the options are those for a caption, which may be empty. The detection of
    // links and similar entities is off, because a detected link is not a problem.
    let Ok(fixed) =
        fix(parsed.clone(), FixOptions { detect: super::DetectionScope::Nothing, ..FixOptions::CAPTION })
    else {
        return Vec::new();
    };
    let changes = changes::describe_changes(&parsed, &fixed, 0).into_iter();
    changes
        .map(|change| {
            let severity = match change.code {
                // In these changes, formatting that the author wrote is lost. All other changes are hardly visible, so
                // they are only infos.
                Code::DroppedStyle | Code::DroppedEntity | Code::CutStyle => Severity::Warning,
                _ => Severity::Info,
            };
            Diagnostic { severity, ..Diagnostic::info(change.code, origin(change.span), change.message) }
        })
        .collect()
}

fn note_diagnostic(mode: ParseMode, note: &ParseNote, input: &str) -> Option<Diagnostic> {
    match note {
        ParseNote::DroppedLink { address, reason, span } => {
            let message = format!("Telegram drops the link: {}", reason.reason());
            let diagnostic = Diagnostic::warning(Code::DroppedLink, *span, message)
                .with_help("Telegram keeps the text and removes the link");
            // Browsers accept an address such as `//host`, but Telegram finds no host in it. With `https:` before it,
            // Telegram finds the host.
            Some(match span.of(input).find("//").filter(|_| address.starts_with("//")) {
                Some(at) => diagnostic.with_fix(Fix::replace(
                    "add https: before it",
                    Span::at(span.start + at),
                    "https:",
                )),
                None => diagnostic,
            })
        }
        ParseNote::UnknownReference { span } => Some(unknown_reference(*span, input)),
        ParseNote::EmptyEntity { span } => empty_entity(mode, *span, input),
        ParseNote::IgnoredAttribute { tag, span } => Some(html::ignored_attribute(tag, *span, input)),
        ParseNote::DroppedTime { span } => Some(
            Diagnostic::warning(Code::DroppedTime, *span, "Telegram drops the time: it is not after 1970")
                .with_help("`unix` is in seconds since 1970, at most 2147483647"),
        ),
        ParseNote::BareBrackets { span, makes_link } => {
            Some(markdown::bare_brackets(mode, *span, *makes_link))
        }
        ParseNote::AddressToEnd { span } => Some(
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
    let message = format!("Telegram does not support `{reference}` and shows it as text");
    let diagnostic = Diagnostic::warning(Code::UnknownReference, span, message)
        .with_help("it supports &lt; &gt; &amp; &quot; and numbers such as &#8212;");
    match html_reference::meaning(reference) {
        // The title of this fix does not quote the space, because the backticks would seem to have nothing between
        // them.
        Some(" ") => diagnostic.with_fix(Fix::replace("write a space", span, " ")),
        Some(text) => diagnostic.with_fix(Fix::replace(format!("write `{text}`"), span, text)),
        None => diagnostic,
    }
}

fn empty_entity(mode: ParseMode, span: Span, input: &str) -> Option<Diagnostic> {
    let delimiters = span.of(input);
    // A pair of delimiters around nothing often comes from another Markdown dialect, in which `**` is bold.
    let what = match (mode, delimiters) {
        (ParseMode::Html, _) => {
            let message = format!("`{delimiters}` has no text in it and does nothing");
            return Some(Diagnostic::info(Code::EmptyElement, span, message));
        }
        // In MarkdownV2, `**` before a `>` separates two quotes.
        (ParseMode::MarkdownV2, "**") if input[span.end..].starts_with('>') => return None,
        (_, "**") => "bold",
        (ParseMode::Markdown, "__") => "italic",
        (ParseMode::MarkdownV2, "~~") => "strikethrough",
        (ParseMode::MarkdownV2, "||||") => "a spoiler",
        (ParseMode::MarkdownV2, "____") => "underline",
        _ => return None,
    };
    let single = &delimiters[..delimiters.len() / 2];
    // The fix shortens both the opening and the closing delimiter, since changing only one of them would leave the
    // entity unclosed.
    let mut pair = vec![span];
    let rest = &input[span.end..];
    let opens = rest.starts_with(|c: char| !c.is_whitespace())
        && !input[..span.start].ends_with(|c: char| !c.is_whitespace());
    match opens {
        true => pair.extend(rest.find(delimiters).map(|at| span.shifted(span.len() + at))),
        false => pair.extend(input[..span.start].rfind(delimiters).map(|at| Span::new(at, at + span.len()))),
    }
    pair.sort();
    let edits = pair.into_iter().map(|place| TextEdit::new(place, single)).collect();
    Some(
        Diagnostic::warning(Code::DoubledDelimiter, span, format!("`{delimiters}` formats nothing"))
            .with_help(format!("{what} is `{single}…{single}` here"))
            .with_fix(choice(format!("write `{single}`"), edits)),
    )
}

#[cfg(test)]
mod mistake_tests;
#[cfg(test)]
mod tests;
