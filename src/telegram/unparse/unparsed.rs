//! Markup with what it could not say.

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unparsed {
    pub markup: String,
    /// What is lost, in words, each with the text it was on; empty where parsing again gives the same message.
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
