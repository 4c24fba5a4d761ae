//! Reading: the caller asks a table for the keys that it knows. Values of another type and all other keys are reported.

use toml_edit::{Item, TableLike, Value};

use crate::diagnostic::{Code, Diagnostic, Fix, did_you_mean};
use crate::text::Span;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spanned<T> {
    pub value: T,
    /// The bytes of the value, quotes and brackets included.
    pub span: Span,
}

// Finding the line and column of a problem takes a walk along its line, and a file may be one line of a megabyte.
/// The number of problems that are reported for one text.
const MAX_PROBLEMS: usize = 100;

/// Reads `text` with `build`, which asks the root table for the keys that it knows.
///
/// Returns the value and the problems in the order of the text. If the text is not TOML, there is no value and only the
/// problem that explains why.
pub(crate) fn read<T>(text: &str, build: impl FnOnce(&mut Table<'_>) -> T) -> (Option<T>, Vec<Diagnostic>) {
    let document = match toml_edit::Document::parse(text) {
        Ok(document) => document,
        Err(error) => return (None, vec![not_toml(text, &error)]),
    };
    let mut problems = Vec::new();
    let mut table = Table::new(document.as_table(), Span::at(0), &mut problems);
    let value = build(&mut table);
    table.report_unknown();
    problems.sort_by_key(|problem| problem.span);
    problems.truncate(MAX_PROBLEMS);
    (Some(value), problems)
}

/// Returns the span of the value at `path`, without the quotes of a string, so that offsets in the value map to the
/// file.
///
/// Returns `None` if there is no such value. In a string with escapes, offsets after the first escape are approximate.
pub(crate) fn value_span(text: &str, path: &[&str]) -> Option<Span> {
    let document = toml_edit::Document::parse(text).ok()?;
    let (first, rest) = path.split_first()?;
    let mut item = document.as_table().get(first)?;
    for key in rest {
        item = item.as_table_like()?.get(key)?;
    }
    let span = Span::from(item.span()?);
    if !item.is_str() {
        return Some(span);
    }
    let raw = span.of(text);
    // The longer quotes first: `"""` also starts with `"`.
    let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| raw.starts_with(quotes))?;
    let inside = Span::new(span.start + quotes.len(), span.end - quotes.len());
    // A line break right after three quotes is not part of the value.
    let line_break = match inside.of(text).as_bytes() {
        _ if quotes.len() == 1 => 0,
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => 0,
    };
    Some(Span::new(inside.start + line_break, inside.end))
}

fn not_toml(text: &str, error: &toml_edit::TomlError) -> Diagnostic {
    let span = error.span().map_or(Span::at(text.len()), Span::from);
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    Diagnostic::error(Code::NotToml, span, format!("this is not TOML: {message}"))
}

#[derive(Debug)]
pub(crate) struct Table<'a> {
    entries: &'a dyn TableLikeDebug,
    span: Span,
    known_keys: Vec<&'static str>,
    error_help: Option<KeyHelp>,
    noun: &'static str,
    problems: &'a mut Vec<Diagnostic>,
}

/// A table inside a table: its name, and its keys with their strings.
pub(crate) type Group = (String, Vec<(String, String)>);

/// Returns help for an unknown key that must not be ignored, or `None` if ignoring it is harmless.
type KeyHelp = fn(&str) -> Option<&'static str>;

// `Table` derives `Debug`, which `TableLike` does not require.
trait TableLikeDebug: TableLike + std::fmt::Debug {}

impl<T: TableLike + std::fmt::Debug> TableLikeDebug for T {}

impl<'a> Table<'a> {
    fn new(entries: &'a dyn TableLikeDebug, span: Span, problems: &'a mut Vec<Diagnostic>) -> Self {
        Self { entries, span, known_keys: Vec::new(), error_help: None, noun: "key", problems }
    }

    /// Returns the span of the table's key, or the start of the text for the root.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// Returns the problems found so far in the whole text, in the order in which they were found.
    pub(crate) fn problems(&self) -> &[Diagnostic] {
        self.problems
    }

