//! Puts a format, such as bold, on a part of a template's text, or removes the format. Only the markup of this format
//! is edited. All other markup stays as the author wrote it.
//!
//! ```text
//! text ──mask Liquid──▶ masked text ──parse──▶ elements ──▶ edits ──apply, parse again──▶ only this format changed?
//! ```
//!
//! The edits follow simple rules, and the parser decides whether the result is right. If the text, another format, or
//! this format elsewhere has changed, the edits are refused. In this module, the *masked* text has one placeholder
//! character in place of each piece of Liquid. The *parsed* text is the masked text without markup.

mod edits;
mod inline;
mod marked;
mod quote;

use super::convert::liquid::{LiquidPlaceholders, is_placeholder};
use super::{ParseMode, TextFormat};
use crate::diagnostic::TextEdit;
use crate::text::Span;

use edits::{Edited, MarkupEdits};
use marked::{Coverage, MarkedText};

#[derive(Debug, Clone, PartialEq)]
pub struct FormatEdit {
    /// Ascending edits of the text, which do not overlap.
    pub edits: Vec<TextEdit>,
    /// What to select in the edited text: the formatted text, an address to type over, or the place to type at. `None`
    /// if the cursor stays where it is.
    pub select: Option<Span>,
    /// The offset in the edited text that Tab goes to next, after the text or the address of a new link was typed.
    pub next: Option<usize>,
}

/// Why a format cannot be put on a part of a text or removed from it, as one line without a full stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FormatRefusal(String);

/// Puts a format on the selected part of `text`. If all of this part has the format already, removes the format
/// instead. If nothing is selected, the part is the word at the cursor or, for a quote, the line. If there is no word
/// at the cursor, the markup is inserted with nothing inside. `liquid` contains the spans of the Liquid in the text.
///
/// The edited text parses to the same text, and only this format has changed.
///
/// ```
/// use telecast::telegram::{ParseMode, TextFormat, toggle_format};
/// use telecast::text::Span;
///
/// let text = "Hi <i>there</i>";
/// let edit = toggle_format(text, &[], ParseMode::Html, TextFormat::Bold, Span::at(1)).unwrap();
/// let inserted: Vec<&str> = edit.edits.iter().map(|edit| edit.replacement.as_str()).collect();
/// assert_eq!(inserted, ["<b>", "</b>"]);
/// ```
pub fn toggle_format(
    text: &str,
    liquid: &[Span],
    mode: ParseMode,
    format: TextFormat,
    selection: Span,
) -> Result<FormatEdit, FormatRefusal> {
    if format.delimiters(mode).is_none() {
        return Err(refusal(&format!(
            "{} has no {}; HTML and MarkdownV2 have it",
            mode.as_str(),
            format.name()
        )));
    }
    let placeholders = LiquidPlaceholders::new(text, liquid).map_err(|error| FormatRefusal(error.message))?;
    let masked = placeholders.text_with_placeholders();
    let marked = MarkedText::read(mode, masked)
        .map_err(|reason| FormatRefusal(format!("fix the markup of this text first: {reason}")))?;
    let job = FormatJob { marked, placeholders: &placeholders, format, is_selected: !selection.is_empty() };
    let plan = job.plan(placeholders.masked_span(selection))?;
    let edited = job.accepted(&plan)?;
    Ok(job.finish(&edited))
}

fn refusal(reason: &str) -> FormatRefusal {
    FormatRefusal(reason.to_owned())
}

struct FormatJob<'a> {
    marked: MarkedText<'a>,
    placeholders: &'a LiquidPlaceholders<'a>,
    format: TextFormat,
    /// Whether something is selected. If nothing is, the part to format is found at the cursor.
    is_selected: bool,
}

/// What to do to the masked text, and how the parsed text must be formatted afterward.
#[derive(Debug, Default)]
struct Plan {
    edits: MarkupEdits,
    /// The parts of the masked text whose Liquid disappears, such as the address of a removed link.
    dropped: Vec<Span>,
    /// The parts of the parsed text that have the format afterward.
    formatted: Coverage,
    /// The offset of new, empty markup in the parsed text. Empty markup formats nothing, so it is checked with a letter
    /// inside.
    empty_at: Option<usize>,
    /// Whether the edits already contain the marks of the selection.
    is_marked: bool,
    /// The part of the parsed text to format. If the plan is refused, `reason` looks for the reason there.
    part: Span,
}

