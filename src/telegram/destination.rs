//! Whom a finished request reaches: the query and the body, decoded as the Bot API server decodes them.
//!
//! ```text
//! target ──▶ is it a Bot API's? ──▶ query's arguments ─┐
//! headers ─▶ every way to read the body ─▶ its arguments ┴▶ only the chat asked for, at least once
//! ```
//!
//! Works on bytes that are ready to go out, secrets filled in, and knows nothing of how they were made: whatever a
//! template, a profile's value or a secret put there is seen here. Where more than one reading of the body is
//! conceivable, each is judged.

mod multipart;

use super::arguments::canonical;
use super::lenient::{lenient_string, read_leniently};
use crate::json;
use crate::text::{Span, visible};

/// What of a request decides whom it reaches.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// Path and query as they stand in the request line.
    pub target: &'a str,
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    Query,
    Body(Span),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Astray {
    #[error("the address is not a Bot API's, so nobody can tell whom the message would reach")]
    NotBotApi,
    /// A header changes which bytes the server takes for the body.
    #[error(
        "the header `{name}` changes how the server reads the body, so nobody can tell whom the message would reach"
    )]
    Header { name: String },
    /// A multipart body that servers can read in more than one way.
    #[error("the multipart body is not well formed, so nobody can tell whom the message would reach")]
    Multipart,
    #[error("the Bot API would find no chat_id in this request")]
    NoChat,
    #[error("{} has the chat_id {value}, which is not the chat {chat}", place(*at, *is_json))]
    OtherChat {
        /// Its value, cut and safe to print.
        value: String,
        chat: String,
        at: Whereabouts,
        /// Whether the body it stands in is JSON; broken JSON can be read in several ways.
        is_json: bool,
    },
    #[error("{} has `{name}`: {reason}", place(*at, *is_json))]
    OtherDestination {
        name: &'static str,
        /// Its value, cut and safe to print.
        value: String,
        reason: &'static str,
        at: Whereabouts,
        is_json: bool,
    },
}

impl Astray {
    pub fn span(&self) -> Option<Span> {
        match self {
            Astray::OtherChat { at: Whereabouts::Body(span), .. }
            | Astray::OtherDestination { at: Whereabouts::Body(span), .. } => Some(*span),
            _ => None,
        }
    }

    pub fn value_mut(&mut self) -> Option<&mut String> {
        match self {
            Astray::OtherChat { value, .. } | Astray::OtherDestination { value, .. } => Some(value),
            _ => None,
        }
    }
}

/// Arguments that send a message elsewhere than to its `chat_id`, and what the Bot API does with each.
///
/// `from_chat_id` and `reply_parameters.chat_id` say where something is taken from, and a topic lies inside its chat:
/// neither is a destination.
const ELSEWHERE: [(&str, &str); 12] = [
    ("business_connection_id", "the message is sent in the name of a business account, into its chats"),
    ("callback_query_id", "the answer goes to whoever pressed the button"),
    ("ephemeral_message_parameters", "the message is shown to the user named there"),
    ("guest_query_id", "the answer is posted where the bot is a guest"),
    ("inline_message_id", "the message with this id is changed, wherever it is"),
    ("inline_query_id", "the answer goes to whoever asked"),
    ("pre_checkout_query_id", "the answer goes to whoever pays"),
    ("receiver_user_id", "the message is shown to this user"),
    ("shipping_query_id", "the answer goes to whoever pays"),
    ("user_id", "the call is about this user, not about a chat"),
    ("user_ids", "the call is about these users, not about a chat"),
    ("web_app_query_id", "the message is sent in the name of the user of a web app"),
];

const CHAT_ID: &str = "chat_id";

/// Headers that decide where the body ends and how its bytes are packed.
const FRAMING: [&str; 5] = ["content-encoding", "content-length", "transfer-encoding", "trailer", "upgrade"];

