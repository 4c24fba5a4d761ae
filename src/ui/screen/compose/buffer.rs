//! A campaign's body in the editor: the text, what of it is on disk, and how it is looked at.

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
use crate::workspace::{CampaignFiles, Condition, Fingerprint};

/// An opened body. Closing and opening a campaign again finds it with its undo.
#[derive(Debug)]
pub struct Buffer {
    pub editor: Editor,
    pub tab_stops: TabStops,
    pub viewport: Viewport,
    /// The file as it was read or saved last.
    pub saved: Fingerprint,
    pub markup: Option<ParseMode>,
    pub highlighter: Highlighter,
    /// The version, cursor, window and width of rows for which the cursor was last scrolled into sight.
    pub shown: Option<(u64, usize, Rect, Option<usize>)>,
    /// The text that is being saved, with its version.
    saving: Option<(u64, Arc<str>)>,
    saved_text: Arc<str>,
    drafted: Option<u64>,
    /// Whether the clock of the next draft runs: one draft takes all keys of its time, whatever it weighs.
    pub draft_is_coming: bool,
    /// Whether the file is another one by now, while this buffer has unsaved edits.
    pub changed_outside: bool,
    /// Whether a file of its campaign was deleted while this buffer had unsaved edits: it is unsaved until it is made
    /// again, whatever is undone.
    pub is_deleted: bool,
    /// Whether the file can be read; where it cannot, nothing is edited and nothing overwritten.
    pub is_readable: bool,
}

impl Buffer {
    pub fn read(campaign: &CampaignFiles) -> Self {
        let text = campaign.body.text.as_str();
        Self {
            editor: Editor::new(text),
            tab_stops: TabStops::default(),
            viewport: Viewport::default(),
            markup: compose::parse_mode_of(text),
            highlighter: Highlighter::default(),
            shown: None,
            saving: None,
            saved: campaign.body.fingerprint,
            saved_text: text.into(),
            drafted: None,
            draft_is_coming: false,
            changed_outside: false,
            is_deleted: false,
            is_readable: campaign.body.condition != Condition::Unusable,
        }
    }

    pub fn text(&self) -> Arc<str> {
        self.editor.text().into()
    }

    pub fn is_modified(&self) -> bool {
        self.is_deleted || !self.editor.is(&self.saved_text)
    }

    /// Whether there is no file yet.
    pub fn is_new(&self) -> bool {
        self.saved == Fingerprint::Absent
    }

    /// Returns the text for the draft, unless the last draft has it already.
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

    /// Notes that its draft goes; returns whether it had one.
    pub fn forget_draft(&mut self) -> bool {
        self.drafted.take().is_some()
    }

    /// Returns the text to save; [`Buffer::mark_saved`] with its version tells that it is on disk.
    pub fn start_saving(&mut self) -> Arc<str> {
        let text = self.text();
        self.saving = Some((self.editor.version(), Arc::clone(&text)));
        self.editor.seal();
        text
    }

    /// Notes that the edit `version` is on disk as `fingerprint`; what was typed since stays unsaved.
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

    /// Takes the file's new content: into the text where nothing is unsaved, else as a change to be asked about.
    ///
    /// Returns whether the text changed.
    pub fn follow(&mut self, campaign: &CampaignFiles) -> bool {
        self.is_readable = campaign.body.condition != Condition::Unusable;
        if campaign.body.fingerprint == self.saved || !self.is_readable {
            return false;
        }
        let saving = self.saving.as_ref().filter(|(_, text)| **text == *campaign.body.text);
        if let Some((version, _)) = saving {
            self.mark_saved(*version, campaign.body.fingerprint);
            return false;
        }
        if self.editor.is(&campaign.body.text) {
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

    /// Replaces the whole text as one undo step; the cursor stays where it was as far as it can.
    pub fn replace_all(&mut self, text: &str) {
        let span = Span::new(0, self.editor.len());
        let cursor = self.editor.position(self.editor.cursor());
        self.editor.apply(Command::Replace(vec![TextEdit { span, replacement: text.to_owned() }]));
        let at = self.editor.offset(cursor);
        self.editor.apply(Command::Select(Span::at(at)));
        self.editor.seal();
    }
}
