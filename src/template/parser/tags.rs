//! Reads each tag's arguments and body.

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::text::Span;

use super::super::scan::{Piece, TagPiece, trimmed};
use super::super::syntax::{
    Block, Branch, CaseBranch, CycleGroup, Expression, Literal, Loop, Node, Offset, Output, PartialCall,
    Subject, Tag,
};
use super::super::tags;
use super::super::token::{self, Lexeme, LexemeKind, Token, TokenClass};
use super::words::{Parse, Words};
use super::{Flavour, Opener, Parser};

impl<'s> Parser<'s> {
    pub(super) fn tag_node(&mut self, tag: TagPiece) -> Parse<Node> {
        let name = tag.name.of(self.source);
        let lexemes = match (tag.body, name) {
            (None, "#") => Vec::new(),
            _ => token::lex(self.source, tag.arguments),
        };
        self.colour_tag(&tag, &lexemes);
        if !tag.markup.is_closed {
            self.report_open(tag.markup, "{%", "%}");
        }
        let span = tag.markup.span;
        let words =
            Words::new(self.source, &lexemes, tag.arguments.end.max(tag.name.end)).in_flavour(self.flavour);
        let node = match name {
            "raw" | "comment" | "doc" => self.text_tag(&tag, &lexemes)?,
            "#" => self.comment_line(&tag)?,
            "echo" => return self.echo(span, words),
            "assign" => self.assign(&tag, words)?,
            "capture" => self.capture(&tag, words)?,
            "if" | "unless" => self.conditional(&tag, words)?,
            "case" => self.case(&tag, words)?,
            "for" | "tablerow" => self.each(&tag, words)?,
            "ifchanged" => Tag::IfChanged(self.body(&tag).0),
            "cycle" => cycle(words)?,
            "increment" => Tag::Increment(self.target(&tag)?),
            "decrement" => Tag::Decrement(self.target(&tag)?),
            "render" | "include" => partial(words, name == "render")?,
            "break" => Tag::Break,
            "continue" => Tag::Continue,
            "abort" if self.flavour != Flavour::Shopify => {
                words.expect_done()?;
                Tag::Abort
            }
            _ => return Err(Box::new(tags::unknown(name, if name.is_empty() { span } else { tag.name }))),
        };
        Ok(Node::Tag(span, Box::new(node)))
    }

    /// Parses the body of `tag`; returns the divider or end tag that stopped it.
    fn body(&mut self, tag: &TagPiece) -> (Block, Option<TagPiece>) {
        self.open.push(Opener { name: tag.name.of(self.source), span: tag.markup.span });
        self.depth += 1;
        let (block, stop) = self.block();
        self.depth -= 1;
        self.open.pop();
        if let Some(stop) = &stop {
            self.join(tag.markup.span, stop.markup.span);
            let lexemes = match stop.name.of(self.source) {
                "elsif" | "when" => token::lex(self.source, stop.arguments),
                _ => Vec::new(),
            };
            self.colour_tag(stop, &lexemes);
            if !stop.markup.is_closed {
                self.report_open(stop.markup, "{%", "%}");
            }
        }
        (block, stop)
    }

    fn join(&mut self, opener: Span, tag: Span) {
        self.parsed.blocks.entry(opener).or_insert_with(|| vec![opener]).push(tag);
    }

