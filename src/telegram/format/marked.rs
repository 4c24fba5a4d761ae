//! The masked text with its markup parsed: the parsed text, the elements, and what is formatted.

use std::collections::BTreeMap;

use crate::telegram::class::OverlapClass;
use crate::telegram::convert::{address, liquid::is_placeholder};
use crate::telegram::markup::{CollectAll, MarkupElement};
use crate::telegram::parse::parse_with;
use crate::telegram::{EntityKind, FormattedText, ParseMode, TextFormat, repair};
use crate::text::Span;

#[derive(Debug)]
pub(super) struct MarkedText<'m> {
    pub mode: ParseMode,
    pub masked: &'m str,
    parsed: FormattedText,
    collected: CollectAll,
}

/// The formatting of a text. Each key is a kind of formatting, including data such as an address. The value is the
/// parts that have this formatting.
pub(super) type Formatting = BTreeMap<String, Coverage>;

impl<'m> MarkedText<'m> {
    /// Parses the masked text. If it does not parse, returns the first error.
    pub(super) fn read(mode: ParseMode, masked: &'m str) -> Result<Self, String> {
        let mut collected = CollectAll::default();
        let parsed = parse_with(mode, &with_stand_ins(masked, mode), &mut collected);
        let error = collected.problems.first().cloned().or(parsed.as_ref().err().cloned());
        match (parsed, error) {
            (Ok(parsed), None) => Ok(Self { mode, masked, parsed, collected }),
            (_, error) => {
                let message = error.map(|error| error.message()).unwrap_or_default();
                Err(message.split_once(": ").map_or(message.clone(), |(_, reason)| reason.to_owned()))
            }
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.parsed.text
    }

    /// Returns the elements. Inner elements come before outer ones.
    pub(super) fn elements(&self) -> impl Iterator<Item = &MarkupElement> {
        self.collected.elements.iter()
    }

    pub(super) fn elements_of(&self, format: TextFormat) -> impl Iterator<Item = &MarkupElement> {
        self.elements().filter(move |element| element.format == Some(format))
    }

    /// Returns the part of the parsed text that comes from a part of the masked text.
    pub(super) fn output(&self, masked: Span) -> Span {
        self.collected.origins.output(masked)
    }

    /// Returns the markup at an offset of the parsed text.
    pub(super) fn markup_at(&self, at: usize) -> Span {
        self.collected.origins.markup_at(at, self.masked.len())
    }

    /// Returns the end of the delimiter that contains an offset of the masked text, or the offset itself if there is
    /// none.
    pub(super) fn out_of_delimiter(&self, at: usize) -> usize {
        let delimiters = self.elements().flat_map(|element| [element.open, element.close]);
        delimiters
            .filter(|delimiter| delimiter.start < at && at < delimiter.end)
            .map(|delimiter| delimiter.end)
            .max()
            .unwrap_or(at)
    }

    /// Returns the parts of the parsed text in which the server allows no other formatting.
    pub(super) fn code_spans(&self) -> impl Iterator<Item = Span> {
        let entities = self.parsed.entities.iter().zip(self.parsed.byte_ranges());
        let is_code = |kind: &EntityKind| OverlapClass::of(kind) == OverlapClass::Code;
        entities
            .filter(move |(entity, _)| is_code(&entity.kind))
            .map(|(_, range)| Span::new(range.start, range.end))
    }

    /// Returns the parts that the recipients see in a format, and all other formatting.
    pub(super) fn formatting(&self, format: TextFormat) -> (Coverage, Formatting) {
        let mut visible = self.parsed.clone();
        visible.entities.retain(|entity| 0 < entity.length);
        // The server repairs the entities before it sends the message, so only repaired ones show what recipients see.
        repair::repair(&mut visible.entities);
        let mut own = Vec::new();
        let mut others: BTreeMap<String, Vec<Span>> = BTreeMap::new();
        for (entity, range) in visible.entities.iter().zip(visible.byte_ranges()) {
            let span = Span::new(range.start, range.end);
            match format_of(&entity.kind) {
                Some(other) if other == format => own.push(span),
                _ => others.entry(format!("{:?}", entity.kind)).or_default().push(span),
            }
        }
        let text = self.text();
        let others = others.into_iter().map(|(kind, spans)| (kind, Coverage::of(text, spans)));
        (Coverage::of(text, own), others.filter(|(_, parts)| !parts.is_empty()).collect())
    }
}

fn format_of(kind: &EntityKind) -> Option<TextFormat> {
    match kind {
        EntityKind::Bold => Some(TextFormat::Bold),
        EntityKind::Italic => Some(TextFormat::Italic),
        EntityKind::Underline => Some(TextFormat::Underline),
        EntityKind::Strikethrough => Some(TextFormat::Strikethrough),
        EntityKind::Spoiler => Some(TextFormat::Spoiler),
        EntityKind::Code => Some(TextFormat::Code),
        EntityKind::Blockquote | EntityKind::ExpandableBlockquote => Some(TextFormat::Quote),
        EntityKind::TextLink { .. } | EntityKind::TextMention { .. } => Some(TextFormat::Link),
        _ => None,
    }
}

/// Puts letters in place of the Liquid in addresses. Then the parser accepts even an address of nothing but Liquid. The
/// length of the text does not change.
fn with_stand_ins(masked: &str, mode: ParseMode) -> String {
    let mut out = String::with_capacity(masked.len());
    let mut from = 0;
    for address in address::find(masked, mode) {
        out.push_str(&masked[from..address.range.start]);
        for c in masked[address.range.clone()].chars() {
            // The stand-in of a whole address must look like an address.
            if is_placeholder(c) { out.push_str("h.io") } else { out.push(c) }
        }
        from = address.range.end;
    }
    out.push_str(&masked[from..]);
    out
}

/// Parts of a text, in order. No two parts overlap or touch, and line breaks are left out, because formatting a line
/// break has no visible effect.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Coverage(Vec<Span>);

impl Coverage {
    pub(super) fn of(text: &str, spans: impl IntoIterator<Item = Span>) -> Self {
        let mut lines: Vec<Span> = Vec::new();
        for span in spans {
            let mut start = span.start;
            for line in span.of(text).split_inclusive('\n') {
                lines.push(Span::new(start, start + line.trim_end_matches('\n').len()));
                start += line.len();
            }
        }
        lines.retain(|line| !line.is_empty());
        lines.sort_unstable();
        let mut joined: Vec<Span> = Vec::with_capacity(lines.len());
        for line in lines {
            match joined.last_mut() {
                Some(last) if line.start <= last.end => last.end = last.end.max(line.end),
                _ => joined.push(line),
            }
        }
        Self(joined)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, part: Span) -> bool {
        let after = self.0.partition_point(|own| own.start <= part.start);
        after.checked_sub(1).is_some_and(|last| part.end <= self.0[last].end)
    }

    pub(super) fn with(self, text: &str, other: &Coverage) -> Self {
        Self::of(text, self.0.into_iter().chain(other.0.iter().copied()))
    }

    pub(super) fn without(self, removed: Span) -> Self {
        let cut = |part: Span| {
            let before = Span::new(part.start, part.end.min(removed.start).max(part.start));
            let after = Span::new(part.start.max(removed.end).min(part.end), part.end);
            [before, after].into_iter().filter(|part| !part.is_empty())
        };
        Self(self.0.into_iter().flat_map(cut).collect())
    }

    /// Returns the parts with their positions after `removed` was deleted from the text.
    pub(super) fn without_text(&self, removed: Span) -> Self {
        let moved = |at: usize| at - at.clamp(removed.start, removed.end).saturating_sub(removed.start);
        let parts = self.0.iter().map(|part| Span::new(moved(part.start), moved(part.end)));
        Self(parts.filter(|part| !part.is_empty()).collect())
    }
}
