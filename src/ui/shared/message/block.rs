//! Lays out the text of a message: paragraphs, quotes with a bar, and code blocks in a box. A quote or a code block
//! starts and ends on its own line.

use std::ops::Range;

use crate::telegram::{EntityKind, FormattedText};
use crate::text;
use crate::ui::shared::message::style::{StyledRange, styled_ranges};
use crate::ui::shared::message::wrap;
use crate::ui::shared::message::wrap::line_width;
use crate::ui::shared::message::{LayoutOptions, MessageLine, RunRole, StyledRun};

/// The number of lines of an expandable quote that are shown while it is collapsed.
const COLLAPSED_LINES: usize = 3;

pub(super) fn lines(text: &FormattedText, options: LayoutOptions) -> Vec<MessageLine> {
    let styled = styled_ranges(text, options);
    let layout = BlockLayout { text: &text.text, styled: &styled };
    let ranges = text.byte_ranges();
    let blocks_of = |is_wanted: fn(&EntityKind) -> bool| -> Vec<Block<'_>> {
        let entities = text.entities.iter().zip(&ranges);
        let blocks = entities.filter(|(entity, range)| is_wanted(&entity.kind) && !range.is_empty());
        blocks.map(|(entity, range)| Block { kind: &entity.kind, range: range.clone() }).collect()
    };
    let quotes = blocks_of(|kind| matches!(kind, EntityKind::Blockquote | EntityKind::ExpandableBlockquote));
    let code = blocks_of(|kind| matches!(kind, EntityKind::Pre { .. }));
    // First, the text is split into quotes and the text between them. Then each of these parts is split into code
    // blocks and other text. The order is right, because Telegram allows code inside a quote, but no quote inside code.
    layout.split(0..text.text.len(), &quotes, &mut |part| match part {
        BlockPart::Text(range) => layout.with_code(range, &code, options),
        BlockPart::Block(quote) => layout.quote(quote, &code, options),
    })
}

struct Block<'a> {
    kind: &'a EntityKind,
    range: Range<usize>,
}

enum BlockPart<'a> {
    Text(Range<usize>),
    Block(&'a Block<'a>),
}

struct BlockLayout<'a> {
    text: &'a str,
    styled: &'a [StyledRange],
}

