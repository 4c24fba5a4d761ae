//! Builds the syntax tree from the scanned chunks of a source. A syntax error affects only its own output or tag and
//! the body of that tag. Everything else is still parsed, so that highlighting, completion, and checks work while a
//! body is being edited.

mod expressions;
mod tags;

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Fix, did_you_mean};
use crate::dialect::Dialect;
use crate::json::{Quote, QuoteState};
use crate::text::Span;

use super::flavour::Flavour;
use super::scan::{self, LiquidMarkup, ScannedTag, SourceChunk};
use super::syntax::{Block, OutputNode, SyntaxNode, TagNode};
use super::token::{self, Lexeme, LiquidToken, TokenClass};
use super::{chips, portability};

use expressions::{LexemeCursor, ParseResult};

// The maximum nesting of tags. Parsing, rendering, and all walks of the syntax tree recurse once per level, so this
// limit bounds their stack.
const MAX_DEPTH: usize = 50;

// The number of chunks in which the end tag of a block is searched for when another one is found. The limit keeps the
// work linear.
const MAX_LOOKAHEAD: usize = 200;

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct ParsedLiquid {
    pub body: Block,
    pub problems: Vec<Diagnostic>,
    /// The tokens for highlighting, in source order.
    pub tokens: Vec<LiquidToken>,
    /// The spans of each `{{ }}`, `{% %}`, and variable chip, in source order. A variable chip is one of CleverTap's
    /// `@` variables.
    pub liquid_spans: Vec<Span>,
    /// The spans of the plain text, in source order.
    pub texts: Vec<Span>,
    /// Maps the opening tag of each block to the spans of all tags of the block: the opening tag, the dividers (such as
    /// `else`), and the end tag.
    pub blocks: BTreeMap<Span, Vec<Span>>,
    /// One problem for each tag that the dialect does not accept. These problems do not prevent rendering.
    pub dialect_problems: Vec<Diagnostic>,
}

/// Parses without correcting mistakes. `repair::parse` also suggests corrections.
pub(super) fn parse(source: &str, flavour: Flavour) -> ParsedLiquid {
    let mut parser = LiquidParser {
        source,
        flavour,
        chunks: scan::scan(source),
        next: 0,
        open: Vec::new(),
        depth: 0,
        is_in_liquid_tag: false,
        is_truncated: false,
        parsed: ParsedLiquid::default(),
    };
    let body = parser.parse_block().0;
    let mut parsed = parser.parsed;
    parsed.body = body;
    // The tokens are not in order yet: both delimiters of a chunk were pushed before the tokens between them.
    parsed.tokens.sort_by_key(|token| token.span);
    parsed.liquid_spans.sort();
    parsed
}

struct LiquidParser<'s> {
    source: &'s str,
    flavour: Flavour,
    chunks: Vec<SourceChunk>,
    next: usize,
    /// The tags that are not closed yet, outermost first.
    open: Vec<OpenTag<'s>>,
    /// The number of bodies around the next chunk. A `{% liquid %}` counts as a body.
    depth: usize,
    /// Whether `chunks` are the lines of a `{% liquid %}`.
    is_in_liquid_tag: bool,
    /// Whether the rest of the source was skipped because its tags are nested too deeply.
    is_truncated: bool,
    parsed: ParsedLiquid,
}

#[derive(Debug, Clone, Copy)]
struct OpenTag<'s> {
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

impl<'s> LiquidParser<'s> {
    /// Parses up to the end tag or divider of the innermost open tag, and returns the block and that tag, which is
    /// consumed. The tag is `None` if the end tag of an outer tag, or the end of the source, comes first.
    fn parse_block(&mut self) -> (Block, Option<ScannedTag>) {
        let mut nodes = Vec::new();
        while let Some(chunk) = self.chunks.get(self.next).copied() {
            self.next += 1;
            match chunk {
                SourceChunk::Text(span) => self.push_text(span, &mut nodes),
                SourceChunk::Output(markup) => {
                    if let Some(tag) = self.tag_in_output(markup) {
                        return (self.finish(nodes), Some(tag));
                    }
                    nodes.extend(self.parse_output(markup));
                }
                SourceChunk::Tag(tag) => match self.role_of(&tag) {
                    TagRole::Ordinary => self.parse_tag(tag, &mut nodes),
                    TagRole::EndsBody => return (self.finish(nodes), Some(tag)),
                    TagRole::EndsBodyMisnamed(problem) => {
                        self.parsed.problems.push(*problem);
                        return (self.finish(nodes), Some(tag));
                    }
                    // The innermost tag is unclosed. This end tag is put back, because it belongs to an outer tag.
                    TagRole::EndsOuter => {
                        self.next -= 1;
                        break;
                    }
                    TagRole::Stray(problem) => {
                        self.colour_tag(&tag, &[]);
                        self.parsed.problems.push(*problem);
                    }
                },
            }
        }
        self.report_unclosed();
        (self.finish(nodes), None)
    }

