//! Finds and replaces every top-level `chat_id` of a rendered body, even if the text is not valid JSON.
//!
//! For a test that goes to the user's own test chat, the chat id is replaced in the rendered text before that text is
//! parsed. `NULL`, a bare `@name`, and a missing value are therefore replaced just like a number.

use std::iter::Peekable;

use crate::json::JsonTokenKind::{self, Punctuation};
use crate::json::{self, JsonToken, Tokens};
use crate::telegram::lenient_string;
use crate::text::Span;

pub(crate) const CHAT_ID: &str = "chat_id";

/// Why the test chat cannot be set in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TestChatError {
    #[error("the webhook's URL is not a Bot API URL (…/bot<token>/METHOD)")]
    NotBotApi,
    #[error("the webhook sends a GET, which has no body, and its query has no chat_id")]
    Get,
    #[error("the campaign's content format is text, and only JSON has a chat_id")]
    PlainText,
    #[error("the body is not a JSON object: it does not start with `{{`")]
    NotAnObject,
}

/// A text that was made by replacing parts of another text, the original. Spans of the new text can be mapped to the
/// original and back.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct PatchedText {
    pub text: String,
    /// For each replacement in order: the replaced bytes of the original, and the length of the new text.
    replacements: Vec<(Span, usize)>,
}

impl PatchedText {
    pub(crate) fn unchanged(text: &str) -> Self {
        Self { text: text.to_owned(), replacements: Vec::new() }
    }

    /// Maps a span of the patched text to the original. A span inside a replacement maps to all of the replaced bytes.
    pub(crate) fn original(&self, span: Span) -> Span {
        Span::new(self.original_offset(span.start, false), self.original_offset(span.end, true))
    }

    /// Maps a span of the original to the patched text. A span inside replaced bytes maps to the whole replacement.
    pub(crate) fn patched(&self, span: Span) -> Span {
        Span::new(self.patched_offset(span.start, false), self.patched_offset(span.end, true))
    }

    fn patched_offset(&self, at: usize, is_end: bool) -> usize {
        let mut original = 0;
        let mut patched = 0;
        for (replaced, new_len) in &self.replacements {
            if at < replaced.start || (is_end && at == replaced.start) {
                break;
            }
            let start = patched + (replaced.start - original);
            if at < replaced.end || (is_end && at == replaced.end) {
                // An offset inside replaced bytes maps to the start or the end of the replacement. The replaced bytes
                // and the replacement have nothing in common, so no offset inside the replacement would be a better
                // match.
                return if is_end { start + new_len } else { start };
            }
            original = replaced.end;
            patched = start + new_len;
        }
        patched + (at - original)
    }

    fn original_offset(&self, at: usize, is_end: bool) -> usize {
        let mut original = 0;
        let mut patched = 0;
        for (replaced, new_len) in &self.replacements {
            let start = patched + (replaced.start - original);
            if at < start || (is_end && at == start) {
                break;
            }
            if at < start + new_len || (is_end && at == start + new_len) {
                return if is_end { replaced.end } else { replaced.start };
            }
            original = replaced.end;
            patched = start + new_len;
        }
        original + (at - patched)
    }
}

/// The positions of the chat ids in a text that should be a JSON object.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ChatIds {
    /// The spans of the values of all top-level `chat_id` keys. A span is empty if there is no value after the colon.
    pub values: Vec<Span>,
    /// The offset directly after the opening brace, where a missing `chat_id` is inserted, and whether the object has
    /// members. `None` if the text is not an object.
    insert_at: Option<(usize, bool)>,
}

/// Finds the top-level `chat_id` values of `text`, which need not be valid JSON.
pub(crate) fn find(text: &str) -> ChatIds {
    let mut tokens = json::tokens(text).peekable();
    // The tokenizer skips only ASCII whitespace. Tokens of other whitespace, such as a no-break space, are skipped
    // here.
    let first = tokens.find(|token| !token.span.of(text).trim().is_empty());
    let Some(open) = first.filter(|token| token.kind == Punctuation('{')) else {
        return ChatIds::default();
    };
    let mut found = ChatIds::default();
    let mut depth = 1_usize;
    let mut is_empty = true;
    // The loop ends after the object's closing brace. The JSON parser reports any text after this brace.
    while let Some(token) = tokens.next().filter(|_| 0 < depth) {
        match token.kind {
            Punctuation('{' | '[') => depth += 1,
            Punctuation('}' | ']') => depth -= 1,
            _ => is_empty = false,
        }
        let is_key = token.kind == JsonTokenKind::String && depth == 1 && is_chat_id(text, token.span.start);
        let colon = tokens.next_if(|next| is_key && next.kind == Punctuation(':'));
        // If the object has several `chat_id` keys, it is up to the server which of these keys it uses. So every
        // `chat_id` is listed, and every value is replaced.
        found.values.extend(colon.map(|colon| value_span(text, &mut tokens, colon.span.end)));
    }
    found.insert_at = Some((open.span.end, !is_empty));
    found
}

/// Returns `text` with every top-level `chat_id` set to `chat`, or with a `chat_id` added if there is none. Returns
/// `None` if the text is not an object.
pub(crate) fn set(text: &str, chat: &str) -> Option<PatchedText> {
    let found = find(text);
    let (insert_at, has_members) = found.insert_at?;
    let literal = literal(chat);
    let mut edits: Vec<(Span, String)> = found.values.iter().map(|span| (*span, literal.clone())).collect();
    if edits.is_empty() {
        let comma = if has_members { ", " } else { "" };
        edits.push((Span::at(insert_at), format!("\"chat_id\": {literal}{comma}")));
    }
    let mut patched = PatchedText::default();
    let mut from = 0;
    for (span, new_text) in edits {
        patched.text.push_str(text.get(from..span.start)?);
        patched.text.push_str(&new_text);
        patched.replacements.push((span, new_text.len()));
        from = span.end;
    }
    patched.text.push_str(text.get(from..)?);
    Some(patched)
}

