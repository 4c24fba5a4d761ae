//! MarkdownV2 can say everything but a quote that does not begin and end with its lines.

use std::ops::Range;

use super::markdown::{address, is_fence_language};
use super::nesting::{Event, Part, events};
use super::unparsed::{Unparsed, lost};
use crate::telegram::{EntityKind, EscapeContext, FormattedText, ParseMode, escape};

pub(super) fn write(text: &FormattedText) -> Unparsed {
    let parts = parts(text);
    let mut writer = Writer { text: &text.text, out: Unparsed::default(), ..Writer::default() };
    for event in events(text.text.len(), parts) {
        match event {
            Event::Open(part) => writer.open(part),
            Event::Close(part) => writer.close(&part),
            Event::Text(range) => writer.push_text(range),
        }
    }
    writer.out
}

/// Returns the entities so that quotes hold whole lines and nothing crosses them.
///
/// A quote's last line break belongs to it but comes behind all that is in it, since it is what ends the quote.
fn parts(text: &FormattedText) -> Vec<Part<'_>> {
    let bytes = text.text.as_bytes();
    let all = text.entities.iter().zip(text.byte_ranges());
    let (mut quotes, mut others) = (Vec::<Part<'_>>::new(), Vec::new());
    for (entity, mut range) in all {
        if !is_quote(&entity.kind) {
            others.push(Part { range, kind: &entity.kind });
            continue;
        }
        let is_open_line =
            !range.is_empty() && bytes[range.end - 1] != b'\n' && bytes.get(range.end) == Some(&b'\n');
        range.end += usize::from(is_open_line);
        if quotes.last().is_none_or(|quote| quote.range.end <= range.start) && !range.is_empty() {
            quotes.push(Part { range, kind: &entity.kind });
        }
    }
    let mut parts = quotes.clone();
    for part in others {
        cut(&part, &quotes, bytes, &mut parts);
    }
    parts
}

fn cut<'a>(part: &Part<'a>, quotes: &[Part<'a>], bytes: &[u8], parts: &mut Vec<Part<'a>>) {
    let mut start = part.range.start;
    let first = quotes.partition_point(|quote| quote.range.end <= start);
    for quote in &quotes[first..] {
        if part.range.end < quote.range.start {
            break;
        }
        let before = start..quote.range.start.max(start);
        parts.push(Part { range: without_code_break(before, part.kind, bytes), kind: part.kind });
        let ends_line = bytes[quote.range.end - 1] == b'\n';
        let end = (quote.range.end - usize::from(ends_line)).min(part.range.end);
        let start_inside = start.max(quote.range.start);
        parts.push(Part { range: start_inside..end.max(start_inside), kind: part.kind });
        start = quote.range.end;
    }
    parts.push(Part { range: start..part.range.end.max(start), kind: part.kind });
}

/// Leaves out a line break at the end of code: within code it would not begin the line that a quote needs.
fn without_code_break(range: Range<usize>, kind: &EntityKind, bytes: &[u8]) -> Range<usize> {
    let is_code = matches!(kind, EntityKind::Code | EntityKind::Pre { .. });
    let ends_line = !range.is_empty() && bytes[range.end - 1] == b'\n';
    range.start..range.end - usize::from(is_code && ends_line)
}

fn is_quote(kind: &EntityKind) -> bool {
    matches!(kind, EntityKind::Blockquote | EntityKind::ExpandableBlockquote)
}

#[derive(Default)]
struct Writer<'a> {
    text: &'a str,
    out: Unparsed,
    open: Vec<Part<'a>>,
    /// Where the quote that is open ends, and whether it expands.
    quote: Option<(usize, bool)>,
    /// Where the last quote ended, so that one that follows at once is kept apart.
    quote_end: Option<usize>,
    is_behind_underscore: bool,
}

impl<'a> Writer<'a> {
    fn open(&mut self, part: Part<'a>) {
        match part.kind {
            EntityKind::Blockquote | EntityKind::ExpandableBlockquote => self.open_quote(&part),
            EntityKind::Pre { language } => self.open_pre(language.as_deref(), &part),
            EntityKind::TextLink { .. } | EntityKind::TextMention { .. } => self.push("["),
            EntityKind::CustomEmoji { .. } | EntityKind::DateTime { .. } => self.push("!["),
            kind => self.delimiter(delimiter(kind)),
        }
        self.open.push(part);
    }

