//! The Liquid block at the cursor, such as `if`, `else`, `endif`. Its tags are highlighted, and a key moves among them.

use crate::compose::Composed;
use crate::editor::{Command, Motion};
use crate::text::Span;
use crate::ui::screen::compose::Compose;

impl Compose {
    /// Returns the composition if it belongs to exactly the text that is in the editor now.
    pub fn composed_if_current(&self) -> Option<&Composed> {
        let (buffer, composed) = (self.buffer()?, self.composed()?);
        // Comparing the texts is linear in the body and is done by every frame, so `Derived` caches the result.
        let is_current = self.derived.is_current(buffer.editor.version(), composed);
        is_current.unwrap_or_else(|| buffer.editor.has_text(&composed.body)).then_some(composed)
    }

    /// Returns the tags of the block whose tag the cursor is on; none if the cursor is on a bracket inside the tag.
    pub fn block_tags(&self) -> &[Span] {
        let (Some(buffer), Some(composed)) = (self.buffer(), self.composed_if_current()) else {
            return &[];
        };
        let block = composed.block_at(buffer.editor.cursor());
        if block.is_empty() {
            return block;
        }
        match buffer.editor.matching_brackets() {
            // The braces around a tag belong to the tag; only brackets inside it take precedence over the block.
            Some((one, _)) if !block.iter().any(|tag| tag.start == one.start || tag.end == one.end) => &[],
            _ => block,
        }
    }

    /// Redirects a move to the matching bracket: on a tag of a block it goes to the next tag, and from the last to the
    /// first.
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
