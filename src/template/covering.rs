//! Finds renderings of a template that together take every branch, and every loop with no, one, and more items.
//!
//! The search does not try all combinations, whose number is exponential. It renders with some [`StandIns`], records
//! which branches the renderings take, and then changes only the properties that decide a branch that is still missing.
//! A branch counts as covered if a rendering with it is valid, so that a fault elsewhere does not hide it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

use super::rendering::{RenderContext, RenderOutcome, Rendered};
use super::stand_ins::{ChoiceKind, ChoicePoint, StandIns, ValueIndices};
use super::trace::{Arm, Choice, MANY_ITEMS, Trace};
use super::{Limits, Template};
use crate::text::{LineIndex, Span, shorten, visible};

/// The maximum number of renderings.
const MAX_ATTEMPTS: usize = 96;
/// The maximum length of all renderings together, in bytes. The caller parses each of them.
const MAX_BYTES: usize = 1 << 20;
/// The number of renderings with which the search starts. In the n-th of them, each property has its n-th value.
const MAX_ROUNDS: usize = 6;
/// The maximum number of renderings for one missing arm.
const MAX_AIMS: usize = 24;
/// The maximum number of renderings from which a search for the arms of one choice starts.
const MAX_BASES: usize = 4;
/// The maximum number of characters of a tag that a message quotes.
const MAX_NAME: usize = 40;

/// The caller's result of checking a rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Valid,
    Faulty,
    /// The stand-in values broke the rendering, so it shows nothing about the template.
    Unclear,
}

/// A rendering with a verdict other than [`Verdict::Unclear`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attempt {
    pub verdict: Verdict,
    /// The branches and loops that the rendering went through.
    pub arms: BTreeSet<Arm>,
    /// The caller's index of the rendering.
    pub index: usize,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Covering {
    pub attempts: Vec<Attempt>,
    choices: BTreeMap<Choice, ChoicePoint>,
}

impl Covering {
    /// Returns whether no rendering is faulty, and valid renderings took every arm of the tag `choice`.
    pub(crate) fn is_valid_at(&self, choice: Choice) -> bool {
        if self.attempts.iter().any(|attempt| attempt.verdict != Verdict::Valid) {
            return false;
        }
        let arms: HashSet<usize> = self
            .attempts
            .iter()
            .flat_map(|attempt| attempt.arms.iter().filter(|arm| arm.choice == choice))
            .map(|arm| arm.index)
            .collect();
        self.choices.get(&choice).is_some_and(|point| {
            // A loop need not take the arm without items: inside `{% if list %}`, it cannot, and a body that is not
            // repeated leaves nothing open.
            let first = if point.kind == ChoiceKind::Loop { 1 } else { 0 };
            (first..point.n_arms).all(|index| arms.contains(&index))
        })
    }

    /// Returns the arms that may cause a fault. `with` has the indices of the renderings with the fault. An arm is
    /// suspect if such a rendering took it, but no valid rendering without the fault did. If all renderings with the
    /// fault share a suspect arm, only the shared arms are returned. Otherwise, all suspect arms are returned: a fault
    /// in a loop occurs with one item and with two, and these are different arms.
    pub(crate) fn arms_of(&self, with: &[usize]) -> Vec<Arm> {
        let (of_with, others): (Vec<&Attempt>, Vec<&Attempt>) =
            self.attempts.iter().partition(|attempt| with.contains(&attempt.index));
        let others = others.into_iter().filter(|attempt| attempt.verdict == Verdict::Valid);
        let innocent: BTreeSet<Arm> = others.flat_map(|attempt| attempt.arms.iter().copied()).collect();
        let taken: BTreeSet<Arm> = of_with.iter().flat_map(|attempt| attempt.arms.iter().copied()).collect();
        let suspects: Vec<Arm> = taken.difference(&innocent).copied().collect();
        let is_in_all = |arm: &&Arm| of_with.iter().all(|attempt| attempt.arms.contains(arm));
        let common: Vec<Arm> = suspects.iter().filter(is_in_all).copied().collect();
        if common.is_empty() && !innocent.is_empty() { suspects } else { common }
    }

    pub(crate) fn is_of_loop(&self, arm: Arm) -> bool {
        self.choices.get(&arm.choice).is_some_and(|point| point.kind == ChoiceKind::Loop)
    }

