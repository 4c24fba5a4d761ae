//! Reads `reply_markup`, which is an inline keyboard, a reply keyboard, the removal of a reply keyboard, or a forced
//! reply. Checks the buttons of inline keyboards.

use super::error::RequestError;
use super::url::{self, Scheme};
use super::value::{self, ArgumentValue};
use crate::json::JsonStep;
use crate::telegram::api_error::{ArgumentLocation, CheckFailure};
use crate::telegram::arguments::Arguments;
use crate::telegram::link;

/// The most buttons that the server keeps in a row. It silently drops all further buttons of the row.
pub(crate) const MAX_BUTTONS_IN_ROW: usize = 12;
/// The most buttons that the server keeps in a keyboard. It silently drops all further buttons of the keyboard.
pub(crate) const MAX_BUTTONS: usize = 300;
/// The longest `callback_data`, in bytes (not characters).
pub(crate) const MAX_CALLBACK_DATA: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyMarkup {
    /// Buttons under the message, by row. No row is empty.
    InlineKeyboard(Vec<Vec<Button>>),
    /// A reply keyboard: the texts of its buttons, by row.
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

/// The action of a button in an inline keyboard. `finish` checks its address or data and normalizes the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ButtonAction {
    Url(String),
    /// Opens the profile of the user with this id.
    User(i64),
    /// Sends this text to the bot. The text has at least 1 byte, and `finish` checks that it has at most 64 bytes.
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

/// A reply markup that is read but not completely checked. `finish` makes the remaining checks, which the server makes
/// only once it has found the chat. Each button of an inline keyboard is stored with its location, for the errors of
/// these checks.
#[derive(Debug, Clone)]
pub(super) enum MarkupDraft {
    Inline(Vec<Vec<(Button, ArgumentLocation)>>),
    Other(ReplyMarkup),
}

/// Reads the argument `reply_markup`. Returns `None` if the argument is missing or empty. Also returns `None` if the
/// argument gives no markup, for example if it is an empty keyboard.
pub(super) fn read(arguments: &Arguments) -> Result<Option<MarkupDraft>, RequestError> {
    let Some(argument) = arguments.get("reply_markup").filter(|argument| !argument.text.is_empty()) else {
        return Ok(None);
    };
    let location = ArgumentLocation::argument("reply_markup");
    let Some(node) = value::parse(argument) else {
        return Err(RequestError::at(location, "Can't parse reply keyboard markup JSON object"));
    };
    let markup = ArgumentValue::of_argument("reply_markup", argument, &node);
    if !markup.is_object() {
        return Err(markup.error("Object expected as reply markup"));
    }
    let keyboard = keyboard(&markup)?;
    let inline = inline_keyboard(&markup)?;
    // The server reads these fields before it chooses one kind of markup. So a field of the wrong type is an error even
    // if the server chooses a kind that does not use the field.
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
        *flag = markup.bool_or_false(name)?;
    }
    markup.string_or_empty("input_field_placeholder")?;
    let [hides, removes, _, _, forces_legacy, forces] = flags;
    // If the argument contains several kinds of markup, the server uses the first kind in the order of the branches
    // below. It ignores the other kinds without an error.
    Ok(if !keyboard.is_empty() {
        for name in ["resize_keyboard", "one_time_keyboard", "is_persistent"] {
            markup.bool_or_false(name)?;
        }
        Some(MarkupDraft::Other(ReplyMarkup::Keyboard(keyboard)))
    } else if !inline.is_empty() {
        Some(MarkupDraft::Inline(inline))
    } else if hides || removes {
        Some(MarkupDraft::Other(ReplyMarkup::RemoveKeyboard))
    } else if forces || forces_legacy {
        Some(MarkupDraft::Other(ReplyMarkup::ForceReply))
    } else {
        None
    })
}

