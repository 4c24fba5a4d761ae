//! Escapes text for markup. Parsing the markup gives the same text again, as far as the parse mode allows.

use super::ParseMode;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EscapeContext {
    /// Running text. In HTML and MarkdownV2, this includes the text inside bold, links, and quotes.
    Text,
    Code,
    /// A link's address: inside the quotes of an `href`, or between `(` and `)`.
    LinkAddress,
}

/// Escapes `text` so that markup of this mode shows it unchanged.
///
/// Legacy Markdown has no escapes inside entities, so two characters cannot be kept there. A backtick in code becomes
/// `'`, and a `)` in an address becomes `%29`.
///
/// ```
/// use telecast::telegram::{EscapeContext, ParseMode, escape};
///
/// assert_eq!(escape(ParseMode::Html, EscapeContext::Text, "1 < 2 & 3"), "1 &lt; 2 &amp; 3");
/// assert_eq!(escape(ParseMode::MarkdownV2, EscapeContext::Text, "1.5!"), "1\\.5\\!");
/// ```
pub fn escape(mode: ParseMode, context: EscapeContext, text: &str) -> String {
    match (mode, context) {
        (ParseMode::Html, _) => html(text),
        (ParseMode::MarkdownV2, context) => with_backslashes(text, |c| needs_backslash(c, context)),
        // In legacy Markdown, a backslash can escape only these four characters. There is no escape for a backslash
        // itself.
        (ParseMode::Markdown, EscapeContext::Text) => {
            with_backslashes(text, |c| matches!(c, '_' | '*' | '`' | '['))
        }
        (ParseMode::Markdown, EscapeContext::Code) => text.replace('`', "'"),
        (ParseMode::Markdown, EscapeContext::LinkAddress) => text.replace(')', "%29"),
    }
}

fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // A numeric reference is used, because Telegram does not decode `&apos;`.
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn needs_backslash(c: char, context: EscapeContext) -> bool {
    match context {
        // A line break needs no backslash: only a `>` after it could start a quote, and every `>` is escaped.
        EscapeContext::Text => c == '\\' || c.is_ascii() && super::markdown_v2::is_reserved(c as u8),
        EscapeContext::Code => matches!(c, '\\' | '`'),
        EscapeContext::LinkAddress => matches!(c, '\\' | ')'),
    }
}

fn with_backslashes(text: &str, needs_one: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        if needs_one(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
