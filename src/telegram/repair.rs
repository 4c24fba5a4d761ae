//! Makes overlapping entities valid as TDLib's `fix_entities` does. Of two overlapping links, the earlier one stays.
//! Styles, such as bold, are split and merged. Code contains no other entities.

use super::class::{OverlapClass, TextStyle};
use super::{Entity, EntityKind, order};

/// Sorts entities and resolves their overlaps. All lengths must be greater than zero.
pub(super) fn repair(entities: &mut Vec<Entity>) {
    order::sort(entities);
    // TDLib does not change valid entities, so this function does not split their styles either.
    if !is_legal(entities) {
        *entities = combine(EntitiesByClass::of(std::mem::take(entities)).without_overlaps());
    }
}

/// Adds the detected entities `found`, except those that overlap a link or code and those that lie only partly inside a
/// quote. `found` must be sorted and disjoint.
pub(super) fn add_found(entities: &mut Vec<Entity>, mut found: Vec<Entity>) {
    if found.is_empty() {
        return;
    }
    let mut classes = EntitiesByClass::of(std::mem::take(entities));
    // The server detects nothing inside code or links, so `interleave` drops every detected entity that overlaps code
    // or a link.
    drop_crossing(&mut found, &classes.quotes);
    classes.exclusive = interleave(classes.exclusive, found);
    *entities = combine(classes);
}

/// Merges styles of the same kind that overlap or touch, and splits a style where another style begins. The server does
/// the same before it counts the entities of a message.
pub(super) fn resplit(styles: Vec<Entity>) -> Vec<Entity> {
    split_styles(styles, &[])
}

/// Entities by class, each list sorted.
struct EntitiesByClass {
    /// Links and code.
    exclusive: Vec<Entity>,
    quotes: Vec<Entity>,
    styles: Vec<Entity>,
}

impl EntitiesByClass {
    fn of(entities: Vec<Entity>) -> Self {
        let mut classes = Self { exclusive: Vec::new(), quotes: Vec::new(), styles: Vec::new() };
        for entity in entities {
            match OverlapClass::of(&entity.kind) {
                OverlapClass::Style(_) => classes.styles.push(entity),
                OverlapClass::Quote => classes.quotes.push(entity),
                OverlapClass::Code | OverlapClass::Link => classes.exclusive.push(entity),
            }
        }
        classes
    }

    fn without_overlaps(mut self) -> Self {
        keep_disjoint(&mut self.exclusive);
        keep_disjoint(&mut self.quotes);
        drop_crossing(&mut self.exclusive, &self.quotes);
        self
    }
}

fn combine(classes: EntitiesByClass) -> Vec<Entity> {
    let mut rest = classes.exclusive;
    rest.extend(classes.quotes);
    order::sort(&mut rest);
    let styles = split_styles(classes.styles, &rest);
    rest.extend(styles);
    order::sort(&mut rest);
    rest
}

/// Whether the server would leave these sorted entities unchanged.
fn is_legal(entities: &[Entity]) -> bool {
    let mut open: Vec<&Entity> = Vec::new();
    let mut style_ends: [Option<u32>; TextStyle::ALL.len()] = [None; TextStyle::ALL.len()];
    for entity in entities {
        while open.pop_if(|outer| outer.end() <= entity.offset).is_some() {}
        if open.last().is_some_and(|outer| outer.end() < entity.end()) || !may_be_inside(entity, &open) {
            return false;
        }
        if let OverlapClass::Style(style) = OverlapClass::of(&entity.kind) {
            let end = &mut style_ends[style as usize];
            // Touching counts as overlapping: the server merges touching styles of the same kind into one.
            if end.is_some_and(|end| entity.offset <= end) {
                return false;
            }
            *end = Some(entity.end());
        }
        open.push(entity);
    }
    true
}

/// Whether `entity` may be inside all of the `open` entities. Each of these passed the same check when it was opened.
fn may_be_inside(entity: &Entity, open: &[&Entity]) -> bool {
    let class = OverlapClass::of(&entity.kind);
    // This check is fast, because `open` has at most three entities: a quote, a link, and one style or code. A fourth
    // would have failed the check: nothing may be inside a style or code, only styles may be inside a link, and no
    // quote may be inside a quote.
    open.iter().all(|outer| match OverlapClass::of(&outer.kind) {
        // If anything is inside a style, TDLib splits and merges all styles, so the entities do not stay unchanged.
        OverlapClass::Style(_) | OverlapClass::Code => false,
        OverlapClass::Quote => class != OverlapClass::Quote,
        OverlapClass::Link => matches!(class, OverlapClass::Style(_)),
    })
}

