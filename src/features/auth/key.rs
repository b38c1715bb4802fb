//! The form of a key: `ck_<id>_<secret>`. The id is public; of the secret only a hash is kept.

use crate::domain::hash_chain::to_hex;
use sha2::{Digest, Sha256};

/// A key as its holder has it. Its `Debug` shows no secret.
pub struct Key {
    /// The public part.
    pub id: String,
    secret: String,
}

impl Key {
    /// Makes a key with a secret of 256 random bits. Fails when the system has no randomness to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 38];
        getrandom::fill(&mut bytes)?;
        let (id, secret) = bytes.split_at(6);
        Ok(Self { id: to_hex(id), secret: to_hex(secret) })
    }

    /// Reads a key; `None` when it has not the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix("ck_")?.split_once('_')?;
        let is_hex = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
        (is_hex(id, 12) && is_hex(secret, 64)).then(|| Self { id: id.to_owned(), secret: secret.to_owned() })
    }

    /// The hash that is stored. The secret is random, so a fast hash is enough.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.secret.as_bytes()).to_vec()
    }

    /// The whole key, to be shown once.
    pub fn reveal(&self) -> String {
        format!("ck_{}_{}", self.id, self.secret)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_hides_its_secret() {
        let key = Key::generate().unwrap();
        let read = Key::parse(&key.reveal()).unwrap();
        assert_eq!((&read.id, read.hash()), (&key.id, key.hash()));
        assert!(!format!("{key:?}").contains(&key.secret));
        assert_ne!(Key::generate().unwrap().hash(), key.hash());
    }

    #[test]
    fn what_is_no_key_is_none() {
        for text in ["", "ck_", "ck_abc_def", "sk_0123456789ab_00", &"ck_".repeat(50)] {
            assert!(Key::parse(text).is_none(), "{text}");
        }
    }
}
