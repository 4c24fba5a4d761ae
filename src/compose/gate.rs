//! Decides which fixes of a body's problems are safe. A rule that finds a problem can only claim that its fix is safe.
//! This module applies the claimed fixes to a copy of the body, composes the message again, and keeps the claims that
//! the result confirms.
//!
//! ```text
//! claimed fixes ──apply to a copy──▶ compose with the same inputs ──compare──▶ safe, or only a choice
//! ```
//!
//! All claimed fixes are tried together first, so most bodies are composed only once more. A body without claimed fixes
//! is not composed again.

use std::collections::HashMap;
use std::ops::Range;

use super::{Composed, Inputs, Links, MessagePart, Prepared};
use crate::diagnostic::{self, Code, Diagnostic, Rewritten, TextEdit, merged};
use crate::telegram::{Entity, FormattedText};
use crate::text::Span;

/// The maximum number of bodies that are composed to prove the fixes of one body.
const MAX_TRIES: usize = 32;

/// The maximum number of bytes that are composed to prove the fixes of one body. This bounds the time for a large body.
/// [`MIN_TRIES`] bodies are composed even if they are larger.
const MAX_BYTES: usize = 4 << 20;
const MIN_TRIES: usize = 3;

/// The maximum number of rounds in which a fix reveals the next error. The parsers of Liquid and JSON stop at the first
/// error, so each round can reveal another one.
const MAX_REVEALED: usize = 8;

/// The codes whose fixes restore an entity that Telegram drops.
const RESTORING: [Code; 3] = [Code::DroppedLink, Code::IgnoredAttribute, Code::UnknownReference];

/// The codes whose fixes only prepare a body for other values. They must not change a message that is right already: an
/// escape of the author's own markup would show the tags as text.
const ESCAPING: [Code; 4] =
    [Code::UnescapedJson, Code::UnescapedMarkup, Code::WrongEscape, Code::EscapeOrder];

/// Builds the message for one recipient. Only those fixes are marked as safe that are proven to be safe. For several
/// recipients of the same body, use [`Prepared`], which skips the proof.
pub fn compose(inputs: &Inputs<'_>) -> Composed {
    let mut composed = Prepared::new(inputs).check_branches().compose_for(inputs.profile);
    keep_proven(inputs, &mut composed);
    composed
}

/// Marks each fix as unsafe that is not proven to be safe.
fn keep_proven(inputs: &Inputs<'_>, composed: &mut Composed) {
    let claims: Vec<usize> =
        (0..composed.diagnostics.len()).filter(|at| composed.diagnostics[*at].safe_fix().is_some()).collect();
    if claims.is_empty() {
        return;
    }
    let tries = (MAX_BYTES / composed.body.len().max(1)).clamp(MIN_TRIES, MAX_TRIES);
    let mut proof = Proof { inputs, before: composed, links: None, tries };
    let proven = proof.proven(&claims);
    diagnostic::keep_proven(&mut composed.diagnostics, &proven);
}

fn claimed_edits<'d>(problems: impl IntoIterator<Item = &'d Diagnostic>) -> Option<Vec<TextEdit>> {
    merged(problems.into_iter().filter_map(Diagnostic::safe_fix).map(|fix| fix.edits.as_slice()))
}

struct Proof<'a> {
    inputs: &'a Inputs<'a>,
    before: &'a Composed,
    /// Maps the body's problems to the message. It is built at its first use, because most bodies do not need it.
    links: Option<Links>,
    tries: usize,
}

