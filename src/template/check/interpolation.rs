//! Checks whether a value that one `{{ }}` can print would break the JSON or the markup at the position of the `{{ }}`.

use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit};
use crate::dialect::Dialect;
use crate::json;
use crate::profile::{ValueKind, Vocabulary};
use crate::telegram::ParseMode;
use crate::text::Span;

use super::super::escapes::{EscapePosition, escape_filters};
use super::super::json_state::JsonSlot;
use super::super::syntax::{Expression, FilterCall, Literal, OutputNode, Path};
use super::super::variables::names_of;
use super::entity::{self, Around, Place};
use super::names::step_source;
use super::source::{NameDefinitions, ValueSource};
use super::written::{Evaluator, NUMERIC, Written};

pub(super) struct Interpolation<'t, 't2> {
    /// The index of the file that contains the output.
    pub file: usize,
    /// The source text of that file.
    pub text: &'t str,
    pub output: &'t OutputNode,
    pub source: &'t2 ValueSource<'t>,
    /// The names that the arguments of filters can refer to.
    pub scope: &'t2 NameDefinitions<'t>,
    /// Where in the JSON the output is.
    pub slot: JsonSlot,
    pub mode: Option<ParseMode>,
    /// Whether the output is in captured text that is escaped for JSON as a whole when the text is printed.
    pub is_escaped: bool,
    /// What the output's text is a part of, and where that is printed.
    pub around: Around,
    pub outer_place: Place,
    /// Whether the output is in the text of a message.
    pub is_message: bool,
    /// Whether a condition in the template guarantees a value.
    pub is_present: bool,
    pub dialect: Dialect,
    /// A name that the template does not set.
    pub free_name: &'static str,
    pub vocabulary: &'t Vocabulary,
}

impl<'t, 't2> Interpolation<'t, 't2> {
    pub(super) fn problems(&self) -> Vec<Diagnostic> {
        match self.slot {
            JsonSlot::String | JsonSlot::Key if self.is_chip() => self.chip_in_string(),
            JsonSlot::String | JsonSlot::Key => self.in_string(),
            JsonSlot::Value => self.as_value(),
            // Between members, an output can print whole members, so no value is wrong there.
            JsonSlot::Structure => Vec::new(),
        }
    }

    fn is_chip(&self) -> bool {
        self.output.span.of(self.text).starts_with('@')
    }

    fn filters(&self) -> impl DoubleEndedIterator<Item = &'t FilterCall> + '_ {
        self.source.filters()
    }

    /// Returns the filters that the value went through in the file of this output, with one list for each expression:
    /// for `assign x = a | upcase` and `{{ x | strip }}`, `[upcase]` and `[strip]`. A fix can change only these
    /// filters, because it edits only one file.
    fn pipes_here(&self) -> impl Iterator<Item = &'t [FilterCall]> + '_ {
        self.source.pipes.iter().filter(|(file, _)| *file == self.file).map(|(_, filters)| *filters)
    }

    /// Returns the filters in the `{{ }}` itself.
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

    fn evaluator(&self) -> Evaluator<'t2, 't> {
        Evaluator::new(self.scope, self.vocabulary, self.mode)
    }