    fn text_tag(&mut self, tag: &TagPiece, lexemes: &[Lexeme]) -> Parse<Tag> {
        let name = tag.name.of(self.source);
        let Some(body) = tag.body else { return self.text_lines(tag) };
        let class = if name == "raw" { TokenClass::Raw } else { TokenClass::Comment };
        if !body.text.is_empty() {
            self.parsed.tokens.push(Token { span: body.text, class });
        }
        let Some(end) = body.end else {
            let message = format!("`{name}` is never closed");
            let problem = Diagnostic::error(Code::UnclosedTag, tag.markup.span, message);
            return Err(Box::new(problem.with_help(format!("add `{{% end{name} %}}` where it ends"))));
        };
        self.join(tag.markup.span, end.span);
        self.colour_markup(end);
        self.parsed.holes.push(end.span);
        let end_name = Span::new(
            trimmed(self.source, end.inner).start,
            trimmed(self.source, end.inner).start + 3 + name.len(),
        );
        self.parsed.tokens.push(Token { span: end_name, class: TokenClass::Tag });
        if name == "doc" {
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
                    "`doc` cannot hold a `doc`",
                )));
            }
        }
        Ok(if name == "raw" { Tag::Raw(body.text) } else { Tag::Comment })
    }

    /// In `{% liquid %}` a comment's inside is whole lines, whatever they say.
    fn text_lines(&mut self, tag: &TagPiece) -> Parse<Tag> {
        let name = tag.name.of(self.source);
        let mut depth = 1;
        while let Some(Piece::Tag(line)) = self.pieces.get(self.next).copied() {
            self.next += 1;
            let word = line.name.of(self.source);
            if word == name {
                depth += 1;
            } else if word.strip_prefix("end") == Some(name) {
                depth -= 1;
            }
            let class = if depth == 0 { TokenClass::Tag } else { TokenClass::Comment };
            self.parsed.tokens.push(Token { span: line.markup.span, class });
            if depth == 0 {
                self.join(tag.markup.span, line.markup.span);
                return match name {
                    "raw" => Err(Box::new(Diagnostic::error(
                        Code::LiquidSyntax,
                        tag.markup.span,
                        "`raw` has no place in `liquid`",
                    ))),
                    _ => Ok(Tag::Comment),
                };
            }
        }
        let message = format!("`{name}` is never closed");
        Err(Box::new(Diagnostic::error(Code::UnclosedTag, tag.markup.span, message)))
    }

    /// Every line of it starts with `#`.
    fn comment_line(&mut self, tag: &TagPiece) -> Parse<Tag> {
        if !tag.arguments.is_empty() {
            self.parsed.tokens.push(Token { span: tag.arguments, class: TokenClass::Comment });
        }
        let mut start = tag.arguments.start;
        for (index, line) in tag.arguments.of(self.source).split_inclusive('\n').enumerate() {
            let whole = Span::new(start, start + line.len());
            start = whole.end;
            let line = trimmed(self.source, whole);
            if 0 < index && !line.is_empty() && !line.of(self.source).starts_with('#') {
                let problem =
                    Diagnostic::error(Code::LiquidSyntax, line, "this line of the comment has no `#`");
                let fix = Fix::replace("put `#` in front", Span::at(line.start), "# ");
                return Err(Box::new(problem.with_help("each line of it starts with `#`").with_fix(fix)));
            }
        }
        Ok(Tag::Comment)
    }

    fn echo(&mut self, span: Span, mut words: Words<'_>) -> Parse<Node> {
        if words.is_done() {
            return Ok(Node::Tag(span, Box::new(Tag::Comment)));
        }
        let value = words.piped()?;
        words.expect_done()?;
        Ok(Node::Output(Output { span, value }))
    }

    fn assign(&mut self, tag: &TagPiece, mut words: Words<'_>) -> Parse<Tag> {
        let name = match words.take(LexemeKind::Number) {
            Some(digits) => digits,
            None => words.name("a name, as in `assign total = 5`")?,
        };
        if words.take(LexemeKind::Equals).is_none() {
            return Err(words.unexpected("`=`"));
        }
        if words.is_done() {
            let at = Span::at(tag.arguments.end);
            return Err(Box::new(Diagnostic::error(Code::LiquidSyntax, at, "expected a value behind `=`")));
        }
        let value = words.piped()?;
        words.expect_done()?;
        Ok(Tag::Assign { name: words.text_of(name).to_owned(), value })
    }

    fn capture(&mut self, tag: &TagPiece, mut words: Words<'_>) -> Parse<Tag> {
        let name = match words.take(LexemeKind::String) {
            Some(quoted) => Ok(words.text_of(quoted).trim_matches(['"', '\''])),
            None => words.name("a name, as in `capture greeting`").map(|name| words.text_of(name)),
        };
        let done = words.expect_done();
        let body = self.body(tag).0;
        done?;
        Ok(Tag::Capture { name: name?.to_owned(), body })
    }

    /// The body is parsed even where the condition is broken, so that its end tag is not one problem more.
    fn conditional(&mut self, tag: &TagPiece, mut words: Words<'_>) -> Parse<Tag> {
        let first = words.condition().and_then(|condition| words.expect_done().map(|()| condition));
        let mut condition = self.accept(first);
        let mut is_negated = tag.name.of(self.source) == "unless";
        let mut branches = Vec::new();
        loop {
            let (body, stop) = self.body(tag);
            branches.push(Branch { condition: condition.take(), is_negated, body });
            is_negated = false;
            let Some(stop) = stop else { break };
            match stop.name.of(self.source) {
                "elsif" => {
                    let lexemes = token::lex(self.source, stop.arguments);
                    let mut words = Words::new(self.source, &lexemes, stop.arguments.end);
                    let next = words.condition().and_then(|next| words.expect_done().map(|()| next));
                    condition = self.accept(next);
                }
                "else" => {}
                _ => break,
            }
        }
        Ok(Tag::If { branches })
    }

    fn case(&mut self, tag: &TagPiece, mut words: Words<'_>) -> Parse<Tag> {
        let subject = words.expression().and_then(|subject| words.expect_done().map(|()| subject));
        let (_, mut stop) = self.body(tag);
        let mut branches = Vec::new();
        while let Some(divider) = stop {
            let values = match divider.name.of(self.source) {
                "when" => {
                    let values = self.when_values(&divider);
                    self.accept(values).unwrap_or_default()
                }
                "else" => Vec::new(),
                _ => break,
            };
            let (body, next) = self.body(tag);
            branches.push(CaseBranch { values, body });
            stop = next;
        }
        Ok(Tag::Case { subject: subject?, branches })
    }

    fn when_values(&self, tag: &TagPiece) -> Parse<Vec<Expression>> {
        let lexemes = token::lex(self.source, tag.arguments);
        let mut words = Words::new(self.source, &lexemes, tag.arguments.end);
        let mut values = vec![words.expression()?];
        while words.take(LexemeKind::Comma).is_some() || words.take_word("or").is_some() {
            values.push(words.expression()?);
        }
        words.expect_done()?;
        Ok(values)
    }

    fn each(&mut self, tag: &TagPiece, mut words: Words<'_>) -> Parse<Tag> {
        let is_row = tag.name.of(self.source) == "tablerow";
        let head = loop_head(self.source, &mut words, is_row);
        let (body, stop) = self.body(tag);
        let otherwise = stop.filter(|stop| stop.name.of(self.source) == "else").map(|_| self.body(tag).0);
        let each = Loop { body, otherwise, ..head? };
        Ok(if is_row { Tag::TableRow(each) } else { Tag::For(each) })
    }

    /// Reads the name of a counter: any word without white space.
    fn target(&self, tag: &TagPiece) -> Parse<String> {
        let name = tag.arguments.of(self.source);
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '?' | '[' | ']');
        if name.is_empty() || !name.chars().all(is_name) {
            let at = if name.is_empty() { tag.name } else { tag.arguments };
            return Err(Box::new(Diagnostic::error(Code::LiquidSyntax, at, "expected a counter's name")));
        }
        Ok(name.to_owned())
    }
}

