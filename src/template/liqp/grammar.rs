//! Finds what LiqP refuses to parse, by checking the tokens of the whole source against LiqP's grammar.
//!
//! The checker assumes a body that Shopify's parser accepts. Any other body has that parser's errors already. LiqP also
//! accepts some bodies that Shopify's parser refuses, such as those with parentheses in a condition.

use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit};
use crate::text::Span;

use super::filters;
use super::tokens::{self, Token, TokenKind, Word};

/// CleverTap's own tag, which LiqP does not have.
const ABORT: &str = "abort";
/// LiqP's tags that are not in its grammar. LiqP parses them as a name and any arguments; see [`Frame::open`].
const OTHER_TAGS: [&str; 5] = ["break", "continue", "decrement", "ifchanged", "increment"];

/// Returns what LiqP refuses in `source`, and what it reads differently from telecast. Blocks without an end come last.
pub(in super::super) fn check(source: &str) -> Vec<Diagnostic> {
    let tokens = tokens::lex(source);
    let mut checker = Checker {
        source,
        tokens: &tokens,
        at: 0,
        frames: vec![Frame::new(Kind::Body, Span::at(0))],
        depth: 0,
        found: Vec::new(),
    };
    checker.body();
    checker.found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Body,
    If,
    Unless,
    Case,
    For,
    /// A loop over a range, which has no `else`.
    ForRange,
    TableRow,
    Capture,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Body => "",
            Kind::If => "if",
            Kind::Unless => "unless",
            Kind::Case => "case",
            Kind::For | Kind::ForRange => "for",
            Kind::TableRow => "tablerow",
            Kind::Capture => "capture",
        }
    }
}

/// An open block.
struct Frame<'s> {
    kind: Kind,
    tag: Span,
    has_when: bool,
    has_else: bool,
    /// The tags of [`OTHER_TAGS`] in this block that no `end…` tag has closed. LiqP reads everything from the first of
    /// them to the next `end…` tag, whatever its name, as one block.
    open: Vec<(&'s str, Span)>,
    /// The names of tags that LiqP does not have. Such a tag is reported once, so its `end…` tag is not.
    unknown: Vec<&'s str>,
}

impl Frame<'_> {
    fn new(kind: Kind, tag: Span) -> Self {
        Self { kind, tag, has_when: false, has_else: false, open: Vec::new(), unknown: Vec::new() }
    }
}

struct Checker<'s, 't> {
    source: &'s str,
    tokens: &'t [Token],
    at: usize,
    frames: Vec<Frame<'s>>,
    /// The number of open parentheses and brackets.
    depth: usize,
    found: Vec<Diagnostic>,
}

// The maximum nesting of `(…)` and `[…]`. This limit bounds the recursion; Shopify's parser refuses parentheses anyway.
const MAX_DEPTH: usize = 40;

type Checked<T = ()> = Result<T, Box<Diagnostic>>;

fn refused(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::NotInClevertap, span, message)
}

