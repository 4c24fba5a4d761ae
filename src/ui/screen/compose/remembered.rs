//! Remembers what the screen shows, so that the next console starts there: the open campaign, the cursor in its body,
//! and the preview's profile.

use crate::editor::Command;
use crate::state::LastView;
use crate::text::{LineColumn, Span};
use crate::ui::screen::compose::Compose;
use crate::ui::shared::{Effect, JournalEntry, LoopEffect, SharedState, Timer};

/// What was already remembered, so that the same view is not written again.
#[derive(Debug, Default)]
pub struct RememberedView {
    /// The view that was last read from the file or written to it.
    written: LastView,
    /// The campaign and the profile for which the timer was last started.
    scheduled: (Option<String>, Option<String>),
}

impl Compose {
    /// Opens the campaign of the last view with the cursor where it was. If the campaign no longer exists, the screen
    /// stays as it is.
    pub fn resume(&mut self, shared: &SharedState, view: LastView) {
        if let Some(stem) = view.campaign.as_deref().filter(|stem| shared.workspace.campaign(stem).is_some())
        {
            self.open_buffer(shared, stem);
            if let (Some((line, column)), Some(buffer)) = (view.cursor, self.buffer_mut()) {
                let at = buffer.editor.offset(LineColumn { line, column });
                buffer.editor.apply(Command::Select(Span::at(at)));
            }
        }
        self.remembered.scheduled = (view.campaign.clone(), view.profile.clone());
        self.remembered.written = view;
    }

    /// Returns the timer after which the view is remembered, if another campaign or another profile is shown. The
    /// cursor alone starts no timer: it is remembered when the console quits.
    pub fn remember_soon(&mut self, shared: &SharedState) -> Option<Effect> {
        let shown = (self.open.clone(), shown_profile(shared));
        if shown == self.remembered.scheduled {
            return None;
        }
        self.remembered.scheduled = shown;
        Some(Effect::Loop(LoopEffect::After(Timer::RememberView)))
    }

    /// Returns the entry that remembers the view. `None` if it is remembered already.
    pub fn view_entry(&mut self, shared: &SharedState) -> Option<JournalEntry> {
        let cursor = self.buffer().map(|buffer| buffer.editor.position(buffer.editor.cursor()));
        let view = LastView {
            campaign: self.open.clone(),
            cursor: cursor.map(|cursor| (cursor.line, cursor.column)),
            profile: shown_profile(shared),
        };
        if view == self.remembered.written {
            return None;
        }
        self.remembered.written = view.clone();
        Some(JournalEntry::RememberView(view))
    }
}

fn shown_profile(shared: &SharedState) -> Option<String> {
    // Until the profiles have been read, no profile is shown. The remembered profile must not be overwritten with
    // "none" until then.
    shared.profile_identity().or_else(|| shared.people.remembered.clone())
}
