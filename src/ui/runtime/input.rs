//! Turns crossterm's events into the console's input.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use crossterm::event::{Event, EventStream, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use futures_core::Stream;
use tokio::time::Instant;

use crate::ui::shared::keymap::key_of;
use crate::ui::widget::{Input, Mouse, MouseKind};

// Desktops use 400 to 500 ms for a double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);

/// Waits for input and returns everything that is available. Returns `None` if the terminal is gone or if `events` is
/// `None`.
pub(crate) async fn read_batch(events: &mut Option<EventStream>) -> Option<Vec<Event>> {
    let events = events.as_mut()?;
    let mut batch = Vec::new();
    poll_fn(|context| {
        loop {
            // The stream is polled by hand, so that everything that was read at once is in one batch. In a terminal
            // without bracketed paste, a paste arrives as many keys, and only their arrival in one batch shows that
            // they are a paste. In addition, each batch is drawn as one frame.
            match Pin::new(&mut *events).poll_next(context) {
                Poll::Ready(Some(Ok(event))) => batch.push(event),
                Poll::Ready(Some(Err(_)) | None) if batch.is_empty() => return Poll::Ready(None),
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Ready(Some(Err(_)) | None) | Poll::Pending => return Poll::Ready(Some(())),
            }
        }
    })
    .await?;
    Some(batch)
}

pub(crate) fn input_of(event: Event, clicks: &mut Clicks) -> Option<Input> {
    match event {
        Event::Key(key) => key_of(key).map(Input::Key),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Mouse(mouse) => mouse_of(mouse, clicks).map(Input::Mouse),
        Event::Resize(columns, rows) => Some(Input::Resize(columns, rows)),
        Event::FocusGained => Some(Input::FocusGained),
        Event::FocusLost => None,
    }
}

fn mouse_of(event: MouseEvent, clicks: &mut Clicks) -> Option<Mouse> {
    let kind = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            MouseKind::Down { clicks: clicks.count(event.column, event.row) }
        }
        MouseEventKind::Down(MouseButton::Right) => MouseKind::RightDown,
        MouseEventKind::Drag(MouseButton::Left) => MouseKind::Drag,
        MouseEventKind::Up(MouseButton::Left) => MouseKind::Up,
        // Three rows per step, as in most editors and terminals.
        MouseEventKind::ScrollUp => MouseKind::Scroll(-3),
        MouseEventKind::ScrollDown => MouseKind::Scroll(3),
        _ => return None,
    };
    let shift = event.modifiers.contains(KeyModifiers::SHIFT);
    Some(Mouse { kind, x: event.column, y: event.row, shift })
}

#[derive(Debug, Default)]
pub(crate) struct Clicks {
    last: Option<(Instant, u16, u16, u8)>,
}

impl Clicks {
    fn count(&mut self, x: u16, y: u16) -> u8 {
        let now = Instant::now();
        // A click counts as a repeat only on the same cell, so that two fast clicks at different places do not select a
        // word.
        let previous = self
            .last
            .filter(|(at, last_x, last_y, _)| now - *at < DOUBLE_CLICK && (*last_x, *last_y) == (x, y));
        // After a triple click, the count starts over.
        let count = previous.map_or(1, |(_, _, _, count)| count % 3 + 1);
        self.last = Some((now, x, y, count));
        count
    }
}
