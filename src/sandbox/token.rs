//! Bot tokens: what one looks like, and the bot id in it. A token is never shown.

use std::fmt;

/// Bot ids end here, as in the Bot API server.
const MAX_BOT_ID: i64 = 1 << 54;

/// The longest token the Bot API server reads.
const MAX_LENGTH: usize = 80;

/// A well-formed token: `<bot id>:<secret>`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Token(String);

impl Token {
    /// Reads a token, or `None` where no bot could have it.
    ///
    /// The secret's length is not checked: today's 35 characters are no promise, and a sandbox is for made-up ones.
    pub(super) fn parse(text: &str) -> Option<Token> {
        let (id, secret) = text.split_once(':')?;
        let is_id = !id.is_empty() && !id.starts_with('0') && id.bytes().all(|byte| byte.is_ascii_digit());
        let is_secret = !secret.is_empty()
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let fits = text.len() <= MAX_LENGTH && id.parse::<i64>().is_ok_and(|id| id < MAX_BOT_ID);
        (is_id && is_secret && fits).then(|| Token(text.to_owned()))
    }

    pub(super) fn bot_id(&self) -> i64 {
        let (id, _) = self.0.split_once(':').expect("`parse` has found the colon");
        id.parse().expect("`parse` has read the number")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({}:…)", self.bot_id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_an_id_a_colon_and_a_secret() {
        assert_eq!(Token::parse("42:TEST").map(|token| token.bot_id()), Some(42));
        assert!(Token::parse("110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw").is_some());
        for malformed in ["", ":", "42", "42:", ":a", "042:a", "-1:a", "4 2:a", "42:a b", "42:é", "x:y"] {
            assert!(Token::parse(malformed).is_none(), "{malformed}");
        }
        assert!(Token::parse("99999999999999999999:a").is_none());
        assert!(Token::parse(&format!("1:{}", "a".repeat(80))).is_none());
    }

    #[test]
    fn its_secret_is_not_in_its_debug_form() {
        assert_eq!(format!("{:?}", Token::parse("42:secret").unwrap()), "Token(42:…)");
    }
}