    fn open_quote(&mut self, part: &Part<'a>) {
        let start = part.range.start;
        if 0 < start && self.text.as_bytes()[start - 1] != b'\n' && self.quote_end != Some(start) {
            self.push("\n");
            self.out.lost.push(lost("the quote begins a new line", &self.text[part.range.clone()]));
        }
        if self.quote_end == Some(start) {
            self.push("**");
        }
        self.push(">");
        self.quote = Some((part.range.end, *part.kind == EntityKind::ExpandableBlockquote));
    }

    fn open_pre(&mut self, language: Option<&str>, part: &Part<'a>) {
        let name = language.filter(|name| is_fence_language(name));
        if name != language {
            self.out.lost.push(lost("the language of the code block", &self.text[part.range.clone()]));
        }
        self.push("```");
        self.push(name.unwrap_or_default());
        self.push("\n");
        // A carriage return here would count as part of the line break.
        if self.text[part.range.clone()].starts_with('\r') {
            self.push("\\");
        }
    }

    fn close(&mut self, part: &Part<'a>) {
        if is_quote(part.kind) {
            self.open.pop();
            return self.close_quote(part);
        }
        match (address(part.kind), part.kind) {
            (Some(address), _) => {
                let address = escape(ParseMode::MarkdownV2, EscapeContext::LinkAddress, &address);
                self.push("](");
                self.push(&address);
                self.push(")");
            }
            (None, EntityKind::Pre { .. }) => self.push("```"),
            (None, kind) => self.delimiter(delimiter(kind)),
        }
        self.open.pop();
    }

    fn close_quote(&mut self, part: &Part<'a>) {
        let Some((end, expands)) = self.quote.take() else { return };
        self.quote_end = Some(end);
        if self.text[part.range.clone()].ends_with('\n') {
            return;
        }
        if expands {
            self.push("||");
        }
        if end < self.text.len() {
            self.push("\n");
            self.out.lost.push(lost("the quote ends its line", &self.text[part.range.clone()]));
        }
    }

    fn push_text(&mut self, range: Range<usize>) {
        let text = &self.text[range.clone()];
        if self.open.last().is_some_and(|part| matches!(part.kind, EntityKind::Code | EntityKind::Pre { .. }))
        {
            return self.push(&escape(ParseMode::MarkdownV2, EscapeContext::Code, text));
        }
        let mut at = range.start;
        for line in text.split_inclusive('\n') {
            at += line.len();
            let words = line.strip_suffix('\n');
            self.push(&escape(ParseMode::MarkdownV2, EscapeContext::Text, words.unwrap_or(line)));
            if words.is_some() {
                self.line_break(at);
            }
        }
    }

    /// Writes the line break that ends at `behind`: the quote's last, or one within it.
    fn line_break(&mut self, behind: usize) {
        match self.quote {
            Some((end, true)) if behind == end => self.push("||\n"),
            Some((end, _)) if behind < end => self.push("\n>"),
            _ => self.push("\n"),
        }
    }

    /// Writes a delimiter; two of underscores in a row would be read as others, so an empty entity goes between.
    fn delimiter(&mut self, delimiter: &str) {
        let has_underscore = delimiter.starts_with('_');
        if has_underscore && self.is_behind_underscore {
            let is_bold = self.open.last().is_some_and(|part| *part.kind == EntityKind::Bold);
            self.push(if is_bold { "~~" } else { "**" });
        }
        self.push(delimiter);
        self.is_behind_underscore = has_underscore;
    }

    fn push(&mut self, markup: &str) {
        self.out.markup.push_str(markup);
        self.is_behind_underscore &= markup.is_empty();
    }
}

fn delimiter(kind: &EntityKind) -> &'static str {
    match kind {
        EntityKind::Bold => "*",
        EntityKind::Italic => "_",
        EntityKind::Underline => "__",
        EntityKind::Strikethrough => "~",
        EntityKind::Spoiler => "||",
        EntityKind::Code => "`",
        _ => "",
    }
}
