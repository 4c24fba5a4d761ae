//! Integers in canonical form, for chats, users, emoji and times.

/// Parses an integer in canonical form, as the server would print it: without a plus sign or leading zeros.
pub(super) fn parse_canonical<T: std::str::FromStr + ToString>(text: &str) -> Option<T> {
    text.parse::<T>().ok().filter(|value| value.to_string() == text)
}