impl FormatJob<'_> {
    /// `selection` is a span of the masked text. If nothing is selected, `selection` may be the placeholder of the
    /// Liquid at the cursor.
    fn plan(&self, selection: Span) -> Result<Plan, FormatRefusal> {
        let selected = self.marked.output(selection);
        // A cursor inside a tag such as `{% if %}` counts as being after the tag.
        let is_in_tag = !self.is_selected && self.placeholders.prints_nothing(selected.of(self.text()));
        let selected = if is_in_tag { Span::at(selected.end) } else { selected };
        let part = if self.is_selected { self.without_blank_edges(selected) } else { self.word_at(selected) };
        let mut plan = match self.format {
            TextFormat::Quote => self.plan_quote(selected, selection.end)?,
            _ if part.is_empty() => self.plan_empty(selection.end, selected.start)?,
            TextFormat::Link => self.plan_link(part)?,
            _ => self.plan_inline(part)?,
        };
        if self.is_selected && !part.is_empty() && !plan.is_marked {
            let (start, end) = (self.marked.markup_at(part.start).end, self.marked.markup_at(part.end).start);
            plan.edits.mark(start, end);
        }
        Ok(plan)
    }

    fn text(&self) -> &str {
        self.marked.text()
    }

    /// Returns the word around a position, or the whole Liquid output there. If there is neither, the span is empty.
    fn word_at(&self, at: Span) -> Span {
        if self.format == TextFormat::Link {
            let run = self.run_at(at, |c| !c.is_whitespace());
            let run = Span::new(
                run.start,
                run.start + run.of(self.text()).trim_end_matches(['.', ',', '!', '?', ')']).len(),
            );
            // If the cursor is in an address, the new link gets the whole address.
            if self.is_address(run) {
                return run;
            }
        }
        let run = self.run_at(at, |c| self.is_word(c));
        // Apostrophes and hyphens belong to a word only between its letters.
        let is_edge = |c: char| matches!(c, '\'' | '’' | '-');
        let start = run.start + (run.len() - run.of(self.text()).trim_start_matches(is_edge).len());
        Span::new(start, start + run.of(self.text()).trim_matches(is_edge).len())
    }

    fn run_at(&self, at: Span, is_part: impl Fn(char) -> bool) -> Span {
        let text = self.text();
        let start = text[..at.start].trim_end_matches(&is_part).len();
        let rest = &text[at.end..];
        Span::new(start, at.end + (rest.len() - rest.trim_start_matches(&is_part).len()))
    }

    fn is_word(&self, c: char) -> bool {
        if is_placeholder(c) {
            return !self.placeholders.prints_nothing(c.encode_utf8(&mut [0; 4]));
        }
        // Emoji and the characters that join them count as letters.
        c.is_alphanumeric()
            || matches!(c, '_' | '\'' | '’' | '-' | '\u{200d}' | '\u{20e3}' | '\u{fe0f}')
            || matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1ffff}' | '\u{300}'..='\u{36f}')
    }

    /// Returns the part without spaces and line breaks at both ends, because formatting blanks there has no visible
    /// effect.
    fn without_blank_edges(&self, part: Span) -> Span {
        let text = part.of(self.text());
        let start = part.start + (text.len() - text.trim_start().len());
        Span::new(start, start + text.trim().len())
    }

    /// Returns whether all words of a part of the parsed text are inside markup of the format.
    fn is_on(&self, part: Span) -> bool {
        let text = self.text();
        let covered = Coverage::of(text, self.marked.elements_of(self.format).map(|element| element.text));
        let mut start = part.start;
        part.of(text).split_inclusive(char::is_whitespace).all(|word| {
            let span = Span::new(start, start + word.trim_end().len());
            start += word.len();
            span.is_empty() || covered.contains(span)
        })
    }

    fn delimiters(&self) -> (&'static str, &'static str) {
        self.format.delimiters(self.marked.mode).unwrap_or_default()
    }

    /// Applies the plan's edits, and returns the result if it is right.
    fn accepted(&self, plan: &Plan) -> Result<Edited, FormatRefusal> {
        // In MarkdownV2, `_` and `__` in a row are read as `__` and `_`, so something empty must separate them.
        let separators: &[&str] =
            if self.marked.mode == ParseMode::MarkdownV2 { &["", "**", "~~"] } else { &[""] };
        let attempts = separators.iter().map(|separator| plan.edits.apply(self.marked.masked, separator));
        attempts
            .into_iter()
            .find(|edited| self.is_right(edited, plan))
            .ok_or_else(|| refusal(self.reason(plan.part)))
    }

    fn is_right(&self, edited: &Edited, plan: &Plan) -> bool {
        let mut masked = edited.text.clone();
        let mut text = self.text().to_owned();
        if let Some(at) = plan.empty_at {
            masked.insert(edited.inside.unwrap_or_default(), SAMPLE);
            text.insert(at, SAMPLE);
        }
        // No step may lose or repeat Liquid, except for Liquid in the address of a removed link.
        let is_kept = |at: usize| !plan.dropped.iter().any(|span| span.range().contains(&at));
        let liquid = |text: &str| text.char_indices().filter(|(_, c)| is_placeholder(*c)).collect::<Vec<_>>();
        let kept = liquid(self.marked.masked).into_iter().filter(|(at, _)| is_kept(*at)).map(|(_, c)| c);
        if !kept.eq(liquid(&masked).into_iter().map(|(_, c)| c)) {
            return false;
        }
        let Ok(after) = MarkedText::read(self.marked.mode, &masked) else { return false };
        if after.text() != text {
            return false;
        }
        let (own, others) = after.formatting(self.format);
        let (_, others_before) = self.marked.formatting(self.format);
        match plan.empty_at {
            Some(at) => {
                let sample = Span::new(at, at + SAMPLE.len_utf8());
                // A new link has no valid address yet, so Telegram creates no entity for it.
                let has_format = self.format == TextFormat::Link || own.contains(sample);
                let others = others.into_iter().map(|(kind, parts)| (kind, parts.without_text(sample)));
                has_format && others.filter(|(_, parts)| !parts.is_empty()).eq(others_before)
            }
            None => own == plan.formatted && others == others_before,
        }
    }

    /// Returns the likely reason why the format cannot be put on a part or removed from it.
    fn reason(&self, part: Span) -> &'static str {
        let overlaps = |element: Span| match part.is_empty() {
            true => element.start < part.start && part.start < element.end,
            false => element.start < part.end && part.start < element.end,
        };
        let is_in_code = self.marked.code_spans().any(overlaps);
        let mut others = self.marked.elements().filter(|element| overlaps(element.text));
        match self.format {
            TextFormat::Code if others.any(|element| element.format != Some(TextFormat::Code)) => {
                "code cannot have other formatting: remove that first"
            }
            _ if is_in_code => "code and times have no other formatting",
            _ if self.marked.mode == ParseMode::Markdown && others.next().is_some() => {
                "Markdown cannot put one format inside another; HTML and MarkdownV2 can"
            }
            TextFormat::Quote => {
                "a quote has whole lines, no other quote, and no formatting that ends after it"
            }
            TextFormat::Link => {
                "a link must begin and end in the same formatting, and outside of other links"
            }
            _ => "this part cannot be formatted: other markup is in the way",
        }
    }

    /// Refuses a part of the masked text that begins in one branch of the Liquid and ends in another.
    fn check_branches(&self, start: usize, end: usize) -> Result<(), FormatRefusal> {
        match self.placeholders.branch_at(start) == self.placeholders.branch_at(end) {
            true => Ok(()),
            false => Err(refusal("the selection begins and ends in different branches of the Liquid")),
        }
    }

    fn finish(&self, edited: &Edited) -> FormatEdit {
        let edit = |(span, replacement): &(Span, String)| TextEdit {
            span: self.placeholders.source_span(*span),
            replacement: self.placeholders.restore(replacement),
        };
        let offset = |masked: usize| self.placeholders.restore(&edited.text[..masked]).len();
        let select = match edited.marks.as_slice() {
            [] => edited.inside.map(|at| Span::at(offset(at))),
            [first, .., last] => Some(Span::new(offset(*first), offset(*last))),
            [at] => Some(Span::at(offset(*at))),
        };
        FormatEdit { edits: edited.edits.iter().map(edit).collect(), select, next: edited.next.map(offset) }
    }
}

