//! Follows what a value can print through its filters: which special characters may be in the text, and which of them
//! an escape has made harmless.
//!
//! The question is asked of characters and not of filter names, because an escape protects only what it was applied to:
//! after `nick | tg_html | append: Profile.name`, the text holds a `<` again, and after `escape`, a
//! `replace: '"', '\"'` finds no quote and escapes nothing.
//!
//! Text by the template's author is trusted: it may be markup on purpose.

use std::cell::Cell;

use crate::json;
use crate::profile::{ValueKind, Vocabulary};
use crate::telegram::ParseMode;

use super::super::escapes::{MARKDOWN, MARKDOWN_V2};
use super::super::syntax::{Expression, FilterCall, Literal, Path};
use super::super::variables::names_of;
use super::source::{NameDefinitions, ValueSource};

/// The arguments of filters are values with sources and filters of their own. This many are followed for one output.
/// Any further argument counts as harmless, because a missed warning is better than a slow editor.
const MAX_ARGUMENTS: usize = 64;

/// A set of the characters that JSON or a parse mode reserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Characters(u32);

impl Characters {
    /// The characters with a bit of their own. `\n` stands for all control characters.
    const SPECIAL: &'static str = "\"\\\n<>&'_*[]()~`#+-=|{}.!";
    const NONE: Self = Self(0);
    const ANY: Self = Self(u32::MAX);
    const QUOTE: Self = Self(1);
    const BACKSLASH: Self = Self(1 << 1);
    const CONTROL: Self = Self(1 << 2);
    const JSON: Self = Self(0b111);
    /// A backslash as MarkdownV2 reads it, after the JSON is decoded. It has its own bit, because `\.` is escaped for
    /// MarkdownV2 but not for JSON.
    const MARKUP_BACKSLASH: Self = Self(1 << 30);
    /// Letters and everything else that is special nowhere.
    const OTHER: Self = Self(1 << 31);

    fn of(text: &str) -> Self {
        text.chars().fold(Self::NONE, |set, c| set.with(Self::of_char(c)))
    }

    fn of_char(c: char) -> Self {
        match c {
            '\\' => Self::BACKSLASH.with(Self::MARKUP_BACKSLASH),
            c if c.is_control() => Self::CONTROL,
            c => Self::SPECIAL.find(c).map_or(Self::OTHER, |bit| Self(1 << bit)),
        }
    }

    /// The characters that break markup of this mode if they are not escaped. In HTML, a `&` or `>` breaks nothing.
    fn that_break(mode: ParseMode) -> Self {
        match mode {
            ParseMode::Html => Self::of("<"),
            ParseMode::Markdown => Self::of(MARKDOWN),
            ParseMode::MarkdownV2 => Self::of(MARKDOWN_V2).without(Self::BACKSLASH),
        }
    }

    const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    const fn shared_with(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// What is known about the text that a value prints.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Written<'t> {
    /// The characters from outside data that no escape covers.
    bare: Characters,
    /// Whether the text has JSON escapes, which a later filter can damage.
    has_json_escapes: bool,
    /// The characters that have an escape of the markup before them, or an HTML entity in their place.
    escaped_for_markup: Characters,
    /// Whether the author replaces quotes by hand. Then the rest is the author's decision as well.
    is_json_by_hand: bool,
    is_markup_by_hand: bool,
    /// Whether this is a list. Most text filters read a list as `["a", "b"]`, with quotes and brackets.
    is_list: bool,
    /// Whether `date` is certain to find a date here.
    is_date: bool,
    /// The filter that undid an escape for JSON, or that added text which is not escaped.
    reopened_json: Option<&'t FilterCall>,
    reopened_markup: Option<&'t FilterCall>,
    /// The filter that changed an escape, so that the message shows it: `&LT;` after `upcase`, or half of it after
    /// `slice`. An escape of escaped text is such a filter too.
    spoiled: Option<&'t FilterCall>,
    /// The filter that added a `<br />`, which no parse mode knows.
    breaks: Option<&'t FilterCall>,
}

impl<'t> Written<'t> {
    fn of(bare: Characters) -> Self {
        Written { bare, ..Written::default() }
    }

    /// Whether the text can end the JSON string around it, or is no valid part of it.
    pub(super) fn breaks_json(&self) -> bool {
        let set = if self.is_json_by_hand { Characters::QUOTE } else { Characters::JSON };
        self.bare.meets(set)
    }

    pub(super) fn breaks_markup(&self, mode: ParseMode) -> bool {
        !self.is_markup_by_hand && self.bare.meets(Characters::that_break(mode))
    }

    pub(super) fn may_contain(&self, text: &str) -> bool {
        self.bare.meets(Characters::of(text))
    }

    pub(super) fn has_markup_escapes(&self) -> bool {
        self.escaped_for_markup != Characters::NONE
    }

    pub(super) fn has_json_escapes(&self) -> bool {
        self.has_json_escapes
    }

    /// Whether the value can be any text, not just a number, a date, or an encoded text.
    pub(super) fn is_any_text(&self) -> bool {
        self.bare.meets(Characters::OTHER)
    }

    pub(super) fn reopened_json(&self) -> Option<&'t FilterCall> {
        self.reopened_json.filter(|_| self.breaks_json())
    }

    pub(super) fn reopened_markup(&self, mode: ParseMode) -> Option<&'t FilterCall> {
        self.reopened_markup.filter(|_| self.breaks_markup(mode))
    }

    pub(super) fn spoiled(&self) -> Option<&'t FilterCall> {
        self.spoiled
    }

    pub(super) fn breaks(&self) -> Option<&'t FilterCall> {
        self.breaks
    }

    /// Names the characters that would break the JSON.
    pub(super) fn json_sample(&self) -> &'static str {
        let has = |set| self.bare.meets(set);
        match (has(Characters::QUOTE), has(Characters::BACKSLASH), has(Characters::CONTROL)) {
            (true, _, _) => "a quote or line break",
            (false, true, true) => "a backslash or line break",
            (false, true, false) => "a backslash",
            (false, false, _) => "a line break",
        }
    }
}

const INTEGER: [&str; 3] = ["find_index", "has", "size"];

/// These filters print only numbers, even for text or a missing value. The exception is `find_index`, which prints
/// nothing if it finds no item.
pub(super) const NUMERIC: [&str; 14] = [
    "abs",
    "at_least",
    "at_most",
    "ceil",
    "divided_by",
    "find_index",
    "floor",
    "minus",
    "modulo",
    "plus",
    "round",
    "size",
    "sum",
    "times",
];

/// These filters read a list as one text, `["a", "b"]`.
const READS_TEXT: [&str; 24] = [
    "append",
    "capitalize",
    "downcase",
    "escape",
    "escape_once",
    "h",
    "lstrip",
    "newline_to_br",
    "prepend",
    "remove",
    "remove_first",
    "remove_last",
    "replace",
    "replace_first",
    "replace_last",
    "rstrip",
    "split",
    "strip",
    "strip_html",
    "strip_newlines",
    "truncate",
    "truncatewords",
    "upcase",
    "url_decode",
];

/// Evaluates values at one output.
pub(super) struct Evaluator<'e, 't> {
    pub scope: &'e NameDefinitions<'t>,
    pub vocabulary: &'e Vocabulary,
    pub mode: Option<ParseMode>,
    n_arguments: Cell<usize>,
}

impl<'e, 't> Evaluator<'e, 't> {
    pub(super) fn new(
        scope: &'e NameDefinitions<'t>,
        vocabulary: &'e Vocabulary,
        mode: Option<ParseMode>,
    ) -> Self {
        Evaluator { scope, vocabulary, mode, n_arguments: Cell::new(0) }
    }

    pub(super) fn written(&self, source: &ValueSource<'t>) -> Written<'t> {
        let pipes = source.pipes.iter().map(|(file, calls)| (*file, calls.iter().collect()));
        self.filtered(source, pipes)
    }

    /// Returns what `source` prints if it goes through these filters instead of its own. As in
    /// [`ValueSource::pipes`], each list has the filters of one expression and the file of that expression.
    pub(super) fn filtered(
        &self,
        source: &ValueSource<'t>,
        pipes: impl Iterator<Item = (usize, Vec<&'t FilterCall>)>,
    ) -> Written<'t> {
        pipes.fold(self.unfiltered(source), |value, (file, calls)| {
            let value = calls.into_iter().fold(value, |value, call| self.apply(value, file, call));
            // The next expression may be about an item of this list.
            Written { is_list: false, ..value }
        })
    }

    /// Returns what `source` prints if an escape for `mode` is added before the filter at offset `at` of `file`.
    pub(super) fn escaped_before(
        &self,
        source: &ValueSource<'t>,
        (file, at): (usize, usize),
        mode: ParseMode,
    ) -> Written<'t> {
        let calls = source.pipes.iter().flat_map(|(file, calls)| calls.iter().map(|call| (*file, call)));
        calls.fold(self.unfiltered(source), |value, (own, call)| {
            let is_here = own == file && call.span.start == at;
            let value = if is_here { value.escaped_for(mode, call) } else { value };
            self.apply(value, own, call)
        })
    }

    fn unfiltered(&self, source: &ValueSource<'t>) -> Written<'t> {
        match source.value {
            // A variable that is defined in terms of itself adds nothing. Its first value is a separate source.
            _ if source.is_recursive => Written::default(),
            Expression::Literal(..) | Expression::Range(..) => Written::default(),
            Expression::Path(path) => self.outside(path),
        }
    }

    fn outside(&self, path: &Path) -> Written<'t> {
        if path.ends_in_size() {
            return Written::default();
        }
        let names = names_of(path);
        let (number, date) = (Characters::of("-+."), Characters::of("-+"));
        let dated = |bare| Written { is_date: true, ..Written::of(bare) };
        match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["forloop" | "tablerowloop", "name"] => Written::of(Characters::of("-_.")),
            ["forloop" | "tablerowloop", ..] => Written::default(),
            ["Campaign", ..] => Written::of(Characters::of("-_.~+=")),
            ["now"] => dated(date),
            ["Profile", name] => match self.vocabulary.property(name).map(|property| property.kind) {
                Some(ValueKind::Number) => dated(number),
                Some(ValueKind::Boolean) => Written::default(),
                Some(ValueKind::Date) => dated(date),
                Some(ValueKind::Text | ValueKind::List | ValueKind::Object) | None => {
                    Written::of(Characters::ANY)
                }
            },
            _ => match self.scope.origin_of(path).and_then(|path| self.vocabulary.sampled_kind(&path)) {
                Some(ValueKind::Number) => dated(number),
                Some(ValueKind::Boolean) => Written::default(),
                // A sample has no dates, so a value of an event with the filter `date` is assumed to be a date.
                _ if matches!(path.name(), Some("Event" | "ExternalTrigger")) => dated(Characters::ANY),
                _ => Written::of(Characters::ANY),
            },
        }
    }

    /// Returns everything that the argument can be.
    fn argument(&self, file: usize, argument: Option<&'t Expression>) -> Written<'t> {
        match argument {
            None => Written::default(),
            Some(Expression::Literal(_, Literal::Text(text))) => {
                Written::of(unescaped_for_json(text).with(reserved_in_text(text, self.mode)))
            }
            Some(Expression::Literal(..) | Expression::Range(..)) => Written::default(),
            Some(value @ Expression::Path(_)) => {
                let mut joined = Written::default();
                for source in self.scope.sources(file, value, &[]) {
                    if MAX_ARGUMENTS <= self.n_arguments.get() {
                        break;
                    }
                    self.n_arguments.set(self.n_arguments.get() + 1);
                    joined = joined.joined(&self.written(&source));
                }
                joined
            }
        }
    }

    /// Returns the text of an argument that is a literal, or a variable that always holds the same literal.
    fn literal(&self, file: usize, argument: Option<&'t Expression>) -> Option<&'t str> {
        let argument = argument?;
        if let Expression::Path(_) = argument {
            let sources = self.scope.sources(file, argument, &[]);
            let [source] = sources.as_slice() else { return None };
            return source.value.as_text().filter(|_| source.filters().next().is_none());
        }
        argument.as_text()
    }

    fn apply(&self, mut value: Written<'t>, file: usize, call: &'t FilterCall) -> Written<'t> {
        let name = call.filter.name;
        if value.is_list && READS_TEXT.contains(&name) {
            value.bare = value.bare.with(Characters::of("\"\\[]"));
            value.is_list = false;
        }
        let argument = |nth: usize| self.argument(file, call.arguments.get(nth));
        match name {
            _ if INTEGER.contains(&name) => Written::default(),
            _ if NUMERIC.contains(&name) => Written { is_date: true, ..Written::of(Characters::of("-+.")) },
            "url_encode" | "base64_encode" | "base64_url_safe_encode" => {
                Written::of(Characters::of("%+-_.~=/").without(Characters::OTHER))
            }
            "url_decode" | "base64_decode" | "base64_url_safe_decode" | "map" => Written::of(Characters::ANY),
            "date" | "date_tz" => {
                let format = call.arguments.first().and_then(Expression::as_text);
                let printed = Written::of(format.map_or(Characters::ANY, characters_of_format));
                // A text that is no date is printed as it is. But an author who escapes the format knows the value.
                let is_escaped = format.is_some_and(|format| format.contains('\\'));
                if value.is_date || is_escaped { printed } else { value.joined(&printed) }
            }
            "json_escape" => value.escaped_for_json(call),
            // The quotes that `json` adds would end a string around it. Where a value is due, `json` is right and is
            // not checked here.
            "json" => {
                let escaped = value.escaped_for_json(call);
                Written { bare: escaped.bare.with(Characters::QUOTE), spoiled: escaped.spoiled, ..value }
            }
            "tg_html" | "escape" | "h" | "escape_once" => value.escaped_for_html(self.mode, call),
            "tg_markdown" => {
                value.escaped_with_backslashes(MARKDOWN, self.mode == Some(ParseMode::Markdown), call)
            }
            "tg_markdown_v2" => {
                value.escaped_with_backslashes(MARKDOWN_V2, self.mode == Some(ParseMode::MarkdownV2), call)
            }
            "append" | "prepend" | "default" => value.added(&argument(0), call),
            "concat" => Written { is_list: true, ..value.added(&argument(0), call) },
            "join" => Written { is_list: false, ..value.added(&argument(0), call) },
            "split" | "sort" | "sort_natural" | "reverse" | "uniq" | "compact" | "where" | "reject" => {
                Written { is_list: true, ..value }
            }
            "find" => Written { is_list: false, ..value },
            "first" | "last" if value.is_list => Written { is_list: false, ..value },
            "first" | "last" | "slice" => value.cut(self.mode, call),
            "truncate" => self.shortened(value.cut(self.mode, call), file, call),
            "truncatewords" => self.shortened(value, file, call),
            "upcase" if value.has_json_escapes => value.broken(Characters::BACKSLASH, call),
            "upcase" if self.mode == Some(ParseMode::Html) => value.with_spoiled_markup(call),
            "newline_to_br" if value.bare.meets(Characters::CONTROL) => {
                Written { breaks: Some(call), ..value }
            }
            "strip_html" => Written { breaks: None, ..value },
            "strip_newlines" => Written { bare: value.bare.without(Characters::CONTROL), ..value },
            "replace" => self.replaced(value, file, call),
            "remove" => match self.literal(file, call.arguments.first()) {
                Some(text) if is_break(text) => Written { breaks: None, ..value },
                Some(text) => match only_char(text) {
                    Some(c) => value.without_char(c, self.mode, call),
                    None => value,
                },
                None => value,
            },
            "replace_first" | "replace_last" | "remove_first" | "remove_last" => {
                let kept = value.bare;
                let mut value = match self.literal(file, call.arguments.first()).and_then(only_char) {
                    Some(c) => value.without_char(c, self.mode, call),
                    None => value,
                };
                // One replacement leaves the other occurrences as they are.
                value.bare = value.bare.with(kept);
                (value.is_json_by_hand, value.is_markup_by_hand) = (false, false);
                value.added(&argument(1), call)
            }
            _ => value,
        }
    }

    /// Adds the ellipsis of `truncate` or `truncatewords`.
    fn shortened(&self, value: Written<'t>, file: usize, call: &'t FilterCall) -> Written<'t> {
        let ellipsis = match call.arguments.get(1) {
            None => Written::of(Characters::of(".")),
            given => self.argument(file, given),
        };
        // An ellipsis of the author may be escaped already. The filter's own dots are not.
        value.added(&ellipsis, call)
    }

    fn replaced(&self, value: Written<'t>, file: usize, call: &'t FilterCall) -> Written<'t> {
        let from = self.literal(file, call.arguments.first());
        let to = match call.arguments.get(1) {
            None => Some(""),
            to => self.literal(file, to),
        };
        let (Some(from), Some(to)) = (from, to) else {
            let value = match from.and_then(only_char) {
                Some(c) => value.without_char(c, self.mode, call),
                None => value,
            };
            return value.added(&self.argument(file, call.arguments.get(1)), call);
        };
        let value = if is_break(from) { Written { breaks: None, ..value } } else { value };
        let Some(c) = only_char(from) else {
            if let Some(c) = unescaped(from).filter(|c| only_char(to) == Some(*c)) {
                return value.broken(Characters::of_char(c), call);
            }
            if from.is_empty() && value.has_json_escapes {
                return value.broken(Characters::QUOTE, call);
            }
            return value.added(&Written::of(unescaped_for_json(to)), call);
        };
        if to == format!("\\{c}") || to == format!("\\\\{c}") && !matches!(c, '"' | '\\') {
            return value.escaped_by_hand(c, to, self.mode, call);
        }
        let value = if to.contains(c) { value } else { value.without_char(c, self.mode, call) };
        value.added(&Written::of(unescaped_for_json(to)), call)
    }
}

impl<'t> Written<'t> {
    /// Returns what is known if the text is either of two texts, or has both in it.
    fn joined(self, other: &Self) -> Self {
        let has_bare_markup = |value: &Self| {
            !value.is_markup_by_hand && value.bare.without(Characters::JSON) != Characters::NONE
        };
        Written {
            bare: self.bare.with(other.bare),
            has_json_escapes: self.has_json_escapes || other.has_json_escapes,
            escaped_for_markup: self.escaped_for_markup.with(other.escaped_for_markup),
            is_json_by_hand: (self.is_json_by_hand || other.is_json_by_hand)
                && !self.breaks_json()
                && !other.breaks_json(),
            is_markup_by_hand: (self.is_markup_by_hand || other.is_markup_by_hand)
                && !has_bare_markup(&self)
                && !has_bare_markup(other),
            is_list: self.is_list || other.is_list,
            is_date: self.is_date && other.is_date,
            reopened_json: self.reopened_json.or(other.reopened_json),
            reopened_markup: self.reopened_markup.or(other.reopened_markup),
            spoiled: self.spoiled.or(other.spoiled),
            breaks: self.breaks.or(other.breaks),
        }
    }

    /// Returns the text with another text added by `call`.
    fn added(self, other: &Self, call: &'t FilterCall) -> Self {
        let mut joined = self.joined(other);
        joined.is_date = self.is_date && other.bare == Characters::NONE;
        let is_escaped_for_json = self.has_json_escapes && !self.breaks_json();
        if is_escaped_for_json && other.breaks_json() {
            joined.reopened_json = Some(call);
        }
        if self.has_markup_escapes()
            && other.bare.without(Characters::JSON).without(self.bare) != Characters::NONE
        {
            joined.reopened_markup = Some(call);
        }
        joined
    }

    /// Returns the text after `call` has broken an escape, so that `characters` can be bare.
    fn broken(mut self, characters: Characters, call: &'t FilterCall) -> Self {
        self.bare = self.bare.with(characters);
        if characters.meets(Characters::JSON) && self.has_json_escapes {
            self.reopened_json = Some(call);
            self.is_json_by_hand = false;
        }
        if characters.without(Characters::JSON) != Characters::NONE && self.has_markup_escapes() {
            self.reopened_markup = Some(call);
            self.is_markup_by_hand = false;
        }
        self
    }

    fn with_spoiled_markup(mut self, call: &'t FilterCall) -> Self {
        if self.has_markup_escapes() {
            self.spoiled.get_or_insert(call);
        }
        self
    }

    fn escaped_for_json(mut self, call: &'t FilterCall) -> Self {
        if self.has_json_escapes {
            self.spoiled.get_or_insert(call);
        }
        self.has_json_escapes |= self.bare.meets(Characters::JSON);
        self.bare = self.bare.without(Characters::JSON);
        (self.reopened_json, self.is_list, self.is_date) = (None, false, false);
        self
    }

    fn escaped_for(self, mode: ParseMode, call: &'t FilterCall) -> Self {
        match mode {
            ParseMode::Html => self.escaped_for_html(Some(mode), call),
            ParseMode::Markdown => self.escaped_with_backslashes(MARKDOWN, true, call),
            ParseMode::MarkdownV2 => self.escaped_with_backslashes(MARKDOWN_V2, true, call),
        }
    }

    fn escaped_for_html(mut self, mode: Option<ParseMode>, call: &'t FilterCall) -> Self {
        let escaped = Characters::of("<>&\"'");
        let is_own = mode == Some(ParseMode::Html);
        let hit = self.bare.shared_with(escaped);
        let is_hit = hit != Characters::NONE;
        self.bare = self.bare.without(escaped);
        match is_own {
            true => {
                // `escape_once` knows its own escapes.
                if call.filter.name != "escape_once" {
                    self = self.with_spoiled_markup(call);
                }
                self.escaped_for_markup = self.escaped_for_markup.with(hit);
                self.reopened_markup = None;
            }
            // To another mode, `&#39;` is text with a `#`.
            false if is_hit => self.bare = self.bare.with(Characters::of("&#")),
            false => {}
        }
        self.is_list = false;
        // `\"` becomes `\&quot;`, and JSON has no escape `\&`.
        if self.has_json_escapes { self.broken(Characters::BACKSLASH, call) } else { self }
    }

    fn escaped_with_backslashes(mut self, reserved: &str, is_own: bool, call: &'t FilterCall) -> Self {
        let escaped = Characters::of(reserved).without(Characters::BACKSLASH);
        let hit = self.bare.shared_with(escaped);
        // A second escape adds backslashes to the first one.
        let is_hit = hit.with(self.escaped_for_markup).meets(escaped);
        self.is_list = false;
        self.bare = self.bare.without(escaped);
        if is_own {
            self = self.with_spoiled_markup(call);
            self.escaped_for_markup = self.escaped_for_markup.with(hit);
            self.reopened_markup = None;
        }
        if is_hit {
            self.bare = self.bare.with(Characters::BACKSLASH);
        }
        // MarkdownV2 escapes the backslash of `\"` too, which leaves the quote bare.
        match self.has_json_escapes {
            true if reserved.contains('\\') => {
                self.broken(Characters::QUOTE.with(Characters::BACKSLASH), call)
            }
            true if is_hit => self.broken(Characters::BACKSLASH, call),
            _ => self,
        }
    }

    /// `replace: 'c', '\c'`
    fn escaped_by_hand(mut self, c: char, to: &str, mode: Option<ParseMode>, call: &'t FilterCall) -> Self {
        let set = Characters::of_char(c);
        match c {
            '"' if self.has_json_escapes => self.broken(Characters::QUOTE, call),
            '"' if self.bare.meets(set) => {
                self.bare = self.bare.without(set);
                (self.has_json_escapes, self.is_json_by_hand) = (true, true);
                self
            }
            '"' => self,
            '\\' if self.has_json_escapes => self.broken(Characters::QUOTE, call),
            '\\' => {
                self.bare = self.bare.without(set);
                self
            }
            c => {
                let is_reserved = mode
                    .is_some_and(|mode| mode != ParseMode::Html && Characters::that_break(mode).meets(set));
                let is_bare = self.bare.meets(set);
                if is_reserved && is_bare {
                    self.bare = self.bare.without(set);
                    self.escaped_for_markup = self.escaped_for_markup.with(set);
                    self.is_markup_by_hand |= c == if mode == Some(ParseMode::Markdown) { '_' } else { '.' };
                } else if self.escaped_for_markup.meets(set) && mode == Some(ParseMode::MarkdownV2) {
                    // `\.` becomes `\\.`, in which only the backslash is escaped.
                    self = self.broken(set, call);
                }
                // As JSON, `\.` is no valid escape, but `\\.` is.
                let unescaped = unescaped_for_json(to).without(Characters::MARKUP_BACKSLASH);
                match self.has_json_escapes && !self.is_json_by_hand {
                    true => self.broken(unescaped, call),
                    false => {
                        self.bare = self.bare.with(unescaped);
                        self
                    }
                }
            }
        }
    }

    /// Returns the text after every `c` was replaced with something else, or removed.
    fn without_char(mut self, c: char, mode: Option<ParseMode>, call: &'t FilterCall) -> Self {
        let set = Characters::of_char(c).without(Characters::OTHER);
        let is_bare = self.bare.meets(set);
        self.bare = self.bare.without(set);
        match c {
            '"' if self.has_json_escapes => self.broken(Characters::BACKSLASH, call),
            '"' => {
                self.is_json_by_hand |= is_bare;
                self
            }
            '\\' => {
                let mut broken = Characters::NONE;
                if self.has_json_escapes {
                    broken = broken.with(Characters::QUOTE);
                }
                if let Some(mode) = mode.filter(|mode| self.has_markup_escapes() && *mode != ParseMode::Html)
                {
                    broken = broken.with(Characters::that_break(mode));
                }
                self.broken(broken, call)
            }
            c => {
                self.is_markup_by_hand |= is_bare && c == '<' && mode == Some(ParseMode::Html);
                self
            }
        }
    }

    /// Returns the text after a part of it was cut off, possibly in the middle of an escape.
    fn cut(self, mode: Option<ParseMode>, call: &'t FilterCall) -> Self {
        let json = if self.has_json_escapes { Characters::BACKSLASH } else { Characters::NONE };
        match mode.filter(|_| self.has_markup_escapes()) {
            // Half of `&lt;` is shown as it is, but it breaks nothing.
            Some(ParseMode::Html) => self.with_spoiled_markup(call).broken(json, call),
            Some(mode) => self.broken(json.with(Characters::that_break(mode)), call),
            None => self.broken(json, call),
        }
    }
}

