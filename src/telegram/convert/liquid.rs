//! Replaces each piece of Liquid in a text (an output, a tag, or a whole comment) with one placeholder, a private-use
//! character. Refuses Liquid that contains markup. Also refuses a link or a format that begins in one *branch* of the
//! Liquid and ends in another. A branch is, for example, the text between `if` and `else`.

use super::refusal::ConversionError;
use crate::telegram::{FormattedText, ParseMode};
use crate::text::Span;

/// The first of the characters that stand for Liquid. They are in Unicode's plane 15, which is for private use.
const FIRST: u32 = 0xf_0000;
const END: u32 = 0xf_fffe;

pub(in crate::telegram) fn is_placeholder(c: char) -> bool {
    (FIRST..END).contains(&(c as u32))
}

#[derive(Debug)]
pub(in crate::telegram) struct LiquidPlaceholders<'a> {
    text: &'a str,
    spans: Vec<Span>,
    /// The text with each piece of Liquid replaced by its placeholder.
    masked: String,
    /// The byte offset of each placeholder in `masked`.
    starts: Vec<usize>,
    /// For each piece, the number of the branch that the text after the piece is in, or 0 outside all branches.
    branches: Vec<usize>,
}

impl<'a> LiquidPlaceholders<'a> {
    pub(in crate::telegram) fn new(text: &'a str, spans: &[Span]) -> Result<Self, ConversionError> {
        // The text itself must not contain the characters that stand for Liquid and for addresses.
        if let Some((at, c)) = text.char_indices().find(|(_, c)| FIRST <= *c as u32) {
            let message = "this private-use character cannot be converted".to_owned();
            return Err(ConversionError { span: Span::new(at, at + c.len_utf8()), message });
        }
        let spans = without_comments(text, spans);
        let (mut masked, mut starts, mut from) = (String::with_capacity(text.len()), Vec::new(), 0);
        for (span, mark) in spans.iter().zip(FIRST..) {
            let Some(mark) = char::from_u32(mark).filter(|mark| is_placeholder(*mark)) else {
                let message = "there are too many pieces of Liquid to convert".to_owned();
                return Err(ConversionError { span: *span, message });
            };
            masked.push_str(text.get(from..span.start).unwrap_or_default());
            starts.push(masked.len());
            masked.push(mark);
            from = span.end;
        }
        masked.push_str(text.get(from..).unwrap_or_default());
        let branches = branches(text, &spans);
        Ok(Self { text, spans, masked, starts, branches })
    }

    pub(in crate::telegram) fn text_with_placeholders(&self) -> &str {
        &self.masked
    }

    /// Whether there is a Liquid block, such as `if`, `for`, or `capture`. The text in a block may be printed once,
    /// several times, or not at all.
    pub(super) fn has_branches(&self) -> bool {
        self.branches.iter().any(|branch| *branch != 0)
    }

    /// Whether a part of the masked text is empty or consists only of tags that print nothing.
    pub(in crate::telegram) fn prints_nothing(&self, masked: &str) -> bool {
        // Tags that may print something, such as `echo` or `render`, must not be in this list.
        const SILENT: [&str; 20] = [
            "#",
            "abort",
            "assign",
            "break",
            "capture",
            "case",
            "comment",
            "continue",
            "doc",
            "else",
            "elsif",
            "endcapture",
            "endcase",
            "endfor",
            "endif",
            "endunless",
            "for",
            "if",
            "unless",
            "when",
        ];
        masked.chars().all(|c| {
            let liquid = self.index_of(c).map(|nth| self.spans[nth].of(self.text));
            liquid.and_then(tag_name).is_some_and(|name| SILENT.contains(&name))
        })
    }

    /// Replaces the placeholders with their Liquid.
    pub(in crate::telegram) fn restore(&self, masked: &str) -> String {
        let mut out = String::with_capacity(masked.len());
        for c in masked.chars() {
            match self.index_of(c) {
                Some(nth) => out.push_str(self.spans[nth].of(self.text)),
                None => out.push(c),
            }
        }
        out
    }

    /// Maps a span of the masked text to the template's text.
    pub(in crate::telegram) fn source_span(&self, span: Span) -> Span {
        let map_offset = |at: usize| {
            // A placeholder is not as long as its Liquid, so each offset is counted from the end of the last
            // placeholder before that offset.
            let nth = self.starts.partition_point(|start| *start < at);
            let Some(before) = nth.checked_sub(1) else { return at };
            let after = self.starts[before] + char::len_utf8('\u{f0000}');
            if at < after { self.spans[before].start } else { self.spans[before].end + (at - after) }
        };
        Span::new(map_offset(span.start), map_offset(span.end))
    }

