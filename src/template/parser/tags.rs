//! Parses the arguments and the body of each tag.

use crate::diagnostic::{Code, Diagnostic, Fix, did_you_mean};
use crate::dialect::Dialect;
use crate::text::Span;

use super::super::scan::{ScannedTag, SourceChunk, trimmed};
use super::super::syntax::{
    Block, Branch, CaseBranch, CycleGroup, Expression, Literal, Loop, Offset, OutputNode, PartialCall,
    Subject, SyntaxNode, TagNode,
};
use super::super::tags::{self, NO_ELSIF, NO_ELSIF_HELP};
use super::super::token::{self, Lexeme, LexemeKind, LiquidToken, TokenClass};
use super::expressions::{LexemeCursor, ParseResult};
use super::{Flavour, LiquidParser, OpenTag};

// A misspelled end tag is short, and it is searched for only among the first tags, so that the work is bounded.
const MAX_END_TAG: usize = 40;
const MAX_END_TAGS: usize = 50;

impl<'s> LiquidParser<'s> {
    pub(super) fn parse_tag_node(&mut self, tag: ScannedTag) -> ParseResult<SyntaxNode> {
        let name = tag.name.of(self.source);
        let lexemes = match (tag.body, name) {
            // The text of a `#` comment is not split into lexemes, because they would be highlighted as names and
            // operators.
            (None, "#") => Vec::new(),
            _ => token::lex(self.source, tag.arguments),
        };
        self.colour_tag(&tag, &lexemes);
        if !tag.markup.is_closed {
            self.report_unclosed_markup(tag.markup, "{%", "%}");
        }
        if !matches!(name, "raw" | "comment" | "doc" | "#") {
            self.report_quoted_outputs(&lexemes);
        }
        let span = tag.markup.span;
        let cursor = LexemeCursor::new(self.source, &lexemes, tag.arguments.end.max(tag.name.end))
            .in_flavour(self.flavour);
        let node = match name {
            "raw" | "comment" | "doc" => self.parse_verbatim_tag(&tag, &lexemes)?,
            "#" => self.parse_comment_line(&tag)?,
            "echo" => return self.parse_echo(span, cursor),
            "assign" => self.parse_assign(&tag, cursor)?,
            "capture" => self.parse_capture(&tag, cursor)?,
            "if" | "unless" => self.parse_conditional(&tag, cursor)?,
            "case" => self.parse_case(&tag, cursor)?,
            "for" | "tablerow" => self.parse_loop(&tag, cursor)?,
            "ifchanged" => TagNode::IfChanged(self.parse_body(&tag).0),
            "cycle" => parse_cycle(cursor)?,
            "increment" => TagNode::Increment(self.parse_counter_name(&tag)?),
            "decrement" => TagNode::Decrement(self.parse_counter_name(&tag)?),
            "render" | "include" => parse_partial(cursor, name == "render")?,
            "break" => TagNode::Break,
            "continue" => TagNode::Continue,
            // `abort` is CleverTap's own tag. Shopify does not have it.
            "abort" if self.flavour != Flavour::Shopify => {
                cursor.expect_done()?;
                TagNode::Abort
            }
            _ => {
                let place = if name.is_empty() { span } else { tag.name };
                return Err(Box::new(tags::unknown(name, place)));
            }
        };
        Ok(SyntaxNode::Tag(span, Box::new(node)))
    }

    /// Parses the body of `tag`. Returns the body and the divider or end tag after the body. The second value is `None`
    /// if the body is not closed.
    fn parse_body(&mut self, tag: &ScannedTag) -> (Block, Option<ScannedTag>) {
        self.open.push(OpenTag { name: tag.name.of(self.source), span: tag.markup.span });
        self.depth += 1;
        let (block, stop) = self.parse_block();
        self.depth -= 1;
        self.open.pop();
        if let Some(stop) = &stop {
            self.add_to_block(tag.markup.span, stop.markup.span);
            // Words after `else` and end tags are ignored, so they are not highlighted as arguments.
            let lexemes = match stop.name.of(self.source) {
                "elsif" | "when" => token::lex(self.source, stop.arguments),
                _ => Vec::new(),
            };
            self.colour_tag(stop, &lexemes);
            if !stop.markup.is_closed {
                self.report_unclosed_markup(stop.markup, "{%", "%}");
            }
            self.report_else_if(stop, tag.name.of(self.source));
            if matches!(stop.name.of(self.source), "elsif" | "when") {
                self.report_quoted_outputs(&lexemes);
            }
        }
        (block, stop)
    }

