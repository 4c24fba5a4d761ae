//! Computes the targets of vim's motions, and recognizes the keys of text objects.

use crate::editor::search::{PatternSyntax, SearchPattern};
use crate::editor::{Editor, Extent, Motion, TextObject, WordKind, cells};
use crate::text::Span;
use crate::ui::editor::vim::operator::Operator;
use crate::ui::editor::vim::pending::Wanted;
use crate::ui::editor::vim::target::{Goal, LastFind, MotionKind, MotionResult, MotionTarget};
use crate::ui::editor::vim::{Direction, Mode, Vim, first_non_blank};
use crate::ui::widget::{Key, KeyCode};

impl Vim {
    pub(super) fn resolve_motion(
        &mut self,
        key: Key,
        from: usize,
        editor: &Editor,
        page: usize,
    ) -> MotionResult {
        let old_goal = self.goal.take();
        // The goal column is valid only if nothing else has moved the cursor since the motion that set the goal column.
        // `Vim::sync` may have moved the cursor from the line's end onto the last grapheme, but that does not make the
        // goal column invalid.
        let goal = old_goal.filter(|(_, at)| *at == from || editor.onto_grapheme(*at) == from);
        let goal = goal.map(|(goal, _)| goal);
        let result = match self.pending.wanted {
            Wanted::Find { is_forward, is_till } => {
                self.find_and_remember(key, from, editor, is_forward, is_till)
            }
            Wanted::AfterG => self.resolve_after_g(key, from, editor),
            Wanted::Command => self.resolve_simple_motion(key, from, editor, page, goal),
            Wanted::Object(_)
            | Wanted::Register
            | Wanted::Replacement
            | Wanted::AfterZ
            | Wanted::Search(_) => MotionResult::NotAMotion,
        };
        match result {
            // If the key is not a motion, the goal is kept for a later motion. The key may be, for example, an
            // operator.
            MotionResult::NotAMotion => self.goal = old_goal,
            MotionResult::Nowhere | MotionResult::ByRows(_) => {}
            MotionResult::To(target) => {
                let at = editor.boundary(target.at);
                self.goal = self.goal.map(|(goal, _)| (goal, at));
                return MotionResult::To(MotionTarget { at, ..target });
            }
        }
        result
    }

