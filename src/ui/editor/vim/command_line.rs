//! Parses the commands that the user types after `:`. The caller carries them out.
//!
//! ```text
//! [range] command          :w   :12   :%s/a/b/g   :.,$s#a#b#
//! ```

use crate::editor::search::{MatchesPerLine, ReplacementPart};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExCommand {
    /// `:w`
    Save,
    /// `:q`
    Quit,
    /// `:q!`
    QuitUnsaved,
    /// `:wq`, `:x`
    SaveAndQuit,
    /// `:e`: read the file again, unless there are unsaved edits
    Reread,
    /// `:e!`: replace the text with that of the file
    DiscardEdits,
    /// `:noh`. Nothing stays highlighted after a search, so it does nothing.
    ClearHighlights,
    /// `:12` (a line number, from 1) or `:$` (the last line)
    GoTo(LineAddress),
    Help,
    /// `:s`. Without a substitution, the last one is repeated. Without lines, the cursor's line is meant.
    Substitute(Option<LineRange>, Option<Substitution>),
}

/// A line of the text, as an address before a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineAddress {
    pub base: BaseLine,
    pub offset: isize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BaseLine {
    /// A line number, from 1.
    Number(usize),
    /// `.`
    Current,
    /// `$`
    Last,
    /// `'<`
    FirstSelected,
    /// `'>`
    LastSelected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineRange {
    pub first: LineAddress,
    pub last: LineAddress,
}

/// What `:s` replaces, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Substitution {
    /// The regular expression. If it is empty, the last search pattern is meant.
    pub pattern: String,
    pub replacement: Vec<ReplacementPart>,
    pub matches: MatchesPerLine,
}

pub(crate) fn parse(text: &str) -> Result<ExCommand, String> {
    let text = text.trim_start().trim_start_matches(':').trim_start();
    let (range, command) = parse_range(text)?;
    let word = command.trim();
    // Only `:s` takes a range. A range without a command goes to its last line.
    if let Some(range) = range
        && word.is_empty()
    {
        return Ok(ExCommand::GoTo(range.last));
    }
    if let Some(substitution) = parse_substitute(command) {
        return Ok(ExCommand::Substitute(range, substitution?));
    }
    let parsed = match word {
        "w" | "write" | "up" | "update" => ExCommand::Save,
        "q" | "quit" | "qa" => ExCommand::Quit,
        "q!" | "quit!" | "qa!" => ExCommand::QuitUnsaved,
        "wq" | "x" | "xit" | "wqa" | "xa" => ExCommand::SaveAndQuit,
        "e" | "edit" => ExCommand::Reread,
        "e!" | "edit!" => ExCommand::DiscardEdits,
        "noh" | "nohl" | "nohlsearch" => ExCommand::ClearHighlights,
        "h" | "help" => ExCommand::Help,
        _ => {
            let known = "use w, q, q!, wq, x, s, e!, noh, help or a line number";
            return Err(format!("no command `{word}`; {known}"));
        }
    };
    match range {
        None => Ok(parsed),
        Some(_) => Err(format!("`{word}` takes no lines")),
    }
}

/// Returns the range before a command, and the command.
fn parse_range(text: &str) -> Result<(Option<LineRange>, &str), String> {
    if let Some(command) = text.strip_prefix('%') {
        let first = LineAddress { base: BaseLine::Number(1), offset: 0 };
        return Ok((
            Some(LineRange { first, last: LineAddress { base: BaseLine::Last, offset: 0 } }),
            command,
        ));
    }
    let (first, rest) = parse_address(text)?;
    let Some(after) = rest.trim_start().strip_prefix(',') else {
        return Ok((first.map(|first| LineRange { first, last: first }), rest));
    };
    let (last, rest) = parse_address(after.trim_start())?;
    let current = LineAddress { base: BaseLine::Current, offset: 0 };
    let range = LineRange { first: first.unwrap_or(current), last: last.unwrap_or(current) };
    Ok((Some(range), rest))
}