    /// Reports `{% else if … %}`. Shopify ignores the words after `else`, so the condition would silently have no
    /// effect.
    fn report_else_if(&mut self, tag: &ScannedTag, opener: &str) {
        let condition = tag.arguments.of(self.source);
        if self.flavour == Flavour::Shopify
            || tag.name.of(self.source) != "else"
            || !condition.starts_with("if ")
        {
            return;
        }
        let span = Span::new(tag.name.start, tag.arguments.start + "if".len());
        if opener == "unless" && self.flavour == Flavour::Dialect(Dialect::CleverTap) {
            let problem = Diagnostic::error(Code::StrayTag, span, NO_ELSIF);
            self.parsed.problems.push(problem.with_help(NO_ELSIF_HELP));
            return;
        }
        let problem = Diagnostic::error(Code::UnknownTag, span, "unknown tag `else if`");
        let problem =
            problem.with_help("write `elsif`").with_fix(Fix::replace("write `elsif`", span, "elsif"));
        self.parsed.problems.push(problem);
    }

    /// Reports a string with an output in it, as in `{% if "{{ x }}" == "a" %}`. The braces are text there.
    fn report_quoted_outputs(&mut self, lexemes: &[Lexeme]) {
        if self.flavour == Flavour::Shopify {
            return;
        }
        for lexeme in lexemes.iter().filter(|lexeme| lexeme.kind == LexemeKind::String) {
            let text = lexeme.span.of(self.source);
            let inside = text.get(1..text.len() - 1).unwrap_or_default();
            let Some((before, output)) = inside.split_once("{{") else { continue };
            let Some((inner, after)) = output.split_once("}}") else { continue };
            let inner = inner.trim_matches(['-', ' ']);
            let problem = Diagnostic::warning(
                Code::LiquidSyntax,
                lexeme.span,
                format!("`{{{{ {inner} }}}}` is text here: Liquid does not read braces inside a string"),
            );
            let problem = match before.is_empty() && after.is_empty() && !inner.contains('|') {
                true => {
                    let title = format!("write `{inner}`");
                    problem
                        .with_help(format!("write `{inner}`, without quotes and braces"))
                        .with_fix(Fix::replace(title, lexeme.span, inner).unsafe_to_apply())
                }
                false => problem.with_help("put the text together with `{% capture %}`, or with `append`"),
            };
            self.parsed.problems.push(problem);
        }
    }

    /// Reports a branch that is never reached, because an `else` comes before it.
    fn report_dead_branch(&mut self, tag: &ScannedTag) {
        if self.flavour == Flavour::Shopify {
            return;
        }
        let name = tag.name.of(self.source);
        let message = format!("this `{name}` comes after an `else`, so it is never used");
        let help = match name {
            "elsif" => "move it before the `else`",
            _ => "remove it, or write `elsif` with a condition instead of the first `else`",
        };
        let problem = Diagnostic::warning(Code::StrayTag, tag.markup.span, message);
        self.parsed.problems.push(problem.with_help(help));
    }

    fn add_to_block(&mut self, opener: Span, tag: Span) {
        self.parsed.blocks.entry(opener).or_insert_with(|| vec![opener]).push(tag);
    }