    /// Maps a span of the template's text to the masked text. A span that begins or ends inside a piece of Liquid is
    /// widened to the whole piece.
    pub(in crate::telegram) fn masked_span(&self, span: Span) -> Span {
        let map_offset = |at: usize, is_end: bool| {
            let nth = self.spans.partition_point(|piece| piece.end <= at);
            let from = nth.checked_sub(1).map_or(0, |before| self.spans[before].end);
            let masked_from =
                nth.checked_sub(1).map_or(0, |before| self.starts[before] + char::len_utf8('\u{f0000}'));
            match self.spans.get(nth).filter(|piece| piece.start < at) {
                Some(_) if is_end => self.starts[nth] + char::len_utf8('\u{f0000}'),
                Some(_) => self.starts[nth],
                None => masked_from + (at - from),
            }
        };
        Span::new(map_offset(span.start, false), map_offset(span.end, true))
    }

    /// Returns the number of the branch at an offset of the masked text, or 0 outside all branches.
    pub(in crate::telegram) fn branch_at(&self, masked: usize) -> usize {
        let before = self.starts.partition_point(|start| *start < masked);
        before.checked_sub(1).map_or(0, |nth| self.branches[nth])
    }

    fn index_of(&self, c: char) -> Option<usize> {
        let nth = usize::try_from((c as u32).checked_sub(FIRST)?).ok()?;
        (nth < self.spans.len()).then_some(nth)
    }

    fn refuse(&self, nth: usize, message: &str) -> ConversionError {
        ConversionError { span: self.spans[nth], message: message.to_owned() }
    }

    /// Refuses Liquid that has markup in a string literal, and Liquid that produces HTML tags (`newline_to_br`). Liquid
    /// with a filter that escapes its output is accepted.
    pub(super) fn check_literals(&self, mode: ParseMode) -> Result<(), ConversionError> {
        for (nth, span) in self.spans.iter().enumerate() {
            let liquid = span.of(self.text);
            // An escaping filter turns the markup in a literal into plain text. Only a filter for `mode` counts, the
            // mode that the body is converted from. A filter for another mode leaves some of the markup unescaped.
            if !is_escaped(liquid, mode)
                && (literals(liquid).any(|text| has_markup(text, mode)) || makes_tags(liquid))
            {
                return Err(self.refuse(nth, "this Liquid contains markup, which cannot be converted"));
            }
        }
        Ok(())
    }

    /// Refuses entities that begin in one branch of the Liquid and end in another.
    pub(super) fn check_branches(&self, parsed: &FormattedText) -> Result<(), ConversionError> {
        if !self.has_branches() {
            return Ok(());
        }
        // The byte offset after each placeholder in the parsed text, with the index of its piece of Liquid.
        let offsets: Vec<(usize, usize)> = parsed
            .text
            .char_indices()
            .filter_map(|(at, c)| self.index_of(c).map(|nth| (at + c.len_utf8(), nth)))
            .collect();
        let last = |at: usize| {
            offsets[..offsets.partition_point(|(offset, _)| *offset <= at)].last().map(|(_, nth)| *nth)
        };
        let branch = |at: usize| last(at).map_or(0, |nth| self.branches[nth]);
        for range in parsed.byte_ranges() {
            if branch(range.start) != branch(range.end) {
                // The error points at the last tag before the end of the entity.
                let nth = last(range.end).or(last(range.start)).unwrap_or_default();
                return Err(self.refuse(nth, "markup begins on one side of this tag and ends on the other"));
            }
        }
        Ok(())
    }

    /// Refuses a part of the text that begins and ends in different branches.
    pub(super) fn check_whole(&self, part: &str) -> Result<(), ConversionError> {
        let mut pieces = part.chars().filter_map(|c| self.index_of(c)).peekable();
        let Some(first) = pieces.peek().copied() else { return Ok(()) };
        // `branches[n]` is the branch of the text after piece `n`. So the branch in which the part begins is the entry
        // of the piece before the part's first piece.
        let before = first.checked_sub(1).map_or(0, |nth| self.branches[nth]);
        let last = pieces.last().unwrap_or(first);
        if self.branches[last] == before {
            return Ok(());
        }
        Err(self.refuse(last, "the block of this tag is partly inside an address and partly outside"))
    }

