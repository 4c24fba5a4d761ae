//! Computes the SHA-256 of file contents and paths, a digest that nobody can forge.

use std::fmt::Write;

/// Returns the SHA-256 of `bytes` as 64 hexadecimal digits.
///
/// Use this digest if a stranger must not be able to create other bytes with the same digest. To detect accidental
/// changes, [`super::Fingerprint`] is enough.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_matches_the_standard_test_vector() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
