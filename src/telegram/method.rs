//! The Bot API methods that telecast knows by name.

/// The version of the Bot API that the tables of methods and fields follow: this file and `assets/methods`.
pub const BOT_API_VERSION: &str = "10.3";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    SendMessage,
    SendPhoto,
    SendVideo,
    SendAnimation,
    SendDocument,
    SendMediaGroup,
    SendPoll,
    SendLocation,
    SendAudio,
    SendVoice,
    SendVideoNote,
    SendSticker,
    SendDice,
    SendVenue,
    SendContact,
    SendPaidMedia,
    CopyMessage,
    CopyMessages,
    ForwardMessage,
    ForwardMessages,
    EditMessageText,
    EditMessageCaption,
    EditMessageMedia,
    EditMessageReplyMarkup,
    StopPoll,
    DeleteMessage,
    DeleteMessages,
    PinChatMessage,
    UnpinChatMessage,
    UnpinAllChatMessages,
    SetMessageReaction,
    SendChatAction,
    GetChat,
    GetChatMember,
    GetChatMemberCount,
    GetChatAdministrators,
    AnswerCallbackQuery,
    GetFile,
    SetMyCommands,
    GetMyCommands,
    DeleteMyCommands,
    GetMe,
    GetUpdates,
    SetWebhook,
    GetWebhookInfo,
    DeleteWebhook,
}

/// What a method does to a chat. The kind decides which of the common fields the method has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MethodKind {
    /// Sends a new message, which can answer another one and can have a keyboard.
    Send,
    /// Sends existing messages again. Unlike a message of `Send`, they cannot answer another message.
    Repeat,
    /// Changes a message of the bot.
    Edit,
    /// Anything else that is about a chat.
    Chat,
    /// A method without a chat.
    Bot,
}

/// All methods in the order of the enum, with their names in the Bot API.
const METHODS: [(Method, &str, MethodKind); 46] = {
    use MethodKind::{Bot, Chat, Edit, Repeat, Send};
    [
        (Method::SendMessage, "sendMessage", Send),
        (Method::SendPhoto, "sendPhoto", Send),
        (Method::SendVideo, "sendVideo", Send),
        (Method::SendAnimation, "sendAnimation", Send),
        (Method::SendDocument, "sendDocument", Send),
        (Method::SendMediaGroup, "sendMediaGroup", Send),
        (Method::SendPoll, "sendPoll", Send),
        (Method::SendLocation, "sendLocation", Send),
        (Method::SendAudio, "sendAudio", Send),
        (Method::SendVoice, "sendVoice", Send),
        (Method::SendVideoNote, "sendVideoNote", Send),
        (Method::SendSticker, "sendSticker", Send),
        (Method::SendDice, "sendDice", Send),
        (Method::SendVenue, "sendVenue", Send),
        (Method::SendContact, "sendContact", Send),
        (Method::SendPaidMedia, "sendPaidMedia", Send),
        (Method::CopyMessage, "copyMessage", Send),
        (Method::CopyMessages, "copyMessages", Repeat),
        (Method::ForwardMessage, "forwardMessage", Repeat),
        (Method::ForwardMessages, "forwardMessages", Repeat),
        (Method::EditMessageText, "editMessageText", Edit),
        (Method::EditMessageCaption, "editMessageCaption", Edit),
        (Method::EditMessageMedia, "editMessageMedia", Edit),
        (Method::EditMessageReplyMarkup, "editMessageReplyMarkup", Edit),
        (Method::StopPoll, "stopPoll", Chat),
        (Method::DeleteMessage, "deleteMessage", Chat),
        (Method::DeleteMessages, "deleteMessages", Chat),
        (Method::PinChatMessage, "pinChatMessage", Chat),
        (Method::UnpinChatMessage, "unpinChatMessage", Chat),
        (Method::UnpinAllChatMessages, "unpinAllChatMessages", Chat),
        (Method::SetMessageReaction, "setMessageReaction", Chat),
        (Method::SendChatAction, "sendChatAction", Chat),
        (Method::GetChat, "getChat", Chat),
        (Method::GetChatMember, "getChatMember", Chat),
        (Method::GetChatMemberCount, "getChatMemberCount", Chat),
        (Method::GetChatAdministrators, "getChatAdministrators", Chat),
        (Method::AnswerCallbackQuery, "answerCallbackQuery", Bot),
        (Method::GetFile, "getFile", Bot),
        (Method::SetMyCommands, "setMyCommands", Bot),
        (Method::GetMyCommands, "getMyCommands", Bot),
        (Method::DeleteMyCommands, "deleteMyCommands", Bot),
        (Method::GetMe, "getMe", Bot),
        (Method::GetUpdates, "getUpdates", Bot),
        (Method::SetWebhook, "setWebhook", Bot),
        (Method::GetWebhookInfo, "getWebhookInfo", Bot),
        (Method::DeleteWebhook, "deleteWebhook", Bot),
    ]
};