/// Returns whether the string at `at` is `chat_id`. The string may be written with escapes, because the server compares
/// the decoded keys.
fn is_chat_id(text: &str, at: usize) -> bool {
    // The longest spelling writes every letter as `\uXXXX`, which has six bytes. A longer string cannot be `chat_id`.
    let longest = CHAT_ID.len() * 6;
    lenient_string(text.as_bytes(), at, longest).is_some_and(|(key, _)| key == CHAT_ID)
}

/// Returns the chat as JSON: an id as a number, a name as a string.
fn literal(chat: &str) -> String {
    // The id is parsed as `i64`, because the ids of channels and supergroups do not fit into 32 bits.
    match chat.parse::<i64>() {
        Ok(id) => id.to_string(),
        Err(_) => json::quote(chat),
    }
}

/// Returns the chat as the value of a query parameter. An id is written in plain decimal form (`+5` becomes `5`),
/// because the server writes ids in this form.
pub(crate) fn plain(chat: &str) -> String {
    chat.parse::<i64>().map_or_else(|_| chat.to_owned(), |id| id.to_string())
}

/// Returns the span of the value after a colon. Outside nested brackets, the value ends before a comma, a closing
/// bracket, or the first line break after its first token. The span is empty if there is no value.
fn value_span(text: &str, tokens: &mut Peekable<Tokens<'_>>, colon_end: usize) -> Span {
    let mut value = Span::at(colon_end);
    let mut depth = 0_usize;
    let belongs = |token: &JsonToken, value: Span, depth: usize| {
        // A line break ends the value even without a comma before it. So if the author forgot the comma, the next
        // member is not replaced together with the value.
        let is_on_its_line = value.is_empty() || !text[value.end..token.span.start].contains('\n');
        0 < depth || is_on_its_line && !matches!(token.kind, Punctuation(',' | '}' | ']'))
    };
    while let Some(token) = tokens.next_if(|token| belongs(token, value, depth)) {
        match token.kind {
            Punctuation('{' | '[') => depth += 1,
            Punctuation('}' | ']') => depth -= 1,
            _ => {}
        }
        let start = if value.is_empty() { token.span.start } else { value.start };
        value = Span::new(start, token.span.end);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let patched = set(text, "42").map(|patched| patched.text);
        assert_eq!(patched.as_deref().unwrap_or("(no chat can be set)"), expected);
    }

    #[test]
    fn every_top_level_chat_id_is_replaced() {
        check(r#"{"chat_id": 7, "text": "x"}"#, r#"{"chat_id": 42, "text": "x"}"#);
        check(r#"{"chat_id": NULL, "text": "x"}"#, r#"{"chat_id": 42, "text": "x"}"#);
        check(r#"{"chat_id": @shop}"#, r#"{"chat_id": 42}"#);
        check(r#"{"chat_id": , "text": "x"}"#, r#"{"chat_id":42 , "text": "x"}"#);
        check("{\"chat_id\": \n}", "{\"chat_id\":42 \n}");
        check(r#"{"chat_id": "a,}", "chat_id": 1}"#, r#"{"chat_id": 42, "chat_id": 42}"#);
        check(
            r#"{"text": "\"chat_id\": 1", "chat_id":{"a":[1]}}"#,
            r#"{"text": "\"chat_id\": 1", "chat_id":42}"#,
        );
    }

    #[test]
    fn keys_written_with_escapes_are_replaced_too() {
        check(r#"{"chat\u005fid": 999, "chat_id": 5}"#, r#"{"chat\u005fid": 42, "chat_id": 42}"#);
        check(
            r#"{"\chat\_id": 999, "\u0063hat_i\u0064":"@x"}"#,
            r#"{"\chat\_id": 42, "\u0063hat_i\u0064":42}"#,
        );
        let value = r#"{"chat_id": 5, "text": "Bob", "chat\u005fid": 999, "z": ""}"#;
        check(value, r#"{"chat_id": 42, "text": "Bob", "chat\u005fid": 42, "z": ""}"#);
        check(r#"{"chat\\u005fid": 1}"#, r#"{"chat_id": 42, "chat\\u005fid": 1}"#);
    }

    #[test]
    fn a_missing_chat_id_is_added() {
        check(r#"{"text": "x"}"#, r#"{"chat_id": 42, "text": "x"}"#);
        check("{ }", r#"{"chat_id": 42 }"#);
        check(r#"{"a": {"chat_id": 7}}"#, r#"{"chat_id": 42, "a": {"chat_id": 7}}"#);
    }

    #[test]
    fn a_body_that_is_not_an_object_gets_no_chat() {
        check("hello", "(no chat can be set)");
        check("[1]", "(no chat can be set)");
        check("", "(no chat can be set)");
    }

    #[test]
    fn a_chat_name_is_set_as_a_string() {
        assert_eq!(set("{}", "@me").unwrap().text, r#"{"chat_id": "@me"}"#);
    }

    #[test]
    fn offsets_map_back_to_the_original() {
        let original = r#"{"chat_id": NULL, "text": "é"}"#;
        let patched = set(original, "123456789").unwrap();
        for word in ["{", "text", "é"] {
            let at = patched.text.find(word).unwrap();
            let span = patched.original(Span::new(at, at + word.len()));
            assert_eq!(span.of(original), word);
        }
        let number = patched.text.find("123456789").unwrap();
        assert_eq!(patched.original(Span::new(number, number + 9)).of(original), "NULL");
        assert_eq!(patched.original(Span::new(number + 2, number + 3)).of(original), "NULL");
    }
}
