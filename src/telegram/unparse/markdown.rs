//! Writes legacy Markdown, which has only bold, italic, code, code blocks, and links. Entities of this mode do not
//! nest, and there are no escapes inside an entity.

use std::collections::BTreeSet;
use std::ops::Range;

use super::unparsed::{Unparsed, lost};
use crate::telegram::{EntityKind, EscapeContext, FormattedText, ParseMode, escape};

pub(super) fn write(text: &FormattedText) -> Unparsed {
    let ranges = text.byte_ranges();
    let runs = runs(text, &ranges);
    let mut writer = MarkdownWriter { text: &text.text, out: Unparsed::default() };
    let mut covered = vec![0; ranges.len()];
    for run in &runs {
        match run.entity {
            Some(entity) => {
                covered[entity] += run.range.len();
                writer.entity(&text.entities[entity].kind, run.range.clone());
            }
            None => writer.plain(&text.text[run.range.clone()]),
        }
    }
    let mut out = writer.out;
    for ((entity, range), covered) in text.entities.iter().zip(&ranges).zip(covered) {
        // The loss of an entity is reported once, not for every piece of the entity that is lost.
        if covered < range.len() {
            out.lost.push(lost(entity.kind.label(), &text.text[range.clone()]));
        }
    }
    out
}

/// A part of the text with at most one entity.
struct EntityRun {
    range: Range<usize>,
    entity: Option<usize>,
}

/// Splits the text into runs. Where entities overlap, the entity with the lowest `rank` counts.
fn runs(text: &FormattedText, ranges: &[Range<usize>]) -> Vec<EntityRun> {
    let mut edges: Vec<(usize, bool, u8, usize)> = Vec::new();
    for (nth, (entity, range)) in text.entities.iter().zip(ranges).enumerate() {
        if let Some(rank) = rank(&entity.kind)
            && !range.is_empty()
        {
            // The edges are the starts and ends of the entities. One pass over the sorted edges finds all runs, while
            // comparing every pair of entities would take quadratic time.
            edges.push((range.start, true, rank, nth));
            edges.push((range.end, false, rank, nth));
        }
    }
    edges.sort_unstable();
    let mut runs: Vec<EntityRun> = Vec::new();
    let mut active = BTreeSet::new();
    let mut at = 0;
    for (edge, starts, rank, nth) in edges {
        push_run(&mut runs, at..edge, active.first().map(|(_, nth)| *nth));
        at = edge;
        if starts {
            active.insert((rank, nth));
        } else {
            active.remove(&(rank, nth));
        }
    }
    push_run(&mut runs, at..text.text.len(), None);
    runs
}

fn push_run(runs: &mut Vec<EntityRun>, range: Range<usize>, entity: Option<usize>) {
    if range.is_empty() {
        return;
    }
    match runs.last_mut() {
        Some(last) if last.entity == entity => last.range.end = range.end,
        _ => runs.push(EntityRun { range, entity }),
    }
}

/// Returns the rank of a kind, or `None` if legacy Markdown cannot express it. Where entities overlap, the entity with
/// the lowest rank is kept.
fn rank(kind: &EntityKind) -> Option<u8> {
    match kind {
        // Code has the lowest rank, because code cannot contain other formatting. The server, too, drops styles inside
        // code.
        EntityKind::Pre { .. } | EntityKind::Code => Some(0),
        EntityKind::TextLink { .. } | EntityKind::TextMention { .. } => Some(1),
        EntityKind::Bold => Some(2),
        EntityKind::Italic => Some(3),
        _ => None,
    }
}

struct MarkdownWriter<'a> {
    text: &'a str,
    out: Unparsed,
}

impl MarkdownWriter<'_> {
    fn plain(&mut self, text: &str) {
        self.out.markup.push_str(&escape(ParseMode::Markdown, EscapeContext::Text, text));
    }

    /// Writes an entity. If its text contains the delimiter that would end the entity, the entity is split there.
    fn entity(&mut self, kind: &EntityKind, range: Range<usize>) {
        let text = &self.text[range];
        let (open, close, end) = delimiters(kind, text);
        if let EntityKind::Pre { language: Some(name) } = kind
            && !is_fence_language(name)
        {
            self.out.lost.push(lost("the language of the code block", text));
        }
        for (nth, piece) in text.split(end).enumerate() {
            // The split is reported once per entity. A report for every piece would read the whole text each time,
            // which took 0.3 s for 64 KB of backticks.
            if nth == 1 {
                self.out.lost.push(lost(&format!("{} around {end}", kind.label()), text));
            }
            if 0 < nth {
                self.plain(end);
            }
            if !piece.is_empty() {
                let backslashes = self.take_backslashes(kind, piece);
                for part in [&open, backslashes.as_str(), piece, &close] {
                    self.out.markup.push_str(part);
                }
            }
        }
        if let EntityKind::TextLink { url } = kind
            && url.contains(')')
        {
            self.out.lost.push(format!("the \")\" in the address {url}, written %29"));
        }
    }

    /// Removes the backslashes at the end of the output and returns them.
    fn take_backslashes(&mut self, kind: &EntityKind, piece: &str) -> String {
        // A backslash directly before the opening delimiter would escape the delimiter. Inside the entity, a backslash
        // is plain text, so the backslashes are moved there.
        let end = self.out.markup.trim_end_matches('\\').len();
        let taken = self.out.markup.split_off(end);
        if !taken.is_empty() {
            let what = format!("{} begins with the backslash before it", kind.label());
            self.out.lost.push(lost(&what, piece));
        }
        taken
    }
}

/// Returns the opening delimiter, the closing delimiter, and the text at which the entity must be split.
fn delimiters(kind: &EntityKind, text: &str) -> (String, String, &'static str) {
    match kind {
        EntityKind::Bold => ("*".into(), "*".into(), "*"),
        EntityKind::Italic => ("_".into(), "_".into(), "_"),
        EntityKind::Pre { language } => {
            // A backtick at the end of the code would become part of the closing fence (three backticks). If the code
            // is split at every backtick, no piece ends with one.
            let end = if text.contains("```") || text.ends_with('`') { "`" } else { "```" };
            let name = language.as_deref().filter(|name| is_fence_language(name));
            (format!("```{}\n", name.unwrap_or_default()), "```".into(), end)
        }
        EntityKind::TextLink { .. } | EntityKind::TextMention { .. } => {
            let address = address(kind).unwrap_or_default();
            let address = escape(ParseMode::Markdown, EscapeContext::LinkAddress, &address);
            ("[".into(), format!("]({address})"), "]")
        }
        _ => ("`".into(), "`".into(), "`"),
    }
}

/// Whether the name of a language can be written after the fence that opens a code block.
pub(super) fn is_fence_language(name: &str) -> bool {
    !name.contains(|c: char| c == '`' || c == '\0' || c == '\x0b' || c.is_ascii_whitespace())
}

/// Returns the address of a link, a mention of a user, a custom emoji, or a time, and `None` for all other kinds.
pub(super) fn address(kind: &EntityKind) -> Option<String> {
    match kind {
        EntityKind::TextLink { url } => Some(url.clone()),
        EntityKind::TextMention { user_id } => Some(format!("tg://user?id={user_id}")),
        EntityKind::CustomEmoji { custom_emoji_id } => Some(format!("tg://emoji?id={custom_emoji_id}")),
        EntityKind::DateTime { unix_time, format } if format.is_empty() => {
            Some(format!("tg://time?unix={unix_time}"))
        }
        EntityKind::DateTime { unix_time, format } => {
            Some(format!("tg://time?unix={unix_time}&format={format}"))
        }
        _ => None,
    }
}