/// Older names that the server still accepts.
const OLD_NAMES: [(&str, Method); 1] = [("getChatMembersCount", Method::GetChatMemberCount)];

impl Method {
    /// All methods; those that send messages come first.
    pub const ALL: [Method; METHODS.len()] = {
        let mut all = [Method::SendMessage; METHODS.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] = METHODS[at].0;
            at += 1;
        }
        all
    };

    /// Looks up a method by its name, case-insensitively, as the server does. Returns `None` if telecast does not know
    /// the method.
    pub fn from_name(name: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(name));
        known.or_else(|| {
            let old = OLD_NAMES.iter().find(|(old, _)| old.eq_ignore_ascii_case(name));
            old.map(|(_, method)| *method)
        })
    }

    pub fn as_str(self) -> &'static str {
        METHODS[self as usize].1
    }

    fn kind(self) -> MethodKind {
        METHODS[self as usize].2
    }

    /// Whether the method sends a message that stays in the chat. A chat action, such as "typing", does not stay.
    pub fn sends(self) -> bool {
        matches!(self.kind(), MethodKind::Send | MethodKind::Repeat)
    }

    /// Whether the method sends a message that can answer another one.
    pub fn can_reply(self) -> bool {
        self.kind() == MethodKind::Send
    }

    /// Whether the method changes a message of the bot.
    pub fn edits(self) -> bool {
        self.kind() == MethodKind::Edit
    }

    /// Whether the method sends existing messages again.
    pub fn repeats(self) -> bool {
        self.kind() == MethodKind::Repeat || self == Method::CopyMessage
    }

    /// Whether the message of the method can have a keyboard.
    pub fn takes_reply_markup(self) -> bool {
        // An album cannot have a keyboard.
        (self.can_reply() && self != Method::SendMediaGroup) || self.edits() || self == Method::StopPoll
    }

    /// Whether the method requires a `chat_id`. A method that edits a message takes an `inline_message_id` instead.
    pub fn requires_chat_id(self) -> bool {
        self.sends() || self.kind() == MethodKind::Chat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_order_of_the_enum() {
        for (at, (method, name, _)) in METHODS.into_iter().enumerate() {
            assert_eq!(method as usize, at, "{name}");
            assert_eq!(Method::from_name(&name.to_ascii_uppercase()), Some(method));
        }
        assert!(Method::ALL.is_sorted_by_key(|method| !method.sends()));
        assert_eq!(Method::from_name("getChatMembersCount"), Some(Method::GetChatMemberCount));
    }

    #[test]
    fn the_generated_names_of_the_bot_api_are_current() {
        let names: Vec<String> = Method::ALL.iter().map(|method| format!("`{}`", method.as_str())).collect();
        // A line of the page is at most 140 characters long.
        let mut lines = vec![format!(
            "The sandbox follows version {BOT_API_VERSION} of the Bot API and knows these methods:"
        )];
        for (at, name) in names.iter().enumerate() {
            let name = format!("{name}{}", if at + 1 < names.len() { "," } else { "." });
            match lines.last_mut().filter(|line| line.len() + name.len() < 140) {
                Some(line) => line.push_str(&format!(" {name}")),
                None => lines.push(name),
            }
        }
        let page = format!("{}\n", lines.join("\n"));
        crate::help::tests::check_generated("assets/help/sandbox.md", "methods", &page);
        let version = format!(
            "The tables of the Bot API follow its version {BOT_API_VERSION}: `src/telegram/method.rs` names the methods, and `assets/methods` \
             has their fields.\nTo move to the next version, change `BOT_API_VERSION` there, and add what its release notes list: fields to \
             `assets/methods`, methods to\nboth. A method that the sandbox answers also needs an arm in `src/sandbox/methods.rs`. The compiler \
             and the tests of the tables\nname the rest.\n"
        );
        crate::help::tests::check_generated("README.md", "bot-api", &version);
    }
}
