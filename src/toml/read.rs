//! Reading: a table is asked for the keys it may have; what has another type, or was not asked for, is a problem.

use toml_edit::{Item, TableLike, Value};

use crate::diagnostic::{Code, Diagnostic, Fix, did_you_mean};
use crate::text::Span;

#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    pub value: T,
    /// The bytes of the value, quotes and brackets included.
    pub span: Span,
}

/// The most problems that are told of one text: finding the line and column of each costs a walk along its line.
const MAX_PROBLEMS: usize = 100;

/// Reads `text` with `build`, which asks the root table for the keys it knows.
///
/// Returns no value where the text is not TOML, and then the one problem that says why. Problems are in the order of
/// the text.
pub fn read<T>(text: &str, build: impl FnOnce(&mut Table<'_>) -> T) -> (Option<T>, Vec<Diagnostic>) {
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

/// Returns the bytes of the value that `path` leads to, without a text's quotes: to lay places within it over the file.
///
/// `None` where there is no such value. In a text with escapes, places behind the first escape are approximate.
pub fn value_span(text: &str, path: &[&str]) -> Option<Span> {
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
    let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| raw.starts_with(quotes))?;
    Some(Span::new(span.start + quotes.len(), span.end - quotes.len()))
}

fn not_toml(text: &str, error: &toml_edit::TomlError) -> Diagnostic {
    let span = error.span().map_or(Span::at(text.len()), Span::from);
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    Diagnostic::error(Code::NotToml, span, format!("this is not TOML: {message}"))
}

#[derive(Debug)]
pub struct Table<'a> {
    entries: &'a dyn TableLikeDebug,
    span: Span,
    asked: Vec<&'static str>,
    grave: Option<Grave>,
    noun: &'static str,
    problems: &'a mut Vec<Diagnostic>,
}

/// A table in a table: its name, and its texts by name.
pub type Group = (String, Vec<(String, String)>);

/// Whether ignoring an unknown key does harm, and what to say then.
type Grave = fn(&str) -> Option<&'static str>;

trait TableLikeDebug: TableLike + std::fmt::Debug {}

impl<T: TableLike + std::fmt::Debug> TableLikeDebug for T {}

impl<'a> Table<'a> {
    fn new(entries: &'a dyn TableLikeDebug, span: Span, problems: &'a mut Vec<Diagnostic>) -> Self {
        Self { entries, span, asked: Vec::new(), grave: None, noun: "key", problems }
    }

    /// Returns the place of the table: its key, or the start of the text for the root.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Returns the problems found so far in the whole text, in the order they were found.
    pub fn problems(&self) -> &[Diagnostic] {
        self.problems
    }

    /// Returns the place of the first key that was not asked for and that `is_meant` takes for a known one.
    pub fn unknown_key(&self, is_meant: impl Fn(&str) -> bool) -> Option<Span> {
        let mut names = self.entries.iter().map(|(name, _)| name);
        let name = names.find(|name| !self.asked.contains(name) && is_meant(name))?;
        Some(self.key_span(name).unwrap_or(self.span))
    }

