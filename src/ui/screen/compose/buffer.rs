//! A campaign's body in the editor: the text, its state on disk, and its view.

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
use crate::workspace::{CampaignFiles, FileCondition, Fingerprint};

/// An opened body. It is kept when another campaign is opened, so that its undo history is not lost.
#[derive(Debug)]
pub struct BodyBuffer {
    pub editor: Editor,
    pub tab_stops: TabStops,
    pub viewport: Viewport,
    /// The fingerprint of the file as last read or saved.
    pub saved: Fingerprint,
    pub markup: Option<ParseMode>,
    pub highlighter: Highlighter,
    /// The version, cursor, area and wrap width for which the cursor was last scrolled into view.
    // While these are unchanged, the view is not scrolled back, so the mouse wheel can scroll away from the cursor.
    pub scrolled_for: Option<(u64, usize, Rect, Option<usize>)>,
    // The text that is being saved, with its version. Edits made meanwhile are not part of it and stay unsaved.
    saving: Option<(u64, Arc<str>)>,
    saved_text: Arc<str>,
    // The version of the last draft on disk.
    drafted: Option<u64>,
    /// Whether the timer for the next draft is running. That draft covers all keys typed until the timer fires.
    pub draft_is_scheduled: bool,
    /// Whether the file changed on disk while this buffer had unsaved edits.
    pub changed_outside: bool,
    /// Whether a file of the campaign was deleted while this buffer had unsaved edits.
    pub is_deleted: bool,
    /// Whether the file can be read. If not, the buffer cannot be edited, and the file is never overwritten.
    pub is_readable: bool,
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
        // After a deletion, undoing all edits gives the text that was on disk, but the file is still gone.
        self.is_deleted || !self.editor.has_text(&self.saved_text)
    }

    /// Returns whether the body has no file yet.
    pub fn is_new(&self) -> bool {
        self.saved == Fingerprint::Absent
    }

    /// Returns the text for the draft, or `None` if the last draft already has it.
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

    /// Marks the draft as discarded, and returns whether there was one.
    pub fn forget_draft(&mut self) -> bool {
        self.drafted.take().is_some()
    }

    /// Returns the text to save. After the save, call `mark_saved` with the version that the buffer has now.
    pub fn start_saving(&mut self) -> Arc<str> {
        let text = self.text();
        self.saving = Some((self.editor.version(), Arc::clone(&text)));
        // A save ends the undo step, so that undo goes back to the saved text first.
        self.editor.end_undo_step();
        text
    }

    /// Records that the text of `version` is on disk, with the fingerprint of its file. Later edits stay unsaved.
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

    /// Updates the buffer after the file changed: replaces the text if nothing is unsaved, and marks a conflict
    /// otherwise.
    ///
    /// Returns whether the text was replaced.
    pub fn sync_with_file(&mut self, campaign: &CampaignFiles) -> bool {
        self.is_readable = campaign.body.condition != FileCondition::Unusable;
        if campaign.body.fingerprint == self.saved || !self.is_readable {
            return false;
        }
        // The file watcher may report our own save before the save's result arrives. That is not a conflict.
        let saving = self.saving.as_ref().filter(|(_, text)| **text == *campaign.body.text);
        if let Some((version, _)) = saving {
            self.mark_saved(*version, campaign.body.fingerprint);
            return false;
        }
        // The file now has the text of the editor, for example after the same edit in another program.
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