    fn parse_verbatim_tag(&mut self, tag: &ScannedTag, lexemes: &[Lexeme]) -> ParseResult<TagNode> {
        let name = tag.name.of(self.source);
        let Some(body) = tag.body else { return self.parse_verbatim_lines(tag) };
        let class = if name == "raw" { TokenClass::Raw } else { TokenClass::Comment };
        if !body.text.is_empty() {
            self.parsed.tokens.push(LiquidToken { span: body.text, class });
        }
        let Some(end) = body.end else {
            let message = format!("`{name}` is never closed");
            let problem = Diagnostic::error(Code::UnclosedTag, tag.markup.span, message);
            let problem = problem.with_help(format!("add `{{% end{name} %}}` where it ends"));
            return Err(Box::new(problem.with_fix(self.verbatim_end(name, body.text))));
        };
        self.add_to_block(tag.markup.span, end.span);
        self.colour_markup(end);
        self.parsed.liquid_spans.push(end.span);
        // The scanner gives no span for the end tag's name, which is `end` (3 bytes) and the opening tag's name.
        let end_name = Span::new(
            trimmed(self.source, end.inner).start,
            trimmed(self.source, end.inner).start + 3 + name.len(),
        );
        self.parsed.tokens.push(LiquidToken { span: end_name, class: TokenClass::Tag });
        if name == "doc" {
            // In Shopify, `doc` accepts neither arguments nor another `doc` inside it. If a `doc` has both, only the
            // inner `doc` is reported as a mistake. The `enddoc` of the inner `doc` has ended the outer `doc` too
            // early, which is the more serious problem.
            let nested = body.text.of(self.source).contains("{% doc");
            if let Some(word) = lexemes.first().filter(|_| !nested) {
                return Err(Box::new(Diagnostic::error(
                    Code::LiquidSyntax,
                    word.span,
                    "`doc` takes no arguments",
                )));
            }
            if nested {
                return Err(Box::new(Diagnostic::error(
                    Code::LiquidSyntax,
                    body.text,
                    "`doc` cannot contain another `doc`",
                )));
            }
        }
        Ok(if name == "raw" { TagNode::Raw(body.text) } else { TagNode::Comment })
    }

    /// Returns the fix for an unclosed `raw`, `comment`, or `doc` with this body: it corrects a misspelled end tag, or
    /// adds one at the end of the line.
    fn verbatim_end(&self, name: &str, body: Span) -> Fix {
        let end = format!("end{name}");
        let text = body.of(self.source);
        for (at, _) in text.match_indices("{%").take(MAX_END_TAGS) {
            let rest = &text[at + 2..];
            let Some(close) = rest.find("%}").filter(|close| *close < MAX_END_TAG) else { continue };
            let inside = trimmed(rest, Span::new(0, close));
            let dashes = ['-', ' '];
            let written = inside.of(rest).trim_matches(dashes);
            let word: String = written.chars().filter(|c| !matches!(c, ' ' | '_')).collect();
            if word == "end" || did_you_mean(&word.to_lowercase(), [end.as_str()]).is_some() {
                let start = body.start + at + 2 + rest.find(written).unwrap_or_default();
                let span = Span::new(start, start + written.len());
                return Fix::replace(format!("write `{end}`"), span, end).unsafe_to_apply();
            }
        }
        // A line usually ends with the quote and the comma of a JSON string.
        let line = text.lines().next().unwrap_or_default();
        let at = body.start + line.trim_end_matches([',', '"', '}', ' ']).len();
        let tag = format!("{{% {end} %}}");
        Fix::replace(format!("add `{tag}`"), Span::at(at), tag).unsafe_to_apply()
    }

    /// Skips the lines of a `comment`, `doc`, or `raw` inside `{% liquid %}`, including the line with the end tag.
    fn parse_verbatim_lines(&mut self, tag: &ScannedTag) -> ParseResult<TagNode> {
        let name = tag.name.of(self.source);
        // Comments nest inside `{% liquid %}`, as they do outside it. Each line is a separate chunk, so only the first
        // word of a line can be a start or end tag.
        let mut depth = 1;
        while let Some(SourceChunk::Tag(line)) = self.chunks.get(self.next).copied() {
            self.next += 1;
            let word = line.name.of(self.source);
            if word == name {
                depth += 1;
            } else if word.strip_prefix("end") == Some(name) {
                depth -= 1;
            }
            let class = if depth == 0 { TokenClass::Tag } else { TokenClass::Comment };
            self.parsed.tokens.push(LiquidToken { span: line.markup.span, class });
            if depth == 0 {
                self.add_to_block(tag.markup.span, line.markup.span);
                return match name {
                    // As in Shopify, `raw` is not allowed in `liquid`.
                    "raw" => Err(Box::new(Diagnostic::error(
                        Code::LiquidSyntax,
                        tag.markup.span,
                        "`raw` is not allowed in `liquid`",
                    ))),
                    _ => Ok(TagNode::Comment),
                };
            }
        }
        let message = format!("`{name}` is never closed");
        Err(Box::new(Diagnostic::error(Code::UnclosedTag, tag.markup.span, message)))
    }

