//! Predicts what Telegram would do with a body that is not JSON. The Bot API server does not refuse such a body: it
//! reads the members before the first fault, so it may send a part of the message.

use crate::telegram::fields::{self, ApiField};
use crate::telegram::{self, Arguments, Method, lenient_string, read_leniently};
use crate::text::{shorten, visible};

/// The maximum number of characters of the message's text that are shown.
const MAX_TEXT: usize = 40;

/// The maximum number of lost fields that are named.
const MAX_NAMES: usize = 3;

/// Returns what Telegram would do with a body, such as "Telegram would send `Say`". `query` has the parameters of the
/// URL. Returns `None` if the method sends no message.
pub(super) fn outlook(
    method: &str,
    query: impl IntoIterator<Item = (String, String)>,
    body: &str,
) -> Option<String> {
    let known = Method::from_name(method).filter(|known| known.sends())?;
    let arguments = Arguments::from_body(body.as_bytes()).prepend_query(query);
    let request = match telegram::check(method, &arguments).result {
        Ok(request) => request,
        Err(error) => {
            let answer = error.description.strip_prefix("Bad Request: ").unwrap_or(&error.description);
            return Some(format!("Telegram would answer: {}", visible(answer)));
        }
    };
    // The server reads a missing or invalid chat id as 0, and no chat has the id 0.
    if request.chat_id() == Some(&telegram::ChatId::Id(0)) {
        return Some("Telegram would answer: chat not found".to_owned());
    }
    let text = request.text().map(|text| text.sent.text.as_str()).filter(|text| !text.is_empty());
    let sent = match text {
        Some(text) => format!("`{}`", visible(&shorten(text, MAX_TEXT))),
        None => "it".to_owned(),
    };
    let lost = lost_fields(known, &arguments, body);
    Some(match names(&lost) {
        Some(names) => format!("Telegram would send {sent}, without the {names}"),
        None => format!("Telegram would send {sent}"),
    })
}

/// Returns the names of the method's fields that the body has after the place at which the server stops reading.
fn lost_fields(method: Method, arguments: &Arguments, body: &str) -> Vec<&'static str> {
    let read = read_leniently(body.as_bytes());
    if read.stopped_at.is_none() {
        return Vec::new();
    }
    let fields = fields::of_method(method);
    let longest = fields.iter().map(|field| field.name.len()).max().unwrap_or_default();
    let from = read.members.last().map_or(0, |member| member.span.end);
    let mut lost = Vec::new();
    // Nobody can know which quotes begin a key in text that is not JSON, so every quote may.
    for (at, _) in body[from..].match_indices('"') {
        let Some((name, end)) = lenient_string(body.as_bytes(), from + at, longest) else { continue };
        let is_key = body.get(end..).is_some_and(|after| after.trim_start().starts_with(':'));
        let field = fields.iter().find(|field: &&ApiField| field.name == name && field.replaced_by.is_none());
        let Some(field) = field.filter(|_| is_key && arguments.get(&name).is_none()) else { continue };
        if !lost.contains(&field.name.as_str()) {
            lost.push(field.name.as_str());
        }
    }
    lost
}

fn names(lost: &[&str]) -> Option<String> {
    match lost {
        [] => None,
        [name] => Some((*name).to_owned()),
        [first @ .., last] if lost.len() <= MAX_NAMES => Some(format!("{} and {last}", first.join(", "))),
        _ => {
            let (named, rest) = lost.split_at(MAX_NAMES - 1);
            Some(format!("{} and {} other fields", named.join(", "), rest.len()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: &str, body: &str, expected: &str) {
        assert_eq!(outlook(method, [], body).as_deref().unwrap_or("nothing"), expected, "{body}");
    }

    #[test]
    fn the_part_before_the_fault_is_sent() {
        let check = |body: &str, expected: &str| check("sendMessage", body, expected);
        check(r#"{"chat_id":1,"text":"Say "hi" now"}"#, "Telegram would send `Say`");
        check(r#"{"chat_id":1,"text":"a"} x"#, "Telegram would send `a`");
        check(
            r#"{"chat_id":1,"text":"<b>" "parse_mode":"HTML"}"#,
            "Telegram would send `<b>`, without the parse_mode",
        );
        check(
            r#"{"chat_id":1,"text":"x","protect_content":True,"reply_markup":{"inline_keyboard":[]}}"#,
            "Telegram would send `x`, without the protect_content and reply_markup",
        );
        check("{\"chat_id\":1,\"text\":\"a\nb\"}", "Telegram would send `a␊b`");
        for chat in ["-", "--1001", ".5", "–1001", "abc", "0"] {
            let body = format!(r#"{{"chat_id":{chat},"text":"x"}}"#);
            let found = outlook("sendMessage", [], &body).unwrap_or_default();
            assert!(found.starts_with("Telegram would answer: "), "{body}: {found}");
        }
        check("null", "Telegram would answer: message text is empty");
        check(r#"{"chat_id":1,"text":"cut off"#, "Telegram would answer: message text is empty");
        check(r#"{"text":"x" "chat_id":1}"#, "Telegram would answer: chat_id is empty");
        let long = format!("{{\"chat_id\":1,\"text\":\"{}\"", "x".repeat(99));
        check(&long, &format!("Telegram would send `{}…`", "x".repeat(40)));
        check(
            r#"{"chat_id":1,"text":"x" "parse_mode":"","entities":[],"reply_markup":{},"protect_content":1}"#,
            "Telegram would send `x`, without the parse_mode, entities and 2 other fields",
        );
    }

    #[test]
    fn only_methods_that_send_have_an_outlook() {
        check(
            "sendPhoto",
            r#"{"chat_id":1,"photo":"https://a.b/c" "caption":"x"}"#,
            "Telegram would send it, without the caption",
        );
        check("getMe", "null", "nothing");
        check("unknown", "null", "nothing");
    }
}
