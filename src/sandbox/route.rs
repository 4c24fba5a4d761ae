//! The paths that the sandbox serves.

use percent_encoding::percent_decode_str;

#[derive(Debug, PartialEq)]
pub(super) enum SandboxRoute {
    /// `/bot<token>/METHOD` or `/bot<token>/test/METHOD`. Neither the token nor the method is checked.
    Method {
        token: String,
        /// The method's name as written, in upper or lower case. It may be empty.
        method: String,
    },
    /// `/file/bot<token>/PATH`, the download of a file. Neither the token nor the path is checked.
    File {
        token: String,
        path: String,
    },
    /// `/sandbox`
    About,
    /// `/sandbox/updates`
    Updates,
    /// `/sandbox/messages`
    Messages,
    Unknown,
}

impl SandboxRoute {
    pub(super) fn parse(path: &str) -> SandboxRoute {
        // Some clients percent-encode the colon in the token.
        let path = percent_decode_str(path).decode_utf8_lossy();
        match path.as_ref() {
            "/sandbox" => SandboxRoute::About,
            "/sandbox/updates" => SandboxRoute::Updates,
            "/sandbox/messages" => SandboxRoute::Messages,
            path => file(path).or_else(|| method(path)).unwrap_or(SandboxRoute::Unknown),
        }
    }
}

// Telegram's test environment (`/test/`) has separate accounts. In the sandbox, the paths with and without `/test/`
// lead to the same bot.
fn method(path: &str) -> Option<SandboxRoute> {
    let (token, rest) = path.strip_prefix("/bot")?.split_once('/')?;
    let method = match rest.strip_prefix("test") {
        Some(after_test) => after_test.strip_prefix('/')?,
        None => rest,
    };
    Some(SandboxRoute::Method { token: token.to_owned(), method: method.to_owned() })
}

fn file(path: &str) -> Option<SandboxRoute> {
    let (token, path) = path.strip_prefix("/file/bot")?.split_once('/')?;
    let path = path.strip_prefix("test/").unwrap_or(path);
    Some(SandboxRoute::File { token: token.to_owned(), path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, token: &str, method: &str) {
        let expected = SandboxRoute::Method { token: token.into(), method: method.into() };
        assert_eq!(SandboxRoute::parse(path), expected);
    }

    #[test]
    fn method_follows_the_token() {
        check("/bot1:a/getMe", "1:a", "getMe");
        check("/bot1%3Aa/getMe", "1:a", "getMe");
        check("/bot1:a/test/getMe", "1:a", "getMe");
        check("/bot1:a/", "1:a", "");
        check("/bot/getMe", "", "getMe");
        check("/bot1:a/getMe/", "1:a", "getMe/");
    }

    #[test]
    fn other_paths_are_unknown() {
        for path in ["/", "/bot1:a", "/bot1:a/test", "/bot1:a/testgetMe", "/sandbox/", "/robots.txt", "*"] {
            assert_eq!(SandboxRoute::parse(path), SandboxRoute::Unknown, "{path}");
        }
        assert_eq!(SandboxRoute::parse("/sandbox"), SandboxRoute::About);
    }
}
