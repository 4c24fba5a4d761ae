//! One `{{ }}` in JSON: whether what it prints fits its place, whatever the value is.

use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit};
use crate::dialect::Dialect;
use crate::json;
use crate::profile::{Kind, Vocabulary};
use crate::telegram::ParseMode;
use crate::text::Span;

use super::super::escapes::{Position, escape_filters};
use super::super::json_state::Within;
use super::super::syntax::{Expression, FilterCall, Literal, Output, Path};
use super::super::variables::names_of;
use super::source::Source;

pub(super) struct Hole<'t, 't2> {
    pub file: usize,
    pub text: &'t str,
    pub output: &'t Output,
    pub source: &'t2 Source<'t>,
    pub within: Within,
    pub mode: Option<ParseMode>,
    /// Whether it stands in captured text that is escaped for JSON as a whole.
    pub is_escaped: bool,
    /// Whether the template made sure that there is a value.
    pub is_present: bool,
    pub dialect: Dialect,
    pub vocabulary: &'t Vocabulary,
}

const NUMERIC: [&str; 14] = [
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

/// What is known of the characters a value prints.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Letters {
    Any,
    /// Digits, a sign, a point, `e`, `true`, `false`.
    Number,
    /// Those of a date: digits, `-`, `:`, spaces.
    Date,
    /// Letters, digits, `%`, `+`, `-`, `_`, `.`, `~`, `=`, `/`.
    Url,
    Constant,
}