impl Proof<'_> {
    /// Returns the indices of the problems in `claims` whose claimed fixes are proven to be safe, in ascending order.
    /// `claims` must be ascending.
    fn proven(&mut self, claims: &[usize]) -> Vec<usize> {
        // If all fixes together fail, each half is tried separately, so that one bad fix does not rule out the others.
        let mut open = vec![claims];
        let mut proven = Vec::new();
        while let Some(claims) = open.pop() {
            if self.tries == 0 {
                break;
            }
            self.tries -= 1;
            if self.holds(claims) {
                proven.extend_from_slice(claims);
            } else if 1 < claims.len() {
                let (first, second) = claims.split_at(claims.len() / 2);
                open.extend([second, first]);
            }
        }
        proven
    }

    fn holds(&mut self, claims: &[usize]) -> bool {
        let before = self.before;
        let applied = || claims.iter().map(|at| &before.diagnostics[*at]);
        let Some(edits) = claimed_edits(applied()) else { return false };
        let Some(fixed) = Rewritten::new(&before.body, &edits) else { return false };
        let after = self.composed(&fixed.text);
        let is_gone = |problem: &Diagnostic| {
            let place = (problem.code, problem.span.start);
            !after.diagnostics.iter().any(|left| place == (left.code, fixed.original(left.span).start))
        };
        if !applied().all(is_gone) {
            return false;
        }
        if !is_read(before) {
            return self.reads(after);
        }
        is_no_worse(before, &after, claims, &fixed) && self.keeps_message(&after, applied())
    }

    fn composed(&self, body: &str) -> Composed {
        // The other branches are checked too: a fix must not break the messages of other recipients.
        let inputs = Inputs { body, ..*self.inputs };
        Prepared::new(&inputs).check_branches().compose_for(inputs.profile)
    }

    /// Returns whether the fixed body can be rendered and parsed as JSON, which the original could not. The parsers
    /// stop at the first error, so the claimed fixes of errors that appear only now are applied too.
    fn reads(&mut self, mut after: Composed) -> bool {
        for _ in 0..MAX_REVEALED {
            if is_read(&after) {
                return self.before.rendered.is_some() || !prints_liquid(&after);
            }
            let errors = after.diagnostics.iter().filter(|problem| problem.is_error());
            let fixed = claimed_edits(errors).filter(|edits| !edits.is_empty());
            let Some(fixed) = fixed.and_then(|edits| Rewritten::new(&after.body, &edits)) else {
                return false;
            };
            if self.tries == 0 {
                return false;
            }
            self.tries -= 1;
            after = self.composed(&fixed.text);
        }
        false
    }

    fn keeps_message<'d>(&mut self, after: &Composed, applied: impl Iterator<Item = &'d Diagnostic>) -> bool {
        let before = self.before;
        let (Some(old), Some(new)) = (text_of(before), text_of(after)) else {
            // If the original body has no message, there is nothing to compare. `telegram::diagnose` has already
            // compared the text with the author's markup.
            return text_of(before).is_none();
        };
        if old == new {
            return true;
        }
        let links = self.links.get_or_insert_with(|| Links::new(before));
        let mut restores = false;
        let mut about = Vec::new();
        for problem in applied.filter(|problem| !ESCAPING.contains(&problem.code)) {
            restores |= RESTORING.contains(&problem.code);
            let parts = links.highlight(before, problem.span).parts;
            about.extend(parts.into_iter().filter_map(|part| match part {
                MessagePart::Text(span) => Some(span),
                MessagePart::Button(_) | MessagePart::Medium(_) | MessagePart::Choice(_) => None,
            }));
        }
        is_same_outside(old, new, about, restores)
    }
}

/// Returns whether the recipient is skipped, or the body could be rendered and parsed as JSON.
fn is_read(composed: &Composed) -> bool {
    let is_unreadable = |problem: &Diagnostic| problem.code == Code::NotJson && problem.is_error();
    composed.skip.is_some()
        || (composed.rendered.is_some() && !composed.diagnostics.iter().any(is_unreadable))
}

fn text_of(composed: &Composed) -> Option<&FormattedText> {
    Some(&composed.request.as_ref()?.text()?.sent)
}

/// Returns whether the message shows Liquid's own delimiters, for example after a fix that turned a broken tag into
/// text.
fn prints_liquid(composed: &Composed) -> bool {
    let is_intended =
        ["raw", "{{ \"{", "{{ '{", "doc", "comment"].iter().any(|word| composed.body.contains(word));
    let rendered = composed.rendered.as_deref().unwrap_or_default();
    !is_intended && ["{{", "{%", "%}"].iter().any(|delimiter| rendered.contains(delimiter))
}

/// Returns whether the fixes in `claims` remove their problems and add none.
fn is_no_worse(before: &Composed, after: &Composed, claims: &[usize], fixed: &Rewritten) -> bool {
    if after.rendered.is_none() != before.rendered.is_none()
        || after.document.is_none() != before.document.is_none()
        || (before.request.is_some() && after.request.is_none())
        || after.skip.is_some() != before.skip.is_some()
    {
        return false;
    }
    // A fix moves the problems after it and can change their messages, so a problem is recognized by its code and its
    // place in the original body.
    let mut left: HashMap<(Code, usize), usize> = HashMap::new();
    let is_applied = |at: &usize| claims.binary_search(at).is_ok();
    let kept = (0..before.diagnostics.len()).filter(|at| !is_applied(at));
    for problem in kept.map(|at| &before.diagnostics[at]) {
        *left.entry((problem.code, problem.span.start)).or_default() += 1;
    }
    after.diagnostics.iter().all(|problem| {
        let place = (problem.code, fixed.original(problem.span).start);
        left.get_mut(&place).and_then(|n| n.checked_sub(1).map(|fewer| *n = fewer)).is_some()
    })
}