impl BlockLayout<'_> {
    /// Lays out the blocks in `range` and the text between them. One line break before a block and one line break after
    /// the block belong to the block and do not show as empty lines. For a block that itself ends with a line break,
    /// the line break after the block does show.
    fn split(
        &self,
        range: Range<usize>,
        blocks: &[Block<'_>],
        lay_out: &mut dyn FnMut(BlockPart<'_>) -> Vec<MessageLine>,
    ) -> Vec<MessageLine> {
        let mut lines = Vec::new();
        let mut at = range.start;
        // Blocks are sorted by start. With a linear search instead of this binary search, a message with many quotes
        // and code blocks would take quadratic time.
        let first = blocks.partition_point(|block| block.range.start < at);
        for block in &blocks[first..] {
            // Blocks of one kind do not overlap in a text that Telegram has parsed. In any other text, blocks may
            // overlap. If two blocks overlap, the later one is skipped, so that no text is shown twice.
            if range.end <= block.range.start || block.range.start < at {
                continue;
            }
            if at < block.range.start {
                let before = at..self.without_last_break(at..block.range.start);
                lines.extend(lay_out(BlockPart::Text(before)));
            }
            lines.extend(lay_out(BlockPart::Block(block)));
            at = block.range.end.min(range.end);
            let has_own_break = self.text[..at].ends_with('\n');
            if !has_own_break && self.text[at..range.end].starts_with('\n') {
                at += 1;
            }
        }
        if at < range.end || lines.is_empty() {
            lines.extend(lay_out(BlockPart::Text(at..range.end)));
        }
        lines
    }

    fn without_last_break(&self, range: Range<usize>) -> usize {
        range.end - usize::from(self.text[range].ends_with('\n'))
    }

    fn with_code(&self, range: Range<usize>, code: &[Block<'_>], options: LayoutOptions) -> Vec<MessageLine> {
        self.split(range, code, &mut |part| match part {
            BlockPart::Text(range) => self.paragraphs(range, options),
            BlockPart::Block(block) => self.code(block, options),
        })
    }

    fn paragraphs(&self, range: Range<usize>, options: LayoutOptions) -> Vec<MessageLine> {
        let mut at = range.start;
        let mut lines = Vec::new();
        for line in self.text[range].split('\n') {
            lines.extend(wrap::paragraph(self.text, at..at + line.len(), self.styled, options));
            at += line.len() + 1;
        }
        lines
    }

    fn quote(&self, quote: &Block<'_>, code: &[Block<'_>], options: LayoutOptions) -> Vec<MessageLine> {
        let bar = if options.is_ascii { "| " } else { "▌ " };
        let inside = quote.range.start..self.without_last_break(quote.range.clone());
        let mut lines = self.with_code(inside, code, options.narrower(text::width(bar)));
        // As in Telegram's clients, the limit counts the lines after wrapping, not the lines of the text.
        let is_long = *quote.kind == EntityKind::ExpandableBlockquote && COLLAPSED_LINES < lines.len();
        if is_long {
            let n_hidden = lines.len() - COLLAPSED_LINES;
            let label = match (options.expands_quotes, options.is_ascii) {
                (true, true) => "^ less".to_owned(),
                (true, false) => "▴ less".to_owned(),
                (false, true) => format!("v {} more", text::grouped(n_hidden)),
                (false, false) => format!("▾ {} more", text::grouped(n_hidden)),
            };
            if !options.expands_quotes {
                lines.truncate(COLLAPSED_LINES);
            }
            lines.push(MessageLine::of(label, RunRole::Toggle));
        }
        for line in &mut lines {
            line.runs.iter_mut().for_each(|run| run.style.in_quote = true);
            let mut run = StyledRun::of(bar, RunRole::QuoteBar);
            run.style.in_quote = true;
            line.runs.insert(0, run);
        }
        lines
    }

    fn code(&self, block: &Block<'_>, options: LayoutOptions) -> Vec<MessageLine> {
        let frame = if options.is_ascii { ASCII } else { ROUND };
        let inner = options.narrower(4);
        let inside = block.range.start..self.without_last_break(block.range.clone());
        let mut at = inside.start;
        let mut code = Vec::new();
        for line in self.text[inside].split('\n') {
            code.push(wrap::cut(self.text, at..at + line.len(), self.styled, inner));
            at += line.len() + 1;
        }
        let language = match block.kind {
            EntityKind::Pre { language: Some(language) } => language.as_str(),
            _ => "",
        };
        let title = wrap::shortened(language, inner.width.saturating_sub(2), options.is_ascii);
        // The box is as wide as its longest line, or as the title with a space on each side if that is wider.
        let room = if title.is_empty() { 0 } else { text::width(&title) + 2 };
        let width = code.iter().map(line_width).chain([room]).max().unwrap_or(0);
        let mut lines = vec![frame.top(&title, width)];
        lines.extend(code.into_iter().map(|line| frame.side(line, width)));
        lines.push(MessageLine::of(
            frame.edge(frame.corners[2], frame.corners[3], width + 2),
            RunRole::PreFrame,
        ));
        lines
    }
}

struct CodeFrame {
    corners: [&'static str; 4],
    across: &'static str,
    down: &'static str,
}

const ROUND: CodeFrame = CodeFrame { corners: ["╭", "╮", "╰", "╯"], across: "─", down: "│" };
const ASCII: CodeFrame = CodeFrame { corners: ["+", "+", "+", "+"], across: "-", down: "|" };

impl CodeFrame {
    fn edge(&self, left: &str, right: &str, width: usize) -> String {
        format!("{left}{}{right}", self.across.repeat(width))
    }

    fn top(&self, title: &str, width: usize) -> MessageLine {
        let [left, right, ..] = self.corners;
        if title.is_empty() {
            return MessageLine::of(self.edge(left, right, width + 2), RunRole::PreFrame);
        }
        let rest = width.saturating_sub(text::width(title) + 1);
        let runs = vec![
            StyledRun::of(format!("{left}{} ", self.across), RunRole::PreFrame),
            StyledRun::of(title, RunRole::PreTitle),
            StyledRun::of(format!(" {}{right}", self.across.repeat(rest)), RunRole::PreFrame),
        ];
        MessageLine { runs }
    }

    fn side(&self, line: MessageLine, width: usize) -> MessageLine {
        let padding = width.saturating_sub(line_width(&line));
        let mut runs = vec![StyledRun::of(format!("{} ", self.down), RunRole::PreFrame)];
        runs.extend(line.runs);
        runs.push(StyledRun::of(format!("{} {}", " ".repeat(padding), self.down), RunRole::PreFrame));
        MessageLine { runs }
    }
}
