//! Which content a file or a path is, where somebody may try to make another one look the same.

use std::fmt::Write;

/// Returns the SHA-256 of `bytes` as 64 hexadecimal digits.
///
/// [`super::Fingerprint`] is for noticing accidents; this is for what a stranger's workspace must not be able to forge.
pub fn sha256(bytes: &[u8]) -> String {
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
    fn it_is_the_standard_one() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
