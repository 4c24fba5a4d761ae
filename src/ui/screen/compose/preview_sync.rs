//! Keeps the preview in sync with the body: highlights the part of the message that comes from the selected text or the
//! text at the cursor, and scrolls that part into view.

use ratatui::layout::Rect;

use crate::compose::{Composed, Highlight, Links};
use crate::text::Span;
use crate::ui::screen::compose::{
    Compose, Pane,
    pane::preview::{JsonRows, PreviewTab, message_area},
};
use crate::ui::shared::{PtrEq, SharedState};
use crate::ui::widget::draw::inside;

#[derive(Debug, Default)]
pub struct PreviewSync {
    synced: Option<SyncedComposition>,
    // The state for which the highlight was last computed and scrolled into view. While this state is unchanged, the
    // preview is not scrolled. Otherwise, every event would undo the scrolling of the user.
    synced_for: Option<SyncKey>,
    pub highlight: Highlight,
    // The version of the text and the cursor after a click in the preview, and the span of the body that the click led
    // to. The span is outlined until the version or the cursor changes.
    outline: Option<(u64, usize, Span)>,
}

#[derive(Debug)]
struct SyncedComposition {
    composed: PtrEq<Composed>,
    links: Links,
    /// The rows of the JSON tab, with the width for which they were wrapped. `None` if another tab is shown.
    json: Option<(usize, JsonRows)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct SyncKey {
    version: u64,
    selection: Span,
    tab: PreviewTab,
    room: Rect,
}

impl PreviewSync {
    pub fn links(&self) -> Option<&Links> {
        self.synced.as_ref().map(|synced| &synced.links)
    }

    pub fn json(&self) -> Option<&JsonRows> {
        self.synced.as_ref()?.json.as_ref().map(|(_, rows)| rows)
    }
}

impl Compose {
    /// Outlines a span of the body until the cursor moves or the body changes.
    pub fn outline(&mut self, span: Span) {
        self.preview_sync.outline =
            self.buffer().map(|buffer| (buffer.editor.version(), buffer.editor.cursor(), span));
    }

    pub fn outlined(&self) -> Option<Span> {
        let (version, cursor, span) = self.preview_sync.outline?;
        let editor = &self.buffer()?.editor;
        (editor.version() == version && editor.cursor() == cursor).then_some(span)
    }
}

/// Updates the highlight if the text, the selection, the composition, the tab, or the preview's area has changed.
pub(super) fn follow(screen: &mut Compose, _shared: &mut SharedState) {
    let Some(composed) = screen.composed().cloned() else {
        screen.preview_sync = PreviewSync { outline: screen.preview_sync.outline, ..PreviewSync::default() };
        return;
    };
    if screen.preview_sync.synced.as_ref().is_none_or(|synced| synced.composed != composed) {
        let links = Links::new(&composed);
        screen.preview_sync.synced =
            Some(SyncedComposition { composed: composed.clone(), links, json: None });
        (screen.preview_sync.synced_for, screen.preview_sync.highlight) = (None, Highlight::default());
    }
    let room = screen.layout.pane(Pane::Preview).map(inside).unwrap_or_default();
    if let Some(synced) = &mut screen.preview_sync.synced {
        let width = usize::from(room.width);
        let has_rows = synced.json.as_ref().is_some_and(|(rows_width, _)| *rows_width == width);
        match screen.preview.tab {
            PreviewTab::Json if has_rows => {}
            PreviewTab::Json => synced.json = Some((width, JsonRows::new(&composed, width))),
            PreviewTab::Message | PreviewTab::Request => synced.json = None,
        }
    }
    let Some(buffer) = screen.buffer() else { return };
    let (version, selection) = (buffer.editor.version(), buffer.editor.selection().span());
    // After an edit, the old message is shown until the composition of the new text arrives. Until then, the highlight
    // in the old message stays too.
    let key = SyncKey { version, selection, tab: screen.preview.tab, room };
    if screen.preview_sync.synced_for == Some(key) || screen.composed_if_current().is_none() {
        return;
    }
    screen.preview_sync.synced_for = Some(key);
    screen.preview_sync.highlight =
        screen.preview_sync.links().map(|links| links.highlight(&composed, selection)).unwrap_or_default();
    scroll(screen, &composed, room);
}

/// Scrolls the preview if the highlight is out of view, and limits the scroll position to the content. The Request tab
/// has no highlight.
fn scroll(screen: &mut Compose, composed: &Composed, room: Rect) {
    let (highlighted, n_rows, height) = match screen.preview.tab {
        PreviewTab::Message => {
            let area = message_area(composed, room);
            let Some(bubble) = screen.derived.bubble() else { return };
            (bubble.first_highlighted_row(&screen.preview_sync.highlight), bubble.n_rows(), area.height)
        }
        PreviewTab::Json => {
            let Some(rows) = screen.preview_sync.json() else { return };
            let first = screen.preview_sync.highlight.rendered.first();
            (first.map(|span| rows.row_of(span.start)), rows.n_rows(), room.height)
        }
        PreviewTab::Request => return,
    };
    let height = usize::from(height);
    let top = &mut screen.preview.scroll;
    if let Some(row) = highlighted.filter(|row| !(*top..*top + height).contains(row)) {
        // A third of the height stays above the highlighted row, so that the text before it is visible too.
        *top = row.saturating_sub(height / 3);
    }
    *top = (*top).min(n_rows.saturating_sub(height));
}
