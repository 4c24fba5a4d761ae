//! Parses an expression, resolves its names, and checks its types in one pass. A syntax error ends the parse; a wrong type
//! or an unknown name does not.

use super::condition::{
    Aggregate, Comparison, Condition, EventQuery, Field, MemberPath, Pattern, Test, Unit, Within,
};
use super::literal::{Literal, Number};
use super::schema::{EventSummary, Schema};
use super::token::{Token, TokenKind, error, name_source, text_source, tokens};
use crate::diagnostic::{Code, Diagnostic, Fix, did_you_mean};
use crate::profile::import::DateFormat;
use crate::profile::{CHAT_ID, ValueKind};
use crate::text::{Span, visible};

/// The maximum nesting of brackets, `not`, and segments, which bounds the recursion.
const MAX_DEPTH: usize = 50;

/// The maximum number of comparisons in an expression, including those of its segments. SQLite refuses a query that is
/// much larger.
const MAX_COMPARISONS: usize = 500;

/// The units of `within`. The plurals come first, because `did_you_mean` prefers the first of equally close words.
const UNITS: [(&str, Unit); 6] = [
    ("hours", Unit::Hours),
    ("days", Unit::Days),
    ("weeks", Unit::Weeks),
    ("hour", Unit::Hours),
    ("day", Unit::Days),
    ("week", Unit::Weeks),
];

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// `None` if one of the problems is an error.
    pub condition: Option<Condition>,
    pub problems: Vec<Diagnostic>,
}

/// Reads an expression. The spans of the problems are in `text`.
pub fn read(text: &str, schema: &Schema<'_>) -> Reading {
    read_nested(text, schema, &mut Nesting::default())
}

/// What the parser of an expression shares with the parsers of the segments that the expression refers to.
#[derive(Default)]
struct Nesting<'a> {
    /// The names of the segments that are being read, from the outermost. A segment that is here already refers to
    /// itself.
    segments: Vec<&'a str>,
    depth: usize,
    n_comparisons: usize,
}

fn read_nested<'a>(text: &'a str, schema: &Schema<'a>, nesting: &mut Nesting<'a>) -> Reading {
    let tokens = match tokens(text) {
        Ok(tokens) => tokens,
        Err(problem) => return Reading { condition: None, problems: vec![*problem] },
    };
    let mut parser = Parser { text, tokens, at: 0, schema, nesting, event: None, problems: Vec::new() };
    let condition = match parser.whole() {
        Ok(condition) => Some(condition),
        Err(problem) => {
            parser.problems.push(*problem);
            None
        }
    };
    let problems = parser.problems;
    Reading { condition: condition.filter(|_| !problems.iter().any(Diagnostic::is_error)), problems }
}

type Parsed<T> = Result<T, Box<Diagnostic>>;

struct Parser<'s, 'a, 'n> {
    text: &'s str,
    /// Ends with [`TokenKind::End`].
    tokens: Vec<Token>,
    at: usize,
    schema: &'s Schema<'a>,
    nesting: &'n mut Nesting<'a>,
    /// The event whose properties the names refer to, or `None` if they refer to properties of profiles.
    event: Option<EventScope<'a>>,
    problems: Vec<Diagnostic>,
}

#[derive(Debug, Clone, Copy)]
struct EventScope<'a> {
    /// `None` if no profile has such an event.
    known: Option<&'a EventSummary>,
}

/// A field, with its span and name for messages.
struct Operand {
    field: Field,
    span: Span,
    /// The name as it is written, without backticks.
    name: String,
}

impl<'a> Parser<'_, 'a, '_> {
    fn whole(&mut self) -> Parsed<Condition> {
        if self.next_is_end() {
            return Err(self
                .error_here("the expression is empty")
                .with_help("write a condition, such as country == \"DE\", or choose everyone")
                .into());
        }
        let condition = self.any()?;
        if self.next_is_end() {
            return Ok(condition);
        }
        let span = self.span();
        if let TokenKind::Word(word) = self.kind()
            && let Some(keyword) =
                ["and", "or", "not"].into_iter().find(|keyword| word.eq_ignore_ascii_case(keyword))
        {
            return Err(error(span, format!("`{keyword}` is written in lower case"))
                .with_fix(Fix::replace(format!("write `{keyword}`"), span, keyword))
                .into());
        }
        Err(error(span, format!("expected `and` or `or`, found `{}`", visible(span.of(self.text))))
            .with_help("put a name with spaces in backticks, and a text in double quotes")
            .into())
    }

