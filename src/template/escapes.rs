//! The filters that escape a value for its position: in a JSON string, as a bare JSON value, in text with markup.

use std::borrow::Cow;

use crate::dialect::Dialect;
use crate::telegram::ParseMode;

/// The characters that MarkdownV2 reserves (Bot API, "MarkdownV2 style"), and the backslash that escapes them.
pub(super) const MARKDOWN_V2: &str = "\\_*[]()~`>#+-=|{}.!";

/// The characters that the legacy Markdown mode reserves outside entities.
pub(super) const MARKDOWN: &str = "_*`[";

// Backslashes come first, or the backslashes of the later replacements would be escaped as well. Liquid has no escape
// for a line break in a literal, so `newline_to_br` puts a `<br />` before it, which `replace` can match.
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
/// The list is empty if nothing is needed, and for a bare value in CleverTap's dialect, which has no filter that prints
/// a JSON value.
pub(crate) fn escape_filters(
    mode: Option<ParseMode>,
    position: EscapePosition,
    dialect: Dialect,
) -> Vec<Cow<'static, str>> {
    // CleverTap has none of `json`, `json_escape` and the `tg_` filters. In its dialect, each of them has an equivalent
    // or is left out.
    let is_telecast = dialect == Dialect::Telecast;
    let mut filters = Vec::new();
    if is_telecast || position != EscapePosition::BareValue {
        filters.extend(mode.map(|mode| match (mode, is_telecast) {
            (ParseMode::Html, true) => Cow::Borrowed("tg_html"),
            (ParseMode::Html, false) => Cow::Borrowed("escape"),
            (ParseMode::Markdown, true) => Cow::Borrowed("tg_markdown"),
            (ParseMode::Markdown, false) => Cow::Owned(portable_replaces(MARKDOWN)),
            (ParseMode::MarkdownV2, true) => Cow::Borrowed("tg_markdown_v2"),
            (ParseMode::MarkdownV2, false) => Cow::Owned(portable_replaces(MARKDOWN_V2)),
        }));
    }
    // JSON last: Telegram decodes the JSON string first and parses the markup in the decoded text.
    match (position, is_telecast) {
        (EscapePosition::InString, true) => filters.push(Cow::Borrowed("json_escape")),
        (EscapePosition::InString, false) => filters.push(Cow::Borrowed(PORTABLE_JSON_ESCAPE)),
        (EscapePosition::BareValue, true) => filters.push(Cow::Borrowed("json")),
        (EscapePosition::BareValue, false) | (EscapePosition::PlainText, _) => {}
    }
    filters
}

/// Returns `replace` filters that put a backslash before each of the `reserved` characters.
///
/// If the backslash is reserved, it must come first. Otherwise its filter would escape the backslashes of the others.
pub(super) fn portable_replaces(reserved: &str) -> String {
    let replaces: Vec<String> = reserved.chars().map(|c| format!("replace: '{c}', '\\{c}'")).collect();
    replaces.join(" | ")
}
