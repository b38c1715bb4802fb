//! Encrypts what is kept of people: XChaCha20-Poly1305 with a key of the service.
//!
//! A sealed text is bound to what it is of: moved to another row, it does not open. Nonces are random and come from the caller;
//! with 24 bytes they never meet. Several keys may be known, of which the first seals: so a key can be replaced.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

/// Bytes of a data key.
pub const KEY_BYTES: usize = 32;

/// Bytes of a nonce.
pub const NONCE_BYTES: usize = 24;

/// Random bytes, used once.
pub type Nonce = [u8; NONCE_BYTES];

/// A key that seals data. Shows nothing of itself but its id.
#[derive(Clone)]
struct DataKey {
    id: String,
    cipher: XChaCha20Poly1305,
}

/// The keys that a service knows. The first seals, all of them open.
#[derive(Clone)]
pub struct DataKeys {
    first: DataKey,
    others: Vec<DataKey>,
}

/// A text that is no list of data keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be 32 random bytes in hexadecimal or base64 (openssl rand -hex 32); several keys with commas, the one that seals first"
)]
pub struct BadDataKey;

/// Why something was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// The key that sealed it is not known.
    #[error("the data key that sealed it is not known")]
    UnknownKey,
    /// It was changed, or is of something else.
    #[error("it was changed since it was sealed")]
    Changed,
}

/// What was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Id of the key.
    pub key_id: String,
    /// The nonce.
    pub nonce: Vec<u8>,
    /// The text and its tag.
    pub ciphertext: Vec<u8>,
}

impl DataKey {
    fn of(bytes: &[u8; KEY_BYTES]) -> Self {
        // Told by the key itself, an id cannot come to mean another key.
        let digest = Sha256::new_with_prefix(b"congkhai data key").chain_update(bytes).finalize();
        let id = super::hash_chain::to_hex(&digest[..4]);
        Self { id, cipher: XChaCha20Poly1305::new(bytes.into()) }
    }
}

impl DataKeys {
    /// One key, of random bytes.
    pub fn of_random(bytes: &[u8; KEY_BYTES]) -> Self {
        Self { first: DataKey::of(bytes), others: vec![] }
    }

    /// Reads keys, each in hexadecimal or base64, with commas between them.
    pub fn parse(text: &str) -> Result<Self, BadDataKey> {
        let mut keys = text.split(',').map(|key| bytes_of(key.trim()).map(|bytes| DataKey::of(&bytes)));
        let first = keys.next().ok_or(BadDataKey)??;
        Ok(Self { first, others: keys.collect::<Result<_, _>>()? })
    }

    /// Id of the key that seals.
    pub fn id(&self) -> &str {
        &self.first.id
    }

    /// Whether the key with this id is one of them.
    pub fn knows(&self, id: &str) -> bool {
        std::iter::once(&self.first).chain(&self.others).any(|key| key.id == id)
    }

    /// Seals a text that is of something.
    pub fn seal(&self, nonce: &Nonce, of: &str, text: &[u8]) -> Option<Sealed> {
        let DataKey { id, cipher } = &self.first;
        let aad = bound(of, id);
        // It fails for texts of 256 GiB and more only.
        let ciphertext = cipher.encrypt(&XNonce::from(*nonce), Payload { msg: text, aad: &aad }).ok()?;
        Some(Sealed { key_id: id.clone(), nonce: nonce.to_vec(), ciphertext })
    }

    /// Opens what was sealed of something.
    pub fn open(&self, of: &str, sealed: &Sealed) -> Result<Vec<u8>, NotOpened> {
        let mut keys = std::iter::once(&self.first).chain(&self.others);
        let key = keys.find(|key| key.id == sealed.key_id).ok_or(NotOpened::UnknownKey)?;
        let nonce: Nonce = sealed.nonce.as_slice().try_into().map_err(|_| NotOpened::Changed)?;
        let payload = Payload { msg: &sealed.ciphertext, aad: &bound(of, &key.id) };
        key.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| NotOpened::Changed)
    }
}

/// What a sealed text is bound to.
fn bound(of: &str, key_id: &str) -> Vec<u8> {
    [of.as_bytes(), b"\0", key_id.as_bytes()].concat()
}

fn bytes_of(key: &str) -> Result<[u8; KEY_BYTES], BadDataKey> {
    let hexadecimal =
        super::hash_chain::from_hex(&key.to_ascii_lowercase()).filter(|bytes| bytes.len() == KEY_BYTES);
    let bytes = hexadecimal.or_else(|| STANDARD.decode(key).ok());
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(BadDataKey)
}

impl std::fmt::Debug for DataKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DataKeys of {}", self.first.id)
    }
}

impl std::str::FromStr for DataKeys {
    type Err = BadDataKey;
    fn from_str(text: &str) -> Result<Self, BadDataKey> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const NEW: &str = "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=";

    fn keys(text: &str) -> DataKeys {
        DataKeys::parse(text).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_as_what_it_is_of_only() {
        let keys = keys(OLD);
        let sealed = keys.seal(&[7; NONCE_BYTES], "a\0dossier", "Nguyễn Văn An".as_bytes()).unwrap();
        assert_eq!(keys.open("a\0dossier", &sealed).unwrap(), "Nguyễn Văn An".as_bytes());
        assert_eq!(keys.open("b\0dossier", &sealed), Err(NotOpened::Changed));
        assert!(!sealed.ciphertext.windows(3).any(|bytes| bytes == b"Nguy".get(..3).unwrap()));
        let mut changed = sealed.clone();
        changed.ciphertext[0] ^= 1;
        assert_eq!(keys.open("a\0dossier", &changed), Err(NotOpened::Changed));
        let short = Sealed { nonce: vec![7; 23], ..sealed };
        assert_eq!(keys.open("a\0dossier", &short), Err(NotOpened::Changed));
    }

    /// draft-irtf-cfrg-xchacha-03 appendix A.3.1.
    #[test]
    fn it_is_xchacha20_poly1305() {
        let from_hex = |text| crate::domain::hash_chain::from_hex(text).unwrap();
        let key = from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        let nonce: Nonce = from_hex("404142434445464748494a4b4c4d4e4f5051525354555657").try_into().unwrap();
        let aad = from_hex("50515253c0c1c2c3c4c5c6c7");
        let text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let key: [u8; KEY_BYTES] = key.try_into().unwrap();
        let sealed =
            DataKey::of(&key).cipher.encrypt(&nonce.into(), Payload { msg: text, aad: &aad }).unwrap();
        assert_eq!(sealed[..8], from_hex("bd6d179d3e83d43b"));
        assert_eq!(sealed[sealed.len() - 16..], from_hex("c0875924c1c7987947deafd8780acf49"));
    }

    #[test]
    fn a_key_can_be_replaced() {
        let sealed = keys(OLD).seal(&[1; NONCE_BYTES], "it", b"text").unwrap();
        let both = keys(&format!("{NEW}, {OLD}"));
        assert_eq!(both.open("it", &sealed).unwrap(), b"text");
        assert_eq!(both.id(), keys(NEW).id());
        assert_ne!(both.id(), sealed.key_id);
        assert_eq!(keys(NEW).open("it", &sealed), Err(NotOpened::UnknownKey));
    }

    #[test]
    fn a_key_is_32_bytes() {
        for bad in ["", "x", &OLD[1..], &format!("{OLD}0"), &format!("{OLD},"), "AAAA"] {
            assert_eq!(DataKeys::parse(bad).err(), Some(BadDataKey), "{bad}");
        }
        assert!(!format!("{:?}", keys(OLD)).contains("0001"));
    }
}