    fn any(&mut self) -> Parsed<Condition> {
        let mut conditions = vec![self.all()?];
        while self.take_word("or") {
            conditions.push(self.all()?);
        }
        Ok(one_or(conditions, Condition::Any))
    }

    fn all(&mut self) -> Parsed<Condition> {
        let mut conditions = vec![self.negation()?];
        while self.take_word("and") {
            conditions.push(self.negation()?);
        }
        Ok(one_or(conditions, Condition::All))
    }

    fn negation(&mut self) -> Parsed<Condition> {
        if MAX_DEPTH <= self.nesting.depth {
            return Err(self
                .error_here(format!("more than {MAX_DEPTH} levels of brackets, `not` and segments"))
                .into());
        }
        self.nesting.depth += 1;
        let condition = if self.take_word("not") { self.negation()?.negated() } else { self.primary()? };
        self.nesting.depth -= 1;
        Ok(condition)
    }

    fn primary(&mut self) -> Parsed<Condition> {
        if self.take_sign("(") {
            let condition = self.any()?;
            self.expect_sign(")")?;
            return Ok(condition);
        }
        if self.nesting.n_comparisons == MAX_COMPARISONS {
            return Err(self
                .error_here(format!("more than {MAX_COMPARISONS} comparisons"))
                .with_help("compare with a list: plan in (\"pro\", \"team\")")
                .into());
        }
        self.nesting.n_comparisons += 1;
        let follows = |kind: &TokenKind| matches!(kind, TokenKind::Text(_));
        let is_not = |kind: &TokenKind| *kind == TokenKind::Word("not".to_owned());
        if self.event.is_none() {
            if self.is_word("did") && (follows(self.kind_after()) || is_not(self.kind_after())) {
                return self.behavior();
            }
            if self.is_word("segment") && *self.kind_after() == TokenKind::Sign("(") {
                return self.segment();
            }
            let aggregate = Aggregate::ALL.into_iter().find(|aggregate| self.is_word(aggregate.as_str()));
            let is_total = *self.kind_after() == TokenKind::Sign("(")
                || *self.kind_after() == TokenKind::Word("of".to_owned());
            if let Some(aggregate) = aggregate.filter(|_| is_total) {
                return self.total(aggregate);
            }
        }
        let operand = self.operand()?;
        self.test(operand)
    }

    // -- Names ------------------------------------------------------------------------------------------------------

    fn operand(&mut self) -> Parsed<Operand> {
        let span = self.span();
        let (name, is_quoted) = match self.kind().clone() {
            TokenKind::Word(word) => (word, false),
            TokenKind::Name(name) => (name, true),
            TokenKind::Text(text) => {
                return Err(error(span, "a condition begins with a property, and this is a text")
                    .with_help("put the name of a property in backticks")
                    .with_fix(Fix::replace("use backticks", span, name_source(&text)).unsafe_to_apply())
                    .into());
            }
            _ => return Err(self.expected("a property, such as country")),
        };
        self.at += 1;
        let field = match self.event {
            Some(event) => Field::Member(self.event_property(event, &name, is_quoted, span)),
            None => self.profile_field(&name, is_quoted, span),
        };
        Ok(Operand { field, span, name })
    }

    fn profile_field(&mut self, name: &str, is_quoted: bool, span: Span) -> Field {
        match name {
            "identity" if !is_quoted => return Field::Identity,
            "reachable" if !is_quoted => return Field::Reachable,
            "test_profile" if !is_quoted => return Field::TestProfile,
            CHAT_ID => return Field::ChatId,
            _ => {}
        }
        let vocabulary = self.schema.vocabulary;
        if let Some(known) = vocabulary.property(name) {
            return Field::Property(name.to_owned(), Some(known.kind));
        }
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        let is_object = vocabulary.property(first).is_some_and(|known| known.kind == ValueKind::Object);
        if !is_quoted && is_object && !rest.is_empty() {
            return Field::Member(name.split('.').map(str::to_owned).collect());
        }
        // In a body, the property is `Profile.name`.
        if let Some(inner) =
            name.strip_prefix("Profile.").filter(|inner| vocabulary.property(inner).is_some())
        {
            let source = name_source(inner);
            self.problems.push(
                error(span, format!("in an expression, the property is `{inner}`")).with_fix(Fix::replace(
                    format!("write `{inner}`"),
                    span,
                    source,
                )),
            );
            return Field::Property(name.to_owned(), None);
        }
        let builtin = ["reachable", "test_profile", "identity"];
        let names = vocabulary.properties.iter().map(|property| property.name.as_str()).chain(builtin);
        self.warn_unknown(
            Code::UnknownProperty,
            "no profile has the property",
            name,
            span,
            names,
            name_source,
        );
        Field::Property(name.to_owned(), None)
    }

