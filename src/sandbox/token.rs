//! Bot tokens: their form and the bot id they contain. `Debug` never shows the secret.

use std::fmt;

/// Bot ids are below this number, as in the Bot API server.
const MAX_BOT_ID: i64 = 1 << 54;

/// The longest token that the Bot API server accepts, in bytes.
const MAX_LENGTH: usize = 80;

/// A well-formed token: `<bot id>:<secret>`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct BotToken(String);

impl BotToken {
    /// Parses a token. Returns `None` if no bot could have it.
    // The length of the secret is not checked: Telegram does not promise today's 35 characters, and the tokens of a
    // sandbox are made up (`42:TEST`).
    pub(super) fn parse(text: &str) -> Option<BotToken> {
        let (id, secret) = text.split_once(':')?;
        let is_id = !id.is_empty() && !id.starts_with('0') && id.bytes().all(|byte| byte.is_ascii_digit());
        let is_secret = !secret.is_empty()
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let fits = text.len() <= MAX_LENGTH && id.parse::<i64>().is_ok_and(|id| id < MAX_BOT_ID);
        (is_id && is_secret && fits).then(|| BotToken(text.to_owned()))
    }

    pub(super) fn bot_id(&self) -> i64 {
        let (id, _) = self.0.split_once(':').expect("`parse` has found the colon");
        id.parse().expect("`parse` has read the number")
    }
}

impl fmt::Debug for BotToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BotToken({}:…)", self.bot_id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_an_id_a_colon_and_a_secret() {
        assert_eq!(BotToken::parse("42:TEST").map(|token| token.bot_id()), Some(42));
        assert!(BotToken::parse("110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw").is_some());
        for malformed in ["", ":", "42", "42:", ":a", "042:a", "-1:a", "4 2:a", "42:a b", "42:é", "x:y"] {
            assert!(BotToken::parse(malformed).is_none(), "{malformed}");
        }
        assert!(BotToken::parse("99999999999999999999:a").is_none());
        assert!(BotToken::parse(&format!("1:{}", "a".repeat(80))).is_none());
    }

    #[test]
    fn secret_is_not_in_the_debug_output() {
        assert_eq!(format!("{:?}", BotToken::parse("42:secret").unwrap()), "BotToken(42:…)");
    }
}