    pub fn problem(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// Makes those unknown keys errors for which `grave` gives help: ignoring them would change who gets what.
    pub fn unknown_is_grave(&mut self, grave: Grave) {
        self.grave = Some(grave);
    }

    /// Calls the keys of this table by another word, where one is told of.
    pub fn keys_are(&mut self, noun: &'static str) {
        self.noun = noun;
    }

    pub fn key_span(&self, key: &str) -> Option<Span> {
        let (key, item) = self.entries.get_key_value(key)?;
        key.span().or_else(|| item.span()).map(Span::from)
    }

    pub fn string(&mut self, key: &'static str) -> Option<Spanned<String>> {
        self.value(key, "a text in quotes", |item| item.as_str().map(str::to_owned))
    }

    pub fn boolean(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        self.value(key, "`true` or `false`", Item::as_bool)
    }

    pub fn integer(&mut self, key: &'static str) -> Option<Spanned<i64>> {
        self.value(key, "a whole number", Item::as_integer)
    }

    pub fn number(&mut self, key: &'static str) -> Option<Spanned<f64>> {
        self.value(key, "a number", |item| {
            item.as_float().or_else(|| item.as_integer().map(|whole| whole as f64))
        })
    }

    /// Returns what is written at `key`, whatever it is; the key still counts as not asked for.
    pub fn raw(&self, key: &str) -> Option<String> {
        Some(self.entries.get(key)?.to_string().trim().to_owned())
    }

    pub fn parsed<T>(
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

    /// Reads a list of texts; members of another type are problems and left out.
    pub fn strings(&mut self, key: &'static str) -> Option<Vec<Spanned<String>>> {
        let item = self.ask(key)?;
        let Some(array) = item.as_array() else {
            self.wrong_type(key, item, "a list of texts in brackets");
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
                    format!("`{key}` holds texts, not {}", type_name(other.type_name())),
                )),
            }
        }
        Some(texts)
    }

    pub fn texts(&mut self, key: &'static str) -> Option<Vec<Spanned<String>>> {
        match self.entries.get(key).is_some_and(Item::is_array) {
            true => self.strings(key),
            false => self.string(key).map(|text| vec![text]),
        }
    }

    /// Reads a table whose keys are free and whose values are texts, in order.
    pub fn pairs(&mut self, key: &'static str) -> Option<Vec<(Spanned<String>, Spanned<String>)>> {
        let item = self.ask(key)?;
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
                None => self.wrong_type(name, item, "a text in quotes"),
            }
        }
        Some(pairs)
    }

    /// Reads a table of tables, both with free keys, whose values are texts.
    pub fn groups(&mut self, key: &'static str) -> Option<Vec<Group>> {
        let item = self.ask(key)?;
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
                    None => self.wrong_type(key, item, "a text in quotes"),
                }
            }
            groups.push((name.to_owned(), pairs));
        }
        Some(groups)
    }

    pub fn table<T>(&mut self, key: &'static str, build: impl FnOnce(&mut Table<'_>) -> T) -> Option<T> {
        let item = self.ask(key)?;
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
        let item = self.ask(key)?;
        match convert(item) {
            Some(value) => Some(Spanned { value, span: item.span().map_or(self.span, Span::from) }),
            None => {
                self.wrong_type(key, item, expected);
                None
            }
        }
    }

    fn ask(&mut self, key: &'static str) -> Option<&'a Item> {
        self.asked.push(key);
        self.entries.get(key)
    }

    fn wrong_type(&mut self, key: &str, item: &Item, expected: &str) {
        let span = item.span().map(Span::from).or_else(|| self.key_span(key)).unwrap_or(self.span);
        let found = type_name(item.type_name());
        let problem = Diagnostic::error(Code::WrongType, span, format!("`{key}` is {expected}, not {found}"));
        self.problems.push(problem);
    }

    fn report_unknown(&mut self) {
        for (name, item) in self.entries.iter() {
            if self.asked.contains(&name) {
                continue;
            }
            let key = self.entries.key(name);
            let place = key.and_then(toml_edit::Key::span).or_else(|| item.span());
            let span = place.map_or(self.span, Span::from);
            let message = format!("telecast does not know the {} `{name}` here", self.noun);
            let grave = self.grave.and_then(|grave| grave(name));
            let mut problem = match grave {
                Some(_) => Diagnostic::error(Code::UnknownKey, span, message),
                None => Diagnostic::warning(Code::UnknownKey, span, message),
            };
            let near = did_you_mean(name, self.asked.iter().copied());
            problem.help = near.map(|near| format!("did you mean `{near}`?")).or(grave.map(str::to_owned));
            if let Some(near) = near {
                let fix = Fix::replace(format!("change it to `{near}`"), span, near).unsafe_to_apply();
                problem.fixes.push(fix);
            }
            self.problems.push(problem);
        }
    }
}

fn type_name(name: &str) -> &'static str {
    match name {
        "string" => "a text",
        "integer" => "a whole number",
        "float" => "a decimal number",
        "boolean" => "a boolean",
        "datetime" => "a date",
        "array" => "a list",
        "inline table" | "table" => "a table",
        "array of tables" => "a list of tables",
        _ => "nothing",
    }
}