/// Makes sure that the request reaches `chat`, an id or an `@name`, or nobody.
///
/// ```
/// use telecast::telegram::{Outgoing, check_destination};
///
/// let target = "/bot1:a/sendMessage?chat%5Fid=999";
/// let astray = check_destination(&Outgoing { target, headers: &[], body: b"" }, "77").unwrap_err();
/// assert_eq!(astray.to_string(), "the query has the chat_id 999, which is not the chat 77");
/// ```
pub fn check_destination(request: &Outgoing<'_>, chat: &str) -> Result<(), Astray> {
    let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
    if !is_bot_api(path) {
        return Err(Astray::NotBotApi);
    }
    if let Some((name, _)) = request.headers.iter().find(|(name, value)| is_framing(name, value)) {
        return Err(Astray::Header { name: visible(name).into_owned() });
    }
    let query: Vec<Argument> = form(query.as_bytes(), |_| Whereabouts::Query).collect();
    let mut has_chat = false;
    for reading in readings(request) {
        let (body, is_json) = read(reading, request.body)?;
        for argument in query.iter().chain(&body) {
            has_chat |= judge(argument, chat, is_json)?;
        }
    }
    // A reading without a chat reaches nobody: the server says so, which is an answer worth having.
    if has_chat { Ok(()) } else { Err(Astray::NoChat) }
}

/// Whether the path is `…/bot<token>/METHOD`, perhaps with `test` between.
fn is_bot_api(path: &str) -> bool {
    let mut segments = path.rsplit('/');
    let is_method = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !segments.next().is_some_and(is_method) {
        return false;
    }
    let bot = match segments.next() {
        Some("test") => segments.next(),
        other => other,
    };
    bot.and_then(|segment| segment.strip_prefix("bot")).is_some_and(|token| !token.is_empty())
}

fn is_framing(name: &str, value: &str) -> bool {
    let is_plain = name.eq_ignore_ascii_case("content-encoding")
        && (value.trim().is_empty() || value.trim().eq_ignore_ascii_case("identity"));
    FRAMING.iter().any(|framing| name.eq_ignore_ascii_case(framing)) && !is_plain
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Argument {
    name: String,
    text: String,
    at: Whereabouts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading<'a> {
    Form,
    Json,
    Multipart(&'a str),
    /// There is none: arguments come from the query alone.
    Unread,
}

/// Returns every conceivable way to read the body.
///
/// The server looks for the names of types anywhere in the last `Content-Type`, in an order of its own; others take
/// the first header, or another order. A body of no known type it keeps as a file, where others may try JSON.
fn readings<'a>(request: &Outgoing<'a>) -> Vec<Reading<'a>> {
    if request.body.is_empty() {
        return vec![Reading::Unread];
    }
    let is_type = |(name, _): &&(String, String)| name.trim().eq_ignore_ascii_case("content-type");
    let types = request.headers.iter().filter(is_type).map(|(_, value)| value.as_str());
    let mut found = Vec::new();
    for value in types {
        let lower = value.to_ascii_lowercase();
        let known = [
            ("application/x-www-form-urlencoded", Reading::Form),
            ("application/json", Reading::Json),
            ("multipart/form-data", Reading::Multipart(value)),
        ];
        found.extend(known.iter().filter(|(name, _)| lower.contains(name)).map(|(_, reading)| *reading));
    }
    if found.is_empty() {
        found.push(Reading::Json);
    }
    found
}

/// Returns the arguments that a body has in a reading, and whether nothing in it can be read in another way.
fn read(reading: Reading<'_>, body: &[u8]) -> Result<(Vec<Argument>, bool), Astray> {
    match reading {
        Reading::Unread => Ok((Vec::new(), true)),
        Reading::Form => Ok((form(body, Whereabouts::Body).collect(), true)),
        Reading::Multipart(header) => {
            let parts = multipart::read(header, body).ok_or(Astray::Multipart)?;
            Ok((parts, true))
        }
        Reading::Json => {
            let members = read_leniently(body).members.into_iter().map(|member| Argument {
                name: member.name,
                text: member.text,
                at: Whereabouts::Body(member.span),
            });
            let mut arguments: Vec<Argument> = members.collect();
            let is_json = str::from_utf8(body).is_ok_and(|text| json::parse(text).is_ok());
            if !is_json {
                arguments.extend(anywhere(body));
            }
            Ok((arguments, is_json))
        }
    }
}