    /// Checks that every non-empty line of a `#` comment starts with `#`, as Shopify requires.
    fn parse_comment_line(&mut self, tag: &ScannedTag) -> ParseResult<TagNode> {
        if !tag.arguments.is_empty() {
            self.parsed.tokens.push(LiquidToken { span: tag.arguments, class: TokenClass::Comment });
        }
        let mut start = tag.arguments.start;
        for (index, line) in tag.arguments.of(self.source).split_inclusive('\n').enumerate() {
            let whole = Span::new(start, start + line.len());
            start = whole.end;
            let line = trimmed(self.source, whole);
            // The `#` of the first line is the tag's name.
            if 0 < index && !line.is_empty() && !line.of(self.source).starts_with('#') {
                let problem = Diagnostic::error(Code::LiquidSyntax, line, "this comment line has no `#`");
                let fix = Fix::replace("add `#`", Span::at(line.start), "# ");
                let problem = problem.with_help("start every line of the comment with `#`");
                return Err(Box::new(problem.with_fix(fix)));
            }
        }
        Ok(TagNode::Comment)
    }

    fn parse_echo(&mut self, span: Span, mut cursor: LexemeCursor<'_>) -> ParseResult<SyntaxNode> {
        // An `echo` without a value prints nothing, like `{{ }}`.
        if cursor.is_done() {
            return Ok(SyntaxNode::Tag(span, Box::new(TagNode::Comment)));
        }
        let value = cursor.filtered_expression()?;
        cursor.expect_value_end()?;
        Ok(SyntaxNode::Output(OutputNode { span, value }))
    }

    fn parse_assign(&mut self, tag: &ScannedTag, mut cursor: LexemeCursor<'_>) -> ParseResult<TagNode> {
        // Shopify's variable names may consist of digits alone.
        let name = match cursor.take(LexemeKind::Number) {
            Some(digits) => digits,
            None => cursor.name("a name, as in `assign total = 5`")?,
        };
        if cursor.take(LexemeKind::Equals).is_none() {
            return Err(cursor.unexpected("`=`"));
        }
        if cursor.is_done() {
            let at = Span::at(tag.arguments.end);
            return Err(Box::new(Diagnostic::error(Code::LiquidSyntax, at, "expected a value after `=`")));
        }
        let value = cursor.filtered_expression()?;
        cursor.expect_value_end()?;
        Ok(TagNode::Assign { name: cursor.text_of(name).to_owned(), value })
    }

    fn parse_capture(&mut self, tag: &ScannedTag, mut cursor: LexemeCursor<'_>) -> ParseResult<TagNode> {
        // Shopify accepts `{% capture 'name' %}` too.
        let name = match cursor.take(LexemeKind::String) {
            Some(quoted) => Ok(cursor.text_of(quoted).trim_matches(['"', '\''])),
            None => cursor.name("a name, as in `capture greeting`").map(|name| cursor.text_of(name)),
        };
        // The body is parsed before an error is returned. Otherwise, the end tag would be reported as stray.
        let done = cursor.expect_done();
        let body = self.parse_body(tag).0;
        done?;
        Ok(TagNode::Capture { name: name?.to_owned(), body })
    }

    fn parse_conditional(&mut self, tag: &ScannedTag, mut cursor: LexemeCursor<'_>) -> ParseResult<TagNode> {
        let first = cursor.condition().and_then(|condition| cursor.expect_done().map(|()| condition));
        // The body is parsed even if the condition is broken. Otherwise, the end tag would be reported as stray.
        let mut condition = self.accept(first);
        let mut is_negated = tag.name.of(self.source) == "unless";
        let mut branches = Vec::new();
        let mut has_else = false;
        loop {
            let (body, stop) = self.parse_body(tag);
            branches.push(Branch { condition: condition.take(), is_negated, body });
            // `unless` negates only its own condition, not those of its `elsif` branches.
            is_negated = false;
            let Some(stop) = stop else { break };
            let name = stop.name.of(self.source);
            if has_else && matches!(name, "elsif" | "else") {
                self.report_dead_branch(&stop);
            }
            has_else |= name == "else";
            match name {
                "elsif" => {
                    let lexemes = token::lex(self.source, stop.arguments);
                    let mut cursor = LexemeCursor::new(self.source, &lexemes, stop.arguments.end);
                    let next = cursor.condition().and_then(|next| cursor.expect_done().map(|()| next));
                    condition = self.accept(next);
                }
                "else" => {}
                _ => break,
            }
        }
        drop_blank_together(&mut branches.iter_mut().map(|branch| &mut branch.body), true);
        Ok(TagNode::If { branches })
    }

