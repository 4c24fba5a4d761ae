//! An immutable copy of a text, which can be compared with another copy.

use std::fmt;

use ropey::Rope;

#[derive(Clone, PartialEq)]
pub struct Snapshot {
    // A clone of a rope shares its chunks, so a snapshot costs no copy of the text.
    rope: Rope,
}

impl Snapshot {
    pub(super) fn new(rope: Rope) -> Self {
        Self { rope }
    }

    /// Returns the number of lines that both texts share at the start, and the number that they share at the end. No
    /// line is counted twice. Returns `None` if the texts are equal.
    pub fn same_lines(&self, other: &Snapshot) -> Option<(usize, usize)> {
        let (ours, theirs) = (&self.rope, &other.rope);
        let shorter = ours.len_bytes().min(theirs.len_bytes());
        let before = same_prefix(ours, theirs);
        if before == shorter && ours.len_bytes() == theirs.len_bytes() {
            return None;
        }
        // Without `min`, text could be counted twice: `a a` is both the start and the end of `a a a`.
        let after = same_suffix(ours, theirs).min(shorter - before);
        let lines_before = ours.byte_to_line(before);
        let lines_after = ours.len_lines() - 1 - ours.byte_to_line(ours.len_bytes() - after);
        Some((lines_before, lines_after))
    }

    /// Returns the text that was inserted at byte `at` to get `later`; `None` if anything else changed.
    pub fn inserted(&self, later: &Snapshot, at: usize) -> Option<String> {
        let (ours, theirs) = (&self.rope, &later.rope);
        let n_inserted = theirs.len_bytes().checked_sub(ours.len_bytes())?;
        // The caller gives the offset, because the texts alone are ambiguous: `aa` becomes `aaa` by an insertion at any
        // of three offsets.
        let is_insertion =
            at <= same_prefix(ours, theirs) && ours.len_bytes() - at <= same_suffix(ours, theirs);
        is_insertion.then(|| theirs.byte_slice(at..at + n_inserted).to_string())
    }
}

fn same_prefix(a: &Rope, b: &Rope) -> usize {
    let (mut ours, mut theirs) = (a.chunks().map(str::as_bytes), b.chunks().map(str::as_bytes));
    let (mut left, mut right): (&[u8], &[u8]) = (&[], &[]);
    let mut same = 0;
    loop {
        if left.is_empty() {
            left = ours.next().unwrap_or_default();
        }
        if right.is_empty() {
            right = theirs.next().unwrap_or_default();
        }
        let length = left.len().min(right.len());
        // The two ropes may be split into chunks differently, so each iteration compares only as many bytes as the
        // shorter of the two remaining chunks has.
        if length == 0 || left[..length] != right[..length] {
            return same + left.iter().zip(right).take_while(|(a, b)| a == b).count();
        }
        same += length;
        (left, right) = (&left[length..], &right[length..]);
    }
}

fn same_suffix(a: &Rope, b: &Rope) -> usize {
    let backwards =
        |rope| -> ropey::iter::Chunks<'_> { Rope::chunks_at_byte(rope, rope.len_bytes()).0.reversed() };
    let (mut ours, mut theirs) = (backwards(a).map(str::as_bytes), backwards(b).map(str::as_bytes));
    let (mut left, mut right): (&[u8], &[u8]) = (&[], &[]);
    let mut same = 0;
    loop {
        if left.is_empty() {
            left = ours.next().unwrap_or_default();
        }
        if right.is_empty() {
            right = theirs.next().unwrap_or_default();
        }
        let length = left.len().min(right.len());
        let (left_rest, left_end) = left.split_at(left.len() - length);
        let (right_rest, right_end) = right.split_at(right.len() - length);
        if length == 0 || left_end != right_end {
            let pairs = left_end.iter().rev().zip(right_end.iter().rev());
            return same + pairs.take_while(|(a, b)| a == b).count();
        }
        same += length;
        (left, right) = (left_rest, right_rest);
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rope.chunks().try_for_each(|chunk| f.write_str(chunk))
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot({} bytes)", self.rope.len_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, after: &str, expected: Option<(usize, usize)>) {
        let snapshot = |text| Snapshot::new(Rope::from_str(text));
        assert_eq!(snapshot(before).same_lines(&snapshot(after)), expected);
    }

    #[test]
    fn inserted_text_is_found_at_its_offset() {
        let inserted = |before: &str, after: &str, at| {
            Snapshot::new(Rope::from_str(before)).inserted(&Snapshot::new(Rope::from_str(after)), at)
        };
        assert_eq!(inserted("aa", "aaa", 1).as_deref(), Some("a"));
        assert_eq!(inserted("ab", "axyb", 1).as_deref(), Some("xy"));
        assert_eq!(inserted("ab", "ab", 1).as_deref(), Some(""));
        assert_eq!(inserted("ab", "axyb", 2), None);
        assert_eq!(inserted("ab", "b", 1), None);
    }

    #[test]
    fn shared_lines_are_counted_once() {
        check("a\nb\nc", "a\nb\nc", None);
        check("a\nb\nc", "a\nx\nc", Some((1, 1)));
        check("a\nb", "xa\nb", Some((0, 1)));
        check("a\na\na", "a\na", Some((1, 0)));
        check("", "a\n", Some((0, 0)));
        let long = "line of text\n".repeat(1000);
        check(&long, &format!("{long}x"), Some((1000, 0)));
        check(&long, &format!("x\n{long}"), Some((0, 1000)));
    }
}
