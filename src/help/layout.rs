//! Lays out a page of the help for a width in terminal cells: headings, paragraphs, lists, tables, and code.
//!
//! Only the Markdown that the pages use is supported. A Markdown library would save little: it would only find the
//! headings, paragraphs, lists, and tables. Most of this module wraps paragraphs and table cells, and would still be
//! needed.

use std::ops::Range;

use crate::text::{width, wrap_words};

/// Whether code keeps its backticks. In output without styles, only the backticks distinguish code from the text around
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backticks {
    Keep,
    Drop,
}

/// The kind of a run of text. The console shows each kind in a style of its own; `telecast help` prints no styles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Role {
    #[default]
    Text,
    Heading,
    Strong,
    Code,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PageLine {
    pub runs: Vec<(String, Role)>,
    /// Whether this is a line of a code block. Such a line is never wrapped, because the user may copy it.
    pub is_code: bool,
}

impl PageLine {
    pub(crate) fn text(&self) -> String {
        self.runs.iter().map(|(text, _)| text.as_str()).collect()
    }

    fn push(&mut self, text: &str, role: Role) {
        match self.runs.last_mut() {
            Some((last, known)) if *known == role => last.push_str(text),
            _ => self.runs.push((text.to_owned(), role)),
        }
    }
}

/// No table column is narrowed below this width, in cells. Most words then fit on one line even in a narrow terminal.
const MIN_COLUMN: usize = 8;

/// The number of cells between two columns of a table.
const GAP: usize = 2;

/// Returns the lines of the page, wrapped to `cells` cells. Headings and lines of code are not wrapped and may be
/// wider. A table may also be wider, because no column is narrowed below [`MIN_COLUMN`].
pub(crate) fn layout(markdown: &str, cells: usize, backticks: Backticks) -> Vec<PageLine> {
    let mut lines: Vec<PageLine> = Vec::new();
    let mut source = markdown.lines().filter(|line| !line.starts_with("<!--")).peekable();
    while let Some(line) = source.next() {
        if line.starts_with("```") {
            let code = source.by_ref().take_while(|line| !line.starts_with("```"));
            lines.extend(
                code.map(|code| PageLine { runs: vec![(format!("  {code}"), Role::Code)], is_code: true }),
            );
        } else if let Some(heading) = line.strip_prefix('#') {
            let heading = heading.trim_start_matches('#').trim();
            lines.push(PageLine { runs: vec![(heading.to_owned(), Role::Heading)], is_code: false });
        } else if line.starts_with('|') {
            let mut rows = vec![line];
            while let Some(row) = source.next_if(|next| next.starts_with('|')) {
                rows.push(row);
            }
            lines.extend(table(&rows, cells, backticks));
        } else if line.is_empty() {
            // HTML comments are left out above, so the empty lines before and after a comment follow each other here.
            // Of several empty lines, only one is kept.
            if lines.last().is_some_and(|last| !last.runs.is_empty()) {
                lines.push(PageLine::default());
            }
        } else {
            // In the file, paragraphs and list items are wrapped for text editors. Their lines are joined here, and
            // wrapped again to `cells` cells.
            let (mark, text) = line.strip_prefix("- ").map_or(("", line), |text| ("• ", text));
            let mut paragraph = text.to_owned();
            let continues = |next: &&str| {
                !next.is_empty() && !["- ", "|", "#", "```"].iter().any(|start| next.starts_with(start))
            };
            while let Some(next) = source.next_if(continues) {
                paragraph.push(' ');
                paragraph.push_str(next.trim_start());
            }
            let indent = width(mark);
            for (n, mut wrapped) in
                wrap(&runs(&paragraph, backticks), cells.saturating_sub(indent)).into_iter().enumerate()
            {
                let lead = if n == 0 { mark.to_owned() } else { " ".repeat(indent) };
                if !lead.is_empty() {
                    wrapped.runs.insert(0, (lead, Role::Text));
                }
                lines.push(wrapped);
            }
        }
    }
    lines
}

/// Splits inline Markdown into runs. A link to another page becomes its text. Any other link becomes its text, followed
/// by its address.
fn runs(text: &str, backticks: Backticks) -> Vec<(String, Role)> {
    let mut line = PageLine::default();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*', '[']) {
        line.push(&rest[..at], Role::Text);
        rest = &rest[at..];
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        if 0 < ticks
            && let Some((code, after)) = rest[ticks..].split_once(&rest[..ticks])
        {
            // Code that contains a backtick is written between double backticks, with a space inside each of them.
            // These two spaces are not part of the code.
            let code = if ticks == 1 { code } else { code.strip_prefix(' ').unwrap_or(code) };
            let code = if ticks == 1 { code } else { code.strip_suffix(' ').unwrap_or(code) };
            // Code that contains a backtick gets no backticks around it, because they would look like a part of the
            // code.
            let is_quoted = backticks == Backticks::Keep && !code.contains('`');
            let quote = if is_quoted { "`" } else { "" };
            line.push(&format!("{quote}{code}{quote}"), Role::Code);
            rest = after;
        } else if let Some((strong, after)) = rest.strip_prefix("**").and_then(|rest| rest.split_once("**")) {
            line.push(strong, Role::Strong);
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once("]("))
            && let Some((address, after)) = after.split_once(')')
        {
            line.push(name, Role::Text);
            if address.contains("://") {
                line.push(&format!(" ({address})"), Role::Text);
            }
            rest = after;
        } else {
            let first = rest.chars().next().map_or(0, char::len_utf8);
            line.push(&rest[..first], Role::Text);
            rest = &rest[first..];
        }
    }
    line.push(rest, Role::Text);
    line.runs
}