    fn event_property(
        &mut self,
        event: EventScope<'a>,
        name: &str,
        is_quoted: bool,
        span: Span,
    ) -> MemberPath {
        let Some(known) = event.known else { return vec![name.to_owned()] };
        let names = || known.properties.iter().map(String::as_str);
        if names().any(|known| known == name) {
            return vec![name.to_owned()];
        }
        let first = name.split('.').next().unwrap_or_default();
        if !is_quoted && first != name && names().any(|known| known == first) {
            return name.split('.').map(str::to_owned).collect();
        }
        let message = format!("no event {} has the property", text_source(&known.name));
        self.warn_unknown(Code::UnknownProperty, &message, name, span, names(), name_source);
        vec![name.to_owned()]
    }

    fn warn_unknown<'n>(
        &mut self,
        code: Code,
        message: &str,
        name: &str,
        span: Span,
        known: impl Iterator<Item = &'n str>,
        source: fn(&str) -> String,
    ) {
        let problem = Diagnostic::warning(code, span, format!("{message} `{}`", visible(name)));
        self.problems.push(match did_you_mean(name, known) {
            Some(near) => problem
                .with_help(format!("did you mean `{near}`?"))
                .with_fix(Fix::replace(format!("write `{near}`"), span, source(near)).unsafe_to_apply()),
            None => problem,
        });
    }

    // -- Tests ------------------------------------------------------------------------------------------------------

    fn test(&mut self, operand: Operand) -> Parsed<Condition> {
        let found = self.span();
        let condition = |field: Field, test: Test| Condition::Field(field, test);
        if let TokenKind::Sign(sign) = *self.kind()
            && let Some((comparison, is_negated)) = comparison(sign)
        {
            self.at += 1;
            let literal = self.literal_for(&operand)?;
            // `literal_for` has already reported a literal of another type.
            let is_ordering =
                comparison != Comparison::Equal && operand.kind().is_none_or(|kind| kind == literal.kind());
            let unordered = is_ordering.then(|| match literal.kind() {
                ValueKind::Text => Some("texts have no order here"),
                ValueKind::Boolean => Some("true and false have no order"),
                _ => None,
            });
            if let Some(message) = unordered.flatten() {
                let help = "only numbers and dates are compared with <, <=, > and >=";
                self.problems.push(type_error(found, message).with_help(help));
            }
            let condition = condition(operand.field, Test::Compare(comparison, literal));
            return Ok(if is_negated { condition.negated() } else { condition });
        }
        if self.is_word("not") && *self.kind_after() == TokenKind::Word("in".to_owned()) {
            self.at += 2;
            return Ok(condition(operand.field.clone(), self.one_of(&operand)?).negated());
        }
        if self.take_word("in") {
            return Ok(condition(operand.field.clone(), self.one_of(&operand)?));
        }
        if self.take_word("is") {
            let is_negated = self.take_word("not");
            if !self.take_word("set") {
                return Err(self.expected(if is_negated { "`set`" } else { "`set` or `not set`" }));
            }
            let condition = condition(operand.field, Test::IsSet);
            return Ok(if is_negated { condition.negated() } else { condition });
        }
        if self.is_word("within") {
            let kind = operand.kind();
            if kind.is_some_and(|kind| kind != ValueKind::Date) {
                self.problems.push(self.wrong_kind(&operand, "`within` needs a date"));
            }
            return match self.within()? {
                Some(within) => Ok(condition(operand.field, Test::Within(within))),
                None => Err(self.expected("`within`")),
            };
        }
        if self.take_word("contains") {
            let literal = self.literal()?;
            let fits = match operand.kind() {
                Some(ValueKind::List) | None => true,
                Some(ValueKind::Text) => literal.kind() == ValueKind::Text,
                Some(_) => operand.field == Field::ChatId,
            };
            if !fits {
                self.problems
                    .push(self.wrong_kind(&operand, "`contains` needs a list, or a text and a part of it"));
            }
            return Ok(condition(operand.field, Test::Contains(literal)));
        }
        for (word, pattern) in [("starts_with", Pattern::StartsWith), ("ends_with", Pattern::EndsWith)] {
            if !self.take_word(word) {
                continue;
            }
            if operand.kind().is_some_and(|kind| kind != ValueKind::Text) {
                self.problems.push(self.wrong_kind(&operand, &format!("`{word}` needs a text")));
            }
            let (text, _) = self.text("a text")?;
            return Ok(condition(operand.field, Test::Text(pattern, text)));
        }
        // A boolean needs no comparison: `reachable` is short for `reachable == true`.
        if operand.kind() == Some(ValueKind::Boolean) {
            return Ok(condition(operand.field, Test::Compare(Comparison::Equal, Literal::Boolean(true))));
        }
        let name = visible(&operand.name);
        if operand.name == "did"
            && let TokenKind::Word(event) = self.kind()
        {
            let quoted = text_source(event);
            return Err(error(found, "the name of an event is in double quotes")
                .with_fix(Fix::replace(format!("write {quoted}"), found, quoted).unsafe_to_apply())
                .into());
        }
        for (first, word) in [("starts", "starts_with"), ("ends", "ends_with")] {
            if self.is_word(first) && *self.kind_after() == TokenKind::Word("with".to_owned()) {
                let both = found.join(self.tokens[self.at + 1].span);
                return Err(error(both, format!("`{word}` is one word"))
                    .with_fix(Fix::replace(format!("write `{word}`"), both, word))
                    .into());
            }
        }
        let message = match operand.kind() {
            Some(kind) => format!("expected a comparison of `{name}`, which is {}", with_article(kind)),
            None => format!("expected a comparison of `{name}`"),
        };
        Err(error(found, message)
            .with_help("such as == \"DE\", > 100, in (\"a\", \"b\"), contains \"x\", within 30 days, is set")
            .into())
    }

    fn one_of(&mut self, operand: &Operand) -> Parsed<Test> {
        if matches!(self.kind(), TokenKind::Text(_) | TokenKind::Number(_)) {
            let help = "write the values in brackets: in (\"pro\", \"team\")";
            return Err(self.error_here("`in` needs a list").with_help(help).into());
        }
        self.expect_sign("(")?;
        let mut literals = vec![self.literal_for(operand)?];
        while self.take_sign(",") {
            literals.push(self.literal_for(operand)?);
        }
        self.expect_sign(")")?;
        Ok(Test::OneOf(literals))
    }

    /// Reads a literal and reports it if it has another type than the operand.
    fn literal_for(&mut self, operand: &Operand) -> Parsed<Literal> {
        let start = self.at;
        let literal = self.literal()?;
        let span = self.tokens[start].span.join(self.tokens[self.at - 1].span);
        let Some(kind) = operand.kind() else { return Ok(literal) };
        let fits = match operand.field {
            Field::ChatId => matches!(literal, Literal::Text(_) | Literal::Number(_)),
            _ => kind == literal.kind(),
        };
        if !fits {
            let name = visible(&operand.name);
            let message =
                format!("`{name}` is {}, and this is {}", with_article(kind), with_article(literal.kind()));
            let mut problem = type_error(span, message);
            let can_convert = operand.field != Field::ChatId;
            if let Some(source) = converted(&literal, kind, self.schema).filter(|_| can_convert) {
                problem = problem
                    .with_help(format!("write {source}"))
                    .with_fix(Fix::replace(format!("write {source}"), span, source).unsafe_to_apply());
            } else if kind == ValueKind::List {
                problem = problem.with_help("ask for a member of a list with `contains`");
            }
            self.problems.push(problem);
        }
        Ok(literal)
    }

    fn literal(&mut self) -> Parsed<Literal> {
        let span = self.span();
        let literal = match self.kind().clone() {
            TokenKind::Text(text) => Literal::Text(text),
            TokenKind::Number(number) => Literal::Number(number),
            TokenKind::Word(word) => match word.as_str() {
                "true" => Literal::Boolean(true),
                "false" => Literal::Boolean(false),
                "date" if *self.kind_after() == TokenKind::Sign("(") => return self.date(),
                _ => {
                    return Err(error(span, format!("`{}` is not a value", visible(&word)))
                        .with_help(
                            "put a text in double quotes; properties cannot be compared with each other",
                        )
                        .with_fix(Fix::replace("use quotes", span, text_source(&word)).unsafe_to_apply())
                        .into());
                }
            },
            _ => {
                return Err(self.expected(
                    "a value: a text in double quotes, a number, true, false, or date(\"2026-01-31\")",
                ));
            }
        };
        self.at += 1;
        Ok(literal)
    }

    fn date(&mut self) -> Parsed<Literal> {
        self.at += 1;
        self.expect_sign("(")?;
        let (text, span) = self.text("a date")?;
        let Some(instant) = date(&text, self.schema) else {
            return Err(error(span, format!("`{}` is not a date", visible(&text)))
                .with_help("write it as 2026-01-31 or 2026-01-31 12:00:00")
                .into());
        };
        self.expect_sign(")")?;
        Ok(Literal::Date(instant))
    }

    fn within(&mut self) -> Parsed<Option<Within>> {
        if !self.take_word("within") {
            return Ok(None);
        }
        let n = self.natural("a number of hours, days or weeks")?;
        let span = self.span();
        let TokenKind::Word(word) = self.kind().clone() else {
            return Err(self.expected("hours, days or weeks"));
        };
        let Some((_, unit)) = UNITS.iter().find(|(name, _)| *name == word) else {
            let problem = error(span, format!("`{}` is no unit: write hours, days or weeks", visible(&word)));
            return Err(match did_you_mean(&word, UNITS.map(|(name, _)| name)) {
                Some(near) => problem.with_near(span, near, near).into(),
                None => problem.into(),
            });
        };
        self.at += 1;
        Ok(Some(Within { n, unit: *unit }))
    }

    fn natural(&mut self, what: &str) -> Parsed<u32> {
        let TokenKind::Number(Number::Integer(n)) = *self.kind() else { return Err(self.expected(what)) };
        let Ok(n) = u32::try_from(n) else {
            return Err(self.error_here(format!("expected {what} from 0 to {}", u32::MAX)).into());
        };
        self.at += 1;
        Ok(n)
    }

    // -- Events -----------------------------------------------------------------------------------------------------

    fn behavior(&mut self) -> Parsed<Condition> {
        self.at += 1;
        let is_negated = self.take_word("not");
        let (name, scope) = self.event_name()?;
        let (comparison, n) = self.times()?;
        let query = self.event_query(name, scope)?;
        let condition = Condition::Did(query, comparison, n);
        Ok(if is_negated { condition.negated() } else { condition })
    }

    /// Reads how often the event must have happened. If the expression does not say it, once is enough.
    fn times(&mut self) -> Parsed<(Comparison, u64)> {
        let comparison = if self.take_word("exactly") {
            Comparison::Equal
        } else if self.take_word("at") {
            match (self.take_word("least"), self.take_word("most")) {
                (true, _) => Comparison::AtLeast,
                (_, true) => Comparison::AtMost,
                _ => return Err(self.expected("`least` or `most`")),
            }
        } else {
            return Ok((Comparison::AtLeast, 1));
        };
        let n = self.natural("how many times")?;
        if !self.take_word("times") && !self.take_word("time") {
            return Err(self.expected("`times`"));
        }
        Ok((comparison, n.into()))
    }

    fn event_name(&mut self) -> Parsed<(String, EventScope<'a>)> {
        let (name, span) = self.text("the name of an event")?;
        let events = self.schema.events;
        let known = events.iter().find(|event| event.name == name);
        if known.is_none() {
            let names = events.iter().map(|event| event.name.as_str());
            self.warn_unknown(
                Code::UnknownEvent,
                "no profile has the event",
                &name,
                span,
                names,
                text_source,
            );
        }
        Ok((name, EventScope { known }))
    }

    fn event_query(&mut self, name: String, scope: EventScope<'a>) -> Parsed<EventQuery> {
        let within = self.within()?;
        let condition = if self.take_word("where") {
            self.event = Some(scope);
            let condition = if self.is_word("not") || *self.kind() == TokenKind::Sign("(") {
                self.negation()?
            } else {
                self.primary()?
            };
            self.event = None;
            Some(Box::new(condition))
        } else {
            None
        };
        Ok(EventQuery { name, within, condition })
    }

    fn total(&mut self, aggregate: Aggregate) -> Parsed<Condition> {
        self.at += 1;
        let property = if self.take_sign("(") {
            let span = self.span();
            let (name, is_quoted) = match self.kind().clone() {
                TokenKind::Word(word) => (word, false),
                TokenKind::Name(name) => (name, true),
                _ => return Err(self.expected("a property of the event")),
            };
            self.at += 1;
            self.expect_sign(")")?;
            Some((name, is_quoted, span))
        } else {
            None
        };
        if property.is_none() && aggregate != Aggregate::Count {
            return Err(self.expected("a property in brackets, such as sum(amount)"));
        }
        if !self.take_word("of") {
            return Err(self.expected("`of` and the name of an event"));
        }
        let (name, scope) = self.event_name()?;
        let query = self.event_query(name, scope)?;
        let property =
            property.map(|(name, is_quoted, span)| self.event_property(scope, &name, is_quoted, span));
        let TokenKind::Sign(sign) = *self.kind() else {
            return Err(self.expected("a comparison, such as >= 500"));
        };
        let Some((comparison, is_negated)) = comparison(sign) else {
            return Err(self.expected("a comparison, such as >= 500"));
        };
        self.at += 1;
        let condition = match property {
            Some(property) => {
                let TokenKind::Number(number) = *self.kind() else { return Err(self.expected("a number")) };
                self.at += 1;
                Condition::Total { of: query, aggregate, property, comparison, number }
            }
            None => Condition::Did(query, comparison, self.natural("a number of events")?.into()),
        };
        Ok(if is_negated { condition.negated() } else { condition })
    }

    // -- Segments ---------------------------------------------------------------------------------------------------

    fn segment(&mut self) -> Parsed<Condition> {
        self.at += 1;
        self.expect_sign("(")?;
        let (name, span) = self.text("the name of a segment")?;
        self.expect_sign(")")?;
        let segments = self.schema.segments;
        let Some((name, text)) = segments.get_key_value(&name) else {
            let problem = Diagnostic::error(
                Code::UnknownSegment,
                span,
                format!("there is no segment `{}`", visible(&name)),
            );
            return Err(match did_you_mean(&name, segments.keys().map(String::as_str)) {
                Some(near) => problem.with_near(span, near, text_source(near)).into(),
                None => problem.with_help(format!("make it: segments/{}.toml", visible(&name))).into(),
            });
        };
        if self.nesting.segments.contains(&name.as_str()) {
            let circle = self.nesting.segments.iter().copied().chain([name.as_str()]);
            let circle = circle.collect::<Vec<_>>().join(" → ");
            return Err(Diagnostic::error(
                Code::SegmentCircle,
                span,
                format!("this segment refers to itself: {}", visible(&circle)),
            )
            .into());
        }
        self.nesting.segments.push(name);
        let reading = read_nested(text, self.schema, self.nesting);
        self.nesting.segments.pop();
        // The check of the segment's own file reports these problems at their spans. Here, only the first error is
        // quoted.
        match reading.condition {
            Some(condition) => Ok(Condition::Segment(name.clone(), Box::new(condition))),
            None => {
                let cause = reading.problems.into_iter().find(Diagnostic::is_error);
                let (code, cause) =
                    cause.map_or((Code::AudienceSyntax, String::new()), |cause| (cause.code, cause.message));
                let code = if code == Code::SegmentCircle { code } else { Code::AudienceSyntax };
                Err(Diagnostic::error(
                    code,
                    span,
                    format!("the segment `{}` has an error: {cause}", visible(name)),
                )
                .into())
            }
        }
    }

    // -- Tokens -----------------------------------------------------------------------------------------------------

    fn kind(&self) -> &TokenKind {
        &self.tokens[self.at].kind
    }

    fn kind_after(&self) -> &TokenKind {
        &self.tokens[(self.at + 1).min(self.tokens.len() - 1)].kind
    }

    fn span(&self) -> Span {
        self.tokens[self.at].span
    }

    fn next_is_end(&self) -> bool {
        *self.kind() == TokenKind::End
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.kind(), TokenKind::Word(found) if found == word)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_next = self.is_word(word);
        self.at += usize::from(is_next);
        is_next
    }

    fn take_sign(&mut self, sign: &'static str) -> bool {
        let is_next = *self.kind() == TokenKind::Sign(sign);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect_sign(&mut self, sign: &'static str) -> Parsed<()> {
        if self.take_sign(sign) { Ok(()) } else { Err(self.expected(&format!("`{sign}`"))) }
    }

    fn error_here(&self, message: impl Into<String>) -> Diagnostic {
        error(self.span(), message)
    }

    /// Reads a text in double quotes; `what` is what it should be.
    fn text(&mut self, what: &str) -> Parsed<(String, Span)> {
        let TokenKind::Text(text) = self.kind().clone() else {
            return Err(self.expected(&format!("{what} in double quotes")));
        };
        let span = self.span();
        self.at += 1;
        Ok((text, span))
    }

    fn expected(&self, what: &str) -> Box<Diagnostic> {
        let found = match self.kind() {
            TokenKind::End => "the end".to_owned(),
            _ => format!("`{}`", visible(self.span().of(self.text))),
        };
        Box::new(self.error_here(format!("expected {what}, found {found}")))
    }

    fn wrong_kind(&self, operand: &Operand, message: &str) -> Diagnostic {
        let kind = operand.kind().map_or("not set", with_article);
        type_error(operand.span, format!("{message}, and `{}` is {kind}", visible(&operand.name)))
    }
}