    fn resolve_simple_motion(
        &mut self,
        key: Key,
        from: usize,
        editor: &Editor,
        page: usize,
        goal: Option<Goal>,
    ) -> MotionResult {
        let count = self.pending.count();
        let n = count.unwrap_or(1);
        let line = editor.line_of(from);
        let span = editor.line_span(line);
        let signed = |lines: usize| isize::try_from(lines).unwrap_or(isize::MAX);
        // Without a count, an operator, or a selection, `j` and `k` move by wrapped rows. With one of these, they move
        // by lines of the text. After a motion by lines, further `j` and `k` also move by lines while the goal column
        // is valid.
        let is_plain = self.pending.operator.is_none() && matches!(self.mode, Mode::Normal);
        let by_rows = is_plain && count.is_none() && goal.is_none();
        let half = (page / 2).max(1).saturating_mul(n);
        let whole = page.max(1).saturating_mul(n);
        match (key.code, key.ctrl) {
            (KeyCode::Char('h'), _) | (KeyCode::Left | KeyCode::Backspace, false) => {
                let at = steps(from, n, |at| editor.grapheme_before(at).max(span.start));
                // vim's `h` does not leave its line. At the start of the line, `h` fails, and a pending operator is
                // dropped.
                if at == from { MotionResult::Nowhere } else { MotionResult::to(at, MotionKind::Exclusive) }
            }
            (KeyCode::Char('j') | KeyCode::Down, false) if by_rows => row_below(editor, from, Motion::Down),
            (KeyCode::Char('k') | KeyCode::Up, false) if by_rows => row_above(editor, from, Motion::Up),
            (KeyCode::Char('d'), true) if is_plain => row_below(editor, from, Motion::PageDown(half)),
            (KeyCode::Char('u'), true) if is_plain => row_above(editor, from, Motion::PageUp(half)),
            (KeyCode::PageDown, _) if is_plain => row_below(editor, from, Motion::PageDown(whole)),
            (KeyCode::PageUp, _) | (KeyCode::Char('b'), true) if is_plain => {
                row_above(editor, from, Motion::PageUp(whole))
            }
            (KeyCode::Char('j') | KeyCode::Down, false) => self.vertical(editor, from, signed(n), goal),
            (KeyCode::Char('k') | KeyCode::Up, false) => self.vertical(editor, from, -signed(n), goal),
            (KeyCode::Char('d'), true) => self.vertical(editor, from, signed(half), goal),
            (KeyCode::Char('u'), true) => self.vertical(editor, from, -signed(half), goal),
            (KeyCode::PageDown, _) => self.vertical(editor, from, signed(whole), goal),
            (KeyCode::PageUp, _) | (KeyCode::Char('b'), true) => {
                self.vertical(editor, from, -signed(whole), goal)
            }
            (_, true) => MotionResult::NotAMotion,
            (KeyCode::Char('l' | ' ') | KeyCode::Right, _) => MotionResult::to(
                steps(from, n, |at| editor.grapheme_after(at).min(span.end)),
                MotionKind::Exclusive,
            ),
            (KeyCode::Char('0') | KeyCode::Home, _) => MotionResult::to(span.start, MotionKind::Exclusive),
            (KeyCode::Char('^'), _) => MotionResult::to(first_non_blank(editor, line), MotionKind::Exclusive),
            (KeyCode::Char('$') | KeyCode::End, _) => {
                // After `$`, `j` and `k` stay at the ends of lines.
                self.goal = Some((Goal::End, from));
                let last = (line + n - 1).min(editor.n_lines() - 1);
                MotionResult::to(editor.line_span(last).end, MotionKind::Exclusive)
            }
            (KeyCode::Char('|'), _) => {
                let at = span.start + cells::byte_at(&editor.line(line), n - 1);
                MotionResult::to(at, MotionKind::Exclusive)
            }
            (KeyCode::Char('w'), _) => self.word_forward(from, editor, WordKind::Small),
            (KeyCode::Char('W'), _) => self.word_forward(from, editor, WordKind::Big),
            (KeyCode::Char(c @ ('b' | 'B')), _) => {
                let kind = if c == 'b' { WordKind::Small } else { WordKind::Big };
                MotionResult::to(
                    steps(from, n, |at| editor.word_start_before(at, kind)),
                    MotionKind::Exclusive,
                )
            }
            (KeyCode::Char(c @ ('e' | 'E')), _) => {
                let kind = if c == 'e' { WordKind::Small } else { WordKind::Big };
                MotionResult::to(steps(from, n, |at| editor.word_end_after(at, kind)), MotionKind::Inclusive)
            }
            (KeyCode::Char('}'), _) => {
                MotionResult::to(steps(from, n, |at| editor.paragraph_after(at)), MotionKind::Exclusive)
            }
            (KeyCode::Char('{'), _) => {
                MotionResult::to(steps(from, n, |at| editor.paragraph_before(at)), MotionKind::Exclusive)
            }
            (KeyCode::Char('%'), _) => MotionResult::found(editor.bracket_for(from), MotionKind::Inclusive),
            (KeyCode::Char('G'), _) => self.to_line(editor, count.unwrap_or(editor.n_lines())),
            (KeyCode::Char('+') | KeyCode::Enter, _) => self.to_line_if(editor, line.checked_add(n)),
            (KeyCode::Char('-'), _) => self.to_line_if(editor, line.checked_sub(n)),
            (KeyCode::Char('_'), _) => self.to_line_if(editor, line.checked_add(n - 1)),
            (KeyCode::Char(c @ (';' | ',')), _) => match self.last_find {
                Some(find) => {
                    let is_forward = find.is_forward == (c == ';');
                    find_on_line(editor, from, n, LastFind { is_forward, ..find }, true)
                }
                None => MotionResult::Nowhere,
            },
            (KeyCode::Char(c @ ('n' | 'N')), _) => {
                let Some((_, direction)) = &self.pattern else { return MotionResult::Nowhere };
                let direction = if c == 'n' { *direction } else { direction.reversed() };
                self.to_match(editor, from, n, direction)
            }
            (KeyCode::Char(c @ ('*' | '#')), _) => {
                let direction = if c == '*' { Direction::Forward } else { Direction::Backward };
                let Some((pattern, start)) = word_pattern(editor, from) else { return MotionResult::Nowhere };
                self.pattern = Some((pattern, direction));
                self.to_match(editor, start, n, direction)
            }
            _ => MotionResult::NotAMotion,
        }
    }

