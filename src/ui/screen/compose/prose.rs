//! Tells the editor of the open body which of its text is message text.

use crate::campaign::ContentFormat;
use crate::dialect::Dialect;
use crate::prose;
use crate::telegram::Method;
use crate::ui::screen::compose::Compose;
use crate::ui::shared::SharedState;

/// The properties of a body, besides its text, that decide which of its text is message text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLanguage {
    pub is_json: bool,
    pub dialect: Dialect,
    /// The method of the Bot API that the webhook calls. If the method is unknown, `sendMessage`, because most
    /// campaigns use it. The method is unknown before the first composition, and if the webhook calls no method that
    /// telecast knows.
    pub method: Method,
}

impl Compose {
    pub fn body_language(&self, shared: &SharedState) -> BodyLanguage {
        let campaign = self.open_campaign(shared);
        let format = campaign.and_then(|campaign| campaign.value.as_ref()).map(|value| value.content_format);
        let method = self.composed().and_then(|composed| composed.method.as_deref());
        BodyLanguage {
            is_json: format.is_none_or(|format| format == ContentFormat::Json),
            dialect: campaign.map_or_else(Default::default, |campaign| shared.workspace.dialect(campaign)),
            method: method.and_then(Method::from_name).unwrap_or(Method::SendMessage),
        }
    }

    /// Puts the cursor at the end of the message text, where the user of a new campaign most likely continues.
    pub fn go_to_end_of_prose(&mut self, shared: &SharedState) {
        self.follow_prose(shared);
        if let Some(buffer) = self.buffer_mut() {
            buffer.editor.go_to_end_of_prose();
        }
    }

    /// Finds the message text again if an edit, the webhook, or the campaign's settings may have changed it. A body of
    /// plain text has no message text, because it needs no escapes. A body that is too large for hints is treated like
    /// plain text.
    pub fn follow_prose(&mut self, shared: &SharedState) {
        let language = self.body_language(shared);
        let language = Some(language).filter(|language| language.is_json && self.has_hints());
        let Some(buffer) = self.buffer_mut() else { return };
        if buffer.prose_language == language && !buffer.editor.is_prose_stale() {
            return;
        }
        buffer.prose_language = language;
        buffer.editor.set_prose(language.map_or_else(Vec::new, |language| {
            prose::message_text(&buffer.editor.text(), language.method, language.dialect)
        }));
    }
}
