//! Reads `reply_markup`, which is an inline keyboard, a reply keyboard, the removal of a reply keyboard, or a forced
//! reply. Checks the buttons of both kinds of keyboards.

use super::chat_rules::{ChatFeature, ChatKind};
use super::error::RequestError;
use super::url::{self, Scheme};
use super::value::{self, ArgumentValue};
use crate::json::{JsonNode, JsonStep, JsonValue};
use crate::telegram::api_error::{ArgumentLocation, CheckFailure};
use crate::telegram::arguments::Arguments;
use crate::telegram::link;

/// The most buttons that the server keeps in a row. It silently drops all further buttons of the row.
pub(crate) const MAX_BUTTONS_IN_ROW: usize = 12;
/// The most buttons that the server keeps in a keyboard. It silently drops all further buttons of the keyboard.
pub(crate) const MAX_BUTTONS: usize = 300;
/// The longest `callback_data`, in bytes (not characters).
pub(crate) const MAX_CALLBACK_DATA: usize = 64;
/// The longest text of a `copy_text` button, in characters.
pub(crate) const MAX_COPY_TEXT: usize = 256;
/// The largest `reply_markup`, in bytes of JSON without spaces between its tokens. Only Telegram's remote server knows
/// the exact limit. The bots in public reports exceed it with keyboards whose JSON is longer than this.
pub(crate) const MAX_MARKUP_BYTES: usize = 10_000;

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
/// only once it has found the chat. Each button is stored with its location, for the errors of these checks.
#[derive(Debug, Clone)]
pub(super) struct MarkupDraft {
    kind: DraftKind,
    location: ArgumentLocation,
    /// The first button that lets the user choose a chat, but allows no kind of chat.
    without_kinds: Option<ArgumentLocation>,
    /// The length of the markup's JSON without spaces between the tokens, in bytes.
    n_bytes: usize,
}

#[derive(Debug, Clone)]
enum DraftKind {
    Inline(Vec<Vec<(Button, ArgumentLocation)>>),
    Keyboard(Vec<Vec<(KeyboardButton, ArgumentLocation)>>),
    RemoveKeyboard,
    ForceReply,
}

/// A button of a reply keyboard.
#[derive(Debug, Clone)]
struct KeyboardButton {
    text: String,
    has_icon: bool,
    action: KeyboardAction,
}

#[derive(Debug, Clone)]
enum KeyboardAction {
    /// Sends the button's text.
    Text,
    /// Asks the user for something that only private chats allow.
    Request(ChatFeature),
    WebApp(String),
}

/// A markup that passed the checks that TDLib makes.
pub(super) struct CheckedMarkup {
    /// `None` if the server drops all buttons.
    pub markup: Option<ReplyMarkup>,
    /// The error of Telegram's remote server, which checks the markup after the content of the message.
    pub remote_error: Option<RequestError>,
}

/// Reads the argument `reply_markup`. Returns `None` if the argument is missing or empty. Also returns `None` if the
/// argument gives no markup, for example if it is an empty keyboard.
pub(super) fn read(arguments: &Arguments) -> Result<Option<MarkupDraft>, RequestError> {
    value::read(arguments, "reply_markup", "reply keyboard markup", || Ok(None), draft)
}

fn draft(markup: &ArgumentValue<'_>) -> Result<Option<MarkupDraft>, RequestError> {
    if !markup.is_object() {
        return Err(markup.error("Object expected as reply markup"));
    }
    let keyboard = keyboard(markup)?;
    let inline = inline_keyboard(markup)?;
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
    let kind = if !keyboard.is_empty() {
        for name in ["resize_keyboard", "one_time_keyboard", "is_persistent"] {
            markup.bool_or_false(name)?;
        }
        DraftKind::Keyboard(keyboard)
    } else if !inline.is_empty() {
        DraftKind::Inline(inline)
    } else if hides || removes {
        DraftKind::RemoveKeyboard
    } else if forces || forces_legacy {
        DraftKind::ForceReply
    } else {
        return Ok(None);
    };
    let without_kinds = without_kinds(markup);
    let location = ArgumentLocation::argument("reply_markup");
    Ok(Some(MarkupDraft { kind, location, without_kinds, n_bytes: compact_len(markup.node) }))
}