    /// Describes when a rendering takes `arm`, such as "in the branch `else` (line 3)".
    pub(crate) fn describe(&self, template: &Template, arm: Arm) -> Option<String> {
        let Arm { choice, index } = arm;
        let point = self.choices.get(&choice)?;
        let file = template.files().get(choice.file)?;
        let opening = Span::new(choice.start, choice.end);
        let place = |tag: Span| {
            let line = LineIndex::new(&file.source).line_of(tag.start) + 1;
            match &file.name {
                None => format!("`{}` (line {line})", inside(tag.of(&file.source))),
                Some(name) => format!("`{}` (partials/{name}.liquid:{line})", inside(tag.of(&file.source))),
            }
        };
        // Only the template itself has a list of its blocks. In a partial, the opening tag is named.
        let blocks = if choice.file == 0 { template.blocks() } else { &[] };
        let tags = blocks.iter().find(|tags| tags.first() == Some(&opening));
        let branch = |index: usize| tags.and_then(|tags| tags.get(index)).copied().unwrap_or(opening);
        Some(match (point.kind, index) {
            (ChoiceKind::Loop, 0) => format!("when the loop {} has no items", place(opening)),
            (ChoiceKind::Loop, 1) => format!("when the loop {} has one item", place(opening)),
            (ChoiceKind::Loop, MANY_ITEMS) => format!("when the loop {} has two items", place(opening)),
            (ChoiceKind::Loop, n_items) => format!("when the loop {} has {n_items} items", place(opening)),
            (ChoiceKind::If | ChoiceKind::Case, index) if !point.has_else && index + 1 == point.n_arms => {
                format!("when no branch of {} is taken", place(opening))
            }
            (ChoiceKind::If, index) => format!("in the branch {}", place(branch(index))),
            (ChoiceKind::Case, index) => format!("in the branch {}", place(branch(index + 1))),
        })
    }
}

/// Returns the text between the delimiters of a tag, on one line and shortened.
fn inside(tag: &str) -> String {
    let inner = tag.strip_prefix("{%").unwrap_or(tag);
    let inner = inner.strip_suffix("%}").unwrap_or(inner);
    let words: Vec<&str> = inner.trim_matches('-').split_whitespace().collect();
    shorten(&visible(&words.join(" ")), MAX_NAME).into_owned()
}

/// Renders `template` with stand-ins and calls `judge` with each rendering, the first with index 0. The profile and the
/// events in `context` are not used.
///
/// `suspects` are the tags that may leave the JSON unbalanced. For each of them, the properties that decide it are also
/// changed alone. Two such tags can balance each other in all other renderings although their conditions differ.
pub(crate) fn cover(
    template: &Template,
    context: &RenderContext<'_>,
    suspects: &[Choice],
    judge: &mut dyn FnMut(Rendered) -> Verdict,
) -> Covering {
    let stand_ins = StandIns::of(template);
    if stand_ins.choices.is_empty() {
        return Covering::default();
    }
    let mut search = Search {
        template,
        context,
        judge,
        tried: HashSet::new(),
        valid: HashSet::new(),
        bases: BTreeMap::new(),
        attempts: Vec::new(),
        n_judged: 0,
        n_bytes: 0,
        n_steps: 0,
        stand_ins: &stand_ins,
    };
    search.run();
    for suspect in suspects {
        search.flip(*suspect);
    }
    let attempts = search.attempts;
    Covering { attempts, choices: stand_ins.choices }
}

struct Search<'s> {
    template: &'s Template,
    context: &'s RenderContext<'s>,
    judge: &'s mut dyn FnMut(Rendered) -> Verdict,
    stand_ins: &'s StandIns,
    tried: HashSet<Rc<ValueIndices>>,
    /// The arms that a valid rendering took.
    valid: HashSet<Arm>,
    /// For each choice, the values of some renderings that reach it, and whether the rendering is valid. Valid ones
    /// come first.
    bases: BTreeMap<Choice, Vec<(bool, Rc<ValueIndices>)>>,
    attempts: Vec<Attempt>,
    n_judged: usize,
    n_bytes: usize,
    n_steps: u64,
}