impl<'t> Hole<'t, '_> {
    pub fn problems(&self) -> Vec<Diagnostic> {
        // CleverTap's chips take no filters.
        let is_chip = !self.output.span.of(self.text).starts_with("{{");
        match self.within {
            Within::String | Within::Key if !is_chip => self.in_string(),
            Within::Value => self.as_value(),
            Within::String | Within::Key | Within::Structure => Vec::new(),
        }
    }

    fn filters(&self) -> impl DoubleEndedIterator<Item = &'t FilterCall> + '_ {
        self.source.filters()
    }

    /// The pipes it went through that stand in the hole's own file, where a fix can change them.
    fn pipes_here(&self) -> impl Iterator<Item = &'t [FilterCall]> + '_ {
        self.source.pipes.iter().filter(|(file, _)| *file == self.file).map(|(_, filters)| *filters)
    }

    /// The filters in the `{{ }}` itself, where a fix can change them.
    fn own_filters(&self) -> &'t [FilterCall] {
        &self.output.value.filters
    }

    fn path(&self) -> Option<&'t Path> {
        self.source.path()
    }

    fn name(&self) -> String {
        match self.path().map(names_of).as_deref() {
            Some([_, .., last]) => last.clone(),
            Some([only]) => only.clone(),
            None | Some([]) => self.output.value.value.span().of(self.text).to_owned(),
        }
    }

    fn letters(&self) -> Letters {
        let mut letters = self.letters_of_source();
        for call in self.filters() {
            letters = match call.filter.name {
                name if NUMERIC.contains(&name) => Letters::Number,
                "date" | "date_tz" if !is_plain_format(call) => Letters::Any,
                "date" | "date_tz" => Letters::Date,
                "url_encode" | "base64_encode" | "base64_url_safe_encode" => Letters::Url,
                "default" | "append" | "prepend" | "replace" | "replace_first" | "replace_last"
                    if has_plain_arguments(call) =>
                {
                    letters
                }
                "capitalize" | "downcase" | "upcase" | "strip" | "lstrip" | "rstrip" | "remove"
                | "remove_first" | "remove_last" | "slice" | "first" | "last" | "truncate"
                | "strip_newlines" => letters,
                _ => Letters::Any,
            };
        }
        letters
    }

    fn letters_of_source(&self) -> Letters {
        let Some(path) = self.path().filter(|_| !self.source.is_told) else { return Letters::Constant };
        if path.is_size() {
            return Letters::Number;
        }
        let names = names_of(path);
        match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["forloop" | "tablerowloop", ..] => Letters::Number,
            ["Campaign", ..] => Letters::Url,
            ["now"] => Letters::Date,
            ["Profile", name] => match self.vocabulary.property(name).map(|property| property.kind) {
                Some(Kind::Number | Kind::Boolean) => Letters::Number,
                Some(Kind::Date) => Letters::Date,
                Some(Kind::Text | Kind::List | Kind::Object) | None => Letters::Any,
            },
            _ => Letters::Any,
        }
    }

    fn in_string(&self) -> Vec<Diagnostic> {
        let own_json = self.own_filters().iter().find(|call| call.filter.name == "json");
        if let Some(call) = own_json.filter(|_| !self.is_escaped) {
            let problem =
                Diagnostic::error(Code::JsonInString, call.name, "`json` puts quotes of its own here");
            let fix = Fix::replace("use `json_escape`", call.name, "json_escape");
            return vec![problem.with_help("inside a string use `json_escape`").with_fix(fix)];
        }
        let letters = self.letters();
        if let Some(problem) = self.wrong_mode().or_else(|| self.wrong_order()) {
            return vec![problem];
        }
        let needs_json = !self.is_escaped && letters == Letters::Any && self.json_escape().is_none();
        self.unescaped(needs_json, self.needs_markup(letters)).into_iter().collect()
    }

    /// The parse mode that the value has to be escaped for.
    fn needs_markup(&self, letters: Letters) -> Option<ParseMode> {
        self.mode.filter(|mode| {
            let is_harmless = match letters {
                Letters::Any => false,
                Letters::Number | Letters::Date => *mode != ParseMode::MarkdownV2,
                Letters::Url => *mode == ParseMode::Html,
                Letters::Constant => true,
            };
            !is_harmless && self.markup_escape().is_none()
        })
    }

    /// Where the escape for the markup goes: in front of what brings markup of the author's own, be it a filter or the
    /// text of a capture, and of the escape for JSON. `None` where that stands in another file.
    fn place_for_markup(&self, mode: ParseMode) -> Option<Place> {
        let is_json = |call: &&FilterCall| {
            is_json_escape(call) || call.filter.name == "json" || is_backslash_replace(call, "\\")
        };
        for (file, filters) in &self.source.pipes {
            if let Some(call) = filters.iter().find(|call| brings_markup(call, mode)) {
                return (*file == self.file).then_some(Place::Before(call.span.start));
            }
        }
        if self.source.is_captured {
            let (_, filters) = self.source.pipes.first().filter(|(file, _)| *file == self.file)?;
            let end = filters.last().map_or(self.source.value.span().end, |last| last.span.end);
            let json = filters.iter().find(is_json).map(|call| Place::Before(call.span.start));
            return Some(json.unwrap_or(Place::Behind(end)));
        }
        let json = self.pipes_here().flatten().find(is_json);
        Some(json.map_or(Place::Behind(self.output.value.span.end), |call| Place::Before(call.span.start)))
    }

    fn unescaped(&self, needs_json: bool, needs_markup: Option<ParseMode>) -> Option<Diagnostic> {
        let name = self.name();
        let (code, message) = match (needs_json, needs_markup) {
            (false, None) => return None,
            (true, None) => {
                (Code::UnescapedJson, format!("a quote or line break in `{name}` would break the JSON"))
            }
            (_, Some(mode)) => {
                let sign = match mode {
                    ParseMode::Html => "<",
                    ParseMode::Markdown => "_",
                    ParseMode::MarkdownV2 => ".",
                };
                (Code::UnescapedMarkup, format!("a `{sign}` in `{name}` would break the {}", mode.as_str()))
            }
        };
        let all = escape_filters(needs_markup, Position::InString, self.dialect);
        let (markup, json) = all.split_at(usize::from(needs_markup.is_some()));
        let problem = Diagnostic::warning(code, self.output.value.span, message);
        let mut edits = Vec::new();
        let mut end = self.output.value.span.end;
        // Markup first: the JSON is read before Telegram reads the markup.
        if let (Some(markup), Some(mode)) = (markup.first(), needs_markup) {
            match self.place_for_markup(mode) {
                Some(Place::Before(at)) => edits.push(insertion(at, format!("{markup} | "))),
                Some(Place::Behind(at)) => {
                    edits.push(insertion(at, format!(" | {markup}")));
                    end = at;
                }
                None => {
                    return Some(problem.with_help(format!("escape it with `{markup}` where it is given")));
                }
            }
        }
        if needs_json {
            edits.extend(json.iter().map(|filter| insertion(end, format!(" | {filter}"))));
        }
        let edits = merged(edits);
        let added: Vec<&str> = edits.iter().map(|edit| edit.replacement.trim_matches([' ', '|'])).collect();
        let help = format!("escape it with `{}`", added.join(" | "));
        let fix = Fix { title: "escape the value".into(), edits, safe: true };
        Some(problem.with_help(help).with_fix(fix))
    }

    fn wrong_mode(&self) -> Option<Diagnostic> {
        let mode = self.mode?;
        let call =
            self.own_filters().iter().find(|call| escapes_for(call).is_some_and(|other| other != mode))?;
        if call.filter.name == "escape_once"
            || self.own_filters().iter().any(|call| escapes_for(call) == Some(mode))
        {
            return None;
        }
        let right = escape_filters(Some(mode), Position::PlainText, self.dialect);
        let right = right.first()?;
        let message = format!("`{}` does not escape for {}", call.filter.name, mode.as_str());
        let problem = Diagnostic::warning(Code::WrongEscape, call.name, message);
        Some(problem.with_help(format!("the text's parse_mode is {}", mode.as_str())).with_fix(Fix::replace(
            format!("escape for {}", mode.as_str()),
            call.name,
            right.to_string(),
        )))
    }

    /// An escape for JSON in front of one for the markup.
    fn wrong_order(&self) -> Option<Diagnostic> {
        if let Some(problem) = self.pipes_here().find_map(|filters| self.wrong_order_in(filters)) {
            return Some(problem);
        }
        let all: Vec<&FilterCall> = self.filters().collect();
        let json = all.iter().position(|call| call.filter.name == "json_escape")?;
        let last = all.iter().rfind(|call| is_after_json(call))?;
        let is_behind = all.iter().skip(json).any(|call| std::ptr::eq(*call, *last));
        is_behind.then(|| {
            Diagnostic::warning(Code::EscapeOrder, self.output.value.span, too_early(last))
                .with_help("the JSON is read first, then the markup: move `json_escape` to here")
        })
    }

    fn wrong_order_in(&self, filters: &[FilterCall]) -> Option<Diagnostic> {
        let json = filters.iter().position(|call| call.filter.name == "json_escape")?;
        let last = filters.iter().rposition(is_after_json)?;
        if last < json {
            return None;
        }
        let (first, final_) = (filters.get(json)?, filters.last()?);
        let span = Span::new(first.span.start, final_.span.end);
        let behind = filters.get(json + 1..)?;
        let mut words: Vec<&str> = behind.iter().map(|call| call.span.of(self.text)).collect();
        words.push(first.span.of(self.text));
        Some(
            Diagnostic::warning(Code::EscapeOrder, first.name, too_early(filters.get(last)?))
                .with_help("the JSON is read first, then the markup: escape the other way round")
                .with_fix(Fix::replace("put `json_escape` last", span, words.join(" | "))),
        )
    }

    fn json_escape(&self) -> Option<&'t FilterCall> {
        self.filters().find(|call| is_json_escape(call))
    }

    fn markup_escape(&self) -> Option<&'t FilterCall> {
        let mode = self.mode?;
        let escapes = |call: &&FilterCall| match escapes_for(call) {
            Some(own) => own == mode,
            None => {
                mode != ParseMode::Html
                    && is_backslash_replace(call, if mode == ParseMode::MarkdownV2 { "." } else { "_" })
            }
        };
        self.filters().find(escapes)
    }

    fn as_value(&self) -> Vec<Diagnostic> {
        if self.filters().any(|call| call.filter.name == "json") {
            let markup = || self.unescaped(false, self.needs_markup(self.letters()));
            return self.wrong_mode().or_else(markup).into_iter().collect();
        }
        let default = self.filters().rev().find(|call| call.filter.name == "default");
        let problem = match default.and_then(|call| call.arguments.first().map(|value| (call, value))) {
            _ if self.is_present => None,
            Some((_, Expression::Literal(_, Literal::Text(text)))) if text.is_empty() => self.empty_value(),
            Some((call, Expression::Literal(span, Literal::Text(text)))) if json::parse(text).is_err() => {
                Some(self.default_not_json(call, *span, text))
            }
            Some(_) => None,
            None => self.empty_value(),
        };
        // CleverTap's way to say of a chat that there is none: it is one then, whatever the property's other values are.
        let is_chat =
            default.is_some_and(|call| call.arguments.first().and_then(Expression::as_text) == Some("NULL"));
        if is_chat {
            return problem.or_else(|| self.unquoted_text()).into_iter().collect();
        }
        // What puts text in quotes mends a missing value, too.
        self.unquoted_text().or(problem).into_iter().collect()
    }

    fn default_not_json(&self, call: &FilterCall, span: Span, text: &str) -> Diagnostic {
        let name = self.name();
        let message = format!("a profile without `{name}` gets `{text}` here, which is not JSON");
        let is_chat_id = self
            .path()
            .is_some_and(|path| names_of(path).last().is_some_and(|last| last == "telegram_chat_id"));
        let problem = Diagnostic::warning(Code::DefaultNotJson, call.span, message);
        let problem = match is_chat_id {
            true => problem.with_help("such a profile is skipped"),
            false => problem.with_help("write a JSON value, as in `default: \"null\"`"),
        };
        let null = Fix::replace("use `null`", span, "\"null\"").unsafe_to_apply();
        match self.guard() {
            Some(guard) if is_chat_id => problem.with_fix(guard),
            Some(guard) => problem.with_fix(null).with_fix(guard),
            None => problem.with_fix(null),
        }
    }

    fn empty_value(&self) -> Option<Diagnostic> {
        let path = self.path()?;
        let names = names_of(path);
        let is_known = match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["forloop" | "tablerowloop" | "Campaign" | "now", ..] => true,
            ["Profile", "identity" | "Identity"] => true,
            ["Profile", name] => self
                .vocabulary
                .property(name)
                .is_some_and(|property| 0 < property.n_set && property.n_set == self.vocabulary.n_profiles),
            _ => false,
        };
        // A filter that reckons makes 0 of nothing.
        let is_number = self.filters().any(|call| NUMERIC.contains(&call.filter.name));
        if is_known || is_number {
            return None;
        }
        let name = self.name();
        let message = format!("without `{name}` this prints nothing, where JSON needs a value");
        let problem = Diagnostic::warning(Code::EmptyValue, self.output.value.span, message);
        let end = self.output.value.span.end;
        let insert = |title: &str, filter: &str| {
            let edits = vec![insertion(end, format!(" | {filter}"))];
            Fix { title: title.into(), edits, safe: false }
        };
        let problem = match self.dialect {
            Dialect::Telecast => problem
                .with_help("add `| json`, which writes `null`, or `| default: …`")
                .with_fix(insert("write it with `json`", "json")),
            Dialect::CleverTap => problem.with_help("add `| default: …`"),
        };
        let problem = problem.with_fix(insert("give it the default `null`", "default: \"null\""));
        Some(match self.guard() {
            Some(guard) => problem.with_fix(guard),
            None => problem,
        })
    }

    /// Skips recipients who do not have it: before anything else in the body.
    fn guard(&self) -> Option<Fix> {
        let path = self.path()?;
        if names_of(path).first().is_none_or(|root| root != "Profile")
            || !self.source.is_direct
            || self.file != 0
        {
            return None;
        }
        // A chip's path is not written as Liquid writes one.
        let written = Some(path.span.of(self.text)).filter(|written| written.starts_with("Profile"))?;
        if written.contains(" - ") {
            return None;
        }
        let guard = format!("{{% if {written} == blank %}}{{% abort %}}{{% endif %}}");
        Some(Fix::replace("skip profiles without it", Span::at(0), guard).unsafe_to_apply())
    }

    fn unquoted_text(&self) -> Option<Diagnostic> {
        let path = self.path()?;
        let names = names_of(path);
        let ["Profile", name] = names.iter().map(String::as_str).collect::<Vec<_>>()[..] else { return None };
        let property = self.vocabulary.property(name).filter(|property| property.kind == Kind::Text)?;
        if self.letters() != Letters::Any {
            return None;
        }
        let sample = property.samples.iter().find(|sample| json::parse(sample).is_err())?;
        let message = format!("`{name}` is text (`{sample}`), and text in JSON needs quotes");
        let problem = Diagnostic::warning(Code::UnquotedText, self.output.value.span, message);
        let (whole, end) = (self.output.span, self.output.value.span.end);
        let mode = self.needs_markup(Letters::Any);
        let escapes = |position: Position| -> String {
            escape_filters(mode, position, self.dialect).iter().map(|filter| format!(" | {filter}")).collect()
        };
        let (title, help, edits) = match self.dialect {
            Dialect::Telecast => {
                let edits = vec![insertion(end, escapes(Position::BareValue))];
                ("write it with `json`", "add `| json`", edits)
            }
            Dialect::CleverTap => {
                let quote = |at: usize| insertion(at, "\"".to_owned());
                let escape = insertion(end, escapes(Position::InString));
                ("put it in quotes", "put it in quotes", vec![quote(whole.start), escape, quote(whole.end)])
            }
        };
        Some(problem.with_help(help).with_fix(Fix { title: title.into(), edits, safe: false }))
    }
}

