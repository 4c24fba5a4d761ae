//! Bot API URLs in webhooks: any URL of the form `…/bot<token>/METHOD` or `…/bot<token>/test/METHOD`.
//!
//! The functions work on the text of the URL and decode nothing. Each piece of Liquid and each `${NAME}` is skipped as
//! a whole. So a `/` or `?` inside such a piece does not end a path segment. [`find_password`] is the exception: it
//! skips neither Liquid nor `${NAME}`.

use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BotApiUrl {
    /// Everything before `/bot`.
    pub base: Span,
    pub token: Span,
    /// Whether the URL calls Telegram's test environment: `/bot<token>/test/METHOD`.
    pub is_test: bool,
    pub method: Span,
}

/// Splits a Bot API URL into its parts. Returns `None` if the URL has another form.
///
/// ```
/// use telecast::campaign::parse_bot_api_url;
///
/// let url = "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage";
/// let parts = parse_bot_api_url(url).unwrap();
/// assert_eq!((parts.token.of(url), parts.method.of(url)), ("${BOT_TOKEN}", "sendMessage"));
/// ```
pub fn parse_bot_api_url(url: &str) -> Option<BotApiUrl> {
    let segments = segments(url);
    let bot = segments.iter().position(|segment| is_bot(segment.of(url)))?;
    let is_test = segments.get(bot + 1).is_some_and(|segment| segment.of(url) == "test");
    let method = *segments.get(bot + 1 + usize::from(is_test))?;
    // A URL that starts with `bot…` has no host.
    if bot == 0 || !is_method(method.of(url)) {
        return None;
    }
    let segment = segments[bot];
    let base = Span::new(0, segment.start.saturating_sub(1));
    Some(BotApiUrl { base, token: Span::new(segment.start + 3, segment.end), is_test, method })
}

/// Returns whether `url` has the form of a Bot API URL. The host does not matter: people run their own Bot API servers.
pub(crate) fn is_bot_api_url(url: &str) -> bool {
    parse_bot_api_url(url).is_some()
}

/// Returns the Bot API method that `url` calls, spelled as in the URL. Returns `None` if `url` is not a Bot API URL.
pub(crate) fn bot_api_method(url: &str) -> Option<&str> {
    parse_bot_api_url(url).map(|parts| parts.method.of(url))
}

/// Finds a bot token that is written out in `url`. The token should be in the secret store instead, with a `${NAME}` in
/// the URL.
pub(crate) fn find_token(url: &str) -> Option<Span> {
    segments(url)
        .into_iter()
        .filter(|segment| segment.of(url).starts_with("bot"))
        .map(|segment| Span::new(segment.start + 3, segment.end))
        .find(|token| is_token(token.of(url)))
}

/// Finds a literal password before the host, as in `https://user:password@host/`. A password that contains a `${NAME}`
/// is not literal.
pub(crate) fn find_password(url: &str) -> Option<Span> {
    let start = url.find("://")? + 3;
    let authority = url[start..].split(['/', '?', '#']).next()?;
    // The last `@` ends the credentials, because a password may contain an `@` too.
    let user = authority.rsplit_once('@')?.0;
    let at = start + user.find(':')? + 1;
    let password = Span::new(at, start + user.len());
    (!password.of(url).is_empty() && super::find_placeholders(password.of(url)).is_empty())
        .then_some(password)
}

/// Returns whether `text` has the form of a bot token: the bot's id, a colon, then letters, digits, `_`, and `-`.
pub(crate) fn is_token(text: &str) -> bool {
    text.split_once(':').is_some_and(|(id, secret)| {
        !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_digit())
            && !secret.is_empty()
            // The length is not checked. Today, the part after the colon has 35 characters, but Telegram does not
            // promise this length.
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    })
}

/// Returns whether a path segment is `bot` followed by a token or by a stand-in for a token. A stand-in is a
/// placeholder, a `{{ … }}`, or a text such as `<YOUR_TOKEN>`.
pub(super) fn is_bot(segment: &str) -> bool {
    segment.strip_prefix("bot").is_some_and(|token| {
        // The text after `bot` counts as a token only if it contains a colon, a percent-encoded colon, or a stand-in.
        // Without this rule, an ordinary segment such as `bots` would be taken for `bot` and the token `s`.
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

/// Splits the URL at `/`, up to the query or fragment. The first segments are the scheme (`https:`), an empty segment,
/// and the host.
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

/// Returns the end of the Liquid or placeholder that starts at `at`. If none starts there, returns `at + 1`.
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
        // Liquid or a placeholder that is not closed extends to the end of the URL. So `https://h/bot{{/sendMessage`
        // has no method and is not a Bot API URL.
        None => url.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Option<(&str, &str)>) {
        let found = parse_bot_api_url(url).map(|parts| (parts.token.of(url), parts.method.of(url)));
        assert_eq!(found, expected, "{url}");
    }

    #[test]
    fn a_url_with_bot_token_and_method_is_a_bot_api_url() {
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
    fn other_urls_are_not_bot_api_urls() {
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
    fn real_tokens_are_found_and_placeholders_are_not() {
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
