//! The snippets for the markup of each parse mode.

use crate::telegram::ParseMode;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkupSnippet {
    /// The text that is compared with the query: the name of a tag or of the formatting.
    pub label: &'static str,
    /// One line without a full stop. Only the part before the first semicolon is shown beside the label.
    pub doc: &'static str,
    /// The text to insert, already escaped for a JSON string. A `‸` marks the cursor. Two `‸` mark the start and the
    /// end of the selection. A `⇥` marks the position that Tab goes to next.
    pub snippet: &'static str,
}

impl MarkupSnippet {
    /// Returns the text to insert, without the marks.
    pub fn text(&self) -> String {
        self.snippet.replace(['‸', '⇥'], "")
    }
}

const fn markup(label: &'static str, snippet: &'static str, doc: &'static str) -> MarkupSnippet {
    MarkupSnippet { label, doc, snippet }
}

// The most frequent markup comes first. Attributes have single quotes, as in CleverTap's sample: double quotes would
// need escapes inside the JSON string.
static HTML: &[MarkupSnippet] = &[
    markup("b", "<b>‸</b>", "Bold"),
    markup("i", "<i>‸</i>", "Italic"),
    markup("a", "<a href='‸https://‸'>⇥</a>", "A link; if Telegram rejects the URL, only the text stays"),
    markup("u", "<u>‸</u>", "Underlined"),
    markup("s", "<s>‸</s>", "Strikethrough"),
    markup("code", "<code>‸</code>", "Inline code; no other markup inside"),
    markup("pre", "<pre>‸</pre>", "A code block"),
    markup(
        "pre language",
        "<pre><code class='language-‸'>⇥</code></pre>",
        "A code block with syntax highlighting",
    ),
    markup("tg-spoiler", "<tg-spoiler>‸</tg-spoiler>", "Hidden until tapped"),
    markup("blockquote", "<blockquote>‸</blockquote>", "A quote; cannot be inside another quote"),
    markup(
        "blockquote expandable",
        "<blockquote expandable>‸</blockquote>",
        "A quote that is collapsed to its first lines",
    ),
    markup(
        "tg-emoji",
        "<tg-emoji emoji-id='‸'>⇥🙂</tg-emoji>",
        "A custom emoji by id; the emoji inside is shown if it is not available",
    ),
    markup("tg-time", "<tg-time unix='‸' format='wDT'>⇥</tg-time>", "A time in the reader's time zone"),
];

static MARKDOWN_V2: &[MarkupSnippet] = &[
    markup("bold", "*‸*", "Bold"),
    markup("italic", "_‸_", "Italic"),
    markup("underline", "__‸__", "Underlined"),
    markup("strikethrough", "~‸~", "Strikethrough"),
    markup("spoiler", "||‸||", "Hidden until tapped"),
    markup("code", "`‸`", "Inline code; no other markup inside"),
    markup("pre", "```\\n‸\\n```", "A block of code; a language may follow the first three backticks"),
    markup("link", "[‸](https://⇥)", "A link; if Telegram rejects the URL, only the text stays"),
    markup("quote", ">‸", "A quote; each of its lines starts with >"),
    markup(
        "emoji",
        "![🙂](tg://emoji?id=‸)",
        "A custom emoji by id; the emoji inside is shown if it is not available",
    ),
];

static MARKDOWN: &[MarkupSnippet] = &[
    markup("bold", "*‸*", "Bold; no other markup inside"),
    markup("italic", "_‸_", "Italic; no other markup inside"),
    markup("code", "`‸`", "Inline code"),
    markup("pre", "```\\n‸\\n```", "A block of code; a language may follow the first three backticks"),
    markup("link", "[‸](https://⇥)", "A link"),
];

pub(crate) fn of(mode: ParseMode) -> &'static [MarkupSnippet] {
    match mode {
        ParseMode::Html => HTML,
        ParseMode::Markdown => MARKDOWN,
        ParseMode::MarkdownV2 => MARKDOWN_V2,
    }
}

pub(crate) fn beginning_with(mode: ParseMode, typed: char) -> impl Iterator<Item = &'static MarkupSnippet> {
    of(mode).iter().filter(move |markup| markup.snippet.starts_with(typed))
}

/// Returns whether `c`, typed after the character `before`, may start markup.
pub(crate) fn may_begin(mode: ParseMode, c: char, before: Option<char>) -> bool {
    match mode {
        ParseMode::Html => c == '<',
        // After a letter, a digit, or the end of a sentence, the character more likely closes markup. After a
        // backslash, it is ordinary text. After the same character, it is the second character of a delimiter such as
        // `__`.
        ParseMode::Markdown | ParseMode::MarkdownV2 => {
            let opens = before.is_none_or(|before| {
                !before.is_alphanumeric() && !matches!(before, '\\' | '.' | '!' | '?') && before != c
            });
            opens && beginning_with(mode, c).next().is_some()
        }
    }
}

/// Returns the name of the innermost HTML tag that is open at the end of a text, or `None` if no tag is open.
pub(crate) fn open_tag(before: &str) -> Option<&str> {
    // This scan is simpler than Telegram's parser, but good enough for suggestions. A `<` without a `>` is text, and an
    // end tag also closes all tags that were opened inside its element.
    let mut open: Vec<&str> = Vec::new();
    for (at, _) in before.match_indices('<') {
        let rest = &before[at + 1..];
        let Some(end) = rest.find(['<', '>']).filter(|end| rest[*end..].starts_with('>')) else { continue };
        let inner = &rest[..end];
        match inner.strip_prefix('/') {
            Some(closed) => {
                if let Some(at) = open.iter().rposition(|name| *name == closed.trim_end()) {
                    open.truncate(at);
                }
            }
            // The name ends before a space, or before the backslash of a `\n` in the JSON string.
            None => open.push(inner.split([' ', '\\']).next().unwrap_or(inner)),
        }
    }
    open.pop().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telegram::parse;

    #[test]
    fn telegram_accepts_every_snippet() {
        for mode in ParseMode::ALL {
            for markup in of(mode) {
                let typed = match markup.snippet.matches('‸').count() {
                    2 => "",
                    _ if markup.label.contains("emoji") => "5368324170671202286",
                    _ if markup.label == "tg-time" => "1700000000",
                    _ => "x",
                };
                let next = if markup.snippet.contains("https://⇥") || markup.snippet.contains("⇥🙂") {
                    ""
                } else {
                    "x"
                };
                let filled = markup.snippet.replace('‸', typed).replace('⇥', next);
                let decoded = filled.replace("\\n", "\n").replace("https://", "https://a.b");
                let parsed =
                    parse(mode, &decoded).unwrap_or_else(|error| panic!("{}: {error:?}", markup.label));
                assert_eq!(parsed.entities.len(), 1, "{mode:?} {decoded}");
                assert!(!markup.snippet.contains('"'), "{} would end the JSON string", markup.label);
            }
        }
    }

    #[test]
    fn the_innermost_open_tag_is_found() {
        assert_eq!(open_tag("<b>a <i>b</i> c"), Some("b"));
        assert_eq!(open_tag("<b>a</b> <a href='x'>c"), Some("a"));
        assert_eq!(open_tag("a < b"), None);
    }
}
