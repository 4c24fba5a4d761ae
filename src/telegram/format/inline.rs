//! Plans the edits for styles, code, and links.

use super::edits::{INSIDE, MARK, NEXT};
use super::marked::Coverage;
use super::{FormatJob, FormatRefusal, Plan, refusal};
use crate::telegram::convert::liquid::is_placeholder;
use crate::telegram::markup::MarkupElement;
use crate::telegram::{EscapeContext, ParseMode, TextFormat, escape, link};
use crate::text::Span;

/// The address of a new link. Telegram drops a link with this address, so telecast reports an unfinished link as a
/// problem.
const NEW_ADDRESS: &str = "https://";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Inside,
    Outside,
}

impl FormatJob<'_> {
    pub(super) fn plan_inline(&self, part: Span) -> Result<Plan, FormatRefusal> {
        let text = self.text();
        let is_on = self.is_on(part);
        let (hull, touched) = if is_on { self.overlapped(part, 0) } else { self.overlapped(part, 1) };
        let mut plan = Plan { part, ..Plan::default() };
        for element in &touched {
            plan.edits.delete(element.open);
            plan.edits.delete(element.close);
        }
        let runs = match is_on {
            true => vec![Span::new(hull.start, part.start), Span::new(part.end, hull.end)],
            false => vec![hull],
        };
        let pieces: Vec<Span> = runs.into_iter().flat_map(|run| self.pieces(run, &touched)).collect();
        let (open, close) = self.delimiters();
        for piece in &pieces {
            let place = self.place_around(*piece, &touched)?;
            plan.edits.insert(place.start, open);
            self.rewrite(*piece, &touched, Side::Inside, &mut plan)?;
            plan.edits.insert(place.end, close);
        }
        if is_on {
            self.rewrite(part, &touched, Side::Outside, &mut plan)?;
        }
        let (before, _) = self.marked.formatting(self.format);
        plan.formatted = before.without(hull).with(text, &Coverage::of(text, pieces));
        Ok(plan)
    }

    /// Returns the elements of the format that overlap a part, directly or through other such elements. With a `reach`
    /// of 1, elements that only touch count too. Also returns the range of the part and these elements together.
    fn overlapped(&self, part: Span, reach: usize) -> (Span, Vec<MarkupElement>) {
        let (mut hull, mut touched) = (part, Vec::new());
        let mut rest: Vec<MarkupElement> = self
            .marked
            .elements_of(self.format)
            .filter(|element| !element.text.is_empty())
            .copied()
            .collect();
        loop {
            let is_touched = |element: &MarkupElement| {
                element.text.start < hull.end + reach && hull.start < element.text.end + reach
            };
            let (found, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_touched);
            rest = others;
            if found.is_empty() {
                return (hull, touched);
            }
            hull = found.iter().fold(hull, |hull, element| hull.join(element.text));
            touched.extend(found);
        }
    }

    /// Splits a run at the edge of each element that is partly inside and partly outside the run. Leaves out pieces
    /// without visible text.
    pub(super) fn pieces(&self, run: Span, removed: &[MarkupElement]) -> Vec<Span> {
        let text = self.text();
        let mut edges = vec![run.start, run.end];
        for reach in self.kept(removed).map(|element| self.reach(element)) {
            if run.start < reach.start && reach.start < run.end && run.end < reach.end {
                edges.push(reach.start);
            }
            if reach.start < run.start && run.start < reach.end && reach.end < run.end {
                edges.push(reach.end);
            }
        }
        edges.sort_unstable();
        let pieces = edges.windows(2).map(|edge| {
            let piece = Span::new(edge[0], edge[1]);
            let line_breaks = piece.of(text).len() - piece.of(text).trim_start_matches('\n').len();
            let start = piece.start + line_breaks;
            Span::new(start, start + piece.of(text).trim_matches('\n').len())
        });
        pieces.filter(|piece| !piece.of(text).trim().is_empty()).collect()
    }

    fn kept<'e>(&'e self, removed: &'e [MarkupElement]) -> impl Iterator<Item = &'e MarkupElement> {
        self.marked.elements().filter(|element| !element.text.is_empty() && !removed.contains(element))
    }

    /// Returns the range of the parsed text that an element occupies.
    fn reach(&self, element: &MarkupElement) -> Span {
        // In MarkdownV2, the line break after a quote ends the quote, so markup inside the quote must end before the
        // line break.
        let has_line_break =
            self.marked.mode == ParseMode::MarkdownV2 && element.format == Some(TextFormat::Quote);
        Span::new(element.text.start, element.text.end + usize::from(has_line_break))
    }

    /// Returns where the delimiters go around a piece: outside the elements that are inside the piece.
    pub(super) fn place_around(&self, piece: Span, removed: &[MarkupElement]) -> Result<Span, FormatRefusal> {
        let is_inside = |element: &&MarkupElement| {
            let reach = self.reach(element);
            piece.start <= reach.start && reach.end <= piece.end
        };
        let inside = || self.kept(removed).filter(is_inside);
        let opens =
            inside().filter(|element| element.text.start == piece.start).map(|element| element.open.start);
        let closes =
            inside().filter(|element| element.text.end == piece.end).map(|element| element.close.end);
        let start = opens.min().unwrap_or_else(|| self.marked.markup_at(piece.start).end);
        let end = closes.max().unwrap_or_else(|| self.marked.markup_at(piece.end).start);
        self.check_branches(start, end)?;
        Ok(Span::new(start, end))
    }

    /// Escapes a part again for its new place, inside or outside the format's delimiters, if the mode escapes text
    /// differently there.
    fn rewrite(
        &self,
        part: Span,
        removed: &[MarkupElement],
        side: Side,
        plan: &mut Plan,
    ) -> Result<(), FormatRefusal> {
        let mode = self.marked.mode;
        let differs = match mode {
            ParseMode::Html => false,
            ParseMode::Markdown => true,
            // The escapes of other text are valid in code too. But other text needs more escapes than code.
            ParseMode::MarkdownV2 => self.format == TextFormat::Code && side == Side::Outside,
        };
        if !differs {
            return Ok(());
        }
        if self.kept(removed).any(|element| element.text.start < part.end && part.start < element.text.end) {
            return Err(refusal(self.reason(part)));
        }
        let mut edges = vec![part.start, part.end];
        edges.extend(removed.iter().flat_map(|element| [element.text.start, element.text.end]));
        edges.retain(|edge| part.start <= *edge && *edge <= part.end);
        edges.sort_unstable();
        edges.dedup();
        for edge in edges.windows(2) {
            let piece = Span::new(edge[0], edge[1]).of(self.text());
            // Legacy Markdown has no escapes inside a format.
            let (_, close) = self.delimiters();
            let new = match side {
                Side::Outside => escape(mode, EscapeContext::Text, piece),
                Side::Inside if piece.contains(close) => {
                    let name = self.format.name();
                    return Err(FormatRefusal(format!("in Markdown, {name} cannot contain {close}")));
                }
                Side::Inside => piece.to_owned(),
            };
            let old = Span::new(self.marked.markup_at(edge[0]).end, self.marked.markup_at(edge[1]).start);
            if new != old.of(self.marked.masked) {
                plan.edits.replace(old, new);
            }
        }
        Ok(())
    }

    pub(super) fn plan_link(&self, part: Span) -> Result<Plan, FormatRefusal> {
        let text = self.text();
        let (before, _) = self.marked.formatting(self.format);
        let overlaps =
            |element: &&MarkupElement| element.text.start < part.end && part.start < element.text.end;
        let links: Vec<MarkupElement> =
            self.marked.elements_of(self.format).filter(overlaps).copied().collect();
        let mut plan = Plan { part, ..Plan::default() };
        if self.is_on(part) {
            plan.formatted = links.iter().fold(before, |left, link| left.without(link.text));
            for link in &links {
                plan.dropped.extend([link.open, link.close]);
                plan.edits.delete(link.open);
                plan.edits.delete(link.close);
                self.rewrite(link.text, &links, Side::Outside, &mut plan)?;
            }
            return Ok(plan);
        }
        if !links.is_empty() || self.pieces(part, &[]) != [part] {
            return Err(refusal(self.reason(part)));
        }
        let address = part.of(text);
        let is_address = self.is_address(part);
        let place = self.place_around(part, &[])?;
        let address = if is_address { address.to_owned() } else { format!("{MARK}{NEW_ADDRESS}{MARK}") };
        let (open, close) = self.link_delimiters(&address);
        plan.edits.insert(place.start, open);
        self.rewrite(part, &[], Side::Inside, &mut plan)?;
        let next = if is_address { String::new() } else { NEXT.to_string() };
        plan.edits.insert(place.end, close + &next);
        plan.formatted = if is_address { before.with(text, &Coverage::of(text, [part])) } else { before };
        plan.is_marked = !is_address;
        Ok(plan)
    }

    fn link_delimiters(&self, address: &str) -> (String, String) {
        let address = escape(self.marked.mode, EscapeContext::LinkAddress, address);
        match self.marked.mode {
            // Single quotes, because double quotes would need escapes in a JSON string.
            ParseMode::Html => (format!("<a href='{address}'>"), "</a>".to_owned()),
            ParseMode::Markdown | ParseMode::MarkdownV2 => ("[".to_owned(), format!("]({address})")),
        }
    }

    /// Returns whether a part of the parsed text is an address, as people write it.
    pub(super) fn is_address(&self, part: Span) -> bool {
        let text = part.of(self.text());
        let begins = ["http://", "https://", "tg://", "ton://", "www.", "t.me/"];
        begins.iter().any(|begin| text.starts_with(begin))
            && !text.contains(|c: char| c.is_whitespace() || is_placeholder(c))
            && link::normalize(text).is_ok()
    }

    /// Plans empty markup at `at`, an offset of the masked text. `parsed` is the same place in the parsed text.
    pub(super) fn plan_empty(&self, at: usize, parsed: usize) -> Result<Plan, FormatRefusal> {
        let covered = self.marked.elements_of(self.format).map(|element| element.text);
        if covered.into_iter().any(|covered| covered.start < parsed && parsed < covered.end) {
            let name = self.format.name();
            return Err(FormatRefusal(format!("the cursor is inside {name}; select text to remove it")));
        }
        let mut plan = Plan { empty_at: Some(parsed), part: Span::at(parsed), ..Plan::default() };
        // Nothing can be typed inside a tag, so the markup goes after the tag.
        let at = self.marked.out_of_delimiter(at);
        let markup = match self.format {
            // In both Markdown modes, the address comes after the text, so the text is typed first.
            TextFormat::Link if self.marked.mode != ParseMode::Html => {
                format!("[{INSIDE}]({NEW_ADDRESS}{NEXT})")
            }
            TextFormat::Link => format!("<a href='{MARK}{NEW_ADDRESS}{MARK}'>{INSIDE}{NEXT}</a>"),
            _ => {
                let (open, close) = self.delimiters();
                format!("{open}{INSIDE}{close}")
            }
        };
        plan.edits.insert(at, markup);
        Ok(plan)
    }
}