    fn parse_case(&mut self, tag: &ScannedTag, mut cursor: LexemeCursor<'_>) -> ParseResult<TagNode> {
        let subject = cursor.expression().and_then(|subject| cursor.expect_done().map(|()| subject));
        // Shopify ignores what is between `case` and the first `when`.
        let (before, mut stop) = self.parse_body(tag);
        let mut branches = Vec::new();
        while let Some(divider) = stop {
            let values = match divider.name.of(self.source) {
                "when" => {
                    let values = self.parse_when_values(&divider);
                    self.accept(values).unwrap_or_default()
                }
                "else" => Vec::new(),
                _ => break,
            };
            let (body, next) = self.parse_body(tag);
            branches.push(CaseBranch { values, body });
            stop = next;
        }
        drop_blank_together(&mut branches.iter_mut().map(|branch| &mut branch.body), before.is_blank);
        Ok(TagNode::Case { subject: subject?, branches })
    }

    fn parse_when_values(&self, tag: &ScannedTag) -> ParseResult<Vec<Expression>> {
        let lexemes = token::lex(self.source, tag.arguments);
        let mut cursor = LexemeCursor::new(self.source, &lexemes, tag.arguments.end);
        let mut values = vec![cursor.expression()?];
        while cursor.take(LexemeKind::Comma).is_some() || cursor.take_word("or").is_some() {
            values.push(cursor.expression()?);
        }
        cursor.expect_done()?;
        Ok(values)
    }

    fn parse_loop(&mut self, tag: &ScannedTag, mut cursor: LexemeCursor<'_>) -> ParseResult<TagNode> {
        let is_row = tag.name.of(self.source) == "tablerow";
        let head = parse_loop_head(self.source, &mut cursor, is_row);
        // The body is parsed before an error in the head is returned. Otherwise, the end tag would be reported as
        // stray.
        let (mut body, stop) = self.parse_body(tag);
        let mut otherwise =
            stop.filter(|stop| stop.name.of(self.source) == "else").map(|_| self.parse_body(tag).0);
        drop_blank_together(&mut std::iter::once(&mut body).chain(&mut otherwise), true);
        let each = Loop { body, otherwise, ..head? };
        Ok(if is_row { TagNode::TableRow(each) } else { TagNode::For(each) })
    }

    /// Parses the counter name of `increment` and `decrement`. The name consists of letters, digits, and `_-.?[]`.
    fn parse_counter_name(&self, tag: &ScannedTag) -> ParseResult<String> {
        let name = tag.arguments.of(self.source);
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '?' | '[' | ']');
        if name.is_empty() || !name.chars().all(is_name) {
            let at = if name.is_empty() { tag.name } else { tag.arguments };
            return Err(Box::new(Diagnostic::error(Code::LiquidSyntax, at, "expected a counter name")));
        }
        Ok(name.to_owned())
    }
}

/// As in Shopify, whitespace is dropped only where all bodies of a tag are blank: a blank body beside another prints its
/// whitespace.
fn drop_blank_together(bodies: &mut dyn Iterator<Item = &mut Block>, is_blank_before: bool) {
    let bodies: Vec<&mut Block> = bodies.collect();
    let are_blank = is_blank_before && bodies.iter().all(|body| body.is_blank);
    bodies.into_iter().for_each(|body| body.is_blank = are_blank);
}

