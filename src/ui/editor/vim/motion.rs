//! Where a motion's keys lead to, from a place in the text.

use crate::editor::search::{Search, Syntax};
use crate::editor::{Editor, Extent, Motion, Object, Words, cells};
use crate::text::Span;
use crate::ui::editor::vim::operator::Operator;
use crate::ui::editor::vim::pending::Wanted;
use crate::ui::editor::vim::reach::{Goal, Kind, LastFind, Reach, Way};
use crate::ui::editor::vim::{Direction, Mode, Vim, first_letter};
use crate::ui::widget::{Key, KeyCode};

impl Vim {
    pub(super) fn way(&mut self, key: Key, from: usize, editor: &Editor, page: usize) -> Way {
        let kept = self.goal.take();
        // A goal is worth nothing once something else has moved the cursor.
        let goal = kept.filter(|(_, at)| *at == from || editor.onto_grapheme(*at) == from);
        let goal = goal.map(|(goal, _)| goal);
        let way = match self.pending.wanted {
            Wanted::Find { is_forward, is_till } => self.find(key, from, editor, is_forward, is_till),
            Wanted::AfterG => self.way_after_g(key, from, editor),
            Wanted::Command => self.simple_way(key, from, editor, page, goal),
            Wanted::Object(_) | Wanted::Register | Wanted::Replacement | Wanted::AfterZ => Way::Other,
        };
        match way {
            Way::Other => self.goal = kept,
            Way::Nowhere | Way::By(_) => {}
            Way::To(reach) => {
                let at = editor.boundary(reach.at);
                self.goal = self.goal.map(|(goal, _)| (goal, at));
                return Way::To(Reach { at, ..reach });
            }
        }
        way
    }

    fn simple_way(&mut self, key: Key, from: usize, editor: &Editor, page: usize, goal: Option<Goal>) -> Way {
        let count = self.pending.count();
        let n = count.unwrap_or(1);
        let line = editor.line_of(from);
        let span = editor.line_span(line);
        let rows = |rows: usize| isize::try_from(rows).unwrap_or(isize::MAX);
        // A count means lines, as does whatever takes lines.
        let is_plain = self.pending.operator.is_none() && matches!(self.mode, Mode::Normal);
        let by_rows = is_plain && count.is_none() && goal.is_none();
        let half = (page / 2).max(1).saturating_mul(n);
        let whole = page.max(1).saturating_mul(n);
        match (key.code, key.ctrl) {
            (KeyCode::Char('h'), _) | (KeyCode::Left | KeyCode::Backspace, false) => {
                let at = steps(from, n, |at| editor.grapheme_before(at).max(span.start));
                if at == from { Way::Nowhere } else { Way::to(at, Kind::Exclusive) }
            }
            (KeyCode::Char('j') | KeyCode::Down, false) if by_rows => row_below(editor, from, Motion::Down),
            (KeyCode::Char('k') | KeyCode::Up, false) if by_rows => row_above(editor, from, Motion::Up),
            (KeyCode::Char('d'), true) if is_plain => row_below(editor, from, Motion::PageDown(half)),
            (KeyCode::Char('u'), true) if is_plain => row_above(editor, from, Motion::PageUp(half)),
            (KeyCode::PageDown, _) if is_plain => row_below(editor, from, Motion::PageDown(whole)),
            (KeyCode::PageUp, _) | (KeyCode::Char('b'), true) if is_plain => {
                row_above(editor, from, Motion::PageUp(whole))
            }
            (KeyCode::Char('j') | KeyCode::Down, false) => self.vertical(editor, from, rows(n), goal),
            (KeyCode::Char('k') | KeyCode::Up, false) => self.vertical(editor, from, -rows(n), goal),
            (KeyCode::Char('d'), true) => self.vertical(editor, from, rows(half), goal),
            (KeyCode::Char('u'), true) => self.vertical(editor, from, -rows(half), goal),
            (KeyCode::PageDown, _) => self.vertical(editor, from, rows(whole), goal),
            (KeyCode::PageUp, _) | (KeyCode::Char('b'), true) => {
                self.vertical(editor, from, -rows(whole), goal)
            }
            (_, true) => Way::Other,
            (KeyCode::Char('l' | ' ') | KeyCode::Right, _) => {
                Way::to(steps(from, n, |at| editor.grapheme_after(at).min(span.end)), Kind::Exclusive)
            }
            (KeyCode::Char('0') | KeyCode::Home, _) => Way::to(span.start, Kind::Exclusive),
            (KeyCode::Char('^'), _) => Way::to(first_letter(editor, line), Kind::Exclusive),
            (KeyCode::Char('$') | KeyCode::End, _) => {
                self.goal = Some((Goal::End, from));
                let last = (line + n - 1).min(editor.n_lines() - 1);
                Way::to(editor.line_span(last).end, Kind::Exclusive)
            }
            (KeyCode::Char('|'), _) => {
                let at = span.start + cells::byte_at(&editor.line(line), n - 1);
                Way::to(at, Kind::Exclusive)
            }
            (KeyCode::Char('w'), _) => self.word_forward(from, editor, Words::Small),
            (KeyCode::Char('W'), _) => self.word_forward(from, editor, Words::Big),
            (KeyCode::Char(c @ ('b' | 'B')), _) => {
                let words = if c == 'b' { Words::Small } else { Words::Big };
                Way::to(steps(from, n, |at| editor.word_start_before(at, words)), Kind::Exclusive)
            }
            (KeyCode::Char(c @ ('e' | 'E')), _) => {
                let words = if c == 'e' { Words::Small } else { Words::Big };
                Way::to(steps(from, n, |at| editor.word_end_after(at, words)), Kind::Inclusive)
            }
            (KeyCode::Char('}'), _) => {
                Way::to(steps(from, n, |at| editor.paragraph_after(at)), Kind::Exclusive)
            }
            (KeyCode::Char('{'), _) => {
                Way::to(steps(from, n, |at| editor.paragraph_before(at)), Kind::Exclusive)
            }
            (KeyCode::Char('%'), _) => Way::found(editor.bracket_for(from), Kind::Inclusive),
            (KeyCode::Char('G'), _) => self.to_line(editor, count.unwrap_or(editor.n_lines())),
            (KeyCode::Char('+') | KeyCode::Enter, _) => self.to_line_if(editor, line.checked_add(n)),
            (KeyCode::Char('-'), _) => self.to_line_if(editor, line.checked_sub(n)),
            (KeyCode::Char('_'), _) => self.to_line_if(editor, line.checked_add(n - 1)),
            (KeyCode::Char(c @ (';' | ',')), _) => match self.last_find {
                Some(find) => {
                    let is_forward = find.is_forward == (c == ';');
                    find_on_line(editor, from, n, LastFind { is_forward, ..find }, true)
                }
                None => Way::Nowhere,
            },
            (KeyCode::Char(c @ ('n' | 'N')), _) => {
                let Some((_, direction)) = &self.pattern else { return Way::Nowhere };
                let direction = if c == 'n' { *direction } else { direction.reversed() };
                self.matched(editor, from, n, direction)
            }
            (KeyCode::Char(c @ ('*' | '#')), _) => {
                let direction = if c == '*' { Direction::Forward } else { Direction::Backward };
                let Some((pattern, start)) = word_pattern(editor, from) else { return Way::Nowhere };
                self.pattern = Some((pattern, direction));
                self.matched(editor, start, n, direction)
            }
            _ => Way::Other,
        }
    }