impl Operand {
    /// Returns the type of the field, or `None` if it can have any type.
    fn kind(&self) -> Option<ValueKind> {
        match &self.field {
            Field::Identity | Field::ChatId => Some(ValueKind::Text),
            Field::Reachable | Field::TestProfile => Some(ValueKind::Boolean),
            Field::Property(_, kind) => *kind,
            Field::Member(_) => None,
        }
    }
}

fn one_or(mut conditions: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match conditions.pop() {
        Some(only) if conditions.is_empty() => only,
        last => {
            conditions.extend(last);
            join(conditions)
        }
    }
}

/// Returns the comparison of a sign, and whether it is negated.
fn comparison(sign: &str) -> Option<(Comparison, bool)> {
    Some(match sign {
        "==" => (Comparison::Equal, false),
        "!=" => (Comparison::Equal, true),
        "<" => (Comparison::Less, false),
        "<=" => (Comparison::AtMost, false),
        ">" => (Comparison::More, false),
        ">=" => (Comparison::AtLeast, false),
        _ => return None,
    })
}

fn type_error(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::WrongType, span, message)
}

fn with_article(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Text => "a text",
        ValueKind::Number => "a number",
        ValueKind::Boolean => "true or false",
        ValueKind::Date => "a date",
        ValueKind::List => "a list",
        ValueKind::Object => "an object",
    }
}

