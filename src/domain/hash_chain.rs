//! The hash chain of a dossier: each event's hash covers the event and the hash before it, so that no event can be changed,
//! removed or added without every later hash being another one.
//!
//! Personal data is covered by a salted digest only. When salt and data are erased, the digest stays and the chain still
//! verifies; nobody can try names against a digest whose salt is gone. The formats are in `docs/tamper-evidence.md`.

use sha2::{Digest, Sha256};

/// Bytes of a hash (SHA-256).
pub const HASH_BYTES: usize = 32;

/// Bytes of a salt: too many to guess.
pub const SALT_BYTES: usize = 16;

/// The format of what is hashed; the value of `v` in every canonical object.
pub const FORMAT: i32 = 1;

/// A SHA-256 hash, shown as lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; HASH_BYTES]);

/// What is not 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 64 hexadecimal digits")]
pub struct BadHash;

impl Hash {
    /// Stands before the first event of a chain, and before the first statement of the log.
    pub const ZERO: Self = Self([0; HASH_BYTES]);

    /// The hash of the parts, one after the other.
    pub fn of(parts: &[&[u8]]) -> Self {
        let hasher = parts.iter().fold(Sha256::new(), Digest::chain_update);
        Self(hasher.finalize().into())
    }

    /// Reads stored bytes; `None` unless they are as many as a hash has.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for Hash {
    type Err = BadHash;

    fn from_str(text: &str) -> Result<Self, BadHash> {
        from_hex(text).and_then(|bytes| Self::read(&bytes)).ok_or(BadHash)
    }
}

/// Bytes as lower-case hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of lower-case hexadecimal digits.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    if rest.is_empty() { bytes.collect() } else { None }
}

/// The hash of an event: `SHA-256(previous || canonical)`; `previous` is [`Hash::ZERO`] for the first.
pub fn event_hash(previous: Hash, canonical: &str) -> Hash {
    Hash::of(&[&previous.0, canonical.as_bytes()])
}

/// The digest of personal data: `SHA-256(salt || canonical)`.
pub fn personal_digest(salt: &[u8], canonical: &str) -> Hash {
    Hash::of(&[salt, canonical.as_bytes()])
}

/// The hash of a text.
pub fn text_hash(text: &str) -> Hash {
    Hash::of(&[text.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_read_back() {
        // FIPS 180-4, the example "abc".
        let hash = text_hash("abc");
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((hash.to_string().as_str(), text.parse()), (text, Ok(hash)));
        for bad in ["", &text[1..], &text.to_uppercase(), &format!("{}g", &text[1..]), &format!("{text}00")] {
            assert_eq!(bad.parse::<Hash>(), Err(BadHash), "{bad}");
        }
        assert_eq!(from_hex(&to_hex(&[0, 15, 255])), Some(vec![0, 15, 255]));
    }

    #[test]
    fn a_hash_covers_what_is_before_it_and_what_it_stands_for() {
        let first = event_hash(Hash::ZERO, "{\"seq\":1}");
        assert_eq!(first, Hash::of(&[&[0; 32], b"{\"seq\":1}"]));
        let second = event_hash(first, "{\"seq\":2}");
        assert_ne!(second, event_hash(Hash::ZERO, "{\"seq\":2}"));
        assert_ne!(second, event_hash(first, "{\"seq\":3}"));
        assert_ne!(personal_digest(b"a", "x"), personal_digest(b"b", "x"));
    }
}
