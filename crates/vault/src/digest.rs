//! A plain digest of what is no secret.

use aws_lc_rs::digest::SHA256;

/// SHA-256 of some bytes, by which the same text is known again.
pub fn digest(bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(&SHA256, bytes).as_ref().to_vec()
}