    /// Adds plain text. In CleverTap's dialect, the variable chips in the text become outputs.
    fn push_text(&mut self, span: Span, nodes: &mut Vec<SyntaxNode>) {
        self.parsed.texts.push(span);
        let mut start = span.start;
        if self.flavour == Flavour::Dialect(Dialect::CleverTap) {
            for chip in chips::find(self.source, span) {
                if start < chip.span.start {
                    nodes.push(SyntaxNode::Text(Span::new(start, chip.span.start)));
                }
                start = chip.span.end;
                self.parsed.liquid_spans.push(chip.span);
                self.parsed.tokens.push(LiquidToken { span: chip.span, class: TokenClass::Variable });
                nodes.push(SyntaxNode::Output(chip));
            }
        }
        if start < span.end {
            nodes.push(SyntaxNode::Text(Span::new(start, span.end)));
        }
    }

    fn finish(&self, nodes: Vec<SyntaxNode>) -> Block {
        let is_blank = nodes.iter().all(|node| is_blank(self.source, node));
        Block { nodes, is_blank }
    }

    fn report_unclosed(&mut self) {
        // Nothing is reported if the rest of the source was skipped, because the end tags may be there.
        let Some(opener) = self.open.last().filter(|_| !self.is_truncated) else { return };
        let end = match self.chunks.get(self.next) {
            // Parsing stopped at the end tag of an outer block, so the missing end tag belongs before that end tag.
            Some(SourceChunk::Tag(tag)) => tag.markup.span.start,
            _ => self.end_of_string_around(opener.span).unwrap_or_else(|| self.source.trim_end().len()),
        };
        let closing = format!("{{% end{} %}}", opener.name);
        let problem =
            Diagnostic::error(Code::UnclosedTag, opener.span, format!("`{}` is never closed", opener.name))
                .with_help(format!("add `{closing}` where it ends"))
                // The fix is not safe, because it only guesses where the block was meant to end.
                .with_fix(
                    Fix::replace(format!("add `{closing}`"), Span::at(end), closing.clone())
                        .unsafe_to_apply(),
                );
        self.parsed.problems.push(problem);
    }

    /// Returns the offset of the closing quote of the JSON string around `span`; `None` if `span` is not in a string.
    ///
    /// A tag that opens inside a string should close inside that string.
    fn end_of_string_around(&self, span: Span) -> Option<usize> {
        let mut quoting = QuoteState::default();
        let chunks = self.chunks.iter().filter_map(|chunk| match chunk {
            SourceChunk::Text(text) => Some(*text),
            SourceChunk::Output(_) | SourceChunk::Tag(_) => None,
        });
        for text in chunks {
            for (at, byte) in (text.start..).zip(text.of(self.source).bytes()) {
                if quoting.read(byte) == Some(Quote::Closes) && span.end <= at {
                    return Some(at);
                }
            }
            // This text contains the end of `span` or follows it. No string closes after `span` in this text, and the
            // text does not end inside a string. Therefore, `span` is not in a string.
            if !quoting.is_inside() && span.end <= text.end {
                return None;
            }
            quoting.skip_interpolation();
        }
        None
    }

