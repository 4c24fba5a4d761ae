//! Decides for which grapheme clusters terminals disagree about the width.
//!
//! Some terminals add up the widths of a cluster's characters, some draw a cluster as one glyph of two cells, and
//! others ignore the variation selectors. Besides, terminals use width tables of different versions of Unicode.

/// Whether terminals may draw `cluster` in another number of cells than [`crate::text::width`] returns.
pub(crate) fn is_width_uncertain(cluster: &str) -> bool {
    // This shortcut is for ASCII, which is in almost all cells.
    if cluster.len() == 1 {
        return false;
    }
    let mut chars = cluster.chars();
    let Some(first) = chars.next() else { return false };
    // The marks whose width is certain are listed, and not those whose width is uncertain. So the marks of a script
    // that nobody has thought of count as uncertain.
    is_base_uncertain(first) || !chars.all(is_certain_mark)
}

fn is_base_uncertain(c: char) -> bool {
    match c {
        // These are Hangul Jamo. Some terminals compose them into syllables.
        '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{d7b0}'..='\u{d7ff}' => true,
        // These are joiners, variation selectors, and tags that follow no base character.
        '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' => true,
        // These are regional indicators, of which two form a flag, and skin tones.
        '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}' => true,
        // These are emoji of Unicode 12 and later. Older width tables do not contain them.
        '\u{1f7e0}'..='\u{1f7ff}' | '\u{1fa70}'..='\u{1faff}' => true,
        _ => false,
    }
}

/// Whether terminals agree that `c` takes no cell after another character.
fn is_certain_mark(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}'
            | '\u{483}'..='\u{487}'
            | '\u{591}'..='\u{5bd}'
            | '\u{5bf}'
            | '\u{5c1}'..='\u{5c2}'
            | '\u{5c4}'..='\u{5c5}'
            | '\u{64b}'..='\u{65f}'
            | '\u{670}'
            | '\u{e31}'
            | '\u{e34}'..='\u{e3a}'
            | '\u{e47}'..='\u{e4e}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20dc}'
            | '\u{3099}'..='\u{309a}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_that_every_terminal_measures_alike_are_certain() {
        for cluster in ["a", " ", "é", "e\u{301}", "─", "漢", "か\u{3099}", "한", "😀", "☎", "ก\u{e34}"]
        {
            assert!(!is_width_uncertain(cluster), "{cluster:?}");
        }
    }

    #[test]
    fn clusters_that_terminals_measure_differently_are_uncertain() {
        let uncertain = [
            ("a family of joined emoji", "👩‍👩‍👧‍👦"),
            ("a heart with the emoji selector", "❤\u{fe0f}"),
            ("an emoji with the text selector", "😀\u{fe0e}"),
            ("a text selector alone", "\u{fe0e}"),
            ("a keycap", "1\u{fe0f}\u{20e3}"),
            ("a flag", "🇩🇪"),
            ("half a flag", "🇩"),
            ("a flag of tags", "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"),
            ("a skin tone", "👍🏽"),
            ("a Devanagari conjunct", "क्षि"),
            ("a Tamil vowel sign", "நி"),
            ("Hangul Jamo", "\u{1112}\u{1161}\u{11ab}"),
            ("a new emoji", "🫩"),
        ];
        for (what, cluster) in uncertain {
            assert!(is_width_uncertain(cluster), "{what}");
        }
    }
}