    /// Refuses a result in which a piece of Liquid is missing or occurs more than once.
    pub(super) fn check_all_there(&self, markup: &str) -> Result<(), ConversionError> {
        let mut seen = vec![0_u8; self.spans.len()];
        for nth in markup.chars().filter_map(|c| self.index_of(c)) {
            seen[nth] = seen[nth].saturating_add(1);
        }
        match seen.iter().position(|times| *times != 1) {
            Some(nth) => Err(self.refuse(nth, "this Liquid is inside markup, where it cannot be converted")),
            None => Ok(()),
        }
    }
}

/// Returns the first word of a tag, or `None` if the Liquid is an output.
fn tag_name(liquid: &str) -> Option<&str> {
    // The span of a tag with a dash (`{%-`) begins with the whitespace that the dash removes.
    let inner = liquid.trim_start().strip_prefix("{%")?;
    inner.trim_start_matches('-').split_whitespace().next().map(|word| word.trim_end_matches(['-', '%', '}']))
}

/// Sorts the spans and merges overlapping ones. A comment becomes one piece, including its start and end tags.
fn without_comments(text: &str, spans: &[Span]) -> Vec<Span> {
    let mut sorted: Vec<Span> = spans.iter().copied().filter(|span| !span.of(text).is_empty()).collect();
    sorted.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    let mut comments = 0_usize;
    for span in sorted {
        let overlaps = merged.last().is_some_and(|last| span.start < last.end);
        let name = tag_name(span.of(text)).unwrap_or_default();
        match merged.last_mut() {
            // Liquid inside a comment is never rendered, so its tags must not begin or end branches.
            Some(open) if 0 < comments || overlaps => open.end = open.end.max(span.end),
            _ => merged.push(span),
        }
        match name {
            "comment" => comments += 1,
            "endcomment" => comments = comments.saturating_sub(1),
            _ => {}
        }
    }
    merged
}

/// Returns, for each piece, the number of the branch that the text after the piece is in. Each block begins a branch
/// with a new number, and so does each `else`, `elsif`, and `when` in it.
fn branches(text: &str, spans: &[Span]) -> Vec<usize> {
    let mut open = vec![0];
    let mut n_branches = 0;
    let branch_after = |span: &Span| {
        match tag_name(span.of(text)).unwrap_or_default() {
            "if" | "unless" | "case" | "for" | "tablerow" | "capture" => {
                n_branches += 1;
                open.push(n_branches);
            }
            // Outside a block, these tags are errors, which the checks of the template report.
            "else" | "elsif" | "when" if 1 < open.len() => {
                n_branches += 1;
                open.pop();
                open.push(n_branches);
            }
            "endif" | "endunless" | "endcase" | "endfor" | "endtablerow" | "endcapture" if 1 < open.len() => {
                open.pop();
            }
            _ => {}
        }
        open.last().copied().unwrap_or_default()
    };
    spans.iter().map(branch_after).collect()
}

fn is_escaped(liquid: &str, mode: ParseMode) -> bool {
    let filters: &[&str] = match mode {
        ParseMode::Html => &["tg_html", "escape", "escape_once", "h"],
        ParseMode::Markdown => &["tg_markdown"],
        ParseMode::MarkdownV2 => &["tg_markdown_v2"],
    };
    let after_pipe = |part: &str| {
        part.trim_start()
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .next()
            .is_some_and(|name| filters.contains(&name))
    };
    liquid.split('|').skip(1).any(after_pipe)
}

fn makes_tags(liquid: &str) -> bool {
    liquid.split('|').skip(1).any(|part| part.trim_start().starts_with("newline_to_br"))
}

fn literals(liquid: &str) -> impl Iterator<Item = &str> {
    let mut rest = liquid;
    std::iter::from_fn(move || {
        let start = rest.find(['"', '\''])?;
        let quote = if rest[start..].starts_with('"') { '"' } else { '\'' };
        let inside = &rest[start + 1..];
        let end = inside.find(quote)?;
        rest = &inside[end + 1..];
        Some(&inside[..end])
    })
}

fn has_markup(text: &str, mode: ParseMode) -> bool {
    match mode {
        // A `>` alone is text in HTML.
        ParseMode::Html => text.contains(['<', '&']),
        ParseMode::Markdown => text.contains(['_', '*', '`', '[']),
        ParseMode::MarkdownV2 => text.contains(['_', '*', '`', '[', '~', '|', '>', '\\']),
    }
}
