//! A request of which it is known whom it reaches: the only kind that can send a message.

use super::{HttpRequest, SendError};
use crate::telegram::{Astray, Outgoing, check_destination};

/// A request that was checked, or that is meant to go to whomever it names. [`Client::deliver`] takes nothing else.
///
/// [`Client::deliver`]: super::Client::deliver
#[derive(Debug, Clone, PartialEq)]
pub struct Addressed(HttpRequest);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It may reach somebody else than the chat asked for.
    #[error(transparent)]
    Astray(#[from] Astray),
    #[error(transparent)]
    Malformed(#[from] SendError),
}

impl Addressed {
    /// Makes sure that `request` reaches `chat`, an id or an `@name`, and nobody else.
    pub fn to_chat(request: HttpRequest, chat: &str) -> Result<Self, AddressError> {
        // As the client writes it into the request line: it resolves dot segments and takes tabs out.
        let url = request.parsed_url()?;
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let outgoing = Outgoing { target: &target, headers: &request.headers, body: &request.body };
        check_destination(&outgoing, chat)?;
        Ok(Self(request))
    }

    /// Takes a request that goes to whomever it names, as somebody asked for in so many words.
    pub fn as_it_is(request: HttpRequest) -> Self {
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
    fn the_address_is_judged_as_it_goes_onto_the_wire() {
        let to_77 = |url: &str| {
            let checked = Addressed::to_chat(HttpRequest::get(url, Duration::ZERO), "77");
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
