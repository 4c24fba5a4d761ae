//! The Liquid block at the cursor, such as `if`, `else`, `endif`. Its tags are highlighted, and a key moves among them.

use crate::compose::Composed;
use crate::editor::{Command, Motion};
use crate::text::Span;
use crate::ui::screen::compose::Compose;

impl Compose {
    /// Returns the composition if it belongs to exactly the text that is in the editor now.
    pub fn composed_if_current(&self) -> Option<&Composed> {
        let (buffer, composed) = (self.buffer()?, self.composed()?);
        // Every frame needs this, and comparing the texts takes time linear in the body's length, so `Derived` caches
        // the result.
        let is_current = self.derived.is_current(buffer.editor.version(), composed);
        is_current.unwrap_or_else(|| buffer.editor.has_text(&composed.body)).then_some(composed)
    }

    /// Returns all tags of the block if the cursor is on one of its tags. Returns none if the cursor is on a bracket
    /// inside the tag.
    pub fn block_tags(&self) -> &[Span] {
        let (Some(buffer), Some(composed)) = (self.buffer(), self.composed_if_current()) else {
            return &[];
        };
        let block = composed.block_at(buffer.editor.cursor());
        if block.is_empty() {
            return block;
        }
        match buffer.editor.matching_brackets() {
            // The braces around a tag belong to the tag. Only brackets inside the tag take precedence over the block.
            Some((one, _)) if !block.iter().any(|tag| tag.start == one.start || tag.end == one.end) => &[],
            _ => block,
        }
    }

    /// Redirects a move to the matching bracket if the cursor is on a tag of a block. The move then goes to the next
    /// tag of the block, or from the last tag to the first. Other commands are returned unchanged.
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
