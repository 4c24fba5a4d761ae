//! Message text as prose. Most of a body is one JSON string, whose text the author writes in paragraphs. This module
//! finds and formats the message text in a body, and escapes text that is pasted into it.
//!
//! What Enter and `"` do in message text is in `editor`. This module knows neither the editor nor the screen.

mod format;
mod paste;

use crate::dialect::Dialect;
use crate::telegram::{Method, fields};
use crate::template::{self, Partials, Template};
use crate::text::Span;

pub(crate) use format::{check_place, toggle_format};
pub(crate) use paste::{PreparedPaste, prepare_paste};

/// Returns the parts of a JSON body that are message text, such as the `text` of a message or the question of a poll.
/// The parts are in order. They include neither Liquid nor the quotes around a string. The parts before and after a
/// piece of Liquid can be empty.
///
/// The body may be unfinished. The time is linear in the length of the body.
pub(crate) fn message_text(body: &str, method: Method, dialect: Dialect) -> Vec<Span> {
    parts_of(&template::parse(body, &Partials::default(), dialect).0, method)
}

fn parts_of(template: &Template, method: Method) -> Vec<Span> {
    template::string_parts(template, &mut |path| fields::is_message_text(method, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_text_is_found_in_every_field_that_recipients_read() {
        let body =
            r#"{"question": "a", "options": ["b", {"text": "c"}], "type": "quiz", "explanation": "d"}"#;
        let parts = message_text(body, Method::SendPoll, Dialect::Telecast);
        let found: Vec<&str> = parts.iter().map(|part| part.of(body)).collect();
        assert_eq!(found, ["a", "b", "c", "d"]);
        let body =
            r#"{"text": "a{{ x }}b", "reply_markup": {"inline_keyboard": [[{"text": "c", "url": "d"}]]}}"#;
        let parts = message_text(body, Method::SendMessage, Dialect::Telecast);
        let found: Vec<&str> = parts.iter().map(|part| part.of(body)).collect();
        assert_eq!(found, ["a", "b"]);
    }
}