    fn way_after_g(&mut self, key: Key, from: usize, editor: &Editor) -> Way {
        let n = self.pending.count().unwrap_or(1);
        match key.typed() {
            Some('g') => self.to_line(editor, n),
            Some(c @ ('e' | 'E')) => {
                let words = if c == 'e' { Words::Small } else { Words::Big };
                Way::to(steps(from, n, |at| editor.word_end_before(at, words)), Kind::Inclusive)
            }
            Some('_') => {
                let line = editor.line_of(from);
                let end = editor.line_span(line).start + editor.line(line).trim_end().len();
                Way::to(editor.grapheme_before(end).max(editor.line_span(line).start), Kind::Inclusive)
            }
            _ => Way::Other,
        }
    }

    /// The start of the next word; for an operator not beyond the line of the last word that is passed.
    fn word_forward(&self, from: usize, editor: &Editor, words: Words) -> Way {
        let n = self.pending.count().unwrap_or(1);
        let Some(operator) = self.pending.operator else {
            return Way::to(steps(from, n, |at| editor.word_start_after(at, words)), Kind::Exclusive);
        };
        let is_on_word = editor.slice(Span::new(from, editor.grapheme_after(from))).trim() != "";
        if operator == Operator::Change && is_on_word {
            let first = editor.grapheme_before(editor.run_end(from, words));
            return Way::to(steps(first, n - 1, |at| editor.word_end_after(at, words)), Kind::Inclusive);
        }
        let last = steps(from, n - 1, |at| editor.word_start_after(at, words));
        let line_end = editor.line_span(editor.line_of(last)).end;
        Way::to(editor.word_start_after(last, words).min(line_end), Kind::Exclusive)
    }

    fn find(&mut self, key: Key, from: usize, editor: &Editor, is_forward: bool, is_till: bool) -> Way {
        let Some(c) = key.typed() else { return Way::Nowhere };
        let find = LastFind { c, is_forward, is_till };
        self.last_find = Some(find);
        find_on_line(editor, from, self.pending.count().unwrap_or(1), find, false)
    }

    fn matched(&self, editor: &Editor, from: usize, n: usize, direction: Direction) -> Way {
        Way::found(self.match_from(editor, from, n, direction), Kind::Exclusive)
    }

