//! The fields of sendMessage and of what it holds, as far as one writes them in a campaign.
//!
//! Names and meanings are those of <https://core.telegram.org/bots/api#sendmessage>.

/// A key of a JSON object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// One line on what it means; no full stop.
    pub doc: &'static str,
    /// What its value is.
    pub shape: Shape,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Text.
    Text,
    /// One of a few texts.
    Choice(&'static [&'static str]),
    /// A number.
    Number,
    /// A chat: a number, or an `@name` as text.
    Chat,
    /// `true` or `false`.
    Boolean,
    /// An object with these fields.
    Object(&'static [Field]),
    /// An array of objects with these fields.
    Array(&'static [Field]),
    /// An array of arrays of objects with these fields.
    Rows(&'static [Field]),
}

const fn field(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, doc, shape }
}

/// The fields of sendMessage, in the order in which they are offered.
pub static FIELDS: &[Field] = &[
    field("chat_id", Shape::Chat, "The chat the message goes to: a number or an @channel's name"),
    field("text", Shape::Text, "The message, 1 to 4096 characters after its markup is parsed"),
    field("parse_mode", Shape::Choice(&["HTML", "MarkdownV2", "Markdown"]), "How the text is marked up"),
    field("reply_markup", Shape::Object(REPLY_MARKUP), "Buttons below the message, or a keyboard"),
    field("link_preview_options", Shape::Object(LINK_PREVIEW), "How the preview of a link is shown"),
    field("entities", Shape::Array(ENTITY), "The text's entities, instead of a parse mode"),
    field("disable_notification", Shape::Boolean, "Sends it silently: no sound at the user's"),
    field("protect_content", Shape::Boolean, "Forbids to forward and save the message"),
    field("message_effect_id", Shape::Text, "The effect to add, in private chats only"),
    field("message_thread_id", Shape::Number, "The topic of a forum to send to"),
    field("reply_parameters", Shape::Object(REPLY_PARAMETERS), "The message to reply to"),
    field("allow_paid_broadcast", Shape::Boolean, "Up to 1000 messages a second, for Stars"),
    field("business_connection_id", Shape::Text, "The business account to send for"),
];

const REPLY_MARKUP: &[Field] = &[
    field("inline_keyboard", Shape::Rows(INLINE_BUTTON), "Rows of buttons below the message"),
    field("keyboard", Shape::Rows(KEYBOARD_BUTTON), "Rows of buttons instead of the user's keyboard"),
    field("resize_keyboard", Shape::Boolean, "Makes the keyboard as small as its buttons"),
    field("one_time_keyboard", Shape::Boolean, "Hides the keyboard once it was used"),
    field("is_persistent", Shape::Boolean, "Always shows the keyboard"),
    field("input_field_placeholder", Shape::Text, "What the input field shows meanwhile, 1 to 64 characters"),
    field("remove_keyboard", Shape::Boolean, "Takes the keyboard away"),
    field("force_reply", Shape::Boolean, "Shows a reply to this message"),
    field("selective", Shape::Boolean, "Only for users who are mentioned or replied to"),
];

const INLINE_BUTTON: &[Field] = &[
    field("text", Shape::Text, "What the button says"),
    field("url", Shape::Text, "The link it opens"),
    field("callback_data", Shape::Text, "What the bot gets when it is pressed, 1 to 64 bytes"),
    field("web_app", Shape::Object(WEB_APP), "The web app it opens"),
    field("login_url", Shape::Object(WEB_APP), "The address it logs the user in at"),
    field("switch_inline_query", Shape::Text, "Lets the user choose a chat for an inline query"),
    field("switch_inline_query_current_chat", Shape::Text, "Begins an inline query in this chat"),
    field("copy_text", Shape::Object(COPY_TEXT), "The text it copies"),
    field("pay", Shape::Boolean, "Makes it a pay button"),
];

const KEYBOARD_BUTTON: &[Field] = &[
    field("text", Shape::Text, "What the button says, and sends"),
    field("request_contact", Shape::Boolean, "Sends the user's phone number"),
    field("request_location", Shape::Boolean, "Sends where the user is"),
    field("web_app", Shape::Object(WEB_APP), "The web app it opens"),
];

const WEB_APP: &[Field] = &[field("url", Shape::Text, "The https address")];

const COPY_TEXT: &[Field] = &[field("text", Shape::Text, "What is copied, 1 to 256 characters")];

const LINK_PREVIEW: &[Field] = &[
    field("is_disabled", Shape::Boolean, "Shows no preview"),
    field("url", Shape::Text, "The link to preview, instead of the text's first"),
    field("prefer_small_media", Shape::Boolean, "Makes the picture small"),
    field("prefer_large_media", Shape::Boolean, "Makes the picture large"),
    field("show_above_text", Shape::Boolean, "Puts the preview above the text"),
];

const ENTITY: &[Field] = &[
    field("type", Shape::Choice(ENTITY_TYPES), "What this part of the text is"),
    field("offset", Shape::Number, "Where it begins, in UTF-16 units"),
    field("length", Shape::Number, "How long it is, in UTF-16 units"),
    field("url", Shape::Text, "The address of a text_link"),
    field("language", Shape::Text, "The language of a pre"),
    field("custom_emoji_id", Shape::Text, "The emoji of a custom_emoji"),
];

const ENTITY_TYPES: &[&str] = &[
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "custom_emoji",
];

const REPLY_PARAMETERS: &[Field] = &[
    field("message_id", Shape::Number, "The message to reply to"),
    field("chat_id", Shape::Chat, "Its chat, where it is another one"),
    field("allow_sending_without_reply", Shape::Boolean, "Sends it also where that message is gone"),
    field("quote", Shape::Text, "The part of that message to quote"),
    field(
        "quote_parse_mode",
        Shape::Choice(&["HTML", "MarkdownV2", "Markdown"]),
        "How the quote is marked up",
    ),
];

/// Returns the fields of the object (or of the objects in the array) at a path.
pub fn fields_at(path: &[String]) -> &'static [Field] {
    let Some((last, parents)) = path.split_last() else { return FIELDS };
    let found = fields_at(parents).iter().find(|field| field.name == last);
    match found.map(|field| field.shape) {
        Some(Shape::Object(fields) | Shape::Array(fields) | Shape::Rows(fields)) => fields,
        _ => &[],
    }
}

/// Returns the field a path leads to.
pub fn field_at(path: &[String]) -> Option<&'static Field> {
    let (last, parents) = path.split_last()?;
    fields_at(parents).iter().find(|field| field.name == last)
}

/// Returns the choices of the value at a path; empty where any text will do.
pub fn choices(path: &[String]) -> &'static [&'static str] {
    match field_at(path).map(|field| field.shape) {
        Some(Shape::Choice(choices)) => choices,
        _ => &[],
    }
}