    fn written(&self) -> Written<'t> {
        self.evaluator().written(self.source)
    }

    fn in_string(&self) -> Vec<Diagnostic> {
        // If the `{{ }}` is inside a string and has a `json` filter, only this filter is reported. After its fix, the
        // other checks may find something else.
        let own_json = self.own_filters().iter().find(|call| call.filter.name == "json");
        if let Some(call) = own_json.filter(|_| !self.is_escaped) {
            let problem = Diagnostic::error(Code::JsonInString, call.name, "`json` adds its own quotes here");
            let fix = Fix::replace("use `json_escape`", call.name, "json_escape");
            return vec![problem.with_help("inside a string use `json_escape`").with_fix(fix)];
        }
        let written = self.written();
        if let Some(problem) = self.wrong_mode().or_else(|| self.wrong_order()) {
            return vec![problem];
        }
        let closer = self.legacy_closer();
        if let Some(problem) = closer.and_then(|closer| self.in_legacy_entity(&written, closer)) {
            return vec![problem];
        }
        // Inside an entity of legacy Markdown, all but the closer is text.
        let markup = self.missing_markup_escape(&written).filter(|_| closer.is_none());
        let needs_json = !self.is_escaped && written.breaks_json();
        let reopened = written.reopened_json().filter(|_| needs_json);
        let reopened = markup.and_then(|mode| written.reopened_markup(mode)).or(reopened);
        let problem = match reopened {
            Some(call) => Some(self.reopened(call, markup)),
            None => self.unescaped(&written, needs_json, markup),
        };
        problem.or_else(|| self.shown_escape(&written)).into_iter().collect()
    }

    /// Reports an escape that the message would show, and a `<br />`.
    fn shown_escape(&self, written: &Written<'t>) -> Option<Diagnostic> {
        if let Some(call) = written.breaks().filter(|_| self.is_message) {
            return Some(self.html_break(call));
        }
        // The print of the capture escapes everything in it.
        if self.is_escaped && written.has_json_escapes() {
            return Some(self.escaped_twice());
        }
        let call = written.spoiled()?;
        let name = call.filter.name;
        let is_json = call.filter.name == "json_escape" || call.filter.name == "json";
        let (message, shown) = match self.mode {
            _ if is_json => (format!("`{name}` escapes text that is escaped already"), r#"\""#),
            Some(ParseMode::Html) if escapes_for(call).is_some() => {
                (format!("`{name}` escapes text that is escaped already"), "&lt;")
            }
            Some(ParseMode::Html) if name == "upcase" => {
                (format!("`{name}` changes the escapes in the text"), "&LT;")
            }
            Some(ParseMode::Html) => (format!("`{name}` can cut an escape in two"), "&l"),
            Some(ParseMode::Markdown | ParseMode::MarkdownV2) | None => {
                (format!("`{name}` escapes text that is escaped already"), r"\_")
            }
        };
        let message = format!("{message}, and the message would show `{shown}`");
        let problem = Diagnostic::warning(Code::EscapeOrder, self.output.value.span, message)
            .with_help("escape once, after all other filters");
        Some(match self.escapes_after(call, None) {
            Some(fix) => problem.with_fix(fix),
            None => problem,
        })
    }

    /// Reports `newline_to_br` in the text of a message.
    fn html_break(&self, call: &'t FilterCall) -> Diagnostic {
        let message = match self.mode {
            Some(ParseMode::Html) => "`newline_to_br` writes `<br />`, which Telegram refuses",
            Some(ParseMode::MarkdownV2 | ParseMode::Markdown) | None => {
                "`newline_to_br` writes `<br />`, which the message would show"
            }
        };
        let problem = Diagnostic::warning(Code::UnescapedMarkup, self.output.value.span, message)
            .with_help("remove it: a line break in the text is a line break in the message");
        match self.removal(call) {
            Some(fix) => problem.with_fix(fix),
            None => problem,
        }
    }

    /// Reports a value in a capture that is escaped for JSON, if the print of the capture escapes it again.
    fn escaped_twice(&self) -> Diagnostic {
        let message = format!(
            "`{}` is escaped for JSON here and again where the capture is printed, and the message would show `\\\"`",
            self.name()
        );
        let problem = Diagnostic::warning(Code::EscapeOrder, self.output.value.span, message)
            .with_help("escape once, where the capture is printed");
        let escape = self.pipes_here().flatten().find(|call| call.filter.name == "json_escape");
        match escape.and_then(|call| self.removal(call)) {
            Some(fix) => problem.with_fix(fix),
            None => problem,
        }
    }

    /// Returns a fix that removes a filter with the `|` before it. Returns `None` if it is in another file.
    fn removal(&self, call: &FilterCall) -> Option<Fix> {
        self.pipes_here().flatten().find(|one| std::ptr::eq(*one, call))?;
        let pipe = self.text.get(..call.span.start)?.trim_end().strip_suffix('|')?.trim_end().len();
        let span = Span::new(pipe, call.span.end);
        Some(Fix::replace(format!("remove `{}`", call.filter.name), span, ""))
    }

    /// Returns the parse mode for which an escape is missing, or `None` if no escape is missing.
    fn missing_markup_escape(&self, written: &Written<'t>) -> Option<ParseMode> {
        let mode = self.mode.filter(|mode| written.breaks_markup(*mode))?;
        // In code and in the address of a link, MarkdownV2 reserves less than in other text.
        let reserved = match mode {
            ParseMode::MarkdownV2 if self.slot == JsonSlot::String => {
                entity::reserved_at(self.text, self.output.span.start, self.around)
            }
            ParseMode::MarkdownV2 | ParseMode::Markdown | ParseMode::Html => None,
        };
        reserved.is_none_or(|reserved| written.may_contain(reserved)).then_some(mode)
    }

    /// Returns what ends the entity of legacy Markdown around the output, if there is one.
    fn legacy_closer(&self) -> Option<&'static str> {
        match self.legacy_place() {
            Place::Entity(closer) => Some(closer),
            Place::Text | Place::Unclear => None,
        }
    }

    fn legacy_place(&self) -> Place {
        match self.mode == Some(ParseMode::Markdown) && self.slot == JsonSlot::String {
            true => entity::place_in(self.text, self.output.span.start, self.around, self.outer_place),
            false => Place::Text,
        }
    }

    /// Returns the author's texts that are printed by the filters before the filter at the offset `end`. If there is no
    /// filter at `end`, returns the texts of all filters.
    fn author_texts(&self, end: usize) -> Vec<&'t str> {
        let mut texts: Vec<&str> = self.source.value.as_text().into_iter().collect();
        let calls = self.source.pipes.iter().flat_map(|(file, calls)| calls.iter().map(|call| (*file, call)));
        for (file, call) in calls.take_while(|(file, call)| *file != self.file || call.span.start != end) {
            let Some(argument) = printed_argument(call) else { continue };
            for source in self.scope.sources(file, argument, &[]) {
                texts.extend(source.value.as_text());
                texts.extend(source.filters().filter_map(printed_argument).filter_map(Expression::as_text));
            }
        }
        texts
    }

    /// Whether the author has escaped something by hand in a text that the filters print. Another escape for JSON would
    /// print the backslash.
    fn has_author_escapes(&self) -> bool {
        self.author_texts(usize::MAX).iter().any(|text| text.contains('\\'))
    }

    /// Whether the author's own markup is printed before the filter at the offset `end`.
    fn has_author_markup(&self, mode: ParseMode, end: usize) -> bool {
        let is_sign = |c: char| match mode {
            ParseMode::Html => matches!(c, '<' | '&'),
            ParseMode::Markdown => "*_`[\\".contains(c),
            ParseMode::MarkdownV2 => "*_~`[\\".contains(c),
        };
        self.author_texts(end).iter().any(|text| text.contains(is_sign))
    }

    /// Reports a value inside an entity of legacy Markdown if the value can end the entity, or has escapes that
    /// Telegram would show there.
    fn in_legacy_entity(&self, written: &Written<'t>, closer: &str) -> Option<Diagnostic> {
        // Three backticks in one value are too rare for a warning.
        let may_end = closer != "```" && written.may_contain(closer);
        if !written.has_markup_escapes() && !may_end {
            return None;
        }
        let message = format!(
            "`{}` is inside an entity that ends at the next `{closer}`: Markdown has no escape there",
            self.name()
        );
        Some(
            Diagnostic::warning(Code::UnescapedMarkup, self.output.value.span, message)
                .with_help("use the parse_mode MarkdownV2 or HTML, or end the entity before the value"),
        )
    }

    /// Reports a chip in a string. A chip takes no filter except `default`, so the fix writes it as a `{{ }}`.
    fn chip_in_string(&self) -> Vec<Diagnostic> {
        let written = self.written();
        let markup = self.missing_markup_escape(&written);
        let needs_json = !self.is_escaped && (written.breaks_json() || adds_backslashes(markup));
        let Some(problem) = self.unescaped_problem(&written, needs_json, markup) else { return Vec::new() };
        let (Some(path), Some(default)) = (self.path(), self.own_filters().first()) else {
            return vec![problem];
        };
        let names = names_of(path);
        let (root, steps) = names.split_first().map_or(("", &[][..]), |(root, steps)| (root, steps));
        let path: String =
            std::iter::once(root.to_owned()).chain(steps.iter().map(|step| step_source(step))).collect();
        let position = if needs_json { EscapePosition::InString } else { EscapePosition::PlainText };
        let escapes: String = escape_filters(markup, position, self.dialect)
            .iter()
            .map(|filter| format!(" | {filter}"))
            .collect();
        let liquid = format!("{{{{ {path} | {}{escapes} }}}}", default.span.of(self.text));
        let help = format!("write it as `{liquid}`");
        vec![problem.with_help(help).with_fix(Fix::replace("escape the value", self.output.span, liquid))]
    }

    /// Returns where to insert the escape for the markup, or `None` if that position is in another file.
    ///
    /// The position is before the escape for JSON. It is also before any filter or capture that adds the author's own
    /// markup, because the author's markup must not be escaped.
    fn markup_escape_position(&self, mode: ParseMode) -> Option<InsertPosition> {
        let is_json = |call: &&FilterCall| {
            is_json_escape(call) || call.filter.name == "json" || is_backslash_replace(call, "\\")
        };
        for (file, filters) in &self.source.pipes {
            if let Some(call) = filters.iter().find(|call| adds_markup(call, mode)) {
                return (*file == self.file).then_some(InsertPosition::Before(call.span.start));
            }
        }
        // A capture adds the author's text around the value, and this text must not be escaped. The escape therefore
        // belongs among the first filters, which are applied to the value before the text is added.
        if self.source.is_captured {
            let (_, filters) = self.source.pipes.first().filter(|(file, _)| *file == self.file)?;
            let end = filters.last().map_or(self.source.value.span().end, |last| last.span.end);
            let json = filters.iter().find(is_json).map(|call| InsertPosition::Before(call.span.start));
            return Some(json.unwrap_or(InsertPosition::After(end)));
        }
        let json = self.pipes_here().flatten().find(is_json);
        Some(json.map_or(InsertPosition::After(self.output.value.span.end), |call| {
            InsertPosition::Before(call.span.start)
        }))
    }

    fn unescaped_problem(
        &self,
        written: &Written<'t>,
        needs_json: bool,
        needs_markup: Option<ParseMode>,
    ) -> Option<Diagnostic> {
        if !needs_json && needs_markup.is_none() {
            return None;
        }
        let name = format!("`{}`", self.name());
        let (code, message) = breakage(needs_markup, written.json_sample(), &name);
        Some(Diagnostic::warning(code, self.output.value.span, message))
    }

    fn unescaped(
        &self,
        written: &Written<'t>,
        needs_json: bool,
        needs_markup: Option<ParseMode>,
    ) -> Option<Diagnostic> {
        let problem = self.unescaped_problem(written, needs_json, needs_markup)?;
        // The backslashes of the escape that the fix adds need an escape for JSON.
        let needs_json = needs_json || self.takes_backslashes() && adds_backslashes(needs_markup);
        let all = escape_filters(needs_markup, EscapePosition::InString, self.dialect);
        let (markup, json) = all.split_at(usize::from(needs_markup.is_some()));
        let mut edits = Vec::new();
        let mut end = self.output.value.span.end;
        // The markup escape comes first: Telegram decodes the JSON before it parses the markup, so the JSON escape must
        // be applied last.
        if let (Some(markup), Some(mode)) = (markup.first(), needs_markup) {
            let position = self.markup_escape_position(mode);
            let end_of_value = match position {
                Some(InsertPosition::Before(at)) => at,
                Some(InsertPosition::After(_)) | None => usize::MAX,
            };
            // An escape after that text would print the author's markup as text.
            if self.has_author_markup(mode, end_of_value) {
                let help = format!("escape each value with `{markup}` before your own markup is added to it");
                return Some(problem.with_help(help));
            }
            match position {
                Some(InsertPosition::Before(at)) => {
                    let escaped = self.evaluator().escaped_before(self.source, (self.file, at), mode);
                    // A later filter, such as `url_encode`, would change the escapes.
                    if escaped.breaks_markup(mode) {
                        return Some(
                            problem.with_help(format!("escape it with `{markup}` after the other filters")),
                        );
                    }
                    edits.push(insertion(at, format!("{markup} | ")));
                }
                Some(InsertPosition::After(at)) => {
                    edits.push(insertion(at, format!(" | {markup}")));
                    end = at;
                }
                // The right position is in another file, which a fix for this file cannot edit.
                None => {
                    let help = format!("escape it with `{markup}` where the value is passed in");
                    return Some(problem.with_help(help));
                }
            }
        }
        if needs_json {
            edits.extend(json.iter().map(|filter| insertion(end, format!(" | {filter}"))));
        }
        // Both escapes may belong at the same offset. The edits of one fix must not overlap, so edits at the same
        // offset are merged.
        let edits = merge_edits(edits);
        let added: Vec<&str> = edits.iter().map(|edit| edit.replacement.trim_matches([' ', '|'])).collect();
        let help = format!("escape it with `{}`", added.join(" | "));
        // The fix changes the message if something is escaped already, or if no escape works at this position.
        let safe = !(needs_json && (written.has_json_escapes() || self.has_author_escapes())
            || needs_markup.is_some() && written.has_markup_escapes()
            || needs_markup == Some(ParseMode::Markdown) && self.legacy_place() == Place::Unclear);
        let fix = Fix { title: "escape the value".into(), edits, safe };
        Some(problem.with_help(help).with_fix(fix))
    }

    fn wrong_mode(&self) -> Option<Diagnostic> {
        let mode = self.mode?;
        let call =
            self.own_filters().iter().find(|call| escapes_for(call).is_some_and(|other| other != mode))?;
        // An `escape_once` is never reported. Any other wrong escape is not reported if the `{{ }}` also has a correct
        // escape.
        if call.filter.name == "escape_once"
            || self.own_filters().iter().any(|call| escapes_for(call) == Some(mode))
        {
            return None;
        }
        let right = escape_filters(Some(mode), EscapePosition::PlainText, self.dialect);
        let right = right.first()?;
        let message = format!("`{}` does not escape for {}", call.filter.name, mode.as_str());
        let problem = Diagnostic::warning(Code::WrongEscape, call.name, message);
        Some(problem.with_help(format!("the text's parse_mode is {}", mode.as_str())).with_fix(Fix::replace(
            format!("escape for {}", mode.as_str()),
            call.name,
            right.to_string(),
        )))
    }

    /// Returns a problem if a filter after `json_escape`, such as an escape for the markup, breaks the output of
    /// `json_escape`.
    fn wrong_order(&self) -> Option<Diagnostic> {
        if let Some(problem) = self.pipes_here().find_map(|filters| self.wrong_order_in(filters)) {
            return Some(problem);
        }
        // The search above checks each expression on its own. But one expression, such as an `assign`, can contain the
        // `json_escape`, and a later one can contain the filter that breaks its output. No single edit can swap two
        // such filters, so this problem has no fix.
        let all: Vec<&FilterCall> = self.filters().collect();
        let json = all.iter().position(|call| call.filter.name == "json_escape")?;
        let last = all.iter().rfind(|call| breaks_json_escape(call))?;
        let is_after_json = all.iter().skip(json).any(|call| std::ptr::eq(*call, *last));
        is_after_json.then(|| {
            Diagnostic::warning(Code::EscapeOrder, self.output.value.span, must_come_last(last))
                .with_help("JSON is decoded before the markup is parsed: move `json_escape` here")
        })
    }

    fn wrong_order_in(&self, filters: &[FilterCall]) -> Option<Diagnostic> {
        let json = filters.iter().position(|call| call.filter.name == "json_escape")?;
        let last = filters.iter().rposition(breaks_json_escape)?;
        if last < json {
            return None;
        }
        let (first, end) = (filters.get(json)?, filters.last()?);
        let span = Span::new(first.span.start, end.span.end);
        let after_json = filters.get(json + 1..)?;
        let mut filters_in_order: Vec<&str> = after_json.iter().map(|call| call.span.of(self.text)).collect();
        filters_in_order.push(first.span.of(self.text));
        let fix = Fix::replace("put `json_escape` last", span, filters_in_order.join(" | "));
        // After `json_escape`, `newline_to_br` finds no line break. Before it, it adds tags.
        let changes_text = after_json.iter().any(|call| call.filter.name == "newline_to_br");
        let fix = if changes_text || self.has_author_escapes() { fix.unsafe_to_apply() } else { fix };
        Some(
            Diagnostic::warning(Code::EscapeOrder, first.name, must_come_last(filters.get(last)?))
                .with_help("JSON is decoded before the markup is parsed: escape for JSON last")
                .with_fix(fix),
        )
    }

    /// Whether a backslash in the text would be read as JSON: the output is in a JSON string, and neither this output
    /// nor the print of a capture around it escapes for JSON.
    fn takes_backslashes(&self) -> bool {
        matches!(self.slot, JsonSlot::String | JsonSlot::Key)
            && !self.is_escaped
            && !self.filters().any(|call| call.filter.name == "json" || is_json_escape(call))
    }

    /// Reports a filter that adds text which is not escaped to a text that is, or that undoes an escape.
    fn reopened(&self, call: &'t FilterCall, markup: Option<ParseMode>) -> Diagnostic {
        let (code, broken) = breakage(markup, ANY_JSON_SAMPLE, "it");
        let message = format!("`{}` changes text that is escaped already: {broken}", call.filter.name);
        let problem = Diagnostic::warning(code, self.output.value.span, message);
        let help = format!("escape after `{}`, not before it", call.filter.name);
        match self.escapes_after(call, markup) {
            Some(fix) => problem.with_help(help).with_fix(fix),
            None => problem.with_help(help),
        }
    }

    /// Returns a fix that moves the escapes from before `call` to after it. Returns `None` if that would not be enough.
    fn escapes_after(&self, call: &'t FilterCall, markup: Option<ParseMode>) -> Option<Fix> {
        let (nth, (_, filters)) = self.source.pipes.iter().enumerate().find(|(_, (file, filters))| {
            *file == self.file && filters.iter().any(|one| std::ptr::eq(one, call))
        })?;
        let at = filters.iter().position(|one| std::ptr::eq(one, call))?;
        let is_escape = |one: &&FilterCall| {
            one.filter.name == "json_escape" || escapes_for(one).is_some_and(|mode| Some(mode) == self.mode)
        };
        let (before, after) = filters.split_at(at + 1);
        let (mut moved, mut order): (Vec<&'t FilterCall>, Vec<&'t FilterCall>) =
            before.iter().partition(|one| is_escape(one));
        // JSON is decoded before the markup is parsed, so its escape comes last.
        moved.extend(after.iter().filter(|one| is_escape(one)));
        moved.sort_by_key(|one| one.filter.name == "json_escape");
        moved.dedup_by_key(|one| one.filter.name == "json_escape");
        order.extend(after.iter().filter(|one| !is_escape(one)));
        // The author's own markup must not be escaped.
        if let Some(mode) = self.mode
            && moved.iter().any(|one| escapes_for(one).is_some())
            && order.iter().any(|one| adds_markup(one, mode))
        {
            return None;
        }
        order.extend(moved);
        let pipes =
            self.source.pipes.iter().enumerate().map(|(n, (file, calls))| {
                (*file, if n == nth { order.clone() } else { calls.iter().collect() })
            });
        let written = self.evaluator().filtered(self.source, pipes);
        let is_broken = markup.is_some_and(|mode| written.breaks_markup(mode))
            || !self.is_escaped && written.breaks_json();
        if is_broken || written.spoiled().is_some() {
            return None;
        }
        let span = filters.first()?.span.join(filters.last()?.span);
        let order: Vec<&str> = order.iter().map(|one| one.span.of(self.text)).collect();
        let fix = Fix::replace("escape last", span, order.join(" | "));
        let is_safe = !self.has_author_escapes()
            && self.mode.is_none_or(|mode| !self.has_author_markup(mode, usize::MAX));
        Some(if is_safe { fix } else { fix.unsafe_to_apply() })
    }

    fn as_value(&self) -> Vec<Diagnostic> {
        // `json` prints a complete value with its quotes, so only the markup in the value can be wrong.
        if self.filters().any(|call| call.filter.name == "json") {
            let written = self.written();
            let markup = || self.unescaped(&written, false, self.missing_markup_escape(&written));
            let problem = self.wrong_mode().or_else(markup).or_else(|| self.shown_escape(&written));
            return problem.into_iter().collect();
        }
        // A capture can add quotes around the value and text beside it, so the value alone need not be JSON.
        if self.source.is_captured {
            return Vec::new();
        }
        let default = self.filters().rev().find(|call| call.filter.name == "default");
        let problem = match default.and_then(|call| call.arguments.first().map(|value| (call, value))) {
            _ if self.is_present => None,
            // For a missing value, `default: ''` prints nothing, as if there were no default.
            Some((_, Expression::Literal(_, Literal::Text(text)))) if text.is_empty() => self.empty_value(),
            Some((call, Expression::Literal(span, Literal::Text(text)))) if json::parse(text).is_err() => {
                Some(self.default_not_json(call, *span, text))
            }
            Some(_) => None,
            None => self.empty_value(),
        };
        // CleverTap's documentation uses `default: "NULL"` for a missing chat id. A value with this default is taken
        // for a chat id, even if some profiles have text in the property. So the problem of the default comes before
        // the problem of unquoted text.
        let is_chat_id =
            default.is_some_and(|call| call.arguments.first().and_then(Expression::as_text) == Some("NULL"));
        if is_chat_id {
            return problem.or_else(|| self.unquoted_text()).into_iter().collect();
        }
        // The problem of unquoted text comes first, because its fix covers a missing value as well.
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
        // The `NUMERIC` filters print a number even for a missing value. The exception `find_index` is ignored here.
        let is_number = self.filters().any(|call| NUMERIC.contains(&call.filter.name));
        if is_known || is_number {
            return None;
        }
        let name = self.name();
        let message = format!("without `{name}` this prints nothing, but JSON needs a value");
        let problem = Diagnostic::warning(Code::EmptyValue, self.output.value.span, message);
        let end = self.output.value.span.end;
        let insert = |title: &str, filter: &str| {
            let edits = vec![insertion(end, format!(" | {filter}"))];
            Fix { title: title.into(), edits, safe: false }
        };
        let problem = match self.dialect {
            Dialect::Telecast => problem
                .with_help("add `| json`, which writes `null`, or `| default: …`")
                .with_fix(insert("print it with `json`", "json")),
            Dialect::CleverTap => problem.with_help("add `| default: …`"),
        };
        let problem = problem.with_fix(insert("use the default `null`", "default: \"null\""));
        Some(match self.guard() {
            Some(guard) => problem.with_fix(guard),
            None => problem,
        })
    }

    /// Returns a fix that inserts a guard at the start of the body. The guard is a condition that skips recipients
    /// without the property.
    ///
    /// The value must be a profile property. The `{{ }}` must be in the body itself, not in a partial, and must name
    /// the property directly. Returns `None` if one of these conditions is not met, or for a chip.
    fn guard(&self) -> Option<Fix> {
        let path = self.path()?;
        if names_of(path).first().is_none_or(|root| root != "Profile")
            || !self.source.is_direct
            || self.file != 0
        {
            return None;
        }
        // The path in a chip (`Profile - Name`) is not valid in a tag.
        let written = Some(path.span.of(self.text)).filter(|written| written.starts_with("Profile"))?;
        if written.contains(" - ") {
            return None;
        }
        let guard = match self.dialect {
            Dialect::Telecast => format!("{{% if {written} == blank %}}{{% abort %}}{{% endif %}}"),
            // Nothing equals `blank` in CleverTap's engine, and a missing value does not equal "".
            Dialect::CleverTap => {
                let name = self.free_name;
                let assign = format!("{{% assign {name} = {written} | default: \"\" %}}");
                format!("{assign}{{% if {name} == \"\" %}}{{% abort %}}{{% endif %}}")
            }
        };
        Some(Fix::replace("skip profiles without it", Span::at(0), guard).unsafe_to_apply())
    }

    fn unquoted_text(&self) -> Option<Diagnostic> {
        let path = self.path()?;
        let names = names_of(path);
        let ["Profile", name] = names.iter().map(String::as_str).collect::<Vec<_>>()[..] else { return None };
        let property = self.vocabulary.property(name).filter(|property| property.kind == ValueKind::Text)?;
        if !self.written().is_any_text() {
            return None;
        }
        // Text such as `5` or `true` is valid JSON without quotes. Only a sample that is not valid JSON proves the
        // problem.
        let sample = property.samples.iter().find(|sample| json::parse(sample).is_err())?;
        let message = format!("`{name}` is text (`{sample}`), and text in JSON needs quotes");
        let problem = Diagnostic::warning(Code::UnquotedText, self.output.value.span, message);
        let (whole, end) = (self.output.span, self.output.value.span.end);
        let mode = self.missing_markup_escape(&self.written());
        let escapes = |position: EscapePosition| -> String {
            escape_filters(mode, position, self.dialect).iter().map(|filter| format!(" | {filter}")).collect()
        };
        let (title, help, edits) = match self.dialect {
            Dialect::Telecast => {
                let edits = vec![insertion(end, escapes(EscapePosition::BareValue))];
                ("print it with `json`", "add `| json`", edits)
            }
            Dialect::CleverTap => {
                let quote = |at: usize| insertion(at, "\"".to_owned());
                let escape = insertion(end, escapes(EscapePosition::InString));
                ("put it in quotes", "put it in quotes", vec![quote(whole.start), escape, quote(whole.end)])
            }
        };
        Some(problem.with_help(help).with_fix(Fix { title: title.into(), edits, safe: false }))
    }
}

