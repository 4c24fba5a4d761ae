//! Carries out `:s` and `&`: replaces matches of a pattern in lines, as one undo step.

use crate::diagnostic::TextEdit;
use crate::editor::search::{MatchesPerLine, PatternSyntax, ReplacementPart, SearchPattern};
use crate::editor::{Command, Editor, Motion};
use crate::text::Span;
use crate::ui::editor::vim::command_line::{BaseLine, LineAddress, LineRange, Substitution};
use crate::ui::editor::vim::{Direction, Vim, VimOutcome, first_non_blank};

/// The last substitution, which `:s` and `&` repeat.
#[derive(Debug, Clone)]
pub(crate) struct LastSubstitution {
    pattern: SearchPattern,
    replacement: Vec<ReplacementPart>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Substituted {
    pub n_matches: usize,
    pub n_lines: usize,
}

const CURRENT_LINE: LineAddress = LineAddress { base: BaseLine::Current, offset: 0 };

/// Combines edits into one that has the same result. Thousands of single edits of a body would take seconds.
fn combined(text: &str, edits: &[TextEdit]) -> TextEdit {
    let mut whole = TextEdit {
        span: Span::at(edits.first().map_or(0, |edit| edit.span.start)),
        replacement: String::new(),
    };
    for edit in edits {
        whole.replacement.push_str(Span::new(whole.span.end, edit.span.start).of(text));
        whole.replacement.push_str(&edit.replacement);
        whole.span.end = edit.span.end;
    }
    whole
}

impl Vim {
    /// Replaces matches in a range of lines or, without a range, in the cursor's line. Without a substitution, repeats
    /// the last one, but only for the first match in each line. Returns an error message, for example if there is no
    /// match.
    pub(crate) fn substitute(
        &mut self,
        editor: &Editor,
        range: Option<LineRange>,
        substitution: Option<Substitution>,
    ) -> Result<(VimOutcome, Substituted), String> {
        let LineRange { first, last } =
            range.unwrap_or(LineRange { first: CURRENT_LINE, last: CURRENT_LINE });
        let (first, last) = (self.line_at(editor, first)?, self.line_at(editor, last)?);
        let (first, last) = (first.min(last), first.max(last));
        let matches = substitution.as_ref().map_or(MatchesPerLine::First, |wanted| wanted.matches);
        let LastSubstitution { pattern, mut replacement } = match substitution {
            Some(Substitution { pattern, replacement, .. }) => {
                let pattern = match (pattern.is_empty(), &self.pattern) {
                    (true, Some((last, _))) => last.clone(),
                    (true, None) => return Err("nothing was searched for yet".into()),
                    (false, _) => SearchPattern::new(&pattern, PatternSyntax::Regex)
                        .map_err(|error| error.to_string())?,
                };
                self.last_substitution.insert(LastSubstitution { pattern, replacement }).clone()
            }
            None => self.last_substitution.clone().ok_or("nothing was substituted yet")?,
        };
        self.pattern = Some((pattern.clone(), Direction::Forward));
        for part in &mut replacement {
            if let ReplacementPart::Text(text) = part {
                *text = text.replace('\n', editor.line_break());
            }
        }
        let within = Span::new(editor.line_span(first).start, editor.line_span(last).end);
        let text = editor.text();
        let edits = pattern.substitute(&text, within, matches, &replacement);
        let mut lines: Vec<usize> = edits.iter().map(|edit| editor.line_of(edit.span.start)).collect();
        lines.dedup();
        let Some(last_edit) = edits.last() else { return Err("no match".into()) };
        let done = Substituted { n_matches: edits.len(), n_lines: lines.len() };
        // As in vim, the cursor goes to the start of the last line in which something was replaced. If the replacement
        // has line breaks, the cursor goes to the line after its last line break.
        let line = editor.line_span(editor.line_of(last_edit.span.start)).start;
        let (from, skipped) = match last_edit.replacement.rfind('\n') {
            Some(at) => (last_edit.span.start, at + 1),
            None => (line, 0),
        };
        let before = edits.iter().take_while(|edit| edit.span.start < from);
        let to = before.fold(from, |at, edit| at + edit.replacement.len() - edit.span.len()) + skipped;
        let commands = [Command::Replace(vec![combined(&text, &edits)]), Command::Move(Motion::To(to))];
        Ok((VimOutcome::of(commands), done))
    }

    /// Handles `&`: repeats the last substitution in the cursor's line.
    pub(super) fn substitute_again(&mut self, editor: &Editor) -> VimOutcome {
        self.substitute(editor, None, None).map_or_else(|_| VimOutcome::default(), |(outcome, _)| outcome)
    }

    /// Returns the offset to which `:12` moves the cursor.
    pub(crate) fn offset_of(&self, editor: &Editor, address: LineAddress) -> Result<usize, String> {
        Ok(first_non_blank(editor, self.line_at(editor, address)?))
    }

    /// Returns the line (from 0) at an address. An address outside the text means the first or the last line.
    fn line_at(&self, editor: &Editor, LineAddress { base, offset }: LineAddress) -> Result<usize, String> {
        let line = match base {
            BaseLine::Number(number) => number.saturating_sub(1),
            BaseLine::Current => editor.line_of(self.shown_cursor(editor)),
            BaseLine::Last => editor.n_lines() - 1,
            BaseLine::FirstSelected => self.selected_lines.ok_or("nothing was selected yet")?.0,
            BaseLine::LastSelected => self.selected_lines.ok_or("nothing was selected yet")?.1,
        };
        Ok(line.saturating_add_signed(offset).min(editor.n_lines() - 1))
    }
}
