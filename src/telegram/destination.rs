//! Checks that a finished request reaches only the given chat. Decodes the query and the body as the Bot API server
//! does.
//!
//! ```text
//! target ──▶ a Bot API path? ──▶ arguments of the query ───────┐
//! headers ─▶ every possible format of the body ─▶ its arguments ┴▶ only the given chat, at least once
//! ```
//!
//! The check works on the bytes that will be sent, with secrets filled in, and does not know the template. So it sees
//! everything that a template, a profile's value, or a secret has put into the request. If it is unclear in which
//! format a server reads the body, every possible format is checked.

mod multipart;

use super::integer::parse_canonical;
use super::lenient::{lenient_string, read_leniently};
use crate::json;
use crate::text::{Span, visible};

/// The parts of a request that decide which chat it reaches.
#[derive(Debug, Clone, Copy)]
pub struct OutgoingRequest<'a> {
    /// Path and query, as in the request line.
    pub target: &'a str,
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentSource {
    Query,
    Body(Span),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    #[error("the URL is not a Bot API URL, so the recipient cannot be checked")]
    NotBotApi,
    /// A header that changes which bytes the server reads as the body.
    #[error("the header `{name}` changes how the server reads the body, so the recipient cannot be checked")]
    Header { name: String },
    /// A multipart body that servers may read in different ways.
    #[error("the multipart body is not well-formed, so the recipient cannot be checked")]
    Multipart,
    #[error("the Bot API would find no chat_id in this request")]
    NoChat,
    #[error("{} has the chat_id {value}, which is not the chat {chat}", source_name(*at, *is_json))]
    OtherChat {
        /// The argument's value, shortened and safe to print.
        value: String,
        chat: String,
        at: ArgumentSource,
        /// `false` if the body was read as JSON but is not valid JSON. Servers may read broken JSON in different ways.
        is_json: bool,
    },
    #[error("{} has `{name}`: {reason}", source_name(*at, *is_json))]
    OtherDestination {
        name: &'static str,
        /// The argument's value, shortened and safe to print.
        value: String,
        reason: &'static str,
        at: ArgumentSource,
        is_json: bool,
    },
}

impl DestinationError {
    pub fn span(&self) -> Option<Span> {
        match self {
            DestinationError::OtherChat { at: ArgumentSource::Body(span), .. }
            | DestinationError::OtherDestination { at: ArgumentSource::Body(span), .. } => Some(*span),
            _ => None,
        }
    }

    pub fn value_mut(&mut self) -> Option<&mut String> {
        match self {
            DestinationError::OtherChat { value, .. } | DestinationError::OtherDestination { value, .. } => {
                Some(value)
            }
            _ => None,
        }
    }
}

/// Arguments that send a message to a destination other than `chat_id`, each with its effect in the Bot API.
const OTHER_DESTINATIONS: [(&str, &str); 12] = [
    // `from_chat_id` and `reply_parameters.chat_id` are not in this list because they only name the chat of another
    // message. Topics are not in this list because they are inside the chat.
    ("business_connection_id", "the message is sent for a business account, to its chats"),
    ("callback_query_id", "the answer goes to the user who pressed the button"),
    ("ephemeral_message_parameters", "the message is shown to the user named there"),
    ("guest_query_id", "the answer is posted in a chat where the bot is a guest"),
    ("inline_message_id", "the message with this id is changed, wherever it is"),
    ("inline_query_id", "the answer goes to the user who asked"),
    ("pre_checkout_query_id", "the answer goes to the user who pays"),
    ("receiver_user_id", "the message is shown to this user"),
    ("shipping_query_id", "the answer goes to the user who pays"),
    ("user_id", "the call is about this user, not about a chat"),
    ("user_ids", "the call is about these users, not about a chat"),
    ("web_app_query_id", "the message is sent on behalf of a web app's user"),
];

const CHAT_ID: &str = "chat_id";

/// Headers that can change where the server sees the end of the body and how it decodes the body's bytes.
const FRAMING_HEADERS: [&str; 5] =
    ["content-encoding", "content-length", "transfer-encoding", "trailer", "upgrade"];