fn runs_width(runs: &[(String, Role)]) -> usize {
    runs.iter().map(|(text, _)| width(text)).sum()
}

/// Wraps runs as [`wrap_words`] wraps their text. A word can span several runs: the comma after `code` belongs to the
/// same word as the code.
fn wrap(runs: &[(String, Role)], cells: usize) -> Vec<PageLine> {
    let text: String = runs.iter().map(|(text, _)| text.as_str()).collect();
    wrap_words(&text, cells).into_iter().map(|line| slice(runs, line)).collect()
}

/// Returns the part of `runs` that `range` selects. `range` counts the bytes of all the runs' texts together.
fn slice(runs: &[(String, Role)], range: Range<usize>) -> PageLine {
    let mut line = PageLine::default();
    let mut offset = 0;
    for (text, role) in runs {
        let (start, end) = (range.start.max(offset), range.end.min(offset + text.len()));
        if start < end {
            line.push(&text[start - offset..end - offset], *role);
        }
        offset += text.len();
    }
    line
}

fn table(rows: &[&str], cells: usize, backticks: Backticks) -> Vec<PageLine> {
    let mut rows: Vec<Vec<Vec<(String, Role)>>> = rows
        .iter()
        .filter(|row| row.contains(|c: char| !matches!(c, '|' | '-' | ' ')))
        .map(|row| cells_of(row).iter().map(|cell| runs(cell, backticks)).collect())
        .collect();
    for run in rows.first_mut().into_iter().flatten().flatten() {
        run.1 = Role::Heading;
    }
    let widths = column_widths(&rows, cells);
    rows.iter().flat_map(|row| table_row(row, &widths)).collect()
}

/// Splits a row at its bars; `\|` is a bar in a cell.
fn cells_of(row: &str) -> Vec<String> {
    let row = row.trim().trim_start_matches('|');
    let row = row.strip_suffix('|').unwrap_or(row);
    let escaped = row.replace("\\|", "\0");
    escaped.split('|').map(|cell| cell.trim().replace('\0', "|")).collect()
}

/// Returns the width of each column: the width of its widest cell. If the table is wider than `cells`, the widest
/// columns are narrowed until it fits or no column is wider than [`MIN_COLUMN`].
fn column_widths(rows: &[Vec<Vec<(String, Role)>>], cells: usize) -> Vec<usize> {
    let n = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..n)
        .map(|at| rows.iter().filter_map(|row| row.get(at)).map(|cell| runs_width(cell)).max().unwrap_or(0))
        .collect();
    let room = cells.saturating_sub(GAP * n.saturating_sub(1));
    while room < widths.iter().sum() {
        let Some(widest) = widths.iter_mut().max() else { break };
        if *widest <= MIN_COLUMN {
            break;
        }
        *widest -= 1;
    }
    widths
}

fn table_row(row: &[Vec<(String, Role)>], widths: &[usize]) -> Vec<PageLine> {
    let columns: Vec<Vec<PageLine>> = row.iter().zip(widths).map(|(cell, wide)| wrap(cell, *wide)).collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    (0..height)
        .map(|y| {
            let mut line = PageLine::default();
            let mut start = 0;
            for (column, wide) in columns.iter().zip(widths) {
                let missing = start - runs_width(&line.runs);
                if let Some(part) = column.get(y).filter(|part| !part.runs.is_empty()) {
                    line.push(&" ".repeat(missing), Role::Text);
                    line.runs.extend(part.runs.iter().cloned());
                }
                start += wide + GAP;
            }
            line
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(markdown: &str, cells: usize, expected: &str) {
        let lines: Vec<String> = layout(markdown, cells, Backticks::Drop)
            .iter()
            .map(|line| line.text().trim_end().to_owned())
            .collect();
        assert_eq!(lines.join("\n"), expected);
    }

    #[test]
    fn paragraphs_are_joined_and_wrapped() {
        check("One two\nthree.\n\nFour", 9, "One two\nthree.\n\nFour");
        check("One two\nthree", 20, "One two three");
    }

    #[test]
    fn list_items_have_a_hanging_indent() {
        check("- one two three\n  four\n- five", 10, "• one two\n  three\n  four\n• five");
    }

    #[test]
    fn code_blocks_are_not_wrapped() {
        check("```toml\na = 1  # long long\n```\nend", 5, "  a = 1  # long long\nend");
    }

    #[test]
    fn inline_code_bold_and_links_lose_their_marks() {
        check(
            "a `b|c` **d** [e](keys.md) [f](https://f.example) g*",
            80,
            "a b|c d e f (https://f.example) g*",
        );
        check("`` `i ``", 80, "`i");
    }

    #[test]
    fn punctuation_after_code_stays_with_it() {
        check("one `two`, three", 7, "one\ntwo,\nthree");
    }

    #[test]
    fn tables_line_up_and_their_cells_wrap() {
        check("| key | what |\n| --- | --- |\n| `a\\|b` | x y |", 40, "key  what\na|b  x y");
        check(
            "| k | what it does |\n| --- | --- |\n| a | one two three |",
            12,
            "k  what it\n   does\na  one two\n   three",
        );
    }

    #[test]
    fn comments_are_not_shown_and_leave_no_gap() {
        check("a\n\n<!-- generated: x -->\n\nb", 10, "a\n\nb");
    }

    #[test]
    fn without_styles_code_keeps_its_backticks() {
        let lines = layout("a `b` `` `c ``", 20, Backticks::Keep);
        assert_eq!(lines[0].text(), "a `b` `c");
    }

    #[test]
    fn a_word_wider_than_the_line_is_broken() {
        check("abcdefgh", 3, "abc\ndef\ngh");
        check("`漢字漢`", 3, "漢\n字\n漢");
    }
}