fn form(bytes: &[u8], at: impl Fn(Span) -> Whereabouts) -> impl Iterator<Item = Argument> {
    let mut start = 0;
    bytes.split(|byte| *byte == b'&').filter_map(move |pair| {
        let span = Span::new(start, start + pair.len());
        start = span.end + 1;
        let (name, text) = form_urlencoded::parse(pair).next()?;
        Some(Argument { name: name.into_owned(), text: text.into_owned(), at: at(span) })
    })
}

/// Finds every destination that a string anywhere in a broken body may be the key of: where JSON is broken, servers
/// do not agree on what is a key and what is inside a string.
fn anywhere(body: &[u8]) -> Vec<Argument> {
    let names = || ELSEWHERE.iter().map(|(name, _)| *name).chain([CHAT_ID]);
    // As `\u0000` each, the longest way to write it.
    let max = names().map(str::len).max().unwrap_or_default() * 6;
    let quotes = body.iter().enumerate().filter(|(_, byte)| **byte == b'"').map(|(at, _)| at);
    let keys = quotes.filter_map(|at| {
        let (name, end) = lenient_string(body, at, max)?;
        if !names().any(|known| known == name) {
            return None;
        }
        let gap =
            |from: usize| from + body[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let colon = gap(end);
        if body.get(colon) != Some(&b':') {
            return None;
        }
        let value = gap(colon + 1);
        let (text, end) = scalar(body, value);
        Some(Argument { name, text, at: Whereabouts::Body(Span::new(at, end)) })
    });
    keys.collect()
}

fn scalar(body: &[u8], at: usize) -> (String, usize) {
    // Longer than any chat: what is longer is none.
    const MAX: usize = 256;
    if let Some(string) = lenient_string(body, at, MAX) {
        return string;
    }
    let rest = &body[at..];
    let mut end = rest.iter().position(|byte| b",}]\r\n \t".contains(byte)).unwrap_or(rest.len());
    if MAX < end {
        // Not in the middle of a character, so that the place can be shown.
        end = (0..=MAX).rev().find(|end| rest[*end] & 0xc0 != 0x80).unwrap_or(0);
    }
    (String::from_utf8_lossy(&rest[..end]).into_owned(), at + end)
}

/// Whether the argument names the chat asked for; `Err` where it names another destination.
fn judge(argument: &Argument, chat: &str, is_json: bool) -> Result<bool, Astray> {
    let value = || shortened(&argument.text);
    if argument.name == CHAT_ID {
        return match is_chat(&argument.text, chat) {
            true => Ok(true),
            false => {
                Err(Astray::OtherChat { value: value(), chat: shortened(chat), at: argument.at, is_json })
            }
        };
    }
    // The server takes an empty one for none.
    match ELSEWHERE.iter().find(|(name, _)| *name == argument.name && !argument.text.is_empty()) {
        None => Ok(false),
        Some((name, reason)) => {
            Err(Astray::OtherDestination { name, value: value(), reason, at: argument.at, is_json })
        }
    }
}

/// Whether `text` is `chat` in value. The server reads numbers leniently (`1001x` is 1001); only the plain form counts.
fn is_chat(text: &str, chat: &str) -> bool {
    match chat.parse::<i64>() {
        Ok(id) => canonical::<i64>(text) == Some(id),
        Err(_) => chat.starts_with('@') && text.eq_ignore_ascii_case(chat),
    }
}

fn shortened(text: &str) -> String {
    const MAX: usize = 40;
    let cut: String = text.chars().take(MAX).collect();
    let end = if cut.len() < text.len() { "…" } else { "" };
    if text.is_empty() { "\"\"".to_owned() } else { format!("{}{end}", visible(&cut)) }
}

fn place(at: Whereabouts, is_json: bool) -> &'static str {
    match (at, is_json) {
        (Whereabouts::Query, _) => "the query",
        (Whereabouts::Body(_), true) => "the body",
        (Whereabouts::Body(_), false) => "the body is not valid JSON, and it",
    }
}

#[cfg(test)]
mod tests;
