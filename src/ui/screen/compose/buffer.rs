//! The body of a campaign in the editor. It has the text and the scroll position, and it records whether the text is
//! saved in the file and in a draft. This module does not access the disk.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::compose;
use crate::diagnostic::TextEdit;
use crate::editor::{Command, Editor};
use crate::telegram::ParseMode;
use crate::text::Span;
use crate::ui::editor::highlight::Highlighter;
use crate::ui::editor::tab_stops::TabStops;
use crate::ui::editor::view::Viewport;
use crate::ui::screen::compose::BodyLanguage;
use crate::workspace::{CampaignFiles, FileCondition, Fingerprint};

/// An opened body. The buffer is kept when another campaign is opened, so that the undo history of the body is not
/// lost.
#[derive(Debug)]
pub struct BodyBuffer {
    pub editor: Editor,
    pub tab_stops: TabStops,
    pub viewport: Viewport,
    /// The fingerprint of the file when the console last read or saved it.
    pub saved: Fingerprint,
    pub markup: Option<ParseMode>,
    pub highlighter: Highlighter,
    /// The language with which the editor's message text was last found. `None` if the body counts as plain text.
    pub prose_language: Option<BodyLanguage>,
    /// The last paste, if it was escaped for JSON.
    pub escaped_paste: Option<EscapedPaste>,
    /// The version of the text, the cursor, the area, and the wrap width for which the cursor was last scrolled into
    /// view.
    // While these values are unchanged, the view is not scrolled to the cursor again. Otherwise, the mouse wheel could
    // not scroll away from the cursor.
    pub scrolled_for: Option<(u64, usize, Rect, Option<usize>)>,
    // The version and the text that are being saved. Edits after the start of the save are not part of this text, so
    // they stay unsaved.
    saving: Option<(u64, Arc<str>)>,
    saved_text: Arc<str>,
    // The version of the text that was last written as a draft. `None` if there is no draft.
    drafted: Option<u64>,
    /// Whether the timer for the next draft is running. That draft will contain all edits made until the timer fires.
    pub draft_is_scheduled: bool,
    /// Whether the file changed on disk while this buffer had unsaved edits.
    pub changed_outside: bool,
    /// Whether a file of the campaign was deleted while this buffer had unsaved edits.
    pub is_deleted: bool,
    /// Whether the file can be read. If it cannot be read, the buffer cannot be edited.
    pub is_readable: bool,
}

/// A paste that was escaped for JSON.
#[derive(Debug)]
pub struct EscapedPaste {
    /// The version of the editor's text after the paste. If the text has another version now, `span` is not valid.
    pub version: u64,
    /// The escaped text in the editor.
    pub span: Span,
    /// The text as it was pasted.
    pub text: String,
}

impl BodyBuffer {
    pub fn read(campaign: &CampaignFiles) -> Self {
        let text = campaign.body.text.as_str();
        Self {
            editor: Editor::new(text),
            tab_stops: TabStops::default(),
            viewport: Viewport::default(),
            markup: compose::parse_mode_of(text),
            highlighter: Highlighter::default(),
            prose_language: None,
            escaped_paste: None,
            scrolled_for: None,
            saving: None,
            saved: campaign.body.fingerprint,
            saved_text: text.into(),
            drafted: None,
            draft_is_scheduled: false,
            changed_outside: false,
            is_deleted: false,
            is_readable: campaign.body.condition != FileCondition::Unusable,
        }
    }

    pub fn text(&self) -> Arc<str> {
        self.editor.text().into()
    }

    pub fn is_modified(&self) -> bool {
        // If a file was deleted, the text counts as unsaved even if it equals the text that was last saved.
        self.is_deleted || !self.editor.has_text(&self.saved_text)
    }

    /// Returns whether the body has no file yet.
    pub fn is_new(&self) -> bool {
        self.saved == Fingerprint::Absent
    }

    /// Returns the text to write as a draft, and marks it as written. `None` if the text has not changed since the last
    /// draft.
    pub fn text_for_draft(&mut self) -> Option<String> {
        let version = self.editor.version();
        if self.drafted == Some(version) {
            return None;
        }
        self.drafted = Some(version);
        Some(self.editor.text())
    }

    pub fn mark_drafted(&mut self) {
        self.drafted = Some(self.editor.version());
    }

    /// Marks the draft as discarded, and returns whether there was a draft.
    pub fn forget_draft(&mut self) -> bool {
        self.drafted.take().is_some()
    }

    /// Returns the text to save. After the save, call `mark_saved` with the version that the text has now.
    pub fn start_saving(&mut self) -> Arc<str> {
        let text = self.text();
        self.saving = Some((self.editor.version(), Arc::clone(&text)));
        // A save ends the undo step, so that undoing later edits stops at the saved text.
        self.editor.end_undo_step();
        text
    }

    /// Records that the text of `version` is now in the file, which has this `fingerprint`. Edits after that version
    /// stay unsaved. Does nothing if no save of that version was started.
    pub fn mark_saved(&mut self, version: u64, fingerprint: Fingerprint) {
        if let Some((_, text)) = self.saving.take_if(|(saving, _)| *saving == version) {
            self.take_as_saved(&text, fingerprint);
        }
    }

    pub fn take_as_saved(&mut self, text: &str, fingerprint: Fingerprint) {
        self.saved = fingerprint;
        self.saved_text = text.into();
        self.changed_outside = false;
    }

    /// Updates the buffer after its file was read again. A buffer without unsaved edits takes the new text of the file.
    /// A buffer with unsaved edits keeps its text and sets `changed_outside`, unless the file now has the text of the
    /// editor or of a pending save. If the file cannot be read, only `is_readable` changes.
    ///
    /// Returns whether the text was replaced.
    pub fn sync_with_file(&mut self, campaign: &CampaignFiles) -> bool {
        self.is_readable = campaign.body.condition != FileCondition::Unusable;
        if campaign.body.fingerprint == self.saved || !self.is_readable {
            return false;
        }
        // The file watcher may report the console's own save before the result of the save arrives. Such a report is
        // not a conflict.
        let saving = self.saving.as_ref().filter(|(_, text)| **text == *campaign.body.text);
        if let Some((version, _)) = saving {
            self.mark_saved(*version, campaign.body.fingerprint);
            return false;
        }
        // If the file already has the text of the editor, for example after the same edit in another program, there is
        // no conflict.
        if self.editor.has_text(&campaign.body.text) {
            self.take_as_saved(&campaign.body.text, campaign.body.fingerprint);
            return false;
        }
        if self.is_modified() {
            self.changed_outside = true;
            return false;
        }
        self.replace_all(&campaign.body.text);
        self.take_as_saved(&campaign.body.text, campaign.body.fingerprint);
        true
    }

    /// Replaces the whole text as one undo step. The cursor keeps its line and column as far as possible.
    pub fn replace_all(&mut self, text: &str) {
        let span = Span::new(0, self.editor.len());
        // The cursor is kept as line and column, because a byte offset would point somewhere else in the new text.
        let cursor = self.editor.position(self.editor.cursor());
        self.editor.apply(Command::Replace(vec![TextEdit { span, replacement: text.to_owned() }]));
        let at = self.editor.offset(cursor);
        self.editor.apply(Command::Select(Span::at(at)));
        self.editor.end_undo_step();
    }
}
