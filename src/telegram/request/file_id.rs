//! Checks the address of a file: a URL that Telegram downloads, or the `file_id` of a file that it already has.
//!
//! The rules are TDLib's (`FileManager::from_persistent_id` and `base64url_decode`). What a decoded `file_id` contains
//! is not checked here, because only Telegram knows whether the file exists.

use crate::telegram::link;

/// Returns TDLib's error message for a text that is neither a URL nor a `file_id`.
pub(super) fn check(address: &str) -> Result<(), String> {
    // An address with a dot is a URL, and any other address is a `file_id`. This is TDLib's rule; no `file_id` has a
    // dot. So a URL whose host is `localhost` is refused as a `file_id`.
    if address.contains('.') {
        return link::check_file_url(address)
            .map_err(|bad| format!("Invalid file HTTP URL specified: {bad}"));
    }
    check_id(address)
}

/// Returns TDLib's error message for a text that is no `file_id`.
pub(super) fn check_id(id: &str) -> Result<(), String> {
    match base64url_fault(id) {
        Some(fault) => Err(format!("Wrong remote file identifier specified: {fault}")),
        None if id.is_empty() => Err("Remote file identifier must be non-empty".to_owned()),
        None => Ok(()),
    }
}

/// Returns why a text is not base64url, in TDLib's words and in the order of its checks.
fn base64url_fault(text: &str) -> Option<&'static str> {
    let digits = text.trim_end_matches('=').as_bytes();
    let n_padding = text.len() - digits.len();
    if 3 <= n_padding {
        return Some("Wrong string padding");
    }
    if n_padding != 0 && !text.len().is_multiple_of(4) {
        return Some("Wrong padding length");
    }
    if digits.len() % 4 == 1 {
        return Some("Wrong string length");
    }
    if !digits.iter().all(|byte| digit(*byte).is_some()) {
        return Some("Wrong character in the string");
    }
    // The last digit of an incomplete group has bits that belong to no byte. These bits must be zero.
    let unused_bits = match digits.len() % 4 {
        2 => 0b1111,
        3 => 0b11,
        _ => 0,
    };
    let last = digits.last().and_then(|byte| digit(*byte)).unwrap_or(0);
    (last & unused_bits != 0).then_some("Wrong padding in the string")
}

/// Returns the value of a base64url digit.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn refuse(address: &str, expected: &str) {
        assert_eq!(check(address), Err(expected.to_owned()), "{address}");
    }

    #[test]
    fn urls_and_file_ids_are_accepted() {
        for address in [
            "https://cdn.example/5.png",
            "HTTP://cdn.example:8080/a b.png?x=1",
            "cdn.example/5.png",
            "https://localhost/5.png",
            "AgACAgIAAxkBAAIBY2Z5bW1p",
            "BQADBAADYwADqRZyCQ_-",
            "BQ==",
        ] {
            assert_eq!(check(address), Ok(()), "{address}");
        }
    }

    #[test]
    fn an_address_with_a_dot_is_read_as_a_url() {
        refuse("ipfs://Qm/5.png", "Invalid file HTTP URL specified: Unsupported URL protocol");
        refuse("file:///home/anna/5.png", "Invalid file HTTP URL specified: Unsupported URL protocol");
        refuse("ftp://cdn.example/5.png", "Invalid file HTTP URL specified: Unsupported URL protocol");
        refuse("/home/anna/pic.png", "Invalid file HTTP URL specified: URL host is empty");
        refuse("C:\\pics\\5.png", "Invalid file HTTP URL specified: Wrong port number specified in the URL");
        refuse("my pic.png", "Invalid file HTTP URL specified: Disallowed character in URL host");
    }

    #[test]
    fn an_address_without_a_dot_is_read_as_a_file_id() {
        refuse("hello", "Wrong remote file identifier specified: Wrong string length");
        refuse("hello!", "Wrong remote file identifier specified: Wrong character in the string");
        refuse("file:///home/anna", "Wrong remote file identifier specified: Wrong string length");
        refuse("ftp://cdn/5", "Wrong remote file identifier specified: Wrong character in the string");
        refuse("AgACAg=", "Wrong remote file identifier specified: Wrong padding length");
        refuse("AgA===", "Wrong remote file identifier specified: Wrong string padding");
        refuse("AgB", "Wrong remote file identifier specified: Wrong padding in the string");
    }

    proptest! {
        #[test]
        fn the_base64url_of_any_bytes_is_a_file_id(bytes in prop::collection::vec(any::<u8>(), 1..60)) {
            const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let mut text = String::new();
            for group in bytes.chunks(3) {
                let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - group.len()));
                for at in 0..=group.len() {
                    text.push(char::from(DIGITS[bits >> (18 - 6 * at) & 63]));
                }
            }
            prop_assert_eq!(check(&text), Ok(()));
        }
    }
}
