//! The markup of each parse mode, as snippets.

use crate::telegram::ParseMode;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Markup {
    /// By what one looks for it: a tag's name, or what it makes.
    pub label: &'static str,
    /// One line on what it does; no full stop.
    pub doc: &'static str,
    /// What is put in, as it stands inside a JSON string; `‸` marks the cursor, or two what is selected; `⇥` marks where
    /// Tab leads from there.
    pub snippet: &'static str,
}

impl Markup {
    /// Returns what is put in, without the marks.
    pub fn text(&self) -> String {
        self.snippet.replace(['‸', '⇥'], "")
    }
}

const fn markup(label: &'static str, snippet: &'static str, doc: &'static str) -> Markup {
    Markup { label, doc, snippet }
}

/// HTML's, by how often one needs it. Single quotes need no escaping in JSON, and CleverTap's sample has them, too.
static HTML: &[Markup] = &[
    markup("b", "<b>‸</b>", "Bold"),
    markup("i", "<i>‸</i>", "Italic"),
    markup(
        "a",
        "<a href='‸https://‸'>⇥</a>",
        "A link; an address that Telegram does not take leaves the text",
    ),
    markup("u", "<u>‸</u>", "Underlined"),
    markup("s", "<s>‸</s>", "Struck through"),
    markup("code", "<code>‸</code>", "Code in a line; holds no other markup"),
    markup("pre", "<pre>‸</pre>", "A block of code, as it is"),
    markup(
        "pre language",
        "<pre><code class='language-‸'>⇥</code></pre>",
        "A block of code in a language, coloured",
    ),
    markup("tg-spoiler", "<tg-spoiler>‸</tg-spoiler>", "Hidden until it is tapped"),
    markup("blockquote", "<blockquote>‸</blockquote>", "A quote; cannot stand in another quote"),
    markup(
        "blockquote expandable",
        "<blockquote expandable>‸</blockquote>",
        "A quote of which the first lines are shown",
    ),
    markup(
        "tg-emoji",
        "<tg-emoji emoji-id='‸'>⇥🙂</tg-emoji>",
        "A custom emoji, by its number; the emoji inside is for all who cannot see it",
    ),
    markup("tg-time", "<tg-time unix='‸' format='wDT'>⇥</tg-time>", "A time in the reader's zone"),
];

static MARKDOWN_V2: &[Markup] = &[
    markup("bold", "*‸*", "Bold"),
    markup("italic", "_‸_", "Italic"),
    markup("underline", "__‸__", "Underlined"),
    markup("strikethrough", "~‸~", "Struck through"),
    markup("spoiler", "||‸||", "Hidden until it is tapped"),
    markup("code", "`‸`", "Code in a line; holds no other markup"),
    markup("pre", "```\\n‸\\n```", "A block of code; a language may follow the first three backticks"),
    markup("link", "[‸](https://⇥)", "A link; an address that Telegram does not take leaves the text"),
    markup("quote", ">‸", "A quote, to the end of its line; each further line begins with >"),
    markup(
        "emoji",
        "![🙂](tg://emoji?id=‸)",
        "A custom emoji, by its number; the emoji inside is for all who cannot see it",
    ),
];

static MARKDOWN: &[Markup] = &[
    markup("bold", "*‸*", "Bold; holds no other markup"),
    markup("italic", "_‸_", "Italic; holds no other markup"),
    markup("code", "`‸`", "Code in a line"),
    markup("pre", "```\\n‸\\n```", "A block of code; a language may follow the first three backticks"),
    markup("link", "[‸](https://⇥)", "A link"),
];

pub fn of(mode: ParseMode) -> &'static [Markup] {
    match mode {
        ParseMode::Html => HTML,
        ParseMode::Markdown => MARKDOWN,
        ParseMode::MarkdownV2 => MARKDOWN_V2,
    }
}

pub fn beginning_with(mode: ParseMode, typed: char) -> impl Iterator<Item = &'static Markup> {
    of(mode).iter().filter(move |markup| markup.snippet.starts_with(typed))
}

/// Whether a person who types `c` behind `before` may be about to mark something up.
pub fn may_begin(mode: ParseMode, c: char, before: Option<char>) -> bool {
    match mode {
        ParseMode::Html => c == '<',
        // Behind a letter it ends what was begun, and behind a backslash it is a character.
        ParseMode::Markdown | ParseMode::MarkdownV2 => {
            let opens = before.is_none_or(|before| {
                !before.is_alphanumeric() && !matches!(before, '\\' | '.' | '!' | '?') && before != c
            });
            opens && beginning_with(mode, c).next().is_some()
        }
    }
}

/// Returns the name of the innermost HTML tag that is open at the end of a text.
pub fn open_tag(before: &str) -> Option<&str> {
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
    fn each_snippet_is_markup_that_telegram_reads() {
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
    fn the_innermost_open_tag_is_known() {
        assert_eq!(open_tag("<b>a <i>b</i> c"), Some("b"));
        assert_eq!(open_tag("<b>a</b> <a href='x'>c"), Some("a"));
        assert_eq!(open_tag("a < b"), None);
    }
}
