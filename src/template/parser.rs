//! Builds the syntax tree from the pieces of a source. A problem costs its piece; the rest is still parsed.

mod tags;
mod words;

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::dialect::Dialect;
use crate::json::{Quote, Quoting};
use crate::text::Span;

use super::flavour::Flavour;
use super::scan::{self, Markup, Piece, TagPiece};
use super::syntax::{Block, Node, Output, Tag};
use super::token::{self, Lexeme, Token, TokenClass};
use super::{chips, portability};

use words::{Parse, Words};

const MAX_DEPTH: usize = 50;

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Parsed {
    pub body: Block,
    pub problems: Vec<Diagnostic>,
    /// Ascending.
    pub tokens: Vec<Token>,
    /// Each `{{ }}` and `{% %}`, ascending.
    pub holes: Vec<Span>,
    /// The tags of each block by its first: its dividers, its end.
    pub blocks: BTreeMap<Span, Vec<Span>>,
    /// Problems that do not keep it from being rendered: tags that the dialect does not accept.
    pub foreign: Vec<Diagnostic>,
}

pub(super) fn parse(source: &str, flavour: Flavour) -> Parsed {
    let mut parser = Parser {
        source,
        flavour,
        pieces: scan::scan(source),
        next: 0,
        open: Vec::new(),
        depth: 0,
        is_in_line: false,
        is_cut: false,
        parsed: Parsed::default(),
    };
    let body = parser.block().0;
    let mut parsed = parser.parsed;
    parsed.body = body;
    parsed.tokens.sort_by_key(|token| token.span);
    parsed.holes.sort();
    parsed
}

struct Parser<'s> {
    source: &'s str,
    flavour: Flavour,
    pieces: Vec<Piece>,
    next: usize,
    /// The tags that wait for their end, outermost first.
    open: Vec<Opener<'s>>,
    /// How many bodies, `liquid` tags among them, are open around `next`.
    depth: usize,
    /// Whether the pieces are lines of `{% liquid %}`.
    is_in_line: bool,
    /// Whether the rest was left out, since it nests too deep: nothing is known of what closes there.
    is_cut: bool,
    parsed: Parsed,
}

#[derive(Debug, Clone, Copy)]
struct Opener<'s> {
    name: &'s str,
    span: Span,
}

fn dividers(name: &str) -> &'static [&'static str] {
    match name {
        "if" | "unless" => &["elsif", "else"],
        "case" => &["when", "else"],
        "for" => &["else"],
        _ => &[],
    }
}

impl<'s> Parser<'s> {
    /// Parses up to the innermost open tag's end or divider, and takes that; to the end of the text where none is open.
    fn block(&mut self) -> (Block, Option<TagPiece>) {
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.get(self.next).copied() {
            self.next += 1;
            match piece {
                Piece::Text(span) => self.text(span, &mut nodes),
                Piece::Output(markup) => nodes.extend(self.output(markup)),
                Piece::Tag(tag) => match self.role_of(&tag) {
                    Role::Ordinary => self.tag(tag, &mut nodes),
                    Role::Divides => return (self.finish(nodes), Some(tag)),
                    Role::EndsOuter => {
                        self.next -= 1;
                        break;
                    }
                    Role::Stray(problem) => {
                        self.colour_tag(&tag, &[]);
                        self.parsed.problems.push(*problem);
                    }
                },
            }
        }
        self.report_unclosed();
        (self.finish(nodes), None)
    }

    /// Plain text, and in CleverTap's dialect the variables that stand in it.
    fn text(&mut self, span: Span, nodes: &mut Vec<Node>) {
        let mut start = span.start;
        if self.flavour == Flavour::Dialect(Dialect::CleverTap) {
            for chip in chips::find(self.source, span) {
                if start < chip.span.start {
                    nodes.push(Node::Text(Span::new(start, chip.span.start)));
                }
                start = chip.span.end;
                self.parsed.holes.push(chip.span);
                self.parsed.tokens.push(Token { span: chip.span, class: TokenClass::Variable });
                nodes.push(Node::Output(chip));
            }
        }
        if start < span.end {
            nodes.push(Node::Text(Span::new(start, span.end)));
        }
    }

    fn finish(&self, nodes: Vec<Node>) -> Block {
        let is_blank = nodes.iter().all(|node| is_blank(self.source, node));
        Block { nodes, is_blank }
    }

