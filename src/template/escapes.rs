//! The filters that escape a value for its position: in a JSON string, as a bare JSON value, in text with markup.

use std::borrow::Cow;

use crate::dialect::Dialect;
use crate::telegram::ParseMode;

/// The characters that MarkdownV2 reserves (Bot API, "MarkdownV2 style"), and the backslash that escapes them.
pub(super) const MARKDOWN_V2: &str = "\\_*[]()~`>#+-=|{}.!";

/// The characters that the legacy Markdown mode reserves outside entities.
pub(super) const MARKDOWN: &str = "_*`[";

// Backslashes come first, or the backslashes of the later replacements would be escaped as well. A line break cannot be
// written in a Liquid literal, so `newline_to_br` turns it into something that `replace` can match.
/// The equivalent of `json_escape` in filters that CleverTap supports.
pub(super) const PORTABLE_JSON_ESCAPE: &str =
    r#"replace: '\', '\\' | replace: '"', '\"' | newline_to_br | replace: '<br />', '\n' | strip_newlines"#;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum EscapePosition {
    InString,
    BareValue,
    PlainText,
}

/// Returns the filters, with their arguments, that make any text safe: first those for the parse mode, then for JSON.
///
/// Empty if nothing is needed, and for a bare value in CleverTap's dialect, which has no filter for it.
pub(crate) fn escape_filters(
    mode: Option<ParseMode>,
    position: EscapePosition,
    dialect: Dialect,
) -> Vec<Cow<'static, str>> {
    // CleverTap has neither `tg_html` and its relatives nor `json`, so there each filter has an equivalent or is left
    // out.
    let own = dialect == Dialect::Telecast;
    let mut filters = Vec::new();
    if own || position != EscapePosition::BareValue {
        filters.extend(mode.map(|mode| match (mode, own) {
            (ParseMode::Html, true) => Cow::Borrowed("tg_html"),
            (ParseMode::Html, false) => Cow::Borrowed("escape"),
            (ParseMode::Markdown, true) => Cow::Borrowed("tg_markdown"),
            (ParseMode::Markdown, false) => Cow::Owned(portable_replaces(MARKDOWN)),
            (ParseMode::MarkdownV2, true) => Cow::Borrowed("tg_markdown_v2"),
            (ParseMode::MarkdownV2, false) => Cow::Owned(portable_replaces(MARKDOWN_V2)),
        }));
    }
    // JSON last: Telegram decodes the JSON string first and parses the markup in the decoded text.
    match (position, own) {
        (EscapePosition::InString, true) => filters.push(Cow::Borrowed("json_escape")),
        (EscapePosition::InString, false) => filters.push(Cow::Borrowed(PORTABLE_JSON_ESCAPE)),
        (EscapePosition::BareValue, true) => filters.push(Cow::Borrowed("json")),
        (EscapePosition::BareValue, false) | (EscapePosition::PlainText, _) => {}
    }
    filters
}

/// Returns `replace` filters that put a backslash before each of the `reserved` characters.
///
/// A backslash must be the first of them, or it would escape the others' backslashes.
pub(super) fn portable_replaces(reserved: &str) -> String {
    let replaces: Vec<String> = reserved.chars().map(|c| format!("replace: '{c}', '\\{c}'")).collect();
    replaces.join(" | ")
}
