//! `reply_markup`: inline keyboards with their buttons' actions and limits; the other three kinds.

use super::refused::Refused;
use super::url::{self, Scheme};
use super::value::{self, Value};
use crate::json::Step;
use crate::telegram::api_error::{Cause, Place};
use crate::telegram::arguments::Arguments;
use crate::telegram::link;

/// The most buttons the server keeps in a row and in all; those behind are dropped without a word.
pub const MAX_BUTTONS_IN_ROW: usize = 12;
pub const MAX_BUTTONS: usize = 300;
/// The most bytes of `callback_data`.
pub const MAX_CALLBACK_DATA: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyMarkup {
    /// Buttons under the message, row by row; no row is empty.
    InlineKeyboard(Vec<Vec<Button>>),
    Keyboard(Vec<Vec<String>>),
    RemoveKeyboard,
    ForceReply,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    pub text: String,
    pub action: ButtonAction,
    pub style: ButtonStyle,
    pub icon_custom_emoji_id: Option<i64>,
}

/// What a button does; addresses are in their normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ButtonAction {
    Url(String),
    User(i64),
    /// Sends data to the bot, 1 to 64 bytes.
    CallbackData(String),
    CallbackGame,
    Pay,
    /// Starts an inline query in a chat of the user's choice.
    SwitchInlineQuery(String),
    SwitchInlineQueryCurrentChat(String),
    LoginUrl(String),
    WebApp(String),
    CopyText(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ButtonStyle {
    #[default]
    Default,
    /// Blue.
    Primary,
    /// Green.
    Success,
    /// Red.
    Danger,
}

/// A markup as read, before the checks that come once the chat is known.
#[derive(Debug, Clone)]
pub(super) enum Draft {
    Inline(Vec<Vec<(Button, Place)>>),
    Other(ReplyMarkup),
}

/// Reads the argument `reply_markup`; empty keyboards are none.
pub(super) fn read(arguments: &Arguments) -> Result<Option<Draft>, Refused> {
    let Some(argument) = arguments.get("reply_markup").filter(|argument| !argument.text.is_empty()) else {
        return Ok(None);
    };
    let place = Place::argument("reply_markup");
    let Some(node) = value::parse(argument) else {
        return Err(Refused::at(place, "Can't parse reply keyboard markup JSON object"));
    };
    let markup = Value::of_argument("reply_markup", argument, &node);
    if !markup.is_object() {
        return Err(markup.refuse("Object expected as reply markup"));
    }
    let keyboard = keyboard(&markup)?;
    let inline = inline_keyboard(&markup)?;
    let mut flags = [false; 6];
    let names = [
        "hide_keyboard",
        "remove_keyboard",
        "personal_keyboard",
        "selective",
        "force_reply_keyboard",
        "force_reply",
    ];
    for (flag, name) in flags.iter_mut().zip(names) {
        *flag = markup.optional_bool(name)?;
    }
    markup.optional_string("input_field_placeholder")?;
    let [hides, removes, _, _, forces_legacy, forces] = flags;
    Ok(if !keyboard.is_empty() {
        for name in ["resize_keyboard", "one_time_keyboard", "is_persistent"] {
            markup.optional_bool(name)?;
        }
        Some(Draft::Other(ReplyMarkup::Keyboard(keyboard)))
    } else if !inline.is_empty() {
        Some(Draft::Inline(inline))
    } else if hides || removes {
        Some(Draft::Other(ReplyMarkup::RemoveKeyboard))
    } else if forces || forces_legacy {
        Some(Draft::Other(ReplyMarkup::ForceReply))
    } else {
        None
    })
}

fn keyboard(markup: &Value<'_>) -> Result<Vec<Vec<String>>, Refused> {
    let mut rows = Vec::new();
    for row in markup.optional_array("keyboard")?.unwrap_or_default() {
        let Some(items) = row.items() else {
            return Err(row.refuse("Field \"keyboard\" must be an Array of Arrays"));
        };
        let texts = items.iter().map(|button| {
            keyboard_text(button).map_err(|refused| refused.after("Can't parse keyboard button: "))
        });
        rows.push(texts.collect::<Result<Vec<String>, Refused>>()?);
    }
    Ok(rows)
}

fn keyboard_text(button: &Value<'_>) -> Result<String, Refused> {
    match button.node.as_text() {
        Some(text) => Ok(text.decoded.clone()),
        None if button.is_object() => {
            let text = button.required_string("text")?;
            icon(button)?;
            style(button)?;
            Ok(text)
        }
        None => Err(button.refuse("KeyboardButton must be a String or an Object")),
    }
}

fn inline_keyboard(markup: &Value<'_>) -> Result<Vec<Vec<(Button, Place)>>, Refused> {
    let mut rows = Vec::new();
    for row in markup.optional_array("inline_keyboard")?.unwrap_or_default() {
        let Some(items) = row.items() else {
            return Err(row
                .refuse("Field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays"));
        };
        let buttons = items.iter().map(|item| match button(item) {
            Ok(button) => Ok((button, item.place())),
            Err(refused) => Err(refused.after("Can't parse inline keyboard button: ")),
        });
        rows.push(buttons.collect::<Result<Vec<_>, Refused>>()?);
    }
    Ok(rows)
}

fn button(value: &Value<'_>) -> Result<Button, Refused> {
    if !value.is_object() {
        return Err(value.refuse("InlineKeyboardButton must be an Object"));
    }
    Ok(Button {
        text: value.required_string("text")?,
        icon_custom_emoji_id: icon(value)?,
        style: style(value)?,
        action: action(value)?,
    })
}

fn icon(value: &Value<'_>) -> Result<Option<i64>, Refused> {
    Ok(value.optional_integer("icon_custom_emoji_id")?.filter(|id| *id != 0))
}

fn style(value: &Value<'_>) -> Result<ButtonStyle, Refused> {
    match value.optional_string("style")?.to_ascii_lowercase().as_str() {
        "" | "default" => Ok(ButtonStyle::Default),
        "primary" => Ok(ButtonStyle::Primary),
        "success" => Ok(ButtonStyle::Success),
        "danger" => Ok(ButtonStyle::Danger),
        _ => Err(value.member("style").as_ref().unwrap_or(value).refuse("invalid button style specified")),
    }
}

/// Reads the action in the server's order; the first that is there wins.
fn action(value: &Value<'_>) -> Result<ButtonAction, Refused> {
    let url = value.optional_string("url")?;
    if !url.is_empty() {
        return Ok(ButtonAction::Url(url));
    }
    let data = value.optional_string("callback_data")?;
    if !data.is_empty() {
        return Ok(ButtonAction::CallbackData(data));
    }
    if value.has("callback_game") {
        return Ok(ButtonAction::CallbackGame);
    }
    if value.has("pay") {
        return Ok(ButtonAction::Pay);
    }
    if value.has("switch_inline_query") {
        return value.required_string("switch_inline_query").map(ButtonAction::SwitchInlineQuery);
    }
    if value.has("switch_inline_query_chosen_chat") {
        let chosen = value.required_object("switch_inline_query_chosen_chat")?;
        let query = chosen.optional_string("query")?;
        for name in ["allow_user_chats", "allow_bot_chats", "allow_group_chats", "allow_channel_chats"] {
            chosen.optional_bool(name)?;
        }
        return Ok(ButtonAction::SwitchInlineQuery(query));
    }
    if value.has("switch_inline_query_current_chat") {
        return value
            .required_string("switch_inline_query_current_chat")
            .map(ButtonAction::SwitchInlineQueryCurrentChat);
    }
    if value.has("login_url") {
        return login_url(&value.required_object("login_url")?);
    }
    if value.has("web_app") {
        return value.required_object("web_app")?.required_string("url").map(ButtonAction::WebApp);
    }
    if value.has("copy_text") {
        return value.required_object("copy_text")?.required_string("text").map(ButtonAction::CopyText);
    }
    Err(value.refuse("Text buttons are unallowed in the inline keyboard"))
}

fn login_url(value: &Value<'_>) -> Result<ButtonAction, Refused> {
    let url = value.required_string("url")?;
    let username = value.optional_string("bot_username")?;
    value.optional_bool("request_write_access")?;
    value.optional_string("forward_text")?;
    let name = username.strip_prefix('@').unwrap_or(&username);
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
    if !username.is_empty() && !is_name {
        return Err(value.refuse("LoginUrl bot username is invalid"));
    }
    Ok(ButtonAction::LoginUrl(url))
}

pub(super) fn finish(draft: Draft) -> Result<Option<ReplyMarkup>, Refused> {
    let rows = match draft {
        Draft::Inline(rows) => rows,
        Draft::Other(markup) => return Ok(Some(markup)),
    };
    let mut kept: Vec<Vec<Button>> = Vec::new();
    let mut left = MAX_BUTTONS;
    for row in rows {
        let named = row
            .into_iter()
            .filter(|(button, _)| !button.text.is_empty() || button.icon_custom_emoji_id.is_some());
        let buttons =
            named.take(MAX_BUTTONS_IN_ROW.min(left)).map(|(button, place)| finish_button(button, place));
        let buttons = buttons.collect::<Result<Vec<Button>, Refused>>()?;
        left -= buttons.len();
        if !buttons.is_empty() {
            kept.push(buttons);
        }
    }
    Ok(if kept.is_empty() { None } else { Some(ReplyMarkup::InlineKeyboard(kept)) })
}

fn finish_button(mut button: Button, place: Place) -> Result<Button, Refused> {
    if button.text.is_empty() {
        return Err(
            Refused::at(place, "Inline keyboard button text must be non-empty").because(Cause::NoText)
        );
    }
    let member = |name: &str| place.child(Step::Key(name.to_owned()));
    let inner =
        |name: &str, key: &str| place.child(Step::Key(name.to_owned())).child(Step::Key(key.to_owned()));
    let refuse = |place, words: String| Err(Refused::at(place, &words));
    match &mut button.action {
        ButtonAction::Url(address) => {
            if let Some(user_id) = link::user_id(address) {
                button.action = ButtonAction::User(user_id);
            } else {
                match url::checked(address, Scheme::Any) {
                    Ok(normal) => *address = normal,
                    Err(words) => {
                        let refused = Refused::at(member("url"), &format!("Inline keyboard button {words}"));
                        return Err(refused.because(Cause::ButtonUrl));
                    }
                }
            }
        }
        ButtonAction::LoginUrl(address) => match web_address(address, "login") {
            Ok(normal) => *address = normal,
            Err(words) => return refuse(inner("login_url", "url"), words),
        },
        ButtonAction::WebApp(address) => match web_address(address, "Web App") {
            Ok(normal) => *address = normal,
            Err(words) => return refuse(inner("web_app", "url"), words),
        },
        ButtonAction::CallbackData(data) if MAX_CALLBACK_DATA < data.len() => {
            return refuse(member("callback_data"), "BUTTON_DATA_INVALID".into());
        }
        _ => {}
    }
    Ok(button)
}

/// Checks an address that must be a page on the web; `what` is the server's word for the button.
fn web_address(address: &str, what: &str) -> Result<String, String> {
    if link::user_id(address).is_some() {
        let what = if what == "login" { "login URL" } else { "Web App URL" };
        return Err(format!("Link to a user can't be used in {what} buttons"));
    }
    url::checked(address, Scheme::HttpsOnly).map_err(|words| format!("Inline keyboard button {what} {words}"))
}
