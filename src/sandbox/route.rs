//! Which path means what.

use percent_encoding::percent_decode_str;

#[derive(Debug, PartialEq)]
pub(super) enum Route {
    /// `/bot<token>/METHOD` or `/bot<token>/test/METHOD`; the token and the method are as they were written.
    Method {
        /// What stands for the token, well-formed or not.
        token: String,
        /// The method's name in any case; may be empty.
        method: String,
    },
    /// `/sandbox`
    About,
    /// `/sandbox/updates`
    Updates,
    /// `/sandbox/messages`
    Messages,
    Unknown,
}

impl Route {
    /// Reads the path of a request; clients may escape the colon of the token.
    pub(super) fn parse(path: &str) -> Route {
        let path = percent_decode_str(path).decode_utf8_lossy();
        match path.as_ref() {
            "/sandbox" => Route::About,
            "/sandbox/updates" => Route::Updates,
            "/sandbox/messages" => Route::Messages,
            path => method(path).unwrap_or(Route::Unknown),
        }
    }
}

/// The test environment of Telegram has accounts of its own; here both paths reach the same bot.
fn method(path: &str) -> Option<Route> {
    let (token, rest) = path.strip_prefix("/bot")?.split_once('/')?;
    let method = match rest.strip_prefix("test") {
        Some(behind) => behind.strip_prefix('/')?,
        None => rest,
    };
    Some(Route::Method { token: token.to_owned(), method: method.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, token: &str, method: &str) {
        let expected = Route::Method { token: token.into(), method: method.into() };
        assert_eq!(Route::parse(path), expected);
    }

    #[test]
    fn a_method_is_behind_the_token() {
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
            assert_eq!(Route::parse(path), Route::Unknown, "{path}");
        }
        assert_eq!(Route::parse("/sandbox"), Route::About);
    }
}
