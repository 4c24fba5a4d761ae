//! Syntax colours for the code blocks of the message. The grammars are loaded with the first message that has code.

use std::sync::Arc;

use crate::telegram::{EntityKind, FormattedText};
use crate::text::utf16_to_byte;

use crate::ui::editor::highlight::{CodeGrammars, SyntaxPiece};
use crate::ui::screen::compose::Compose;
use crate::ui::shared::{Effect, Task};

#[derive(Debug, Default)]
pub struct CodeColours {
    grammars: Option<Arc<CodeGrammars>>,
    is_asked_for: bool,
    message: Option<FormattedText>,
    /// Byte ranges of the message's text, ascending.
    pieces: Vec<SyntaxPiece>,
}

impl CodeColours {
    pub fn take(&mut self, grammars: Arc<CodeGrammars>) {
        self.grammars = Some(grammars);
    }

    pub fn pieces(&self) -> &[SyntaxPiece] {
        &self.pieces
    }
}

/// Updates the colours if the message has changed; returns the task that loads the grammars if they are missing.
pub(crate) fn follow(screen: &mut Compose) -> Option<Effect> {
    let request = screen.message.value().and_then(|composed| composed.request.as_ref());
    let message = request.and_then(|request| request.text()).map(|text| &text.sent);
    let Some(message) = message.filter(|message| has_language(message)) else {
        screen.code.message = None;
        screen.code.pieces.clear();
        return None;
    };
    let Some(grammars) = screen.code.grammars.clone() else {
        // This runs once per message of the loop; without the flag each would start another load.
        let is_first = !std::mem::replace(&mut screen.code.is_asked_for, true);
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
        let of_code = grammars.pieces(language, code).into_iter();
        pieces.extend(of_code.map(|(range, class)| (range.start + start..range.end + start, class)));
    }
    pieces
}