impl Search<'_> {
    fn run(&mut self) {
        let n_properties = self.stand_ins.len();
        for round in 0..MAX_ROUNDS {
            let indices = (0..n_properties).map(|property| round % self.stand_ins.n_values(property));
            self.attempt(indices.collect());
        }
        let stand_ins = self.stand_ins;
        loop {
            let n_valid = self.valid.len();
            for (choice, point) in &stand_ins.choices {
                for index in 0..point.n_arms {
                    self.aim(Arm { choice: *choice, index }, &point.properties);
                }
            }
            if self.valid.len() == n_valid || self.is_exhausted() {
                break;
            }
        }
        let first_valid = self.bases.values().flatten().find(|(is_valid, _)| *is_valid);
        let base =
            first_valid.map_or_else(|| Rc::new(vec![0; n_properties]), |(_, indices)| Rc::clone(indices));
        // A comma or a bracket may be wrong only if a list has a third item, or if its items differ. No arm stands for
        // such lists, so the loop above does not look for them.
        for (list, value) in stand_ins.long_lists().into_iter().chain(stand_ins.mixed_lists()) {
            self.attempt(changed(&base, &[(list, value)]));
        }
    }

    /// Renders with each value of each property that decides `choice`, and leaves the other properties as they are.
    fn flip(&mut self, choice: Choice) {
        let stand_ins = self.stand_ins;
        let Some(point) = stand_ins.choices.get(&choice) else { return };
        let Some((_, base)) = self.bases.get(&choice).and_then(|bases| bases.first()).cloned() else {
            return;
        };
        for property in &point.properties {
            for value in 0..stand_ins.n_values(*property) {
                self.attempt(changed(&base, &[(*property, value)]));
            }
        }
    }

    fn is_exhausted(&self) -> bool {
        // All renderings together may spend only the steps that the rendering of one message may spend, so that a slow
        // template does not make the check many times slower.
        MAX_ATTEMPTS <= self.tried.len()
            || MAX_BYTES <= self.n_bytes
            || self.context.limits.steps <= self.n_steps
    }

    /// Searches for a valid rendering that takes `arm`, by changing one or two of the properties that decide it.
    fn aim(&mut self, arm: Arm, properties: &[usize]) {
        if properties.is_empty() || self.valid.contains(&arm) || self.is_exhausted() {
            return;
        }
        let bases = self.bases.get(&arm.choice).cloned().unwrap_or_default();
        let mut n_left = MAX_AIMS;
        for (_, base) in &bases {
            for changes in self.changes(properties) {
                if self.valid.contains(&arm) || self.is_exhausted() {
                    return;
                }
                let indices = changed(base, &changes);
                if self.tried.contains(&indices) {
                    continue;
                }
                let Some(left) = n_left.checked_sub(1) else { return };
                n_left = left;
                self.attempt(indices);
            }
        }
    }

    /// Returns the changes to try: each value of one property, and then each pair of values of two adjacent properties.
    fn changes(&self, properties: &[usize]) -> Vec<Vec<(usize, usize)>> {
        let values =
            |property: usize| (0..self.stand_ins.n_values(property)).map(move |value| (property, value));
        let alone = properties.iter().flat_map(|property| values(*property)).map(|change| vec![change]);
        let pairs = properties.windows(2).flat_map(|pair| {
            values(pair[0]).flat_map(move |first| values(pair[1]).map(move |second| vec![first, second]))
        });
        // Some of the changes have been tried already and are skipped, so more than `MAX_AIMS` are returned.
        alone.chain(pairs).take(4 * MAX_AIMS).collect()
    }

    fn attempt(&mut self, indices: ValueIndices) {
        // The values are shared, because a body can have thousands of choices that store them.
        let indices = Rc::new(indices);
        if self.is_exhausted() || !self.tried.insert(Rc::clone(&indices)) {
            return;
        }
        let data = self.stand_ins.data(&indices, self.context.now);
        let steps = self.context.limits.steps.saturating_sub(self.n_steps);
        let context = RenderContext {
            profile: Some(&data.profile),
            event: Some(&data.event),
            external_trigger: Some(&data.external_trigger),
            now: data.now,
            limits: Limits { steps, ..self.context.limits },
            ..*self.context
        };
        let mut trace = Trace::default();
        let outcome = self.template.render_with_trace(&context, Some(&mut trace));
        self.n_steps += trace.n_steps.max(1);
        let verdict = match outcome {
            RenderOutcome::Rendered(rendered) => {
                self.n_bytes += rendered.text.len();
                self.n_judged += 1;
                (self.judge)(rendered)
            }
            // Nothing is sent, so nothing can be wrong. The arms that were taken are not covered: another rendering may
            // take them and reach the end.
            RenderOutcome::Aborted { .. } | RenderOutcome::Failed(_) => Verdict::Unclear,
        };
        let is_valid = verdict == Verdict::Valid;
        for arm in &trace.arms {
            let bases = self.bases.entry(arm.choice).or_default();
            match is_valid {
                true => bases.insert(0, (true, Rc::clone(&indices))),
                false => bases.push((false, Rc::clone(&indices))),
            }
            bases.truncate(MAX_BASES);
        }
        if is_valid {
            self.valid.extend(trace.arms.iter().copied());
        }
        if verdict != Verdict::Unclear {
            self.attempts.push(Attempt { verdict, arms: trace.arms, index: self.n_judged - 1 });
        }
    }
}

fn changed(base: &ValueIndices, changes: &[(usize, usize)]) -> ValueIndices {
    let mut indices = base.clone();
    for (property, value) in changes {
        if let Some(chosen) = indices.get_mut(*property) {
            *chosen = *value;
        }
    }
    indices
}
