//! The `{{ … ` or `{% … ` a place is in, read backwards from the place: it is being written, so it need not be closed.

use crate::text;

use super::Trigger;

/// How far back an opener is looked for: nobody writes longer Liquid, and each key looks.
const REACH: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Liquid<'a> {
    pub start: usize,
    pub is_tag: bool,
    pub inner: &'a str,
}

impl<'a> Liquid<'a> {
    /// The Liquid that `before` ends in, where it is in any.
    pub fn around(before: &'a str) -> Option<Self> {
        let from = text::floor_char_boundary(before, before.len().saturating_sub(REACH));
        let window = &before[from..];
        let start = window.rfind("{{").max(window.rfind("{%"))?;
        let inner = &window[start + 2..];
        let is_tag = window[start..].starts_with("{%");
        let closer = if is_tag { "%}" } else { "}}" };
        (!inner.contains(closer)).then_some(Self { start: from + start, is_tag, inner })
    }

    /// Where the quote stands that the place is inside of, from the opener's end on.
    pub fn open_quote(&self) -> Option<usize> {
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

    pub fn is_in_quotes(&self) -> bool {
        self.open_quote().is_some()
    }

    pub fn tag(&self) -> Option<&'a str> {
        let inner = self.inner.trim_start_matches('-').trim_start();
        let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
        self.is_tag.then_some(&inner[..end])
    }

    /// What `head`, all of the inside up to a value, compares the value with: the path, as written.
    ///
    /// `before` is the text in front of the Liquid, where the `case` of a `when` stands.
    pub fn compared(&self, head: &'a str, before: &'a str) -> Option<&'a str> {
        let head = head.trim_end();
        match self.tag()? {
            "when" => {
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

    /// What stands in front of the last `|` before `end`: the value so far with its filters.
    pub fn piped(&self, end: usize) -> Option<&'a str> {
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

    /// The picker that the last character opens: a filter's `|`, a name's first letter, or the dot in it.
    pub fn trigger_of(&self, last: char) -> Option<(Trigger, usize, usize)> {
        let name = name_before(self.inner);
        let begins = name.len() == last.len_utf8() && last.is_alphabetic();
        let goes_down = last == '.' && 1 < name.len() && !name.starts_with(|c: char| c.is_ascii_digit());
        let end = self.start + 2 + self.inner.len();
        match last {
            _ if self.is_in_quotes() => None,
            '|' => Some((Trigger::Pipe, end, end)),
            _ if begins || goes_down => Some(self.trigger_for_name(end - name.len())),
            _ => None,
        }
    }

    /// What a name that begins at `start` can be here: a tag's, a filter's or a variable's.
    pub fn trigger_for_name(&self, start: usize) -> (Trigger, usize, usize) {
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

/// What can stand between a property and the value it is compared with.
const OPERATORS: [&str; 4] = ["==", "!=", "<>", "contains"];

/// The path that text ends in: `Profile.plan`, `Event["Payment Mode"]`.
fn path_before(text: &str) -> &str {
    let mut kept = text;
    loop {
        let cut = match kept.ends_with(']') {
            true => kept.rfind('['),
            false => Some(kept.len() - name_before(kept).len()),
        };
        match cut.filter(|cut| *cut < kept.len()) {
            Some(cut) => kept = &kept[..cut],
            None => return &text[kept.len()..],
        }
        if !kept.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ']')) {
            return &text[kept.len()..];
        }
    }
}

/// The letters, digits, `_`, `-` and dots that text ends in.
pub fn name_before(text: &str) -> &str {
    let kept = text.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
    &text[kept.len()..]
}