fn keyboard(markup: &ArgumentValue<'_>) -> Result<Vec<Vec<String>>, RequestError> {
    let mut rows = Vec::new();
    for row in markup.optional_array("keyboard")?.unwrap_or_default() {
        let Some(items) = row.items() else {
            return Err(row.error("Field \"keyboard\" must be an Array of Arrays"));
        };
        let texts = items.iter().map(|button| {
            keyboard_text(button).map_err(|error| error.with_prefix("Can't parse keyboard button: "))
        });
        rows.push(texts.collect::<Result<Vec<String>, RequestError>>()?);
    }
    Ok(rows)
}

fn keyboard_text(button: &ArgumentValue<'_>) -> Result<String, RequestError> {
    match button.node.as_text() {
        Some(text) => Ok(text.decoded.clone()),
        // The icon and the style are not kept, but an invalid icon or style makes the server refuse the keyboard.
        None if button.is_object() => {
            let text = button.required_string("text")?;
            icon(button)?;
            style(button)?;
            Ok(text)
        }
        None => Err(button.error("KeyboardButton must be a String or an Object")),
    }
}

fn inline_keyboard(markup: &ArgumentValue<'_>) -> Result<Vec<Vec<(Button, ArgumentLocation)>>, RequestError> {
    let mut rows = Vec::new();
    for row in markup.optional_array("inline_keyboard")?.unwrap_or_default() {
        let Some(items) = row.items() else {
            return Err(
                row.error("Field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays")
            );
        };
        let buttons = items.iter().map(|item| match button(item) {
            Ok(button) => Ok((button, item.location())),
            Err(error) => Err(error.with_prefix("Can't parse inline keyboard button: ")),
        });
        rows.push(buttons.collect::<Result<Vec<_>, RequestError>>()?);
    }
    Ok(rows)
}

fn button(value: &ArgumentValue<'_>) -> Result<Button, RequestError> {
    if !value.is_object() {
        return Err(value.error("InlineKeyboardButton must be an Object"));
    }
    Ok(Button {
        text: value.required_string("text")?,
        icon_custom_emoji_id: icon(value)?,
        style: style(value)?,
        action: action(value)?,
    })
}

fn icon(value: &ArgumentValue<'_>) -> Result<Option<i64>, RequestError> {
    Ok(value.optional_integer("icon_custom_emoji_id")?.filter(|id| *id != 0))
}

fn style(value: &ArgumentValue<'_>) -> Result<ButtonStyle, RequestError> {
    match value.string_or_empty("style")?.to_ascii_lowercase().as_str() {
        "" | "default" => Ok(ButtonStyle::Default),
        "primary" => Ok(ButtonStyle::Primary),
        "success" => Ok(ButtonStyle::Success),
        "danger" => Ok(ButtonStyle::Danger),
        _ => Err(value.member("style").as_ref().unwrap_or(value).error("invalid button style specified")),
    }
}