    fn resolve_after_g(&mut self, key: Key, from: usize, editor: &Editor) -> MotionResult {
        let n = self.pending.count().unwrap_or(1);
        match key.typed() {
            Some('g') => self.to_line(editor, n),
            Some(c @ ('e' | 'E')) => {
                let kind = if c == 'e' { WordKind::Small } else { WordKind::Big };
                MotionResult::to(steps(from, n, |at| editor.word_end_before(at, kind)), MotionKind::Inclusive)
            }
            Some('_') => {
                let line = editor.line_of(from);
                let end = editor.line_span(line).start + editor.line(line).trim_end().len();
                MotionResult::to(
                    editor.grapheme_before(end).max(editor.line_span(line).start),
                    MotionKind::Inclusive,
                )
            }
            _ => MotionResult::NotAMotion,
        }
    }

    /// Returns the start of the `n`th next word, where `n` is the count. With an operator, the motion does not go past
    /// the end of the line of the last word that it passes.
    fn word_forward(&self, from: usize, editor: &Editor, kind: WordKind) -> MotionResult {
        let n = self.pending.count().unwrap_or(1);
        let Some(operator) = self.pending.operator else {
            return MotionResult::to(
                steps(from, n, |at| editor.word_start_after(at, kind)),
                MotionKind::Exclusive,
            );
        };
        let is_on_word = editor.slice(Span::new(from, editor.grapheme_after(from))).trim() != "";
        if operator == Operator::Change && is_on_word {
            // An exception that vim makes: `cw` on a word changes the text up to the word's end, like `ce`, and leaves
            // the space after the word.
            let first = editor.grapheme_before(editor.run_end(from, kind));
            return MotionResult::to(
                steps(first, n - 1, |at| editor.word_end_after(at, kind)),
                MotionKind::Inclusive,
            );
        }
        let last = steps(from, n - 1, |at| editor.word_start_after(at, kind));
        // Another exception that vim makes: `dw` on the last word of a line does not join the line with the next line.
        let line_end = editor.line_span(editor.line_of(last)).end;
        MotionResult::to(editor.word_start_after(last, kind).min(line_end), MotionKind::Exclusive)
    }

    fn find_and_remember(
        &mut self,
        key: Key,
        from: usize,
        editor: &Editor,
        is_forward: bool,
        is_till: bool,
    ) -> MotionResult {
        let Some(c) = key.typed() else { return MotionResult::Nowhere };
        let find = LastFind { c, is_forward, is_till };
        self.last_find = Some(find);
        find_on_line(editor, from, self.pending.count().unwrap_or(1), find, false)
    }

    fn to_match(&self, editor: &Editor, from: usize, n: usize, direction: Direction) -> MotionResult {
        MotionResult::found(self.match_from(editor, from, n, direction), MotionKind::Exclusive)
    }

    /// Moves down by `lines`, or up if `lines` is negative, in the column in which the vertical motions began.
    fn vertical(&mut self, editor: &Editor, from: usize, lines: isize, goal: Option<Goal>) -> MotionResult {
        let line = editor.line_of(from);
        let wanted = line.saturating_add_signed(lines).min(editor.n_lines() - 1);
        let goal = goal.unwrap_or_else(|| {
            let text = editor.line(line);
            Goal::Column(cells::column_of(&text, from - editor.line_span(line).start))
        });
        self.goal = Some((goal, from));
        // If there is no line to move to, the motion fails. So `dk` in the first line deletes nothing.
        if wanted == line {
            return MotionResult::Nowhere;
        }
        let span = editor.line_span(wanted);
        let at = match goal {
            Goal::Column(column) => span.start + cells::byte_at(&editor.line(wanted), column),
            Goal::End => span.end,
        };
        MotionResult::to(at, MotionKind::Linewise)
    }

    fn to_line_if(&self, editor: &Editor, line: Option<usize>) -> MotionResult {
        let line = line.filter(|line| *line < editor.n_lines());
        MotionResult::found(line.map(|line| first_non_blank(editor, line)), MotionKind::Linewise)
    }

