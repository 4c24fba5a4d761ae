//! Overlapping entities made legal: the earlier link wins, styles are cut and merged, code holds nothing.

use super::class::{Class, Style};
use super::{Entity, EntityKind, order};

/// Sorts entities and repairs how they overlap; all have to be longer than zero.
pub(super) fn repair(entities: &mut Vec<Entity>) {
    order::sort(entities);
    if !is_legal(entities) {
        *entities = combine(Classes::of(std::mem::take(entities)).without_overlaps());
    }
}

/// Adds entities that were found in the text where what is there leaves room for them.
pub(super) fn add_found(entities: &mut Vec<Entity>, mut found: Vec<Entity>) {
    if found.is_empty() {
        return;
    }
    let mut classes = Classes::of(std::mem::take(entities));
    drop_crossing(&mut found, &classes.quotes);
    classes.exclusive = interleave(classes.exclusive, found);
    *entities = combine(classes);
}

/// Merges touching styles and cuts crossing ones, as the server does when it counts them.
pub(super) fn resplit(styles: Vec<Entity>) -> Vec<Entity> {
    split_styles(styles, &[])
}

/// Entities by how they overlap, each list sorted.
struct Classes {
    /// Links and code.
    exclusive: Vec<Entity>,
    quotes: Vec<Entity>,
    styles: Vec<Entity>,
}

impl Classes {
    fn of(entities: Vec<Entity>) -> Self {
        let mut classes = Self { exclusive: Vec::new(), quotes: Vec::new(), styles: Vec::new() };
        for entity in entities {
            match Class::of(&entity.kind) {
                Class::Style(_) => classes.styles.push(entity),
                Class::Quote => classes.quotes.push(entity),
                Class::Code | Class::Link => classes.exclusive.push(entity),
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

fn combine(classes: Classes) -> Vec<Entity> {
    let mut rest = classes.exclusive;
    rest.extend(classes.quotes);
    order::sort(&mut rest);
    let styles = split_styles(classes.styles, &rest);
    rest.extend(styles);
    order::sort(&mut rest);
    rest
}

/// Whether the server would leave sorted entities as they are.
fn is_legal(entities: &[Entity]) -> bool {
    let mut open: Vec<&Entity> = Vec::new();
    let mut style_ends: [Option<u32>; Style::ALL.len()] = [None; Style::ALL.len()];
    for entity in entities {
        while open.pop_if(|outer| outer.end() <= entity.offset).is_some() {}
        if open.last().is_some_and(|outer| outer.end() < entity.end()) || !may_stand_in(entity, &open) {
            return false;
        }
        if let Class::Style(style) = Class::of(&entity.kind) {
            let end = &mut style_ends[style as usize];
            if end.is_some_and(|end| entity.offset <= end) {
                return false;
            }
            *end = Some(entity.end());
        }
        open.push(entity);
    }
    true
}

/// Whether `entity` may stand inside all of `open`, which were checked the same way (so there are few of them).
fn may_stand_in(entity: &Entity, open: &[&Entity]) -> bool {
    let class = Class::of(&entity.kind);
    open.iter().all(|outer| match Class::of(&outer.kind) {
        // Also where it would do no harm: the server then cuts and merges anew.
        Class::Style(_) | Class::Code => false,
        Class::Quote => class != Class::Quote,
        Class::Link => matches!(class, Class::Style(_)),
    })
}

/// Keeps the first of sorted entities that overlap, also where one holds the other.
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

/// Drops sorted, disjoint entities that cross or hold one of the sorted, disjoint quotes.
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

/// Puts new entities between old ones; both are sorted and disjoint, the old ones win.
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

/// Cuts sorted styles at the edges of `others`, merges those of one kind that overlap or touch, and drops those under
/// code. `others` are sorted and nested or disjoint.
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
    open: [Option<(u32, u32)>; Style::ALL.len()],
    done: Vec<Entity>,
}

impl Sweep {
    fn new(styles: Vec<Entity>) -> Self {
        Self { ahead: styles.into_iter().peekable(), open: [None; Style::ALL.len()], done: Vec::new() }
    }

    fn close_until(&mut self, offset: u32, open: &mut Vec<&Entity>) {
        while let Some(other) = open.pop_if(|other| other.end() <= offset) {
            let before = self.done.len();
            self.advance(other.end());
            if Class::of(&other.kind) == Class::Code {
                self.done.truncate(before);
            }
        }
    }

    fn advance(&mut self, offset: u32) {
        while let Some(entity) = self.ahead.next_if(|entity| entity.offset < offset) {
            let Class::Style(style) = Class::of(&entity.kind) else { continue };
            match &mut self.open[style as usize] {
                Some((_, end)) if entity.offset <= *end => *end = (*end).max(entity.end()),
                _ => {
                    self.cut(entity.offset);
                    self.open[style as usize] = Some((entity.offset, entity.end()));
                }
            }
        }
        self.cut(offset);
    }

    /// Writes out what is open before `offset`; what goes on behind it is opened there anew.
    fn cut(&mut self, offset: u32) {
        for style in Style::ALL {
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
