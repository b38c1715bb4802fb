//! The daily log: what an entry of its tree says, and what is signed of a day (docs/tamper-evidence.md).

use super::canonical::Canonical;
use super::hash_chain::{FORMAT, Hash, text_hash, to_hex};
use super::local_time::Instant;
use super::merkle;
use super::signing::{KEY_BYTES, PublicKey};
use chrono::NaiveDate;
use serde::Deserialize;

/// What a statement is, so that a signature stands for nothing else.
const TYPE: &str = "congkhai.root";

/// The hash of the entry of an event: the code of its dossier, its number, its hash.
pub fn leaf(code: &str, seq: i32, hash: Hash) -> Hash {
    let entry = Canonical::default().with("code", code).with("hash", hash.to_string()).with("seq", seq);
    merkle::leaf(entry.text().as_bytes())
}

/// The hash of the entry of a row of the audit trail, by its canonical text.
pub fn audit_leaf(row: &str) -> Hash {
    merkle::leaf(row.as_bytes())
}

/// What is signed of the audit trail of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditRoot {
    /// Rows of the tree.
    pub rows: i64,
    /// Root of the tree.
    pub root: Hash,
}

/// The format of a statement that covers the audit trail too.
const WITH_AUDIT: i32 = FORMAT + 1;

/// What is signed of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The local day.
    pub day: NaiveDate,
    /// Its end: it covers what was recorded before, and not before the end of the statement before.
    pub until: Instant,
    /// Entries of its tree.
    pub events: i64,
    /// Root of its tree.
    pub root: Hash,
    /// The audit trail of the day; `None`: signed before it was covered.
    pub audit: Option<AuditRoot>,
    /// Hash of the text of the statement before; `None` for the first.
    pub previous: Option<Hash>,
    /// Bytes of the public key that it is signed with.
    pub key: [u8; KEY_BYTES],
}

/// A statement as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    r#type: String,
    #[allow(dead_code)] // Compared with the text.
    v: i32,
    day: NaiveDate,
    until: Instant,
    events: i64,
    root: String,
    audit_rows: Option<i64>,
    audit_root: Option<String>,
    previous: Option<String>,
    key: String,
}

impl Statement {
    /// Its canonical text, whose bytes are signed.
    pub fn text(&self) -> String {
        let format = if self.audit.is_some() { WITH_AUDIT } else { FORMAT };
        let text = Canonical::default().with("type", TYPE).with("v", format).with("day", self.day);
        let text = text.with("audit_rows", self.audit.map(|audit| audit.rows));
        let text = text.with("audit_root", self.audit.map(|audit| audit.root.to_string()));
        let text = text.with("until", self.until.utc()).with("events", self.events);
        let text = text.with("root", self.root.to_string()).with("key", to_hex(&self.key));
        text.with("previous", self.previous.map(|hash| hash.to_string())).text()
    }

    /// Reads a text; `None` unless it is the canonical text of a statement.
    pub fn parse(text: &str) -> Option<Self> {
        let read: Read = serde_json::from_str(text).ok()?;
        let previous = read.previous.map(|hash| hash.parse()).transpose().ok()?;
        let key = super::hash_chain::from_hex(&read.key)?.try_into().ok()?;
        let (day, until, events) = (read.day, read.until, read.events);
        let audit = match (read.audit_rows, read.audit_root) {
            (Some(rows), Some(root)) => Some(AuditRoot { rows, root: root.parse().ok()? }),
            _ => None,
        };
        let statement = Self { day, until, events, root: read.root.parse().ok()?, audit, previous, key };
        // The text has the format that goes with what it says, and nothing beside it.
        (read.r#type == TYPE && statement.text() == text).then_some(statement)
    }

    /// The hash that the next statement names.
    pub fn hash(text: &str) -> Hash {
        text_hash(text)
    }
}

/// The key, of those that are trusted, with which a statement is signed; `None` when it is none of them.
pub fn signed_by(
    keys: &[PublicKey],
    statement: &Statement,
    text: &str,
    signature: &[u8],
) -> Option<PublicKey> {
    let named = keys.iter().filter(|key| key.bytes() == statement.key);
    named.copied().find(|key| key.verifies(text.as_bytes(), signature))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::signing::SecretKey;

    fn statement() -> Statement {
        let day = NaiveDate::from_ymd_opt(2022, 2, 15).unwrap();
        let key = SecretKey::of_random(&[7; 32]).public().bytes();
        let root = merkle::root(&[]);
        Statement {
            day,
            until: Instant::end_of(day),
            events: 0,
            root,
            audit: None,
            previous: Some(Hash::ZERO),
            key,
        }
    }

    #[test]
    fn a_statement_has_one_text() {
        let text = statement().text();
        assert!(text.starts_with(r#"{"day":"2022-02-15","events":0,"key":"ea4a6c63"#), "{text}");
        assert!(
            text.ends_with(r#","type":"congkhai.root","until":"2022-02-15T17:00:00.000000Z","v":1}"#),
            "{text}"
        );
        assert_eq!(Statement::parse(&text), Some(statement()));
        let first = Statement { previous: None, ..statement() };
        assert!(!first.text().contains("previous"));
        assert_eq!(Statement::parse(&first.text()), Some(first));
        for other in [
            "",
            "{}",
            &text.replace("\"v\":1", "\"v\":2"),
            &text.replace(':', ": "),
            &text.replace(".root", ".x"),
        ] {
            assert_eq!(Statement::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_statement_with_the_audit_trail_is_of_the_next_format() {
        let audit = Some(AuditRoot { rows: 3, root: text_hash("x") });
        let with = Statement { audit, ..statement() };
        let text = with.text();
        assert!(
            text.starts_with(&format!(r#"{{"audit_root":"{}","audit_rows":3,"day""#, text_hash("x"))),
            "{text}"
        );
        assert!(text.ends_with(r#","v":2}"#), "{text}");
        assert_eq!(Statement::parse(&text), Some(with));
        for other in [
            text.replace("\"v\":2", "\"v\":1"),
            text.replace("\"audit_rows\":3,", ""),
            statement().text().replace("\"v\":1", "\"v\":2"),
        ] {
            assert_eq!(Statement::parse(&other), None, "{other}");
        }
    }

    #[test]
    fn only_a_trusted_key_signs() {
        let (key, other) = (SecretKey::of_random(&[7; 32]), SecretKey::of_random(&[8; 32]));
        let (statement, text) = (statement(), statement().text());
        let signature = key.sign(text.as_bytes());
        let trusted = [other.public(), key.public()];
        assert_eq!(signed_by(&trusted, &statement, &text, &signature), Some(key.public()));
        assert_eq!(signed_by(&trusted[..1], &statement, &text, &signature), None);
        assert_eq!(
            signed_by(&trusted, &statement, &text, &other.sign(text.as_bytes())),
            None,
            "it names the first"
        );
    }

    #[test]
    fn an_entry_covers_code_number_and_hash() {
        let hash = text_hash("x");
        let entry = format!(r#"{{"code":"H51-1","hash":"{hash}","seq":3}}"#);
        assert_eq!(leaf("H51-1", 3, hash), Hash::of(&[&[0], entry.as_bytes()]));
    }
}