    fn role_of(&self, tag: &ScannedTag) -> TagRole {
        let name = tag.name.of(self.source);
        let innermost = self.open.last();
        let is_end_of = |opener: &OpenTag<'_>| name.strip_prefix("end") == Some(opener.name);
        // The innermost tag is checked first, so that `else` in nested blocks belongs to the nearest block.
        if innermost.is_some_and(|opener| is_end_of(opener) || dividers(opener.name).contains(&name)) {
            return TagRole::EndsBody;
        }
        if self.open.iter().any(is_end_of) {
            return TagRole::EndsOuter;
        }
        if let Some(problem) = innermost.and_then(|opener| self.misnamed_end(opener.name, tag)) {
            return TagRole::EndsBodyMisnamed(Box::new(problem));
        }
        if !name.starts_with("end") && !matches!(name, "else" | "elsif" | "when") {
            return TagRole::Ordinary;
        }
        let message = match name.strip_prefix("end") {
            Some("") | None => format!("unexpected `{name}`"),
            Some(opener) => format!("`{name}` has no matching `{opener}`"),
        };
        let opener = match name {
            "else" | "elsif" => "if",
            "when" => "case",
            _ => name.strip_prefix("end").unwrap_or_default(),
        };
        let help = match super::tags::TAGS.iter().find(|tag| tag.is_block && tag.name == opener) {
            Some(tag) if tag.signature.is_empty() => {
                format!("remove it, or add `{{% {opener} %}}` before it")
            }
            Some(_) => format!("remove it, or add `{{% {opener} … %}}` before it"),
            None => "remove it".to_owned(),
        };
        let mut problem = Diagnostic::error(Code::StrayTag, tag.markup.span, message).with_help(help);
        if let Some(opener) =
            innermost.filter(|opener| name.starts_with("end") && !self.is_ended_soon(opener))
        {
            let end = format!("end{}", opener.name);
            problem.help = Some(format!("write `{end}`, or remove it"));
            problem =
                problem.with_fix(Fix::replace(format!("write `{end}`"), tag.name, end).unsafe_to_apply());
        }
        let problem =
            problem.with_fix(Fix::replace(format!("remove `{name}`"), tag.markup.span, "").unsafe_to_apply());
        TagRole::Stray(Box::new(problem))
    }

    /// Whether one of the next tags is the end tag of `opener`.
    fn is_ended_soon(&self, opener: &OpenTag<'_>) -> bool {
        self.chunks.iter().skip(self.next).take(MAX_LOOKAHEAD).any(|chunk| match chunk {
            SourceChunk::Tag(tag) => tag.name.of(self.source).strip_prefix("end") == Some(opener.name),
            SourceChunk::Text(_) | SourceChunk::Output(_) => false,
        })
    }

    /// Returns a problem if the tag is the misspelled end tag of the innermost open tag, such as `end`, `end if`, or
    /// `endfi`.
    fn misnamed_end(&self, opener: &str, tag: &ScannedTag) -> Option<Diagnostic> {
        if self.flavour == Flavour::Shopify {
            return None;
        }
        let name = tag.name.of(self.source);
        let argument = tag.arguments.of(self.source);
        let end = format!("end{opener}");
        let is_tag = |name: &str| super::tags::TAGS.iter().any(|tag| tag.name == name);
        let is_end = match name {
            "end" => argument.is_empty() || argument.eq_ignore_ascii_case(opener),
            "" => argument.strip_prefix('/').is_some_and(|argument| argument.trim() == opener),
            _ if is_tag(name) || name.strip_prefix("end").is_some_and(is_tag) => false,
            // A shell script ends an `if` with `fi` and a `case` with `esac`.
            _ if name.chars().rev().eq(opener.chars()) => argument.is_empty(),
            _ => {
                argument.is_empty()
                    && (did_you_mean(name, [end.as_str()]).is_some()
                        || name.strip_suffix("end") == Some(opener))
            }
        };
        if !is_end {
            return None;
        }
        let span = tag.name.join(tag.arguments);
        let message = format!("unknown tag `{}`", span.of(self.source));
        Some(
            Diagnostic::error(Code::UnknownTag, span, message)
                .with_help(format!("write `{end}`"))
                .with_fix(Fix::replace(format!("write `{end}`"), span, end)),
        )
    }