fn loop_head(source: &str, words: &mut Words<'_>, is_row: bool) -> Parse<Loop> {
    let variable = words.name("a name, as in `for item in items`")?;
    if words.take_word("in").is_none() {
        return Err(words.unexpected("`in`"));
    }
    let collection = words.expression()?;
    let mut each = Loop {
        variable: words.text_of(variable).to_owned(),
        name: format!("{}-{}", words.text_of(variable), collection.span().of(source)),
        collection,
        limit: None,
        offset: None,
        columns: None,
        is_reversed: false,
        body: Block::default(),
        otherwise: None,
    };
    while !words.is_done() {
        if words.take(LexemeKind::Comma).is_some() {
            continue;
        }
        if words.take_word("reversed").is_some() {
            // A table has no reverse order, as Shopify has it.
            each.is_reversed = !is_row;
            continue;
        }
        let Some(key) = words.take_keyword() else {
            return Err(words.unexpected("`limit:`, `offset:` or `reversed`"));
        };
        match words.text_of(key) {
            "limit" => each.limit = Some(words.expression()?),
            "offset" if words.take_word("continue").is_some() => each.offset = Some(Offset::Continue),
            "offset" => each.offset = Some(Offset::At(words.expression()?)),
            "cols" if is_row => each.columns = Some(words.expression()?),
            other => {
                let message = format!("`for` has no `{other}`");
                return Err(Box::new(Diagnostic::error(Code::LiquidSyntax, key, message)));
            }
        }
    }
    Ok(each)
}

/// `cycle 'a', 'b'` or `cycle group: 'a', 'b'`
fn cycle(mut words: Words<'_>) -> Parse<Tag> {
    let first = words.expression()?;
    let mut items = Vec::new();
    let mut group = None;
    if words.take(LexemeKind::Colon).is_some() {
        group = Some(first);
        items.push(words.expression()?);
    } else {
        items.push(first);
    }
    while words.take(LexemeKind::Comma).is_some() && !words.is_done() {
        items.push(words.expression()?);
    }
    words.expect_done()?;
    let literals: Option<Vec<&Literal>> = items.iter().map(Expression::as_literal).collect();
    let group = match (group, literals) {
        (Some(name), _) => CycleGroup::Named(name),
        (None, Some(literals)) => CycleGroup::Values(format!("{literals:?}")),
        (None, None) => CycleGroup::Own,
    };
    Ok(Tag::Cycle { group, items })
}

/// `render 'name' with value as alias, key: value`
fn partial(mut words: Words<'_>, is_isolated: bool) -> Parse<Tag> {
    let name = words.expression()?;
    if is_isolated && name.as_text().is_none() {
        let problem = Diagnostic::error(Code::LiquidSyntax, name.span(), "`render` needs a quoted name");
        return Err(Box::new(problem.with_help("`include` takes a variable as name")));
    }
    let mut subject = None;
    let is_each = words.take_word("for").is_some();
    if is_each || words.take_word("with").is_some() {
        let value = words.expression()?;
        let alias = match words.take_word("as") {
            Some(_) => Some(words.name("a name")?),
            None => None,
        };
        let alias = alias.map(|alias| words.text_of(alias).to_owned());
        subject = Some(Subject { value, alias, is_each });
    }
    let mut arguments = Vec::new();
    while !words.is_done() {
        if words.take(LexemeKind::Comma).is_some() {
            continue;
        }
        let Some(key) = words.take_keyword() else { return Err(words.unexpected("`name: value`")) };
        arguments.push((words.text_of(key).to_owned(), words.expression()?));
    }
    Ok(Tag::Partial(PartialCall { name, subject, arguments, is_isolated }))
}