/// Returns whether two texts and their entities are equal outside the parts of the old text that `about` lists, in
/// bytes. If `restores` is set, the new text may have more entities.
fn is_same_outside(old: &FormattedText, new: &FormattedText, mut about: Vec<Span>, restores: bool) -> bool {
    about.sort();
    // The texts are compared in UTF-16 code units, because the offsets of the entities count these.
    let mut units = Utf16Offsets { text: &old.text, byte: 0, unit: 0 };
    let mut kept: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    for span in about {
        let (start, end) = (units.at(span.start), units.at(span.end.max(span.start)));
        if from < start {
            kept.push(from..start);
        }
        from = from.max(end);
    }
    let (old_units, new_units): (Vec<u16>, Vec<u16>) =
        (old.text.encode_utf16().collect(), new.text.encode_utf16().collect());
    let has_end = from < old_units.len();
    if has_end {
        kept.push(from..old_units.len());
    }
    let Some(places) = places_of(&kept, &old_units, &new_units, has_end) else { return false };
    let moved = |entity: &Entity| {
        let edge = |at: usize, is_end: bool| {
            let idx = kept.iter().position(|part| match is_end {
                false => part.start <= at && at < part.end,
                true => part.start < at && at <= part.end,
            })?;
            Some(places[idx] + at - kept[idx].start)
        };
        let start = edge(entity.offset as usize, false)?;
        let end = edge((entity.offset + entity.length) as usize, true)?;
        Some((entity.kind.clone(), start, end))
    };
    let new_entities: Vec<_> = new
        .entities
        .iter()
        .map(|entity| {
            let start = entity.offset as usize;
            (entity.kind.clone(), start, start + entity.length as usize)
        })
        .collect();
    let old_entities: Vec<_> = old.entities.iter().filter_map(moved).collect();
    let n_free = old.entities.len() - old_entities.len();
    old_entities.iter().all(|entity| new_entities.contains(entity))
        && (restores || new_entities.len() <= old_entities.len() + n_free)
}

/// Returns the offset in the new text at which each kept part of the old text begins. Returns `None` if the new text
/// does not contain all of them in this order.
fn places_of(kept: &[Range<usize>], old: &[u16], new: &[u16], has_end: bool) -> Option<Vec<usize>> {
    let mut places = Vec::with_capacity(kept.len());
    let mut from = 0;
    // The parts between the kept ones may have changed their length, so only the start and the end of the text have
    // known places. Any other part is searched for from the end of the part before it.
    for (idx, part) in kept.iter().enumerate() {
        let wanted = &old[part.clone()];
        let place = if has_end && idx + 1 == kept.len() {
            let is_in_order = |start: &usize| from <= *start && (part.start != 0 || *start == 0);
            let start = new.len().checked_sub(wanted.len()).filter(is_in_order)?;
            new[start..].starts_with(wanted).then_some(start)?
        } else if part.start == 0 {
            new.starts_with(wanted).then_some(0)?
        } else {
            from + new[from..].windows(wanted.len()).position(|window| window == wanted)?
        };
        places.push(place);
        from = place + wanted.len();
    }
    // The new text may continue after the last kept part: unless the end is among the kept parts, a fix may have
    // changed it.
    Some(places)
}

/// Converts ascending byte offsets to UTF-16 offsets.
struct Utf16Offsets<'t> {
    text: &'t str,
    byte: usize,
    unit: usize,
}

