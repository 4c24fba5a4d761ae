//! The Liquid in a text, each piece closed as one private character, and what it may not do to the markup.

use super::refusal::Refusal;
use crate::telegram::{FormattedText, ParseMode};
use crate::text::Span;

/// The first of the characters that stand for Liquid; plane 15 is private throughout.
const FIRST: u32 = 0xf_0000;
const END: u32 = 0xf_fffe;

pub(super) fn is_hole(c: char) -> bool {
    (FIRST..END).contains(&(c as u32))
}

#[derive(Debug)]
pub(super) struct Holes<'a> {
    text: &'a str,
    spans: Vec<Span>,
    /// The text with each piece of Liquid as one character.
    closed: String,
    starts: Vec<usize>,
    /// The branch that the text behind each piece is in; 0 is outside all.
    branches: Vec<usize>,
}

impl<'a> Holes<'a> {
    pub fn new(text: &'a str, spans: &[Span]) -> Result<Self, Refusal> {
        if let Some((at, c)) = text.char_indices().find(|(_, c)| FIRST <= *c as u32) {
            let message = "this private character is one that the conversion needs".to_owned();
            return Err(Refusal { span: Span::new(at, at + c.len_utf8()), message });
        }
        let spans = without_comments(text, spans);
        let (mut closed, mut starts, mut from) = (String::with_capacity(text.len()), Vec::new(), 0);
        for (span, mark) in spans.iter().zip(FIRST..) {
            let Some(mark) = char::from_u32(mark).filter(|mark| is_hole(*mark)) else {
                return Err(Refusal { span: *span, message: "there is too much Liquid here".to_owned() });
            };
            closed.push_str(text.get(from..span.start).unwrap_or_default());
            starts.push(closed.len());
            closed.push(mark);
            from = span.end;
        }
        closed.push_str(text.get(from..).unwrap_or_default());
        let branches = branches(text, &spans);
        Ok(Self { text, spans, closed, starts, branches })
    }

    pub fn closed(&self) -> &str {
        &self.closed
    }

    /// Whether any Liquid chooses or repeats what stands between its tags.
    pub fn has_branches(&self) -> bool {
        self.branches.iter().any(|branch| *branch != 0)
    }

    /// Whether a piece of the closed text is made of tags that print nothing themselves.
    pub fn prints_nothing(&self, closed: &str) -> bool {
        const SILENT: [&str; 13] = [
            "if",
            "elsif",
            "else",
            "endif",
            "unless",
            "endunless",
            "case",
            "when",
            "endcase",
            "for",
            "endfor",
            "assign",
            "abort",
        ];
        closed.chars().all(|c| {
            let liquid = self.nth(c).map(|nth| self.spans[nth].of(self.text));
            let inner = liquid.and_then(|liquid| liquid.strip_prefix("{%"));
            let name = inner.and_then(|inner| inner.trim_start_matches('-').split_whitespace().next());
            name.is_some_and(|name| SILENT.contains(&name.trim_end_matches(['-', '%', '}'])))
        })
    }

    /// Puts the Liquid back.
    pub fn open(&self, closed: &str) -> String {
        let mut out = String::with_capacity(closed.len());
        for c in closed.chars() {
            match self.nth(c) {
                Some(nth) => out.push_str(self.spans[nth].of(self.text)),
                None => out.push(c),
            }
        }
        out
    }

    pub fn source(&self, span: Span) -> Span {
        let lead = |at: usize| {
            let nth = self.starts.partition_point(|start| *start < at);
            let Some(before) = nth.checked_sub(1) else { return at };
            let behind = self.starts[before] + char::len_utf8('\u{f0000}');
            if at < behind { self.spans[before].start } else { self.spans[before].end + (at - behind) }
        };
        Span::new(lead(span.start), lead(span.end))
    }

    fn nth(&self, c: char) -> Option<usize> {
        let nth = usize::try_from((c as u32).checked_sub(FIRST)?).ok()?;
        (nth < self.spans.len()).then_some(nth)
    }

    fn refuse(&self, nth: usize, message: &str) -> Refusal {
        Refusal { span: self.spans[nth], message: message.to_owned() }
    }

    /// Refuses Liquid that holds markup of its own, unless it escapes it.
    pub fn check_literals(&self, mode: ParseMode) -> Result<(), Refusal> {
        for (nth, span) in self.spans.iter().enumerate() {
            let liquid = span.of(self.text);
            if !is_escaped(liquid, mode)
                && (literals(liquid).any(|text| has_markup(text, mode)) || makes_tags(liquid))
            {
                return Err(
                    self.refuse(nth, "this Liquid makes markup of its own, which cannot be converted")
                );
            }
        }
        Ok(())
    }