/// A value in a `cycle` tag that needs an escape.
pub(super) struct CycleItem {
    pub tag: Span,
    pub item: Span,
    pub markup: Option<ParseMode>,
    pub needs_json: bool,
}

impl CycleItem {
    pub(super) fn problem(&self, source: &str, free_name: &str, dialect: Dialect) -> Diagnostic {
        let value = self.item.of(source);
        let (code, message) = breakage(self.markup, ANY_JSON_SAMPLE, &format!("`{value}`"));
        let position = match self.needs_json || adds_backslashes(self.markup) {
            true => EscapePosition::InString,
            false => EscapePosition::PlainText,
        };
        let filters = escape_filters(self.markup, position, dialect).join(" | ");
        let assign = format!("{{% assign {free_name} = {value} | {filters} %}}");
        let edits = vec![insertion(self.tag.start, assign), TextEdit::new(self.item, free_name.to_owned())];
        Diagnostic::warning(code, self.item, message)
            .with_help("`cycle` takes no filters: assign the escaped value to a variable first")
            .with_fix(Fix { title: "escape the value".into(), edits, safe: true })
    }
}

fn must_come_last(last: &FilterCall) -> String {
    format!("`json_escape` must come last: `{}` changes its output", last.filter.name)
}

/// Whether a filter must not be applied after `json_escape`.
fn breaks_json_escape(call: &FilterCall) -> bool {
    escapes_for(call).is_some() || changes_escapes(call)
}

