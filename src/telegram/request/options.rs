//! What stands beside a message's content: the reply, the link preview, and how it is delivered.

use super::refused::Refused;
use super::text::{self, MarkedText, Names, Rules};
use super::value::{self, Value};
use crate::telegram::api_error::Place;
use crate::telegram::arguments::{Arguments, lenient_i64};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivery {
    pub disable_notification: bool,
    pub protect_content: bool,
    /// Beyond the free rate, for Stars.
    pub allow_paid_broadcast: bool,
    /// The effect it arrives with, in private chats.
    pub message_effect_id: Option<i64>,
    /// The forum topic.
    pub message_thread_id: Option<i64>,
    pub direct_messages_topic_id: Option<i64>,
    /// The business account in whose name it is sent; empty for none.
    pub business_connection_id: String,
}

impl Delivery {
    pub(super) fn read(arguments: &Arguments) -> Self {
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

/// The card below a text (Bot API, `LinkPreviewOptions`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkPreview {
    pub is_disabled: bool,
    /// The address it is of, instead of the first link; empty for that.
    pub url: String,
    pub prefer_small_media: bool,
    pub prefer_large_media: bool,
    pub show_above_text: bool,
}

impl LinkPreview {
    pub(super) fn read(arguments: &Arguments) -> Result<Self, Refused> {
        let is_disabled = arguments.boolean("disable_web_page_preview");
        let legacy = || Ok(Self { is_disabled, ..Self::default() });
        object(arguments, "link_preview_options", "link preview options", legacy, |options| {
            Ok(Self {
                is_disabled: options.optional_bool("is_disabled")?,
                url: options.optional_string("url")?,
                prefer_small_media: options.optional_bool("prefer_small_media")?,
                prefer_large_media: options.optional_bool("prefer_large_media")?,
                show_above_text: options.optional_bool("show_above_text")?,
            })
        })
    }

    /// Whether it shows a card of an address of its own, so that the text may be empty.
    pub(super) fn has_url(&self) -> bool {
        !self.is_disabled && !self.url.is_empty()
    }
}

/// The message that is replied to (Bot API, `ReplyParameters`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub message_id: i32,
    pub chat_id: Option<super::ChatId>,
    pub allow_sending_without_reply: bool,
    /// The part of it that is quoted; it must stand in the message exactly so.
    pub quote: Option<MarkedText>,
}

impl Reply {
    pub(super) fn read(arguments: &Arguments) -> Result<Option<Self>, Refused> {
        let legacy = || {
            let message_id = lenient_i64(arguments.text("reply_to_message_id"));
            Ok(i32::try_from(message_id).ok().filter(|id| 0 < *id).map(|message_id| Self {
                message_id,
                chat_id: None,
                allow_sending_without_reply: arguments.boolean("allow_sending_without_reply"),
                quote: None,
            }))
        };
        if arguments.get("reply_parameters").is_some_and(|argument| argument.text.is_empty()) {
            return Ok(None);
        }
        object(arguments, "reply_parameters", "reply parameters", legacy, |reply| {
            if reply.keys().next().is_none() {
                return Ok(None);
            }
            let chat_id = reply.optional_string("chat_id")?;
            let message_id: i32 = reply.required_integer("message_id")?;
            let allow_sending_without_reply = reply.optional_bool("allow_sending_without_reply")?;
            let quote = text::of_members(reply, Names::QUOTE)?;
            reply.optional_integer::<i32>("quote_position")?;
            reply.optional_integer::<i32>("checklist_task_id")?;
            reply.optional_string("poll_option_id")?;
            let quote = Some(quote.finish(Rules::Quote)?).filter(|quote| !quote.sent.text.is_empty());
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

/// Checks `suggested_post_parameters`, which nothing here shows.
pub(super) fn check_suggested_post(arguments: &Arguments) -> Result<(), Refused> {
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
                "TON" => Err(price.refuse("Suggested post price must be divisible by 10000000 nanotoncoins")),
                _ => Err(price.refuse("Invalid suggested post price currency specified")),
            }
        },
    )
}

/// Reads an argument that is a JSON object; `words` is what the server calls it.
fn object<T>(
    arguments: &Arguments,
    name: &str,
    words: &str,
    missing: impl FnOnce() -> Result<T, Refused>,
    read: impl FnOnce(&Value<'_>) -> Result<T, Refused>,
) -> Result<T, Refused> {
    let Some(argument) = arguments.get(name).filter(|argument| !argument.text.is_empty()) else {
        return missing();
    };
    let Some(node) = value::parse(argument) else {
        return Err(Refused::at(Place::argument(name), &format!("Can't parse {words} JSON object")));
    };
    let value = Value::of_argument(name, argument, &node);
    if !value.is_object() {
        return Err(value.refuse(format!("Object expected as {words}")));
    }
    read(&value)
}