    /// Refuses entities that begin in one branch and end in another.
    pub fn check_branches(&self, parsed: &FormattedText) -> Result<(), Refusal> {
        if !self.has_branches() {
            return Ok(());
        }
        // Behind each piece of Liquid in the parsed text, the branch.
        let turns: Vec<(usize, usize)> = parsed
            .text
            .char_indices()
            .filter_map(|(at, c)| self.nth(c).map(|nth| (at + c.len_utf8(), nth)))
            .collect();
        let last =
            |at: usize| turns[..turns.partition_point(|(turn, _)| *turn <= at)].last().map(|(_, nth)| *nth);
        let branch = |at: usize| last(at).map_or(0, |nth| self.branches[nth]);
        for range in parsed.byte_ranges() {
            if branch(range.start) != branch(range.end) {
                let nth = last(range.end).or(last(range.start)).unwrap_or_default();
                return Err(self.refuse(nth, "markup begins on one side of this tag and ends on the other"));
            }
        }
        Ok(())
    }

    /// Refuses a part of the text that ends in another branch than it begins in.
    pub fn check_whole(&self, part: &str) -> Result<(), Refusal> {
        let mut holes = part.chars().filter_map(|c| self.nth(c)).peekable();
        let Some(first) = holes.peek().copied() else { return Ok(()) };
        let before = first.checked_sub(1).map_or(0, |nth| self.branches[nth]);
        let last = holes.last().unwrap_or(first);
        if self.branches[last] == before {
            return Ok(());
        }
        Err(self.refuse(last, "this tag is half in an address and half outside"))
    }

    /// Refuses where Liquid stood in a place that the markup does not keep, such as a number in a tag.
    pub fn check_all_there(&self, markup: &str) -> Result<(), Refusal> {
        let mut seen = vec![0_u8; self.spans.len()];
        for nth in markup.chars().filter_map(|c| self.nth(c)) {
            seen[nth] = seen[nth].saturating_add(1);
        }
        match seen.iter().position(|times| *times != 1) {
            Some(nth) => {
                Err(self.refuse(nth, "this Liquid stands inside markup where it cannot be converted"))
            }
            None => Ok(()),
        }
    }
}

/// The first word of a tag, or `None` for an output.
fn tag_name(liquid: &str) -> Option<&str> {
    // White space that a dash takes away belongs to the tag.
    let inner = liquid.trim_start().strip_prefix("{%")?;
    inner.trim_start_matches('-').split_whitespace().next().map(|word| word.trim_end_matches(['-', '%', '}']))
}

/// Sorts the spans that fit the text; a comment is one piece from its beginning to its end.
fn without_comments(text: &str, spans: &[Span]) -> Vec<Span> {
    let mut sorted: Vec<Span> = spans.iter().copied().filter(|span| !span.of(text).is_empty()).collect();
    sorted.sort_unstable();
    let mut kept: Vec<Span> = Vec::new();
    let mut comments = 0_usize;
    for span in sorted {
        let overlaps = kept.last().is_some_and(|last| span.start < last.end);
        let name = tag_name(span.of(text)).unwrap_or_default();
        match kept.last_mut() {
            Some(open) if 0 < comments || overlaps => open.end = open.end.max(span.end),
            _ => kept.push(span),
        }
        match name {
            "comment" => comments += 1,
            "endcomment" => comments = comments.saturating_sub(1),
            _ => {}
        }
    }
    kept
}

/// Returns the branch behind each piece: each block and each of its branches has a number of its own.
fn branches(text: &str, spans: &[Span]) -> Vec<usize> {
    let mut open = vec![0];
    let mut fresh = 0;
    let of = |span: &Span| {
        match tag_name(span.of(text)).unwrap_or_default() {
            "if" | "unless" | "case" | "for" | "tablerow" | "capture" => {
                fresh += 1;
                open.push(fresh);
            }
            "else" | "elsif" | "when" if 1 < open.len() => {
                fresh += 1;
                open.pop();
                open.push(fresh);
            }
            "endif" | "endunless" | "endcase" | "endfor" | "endtablerow" | "endcapture" if 1 < open.len() => {
                open.pop();
            }
            _ => {}
        }
        open.last().copied().unwrap_or_default()
    };
    spans.iter().map(of).collect()
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
        ParseMode::Html => text.contains(['<', '&']),
        ParseMode::Markdown => text.contains(['_', '*', '`', '[']),
        ParseMode::MarkdownV2 => text.contains(['_', '*', '`', '[', '~', '|', '>', '\\']),
    }
}
