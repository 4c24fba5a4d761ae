//! Edits of the masked text. The inserted text can contain marks, which become the selection.

use crate::text::Span;

/// Marks an end of the selection in inserted text. A text that contains such private-use characters is refused before
/// it is edited.
pub(super) const MARK: char = '\u{10fffd}';

/// Marks the place inside new markup that has nothing inside.
pub(super) const INSIDE: char = '\u{10fffc}';

/// Marks the place that Tab goes to next.
pub(super) const NEXT: char = '\u{10fffb}';

/// Edits in any order. Of edits at the same offset, the one that was added first comes first.
#[derive(Debug, Default)]
pub(super) struct MarkupEdits {
    edits: Vec<(Span, String)>,
}

/// The masked text after its edits.
#[derive(Debug)]
pub(super) struct Edited {
    pub text: String,
    /// The edits that were made: ascending, and no two of them touch.
    pub edits: Vec<(Span, String)>,
    /// The offsets of the `MARK`s in `text`.
    pub marks: Vec<usize>,
    /// The offset of `INSIDE` in `text`.
    pub inside: Option<usize>,
    /// The offset of `NEXT` in `text`.
    pub next: Option<usize>,
}

impl MarkupEdits {
    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(Span::at(at), text);
    }

    pub(super) fn delete(&mut self, span: Span) {
        self.replace(span, "");
    }

    pub(super) fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.edits.push((span, text.into()));
    }

    /// Marks the text between two offsets. Text inserted at `start` comes before the first mark, and text inserted at
    /// `end` comes after the second mark.
    pub(super) fn mark(&mut self, start: usize, end: usize) {
        self.insert(start, MARK);
        self.edits.insert(0, (Span::at(end), MARK.to_string()));
    }

    /// Applies the edits. Where an edit would put two underscores next to each other, the separator is inserted between
    /// them.
    pub(super) fn apply(&self, masked: &str, separator: &str) -> Edited {
        let mut edited = Edited {
            text: String::with_capacity(masked.len() + 64),
            edits: Vec::new(),
            marks: Vec::new(),
            inside: None,
            next: None,
        };
        let mut from = 0;
        for (span, marked) in self.joined() {
            edited.text.push_str(&masked[from..span.start]);
            from = span.end;
            let inserted = separated(&edited.text, &marked, &masked[span.end..], separator);
            let start = edited.text.len();
            for c in inserted.chars() {
                match c {
                    MARK => edited.marks.push(edited.text.len()),
                    INSIDE => edited.inside = Some(edited.text.len()),
                    NEXT => edited.next = Some(edited.text.len()),
                    c => edited.text.push(c),
                }
            }
            let replacement = edited.text[start..].to_owned();
            if replacement != span.of(masked) {
                edited.edits.push((span, replacement));
            }
        }
        edited.text.push_str(&masked[from..]);
        edited
    }

    /// Returns the edits in order, with those that touch joined into one.
    fn joined(&self) -> Vec<(Span, String)> {
        let mut sorted = self.edits.clone();
        // An insertion comes before a replacement that begins at the same offset.
        sorted.sort_by_key(|(span, _)| (span.start, !span.is_empty()));
        let mut joined: Vec<(Span, String)> = Vec::with_capacity(sorted.len());
        for (span, text) in sorted {
            match joined.last_mut() {
                Some((last, inserted)) if span.start <= last.end => {
                    last.end = last.end.max(span.end);
                    inserted.push_str(&text);
                }
                _ => joined.push((span, text)),
            }
        }
        joined
    }
}

fn separated(before: &str, inserted: &str, after: &str, separator: &str) -> String {
    let bare = inserted.replace([MARK, INSIDE, NEXT], "");
    let (left, right) = (before.ends_with('_'), after.starts_with('_'));
    if bare.is_empty() {
        return if left && right { format!("{inserted}{separator}") } else { inserted.to_owned() };
    }
    let head = if left && bare.starts_with('_') { separator } else { "" };
    let tail = if right && bare.ends_with('_') { separator } else { "" };
    format!("{head}{inserted}{tail}")
}
