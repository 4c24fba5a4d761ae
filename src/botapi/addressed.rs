//! Checks that a request reaches only the intended chat, before the request can be sent.

use super::{HttpRequest, SendError};
use crate::telegram::{DestinationError, OutgoingRequest, check_destination};

/// A request whose recipient was checked, or that is sent unchecked on purpose. [`Client::deliver`] accepts only this
/// type, so no caller can forget the check.
///
/// [`Client::deliver`]: super::Client::deliver
#[derive(Debug, Clone, PartialEq)]
pub struct AddressedRequest(HttpRequest);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The request may reach a chat other than the given one.
    #[error(transparent)]
    Astray(#[from] DestinationError),
    #[error(transparent)]
    Malformed(#[from] SendError),
}

impl AddressedRequest {
    /// Checks that `request` reaches only `chat`, which is an id or an `@username`.
    pub fn to_chat(request: HttpRequest, chat: &str) -> Result<Self, AddressError> {
        // The parsed URL is checked, not its text, because parsing resolves dot segments and removes tabs and newlines.
        // In the text, a parameter `ch\tat_id` would pass the check but arrive as `chat_id`.
        let url = request.parsed_url()?;
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let outgoing = OutgoingRequest { target: &target, headers: &request.headers, body: &request.body };
        check_destination(&outgoing, chat)?;
        Ok(Self(request))
    }

    /// Wraps a request without checking its recipient. Use this only for a request that the user explicitly asked to
    /// send unchanged.
    pub fn unchecked(request: HttpRequest) -> Self {
        Self(request)
    }

    pub(super) fn into_request(self) -> HttpRequest {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_url_is_checked_as_it_is_sent() {
        let to_77 = |url: &str| {
            let checked = AddressedRequest::to_chat(HttpRequest::get(url, Duration::ZERO), "77");
            checked.map(|_| ()).map_err(|error| error.to_string())
        };
        let other = "the query has the chat_id 999, which is not the chat 77";
        assert_eq!(to_77("https://h.example/bot1:a/sendMessage?chat_id=77"), Ok(()));
        for url in [
            "https://h.example/bot1:a/sendMessage?chat_id=77&ch\tat_id=999",
            "https://h.example/bot1:a/sendMessage?chat_id=77&chat%5\nFid=999",
            "https://h.example/x/../bot1:a/./sendMessage?chat_id=999#&chat_id=77",
            "https://h.example\\bot1:a\\sendMessage?chat_id=999",
        ] {
            assert_eq!(to_77(url).as_ref().map_err(String::as_str), Err(other), "{url}");
        }
        assert!(to_77("mailto:bot1:a/sendMessage?chat_id=77").is_err());
        assert!(to_77("https://h.example/bot1:a/sendMessage/..?chat_id=77").is_err());
    }
}
