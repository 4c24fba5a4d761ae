//! Converts inline keyboards to the JSON form that they have in Message objects.

use serde_json::{Map, Value, json};

use crate::telegram::request::{Button, ButtonAction, ButtonStyle, ReplyMarkup};

/// Returns the rows of an inline keyboard. Returns `None` for any other markup, which is not part of a Message object.
pub(super) fn inline_rows(markup: &ReplyMarkup) -> Option<Vec<Vec<Value>>> {
    match markup {
        ReplyMarkup::InlineKeyboard(rows) => {
            Some(rows.iter().map(|row| row.iter().map(button).collect()).collect())
        }
        ReplyMarkup::Keyboard(_) | ReplyMarkup::RemoveKeyboard | ReplyMarkup::ForceReply => None,
    }
}

fn button(button: &Button) -> Value {
    let mut object = Map::new();
    object.insert("text".into(), button.text.as_str().into());
    if let Some(id) = button.icon_custom_emoji_id {
        object.insert("icon_custom_emoji_id".into(), id.to_string().into());
    }
    let style = match button.style {
        ButtonStyle::Default => None,
        ButtonStyle::Primary => Some("primary"),
        ButtonStyle::Success => Some("success"),
        ButtonStyle::Danger => Some("danger"),
    };
    if let Some(style) = style {
        object.insert("style".into(), style.into());
    }
    let (key, value) = action(&button.action);
    object.insert(key.into(), value);
    Value::Object(object)
}

fn action(action: &ButtonAction) -> (&'static str, Value) {
    match action {
        // Telegram returns a login button as a plain URL button.
        ButtonAction::Url(url) | ButtonAction::LoginUrl(url) => ("url", url.as_str().into()),
        ButtonAction::User(id) => ("url", format!("tg://user?id={id}").into()),
        ButtonAction::CallbackData(data) => ("callback_data", data.as_str().into()),
        ButtonAction::CallbackGame => ("callback_game", json!({})),
        ButtonAction::Pay => ("pay", true.into()),
        ButtonAction::SwitchInlineQuery(query) => ("switch_inline_query", query.as_str().into()),
        ButtonAction::SwitchInlineQueryCurrentChat(query) => {
            ("switch_inline_query_current_chat", query.as_str().into())
        }
        ButtonAction::WebApp(url) => ("web_app", json!({ "url": url })),
        ButtonAction::CopyText(text) => ("copy_text", json!({ "text": text })),
    }
}