fn too_early(last: &FilterCall) -> String {
    format!("`json_escape` must come last: `{}` changes what it wrote", last.filter.name)
}

/// Whether a filter has no place behind `json_escape`.
fn is_after_json(call: &FilterCall) -> bool {
    escapes_for(call).is_some() || is_changing(call)
}

enum Place {
    /// In front of the filter that begins here.
    Before(usize),
    /// Behind what ends here.
    Behind(usize),
}

fn brings_markup(call: &FilterCall, mode: ParseMode) -> bool {
    let is_sign = |c: char| match mode {
        ParseMode::Html => matches!(c, '<' | '&'),
        ParseMode::Markdown => "*_`[".contains(c),
        ParseMode::MarkdownV2 => "*_~|`[]()>".contains(c),
    };
    let brings = match call.filter.name {
        "append" | "prepend" | "default" => call.arguments.first(),
        "replace" | "replace_first" | "replace_last" => call.arguments.get(1),
        "newline_to_br" => return mode == ParseMode::Html,
        _ => None,
    };
    let replaced = call.arguments.first().and_then(Expression::as_text);
    let is_escape = replaced.is_some_and(|c| is_backslash_replace(call, c));
    !is_escape && brings.and_then(Expression::as_text).is_some_and(|text| text.contains(is_sign))
}