    /// Returns the span of the first unknown key that `is_meant` accepts, for example as a misspelling.
    pub(crate) fn unknown_key(&self, is_meant: impl Fn(&str) -> bool) -> Option<Span> {
        let mut names = self.entries.iter().map(|(name, _)| name);
        let name = names.find(|name| !self.known_keys.contains(name) && is_meant(name))?;
        Some(self.key_span(name).unwrap_or(self.span))
    }

    pub(crate) fn problem(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    // Ignoring a misspelt `exclude` would send the campaign to more people than its author meant.
    /// Makes unknown keys errors instead of warnings if `error_help` returns help for them.
    pub(crate) fn make_unknown_keys_errors(&mut self, error_help: KeyHelp) {
        self.error_help = Some(error_help);
    }

    /// Sets the noun for this table's keys in diagnostics; the default is "key".
    pub(crate) fn set_key_noun(&mut self, noun: &'static str) {
        self.noun = noun;
    }

    pub(crate) fn key_span(&self, key: &str) -> Option<Span> {
        let (key, item) = self.entries.get_key_value(key)?;
        key.span().or_else(|| item.span()).map(Span::from)
    }

    pub(crate) fn string(&mut self, key: &'static str) -> Option<Spanned<String>> {
        self.value(key, "a string", |item| item.as_str().map(str::to_owned))
    }

    pub(crate) fn boolean(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        self.value(key, "`true` or `false`", Item::as_bool)
    }

    pub(crate) fn integer(&mut self, key: &'static str) -> Option<Spanned<i64>> {
        self.value(key, "an integer", Item::as_integer)
    }

    pub(crate) fn number(&mut self, key: &'static str) -> Option<Spanned<f64>> {
        self.value(key, "a number", |item| {
            item.as_float().or_else(|| item.as_integer().map(|whole| whole as f64))
        })
    }

    /// Returns the text of the value at `key`, of any type; the key still counts as unknown.
    pub(crate) fn raw(&self, key: &str) -> Option<String> {
        Some(self.entries.get(key)?.to_string().trim().to_owned())
    }

    pub(crate) fn parsed<T>(
        &mut self,
        key: &'static str,
        code: Code,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Spanned<T>> {
        let Spanned { value, span } = self.string(key)?;
        match parse(&value) {
            Ok(value) => Some(Spanned { value, span }),
            Err(message) => {
                self.problem(Diagnostic::error(code, span, message));
                None
            }
        }
    }

    /// Reads a list of strings; items of another type are reported and left out.
    pub(crate) fn strings(&mut self, key: &'static str) -> Option<Vec<Spanned<String>>> {
        let item = self.lookup(key)?;
        let Some(array) = item.as_array() else {
            self.wrong_type(key, item, "a list of strings");
            return None;
        };
        let mut texts = Vec::new();
        for value in array {
            let span = value.span().map_or(Span::at(0), Span::from);
            match value {
                Value::String(text) => texts.push(Spanned { value: text.value().clone(), span }),
                other => self.problems.push(Diagnostic::error(
                    Code::WrongType,
                    span,
                    format!("`{key}` must contain strings, not {}", type_name(other.type_name())),
                )),
            }
        }
        Some(texts)
    }

    pub(crate) fn string_or_strings(&mut self, key: &'static str) -> Option<Vec<Spanned<String>>> {
        match self.entries.get(key).is_some_and(Item::is_array) {
            true => self.strings(key),
            false => self.string(key).map(|text| vec![text]),
        }
    }

    /// Reads a table with any keys whose values are strings, in the order of the text.
    pub(crate) fn pairs(&mut self, key: &'static str) -> Option<Vec<(Spanned<String>, Spanned<String>)>> {
        let item = self.lookup(key)?;
        let Some(table) = item.as_table_like() else {
            self.wrong_type(key, item, "a table");
            return None;
        };
        let mut pairs = Vec::new();
        for (name, item) in table.iter() {
            let key_span = table.key(name).and_then(toml_edit::Key::span).map_or(Span::at(0), Span::from);
            match item.as_str() {
                Some(text) => pairs.push((
                    Spanned { value: name.to_owned(), span: key_span },
                    Spanned { value: text.to_owned(), span: item.span().map_or(key_span, Span::from) },
                )),
                None => self.wrong_type(name, item, "a string"),
            }
        }
        Some(pairs)
    }

    /// Reads a table of tables, both with any keys, whose values are strings.
    pub(crate) fn groups(&mut self, key: &'static str) -> Option<Vec<Group>> {
        let item = self.lookup(key)?;
        let Some(table) = item.as_table_like() else {
            self.wrong_type(key, item, "a table of tables");
            return None;
        };
        let mut groups = Vec::new();
        for (name, item) in table.iter() {
            let Some(group) = item.as_table_like() else {
                self.wrong_type(name, item, "a table");
                continue;
            };
            let mut pairs = Vec::new();
            for (key, item) in group.iter() {
                match item.as_str() {
                    Some(text) => pairs.push((key.to_owned(), text.to_owned())),
                    None => self.wrong_type(key, item, "a string"),
                }
            }
            groups.push((name.to_owned(), pairs));
        }
        Some(groups)
    }

    pub(crate) fn table<T>(
        &mut self,
        key: &'static str,
        build: impl FnOnce(&mut Table<'_>) -> T,
    ) -> Option<T> {
        let item = self.lookup(key)?;
        let span = self.key_span(key).unwrap_or(self.span);
        let entries: &dyn TableLikeDebug = match item {
            Item::Table(table) => table,
            Item::Value(Value::InlineTable(table)) => table,
            _ => {
                self.wrong_type(key, item, "a table");
                return None;
            }
        };
        let mut table = Table::new(entries, span, self.problems);
        let value = build(&mut table);
        table.report_unknown();
        Some(value)
    }

    fn value<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        convert: impl FnOnce(&Item) -> Option<T>,
    ) -> Option<Spanned<T>> {
        let item = self.lookup(key)?;
        match convert(item) {
            Some(value) => Some(Spanned { value, span: item.span().map_or(self.span, Span::from) }),
            None => {
                self.wrong_type(key, item, expected);
                None
            }
        }
    }

    fn lookup(&mut self, key: &'static str) -> Option<&'a Item> {
        // Recorded even if the key is missing: these are the names that "did you mean" may suggest.
        self.known_keys.push(key);
        self.entries.get(key)
    }

    fn wrong_type(&mut self, key: &str, item: &Item, expected: &str) {
        // A table that exists only because of a header such as `[a.b]` may have no span of its own.
        let span = item.span().map(Span::from).or_else(|| self.key_span(key)).unwrap_or(self.span);
        let found = type_name(item.type_name());
        let problem =
            Diagnostic::error(Code::WrongType, span, format!("`{key}` must be {expected}, not {found}"));
        self.problems.push(problem);
    }

    fn report_unknown(&mut self) {
        for (name, item) in self.entries.iter() {
            if self.known_keys.contains(&name) {
                continue;
            }
            let key = self.entries.key(name);
            let place = key.and_then(toml_edit::Key::span).or_else(|| item.span());
            let span = place.map_or(self.span, Span::from);
            let message = format!("unknown {} `{name}`", self.noun);
            let error_help = self.error_help.and_then(|error_help| error_help(name));
            let mut problem = match error_help {
                Some(_) => Diagnostic::error(Code::UnknownKey, span, message),
                None => Diagnostic::warning(Code::UnknownKey, span, message),
            };
            let suggestion = did_you_mean(name, self.known_keys.iter().copied());
            problem.help = suggestion
                .map(|suggestion| format!("did you mean `{suggestion}`?"))
                .or(error_help.map(str::to_owned));
            if let Some(suggestion) = suggestion {
                // The name is only a guess, so the fix needs the user's decision.
                let fix =
                    Fix::replace(format!("replace with `{suggestion}`"), span, suggestion).unsafe_to_apply();
                problem.fixes.push(fix);
            }
            self.problems.push(problem);
        }
    }
}

fn type_name(name: &str) -> &'static str {
    match name {
        "string" => "a string",
        "integer" => "an integer",
        "float" => "a decimal number",
        "boolean" => "a boolean",
        "datetime" => "a date",
        "array" => "a list",
        "inline table" | "table" => "a table",
        "array of tables" => "a list of tables",
        _ => "nothing",
    }
}