    /// Reads `{{ else }}` and `{{ endif %}` inside an `if` as the tag that was meant, and reports the mistake. These
    /// words can mean nothing else there, and with the tag, the rest of the block can be parsed.
    fn tag_in_output(&mut self, markup: LiquidMarkup) -> Option<ScannedTag> {
        if self.flavour == Flavour::Shopify {
            return None;
        }
        let opener = self.open.last()?.name;
        let mut inner = scan::trimmed(self.source, markup.inner);
        if !markup.is_closed {
            // `{{ endif %}`: the scanner ends the output before the `}`.
            let text = inner.of(self.source).strip_suffix('%')?;
            let text = text.strip_suffix('-').unwrap_or(text);
            let start = inner.start + usize::from(text.starts_with('-'));
            inner = scan::trimmed(self.source, Span::new(start, inner.start + text.len()));
        }
        let name = inner.of(self.source);
        let is_end = name.strip_prefix("end") == Some(opener);
        let is_else = name == "else" && dividers(opener).contains(&name);
        if !is_end && !is_else {
            return None;
        }
        if markup.is_closed {
            let (left, right) = (markup.inner.start - markup.span.start, markup.span.end - markup.inner.end);
            let left = if left == 3 { "{%-" } else { "{%" };
            let right = if right == 3 { "-%}" } else { "%}" };
            let written = format!("{left} {name} {right}");
            let message = format!("`{name}` is a tag, and `{{{{` starts an output");
            let problem = Diagnostic::error(Code::UnknownTag, markup.span, message)
                .with_help(format!("write it in `{{% %}}`: `{written}`"))
                .with_fix(Fix::replace(format!("write `{written}`"), markup.span, written));
            self.parsed.problems.push(problem);
        }
        Some(ScannedTag::named(markup, inner))
    }

    fn parse_output(&mut self, markup: LiquidMarkup) -> Option<SyntaxNode> {
        // The output is highlighted before an error is returned, so that it keeps its colors while it is being typed.
        let lexemes = token::lex(self.source, markup.inner);
        self.colour_markup(markup);
        self.colour(&lexemes);
        self.parsed.liquid_spans.push(markup.span);
        if !markup.is_closed {
            self.report_unclosed_markup(markup, "{{", "}}");
            return None;
        }
        // Shopify accepts `{{ }}` and prints nothing.
        if lexemes.is_empty() {
            return None;
        }
        let mut cursor =
            LexemeCursor::new(self.source, &lexemes, scan::trimmed(self.source, markup.inner).end)
                .in_flavour(self.flavour);
        let value = cursor.filtered_expression().and_then(|value| cursor.expect_value_end().map(|()| value));
        let value = self.accept(value)?;
        Some(SyntaxNode::Output(OutputNode { span: markup.span, value }))
    }

    fn parse_tag(&mut self, tag: ScannedTag, nodes: &mut Vec<SyntaxNode>) {
        if MAX_DEPTH <= self.depth {
            let message = format!("tags are nested more than {MAX_DEPTH} levels deep");
            let problem = Diagnostic::error(Code::LiquidDepth, tag.markup.span, message);
            self.parsed
                .problems
                .push(problem.with_help("close tags where they end, or use `elsif` or `case`"));
            // The rest of the source is skipped. Otherwise, the end tag of this tag would be reported as stray, because
            // this tag is not parsed.
            self.next = self.chunks.len();
            self.is_truncated = true;
            return;
        }
        // Tags inside `{% liquid %}` are not reported, because the `liquid` tag is reported and its fix rewrites all of
        // its lines.
        if self.flavour == Flavour::Dialect(Dialect::CleverTap) && !self.is_in_liquid_tag {
            let problem = portability::tag_problem(self.source, tag.markup.span, tag.name, tag.arguments);
            self.parsed.dialect_problems.extend(problem);
        }
        match tag.name.of(self.source) {
            "liquid" => self.parse_liquid_tag(tag, nodes),
            _ => {
                let span = tag.markup.span;
                let node = self.parse_tag_node(tag);
                // A broken tag stays in the tree, because the checks must know that it may set names.
                let node =
                    self.accept(node).unwrap_or_else(|| SyntaxNode::Tag(span, Box::new(TagNode::Broken)));
                nodes.push(node);
            }
        }
    }