// The actions are in the server's order: the first action that is present is used, and the actions after it are not
// even checked.
fn action(value: &ArgumentValue<'_>) -> Result<ButtonAction, RequestError> {
    // An empty `url` or `callback_data` counts as absent. The other actions count even if they are empty.
    let url = value.string_or_empty("url")?;
    if !url.is_empty() {
        return Ok(ButtonAction::Url(url));
    }
    let data = value.string_or_empty("callback_data")?;
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
        let query = chosen.string_or_empty("query")?;
        // These fields are not kept, because no preview shows which chats the user may choose from. They are read only
        // because the server checks their types.
        for name in ["allow_user_chats", "allow_bot_chats", "allow_group_chats", "allow_channel_chats"] {
            chosen.bool_or_false(name)?;
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
    Err(value.error("Text buttons are unallowed in the inline keyboard"))
}

fn login_url(value: &ArgumentValue<'_>) -> Result<ButtonAction, RequestError> {
    let url = value.required_string("url")?;
    let username = value.string_or_empty("bot_username")?;
    value.bool_or_false("request_write_access")?;
    value.string_or_empty("forward_text")?;
    let name = username.strip_prefix('@').unwrap_or(&username);
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
    if !username.is_empty() && !is_name {
        return Err(value.error("LoginUrl bot username is invalid"));
    }
    Ok(ButtonAction::LoginUrl(url))
}

pub(super) fn finish(draft: MarkupDraft) -> Result<Option<ReplyMarkup>, RequestError> {
    let rows = match draft {
        MarkupDraft::Inline(rows) => rows,
        MarkupDraft::Other(markup) => return Ok(Some(markup)),
    };
    let mut kept: Vec<Vec<Button>> = Vec::new();
    let mut left = MAX_BUTTONS;
    for row in rows {
        // Buttons with neither text nor icon are dropped before the limits are applied, so they do not count toward the
        // limits.
        let labelled = row
            .into_iter()
            .filter(|(button, _)| !button.text.is_empty() || button.icon_custom_emoji_id.is_some());
        let buttons = labelled
            .take(MAX_BUTTONS_IN_ROW.min(left))
            .map(|(button, location)| finish_button(button, location));
        let buttons = buttons.collect::<Result<Vec<Button>, RequestError>>()?;
        left -= buttons.len();
        // The server drops empty rows.
        if !buttons.is_empty() {
            kept.push(buttons);
        }
    }
    Ok(if kept.is_empty() { None } else { Some(ReplyMarkup::InlineKeyboard(kept)) })
}

fn finish_button(mut button: Button, location: ArgumentLocation) -> Result<Button, RequestError> {
    // A button without text that gets here has an icon. Because of the icon, the server does not drop the button.
    // Instead, the server refuses the call for the missing text.
    if button.text.is_empty() {
        return Err(RequestError::at(location, "Inline keyboard button text must be non-empty")
            .with_cause(CheckFailure::NoText));
    }
    let member = |name: &str| location.child(JsonStep::Key(name.to_owned()));
    let inner = |name: &str, key: &str| {
        location.child(JsonStep::Key(name.to_owned())).child(JsonStep::Key(key.to_owned()))
    };
    let refuse = |location, message: String| Err(RequestError::at(location, &message));
    match &mut button.action {
        ButtonAction::Url(address) => {
            // `tg://user?id=…` is tried first, because the server makes a different kind of button from such an
            // address. The address is valid as an ordinary link, too.
            if let Some(user_id) = link::user_id(address) {
                button.action = ButtonAction::User(user_id);
            } else {
                match url::normalize(address, Scheme::Any) {
                    Ok(normal) => *address = normal,
                    Err(message) => {
                        let error =
                            RequestError::at(member("url"), &format!("Inline keyboard button {message}"));
                        return Err(error.with_cause(CheckFailure::ButtonUrl));
                    }
                }
            }
        }
        ButtonAction::LoginUrl(address) => match https_address(address, "login") {
            Ok(normal) => *address = normal,
            Err(message) => return refuse(inner("login_url", "url"), message),
        },
        ButtonAction::WebApp(address) => match https_address(address, "Web App") {
            Ok(normal) => *address = normal,
            Err(message) => return refuse(inner("web_app", "url"), message),
        },
        // The Bot API server does not check this limit, but Telegram's remote server does. The message is the remote
        // server's error code, which the Bot API server puts unchanged into its answer.
        ButtonAction::CallbackData(data) if MAX_CALLBACK_DATA < data.len() => {
            return refuse(member("callback_data"), "BUTTON_DATA_INVALID".into());
        }
        _ => {}
    }
    Ok(button)
}

/// Normalizes the address of a login or Web App button, which must use HTTPS. Returns the server's error message if the
/// address is invalid. `kind` is the word for this kind of button in the message.
fn https_address(address: &str, kind: &str) -> Result<String, String> {
    if link::user_id(address).is_some() {
        return Err(format!("Link to a user can't be used in {kind} URL buttons"));
    }
    url::normalize(address, Scheme::HttpsOnly)
        .map_err(|message| format!("Inline keyboard button {kind} {message}"))
}
