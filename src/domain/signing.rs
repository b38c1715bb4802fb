//! Ed25519 keys (RFC 8032): the secret one signs the roots of the log, the public one is all that is needed to check them.
//!
//! Keys are PEM texts as OpenSSL writes them: PKCS#8 for the secret one, `SubjectPublicKeyInfo` for the public one.

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{
    DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes,
};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

/// Bytes of a public key.
pub const KEY_BYTES: usize = 32;

/// Bytes of a signature.
pub const SIGNATURE_BYTES: usize = 64;

/// A secret key. Shows nothing of itself.
pub struct SecretKey(SigningKey);

/// A public key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// A text that is no Ed25519 key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Not a secret key.
    #[error("is no Ed25519 secret key in PKCS#8 PEM, as `openssl genpkey -algorithm ed25519` writes it")]
    Secret,
    /// Not a public key.
    #[error("is no Ed25519 public key in PEM, as `openssl pkey -pubout` writes it")]
    Public,
}

impl SecretKey {
    /// The key of 32 random bytes.
    pub fn of_random(bytes: &[u8; KEY_BYTES]) -> Self {
        Self(SigningKey::from_bytes(bytes))
    }

    /// Reads a PEM text.
    pub fn parse(pem: &str) -> Result<Self, BadKey> {
        SigningKey::from_pkcs8_pem(pem.trim()).map(Self).map_err(|_| BadKey::Secret)
    }

    /// The key as a PEM text, to be kept secret. PKCS#8 of version 1, which every OpenSSL reads.
    pub fn pem(&self) -> Result<String, BadKey> {
        let bytes = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        bytes.to_pkcs8_pem(LineEnding::LF).map(|pem| pem.to_string()).map_err(|_| BadKey::Secret)
    }

    /// Its public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs bytes.
    pub fn sign(&self, bytes: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.0.sign(bytes).to_bytes()
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretKey of {:?}", self.public())
    }
}

impl PublicKey {
    /// Reads a PEM text.
    pub fn parse(pem: &str) -> Result<Self, BadKey> {
        VerifyingKey::from_public_key_pem(pem.trim()).map(Self).map_err(|_| BadKey::Public)
    }

    /// Reads its bytes.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; KEY_BYTES] = bytes.try_into().ok()?;
        VerifyingKey::from_bytes(bytes).ok().map(Self)
    }

    /// The key as a PEM text.
    pub fn pem(&self) -> Result<String, BadKey> {
        self.0.to_public_key_pem(LineEnding::LF).map_err(|_| BadKey::Public)
    }

    /// Its bytes.
    pub fn bytes(&self) -> [u8; KEY_BYTES] {
        self.0.to_bytes()
    }

    /// Whether a signature of bytes was made with its secret key.
    pub fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(bytes, &signature).is_ok())
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&super::hash_chain::to_hex(&self.bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hash_chain::{from_hex, to_hex};

    /// RFC 8032 section 7.1, test 2.
    #[test]
    fn signs_as_rfc_8032_says() {
        let secret = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let key = SecretKey::of_random(&from_hex(secret).unwrap().try_into().unwrap());
        let public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        assert_eq!(to_hex(&key.public().bytes()), public);
        let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        assert_eq!(to_hex(&key.sign(&[0x72])), signature);
        assert!(key.public().verifies(&[0x72], &from_hex(signature).unwrap()));
        assert!(!key.public().verifies(&[0x73], &from_hex(signature).unwrap()));
        assert!(!key.public().verifies(&[0x72], &[0; 63]));
    }

    /// Written by OpenSSL 3.0 (RFC 8410 section 10 has the same secret key).
    #[test]
    fn keys_are_those_of_openssl() {
        let secret = "-----BEGIN PRIVATE KEY-----\n\
                      MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
                      -----END PRIVATE KEY-----\n";
        let public = "-----BEGIN PUBLIC KEY-----\n\
                      MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
                      -----END PUBLIC KEY-----\n";
        let key = SecretKey::parse(secret).unwrap();
        assert_eq!((key.pem().as_deref(), key.public().pem().as_deref()), (Ok(secret), Ok(public)));
        assert_eq!(PublicKey::parse(public), Ok(key.public()));
        assert_eq!(PublicKey::read(&key.public().bytes()), Some(key.public()));
        assert!(!format!("{key:?}").contains("d4ee72db"));
        for bad in ["", "x", public, &secret.replace("MC4C", "MC4D")] {
            assert_eq!(SecretKey::parse(bad).err(), Some(BadKey::Secret), "{bad}");
        }
        for bad in ["", "x", secret, "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n"] {
            assert_eq!(PublicKey::parse(bad), Err(BadKey::Public), "{bad}");
        }
    }
}