    /// Parses the lines of `{% liquid %}` into the surrounding block. A block that opens in one of these lines must
    /// also close in one of these lines.
    fn parse_liquid_tag(&mut self, tag: ScannedTag, nodes: &mut Vec<SyntaxNode>) {
        self.colour_tag(&tag, &[]);
        if !tag.markup.is_closed {
            self.report_unclosed_markup(tag.markup, "{%", "%}");
        }
        let inner = scan::scan_lines(self.source, tag.arguments);
        // The lines are read by this same parser. Its state for the surrounding source is saved here and restored
        // afterwards. `open` is empty while the lines are read, so that no line can close a tag that was opened
        // outside.
        let outer = std::mem::replace(&mut self.chunks, inner);
        let next = std::mem::replace(&mut self.next, 0);
        let open = std::mem::take(&mut self.open);
        let was_in_liquid_tag = std::mem::replace(&mut self.is_in_liquid_tag, true);
        self.depth += 1;
        let block = self.parse_block().0;
        self.depth -= 1;
        self.is_in_liquid_tag = was_in_liquid_tag;
        self.open = open;
        self.next = next;
        self.chunks = outer;
        nodes.extend(block.nodes);
    }

    fn accept<T>(&mut self, result: ParseResult<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(problem) => {
                self.parsed.problems.push(*problem);
                None
            }
        }
    }

    fn report_unclosed_markup(&mut self, markup: LiquidMarkup, opener: &str, closer: &str) {
        // The fix is found later, by `repair`, which can try several.
        let problem =
            Diagnostic::error(Code::UnclosedLiquid, markup.span, format!("`{opener}` is never closed"))
                .with_help(format!("close it with `{closer}`"));
        self.parsed.problems.push(problem);
    }

    fn colour_tag(&mut self, tag: &ScannedTag, lexemes: &[Lexeme]) {
        if !self.is_in_liquid_tag {
            self.colour_markup(tag.markup);
            self.parsed.liquid_spans.push(tag.markup.span);
        }
        if !tag.name.is_empty() {
            self.parsed.tokens.push(LiquidToken { span: tag.name, class: TokenClass::Tag });
        }
        self.colour(lexemes);
    }

    fn colour_markup(&mut self, markup: LiquidMarkup) {
        let delimiters =
            [Span::new(markup.span.start, markup.inner.start), Span::new(markup.inner.end, markup.span.end)];
        let tokens = delimiters.into_iter().filter(|span| !span.is_empty());
        self.parsed.tokens.extend(tokens.map(|span| LiquidToken { span, class: TokenClass::Delimiter }));
    }

    fn colour(&mut self, lexemes: &[Lexeme]) {
        self.parsed.tokens.extend(token::classify(self.source, lexemes));
    }
}

enum TagRole {
    Ordinary,
    /// Ends the body of the innermost open tag: an end tag, or a divider such as `else`.
    EndsBody,
    /// The end tag of the innermost open tag, with a wrong name.
    EndsBodyMisnamed(Box<Diagnostic>),
    /// The end tag of an outer tag, so the innermost tag is unclosed.
    EndsOuter,
    Stray(Box<Diagnostic>),
}

/// Whether `node` is blank by Shopify's definition, that is, whether it can print only whitespace.
fn is_blank(source: &str, node: &SyntaxNode) -> bool {
    match node {
        SyntaxNode::Text(span) => span.of(source).chars().all(scan::is_space),
        SyntaxNode::Output(_) => false,
        SyntaxNode::Tag(_, tag) => match &**tag {
            TagNode::Assign { .. } | TagNode::Capture { .. } | TagNode::Comment | TagNode::Broken => true,
            TagNode::If { branches } => branches.iter().all(|branch| branch.body.is_blank),
            TagNode::Case { branches, .. } => branches.iter().all(|branch| branch.body.is_blank),
            TagNode::For(each) => {
                each.body.is_blank && each.otherwise.as_ref().is_none_or(|block| block.is_blank)
            }
            TagNode::IfChanged(body) => body.is_blank,
            TagNode::Raw(span) => span.is_empty(),
            // Shopify counts these tags as content, so a block that contains one of them is not blank. Even `break` and
            // `continue`, which print nothing, count as content.
            TagNode::TableRow(_)
            | TagNode::Break
            | TagNode::Continue
            | TagNode::Cycle { .. }
            | TagNode::Increment(_)
            | TagNode::Decrement(_)
            | TagNode::Partial(_)
            | TagNode::Abort => false,
        },
    }
}