enum InsertPosition {
    /// Before the filter that starts at this offset.
    Before(usize),
    /// After the expression that ends at this offset.
    After(usize),
}

/// Whether the filter adds the author's own markup, which must not be escaped.
fn adds_markup(call: &FilterCall, mode: ParseMode) -> bool {
    let is_sign = |c: char| match mode {
        ParseMode::Html => matches!(c, '<' | '&'),
        ParseMode::Markdown => "*_`[".contains(c),
        ParseMode::MarkdownV2 => "*_~|`[]()>".contains(c),
    };
    let added_text = match call.filter.name {
        "append" | "prepend" | "default" => call.arguments.first(),
        "replace" | "replace_first" | "replace_last" => call.arguments.get(1),
        "newline_to_br" => return mode == ParseMode::Html,
        _ => None,
    };
    let replaced = call.arguments.first().and_then(Expression::as_text);
    // `replace: '*', '\*'` is a handwritten escape and adds no markup, even though its second text has a `*`.
    let is_escape = replaced.is_some_and(|c| is_backslash_replace(call, c));
    !is_escape && added_text.and_then(Expression::as_text).is_some_and(|text| text.contains(is_sign))
}

/// Returns the argument whose text the filter prints. A handwritten escape, such as `replace: '_', '\_'`, prints none.
fn printed_argument(call: &FilterCall) -> Option<&Expression> {
    match call.filter.name {
        "append" | "prepend" | "default" | "join" | "date" | "date_tz" => call.arguments.first(),
        "replace" | "replace_first" | "replace_last" => {
            let replaced = call.arguments.first().and_then(Expression::as_text);
            let is_escape = replaced.is_some_and(|c| is_backslash_replace(call, c));
            call.arguments.get(1).filter(|_| !is_escape)
        }
        "truncate" | "truncatewords" => call.arguments.get(1),
        _ => None,
    }
}

