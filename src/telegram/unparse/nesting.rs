//! Turns entities into a list of events. Each event opens an entity, writes text, or closes an entity. In this list,
//! the entities nest properly.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use crate::telegram::EntityKind;

#[derive(Debug, Clone)]
pub(super) struct EntityRange<'a> {
    pub range: Range<usize>,
    pub kind: &'a EntityKind,
}

#[derive(Debug, Clone)]
pub(super) enum NestingEvent<'a> {
    Open(EntityRange<'a>),
    Text(Range<usize>),
    Close(EntityRange<'a>),
}

/// Returns the events for a text of `len` bytes. Each of the `parts` is an entity or a piece of one. If a part begins
/// inside another part and ends after that other part, it is split where the other part ends.
///
/// Parts with the same range must be in the server's order (see `order`): the first of them becomes the outer one.
pub(super) fn events<'a>(len: usize, parts: Vec<EntityRange<'a>>) -> Vec<NestingEvent<'a>> {
    let mut kinds = Vec::with_capacity(parts.len());
    let mut queue = BinaryHeap::new();
    for (nth, part) in parts.into_iter().enumerate() {
        kinds.push(part.kind);
        queue.push(Reverse((part.range.start, Reverse(part.range.end), nth)));
    }
    let mut walk = Walk { at: 0, open: Vec::new(), events: Vec::new() };
    while let Some(Reverse((start, Reverse(end), nth))) = queue.pop() {
        // The MarkdownV2 writer cuts entities at the edges of quotes. Some of the pieces are empty and are skipped.
        if end <= start {
            continue;
        }
        walk.close_until(start);
        let end = match walk.open.last() {
            Some(outer) if outer.range.end < end => {
                let cut = outer.range.end;
                // The piece after the cut goes back to the queue, because parts that begin before the cut must be
                // opened before this piece.
                queue.push(Reverse((cut, Reverse(end), nth)));
                cut
            }
            _ => end,
        };
        walk.text_until(start);
        let part = EntityRange { range: start..end, kind: kinds[nth] };
        walk.events.push(NestingEvent::Open(part.clone()));
        walk.open.push(part);
    }
    walk.close_until(len);
    walk.text_until(len);
    walk.events
}

struct Walk<'a> {
    at: usize,
    open: Vec<EntityRange<'a>>,
    events: Vec<NestingEvent<'a>>,
}

impl Walk<'_> {
    fn close_until(&mut self, at: usize) {
        while let Some(part) = self.open.pop_if(|part| part.range.end <= at) {
            self.text_until(part.range.end);
            self.events.push(NestingEvent::Close(part));
        }
    }

    fn text_until(&mut self, at: usize) {
        if self.at < at {
            self.events.push(NestingEvent::Text(self.at..at));
            self.at = at;
        }
    }
}