    fn report_unclosed(&mut self) {
        let Some(opener) = self.open.last().filter(|_| !self.is_cut) else { return };
        let end = match self.pieces.get(self.next) {
            Some(Piece::Tag(tag)) => tag.markup.span.start,
            _ => self.end_of_string_around(opener.span).unwrap_or_else(|| self.source.trim_end().len()),
        };
        let closing = format!("{{% end{} %}}", opener.name);
        let problem =
            Diagnostic::error(Code::UnclosedTag, opener.span, format!("`{}` is never closed", opener.name))
                .with_help(format!("add `{closing}` where it ends"))
                .with_fix(
                    Fix::replace(format!("add `{closing}`"), Span::at(end), closing.clone())
                        .unsafe_to_apply(),
                );
        self.parsed.problems.push(problem);
    }

    /// Returns where the JSON string ends that `span` stands in: what is opened in a string is closed in it.
    fn end_of_string_around(&self, span: Span) -> Option<usize> {
        let mut quoting = Quoting::default();
        let pieces = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(*text),
            Piece::Output(_) | Piece::Tag(_) => None,
        });
        for text in pieces {
            for (at, byte) in (text.start..).zip(text.of(self.source).bytes()) {
                if quoting.read(byte) == Some(Quote::Closes) && span.end <= at {
                    return Some(at);
                }
            }
            if !quoting.is_inside() && span.end <= text.end {
                return None;
            }
            quoting.pass_hole();
        }
        None
    }

    fn role_of(&self, tag: &TagPiece) -> Role {
        let name = tag.name.of(self.source);
        let innermost = self.open.last();
        let is_end_of = |opener: &Opener<'_>| name.strip_prefix("end") == Some(opener.name);
        if innermost.is_some_and(|opener| is_end_of(opener) || dividers(opener.name).contains(&name)) {
            return Role::Divides;
        }
        if !name.starts_with("end") && !matches!(name, "else" | "elsif" | "when") {
            return Role::Ordinary;
        }
        if self.open.iter().any(is_end_of) {
            return Role::EndsOuter;
        }
        let message = match name.strip_prefix("end") {
            Some("") | None => format!("`{name}` has no place here"),
            Some(opener) => format!("`{name}` closes nothing: no `{opener}` is open"),
        };
        let problem = Diagnostic::error(Code::StrayTag, tag.markup.span, message)
            .with_fix(Fix::replace(format!("remove `{name}`"), tag.markup.span, "").unsafe_to_apply());
        Role::Stray(Box::new(problem))
    }

    fn output(&mut self, markup: Markup) -> Option<Node> {
        let lexemes = token::lex(self.source, markup.inner);
        self.colour_markup(markup);
        self.colour(&lexemes);
        self.parsed.holes.push(markup.span);
        if !markup.is_closed {
            self.report_open(markup, "{{", "}}");
            return None;
        }
        if lexemes.is_empty() {
            return None;
        }
        let mut words = Words::new(self.source, &lexemes, scan::trimmed(self.source, markup.inner).end)
            .in_flavour(self.flavour);
        let value = words.piped().and_then(|value| words.expect_done().map(|()| value));
        let value = self.accept(value)?;
        Some(Node::Output(Output { span: markup.span, value }))
    }

    fn tag(&mut self, tag: TagPiece, nodes: &mut Vec<Node>) {
        if MAX_DEPTH <= self.depth {
            let message = format!("this tag stands inside {MAX_DEPTH} others: that is too deep");
            let problem = Diagnostic::error(Code::LiquidDepth, tag.markup.span, message);
            self.parsed
                .problems
                .push(problem.with_help("close tags where they end, or use `elsif` or `case`"));
            self.next = self.pieces.len();
            self.is_cut = true;
            return;
        }
        if self.flavour == Flavour::Dialect(Dialect::CleverTap) && !self.is_in_line {
            let problem = portability::tag_problem(self.source, tag.markup.span, tag.name, tag.arguments);
            self.parsed.foreign.extend(problem);
        }
        match tag.name.of(self.source) {
            "liquid" => self.lines(tag, nodes),
            _ => {
                let span = tag.markup.span;
                let node = self.tag_node(tag);
                let node = self.accept(node).unwrap_or_else(|| Node::Tag(span, Box::new(Tag::Broken)));
                nodes.push(node);
            }
        }
    }

    /// The tags of `{% liquid %}` stand in the block around it, but none may be left open.
    fn lines(&mut self, tag: TagPiece, nodes: &mut Vec<Node>) {
        self.colour_tag(&tag, &[]);
        if !tag.markup.is_closed {
            self.report_open(tag.markup, "{%", "%}");
        }
        let inner = scan::scan_lines(self.source, tag.arguments);
        let outer = std::mem::replace(&mut self.pieces, inner);
        let next = std::mem::replace(&mut self.next, 0);
        let open = std::mem::take(&mut self.open);
        let was_in_line = std::mem::replace(&mut self.is_in_line, true);
        self.depth += 1;
        let block = self.block().0;
        self.depth -= 1;
        self.is_in_line = was_in_line;
        self.open = open;
        self.next = next;
        self.pieces = outer;
        nodes.extend(block.nodes);
    }

    fn accept<T>(&mut self, result: Parse<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(problem) => {
                self.parsed.problems.push(*problem);
                None
            }
        }
    }

    fn report_open(&mut self, markup: Markup, opener: &str, closer: &str) {
        let problem =
            Diagnostic::error(Code::UnclosedLiquid, markup.span, format!("`{opener}` is never closed"))
                .with_help(format!("close it with `{closer}`"))
                .with_fix(Fix::replace(
                    format!("add `{closer}`"),
                    Span::at(self.end_of_open(markup)),
                    format!(" {closer}"),
                ));
        self.parsed.problems.push(problem);
    }

    /// Returns where an unclosed `{{` or `{%` is likely meant to end: where a quote has no partner on its line, the JSON
    /// string around ends there; in front of it, behind the first value.
    fn end_of_open(&self, markup: Markup) -> usize {
        let text = markup.inner.of(self.source);
        if text.matches('"').count().is_multiple_of(2) {
            return markup.span.end;
        }
        let lexemes = token::lex(self.source, markup.inner);
        let mut words = Words::new(self.source, &lexemes, markup.inner.end);
        match words.piped() {
            Ok(value) => value.span.end,
            Err(_) => {
                markup.inner.start
                    + text.rfind('"').map_or(text.len(), |quote| text[..quote].trim_end().len())
            }
        }
    }

    fn colour_tag(&mut self, tag: &TagPiece, lexemes: &[Lexeme]) {
        if !self.is_in_line {
            self.colour_markup(tag.markup);
            self.parsed.holes.push(tag.markup.span);
        }
        if !tag.name.is_empty() {
            self.parsed.tokens.push(Token { span: tag.name, class: TokenClass::Tag });
        }
        self.colour(lexemes);
    }

    fn colour_markup(&mut self, markup: Markup) {
        let delimiters =
            [Span::new(markup.span.start, markup.inner.start), Span::new(markup.inner.end, markup.span.end)];
        let tokens = delimiters.into_iter().filter(|span| !span.is_empty());
        self.parsed.tokens.extend(tokens.map(|span| Token { span, class: TokenClass::Delimiter }));
    }

    fn colour(&mut self, lexemes: &[Lexeme]) {
        self.parsed.tokens.extend(token::classify(self.source, lexemes));
    }
}

enum Role {
    Ordinary,
    Divides,
    /// It ends one further out: the innermost one is not closed.
    EndsOuter,
    Stray(Box<Diagnostic>),
}

/// Whether `node` can print nothing but white space, as Shopify sees it.
fn is_blank(source: &str, node: &Node) -> bool {
    match node {
        Node::Text(span) => span.of(source).chars().all(scan::is_space),
        Node::Output(_) => false,
        Node::Tag(_, tag) => match &**tag {
            Tag::Assign { .. } | Tag::Capture { .. } | Tag::Comment | Tag::Broken => true,
            Tag::If { branches } => branches.iter().all(|branch| branch.body.is_blank),
            Tag::Case { branches, .. } => branches.iter().all(|branch| branch.body.is_blank),
            Tag::For(each) => {
                each.body.is_blank && each.otherwise.as_ref().is_none_or(|block| block.is_blank)
            }
            Tag::IfChanged(body) => body.is_blank,
            Tag::Raw(span) => span.is_empty(),
            Tag::TableRow(_)
            | Tag::Break
            | Tag::Continue
            | Tag::Cycle { .. }
            | Tag::Increment(_)
            | Tag::Decrement(_)
            | Tag::Partial(_)
            | Tag::Abort => false,
        },
    }
}
