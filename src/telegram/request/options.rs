//! Reads the options of a message: the message that it replies to, the link preview, and the delivery.

use super::error::RequestError;
use super::text::{self, MarkedText, TextFields, TextRules};
use super::value::{self, ArgumentValue};
use crate::telegram::arguments::{Arguments, lenient_i64};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivery {
    pub disable_notification: bool,
    pub protect_content: bool,
    /// Whether the bot pays a fee in Telegram Stars to send more messages per second than the limit for free messages.
    pub allow_paid_broadcast: bool,
    /// The animation shown with the message, in private chats only.
    pub message_effect_id: Option<i64>,
    /// The forum topic that the message is sent to.
    pub message_thread_id: Option<i64>,
    pub direct_messages_topic_id: Option<i64>,
    /// The id of the connection to the business account that the message is sent for; empty if there is none.
    pub business_connection_id: String,
}

impl Delivery {
    pub(crate) fn read(arguments: &Arguments) -> Self {
        // The server reads these ids leniently: a text that does not begin with a number is 0. An id of 0 counts as not
        // set.
        let id = |name: &str| Some(arguments.integer(name)).filter(|id| *id != 0);
        Self {
            disable_notification: arguments.boolean("disable_notification"),
            protect_content: arguments.boolean("protect_content"),
            allow_paid_broadcast: arguments.boolean("allow_paid_broadcast"),
            message_effect_id: id("message_effect_id"),
            message_thread_id: id("message_thread_id").filter(|id| 0 < *id),
            direct_messages_topic_id: id("direct_messages_topic_id"),
            business_connection_id: arguments.text("business_connection_id").to_owned(),
        }
    }
}

/// The link preview of a text (Bot API, `LinkPreviewOptions`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkPreview {
    pub is_disabled: bool,
    /// The address to preview. If it is empty, Telegram uses the first link of the text.
    pub url: String,
    pub prefer_small_media: bool,
    pub prefer_large_media: bool,
    pub show_above_text: bool,
}

impl LinkPreview {
    pub(super) fn read(arguments: &Arguments) -> Result<Self, RequestError> {
        let is_disabled = arguments.boolean("disable_web_page_preview");
        let legacy = || Ok(Self { is_disabled, ..Self::default() });
        object(arguments, "link_preview_options", "link preview options", legacy, |options| {
            Ok(Self {
                is_disabled: options.bool_or_false("is_disabled")?,
                url: options.string_or_empty("url")?,
                prefer_small_media: options.bool_or_false("prefer_small_media")?,
                prefer_large_media: options.bool_or_false("prefer_large_media")?,
                show_above_text: options.bool_or_false("show_above_text")?,
            })
        })
    }

    /// Whether the preview is enabled and has a URL of its own. If so, the text may be empty.
    pub(super) fn has_url(&self) -> bool {
        !self.is_disabled && !self.url.is_empty()
    }
}

/// The message that is replied to (Bot API, `ReplyParameters`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyParameters {
    pub message_id: i32,
    pub chat_id: Option<super::ChatId>,
    pub allow_sending_without_reply: bool,
    /// The quoted part of the message that is replied to. That message must contain exactly this text.
    pub quote: Option<MarkedText>,
}

impl ReplyParameters {
    pub(super) fn read(arguments: &Arguments) -> Result<Option<Self>, RequestError> {
        let legacy = || {
            let message_id = lenient_i64(arguments.text("reply_to_message_id"));
            Ok(i32::try_from(message_id).ok().filter(|id| 0 < *id).map(|message_id| Self {
                message_id,
                chat_id: None,
                allow_sending_without_reply: arguments.boolean("allow_sending_without_reply"),
                quote: None,
            }))
        };
        // An empty `reply_parameters` means that there is no reply. The old arguments, such as `reply_to_message_id`,
        // are read only if `reply_parameters` is absent.
        if arguments.get("reply_parameters").is_some_and(|argument| argument.text.is_empty()) {
            return Ok(None);
        }
        object(arguments, "reply_parameters", "reply parameters", legacy, |reply| {
            if reply.keys().next().is_none() {
                return Ok(None);
            }
            let chat_id = reply.string_or_empty("chat_id")?;
            let message_id: i32 = reply.required_integer("message_id")?;
            let allow_sending_without_reply = reply.bool_or_false("allow_sending_without_reply")?;
            let quote = text::read_members(reply, TextFields::QUOTE)?;
            // These three fields are not kept, but a value of the wrong type makes the server refuse the call.
            reply.optional_integer::<i32>("quote_position")?;
            reply.optional_integer::<i32>("checklist_task_id")?;
            reply.string_or_empty("poll_option_id")?;
            // The quote is finished at once because it borrows from JSON that is dropped when this closure returns.
            let quote = Some(quote.finish(TextRules::Quote)?).filter(|quote| !quote.sent.text.is_empty());
            Ok((0 < message_id).then(|| Self {
                message_id,
                chat_id: Some(chat_id)
                    .filter(|id| !id.is_empty())
                    .map(|id| super::ChatId::from_argument(&id)),
                allow_sending_without_reply,
                quote,
            }))
        })
    }
}

/// Checks `suggested_post_parameters`. The values are not kept, since no preview shows them.
pub(super) fn check_suggested_post(arguments: &Arguments) -> Result<(), RequestError> {
    object(
        arguments,
        "suggested_post_parameters",
        "suggested post parameters",
        || Ok(()),
        |post| {
            post.optional_integer::<i32>("send_date")?;
            let Some(price) = post.optional_object("price")? else { return Ok(()) };
            let currency = price.required_string("currency")?;
            let amount: i64 = price.required_integer("amount")?;
            match currency.as_str() {
                "XTR" => Ok(()),
                "TON" if amount % 10_000_000 == 0 => Ok(()),
                "TON" => Err(price.error("Suggested post price must be divisible by 10000000 nanotoncoins")),
                _ => Err(price.error("Invalid suggested post price currency specified")),
            }
        },
    )
}

/// Reads an argument that is a JSON object, or calls `missing` if the argument is empty or absent. `label` is the
/// server's name for the argument in error messages.
fn object<T>(
    arguments: &Arguments,
    name: &str,
    label: &str,
    missing: impl FnOnce() -> Result<T, RequestError>,
    read: impl FnOnce(&ArgumentValue<'_>) -> Result<T, RequestError>,
) -> Result<T, RequestError> {
    value::read(arguments, name, label, missing, |value| match value.is_object() {
        true => read(value),
        false => Err(value.error(format!("Object expected as {label}"))),
    })
}
