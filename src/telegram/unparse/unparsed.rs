//! Defines the result of writing a text as markup: the markup, and the formatting that its parse mode cannot express.

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unparsed {
    pub markup: String,
    /// Descriptions of the formatting that is lost, each with an excerpt of the text that had it. The list is empty if
    /// parsing the markup gives the same message.
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
