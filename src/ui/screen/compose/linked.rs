//! The preview follows the cursor of the body: what belongs to its place is lit and in sight.

use ratatui::layout::Rect;

use crate::compose::{Composed, Links, Lit};
use crate::text::Span;
use crate::ui::screen::compose::{
    Compose, Pane,
    pane::preview::{JsonRows, Tab, message_area},
};
use crate::ui::shared::{Latest, Shared};
use crate::ui::widget::draw::inside;

#[derive(Debug, Default)]
pub struct Linked {
    of: Option<Read>,
    /// The place of the cursor that is lit, and the room it was scrolled into.
    shown: Option<Place>,
    pub lit: Lit,
    /// What one came to by a click in the preview: the text's version, the cursor behind the click, and the place.
    outline: Option<(u64, usize, Span)>,
}

#[derive(Debug)]
struct Read {
    composed: Latest<Composed>,
    links: Links,
    json: Option<(usize, JsonRows)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    version: u64,
    selection: Span,
    tab: Tab,
    room: Rect,
}

impl Linked {
    pub fn links(&self) -> Option<&Links> {
        self.of.as_ref().map(|read| &read.links)
    }

    pub fn json(&self) -> Option<&JsonRows> {
        self.of.as_ref()?.json.as_ref().map(|(_, rows)| rows)
    }
}

impl Compose {
    /// Outlines a place of the body until the cursor goes on.
    pub fn outline(&mut self, place: Span) {
        self.linked.outline =
            self.buffer().map(|buffer| (buffer.editor.version(), buffer.editor.cursor(), place));
    }

    pub fn outlined(&self) -> Option<Span> {
        let (version, cursor, place) = self.linked.outline?;
        let editor = &self.buffer()?.editor;
        (editor.version() == version && editor.cursor() == cursor).then_some(place)
    }
}

/// Follows the cursor, the composition and the room there is.
///
/// While the composition of an edit is on its way, what is lit stays: it belongs to the message that is still shown.
pub(super) fn follow(screen: &mut Compose, _shared: &mut Shared) {
    let Some(composed) = screen.composed().cloned() else {
        screen.linked = Linked { outline: screen.linked.outline, ..Linked::default() };
        return;
    };
    if screen.linked.of.as_ref().is_none_or(|read| read.composed != composed) {
        let links = Links::new(&composed);
        screen.linked.of = Some(Read { composed: composed.clone(), links, json: None });
        (screen.linked.shown, screen.linked.lit) = (None, Lit::default());
    }
    let room = screen.plan.pane(Pane::Preview).map(inside).unwrap_or_default();
    if let Some(read) = &mut screen.linked.of {
        let width = usize::from(room.width);
        let is_read = read.json.as_ref().is_some_and(|(of, _)| *of == width);
        match screen.preview.tab {
            Tab::Json if is_read => {}
            Tab::Json => read.json = Some((width, JsonRows::new(&composed, width))),
            Tab::Message | Tab::Request => read.json = None,
        }
    }
    let Some(buffer) = screen.buffer() else { return };
    let (version, selection) = (buffer.editor.version(), buffer.editor.selection().span());
    let place = Place { version, selection, tab: screen.preview.tab, room };
    if screen.linked.shown == Some(place) || screen.composed_now().is_none() {
        return;
    }
    screen.linked.shown = Some(place);
    screen.linked.lit =
        screen.linked.links().map(|links| links.lit(&composed, selection)).unwrap_or_default();
    scroll(screen, &composed, room);
}

/// Brings what is lit into sight, and never leaves the preview scrolled beyond its end.
fn scroll(screen: &mut Compose, composed: &Composed, room: Rect) {
    let (lit, n_rows, height) = match screen.preview.tab {
        Tab::Message => {
            let area = message_area(composed, room);
            let Some(bubble) = screen.derived.bubble() else { return };
            (bubble.first_lit(&screen.linked.lit), bubble.n_rows(), area.height)
        }
        Tab::Json => {
            let Some(rows) = screen.linked.json() else { return };
            let first = screen.linked.lit.rendered.first();
            (first.map(|span| rows.row_of(span.start)), rows.n_rows(), room.height)
        }
        Tab::Request => return,
    };
    let height = usize::from(height);
    let top = &mut screen.preview.scroll;
    if let Some(row) = lit.filter(|row| !(*top..*top + height).contains(row)) {
        // Some of what stands before it is seen too.
        *top = row.saturating_sub(height / 3);
    }
    *top = (*top).min(n_rows.saturating_sub(height));
}
