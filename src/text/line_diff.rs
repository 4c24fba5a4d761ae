//! Compares two texts line by line.
//!
//! A crate such as `similar` has better algorithms, but can limit their time only by the wall clock. The texts here are
//! usually requests of a few dozen lines, but the comparison of hostile texts must end quickly as well.

/// A line of a comparison, without its line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiffLine<'a> {
    Same(&'a str),
    Removed(&'a str),
    Added(&'a str),
}

/// The maximum number of cells of the table in [`common_lines`]. Equal lines at the start and end of the texts are not
/// in the table. If the table would be larger, all lines that would be in it count as replaced.
const MAX_CELLS: usize = 1_000_000;

/// Returns the lines of both texts in order. For example, `a\nb` and `a\nc` give `Same("a")`, `Removed("b")`,
/// `Added("c")`. Removed lines come before the lines that replace them. As many lines as possible are the same, unless
/// the texts exceed [`MAX_CELLS`].
pub(crate) fn line_diff<'a>(before: &'a str, after: &'a str) -> Vec<DiffLine<'a>> {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let (a, b) = (&before[start..], &after[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    let mut lines: Vec<DiffLine<'_>> = before[..start].iter().map(|line| DiffLine::Same(line)).collect();
    let (mut at, mut to) = (0, 0);
    for (common_at, common_to) in common_lines(a, b).into_iter().chain([(a.len(), b.len())]) {
        lines.extend(a[at..common_at].iter().map(|line| DiffLine::Removed(line)));
        lines.extend(b[to..common_to].iter().map(|line| DiffLine::Added(line)));
        lines.extend(a.get(common_at).map(|line| DiffLine::Same(line)));
        (at, to) = (common_at + 1, common_to + 1);
    }
    lines.extend(before[before.len() - end..].iter().map(|line| DiffLine::Same(line)));
    lines
}

/// Returns the indices in `a` and `b` of a longest common subsequence of lines.
fn common_lines(a: &[&str], b: &[&str]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    if MAX_CELLS < (a.len() + 1).saturating_mul(width) {
        return Vec::new();
    }
    // `longest[i * width + j]` is the length of the longest common subsequence of `a[i..]` and `b[j..]`.
    let mut longest = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i * width + j] = if a[i] == b[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let mut common = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            common.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[i * width + j + 1] <= longest[(i + 1) * width + j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(before: &str, after: &str) -> String {
        let line = |line: &DiffLine<'_>| match line {
            DiffLine::Same(line) => format!(" {line}\n"),
            DiffLine::Removed(line) => format!("-{line}\n"),
            DiffLine::Added(line) => format!("+{line}\n"),
        };
        line_diff(before, after).iter().map(line).collect()
    }

    #[test]
    fn only_changed_lines_are_marked() {
        assert_eq!(shown("a\nb\nc", "a\nx\nc"), " a\n-b\n+x\n c\n");
        assert_eq!(shown("a\nb\nc\nd", "a\nc\nd\ne"), " a\n-b\n c\n d\n+e\n");
        assert_eq!(shown("a\nb", "a\nb\n"), " a\n b\n");
        assert_eq!(shown("", "a"), "+a\n");
        assert_eq!(shown("a", ""), "-a\n");
    }

    #[test]
    fn texts_without_a_common_line_in_the_middle_are_replaced_at_once() {
        let lines = |c: char, n: usize| format!("{c}\n").repeat(n);
        let (before, after) = (lines('a', 50_000), lines('b', 50_000));
        assert_eq!(line_diff(&before, &after).len(), 100_000);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn both_texts_can_be_read_from_the_comparison(before in "([ab\n]|c\n){0,20}", after in "([ab\n]|c\n){0,20}") {
            let lines = line_diff(&before, &after);
            let old: Vec<&str> = lines.iter().filter_map(|line| match line {
                DiffLine::Same(line) | DiffLine::Removed(line) => Some(*line),
                DiffLine::Added(_) => None,
            }).collect();
            let new: Vec<&str> = lines.iter().filter_map(|line| match line {
                DiffLine::Same(line) | DiffLine::Added(line) => Some(*line),
                DiffLine::Removed(_) => None,
            }).collect();
            prop_assert_eq!(old, before.lines().collect::<Vec<_>>());
            prop_assert_eq!(new, after.lines().collect::<Vec<_>>());
        }
    }
}
