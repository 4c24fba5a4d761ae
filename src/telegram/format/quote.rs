//! Plans the edits for quotes. In MarkdownV2, a quote consists of whole lines, each of which begins with `>`.

use super::edits::INSIDE;
use super::marked::Coverage;
use super::{FormatJob, FormatRefusal, Plan, refusal};
use crate::telegram::markup::MarkupElement;
use crate::telegram::{ParseMode, TextFormat};
use crate::text::Span;

impl FormatJob<'_> {
    /// Plans a quote of the selected part of the parsed text, or of its lines. `at` is the cursor in the masked text.
    pub(super) fn plan_quote(&self, selected: Span, at: usize) -> Result<Plan, FormatRefusal> {
        let lines = self.lines_of(selected);
        let is_v2 = self.marked.mode == ParseMode::MarkdownV2;
        let part = if is_v2 || !self.is_selected { lines } else { self.without_blank_edges(selected) };
        let is_blank = part.of(self.text()).trim().is_empty();
        let quotes: Vec<MarkupElement> = self
            .marked
            .elements_of(TextFormat::Quote)
            .filter(|quote| quote.text.start < part.end && part.start < quote.text.end)
            .copied()
            .collect();
        let mut plan = Plan { part, ..Plan::default() };
        let (before, _) = self.marked.formatting(TextFormat::Quote);
        if !is_blank && self.is_on(part) {
            for quote in &quotes {
                if is_v2 {
                    self.remove_lines(quote, &mut plan)
                } else {
                    plan.edits.delete(quote.open)
                }
                plan.edits.delete(quote.close);
            }
            plan.formatted = quotes.iter().fold(before, |left, quote| left.without(quote.text));
            return Ok(plan);
        }
        match (is_v2, is_blank) {
            (true, _) => self.add_lines(part, &mut plan)?,
            (false, true) => return self.plan_empty(at, selected.start),
            (false, false) => {
                if !quotes.is_empty() || self.pieces(part, &[]) != [part] {
                    return Err(refusal(self.reason(part)));
                }
                let place = self.place_around(part, &[])?;
                let (open, close) = self.delimiters();
                plan.edits.insert(place.start, open);
                plan.edits.insert(place.end, close);
            }
        }
        plan.formatted = before.with(self.text(), &Coverage::of(self.text(), [part]));
        Ok(plan)
    }

    /// Returns the lines of the parsed text that a part touches, without the last line break.
    fn lines_of(&self, part: Span) -> Span {
        let text = self.text();
        let start = text[..part.start].rfind('\n').map_or(0, |at| at + 1);
        // A selection up to the start of a line does not touch that line.
        let last = if text[part.range()].ends_with('\n') { part.end - 1 } else { part.end };
        Span::new(start, text[last..].find('\n').map_or(text.len(), |at| last + at))
    }

    fn line_starts(&self, lines: Span) -> impl Iterator<Item = usize> {
        let breaks = lines.of(self.text()).match_indices('\n').map(move |(at, _)| lines.start + at + 1);
        std::iter::once(lines.start).chain(breaks)
    }

    fn add_lines(&self, lines: Span, plan: &mut Plan) -> Result<(), FormatRefusal> {
        let is_blank = lines.of(self.text()).trim().is_empty();
        self.check_branches(
            self.marked.markup_at(lines.start).start,
            self.marked.markup_at(lines.end).start,
        )?;
        let quotes: Vec<Span> = self.marked.elements_of(TextFormat::Quote).map(|quote| quote.text).collect();
        for start in self.line_starts(lines) {
            let is_quoted = quotes.iter().any(|quote| quote.start <= start && start <= quote.end);
            if !is_quoted {
                let mark = if is_blank { INSIDE.to_string() } else { String::new() };
                plan.edits.insert(self.marked.markup_at(start).start, format!(">{mark}"));
            }
        }
        plan.empty_at = is_blank.then_some(lines.start);
        Ok(())
    }

    /// Removes the `>` of each line, the `**` that separates the quote from another one, and the `||` that makes the
    /// quote expandable.
    fn remove_lines(&self, quote: &MarkupElement, plan: &mut Plan) {
        let masked = self.marked.masked;
        let separator = masked[..quote.open.start].ends_with("**")
            && self
                .marked
                .elements()
                .any(|other| other.text.is_empty() && other.close.end == quote.open.start);
        plan.edits.delete(Span::new(quote.open.start - if separator { 2 } else { 0 }, quote.open.end));
        for start in self.line_starts(quote.text).skip(1) {
            let markup = self.marked.markup_at(start);
            if let Some(sign) = markup.of(masked).find('>') {
                plan.edits.delete(Span::new(markup.start + sign, markup.start + sign + 1));
            }
        }
        let end = self.marked.markup_at(quote.text.end).end;
        let is_spoiler = self.marked.elements_of(TextFormat::Spoiler).any(|spoiler| spoiler.close.end == end);
        if masked[..end].ends_with("||") && !is_spoiler {
            plan.edits.delete(Span::new(end - 2, end));
        }
    }
}