impl Utf16Offsets<'_> {
    fn at(&mut self, byte: usize) -> usize {
        let byte = byte.max(self.byte);
        if let Some(part) = self.text.get(self.byte..byte) {
            self.unit += part.encode_utf16().count();
            self.byte = byte;
        }
        self.unit
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{composed_with, profile};
    use super::super::{ChatTarget, Composed};
    use super::*;

    fn of(body: &str, properties: &str) -> Composed {
        composed_with(body, &profile(properties), ChatTarget::FromBody, &[])
    }

    /// Checks the body after all safe fixes; an empty text means that no fix is safe.
    #[track_caller]
    fn check(body: &str, properties: &str, expected: &str) {
        let edits = claimed_edits(&of(body, properties).diagnostics).unwrap();
        let fixed = if edits.is_empty() { String::new() } else { Rewritten::new(body, &edits).unwrap().text };
        assert_eq!(fixed, expected, "{body}");
    }

    #[test]
    fn a_fix_of_the_markup_is_safe_in_the_body_too() {
        check(
            r#"{"chat_id": 1, "text": "*{{ Profile.name }} user_name*", "parse_mode": "MarkdownV2"}"#,
            r#"{"name": "Anna"}"#,
            r#"{"chat_id": 1, "text": "*{{ Profile.name }} user\\_name*", "parse_mode": "MarkdownV2"}"#,
        );
    }

    #[test]
    fn a_fix_that_leaves_the_text_refused_is_a_choice() {
        check(r#"{"chat_id": 1, "text": "*Sale 1.5", "parse_mode": "MarkdownV2"}"#, "{}", "");
        check(r#"{"chat_id": 1, "text": "<b>Hi\n\nNext", "parse_mode": "HTML"}"#, "{}", "");
    }

    #[test]
    fn commas_are_added_where_the_json_is_right_afterwards() {
        check("{\n\"chat_id\": 1\n\"text\": \"a\"}", "{}", "{\n\"chat_id\": 1,\n\"text\": \"a\"}");
        // Each comma reveals that the next one is missing.
        let body = "{\n\"chat_id\": 1\n\"text\": \"a\"\n\"parse_mode\": \"HTML\"}";
        check(body, "{}", "{\n\"chat_id\": 1,\n\"text\": \"a\"\n\"parse_mode\": \"HTML\"}");
        // Nothing that is known to be safe makes this JSON right.
        check("{\n\"chat_id\": 1\n\"text\": \"a\"\n\"x\": hello}", "{}", "");
    }

    #[test]
    fn a_change_of_the_text_is_confined_to_the_problem() {
        check(
            r#"{"chat_id": 1, "text": "a&nbsp;b <b>c</b>", "parse_mode": "HTML"}"#,
            "{}",
            r#"{"chat_id": 1, "text": "a b <b>c</b>", "parse_mode": "HTML"}"#,
        );
    }

    #[test]
    fn markup_of_the_author_is_not_escaped() {
        let text = "<b>Hi</b> & 1<2";
        let assigned = r#"{"chat_id": 1, "text": {{ t | json }}, "parse_mode": "HTML"}"#;
        check(&format!("{{% assign t = \"{text}\" %}}{assigned}"), "{}", "");
        // A property is data.
        let body = assigned.replace("{{ t", "{{ Profile.t");
        check(&body, r#"{"t": "1<2"}"#, &body.replace("| json", "| tg_html | json"));
    }

    #[test]
    fn an_end_tag_is_closed_in_its_own_branch() {
        check(
            r#"{"chat_id": 1, "text": "{% if true %}<b>x</b{% else %}y{% endif %}", "parse_mode": "HTML"}"#,
            "{}",
            r#"{"chat_id": 1, "text": "{% if true %}<b>x</b>{% else %}y{% endif %}", "parse_mode": "HTML"}"#,
        );
    }

    #[test]
    fn a_fix_in_a_branch_that_is_not_taken_is_proven_too() {
        let body = |branch: &str, mode: &str| {
            format!(
                r#"{{"chat_id": 1, "text": "x {{% if Profile.vip %}}{branch}{{% else %}}y{{% endif %}}", "parse_mode": "{mode}"}}"#
            )
        };
        check(&body("VIP!", "MarkdownV2"), "{}", &body(r"VIP\\!", "MarkdownV2"));
        check(&body("1 < 2", "HTML"), "{}", &body("1 &lt; 2", "HTML"));
        check(&body("<b>VIP", "HTML"), "{}", "");
    }

    #[test]
    fn mistyped_liquid_is_a_choice() {
        for text in ["{% if true %}a{% endif %}} 1.5", "{{ 'x' }}} 1.5", "p% else %} 1.5", "{ Profile.a }"] {
            let body = format!(r#"{{"chat_id": 1, "text": "{text}", "parse_mode": "MarkdownV2"}}"#);
            check(&body, "{}", "");
        }
    }

    #[test]
    fn text_outside_a_problem_must_stay() {
        let text = |text: &str| FormattedText { text: text.to_owned(), entities: Vec::new() };
        let is_same =
            |new: &str, about: &[Span]| is_same_outside(&text("a😀b"), &text(new), about.to_vec(), false);
        assert!(is_same("a😀b", &[]));
        assert!(is_same("axyb", &[Span::new(1, 5)]));
        assert!(!is_same("axyc", &[Span::new(1, 5)]));
        assert!(!is_same("xb", &[Span::new(1, 5)]));
        assert!(is_same("ab", &[Span::new(1, 5)]));
        assert!(!is_same("xa😀b", &[]));
    }
}