fn insertion(at: usize, replacement: String) -> TextEdit {
    TextEdit { span: Span::at(at), replacement }
}

fn merged(edits: Vec<TextEdit>) -> Vec<TextEdit> {
    let mut merged: Vec<TextEdit> = Vec::new();
    for edit in edits {
        match merged.last_mut() {
            Some(last) if last.span == edit.span => last.replacement.push_str(&edit.replacement),
            _ => merged.push(edit),
        }
    }
    merged
}

fn escapes_for(call: &FilterCall) -> Option<ParseMode> {
    match call.filter.name {
        "tg_html" | "escape" | "h" | "escape_once" => Some(ParseMode::Html),
        "tg_markdown" => Some(ParseMode::Markdown),
        "tg_markdown_v2" => Some(ParseMode::MarkdownV2),
        _ => None,
    }
}

/// Whether a filter may change backslashes or quotes, or put some in.
fn is_changing(call: &FilterCall) -> bool {
    match call.filter.name {
        "truncate" | "truncatewords" | "slice" | "strip_html" | "newline_to_br" | "capitalize" | "upcase"
        | "downcase" | "url_encode" => true,
        "append" | "prepend" | "replace" | "replace_first" => !has_plain_arguments(call),
        _ => false,
    }
}

fn is_json_escape(call: &FilterCall) -> bool {
    call.filter.name == "json_escape" || is_backslash_replace(call, "\"")
}

/// Whether it is `replace: 'c', '\c'`.
fn is_backslash_replace(call: &FilterCall, c: &str) -> bool {
    let [from, to] = call.arguments.as_slice() else { return false };
    call.filter.name == "replace"
        && from.as_text() == Some(c)
        && to.as_text().is_some_and(|to| to.strip_prefix('\\') == Some(c))
}

/// Whether all arguments are constants that mean nothing to JSON or to a markup.
fn has_plain_arguments(call: &FilterCall) -> bool {
    call.arguments.iter().all(|argument| match argument {
        Expression::Literal(_, Literal::Text(text)) => {
            !text.chars().any(|c| c.is_control() || matches!(c, '"' | '\\' | '<' | '>' | '&'))
        }
        Expression::Literal(..) => true,
        Expression::Path(_) | Expression::Range(..) => false,
    })
}

fn is_plain_format(call: &FilterCall) -> bool {
    call.arguments.first().and_then(Expression::as_text).is_some_and(|format| {
        !format.chars().any(|c| c.is_control() || matches!(c, '"' | '\\' | '<' | '>' | '&'))
    })
}