    /// Moves to the first non-blank character of line `number`, counted from 1. If there are fewer lines, moves to the
    /// first non-blank character of the last line.
    fn to_line(&self, editor: &Editor, number: usize) -> MotionResult {
        let line = number.clamp(1, editor.n_lines()) - 1;
        MotionResult::to(first_non_blank(editor, line), MotionKind::Linewise)
    }

    pub(super) fn object(key: Key) -> Option<TextObject> {
        Some(match key.typed()? {
            'w' => TextObject::Word(WordKind::Small),
            'W' => TextObject::Word(WordKind::Big),
            'p' => TextObject::Paragraph,
            quote @ ('"' | '\'' | '`') => TextObject::Quoted(quote),
            '(' | ')' | 'b' => TextObject::Bracketed('(', ')'),
            '[' | ']' => TextObject::Bracketed('[', ']'),
            '{' | '}' | 'B' => TextObject::Bracketed('{', '}'),
            't' => TextObject::Element,
            'l' => TextObject::Liquid,
            _ => return None,
        })
    }
}

/// Returns `motion`, which is a motion down by rows. In the last row, the motion fails instead, because the editor
/// would move the cursor to the end of the text.
fn row_below(editor: &Editor, from: usize, motion: Motion) -> MotionResult {
    let line = editor.line_of(from);
    let is_last = line + 1 == editor.n_lines()
        && editor
            .rows_from(line, 0)
            .find(|row| row.is_last || from < row.span.end)
            .is_none_or(|row| row.is_last);
    if is_last { MotionResult::Nowhere } else { MotionResult::ByRows(motion) }
}

/// Returns `motion`, which is a motion up by rows. In the first row, the motion fails instead.
fn row_above(editor: &Editor, from: usize, motion: Motion) -> MotionResult {
    let is_first = editor.line_of(from) == 0
        && editor.rows_from(0, 0).next().is_none_or(|row| row.is_last || from < row.span.end);
    if is_first { MotionResult::Nowhere } else { MotionResult::ByRows(motion) }
}

/// Applies `step` `n` times, but stops as soon as the offset no longer changes.
fn steps(from: usize, n: usize, step: impl Fn(usize) -> usize) -> usize {
    let mut at = from;
    for _ in 0..n {
        let next = step(at);
        // The loop stops here, so that a count of 100,000 at the start or the end of the text takes no time.
        if next == at {
            break;
        }
        at = next;
    }
    at
}

/// Finds the `n`th occurrence of the character of `find` on the line. If `;` or `,` repeats a `t` or `T`, an occurrence
/// right next to the cursor is skipped.
fn find_on_line(editor: &Editor, from: usize, n: usize, find: LastFind, is_repeat: bool) -> MotionResult {
    let line = editor.line_span(editor.line_of(from));
    let is_next_to = |at: usize| {
        let next = if find.is_forward { editor.grapheme_after(from) } else { editor.grapheme_before(from) };
        // If an occurrence next to the cursor counted, `;` after `t` would find the same character again and not move
        // the cursor.
        is_repeat && find.is_till && at == next
    };
    // As in vim, `df,` includes the comma, but `dF,` excludes the character under the cursor.
    let kind = if find.is_forward { MotionKind::Inclusive } else { MotionKind::Exclusive };
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
    MotionResult::found(found, kind)
}

/// Returns a pattern for the whole word at or after `from` on its line, and the start of that word. Returns `None` if
/// there is no such word.
fn word_pattern(editor: &Editor, from: usize) -> Option<(SearchPattern, usize)> {
    let line = editor.line_span(editor.line_of(from));
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let rest = editor.slice(Span::new(from, line.end.max(from)));
    let at = from + rest.find(is_word)?;
    let word = editor.text_object_at(at, TextObject::Word(WordKind::Small), Extent::Inner, 1)?.span;
    // `*` is case-sensitive. Without `(?-i)`, the search would use smart case, and a lowercase word would also match
    // `Word` and `WORD`.
    let source = format!(r"(?-i)\b{}\b", regex::escape(&editor.slice(word)));
    Some((SearchPattern::new(&source, PatternSyntax::Regex).ok()?, word.start))
}
