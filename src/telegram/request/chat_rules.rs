//! The rules that depend on the kind of the chat, with Telegram's messages.
//!
//! The sandbox knows its chats. `check` knows only a chat's id, and an id can leave two kinds open: a supergroup and a
//! channel have ids of the same form. A rule applies in `check` only if every possible kind refuses the call.
//!
//! Whether a chat has the topic of a `message_thread_id` is not checked here. This cannot be known from the chat's
//! kind: a bot can turn on topics even in its private chats.
//!
//! The rules are from TDLib (`ReplyMarkup.cpp`, `MessageSendOptions.cpp`, `MessageContent.cpp`).
//! `BUTTON_TYPE_INVALID` comes from Telegram's remote server, which checks a call after all other rules.

use super::ChatId;
use super::error::RequestError;
use crate::telegram::api_error::{ApiError, ArgumentLocation};

/// The kind of a chat (Bot API, `Chat.type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ChatKind {
    Private,
    /// A basic group.
    Group,
    Supergroup,
    Channel,
}

/// The ids of supergroups and channels are this number or lower.
const MAX_CHANNEL_ID: i64 = -1_000_000_000_000;

impl ChatKind {
    #[cfg(test)]
    pub(super) const ALL: [ChatKind; 4] =
        [ChatKind::Private, ChatKind::Group, ChatKind::Supergroup, ChatKind::Channel];

    /// Returns the Bot API's name of this kind.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ChatKind::Private => "private",
            ChatKind::Group => "group",
            ChatKind::Supergroup => "supergroup",
            ChatKind::Channel => "channel",
        }
    }

    /// Returns the kinds that a chat with this id can have. If there are several, a supergroup comes first, and it is
    /// the kind whose error `check` reports.
    pub(crate) fn possible(chat_id: &ChatId) -> &'static [ChatKind] {
        match chat_id {
            ChatId::Id(0..) => &[ChatKind::Private],
            ChatId::Id(id) if MAX_CHANNEL_ID < *id => &[ChatKind::Group],
            ChatId::Id(_) | ChatId::Username(_) => &[ChatKind::Supergroup, ChatKind::Channel],
        }
    }
}

/// A part of a call that some kinds of chats refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ChatFeature {
    /// Any markup other than an inline keyboard.
    ReplyKeyboard,
    RequestContact,
    RequestLocation,
    RequestPoll,
    RequestUsers,
    RequestChat,
    RequestManagedBot,
    /// A button of a reply keyboard that opens a Web App.
    KeyboardWebApp,
    /// A button of an inline keyboard that opens a Web App.
    InlineWebApp,
    SwitchInlineQuery,
    SwitchInlineQueryCurrentChat,
    MessageEffect,
    NamedPoll,
}

struct ChatRule {
    feature: ChatFeature,
    /// The kinds of chats that accept the feature.
    accepted_in: &'static [ChatKind],
    message: &'static str,
}

const PRIVATE: &[ChatKind] = &[ChatKind::Private];
const ALL_BUT_CHANNELS: &[ChatKind] = &[ChatKind::Private, ChatKind::Group, ChatKind::Supergroup];

const CHAT_RULES: [ChatRule; 13] = [
    ChatRule {
        feature: ChatFeature::ReplyKeyboard,
        accepted_in: ALL_BUT_CHANNELS,
        message: "Inline keyboard expected",
    },
    ChatRule {
        feature: ChatFeature::RequestContact,
        accepted_in: PRIVATE,
        message: "Phone number can be requested in private chats only",
    },
    ChatRule {
        feature: ChatFeature::RequestLocation,
        accepted_in: PRIVATE,
        message: "Location can be requested in private chats only",
    },
    ChatRule {
        feature: ChatFeature::RequestPoll,
        accepted_in: PRIVATE,
        message: "Poll can be requested in private chats only",
    },
    ChatRule {
        feature: ChatFeature::RequestUsers,
        accepted_in: PRIVATE,
        message: "Users can be requested in private chats only",
    },
    ChatRule {
        feature: ChatFeature::RequestChat,
        accepted_in: PRIVATE,
        message: "Chats can be requested in private chats only",
    },
    ChatRule {
        feature: ChatFeature::RequestManagedBot,
        accepted_in: PRIVATE,
        message: "Managed bots can be requested in private chats only",
    },
    ChatRule {
        feature: ChatFeature::KeyboardWebApp,
        accepted_in: PRIVATE,
        message: "Web App buttons can be used in private chats only",
    },
    ChatRule { feature: ChatFeature::InlineWebApp, accepted_in: PRIVATE, message: "BUTTON_TYPE_INVALID" },
    ChatRule {
        feature: ChatFeature::SwitchInlineQuery,
        accepted_in: ALL_BUT_CHANNELS,
        message: "Can't use switch_inline_query button in a channel chat, because users will not be able to use the \
                  button without knowing bot's username",
    },
    ChatRule {
        feature: ChatFeature::SwitchInlineQueryCurrentChat,
        accepted_in: ALL_BUT_CHANNELS,
        message: "Can't use switch_inline_query_current_chat button in a channel chat, because users will not be able \
                  to use the button without knowing bot's username",
    },
    ChatRule {
        feature: ChatFeature::MessageEffect,
        accepted_in: PRIVATE,
        message: "Can't use message effects in the chat",
    },
    ChatRule {
        feature: ChatFeature::NamedPoll,
        accepted_in: ALL_BUT_CHANNELS,
        message: "Non-anonymous polls can't be sent to channel chats",
    },
];

/// Returns whether a problem quotes the message of one of the rules.
pub(crate) fn is_chat_refusal(problem: &str) -> bool {
    CHAT_RULES.iter().any(|rule| problem.contains(&ApiError::bad_request(rule.message).description))
}

impl ChatFeature {
    /// Returns Telegram's error if chats of this kind refuse the feature. `location` is the place of the feature.
    pub(super) fn check_in(self, kind: ChatKind, location: &ArgumentLocation) -> Result<(), RequestError> {
        let broken = CHAT_RULES.iter().find(|rule| rule.feature == self && !rule.accepted_in.contains(&kind));
        broken.map_or(Ok(()), |rule| Err(RequestError::at(location.clone(), rule.message)))
    }
}