fn insertion(at: usize, replacement: String) -> TextEdit {
    TextEdit { span: Span::at(at), replacement }
}

fn merge_edits(edits: Vec<TextEdit>) -> Vec<TextEdit> {
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

/// Whether a filter can break text that is already escaped for JSON. Such a filter may cut an escape in two or change
/// the letter of an escape.
fn changes_escapes(call: &FilterCall) -> bool {
    matches!(
        call.filter.name,
        "truncate"
            | "truncatewords"
            | "slice"
            | "strip_html"
            | "newline_to_br"
            | "capitalize"
            | "upcase"
            | "downcase"
            | "url_encode"
    )
}

/// Returns a character that this mode reserves, as an example for a message. The escape covers all of them.
/// The characters that break JSON, if it is not known which of them a value can have.
const ANY_JSON_SAMPLE: &str = "a quote or line break";

/// Says what a character in `place` would break: the markup, or without a mode the JSON.
fn breakage(markup: Option<ParseMode>, json_sample: &str, place: &str) -> (Code, String) {
    match markup {
        Some(mode) => {
            (Code::UnescapedMarkup, format!("{} in {place} would break the {}", sample(mode), mode.as_str()))
        }
        None => (Code::UnescapedJson, format!("{json_sample} in {place} would break the JSON")),
    }
}

fn sample(mode: ParseMode) -> &'static str {
    match mode {
        ParseMode::Html => "a `<`",
        ParseMode::Markdown => "a `_`",
        ParseMode::MarkdownV2 => "a `.`",
    }
}

/// Whether the escape for this mode is made of backslashes, which JSON reserves as well.
fn adds_backslashes(mode: Option<ParseMode>) -> bool {
    matches!(mode, Some(ParseMode::Markdown | ParseMode::MarkdownV2))
}

fn is_json_escape(call: &FilterCall) -> bool {
    call.filter.name == "json_escape" || is_backslash_replace(call, "\"")
}

/// Whether the call is `replace: 'c', '\c'`, which is how bodies escape in CleverTap's dialect.
fn is_backslash_replace(call: &FilterCall, c: &str) -> bool {
    let [from, to] = call.arguments.as_slice() else { return false };
    call.filter.name == "replace"
        && from.as_text() == Some(c)
        && to.as_text().is_some_and(|to| to.strip_prefix('\\') == Some(c))
}
