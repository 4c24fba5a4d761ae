//! The `{{ … ` or `{% … ` that the cursor is in. This Liquid is found by reading backwards from the cursor. The Liquid
//! need not be closed, because the author is still typing it.

use crate::text;

use super::Trigger;

/// The number of bytes before the cursor that are searched for a `{{` or `{%`. The search runs on every key press, and
/// real Liquid is shorter than this.
const MAX_LIQUID_BYTES: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpenLiquid<'a> {
    /// The offset of the `{{` or `{%`.
    pub start: usize,
    pub is_tag: bool,
    /// The text from after the `{{` or `{%` to the cursor.
    pub inner: &'a str,
}

impl<'a> OpenLiquid<'a> {
    /// Returns the Liquid that is open at the end of `before`, if any.
    pub(super) fn at_end_of(before: &'a str) -> Option<Self> {
        let from = text::floor_char_boundary(before, before.len().saturating_sub(MAX_LIQUID_BYTES));
        let window = &before[from..];
        let start = window.rfind("{{").max(window.rfind("{%"))?;
        let inner = &window[start + 2..];
        let is_tag = window[start..].starts_with("{%");
        let closer = if is_tag { "%}" } else { "}}" };
        (!inner.contains(closer)).then_some(Self { start: from + start, is_tag, inner })
    }

    /// Returns the offset in `inner` of the quote that is open at the cursor, if any.
    pub(super) fn open_quote(&self) -> Option<usize> {
        // Liquid has no escapes in strings: a string ends at the next quote of its kind.
        let mut open = None;
        for (at, c) in self.inner.char_indices() {
            match open {
                None if matches!(c, '"' | '\'') => open = Some((at, c)),
                Some((_, quote)) if quote == c => open = None,
                _ => {}
            }
        }
        open.map(|(at, _)| at)
    }

    pub(super) fn is_in_quotes(&self) -> bool {
        self.open_quote().is_some()
    }

    /// Returns the name of the tag, or `None` for `{{ … }}`.
    pub(super) fn tag(&self) -> Option<&'a str> {
        let inner = self.inner.trim_start_matches('-').trim_start();
        let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
        self.is_tag.then_some(&inner[..end])
    }

    /// Returns the path that is compared with the value being typed: `Profile.plan` in `{% if Profile.plan == "`. The
    /// path is returned as it is written. For a value in a `when`, returns the path of the `case`. Returns `None` if
    /// the value is not compared with anything. The other side of the comparison need not be a path: in `{% if 5 == "`,
    /// returns `5`.
    ///
    /// `head` is the part of `inner` that comes before the value. In an `if`, `head` ends with the operator. `before`
    /// is the text before the Liquid, in which the `case` of a `when` is found.
    pub(super) fn compared_path(&self, head: &'a str, before: &'a str) -> Option<&'a str> {
        let head = head.trim_end();
        match self.tag()? {
            "when" => {
                // The nearest `case` is used, even if an `endcase` has already closed it. This is good enough for
                // suggestions.
                let (_, case) = before.rsplit_once("case ")?;
                Some(case.split("%}").next()?.trim().trim_end_matches('-').trim_end())
            }
            "if" | "elsif" | "unless" => {
                let left = OPERATORS.iter().find_map(|operator| head.strip_suffix(operator))?;
                Some(path_before(left.trim_end()))
            }
            _ => None,
        }
        .filter(|path| !path.is_empty())
    }

    /// Returns what is piped into the filter that starts at `end`: the value and its earlier filters, up to the last
    /// `|` before `end`. `end` is an offset in the text that was given to [`OpenLiquid::at_end_of`], not in `inner`.
    /// Returns `None` in tags other than `echo` and `assign`. Also returns `None` if there is no `|`, or if there is no
    /// value before the `|`.
    pub(super) fn piped_value(&self, end: usize) -> Option<&'a str> {
        let head = self.inner.get(..end.checked_sub(self.start + 2)?)?;
        let (value, _) = head.rsplit_once('|')?;
        let value = match self.tag() {
            None => value.trim_start_matches('-'),
            Some("echo") => value.split_once("echo")?.1,
            Some("assign") => value.split_once('=')?.1,
            Some(_) => return None,
        };
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// Returns the trigger, `start`, and `query_start` (see [`super::Session`]) of the picker that opens when the user
    /// types `last`. Returns `None` if `last` opens no picker. `last` is the character before the cursor.
    ///
    /// A `|`, the first letter of a name, and a dot in a name open a picker. Inside quotes, no character opens a
    /// picker.
    pub(super) fn trigger_of(&self, last: char) -> Option<(Trigger, usize, usize)> {
        let name = name_before(self.inner);
        let starts_name = name.len() == last.len_utf8() && last.is_alphabetic();
        // The dot in `1.5` is not part of a path.
        let is_path_dot = last == '.' && 1 < name.len() && !name.starts_with(|c: char| c.is_ascii_digit());
        let end = self.start + 2 + self.inner.len();
        match last {
            _ if self.is_in_quotes() => None,
            '|' => Some((Trigger::Pipe, end, end)),
            _ if starts_name || is_path_dot => Some(self.trigger_for_name(end - name.len())),
            _ => None,
        }
    }

    /// Returns the trigger of a name that starts at `start`: the name of a tag, a filter, or a variable.
    pub(super) fn trigger_for_name(&self, start: usize) -> (Trigger, usize, usize) {
        let inner_start = self.start + 2;
        let head = self.inner.get(..start.saturating_sub(inner_start)).unwrap_or("");
        let head = head.trim_end();
        if self.is_tag && head.trim_start_matches('-').is_empty() {
            (Trigger::TagOpen, self.start, inner_start)
        } else if head.ends_with('|') {
            (Trigger::Pipe, start, start)
        } else {
            (Trigger::Name, start, start)
        }
    }
}

/// The operators after which sample values of a property are offered.
const OPERATORS: [&str; 4] = ["==", "!=", "<>", "contains"];

/// Returns the path at the end of the text, such as `Profile.plan` or `Event["Payment Mode"]`.
fn path_before(text: &str) -> &str {
    let mut rest = text;
    loop {
        let cut = match rest.ends_with(']') {
            true => rest.rfind('['),
            false => Some(rest.len() - name_before(rest).len()),
        };
        match cut.filter(|cut| *cut < rest.len()) {
            Some(cut) => rest = &rest[..cut],
            None => return &text[rest.len()..],
        }
        if !rest.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ']')) {
            return &text[rest.len()..];
        }
    }
}

/// Returns the letters, digits, `_`, `-`, and dots at the end of the text.
pub(crate) fn name_before(text: &str) -> &str {
    let rest = text.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
    &text[rest.len()..]
}
