//! Reads TOML text. The caller asks a [`Table`] for each key that the caller knows. Values of the wrong type and keys
//! that the caller has not asked for are reported as problems.

use toml_edit::{Item, TableLike, Value};

use crate::diagnostic::{Code, Diagnostic, Fix, did_you_mean};
use crate::text::Span;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spanned<T> {
    pub value: T,
    /// The bytes of the value, quotes and brackets included.
    pub span: Span,
}

// A damaged file of a megabyte can have a hundred thousand problems, and nobody reads more than the first few.
/// The maximum number of problems that are reported for one text.
const MAX_PROBLEMS: usize = 100;

/// Reads `text` with `build`, which asks the root table for the keys that it knows.
///
/// Returns the result of `build` and at most [`MAX_PROBLEMS`] problems, in source order. If the text is not TOML,
/// returns `None` and one problem that says why.
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

/// Returns the span of the value at `path`. Returns `None` if `text` is not TOML, if `path` is empty, or if there is no
/// value at `path`. Also returns `None` for a table without a span of its own, such as `a` in `[a.b]`.
///
/// For a string, this is the span between the quotes. The start of the span plus an offset in the string gives the
/// position in `text`. After the first escape in the string, such positions are only approximate, because an escape is
/// longer in `text` than in the string.
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
    // The longer quotes come first, because `"""` also starts with `"`.
    let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| raw.starts_with(quotes))?;
    let inside = Span::new(span.start + quotes.len(), span.end - quotes.len());
    // A line break right after the three opening quotes is not part of the value.
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
    /// The span of the table's key. For the root table, it is empty and at the start of the text.
    span: Span,
    /// The keys that the caller has asked for.
    known_keys: Vec<&'static str>,
    error_help: Option<KeyHelp>,
    key_noun: &'static str,
    problems: &'a mut Vec<Diagnostic>,
}

/// A table inside another table: the inner table's name, and its keys with their string values.
pub(crate) type Group = (String, Vec<(String, String)>);

/// A function that returns help for an unknown key that must not be ignored, or `None` if ignoring it is harmless.
type KeyHelp = fn(&str) -> Option<&'static str>;

// This trait is needed because `Table` derives `Debug`, but `TableLike` does not require `Debug`.
trait TableLikeDebug: TableLike + std::fmt::Debug {}

impl<T: TableLike + std::fmt::Debug> TableLikeDebug for T {}

impl<'a> Table<'a> {
    fn new(entries: &'a dyn TableLikeDebug, span: Span, problems: &'a mut Vec<Diagnostic>) -> Self {
        Self { entries, span, known_keys: Vec::new(), error_help: None, key_noun: "key", problems }
    }

    /// Returns the span of the table's key. For the root table, it is empty and at the start of the text.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// Returns the problems found so far, in all tables of the text, in the order in which they were found.
    pub(crate) fn problems(&self) -> &[Diagnostic] {
        self.problems
    }

    /// Returns the span of the first key that passes `is_meant` and that the caller has not asked for yet. Returns
    /// `None` if there is no such key. Use this to find a misspelled key.
    pub(crate) fn unknown_key(&self, is_meant: impl Fn(&str) -> bool) -> Option<Span> {
        let mut names = self.entries.iter().map(|(name, _)| name);
        let name = names.find(|name| !self.known_keys.contains(name) && is_meant(name))?;
        Some(self.key_span(name).unwrap_or(self.span))
    }

    /// Adds `problem` to the problems of the text.
    pub(crate) fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    // For example, a misspelled `exclude` in a campaign's `[who]` must not be ignored: the campaign would be sent to
    // too many people.
    /// Makes an unknown key of this table an error instead of a warning if `error_help` returns help for the key.
    pub(crate) fn make_unknown_keys_errors(&mut self, error_help: KeyHelp) {
        self.error_help = Some(error_help);
    }

    /// Sets the noun for the keys of this table in messages about unknown keys. The default is "key".
    pub(crate) fn set_key_noun(&mut self, noun: &'static str) {
        self.key_noun = noun;
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

    /// Returns the source text of the value at `key`, whatever its type is, or `None` if there is no such key. This
    /// does not count as asking for the key, so the key can still be reported as unknown.
    pub(crate) fn raw(&self, key: &str) -> Option<String> {
        Some(self.entries.get(key)?.to_string().trim().to_owned())
    }

    /// Reads a string and parses it. If `parse` returns an error message, reports the message with `code` and returns
    /// `None`.
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
                self.report(Diagnostic::error(code, span, message));
                None
            }
        }
    }

    /// Reads a list of strings. Items of other types are reported and left out.
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

    /// Reads a table of strings with arbitrary keys, in source order. Values of other types are reported and left out.
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

    /// Reads a table whose values are tables of strings. The keys of both levels are arbitrary. Values of other types
    /// are reported and left out.
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

    /// Reads a table with `build`, then reports the keys that `build` has not asked for.
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
        // The key is recorded even if the table does not contain it, because "did you mean" may suggest it.
        self.known_keys.push(key);
        self.entries.get(key)
    }

    fn wrong_type(&mut self, key: &str, item: &Item, expected: &str) {
        // A table without a header of its own, such as `a` in `[a.b]`, may have no span, but its key has one.
        let span = item.span().map(Span::from).or_else(|| self.key_span(key)).unwrap_or(self.span);
        let found = type_name(item.type_name());
        let problem =
            Diagnostic::error(Code::WrongType, span, format!("`{key}` must be {expected}, not {found}"));
        self.problems.push(problem);
    }

    fn report_unknown(&mut self) {
        for (name, _) in self.entries.iter() {
            if self.known_keys.contains(&name) {
                continue;
            }
            let span = self.key_span(name).unwrap_or(self.span);
            let message = format!("unknown {} `{name}`", self.key_noun);
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
                // The suggested name is only a guess, so the fix must not be applied without asking the user.
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
        "datetime" => "a date or time",
        "array" => "a list",
        "inline table" | "table" => "a table",
        "array of tables" => "a list of tables",
        _ => "nothing",
    }
}
