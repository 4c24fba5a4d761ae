//! Entities as opens and closes between stretches of text, properly nested whatever they were.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use crate::telegram::EntityKind;

#[derive(Debug, Clone)]
pub(super) struct Part<'a> {
    pub range: Range<usize>,
    pub kind: &'a EntityKind,
}

#[derive(Debug, Clone)]
pub(super) enum Event<'a> {
    Open(Part<'a>),
    Text(Range<usize>),
    Close(Part<'a>),
}

/// Returns the steps through a text of `len` bytes; parts that cross one they start in are cut at its end.
///
/// `parts` come in the server's order, which also says what is outside where two have the same range.
pub(super) fn events<'a>(len: usize, parts: Vec<Part<'a>>) -> Vec<Event<'a>> {
    let mut kinds = Vec::with_capacity(parts.len());
    let mut waiting = BinaryHeap::new();
    for (nth, part) in parts.into_iter().enumerate() {
        kinds.push(part.kind);
        waiting.push(Reverse((part.range.start, Reverse(part.range.end), nth)));
    }
    let mut walk = Walk { at: 0, open: Vec::new(), events: Vec::new() };
    while let Some(Reverse((start, Reverse(end), nth))) = waiting.pop() {
        if end <= start {
            continue;
        }
        walk.close_until(start);
        let end = match walk.open.last() {
            Some(outer) if outer.range.end < end => {
                let cut = outer.range.end;
                waiting.push(Reverse((cut, Reverse(end), nth)));
                cut
            }
            _ => end,
        };
        walk.text_until(start);
        let part = Part { range: start..end, kind: kinds[nth] };
        walk.events.push(Event::Open(part.clone()));
        walk.open.push(part);
    }
    walk.close_until(len);
    walk.text_until(len);
    walk.events
}

struct Walk<'a> {
    at: usize,
    open: Vec<Part<'a>>,
    events: Vec<Event<'a>>,
}

impl Walk<'_> {
    fn close_until(&mut self, at: usize) {
        while let Some(part) = self.open.pop_if(|part| part.range.end <= at) {
            self.text_until(part.range.end);
            self.events.push(Event::Close(part));
        }
    }

    fn text_until(&mut self, at: usize) {
        if self.at < at {
            self.events.push(Event::Text(self.at..at));
            self.at = at;
        }
    }
}