fn parse_loop_head(source: &str, cursor: &mut LexemeCursor<'_>, is_row: bool) -> ParseResult<Loop> {
    let tag = if is_row { "tablerow" } else { "for" };
    let variable = cursor.name(&format!("a name, as in `{tag} item in items`"))?;
    if cursor.take_word("in").is_none() {
        return Err(cursor.unexpected("`in`"));
    }
    let collection = cursor.expression()?;
    let mut each = Loop {
        variable: cursor.text_of(variable).to_owned(),
        name: format!("{}-{}", cursor.text_of(variable), collection.span().of(source)),
        collection,
        limit: None,
        offset: None,
        columns: None,
        is_reversed: false,
        body: Block::default(),
        otherwise: None,
    };
    while !cursor.is_done() {
        // Commas between loop arguments are optional in Liquid.
        if cursor.take(LexemeKind::Comma).is_some() {
            continue;
        }
        if cursor.take_word("reversed").is_some() {
            // Shopify parses `reversed` in a `tablerow` but ignores it.
            each.is_reversed = !is_row;
            continue;
        }
        let Some(key) = cursor.take_keyword() else {
            let last = if is_row { "cols:" } else { "reversed" };
            return Err(cursor.unexpected(&format!("`limit:`, `offset:` or `{last}`")));
        };
        match cursor.text_of(key) {
            "limit" => each.limit = Some(cursor.expression()?),
            "offset" if cursor.take_word("continue").is_some() => each.offset = Some(Offset::Continue),
            "offset" => each.offset = Some(Offset::At(cursor.expression()?)),
            "cols" if is_row => each.columns = Some(cursor.expression()?),
            other => {
                let message = format!("`{tag}` has no argument `{other}`");
                return Err(Box::new(Diagnostic::error(Code::LiquidSyntax, key, message)));
            }
        }
    }
    Ok(each)
}

/// Parses `cycle 'a', 'b'` or `cycle group: 'a', 'b'`.
fn parse_cycle(mut cursor: LexemeCursor<'_>) -> ParseResult<TagNode> {
    let first = cursor.expression()?;
    let mut items = Vec::new();
    let mut group = None;
    if cursor.take(LexemeKind::Colon).is_some() {
        group = Some(first);
        items.push(cursor.expression()?);
    } else {
        items.push(first);
    }
    while cursor.take(LexemeKind::Comma).is_some() && !cursor.is_done() {
        items.push(cursor.expression()?);
    }
    cursor.expect_done()?;
    // As in Shopify, unnamed `cycle` tags with the same literals share a position (the index of the next item), but a
    // `cycle` with variables has its own position. The key of a group is the debug form of the literals, which
    // distinguishes '1' from 1.
    let literals: Option<Vec<&Literal>> = items.iter().map(Expression::as_literal).collect();
    let group = match (group, literals) {
        (Some(name), _) => CycleGroup::Named(name),
        (None, Some(literals)) => CycleGroup::Values(format!("{literals:?}")),
        (None, None) => CycleGroup::Own,
    };
    Ok(TagNode::Cycle { group, items })
}

/// Parses `render 'name' with value as alias, key: value`.
fn parse_partial(mut cursor: LexemeCursor<'_>, is_isolated: bool) -> ParseResult<TagNode> {
    let name = cursor.expression()?;
    // As in Shopify, `render` needs a constant name, so that its partial is known before rendering.
    if is_isolated && name.as_text().is_none() {
        let message = "`render` needs a quoted partial name";
        let problem = Diagnostic::error(Code::LiquidSyntax, name.span(), message);
        return Err(Box::new(problem.with_help("`include` can take the name from a variable")));
    }
    let mut subject = None;
    let is_each = cursor.take_word("for").is_some();
    if is_each || cursor.take_word("with").is_some() {
        let value = cursor.expression()?;
        let alias = match cursor.take_word("as") {
            Some(_) => Some(cursor.name("a name")?),
            None => None,
        };
        let alias = alias.map(|alias| cursor.text_of(alias).to_owned());
        subject = Some(Subject { value, alias, is_each });
    }
    let mut arguments = Vec::new();
    while !cursor.is_done() {
        if cursor.take(LexemeKind::Comma).is_some() {
            continue;
        }
        let Some(key) = cursor.take_keyword() else { return Err(cursor.unexpected("`name: value`")) };
        arguments.push((cursor.text_of(key).to_owned(), cursor.expression()?));
    }
    Ok(TagNode::Partial(PartialCall { name, subject, arguments, is_isolated }))
}
