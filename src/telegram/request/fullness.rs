//! How near a message comes to the limits of its text.

use super::text::{MAX_CAPTION, MAX_TEXT, MarkedText};
use super::{Content, Request};
use crate::telegram::EntityKind;
use crate::telegram::sent::MAX_ENTITIES;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fullness {
    pub counted: Counted,
    /// How much there is; of entities it may be more than the limit, and the rest is dropped.
    pub used: usize,
    pub limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Characters of a text or caption, after parsing.
    Characters,
    /// Entities of the author's.
    Entities,
}

impl Fullness {
    /// Orders by the part of the limit that is used.
    pub fn cmp_part(&self, other: &Fullness) -> std::cmp::Ordering {
        (self.used * other.limit).cmp(&(other.used * self.limit))
    }
}

impl Request {
    /// Returns the limit that the message's text or captions come nearest; `None` for a message without them.
    ///
    /// Entities count from half of their limit on: any short message has more markup than length.
    pub fn fullness(&self) -> Option<Fullness> {
        let of = |text: &MarkedText, limit: usize| {
            let used = text.sent.text.chars().count();
            let characters = Fullness { counted: Counted::Characters, used, limit };
            let used = n_own_entities(text);
            let entities = Fullness { counted: Counted::Entities, used, limit: MAX_ENTITIES };
            let is_nearer = MAX_ENTITIES <= used * 2 && entities.cmp_part(&characters).is_gt();
            if is_nearer { entities } else { characters }
        };
        match self.content() {
            Content::Text { text, .. } => Some(of(text, MAX_TEXT)),
            Content::Media(media) => Some(of(&media.caption, MAX_CAPTION)),
            Content::Album(items) => {
                items.iter().map(|media| of(&media.caption, MAX_CAPTION)).max_by(Fullness::cmp_part)
            }
            Content::Poll(_) | Content::Location(_) | Content::Nothing => None,
        }
    }
}

pub(super) fn n_own_entities(text: &MarkedText) -> usize {
    let counts = |kind: &EntityKind| !matches!(kind, EntityKind::CustomEmoji { .. });
    text.parsed.entities.iter().filter(|entity| counts(&entity.kind)).count()
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
    fn what_counts_is_what_is_left_after_parsing() {
        let body = r#"{"chat_id": 1, "text": "<b>a</b>👍 ", "parse_mode": "HTML"}"#;
        check_fullness("sendMessage", body, "2/4096 Characters");
        let body = format!(r#"{{"chat_id": 1, "text": "{}", "parse_mode": "HTML"}}"#, "<b>a</b> ".repeat(60));
        check_fullness("sendMessage", &body, "60/100 Entities");
        check_fullness("sendMessage", r#"{"chat_id": 1, "text": "a👍 "}"#, "2/4096 Characters");
        let body = r#"{"chat_id": 1, "photo": "https://h.example/p.jpg", "caption": "hey"}"#;
        check_fullness("sendPhoto", body, "3/1024 Characters");
        check_fullness("sendLocation", r#"{"chat_id": 1, "latitude": 1, "longitude": 2}"#, "none");
    }
}