fn only_char(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// Returns the character that an escape stands for: `"` for `\"`, `<` for `&lt;`.
fn unescaped(escape: &str) -> Option<char> {
    match escape {
        "&lt;" => Some('<'),
        "&gt;" => Some('>'),
        "&amp;" => Some('&'),
        "&quot;" => Some('"'),
        _ => escape.strip_prefix('\\').and_then(only_char).filter(|c| !c.is_ascii_alphanumeric()),
    }
}

/// Returns the characters for which a text of the author is not the inside of a JSON string. An author who writes `\"`
/// or `\n` has escaped it.
fn unescaped_for_json(text: &str) -> Characters {
    match json::parse(&format!("\"{text}\"")) {
        Ok(_) => Characters::NONE,
        Err(_) => Characters::of(text).shared_with(Characters::JSON),
    }
}

/// Returns the characters in a text of the author's that MarkdownV2 refuses wherever the text is. A text with markup or
/// escapes of its own is left to the author.
fn reserved_in_text(text: &str, mode: Option<ParseMode>) -> Characters {
    match mode {
        Some(ParseMode::MarkdownV2)
            if !text.contains(['\\', '_', '*', '[', ']', '(', ')', '~', '`', '|']) =>
        {
            Characters::of(text).shared_with(Characters::of(".!-+=#{}"))
        }
        Some(ParseMode::MarkdownV2 | ParseMode::Markdown | ParseMode::Html) | None => Characters::NONE,
    }
}

/// Whether a text is what `newline_to_br` adds.
fn is_break(text: &str) -> bool {
    text.trim_end() == "<br />"
}

/// Returns the characters that `date` prints for a format. What the author has escaped there is not among them.
fn characters_of_format(format: &str) -> Characters {
    let mut printed = unescaped_for_json(format).without(Characters::MARKUP_BACKSLASH);
    let mut rest = format.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\\' {
            // `\.`, or `\\.` in JSON
            while rest.next_if_eq(&'\\').is_some() {}
            rest.next_if(|c| *c != '%');
            continue;
        }
        if c != '%' {
            printed = printed.with(Characters::of_char(c));
            continue;
        }
        let directive = rest.find(|c| !matches!(c, '-' | '0'..='9' | '^' | '_' | '#' | ':'));
        printed = printed.with(match directive {
            Some('F' | 'v' | 's') => Characters::of("-"),
            Some('z') => Characters::of("+-"),
            Some('c' | '+' | 'x' | 'X' | 'Z') => Characters::of("+-"),
            _ => Characters::NONE,
        });
    }
    printed.without(Characters::OTHER)
}

#[cfg(test)]
mod laws;