fn parse_address(text: &str) -> Result<(Option<LineAddress>, &str), String> {
    let (number, after_number) = split_digits(text);
    let (base, mut rest) = if !number.is_empty() {
        (Some(BaseLine::Number(read_number(number)?)), after_number)
    } else if let Some(rest) = text.strip_prefix('.') {
        (Some(BaseLine::Current), rest)
    } else if let Some(rest) = text.strip_prefix('$') {
        (Some(BaseLine::Last), rest)
    } else if let Some(rest) = text.strip_prefix("'<") {
        (Some(BaseLine::FirstSelected), rest)
    } else if let Some(rest) = text.strip_prefix("'>") {
        (Some(BaseLine::LastSelected), rest)
    } else {
        (None, text)
    };
    let mut address = base.map(|base| LineAddress { base, offset: 0 });
    // An offset without a line counts from the cursor's line.
    while let Some(sign) = rest.chars().next().filter(|c| matches!(c, '+' | '-')) {
        let (number, after) = split_digits(&rest[1..]);
        let by =
            if number.is_empty() { 1 } else { isize::try_from(read_number(number)?).unwrap_or(isize::MAX) };
        let address = address.get_or_insert(LineAddress { base: BaseLine::Current, offset: 0 });
        address.offset = address.offset.saturating_add(if sign == '-' { -by } else { by });
        rest = after;
    }
    Ok((address, rest))
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

fn read_number(digits: &str) -> Result<usize, String> {
    digits.parse().map_err(|_| format!("no line {digits}"))
}

/// Parses `s/pattern/replacement/flags`. Almost any punctuation character can take the place of the slash. Returns
/// `None` for another command.
fn parse_substitute(command: &str) -> Option<Result<Option<Substitution>, String>> {
    let name = command.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    if name.is_empty() || !"substitute".starts_with(name) {
        return None;
    }
    let rest = &command[name.len()..];
    let Some(delimiter) = rest.chars().next().filter(|c| !c.is_whitespace()) else {
        return Some(Ok(None));
    };
    if delimiter.is_alphanumeric() || matches!(delimiter, '"' | '|' | '\\' | '!') {
        return None;
    }
    let (pattern, rest) = split_at_delimiter(&rest[delimiter.len_utf8()..], delimiter);
    let (replacement, flags) = split_at_delimiter(rest, delimiter);
    Some(read_substitution(pattern, replacement, flags, delimiter).map(Some))
}

fn read_substitution(
    pattern: &str,
    replacement: &str,
    flags: &str,
    delimiter: char,
) -> Result<Substitution, String> {
    let mut matches = MatchesPerLine::First;
    let mut case = "";
    for flag in flags.trim().chars() {
        match flag {
            'g' => matches = MatchesPerLine::All,
            'i' => case = "(?i)",
            'I' => case = "(?-i)",
            'c' => {
                return Err(
                    "the flag `c` is not supported: find with Tab replaces one match at a time".into()
                );
            }
            _ => return Err(format!("no flag `{flag}`; use g, i or I")),
        }
    }
    // After a backslash, the delimiter stands for itself, even if it has a meaning in a regular expression.
    let escaped = format!("\\{delimiter}");
    let pattern = pattern.replace(&escaped, &regex::escape(&delimiter.to_string()));
    let pattern = if pattern.is_empty() { pattern } else { format!("{case}{pattern}") };
    Ok(Substitution { pattern, replacement: read_replacement(replacement)?, matches })
}

/// Splits a text at the first delimiter that is not escaped with a backslash, and leaves that delimiter out. Without
/// such a delimiter, the second part is empty.
fn split_at_delimiter(text: &str, delimiter: char) -> (&str, &str) {
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        if c == delimiter && !is_escaped {
            return (&text[..at], &text[at + c.len_utf8()..]);
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    (text, "")
}

/// Reads vim's replacement: `&` and `\0` are the match, `\1` to `\9` its groups, `\r` and `\n` a line break, `\t` a
/// tab. Any other letter after a backslash is an error. Any other character after a backslash stands for itself.
fn read_replacement(text: &str) -> Result<Vec<ReplacementPart>, String> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let group = match (c, if c == '\\' { chars.next() } else { None }) {
            ('&', None) => 0,
            ('\\', Some(digit @ '0'..='9')) => digit as usize - '0' as usize,
            ('\\', Some('r' | 'n')) => {
                plain.push('\n');
                continue;
            }
            ('\\', Some('t')) => {
                plain.push('\t');
                continue;
            }
            ('\\', Some(letter)) if letter.is_alphanumeric() => {
                return Err(format!("`\\{letter}` is not supported in a replacement"));
            }
            (_, sign) => {
                plain.push(sign.unwrap_or(c));
                continue;
            }
        };
        if !plain.is_empty() {
            parts.push(ReplacementPart::Text(std::mem::take(&mut plain)));
        }
        parts.push(ReplacementPart::Group(group));
    }
    if !plain.is_empty() {
        parts.push(ReplacementPart::Text(plain));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_parsed_and_errors_list_the_known_ones() {
        assert_eq!(parse("w"), Ok(ExCommand::Save));
        assert_eq!(parse(" :wq "), Ok(ExCommand::SaveAndQuit));
        assert_eq!(parse("q!"), Ok(ExCommand::QuitUnsaved));
        assert_eq!(parse("noh"), Ok(ExCommand::ClearHighlights));
        assert_eq!(parse("e!"), Ok(ExCommand::DiscardEdits));
        assert!(parse("nonsense").is_err_and(|message| message.contains("wq")));
        assert!(parse("").is_err());
        assert_eq!(parse("3w"), Err("`w` takes no lines".into()));
        assert_eq!(parse("99999999999999999999999"), Err("no line 99999999999999999999999".into()));
    }

    #[test]
    fn a_line_number_goes_to_the_line() {
        let go_to = |base, offset| Ok(ExCommand::GoTo(LineAddress { base, offset }));
        assert_eq!(parse("12"), go_to(BaseLine::Number(12), 0));
        assert_eq!(parse("$"), go_to(BaseLine::Last, 0));
        assert_eq!(parse("+3"), go_to(BaseLine::Current, 3));
        assert_eq!(parse(".-"), go_to(BaseLine::Current, -1));
        assert_eq!(parse("1,5"), go_to(BaseLine::Number(5), 0));
    }

    /// Shows a substitution as `first..last pattern → parts flag`.
    fn shown(text: &str) -> String {
        let line = |line: LineAddress| match line.offset {
            0 => format!("{:?}", line.base),
            by => format!("{:?}{by:+}", line.base),
        };
        match parse(text) {
            Ok(ExCommand::Substitute(range, substitution)) => {
                let range = range.map(|range| format!("{}..{} ", line(range.first), line(range.last)));
                let what = substitution.map_or("again".to_owned(), |found| {
                    let part = |part: &ReplacementPart| match part {
                        ReplacementPart::Text(text) => format!("{text:?}"),
                        ReplacementPart::Group(n) => n.to_string(),
                    };
                    let parts: Vec<String> = found.replacement.iter().map(part).collect();
                    format!("{} → {} {:?}", found.pattern, parts.join(" "), found.matches)
                });
                range.unwrap_or_default() + &what
            }
            Ok(other) => format!("{other:?}"),
            Err(message) => message,
        }
    }

    #[test]
    fn substitutions_have_ranges_delimiters_groups_and_flags() {
        for (text, expected) in [
            ("s/a/b/", "a → \"b\" First"),
            ("s/a/b", "a → \"b\" First"),
            ("s/a", "a →  First"),
            ("%s/a/b/g", "Number(1)..Last a → \"b\" All"),
            ("2,5s/a/b/", "Number(2)..Number(5) a → \"b\" First"),
            (".,$s/a/b/", "Current..Last a → \"b\" First"),
            ("'<,'>s/a/b/", "FirstSelected..LastSelected a → \"b\" First"),
            (".-2,+3s/a/b/", "Current-2..Current+3 a → \"b\" First"),
            ("s#/a#b/c#", "/a → \"b/c\" First"),
            ("s/a\\/b/c\\/d/", "a/b → \"c/d\" First"),
            ("s+a\\+b+c+", "a\\+b → \"c\" First"),
            ("s/(a)(b)/\\2-\\1&\\&/", "(a)(b) → 2 \"-\" 1 0 \"&\" First"),
            ("s/a/x\\ry\\nz\\t\\\\n/", "a → \"x\\ny\\nz\\t\\\\n\" First"),
            ("s/a/$1/", "a → \"$1\" First"),
            ("s/A/b/i", "(?i)A → \"b\" First"),
            ("s/a/b/gI", "(?-i)a → \"b\" All"),
            ("s//b/", " → \"b\" First"),
            ("substitute/a/b/", "a → \"b\" First"),
            ("s", "again"),
            ("%s", "Number(1)..Last again"),
            ("s/a/b/c", "the flag `c` is not supported: find with Tab replaces one match at a time"),
            ("s/a/b/x", "no flag `x`; use g, i or I"),
            ("s/a/\\U&/", "`\\U` is not supported in a replacement"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
        assert!(shown("sx").starts_with("no command `sx`"));
        assert!(shown("set nu").starts_with("no command `set nu`"));
    }
}
