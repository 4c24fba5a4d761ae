//! Parses integers in canonical form. This is used for Unix times and for the ids of chats, users, and custom emoji.

/// Parses an integer in canonical form, as the server would print it: without a plus sign or leading zeros. Returns
/// `None` for any other text and for a number that does not fit into `T`.
pub(super) fn parse_canonical<T: std::str::FromStr + ToString>(text: &str) -> Option<T> {
    text.parse::<T>().ok().filter(|value| value.to_string() == text)
}