impl<'s> Checker<'s, '_> {
    fn body(&mut self) {
        while let Some(token) = self.peek() {
            let checked = match token.kind {
                TokenKind::OutStart => self.output(token),
                TokenKind::TagStart => self.tag(),
                _ => {
                    self.at += 1;
                    continue;
                }
            };
            if let Err(problem) = checked {
                self.found.push(*problem);
                self.skip_markup();
            }
        }
        for frame in self.frames.iter().skip(1) {
            let message = format!("CleverTap does not find the end of this `{}`", frame.kind.name());
            self.found.push(refused(frame.tag, message));
        }
    }

    /// Continues after the output or tag that has an error.
    fn skip_markup(&mut self) {
        while let Some(token) = self.peek() {
            if token.kind == TokenKind::Text {
                return;
            }
            self.at += 1;
            if matches!(token.kind, TokenKind::OutEnd | TokenKind::TagEnd) {
                return;
            }
        }
    }

    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    fn peek_kind(&self) -> Option<TokenKind> {
        self.peek().map(|token| token.kind)
    }

    fn text(&self, token: Token) -> &'s str {
        token.span.of(self.source)
    }

    fn take(&mut self, kind: TokenKind) -> Option<Token> {
        let token = self.peek().filter(|token| token.kind == kind)?;
        self.at += 1;
        Some(token)
    }

    /// Takes the next token if it is this word.
    fn take_word(&mut self, word: &str) -> Option<Token> {
        let is_word =
            |token: &Token| matches!(token.kind, TokenKind::Word(_)) && token.span.of(self.source) == word;
        let token = self.peek().filter(is_word)?;
        self.at += 1;
        Some(token)
    }

    fn here(&self) -> Span {
        self.peek().map_or(Span::at(self.source.len()), |token| token.span)
    }

    fn unexpected(&self) -> Box<Diagnostic> {
        let span = self.here();
        let Some(token) = self.peek() else {
            return Box::new(refused(span, "CleverTap expects the end of this output or tag"));
        };
        let text = self.text(token).trim();
        Box::new(match token.kind {
            TokenKind::OpenString => {
                refused(Span::new(span.start, span.start + 1), "CleverTap finds no second quote")
                    .with_help("add the second quote; CleverTap also needs it in comments")
            }
            TokenKind::Unknown => refused(span, format!("CleverTap does not know `{text}` here")),
            TokenKind::DotDot => refused(span, "CleverTap has ranges only in `for`, as in `for i in (1..3)`"),
            TokenKind::OutEnd | TokenKind::TagEnd => {
                refused(span, "CleverTap expects a value before this end")
            }
            TokenKind::OutStart | TokenKind::TagStart => {
                refused(span, format!("CleverTap does not accept `{text}` inside an output or a tag"))
            }
            _ => refused(span, format!("CleverTap does not accept `{text}` here")),
        })
    }

    fn expect(&mut self, kind: TokenKind) -> Checked<Token> {
        self.take(kind).ok_or_else(|| self.unexpected())
    }

    fn expect_tag_end(&mut self) -> Checked {
        self.expect(TokenKind::TagEnd).map(|_| ())
    }

    fn output(&mut self, start: Token) -> Checked {
        self.at += 1;
        self.refuse_before_when(start.span)?;
        if let Some(end) = self.take(TokenKind::OutEnd) {
            self.at -= 1;
            let span = self.markup_span(start, end);
            let problem = refused(span, "CleverTap does not accept an output without a value");
            return Err(Box::new(problem.with_fix(Fix::replace("remove it", span, ""))));
        }
        self.expression()?;
        self.filters()?;
        self.expect(TokenKind::OutEnd).map(|_| ())
    }

    /// Returns the span of an output or tag without the whitespace that its dashes trim.
    fn markup_span(&self, start: Token, end: Token) -> Span {
        let span = start.span.join(end.span);
        let text = span.of(self.source);
        let before = text.len() - text.trim_start().len();
        Span::new(span.start + before, span.start + text.trim_end().len())
    }

    /// Between `case` and its first `when`, LiqP accepts only text.
    fn refuse_before_when(&self, span: Span) -> Checked {
        match self.frames.last() {
            Some(frame) if frame.kind == Kind::Case && !frame.has_when => {
                let problem =
                    refused(span, "CleverTap accepts only text between `case` and its first `when`");
                Err(Box::new(problem.with_help("move it before the `case`, or after the `when`")))
            }
            _ => Ok(()),
        }
    }

    fn tag(&mut self) -> Checked {
        self.at += 1;
        let Some(name) = self.peek() else { return Err(self.unexpected()) };
        self.at += 1;
        match name.kind {
            TokenKind::RawStart => {
                self.refuse_before_when(name.span)?;
                self.raw(name)
            }
            TokenKind::Word(Word::EndName) => self.end_of_other(name),
            TokenKind::Word(Word::Name) => {
                self.refuse_before_when(name.span)?;
                self.other(name)
            }
            TokenKind::Word(Word::Reserved) => self.own_tag(name),
            _ => {
                self.at -= 1;
                Err(self.unexpected())
            }
        }
    }

    fn raw(&mut self, name: Token) -> Checked {
        self.take(TokenKind::Text);
        if self.take(TokenKind::RawEnd).is_none() {
            let span = Span::new(name.span.start, name.span.start + "raw".len());
            let problem = refused(span, "CleverTap does not find the end of this `raw`");
            return Err(Box::new(
                problem.with_help("write it as `{% endraw %}`, without a dash before `endraw`"),
            ));
        }
        self.expect_tag_end()
    }

    /// Checks a tag that is not in LiqP's grammar. Its arguments can be anything.
    fn other(&mut self, name: Token) -> Checked {
        let text = self.text(name);
        let mut has_arguments = false;
        while self.peek_kind().is_some_and(|kind| kind != TokenKind::TagEnd) {
            has_arguments = true;
            self.at += 1;
        }
        self.expect_tag_end()?;
        if text == ABORT {
            return Ok(());
        }
        if text == "raw" {
            let problem = refused(name.span, "CleverTap reads the Liquid inside this `raw`");
            let fix = Fix::replace("remove the dash", self.dash_after(name), "");
            return Err(Box::new(problem.with_help("write it as `{% raw %}`, without a dash").with_fix(fix)));
        }
        if !OTHER_TAGS.contains(&text) {
            self.frames.last_mut().into_iter().for_each(|frame| frame.unknown.push(text));
            return Err(Box::new(self.no_tag(name)));
        }
        if !has_arguments && text.ends_with("crement") {
            return Err(Box::new(refused(name.span, format!("`{text}` needs the name of a counter"))));
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.open.push((text, name.span));
        }
        Ok(())
    }

    fn no_tag(&self, name: Token) -> Diagnostic {
        let text = self.text(name);
        let problem = refused(name.span, format!("CleverTap has no tag `{text}`"));
        match text.strip_suffix('-') {
            Some(_) => self.glued_dash(name, problem),
            None => problem,
        }
    }

    /// Returns the span of the dash between the name of a tag and its end.
    fn dash_after(&self, name: Token) -> Span {
        let rest = &self.source[name.span.end..];
        let at = rest.find('-').map_or(name.span.end, |at| name.span.end + at);
        Span::new(at, at + 1)
    }

    fn glued_dash(&self, name: Token, problem: Diagnostic) -> Diagnostic {
        let dash = name.span.end - 1;
        problem
            .with_help("write a space before the dash: CleverTap reads the dash as a part of the name")
            .with_fix(Fix::replace("write a space before the dash", Span::at(dash), " "))
    }

    fn end_of_other(&mut self, name: Token) -> Checked {
        let text = self.text(name);
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        if text.strip_prefix("end").is_some_and(|name| frame.unknown.contains(&name)) {
            return self.expect_tag_end();
        }
        let open = std::mem::take(&mut frame.open);
        self.expect_tag_end()?;
        match open.as_slice() {
            [] => {
                let problem = refused(name.span, format!("CleverTap has no tag `{text}`"));
                Err(Box::new(if text.ends_with('-') { self.glued_dash(name, problem) } else { problem }))
            }
            [_] => Ok(()),
            [(first, span), ..] => {
                let message =
                    format!("CleverTap reads everything from this `{first}` to `{text}` as one block");
                let problem = refused(*span, message);
                Err(Box::new(
                    problem.with_help(format!("put `{first}` into an `if` of its own: `{{% if true %}}`")),
                ))
            }
        }
    }

    fn own_tag(&mut self, name: Token) -> Checked {
        let text = self.text(name);
        if !matches!(text, "when" | "else" | "endcase") {
            self.refuse_before_when(name.span)?;
        }
        let tag = name.span;
        match text {
            "if" | "unless" => {
                let kind = if text == "if" { Kind::If } else { Kind::Unless };
                self.frames.push(Frame::new(kind, tag));
                self.expression()?;
                self.expect_tag_end()
            }
            "case" => {
                self.frames.push(Frame::new(Kind::Case, tag));
                self.expression()?;
                self.expect_tag_end()
            }
            "for" => self.for_head(tag),
            "tablerow" => {
                self.frames.push(Frame::new(Kind::TableRow, tag));
                self.loop_variable()?;
                if self.peek_kind() == Some(TokenKind::OpenParenthesis) {
                    let problem = refused(self.here(), "CleverTap's `tablerow` needs a list, not a range");
                    return Err(Box::new(problem.with_help("write the rows with `for`")));
                }
                self.lookup()?;
                self.loop_arguments(None)?;
                self.expect_tag_end()
            }
            "capture" => {
                self.frames.push(Frame::new(Kind::Capture, tag));
                if self.take(TokenKind::Str).is_none() {
                    self.new_name()?;
                }
                self.expect_tag_end()
            }
            "comment" => self.comment(tag),
            "assign" => {
                self.new_name()?;
                self.expect(TokenKind::Assign)?;
                self.expression()?;
                self.filters()?;
                self.expect_tag_end()
            }
            "cycle" => self.cycle(),
            "include" => self.include(),
            "elsif" | "else" | "when" => self.divider(name),
            _ => self.end(name),
        }
    }

    fn divider(&mut self, name: Token) -> Checked {
        let text = self.text(name);
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        let (kind, has_else, has_when) = (frame.kind, frame.has_else, frame.has_when);
        // This is also set for an `else` that is refused. Otherwise, `end` would report the missing `when` a second
        // time.
        frame.has_else |= text == "else";
        let refuse = |message: String, help: &str| Err(Box::new(refused(name.span, message).with_help(help)));
        match (text, kind) {
            ("elsif", Kind::Unless) => {
                return refuse(super::super::tags::NO_ELSIF.to_owned(), super::super::tags::NO_ELSIF_HELP);
            }
            ("elsif", Kind::If) | ("when", Kind::Case) if has_else => {
                return refuse(
                    format!("CleverTap does not accept `{text}` after `else`"),
                    "move the `else` to the end",
                );
            }
            ("else", Kind::If | Kind::Unless | Kind::For | Kind::Case) if has_else => {
                return refuse("CleverTap does not accept a second `else`".to_owned(), "remove one of them");
            }
            ("else", Kind::Case) if !has_when => {
                return refuse(
                    "CleverTap's `case` needs a `when` before `else`".to_owned(),
                    "use `if`, or add a `when`",
                );
            }
            ("else", Kind::ForRange) => {
                return refuse(
                    "CleverTap's `for` over a range has no `else`".to_owned(),
                    "write an `if` before the loop for the case that it has no items",
                );
            }
            ("elsif", Kind::If)
            | ("when", Kind::Case)
            | ("else", Kind::If | Kind::Unless | Kind::For | Kind::Case) => {}
            _ => {
                return Err(Box::new(refused(name.span, format!("CleverTap does not accept `{text}` here"))));
            }
        }
        // No `end…` tag of this branch closes a tag of the branch before it.
        frame.open.clear();
        frame.has_when |= text == "when";
        match text {
            "elsif" => self.expression()?,
            "when" => {
                self.term()?;
                while self.take(TokenKind::Comma).is_some() || self.take_word("or").is_some() {
                    self.term()?;
                }
            }
            _ if self.peek().is_some_and(|next| self.text(next) == "if") => {
                let span = name.span.join(self.here());
                let problem = refused(span, "CleverTap does not accept `else if`");
                let fix = Fix::replace("write `elsif`", span, "elsif").unsafe_to_apply();
                return Err(Box::new(problem.with_help("write `elsif`").with_fix(fix)));
            }
            _ => {}
        }
        self.expect_tag_end()
    }

    fn end(&mut self, name: Token) -> Checked {
        let text = self.text(name);
        let ends = |frame: &Frame<'_>| {
            frame.kind != Kind::Body && text.strip_prefix("end") == Some(frame.kind.name())
        };
        let Some(index) = self.frames.iter().rposition(ends) else {
            return Err(Box::new(refused(name.span, format!("CleverTap does not accept `{text}` here"))));
        };
        let is_innermost = index + 1 == self.frames.len();
        let frame = self.frames.drain(index..).next();
        self.expect_tag_end()?;
        let Some(frame) = frame.filter(|_| is_innermost) else {
            return Err(Box::new(refused(name.span, format!("CleverTap does not accept `{text}` here"))));
        };
        if frame.kind == Kind::Case && !frame.has_when && !frame.has_else {
            return Err(Box::new(refused(frame.tag, "CleverTap's `case` needs a `when`")));
        }
        Ok(())
    }

    /// In a comment, LiqP accepts its tokens in any order, but refuses what is not a token. The comment ends at the
    /// first `endcomment` after which the rest of the body can be parsed. An `endcomment` left over could not be
    /// parsed, so comments nest.
    fn comment(&mut self, tag: Span) -> Checked {
        self.expect_tag_end()?;
        let mut depth = 1;
        while let Some(token) = self.peek() {
            self.at += 1;
            match token.kind {
                TokenKind::Unknown | TokenKind::OpenString => {
                    self.at -= 1;
                    let problem = self.unexpected();
                    self.skip_comment();
                    return Err(problem);
                }
                TokenKind::TagStart if self.take_word("comment").is_some() => {
                    depth += usize::from(self.take(TokenKind::TagEnd).is_some());
                }
                TokenKind::TagStart if self.take_word("endcomment").is_some() => {
                    depth -= usize::from(self.take(TokenKind::TagEnd).is_some());
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        Err(Box::new(refused(tag, "CleverTap does not find the end of this `comment`")))
    }

    fn skip_comment(&mut self) {
        while self.peek().is_some() && self.take_word("endcomment").is_none() {
            self.at += 1;
        }
    }

    fn new_name(&mut self) -> Checked<Token> {
        if let Some(name) = self.take(TokenKind::Word(Word::Name)) {
            return Ok(name);
        }
        match self.peek() {
            Some(token) if matches!(token.kind, TokenKind::Word(_)) => {
                let text = self.text(token);
                let problem = refused(token.span, format!("CleverTap cannot set a variable named `{text}`"));
                Err(Box::new(problem.with_help("choose another name")))
            }
            _ => Err(self.unexpected()),
        }
    }

    fn loop_variable(&mut self) -> Checked {
        self.new_name()?;
        self.take_word("in").map(|_| ()).ok_or_else(|| self.unexpected())
    }

    fn for_head(&mut self, tag: Span) -> Checked {
        self.frames.push(Frame::new(Kind::For, tag));
        self.loop_variable()?;
        let (start, first) = (self.at, self.here());
        let mut collection = None;
        if self.take(TokenKind::OpenParenthesis).is_some() {
            if let Some(frame) = self.frames.last_mut() {
                frame.kind = Kind::ForRange;
            }
            self.expression()?;
            self.expect(TokenKind::DotDot)?;
            self.expression()?;
            self.expect(TokenKind::CloseParenthesis)?;
        } else if !matches!(
            self.peek_kind(),
            Some(TokenKind::Word(Word::Name | Word::EndName | Word::Reserved) | TokenKind::OpenBracket)
        ) {
            let problem = refused(self.here(), "CleverTap's `for` needs a variable or a range");
            return Err(Box::new(problem.with_help("set a variable first, with `assign`")));
        } else {
            self.lookup()?;
            let last = self.tokens[start..self.at].last();
            collection = last.map(|last| first.join(last.span));
        }
        self.loop_arguments(collection)?;
        self.expect_tag_end()
    }

    /// `collection` is the span of the loop's list, if the list is a variable.
    fn loop_arguments(&mut self, collection: Option<Span>) -> Checked {
        loop {
            if let Some(comma) = self.take(TokenKind::Comma) {
                let problem = refused(comma.span, "CleverTap accepts no comma here");
                let fix = Fix::replace("remove the comma", comma.span, " ");
                return Err(Box::new(
                    problem.with_help("separate `limit` and `offset` with a space").with_fix(fix),
                ));
            }
            let Some(name) = self.peek() else { return Ok(()) };
            if !matches!(name.kind, TokenKind::Word(_)) {
                return Ok(());
            }
            if self.text(name) == "reversed" {
                let problem = refused(name.span, "CleverTap has no `reversed`");
                let problem =
                    problem.with_help("reverse the list first: `{% assign last_first = list | reverse %}`");
                return Err(Box::new(match self.reversed_first(collection, name) {
                    Some(fix) => problem.with_fix(fix),
                    None => problem,
                }));
            }
            self.new_name()?;
            self.expect(TokenKind::Colon)?;
            self.expression()?;
        }
    }

    /// Returns a fix that reverses the list before the loop. There is no fix if the loop has other arguments: they
    /// would then apply to the reversed list, but Liquid reverses last.
    fn reversed_first(&self, collection: Option<Span>, reversed: Token) -> Option<Fix> {
        let collection = collection.filter(|collection| {
            Span::new(collection.end, reversed.span.start).of(self.source).trim().is_empty()
        })?;
        let end = self.tokens.get(self.at + 1).filter(|next| next.kind == TokenKind::TagEnd)?;
        let tag = self.frames.last()?.tag.start;
        let start = self.source.get(..tag)?.rfind("{%")?;
        let list = collection.of(self.source);
        let assign = format!("{{% assign last_first = {list} | reverse %}}");
        let rest = Span::new(collection.start, end.span.start);
        let edits = vec![
            TextEdit { span: Span::at(start), replacement: assign },
            TextEdit { span: rest, replacement: "last_first ".to_owned() },
        ];
        Some(Fix { title: "reverse the list first".into(), edits, safe: false })
    }

    fn cycle(&mut self) -> Checked {
        self.expression()?;
        if self.take(TokenKind::Colon).is_some() {
            self.expression()?;
        }
        while self.take(TokenKind::Comma).is_some() {
            self.expression()?;
        }
        self.expect_tag_end()
    }

    fn include(&mut self) -> Checked {
        let refuse = |span: Span, message: &str| Err(Box::new(refused(span, message)));
        if self.take(TokenKind::Str).is_none() {
            return refuse(self.here(), "CleverTap's `include` needs a quoted name");
        }
        if self.take_word("with").is_some() && self.take(TokenKind::Str).is_none() {
            return refuse(self.here(), "CleverTap's `include` accepts only a text after `with`");
        }
        match self.take(TokenKind::TagEnd) {
            Some(_) => Ok(()),
            None => refuse(self.here(), "CleverTap's `include` has no arguments"),
        }
    }

    fn filters(&mut self) -> Checked {
        while self.take(TokenKind::Pipe).is_some() {
            let Some(name) = self.take(TokenKind::Word(Word::Name)) else { return Err(self.unexpected()) };
            let text = self.text(name);
            if filters::find(text).is_none() {
                let problem = refused(name.span, format!("CleverTap has no filter `{text}`"));
                self.found.push(if text.ends_with('-') { self.glued_dash(name, problem) } else { problem });
            }
            if self.take(TokenKind::Colon).is_some() {
                self.argument()?;
                while let Some(comma) = self.take(TokenKind::Comma) {
                    if matches!(
                        self.peek_kind(),
                        Some(TokenKind::OutEnd | TokenKind::TagEnd | TokenKind::Pipe)
                    ) {
                        let problem =
                            refused(comma.span, "CleverTap expects another argument after this comma");
                        let fix = Fix::replace("remove the comma", comma.span, "");
                        return Err(Box::new(problem.with_help("remove the comma").with_fix(fix)));
                    }
                    self.argument()?;
                }
            }
        }
        Ok(())
    }

    fn argument(&mut self) -> Checked {
        if let (Some(TokenKind::Word(word)), Some(TokenKind::Colon)) =
            (self.peek_kind(), self.tokens.get(self.at + 1).map(|token| token.kind))
            && word != Word::Blank
        {
            self.at += 2;
        }
        self.expression()
    }

    fn expression(&mut self) -> Checked {
        if self.depth == MAX_DEPTH {
            return Err(Box::new(refused(self.here(), "these brackets are nested too deeply")));
        }
        self.depth += 1;
        let checked = self.terms();
        self.depth -= 1;
        checked
    }

    fn terms(&mut self) -> Checked {
        self.term()?;
        loop {
            let is_operator = self.take(TokenKind::Comparison).is_some()
                || ["contains", "and", "or"].iter().any(|word| self.take_word(word).is_some());
            if !is_operator {
                return Ok(());
            }
            self.term()?;
        }
    }

    fn term(&mut self) -> Checked {
        let Some(token) = self.peek() else { return Err(self.unexpected()) };
        match token.kind {
            TokenKind::Decimal | TokenKind::Str | TokenKind::Word(Word::Value | Word::Blank) => self.at += 1,
            TokenKind::Integer => {
                self.at += 1;
                if self.text(token).parse::<i64>().is_err() {
                    let problem = refused(token.span, "this number is too large for CleverTap");
                    return Err(Box::new(problem.with_help("write it as a text, in quotes")));
                }
            }
            TokenKind::OpenParenthesis => {
                self.at += 1;
                self.expression()?;
                self.expect(TokenKind::CloseParenthesis)?;
            }
            _ => self.lookup()?,
        }
        Ok(())
    }

    /// A variable with its members: `a.b[0]`, `["a"]`, `[a]`.
    fn lookup(&mut self) -> Checked {
        let Some(token) = self.peek() else { return Err(self.unexpected()) };
        match token.kind {
            TokenKind::OpenBracket => {
                self.at += 1;
                let is_name =
                    self.take(TokenKind::Str).is_some() || self.take(TokenKind::Word(Word::Name)).is_some();
                if !is_name || self.take(TokenKind::CloseBracket).is_none() {
                    return Err(Box::new(refused(
                        token.span,
                        "CleverTap accepts only a name in these brackets",
                    )));
                }
                if matches!(self.peek_kind(), Some(TokenKind::Dot | TokenKind::OpenBracket)) {
                    let problem =
                        refused(self.here(), "CleverTap accepts no member after a name in brackets");
                    return Err(Box::new(problem.with_help("write the first name without brackets")));
                }
            }
            TokenKind::Word(Word::Name | Word::EndName | Word::Reserved) => {
                self.at += 1;
                self.refuse_glued_dash(token)?;
                loop {
                    if self.take(TokenKind::Dot).is_some() {
                        let Some(name) = self.peek() else { return Err(self.unexpected()) };
                        if !matches!(name.kind, TokenKind::Word(word) if word != Word::Blank) {
                            return Err(self.unexpected());
                        }
                        self.at += 1;
                        self.refuse_glued_dash(name)?;
                    } else if self.take(TokenKind::OpenBracket).is_some() {
                        self.expression()?;
                        self.expect(TokenKind::CloseBracket)?;
                    } else {
                        break;
                    }
                }
            }
            _ => return Err(self.unexpected()),
        }
        self.take(TokenKind::QuestionMark);
        Ok(())
    }

    /// In LiqP, `{{ name-}}` prints the variable `name-`.
    fn refuse_glued_dash(&mut self, name: Token) -> Checked {
        let is_last = matches!(self.peek_kind(), Some(TokenKind::OutEnd | TokenKind::TagEnd));
        let text = self.text(name);
        if !text.ends_with('-') || !is_last {
            return Ok(());
        }
        let problem = refused(name.span, format!("CleverTap reads the name as `{text}`"));
        self.found.push(self.glued_dash(name, problem));
        Ok(())
    }
}