/// This letter is put inside empty markup to check the markup.
const SAMPLE: char = 'x';

impl TextFormat {
    pub const ALL: [TextFormat; 8] = [
        TextFormat::Bold,
        TextFormat::Italic,
        TextFormat::Underline,
        TextFormat::Strikethrough,
        TextFormat::Spoiler,
        TextFormat::Code,
        TextFormat::Quote,
        TextFormat::Link,
    ];

    /// Returns the name for use inside a sentence.
    pub fn name(self) -> &'static str {
        match self {
            TextFormat::Bold => "bold",
            TextFormat::Italic => "italic",
            TextFormat::Underline => "underline",
            TextFormat::Strikethrough => "strikethrough",
            TextFormat::Spoiler => "spoiler",
            TextFormat::Code => "code",
            TextFormat::Quote => "quote",
            TextFormat::Link => "link",
        }
    }

    /// Returns the opening and closing delimiters, without the address of a link. Returns `None` if the mode lacks the
    /// format.
    fn delimiters(self, mode: ParseMode) -> Option<(&'static str, &'static str)> {
        let html = match self {
            TextFormat::Bold => ("<b>", "</b>"),
            TextFormat::Italic => ("<i>", "</i>"),
            TextFormat::Underline => ("<u>", "</u>"),
            TextFormat::Strikethrough => ("<s>", "</s>"),
            TextFormat::Spoiler => ("<tg-spoiler>", "</tg-spoiler>"),
            TextFormat::Code => ("<code>", "</code>"),
            TextFormat::Quote => ("<blockquote>", "</blockquote>"),
            TextFormat::Link => ("<a href='", "</a>"),
        };
        let markdown = match self {
            TextFormat::Bold => Some(("*", "*")),
            TextFormat::Italic => Some(("_", "_")),
            TextFormat::Code => Some(("`", "`")),
            TextFormat::Link => Some(("[", "]")),
            _ => None,
        };
        let markdown_v2 = match self {
            TextFormat::Underline => Some(("__", "__")),
            TextFormat::Strikethrough => Some(("~", "~")),
            TextFormat::Spoiler => Some(("||", "||")),
            TextFormat::Quote => Some((">", "")),
            _ => markdown,
        };
        match mode {
            ParseMode::Html => Some(html),
            ParseMode::Markdown => markdown,
            ParseMode::MarkdownV2 => markdown_v2,
        }
    }
}

#[cfg(test)]
mod tests;
