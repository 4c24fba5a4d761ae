//! Writes MarkdownV2, which can express nearly all formatting. It cannot express a quote that does not consist of whole
//! lines, or a code block whose language contains whitespace or a backtick.

use std::ops::Range;

use super::markdown::{address, is_fence_language};
use super::nesting::{EntityRange, NestingEvent, events};
use super::unparsed::{Unparsed, lost};
use crate::telegram::{EntityKind, EscapeContext, FormattedText, ParseMode, escape};

pub(super) fn write(text: &FormattedText) -> Unparsed {
    let parts = parts(text);
    let mut writer =
        MarkdownV2Writer { text: &text.text, out: Unparsed::default(), ..MarkdownV2Writer::default() };
    for event in events(text.text.len(), parts) {
        match event {
            NestingEvent::Open(part) => writer.open(part),
            NestingEvent::Close(part) => writer.close(&part),
            NestingEvent::Text(range) => writer.push_text(range),
        }
    }
    writer.out
}

/// Returns the ranges to write. Quotes are extended over the line break that ends their last line, and all other
/// entities are cut at the edges of quotes.
fn parts(text: &FormattedText) -> Vec<EntityRange<'_>> {
    let bytes = text.text.as_bytes();
    let all = text.entities.iter().zip(text.byte_ranges());
    let (mut quotes, mut others) = (Vec::<EntityRange<'_>>::new(), Vec::new());
    for (entity, mut range) in all {
        if !is_quote(&entity.kind) {
            others.push(EntityRange { range, kind: &entity.kind });
            continue;
        }
        let is_open_line =
            !range.is_empty() && bytes[range.end - 1] != b'\n' && bytes.get(range.end) == Some(&b'\n');
        // In MarkdownV2, the line break that ends a quote is always part of the quote.
        range.end += usize::from(is_open_line);
        if quotes.last().is_none_or(|quote| quote.range.end <= range.start) && !range.is_empty() {
            quotes.push(EntityRange { range, kind: &entity.kind });
        }
    }
    let mut parts = quotes.clone();
    for part in others {
        cut(&part, &quotes, bytes, &mut parts);
    }
    parts
}

fn cut<'a>(
    part: &EntityRange<'a>,
    quotes: &[EntityRange<'a>],
    bytes: &[u8],
    parts: &mut Vec<EntityRange<'a>>,
) {
    let mut start = part.range.start;
    let first = quotes.partition_point(|quote| quote.range.end <= start);
    for quote in &quotes[first..] {
        if part.range.end < quote.range.start {
            break;
        }
        // An entity that crosses a quote is written in pieces: before, inside, and after the quote.
        let before = start..quote.range.start.max(start);
        parts.push(EntityRange { range: without_code_break(before, part.kind, bytes), kind: part.kind });
        let ends_line = bytes[quote.range.end - 1] == b'\n';
        // The line break ends the quote, so entities inside the quote must end before the line break.
        let end = (quote.range.end - usize::from(ends_line)).min(part.range.end);
        let start_inside = start.max(quote.range.start);
        parts.push(EntityRange { range: start_inside..end.max(start_inside), kind: part.kind });
        start = quote.range.end;
    }
    parts.push(EntityRange { range: start..part.range.end.max(start), kind: part.kind });
}

/// Excludes a line break at the end of code from the range. The line break is then written after the code. A quote that
/// follows the code must begin directly after a line break, and a line break inside code does not count for this.
fn without_code_break(range: Range<usize>, kind: &EntityKind, bytes: &[u8]) -> Range<usize> {
    let is_code = matches!(kind, EntityKind::Code | EntityKind::Pre { .. });
    let ends_line = !range.is_empty() && bytes[range.end - 1] == b'\n';
    range.start..range.end - usize::from(is_code && ends_line)
}

fn is_quote(kind: &EntityKind) -> bool {
    matches!(kind, EntityKind::Blockquote | EntityKind::ExpandableBlockquote)
}