/// Checks that the request reaches `chat`, which is an id or an `@name`, and no other destination.
///
/// ```
/// use telecast::telegram::{OutgoingRequest, check_destination};
///
/// let target = "/bot1:a/sendMessage?chat%5Fid=999";
/// let request = OutgoingRequest { target, headers: &[], body: b"" };
/// let error = check_destination(&request, "77").unwrap_err();
/// assert_eq!(error.to_string(), "the query has the chat_id 999, which is not the chat 77");
/// ```
pub fn check_destination(request: &OutgoingRequest<'_>, chat: &str) -> Result<(), DestinationError> {
    let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
    if !is_bot_api(path) {
        return Err(DestinationError::NotBotApi);
    }
    if let Some((name, _)) = request.headers.iter().find(|(name, value)| is_framing(name, value)) {
        return Err(DestinationError::Header { name: visible(name).into_owned() });
    }
    let query: Vec<DecodedArgument> = form(query.as_bytes(), |_| ArgumentSource::Query).collect();
    let mut has_chat = false;
    // Every possible format is checked. A server reads a body in only one format, but which format depends on the
    // server's version and on proxies in front of the server.
    for format in body_formats(request) {
        let (body, is_json) = read_arguments(format, request.body)?;
        for argument in query.iter().chain(&body) {
            has_chat |= check_argument(argument, chat, is_json)?;
        }
    }
    // The request is accepted if at least one possible format has a chat_id. If the server reads the body in another
    // format, without a chat_id, it answers with an error, and the request reaches nobody.
    if has_chat { Ok(()) } else { Err(DestinationError::NoChat) }
}

/// Whether the path is `…/bot<token>/METHOD` or `…/bot<token>/test/METHOD`.
fn is_bot_api(path: &str) -> bool {
    let mut segments = path.rsplit('/');
    let is_method = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    // Percent-encoding in the method's name is refused as well: for some servers, `%3F` would start the query.
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
    // `Content-Encoding: identity` changes nothing.
    let is_plain = name.eq_ignore_ascii_case("content-encoding")
        && (value.trim().is_empty() || value.trim().eq_ignore_ascii_case("identity"));
    FRAMING_HEADERS.iter().any(|framing| name.eq_ignore_ascii_case(framing)) && !is_plain
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct DecodedArgument {
    name: String,
    text: String,
    at: ArgumentSource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyFormat<'a> {
    Form,
    Json,
    Multipart(&'a str),
    /// No body: all arguments are in the query.
    Empty,
}

/// Returns every format in which a server may read the body.
fn body_formats<'a>(request: &OutgoingRequest<'a>) -> Vec<BodyFormat<'a>> {
    if request.body.is_empty() {
        return vec![BodyFormat::Empty];
    }
    let is_type = |(name, _): &&(String, String)| name.trim().eq_ignore_ascii_case("content-type");
    let types = request.headers.iter().filter(is_type).map(|(_, value)| value.as_str());
    let mut found = Vec::new();
    for value in types {
        // The Bot API server looks for the type's name anywhere in the last `Content-Type`, in a fixed order. Other
        // servers use the first header or another order, so every name in every header counts.
        let lower = value.to_ascii_lowercase();
        let known = [
            ("application/x-www-form-urlencoded", BodyFormat::Form),
            ("application/json", BodyFormat::Json),
            ("multipart/form-data", BodyFormat::Multipart(value)),
        ];
        found.extend(known.iter().filter(|(name, _)| lower.contains(name)).map(|(_, format)| *format));
    }
    if found.is_empty() {
        // The Bot API server stores a body of unknown type as a file and takes no arguments from it. Other servers
        // may try JSON.
        found.push(BodyFormat::Json);
    }
    found
}

/// Returns the arguments of the body, read in one format. The returned `bool` is `false` if the format is JSON but the
/// body is not valid JSON.
fn read_arguments(
    format: BodyFormat<'_>,
    body: &[u8],
) -> Result<(Vec<DecodedArgument>, bool), DestinationError> {
    match format {
        BodyFormat::Empty => Ok((Vec::new(), true)),
        BodyFormat::Form => Ok((form(body, ArgumentSource::Body).collect(), true)),
        BodyFormat::Multipart(header) => {
            let parts = multipart::read(header, body).ok_or(DestinationError::Multipart)?;
            Ok((parts, true))
        }
        BodyFormat::Json => {
            let members = read_leniently(body).members.into_iter().map(|member| DecodedArgument {
                name: member.name,
                text: member.text,
                at: ArgumentSource::Body(member.span),
            });
            let mut arguments: Vec<DecodedArgument> = members.collect();
            let is_json = str::from_utf8(body).is_ok_and(|text| json::parse(text).is_ok());
            if !is_json {
                // `read_leniently` stops at the first error, but another server may read further.
                arguments.extend(find_in_broken_json(body));
            }
            Ok((arguments, is_json))
        }
    }
}

