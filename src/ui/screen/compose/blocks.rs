//! Finds the tags of the Liquid block at the cursor, for example `if`, `else`, and `endif`. The body highlights these
//! tags, and the key for the matching bracket moves between them.

use crate::compose::Composed;
use crate::editor::{Command, Motion};
use crate::text::Span;
use crate::ui::screen::compose::Compose;

impl Compose {
    /// Returns the last composition of the open body. `None` if there is no composition, or if the text in the editor
    /// has changed since the composition.
    pub fn composed_if_current(&self) -> Option<&Composed> {
        let (buffer, composed) = (self.buffer()?, self.composed()?);
        // Comparing the texts takes time linear in the body's length, and every frame needs to know whether they are
        // equal. So `Derived` caches the answer.
        let is_current = self.derived.is_current(buffer.editor.version(), composed);
        is_current.unwrap_or_else(|| buffer.editor.has_text(&composed.body)).then_some(composed)
    }

    /// Returns the spans of all tags of the block that has a tag at the cursor. The result is empty if there is no such
    /// block, if the cursor is at a bracket inside the tag, or if the text has changed since the last composition.
    pub fn block_tags(&self) -> &[Span] {
        let (Some(buffer), Some(composed)) = (self.buffer(), self.composed_if_current()) else {
            return &[];
        };
        let block = composed.block_at(buffer.editor.cursor());
        if block.is_empty() {
            return block;
        }
        match buffer.editor.matching_brackets() {
            // Brackets inside a tag take precedence over the block. The braces around the tag do not, because they
            // belong to the tag.
            Some((one, _)) if !block.iter().any(|tag| tag.start == one.start || tag.end == one.end) => &[],
            _ => block,
        }
    }

    /// If the cursor is on a tag of a block, replaces a move to the matching bracket with a move to the next tag of the
    /// block. A selection up to the matching bracket is replaced by a selection up to that tag. After the last tag
    /// comes the first. Returns all other commands unchanged.
    pub fn redirect_to_block_tag(&self, command: Command) -> Command {
        let to_command = match command {
            Command::Move(Motion::MatchingBracket) => Command::Move,
            Command::Extend(Motion::MatchingBracket) => Command::Extend,
            other => return other,
        };
        let Some(cursor) = self.buffer().map(|buffer| buffer.editor.cursor()) else { return command };
        let block = self.block_tags();
        let Some(first) = block.first() else { return command };
        let next = block.iter().find(|tag| cursor < tag.start).unwrap_or(first);
        to_command(Motion::To(next.start))
    }
}
