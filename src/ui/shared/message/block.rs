//! Paragraphs, quotes behind a bar, and code in a box; blocks begin and end on lines of their own.

use std::ops::Range;

use crate::telegram::{EntityKind, FormattedText};
use crate::text;
use crate::ui::shared::message::style::{Stretch, stretches};
use crate::ui::shared::message::wrap;
use crate::ui::shared::message::wrap::line_width;
use crate::ui::shared::message::{Line, Options, Role, Run};

/// The lines of an expandable quote that are shown before it is opened.
const COLLAPSED: usize = 3;

pub(super) fn lines(text: &FormattedText, options: Options) -> Vec<Line> {
    let stretches = stretches(text, options);
    let page = Page { text: &text.text, stretches: &stretches };
    let ranges = text.byte_ranges();
    let of = |is_wanted: fn(&EntityKind) -> bool| -> Vec<Block<'_>> {
        let entities = text.entities.iter().zip(&ranges);
        let blocks = entities.filter(|(entity, range)| is_wanted(&entity.kind) && !range.is_empty());
        blocks.map(|(entity, range)| Block { kind: &entity.kind, range: range.clone() }).collect()
    };
    let quotes = of(|kind| matches!(kind, EntityKind::Blockquote | EntityKind::ExpandableBlockquote));
    let code = of(|kind| matches!(kind, EntityKind::Pre { .. }));
    page.split(0..text.text.len(), &quotes, &mut |part| match part {
        Part::Text(range) => page.with_code(range, &code, options),
        Part::Block(quote) => page.quote(quote, &code, options),
    })
}

struct Block<'a> {
    kind: &'a EntityKind,
    range: Range<usize>,
}

enum Part<'a> {
    Text(Range<usize>),
    Block(&'a Block<'a>),
}

struct Page<'a> {
    text: &'a str,
    stretches: &'a [Stretch],
}

impl Page<'_> {
    /// Lays out what lies between and in `blocks`; the line break on one side of each block is the block's own.
    fn split(
        &self,
        range: Range<usize>,
        blocks: &[Block<'_>],
        lay_out: &mut dyn FnMut(Part<'_>) -> Vec<Line>,
    ) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut at = range.start;
        let first = blocks.partition_point(|block| block.range.start < at);
        for block in &blocks[first..] {
            if range.end <= block.range.start || block.range.start < at {
                continue;
            }
            if at < block.range.start {
                let before = at..self.without_last_break(at..block.range.start);
                lines.extend(lay_out(Part::Text(before)));
            }
            lines.extend(lay_out(Part::Block(block)));
            at = block.range.end.min(range.end);
            let has_own_break = self.text[..at].ends_with('\n');
            if !has_own_break && self.text[at..range.end].starts_with('\n') {
                at += 1;
            }
        }
        if at < range.end || lines.is_empty() {
            lines.extend(lay_out(Part::Text(at..range.end)));
        }
        lines
    }

    fn without_last_break(&self, range: Range<usize>) -> usize {
        range.end - usize::from(self.text[range].ends_with('\n'))
    }

    fn with_code(&self, range: Range<usize>, code: &[Block<'_>], options: Options) -> Vec<Line> {
        self.split(range, code, &mut |part| match part {
            Part::Text(range) => self.paragraphs(range, options),
            Part::Block(block) => self.code(block, options),
        })
    }

    fn paragraphs(&self, range: Range<usize>, options: Options) -> Vec<Line> {
        let mut at = range.start;
        let mut lines = Vec::new();
        for line in self.text[range].split('\n') {
            lines.extend(wrap::paragraph(self.text, at..at + line.len(), self.stretches, options));
            at += line.len() + 1;
        }
        lines
    }

    fn quote(&self, quote: &Block<'_>, code: &[Block<'_>], options: Options) -> Vec<Line> {
        let bar = if options.is_ascii { "| " } else { "▌ " };
        let inside = quote.range.start..self.without_last_break(quote.range.clone());
        let mut lines = self.with_code(inside, code, options.narrower(text::width(bar)));
        let is_long = *quote.kind == EntityKind::ExpandableBlockquote && COLLAPSED < lines.len();
        if is_long {
            let n_hidden = lines.len() - COLLAPSED;
            let label = match (options.expands_quotes, options.is_ascii) {
                (true, true) => "^ less".to_owned(),
                (true, false) => "▴ less".to_owned(),
                (false, true) => format!("v {n_hidden} more"),
                (false, false) => format!("▾ {n_hidden} more"),
            };
            if !options.expands_quotes {
                lines.truncate(COLLAPSED);
            }
            lines.push(Line::of(label, Role::Toggle));
        }
        for line in &mut lines {
            line.runs.iter_mut().for_each(|run| run.style.in_quote = true);
            let mut run = Run::of(bar, Role::QuoteBar);
            run.style.in_quote = true;
            line.runs.insert(0, run);
        }
        lines
    }

    fn code(&self, block: &Block<'_>, options: Options) -> Vec<Line> {
        let frame = if options.is_ascii { ASCII } else { ROUND };
        let inner = options.narrower(4);
        let inside = block.range.start..self.without_last_break(block.range.clone());
        let mut at = inside.start;
        let mut code = Vec::new();
        for line in self.text[inside].split('\n') {
            code.push(wrap::cut(self.text, at..at + line.len(), self.stretches, inner));
            at += line.len() + 1;
        }
        let language = match block.kind {
            EntityKind::Pre { language: Some(language) } => language.as_str(),
            _ => "",
        };
        let title = wrap::shortened(language, inner.width.saturating_sub(2), options.is_ascii);
        let room = if title.is_empty() { 0 } else { text::width(&title) + 2 };
        let width = code.iter().map(line_width).chain([room]).max().unwrap_or(0);
        let mut lines = vec![frame.top(&title, width)];
        lines.extend(code.into_iter().map(|line| frame.side(line, width)));
        lines.push(Line::of(frame.edge(frame.corners[2], frame.corners[3], width + 2), Role::PreFrame));
        lines
    }
}

struct Frame {
    corners: [&'static str; 4],
    across: &'static str,
    down: &'static str,
}

const ROUND: Frame = Frame { corners: ["╭", "╮", "╰", "╯"], across: "─", down: "│" };
const ASCII: Frame = Frame { corners: ["+", "+", "+", "+"], across: "-", down: "|" };

impl Frame {
    fn edge(&self, left: &str, right: &str, width: usize) -> String {
        format!("{left}{}{right}", self.across.repeat(width))
    }

    fn top(&self, title: &str, width: usize) -> Line {
        let [left, right, ..] = self.corners;
        if title.is_empty() {
            return Line::of(self.edge(left, right, width + 2), Role::PreFrame);
        }
        let rest = width.saturating_sub(text::width(title) + 1);
        let runs = vec![
            Run::of(format!("{left}{} ", self.across), Role::PreFrame),
            Run::of(title, Role::PreTitle),
            Run::of(format!(" {}{right}", self.across.repeat(rest)), Role::PreFrame),
        ];
        Line { runs }
    }

    fn side(&self, line: Line, width: usize) -> Line {
        let padding = width.saturating_sub(line_width(&line));
        let mut runs = vec![Run::of(format!("{} ", self.down), Role::PreFrame)];
        runs.extend(line.runs);
        runs.push(Run::of(format!("{} {}", " ".repeat(padding), self.down), Role::PreFrame));
        Line { runs }
    }
}
