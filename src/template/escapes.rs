//! Chooses the filters that escape a value for its position: in a JSON string, as a bare JSON value, or in plain text.
//! In a message text, this includes the filters that escape the value for the text's parse mode.

use std::borrow::Cow;

use crate::dialect::Dialect;
use crate::telegram::ParseMode;

/// The characters that MarkdownV2 reserves (Bot API, "MarkdownV2 style"), and the backslash that escapes them.
pub(super) const MARKDOWN_V2: &str = "\\_*[]()~`>#+-=|{}.!";

/// The characters that the legacy Markdown mode reserves outside entities, that is, outside markup such as `*bold*`.
pub(super) const MARKDOWN: &str = "_*`[";

// Backslashes are replaced first, because the later filters add backslashes that must not be escaped. A Liquid literal
// has no escape for a line break, so `replace` cannot search for a line break. Instead, `newline_to_br` puts `<br />`
// before each line break, `replace` turns each `<br />` into a backslash and an `n`, and `strip_newlines` removes the
// line breaks.
/// The filters that escape text for a JSON string in CleverTap's dialect. Unlike `json_escape`, they leave tabs and
/// other control characters as they are, and they turn a `<br />` that was already in the text into a line break.
pub(super) const PORTABLE_JSON_ESCAPE: &str =
    r#"replace: '\', '\\' | replace: '"', '\"' | newline_to_br | replace: '<br />', '\n' | strip_newlines"#;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum EscapePosition {
    InString,
    BareValue,
    PlainText,
}

/// Returns the filters, with their arguments, that escape text: first those for the parse mode, then those for JSON.
///
/// The list is empty if no filter is needed. It is also empty for a bare value in CleverTap's dialect, which has no
/// filter that prints a JSON value.
pub(crate) fn escape_filters(
    mode: Option<ParseMode>,
    position: EscapePosition,
    dialect: Dialect,
) -> Vec<Cow<'static, str>> {
    // CleverTap has neither `json` nor `json_escape` nor the `tg_` filters. In CleverTap's dialect, other filters
    // replace `json_escape` and the `tg_` filters, but no filter can replace `json`.
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
    // The escape for JSON comes last, because the escapes are undone in reverse order: Telegram first decodes the JSON
    // string and then parses the markup in the decoded text.
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
/// If `reserved` contains the backslash, the backslash must come first. A later filter for the backslash would escape
/// the backslashes that the earlier filters add.
pub(super) fn portable_replaces(reserved: &str) -> String {
    let replaces: Vec<String> = reserved.chars().map(|c| format!("replace: '{c}', '\\{c}'")).collect();
    replaces.join(" | ")
}
