use sha2::{Digest, Sha256};

/// SHA-256, in hexadecimal, of `parts` one after another.
///
/// ```
/// let hash = attune::formats::sha256(&[b"ab", b"c"]);
/// assert!(hash.starts_with("ba7816bf"));
/// ```
pub fn sha256(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
