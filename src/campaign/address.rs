//! Bot API addresses as they stand in a webhook: any URL of the form `…/bot<token>/METHOD`, also with `/test/` between.
//!
//! Works on the text as typed, so that Liquid and `${NAME}` in it count as one piece, whatever they hold.

use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BotApi {
    /// All before `/bot`.
    pub base: Span,
    pub token: Span,
    /// Whether it is the test environment's form, `/bot<token>/test/METHOD`.
    pub is_test: bool,
    pub method: Span,
}

/// Takes a Bot API address apart; `None` where the URL has another form.
///
/// ```
/// use telecast::campaign::bot_api;
///
/// let url = "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage";
/// let parts = bot_api(url).unwrap();
/// assert_eq!((parts.token.of(url), parts.method.of(url)), ("${BOT_TOKEN}", "sendMessage"));
/// ```
pub fn bot_api(url: &str) -> Option<BotApi> {
    let segments = segments(url);
    let bot = segments.iter().position(|segment| is_bot(segment.of(url)))?;
    let is_test = segments.get(bot + 1).is_some_and(|segment| segment.of(url) == "test");
    let method = *segments.get(bot + 1 + usize::from(is_test))?;
    if bot == 0 || !is_method(method.of(url)) {
        return None;
    }
    let segment = segments[bot];
    let base = Span::new(0, segment.start.saturating_sub(1));
    Some(BotApi { base, token: Span::new(segment.start + 3, segment.end), is_test, method })
}

/// Whether `url` is a Bot API's, whatever its host.
pub fn is_bot_api_url(url: &str) -> bool {
    bot_api(url).is_some()
}

/// Returns the Bot API method that `url` calls, as typed.
pub fn method_of(url: &str) -> Option<&str> {
    bot_api(url).map(|parts| parts.method.of(url))
}

/// Returns the place of a real token that stands in `url`, which belongs into the secret store.
pub fn find_token(url: &str) -> Option<Span> {
    segments(url)
        .into_iter()
        .filter(|segment| segment.of(url).starts_with("bot"))
        .map(|segment| Span::new(segment.start + 3, segment.end))
        .find(|token| is_token(token.of(url)))
}

/// Returns the place of a password that stands in `url` before the host: `https://user:password@host/`.
pub fn find_password(url: &str) -> Option<Span> {
    let start = url.find("://")? + 3;
    let authority = url[start..].split(['/', '?', '#']).next()?;
    let user = authority.rsplit_once('@')?.0;
    let at = start + user.find(':')? + 1;
    let password = Span::new(at, start + user.len());
    (!password.of(url).is_empty() && super::placeholders(password.of(url)).is_empty()).then_some(password)
}

/// Whether `text` is formed as a token is: the bot's number, a colon, letters, digits, `_` and `-`.
pub(super) fn is_token(text: &str) -> bool {
    text.split_once(':').is_some_and(|(id, secret)| {
        !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_digit())
            && !secret.is_empty()
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    })
}

/// Whether a segment is `bot` and a token, or something that stands for one: a placeholder, Liquid, `<YOUR_TOKEN>`.
pub(super) fn is_bot(segment: &str) -> bool {
    segment.strip_prefix("bot").is_some_and(|token| {
        token.contains([':', '<'])
            || token.contains("%3A")
            || token.contains("%3a")
            || token.contains("${")
            || token.contains("{{")
    })
}

fn is_method(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Returns the segments of the path as typed, scheme and host among them; query and fragment are left out.
pub(super) fn segments(url: &str) -> Vec<Span> {
    let mut segments = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < url.len() {
        match url.as_bytes()[at] {
            b'?' | b'#' => break,
            b'/' => {
                segments.push(Span::new(start, at));
                start = at + 1;
                at += 1;
            }
            b'{' | b'$' => at = skip_piece(url, at),
            _ => at += 1,
        }
    }
    segments.push(Span::new(start, at.min(url.len())));
    segments
}

pub(super) fn path_end(url: &str) -> usize {
    segments(url).last().map_or(0, |segment| segment.end)
}

/// Returns where the Liquid or placeholder that starts at `at` ends, or the next byte where none does.
pub(super) fn skip_piece(url: &str, at: usize) -> usize {
    let rest = &url.as_bytes()[at..];
    let close: &str = match rest {
        [b'{', b'{', ..] => "}}",
        [b'{', b'%', ..] => "%}",
        [b'$', b'{', ..] => "}",
        _ => return at + 1,
    };
    match url[at + 2..].find(close) {
        Some(found) => at + 2 + found + close.len(),
        None => url.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Option<(&str, &str)>) {
        let found = bot_api(url).map(|parts| (parts.token.of(url), parts.method.of(url)));
        assert_eq!(found, expected, "{url}");
    }

    #[test]
    fn any_host_with_bot_token_and_method_is_a_bot_api() {
        check("https://api.telegram.org/bot1:a/sendMessage", Some(("1:a", "sendMessage")));
        check("https://api.telegram.org/bot1:a/test/sendMessage", Some(("1:a", "sendMessage")));
        check("http://localhost:8081/x/bot${T}/sendPhoto?a=/b#c", Some(("${T}", "sendPhoto")));
        check("${SANDBOX}/bot${T}/getMe", Some(("${T}", "getMe")));
        check("https://h/bot<YOUR_BOT_TOKEN>/getMe", Some(("<YOUR_BOT_TOKEN>", "getMe")));
        check(
            "https://h/bot{{ Profile.t | default: \"/?\" }}/getMe",
            Some(("{{ Profile.t | default: \"/?\" }}", "getMe")),
        );
    }

    #[test]
    fn other_addresses_are_none() {
        for url in [
            "",
            "bot1:a/x",
            "https://h/bots/x",
            "https://h/bot1:a",
            "https://h/bot1:a/",
            "https://h/?/bot1:a/x",
            "https://h/bot{{",
        ] {
            check(url, None);
        }
    }

    #[test]
    fn a_password_before_the_host_is_found() {
        let password = |url| find_password(url).map(|span| span.of(url));
        assert_eq!(password("https://user:pa:ss@host:80/x?a@b"), Some("pa:ss"));
        for none in [
            "https://host:80/a@b",
            "https://user@host",
            "https://u:${PW}@host",
            "https://u:@host",
            "u:p@host",
        ] {
            assert_eq!(password(none), None, "{none}");
        }
    }

    #[test]
    fn a_real_token_is_found_and_what_stands_for_one_is_not() {
        let token = |url| find_token(url).map(|span| span.of(url));
        assert_eq!(
            token("https://api.telegram.org/bot110201543:AAHdqTcv_-x/sendMessage"),
            Some("110201543:AAHdqTcv_-x")
        );
        assert_eq!(token("https://h/bot1:a?x"), Some("1:a"));
        assert_eq!(token("https://h/bot${T}/getMe"), None);
        assert_eq!(token("https://h/bot<TOKEN>:x/getMe"), None);
    }
}
