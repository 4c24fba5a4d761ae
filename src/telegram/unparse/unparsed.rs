//! The result of writing a text as markup: the markup and what the mode cannot express.

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unparsed {
    pub markup: String,
    /// The formatting that is lost, each with an excerpt of its text. Empty if parsing the markup gives the same
    /// message.
    pub lost: Vec<String>,
}

pub(super) fn lost(what: &str, text: &str) -> String {
    const MAX_CHARS: usize = 24;
    let mut excerpt: String =
        text.trim().chars().take(MAX_CHARS).map(|c| if c == '\n' { ' ' } else { c }).collect();
    if MAX_CHARS < text.trim().chars().count() {
        excerpt.push('…');
    }
    format!("{what} on \"{excerpt}\"")
}
