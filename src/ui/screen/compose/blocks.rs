//! The block of Liquid that the cursor is on a tag of: its tags are lit, and a key goes from one to the next.

use crate::compose::Composed;
use crate::editor::{Command, Motion};
use crate::text::Span;
use crate::ui::screen::compose::Compose;

impl Compose {
    /// Returns what came out of the body where it is of the very text that stands in the editor.
    pub fn composed_now(&self) -> Option<&Composed> {
        let (buffer, composed) = (self.buffer()?, self.composed()?);
        let known = self.derived.is_current(buffer.editor.version(), composed);
        known.unwrap_or_else(|| buffer.editor.is(&composed.body)).then_some(composed)
    }

    /// Returns the tags of the block that the cursor is on one of; none where it is on brackets within a tag.
    pub fn block(&self) -> &[Span] {
        let (Some(buffer), Some(composed)) = (self.buffer(), self.composed_now()) else {
            return &[];
        };
        let block = composed.block_at(buffer.editor.cursor());
        if block.is_empty() {
            return block;
        }
        match buffer.editor.matching_brackets() {
            // The braces around a tag are the tag's, not brackets of their own.
            Some((one, _)) if !block.iter().any(|tag| tag.start == one.start || tag.end == one.end) => &[],
            _ => block,
        }
    }

    /// Lets the way to the matching bracket lead from a tag of a block to the next one, from the last to the first.
    pub fn through_block(&self, command: Command) -> Command {
        let way = match command {
            Command::Move(Motion::MatchingBracket) => Command::Move,
            Command::Extend(Motion::MatchingBracket) => Command::Extend,
            other => return other,
        };
        let Some(cursor) = self.buffer().map(|buffer| buffer.editor.cursor()) else { return command };
        let block = self.block();
        let Some(first) = block.first() else { return command };
        let next = block.iter().find(|tag| cursor < tag.start).unwrap_or(first);
        way(Motion::To(next.start))
    }
}
