//! Measures how close a message is to the limits of its text: the number of characters and the number of entities.

use super::poll::MAX_QUESTION;
use super::text::{MAX_CAPTION, MAX_TEXT, MarkedText};
use super::{ApiRequest, MessageContent};
use crate::telegram::sent::{MAX_ENTITIES, count_entities};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fullness {
    pub counted: Counted,
    /// The current count. The count of entities may exceed the limit: the server drops the excess entities instead of
    /// refusing the message.
    pub used: usize,
    pub limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// The code points of a text or caption as it is sent.
    Characters,
    /// The author's entities, without custom emoji. Entities that the server detects are not the author's.
    Entities,
}

impl Fullness {
    /// Compares two counts by how much of its own limit each one uses (`used / limit`).
    pub fn cmp_ratio(&self, other: &Fullness) -> std::cmp::Ordering {
        // The fractions are cross-multiplied instead of divided, which keeps the comparison exact.
        (self.used * other.limit).cmp(&(other.used * self.limit))
    }
}

impl ApiRequest {
    /// Returns the largest number of characters that [`ApiRequest::text`] may have after parsing.
    pub fn text_limit(&self) -> Option<usize> {
        match self.content() {
            MessageContent::Text { .. } => Some(MAX_TEXT),
            MessageContent::Media(media) => media.kind.has_caption().then_some(MAX_CAPTION),
            MessageContent::Repeat(repeat) => repeat.caption.as_ref().map(|_| MAX_CAPTION),
            MessageContent::Album(_) | MessageContent::PaidMedia(_) | MessageContent::Caption(_) => {
                Some(MAX_CAPTION)
            }
            MessageContent::Poll(_) => Some(MAX_QUESTION),
            MessageContent::Location(_)
            | MessageContent::Venue(_)
            | MessageContent::Contact(_)
            | MessageContent::Dice(_)
            | MessageContent::Nothing => None,
        }
    }

    /// Returns the limit that the message's text or captions are closest to. Returns `None` for a poll, for a message
    /// without a text of its own, and for a request that sends no message.
    pub fn fullness(&self) -> Option<Fullness> {
        let limit = self.text_limit()?;
        let nearest_limit = |text: &MarkedText| {
            let used = text.sent.text.chars().count();
            let characters = Fullness { counted: Counted::Characters, used, limit };
            let used = count_author_entities(text);
            let entities = Fullness { counted: Counted::Entities, used, limit: MAX_ENTITIES };
            // The number of entities is returned only if it is at least half of its limit. Without this rule, it would
            // nearly always be returned for a short message: 2 entities of 100 are a larger share than 40 characters of
            // 4,096.
            let is_nearer = MAX_ENTITIES <= used * 2 && entities.cmp_ratio(&characters).is_gt();
            if is_nearer { entities } else { characters }
        };
        match self.content() {
            MessageContent::Album(items) => {
                let limits = items.iter().map(|media| nearest_limit(&media.caption));
                limits.max_by(Fullness::cmp_ratio)
            }
            MessageContent::Poll(_) => None,
            _ => self.text().map(nearest_limit),
        }
    }
}

pub(super) fn count_author_entities(text: &MarkedText) -> usize {
    count_entities(&text.parsed.entities)
}

#[cfg(test)]
mod tests {
    use crate::telegram::{Arguments, check};

    #[track_caller]
    fn check_fullness(method: &str, body: &str, expected: &str) {
        let document = crate::json::parse(body).unwrap();
        let arguments = Arguments::from_json(&document, body).unwrap();
        let request = check(method, &arguments).result.unwrap();
        let shown = request.fullness().map(|full| format!("{}/{} {:?}", full.used, full.limit, full.counted));
        assert_eq!(shown.as_deref().unwrap_or("none"), expected);
    }

    #[test]
    fn fullness_is_measured_after_parsing() {
        let body = r#"{"chat_id": 1, "text": "<b>a</b>👍 ", "parse_mode": "HTML"}"#;
        check_fullness("sendMessage", body, "2/4096 Characters");
        let body = format!(r#"{{"chat_id": 1, "text": "{}", "parse_mode": "HTML"}}"#, "<b>a</b> ".repeat(60));
        check_fullness("sendMessage", &body, "60/100 Entities");
        // Touching styles of one kind are one entity.
        let body = format!(r#"{{"chat_id": 1, "text": "{}", "parse_mode": "HTML"}}"#, "<b>a</b>".repeat(101));
        check_fullness("sendMessage", &body, "101/4096 Characters");
        check_fullness("sendMessage", r#"{"chat_id": 1, "text": "a👍 "}"#, "2/4096 Characters");
        let body = r#"{"chat_id": 1, "photo": "https://h.example/p.jpg", "caption": "hey"}"#;
        check_fullness("sendPhoto", body, "3/1024 Characters");
        check_fullness("sendLocation", r#"{"chat_id": 1, "latitude": 1, "longitude": 2}"#, "none");
    }
}