#[derive(Default)]
struct MarkdownV2Writer<'a> {
    text: &'a str,
    out: Unparsed,
    open: Vec<EntityRange<'a>>,
    /// The end of the open quote, and whether the quote is expandable.
    quote: Option<(usize, bool)>,
    /// The end of the last quote. A quote that begins directly there needs the separator `**`.
    quote_end: Option<usize>,
    is_after_underscore: bool,
}

impl<'a> MarkdownV2Writer<'a> {
    fn open(&mut self, part: EntityRange<'a>) {
        match part.kind {
            EntityKind::Blockquote | EntityKind::ExpandableBlockquote => self.open_quote(&part),
            EntityKind::Pre { language } => self.open_pre(language.as_deref(), &part),
            EntityKind::TextLink { .. } | EntityKind::TextMention { .. } => self.push("["),
            EntityKind::CustomEmoji { .. } | EntityKind::DateTime { .. } => self.push("!["),
            kind => self.delimiter(delimiter(kind)),
        }
        self.open.push(part);
    }

    fn open_quote(&mut self, part: &EntityRange<'a>) {
        let start = part.range.start;
        if 0 < start && self.text.as_bytes()[start - 1] != b'\n' && self.quote_end != Some(start) {
            self.push("\n");
            self.out.lost.push(lost("a quote that starts within a line", &self.text[part.range.clone()]));
        }
        // If another quote ends directly before this quote, the empty bold `**` separates the two quotes. Without the
        // `**`, the parser would read them as one quote.
        if self.quote_end == Some(start) {
            self.push("**");
        }
        self.push(">");
        self.quote = Some((part.range.end, *part.kind == EntityKind::ExpandableBlockquote));
    }

    fn open_pre(&mut self, language: Option<&str>, part: &EntityRange<'a>) {
        let name = language.filter(|name| is_fence_language(name));
        if name != language {
            self.out.lost.push(lost("the language of the code block", &self.text[part.range.clone()]));
        }
        self.push("```");
        // The line break is always necessary. Without it, the first word of the code would be read as a language or as
        // part of one.
        self.push(name.unwrap_or_default());
        self.push("\n");
        // Without a backslash, a carriage return after the line break would be read as part of the line break.
        if self.text[part.range.clone()].starts_with('\r') {
            self.push("\\");
        }
    }

    fn close(&mut self, part: &EntityRange<'a>) {
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

    fn close_quote(&mut self, part: &EntityRange<'a>) {
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
            self.out.lost.push(lost("a quote that ends within a line", &self.text[part.range.clone()]));
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
            let content = line.strip_suffix('\n');
            self.push(&escape(ParseMode::MarkdownV2, EscapeContext::Text, content.unwrap_or(line)));
            if content.is_some() {
                self.line_break(at);
            }
        }
    }

    /// Writes the line break that ends at `after`. The line break may be inside a quote, or end a quote.
    fn line_break(&mut self, after: usize) {
        match self.quote {
            Some((end, true)) if after == end => self.push("||\n"),
            // Every line of a quote needs its own `>`.
            Some((end, _)) if after < end => self.push("\n>"),
            _ => self.push("\n"),
        }
    }

    /// Writes a delimiter. If both this delimiter and the delimiter directly before it consist of underscores, first
    /// writes an empty entity as a separator.
    fn delimiter(&mut self, delimiter: &str) {
        let has_underscore = delimiter.starts_with('_');
        if has_underscore && self.is_after_underscore {
            // `_` and `__` must be separated, because the parser reads `___` as `__` and `_`. The separator is an empty
            // bold, as in `_**__`. If the innermost open entity is bold, the first `*` of `**` would close that entity,
            // so the separator is then an empty strikethrough, `~~`.
            let is_bold = self.open.last().is_some_and(|part| *part.kind == EntityKind::Bold);
            self.push(if is_bold { "~~" } else { "**" });
        }
        self.push(delimiter);
        self.is_after_underscore = has_underscore;
    }

    fn push(&mut self, markup: &str) {
        self.out.markup.push_str(markup);
        self.is_after_underscore &= markup.is_empty();
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