    /// Up or down, in the column where vertical motions began.
    fn vertical(&mut self, editor: &Editor, from: usize, rows: isize, goal: Option<Goal>) -> Way {
        let line = editor.line_of(from);
        let wanted = line.saturating_add_signed(rows).min(editor.n_lines() - 1);
        let goal = goal.unwrap_or_else(|| {
            let text = editor.line(line);
            Goal::Column(cells::column_of(&text, from - editor.line_span(line).start))
        });
        self.goal = Some((goal, from));
        if wanted == line {
            return Way::Nowhere;
        }
        let span = editor.line_span(wanted);
        let at = match goal {
            Goal::Column(column) => span.start + cells::byte_at(&editor.line(wanted), column),
            Goal::End => span.end,
        };
        Way::to(at, Kind::Lines)
    }

    fn to_line_if(&self, editor: &Editor, line: Option<usize>) -> Way {
        let line = line.filter(|line| *line < editor.n_lines());
        Way::found(line.map(|line| first_letter(editor, line)), Kind::Lines)
    }

    /// The first letter of a line, from 1; the last line where there are fewer.
    fn to_line(&self, editor: &Editor, number: usize) -> Way {
        let line = number.clamp(1, editor.n_lines()) - 1;
        Way::to(first_letter(editor, line), Kind::Lines)
    }

    pub(super) fn object(key: Key) -> Option<Object> {
        Some(match key.typed()? {
            'w' => Object::Word(Words::Small),
            'W' => Object::Word(Words::Big),
            'p' => Object::Paragraph,
            quote @ ('"' | '\'' | '`') => Object::Quoted(quote),
            '(' | ')' | 'b' => Object::Bracketed('(', ')'),
            '[' | ']' => Object::Bracketed('[', ']'),
            '{' | '}' | 'B' => Object::Bracketed('{', '}'),
            't' => Object::Element,
            'l' => Object::Liquid,
            _ => return None,
        })
    }
}

/// A way down by rows, unless this is the last: the editor would go to the text's end.
fn row_below(editor: &Editor, from: usize, motion: Motion) -> Way {
    let line = editor.line_of(from);
    let is_last = line + 1 == editor.n_lines()
        && editor
            .rows_from(line, 0)
            .find(|row| row.is_last || from < row.span.end)
            .is_none_or(|row| row.is_last);
    if is_last { Way::Nowhere } else { Way::By(motion) }
}

/// A way up by rows, unless this is the first.
fn row_above(editor: &Editor, from: usize, motion: Motion) -> Way {
    let is_first = editor.line_of(from) == 0
        && editor.rows_from(0, 0).next().is_none_or(|row| row.is_last || from < row.span.end);
    if is_first { Way::Nowhere } else { Way::By(motion) }
}

/// Goes `n` times on, and stops where that leads nowhere.
fn steps(from: usize, n: usize, step: impl Fn(usize) -> usize) -> usize {
    let mut at = from;
    for _ in 0..n {
        let next = step(at);
        if next == at {
            break;
        }
        at = next;
    }
    at
}

/// The `n`th place of a character on the line; `again` passes over one that a `t` stands before already.
fn find_on_line(editor: &Editor, from: usize, n: usize, find: LastFind, again: bool) -> Way {
    let line = editor.line_span(editor.line_of(from));
    let is_next_to = |at: usize| {
        let next = if find.is_forward { editor.grapheme_after(from) } else { editor.grapheme_before(from) };
        again && find.is_till && at == next
    };
    let kind = if find.is_forward { Kind::Inclusive } else { Kind::Exclusive };
    let found = if find.is_forward {
        let start = editor.grapheme_after(from).min(line.end);
        let rest = editor.slice(Span::new(start, line.end));
        let mut places = rest.match_indices(find.c).map(|(at, _)| start + at).filter(|at| !is_next_to(*at));
        places.nth(n - 1).map(|at| if find.is_till { editor.grapheme_before(at) } else { at })
    } else {
        let rest = editor.slice(Span::new(line.start, from.max(line.start)));
        let places: Vec<usize> = rest.match_indices(find.c).map(|(at, _)| line.start + at).collect();
        let mut places = places.into_iter().rev().filter(|at| !is_next_to(*at));
        places.nth(n - 1).map(|at| if find.is_till { editor.grapheme_after(at) } else { at })
    };
    Way::found(found, kind)
}

/// A pattern of the whole word at or behind a place on its line, and where that word begins.
fn word_pattern(editor: &Editor, from: usize) -> Option<(Search, usize)> {
    let line = editor.line_span(editor.line_of(from));
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let rest = editor.slice(Span::new(from, line.end.max(from)));
    let at = from + rest.find(is_word)?;
    let word = editor.object_around(at, Object::Word(Words::Small), Extent::Inner)?.span;
    let source = format!(r"(?-i)\b{}\b", regex::escape(&editor.slice(word)));
    Some((Search::new(&source, Syntax::Regex).ok()?, word.start))
}
