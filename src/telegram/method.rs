//! The Bot API methods that telecast knows by name.

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
    SendChatAction,
    GetChat,
    GetMe,
    GetUpdates,
    GetWebhookInfo,
    DeleteWebhook,
}

impl Method {
    /// All methods; those that send messages come first.
    pub const ALL: [Method; 14] = [
        Method::SendMessage,
        Method::SendPhoto,
        Method::SendVideo,
        Method::SendAnimation,
        Method::SendDocument,
        Method::SendMediaGroup,
        Method::SendPoll,
        Method::SendLocation,
        Method::SendChatAction,
        Method::GetChat,
        Method::GetMe,
        Method::GetUpdates,
        Method::GetWebhookInfo,
        Method::DeleteWebhook,
    ];

    /// Looks up a method by its name, case-insensitively, as the server does. Returns `None` if telecast does not know
    /// the method.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(name))
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Method::SendMessage => "sendMessage",
            Method::SendPhoto => "sendPhoto",
            Method::SendVideo => "sendVideo",
            Method::SendAnimation => "sendAnimation",
            Method::SendDocument => "sendDocument",
            Method::SendMediaGroup => "sendMediaGroup",
            Method::SendPoll => "sendPoll",
            Method::SendLocation => "sendLocation",
            Method::SendChatAction => "sendChatAction",
            Method::GetChat => "getChat",
            Method::GetMe => "getMe",
            Method::GetUpdates => "getUpdates",
            Method::GetWebhookInfo => "getWebhookInfo",
            Method::DeleteWebhook => "deleteWebhook",
        }
    }

    /// Whether the method sends a message that stays in the chat. A chat action, such as "typing", does not stay.
    pub fn sends(self) -> bool {
        matches!(
            self,
            Method::SendMessage
                | Method::SendPhoto
                | Method::SendVideo
                | Method::SendAnimation
                | Method::SendDocument
                | Method::SendMediaGroup
                | Method::SendPoll
                | Method::SendLocation
        )
    }

    /// Whether the method requires a `chat_id`.
    pub fn requires_chat_id(self) -> bool {
        self.sends() || matches!(self, Method::SendChatAction | Method::GetChat)
    }
}
