//! Which filters make a value fit a place: in a JSON string, as a bare JSON value, in marked-up text.

use std::borrow::Cow;

use crate::dialect::Dialect;
use crate::telegram::ParseMode;

pub(super) const MARKDOWN_V2: &str = "\\_*[]()~`>#+-=|{}.!";

/// What Markdown reserves outside entities.
pub(super) const MARKDOWN: &str = "_*`[";

/// `json_escape` in filters that CleverTap has: backslashes, quotes, and line breaks, which no literal can hold, by way
/// of `<br />`.
pub(super) const PORTABLE_JSON_ESCAPE: &str =
    r#"replace: '\', '\\' | replace: '"', '\"' | newline_to_br | replace: '<br />', '\n' | strip_newlines"#;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Position {
    InString,
    BareValue,
    PlainText,
}

/// Returns the filters, each with its arguments, that make any text fit: first for the parse mode, then for JSON.
///
/// Empty where nothing is needed, and for a bare value in CleverTap's dialect, which has nothing for it.
pub fn escape_filters(
    mode: Option<ParseMode>,
    position: Position,
    dialect: Dialect,
) -> Vec<Cow<'static, str>> {
    let own = dialect == Dialect::Telecast;
    let mut filters = Vec::new();
    if own || position != Position::BareValue {
        filters.extend(mode.map(|mode| match (mode, own) {
            (ParseMode::Html, true) => Cow::Borrowed("tg_html"),
            (ParseMode::Html, false) => Cow::Borrowed("escape"),
            (ParseMode::Markdown, true) => Cow::Borrowed("tg_markdown"),
            (ParseMode::Markdown, false) => Cow::Owned(portable_replaces(MARKDOWN)),
            (ParseMode::MarkdownV2, true) => Cow::Borrowed("tg_markdown_v2"),
            (ParseMode::MarkdownV2, false) => Cow::Owned(portable_replaces(MARKDOWN_V2)),
        }));
    }
    match (position, own) {
        (Position::InString, true) => filters.push(Cow::Borrowed("json_escape")),
        (Position::InString, false) => filters.push(Cow::Borrowed(PORTABLE_JSON_ESCAPE)),
        (Position::BareValue, true) => filters.push(Cow::Borrowed("json")),
        (Position::BareValue, false) | (Position::PlainText, _) => {}
    }
    filters
}

/// Returns `replace` filters that put a backslash in front of each of `reserved`.
pub(super) fn portable_replaces(reserved: &str) -> String {
    let replaces: Vec<String> = reserved.chars().map(|c| format!("replace: '{c}', '\\{c}'")).collect();
    replaces.join(" | ")
}
