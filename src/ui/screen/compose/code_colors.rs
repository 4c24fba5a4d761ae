//! Computes the syntax colors of the code blocks in the preview's message. The grammars are loaded when a message with
//! a code block in a named language first appears.

use std::sync::Arc;

use crate::telegram::{EntityKind, FormattedText};
use crate::text::utf16_to_byte;

use crate::ui::editor::highlight::{CodeGrammars, SyntaxPiece};
use crate::ui::screen::compose::Compose;
use crate::ui::shared::{Effect, Task};

#[derive(Debug, Default)]
pub struct CodeColors {
    grammars: Option<Arc<CodeGrammars>>,
    is_requested: bool,
    message: Option<FormattedText>,
    /// The byte ranges of the message's text that are colored, in ascending order.
    pieces: Vec<SyntaxPiece>,
}

impl CodeColors {
    pub fn set_grammars(&mut self, grammars: Arc<CodeGrammars>) {
        self.grammars = Some(grammars);
    }

    pub fn pieces(&self) -> &[SyntaxPiece] {
        &self.pieces
    }
}

/// Updates the colors if the message has changed. If the message needs the grammars for the first time, returns the
/// task that loads them.
pub(crate) fn follow(screen: &mut Compose) -> Option<Effect> {
    let request = screen.message.value().and_then(|composed| composed.request.as_ref());
    let message = request.and_then(|request| request.text()).map(|text| &text.sent);
    let Some(message) = message.filter(|message| has_language(message)) else {
        screen.code.message = None;
        screen.code.pieces.clear();
        return None;
    };
    let Some(grammars) = screen.code.grammars.clone() else {
        // This function runs after every event. Without `is_requested`, it would request the grammars again after each
        // event until they arrive.
        let is_first = !std::mem::replace(&mut screen.code.is_requested, true);
        return is_first.then_some(Effect::Task(Task::LoadCodeGrammars));
    };
    if screen.code.message.as_ref() != Some(message) {
        screen.code.pieces = pieces(&grammars, message);
        screen.code.message = Some(message.clone());
    }
    None
}

fn has_language(message: &FormattedText) -> bool {
    message.entities.iter().any(|entity| matches!(entity.kind, EntityKind::Pre { language: Some(_) }))
}

fn pieces(grammars: &CodeGrammars, message: &FormattedText) -> Vec<SyntaxPiece> {
    let mut pieces = Vec::new();
    for entity in &message.entities {
        let EntityKind::Pre { language: Some(language) } = &entity.kind else { continue };
        // Telegram counts entity offsets in UTF-16 code units.
        let byte = |units: u32| utf16_to_byte(&message.text, units as usize);
        let (Some(start), Some(end)) = (byte(entity.offset), byte(entity.end())) else { continue };
        let Some(code) = message.text.get(start..end) else { continue };
        let code_pieces = grammars.pieces(language, code).into_iter();
        pieces.extend(code_pieces.map(|(range, class)| (range.start + start..range.end + start, class)));
    }
    pieces
}
