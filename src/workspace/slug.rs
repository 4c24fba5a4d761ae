//! Derives file stems from names. The stems are safe for file systems and shells.

/// The longest stem in characters. Even if each character takes four bytes, the stem, a number below 100, and the
/// longest ending fit into the 255 bytes that most file systems allow.
const MAX_CHARS: usize = 60;

/// Some of the names that Windows reserves for devices.
const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Returns a stem for `name`: `Spring Sale (50%)` gives `spring-sale-50`. Letters become lower case. Letters and digits
/// of all scripts are kept, and everything between them becomes one `-`. Returns `base` if `name` has no letters or
/// digits, or if the stem would be a reserved name.
pub(crate) fn slug(name: &str, base: &str) -> String {
    let mut stem = String::new();
    let mut n_chars = 0;
    for c in name.chars().flat_map(char::to_lowercase) {
        let c = if c.is_alphanumeric() { c } else { '-' };
        // Neighboring dashes are merged. A stem does not start with a dash, because commands would read it as an
        // option.
        if c == '-' && (stem.is_empty() || stem.ends_with('-')) {
            continue;
        }
        if n_chars == MAX_CHARS {
            break;
        }
        stem.push(c);
        n_chars += 1;
    }
    let stem = stem.trim_end_matches('-');
    if stem.is_empty() || RESERVED.contains(&stem) { base.to_owned() } else { stem.to_owned() }
}

/// Returns the first of `stem`, `stem-2`, `stem-3`, … that is not taken.
pub(super) fn free(stem: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut candidate = stem.to_owned();
    let mut number = 2_u64;
    while is_taken(&candidate) {
        candidate = format!("{stem}-{number}");
        number += 1;
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_safe_and_readable() {
        for (name, stem) in [
            ("Spring sale", "spring-sale"),
            ("  Größe: 20% off!! ", "größe-20-off"),
            ("../../etc/passwd", "etc-passwd"),
            ("新年", "新年"),
            ("🎉", "campaign"),
            ("", "campaign"),
            ("CON", "campaign"),
        ] {
            assert_eq!(slug(name, "campaign"), stem, "{name}");
        }
        assert_eq!(slug(&"é".repeat(500), "x").chars().count(), MAX_CHARS);
    }

    #[test]
    fn a_taken_stem_gets_a_number() {
        assert_eq!(free("a", |stem| ["a", "a-2"].contains(&stem)), "a-3");
    }
}
