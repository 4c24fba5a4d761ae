//! The chat of a rendered body: finding every top-level `chat_id`, also where the text is not yet JSON, and setting it.
//!
//! A test-send goes to the test chat whatever the body says, so the value is replaced in the rendered text before it
//! is parsed: `NULL`, `@name` or nothing at all are replaced like a number.

use std::iter::Peekable;

use crate::json::TokenKind::{self, Punctuation};
use crate::json::{self, Token, Tokens};
use crate::telegram::lenient_string;
use crate::text::Span;

pub const CHAT_ID: &str = "chat_id";

/// Why no test chat can be put into a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unset {
    #[error("the webhook's URL is not a Bot API's (…/bot<token>/METHOD)")]
    NotBotApi,
    #[error("the webhook sends a GET, which has no body, and its query has no chat_id")]
    Get,
    #[error("the campaign's content format is text, and only JSON has a chat_id")]
    PlainText,
    #[error("the body is not a JSON object: it does not begin with `{{`")]
    NotAnObject,
}

/// A text in which stretches were replaced, with the way back to the offsets of the original.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Patched {
    pub text: String,
    /// For each replacement in order: the bytes taken out of the original, and how many were put there.
    replacements: Vec<(Span, usize)>,
}

impl Patched {
    pub fn unchanged(text: &str) -> Self {
        Self { text: text.to_owned(), replacements: Vec::new() }
    }

    /// Returns the bytes of the original that a span of the patched text came from; what was put in leads to what was
    /// taken out.
    pub fn original(&self, span: Span) -> Span {
        Span::new(self.original_offset(span.start, false), self.original_offset(span.end, true))
    }

    /// Returns the bytes of the patched text that a span of the original became; of what was taken out, what was put in.
    pub fn patched(&self, span: Span) -> Span {
        Span::new(self.patched_offset(span.start, false), self.patched_offset(span.end, true))
    }

    fn patched_offset(&self, at: usize, is_end: bool) -> usize {
        let mut original = 0;
        let mut patched = 0;
        for (out, put) in &self.replacements {
            if at < out.start || (is_end && at == out.start) {
                break;
            }
            let start = patched + (out.start - original);
            if at < out.end || (is_end && at == out.end) {
                return if is_end { start + put } else { start };
            }
            original = out.end;
            patched = start + put;
        }
        patched + (at - original)
    }

    fn original_offset(&self, at: usize, is_end: bool) -> usize {
        let mut original = 0;
        let mut patched = 0;
        for (out, put) in &self.replacements {
            let start = patched + (out.start - original);
            if at < start || (is_end && at == start) {
                break;
            }
            if at < start + put || (is_end && at == start + put) {
                return if is_end { out.end } else { out.start };
            }
            original = out.end;
            patched = start + put;
        }
        original + (at - patched)
    }
}

/// Where a text that is meant to be a JSON object says which chat it goes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChatIds {
    /// The values of all top-level `chat_id` keys; empty where nothing stands behind the colon.
    pub values: Vec<Span>,
    /// Right behind the opening brace, and whether anything follows in the object; `None` where it is no object.
    insert_at: Option<(usize, bool)>,
}

/// Finds the top-level `chat_id` values of `text`, which need not be whole JSON.
pub fn find(text: &str) -> ChatIds {
    let mut tokens = json::tokens(text).peekable();
    let first = tokens.find(|token| !token.span.of(text).trim().is_empty());
    let Some(open) = first.filter(|token| token.kind == Punctuation('{')) else {
        return ChatIds::default();
    };
    let mut found = ChatIds::default();
    let mut depth = 1_usize;
    let mut is_empty = true;
    while let Some(token) = tokens.next().filter(|_| 0 < depth) {
        match token.kind {
            Punctuation('{' | '[') => depth += 1,
            Punctuation('}' | ']') => depth -= 1,
            _ => is_empty = false,
        }
        let is_key = token.kind == TokenKind::String && depth == 1 && is_chat_id(text, token.span.start);
        let colon = tokens.next_if(|next| is_key && next.kind == Punctuation(':'));
        found.values.extend(colon.map(|colon| value_span(text, &mut tokens, colon.span.end)));
    }
    found.insert_at = Some((open.span.end, !is_empty));
    found
}

/// Returns `text` with every top-level `chat_id` set to `chat`, one being added where there is none; `None` where the
/// text is no object.
pub fn set(text: &str, chat: &str) -> Option<Patched> {
    let found = find(text);
    let (insert_at, has_members) = found.insert_at?;
    let literal = literal(chat);
    let mut edits: Vec<(Span, String)> = found.values.iter().map(|span| (*span, literal.clone())).collect();
    if edits.is_empty() {
        let comma = if has_members { ", " } else { "" };
        edits.push((Span::at(insert_at), format!("\"chat_id\": {literal}{comma}")));
    }
    let mut patched = Patched::default();
    let mut from = 0;
    for (span, put) in edits {
        patched.text.push_str(text.get(from..span.start)?);
        patched.text.push_str(&put);
        patched.replacements.push((span, put.len()));
        from = span.end;
    }
    patched.text.push_str(text.get(from..)?);
    Some(patched)
}

/// Whether the string at `at` is `chat_id`, also where it is written with escapes: the server decodes keys.
fn is_chat_id(text: &str, at: usize) -> bool {
    // Every letter as `\u0000`, the longest way to write it.
    let longest = CHAT_ID.len() * 6;
    lenient_string(text.as_bytes(), at, longest).is_some_and(|(key, _)| key == CHAT_ID)
}

/// A chat as JSON: a number where it is one, else a string.
fn literal(chat: &str) -> String {
    match chat.parse::<i64>() {
        Ok(id) => id.to_string(),
        Err(_) => json::quote(chat),
    }
}

/// A chat as a parameter: an id in the one form that the server prints, so that `+5` is 5 there too.
pub fn plain(chat: &str) -> String {
    chat.parse::<i64>().map_or_else(|_| chat.to_owned(), |id| id.to_string())
}

/// The value after a colon: all up to the next comma or bracket, or the line's end, that is not in what it nests.
fn value_span(text: &str, tokens: &mut Peekable<Tokens<'_>>, colon_end: usize) -> Span {
    let mut value = Span::at(colon_end);
    let mut depth = 0_usize;
    let belongs = |token: &Token, value: Span, depth: usize| {
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
    fn every_top_level_chat_id_is_replaced_whatever_it_is() {
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
    fn a_key_with_escapes_is_a_key() {
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
    fn what_is_no_object_has_no_chat() {
        check("hello", "(no chat can be set)");
        check("[1]", "(no chat can be set)");
        check("", "(no chat can be set)");
    }

    #[test]
    fn a_name_becomes_a_string() {
        assert_eq!(set("{}", "@me").unwrap().text, r#"{"chat_id": "@me"}"#);
    }

    #[test]
    fn offsets_lead_back_to_the_original() {
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