/// Drops every entity that overlaps an earlier entity that is kept. The entities must be sorted.
fn keep_disjoint(entities: &mut Vec<Entity>) {
    let mut end = 0;
    entities.retain(|entity| {
        let is_free = end <= entity.offset;
        if is_free {
            end = entity.end();
        }
        is_free
    });
}

/// Drops entities that overlap a quote without being completely inside it. Both lists must be sorted and disjoint.
fn drop_crossing(entities: &mut Vec<Entity>, quotes: &[Entity]) {
    let mut quotes = quotes.iter().peekable();
    entities.retain(|entity| {
        while quotes.next_if(|quote| quote.end() <= entity.offset).is_some() {}
        quotes.peek().is_none_or(|quote| {
            let is_beside = entity.end() <= quote.offset;
            let is_inside = quote.offset <= entity.offset && entity.end() <= quote.end();
            is_beside || is_inside
        })
    });
}

/// Inserts those `new` entities that overlap no `old` entity. Both lists must be sorted and disjoint.
fn interleave(old: Vec<Entity>, new: Vec<Entity>) -> Vec<Entity> {
    let mut all = Vec::with_capacity(old.len() + new.len());
    let mut new = new.into_iter().peekable();
    for entity in old {
        while let Some(before) = new.next_if(|new| new.end() <= entity.offset) {
            all.push(before);
        }
        let end = entity.end();
        all.push(entity);
        while new.next_if(|new| new.offset < end).is_some() {}
    }
    all.extend(new);
    all
}

/// Splits styles at the edges of `others`, merges styles of the same kind that overlap or touch, and drops the parts of
/// styles inside code. Both lists must be sorted, and any two of `others` must be nested or disjoint.
fn split_styles(styles: Vec<Entity>, others: &[Entity]) -> Vec<Entity> {
    let mut sweep = Sweep::new(styles);
    let mut open: Vec<&Entity> = Vec::new();
    for other in others {
        sweep.close_until(other.offset, &mut open);
        sweep.advance(other.offset);
        open.push(other);
    }
    sweep.close_until(u32::MAX, &mut open);
    sweep.advance(u32::MAX);
    order::sort(&mut sweep.done);
    sweep.done
}

struct Sweep {
    ahead: std::iter::Peekable<std::vec::IntoIter<Entity>>,
    open: [Option<(u32, u32)>; TextStyle::ALL.len()],
    done: Vec<Entity>,
}

impl Sweep {
    fn new(styles: Vec<Entity>) -> Self {
        Self { ahead: styles.into_iter().peekable(), open: [None; TextStyle::ALL.len()], done: Vec::new() }
    }

    fn close_until(&mut self, offset: u32, open: &mut Vec<&Entity>) {
        while let Some(other) = open.pop_if(|other| other.end() <= offset) {
            // All styles that `advance` adds to `done` here are inside `other`. If `other` is code, these styles are
            // dropped again.
            let before = self.done.len();
            self.advance(other.end());
            if OverlapClass::of(&other.kind) == OverlapClass::Code {
                self.done.truncate(before);
            }
        }
    }

    fn advance(&mut self, offset: u32) {
        while let Some(entity) = self.ahead.next_if(|entity| entity.offset < offset) {
            let OverlapClass::Style(style) = OverlapClass::of(&entity.kind) else { continue };
            match &mut self.open[style as usize] {
                // Touching styles of the same kind become one.
                Some((_, end)) if entity.offset <= *end => *end = (*end).max(entity.end()),
                _ => {
                    // TDLib splits all open styles where another style begins, but not where a style ends inside them.
                    self.cut(entity.offset);
                    self.open[style as usize] = Some((entity.offset, entity.end()));
                }
            }
        }
        self.cut(offset);
    }

    /// Adds the open styles to `done`, but only up to `offset`. Styles that continue after `offset` are opened again
    /// there.
    fn cut(&mut self, offset: u32) {
        for style in TextStyle::ALL {
            let open = &mut self.open[style as usize];
            let Some((start, end)) = open.take_if(|(start, _)| *start < offset) else { continue };
            if offset < end {
                *open = Some((offset, end));
            }
            push(&mut self.done, style.kind(), start, end.min(offset));
        }
    }
}

fn push(entities: &mut Vec<Entity>, kind: EntityKind, start: u32, end: u32) {
    entities.push(Entity { kind, offset: start, length: end - start });
}