/// Returns how the literal is written as a value of this type, if it can be one.
fn converted(literal: &Literal, kind: ValueKind, schema: &Schema<'_>) -> Option<String> {
    match (literal, kind) {
        (Literal::Number(number), ValueKind::Text) => Some(text_source(&number.to_string())),
        (Literal::Boolean(value), ValueKind::Text) => Some(text_source(&value.to_string())),
        (Literal::Text(text), ValueKind::Number) => is_number(text).then(|| text.clone()),
        (Literal::Text(text), ValueKind::Boolean) => {
            let word = text.to_ascii_lowercase();
            ["true", "false"].contains(&word.as_str()).then_some(word)
        }
        (Literal::Text(text), ValueKind::Date) => {
            date(text, schema).map(|_| format!("date({})", text_source(text)))
        }
        _ => None,
    }
}

/// Whether a text is a number as expressions write it.
fn is_number(text: &str) -> bool {
    matches!(tokens(text).as_deref(), Ok([Token { kind: TokenKind::Number(_), .. }, _]))
}

fn date(text: &str, schema: &Schema<'_>) -> Option<jiff::Timestamp> {
    // In imported files, a date can also be `$D_<seconds>` or plain seconds. In an expression, it cannot.
    text.contains('-').then(|| DateFormat::Iso.parse(text, schema.zone)).flatten()
}