fn form(bytes: &[u8], at: impl Fn(Span) -> ArgumentSource) -> impl Iterator<Item = DecodedArgument> {
    let mut start = 0;
    bytes.split(|byte| *byte == b'&').filter_map(move |pair| {
        let span = Span::new(start, start + pair.len());
        start = span.end + 1;
        let (name, text) = form_urlencoded::parse(pair).next()?;
        Some(DecodedArgument { name: name.into_owned(), text: text.into_owned(), at: at(span) })
    })
}

/// Finds destinations in a broken JSON body. Every string with a colon after it counts if the string is `chat_id` or a
/// name in `OTHER_DESTINATIONS`.
fn find_in_broken_json(body: &[u8]) -> Vec<DecodedArgument> {
    let names = || OTHER_DESTINATIONS.iter().map(|(name, _)| *name).chain([CHAT_ID]);
    // A name takes the most bytes if each of its characters is written as an escape of six bytes, such as `\u0063`.
    let max = names().map(str::len).max().unwrap_or_default() * 6;
    // Servers disagree about what is a key in broken JSON, so every quote may start a key.
    let quotes = body.iter().enumerate().filter(|(_, byte)| **byte == b'"').map(|(at, _)| at);
    let keys = quotes.filter_map(|at| {
        let (name, end) = lenient_string(body, at, max)?;
        if !names().any(|known| known == name) {
            return None;
        }
        let skip_whitespace =
            |from: usize| from + body[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let colon = skip_whitespace(end);
        if body.get(colon) != Some(&b':') {
            return None;
        }
        let value = skip_whitespace(colon + 1);
        let (text, end) = scalar(body, value);
        Some(DecodedArgument { name, text, at: ArgumentSource::Body(Span::new(at, end)) })
    });
    keys.collect()
}

fn scalar(body: &[u8], at: usize) -> (String, usize) {
    // No chat id has as many bytes as this, so a text that is cut here cannot be the given chat.
    const MAX: usize = 256;
    if let Some(string) = lenient_string(body, at, MAX) {
        return string;
    }
    let rest = &body[at..];
    let mut end = rest.iter().position(|byte| b",}]\r\n \t".contains(byte)).unwrap_or(rest.len());
    if MAX < end {
        // An error shows the text, so the text must not end in the middle of a character.
        end = (0..=MAX).rev().find(|end| rest[*end] & 0xc0 != 0x80).unwrap_or(0);
    }
    (String::from_utf8_lossy(&rest[..end]).into_owned(), at + end)
}

/// Returns `true` for the `chat_id` of the given chat, `false` for an argument that names no destination, and an error
/// for an argument that names another destination.
fn check_argument(argument: &DecodedArgument, chat: &str, is_json: bool) -> Result<bool, DestinationError> {
    let value = || shortened(&argument.text);
    if argument.name == CHAT_ID {
        return match is_chat(&argument.text, chat) {
            true => Ok(true),
            false => Err(DestinationError::OtherChat {
                value: value(),
                chat: shortened(chat),
                at: argument.at,
                is_json,
            }),
        };
    }
    // The server treats an empty argument as missing.
    match OTHER_DESTINATIONS.iter().find(|(name, _)| *name == argument.name && !argument.text.is_empty()) {
        None => Ok(false),
        Some((name, reason)) => {
            Err(DestinationError::OtherDestination { name, value: value(), reason, at: argument.at, is_json })
        }
    }
}

/// Whether `text` is the same chat id or `@name` as `chat`. The case of an `@name` is ignored.
fn is_chat(text: &str, chat: &str) -> bool {
    match chat.parse::<i64>() {
        // The server is lenient and reads `1001x` as 1001. Here, only the plain number is accepted, because any other
        // form is probably a mistake.
        Ok(id) => parse_canonical::<i64>(text) == Some(id),
        // Usernames may differ in case. Any other difference, such as a space, is refused, because the server does not
        // accept it either.
        Err(_) => chat.starts_with('@') && text.eq_ignore_ascii_case(chat),
    }
}

fn shortened(text: &str) -> String {
    const MAX: usize = 40;
    let cut: String = text.chars().take(MAX).collect();
    let end = if cut.len() < text.len() { "…" } else { "" };
    if text.is_empty() { "\"\"".to_owned() } else { format!("{}{end}", visible(&cut)) }
}

fn source_name(at: ArgumentSource, is_json: bool) -> &'static str {
    match (at, is_json) {
        (ArgumentSource::Query, _) => "the query",
        (ArgumentSource::Body(_), true) => "the body",
        (ArgumentSource::Body(_), false) => "the body is not valid JSON, and it",
    }
}

#[cfg(test)]
mod tests;
