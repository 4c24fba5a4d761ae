//! The result: markup, and what the mode cannot express.

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unparsed {
    pub markup: String,
    /// What is lost, each with an excerpt of its text. Empty if parsing gives the same message again.
    pub lost: Vec<String>,
}

pub(super) fn lost(what: &str, text: &str) -> String {
    const LONGEST: usize = 24;
    let mut excerpt: String =
        text.trim().chars().take(LONGEST).map(|c| if c == '\n' { ' ' } else { c }).collect();
    if LONGEST < text.trim().chars().count() {
        excerpt.push('…');
    }
    format!("{what} on \"{excerpt}\"")
}