/// Returns the length of the value's JSON without spaces between the tokens, in bytes. Escapes are not counted.
fn compact_len(node: &JsonNode) -> usize {
    // An array or object of n values has n - 1 commas and two brackets.
    let list = |inner: usize, n_values: usize| inner + n_values.max(1) + 1;
    match &node.value {
        JsonValue::Null => 4,
        JsonValue::Boolean(is_true) => is_true.to_string().len(),
        JsonValue::Number(raw) => raw.len(),
        JsonValue::String(text) => text.decoded.len() + 2,
        JsonValue::Array(items) => list(items.iter().map(compact_len).sum(), items.len()),
        JsonValue::Object(members) => {
            let lens = members.iter().map(|member| member.key.decoded.len() + 3 + compact_len(&member.value));
            list(lens.sum(), members.len())
        }
    }
}

fn keyboard(
    markup: &ArgumentValue<'_>,
) -> Result<Vec<Vec<(KeyboardButton, ArgumentLocation)>>, RequestError> {
    let mut rows = Vec::new();
    for row in markup.optional_array("keyboard")?.unwrap_or_default() {
        let Some(items) = row.items() else {
            return Err(row.error("Field \"keyboard\" must be an Array of Arrays"));
        };
        let buttons = items.iter().map(|item| match keyboard_button(item) {
            Ok(button) => Ok((button, item.location())),
            Err(error) => Err(error.with_prefix("Can't parse keyboard button: ")),
        });
        rows.push(buttons.collect::<Result<Vec<_>, RequestError>>()?);
    }
    Ok(rows)
}

fn keyboard_button(button: &ArgumentValue<'_>) -> Result<KeyboardButton, RequestError> {
    match button.node.as_text() {
        Some(text) => {
            Ok(KeyboardButton { text: text.decoded.clone(), has_icon: false, action: KeyboardAction::Text })
        }
        // The style is not kept, but an invalid style makes the server refuse the keyboard.
        None if button.is_object() => {
            let text = button.required_string("text")?;
            let has_icon = icon(button)?.is_some();
            style(button)?;
            Ok(KeyboardButton { text, has_icon, action: keyboard_action(button)? })
        }
        None => Err(button.error("KeyboardButton must be a String or an Object")),
    }
}

// As with inline buttons, the first action that is present is used, and the actions after it are not even checked. The
// fields of the actions are not kept, but a value of the wrong type makes the server refuse the keyboard.
fn keyboard_action(button: &ArgumentValue<'_>) -> Result<KeyboardAction, RequestError> {
    let is_phone_requested = button.bool_or_false("request_phone_number")?;
    if button.bool_or_false("request_contact")? || is_phone_requested {
        return Ok(KeyboardAction::Request(ChatFeature::RequestContact));
    }
    if button.bool_or_false("request_location")? {
        return Ok(KeyboardAction::Request(ChatFeature::RequestLocation));
    }
    if button.has("request_poll") {
        button.required_object("request_poll")?.string_or_empty("type")?;
        return Ok(KeyboardAction::Request(ChatFeature::RequestPoll));
    }
    if button.has("web_app") {
        return button.required_object("web_app")?.required_string("url").map(KeyboardAction::WebApp);
    }
    // `request_user` is the old name of `request_users`.
    if let Some(name) = ["request_users", "request_user"].into_iter().find(|name| button.has(name)) {
        let users = button.required_object(name)?;
        users.required_integer::<i32>("request_id")?;
        users.bool_or_false("user_is_bot")?;
        users.bool_or_false("user_is_premium")?;
        users.optional_integer::<i32>("max_quantity")?;
        check_flags(&users, &["request_name", "request_username", "request_photo"])?;
        return Ok(KeyboardAction::Request(ChatFeature::RequestUsers));
    }
    if button.has("request_chat") {
        let chat = button.required_object("request_chat")?;
        chat.required_integer::<i32>("request_id")?;
        check_flags(&chat, &["chat_is_channel", "chat_is_forum", "chat_has_username", "chat_is_created"])?;
        for name in ["user_administrator_rights", "bot_administrator_rights"] {
            if let Some(rights) = chat.member(name).filter(|rights| !rights.is_object()) {
                return Err(rights.error("ChatAdministratorRights must be an Object"));
            }
        }
        check_flags(&chat, &["bot_is_member", "request_title", "request_username", "request_photo"])?;
        return Ok(KeyboardAction::Request(ChatFeature::RequestChat));
    }
    if button.has("request_managed_bot") {
        let bot = button.required_object("request_managed_bot")?;
        bot.required_integer::<i32>("request_id")?;
        bot.string_or_empty("suggested_name")?;
        bot.string_or_empty("suggested_username")?;
        return Ok(KeyboardAction::Request(ChatFeature::RequestManagedBot));
    }
    Ok(KeyboardAction::Text)
}

fn check_flags(object: &ArgumentValue<'_>, names: &[&str]) -> Result<(), RequestError> {
    names.iter().try_for_each(|name| object.bool_or_false(name).map(drop))
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
        for name in CHOSEN_CHATS {
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

/// Returns the first button of the inline keyboard with the action `switch_inline_query_chosen_chat` that allows no
/// kind of chat. The server refuses it only once it knows the chat.
fn without_kinds(markup: &ArgumentValue<'_>) -> Option<ArgumentLocation> {
    let rows = markup.member("inline_keyboard")?.items()?;
    let mut buttons = rows.iter().filter_map(ArgumentValue::items).flatten();
    let is_without_kinds = |button: &ArgumentValue<'_>| {
        let Some(chosen) = button.member("switch_inline_query_chosen_chat") else { return false };
        let allows = |name: &&str| chosen.bool_or_false(name).is_ok_and(|is_allowed| is_allowed);
        let is_used = matches!(action(button), Ok(ButtonAction::SwitchInlineQuery(_)))
            && !button.has("switch_inline_query");
        let has_text = button.string_or_empty("text").is_ok_and(|text| !text.is_empty());
        is_used && has_text && !CHOSEN_CHATS.iter().any(allows)
    };
    let found = buttons.find(is_without_kinds)?;
    Some(found.member("switch_inline_query_chosen_chat").as_ref().unwrap_or(&found).location())
}

const CHOSEN_CHATS: [&str; 4] =
    ["allow_user_chats", "allow_bot_chats", "allow_group_chats", "allow_channel_chats"];

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

impl MarkupDraft {
    /// Returns the server's error for a message that can have an inline keyboard only.
    pub(super) fn check_inline(&self) -> Result<(), RequestError> {
        match self.kind {
            DraftKind::Inline(_) => Ok(()),
            // A channel is a chat whose messages can have an inline keyboard only.
            DraftKind::Keyboard(_) | DraftKind::RemoveKeyboard | DraftKind::ForceReply => {
                ChatFeature::ReplyKeyboard.check_in(ChatKind::Channel, &self.location)
            }
        }
    }
}

pub(super) fn finish(draft: MarkupDraft, chat: ChatKind) -> Result<CheckedMarkup, RequestError> {
    if !matches!(draft.kind, DraftKind::Inline(_)) {
        ChatFeature::ReplyKeyboard.check_in(chat, &draft.location)?;
    }
    let mut remote_error = None;
    let markup = match draft.kind {
        DraftKind::Inline(rows) => {
            let is_labelled =
                |button: &Button| !button.text.is_empty() || button.icon_custom_emoji_id.is_some();
            let kept = keep_rows(rows, is_labelled, |button, location| {
                let button = finish_button(button, &location, chat)?;
                // The button is found by its place, which the place of its field begins with.
                if let Some(place) =
                    draft.without_kinds.as_ref().filter(|place| is_of_button(place, &location))
                {
                    return Err(RequestError::at(place.clone(), "At least one chat type must be allowed"));
                }
                if remote_error.is_none() {
                    remote_error = check_remotely(&button.action, &location, chat).err();
                }
                Ok(button)
            })?;
            (!kept.is_empty()).then_some(ReplyMarkup::InlineKeyboard(kept))
        }
        DraftKind::Keyboard(rows) => {
            let is_labelled = |button: &KeyboardButton| !button.text.is_empty() || button.has_icon;
            let kept = keep_rows(rows, is_labelled, |button, location| {
                finish_keyboard_button(button, &location, chat)
            })?;
            (!kept.is_empty()).then_some(ReplyMarkup::Keyboard(kept))
        }
        DraftKind::RemoveKeyboard => Some(ReplyMarkup::RemoveKeyboard),
        DraftKind::ForceReply => Some(ReplyMarkup::ForceReply),
    };
    if markup.is_some() && MAX_MARKUP_BYTES < draft.n_bytes {
        remote_error =
            remote_error.or_else(|| Some(RequestError::at(draft.location, "reply markup is too long")));
    }
    Ok(CheckedMarkup { markup, remote_error })
}

fn is_of_button(place: &ArgumentLocation, button: &ArgumentLocation) -> bool {
    // In JSON inside a string, the places are ranges of the string.
    match (place.decoded, button.decoded) {
        (Some(inner), Some(outer)) => outer.start <= inner.start && inner.end <= outer.end,
        _ => place.path.starts_with(&button.path),
    }
}

/// Finishes the buttons that the server keeps. The server drops buttons without a label, buttons beyond the limits, and
/// empty rows.
fn keep_rows<B, F>(
    rows: Vec<Vec<(B, ArgumentLocation)>>,
    is_labelled: impl Fn(&B) -> bool,
    mut finish: impl FnMut(B, ArgumentLocation) -> Result<F, RequestError>,
) -> Result<Vec<Vec<F>>, RequestError> {
    let mut kept = Vec::new();
    let mut left = MAX_BUTTONS;
    for row in rows {
        // Buttons with neither text nor icon are dropped before the limits are applied, so they do not count toward the
        // limits.
        let labelled = row.into_iter().filter(|(button, _)| is_labelled(button));
        let buttons =
            labelled.take(MAX_BUTTONS_IN_ROW.min(left)).map(|(button, location)| finish(button, location));
        let buttons = buttons.collect::<Result<Vec<F>, RequestError>>()?;
        left -= buttons.len();
        if !buttons.is_empty() {
            kept.push(buttons);
        }
    }
    Ok(kept)
}

fn finish_keyboard_button(
    button: KeyboardButton,
    location: &ArgumentLocation,
    chat: ChatKind,
) -> Result<String, RequestError> {
    if button.text.is_empty() {
        return Err(RequestError::at(location.clone(), "Keyboard button text must be non-empty"));
    }
    match &button.action {
        KeyboardAction::Text => {}
        KeyboardAction::Request(feature) => feature.check_in(chat, location)?,
        KeyboardAction::WebApp(address) => {
            ChatFeature::KeyboardWebApp.check_in(chat, location)?;
            https_address(address, "Keyboard button", "Web App")
                .map_err(|message| RequestError::at(inner(location, "web_app", "url"), &message))?;
        }
    }
    Ok(button.text)
}

/// Makes the checks of Telegram's remote server. Their messages are the server's error codes, which the Bot API server
/// puts unchanged into its answer.
fn check_remotely(
    action: &ButtonAction,
    location: &ArgumentLocation,
    chat: ChatKind,
) -> Result<(), RequestError> {
    match action {
        ButtonAction::CallbackData(data) if MAX_CALLBACK_DATA < data.len() => {
            let location = location.child(JsonStep::Key("callback_data".to_owned()));
            Err(RequestError::at(location, "BUTTON_DATA_INVALID"))
        }
        ButtonAction::CopyText(text) if text.is_empty() || MAX_COPY_TEXT < text.chars().count() => {
            Err(RequestError::at(inner(location, "copy_text", "text"), "BUTTON_COPY_TEXT_INVALID"))
        }
        ButtonAction::WebApp(_) => {
            ChatFeature::InlineWebApp.check_in(chat, &location.child(JsonStep::Key("web_app".to_owned())))
        }
        _ => Ok(()),
    }
}

fn inner(location: &ArgumentLocation, name: &str, key: &str) -> ArgumentLocation {
    location.child(JsonStep::Key(name.to_owned())).child(JsonStep::Key(key.to_owned()))
}

fn finish_button(
    mut button: Button,
    location: &ArgumentLocation,
    chat: ChatKind,
) -> Result<Button, RequestError> {
    // A button without text that gets here has an icon. Because of the icon, the server does not drop the button.
    // Instead, the server refuses the call for the missing text.
    if button.text.is_empty() {
        return Err(RequestError::at(location.clone(), "Inline keyboard button text must be non-empty"));
    }
    let member = |name: &str| location.child(JsonStep::Key(name.to_owned()));
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
        ButtonAction::LoginUrl(address) => match https_address(address, "Inline keyboard button", "login") {
            Ok(normal) => *address = normal,
            Err(message) => return refuse(inner(location, "login_url", "url"), message),
        },
        ButtonAction::WebApp(address) => match https_address(address, "Inline keyboard button", "Web App") {
            Ok(normal) => *address = normal,
            Err(message) => return refuse(inner(location, "web_app", "url"), message),
        },
        ButtonAction::SwitchInlineQuery(_) => {
            ChatFeature::SwitchInlineQuery.check_in(chat, location)?;
        }
        ButtonAction::SwitchInlineQueryCurrentChat(_) => {
            ChatFeature::SwitchInlineQueryCurrentChat.check_in(chat, location)?;
        }
        ButtonAction::User(_)
        | ButtonAction::CallbackData(_)
        | ButtonAction::CallbackGame
        | ButtonAction::Pay
        | ButtonAction::CopyText(_) => {}
    }
    Ok(button)
}

/// Normalizes the address of a login or Web App button, which must use HTTPS. Returns the server's error message if the
/// address is invalid. `owner` and `kind` are the words for this kind of button in the message.
fn https_address(address: &str, owner: &str, kind: &str) -> Result<String, String> {
    if link::user_id(address).is_some() {
        return Err(format!("Link to a user can't be used in {kind} URL buttons"));
    }
    url::normalize(address, Scheme::HttpsOnly).map_err(|message| format!("{owner} {kind} {message}"))
}
